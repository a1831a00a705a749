"""Where the text of a pass stands in the input."""

from __future__ import annotations

from bisect import bisect_right
from collections.abc import Sequence
from dataclasses import dataclass
from itertools import accumulate

from cleaner.passes.edits import Edit
from cleaner.result import Evidence

__all__ = ["Segments"]


@dataclass(frozen=True, slots=True, eq=False)
class Segments:
    """Where the characters of a pass's text stand in the input: piece ``i`` begins at ``starts[i]`` there.

    ``offsets[i]`` is where the piece begins in the pass's text, which is ``size`` characters long.
    """

    offsets: list[int]
    starts: list[int]
    size: int

    @staticmethod
    def whole(text: str) -> Segments:
        """The segments of a text from which nothing has been removed."""
        return Segments([0], [0], len(text))

    def at(self, offset: int) -> int:
        """The offset in the input of the character at an offset of the pass's text."""
        piece = bisect_right(self.offsets, offset) - 1
        return self.starts[piece] + offset - self.offsets[piece]

    def span(self, start: int, end: int) -> tuple[int, int]:
        """A span in the input: the offsets of its first character and after its last one."""
        return (self.at(start), self.at(end - 1) + 1) if end > start else (self.at(start), self.at(start))

    def moved(self, evidence: Sequence[Evidence]) -> tuple[Evidence, ...]:
        """Evidence with offsets into the input."""
        if len(self.starts) == 1 and self.starts[0] == 0:
            # Nothing before it was removed, so the offsets are the same.
            return tuple(evidence)
        return tuple(item.at(*self.span(item.start, item.end)) for item in evidence)

    def pieces(self, start: int, end: int) -> list[tuple[int, int]]:
        """The parts of the input that a span of the pass's text is made of."""
        found = []
        piece = bisect_right(self.offsets, start) - 1
        while start < end:
            stop = min(end, self.offsets[piece + 1] if piece + 1 < len(self.offsets) else self.size)
            begin = self.starts[piece] + start - self.offsets[piece]
            found.append((begin, begin + stop - start))
            start = stop
            piece += 1
        return found

    def without(self, edits: Sequence[Edit]) -> Segments:
        """The segments of the text that is left after the edits of a pass."""
        kept: list[tuple[int, int]] = []
        position = 0
        for edit in edits:
            kept += self.pieces(position, edit.start)
            position = edit.end
        kept += self.pieces(position, self.size)
        lengths = [end - start for start, end in kept]
        return Segments([0, *accumulate(lengths[:-1])], [start for start, _ in kept] or [0], sum(lengths))
