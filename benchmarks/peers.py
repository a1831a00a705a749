"""Measure other tools on the same scraped texts: how much of the article a line filter and two extractors leave.

    python -m pip install justext lxml_html_clean boilerpy3
    python benchmarks/peers.py DATA_FOLDER [--sets daniel,fundus] [--scrapers trafilatura,inscriptis] [--every N]

The figures are mean F1 over pages, like those of benchmarks/quality.py; the peers are:

- c4-5, c4-3: the line filter published with the C4 corpus, reimplemented here. A line stays if it ends in terminal
  punctuation and not in an ellipsis, has at least five (or three) words, and has none of the words and signs that C4
  looks for. Where C4 would discard the whole page (a curly bracket, "lorem ipsum"), only the line is discarded here,
  since a page without text measures nothing. The marks of other scripts count as terminal punctuation too.
- justext: jusText with its defaults, each line of the text as a paragraph, and the stop words of the page's language,
  or its language-independent mode if it has none.
- boilerpy3: ArticleExtractor, each line as a paragraph.
"""

from __future__ import annotations

import argparse
import html
import sys
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from functools import cache, partial
from importlib import import_module
from pathlib import Path
from typing import Any

from cleaner import CleanerError
from cleaner.report.terminal import align
from cleaner.training.evaluation import map_in_processes
from cleaner.training.labelled import LabelledPage, read_labelled
from cleaner.training.measures import CHARACTER_LANGUAGES, GoldText, count_tokens, score_tokens

INSTALL = "python -m pip install justext lxml_html_clean boilerpy3"
MODULES = ("justext", "boilerpy3.extractors")

TERMINAL = (*'.!?"', *"。！？．”»」』؟۔।")
ELLIPSIS = ("...", "…")
# Searched for in lower case.
SPOILERS = (
    *("javascript", "lorem ipsum", "{", "terms of use", "privacy policy"),
    *("cookie policy", "uses cookies", "use of cookies", "use cookies"),
)

# Characters that HTML parsers reject.
NOT_IN_HTML = dict.fromkeys((*range(0x20), *range(0xD800, 0xE000), 0xFFFE, 0xFFFF), " ")

STOP_WORD_LISTS = {
    "ar": "Arabic",
    "bg": "Bulgarian",
    "ca": "Catalan",
    "cs": "Czech",
    "da": "Danish",
    "de": "German",
    "el": "Greek",
    "en": "English",
    "es": "Spanish",
    "et": "Estonian",
    "fi": "Finnish",
    "fr": "French",
    "he": "Hebrew",
    "hi": "Hindi",
    "hr": "Croatian",
    "hu": "Hungarian",
    "id": "Indonesian",
    "it": "Italian",
    "ko": "Korean",
    "lt": "Lithuanian",
    "lv": "Latvian",
    "nl": "Dutch",
    "no": "Norwegian_Bokmal",
    "nb": "Norwegian_Bokmal",
    "nn": "Norwegian_Nynorsk",
    "pl": "Polish",
    "pt": "Portuguese",
    "ro": "Romanian",
    "ru": "Russian",
    "sk": "Slovak",
    "sl": "Slovenian",
    "sr": "Serbian",
    "sv": "Swedish",
    "ta": "Tamil",
    "tr": "Turkish",
    "uk": "Ukrainian",
    "ur": "Urdu",
    "vi": "Vietnamese",
}


# --- the peers -------------------------------------------------------------------------------------------


def filter_c4(page: LabelledPage, text: str, *, min_words: int) -> str:
    """The lines that the filter of the C4 corpus keeps."""
    return "\n".join(line for line in map(str.strip, text.splitlines()) if _is_kept(line, page.lang, min_words))


def _is_kept(line: str, lang: str | None, min_words: int) -> bool:
    if not line.endswith(TERMINAL) or line.endswith(ELLIPSIS):
        return False
    words = sum(map(str.isalnum, line)) if lang in CHARACTER_LANGUAGES else len(line.split())
    lowered = line.lower()
    return words >= min_words and not any(spoiler in lowered for spoiler in SPOILERS)


