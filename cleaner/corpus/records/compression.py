"""Compressed bytes in and out: gzip, Zstandard, bzip2 and xz.

What is written is a sequence of members (in gzip's word; Zstandard has frames, bzip2 and xz streams), each complete in
itself and independent of the time: the same input bytes give the same output bytes, and a file may be cut after any
of them.
"""

from __future__ import annotations

import gzip
import zlib
from collections.abc import Callable, Iterator
from functools import cache
from importlib import import_module
from typing import TYPE_CHECKING, Any, Protocol, cast

from cleaner.corpus.records.sources import Compression
from cleaner.errors import InputError

if TYPE_CHECKING:
    import zstandard

__all__ = ["BLOCK_BYTES", "DamagedError", "compress", "decompressed", "find_compression", "may_be_compressed"]

BLOCK_BYTES = 1 << 16
_GZIP_LEVEL = 6
_ZSTD_LEVEL = 3
_BZIP2_LEVEL = 9
_XZ_PRESET = 6
# A window larger than the data is of no use, and takes memory in each process.
_XZ_WINDOWS = (1 << 12, 1 << 23)
# The largest window that the Zstandard command line reads without --long=31; a window may need this much memory.
_WINDOW = 1 << 27
# Bytes given to a decompressor at once: 4 bytes can be a Zstandard block of 128 kB, so this can become 16 MB.
_PIECE_BYTES = 1 << 9
# The most bytes that bzip2 and xz give back at once, of which 40 bytes can become 46 MB.
_MADE_BYTES = 1 << 22
_MARKS: tuple[tuple[bytes, Compression], ...] = (
    (b"\x1f\x8b", "gz"),
    (b"\x28\xb5\x2f\xfd", "zst"),
    (b"\xfd7zXZ\0", "xz"),
    # The level, and the digits of pi before a block or those of its square root at the end.
    *((b"BZh%d%b" % (level, begun), "bz2") for level in range(1, 10) for begun in (b"1AY&SY", b"\x17rE8P\x90")),
)
# Padding that may stand after a member.
_PADDED = ("gz", "xz")


class DamagedError(Exception):
    """Compressed bytes are damaged; the message is what is wrong with the file, and how to fix it."""


def find_compression(head: bytes) -> Compression | None:
    r"""How some bytes are compressed, by their first bytes.

    >>> find_compression(b"\x1f\x8b\x08"), find_compression(b"BZh9 is no word.")
    ('gz', None)
    """
    return next((name for mark, name in _MARKS if head.startswith(mark)), None)


def may_be_compressed(head: bytes) -> bool:
    """Whether more bytes are needed to say how some bytes are compressed."""
    return any(mark.startswith(head) and mark != head for mark, _ in _MARKS)


# --- writing ---------------------------------------------------------------------------------------------


def compress(data: bytes, compression: Compression | None, *, even_empty: bool = False) -> bytes:
    """Bytes as one member, or as they are; no bytes stay none, except with ``even_empty``.

    >>> compress(b"a", None), compress(b"a", "gz") == compress(b"a", "gz")
    (b'a', True)
    """
    if compression is None or not (data or even_empty):
        return data
    return _WRITERS[compression](data)


def _gzip_bytes(data: bytes) -> bytes:
    return gzip.compress(data, _GZIP_LEVEL, mtime=0)


def _zstd_bytes(data: bytes) -> bytes:
    return _zstd_compressor().compress(data)


@cache
def _zstd_compressor() -> zstandard.ZstdCompressor:
    import zstandard

    return zstandard.ZstdCompressor(level=_ZSTD_LEVEL, write_checksum=True)


def _bzip2_bytes(data: bytes) -> bytes:
    return bytes(_library("bz2", "bzip2").compress(data, _BZIP2_LEVEL))


def _xz_bytes(data: bytes) -> bytes:
    lzma = _library("lzma", "xz")
    least, most = _XZ_WINDOWS
    chosen = {"id": lzma.FILTER_LZMA2, "preset": _XZ_PRESET, "dict_size": min(max(len(data), least), most)}
    return bytes(lzma.compress(data, format=lzma.FORMAT_XZ, filters=[chosen]))


_WRITERS: dict[Compression, Callable[[bytes], bytes]] = {
    "gz": _gzip_bytes,
    "zst": _zstd_bytes,
    "bz2": _bzip2_bytes,
    "xz": _xz_bytes,
}


