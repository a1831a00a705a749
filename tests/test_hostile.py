"""Runs over input from a hostile web or a damaged disk: each fault costs only its own record, and is reported."""

from __future__ import annotations

import bz2
import gzip
import json
import lzma
import sys
import tracemalloc
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
import zstandard

from cleaner import cli as command_line
from cleaner.corpus.batch.tasks import Failure
from cleaner.corpus.records import Source, split_endings
from cleaner.corpus.records.limits import QUOTED_BYTES
from cleaner.corpus.records.streams import read_all

TEXT = "The council passed the budget last night after six hours of debate.\n"
GOOD = json.dumps({"text": TEXT}).encode() + b"\n"
LIMIT = 100_000


@pytest.fixture
def small_limits(monkeypatch: pytest.MonkeyPatch) -> None:
    """Limits low enough for small files to reach."""
    monkeypatch.setattr("cleaner.corpus.batch.tasks.RECORD_BYTES", 1 << 20)
    monkeypatch.setattr("cleaner.corpus.records.limits.GROWTH_ALLOWANCE", 16 << 20)


def _clean(folder: Path, output: Path) -> tuple[int, list[dict[str, Any]]]:
    """The exit status of a run over a folder, and its failures."""
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(sys, "argv", ["cleaner"])
        with pytest.raises(SystemExit) as ended:
            command_line.app(
                ["clean", str(folder), "-o", f"{output}/", "-q", "--jobs", "1", "--max-document", str(LIMIT)],
                prog_name="cleaner",
            )
    path = output / "errors.jsonl"
    failures = [json.loads(line) for line in path.read_bytes().splitlines()] if path.exists() else []
    return int(ended.value.code or 0), failures


def _compressed(data: bytes, ending: str) -> bytes:
    pack: dict[str, Callable[[bytes], bytes]] = {
        "gz": gzip.compress,
        "zst": zstandard.compress,
        "bz2": bz2.compress,
        "xz": lzma.compress,
    }
    return pack[ending](data)


@pytest.mark.usefixtures("small_limits")
@pytest.mark.parametrize("ending", ["gz", "zst", "bz2", "xz"])
def test_bomb_costs_its_own_record(ending: str, tmp_path: Path) -> None:
    """A record that becomes huge is a failure with its number, and records and files after it are cleaned."""
    folder = tmp_path / "in"
    folder.mkdir()
    (folder / f"bomb.jsonl.{ending}").write_bytes(_compressed(GOOD + bytes(10 << 20) + b"\n" + GOOD, ending))
    (folder / f"bomb.txt.{ending}").write_bytes(_compressed(b"a" * (10 << 20), ending))
    (folder / "good.jsonl").write_bytes(GOOD)
    tracemalloc.start()
    status, failures = _clean(folder, tmp_path / "out")
    _, peak = tracemalloc.get_traced_memory()
    tracemalloc.stop()
    assert status == 1
    assert [(Path(failure["file"]).name, failure["line"]) for failure in failures] == [
        (f"bomb.jsonl.{ending}", 2),
        (f"bomb.txt.{ending}", None),
    ]
    assert (
        failures[0]["reason"]
        == f"the line has {(10 << 20) + 1} bytes, too many to hold in memory; raw is its first 1048576"
    )
    assert f"becomes longer than --max-document {LIMIT}" in failures[1]["reason"]
    made = tmp_path / "out" / f"bomb.jsonl.{ending}"
    assert read_all(Source(made.name, made, Path(made.name), "jsonl", split_endings(made)[1])) == GOOD + GOOD
    assert (tmp_path / "out" / "good.jsonl").read_bytes() == GOOD
    assert peak < 100 << 20


@pytest.mark.usefixtures("small_limits")
def test_flood_of_records_ends(tmp_path: Path) -> None:
    """A few bytes that become records without end are read up to a bound; then the next file is read."""
    folder = tmp_path / "in"
    folder.mkdir()
    (folder / "a.jsonl.zst").write_bytes(_compressed(b" " * (64 << 20), "zst"))
    (folder / "b.jsonl").write_bytes(GOOD)
    status, failures = _clean(folder, tmp_path / "out")
    assert status == 1
    assert [Path(failure["file"]).name for failure in failures] == ["a.jsonl.zst"] * 2
    assert failures[1]["reason"].endswith(
        "as those of a decompression bomb do, so the rest is not read; if that is intended, decompress it first"
    )
    assert (tmp_path / "out" / "b.jsonl").read_bytes() == GOOD


def test_failure_quotes_the_beginning_of_a_long_record() -> None:
    """The line of a failure stays small however long its record is, and says that it was cut."""
    failure = Failure.of("a", 1, "is wrong", b"\0" * (2 * QUOTED_BYTES))
    found = json.loads(failure.line)
    assert found["reason"] == failure.reason == f"is wrong; raw is its first {QUOTED_BYTES} bytes"
    assert found["raw"] == "\0" * QUOTED_BYTES
    assert json.loads(Failure.of("a", 1, "is wrong", b"x").line)["reason"] == "is wrong"
