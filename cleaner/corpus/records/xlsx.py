"""Excel workbooks (.xlsx, .xlsm): the texts in one column of a sheet are cleaned, and everything else stays.

Only the cells of texts that change are written anew, as texts of their own; the rest of the sheet and all other parts
of the workbook keep their bytes, so nothing that another program has put in is lost. The header is the first row that
holds anything.
"""

from __future__ import annotations

import json
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from functools import partial
from itertools import islice
from pathlib import Path
from typing import Any
from zipfile import ZipFile, ZipInfo

from cleaner.corpus.records.chunks import KNOWN, Document, Done, Fields, Item, Limits, Place, RawChunk, too_large
from cleaner.corpus.records.columns import Columns, choose_table, find_columns
from cleaner.corpus.records.journal import no_bytes, read_journal, write_texts
from cleaner.corpus.records.sheets import MAX_COLUMNS, Cell, Dimension, Row, scan_sheet, with_cell, with_column
from cleaner.corpus.records.sources import Compression, Source
from cleaner.corpus.records.workbooks import Sheet, Workbook, open_workbook
from cleaner.corpus.records.xmlparts import PartError
from cleaner.errors import InputError

__all__ = ["assemble", "read_chunks", "read_items", "write_items"]

# The most rows of a chunk: many may be blank.
_CHUNK_ROWS = 4096
# The most bytes of a row of a sheet, as it is written there.
_MAX_ROW = 256 << 20
# A part that may become longer than 4 GB has another header in a zip file.
_LONG_PART = 1 << 30
_CHANGED = "has changed while it was read; begin again"


@dataclass(frozen=True, slots=True)
class _Table:
    """A sheet with a column of text: the row of the header, the names of the columns, and which hold what."""

    sheet: Sheet
    header: int
    names: list[str]
    columns: Columns

    def numbers(self) -> list[int]:
        """The columns that are read, counted from one."""
        return [
            getattr(self.columns, name) + 1 for name in ("text", "result") if getattr(self.columns, name) is not None
        ]


@dataclass(frozen=True, slots=True)
class _Read:
    """What was read of a row; ``text`` is None where its cell is blank."""

    number: int
    text: str | None
    failure: str | None
    known: dict[str, Any]


# --- reading ---------------------------------------------------------------------------------------------


def read_chunks(source: Source, start: Place, limits: Limits, fields: Fields) -> Iterator[RawChunk]:
    """Chunks of rows below the header, of the columns that cleaning needs."""
    with open_workbook(source) as book:
        book.verify()
        table = _find_table(source, book, fields)
        rows = islice(_rows(book, table), start.records, None)
        assert source.path is not None
        share = source.path.stat().st_size / max(1, book.size(table.sheet.part))
        held: list[_Read] = []
        size, place = 0, start
        for row in rows:
            read = _read_row(book, row, table.columns)
            held.append(read)
            size += len(read.text or "")
            if size >= limits.chunk_bytes or len(held) >= _CHUNK_ROWS:
                end = Place(0, place.records + len(held))
                yield RawChunk(held, place, end, size, int(share * row.offset))
                held, size, place = [], 0, end
        if held:
            yield RawChunk(held, place, Place(0, place.records + len(held)), size, 0)


def _rows(book: Workbook, table: _Table) -> Iterator[Row]:
    """The rows of a sheet below its header."""
    for piece in scan_sheet(book.blocks(table.sheet.part), _MAX_ROW, table.numbers()):
        if isinstance(piece, Row) and piece.number > table.header:
            yield piece


def _find_table(source: Source, book: Workbook, fields: Fields) -> _Table:
    """The sheet to clean; raises `InputError` where it cannot be told which one."""
    sheets = {sheet.name: sheet for sheet in book.sheets}
    headers = {name: header for name, sheet in sheets.items() if (header := _header(book, sheet)) is not None}
    name = choose_table(source, {name: names for name, (_, names) in headers.items()}, fields, what="sheet")
    number, names = headers[name]
    return _Table(sheets[name], number, names, find_columns(source, names, fields))


def _header(book: Workbook, sheet: Sheet) -> tuple[int, list[str]] | None:
    """The number of the first row of a sheet that holds anything, and what is in it; None where there is none."""
    for piece in scan_sheet(book.blocks(sheet.part), _MAX_ROW):
        if isinstance(piece, Row):
            values = {cell.column: str(_value(book, cell) or "") for cell in piece.cells}
            if any(values.values()):
                last = max(column for column, value in values.items() if value)
                return piece.number, [values.get(column, "") for column in range(1, last + 1)]
    return None


def _value(book: Workbook, cell: Cell | None) -> Any:
    """What a cell holds, None where it is blank; of a formula, what it gave when it was last calculated."""
    if cell is None or cell.kind == "blank":
        return None
    if cell.kind == "shared":
        return book.strings[int(cell.value)]
    if cell.kind == "number":
        try:
            value = float(cell.value)
            return int(value) if value.is_integer() else value
        except (ValueError, OverflowError):
            return cell.value
    return cell.value


