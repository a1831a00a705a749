"""Which lines stay: how sure a removal must be, and what the lines around do to a doubtful one."""

from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from cleaner.sequence import MIN_KEPT_WORDS, Choice, choose_lines

# Points of noise that leave no doubt.
SURE_ARTICLE, SURE_NOISE = -9.0, 9.0
LINES = st.lists(st.tuples(st.floats(-6.0, 6.0), st.floats(0.0, 80.0)), max_size=25)
SHARES = st.floats(0.0, 1.0)
THRESHOLDS = st.floats(-3.0, 5.0)


def _choose(
    points: list[float], words: float | list[float] = 20.0, prose_share: float = 1.0, **values: float
) -> Choice:
    sizes = np.full(len(points), words) if isinstance(words, float) else np.array(words, dtype=np.float64)
    return choose_lines(
        np.array(points, dtype=np.float64),
        sizes,
        page=values.get("page", 1.0),
        prose_share=prose_share,
        threshold=values.get("threshold", 0.0),
    )


def _kept(choice: Choice) -> list[int]:
    return np.flatnonzero(choice.keep).tolist()


def test_sure_lines_are_parted() -> None:
    """Article stays and noise goes, above, below and in the middle of each other."""
    points = [*[SURE_NOISE] * 3, *[SURE_ARTICLE] * 4, *[SURE_NOISE] * 2, *[SURE_ARTICLE] * 3, SURE_NOISE]
    assert _kept(_choose(points)) == [3, 4, 5, 6, 9, 10, 11]


def test_single_sure_line_goes_among_article() -> None:
    """A line that is surely noise goes though it stands alone in an article, and sure article stays in noise."""
    assert _kept(_choose([SURE_ARTICLE, SURE_ARTICLE, SURE_NOISE, SURE_ARTICLE])) == [0, 1, 3]
    assert _kept(_choose([SURE_NOISE, SURE_NOISE, SURE_ARTICLE, SURE_NOISE])) == [2]


def test_single_doubtful_line_stays_among_article() -> None:
    """A short line that would go by its own points stays between lines that surely stay."""
    choice = _choose([*[SURE_ARTICLE] * 3, 2.0, *[SURE_ARTICLE] * 3], [20.0] * 3 + [4.0] + [20.0] * 3)
    assert 2.0 + choice.points > 0.0
    assert _kept(choice) == list(range(7))


def test_single_doubtful_line_goes_among_noise() -> None:
    """A short line that would stay by its own points goes between lines that surely go."""
    points = [*[SURE_ARTICLE] * 2, *[SURE_NOISE] * 3, -1.0, *[SURE_NOISE] * 3]
    choice = _choose(points, [20.0] * 5 + [4.0] + [20.0] * 3)
    assert -1.0 + choice.points < 0.0
    assert _kept(choice) == [0, 1]


def test_article_keeps_what_a_page_loses() -> None:
    """The same doubtful paragraph stays where nearly all is article, and goes where most is noise."""
    in_article = _choose([*[SURE_ARTICLE] * 10, 0.3], [20.0] * 10 + [40.0])
    in_page = _choose([*[SURE_NOISE] * 10, *[SURE_ARTICLE] * 3, 0.3, *[SURE_NOISE] * 30], [5.0] * 13 + [40.0] * 31)
    assert _kept(in_article) == list(range(11))
    assert _kept(in_page) == [10, 11, 12]
    assert in_article.points < in_page.points


def test_line_alone_is_decided_by_its_own_points() -> None:
    """A line that is decided alone goes or stays by its own points, and the lines around close over it."""
    points = np.array([*[SURE_ARTICLE] * 3, 2.0, SURE_NOISE, 2.0, *[SURE_ARTICLE] * 3])
    words = np.array([*[20.0] * 3, 4.0, 4.0, 4.0, *[20.0] * 3])
    alone = points == SURE_NOISE
    assert _kept(choose_lines(points, words, page=1.0, prose_share=1.0, threshold=0.0, alone=alone)) == [
        0,
        1,
        2,
        3,
        5,
        6,
        7,
        8,
    ]
    alone[3] = True
    assert _kept(choose_lines(points, words, page=1.0, prose_share=1.0, threshold=0.0, alone=alone)) == [
        0,
        1,
        2,
        5,
        6,
        7,
        8,
    ]
    assert (
        not choose_lines(points, words, page=1.0, prose_share=1.0, threshold=0.0, alone=np.ones(9, dtype=bool))
        .keep[3:6]
        .any()
    )


def test_list_loses_less_than_prose() -> None:
    """Where nearly all is article and little of it is prose, doubtful lines stay that a report would lose."""
    points = [*[SURE_ARTICLE] * 20, 1.3, 1.3, 1.3]
    report, programme = _choose(points, 40.0, prose_share=1.0), _choose(points, 40.0, prose_share=0.2)
    assert _kept(report) == list(range(20))
    assert _kept(programme) == list(range(23))
    assert programme.points < report.points


