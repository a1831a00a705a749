"""Helpers for tests of runs: how one ended, and runs of the command line in this process."""

from __future__ import annotations

import io
import sys
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path

import pytest

from cleaner import cli as command_line

__all__ = ["Outcome", "Run", "runner"]


@dataclass(frozen=True)
class Outcome:
    """How a run ended: exit status, standard output, standard error."""

    status: int
    out: bytes
    err: str


Run = Callable[..., Outcome]


def runner(capsysbinary: pytest.CaptureFixture[bytes], monkeypatch: pytest.MonkeyPatch, *options: str) -> Run:
    """Runs ``clean`` in this process, with some options, and with one job by default."""

    def run_command(*arguments: str | Path, stdin: bytes = b"", jobs: int = 1) -> Outcome:
        monkeypatch.setattr(sys, "stdin", io.TextIOWrapper(io.BytesIO(stdin)))
        capsysbinary.readouterr()
        with pytest.raises(SystemExit) as ended:
            command_line.app(["clean", "--jobs", str(jobs), *options, *map(str, arguments)], prog_name="cleaner")
        out, err = capsysbinary.readouterr()
        return Outcome(int(ended.value.code or 0), out, err.decode())

    return run_command
