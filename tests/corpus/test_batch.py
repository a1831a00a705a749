"""Corpora from the command line: formats, folders, failures, usage, and what is shown."""

from __future__ import annotations

import bz2
import gzip
import json
import lzma
import os
import subprocess
import sys
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pyarrow as pa
import pyarrow.parquet as pq
import pytest
import zstandard

from cleaner import Cleaner
from cleaner.cli.progress import Bar, progress_line
from cleaner.corpus.batch.tables import run_table
from cleaner.corpus.batch.tally import Tally
from cleaner.lines.cleaning import TextCleaner
from tests.running import ARTICLE, NOISE, PAGE, USAGE, Run, file_names, record, records, wet

_PACK: dict[str, Callable[[bytes], bytes]] = {
    "": bytes,
    ".gz": gzip.compress,
    ".zst": zstandard.compress,
    ".bz2": bz2.compress,
    ".xz": lzma.compress,
}
_UNPACK: dict[str, Callable[[bytes], bytes]] = {
    "": bytes,
    ".gz": gzip.decompress,
    ".zst": zstandard.decompress,
    ".bz2": bz2.decompress,
    ".xz": lzma.decompress,
}

# --- formats ---------------------------------------------------------------------------------------------


@pytest.mark.parametrize("ending", list(_PACK))
@pytest.mark.parametrize("to_ending", list(_UNPACK))
def test_jsonl_is_cleaned_in_any_compression(ending: str, to_ending: str, tmp_path: Path, run: Run) -> None:
    """The ending of the input says how to read it, that of the output how to write it."""
    source, target = tmp_path / f"a.jsonl{ending}", tmp_path / f"b.ndjson{to_ending}"
    source.write_bytes(_PACK[ending](records(3)))
    outcome = run(source, "-o", target)
    assert (outcome.status, outcome.out) == (0, b"")
    assert _UNPACK[to_ending](target.read_bytes()) == records(3, ARTICLE)
    assert file_names(tmp_path) == {source.name, target.name}


def test_text_may_be_compressed(tmp_path: Path, run: Run) -> None:
    """A compressed text goes plain to standard output, and compressed into a folder that mirrors it."""
    folder = tmp_path / "in"
    folder.mkdir()
    (folder / "a.txt.gz").write_bytes(gzip.compress(PAGE.encode()))
    assert run(folder / "a.txt.gz").out.decode() == ARTICLE
    assert run(folder, "-o", tmp_path / "out").status == 0
    assert gzip.decompress((tmp_path / "out" / "a.txt.gz").read_bytes()).decode() == ARTICLE


def test_parquet_and_archives_are_cleaned(tmp_path: Path, run: Run) -> None:
    """Parquet goes to Parquet, WET to WET or to JSONL."""
    pq.write_table(pa.table({"text": [PAGE, ARTICLE], "n": [1, 2]}), tmp_path / "a.parquet")
    assert run(tmp_path / "a.parquet", "-o", tmp_path / "b.parquet").status == 0
    assert pq.read_table(tmp_path / "b.parquet").to_pydict() == {"text": [ARTICLE, ARTICLE], "n": [1, 2]}
    (tmp_path / "a.warc.wet").write_bytes(wet(PAGE, ARTICLE))
    assert run(tmp_path / "a.warc.wet", "-o", tmp_path / "b.wet").status == 0
    assert (tmp_path / "b.wet").read_bytes() == wet(ARTICLE, ARTICLE)
    assert run(tmp_path / "a.warc.wet", "-o", tmp_path / "b.jsonl").status == 0
    lines = [json.loads(line) for line in (tmp_path / "b.jsonl").read_text("utf-8").splitlines()]
    assert lines == [{"url": "https://example.org/", "id": None, "date": None, "text": ARTICLE}] * 2
    assert file_names(tmp_path) == {"a.parquet", "b.parquet", "a.warc.wet", "b.wet", "b.jsonl"}


def test_standard_input_holds_what_format_says(run: Run) -> None:
    """Records can come through a pipe if --format names their format, compressed or not."""
    assert run("--format", "jsonl", stdin=records(2)).out == records(2, ARTICLE)
    assert run("-", "--format", "jsonl", stdin=gzip.compress(records(2))).out == records(2, ARTICLE)
    assert run("--format", "wet", stdin=wet(PAGE)).out == wet(ARTICLE)
    assert run("--format", "text", stdin=records(1)).out == records(1)


