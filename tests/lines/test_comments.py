"""Comments that repeat a form, and comments without signs: which of the removed lines are named as comments."""

from __future__ import annotations

import numpy as np
import pytest

from cleaner import Cleaner, clean_text
from cleaner.lines.analysis import Analysis, analyse
from cleaner.lines.comments import find_comments
from cleaner.lines.rhythm import find_rhythm
from cleaner.lines.threads import find_thread
from cleaner.matching.library import builtin_patterns
from cleaner.matching.matcher import Matcher
from cleaner.text.document import Document
from cleaner.text.words import word_lists

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
    """A line that already has a kind keeps it."""
    analysis = _analysis(matcher, [*ARTICLE, *COMMENTS, "gull", "I would pay double if you kept it for my children."])
    named = np.zeros(len(analysis.document), dtype=bool)
    named[3] = True
    assert find_comments(analysis, _below(analysis, 2), named) == ((5, 6), (8,))


def test_few_sentences_among_much_else_are_no_comments(matcher: Matcher) -> None:
    """Comments are most of the text below an article, or there are none."""
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
    """Without an article above, or without removed lines, there are no comments."""
    analysis = _analysis(matcher, ARTICLE + COMMENTS)
    unnamed = np.zeros(len(analysis.document), dtype=bool)
    assert find_comments(analysis, _below(analysis, kept), unnamed) == ()


LOCK = [
    "The lock keeper at Wenford gave up her post on Friday after thirty years, and the gates have not moved since.",
    "Boats wait on both sides, eleven of them by Sunday, and one crew has started a garden on the bank.",
    "The canal office says that a new keeper will come in June.",
]
TALK = [
    "I have waited here since Friday and my tomatoes do better than your canal office, let me tell you.",
    "Do you need a hand with the beans? We are the blue boat, two behind yours.",
    "My mother kept that lock before her and I can still hear the gates in my sleep.",
    "Who feeds her cat?",
]
PEOPLE = ["Ada Bright", "blue boat", "Nelly G.", "Ada Bright"]
DATES = ["3 May 2019 at 10:22", "3 May 2019 at 11:05", "4 May 2019 at 08:40", "4 May 2019 at 21:13"]


def _thread(*, head: str, foot: str = "") -> list[str]:
    """Comments in one form; ``head`` and ``foot`` are the lines above and below each text, with name and date."""
    lines = []
    for name, date, text in zip(PEOPLE, DATES, TALK, strict=True):
        lines += [*head.format(name=name, date=date).split("/"), text, *([foot] if foot else [])]
    return lines


@pytest.mark.parametrize(
    ("heading", "head", "foot"),
    [
        pytest.param("4 comments", "{name}/{date}", "Reply", id="name, date, text, link"),
        pytest.param("4 comments", "{date}/{name}", "", id="date, name, text"),
        pytest.param("Comments", "{name} | {date}", "", id="name and date on one line"),
        pytest.param("", "{name}, {date}", "", id="no heading and no link"),
        pytest.param("", "{name}/{date}", "Reply", id="links without a heading"),
        pytest.param("4 comments", "{name}", "", id="names alone below a count"),
        pytest.param("Comments", "{name}", "Reply", id="names and links"),
    ],
)
def test_comments_in_one_form_are_a_thread(matcher: Matcher, heading: str, head: str, foot: str) -> None:
    """What repeats below an article is its thread, longer than the article or not; each comment is one."""
    lines = [*LOCK, *([heading] if heading else []), *_thread(head=head, foot=foot)]
    thread = find_thread(_analysis(matcher, lines))
    assert thread is not None
    assert (thread.start, thread.stop) == (len(LOCK), len(lines))
    result = clean_text("\n".join(lines)), Cleaner().clean("\n".join(lines)).comments
    assert result == ("\n".join(LOCK), tuple(TALK))


