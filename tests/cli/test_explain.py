"""The command ``explain``: views, the document of a collection, the pager, and what names mean."""

from __future__ import annotations

import csv
import gzip
import json
import os
import re
import sqlite3
import subprocess
import sys
import zipfile
from contextlib import closing
from pathlib import Path
from typing import Any

import pytest

from cleaner.cli.output import wants_colour
from tests.result.test_reasons import reasons
from tests.running import ARTICLE, NOISE, PAGE, USAGE, Run, wet
from tests.test_docs import fences, read
from tests.workbooks import sheet, workbook

KIND_WORDS = "comment count"
PATTERN = "en.comment-count.closed"
OTHER = "The ferry sails again from 4 March, after a winter in which islanders crossed by fishing boat.\n"


@pytest.fixture(autouse=True)
def _environment(monkeypatch: pytest.MonkeyPatch) -> None:
    """No settings of the person who runs the tests."""
    for name in ("CLEANER_PAGER", "PAGER", "NO_COLOR", "COLUMNS", "LINES", "LESS"):
        monkeypatch.delenv(name, raising=False)
    monkeypatch.setenv("TERM", "xterm")


@pytest.fixture
def page(tmp_path: Path) -> Path:
    """A page with an article and one line of noise."""
    path = tmp_path / "page.txt"
    path.write_text(PAGE, "utf-8")
    return path


@pytest.fixture
def crawl(tmp_path: Path) -> Path:
    """Four records: one of another text, one without a text, one that is no JSON, and the page."""
    lines = [
        json.dumps({"id": 7, "text": OTHER}),
        json.dumps({"id": "b", "text": None}),
        "{",
        json.dumps({"id": "d", "text": PAGE}),
    ]
    path = tmp_path / "crawl.jsonl"
    path.write_text("\n".join(lines) + "\n")
    return path


# --- the view --------------------------------------------------------------------------------------------


def test_each_line_is_shown_plainly(page: Path, run: Run) -> None:
    """Without a terminal each line is shown without colour, with its mark and reasons; names are shown on demand."""
    shown = run("explain", page).out.decode()
    assert "\x1b" not in shown
    (noise,) = (row for row in shown.splitlines() if NOISE.strip() in row)
    assert noise.startswith("3 - ")
    assert f"  {KIND_WORDS} · " in noise
    assert "lines: 2 kept, 1 dropped, 0 cut" in shown
    assert PATTERN not in shown
    assert f"{PATTERN} +" in run("explain", page, "--evidence").out.decode()


def test_what_a_file_holds_is_looked_at(page: Path, run: Run) -> None:
    """HTML in a text file is explained block by block as that of a page is; a table in it is refused."""
    page.write_text(f"<html><body><article><p>{ARTICLE}</p></article></body></html>", "utf-8")
    as_page = page.with_suffix(".html")
    as_page.write_bytes(page.read_bytes())
    explained = run("explain", page)
    assert (explained.status, explained.out) == (0, run("explain", as_page).out)
    assert b"<p>" not in explained.out
    page.write_text("id,text\n1,a\n2,b\n", "utf-8")
    refused = run("explain", page)
    assert (refused.status, "holds a table in CSV, no text" in refused.err) == (1, True)


def test_colour_on_demand(page: Path, run: Run) -> None:
    """Colour can be requested without a terminal."""
    assert "\x1b[35m" in run("explain", page, "--colour").out.decode()


@pytest.mark.parametrize(
    ("terminal", "no_color", "coloured"), [(True, "", True), (True, "1", False), (False, "", False)]
)
def test_colour_by_default(terminal: bool, no_color: str, coloured: bool, monkeypatch: pytest.MonkeyPatch) -> None:
    """By default colour is only for terminals, and NO_COLOR turns it off."""
    monkeypatch.setattr(sys.stdout, "isatty", lambda: terminal)
    monkeypatch.setenv("NO_COLOR", no_color)
    assert wants_colour() is coloured


