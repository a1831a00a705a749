"""Where the article lies: main blocks by words won and lost, gaps, what is above and below, and headline-like lines."""

from __future__ import annotations

import itertools
from collections.abc import Sequence

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from cleaner.lines.layout import (
    HEADLINE_LINES_ABOVE,
    MAX_GAP_LINES,
    METADATA_LINES,
    PROSE_MAX_GAIN,
    SWITCH_COST,
    Layout,
    beside_metadata,
    block_gains,
    find_layout,
    main_blocks,
)
from cleaner.lines.threads import Thread
from cleaner.result import Kind
from tests.deciding import FRENCH, GERMAN, analysed, pattern

PATTERNS = (
    pattern(Kind.PUBLICATION_DATE, "3 mars 2023", strength="weak"),
    pattern(Kind.COPYRIGHT, "Tous droits réservés"),
)
HEADLINE = "Le bac revient après six semaines de travaux"
MENU = ("Accueil", "Région", "Météo", "Sports", "Contact")


def _places(*lines: str, page: float = 1.0, thread: Thread | None = None) -> Layout:
    return find_layout(analysed(lines, PATTERNS), thread, page)


# --- main blocks -----------------------------------------------------------------------------------------


def _worth(gains: list[float], inside: Sequence[bool], switch: float) -> float:
    """What a choice of lines wins: its gains, less the cost of each change; above the first line nothing is kept."""
    changes = sum(one != other for one, other in itertools.pairwise([False, *inside]))
    won: float = sum(gain for gain, kept in zip(gains, inside, strict=True) if kept)
    return won - switch * changes


@given(st.lists(st.integers(-30, 30), max_size=9), st.sampled_from((0, 3, 8, 20)))
def test_main_blocks_are_worth_the_most(gains: list[int], switch: int) -> None:
    """No other choice of lines wins more words than the one that is found."""
    values = [float(gain) for gain in gains]
    inside = main_blocks(np.array(values), float(switch)).tolist()
    best = max(_worth(values, choice, switch) for choice in itertools.product((False, True), repeat=len(values)))
    assert _worth(values, inside, switch) == best


def test_gap_is_left_out_where_it_costs_more_than_two_changes() -> None:
    """Two blocks of an article are one where what stands between them costs less than leaving and entering again."""
    gap = 2.0 * SWITCH_COST
    assert main_blocks(np.array([50.0, 1.0 - gap, 50.0])).tolist() == [True, True, True]
    assert main_blocks(np.array([50.0, -1.0 - gap, 50.0])).tolist() == [True, False, True]


def test_first_line_costs_what_the_edge_costs() -> None:
    """Keeping the first line costs as much as a change, or what is given for it."""
    gains = np.array([SWITCH_COST - 1.0])
    assert not main_blocks(gains).any()
    assert main_blocks(gains, edge_cost=0.0).all()


def test_prose_wins_up_to_a_limit_and_other_lines_cost() -> None:
    """A line of prose wins its words, no more than the limit; any other line costs more the longer it is."""
    words = np.array([20.0, 500.0, 0.0, 5.0, 20.0, 500.0])
    candidate = np.array([True, True, False, False, False, False])
    gains = block_gains(words, candidate).tolist()
    assert gains[:2] == [20.0, PROSE_MAX_GAIN]
    assert gains[2:] == [-2.0, -4.0, -10.0, -10.0]


# --- places ----------------------------------------------------------------------------------------------


def test_block_of_a_page_is_its_prose() -> None:
    """On a flattened page the main block is the prose, and the menus around it are outside."""
    places = _places(*MENU, *FRENCH, *MENU, *MENU)
    assert np.flatnonzero(places.inside).tolist() == [5, 6, 7, 8]
    assert (places.main_start, places.main_end) == (5, 8)


def test_all_of_an_extracted_text_is_inside() -> None:
    """A text that looks like no page at all has no outside, whatever its lines are."""
    assert _places(*MENU, *FRENCH, *MENU, page=0.0).inside.all()


@pytest.mark.parametrize(("lines", "is_inside"), [(MAX_GAP_LINES, True), (MAX_GAP_LINES + 1, False)])
def test_short_gap_belongs_to_the_article(lines: int, is_inside: bool) -> None:
    """A list between two halves of an article is inside where it is short."""
    places = _places(*FRENCH, *("Un tableau de chiffres",) * lines, *GERMAN, *FRENCH)
    assert places.inside[4 : 4 + lines].all() == is_inside
    assert places.inside[:4].all()
    assert places.inside[4 + lines :].all()


def test_sentence_right_below_the_block_belongs_to_it() -> None:
    """A last sentence that is too short for prose is inside; one that a pattern speaks of is not, nor a title."""
    last = "Le pont reste ouvert demain."
    assert _places(*FRENCH, last, *MENU, *MENU).inside.sum() == 5
    assert _places(*FRENCH, "Le pont reste ouvert demain", *MENU, *MENU).inside.sum() == 4
    hit = pattern(Kind.NEWSLETTER, last, strength="weak")
    assert find_layout(analysed((*FRENCH, last, *MENU, *MENU), (hit,)), None, 1.0).inside.sum() == 4


