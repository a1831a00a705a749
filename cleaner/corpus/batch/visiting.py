"""Runs over a plan that write no results: workers look at each document, the parent receives what they found."""

from __future__ import annotations

from abc import ABC, abstractmethod
from bisect import insort
from collections.abc import Iterator
from contextlib import closing
from dataclasses import dataclass, field
from itertools import accumulate
from typing import Generic, TypeVar

from cleaner.clock import OutOfTimeError
from cleaner.corpus.batch.jobs import Job, task_jobs
from cleaner.corpus.batch.plan import Plan, Settings, Watcher
from cleaner.corpus.batch.run import bytes_done, worked_on
from cleaner.corpus.batch.tally import Tally
from cleaner.corpus.batch.tasks import Careful, ChunkResult, ChunkTask, Result, SourceEnd, TextTask, read_tasks
from cleaner.corpus.records.chunks import Place
from cleaner.documents import document_place
from cleaner.errors import CleanerError

__all__ = ["Findings", "Smallest", "Visit", "Visitor"]


@dataclass(slots=True)
class Findings:
    """What was found in the documents of a task: messages about those that failed, and counts."""

    failures: list[str] = field(default_factory=list)
    tally: Tally = field(default_factory=Tally)

    def fail(self, message: str) -> None:
        """Count a document that failed, with the reason."""
        self.failures.append(message)
        self.tally.failed += 1


_Found = TypeVar("_Found", bound=Findings)
_Key = TypeVar("_Key", bytes, int, tuple[int, int])


class Visitor(ABC, Generic[_Found]):
    """Visits the documents of tasks, one by one, in a worker; one that fails is a message and ends nothing.

    ``verb``: what could not be done with a document, for messages.
    """

    verb = "cleaned"

    def __init__(self, settings: Settings, *, may_be_ended: bool = False) -> None:
        self.settings = settings
        self.may_be_ended = may_be_ended

    @abstractmethod
    def begin(self) -> _Found:
        """Nothing found yet."""

    @abstractmethod
    def visit(self, job: Job, found: _Found) -> None:
        """Look at a document, and add what is found."""

    def __call__(self, task: TextTask | ChunkTask, careful: Careful | None = None) -> _Found:
        """What is found in a task; never raises because of one of its documents."""
        found = self.begin()
        for job in task_jobs(task, self.settings):
            if isinstance(job, str):
                found.fail(job)
            elif careful is not None and job.number in careful.given_up:
                found.fail(job.failure(careful.given_up[job.number]))
            else:
                if careful is not None:
                    careful.report(job.number)
                self._try(job, found)
        if careful is not None:
            careful.report(None)
        return found

    def _try(self, job: Job, found: _Found) -> None:
        try:
            self.visit(job, found)
        except CleanerError:
            raise
        except OutOfTimeError:
            found.fail(job.failure(f"took longer than --timeout {self.settings.timeout:g} s"))
        except Exception as error:  # noqa: BLE001 - one document must not end a run over millions
            found.fail(job.failure(f"cannot be {self.verb}: {type(error).__name__}: {error}; please report this"))


class Smallest(Generic[_Key]):
    """Tells of keys, one after the other, which may be among the ``count`` smallest of all."""

    def __init__(self, count: int) -> None:
        self._count = count
        self._keys: list[_Key] = []

    def admits(self, key: _Key) -> bool:
        """Whether a key is among the smallest so far.

        >>> smallest: Smallest[int] = Smallest(2)
        >>> [smallest.admits(key) for key in (5, 3, 4, 9, 1)]
        [True, True, True, False, True]
        """
        if len(self._keys) >= self._count and key > self._keys[-1]:
            return False
        insort(self._keys, key)
        del self._keys[self._count :]
        return True


class Visit(Generic[_Found]):
    """A run over a plan: iterating gives what each task's worker found, in the order of the input.

    ``tally`` has the counts so far, ``failed_inputs`` how many inputs could not be read. Failures are said to the
    watcher.
    """

    def __init__(self, plan: Plan, settings: Settings, watcher: Watcher) -> None:
        self._plan = plan
        self._settings = settings
        self._watcher = watcher
        self.tally = Tally()
        self.failed_inputs = 0

    @property
    def has_failures(self) -> bool:
        """Whether anything has failed so far."""
        return bool(self.failed_inputs or self.tally.failed)

    def __iter__(self) -> Iterator[_Found]:
        ends = list(accumulate(self._plan.sizes))
        tasks = read_tasks(self._plan, self._settings, 0, Place(), lambda _: True)
        with closing(worked_on(tasks, self._plan, self._settings)) as results:
            for task, result in results:
                if isinstance(task, SourceEnd):
                    if task.error is not None:
                        self.failed_inputs += 1
                        self._watcher.say(str(task.error))
                    continue
                has_ended = not isinstance(result, Findings)
                found: Findings = _all_failed(task, result) if has_ended else result
                for failure in found.failures:
                    self._watcher.say(failure)
                self.tally.add(found.tally)
                self._watcher.show(self.tally, bytes_done(task, ends), ends[-1])
                if not has_ended:
                    yield result


def _all_failed(task: ChunkTask | TextTask, result: Result) -> Findings:
    """What becomes of a task whose worker has ended."""
    if isinstance(result, ChunkResult):
        assert isinstance(task, ChunkTask)
        failures = [f"{document_place(task.name, one.number)}: {one.reason}" for one in result.failures]
    else:
        failures = [str(outcome.error) for outcome in result]
    return Findings(failures, Tally(failed=len(failures)))
