"""Corrections on the command line: documents are found and cleaned again, and what cannot be used is told once."""

from __future__ import annotations

import json
import os
import zipfile
from pathlib import Path

import pytest

from cleaner import explain_html
from tests.marks import mark, write_marks
from tests.running import Run

TEXT = (
    "The ferry between the two islands sails again from Monday, the harbour master said on Friday.\n"
    "Its engine had been taken apart over the winter, and a crane had to be brought from the mainland.\n"
    "The Heron Post is made on the quay of Skarvoy.\n"
    "Tickets cost the same as last year, and children under six travel for nothing at all.\n"
    "Comments are closed.\n"
)
MOTTO = "The Heron Post is made on the quay of Skarvoy."
CLOSED = "Comments are closed."
PATTERNS = f"""\
format = 2
lang = "en"

[[pattern]]
id = "en.boilerplate.heron-post"
kind = "boilerplate"
about = "The motto of a newspaper."
phrases = ["{MOTTO}"]
must_match = ["{MOTTO}", "- {MOTTO}"]
must_not_match = ["The Heron Post is made of paper.", "Skarvoy has a quay."]
"""


@pytest.fixture
def folder(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """The current folder, with a page of which two lines can be marked, and patterns that remove one of them."""
    (tmp_path / "page.txt").write_text(TEXT)
    (tmp_path / "own").mkdir()
    (tmp_path / "own" / "own.toml").write_text(PATTERNS)
    monkeypatch.chdir(tmp_path)
    return tmp_path


def test_corrections_that_hold_are_counted(folder: Path, run: Run) -> None:
    """The table says how many hold; those that do not are listed with what happens to them and why."""
    marks = [mark("page.txt", TEXT, MOTTO, "noise"), mark("page.txt", TEXT, CLOSED, "article", kind="comment-count")]
    done = run("eval", "--corrections", write_marks(folder / "c.jsonl", *marks))
    assert (done.status, done.err) == (0, "")
    table, _, listed = done.out.decode().partition("\n\n")
    assert [row.split() for row in table.splitlines()[1:]] == [
        ["article", "1", "0", "0.00", "0", "1", "0"],
        ["noise", "1", "0", "0.00", "0", "1", "0"],
        ["all", "2", "0", "0.00", "0", "2", "0"],
    ]
    first, second = listed.split("\n\n")
    assert first.splitlines()[:2] == ["page.txt, line 3: noise, but it stays", f"  {MOTTO}"]
    assert second.splitlines()[0] == "page.txt, line 5: article, but removed as comment-count"
    assert second.splitlines()[2].startswith("  why: comment count · ")


def test_own_patterns_are_tried(folder: Path, run: Run) -> None:
    """A folder of patterns of one's own, and a pattern left out, make corrections hold."""
    marks = [mark("page.txt", TEXT, MOTTO, "noise"), mark("page.txt", TEXT, CLOSED, "article")]
    path = write_marks(folder / "c.jsonl", *marks)
    done = run("eval", "--corrections", path, "--own-patterns", "own", "--keep", "comment-count", "--json")
    found = json.loads(done.out)
    assert (done.status, found["wrong"], found["unused"]) == (0, [], 0)
    assert found["corrections"][-1] == {
        "label": "all",
        "corrections": 2,
        "hold": 2,
        "fixed": 2,
        "still_wrong": 0,
        "broken": 0,
        "share": 1.0,
    }


def test_what_does_not_hold_is_in_the_json(folder: Path, run: Run) -> None:
    """The object for programs has each correction that does not hold, with the pattern that removes the line."""
    path = write_marks(folder / "c.jsonl", mark("page.txt", TEXT, CLOSED, "article"))
    (wrong,) = json.loads(run("eval", "--corrections", path, "--json").out)["wrong"]
    assert (wrong["line_number"], wrong["action"], wrong["kind"]) == (5, "drop", "comment-count")
    assert wrong["patterns"] == ["en.comment-count.closed"]
    assert wrong["reasons"][0]["points"] > 0


def test_records_are_found_by_their_options(folder: Path, run: Run) -> None:
    """A record is found by its number, and its text by the options that the report was made with."""
    lines = [json.dumps({"body": text}) for text in ("One.", TEXT, "Three.")]
    (folder / "crawl.jsonl").write_text("\n".join(lines))
    one = mark("crawl.jsonl", TEXT, CLOSED, "noise", line=2, options={"field": "body"})
    done = run("eval", "--corrections", write_marks(folder / "c.jsonl", one), "--json")
    assert (done.status, done.err) == (0, "")
    assert json.loads(done.out)["corrections"][-1]["hold"] == 1


def test_member_of_an_archive_is_found(folder: Path, run: Run) -> None:
    """A text in a zip archive is found by its name; one that is gone from it is told."""
    with zipfile.ZipFile(folder / "pages.zip", "w") as archive:
        archive.writestr("in/a.txt", TEXT)
    marks = [mark(f"pages.zip/in/{name}.txt", TEXT, CLOSED, "noise") for name in ("a", "b")]
    done = run("eval", "--corrections", write_marks(folder / "c.jsonl", *marks), "--json")
    assert json.loads(done.out)["corrections"][-1]["hold"] == 1
    assert done.status == 1
    assert "pages.zip/in/b.txt: is not in the archive any more; mark it again in a new report" in done.err


def test_page_of_html_is_found(folder: Path, run: Run) -> None:
    """The offsets of a correction on a page of HTML are into the text of its blocks."""
    page = "<title>Ferry</title>" + "".join(f"<p>{line}</p>" for line in TEXT.splitlines())
    (folder / "page.html").write_text(page)
    original = explain_html(page.encode()).restore()
    one = mark("page.html", original, CLOSED, "noise")
    found = json.loads(run("eval", "--corrections", write_marks(folder / "c.jsonl", one), "--json").out)
    assert (found["corrections"][-1]["hold"], found["unused"]) == (1, 0)


def test_page_of_html_is_found_with_its_engine(folder: Path, run: Run) -> None:
    """Another engine finds other blocks, so the one of the report is given; without it the message says so."""
    page = "<title>Ferry</title><nav>Home</nav>" + "".join(f"<p>{line}</p>" for line in TEXT.splitlines())
    (folder / "page.html").write_text(page)
    original = explain_html(page.encode(), engine="trafilatura").restore()
    path = write_marks(folder / "c.jsonl", mark("page.html", original, CLOSED, "noise"))
    other = run("eval", "--corrections", path)
    assert other.status == 1
    assert "the text has changed since it was marked (or --engine is not that of the report)" in other.err
    assert run("eval", "--corrections", path, "--engine", "trafilatura").status == 0


def test_pipe_is_no_document(folder: Path, run: Run) -> None:
    """A name that leads to a pipe or a device is refused, as reading it might never end."""
    os.mkfifo(folder / "pipe.txt")
    done = run("eval", "--corrections", write_marks(folder / "c.jsonl", mark("pipe.txt", TEXT, CLOSED, "noise")))
    assert done.status == 1
    assert done.err.startswith("cleaner: pipe.txt: is no regular file")


@pytest.mark.parametrize("name", ["n" * 5000, "n/" * 3000, "page.txt/deeper.txt", "../" * 500 + "gone.txt"])
def test_name_that_leads_nowhere_is_told(name: str, folder: Path, run: Run) -> None:
    """A name that no file can have, or none has, is told in one line."""
    done = run("eval", "--corrections", write_marks(folder / "c.jsonl", mark(name, TEXT, CLOSED, "noise")))
    assert (done.status, done.err.count("\n")) == (1, 2)
    assert done.err.endswith("cleaner: corrections that could not be used: 1 of 1\n")


def test_root_is_where_names_are_relative_to(folder: Path, run: Run) -> None:
    """Relative names are relative to the current folder, or to the one that --root names."""
    (folder / "deep").mkdir()
    (folder / "page.txt").rename(folder / "deep" / "page.txt")
    path = write_marks(folder / "c.jsonl", mark("page.txt", TEXT, CLOSED, "noise"))
    lost = run("eval", "--corrections", path)
    assert (lost.status, lost.out) == (1, b"")
    assert lost.err == (
        "cleaner: page.txt: does not exist; check the path, or name the folder that its name is relative to with --root\n"
        "cleaner: corrections that could not be used: 1 of 1\n"
    )
    assert run("eval", "--corrections", path, "--root", "deep").status == 0


def test_what_cannot_be_used_is_told_once(folder: Path, run: Run) -> None:
    """A changed text, a record that is gone, and a wrong option are told once each, and the rest is used."""
    (folder / "crawl.jsonl").write_text(json.dumps({"text": TEXT}))
    other = TEXT.replace("ferry", "yacht")
    marks = [
        mark("page.txt", TEXT, CLOSED, "noise"),
        mark("page.txt", other, CLOSED, "noise"),
        mark("page.txt", other, MOTTO, "noise"),
        mark("crawl.jsonl", TEXT, CLOSED, "noise", line=5),
        mark("page.txt", TEXT, CLOSED, "noise", options={"colour": "red"}),
        mark("-", TEXT, CLOSED, "noise"),
        mark(".", TEXT, CLOSED, "noise"),
    ]
    done = run("eval", "--corrections", write_marks(folder / "c.jsonl", *marks), "--json")
    again = "mark it again in a new report, or delete its corrections"
    assert done.status == 1
    assert [line.removeprefix("cleaner: ").partition("; use some of")[0] for line in done.err.splitlines()] == [
        f"page.txt: the text has changed since it was marked; {again}",
        f"crawl.jsonl: record 5: is gone, or cannot be read; {again}",
        f"{folder / 'c.jsonl'}: line 5: options.colour: is no option of reading",
        "-: standard input cannot be read again; make the report from a file",
        ".: is a folder; a correction names one file",
        "corrections that could not be used: 6 of 7",
    ]
    assert json.loads(done.out)["corrections"][-1]["corrections"] == 1


@pytest.mark.parametrize(
    ("options", "message"),
    [
        ({"encoding": "klingon"}, "klingon"),
        ({"delimiter": "abc"}, "--delimiter: 'abc' cannot part cells"),
        ({"format": "pdf"}, "options.format: 'pdf' is unknown; use one of: text"),
        ({"max-document": "many"}, "options.max-document: 'many' is no number of bytes; give 1 or more"),
    ],
)
def test_wrong_option_is_an_error_of_its_file(options: dict[str, str], message: str, folder: Path, run: Run) -> None:
    """An option with a value that it cannot have fails for the corrections that have it, and not for the others."""
    marks = [mark("page.txt", TEXT, CLOSED, "noise", options=options), mark("page.txt", TEXT, MOTTO, "article")]
    done = run("eval", "--corrections", write_marks(folder / "c.jsonl", *marks), "--json")
    assert message in done.err
    assert done.status == 1
    assert json.loads(done.out)["corrections"][-1]["hold"] == 1


def test_names_cannot_act_on_a_terminal(folder: Path, run: Run) -> None:
    """Control characters in names, places and texts are shown as escapes."""
    text = TEXT.replace(MOTTO, "The \x1b[31mHeron Post is made here.")
    (folder / "\x1b[2J.txt").write_text(text)
    marks = [
        mark("\x1b[2J.txt", text, "The \x1b[31mHeron Post is made here.", "noise"),
        mark("\x1b[3J.txt", text, CLOSED, "noise"),
    ]
    done = run("eval", "--corrections", write_marks(folder / "c.jsonl", *marks))
    assert b"\x1b" not in done.out
    assert "\x1b" not in done.err
    assert b"\\x1b[2J.txt, line 3: noise, but it stays" in done.out


def test_data_and_corrections_exclude_each_other(folder: Path, run: Run) -> None:
    """Labelled pages and corrections are measured one after the other."""
    path = write_marks(folder / "c.jsonl", mark("page.txt", TEXT, CLOSED, "noise"))
    done = run("eval", "labelled.jsonl", "--corrections", path)
    assert (done.status, done.out) == (2, b"")
    assert done.err == "cleaner: DATA and --corrections exclude each other; measure them one after the other\n"


@pytest.mark.parametrize("given", [["own"], []])
def test_patterns_are_shown_for_data_alone(given: list[str], folder: Path, run: Run) -> None:
    """`--patterns` takes no folder here, and the message names the option that does."""
    path = write_marks(folder / "c.jsonl", mark("page.txt", TEXT, CLOSED, "noise"))
    done = run("eval", "--corrections", path, "--patterns", *given)
    assert (done.status, done.out) == (2, b"")
    assert done.err == (
        "cleaner: --patterns: shows where patterns hold on DATA; to try a folder of yours use --own-patterns "
        f"{given[0] if given else 'DIR'}\n"
    )
