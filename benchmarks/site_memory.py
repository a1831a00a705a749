"""Measure what a site memory adds, on labelled pages of sites with at least six pages, and on sentences that sites repeat.

    python benchmarks/site_memory.py DATA_FOLDER [--sets daniel] [--min-pages 6]
    python benchmarks/site_memory.py DATA_FOLDER --sentences repeated-sentences.tsv [--pages 60] [--each 10]

Each site is learned from all its pages as one scraper gives them; a page's own copy never counts for it. The second
form puts sentences of a table (language, sentence) between the paragraphs of gold texts, ``--each`` in each of
``--pages`` articles, and counts how many are removed, and how many words of the articles.
"""

from __future__ import annotations

import argparse
import random
import sys
from collections import defaultdict
from collections.abc import Iterator, Sequence
from concurrent.futures import ProcessPoolExecutor
from functools import partial
from pathlib import Path
from statistics import mean
from typing import NamedTuple

from cleaner import CleanConfig, Cleaner, CleanerError, SiteMemory
from cleaner.training.labelled import GOLD, LabelledPage, read_labelled
from cleaner.training.measures import score_text, tokenize

SCRAPERS = ("trafilatura", "inscriptis", "bs4")
# The gold of these sets has no headline.
WITHOUT_HEADLINE = frozenset({"fundus", "wcxb_dev"})
# Articles that sentences are put into: so many lines at least, so many characters at most.
MIN_LINES, MAX_CHARACTERS = 6, 9000


class Row(NamedTuple):
    """One page: its site, what it was cleaned from and learned from, and the measure without and with memory."""

    site: str
    text: str
    learned: str
    before: float
    after: float


def measure_site(site: str, pages: Sequence[LabelledPage]) -> list[Row]:
    """The rows of one site: the F1 of each text, and how much of the gold stays when it is the input."""
    config = CleanConfig(headline="drop" if pages[0].name in WITHOUT_HEADLINE else "first")
    rows: list[Row] = []
    for learned in (*SCRAPERS, GOLD):
        memory = SiteMemory()
        texts = [page.gold if learned == GOLD else page.texts.get(learned, "") for page in pages]
        for number, text in enumerate(texts):
            memory.observe(text, url=f"https://{site}/{number}", site=site)
        cleaner = Cleaner(config, sites=memory)
        for number, (page, text) in enumerate(zip(pages, texts, strict=True)):
            about = {"title": page.title, "lang": page.lang, "url": f"https://{site}/{number}"}
            if learned != GOLD:
                before, after = (one.clean(text, site=name, **about) for one, name in ((cleaner, " "), (cleaner, site)))
                rows.append(
                    Row(site, learned, learned, *(score_text(r.text, page.gold, page.lang).f1 for r in (before, after)))
                )
            size = max(len(tokenize(page.gold, page.lang)), 1)
            kept = Cleaner(config.replace(headline="first"), sites=memory)
            left = (kept.clean(page.gold, site=name, **about).text for name in (" ", site))
            rows.append(Row(site, GOLD, learned, *(len(tokenize(one, page.lang)) / size for one in left)))
    return rows


def measure_sites(pages: Sequence[LabelledPage], least: int) -> list[Row]:
    """The rows of all sites with enough pages."""
    sites: dict[str, list[LabelledPage]] = defaultdict(list)
    for page in pages:
        sites[page.host].append(page)
    chosen = sorted((site, found) for site, found in sites.items() if len(found) >= least)
    with ProcessPoolExecutor(2) as pool:
        return [row for rows in pool.map(measure_site, *zip(*chosen, strict=True)) for row in rows]


