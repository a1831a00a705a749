"""Files that one process holds: locked while they are written, so they differ from files that a killed process left.

A lock belongs to an open file, so it ends with its process, however that ends. Between opening a file and locking it
another process may have renamed or removed it, so the file is checked again once it is locked.
"""

from __future__ import annotations

import errno
import os
import re
import secrets
import stat
import time
from contextlib import suppress
from pathlib import Path

try:
    import fcntl
except ImportError:  # Windows has no such locks, and does not allow renaming or removing an open file
    fcntl = None  # type: ignore[assignment]

__all__ = [
    "HAS_LOCKS",
    "HeldFile",
    "is_locked",
    "lock",
    "open_held",
    "remove_leftovers",
    "remove_unheld",
    "temporary_beside",
]

HAS_LOCKS = fcntl is not None
_BINARY = getattr(os, "O_BINARY", 0)
_NO_LINK = getattr(os, "O_NOFOLLOW", 0)
_NO_WAITING = getattr(os, "O_NONBLOCK", 0)
_TRIES = 200
_SECONDS_BETWEEN_TRIES = 0.005
_LEFTOVER = re.compile(r"\.cleaner-[0-9a-f]{16}\.tmp")


def lock(handle: int) -> bool | None:
    """Lock an open file; returns whether it succeeded: False if another process holds it, None without locks."""
    if fcntl is None:
        return None
    try:
        fcntl.flock(handle, fcntl.LOCK_EX | fcntl.LOCK_NB)
    except BlockingIOError:
        return False
    except OSError:
        # A file system without locks: nothing prevents two runs at once.
        return None
    return True


def open_held(path: Path, *, new: bool) -> int:
    """A handle of a file, open for reading and writing, and locked.

    ``new``: the file must not exist yet. Raises `OSError`: with ``EBUSY`` if another process holds it, with ``EEXIST``
    if it exists but must not. A link is never followed.
    """
    flags = os.O_RDWR | os.O_CREAT | _BINARY | _NO_LINK | (os.O_EXCL if new else 0)
    while True:
        try:
            handle = os.open(path, flags, 0o666)
        except FileExistsError:
            if is_locked(path):
                raise _busy() from None
            raise _in_the_way(path) from None
        try:
            _hold(handle, path, patient=new)
            if _is_at(handle, path):
                return handle
        except BaseException:
            os.close(handle)
            raise
        os.close(handle)


def is_locked(path: Path) -> bool:
    """Whether another process, or another part of this one, holds a file."""
    try:
        handle = os.open(path, os.O_RDONLY | _BINARY | _NO_LINK | _NO_WAITING)
    except OSError:
        return False
    try:
        return lock(handle) is False
    finally:
        os.close(handle)


def temporary_beside(path: Path) -> Path:
    """A name for a file to write before it replaces ``path``; `remove_leftovers` recognises such names."""
    return path.with_name(f".cleaner-{secrets.token_hex(8)}.tmp")


def remove_leftovers(folder: Path) -> None:
    """Remove the temporary files that killed processes left in a folder, but not those being written."""
    if not HAS_LOCKS:
        return
    with suppress(OSError), os.scandir(folder) as entries:
        for entry in entries:
            if _LEFTOVER.fullmatch(entry.name) and entry.is_file(follow_symlinks=False):
                remove_unheld(Path(entry.path), unknown_too=False)


def remove_unheld(path: Path, *, unknown_too: bool = True) -> None:
    """Remove a regular file if it exists and no process holds it; never fails.

    ``unknown_too``: also if that cannot be known, because the file system has no locks.
    """
    with suppress(OSError):
        if not stat.S_ISREG(os.lstat(path).st_mode):
            return
        handle = os.open(path, os.O_RDWR | _BINARY | _NO_LINK)
        try:
            held = lock(handle)
            may_go = (held is True or (held is None and unknown_too)) and _is_at(handle, path)
            if may_go and HAS_LOCKS:
                path.unlink()
        finally:
            os.close(handle)
        if may_go and not HAS_LOCKS:
            path.unlink()


def _is_at(handle: int, path: Path) -> bool:
    """Whether an open file is still the one at a path."""
    try:
        found = os.lstat(path)
    except FileNotFoundError:
        return False
    return os.path.samestat(found, os.fstat(handle))


