"""WARC and WET: the text records of web archives are cleaned, all other records pass as they are.

Pages of HTML, in responses, are read where the output is lines of JSON.

A record is a head (a version, then named headers), as many bytes as the head says, and two line ends. Headers that
do not follow from the text are kept as they stand; length and digests are made anew. Each record is compressed for
itself, as readers of such archives expect.
"""

from __future__ import annotations

import base64
import hashlib
import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from typing import NoReturn

from cleaner.errors import InputError
from cleaner.records.chunks import Document, Done, Fields, Item, Limits, Place, RawChunk, too_large
from cleaner.records.http import Page, read_response
from cleaner.records.jsonl import json_line, written_pieces
from cleaner.records.sources import Compression, Source
from cleaner.records.streams import Blocks, compress

__all__ = ["read_chunks", "read_items", "write_items"]

_END = b"\r\n\r\n"
_HEAD_BYTES = 1 << 20
# More digits than a file system counts are damage.
_LENGTH_DIGITS = re.compile(rb"[0-9]{1,18}")
_HEADER = re.compile(rb"^([^:\r\n]+):[ \t]*+((?:[^\r\n]|\r?\n[ \t])*+)", re.MULTILINE)
_LENGTH = b"content-length"
_DIGESTS = (b"warc-block-digest", b"warc-payload-digest")
# Kinds of records that may hold text, with the type of content they must have.
_TEXT_RECORDS = {b"conversion": b"text/", b"resource": b"text/plain"}
_BASE32_LENGTHS = {"md5": 26, "sha1": 32, "sha256": 56, "sha512": 104}


@dataclass(frozen=True, slots=True)
class _RawRecord:
    """A record as it stands in a file; ``skipped``: how many bytes of it are left out, because it is too long."""

    data: bytes
    skipped: int = 0


# --- reading ---------------------------------------------------------------------------------------------


def read_chunks(source: Source, start: Place, limits: Limits, fields: Fields) -> Iterator[RawChunk]:
    """Chunks of whole records; one beyond the limit is a chunk of its own, of which only the beginning is held."""
    del fields
    blocks = Blocks(source, start.offset)
    records = _Splitter(source.name, iter(blocks), start.offset, limits.record_bytes)
    held: list[bytes] = []
    size = 0
    place = start

    def chunk(payload: list[bytes], skipped: int = 0) -> RawChunk:
        nonlocal place
        length = sum(map(len, payload)) + skipped
        begin, place = place, Place(place.offset + length, place.records + len(payload))
        return RawChunk(payload, begin, place, length, blocks.consumed, skipped)

    damage: InputError | None = None
    while True:
        try:
            record = records.next_record()
        except InputError as error:
            damage = error
            break
        if record is None:
            break
        if record.skipped:
            if held:
                yield chunk(held)
            yield chunk([record.data], record.skipped)
            held, size = [], 0
            continue
        held.append(record.data)
        size += len(record.data)
        if size >= limits.chunk_bytes:
            yield chunk(held)
            held, size = [], 0
    if held:
        yield chunk(held)
    if damage is not None:
        raise damage


class _Splitter:
    """Splits blocks into records."""

    def __init__(self, name: str, blocks: Iterator[bytes], offset: int, limit: int) -> None:
        self._name = name
        self._blocks = blocks
        self._offset = offset
        self._limit = limit
        self._held = bytearray()

    def next_record(self) -> _RawRecord | None:
        """The next record, None at the end; raises `InputError` where what follows is none."""
        head = self._find_head()
        if head is None:
            return None
        length = _length(bytes(self._held[:head]))
        if length is None:
            self._refuse("a record without a valid Content-Length")
        total = head + length
        if total + len(_END) > self._limit:
            return self._take_long(total)
        while len(self._held) < total and self._fill():
            pass
        if len(self._held) < total:
            self._refuse(f"the last record ends {total - len(self._held)} bytes too early")
        while len(self._held) < total + len(_END) and self._fill():
            pass
        return self._take(total + self._gap(total))

    def _find_head(self) -> int | None:
        """How long the head of the next record is; None at the end."""
        searched = 0
        while (end := self._held.find(_END, searched)) < 0:
            searched = max(0, len(self._held) - len(_END))
            if len(self._held) > _HEAD_BYTES or not self._fill():
                if not self._held.strip():
                    return None
                self._refuse("no WARC record follows")
        if not self._held.startswith(b"WARC/"):
            self._refuse("no WARC record follows")
        return end + len(_END)

    def _gap(self, at: int) -> int:
        """How many bytes of line ends stand behind a record's content."""
        found = 0
        while found < len(_END) and self._held[at + found : at + found + 1].isspace():
            found += 1
        return found

    def _take(self, count: int) -> _RawRecord:
        data = bytes(self._held[:count])
        del self._held[:count]
        self._offset += count
        return _RawRecord(data)

    def _take_long(self, total: int) -> _RawRecord:
        while len(self._held) < self._limit and self._fill():
            pass
        head = self._take(min(self._limit, total)).data
        rest = total - len(head)
        while rest > len(self._held):
            rest -= len(self._held)
            self._offset += len(self._held)
            self._held.clear()
            if not self._fill():
                self._refuse(f"the last record ends {rest} bytes too early")
        while len(self._held) < rest + len(_END) and self._fill():
            pass
        behind = rest + self._gap(rest)
        self._take(behind)
        return _RawRecord(head, total - rest - len(head) + behind)

    def _fill(self) -> bool:
        block = next(self._blocks, None)
        if block is not None:
            self._held += block
        return block is not None

    def _refuse(self, what: str) -> NoReturn:
        raise InputError(f"{self._name}: is damaged at byte {self._offset}: {what}; get it again, the rest is not read")


