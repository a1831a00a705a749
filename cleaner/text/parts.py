"""Handles long texts part by part: counts and finds marked characters without an array of all their places."""

from __future__ import annotations

from collections.abc import Iterator

import numpy as np
import numpy.typing as npt

from cleaner.text.arrays import BoolArray, IntArray

__all__ = ["PART_LENGTH", "Ranks", "any_of", "parts"]

# The characters of one part; nearly all documents are shorter. An array of places takes 8 bytes for each.
PART_LENGTH = 0x10000


def parts(size: int) -> Iterator[slice]:
    """The parts of something of this size, in order; one, empty part if the size is 0.

    >>> [part.start for part in parts(70_000)]
    [0, 65536]
    """
    return (slice(first, first + PART_LENGTH) for first in range(0, max(size, 1), PART_LENGTH))


def any_of(classes: npt.NDArray[np.uint16], bits: int) -> BoolArray:
    """Which characters have any of the class bits ``bits``.

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
    """The marked characters of a text, numbered in order.

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
        # How many characters are marked before each part, and in all.
        self._sums = np.cumsum([0, *counts])
        self.count = int(self._sums[-1])

    def before(self, places: IntArray) -> IntArray:
        """How many characters are marked before each of ``places``, which are in order."""
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
        """The places of the marked characters with these numbers, which are in order, from 0 to ``count`` - 1."""
        if self._marked.size <= PART_LENGTH:
            return self._places[numbers]
        found = np.empty(numbers.size, dtype=np.int64)
        for number, (part, own) in enumerate(self._shares(np.searchsorted(numbers, self._sums[:-1]), numbers.size)):
            if own.start < own.stop:
                inside = np.flatnonzero(self._marked[part])
                found[own] = inside[numbers[own] - self._sums[number]] + part.start
        return found

    def between(self, starts: IntArray, ends: IntArray) -> IntArray:
        """How many characters are marked between each start and end; both are in order."""
        return self.before(ends) - self.before(starts)

    def _shares(self, edges: IntArray, count: int) -> Iterator[tuple[slice, slice]]:
        """Each part with the range of items that belong to it; ``edges``: where each range starts, ``count``: of all."""
        stops = [*edges[1:].tolist(), count]
        return zip(parts(self._marked.size), map(slice, edges.tolist(), stops), strict=True)
