"""The rows of a worksheet, with the bytes that they are made of, so that single cells can be written anew.

What comes in are the bytes of a part of a workbook, block by block; what goes out are pieces that together are those
bytes: rows with their cells, the element that names the used range, and everything between as it is.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from typing import Literal, TypeAlias
from xml.sax.saxutils import escape

from cleaner.corpus.records.xmlparts import PartError, make_parser, parsing, read_text, split_name, write_text

__all__ = ["MAX_COLUMNS", "Cell", "Dimension", "Kind", "Piece", "Row", "scan_sheet", "with_cell", "with_column"]

Kind: TypeAlias = Literal["blank", "text", "shared", "number", "boolean", "error", "date", "formula"]

# What Excel allows.
MAX_COLUMNS = 16_384
_MAX_ROWS = 1_048_576
_REFERENCE = re.compile(r"\$?([A-Za-z]{1,3})\$?([0-9]{1,7})")
_KINDS: dict[str, Kind] = {
    "s": "shared",
    "str": "text",
    "inlineStr": "text",
    "n": "number",
    "b": "boolean",
    "e": "error",
    "d": "date",
}
_ENCODINGS = ("utf-8", "us-ascii", "ascii")
_EMPTY_END = b"/>"


@dataclass(slots=True)
class Cell:
    """A cell: its column, counted from one, what it holds, and where its bytes are in those of its row.

    ``value``: the text, the number of a shared text, or the number as it is written. ``style``: its number.
    """

    column: int
    kind: Kind
    value: str
    start: int
    end: int = 0
    style: str | None = None


@dataclass(slots=True)
class Row:
    """A row: its number, counted from one, its bytes, and its cells from left to right.

    ``body`` is where the first tag ends in the bytes, ``close`` where the last one begins; both are the end of the
    bytes if there is only one tag. ``prefix``: that of the names of its elements. ``offset``: where the row ends in its
    part.
    """

    number: int
    prefix: str
    attributes: dict[str, str]
    cells: list[Cell]
    raw: bytes = b""
    body: int = 0
    close: int = 0
    offset: int = 0

    def cell(self, column: int) -> Cell | None:
        """The cell in a column; None where the row has none."""
        return next((cell for cell in self.cells if cell.column == column), None)


@dataclass(frozen=True, slots=True)
class Dimension:
    """The element that names the used range of a sheet, which readers take for its size."""

    raw: bytes
    prefix: str
    reference: str


Piece: TypeAlias = bytes | Row | Dimension


def scan_sheet(blocks: Iterable[bytes], max_bytes: int, columns: Iterable[int] = ()) -> Iterator[Piece]:
    """The pieces of a worksheet; joined, their bytes are those of the sheet.

    In ``columns``, cells that the formula of another cell fills are known as formulas too. Raises `PartError` where the
    bytes are no worksheet, or a row has more than ``max_bytes``.
    """
    scanner = _Scanner(max_bytes, columns)
    for block in blocks:
        yield from scanner.feed(block)
    yield from scanner.finish()


class _Scanner:
    """Follows the elements of a worksheet, and cuts its bytes into pieces."""

    def __init__(self, max_bytes: int, columns: Iterable[int]) -> None:
        self._max_bytes = max_bytes
        self._data = bytearray()
        self._first = 0
        # Everything before is known to be in a finished piece.
        self._seen = 0
        self._row: Row | None = None
        self._row_start = 0
        self._dimension: tuple[int, str, str] | None = None
        self._cell: Cell | None = None
        self._cell_type = "n"
        self._text: list[str] = []
        self._wanted = self._has_value = False
        self._is_phonetic = self._has_content = False
        self._last_row = 0
        # The last row of each column that a formula above fills.
        self._filled = dict.fromkeys(columns, 0)
        self._ready: list[tuple[int, int, Row | Dimension]] = []
        self._names: dict[str, tuple[str, str]] = {}
        self._parser = make_parser(self._start, self._end, self._take_text)
        self._parser.XmlDeclHandler = _check_encoding

    # --- bytes --------------------------------------------------------------------------------------------

    def feed(self, block: bytes) -> Iterator[Piece]:
        """The pieces that are finished with another block."""
        if not self._first and not self._data and b"\0" in block[:4]:
            raise PartError("is in UTF-16")
        self._data += block
        with parsing():
            self._parser.Parse(block)
        yield from self._pieces()
        held = min(self._seen, self._row_start if self._row is not None else self._seen)
        if self._dimension is not None:
            held = min(held, self._dimension[0])
        yield self._take(max(held, self._first))
        if len(self._data) > self._max_bytes:
            raise PartError(f"row {self._last_row or 1} has more than {self._max_bytes} bytes")

    def finish(self) -> Iterator[Piece]:
        """The last pieces."""
        with parsing():
            self._parser.Parse(b"", True)  # noqa: FBT003 - it takes no names
        yield from self._pieces()
        yield bytes(self._data)

    def _pieces(self) -> Iterator[Piece]:
        for start, end, piece in self._ready:
            yield self._take(start)
            raw = self._take(end)
            if isinstance(piece, Row):
                piece.raw, piece.offset = raw, end
                yield piece
            else:
                yield Dimension(raw, piece.prefix, piece.reference)
        self._ready.clear()

    def _take(self, end: int) -> bytes:
        count = end - self._first
        data = bytes(self._data[:count])
        del self._data[:count]
        self._first = end
        return data

    def _tag_end(self) -> int:
        """Where the element ends whose end is told just now; tags have no `>` before their end except in quotes."""
        at = self._parser.CurrentByteIndex
        if not self._has_content and self._data[at - self._first - 2 : at - self._first] == _EMPTY_END:
            return at
        return self._first + self._data.index(b">", at - self._first) + 1

    # --- elements -----------------------------------------------------------------------------------------

    def _start(self, name: str, attributes: dict[str, str]) -> None:
        at = self._seen = self._parser.CurrentByteIndex
        local, prefix = self._split(name)
        self._close_start_tag(at)
        if local == "row" and self._row is None:
            self._begin_row(at, prefix, attributes)
        elif local == "c" and self._row is not None:
            self._begin_cell(at, attributes)
        elif local in ("row", "c"):
            raise PartError(f"has a {local} where none can be")
        elif self._cell is not None:
            self._begin_content(local, attributes)
        elif local == "dimension" and self._row is None:
            self._dimension = (at, prefix, attributes.get("ref", ""))
        self._has_content = False

    def _end(self, name: str) -> None:
        self._seen = self._parser.CurrentByteIndex
        local, _ = self._split(name)
        if local == "c" and self._cell is not None:
            self._end_cell()
        elif local == "row" and self._row is not None:
            self._end_row()
        elif local == "dimension" and self._dimension is not None:
            start, prefix, reference = self._dimension
            self._dimension = None
            self._ready.append((start, self._tag_end(), Dimension(b"", prefix, reference)))
        elif local in ("v", "t"):
            self._wanted = False
        elif local == "rPh":
            self._is_phonetic = False
        self._has_content = True

    def _take_text(self, data: str) -> None:
        self._seen = self._parser.CurrentByteIndex
        self._close_start_tag(self._seen)
        self._has_content = True
        if self._wanted:
            self._text.append(data)

    def _split(self, name: str) -> tuple[str, str]:
        found = self._names.get(name)
        if found is None:
            found = self._names[name] = split_name(name)
        return found

    def _close_start_tag(self, at: int) -> None:
        """Note where the first tag of a row ends: where the first thing in it begins."""
        if self._row is not None and not self._row.body:
            self._row.body = at - self._row_start

    # --- rows and cells -----------------------------------------------------------------------------------

    def _begin_row(self, at: int, prefix: str, attributes: dict[str, str]) -> None:
        number = _number(attributes.get("r"), self._last_row + 1)
        if not self._last_row < number <= _MAX_ROWS:
            raise PartError(f"row {number} is not in its place")
        self._last_row = number
        self._row = Row(number, prefix, attributes, [])
        self._row_start = at

    def _end_row(self) -> None:
        assert self._row is not None
        row, at, end = self._row, self._parser.CurrentByteIndex, self._tag_end()
        row.close = at - self._row_start
        row.body = row.body or row.close
        self._ready.append((self._row_start, end, row))
        self._row = None

    def _begin_cell(self, at: int, attributes: dict[str, str]) -> None:
        assert self._row is not None
        if self._cell is not None:
            raise PartError(f"row {self._row.number} has a cell in a cell")
        cells = self._row.cells
        last = cells[-1].column if cells else 0
        reference = attributes.get("r")
        column = last + 1 if reference is None else _column(reference)
        if not last < column <= MAX_COLUMNS:
            raise PartError(f"row {self._row.number} has a cell that is not in its place")
        self._cell_type = attributes.get("t", "n")
        self._cell = Cell(column, "blank", "", at - self._row_start, style=attributes.get("s"))
        self._text.clear()
        self._wanted = self._has_value = False

    def _begin_content(self, local: str, attributes: dict[str, str]) -> None:
        assert self._cell is not None
        if local == "f":
            self._cell.kind = "formula"
            if attributes.get("ref") and attributes.get("t") in ("array", "dataTable"):
                self._fill(*_range(attributes["ref"]))
        elif local == "rPh":
            self._is_phonetic = True
        elif local in ("v", "t") and not self._is_phonetic:
            self._wanted = self._has_value = True

    def _end_cell(self) -> None:
        assert self._row is not None
        assert self._cell is not None
        cell, self._cell = self._cell, None
        cell.end = self._tag_end() - self._row_start
        cell.value = "".join(self._text)
        if self._row.number <= self._filled.get(cell.column, 0):
            cell.kind = "formula"
        if cell.kind != "formula" and self._has_value:
            cell.kind = _KINDS.get(self._cell_type, "error")
            if cell.kind == "text":
                cell.value = read_text(cell.value)
            elif not cell.value.strip():
                cell.kind = "blank"
        self._wanted = self._is_phonetic = False
        self._row.cells.append(cell)

    def _fill(self, left: int, right: int, bottom: int) -> None:
        for column, last in self._filled.items():
            if left <= column <= right:
                self._filled[column] = max(last, bottom)


def _check_encoding(_version: str, encoding: str | None, _standalone: int) -> None:
    if encoding is not None and encoding.lower() not in _ENCODINGS:
        raise PartError(f"is in {encoding[:40]}")


def _number(value: str | None, default: int) -> int:
    """A number as an attribute gives it; 0 where it is none."""
    if value is None:
        return default
    return int(value) if value.isascii() and value.isdigit() and len(value) <= len(str(_MAX_ROWS)) else 0


def _column(reference: str) -> int:
    """The number of the column in the reference of a cell; 0 where it is none."""
    found = _REFERENCE.fullmatch(reference)
    number = 0
    for letter in found[1].upper() if found else "":
        number = 26 * number + ord(letter) - ord("A") + 1
    return number


def _range(reference: str) -> tuple[int, int, int]:
    """The first column, the last column and the last row in the reference of a range; 0 where there is none."""
    first, _, last = reference.partition(":")
    found = _REFERENCE.fullmatch(last or first)
    return _column(first), _column(last or first), int(found[2]) if found else 0


# --- writing ---------------------------------------------------------------------------------------------


def with_cell(row: Row, column: int, text: str, *, style: str | None = None) -> bytes:
    """The bytes of a row with a text in one of its columns; all other cells keep their bytes.

    ``style`` is for a cell that the row does not have yet.
    """
    before = row.cell(column)
    made = _cell_bytes(row, column, text, before.style if before is not None else style)
    if before is not None:
        return row.raw[: before.start] + made + row.raw[before.end :]
    # The widest range of cells that the first tag may name need not hold any more; it need not be named either.
    attributes = {name: value for name, value in row.attributes.items() if " " not in name and name != "spans"}
    tag = row.raw[: row.body] if "spans" not in row.attributes else _open_tag(row.prefix, attributes)
    if row.close == len(row.raw):
        # A row of one empty tag.
        return _open_tag(row.prefix, attributes) + made + f"</{row.prefix}row>".encode()
    at = next((cell.start for cell in row.cells if cell.column > column), row.close)
    return tag + row.raw[row.body : at] + made + row.raw[at:]


def _open_tag(prefix: str, attributes: dict[str, str]) -> bytes:
    listed = "".join(f' {name}="{_quoted(value)}"' for name, value in attributes.items())
    return f"<{prefix}row{listed}>".encode()


def _cell_bytes(row: Row, column: int, text: str, style: str | None) -> bytes:
    p = row.prefix
    kept = "" if style is None else f' s="{_quoted(style)}"'
    return (
        f'<{p}c r="{_letters(column)}{row.number}"{kept} t="inlineStr">'
        f'<{p}is><{p}t xml:space="preserve">{write_text(text)}</{p}t></{p}is></{p}c>'
    ).encode()


def _quoted(value: str) -> str:
    return escape(value, {'"': "&quot;", "\n": "&#10;", "\r": "&#13;", "\t": "&#9;"})


def _letters(column: int) -> str:
    letters = ""
    while column:
        column, rest = divmod(column - 1, 26)
        letters = chr(ord("A") + rest) + letters
    return letters


def with_column(dimension: Dimension, column: int) -> bytes:
    """The element that names the used range, with a column in it."""
    first, _, last = dimension.reference.partition(":")
    found = _REFERENCE.fullmatch(last or first)
    if found is None or _column(last or first) >= column:
        return dimension.raw
    return f'<{dimension.prefix}dimension ref="{first}:{_letters(column)}{found[2]}"/>'.encode()
