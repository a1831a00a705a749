"""What stands around each line: the numbers of the lines beside it, and of what a first look found there."""

from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from cleaner.lines.analysis import Analysis
from cleaner.lines.neighbours import ODDS_LIMIT, Columns, neighbour_signals, second_signals
from cleaner.text.windows import FAR
from tests.deciding import COMMENTS, FRENCH, analysed

MENU = ("Accueil", "Région", "Météo")


def _prose(analysis: Analysis) -> np.ndarray[tuple[int], np.dtype[np.float64]]:
    return analysis.prose[analysis.filled].astype(np.float64)


def _near(*lines: str) -> Columns:
    analysis = analysed(lines)
    return neighbour_signals(analysis, _prose(analysis))


def _second(odds: list[float], words: list[float] | None = None) -> Columns:
    return second_signals(np.array(odds, dtype=np.float64), np.array(words or [20.0] * len(odds)))


# --- lines beside a line ---------------------------------------------------------------------------------


def test_neighbours_are_those_one_and_two_lines_away() -> None:
    """Prose beside a line is told for each of the two lines above and below; beyond the edges there is none."""
    columns = _near(FRENCH[0], MENU[0], MENU[1], FRENCH[1])
    assert columns["near.prose-1-before"].tolist() == [0.0, 1.0, 0.0, 0.0]
    assert columns["near.prose-2-before"].tolist() == [0.0, 0.0, 1.0, 0.0]
    assert columns["near.prose-1-behind"].tolist() == [0.0, 0.0, 1.0, 0.0]
    assert columns["near.prose-2-behind"].tolist() == [0.0, 1.0, 0.0, 0.0]
    assert columns["near.words-1-before"][1] > columns["near.words-1-before"][2] > 0.0


def test_blank_lines_are_no_neighbours() -> None:
    """The lines beside a line are filled ones; that blank lines stand between is a number of its own."""
    columns = _near("", FRENCH[0], "", MENU[0], FRENCH[1])
    assert columns["near.prose-1-before"].tolist() == [0.0, 1.0, 0.0]
    assert columns["near.between-prose"].tolist() == [0.0, 1.0, 0.0]
    assert columns["near.blank-before"].tolist() == [1.0, 1.0, 0.0]
    assert columns["near.blank-behind"].tolist() == [1.0, 0.0, 0.0]


def test_line_that_goes_on_continues_the_one_above() -> None:
    """A small letter below a line without an end goes on; below a sentence it does not."""
    columns = _near("Le bac revient", "demain au port", "Le pont ferme.", "demain au port")
    assert columns["near.continues"].tolist() == [0.0, 1.0, 0.0, 0.0]
    assert columns["near.continued"].tolist() == [1.0, 0.0, 0.0, 0.0]


def test_bullets_count_beside_another() -> None:
    """One bullet alone is no list."""
    assert _near("- Bac", MENU[0], "- Pont", "- Phare")["near.bullets"].tolist() == [0.0, 0.0, 1.0, 1.0]


def test_ends_and_digits_of_the_line_above_are_told() -> None:
    """A colon above, a sentence end below, and digits beside are numbers of the line between."""
    columns = _near("Les prix :", MENU[0], "C'est dit.", "2019")
    assert columns["near.ends-colon-1-before"].tolist() == [0.0, 1.0, 0.0, 0.0]
    assert columns["near.ends-sentence-1-behind"].tolist() == [0.0, 1.0, 0.0, 0.0]
    assert columns["near.digits-1-behind"].tolist() == [0.0, 0.0, 1.0, 0.0]


# --- words near a line -----------------------------------------------------------------------------------


def test_share_is_one_of_words_not_of_lines() -> None:
    """Of the words near a line those of prose count by their number: a long line weighs more than three short ones."""
    columns = _near(FRENCH[0], *MENU, "Contact")
    words = analysed((FRENCH[0],)).features.words[0]
    assert columns["near.prose-8-before"][4] == pytest.approx(words / (words + 3.0))
    assert columns["near.prose-3-before"].tolist() == pytest.approx(
        [0.0, 1.0, words / (words + 1), words / (words + 2), 0.0]
    )
    assert columns["near.prose-3-behind"].tolist() == [0.0] * 5


def test_person_words_below_a_name_are_near_it() -> None:
    """Comments near a line are told by their words of the first and second person; reports have few of them."""
    comments = _near("Lison", COMMENTS[0], "Gaston", COMMENTS[1])["near.person-words-5-behind"]
    reports = _near("Lison", FRENCH[0], "Gaston", FRENCH[1])["near.person-words-5-behind"]
    assert comments[0] > 0.1 > reports[0]
    assert comments[3] == 0.0


def test_prose_below_short_lines_is_told() -> None:
    """Pieces of prose that stand below a short line each are like comments; those below each other are an article."""
    under = _near("Lison", FRENCH[0], "Gaston", FRENCH[1], "Odette")["near.under-short-20-before"]
    together = _near(*FRENCH, "Odette")["near.under-short-20-before"]
    assert under[4] > 0.8
    assert together[4] == 0.0


