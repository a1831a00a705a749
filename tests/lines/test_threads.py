"""Comment threads by their signs: which signs make one, where it starts and stops, and whose lines are whose."""

from __future__ import annotations

import pytest

from cleaner.lines.threads import RESUME_MIN_WORDS, Thread, find_thread
from tests.deciding import COMMENTS, FRENCH, GERMAN, THREAD_PATTERNS, analysed

PAIR, REPLY, HEADING = "RépondreSupprimer", "Répondre", "Vos réactions"
COUNT, OTHER = "2 commentaires", "Tous droits réservés"
LISON, GASTON = "Lison a écrit", "Gaston a écrit"
BELOW = len(FRENCH)


def _thread(*lines: str) -> Thread | None:
    return find_thread(analysed(lines, THREAD_PATTERNS))


# --- which signs make a thread ---------------------------------------------------------------------------


@pytest.mark.parametrize(
    "below",
    [
        pytest.param((f"{COMMENTS[0]} {PAIR}",), id="one pair of links"),
        pytest.param((LISON, COMMENTS[0], REPLY), id="an author and a link"),
        pytest.param((HEADING, COMMENTS[0], REPLY, COMMENTS[1], REPLY), id="a heading and two links"),
        pytest.param((HEADING, LISON, COMMENTS[0], GASTON, COMMENTS[1]), id="a heading and two authors"),
        pytest.param((*COMMENTS[:2], REPLY, COMMENTS[2], REPLY, COMMENTS[3], REPLY), id="three links"),
    ],
)
def test_signs_in_company_make_a_thread(below: tuple[str, ...]) -> None:
    """Below an article these signs make a thread, which reaches from the article's end to the end of the text."""
    thread = _thread(*FRENCH, *below)
    assert thread is not None
    assert thread.stop == BELOW + len(below)
    assert thread.start in (BELOW, BELOW + 1)
    assert all(line >= thread.start for body in thread.bodies for line in body)


@pytest.mark.parametrize(
    "below",
    [
        pytest.param((), id="nothing"),
        pytest.param((REPLY,), id="one link"),
        pytest.param((COMMENTS[0], REPLY, COMMENTS[1], REPLY), id="two links"),
        pytest.param((HEADING, COMMENTS[0], REPLY), id="a heading and a link"),
        pytest.param((HEADING, LISON, COMMENTS[0]), id="a heading and an author"),
        pytest.param((COUNT,), id="a count"),
        pytest.param((LISON, COMMENTS[0], GASTON, COMMENTS[1]), id="two authors"),
    ],
)
def test_signs_that_are_too_few_make_none(below: tuple[str, ...]) -> None:
    """A lone link or heading, and people who are quoted, are no thread."""
    assert _thread(*FRENCH, *below) is None


def test_links_above_the_article_are_strays() -> None:
    """Weak signs that stand before most of the article's prose are no thread; a pair of links is one anywhere."""
    weak = (LISON, COMMENTS[0], REPLY)
    assert _thread(*weak, *FRENCH) is None
    assert _thread(*FRENCH, *weak) is not None
    assert _thread(LISON, COMMENTS[0], PAIR, *FRENCH) is not None


def test_links_far_from_all_other_signs_are_strays() -> None:
    """Two links count in the company of a heading, and not where it stands more than forty lines above them."""
    table = tuple(f"Ligne {number} du tableau" for number in range(45))
    links = (COMMENTS[0], REPLY, COMMENTS[1], REPLY)
    assert _thread(*FRENCH, HEADING, *table, *links) is None
    assert _thread(*FRENCH, HEADING, *table[:30], *links) is not None


def test_author_without_a_sign_soon_below_is_a_stray() -> None:
    """Somebody who is quoted is no author of a comment: the next sign of one stands more than twelve lines below."""
    table = tuple(f"Ligne {number} du tableau" for number in range(14))
    assert _thread(*FRENCH, LISON, *table, REPLY) is None
    assert _thread(*FRENCH, LISON, *table[:5], REPLY) is not None


# --- where it starts -------------------------------------------------------------------------------------


def test_thread_starts_at_its_heading() -> None:
    """The heading above the first comment is the first line of the thread, and no part of a comment."""
    thread = _thread(*FRENCH, HEADING, f"{COMMENTS[0]} {PAIR}", f"{COMMENTS[1]} {PAIR}")
    assert thread == Thread(BELOW, BELOW + 3, BELOW + 2, ((BELOW + 1,), (BELOW + 2,)))


def test_heading_with_an_article_below_it_does_not_start_the_thread() -> None:
    """Where more prose stands between a heading and the first links than above the heading, that is the article."""
    comment = f"{COMMENTS[0]} {PAIR}"
    thread = _thread(FRENCH[0], HEADING, *FRENCH[1:], comment)
    assert thread == Thread(5, 6, 5, ((5,),))


