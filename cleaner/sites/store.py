"""The file of a site memory: an SQLite database of pages and of the texts of repeated lines.

A change is one transaction, so a run that is killed leaves the file as it was after the last one, and of two writers
one waits. A file that is no site memory is never written to.
"""

from __future__ import annotations

import sqlite3
from collections.abc import Iterable, Iterator, Mapping
from contextlib import contextmanager, suppress
from hashlib import blake2b
from pathlib import Path
from typing import Final, Literal, Self

from cleaner.errors import SitesError
from cleaner.sites.pages import LearnedPage, merge_pages, repeated_lines

__all__ = ["SCHEMA", "SiteStore", "is_memory", "require_place"]

# What tells the file from other databases ("NcSi"), and the version of its tables.
APPLICATION: Final = 0x4E635369
SCHEMA: Final = 1
# How an SQLite database begins, and where in it the application stands.
_MAGIC = b"SQLite format 3\0"
_APPLICATION_AT = slice(68, 72)
# How long a writer waits for another one, in seconds.
WAIT: Final = 120.0
# Pages have row numbers, as without them one of more than a kilobyte would take a page of the file of its own.
_TABLES = (
    "CREATE TABLE sites (id INTEGER PRIMARY KEY, name TEXT NOT NULL UNIQUE)",
    (
        "CREATE TABLE pages (site INTEGER NOT NULL, key INTEGER NOT NULL, version INTEGER NOT NULL, "
        "lines BLOB NOT NULL, UNIQUE (site, key))"
    ),
    (
        "CREATE TABLE texts (site INTEGER NOT NULL, line INTEGER NOT NULL, text TEXT NOT NULL, "
        "PRIMARY KEY (site, line)) WITHOUT ROWID"
    ),
)
_COLUMNS = {"sites": {"id", "name"}, "pages": {"site", "key", "version", "lines"}, "texts": {"site", "line", "text"}}