def test_copies_near_a_line_are_short_lines_that_repeat() -> None:
    """A button that stands there again and again is counted around; copies of long lines are not."""
    assert _near("Partager", "Bac", "Partager", "Pont")["near.copies-10-before"].tolist() == [0.0, 0.1, 0.1, 0.2]
    assert not _near(FRENCH[0], "Bac", FRENCH[0], "Pont")["near.copies-10-before"].any()


# --- the second look -------------------------------------------------------------------------------------


def test_odds_are_limited() -> None:
    """A line's own log-odds count up to a limit on both sides."""
    assert _second([-99.0, 0.5, 99.0])["around.own"].tolist() == [-ODDS_LIMIT, 0.5, ODDS_LIMIT]


def test_odds_around_are_a_mean_over_words() -> None:
    """What was found around a line is weighed by the sizes of its lines; without lines there it is nothing."""
    columns = _second([4.0, -4.0, 0.0], [29.0, 9.0, 9.0])
    assert columns["around.2-before"].tolist() == pytest.approx([0.0, 4.0, (4.0 * 30.0 - 4.0 * 10.0) / 40.0])
    assert columns["around.1-behind"].tolist() == pytest.approx([-4.0, 0.0, 0.0])


def test_one_line_decides_no_neighbourhood() -> None:
    """A line of very many words weighs no more than one of forty."""
    long, forty = (_second([4.0, -4.0, 0.0], [size, 9.0, 9.0])["around.2-before"][2] for size in (4_000.0, 40.0))
    assert long == forty


def test_chances_on_both_sides_tell_the_place_in_the_article() -> None:
    """The article's share above grows from none to all, and the one below falls; both leave out the line itself."""
    columns = _second([6.0, 6.0, 6.0])
    assert columns["around.article-before"].tolist() == pytest.approx([0.0, 1 / 3, 2 / 3])
    assert columns["around.article-behind"].tolist() == pytest.approx([2 / 3, 1 / 3, 0.0])
    assert (columns["document.article-share"] > 0.99).all()
    assert (_second([-6.0, -6.0, -6.0])["document.article-share"] < 0.01).all()


def test_line_between_two_of_the_article_is_told() -> None:
    """Between two lines the lesser chance counts, and at an edge there is none."""
    between = _second([6.0, -6.0, 6.0, -6.0])["around.between"]
    assert between[1] > 0.99
    assert between[[0, 3]].tolist() == [0.0, 0.0]
    assert between[2] < 0.01


def test_distance_to_the_block_is_told_on_both_sides() -> None:
    """Inside the block of the article the distance is nothing; outside it grows, and is far where there is no block."""
    columns = _second([-6.0, -6.0, 6.0, 6.0, -6.0])
    assert columns["around.block-0.6"].tolist() == [0.0, 0.0, 1.0, 1.0, 0.0]
    assert columns["around.block-0.6-down"].tolist() == pytest.approx(
        [np.log1p(2.0), np.log1p(1.0), 0.0, 0.0, np.log1p(FAR)]
    )
    assert columns["around.block-0.6-up"].tolist() == pytest.approx(
        [np.log1p(FAR), np.log1p(FAR), 0.0, 0.0, np.log1p(1.0)]
    )


def test_stricter_block_is_the_smaller_one() -> None:
    """A line of which little more than nothing is known is in the block of the lower threshold alone."""
    columns = _second([0.1, 0.1, 0.1])
    assert columns["around.block-0.3"].all()
    assert not columns["around.block-0.6"].any()


# --- properties ------------------------------------------------------------------------------------------

LINES = st.lists(
    st.sampled_from((*FRENCH[:2], *COMMENTS[:2], *MENU, "- Bac", "Les prix :", "7")), min_size=1, max_size=9
)


@settings(max_examples=40)
@given(LINES)
def test_blank_lines_between_change_only_their_own_numbers(lines: list[str]) -> None:
    """With a blank line below each line all numbers but those of blank lines are the same."""
    own, spaced = _near(*lines), _near(*(part for line in lines for part in (line, "")))
    for name in own.keys() - {"near.blank-before", "near.blank-behind"}:
        assert np.array_equal(own[name], spaced[name]), name


@settings(max_examples=40)
@given(st.lists(st.tuples(st.floats(-9.0, 9.0), st.floats(1.0, 60.0)), min_size=1, max_size=30))
def test_upside_down_the_sides_change_places(lines: list[tuple[float, float]]) -> None:
    """The numbers above a line are those below it in the document turned upside down."""
    odds, words = [one for one, _ in lines], [size for _, size in lines]
    columns, turned = _second(odds, words), _second(odds[::-1], words[::-1])
    for name in columns:
        if name.endswith("-before"):
            other = name.removesuffix("before") + "behind"
            assert columns[name].tolist() == pytest.approx(turned[other][::-1].tolist(), abs=1e-9), name
