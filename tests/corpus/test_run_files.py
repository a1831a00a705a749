"""The files of a run: which ones it creates, and that it touches no others, whatever their names."""

from __future__ import annotations

import errno
import gzip
import json
import os
import subprocess
import sys
import time
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from cleaner.corpus.batch import delivery, tasks
from cleaner.corpus.batch.checkpoint import Checkpoint
from cleaner.corpus.batch.files import RunFiles
from cleaner.corpus.records import locks, write_file
from cleaner.corpus.records.locks import HeldFile, open_held, remove_leftovers
from cleaner.corpus.records.writing import PartialFile, output_error
from tests.running import ARTICLE, PAGE, USAGE, Outcome, Run, runner


@pytest.fixture
def run(capsysbinary: pytest.CaptureFixture[bytes], monkeypatch: pytest.MonkeyPatch) -> Run:
    """Runs ``clean`` in this process, with one job and without progress."""
    return runner(capsysbinary, monkeypatch, "-q")


def _lines(count: int, text: str = PAGE) -> bytes:
    return "".join(json.dumps({"id": i, "text": text}, ensure_ascii=False) + "\n" for i in range(count)).encode()


def _contents(folder: Path) -> dict[str, bytes]:
    return {path.relative_to(folder).as_posix(): path.read_bytes() for path in folder.rglob("*") if path.is_file()}


# --- files that do not belong to the run -----------------------------------------------------------------

# All names that a run to out.jsonl, or to the folder out, would use for its own files.
OWN_NAMES = [
    "out.jsonl.partial",
    "out.jsonl.checkpoint.json",
    "out.jsonl.checkpoint.json.partial",
    "out.jsonl.errors.jsonl",
    "out.jsonl.errors.jsonl.partial",
    "removed.jsonl.partial",
    "out/a.jsonl.partial",
    "out/errors.jsonl",
    "out/errors.jsonl.partial",
    "out.checkpoint.json",
    ".cleaner-0123456789abcdef.tmp.mine",
]


@pytest.mark.parametrize("name", OWN_NAMES)
@pytest.mark.parametrize(("content", "failing"), [(b"mine", False), (b"mine", True), (b"", True)])
def test_file_that_no_run_has_made_stays(name: str, content: bytes, failing: bool, tmp_path: Path, run: Run) -> None:
    """A file with a name that the run uses itself, but did not create, is neither written to nor removed."""
    (tmp_path / "in").mkdir()
    (tmp_path / "out").mkdir()
    (tmp_path / "in" / "a.jsonl").write_bytes(_lines(1) + (b"broken\n" if failing else b""))
    (tmp_path / "in" / "b.jsonl").write_bytes(_lines(1))
    mine = tmp_path / name
    mine.write_bytes(content)
    runs = [
        run(tmp_path / "in" / "a.jsonl", "-o", tmp_path / "out.jsonl", "--removed", tmp_path / "removed.jsonl"),
        run(tmp_path / "in", "-o", tmp_path / "out", "--removed", tmp_path / "removed.jsonl"),
    ]
    assert mine.read_bytes() == content
    for outcome, result in zip(runs, ("out.jsonl", "out/b.jsonl"), strict=True):
        # If the file was in the way, the message names it.
        assert (tmp_path / result).exists() or f"{mine}" in outcome.err
        assert outcome.status == (1 if failing else 0) or f"{mine}" in outcome.err
    assert {path for path in _contents(tmp_path) if path.endswith((".partial", ".checkpoint.json", ".tmp"))} <= {name}