class SiteStore:
    """An open site memory; ``mode``: ``"read"``, or ``"write"``, which creates a file that does not exist.

    Raises `SitesError` where the file is missing, is damaged, is no site memory or one of a newer version, or cannot be
    written.
    """

    def __init__(self, path: Path, mode: Literal["read", "write"]) -> None:
        self.path = path
        self._mode = mode
        with self._refusing():
            self._database = self._open_to_write() if mode == "write" else self._open_to_read()

    def close(self) -> None:
        """Close the file; closing it again does nothing."""
        # What was committed is in the file, whatever happens to it afterwards.
        with suppress(sqlite3.Error):
            if self._mode == "write":
                # Without a log, reading makes no files beside this one. While somebody else has it open, the log stays.
                self._database.execute("PRAGMA busy_timeout = 0")
                self._database.execute("PRAGMA journal_mode = DELETE")
        with suppress(sqlite3.Error):
            self._database.close()

    def remove(self) -> None:
        """Close and delete the file, which this one has created."""
        self.close()
        for ending in ("", "-wal", "-shm"):
            Path(f"{self.path}{ending}").unlink(missing_ok=True)

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *_: object) -> None:
        self.close()

    def changes(self) -> int:
        """A number that changes when somebody else has changed the file."""
        with self._refusing():
            return int(self._database.execute("PRAGMA data_version").fetchone()[0])

    def sites(self) -> list[str]:
        """The names of all sites, in order."""
        with self._refusing():
            return [name for (name,) in self._database.execute("SELECT name FROM sites ORDER BY name")]

    def pages(self, site: str) -> list[LearnedPage]:
        """The pages of a site in the order of their keys; none if it is not known."""
        with self._refusing():
            rows = self._database.execute(
                "SELECT key, version, lines FROM pages WHERE site = (SELECT id FROM sites WHERE name = ?)", (site,)
            ).fetchall()
            found = [LearnedPage.from_bytes(_unsigned(key), _unsigned(version), data) for key, version, data in rows]
        return sorted(found, key=lambda page: page.key)

    def keys(self, site: str) -> list[int]:
        """The keys of the pages of a site, in no order."""
        with self._refusing():
            rows = self._database.execute(
                "SELECT key FROM pages WHERE site = (SELECT id FROM sites WHERE name = ?)", (site,)
            ).fetchall()
            return [_unsigned(key) for (key,) in rows]

    def fingerprint(self) -> str:
        """A digest of the pages of all sites: files with the same one say the same about every document."""
        digest = blake2b(digest_size=16)
        with self._refusing():
            for row in self._database.execute(
                "SELECT name, key, version FROM sites JOIN pages ON site = id ORDER BY name, key"
            ):
                digest.update(repr(row).encode())
        return digest.hexdigest()

    def page_count(self, site: str) -> int:
        """How many pages of a site are kept."""
        with self._refusing():
            return int(
                self._database.execute(
                    "SELECT count(*) FROM pages WHERE site = (SELECT id FROM sites WHERE name = ?)", (site,)
                ).fetchone()[0]
            )

    def texts(self, site: str) -> dict[int, str]:
        """The folded texts of the repeated lines of a site, by their hashes."""
        with self._refusing():
            rows = self._database.execute(
                "SELECT line, text FROM texts WHERE site = (SELECT id FROM sites WHERE name = ?)", (site,)
            ).fetchall()
            return {_unsigned(line): str(text) for line, text in rows}

    def update(self, site: str, pages: Iterable[LearnedPage], texts: Mapping[int, str]) -> None:
        """Add pages to a site; ``texts`` has the lines of these pages, of which those that repeat are kept."""
        self.update_all([(site, pages, texts)])

    def update_all(self, added: Iterable[tuple[str, Iterable[LearnedPage], Mapping[int, str]]]) -> None:
        """Add pages to several sites at once: all of them, or none if it fails."""
        with self._transaction():
            for site, pages, texts in added:
                self._add(site, pages, texts)

    def forget(self, site: str) -> bool:
        """Remove a site, also from the unused parts of the file; whether it was known."""
        with self._transaction("PRAGMA secure_delete = ON"):
            row = self._database.execute("SELECT id FROM sites WHERE name = ?", (site,)).fetchone()
            if row is None:
                return False
            for table in ("pages", "texts"):
                self._database.execute(f"DELETE FROM {table} WHERE site = ?", row)  # noqa: S608
            self._database.execute("DELETE FROM sites WHERE id = ?", row)
            return True

    def _add(self, site: str, pages: Iterable[LearnedPage], texts: Mapping[int, str]) -> None:
        run = self._database.execute
        before = {page.key: page for page in self.pages(site)}
        kept = merge_pages([*before.values(), *pages])
        if not kept:
            return
        run("INSERT OR IGNORE INTO sites (name) VALUES (?)", (site,))
        (number,) = run("SELECT id FROM sites WHERE name = ?", (site,)).fetchone()
        gone = before.keys() - {page.key for page in kept}
        self._database.executemany(
            "DELETE FROM pages WHERE site = ? AND key = ?", [(number, _signed(key)) for key in gone]
        )
        self._database.executemany(
            "INSERT OR REPLACE INTO pages VALUES (?, ?, ?, ?)",
            [
                (number, _signed(page.key), _signed(page.version), page.to_bytes())
                for page in kept
                if before.get(page.key) is not page
            ],
        )
        repeated = repeated_lines(kept)
        known = {_unsigned(line) for (line,) in run("SELECT line FROM texts WHERE site = ?", (number,))}
        self._database.executemany(
            "DELETE FROM texts WHERE site = ? AND line = ?", [(number, _signed(line)) for line in known - repeated]
        )
        self._database.executemany(
            "INSERT OR IGNORE INTO texts VALUES (?, ?, ?)",
            [(number, _signed(line), _storable(texts[line])) for line in (repeated - known) & texts.keys()],
        )

    @contextmanager
    def _transaction(self, *before: str) -> Iterator[None]:
        with self._refusing():
            for statement in before:
                self._database.execute(statement)
            self._database.execute("BEGIN IMMEDIATE")
            try:
                yield
            except BaseException:
                self._database.execute("ROLLBACK")
                raise
            self._database.execute("COMMIT")

    @contextmanager
    def _refusing(self) -> Iterator[None]:
        """Turns what goes wrong with the file into a `SitesError`."""
        try:
            yield
        except (sqlite3.Error, ValueError, OSError) as error:
            raise SitesError(str(self.path), _fix(error)) from None

    def _open_to_read(self) -> sqlite3.Connection:
        self._require_ours()
        address = self.path.resolve().as_uri()
        try:
            # Opened as if to write, so that the files of its log are removed again when it is closed.
            database = self._checked(_connect(f"{address}?mode=rw"))
        except sqlite3.OperationalError as error:
            if "unable to open" not in str(error) and "readonly" not in str(error):
                raise
            # On a medium that cannot be written to, a reader cannot leave word for writers, but needs none.
            database = self._checked(_connect(f"{address}?mode=ro&immutable=1"))
        database.execute("PRAGMA query_only = ON")
        return database

    def _require_ours(self) -> None:
        """Look at the first bytes of the file, so that SQLite never opens a foreign one, beside which it may write."""
        _require_regular(self.path)
        try:
            with self.path.open("rb") as file:
                head = file.read(_APPLICATION_AT.stop)
        except FileNotFoundError:
            raise SitesError(str(self.path), "does not exist; learn it first with: cleaner sites learn") from None
        except OSError as error:
            raise SitesError(str(self.path), f"cannot be read: {error.strerror}; check the path") from None
        if not _is_ours(head):
            raise SitesError(str(self.path), "is no site memory; give another file")

    def _open_to_write(self) -> sqlite3.Connection:
        require_place(self.path)
        _require_regular(self.path)
        if self.path.exists() and self.path.stat().st_size:
            # Nothing is ever written to a foreign file, or to one of a newer version.
            self._open_to_read().close()
        database = _connect(f"{self.path.resolve().as_uri()}?mode=rwc")
        database.execute("BEGIN IMMEDIATE")
        if not _tables(database):
            database.execute(f"PRAGMA application_id = {APPLICATION}")
            database.execute(f"PRAGMA user_version = {SCHEMA}")
            for table in _TABLES:
                database.execute(table)
        database.execute("COMMIT")
        self._checked(database)
        database.execute("PRAGMA journal_mode = WAL")
        database.execute("PRAGMA synchronous = NORMAL")
        return database

    def _checked(self, database: sqlite3.Connection) -> sqlite3.Connection:
        """The database, if it is a site memory that this version can read."""
        try:
            fix = _refusal(database)
        except BaseException:
            database.close()
            raise
        if fix:
            database.close()
            raise SitesError(str(self.path), fix)
        return database


