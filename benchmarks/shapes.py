"""Measure artificial documents: CPU seconds per MB of each shape at each size, and how they grow from size to size.

    python benchmarks/shapes.py [--data DATA_FOLDER] [--only WORDS] [--most 1000000] [--json]

Time is the CPU time of one call and of computing the removals of its result, as every run of the command line does;
small documents are cleaned many times. A MB is a million bytes of UTF-8. Two figures matter:

- *x mean*: the most that a shape costs per MB, from 10 kB on, divided by the mean of ordinary documents in the same run:
  flattened pages for text, HTML pages for HTML, from DATA_FOLDER; without one, the samples' lines in documents of
  24 kB, as they are and marked up. Bound: 5.
- *x decade*: the most that the time per MB grows when a document is ten times as large; 1 is linear. Bound: 3.

Figures over a bound are marked, and the exit status is 1. After a document that takes over 20 s no larger one is tried.
"""

from __future__ import annotations

import argparse
import gzip
import json
import sys
import time
from collections.abc import Callable, Iterator, Sequence
from contextlib import suppress
from dataclasses import asdict, dataclass
from importlib import import_module
from itertools import islice, pairwise
from pathlib import Path
from random import Random
from typing import TypeAlias

from cleaner import Cleaner, CleanerError, CleanResult
from cleaner.report.terminal import align
from cleaner.training.labelled import read_labelled

MAX_TIMES_MEAN = 5.0
MAX_TIMES_DECADE = 3.0
SIZES = (1_000, 10_000, 100_000, 1_000_000, 10_000_000)
# Sizes from here on are compared with the mean: below, the fixed cost of a call dominates.
MEAN_FROM = 10_000
GIVE_UP_SECONDS = 20.0
# A measurement is repeated until it has taken this long.
MIN_SECONDS = 0.1
ORDINARY_SIZE = 24_000
SETS = ("daniel", "fundus", "wcxb_dev")
EVERY = 24
LETTERS = "abcdefghijklmnopqrstuvwxyz"
SENTENCE = "The council voted on Monday evening, and nobody in the hall was surprised by what came of it. "
SAMPLES = Path(__file__).parent.parent / "samples"

Shape: TypeAlias = Callable[[int], str]


@dataclass(frozen=True, slots=True)
class Row:
    """One shape: seconds per MB by size, the most divided by the mean, and the most growth over a decade."""

    group: str
    name: str
    seconds: dict[int, float]
    times_mean: float
    times_decade: float

    @property
    def is_slow(self) -> bool:
        """Whether the shape is over a bound."""
        return self.times_mean > MAX_TIMES_MEAN or self.times_decade > MAX_TIMES_DECADE


# --- shapes ----------------------------------------------------------------------------------------------


