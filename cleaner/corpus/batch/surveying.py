"""Surveys a collection for a report: every document is cleaned and counted, and a sample is chosen to be shown."""

from __future__ import annotations

import hashlib
from dataclasses import dataclass, field, replace
from heapq import nsmallest
from operator import attrgetter
from typing import ClassVar, Literal, TypeAlias

from cleaner.api import Cleaner
from cleaner.clock import TIMED_OUT, OutOfTimeError
from cleaner.corpus.batch.jobs import Job, clean_job
from cleaner.corpus.batch.limits import time_limit
from cleaner.corpus.batch.plan import Plan, Settings, Watcher
from cleaner.corpus.batch.visiting import Findings, Smallest, Visit, Visitor
from cleaner.documents import digest_of
from cleaner.report.page.model import ReportedDocument, Summary, Totals, summarise
from cleaner.result.shown import Explained, ShownLine, show_lines
from cleaner.text.words import language_of

__all__ = ["Only", "Survey", "SurveySettings", "Surveyed", "Worker", "compact_lines", "survey_batch"]

Only: TypeAlias = Literal["changed", "heavy", "doubtful"]

# A document is heavily cleaned when more than this share of its words is removed (set by hand).
HEAVY_MIN_SHARE = 0.5
# A document is doubtful below this confidence, if no flag says so before (set by hand: one in ten of the texts that
# extractors make of news pages).
DOUBTFUL_MAX_CONFIDENCE = 0.7
# How many pieces of evidence of a line are kept to be shown (set by hand).
SHOWN_EVIDENCE = 6


@dataclass(frozen=True, slots=True)
class SurveySettings(Settings):
    """How documents are surveyed; ``sample``: how many are chosen, of all or of those that ``only`` names."""

    worker: ClassVar[str] = __name__
    sample: int = 200
    only: Only | None = None


@dataclass(frozen=True, slots=True)
class Surveyed:
    """A document that may be shown; ``key`` decides whether it is: of the sample, the smallest are."""

    key: bytes
    document: ReportedDocument


@dataclass(slots=True)
class Survey(Findings):
    """What was found in some documents: totals of all of them, and those that are chosen to be shown."""

    totals: Totals = field(default_factory=Totals)
    chosen: list[Surveyed] = field(default_factory=list)
    matching: int = 0

    def add(self, other: Survey, sample: int) -> None:
        """Add what was found in other documents; ``sample``: how many stay chosen."""
        self.totals.add(other.totals)
        self.matching += other.matching
        self.chosen = nsmallest(sample, [*self.chosen, *other.chosen], key=attrgetter("key"))

    def documents(self) -> list[ReportedDocument]:
        """The chosen documents, those with the least confidence first."""
        return [one.document for one in sorted(self.chosen, key=_order)]


def survey_batch(plan: Plan, settings: SurveySettings, watcher: Watcher) -> tuple[Survey, bool]:
    """The survey of all sources of a plan, and whether anything failed.

    The sample is the same whenever files and records have the same names. Memory: all that is shown is held.
    """
    whole = Survey()
    visit: Visit[Survey] = Visit(plan, settings, watcher)
    for found in visit:
        whole.add(found, settings.sample)
    whole.tally = visit.tally
    return whole, visit.has_failures


class Worker(Visitor[Survey]):
    """Cleans and counts the documents of tasks, and keeps those that may be shown.

    Of a document that may be shown it tells the reasons, which takes longer than to clean it; so it knows the smallest
    keys that it has seen, and of many documents it explains few.
    """

    settings: SurveySettings

    def __init__(self, settings: SurveySettings, *, may_be_ended: bool = False) -> None:
        super().__init__(settings, may_be_ended=may_be_ended)
        self._cleaner = Cleaner(settings.config.replace(timeout=settings.timeout))
        self._smallest: Smallest[bytes] = Smallest(settings.sample)

    def begin(self) -> Survey:
        """Nothing found yet."""
        return Survey()

    def visit(self, job: Job, found: Survey) -> None:
        """Clean a document and count it."""
        # A text has the limit of its cleaner; what reads HTML calls into a library.
        with time_limit(None if job.document.html is None else self.settings.timeout):
            result = clean_job(self._cleaner, job, self.settings)
            if job.document.html is not None and TIMED_OUT in result.flags:
                raise OutOfTimeError
            text = job.original(result)
            summary = summarise(
                job.name,
                text,
                result,
                line=job.line,
                record_id=job.document.id,
                site=job.site,
                title=job.document.title or self.settings.title,
                lang=job.document.lang or self.settings.lang or language_of(result.text),
            )
            key = hashlib.blake2b(f"{job.name}\0{job.line}".encode("utf-8", "surrogatepass"), digest_size=16).digest()
            is_wanted = _is_wanted(summary, self.settings.only)
            if is_wanted and self._smallest.admits(key):
                document = ReportedDocument(summary, digest_of(text), compact_lines(text, result))
                found.chosen.append(Surveyed(key, document))
        found.matching += is_wanted
        found.totals.count(summary)
        found.tally.count(text, result)


def compact_lines(text: str, result: Explained) -> tuple[ShownLine, ...]:
    """The lines of a result with their strongest evidence alone, which makes them a third as large."""
    return tuple(
        replace(line, evidence=line.strongest(SHOWN_EVIDENCE), verdict=replace(line.verdict, evidence=()))
        for line in show_lines(text, result)
    )


def _order(one: Surveyed) -> tuple[float, int, bytes]:
    return one.document.summary.confidence, -one.document.summary.lost, one.key


def _is_wanted(summary: Summary, only: Only | None) -> bool:
    if only == "changed":
        return bool(summary.removed)
    if only == "heavy":
        return summary.share_lost > HEAVY_MIN_SHARE
    if only == "doubtful":
        return bool(summary.flags) or summary.confidence < DOUBTFUL_MAX_CONFIDENCE
    return True
