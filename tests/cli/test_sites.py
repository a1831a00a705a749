"""The commands ``sites``, and ``--sites`` and ``--learn-sites`` of ``clean`` and ``explain``."""

from __future__ import annotations

import json
import os
import signal
import sqlite3
import subprocess
import sys
import time
import zipfile
from pathlib import Path
from random import Random
from typing import Any

import pytest

from cleaner.sites.store import SiteStore
from tests.running import USAGE, Outcome, Run, wet
from tests.site_pages import FOOT, MENU, page_of, pages_of
from tests.workbooks import sheet, workbook

SITE = "gazette.example"
URL = "https://jeanne:geheim@www.Gazette.example:8443/{}?seite=1#oben"
TEXTS = pages_of(12)
# Another page of the site.
NEW = page_of(Random(99))


def write_records(path: Path, texts: list[str] = TEXTS, url: str = URL, **more: Any) -> Path:
    """Lines of JSON with an address each."""
    lines = [json.dumps({"url": url.format(number), "text": text, **more}) for number, text in enumerate(texts)]
    path.write_text("\n".join(lines) + "\n")
    return path


def export(run: Run, path: Path) -> bytes:
    """What a file says."""
    outcome = run("sites", "export", "--db", path)
    assert outcome.status == 0
    return outcome.out


def shown(run: Run, path: Path) -> dict[str, tuple[int, int]]:
    """The sites of a file, each with its pages and its repeated lines."""
    lines = run("sites", "show", "--json", "--db", path).out.splitlines()
    return {one["site"]: (one["pages"], one["lines"]) for one in map(json.loads, lines)}


def table(outcome: Outcome) -> dict[str, str]:
    """The rows of the table at the end of a run."""
    rows = (line.rsplit(maxsplit=1) for line in outcome.err.splitlines() if not line.startswith("cleaner:"))
    return {name.strip(): number for name, number in rows}


def without_furniture(text: str) -> str:
    """What is left of a page when its furniture is gone."""
    return "\n".join(line for line in text.splitlines() if line not in (*MENU, FOOT))


@pytest.fixture
def database(tmp_path: Path, run: Run) -> Path:
    """A file that has learned a site."""
    path = tmp_path / "sites.sqlite"
    assert run("sites", "learn", write_records(tmp_path / "pages.jsonl"), "--db", path, "--quiet").status == 0
    return path


# --- learning --------------------------------------------------------------------------------------------


def test_learning_tells_what_it_did(tmp_path: Path, run: Run) -> None:
    """The table at the end counts documents, those learned, those without a site and failures."""
    path = write_records(tmp_path / "pages.jsonl")
    path.write_text(
        path.read_text() + '{"text": "Menu"}\n{"text": "Menu", "url": "http://["}\nnonsense\n{"text": null}\n'
    )
    outcome = run("sites", "learn", path, "--db", tmp_path / "sites.sqlite")
    assert outcome.status == 1
    assert table(outcome) == {
        "documents": "15",
        "learned": "12",
        "without a site": "2",
        "failed": "1",
        "sites in the file": "1",
    }
    said = [line for line in outcome.err.splitlines() if line.startswith("cleaner:")]
    assert said[0].startswith(f"cleaner: {path}: record 15: is not valid JSON")
    assert said[1].startswith("cleaner: 2 of 15 documents have no site and were not learned; name the field")
    assert len(said) == 2
    assert shown(run, tmp_path / "sites.sqlite") == {SITE: (12, 4)}


def test_no_address_is_stored(database: Path) -> None:
    """Neither credentials nor ports, paths and queries of addresses are anywhere in the file, nor is an article."""
    data = database.read_bytes()
    assert SITE.encode() in data
    for secret in (b"jeanne", b"geheim", b"8443", b"seite", b"oben", TEXTS[0].splitlines()[-2].lower().encode()):
        assert secret not in data.lower()


def test_one_site_in_two_forms(tmp_path: Path, run: Run) -> None:
    """A host in its own letters and in Punycode is one site."""
    one = write_records(tmp_path / "a.jsonl", TEXTS[:6], "https://bücher.example/{}")
    other = write_records(tmp_path / "b.jsonl", TEXTS[6:], "https://xn--bcher-kva.example/b{}")
    run("sites", "learn", one, other, "--db", tmp_path / "sites.sqlite")
    assert shown(run, tmp_path / "sites.sqlite") == {"bücher.example": (12, 4)}


def test_field_of_the_site(tmp_path: Path, run: Run) -> None:
    """The field that is named wins over the address; a record without it has that of its address, or the one given."""
    path = tmp_path / "pages.jsonl"
    records = [
        {"text": TEXTS[0], "paper": {"name": "Le Courrier"}, "url": "https://a.example/1"},
        {"text": TEXTS[1], "paper": {"name": 3}, "url": "https://a.example/2"},
        {"text": TEXTS[2]},
    ]
    path.write_text("\n".join(map(json.dumps, records)))
    run("sites", "learn", path, "--site-field", "paper.name", "--site", "rest", "--db", tmp_path / "sites.sqlite")
    assert set(shown(run, tmp_path / "sites.sqlite")) == {"Le Courrier", "a.example", "rest"}


