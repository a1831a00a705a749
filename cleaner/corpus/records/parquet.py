"""Parquet: one column is cleaned, the others, the schema and the sizes of the row groups stay.

The file is assembled from its original and the journal of its cleaned texts, row group by row group.
"""

from __future__ import annotations

import json
from collections.abc import Iterable, Iterator, Sequence
from contextlib import ExitStack, contextmanager
from dataclasses import replace
from itertools import groupby, islice
from pathlib import Path
from typing import TYPE_CHECKING, Any

from cleaner.corpus.records.chunks import KNOWN, Document, Done, Fields, Item, Limits, Place, RawChunk, too_large
from cleaner.corpus.records.journal import no_bytes, read_journal, write_texts
from cleaner.corpus.records.sources import Compression, Source, input_error
from cleaner.errors import InputError

if TYPE_CHECKING:
    import pyarrow as pa
    import pyarrow.parquet as pq

__all__ = ["assemble", "read_chunks", "read_items", "write_items"]

_BATCH_ROWS = 256


# --- reading ---------------------------------------------------------------------------------------------


@contextmanager
def open_file(source: Source) -> Iterator[pq.ParquetFile]:
    """An open Parquet file; raises `InputError` if it is not one, or pyarrow is not installed."""
    try:
        import pyarrow as pa
        import pyarrow.parquet as pq
    except ImportError:
        raise InputError(
            f"{source.name}: reading Parquet needs pyarrow; install it with: python -m pip install 'news-cleaner[parquet]'"
        ) from None
    if source.path is None:
        raise InputError("standard input: Parquet cannot be read from a pipe; name the file")
    if source.compression is not None:
        raise InputError(f"{source.name}: a Parquet file is compressed inside; decompress it first")
    with ExitStack() as stack:
        try:
            # pyarrow itself cannot open a file whose name is not UTF-8, and takes some names for URLs.
            file = pq.ParquetFile(stack.enter_context(source.path.open("rb")), pre_buffer=False)
        except OSError as error:
            raise input_error(source.name, error) from None
        except pa.ArrowException as error:
            raise InputError(f"{source.name}: is not a valid Parquet file: {error}; get it again") from None
        yield stack.enter_context(file)


def _check_columns(source: Source, schema: pa.Schema, fields: Fields) -> None:
    for name in (*_read_names(fields), fields.result):
        if schema.names.count(name) > 1:
            raise InputError(f"{source.name}: has several columns {name!r}; give each a name of its own")
    for name in filter(None, (fields.text, fields.result)):
        if name == fields.result and name not in schema.names:
            continue
        if name not in schema.names:
            raise InputError(
                f"{source.name}: has no column {name!r}; name that of the text with --field: {', '.join(schema.names)}"
            )
        kind = schema.field(name).type
        # A column in which all texts are missing has a type of its own.
        if not _is_text(kind) and not (name == fields.text and _is_null(kind)):
            raise InputError(f"{source.name}: the column {name!r} holds {kind}, not text")


def _read_names(fields: Fields) -> list[str]:
    """The columns to read, if they exist, each once."""
    return list(dict.fromkeys((fields.text, fields.id, *(getattr(fields, name) for name in KNOWN))))


def _is_text(kind: pa.DataType) -> bool:
    import pyarrow as pa

    if pa.types.is_dictionary(kind):
        kind = kind.value_type
    return bool(pa.types.is_string(kind) or pa.types.is_large_string(kind) or pa.types.is_string_view(kind))


def _is_null(kind: pa.DataType) -> bool:
    import pyarrow as pa

    return bool(pa.types.is_null(kind))


def read_chunks(source: Source, start: Place, limits: Limits, fields: Fields) -> Iterator[RawChunk]:
    """Chunks of rows, of the columns that cleaning needs; each ends at the latest with its row group."""
    with open_file(source) as file:
        _check_columns(source, file.schema_arrow, fields)
        columns = [name for name in _read_names(fields) if name in file.schema_arrow.names]
        file_bytes = source.path.stat().st_size if source.path else 0
        row = 0
        for group in range(file.num_row_groups):
            end = row + file.metadata.row_group(group).num_rows
            if end > start.records:
                batches = file.iter_batches(_BATCH_ROWS, row_groups=[group], columns=columns, use_threads=False)
                rows = islice(_rows(batches, source), max(0, start.records - row), None)
                for chunk in _cut_rows(rows, max(row, start.records), limits.chunk_bytes):
                    consumed = file_bytes * chunk.end.records // file.metadata.num_rows
                    yield replace(chunk, consumed=consumed)
            row = end


def _rows(batches: Iterator[pa.RecordBatch], source: Source) -> Iterator[dict[str, Any]]:
    import pyarrow as pa

    try:
        for batch in batches:
            try:
                yield from batch.to_pylist()
            except UnicodeDecodeError:
                columns = {name: list(map(_value, batch.column(name))) for name in batch.schema.names}
                for values in zip(*columns.values(), strict=True):
                    yield dict(zip(columns, values, strict=True))
    except (OSError, pa.ArrowException) as error:
        raise InputError(f"{source.name}: is damaged: {error}; get it again, the rest is not read") from None


def _value(scalar: pa.Scalar) -> Any:
    """The value of a cell; bytes if it, or something in it, is not valid text."""
    import pyarrow as pa

    try:
        return scalar.as_py()
    except UnicodeDecodeError:
        if isinstance(scalar, pa.DictionaryScalar | pa.ExtensionScalar):
            return _value(scalar.value)
        if isinstance(scalar, pa.StructScalar):
            return {name: _value(value) for name, value in scalar.items()}
        if hasattr(scalar, "as_buffer"):
            return scalar.as_buffer().to_pybytes()
        return list(map(_value, scalar.values))


