"""Runs that are stopped or fail and are resumed; several processes. Real kills are in test_stops.py."""

from __future__ import annotations

import os
import signal
import subprocess
import sys
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pyarrow as pa
import pyarrow.parquet as pq
import pytest

from cleaner import CleanConfig
from cleaner.corpus.batch import tasks
from cleaner.corpus.batch.checkpoint import Checkpoint, Progress, State
from cleaner.corpus.batch.plan import Plan, Settings
from cleaner.corpus.records import split_endings
from cleaner.corpus.records.streams import compress
from cleaner.corpus.records.writing import PartialFile
from tests.running import ARTICLE, PAGE, USAGE, Outcome, Run, file_names, records, wet

# --- stopping and resuming -------------------------------------------------------------------------------


@pytest.mark.parametrize("name", ["a.jsonl", "a.jsonl.gz", "a.jsonl.bz2", "a.jsonl.xz", "a.wet", "a.parquet"])
def test_run_goes_on_where_it_was_interrupted(
    name: str, tmp_path: Path, run: Run, stop_after: Callable[[int], None]
) -> None:
    """An interrupted run keeps what is done, says how to resume, and then gives the same as an undisturbed one."""
    source = tmp_path / name
    if name.endswith("parquet"):
        pq.write_table(pa.table({"text": [PAGE, None, *[PAGE] * 18]}), source, row_group_size=8)
    else:
        data = wet(*[PAGE] * 20) if name.endswith("wet") else records(9) + b"broken\n" + records(9)
        source.write_bytes(compress(data, split_endings(source)[1]))
    stop_after(1000)
    assert run(source, "-o", tmp_path / "whole" / name, "--removed", tmp_path / "whole.jsonl", "-q").status < USAGE
    whole = tmp_path / "whole"

    arguments = (source, "-o", tmp_path / "out" / name, "--removed", tmp_path / "out.jsonl", "-q")
    stop_after(2)
    outcome = run(*arguments)
    assert (outcome.status, outcome.err) == (130, "cleaner: interrupted; run the same command with --resume\n")
    assert name not in file_names(tmp_path / "out")
    stop_after(1)
    assert run(*arguments, "--resume").status == 130
    stop_after(1000)
    run(*arguments, "--resume")
    assert file_names(tmp_path / "out") == file_names(whole)
    for file in file_names(whole):
        assert (tmp_path / "out" / file).read_bytes() == (whole / file).read_bytes()
    assert (tmp_path / "out.jsonl").read_bytes() == (tmp_path / "whole.jsonl").read_bytes()


@pytest.mark.parametrize("name", ["a.jsonl", "a.parquet"])
@pytest.mark.parametrize("moment", ["before", "after"])
def test_run_goes_on_when_it_was_interrupted_at_the_end_of_a_file(
    name: str, moment: str, tmp_path: Path, run: Run, stop_after: Callable[[int], None], monkeypatch: pytest.MonkeyPatch
) -> None:
    """A run that is stopped just before or just after a result is put in its place can still be resumed."""
    folder, out = tmp_path / "in", tmp_path / "out"
    folder.mkdir()
    if name.endswith("parquet"):
        pq.write_table(pa.table({"text": [PAGE] * 9}), folder / name)
    else:
        (folder / name).write_bytes(records(9))
    (folder / "z.jsonl").write_bytes(records(3))
    stop_after(1000)
    whole = run(folder, "-o", tmp_path / "whole")

    finish = PartialFile.finish

    def interrupt(self: PartialFile) -> None:
        is_result = "checkpoint" not in self.path.name
        if moment == "after" or not is_result:
            finish(self)
        if is_result:
            raise KeyboardInterrupt

    with monkeypatch.context() as patch:
        patch.setattr(PartialFile, "finish", interrupt)
        assert run(folder, "-o", out).status == 130
    assert (name in file_names(out)) == (moment == "after")
    assert run(folder, "-o", out, "--resume") == whole
    assert file_names(out) == {name, "z.jsonl"}
    assert (out / name).read_bytes() == (tmp_path / "whole" / name).read_bytes()


