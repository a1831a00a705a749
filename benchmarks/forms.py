"""Measure how much the cleaner's result depends on the form that a text comes in: the same documents, lines broken.

    python benchmarks/forms.py MARKED_FOLDER... [--data DATA_FOLDER] [--every N] [--worst N] [--forms FORM...]

Each marked document (see samples/marked/README.md) is rewritten into every form of `FORMS`: wrapped, on one line, with
tabs or a literal ``\\n`` for line ends, and so on. Each form is a row, beside *plain*, a line a line:

- *lost*, *left*: the shares of article words lost and of noise words left;
- *same*: of the documents without their noise, the share that comes back byte for byte;
- *text lost*, *text left*, *page lost*, *page left*: the same for extracted text and for flattened pages of DATA_FOLDER,
  in words of the page's article and of what the scraper left besides; *gold*: of its articles, the share that comes
  back byte for byte.
"""

from __future__ import annotations

import argparse
import textwrap
from collections import Counter
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass, field
from importlib import import_module
from itertools import cycle
from pathlib import Path
from typing import Any

from cleaner import Cleaner
from cleaner.report.terminal import align
from cleaner.training.labelled import LabelledPage, read_labelled
from cleaner.training.marked import MarkedDocument, MarkedLine, read_marked_folder
from cleaner.training.measures import tokenize

SETS = ("daniel", "fundus", "wcxb_dev")
TEXTS, PAGES = "trafilatura", "bs4"
HALF_ENDS = ("\n", " ")

marked = import_module("marked")

Spans = list[tuple[int, int]]


@dataclass(frozen=True, slots=True)
class Form:
    """A form of a text: what stands between its lines, in turn, around each, and the width they are
    wrapped at with what stands there.
    """

    between: Sequence[str] = ("\n",)
    before: str = ""
    after: str = ""
    width: int | None = None
    fold: str = "\n"

    def write(self, lines: Sequence[str]) -> tuple[str, Spans]:
        """The text of some lines in this form, and where each of them stands in it."""
        parts: list[str] = []
        spans: Spans = []
        size = 0
        for number, (line, end) in enumerate(zip(lines, cycle(self.between))):
            shown = self._wrap(line)
            whole = (self.before + shown + self.after if shown.strip() else shown) + end * (number < len(lines) - 1)
            start = size + len(self.before) * bool(shown.strip())
            spans.append((start, start + len(shown)))
            parts.append(whole)
            size += len(whole)
        return "".join(parts), spans

    def _wrap(self, line: str) -> str:
        if self.width is None or len(line) <= self.width:
            return line
        return self.fold.join(textwrap.wrap(line, self.width, break_long_words=False, break_on_hyphens=False))


FORMS: dict[str, Form] = {
    "plain": Form(),
    "mixed ends": Form(("\n", "\r\n", "\r", "\u2028")),
    "doubled": Form(("\n\n",)),
    "wrapped 72, all doubled": Form(("\n\n",), width=72, fold="\n\n"),
    "wrapped 72": Form(width=72),
    "wrapped 72, doubled": Form(("\n\n",), width=72),
    "wrapped 40": Form(width=40),
    "tabs": Form(("\t",)),
    "bars": Form((" | ",)),
    "tight bars": Form(("|",)),
    "\\n": Form(("\\n",)),
    "\\r\\n": Form(("\\r\\n",)),
    "<br>": Form(("<br>",)),
    "<br />, line end": Form(("<br />\n",)),
    "<p>": Form(("",), "<p>", "</p>"),
    "&#13;, line end": Form(("&#13;\n",)),
    "VT": Form(("\v",)),
    "half": Form(HALF_ENDS),
    "one line": Form((" ",)),
    "glued": Form(("",)),
}