def test_json_is_one_object(page: Path, run: Run) -> None:
    """The JSON of a text has its cleaned text and one entry per line; its scores are the sums of the evidence."""
    found = json.loads(run("explain", page, "--json").out)
    assert found["text"] == ARTICLE
    assert [line["action"] for line in found["lines"]] == ["keep", "keep", "drop"]
    for line in found["lines"]:
        assert line["score"] == pytest.approx(sum(evidence["points"] for evidence in line["evidence"]))
    assert found["lines"][2]["reasons"][0] == {"words": KIND_WORDS, "points": 16.0}


def test_only_some_lines(run: Run) -> None:
    """Lines of one sort are shown alone, with others around them on demand; in JSON too."""
    shown = run("explain", "-", "--only", "removed", stdin=PAGE.encode()).out.decode()
    assert "council" not in shown
    assert NOISE.strip() in shown
    around = run("explain", "-", "--only", "removed", "--context", "1", stdin=PAGE.encode()).out.decode()
    assert around.lstrip().startswith("… 1 line\n2 ")
    listed = json.loads(run("explain", "-", "--only", "kept", "--json", stdin=PAGE.encode()).out)["lines"]
    assert [line["number"] for line in listed] == [1, 2]


def test_unreadable_texts_are_failures(page: Path, run: Run) -> None:
    """A missing file and one that does not decode are failures of the input, in one sentence each."""
    page.write_bytes(b"\xff")
    for path in (page, page.with_name("no.txt")):
        outcome = run("explain", path)
        assert (outcome.status, outcome.out, outcome.err.count("\n")) == (1, b"", 1)
        assert outcome.err.startswith(f"cleaner: {path}: ")


# --- one document of many --------------------------------------------------------------------------------


@pytest.mark.parametrize("options", [["--line", "4"], ["--id", "d"]])
def test_record_is_explained_as_its_text_is(options: list[str], crawl: Path, page: Path, run: Run) -> None:
    """A record of a collection is picked by number or id, and explained as its text alone."""
    assert run("explain", crawl, *options) == run("explain", page)
    packed = crawl.with_suffix(".jsonl.gz")
    packed.write_bytes(gzip.compress(crawl.read_bytes()))
    assert run("explain", packed, *options) == run("explain", page)
    assert run("explain", "-", "--format", "jsonl", *options, stdin=crawl.read_bytes()) == run("explain", page)


def test_id_is_taken_as_it_is_written(crawl: Path, run: Run) -> None:
    """A number is an id too, and another field can hold the ids."""
    assert b"ferry" in run("explain", crawl, "--id", "7").out
    crawl.write_text(json.dumps({"text": OTHER, "key": {"is": 3.5}}) + "\n")
    assert b"ferry" in run("explain", crawl, "--id", "3.5", "--id-field", "key.is").out


@pytest.mark.parametrize(
    ("options", "message"),
    [
        (["--line", "2"], "record 2 has no text"),
        (["--line", "3"], "record 3: "),
        (["--line", "5"], "has no document with the number 5; the last one is 4"),
        (["--id", "e\x1b[2J"], r"has no document with the id e\x1b[2J; ids are those of the field id, and --id-field"),
        (["--id", "d", "--id-field", "key"], "has no document with the id d; ids are those of the field key"),
        (["--line", "1", "--field", "body"], "record 1: "),
    ],
)
def test_record_that_cannot_be_explained(options: list[str], message: str, crawl: Path, run: Run) -> None:
    """A record that is not there, has no text or cannot be read is one sentence, with status 1."""
    outcome = run("explain", crawl, *options)
    assert (outcome.status, outcome.out, outcome.err.count("\n")) == (1, b"", 1)
    assert outcome.err.startswith(f"cleaner: {crawl}: {message}")


@pytest.mark.parametrize("content", ["", "\n", '{"id": 1, "text": null}\n'])
def test_collection_without_documents_is_told(content: str, crawl: Path, run: Run) -> None:
    """A collection that holds no document is not said to hold many."""
    crawl.write_text(content)
    outcome = run("explain", crawl)
    assert (outcome.status, outcome.out) == (1, b"")
    assert outcome.err == f"cleaner: {crawl}: holds no document: it is empty, or no record in it has a text\n"


