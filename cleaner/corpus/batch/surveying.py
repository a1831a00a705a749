"""Surveys a collection for a report: every document is cleaned and counted, and a sample is chosen to be shown."""

from __future__ import annotations

import hashlib
from collections.abc import Iterator
from dataclasses import dataclass, field, replace
from heapq import nsmallest
from operator import attrgetter
from typing import ClassVar, Literal, TypeAlias

from cleaner.api import Cleaner
from cleaner.corpus.batch.jobs import Job, clean_job
from cleaner.corpus.batch.limits import time_limit
from cleaner.corpus.batch.plan import Plan, Settings, Watcher
from cleaner.corpus.batch.visiting import Findings, Visit, Visitor
from cleaner.report.page.model import ReportedDocument, Summary, Totals, summarise
from cleaner.result import CleanResult
from cleaner.result.shown import show_lines
from cleaner.text.words import language_of

__all__ = ["Only", "Survey", "SurveySettings", "Surveyed", "Worker", "report_documents", "survey_batch"]

Only: TypeAlias = Literal["changed", "heavy", "doubtful"]

# A document is heavily cleaned when more than this share of its words is removed (set by hand).
HEAVY_MIN_SHARE = 0.5
# A document is doubtful below this confidence, if no flag says so before (set by hand: one in ten of the texts that
# extractors make of news pages).
DOUBTFUL_MAX_CONFIDENCE = 0.7


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
    job: Job
    summary: Summary


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


def survey_batch(plan: Plan, settings: SurveySettings, watcher: Watcher) -> tuple[Survey, bool]:
    """The survey of all sources of a plan, and whether anything failed; the sample is the same for the same names."""
    whole = Survey()
    visit: Visit[Survey] = Visit(plan, settings, watcher)
    for found in visit:
        whole.add(found, settings.sample)
    whole.tally = visit.tally
    return whole, bool(visit.failed_inputs or visit.tally.failed)


def report_documents(survey: Survey, settings: SurveySettings) -> Iterator[ReportedDocument]:
    """The chosen documents with their lines and reasons, those with the least confidence first."""
    cleaner = _cleaner(settings)
    for one in sorted(survey.chosen, key=lambda one: (one.summary.confidence, -one.summary.lost, one.key)):
        result = _clean(cleaner, one.job, settings)
        text = one.job.original(result)
        digest = hashlib.sha256(bytes_of(text)).hexdigest()
        yield ReportedDocument(one.summary, digest, show_lines(text, result))


class Worker(Visitor[Survey]):
    """Cleans and counts the documents of tasks, and keeps those that may be shown."""

    settings: SurveySettings

    def __init__(self, settings: SurveySettings, *, may_be_ended: bool = False) -> None:
        super().__init__(settings, may_be_ended=may_be_ended)
        self._cleaner = _cleaner(settings)

    def begin(self) -> Survey:
        """Nothing found yet."""
        return Survey()

    def visit(self, job: Job, found: Survey) -> None:
        """Clean a document and count it."""
        result = _clean(self._cleaner, job, self.settings)
        text = job.original(result)
        summary = summarise(
            job.name,
            text,
            result,
            line=job.line,
            record_id=job.document.id,
            site=job.site,
            lang=job.document.lang or self.settings.lang or language_of(result.text),
        )
        found.totals.count(summary)
        found.tally.count(text, result)
        if _is_wanted(summary, self.settings.only):
            found.matching += 1
            key = hashlib.blake2b(bytes_of(f"{job.name}\0{job.line}"), digest_size=16).digest()
            found.chosen.append(Surveyed(key, _unwritable(job), summary))
            if len(found.chosen) > 2 * self.settings.sample:
                found.chosen = nsmallest(self.settings.sample, found.chosen, key=attrgetter("key"))


def _unwritable(job: Job) -> Job:
    """The same document without what writes it, which cannot be sent from one process to another."""
    return replace(job, document=replace(job.document, write=bytes_of))


def bytes_of(text: str) -> bytes:
    """A text in UTF-8."""
    return text.encode("utf-8", "surrogatepass")


def _cleaner(settings: Settings) -> Cleaner:
    return Cleaner(settings.config.replace(timeout=settings.timeout))


def _clean(cleaner: Cleaner, job: Job, settings: Settings) -> CleanResult:
    # A text has the limit of its cleaner; what reads HTML calls into a library.
    with time_limit(None if job.document.html is None else settings.timeout):
        return clean_job(cleaner, job, settings)


def _is_wanted(summary: Summary, only: Only | None) -> bool:
    if only == "changed":
        return bool(summary.removed)
    if only == "heavy":
        return summary.share_lost > HEAVY_MIN_SHARE
    if only == "doubtful":
        return bool(summary.flags) or summary.confidence < DOUBTFUL_MAX_CONFIDENCE
    return True
