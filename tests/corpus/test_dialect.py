"""Rows of CSV and TSV: where they and their cells end, by the rules of the standard library's reader."""

from __future__ import annotations

import csv
import io

import pytest
from hypothesis import assume, given
from hypothesis import strategies as st

from cleaner.corpus.records.dialect import Dialect, RowError, RowScanner, first_line_end, split_cells, write_cell

COMMA = Dialect()
PLAIN = Dialect(b"\t", is_quoted=False)
CELLS = st.text('ab",;\t|\n\r é', max_size=6)
BROKEN = st.text('a",\n\r', max_size=30)


def _rows(data: bytes, dialect: Dialect, sizes: list[int] | None = None) -> list[bytes]:
    """The rows of some bytes, read in blocks of these sizes and then the rest; an open quote leaves the last row out."""
    scanner, held, rows, rest = RowScanner(dialect), bytearray(), [], data
    blocks = []
    for size in sizes or []:
        blocks.append(rest[:size])
        rest = rest[size:]
    for number, block in enumerate((*blocks, rest)):
        held += block
        is_whole = number == len(blocks)
        while held and (end := scanner.row_end(held, 0, is_whole=is_whole)) is not None:
            rows.append(bytes(held[:end]))
            del held[:end]
    return rows


def _values(row: bytes, dialect: Dialect) -> list[str]:
    return [cell.value(row).decode() for cell in split_cells(row, dialect)]


def _other_reader(text: str, delimiter: str) -> list[list[str]]:
    """What the standard library reads, a blank line as one empty cell."""
    return [row or [""] for row in csv.reader(io.StringIO(text, newline=""), delimiter=delimiter)]


@given(
    table=st.lists(st.lists(CELLS, min_size=2, max_size=4), max_size=5),
    delimiter=st.sampled_from(",;\t|"),
    quoting=st.sampled_from([csv.QUOTE_ALL, csv.QUOTE_MINIMAL, csv.QUOTE_NONNUMERIC]),
    end=st.sampled_from(["\n", "\r\n", "\r"]),
    sizes=st.lists(st.integers(1, 9), max_size=9),
)
def test_what_the_standard_library_writes_is_read(
    table: list[list[str]], delimiter: str, quoting: int, end: str, sizes: list[int]
) -> None:
    """Whatever is quoted, however lines end and in whatever blocks it is read, the cells are those that were written."""
    if quoting == csv.QUOTE_MINIMAL:
        # Before Python 3.13 the writer leaves signs of other line ends without quotes.
        assume(not any(sign in cell for row in table for cell in row for sign in "\r\n" if sign not in end))
    made = io.StringIO(newline="")
    csv.writer(made, delimiter=delimiter, quoting=quoting, lineterminator=end).writerows(table)  # type: ignore[arg-type]
    data, dialect = made.getvalue().encode(), Dialect(delimiter.encode())
    rows = _rows(data, dialect, sizes)
    assert b"".join(rows) == data
    assert [_values(row, dialect) for row in rows] == table


@given(text=BROKEN, sizes=st.lists(st.integers(1, 4), max_size=9))
def test_broken_rows_are_read_as_the_standard_library_reads_them_or_refused(text: str, sizes: list[int]) -> None:
    """Stray quotes and line ends give what the standard library gives, in any blocks; or an error that names the cell."""
    data = text.encode()
    rows = _rows(data, COMMA, sizes)
    assert rows == _rows(data, COMMA)
    assert data.startswith(b"".join(rows))
    rest = data[len(b"".join(rows)) :]
    if rest:
        with pytest.raises(RowError, match=r"is never closed|after its closing quote"):
            split_cells(rest, COMMA)
    elif any(_is_refused(row) for row in rows):
        with pytest.raises(csv.Error, match="expected after"):
            list(csv.reader(io.StringIO(text, newline=""), strict=True))
    else:
        assert [_values(row, COMMA) for row in rows] == _other_reader(text, ",")


def _is_refused(row: bytes) -> bool:
    try:
        split_cells(row, COMMA)
    except RowError:
        return True
    return False


@given(value=CELLS, is_quoted=st.booleans(), delimiter=st.sampled_from(",;\t|"))
def test_cell_is_written_so_that_it_is_read_again(value: str, is_quoted: bool, delimiter: str) -> None:
    """A cell that is written gives its value to this reader and to the standard library's."""
    dialect = Dialect(delimiter.encode())
    row = b"x" + dialect.delimiter + write_cell(value.encode(), dialect, is_quoted=is_quoted) + b"\n"
    assert _values(row, dialect) == ["x", value]
    assert _other_reader(row.decode(), delimiter) == [["x", value]]


def test_quotes_are_kept_and_made_only_where_they_must_be() -> None:
    """A quoted cell stays quoted; a plain one gets quotes for a delimiter, a line end or a quote in front."""
    assert write_cell(b"a", COMMA, is_quoted=True) == b'"a"'
    assert [write_cell(value, COMMA, is_quoted=False) for value in (b"a;b", b"a,b", b"a\rb", b'"a', b'a"')] == [
        b"a;b",
        b'"a,b"',
        b'"a\rb"',
        b'"""a"',
        b'a"',
    ]


def test_file_without_quotes_takes_them_as_they_are() -> None:
    """Where cells have no quotes a quote is a character, and what would need quotes is refused."""
    row = b'"Wow", he said\tx"y\r\n'
    assert _rows(row, PLAIN) == [row]
    assert _values(row, PLAIN) == ['"Wow", he said', 'x"y']
    assert write_cell(b'"a', PLAIN, is_quoted=False) == b'"a'
    with pytest.raises(RowError, match="needs quotes"):
        write_cell(b"a\tb", PLAIN, is_quoted=False)


def test_row_is_not_looked_at_again_while_it_grows() -> None:
    """A cell of many blocks is searched once, and what was seen of it can be dropped."""
    scanner, held = RowScanner(COMMA), bytearray(b'1,"')
    assert scanner.row_end(held, 0, is_whole=False) is None
    for _ in range(3):
        held += b"a\n" * 10
        assert scanner.row_end(held, 0, is_whole=False) is None
        assert (scanner.seen, scanner.is_open) == (len(held), True)
        held.clear()
        scanner.drop_seen()
    assert scanner.row_end(bytearray(b'",2\n3'), 0, is_whole=False) == 4
    assert (scanner.seen, scanner.is_open) == (0, False)


def test_line_end_in_two_blocks_is_one() -> None:
    """A carriage return at the end of what was read ends no row until the next byte is known."""
    assert RowScanner(COMMA).row_end(b"a\r", 0, is_whole=False) is None
    assert RowScanner(COMMA).row_end(b"a\r\n", 0, is_whole=False) == 3
    assert RowScanner(COMMA).row_end(b"a\rb", 0, is_whole=False) == 2
    assert RowScanner(COMMA).row_end(b"a\r", 0, is_whole=True) == 2
    assert first_line_end(b"a") == 1
