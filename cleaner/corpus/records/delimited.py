"""CSV and TSV: one column is cleaned; all but the cells of its changed texts stays as the bytes it came in.

The header is row 1. It passes as it is, as blank rows do.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import replace

from cleaner.corpus.records.buffers import Buffer
from cleaner.corpus.records.chunks import (
    KNOWN,
    Document,
    Done,
    Fields,
    Item,
    Limits,
    Place,
    RawChunk,
    too_large,
    too_long,
)
from cleaner.corpus.records.dialect import Cell, RowError, RowScanner, first_line_end, split_cells, write_cell
from cleaner.corpus.records.encodings import AUTO, is_spoilt_by
from cleaner.corpus.records.jsonl import written_pieces
from cleaner.corpus.records.layout import HEAD_BYTES, Layout, find_layout, first_row_end
from cleaner.corpus.records.limits import QUOTED_BYTES
from cleaner.corpus.records.sources import Compression, Source
from cleaner.corpus.records.streams import Blocks, compress

__all__ = ["read_chunks", "read_items", "write_items"]

_UNCLOSED = "a quote at the beginning of one of its cells is never closed; only this line is left out"
_HAS_ESCAPED_QUOTE = b'\\"'
_ESCAPED = "; quotes in cells must be doubled, not escaped with backslashes"
_CUT_OFF = "is cut off, as the file is damaged"


# --- reading ---------------------------------------------------------------------------------------------


def read_chunks(source: Source, start: Place, limits: Limits, fields: Fields) -> Iterator[RawChunk]:
    """Chunks of whole rows, each with the layout of the file; line breaks in quoted cells end none.

    A row beyond the limit is a chunk of its own, of which only the beginning is held; so is a line with a quote that
    is never closed. Raises `InputError` where the file is no table with a column of text, or is damaged.
    """
    blocks = Blocks(source)
    buffer = Buffer(iter(blocks))
    layout = _read_layout(source, buffer, fields, is_line_buffered=limits.chunk_bytes == 1)
    if start.offset:
        blocks = Blocks(source, start.offset)
        buffer = Buffer(iter(blocks))
    cutter = _Cutter(buffer, layout, limits, has_header=not start.offset)
    place = start
    while cut := cutter.next_chunk():
        data, rows, skipped, failure = cut
        size = len(data) + skipped
        end = Place(place.offset + size, place.records + rows)
        yield RawChunk((layout, data), place, end, size, blocks.consumed, skipped, failure)
        place = end
    if buffer.damage is not None:
        raise buffer.damage


def _read_layout(source: Source, buffer: Buffer, fields: Fields, *, is_line_buffered: bool) -> Layout:
    """The layout of a file, of which the first bytes stay in the buffer; a filter waits for the header row only."""
    end = None
    while len(buffer.data) < HEAD_BYTES and not buffer.is_whole and end is None:
        buffer.fill()
        end = first_row_end(bytes(buffer.data)) if is_line_buffered else None
    if not buffer.data and buffer.damage is not None:
        raise buffer.damage
    length = min(HEAD_BYTES, end or HEAD_BYTES)
    is_whole = buffer.is_whole and len(buffer.data) <= length
    return find_layout(source, bytes(buffer.data[:length]), fields, is_whole=is_whole)


# The bytes of a chunk, how many rows they are, how many bytes were left out after them, and why they fail.
_Cut = tuple[bytes, int, int, str | None]


class _Cutter:
    """Cuts what a buffer holds into chunks of rows, whatever sizes its blocks have.

    ``has_header``: the first row is the header, which begins after a byte order mark and has a limit of its own.
    """

    def __init__(self, buffer: Buffer, layout: Layout, limits: Limits, *, has_header: bool) -> None:
        self._buffer = buffer
        self._scanner = RowScanner(layout.dialect)
        self._chunk_bytes = limits.chunk_bytes
        self._record_bytes = limits.record_bytes
        self._lead = layout.mark if has_header else 0
        self._limit = max(limits.record_bytes, HEAD_BYTES) if has_header else limits.record_bytes

    def next_chunk(self) -> _Cut | None:
        """The next chunk; None at the end."""
        buffer = self._buffer
        at = rows = 0
        while at < self._chunk_bytes:
            end = self._row_end(at)
            if end is not None and end - at <= self._limit:
                at, rows = end, rows + 1
                self._lead, self._limit = 0, self._record_bytes
            elif end is None and not buffer.is_whole and len(buffer.data) - at <= self._limit:
                buffer.fill()
            else:
                break
        if at:
            return buffer.take(at), rows, 0, None
        return self._take_bad_row() if buffer.data else None

    def _row_end(self, at: int) -> int | None:
        """Where the row at ``at`` ends; a last row that damage has cut off does not."""
        data = self._buffer.data
        end = self._scanner.row_end(data, at + self._lead, is_whole=self._buffer.is_whole)
        if end == len(data) and self._buffer.damage is not None and not data.endswith((b"\n", b"\r")):
            return None
        return end

    def _take_bad_row(self) -> _Cut:
        buffer = self._buffer
        # A row that was found to end beyond the limit is looked at again.
        end = self._row_end(0)
        if end is None and buffer.is_whole and len(buffer.data) <= self._limit:
            is_cut_off = buffer.damage is not None
            end = len(buffer.data) if is_cut_off else first_line_end(buffer.data)
            self._scanner.begin_row()
            self._lead = 0
            return buffer.take(end), 1, 0, _CUT_OFF if is_cut_off else _UNCLOSED
        return self._take_long_row(end)

    def _take_long_row(self, end: int | None) -> _Cut:
        buffer, scanner = self._buffer, self._scanner
        head = bytes(buffer.data[: min(self._limit, QUOTED_BYTES)])
        size = 0
        seen = scanner.seen + self._lead
        self._lead = 0
        while end is None and not buffer.is_whole:
            size += seen
            del buffer.data[:seen]
            scanner.drop_seen()
            buffer.fill()
            end = scanner.row_end(buffer.data, 0, is_whole=buffer.is_whole)
            seen = scanner.seen
        is_open = end is None and scanner.is_open
        end = len(buffer.data) if end is None else end
        scanner.begin_row()
        size += len(buffer.take(end))
        reason = too_long("row", size, len(head))
        return head, 1, size - len(head), f"{reason}; a quote in it is never closed" if is_open else reason


def read_items(chunk: RawChunk, fields: Fields, *, max_bytes: int, to_jsonl: bool) -> list[Item]:
    """The rows of a chunk; the header, blank rows and empty texts pass."""
    del to_jsonl
    layout, data = chunk.payload
    first = chunk.start.records + 1
    if chunk.failure is not None:
        return [Item(first, data, failure=chunk.failure)]
    items: list[Item] = []
    scanner = RowScanner(layout.dialect)
    at = 0
    while at < len(data):
        number = first + len(items)
        lead = layout.mark if number == 1 else 0
        end = scanner.row_end(data, at + lead, is_whole=True)
        assert end is not None
        row = data[at:end]
        items.append(
            _read_header(row, layout, fields) if number == 1 else _read_row(number, row, layout, fields, max_bytes)
        )
        at = end
    return items


def _read_header(row: bytes, layout: Layout, fields: Fields) -> Item:
    """The header, with the column of the result where that is new."""
    cells = split_cells(row, layout.dialect, layout.mark)
    if layout.columns.result == layout.width and fields.result is not None:
        row = _with_cell(row, cells, layout, fields.result)
    return Item(1, row)


def _read_row(number: int, row: bytes, layout: Layout, fields: Fields, max_bytes: int) -> Item:
    if not row.strip(b"\r\n"):
        return Item(number, row)
    try:
        cells, values = _read_cells(row, layout, fields)
    except RowError as error:
        return Item(number, row, failure=str(error))

    def value(column: int | None) -> str | None:
        return None if column is None else values[column] or None

    text = values[layout.columns.text]
    if reason := too_large(text, max_bytes):
        return Item(number, row, failure=reason, id=value(layout.columns.id))
    writer = _Writer(row, cells, layout)
    if not text:
        # A missing value; the row still needs a cell for the result where that is in a new column.
        return Item(number, writer(text) if layout.columns.result == layout.width else row)
    known = {name: value(getattr(layout.columns, name)) for name in KNOWN}
    encoding = layout.encoding if fields.encoding == AUTO else None
    document = Document(text, writer, **known, id=value(layout.columns.id), encoding=encoding)
    return Item(number, row, replace(document, text="", html=text) if fields.is_html else document)


def _read_cells(row: bytes, layout: Layout, fields: Fields) -> tuple[list[Cell], list[str]]:
    """The cells of a row and their values; raises `RowError` where they do not fit the header or the encoding."""
    if fields.encoding is not None and is_spoilt_by(row, layout.encoding):
        raise RowError(f"is valid UTF-8, which would be garbled if it were read in {layout.encoding}")
    if b"\0" in row:
        raise RowError(f"holds a NUL character at byte {row.index(0) + 1} of the row")
    try:
        cells = split_cells(row, layout.dialect)
    except RowError as error:
        raise _misfit(row, str(error)) from None
    if len(cells) != layout.width:
        raise _misfit(
            row, f"has {len(cells)} {'cell' if len(cells) == 1 else 'cells'}, but the header has {layout.width}"
        )
    try:
        return cells, [cell.value(row).decode(layout.encoding) for cell in cells]
    except UnicodeDecodeError as error:
        raise RowError(_wrong_bytes(row, layout.encoding, error)) from None


def _misfit(row: bytes, reason: str) -> RowError:
    """The error for a row whose cells are none, or too few or too many; some programs write them with backslashes."""
    return RowError(f"{reason}{_ESCAPED if _HAS_ESCAPED_QUOTE in row else ''}")


def _wrong_bytes(row: bytes, encoding: str, error: UnicodeDecodeError) -> str:
    """Where a row is not in its encoding; the byte is told of the row, not of the cell."""
    at = error.start
    try:
        row.decode(encoding)
    except UnicodeDecodeError as whole:
        at = whole.start
    return f"is not {encoding.upper()} at byte {at + 1} of the row; name the encoding of the file with --encoding"


# --- writing ---------------------------------------------------------------------------------------------


class _Writer:
    """Puts another text into a row; the same text gives the same row."""

    __slots__ = ("_cells", "_layout", "_row")

    def __init__(self, row: bytes, cells: list[Cell], layout: Layout) -> None:
        self._row = row
        self._cells = cells
        self._layout = layout

    def __call__(self, text: str) -> bytes:
        layout = self._layout
        column = layout.columns.text if layout.columns.result is None else layout.columns.result
        if column == layout.width:
            return _with_cell(self._row, self._cells, layout, text)
        cell = self._cells[column]
        if cell.value(self._row).decode(layout.encoding) == text:
            return self._row
        value = _encoded(text, layout)
        # A row without a single character is none for most readers.
        is_quoted = cell.is_quoted or (not value and layout.width == 1)
        made = write_cell(value, layout.dialect, is_quoted=is_quoted)
        return self._row[: cell.start] + made + self._row[cell.end :]


def _encoded(text: str, layout: Layout) -> bytes:
    """A text in the encoding of the file; letters that only references of a page stood for become references again."""
    return text.encode(layout.encoding, "xmlcharrefreplace")


def _with_cell(row: bytes, cells: list[Cell], layout: Layout, text: str) -> bytes:
    """A row with another cell at its end, quoted as that of the text is."""
    is_quoted = cells[layout.columns.text].is_quoted
    made = write_cell(_encoded(text, layout), layout.dialect, is_quoted=is_quoted)
    end = cells[-1].end
    return row[:end] + layout.dialect.delimiter + made + row[end:]


def write_items(done: Sequence[Done], compression: Compression | None, *, to_jsonl: bool) -> bytes:
    """The rows of a chunk without those that failed, as one member or frame."""
    del to_jsonl
    return compress(b"".join(written_pieces(done)), compression)