def test_text_above_a_link_is_the_first_comment() -> None:
    """A comment of two lines whose link stands below it starts at the blank line above it, not at its link."""
    thread = _thread(*FRENCH, "", COMMENTS[0], COMMENTS[2], PAIR, COMMENTS[1], PAIR)
    assert thread == Thread(5, 10, 9, ((5, 6, 7), (8, 9)))


def test_noise_of_another_kind_ends_the_text_above_a_link() -> None:
    """The first comment does not reach over a line that a pattern names otherwise."""
    thread = _thread(*FRENCH, "", OTHER, COMMENTS[0], PAIR, COMMENTS[1], PAIR)
    assert thread is not None
    assert (thread.start, thread.bodies[0]) == (6, (6, 7))


def test_one_lone_pair_says_nothing_of_the_line_above_it() -> None:
    """What stands above a single pair of links on its own line may be the article's last paragraph, and is left out."""
    thread = _thread(*FRENCH, PAIR)
    assert thread == Thread(BELOW, BELOW + 1, BELOW, ())


# --- where it stops --------------------------------------------------------------------------------------


def test_thread_stops_where_most_of_the_article_stands_below() -> None:
    """A pair of links above an article of many words is a thread of its own, and the article below it is none of it."""
    article = [*FRENCH, *FRENCH, *GERMAN]
    assert sum(len(line.split()) for line in article) > RESUME_MIN_WORDS
    thread = _thread(f"{COMMENTS[0]} {PAIR}", "", *article)
    assert thread == Thread(0, 1, 0, ((0,),))


def test_thread_does_not_stop_for_few_words() -> None:
    """Prose of fewer words than an article has does not end a thread, though nothing at all stands above it."""
    thread = _thread(f"{COMMENTS[0]} {PAIR}", *FRENCH[:3])
    assert thread == Thread(0, 4, 0, ((0,), (1, 2, 3)))


def test_thread_does_not_stop_for_a_little_prose() -> None:
    """Long comments without a link read like an article; only much more prose than above ends a thread."""
    thread = _thread(*FRENCH, f"{COMMENTS[0]} {PAIR}", *FRENCH[:3])
    assert thread is not None
    assert thread.stop == BELOW + 4
    assert thread.last_mark == BELOW


def test_last_comment_ends_above_a_line_with_another_name() -> None:
    """What a strong pattern names below the last sign is the page's foot: in the thread, but in no comment."""
    thread = _thread(*FRENCH, f"{COMMENTS[0]} {PAIR}", COMMENTS[1], OTHER, COMMENTS[2])
    assert thread == Thread(BELOW, BELOW + 4, BELOW, ((BELOW,), (BELOW + 1,)))


# --- whose lines are whose -------------------------------------------------------------------------------


def test_authors_part_comments_where_there_are_enough_of_them() -> None:
    """Below an article too short for a rhythm, with an author for each link, a comment begins at its author."""
    thread = _thread("Le bac revient.", LISON, COMMENTS[0], PAIR, COMMENTS[2], GASTON, COMMENTS[1], PAIR)
    assert thread is not None
    assert thread.bodies == ((1, 2, 3, 4), (5, 6, 7))


def test_links_part_comments_that_have_no_authors() -> None:
    """Without authors a comment ends with its links."""
    thread = _thread(*FRENCH, HEADING, COMMENTS[0], COMMENTS[2], PAIR, COMMENTS[1], PAIR)
    assert thread is not None
    assert thread.bodies == ((5, 6, 7), (8, 9))


def test_links_fused_to_the_second_line_begin_a_comment_above_them() -> None:
    """Where links stand before the rest of a comment on its line, the comment begins on the line above, with a name."""
    thread = _thread(*FRENCH, "Lison", f"{PAIR} {COMMENTS[0]}", COMMENTS[2], "Gaston", f"{PAIR} {COMMENTS[1]}")
    assert thread is not None
    assert thread.bodies == ((4, 5, 6), (7, 8))


def test_links_without_text_are_no_comment() -> None:
    """Lines of links, names and blanks alone make no comment."""
    thread = _thread(*FRENCH, f"{COMMENTS[0]} {PAIR}", "", PAIR, LISON, PAIR)
    assert thread is not None
    assert thread.bodies == ((BELOW,),)


def test_rhythm_gives_the_comments_of_a_thread() -> None:
    """Comments that repeat one form begin at their lines of name and date, which are no part of what they say."""
    heads = [f"{name}, le {day} juin 2019" for name, day in (("Lison", 15), ("Gaston", 16), ("Odette", 17))]
    thread = _thread(*FRENCH, HEADING, *(line for pair in zip(heads, COMMENTS, strict=False) for line in pair))
    assert thread == Thread(4, 11, 9, ((6,), (8,), (10,)))
