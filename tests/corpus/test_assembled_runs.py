"""Runs over Excel workbooks and SQLite databases, which are put together at the end of each."""

from __future__ import annotations

import gzip
import json
import os
import secrets
import sqlite3
import subprocess
import sys
from collections.abc import Callable
from contextlib import closing
from pathlib import Path
from typing import Any

import pytest

from cleaner.corpus.records.chunks import assembled_format
from cleaner.corpus.records.writing import PartialFile
from tests.running import ARTICLE, NOISE, PAGE, USAGE, Outcome, Run, file_names
from tests.workbooks import sheet, workbook

# The styles of workbooks that are written by hand are the least that there can be.
pytestmark = pytest.mark.filterwarnings("ignore:Workbook contains no default style")

FORMATS = ["a.xlsx", "a.sqlite"]
Texts = list[str | int | None]


def _write(path: Path, texts: Texts) -> None:
    """A workbook or a database with a table of these texts."""
    if path.suffix == ".xlsx":
        rows = ['<row r="1"><c t="str"><v>id</v></c><c t="str"><v>text</v></c></row>']
        for number, text in enumerate(texts):
            cell = f"<c><v>{text}</v></c>" if isinstance(text, int) else f'<c t="str"><v>{text}</v></c>'
            rows.append(f"<row><c><v>{number}</v></c>{'' if text is None else cell}</row>")
        path.write_bytes(workbook({"S": sheet("".join(rows))}))
    else:
        with closing(sqlite3.connect(path)) as connection, connection:
            connection.execute("CREATE TABLE pages (id, text)")
            connection.executemany("INSERT INTO pages VALUES (?, ?)", enumerate(texts))


def _texts(path: Path) -> Texts:
    if path.suffix == ".xlsx":
        import openpyxl

        page = openpyxl.load_workbook(path)["S"]
        return [cell.value for cell in page["B"]][1:]
    with closing(sqlite3.connect(path)) as connection:
        return [text for (text,) in connection.execute("SELECT text FROM pages ORDER BY rowid")]


@pytest.mark.parametrize("name", FORMATS)
def test_run_goes_on_where_it_was_interrupted(
    name: str, tmp_path: Path, run: Run, stop_after: Callable[[int], None]
) -> None:
    """A run that is interrupted twice and resumed, and one with two processes, give what an undisturbed one gives."""
    _write(tmp_path / name, [PAGE, None, 5, *[PAGE] * 17])
    stop_after(1000)
    whole = tmp_path / "whole"
    assert run(tmp_path / name, "-o", whole / name, "--removed", whole / "r.jsonl", "-q").status == 1
    assert _texts(whole / name) == [ARTICLE, None, 5, *[ARTICLE] * 17]
    assert file_names(whole) == {name, f"{name}.errors.jsonl", "r.jsonl"}

    out = tmp_path / "out"
    arguments = (tmp_path / name, "-o", out / name, "--removed", out / "r.jsonl", "-q")
    stop_after(2)
    assert run(*arguments) == Outcome(130, b"", "cleaner: interrupted; run the same command with --resume\n")
    assert name not in file_names(out)
    stop_after(1)
    assert run(*arguments, "--resume").status == 130
    stop_after(1000)
    assert run(*arguments, "--resume").status == 1
    both = tmp_path / "both"
    assert run(tmp_path / name, "-o", both / name, "--removed", both / "r.jsonl", "-q", jobs=2).status == 1
    for folder in (out, both):
        assert file_names(folder) == file_names(whole)
        for file in file_names(whole):
            assert (folder / file).read_bytes() == (whole / file).read_bytes()


@pytest.mark.parametrize("name", FORMATS)
@pytest.mark.parametrize("moment", ["before", "while", "after"])
def test_run_is_resumed_when_it_was_interrupted_while_a_file_is_put_together(
    name: str, moment: str, tmp_path: Path, run: Run, stop_after: Callable[[int], None], monkeypatch: pytest.MonkeyPatch
) -> None:
    """A run that is stopped before, while or after its result is put together leaves it whole or absent."""
    _write(tmp_path / name, [PAGE] * 9)
    stop_after(1000)
    whole = run(tmp_path / name, "-o", tmp_path / "whole" / name)
    out = tmp_path / "out"

    finish = PartialFile.finish

    def interrupt(self: PartialFile) -> None:
        if moment == "after":
            finish(self)
        raise KeyboardInterrupt

    def stop(kind: Any) -> Any:
        assembled_format(kind)
        raise KeyboardInterrupt

    with monkeypatch.context() as patch:
        if moment == "while":
            patch.setattr("cleaner.corpus.batch.files.assembled_format", stop)
        else:
            patch.setattr(PartialFile, "finish", interrupt)
        assert run(tmp_path / name, "-o", out / name).status == 130
    assert (name in file_names(out)) == (moment == "after")
    assert run(tmp_path / name, "-o", out / name, "--resume") == whole
    assert file_names(out) == {name}
    assert (out / name).read_bytes() == (tmp_path / "whole" / name).read_bytes()


