"""Files that one process holds: from when until when, and what is done where nothing can be known of others."""

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
    """There is no moment at which another run could take it for one that was left."""
    seen: list[bool] = []
    monkeypatch.setattr(os, "replace", _look(os.replace, seen))
    file = PartialFile(tmp_path / "a", stable=True)
    file.write(b"a")
    file.finish()
    assert seen == [True]
    assert not is_locked(tmp_path / "a")


def test_partial_file_is_held_until_it_is_removed(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """Otherwise the file of another run could be removed, which had taken the name."""
    file = PartialFile(tmp_path / "a", stable=True)
    seen: list[bool] = []
    monkeypatch.setattr(Path, "unlink", _look(Path.unlink, seen))
    file.discard()
    assert seen == [True]
    assert list(tmp_path.iterdir()) == []


def test_replaced_file_is_held_all_along(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """What takes the place of a held file is held before it has the name, and stays held."""
    file = HeldFile(tmp_path / "a")
    file.take(b"1")
    seen: list[bool] = []
    monkeypatch.setattr(os, "replace", _look(os.replace, seen))
    file.save(b"2")
    assert seen == [True]
    assert is_locked(tmp_path / "a")
    assert (tmp_path / "a").read_bytes() == b"2"


def test_file_that_was_let_go_is_not_removed(tmp_path: Path) -> None:
    """It may be another process's by then."""
    file = HeldFile(tmp_path / "a")
    file.take(b"1")
    file.release()
    file.remove()
    assert (tmp_path / "a").read_bytes() == b"1"


def test_replacement_that_fails_leaves_nothing(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """The file is as it was and held, and nothing lies beside it."""
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
    """A file that nobody holds is not, nor one that is not there; a pipe is not waited for."""
    (tmp_path / "free").touch()
    os.mkfifo(tmp_path / "pipe")
    names = ("held", "free", "missing", "pipe")
    assert [is_locked(tmp_path / name) for name in names] == [True, False, False, False]
    assert held.exists()


@pytest.mark.parametrize(("name", "error"), [("held", errno.EBUSY), ("free", errno.EEXIST), ("link", errno.EEXIST)])
def test_new_file_must_not_be_there(name: str, error: int, held: Path, tmp_path: Path) -> None:
    """Whoever holds it is told from a file that is simply in the way."""
    (tmp_path / "free").write_bytes(b"mine")
    (tmp_path / "link").symlink_to("free")
    with pytest.raises(OSError) as raised:  # noqa: PT011 - told by its number
        open_held(tmp_path / name, new=True)
    assert raised.value.errno == error
    assert held.exists()


def test_file_that_is_held_is_not_removed(held: Path, tmp_path: Path) -> None:
    """Of the others, regular files are; links and folders are not."""
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
    """What has the name afterwards may be another process's."""
    (tmp_path / "free").touch()
    seen: list[bool] = []
    monkeypatch.setattr(Path, "unlink", _look(Path.unlink, seen))
    remove_unheld(tmp_path / "free")
    assert seen == [True]


def test_file_system_without_locks(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """Nothing is known of other processes there: names of this run are cleared, leftovers may be in use and stay."""

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
