"""The bytes of a source, block by block, decompressed."""

from __future__ import annotations

import stat
import sys
from collections.abc import Callable, Iterator
from contextlib import AbstractContextManager
from typing import IO, BinaryIO, cast

from cleaner.corpus.records.compression import (
    BLOCK_BYTES,
    DamagedError,
    compress,
    decompressed,
    find_compression,
    may_be_compressed,
)
from cleaner.corpus.records.limits import DEFAULT_MAX_DOCUMENT, check_growth
from cleaner.corpus.records.sources import Compression, Source, input_error
from cleaner.errors import InputError

__all__ = ["Blocks", "compress", "read_all"]


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
            with _opened(self._source) as file:
                if self._source.compression is not None:
                    yield from _skipped(self._members(self._raw(file.read), self._source.compression), self._skip)
                elif self._source.member is not None:
                    yield from _skipped(self._raw(file.read), self._skip)
                elif self._skip:
                    self.consumed = file.seek(self._skip)
                    yield from self._raw(file.read)
                else:
                    # A named pipe can be read, but has no offsets to seek to.
                    yield from self._raw(file.read)
        except OSError as error:
            raise input_error(self._source.name, error) from None

    def _raw(self, read: Callable[[int], bytes]) -> Iterator[bytes]:
        while block := read(BLOCK_BYTES):
            self.consumed += len(block)
            yield block

    def _standard_input(self) -> Iterator[bytes]:
        stream: BinaryIO = sys.stdin.buffer
        read: Callable[[int], bytes] = getattr(stream, "read1", stream.read)
        head = b""
        # Wait for more bytes only while they may still become the first bytes of compressed data.
        while may_be_compressed(head) and (more := read(BLOCK_BYTES)):
            head += more
        self.consumed = len(head)
        compression = find_compression(head)

        def blocks() -> Iterator[bytes]:
            if head:
                yield head
            yield from self._raw(read)

        yield from blocks() if compression is None else self._members(blocks(), compression)

    def _members(self, blocks: Iterator[bytes], compression: Compression) -> Iterator[bytes]:
        """What compressed blocks hold, member by member."""
        made = 0
        try:
            for data, begins_member in decompressed(blocks, compression):
                made += len(data)
                if not self._is_own:
                    check_growth(self._source.name, self.consumed, made)
                self.begins_member = begins_member
                yield data
        except DamagedError as error:
            raise InputError(f"{self._source.name}: {error}, only what comes before is read") from None


def _opened(source: Source) -> AbstractContextManager[IO[bytes]]:
    """The file of a source, or its member of an archive."""
    assert source.path is not None
    if source.member is not None:
        return source.member.archive.open(source.member.number)
    return cast("IO[bytes]", source.path.open("rb", buffering=0))


def read_all(source: Source, max_bytes: int | None = None) -> bytes:
    """All bytes of a source, decompressed, ``max_bytes`` at most.

    Without ``max_bytes``, uncompressed files have no limit, and all others have that of records. Raises `InputError`
    if the source cannot be read, or is longer.
    """
    try:
        found = None if source.path is None or source.member is not None else source.path.stat()
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


def _skipped(blocks: Iterator[bytes], count: int) -> Iterator[bytes]:
    """The blocks without their first ``count`` bytes."""
    for block in blocks:
        if count >= len(block):
            count -= len(block)
        else:
            yield block[count:] if count else block
            count = 0
