"""Runs that are stopped: what is on disk, and the result after they are resumed."""

from __future__ import annotations

import json
import os
import random
import signal
import subprocess
import sys
import time
import uuid
from collections.abc import Callable, Iterator
from contextlib import contextmanager, suppress
from pathlib import Path

import pytest

from cleaner.corpus.records import split_endings
from cleaner.corpus.records.streams import compress

pytestmark = [
    pytest.mark.slow,
    pytest.mark.skipif(not Path("/proc/self/environ").exists(), reason="needs /proc to look for processes"),
]

# How often each way of stopping is tried for each format.
ROUNDS = int(os.environ.get("CLEANER_STOP_ROUNDS", "2"))
# Disturbances that do not end a run are tried half as often, since each is tried with every compression.
HALF_ROUNDS = max(ROUNDS // 2, 1)
# A run must stop within 2 seconds on an idle machine; a busy one may take longer.
STOP_SECONDS = float(os.environ.get("CLEANER_STOP_SECONDS", "10"))
PATIENCE_SECONDS = 600
MARK = "CLEANER_TEST_MARK"
SENTENCE = "The council passed the budget after {} hours of debate, and the café by bridge {} stays open until May."
# Small chunks and a checkpoint after each, so that a small corpus has many moments to be stopped at.
DRIVER = """\
import signal
signal.signal(signal.SIGINT, signal.default_int_handler)
from cleaner.corpus.batch import delivery, tasks
tasks.CHUNK_BYTES = 6000
delivery.CHECKPOINT_SECONDS = 0.0
from cleaner.cli import main
main()
"""


def _corpus(count: int) -> bytes:
    lines = []
    for number in range(count):
        text = "".join(SENTENCE.format(number, line) + "\n" for line in range(6)) + "Comments are closed.\n"
        lines.append(json.dumps({"id": number, "text": text}, ensure_ascii=False))
    lines[count // 3] = '{"id": "no text"}'
    return "".join(line + "\n" for line in lines).encode()


class _Corpus:
    """A corpus in one format, and the result of an undisturbed run."""

    def __init__(self, folder: Path, ending: str) -> None:
        self.ending = ending
        self.source = folder / f"corpus.jsonl{ending}"
        data = _corpus(300)
        self.source.write_bytes(compress(data, split_endings(self.source)[1]))
        self.expected = self.run_to_end(folder / "undisturbed", "--jobs", "1")

    def start(self, folder: Path, *options: str, mark: str = "") -> subprocess.Popen[bytes]:
        """A run into a folder."""
        folder.mkdir(exist_ok=True)
        places = [str(self.source), "-o", str(folder / f"out.jsonl{self.ending}")]
        command = [sys.executable, "-c", DRIVER, "clean", *places, "--removed", str(folder / "removed.jsonl"), *options]
        environment = {**os.environ, MARK: mark}
        return subprocess.Popen(command, stdout=subprocess.PIPE, stderr=subprocess.PIPE, env=environment)

    def run_to_end(self, folder: Path, *options: str) -> dict[str, bytes]:
        """The files that a run leaves."""
        process = self.start(folder, *options)
        _, messages = process.communicate(timeout=PATIENCE_SECONDS)
        assert process.returncode == 1, messages.decode()
        return {path.name: path.read_bytes() for path in sorted(folder.iterdir())}


@pytest.fixture(scope="module", params=["", ".gz", ".zst", ".xz"], ids=["plain", "gz", "zst", "xz"])
def corpus(request: pytest.FixtureRequest, tmp_path_factory: pytest.TempPathFactory) -> _Corpus:
    """A corpus in each compression."""
    return _Corpus(tmp_path_factory.mktemp("stops"), request.param)


def _processes(mark: str) -> list[int]:
    """The processes with a mark in their environment."""
    found = []
    for path in Path("/proc").glob("[0-9]*/environ"):
        try:
            if f"{MARK}={mark}".encode() in path.read_bytes():
                found.append(int(path.parent.name))
        except OSError:
            continue
    return found


def _wait_for(condition: Callable[[], bool], seconds: float) -> bool:
    end = time.monotonic() + seconds
    while not condition():
        if time.monotonic() > end:
            return False
        time.sleep(0.02)
    return True


@pytest.mark.parametrize("name", ["SIGTERM", "SIGINT", "SIGKILL"])
@pytest.mark.parametrize("attempt", range(ROUNDS))
def test_stopped_run_is_resumed(name: str, attempt: int, corpus: _Corpus, tmp_path: Path) -> None:
    """A run with two processes, stopped at any moment and resumed, gives the files of an undisturbed one."""
    number = signal.Signals[name]
    folder, mark = tmp_path / "out", uuid.uuid4().hex
    process = corpus.start(folder, "--jobs", "2", mark=mark)
    partial = folder / f"out.jsonl{corpus.ending}.partial"
    try:
        assert _wait_for(lambda: partial.exists() or process.poll() is not None, PATIENCE_SECONDS)
        time.sleep(random.Random(f"{name} {attempt} {time.time_ns()}").uniform(0, 0.7))
        process.send_signal(number)
        sent = time.monotonic()
        _, messages = process.communicate(timeout=PATIENCE_SECONDS)
        stopped_after = time.monotonic() - sent
    finally:
        # Nothing is left running if the test itself fails.
        process.kill()
        process.wait()

    assert _wait_for(lambda: not _processes(mark), STOP_SECONDS), "a process is left"
    before = {path.name: path.read_bytes() for path in folder.iterdir()}
    time.sleep(0.1)
    assert {path.name: path.read_bytes() for path in folder.iterdir()} == before
    if before != corpus.expected:
        # It was not done before the signal arrived.
        assert process.returncode == {"SIGTERM": 143, "SIGINT": 130, "SIGKILL": -9}[name], messages.decode()
        assert f"out.jsonl{corpus.ending}" not in before
        if name != "SIGKILL":
            assert stopped_after < STOP_SECONDS
            assert messages.decode().count("\n") == 1
            assert "run the same command with --resume" in messages.decode()
        assert corpus.run_to_end(folder, "--jobs", "2", "--resume") == corpus.expected


def _workers(process: subprocess.Popen[bytes], mark: str) -> list[int]:
    """The worker processes of a run that have come to be programs of their own.

    One that is halted before, while it shares its parent's memory, halts the parent too, until it goes on.
    """
    return [found for found in _processes(mark) if found != process.pid and _is_worker(found)]


def _is_worker(process: int) -> bool:
    with suppress(OSError):
        return b"batch.workers" in Path(f"/proc/{process}/cmdline").read_bytes()
    return False


def _signal(process: int, number: signal.Signals) -> None:
    with suppress(ProcessLookupError):
        os.kill(process, number)


@contextmanager
def _disturbed(process: subprocess.Popen[bytes], corpus: _Corpus, folder: Path) -> Iterator[None]:
    """Disturb a run, which must end as if nothing had happened."""
    try:
        yield
        _, messages = process.communicate(timeout=PATIENCE_SECONDS)
    finally:
        process.kill()
        process.wait()
    assert process.returncode == 1, messages.decode()
    assert {path.name: path.read_bytes() for path in folder.iterdir()} == corpus.expected


@pytest.mark.parametrize("name", ["SIGKILL", "SIGSEGV"])
@pytest.mark.parametrize("attempt", range(HALF_ROUNDS))
def test_workers_that_are_ended_change_nothing(name: str, attempt: int, corpus: _Corpus, tmp_path: Path) -> None:
    """A run whose workers are ended at any moment, but none twice at one document, gives the files of an undisturbed one."""
    folder, mark = tmp_path / "out", uuid.uuid4().hex
    chance = random.Random(f"{name} {attempt} {time.time_ns()}")
    process = corpus.start(folder, "--jobs", "2", mark=mark)
    with _disturbed(process, corpus, folder):
        for _ in range(2):
            assert _wait_for(lambda: bool(_workers(process, mark)) or process.poll() is not None, PATIENCE_SECONDS)
            time.sleep(chance.uniform(0, 0.7))
            for worker in _workers(process, mark)[: chance.choice([1, 2])]:
                _signal(worker, signal.Signals[name])
    assert _wait_for(lambda: not _processes(mark), STOP_SECONDS), "a process is left"


@pytest.mark.parametrize("whom", ["parent", "workers", "all"])
@pytest.mark.parametrize("attempt", range(HALF_ROUNDS))
def test_processes_that_are_halted_and_go_on_change_nothing(
    whom: str, attempt: int, corpus: _Corpus, tmp_path: Path
) -> None:
    """Processes that are halted with SIGSTOP and resumed with SIGCONT give the files of an undisturbed run."""
    folder, mark = tmp_path / "out", uuid.uuid4().hex
    chance = random.Random(f"{whom} {attempt} {time.time_ns()}")
    process = corpus.start(folder, "--jobs", "2", mark=mark)
    with _disturbed(process, corpus, folder):
        for _ in range(3):
            assert _wait_for(lambda: bool(_workers(process, mark)) or process.poll() is not None, PATIENCE_SECONDS)
            time.sleep(chance.uniform(0, 0.5))
            halted = [process.pid] if whom == "parent" else _workers(process, mark)
            halted += [process.pid] if whom == "all" else []
            if process.poll() is None:
                for one in halted:
                    _signal(one, signal.SIGSTOP)
                time.sleep(0.3)
                for one in halted:
                    _signal(one, signal.SIGCONT)


def test_run_whose_workers_are_halted_can_be_ended(corpus: _Corpus, tmp_path: Path) -> None:
    """A termination request is met although the workers are halted; no process is left."""
    folder, mark = tmp_path / "out", uuid.uuid4().hex
    process = corpus.start(folder, "--jobs", "2", mark=mark)
    try:
        assert _wait_for(lambda: len(_workers(process, mark)) > 1 or process.poll() is not None, PATIENCE_SECONDS)
        for worker in _workers(process, mark):
            _signal(worker, signal.SIGSTOP)
        process.send_signal(signal.SIGTERM)
        process.communicate(timeout=PATIENCE_SECONDS)
    finally:
        process.kill()
        process.wait()
    assert process.returncode in (143, 1)
    assert _wait_for(lambda: not _processes(mark), STOP_SECONDS), "a process is left"


def test_number_of_processes_changes_nothing(corpus: _Corpus, tmp_path: Path) -> None:
    """One process and three give the same bytes, and a run over an older output too."""
    assert corpus.run_to_end(tmp_path / "out", "--jobs", "3") == corpus.expected
    assert corpus.run_to_end(tmp_path / "out", "--jobs", "2") == corpus.expected
