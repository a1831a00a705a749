"""SQLite: the texts in one column of a table are cleaned; the database, and everything else in it, stays.

The result is a copy of the database in which the texts are replaced, or a column is added. Rows are known by their
keys, and a text is only replaced while it is still the one that was read, since other programs may write meanwhile.
"""

from __future__ import annotations

import hashlib
import json
import sqlite3
from collections.abc import Iterator, Sequence
from contextlib import closing
from dataclasses import dataclass, replace
from itertools import islice
from pathlib import Path
from typing import Any

from cleaner.corpus.records.chunks import KNOWN, Document, Done, Fields, Item, Limits, Place, RawChunk, too_large
from cleaner.corpus.records.columns import Columns, choose_table, find_columns
from cleaner.corpus.records.databases import (
    is_write_ahead,
    new_database,
    open_database,
    quoted,
    set_write_ahead,
)
from cleaner.corpus.records.journal import no_bytes, read_journal, write_entries
from cleaner.corpus.records.sources import Compression, Source
from cleaner.errors import InputError

__all__ = ["Row", "assemble", "read_chunks", "read_items", "update", "write_items"]

# The most rows of a chunk: many may hold no text.
_CHUNK_ROWS = 4096
# How many pages of a database are copied, and how many rows of a copy are written, at once.
_PAGES = 4096
_ROWS_AT_ONCE = 4096
# The least bytes of a row in a file. Where pages lead back to each other, reading would never end.
_LEAST_ROW = 4
_ROW_NUMBERS = ("rowid", "_rowid_", "oid")
_OTHERS = {
    "view": "is a view; name the table that it shows",
    "virtual": "is a virtual table; name the table that its texts come from",
    "shadow": "belongs to a virtual table; name the table that its texts come from",
}
_HOLDS = {"integer": "a number", "real": "a number", "blob": "bytes"}


@dataclass(frozen=True, slots=True)
class _Table:
    """A table with a column of text; ``keys``: what tells its rows apart, as it stands in SQL."""

    name: str
    names: list[str]
    keys: list[str]
    columns: Columns

    @property
    def text(self) -> str:
        """The column of the text, as it stands in SQL."""
        return quoted(self.names[self.columns.text])


@dataclass(frozen=True, slots=True)
class Row(Item):
    """A row: what tells it apart, and whether the result goes into a column of its own."""

    key: tuple[Any, ...] = ()
    has_result: bool = False


@dataclass(frozen=True, slots=True)
class _Read:
    """What was read of a row; ``kind``: what SQLite calls the type of its text."""

    key: tuple[Any, ...]
    kind: str
    text: str | None
    size: int
    known: dict[str, Any]


# --- reading ---------------------------------------------------------------------------------------------


