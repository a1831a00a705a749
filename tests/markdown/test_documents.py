"""Marked documents in Markdown, as readers and converters write it: ``+`` stays, ``-`` goes, ``?`` may do either."""

from __future__ import annotations

import re
from pathlib import Path

import pytest

from cleaner import explain_markdown

DOCUMENTS = sorted((Path(__file__).parent / "documents").glob("*.marked"))
# Of all words of articles, and of all words of noise.
MAX_LOST, MAX_LEFT = 0.003, 0.11
# What one document may lose; the fifth part of it is a line.
MAX_LOST_OF_ONE = 0.1
_WORD = re.compile(r"\w+")


def read(path: Path) -> tuple[str, list[str]]:
    """The source of a document, and the mark of each of its lines."""
    lines = path.read_text("utf-8").split("\n")[:-1]
    return "".join(f"{line[1:]}\n" for line in lines), [line[:1] for line in lines]


def count(path: Path) -> dict[str, int]:
    """The words of a document by mark, and those that are lost and left."""
    source, marks = read(path)
    gone = explain_markdown(source).removals
    found = dict.fromkeys(("+", "-", "?", "lost", "left"), 0)
    start = 0
    for line, mark in zip(source.split("\n"), marks, strict=False):
        for word in _WORD.finditer(line):
            at = start + word.start()
            is_gone = any(removal.start <= at < removal.end for removal in gone)
            found[mark] += 1
            found["lost"] += mark == "+" and is_gone
            found["left"] += mark == "-" and not is_gone
        start += len(line) + 1
    return found


@pytest.mark.parametrize("path", [path for path in DOCUMENTS if "clean" in path.name], ids=lambda path: path.stem)
def test_articles_without_noise_come_back_byte_for_byte(path: Path) -> None:
    """Recipes, tables, code, footnotes, poems and lists of links come back as they were."""
    source, _ = read(path)
    assert explain_markdown(source).removals == ()


def test_headings_lists_and_tables_of_articles_stay() -> None:
    """Over all documents hardly a word of an article is lost, and most of the noise is removed."""
    counts = [count(path) for path in DOCUMENTS]
    total = {name: sum(one[name] for one in counts) for name in counts[0]}
    assert total["lost"] <= MAX_LOST * total["+"]
    assert total["left"] <= MAX_LEFT * total["-"]
    assert max(one["lost"] / max(one["+"], 1) for one in counts) <= MAX_LOST_OF_ONE