@pytest.mark.parametrize("name", FORMATS)
def test_failures_are_listed_and_cleaning_again_changes_nothing(name: str, tmp_path: Path, run: Run) -> None:
    """A value that is no text is in the list of failures, and the result is its own result."""
    _write(tmp_path / name, [PAGE, 5])
    out = tmp_path / "out" / name
    outcome = run(tmp_path / name, "-o", out)
    assert (outcome.status, _texts(out)) == (1, [ARTICLE, 5])
    (failure,) = map(json.loads, out.with_name(f"{name}.errors.jsonl").read_text("utf-8").splitlines())
    assert failure["line"] == {"a.xlsx": 3, "a.sqlite": 2}[name]
    assert "a number, not a text, and stays as it is" in failure["reason"]
    assert "changed              1  100.0 %\nfailed               1\n" in outcome.err
    assert run(out, "-o", out.with_name(f"b{out.suffix}"), "-q").status == 1
    assert _texts(out.with_name(f"b{out.suffix}")) == [ARTICLE, 5]


@pytest.mark.parametrize("name", FORMATS)
def test_in_place_only_when_told(name: str, tmp_path: Path, run: Run) -> None:
    """Without -o nothing is written; in place the texts are replaced, nothing is left beside, and failures forbid it."""
    path = tmp_path / name
    _write(path, [PAGE, None])
    before = path.read_bytes()
    refused = run(path)
    assert refused.status == USAGE
    assert refused.err.endswith("cannot go to standard output; write it with -o\n")
    assert path.read_bytes() == before
    assert run(path, "--in-place", "-q") == Outcome(0, b"", "")
    assert _texts(path) == [ARTICLE, None]
    after = path.stat().st_mtime_ns
    assert run(path, "--in-place", "-q").status == 0
    assert path.stat().st_mtime_ns == after
    assert file_names(tmp_path) == {name}
    path.unlink()
    _write(path, [PAGE, 5])
    assert "1 of its records failed, so it is left as it was" in run(path, "--in-place", "-q").err
    assert _texts(path) == [PAGE, 5]


def test_database_in_place_stays_the_same_file(tmp_path: Path, run: Run) -> None:
    """A program that has the database open goes on with it, and a new column comes with the texts."""
    path = tmp_path / "a.db"
    _write(path, [PAGE])
    number = path.stat().st_ino
    with closing(sqlite3.connect(path)) as other:
        assert run(path, "--in-place", "--result-field", "clean", "-q").status == 0
        assert other.execute("SELECT text, clean FROM pages").fetchall() == [(PAGE, ARTICLE)]
    assert path.stat().st_ino == number