def _library(module: str, name: str) -> Any:
    """A module of the standard library that some builds of Python lack."""
    try:
        return import_module(module)
    except ImportError:
        raise InputError(
            f"{name}: this Python was built without it; decompress files first, or use another Python"
        ) from None


# --- reading ---------------------------------------------------------------------------------------------


class _Member(Protocol):
    """One member being decompressed."""

    @property
    def eof(self) -> bool: ...
    @property
    def unused_data(self) -> bytes: ...
    def decompress(self, data: bytes, /) -> bytes: ...


class _BoundedMember(_Member, Protocol):
    """A member that gives its bytes in parts."""

    @property
    def needs_input(self) -> bool: ...
    def decompress(self, data: bytes, /, max_length: int = -1) -> bytes: ...


def decompressed(blocks: Iterator[bytes], compression: Compression) -> Iterator[tuple[bytes, bool]]:
    """Decompressed blocks, and whether each begins a member; no block extends from one member into the next.

    Raises `DamagedError` after everything before the damage.
    """
    held = bytearray()
    begins_member = True
    try:
        for data, ends_member in _pieces(blocks, compression):
            held += data
            if len(held) >= BLOCK_BYTES or (ends_member and held):
                yield bytes(held), begins_member
                held.clear()
                begins_member = False
            begins_member = begins_member or ends_member
    except DamagedError:
        if held:
            yield bytes(held), begins_member
        raise


def _pieces(blocks: Iterator[bytes], compression: Compression) -> Iterator[tuple[bytes, bool]]:
    """The decompressed bytes of each piece of the blocks, and whether its member ends there."""
    make, failure = _READERS[compression]()
    member: _Member | None = None
    for start in (block[at : at + _PIECE_BYTES] for block in blocks for at in range(0, len(block), _PIECE_BYTES)):
        piece = start
        while piece:
            if member is None:
                piece = piece.lstrip(b"\0") if compression in _PADDED else piece
                if not piece:
                    break
                member = make()
            try:
                for data in _parts(member, piece):
                    yield data, member.eof
            except failure as error:
                raise DamagedError(_damage(str(error))) from None
            piece = member.unused_data if member.eof else b""
            if member.eof:
                member = None
    if member is not None:
        raise DamagedError(_damage("it ends in the middle of compressed data"))


def _parts(member: _Member, piece: bytes) -> Iterator[bytes]:
    """What a piece becomes: in parts of a bearable size where the library would give it all at once."""
    if not hasattr(member, "needs_input"):
        yield member.decompress(piece)
        return
    bounded = cast("_BoundedMember", member)
    yield bounded.decompress(piece, max_length=_MADE_BYTES)
    while not (bounded.eof or bounded.needs_input):
        yield bounded.decompress(b"", max_length=_MADE_BYTES)


def _damage(reason: str) -> str:
    if "too much memory" in reason:
        return f"has a window of more than {_WINDOW >> 20} MB; decompress it first (zstd -d --long=31)"
    if "emory usage limit" in reason:
        return f"needs more than {_WINDOW >> 20} MB of memory to be read; decompress it first (xz -d)"
    return f"is damaged or cut off: {reason}; get it again"


# A function that makes the decompressor of a member, and the type of error that it raises.
_Reader = tuple[Callable[[], _Member], type[Exception]]


def _gzip_reader() -> _Reader:
    return lambda: zlib.decompressobj(wbits=31), zlib.error


def _zstd_reader() -> _Reader:
    import zstandard

    return zstandard.ZstdDecompressor(max_window_size=_WINDOW).decompressobj, zstandard.ZstdError


def _bzip2_reader() -> _Reader:
    return _library("bz2", "bzip2").BZ2Decompressor, OSError


def _xz_reader() -> _Reader:
    lzma = _library("lzma", "xz")
    # A little more than the window is needed.
    limit = _WINDOW + (1 << 20)
    return lambda: lzma.LZMADecompressor(lzma.FORMAT_XZ, memlimit=limit), lzma.LZMAError


_READERS: dict[Compression, Callable[[], _Reader]] = {
    "gz": _gzip_reader,
    "zst": _zstd_reader,
    "bz2": _bzip2_reader,
    "xz": _xz_reader,
}
