"""Removals that an earlier run wrote with ``--removed``: read into a file from which those of any document can be asked."""

from __future__ import annotations

import json
import sqlite3
from collections.abc import Iterator
from contextlib import closing
from dataclasses import dataclass
from itertools import groupby, pairwise
from pathlib import Path
from typing import Any, Self, TypeAlias
from urllib.parse import quote

from cleaner.corpus.batch.differences import Removed
from cleaner.corpus.records.sources import Source, split_endings
from cleaner.corpus.records.streams import Blocks
from cleaner.documents import document_place
from cleaner.errors import InputError, OutputError

__all__ = ["StoredDocument", "StoredRemovals", "store_removals"]

# No removal is longer than this many bytes; a longer line is something else (set by hand).
_MAX_LINE = 128 << 20
_LINE_PARTS = (("file", str), ("start", int), ("end", int), ("kind", str), ("text", str))
_TABLE = (
    "CREATE TABLE documents (place BLOB, line INTEGER, file BLOB, id TEXT, removed TEXT, PRIMARY KEY (place, line)) "
    "WITHOUT ROWID"
)
# The line of a document that is a file of its own.
_NO_LINE = 0

_Key: TypeAlias = tuple[str, int]


@dataclass(frozen=True, slots=True)
class StoredDocument:
    """The removals of a document: where it comes from, its id if it had one, and what was removed, in order."""

    name: str
    line: int | None
    id: Any
    removed: tuple[Removed, ...]

    @property
    def key(self) -> tuple[bytes, int]:
        """What documents are known and ordered by: the place of the file, and the line."""
        return _place(self.name), self.line or _NO_LINE


class StoredRemovals:
    """Removals by document, in a file that `store_removals` wrote."""

    def __init__(self, path: Path) -> None:
        self._database = sqlite3.connect(f"file:{quote(str(path))}?mode=ro", uri=True)

    def __len__(self) -> int:
        """How many documents have removals."""
        (count,) = self._database.execute("SELECT count(*) FROM documents").fetchone()
        return int(count)

    def __iter__(self) -> Iterator[StoredDocument]:
        """All documents that have removals, by place and line."""
        return map(_document, self._database.execute("SELECT * FROM documents ORDER BY place, line"))

    def find(self, name: str, line: int | None) -> StoredDocument | None:
        """The removals of a document, however its file is named; None if it has none."""
        key = (_place(name), line or _NO_LINE)
        query = "SELECT * FROM documents WHERE place = ? AND line = ?"
        row = self._database.execute(query, key).fetchone()
        return None if row is None else _document(row)

    def knows(self, name: str) -> bool:
        """Whether a file, or a member of it where it is an archive, has removals."""
        place = _place(name)
        query = "SELECT 1 FROM documents WHERE place = ? OR (place >= ? AND place < ?) LIMIT 1"
        # What follows on "/" in the order of bytes is "0".
        return self._database.execute(query, (place, place + b"/", place + b"0")).fetchone() is not None

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *_: object) -> None:
        self.close()

    def close(self) -> None:
        """Close the file."""
        self._database.close()


def _document(row: tuple[bytes, int, bytes, str, str]) -> StoredDocument:
    _, line, file, identity, removed = row
    return StoredDocument(
        file.decode("utf-8", "surrogatepass"),
        line if line != _NO_LINE else None,
        json.loads(identity),
        tuple(Removed(*one) for one in json.loads(removed)),
    )


def _bytes(name: str) -> bytes:
    return name.encode("utf-8", "surrogatepass")


def _place(name: str) -> bytes:
    """Where a file is, the same for `x`, `./x` and the absolute path of it; links and `..` are not followed."""
    try:
        folder = Path.cwd()
    except OSError:
        folder = Path()
    return _bytes(str(folder / name))


# --- reading ---------------------------------------------------------------------------------------------


def store_removals(path: Path, target: Path) -> None:
    """Read a file of removals, compressed or not, into a new file for `StoredRemovals`.

    Raises `InputError`, with the line, where it is damaged or is no such file, and `OutputError` where the new file
    cannot be written.
    """
    try:
        with closing(sqlite3.connect(target)) as database, database:
            # The file is a temporary one: if this is interrupted, it is thrown away.
            database.execute("PRAGMA journal_mode = OFF")
            database.execute("PRAGMA synchronous = OFF")
            database.execute(_TABLE)
            for (name, line), group in groupby(_parsed(path), key=_key):
                identity, removed = _put_together(path, list(group))
                row = (_place(name), line, _bytes(name), json.dumps(identity), json.dumps(removed))
                try:
                    database.execute("INSERT INTO documents VALUES (?, ?, ?, ?, ?)", row)
                except sqlite3.IntegrityError:
                    raise InputError(
                        f"{path}: has the removals of {_label((name, line))} in two places; give the file of one run"
                    ) from None
    except sqlite3.Error as error:
        raise OutputError(f"{target}: cannot be written: {error}; name another folder in TMPDIR") from None


def _key(record: dict[str, Any]) -> _Key:
    return record["file"], record.get("line", _NO_LINE)


def _label(key: _Key) -> str:
    name, line = key
    return document_place(name, line if line != _NO_LINE else None)


def _put_together(path: Path, records: list[dict[str, Any]]) -> tuple[Any, list[Removed]]:
    """The id and the removals of a document, which must be in order."""
    removed = [Removed(one["start"], one["end"], one["kind"], one["text"]) for one in records]
    for before, after in pairwise(removed):
        if after.start < before.end:
            raise InputError(
                f"{path}: the removals of {_label(_key(records[0]))} are not in order, or overlap; "
                "write the file again with `cleaner clean --removed`"
            )
    return records[0].get("id"), removed


def _parsed(path: Path) -> Iterator[dict[str, Any]]:
    source = Source(str(path), path, Path(path.name), "jsonl", split_endings(path)[1])
    for number, line in enumerate(_lines(source), 1):
        yield _record(path, number, line)


def _lines(source: Source) -> Iterator[bytes]:
    held: list[bytes] = []
    size = number = 0
    for block in Blocks(source):
        first, *rest = block.split(b"\n")
        held.append(first)
        size += len(first)
        if rest:
            yield b"".join(held)
            yield from rest[:-1]
            number += len(rest)
            held, size = [rest[-1]], len(rest[-1])
        if size > _MAX_LINE:
            raise InputError(f"{source.name}: line {number + 1}: is too long for a removal; give a file of removals")
    if size:
        yield b"".join(held)


def _record(path: Path, number: int, line: bytes) -> dict[str, Any]:
    """A line as the removal that it says."""
    try:
        record = json.loads(line)
    except (ValueError, RecursionError):
        raise InputError(
            f"{path}: line {number}: is not valid JSON; write the file again with `cleaner clean --removed`"
        ) from None
    wrong = _what_is_wrong(record)
    if wrong is not None:
        raise InputError(
            f"{path}: line {number}: is not a removal: {wrong}; give a file that `cleaner clean --removed` wrote"
        )
    return dict(record)


def _what_is_wrong(record: Any) -> str | None:
    if not isinstance(record, dict):
        return "it is no object"
    for name, kind in _LINE_PARTS:
        if not isinstance(record.get(name), kind) or isinstance(record.get(name), bool):
            return f"{name!r} is missing or of another type"
    line = record.get("line", 1)
    if not isinstance(line, int) or isinstance(line, bool) or not _NO_LINE < line < 1 << 63:
        return "'line' is not the number of a record"
    if not 0 <= record["start"] < record["end"] or record["end"] - record["start"] != len(record["text"]):
        return "'start' and 'end' do not fit its text"
    return None
