"""Splits web archives into raw records, and finds the next record after a damaged one.

A record is a head (a version, then named headers), as many bytes as the head says, and two line ends. After a damaged
record, the next one begins where a member or frame begins with a head, since in a compressed archive each record has
its own, or else where a line begins with one. Everything before that is one failed record.
"""

from __future__ import annotations

import re
import stat
from collections.abc import Mapping
from dataclasses import dataclass

from cleaner.corpus.records.chunks import too_long
from cleaner.corpus.records.limits import QUOTED_BYTES
from cleaner.corpus.records.sources import Source
from cleaner.corpus.records.streams import Blocks
from cleaner.errors import InputError

__all__ = ["END", "HEADER", "LENGTH", "RawRecord", "Splitter", "content_length", "read_headers"]

END = b"\r\n\r\n"
HEADER = re.compile(rb"^([^:\r\n]+):[ \t]*+((?:[^\r\n]|\r?\n[ \t])*+)", re.MULTILINE)
LENGTH = b"content-length"
_HEAD_BYTES = 1 << 20
# The most digits of a length: those of a million terabytes.
_LENGTH_DIGITS = 18
_MARK = b"WARC/"
# The line that a record begins with, alone and after another record, and more bytes than it has.
_VERSION = re.compile(rb"WARC/[0-9]\.[0-9]{1,2}\r?\n")
_START = re.compile(rb"\n" + _VERSION.pattern)
_START_BYTES = 16


def read_headers(head: bytes) -> dict[bytes, bytes]:
    """The headers of a head by their lower-case names; of several with one name the first.

    >>> read_headers(b"WARC/1.1\\r\\nContent-Length: 12\\r\\n\\r\\n")
    {b'content-length': b'12'}
    """
    found: dict[bytes, bytes] = {}
    for one in HEADER.finditer(head):
        name, value = one.group(1).strip().lower(), one.group(2).strip()
        if found.setdefault(name, value) != value and name == LENGTH:
            # If two lengths differ, two readers would see different records, so neither length is used.
            found[name] = b""
    return found


def content_length(headers: Mapping[bytes, bytes]) -> int | None:
    """How many bytes a record has by its headers; None if they give no number, or different ones."""
    value = headers.get(LENGTH, b"")
    return int(value) if value.isdigit() and len(value) <= _LENGTH_DIGITS else None


@dataclass(frozen=True, slots=True)
class RawRecord:
    """A record as it is in the file.

    ``failure``: why it cannot be read; then ``data`` is its beginning, and ``skipped`` how many bytes follow it.
    """

    data: bytes
    skipped: int = 0
    failure: str | None = None


