"""Evaluation runs: cleans pages in several processes, and summarises their measures."""

from __future__ import annotations

import signal
from collections import Counter, defaultdict, deque
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from concurrent.futures import Future, ProcessPoolExecutor
from concurrent.futures.process import BrokenProcessPool
from dataclasses import dataclass, field
from functools import lru_cache
from heapq import nlargest
from itertools import islice
from pathlib import Path
from typing import Literal, TypeVar

from cleaner.api import Cleaner
from cleaner.config import CleanConfig
from cleaner.errors import CleanerError
from cleaner.matching.library import builtin_patterns, read_patterns
from cleaner.matching.matcher import Matcher
from cleaner.matching.pattern import PatternSet
from cleaner.result import Kind
from cleaner.text.document import Document
from cleaner.training.labelled import GOLD, LabelledPage
from cleaner.training.measures import GoldText, Measure, gap_closed, measure_text

__all__ = [
    "EvaluationSettings",
    "GoldRow",
    "KindRow",
    "PageReport",
    "PatternRow",
    "Place",
    "Row",
    "evaluate_page",
    "evaluate_pages",
    "kind_rows",
    "map_in_processes",
    "pattern_rows",
    "summarise",
    "summarise_gold",
    "worst_measures",
]

HARM = 0.05
UNKNOWN = "unknown"
_BATCH = 8

Place = Literal["content", "noise", "gold"]
Grouping = Literal["lang", "host"]
_Item = TypeVar("_Item")
_Result = TypeVar("_Result")


# --- pages -----------------------------------------------------------------------------------------------


@dataclass(frozen=True, slots=True)
class EvaluationSettings:
    """How pages are evaluated.

    ``config``: how texts are cleaned; the gold as the input is always cleaned with its headline kept.
    ``scrapers``: whose texts are measured, ``gold`` for the gold itself; all if empty.
    ``with_patterns``: also count where each pattern hits, built in or one's own.
    """

    config: CleanConfig = field(default_factory=CleanConfig)
    scrapers: frozenset[str] = frozenset()
    with_patterns: bool = False

    def measures(self, scraper: str) -> bool:
        """Whether the texts of a scraper are measured."""
        return not self.scrapers or scraper in self.scrapers


@dataclass(frozen=True, slots=True)
class PageReport:
    """The measures of one page's texts, and how often each pattern hit in which place."""

    name: str
    measures: tuple[Measure, ...]
    hits: Mapping[tuple[str, Place], int]


def evaluate_page(page: LabelledPage, settings: EvaluationSettings) -> PageReport:
    """The measures of one page: each scraper's text, then the gold as the input."""
    gold = GoldText(page.gold, page.lang)
    measures = []
    hits: Counter[tuple[str, Place]] = Counter()
    for scraper, text in (*page.texts.items(), (GOLD, page.gold)):
        if not settings.measures(scraper):
            continue
        config = settings.config.replace(headline="first") if scraper == GOLD else settings.config
        result = _cleaner(config).clean(text, title=page.title, lang=page.lang, url=page.url)
        measures.append(measure_text(page, gold, scraper, text, result))
        if settings.with_patterns:
            hits.update(_pattern_hits(text, gold, settings.config, is_gold=scraper == GOLD))
    return PageReport(page.name, tuple(measures), hits)


def evaluate_pages(
    pages: Iterable[tuple[LabelledPage, EvaluationSettings]], *, processes: int = 1
) -> Iterator[PageReport]:
    """The reports of any number of pages, in order and in constant memory."""
    return map_in_processes(_evaluate, pages, processes=processes)


def _evaluate(task: tuple[LabelledPage, EvaluationSettings]) -> PageReport:
    return evaluate_page(*task)


def _pattern_hits(text: str, gold: GoldText, config: CleanConfig, *, is_gold: bool) -> Iterator[tuple[str, Place]]:
    """Pattern and place of each hit on a line with tokens."""
    document = Document(text)
    for hit in _matcher(config.patterns, config.disabled_patterns).match(document):
        label = gold.judge(document.line_text(hit.line)).label
        if label is not None:
            yield hit.pattern.id, GOLD if is_gold else "content" if label else "noise"


@lru_cache(maxsize=4)
def _cleaner(config: CleanConfig) -> Cleaner:
    return Cleaner(config)


@lru_cache(maxsize=1)
def _matcher(folder: Path | None, disabled: frozenset[str]) -> Matcher:
    own = PatternSet([]) if folder is None else read_patterns(folder)
    return Matcher(builtin_patterns() + own, disabled)


# --- processes -------------------------------------------------------------------------------------------


def map_in_processes(
    function: Callable[[_Item], _Result], items: Iterable[_Item], *, processes: int
) -> Iterator[_Result]:
    """The results of a function, in order; only a few items at a time are read ahead.

    With one process everything is done in this one. Raises `CleanerError` when a process dies.
    """
    if processes == 1:
        yield from map(function, items)
        return
    waiting: deque[Future[list[_Result]]] = deque()
    pool = ProcessPoolExecutor(processes, initializer=_ignore_interrupts)
    try:
        for batch in _batches(items):
            waiting.append(pool.submit(_run_batch, function, batch))
            if len(waiting) > 2 * processes:
                yield from waiting.popleft().result()
        while waiting:
            yield from waiting.popleft().result()
    except BrokenProcessPool:
        raise CleanerError(
            "a process ended before its work was done; use fewer --jobs, it may be short of memory"
        ) from None
    finally:
        pool.shutdown(cancel_futures=True)


def _run_batch(function: Callable[[_Item], _Result], batch: list[_Item]) -> list[_Result]:
    return [function(item) for item in batch]


