"""The headline and its copies: which one stays, and which lines are not copies."""

from __future__ import annotations

import pytest

from cleaner import CleanResult, Kind, explain_text
from cleaner.result import Verdict
from tests.deciding import ENGLISH

HEADLINE = "The crane in the harbour is taken down"
ARTICLE = "\n".join(ENGLISH)


def _copies(result: CleanResult) -> list[tuple[int, int]]:
    """The spans of the removed copies of the headline."""
    return [(one.start, one.end) for one in result.removals if one.kind is Kind.DUPLICATE_HEADLINE]


def _context(verdict: Verdict) -> dict[str, float]:
    """The evidence of a found headline about a line, by source."""
    sources = ("context.headline", "context.headline-copy")
    return {item.source: item.points for item in verdict.evidence if item.source in sources}


def test_copy_nearest_above_the_article_stays() -> None:
    """The copy nearest above the article is the headline, and the others are removed as copies of it."""
    text = f"{HEADLINE}\nHome\nNews\n{HEADLINE}\n\n{ARTICLE}\n"
    result = explain_text(text)
    assert result.headline == HEADLINE
    assert _copies(result) == [(0, len(HEADLINE) + 1)]
    assert _context(result.lines[0]) == {"context.headline-copy": 24.0}
    assert result.text.count(HEADLINE) == 1
    named = explain_text(text, title=HEADLINE)
    assert (named.text, _copies(named)) == (result.text, _copies(result))
    assert _context(named.lines[3]) == {"context.headline": -24.0}
    assert f"{HEADLINE}\n\n{ARTICLE}" in result.text


def test_bare_copy_is_the_headline() -> None:
    """A copy followed by the site's name is removed, even if nearer, when a bare one stands above the article."""
    text = f"{HEADLINE}\n{HEADLINE} | The Harbour Courier\n{ARTICLE}\n"
    result = explain_text(text, title=HEADLINE)
    assert _context(result.lines[0]) == {"context.headline": -24.0}
    assert _context(result.lines[1]) == {"context.headline-copy": 24.0}
    assert result.text == f"{HEADLINE}\n{ARTICLE}\n"


def test_copy_below_a_standfirst_stays() -> None:
    """A few words of prose above a copy are a standfirst, so the copy below it is the headline."""
    standfirst = "After forty years the last machine on the quay goes, and few will miss it."
    result = explain_text(f"{HEADLINE}\n{standfirst}\n{HEADLINE}\n{ARTICLE}\n")
    assert _copies(result) == [(0, len(HEADLINE) + 1)]
    assert result.text == f"{standfirst}\n{HEADLINE}\n{ARTICLE}\n"


@pytest.mark.parametrize("title", [None, HEADLINE])
def test_copy_in_an_archive_below_goes(title: str | None) -> None:
    """The headline in a list below the article, as blogs show their posts, is removed, and the one above stays."""
    text = f"{HEADLINE}\n{ARTICLE}\n{HEADLINE}\n"
    result = explain_text(text, title=title)
    assert result.headline == HEADLINE
    assert _copies(result) == [(len(text) - len(HEADLINE) - 1, len(text))]
    assert _context(result.lines[-1]) == {"context.headline-copy": 24.0}
    assert result.text == f"{HEADLINE}\n{ARTICLE}\n"


SUBHEADING = "What becomes of the cabin"
LONG = "\n".join(ENGLISH[:4] * 2)


def test_subheading_of_a_table_of_contents_stays() -> None:
    """A subheading repeated by a table of contents above the article is not a headline, and neither of them is a copy."""
    text = f"In this story\n{SUBHEADING}\nHow long it will take\n{LONG}\n{SUBHEADING}\n{ARTICLE}\n"
    result = explain_text(text)
    assert result.headline is None
    assert _copies(result) == []
    assert not _context(result.lines[1])
    assert f"\n{SUBHEADING}\n{ARTICLE}" in result.text