def test_line_buffered_filter_answers_each_record() -> None:
    """With --line-buffered a record comes out before the next one goes in."""
    command = [sys.executable, "-m", "cleaner", "clean", "--format", "jsonl", "--line-buffered", "-q"]
    with subprocess.Popen(command, stdin=subprocess.PIPE, stdout=subprocess.PIPE) as process:
        assert process.stdin is not None
        assert process.stdout is not None
        for number in range(2):
            process.stdin.write(record(number).encode())
            process.stdin.flush()
            assert process.stdout.readline().decode() == record(number, ARTICLE)
        process.stdin.close()
        assert process.wait(60) == 0


def test_folder_of_all_formats_is_mirrored(tmp_path: Path, run: Run) -> None:
    """Texts and records are mixed freely in a folder, and each keeps its format and compression."""
    folder = tmp_path / "in"
    (folder / "sub").mkdir(parents=True)
    (folder / "a.txt").write_text(PAGE, "utf-8")
    (folder / "b.jsonl.gz").write_bytes(gzip.compress(records(2)))
    (folder / "sub" / "c.wet").write_bytes(wet(PAGE))
    (folder / "empty.jsonl").write_bytes(b"")
    pq.write_table(pa.table({"text": [PAGE]}), folder / "sub" / "d.parquet")
    for name in ("errors.jsonl", "x.jsonl.errors.jsonl", "y.jsonl.partial", "note.log"):
        (folder / name).write_text("is no input")
    outcome = run(folder, "-o", tmp_path / "out", "--removed", tmp_path / "removed.jsonl")
    assert (outcome.status, outcome.out) == (1, b"")
    assert outcome.err.count("is left out, as the failures of an earlier run") == 2
    assert file_names(tmp_path / "out") == {"a.txt", "b.jsonl.gz", "empty.jsonl", "sub/c.wet", "sub/d.parquet"}
    assert gzip.decompress((tmp_path / "out" / "b.jsonl.gz").read_bytes()) == records(2, ARTICLE)
    removed = [json.loads(line) for line in (tmp_path / "removed.jsonl").read_text("utf-8").splitlines()]
    places = [(Path(record["file"]).name, record.get("line"), record.get("id")) for record in removed]
    assert places == [
        ("a.txt", None, None),
        ("b.jsonl.gz", 1, 0),
        ("b.jsonl.gz", 2, 1),
        ("c.wet", 1, None),
        ("d.parquet", 1, None),
    ]
    assert {record["text"] for record in removed} == {NOISE}
    counts = [line.split()[:2] for line in outcome.err.splitlines()]
    assert counts[2:5] == [["documents", "5"], ["changed", "5"], ["failed", "0"]]


def test_several_files_of_records_are_joined(tmp_path: Path, run: Run) -> None:
    """On standard output files of records follow each other, each on a line of its own."""
    (tmp_path / "a.jsonl").write_bytes(records(1).rstrip())
    (tmp_path / "b.jsonl").write_bytes(records(1))
    assert run(tmp_path / "a.jsonl", tmp_path / "b.jsonl").out == records(1, ARTICLE) * 2


def test_files_of_records_are_cleaned_in_place(tmp_path: Path, run: Run) -> None:
    """In place a file of records is replaced when something changed, and left alone when a record failed."""
    good, failing, clean = (tmp_path / name for name in ("good.jsonl", "failing.jsonl", "clean.jsonl"))
    good.write_bytes(records(2))
    failing.write_bytes(records(1) + b"broken\n")
    clean.write_bytes(records(2, ARTICLE))
    os.utime(clean, ns=(1, 1))
    outcome = run("--in-place", good, failing, clean)
    assert outcome.status == 1
    assert good.read_bytes() == records(2, ARTICLE)
    assert failing.read_bytes() == records(1) + b"broken\n"
    assert clean.stat().st_mtime_ns == 1
    assert f"{failing}: 1 of its records failed, so it is left as it was" in outcome.err
    assert file_names(tmp_path) == {"good.jsonl", "failing.jsonl", "clean.jsonl"}


