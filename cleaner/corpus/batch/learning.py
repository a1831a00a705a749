"""Runs a plan that learns instead of cleaning: workers read documents into pages, the parent writes them into a memory."""

from __future__ import annotations

from dataclasses import dataclass, field
from pathlib import Path
from typing import ClassVar

from cleaner.api import learn_document
from cleaner.clock import Clock
from cleaner.corpus.batch.jobs import Job
from cleaner.corpus.batch.limits import time_limit
from cleaner.corpus.batch.plan import Plan, Settings, Watcher
from cleaner.corpus.batch.tally import Tally, utf8_size
from cleaner.corpus.batch.visiting import Findings, Visit, Visitor
from cleaner.sites.addresses import page_key, site_of_url
from cleaner.sites.learning import Learner, WantedPages
from cleaner.sites.pages import LearnedPage
from cleaner.sites.store import SiteStore

__all__ = ["LearnSettings", "Learned", "Lessons", "Worker", "learn_batch"]


@dataclass(frozen=True, slots=True)
class LearnSettings(Settings):
    """How documents are learned; ``memory``: the file, where it has pages already."""

    worker: ClassVar[str] = __name__
    memory: Path | None = None


@dataclass(slots=True)
class Lessons(Findings):
    """What a worker made of a task: by site the pages that may be kept and their lines.

    Of the tally, ``documents`` are those that were learned, and ``passed`` those without a site.
    """

    sites: dict[str, tuple[list[LearnedPage], dict[int, str]]] = field(default_factory=dict)


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
    visit: Visit[Lessons] = Visit(plan, settings, watcher)
    with Learner(store) as learner:
        for lessons in visit:
            for site, (pages, texts) in lessons.sites.items():
                learner.learn(site, pages, texts)
    return Learned(visit.tally, visit.failed_inputs)


class Worker(Visitor[Lessons]):
    """Reads the documents of tasks into pages; keeps in mind which pages of a site will not be kept."""

    verb = "learned"

    def __init__(self, settings: LearnSettings, *, may_be_ended: bool = False) -> None:
        super().__init__(settings, may_be_ended=may_be_ended)
        self._wanted = WantedPages(settings.memory)

    def begin(self) -> Lessons:
        """Nothing learned yet."""
        return Lessons()

    def visit(self, job: Job, found: Lessons) -> None:
        """Learn a document."""
        if job.site is None:
            found.tally.passed += 1
            return
        url, content = job.document.url, _content(job)
        # The key of a page of HTML without an address is only known after it was read.
        is_key_known = job.document.html is None or site_of_url(url) is not None
        if not is_key_known or self._wanted.is_wanted(job.site, page_key(url, job.document.text)):
            # What reads lines looks at the clock; what reads HTML calls into a library.
            limit = None if job.document.html is None else self.settings.timeout
            with time_limit(limit), Clock(self.settings.timeout) as clock:
                learned = learn_document({_kind(job): content}, url=url, site=job.site, clock=clock)
            assert learned is not None
            _, page, texts = learned
            if is_key_known or self._wanted.is_wanted(job.site, page.key):
                pages, known = found.sites.setdefault(job.site, ([], {}))
                pages.append(page)
                known |= texts
        found.tally.documents += 1
        found.tally.size += utf8_size(content) if isinstance(content, str) else len(content)


def _content(job: Job) -> str | bytes:
    return job.document.text if job.document.html is None else job.document.html


def _kind(job: Job) -> str:
    if job.document.html is not None:
        return "html"
    return "markdown" if job.is_markdown else "text"
