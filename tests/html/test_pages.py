"""HTML pages from files, fields and archives."""

from __future__ import annotations

import gzip
import json
import signal
import sys
import zlib
from contextlib import suppress
from pathlib import Path
from typing import Any

import pytest

from cleaner import Cleaner, CleanResult
from cleaner.cli import main
from cleaner.corpus.batch.limits import time_limit
from cleaner.corpus.records.http import Page, read_response

PROSE = (
    "Le pont de Varnay rouvre lundi matin, après huit mois de travaux, a annoncé la mairie mardi soir.",
    "Les camions devront attendre le mois de mai, car la voie de droite n'est pas finie, et les bus iront au pas.",
)
PAGE = (
    "<html><head><meta charset=utf-8><title>Le pont rouvre lundi | Le Courrier</title></head><body>"
    "<nav><ul><li><a href=/>Accueil</a></li><li><a href=/s>Sport</a></li></ul></nav>"
    f"<article><h1>Le pont rouvre lundi</h1><p>{PROSE[0]}</p><p>{PROSE[1]}</p></article>"
    "<div class=share><a href=f>Partager sur Facebook</a></div><footer>© 2024 Le Courrier</footer></body></html>"
)
ARTICLE = "\n".join(["Le pont rouvre lundi", *PROSE])
MARKDOWN = "\n\n".join(["# Le pont rouvre lundi", *PROSE])
HEAD = b"HTTP/1.1 200 OK\r\nContent-Type: text/html; charset=utf-8\r\n"


def _run(*arguments: str) -> int:
    """The exit status of the command line."""
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(sys, "argv", ["cleaner", *arguments])
        with pytest.raises(SystemExit) as stop:
            main()
    return int(stop.value.code or 0)


def _chunked(data: bytes) -> bytes:
    return b"%x\r\n%s\r\n%x;name=value\r\n%s\r\n0\r\n\r\n" % (7, data[:7], len(data) - 7, data[7:])


def _warc(*responses: bytes) -> bytes:
    head = b"WARC/1.0\r\nWARC-Type: response\r\nWARC-Target-URI: http://e.org/a\r\n"
    head += b"Content-Type: application/http; msgtype=response\r\nContent-Length: %d\r\n\r\n%s\r\n\r\n"
    return b"".join(head % (len(response), response) for response in responses)


# --- files and fields ------------------------------------------------------------------------------------


def test_page_becomes_text(tmp_path: Path, capsysbinary: pytest.CaptureFixture[bytes]) -> None:
    """An HTML file is written to standard output as the lines of its article."""
    (tmp_path / "page.html").write_text(PAGE, "utf-8")
    assert _run("clean", str(tmp_path / "page.html")) == 0
    assert capsysbinary.readouterr().out.decode() == f"{ARTICLE}\n"


def test_folder_of_pages_is_mirrored_as_text(tmp_path: Path) -> None:
    """Pages of a folder become .txt files, compressed where they were; their removals are written down."""
    (tmp_path / "in").mkdir()
    (tmp_path / "in" / "a.htm").write_text(PAGE, "utf-8")
    (tmp_path / "in" / "b.html.gz").write_bytes(gzip.compress(PAGE.encode()))
    removed = tmp_path / "removed.jsonl"
    assert _run("clean", str(tmp_path / "in"), "-o", str(tmp_path / "out"), "-q", "--removed", str(removed)) == 0
    assert (tmp_path / "out" / "a.txt").read_text("utf-8") == f"{ARTICLE}\n"
    assert gzip.decompress((tmp_path / "out" / "b.txt.gz").read_bytes()).decode() == f"{ARTICLE}\n"
    kinds = {json.loads(line)["kind"] for line in removed.read_text("utf-8").splitlines()}
    assert {"share-bar", "copyright"} <= kinds


@pytest.mark.parametrize(
    ("arguments", "message"),
    [
        (["--in-place", "page.html"], "--in-place: an HTML page becomes text"),
        (["page.html", "-o", "out.jsonl"], "-o out.jsonl: an HTML page becomes text; name a .txt file"),
        (["page.html", "--html-field", "html"], "--html-field: only JSONL, JSON, CSV and TSV have HTML fields"),
        (["page.html", "--output-format", "md"], "--output-format: 'md' is unknown; use one of: text, markdown"),
        (
            ["page.html", "--output-format", "markdown", "--engine", "trafilatura"],
            "--output-format: the engine trafilatura gives text only; leave --engine out for Markdown",
        ),
        (
            ["a.txt", "--output-format", "markdown"],
            "--output-format: only HTML becomes Markdown, and there is none here",
        ),
    ],
)
def test_what_pages_cannot_become_is_refused(
    arguments: list[str],
    message: str,
    tmp_path: Path,
    monkeypatch: pytest.MonkeyPatch,
    capsys: pytest.CaptureFixture[str],
) -> None:
    """A page is not cleaned in place, is not a record, and has no fields."""
    monkeypatch.chdir(tmp_path)
    Path("page.html").write_text(PAGE, "utf-8")
    Path("a.txt").write_text(PROSE[0], "utf-8")
    assert _run("clean", *arguments) == 2
    assert message in capsys.readouterr().err