@pytest.mark.parametrize("name", ["crawl.jsonl", "crawl.json"])
def test_record_that_cannot_be_read_is_known_by_its_id(name: str, tmp_path: Path, run: Run) -> None:
    """Where the record with an id has a text that is none, that is why it is not explained."""
    records = [*({"id": number, "text": OTHER} for number in range(4)), {"id": 4, "text": 5}, {"id": 5, "text": OTHER}]
    path = tmp_path / name
    lines = "\n".join(map(json.dumps, records))
    path.write_text(lines if name.endswith("l") else json.dumps(records))
    outcome = run("explain", path, "--id", "4")
    assert (outcome.status, outcome.out) == (1, b"")
    assert outcome.err == f"cleaner: {path}: record 5: the field 'text' is not a string\n"
    assert run("explain", path, "--id", "5").status == 0


def test_record_that_is_too_large_is_known_by_its_id(tmp_path: Path, run: Run) -> None:
    """In a table, a workbook and a web archive the id of a record with too large a text is known too."""
    cells = (("id", "text"), ("a", OTHER), ("b", OTHER * 9))
    with (tmp_path / "pages.csv").open("w", newline="") as file:
        csv.writer(file).writerows(cells)
    shown = ([f'<c t="inlineStr"><is><t xml:space="preserve">{cell}</t></is></c>' for cell in row] for row in cells)
    rows = "".join(f"<row>{''.join(row)}</row>" for row in shown)
    (tmp_path / "pages.xlsx").write_bytes(workbook({"Pages": sheet(rows)}))
    archive = wet(OTHER, OTHER * 9).replace(b"WARC-Type", b"WARC-Record-ID: b\r\nWARC-Type", 2)
    (tmp_path / "pages.wet").write_bytes(archive.replace(b"ID: b", b"ID: a", 1))
    for name, line in (("pages.csv", 3), ("pages.xlsx", 3), ("pages.wet", 2)):
        outcome = run("explain", tmp_path / name, "--id", "b", "--max-document", "500")
        assert (outcome.status, outcome.out) == (1, b"")
        assert outcome.err.startswith(f"cleaner: {tmp_path / name}: record {line}: the text has ")


def test_row_of_a_database_that_cannot_be_read_is_known_by_its_id(tmp_path: Path, run: Run) -> None:
    """A row that holds no text is told by its id too."""
    path = tmp_path / "pages.sqlite"
    with closing(sqlite3.connect(path)) as database, database:
        database.execute("CREATE TABLE pages (id TEXT, text)")
        database.executemany("INSERT INTO pages VALUES (?, ?)", [("a", OTHER), ("b", 5)])
    outcome = run("explain", path, "--id", "b")
    assert (outcome.status, outcome.out) == (1, b"")
    assert outcome.err.startswith(f"cleaner: {path}: record 2: the column holds ")


@pytest.mark.parametrize(("first", "second"), [(1, "1"), ("1", 1), ("1", "1")])
def test_second_record_with_an_id_is_told(first: object, second: object, crawl: Path, page: Path, run: Run) -> None:
    """Of two records with one id as it is written the first is explained, and a note names the other one."""
    ids = [(0, OTHER), (first, PAGE), (2, OTHER), (second, OTHER)]
    crawl.write_text("".join(json.dumps({"id": own, "text": text}) + "\n" for own, text in ids))
    outcome = run("explain", crawl, "--id", "1")
    assert (outcome.status, outcome.out) == (0, run("explain", page).out)
    assert outcome.err == (
        f"cleaner: {crawl}: record 4 has the id 1 too; record 2 is explained, and --line 4 picks the other one\n"
    )
    assert run("explain", crawl, "--id", "2").err == "", "no other record has this one"


def test_damaged_collection_is_told(crawl: Path, run: Run) -> None:
    """Where a file ends too early, that is why a record is not found."""
    packed = crawl.with_suffix(".jsonl.gz")
    packed.write_bytes(gzip.compress(crawl.read_bytes())[:-20])
    for options in (["--line", "4"], ["--id", "d"]):
        outcome = run("explain", packed, *options)
        assert (outcome.status, outcome.out) == (1, b"")
        assert outcome.err.count("\n") == 1
        assert "has no document" not in outcome.err


