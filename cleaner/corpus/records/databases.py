"""SQLite databases: opened so that they stay as they are, their tables, and what their errors mean."""

from __future__ import annotations

import errno
import os
import sqlite3
from collections.abc import Iterator
from contextlib import closing, contextmanager
from functools import partial
from itertools import repeat
from pathlib import Path

from cleaner.corpus.records.signatures import SQLITE_MAGIC
from cleaner.corpus.records.sources import Source, input_error
from cleaner.errors import InputError

__all__ = [
    "is_write_ahead",
    "new_database",
    "open_database",
    "quoted",
    "set_write_ahead",
]

# Before this version there is no list of tables that tells their kinds.
_LEAST_VERSION = (3, 37)
_BUSY_SECONDS = 10.0
# The bytes of the header that say how the file is written: 1 with a journal, 2 with a write-ahead log.
_MODES = slice(18, 20)
_WRITE_AHEAD = b"\2\2"
_HEADER_BYTES = 100
_PRIMARY = 0xFF
_SYSTEM_ERRORS = {sqlite3.SQLITE_FULL: errno.ENOSPC, sqlite3.SQLITE_IOERR: errno.EIO}
_RECOVER = "or recover it with: sqlite3 FILE .recover"
# A row takes some tens of steps to read and has at least 5 bytes. Reading a damaged file, whose pages may lead back to
# each other, ends after so many millions of steps, and a step for every byte as often as this.
_MILLION = 1_000_000
_MOST_MILLIONS = 200
_STEPS_FOR_BYTE = 20


@contextmanager
def open_database(source: Source, *, to_write: bool = False) -> Iterator[sqlite3.Connection]:
    """An open database, which is not changed unless it is opened ``to_write``.

    Raises `InputError` where it is none or cannot be read, then and while it is used, and `OSError` where there is no
    space to write.
    """
    if source.path is None:
        raise InputError("standard input: an SQLite database cannot be read from a pipe; name the file")
    if source.compression is not None:
        raise InputError(f"{source.name}: a compressed database cannot be read; decompress it first")
    if sqlite3.sqlite_version_info < _LEAST_VERSION:
        raise InputError(f"{source.name}: SQLite {sqlite3.sqlite_version} is too old to read it; 3.37 is needed")
    try:
        header = _read_header(source.path)
    except OSError as error:
        raise input_error(source.name, error) from None
    if not header:
        raise InputError(f"{source.name}: is empty; give a database with a table")
    if not header.startswith(SQLITE_MAGIC):
        raise InputError(f"{source.name}: is not an SQLite database, or is encrypted; decrypt it first if it is")
    try:
        with closing(_connect(source.path, header, to_write=to_write)) as connection:
            yield connection
    except UnicodeError:
        raise InputError(f"{source.name}: is damaged: names in it are not UTF-8; get it again, {_RECOVER}") from None
    except sqlite3.Error as error:
        if to_write:
            _raise_system_error(error)
        raise InputError(f"{source.name}: {_told(error)}") from None


def _read_header(path: Path) -> bytes:
    with path.open("rb") as file:
        return file.read(_HEADER_BYTES)


def is_write_ahead(path: Path) -> bool:
    """Whether a database is written with a write-ahead log."""
    return _read_header(path)[_MODES] == _WRITE_AHEAD


def set_write_ahead(path: Path) -> None:
    """Say in a database that nobody has open that it is written with a write-ahead log."""
    with path.open("r+b") as file:
        file.seek(_MODES.start)
        file.write(_WRITE_AHEAD)


def _connect(path: Path, header: bytes, *, to_write: bool) -> sqlite3.Connection:
    name = path.absolute().as_uri()
    mode = "mode=rw" if to_write else "mode=ro"
    if not to_write and header[_MODES] == _WRITE_AHEAD and not Path(f"{path}-wal").exists():
        # Nobody has it open. Read with its log made and removed again, or where none can be made without one.
        is_writable = os.access(path, os.W_OK) and os.access(path.absolute().parent, os.W_OK)
        mode = "mode=rw" if is_writable else "immutable=1"
    connection = sqlite3.connect(f"{name}?{mode}", uri=True, timeout=_BUSY_SECONDS, isolation_level=None)
    try:
        _prepare(connection)
        if not to_write:
            # What is only read needs nothing that a schema made by somebody else may call.
            connection.execute("PRAGMA query_only = ON")
            connection.execute("PRAGMA trusted_schema = OFF")
            millions = _MOST_MILLIONS + _STEPS_FOR_BYTE * path.stat().st_size // _MILLION
            # An interrupt would be lost in a function of Python.
            connection.set_progress_handler(partial(next, repeat(0, millions), 1), _MILLION)
    except BaseException:
        connection.close()
        raise
    return connection


@contextmanager
def new_database(path: Path) -> Iterator[sqlite3.Connection]:
    """A database that is made; nothing of it is worth keeping if that is stopped.

    Raises `OSError` where it cannot be written.
    """
    with closing(sqlite3.connect(path, isolation_level=None)) as connection:
        try:
            _prepare(connection)
            connection.execute("PRAGMA synchronous = OFF")
            yield connection
        except sqlite3.Error as error:
            _raise_system_error(error)
            raise


def _prepare(connection: sqlite3.Connection) -> None:
    """Have damaged pages noticed; text may be any bytes."""
    connection.execute("PRAGMA cell_size_check = ON")
    connection.text_factory = _decode


def _decode(data: bytes) -> str:
    return data.decode("utf-8", "surrogateescape")


def quoted(name: str) -> str:
    """A name as it stands in SQL.

    >>> quoted('my "own" table')
    '"my ""own"" table"'
    """
    return '"' + name.replace('"', '""') + '"'


def _raise_system_error(error: sqlite3.Error) -> None:
    """Raise `OSError` where there is no space, or a disk fails."""
    number = _SYSTEM_ERRORS.get(_code(error))
    if number is not None:
        raise OSError(number, os.strerror(number)) from error


def _code(error: sqlite3.Error) -> int:
    return getattr(error, "sqlite_errorcode", 0) & _PRIMARY


def _told(error: sqlite3.Error) -> str:
    """What an error of SQLite means, and what to do."""
    code = _code(error)
    if code in (sqlite3.SQLITE_BUSY, sqlite3.SQLITE_LOCKED):
        return "is locked by another program; wait until it has ended, and begin again"
    if code == sqlite3.SQLITE_INTERRUPT:
        return f"is damaged: reading it does not end; get it again, {_RECOVER}"
    if code in (sqlite3.SQLITE_CORRUPT, sqlite3.SQLITE_NOTADB):
        return f"is damaged: {error}; get it again, {_RECOVER}"
    if code == sqlite3.SQLITE_READONLY:
        return "was left in the middle of a change, or may not be changed; open it once with the program that writes it"
    return f"cannot be used: {error}; check it with: sqlite3 FILE 'PRAGMA integrity_check'"