def require_place(path: Path) -> None:
    """Raise `SitesError` where no file can be written at a path, because it or what it is in is no such thing."""
    if path.is_dir() or not path.parent.is_dir():
        raise SitesError(str(path), "is not a file in an existing folder; give the path of a file")


def _require_regular(path: Path) -> None:
    """Raise `SitesError` for a device or a pipe, which cannot hold a database."""
    if path.exists() and not path.is_file() and not path.is_dir():
        raise SitesError(str(path), "is a device or a pipe; give the path of a file")


def is_memory(path: Path) -> bool:
    """Whether a path is a file that begins as a site memory does; False if it cannot be read."""
    try:
        if not path.is_file():
            return False
        with path.open("rb") as file:
            return _is_ours(file.read(_APPLICATION_AT.stop))
    except OSError:
        return False


def _is_ours(head: bytes) -> bool:
    """Whether the first bytes of a file are those of a site memory."""
    return head.startswith(_MAGIC) and int.from_bytes(head[_APPLICATION_AT], "big") == APPLICATION


def _connect(address: str) -> sqlite3.Connection:
    return sqlite3.connect(address, uri=True, timeout=WAIT, isolation_level=None, check_same_thread=False)


def _refusal(database: sqlite3.Connection) -> str:
    """Why a database cannot be used as a site memory, and what to do; empty if it can."""
    (application,) = database.execute("PRAGMA application_id").fetchone()
    (schema,) = database.execute("PRAGMA user_version").fetchone()
    if application != APPLICATION:
        return "is no site memory; give another file"
    if schema > SCHEMA:
        return f"was written by a newer version (tables of version {schema}); update news-cleaner with pip"
    for table, columns in _COLUMNS.items():
        if not columns <= {row[1] for row in database.execute(f"PRAGMA table_info({table})")}:
            return f"is damaged: its table {table} is incomplete; learn it again"
    return ""


def _tables(database: sqlite3.Connection) -> set[str]:
    return {name for (name,) in database.execute("SELECT name FROM sqlite_master WHERE type = 'table'")}


def _fix(error: Exception) -> str:
    """What is wrong with a file, and what to do."""
    message = str(error)
    if "not a database" in message:
        return "is no site memory; give another file"
    if "locked" in message or "busy" in message:
        return "is being written to by another run; try again when that has ended"
    if "readonly" in message or "unable to open" in message or isinstance(error, PermissionError):
        return "cannot be written to; check its permissions and those of its folder, or give another file"
    if "full" in message:
        return "cannot grow, because the disk is full; free some space and run it again"
    return f"is damaged: {message}; restore it, or learn it again into another file"


def _storable(text: str) -> str:
    """A text without lone surrogates, which a file cannot hold."""
    return text.encode("utf-8", "replace").decode()


def _signed(value: int) -> int:
    """A hash as SQLite stores integers."""
    return value - (1 << 64) if value >> 63 else value


def _unsigned(value: int) -> int:
    return int(value) & ((1 << 64) - 1)
