"""What the tests of the command line share: runs of it in this process."""

from __future__ import annotations

import io
import sys
from pathlib import Path

import pytest

from cleaner import cli as command_line
from tests.running import Outcome, Run


@pytest.fixture
def run(capsysbinary: pytest.CaptureFixture[bytes], monkeypatch: pytest.MonkeyPatch) -> Run:
    """Runs the command line in this process."""

    def run_command(*arguments: str | Path, stdin: bytes | None = None) -> Outcome:
        monkeypatch.setattr(sys, "stdin", io.TextIOWrapper(io.BytesIO(stdin or b"")))
        if stdin is None:
            monkeypatch.setattr(sys.stdin, "isatty", lambda: True)
        capsysbinary.readouterr()
        with pytest.raises(SystemExit) as ended:
            command_line.app([str(argument) for argument in arguments], prog_name="cleaner")
        out, err = capsysbinary.readouterr()
        return Outcome(int(ended.value.code or 0), out, err.decode())

    return run_command
