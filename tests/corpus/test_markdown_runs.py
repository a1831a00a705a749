"""Markdown through ``cleaner clean``: files, folders, standard input, and the text field of records."""

from __future__ import annotations

import json
from pathlib import Path

import pytest

from cleaner import clean_markdown
from tests.running import ARTICLE, USAGE, Run, record

# As plain text, the address would be judged as words, and the fence as lines.
SOURCE = (
    f"# The budget\n\n{ARTICLE}\n```sh\nshare this\n```\n\n{ARTICLE}\n[Share on Facebook](/f) [Share on Twitter](/t)\n"
)
CLEAN = SOURCE.rpartition("\n[Share on")[0]


def test_the_source_is_one_that_is_cleaned() -> None:
    """The example loses its last line as Markdown."""
    assert clean_markdown(SOURCE) == CLEAN


@pytest.mark.parametrize("name", ["page.md", "page.markdown", "PAGE.MD"])
def test_a_file_is_known_by_its_ending(tmp_path: Path, run: Run, name: str) -> None:
    """A file of Markdown becomes Markdown, in its own line ends."""
    (tmp_path / name).write_bytes(SOURCE.replace("\n", "\r\n").encode())
    assert run(tmp_path / name).out == CLEAN.replace("\n", "\r\n").encode()


def test_a_folder_is_mirrored(tmp_path: Path, run: Run) -> None:
    """In a folder Markdown is read by its ending, compressed or not, and keeps its name."""
    (tmp_path / "in").mkdir()
    (tmp_path / "in" / "page.md").write_text(SOURCE)
    assert run(tmp_path / "in", "-o", tmp_path / "out").status == 0
    assert (tmp_path / "out" / "page.md").read_text() == CLEAN


def test_standard_input_is_markdown_if_the_option_says_so(run: Run) -> None:
    """``--format markdown`` says what standard input and named files hold."""
    assert run("--format", "markdown", "-", stdin=SOURCE.encode()).out == CLEAN.encode()


@pytest.mark.parametrize("jobs", [1, 2])
def test_a_text_field_may_hold_markdown(tmp_path: Path, run: Run, jobs: int) -> None:
    """``--text-format markdown`` cleans the text of each record as Markdown, in any number of processes."""
    path, out = tmp_path / "in.jsonl", tmp_path / "out.jsonl"
    path.write_text("".join(record(number, SOURCE) for number in range(5)))
    assert run(path, "-o", out, "--text-format", "markdown", jobs=jobs).status == 0
    assert [json.loads(line)["text"] for line in out.read_text().splitlines()] == [CLEAN] * 5


def test_cells_may_hold_markdown(tmp_path: Path, run: Run) -> None:
    """The text column of a table may hold Markdown."""
    (tmp_path / "in.csv").write_text('id,text\n1,"' + SOURCE.replace('"', '""') + '"\n')
    outcome = run(tmp_path / "in.csv", "--text-format", "markdown")
    assert outcome.out.decode() == 'id,text\n1,"' + CLEAN + '"\n'


def test_removals_have_their_offsets_in_the_source(tmp_path: Path, run: Run) -> None:
    """The list of removals replays on the file of Markdown."""
    (tmp_path / "page.md").write_text(SOURCE)
    run(tmp_path / "page.md", "--removed", tmp_path / "removed.jsonl")
    (removal,) = map(json.loads, (tmp_path / "removed.jsonl").read_text().splitlines())
    assert (SOURCE[: removal["start"]] + SOURCE[removal["end"] :], removal["kind"]) == (CLEAN, "share-bar")


@pytest.mark.parametrize(
    ("options", "message"),
    [
        (["--text-format", "html"], "--html-field"),
        (["--text-format", "markdown"], "--format markdown"),
    ],
)
def test_wrong_usage_names_the_option_to_use(tmp_path: Path, run: Run, options: list[str], message: str) -> None:
    """An unknown format of texts, and the option where nothing has fields, are refused with what to write instead."""
    (tmp_path / "page.txt").write_text(SOURCE)
    outcome = run(tmp_path / "page.txt", *options)
    assert (outcome.status, message in outcome.err) == (USAGE, True)


def test_links_of_markdown_in_texts_are_told(tmp_path: Path, run: Run) -> None:
    """Texts with several links of Markdown are counted, with the option that reads them; the result is that of a text."""
    source = SOURCE.replace("The council", "[The](/a) [council](/b)")
    (tmp_path / "page.txt").write_text(source)
    outcome = run(tmp_path / "page.txt")
    assert "1 text holds links of Markdown, which were read as words; --format markdown" in outcome.err
    assert "links of Markdown" not in run("--format", "text", tmp_path / "page.txt").err
    (tmp_path / "in.jsonl").write_text(record(1, source))
    assert "--text-format markdown reads them" in run(tmp_path / "in.jsonl", "-o", tmp_path / "out.jsonl").err
