"""The options of reading, as commands share that write no results."""

from __future__ import annotations

import json
from pathlib import Path

import pytest
import typer

from cleaner.cli.inputs import Reading, find_inputs
from cleaner.cli.output import reporting
from cleaner.config import CleanConfig
from cleaner.corpus.batch.jobs import Job, read_jobs
from cleaner.errors import ConfigError
from tests.running import PAGE, USAGE, record


@pytest.fixture
def crawl(tmp_path: Path) -> Path:
    """Two records with their site and their headline in fields of their own, and a line that is no record."""
    path = tmp_path / "crawl.jsonl"
    lines = [json.dumps({"body": PAGE, "head": "The council", "from": f"{site}.example"}) for site in ("a", "b")]
    path.write_text("\n".join([lines[0], "{", lines[1]]) + "\n")
    return path


def test_documents_are_read_as_the_options_say(crawl: Path) -> None:
    """Each record comes with the text, the headline and the site of the fields that are named; a broken one is told."""
    reading = Reading(field="body", title_field="head", site_field="from", lang="en")
    inputs = find_inputs([str(crawl)], reading, CleanConfig())
    found = list(read_jobs(inputs.plan, inputs.settings))
    jobs = [one for one in found if isinstance(one, Job)]
    assert [(job.line, job.document.title, job.site) for job in jobs] == [
        (1, "The council", "a.example"),
        (3, "The council", "b.example"),
    ]
    assert [job.document.text for job in jobs] == [PAGE, PAGE]
    (failure,) = (one for one in found if isinstance(one, str))
    assert failure.startswith(f"{crawl}: record 2: ")
    assert (inputs.failed, inputs.settings.lang, inputs.plan.targets) == (0, "en", None)


def test_given_options_have_their_long_names() -> None:
    """What was given and is not the default is known by its name on the command line, to be given again."""
    reading = Reading(html_field="page", text_format="text", title_field="", encoding="cp1252", max_document=9)
    assert reading.given() == {"html-field": "page", "title-field": "", "encoding": "cp1252", "max-document": 9}
    assert Reading().given() == {}


def test_missing_inputs_are_said_and_counted(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    """An input that is not there is one sentence; the others are read."""
    (tmp_path / "page.txt").write_text(PAGE)
    inputs = find_inputs([str(tmp_path / "none.txt"), str(tmp_path / "page.txt")], Reading(), CleanConfig())
    assert (inputs.failed, [source.name for source in inputs.plan.sources]) == (1, [str(tmp_path / "page.txt")])
    assert capsys.readouterr().err == f"cleaner: {tmp_path / 'none.txt'}: does not exist; check the path\n"


@pytest.mark.parametrize(
    ("reading", "message"),
    [
        (Reading(field=""), "--field: has no name"),
        (Reading(html_field=""), "--field: has no name"),
        (Reading(format="pdf"), "--format: 'pdf' is unknown"),
        (Reading(text_format="html"), "--text-format: 'html' is unknown"),
        (Reading(delimiter="::"), "--delimiter: '::' cannot part cells"),
        (Reading(sheet="News"), "--sheet: only Excel workbooks have sheets"),
        (Reading(table="pages"), "--table: only SQLite databases have tables"),
        (Reading(url="https://a.example/"), "--url: is the address of one text or page"),
        (Reading(max_document=0), "--max-document: 0 is too small"),
    ],
)
def test_wrong_options_are_refused(
    reading: Reading, message: str, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    """An option that nothing here can have is wrong usage, in one sentence."""
    path = tmp_path / "crawl.jsonl"
    path.write_text(record(1))
    with pytest.raises(typer.Exit) as ended, reporting():
        find_inputs([str(path)], reading, CleanConfig())
    assert ended.value.exit_code == USAGE
    assert capsys.readouterr().err.startswith(f"cleaner: {message}")


def test_unknown_encoding_is_refused(tmp_path: Path) -> None:
    """An encoding that does not exist is an error before anything is read."""
    with pytest.raises(ConfigError, match="no-such"):
        find_inputs([str(tmp_path / "page.txt")], Reading(encoding="no-such"), CleanConfig())
