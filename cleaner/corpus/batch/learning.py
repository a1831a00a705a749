"""Runs a plan that learns instead of cleaning: workers read documents into pages, the parent writes them into a memory."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from contextlib import closing
from dataclasses import dataclass, field
from itertools import accumulate
from pathlib import Path
from typing import ClassVar

from cleaner.api import learn_document
from cleaner.clock import Clock, OutOfTimeError
from cleaner.corpus.batch.jobs import Job, read_record, record_jobs, text_job
from cleaner.corpus.batch.limits import time_limit
from cleaner.corpus.batch.plan import Plan, Settings, Watcher
from cleaner.corpus.batch.run import bytes_done, worked_on
from cleaner.corpus.batch.tally import Tally, utf8_size
from cleaner.corpus.batch.tasks import Careful, ChunkResult, ChunkTask, Result, SourceEnd, TextTask, read_tasks
from cleaner.corpus.records.chunks import Place, record_format
from cleaner.errors import CleanerError, InputError
from cleaner.sites.addresses import page_key, site_of_url
from cleaner.sites.learning import Learner, WantedPages
from cleaner.sites.pages import LearnedPage
from cleaner.sites.store import SiteStore

__all__ = ["LearnSettings", "Learned", "Lessons", "Worker", "learn_batch"]

# Archives have pages in them, which are read as where they are written as lines of JSON.
_WITH_PAGES = ("warc", "wet")


@dataclass(frozen=True, slots=True)
class LearnSettings(Settings):
    """How documents are learned; ``memory``: the file, where it has pages already."""

    worker: ClassVar[str] = __name__
    memory: Path | None = None


@dataclass(slots=True)
class Lessons:
    """What a worker made of a task: by site the pages that may be kept and their lines; failures; and counts.

    Of the tally, ``documents`` are those that were learned, and ``passed`` those without a site.
    """

    sites: dict[str, tuple[list[LearnedPage], dict[int, str]]] = field(default_factory=dict)
    failures: list[str] = field(default_factory=list)
    tally: Tally = field(default_factory=Tally)


@dataclass(frozen=True, slots=True)
class Learned:
    """How a run went: its counts, as in `Lessons`, and how many inputs could not be read."""

    tally: Tally
    failed_inputs: int

    @property
    def has_failures(self) -> bool:
        """Whether anything failed."""
        return bool(self.failed_inputs or self.tally.failed)


def learn_batch(plan: Plan, settings: LearnSettings, store: SiteStore, watcher: Watcher) -> Learned:
    """Learn all sources of a plan into a memory. Raises `SitesError` where it cannot be written."""
    tally, failed_inputs = Tally(), 0
    ends = list(accumulate(plan.sizes))
    tasks = read_tasks(plan, settings, 0, Place(), lambda _: True)
    with Learner(store) as learner, closing(worked_on(tasks, plan, settings)) as results:
        for task, result in results:
            if isinstance(task, SourceEnd):
                failed_inputs += task.error is not None
                if task.error is not None:
                    watcher.say(str(task.error))
                continue
            lessons = result if isinstance(result, Lessons) else _all_failed(task, result)
            for site, (pages, texts) in lessons.sites.items():
                learner.learn(site, pages, texts)
            for failure in lessons.failures:
                watcher.say(failure)
            tally.add(lessons.tally)
            watcher.show(tally, bytes_done(task, ends), ends[-1])
    return Learned(tally, failed_inputs)


def _all_failed(task: ChunkTask | TextTask, result: Result) -> Lessons:
    """What becomes of a task whose worker has ended."""
    if isinstance(result, ChunkResult):
        assert isinstance(task, ChunkTask)
        failures = [_failure(task.name, one.number, one.reason) for one in result.failures]
    else:
        failures = [str(outcome.error) for outcome in result]
    return Lessons(failures=failures, tally=Tally(failed=len(failures)))


def _failure(name: str, number: int, reason: str) -> str:
    return f"{name}: record {number}: {reason}"


class Worker:
    """Reads the documents of tasks into pages; keeps in mind which pages of a site will not be kept."""

    def __init__(self, settings: LearnSettings, *, may_be_ended: bool = False) -> None:
        del may_be_ended  # what is called here can be interrupted
        self._settings = settings
        self._wanted = WantedPages(settings.memory)

    def __call__(self, task: TextTask | ChunkTask, careful: Careful | None = None) -> Lessons:
        """What is learned from a task; never raises because of one of its documents."""
        lessons = Lessons()
        jobs = self._texts(task, lessons) if isinstance(task, TextTask) else self._records(task, lessons)
        for job in jobs:
            if careful is not None and job.number in careful.given_up:
                self._fail(lessons, job, careful.given_up[job.number])
                continue
            if careful is not None:
                careful.report(job.number)
            try:
                self._learn(job, lessons)
            except CleanerError:
                raise
            except OutOfTimeError:
                self._fail(lessons, job, f"took longer than --timeout {self._settings.timeout:g} s")
            except Exception as error:  # noqa: BLE001 - one document must not end a run over millions
                self._fail(lessons, job, f"cannot be learned: {type(error).__name__}: {error}; please report this")
        if careful is not None:
            careful.report(None)
        return lessons

    def _texts(self, task: TextTask, lessons: Lessons) -> Iterator[Job]:
        for index, source, data, _ in task.texts:
            record = read_record(source, data, self._settings)
            if isinstance(record, InputError):
                lessons.failures.append(str(record))
                lessons.tally.failed += 1
            else:
                yield text_job(index, record, self._settings)

    def _records(self, task: ChunkTask, lessons: Lessons) -> Sequence[Job]:
        items = record_format(task.format).read_items(
            task.chunk,
            self._settings.fields,
            max_bytes=self._settings.max_record,
            to_jsonl=task.format in _WITH_PAGES,
        )
        failed = [_failure(task.name, item.number, item.failure) for item in items if item.failure is not None]
        lessons.failures += failed
        lessons.tally.failed += len(failed)
        return record_jobs(items, task, self._settings)

    @staticmethod
    def _fail(lessons: Lessons, job: Job, reason: str) -> None:
        lessons.failures.append(f"{job.name}: {reason}" if job.line is None else _failure(job.name, job.line, reason))
        lessons.tally.failed += 1

    def _learn(self, job: Job, lessons: Lessons) -> None:
        if job.site is None:
            lessons.tally.passed += 1
            return
        url, content = job.document.url, _content(job)
        # The key of a page of HTML without an address is only known after it was read.
        is_key_known = job.document.html is None or site_of_url(url) is not None
        if not is_key_known or self._wanted.is_wanted(job.site, page_key(url, job.document.text)):
            # What reads lines looks at the clock; what reads HTML calls into a library.
            limit = None if job.document.html is None else self._settings.timeout
            with time_limit(limit), Clock(self._settings.timeout) as clock:
                learned = learn_document({_kind(job): content}, url=url, site=job.site, clock=clock)
            assert learned is not None
            _, page, texts = learned
            if is_key_known or self._wanted.is_wanted(job.site, page.key):
                pages, known = lessons.sites.setdefault(job.site, ([], {}))
                pages.append(page)
                known |= texts
        lessons.tally.documents += 1
        lessons.tally.size += utf8_size(content) if isinstance(content, str) else len(content)


def _content(job: Job) -> str | bytes:
    return job.document.text if job.document.html is None else job.document.html


def _kind(job: Job) -> str:
    if job.document.html is not None:
        return "html"
    return "markdown" if job.is_markdown else "text"