@pytest.mark.parametrize("name", OWN_NAMES)
@pytest.mark.parametrize("output", ["out.jsonl", "out"])
@pytest.mark.parametrize("options", [(), ("--resume",)])
def test_input_of_any_name_stays(name: str, output: str, options: tuple[str, ...], tmp_path: Path, run: Run) -> None:
    """An input with the name of one of the run's own files is read, or refused, and stays as it is."""
    mine = tmp_path / name
    (tmp_path / "out").mkdir()
    mine.write_bytes(_lines(30))
    outcome = run(mine, "--format", "jsonl", "-o", tmp_path / output, "--removed", tmp_path / "removed.jsonl", *options)
    assert mine.read_bytes() == _lines(30)
    result = tmp_path / output if output == "out.jsonl" else tmp_path / "out" / mine.name
    if outcome.status == 0:
        assert result.read_bytes() == _lines(30, ARTICLE)
    else:
        assert mine.name in outcome.err


@pytest.mark.parametrize("option", ["--removed", "--errors"])
@pytest.mark.parametrize("name", ["out.jsonl", "out.jsonl.partial", "out.jsonl.checkpoint.json", "a.jsonl"])
def test_side_file_over_another_file_of_the_run_is_refused(option: str, name: str, tmp_path: Path, run: Run) -> None:
    """Removals and failures may not go to a file that the run reads or writes otherwise; then nothing is done."""
    (tmp_path / "a.jsonl").write_bytes(_lines(1))
    outcome = run(tmp_path / "a.jsonl", "-o", tmp_path / "out.jsonl", option, tmp_path / name)
    assert outcome.status == USAGE
    assert f"{tmp_path / name}" in outcome.err
    assert _contents(tmp_path) == {"a.jsonl": _lines(1)}


def test_weights_and_patterns_are_inputs(tmp_path: Path, run: Run) -> None:
    """Other files that a run reads are not overwritten either."""
    (tmp_path / "a.txt").write_text(PAGE, "utf-8")
    (tmp_path / "own").mkdir()
    for option, name, value in (("--weights", "w.json", "w.json"), ("--patterns", "own/x.toml", "own")):
        (tmp_path / name).write_text("mine")
        for places in (["-o", tmp_path / name], ["-o", tmp_path / "b.txt", "--removed", tmp_path / name]):
            outcome = run(tmp_path / "a.txt", *places, option, tmp_path / value)
            assert (outcome.status, (tmp_path / name).read_text()) == (USAGE, "mine")
            assert "is an input" in outcome.err
        outcome = run("--in-place", tmp_path / name, option, tmp_path / value)
        assert (outcome.status, (tmp_path / name).read_text()) == (USAGE, "mine")
        assert "is read by the run itself" in outcome.err


def test_failures_go_beside_a_file_of_their_name(tmp_path: Path, run: Run) -> None:
    """If a file of the user has the name of the file of failures, they go to another file, which is named."""
    (tmp_path / "out.jsonl.errors.jsonl").write_text("mine")
    (tmp_path / "a.jsonl").write_bytes(b"broken\n")
    outcome = run(tmp_path / "a.jsonl", "-o", tmp_path / "out.jsonl")
    other = tmp_path / "out.jsonl.errors-2.jsonl"
    assert outcome.status == 1
    assert f"it is in {other}" in outcome.err
    assert json.loads(other.read_bytes())["raw"] == "broken\n"


def test_file_that_takes_the_name_of_failures_meanwhile_stays(
    tmp_path: Path, run: Run, stop_after: Callable[[int], None]
) -> None:
    """A file that the user puts in the place for failures during the run ends it, and later it is resumed."""
    (tmp_path / "a.jsonl").write_bytes(b"broken\n" + _lines(4))
    arguments = (tmp_path / "a.jsonl", "-o", tmp_path / "out.jsonl")
    stop_after(1)
    assert run(*arguments).status == 130
    mine = tmp_path / "out.jsonl.errors.jsonl"
    take_end = delivery.Delivery.take_end

    def write_mine(self: delivery.Delivery, end: tasks.SourceEnd) -> None:
        mine.write_text("mine")
        take_end(self, end)

    stop_after(1000)
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(delivery.Delivery, "take_end", write_mine)
        outcome = run(*arguments, "--resume")
    assert (outcome.status, mine.read_text()) == (1, "mine")
    assert f"{mine}: cannot be written: a file that no run has written is there; move it away" in outcome.err
    mine.unlink()
    assert run(*arguments, "--resume").status == 1
    assert json.loads(mine.read_bytes())["raw"] == "broken\n"
    assert set(_contents(tmp_path)) == {"a.jsonl", "out.jsonl", mine.name}