def test_the_title_of_a_comment_belongs_to_it(matcher: Matcher) -> None:
    """Below the link of the comment above, a title begins the next one."""
    titles = ["The lock", "The beans", "The lock", "The lock"]
    lines = [*LOCK, "4 comments"]
    for title, name, date, text in zip(titles, PEOPLE, DATES, TALK, strict=True):
        lines += [title, f"{name} | {date}", text, "Reply to this message"]
    thread = find_thread(_analysis(matcher, lines))
    assert thread is not None
    assert [lines[body[0]] for body in thread.bodies] == titles


def test_the_date_of_the_article_is_none_of_a_comment(matcher: Matcher) -> None:
    """An article's own date may look like those of its comments; the heading separates them."""
    comments = _thread(head="{name}/{date}")
    lines = [LOCK[0], "Tom Readhead", "2 May 2019 at 09:00", *LOCK[1:], "4 comments", *comments]
    thread = find_thread(_analysis(matcher, lines))
    assert thread is not None
    assert lines[thread.start] == "4 comments"


def test_a_link_of_the_article_is_none_of_a_comment(matcher: Matcher) -> None:
    """A lone link above the heading of a thread says nothing about the paragraph above it."""
    lines = [*LOCK, "Reply to this article", "4 comments", *_thread(head="{name}/{date}", foot="Reply")]
    thread = find_thread(_analysis(matcher, lines))
    assert thread is not None
    assert thread.start >= len(LOCK)


ENTRIES = [
    "The gates stay shut, and the office does not answer the telephone.",
    "Eleven boats are counted between the bridge and the mill, and more are said to come.",
    "A keeper from the next lock walks over with the key, which does not fit.",
    "The gates open by hand, with forty people on the beams.",
]


@pytest.mark.parametrize(
    "lines",
    [
        pytest.param([line for pair in zip(DATES, ENTRIES, strict=True) for line in pair], id="live blog"),
        pytest.param(
            [line for when, text in zip(DATES, ENTRIES, strict=True) for line in ("Tom Readhead", when, text)],
            id="live blog of one author",
        ),
        pytest.param(
            [f"{year}: {text}" for year, text in zip((1872, 1921, 1958, 1994), ENTRIES, strict=True)], id="chronology"
        ),
        pytest.param(
            [line for pair in zip(["The Echo:", "Ada Bright:"] * 2, TALK, strict=True) for line in pair],
            id="interview",
        ),
        pytest.param(
            [line for pair in zip(["Ada, 34", "Tom, 51", "Nelly, 8", "Ines, 77"], TALK, strict=True) for line in pair],
            id="testimonies",
        ),
        pytest.param(
            [
                line
                for town, day, text in zip(
                    ["Wenford", "Mill End", "Stoke", "The Sea"], (3, 5, 9, 16), TALK, strict=True
                )
                for line in (f"{town}, {day} July 2018", text)
            ],
            id="travel diary",
        ),
        pytest.param(
            [
                line
                for name, day, text in zip(PEOPLE[:3], ("3", "4", "6"), TALK, strict=False)
                for line in (text, name, f"Wenford, {day} February 2019")
            ],
            id="letters to the editor",
        ),
        pytest.param(
            [
                line
                for name, when in zip(["Ada (@ada)", "Tom (@tom)", "Ines (@ines)"], DATES, strict=False)
                for line in (TALK[0], f"— {name} {when}")
            ],
            id="quoted posts",
        ),
    ],
)
def test_what_repeats_in_an_article_is_no_thread(matcher: Matcher, lines: list[str]) -> None:
    """Live blogs, chronologies, interviews, diaries and letters repeat a form too."""
    assert find_rhythm(_analysis(matcher, [*LOCK, *lines])) is None


def test_a_list_of_articles_is_no_thread(matcher: Matcher) -> None:
    """Each article of a list has its own count of comments."""
    lines = [*LOCK, "3 comments"]
    for title, date, text in zip(["Boats wait", "Beans grow", "Keys lost"], DATES, ENTRIES, strict=False):
        lines += [title, date, text, "2 comments"]
    assert find_rhythm(_analysis(matcher, lines)) is None