class Splitter:
    """Splits an archive into records from an offset on; records of up to ``limit`` bytes are held in memory."""

    def __init__(self, source: Source, offset: int, limit: int) -> None:
        self._name = source.name
        self._source_blocks = Blocks(source, offset)
        self._blocks = iter(self._source_blocks)
        self._source = source
        self._offset = offset
        self._limit = limit
        self._held = bytearray()
        # Where, in the held bytes, a member begins with the head of a record: no record extends past that place.
        self._start: int | None = None

    @property
    def consumed(self) -> int:
        """How far the file itself has been read."""
        return self._source_blocks.consumed

    def next_record(self) -> RawRecord | None:
        """The next record, None at the end; raises `InputError` if the rest contains no record."""
        self._fill_to(1)
        if self._start == 0:
            self._start = None
        head = self._find_head()
        if head is None:
            return self._take_damaged("no WARC record follows") if self._held else None
        length = content_length(read_headers(bytes(self._held[:head])))
        if length is None:
            return self._take_damaged("a record without a valid Content-Length")
        total = head + length
        if missing := self._missing(total):
            return self._take_damaged(f"a record ends {missing} bytes too early")
        if total + len(END) > self._limit:
            return self._take_long(total)
        if not self._fill_to(total):
            missing = total - (len(self._held) if self._start is None else self._start)
            return self._take_damaged(f"a record ends {missing} bytes too early")
        return RawRecord(self._take(total + self._gap(total)))

    def _find_head(self) -> int | None:
        """The length of the next record's head; None if no record follows. Line ends at the very end do not count."""
        searched = 0
        while True:
            limit = _HEAD_BYTES if self._start is None else self._start
            if (end := self._held.find(END, searched, limit)) >= 0:
                return end + len(END) if self._held.startswith(_MARK) else None
            searched = max(0, len(self._held) - len(END))
            if len(self._held) >= limit:
                return None
            if not self._fill():
                if not self._held.strip():
                    self._held.clear()
                return None

    def _missing(self, total: int) -> int:
        """How many bytes of a record are missing from its file, if the size of the file is known."""
        size = None if total <= len(self._held) else _plain_size(self._source)
        return 0 if size is None else max(0, self._offset + total - size)

    def _gap(self, at: int) -> int:
        """How many bytes of line ends follow a record's content."""
        self._fill_to(at + len(END))
        found = 0
        while found < len(END) and self._held[at + found : at + found + 1].isspace():
            found += 1
        return found

    def _take_long(self, total: int) -> RawRecord:
        """The beginning of a record that is too long to hold."""
        begun = self._offset
        kept = bytearray()
        while (rest := total - (self._offset - begun)) > len(self._held) and self._start is None:
            self._drop(len(self._held), kept)
            if not self._fill():
                self._refuse(f"a record ends {total - (self._offset - begun)} bytes too early", begun)
        if self._start is not None and self._start < rest:
            missing = rest - self._start
            self._drop(self._start, kept)
            return self._failed(kept, begun, f"is damaged at byte {begun}: a record ends {missing} bytes too early")
        self._drop(rest + self._gap(rest), kept)
        return self._failed(kept, begun)

    def _take_damaged(self, what: str) -> RawRecord:
        """Everything up to the next record, as one failed record; raises `InputError` if no record follows."""
        begun = self._offset
        kept = bytearray()
        while (start := self._find_start()) is None:
            # The line that begins a record may be only partly read.
            self._drop(max(0, len(self._held) - _START_BYTES), kept)
            if not self._fill():
                self._refuse(what, begun)
        self._drop(start, kept)
        return self._failed(kept, begun, f"is damaged at byte {begun}: {what}")

    def _find_start(self) -> int | None:
        found = _START.search(self._held)
        if found is None or (self._start is not None and self._start <= found.start()):
            return self._start
        return found.start() + 1

    def _failed(self, kept: bytearray, begun: int, failure: str | None = None) -> RawRecord:
        size = self._offset - begun
        return RawRecord(bytes(kept), size - len(kept), failure or too_long("record", size, len(kept)))

    def _take(self, count: int) -> bytes:
        data = bytes(self._held[:count])
        self._drop(count)
        return data

    def _drop(self, count: int, kept: bytearray | None = None) -> None:
        """Skip held bytes; keep as many of them as are quoted from a failed record."""
        if kept is not None:
            kept += self._held[: min(count, self._limit - len(kept), QUOTED_BYTES - len(kept))]
        del self._held[:count]
        self._offset += count
        if self._start is not None:
            self._start = self._start - count if self._start >= count else None

    def _fill_to(self, count: int) -> bool:
        """Hold at least ``count`` bytes; returns whether there are that many."""
        while len(self._held) < count and self._start is None and self._fill():
            pass
        return len(self._held) >= count and (self._start is None or self._start >= count)

    def _fill(self) -> bool:
        block = next(self._blocks, None)
        if block is None:
            return False
        if self._start is None and self._source_blocks.begins_member and _VERSION.match(block):
            self._start = len(self._held)
        self._held += block
        return True

    def _refuse(self, what: str, at: int) -> None:
        raise InputError(f"{self._name}: is damaged at byte {at}: {what}; get it again, the rest is not read")


def _plain_size(source: Source) -> int | None:
    """The size of a source in bytes, if it is known before reading."""
    try:
        found = None if source.path is None or source.compression or source.member else source.path.stat()
    except OSError:
        return None
    return found.st_size if found is not None and stat.S_ISREG(found.st_mode) else None