def test_parquet_and_archives_are_cleaned_in_place(tmp_path: Path, run: Run) -> None:
    """Other files of records are cleaned in place too, in their own compression."""
    pq.write_table(pa.table({"text": [PAGE], "n": [1]}), tmp_path / "a.parquet")
    (tmp_path / "a.wet.gz").write_bytes(gzip.compress(wet(PAGE)))
    assert run("--in-place", tmp_path).status == 0
    assert pq.read_table(tmp_path / "a.parquet").to_pydict() == {"text": [ARTICLE], "n": [1]}
    assert gzip.decompress((tmp_path / "a.wet.gz").read_bytes()) == wet(ARTICLE)
    assert file_names(tmp_path) == {"a.parquet", "a.wet.gz"}


def test_title_and_language_of_a_record_reach_the_cleaner(
    tmp_path: Path, run: Run, monkeypatch: pytest.MonkeyPatch
) -> None:
    """What a record says about itself takes precedence over the options."""
    seen: list[Any] = []
    clean_many = Cleaner.clean_many

    def look(self: Cleaner, documents: Any) -> Any:
        given = list(documents)
        seen.extend({**document, "text": ""} for document in given)
        return clean_many(self, given)

    monkeypatch.setattr(Cleaner, "clean_many", look)
    (tmp_path / "a.jsonl").write_text('{"text":"a","head":"T","url":"u"}\n{"text":"b","lang":"fr"}\n')
    run(tmp_path / "a.jsonl", "--title-field", "head", "--title", "all", "--lang", "de")
    assert seen == [
        {"text": "", "title": "T", "lang": "de", "url": "u", "site": "u"},
        {"text": "", "title": "all", "lang": "fr", "url": None, "site": None},
    ]


# --- failures --------------------------------------------------------------------------------------------


def test_failed_records_are_written_down_and_the_rest_is_done(tmp_path: Path, run: Run) -> None:
    """A record that fails goes to the file of failures with place, reason and its bytes; the run continues and ends with 1."""
    source, target = tmp_path / "a.jsonl", tmp_path / "b.jsonl"
    source.write_bytes(records(1) + b'{"text": "\xff"}\n' + records(1) + b'{"body": 1}\n')
    outcome = run(source, "-o", target)
    assert outcome.status == 1
    assert target.read_bytes() == records(1, ARTICLE) * 2
    failures = [json.loads(line) for line in (tmp_path / "b.jsonl.errors.jsonl").read_text().splitlines()]
    assert [(one["file"], one["line"], one["reason"]) for one in failures] == [
        (str(source), 2, "is not UTF-8 at byte 11 of the line"),
        (str(source), 4, "the field 'text' is missing; the record has body"),
    ]
    assert failures[0]["raw"].encode("utf-8", "surrogateescape") == b'{"text": "\xff"}\n'
    assert outcome.err.endswith(
        f"cleaner: 2 documents failed; they are in {target}.errors.jsonl, each with its reason\n"
    )


def test_one_failed_record_is_one(tmp_path: Path, run: Run) -> None:
    """The message on a single failure speaks of one document, not of documents."""
    source, target = tmp_path / "a.jsonl", tmp_path / "b.jsonl"
    source.write_bytes(records(1) + b'{"body": 1}\n')
    outcome = run(source, "-o", target)
    assert outcome.status == 1
    assert outcome.err.endswith(f"cleaner: 1 document failed; it is in {target}.errors.jsonl, with its reason\n")


def test_failures_of_a_filter_are_said(tmp_path: Path, run: Run) -> None:
    """If there is no place beside the output, each failure is a message, unless a file is named."""
    outcome = run("--format", "jsonl", "-q", stdin=b"broken\n" + records(1))
    assert (outcome.status, outcome.out) == (1, records(1, ARTICLE))
    assert outcome.err == "cleaner: standard input: record 1: is not valid JSON: Expecting value at character 1\n"
    outcome = run("--format", "jsonl", "-q", "--errors", tmp_path / "e.jsonl", stdin=b"broken\n")
    assert (outcome.status, json.loads((tmp_path / "e.jsonl").read_text())["raw"]) == (1, "broken\n")


