"""Targets for the readers of collections: JSONL, WARC, HTTP responses.

Each input gives either records or a named error, reading always ends and always advances, and writing the same text
back gives the bytes that were read.
"""

from __future__ import annotations

import gzip
import json
import zlib
from collections.abc import Iterator
from functools import cache, partial
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any

from cleaner.corpus.records.chunks import Fields, Item, Limits, Place, RawChunk, record_format
from cleaner.corpus.records.http import Page, read_response
from cleaner.corpus.records.sources import Compression, Format, Source
from cleaner.errors import InputError
from fuzz.documents import page_seeds
from fuzz.mutations import mutate_with
from fuzz.target import Target, chosen_by
from tests.material import sample_texts

__all__ = ["HTTP", "JSONL", "WARC"]

_LIMITS = (Limits(1 << 20, 1 << 22), Limits(200, 1 << 20), Limits(64, 300), Limits(1, 40))
_MAX_DOCUMENT = 100_000
_FIELDS = (
    Fields(),
    Fields(text="page.body", title="", result="clean"),
    Fields(text="text", result="page.clean"),
    Fields(is_html=True, result="text2"),
)
_NEW = 'new "text"\n\ud800é\x00'


@cache
def _folder() -> TemporaryDirectory[str]:
    """A folder for the one file that a reader reads; removed when the process ends."""
    return TemporaryDirectory(prefix="cleaner-fuzz-")


def source_of(data: bytes, name: str, kind: Format, compression: Compression | None = None) -> Source:
    """A source with these bytes."""
    path = Path(_folder().name) / name
    path.write_bytes(data)
    return Source(name, path, Path(name), kind, compression)


# --- JSONL and WARC --------------------------------------------------------------------------------------


def _read(data: bytes, kind: Format, *, with_jsonl: bool) -> tuple[list[RawChunk], list[Item], InputError | None]:
    """The chunks of a file, all its records, and the error that ended it too early."""
    limits, fields = _LIMITS[chosen_by(data, 4)], _FIELDS[chosen_by(data[1:], 4)]
    reader = record_format(kind)
    chunks: list[RawChunk] = []
    damage: InputError | None = None
    try:
        for chunk in reader.read_chunks(source_of(data, "a", kind), Place(), limits, fields):
            assert chunk.end.offset > chunk.start.offset, "reading advances"
            assert len(chunks) <= len(data), "reading ends"
            chunks.append(chunk)
    except InputError as error:
        damage = error
    to_jsonl = with_jsonl and len(data) % 2 == 1
    read_items = partial(reader.read_items, fields=fields, max_bytes=_MAX_DOCUMENT, to_jsonl=to_jsonl)
    return chunks, [item for chunk in chunks for item in read_items(chunk)], damage


