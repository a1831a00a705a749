"""The weights file: written, read strictly, and what its numbers say."""

from __future__ import annotations

import json
import pickle
from collections.abc import Callable
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from cleaner.errors import WeightsError
from cleaner.lines.scorer import builtin_weights, read_weights
from cleaner.lines.signals import signal_names
from cleaner.lines.weights import (
    FORMAT,
    PassWeights,
    SignalWeight,
    TreeWeights,
    Weights,
    dump_weights,
    load_weights,
    read_weights_file,
)
from cleaner.text.arrays import FloatArray
from cleaner.trees import Trees

FIRST = ("shape.size", "near.size")
SECOND = (*FIRST, "around.own")
NUMBERS = st.floats(-1e6, 1e6)
SIGNALS = st.builds(
    SignalWeight,
    NUMBERS,
    NUMBERS,
    NUMBERS,
    st.lists(st.tuples(NUMBERS, NUMBERS), max_size=4).map(tuple),
    st.tuples(NUMBERS, NUMBERS),
)


def _weight(
    slope: float = 0.0,
    page_slope: float = 0.0,
    offset: float = 0.0,
    bends: tuple[tuple[float, float], ...] = (),
    ends: tuple[float, float] = (-100.0, 100.0),
) -> SignalWeight:
    return SignalWeight(slope, page_slope, offset, bends, ends)


def _points(weight: SignalWeight, values: FloatArray, page: float) -> FloatArray:
    """The points of one signal's values."""
    return np.asarray(PassWeights(0.0, 0.0, {"one": weight}).points({"one": values}, page)[1])


def _pass(names: tuple[str, ...]) -> PassWeights:
    bends = ((1.0, 2.5), (3.0, -0.75))
    return PassWeights(
        -0.5, 0.25, {name: _weight(0.5 * number, -1.5, 0.125, bends) for number, name in enumerate(names)}
    )


def _trees() -> TreeWeights:
    """Two trees: one asks for what is around a line and then for its size, the other is a leaf."""
    trees = Trees(
        roots=np.array([0, 5], dtype=np.intp),
        signal=np.array([0, 0, 1, 0, 0, 0], dtype=np.intp),
        limit=np.array([0.5, 0.0, 2.0, 0.0, 0.0, 0.0], dtype=np.float32),
        left=np.array([1, 1, 3, 3, 4, 5], dtype=np.intp),
        right=np.array([2, 1, 4, 3, 4, 5], dtype=np.intp),
        points=np.array([0.1, -1.0, 0.7, 0.4, 2.0, 0.25]),
    )
    return TreeWeights(("around.own", "shape.size"), trees)


def _weights() -> Weights:
    return Weights(_pass(FIRST), _trees(), {"by": "cleaner fit Mühle.jsonl", "data": {"Mühle": {"pages": 3}}})


def _load(text: str) -> Weights:
    return load_weights(text, "own.json", FIRST, SECOND)


# --- written and read ------------------------------------------------------------------------------------


def test_written_weights_are_read_back() -> None:
    """Weights are read back equal, including how they were made, and written again they give the same text."""
    text = dump_weights(_weights())
    found = _load(text)
    assert (found.first, found.second.signals, found.made) == (
        _weights().first,
        _weights().second.signals,
        _weights().made,
    )
    for name in ("roots", "signal", "limit", "left", "right", "points"):
        assert np.array_equal(getattr(found.second.trees, name), getattr(_trees().trees, name))
    assert dump_weights(found) == text
    assert json.loads(text)["format"] == FORMAT


def test_file_is_readable() -> None:
    """The file is text with a line for each number and each array of the trees, letters as they are, and a line end last."""
    text = dump_weights(_weights())
    assert text.endswith("}\n")
    assert "Mühle" in text
    assert len(text.splitlines()) > 2 * len(SECOND)


@given(st.builds(PassWeights, NUMBERS, NUMBERS, st.fixed_dictionaries(dict.fromkeys(FIRST, SIGNALS))))
def test_any_numbers_are_read_back(one: PassWeights) -> None:
    """Every number comes back as it was."""
    assert _load(dump_weights(Weights(one, _trees(), {}))).first == one


def test_signals_have_the_order_of_this_version() -> None:
    """The order of the signals in the file makes no difference."""
    table = json.loads(dump_weights(_weights()))
    table["first"]["signals"] = dict(reversed(table["first"]["signals"].items()))
    assert dump_weights(_load(json.dumps(table))) == dump_weights(_weights())