def repeated(part: str, before: str = "", after: str = "") -> Shape:
    """A part repeated up to a size, with ``before`` and ``after`` once around it."""
    return lambda size: before + part * max(1, (size - len(before) - len(after)) // len(part)) + after


def numbered(part: str, before: str = "", after: str = "") -> Shape:
    """A part repeated up to a size, each time with another number in place of ``{}``."""

    def make(size: int) -> str:
        parts: list[str] = []
        left = size - len(before) - len(after)
        while left > 0:
            parts.append(part.replace("{}", str(len(parts))))
            left -= len(parts[-1])
        return before + "".join(parts) + after

    return make


def drawn(alphabet: Sequence[str], after: str = "", length: int = 1) -> Shape:
    """Letters, words or lines drawn at random from an alphabet, the same in every run."""

    def make(size: int) -> str:
        random = Random(size)
        parts: list[str] = []
        left = size
        while left > 0:
            parts.append("".join(random.choices(alphabet, k=length)) + after)
            left -= len(parts[-1])
        return "".join(parts)

    return make


def nested(begin: str, end: str, inside: str = "deep") -> Shape:
    """Something nested in itself, as deep as the size allows."""
    return lambda size: begin * (size // (len(begin) + len(end))) + inside + end * (size // (len(begin) + len(end)))


INTERFACE = (
    "Reply",
    "Delete",
    "Share on Facebook",
    "Read more",
    "Advertisement",
    "À lire aussi :",
    "Répondre",
    "12:30",
)

TEXTS: dict[str, Shape] = {
    "prose, a sentence a line": repeated(SENTENCE.strip() + "\n"),
    "one line of prose": repeated(SENTENCE),
    "one line without a space": repeated("a"),
    "one line of random letters": drawn(LETTERS),
    "one line of random words": drawn(LETTERS, " ", 5),
    "spaces": repeated(" "),
    "empty lines": repeated("\n"),
    "a letter a line": repeated("a\n"),
    "a random letter a line": drawn(LETTERS, "\n"),
    "a random word a line": drawn(LETTERS, "\n", 6),
    "two letters and NEL": repeated("ab\x85"),
    "two random letters and CRLF": drawn(LETTERS, "\r\n", 2),
    "two CJK signs a line": repeated("新聞\n"),
    "random CJK signs, two a line": drawn([chr(code) for code in range(0x4E00, 0x5E00)], "\n", 2),
    "one line of CJK": drawn([chr(code) for code in range(0x4E00, 0x5E00)]),
    "lines of combining marks": repeated("e\u0301\u0302\u0303\u0304\n"),
    "one line of combining marks": repeated("\u0301"),
    "lines of emoji": repeated("😀🔥\n"),
    "emoji joined by ZWJ": repeated("👩\u200d👩\u200d👧\n"),
    "zero-width characters": repeated("\u200b\u200c\u200d\ufeff"),
    "right-to-left, marked": repeated("\u202eשלום\u202c عالم\n"),
    "digits and dates": repeated("12/05/2019 10:30 - 13.06.2020\n"),
    "box openers": repeated("À lire aussi :\n"),
    "reply and delete by turns": repeated("Reply\nDelete\n"),
    "reply and delete, fused": repeated("RépondreSupprimer"),
    "interface words by chance": drawn(INTERFACE, "\n"),
    "interface words in one line": drawn(INTERFACE, " "),
    "a comment thread": numbered("Anna {}\n3 May 2024 at 10:{}\nI do not think so at all.\nReply\n"),
    "one short line again and again": repeated("Read more\n"),
    "spaces, then an agency": repeated(" " * 1985 + " afp\n"),
    "opening brackets": repeated("(["),
    "commas": repeated("a,"),
    "addresses": numbered("https://example.org/a/{}?b=c&d=e#f\n"),
    "hashtags": numbered("#tag{} @name{} "),
    "pipes": repeated("News | "),
    "list items": numbered("- item {}\n"),
}

PAGE = "<html><head><title>Low water on the lake</title></head><body>"
PARAGRAPH = f"<p>{SENTENCE * 2}</p>"

PAGES: dict[str, Shape] = {
    "paragraphs": repeated(PARAGRAPH, PAGE),
    "a sentence an item": numbered(f"<li>{SENTENCE}{{}}</li>", PAGE + "<ul>", "</ul>"),
    "short paragraphs": repeated("<p>a", PAGE),
    "random short paragraphs": drawn(LETTERS, "<p>", 2),
    "line breaks": repeated("a<br>", PAGE + "<p>"),
    "links": numbered("<a href='/{}'>Story {}</a>", PAGE),
    "links in items": numbered("<li><a href='/{}'>Story {}</a></li>", PAGE + "<ul>"),
    "divisions in each other": nested("<div>", "</div>"),
    "bold in bold": nested("<b>", "</b>"),
    "unclosed font elements": repeated("<p><font><b><i>a", PAGE),
    "tables in each other": nested("<table><tr><td>", "</td></tr></table>"),
    "a table of rows": numbered("<tr><td>Boat {}</td><td>{}</td></tr>", PAGE + "<table>", "</table>"),
    "a row of cells": repeated("<td>a</td>", PAGE + "<table><tr>", "</tr><tr><td>x</td><td>y</td></tr></table>"),
    "one word a row": repeated("<tr><td>a", PAGE + "<table>"),
    "attributes": numbered(" a{}=b", PAGE + "<p", f">x</p>{PARAGRAPH}"),
    "a long attribute": repeated("name ", PAGE + "<p class='", f"'>x</p>{PARAGRAPH}"),
    "elements with many classes": numbered("<p class='c{} post entry share comment x{}'>Text {}</p>", PAGE),
    "attributes on many elements": numbered("<p " + " ".join(f"a{at}=b" for at in range(60)) + ">a{}</p>", PAGE),
    "custom elements": numbered("<x-{}>a</x-{}>", PAGE),
    "unknown elements": numbered("<y{}>a", PAGE),
    "stray ends": repeated("</p></b></x>", PAGE),
    "angle brackets": repeated("<", PAGE),
    "unclosed comment": repeated("<!-- ", PAGE),
    "entities": repeated("&amp;&eacute;&#8364;", PAGE),
    "unknown entities": repeated("&a", PAGE),
    "preformatted lines": numbered("    line {} of code\n", PAGE + "<pre>", "</pre>"),
    "preformatted columns": repeated("one    two\tthree  ", PAGE + "<pre>", "</pre>"),
    "titles": numbered("<h2>Low water on the lake {}</h2><p>a</p>", PAGE),
    "copies of the headline": repeated("<h1>Low water on the lake</h1>", PAGE),
    "meta elements": numbered("<meta name='m{}' content='c'>", "<html><head>", f"</head><body>{PARAGRAPH}"),
    "scripts of data": repeated('{"a":', PAGE + "<script type='application/ld+json'>", "</script>"),
    "articles in data": repeated(
        '<script type="application/ld+json">{"articleBody": "' + SENTENCE + '"}</script>', PAGE
    ),
    "an open string in data": repeated(
        '"articleBody": "', PAGE + "<script type='application/ld+json'>", "</script><p>x"
    ),
    "pushed data": repeated('self.__next_f.push([1,"<p>a<p>b\\n"])', PAGE + "<script>", "</script><p>x"),
    "pictures": repeated("<img src='data:image/png;base64,AAAA'>", PAGE),
    "comments of readers": numbered(f"<li class='comment'><b>Anna {{}}</b><p>{SENTENCE}</p><a>Reply</a></li>", PAGE),
    "drawings": repeated("<svg><b><p>", PAGE),
    "frames of forms": repeated("<form><select><option>a", PAGE),
    "text alone": repeated(SENTENCE, PAGE),
    "wrongly decoded text": repeated("<p>Die RÃ¤te, BÃ¼rger und SÃ¤nger tagten.</p>", PAGE),
}


# --- what is measured ------------------------------------------------------------------------------------


def ordinary(folder: Path | None) -> tuple[list[str], list[str]]:
    """Ordinary texts and ordinary HTML pages."""
    if folder is not None:
        return list(_texts(folder)), list(_pages(folder))
    lines = [line for path in sorted(SAMPLES.glob("*/raw.txt")) for line in path.read_text("utf-8").splitlines()]
    texts = ["\n".join(lines)[at : at + ORDINARY_SIZE] for at in range(0, len("\n".join(lines)), ORDINARY_SIZE)]
    return texts, [PAGE + "".join(f"<div><p>{line}</p></div>\n" for line in text.splitlines()) for text in texts]


def _texts(folder: Path) -> Iterator[str]:
    for name in SETS:
        for page in read_labelled(folder / f"{name}.jsonl.gz", EVERY):
            if text := page.texts.get("inscriptis"):
                yield text


def _pages(folder: Path) -> Iterator[str]:
    for name in SETS:
        with gzip.open(folder / f"{name}.html.jsonl.gz", "rb") as lines:
            for line in islice(lines, 0, None, EVERY):
                yield json.loads(line)["html"]


def seconds_of(work: Callable[[str], CleanResult], documents: Sequence[str]) -> float:
    """The CPU time that cleaning documents takes, their removals included, as a mean of rounds."""
    started = time.process_time()
    rounds = 0
    while (taken := time.process_time() - started) < MIN_SECONDS:
        for document in documents:
            _ = work(document).removals
        rounds += 1
    return taken / rounds


def megabytes(documents: Sequence[str]) -> float:
    """The size of documents as UTF-8, in MB."""
    return sum(len(document.encode("utf-8", "surrogatepass")) for document in documents) / 1e6


def measure(work: Callable[[str], CleanResult], shape: Shape, sizes: Sequence[int]) -> dict[int, float]:
    """The seconds per MB of a shape at each size."""
    found: dict[int, float] = {}
    for size in sizes:
        document = shape(size)
        seconds = seconds_of(work, [document])
        found[size] = seconds / megabytes([document])
        if seconds > GIVE_UP_SECONDS:
            break
    return found


def row_of(group: str, name: str, seconds: dict[int, float], mean: float) -> Row:
    """The row of a shape's figures."""
    most = max((cost for size, cost in seconds.items() if size >= MEAN_FROM), default=0.0)
    growth = max((after / before for before, after in pairwise(seconds.values())), default=0.0)
    return Row(group, name, seconds, most / mean, growth)


def rows_of(
    group: str, work: Callable[[str], CleanResult], shapes: dict[str, Shape], documents: list[str], sizes: Sequence[int]
) -> Iterator[Row]:
    """The rows of one kind of documents, the ordinary ones first."""
    seconds_of(work, documents)  # expressions are compiled when they are first tried
    mean = seconds_of(work, documents) / megabytes(documents)
    yield Row(group, "ordinary documents", {0: mean}, 1.0, 0.0)
    for name, shape in shapes.items():
        yield row_of(group, name, measure(work, shape, sizes), mean)


# --- the table -------------------------------------------------------------------------------------------


def render(rows: Sequence[Row], sizes: Sequence[int]) -> list[str]:
    """The rows as a table."""
    table = [["", "s/MB at", *(f"{size:,}" for size in sizes), "x mean", "x decade", ""]]
    for row in rows:
        costs = [f"{row.seconds[size]:.3f}" if size in row.seconds else "" for size in sizes]
        if 0 in row.seconds:
            costs[0] = f"{row.seconds[0]:.3f}"
        bounds = [f"{row.times_mean:.1f}", f"{row.times_decade:.2f}", "over" if row.is_slow else ""]
        table.append([row.group, row.name, *costs, *bounds])
    return align(table, numbers=True, names=2)


def main() -> int:
    """Measure and print the table."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--data", type=Path, help="a folder of labelled pages, for the mean of real ones")
    parser.add_argument("--only", default="", help="only shapes whose group or name contains this: text, html, CJK ...")
    parser.add_argument(
        "--most", type=int, default=1_000_000, help="the largest size, in characters; 10000000 is ten MB"
    )
    parser.add_argument("--json", action="store_true", help="JSON instead of a table")
    options = parser.parse_args()
    sizes = [size for size in SIZES if size <= options.most]
    cleaner = Cleaner()
    with suppress(ImportError):
        import_module("trafilatura")  # otherwise the first page that it is asked about pays for loading it
    rows: list[Row] = []
    try:
        texts, pages = ordinary(options.data)
    except CleanerError as error:
        print(error, file=sys.stderr)
        return 1
    for group, work, shapes, documents in (
        ("text", cleaner.clean, TEXTS, texts),
        ("html", cleaner.clean_html, PAGES, pages),
    ):
        wanted = {name: shape for name, shape in shapes.items() if options.only in f"{group} {name}"}
        if not wanted:
            continue
        for row in rows_of(group, work, wanted, documents, sizes):
            rows.append(row)
            print(f"{row.group}: {row.name}: x {row.times_mean:.1f}, x {row.times_decade:.2f}", file=sys.stderr)
    print(json.dumps([asdict(row) for row in rows], indent=1) if options.json else "\n".join(render(rows, sizes)))
    return int(any(row.is_slow for row in rows))


if __name__ == "__main__":
    sys.exit(main())
