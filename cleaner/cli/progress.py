"""The progress bar of a run, on a terminal."""

from __future__ import annotations

import sys
import time
from collections.abc import Callable
from typing import TypeAlias

from cleaner.cli.output import say, terminal_width, write_error
from cleaner.corpus.batch.tally import Tally

__all__ = ["Bar", "learning_line", "progress_line"]

Render: TypeAlias = Callable[[Tally, tuple[int, int], int, int, float], str]

_SECONDS_BETWEEN = 0.1
_SECONDS_BEFORE_FIRST = 0.5
_WIDTH = 20


class Bar:
    """Shows how far a run is if standard error is a terminal; messages replace it for a moment.

    ``render``: what makes the line, `progress_line` if None. ``tell``: what is done with messages.
    """

    def __init__(self, *, wanted: bool, render: Render | None = None, tell: Callable[[str], None] = say) -> None:
        self._render = render or progress_line
        self._tell = tell
        self._is_wanted = wanted and sys.stderr is not None and sys.stderr.isatty()
        self._begun = time.monotonic()
        self._next = self._begun + _SECONDS_BEFORE_FIRST
        self._first_done: tuple[int, int] | None = None
        self._is_shown = False

    def say(self, message: str) -> None:
        """Write a message to standard error."""
        self.clear()
        self._tell(message)

    def show(self, tally: Tally, done: int, total: int) -> None:
        """Show how far the run is, from time to time."""
        if not self._is_wanted:
            return
        now = time.monotonic()
        if self._first_done is None:
            # What an earlier run has done says nothing about the speed of this one.
            self._first_done = (tally.size, done)
        if now >= self._next:
            self._next = now + _SECONDS_BETWEEN
            line = self._render(tally, self._first_done, done, total, now - self._begun)
            write_error(f"\r{line[: terminal_width() - 1]}\x1b[K")
            self._is_shown = True

    def clear(self) -> None:
        """Take the bar away."""
        if self._is_shown:
            write_error("\r\x1b[K")
            self._is_shown = False


def progress_line(tally: Tally, first: tuple[int, int], done: int, total: int, seconds: float) -> str:
    """A bar, documents, megabytes of text a second, the share removed, and the time left.

    ``first``: the bytes of text and of input that were done when the clock began.

    >>> progress_line(Tally(documents=1200, size=4_000_000), (0, 0), 50, 200, 2.0)
    '[#####---------------] 1200 documents, 2.0 MB/s, 0.0 % removed, 0:00:06 left'
    """
    share = 100 * tally.removed.total() / tally.size if tally.size else 0.0
    return _line(tally, [f"{share:.1f} % removed"], first, done, total, seconds)


def learning_line(tally: Tally, first: tuple[int, int], done: int, total: int, seconds: float) -> str:
    """The same while documents are learned: how many have no site, instead of the share removed.

    >>> learning_line(Tally(documents=1200, size=4_000_000, passed=3), (0, 0), 50, 200, 2.0)
    '[#####---------------] 1200 documents, 2.0 MB/s, 3 without a site, 0:00:06 left'
    """
    without = [f"{tally.passed} without a site"] if tally.passed else []
    return _line(tally, without, first, done, total, seconds)


def _line(tally: Tally, what: list[str], first: tuple[int, int], done: int, total: int, seconds: float) -> str:
    first_size, first_done = first
    speed = (tally.size - first_size) / 1e6 / seconds if seconds else 0.0
    documents = "1 document" if tally.documents == 1 else f"{tally.documents} documents"
    parts = [documents, f"{speed:.1f} MB/s", *what]
    if tally.failed:
        parts.append(f"{tally.failed} failed")
    if not total:
        return ", ".join(parts)
    if done > first_done:
        left = round(seconds * (total - done) / (done - first_done))
        parts.append(f"{left // 3600}:{left // 60 % 60:02}:{left % 60:02} left")
    filled = min(_WIDTH, _WIDTH * done // total)
    return f"[{'#' * filled}{'-' * (_WIDTH - filled)}] {', '.join(parts)}"
