"""A result as HTML, in notebooks and by itself."""

from __future__ import annotations

import pickle
from html.parser import HTMLParser
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from cleaner import Cleaner, CleanResult, explain_html, explain_text
from cleaner.result.drawing import CONTEXT_LINES, Detail, draw_document, fold_lines
from cleaner.result.groups import GROUPS, group_of
from cleaner.result.shown import show_lines
from cleaner.result.values import Kind

ARTICLE = "\n".join(
    f"The council spoke about the harbour wall for hours on day {number} of May." for number in range(20)
)
TEXT = f"{ARTICLE}\nShare on Facebook\n"


class Reader(HTMLParser):
    """Collects tags, and texts by the class of the innermost element around them."""

    def __init__(self, html: str) -> None:
        super().__init__()
        self.tags: list[str] = []
        self.texts: list[tuple[str, str]] = []
        self._open: list[str] = []
        self.feed(html)

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        """Note a tag, and that it is open."""
        self.tags.append(tag)
        self._open.append(dict(attrs).get("class") or tag)

    def handle_endtag(self, tag: str) -> None:  # noqa: ARG002 - it is the innermost one
        """Close the innermost element."""
        self._open.pop()

    def handle_data(self, data: str) -> None:
        """Note a text."""
        self.texts.append((self._open[-1] if self._open else "", data))

    def text(self, name: str) -> list[str]:
        """The texts in elements of a class or tag."""
        return [data for own, data in self.texts if own == name]


def test_removed_text_is_struck_with_its_kind_and_reasons() -> None:
    """The removed line is struck, and its kind, points and reasons in words stand below it."""
    reader = Reader(explain_text(TEXT).to_html())
    assert reader.text("del") == ["Share on Facebook"]
    assert reader.text("kind") == ["share-bar"]
    assert float(reader.text("points")[0]) > 0
    assert any("share" in text for text in reader.text("note"))


def test_long_stretches_that_stay_are_folded() -> None:
    """Of what stays, the lines next to a removal are in sight; the others are folded, and counted."""
    result = explain_text(TEXT)
    stretches = list(fold_lines(show_lines(TEXT, result), Detail()))
    assert [(len(one.lines), one.is_folded) for one in stretches] == [
        (20 - CONTEXT_LINES, True),
        (CONTEXT_LINES + 1, False),
    ]
    assert f" context: {20 - CONTEXT_LINES} lines" in Reader(result.to_html()).text("summary")


@pytest.mark.parametrize("hostile", ["<script>alert(1)</script>", "</style><b>", "\"'><img src=x>", "{{ 7 * 7 }}"])
def test_everything_from_a_document_is_escaped(hostile: str) -> None:
    """Tags and signs of templates in a text are shown as text."""
    html = explain_text(f"{hostile}\nShare on Facebook {hostile}\n").to_html()
    reader = Reader(html.partition("</style>")[2])
    assert set(reader.tags) <= {"div", "ol", "li", "span", "del", "details", "summary"}
    assert hostile in [*reader.text("text"), *reader.text("del")]


@given(st.text(st.characters(codec="utf-8", exclude_characters="\r\x00"), max_size=300))
def test_every_line_of_any_text_is_shown(text: str) -> None:
    """The whole view has all lines of a text, in order."""
    result = explain_text(text)
    lines = show_lines(text, result)
    assert [line.text for line in lines] == [text[one.line.start : one.line.end] for one in result.lines]
    assert Reader(draw_document(lines)).tags.count("del") == sum(
        piece.kind is not None for line in lines for piece in line.pieces
    )


def test_the_view_in_a_notebook_is_small() -> None:
    """A notebook gets the parts of a long document around its removals, with the number of lines left out."""
    text = "\n".join(f"{ARTICLE}\nShare on Facebook" for _ in range(50))
    result = explain_text(text)
    small = result._repr_html_()
    assert len(small) < len(result.to_html()) / 1.5
    assert any(part.startswith("…") for part in Reader(small).text("left-out"))


def test_a_page_of_html_and_an_empty_text_are_shown() -> None:
    """Of HTML the blocks are shown; of nothing, an empty list."""
    page = explain_html("<p>The council spoke about the harbour for hours.</p><p>Share on Facebook</p>")
    assert "The council spoke about the harbour for hours." in page.to_html()
    assert Reader(CleanResult("").to_html()).text("text") == []


def test_a_document_without_verdicts_says_why() -> None:
    """A text that was not cleaned has no lines to show, and tells the flag that says why."""
    result = Cleaner().clean("One more line.\n" * 50_001)
    assert Reader(result.to_html()).text("left-out") == ["There are no lines to show: too-many-lines."]


def test_what_is_shown_can_be_written() -> None:
    """A lone surrogate, which no file in UTF-8 can hold, is shown as a question mark."""
    html = Cleaner().clean("The ferry\ud800 waits in the harbour.\n").to_html()
    assert "The ferry? waits in the harbour." in html.encode("utf-8").decode("utf-8")


def test_an_unpickled_result_is_shown_alike() -> None:
    """A result shows the same after it was pickled."""
    result = Cleaner().clean(TEXT)
    assert pickle.loads(pickle.dumps(result)).to_html() == result.to_html()


def test_every_kind_has_a_group_with_a_colour() -> None:
    """Each kind is in one group at most, and each group has a colour for light and for dark pages."""
    style = (Path(__file__).parents[2] / "cleaner" / "result" / "view.css").read_text("utf-8")
    for kind in Kind:
        assert sum(kind in kinds for kinds in GROUPS.values()) <= 1
        assert style.count(f"--{group_of(kind)}:") == 2
        assert f".group-{group_of(kind)} " in style
