"""Helpers for tests of runs: a page, records of it, how a run ended, and runs of the command line in this process."""

from __future__ import annotations

import io
import json
import sys
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path

import pytest

from cleaner import cli as command_line

__all__ = ["ARTICLE", "NOISE", "PAGE", "USAGE", "Outcome", "Run", "file_names", "record", "records", "runner", "wet"]

# A page, what cleaning leaves of it, and what it removes.
ARTICLE = (
    "The council passed the budget last night after six hours of debate, and the café by the bridge stays open.\n"
    "Two members voted against it because the figures for the harbour had arrived only that morning.\n"
)
NOISE = "Comments are closed.\n"
PAGE = ARTICLE + NOISE
# The exit status of wrong usage.
USAGE = 2


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


def record(number: int, text: str = PAGE) -> str:
    """A line of JSON with a text and two other fields."""
    return json.dumps({"id": number, "text": text, "n": 1.0}, ensure_ascii=False) + "\n"


def records(count: int, text: str = PAGE) -> bytes:
    """Lines of JSON with the same text."""
    return "".join(record(number, text) for number in range(count)).encode()


def wet(*texts: str) -> bytes:
    """An archive of extracted texts."""
    head = "WARC/1.0\r\nWARC-Type: conversion\r\nWARC-Target-URI: https://example.org/\r\nContent-Length: {}\r\n\r\n"
    return b"".join(head.format(len(text.encode())).encode() + text.encode() + b"\r\n\r\n" for text in texts)


def file_names(folder: Path) -> set[str]:
    """The files of a folder and of those in it, by their paths from there."""
    return {path.relative_to(folder).as_posix() for path in folder.rglob("*") if path.is_file()}


@dataclass(frozen=True)
class Printed:
    """How a command ended: exit status, standard output and standard error as text."""

    status: int
    out: str
    err: str


RunCommand = Callable[..., Printed]


def command_runner(capsysbinary: pytest.CaptureFixture[bytes], *command: str) -> RunCommand:
    """Runs a command in this process, with one job."""

    def run_command(*arguments: str | Path) -> Printed:
        capsysbinary.readouterr()
        with pytest.raises(SystemExit) as ended:
            command_line.app([*command, "--jobs", "1", *map(str, arguments)], prog_name="cleaner")
        out, err = capsysbinary.readouterr()
        return Printed(int(ended.value.code or 0), out.decode(), err.decode())

    return run_command
