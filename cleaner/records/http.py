"""HTTP responses as web archives hold them: the page of one, its transfer and content encodings undone."""

from __future__ import annotations

import re
import zlib
from dataclasses import dataclass

__all__ = ["Page", "read_response"]

_END = b"\r\n\r\n"
# The size of a chunk: more digits than a file system counts are damage.
_CHUNK_SIZE = re.compile(rb"[0-9A-Fa-f]{1,16}")
_HTML_TYPES = ("text/html", "application/xhtml+xml")
# What a page may become when it is decompressed: more is no page but an attack.
MAX_PAGE_BYTES = 64 << 20


@dataclass(frozen=True, slots=True)
class Page:
    """The page of a response; ``failure`` says why its bytes could not be read."""

    html: bytes = b""
    failure: str | None = None


def read_response(data: bytes) -> Page | None:
    """The page of an HTTP response, None where it holds none: another type, no body, or a status that is no success.

    >>> read_response(b"HTTP/1.1 200 OK\\r\\nContent-Type: text/html\\r\\n\\r\\n<p>Oui")
    Page(html=b'<p>Oui', failure=None)
    """
    head, found, body = data.partition(_END)
    status, _, lines = head.partition(b"\r\n")
    words = status.split(None, 2)
    if not found or len(words) < 2 or not words[0].startswith(b"HTTP/") or not words[1].startswith(b"2") or not body:
        return None
    headers = _headers(lines)
    kind = headers.get("content-type", "text/html").partition(";")[0].strip().lower()
    if kind not in _HTML_TYPES:
        return None
    try:
        if "chunked" in headers.get("transfer-encoding", "").lower():
            body = _join_chunks(body)
        return Page(_decompress(body, headers.get("content-encoding", "").strip().lower()))
    except (ValueError, zlib.error) as error:
        return Page(failure=f"the page cannot be read: {error}")


def _headers(lines: bytes) -> dict[str, str]:
    found: dict[str, str] = {}
    for line in lines.decode("latin-1").splitlines():
        name, _, value = line.partition(":")
        found.setdefault(name.strip().lower(), value.strip())
    return found


def _join_chunks(body: bytes) -> bytes:
    """A body whose chunks have their sizes in front; archives often keep the header and have joined the chunks."""
    parts: list[bytes] = []
    at = 0
    while True:
        end = body.find(b"\r\n", at)
        size = body[at : max(end, at)].partition(b";")[0].strip()
        if end < 0 or not _CHUNK_SIZE.fullmatch(size):
            if not parts:
                return body
            raise ValueError("its chunks are damaged")
        length = int(size, 16)
        if length == 0:
            return b"".join(parts)
        parts.append(body[end + 2 : end + 2 + length])
        at = end + 2 + length + 2
        if at > len(body) + 2:
            raise ValueError("its last chunk ends too early")


def _decompress(body: bytes, encoding: str) -> bytes:
    if encoding in ("", "identity"):
        return body
    if encoding in ("gzip", "x-gzip", "deflate"):
        if encoding != "deflate" and not body.startswith(b"\x1f\x8b"):
            # The archive has decompressed the body and kept the header.
            return body
        try:
            return _inflate(body, zlib.MAX_WBITS | 32)
        except zlib.error:
            if encoding != "deflate":
                raise
            return _inflate(body, -zlib.MAX_WBITS)
    if body.lstrip().startswith(b"<"):
        return body
    raise ValueError(f"it is compressed with {encoding}")


def _inflate(body: bytes, window: int) -> bytes:
    stream = zlib.decompressobj(window)
    made = stream.decompress(body, MAX_PAGE_BYTES)
    if stream.unconsumed_tail:
        raise ValueError(f"it has more than {MAX_PAGE_BYTES} bytes when decompressed")
    return made
