"""The model behind the choice of blocks: boosted trees in flat arrays, read from and written to one JSON file.

A block's points are the sum of one leaf of each tree; they are log-odds of main content. The points of a tree come
about step by step on the way from its root to the leaf, and each step is the work of one signal: so the points of a
block are also a sum over signals, and that is its explanation.
"""

from __future__ import annotations

import json
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from functools import cached_property
from typing import Any

import numpy as np
import numpy.typing as npt

from cleaner.errors import WeightsError
from cleaner.features import FloatArray

__all__ = ["FORMAT", "BlockModel", "Trees", "dump_model", "load_model"]

FORMAT = 1
LIMIT = 1e9
ROWS_AT_ONCE = 2_000
MAX_NODES = 1_000_000
_FIELDS = {"format", "made", "signals", "names", "trees"}
_TREE_FIELDS = ("roots", "signal", "limit", "left", "right", "points")

SingleArray = npt.NDArray[np.float32]
NumberArray = npt.NDArray[np.intp]


@dataclass(frozen=True, eq=False)
class Trees:
    """All trees, node behind node; ``roots``: the node that each begins with.

    A node asks whether the value of ``signal`` is at most ``limit``: if so the way goes to ``left``, else to
    ``right``. A leaf leads to itself. ``points``: what the way so far is worth, a leaf's are what counts.
    """

    roots: NumberArray
    signal: NumberArray
    limit: SingleArray
    left: NumberArray
    right: NumberArray
    points: FloatArray

    @cached_property
    def depth(self) -> int:
        """The steps of the longest way."""
        level = np.unique(self.roots)
        depth = 0
        while (inner := level[self.left[level] != level]).size:
            level = np.unique(np.concatenate([self.left[inner], self.right[inner]]))
            depth += 1
        return depth

    @cached_property
    def _ways(self) -> NumberArray:
        """Both ways of each node side by side."""
        return np.stack([self.left, self.right], axis=1).ravel()

    def leaves(self, values: SingleArray) -> NumberArray:
        """The leaf of each tree (columns) for each row of values."""
        rows, columns = values.shape
        flat = values.ravel()
        base = np.repeat(np.arange(rows, dtype=np.intp) * np.intp(columns), self.roots.size)
        at = np.tile(self.roots, rows)
        for _ in range(self.depth):
            own = flat.take(base + self.signal.take(at))
            at = self._ways.take(2 * at + (own > self.limit.take(at)))
        return at.reshape(rows, self.roots.size)


@dataclass(frozen=True, eq=False)
class BlockModel:
    """Trees over named signals, the weights of the words of elements' names, and how all was made."""

    signals: tuple[str, ...]
    names: Mapping[str, float]
    trees: Trees
    made: Mapping[str, Any]

    def matrix(self, columns: Mapping[str, FloatArray]) -> SingleArray:
        """The values of the signals: a row a block, a column a signal."""
        return np.array([columns[name] for name in self.signals], dtype=np.float32).T.copy()

    def points(self, values: SingleArray) -> FloatArray:
        """The points of each row of values: log-odds of main content."""
        found = np.zeros(values.shape[0])
        for start in range(0, values.shape[0], ROWS_AT_ONCE):
            part = values[start : start + ROWS_AT_ONCE]
            found[start : start + ROWS_AT_ONCE] = self.trees.points.take(self.trees.leaves(part)).sum(axis=1)
        return found

    def parts(self, values: SingleArray) -> dict[str, float]:
        """The points of one row as a sum: ``prior`` is what the trees begin with, the rest what each signal adds."""
        trees = self.trees
        found: dict[str, float] = {"prior": float(trees.points[trees.roots].sum())}
        for root in trees.roots.tolist():
            at = root
            while (step := int(trees.left[at])) != at:
                if values[trees.signal[at]] > trees.limit[at]:
                    step = int(trees.right[at])
                name = self.signals[trees.signal[at]]
                found[name] = found.get(name, 0.0) + float(trees.points[step] - trees.points[at])
                at = step
        return found


