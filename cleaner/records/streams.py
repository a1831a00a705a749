"""The bytes of a source, block by block, decompressed; and compressed bytes to write.

Compressed output is a row of members (gzip) or frames (Zstandard), each complete in itself, with nothing in it that
depends on the time: the same bytes in give the same bytes out, and a file may be cut after any of them.
"""

from __future__ import annotations

import gzip
import sys
import zlib
from collections.abc import Callable, Iterator
from functools import cache
from typing import TYPE_CHECKING, Any, BinaryIO, Protocol

from cleaner.errors import InputError
from cleaner.records.sources import Compression, Source, input_error

if TYPE_CHECKING:
    import zstandard

__all__ = ["Blocks", "compress", "read_all"]

_BLOCK_BYTES = 1 << 16
# Compressed bytes that are decompressed at once: even where four of them become 128 kB, as a block of one letter does
# in Zstandard, that is 16 MB.
_PIECE_BYTES = 1 << 9
_GZIP_LEVEL = 6
_ZSTD_LEVEL = 3
# The largest window that the Zstandard command line writes (--long=31).
_ZSTD_WINDOW = 1 << 31
_MAGIC: tuple[tuple[bytes, Compression], ...] = ((b"\x1f\x8b", "gz"), (b"\x28\xb5\x2f\xfd", "zst"))


class Blocks:
    """The bytes of a source in blocks of any size, decompressed; an iterator that can be read once.

    ``skip``: how many decompressed bytes to leave out at the beginning. ``consumed`` is how far the file itself has
    been read. Standard input is decompressed where it begins like something compressed. Raises `InputError` where
    the source cannot be read, or is damaged.
    """

    def __init__(self, source: Source, skip: int = 0) -> None:
        self.consumed = 0
        self._source = source
        self._skip = skip

    def __iter__(self) -> Iterator[bytes]:
        try:
            if self._source.path is None:
                yield from _skipped(self._standard_input(), self._skip)
                return
            with self._source.path.open("rb", buffering=0) as file:
                if self._source.compression is None:
                    self.consumed = file.seek(self._skip)
                    yield from self._raw(file.read)
                else:
                    yield from _skipped(_decompressed(self._raw(file.read), self._source.compression), self._skip)
        except OSError as error:
            raise input_error(self._source.name, error) from None
        except (EOFError, zlib.error, _zstd_error()) as error:
            raise InputError(
                f"{self._source.name}: is damaged or cut off: {error}; get it again, only what stands before is read"
            ) from None

    def _raw(self, read: Callable[[int], bytes]) -> Iterator[bytes]:
        while block := read(_BLOCK_BYTES):
            self.consumed += len(block)
            yield block

    def _standard_input(self) -> Iterator[bytes]:
        stream: BinaryIO = sys.stdin.buffer
        read: Callable[[int], bytes] = getattr(stream, "read1", stream.read)
        head = b""
        # Only a beginning that may still become a mark of compression is worth waiting for.
        while any(magic.startswith(head) and magic != head for magic, _ in _MAGIC) and (more := read(_BLOCK_BYTES)):
            head += more
        self.consumed = len(head)
        compression = next((name for magic, name in _MAGIC if head.startswith(magic)), None)

        def blocks() -> Iterator[bytes]:
            if head:
                yield head
            yield from self._raw(read)

        yield from blocks() if compression is None else _decompressed(blocks(), compression)


def read_all(source: Source) -> bytes:
    """All bytes of a source, decompressed."""
    if source.path is not None and source.compression is None:
        try:
            return source.path.read_bytes()
        except OSError as error:
            raise input_error(source.name, error) from None
    return b"".join(Blocks(source))


def compress(data: bytes, compression: Compression | None, *, even_empty: bool = False) -> bytes:
    """Bytes as one gzip member or Zstandard frame, or as they are; nothing stays nothing, but for ``even_empty``.

    >>> compress(b"a", None), compress(b"a", "gz") == compress(b"a", "gz")
    (b'a', True)
    """
    if compression is None or not (data or even_empty):
        return data
    if compression == "gz":
        return gzip.compress(data, _GZIP_LEVEL, mtime=0)
    return _zstd_compressor().compress(data)


@cache
def _zstd_compressor() -> zstandard.ZstdCompressor:
    import zstandard

    return zstandard.ZstdCompressor(level=_ZSTD_LEVEL, write_checksum=True)


class _Decompressor(Protocol):
    """One member or frame being decompressed."""

    @property
    def eof(self) -> bool: ...
    @property
    def unused_data(self) -> bytes: ...
    def decompress(self, data: bytes, /) -> bytes: ...


def _decompressed(blocks: Iterator[bytes], compression: Compression) -> Iterator[bytes]:
    """Member by member, a little at a time; raises `EOFError` where the last one is not complete."""
    make: Callable[[], Any] = _gzip_member if compression == "gz" else _zstd_frame
    member: _Decompressor | None = None
    for piece in _pieces(blocks):
        rest = piece
        while rest:
            if member is None:
                # A gzip file may be filled up with zeros behind its last member.
                rest = rest.lstrip(b"\0") if compression == "gz" else rest
                if not rest:
                    break
                member = make()
            if data := member.decompress(rest):
                yield data
            rest = b""
            if member.eof:
                rest = member.unused_data
                member = None
    if member is not None:
        raise EOFError("it ends in the middle of compressed data")


def _pieces(blocks: Iterator[bytes]) -> Iterator[bytes]:
    for block in blocks:
        for at in range(0, len(block), _PIECE_BYTES):
            yield block[at : at + _PIECE_BYTES]


def _gzip_member() -> _Decompressor:
    return zlib.decompressobj(wbits=31)


def _zstd_frame() -> _Decompressor:
    import zstandard

    return zstandard.ZstdDecompressor(max_window_size=_ZSTD_WINDOW).decompressobj()


def _zstd_error() -> type[Exception]:
    import zstandard

    return zstandard.ZstdError


def _skipped(blocks: Iterator[bytes], count: int) -> Iterator[bytes]:
    """The blocks without their first ``count`` bytes."""
    for block in blocks:
        if count >= len(block):
            count -= len(block)
        else:
            yield block[count:] if count else block
            count = 0
