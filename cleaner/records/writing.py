"""Output files that are complete or not there."""

from __future__ import annotations

import errno
import os
import secrets
import stat
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from pathlib import Path
from typing import BinaryIO

from cleaner.errors import OutputError

try:
    import fcntl
except ImportError:  # Windows has no such locks
    fcntl = None  # type: ignore[assignment]

__all__ = ["PartialFile", "is_full", "open_output", "output_error", "partial_path", "take_over", "write_file"]

_BINARY = getattr(os, "O_BINARY", 0)
PARTIAL_ENDING = ".partial"
# No space, quota used up, file too large, file system that cannot be written to: no other file will do better.
_FULL = frozenset({errno.ENOSPC, errno.EDQUOT, errno.EFBIG, errno.EROFS})


def write_file(path: Path, data: bytes, *, make_folders: bool = False) -> None:
    """Write a file in one step: afterwards it is complete, or as it was before."""
    try:
        if make_folders:
            path.parent.mkdir(parents=True, exist_ok=True)
    except OSError as error:
        raise output_error(path, error) from error
    with open_output(path) as file:
        file.write(data)


@contextmanager
def open_output(path: Path) -> Iterator[BinaryIO]:
    """A file to write to that takes the place of ``path`` when the block ends, and leaves no trace when it fails.

    It is written beside its target and renamed; mode and owner of a file that was there are kept. A device or pipe
    is written to directly. Raises `OutputError` where it cannot be written.
    """
    try:
        target = Path(os.path.realpath(path))
        before = target.stat() if target.exists() else None
        if before is not None and not stat.S_ISREG(before.st_mode):
            with target.open("wb") as device:
                yield device
            return
        temporary = target.with_name(_temporary_name())
        try:
            with temporary.open("xb") as file:
                yield file
                file.flush()
                os.fsync(file.fileno())
            if before is not None:
                take_over(temporary, before)
            os.replace(temporary, target)
        except BaseException:
            with suppress(OSError):
                temporary.unlink()
            raise
    except OSError as error:
        raise output_error(path, error) from error


def take_over(file: Path, before: os.stat_result) -> None:
    """Give a file the mode and, where that is allowed, the owner of the one it replaces."""
    if hasattr(os, "chown"):
        with suppress(OSError):
            os.chown(file, before.st_uid, before.st_gid)
    file.chmod(stat.S_IMODE(before.st_mode))


class PartialFile:
    """A file that is appended to beside its target, and takes the target's place when it is complete.

    ``stable``: it has a name that a later run finds, ``TARGET.partial``, and goes on from ``length``; otherwise a
    name of its own. A target that is a device or a pipe is written to directly. Every failure is an `OutputError`.
    """

    def __init__(self, target: Path, *, stable: bool, length: int = 0) -> None:
        self._target = target
        self._real = Path(os.path.realpath(target))
        self.size = length
        with self._failing():
            self._before = self._real.stat() if self._real.exists() else None
            self.is_direct = self._before is not None and not stat.S_ISREG(self._before.st_mode)
            self.path = partial_path(target) if stable else self._real.with_name(_temporary_name())
            if self.is_direct:
                self.path = self._real
                self._file = os.open(self._real, os.O_WRONLY | _BINARY)
                return
            self._real.parent.mkdir(parents=True, exist_ok=True)
            self._file = os.open(self.path, os.O_RDWR | os.O_CREAT | _BINARY, 0o666)
            self._lock()
            if os.fstat(self._file).st_size < length:
                raise OSError(errno.EINVAL, f"{self.path} is shorter than its checkpoint says")
            self.rewind(length)

    def _lock(self) -> None:
        if fcntl is None:
            return
        try:
            fcntl.flock(self._file, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except BlockingIOError:
            raise OSError(errno.EBUSY, "another run is writing it") from None
        except OSError:
            # A file system without locks; then nothing watches over two runs at once.
            return

    def write(self, data: bytes) -> None:
        """Append some bytes."""
        rest = memoryview(data)
        with self._failing():
            while rest:
                written = os.write(self._file, rest)
                self.size += written
                rest = rest[written:]

    def rewind(self, length: int) -> None:
        """Take back all that was written behind a length."""
        if not self.is_direct:
            with self._failing():
                os.ftruncate(self._file, length)
                os.lseek(self._file, length, os.SEEK_SET)
        self.size = length

    def sync(self) -> None:
        """Make sure that what was written is on the disk."""
        if not self.is_direct:
            with self._failing():
                os.fsync(self._file)

    def finish(self) -> None:
        """Put the file into the place of its target."""
        self.sync()
        with self._failing():
            if not self.is_direct:
                if self._before is not None:
                    take_over(self.path, self._before)
                os.replace(self.path, self._real)
            os.close(self._file)

    def close(self) -> None:
        """Leave the file as it is."""
        with suppress(OSError):
            os.close(self._file)

    def discard(self) -> None:
        """Take the file away."""
        self.close()
        if not self.is_direct:
            with suppress(OSError):
                self.path.unlink()

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
    """Whether the reason of an error is one that every other file meets too, such as a full disk."""
    return isinstance(error.__cause__, OSError) and error.__cause__.errno in _FULL


def _temporary_name() -> str:
    return f".cleaner-{secrets.token_hex(8)}.tmp"


def output_error(path: Path, error: OSError) -> OutputError:
    """What to tell of a file that cannot be written."""
    mend = "check that its folder exists and may be written to"
    if error.errno in (errno.ENOSPC, errno.EDQUOT):
        mend = "free some space"
    elif error.errno == errno.EFBIG:
        mend = "raise the limit of file sizes, or write to another disk"
    return OutputError(f"{path}: cannot be written: {error.strerror or error}; {mend}")
