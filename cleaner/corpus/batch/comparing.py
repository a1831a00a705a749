"""Compares what two sides remove from the same documents: configurations, or removals that earlier runs have stored."""

from __future__ import annotations

import json
from collections import Counter
from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass, field, replace
from heapq import merge, nlargest
from itertools import count, groupby
from operator import attrgetter, itemgetter
from pathlib import Path
from typing import Any, ClassVar, NamedTuple, TypeAlias

from cleaner.api import Cleaner
from cleaner.clock import TIMED_OUT, OutOfTimeError
from cleaner.config import CleanConfig
from cleaner.corpus.batch.differences import Compared, Difference, Fate, Removed, find_difference, words_by_kind
from cleaner.corpus.batch.jobs import Job, clean_job
from cleaner.corpus.batch.limits import time_limit
from cleaner.corpus.batch.plan import Plan, Settings, Watcher
from cleaner.corpus.batch.side_by_side import show_both, summarise_difference
from cleaner.corpus.batch.stored import StoredDocument, StoredRemovals
from cleaner.corpus.batch.tally import utf8_size
from cleaner.corpus.batch.visiting import Findings, Smallest, Visit, Visitor
from cleaner.documents import document_place
from cleaner.report.page.model import Totals

__all__ = [
    "CompareSettings",
    "Comparer",
    "Comparison",
    "Side",
    "UnfitError",
    "Worker",
    "compare_batch",
    "compare_stored",
]

# The removals of a document that are stored on either side.
_Stored: TypeAlias = tuple[StoredDocument | None, StoredDocument | None]

# What both sides remove.
_Pair: TypeAlias = tuple[tuple[Removed, ...], tuple[Removed, ...]]

_CHANGED = "has changed since its removals were stored, so they do not fit it; clean it again with --removed"


class UnfitError(Exception):
    """The two sides of a document cannot be compared, for the reason that it gives."""


@dataclass(frozen=True, slots=True)
class Side:
    """One of two sides: its name, and its configuration, or else the file of `StoredRemovals`."""

    name: str
    config: CleanConfig | None = None
    stored: Path | None = None


@dataclass(frozen=True, slots=True)
class CompareSettings(Settings):
    """How documents are compared: ``a`` and ``b``, each with its own configuration, which has its time limit.

    ``kind``: only removals of this kind count as different. ``top``: how many documents that differ are kept.
    ``is_shown``: they are kept with their lines, for a report.
    """

    worker: ClassVar[str] = __name__
    a: Side = field(default_factory=lambda: Side("default", CleanConfig()))
    b: Side = field(default_factory=lambda: Side("default", CleanConfig()))
    kind: str | None = None
    top: int = 20
    is_shown: bool = False


@dataclass(slots=True)
class _Words:
    """The words that a side removes, by kind, and those of them that only this side removes."""

    removed: Counter[str] = field(default_factory=Counter)
    only: Counter[str] = field(default_factory=Counter)

    def add(self, other: _Words) -> None:
        self.removed.update(other.removed)
        self.only.update(other.only)


@dataclass(slots=True)
class Comparison(Findings):
    """What was found in some documents: how many differ, the words of both sides, and the documents that differ most.

    ``unfit``: how many could not be compared. ``stored``: for each side, of how many of them removals were stored.
    ``totals``: what differs, if that is wanted for a report.
    """

    differ: int = 0
    unfit: int = 0
    a: _Words = field(default_factory=_Words)
    b: _Words = field(default_factory=_Words)
    worst: list[Difference] = field(default_factory=list)
    stored: list[int] = field(default_factory=lambda: [0, 0])
    totals: Totals = field(default_factory=Totals)

    def count(
        self, document: _Named, a: tuple[Removed, ...], b: tuple[Removed, ...], kind: str | None
    ) -> Difference | None:
        """Count a document by what both sides remove from it; returns how they differ, which is not kept yet."""
        self.tally.documents += 1
        self.a.removed.update(words_by_kind(a))
        self.b.removed.update(words_by_kind(b))
        found = find_difference(a, b, kind=kind)
        if found is not None:
            only_a, only_b = found
            self.differ += 1
            self.a.only.update(only_a)
            self.b.only.update(only_b)
            return Difference(*document, only_a, only_b)
        return None

    def add(self, other: Comparison, top: int) -> None:
        """Add what was found in other documents; ``top``: how many of those that differ are kept."""
        self.differ += other.differ
        self.unfit += other.unfit
        self.a.add(other.a)
        self.b.add(other.b)
        self.stored = [mine + its for mine, its in zip(self.stored, other.stored, strict=True)]
        self.totals.add(other.totals)
        self.keep([*self.worst, *other.worst], top)

    def keep(self, differences: list[Difference], top: int) -> None:
        """Keep only the documents that differ most, the worst first; of those alike the first."""
        self.worst = nlargest(top, differences, key=attrgetter("words"))


