"""Boosted trees in flat arrays: leaves, sums that explain, refused files, and fits."""

from __future__ import annotations

import sys
from collections.abc import Callable
from typing import Any, NoReturn

import numpy as np
import numpy.typing as npt
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from cleaner.errors import CleanerError
from cleaner.text.arrays import SingleArray
from cleaner.trees import MANY_ROWS, ROWS_AT_ONCE, Trees, fit_trees, read_trees, signal_names_of, trees_record

SIGNALS = 3
PARAMETERS: dict[str, Any] = {
    "objective": "binary",
    "num_leaves": 4,
    "min_data_in_leaf": 5,
    "num_threads": 1,
    "deterministic": True,
    "force_row_wise": True,
    "seed": 7,
    "verbose": -1,
}


class RefusedError(Exception):
    """What was refused: the place and the fix."""


def _refuse(place: str, fix: str) -> NoReturn:
    raise RefusedError(place, fix)


def small_trees() -> Trees:
    """Two trees: one asks for the first signal and then for the second, the other is a leaf."""
    return Trees(
        roots=np.array([0, 5], dtype=np.intp),
        signal=np.array([0, 0, 1, 0, 0, 0], dtype=np.intp),
        limit=np.array([0.5, 0.0, 2.0, 0.0, 0.0, 0.0], dtype=np.float32),
        left=np.array([1, 1, 3, 3, 4, 5], dtype=np.intp),
        right=np.array([2, 1, 4, 3, 4, 5], dtype=np.intp),
        points=np.array([0.1, -1.0, 0.7, 0.4, 2.0, 0.25]),
    )


def _rows(*rows: tuple[float, ...]) -> SingleArray:
    return np.array(rows, dtype=np.float32)


@st.composite
def any_trees(draw: st.DrawFn) -> Trees:
    """A few trees of any shape over three signals."""
    columns: dict[str, list[float]] = {name: [] for name in ("signal", "limit", "left", "right", "points")}

    def grow(depth: int) -> int:
        at = len(columns["left"])
        for name, value in (
            ("signal", draw(st.integers(0, SIGNALS - 1))),
            ("limit", draw(st.floats(-2.0, 2.0, width=32))),
            ("left", at),
            ("right", at),
            ("points", draw(st.floats(-3.0, 3.0))),
        ):
            columns[name].append(value)
        if depth and draw(st.booleans()):
            columns["left"][at] = grow(depth - 1)
            columns["right"][at] = grow(depth - 1)
        return at

    roots = [grow(4) for _ in range(draw(st.integers(1, 4)))]
    return Trees(
        np.array(roots, dtype=np.intp),
        np.array(columns["signal"], dtype=np.intp),
        np.array(columns["limit"], dtype=np.float32),
        np.array(columns["left"], dtype=np.intp),
        np.array(columns["right"], dtype=np.intp),
        np.array(columns["points"], dtype=np.float64),
    )


VALUES = st.lists(st.tuples(*[st.floats(-3.0, 3.0, width=32)] * SIGNALS), max_size=8).map(
    lambda rows: np.array(rows, dtype=np.float32).reshape(-1, SIGNALS)
)


def _way(trees: Trees, root: int, row: npt.NDArray[np.float32]) -> list[int]:
    """The nodes on the way from a root to the leaf of a row, step by step."""
    way = [root]
    while trees.left[way[-1]] != way[-1]:
        at = way[-1]
        is_right = row[trees.signal[at]] > trees.limit[at]
        way.append(int(trees.right[at] if is_right else trees.left[at]))
    return way


# --- leaves and sums -------------------------------------------------------------------------------------


def test_rows_fall_into_leaves() -> None:
    """Each row has one leaf of each tree; a value at the limit goes left."""
    assert small_trees().leaves(_rows((0.5, 9.0), (0.6, 2.0), (0.6, 2.1))).tolist() == [[1, 5], [3, 5], [4, 5]]


def test_total_is_the_sum_of_the_leaves() -> None:
    """The points of a row are those of its leaves, and of no node on the way."""
    assert small_trees().totals(_rows((0.5, 9.0), (0.6, 2.0), (0.6, 2.1))).tolist() == [-0.75, 0.65, 2.25]


def test_parts_say_what_each_signal_adds() -> None:
    """The first column is the starting value of the trees; each step of a path belongs to the signal that it tests."""
    assert small_trees().parts(_rows((0.6, 2.1))) == pytest.approx(np.array([[0.35, 0.6, 1.3]]))
    assert small_trees().parts(_rows((0.1, 2.1))) == pytest.approx(np.array([[0.35, -1.1, 0.0]]))