def test_field_of_html_gives_the_field_of_text(tmp_path: Path) -> None:
    """The article of a record's page goes into its text, everything else stays; without a page the record fails."""
    source, target = tmp_path / "in.jsonl", tmp_path / "out.jsonl"
    source.write_text(json.dumps({"n": 1.0, "html": PAGE}) + '\n{"n": 2}\n', "utf-8")
    assert _run("clean", str(source), "-o", str(target), "--html-field", "html", "-q") == 1
    assert json.loads(target.read_text("utf-8")) == {"n": 1.0, "html": PAGE, "text": ARTICLE}
    failure = json.loads((tmp_path / "out.jsonl.errors.jsonl").read_text("utf-8"))
    assert (failure["line"], failure["reason"]) == (2, "the field 'html' is missing; the record has n")


def test_pages_become_markdown(tmp_path: Path, capsysbinary: pytest.CaptureFixture[bytes]) -> None:
    """Pages become Markdown in .md files, in a field and on standard output; texts beside them stay texts."""
    folder, records = tmp_path / "in", tmp_path / "in.jsonl"
    folder.mkdir()
    (folder / "a.htm").write_text(PAGE, "utf-8")
    (folder / "b.html.gz").write_bytes(gzip.compress(PAGE.encode()))
    (folder / "c.txt").write_text(PROSE[0], "utf-8")
    records.write_text(json.dumps({"html": PAGE}) + "\n", "utf-8")
    options = ("--output-format", "markdown", "-q")
    assert _run("clean", str(folder), "-o", str(tmp_path / "out"), *options) == 0
    assert (tmp_path / "out" / "a.md").read_text("utf-8") == f"{MARKDOWN}\n"
    assert gzip.decompress((tmp_path / "out" / "b.md.gz").read_bytes()).decode() == f"{MARKDOWN}\n"
    assert (tmp_path / "out" / "c.txt").read_text("utf-8") == PROSE[0]
    assert _run("clean", str(records), "-o", str(tmp_path / "out.jsonl"), "--html-field", "html", *options) == 0
    assert json.loads((tmp_path / "out.jsonl").read_text("utf-8"))["text"] == MARKDOWN
    assert _run("clean", str(folder / "a.htm"), *options) == 0
    assert capsysbinary.readouterr().out.decode() == f"{MARKDOWN}\n"


def test_removals_of_markdown_have_its_offsets(tmp_path: Path, capsysbinary: pytest.CaptureFixture[bytes]) -> None:
    """The removals of a page that becomes Markdown are stretches of the Markdown of all its blocks."""
    (tmp_path / "page.html").write_text(PAGE, "utf-8")
    removed = tmp_path / "removed.jsonl"
    arguments = ("--output-format", "markdown", "--removed", str(removed))
    assert _run("clean", str(tmp_path / "page.html"), *arguments) == 0
    first = json.loads(removed.read_text("utf-8").splitlines()[0])
    assert (first["start"], first["text"]) == (0, "- [Accueil](/)")
    assert capsysbinary.readouterr().out.decode() == f"{MARKDOWN}\n"


