"""The bytes of a source, block by block, decompressed; and compressed bytes to write.

Compressed output is a sequence of members (gzip) or frames (Zstandard), each complete in itself and independent of the
time: the same input bytes give the same output bytes, and a file may be cut after any of them.
"""

from __future__ import annotations

import gzip
import stat
import sys
import zlib
from collections.abc import Callable, Iterator
from functools import cache
from typing import TYPE_CHECKING, BinaryIO, Protocol

from cleaner.corpus.records.limits import DEFAULT_MAX_DOCUMENT, check_growth
from cleaner.corpus.records.sources import Compression, Source, input_error
from cleaner.errors import InputError

if TYPE_CHECKING:
    import zstandard

__all__ = ["Blocks", "compress", "read_all"]

_BLOCK_BYTES = 1 << 16
_GZIP_LEVEL = 6
_ZSTD_LEVEL = 3
# The largest window that the Zstandard command line reads without --long=31; a window may need this much memory.
_ZSTD_WINDOW = 1 << 27
# Bytes given to a decompressor at once: 4 bytes can be a Zstandard block of 128 kB, so this can become 16 MB.
_PIECE_BYTES = 1 << 9
_MAGIC: tuple[tuple[bytes, Compression], ...] = ((b"\x1f\x8b", "gz"), (b"\x28\xb5\x2f\xfd", "zst"))


class Blocks:
    """The bytes of a source in blocks of any size, decompressed; an iterator that can be read once.

    ``skip``: how many decompressed bytes to skip at the beginning. ``consumed`` is how far the file itself has been
    read. ``begins_member``: whether the last block begins a member or frame; no block extends into the next member.
    Standard input is decompressed if it begins like compressed data. Raises `InputError` if the source cannot be read,
    is damaged, or becomes far longer than compressed text does. ``is_own``: it is a file written by this program,
    whose decompressed length is not limited.
    """

    def __init__(self, source: Source, skip: int = 0, *, is_own: bool = False) -> None:
        self.consumed = 0
        self.begins_member = False
        self._source = source
        self._skip = skip
        self._is_own = is_own

    def __iter__(self) -> Iterator[bytes]:
        try:
            if self._source.path is None:
                yield from _skipped(self._standard_input(), self._skip)
                return
            with self._source.path.open("rb", buffering=0) as file:
                if self._source.compression is not None:
                    yield from _skipped(self._members(self._raw(file.read), self._source.compression), self._skip)
                elif self._skip:
                    self.consumed = file.seek(self._skip)
                    yield from self._raw(file.read)
                else:
                    # A named pipe can be read, but has no offsets to seek to.
                    yield from self._raw(file.read)
        except OSError as error:
            raise input_error(self._source.name, error) from None

    def _raw(self, read: Callable[[int], bytes]) -> Iterator[bytes]:
        while block := read(_BLOCK_BYTES):
            self.consumed += len(block)
            yield block

    def _standard_input(self) -> Iterator[bytes]:
        stream: BinaryIO = sys.stdin.buffer
        read: Callable[[int], bytes] = getattr(stream, "read1", stream.read)
        head = b""
        # Wait for more bytes only while they may still become the magic bytes of a compression.
        while any(magic.startswith(head) and magic != head for magic, _ in _MAGIC) and (more := read(_BLOCK_BYTES)):
            head += more
        self.consumed = len(head)
        compression = next((name for magic, name in _MAGIC if head.startswith(magic)), None)

        def blocks() -> Iterator[bytes]:
            if head:
                yield head
            yield from self._raw(read)

        yield from blocks() if compression is None else self._members(blocks(), compression)

    def _members(self, blocks: Iterator[bytes], compression: Compression) -> Iterator[bytes]:
        """What compressed blocks hold, member by member."""
        made = 0
        try:
            for data, begins_member in _decompressed(blocks, compression):
                made += len(data)
                if not self._is_own:
                    check_growth(self._source.name, self.consumed, made)
                self.begins_member = begins_member
                yield data
        except _DamagedError as error:
            raise InputError(f"{self._source.name}: {_damage(error)}, only what comes before is read") from None


