"""How the rows of a CSV or TSV file are written: where rows and cells end, and how a cell is written back.

The standard library's csv module tells no offsets and has one limit on cells for the whole process, so rows are
found here, by its rules: a quote counts at the beginning of a cell, two inside of a quoted cell are one, and LF,
CRLF or CR outside of quotes ends the row. Text after a closing quote, which that module takes, is an error here.
"""

from __future__ import annotations

import re
from dataclasses import dataclass
from functools import cache

__all__ = ["Cell", "Dialect", "RowError", "RowScanner", "first_line_end", "split_cells", "write_cell"]

_LINE_END = re.compile(rb"\r\n|\n|\r")


class RowError(ValueError):
    """A row is not as it must be; the message says in which way."""


@dataclass(frozen=True, slots=True)
class Dialect:
    """The byte between cells, and whether cells may be quoted; if not, a quote is a character like any other."""

    delimiter: bytes = b","
    is_quoted: bool = True


@dataclass(frozen=True, slots=True)
class Cell:
    """A cell of a row: ``row[start:end]``, its quotes included where it has some."""

    start: int
    end: int
    is_quoted: bool

    def value(self, row: bytes) -> bytes:
        """What the cell holds, in the encoding of the file."""
        if self.is_quoted:
            return row[self.start + 1 : self.end - 1].replace(b'""', b'"')
        return row[self.start : self.end]


@dataclass(frozen=True, slots=True)
class _Patterns:
    """What parts of a row look like. A quoted cell without its last quote fits neither ``cell`` nor ``row``."""

    row: re.Pattern[bytes]
    cell: re.Pattern[bytes]
    plain: re.Pattern[bytes]
    quoted: re.Pattern[bytes]


@cache
def _patterns(dialect: Dialect) -> _Patterns:
    between = re.escape(dialect.delimiter)
    plain = rb"[^" + between + rb"\r\n]*+"
    quoted = rb'[^"]*+(?:""[^"]*+)*+'
    whole = rb'"' + quoted + rb'"'
    any_cell = rb"(?:" + whole + rb'|(?!"))' + plain if dialect.is_quoted else plain
    cell = rb"(?:(" + whole + rb')|(?!"))(' + plain + rb")" if dialect.is_quoted else rb"()(" + plain + rb")"
    # Whether a carriage return is all of a line end is told by the byte that follows.
    row = any_cell + rb"(?:" + between + any_cell + rb")*+(?:\r\n|\n|\r(?=[^\n]))"
    return _Patterns(*map(re.compile, (row, cell, plain, quoted)))


class RowScanner:
    """Finds the ends of rows in bytes that are read bit by bit; what was seen of a row is not looked at again.

    ``seen``: how many bytes of an unfinished row were looked at; whoever drops them says so with `drop_seen`.
    """

    def __init__(self, dialect: Dialect) -> None:
        self.seen = 0
        self._dialect = dialect
        self._patterns = _patterns(dialect)
        self._is_begun = self._is_inside = False

    @property
    def is_open(self) -> bool:
        """Whether an unfinished row stands in a quoted cell."""
        return self._is_inside

    def begin_row(self) -> None:
        """Forget what was seen of a row."""
        self.seen = 0
        self._is_begun = self._is_inside = False

    def drop_seen(self) -> None:
        """The bytes that were seen are not there any more in the next call."""
        self.seen = 0

    def row_end(self, data: bytes | bytearray, start: int, *, is_whole: bool) -> int | None:
        r"""Where the row ends that begins at ``start``; None where the bytes do not hold all of it.

        ``is_whole``: no bytes follow, so the last row needs no line end. A quote that is never closed leaves it None.

        >>> RowScanner(Dialect()).row_end(b'1,"a\nb"\n2', 0, is_whole=False)
        8
        """
        if not self._is_begun:
            if start == len(data):
                return None
            if found := self._patterns.row.match(data, start):
                return found.end()
            self._is_begun = True
            self._is_inside = self._opens(data, start)
            self.seen = int(self._is_inside)
        end = self._follow(data, start + self.seen, start, is_whole=is_whole)
        if end is not None:
            self.begin_row()
        return end

    def _opens(self, data: bytes | bytearray, at: int) -> bool:
        return self._dialect.is_quoted and data[at : at + 1] == b'"'

    def _follow(self, data: bytes | bytearray, at: int, start: int, *, is_whole: bool) -> int | None:
        """Where the row ends of which all before ``at`` was seen."""
        while True:
            found = (self._patterns.quoted if self._is_inside else self._patterns.plain).match(data, at)
            assert found is not None
            at = found.end()
            self.seen = at - start
            if at == len(data):
                return at if is_whole and not self._is_inside else None
            if at + 1 == len(data) and not is_whole and data[at : at + 1] != b"\n":
                # The byte may be the first of two that belong together.
                return None
            if self._is_inside:
                self._is_inside = False
                at += 1
            elif data[at : at + 1] == self._dialect.delimiter:
                at += 1
                self._is_inside = self._opens(data, at)
                at += self._is_inside
            else:
                return at + (2 if data[at : at + 2] == b"\r\n" else 1)


def first_line_end(data: bytes | bytearray) -> int:
    r"""Where the first line ends, quotes or not.

    >>> first_line_end(b'a,"b\r\nc')
    6
    """
    found = _LINE_END.search(data)
    return found.end() if found else len(data)


def split_cells(row: bytes, dialect: Dialect, start: int = 0) -> list[Cell]:
    r"""The cells of a row from ``start`` on; its line end belongs to none. Raises `RowError` where a quote is wrong.

    >>> row = b'1,"a ""b"" c"\r\n'
    >>> [cell.value(row) for cell in split_cells(row, Dialect())]
    [b'1', b'a "b" c']
    """
    cells: list[Cell] = []
    pattern = _patterns(dialect).cell
    at = start
    while True:
        found = pattern.match(row, at)
        if found is None:
            raise RowError(f"the quote at the beginning of cell {len(cells) + 1} is never closed")
        is_quoted = bool(found[1])
        if is_quoted and found[2]:
            raise RowError(f"cell {len(cells) + 1} goes on after its closing quote")
        cells.append(Cell(at, found.end(), is_quoted))
        at = found.end()
        if row[at : at + 1] != dialect.delimiter:
            return cells
        at += 1


def write_cell(value: bytes, dialect: Dialect, *, is_quoted: bool) -> bytes:
    """A cell with a value, quoted where it was or where it must be.

    Raises `RowError` where the value needs quotes that the file does not have.

    >>> write_cell(b'5" pipe', Dialect(), is_quoted=False), write_cell(b"a,b", Dialect(), is_quoted=False)
    (b'5" pipe', b'"a,b"')
    """
    needs = dialect.delimiter in value or _LINE_END.search(value) is not None
    if not dialect.is_quoted:
        if needs:
            raise RowError("the text needs quotes, and the cells of this file have none")
        return value
    if is_quoted or needs or value.startswith(b'"'):
        return b'"' + value.replace(b'"', b'""') + b'"'
    return value