def test_old_failures_do_not_stay(tmp_path: Path, run: Run) -> None:
    """A run without failures leaves no file of failures of an earlier one; one that was named is empty."""
    source, target = tmp_path / "a.jsonl", tmp_path / "b.jsonl"
    source.write_bytes(b"broken\n")
    assert run(source, "-o", target).status == 1
    source.write_bytes(records(1))
    assert run(source, "-o", target).status == 0
    assert file_names(tmp_path) == {"a.jsonl", "b.jsonl"}
    assert run(source, "-o", target, "--errors", tmp_path / "e.jsonl").status == 0
    assert (tmp_path / "e.jsonl").read_bytes() == b""


def test_document_over_the_limit_fails(tmp_path: Path, run: Run) -> None:
    """Documents over --max-document fail, records and text files alike."""
    (tmp_path / "a.jsonl").write_bytes(records(1, "x" * 200) + records(1, "x"))
    (tmp_path / "b.txt").write_text("x" * 200)
    outcome = run(tmp_path / "a.jsonl", tmp_path / "b.txt", "-o", tmp_path / "out", "--max-document", "100")
    assert outcome.status == 1
    assert file_names(tmp_path / "out") == {"a.jsonl", "errors.jsonl"}
    reasons = [json.loads(line)["reason"] for line in (tmp_path / "out" / "errors.jsonl").read_text().splitlines()]
    assert reasons == [
        "the text has 200 bytes, more than --max-document 100",
        f"{tmp_path / 'b.txt'}: has 200 bytes, more than --max-document 100; raise that limit",
    ]


def test_damaged_input_is_read_up_to_its_damage(tmp_path: Path, run: Run) -> None:
    """The records before the end of a truncated compressed file are written, the damage is reported, and the status is 1."""
    (tmp_path / "a.jsonl.gz").write_bytes(gzip.compress(records(50))[:-12])
    (tmp_path / "b.jsonl").write_bytes(records(1))
    outcome = run(tmp_path / "a.jsonl.gz", tmp_path / "b.jsonl", "-o", tmp_path / "out")
    assert outcome.status == 1
    assert "a.jsonl.gz: is damaged or cut off" in outcome.err
    written = gzip.decompress((tmp_path / "out" / "a.jsonl.gz").read_bytes())
    assert written
    assert records(50, ARTICLE).startswith(written)
    assert (tmp_path / "out" / "b.jsonl").read_bytes() == records(1, ARTICLE)


def test_document_that_breaks_the_cleaner_fails_alone(
    tmp_path: Path, run: Run, monkeypatch: pytest.MonkeyPatch
) -> None:
    """An unforeseen error is a failure of its document; those before and after it are cleaned."""
    clean = TextCleaner.clean

    def break_on_third(self: TextCleaner, text: str, *arguments: Any, **options: Any) -> Any:
        if text == "third":
            raise ZeroDivisionError("by chance")
        return clean(self, text, *arguments, **options)

    monkeypatch.setattr(TextCleaner, "clean", break_on_third)
    (tmp_path / "a.jsonl").write_bytes(records(2) + records(1, "third") + records(2))
    outcome = run(tmp_path / "a.jsonl", "-q")
    assert (outcome.status, outcome.out) == (1, records(2, ARTICLE) * 2)
    assert outcome.err.endswith("record 3: cannot be cleaned: ZeroDivisionError: by chance\n")


