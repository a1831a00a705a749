"""The command line: where results go, and how a run ends."""

from __future__ import annotations

import json
import os
import subprocess
import sys
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest

from cleaner import CleanConfig, Cleaner, __version__, apply_removals, explain_text
from tests.running import Outcome, Run

ARTICLE = (
    "The council passed the budget last night after six hours of debate, and the café by the bridge stays open.\n"
    "Two members voted against it because the figures for the harbour had arrived only that morning.\n"
    "The mayor said the work would begin in May and last until the end of the summer.\n"
)
NOISE = "Comments are closed.\n"
KIND = "comment-count"
PATTERN = "en.comment-count.closed"
PAGE = ARTICLE + NOISE
USAGE = 2


def _process(*arguments: str | Path, stdin: bytes = b"", **options: Any) -> subprocess.CompletedProcess[bytes]:
    command = [sys.executable, "-m", "cleaner", *map(str, arguments)]
    return subprocess.run(command, input=stdin, capture_output=True, check=False, timeout=120, **options)


@pytest.fixture
def page(tmp_path: Path) -> Path:
    """A page with an article and one line of noise."""
    path = tmp_path / "page.txt"
    path.write_text(PAGE, "utf-8", newline="")
    return path


@pytest.fixture
def corpus(tmp_path: Path) -> Path:
    """A folder of two pages, one of them in a subfolder."""
    folder = tmp_path / "corpus"
    (folder / "sub").mkdir(parents=True)
    (folder / "a.txt").write_text(PAGE, "utf-8")
    (folder / "sub" / "b.txt").write_text(PAGE, "utf-8")
    return folder


def _files(folder: Path) -> dict[str, str]:
    return {
        path.relative_to(folder).as_posix(): path.read_text("utf-8")
        for path in sorted(folder.rglob("*"))
        if path.is_file()
    }


# --- clean: bytes ----------------------------------------------------------------------------------------


@pytest.mark.parametrize("end", ["\n", "\r", "\r\n", "\x85", "\u2028", "\u2029"])
@pytest.mark.parametrize("way", ["file", "stdin"])
def test_line_ends_are_kept(end: str, way: str, page: Path, run: Run) -> None:
    """The article comes out byte for byte, whatever ends its lines, from a file and from standard input."""
    page.write_bytes(PAGE.replace("\n", end).encode())
    outcome = run("clean", page) if way == "file" else run("clean", stdin=page.read_bytes())
    assert outcome == Outcome(0, ARTICLE.replace("\n", end).encode(), "")


@pytest.mark.parametrize("encoding", ["utf-8-sig", "utf-16"])
def test_byte_order_mark_is_kept(encoding: str, page: Path, run: Run) -> None:
    """A text with a byte order mark is written with it, in its encoding."""
    page.write_bytes(PAGE.encode(encoding))
    assert run("clean", page).out == ARTICLE.encode(encoding)


def test_bytes_survive_a_real_process(page: Path) -> None:
    """A real process writes the bytes of the article and nothing else, whatever the locale says."""
    page.write_bytes(PAGE.replace("\n", "\r\n").encode("cp1252"))
    environment = {**os.environ, "LC_ALL": "C", "PYTHONUTF8": "0", "PYTHONIOENCODING": "ascii"}
    done = _process("clean", page, "--encoding", "cp1252", env=environment)
    assert (done.returncode, done.stdout, done.stderr) == (0, ARTICLE.replace("\n", "\r\n").encode("cp1252"), b"")


def test_empty_input_gives_an_empty_result(page: Path, run: Run) -> None:
    """An empty file and empty standard input give an empty result, and that is not a failure."""
    page.write_bytes(b"")
    assert (run("clean", "-q", page).status, run("clean", "-q", page).out) == (0, b"")
    assert run("clean", "-q", stdin=b"").out == b""


def test_invalid_utf_8_is_refused_with_its_place(page: Path, run: Run) -> None:
    """Bytes that are not UTF-8 are refused, with place and option to use; nothing is replaced."""
    page.write_bytes(PAGE.encode("cp1252"))
    outcome = run("clean", page)
    assert (outcome.status, outcome.out) == (1, b"")
    assert outcome.err.startswith(f"cleaner: {page}: is not valid UTF-8 at byte ")
    assert "--encoding cp1252" in outcome.err


@pytest.mark.parametrize("data", [b"text\0text", b"\x89text\xff\0"])
def test_binary_file_is_refused(data: bytes, page: Path, run: Run) -> None:
    """NUL bytes and binary files are refused."""
    page.write_bytes(data)
    outcome = run("clean", page)
    assert (outcome.status, outcome.out) == (1, b"")
    assert "give a text file" in outcome.err


def test_line_of_ten_megabytes_is_cleaned(page: Path, run: Run) -> None:
    """A single line of ten megabytes is cleaned like any other."""
    text = "The council passed the budget last night, and the café by the bridge stays open. " * 125_000
    page.write_text(text + "\n" + NOISE, "utf-8")
    assert run("clean", page).out.decode() == text + "\n"


# --- clean: several inputs -------------------------------------------------------------------------------


def test_missing_path_does_not_stop_the_rest(page: Path, run: Run) -> None:
    """A path that is missing is reported, the others are cleaned, and the exit status is 1."""
    outcome = run("clean", page.with_name("no.txt"), page)
    assert (outcome.status, outcome.out.decode()) == (1, ARTICLE)
    assert outcome.err == f"cleaner: {page.with_name('no.txt')}: does not exist; check the path\n"


def test_name_that_no_file_can_have_does_not_stop_the_rest(page: Path, run: Run) -> None:
    """A path that is too long for the system is reported like one that is missing."""
    outcome = run("clean", "a" * 5000, page)
    assert (outcome.status, outcome.out.decode()) == (1, ARTICLE)
    assert (
        outcome.err
        == f"cleaner: {'a' * 5000}: cannot be read: File name too long; check the path and its permissions\n"
    )