def test_file_is_read_with_the_signals_of_this_version(tmp_path: Path) -> None:
    """A file with all signals of this version loads from its path, whole numbers included."""
    first, second = signal_names()
    weights = Weights(_pass(first), TreeWeights((second[-1], second[0]), _trees().trees), {"by": "hand"})
    path = tmp_path / "own.json"
    path.write_text(dump_weights(weights).replace("2.5,", "2,").replace("2.5\n", "2\n"), "utf-8")
    found = read_weights(path)
    assert found.second.signals == (second[-1], second[0])
    assert found.first.signals[first[0]].bends == ((1.0, 2.0), (3.0, -0.75))
    assert found.made == {"by": "hand"}


# --- refused ---------------------------------------------------------------------------------------------


def _set(*path: str, to: Any) -> Callable[[dict[str, Any]], None]:
    """Puts a value somewhere in a weights file."""

    def change(table: dict[str, Any]) -> None:
        for name in path[:-1]:
            table = table[name]
        table[path[-1]] = to

    return change


def _drop(*path: str) -> Callable[[dict[str, Any]], None]:
    """Takes a value out of a weights file."""

    def change(table: dict[str, Any]) -> None:
        for name in path[:-1]:
            table = table[name]
        del table[path[-1]]

    return change


SIGNAL = ("first", "signals", "near.size")
PLACE = "first.signals.near.size"


@pytest.mark.parametrize(
    ("change", "place", "fix"),
    [
        (_set("format", to=FORMAT + 1), "format", f"is {FORMAT + 1}; this version reads {FORMAT}: fit it again"),
        (_set("format", to=None), "format", f"is None; this version reads {FORMAT}: fit it again"),
        (_drop("made"), "file", "lacks made; fit it again"),
        (_drop("second"), "file", "lacks second; fit it again"),
        (_set("third", to={}), "file", "has third, unknown here; fit it again"),
        (_set("first", to=[]), "first", "must be an object; fit it again"),
        (_drop("second", "trees"), "second", "lacks trees; fit it again"),
        (_drop("first", "prior"), "first", "lacks prior; fit it again"),
        (_set("second", "more", to=0), "second", "has more, unknown here; fit it again"),
        (_set("first", "signals", to=[]), "first.signals", "must be an object; fit it again"),
        (_drop("first", "signals", "near.size"), "first.signals", "lacks near.size; fit it again"),
        (_set("second", "signals", to=[]), "second.signals", "must be a list of names; fit it again"),
        (_set("second", "signals", to={"around.own": 0}), "second.signals", "must be a list of names; fit it again"),
        (_set("second", "signals", to=["near.far"]), "second.signals", "has ['near.far'], unknown here; fit it again"),
        (_set("second", "trees", to=[]), "second.trees", "must have all its arrays; fit it again"),
        (_drop("second", "trees", "left"), "second.trees", "must have all its arrays; fit it again"),
        (
            _set("second", "trees", "left", to=[1]),
            "second.trees.left",
            "must have 6 entries, like signal; fit it again",
        ),
        (_set("second", "signals", to=["around.own"]), "second.trees.signal", "must be whole numbers below 1; fit it"),
        (_set("first", "signals", "around.own", to={}), "first.signals", "has around.own, unknown here; fit it again"),
        (_set(*SIGNAL, to=1.0), PLACE, "must be an object; fit it again"),
        (_drop(*SIGNAL, "offset"), PLACE, "lacks offset; fit it again"),
        (_set(*SIGNAL, "curve", to=1.0), PLACE, "has curve, unknown here; fit it again"),
        (_set(*SIGNAL, "slope", to="0.5"), f"{PLACE}.slope", "is '0.5', not a number; fit it again"),
        (_set(*SIGNAL, "page_slope", to=None), f"{PLACE}.page_slope", "is None, not a number; fit it again"),
        (_set(*SIGNAL, "offset", to=True), f"{PLACE}.offset", "is True, not a number; fit it again"),
        (_set("first", "prior", to=[1]), "first.prior", "is [1], not a number; fit it again"),
        (_set("first", "page_prior", to={}), "first.page_prior", "is {}, not a number; fit it again"),
        (_set("first", "prior", to=float("nan")), "first.prior", "is nan, not a number; fit it again"),
        (_set(*SIGNAL, "slope", to=float("-inf")), f"{PLACE}.slope", "is -inf, not a number; fit it again"),
        (_set(*SIGNAL, "bends", to={}), f"{PLACE}.bends", "must be a list of pairs of numbers; fit it again"),
        (_set(*SIGNAL, "bends", to=[1.0, 2.0]), f"{PLACE}.bends", "must be a list of pairs of numbers; fit it again"),
        (_set(*SIGNAL, "bends", to=[[1.0]]), f"{PLACE}.bends", "must be a list of pairs of numbers; fit it again"),
        (_set(*SIGNAL, "bends", to=[[1, 2, 3]]), f"{PLACE}.bends", "must be a list of pairs of numbers; fit it again"),
        (_set(*SIGNAL, "range", to=3.0), f"{PLACE}.range", "must be a pair of numbers; fit it again"),
        (_set(*SIGNAL, "range", to=[0, 1, 2]), f"{PLACE}.range", "must be a pair of numbers; fit it again"),
        (_set(*SIGNAL, "range", to=[0, None]), f"{PLACE}.range", "is None, not a number; fit it again"),
        (_set(*SIGNAL, "bends", to=[["1", 2]]), f"{PLACE}.bends", "is '1', not a number; fit it again"),
        (_set(*SIGNAL, "bends", to=[[1, float("nan")]]), f"{PLACE}.bends", "is nan, not a number; fit it again"),
    ],
)
def test_wrong_file_is_refused_with_its_place(change: Callable[[dict[str, Any]], None], place: str, fix: str) -> None:
    """Each thing that can be wrong with a file is refused with file, place and fix."""
    table = json.loads(dump_weights(_weights()))
    change(table)
    with pytest.raises(WeightsError) as caught:
        _load(json.dumps(table))
    error = caught.value
    assert (error.file, error.place) == ("own.json", place)
    assert error.fix.startswith(fix)
    assert str(error) == f"own.json: {place}: {error.fix}"


