"""Keeps work from being left half done: interrupts and termination requests wait until it is complete."""

from __future__ import annotations

import signal
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from types import FrameType

__all__ = ["undisturbed"]

_SIGNALS = (signal.SIGINT, signal.SIGTERM)


@contextmanager
def undisturbed() -> Iterator[None]:
    """Delays the handlers of SIGINT and SIGTERM while its block runs; the first one is called afterwards.

    Python calls handlers between any two steps of the main thread, even when a file was just created but not noted yet.
    A signal that is ignored, or that ends the process at once, still does so here. In other threads, which are never
    interrupted, the block just runs.

    >>> before = signal.signal(signal.SIGTERM, lambda number, frame: print("asked to end"))
    >>> with undisturbed():
    ...     signal.raise_signal(signal.SIGTERM)
    ...     print("done")
    done
    asked to end
    >>> _ = signal.signal(signal.SIGTERM, before)
    """
    if threading.current_thread() is not threading.main_thread():
        yield
        return
    waiting: list[tuple[int, FrameType | None]] = []
    handlers = {number: handler for number in _SIGNALS if callable(handler := signal.getsignal(number))}
    try:
        for number in handlers:
            signal.signal(number, lambda number, frame: waiting.append((number, frame)))
        yield
    finally:
        for number, handler in handlers.items():
            signal.signal(number, handler)
        if waiting:
            first, frame = waiting[0]
            handlers[signal.Signals(first)](first, frame)