def test_folder_goes_on_where_it_was_interrupted(tmp_path: Path, run: Run, stop_after: Callable[[int], None]) -> None:
    """A run over a folder resumes in the file in which it was interrupted, and counts as if undisturbed."""
    folder = tmp_path / "in"
    folder.mkdir()
    for name in ("a.jsonl", "c.jsonl", "d.jsonl"):
        (folder / name).write_bytes(records(5))
    (folder / "b.txt").write_text(PAGE, "utf-8")
    stop_after(1000)
    whole = run(folder, "-o", tmp_path / "whole")
    stop_after(3)
    assert run(folder, "-o", tmp_path / "out").status == 130
    assert file_names(tmp_path / "out") == {"a.jsonl", "b.txt", "c.jsonl.partial"}
    stop_after(1000)
    assert run(folder, "-o", tmp_path / "out", "--resume") == whole
    for name in ("a.jsonl", "b.txt", "c.jsonl", "d.jsonl"):
        assert (tmp_path / "out" / name).read_bytes() == (tmp_path / "whole" / name).read_bytes()
    assert file_names(tmp_path) == {
        f"{place}/{name}" for place in ("in", "out", "whole") for name in ("a.jsonl", "b.txt", "c.jsonl", "d.jsonl")
    }


def test_request_to_end_is_told_even_before_the_work_begins(
    tmp_path: Path, run: Run, monkeypatch: pytest.MonkeyPatch
) -> None:
    """A termination request during the search for inputs ends the run with status 143 and one line."""

    def ask_to_end(*_: Any, **__: Any) -> None:
        signal.raise_signal(signal.SIGTERM)

    monkeypatch.setattr("cleaner.cli.clean.find_sources", ask_to_end)
    before = signal.getsignal(signal.SIGTERM)
    assert run(tmp_path) == Outcome(143, b"", "cleaner: terminated; no file is half written\n")
    assert signal.getsignal(signal.SIGTERM) is before


def test_another_run_is_not_resumed(tmp_path: Path, run: Run, stop_after: Callable[[int], None]) -> None:
    """Other options and changed inputs are refused; without --resume a run starts again and says so."""
    source, target = tmp_path / "a.jsonl", tmp_path / "b.jsonl"
    source.write_bytes(records(9))
    stop_after(2)
    run(source, "-o", target)
    before = file_names(tmp_path)
    for option in (["--keep", "byline"], ["--disable-pattern", "fr.byline.by-name"]):
        other = run(source, "-o", target, "--resume", *option)
        assert other.status == USAGE
        assert "the stopped run had other options" in other.err
    os.utime(source, (1, 1))
    changed = run(source, "-o", target, "--resume")
    assert changed.status == USAGE
    assert "the inputs are not those of the stopped run, or have changed since" in changed.err
    assert file_names(tmp_path) == before
    stop_after(1000)
    again = run(source, "-o", target, "-q")
    assert again == Outcome(
        0,
        b"",
        f"cleaner: {target}.checkpoint.json: a stopped run starts again from the beginning; --resume would have continued it\n",
    )
    assert target.read_bytes() == records(9, ARTICLE)
    again = run(source, "-o", target, "-q", "--resume")
    assert (again.status, "starts from the beginning" in again.err) == (0, True)
    assert file_names(tmp_path) == {"a.jsonl", "b.jsonl"}


@pytest.mark.skipif(sys.platform == "win32", reason="needs a limit on the size of files")
def test_full_disk_ends_the_run_and_it_can_be_resumed(tmp_path: Path) -> None:
    """Without space the run ends with one clear line, the input is whole, and the run can be resumed later."""
    source, target = tmp_path / "a.jsonl", tmp_path / "b.jsonl"
    source.write_bytes(records(40))
    program = (
        "import resource, sys\n"
        "from cleaner.corpus.batch import delivery, tasks\n"
        "from cleaner.cli import main\n"
        "tasks.CHUNK_BYTES = 600\n"
        "delivery.CHECKPOINT_SECONDS = 0.0\n"
        "limit = int(sys.argv.pop(1))\n"
        "resource.setrlimit(resource.RLIMIT_FSIZE, (limit, resource.RLIM_INFINITY))\n"
        "main()\n"
    )

    def clean(limit: int, *options: str) -> tuple[int, str]:
        command = [sys.executable, "-c", program, str(limit), "clean", str(source), "-o", str(target), "-q", *options]
        done = subprocess.run(command, capture_output=True, check=False, timeout=120)
        return done.returncode, done.stderr.decode()

    message = (
        f"cleaner: {target}: cannot be written: File too large; raise the limit of file sizes, or write to another "
        "disk; then run the same command with --resume\n"
    )
    assert clean(4000) == (1, message)
    assert source.read_bytes() == records(40)
    assert clean(1_000_000, "--resume") == (0, "")
    assert target.read_bytes() == records(40, ARTICLE)
    assert file_names(tmp_path) == {"a.jsonl", "b.jsonl"}