@pytest.mark.parametrize("ending", ["json", "csv", "parquet", "sqlite", "xlsx"])
def test_column_of_the_site(tmp_path: Path, run: Run, database: Path, ending: str) -> None:
    """The field of the site is read from each format, by learning and by cleaning."""
    path, learned = tmp_path / f"new.{ending}", tmp_path / "learned.sqlite"
    if ending == "json":
        path.write_text(json.dumps([{"paper": SITE, "text": NEW}]))
    elif ending == "csv":
        path.write_text(f'paper,text\n{SITE},"{NEW}"\n')
    elif ending == "parquet":
        pa = pytest.importorskip("pyarrow")
        pytest.importorskip("pyarrow.parquet").write_table(pa.table({"paper": [SITE], "text": [NEW]}), path)
    elif ending == "sqlite":
        with sqlite3.connect(path) as made:
            made.execute("CREATE TABLE pages (Paper TEXT, text TEXT)")
            made.execute("INSERT INTO pages VALUES (?, ?)", (SITE, NEW))
        made.close()
    else:
        cells = [("A1", "paper"), ("B1", "text"), ("A2", SITE), ("B2", NEW)]
        texts = [f'<c r="{at}" t="inlineStr"><is><t>{text}</t></is></c>' for at, text in cells]
        rows = f'<row r="1">{"".join(texts[:2])}</row><row r="2">{"".join(texts[2:])}</row>'
        path.write_bytes(workbook({"pages": sheet(rows)}))
    assert run("sites", "learn", path, "--site-field", "paper", "--db", learned).status == 0
    assert shown(run, learned) == {SITE: (1, 0)}
    outcome = run("clean", path, "-o", tmp_path / f"clean.{ending}", "--site-field", "paper", "--sites", database)
    assert outcome.status == 0
    assert f"bytes removed {len(NEW) - len(without_furniture(NEW))} " in " ".join(outcome.err.split())


def write_formats(folder: Path) -> dict[str, list[str | Path]]:
    """The same pages in each format, with the options that learn them."""
    import pyarrow as pa
    import pyarrow.parquet as pq

    urls = [f"https://{SITE}/{number}" for number in range(len(TEXTS))]
    rows = list(zip(urls, TEXTS, strict=True))
    write_records(folder / "a.jsonl", url=f"https://{SITE}/{{}}")
    records = [json.loads(line) for line in (folder / "a.jsonl").read_text().splitlines()]
    (folder / "a.json").write_text(json.dumps(records))
    cells = "".join(f'{url};"{text}"\n' for url, text in rows)
    (folder / "a.csv").write_text(f"link;body\n{cells}")
    pq.write_table(pa.table({"url": urls, "text": TEXTS}), folder / "a.parquet")
    with sqlite3.connect(folder / "a.sqlite") as made:
        made.execute("CREATE TABLE pages (URL TEXT, text TEXT)")
        made.executemany("INSERT INTO pages VALUES (?, ?)", rows)
    made.close()
    archive = b"".join(wet(text).replace(b"https://example.org/", url.encode()) for url, text in rows)
    (folder / "a.wet").write_bytes(archive)
    (folder / "a.jsonl.gz").write_bytes(__import__("gzip").compress((folder / "a.jsonl").read_bytes()))
    return {
        "a.jsonl": [],
        "a.json": [],
        "a.csv": ["--url-field", "link"],
        "a.parquet": [],
        "a.sqlite": [],
        "a.wet": [],
        "a.jsonl.gz": [],
    }


def test_formats_say_the_same(tmp_path: Path, run: Run) -> None:
    """The same pages learned from each format, and from standard input, make files that say the same."""
    pytest.importorskip("pyarrow")
    formats = write_formats(tmp_path)
    said = {}
    for name, options in formats.items():
        path = tmp_path / f"{name}.db"
        assert run("sites", "learn", tmp_path / name, *options, "--db", path, "--jobs", "1").status == 0, name
        said[name] = export(run, path)
    piped = run(
        "sites", "learn", "--format", "jsonl", "--db", tmp_path / "x.db", stdin=(tmp_path / "a.jsonl").read_bytes()
    )
    assert piped.status == 0
    said["-"] = export(run, tmp_path / "x.db")
    assert set(said.values()) == {said["a.jsonl"]}
    assert said["a.jsonl"].count(b"\n") == 1 + 4 + 12


def test_files_have_the_site_of_their_folder(tmp_path: Path, run: Run) -> None:
    """Texts, Markdown and HTML have the nearest folder named after a host as their site, also in a zip archive."""
    corpus = tmp_path / "corpus"
    for number, text in enumerate(TEXTS):
        folder = corpus / ("www.gazette.example/2024" if number % 2 else "courrier")
        folder.mkdir(parents=True, exist_ok=True)
        (folder / f"{number}.txt").write_text(text)
    (corpus / "courrier" / "a.md").write_text(f"# Ferry\n\n{FOOT}\n")
    (corpus / "courrier" / "b.html").write_text(f"<p>The harbour is closed.</p><p>{FOOT}</p>")
    run("sites", "learn", corpus, "--db", tmp_path / "a.sqlite")
    assert {site: pages for site, (pages, _) in shown(run, tmp_path / "a.sqlite").items()} == {
        "gazette.example": 6,
        "courrier": 8,
    }
    packed = tmp_path / "corpus.zip"
    with zipfile.ZipFile(packed, "w") as made:
        for file in sorted(corpus.rglob("*.*")):
            if file.is_file():
                made.write(file, file.relative_to(corpus))
    run("sites", "learn", packed, "--db", tmp_path / "b.sqlite")
    assert export(run, tmp_path / "b.sqlite") == export(run, tmp_path / "a.sqlite")


