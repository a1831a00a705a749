"""Where Markdown needs a backslash, where emphasis can stand, and the targets of links."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from cleaner.html.escaping import can_close, can_open, escapes, heading_end, line_start, link_target, longest_ticks
from tests.visible import html_of


def escaped(text: str, places: list[int]) -> str:
    """A text with a backslash before the given places."""
    return "".join("\\" * (number in places) + character for number, character in enumerate(text))


@pytest.mark.parametrize(
    "text",
    ["snake_case", "3 * 4", "R&D of AT&T", "a < b > c", "50 % (or 5)", "a ] b", "C:\\dir", "a | b", "#5 + 6", "~5"],
)
def test_text_that_is_no_markup_stays(text: str) -> None:
    """A sign that Markdown would not take for markup has no backslash."""
    assert escapes(text, " ") == []


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("*a* b", "\\*a\\* b"),
        ("_a_ b__c", "\\_a\\_ b__c"),
        ("`a` [b]", "\\`a\\` \\[b]"),
        ("<b> </i <!-", "\\<b> \\</i \\<!-"),
        ("&amp; &#35; &x y", "\\&amp; \\&#35; &x y"),
        ("\\* a\\", "\\\\\\* a\\\\"),
        ("~~a~~", "\\~\\~a\\~\\~"),
    ],
)
def test_text_that_looks_like_markup_is_escaped(text: str, expected: str) -> None:
    """What Markdown would take for emphasis, code, links, HTML, entities and escapes has a backslash."""
    assert escaped(text, escapes(text)) == expected


def test_place_of_a_text_decides() -> None:
    """A bracket ends a link only inside one, a bar ends a cell only inside one, and what follows counts."""
    assert escapes("a]|", " ") == []
    assert escapes("a]", " ", in_link=True) == [1]
    assert escapes("a|", " ", in_cell=True) == [1]
    assert escapes("a &", "amp; b") == [2]
    assert escapes("a \\", " b") == []
    assert escapes("a \\", "]") == [2]


@pytest.mark.parametrize(
    ("line", "place"),
    [
        ("- a", 0),
        ("+ a", 0),
        ("# a", 0),
        ("###### a", 0),
        ("> a", 0),
        ("1. a", 1),
        ("1989. A year", 4),
        ("12) a", 2),
        ("---", 0),
        ("===", 0),
        ("--- | :-:", 0),
        ("-a", None),
        ("#a", None),
        ("1.5 a", None),
        ("1234567890. a", None),
        ("a - b", None),
        ("- ", 0),
    ],
)
def test_beginning_of_a_line(line: str, place: int | None) -> None:
    """A line that would begin a list, heading, quotation, rule or table has one backslash, any other has none."""
    assert line_start(line) == place
    if place is not None:
        assert html_of(escaped(line, [place])) == f"<p>{line.strip().replace('>', '&gt;')}</p>"


def test_end_of_a_heading() -> None:
    """Number signs at the end of a heading are part of it only after a backslash."""
    assert (heading_end("C #"), heading_end("##"), heading_end("C#"), heading_end("# C")) == (2, 0, None, None)
    assert html_of("# C \\#") == "<h1>C #</h1>"


@given(st.text(st.sampled_from("ab \\*_`[]()<>&;#!~|.-+=1"), max_size=12))
def test_escaped_text_shows_itself(text: str) -> None:
    """Any text on a line, escaped, is read as that text."""
    line = " ".join(text.split())
    first = line_start(line)
    places = {*escapes(line, " "), *(() if first is None else (first,))}
    shown = html_of(escaped(line, sorted(places)))
    assert shown == (f"<p>{line.replace('&', '&amp;').replace('<', '&lt;').replace('>', '&gt;')}</p>" if line else "")


def test_emphasis_needs_a_fitting_place() -> None:
    """A mark can begin before a word and end after one; beside a sign inside a word it is no mark."""
    assert can_open(" ", "a")
    assert can_open("", "(")
    assert can_open("a", "b")
    assert not can_open("a", "(")
    assert not can_open("a", " ")
    assert can_close("a", " ")
    assert can_close(")", ".")
    assert not can_close("」", "で")


def test_symbols_are_signs_to_some_readers() -> None:
    """A symbol, which is punctuation to some readers only, never makes a place for emphasis."""
    assert not can_open("a", "€")
    assert not can_open("€", "(")


@pytest.mark.parametrize(
    ("address", "expected"),
    [
        ("b?c=1&d=2", "https://e.org/a/b?c=1&d=2"),
        ("/b c\n(d", "https://e.org/b%20c%28d"),
        ("/b_(c)", "https://e.org/b_(c)"),
        ("/b((c))(", "https://e.org/b%28%28c%29%29%28"),
        ("?a=1&copy;2", "https://e.org/a/?a=1\\&copy;2"),
        ("/<b>`|\\", "https://e.org/%3Cb%3E%60%7C%5C"),
        ("mailto:a@e.org", "mailto:a@e.org"),
        ("#part", "https://e.org/a/#part"),
        ("#", ""),
        ("javascript:alert(1)", ""),
        (" java\nscript:alert(1)", ""),
        ("data:text/html,x", ""),
        ("http://[x", ""),
        ("/" + "a" * 3_000, ""),
    ],
)
def test_targets_of_links(address: str, expected: str) -> None:
    """Links are absolute and safe inside parentheses; those to scripts, data and nowhere have no target."""
    assert link_target(address, "https://e.org/a/") == expected


def test_links_without_an_address_of_the_page() -> None:
    """If the page's address is not known, links stay as they are, and those into the page itself have no target."""
    assert link_target("b/c", "") == "b/c"
    assert link_target("#part", "") == ""


def test_backticks_are_counted() -> None:
    """The longest run of backticks decides over the marks of code."""
    assert (longest_ticks("a"), longest_ticks("`a``b`")) == (0, 2)