@pytest.mark.skipif(not Path("/dev/full").exists(), reason="needs /dev/full")
def test_device_without_space_ends_the_run(tmp_path: Path, run: Run) -> None:
    """A device that is full is named with the reason, and stays a device."""
    (tmp_path / "a.jsonl").write_bytes(records(1))
    outcome = run(tmp_path / "a.jsonl", "-o", "/dev/full", "-q")
    assert outcome == Outcome(
        1, b"", "cleaner: /dev/full: cannot be written: No space left on device; free some space\n"
    )
    assert run(tmp_path / "a.jsonl", "-o", "/dev/null", "-q") == Outcome(0, b"", "")


def test_output_below_a_file_is_told(tmp_path: Path, run: Run) -> None:
    """An output that cannot be created ends the run with its name; nothing is left behind."""
    (tmp_path / "a.jsonl").write_bytes(records(1))
    outcome = run(tmp_path / "a.jsonl", "-o", tmp_path / "a.jsonl" / "b.jsonl", "-q")
    assert outcome.status == 1
    assert f"{tmp_path / 'a.jsonl' / 'b.jsonl'}: cannot be written" in outcome.err
    assert file_names(tmp_path) == {"a.jsonl"}


def test_two_runs_do_not_write_one_output(tmp_path: Path, run: Run) -> None:
    """While a run writes to an output, another run is refused."""
    (tmp_path / "a.jsonl").write_bytes(records(1))
    other = PartialFile(tmp_path / "b.jsonl", stable=True)
    outcome = run(tmp_path / "a.jsonl", "-o", tmp_path / "b.jsonl", "-q")
    other.close()
    assert outcome.status == 1
    assert "cannot be written: another run is writing it" in outcome.err


# --- several processes -----------------------------------------------------------------------------------


@pytest.mark.slow
def test_several_processes_give_the_same(tmp_path: Path, run: Run, monkeypatch: pytest.MonkeyPatch) -> None:
    """With several processes the results come in order and are the same, failures and counts too."""
    monkeypatch.setattr(tasks, "CHUNK_BYTES", 1000)
    folder = tmp_path / "in"
    folder.mkdir()
    (folder / "a.jsonl").write_bytes(records(9) + b"broken\n" + records(9))
    for number in range(9):
        (folder / f"{number}.txt").write_text(f"{number}\n{PAGE}", "utf-8")
    (folder / "x.txt").write_bytes(b"\xff")
    outcomes = [run(folder, "-o", tmp_path / "out", "--removed", tmp_path / "r.jsonl", jobs=jobs) for jobs in (1, 3)]
    assert outcomes[0] == outcomes[1]
    assert outcomes[0].status == 1
    files = [
        [(tmp_path / "out" / name).read_bytes() for name in sorted(file_names(tmp_path / "out"))]
        for jobs in (1, 3)
        if run(folder, "-o", tmp_path / "out", jobs=jobs)
    ]
    assert files[0] == files[1]


@pytest.mark.slow
def test_broken_patterns_are_told_once(tmp_path: Path, run: Run, monkeypatch: pytest.MonkeyPatch) -> None:
    """Something that a worker cannot load is wrong usage of the whole run."""
    monkeypatch.setattr(tasks, "CHUNK_BYTES", 600)
    (tmp_path / "a.jsonl").write_bytes(records(9))
    (tmp_path / "own").mkdir()
    outcome = run(tmp_path / "a.jsonl", "-o", tmp_path / "b.jsonl", "--patterns", tmp_path / "own", jobs=2)
    assert (outcome.status, outcome.err.count("\n")) == (USAGE, 1)
    assert file_names(tmp_path) == {"a.jsonl"}


def test_checkpoint_leaves_nothing_of_its_own(tmp_path: Path) -> None:
    """A checkpoint that is saved repeatedly is one file, and none after it is removed."""
    path = tmp_path / "out.checkpoint.json"
    checkpoint = Checkpoint(path, Plan([], lambda _: None, checkpoint=path), Settings(CleanConfig()))
    assert not checkpoint.take()
    for read in (3, 4):
        checkpoint.save(Progress(State(read=read), State(failed_inputs=1), ("a.partial",)))
    checkpoint.release()
    assert checkpoint.take()
    assert checkpoint.load() == Progress(State(read=4), State(failed_inputs=1), ("a.partial",))
    assert [path.name for path in tmp_path.iterdir()] == ["out.checkpoint.json"]
    checkpoint.remove()
    assert not any(tmp_path.iterdir())
