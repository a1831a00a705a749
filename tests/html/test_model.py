"""The model file: written, read strictly, and sums that are explanations."""

from __future__ import annotations

import json
from typing import Any

import numpy as np
import pytest

from cleaner.errors import WeightsError
from cleaner.html.data import MODEL_FILE, builtin_model, element_words, read_model, signal_names
from cleaner.html.model import BlockModel, dump_model, load_model
from cleaner.result import Kind
from cleaner.trees import Trees

SIGNALS = ("a", "b", "c")


def small_model() -> BlockModel:
    """Two trees: one asks for a and then b, the other is a leaf."""
    return BlockModel(
        ("a", "b"),
        {"content": 1.5, "nav": -2.0},
        Trees(
            roots=np.array([0, 5], dtype=np.intp),
            signal=np.array([0, 0, 1, 0, 0, 0], dtype=np.intp),
            limit=np.array([0.5, 0.0, 2.0, 0.0, 0.0, 0.0], dtype=np.float32),
            left=np.array([1, 1, 3, 3, 4, 5], dtype=np.intp),
            right=np.array([2, 1, 4, 3, 4, 5], dtype=np.intp),
            points=np.array([0.1, -1.0, 0.7, 0.4, 2.0, 0.25]),
        ),
        {"by": "a test"},
    )


def test_points_are_sums_of_leaves() -> None:
    """Each row gets one leaf of each tree; a value at the limit goes left."""
    values = np.array([[0.5, 9.0], [0.6, 2.0], [0.6, 2.1]], dtype=np.float32)
    assert small_model().points(values).tolist() == [-0.75, 0.65, 2.25]


def test_parts_add_up_to_the_points() -> None:
    """The points of a row are what the trees begin with and what each signal adds."""
    values = np.array([[0.6, 2.1]], dtype=np.float32)
    parts = small_model().parts(values)
    assert parts.tolist() == [pytest.approx([0.35, 0.6, 1.3])]
    assert parts.sum(axis=1) == pytest.approx(small_model().points(values))


def test_shipped_parts_add_up() -> None:
    """The same holds for the built-in model, whatever the values are."""
    model = builtin_model()
    values = np.random.default_rng(3).normal(0.0, 3.0, (40, len(model.signals))).astype(np.float32)
    assert model.parts(values).sum(axis=1) == pytest.approx(model.points(values), abs=1e-6)


def test_model_file_is_read_as_it_was_written() -> None:
    """Writing and reading a model gives the same model."""
    model = small_model()
    text = dump_model(model)
    again = load_model(text, "x.json", SIGNALS)
    assert (again.signals, again.names, again.made) == (model.signals, model.names, model.made)
    assert dump_model(again) == text


def test_shipped_model_says_how_it_was_made() -> None:
    """The shipped model names what made it, and knows only signals that are measured."""
    model = builtin_model()
    assert model.made["by"]
    assert set(model.signals) <= set(signal_names())
    assert model.trees.depth < 32


def _without(table: dict[str, Any], *path: str) -> None:
    for name in path[:-1]:
        table = table[name]
    del table[path[-1]]


@pytest.mark.parametrize(
    ("place", "value", "told"),
    [
        (("format",), 2, "format"),
        (("format",), True, "format"),
        (("made",), [], "made"),
        (("signals",), [], "signals"),
        (("signals",), ["a", "z"], "signals"),
        (("names",), [], "names"),
        (("names",), {"x": "1"}, "names.x"),
        (("names",), {"x": 1e300}, "names.x"),
        (("trees",), [], "trees"),
        (("trees", "points"), [1.0], "trees.points"),
        (("trees", "points"), ["x"] * 6, "trees.points"),
        (("trees", "roots"), [6], "trees.roots"),
        (("trees", "roots"), [], "trees.roots"),
        (("trees", "signal"), [0, 0, 2, 0, 0, 0], "trees.signal"),
        (("trees", "signal"), [0, 0, 0.5, 0, 0, 0], "trees.signal"),
        (("trees", "left"), [1, 1, 3, 3, 0, 5], "trees.left"),
    ],
)
def test_wrong_model_file_is_refused(place: tuple[str, ...], value: Any, told: str) -> None:
    """A file with a wrong value does not load; the message names the file, the place and the fix."""
    table = json.loads(dump_model(small_model()))
    inner = table
    for name in place[:-1]:
        inner = inner[name]
    inner[place[-1]] = value
    with pytest.raises(WeightsError) as caught:
        load_model(json.dumps(table), "x.json", SIGNALS)
    assert str(caught.value).startswith(f"x.json: {told}")
    assert "fit it again" in str(caught.value)


@pytest.mark.parametrize("text", ["", "{", "[]", "{}", '{"format": 1}', "[" * 100_000])
def test_what_is_no_model_file_is_refused(text: str) -> None:
    """What is not JSON, or lacks a part, does not load."""
    with pytest.raises(WeightsError, match=r"x\.json"):
        load_model(text, "x.json", SIGNALS)


def test_missing_model_file(tmp_path: Any) -> None:
    """A missing file is reported with its name."""
    with pytest.raises(WeightsError, match=r"none\.json"):
        read_model(tmp_path / "none.json")
    assert MODEL_FILE == "html-weights.json"


def test_element_words_tell_groups_and_kinds() -> None:
    """The words of names stand for groups and for kinds of noise; the first kind of the file counts."""
    words = element_words()
    assert "comment" in words.groups
    assert words.kind(("post", "breadcrumbs")) is Kind.BREADCRUMB
    assert words.kind(("menu", "share")) is Kind.SHARE_BAR
    assert words.kind(("content",)) is None