def test_page_of_short_lines_is_no_list() -> None:
    """Where much is noise, little prose is no reason to keep more."""
    points = [*[SURE_NOISE] * 20, *[SURE_ARTICLE] * 5, 0.3, *[SURE_NOISE] * 20]
    assert _kept(_choose(points, 40.0, prose_share=0.1)) == _kept(_choose(points, 40.0, prose_share=1.0))


def test_threshold_is_in_points() -> None:
    """A line stays when its points do not exceed those of the document's threshold by those that are asked for."""
    points = [*[SURE_ARTICLE] * 10, 3.0, 3.0, 3.0]
    free = _choose(points, 40.0)
    over = 3.0 + free.points
    assert _kept(free) == list(range(10))
    assert _kept(_choose(points, 40.0, threshold=over - 0.5)) == list(range(10))
    assert _kept(_choose(points, 40.0, threshold=over + 0.1)) == list(range(13))


def test_high_threshold_keeps_everything() -> None:
    """A threshold beyond all points keeps all lines."""
    assert _choose([SURE_NOISE, SURE_ARTICLE, SURE_NOISE] * 4, threshold=1000.0).keep.all()


@pytest.mark.parametrize("count", [1, 2, 40])
def test_document_of_likely_noise_keeps_something(count: int) -> None:
    """Where every line looks like noise but none is sure, the likeliest lines stay."""
    points = [3.5] * count + [2.5] * count
    choice = _choose(points)
    assert float(choice.keep.sum()) * 20.0 >= MIN_KEPT_WORDS
    assert choice.keep[count:].all()


def test_document_of_sure_noise_keeps_nothing() -> None:
    """Where every line is surely noise nothing stays, however many words there are; saying so is left to others."""
    assert not _choose([SURE_NOISE] * 30).keep.any()


def test_empty_document_has_no_choice() -> None:
    """Without lines there is nothing to keep, and the threshold is a number."""
    choice = _choose([])
    assert choice.keep.shape == (0,)
    assert np.isfinite(choice.points)


def test_lines_without_words_are_decided() -> None:
    """Lines of marks have no words and are kept or dropped like others."""
    assert _kept(_choose([SURE_ARTICLE, -2.0, SURE_ARTICLE, SURE_NOISE], [30.0, 0.0, 30.0, 9.0])) == [0, 1, 2]


def test_long_line_weighs_no_more_than_a_limit() -> None:
    """A whole text on one line does not outweigh all others."""
    points = [*[SURE_ARTICLE] * 5, *[SURE_NOISE] * 5]
    assert _choose(points, [30.0] * 9 + [5000.0]).points == pytest.approx(_choose(points, [30.0] * 9 + [50.0]).points)


@settings(deadline=None)
@given(st.lists(st.tuples(st.floats(-6.0, 3.0), st.floats(0.0, 80.0)), min_size=1, max_size=25), SHARES)
def test_some_words_stay(lines: list[tuple[float, float]], prose_share: float) -> None:
    """Unless it is sure, noise does not empty a document that has words."""
    points, words = (list(values) for values in zip(*lines, strict=True))
    kept = float(np.array(words)[_choose(points, words, prose_share).keep].sum())
    assert kept >= min(MIN_KEPT_WORDS, sum(words)) - 1e-9


@settings(deadline=None)
@given(LINES, st.integers(0, 25), SHARES, THRESHOLDS, THRESHOLDS)
def test_higher_threshold_never_removes_more(
    lines: list[tuple[float, float]], place: int, prose_share: float, first: float, second: float
) -> None:
    """Of a document with a paragraph that surely stays, a higher threshold keeps every line that a lower one keeps."""
    lines = [*lines[:place], (SURE_ARTICLE, 40.0), *lines[place:]]
    points, words = (list(values) for values in zip(*lines, strict=True))
    low, high = (_choose(points, words, prose_share, threshold=at).keep for at in sorted((first, second)))
    assert not (low & ~high).any()


def test_higher_threshold_never_removes_more_of_a_short_document() -> None:
    """A higher threshold keeps every line that a lower one keeps, where few words are sure to stay too."""
    points, words = [5.0, -1.0, 1.4, 3.3], [3.0, 10.0, 7.0, 2.0]
    low, high = (_choose(points, words, 0.47, threshold=at).keep for at in (0.47, 0.85))
    assert not (low & ~high).any()


@settings(deadline=None)
@given(LINES, SHARES, THRESHOLDS)
def test_same_lines_are_chosen_again(lines: list[tuple[float, float]], prose_share: float, threshold: float) -> None:
    """The choice follows from the numbers alone, and leaves them as they were."""
    points = np.array([line[0] for line in lines])
    words = np.array([line[1] for line in lines])
    before = points.copy(), words.copy()
    first = choose_lines(points, words, page=1.0, prose_share=prose_share, threshold=threshold)
    second = choose_lines(points, words, page=1.0, prose_share=prose_share, threshold=threshold)
    assert np.array_equal(first.keep, second.keep)
    assert first.points == second.points
    assert np.array_equal(before[0], points)
    assert np.array_equal(before[1], words)
