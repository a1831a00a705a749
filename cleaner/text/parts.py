"""Long texts, a part after the other: what is marked in them is counted and found without an array of all its places."""

from __future__ import annotations

from collections.abc import Iterator

import numpy as np
import numpy.typing as npt

from cleaner.text.arrays import BoolArray, IntArray

__all__ = ["PART_LENGTH", "Ranks", "any_of", "parts"]

# So many characters are one part; nearly all documents are shorter. An array of places takes 8 bytes for each.
PART_LENGTH = 0x10000


def parts(size: int) -> Iterator[slice]:
    """The parts of something that long, in order; one where there is nothing.

    >>> [part.start for part in parts(70_000)]
    [0, 65536]
    """
    return (slice(first, first + PART_LENGTH) for first in range(0, max(size, 1), PART_LENGTH))


def any_of(classes: npt.NDArray[np.uint16], bits: int) -> BoolArray:
    """Which characters have any of some bits of their classes.

    >>> any_of(np.array([1, 2, 3], dtype=np.uint16), 2).tolist()
    [False, True, True]
    """
    if classes.size <= PART_LENGTH:
        return np.asarray((classes & bits) != 0)
    found = np.empty(classes.size, dtype=bool)
    for part in parts(classes.size):
        np.not_equal(classes[part] & bits, 0, out=found[part])
    return found


class Ranks:
    """The marked ones of many characters, numbered in order.

    >>> ranks = Ranks(np.array([False, True, True]))
    >>> ranks.count, ranks.before(np.array([0, 2, 3])).tolist(), ranks.at(np.array([0, 1])).tolist()
    (2, [0, 1, 2], [1, 2])
    """

    __slots__ = ("_marked", "_places", "_sums", "count")

    def __init__(self, marked: BoolArray) -> None:
        self._marked = marked
        if marked.size <= PART_LENGTH:
            self._places = np.flatnonzero(marked)
            self.count = self._places.size
            return
        counts = [np.count_nonzero(marked[part]) for part in parts(marked.size)]
        # How many are marked before each part, and in all.
        self._sums = np.cumsum([0, *counts])
        self.count = int(self._sums[-1])

    def before(self, places: IntArray) -> IntArray:
        """How many are marked before each of some places, which are in order."""
        if self._marked.size <= PART_LENGTH:
            return np.asarray(np.searchsorted(self._places, places))
        edges = np.searchsorted(places, [part.start for part in parts(self._marked.size)])
        found = np.empty(places.size, dtype=np.int64)
        for number, (part, own) in enumerate(self._shares(edges, places.size)):
            if own.start < own.stop:
                inside = np.flatnonzero(self._marked[part])
                found[own] = np.searchsorted(inside, places[own] - part.start) + self._sums[number]
        return found

    def at(self, numbers: IntArray) -> IntArray:
        """Where the marked characters of some numbers stand; the numbers are in order, from 0 to ``count`` - 1."""
        if self._marked.size <= PART_LENGTH:
            return self._places[numbers]
        found = np.empty(numbers.size, dtype=np.int64)
        for number, (part, own) in enumerate(self._shares(np.searchsorted(numbers, self._sums[:-1]), numbers.size)):
            if own.start < own.stop:
                inside = np.flatnonzero(self._marked[part])
                found[own] = inside[numbers[own] - self._sums[number]] + part.start
        return found

    def between(self, starts: IntArray, ends: IntArray) -> IntArray:
        """How many are marked between each start and end; both are in order."""
        return self.before(ends) - self.before(starts)

    def _shares(self, edges: IntArray, count: int) -> Iterator[tuple[slice, slice]]:
        """Each part with what belongs to it of so many things, of which those of each part begin at an edge."""
        stops = [*edges[1:].tolist(), count]
        return zip(parts(self._marked.size), map(slice, edges.tolist(), stops), strict=True)