def test_thread_is_outside_and_no_article() -> None:
    """Comments may read like prose; the lines of the thread are neither inside nor counted as the article's."""
    lines = (*FRENCH, *GERMAN)
    places = _places(*lines, thread=Thread(4, 6, 5, ((4,), (5,))))
    assert places.inside.tolist() == [True] * 4 + [False] * 2
    assert places.main_end == 3
    assert places.prose_follows.tolist() == [True] * 3 + [False] * 3
    assert _places(*lines).main_end == 5


@pytest.mark.parametrize("page", [0.0, 1.0])
def test_strong_noise_is_no_article(page: float) -> None:
    """A line of prose that a strong pattern takes is no part of the article."""
    notice = pattern(Kind.COOKIE_NOTICE, FRENCH[0])
    places = find_layout(analysed(FRENCH, (notice,)), None, page)
    assert places.main_start == 1
    assert places.prose_precedes.tolist() == [False, False, True, True]


def test_strong_noise_costs_more_than_other_short_lines() -> None:
    """Two short lines below the article stay in its block, and do not where a strong pattern takes both."""
    assert _places(*FRENCH, *MENU[:2]).inside.all()
    assert _places(*FRENCH, *["Tous droits réservés"] * 2).inside.tolist() == [True] * 4 + [False] * 2


def test_head_and_tail_reach_to_the_first_and_last_pieces_of_prose() -> None:
    """Head patterns hold with little prose above, tail patterns with little below, and both on lines without prose beside."""
    places = _places("Accueil", *FRENCH, *GERMAN, *FRENCH, *GERMAN, *FRENCH, "Contact")
    assert (places.is_head[0], places.is_head[1], places.is_head[-1]) == (True, True, False)
    assert (places.is_tail[0], places.is_tail[-2], places.is_tail[-1]) == (False, True, True)
    for marks, expected in ((places.is_head, [True, False]), (places.is_tail, [False, True])):
        assert [kept for kept, _ in itertools.groupby(marks.tolist())] == expected


def test_text_without_prose_has_no_edges() -> None:
    """Without a line of prose there is no main block, and every line is head and tail."""
    places = _places(*MENU)
    assert (places.main_start, places.main_end) == (0, -1)
    assert places.inside.all()
    assert places.is_head.all()
    assert places.is_tail.all()
    for marks in (places.prose_follows, places.prose_precedes, places.headline_like):
        assert not marks.any()


# --- above the article -----------------------------------------------------------------------------------


def _headline_like(*lines: str) -> list[int]:
    return np.flatnonzero(_places(*lines, *FRENCH).headline_like).tolist()


def test_line_above_the_article_can_be_its_headline() -> None:
    """A line of some words above the block is headline-like, and inside on a page; an author's date may stand between."""
    places = _places(*MENU, HEADLINE, "3 mars 2023", *FRENCH)
    assert np.flatnonzero(places.headline_like).tolist() == [5]
    assert np.flatnonzero(places.inside).tolist() == [5, 7, 8, 9, 10]


@pytest.mark.parametrize(
    "line", ["Accueil", "- Le bac revient après six semaines", "Bac | Pont | Île | Phare", "Tous droits réservés"]
)
def test_other_lines_above_the_article_are_no_headline(line: str) -> None:
    """Few words, a bullet, separators, and what a pattern speaks of make no headline."""
    assert _headline_like(line) == []
    assert _headline_like(HEADLINE, line) == [0]


def test_menu_ends_the_search_for_a_headline() -> None:
    """Two short lines may stand between headline and article; three are a menu."""
    assert _headline_like(HEADLINE, *MENU[:2]) == [0]
    assert _headline_like(HEADLINE, *MENU[:3]) == []


def test_pieces_of_author_and_date_are_no_menu() -> None:
    """Short lines beside a date are its pieces, so that the headline above them is found."""
    assert _headline_like(HEADLINE, "Lison", "3 mars 2023", "Bretagne", "Partager") == [0]


def test_three_lines_can_be_headline_like() -> None:
    """Headline, standfirst and a subheading: a fourth line further up is none of them."""
    assert _headline_like(*(HEADLINE,) * 5) == [2, 3, 4]


def test_headline_stands_near_its_article() -> None:
    """A line further above the article than the reach is not looked at."""
    dates = ("3 mars 2023",)
    assert _headline_like(HEADLINE, *dates * (HEADLINE_LINES_ABOVE - 1)) == [0]
    assert _headline_like(HEADLINE, *dates * HEADLINE_LINES_ABOVE) == []


def test_lines_near_a_date_are_beside_metadata() -> None:
    """The lines up to so many above and below an author or date, of those that are asked for."""
    lines = [*MENU, "3 mars 2023", *MENU]
    found = beside_metadata(analysed(lines, PATTERNS), list(range(len(lines))))
    assert found == set(range(5 - METADATA_LINES, 5 + METADATA_LINES + 1))
    assert beside_metadata(analysed(lines, PATTERNS), [0, 1, 5]) == {0, 1, 5}
    assert beside_metadata(analysed(lines, PATTERNS), [0, 1, 2]) == set()
