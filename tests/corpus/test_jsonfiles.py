"""JSON files: arrays of objects and single objects, of which all but the texts stays as its bytes."""

from __future__ import annotations

import json
import re
import tracemalloc
from collections.abc import Callable
from itertools import islice
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from cleaner.corpus.records import Source, jsonfiles, split_endings
from cleaner.corpus.records.chunks import Done, Fields, Item, Limits, Place, RawChunk
from cleaner.corpus.records.jsonfiles import read_chunks, read_items, write_items, write_joint
from cleaner.corpus.records.jsonscan import ValueScanner
from cleaner.corpus.records.streams import compress, read_all
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


def _read(
    path: Path, data: bytes, fields: Fields | None = None, *, limit: int = 1 << 20, chunk_bytes: int = 1 << 20
) -> tuple[list[RawChunk], InputError | None]:
    """The chunks of a file, and what ended them too early."""
    path.write_bytes(data)
    source = Source(path.name, path, Path(path.name), "json")
    chunks: list[RawChunk] = []
    try:
        chunks.extend(read_chunks(source, Place(), Limits(chunk_bytes, limit), fields or Fields()))
    except InputError as error:
        return chunks, error
    return chunks, None


def _items(path: Path, data: bytes, fields: Fields | None = None, *, limit: int = 1 << 20) -> list[Item]:
    chosen = fields or Fields()
    chunks, damage = _read(path, data, chosen, limit=limit)
    if damage is not None:
        raise damage
    return [item for chunk in chunks for item in read_items(chunk, chosen, max_bytes=1000, to_jsonl=False)]


def _replaced(
    path: Path, data: bytes, fields: Fields | None = None, *, to_jsonl: bool = False, chunk_bytes: int = 1 << 20
) -> bytes:
    """The file with other texts, put together as a run does it."""
    chosen = fields or Fields()
    made = b""
    has_written = False
    for chunk in _read(path, data, chosen, chunk_bytes=chunk_bytes)[0]:
        items = read_items(chunk, chosen, max_bytes=1000, to_jsonl=to_jsonl)
        done: list[Done] = [(item, None if item.document is None else "new") for item in items]
        if has_written and not to_jsonl:
            made += write_joint(done, None)
        made += write_items(done, None, to_jsonl=to_jsonl)
        has_written = has_written or any(item.failure is None for item in items)
    return made


@pytest.mark.parametrize("chunk_bytes", [20, 1 << 20])
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
        ('[{"n": 1}, {"n": [2, "]"]} ]', "[ ]"),
        ('[{"text": null},{"text":"old"}]', '[{"text": null},{"text":"new"}]'),
        (
            '[{"x": "] \\" }", "text": "old", "text": "old"}, "a", 1e5,{"text": "old"}]',
            '[{"x": "] \\" }", "text": "old", "text": "new"},{"text": "new"}]',
        ),
        (
            '[{"n": NaN, "m": -Infinity, "s": "\\ud800", "text": "old"}]',
            '[{"n": NaN, "m": -Infinity, "s": "\\ud800", "text": "new"}]',
        ),
    ],
)
def test_only_the_texts_are_replaced(before: str, after: str, chunk_bytes: int, tmp_path: Path) -> None:
    """Spaces, numbers and order stay; elements that fail are left out, and commas stand where they must, in any chunks."""
    assert _replaced(tmp_path / "a.json", before.encode(), chunk_bytes=chunk_bytes) == after.encode()


@pytest.mark.parametrize("chunk_bytes", [20, 1 << 20])
@pytest.mark.parametrize(
    ("before", "after"),
    [
        ('{"text": "old"}{"text": "old"}', '{"text": "new"}{"text": "new"}'),
        ('{"text": "old"}\n\n{\n  "text": "old"\n}\r\n', '{"text": "new"}\n\n{\n  "text": "new"\n}\r\n'),
        ('\n{"n": 1}\n{"text": "old"}\n', '\n{"text": "new"}\n'),
        ('{"text": "old"}\n{"n": 1}\n{"text": "old"}\n', '{"text": "new"}\n{"text": "new"}\n'),
    ],
    ids=["no spaces", "pretty", "first fails", "second fails"],
)
def test_objects_may_follow_each_other(before: str, after: str, chunk_bytes: int, tmp_path: Path) -> None:
    """What jq prints, lines of JSON in a .json file, and objects without anything between them are records each."""
    assert _replaced(tmp_path / "a.json", before.encode(), chunk_bytes=chunk_bytes) == after.encode()