def test_unreadable_input_does_not_stop_the_rest(corpus: Path, run: Run) -> None:
    """An input that does not decode is reported, the others are cleaned, and the exit status is 1."""
    (corpus / "a.txt").write_bytes(b"\xff")
    outcome = run("clean", corpus)
    assert (outcome.status, outcome.out.decode()) == (1, ARTICLE)


def test_several_texts_are_joined_in_order(tmp_path: Path, run: Run) -> None:
    """Several inputs come out in order, in UTF-8 without marks, each on a line of its own."""
    one, two = tmp_path / "1.txt", tmp_path / "2.txt"
    one.write_bytes(ARTICLE.rstrip().encode("utf-16"))
    two.write_bytes(b"\xef\xbb\xbf" + ARTICLE.encode())
    assert run("clean", one, two).out.decode() == ARTICLE * 2


def test_joined_text_brings_its_own_line_end(tmp_path: Path, run: Run) -> None:
    """A text that would not begin on a line of its own gets a line end before it, of the kind that it uses."""
    for name, end in (("1", b"\n"), ("2", b"\r\n"), ("3", b"\n")):
        (tmp_path / name).with_suffix(".txt").write_bytes(ARTICLE.rstrip().encode().replace(b"\n", end))
    outcome = run("clean", tmp_path / "1.txt", tmp_path / "2.txt", tmp_path / "3.txt")
    article = ARTICLE.rstrip().encode()
    assert outcome.out == article + b"\r\n" + article.replace(b"\n", b"\r\n") + b"\n" + article


def test_folder_is_mirrored(corpus: Path, tmp_path: Path, run: Run) -> None:
    """The results of a folder go into a new folder with the same structure; the inputs stay."""
    before = _files(corpus)
    assert run("clean", corpus, "--quiet", "-o", tmp_path / "new" / "out") == Outcome(0, b"", "")
    assert _files(tmp_path / "new" / "out") == {"a.txt": ARTICLE, "sub/b.txt": ARTICLE}
    assert _files(corpus) == before


def test_output_inside_the_input_is_not_cleaned_again(corpus: Path, run: Run) -> None:
    """Results in a subfolder of the input are not an input of the next run, which says so."""
    note = f"cleaner: {corpus / 'out'}: is inside an input, and the files in it are not read; results go there\n"
    for is_there in (False, True):
        outcome = run("clean", corpus, "-o", corpus / "out")
        assert (outcome.status, note in outcome.err) == (0, is_there)
    assert set(_files(corpus)) == {"a.txt", "sub/b.txt", "out/a.txt", "out/sub/b.txt"}


def test_one_file_goes_to_a_file_or_into_a_folder(page: Path, tmp_path: Path, run: Run) -> None:
    """The result of one input is written to the named file, or under its own name into an existing folder."""
    run("clean", page, "-o", tmp_path / "result.txt")
    (tmp_path / "out").mkdir()
    run("clean", page, "-o", tmp_path / "out")
    assert (tmp_path / "result.txt").read_text("utf-8") == ARTICLE
    assert _files(tmp_path / "out") == {"page.txt": ARTICLE}


def test_unwritable_output_is_reported_and_nothing_half_written(corpus: Path, tmp_path: Path, run: Run) -> None:
    """A result that cannot be written is reported, the others are written, and the exit status is 1."""
    out = tmp_path / "out"
    out.mkdir()
    (out / "sub").write_text("a file where a folder is needed")
    outcome = run("clean", corpus, "-o", out)
    assert outcome.status == 1
    assert f"cleaner: {out / 'sub' / 'b.txt'}: cannot be written" in outcome.err
    assert _files(out) == {"a.txt": ARTICLE, "sub": "a file where a folder is needed"}


# --- clean: in place -------------------------------------------------------------------------------------


def test_in_place_replaces_each_file(corpus: Path, run: Run) -> None:
    """Files are cleaned where they are, and a file without noise is not touched."""
    clean = corpus / "clean.txt"
    clean.write_text(ARTICLE, "utf-8")
    os.utime(clean, ns=(1, 1))
    assert run("clean", "--in-place", "--quiet", corpus) == Outcome(0, b"", "")
    assert set(_files(corpus).values()) == {ARTICLE}
    assert clean.stat().st_mtime_ns == 1


@pytest.mark.parametrize("options", [[], ["-o", "OUT"], ["-o", "OUT", "--errors", "ERRORS"], ["--in-place"]])
def test_dry_run_counts_and_writes_nothing(options: list[str], corpus: Path, tmp_path: Path, run: Run) -> None:
    """A dry run shows the table and failures, with the status of a run, and leaves every file as it was."""
    (corpus / "c.jsonl").write_text(json.dumps({"text": PAGE}) + '\n{"body": 1}\n', "utf-8")
    before = _files(tmp_path)
    names = {"OUT": str(tmp_path / "out"), "ERRORS": str(tmp_path / "e.jsonl")}
    outcome = run("clean", corpus, "--dry-run", *(names.get(option, option) for option in options))
    assert (outcome.status, outcome.out) == (1, b"")
    assert [line.split() for line in outcome.err.splitlines()[1:4]] == [
        ["documents", "3"],
        ["changed", "3", "100.0", "%"],
        ["failed", "1"],
    ]
    assert outcome.err.startswith(f"cleaner: {corpus / 'c.jsonl'}: record 2: the field 'text' is missing")
    assert _files(tmp_path) == before
    assert not (tmp_path / "out").exists()


def test_dry_run_of_one_page_shows_the_table_and_its_removals(page: Path, run: Run) -> None:
    """Even one page has a table in a dry run, and its removals are shown on standard output if they are asked for."""
    outcome = run("clean", page, "--dry-run", "--removed", "-")
    assert (outcome.status, json.loads(outcome.out)["kind"]) == (0, KIND)
    assert outcome.err.split()[:2] == ["documents", "1"]


