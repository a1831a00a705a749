"""The time limit of a document: a clock that the work on it checks every few steps.

A clock belongs to one document and one call. It accompanies the document through all stages, and every loop that may
take long checks it every few steps: no signal, no second thread, nothing shared. So a limit works on every system and
in every thread, and one document's time does not affect another's.
"""

from __future__ import annotations

import math
import time
from collections.abc import Callable, Iterable, Iterator
from itertools import islice
from operator import length_hint
from types import TracebackType
from typing import Final, Self, TypeVar

__all__ = ["NO_LIMIT", "TIMED_OUT", "Clock", "OutOfTimeError"]

TIMED_OUT = "timed-out"
# Steps between two checks of the clock, unless a loop sets another number (set by hand: a check takes as long as a short
# step).
STEPS = 64

_Item = TypeVar("_Item")


class OutOfTimeError(BaseException):
    """The time is up. Not an `Exception`, so that code which catches those does not catch it."""


# CPU seconds of this thread, or of the process if the system does not count them by thread.
_now: Callable[[], float] = getattr(time, "thread_time", time.process_time)
# A thread's CPU time never exceeds the elapsed time, which takes a sixth of the time to read.
_wall: Callable[[], float] = time.monotonic if hasattr(time, "thread_time") else (lambda: math.inf)


class Clock:
    """The CPU time that one document may take, from now on; as a context manager it ends with its block.

    ``seconds``: None is no limit. After the block there is no limit either: work done later, such as computing evidence,
    never raises `OutOfTimeError`.

    >>> with Clock(5.0) as clock:
    ...     sum(clock.watch(range(10)))
    45
    """

    __slots__ = ("_end", "_not_before")

    def __init__(self, seconds: float | None = None) -> None:
        self._end = None if seconds is None else _now() + seconds
        self._not_before = _wall() + (seconds or 0.0)

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self._end = None

    @property
    def is_limited(self) -> bool:
        """Whether there is a limit."""
        return self._end is not None

    def check(self) -> None:
        """Check the clock; raises `OutOfTimeError` if the time is up."""
        if self._end is None or _wall() < self._not_before:
            return
        left = self._end - _now()
        if left <= 0.0:
            raise OutOfTimeError
        self._not_before = _wall() + left

    def watch(self, items: Iterable[_Item], steps: int = STEPS) -> Iterable[_Item]:
        """The items unchanged, with a check of the clock every ``steps`` items.

        Without a limit, or for no more items than ``steps``, this costs nothing.
        """
        if self._end is None or length_hint(items, steps + 1) <= steps:
            return items
        return self._watch(iter(items), steps)

    def _watch(self, items: Iterator[_Item], steps: int) -> Iterator[_Item]:
        while some := list(islice(items, steps)):
            self.check()
            yield from some


NO_LIMIT: Final = Clock()