def test_collection_without_a_choice_is_refused(crawl: Path, run: Run) -> None:
    """A collection is refused in one sentence that says how a record is picked."""
    outcome = run("explain", crawl)
    assert (outcome.status, outcome.out) == (USAGE, b"")
    assert outcome.err == (
        f"cleaner: {crawl}: holds many documents; pick one with --line N or --id ID, for example: "
        f"cleaner explain {crawl} --line 1\n"
    )


def test_record_is_explained_as_a_run_cleans_it(tmp_path: Path, run: Run) -> None:
    """Headline, language, URL and site of a record are used as cleaning uses them."""
    headline = "Ferry returns to Skarvoy in March"
    text = f"{headline}\n{OTHER * 2}{headline}\n{OTHER}"
    path = tmp_path / "crawl.jsonl"
    path.write_text(json.dumps({"body": text, "head": headline, "html": f"<p>{OTHER}<p>Share on Facebook"}) + "\n")
    options = ["--field", "body", "--title-field", "head"]
    cleaned = json.loads(run("clean", path, *options).out)["body"]
    explained = json.loads(run("explain", path, *options, "--line", "1", "--json").out)
    assert explained["text"] == cleaned
    assert explained["headline"] == headline
    as_page = json.loads(run("explain", path, "--html-field", "html", "--line", "1", "--json").out)
    assert as_page["text"] == json.loads(run("clean", path, "--html-field", "html").out)["text"]


def test_row_of_a_table(tmp_path: Path, page: Path, run: Run) -> None:
    """A row of a table is picked by its number, that of the names being 1, with the options that say how it is read."""
    path = tmp_path / "pages.csv"
    with path.open("w", newline="") as file:
        csv.writer(file, delimiter="|").writerows([["key", "body"], ["a", OTHER], ["b", PAGE]])
    options = ["--delimiter", "|", "--field", "body"]
    for choice in (["--id", "b", "--id-field", "key"], ["--line", "3"]):
        assert run("explain", path, *options, *choice).out == run("explain", page).out


def test_record_of_any_format(tmp_path: Path, page: Path, run: Run) -> None:
    """A document is picked by number in JSON, in a database, in a workbook and in a web archive."""
    wanted = run("explain", page).out
    (tmp_path / "pages.json").write_text(json.dumps([{"text": OTHER}, {"text": PAGE}]))
    assert run("explain", tmp_path / "pages.json", "--line", "2").out == wanted
    with closing(sqlite3.connect(tmp_path / "pages.sqlite")) as database, database:
        database.execute("CREATE TABLE pages (id TEXT, text TEXT)")
        database.executemany("INSERT INTO pages VALUES (?, ?)", [("a", OTHER), ("b", PAGE)])
    for choice in (["--line", "2"], ["--id", "b", "--table", "pages"]):
        assert run("explain", tmp_path / "pages.sqlite", *choice).out == wanted
    cells = (f'<c t="inlineStr"><is><t xml:space="preserve">{text}</t></is></c>' for text in ("text", OTHER, PAGE))
    rows = "".join(f"<row>{cell}</row>" for cell in cells)
    (tmp_path / "pages.xlsx").write_bytes(workbook({"Pages": sheet(rows)}))
    assert run("explain", tmp_path / "pages.xlsx", "--line", "3").out == wanted
    (tmp_path / "pages.wet").write_bytes(wet(OTHER, PAGE))
    assert run("explain", tmp_path / "pages.wet", "--line", "2").out == wanted


