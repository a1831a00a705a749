"""Work that is not left half done: an interrupt or a request to end waits until it is done."""

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
    """Nothing comes back; while the block runs, handlers of SIGINT and SIGTERM wait, and the first is called after it.

    Python calls handlers between any two steps of the main thread, so also when a file has been made and nobody has
    noted it yet. A signal that is ignored, or that ends the process at once, does so here too. In other threads, which
    are never interrupted, the block just runs.

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
