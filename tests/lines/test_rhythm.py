"""Comments by their rhythm: one form that repeats below an article is a thread, and what else repeats is none."""

from __future__ import annotations

import pytest

from cleaner.lines.beats import MAX_BEAT_LINES
from cleaner.lines.rhythm import Rhythm, find_rhythm
from cleaner.result import Kind
from tests.deciding import COMMENTS, FRENCH, GERMAN, THREAD_PATTERNS, analysed, pattern

REPLY, HEADING = "Répondre", "Vos réactions"
NAMES = ("Lison", "Gaston", "Odette", "Marcel")
BELOW = len(FRENCH)


def _rhythm(*lines: str) -> Rhythm | None:
    return find_rhythm(analysed(lines, THREAD_PATTERNS))


def _heads(form: str, days: tuple[int, ...] = (15, 16, 17)) -> list[str]:
    """Lines of author and date in a form, one for each day."""
    return [form.format(name=name, day=day) for name, day in zip(NAMES, days, strict=False)]


def _thread(heads: list[str], texts: tuple[str, ...] = COMMENTS) -> list[str]:
    """Heads, a line or several, with a text below each."""
    return [line for head, text in zip(heads, texts, strict=False) for line in (*head.split("\n"), text)]


FORMS = {
    "French": "{name}, le {day} juin 2019",
    "German": "{name} am {day}. Juni 2019 um 17:25",
    "English": "{name} June {day}, 2019 at 9:30",
    "numbers": "{name} | {day}.06.2019 17:25",
    "Japanese": "{name} 2019年6月{day}日 17:25",
}


@pytest.mark.parametrize("form", FORMS.values(), ids=FORMS)
def test_heads_of_one_form_below_a_heading_are_a_thread(form: str) -> None:
    """Names and dates of one form, whatever its language, repeat below a heading: each begins a comment."""
    rhythm = _rhythm(*FRENCH, HEADING, *_thread(_heads(form)))
    assert rhythm == Rhythm(BELOW, (5, 7, 9), frozenset({5, 7, 9}), 9, has_heading=True)


@pytest.mark.parametrize(
    "form", ["{name}\n{day} juin 2019", "{day} juin 2019\n{name}"], ids=["name above", "name below"]
)
def test_name_beside_the_date_belongs_to_the_head(form: str) -> None:
    """A name on a line of its own, above the date or below it, is part of the head: the comment begins with the first."""
    rhythm = _rhythm(*FRENCH, HEADING, *_thread(_heads(form)))
    assert rhythm is not None
    assert rhythm.begins == (5, 8, 11)
    assert rhythm.heads == {5, 6, 8, 9, 11, 12}
    assert rhythm.start == BELOW


# --- what else repeats -----------------------------------------------------------------------------------


def test_reports_with_a_date_each_are_no_thread() -> None:
    """Without a heading people must speak to each other: paragraphs of a report in the third person are entries of it."""
    heads = _heads(FORMS["numbers"])
    assert _rhythm(*FRENCH, *_thread(heads, (*FRENCH[1:3], *GERMAN))) is None
    rhythm = _rhythm(*FRENCH, *_thread(heads))
    assert rhythm == Rhythm(BELOW, (4, 6, 8), frozenset({4, 6, 8}), 8, has_heading=False)


@pytest.mark.parametrize(("days", "is_thread"), [((15, 16, 17), False), ((15, 15, 17), True)])
def test_diary_has_a_date_for_each_entry(days: tuple[int, ...], is_thread: bool) -> None:
    """Dates without a time of day that are all different may be a diary; two comments of one day are none."""
    rhythm = _rhythm(*FRENCH, *_thread(_heads(FORMS["French"], days)))
    assert (rhythm is not None) is is_thread
    assert rhythm is None or (rhythm.begins, rhythm.has_heading) == ((4, 6, 8), False)


def test_two_heads_need_a_heading() -> None:
    """Two dates below an article are enough below a heading of comments and too few without one."""
    thread = _thread(_heads(FORMS["numbers"], (15, 15)))
    assert _rhythm(*FRENCH, *thread) is None
    rhythm = _rhythm(*FRENCH, HEADING, *thread)
    assert rhythm is not None
    assert (rhythm.begins, rhythm.has_heading) == ((5, 7), True)


def test_one_name_at_most_dates_is_a_label() -> None:
    """What stands at most of the dates is a label ("updated"), not those who write."""
    label, name = "Mis à jour | 15.06.2019 17:25", "Lison | 15.06.2019 17:25"
    assert _rhythm(*FRENCH, *_thread([label, label, name, label])) is None
    assert _rhythm(*FRENCH, *_thread([name, label, "Odette | 15.06.2019 18:25", label])) is not None


def test_articles_of_a_list_count_their_own_comments() -> None:
    """Dates with a count of comments between each are articles in a list, not comments, whatever stands above them."""
    counts = pattern(Kind.COMMENT_COUNT, "Réagir (3)", name="each", strength="weak")
    heads = [f"{head}\nRéagir (3)" for head in _heads(FORMS["French"])]
    lines = [*FRENCH, HEADING, *_thread(heads)]
    assert find_rhythm(analysed(lines, (*THREAD_PATTERNS, counts))) is None
    assert find_rhythm(analysed(lines, THREAD_PATTERNS)) is not None


