"""Measure what a site memory adds to HTML, on labelled pages of sites with at least six pages.

    python benchmarks/site_blocks.py DATA_FOLDER [--sets daniel] [--min-pages 6] [--html-weights WEIGHTS]

Each site is learned from the HTML of all its pages, and again from their flattened text; a page's own copy never counts
for it. Then HTML is cleaned with either memory, and two scrapers' texts with that of HTML. Every other site is counted
apart too: the points were chosen on the first half. Weights that were fitted without the set show what is to be
expected of other sites: ``cleaner fit --html``.
"""

from __future__ import annotations

import argparse
import sys
from collections import defaultdict
from collections.abc import Iterator, Sequence
from concurrent.futures import ProcessPoolExecutor
from functools import partial
from pathlib import Path
from statistics import mean
from typing import NamedTuple

from cleaner import CleanConfig, Cleaner, CleanerError, CleanResult, SiteMemory
from cleaner.training.labelled import LabelledPage
from cleaner.training.labelled_html import read_labelled_html
from cleaner.training.measures import score_text

# What is cleaned, and what was learned.
COURSES = (("html", "html"), ("html", "inscriptis"), ("trafilatura", "html"), ("inscriptis", "html"))

Pages = Sequence[tuple[LabelledPage, str]]


class Row(NamedTuple):
    """One page: its site, what was cleaned and what learned, and the F1 without and with memory."""

    site: str
    cleaned: str
    learned: str
    before: float
    after: float


def measure_site(weights: Path | None, site: str, pages: Pages) -> list[Row]:
    """The rows of one site."""
    config = CleanConfig(html_weights=weights)
    cleaners: dict[str, Cleaner] = {}
    for learned in dict.fromkeys(learned for _, learned in COURSES):
        cleaners[learned] = Cleaner(config, sites=SiteMemory())
        for number, one in enumerate(pages):
            cleaners[learned].observe(_document(one, learned, site, number))
    plain, rows = Cleaner(config), list[Row]()
    for cleaned, learned in COURSES:
        for number, one in enumerate(pages):
            document = _document(one, cleaned, site, number)
            results: list[CleanResult] = [next(by.stream([document])) for by in (plain, cleaners[learned])]
            before, after = (score_text(result.text, one[0].gold, one[0].lang).f1 for result in results)
            rows.append(Row(site, cleaned, learned, before, after))
    return rows


def _document(one: tuple[LabelledPage, str], form: str, site: str, number: int) -> dict[str, str | None]:
    page, html = one
    about = {"url": f"https://{site}/{number}", "site": site}
    if form == "html":
        return {"html": html, **about}
    return {"text": page.texts.get(form, ""), "title": page.title, "lang": page.lang, **about}


def measure_sites(pages: Pages, least: int, weights: Path | None) -> list[Row]:
    """The rows of all sites with enough pages."""
    sites: dict[str, list[tuple[LabelledPage, str]]] = defaultdict(list)
    for one in pages:
        sites[one[0].host].append(one)
    chosen = [(site, found) for site, found in sites.items() if len(found) >= least]
    with ProcessPoolExecutor(2) as pool:
        found = pool.map(partial(measure_site, weights), *zip(*chosen, strict=True))
        return [row for rows in found for row in rows]


def table(rows: Sequence[Row]) -> Iterator[str]:
    """The lines of a table: the means without and with memory, of all sites and of each half, and the least gain."""
    yield "cleaned      learned from  all sites           first half          second half         least gain of a site"
    for cleaned, learned in COURSES:
        gains: dict[str, list[tuple[float, float]]] = defaultdict(list)
        for row in rows:
            if (row.cleaned, row.learned) == (cleaned, learned):
                gains[row.site].append((row.before, row.after))
        sites = list(gains)
        cells = []
        for some in (sites, sites[::2], sites[1::2]):
            pairs = [pair for site in some for pair in gains[site]]
            cells.append(f"{mean(before for before, _ in pairs):.4f} -> {mean(after for _, after in pairs):.4f}")
        least = sorted((mean(after - before for before, after in gains[site]), site) for site in sites)[:2]
        worst = ", ".join(f"{gain:+.4f} {site}" for gain, site in least)
        yield f"{cleaned:12} {learned:12}  {'    '.join(cells)}    {worst}"


def main() -> int:
    """Measure and print the table."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("folder", type=Path)
    parser.add_argument("--sets", default="daniel")
    parser.add_argument("--min-pages", type=int, default=6)
    parser.add_argument("--html-weights", type=Path, help="a model of blocks that was fitted without the sets")
    options = parser.parse_args()
    try:
        pages = [
            page for name in options.sets.split(",") for page in read_labelled_html(options.folder / f"{name}.jsonl.gz")
        ]
        rows = measure_sites(pages, options.min_pages, options.html_weights)
    except CleanerError as error:
        print(error, file=sys.stderr)
        return 1
    for line in table(rows):
        print(line)
    return 0


if __name__ == "__main__":
    sys.exit(main())
