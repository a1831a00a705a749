"""Measure the cleaner on HTML of sites that its model was not fitted on, and the extractors that are installed.

    python -m pip install lightgbm justext lxml_html_clean newspaper4k readability-lxml resiliparse
    python benchmarks/extraction.py DATA_FOLDER [--sets daniel,fundus,wcxb_dev] [--every N]
    ... --peers trafilatura,justext          these peers only; --peers none leaves them out
    ... --models FOLDER                      store the fitted models there, and reuse those stored before
    ... --text-weights FOLDER                weights of the line scorer by fold, from crossvalidate.py --weights
    ... --worst N                            also the N pages with the lowest F1
    ... --details FILE                       one line per page and tool, as JSON

All hosts are divided into five folds; the pages of a fold are cleaned with a model fitted on the other four. The
figures are mean word F1 over pages and CPU milliseconds per page. The gold of daniel includes the headline, that of the
others does not: so the headline that the cleaner recognised is added to, or removed from, the text of every tool.
DATA_FOLDER holds NAME.jsonl.gz, as `cleaner eval` reads it, and NAME.html.jsonl.gz with the pages' HTML.
"""

from __future__ import annotations

import argparse
import json
import pickle
import sys
import tempfile
import time
from collections import defaultdict
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from functools import partial
from importlib import import_module
from pathlib import Path
from typing import Any

from cleaner import CleanConfig, Cleaner
from cleaner.html.model import dump_model
from cleaner.report.terminal import align
from cleaner.text.folding import fold
from cleaner.training.block_fitting import TrainingPage, collect_pages, fit_model
from cleaner.training.labelled import LabelledPage
from cleaner.training.labelled_html import read_labelled_html
from cleaner.training.measures import score_text

# The weights of the line scorer come from that benchmark, so the folds and sets must be its own.
_LINES: Any = import_module("crossvalidate")
FOLDS: int = _LINES.FOLDS
fold_of: Callable[[str], int] = _LINES.fold_of
WITHOUT_HEADLINE: frozenset[str] = _LINES.WITHOUT_HEADLINE
MIN_PAGES_OF_LANGUAGE = 10
OURS = "cleaner"


@dataclass(frozen=True, slots=True)
class Figure:
    """One page as one tool gives it: ``f1`` of its text, ``cpu`` in milliseconds."""

    tool: str
    name: str
    id: str
    lang: str | None
    f1: float
    cpu: float


# --- the peers -------------------------------------------------------------------------------------------


def trafilatura_peer(**options: Any) -> Callable[[str, str | None], str]:
    """One mode of trafilatura, without comments."""
    extract = import_module("trafilatura").extract
    return lambda markup, _: extract(markup, include_comments=False, **options) or ""


def justext_peer() -> Callable[[str, str | None], str]:
    """The paragraphs of jusText, with the stop words of the page's language."""
    module = import_module("justext")
    names = import_module("peers").STOP_WORD_LISTS

    def extract(markup: str, lang: str | None) -> str:
        known = names.get(lang or "")
        words = module.get_stoplist(known) if known else frozenset()
        options = {} if words else {"stopwords_low": 0, "stopwords_high": 0}
        found = module.justext(markup.encode("utf-8", "replace"), words, encoding="utf-8", **options)
        return "\n".join(paragraph.text for paragraph in found if not paragraph.is_boilerplate)

    return extract


def newspaper_peer() -> Callable[[str, str | None], str]:
    """newspaper4k, told the page's language."""
    module = import_module("newspaper")

    def extract(markup: str, lang: str | None) -> str:
        try:
            return parse(markup, lang or "en")
        except Exception:  # noqa: BLE001 - a language without a tokeniser raises many kinds of errors
            return parse(markup, "en")

    def parse(markup: str, lang: str) -> str:
        # Pictures would be fetched otherwise.
        article = module.Article("http://localhost/", language=lang, fetch_images=False)
        article.download(input_html=markup)
        article.parse()
        return str(article.text)

    return extract