def test_dry_run_reports_what_a_run_would_refuse(corpus: Path, run: Run) -> None:
    """A page of HTML that cannot be cleaned in place is refused in a dry run as well."""
    (corpus / "c.html").write_text("<p>Ferry</p>", "utf-8")
    outcome = run("clean", corpus, "--dry-run", "--in-place")
    assert (outcome.status, outcome.out) == (USAGE, b"")
    assert outcome.err == "cleaner: --in-place: an HTML page becomes text, which is another file; name it with -o\n"


def test_backup_keeps_the_original_of_what_changes(corpus: Path, run: Run) -> None:
    """Each file that changes keeps its original under the longer name; a second run reads no backup and needs none."""
    (corpus / "clean.txt").write_text(ARTICLE, "utf-8")
    record = json.dumps({"text": PAGE}, ensure_ascii=False) + "\n"
    (corpus / "c.jsonl").write_text(record, "utf-8")
    command = ["clean", corpus, "--in-place", "--backup", ".before", "--quiet", "--jobs", "1"]
    for options in ([], [], ["--format", "text"]):
        assert run(*command, *options) == Outcome(0, b"", "")
        assert _files(corpus) == {
            "a.txt": ARTICLE,
            "a.txt.before": PAGE,
            "c.jsonl": record.replace(json.dumps(NOISE)[1:-1], ""),
            "c.jsonl.before": record,
            "clean.txt": ARTICLE,
            "sub/b.txt": ARTICLE,
            "sub/b.txt.before": PAGE,
        }


def test_backup_of_a_file_that_is_put_together(tmp_path: Path, run: Run) -> None:
    """A Parquet file, which is put together at the end, has its original kept as well."""
    parquet = pytest.importorskip("pyarrow.parquet")
    arrow = pytest.importorskip("pyarrow")
    path = tmp_path / "pages.parquet"
    parquet.write_table(arrow.table({"text": [PAGE]}), path)
    before = path.read_bytes()
    assert run("clean", path, "--in-place", "--backup", ".orig", "--quiet") == Outcome(0, b"", "")
    assert parquet.read_table(path).to_pydict() == {"text": [ARTICLE]}
    assert (tmp_path / "pages.parquet.orig").read_bytes() == before
    assert len(list(tmp_path.iterdir())) == 2


def test_backup_is_never_overwritten(corpus: Path, run: Run) -> None:
    """A file that has the name of a backup, or a link to the original, is left alone with its input; the rest is done."""
    (corpus / "a.txt.orig").write_text("mine", "utf-8")
    (corpus / "c.txt").write_text(PAGE, "utf-8")
    (corpus / "c.txt.orig").symlink_to(corpus / "c.txt")
    outcome = run("clean", corpus, "--in-place", "--backup", ".orig", "--quiet")
    assert outcome.status == 1
    for name in ("a.txt", "c.txt"):
        fix = "move that away, or name another ending with --backup"
        assert f"cleaner: {corpus / name}: is left as it was, as {corpus / name}.orig exists; {fix}\n" in outcome.err
    assert _files(corpus) == {
        "a.txt": PAGE,
        "a.txt.orig": "mine",
        "c.txt": PAGE,
        "c.txt.orig": PAGE,
        "sub/b.txt": ARTICLE,
        "sub/b.txt.orig": PAGE,
    }


@pytest.mark.parametrize("has_links", [True, False])
def test_backup_where_a_file_has_one_name_only(
    has_links: bool, page: Path, run: Run, monkeypatch: pytest.MonkeyPatch
) -> None:
    """The backup has the bytes, the mode and the time of the original, also where it must be copied."""
    page.chmod(0o640)
    if not has_links:
        monkeypatch.setattr(os, "link", lambda *_: (_ for _ in ()).throw(PermissionError(1, "no links here")))
    assert run("clean", page, "--in-place", "--backup", "~", "--quiet") == Outcome(0, b"", "")
    assert _files(page.parent) == {"page.txt": ARTICLE, "page.txt~": PAGE}
    assert page.with_name("page.txt~").stat().st_mode & 0o777 == 0o640


def test_original_survives_a_run_that_ends_before_it_is_replaced(
    page: Path, run: Run, monkeypatch: pytest.MonkeyPatch
) -> None:
    """A run that is stopped between keeping and replacing leaves the original, and the next run goes on from there."""
    with monkeypatch.context() as patched:
        patched.setattr(os, "replace", lambda *_: (_ for _ in ()).throw(KeyboardInterrupt))
        assert (
            run("clean", page, "--in-place", "--backup", ".orig").err
            == "cleaner: interrupted; no file is half written\n"
        )
    assert _files(page.parent) == {"page.txt": PAGE, "page.txt.orig": PAGE}
    assert run("clean", page, "--in-place", "--backup", ".orig") == Outcome(0, b"", "")
    assert _files(page.parent) == {"page.txt": ARTICLE, "page.txt.orig": PAGE}


def test_no_backup_is_left_of_a_file_that_cannot_be_replaced(
    page: Path, run: Run, monkeypatch: pytest.MonkeyPatch
) -> None:
    """When replacing fails, the original keeps only its own name."""
    monkeypatch.setattr(os, "replace", lambda *_: (_ for _ in ()).throw(OSError(5, "Input/output error")))
    outcome = run("clean", page, "--in-place", "--backup", ".orig")
    assert outcome.status == 1
    assert f"{page}: cannot be written: Input/output error" in outcome.err
    assert _files(page.parent) == {"page.txt": PAGE}


