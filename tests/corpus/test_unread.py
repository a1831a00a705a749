"""Files of a folder that are not read are counted and named, and the exit status says whether that matters."""

from __future__ import annotations

from pathlib import Path

import pytest

from tests.running import ARTICLE, PAGE, Run, file_names


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    """A folder with one text."""
    path = tmp_path / "in"
    path.mkdir()
    (path / "a.txt").write_text(PAGE, "utf-8")
    return path


def test_files_that_hold_no_article_are_a_note(folder: Path, tmp_path: Path, run: Run) -> None:
    """Images and style are counted, and the exit status stays 0; --quiet says nothing, nor do hidden files."""
    for name in ("b.png", "c.PNG", "d.css", ".hidden.pdf"):
        (folder / name).write_bytes(b"x")
    outcome = run(folder, "-o", tmp_path / "out")
    assert outcome.status == 0
    assert outcome.err.endswith(
        f"cleaner: 3 files were not read: 2 .png, 1 .css, e.g. {folder / 'b.png'}; such files hold no article\n"
    )
    assert file_names(tmp_path / "out") == {"a.txt"}
    assert run(folder, "-o", tmp_path / "out", "-q").err == ""


def test_documents_in_other_forms_are_failures(folder: Path, tmp_path: Path, run: Run) -> None:
    """A PDF or a Word file in a folder may be an article, so that it is not read is told even with --quiet."""
    (folder / "sub").mkdir()
    for name in ("sub/b.pdf", "c.pdf", "d.docx"):
        (folder / name).write_bytes(b"x")
    outcome = run(folder, "-o", tmp_path / "out", "-q")
    assert (outcome.status, (tmp_path / "out" / "a.txt").read_text("utf-8")) == (1, ARTICLE)
    assert outcome.err == (
        f"cleaner: 3 files were not read: 2 .pdf, 1 .docx, e.g. {folder / 'c.pdf'}; "
        "name an archive itself, make texts of others first\n"
    )


def test_files_without_a_known_ending_are_read_when_they_are_asked_for(folder: Path, tmp_path: Path, run: Run) -> None:
    """Nobody knows what they hold, so they are named; --format text reads them, but no image."""
    for name in ("b", "c.story", "d.story.xz"):
        (folder / name).write_text(PAGE, "utf-8")
    (folder / "e.png").write_bytes(b"\x89PNG\r\n\x1a\n")
    (folder / "d.story.xz").unlink()
    outcome = run(folder, "-o", tmp_path / "out", "-q")
    assert outcome.status == 1
    assert outcome.err == (
        f"cleaner: 2 files were not read: 1 .story, 1 without ending, e.g. {folder / 'b'}; "
        "--format text reads such files as texts\n"
    )
    asked = run(folder, "-o", tmp_path / "both", "--format", "text", "-q")
    assert (asked.status, asked.err) == (0, "")
    assert file_names(tmp_path / "both") == {"a.txt", "b", "c.story"}
    assert (tmp_path / "both" / "c.story").read_text("utf-8") == ARTICLE


def test_what_a_run_writes_is_not_counted(folder: Path, run: Run) -> None:
    """The folder of results inside an input, and the lists and checkpoints in it, are not named."""
    assert run(folder, "-o", folder / "out", "-q").status == 0
    (folder / "out" / "x.pdf").write_bytes(b"x")
    again = run(folder, "-o", folder / "out", "-q")
    assert (again.status, again.err) == (0, "")


@pytest.mark.parametrize("ending", ["/", ""])
def test_slash_at_the_end_makes_a_folder(ending: str, folder: Path, tmp_path: Path, run: Run) -> None:
    """One file goes into a new folder where the output ends with a slash, and into a file of that name otherwise."""
    assert run(folder / "a.txt", "-o", f"{tmp_path / 'new'}{ending}", "-q").status == 0
    target = tmp_path / "new" / "a.txt" if ending else tmp_path / "new"
    assert target.read_text("utf-8") == ARTICLE
