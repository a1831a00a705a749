"""How a CSV or TSV file is laid out: its encoding, its dialect and its columns, found from its first bytes."""

from __future__ import annotations

import codecs
import re
from collections.abc import Iterator
from dataclasses import dataclass
from functools import cache

from cleaner.corpus.records.chunks import Fields
from cleaner.corpus.records.columns import Columns, find_columns, text_column, wanted_texts
from cleaner.corpus.records.dialect import Cell, Dialect, RowError, RowScanner, first_line_end, split_cells
from cleaner.corpus.records.encodings import AUTO, detect_encoding, is_spoilt_by
from cleaner.corpus.records.sources import Source
from cleaner.corpus.records.streams import Blocks
from cleaner.errors import InputError

__all__ = ["HEAD_BYTES", "Layout", "find_layout", "first_row_end", "is_surely_table"]

# How much of a file tells its dialect, and the longest header row.
HEAD_BYTES = 1 << 16
_SURE_NAMES = ("text", "body", "content", "article")
_SURE_ROWS = 2
_MANY_ROWS = 5
_MANY_COLUMNS = 3
# A name as programs give them to columns: a word or several, joined by underscores, points or hyphens.
_PLAIN_NAME = re.compile(r"\w[\w.:-]{0,40}", re.ASCII)
_DELIMITERS = (b",", b";", b"\t", b"|")
_SEPARATOR_LINE = re.compile(rb'"?sep=([\t !#-/:-@\[-`{-~])"?\r?\n', re.IGNORECASE)
_WIDE_MARKS = (codecs.BOM_UTF16_LE, codecs.BOM_UTF16_BE, codecs.BOM_UTF32_BE)


@dataclass(frozen=True, slots=True)
class Layout:
    """What is needed to read the rows of a file: how it is written, and which columns hold what.

    ``width``: how many cells a row has. ``mark``: how many bytes come before the header row, which are a byte order
    mark and the line ``sep=;`` that tells Excel what is between the cells.
    """

    dialect: Dialect
    encoding: str
    mark: int
    width: int
    columns: Columns


@dataclass(frozen=True, slots=True)
class _Reading:
    """What the first bytes are in one dialect: the names of the columns, and how well the rows fit them.

    ``fits``: the share of the rows that have as many cells as the header. ``good`` and ``bad``: cells with quotes at
    both ends, and rows in which a quote is wrong.
    """

    dialect: Dialect
    names: list[str]
    rows: int
    fits: float
    good: int
    bad: int

    def rank(self, wanted: tuple[str, ...]) -> tuple[bool, bool, float, int]:
        """How likely this is how the file is meant; the highest wins."""
        has_text = text_column(self.names, wanted) is not None
        return has_text, len(self.names) > 1 and 2 * self.fits >= 1, self.fits, len(self.names)


def find_layout(source: Source, head: bytes, fields: Fields, *, is_whole: bool) -> Layout:
    """The layout of a file that begins with ``head``; ``is_whole``: there is no more of it.

    Raises `InputError` where the bytes are no table with a header row and a column of text.
    """
    encoding, mark = _encoding_of(source, head, fields.encoding)
    if fields.encoding is not None and is_spoilt_by(_whole_rows(head, is_whole=is_whole), encoding):
        raise InputError(
            f"{source.name}: is valid UTF-8, which would be garbled if it were read in {fields.encoding}; "
            "use --encoding auto, or no --encoding for it"
        )
    mark, told = _after_separator(head, mark)
    if not head[mark:].strip():
        raise InputError(f"{source.name}: is empty; a table needs a header row")
    wanted = wanted_texts(fields)
    readings = [
        _best_reading(head, mark, encoding, delimiter, is_whole=is_whole)
        for delimiter in _delimiters(source, fields.delimiter or told, encoding)
    ]
    found = [reading for reading in readings if reading is not None]
    if not found:
        raise InputError(f"{source.name}: {_no_header(head, encoding)}")
    best = max(found, key=lambda one: one.rank(wanted))
    columns = find_columns(source, best.names, fields)
    return Layout(best.dialect, encoding, mark, len(best.names), columns)


