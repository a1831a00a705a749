"""The visible text of Markdown, and where it stands in the source."""

from __future__ import annotations

import pytest

from cleaner.markdown.cuts import source_spans
from cleaner.markdown.view import read_view


def shown(source: str) -> list[str]:
    """The visible lines of a source."""
    view = read_view(source)
    return [view.text[line.start : line.end] for line in view.lines]


@pytest.mark.parametrize(
    ("source", "lines"),
    [
        ("A **b** *c* `d` ~~e~~", ["A b c d e"]),
        ('[a](http://x "t") and [b][1] ![c](d)\n\n[1]: http://y', ["a and b"]),
        ("a &amp; b \\* c", ["a & b * c"]),
        ("# One ##\n\nTwo\n===\n", ["One", "Two"]),
        ("- a\n  1. b\n> c", ["- a", "1. b", "c"]),
        ("* [ Home ](/)\n* b", ["* Home", "* b"]),
        ("[a](javascript:void) <b>c</b> <http://x>", ["a c http://x"]),
        ("a[^1]\n\n[^1]: the note\n    goes on", ["a"]),
        ("a  \nb", ["a", "b"]),
        ("    A page has indented this sentence.\n", ["A page has indented this sentence."]),
        ("<div>\nA word\n</div>\n\n<!-- none -->\n", ["A word"]),
    ],
)
def test_shows_what_a_reader_sees(source: str, lines: list[str]) -> None:
    """Markup, addresses, images, footnotes and comments are not shown; markers of lists are."""
    assert [line.rstrip() for line in shown(source) if line] == lines


@pytest.mark.parametrize(
    "source",
    [
        "```\nLink: x\n```\n",
        "    x = y + 1\n    z()\n",
        "---\ntitle: a\n---\n",
        "***\n",
        "[1]: http://x\n",
        "![a](b)\n",
    ],
)
def test_code_rules_images_and_metadata_have_no_visible_line(source: str) -> None:
    """What has no words to be judged by is no visible line."""
    assert [line for line in shown(source) if line] == []


def test_rows_of_data_keep_their_bars() -> None:
    """The rows of a table that holds data are lines with bars, without the row that aligns the columns."""
    assert shown("| a | b |\n|---|---|\n| c \\| d | [e](f) |\n") == ["| a | b |", "| c | d | e |"]


def test_cells_of_a_layout_are_lines() -> None:
    """In a table that only places parts of a page, each cell is a line, those beyond the first row's columns too."""
    sentence = "The bridge will be closed for three months. " * 8
    assert shown(f"|  |  |\n| --- | --- |\n| {sentence}| Menu | Login |\n") == [sentence.strip(), "Menu", "Login"]


def test_wrapped_lines_are_one_line() -> None:
    """The lines of a paragraph that is wrapped at a width are one visible line, even inside an address."""
    source = (
        "The town council voted on Monday to close the old bridge for three months,\n"
        "as [the mayor had said](https://example.org/news/the-old-bridge-over-the-\n"
        "river-is-closed) in a long letter to everyone who lives on the other side of\n"
        "the river.\n"
    )
    (line,) = shown(source)
    assert line.startswith("The town council")
    assert "as the mayor had said in a long letter" in line


def test_every_character_has_its_place() -> None:
    """A visible character stands where the view says, or is written there in another way."""
    source = "- **Read** [this](x) &amp; that\\!\n\n| a | b |\n|-|-|\n| c | d |\n"
    view = read_view(source)
    for sign, start, end in zip(view.text, view.begins.tolist(), view.ends.tolist(), strict=True):
        assert source[start:end] in (sign, "", "&amp;", "\\!")


@pytest.mark.parametrize(
    ("source", "words", "cut"),
    [
        ("Good. [Reply](a)[Delete](b)", "ReplyDelete", ["[Reply](a)[Delete](b)"]),
        ("Good **text** here", "text", ["**text**"]),
        ("Good [long text](a)", "text", ["text"]),
        ("**Good text**", "text", ["text"]),
        ("a &amp; b", "&", ["&amp;"]),
    ],
)
def test_a_cut_takes_markup_with_all_its_text(source: str, words: str, cut: list[str]) -> None:
    """A link of which all text is cut goes with its address; one of which some text stays keeps it."""
    view = read_view(source)
    start = view.text.index(words)
    assert [source[low:high] for low, high in source_spans(view, start, start + len(words))] == cut