def read_chunks(source: Source, start: Place, limits: Limits, fields: Fields) -> Iterator[RawChunk]:
    """Chunks of rows in the order of their keys, of the columns that cleaning needs.

    No lock is held between two chunks.
    """
    with open_database(source) as connection:
        table = _find_table(source, connection, fields)
        first, most = _range(connection, table)
        place, last = start, _key_before(connection, table, start.records)
        while held := _read_rows(connection, table, last, limits):
            end, last = Place(0, place.records + len(held)), held[-1].key
            file_bytes = _check_number(source, end.records)
            size = sum(read.size for read in held)
            yield RawChunk(held, place, end, size, file_bytes * (last[0] - first) // (most - first) if most else 0)
            place = end


def _range(connection: sqlite3.Connection, table: _Table) -> tuple[int, int]:
    """The first number of a row, and one beyond the last; zeros where rows have none, or there are none."""
    if table.keys[0] not in _ROW_NUMBERS:
        return 0, 0
    query = f"SELECT min({table.keys[0]}), max({table.keys[0]}) + 1 FROM {quoted(table.name)}"
    first, most = connection.execute(query).fetchone()
    return first or 0, most or 0


def _check_number(source: Source, records: int) -> int:
    """How many bytes a database has; raises `InputError` where they cannot be that many rows."""
    assert source.path is not None
    files = (source.path, Path(f"{source.path}-wal"))
    file_bytes = sum(file.stat().st_size for file in files if file.exists())
    if records * _LEAST_ROW > file_bytes:
        raise InputError(
            f"{source.name}: is damaged: it has more rows than its bytes can hold; get it again, or recover it with: "
            "sqlite3 FILE .recover"
        )
    return file_bytes


def _key_before(connection: sqlite3.Connection, table: _Table, records: int) -> tuple[Any, ...]:
    """The key of the last of some rows; an empty one where there are none."""
    if not records:
        return ()
    keys = ", ".join(table.keys)
    query = f"SELECT {keys} FROM {quoted(table.name)} ORDER BY {keys} LIMIT 1 OFFSET ?"
    return tuple(connection.execute(query, (records - 1,)).fetchone() or ())


def _read_rows(connection: sqlite3.Connection, table: _Table, last: tuple[Any, ...], limits: Limits) -> list[_Read]:
    """The rows of a chunk: those after the one with the key ``last``."""
    keys, text = ", ".join(table.keys), table.text
    numbers = {name: getattr(table.columns, name) for name in (*KNOWN, "id")}
    known = {name: quoted(table.names[number]) for name, number in numbers.items() if number is not None}
    size = f"length(CAST({text} AS BLOB))"
    held_text = f"CASE WHEN typeof({text}) = 'text' AND {size} <= {limits.record_bytes} THEN {text} END"
    wanted = ", ".join([keys, f"typeof({text})", held_text, f"coalesce({size}, 0)", *known.values()])
    after = f"WHERE ({keys}) > ({', '.join('?' * len(last))})" if last else ""
    query = f"SELECT {wanted} FROM {quoted(table.name)} {after} ORDER BY {keys}"
    held: list[_Read] = []
    total = 0
    width = len(table.keys)
    with closing(connection.execute(query, last)) as rows:
        for row in islice(rows, _CHUNK_ROWS):
            kind, value, length, *others = row[width:]
            held.append(_Read(row[:width], kind, value, length, dict(zip(known, others, strict=True))))
            total += length
            if total >= limits.chunk_bytes:
                break
    return held


def _find_table(source: Source, connection: sqlite3.Connection, fields: Fields) -> _Table:
    """The table to clean; raises `InputError` where it cannot be told which one."""
    query = (
        "SELECT name, type, wr FROM pragma_table_list WHERE schema = 'main' AND name NOT LIKE 'sqlite\\_%' ESCAPE '\\'"
    )
    kinds = {name: (kind, is_bare) for name, kind, is_bare in connection.execute(query)}
    given = None if fields.table is None else _same_name(fields.table, list(kinds))
    if given in kinds and (reason := _OTHERS.get(kinds[given][0])) is not None:
        raise InputError(f"{source.name}: {given} {reason} with --table")
    tables = {name: _columns(connection, name) for name, (kind, _) in sorted(kinds.items()) if kind == "table"}
    listed = {name: [column for column, *_ in columns] for name, columns in tables.items()}
    alike = {name: _alike(columns, fields.text) for name, columns in listed.items()}
    name = choose_table(source, alike, replace(fields, table=given), what="table")
    names = listed[name]
    columns = find_columns(source, names, _same_names(fields, names))
    for column in (columns.text, columns.result):
        if column is not None and column < len(names) and tables[name][column][2]:
            raise InputError(f"{source.name}: {names[column]} is computed from other columns; name another one")
    if columns.result is not None and columns.result < len(names) and tables[name][columns.result][1]:
        raise InputError(f"{source.name}: {names[columns.result]} tells the rows apart; name another --result-field")
    return _Table(name, names, _keys(source, name, tables[name], is_bare=bool(kinds[name][1])), columns)


def _columns(connection: sqlite3.Connection, table: str) -> list[tuple[str, int, bool]]:
    """The columns of a table: the name, the place in the primary key, and whether it is computed."""
    query = "SELECT name, pk, hidden FROM pragma_table_xinfo(?)"
    return [(name, place, hidden > 1) for name, place, hidden in connection.execute(query, (table,))]


def _keys(source: Source, table: str, columns: list[tuple[str, int, bool]], *, is_bare: bool) -> list[str]:
    if is_bare:
        return [quoted(name) for name, place, _ in sorted(columns, key=lambda one: one[1]) if place]
    taken = {name.lower() for name, *_ in columns}
    free = [name for name in _ROW_NUMBERS if name not in taken]
    if not free:
        raise InputError(f"{source.name}: {table} has columns called {', '.join(_ROW_NUMBERS)}; rename one of them")
    return free[:1]


def _same_names(fields: Fields, names: list[str]) -> Fields:
    """The fields as the columns are called: SQLite takes no notice of the case of letters."""
    own, result = _same_name(fields.id, names), _same_name(fields.result or "", names)
    known: dict[str, Any] = {name: _same_name(getattr(fields, name), names) for name in ("text", *KNOWN)}
    return replace(fields, **known, id=own, result=result or None)


def _alike(names: list[str], wanted: str) -> list[str]:
    return [wanted if name.lower() == wanted.lower() and wanted not in names else name for name in names]


def _same_name(given: str, names: list[str]) -> str:
    if given in names:
        return given
    return next((name for name in names if name.lower() == given.lower()), given)


def read_items(chunk: RawChunk, fields: Fields, *, max_bytes: int, to_jsonl: bool) -> list[Item]:
    """The rows of a chunk; those whose text is null pass."""
    del to_jsonl
    first = chunk.start.records + 1
    return [_item(first + index, read, fields, max_bytes) for index, read in enumerate(chunk.payload)]


def _item(number: int, read: _Read, fields: Fields, max_bytes: int) -> Row:
    failure = _failure(read, max_bytes)
    if failure is not None:
        raw = {"key": read.key, fields.text: read.text, **read.known}
        return Row(number, json.dumps(raw, default=bytes.hex).encode("ascii"), failure=failure, id=_identifier(read))
    if read.text is None:
        return Row(number, b"")
    values = {name: read.known.get(name) for name in KNOWN}
    known = {name: value if isinstance(value, str) and value else None for name, value in values.items()}
    document = Document(read.text, no_bytes, **known, id=_identifier(read))
    return Row(number, b"", document, key=read.key, has_result=fields.result is not None)


def _identifier(read: _Read) -> Any:
    own = read.known.get("id")
    return own.hex() if isinstance(own, bytes) else own


def _failure(read: _Read, max_bytes: int) -> str | None:
    """Why the text of a row cannot be cleaned; None if it can, or there is none."""
    if read.kind in _HOLDS:
        return f"the column holds {_HOLDS[read.kind]}, not a text, and stays as it is"
    if read.kind == "null":
        return None
    if read.text is None:
        return f"the text has {read.size} bytes, too many to hold in memory"
    if not all(_is_utf8(value) for value in (read.text, *read.key) if isinstance(value, str)):
        return "the text or its key is not UTF-8"
    return too_large(read.text, max_bytes)


def _is_utf8(text: str) -> bool:
    try:
        text.encode("utf-8")
    except UnicodeEncodeError:
        return False
    return True


# --- writing ---------------------------------------------------------------------------------------------


def write_items(done: Sequence[Done], compression: Compression | None, *, to_jsonl: bool) -> bytes:
    """A piece of the journal with an entry for each row to write: its key, the digest of its text, and the new one."""
    del compression, to_jsonl
    return write_entries([entry for item, text in done if (entry := _entry(item, text)) is not None])


def _entry(item: Item, text: str | None) -> list[Any] | None:
    assert isinstance(item, Row)
    if item.document is None or text is None or (text == item.document.text and not item.has_result):
        return None
    key = [{"bytes": value.hex()} if isinstance(value, bytes) else value for value in item.key]
    return [key, _digest(item.document.text), text]


def _digest(text: str) -> str:
    return hashlib.blake2b(text.encode("utf-8", "surrogateescape"), digest_size=8).hexdigest()


def assemble(source: Source, journal: Path, target: Path, fields: Fields) -> str | None:
    """Write a database from its original and the journal of its cleaned texts; rows that failed stay as they are."""
    assert source.path is not None
    with open_database(source) as original:
        table = _find_table(source, original, fields)
        is_logged = is_write_ahead(source.path)
        # One moment of the database is copied, whatever is written to it meanwhile.
        original.execute("BEGIN")
        original.execute("SELECT 1 FROM sqlite_schema").fetchall()
        with new_database(target) as copy:
            original.backup(copy, pages=_PAGES, progress=lambda *_: None)
            original.execute("ROLLBACK")
            copy.execute("PRAGMA journal_mode = MEMORY")
            left_out = _write_texts(copy, table, journal, fields, at_once=_ROWS_AT_ONCE)
            _check_whole(source, copy)
    if is_logged:
        set_write_ahead(target)
    return left_out


def _check_whole(source: Source, copy: sqlite3.Connection) -> None:
    """Refuse a result that is not whole: some damage of the original shows only after a change."""
    if copy.execute("PRAGMA integrity_check(1)").fetchall() != [("ok",)]:
        raise InputError(
            f"{source.name}: is damaged, which shows only when it is changed; recover it with: "
            f"sqlite3 {source.name} .recover | sqlite3 NEW.sqlite"
        )


def update(source: Source, journal: Path, fields: Fields) -> str | None:
    """Write the cleaned texts into the database itself, all in one transaction; returns what `assemble` does."""
    with open_database(source, to_write=True) as connection:
        return _write_texts(connection, _find_table(source, connection, fields), journal, fields, at_once=None)


def _write_texts(
    connection: sqlite3.Connection, table: _Table, journal: Path, fields: Fields, *, at_once: int | None
) -> str | None:
    """Write the texts of a journal; returns which could not be written and why, or None.

    ``at_once``: how many are written in one transaction; None if all are.
    """
    result = table.columns.result
    is_new = result == len(table.names)
    column = table.text if result is None else quoted(str(fields.result) if is_new else table.names[result])
    same = " AND ".join(f"{key} = ?" for key in table.keys)
    read = f"SELECT {table.text} FROM {quoted(table.name)} WHERE {same}"
    write = f"UPDATE {quoted(table.name)} SET {column} = ? WHERE {same}"
    missed = refused = 0
    reason = ""
    connection.execute("BEGIN IMMEDIATE")
    if is_new:
        connection.execute(f"ALTER TABLE {quoted(table.name)} ADD COLUMN {column} TEXT")
    for number, (key, digest, text) in enumerate(read_journal(journal), 1):
        values = [bytes.fromhex(value["bytes"]) if isinstance(value, dict) else value for value in key]
        before = connection.execute(read, values).fetchone()
        if before is None or not isinstance(before[0], str) or _digest(before[0]) != digest:
            missed += 1
            continue
        try:
            connection.execute(write, (text, *values))
        except sqlite3.IntegrityError as error:
            if not connection.in_transaction:
                # A trigger has taken back everything.
                raise
            refused, reason = refused + 1, reason or str(error)
        if at_once is not None and not number % at_once:
            connection.execute("COMMIT")
            connection.execute("BEGIN IMMEDIATE")
    connection.execute("COMMIT")
    return _left_out(missed, refused, reason)


def _left_out(missed: int, refused: int, reason: str) -> str | None:
    """What could not be written and why; None if everything could."""
    told = []
    if missed:
        told.append(f"another program has changed {_rows(missed)} meanwhile, and what it wrote stays; clean it again")
    if refused:
        told.append(f"the table does not allow the result in {_rows(refused)}, where the text stays: {reason}")
    return "; ".join(told) or None


def _rows(count: int) -> str:
    return "1 row" if count == 1 else f"{count} rows"