@pytest.mark.parametrize("chunk_bytes", [20, 1 << 20])
@pytest.mark.parametrize(
    ("before", "after"),
    [
        ('{"ok": true, "articles": [{"text": "old"}, {"n": 1}, {"text": "old"}], "n": [{"x": 1}]}\n',
         '{"ok": true, "articles": [{"text": "new"}, {"text": "new"}], "n": [{"x": 1}]}\n'),
        ('{"tags": [{"name": "a"}], "response": {"n": 1, "docs": [ {"text": "old"} ], "x": "]}"} }',
         '{"tags": [{"name": "a"}], "response": {"n": 1, "docs": [ {"text": "new"} ], "x": "]}"} }'),
        # The object is a record itself, wherever its text stands.
        ('{"comments": [{"text": "old"}], "text": "old"}', '{"comments": [{"text": "old"}], "text": "new"}'),
    ],
    ids=["articles", "nested", "record"],
)  # fmt: skip
def test_array_of_records_may_be_in_an_object(before: str, after: str, chunk_bytes: int, tmp_path: Path) -> None:
    """What an interface for news returns is an object with an array of records: the first whose objects have the field."""
    assert _replaced(tmp_path / "a.json", before.encode(), chunk_bytes=chunk_bytes) == after.encode()


def test_field_with_dots_finds_the_array_of_its_records(tmp_path: Path) -> None:
    """The array is that of the field which is named, and a record of its own if the object has it."""
    data = b'{"response": {"results": [{"id": 1, "fields": {"body": "old"}}]}}'
    made = _replaced(tmp_path / "a.json", data, Fields(text="fields.body"))
    assert made == data.replace(b"old", b"new")
    made = _replaced(tmp_path / "a.json", b'{"a": [{"page": {"b": "x"}}], "page": {"b": "x"}}', Fields(text="page.b"))
    assert made == b'{"a": [{"page": {"b": "x"}}], "page": {"b": "new"}}'


def test_elements_that_fail_have_reasons(tmp_path: Path) -> None:
    """An element that is no object, or has no text, fails like a line of JSONL; so does one that is not valid inside."""
    data = (
        b'[{"text": "a"}, 5, {"text": []}, {"x": "' + b"y" * 9 + b'"}, {"text": \'a\'}, {"text": "\xe9"}, {"text" "a"}]'
    )
    assert [(item.number, item.failure) for item in _items(tmp_path / "a.json", data)] == [
        (1, None),
        (2, "is not a JSON object"),
        (3, "the field 'text' is not a string"),
        (4, "the field 'text' is missing; the record has x"),
        (5, "is not valid JSON: Expecting value at character 10"),
        (6, "is not UTF-8 at byte 11 of the line"),
        (7, "is not valid JSON: a colon is missing at character 9"),
    ]
    deep = b'[{"text": "a"}, ' + b"[" * 100_000 + b"]" * 100_000 + b', {"text": "b"}]'
    assert [item.failure for item in _items(tmp_path / "a.json", deep)] == [None, "is nested too deeply", None]


def test_array_becomes_lines(tmp_path: Path) -> None:
    """As JSONL each object is a line of its own, however it was laid out and whatever was around the array."""
    data = b'[\r\n {"n": 1.0,\n  "text": "old"},\n {"n": 1}, {"text": "old"}, {"text": null}]'
    lines = b'{"n": 1.0,   "text": "new"}\n{"text": "new"}\n{"text": null}\n'
    assert _replaced(tmp_path / "a.json", data, to_jsonl=True) == lines
    assert _replaced(tmp_path / "a.json", b'{"n": 1, "all": ' + data + b"}", to_jsonl=True, chunk_bytes=20) == lines
    assert _replaced(tmp_path / "a.json", b'{"text":\n"old"}{"text": "old"}', to_jsonl=True).count(b"\n") == 2
    assert _replaced(tmp_path / "a.json", b"[]", to_jsonl=True) == b""


