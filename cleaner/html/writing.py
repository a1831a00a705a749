"""Puts Markdown together piece by piece, and notes which pieces stay and where each character of the source stands."""

from __future__ import annotations

from bisect import bisect_right
from collections.abc import Iterator, Sequence
from typing import NamedTuple

from cleaner.passes.segments import Segments

__all__ = ["KEPT", "Gone", "Owners", "Stretch", "Writer"]

# The owner of what stays; other owners are the numbers of removals.
KEPT = -1


class Stretch(NamedTuple):
    """A stretch of the source, and its owner: the number of the removal that removes it, or `KEPT`."""

    start: int
    end: int
    owner: int


class Gone(NamedTuple):
    """A stretch of the Markdown that does not stay, and the number of its removal."""

    start: int
    end: int
    removal: int


class Owners:
    """Says of each stretch of the source which removal removes it; ``spans``: where each removal is, in order."""

    def __init__(self, spans: Sequence[tuple[int, int]]) -> None:
        self._spans = spans
        self._starts = [start for start, _ in spans]

    def within(self, start: int, end: int) -> Iterator[Stretch]:
        """The stretches between two offsets, in order."""
        number = max(bisect_right(self._starts, start) - 1, 0)
        while start < end and number < len(self._spans):
            first, last = self._spans[number]
            if last > start:
                if first > start:
                    yield Stretch(start, min(first, end), KEPT)
                    start = first
                if start < end:
                    yield Stretch(start, min(last, end), number)
                    start = last
            number += 1
        if start < end:
            yield Stretch(start, end, KEPT)


class Writer:
    """Collects the Markdown of all blocks, and beside it what stays."""

    def __init__(self) -> None:
        self.size = 0
        self._gone: list[list[int]] = []
        self._parts: list[str] = []
        self._kept: list[str] = []
        self._offsets: list[int] = [0]
        self._starts: list[int] = [0]

    @property
    def source(self) -> str:
        """The Markdown of all blocks."""
        return "".join(self._parts)

    @property
    def text(self) -> str:
        """The Markdown that stays."""
        return "".join(self._kept)

    @property
    def gone(self) -> tuple[Gone, ...]:
        """What of it does not stay, in order."""
        return tuple(Gone(start, end, owner) for start, end, owner in self._gone)

    def places(self, size: int) -> Segments:
        """Where the characters of a source of ``size`` characters stand in the Markdown."""
        return Segments(self._offsets, self._starts, size)

    def write(self, text: str, owner: int) -> None:
        """Add markup."""
        if not text:
            return
        self._parts.append(text)
        end = self.size + len(text)
        if owner == KEPT:
            self._kept.append(text)
        elif self._gone and self._gone[-1][1:] == [self.size, owner]:
            self._gone[-1][1] = end
        else:
            self._gone.append([self.size, end, owner])
        self.size = end

    def mark(self, offset: int) -> None:
        """Note that the character at an offset of the source stands here."""
        if self._offsets[-1] == offset:
            self._starts[-1] = self.size
        else:
            self._offsets.append(offset)
            self._starts.append(self.size)

    def write_text(self, text: str, offset: int, owner: int, escaped: Sequence[int] = ()) -> None:
        """Add a text of the source, with a backslash before the given places."""
        position = 0
        for place in escaped:
            self._write_part(text[position:place], offset + position, owner)
            self.write("\\", owner)
            position = place
        self._write_part(text[position:], offset + position, owner)

    def _write_part(self, text: str, offset: int, owner: int) -> None:
        if text:
            self.mark(offset)
            self.write(text, owner)