def test_depth_is_that_of_the_longest_way() -> None:
    """A tree with two tests has two steps; a single leaf has none, but its points count too."""
    assert small_trees().depth == 2
    leaf = Trees(
        *(np.zeros(1, dtype=np.intp),) * 2,
        np.zeros(1, dtype=np.float32),
        *(np.zeros(1, dtype=np.intp),) * 2,
        np.array([0.75]),
    )
    assert leaf.depth == 0
    assert leaf.totals(_rows((1.0,), (2.0,))).tolist() == [0.75, 0.75]
    assert leaf.parts(_rows((1.0,))).tolist() == [[0.75, 0.0]]


@settings(deadline=None)
@given(any_trees(), VALUES)
def test_parts_add_up_to_totals(trees: Trees, values: SingleArray) -> None:
    """For any trees and values the parts of a row add up to its points, and its leaves are the ends of its paths."""
    leaves = [[_way(trees, root, row)[-1] for root in trees.roots.tolist()] for row in values]
    assert trees.leaves(values).tolist() == leaves
    totals = trees.totals(values)
    assert totals == pytest.approx(np.array([trees.points[found].sum() for found in leaves]))
    parts = trees.parts(values)
    assert parts.shape == (values.shape[0], SIGNALS + 1)
    assert parts.sum(axis=1) == pytest.approx(totals)


def test_many_rows_are_the_same_as_few() -> None:
    """More rows than are processed at once have the points that each has alone."""
    values = np.random.default_rng(5).normal(0.5, 2.0, (2 * ROWS_AT_ONCE + 3, 2)).astype(np.float32)
    trees = small_trees()
    for at in (0, ROWS_AT_ONCE - 1, ROWS_AT_ONCE, 2 * ROWS_AT_ONCE + 2):
        assert trees.totals(values)[at] == trees.totals(values[at : at + 1])[0]
        assert trees.parts(values)[at].tolist() == trees.parts(values[at : at + 1])[0].tolist()


@settings(deadline=None)
@given(any_trees(), st.lists(st.tuples(*[st.floats(-3.0, 3.0, width=32) | st.just(np.nan)] * SIGNALS), min_size=1))
def test_rows_of_a_long_text_have_the_points_that_each_has_alone(
    trees: Trees, rows: list[tuple[float, float, float]]
) -> None:
    """Rows that are grouped because they are the same to every tree have the right points, even with NaN values."""
    values = np.resize(np.array(rows, dtype=np.float32), (MANY_ROWS, SIGNALS))
    alone = [trees.totals(values[at : at + 1])[0] for at in range(len(rows))]
    assert trees.totals(values).tolist() == [alone[at % len(rows)] for at in range(MANY_ROWS)]


def test_rows_that_are_alike_take_one_way(monkeypatch: pytest.MonkeyPatch) -> None:
    """The trees are walked once for all lines of a long text that are the same to them."""
    walked: list[int] = []
    leaves = Trees.leaves

    def counted(trees: Trees, values: SingleArray) -> npt.NDArray[np.intp]:
        walked.append(values.shape[0])
        return leaves(trees, values)

    monkeypatch.setattr(Trees, "leaves", counted)
    small_trees().totals(np.random.default_rng(5).normal(0.5, 2.0, (4 * MANY_ROWS, 2)).astype(np.float32))
    assert sum(walked) <= 4  # two limits, of a signal each


def test_no_rows_have_no_points() -> None:
    """Without rows there are no points and no parts."""
    nothing = np.zeros((0, 2), dtype=np.float32)
    assert small_trees().totals(nothing).shape == (0,)
    assert small_trees().parts(nothing).shape == (0, 3)


# --- the record ------------------------------------------------------------------------------------------


@given(any_trees())
def test_record_is_read_back(trees: Trees) -> None:
    """Trees read from a record are those it was made from, with limits to seven digits, and give the same record."""
    record = trees_record(trees)
    again = read_trees(record, SIGNALS, _refuse)
    for name in ("roots", "signal", "left", "right", "points"):
        assert np.array_equal(getattr(again, name), getattr(trees, name))
    assert again.limit == pytest.approx(trees.limit, rel=1e-6, abs=1e-30)


def _set(field: str, value: Any) -> Callable[[dict[str, Any]], None]:
    def change(record: dict[str, Any]) -> None:
        record[field] = value

    return change