@pytest.mark.parametrize(
    ("data", "reason"),
    [
        (b"5", "begins neither with an array nor with an object, so it has no texts"),
        (b"\xef\xbb\xbf \n", "is empty; give an array of objects, or objects"),
        (b"", "is empty; give an array of objects, or objects"),
        (b'["a", "b"]', "holds an array, but not of objects, so it has no texts"),
        (b'{"name": "x"}', "the field 'text' is missing; the record has name; name that of the text with --field"),
        (
            b'{"n": 0, "docs": [{"title": "a", "body": "b"}]}',
            "its records have no field 'text', but title, body; name that of the text with --field",
        ),
        ('[{"text": "a"}]'.encode("utf-16"), "is not UTF-8 but, it seems, UTF-16; convert it first, as with: iconv"),
        ('[{"text": "a"}]'.encode("utf-16-le"), "is not UTF-8 but, it seems, UTF-16"),
        (b'{"text": "a"', "is not valid JSON: the end of the record is missing that begins at byte 1, only what"),
        (b"[" * 200_000, "is not valid JSON: the end of the record is missing that begins at byte 2"),
        (b"[", "is not valid JSON: its end is missing at byte 2"),
        (b"[,]", "is not valid JSON: a value is missing at byte 2"),
        (b"[" + b" " * 5000, "is not valid JSON: more than 4000 spaces stand in a row"),
    ],
)
def test_file_that_has_no_texts_is_refused(data: bytes, reason: str, tmp_path: Path) -> None:
    """What is neither an array of objects nor an object with a text says so in one sentence, and nothing is read."""
    chunks, damage = _read(tmp_path / "a.json", data, limit=4000 if b" " * 5000 in data else 1 << 20)
    assert str(damage).startswith(f"a.json: {reason}")
    assert chunks == []


@pytest.mark.parametrize("chunk_bytes", [15, 1 << 20])
@pytest.mark.parametrize(
    ("data", "reason", "made"),
    [
        (b'[{"text": "a"}', "its end is missing at byte 15", b'[{"text": "new"}]\n'),
        (b'[{"text": "a"},\n', "its end is missing at byte 17", b'[{"text": "new"}]\n'),
        (b'[{"text": "a"}, {"tex', "the end of the record is missing that begins at byte 17", b'[{"text": "new"}]\n'),
        (b'[{"text": "a"},]', "a value is missing at byte 16", b'[{"text": "new"}]\n'),
        (b'[{"text": "a"}, {"text": "b"} {"text": "c"}]', "a comma is missing at byte 31", None),
        (b'[{"text": "a"}, {"text": "b"}}, {"text": "c"}]', "a comma is missing at byte 30", None),
        (b'[{"text": "a"}] x', "more text follows its end at byte 17", b'[{"text": "new"}]\n'),
        (b'{"text": "a"} x', "more text follows the object at byte 15", b'{"text": "new"}'),
        (
            b'{"n": 1, "all": [{"text": "a"}, {"text": "b"}',
            "its end is missing at byte 46",
            b'{"n": 1, "all": [{"text": "new"}, {"text": "new"}]}\n',
        ),
        (
            b'{"all": [{"text": "a"}], "n": 1',
            "the end of the object around the records is missing at byte 32",
            b'{"all": [{"text": "new"}]}\n',
        ),
    ],
)
def test_what_comes_before_damage_is_read(
    data: bytes, reason: str, made: bytes | None, chunk_bytes: int, tmp_path: Path
) -> None:
    """The elements before a place that is not JSON are cleaned and closed as an array is, and the place is told."""
    _, damage = _read(tmp_path / "a.json", data, chunk_bytes=chunk_bytes)
    assert str(damage).startswith(f"a.json: is not valid JSON: {reason}, only what comes before is read")
    expected = b'[{"text": "new"}, {"text": "new"}]\n' if made is None else made
    assert _replaced(tmp_path / "a.json", data, chunk_bytes=chunk_bytes) == expected


def test_element_beyond_the_limit_fails_alone(tmp_path: Path) -> None:
    """Of an element that is too long only the beginning is held, and those around it are read."""
    long = b'{"text": "' + b'a\\"' * 40_000 + b'"}'
    for number, data in ((2, b'[{"text": "a"}, ' + long + b', {"text": "b"}]'), (1, b"[" + long + b', {"text": "b"}]')):
        chunks, damage = _read(tmp_path / "a.json", data, limit=4000)
        assert damage is None
        failed = chunks[number - 1]
        assert failed.failure == f"the record has {len(long)} bytes, too many to hold in memory; raw is its first 4000"
        assert (failed.payload[1], failed.skipped) == (long[:4000], len(long) - 4000)
        assert chunks[-1].end.offset == len(data)
        path = tmp_path / "b.json"
        path.write_bytes(data)
        source = Source("b", path, path, "json")
        found = [
            item
            for chunk in read_chunks(source, Place(), Limits(1 << 20, 4000), Fields())
            for item in read_items(chunk, Fields(), max_bytes=1000, to_jsonl=False)
        ]
        assert [item.number for item in found if item.failure] == [number], "the others are read"
    path.write_bytes(b"[" + b"9" * 200_000 + b', {"text": "b"}]')
    first, second = read_chunks(source, Place(), Limits(1 << 20, 4000), Fields())
    assert (first.skipped, second.failure) == (196_000, None), "a number that is too long is held no more than a text"