def dump_model(model: BlockModel) -> str:
    """The text of a model file."""
    trees = {name: getattr(model.trees, name).tolist() for name in _TREE_FIELDS}
    trees["limit"] = [float(f"{value:.7g}") for value in trees["limit"]]
    head = json.dumps({"format": FORMAT, "made": dict(model.made)}, ensure_ascii=False, indent=1)[:-2]
    parts = [
        f' "signals": {json.dumps(list(model.signals))}',
        f' "names": {json.dumps(dict(model.names), ensure_ascii=False)}',
        ' "trees": {\n'
        + ",\n".join(f'  "{name}": {json.dumps(values, separators=(",", ":"))}' for name, values in trees.items())
        + "\n }",
    ]
    return ",\n".join([head, *parts]) + "\n}\n"


def load_model(text: str, name: str, signals: Sequence[str]) -> BlockModel:
    """The model of a file's text; ``signals`` are those that this version of the cleaner measures.

    Raises `WeightsError`, which names the file (``name``), the place in it and the mend.
    """
    try:
        table = json.loads(text)
    except (ValueError, RecursionError) as error:
        raise WeightsError(name, "file", f"is not valid JSON: {error}; fit it anew") from None
    _require(name, "file", isinstance(table, dict) and set(table) == _FIELDS, f"must have {', '.join(sorted(_FIELDS))}")
    _require(name, "format", table["format"] == FORMAT and table["format"] is not True, f"must be {FORMAT}")
    _require(name, "made", isinstance(table["made"], dict), "must be an object")
    used = table["signals"]
    _require(name, "signals", isinstance(used, list) and len(used) > 0, "must be a list of names")
    unknown = [item for item in used if item not in signals]
    _require(name, "signals", not unknown, f"has {unknown[:3]}, unknown here")
    names = table["names"]
    _require(name, "names", isinstance(names, dict), "must be an object")
    for word, weight in names.items():
        _require(name, f"names.{word}", _is_number(weight), f"is {weight!r}, not a number")
    return BlockModel(tuple(used), names, _read_trees(name, table["trees"], len(used)), table["made"])


def _read_trees(file: str, table: Any, signals: int) -> Trees:
    _require(file, "trees", isinstance(table, dict) and set(table) == set(_TREE_FIELDS), "must have all its arrays")
    for field, values in table.items():
        good = isinstance(values, list) and 0 < len(values) <= MAX_NODES and all(map(_is_number, values))
        _require(file, f"trees.{field}", good, "must be a list of numbers")
    count = len(table["signal"])
    for field in ("limit", "left", "right", "points"):
        _require(file, f"trees.{field}", len(table[field]) == count, f"must have {count} entries, like signal")
    for field, stop in (("roots", count), ("signal", signals), ("left", count), ("right", count)):
        good = all(isinstance(value, int) and 0 <= value < stop for value in table[field])
        _require(file, f"trees.{field}", good, f"must be whole numbers below {stop}")
    for at, (left, right) in enumerate(zip(table["left"], table["right"], strict=True)):
        good = left == right == at or (left > at and right > at)
        _require(file, f"trees.left[{at}]", good, "must lead on, or to itself in a leaf")
    roots, signal, left, right = (
        np.array(table[field], dtype=np.intp) for field in ("roots", "signal", "left", "right")
    )
    limit, points = np.array(table["limit"], dtype=np.float32), np.array(table["points"], dtype=np.float64)
    return Trees(roots, signal, limit, left, right, points)


def _is_number(value: Any) -> bool:
    return not isinstance(value, bool) and isinstance(value, int | float) and -LIMIT < value < LIMIT


def _require(file: str, place: str, good: bool, mend: str) -> None:  # noqa: FBT001
    if not good:
        raise WeightsError(file, place, f"{mend}; fit it anew with this version")