def _delimiters(source: Source, given: str | None, encoding: str) -> list[bytes]:
    """What may be between the cells; raises `InputError` where the encoding has no bytes of its own for any."""
    if given is not None:
        possible = [given.encode("ascii")]
    else:
        possible = [b"\t"] if source.format == "tsv" else list(_DELIMITERS)
    plain = [delimiter for delimiter in possible if _has_plain_bytes(encoding, delimiter)]
    if not plain:
        raise InputError(
            f"{source.name}: a table in {encoding} cannot be read, as its letters may hold the bytes that part "
            f"cells and rows; convert it to UTF-8 first (iconv -f {encoding} -t UTF-8)"
        )
    return plain


def _no_header(head: bytes, encoding: str) -> str:
    """Why the first bytes are no header row, and what to do."""
    line = head[: first_line_end(head)]
    if b"\0" in line:
        return "holds NUL characters in its header row; give a table, or convert it to UTF-8 first"
    try:
        line.decode(encoding)
    except UnicodeDecodeError as error:
        where = f"at byte {error.start + 1} (0x{line[error.start]:02X})"
        return f"is not valid {encoding.upper()} {where}; name its encoding with --encoding, for example cp1252"
    return f"has no header row in its first {HEAD_BYTES} bytes; a table needs one, with quotes that are closed"


def is_surely_table(data: bytes) -> bool:
    r"""Whether bytes are a table that nobody would take for a text.

    All rows have as many cells as the header, each name stands once, and there is a column with one of the usual
    names of a text and two rows, or there are three columns with names as programs give them and five rows.

    >>> is_surely_table(b"id,text\n1,a\n2,b\n"), is_surely_table(b"Text, body\nand more, too\n")
    (True, False)
    """
    mark, _ = _after_separator(data, _after_mark(data))
    head = data[: mark + HEAD_BYTES]
    is_whole = len(head) == len(data)
    for dialect in map(Dialect, _DELIMITERS):
        # The header of a text is hardly ever one of a table, so that the other rows need not be looked at.
        header = next(_rows(head[mark:], dialect, is_whole=is_whole), b"")
        least = _rows_to_be_sure(_names(header, _cells_or_none(header, dialect), "utf-8") or [])
        if least is None:
            continue
        reading = _reading(head, mark, "utf-8", dialect, is_whole=is_whole)
        if reading is not None and reading.rows >= least and reading.fits == 1:
            return True
    return False


def _rows_to_be_sure(names: list[str]) -> int | None:
    """How many rows below these names make a table of them; None where none do."""
    if len(names) < 2 or len(set(names)) < len(names):
        return None
    if set(_SURE_NAMES) & set(names):
        return _SURE_ROWS
    return _MANY_ROWS if len(names) >= _MANY_COLUMNS and all(map(_PLAIN_NAME.fullmatch, names)) else None


# --- the encoding ----------------------------------------------------------------------------------------


def _encoding_of(source: Source, head: bytes, given: str | None) -> tuple[str, int]:
    """The encoding of a file, and how many bytes its byte order mark has."""
    if given == AUTO:
        given = _found_encoding(source, head)
    encoding = codecs.lookup(given or "utf-8").name.removesuffix("-sig")
    if head.startswith(_WIDE_MARKS) or encoding.startswith(("utf-16", "utf-32")):
        raise InputError(
            f"{source.name}: tables in UTF-16 or UTF-32 cannot be read; convert it to UTF-8 first "
            "(iconv -f UTF-16 -t UTF-8)"
        )
    mark = len(codecs.BOM_UTF8) if encoding == "utf-8" and head.startswith(codecs.BOM_UTF8) else 0
    return encoding, mark


def _found_encoding(source: Source, head: bytes) -> str | None:
    """The encoding of a file that nobody has named: of all of it, where it can be read twice, or of its first bytes."""
    if head.startswith(_WIDE_MARKS):
        return None
    decoder = codecs.getincrementaldecoder("utf-8")()
    blocks = [head] if source.path is None or not source.path.is_file() else Blocks(source)
    before = b""
    for block in blocks:
        try:
            decoder.decode(block)
        except UnicodeDecodeError:
            # The blocks may begin and end within a letter, but no line does.
            lines = before[before.find(b"\n") + 1 :] + block
            found = detect_encoding(_whole_rows(lines, is_whole=False) or lines)
            if found is None:
                raise InputError(f"{source.name}: its encoding cannot be found out; name it with --encoding") from None
            return found
        before = block
    return None


