"""JSONL: all but the text stays byte for byte the same, and unreadable lines are failures."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from cleaner.corpus.records import Source
from cleaner.corpus.records.chunks import Fields, Item, Limits, Place, RawChunk
from cleaner.corpus.records.jsonl import read_chunks, read_items, write_items
from cleaner.errors import InputError

FIELDS = Fields()


def _items(data: bytes, fields: Fields = FIELDS, *, max_bytes: int = 1000) -> list[Item]:
    chunk = RawChunk(data, Place(), Place(len(data), data.count(b"\n")), len(data), len(data))
    return read_items(chunk, fields, max_bytes=max_bytes, to_jsonl=False)


def _cleaned(line: str, text: str = "new", fields: Fields = FIELDS) -> str:
    (item,) = _items(line.encode("utf-8"), fields)
    assert item.document is not None, item.failure
    return item.document.write(text).decode("utf-8")


def _chunks(path: Path, *, chunk_bytes: int, record_bytes: int = 1 << 20, start: Place | None = None) -> list[RawChunk]:
    source = Source(str(path), path, Path(path.name), "jsonl")
    return list(read_chunks(source, start or Place(), Limits(chunk_bytes, record_bytes), FIELDS))


# --- the record ------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("line", "cleaned"),
    [
        ('{"text": "old"}', '{"text": "new"}'),
        ('{"b":1.0,"text":"old","a":1E400,"c":-0.0}\r\n', '{"b":1.0,"text":"new","a":1E400,"c":-0.0}\r\n'),
        ('{"n": ' + "9" * 5000 + ', "text": "old"}\n', '{"n": ' + "9" * 5000 + ', "text": "new"}\n'),
        ('{"text": "first", "text": "old", "x": 1, "x": 2}', '{"text": "first", "text": "new", "x": 1, "x": 2}'),
        ('  { "text" :\t"old" , "x":{ } }  \n', '  { "text" :\t"new" , "x":{ } }  \n'),
        ('{"x": [{"text": "inner"}], "text": "old"}', '{"x": [{"text": "inner"}], "text": "new"}'),
        ('{"x": NaN, "text": "old"}', '{"x": NaN, "text": "new"}'),
        ('{"te\\u0078t": "old"}', '{"te\\u0078t": "new"}'),
        ('\ufeff{"text": "old"}\n', '\ufeff{"text": "new"}\n'),
    ],
)
def test_only_the_text_is_replaced(line: str, cleaned: str) -> None:
    """Numbers, duplicate keys, spaces, order, byte order mark and line end stay as they are."""
    assert _cleaned(line) == cleaned


@pytest.mark.parametrize(
    "line", [r'{"text": "caf\u00e9 \/ \ud800"}', '{"text": "café \\ud83d\\ude00"}', '{"text":"\\t"}']
)
def test_unchanged_text_gives_the_same_bytes(line: str) -> None:
    """A record whose text does not change is the very same line, whatever its escapes."""
    (item,) = _items(line.encode())
    assert item.document is not None
    assert item.document.write(item.document.text) == line.encode()


def test_escapes_are_those_of_the_line() -> None:
    """A line in ASCII stays ASCII, one with letters keeps letters, and a surrogate alone is an escape in both."""
    assert _cleaned('{"text": "\\u00e9"}', "é\n") == '{"text": "\\u00e9\\n"}'
    assert _cleaned('{"text": "é"}', "é\ud800") == '{"text": "é\\ud800"}'


def test_dotted_names_lead_into_objects() -> None:
    """A name with dots is looked for in objects within objects, where a key may hold the dots itself."""
    fields = Fields(text="page.body.text", title="page.title", id="meta.id")
    line = '{"meta": {"id": 7}, "page": {"title": "T", "body": {"text": "old", "n": 1}}}'
    (item,) = _items(line.encode(), fields)
    assert item.document is not None
    assert (item.document.text, item.document.title, item.document.id) == ("old", "T", 7)
    assert item.document.write("new").decode() == line.replace("old", "new")
    assert _cleaned('{"page.body.text": "old"}', fields=fields) == '{"page.body.text": "new"}'


def test_title_language_and_address_are_read_where_they_are_strings() -> None:
    """Fields beside the text are passed on if they are strings; other values are ignored."""
    (item,) = _items(b'{"text": "a", "title": "T", "lang": null, "url": 3, "id": "x"}')
    document = item.document
    assert document is not None
    assert (document.title, document.lang, document.url, document.id) == ("T", None, None, "x")


@pytest.mark.parametrize(
    ("line", "name", "cleaned"),
    [
        ('{"text": "old", "x": 1}', "clean", '{"text": "old", "x": 1, "clean": "new"}'),
        ('{"text":"old"}', "clean", '{"text":"old","clean":"new"}'),
        ('{"clean": 5, "text": "old"}', "clean", '{"clean": "new", "text": "old"}'),
        ('{"text": "old", "made": {}}', "made.clean", '{"text": "old", "made": {"clean": "new"}}'),
        ('{"text": "old"}', "text", '{"text": "new"}'),
    ],
)
def test_result_field_keeps_the_original(line: str, name: str, cleaned: str) -> None:
    """The cleaned text goes into a field of its own, in the place it has or at the end, and doing it again changes nothing."""
    fields = Fields(result=name)
    assert _cleaned(line, fields=fields) == cleaned
    assert _cleaned(cleaned, fields=fields) == cleaned


@given(
    record=st.dictionaries(
        st.text(max_size=5),
        st.recursive(
            st.none() | st.booleans() | st.integers() | st.floats(allow_nan=False) | st.text(max_size=5),
            lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.text(max_size=3), inner, max_size=3),
            max_leaves=6,
        ),
        max_size=4,
    ),
    text=st.text(max_size=20),
    new=st.text(max_size=20),
    ascii_only=st.booleans(),
)
def test_any_record_keeps_all_but_its_text(record: dict[str, Any], text: str, new: str, ascii_only: bool) -> None:
    """Whatever a record holds, it reads the same afterwards but for its text, in the same order."""
    before = {**record, "text": text}
    after = json.loads(_cleaned(json.dumps(before, ensure_ascii=ascii_only), new))
    assert list(after.items()) == list({**before, "text": new}.items())


# --- failures --------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("line", "reason"),
    [
        (b'{"text": "a"', "is not valid JSON: a comma is missing at character 13"),
        (b"{'text': 'a'}", "is not valid JSON: a name in double quotes is missing at character 2"),
        (b'{"text" "a"}', "is not valid JSON: a colon is missing at character 9"),
        (b'{"text": }', "is not valid JSON: Expecting value at character 10"),
        (b'{"text": "a\tb"}', "is not valid JSON: Invalid control character at character 12"),
        (b'{"text": "a', "is not valid JSON: Unterminated string starting at character 10"),
        (b'{"text": "a"} {}', "is not valid JSON: more text after the object, at character 15"),
        (b'["text"]', "is not a JSON object"),
        (b"12", "is not a JSON object"),
        (b'{"x": ' + b"[" * 100_000, "is nested too deeply"),
        (b'{"body": "a", "n": 1}', "the field 'text' is missing; the record has body, n"),
        (b"{}", "the field 'text' is missing; the record has none"),
        (b'{"text": Infinity}', "the field 'text' is not a string"),
        (b'{"text": [null]}', "the field 'text' is not a string"),
        (b'{"text": 12}', "the field 'text' is not a string"),
        (b'{"text": {"text": "a"}}', "the field 'text' is not a string"),
        (b'{"text": "\xff"}', "is not UTF-8 at byte 11 of the line"),
        ('{"text": "' + "é" * 501 + '"}', "the text has 1002 bytes, more than --max-document 1000"),
    ],
)
def test_line_that_is_no_document_fails_with_a_reason(line: bytes | str, reason: str) -> None:
    """A line that cannot be cleaned says why, and keeps its bytes; the lines around it are read."""
    data = line.encode() if isinstance(line, str) else line
    first, failed, last = _items(b'{"text": "a"}\n' + data + b'\n{"text": "b"}\n')
    assert (first.failure, last.failure) == (None, None)
    assert failed.failure is not None
    assert failed.failure.startswith(reason)
    assert (failed.number, failed.raw) == (2, data + b"\n")


@pytest.mark.parametrize("line", ['{"n": 1, "text": null}', ' {"text" : null } \r\n', '{"text": "a", "text": NaN}'])
@pytest.mark.parametrize("fields", [FIELDS, Fields(result="clean"), Fields(is_html=True, result="clean")])
def test_record_with_a_missing_text_passes(line: str, fields: Fields) -> None:
    """A text that is null, or NaN as pandas may write it, is no failure: the record stays as it is."""
    (item,) = _items(line.encode(), fields)
    assert (item.document, item.failure, item.raw) == (None, None, line.encode())
    assert write_items([(item, None)], None, to_jsonl=False) == line.encode()


def test_missing_field_lists_those_of_its_object() -> None:
    """Where the name leads into an object, the fields of that object are listed; long lists and names are shortened."""
    (item,) = _items(b'{"id": 1, "page": {"title": "a", "body": {"x": 1}}}', Fields(text="page.text"))
    assert item.failure == "the field 'page.text' is missing; the record has id, page, page.title, page.body"
    many = json.dumps({f"{number}{'x' * 100}": number for number in range(30)})
    (item,) = _items(many.encode())
    assert item.failure is not None
    listed = item.failure.partition("the record has ")[2].split(", ")
    assert (len(listed), listed[0], listed[-1]) == (21, f"0{'x' * 59}...", "..."), (
        "twenty, shortened, and that it is not all"
    )


def test_result_field_without_its_object_fails() -> None:
    """A result field in an object that the record lacks is a failure of that record."""
    (item,) = _items(b'{"text": "a"}', Fields(result="made.clean"))
    assert item.failure == "there is no object 'made' to put the field 'made.clean' into"


def test_blank_lines_pass_and_failures_are_left_out() -> None:
    """Blank lines stay where they were, failures are left out, and a last line without a line end stays so."""
    items = _items(b'\n{"text": "a"}\n \r\nbroken\n{"text": "b"}')
    done = [(item, "c" if item.document else None) for item in items]
    assert write_items(done, None, to_jsonl=False) == b'\n{"text": "c"}\n \r\n{"text": "c"}'


# --- chunks ----------------------------------------------------------------------------------------------


@given(
    lines=st.lists(st.binary(max_size=40).map(lambda line: line.replace(b"\n", b" ")), max_size=30),
    ends=st.booleans(),
    chunk_bytes=st.integers(1, 60),
)
def test_chunks_are_whole_lines_and_the_same_from_any_of_them(
    lines: list[bytes], ends: bool, chunk_bytes: int, tmp_path_factory: pytest.TempPathFactory
) -> None:
    """Chunks hold all bytes in whole lines, and reading from the end of one gives those that follow."""
    path = tmp_path_factory.mktemp("chunks") / "a.jsonl"
    data = b"\n".join(lines) + (b"\n" if ends else b"")
    path.write_bytes(data)
    chunks = _chunks(path, chunk_bytes=chunk_bytes)
    assert b"".join(chunk.payload for chunk in chunks) == data
    assert all(chunk.payload.endswith(b"\n") for chunk in chunks[:-1])
    assert all(chunk.size >= chunk_bytes for chunk in chunks[:-1])
    for position, chunk in enumerate(chunks):
        following = _chunks(path, chunk_bytes=chunk_bytes, start=chunk.end)
        assert [one.payload for one in following] == [one.payload for one in chunks[position + 1 :]]


@pytest.mark.parametrize("at", [0, 3, 40])
def test_line_beyond_the_limit_is_held_in_part(at: int, tmp_path: Path) -> None:
    """A line longer than the limit is a chunk of its own of which the beginning is held; its neighbours are whole."""
    path = tmp_path / "a.jsonl"
    before, long, after = b"{}\n" * at, b"x" * 500_000 + b"\n", b"{}\n" * 40
    path.write_bytes(before + long + after)
    chunks = _chunks(path, chunk_bytes=50, record_bytes=200)
    (held,) = [chunk for chunk in chunks if chunk.skipped]
    assert (held.payload, held.size, held.start.records) == (long[:200], len(long), at)
    assert b"".join(chunk.payload for chunk in chunks if not chunk.skipped) == before + after
    (item,) = read_items(held, FIELDS, max_bytes=100, to_jsonl=False)
    assert item.failure == "the line has 500001 bytes, too many to hold in memory; raw is its first 200"
    assert chunks[-1].end == Place(len(before + long + after), at + 41)


def test_what_stands_before_damage_is_read(tmp_path: Path) -> None:
    """The lines of a truncated compressed file are read up to its end, then the damage is reported."""
    import gzip

    path = tmp_path / "a.jsonl.gz"
    path.write_bytes(gzip.compress(b'{"text": "a"}\n' * 10_000)[:-20])
    source = Source("a.jsonl.gz", path, Path("a"), "jsonl", "gz")
    chunks: list[RawChunk] = []
    with pytest.raises(InputError, match=r"a\.jsonl\.gz: is damaged or cut off"):
        chunks.extend(read_chunks(source, Place(), Limits(1000, 10_000), FIELDS))
    assert sum(chunk.size for chunk in chunks) > 0
