"""The command ``report``: where the page goes, and what is refused."""

from __future__ import annotations

import json
import re
from pathlib import Path

import pytest

from cleaner.cli import app
from tests.report.test_page import data_of
from tests.running import PAGE, USAGE


def report(*arguments: str | Path) -> int:
    """Run the command; the exit status."""
    with pytest.raises(SystemExit) as ended:
        app(["report", "--jobs", "1", *map(str, arguments)], prog_name="cleaner")
    return int(ended.value.code or 0)


@pytest.fixture
def page(tmp_path: Path) -> Path:
    """A text file with noise."""
    path = tmp_path / "page.txt"
    path.write_text(PAGE)
    return path


def test_the_page_goes_to_its_file_or_to_standard_output(
    page: Path, tmp_path: Path, capsysbinary: pytest.CaptureFixture[bytes]
) -> None:
    """With -o nothing is printed; without it the same page is."""
    target = tmp_path / "report.html"
    assert report(page, "-o", target) == 0
    assert capsysbinary.readouterr() == (b"", b"")
    assert report(page) == 0
    assert capsysbinary.readouterr().out == target.read_bytes()
    assert target.read_bytes().startswith(b"<!DOCTYPE html>")


def test_options_of_reading_are_kept_for_corrections(tmp_path: Path) -> None:
    """Fields of records are found, and the page has the options and the id that find its documents again."""
    path = tmp_path / "pages.jsonl"
    path.write_text(json.dumps({"page": {"body": PAGE}, "key": "a7"}) + "\n")
    target = tmp_path / "report.html"
    assert report(path, "-o", target, "--field", "page.body", "--id-field", "key") == 0
    data = data_of(target.read_text("utf-8"))
    assert data["options"] == {"field": "page.body", "id-field": "key"}
    assert [(one["file"], one["line"], one["id"]) for one in data["documents"]] == [(str(path), 1, "a7")]


def test_settings_change_the_result(page: Path, tmp_path: Path) -> None:
    """Kinds that are kept are not shown as removed."""
    target = tmp_path / "report.html"
    assert report(page, "-o", target, "--keep", "all") == 0
    assert data_of(target.read_text("utf-8"))["documents"][0]["lost"] == 0


@pytest.mark.parametrize(
    ("arguments", "message"),
    [
        (["--sample", "0"], "--sample: 0 is too small; give 1 or more"),
        (["--only", "most"], "--only: 'most' is unknown; use one of: changed, heavy, doubtful"),
        (["--mode", "hasty"], "mode: 'hasty' is unknown"),
    ],
)
def test_wrong_usage_is_named(
    page: Path, arguments: list[str], message: str, capsys: pytest.CaptureFixture[str]
) -> None:
    """Wrong values are refused with the ones that there are."""
    assert report(page, *arguments) == USAGE
    assert message in capsys.readouterr().err


def test_an_input_is_never_overwritten(page: Path, capsys: pytest.CaptureFixture[str]) -> None:
    """The page cannot be one of the inputs, nor a file in a folder that is one."""
    for inputs in (page, page.parent):
        assert report(inputs, "-o", page) == USAGE
        assert f"-o {page}: is an input" in capsys.readouterr().err
    assert page.read_text() == PAGE


def test_what_fails_is_said_and_the_rest_is_reported(
    page: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    """A file that is not there ends in status 1, and the page over the others is written; of nothing there is none."""
    target, missing = tmp_path / "out" / "report.html", tmp_path / "missing.txt"
    target.parent.mkdir()
    assert report(page, missing, "-o", target) == 1
    assert str(missing) in capsys.readouterr().err
    assert len(data_of(target.read_text("utf-8"))["documents"]) == 1
    target.unlink()
    assert report(missing, "-o", target) == 1
    assert not target.exists()


def test_the_folder_of_the_page_is_made(page: Path) -> None:
    """A folder that is not there is made, as ``clean`` does."""
    target = page.parent / "new" / "folder" / "report.html"
    assert report(page, "-o", target) == 0
    assert target.exists()


def test_a_page_that_cannot_be_written_is_an_error(page: Path, capsys: pytest.CaptureFixture[str]) -> None:
    """A file in place of its folder is named, in one line, before anything is cleaned."""
    assert report(page, "-o", page / "report.html") == 1
    assert re.fullmatch(r"cleaner: .*report\.html: cannot be written: .*\n", capsys.readouterr().err)


@pytest.mark.parametrize("name", ["clean.jsonl", "notes.txt", "report"])
def test_a_page_ends_in_html(page: Path, name: str, capsys: pytest.CaptureFixture[str]) -> None:
    """Another ending is refused, so that a slip overwrites no result."""
    target = page.parent / name
    target.write_text("precious")
    assert report(page, "-o", target) == USAGE
    assert "let it end in .html" in capsys.readouterr().err
    assert target.read_text() == "precious"


def test_settings_are_on_the_page(page: Path, tmp_path: Path) -> None:
    """What was set beside the defaults is told, and nothing if nothing was."""
    target = tmp_path / "report.html"
    assert report(page, "-o", target) == 0
    assert "Settings:" not in target.read_text("utf-8")
    assert report(page, "-o", target, "--mode", "careful", "--keep", "byline,tags") == 0
    assert "Settings: keep byline,tags, mode careful" in target.read_text("utf-8")
