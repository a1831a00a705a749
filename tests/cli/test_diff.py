"""``cleaner clean --diff``: a diff that applies, in the order of the inputs, and no file is written."""

from __future__ import annotations

import json
import shutil
import subprocess
import zipfile
from collections.abc import Callable
from pathlib import Path

import pytest

from cleaner.cli import options
from tests.running import ARTICLE, NOISE, PAGE, USAGE, Outcome, Run, records

GIT, PATCH = shutil.which("git"), shutil.which("patch")
PROGRAMS = [
    pytest.param([GIT, "apply", "-"], marks=pytest.mark.skipif(GIT is None, reason="git is not installed")),
    pytest.param([PATCH, "-s", "-p1"], marks=pytest.mark.skipif(PATCH is None, reason="patch is not installed")),
]
CHANGE = f"""@@ -1,3 +1,2 @@
 {ARTICLE.splitlines()[0]}
 {ARTICLE.splitlines()[1]}
-{NOISE}"""
FORMS: dict[str, Callable[[str], str]] = {
    "as it is": lambda text: text,
    "CRLF": lambda text: text.replace("\n", "\r\n"),
    "CR only": lambda text: text.replace("\n", "\r"),
    "CR inside": lambda text: text.replace("café", "caf\ré"),
    "no line end": lambda text: text.rstrip("\n"),
    "byte order mark": lambda text: f"\ufeff{text}",
    "mark before noise": lambda text: f"\ufeff{NOISE}{text}",
    "form feed": lambda text: text.replace("Two", "\fTwo"),
    "line separator": lambda text: text.replace("\n", "\u2028"),
    "noise first": lambda text: NOISE + text,
    "noise inside a line": lambda text: text.replace("morning.", "morning. (Photo: Nora Lindqvist)"),
}


def _diff(name: str) -> str:
    return f"diff --git a/{name} b/{name}\n--- a/{name}\n+++ b/{name}\n{CHANGE}"