def _hold(handle: int, path: Path, *, patient: bool = False) -> None:
    """Lock an open file, which must be a regular one that no other process holds.

    ``patient``: another process may hold it for a moment, to check whether it is in use.
    """
    if not stat.S_ISREG(os.fstat(handle).st_mode):
        raise _in_the_way(path)
    for _ in range(_TRIES if patient else 1):
        if lock(handle) is not False:
            return
        time.sleep(_SECONDS_BETWEEN_TRIES if patient else 0)
    raise _busy()


def _busy() -> OSError:
    return OSError(errno.EBUSY, "another run is writing it")


def _in_the_way(path: Path) -> OSError:
    return OSError(errno.EEXIST, f"{path} is in the way, and does not belong to this run")


class HeldFile:
    """A small file that belongs to this process from `take` to `remove` or `release`, and is replaced in one step.

    Taking it while it is held raises `OSError` with ``EBUSY``. Every method may raise `OSError`.
    """

    def __init__(self, path: Path) -> None:
        self.path = path
        self._handle: int | None = None
        self._is_held = False

    def take(self, content: bytes) -> bytes | None:
        """Hold the file and return its content; if there is none, create one with ``content`` and return None."""
        while True:
            try:
                self._handle = os.open(self.path, os.O_RDWR | _BINARY | _NO_LINK | _NO_WAITING)
            except FileNotFoundError:
                if self._make(content):
                    return None
                continue
            try:
                _hold(self._handle, self.path)
                if _is_at(self._handle, self.path):
                    with open(self._handle, "rb", closefd=False) as file:
                        found = file.read()
                    self._held()
                    return found
            except BaseException:
                self.release()
                raise
            # Its process has just replaced or removed it.
            self.release()

    def _make(self, content: bytes) -> bool:
        """Create the file; returns False if another process does so first."""
        temporary, handle = _write_beside(self.path, content, durable=False)
        try:
            try:
                os.link(temporary, self.path)
            finally:
                temporary.unlink()
        except FileExistsError:
            os.close(handle)
            return False
        except OSError:
            os.close(handle)
            return self._make_without_link(content)
        self._handle = handle
        self._held()
        return True

    def _make_without_link(self, content: bytes) -> bool:
        """Create the file on a file system without hard links."""
        try:
            self._handle = open_held(self.path, new=True)
        except FileExistsError:
            return False
        try:
            _write_all(self._handle, content)
        except BaseException:
            self.path.unlink()
            self.release()
            raise
        self._held()
        return True

    def save(self, content: bytes) -> None:
        """Replace the content of the file; afterwards it is on disk, or the file is unchanged."""
        temporary, handle = _write_beside(self.path, content, durable=True)
        if not HAS_LOCKS:
            os.close(handle)
        try:
            os.replace(temporary, self.path)
        except BaseException:
            with suppress(OSError):
                temporary.unlink()
            if HAS_LOCKS:
                os.close(handle)
            raise
        if HAS_LOCKS:
            # The new file was locked before it got its name, so the name was held at every moment.
            self._close()
            self._handle = handle

    def remove(self) -> None:
        """Remove the file and release it; a file that is not held is left alone."""
        if self._is_held:
            with suppress(FileNotFoundError):
                self.path.unlink()
        self.release()

    def release(self) -> None:
        """Release the file and leave it as it is."""
        self._close()
        self._is_held = False

    def _held(self) -> None:
        self._is_held = True
        if not HAS_LOCKS:
            # Windows cannot replace an open file.
            self._close()

    def _close(self) -> None:
        # Close it only once, even if interrupted: its number may belong to another file by then.
        handle, self._handle = self._handle, None
        if handle is not None:
            os.close(handle)


def _write_beside(path: Path, content: bytes, *, durable: bool) -> tuple[Path, int]:
    """A new file beside a path, with some bytes in it, and its locked handle."""
    while True:
        temporary = temporary_beside(path)
        with suppress(FileExistsError):
            handle = open_held(temporary, new=True)
            break
    try:
        _write_all(handle, content)
        if durable:
            os.fsync(handle)
    except BaseException:
        with suppress(OSError):
            temporary.unlink()
        os.close(handle)
        raise
    return temporary, handle


def _write_all(handle: int, content: bytes) -> None:
    rest = memoryview(content)
    while rest:
        rest = rest[os.write(handle, rest) :]