def test_in_place_leaves_the_file_when_writing_fails(page: Path, run: Run, monkeypatch: pytest.MonkeyPatch) -> None:
    """When the new file cannot replace the old one, the old one is complete, and no other file is left."""

    def fail(*_: Any) -> None:
        raise OSError(28, "No space left on device")

    monkeypatch.setattr(os, "replace", fail)
    outcome = run("clean", "--in-place", page)
    assert outcome.status == 1
    assert outcome.err == f"cleaner: {page}: cannot be written: No space left on device; free some space\n"
    assert _files(page.parent) == {"page.txt": PAGE}


def test_interrupt_leaves_the_file_and_says_one_line(page: Path, run: Run, monkeypatch: pytest.MonkeyPatch) -> None:
    """An interrupt ends the run with status 130 and one line; no file is changed."""

    def interrupt(*_: Any, **__: Any) -> None:
        raise KeyboardInterrupt

    monkeypatch.setattr(Cleaner, "clean", interrupt)
    outcome = run("clean", "--in-place", page, "--removed", page.with_name("removed.jsonl"))
    assert (outcome.status, outcome.err.count("\n")) == (130, 1)
    assert _files(page.parent) == {"page.txt": PAGE}


# --- clean: removals, options, notes ---------------------------------------------------------------------


def test_removals_are_written_with_offsets_and_evidence(corpus: Path, tmp_path: Path, run: Run) -> None:
    """Each removal is one JSON object on a line; applied to its file they give the result."""
    removed = tmp_path / "removed.jsonl"
    assert run("clean", corpus, "--removed", removed).status == 0
    records = [json.loads(line) for line in removed.read_text("utf-8").splitlines()]
    assert [record["file"] for record in records] == [str(corpus / "a.txt"), str(corpus / "sub" / "b.txt")]
    for record in records:
        assert record["text"] == PAGE[record["start"] : record["end"]] == NOISE
        assert record["kind"] == KIND
        assert PATTERN in record["reasons"]
    assert apply_removals(PAGE, explain_text(PAGE).removals) == ARTICLE


def test_file_of_removals_puts_the_page_back(tmp_path: Path, run: Run) -> None:
    """Start, end and text of each removal are enough to make the input of the output; that is what the file promises."""
    page = tmp_path / "page.txt"
    text = f"{NOISE}{PAGE}Antworten\n\n{ARTICLE}Kommentar é schreiben\n{NOISE}"
    page.write_text(text, "utf-8")
    removed = tmp_path / "removed.jsonl"
    left = run("clean", page, "--removed", removed).out.decode()
    removals = [json.loads(line) for line in removed.read_text("utf-8").splitlines()]
    assert len(removals) > 1, "something is to be put back"
    for removal in removals:
        left = left[: removal["start"]] + removal["text"] + left[removal["start"] :]
    assert left == text


def test_all_evidence_is_written_when_it_is_asked_for(page: Path, tmp_path: Path, run: Run) -> None:
    """With ``--evidence full`` each removal has every source, and the points add up to its score."""
    removed = tmp_path / "removed.jsonl"
    assert run("clean", page, "--removed", removed, "--evidence", "full").status == 0
    (record,) = map(json.loads, removed.read_text("utf-8").splitlines())
    assert PATTERN in [evidence["source"] for evidence in record["evidence"]]
    assert sum(one["points"] for one in record["evidence"]) == pytest.approx(record["score"], abs=1e-3)
    assert run("clean", page, "--removed", removed).status == 0
    assert "evidence" not in json.loads(removed.read_text("utf-8")), "a file of either kind is replaced"


def test_removals_go_to_standard_output_when_texts_do_not(page: Path, tmp_path: Path, run: Run) -> None:
    """A dash writes the removals to standard output, where texts go to files."""
    outcome = run("clean", page, "-o", tmp_path / "out.txt", "--removed", "-")
    assert json.loads(outcome.out)["kind"] == KIND


def test_removals_that_cannot_be_written_are_an_error(page: Path, run: Run) -> None:
    """A file of removals in a folder that does not exist is an error that names it."""
    outcome = run("clean", page, "--removed", page / "removed.jsonl")
    assert outcome.status == 1
    assert f"cleaner: {page / 'removed.jsonl'}: cannot be written" in outcome.err


def test_removals_never_replace_a_page(page: Path, tmp_path: Path, run: Run) -> None:
    """A file that is there and is no list of removals is refused; one that is, or that is empty, is replaced."""
    other = tmp_path / "other.txt"
    other.write_text(PAGE, "utf-8")
    for stdin, arguments in ((PAGE.encode(), [other]), (b"", [other, page])):
        outcome = run("clean", "--removed", *arguments, stdin=stdin)
        assert (outcome.status, outcome.out) == (2, b"")
        assert "exists and is not a list of removals; the option names the file to write" in outcome.err
        assert other.read_text("utf-8") == PAGE
    removed = tmp_path / "removed.jsonl"
    removed.touch()
    for _ in range(2):
        assert run("clean", page, "--removed", removed).status == 0
        assert json.loads(removed.read_text("utf-8"))["kind"] == KIND


@pytest.mark.parametrize("options", [["--keep", KIND], ["--keep", f"byline, {KIND}", "--keep=tags"], ["--keep", "all"]])
def test_kinds_to_keep(options: list[str], page: Path, run: Run) -> None:
    """Kinds to keep stay in, named one by one or with commas."""
    assert run("clean", page, *options).out.decode() == PAGE


def test_options_reach_the_cleaner(page: Path, run: Run, monkeypatch: pytest.MonkeyPatch) -> None:
    """Headline, mode, threshold, title and site are passed on as given."""
    seen: list[Any] = []
    clean = Cleaner.clean

    def look(self: Cleaner, text: str, **values: Any) -> Any:
        seen.append((self.config, {name: value for name, value in values.items() if value is not None}))
        return clean(self, text, **values)

    monkeypatch.setattr(Cleaner, "clean", look)
    options = ["--headline", "drop", "--mode", "careful", "--threshold", "2.5", "--title", "Budget", "--lang", "fr"]
    options += ["--site", "gazette"]
    for command in ("clean", "explain"):
        run(command, page, *options)
    config = CleanConfig(headline="drop", mode="careful", threshold=2.5)
    known = {"title": "Budget", "lang": "fr", "site": "gazette"}
    # Only cleaning has a time limit.
    assert seen == [(replace(config, timeout=30.0), known), (config, known)]


