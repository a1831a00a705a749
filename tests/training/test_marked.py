"""Marked documents: what each mark says, what is refused, and a folder of them as a data set."""

from __future__ import annotations

from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from cleaner.errors import InputError
from cleaner.training.labelled import MARKED, read_labelled
from cleaner.training.marked import MARKS, MarkedLine, parse_marked, read_marked_folder

DOCUMENT = """+The bridge opens again
-Share this page
=By Anna Lindqvist. The mayor spoke on Monday.
>The mayor spoke on Monday.
?Photo: the bridge in May

+It rained.
=Advertisement
>
"""


# --- marks -----------------------------------------------------------------------------------------------


def test_marks_say_what_is_wanted() -> None:
    """``+`` wants the line, ``-`` none of it, ``?`` either, and ``=`` wants the text after ``>``."""
    assert parse_marked(DOCUMENT, "bridge").lines == (
        MarkedLine("+", "The bridge opens again", "The bridge opens again"),
        MarkedLine("-", "Share this page", ""),
        MarkedLine("=", "By Anna Lindqvist. The mayor spoke on Monday.", "The mayor spoke on Monday."),
        MarkedLine("?", "Photo: the bridge in May", ""),
        MarkedLine("+", "", ""),
        MarkedLine("+", "It rained.", "It rained."),
        MarkedLine("=", "Advertisement", ""),
    )


def test_text_is_the_document_without_marks() -> None:
    """The text has every line without its mark, but not the lines that say what should be left."""
    assert parse_marked(DOCUMENT, "bridge").text == (
        "The bridge opens again\nShare this page\nBy Anna Lindqvist. The mayor spoke on Monday.\n"
        "Photo: the bridge in May\n\nIt rained.\nAdvertisement"
    )


def test_article_is_what_should_be_left() -> None:
    """The article has the wanted part of each line, without blank lines and without lines that may stay or be removed."""
    assert parse_marked(DOCUMENT, "bridge").article == (
        "The bridge opens again\nThe mayor spoke on Monday.\nIt rained."
    )


def test_line_keeps_its_spaces_and_signs() -> None:
    """Only the first character of a line is its mark; what follows is the line, marks and spaces included."""
    document = parse_marked("+ - a\n--\n+> b", "x")
    assert [line.text for line in document.lines] == [" - a", "-", "> b"]


def test_blank_lines_at_the_end_are_left_out() -> None:
    """A document does not end in blank lines, and an empty one has none at all."""
    assert len(parse_marked("+a\n\n+\n-\n", "x").lines) == 1
    assert parse_marked("", "x").lines == ()
    assert parse_marked("", "x").article == ""


@given(st.lists(st.tuples(st.sampled_from("+-?"), st.text(st.characters(exclude_characters="\n\r")))))
def test_lines_are_read_as_they_were_marked(lines: list[tuple[str, str]]) -> None:
    """Any lines at all are read with their marks, except blank ones at the end."""
    while lines and not lines[-1][1]:
        lines.pop()
    document = parse_marked("\n".join(mark + text for mark, text in lines), "x")
    assert [(line.mark, line.text) for line in document.lines] == lines


# --- refused ---------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("content", "line", "sign"),
    [
        ("+a\nb", 2, "'b'"),
        ("+a\n\n+b\n a", 4, "' '"),
        (">a", 1, "'>'"),
        ("+a\n>b", 2, "'>'"),
        ("-a\n=b\n>c\n>d\n+e", None, ""),
    ],
)
def test_wrong_mark_is_refused(content: str, line: int | None, sign: str) -> None:
    """A line without a mark, or a ``>`` line that does not follow an ``=`` line, is refused with its line number."""
    if line is None:
        # What stands last counts.
        assert parse_marked(content, "hills/bridge").lines[1].wanted == "d"
        return
    with pytest.raises(InputError) as caught:
        parse_marked(content, "hills/bridge")
    assert (
        str(caught.value) == f"hills/bridge: line {line}: begins with {sign}; mark it with one of {' '.join(MARKS)} >"
    )


# --- folders ---------------------------------------------------------------------------------------------


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    """A folder with two marked documents, one of them in a folder of its own, and a file that is none."""
    marked = tmp_path / "village"
    (marked / "hills").mkdir(parents=True)
    (marked / "mill.txt").write_text(DOCUMENT, "utf-8")
    (marked / "hills" / "bridge.txt").write_text("+Die Brücke öffnet.\n-Teilen\n", "utf-8")
    (marked / "notes.md").write_text("no marks", "utf-8")
    return marked


def test_folder_is_read_in_order_of_paths(folder: Path) -> None:
    """All documents below a folder are read, named by their paths in it without the ending."""
    assert [document.name for document in read_marked_folder(folder)] == ["hills/bridge", "mill"]


def test_folder_without_documents_is_refused(tmp_path: Path) -> None:
    """A folder without texts is refused with its name and the fix."""
    with pytest.raises(InputError) as caught:
        list(read_marked_folder(tmp_path))
    assert str(caught.value) == f"{tmp_path}: holds no .txt file; give a folder of marked documents"


def test_document_that_is_no_text_is_refused(folder: Path) -> None:
    """A file that is not UTF-8 is refused with its path and the fix."""
    (folder / "latin.txt").write_bytes("+é".encode("latin-1"))
    with pytest.raises(InputError) as caught:
        list(read_marked_folder(folder))
    assert str(caught.value).startswith(f"{folder / 'latin.txt'}: cannot be read: ")
    assert str(caught.value).endswith("; give marked documents in UTF-8")


def test_wrong_mark_in_a_folder_names_document_and_line(folder: Path) -> None:
    """A wrong mark in one of many documents is reported with the document's name and its line."""
    (folder / "hills" / "tower.txt").write_text("+a\nno mark\n", "utf-8")
    with pytest.raises(InputError, match=r"hills/tower.*: line 2: begins with 'n'"):
        list(read_marked_folder(folder))


def test_folder_is_a_data_set(folder: Path) -> None:
    """A folder is read as labelled pages: each document is a separate page and site, without lines that may go either way."""
    bridge, mill = read_labelled(folder)
    assert (bridge.name, bridge.id, bridge.host) == ("village", "hills/bridge", "hills/bridge")
    assert (bridge.gold, bridge.texts) == ("Die Brücke öffnet.", {MARKED: "Die Brücke öffnet.\nTeilen"})
    assert (bridge.lang, bridge.title, bridge.url) == (None, None, None)
    assert "Photo" not in mill.texts[MARKED]
    assert mill.gold == parse_marked(DOCUMENT, "mill").article


def test_every_n_th_document_is_read(folder: Path) -> None:
    """Only every n-th document of a folder is a page when that is asked for."""
    assert [page.id for page in read_labelled(folder, every=2)] == ["hills/bridge"]