def _header(head: bytes, name: bytes) -> bytes | None:
    """The value of a header, its name in small letters."""
    for found in _HEADER.finditer(head):
        if found.group(1).strip().lower() == name:
            return found.group(2).strip()
    return None


def _length(head: bytes) -> int | None:
    """How many bytes of content a head announces; None where it does not say so in digits."""
    value = _header(head, _LENGTH)
    return int(value) if value is not None and _LENGTH_DIGITS.fullmatch(value) else None


def read_items(chunk: RawChunk, fields: Fields, *, max_bytes: int, to_jsonl: bool) -> list[Item]:
    """The records of a chunk; those that hold no plain text pass."""
    del fields
    first = chunk.start.records + 1
    if chunk.skipped:
        (data,) = chunk.payload
        reason = f"the record has {chunk.size} bytes, too many to be held; raw is its first {len(data)}"
        return [Item(first, data, failure=reason)]
    return [_read_record(first + index, data, max_bytes, to_jsonl) for index, data in enumerate(chunk.payload)]


def _read_record(number: int, data: bytes, max_bytes: int, to_jsonl: bool) -> Item:  # noqa: FBT001 - as it came
    end = data.index(_END) + len(_END)
    head = data[:end]
    kind = (_header(head, b"warc-type") or b"").lower()
    content = (_header(head, b"content-type") or b"text/plain").lower()
    if kind == b"response" and to_jsonl and content.startswith(b"application/http"):
        return _read_page(number, data, head, max_bytes)
    if kind not in _TEXT_RECORDS or not content.startswith(_TEXT_RECORDS[kind]):
        # A record that is no text has no place among lines of JSON.
        return Item(number, b"" if to_jsonl else data)
    body = data[end : end + (_length(head) or 0)]
    try:
        text = body.decode("utf-8")
    except UnicodeDecodeError as error:
        return Item(number, data, failure=f"the text is not UTF-8 at byte {error.start + 1} of the content")
    if reason := too_large(text, max_bytes):
        return Item(number, data, failure=reason)
    url, record_id, date = (_text_header(head, name) for name in (b"warc-target-uri", b"warc-record-id", b"warc-date"))
    write = _JsonWriter(url, record_id, date) if to_jsonl else _RecordWriter(data, head, text, len(body))
    return Item(number, data, Document(text, write, url=url, id=record_id))


def _read_page(number: int, data: bytes, head: bytes, max_bytes: int) -> Item:
    page = read_response(data[len(head) : len(head) + (_length(head) or 0)])
    if page is None:
        return Item(number, b"")
    if page.failure is None and len(page.html) > max_bytes:
        page = Page(failure=f"the page has {len(page.html)} bytes, more than --max-document {max_bytes}")
    if page.failure is not None:
        return Item(number, data, failure=page.failure)
    url, record_id, date = (_text_header(head, name) for name in (b"warc-target-uri", b"warc-record-id", b"warc-date"))
    return Item(number, data, Document("", _JsonWriter(url, record_id, date), url=url, id=record_id, html=page.html))


def _text_header(head: bytes, name: bytes) -> str | None:
    value = _header(head, name)
    return None if value is None else value.decode("utf-8", "replace").strip("<>")


# --- writing ---------------------------------------------------------------------------------------------


@dataclass(frozen=True, slots=True)
class _JsonWriter:
    """Writes a record as a line of JSON."""

    url: str | None
    id: str | None
    date: str | None

    def __call__(self, text: str) -> bytes:
        return json_line({"url": self.url, "id": self.id, "date": self.date, "text": text})


@dataclass(frozen=True, slots=True)
class _RecordWriter:
    """Puts another text into a record; the same text gives the same bytes."""

    data: bytes
    head: bytes
    text: str
    length: int

    def __call__(self, text: str) -> bytes:
        if text == self.text:
            return self.data
        body = text.encode("utf-8")
        return _renewed_head(self.head, body) + body + self.data[len(self.head) + self.length :]


def _renewed_head(head: bytes, body: bytes) -> bytes:
    """A head with the length and the digests of another content; a digest of an unknown kind is left out."""
    made = bytearray()
    position = 0
    for found in _HEADER.finditer(head):
        name = found.group(1).strip().lower()
        if name == _LENGTH or name in _DIGESTS:
            value = str(len(body)).encode() if name == _LENGTH else _digest(found.group(2).strip(), body)
            made += head[position : found.start() if value is None else found.start(2)]
            made += value or b""
            position = found.end() if value is not None else head.index(b"\n", found.end()) + 1
    made += head[position:]
    # With its last header a head may have lost the line end that parts it from the content.
    return bytes(made if made.endswith(_END) else made.rstrip(b"\r\n") + _END)


def _digest(like: bytes, body: bytes) -> bytes | None:
    """The digest of a content, by the algorithm and in the letters of another digest."""
    label, _, value = like.decode("ascii", "replace").partition(":")
    algorithm = label.lower().replace("-", "")
    if algorithm not in _BASE32_LENGTHS:
        return None
    digest = hashlib.new(algorithm, body, usedforsecurity=False)
    if len(value.rstrip("=")) == _BASE32_LENGTHS[algorithm]:
        shown = base64.b32encode(digest.digest()).decode()
        return f"{label}:{shown if value.endswith('=') else shown.rstrip('=')}".encode()
    return f"{label}:{digest.hexdigest()}".encode()


def write_items(done: Sequence[Done], compression: Compression | None, *, to_jsonl: bool) -> bytes:
    """The records of a chunk without those that failed: each a member or frame, as lines of JSON all together."""
    if to_jsonl:
        return compress(b"".join(written_pieces(done)), compression)
    return b"".join(compress(piece, compression) for piece in written_pieces(done))