def test_flags_are_notes_on_standard_error(page: Path, run: Run) -> None:
    """A text that is all noise is returned whole with a note, which --quiet suppresses."""
    page.write_text(NOISE, "utf-8")
    loud, quiet = run("clean", page), run("clean", page, "--quiet")
    assert loud.out.decode() == quiet.out.decode() == NOISE
    assert loud.err.startswith(f"cleaner: {page}: no-article-found: ")
    assert quiet == Outcome(0, NOISE.encode(), "")


@pytest.mark.parametrize(
    ("arguments", "message"),
    [
        (["clean"], "no input; give files or folders"),
        (["clean", "PAGE", "--keep", "adverts"], "'adverts' is not a kind of noise; use some of: comment-controls"),
        (["clean", "PAGE", "--mode", "gentle"], "'gentle' is unknown; use one of: careful, balanced, thorough"),
        (["explain", "PAGE", "--mode", ""], "'' is unknown; use one of: careful, balanced, thorough"),
        (["clean", "PAGE", "--headline", "last"], "'last' is unknown; use one of: first, drop, keep"),
        (["clean", "PAGE", "--threshold", "nan"], "is not a number of points"),
        (["clean", "PAGE", "--encoding", "klingon"], "'klingon' is not a text encoding"),
        (["clean", "PAGE", "--patterns", "PAGE"], "is a file; name the folder that it is in"),
        (["clean", "PAGE", "--in-place", "-o", "OUT"], "--in-place and -o exclude each other"),
        (["clean", "-", "--in-place"], "--in-place needs files"),
        (["clean", "-", "-"], "only once"),
        (["clean", "PAGE", "-o", "PAGE"], "is an input"),
        (["clean", "PAGE", "--removed", "-"], "goes to standard output already"),
        (["clean", "PAGE", "--evidence", "full"], "name a file for them with --removed"),
        (["clean", "PAGE", "--removed", "r.jsonl", "--evidence", "all"], "use one of: strongest, full"),
        (["clean", "PAGE", "--removed", "PAGE"], "is an input or an output"),
        (["clean", "PAGE", "-o", "OUT", "--removed", "OUT"], "is an input or an output"),
        (["clean", "PAGE", "--backup", ".orig"], "only files that are cleaned with --in-place"),
        (["clean", "PAGE", "--in-place", "--backup", ""], "cannot be added to a name"),
        (["clean", "PAGE", "--in-place", "--backup", "/x"], "cannot be added to a name"),
        (["clean", "PAGE", "--in-place", "--backup", ".txt"], "a later run would take .txt files for its own"),
        (["clean", "PAGE", "--in-place", "--backup", ".orig", "--errors", "PAGE.orig"], "is an input or an output"),
        (
            ["clean", "PAGE", "--format", "sqlite", "--in-place", "--backup", ".orig"],
            "a database is changed, not replaced",
        ),
        (["clean", "PAGE", "--dry-run", "--removed", "OUT"], "--removed - shows the removals"),
        (["clean", "PAGE", "--dry-run", "-o", "OUT", "--resume"], "a dry run has nothing to resume"),
        (["clean", "PAGE", "--dry-run", "-o", "PAGE"], "is an input"),
        (["clean", "FOLDER", "-o", "all.txt"], "several inputs need a folder"),
        (["clean", "PAGE", "FOLDER/a.txt", "-o", "PAGE"], "several inputs need a folder"),
        (["explain", "FOLDER"], "is a folder; explain takes one file, so name a file in it"),
        (["explain", "PAGE", "--only", "changed"], "'changed' is unknown; use one of: removed, kept, doubtful"),
        (["explain", "PAGE", "--context", "2"], "give --only too"),
        (["explain", "PAGE", "--only", "kept", "--context", "-1"], "-1 is too small; give 0 or more"),
        (["explain", "PAGE", "--line", "0"], "0 is too small; the first record is 1"),
        (["explain", "PAGE", "--line", "1"], "is one document; leave it out"),
        (["explain", "PAGE", "--id", "1"], "is one document; leave it out"),
        (["explain", "PAGE", "--id", "1", "--line", "1"], "exclude each other"),
        (["explain", "PAGE", "--file", "a.txt"], "is no zip archive"),
        (["explain", "PAGE", "--html-field", "page"], "only JSONL, JSON, CSV and TSV have HTML fields"),
        (["explain", "PAGE", "--why", "prior"], "says what a name means and reads no text"),
        (["explain"], "no input"),
        (["patterns", "list", "--kind", "adverts"], "is not a kind of noise"),
        (["patterns", "list", "--lang", "xx"], "no pattern in the language 'xx'; use one of: any, ar, "),
        (["patterns", "list", "--lang", ""], "no pattern in the language ''; use one of: any, ar, "),
        (
            ["patterns", "list", "--kind", "comment"],
            "no pattern of the kind 'comment'; use one of: advertisement-marker, ",
        ),
        (["patterns", "list", "--table", "--json"], "exclude each other"),
    ],
)
def test_wrong_usage_ends_with_status_2(arguments: list[str], message: str, page: Path, corpus: Path, run: Run) -> None:
    """Wrong usage is reported in one line with what to do instead, and nothing is written."""
    names = {"PAGE": str(page), "FOLDER": str(corpus), "OUT": str(page.with_name("out.txt"))}
    before = _files(page.parent)
    for name, path in names.items():
        arguments = [argument.replace(name, path) for argument in arguments]
    outcome = run(*arguments)
    assert (outcome.status, outcome.out, outcome.err.count("\n")) == (USAGE, b"", 1)
    assert outcome.err.startswith("cleaner: ")
    assert message in outcome.err
    assert _files(page.parent) == before