def test_file_in_an_archive(tmp_path: Path, page: Path, crawl: Path, run: Run) -> None:
    """A file in a zip archive is named with --file; without it, or with another one, the message names some."""
    path = tmp_path / "pages.zip"
    with zipfile.ZipFile(path, "w") as archive:
        archive.write(page, "news/page.txt")
        archive.write(crawl, "crawl.jsonl")
    assert run("explain", path, "--file", "news/page.txt").out == run("explain", page).out
    assert run("explain", path, "--file", "crawl.jsonl", "--line", "4").out == run("explain", page).out
    refused = run("explain", path)
    assert (refused.status, refused.out) == (USAGE, b"")
    assert "pick a file in it with --file, for example: --file " in refused.err
    missing = run("explain", path, "--file", "page.txt")
    assert (missing.status, missing.out) == (1, b"")
    assert "holds no file page.txt that can be read; it has " in missing.err
    path.write_bytes(b"PK\x05\x06")
    assert (run("explain", path, "--file", "a").status, run("explain", path).status) == (1, 1)


# --- terminals -------------------------------------------------------------------------------------------


def explain_on_terminal(run: Run, monkeypatch: pytest.MonkeyPatch, path: Path, *options: str, rows: int = 10) -> Any:
    """Runs ``explain`` as on a terminal with some rows."""
    monkeypatch.setenv("COLUMNS", "80")
    monkeypatch.setenv("LINES", str(rows))
    monkeypatch.setattr(sys.stdout, "isatty", lambda: True)
    return run("explain", path, *options)


def test_long_view_goes_through_the_pager(
    page: Path, tmp_path: Path, run: Run, monkeypatch: pytest.MonkeyPatch
) -> None:
    """On a terminal with too few rows the pager gets the view, with its colours; $CLEANER_PAGER comes before $PAGER."""
    got = tmp_path / "got"
    monkeypatch.setenv("CLEANER_PAGER", f"cat > {got}")
    monkeypatch.setenv("PAGER", "false")
    direct = explain_on_terminal(run, monkeypatch, page, "--no-pager", rows=3)
    assert not got.exists()
    paged = explain_on_terminal(run, monkeypatch, page, rows=3)
    assert (paged.status, paged.out) == (0, b"")
    assert got.read_bytes() == direct.out
    assert b"\x1b[35m" in direct.out
    monkeypatch.delenv("CLEANER_PAGER")
    monkeypatch.setenv("PAGER", f"wc -l > {got}")
    assert explain_on_terminal(run, monkeypatch, page, rows=3).out == b""
    assert int(got.read_text()) == direct.out.count(b"\n")


def test_no_pager_where_none_is_wanted(page: Path, tmp_path: Path, run: Run, monkeypatch: pytest.MonkeyPatch) -> None:
    """A view that fits on the screen, one that is no terminal's, and one as JSON go nowhere but to standard output."""
    got = tmp_path / "got"
    monkeypatch.setenv("CLEANER_PAGER", f"cat > {got}")
    shown = [run("explain", page), explain_on_terminal(run, monkeypatch, page, rows=40)]
    monkeypatch.setenv("TERM", "dumb")
    shown.append(explain_on_terminal(run, monkeypatch, page, rows=3))
    assert json.loads(explain_on_terminal(run, monkeypatch, page, "--json", rows=3).out)["text"] == ARTICLE
    assert not got.exists()
    assert all(NOISE.strip().encode() in one.out for one in shown)


@pytest.mark.parametrize("command", ["", "cat", "/no/such/pager --option"])
def test_pager_that_is_none(command: str, page: Path, run: Run, monkeypatch: pytest.MonkeyPatch) -> None:
    """Without a pager, or with one that cannot be started, the view is written as it is."""
    monkeypatch.setenv("CLEANER_PAGER", command)
    outcome = explain_on_terminal(run, monkeypatch, page, rows=3)
    assert (outcome.status, NOISE.strip().encode() in outcome.out) == (0, True)


def test_pager_may_be_left_early(page: Path, run: Run, monkeypatch: pytest.MonkeyPatch) -> None:
    """A pager that ends before it has read all ends nothing else."""
    page.write_text(ARTICLE * 3000, "utf-8")
    monkeypatch.setenv("CLEANER_PAGER", "true")
    outcome = explain_on_terminal(run, monkeypatch, page, rows=3)
    assert (outcome.status, outcome.out, outcome.err) == (0, b"", "")