def test_array_is_scanned_once_however_it_is_nested() -> None:
    """The end of a value is found in parts, in any of which it goes on where it stopped, in the middle of an escape too."""
    data = b'{"a": "x\\\\\\"", "b": [{"c": "]"}, {}], "d": "\xc3\xa9}"}'
    scanner = ValueScanner(0)
    ends = [scanner.end(data[:size], is_whole=False) for size in range(1, len(data) + 1)]
    assert ends == [None] * (len(data) - 1) + [len(data)]


@given(
    values=st.lists(
        st.fixed_dictionaries({}, optional={"text": st.none() | st.text(max_size=5), "n": st.floats(allow_nan=False)})
        | st.integers(),
        max_size=5,
    ),
    indent=st.none() | st.integers(0, 2),
    chunk_bytes=st.sampled_from([30, 1 << 20]),
)
def test_what_is_written_is_the_array_without_failures(
    values: list[Any], indent: int | None, chunk_bytes: int, tmp_path_factory: pytest.TempPathFactory
) -> None:
    """Whatever fails, the result is JSON that holds all other elements, their texts replaced."""
    path = tmp_path_factory.mktemp("json") / "a.json"
    if values and not isinstance(values[0], dict):
        return
    data = json.dumps(values, indent=indent).encode()
    made = _replaced(path, data, chunk_bytes=chunk_bytes)
    kept = [
        {**value, "text": None if value["text"] is None else "new"}
        for value in values
        if isinstance(value, dict) and "text" in value
    ]
    assert json.loads(made) == kept
    lines = _replaced(path, data, to_jsonl=True, chunk_bytes=chunk_bytes).splitlines()
    assert [json.loads(line) for line in lines] == kept


@pytest.mark.parametrize(
    "data",
    [
        b'[{"text": "a"}, 5,\n{"text": "b"}, {"n": 1}, {"text": "c"}]\n',
        b'{"n": [1], "all": [{"text": "a"}, {"text": "b"}, {"text": "c"}], "m": {}}',
        b'{"text": "a"}\n{"text": "b"}{"text": "c"}\n',
        b'[{"text": "a"}, {"text": "bc"}, {"text": "d"}, {"text": "e"',
    ],
    ids=["array", "object", "objects", "cut off"],
)
def test_chunks_hold_all_bytes_and_can_be_resumed(data: bytes, tmp_path: Path) -> None:
    """Chunks follow each other without a gap, and reading from the end of any of them gives the following ones."""
    chunks, damage = _read(tmp_path / "a.json", data, chunk_bytes=20)
    assert len(chunks) > 1
    whole = b"".join(b"".join(chunk.payload) for chunk in chunks)
    assert whole == (data if damage is None else data[:45] + b"]\n")
    source = Source("a.json", tmp_path / "a.json", Path("a.json"), "json")
    for position, chunk in enumerate(chunks):
        following = read_chunks(source, chunk.end, Limits(20, 1 << 20), Fields())
        assert list(islice(following, len(chunks) - position - 1)) == chunks[position + 1 :]
        if damage is None:
            assert list(following) == []
        else:
            with pytest.raises(InputError, match=re.escape(str(damage))):
                next(following)


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


_LONG = [{"id": number, "text": PAGE} for number in range(20)]


@pytest.mark.parametrize("name", ["a.json", "a.json.gz", "a.json.zst", "in object.json", "objects.json"])
@pytest.mark.parametrize("bad", [[], [3, 19], list(range(9)), list(range(20))], ids=len)
def test_array_of_many_chunks_is_divided_and_resumed(
    name: str, bad: list[int], tmp_path: Path, run: Run, stop_after: Callable[[int], None]
) -> None:
    """One file is cleaned by several processes, and a run stopped within it is resumed: the result is the same JSON."""
    records = [{"id": one["id"], "x": PAGE} if one["id"] in bad else one for one in _LONG]
    kept = [{**one, "text": ARTICLE} for one in _LONG if one["id"] not in bad]
    data = json.dumps(records, indent=1).encode()
    if name.startswith("in"):
        data = json.dumps({"ok": True, "articles": records, "n": 20}).encode()
    elif name.startswith("objects"):
        data = "".join(map(json.dumps, records)).encode()
    path = tmp_path / name
    path.write_bytes(compress(data, split_endings(path)[1]))
    stop_after(1000)
    whole, out = tmp_path / "whole" / name, tmp_path / "out" / name
    if name.startswith("in") and 0 in bad:
        # Without a text in its first record, nothing says that the array is one of records.
        assert run(path, "-o", whole, "-q").status == 1
        return
    jobs = 2 if bad == [3, 19] else 1
    assert run(path, "-o", whole, "-q", jobs=jobs).status == bool(bad)
    arguments = (path, "-o", out, "-q")
    stop_after(2)
    assert run(*arguments).status == 130
    stop_after(2)
    assert run(*arguments, "--resume").status == 130
    stop_after(1000)
    assert run(*arguments, "--resume").status == bool(bad)
    assert out.read_bytes() == whole.read_bytes()
    made = read_all(Source(name, out, out, "json", split_endings(out)[1])).decode()
    if name.startswith("in"):
        assert json.loads(made) == {"ok": True, "articles": kept, "n": 20}
    elif name.startswith("objects"):
        assert made == "".join(map(json.dumps, kept))
    else:
        assert json.loads(made) == kept
    # Nothing differs on standard output, where nothing is resumed.
    assert run(path, "-q").out.decode() == made