def test_list_of_links_has_no_sentences() -> None:
    """Titles below dates are links to other articles; comments have sentences."""
    titles = ("Le pont ferme", "La fête du port", "Un phare à vendre")
    assert _rhythm(*FRENCH, HEADING, *_thread(_heads(FORMS["French"]), titles)) is None


def test_heading_that_counts_no_comment_is_none() -> None:
    """A line that says that there are no comments heads no thread; one that counts some does."""
    assert _rhythm(*FRENCH, "0 commentaire", *_thread(_heads(FORMS["French"]))) is None
    assert _rhythm(*FRENCH, "3 commentaires", *_thread(_heads(FORMS["French"]))) is not None


# --- where it stands -------------------------------------------------------------------------------------


def test_thread_above_the_article_is_none() -> None:
    """Comments stand below an article, so the same lines above one are no thread."""
    thread = _thread(_heads(FORMS["French"]))
    assert _rhythm(HEADING, *thread, *FRENCH) is None
    assert _rhythm(*FRENCH, HEADING, *thread) is not None


@pytest.mark.parametrize("texts", [COMMENTS, (" ".join(FRENCH[:2]), *COMMENTS)], ids=["short", "long"])
def test_date_of_the_article_is_no_comment(texts: tuple[str, ...]) -> None:
    """The first date of the form, with the heading of the thread below it, is the article's, however long comments are."""
    rhythm = _rhythm("Marcel, le 1 juin 2019", FRENCH[0], HEADING, *_thread(_heads(FORMS["French"]), texts))
    assert rhythm == Rhythm(2, (3, 5, 7), frozenset({3, 5, 7}), 7, has_heading=True)


@pytest.mark.parametrize("lines", [MAX_BEAT_LINES - 1, MAX_BEAT_LINES])
def test_heads_far_apart_follow_no_rhythm(lines: int) -> None:
    """The next head stands at most so many lines below; further away it belongs to something else."""
    first, second, third = _heads(FORMS["French"])
    long = [COMMENTS[2]] * lines
    rhythm = _rhythm(*FRENCH, HEADING, first, COMMENTS[1], second, *long, third, COMMENTS[2])
    assert rhythm is not None
    assert rhythm.begins == ((5, 7, 8 + lines) if lines < MAX_BEAT_LINES else (5, 7))


def test_title_below_the_links_of_the_comment_above_begins_a_comment() -> None:
    """Where each comment has a title between the links of the one above and its head, it begins with the title."""
    titles = ("Cher bac", "Et le pont", "Bravo")
    thread = [
        line
        for title, head, text in zip(titles, _heads(FORMS["French"]), COMMENTS, strict=False)
        for line in (title, head, text, REPLY)
    ]
    rhythm = _rhythm(*FRENCH, HEADING, *thread)
    assert rhythm is not None
    assert rhythm.begins == (5, 9, 13)
    assert rhythm.start == BELOW


# --- links and names alone -------------------------------------------------------------------------------


def _linked(names: tuple[str, ...] = ()) -> list[str]:
    shown = names or ("",) * 3
    return [
        line for name, text in zip(shown, COMMENTS, strict=False) for line in (*([name] if name else []), text, REPLY)
    ]


def test_links_below_a_heading_tell_where_the_thread_starts() -> None:
    """Links alone, below a heading, are a rhythm without beginnings: the links are below the comments."""
    assert _rhythm(*FRENCH, HEADING, *_linked()) == Rhythm(BELOW, (), frozenset(), 10, has_heading=True)
    assert _rhythm(*FRENCH, *_linked()) is None


def test_links_with_different_names_are_a_weak_rhythm() -> None:
    """Without a heading weak links need names below each other's, and only say where a thread begins."""
    rhythm = _rhythm(*FRENCH, *_linked(NAMES[:3]))
    assert rhythm == Rhythm(4, (4, 7, 10), frozenset({4, 7, 10}), 12, has_heading=False, is_weak=True)
    assert _rhythm(*FRENCH, *_linked((NAMES[0],) * 3)) is None


def test_names_alone_below_a_count_begin_comments() -> None:
    """Lines of a name, a text below each, are comments below a count of as many."""
    rhythm = _rhythm(*FRENCH, "3 commentaires", *_thread(list(NAMES[:3])))
    assert rhythm == Rhythm(BELOW, (5, 7, 9), frozenset({5, 7, 9}), 9, has_heading=True)


@pytest.mark.parametrize(
    ("heading", "names", "texts"),
    [
        pytest.param("3 commentaires", NAMES, COMMENTS, id="more than the count"),
        pytest.param("2 commentaires", NAMES[:2], COMMENTS, id="a count of two"),
        pytest.param("3 commentaires", (*NAMES[:2], NAMES[0]), COMMENTS, id="two people"),
        pytest.param("3 commentaires", NAMES[:3], FRENCH, id="in the third person"),
        pytest.param(HEADING, NAMES[:3], COMMENTS, id="no count"),
    ],
)
def test_names_alone_need_every_sign(heading: str, names: tuple[str, ...], texts: tuple[str, ...]) -> None:
    """Short lines above texts are subheadings where the count, the people or their way of writing says otherwise."""
    assert _rhythm(*FRENCH, heading, *_thread(list(names), texts)) is None