@pytest.mark.skipif(sys.platform != "linux", reason="needs a pseudo-terminal")
@pytest.mark.parametrize("no_color", ["", "1"])
def test_on_a_real_terminal(no_color: str, tmp_path: Path) -> None:
    """On a terminal there are colours, none with NO_COLOR, and no command that a text holds."""
    import pty

    path = tmp_path / "page.txt"
    path.write_text(PAGE + "\x1b]0;title\x07\x1b[2JShare on Facebook\n", "utf-8")
    ours, theirs = pty.openpty()
    environment = {**os.environ, "NO_COLOR": no_color, "COLUMNS": "80", "LINES": "100"}
    command = [sys.executable, "-m", "cleaner", "explain", str(path)]
    done = subprocess.run(command, stdout=theirs, stderr=subprocess.PIPE, env=environment, check=False, timeout=120)
    os.close(theirs)
    shown = b""
    try:
        while block := os.read(ours, 1 << 16):
            shown += block
    except OSError:
        # Linux reports the end of a terminal as an error.
        pass
    finally:
        os.close(ours)
    assert (done.returncode, done.stderr) == (0, b"")
    assert (b"\x1b[35m" in shown) is (no_color == "")
    assert b"\x1b]" not in shown
    assert b"\x1b[2J" not in shown
    assert b"\x07" not in shown


# --- what names mean -------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("name", "rows"),
    [
        (
            "context.company",
            [
                "context.company",
                "  Beside a weak pattern there is other noise, or another weak pattern.",
                "  in words: other noise nearby",
            ],
        ),
        (
            PATTERN,
            [
                PATTERN,
                "  States that comments are closed or off.",
                f"  in words: {KIND_WORDS}",
                "  comment-count, strong, anywhere, action drop, in en/comments.toml",
            ],
        ),
        (
            "context.box:fr.related-links.headings",
            [
                "context.box:fr.related-links.headings",
                (
                    "  The line stands below a heading that opens a box, such as a list of links or a form, and belongs to it. "
                    "The id after the colon is the pattern that opened it."
                ),
                "  in words: in a box: related links",
                "",
                "fr.related-links.headings",
                "  Headings of lists of other articles; short lines follow.",
                "  in words: related links",
                "  related-links, strong, below the article, action open, in fr/related.toml",
            ],
        ),
    ],
)
def test_name_is_explained(name: str, rows: list[str], run: Run) -> None:
    """A name has its entry of the glossary, a pattern what it finds and how it counts, a box both."""
    outcome = run("explain", "--why", name)
    assert (outcome.status, outcome.err) == (0, "")
    assert outcome.out.decode().splitlines() == rows


@pytest.mark.parametrize(
    ("kind", "sentence", "words"),
    [
        ("share-bar", "Links that share the page.", "share links"),
        ("boilerplate", "Noise that no pattern names, found by its shape or its position.", "unnamed noise"),
    ],
)
def test_kind_is_explained(kind: str, sentence: str, words: str, run: Run) -> None:
    """A kind has a sentence, its words, and how many patterns are of it."""
    name, told, in_words, count = run("explain", "--why", kind).out.decode().splitlines()
    assert (name, told, in_words) == (kind, f"  {sentence}", f"  in words: {words}")
    assert re.fullmatch(r"  a kind of noise, with \d+ patterns?", count)


def test_words_are_explained(run: Run) -> None:
    """The words of a reason have a sentence and the names that have them, each with its own."""
    rows = run("explain", "--why", "other noise nearby").out.decode().splitlines()
    assert rows[:2] == ["other noise nearby", "  Noise stands beside it, or on lines not far from it."]
    assert rows[2].startswith("  these words stand for: context.company, place.named-up, ")
    after = rows[rows.index("context.company") + 1]
    assert after == "  Beside a weak pattern there is other noise, or another weak pattern."


@pytest.mark.parametrize("typed", ["Small words  like “the”", 'small words like "the"'])
def test_words_are_known_however_they_are_typed(typed: str, run: Run) -> None:
    """Capitals, spaces and the form of quotation marks make no difference."""
    assert run("explain", "--why", typed).out.decode().startswith("small words like “the”\n")


