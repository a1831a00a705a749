"""JSON files: arrays of objects and single objects, of which all but the texts stays as its bytes."""

from __future__ import annotations

import json
import re
from itertools import islice
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from cleaner.corpus.records import Source
from cleaner.corpus.records.chunks import Done, Fields, Item, Limits, Place, RawChunk
from cleaner.corpus.records.jsonfiles import read_chunks, read_items, write_items, write_joint
from cleaner.corpus.records.jsonscan import ValueScanner
from cleaner.errors import InputError


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
        ('{"media": [{"text": "old"}]}\n{"text": "old"}', '{"text": "new"}'),
        # The object is a record itself, wherever its text stands.
        ('{"comments": [{"text": "old"}], "text": "old"}', '{"comments": [{"text": "old"}], "text": "new"}'),
    ],
    ids=["articles", "nested", "objects", "record"],
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
    marked = _items(tmp_path / "a.json", b'[\xef\xbb\xbf, {"text": "a"}]')
    assert [item.failure for item in marked] == ["is not valid JSON: a byte order mark is at character 1", None]


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
        (b"[" + b"1," * 9 + b"1]", "holds an array, but not of objects, so it has no texts"),
        (b'{"name": "x"}', "the field 'text' is missing; the record has name; name that of the text with --field"),
        (
            b'{"n": 0, "docs": [{"title": "a", "body": "b"}]}',
            "its records have no field 'text', but title, body; name that of the text with --field",
        ),
        ('[{"text": "a"}]'.encode("utf-16"), "is not UTF-8 but, it seems, UTF-16; convert it first, as with: iconv"),
        ('[{"text": "a"}]'.encode("utf-16-le"), "is not UTF-8 but, it seems, UTF-16"),
        (b'{"text": {"0": "a"}}', "the field 'text' holds a column, not a text; write a table row by row, with pandas"),
        (b'{"text": ["a"]}', "the field 'text' holds a column, not a text"),
        (b'{"text": 5}', "the field 'text' is not a string; name that of the text with --field"),
        (b'{"text": "a"', "is not valid JSON: the end of the record is missing that begins at byte 1, only what"),
        (b"[" * 200_000, "is not valid JSON: the end of the record is missing that begins at byte 2"),
        (b"[", "is not valid JSON: its end is missing at byte 2"),
        (b"[,]", "is not valid JSON: a value is missing at byte 2"),
        (b"[\n\x0c", "is not valid JSON: a value is missing at byte 3"),
        (b'{"text": "' + b" " * 5000 + b'"}', "is one object of 5012 bytes, too many to hold; raise --max-document"),
        (b"[" + b" " * 5000, "is not valid JSON: more than 4000 spaces stand in a row"),
    ],
)
def test_file_that_has_no_texts_is_refused(data: bytes, reason: str, tmp_path: Path) -> None:
    """What is neither an array of objects nor an object with a text says so in one sentence, and nothing is read."""
    limit = 4000 if b" " * 5000 in data else 1 << 20
    chunks, damage = _read(tmp_path / "a.json", data, limit=limit, chunk_bytes=8)
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