def site_table(rows: Sequence[Row]) -> Iterator[str]:
    """The lines of a table: the means without and with memory, and the site that gains least."""
    yield "text         learned from  pages  without  with     gain    least gain of a site"
    for text, learned in dict.fromkeys((row.text, row.learned) for row in rows):
        own = [row for row in rows if (row.text, row.learned) == (text, learned)]
        gains: dict[str, list[float]] = defaultdict(list)
        for row in own:
            gains[row.site].append(row.after - row.before)
        worst = min(gains, key=lambda site: mean(gains[site]))
        before, after = mean(row.before for row in own), mean(row.after for row in own)
        yield (
            f"{text:12} {learned:12} {len(own):6}  {before:.4f}   {after:.4f}  {after - before:+.4f}  "
            f"{mean(gains[worst]):+.4f} {worst}"
        )


def measure_sentences(lang: str, sentences: Sequence[str], articles: Sequence[str], each: int) -> str:
    """A row of the table of sentences: removed and lost without and with memory."""
    chance = random.Random(lang)
    bag: list[str] = []
    pages: list[list[tuple[str, bool]]] = []
    for article in articles:
        page = [(line, False) for line in article.split("\n")]
        for _ in range(each):
            bag = bag or chance.sample(sentences, len(sentences))
            page.insert(chance.randrange(2, len(page) - 1), (bag.pop(), True))
        pages.append(page)
    memory = SiteMemory()
    for page in pages:
        memory.observe("\n".join(line for line, _ in page), site=lang)
    cleaner = Cleaner(sites=memory)
    cells = []
    for site in (" ", lang):
        removed, lost, words = 0, 0, 0
        for page in pages:
            text = "\n".join(line for line, _ in page)
            gone = bytearray(len(text))
            for item in cleaner.clean(text, site=site).removals:
                gone[item.start : item.end] = b"\1" * (item.end - item.start)
            at = 0
            for line, is_put in page:
                is_gone = 2 * sum(gone[at : at + len(line)]) > len(line)
                at += len(line) + 1
                removed += is_put and is_gone
                size = 0 if is_put else len(line.split())
                words, lost = words + size, lost + is_gone * size
        cells.append(f"{removed / (each * len(pages)):.3f}  {lost / words:.5f}")
    on = each * len(pages) / len(sentences)
    return f"{lang:4} {len(sentences):9}  {on:10.1f}  {'   '.join(cells)}"


def sentence_rows(table: Path, pages: Sequence[LabelledPage], count: int, each: int) -> Iterator[str]:
    """The lines of the table of sentences."""
    found: dict[str, list[str]] = defaultdict(list)
    for line in table.read_text("utf-8").splitlines():
        lang, _, sentence = line.partition("\t")
        found[lang].append(sentence[:1].upper() + sentence[1:])
    texts = [page for page in pages if page.gold.count("\n") >= MIN_LINES and len(page.gold) <= MAX_CHARACTERS]
    yield "lang sentences  pages each  without: removed, lost   with: removed, lost"
    for lang, sentences in found.items():
        own = [page.gold for page in texts if page.lang == lang]
        others = [page.gold for page in texts if page.lang == "en" and lang != "en"]
        yield measure_sentences(lang, sentences, (own + others)[:count], each)


def main() -> int:
    """Measure and print the table."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("folder", type=Path)
    parser.add_argument("--sets", default="daniel")
    parser.add_argument("--min-pages", type=int, default=6)
    parser.add_argument("--sentences", type=Path, help="a table of languages and sentences")
    parser.add_argument("--pages", type=int, default=60)
    parser.add_argument("--each", type=int, default=10)
    options = parser.parse_args()
    read = partial(read_labelled, every=1)
    names = ("fundus", "wcxb_dev", "daniel") if options.sentences else options.sets.split(",")
    try:
        pages = [page for name in names for page in read(options.folder / f"{name}.jsonl.gz")]
    except CleanerError as error:
        print(error, file=sys.stderr)
        return 1
    if options.sentences:
        lines = sentence_rows(options.sentences, pages, options.pages, options.each)
    else:
        lines = site_table(measure_sites(pages, options.min_pages))
    for line in lines:
        print(line, flush=True)
    return 0


if __name__ == "__main__":
    sys.exit(main())