def _put(field: str, at: int, value: Any) -> Callable[[dict[str, Any]], None]:
    def change(record: dict[str, Any]) -> None:
        record[field][at] = value

    return change


@pytest.mark.parametrize(
    ("change", "place", "fix"),
    [
        (_set("more", []), "trees", "must have all its arrays"),
        (lambda record: record.pop("roots"), "trees", "must have all its arrays"),
        (_set("roots", []), "trees.roots", "must be a list of numbers"),
        (_set("points", "1"), "trees.points", "must be a list of numbers"),
        (_put("points", 0, None), "trees.points", "must be a list of numbers"),
        (_put("points", 0, True), "trees.points", "must be a list of numbers"),
        (_put("points", 0, float("nan")), "trees.points", "must be a list of numbers"),
        (_put("limit", 0, 1e300), "trees.limit", "must be a list of numbers"),
        (_set("limit", [0.5]), "trees.limit", "must have 6 entries, like signal"),
        (_set("right", [1] * 7), "trees.right", "must have 6 entries, like signal"),
        (_put("roots", 0, 6), "trees.roots", "must be whole numbers below 6"),
        (_put("roots", 0, -1), "trees.roots", "must be whole numbers below 6"),
        (_put("roots", 0, 0.0), "trees.roots", "must be whole numbers below 6"),
        (_put("signal", 2, 2), "trees.signal", "must be whole numbers below 2"),
        (_put("left", 0, 6), "trees.left", "must be whole numbers below 6"),
        (_put("left", 2, 0), "trees.left[2]", "must lead on, or to itself in a leaf"),
        (_put("right", 2, 2), "trees.left[2]", "must lead on, or to itself in a leaf"),
        (_put("left", 1, 3), "trees.left[1]", "must lead on, or to itself in a leaf"),
    ],
)
def test_damaged_record_is_refused(change: Callable[[dict[str, Any]], None], place: str, fix: str) -> None:
    """A record that lacks something, or that could lead nowhere or round in circles, is refused with place and fix."""
    record = trees_record(small_trees())
    change(record)
    with pytest.raises(RefusedError) as caught:
        read_trees(record, 2, _refuse)
    assert caught.value.args == (place, fix)


@pytest.mark.parametrize("record", [None, [], "trees", 1])
def test_what_is_no_record_is_refused(record: Any) -> None:
    """A record that is not an object is refused as a whole."""
    with pytest.raises(RefusedError) as caught:
        read_trees(record, 2, _refuse)
    assert caught.value.args == ("trees", "must have all its arrays")


# --- the fit ---------------------------------------------------------------------------------------------


def _sample() -> tuple[SingleArray, SingleArray]:
    """Rows whose label depends only on the third signal."""
    values = np.random.default_rng(3).normal(0.0, 1.0, (400, 4)).astype(np.float32)
    labels = (np.arange(400) % 3 == 0).astype(np.float32)
    values[:, 2] = np.where(labels > 0.0, 1.0, -1.0)
    return values, labels


def test_fit_asks_for_what_tells() -> None:
    """Fitted trees separate the rows, name the signals that they use, and number them from zero."""
    pytest.importorskip("lightgbm")
    values, labels = _sample()
    used, trees = fit_trees(values, labels, np.ones(labels.size), {**PARAMETERS, "num_leaves": 2}, 20)
    assert used == (2,)
    assert set(trees.signal.tolist()) == {0}
    points = trees.totals(values[:, list(used)])
    assert points[labels == 0.0].max() < points[labels == 1.0].min()
    assert signal_names_of(("a", "b", "c", "d"), used) == ("c",)


def test_same_rows_give_the_same_trees() -> None:
    """A fit is reproducible, and its trees come back from their record with the same points."""
    pytest.importorskip("lightgbm")
    values, labels = _sample()
    (used, first), (_, second) = (fit_trees(values, labels, np.ones(labels.size), PARAMETERS, 10) for _ in range(2))
    assert trees_record(first) == trees_record(second)
    again = read_trees(trees_record(first), len(used), _refuse)
    assert np.array_equal(again.totals(values[:, list(used)]), first.totals(values[:, list(used)]))


def test_missing_lightgbm_is_told_with_the_mend(monkeypatch: pytest.MonkeyPatch) -> None:
    """Without lightgbm the fit says how to install it."""
    monkeypatch.setitem(sys.modules, "lightgbm", None)
    values, labels = _sample()
    with pytest.raises(CleanerError, match=r"python -m pip install 'news-cleaner\[fit\]'"):
        fit_trees(values, labels, np.ones(labels.size), PARAMETERS, 1)