def _read_row(book: Workbook, row: Row, columns: Columns) -> _Read:
    def cell(column: int | None) -> Cell | None:
        return None if column is None else row.cell(column + 1)

    values = {name: _value(book, cell(getattr(columns, name))) for name in (*KNOWN, "id")}
    text, result = cell(columns.text), cell(columns.result)
    value = _value(book, text)
    failure = None
    if text is not None and text.kind not in ("text", "shared", "blank"):
        failure = f"the cell holds a {text.kind}, not a text, and stays as it is"
    elif result is not None and result.kind == "formula":
        failure = "the cell of the result holds a formula, and stays as it is"
    return _Read(row.number, None if value in ("", None) else str(value), failure, values)


def read_items(chunk: RawChunk, fields: Fields, *, max_bytes: int, to_jsonl: bool) -> list[Item]:
    """The rows of a chunk; those without a text pass."""
    del to_jsonl
    return [_item(read, fields, max_bytes) for read in chunk.payload]


def _item(read: _Read, fields: Fields, max_bytes: int) -> Item:
    failure = read.failure
    if failure is None and read.text is not None:
        failure = too_large(read.text, max_bytes)
    if failure is not None:
        raw = {fields.text: read.text, **{name: value for name, value in read.known.items() if value is not None}}
        return Item(read.number, json.dumps(raw).encode("ascii"), failure=failure, id=read.known.get("id"))
    if read.text is None:
        return Item(read.number, b"")
    known = {name: str(read.known[name]) if read.known[name] else None for name in KNOWN}
    return Item(read.number, b"", Document(read.text, no_bytes, **known, id=read.known["id"]))


# --- writing ---------------------------------------------------------------------------------------------


def write_items(done: Sequence[Done], compression: Compression | None, *, to_jsonl: bool) -> bytes:
    """A piece of the journal with an entry for each row."""
    del compression, to_jsonl
    return write_texts(done)


def assemble(source: Source, journal: Path, target: Path, fields: Fields) -> str | None:
    """Write a workbook from its original and the journal of its cleaned texts; rows that failed stay as they are."""
    with open_workbook(source) as book, ZipFile(target, "w") as made:
        made.comment = book.comment
        is_long = sum(info.file_size for info in book.members) > _LONG_PART
        table = _find_table(source, book, fields)
        for info in book.members:
            pieces = book.blocks(info)
            if info.filename.lower() == table.sheet.part.lower():
                pieces = _patched(source, book, table, read_journal(journal), fields)
            with made.open(_new_info(info), "w", force_zip64=is_long) as part:
                for piece in pieces:
                    part.write(piece)
    return None


def _new_info(info: ZipInfo) -> ZipInfo:
    """The description of a part, of which all but its sizes and its place are those of the original."""
    made = ZipInfo(info.filename, info.date_time)
    for name in ("compress_type", "comment", "create_system", "external_attr", "internal_attr"):
        setattr(made, name, getattr(info, name))
    return made


def _patched(source: Source, book: Workbook, table: _Table, entries: Iterator[Any], fields: Fields) -> Iterator[bytes]:
    """The bytes of a sheet with its cleaned texts."""
    column = table.columns.text + 1
    is_new = table.columns.result == len(table.names)
    if table.columns.result is not None:
        column = _widest(book, table) + 1 if is_new else table.columns.result + 1
    if column > MAX_COLUMNS:
        raise PartError("has no column left for the result")
    write = partial(_with_result, book, table, column)
    for piece in scan_sheet(book.blocks(table.sheet.part), _MAX_ROW, table.numbers()):
        if isinstance(piece, bytes):
            yield piece
        elif isinstance(piece, Dimension):
            yield with_column(piece, column)
        elif piece.number == table.header and is_new and fields.result is not None:
            text = piece.cell(table.columns.text + 1)
            yield with_cell(piece, column, fields.result, style=None if text is None else text.style)
        elif piece.number <= table.header:
            yield piece.raw
        else:
            entry = next(entries, entries)
            if entry is entries:
                raise InputError(f"{source.name}: {_CHANGED}")
            yield write(piece, entry)
    if next(entries, entries) is not entries:
        raise InputError(f"{source.name}: {_CHANGED}")


def _widest(book: Workbook, table: _Table) -> int:
    """The last column of a sheet in which any row has a cell."""
    pieces = scan_sheet(book.blocks(table.sheet.part), _MAX_ROW)
    return max((piece.cells[-1].column for piece in pieces if isinstance(piece, Row) and piece.cells), default=0)


def _with_result(book: Workbook, table: _Table, column: int, row: Row, entry: Any) -> bytes:
    """The bytes of a row with its cleaned text; ``entry`` is what the journal says of it."""
    before = row.cell(table.columns.text + 1)
    if entry is True and table.columns.result is not None:
        entry = _value(book, before) or None
    if not isinstance(entry, str):
        return row.raw
    result = row.cell(column)
    if result is not None and result.kind in ("text", "shared") and _value(book, result) == entry:
        return row.raw
    return with_cell(row, column, entry, style=None if before is None else before.style)