# --- outputs that cannot be written ----------------------------------------------------------------------


@pytest.fixture
def blocked(tmp_path: Path) -> Path:
    """A folder of five inputs; the results of two cannot be written, each for a different reason."""
    (tmp_path / "in").mkdir()
    for name in ("1.jsonl", "2.jsonl", "3.jsonl", "4.txt", "5.jsonl"):
        (tmp_path / "in" / name).write_bytes(PAGE.encode() if name == "4.txt" else _lines(4))
    (tmp_path / "out" / "2.jsonl").mkdir(parents=True)
    (tmp_path / "out" / "4.txt").mkdir()
    return tmp_path / "in"


def _check_blocked(folder: Path, outcome: Outcome) -> None:
    out = folder.parent / "out"
    assert outcome.status == 1
    assert outcome.err.count("cannot be written: Is a directory") == 2
    for name in ("1.jsonl", "3.jsonl", "5.jsonl"):
        assert (out / name).read_bytes() == _lines(4, ARTICLE)
    failures = [json.loads(line) for line in (out / "errors.jsonl").read_bytes().splitlines()]
    assert [(Path(one["file"]).name, one["line"]) for one in failures] == [("2.jsonl", None), ("4.txt", None)]
    assert all("cannot be written: Is a directory" in one["reason"] for one in failures)
    removed = [json.loads(line) for line in (folder.parent / "r.jsonl").read_bytes().splitlines()]
    assert {Path(one["file"]).name for one in removed} == {"1.jsonl", "3.jsonl", "5.jsonl"}
    assert set(_contents(folder.parent)) == {
        *(f"in/{path.name}" for path in folder.iterdir()),
        *(f"out/{name}" for name in ("1.jsonl", "3.jsonl", "5.jsonl", "errors.jsonl")),
        "r.jsonl",
    }


def test_output_that_cannot_be_written_costs_its_input_alone(blocked: Path, tmp_path: Path, run: Run) -> None:
    """An output that cannot be written is an error of its input, which leaves no other trace; all others are done."""
    _check_blocked(blocked, run(blocked, "-o", tmp_path / "out", "--removed", tmp_path / "r.jsonl"))


@pytest.mark.parametrize("chunks", [1, 2, 3, 4, 5, 6])
def test_output_that_cannot_be_written_does_not_end_a_resumed_run(
    chunks: int, blocked: Path, tmp_path: Path, run: Run, stop_after: Callable[[int], None]
) -> None:
    """A run that is stopped before or after such an output is resumed to the same end."""
    arguments = (blocked, "-o", tmp_path / "out", "--removed", tmp_path / "r.jsonl")
    stop_after(chunks)
    first = run(*arguments)
    assert first.status == 130
    stop_after(1000)
    second = run(*arguments, "--resume")
    _check_blocked(blocked, Outcome(second.status, b"", first.err + second.err))


