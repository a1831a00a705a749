"""HTTP responses in web archives: extracts the page, with its transfer and content encodings undone."""

from __future__ import annotations

import re
import zlib
from dataclasses import dataclass

from cleaner.corpus.records.limits import DEFAULT_MAX_DOCUMENT

__all__ = ["Page", "read_response"]

_END = b"\r\n\r\n"
_HTML_TYPES = ("text/html", "application/xhtml+xml")
# More bytes of headers than any server sends or browser reads (set by hand).
_HEAD_BYTES = 1 << 20
# The line before a chunk: its size, perhaps with leading zeros and an extension after it.
_CHUNK_SIZE = re.compile(rb"[ \t]*+(0*+[0-9A-Fa-f]{0,15})[ \t]*+(?:;[^\r\n]*+)?\r\n")


@dataclass(frozen=True, slots=True)
class Page:
    """The page of a response; ``failure`` says why its bytes could not be read."""

    html: bytes = b""
    failure: str | None = None


def read_response(data: bytes, max_bytes: int = DEFAULT_MAX_DOCUMENT) -> Page | None:
    """The page of an HTTP response; None for another content type, an empty body, or a status that is not a success.

    A page of more than ``max_bytes`` is a failure and is never held in memory, however small it is when compressed.

    >>> read_response(b"HTTP/1.1 200 OK\\r\\nContent-Type: text/html\\r\\n\\r\\n<p>Oui")
    Page(html=b'<p>Oui', failure=None)
    """
    end = data.find(_END)
    body = data[end + len(_END) :]
    status, _, lines = data[: min(end, _HEAD_BYTES)].partition(b"\r\n")
    words = status.split(None, 2)
    if end < 0 or len(words) < 2 or not words[0].startswith(b"HTTP/") or not words[1].startswith(b"2") or not body:
        return None
    if end > _HEAD_BYTES:
        return Page(failure=f"the page cannot be read: its HTTP head has {end} bytes, more than {_HEAD_BYTES}")
    headers = _headers(lines)
    kind = headers.get("content-type", "text/html").partition(";")[0].strip().lower()
    if kind not in _HTML_TYPES:
        return None
    try:
        if "chunked" in headers.get("transfer-encoding", "").lower():
            body = _join_chunks(body)
        page = _decompress(body, headers.get("content-encoding", "").strip().lower(), max_bytes)
    except (ValueError, zlib.error) as error:
        return Page(failure=f"the page cannot be read: {error}")
    if len(page) > max_bytes:
        return Page(failure=f"the page has {len(page)} bytes, more than --max-document {max_bytes}")
    return Page(page)


def _headers(lines: bytes) -> dict[str, str]:
    found: dict[str, str] = {}
    for line in lines.decode("latin-1").split("\n"):
        name, _, value = line.partition(":")
        found.setdefault(name.strip().lower(), value.strip())
    return found


def _join_chunks(body: bytes) -> bytes:
    """The joined chunks of a body; unchanged if it has none, since archives often join them but keep the header."""
    joined = bytearray()
    at = 0
    # Each size is further on than the last one, so this ends.
    while found := _CHUNK_SIZE.match(body, at):
        if not found[1]:
            break
        length = int(found[1], 16)
        if length == 0:
            return bytes(joined)
        end = found.end() + length
        if end > len(body):
            raise ValueError("its last chunk ends too early")
        joined += memoryview(body)[found.end() : end]
        at = end + 2
    if not at:
        return body
    raise ValueError("its chunks are damaged")


def _decompress(body: bytes, encoding: str, max_bytes: int) -> bytes:
    if encoding in ("", "identity"):
        return body
    if encoding in ("gzip", "x-gzip", "deflate"):
        if encoding != "deflate" and not body.startswith(b"\x1f\x8b"):
            # The archive has decompressed the body but kept the header.
            return body
        try:
            return _inflate(body, zlib.MAX_WBITS | 32, max_bytes)
        except zlib.error:
            if encoding != "deflate":
                raise
            return _inflate(body, -zlib.MAX_WBITS, max_bytes)
    if body.lstrip().startswith(b"<"):
        return body
    raise ValueError(f"it is compressed with {encoding}")


def _inflate(body: bytes, window: int, max_bytes: int) -> bytes:
    made = zlib.decompressobj(window).decompress(body, max_bytes + 1)
    if len(made) > max_bytes:
        raise ValueError(f"it has more bytes than --max-document {max_bytes} when it is decompressed")
    return made