class _Named(NamedTuple):
    """How a document is named in a comparison."""

    name: str
    line: int | None
    id: Any


def compare_batch(plan: Plan, settings: CompareSettings, watcher: Watcher) -> tuple[Comparison, bool]:
    """The comparison of all sources of a plan, and whether anything failed."""
    whole = Comparison()
    visit: Visit[Comparison] = Visit(plan, settings, watcher)
    for found in visit:
        whole.add(found, settings.top)
    whole.tally = visit.tally
    return whole, visit.has_failures


# --- in the worker ---------------------------------------------------------------------------------------


class Worker(Visitor[Comparison]):
    """Compares both sides of the documents of tasks."""

    verb = "compared"
    settings: CompareSettings

    def __init__(self, settings: CompareSettings, *, may_be_ended: bool = False) -> None:
        super().__init__(settings, may_be_ended=may_be_ended)
        self._comparer = Comparer(settings)
        # Of documents with as many words that differ the first ones are kept.
        self._worst: Smallest[tuple[int, int]] = Smallest(settings.top)
        self._numbers = count()

    def begin(self) -> Comparison:
        """Nothing found yet."""
        return Comparison()

    def visit(self, job: Job, found: Comparison) -> None:
        """Compare what both sides remove from a document."""
        stored = self._comparer.stored(job)
        for side, its in enumerate(stored):
            found.stored[side] += its is not None
        try:
            both = self._comparer.compare(job, stored)
        except UnfitError as error:
            found.unfit += 1
            found.fail(job.failure(str(error)))
            return
        document = _Named(job.name, job.line, job.document.id)
        difference = found.count(document, both.a.removed, both.b.removed, self.settings.kind)
        found.tally.size += utf8_size(both.text)
        if self.settings.is_shown:
            summary = summarise_difference(both, difference, self.settings.lang)
            found.totals.count(summary)
            if difference is not None and self._worst.admits((-difference.words, next(self._numbers))):
                difference = replace(difference, shown=show_both(both, summary))
        if difference is not None:
            found.worst.append(difference)
            if len(found.worst) > 2 * self.settings.top:
                found.keep(found.worst, self.settings.top)


class Comparer:
    """Finds what both sides remove from documents, one by one."""

    def __init__(self, settings: CompareSettings) -> None:
        self._settings = settings
        self._cleaners = [None if side.config is None else Cleaner(side.config) for side in (settings.a, settings.b)]
        self._stored = [
            None if side.stored is None else StoredRemovals(side.stored) for side in (settings.a, settings.b)
        ]
        # Of a page whose removals are stored on both sides, the text of its blocks must be read.
        self._reader = next(filter(None, self._cleaners), None) or Cleaner()

    def stored(self, job: Job) -> _Stored:
        """The stored removals of a document on both sides; None where there are none."""
        a, b = (None if stored is None else stored.find(job.name, job.line) for stored in self._stored)
        return a, b

    def compare(self, job: Job, stored: _Stored) -> Compared:
        """What both sides remove from a document, of which these removals are stored.

        Raises `UnfitError` where they refer to different texts, or one takes too long.
        """
        fates = [None if cleaner is None else self._clean(cleaner, job) for cleaner in self._cleaners]
        results = [fate.result for fate in fates if fate is not None]
        if not results and job.document.html is not None:
            results = [self._clean(self._reader, job).result]
        texts = [job.original(result) for result in results if result is not None] or [job.document.text]
        if len(set(texts)) > 1:
            raise UnfitError("is read differently by the two sides, so what they remove cannot be compared")
        a, b = (fate or _stored_fate(job, texts[0], its) for fate, its in zip(fates, stored, strict=True))
        return Compared(job, texts[0], a, b)

    def _clean(self, cleaner: Cleaner, job: Job) -> Fate:
        try:
            return self._cleaned(cleaner, job)
        except OutOfTimeError:
            limit = cleaner.config.timeout
            raise UnfitError(f"takes longer than the time limit of {limit:g} s; raise it with --timeout") from None

    def _cleaned(self, cleaner: Cleaner, job: Job) -> Fate:
        # A text has the limit of its cleaner; what reads HTML calls into a library.
        with time_limit(None if job.document.html is None else cleaner.config.timeout):
            result = clean_job(cleaner, job, self._settings)
            if TIMED_OUT in result.flags:
                raise OutOfTimeError
            removed = tuple(Removed(one.start, one.end, one.kind.value, one.text) for one in result.removals)
            return Fate(removed, result)


