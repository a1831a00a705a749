"""Comments without a mark: which of the lines that go are told to be comments."""

from __future__ import annotations

import numpy as np
import pytest

from cleaner.analysis import Analysis, analyse
from cleaner.catalog import builtin_patterns, word_lists
from cleaner.comments import find_comments
from cleaner.matcher import Matcher
from cleaner.text import Document

ARTICLE = [
    "The council voted on Tuesday to close the ferry landing for two winters, the mayor said.",
    "Repairs to the pier will cost four million, of which the county pays half.",
]
COMMENTS = [
    "Old Salt",
    "I have used that ferry all my life and you can tell nobody on the council ever has.",
    "marsh hen",
    "You should see my commute now. Thank you for nothing, I say to them.",
    "It gets better though, if you ask me.",
]
TEASERS = [
    "Harvest",
    "The cider harvest begins a week early in the hills above the town, growers report.",
    "Sport",
    "The rowing club won three of its four races at the autumn regatta on Sunday.",
]


@pytest.fixture(scope="module")
def matcher() -> Matcher:
    """The built-in patterns, compiled once."""
    return Matcher(builtin_patterns())


def _analysis(matcher: Matcher, lines: list[str]) -> Analysis:
    return analyse(Document("\n".join(lines)), matcher, word_lists(), "en")


def _below(analysis: Analysis, kept: int) -> np.ndarray[tuple[int], np.dtype[np.bool_]]:
    return np.arange(len(analysis.document)) >= kept


def test_people_writing_below_an_article_are_comments(matcher: Matcher) -> None:
    """Sentences in the first and second person are comments, one from short line to short line."""
    analysis = _analysis(matcher, ARTICLE + COMMENTS)
    unnamed = np.zeros(len(analysis.document), dtype=bool)
    assert find_comments(analysis, _below(analysis, 2), unnamed) == ((3,), (5, 6))


def test_teasers_below_an_article_are_no_comments(matcher: Matcher) -> None:
    """Sentences about other things, in the third person, are not comments."""
    analysis = _analysis(matcher, ARTICLE + TEASERS)
    unnamed = np.zeros(len(analysis.document), dtype=bool)
    assert find_comments(analysis, _below(analysis, 2), unnamed) == ()


def test_lines_with_a_kind_are_no_comments(matcher: Matcher) -> None:
    """What something else has named keeps its name."""
    analysis = _analysis(matcher, [*ARTICLE, *COMMENTS, "gull", "I would pay double if you kept it for my children."])
    named = np.zeros(len(analysis.document), dtype=bool)
    named[3] = True
    assert find_comments(analysis, _below(analysis, 2), named) == ((5, 6), (8,))


def test_few_sentences_among_much_else_are_no_comments(matcher: Matcher) -> None:
    """Comments are most of what stands below an article, or there are none."""
    menu = [f"Section {name} of the paper and all that belongs to it" for name in ("one", "two", "three", "four")] * 5
    analysis = _analysis(matcher, [*ARTICLE, *COMMENTS, *menu])
    unnamed = np.zeros(len(analysis.document), dtype=bool)
    assert find_comments(analysis, _below(analysis, 2), unnamed) == ()


def test_one_comment_is_none(matcher: Matcher) -> None:
    """A single run of sentences is not taken for a comment: a teaser may speak to its reader."""
    analysis = _analysis(matcher, [*ARTICLE, "Old Salt", COMMENTS[1]])
    unnamed = np.zeros(len(analysis.document), dtype=bool)
    assert find_comments(analysis, _below(analysis, 2), unnamed) == ()


@pytest.mark.parametrize("kept", [0, 7])
def test_nothing_below_an_article_is_no_comment(matcher: Matcher, kept: int) -> None:
    """Without an article above, or without lines that go, there are no comments."""
    analysis = _analysis(matcher, ARTICLE + COMMENTS)
    unnamed = np.zeros(len(analysis.document), dtype=bool)
    assert find_comments(analysis, _below(analysis, kept), unnamed) == ()