def _batches(items: Iterable[_Item]) -> Iterator[list[_Item]]:
    rest = iter(items)
    while batch := list(islice(rest, _BATCH)):
        yield batch


def _ignore_interrupts() -> None:
    """Leave interrupts to the parent, which ends the pool."""
    signal.signal(signal.SIGINT, signal.SIG_IGN)


# --- rows ------------------------------------------------------------------------------------------------


@dataclass(frozen=True, slots=True)
class Row:
    """Means over the texts that one scraper made of a data set's pages, or over one group of these pages.

    ``harmed``: the share of pages that lose more than .05 of F1. ``content_recall`` and ``noise_recall`` are means
    over the pages that have such tokens, None if no page has.
    """

    name: str
    scraper: str
    group: str | None
    pages: int
    untouched: float
    cleaned: float
    oracle: float
    gap_closed: float
    harmed: float
    content_recall: float | None
    noise_recall: float | None


@dataclass(frozen=True, slots=True)
class GoldRow:
    """The gold of a data set as the input: the share of its tokens kept, the share of pages left as they were."""

    name: str
    group: str | None
    pages: int
    kept: float
    unchanged: float


@dataclass(frozen=True, slots=True)
class KindRow:
    """What was removed as one kind of noise: ``content`` of the ``tokens`` were main content.

    ``gold``: tokens removed from the gold as the input.
    """

    kind: Kind
    removals: int
    tokens: int
    content: int
    gold: int

    @property
    def precision(self) -> float | None:
        """Noise precision: the share of the removed tokens that is noise."""
        return 1 - self.content / self.tokens if self.tokens else None


@dataclass(frozen=True, slots=True)
class PatternRow:
    """Where one pattern hits: on lines of main content, on lines of noise, and in the gold as the input."""

    id: str
    content: int
    noise: int
    gold: int

    @property
    def precision(self) -> float | None:
        """The share of the hits in scraped texts that is on noise."""
        hits = self.content + self.noise
        return self.noise / hits if hits else None


def summarise(measures: Iterable[Measure], by: Grouping | None = None) -> list[Row]:
    """One row for each data set and scraper, in the order they occur, split by language or host if asked for."""
    return [_row(*key, group) for key, group in _groups(measures, by) if key[1] != GOLD]


def summarise_gold(measures: Iterable[Measure], by: Grouping | None = None) -> list[GoldRow]:
    """The same for the gold as the input: one row for each data set."""
    return [
        GoldRow(
            name=name,
            group=group,
            pages=len(members),
            kept=_mean([member.kept for member in members]),
            unchanged=_mean([member.unchanged for member in members]),
        )
        for (name, scraper, group), members in _groups(measures, by)
        if scraper == GOLD
    ]


def _groups(
    measures: Iterable[Measure], by: Grouping | None
) -> Iterator[tuple[tuple[str, str, str | None], list[Measure]]]:
    found: dict[tuple[str, str], dict[str | None, list[Measure]]] = defaultdict(lambda: defaultdict(list))
    for measure in measures:
        group = None if by is None else getattr(measure, by) or UNKNOWN
        found[measure.name, measure.scraper][group].append(measure)
    for (name, scraper), groups in found.items():
        for group in sorted(groups, key=str):
            yield (name, scraper, group), groups[group]


def _row(name: str, scraper: str, group: str | None, members: Sequence[Measure]) -> Row:
    untouched = _mean([member.untouched for member in members])
    cleaned = _mean([member.cleaned for member in members])
    oracle = _mean([member.oracle for member in members])
    content = [recall for member in members if (recall := member.content_recall) is not None]
    noise = [recall for member in members if (recall := member.noise_recall) is not None]
    return Row(
        name=name,
        scraper=scraper,
        group=group,
        pages=len(members),
        untouched=untouched,
        cleaned=cleaned,
        oracle=oracle,
        gap_closed=gap_closed(cleaned, untouched, oracle),
        harmed=_mean([member.cleaned < member.untouched - HARM for member in members]),
        content_recall=_mean(content) if content else None,
        noise_recall=_mean(noise) if noise else None,
    )


def _mean(values: Sequence[float]) -> float:
    return sum(values) / len(values)


def kind_rows(measures: Iterable[Measure]) -> list[KindRow]:
    """One row for each kind that something was removed as, most main content first."""
    sums: dict[Kind, Counter[str]] = defaultdict(Counter)
    for measure in measures:
        for count in measure.kinds:
            if measure.scraper == GOLD:
                sums[count.kind]["gold"] += count.tokens
            else:
                sums[count.kind].update(removals=count.removals, tokens=count.tokens, content=count.content)
    rows = [
        KindRow(kind, counts["removals"], counts["tokens"], counts["content"], counts["gold"])
        for kind, counts in sums.items()
    ]
    return sorted(rows, key=lambda row: (-row.content, -row.gold, -row.tokens, row.kind))


def worst_measures(measures: Iterable[Measure], count: int) -> list[Measure]:
    """The texts with the largest loss compared with the best choice of whole lines, the largest first."""
    return nlargest(count, measures, key=lambda measure: measure.loss)


def pattern_rows(reports: Iterable[PageReport]) -> list[PatternRow]:
    """One row for each pattern that hit, most hits on main content first."""
    sums: Counter[tuple[str, Place]] = Counter()
    for report in reports:
        sums.update(report.hits)
    rows = [
        PatternRow(name, sums[name, "content"], sums[name, "noise"], sums[name, "gold"])
        for name in sorted({name for name, _ in sums})
    ]
    return sorted(rows, key=lambda row: (-row.content, -row.gold, -row.noise))
