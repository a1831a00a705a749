"""Output files that are either complete or absent."""

from __future__ import annotations

import errno
import os
import stat
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from pathlib import Path

from cleaner.corpus.records.interrupts import undisturbed
from cleaner.corpus.records.locks import HAS_LOCKS, open_held, temporary_beside
from cleaner.errors import OutputError

__all__ = [
    "CHECKPOINT_ENDING",
    "PARTIAL_ENDING",
    "PartialFile",
    "is_full",
    "keep_original",
    "output_error",
    "partial_path",
    "take_over",
    "write_file",
]

_BINARY = getattr(os, "O_BINARY", 0)
_CLOSED = -1
_COPIED_BYTES = 1 << 18
# The ending of the files that a run writes beside its outputs until they are complete.
PARTIAL_ENDING = ".partial"
CHECKPOINT_ENDING = ".checkpoint.json"
# No space, quota used up, file too large, read-only file system: any other file would fail too.
_FULL = frozenset({errno.ENOSPC, errno.EDQUOT, errno.EFBIG, errno.EROFS})
_FIXES = {
    errno.ENOSPC: "free some space",
    errno.EDQUOT: "free some space",
    errno.EFBIG: "raise the limit of file sizes, or write to another disk",
    errno.EBUSY: "wait until that run has ended, or name another output",
    errno.EEXIST: "move it away, or name another output",
}


def write_file(path: Path, data: bytes, *, make_folders: bool = False, backup: Path | None = None) -> None:
    """Write a file in one step: afterwards it is complete, or unchanged; mode and owner are kept.

    A device or pipe is written to directly. ``backup``: where a file that was there before is kept. Raises `OutputError`
    if it cannot be written.
    """
    file = PartialFile(path, stable=False, make_folders=make_folders, backup=backup)
    try:
        file.write(data)
        file.finish()
    except BaseException:
        file.discard()
        raise


def take_over(file: Path, before: os.stat_result) -> None:
    """Give a file the mode and, if permitted, the owner of the one it replaces."""
    if hasattr(os, "chown"):
        with suppress(OSError):
            os.chown(file, before.st_uid, before.st_gid)
    file.chmod(stat.S_IMODE(before.st_mode))


def keep_original(path: Path, backup: Path) -> bool:
    """Keep a file under a second name, until it is replaced; returns whether the name is new.

    It is not if the file already has that name, from a run that was killed before it replaced the file. Any other file of
    that name is an `OutputError`. Where a file can have only one name, it is copied.
    """
    try:
        os.link(path, backup)
    except FileExistsError:
        if backup.is_symlink() or not backup.samefile(path):
            raise _has_backup(path, backup) from None
        return False
    except OSError:
        _copy(path, backup)
    return True


def _copy(path: Path, backup: Path) -> None:
    copy = PartialFile(backup, stable=False, make_folders=False)
    try:
        with open(path, "rb") as original:
            while data := original.read(_COPIED_BYTES):
                copy.write(data)
            take_over(copy.path, os.fstat(original.fileno()))
        _require_free(path, backup)
        copy.finish()
    except BaseException:
        copy.discard()
        raise


def _require_free(path: Path, backup: Path) -> None:
    if os.path.lexists(backup):
        raise _has_backup(path, backup)


def _has_backup(path: Path, backup: Path) -> OutputError:
    return OutputError(
        f"{path}: is left as it was, as {backup} exists; move that away, or name another ending with --backup"
    )


class PartialFile:
    """A file that is written beside its target, and replaces the target when it is complete.

    ``stable``: it has a name that a later run can find, ``TARGET.partial``; otherwise a random one. ``length``: it
    already exists, from a run that was stopped, and is continued from that length; without ``length`` it must not
    exist. ``backup``: where a target that is replaced is kept. No two files for one target are open at once. A device or a pipe as target is written to directly. Every
    failure is an `OutputError`.
    """

    def __init__(
        self,
        target: Path,
        *,
        stable: bool,
        length: int | None = None,
        make_folders: bool = True,
        backup: Path | None = None,
    ) -> None:
        self._target = target
        self._backup = backup
        self._real = Path(os.path.realpath(target))
        self.size = length or 0
        with self._failing():
            self._before = self._real.stat() if self._real.exists() else None
            self.is_direct = self._before is not None and not stat.S_ISREG(self._before.st_mode)
            self.path = partial_path(target) if stable else temporary_beside(self._real)
            if self.is_direct:
                self.path = self._real
                self._file = os.open(self._real, os.O_WRONLY | _BINARY)
                return
            if make_folders:
                self._real.parent.mkdir(parents=True, exist_ok=True)
            self._open(new=length is None)
            if length is not None:
                self._go_on()

    def _open(self, *, new: bool) -> None:
        """Open the file; if that is interrupted, a file created for it is removed."""
        self._file = _CLOSED
        try:
            with undisturbed():
                self._file = open_held(self.path, new=new)
        except BaseException:
            if self._file != _CLOSED and new:
                self.discard()
            self.close()
            raise

    def _go_on(self) -> None:
        try:
            self.rewind(self.size)
        except BaseException:
            self.close()
            raise

    def write(self, data: bytes) -> None:
        """Append some bytes."""
        rest = memoryview(data)
        with self._failing():
            while rest:
                written = os.write(self._file, rest)
                self.size += written
                rest = rest[written:]

    def rewind(self, length: int) -> None:
        """Cut off everything that was written after a length."""
        if not self.is_direct:
            with self._failing():
                os.ftruncate(self._file, length)
                os.lseek(self._file, length, os.SEEK_SET)
        self.size = length

    def sync(self) -> None:
        """Make sure that everything written is on disk."""
        if not self.is_direct:
            with self._failing():
                os.fsync(self._file)

    def finish(self) -> None:
        """Replace the target with the file."""
        self.sync()
        with self._failing():
            if not self.is_direct and self._before is not None:
                take_over(self.path, self._before)
            if not HAS_LOCKS:
                self._close()
            if not self.is_direct:
                self._replace()
            self._close()

    def _replace(self) -> None:
        backup = None if self._before is None else self._backup
        is_new = backup is not None and keep_original(self._real, backup)
        try:
            os.replace(self.path, self._real)
        except OSError:
            # The target was not replaced, so it needs no second name.
            if backup is not None and is_new:
                backup.unlink()
            raise

    def close(self) -> None:
        """Leave the file as it is."""
        with suppress(OSError):
            self._close()

    def discard(self) -> None:
        """Remove the file, unless it has already replaced its target."""
        if not HAS_LOCKS:
            self.close()
        if not self.is_direct:
            with suppress(OSError):
                self.path.unlink()
        self.close()

    def _close(self) -> None:
        # Close it only once: its number may belong to another file by then.
        handle, self._file = self._file, _CLOSED
        if handle != _CLOSED:
            os.close(handle)

    @contextmanager
    def _failing(self) -> Iterator[None]:
        try:
            yield
        except OSError as error:
            raise output_error(self._target, error) from error


def partial_path(target: Path) -> Path:
    """Where a target is written until it is complete."""
    return Path(f"{os.path.realpath(target)}{PARTIAL_ENDING}")


def is_full(error: OutputError) -> bool:
    """Whether the reason for an error would affect every other file too, such as a full disk."""
    return isinstance(error.__cause__, OSError) and error.__cause__.errno in _FULL


def output_error(path: Path, error: OSError) -> OutputError:
    """The error for a file that cannot be written."""
    fix = _FIXES.get(error.errno or 0, "check that its folder exists and may be written to")
    return OutputError(f"{path}: cannot be written: {error.strerror or error}; {fix}")
