"""The zip archive that a run writes: the members of another one, with the cleaned ones in place of theirs."""

from __future__ import annotations

import struct
import zipfile
from collections.abc import Callable, Iterator
from contextlib import contextmanager, suppress
from pathlib import Path
from shutil import copyfileobj
from tempfile import SpooledTemporaryFile
from typing import IO

from cleaner.corpus.records.sources import Source
from cleaner.corpus.records.writing import PartialFile, output_error
from cleaner.corpus.records.zips import Archive, Member, is_directory
from cleaner.errors import InputError

__all__ = ["ZipMember", "ZipOutput"]

_COPIED_BYTES = 1 << 18
# A larger member that is copied waits on disk.
_HELD_BYTES = 1 << 26
# What takes the place of a larger member may have more than 2 GB, and its head must have room for that size.
_LARGE_BYTES = 1 << 29
_WRITTEN = (zipfile.ZIP_STORED, zipfile.ZIP_DEFLATED, zipfile.ZIP_BZIP2, zipfile.ZIP_LZMA)
# The extra fields of a member that say when it was changed and whose it is; others hold sizes of the old one.
_KEPT_FIELDS = (0x5455, 0x7875)


class ZipMember:
    """A member that is being written, in the way of a `PartialFile`."""

    is_direct = False

    def __init__(self, output: ZipOutput, file: IO[bytes]) -> None:
        self.size = 0
        self._output = output
        self._file = file

    def write(self, data: bytes) -> None:
        """Append some bytes."""
        with self._output.writing():
            self._file.write(data)
        self.size += len(data)

    def finish(self) -> None:
        """End the member."""
        with self._output.writing():
            self._file.close()

    def sync(self) -> None:
        """Nothing is on disk for good before the whole archive is."""

    def rewind(self, length: int) -> None:
        """Nothing can be cut off; an archive that is not complete is discarded."""

    def close(self) -> None:
        """End the member, whatever is in it."""
        with suppress(OSError, ValueError):
            self._file.close()

    discard = close


class ZipOutput:
    """An archive in the order of the one it is made from, of which the members that are no sources are copied.

    It replaces its target when it is complete. Every failure to write is an `OutputError`. ``leave_out`` is called for
    each member that is damaged and so cannot be copied.
    """

    def __init__(self, target: Path, sources: list[Source], leave_out: Callable[[InputError], None]) -> None:
        members = [source.member for source in sources if source.member is not None]
        self._target = target
        self._leave_out = leave_out
        self._archive: Archive = members[0].archive
        self._sources = {member.number for member in members}
        self._others = self._copied(members)
        self._next = 0
        self._file = PartialFile(target, stable=False)
        try:
            with self.writing():
                self._zip = zipfile.ZipFile(self._file.path, "w", zipfile.ZIP_DEFLATED)
        except BaseException:
            self._file.discard()
            raise

    def _copied(self, members: list[Member]) -> set[int]:
        """The members that are copied: all that can be read but are no sources, and folders."""
        readable, _ = self._archive.members()
        folders = {number for number, info in enumerate(self._archive.infos) if is_directory(info)}
        safe = {number for number in folders if ".." not in self._archive.infos[number].filename.split("/")}
        return {member.number for member in readable} - {member.number for member in members} | safe

    def begin(self, source: Source, name: str) -> ZipMember:
        """A member to write for a source, after those that come before it."""
        assert source.member is not None
        number = source.member.number
        self._copy_up_to(number)
        return ZipMember(self, self._open(number, name))

    def write(self, source: Source, name: str, data: bytes) -> None:
        """Write a whole member for a source."""
        member = self.begin(source, name)
        member.write(data)
        member.finish()

    def finish(self) -> None:
        """Copy what is left, and replace the target."""
        self._copy_up_to(len(self._archive.infos))
        with self.writing():
            self._zip.comment = self._archive.comment
            self._zip.close()
        self._archive.close()
        self._file.finish()

    def discard(self) -> None:
        """Remove the file."""
        with suppress(OSError, ValueError):
            self._zip.close()
        self._archive.close()
        self._file.discard()

    @contextmanager
    def writing(self) -> Iterator[None]:
        """Turns errors in writing into an `OutputError`."""
        try:
            yield
        except (OSError, zipfile.LargeZipFile) as error:
            cause = error if isinstance(error, OSError) else OSError(str(error))
            raise output_error(self._target, cause) from cause

    def _copy_up_to(self, number: int) -> None:
        for at in range(self._next, number):
            if at in self._others:
                self._copy(at)
        self._next = max(self._next, number)

    def _copy(self, number: int) -> None:
        info = self._archive.infos[number]
        if is_directory(info):
            with self.writing():
                self._zip.writestr(_info_like(info, info.filename), b"")
            return
        with SpooledTemporaryFile(_HELD_BYTES) as held:
            # Only at its end it is known whether a member is damaged.
            try:
                with self._archive.open(number) as file, self.writing():
                    copyfileobj(file, held, _COPIED_BYTES)
            except InputError as error:
                self._leave_out(
                    InputError(f"{self._archive.path}/{info.filename}: {_reason(error)}, so it is left out")
                )
                return
            held.seek(0)
            with self.writing(), self._open(number, info.filename) as made:
                copyfileobj(held, made, _COPIED_BYTES)

    def _open(self, number: int, name: str) -> IO[bytes]:
        with self.writing():
            info = self._archive.infos[number]
            return self._zip.open(_info_like(info, name), "w", force_zip64=info.file_size > _LARGE_BYTES)


def _reason(error: InputError) -> str:
    """What is wrong with a member, without the name of the archive and what to do."""
    return str(error).partition(": ")[2].rpartition("; ")[0]


def _info_like(info: zipfile.ZipInfo, name: str) -> zipfile.ZipInfo:
    """What is said about a member that takes the place of another: its date, its rights, how it is compressed."""
    made = zipfile.ZipInfo(name, info.date_time)
    made.compress_type = info.compress_type if info.compress_type in _WRITTEN else zipfile.ZIP_DEFLATED
    made.external_attr = info.external_attr
    made.create_system = info.create_system
    made.comment = info.comment
    made.extra = _kept_fields(info.extra)
    return made


def _kept_fields(extra: bytes) -> bytes:
    kept = b""
    while len(extra) >= 4:
        kind, size = struct.unpack("<HH", extra[:4])
        if kind in _KEPT_FIELDS:
            kept += extra[: 4 + size]
        extra = extra[4 + size :]
    return kept
