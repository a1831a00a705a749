"""HTTP responses: what a server or an archive may have written is a page or a failure with its reason."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from cleaner.records.http import read_response

HEAD = b"HTTP/1.1 200 OK\r\nContent-Type: text/html\r\nTransfer-Encoding: chunked\r\n\r\n"


def test_chunks_are_joined() -> None:
    """Sizes may be in either case, with an extension behind them."""
    page = read_response(HEAD + b"A;name=x\r\n<p>Oui, ou\r\n1\r\ni\r\n0\r\n\r\n")
    assert page is not None
    assert (page.html, page.failure) == (b"<p>Oui, oui", None)


@pytest.mark.parametrize("size", [b"-6", b"+6", b"0x6", b"1_0", b"", b"f" * 17, b"9" * 5000, "\u0666".encode()])
def test_damaged_size_ends_a_page(size: bytes) -> None:
    """A size that is no plain hexadecimal number of sixteen digits at most is damage, wherever it would lead."""
    page = read_response(HEAD + b"3\r\n<p>\r\n" + size + b"\r\nOui\r\n0\r\n\r\n")
    assert page is not None
    assert page.failure == "the page cannot be read: its chunks are damaged"


@given(st.binary(max_size=200))
def test_any_chunks_come_to_an_end(body: bytes) -> None:
    """Whatever stands in the place of chunks, a page is read or refused."""
    page = read_response(HEAD + b"1\r\n<\r\n" + body)
    assert page is not None
    assert page.html == b"" or page.failure is None
