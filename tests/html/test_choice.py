"""Which blocks are taken: the page's own threshold, copies, headlines, doubts and second opinions."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Literal

import numpy as np
import pytest

from cleaner import explain_html
from cleaner.html import cleaning
from cleaner.html.choice import Choice, choose_blocks

LONG = 40.0


def choose(
    points: Sequence[float],
    words: Sequence[float] | None = None,
    *,
    texts: Sequence[str] | None = None,
    headlines: Sequence[int] = (),
    headline: Literal["first", "drop", "keep"] = "first",
    threshold: float = 0.0,
) -> Choice:
    """The choice over blocks with some points."""
    sizes = np.array([LONG] * len(points) if words is None else words)
    shown = [f"text {number}" for number in range(len(points))] if texts is None else texts
    return choose_blocks(shown, sizes, np.array(points), headlines, headline=headline, threshold=threshold)


def test_surest_blocks_are_taken() -> None:
    """Blocks are taken from the surest down, as long as the expected F1 grows."""
    choice = choose([-4.0, 3.0, 2.0, -3.0])
    assert choice.kept.tolist() == [False, True, True, False]
    assert choice.score(0) > 0 > choice.score(1)
    assert 0.9 < choice.expected < 1.0


def test_threshold_is_the_pages_own() -> None:
    """A block in doubt is taken on a page where all are in doubt, not beside sure ones of its size."""
    assert choose([0.3, -0.2, -0.3, 0.2]).kept.all()
    assert choose([6.0, 6.0, 6.0, -1.2]).kept.tolist() == [True, True, True, False]


def test_a_higher_threshold_keeps_more() -> None:
    """A block is removed when its points exceed the threshold."""
    assert choose([4.0, -3.0], threshold=10.0).kept.tolist() == [True, True]


def test_repeats_are_taken_once() -> None:
    """A long block that is on the page twice is taken once, a short one each time."""
    choice = choose([3.0, 3.0, 3.0, 3.0], [LONG, LONG, 3.0, 3.0], texts=["a", "a", "b", "b"])
    assert choice.kept.tolist() == [True, False, True, True]
    assert choice.marks[1].source == "context.repeated"


def test_data_among_the_text_goes() -> None:
    """Data that is not text is removed."""
    choice = choose([3.0, 3.0], texts=["text", '{"key": 1}'])
    assert choice.kept.tolist() == [True, False]
    assert choice.marks[1].source == "context.data"


@pytest.mark.parametrize(
    ("headline", "kept"),
    [("first", [False, True, True, False]), ("drop", [False, False, True, False]), ("keep", [True, True, True, True])],
)
def test_copies_of_the_headline(headline: Literal["first", "drop", "keep"], kept: list[bool]) -> None:
    """The last copy before the article stays, or none, or all."""
    choice = choose([-2.0, -2.0, 4.0, -2.0], [5.0, 5.0, LONG, 5.0], headlines=[0, 1, 3], headline=headline)
    assert choice.kept.tolist() == kept
    assert choice.headline == 1
    for block, is_kept in enumerate(choice.kept.tolist()):
        assert (choice.score(block) <= 0) == is_kept


@pytest.mark.parametrize(
    ("points", "words"), [([-5.0, -5.0, -4.0], None), ([0.0, -3.0], [8.0, 30.0]), ([], []), ([9.0], [0.0])]
)
def test_pages_without_an_article(points: list[float], words: list[float] | None) -> None:
    """Nothing is taken if little F1 is expected, or if few words are expected and not surely."""
    choice = choose(points, words)
    assert not choice.kept.any()


def test_paragraph_under_the_headline_is_an_article() -> None:
    """A paragraph right after the headline is an article even if it is in doubt."""
    points, words = [-1.0, -1.5, -4.0, -4.0], [6.0, LONG, LONG, LONG]
    assert choose(points, words, headlines=[0]).kept.tolist() == [True, True, False, False]
    assert not choose(points, words).kept.any()


def test_second_opinion_is_told(monkeypatch: pytest.MonkeyPatch) -> None:
    """On a page in doubt trafilatura votes, and its vote is among the evidence of each block."""
    monkeypatch.setattr(cleaning, "DOUBTED_EXPECTED", (0.0, 2.0))
    text = "The mill at the lower bridge will close in autumn, its owner said, because the price of grain has doubled."
    page = f"<body><ul><li><a href=/>Home</a></ul><article><h1>The mill closes in autumn</h1><p>{text}</p><p>{text[4:]}"
    result = explain_html(page)
    assert text in result.text
    votes = {
        result.restore()[verdict.line.start : verdict.line.end]: item.points
        for verdict in result.lines
        for item in verdict.evidence
        if item.source == "trafilatura.vote"
    }
    assert votes[text] < 0 < votes["- Home"]