def test_explain_shows_the_blocks_of_a_page(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    """Each block of a page has its score and evidence, as lines of a text have."""
    (tmp_path / "page.html").write_text(PAGE, "utf-8")
    assert _run("explain", str(tmp_path / "page.html"), "--no-colour", "--only", "removed", "--evidence") == 0
    shown = capsys.readouterr().out
    assert "share links" in shown
    assert "fr.share-bar.network" in shown
    assert PROSE[0][:40] not in shown


def test_engine_is_chosen_by_name(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    """The text of a page can be left to trafilatura; another engine is wrong usage."""
    (tmp_path / "page.html").write_text(PAGE, "utf-8")
    assert _run("clean", str(tmp_path / "page.html"), "--engine", "trafilatura") == 0
    assert PROSE[1] in capsys.readouterr().out
    assert _run("clean", str(tmp_path / "page.html"), "--engine", "newspaper") == 2
    assert "use one of: blocks, trafilatura" in capsys.readouterr().err


# --- archives --------------------------------------------------------------------------------------------


def test_pages_of_an_archive_become_lines_of_json(tmp_path: Path) -> None:
    """Responses that hold pages become records; those of another type or status are left out, damaged ones fail."""
    source, target = tmp_path / "in.warc", tmp_path / "out.jsonl"
    good, other = HEAD + b"\r\n" + PAGE.encode(), b"HTTP/1.1 200 OK\r\nContent-Type: image/png\r\n\r\nx"
    source.write_bytes(
        _warc(good, other, good.replace(b"200 OK", b"404 Not Found"), HEAD + b"Content-Encoding: br\r\n\r\nx")
    )
    assert _run("clean", str(source), "-o", str(target), "-q") == 1
    record = json.loads(target.read_text("utf-8"))
    assert (record["url"], record["text"]) == ("http://e.org/a", ARTICLE)
    failure = json.loads((tmp_path / "out.jsonl.errors.jsonl").read_text("utf-8"))
    assert failure["reason"] == "the page cannot be read: it is compressed with br"


def test_pages_of_an_archive_that_stays_one_pass(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    """If the output is an archive, responses keep their bytes, and a note says which output would clean them."""
    source, target = tmp_path / "in.warc", tmp_path / "out.warc"
    source.write_bytes(_warc(HEAD + b"\r\n" + PAGE.encode()))
    assert _run("clean", str(source), "-o", str(target)) == 0
    assert target.read_bytes() == source.read_bytes()
    assert "-o NAME.jsonl reads pages too" in capsys.readouterr().err


@pytest.mark.parametrize(
    "response",
    [
        HEAD + b"\r\n" + PAGE.encode(),
        HEAD + b"Content-Encoding: gzip\r\n\r\n" + gzip.compress(PAGE.encode()),
        HEAD + b"Content-Encoding: deflate\r\n\r\n" + zlib.compress(PAGE.encode()),
        HEAD + b"Content-Encoding: deflate\r\n\r\n" + zlib.compress(PAGE.encode(), wbits=-15),
        HEAD + b"Transfer-Encoding: chunked\r\n\r\n" + _chunked(PAGE.encode()),
        HEAD + b"Transfer-Encoding: chunked\r\nContent-Encoding: gzip\r\n\r\n" + _chunked(gzip.compress(PAGE.encode())),
        HEAD + b"Transfer-Encoding: chunked\r\nContent-Encoding: gzip\r\n\r\n" + PAGE.encode(),
        HEAD + b"Content-Encoding: br\r\n\r\n" + PAGE.encode(),
    ],
    ids=["plain", "gzip", "zlib", "deflate", "chunked", "both", "both undone already", "br undone already"],
)
def test_encodings_of_a_response_are_undone(response: bytes) -> None:
    """Chunks are joined and bodies decompressed, unless the archive has done it and kept the headers."""
    assert read_response(response) == Page(PAGE.encode())


@pytest.mark.parametrize(
    "response",
    [
        b"",
        b"no head",
        HEAD + b"\r\n",
        b"HTTP/1.1 301 Moved\r\nLocation: /a\r\n\r\nx",
        b"HTTP/1.1 200 OK\r\nContent-Type: application/json\r\n\r\n{}",
    ],
)
def test_responses_without_a_page(response: bytes) -> None:
    """A response without a head, a body, a success status or the type of a page has no page."""
    assert read_response(response) is None


def test_bombs_and_damage_are_failures() -> None:
    """A body that grows beyond the limit, and one that ends too early, each have a reason."""
    bomb = read_response(HEAD + b"Content-Encoding: gzip\r\n\r\n" + gzip.compress(b"a" * 100_000), 1000)
    short = read_response(HEAD + b"Transfer-Encoding: chunked\r\n\r\n5\r\nabcde\r\nfff\r\nabc")
    assert bomb == Page(
        failure="the page cannot be read: it has more bytes than --max-document 1000 when it is decompressed"
    )
    assert short == Page(failure="the page cannot be read: its last chunk ends too early")


# --- limits ----------------------------------------------------------------------------------------------


def test_page_that_takes_too_long_is_a_failure(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """A page that exceeds the time limit is recorded as failed, and the run continues with the next one."""

    def slow(self: Cleaner, html: str | bytes, **options: Any) -> CleanResult:
        while "slow" in str(html):
            with suppress(Exception):
                sum(range(1000))
        return clean_html(self, html, **options)

    clean_html = Cleaner.clean_html
    monkeypatch.setattr(Cleaner, "clean_html", slow)
    source, target = tmp_path / "in.jsonl", tmp_path / "out.jsonl"
    source.write_text(json.dumps({"html": "slow"}) + "\n" + json.dumps({"html": PAGE}) + "\n", "utf-8")
    assert _run("clean", str(source), "-o", str(target), "--html-field", "html", "--timeout", "0.2", "-q") == 1
    assert json.loads(target.read_text("utf-8"))["text"] == ARTICLE
    failure = json.loads((tmp_path / "out.jsonl.errors.jsonl").read_text("utf-8"))
    assert (failure["line"], failure["reason"]) == (1, "the page took longer than --timeout 0.2 s")


def test_limit_of_time_leaves_the_alarm_as_it_was() -> None:
    """After a block with a limit the alarm is off, and its previous handler is restored."""
    before = signal.getsignal(signal.SIGPROF)
    with time_limit(30.0):
        assert signal.getitimer(signal.ITIMER_PROF)[0] > 0.0
    assert signal.getitimer(signal.ITIMER_PROF)[0] == 0.0
    assert signal.getsignal(signal.SIGPROF) is before