def _damage(error: _DamagedError) -> str:
    """What is wrong with compressed bytes, and how to fix it."""
    if "too much memory" in str(error):
        return f"has a window of more than {_ZSTD_WINDOW >> 20} MB; decompress it first (zstd -d --long=31)"
    return f"is damaged or cut off: {error}; get it again"


def read_all(source: Source, max_bytes: int | None = None) -> bytes:
    """All bytes of a source, decompressed, ``max_bytes`` at most.

    Without ``max_bytes``, uncompressed files have no limit, and all others have that of records. Raises `InputError`
    if the source cannot be read, or is longer.
    """
    try:
        found = None if source.path is None else source.path.stat()
        if found is not None and stat.S_ISREG(found.st_mode) and source.compression is None:
            if max_bytes is not None and found.st_size > max_bytes:
                raise InputError(
                    f"{source.name}: has {found.st_size} bytes, more than --max-document {max_bytes}; raise that limit"
                )
            assert source.path is not None
            return source.path.read_bytes()
    except OSError as error:
        raise input_error(source.name, error) from None
    limit = DEFAULT_MAX_DOCUMENT if max_bytes is None else max_bytes
    data = bytearray()
    for block in Blocks(source):
        data += block
        if len(data) > limit:
            raise InputError(
                f"{source.name}: becomes longer than --max-document {limit} when it is read; raise that limit, or "
                "give it as a file that is not compressed"
            )
    return bytes(data)


def compress(data: bytes, compression: Compression | None, *, even_empty: bool = False) -> bytes:
    """Bytes as one gzip member or Zstandard frame, or as they are; no bytes stay none, except with ``even_empty``.

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


class _DamagedError(Exception):
    """Compressed bytes are damaged."""


class _Decompressor(Protocol):
    """One member or frame being decompressed."""

    @property
    def eof(self) -> bool: ...
    @property
    def unused_data(self) -> bytes: ...
    def decompress(self, data: bytes, /) -> bytes: ...


def _decompressed(blocks: Iterator[bytes], compression: Compression) -> Iterator[tuple[bytes, bool]]:
    """Decompressed blocks, and whether each begins a member; no block extends from one member into the next.

    Raises `_DamagedError` after everything before the damage.
    """
    held = bytearray()
    begins_member = True
    try:
        for data, ends_member in _pieces(blocks, compression):
            held += data
            if len(held) >= _BLOCK_BYTES or (ends_member and held):
                yield bytes(held), begins_member
                held.clear()
                begins_member = False
            begins_member = begins_member or ends_member
    except _DamagedError:
        if held:
            yield bytes(held), begins_member
        raise


def _pieces(blocks: Iterator[bytes], compression: Compression) -> Iterator[tuple[bytes, bool]]:
    """The decompressed bytes of each piece of the blocks, and whether its member ends there."""
    make, failure = (_gzip_member, zlib.error) if compression == "gz" else _zstd_frames()
    member: _Decompressor | None = None
    for start in (block[at : at + _PIECE_BYTES] for block in blocks for at in range(0, len(block), _PIECE_BYTES)):
        piece = start
        while piece:
            if member is None:
                # A gzip file may be padded with zeros after its last member.
                piece = piece.lstrip(b"\0") if compression == "gz" else piece
                if not piece:
                    break
                member = make()
            try:
                data = member.decompress(piece)
            except failure as error:
                raise _DamagedError(str(error)) from None
            piece = member.unused_data if member.eof else b""
            yield data, member.eof
            if member.eof:
                member = None
    if member is not None:
        raise _DamagedError("it ends in the middle of compressed data")


def _gzip_member() -> _Decompressor:
    return zlib.decompressobj(wbits=31)


def _zstd_frames() -> tuple[Callable[[], _Decompressor], type[Exception]]:
    """A function that makes the decompressor of a frame, and the type of error that it raises."""
    import zstandard

    return zstandard.ZstdDecompressor(max_window_size=_ZSTD_WINDOW).decompressobj, zstandard.ZstdError


def _skipped(blocks: Iterator[bytes], count: int) -> Iterator[bytes]:
    """The blocks without their first ``count`` bytes."""
    for block in blocks:
        if count >= len(block):
            count -= len(block)
        else:
            yield block[count:] if count else block
            count = 0
