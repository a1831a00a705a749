"""Boosted trees in flat arrays: the points of rows of signals, and how much each signal adds to them.

The points of a row are the sum of one leaf of each tree. The points of a tree change step by step on the path from its
root to the leaf, and each step belongs to one signal. So the points are also a sum over signals, and that sum is the
explanation.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from functools import cached_property
from importlib import import_module
from typing import Any

import numpy as np

from cleaner.clock import NO_LIMIT, Clock
from cleaner.errors import CleanerError
from cleaner.text.arrays import FloatArray, NumberArray, SingleArray

__all__ = ["Trees", "fit_trees", "read_trees", "side_by_side", "trees_record"]

LIMIT = 1e9
# Rows that fit in the processor's caches at once; with 2,000 it took a third more time (measured on 5,000 rows).
ROWS_AT_ONCE = 128
# From this number of rows on, rows that are the same to the trees are grouped first, which takes a fifth of the time of
# walking the trees: of 10,440 lines of pages with 512 lines or more nearly all differ, but only one in fifty of the
# lines of artificial texts.
MANY_ROWS = 1_024
MAX_NODES = 1_000_000
DIGITS = 5
_FIELDS = ("roots", "signal", "limit", "left", "right", "points")


@dataclass(frozen=True, eq=False)
class Trees:
    """All trees, node by node; ``roots``: the node that each begins with.

    A node asks whether the value of ``signal`` is at most ``limit``: if so the path goes to ``left``, otherwise to
    ``right``. A leaf leads to itself. ``points``: the points of the path so far; those of the leaf count.
    """

    roots: NumberArray
    signal: NumberArray
    limit: SingleArray
    left: NumberArray
    right: NumberArray
    points: FloatArray

    @cached_property
    def depth(self) -> int:
        """The steps of the longest path."""
        level = np.unique(self.roots)
        depth = 0
        while (inner := level[self.left[level] != level]).size:
            level = np.unique(np.concatenate([self.left[inner], self.right[inner]]))
            depth += 1
        return depth

    @cached_property
    def _ways(self) -> NumberArray:
        """The left and right successor of each node side by side."""
        return np.stack([self.left, self.right], axis=1).ravel()

    @cached_property
    def _limits(self) -> tuple[SingleArray, ...]:
        """The limits that values of each signal are compared with, negated, in order."""
        inner = self.left != np.arange(self.left.size)
        signals = range(int(self.signal.max()) + 1)
        return tuple(np.unique(-self.limit[inner & (self.signal == signal)]) for signal in signals)

    def _alike(self, values: SingleArray, clock: Clock) -> tuple[NumberArray, NumberArray]:
        """The first row of each group, and the group of each row: rows of a group reach the same leaf of every tree.

        A tree asks only which limits a value exceeds, and for most lines of long texts the answers are the same.
        """
        small = max(limits.size for limits in self._limits) < 0x100
        seen: dict[bytes, int] = {}
        sorts: list[int] = []
        for start in clock.watch(range(0, values.shape[0], MANY_ROWS), steps=1):
            # Negated, so that a value that is not a number exceeds no limit.
            some = values[start : start + MANY_ROWS]
            part = np.negative(some.T, order="C")
            places = np.empty((len(self._limits), some.shape[0]), dtype=np.uint8 if small else np.uint32)
            for signal, limits in enumerate(self._limits):
                places[signal] = np.searchsorted(limits, part[signal], side="right")
            text, width = places.T.tobytes(), places.itemsize * len(self._limits)
            sorts += [seen.setdefault(text[at : at + width], len(seen)) for at in range(0, len(text), width)]
        found = np.array(sorts, dtype=np.intp)
        first = np.empty(len(seen), dtype=np.intp)
        first[found[::-1]] = np.arange(found.size - 1, -1, -1)
        return first, found

    def leaves(self, values: SingleArray) -> NumberArray:
        """The leaf of each tree (columns) for each row of values."""
        at, base = self._begin(values)
        flat = values.ravel()
        for _ in range(self.depth):
            at = self._step(flat, base, at)
        return at.reshape(values.shape[0], self.roots.size)

    def totals(self, values: SingleArray, clock: Clock = NO_LIMIT) -> FloatArray:
        """The points of each row of values; ``clock``: the time limit."""
        if values.shape[0] >= MANY_ROWS:
            first, sort = self._alike(values, clock)
            return self._totals(values[first], clock)[sort]
        return self._totals(values, clock)

    def _totals(self, values: SingleArray, clock: Clock) -> FloatArray:
        found = np.zeros(values.shape[0])
        for start in clock.watch(range(0, values.shape[0], ROWS_AT_ONCE), steps=1):
            part = values[start : start + ROWS_AT_ONCE]
            found[start : start + ROWS_AT_ONCE] = self.points.take(self.leaves(part)).sum(axis=1)
        return found

    def parts(self, values: SingleArray) -> FloatArray:
        """What each signal adds to each row: one column per signal, after a first column with the starting value."""
        rows, signals = values.shape
        found = np.zeros((rows, signals + 1))
        found[:, 0] = self.points[self.roots].sum()
        for start in range(0, rows, ROWS_AT_ONCE):
            part = values[start : start + ROWS_AT_ONCE]
            at, base = self._begin(part)
            flat = part.ravel()
            added = np.zeros(part.size)
            for _ in range(self.depth):
                step = self._step(flat, base, at)
                change = self.points.take(step) - self.points.take(at)
                added += np.bincount(base + self.signal.take(at), weights=change, minlength=part.size)
                at = step
            found[start : start + ROWS_AT_ONCE, 1:] = added.reshape(part.shape)
        return found

    def _begin(self, values: SingleArray) -> tuple[NumberArray, NumberArray]:
        """Each row at the root of each tree, and where the row's values begin."""
        rows, columns = values.shape
        return np.tile(self.roots, rows), np.repeat(np.arange(rows, dtype=np.intp) * np.intp(columns), self.roots.size)

    def _step(self, flat: SingleArray, base: NumberArray, at: NumberArray) -> NumberArray:
        own = flat.take(base + self.signal.take(at))
        return np.asarray(self._ways.take(2 * at + (own > self.limit.take(at))))


