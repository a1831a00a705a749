"""How much a document looks like a whole page, and the points of its lines."""

from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from cleaner.lines.analysis import analyse
from cleaner.lines.evidence import gather
from cleaner.lines.scorer import NAMED_MIN_POINTS, LinePoints, builtin_weights, page_likeness, score_lines
from cleaner.matching.matcher import Matcher
from cleaner.matching.pattern import PatternSet
from cleaner.result import Kind
from cleaner.text.document import Document
from cleaner.text.words import word_lists
from tests.deciding import pattern

ARTICLE = (
    "The ferry to the northern island was taken out of service on Monday, and will not sail before the end of winter.",
    "Nobody was hurt when the crack was found by a young engineer, who had been sent to look at the machinery.",
    "The baker of the island, who gets his flour by ship, has asked the fishermen to carry it until she returns.",
)
MENU = [f"{name} {place}" for place in ("north", "south", "east", "hills") for name in ("Shops", "Trains", "Tides")]
ANY_TEXT = st.text(st.characters(exclude_categories=()))


MATCHER = Matcher(
    PatternSet(
        [
            pattern(Kind.COMMENT_COUNT, "9 replies"),
            pattern(Kind.COPYRIGHT, "All rights reserved"),
            pattern(Kind.NEWSLETTER, "Get our letter"),
            pattern(Kind.PAGE_TOOLS, "Print this page"),
            pattern(Kind.INTERFACE, "Letters", "Archive", strength="weak"),
        ]
    )
)
FURNITURE = ("9 replies", "Get our letter", "Print this page", "Letters", "Archive", "All rights reserved")


def _page_likeness(*lines: str) -> float:
    return page_likeness(analyse(Document("\n".join(lines)), MATCHER, word_lists()))


# --- page_likeness ---------------------------------------------------------------------------------------------


def test_extracted_text_is_no_page() -> None:
    """A text of prose, with a headline and a note below it, has no likeness to a page."""
    assert _page_likeness(*ARTICLE) == 0.0
    assert _page_likeness("Ferry stays in port", *ARTICLE, "All rights reserved") == 0.0


def test_page_with_menu_and_furniture_is_one() -> None:
    """Many short lines above the prose, and furniture of several kinds with names, make a page."""
    assert _page_likeness(*MENU, *FURNITURE, *MENU, *ARTICLE, *FURNITURE, *MENU, *FURNITURE) > 0.9


def test_named_furniture_makes_a_page() -> None:
    """The same lines look more like a page when they have names than when they are any short lines."""
    names = [f"Gate {number}" for number in range(len(FURNITURE))]
    plain = _page_likeness(*MENU, *names, *ARTICLE, *MENU, *names)
    named = _page_likeness(*MENU, *FURNITURE, *ARTICLE, *MENU, *FURNITURE)
    assert plain < named


@settings(deadline=None)
@given(st.lists(st.sampled_from((*ARTICLE, *MENU, *FURNITURE, "")), max_size=30).map("\n".join) | ANY_TEXT)
def test_page_likeness_is_a_share(text: str) -> None:
    """Of any text the page_likeness is between 0 and 1."""
    assert 0.0 <= _page_likeness(text) <= 1.0


# --- points ----------------------------------------------------------------------------------------------


def test_points_are_the_same_without_reasons() -> None:
    """The totals are those that the terms add up to, whether the terms are kept or not."""
    analysis = analyse(Document("\n".join((*MENU, *ARTICLE, *FURNITURE))), MATCHER, word_lists())
    clues = gather(analysis, None).clues
    with_reasons = score_lines(analysis, clues, builtin_weights())
    without = score_lines(analysis, clues, builtin_weights(), explain=False)
    assert with_reasons.values.shape == (len(with_reasons.terms), analysis.filled.size)
    assert with_reasons.values.sum(axis=0) == pytest.approx(with_reasons.total)
    assert without.values.shape == (0, analysis.filled.size)
    assert without.total == pytest.approx(with_reasons.total, abs=1e-9)


def test_points_of_the_document_are_added() -> None:
    """Points that the document gives a line have a name, and count in the total."""
    points = LinePoints(np.arange(2), (), np.empty((0, 2)), np.array([1.0, -1.0]))
    more = points.with_context("context.run", np.array([0.5, 0.0])).with_context("context.list", np.array([0.0, 2.0]))
    assert more.total.tolist() == [1.5, 1.0]
    assert list(more.context) == ["context.run", "context.list"]
    assert points.total.tolist() == [1.0, -1.0]


# --- the points as evidence ------------------------------------------------------------------------------

DOCUMENT = Document("One\n\nTwo lines")
TERMS = ("prior", "shape.words", "shape.upper", "shape.links", "near.copies", "place.gap")


def _points(*values: float) -> LinePoints:
    """Points of the third line; the first has none."""
    columns = np.array([np.zeros(len(values)), values]).T
    return LinePoints(np.array([0, 2]), TERMS, columns, columns.sum(axis=0))


def test_large_terms_are_named_and_small_ones_grouped() -> None:
    """Terms come largest first, with the span of the line; small ones are summed by group, and none is lost."""
    points = _points(-2.0, 1.5, 0.3, 0.2, -0.1, 0.0)
    evidence = points.evidence(DOCUMENT, 2)
    assert [(item.source, round(item.points, 6)) for item in evidence] == [
        ("prior", -2.0),
        ("shape.words", 1.5),
        ("shape.smaller-terms", 0.5),
        ("near.smaller-terms", -0.1),
    ]
    assert {(item.start, item.end, item.kind) for item in evidence} == {(5, 14, None)}
    assert sum(item.points for item in evidence) == pytest.approx(points.total[1])


def test_term_at_the_border_is_named() -> None:
    """A term is named separately from ``NAMED_MIN_POINTS`` on, for or against."""
    evidence = _points(0.0, -NAMED_MIN_POINTS, NAMED_MIN_POINTS - 0.01, 0.0, 0.0, 0.0).evidence(DOCUMENT, 2)
    assert [item.source for item in evidence] == ["shape.words", "shape.smaller-terms"]


def test_points_of_the_document_come_first() -> None:
    """Points that the document gives a line come before the terms, however small, but not if they are zero."""
    points = _points(3.0, 0.0, 0.0, 0.0, 0.0, 0.0).with_context("context.run", np.array([9.0, -0.2]))
    points = points.with_context("document.few-lines", np.array([1.0, 0.0]))
    assert [(item.source, item.points) for item in points.evidence(DOCUMENT, 2)] == [
        ("context.run", -0.2),
        ("prior", 3.0),
    ]


@pytest.mark.parametrize("line", [1, 3])
def test_blank_line_has_no_terms(line: int) -> None:
    """A line that was not scored has no evidence of the scorer."""
    assert _points(1.0, 1.0, 1.0, 1.0, 1.0, 1.0).evidence(DOCUMENT, line) == ()
