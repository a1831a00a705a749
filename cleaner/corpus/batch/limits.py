"""A limit of time around work that does not watch the clock itself."""

from __future__ import annotations

import signal
import threading
import time
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from math import ceil
from types import FrameType

from cleaner.clock import OutOfTimeError

try:
    import resource
except ImportError:  # Windows has no such limits
    resource = None  # type: ignore[assignment]

__all__ = ["OutOfTimeError", "end_process_after", "time_limit"]


@contextmanager
def time_limit(seconds: float | None) -> Iterator[None]:
    """Ends a block with `OutOfTimeError` after some seconds of this process's CPU time; None is no limit.

    CPU time is what the work itself takes: neither a busy machine, nor a process that is stopped for a while, nor a
    clock that is set makes a difference. The alarm interrupts Python code; a call into a library ends first. It
    rings in the main thread only, and not on Windows: elsewhere the block has no limit.

    >>> with time_limit(5.0):
    ...     "quick"
    'quick'
    """
    if seconds is None or not hasattr(signal, "setitimer") or threading.current_thread() is not threading.main_thread():
        yield
        return
    before = signal.signal(signal.SIGPROF, _ring)
    signal.setitimer(signal.ITIMER_PROF, seconds)
    try:
        yield
    finally:
        signal.setitimer(signal.ITIMER_PROF, 0.0)
        signal.signal(signal.SIGPROF, before)


def _ring(_number: int, _frame: FrameType | None) -> None:
    raise OutOfTimeError


def end_process_after(seconds: float | None) -> None:
    """Have the system end this process, in the middle of any call, when it has taken so much more CPU time.

    None takes the limit away. Does nothing where the system has no such limit.
    """
    if resource is None:
        return
    _, most = resource.getrlimit(resource.RLIMIT_CPU)
    limit = most if seconds is None else ceil(time.process_time() + seconds)
    if most != resource.RLIM_INFINITY and seconds is not None:
        limit = min(limit, most)
    with suppress(ValueError, OSError):
        resource.setrlimit(resource.RLIMIT_CPU, (limit, most))
