"""Sums, shifts and distances along the lines of a document, for all lines at once, and their median."""

from __future__ import annotations

from collections.abc import Iterator

import numpy as np

from cleaner.text.arrays import BoolArray, FloatArray

__all__ = ["FAR", "Windows", "distance", "median", "shift", "stretches"]

# The distance of anything further away, or missing.
FAR = 200.0


class Windows:
    """Sums over the lines before or after each line, from one running sum, for one row of values or many at once."""

    def __init__(self, values: FloatArray) -> None:
        self._running = np.zeros((*values.shape[:-1], values.shape[-1] + 1))
        values.cumsum(axis=-1, out=self._running[..., 1:])

    def before(self, size: int) -> FloatArray:
        """The sum over up to ``size`` lines directly before each line."""
        sums = self.all_before.copy()
        sums[..., size:] -= self._running[..., : max(sums.shape[-1] - size, 0)]
        return sums

    def behind(self, size: int) -> FloatArray:
        """The sum over up to ``size`` lines directly after each line."""
        sums = self._running[..., 1:]
        inner = max(sums.shape[-1] - size, 0)
        found = np.empty(sums.shape)
        found[..., :inner] = self._running[..., 1 + size :]
        found[..., inner:] = self._running[..., -1:]
        found -= sums
        return found

    def both(self, size: int) -> Iterator[FloatArray]:
        """The sums directly before each line, then those directly after it; each is computed on demand."""
        yield self.before(size)
        yield self.behind(size)

    @property
    def all_before(self) -> FloatArray:
        """The sum over all lines before each line."""
        return self._running[..., :-1]

    @property
    def all_behind(self) -> FloatArray:
        """The sum over all lines after each line."""
        return np.asarray(self._running[..., -1:] - self._running[..., 1:])

    @property
    def total(self) -> FloatArray:
        """The sum over all lines."""
        return np.asarray(self._running[..., -1])


def shift(values: FloatArray, by: int) -> FloatArray:
    """The values of the line ``by`` lines further down (or up), zero beyond the edges; for one row or many."""
    moved = np.zeros(values.shape)
    if by > 0:
        moved[..., :-by] = values[..., by:]
    else:
        moved[..., -by:] = values[..., :by]
    return moved


def distance(marks: BoolArray, *, up: bool) -> FloatArray:
    """How many lines up (or down) the nearest marked line is; `FAR` if there is none. For one row or many."""
    at = np.arange(marks.shape[-1])
    if up:
        found = at - np.maximum.accumulate(np.where(marks, at, -(10**6)), axis=-1)
    else:
        found = np.minimum.accumulate(np.where(marks, at, 10**6)[..., ::-1], axis=-1)[..., ::-1] - at
    return np.minimum(found, FAR).astype(np.float64)


def stretches(marks: BoolArray) -> list[tuple[int, int]]:
    """The first line of each run of marked lines, and the line after its last one.

    >>> stretches(np.array([True, False, True, True]))
    [(0, 1), (2, 4)]
    """
    edges = np.flatnonzero(np.diff(np.concatenate([[False], marks, [False]]).astype(np.int8)))
    return [(first, stop) for first, stop in edges.reshape(-1, 2).tolist()]


def median(values: FloatArray) -> float:
    """The median; numpy's own function would load modules that nothing else here needs."""
    ordered = np.sort(values)
    return float(ordered[(ordered.size - 1) // 2] + ordered[ordered.size // 2]) / 2.0 if ordered.size else 0.0