@pytest.mark.parametrize(
    ("text", "place", "fix"),
    [
        ('{"format": 1,\n "made": }', "line 2", "is not valid JSON: Expecting value; fit it again"),
        ("", "line 1", "is not valid JSON: Expecting value; fit it again"),
        ("[]", "file", "must be an object; fit it again"),
        ("null", "file", "must be an object; fit it again"),
    ],
)
def test_what_is_no_json_object_is_refused(text: str, place: str, fix: str) -> None:
    """A text that is not JSON is refused with the line of the error, and one that is not an object as such."""
    with pytest.raises(WeightsError) as caught:
        _load(text)
    assert str(caught.value) == f"own.json: {place}: {fix}"


def test_many_missing_signals_are_named_in_part() -> None:
    """Of many signals that are missing a few are named, so that the message stays short."""
    names = tuple(f"shape.number-{number:03}" for number in range(200))
    with pytest.raises(WeightsError) as caught:
        load_weights(dump_weights(_weights()), "own.json", (*FIRST, *names), SECOND)
    assert names[0] in str(caught.value)
    assert len(str(caught.value)) < 200


@pytest.mark.parametrize("content", [None, b"\xff{}"], ids=["missing", "not-utf-8"])
def test_unreadable_file_is_refused(content: bytes | None, tmp_path: Path) -> None:
    """A file that is missing or not UTF-8 is refused with its path and the fix."""
    path = tmp_path / "own.json"
    if content is not None:
        path.write_bytes(content)
    with pytest.raises(WeightsError) as caught:
        read_weights_file(path, FIRST, SECOND)
    assert str(caught.value).startswith(f"{path}: file: cannot be read: ")
    assert str(caught.value).endswith("give a file that `cleaner fit` wrote")


def test_error_survives_another_process() -> None:
    """The error survives pickling."""
    error = WeightsError("own.json", "first.prior", "is 'x', not a number; fit it again")
    again = pickle.loads(pickle.dumps(error))
    assert (str(again), again.file, again.place, again.fix) == (str(error), error.file, error.place, error.fix)


# --- points ----------------------------------------------------------------------------------------------


