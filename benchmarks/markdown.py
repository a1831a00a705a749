"""Measure the cleaner on Markdown that three converters make of pages, beside the same pages as plain text.

    python -m pip install html2text markdownify
    python benchmarks/markdown.py DATA_FOLDER [--sets daniel,fundus,wcxb_dev] [--every N]
    ... --store FOLDER    store the Markdown there, and reuse what was stored before
    ... --details FILE    one line per page and converter, as JSON

The figures are the mean word F1 of what a reader sees of the result, with its markup gone: of the Markdown as it is, of
the Markdown cleaned as such, of the same Markdown shown as plain text and cleaned as that, and of the text that a
scraper made of the same page (trafilatura for its own Markdown, inscriptis for whole pages), cleaned. The gold of daniel
includes the headline, that of the others does not: there every copy is dropped.
DATA_FOLDER holds NAME.jsonl.gz, as `cleaner eval` reads it, and NAME.html.jsonl.gz with the pages' HTML.
"""

from __future__ import annotations

import argparse
import html
import json
import re
from collections import defaultdict
from collections.abc import Iterator
from dataclasses import asdict, dataclass
from importlib import import_module
from pathlib import Path
from typing import Any

from cleaner import CleanConfig, Cleaner
from cleaner.report.terminal import align
from cleaner.training.labelled import LabelledPage
from cleaner.training.labelled_html import read_labelled_html
from cleaner.training.measures import score_text

_LINES: Any = import_module("crossvalidate")
WITHOUT_HEADLINE: frozenset[str] = _LINES.WITHOUT_HEADLINE
# The converters, and the scraper whose text of the same page is set beside them.
SCRAPERS = {"trafilatura": "trafilatura", "html2text": "inscriptis", "markdownify": "inscriptis"}
COLUMNS = ("untouched", "markdown", "shown", "plain")


@dataclass(frozen=True, slots=True)
class Figure:
    """One page from one converter: the F1 of each column."""

    name: str
    id: str
    converter: str
    f1: dict[str, float]


def convert(converter: str, page: str) -> str:
    """The Markdown that a converter makes of a page; empty where it fails."""
    module = import_module(converter)
    try:
        if converter == "trafilatura":
            return module.extract(page, output_format="markdown", include_links=True, include_images=True) or ""
        if converter == "html2text":
            return str(module.HTML2Text().handle(page))
        return str(module.markdownify(page))
    except (RecursionError, ValueError, AssertionError):
        return ""


# Images, then the addresses of links, tags of HTML, and all other marks.
_HIDDEN = tuple(
    re.compile(pattern)
    for pattern in (
        r"!\[[^\[\]]*\]\([^()\s]*(?:\s+\"[^\"\n]*\")?\s*\)",
        r"\]\((?:[^()]|\([^()]*\))*\)|\]\[[^\]\n]*\]",
        r"</?[A-Za-z][^<>]*>",
        r"[\\*_`#>\[\]|~]",
    )
)


def show(markdown: str) -> str:
    """The words of Markdown without its markup, on the same lines."""
    for hidden in _HIDDEN:
        markdown = hidden.sub(" ", markdown)
    lines = (" ".join(line.split()) for line in html.unescape(markdown).split("\n"))
    return "\n".join(filter(None, lines))


def measure(page: LabelledPage, converter: str, markdown: str, cleaner: Cleaner) -> Figure:
    """The figures of one page."""
    shown = show(markdown)
    texts = {
        "untouched": shown,
        "markdown": show(cleaner.clean_markdown(markdown).text),
        "shown": cleaner.clean(shown).text,
        "plain": cleaner.clean(page.texts.get(SCRAPERS[converter], "")).text,
    }
    scores = {name: score_text(text, page.gold, page.lang).f1 for name, text in texts.items()}
    return Figure(page.name, page.id, converter, scores)


def converted(folder: Path, name: str, every: int, store: Path | None) -> Iterator[tuple[LabelledPage, dict[str, str]]]:
    """The pages of a set with the Markdown of every converter."""
    for page, markup in read_labelled_html(folder / f"{name}.jsonl.gz", every):
        path = store / f"{name}-{page.id.replace('/', '_')}.json" if store else None
        if path is not None and path.exists():
            yield page, json.loads(path.read_text("utf-8"))
            continue
        found = {converter: convert(converter, markup) for converter in SCRAPERS}
        if path is not None:
            path.parent.mkdir(parents=True, exist_ok=True)
            path.write_text(json.dumps(found), "utf-8")
        yield page, found


def render(figures: list[Figure]) -> list[str]:
    """The table of mean figures by set and converter."""
    groups: dict[tuple[str, str], list[Figure]] = defaultdict(list)
    for figure in figures:
        groups[figure.name, figure.converter].append(figure)
    rows = [["set", "converter", "pages", *COLUMNS]]
    for (name, converter), group in groups.items():
        means = [sum(figure.f1[column] for figure in group) / len(group) for column in COLUMNS]
        rows.append([name, converter, str(len(group)), *(f"{mean:.3f}" for mean in means)])
    return list(align(rows))


def main() -> int:
    """Measure and print the table."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("folder", type=Path)
    parser.add_argument("--sets", default="daniel,fundus,wcxb_dev")
    parser.add_argument("--every", type=int, default=1)
    parser.add_argument("--store", type=Path)
    parser.add_argument("--details", type=Path)
    options = parser.parse_args()
    figures: list[Figure] = []
    for name in options.sets.split(","):
        cleaner = Cleaner(CleanConfig(headline="drop" if name in WITHOUT_HEADLINE else "first"))
        for page, sources in converted(options.folder, name, options.every, options.store):
            figures += [measure(page, converter, markdown, cleaner) for converter, markdown in sources.items()]
    if options.details:
        options.details.write_text("".join(json.dumps(asdict(figure)) + "\n" for figure in figures), "utf-8")
    print("\n".join(render(figures)))
    return 0


if __name__ == "__main__":
    raise SystemExit(main())