def test_words_of_kinds_are_explained(run: Run) -> None:
    """The words of kinds lead to these kinds, and those of a box to the kinds that it can be of."""
    rows = run("explain", "--why", "commenter's name").out.decode().splitlines()
    assert rows[2] == "  these words stand for: comment-author, comment-attribution"
    assert "  The line above a comment that says who wrote it." in rows
    rows = run("explain", "--why", "in a box: related links").out.decode().splitlines()
    assert (rows[0], rows[2]) == ("in a box: related links", "  these words stand for: related-links, context.box")
    assert run("explain", "--why", "in a box: digits").status == USAGE, "no kind has these words"


def test_words_of_many_names_are_explained_briefly(run: Run) -> None:
    """Where many names have the same words they are listed by how they begin, with some sentences."""
    rows = run("explain", "--why", "what stands around it").out.decode().splitlines()
    total = sum(words == "what stands around it" for words, _ in reasons().values())
    assert rows[2] == f"  these words stand for {total} names, by how they begin:"
    listed = "\n".join(rows[3 : rows.index("  some of them:")])
    assert [row.split()[0] for row in listed.split("\n") if "…" in row] == ["near.…:", "around.…:", "block.…:"]
    assert listed.count(",") + 3 == total, "each is listed"
    assert len(rows[rows.index("  some of them:") :]) == 6
    assert all(name in reasons() for name in re.findall(r"^    (\S+): [A-Z]", "\n".join(rows[3:]), re.MULTILINE))


def test_own_pattern_is_explained(tmp_path: Path, run: Run) -> None:
    """With a folder of patterns those in it have names too."""
    entry = 'id = "en.tags.ours"\nkind = "tags"\nabout = "Our tags."\nphrases = ["Our tags:"]\nmatch = "start"\n'
    examples = 'must_match = ["Our tags: a", "Our tags: b"]\nmust_not_match = ["All our tags", "Tags of ours"]\n'
    (tmp_path / "tags.toml").write_text(f'format = 2\nlang = "en"\n\n[[pattern]]\n{entry}{examples}')
    outcome = run("explain", "--why", "en.tags.ours", "--patterns", tmp_path)
    assert "Our tags." in outcome.out.decode(), outcome.err
    assert run("explain", "--why", "en.tags.ours").status == USAGE


@pytest.mark.parametrize(
    ("name", "message"),
    [
        ("context.compny", "did you mean: context.company, "),
        ("en.comment-count.close", f"did you mean: {PATTERN}, "),
        ("context.box:en.tags.none", "did you mean: "),
        ("other noise near", "did you mean: other noise nearby, "),
        ("in a box: related link", "did you mean: in a box: related links, "),
        ("fr.share-bar.label", "did you mean: fr.share-bar."),
        ("!", "the glossary has them all"),
        ("", "the glossary has them all"),
    ],
)
def test_unknown_name_is_refused(name: str, message: str, run: Run) -> None:
    """A name that there is not is wrong usage, with the nearest names."""
    outcome = run("explain", "--why", name)
    assert (outcome.status, outcome.out, outcome.err.count("\n")) == (USAGE, b"", 1)
    assert outcome.err.startswith(f"cleaner: --why: there is no name {name!r}; {message}")


def test_names_of_the_same_language_are_nearest(run: Run) -> None:
    """What is meant is looked for in the language that was named, and in others only where that has too few."""
    near = run("explain", "--why", "fr.share-bar.label").err.partition("did you mean: ")[2].rstrip("?\n").split(", ")
    assert len(near) == 5
    assert all(name.startswith("fr.") for name in near)


# --- the docs --------------------------------------------------------------------------------------------


def test_view_in_the_docs(tmp_path: Path, run: Run, monkeypatch: pytest.MonkeyPatch) -> None:
    """The docs show what explaining the text at the beginning of the README shows, at 92 columns."""
    path = tmp_path / "page.txt"
    path.write_text(fences("README.md", "text")[0], "utf-8")
    monkeypatch.setenv("COLUMNS", "92")
    section = read("docs/command-line.md").partition("\n## What explain shows\n")[2]
    assert run("explain", path).out.decode() == section.partition("```text\n")[2].partition("```")[0]
