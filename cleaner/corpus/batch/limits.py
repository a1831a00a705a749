"""Time limits for work that does not check the clock itself."""

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
    """Ends a block with `OutOfTimeError` after ``seconds`` of this process's CPU time; None is no limit.

    CPU time is what the work itself takes: a busy machine, a process that is paused for a while, or a change of the
    system clock makes no difference. The alarm interrupts Python code; a call into a library ends first. It works in
    the main thread only, and not on Windows: elsewhere the block has no limit.

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
    """Have the system end this process, even in the middle of a call, after ``seconds`` more of CPU time.

    None removes the limit. Does nothing if the system has no such limits.
    """
    if resource is None:
        return
    _, most = resource.getrlimit(resource.RLIMIT_CPU)
    limit = most if seconds is None else ceil(time.process_time() + seconds)
    if most != resource.RLIM_INFINITY and seconds is not None:
        limit = min(limit, most)
    with suppress(ValueError, OSError):
        resource.setrlimit(resource.RLIMIT_CPU, (limit, most))