@dataclass(slots=True)
class Tally:
    """Words of articles and of noise, those lost and those left; texts, and those that came back byte for byte."""

    article: int = 0
    lost: int = 0
    noise: int = 0
    left: int = 0
    texts: int = 0
    same: int = 0
    faults: list[Any] = field(default_factory=list)

    def add(self, found: Any) -> None:
        """Add the measures of a marked document."""
        self.article, self.lost = self.article + found.article, self.lost + found.lost
        self.noise, self.left = self.noise + found.noise, self.left + found.left
        self.faults.append(found)

    def add_same(self, *, is_same: bool) -> None:
        """Add a text that has nothing to remove."""
        self.texts, self.same = self.texts + 1, self.same + is_same

    @property
    def shares(self) -> tuple[str, str]:
        """The share of article words lost and of noise words left."""
        return f"{self.lost / max(self.article, 1):.4f}", f"{self.left / max(self.noise, 1):.4f}"

    @property
    def same_share(self) -> str:
        """The share of texts that came back byte for byte."""
        return f"{self.same / max(self.texts, 1):.3f}"


def without_noise(document: MarkedDocument) -> list[str]:
    """The lines of a document's article."""
    return [line.wanted for line in document.lines if line.mark in "+=" and (line.wanted or not line.text)]


def measure_documents(cleaner: Cleaner, documents: Sequence[MarkedDocument], form: Form) -> Tally:
    """The words lost and left of marked documents in a form, and how many of their articles come back as they were."""
    tally = Tally()
    for document in documents:
        text, spans = form.write([line.text for line in document.lines])
        tally.add(marked.measure_spans(document, spans, cleaner.clean(text)))
        article, _ = form.write(without_noise(document))
        tally.add_same(is_same=cleaner.clean(article).text == article)
    return tally


def measure_pages(cleaner: Cleaner, pages: Sequence[LabelledPage], scraper: str, form: Form) -> Tally:
    """The words lost and left of labelled pages in a form, and how many of their articles come back as they were.

    What is left of each line is compared with the article as a bag of words, so the form does not matter.
    """
    tally = Tally()
    for page in pages:
        lines = page.texts.get(scraper, "").splitlines()
        text, spans = form.write(lines)
        result = cleaner.clean(text)
        document = MarkedDocument(page.id, tuple(MarkedLine("-", line, "") for line in lines))
        own, left = (
            Counter(token for line in some for token in tokenize(line, page.lang))
            for some in (lines, marked.remaining(spans, result))
        )
        gold = Counter(tokenize(page.gold, page.lang))
        article = own & gold
        lost = (article - left).total()
        noise, over = (own - gold).total(), (left - gold).total()
        tally.add(marked.Marks(document.name, article.total(), lost, noise, over, ()))
        article_text, _ = form.write(page.gold.splitlines())
        tally.add_same(is_same=cleaner.clean(article_text).text == article_text)
    return tally


def read_pages(folder: Path, every: int) -> list[LabelledPage]:
    """The labelled pages of the sets that have articles, every N-th of each."""
    return [page for name in SETS for page in read_labelled(folder / f"{name}.jsonl.gz", every)]


def rows(options: Any) -> Iterator[list[str]]:
    """The table: its head, then a row a form."""
    cleaner = Cleaner()
    documents = [document for folder in options.folders for document in read_marked_folder(folder)]
    pages = read_pages(options.data, options.every) if options.data else []
    measures: list[Callable[[Form], Tally]] = [lambda form: measure_pages(cleaner, pages, TEXTS, form)]
    measures.append(lambda form: measure_pages(cleaner, pages, PAGES, form))
    head = ["form", "lost", "left", "same"]
    yield [*head, "text lost", "text left", "page lost", "page left", "gold"] if pages else head
    for name in options.forms:
        found = measure_documents(cleaner, documents, FORMS[name])
        row = [name, *found.shares, found.same_share]
        if pages:
            texts, whole = (measure(FORMS[name]) for measure in measures)
            row += [*texts.shares, *whole.shares, texts.same_share]
        yield row
        for one in sorted(found.faults, key=lambda one: -(marked.LOSS * one.lost + one.left))[: options.worst]:
            print(f"  {name}: {one.name}: lost {one.lost} of {one.article}, left {one.left} of {one.noise}")
            print("\n".join(f"    {line}" for line in one.lines))


def main() -> None:
    """Measure, and print one row per form."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("folders", nargs="+", type=Path)
    parser.add_argument("--data", type=Path)
    parser.add_argument("--forms", nargs="+", default=list(FORMS), choices=FORMS, metavar="FORM")
    parser.add_argument("--every", type=int, default=12)
    parser.add_argument("--worst", type=int, default=0)
    print("\n".join(align(list(rows(parser.parse_args())))))


if __name__ == "__main__":
    main()
