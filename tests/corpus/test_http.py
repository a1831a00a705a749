"""HTTP responses in archives: wrong sizes and encodings give a reason, never a hang."""

from __future__ import annotations

import gzip
import tracemalloc
import zlib

import pytest
from hypothesis import given
from hypothesis import strategies as st

from cleaner.corpus.records.http import Page, read_response

HEAD = b"HTTP/1.1 200 OK\r\nContent-Type: text/html\r\n"
CHUNKED = HEAD + b"Transfer-Encoding: chunked\r\n\r\n"
DAMAGED = Page(failure="the page cannot be read: its chunks are damaged")
SHORT = Page(failure="the page cannot be read: its last chunk ends too early")


@pytest.mark.parametrize(
    "size",
    [b"-6", b"-0", b"+3", b"1_0", b"0x3", b"3.0", "٣".encode(), b"", b"g", b"3 3", b"3\n", b"f" * 17, b"f" * 5000],
)
def test_size_that_is_no_number_is_damage(size: bytes) -> None:
    """A chunk size has at most fifteen hexadecimal digits: anything else after a good chunk is damage."""
    assert read_response(CHUNKED + b"3\r\nabc\r\n" + size + b"\r\nabc\r\n0\r\n\r\n") == DAMAGED


@pytest.mark.parametrize("size", [b"fff", b"f" * 15, b"0" * 5000 + b"fff"])
def test_size_beyond_the_body_is_told(size: bytes) -> None:
    """A chunk that is larger than what is left of the body ends too early, however large it says it is."""
    assert read_response(CHUNKED + b"3\r\nabc\r\n" + size + b"\r\nabc\r\n0\r\n\r\n") == SHORT


def test_body_without_sizes_is_the_page() -> None:
    """If the first line is not a size, the archive has already joined the chunks but kept the header."""
    for body in (b"<p>Oui", b"-6\r\n<p>Oui", b"\r\n<p>Oui"):
        assert read_response(CHUNKED + body) == Page(body)


@given(st.lists(st.binary(min_size=1, max_size=20), max_size=10), st.sampled_from([b"", b";a=b", b" ; a", b" "]))
def test_chunks_are_joined(parts: list[bytes], extension: bytes) -> None:
    """Chunks give the body they were cut from, with extensions after their sizes, and zeros before them."""
    body = b"".join(b"0%X%s\r\n%s\r\n" % (len(part), extension, part) for part in parts) + b"0\r\n\r\n"
    assert read_response(CHUNKED + body) == Page(b"".join(parts))


@given(st.binary(max_size=60).map(lambda data: data.replace(b"a", b"\r\n").replace(b"b", b"1")))
def test_any_body_is_read_to_its_end(body: bytes) -> None:
    """Whatever bytes a chunked body has, there is a page or a reason."""
    page = read_response(CHUNKED + b"1\r\nx\r\n" + body)
    assert page is not None
    assert (page.failure is None) == page.html.startswith(b"x")


@pytest.mark.parametrize(
    ("encoding", "body"),
    [
        (b"gzip", gzip.compress(bytes(100 << 20))),
        (b"deflate", zlib.compress(bytes(100 << 20))),
        (b"deflate", zlib.compress(bytes(100 << 20))[2:-4]),
    ],
    ids=["gzip", "zlib", "deflate"],
)
def test_bomb_is_never_held(encoding: bytes, body: bytes) -> None:
    """A page that is larger than the limit when it is decompressed is a failure, and takes little more memory."""
    limit = 1 << 20
    tracemalloc.start()
    page = read_response(HEAD + b"Content-Encoding: " + encoding + b"\r\n\r\n" + body, limit)
    _, peak = tracemalloc.get_traced_memory()
    tracemalloc.stop()
    assert page == Page(
        failure=f"the page cannot be read: it has more bytes than --max-document {limit} when it is decompressed"
    )
    assert peak < 8 * limit


@pytest.mark.parametrize("size", [999, 1000, 1001])
@pytest.mark.parametrize("encoding", [b"identity", b"gzip"])
def test_limit_is_exact(size: int, encoding: bytes) -> None:
    """A page of just the limit is read, one of a byte more is a failure."""
    body = b"<" * size
    packed = gzip.compress(body) if encoding == b"gzip" else body
    page = read_response(HEAD + b"Content-Encoding: " + encoding + b"\r\n\r\n" + packed, 1000)
    assert page is not None
    assert (page.html == body, page.failure is None) == (size <= 1000, size <= 1000)


def test_head_without_measure_is_a_failure() -> None:
    """A head of more than a megabyte is not parsed."""
    page = read_response(HEAD + b"\n" * (2 << 20) + b"\r\n\r\n<p>Oui")
    assert page is not None
    assert (
        page.failure
        == f"the page cannot be read: its HTTP head has {len(HEAD) - 2 + (2 << 20) + 2} bytes, more than 1048576"
    )


def test_header_ends_with_its_line_only() -> None:
    """Letters that Python counts as line ends, such as U+0085, end no header."""
    head = HEAD + b"X: \x85Content-Encoding: br\r\n\r\n"
    assert read_response(head + b"plain") == Page(b"plain")