def extract_justext(page: LabelledPage, text: str) -> str:
    """The paragraphs that jusText classifies as text."""
    justext = import_module("justext")
    stop_words = _stop_words(page.lang)
    options: dict[str, Any] = {} if stop_words else {"stopwords_low": 0, "stopwords_high": 0}
    paragraphs = justext.justext(as_html(page, text), stop_words, **options)
    return "\n".join(paragraph.text for paragraph in paragraphs if not paragraph.is_boilerplate)


@cache
def _stop_words(lang: str | None) -> frozenset[str]:
    name = STOP_WORD_LISTS.get(lang or "")
    return import_module("justext").get_stoplist(name) if name else frozenset()


def extract_boilerpy3(page: LabelledPage, text: str) -> str:
    """The text that boilerpy3's ArticleExtractor classifies as the article."""
    extractor = import_module("boilerpy3.extractors").ArticleExtractor(raise_on_failure=False)
    return str(extractor.get_content(as_html(page, text)))


def as_html(page: LabelledPage, text: str) -> str:
    """An HTML page with a paragraph for each line of a text."""
    lines = [line.translate(NOT_IN_HTML) for line in text.splitlines()]
    body = "\n".join(f"<p>{html.escape(line)}</p>" for line in lines if line.strip())
    return f"<html><head><title>{html.escape(page.title or '')}</title></head><body>\n{body}\n</body></html>"


PEERS: dict[str, Callable[[LabelledPage, str], str]] = {
    "c4-5": partial(filter_c4, min_words=5),
    "c4-3": partial(filter_c4, min_words=3),
    "justext": extract_justext,
    "boilerpy3": extract_boilerpy3,
}


# --- measuring -------------------------------------------------------------------------------------------


@dataclass(frozen=True, slots=True)
class Figures:
    """F1 of one text: untouched, as each peer leaves it, and the best possible."""

    name: str
    scraper: str
    values: tuple[float, ...]


def measure_page(page: LabelledPage, scrapers: Sequence[str]) -> list[Figures]:
    """The figures of the texts of a page."""
    gold = GoldText(page.gold, page.lang)

    def f1(text: str) -> float:
        return score_tokens(count_tokens(gold.judge_lines(text)), gold.counts).f1

    found = []
    for scraper in scrapers:
        if scraper not in page.texts:
            continue
        text = page.texts[scraper]
        best = score_tokens(count_tokens(line for line in gold.judge_lines(text) if line.label), gold.counts).f1
        peers = [f1(peer(page, text)) for peer in PEERS.values()]
        found.append(Figures(page.name, scraper, (f1(text), *peers, best)))
    return found


def render(figures: Sequence[Figures]) -> list[str]:
    """The table of means by set and scraper."""
    groups: dict[tuple[str, str], list[Figures]] = {}
    for item in figures:
        groups.setdefault((item.name, item.scraper), []).append(item)
    table = [["set", "scraper", "pages", "untouched", *PEERS, "oracle"]]
    for (name, scraper), members in groups.items():
        columns = zip(*(member.values for member in members), strict=True)
        table.append([name, scraper, str(len(members)), *(f"{sum(column) / len(members):.4f}" for column in columns)])
    return align(table, numbers=True, names=2)


def missing_modules() -> list[str]:
    """Why modules of the peers cannot be imported; empty if all can be."""
    why = []
    for module in MODULES:
        try:
            import_module(module)
        except ImportError as error:
            why.append(f"{module} ({error})")
    return why


def main() -> int:
    """Measure and print the table."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("folder", type=Path)
    parser.add_argument("--sets", default="daniel,fundus,wcxb_dev")
    parser.add_argument("--scrapers", default="trafilatura,inscriptis")
    parser.add_argument("--every", type=int, default=1)
    parser.add_argument("--jobs", type=int, default=2)
    options = parser.parse_args()
    if missing := missing_modules():
        print(f"cannot import {'; '.join(missing)}; install the peers with: {INSTALL}", file=sys.stderr)
        return 1

    def pages() -> Iterator[LabelledPage]:
        for name in options.sets.split(","):
            yield from read_labelled(options.folder / f"{name}.jsonl.gz", options.every)

    measure = partial(measure_page, scrapers=options.scrapers.split(","))
    try:
        figures = [item for found in map_in_processes(measure, pages(), processes=options.jobs) for item in found]
    except CleanerError as error:
        print(error, file=sys.stderr)
        return 1
    print("\n".join(render(figures)))
    return 0


if __name__ == "__main__":
    sys.exit(main())