# --- patterns --------------------------------------------------------------------------------------------


def test_patterns_are_listed_by_kind_and_language(run: Run) -> None:
    """The list can be narrowed to a kind and a language, and read as JSON."""
    found = json.loads(run("patterns", "list", "--kind", "comment-controls", "--lang", "fr", "--json").out)
    assert "fr.comment-controls.reply-delete" in [pattern["id"] for pattern in found]
    assert {(pattern["kind"], pattern["lang"]) for pattern in found} == {("comment-controls", "fr")}
    listed = run("patterns", "list", "--kind", "comment-controls", "--lang", "fr").out.decode()
    assert len(listed.splitlines()) == len(found) + 1


def test_patterns_are_counted_in_a_table(run: Run) -> None:
    """The table has kinds in rows and languages in columns."""
    lines = run("patterns", "list", "--table").out.decode().splitlines()
    assert lines[0].split()[0] == "kind"
    assert lines[1].split()[0] == "comment-controls"


OWN = """\
format = 2
lang = "xx"

[[pattern]]
id = "xx.interface.gloobers"
kind = "interface"
about = "A made-up control."
phrases = ["Gloobers ahead"]
must_match = ["Gloobers ahead", "» GLOOBERS AHEAD"]
must_not_match = ["No gloobers ahead", "Gloobers lie ahead"]
"""


def test_own_patterns_are_checked_listed_and_used(page: Path, tmp_path: Path, run: Run) -> None:
    """A folder of the user's own patterns is checked, appears in the list, and is used for cleaning."""
    own = tmp_path / "own"
    own.mkdir()
    (own / "interface.toml").write_text(OWN)
    page.write_text(ARTICLE + "Gloobers ahead\n", "utf-8")
    assert run("patterns", "check", own).out == b"good patterns: 1, problems: 0\n"
    assert b"xx.interface.gloobers" in run("patterns", "list", "--patterns", own, "--lang", "xx").out
    assert run("clean", page, "--patterns", own).out.decode() == ARTICLE


def test_broken_patterns_are_reported(page: Path, tmp_path: Path, run: Run) -> None:
    """The check names file, pattern, field and fix and ends with status 1; cleaning with such a folder is refused."""
    own = tmp_path / "own"
    own.mkdir()
    (own / "interface.toml").write_text(OWN.replace('["Gloobers ahead"]', '["Go"]'))
    outcome = run("patterns", "check", own)
    assert (outcome.status, outcome.out) == (1, b"good patterns: 0, problems: 1\n")
    assert f"cleaner: {own}/interface.toml: pattern xx.interface.gloobers: phrases: 'Go' is too short" in outcome.err
    assert run("clean", page, "--patterns", own).status == USAGE


KEEPING = """format = 2
lang = "xx"
[[pattern]]
id = "xx.interface.kept"
kind = "interface"
about = "A made-up control that stays."
action = "keep"
match = "start"
phrases = ["Gloobers ahead", "Droits de gloobers"]
must_match = ["Gloobers ahead", "» GLOOBERS AHEAD ReplyDelete"]
must_not_match = ["No gloobers ahead", "Gloobers lie ahead"]
"""


@pytest.mark.parametrize("form", ["page.txt", "page.md", "page.html"])
def test_lines_are_kept_by_a_pattern(form: str, tmp_path: Path, run: Run) -> None:
    """A line on which a pattern with the action keep holds is neither removed nor cut in any form of input."""
    own = tmp_path / "own"
    own.mkdir()
    (own / "noise.toml").write_text(OWN)
    page, lines = tmp_path / form, [*ARTICLE.splitlines(), "Gloobers ahead", "Share"]
    mark = {"page.txt": "{}\n", "page.md": "{}\n\n", "page.html": "<p>{}</p>\n"}[form]
    page.write_text("".join(mark.format(line) for line in lines), "utf-8")
    assert b"Gloobers" not in run("clean", page, "--patterns", own).out
    (own / "kept.toml").write_text(KEEPING)
    assert run("patterns", "check", own).out == b"good patterns: 2, problems: 0\n"
    out = run("clean", page, "--patterns", own).out.decode()
    assert ("Gloobers ahead" in out, "Share" in out) == (True, False)
    explained = json.loads(run("explain", page, "--patterns", own, "--json").out)
    sources = [
        (item["source"], item["points"], item.get("kind"))
        for line in explained["lines"]
        if line["action"] == "keep"
        for item in line["evidence"]
    ]
    assert ("xx.interface.kept", -24.0, None) in sources


def test_pattern_is_disabled(page: Path, tmp_path: Path, run: Run) -> None:
    """A disabled pattern gives no points in texts and pages; an id that there is not is wrong usage with the nearest."""
    own = tmp_path / "own"
    own.mkdir()
    (own / "interface.toml").write_text(OWN)
    page.write_text(ARTICLE + "Gloobers ahead\n", "utf-8")
    html = tmp_path / "page.html"
    html.write_text("".join(f"<p>{line}</p>" for line in (ARTICLE + "Gloobers ahead").splitlines()), "utf-8")
    for path in (page, html):
        shown = run("explain", path, "--patterns", own, "--evidence")
        assert b"xx.interface.gloobers" in shown.out
        disabled = "fr.byline.by-name, xx.interface.gloobers"
        shown = run("explain", path, "--patterns", own, "--evidence", "--disable-pattern", disabled)
        assert (shown.status, b"xx.interface.gloobers" in shown.out) == (0, False)
    outcome = run("clean", page, "--patterns", own, "--disable-pattern", "xx.interface.goobers")
    assert (outcome.status, outcome.out) == (USAGE, b"")
    assert "'xx.interface.goobers' is not the id of a pattern; did you mean: xx.interface.gloobers" in outcome.err