@pytest.mark.parametrize("method", ["write", "finish"])
def test_output_that_fails_late_leaves_no_trace_but_its_error(
    method: str, tmp_path: Path, run: Run, monkeypatch: pytest.MonkeyPatch, stop_after: Callable[[int], None]
) -> None:
    """If a result fails after part of it was written, its removals and counts are discarded too."""
    folder, out = tmp_path / "in", tmp_path / "out"
    folder.mkdir()
    for name in ("1.jsonl", "2.jsonl", "3.jsonl"):
        (folder / name).write_bytes(_lines(3) + b"broken\n" + _lines(3))
    stop_after(1000)
    original = getattr(PartialFile, method)
    calls = [0]

    def fail(self: PartialFile, *arguments: Any) -> None:
        if self.path.name.startswith("2.jsonl"):
            calls[0] += 1
            if method == "finish" or calls[0] == 2:
                with self._failing():
                    raise OSError(5, "Input/output error")
        original(self, *arguments)

    monkeypatch.setattr(PartialFile, method, fail)
    outcome = run(folder, "-o", out, "--removed", tmp_path / "r.jsonl")
    assert outcome.status == 1
    assert f"{out / '2.jsonl'}: cannot be written: Input/output error" in outcome.err
    assert set(_contents(out)) == {"1.jsonl", "3.jsonl", "errors.jsonl"}
    failures = [json.loads(line) for line in (out / "errors.jsonl").read_bytes().splitlines()]
    assert [(Path(one["file"]).name, one["line"]) for one in failures] == [
        ("1.jsonl", 4),
        ("2.jsonl", None),
        ("3.jsonl", 4),
    ]
    files = [Path(json.loads(line)["file"]).name for line in (tmp_path / "r.jsonl").read_bytes().splitlines()]
    assert files == ["1.jsonl"] * 6 + ["3.jsonl"] * 6
    assert "2 documents failed" in outcome.err


def test_full_disk_at_a_text_ends_the_run_and_not_that_text(
    tmp_path: Path, run: Run, monkeypatch: pytest.MonkeyPatch
) -> None:
    """The next text would find no space either; --resume continues with the one that found none."""
    (tmp_path / "in").mkdir()
    for name in ("1", "2", "3"):
        (tmp_path / "in" / f"{name}.txt").write_text(PAGE, "utf-8")
    write_whole = RunFiles.write_whole

    def fail(self: RunFiles, index: int, data: bytes) -> None:
        target = self._plan.target(index)
        assert target is not None
        if target.name == "2.txt":
            full = OSError(errno.ENOSPC, "No space left on device")
            raise output_error(target, full) from full
        write_whole(self, index, data)

    with monkeypatch.context() as patch:
        patch.setattr(RunFiles, "write_whole", fail)
        outcome = run(tmp_path / "in", "-o", tmp_path / "out")
    assert outcome.status == 1
    assert (
        "2.txt: cannot be written: No space left on device; free some space; then run the same command with --resume"
        in outcome.err
    )
    assert set(_contents(tmp_path / "out")) == {"1.txt"}
    assert run(tmp_path / "in", "-o", tmp_path / "out", "--resume") == Outcome(0, b"", "")
    assert _contents(tmp_path / "out") == {f"{name}.txt": ARTICLE.encode() for name in ("1", "2", "3")}


# --- checkpoints -----------------------------------------------------------------------------------------


@pytest.fixture
def stopped(tmp_path: Path, run: Run, stop_after: Callable[[int], None]) -> tuple[str, ...]:
    """The arguments of a run that was stopped; it can be resumed."""
    (tmp_path / "a.jsonl").write_bytes(_lines(2) + b"broken\n" + _lines(10))
    arguments = (f"{tmp_path}/a.jsonl", "-o", f"{tmp_path}/out.jsonl", "--removed", f"{tmp_path}/r.jsonl")
    stop_after(2)
    assert run(*arguments).status == 130
    stop_after(1000)
    return arguments