def side_by_side(columns: Sequence[FloatArray]) -> SingleArray:
    """The columns as one matrix of rows, without a second copy of all of them in memory.

    >>> side_by_side([np.array([1.0, 2.0]), np.array([3.0, 4.0])]).tolist()
    [[1.0, 3.0], [2.0, 4.0]]
    """
    found = np.empty((columns[0].size, len(columns)), dtype=np.float32)
    for at, column in enumerate(columns):
        found[:, at] = column
    return found


def trees_record(trees: Trees) -> dict[str, list[Any]]:
    """The trees as plain lists, for a file."""
    record: dict[str, list[Any]] = {name: getattr(trees, name).tolist() for name in _FIELDS}
    record["limit"] = [float(f"{value:.7g}") for value in record["limit"]]
    return record


def read_trees(table: Any, signals: int, refuse: Callable[[str, str], Any]) -> Trees:
    """The trees of a file's record; ``refuse`` must raise, given the place of an error and what must be there."""

    def require(place: str, good: object, fix: str) -> None:
        if not good:
            refuse(place, fix)

    require("trees", isinstance(table, dict) and set(table) == set(_FIELDS), "must have all its arrays")
    for field, values in table.items():
        good = isinstance(values, list) and 0 < len(values) <= MAX_NODES and all(map(is_number, values))
        require(f"trees.{field}", good, "must be a list of numbers")
    count = len(table["signal"])
    for field in ("limit", "left", "right", "points"):
        require(f"trees.{field}", len(table[field]) == count, f"must have {count} entries, like signal")
    for field, stop in (("roots", count), ("signal", signals), ("left", count), ("right", count)):
        good = all(isinstance(value, int) and 0 <= value < stop for value in table[field])
        require(f"trees.{field}", good, f"must be whole numbers below {stop}")
    for at, (left, right) in enumerate(zip(table["left"], table["right"], strict=True)):
        good = left == right == at or (left > at and right > at)
        require(f"trees.left[{at}]", good, "must lead on, or to itself in a leaf")
    roots, signal, left, right = (
        np.array(table[field], dtype=np.intp) for field in ("roots", "signal", "left", "right")
    )
    limit, points = np.array(table["limit"], dtype=np.float32), np.array(table["points"], dtype=np.float64)
    return Trees(roots, signal, limit, left, right, points)


def is_number(value: Any) -> bool:
    """Whether a value of a file is a number of a sensible size."""
    return not isinstance(value, bool) and isinstance(value, int | float) and -LIMIT < value < LIMIT


def fit_trees(
    values: SingleArray, labels: SingleArray, weight: FloatArray, parameters: Mapping[str, Any], rounds: int
) -> tuple[tuple[int, ...], Trees]:
    """Trees fitted to rows of signals, and the numbers of the signals that they use; needs lightgbm.

    The trees number the signals that they use from zero. Raises `CleanerError` if lightgbm is not installed.
    """
    try:
        lightgbm: Any = import_module("lightgbm")
    except ImportError:
        raise CleanerError(
            "trees are fitted with lightgbm; install it with: python -m pip install 'news-cleaner[fit]'"
        ) from None
    data = lightgbm.Dataset(values, label=labels, weight=weight / weight.mean())
    return _export(lightgbm.train(dict(parameters), data, rounds).dump_model())


def _export(dump: Mapping[str, Any]) -> tuple[tuple[int, ...], Trees]:
    """The trees from lightgbm's own description of them; signals that no tree uses are left out."""
    table = _Table()
    for tree in dump["tree_info"]:
        table.roots.append(table.add(tree["tree_structure"]))
    used = sorted({table.signal[at] for at in range(len(table.signal)) if table.left[at] != at})
    number = {signal: place for place, signal in enumerate(used)}
    trees = Trees(
        np.array(table.roots, dtype=np.intp),
        np.array([number.get(signal, 0) for signal in table.signal], dtype=np.intp),
        np.array([float(f"{limit:.7g}") for limit in table.limit], dtype=np.float32),
        np.array(table.left, dtype=np.intp),
        np.array(table.right, dtype=np.intp),
        np.array([round(points, DIGITS) for points in table.points], dtype=np.float64),
    )
    return tuple(used), trees


class _Table:
    """The nodes of trees, one after the other."""

    def __init__(self) -> None:
        self.roots: list[int] = []
        self.signal: list[int] = []
        self.limit: list[float] = []
        self.left: list[int] = []
        self.right: list[int] = []
        self.points: list[float] = []

    def add(self, node: Mapping[str, Any]) -> int:
        """Add a node and all nodes below it; returns its number."""
        at = len(self.signal)
        is_leaf = "leaf_value" in node
        self.signal.append(0 if is_leaf else int(node["split_feature"]))
        self.limit.append(0.0 if is_leaf else float(node["threshold"]))
        self.points.append(float(node["leaf_value"] if is_leaf else node["internal_value"]))
        self.left.append(at)
        self.right.append(at)
        if not is_leaf:
            self.left[at] = self.add(node["left_child"])
            self.right[at] = self.add(node["right_child"])
        return at


def signal_names_of(names: Sequence[str], used: Sequence[int]) -> tuple[str, ...]:
    """The names of the signals that trees use."""
    return tuple(names[number] for number in used)