def test_line_is_tried(tmp_path: Path, run: Run) -> None:
    """``patterns try`` says which patterns hold on a line and which almost do, with the reason, own ones included."""
    own = tmp_path / "own"
    own.mkdir()
    (own / "interface.toml").write_text(OWN)
    outcome = run("patterns", "try", "Gloobers ahead", "--patterns", own)
    assert outcome.status == 0
    assert outcome.out.decode().splitlines()[:4] == [
        "1 pattern holds on this line:",
        "  xx.interface.gloobers",
        '    finds: "Gloobers ahead"',
        f"    interface, strong, anywhere, action drop, in {own}/interface.toml",
    ]
    shown = run("patterns", "try", "Where do gloobers ahead lie?", "--patterns", own).out.decode().splitlines()
    assert shown[0] == "No pattern holds on this line."
    at = shown.index("  xx.interface.gloobers")
    assert shown[at + 3] == (
        '    why not: other text stands before it (match = "whole"); other text stands after it (match = "whole")'
    )


def test_more_than_the_nearest_patterns_are_shown_on_demand(run: Run) -> None:
    """Ten patterns that almost hold are shown, and how many more there are; ``--all`` shows them."""
    line = "Tags, Catégories, Sport, Culture, Politique, Accueil, Contact, Répondre, Supprimer, Partager, Imprimer"
    few = run("patterns", "try", line).out.decode().splitlines()
    many = run("patterns", "try", "--all", line).out.decode().splitlines()
    assert sum(row.startswith("    why not:") for row in few) == 10
    count = sum(row.startswith("    why not:") for row in many)
    assert few[-1] == f"and {count - 10} further off; --all shows them"


def test_old_patterns_are_converted(page: Path, tmp_path: Path, run: Run) -> None:
    """The old format is refused with the command that converts it; what that writes is checked and cleans."""
    old, new = tmp_path / "old", tmp_path / "new"
    old.mkdir()
    (old / "interface.toml").write_text(
        OWN.replace("format = 2", 'format = 1\nkind = "interface"').replace('kind = "interface"\nabout', "about")
    )
    page.write_text(ARTICLE + "Gloobers ahead\n", "utf-8")
    refused = run("clean", page, "--patterns", old)
    assert (refused.status, refused.out) == (USAGE, b"")
    assert refused.err == (
        f"cleaner: {old}/interface.toml: format: is the old format; "
        "convert the folder with `cleaner patterns convert OLD_FOLDER NEW_FOLDER`\n"
    )
    converted = run("patterns", "convert", old, new)
    assert converted.out.decode() == f"files written: 1; check them: cleaner patterns check {new}\n"
    assert run("patterns", "check", new).out == b"good patterns: 1, problems: 0\n"
    assert run("clean", page, "--patterns", new).out.decode() == ARTICLE
    again = run("patterns", "convert", old, new)
    assert (again.status, again.err) == (1, f"cleaner: {new}: is there already and not empty; name a new folder\n")


@pytest.mark.parametrize("line", ["", "  ", "one\ntwo"])
def test_only_one_line_is_tried(line: str, run: Run) -> None:
    """Nothing, or more than a line, is refused with what to do."""
    outcome = run("patterns", "try", line)
    assert (outcome.status, outcome.out) == (USAGE, b"")
    assert outcome.err == "cleaner: LINE: give one line of text, in quotes; `cleaner explain` takes whole texts\n"


# --- the process -----------------------------------------------------------------------------------------


def test_version_and_help() -> None:
    """The module runs as a command, tells its version, and its help shows examples."""
    assert _process("--version").stdout.decode().split() == ["cleaner", __version__]
    for command in (
        [],
        ["clean"],
        ["explain"],
        ["config"],
        ["patterns"],
        ["patterns", "list"],
        ["patterns", "check"],
        ["patterns", "try"],
        ["patterns", "convert"],
        ["eval"],
    ):
        shown = _process(*command, "--help")
        assert (shown.returncode, shown.stderr) == (0, b"")
        assert command == ["patterns"] or b"Examples:" in shown.stdout


def test_shell_completes_options() -> None:
    """The shell is given the options that begin like a word, and the script that asks for them can be shown."""
    asked = {"_CLEANER_COMPLETE": "complete_bash", "COMP_WORDS": "cleaner clean --dry", "COMP_CWORD": "2"}
    assert _process(env={**os.environ, **asked}).stdout.split() == [b"--dry-run"]
    shown = _process(env={**os.environ, "_CLEANER_COMPLETE": "source_bash"})
    assert (shown.returncode, shown.stderr) == (0, b"")
    assert b"complete -o default -F _cleaner_completion cleaner" in shown.stdout


@pytest.mark.parametrize("command", [[], ["patterns"]])
def test_command_alone_shows_its_help(command: list[str]) -> None:
    """Without arguments a command that needs some shows its help, line by line."""
    shown = _process(*command)
    told = (shown.stdout + shown.stderr).decode()
    assert shown.returncode == 2 or told == _process(*command, "--help").stdout.decode()
    assert "\n  -h, --help" in told
    assert "\\n" not in told


@pytest.mark.parametrize("arguments", [["patterns", "list"], ["clean", "PAGE"], ["explain", "PAGE"]])
def test_closed_pipe_ends_quietly(arguments: list[str], page: Path) -> None:
    """When standard output is closed by its reader the run ends at once, without a message."""
    page.write_text(ARTICLE * 20_000, "utf-8")
    command = [sys.executable, "-m", "cleaner", *(argument.replace("PAGE", str(page)) for argument in arguments)]
    reading, writing = os.pipe()
    os.close(reading)
    try:
        done = subprocess.run(command, stdout=writing, stderr=subprocess.PIPE, check=False, timeout=120)
    finally:
        os.close(writing)
    assert (done.returncode, done.stderr) == (141, b"")