def readability_peer() -> Callable[[str, str | None], str]:
    """readability-lxml, with its markup converted to text."""
    document = import_module("readability").Document
    parse = import_module("lxml.html").fromstring
    return lambda markup, _: "\n".join(parse(document(markup).summary()).itertext())


def resiliparse_peer() -> Callable[[str, str | None], str]:
    """The main content that resiliparse finds."""
    extract = import_module("resiliparse.extract.html2text").extract_plain_text
    return lambda markup, _: str(extract(markup, main_content=True, alt_texts=False, links=False, comments=False))


PEERS: dict[str, Callable[[], Callable[[str, str | None], str]]] = {
    "trafilatura": trafilatura_peer,
    "trafilatura precision": lambda: trafilatura_peer(favor_precision=True),
    "trafilatura recall": lambda: trafilatura_peer(favor_recall=True),
    "justext": justext_peer,
    "newspaper4k": newspaper_peer,
    "readability-lxml": readability_peer,
    "resiliparse": resiliparse_peer,
}


def installed(wanted: str) -> dict[str, Callable[[str, str | None], str]]:
    """The wanted peers that are installed."""
    found = {}
    for name, make in PEERS.items():
        if wanted == "all" or name.split()[0] in wanted.split(","):
            try:
                found[name] = make()
            except ImportError:
                print(f"{name}: not installed, left out", file=sys.stderr)
    return found


def with_headline(text: str, headline: str | None, name: str) -> str:
    """A peer's text without copies of the headline, but with the headline first if the gold has it."""
    if not headline:
        return text
    wanted = fold(headline).strip()
    lines = [line for line in text.splitlines() if fold(line).strip(" #") != wanted]
    return "\n".join(lines if name in WITHOUT_HEADLINE else [headline, *lines])


# --- measuring -------------------------------------------------------------------------------------------


def read_pages(folder: Path, names: Sequence[str], every: int) -> Iterator[tuple[LabelledPage, str]]:
    """The pages of the named sets."""
    for name in names:
        yield from read_labelled_html(folder / f"{name}.jsonl.gz", every)


def fold_model(pages: Sequence[TrainingPage], number: int, path: Path) -> None:
    """Fit the model on all folds but one, and write it to a file, unless the file exists."""
    if not path.exists():
        others = [page for page in pages if fold_of(page.host) != number]
        model = fit_model(others, {"by": "benchmarks/extraction.py"}, report=lambda line: print(line, file=sys.stderr))
        path.write_text(dump_model(model), "utf-8")


def timed(function: Callable[[], str]) -> tuple[str, float]:
    """What a function returns, and the CPU milliseconds that it took."""
    start = time.process_time()
    try:
        found = function()
    except Exception as error:  # noqa: BLE001 - a peer that fails on a page gives no text
        print(f"{type(error).__name__}: {error}"[:200], file=sys.stderr)
        found = ""
    return found, (time.process_time() - start) * 1000.0


def measure(
    page: LabelledPage, markup: str, cleaner: Cleaner, peers: dict[str, Callable[[str, str | None], str]]
) -> Iterator[Figure]:
    """The figures of one page."""
    start = time.process_time()
    result = cleaner.clean_html(markup)
    cpu = (time.process_time() - start) * 1000.0
    yield Figure(OURS, page.name, page.id, page.lang, score_text(result.text, page.gold, page.lang).f1, cpu)
    for name, extract in peers.items():
        text, cpu = timed(partial(extract, markup, page.lang))
        f1 = score_text(with_headline(text, result.headline, page.name), page.gold, page.lang).f1
        yield Figure(name, page.name, page.id, page.lang, f1, cpu)


