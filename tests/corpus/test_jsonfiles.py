"""JSON files: arrays of objects and single objects, of which all but the texts stays as its bytes."""

from __future__ import annotations

import json
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from cleaner.corpus.records import Source
from cleaner.corpus.records.chunks import Done, Fields, Item, Limits, Place
from cleaner.corpus.records.jsonfiles import read_chunks, read_items, write_items
from cleaner.errors import InputError
from tests.running import Run, runner

ARTICLE = (
    "The council passed the budget last night after six hours of debate, and the café by the bridge stays open.\n"
    "Two members voted against it because the figures for the harbour had arrived only that morning.\n"
)
NOISE = "Comments are closed.\n"
PAGE = ARTICLE + NOISE
USAGE = 2


@pytest.fixture
def run(capsysbinary: pytest.CaptureFixture[bytes], monkeypatch: pytest.MonkeyPatch) -> Run:
    """Runs ``clean`` in this process, with one job."""
    return runner(capsysbinary, monkeypatch)


def _items(path: Path, data: bytes, fields: Fields | None = None, *, limit: int = 1 << 20) -> list[Item]:
    path.write_bytes(data)
    chosen = fields or Fields()
    source = Source(path.name, path, Path(path.name), "json")
    chunks = list(read_chunks(source, Place(), Limits(1, limit), chosen))
    assert [chunk.end for chunk in chunks] == [Place(len(data), chunks[0].end.records)]
    assert b"".join(chunks[0].payload) == data
    return read_items(chunks[0], chosen, max_bytes=1000, to_jsonl=False)


def _replaced(path: Path, data: bytes, *, to_jsonl: bool = False) -> bytes:
    done: list[Done] = [(item, None if item.document is None else "new") for item in _items(path, data)]
    return write_items(done, None, to_jsonl=to_jsonl)


@pytest.mark.parametrize(
    ("before", "after"),
    [
        ('[{"text": "old"}]', '[{"text": "new"}]'),
        (
            '[\n  {"n": 1.0, "text": "old"},\n  {"text" :"old"}\n]\n',
            '[\n  {"n": 1.0, "text": "new"},\n  {"text" :"new"}\n]\n',
        ),
        ('\ufeff {\r\n"n": 1E400, "text": "old"\r\n}\r\n', '\ufeff {\r\n"n": 1E400, "text": "new"\r\n}\r\n'),
        ("[ ]\n", "[ ]\n"),
        ('[{"n": 1}, {"text": "old"} , 5, {"text": "old"}, [] ]', '[{"text": "new"}, {"text": "new"} ]'),
        ('[{"text": "old"},\n {"n": 1}]', '[{"text": "new"}]'),
        ('[{"n": 1}]', "[]"),
    ],
)
def test_only_the_texts_are_replaced(before: str, after: str, tmp_path: Path) -> None:
    """Spaces, numbers and order stay; elements that fail are left out, and commas stand where they must."""
    assert _replaced(tmp_path / "a.json", before.encode()) == after.encode()


def test_elements_that_fail_have_reasons(tmp_path: Path) -> None:
    """An element that is no object, or has no text, fails like a line of JSONL."""
    items = _items(tmp_path / "a.json", b'[{"text": "a"}, 5, {"text": []}, {"x": "' + b"y" * 9 + b'"}]')
    assert [(item.number, item.failure) for item in items] == [
        (1, None),
        (2, "is not a JSON object"),
        (3, "the field 'text' is not a string"),
        (4, "the field 'text' is missing; the record has x"),
    ]


def test_array_becomes_lines(tmp_path: Path) -> None:
    """As JSONL each object is a line of its own, however it was laid out."""
    data = b'[\r\n {"n": 1.0,\n  "text": "old"},\n {"n": 1}, {"text": "old"}]'
    made = _replaced(tmp_path / "a.json", data, to_jsonl=True)
    assert made == b'{"n": 1.0,   "text": "new"}\n{"text": "new"}\n'
    assert _replaced(tmp_path / "a.json", b"[]", to_jsonl=True) == b""


@pytest.mark.parametrize(
    ("data", "reason"),
    [
        (b"5", "holds neither an array of objects nor an object, so it has no texts"),
        (b'["a", "b"]', "holds neither an array of objects nor an object, so it has no texts"),
        (b'{"name": "x"}', "the field 'text' is missing; the record has name; name that of the text with --field"),
        (b"", "is not valid JSON: Expecting value at line 1, column 1"),
        (
            b'{"text": "a"}\n{"text": "b"}\n',
            "is not valid JSON: more text behind its end at line 2, column 1; lines of",
        ),
        (b'[{"text": "a"}', "is not valid JSON: a comma is missing at line 1, column 15"),
        (b'[{"text": "a"},]', "is not valid JSON: Expecting value at line 1, column 16"),
        (b'[{"text": "a"}] x', "is not valid JSON: more text behind its end at line 1, column 17"),
        (b'[{"text": "\xe9"}]', "is not UTF-8 at byte 12"),
        (b"[" * 200_000, "is nested too deeply"),
        (b'[{"text": "' + b"a" * 5000 + b'"}]', "has more than 4000 bytes, and an array is read as a whole; make it"),
    ],
)
def test_file_that_has_no_texts_is_refused(data: bytes, reason: str, tmp_path: Path) -> None:
    """What is neither an array of objects nor an object with a text says so in one sentence."""
    limit = 4000 if b"a" * 5000 in data else 1 << 20
    with pytest.raises(InputError) as error:
        _items(tmp_path / "a.json", data, limit=limit)
    assert str(error.value).startswith(f"a.json: {reason}")