@pytest.mark.parametrize("closed", ["<&-", ">&-", "2>&-", "<&- >&-", "<&- >&- 2>&-"])
def test_closed_standard_files_are_no_surprise(closed: str, page: Path, tmp_path: Path) -> None:
    """Started without standard input, output or error, a run does what it can, and reports the rest without a traceback."""
    (tmp_path / "b.txt").write_text(PAGE, "utf-8")

    def shell(*arguments: object) -> tuple[int, bytes, str]:
        command = [sys.executable, "-m", "cleaner", *map(str, arguments)]
        script = f'exec "$@" {closed}'
        done = subprocess.run(["sh", "-c", script, "sh", *command], capture_output=True, check=False, timeout=120)
        return done.returncode, done.stdout, done.stderr.decode()

    told = "" if "2>" in closed else "cleaner: standard output: cannot be written: it is closed; name a file with -o\n"
    failed = (1, b"", told)
    assert shell("clean", page) == (failed if " >&-" in f" {closed}" else (0, ARTICLE.encode(), ""))
    assert shell("--version") == (failed if " >&-" in f" {closed}" else (0, f"cleaner {__version__}\n".encode(), ""))
    for command in (["explain", page], ["patterns", "list", "--table"]):
        status, out, err = shell(*command)
        assert (status, err) == ((1, told) if " >&-" in f" {closed}" else (0, ""))
        assert bool(out) == (status == 0)
    for command in (["clean"], ["clean", "-"], ["explain", "-"]):
        if "<" in closed:
            assert shell(*command)[0] == USAGE
    # Several processes, and files that get the numbers of closed ones.
    outcome = shell("clean", page, tmp_path / "b.txt", "-o", tmp_path / "out", "--jobs", "2", "-q")
    assert outcome == (0, b"", "")
    assert _files(tmp_path / "out") == {"page.txt": ARTICLE, "b.txt": ARTICLE}


# Characters that a terminal acts upon or does not show: a command, a line end, a title, a direction, invalid UTF-8.
HOSTILE_NAME = "a\x1b[2J\x1b]0;title\x07\ncleaner: all is well\x9b31m\u202etxt.\u2028\udcff"


def _is_plain(err: str) -> bool:
    return err.endswith("\n") and all(line.isprintable() for line in err.removesuffix("\n").split("\n"))


@pytest.mark.skipif(sys.platform != "linux", reason="needs names of any bytes")
def test_names_do_nothing_to_a_terminal(tmp_path: Path) -> None:
    """Wherever a file name is shown, characters that a terminal would act upon are escapes, and a message is one line."""
    mine = tmp_path / HOSTILE_NAME
    mine.mkdir()
    for name in ("a.jsonl", "b.txt", "c.html", "d.parquet", "e.toml"):
        (mine / name).write_bytes(b"\xff")
    (mine / "f.jsonl").symlink_to("nowhere")
    (mine / "g.txt").write_text(NOISE)
    other = tmp_path / "out"
    other.mkdir()
    commands: list[list[str | Path]] = [
        ["clean", mine],
        ["clean", mine, "-o", other],
        ["clean", "--in-place", mine / "a.jsonl", mine / "b.txt"],
        ["clean", mine / "none"],
        ["clean", mine / "g.txt"],
        ["clean", mine / "b.txt", "-o", mine / "b.txt"],
        ["clean", mine / "g.txt", "-o", mine / "b.txt" / "x"],
        ["clean", mine / "a.jsonl", "-o", other / "x.jsonl", "--removed", mine / "a.jsonl"],
        ["clean", mine / "a.jsonl", "-o", mine / "x.jsonl"],
        ["clean", mine / "b.txt", "--patterns", mine],
        ["clean", mine / "b.txt", "--weights", mine / "b.txt"],
        ["clean", mine / "g.txt", f"--{HOSTILE_NAME}"],
        ["clean", mine / "g.txt", "--jobs", HOSTILE_NAME],
        ["clean", mine / "g.txt", "--keep", HOSTILE_NAME],
        ["clean", mine / "g.txt", "--encoding", HOSTILE_NAME],
        ["explain", mine / "none"],
        ["explain", mine / "b.txt"],
        ["explain", mine / "b.txt", mine / "g.txt"],
        ["patterns", "check", mine],
        ["patterns", "list", "--kind", HOSTILE_NAME],
        [HOSTILE_NAME],
        ["eval", mine / "a.jsonl"],
        ["eval", mine / "b.txt"],
        ["fit", mine / "a.jsonl", "-o", mine / "a.jsonl"],
    ]
    for command in commands:
        done = subprocess.run(
            [sys.executable, "-m", "cleaner", *map(os.fsencode, command)],
            stdin=subprocess.DEVNULL,
            capture_output=True,
            check=False,
            timeout=120,
        )
        err = done.stderr.decode()
        assert done.returncode in (0, 1, 2), err
        assert err, command
        assert _is_plain(err), (command, err)
        assert not err.count("\ncleaner: all is well"), err
        assert "Traceback" not in err


@pytest.mark.skipif(not Path("/dev/full").exists(), reason="needs /dev/full")
def test_full_standard_output_is_reported(page: Path) -> None:
    """Standard output without space is reported in one line, with status 1."""
    command = [sys.executable, "-m", "cleaner", "clean", str(page)]
    with Path("/dev/full").open("wb") as full:
        done = subprocess.run(command, stdout=full, stderr=subprocess.PIPE, check=False, timeout=120)
    assert done.returncode == 1
    assert done.stderr.decode() == (
        "cleaner: standard output: cannot be written: No space left on device; check where it goes\n"
    )
