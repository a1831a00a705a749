"""A disk that is full, or fails, at any moment of a run: nothing is lost, and the run can be resumed."""

from __future__ import annotations

import errno
import io
import json
import os
import random
import sys
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pyarrow as pa
import pyarrow.parquet as pq
import pytest

from cleaner import cli as command_line
from cleaner.corpus.batch import delivery, tasks
from cleaner.corpus.records.writing import PartialFile
from tests.running import PAGE

pytestmark = pytest.mark.slow

ROUNDS = int(os.environ.get("CLEANER_STOP_ROUNDS", "2"))
# All calls by which a run changes a disk.
CALLS = ("write", "fsync", "ftruncate", "replace", "link", "mkdir", "open")


def _clean(*arguments: object, monkeypatch: pytest.MonkeyPatch) -> int:
    monkeypatch.setattr(sys, "stdin", io.TextIOWrapper(io.BytesIO()))
    with pytest.raises(SystemExit) as ended:
        command_line.app(["clean", "--jobs", "1", "-q", *map(str, arguments)], prog_name="cleaner")
    return int(ended.value.code or 0)


def _contents(folder: Path) -> dict[str, bytes]:
    return {path.relative_to(folder).as_posix(): path.read_bytes() for path in folder.rglob("*") if path.is_file()}


class _Disk:
    """Makes calls that write fail from a given one on; counts them."""

    def __init__(self, monkeypatch: pytest.MonkeyPatch, folder: Path) -> None:
        self.left = -1
        self.lasts = True
        self.error = errno.ENOSPC
        self._folder = str(folder)
        for name in CALLS:
            monkeypatch.setattr(os, name, self._failing(getattr(os, name), is_open=name == "open"))

    def _failing(self, call: Callable[..., Any], *, is_open: bool) -> Callable[..., Any]:
        def fail(*arguments: Any, **options: Any) -> Any:
            if is_open and not (arguments[1] & os.O_CREAT and str(arguments[0]).startswith(self._folder)):
                return call(*arguments, **options)
            if self.left > 0:
                self.left -= 1
            elif self.left == 0:
                self.left = 0 if self.lasts else -1
                raise OSError(self.error, os.strerror(self.error))
            return call(*arguments, **options)

        return fail


@pytest.fixture
def corpus(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """A folder of records in two formats, a text, and a record that fails; small chunks, a checkpoint after each."""
    monkeypatch.setattr(tasks, "CHUNK_BYTES", 600)
    monkeypatch.setattr(delivery, "CHECKPOINT_SECONDS", 0.0)
    folder = tmp_path / "in"
    folder.mkdir()
    lines = "".join(json.dumps({"text": PAGE}) + "\n" for _ in range(4))
    (folder / "a.jsonl").write_text(lines + "broken\n" + lines, "utf-8")
    (folder / "b.txt").write_text(PAGE, "utf-8")
    pq.write_table(pa.table({"text": [PAGE] * 3}), folder / "c.parquet")
    return folder


@pytest.fixture
def disk(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> _Disk:
    """A disk on which calls can fail."""
    return _Disk(monkeypatch, tmp_path)


def _moments(disk: _Disk, run: Callable[[], int]) -> Iterator[int]:
    """Every call of a run at which the disk can fail."""
    disk.left = 1 << 30
    assert run() == 1
    count, disk.left = (1 << 30) - disk.left, -1
    assert count > 40
    # All of them if runs are stopped often too, otherwise some.
    step = max(1, 8 // ROUNDS)
    yield from range(random.randrange(step), count, step)


def test_disk_that_is_full_at_any_moment_costs_nothing(
    corpus: Path, disk: _Disk, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Whichever call runs out of space: inputs are whole, no result is half written, and --resume completes the run."""

    def clean(out: Path, *options: str) -> int:
        arguments = (corpus, "-o", out / "out", "--removed", out / "removed.jsonl", *options)
        return _clean(*arguments, monkeypatch=monkeypatch)

    before = _contents(corpus)
    moments = list(_moments(disk, lambda: clean(tmp_path / "whole")))
    whole = _contents(tmp_path / "whole")
    assert set(whole) == {"out/a.jsonl", "out/b.txt", "out/c.parquet", "out/errors.jsonl", "removed.jsonl"}
    for moment in moments:
        out = tmp_path / str(moment)
        disk.left = moment
        assert clean(out) == 1, moment
        disk.left = -1
        assert _contents(corpus) == before, moment
        left = _contents(out)
        assert {name: left[name] for name in whole if name in left}.items() <= whole.items(), moment
        assert clean(out, "--resume") == 1, moment
        assert _contents(out) == whole, moment


def test_disk_that_fails_once_costs_one_input_at_most(
    corpus: Path, disk: _Disk, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Whichever call fails once: the run does all but one input, which is named, or ends and can be resumed."""
    disk.lasts, disk.error = False, errno.EIO

    def clean(out: Path, *options: str) -> int:
        arguments = (corpus, "-o", out / "out", "--removed", out / "removed.jsonl", *options)
        return _clean(*arguments, monkeypatch=monkeypatch)

    moments = list(_moments(disk, lambda: clean(tmp_path / "whole")))
    whole = _contents(tmp_path / "whole")
    for moment in moments:
        out = tmp_path / str(moment)
        disk.left = moment
        assert clean(out) == 1, moment
        disk.left = -1
        if any(name.endswith(".checkpoint.json") for name in _contents(out)):
            assert clean(out, "--resume") == 1, moment
        left = _contents(out)
        missing = whole.keys() - left.keys()
        if missing & {"removed.jsonl"}:
            # The run could not start, and says so.
            assert not left, moment
            continue
        assert len(missing) <= 1, moment
        assert left.keys() <= whole.keys(), moment
        results = {name: left[name] for name in left if name not in ("out/errors.jsonl", "removed.jsonl")}
        assert results.items() <= whole.items(), moment
        failures = {Path(json.loads(line)["file"]).name for line in left["out/errors.jsonl"].splitlines()}
        assert {Path(name).name for name in missing} <= failures, moment


@pytest.mark.parametrize("error", [errno.ENOSPC, errno.EIO])
def test_disk_that_fails_in_place_leaves_each_file_whole(
    error: int, corpus: Path, disk: _Disk, monkeypatch: pytest.MonkeyPatch
) -> None:
    """In place every file is either old or new, whichever call fails, and nothing is left beside it."""
    (corpus / "a.jsonl").write_text(json.dumps({"text": PAGE}) + "\n", "utf-8")
    before = _contents(corpus)
    assert _clean("--in-place", corpus, monkeypatch=monkeypatch) == 0
    after = _contents(corpus)
    disk.error = error
    moment, status = 0, 1
    while status:
        for name, content in before.items():
            (corpus / name).write_bytes(content)
        disk.left = moment
        status = _clean("--in-place", corpus, monkeypatch=monkeypatch)
        disk.left = -1
        found = _contents(corpus)
        assert found.keys() == before.keys(), moment
        assert all(found[name] in (before[name], after[name]) for name in found), moment
        moment += 1
    assert found == after
    assert moment > 10


def test_file_is_closed_once(tmp_path: Path) -> None:
    """A file that has replaced its target is not closed or removed again: its number may belong to another file."""
    file = PartialFile(tmp_path / "a.txt", stable=False)
    file.finish()
    other = os.open(tmp_path / "a.txt", os.O_RDONLY)
    file.discard()
    file.close()
    os.fstat(other)
    os.close(other)
    assert (tmp_path / "a.txt").exists()
