"""Runs over CSV and TSV files: what is written, what fails, and what several processes and stops change: nothing."""

from __future__ import annotations

import csv
import io
import json
from collections.abc import Callable
from pathlib import Path

import pytest

from tests.running import Run, runner

ARTICLE = (
    "The council passed the budget last night after six hours of debate, and the café by the bridge stays open.\n"
    'Two members voted against it because the figures for the "harbour" had arrived only that morning.\n'
)
NOISE = "Comments are closed.\n"
PAGE = ARTICLE + NOISE


@pytest.fixture
def run(capsysbinary: pytest.CaptureFixture[bytes], monkeypatch: pytest.MonkeyPatch) -> Run:
    """Runs ``clean`` in this process, with one job."""
    return runner(capsysbinary, monkeypatch)


def _table(*rows: list[str], **dialect: str) -> bytes:
    made = io.StringIO(newline="")
    csv.writer(made, **dialect).writerows(rows)  # type: ignore[arg-type]
    return made.getvalue().encode()


def _big_table(rows: int, broken: int | None = None) -> bytes:
    lines = [_table([str(number), PAGE if number % 3 else ARTICLE, "1.0"]) for number in range(rows)]
    if broken is not None:
        lines.insert(broken, b"1,2\r\n")
    return _table(["id", "text", "n"]) + b"".join(lines)


def test_table_needs_no_option(tmp_path: Path, run: Run) -> None:
    """A table with a column of text is cleaned as it is named, and what stays is what it was."""
    path = tmp_path / "pages.csv"
    path.write_bytes(_big_table(4))
    outcome = run(path, "--removed", tmp_path / "removed.jsonl")
    assert (outcome.status, outcome.out) == (0, _big_table(4).replace(NOISE.encode(), b""))
    removals = [json.loads(line) for line in (tmp_path / "removed.jsonl").read_text("utf-8").splitlines()]
    assert [(one["line"], one["id"], one["text"]) for one in removals] == [(3, "1", NOISE), (4, "2", NOISE)]
    for one in removals:
        assert PAGE[one["start"] : one["end"]] == one["text"]


def test_table_on_standard_input_row_by_row(run: Run) -> None:
    """A filter reads a table from standard input with its format named."""
    outcome = run("--format", "csv", "--line-buffered", "-q", stdin=_big_table(4))
    assert (outcome.status, outcome.out) == (0, _big_table(4).replace(NOISE.encode(), b""))


def test_failures_are_listed_and_cleaning_again_changes_nothing(tmp_path: Path, run: Run) -> None:
    """Rows that fail are in the list of failures and not in the result, which is its own result."""
    path, made = tmp_path / "a.csv", tmp_path / "b.csv"
    path.write_bytes(_big_table(4, broken=1))
    assert run(path, "-o", made).status == 1
    (failure,) = map(json.loads, (tmp_path / "b.csv.errors.jsonl").read_text("utf-8").splitlines())
    assert failure == {
        "file": str(path),
        "line": 3,
        "reason": "has 2 cells, but the header has 3",
        "raw": "1,2\r\n",
    }
    assert made.read_bytes() == _big_table(4).replace(NOISE.encode(), b"")
    before = made.stat().st_mtime_ns
    assert run(made, "--in-place", "-q").status == 0
    assert made.stat().st_mtime_ns == before


def test_table_in_place_with_failures_stays(tmp_path: Path, run: Run) -> None:
    """A file in its place of which a row fails is left as it was."""
    path = tmp_path / "a.csv"
    path.write_bytes(_big_table(4, broken=1))
    outcome = run(path, "--in-place", "-q")
    assert outcome.status == 1
    assert "1 of its records failed, so it is left as it was" in outcome.err
    assert path.read_bytes() == _big_table(4, broken=1)


@pytest.mark.parametrize("ending", ["csv", "csv.gz", "csv.zst", "csv.bz2", "csv.xz"])
def test_jobs_and_stops_change_nothing(
    ending: str, tmp_path: Path, run: Run, stop_after: Callable[[int], None]
) -> None:
    """Several processes, and a run that is stopped and resumed, give what one undisturbed process gives."""
    path = tmp_path / "a.csv"
    path.write_bytes(_big_table(20, broken=7))
    stop_after(1000)
    arguments = (path, "--removed", tmp_path / "removed.jsonl", "-q")
    run(*arguments, "-o", tmp_path / f"whole.{ending}")
    removed = (tmp_path / "removed.jsonl").read_bytes()
    run(*arguments, "-o", tmp_path / f"both.{ending}", jobs=2)
    assert (tmp_path / "removed.jsonl").read_bytes() == removed
    stop_after(3)
    assert run(*arguments, "-o", tmp_path / f"again.{ending}").status == 130
    stop_after(1000)
    assert run(*arguments, "-o", tmp_path / f"again.{ending}", "--resume").status == 1
    whole = (tmp_path / f"whole.{ending}").read_bytes()
    assert whole
    assert (tmp_path / f"both.{ending}").read_bytes() == whole
    assert (tmp_path / f"again.{ending}").read_bytes() == whole
    assert (tmp_path / "removed.jsonl").read_bytes() == removed


def test_tables_of_a_folder(tmp_path: Path, run: Run) -> None:
    """In a folder tables are read by their endings, and one without a text is named and does not stop the others."""
    folder = tmp_path / "in"
    folder.mkdir()
    (folder / "a.csv").write_bytes(_big_table(2))
    (folder / "b.tsv").write_bytes(b"id\ttext\n1\tOne line.\n")
    (folder / "c.csv").write_bytes(b"id,n\n1,2\n")
    outcome = run(folder, "-o", tmp_path / "out", "-q")
    assert outcome.status == 1
    assert f"{folder / 'c.csv'}: has no column 'text' or 'body' or 'content' or 'article'" in outcome.err
    assert (tmp_path / "out" / "a.csv").read_bytes() == _big_table(2).replace(NOISE.encode(), b"")
    assert (tmp_path / "out" / "b.tsv").read_bytes() == b"id\ttext\n1\tOne line.\n"
    assert not (tmp_path / "out" / "c.csv").exists()


@pytest.mark.parametrize(
    ("options", "reason"),
    [
        (["a.csv", "a.tsv"], "several formats cannot be joined on standard output"),
        (["a.csv", "b.csv"], "several tables or JSON files cannot be joined on standard output"),
        (["a.csv", "-o", "b.tsv"], "a.csv holds csv and cannot become tsv; name a .csv file"),
        (["a.csv", "--delimiter", "ab"], "--delimiter: 'ab' cannot part cells"),
        (["a.csv", "--delimiter", '"'], "cannot part cells"),
        (["a.txt", "--delimiter", ";"], "--delimiter: only CSV and TSV have one"),
    ],
)
def test_wrong_usage(
    options: list[str], reason: str, tmp_path: Path, run: Run, monkeypatch: pytest.MonkeyPatch
) -> None:
    """What tables cannot become, or have no use for, is refused before anything is written."""
    monkeypatch.chdir(tmp_path)
    for name in ("a.csv", "b.csv", "a.tsv", "a.txt"):
        (tmp_path / name).write_bytes(b"text\na\n")
    outcome = run(*options)
    assert outcome.status == 2
    assert reason in " ".join(outcome.err.split())
    assert not outcome.out
