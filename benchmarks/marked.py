"""Measure the cleaner on marked documents: article words lost, noise words left.

    python benchmarks/marked.py FOLDER... [--mode careful] [--weights FILE] [--worst N]

Each FOLDER of marked documents (see samples/marked/README.md) gives a row; --worst shows the lines at fault in its
worst documents.
"""

from __future__ import annotations

import argparse
import re
from collections import Counter
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from itertools import accumulate, compress
from pathlib import Path
from typing import Any

from cleaner import CleanConfig, Cleaner, CleanResult
from cleaner.training.marked import MarkedDocument, read_marked_folder

WORD = re.compile(r"[\u3040-\u30ff\u3400-\u9fff\uac00-\ud7af]|\w+")
# A document that loses a larger share of its article is harmed.
HARM = 0.05
LOSS = 4


@dataclass(frozen=True, slots=True)
class Marks:
    """The words of one document: article words, those lost, noise words, those left; and the lines at fault."""

    name: str
    article: int
    lost: int
    noise: int
    left: int
    lines: tuple[str, ...]

    @property
    def harmed(self) -> bool:
        """Whether more of the article is lost than `HARM` allows."""
        return self.lost > HARM * self.article


def measure_marked(document: MarkedDocument, result: CleanResult) -> Marks:
    """How much of a document's article is lost and how much of its noise is left, in words."""
    ends = list(accumulate(len(line.text) + 1 for line in document.lines))
    spans = [(end - 1 - len(line.text), end - 1) for end, line in zip(ends, document.lines, strict=True)]
    return measure_spans(document, spans, result)


def measure_spans(document: MarkedDocument, spans: Sequence[tuple[int, int]], result: CleanResult) -> Marks:
    """The same where the text that was cleaned is another form of the document; ``spans``: where its lines stand there.

    A lost article line does not count if a copy of it stayed instead.
    """
    parts = list(remaining(spans, result))
    spare = Counter(
        left.strip() for line, left in zip(document.lines, parts, strict=True) if line.mark == "-" and left.strip()
    )
    article = lost = noise = left_over = 0
    faults = []
    for line, left in zip(document.lines, parts, strict=True):
        if line.mark == "?":
            continue
        wanted, own, found = _words(line.wanted), _words(line.text), _words(left)
        gone, over = (wanted - found).total(), (found - wanted).total()
        if gone and not left.strip() and spare[line.wanted.strip()]:
            spare[line.wanted.strip()] -= 1
            left_over -= wanted.total()
            gone = 0
        article, noise = article + wanted.total(), noise + (own - wanted).total()
        lost, left_over = lost + gone, left_over + over
        faults += [f"LOST {line.text[:110]}"] if gone else [f"LEFT {left[:110]}"] if over else []
    return Marks(document.name, article, lost, noise, max(left_over, 0), tuple(faults))


def remaining(spans: Sequence[tuple[int, int]], result: CleanResult) -> Iterator[str]:
    """What is left of each line."""
    source = result.restore()
    kept = bytearray(b"\1" * len(source))
    for removal in result.removals:
        kept[removal.start : removal.end] = bytes(removal.end - removal.start)
    for start, end in spans:
        yield "".join(compress(source[start:end], kept[start:end]))


def _words(text: str) -> Counter[str]:
    return Counter(WORD.findall(text))


def measure_folder(folder: Path, config: CleanConfig) -> list[Marks]:
    """The measures of all documents of a folder."""
    cleaner = Cleaner(config)
    return [measure_marked(document, cleaner.clean(document.text)) for document in read_marked_folder(folder)]


def figures_of(found: Sequence[Marks]) -> dict[str, float]:
    """The share of article words kept, of noise words removed, and of documents that are not harmed."""
    article, noise = sum(one.article for one in found), sum(one.noise for one in found)
    return {
        "kept": 1.0 - sum(one.lost for one in found) / max(article, 1),
        "removed": 1.0 - sum(one.left for one in found) / max(noise, 1),
        "unharmed": 1.0 - sum(one.harmed for one in found) / max(len(found), 1),
    }


def main() -> None:
    """Measure and print one row per folder."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("folders", nargs="+", type=Path)
    parser.add_argument("--mode", default="balanced")
    parser.add_argument("--weights", type=Path)
    parser.add_argument("--worst", type=int, default=0)
    options = parser.parse_args()
    mode: Any = options.mode
    print(f"{'folder':<18}{'documents':>10}{'lost':>9}{'left':>9}{'harmed':>8}")
    for folder in options.folders:
        found = measure_folder(folder, CleanConfig(mode=mode, weights=options.weights))
        figures = figures_of(found)
        harmed = sum(one.harmed for one in found)
        lost, left = 1.0 - figures["kept"], 1.0 - figures["removed"]
        print(f"{folder.name:<18}{len(found):>10}{lost:>9.4f}{left:>9.4f}{harmed:>8}")
        for one in sorted(found, key=lambda one: -(LOSS * one.lost + one.left))[: options.worst]:
            print(f"  {one.name}: lost {one.lost} of {one.article}, left {one.left} of {one.noise}")
            print("\n".join(f"    {line}" for line in one.lines))


if __name__ == "__main__":
    main()