def test_exact_copy_of_a_known_headline_goes_inside_the_article_too() -> None:
    """Where the title is known, a line of the same words inside the article is a copy, as below a picture."""
    text = f"{HEADLINE}\n{LONG}\n{HEADLINE}\n{ARTICLE}\n"
    result = explain_text(text, title=HEADLINE)
    at = text.rindex(HEADLINE)
    assert _copies(result) == [(at, at + len(HEADLINE) + 1)]
    assert _context(result.lines[0]) == {"context.headline": -24.0}
    assert result.text == f"{HEADLINE}\n{LONG}\n{ARTICLE}\n"


SITE = "Weekly Courier of the Upper Valley"


def test_name_of_the_site_is_no_headline() -> None:
    """A line that a copyright notice repeats is the name of the site, whether it stands above the article or not."""
    text = f"{SITE}\n{ARTICLE}\n© 2024 {SITE}\n"
    result = explain_text(text)
    assert result.headline is None
    assert _copies(result) == []
    assert [(one.kind, one.text) for one in result.removals] == [(Kind.COPYRIGHT, f"© 2024 {SITE}\n")]
    # Of two lines one below the other, only one whose words the article has is a headline.
    assert explain_text(f"{SITE}\n{ARTICLE}\n{SITE}\n").headline is None
    assert explain_text(f"{HEADLINE}\n{ARTICLE}\n{HEADLINE}\n").headline == HEADLINE


@pytest.mark.xfail(
    reason="only the first pass sees the copyright line; the second takes the name for a headline", strict=True
)
def test_repeated_name_of_the_site_is_no_headline() -> None:
    """A name that occurs twice and in a copyright notice is still the site's name after the notice is removed."""
    result = explain_text(f"{SITE}\n{SITE}\n{ARTICLE}\n© 2024 {SITE}\n")
    assert result.headline is None
    assert _copies(result) == []


def test_refrain_is_no_headline() -> None:
    """A line that occurs many times is a refrain or a cell of a table."""
    text = "\n".join([HEADLINE, *(f"{HEADLINE}\n{paragraph}" for paragraph in ENGLISH * 2)])
    assert explain_text(text).headline is None


COURIER = "The Harbour Courier"


@pytest.mark.parametrize(
    "window",
    [
        f"{HEADLINE} | Region | {COURIER}",
        f"{COURIER} - {HEADLINE} - News",
        f"{COURIER} - a paper for the coast: {HEADLINE}",
    ],
)
def test_title_of_the_window_tells_the_headline_from_the_name_of_the_site(window: str) -> None:
    """A first line with the headline and the site's name is removed, and so is the name, even if it occurs twice."""
    text = f"{window}\n{COURIER}\nHome\nContact\n{COURIER}\n{HEADLINE}\n{ARTICLE}\n"
    result = explain_text(text)
    assert result.headline == HEADLINE
    assert _copies(result) == [(0, len(window) + 1)]
    for line in (1, 4):
        assert result.lines[line].kind is Kind.INTERFACE
        assert {item.source: item.points for item in result.lines[line].evidence}["context.site-name"] == 16.0
    assert result.text == f"{HEADLINE}\n{ARTICLE}\n"


def test_name_of_the_site_nearest_to_the_article_is_no_headline() -> None:
    """The article's words show which part of the window's title is the headline, wherever it stands."""
    text = f"{HEADLINE} | {COURIER}\n{HEADLINE}\n{COURIER}\n{ARTICLE}\n"
    result = explain_text(text)
    assert result.headline == HEADLINE
    assert result.text == f"{HEADLINE}\n{ARTICLE}\n"


def test_headline_of_parts_without_a_part_on_a_line_of_its_own_stays() -> None:
    """A headline with separators of its own, no part of which stands above the article, is not a window title."""
    text = f"Harbour - {HEADLINE}\n\n{ARTICLE}\n"
    result = explain_text(text)
    assert (result.text, result.headline) == (text, None)