def test_pages_of_web_archives(tmp_path: Path, run: Run) -> None:
    """The responses of a WARC file are learned as pages, each with the host of its address."""
    pages = b""
    for number in range(6):
        body = f"<html><body><nav>Front page</nav><p>The ferry number {'x' * number} sails.</p></body></html>".encode()
        http = b"HTTP/1.1 200 OK\r\nContent-Type: text/html\r\n\r\n" + body
        head = (
            f"WARC/1.0\r\nWARC-Type: response\r\nWARC-Target-URI: https://{SITE}/{number}\r\n"
            f"Content-Type: application/http; msgtype=response\r\nContent-Length: {len(http)}\r\n\r\n"
        )
        pages += head.encode() + http + b"\r\n\r\n"
    (tmp_path / "a.warc").write_bytes(pages)
    assert run("sites", "learn", tmp_path / "a.warc", "--db", tmp_path / "sites.sqlite").status == 0
    assert shown(run, tmp_path / "sites.sqlite") == {SITE: (6, 1)}


@pytest.mark.parametrize("jobs", [1, 3])
def test_jobs_and_order_change_nothing(tmp_path: Path, run: Run, jobs: int) -> None:
    """Any number of processes, and any order of records, make a file that says the same, also of large sites."""
    random = Random(2)
    texts = [page_of(random) for _ in range(900)]
    one = write_records(tmp_path / "one.jsonl", texts)
    lines = one.read_text().splitlines(keepends=True)
    Random(jobs).shuffle(lines)
    (tmp_path / "other.jsonl").write_text("".join(lines))
    run("sites", "learn", one, "--db", tmp_path / "one.sqlite", "--jobs", "1")
    run("sites", "learn", tmp_path / "other.jsonl", "--db", tmp_path / "other.sqlite", "--jobs", str(jobs))
    assert shown(run, tmp_path / "one.sqlite") == {SITE: (256, 4)}
    assert export(run, tmp_path / "other.sqlite") == export(run, tmp_path / "one.sqlite")


def test_learning_again_is_harmless(tmp_path: Path, run: Run, database: Path) -> None:
    """Learning the same pages once more changes nothing that the file says."""
    before = export(run, database)
    outcome = run("sites", "learn", tmp_path / "pages.jsonl", "--db", database)
    assert table(outcome)["learned"] == "12"
    assert export(run, database) == before


def test_the_file_in_a_folder_that_is_learned(tmp_path: Path, run: Run, database: Path) -> None:
    """A memory that lies in the folder of the inputs is not taken for one of them."""
    outcome = run("sites", "learn", tmp_path, "--db", database)
    assert (outcome.status, table(outcome)["documents"]) == (0, "12")


def test_an_input_that_is_the_memory(tmp_path: Path, run: Run, database: Path) -> None:
    """An input that is also the file of the memory is refused with the way out, under any name, and stays as it is."""
    pages = tmp_path / "pages.jsonl"
    link = tmp_path / "link.jsonl"
    link.symlink_to(pages)
    before = pages.read_bytes()
    for option, words in (("--db", ["sites", "learn"]), ("--sites", ["clean", "-o", tmp_path / "o.jsonl"])):
        for source, memory in ((pages, pages), (link, pages), (pages, link), (database, database)):
            outcome = run(*words, source, option, memory)
            assert (outcome.status, outcome.out) == (USAGE, b"")
            assert outcome.err == (
                f"cleaner: {source}: is also the file of {option}; leave it out of the inputs, or name another file "
                f"with {option}\n"
            )
    assert pages.read_bytes() == before
    assert not (tmp_path / "o.jsonl").exists()


def test_another_memory_is_no_input(tmp_path: Path, run: Run, database: Path) -> None:
    """A memory in a folder is left out with a note; one that is named as an input is refused."""
    other = tmp_path / "other.sqlite"
    other.write_bytes(database.read_bytes())
    for words in (["sites", "learn", "--db", database], ["clean", "-o", tmp_path / "out", "--sites", database]):
        outcome = run(*words, tmp_path)
        assert outcome.status == 0
        assert outcome.err.startswith(f"cleaner: {other}: is a site memory and was not read; `cleaner sites merge`")
        assert table(outcome)["documents"] == "12"
        assert "is a site memory" not in run(*words, tmp_path, "--quiet").err
        outcome = run(*words, other)
        assert outcome.status == USAGE
        assert outcome.err.startswith(f"cleaner: {other}: is a site memory, which has no documents; use it with --")
    assert not (tmp_path / "out" / "other.sqlite").exists()


def test_a_folder_with_nothing_but_a_memory(tmp_path: Path, run: Run) -> None:
    """A run that has no input left says so, and fails."""
    folder = tmp_path / "folder"
    folder.mkdir()
    path = folder / "sites.sqlite"
    run("sites", "learn", write_records(tmp_path / "pages.jsonl"), "--db", path)
    for words in (["sites", "learn", "--db", path], ["clean", "-o", tmp_path / "out", "--sites", path]):
        outcome = run(*words, folder)
        assert (outcome.status, outcome.err) == (
            1,
            f"cleaner: {folder}: has nothing to read but a site memory; name files with documents\n",
        )