def measure_all(options: argparse.Namespace, models: Path) -> Iterator[Figure]:
    """The figures of all pages."""
    pages = list(read_pages(options.folder, options.sets.split(","), 1))
    peers = installed(options.peers)
    missing = [number for number in range(FOLDS) if not (models / f"html-{number}.json").exists()]
    training = _training(pages, options.pages) if missing else []
    for number in range(FOLDS):
        path = models / f"html-{number}.json"
        fold_model(training, number, path)
        weights = options.text_weights / f"host-{number}.json" if options.text_weights else None
        cleaners = {
            headline: Cleaner(CleanConfig(headline=headline, html_weights=path, weights=weights))
            for headline in ("first", "drop")
        }
        own = [item for item in pages[:: options.every] if fold_of(item[0].host) == number]
        print(f"fold {number + 1} of {FOLDS}: {len(own)} pages", file=sys.stderr)
        for page, markup in own:
            cleaner = cleaners["drop" if page.name in WITHOUT_HEADLINE else "first"]
            yield from measure(page, markup, cleaner, peers)


def _training(pages: Sequence[tuple[LabelledPage, str]], store: Path | None) -> list[TrainingPage]:
    """The training pages, from the file of an earlier run if there is one."""
    if store is not None and store.exists():
        return list(pickle.loads(store.read_bytes()))
    found = list(collect_pages(pages))
    if store is not None:
        store.write_bytes(pickle.dumps(found, protocol=5))
    return found


# --- tables ----------------------------------------------------------------------------------------------


def mean(values: Sequence[float]) -> float:
    """The mean."""
    return sum(values) / max(len(values), 1)


def set_table(figures: Sequence[Figure]) -> list[str]:
    """F1 by tool and set, and the CPU time."""
    names = list(dict.fromkeys(figure.name for figure in figures))
    rows = [["tool", *names, "ms a page"]]
    for tool in dict.fromkeys(figure.tool for figure in figures):
        own = [figure for figure in figures if figure.tool == tool]
        by_set = [f"{mean([figure.f1 for figure in own if figure.name == name]):.4f}" for name in names]
        rows.append([tool, *by_set, f"{mean([figure.cpu for figure in own]):.1f}"])
    return align(rows)


def language_table(figures: Sequence[Figure]) -> list[str]:
    """F1 by set and language, for languages with enough pages."""
    tools = [tool for tool in dict.fromkeys(figure.tool for figure in figures) if tool.startswith(("cl", "tr"))]
    groups: dict[tuple[str, str], list[Figure]] = defaultdict(list)
    for figure in figures:
        groups[figure.name, str(figure.lang)].append(figure)
    rows = [["set", "language", "pages", *tools]]
    for (name, lang), own in sorted(groups.items()):
        pages = sum(figure.tool == OURS for figure in own)
        if pages >= MIN_PAGES_OF_LANGUAGE:
            by_tool = [f"{mean([figure.f1 for figure in own if figure.tool == tool]):.4f}" for tool in tools]
            rows.append([name, lang, str(pages), *by_tool])
    return align(rows)


def main() -> int:
    """Measure and print the tables."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("folder", type=Path)
    parser.add_argument("--sets", default="daniel,fundus,wcxb_dev")
    parser.add_argument("--every", type=int, default=1, help="fit on all pages, measure every N-th")
    parser.add_argument("--peers", default="all")
    parser.add_argument("--models", type=Path)
    parser.add_argument("--pages", type=Path, help="store the training pages here, pickled")
    parser.add_argument("--text-weights", type=Path)
    parser.add_argument("--worst", type=int, default=0)
    parser.add_argument("--details", type=Path)
    options = parser.parse_args()
    with tempfile.TemporaryDirectory() as temporary:
        figures = list(measure_all(options, options.models or Path(temporary)))
    print("\n".join([*set_table(figures), "", *language_table(figures)]))
    if options.details:
        lines = [json.dumps([item.tool, item.name, item.id, item.lang, item.f1, item.cpu]) for item in figures]
        options.details.write_text("\n".join(lines) + "\n", "utf-8")
    own = sorted((figure for figure in figures if figure.tool == OURS), key=lambda figure: figure.f1)
    for figure in own[: options.worst]:
        print(f"{figure.f1:.3f} {figure.name} {figure.id}")
    return 0


if __name__ == "__main__":
    sys.exit(main())
