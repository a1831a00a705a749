"""Files that one process holds: from when until when, and what happens if nothing is known about other processes."""

from __future__ import annotations

import errno
import os
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pytest

from cleaner.corpus.records import locks
from cleaner.corpus.records.locks import HeldFile, is_locked, lock, open_held, remove_leftovers, remove_unheld
from cleaner.corpus.records.writing import PartialFile

pytestmark = pytest.mark.skipif(not locks.HAS_LOCKS, reason="needs locks of files")

LEFTOVER = ".cleaner-00000000000000aa.tmp"


@pytest.fixture
def held(tmp_path: Path) -> Iterator[Path]:
    """A file that is held."""
    path = tmp_path / "held"
    handle = open_held(path, new=True)
    yield path
    os.close(handle)


def _look(call: Callable[..., Any], seen: list[bool]) -> Callable[..., Any]:
    """The same call; before it is made, it is noted whether the file that it is made for is held."""

    def look(path: Path, *others: Any, **options: Any) -> Any:
        seen.append(is_locked(path))
        return call(path, *others, **options)

    return look


def test_partial_file_is_held_until_it_has_its_place(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """At no moment could another run mistake the file for one that was left behind."""
    seen: list[bool] = []
    monkeypatch.setattr(os, "replace", _look(os.replace, seen))
    file = PartialFile(tmp_path / "a", stable=True)
    file.write(b"a")
    file.finish()
    assert seen == [True]
    assert not is_locked(tmp_path / "a")


def test_partial_file_is_held_until_it_is_removed(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """A file is removed only while it is held; otherwise another run could have taken the name by then."""
    file = PartialFile(tmp_path / "a", stable=True)
    seen: list[bool] = []
    monkeypatch.setattr(Path, "unlink", _look(Path.unlink, seen))
    file.discard()
    assert seen == [True]
    assert list(tmp_path.iterdir()) == []


def test_replaced_file_is_held_all_along(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """The file that replaces a held one is held before it gets the name, and stays held."""
    file = HeldFile(tmp_path / "a")
    file.take(b"1")
    seen: list[bool] = []
    monkeypatch.setattr(os, "replace", _look(os.replace, seen))
    file.save(b"2")
    assert seen == [True]
    assert is_locked(tmp_path / "a")
    assert (tmp_path / "a").read_bytes() == b"2"


def test_file_that_was_let_go_is_not_removed(tmp_path: Path) -> None:
    """A file that this process no longer holds is left alone: it may belong to another process by then."""
    file = HeldFile(tmp_path / "a")
    file.take(b"1")
    file.release()
    file.remove()
    assert (tmp_path / "a").read_bytes() == b"1"


def test_replacement_that_fails_leaves_nothing(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """After a failed replacement the file is unchanged and held, and nothing is left beside it."""
    file = HeldFile(tmp_path / "a")
    file.take(b"1")

    def fail(*_: Any) -> None:
        raise OSError(errno.EIO, "Input/output error")

    monkeypatch.setattr(os, "replace", fail)
    with pytest.raises(OSError, match="Input/output error"):
        file.save(b"2")
    assert [path.name for path in tmp_path.iterdir()] == ["a"]
    assert (tmp_path / "a").read_bytes() == b"1"
    assert is_locked(tmp_path / "a")


def test_only_what_another_holds_is_locked(held: Path, tmp_path: Path) -> None:
    """A file that nobody holds is not locked, nor is a missing one; a pipe is not waited for."""
    (tmp_path / "free").touch()
    os.mkfifo(tmp_path / "pipe")
    names = ("held", "free", "missing", "pipe")
    assert [is_locked(tmp_path / name) for name in names] == [True, False, False, False]
    assert held.exists()


@pytest.mark.parametrize(("name", "error"), [("held", errno.EBUSY), ("free", errno.EEXIST), ("link", errno.EEXIST)])
def test_new_file_must_not_be_there(name: str, error: int, held: Path, tmp_path: Path) -> None:
    """A file that another run holds gives another error than one that is simply in the way."""
    (tmp_path / "free").write_bytes(b"mine")
    (tmp_path / "link").symlink_to("free")
    with pytest.raises(OSError) as raised:  # noqa: PT011 - told by its number
        open_held(tmp_path / name, new=True)
    assert raised.value.errno == error
    assert held.exists()


def test_file_that_is_held_is_not_removed(held: Path, tmp_path: Path) -> None:
    """Of files that nobody holds, regular ones are removed; links and folders are not."""
    (tmp_path / "free").touch()
    (tmp_path / "link").symlink_to("free")
    (tmp_path / "folder").mkdir()
    for name in ("held", "link", "folder", "missing"):
        remove_unheld(tmp_path / name)
    assert sorted(path.name for path in tmp_path.iterdir()) == ["folder", "free", "held", "link"]
    remove_unheld(tmp_path / "free")
    assert not (tmp_path / "free").exists()
    assert held.exists()


def test_file_is_removed_once_and_while_it_is_held(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """A file that gets the name afterwards may belong to another process, so it stays."""
    (tmp_path / "free").touch()
    seen: list[bool] = []
    monkeypatch.setattr(Path, "unlink", _look(Path.unlink, seen))
    remove_unheld(tmp_path / "free")
    assert seen == [True]


def test_file_system_without_locks(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """Without locks nothing is known about other processes: this run's names are cleared, leftovers may be in use and stay."""

    def fail(*_: Any) -> None:
        raise OSError(errno.ENOLCK, "No locks available")

    monkeypatch.setattr("fcntl.flock", fail)
    handle = open_held(tmp_path / "a", new=True)
    assert lock(handle) is None
    os.close(handle)
    (tmp_path / LEFTOVER).touch()
    remove_leftovers(tmp_path)
    remove_unheld(tmp_path / "a")
    assert [path.name for path in tmp_path.iterdir()] == [LEFTOVER]
