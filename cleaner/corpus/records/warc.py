"""WARC and WET: the text records of web archives are cleaned, all other records pass unchanged.

HTML pages, in responses, are cleaned if the output is JSONL.

A record is a head (a version, then named headers), as many bytes as the head says, and two line ends. Length and
digests are computed again; headers that do not depend on the text are kept as they are. Each record is compressed by
itself, as readers of such archives expect.
"""

from __future__ import annotations

import base64
import hashlib
import re
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass

from cleaner.corpus.records.archives import END, HEADER, LENGTH, Splitter, content_length, read_headers
from cleaner.corpus.records.chunks import Document, Done, Fields, Item, Limits, Place, RawChunk, too_large
from cleaner.corpus.records.http import read_response
from cleaner.corpus.records.jsonl import json_line, written_pieces
from cleaner.corpus.records.sources import Compression, Source
from cleaner.corpus.records.streams import compress
from cleaner.errors import InputError

__all__ = ["read_chunks", "read_items", "write_items"]

_LINE_END = re.compile(rb"\r?\n")
_DIGESTS = (b"warc-block-digest", b"warc-payload-digest")
# Kinds of records that may hold text, with the type of content they must have.
_TEXT_RECORDS = {b"conversion": b"text/", b"resource": b"text/plain"}
_BASE32_LENGTHS = {"md5": 26, "sha1": 32, "sha256": 56, "sha512": 104}


# --- reading ---------------------------------------------------------------------------------------------


def read_chunks(source: Source, start: Place, limits: Limits, fields: Fields) -> Iterator[RawChunk]:
    """Chunks of whole records; an unreadable record is a chunk of its own, of which only the beginning is held."""
    del fields
    records = Splitter(source, start.offset, limits.record_bytes)
    held: list[bytes] = []
    size = 0
    place = start

    def chunk(payload: list[bytes], skipped: int = 0, failure: str | None = None) -> RawChunk:
        nonlocal place
        length = sum(map(len, payload)) + skipped
        begin, place = place, Place(place.offset + length, place.records + len(payload))
        return RawChunk(payload, begin, place, length, records.consumed, skipped, failure)

    damage: InputError | None = None
    while True:
        try:
            record = records.next_record()
        except InputError as error:
            damage = error
            break
        if record is None:
            break
        if record.failure is not None:
            if held:
                yield chunk(held)
            yield chunk([record.data], record.skipped, record.failure)
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


def read_items(chunk: RawChunk, fields: Fields, *, max_bytes: int, to_jsonl: bool) -> list[Item]:
    """The records of a chunk; those without plain text pass unchanged."""
    del fields
    first = chunk.start.records + 1
    if chunk.failure is not None:
        return [Item(first, data, failure=chunk.failure) for data in chunk.payload]
    return [_read_record(first + index, data, max_bytes, to_jsonl) for index, data in enumerate(chunk.payload)]


def _read_record(number: int, data: bytes, max_bytes: int, to_jsonl: bool) -> Item:  # noqa: FBT001 - as it came
    end = data.index(END) + len(END)
    head = data[:end]
    headers = read_headers(head)
    body = data[end : end + (content_length(headers) or 0)]
    kind = headers.get(b"warc-type", b"").lower()
    content = headers.get(b"content-type", b"text/plain").lower()
    url, record_id, date = (_text(headers, name) for name in (b"warc-target-uri", b"warc-record-id", b"warc-date"))
    as_json = _JsonWriter(url, record_id, date)
    if kind == b"response" and to_jsonl and content.startswith(b"application/http"):
        return _page(number, data, body, max_bytes, as_json)
    if kind not in _TEXT_RECORDS or not content.startswith(_TEXT_RECORDS[kind]):
        # A record that is not text is left out of JSONL.
        return Item(number, b"" if to_jsonl else data)
    try:
        text = body.decode("utf-8")
    except UnicodeDecodeError as error:
        failure = f"the text is not UTF-8 at byte {error.start + 1} of the content"
        return Item(number, data, failure=failure, id=record_id)
    if reason := too_large(text, max_bytes):
        return Item(number, data, failure=reason, id=record_id)
    write = as_json if to_jsonl else _RecordWriter(data, head, text, len(body))
    return Item(number, data, Document(text, write, url=url, id=record_id))


def _page(number: int, data: bytes, body: bytes, max_bytes: int, write: _JsonWriter) -> Item:
    page = read_response(body, max_bytes)
    if page is None:
        return Item(number, b"")
    if page.failure is not None:
        return Item(number, data, failure=page.failure, id=write.id)
    return Item(number, data, Document("", write, url=write.url, id=write.id, html=page.html))


def _text(headers: Mapping[bytes, bytes], name: bytes) -> str | None:
    value = headers.get(name)
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
    """Puts another text into a record; the original text gives the original bytes."""

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
    """A head with the length and the digests of new content; a digest of an unknown kind is left out.

    >>> _renewed_head(b"WARC/1.0\\r\\nContent-Length: 5\\r\\n\\r\\n", b"Oui")
    b'WARC/1.0\\r\\nContent-Length: 3\\r\\n\\r\\n'
    """
    made = bytearray()
    position = 0
    for found in HEADER.finditer(head):
        name = found.group(1).strip().lower()
        if name == LENGTH or name in _DIGESTS:
            value = str(len(body)).encode() if name == LENGTH else _digest(found.group(2).strip(), body)
            made += head[position : found.start() if value is None else found.start(2)]
            made += value or b""
            position = found.end() if value is not None else head.index(b"\n", found.end()) + 1
    made += head[position:]
    if made.find(END) == len(made) - len(END):
        return bytes(made)
    # Leaving out a header may put two line ends together, and the head would end there, or nowhere.
    return b"\r\n".join(line for line in _LINE_END.split(bytes(made)) if line) + END


def _digest(like: bytes, body: bytes) -> bytes | None:
    """The digest of a record's content, with the algorithm and encoding of another digest."""
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
    """The records of a chunk without those that failed: each as its own member or frame, or all in one as JSONL."""
    if to_jsonl:
        return compress(b"".join(written_pieces(done)), compression)
    return b"".join(compress(piece, compression) for piece in written_pieces(done))
