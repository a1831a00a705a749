"""A limit of time around work that does not watch the clock itself."""

from __future__ import annotations

import signal
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from types import FrameType

__all__ = ["OutOfTimeError", "time_limit"]


class OutOfTimeError(BaseException):
    """The time is up. No ordinary error, so that code which catches all of those does not catch it."""


@contextmanager
def time_limit(seconds: float | None) -> Iterator[None]:
    """Ends a block with `OutOfTimeError` after some seconds; None is no limit.

    The alarm interrupts Python code; a call into a library ends first. It rings in the main thread only, and not on
    Windows: elsewhere the block has no limit.

    >>> with time_limit(5.0):
    ...     "quick"
    'quick'
    """
    if seconds is None or not hasattr(signal, "setitimer") or threading.current_thread() is not threading.main_thread():
        yield
        return
    before = signal.signal(signal.SIGALRM, _ring)
    signal.setitimer(signal.ITIMER_REAL, seconds)
    try:
        yield
    finally:
        signal.setitimer(signal.ITIMER_REAL, 0.0)
        signal.signal(signal.SIGALRM, before)


def _ring(_number: int, _frame: FrameType | None) -> None:
    raise OutOfTimeError
