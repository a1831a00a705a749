"""Runs that are interrupted at each system call for their files, and resumed."""

from __future__ import annotations

import json
import os
import signal
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import pytest

from cleaner.corpus.batch import delivery, tasks
from cleaner.corpus.records.interrupts import undisturbed
from tests.running import Outcome, Run, runner

# What a run does to files; a signal may arrive at each of these calls.
CALLS = ("open", "close", "write", "fsync", "replace", "link", "unlink", "ftruncate", "lseek")
TEXT = "The council passed the budget after {} hours of debate.\nComments are closed.\n"


@pytest.fixture
def run(capsysbinary: pytest.CaptureFixture[bytes], monkeypatch: pytest.MonkeyPatch) -> Run:
    """Runs with small chunks and a checkpoint after each."""
    monkeypatch.setattr(tasks, "CHUNK_BYTES", 300)
    monkeypatch.setattr(delivery, "CHECKPOINT_SECONDS", 0.0)
    return runner(capsysbinary, monkeypatch)


class _Calls:
    """Counts system calls, and sends this process a signal right after one of them."""

    def __init__(self) -> None:
        self.count = 0
        self.at: int | None = None
        self.number = signal.SIGINT

    def wrap(self, function: Callable[..., Any]) -> Callable[..., Any]:
        def call(*arguments: Any, **options: Any) -> Any:
            result = function(*arguments, **options)
            self.count += 1
            if self.count == self.at:
                signal.raise_signal(self.number)
            return result

        return call


@contextmanager
def _counted(calls: _Calls) -> Iterator[None]:
    with pytest.MonkeyPatch.context() as patch:
        for name in CALLS:
            patch.setattr(os, name, calls.wrap(getattr(os, name)))
        yield


def _files(folder: Path) -> dict[str, bytes]:
    return {path.name: path.read_bytes() for path in sorted(folder.iterdir())}


@pytest.mark.parametrize("number", [signal.SIGINT, signal.SIGTERM])
def test_run_that_is_interrupted_in_any_call_is_resumed(number: signal.Signals, run: Run, tmp_path: Path) -> None:
    """A run leaves nothing, or files that `--resume` completes to those of an undisturbed run; it says which."""
    source = tmp_path / "corpus.jsonl"
    records = [json.dumps({"id": index, "text": TEXT.format(index)}) for index in range(8)]
    source.write_text("\n".join([*records[:3], '{"id": "no text"}', *records[3:]]) + "\n")

    def clean(name: str, *options: str) -> Outcome:
        (tmp_path / name).mkdir(exist_ok=True)
        places = ["-o", tmp_path / name / "out.jsonl", "--removed", tmp_path / name / "removed.jsonl"]
        return run(source, *places, *options)

    calls = _Calls()
    with _counted(calls):
        assert clean("undisturbed").status == 1
    expected = _files(tmp_path / "undisturbed")
    assert len(expected) == 3
    assert calls.count > 50
    for at in range(1, calls.count + 1):
        stopped = _Calls()
        stopped.at, stopped.number = at, number
        folder = f"{at}"
        with _counted(stopped):
            outcome = clean(folder)
        left = _files(tmp_path / folder)
        if outcome.status == 1:
            # Everything was done when the signal arrived.
            assert left == expected, at
            continue
        assert outcome.status == {signal.SIGINT: 130, signal.SIGTERM: 143}[number], (at, outcome.err)
        if "no file is half written" in outcome.err:
            assert left in ({}, expected), (at, outcome.err)
        assert clean(folder, "--resume").status == 1, at
        assert _files(tmp_path / folder) == expected, at


@contextmanager
def _handled(handler: Any) -> Iterator[None]:
    before = {number: signal.signal(number, handler) for number in (signal.SIGINT, signal.SIGTERM)}
    try:
        yield
    finally:
        for number, former in before.items():
            signal.signal(number, former)


def test_first_of_several_interrupts_comes_after_the_work() -> None:
    """An undisturbed block is completed; then the handler of the first signal is called once, and both are restored."""
    called: list[int] = []
    with _handled(lambda number, _: called.append(number)):
        with undisturbed():
            signal.raise_signal(signal.SIGTERM)
            signal.raise_signal(signal.SIGINT)
            assert called == []
        assert called == [signal.SIGTERM]
        signal.raise_signal(signal.SIGINT)
        assert called == [signal.SIGTERM, signal.SIGINT]


def test_signal_that_is_ignored_stays_ignored() -> None:
    """A run in the background is not interrupted by undisturbed work either."""
    with _handled(signal.SIG_IGN), undisturbed():
        signal.raise_signal(signal.SIGINT)
        assert signal.getsignal(signal.SIGINT) is signal.SIG_IGN