@pytest.mark.parametrize("content", [b"", b"\n\n"])
def test_empty_inputs(tmp_path: Path, run: Run, content: bytes) -> None:
    """An empty collection, or an empty text, makes a file without sites."""
    for name in ("a.jsonl", "a.txt"):
        (tmp_path / name).write_bytes(content)
        assert run("sites", "learn", tmp_path / name, "--db", tmp_path / "sites.sqlite").status == 0
    assert shown(run, tmp_path / "sites.sqlite") == {}
    assert run("sites", "show", "--db", tmp_path / "sites.sqlite").out == b"site  pages  lines\n"


def test_missing_inputs_are_told(tmp_path: Path, run: Run, database: Path) -> None:
    """An input that does not exist, or cannot be read, is an error; the rest is learned."""
    damaged = tmp_path / "b.txt"
    damaged.write_bytes(b"\xff\xfe\xfd")
    outcome = run("sites", "learn", tmp_path / "none.txt", damaged, tmp_path / "pages.jsonl", "--db", database)
    assert outcome.status == 1
    assert "none.txt: does not exist" in outcome.err
    assert "b.txt: " in outcome.err
    assert table(outcome)["learned"] == "12"


@pytest.mark.parametrize("content", [b"The ferry sails again.\n" * 20, b"SQLite format 3\0" + b"x" * 100])
def test_a_file_that_is_no_memory(tmp_path: Path, run: Run, content: bytes) -> None:
    """No command writes to a file that is no memory, or reads it as one."""
    path = tmp_path / "page.txt"
    path.write_bytes(content)
    pages = write_records(tmp_path / "pages.jsonl")
    for command in (
        ["sites", "learn", pages, "--db", path],
        ["sites", "show", "--db", path],
        ["sites", "forget", SITE, "--db", path],
        ["sites", "export", "--db", path],
        ["sites", "merge", path, "-o", tmp_path / "new.sqlite"],
    ):
        outcome = run(*command)
        assert (outcome.status, outcome.out, outcome.err) == (
            1,
            b"",
            f"cleaner: {path}: is no site memory; give another file\n",
        )
    for command in (["clean", pages, "--sites", path], ["explain", pages, "--sites", path]):
        outcome = run(*command)
        assert (outcome.status, outcome.err) == (
            USAGE,
            f"cleaner: --sites: {path}: is no site memory; give another file\n",
        )
    assert path.read_bytes() == content
    assert not (tmp_path / "new.sqlite").exists()


def test_usage_of_learning(tmp_path: Path, run: Run) -> None:
    """Options that cannot be are refused before a file is made."""
    pages = write_records(tmp_path / "pages.jsonl")
    path = tmp_path / "sites.sqlite"
    for options, message in (
        (["--jobs", "0"], "--jobs: 0 is too small"),
        (["--encoding", "klingon"], "encoding: 'klingon' is not a text encoding"),
        (["--table", "pages"], "--table: only SQLite databases"),
        (["--format", "word"], "--format: 'word' is unknown"),
    ):
        outcome = run("sites", "learn", pages, "--db", path, *options)
        assert outcome.status == USAGE
        assert message in outcome.err
    assert run("sites", "learn", "--db", path).status == USAGE
    assert not path.exists()


def test_a_killed_run_is_completed(tmp_path: Path, run: Run) -> None:
    """A run that is killed leaves a file that can be read; the same command once more completes it."""
    random = Random(2)
    texts = [page_of(random) for _ in range(300)]
    pages = tmp_path / "pages.jsonl"
    path = tmp_path / "sites.sqlite"
    lines = [
        json.dumps({"url": f"https://site{number % 40}.example/{number}", "text": text})
        for number, text in enumerate(texts * 10)
    ]
    pages.write_text("\n".join(lines))
    slow = (
        "import cleaner.sites.learning as learning, cleaner.cli as cli; learning.BUDGET = 0\n"
        "learning.Learner.__init__.__defaults__ = (30_000,); cli.main()"
    )
    command = [sys.executable, "-c", slow, "sites", "learn", str(pages), "--db", str(path), "--jobs", "1"]
    killed = subprocess.Popen(command, stderr=subprocess.DEVNULL)
    for _ in range(2000):
        time.sleep(0.005)
        if path.exists() and Path(f"{path}-wal").exists() and Path(f"{path}-wal").stat().st_size > 100_000:
            break
    os.kill(killed.pid, signal.SIGKILL)
    assert killed.wait() == -signal.SIGKILL
    with SiteStore(path, "read") as store:
        assert store.sites()
    run("sites", "learn", pages, "--db", path, "--jobs", "1")
    run("sites", "learn", pages, "--db", tmp_path / "whole.sqlite", "--jobs", "1")
    assert export(run, path) == export(run, tmp_path / "whole.sqlite")