def _stored_fate(job: Job, text: str, stored: StoredDocument | None) -> Fate:
    """The stored removals of a document, after it was checked that they fit its text."""
    if stored is None:
        return Fate(())
    if None not in (stored.id, job.document.id) and json.dumps(stored.id) != json.dumps(job.document.id):
        raise UnfitError(f"has the id {job.document.id!r}, and its removals were stored for {stored.id!r}")
    if any(text[one.start : one.end] != one.text for one in stored.removed):
        raise UnfitError(_CHANGED)
    return Fate(stored.removed)


# --- two files of removals -------------------------------------------------------------------------------


def compare_stored(settings: CompareSettings, say: Callable[[str], None]) -> Comparison:
    """The comparison of all documents that have removals on one side at least, where both sides are stored.

    ``say``: receives a sentence about each that cannot be compared.
    """
    assert settings.a.stored is not None
    assert settings.b.stored is not None
    whole = Comparison()
    with StoredRemovals(settings.a.stored) as a, StoredRemovals(settings.b.stored) as b:
        _compare_all(_pairs(a, b), whole, say, settings)
    whole.keep(whole.worst, settings.top)
    return whole


def _compare_all(
    pairs: Iterable[tuple[_Named, _Pair]], whole: Comparison, say: Callable[[str], None], settings: CompareSettings
) -> None:
    for document, both in pairs:
        if _contradict(*both):
            whole.unfit += 1
            whole.tally.failed += 1
            place = document_place(document.name, document.line)
            say(f"{place}: the two files were written for different texts, so they cannot be compared")
            continue
        difference = whole.count(document, *both, settings.kind)
        if difference is not None:
            whole.worst.append(difference)
        if len(whole.worst) > 2 * settings.top:
            whole.keep(whole.worst, settings.top)


def _pairs(a: StoredRemovals, b: StoredRemovals) -> Iterator[tuple[_Named, _Pair]]:
    """Each document that has removals in one of two files, by name and line, with those of both."""
    for _, group in groupby(merge(_numbered(a, 0), _numbered(b, 1)), key=itemgetter(0)):
        both: dict[int, StoredDocument] = {side: one for _, side, one in group}
        first = next(iter(both.values()))
        removed_a, removed_b = (both[side].removed if side in both else () for side in (0, 1))
        yield _Named(first.name, first.line, first.id), (removed_a, removed_b)


def _numbered(stored: StoredRemovals, side: int) -> Iterator[tuple[tuple[bytes, int], int, StoredDocument]]:
    return ((one.key, side, one) for one in stored)


def _contradict(a: tuple[Removed, ...], b: tuple[Removed, ...]) -> bool:
    """Whether two sides have removed different texts from the same place."""
    mine = its = 0
    while mine < len(a) and its < len(b):
        one, other = a[mine], b[its]
        start, end = max(one.start, other.start), min(one.end, other.end)
        if (
            start < end
            and one.text[start - one.start : end - one.start] != other.text[start - other.start : end - other.start]
        ):
            return True
        if one.end <= other.end:
            mine += 1
        else:
            its += 1
    return False