def test_cut_off_array_is_closed_and_told(tmp_path: Path, run: Run, stop_after: Callable[[int], None]) -> None:
    """Of a file that was not downloaded to its end, what is there is cleaned; the place is told, and in place nothing happens."""
    path = tmp_path / "a.json"
    data = json.dumps(_LONG).encode()
    path.write_bytes(data[:-100])
    at = data.rindex(b'{"id"') + 1
    reason = (
        f"{path}: is not valid JSON: the end of the record is missing that begins at byte {at}, only what comes before"
    )
    stop_after(1000)
    outcome = run(path, "-o", tmp_path / "b.json", "-q")
    assert (outcome.status, reason in outcome.err) == (1, True)
    kept = [{**one, "text": ARTICLE} for one in _LONG[:-1]]
    assert json.loads((tmp_path / "b.json").read_bytes()) == kept
    (failure,) = map(json.loads, (tmp_path / "b.json.errors.jsonl").read_text("utf-8").splitlines())
    assert (failure["line"], failure["reason"].startswith(reason)) == (20, True)
    assert run(path, "-o", tmp_path / "b.jsonl", "-q").status == 1
    assert [json.loads(line) for line in (tmp_path / "b.jsonl").read_bytes().splitlines()] == kept
    assert run(path, "--in-place", "-q").status == 1
    assert path.read_bytes() == data[:-100]


def test_chunk_that_fails_altogether_leaves_the_array_whole(
    tmp_path: Path, run: Run, stop_after: Callable[[int], None], monkeypatch: pytest.MonkeyPatch
) -> None:
    """Where an error that nobody foresaw costs all records of a chunk, the array still begins and ends."""
    path = tmp_path / "a.json"
    path.write_bytes(json.dumps(_LONG).encode())
    stop_after(1000)
    read = jsonfiles.read_items

    def fail(chunk: RawChunk, *arguments: Any, **options: Any) -> list[Item]:
        if chunk.start.records in broken or "all" in broken:
            raise RuntimeError("unforeseen")
        return read(chunk, *arguments, **options)

    monkeypatch.setattr(jsonfiles, "read_items", fail)
    for broken, count in (({0}, range(1, 20)), ({"all"}, range(1))):  # noqa: B007 - read above
        assert run(path, "-o", tmp_path / "b.json", "-q").status == 1
        made = json.loads((tmp_path / "b.json").read_bytes())
        assert len(made) in count, "the records of the other chunks are there"
        assert all(one["text"] == ARTICLE for one in made)


def test_large_array_takes_little_memory(tmp_path: Path) -> None:
    """Memory does not grow with the file: of 20 MB, read as a run does it, only some chunks are held."""
    path = tmp_path / "a.json"
    with path.open("w") as file:
        file.write("[" + ",".join([json.dumps({"text": PAGE * 10})] * 10_000) + "]")
    size = path.stat().st_size
    assert size > 20_000_000
    tracemalloc.start()
    try:
        source = Source("a.json", path, path, "json")
        records = sum(
            len(chunk.payload) // 2 for chunk in read_chunks(source, Place(), Limits(1 << 18, 1 << 27), Fields())
        )
        peak = tracemalloc.get_traced_memory()[1]
    finally:
        tracemalloc.stop()
    assert (records, peak < size / 10) == (10_000, True)


@pytest.mark.parametrize(
    ("options", "reason"),
    [
        (["a.json", "b.json"], "several tables or JSON files cannot be joined on standard output"),
        (["a.json", "-o", "b.csv"], "a.json holds json and cannot become csv"),
        (["a.json", "--line-buffered"], "an array in chunks; for lines of JSON give --format jsonl"),
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