def test_two_runs_at_once(tmp_path: Path, run: Run) -> None:
    """Two processes that learn into one file at the same time both end well, and nothing is lost."""
    path = tmp_path / "sites.sqlite"
    parts = [
        write_records(tmp_path / f"{part}.jsonl", TEXTS[part::2], f"https://{SITE}/{part}-{{}}") for part in (0, 1)
    ]
    running = [
        subprocess.Popen(
            [sys.executable, "-m", "cleaner", "sites", "learn", str(part), "--db", str(path), "--quiet"],
            stderr=subprocess.PIPE,
        )
        for part in parts
    ]
    assert [(process.communicate()[1], process.returncode) for process in running] == [(b"", 0)] * 2
    run("sites", "learn", *parts, "--db", tmp_path / "whole.sqlite")
    assert export(run, path) == export(run, tmp_path / "whole.sqlite")


# --- the other commands ----------------------------------------------------------------------------------


def test_lines_of_a_site(run: Run, database: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """The lines of a site are shown with pages and place, those on most pages first, under any form of its name."""
    monkeypatch.setenv("COLUMNS", "120")
    for name in (SITE, f"www.{SITE}", f"https://{SITE}/a"):
        lines = run("sites", "show", name, "--db", database).out.decode().splitlines()
        assert lines[0] == "pages     place  line"
        assert sorted(lines[1:]) == sorted(
            [*(f"12 of 12  top    {line.lower()}" for line in MENU), f"12 of 12  end    {FOOT.lower()}"]
        )
    records = [json.loads(line) for line in run("sites", "show", SITE, "--json", "--db", database).out.splitlines()]
    assert {one["text"]: (one["site"], one["pages"], one["share"], one["place"]) for one in records} == {
        **{line.lower(): (SITE, 12, 1.0, "top") for line in MENU},
        FOOT.lower(): (SITE, 12, 1.0, "end"),
    }
    assert len(run("sites", "show", SITE, "--limit", "2", "--json", "--db", database).out.splitlines()) == 2
    assert run("sites", "show", SITE, "--min-pages", "13", "--json", "--db", database).out == b""
    assert run("sites", "show", "--min-pages", "13", "--json", "--db", database).out.endswith(
        b'"pages": 12, "lines": 0}\n'
    )


def test_usage_of_the_other_commands(tmp_path: Path, run: Run, database: Path) -> None:
    """A site that there is not fails with the way to see which there are; numbers below one are wrong usage."""
    for command in ("show", "export", "forget"):
        outcome = run("sites", command, "none.example", "--db", database)
        assert outcome.status == 1
        assert "has no site 'none.example'; `cleaner sites show` lists its sites" in outcome.err
    assert run("sites", "show", "--limit", "0", "--db", database).status == USAGE
    assert run("sites", "show", "--min-pages", "0", "--db", database).status == USAGE
    none = tmp_path / "none.sqlite"
    for words in (["show"], ["forget", SITE], ["export"]):
        outcome = run("sites", *words, "--db", none)
        assert (outcome.status, outcome.err) == (
            1,
            f"cleaner: {none}: does not exist; learn it first with: cleaner sites learn\n",
        )
    assert not none.exists()


def test_forgetting(run: Run, database: Path) -> None:
    """A site that is forgotten is gone; one that there is not is told, and the others are forgotten nevertheless."""
    outcome = run("sites", "forget", "none.example", f"www.{SITE}", "--db", database)
    assert outcome.status == 1
    assert outcome.err.count("\n") == 1
    assert shown(run, database) == {}


def test_merging_is_learning_together(tmp_path: Path, run: Run) -> None:
    """Files that are put together, in any order, say what one says that learned all their inputs."""
    parts = [
        write_records(tmp_path / "0.jsonl", TEXTS[:8], f"https://{SITE}/{{}}"),
        write_records(tmp_path / "1.jsonl", TEXTS[5:], f"https://{SITE}/b{{}}"),
        write_records(tmp_path / "2.jsonl", TEXTS[:3], "https://other.example/{}"),
    ]
    for number, part in enumerate(parts):
        run("sites", "learn", part, "--db", tmp_path / f"{number}.sqlite")
    files = [tmp_path / f"{number}.sqlite" for number in range(3)]
    run("sites", "learn", *parts, "--db", tmp_path / "whole.sqlite")
    for number, order in enumerate((files, files[::-1])):
        made = tmp_path / f"merged{number}.sqlite"
        assert run("sites", "merge", *order, "-o", made).status == 0
        assert export(run, made) == export(run, tmp_path / "whole.sqlite")


def test_merging_overwrites_nothing(tmp_path: Path, run: Run, database: Path) -> None:
    """A file that exists is no output, one is needed, and a damaged input leaves none behind."""
    before = database.read_bytes()
    assert run("sites", "merge", database, "-o", database).status == USAGE
    assert run("sites", "merge", database).status == USAGE
    assert database.read_bytes() == before
    damaged = tmp_path / "damaged.sqlite"
    damaged.write_bytes(before)
    with sqlite3.connect(damaged) as connection:
        connection.execute("UPDATE pages SET lines = x'01'")
    connection.close()
    outcome = run("sites", "merge", database, damaged, "-o", tmp_path / "new.sqlite")
    assert outcome.status == 1
    assert "damaged.sqlite: is damaged: a page ends too early" in outcome.err
    assert not (tmp_path / "new.sqlite").exists()


def test_export_and_import(tmp_path: Path, run: Run, database: Path) -> None:
    """What is written out and read in again says the same, through a file and through a pipe."""
    written = tmp_path / "sites.jsonl"
    assert run("sites", "export", "-o", written, "--db", database).status == 0
    assert written.read_bytes() == export(run, database)
    assert run("sites", "import", written, "--db", tmp_path / "a.sqlite").status == 0
    assert run("sites", "import", "-", "--db", tmp_path / "b.sqlite", stdin=written.read_bytes()).status == 0
    for name in ("a.sqlite", "b.sqlite"):
        assert export(run, tmp_path / name) == written.read_bytes()
    assert run("sites", "export", SITE, "--db", database).out == written.read_bytes()
    assert run("sites", "export", "-o", database, "--db", database).status == USAGE
    assert shown(run, database) == {SITE: (12, 4)}


def test_places_to_write_to(tmp_path: Path, run: Run, database: Path) -> None:
    """A place that cannot be written to is refused in the same words by all commands; - is standard output."""
    missing = tmp_path / "new" / "sites.jsonl"
    written = export(run, database)
    (tmp_path / "sites.jsonl").write_bytes(written)
    for words, option in ((["export", "--db", database], "-o"), (["merge", database], "-o"), (["import"], "--db")):
        inputs = [tmp_path / "sites.jsonl"] if words == ["import"] else []
        outcome = run("sites", *words, *inputs, option, missing)
        assert (outcome.status, outcome.err) == (
            1,
            f"cleaner: {missing}: is not a file in an existing folder; give the path of a file\n",
        )
    assert not missing.parent.exists()
    assert run("sites", "export", "--db", database, "-o", "-").out == written
    outcome = run("sites", "merge", database, "-o", "-")
    assert (outcome.status, outcome.err) == (
        USAGE,
        "cleaner: -o -: a database cannot go to standard output; name a file\n",
    )


def test_options_without_a_file(tmp_path: Path, run: Run, database: Path) -> None:
    """An empty --db or -o is refused by its name; a device or a pipe is no place for a database."""
    pages = write_records(tmp_path / "more.jsonl")
    for words in (["learn", pages], ["show"], ["forget", SITE], ["export"], ["import", pages]):
        outcome = run("sites", *words, "--db", "")
        assert (outcome.status, outcome.err) == (USAGE, "cleaner: --db: names no file; give the path of one\n")
    for words in (["export", "--db", database], ["merge", database]):
        outcome = run("sites", *words, "-o", "")
        assert (outcome.status, outcome.err) == (USAGE, "cleaner: --output: names no file; give the path of one\n")
    pipe = tmp_path / "pipe"
    os.mkfifo(pipe)
    for path in (Path(os.devnull), pipe):
        for words in (["learn", pages], ["show"], ["forget", SITE], ["import", pages]):
            outcome = run("sites", *words, "--db", path)
            assert (outcome.status, outcome.err) == (
                1,
                f"cleaner: {path}: is a device or a pipe; give the path of a file\n",
            )


def test_a_site_that_repeats_nothing(tmp_path: Path, run: Run) -> None:
    """Where no line stands on enough pages, a sentence says so and how many pages are known."""
    path = tmp_path / "sites.sqlite"
    run("sites", "learn", write_records(tmp_path / "pages.jsonl", TEXTS[:1]), "--db", path)
    for options, out in (([], b"pages  place  line\n"), (["--json"], b"")):
        outcome = run("sites", "show", SITE, "--db", path, *options)
        assert (outcome.status, outcome.out) == (0, out)
        assert outcome.err == (
            f"cleaner: {SITE}: no line stands on 3 or more of its pages; 1 page is known, and copies count once\n"
        )


def test_import_of_what_is_no_export(tmp_path: Path, run: Run, database: Path) -> None:
    """A file that is no export, or is damaged in the middle, is told with its line, and changes nothing."""
    written = tmp_path / "sites.jsonl"
    run("sites", "export", "-o", written, "--db", database)
    lines = written.read_bytes().splitlines(keepends=True)
    lines[6] = lines[6][:-40] + b"\n"
    written.write_bytes(b"".join(lines))
    for path in (tmp_path / "new.sqlite", database):
        outcome = run("sites", "import", written, "--db", path)
        assert outcome.status == 1
        assert outcome.err.startswith(f"cleaner: {written}: line 7: is not valid JSON")
    assert not (tmp_path / "new.sqlite").exists()
    assert shown(run, database) == {SITE: (12, 4)}
    outcome = run("sites", "import", tmp_path / "none.jsonl", "--db", database)
    assert "none.jsonl: cannot be read: No such file or directory" in outcome.err
    assert outcome.status == 1


# --- cleaning with it ------------------------------------------------------------------------------------


def test_cleaning_records_with_a_memory(tmp_path: Path, run: Run, database: Path) -> None:
    """Records of a known site lose what it repeats; those of another site, or of none, do not."""
    path = tmp_path / "new.jsonl"
    records = [
        {"url": f"https://{SITE}/new", "text": NEW},
        {"paper": SITE, "url": "https://other.example/new", "text": NEW},
        {"url": "https://other.example/new", "text": NEW},
        {"text": NEW},
    ]
    path.write_text("\n".join(map(json.dumps, records)))
    outcome = run("clean", path, "--sites", database, "--site-field", "paper", "--jobs", "1")
    assert outcome.status == 0
    cleaned = [json.loads(line)["text"] for line in outcome.out.splitlines()]
    assert [FOOT in text for text in cleaned] == [False, False, True, True]
    assert cleaned[0] == without_furniture(NEW)
    given = run("clean", path, "--sites", database, "--site", SITE)
    assert [FOOT in json.loads(line)["text"] for line in given.out.splitlines()] == [False, True, True, False]


def test_cleaning_files_with_a_memory(tmp_path: Path, run: Run, database: Path) -> None:
    """A text in a folder named after the site, or with its address or name given, loses what the site repeats."""
    folder = tmp_path / "www.gazette.example" / "2024"
    folder.mkdir(parents=True)
    for path in (folder / "new.txt", tmp_path / "new.txt"):
        path.write_text(NEW)
    expected = without_furniture(NEW)
    assert run("clean", folder / "new.txt", "--sites", database).out.decode() == expected
    assert run("clean", tmp_path / "new.txt", "--sites", database, "--site", SITE).out.decode() == expected
    assert run("clean", tmp_path / "new.txt", "--sites", database, "--url", URL).out.decode() == expected
    assert run("clean", "--sites", database, "--site", SITE, stdin=NEW.encode()).out.decode() == expected
    assert FOOT in run("clean", tmp_path / "new.txt", "--sites", database).out.decode()
    markdown = folder / "new.md"
    markdown.write_text(NEW.replace("\n", "\n\n"))
    assert FOOT not in run("clean", markdown, "--sites", database).out.decode()
    assert run("clean", tmp_path / "pages.jsonl", "--url", URL).status == USAGE


def test_removals_and_explanations(tmp_path: Path, run: Run, database: Path) -> None:
    """The name of the evidence stands in removals; explanations and full evidence also say on how many pages."""
    path = tmp_path / "new.txt"
    path.write_text(NEW)
    options = ["--sites", database, "--site", SITE]
    run("clean", path, *options, "--removed", tmp_path / "removed.jsonl")
    run("clean", path, *options, "--removed", tmp_path / "full.jsonl", "--evidence", "full")
    removed = [json.loads(line) for line in (tmp_path / "removed.jsonl").read_text().splitlines()]
    full = [json.loads(line) for line in (tmp_path / "full.jsonl").read_text().splitlines()]
    assert all("context.site-repeats" in one["reasons"] for one in removed)
    words = "on 12 of 12 other pages of this site, at the end"
    details = [one for removal in full for one in removal["evidence"] if one.get("detail") == words]
    assert {one["source"] for one in details} == {"context.site-repeats"}
    assert all(
        "detail" not in one
        for removal in full
        for one in removal["evidence"]
        if one["source"] != "context.site-repeats"
    )
    (points,) = {one["points"] for one in details}
    view = " ".join(run("explain", path, *options, "--evidence").out.decode().split())
    assert words in " ".join(run("explain", path, *options).out.decode().split()), "they are a reason"
    assert f"context.site-repeats {points:+.1f} ({words})" in view
    shown_lines = json.loads(run("explain", path, "--json", "--sites", database, "--url", URL).out)["lines"]
    assert any(one.get("detail") == words for line in shown_lines for one in line["evidence"])
    assert "site-repeats" not in run("explain", path, "--sites", database, "--evidence").out.decode()


def test_explaining_with_an_unknown_site(tmp_path: Path, run: Run, database: Path) -> None:
    """One note says that nothing is known of the site that is named, or that there is none in what is named."""
    path = tmp_path / "new.txt"
    path.write_text(NEW)
    for options, message in (
        (["--site", "none.example"], "--site none.example: nothing is known of the site none.example; `cleaner sites"),
        (["--url", "https://none.example/a"], "--url https://none.example/a: nothing is known of the site none."),
        (["--url", "http://["], "--url http://[: has no host, so it names no site"),
    ):
        outcome = run("explain", path, "--sites", database, *options)
        assert outcome.status == 0
        assert outcome.err.startswith(f"cleaner: {message}")
        assert outcome.err.count("\n") == 1
        assert outcome.out == run("explain", path).out
    for options in (["--site", SITE], ["--url", URL], []):
        assert run("explain", path, "--sites", database, *options).err == ""


@pytest.mark.parametrize("jobs", ["1", "2"])
def test_cleaning_records_without_a_site(tmp_path: Path, run: Run, database: Path, jobs: str) -> None:
    """How many texts have no site is told once at the end, but not without a memory, or if all have one."""
    path = tmp_path / "new.jsonl"
    records = [{"url": URL, "text": NEW}, {"text": NEW}, {"url": "http://[", "text": NEW}]
    path.write_text("\n".join(map(json.dumps, records)))
    options = [path, "-o", tmp_path / "clean.jsonl", "--jobs", jobs]
    outcome = run("clean", *options, "--sites", database)
    assert "cleaner: 2 of 3 texts have no site, so the site memory was not used; name the field" in outcome.err
    assert outcome.err.count("no site") == 1
    for more in ([], ["--sites", database, "--site", SITE], ["--sites", database, "--quiet"]):
        assert "no site" not in run("clean", *options, *more).err


def test_explaining_a_page_of_html(tmp_path: Path, run: Run) -> None:
    """A page is explained with the site that is named, as it is cleaned."""
    pages = ["".join(f"<p>{line}</p>" for line in text.split("\n")) for text in TEXTS]
    for number, page in enumerate(pages):
        (tmp_path / f"{number}.html").write_text(page)
    path = tmp_path / "sites.sqlite"
    assert run("sites", "learn", tmp_path, "--site", "gazette", "--db", path, "-q").status == 0
    view = run("explain", tmp_path / "0.html", "--sites", path, "--site", "gazette", "--evidence").out.decode()
    assert "context.site-repeats" in view
    assert "other pages of this site" in view
    assert "site-repeats" not in run("explain", tmp_path / "0.html", "--evidence").out.decode()


def test_learning_and_cleaning_in_one_command(tmp_path: Path, run: Run) -> None:
    """Both passes in one command give what the two commands give, by any number of processes, and leave no file."""
    pages = write_records(tmp_path / "pages.jsonl")
    run("sites", "learn", pages, "--db", tmp_path / "sites.sqlite")
    expected = run("clean", pages, "--sites", tmp_path / "sites.sqlite").out
    assert FOOT.encode() not in expected
    before = sorted(tmp_path.iterdir())
    for jobs in ("1", "2"):
        outcome = run("clean", pages, "--learn-sites", "--jobs", jobs)
        assert (outcome.status, outcome.out) == (0, expected)
    assert sorted(tmp_path.iterdir()) == before


def test_learning_into_a_named_memory(tmp_path: Path, run: Run) -> None:
    """With a file the memory is that file, which is made or added to, and kept."""
    pages, path = write_records(tmp_path / "pages.jsonl"), tmp_path / "sites.sqlite"
    more = write_records(tmp_path / "more.jsonl", [NEW], f"https://{SITE}/more{{}}")
    for source, count in ((pages, 12), (more, 13)):
        outcome = run("clean", source, "--learn-sites", "--sites", path, "-o", tmp_path / "clean.jsonl")
        assert outcome.status == 0
        assert shown(run, path) == {SITE: (count, 4)}
    assert json.loads((tmp_path / "clean.jsonl").read_text())["text"] == without_furniture(NEW)


def test_what_cannot_be_read_twice(tmp_path: Path, run: Run) -> None:
    """Standard input and pipes are refused with the way round, and a dry run changes no memory."""
    pipe = tmp_path / "pipe.jsonl"
    os.mkfifo(pipe)
    for arguments in (["-"], [pipe]):
        outcome = run("clean", *arguments, "--learn-sites", "--format", "jsonl", stdin=b"{}")
        assert outcome.status == USAGE
        assert "cannot be read twice; write it to a file, or learn it first with `cleaner sites learn`" in outcome.err
    pages = write_records(tmp_path / "pages.jsonl")
    outcome = run("clean", pages, "--learn-sites", "--dry-run", "--sites", tmp_path / "sites.sqlite")
    assert outcome.status == USAGE
    assert "a dry run writes no file; leave --sites out" in outcome.err
    assert not (tmp_path / "sites.sqlite").exists()
    assert run("clean", pages, "--learn-sites", "--dry-run").status == 0


def test_failures_are_told_once(tmp_path: Path, run: Run) -> None:
    """A record that cannot be read is reported by one of the two passes."""
    pages = write_records(tmp_path / "pages.jsonl")
    pages.write_text(pages.read_text() + "nonsense\n")
    outcome = run("clean", pages, "--learn-sites", "--quiet")
    assert outcome.status == 1
    assert outcome.err.count("is not valid JSON") == 1


def test_a_stopped_run_knows_its_memory(tmp_path: Path, run: Run, database: Path) -> None:
    """A run with another memory is another run: what was stopped is not resumed with it."""
    from cleaner.config import CleanConfig
    from cleaner.corpus.batch import Plan, Settings
    from cleaner.corpus.batch.checkpoint import Checkpoint

    def digest() -> str:
        plan = Plan([], lambda _: None, checkpoint=tmp_path / "c")
        return Checkpoint(tmp_path / "c", plan, Settings(CleanConfig(sites=database)))._configuration

    before = digest()
    assert digest() == before
    run("sites", "learn", write_records(tmp_path / "b.jsonl", [NEW], f"https://{SITE}/x{{}}"), "--db", database)
    assert digest() != before


def test_memory_of_the_configuration_file(
    tmp_path: Path, run: Run, database: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """``sites`` in cleaner.toml names the memory, from its folder; the command line wins."""
    (tmp_path / "cleaner.toml").write_text('sites = "sites.sqlite"\n')
    inside = tmp_path / "inside"
    inside.mkdir()
    (inside / "new.txt").write_text(NEW)
    monkeypatch.chdir(inside)
    assert run("clean", "new.txt", "--site", SITE).out.decode() == without_furniture(NEW)
    assert FOOT in run("clean", "new.txt", "--site", SITE, "--no-config").out.decode()
    assert f'sites = "{database}"' in run("config").out.decode()
    outcome = run("clean", "new.txt", "--sites", "none.sqlite")
    assert outcome.status == USAGE
    assert "--sites: none.sqlite: does not exist" in outcome.err