def _whole_rows(head: bytes, *, is_whole: bool) -> bytes:
    """The first bytes without a last row that is cut off."""
    return head if is_whole else head[: head.rfind(b"\n") + 1]


@cache
def _has_plain_bytes(encoding: str, delimiter: bytes) -> bool:
    """Whether the signs that part cells and rows are their ASCII bytes, and no part of any other character."""
    signs = delimiter + b'"\r\n'
    others = "".join(map(chr, (*range(0x80, 0xD800), *range(0xE000, 0x10000))))
    try:
        is_ascii = signs.decode("ascii").encode(encoding) == signs
        return is_ascii and not set(others.encode(encoding, "ignore")) & set(signs)
    except (UnicodeError, LookupError):
        return False


# --- the dialect -----------------------------------------------------------------------------------------


def first_row_end(head: bytes) -> int | None:
    """Where the first row ends, whatever is between the cells; None where more bytes are needed."""
    start, _ = _after_separator(head, _after_mark(head))
    ends = (RowScanner(Dialect(delimiter)).row_end(head, start, is_whole=False) for delimiter in _DELIMITERS)
    found = [end for end in ends if end is not None]
    return max(found) if len(found) == len(_DELIMITERS) else None


def _after_mark(head: bytes) -> int:
    return len(codecs.BOM_UTF8) if head.startswith(codecs.BOM_UTF8) else 0


def _after_separator(head: bytes, mark: int) -> tuple[int, str | None]:
    """Where the header row begins, and what the line before it says to be between the cells, if there is one."""
    found = _SEPARATOR_LINE.match(head, mark)
    return (mark, None) if found is None else (found.end(), found[1].decode("ascii", "replace"))


def _best_reading(head: bytes, mark: int, encoding: str, delimiter: bytes, *, is_whole: bool) -> _Reading | None:
    """The reading with one delimiter: with quotes, unless more of them are wrong than right and it is better without."""
    quoted = _reading(head, mark, encoding, Dialect(delimiter), is_whole=is_whole)
    plain = _reading(head, mark, encoding, Dialect(delimiter, is_quoted=False), is_whole=is_whole)
    if quoted is None or plain is None:
        return quoted or plain
    is_plain = quoted.bad > quoted.good and plain.fits > quoted.fits and plain.names == quoted.names
    return plain if is_plain else quoted


def _reading(head: bytes, mark: int, encoding: str, dialect: Dialect, *, is_whole: bool) -> _Reading | None:
    names: list[str] | None = None
    rows = fitting = good = bad = 0
    for row in _rows(head[mark:], dialect, is_whole=is_whole):
        cells = _cells_or_none(row, dialect)
        if names is None:
            names = _names(row, cells, encoding)
            if names is None:
                return None
        elif row.strip(b"\r\n"):
            rows += 1
            bad += cells is None
            fitting += cells is not None and len(cells) == len(names)
            good += sum(cell.is_quoted for cell in cells or ())
    return None if names is None else _Reading(dialect, names, rows, fitting / rows if rows else 1.0, good, bad)


def _rows(head: bytes, dialect: Dialect, *, is_whole: bool) -> Iterator[bytes]:
    scanner = RowScanner(dialect)
    at = 0
    while at < len(head) and (end := scanner.row_end(head, at, is_whole=is_whole)) is not None:
        yield head[at:end]
        at = end


def _cells_or_none(row: bytes, dialect: Dialect) -> list[Cell] | None:
    try:
        return split_cells(row, dialect)
    except RowError:
        return None


def _names(row: bytes, cells: list[Cell] | None, encoding: str) -> list[str] | None:
    """The names of the columns in a header row; None where it cannot be one."""
    if cells is None or not row.strip() or b"\0" in row:
        return None
    try:
        return [cell.value(row).decode(encoding) for cell in cells]
    except UnicodeError:
        return None