def _check_chunks(
    data: bytes, kind: Format, chunks: list[RawChunk], items: list[Item], damage: InputError | None
) -> None:
    """Chunks follow each other from the beginning, contain all bytes up to their end, and can be resumed."""
    place = Place()
    for chunk in chunks:
        assert chunk.start == place, "a chunk begins where the previous one ends"
        held = chunk.payload if isinstance(chunk.payload, bytes) else b"".join(chunk.payload)
        assert data.startswith(held, place.offset), "a chunk holds the bytes of its place"
        assert len(held) + chunk.skipped == chunk.size == chunk.end.offset - place.offset, "a chunk holds all its bytes"
        place = chunk.end
    assert damage is not None or place.offset >= len(data.rstrip()), "what is not read is reported"
    assert [item.number for item in items] == list(range(1, place.records + 1)), "records are counted"
    if chunks:
        middle = chunks[len(chunks) // 2].start
        limits, fields = _LIMITS[chosen_by(data, 4)], _FIELDS[chosen_by(data[1:], 4)]
        later: list[RawChunk] = []
        try:
            later.extend(record_format(kind).read_chunks(source_of(data, "a", kind), middle, limits, fields))
        except InputError:
            assert damage is not None, "what could be read can be read again"
        shown = [(chunk.payload, chunk.start, chunk.end) for chunk in chunks if chunk.start.offset >= middle.offset]
        assert [(chunk.payload, chunk.start, chunk.end) for chunk in later] == shown, (
            "reading can be resumed at any chunk"
        )


def _check_items(items: list[Item]) -> None:
    for item in items:
        assert item.document is None or item.failure is None, "a record is a document, or a failure"
        assert item.failure is None or item.failure.strip(), "a failure has a reason"


def _check_jsonl(data: bytes, found: tuple[list[RawChunk], list[Item], InputError | None]) -> None:
    chunks, items, damage = found
    assert damage is None, "a plain file of lines is never damaged"
    _check_chunks(data, "jsonl", chunks, items, damage)
    _check_items(items)
    fields = _FIELDS[chosen_by(data[1:], 4)]
    assert b"".join(item.raw for item in items if item.failure is None) in data or any(item.failure for item in items)
    for item in items:
        if item.document is None:
            continue
        before = _plain(item.raw)
        assert isinstance(before, dict), "only an object is a document"
        made = item.document.write(_NEW)
        after = _plain(made)
        target = fields.result or fields.text
        assert _at(after, target) == _NEW, "the new text is there"
        assert made.endswith(b"\n") == item.raw.endswith(b"\n"), "a line stays a line"
        assert b"\n" not in made[:-1], "a record stays one line"
        if target == "text":
            assert {**after, "text": 0} == {**before, "text": 0}, "everything else stays"
            assert item.document.write(item.document.text) == item.raw, "the same text is the same line"


def _plain(line: bytes) -> Any:
    """The value of a line for another JSON reader; numbers stay text, so that none is too long."""
    text = line.decode("utf-8-sig" if line.startswith(b"\xef\xbb\xbf") else "utf-8")
    return json.loads(text, parse_int=str, parse_float=str, parse_constant=str)


def _at(value: Any, name: str) -> Any:
    for key in name.split("."):
        value = value[key]
    return value


def _jsonl_seeds() -> Iterator[bytes]:
    lines = [
        json.dumps(
            {"id": at, "url": "https://example.org/", "text": text[:300], "page": {"body": text[:100], "clean": ""}},
            ensure_ascii=at % 2 == 0,
        )
        for at, text in enumerate(sample_texts()[:40])
    ]
    yield from (line.encode() for line in lines)
    yield "\n".join(lines[:8]).encode() + b"\n"
    yield "\r\n".join(lines[8:12]).encode()


_JSON_PIECES = tuple(
    piece.encode("utf-8", "surrogatepass")
    for piece in (
        '{"text": "a"}\n',
        '{"text": "a", "text": "b", "page": {"body": "c"}, "page": {"body": "d", "body": "e"}}\n',
        '{"page": {"body": "x", "clean": "y"}}\n',
        '"text": "',
        '"text": {"text": 1}',
        '"id": ' + "9" * 5000,
        '"id": -0',
        '"id": ٣',
        '"id": 1e400,',
        '"title": null,',
        '"url": 5, "lang": [],',
        "NaN",
        "-Infinity",
        "[" * 2000,
        '{"a":' * 500,
        '"\\ud800\\udc00\\u0000"',
        "\\u",
        "\ud800",
        "\ufeff",
        "\x00",
        "\n",
        "\r",
        "\r\n",
        "\u2028",
        "\x85",
        "\x0c",
        "\\",
        '"',
        "{}",
        "{",
        "}",
        ":",
        ",",
        " " * 100,
        "true",
        "x" * 500,
    )
)


# --- WARC ------------------------------------------------------------------------------------------------


def _check_warc(data: bytes, found: tuple[list[RawChunk], list[Item], InputError | None]) -> None:
    chunks, items, damage = found
    _check_chunks(data, "warc", chunks, items, damage)
    _check_items(items)
    to_jsonl = len(data) % 2 == 1
    for item in items:
        if item.document is None:
            continue
        made = item.document.write("Neu: é\n")
        if to_jsonl:
            assert json.loads(made)["text"] == "Neu: é\n", "a line of JSON holds the text"
            continue
        assert item.document.write(item.document.text) == item.raw, "the same text is the same record"
        again, items_again, damage_again = _read_records(made)
        assert damage_again is None, "a record that was written can be read"
        assert [one.document and one.document.text for one in items_again] == ["Neu: é\n"], "it holds its text"
        assert len(again) == 1


def _read_records(data: bytes) -> tuple[list[RawChunk], list[Item], InputError | None]:
    reader, limits = record_format("warc"), Limits(1 << 20, 1 << 22)
    chunks: list[RawChunk] = []
    damage: InputError | None = None
    try:
        chunks.extend(reader.read_chunks(source_of(data, "b", "warc"), Place(), limits, Fields()))
    except InputError as error:
        damage = error
    read_items = partial(reader.read_items, fields=Fields(), max_bytes=_MAX_DOCUMENT, to_jsonl=False)
    return chunks, [item for chunk in chunks for item in read_items(chunk)], damage


def _record(kind: str, content_type: str, body: bytes, *extra: str) -> bytes:
    head = ["WARC/1.0", f"WARC-Type: {kind}", f"Content-Type: {content_type}", "WARC-Record-ID: <urn:uuid:1>", *extra]
    return "\r\n".join([*head, f"Content-Length: {len(body)}", "", ""]).encode() + body + b"\r\n\r\n"


_DIGEST = "WARC-Block-Digest: sha1:3I42H3S6NNFQ2MSVX7XZKYAYSCX5QBYJ"


def _warc_seeds() -> Iterator[bytes]:
    records = [
        _record("conversion", "text/plain", text[:200].encode(), _DIGEST, "WARC-Target-URI: https://example.org/")
        for text in sample_texts()[:12]
    ]
    responses = [_record("response", "application/http; msgtype=response", data) for data in list(_http_seeds())[:12]]
    yield from records[:6]
    yield from responses[:6]
    yield _record("warcinfo", "application/warc-fields", b"software: x\r\n") + b"".join(records[6:] + responses[6:])


_HEADERS = tuple(
    line.encode("utf-8", "surrogatepass")
    for line in (
        "WARC/1.0\r\n",
        "WARC/1.1\r\n",
        "WARC-Type: conversion\r\n",
        "warc-type:resource\r\n",
        "WARC-Type: response\r\n",
        "Content-Type: text/plain\r\n",
        "Content-Type: application/http\r\n",
        "Content-Length: 0\r\n",
        "Content-Length: 5\r\n",
        "Content-Length: -6\r\n",
        "Content-Length: +5\r\n",
        "Content-Length: 1_0\r\n",
        "Content-Length: ²\r\n",
        "Content-Length: 99999999999999999999\r\n",
        "Content-Length: " + "9" * 5000 + "\r\n",
        "Content-Length: 5\r\nContent-Length: 7\r\n",
        "Content-Length:\r\n 5\r\n",
        _DIGEST + "\r\n",
        "WARC-Payload-Digest: md4:x\n",
        "WARC-Block-Digest: sha256:ABC=\r\n",
        "WARC-Block-Digest: \xff:\n\r\n",
        "WARC-Target-URI: <\udcff>\r\n",
        "\r\n\r\n",
        "\r\n",
        "\n\n",
        "\r",
        " ",
        ":",
    )
)


# --- HTTP ------------------------------------------------------------------------------------------------


def _check_response(_data: bytes, page: Page | None) -> None:
    if page is not None:
        assert isinstance(page.html, bytes)
        assert page.failure is None or (page.failure.strip() and page.html == b""), (
            "a failure has a reason, and no page"
        )


def _http_seeds() -> Iterator[bytes]:
    for number, page in enumerate(list(page_seeds())[:60]):
        body, extra = page[:400], ""
        step = number % 5
        if step == 1:
            body, extra = gzip.compress(body, mtime=0), "Content-Encoding: gzip\r\n"
        elif step == 2:
            body, extra = zlib.compress(body), "Content-Encoding: deflate\r\n"
        elif step == 3:
            chunks = [body[at : at + 100] for at in range(0, len(body), 100)]
            body = b"".join(b"%x\r\n%b\r\n" % (len(chunk), chunk) for chunk in chunks) + b"0\r\n\r\n"
            extra = "Transfer-Encoding: chunked\r\n"
        yield b"HTTP/1.1 200 OK\r\nContent-Type: text/html\r\n" + extra.encode() + b"\r\n" + body


_HTTP_PIECES = (
    b"HTTP/1.1 200 OK\r\n",
    b"HTTP/1.0 2\r\n",
    b"HTTP/1.1 304 Not Modified\r\n\r\n",
    b"Transfer-Encoding: chunked\r\n",
    b"Transfer-Encoding: gzip, chunked\r\n",
    b"Content-Encoding: gzip\r\n",
    b"Content-Encoding: br\r\n",
    b"Content-Encoding: deflate\r\n",
    b"Content-Encoding: gzip, gzip\r\n",
    b"Content-Type: text/html; charset=\xff\r\n",
    b"Content-Type: \r\n",
    b"\r\n\r\n",
    b"\r\n",
    b"0\r\n\r\n",
    b"-6\r\n",
    b"-0\r\n",
    b"+5\r\n",
    b"0x5\r\n",
    b"1_0\r\n",
    b"5;a=b\r\n",
    b"ffffffffffffffff\r\n",
    b"f" * 5000 + b"\r\n",
    b"\x1f\x8b\x08\x00\x00\x00\x00\x00\x00\x03",
    gzip.compress(b"<p>a" * 100_000, mtime=0),
    gzip.compress(b"<p>a", mtime=0)[:-3],
    zlib.compress(b"<p>b"),
    zlib.compress(b"<p>b")[2:-4],
    b"<p>",
)


JSONL = Target(
    partial(_read, kind="jsonl", with_jsonl=False),
    _check_jsonl,
    _jsonl_seeds,
    mutate_with(_JSON_PIECES, (b"{", b"}", b'"', b":", b",", b"\n")),
)
WARC = Target(
    partial(_read, kind="warc", with_jsonl=True),
    _check_warc,
    _warc_seeds,
    mutate_with((*_HEADERS, *_HTTP_PIECES), (b"\r\n", b"\n", b": ")),
)
HTTP = Target(read_response, _check_response, _http_seeds, mutate_with(_HTTP_PIECES, (b"\r\n", b": ")))