def test_folder_is_mirrored(tmp_path: Path, run: Run) -> None:
    """Workbooks and databases in a folder are found by their endings; what is no database is not meant by `.db`."""
    folder = tmp_path / "in"
    (folder / "sub").mkdir(parents=True)
    _write(folder / "a.xlsx", [PAGE])
    for name in ("sub/b.sqlite", "c.sqlite3", "d.DB"):
        _write(folder / name, [PAGE])
    (folder / "Thumbs.db").write_bytes(b"pictures")
    (folder / "old.xls").write_bytes(b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1" + bytes(99))
    (folder / "z.txt").write_text(PAGE, "utf-8")
    outcome = run(folder, "-o", tmp_path / "out", "-q")
    assert outcome.status == 1
    assert f"cleaner: {folder / 'old.xls'}: is a workbook of an older kind (.xls); open it" in outcome.err
    assert "Thumbs" not in outcome.err
    made = {"a.xlsx", "sub/b.sqlite", "c.sqlite3", "d.DB"}
    assert file_names(tmp_path / "out") == {*made, "z.txt", "errors.jsonl"}
    for name in made:
        assert _texts(tmp_path / "out" / name) == [ARTICLE]


@pytest.mark.parametrize("name", FORMATS)
def test_compressed_one_in_a_folder_fails_alone(name: str, tmp_path: Path, run: Run) -> None:
    """It is an error of that input with what to do, and the other files are done."""
    folder = tmp_path / "in"
    folder.mkdir()
    _write(folder / name, [PAGE])
    (folder / f"{name}.gz").write_bytes(gzip.compress((folder / name).read_bytes()))
    outcome = run(folder, "-o", tmp_path / "out", "-q")
    assert outcome.status == 1
    assert outcome.err.startswith(f"cleaner: {folder / name}.gz: a ")
    assert "decompress it first\n" in outcome.err
    assert file_names(tmp_path / "out") == {name, "errors.jsonl"}
    assert _texts(tmp_path / "out" / name) == [ARTICLE]


@pytest.mark.parametrize("name", FORMATS)
def test_standard_input_is_refused(name: str, tmp_path: Path, run: Run) -> None:
    """What is piped in is noticed, and the message says to give the path."""
    _write(tmp_path / name, [PAGE])
    data = (tmp_path / name).read_bytes()
    what = {"a.xlsx": "an Excel workbook", "a.sqlite": "an SQLite database"}[name]
    outcome = run("-", stdin=data)
    assert (outcome.status, outcome.out) == (1, b"")
    assert outcome.err == f"cleaner: standard input: holds {what}, which cannot be read from a pipe; give its path\n"
    kind = {"a.xlsx": "xlsx", "a.sqlite": "sqlite"}[name]
    outcome = run("-", "--format", kind, "-o", tmp_path / f"b.{kind}", "-q", stdin=data)
    assert (outcome.status, "cannot be read from a pipe; name the file" in outcome.err) == (1, True)


def test_output_beside_a_log_is_refused(tmp_path: Path, run: Run) -> None:
    """A database that is in use, as its log shows, is not replaced: the log would spoil the new one."""
    _write(tmp_path / "a.sqlite", [PAGE])
    _write(tmp_path / "b.sqlite", ["kept"])
    for ending in ("-wal", "-journal"):
        log = tmp_path / f"b.sqlite{ending}"
        log.touch()
        outcome = run(tmp_path / "a.sqlite", "-o", tmp_path / "b.sqlite", "-q")
        assert outcome.status == USAGE
        assert f"is a database in use, as {os.path.realpath(log)} shows; end that program" in outcome.err
        log.unlink()
    assert _texts(tmp_path / "b.sqlite") == ["kept"]


def test_change_by_another_program_ends_with_status_1(
    tmp_path: Path, run: Run, monkeypatch: pytest.MonkeyPatch
) -> None:
    """What another program has changed meanwhile is left, told once, and counts as a failure of the input."""
    path = tmp_path / "a.sqlite"
    _write(path, [PAGE, PAGE])

    def change(kind: Any) -> Any:
        with closing(sqlite3.connect(path)) as other, other:
            other.execute("UPDATE pages SET text = 'new' WHERE rowid = 1")
        return assembled_format(kind)

    monkeypatch.setattr("cleaner.corpus.batch.files.assembled_format", change)
    outcome = run(path, "-o", tmp_path / "b.sqlite", "-q")
    reason = "another program has changed 1 row meanwhile, and what it wrote stays; clean it again"
    assert (outcome.status, outcome.err) == (1, f"cleaner: {path}: {reason}\n")
    assert _texts(tmp_path / "b.sqlite") == ["new", ARTICLE]


def test_database_that_was_changed_is_not_resumed(tmp_path: Path, run: Run, stop_after: Callable[[int], None]) -> None:
    """A change that is only in the log of a database is a change of the input; a log that holds nothing is none."""
    path = tmp_path / "a.sqlite"
    _write(path, [PAGE] * 9)
    with closing(sqlite3.connect(path)) as other:
        other.execute("PRAGMA journal_mode = WAL")
    (tmp_path / "a.sqlite-wal").touch()
    stop_after(2)
    assert run(path, "-o", tmp_path / "b.sqlite", "-q").status == 130
    with closing(sqlite3.connect(path, isolation_level=None)) as other:
        other.execute("UPDATE pages SET text = 'new' WHERE rowid = 9")
        outcome = run(path, "-o", tmp_path / "b.sqlite", "-q", "--resume")
    assert (outcome.status, "the inputs are not those of the stopped run" in outcome.err) == (USAGE, True)
    stop_after(1000)
    assert run(path, "-o", tmp_path / "b.sqlite", "-q").status == 0
    assert _texts(tmp_path / "b.sqlite") == [*[ARTICLE] * 8, "new"]


_LIMITED = """\
import resource, sys
from cleaner.cli import main
resource.setrlimit(resource.RLIMIT_FSIZE, (int(sys.argv.pop(1)), resource.RLIM_INFINITY))
main()
"""


@pytest.mark.skipif(sys.platform == "win32", reason="needs a limit on the size of files")
@pytest.mark.parametrize("name", FORMATS)
def test_result_without_space_can_be_resumed(name: str, tmp_path: Path) -> None:
    """Where there is no space for the result the run ends, the original is whole, and the run can be resumed."""
    source, target = tmp_path / name, tmp_path / "out" / name
    _write(source, [f"{ARTICLE}{secrets.token_hex(20_000)}", PAGE])
    before = source.read_bytes()

    def clean(limit: int, *options: str | Path) -> tuple[int, str]:
        command = [sys.executable, "-c", _LIMITED, str(limit), "clean", str(source), "-q", "--jobs", "1"]
        done = subprocess.run([*command, *map(str, options)], capture_output=True, check=False, timeout=120)
        return done.returncode, done.stderr.decode()

    status, message = clean(12_000, "-o", target)
    assert (status, message.count("\n")) == (1, 1)
    assert message.startswith(f"cleaner: {target}: cannot be written: ")
    assert message.endswith("; then run the same command with --resume\n")
    assert file_names(tmp_path / "out") == {f"{name}.partial", f"{name}.checkpoint.json"}
    assert clean(1 << 20, "-o", target, "--resume") == (0, "")
    assert file_names(tmp_path / "out") == {name}
    assert (_texts(target)[1], source.read_bytes()) == (ARTICLE, before)
    status, message = clean(3000, "--in-place")
    assert (status, message.count("\n")) == (1, 1)
    assert source.read_bytes() == before
    assert file_names(tmp_path) == {name, f"out/{name}"}


@pytest.mark.parametrize(
    ("arguments", "message"),
    [
        (["a.xlsx", "-o", "b.csv"], "a.xlsx holds xlsx and cannot become csv; name a .xlsx file"),
        (["a.xlsx", "-o", "b.xlsm"], "a workbook keeps its macros, or has none; name a .xlsx file"),
        (["a.sqlite", "-o", "b.sqlite.gz"], "SQLite cannot be written compressed; leave the last ending out"),
        (["a.sqlite", "-o", "b.sqlite", "--sheet", "S"], "--sheet: only Excel workbooks have sheets; leave it out"),
        (["a.xlsx", "-o", "b.xlsx", "--table", "S"], "--table: only SQLite databases have tables to choose from"),
    ],
)
def test_wrong_usage(
    arguments: list[str], message: str, tmp_path: Path, run: Run, monkeypatch: pytest.MonkeyPatch
) -> None:
    """What these formats cannot become, or have no use for, is refused before anything is written."""
    monkeypatch.chdir(tmp_path)
    for name in FORMATS:
        _write(tmp_path / name, [PAGE])
    outcome = run(*arguments)
    assert (outcome.status, outcome.err.count("\n")) == (USAGE, 1)
    assert message in outcome.err
    assert file_names(tmp_path) == set(FORMATS)


def test_noise_is_the_only_thing_that_goes(tmp_path: Path, run: Run) -> None:
    """A workbook with a sheet named and a database with a table named give the same removals."""
    removed = []
    for name, option in (("a.xlsx", ("--sheet", "S")), ("a.sqlite", ("--table", "pages"))):
        _write(tmp_path / name, [PAGE, ARTICLE])
        listed = tmp_path / f"{name}.jsonl"
        out = tmp_path / f"out{Path(name).suffix}"
        assert run(tmp_path / name, "-o", out, "--removed", listed, *option, "-q").status == 0
        removed.append([json.loads(line) for line in listed.read_text("utf-8").splitlines()])
    assert [[(one["id"], one["text"]) for one in every] for every in removed] == [[(0, NOISE)]] * 2
