"""Record what the cleaner decides about many documents, and show what another version decides differently.

    python benchmarks/golden.py DATA_FOLDER -o golden.jsonl [--every 6]          make the record
    python benchmarks/golden.py DATA_FOLDER --against golden.jsonl [--every 6]   exit 1 if anything differs

Documents: all samples, the marked documents, and of the labelled pages in DATA_FOLDER (NAME.jsonl.gz) each text and,
if NAME.html.jsonl.gz is beside it, the HTML. A line of the record holds a document's removals (start, end, kind,
points), headline, flags and doubtful stretches, and digests of its verdicts and evidence. The outputs of the command
line for the samples are recorded as digests.
"""

from __future__ import annotations

import argparse
import hashlib
import json
import subprocess
import sys
import tempfile
from collections.abc import Iterator, Sequence
from pathlib import Path
from typing import Any

from cleaner import Cleaner, CleanResult, Evidence
from cleaner.training.labelled import read_labelled
from cleaner.training.labelled_html import html_path, read_labelled_html

SAMPLES = Path(__file__).resolve().parent.parent / "samples"
# HTML takes longer, and differs less from page to page.
HTML_EVERY = 4
COMMANDS = (
    ("clean", "IN", "-o", "OUT/texts", "--removed", "OUT/removed.jsonl", "--errors", "OUT/errors.jsonl"),
    ("clean", "IN/fr-blog-thread/raw.txt", "--headline", "drop", "--mode", "thorough"),
    ("explain", "IN/fr-blog-thread/raw.txt"),
    ("explain", "--json", "IN/fr-magazine-page/raw.txt"),
    ("patterns", "list"),
)

Record = dict[str, Any]


def texts(folder: Path, every: int) -> Iterator[tuple[str, str]]:
    """The texts to clean, each with a name."""
    for path in sorted(SAMPLES.glob("*/raw.txt")):
        yield path.parent.name, path.read_bytes().decode("utf-8", "surrogateescape")
    for path in sorted((SAMPLES / "untouched").rglob("*.txt")) + sorted((SAMPLES / "marked").rglob("*.txt")):
        yield str(path.relative_to(SAMPLES)), path.read_bytes().decode("utf-8", "surrogateescape")
    for path in sorted(folder.glob("*.jsonl.gz")):
        if not path.name.endswith(".html.jsonl.gz"):
            for page in read_labelled(path, every):
                for scraper, text in page.texts.items():
                    yield f"{path.name} {page.id} {scraper}", text


def pages(folder: Path, every: int) -> Iterator[tuple[str, str | bytes]]:
    """The HTML pages to clean, each with a name."""
    for path in sorted(folder.glob("*.jsonl.gz")):
        if not path.name.endswith(".html.jsonl.gz") and html_path(path).exists():
            for page, html in read_labelled_html(path, every * HTML_EVERY):
                yield f"{path.name} {page.id} html", html


def record(name: str, result: CleanResult) -> Record:
    """The record of a result."""
    evidence = [told(removal.evidence) for removal in result.removals]
    verdicts = [(one.line, one.action, one.kind, told(one.evidence), one.element) for one in result.lines]
    return {
        "name": name,
        "removals": [[one.start, one.end, str(one.kind), round(one.score, 4)] for one in result.removals],
        "headline": result.headline,
        "flags": sorted(result.flags),
        "confidence": round(result.confidence, 4),
        "doubtful": [[one.start, one.end] for one in result.doubtful],
        "text": _digest(result.text),
        "evidence": _digest(evidence),
        "lines": _digest(verdicts),
        "rest": _digest([result.comments, result.metadata]),
    }


def told(evidence: Sequence[Evidence]) -> list[tuple[object, ...]]:
    """Evidence without the last digits of its points, which may depend on the order of a sum."""
    return [(one.source, round(one.points, 4), one.start, one.end, one.kind) for one in evidence]


def command_records() -> Iterator[Record]:
    """The digests of the command line's outputs."""
    for command in COMMANDS:
        with tempfile.TemporaryDirectory() as out:
            arguments = [part.replace("IN", str(SAMPLES), 1).replace("OUT", out, 1) for part in command]
            done = subprocess.run([sys.executable, "-m", "cleaner", *arguments], capture_output=True, check=False)
            files = {
                str(path.relative_to(out)): _digest(path.read_bytes().replace(str(SAMPLES).encode(), b""))
                for path in sorted(Path(out).rglob("*"))
                if path.is_file()
            }
        told = done.stderr.replace(str(SAMPLES).encode(), b"").replace(out.encode(), b"")
        yield {
            "name": " ".join(command),
            "status": done.returncode,
            "stdout": _digest(done.stdout.replace(str(SAMPLES).encode(), b"")),
            "stderr": _digest(told),
            "files": files,
        }


def records(folder: Path, every: int) -> Iterator[Record]:
    """All records, texts first."""
    cleaner = Cleaner()
    for name, text in texts(folder, every):
        yield record(name, cleaner.clean(text))
    for name, html in pages(folder, every):
        yield record(name, cleaner.clean_html(html))
    yield from command_records()


def compare(before: dict[str, Record], now: Iterator[Record]) -> int:
    """How many records differ; each one is printed to standard output."""
    count = 0
    for one in now:
        former = before.pop(one["name"], None)
        if former != one:
            count += 1
            fields = ["new"] if former is None else [key for key in one if former.get(key) != one[key]]
            print(f"{one['name']}: {', '.join(fields)}")
    for name in before:
        count += 1
        print(f"{name}: missing")
    return count


def _digest(value: object) -> str:
    data = value if isinstance(value, bytes) else repr(value).encode("utf-8", "surrogatepass")
    return hashlib.sha256(data).hexdigest()[:16]


def main() -> None:
    """Make a record, or compare with one."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("folder", type=Path)
    parser.add_argument("--every", type=int, default=6)
    way = parser.add_mutually_exclusive_group(required=True)
    way.add_argument("-o", "--output", type=Path)
    way.add_argument("--against", type=Path)
    options = parser.parse_args()
    if options.output:
        lines = [json.dumps(one, ensure_ascii=False) for one in records(options.folder, options.every)]
        options.output.write_text("".join(f"{line}\n" for line in lines), "utf-8", "surrogateescape")
        print(f"{len(lines)} records", file=sys.stderr)
        return
    lines = options.against.read_text("utf-8", "surrogateescape").splitlines()
    before = {one["name"]: one for one in map(json.loads, lines)}
    known = len(before)
    differing = compare(before, records(options.folder, options.every))
    print(f"{differing} of {known} records differ", file=sys.stderr)
    sys.exit(bool(differing))


if __name__ == "__main__":
    main()
