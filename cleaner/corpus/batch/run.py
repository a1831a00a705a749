"""Runs a plan: reads tasks, gives them to workers, delivers the results in order."""

from __future__ import annotations

from collections import deque
from collections.abc import Generator, Iterator, Sequence
from concurrent.futures import Future, wait
from contextlib import AbstractContextManager, closing, nullcontext
from dataclasses import dataclass
from importlib import import_module
from itertools import accumulate, chain
from typing import Any

from cleaner.corpus.batch.delivery import Delivery
from cleaner.corpus.batch.plan import Plan, Settings, Watcher
from cleaner.corpus.batch.tally import Tally
from cleaner.corpus.batch.tasks import ChunkTask, SourceEnd, Task, TextTask, read_tasks
from cleaner.corpus.batch.workers import Workers
from cleaner.corpus.records.interrupts import undisturbed
from cleaner.corpus.records.sources import ASSEMBLED_FORMATS

__all__ = ["Outcome", "StoppedError", "bytes_done", "run_batch", "worked_on"]

# Tasks that are read ahead for each worker: the one it works on, and one that waits.
_TASKS_AHEAD = 2
# How long to wait for a result before a look at signals (set by hand).
_SECONDS_A_WAIT = 1.0


@dataclass(frozen=True, slots=True)
class Outcome:
    """How a run went: its counts, and how many inputs could not be read or written."""

    tally: Tally
    failed_inputs: int

    @property
    def has_failures(self) -> bool:
        """Whether anything failed."""
        return bool(self.failed_inputs or self.tally.failed)


class StoppedError(BaseException):
    """A run was stopped, for the reason given as its cause; ``can_resume`` tells whether it can be resumed.

    It is not an `Exception`, like the interrupts that may be its cause.
    """

    def __init__(self, *, can_resume: bool) -> None:
        super().__init__()
        self.can_resume = can_resume


def run_batch(plan: Plan, settings: Settings, watcher: Watcher, *, resume: bool = False) -> Outcome:
    """Clean all sources of a plan; with ``resume`` continue where a stopped run of the same plan ended.

    Raises `StoppedError` from whatever stopped it: an interrupt, an output that cannot be written.
    """
    delivery = Delivery(plan, settings, watcher)
    try:
        with _undisturbed(plan):
            delivery.begin(resume=resume)
        ends = list(accumulate(plan.sizes))
        tasks = read_tasks(plan, settings, delivery.state.source, delivery.state.place, delivery.is_wanted)
        with closing(worked_on(tasks, plan, settings)) as results:
            for task, result in results:
                with _undisturbed(plan, task):
                    _deliver(delivery, task, result)
                watcher.show(delivery.state.tally, bytes_done(task, ends), ends[-1])
        with _undisturbed(plan):
            delivery.complete()
    except BaseException as error:
        raise StoppedError(can_resume=delivery.stop()) from error
    return Outcome(delivery.state.tally, delivery.state.failed_inputs)


def _undisturbed(plan: Plan, task: Task | None = None) -> AbstractContextManager[None]:
    """Makes file operations complete before an interrupt, unless one of the files could make it wait for ever."""
    may_be_long = isinstance(task, SourceEnd) and plan.sources[task.index].format in ASSEMBLED_FORMATS
    return nullcontext() if plan.checkpoint is None or may_be_long else undisturbed()


def worked_on(tasks: Iterator[Task], plan: Plan, settings: Settings) -> Generator[tuple[Task, Any], None, None]:
    """Each task with its result, in order; done in this process if there is only enough work for one."""
    ahead: list[Task] = []
    jobs = 1 if plan.is_line_buffered else plan.jobs
    if jobs > 1:
        for task in tasks:
            ahead.append(task)
            if sum(not isinstance(one, SourceEnd) for one in ahead) > 1:
                break
        else:
            jobs = 1
    everything = chain(ahead, tasks)
    return _alone(everything, settings) if jobs == 1 else _in_processes(everything, settings, jobs)


def _alone(tasks: Iterator[Task], settings: Settings) -> Generator[tuple[Task, Any], None, None]:
    worker: Any = None
    for task in tasks:
        if isinstance(task, SourceEnd):
            yield task, None
        else:
            worker = worker or import_module(settings.worker).Worker(settings)
            yield task, worker(task)


def _in_processes(tasks: Iterator[Task], settings: Settings, jobs: int) -> Generator[tuple[Task, Any], None, None]:
    workers = Workers(settings, jobs)
    waiting: deque[tuple[Task, Future[Any] | None]] = deque()
    try:
        for task in tasks:
            waiting.append((task, None if isinstance(task, SourceEnd) else workers.submit(task)))
            if len(waiting) > jobs * _TASKS_AHEAD:
                yield _next(waiting)
        while waiting:
            yield _next(waiting)
    finally:
        workers.stop()


def _next(waiting: deque[tuple[Task, Future[Any] | None]]) -> tuple[Task, Any]:
    task, future = waiting.popleft()
    if future is None:
        return task, None
    # Python runs the handler of a signal between two steps of the main thread. One that arrives when the last step before
    # a wait is done is not seen until the wait ends, and with workers that are halted it would never end.
    while not future.done():
        wait([future], timeout=_SECONDS_A_WAIT)
    return task, future.result()


def _deliver(delivery: Delivery, task: Task, result: Any) -> None:
    if isinstance(task, SourceEnd):
        delivery.take_end(task)
    elif isinstance(task, ChunkTask):
        delivery.take_chunk(task, result)
    else:
        for outcome in result:
            delivery.take_text(outcome)


def bytes_done(task: Task, ends: Sequence[int]) -> int:
    """How many bytes of all inputs are done after a task; ``ends``: the bytes up to the end of each source."""
    if isinstance(task, TextTask):
        return ends[task.texts[-1][0]]
    if isinstance(task, SourceEnd):
        return ends[task.index]
    return (ends[task.index - 1] if task.index else 0) + task.chunk.consumed