@pytest.fixture
def here(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """An empty folder, which is the current one."""
    monkeypatch.chdir(tmp_path)
    return tmp_path


@pytest.mark.parametrize("program", PROGRAMS)
@pytest.mark.parametrize("form", FORMS)
def test_diff_applies(program: list[str], form: str, here: Path, run: Run, monkeypatch: pytest.MonkeyPatch) -> None:
    """Applied to a file in UTF-8, the diff gives byte for byte what the cleaner writes."""
    monkeypatch.setenv("GIT_CEILING_DIRECTORIES", str(here.parent))
    page = here / "page 1é.txt"
    page.write_bytes(FORMS[form](PAGE).encode())
    before, cleaned = page.read_bytes(), run("clean", page.name).out
    shown = run("clean", "--diff", f"./{page.name}")
    assert (shown.status, shown.err, page.read_bytes()) == (0, "", before)
    assert cleaned != before
    done = subprocess.run(program, input=shown.out, capture_output=True, check=False, cwd=here)
    assert (done.returncode, done.stderr) == (0, b"")
    assert page.read_bytes() == cleaned


def test_diff_of_a_file_and_of_standard_input(here: Path, run: Run) -> None:
    """A file is shown as git shows it, and standard input under the name -."""
    (here / "page.txt").write_text(PAGE, "utf-8")
    assert run("clean", "--diff", "page.txt") == Outcome(0, _diff("page.txt").encode(), "")
    assert run("clean", "--diff", stdin=PAGE.encode()) == Outcome(0, _diff("-").encode(), "")


def test_what_does_not_change_is_not_shown(here: Path, run: Run) -> None:
    """A text without noise has no diff, and the exit status is 0."""
    (here / "page.txt").write_text(ARTICLE, "utf-8")
    assert run("clean", "--diff", "page.txt") == Outcome(0, b"", "")


def test_text_in_another_encoding_is_shown_in_utf_8(here: Path, run: Run) -> None:
    """The diff of a text in another encoding is UTF-8, without its byte order mark."""
    for encoding, given in (("cp1252", ["--encoding", "cp1252"]), ("utf-16", [])):
        (here / "page.txt").write_bytes(PAGE.encode(encoding))
        assert run("clean", "--diff", "page.txt", *given).out.decode() == _diff("page.txt")


@pytest.mark.parametrize("jobs", [1, 2])
def test_diffs_of_a_folder_are_in_order(jobs: int, here: Path, run: Run) -> None:
    """Texts and records of a folder are shown in the order of a run, whatever the number of processes."""
    folder = here / "in"
    folder.mkdir()
    (folder / "a.txt").write_text(PAGE, "utf-8")
    (folder / "b.jsonl").write_bytes(records(2000))
    (folder / "c.csv").write_text(f'text,n\n"{PAGE}",1\n', "utf-8")
    (folder / "d.txt").write_text(PAGE, "utf-8")
    outcome = run("clean", "--diff", "--quiet", "--jobs", jobs, "in")
    named = [f"in/b.jsonl:{number} ({number - 1})" for number in range(1, 2001)]
    expected = [_diff("in/a.txt"), *map(_record_diff, named), _diff("in/c.csv:2"), _diff("in/d.txt")]
    assert (outcome.status, outcome.err) == (0, "")
    assert outcome.out.decode() == "".join(expected)
    assert sorted(path.name for path in here.rglob("*")) == ["a.txt", "b.jsonl", "c.csv", "d.txt", "in"]


def _record_diff(name: str) -> str:
    return f"diff --git a/{name} b/{name}\n--- a/{name}\t\n+++ b/{name}\t\n{CHANGE}"


@pytest.mark.parametrize("ending", ["json", "xlsx", "sqlite"])
def test_formats_that_need_a_place_are_shown(ending: str, here: Path, run: Run) -> None:
    """Also what cannot go to standard output, or not beside others, has a diff."""
    if ending == "json":
        (here / "p.json").write_text(json.dumps([{"text": PAGE}]), "utf-8")
    elif ending == "xlsx":
        openpyxl = pytest.importorskip("openpyxl")
        book = openpyxl.Workbook()
        for row in (["text"], [PAGE]):
            book.active.append(row)
        book.save(here / "p.xlsx")
    else:
        import sqlite3

        with sqlite3.connect(here / "p.sqlite") as database:
            database.execute("create table pages (text)")
            database.execute("insert into pages values (?)", [PAGE])
        database.close()
    (here / "page.txt").write_text(PAGE, "utf-8")
    before = (here / f"p.{ending}").read_bytes()
    outcome = run("clean", "--diff", "-q", f"p.{ending}", "page.txt")
    heads = [line for line in outcome.out.decode().splitlines() if line.startswith("diff --git a/p.")]
    assert len(heads) == 1
    assert outcome.out.decode().count(CHANGE) == 2
    assert (outcome.status, (here / f"p.{ending}").read_bytes()) == (0, before)


def test_members_of_an_archive_are_shown(here: Path, run: Run) -> None:
    """A text in a zip archive has the name of the archive and its own."""
    with zipfile.ZipFile(here / "pages.zip", "w") as archive:
        archive.writestr("sub/page.txt", PAGE)
    outcome = run("clean", "--diff", "-q", "pages.zip")
    assert (outcome.status, outcome.out.decode()) == (0, _diff("pages.zip/sub/page.txt"))


@pytest.mark.parametrize("given", [[], ["--output-format", "markdown"]])
def test_page_of_html_is_shown_as_its_blocks(given: list[str], here: Path, run: Run) -> None:
    """Of a page of HTML the text of all blocks is compared with what stays of it, as a text or as Markdown."""
    paragraphs = "".join(f"<p>{line} More of the same was said about the harbour.</p>" for line in ARTICLE.splitlines())
    page = f"<html><body><nav><a href='/'>Home</a></nav><article><h1>Harbour</h1>{paragraphs}</article></body></html>"
    (here / "page.html").write_text(page, "utf-8")
    kept = run("clean", "page.html", *given).out.decode()
    lines = run("clean", "--diff", "page.html", *given).out.decode().splitlines(keepends=True)
    assert next(line for line in lines[4:] if line[0] == "-") == ("-[Home](/)\n" if given else "-Home\n")
    assert kept.startswith("".join(line[1:] for line in lines[4:] if line[0] == " "))
    assert "\\ No newline at end of file\n" not in lines


def test_failures_are_told_and_the_rest_is_shown(here: Path, run: Run) -> None:
    """What cannot be read is reported as in any run, its exit status is 1, and everything else is shown."""
    (here / "a.jsonl").write_bytes(b"{bad\n" + records(1))
    (here / "b.txt").write_bytes(b"caf\xe9\n")
    outcome = run("clean", "--diff", "-q", "a.jsonl", "b.txt", "none.txt")
    assert (outcome.status, outcome.out.decode()) == (1, _record_diff("a.jsonl:2 (0)"))
    assert [line.split(": ")[1] for line in outcome.err.splitlines()] == ["none.txt", "a.jsonl", "b.txt"]
    assert sorted(path.name for path in here.iterdir()) == ["a.jsonl", "b.txt"]


@pytest.mark.parametrize(
    "given",
    [
        ["-o", "out"],
        ["--in-place"],
        ["--removed", "r.jsonl"],
        ["--removed", "-"],
        ["--errors", "e.jsonl"],
        ["--resume"],
    ],
)
def test_what_writes_a_file_is_refused(given: list[str], here: Path, run: Run) -> None:
    """An option that names something to write is wrong usage, in one sentence."""
    (here / "page.txt").write_text(PAGE, "utf-8")
    sentence = "--diff shows what would be removed, and writes no file; leave one of them out"
    assert run("clean", "--diff", "page.txt", *given) == Outcome(USAGE, b"", f"cleaner: {given[0]}: {sentence}\n")
    assert [path.name for path in here.iterdir()] == ["page.txt"]


def test_learned_sites_are_not_written(here: Path, run: Run) -> None:
    """A memory of sites is not written either."""
    (here / "page.txt").write_text(PAGE, "utf-8")
    outcome = run("clean", "--diff", "page.txt", "--learn-sites", "--sites", "sites.sqlite")
    assert (outcome.status, outcome.out) == (USAGE, b"")
    assert "a dry run writes no file; leave --sites out" in outcome.err


def test_colours_without_a_diff_are_refused(run: Run) -> None:
    """Only a diff has colours, so the option alone is wrong usage."""
    outcome = run("clean", "--no-colour", stdin=PAGE.encode())
    assert outcome == Outcome(
        USAGE, b"", "cleaner: --no-colour: only a diff has colours; give --diff, or leave it out\n"
    )


@pytest.mark.parametrize(
    ("given", "is_terminal", "is_coloured"),
    [([], True, True), ([], False, False), (["--colour"], False, True), (["--no-color"], True, False)],
)
def test_colours_are_for_terminals(
    given: list[str], is_terminal: bool, is_coloured: bool, run: Run, monkeypatch: pytest.MonkeyPatch
) -> None:
    """A diff is coloured on a terminal, and otherwise only if that is asked for."""
    monkeypatch.setattr(options, "wants_colour", lambda: is_terminal)
    out = run("clean", "--diff", *given, stdin=PAGE.encode()).out
    assert (f"\x1b[31m-{NOISE.strip()}\x1b[0m\n".encode() in out) == is_coloured
    assert (out.decode() == _diff("-")) == (not is_coloured)