# --- usage -----------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("arguments", "message"),
    [
        (
            ["A", "--format", "docx"],
            "'docx' is unknown; use one of: text, html, markdown, jsonl, json, csv, tsv, parquet, xlsx, sqlite, warc, wet",
        ),
        (["A", "--jobs", "0"], "--jobs: 0 is too small"),
        (["A", "--max-document", "0"], "--max-document: 0 is too small"),
        (["A", "--field", ""], "--field: has no name"),
        (["A", "-o", "b.parquet"], "holds jsonl and cannot become parquet; name a .jsonl file"),
        (["W", "-o", "b.parquet"], "name a .warc, .wet or .jsonl file"),
        (["A", "W"], "several formats cannot be joined on standard output"),
        (["-", "--format", "parquet"], "Parquet cannot go to standard output"),
        (["A", "W", "-o", "b.jsonl.gz"], "several inputs need a folder"),
        (["A", "--resume"], "what went to standard output cannot be resumed; use -o"),
        (["A", "--in-place", "--resume"], "files that are cleaned in place do not need it"),
        (["-", "-o", "b", "--resume"], "standard input cannot be read again"),
        (["A", "-o", "b.jsonl", "--removed", "-", "--resume"], "removals on standard output cannot be resumed"),
        (["A", "-o", "b.jsonl", "--errors", "A"], "--errors"),
        (["A", "-o", "b.jsonl", "--removed", "b.jsonl.errors.jsonl"], "is an input or an output"),
        (["W", "--result-field", "x"], "only JSONL, JSON, CSV, TSV, Parquet, Excel and SQLite have fields"),
        (["-", "--line-buffered"], "for lines of JSON give --format jsonl"),
    ],
)
def test_wrong_usage_of_corpora(
    arguments: list[str], message: str, tmp_path: Path, run: Run, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Options that exclude each other are reported in one line with what to do instead, and nothing is written."""
    monkeypatch.chdir(tmp_path)
    Path("A").write_bytes(records(1))
    Path("W").write_bytes(wet(PAGE))
    Path("A").rename("a.jsonl")
    Path("W").rename("w.wet")
    names = {"A": "a.jsonl", "W": "w.wet"}
    outcome = run(*(names.get(argument, argument) for argument in arguments))
    assert (outcome.status, outcome.out, outcome.err.count("\n")) == (USAGE, b"", 1)
    assert message in outcome.err
    assert file_names(tmp_path) == {"a.jsonl", "w.wet"}


# --- what is shown ---------------------------------------------------------------------------------------


def test_table_counts_documents_and_bytes() -> None:
    """The table has the mean confidence, and the kinds with the most bytes first, as shares of the text."""
    tally = Tally(documents=4, changed=1, failed=2, size=2000, confidence=3.5)
    tally.removed.update({"tags": 10, "byline": 40})
    assert run_table(tally) == [
        "documents          4",
        "changed            1  25.0 %",
        "failed             2",
        "confidence     0.875",
        "bytes of text   2000",
        "bytes removed     50   2.5 %",
        "  byline          40   2.0 %",
        "  tags            10   0.5 %",
    ]


def test_table_without_documents_has_no_confidence() -> None:
    """If nothing was cleaned there is no mean to show."""
    assert not any(line.startswith("confidence") for line in run_table(Tally(failed=1)))


def test_tallies_of_parts_add_up() -> None:
    """The confidences of parts add up to that of the whole, and survive JSON."""
    whole = Tally(documents=1, confidence=0.5)
    whole.add(Tally(documents=2, confidence=1.75))
    assert (whole.documents, whole.confidence) == (3, 2.25)
    assert Tally.from_json(json.loads(json.dumps(whole.to_json()))) == whole


def test_bar_is_for_terminals_only(monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]) -> None:
    """A bar is redrawn in place on a terminal and disappears; elsewhere, or if it is turned off, there is none."""
    monkeypatch.setattr("cleaner.cli.progress._SECONDS_BEFORE_FIRST", -1.0)
    for is_terminal, wanted in ((False, True), (True, False)):
        monkeypatch.setattr(sys.stderr, "isatty", lambda is_terminal=is_terminal: is_terminal)
        Bar(wanted=wanted).show(Tally(), 1, 2)
        assert not capsys.readouterr().err
    monkeypatch.setattr(sys.stderr, "isatty", lambda: True)
    bar = Bar(wanted=True)
    bar.show(Tally(documents=3), 1, 2)
    bar.say("a message")
    bar.clear()
    shown = capsys.readouterr().err
    assert shown.startswith("\r[##########----------] 3 documents, ")
    assert progress_line(Tally(documents=1), (0, 0), 1, 2, 1.0).startswith("[##########----------] 1 document, ")
    assert shown.endswith("\r\x1b[Kcleaner: a message\n")
