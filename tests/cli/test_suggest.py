"""The command ``patterns suggest``: what it writes passes the check, and makes corrections hold."""

from __future__ import annotations

import json
from pathlib import Path

import pytest

from tests.marks import mark, write_marks
from tests.running import Run

MOTTO = "The Heron Post is made by nine people on the quay of Skarvoy."
TEXT = (
    "The ferry between the two islands sails again from Monday, the harbour master said on Friday.\n"
    "Its engine had been taken apart over the winter, and a crane had to be brought from the mainland.\n"
    f"{MOTTO}\n"
    "Tickets cost the same as last year, and children under six travel for nothing at all.\n"
    "Comments are closed.\n"
)
CLOSED = "Comments are closed."


@pytest.fixture
def marks(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """A page in the current folder, of which a line of noise and a line of the article are marked."""
    monkeypatch.chdir(tmp_path)
    (tmp_path / "page.txt").write_text(TEXT)
    (tmp_path / "own").mkdir()
    both = (mark("page.txt", TEXT, MOTTO, "noise"), mark("page.txt", TEXT, CLOSED, "article"))
    return write_marks(tmp_path / "c.jsonl", *both)


def test_suggestions_pass_the_check_and_hold(marks: Path, run: Run) -> None:
    """The file that is written passes the check as it is, and with it every correction holds."""
    done = run("patterns", "suggest", marks, "--lang", "en", "-o", "own/suggested.toml")
    assert (done.status, done.out, done.err) == (0, b"", "")
    assert run("patterns", "check", "own").out == b"good patterns: 2, problems: 0\n"
    found = json.loads(run("eval", "--corrections", marks, "--own-patterns", "own", "--json").out)
    assert (found["corrections"][-1]["hold"], found["wrong"]) == (2, [])


def test_folder_of_the_suggestions_is_made(marks: Path, run: Run) -> None:
    """A folder that is not there yet is made, as `cleaner clean -o` does, and is one of patterns."""
    done = run("patterns", "suggest", marks, "-o", "new/suggested.toml")
    assert (done.status, done.out, done.err) == (0, b"", "")
    assert run("patterns", "check", "new").out == b"good patterns: 2, problems: 0\n"


def test_suggestions_go_to_standard_output(marks: Path, run: Run) -> None:
    """Without -o the file is on standard output: how many lines it comes from, a header, and the entries."""
    lines = run("patterns", "suggest", marks).out.decode().splitlines()
    assert (
        lines[0] == "# Suggested by `cleaner patterns suggest` from 2 marked lines, of which 0 are treated as marked."
    )
    assert {"format = 2", 'lang = "any"', 'action = "keep"', f'phrases = ["{MOTTO}"]'} <= set(lines)


def test_what_is_not_proposed_is_a_comment(marks: Path, run: Run) -> None:
    """What holds already needs no entry, and what cannot be one is told at the end, in comments alone."""
    dull = TEXT.replace(MOTTO, "Pour aller plus loin")
    Path("other.txt").write_text(dull)
    write_marks(
        marks, mark("page.txt", TEXT, CLOSED, "noise"), mark("other.txt", dull, "Pour aller plus loin", "noise")
    )
    done = run("patterns", "suggest", marks)
    assert done.status == 0
    lines = done.out.decode().splitlines()
    assert all(not line or line.startswith("#") for line in lines)
    assert lines[0].endswith("from 2 marked lines, of which 1 is treated as marked.")
    assert "# Not proposed:" in lines
    to_file = run("patterns", "suggest", marks, "-o", "own/none.toml")
    assert to_file.err == (
        "cleaner: -o own/none.toml: is not written, as there is nothing to suggest; without -o the reasons are shown\n"
    )
    assert not Path("own/none.toml").exists()


def test_own_patterns_are_not_suggested_again(marks: Path, run: Run) -> None:
    """With the patterns of an earlier suggestion nothing is left to suggest."""
    assert run("patterns", "suggest", marks, "-o", "own/suggested.toml").status == 0
    again = run("patterns", "suggest", marks, "--patterns", "own")
    assert again.out.decode().splitlines()[0].endswith("from 2 marked lines, of which 2 are treated as marked.")
    assert b"[[pattern]]" not in again.out


def test_hostile_lines_are_written_safely(marks: Path, run: Run) -> None:
    """Quotes, ends of strings, control characters and surrogates neither break the file nor reach a terminal."""
    line = "Heron '''shop''' \"\"\" \\ \x1b[2J [[pattern]] of the quay, nine people and a dog"
    text = TEXT.replace(MOTTO, line)
    Path("page.txt").write_text(text)
    record = json.dumps({"text": text.replace(line, f"{line} \ud800")})
    Path("odd.jsonl").write_text(record)
    odd = mark("odd.jsonl", text.replace(line, f"{line} \ud800"), f"{line} \ud800", "noise", line=1)
    write_marks(marks, mark("page.txt", text, line, "noise"), odd)
    done = run("patterns", "suggest", marks)
    assert b"\x1b" not in done.out
    Path("own/suggested.toml").write_bytes(done.out)
    assert run("patterns", "check", "own").out == b"good patterns: 1, problems: 0\n"
    found = json.loads(run("eval", "--corrections", marks, "--own-patterns", "own", "--json").out)
    assert "page.txt" not in [one["file"] for one in found["wrong"]]


def test_missing_document_is_told(marks: Path, run: Run) -> None:
    """A document that is gone is told, the others give suggestions, and the status says it."""
    write_marks(marks, mark("page.txt", TEXT, MOTTO, "noise"), mark("gone.txt", TEXT, MOTTO, "noise"))
    done = run("patterns", "suggest", marks)
    assert done.status == 1
    assert done.err.startswith("cleaner: gone.txt: does not exist; check the path")
    assert done.out.count(b"[[pattern]]") == 1


@pytest.mark.parametrize("name", ["nope.jsonl", "gone.jsonl"])
def test_nothing_is_written_where_nothing_could_be_read(name: str, marks: Path, run: Run) -> None:
    """Without a correction that can be used there is no file, not even one of comments."""
    write_marks(marks.with_name("gone.jsonl"), mark("gone.txt", TEXT, MOTTO, "noise"))
    for output in ([], ["-o", "none.toml"]):
        done = run("patterns", "suggest", name, *output)
        assert (done.status, done.out) == (1, b"")
        assert f"{name.replace('gone.jsonl', 'gone.txt')}: does not exist" in done.err
        assert "nothing to suggest" not in done.err
    assert not Path("none.toml").exists()


@pytest.mark.parametrize(
    ("arguments", "message"),
    [
        ([], "no corrections; give the files that were exported from a report"),
        (["c.jsonl", "--lang", "French"], "--lang: 'French' is no language code; give one such as fr, or \"any\""),
        (["c.jsonl", "-o", "c.txt"], "-o c.txt: is no pattern file; call it .toml"),
        (["c.jsonl", "-o", "there.toml"], "-o there.toml: is there already; name another file"),
    ],
)
def test_wrong_usage(arguments: list[str], message: str, marks: Path, run: Run) -> None:
    """Wrong usage ends with status 2 and the fix, and what a person may have edited is not overwritten."""
    Path("there.toml").write_text("mine")
    done = run("patterns", "suggest", *arguments)
    assert (done.status, done.err) == (2, f"cleaner: {message}\n")
    assert Path("there.toml").read_text() == "mine"
    assert marks.exists()