def _damages() -> dict[str, Callable[[bytes], bytes]]:
    def changed(**values: Any) -> Callable[[bytes], bytes]:
        def change(content: bytes) -> bytes:
            checkpoint = json.loads(content)
            checkpoint["state"].update(values)
            return json.dumps(checkpoint, indent=1).encode()

        return change

    return {
        "output": changed(output=1),
        "offset": changed(place={"offset": 7, "records": 1}),
        "nothing": lambda _: b"",
        "half": lambda content: content[: len(content) // 2],
        "no digest": lambda content: content.replace(b'"digest"', b'"digets"'),
        "another version": lambda content: content.replace(b'"format": 3', b'"format": 99'),
        "one byte": lambda content: content.replace(b'"read": ', b'"read": 1'),
        "only a format": lambda _: b'{"format": 1}',
        "a list": lambda _: b"[]",
        "deep": lambda content: content[: content.index(b'"format"')] + b'"a": ' + b"[" * 100_000,
        "large number": lambda content: content[: content.index(b'"format"')] + b'"a": ' + b"9" * 5000 + b"}",
        "not UTF-8": lambda _: b"\xff\xfe",
    }


@pytest.mark.parametrize("damage", _damages())
def test_damaged_checkpoint_is_told(damage: str, stopped: tuple[str, ...], tmp_path: Path, run: Run) -> None:
    """A checkpoint that was changed in any way is refused with a fix, and neither it nor the results change."""
    checkpoint = tmp_path / "out.jsonl.checkpoint.json"
    before = checkpoint.read_bytes()
    checkpoint.write_bytes(_damages()[damage](before))
    assert checkpoint.read_bytes() != before
    contents = _contents(tmp_path)
    outcome = run(*stopped, "--resume")
    assert (outcome.status, outcome.err.count("\n")) == (USAGE, 1)
    assert f"{checkpoint}: is " in outcome.err
    assert "without --resume" in outcome.err or "move it away" in outcome.err
    assert _contents(tmp_path) == contents
    checkpoint.write_bytes(before)
    assert run(*stopped, "--resume").status == 1
    assert (tmp_path / "out.jsonl").read_bytes() == _lines(2, ARTICLE) + _lines(10, ARTICLE)


@pytest.mark.parametrize("name", ["out.jsonl.partial", "r.jsonl.partial", "out.jsonl.errors.jsonl.partial"])
@pytest.mark.parametrize("cut", [True, False])
def test_partial_file_that_is_not_as_the_checkpoint_says_is_told(
    name: str, cut: bool, stopped: tuple[str, ...], tmp_path: Path, run: Run
) -> None:
    """If a file to resume was cut off or removed, the message names it, and a run can start again."""
    path = tmp_path / name
    path.write_bytes(path.read_bytes()[:10]) if cut else path.unlink()
    outcome = run(*stopped, "--resume")
    assert (outcome.status, outcome.err.count("\n")) == (USAGE, 1)
    assert f"{path}: is missing or shorter than the checkpoint of the stopped run says; begin again" in outcome.err
    assert run(*stopped).status == 1
    assert set(_contents(tmp_path)) == {"a.jsonl", "out.jsonl", "r.jsonl", "out.jsonl.errors.jsonl"}


@pytest.mark.usefixtures("stopped")
def test_run_that_begins_again_removes_what_the_stopped_one_left(tmp_path: Path, run: Run) -> None:
    """Without --resume the files of the stopped run are removed, even those of other options."""
    assert "r.jsonl.partial" in _contents(tmp_path)
    (tmp_path / "b.jsonl").write_bytes(_lines(1))
    outcome = run(tmp_path / "b.jsonl", "-o", tmp_path / "out.jsonl")
    assert outcome == Outcome(
        0,
        b"",
        f"cleaner: {tmp_path}/out.jsonl.checkpoint.json: a stopped run starts again from the beginning; --resume would have continued it\n",
    )
    assert set(_contents(tmp_path)) == {"a.jsonl", "b.jsonl", "out.jsonl"}


def _die_after(patch: pytest.MonkeyPatch, count: int) -> None:
    """Has a run be interrupted when it would put another file in its place than the first ``count``."""
    finish = PartialFile.finish
    left = [count]

    def die(self: PartialFile) -> None:
        if not left[0]:
            raise KeyboardInterrupt
        left[0] -= 1
        finish(self)

    patch.setattr(PartialFile, "finish", die)


@pytest.mark.parametrize("finished", [1, 2])
def test_run_that_was_stopped_between_its_side_files_goes_on(
    finished: int, stopped: tuple[str, ...], tmp_path: Path, run: Run, monkeypatch: pytest.MonkeyPatch
) -> None:
    """A run killed when the removals were in their place, but perhaps not the failures, is complete once resumed."""
    with monkeypatch.context() as patch:
        _die_after(patch, 1 + finished)
        if finished == 2:
            patch.setattr(Checkpoint, "remove", lambda self: self.release())
        assert run(*stopped, "--resume").status == (130 if finished == 1 else 1)
    assert (tmp_path / "out.jsonl.checkpoint.json").exists()
    assert run(*stopped, "--resume").status == 1
    assert set(_contents(tmp_path)) == {"a.jsonl", "out.jsonl", "r.jsonl", "out.jsonl.errors.jsonl"}
    assert len((tmp_path / "r.jsonl").read_bytes().splitlines()) == 12
    assert len((tmp_path / "out.jsonl.errors.jsonl").read_bytes().splitlines()) == 1


def test_side_file_that_is_missing_is_told_though_another_is_in_its_place(
    stopped: tuple[str, ...], tmp_path: Path, run: Run, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Complete removals say nothing about the failures: if those are missing, the run is not resumed."""
    with monkeypatch.context() as patch:
        _die_after(patch, 2)
        assert run(*stopped, "--resume").status == 130
    failures = tmp_path / "out.jsonl.errors.jsonl.partial"
    failures.unlink()
    outcome = run(*stopped, "--resume")
    assert outcome.status == USAGE
    assert f"{failures}: is missing or shorter than the checkpoint of the stopped run says" in outcome.err


def test_run_goes_on_without_a_place_for_its_checkpoint(tmp_path: Path, run: Run) -> None:
    """If only the checkpoint cannot be written beside an output, the run says so and completes."""
    (tmp_path / "in").mkdir()
    (tmp_path / "in" / "a.jsonl").write_bytes(_lines(1))
    (tmp_path / "out.checkpoint.json").mkdir()
    outcome = run(tmp_path / "in", "-o", tmp_path / "out")
    assert outcome.status == 0
    assert "out.checkpoint.json: cannot be written" in outcome.err
    assert "if it is stopped it cannot be resumed" in outcome.err
    assert (tmp_path / "out" / "a.jsonl").read_bytes() == _lines(1, ARTICLE)


def test_weights_that_are_missing_are_told_once(tmp_path: Path, run: Run) -> None:
    """The message names the file that the run needs, not the one whose digest fails; nothing is left."""
    (tmp_path / "a.jsonl").write_bytes(_lines(1))
    outcome = run(tmp_path / "a.jsonl", "-o", tmp_path / "out.jsonl", "--weights", tmp_path / "none.json")
    assert (outcome.status, outcome.err.count("\n")) == (USAGE, 1)
    assert outcome.err.startswith(f"cleaner: {tmp_path / 'none.json'}: ")
    assert set(_contents(tmp_path)) == {"a.jsonl"}


# --- two runs --------------------------------------------------------------------------------------------


@pytest.mark.parametrize("options", [(), ("--resume",)])
@pytest.mark.parametrize("ending", ["jsonl", "txt"])
def test_second_run_touches_nothing_of_the_first(
    options: tuple[str, ...], ending: str, tmp_path: Path, run: Run, monkeypatch: pytest.MonkeyPatch
) -> None:
    """A run to an output that another run is writing is refused, and the other run's files are all still there."""
    (tmp_path / "in").mkdir()
    for name in ("a", "b"):
        (tmp_path / "in" / f"{name}.{ending}").write_bytes(_lines(2) if ending == "jsonl" else PAGE.encode())
    arguments = (tmp_path / "in", "-o", tmp_path / "out", "--removed", tmp_path / "r.jsonl")
    monkeypatch.setattr(delivery, "CHECKPOINT_SECONDS", 0.0)
    advance = delivery.Delivery._advance
    seen: list[str] = []

    def run_again(self: delivery.Delivery, *values: Any) -> None:
        advance(self, *values)
        if not seen:
            before = _contents(tmp_path)
            command = [sys.executable, "-m", "cleaner", "clean", "-q", *map(str, arguments), *options]
            done = subprocess.run(command, capture_output=True, check=False, timeout=120)
            seen.append(done.stderr.decode())
            assert done.returncode == 1
            assert _contents(tmp_path) == before

    monkeypatch.setattr(delivery.Delivery, "_advance", run_again)
    assert run(*arguments) == Outcome(0, b"", "")
    reason = "another run is writing it; wait until that run has ended, or name another output"
    assert seen == [f"cleaner: {tmp_path / 'out'}: cannot be written: {reason}\n"]
    assert len((tmp_path / "r.jsonl").read_bytes().splitlines()) == (4 if ending == "jsonl" else 2)


def _before_locking(monkeypatch: pytest.MonkeyPatch, action: Callable[[], None]) -> None:
    """Do something between opening the next file and locking it."""
    lock = locks.lock

    def lock_late(handle: int) -> bool | None:
        monkeypatch.setattr(locks, "lock", lock)
        action()
        return lock(handle)

    monkeypatch.setattr(locks, "lock", lock_late)


def test_file_that_is_renamed_before_it_is_locked_is_not_the_one(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """A run that opens a partial file just before another one puts it in its place does not write to the result."""
    target = tmp_path / "out.jsonl"
    first = PartialFile(target, stable=True)
    first.write(b"all of the first result\n")
    _before_locking(monkeypatch, first.finish)
    second = PartialFile(target, stable=True, length=0)
    second.write(b"begin of the second")
    assert target.read_bytes() == b"all of the first result\n"
    second.finish()
    assert target.read_bytes() == b"begin of the second"


def test_held_file_is_handed_on_whole(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """A file that is replaced or removed while another process waits for its lock is opened again."""
    path = tmp_path / "a.json"
    first, second = HeldFile(path), HeldFile(path)
    assert first.take(b"1") is None
    with pytest.raises(OSError, match="another run is writing it"):
        second.take(b"2")
    first.save(b"3")
    with pytest.raises(OSError, match="another run is writing it"):
        second.take(b"2")
    _before_locking(monkeypatch, first.remove)
    assert second.take(b"2") is None
    assert path.read_bytes() == b"2"
    first.remove()
    assert path.read_bytes() == b"2"
    second.release()
    assert first.take(b"1") == b"2"


def test_held_file_does_without_hard_links(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """A file can be held on a file system without hard links too."""

    def fail(*_: Any) -> None:
        raise OSError(95, "Operation not supported")

    monkeypatch.setattr(os, "link", fail)
    first, second = HeldFile(tmp_path / "a.json"), HeldFile(tmp_path / "a.json")
    assert first.take(b"1") is None
    with pytest.raises(OSError, match="another run is writing it"):
        second.take(b"2")
    first.release()
    assert second.take(b"2") == b"1"
    assert [path.name for path in tmp_path.iterdir()] == ["a.json"]


# --- results ---------------------------------------------------------------------------------------------


@pytest.mark.parametrize("name", ["a.txt", "a.jsonl"])
def test_missing_folders_of_an_output_are_made(name: str, tmp_path: Path, run: Run) -> None:
    """However many of them are missing, for the result and for the files beside it."""
    (tmp_path / name).write_bytes(_lines(2) if name == "a.jsonl" else PAGE.encode())
    target = tmp_path / "some" / "more" / "folders" / name
    removed = tmp_path / "others" / "again" / "removed.jsonl"
    assert run(tmp_path / name, "-o", target, "--removed", removed) == Outcome(0, b"", "")
    assert target.read_bytes() == (_lines(2, ARTICLE) if name == "a.jsonl" else ARTICLE.encode())
    assert len(removed.read_bytes().splitlines()) == (2 if name == "a.jsonl" else 1)
    assert [path.name for path in target.parent.iterdir()] == [name]


@pytest.mark.parametrize("ending", ["", ".gz"])
def test_source_without_records_gives_an_empty_result(ending: str, tmp_path: Path, run: Run) -> None:
    """The file is there, and a compressed one is a file that can be decompressed."""
    (tmp_path / "in").mkdir()
    for name in ("a", "b"):
        (tmp_path / "in" / f"{name}.jsonl{ending}").write_bytes(gzip.compress(b"") if ending else b"")
    assert run(tmp_path / "in", "-o", tmp_path / "out").status == 0
    found = _contents(tmp_path / "out")
    assert set(found) == {f"a.jsonl{ending}", f"b.jsonl{ending}"}
    assert all((gzip.decompress(data) if ending else data) == b"" for data in found.values())
    assert all(found.values()) == bool(ending)


@pytest.mark.parametrize("changed", [0, 1])
def test_file_in_its_place_is_replaced_where_one_record_changed(changed: int, tmp_path: Path, run: Run) -> None:
    """One is enough; where none did the file is not written to."""
    file = tmp_path / "a.jsonl"
    file.write_bytes(_lines(3, ARTICLE) + _lines(changed))
    before = file.stat().st_ino
    assert run("--in-place", file).status == 0
    assert file.read_bytes() == _lines(3, ARTICLE) + _lines(changed, ARTICLE)
    assert (file.stat().st_ino != before) == bool(changed)


# --- what killed runs leave ------------------------------------------------------------------------------


def test_leftover_temporary_files_are_removed(tmp_path: Path, run: Run) -> None:
    """Temporary files of killed runs are removed by the next that writes there; others, and those in use, stay."""
    (tmp_path / "in").mkdir()
    (tmp_path / "in" / "a.txt").write_text(PAGE, "utf-8")
    used = [tmp_path / folder / ".cleaner-00000000000000aa.tmp" for folder in ("out", "in", ".")]
    left = [tmp_path / folder / ".cleaner-00000000000000bb.tmp" for folder in ("out", "in", ".")]
    mine = [tmp_path / "out" / name for name in (".cleaner-mine.tmp", ".cleaner-00000000000000cc.txt", "mine.tmp")]
    (tmp_path / "out").mkdir()
    for path in (*left, *mine):
        path.write_bytes(b"half")
    held = [open_held(path, new=True) for path in used]
    (tmp_path / "out" / ".cleaner-00000000000000dd.tmp").symlink_to(mine[0])
    assert run(tmp_path / "in", "-o", tmp_path / "out").status == 0
    assert run("--in-place", tmp_path / "in").status == 0
    for handle in held:
        os.close(handle)
    assert not any(path.exists() for path in left)
    assert all(path.exists() for path in (*used, *mine))
    assert (tmp_path / "out" / ".cleaner-00000000000000dd.tmp").is_symlink()


def test_file_is_written_though_it_was_taken_for_a_leftover(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """A temporary file that another process removes or checks before it is locked is created again."""
    lock = locks.lock
    moments: list[Callable[[], None]] = []

    def lock_late(handle: int) -> bool | None:
        if moments:
            moments.pop()()
        return lock(handle)

    monkeypatch.setattr(locks, "lock", lock_late)
    moments.append(lambda: remove_leftovers(tmp_path))
    write_file(tmp_path / "a.txt", b"a")
    assert [path.name for path in tmp_path.iterdir()] == ["a.txt"]

    others: list[int] = []

    def look() -> None:
        (temporary,) = tmp_path.glob(".cleaner-*.tmp")
        others.append(os.open(temporary, os.O_RDWR))
        assert lock(others[0])

    monkeypatch.setattr(time, "sleep", lambda _: os.close(others.pop()))
    moments.append(look)
    write_file(tmp_path / "a.txt", b"b")
    assert {path.name: path.read_bytes() for path in tmp_path.iterdir()} == {"a.txt": b"b"}