def test_signal_counts_along_a_bent_line() -> None:
    """Points rise by the slope, which changes after each bend, and the offset is subtracted."""
    weight = _weight(slope=2.0, page_slope=0.0, offset=1.0, bends=((1.0, -2.0), (3.0, 4.0)))
    # 2 per unit up to 1, then 0 per unit up to 3, then 4 per unit.
    values = np.array([-1.0, 0.0, 0.5, 1.0, 2.0, 3.0, 4.0])
    assert _points(weight, values, 0.0).tolist() == [-3.0, -1.0, 0.0, 1.0, 1.0, 1.0, 5.0]
    assert _points(weight, values, 1.0).tolist() == _points(weight, values, 0.0).tolist()


def test_page_slope_counts_as_far_as_it_is_a_page() -> None:
    """The further slope of pages counts in proportion, and does not move the offset."""
    weight = _weight(slope=1.0, page_slope=-3.0, offset=0.5, bends=())
    values = np.array([0.0, 1.0, 2.0])
    assert _points(weight, values, 0.0).tolist() == [-0.5, 0.5, 1.5]
    assert _points(weight, values, 0.5).tolist() == [-0.5, -1.0, -1.5]
    assert _points(weight, values, 1.0).tolist() == [-0.5, -2.5, -4.5]


def test_values_beyond_the_range_count_as_its_end() -> None:
    """A value outside the sample's range counts like the nearest one inside, for bends and pages too."""
    weight = _weight(slope=1.0, page_slope=1.0, bends=((2.0, 3.0),), ends=(-1.0, 4.0))
    points = _points(weight, np.array([-50.0, -1.0, 4.0, 50.0]), 1.0)
    assert points[0] == points[1] < points[2] == points[3]


def test_line_at_its_offset_gets_no_points() -> None:
    """A signal whose value is the one that the offset was taken from counts nothing."""
    weight = _weight(slope=0.5, offset=1.25, bends=((1.0, 0.25),))
    assert _points(weight, np.array([2.0, 3.0]), 0.0).tolist() == [0.0, 0.75]


def test_points_are_named_and_add_up() -> None:
    """A pass gives the points of its prior and of each signal by name, and nothing for columns it does not weigh."""
    weights = _pass(FIRST)
    columns = {"near.size": np.array([0.0, 2.0]), "shape.size": np.array([4.0, 1.0]), "near.more": np.array([9.0, 9.0])}
    points = dict(zip(weights.terms, weights.points(columns, 1.0), strict=True))
    assert list(points) == ["prior", *FIRST]
    assert points["prior"].tolist() == [-0.25, -0.25]
    for name in FIRST:
        assert points[name].tolist() == _points(weights.signals[name], columns[name], 1.0).tolist()


def test_points_of_a_document_without_lines() -> None:
    """No lines get no points."""
    points = _pass(FIRST).points({name: np.zeros(0) for name in FIRST}, 0.5)
    assert points.shape == (1 + len(FIRST), 0)


def test_shipped_weights_say_how_they_were_made() -> None:
    """The built-in weights load, and name the command and the data they come from."""
    made = builtin_weights().made
    assert made["by"].startswith("cleaner fit ")
    assert {"daniel", "fundus", "wcxb_dev"} <= set(made["data"])
    assert all(len(entry["sha256"]) == 64 and entry["pages"] > 100 for entry in made["data"].values())


# --- points of the second pass ---------------------------------------------------------------------------


def test_trees_count_the_signals_they_name() -> None:
    """The second pass takes its signals by name out of all columns, whatever their order, and names its terms."""
    weights = _trees()
    columns = {
        "near.size": np.array([9.0, 9.0, 9.0]),
        "shape.size": np.array([9.0, 2.0, 2.1]),
        "around.own": np.array([0.5, 0.6, 0.6]),
    }
    points = dict(zip(weights.terms, weights.points(columns), strict=True))
    assert list(points) == ["prior", "around.own", "shape.size"]
    assert points["prior"] == pytest.approx([0.35, 0.35, 0.35])
    assert points["around.own"] == pytest.approx([-1.1, 0.6, 0.6])
    assert points["shape.size"] == pytest.approx([0.0, -0.3, 1.3])
    assert weights.totals(columns).tolist() == [-0.75, 0.65, 2.25]


def test_trees_of_a_document_without_lines() -> None:
    """No lines get no points from trees."""
    columns = {name: np.zeros(0) for name in SECOND}
    assert _trees().points(columns).shape == (3, 0)
    assert _trees().totals(columns).shape == (0,)