@given(
    values=st.lists(
        st.fixed_dictionaries({}, optional={"text": st.none() | st.text(max_size=5), "n": st.floats(allow_nan=False)})
        | st.integers(),
        max_size=5,
    ),
    indent=st.none() | st.integers(0, 2),
)
def test_what_is_written_is_the_array_without_failures(
    values: list[Any], indent: int | None, tmp_path_factory: pytest.TempPathFactory
) -> None:
    """Whatever fails, the result is JSON that holds all other elements, their texts replaced."""
    path = tmp_path_factory.mktemp("json") / "a.json"
    if values and not any(isinstance(value, dict) for value in values):
        return
    made = _replaced(path, json.dumps(values, indent=indent).encode())
    kept = [
        {**value, "text": None if value["text"] is None else "new"}
        for value in values
        if isinstance(value, dict) and "text" in value
    ]
    assert json.loads(made) == kept
    lines = _replaced(path, json.dumps(values, indent=indent).encode(), to_jsonl=True).splitlines()
    assert [json.loads(line) for line in lines] == kept


# --- runs ------------------------------------------------------------------------------------------------


def _array(text: str = PAGE, **last: Any) -> bytes:
    return json.dumps([{"id": number, "text": text} for number in range(3)] + [last] * bool(last), indent=1).encode()


def test_array_needs_no_option(tmp_path: Path, run: Run) -> None:
    """An array is cleaned as it is named, removals tell the element, and cleaning again changes nothing."""
    path, removed = tmp_path / "pages.json", tmp_path / "removed.jsonl"
    path.write_bytes(_array())
    outcome = run(path, "--removed", removed)
    assert (outcome.status, outcome.out) == (0, _array(ARTICLE))
    removals = [json.loads(line) for line in removed.read_text("utf-8").splitlines()]
    assert [(one["line"], one["id"], one["text"]) for one in removals] == [(1, 0, NOISE), (2, 1, NOISE), (3, 2, NOISE)]
    assert all(PAGE[one["start"] : one["end"]] == one["text"] for one in removals)
    assert run("--format", "json", "-q", stdin=_array(ARTICLE)).out == _array(ARTICLE)


def test_failures_of_an_array_are_listed(tmp_path: Path, run: Run) -> None:
    """An element that fails is in the list of failures, and what is written is an array without it."""
    path = tmp_path / "a.json"
    path.write_bytes(_array(x=1))
    assert run(path, "-o", tmp_path / "b.json", "-q").status == 1
    (failure,) = map(json.loads, (tmp_path / "b.json.errors.jsonl").read_text("utf-8").splitlines())
    assert (failure["line"], failure["reason"]) == (4, "the field 'text' is missing; the record has x")
    assert json.loads(failure["raw"]) == {"x": 1}
    assert (tmp_path / "b.json").read_bytes() == _array(ARTICLE)
    assert run(path, "-o", tmp_path / "b.jsonl", "-q").status == 1
    lines = (tmp_path / "b.jsonl").read_text("utf-8").splitlines()
    assert [json.loads(line) for line in lines] == json.loads(_array(ARTICLE))
    assert run(path, "--in-place", "-q").status == 1
    assert path.read_bytes() == _array(x=1)


def test_stopped_run_over_arrays_is_resumed(tmp_path: Path, run: Run, stop_after: Callable[[int], None]) -> None:
    """A run over a folder of arrays goes on in the next one, and its own checkpoint is none of them."""
    folder = tmp_path / "in"
    folder.mkdir()
    for name in ("a.json", "b.json", "c.json"):
        (folder / name).write_bytes(_array())
    (folder / "x.checkpoint.json").write_bytes(b"{}")
    stop_after(1000)
    run(folder, "-o", tmp_path / "whole", "-q", jobs=2)
    stop_after(2)
    assert run(folder, "-o", tmp_path / "out", "-q").status == 130
    stop_after(1000)
    assert run(folder, "-o", tmp_path / "out", "-q", "--resume").status == 0
    assert sorted(path.name for path in (tmp_path / "out").iterdir()) == ["a.json", "b.json", "c.json"]
    for path in (tmp_path / "out").iterdir():
        assert path.read_bytes() == (tmp_path / "whole" / path.name).read_bytes() == _array(ARTICLE)


@pytest.mark.parametrize(
    ("options", "reason"),
    [
        (["a.json", "b.json"], "several tables or JSON files cannot be joined on standard output"),
        (["a.json", "-o", "b.csv"], "a.json holds json and cannot become csv"),
        (["a.json", "--line-buffered"], "so is an array; for lines of JSON give --format jsonl"),
    ],
)
def test_wrong_usage(
    options: list[str], reason: str, tmp_path: Path, run: Run, monkeypatch: pytest.MonkeyPatch
) -> None:
    """What arrays cannot become is refused before anything is written."""
    monkeypatch.chdir(tmp_path)
    for name in ("a.json", "b.json"):
        (tmp_path / name).write_bytes(_array())
    outcome = run(*options)
    assert (outcome.status, outcome.out) == (USAGE, b"")
    assert reason in " ".join(outcome.err.split())