def _cut_rows(rows: Iterable[dict[str, Any]], first: int, chunk_bytes: int) -> Iterator[RawChunk]:
    held: list[dict[str, Any]] = []
    size = 0
    for row in rows:
        held.append(row)
        size += sum(len(value) for value in row.values() if isinstance(value, str))
        if size >= chunk_bytes:
            yield RawChunk(held, Place(0, first), Place(0, first + len(held)), size, 0)
            first += len(held)
            held, size = [], 0
    if held:
        yield RawChunk(held, Place(0, first), Place(0, first + len(held)), size, 0)


def read_items(chunk: RawChunk, fields: Fields, *, max_bytes: int, to_jsonl: bool) -> list[Item]:
    """The rows of a chunk; null passes, and for a row that fails, ``raw`` is what was read of it, as JSON."""
    del to_jsonl
    first = chunk.start.records + 1
    return [_read_row(first + index, row, fields, max_bytes) for index, row in enumerate(chunk.payload)]


def _read_row(number: int, row: dict[str, Any], fields: Fields, max_bytes: int) -> Item:
    text = row[fields.text]
    if text is None:
        return Item(number, b"")
    is_text = isinstance(text, str)
    reason = too_large(text, max_bytes) if is_text else f"the column {fields.text!r} is not UTF-8"
    if reason is not None:
        raw = json.dumps(row, ensure_ascii=False, default=str).encode("utf-8")
        return Item(number, raw, failure=reason, id=_plain(row.get(fields.id)))
    known = {name: _string(row.get(getattr(fields, name))) for name in KNOWN}
    return Item(number, b"", Document(text, no_bytes, **known, id=_plain(row.get(fields.id))))


def _string(value: Any) -> str | None:
    return value if isinstance(value, str) and value else None


def _plain(value: Any) -> Any:
    """A value as JSON can hold it."""
    return value if value is None or isinstance(value, str | int | float) else str(value)


# --- writing ---------------------------------------------------------------------------------------------


def write_items(done: Sequence[Done], compression: Compression | None, *, to_jsonl: bool) -> bytes:
    """A piece of the journal with an entry for each row."""
    del compression, to_jsonl
    return write_texts(done)


def assemble(source: Source, journal: Path, target: Path, fields: Fields) -> str | None:
    """Write a Parquet file from its original and the journal of its cleaned texts."""
    import pyarrow.parquet as pq

    texts = read_journal(journal)
    with open_file(source) as file:
        schema = _result_schema(file.schema_arrow, fields)
        with target.open("wb") as sink, pq.ParquetWriter(sink, schema, **_writer_options(file.metadata)) as writer:
            is_empty = True
            for group in range(file.num_row_groups):
                table = file.read_row_group(group)
                made = _with_texts(table, list(islice(texts, table.num_rows)), schema, fields)
                if made.num_rows:
                    writer.write_table(made, row_group_size=made.num_rows)
                    is_empty = False
            if is_empty:
                # pyarrow 18 and 19 cannot read a file without row groups.
                writer.write_table(schema.empty_table())
    return None


def _result_schema(schema: pa.Schema, fields: Fields) -> pa.Schema:
    if fields.result is None or fields.result in schema.names:
        return schema
    return schema.append(schema.field(fields.text).with_name(fields.result))


def _with_texts(table: pa.Table, texts: list[Any], schema: pa.Schema, fields: Fields) -> pa.Table:
    """A table with its cleaned texts, without the rows that failed."""
    import pyarrow as pa
    import pyarrow.compute as pc

    name = fields.result or fields.text
    kind = schema.field(name).type
    changed = pa.array([text if isinstance(text, str) else None for text in texts], pa.large_string())
    # Where the text is missing, the column of the result stays as it is.
    before = [table.column(field) for field in (fields.text, name) if field in table.schema.names]
    column = pc.coalesce(changed, *(one.cast(pa.large_string(), safe=False).combine_chunks() for one in before))
    if pa.types.is_dictionary(kind):
        column = column.cast(kind.value_type).dictionary_encode()
    column = pa.nulls(len(column)) if _is_null(kind) else column.cast(kind)
    if name in table.schema.names:
        table = table.set_column(table.schema.get_field_index(name), schema.field(name), column)
    else:
        table = table.append_column(schema.field(name), column)
    if None in texts:
        table = _kept_rows(table, [text is not None for text in texts])
    return table.replace_schema_metadata(schema.metadata)


def _kept_rows(table: pa.Table, kept: list[bool]) -> pa.Table:
    """The rows that are kept, run by run: not every type of column can be filtered."""
    import pyarrow as pa

    pieces, first = [table.slice(0, 0)], 0
    for is_kept, run in groupby(kept):
        length = sum(1 for _ in run)
        if is_kept:
            pieces.append(table.slice(first, length))
        first += length
    return pa.concat_tables(pieces)


def _writer_options(metadata: pq.FileMetaData) -> dict[str, Any]:
    """How a file was written: the compression of each column, and which have a dictionary."""
    options: dict[str, Any] = {}
    if metadata.format_version in ("1.0", "2.4", "2.6"):
        options["version"] = metadata.format_version
    if metadata.num_row_groups:
        group = metadata.row_group(0)
        columns = [group.column(index) for index in range(group.num_columns)]
        options["compression"] = {
            column.path_in_schema: "NONE" if column.compression == "UNCOMPRESSED" else column.compression
            for column in columns
        }
        options["use_dictionary"] = [
            column.path_in_schema
            for column in columns
            if {"RLE_DICTIONARY", "PLAIN_DICTIONARY"} & set(column.encodings)
        ]
    return options
