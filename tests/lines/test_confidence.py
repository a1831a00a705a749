"""How good a result is likely to be, from what the points of its lines say."""

from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from cleaner import explain_html, explain_text
from cleaner.lines.confidence import Expected, confidence, expect

ARTICLE, NOISE = -9.0, 9.0
SHARES = st.floats(0.0, 1.0)
LINES = st.lists(st.tuples(st.floats(-50.0, 50.0), st.floats(0.0, 80.0), st.booleans(), st.booleans()), max_size=20)


def _expect(points: list[float], keep: list[bool], named: list[bool] | None = None, words: float = 20.0) -> Expected:
    return expect(
        np.array(points, dtype=np.float64),
        np.full(len(points), words),
        np.array(keep, dtype=bool),
        np.array(named or [False] * len(points), dtype=bool),
        0.5,
    )


def test_sure_choice_is_expected_to_be_right() -> None:
    """If sure article stays and sure noise is removed, all that stays is expected to be article, and all of it to stay."""
    found = _expect([ARTICLE, ARTICLE, NOISE, ARTICLE], [True, True, False, True])
    assert found.precision == pytest.approx(1.0, abs=0.001)
    assert found.recall == pytest.approx(1.0, abs=0.001)
    assert confidence(found, 0.75) > 0.9


def test_noise_that_stays_costs_precision() -> None:
    """Where sure noise stays, that share of what stays is expected not to be article."""
    found = _expect([ARTICLE, NOISE], [True, True])
    assert found.precision == pytest.approx(0.5, abs=0.001)
    assert found.recall == pytest.approx(1.0, abs=0.001)


def test_article_that_goes_costs_recall() -> None:
    """Where sure article is removed, that share of it is expected to be lost."""
    found = _expect([ARTICLE, ARTICLE, ARTICLE, ARTICLE], [True, False, True, True])
    assert found.recall == pytest.approx(0.75, abs=0.001)
    assert found.precision == pytest.approx(1.0, abs=0.001)


def test_doubt_counts_by_halves() -> None:
    """A line that may be either counts half."""
    assert _expect([0.0, 0.0], [True, True]).precision == pytest.approx(0.5)


def test_what_went_is_counted_in_words() -> None:
    """The share of words that went, and that went without a name, and the size, are of all words."""
    found = _expect([ARTICLE, NOISE, NOISE, NOISE], [True, False, False, True], [False, True, False, False])
    assert (found.removed, found.unnamed, found.words, found.page) == (0.5, 0.25, 80.0, 0.5)


def test_no_lines_are_no_error() -> None:
    """Without lines there is still a valid expectation."""
    found = _expect([], [])
    assert found.words <= 1.0
    assert 0.0 <= confidence(found, 1.0) <= 1.0


@given(LINES, SHARES, SHARES)
def test_shares_are_shares(lines: list[tuple[float, float, bool, bool]], page: float, left: float) -> None:
    """Of any lines all shares, and the confidence, lie between 0 and 1."""
    columns = [np.array(column) for column in zip(*lines, strict=True)] or [np.zeros(0)] * 4
    points, words, keep, named = columns
    found = expect(points, words, keep.astype(bool), named.astype(bool), page)
    for value in (found.precision, found.recall, found.removed, found.unnamed, found.page, confidence(found, left)):
        assert -1e-9 <= value <= 1.0 + 1e-9


@given(st.builds(Expected, SHARES, SHARES, SHARES, SHARES, SHARES, st.floats(1.0, 1e6)), SHARES)
def test_confidence_is_between_0_and_1(expected: Expected, left: float) -> None:
    """Whatever is expected, the confidence is between 0 and 1."""
    assert 0.0 <= confidence(expected, left) <= 1.0


@pytest.mark.parametrize(
    "text", ["", "\n", "RépondreSupprimer", "Word", "The mill closes in autumn.\nShare on Facebook\n"]
)
def test_result_has_a_confidence(text: str) -> None:
    """Every result has a confidence between 0 and 1, that of an empty text included."""
    assert 0.0 <= explain_text(text).confidence <= 1.0


def test_page_without_article_has_no_confidence() -> None:
    """A page in which no article was found has as little confidence as such a text."""
    result = explain_html("<nav><a href='/'>Home</a></nav>")
    assert result.flags == explain_text("Share on Facebook\n").flags == ("no-article-found",)
    assert result.confidence < 0.5
