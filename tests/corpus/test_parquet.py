"""Parquet: one column is cleaned, and everything else is as it was."""

from __future__ import annotations

from pathlib import Path

import pyarrow as pa
import pyarrow.parquet as pq
import pytest

from cleaner.corpus.records import Source
from cleaner.corpus.records.chunks import Done, Fields, Item, Limits, Place, RawChunk
from cleaner.corpus.records.parquet import assemble, read_chunks, read_items, write_items
from cleaner.errors import InputError

ROWS = 10


def _table(kind: pa.DataType | None = None) -> pa.Table:
    texts = pa.array([f"text {number}" for number in range(ROWS)], pa.string())
    schema = pa.schema(
        [
            pa.field("id", pa.int64(), nullable=False, metadata={"of": "column"}),
            pa.field("text", kind or pa.string()),
            pa.field("tags", pa.list_(pa.string())),
            pa.field("meta", pa.struct([("score", pa.decimal128(9, 2)), ("at", pa.timestamp("us", "UTC"))])),
        ],
        metadata={"of": "schema"},
    )
    columns = {
        "id": list(range(ROWS)),
        "tags": [["a", None], None] * (ROWS // 2),
        "meta": [{"score": None, "at": 0}, None] * (ROWS // 2),
    }
    arrays = [
        texts.cast(kind or pa.string()) if name == "text" else pa.array(columns[name], schema.field(name).type)
        for name in schema.names
    ]
    return pa.Table.from_arrays(arrays, schema=schema)


def _file(path: Path, table: pa.Table, **options: object) -> Source:
    pq.write_table(table, path, row_group_size=4, **options)
    return Source(str(path), path, Path(path.name), "parquet")


def _chunks(source: Source, start: Place | None = None, fields: Fields | None = None) -> list[RawChunk]:
    return list(read_chunks(source, start or Place(), Limits(12, 1000), fields or Fields()))


def _clean(source: Source, folder: Path, fields: Fields | None = None) -> tuple[pq.ParquetFile, list[Item]]:
    """A file with an exclamation mark after each text that ends in an even number."""
    chosen = fields or Fields()
    journal = folder / "journal"
    items = []
    with journal.open("wb") as file:
        for chunk in _chunks(source, fields=chosen):
            read = read_items(chunk, chosen, max_bytes=100, to_jsonl=False)
            items += read
            done: list[Done] = [(item, _marked(item.document.text) if item.document else None) for item in read]
            file.write(write_items(done, None, to_jsonl=False))
    assemble(source, journal, folder / "out.parquet", chosen)
    return pq.ParquetFile(folder / "out.parquet"), items


def _marked(text: str) -> str:
    return text if int(text[-1]) % 2 else text + "!"


@pytest.mark.parametrize("kind", [pa.string(), pa.large_string(), pa.dictionary(pa.int32(), pa.string())], ids=str)
def test_all_but_the_text_is_as_it_was(kind: pa.DataType, tmp_path: Path) -> None:
    """Columns, schema with its metadata, row groups, compression and dictionaries are those of the original."""
    table = _table(kind)
    source = _file(
        tmp_path / "a.parquet", table, compression={"text": "ZSTD", "id": "GZIP"}, use_dictionary=["tags.list.element"]
    )
    made, _ = _clean(source, tmp_path)
    before = pq.ParquetFile(tmp_path / "a.parquet")
    assert made.schema_arrow.equals(before.schema_arrow, check_metadata=True)
    assert made.read().drop(["text"]).equals(before.read().drop(["text"]))
    assert made.read().column("text").to_pylist() == [_marked(f"text {number}") for number in range(ROWS)]
    for group in range(3):
        old, new = before.metadata.row_group(group), made.metadata.row_group(group)
        assert old.num_rows == new.num_rows
        for column in range(old.num_columns):
            assert old.column(column).compression == new.column(column).compression
            assert old.column(column).encodings == new.column(column).encodings


def test_result_column_keeps_the_original(tmp_path: Path) -> None:
    """The cleaned text goes into a column of its own after the others; doing it again replaces that column."""
    fields = Fields(result="clean")
    made, _ = _clean(_file(tmp_path / "a.parquet", _table()), tmp_path, fields)
    assert made.schema_arrow.names == [*_table().schema.names, "clean"]
    assert made.read().drop(["clean"]).equals(_table())
    again = Source("b", (tmp_path / "out.parquet").rename(tmp_path / "b.parquet"), Path("b"), "parquet")
    assert _clean(again, tmp_path, fields)[0].read().equals(pq.read_table(tmp_path / "b.parquet"))


def test_rows_whose_text_cannot_be_cleaned_fail(tmp_path: Path) -> None:
    """A text over the limit and one that is not UTF-8 fail and are left out; other rows, null too, stay in their groups."""
    broken = pa.Array.from_buffers(pa.string(), 1, pa.array([b"\xff1"], pa.binary()).buffers())
    texts = [pa.array(["a 1", None, "b" * 101]), broken, pa.array(["c 3"])]
    table = pa.table({"text": pa.chunked_array(texts), "n": range(5)})
    made, items = _clean(_file(tmp_path / "a.parquet", table), tmp_path)
    assert [item.failure for item in items] == [
        None,
        None,
        "the text has 101 bytes, more than --max-document 100",
        "the column 'text' is not UTF-8",
        None,
    ]
    assert items[2].raw == b'{"text": "' + b"b" * 101 + b'"}'
    assert made.read().to_pylist() == [{"text": "a 1", "n": 0}, {"text": None, "n": 1}, {"text": "c 3", "n": 4}]


@pytest.mark.parametrize("kind", [pa.string(), pa.dictionary(pa.int32(), pa.string())], ids=str)
@pytest.mark.parametrize("result", [None, "clean"])
def test_null_stays_null(kind: pa.DataType, result: str | None, tmp_path: Path) -> None:
    """A row without a text is no failure: it stays where it was, and its result is null too."""
    table = pa.table({"text": pa.array([None, "a 2", None], pa.string()).cast(kind), "n": range(3)})
    made, items = _clean(_file(tmp_path / "a.parquet", table), tmp_path, Fields(result=result))
    assert [(item.document is None, item.failure) for item in items] == [(True, None), (False, None), (True, None)]
    assert made.read().column(result or "text").to_pylist() == [None, "a 2!", None]
    assert made.read().column("n").to_pylist() == [0, 1, 2]


def test_null_leaves_the_column_of_the_result(tmp_path: Path) -> None:
    """Where the column of the result is there already, the row without a text keeps what it has in it."""
    table = pa.table({"text": [None, "a 2", None], "clean": pa.array(["before", "old", None]).dictionary_encode()})
    made, _ = _clean(_file(tmp_path / "a.parquet", table), tmp_path, Fields(result="clean"))
    assert made.read().to_pydict() == {"text": [None, "a 2", None], "clean": ["before", "a 2!", None]}


@pytest.mark.parametrize("fields", [Fields(), Fields(result="clean"), Fields(result="n")])
def test_column_that_is_null_throughout_passes(fields: Fields, tmp_path: Path) -> None:
    """Missing texts alone make a column of another type, as pandas writes it; that is no error of the file."""
    table = pa.table({"text": pa.nulls(2), "n": pa.array(["a", None])})
    made, items = _clean(_file(tmp_path / "a.parquet", table), tmp_path, fields)
    assert [(item.document, item.failure) for item in items] == [(None, None)] * 2
    assert made.read().column(fields.result or "text").to_pylist() == (
        ["a", None] if fields.result == "n" else [None] * 2
    )
    assert made.read().num_rows == 2


def test_empty_file_keeps_its_schema(tmp_path: Path) -> None:
    """A file without rows gives one without rows."""
    made, _ = _clean(_file(tmp_path / "a.parquet", _table().slice(0, 0)), tmp_path)
    assert made.read().equals(_table().slice(0, 0))
    assert made.num_row_groups == 1


def test_reading_begins_at_any_chunk(tmp_path: Path) -> None:
    """Reading from the end of a chunk gives the following ones, and no chunk spans two row groups."""
    source = _file(tmp_path / "a.parquet", _table())
    chunks = _chunks(source)
    assert [len(chunk.payload) for chunk in chunks] == [2, 2, 2, 2, 2]
    for position, chunk in enumerate(chunks):
        following = _chunks(source, chunk.end)
        assert [one.payload for one in following] == [one.payload for one in chunks[position + 1 :]]


@pytest.mark.parametrize(
    ("fields", "what"),
    [
        (Fields(text="body"), "has no column 'body'; name that of the text with --field: id, text, tags, meta"),
        (Fields(text="id"), "the column 'id' holds int64, not text"),
        (Fields(result="tags"), "the column 'tags' holds list<"),
    ],
)
def test_column_that_cannot_be_cleaned_is_refused(fields: Fields, what: str, tmp_path: Path) -> None:
    """A column that is missing or has no text is an error that names the existing ones."""
    with pytest.raises(InputError, match=what):
        _chunks(_file(tmp_path / "a.parquet", _table()), fields=fields)


def test_file_that_is_no_parquet_is_refused(tmp_path: Path) -> None:
    """Another file, a compressed one and a pipe are errors with what to do."""
    path = tmp_path / "a.parquet"
    path.write_bytes(b"no Parquet" * 10)
    with pytest.raises(InputError, match="is not a valid Parquet file"):
        _chunks(Source("a.parquet", path, path, "parquet"))
    with pytest.raises(InputError, match="decompress it first"):
        _chunks(Source("a.parquet.gz", path, path, "parquet", "gz"))
    with pytest.raises(InputError, match="cannot be read from a pipe"):
        _chunks(Source("standard input", None, path, "parquet"))


def _not_text() -> pa.Array:
    """Three strings, of which the second is not UTF-8."""
    plain = pa.array([b"a", b"\xff", b"c"], pa.binary())
    return pa.StringArray.from_buffers(3, plain.buffers()[1], plain.buffers()[2], None)


@pytest.mark.parametrize(
    "ids",
    [
        _not_text(),
        pa.ListArray.from_arrays(pa.array([0, 1, 2, 3]), _not_text()),
        pa.StructArray.from_arrays([_not_text()], ["part"]),
        pa.StructArray.from_arrays([pa.ListArray.from_arrays(pa.array([0, 1, 2, 3]), _not_text())], ["part"]),
    ],
    ids=["string", "list", "struct", "nested"],
)
def test_identifiers_that_are_no_text_do_no_harm(ids: pa.Array, tmp_path: Path) -> None:
    """Bytes that are not UTF-8 in another column do not keep the text from being read."""
    source = _file(tmp_path / "a.parquet", pa.table({"text": ["x", "y", "z"], "id": ids}))
    items = [item for chunk in _chunks(source) for item in read_items(chunk, Fields(), max_bytes=99, to_jsonl=False)]
    assert [item.document.text for item in items if item.document] == ["x", "y", "z"]
    assert "\\xff" in str(items[1].document.id if items[1].document else None)


@pytest.mark.parametrize("name", ["text", "title", "out"])
def test_columns_of_one_name_are_refused(name: str, tmp_path: Path) -> None:
    """Two columns of one name are refused, since nobody can tell which is meant."""
    table = pa.Table.from_arrays([pa.array(["x"]), pa.array(["y"]), pa.array(["z"])], names=["text", name, name])
    source = _file(tmp_path / "a.parquet", table)
    with pytest.raises(InputError, match=f"has several columns {name!r}; give each a name of its own"):
        _chunks(source, fields=Fields(result="out"))


def test_rows_that_failed_are_left_out_of_any_type(tmp_path: Path) -> None:
    """Not every type can be filtered; a view of strings cannot, and older versions of pyarrow do not write it."""
    table = pa.table({"text": pa.array(["x", "q" * 100, "y", "z", None], pa.string_view())})
    try:
        source = _file(tmp_path / "a.parquet", table)
    except pa.ArrowNotImplementedError as error:
        pytest.skip(str(error))
    journal = tmp_path / "journal"
    with journal.open("wb") as file:
        for chunk in _chunks(source):
            items = read_items(chunk, Fields(), max_bytes=99, to_jsonl=False)
            done: list[Done] = [(item, item.document.text.upper() if item.document else None) for item in items]
            file.write(write_items(done, None, to_jsonl=False))
    assemble(source, journal, tmp_path / "b.parquet", Fields())
    assert pq.read_table(tmp_path / "b.parquet").column("text").to_pylist() == ["X", "Y", "Z", None]
