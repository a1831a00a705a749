"""The signals of the line scorer: the same columns for any document, and finite numbers in them."""

from __future__ import annotations

import numpy as np
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from cleaner.lines.analysis import Analysis, analyse
from cleaner.lines.evidence import gather
from cleaner.lines.signals import Columns, first_signals, second_signals, signal_names
from cleaner.matching.matcher import Matcher
from cleaner.matching.pattern import PatternSet
from cleaner.result import Kind
from cleaner.text.document import Document
from cleaner.text.words import word_lists
from tests.deciding import pattern

GROUPS = {"shape", "paragraph", "pattern", "near", "place", "document"}
ARTICLE = (
    "The ferry to the northern island was taken out of service on Monday, and will not sail before the end of winter.",
    "Nobody was hurt when the crack was found by a young engineer, who had been sent to look at the machinery.",
    "The baker of the island, who gets his flour by ship, has asked the fishermen to carry it until she returns.",
)
MENU = ("Home", "News", "Weather", "Sport", "Letters", "Archive")
BROKEN = (
    "The keeper of the lighthouse, who is known to the readers of",
    "the parish newsletter",
    "as the author of its column on birds, said that he had seen the ship sinking.",
)
CHINESE = ("渡轮周一停航，因为船体出现了裂缝，港务局表示，本月底之前不会恢复。", "首页", "分享到微信")
ANY_TEXT = st.text(st.characters(exclude_categories=()))
PIECES = st.sampled_from(
    ("", "", " ", "\t", "\u200b", "\ud800", "\x00", "…", "***", *ARTICLE, *MENU, *BROKEN, *CHINESE, "9 replies")
)
PAGES = st.lists(PIECES, max_size=30)
SLOW = settings(deadline=None, max_examples=60, suppress_health_check=[HealthCheck.too_slow])


# A few patterns, so that the columns of hits are filled without the time that all patterns take.
PATTERNS = (
    pattern(Kind.COMMENT_FRAME, "9 replies"),
    pattern(Kind.INTERFACE, "Letters", strength="weak"),
    pattern(Kind.NEWSLETTER, "parish newsletter", match="anywhere"),
)
MATCHER = Matcher(PatternSet(PATTERNS))


def _analysis(text: str) -> Analysis:
    return analyse(Document(text), MATCHER, word_lists())


def _signals(text: str, title: str | None = None) -> Columns:
    analysis = _analysis(text)
    return first_signals(analysis, gather(analysis, title).clues)


def _page(*lines: str) -> str:
    return "".join(f"{line}\n" for line in lines)


def _require_columns(columns: Columns, names: tuple[str, ...], count: int) -> None:
    assert tuple(columns) == names
    for name, values in columns.items():
        assert values.shape == (count,), name
        assert values.dtype == np.float64, name
        assert np.isfinite(values).all(), name


def _require_same(first: Columns, second: Columns) -> None:
    assert tuple(first) == tuple(second)
    for name, values in first.items():
        assert np.array_equal(values, second[name]), name


# --- names and numbers -----------------------------------------------------------------------------------


def test_signals_have_names_in_groups() -> None:
    """Each signal has one name, made of its group and its own; those of the second pass follow the first ones."""
    first, second = signal_names()
    assert second[: len(first)] == first
    assert len(second) == len(set(second)) > len(first)
    assert {name.partition(".")[0] for name in first} == GROUPS
    assert "around" in {name.partition(".")[0] for name in second[len(first) :]} <= {*GROUPS, "around"}
    assert all(name.partition(".")[2] for name in second)


@pytest.mark.parametrize(
    "text",
    [
        "",
        "\n\n \n",
        "a",
        "…",
        "\ud800",
        ARTICLE[0],
        _page(*CHINESE),
        _page(*MENU),
        _page(*MENU, *ARTICLE, "9 replies", "Letters", *BROKEN),
        _page("", *ARTICLE, "", "", "Home"),
    ],
    ids=["empty", "blank", "letter", "mark", "surrogate", "line", "chinese", "menu", "page", "spaced"],
)
@pytest.mark.parametrize("title", [None, "The ferry stays away", "。"])
def test_document_has_all_signals(text: str, title: str | None) -> None:
    """Any document has every signal, with a finite number for each filled line, with a title or without."""
    _require_columns(_signals(text, title), signal_names()[0], _analysis(text).filled.size)


def test_long_document_has_all_signals() -> None:
    """Three thousand lines have the same signals as one, and numbers that do not grow with the document."""
    lines = [*MENU, *(line for number in range(600) for line in (*ARTICLE, f"Gate {number}", "Letters"))][:3000]
    columns = _signals(_page(*lines))
    _require_columns(columns, signal_names()[0], 3000)
    assert max(float(np.abs(values).max()) for values in columns.values()) < 30.0


@SLOW
@given(ANY_TEXT)
def test_any_text_has_all_signals(text: str) -> None:
    """Lone surrogates, control characters and marks of any script give finite numbers too."""
    _require_columns(_signals(text), signal_names()[0], _analysis(text).filled.size)


@SLOW
@given(PAGES)
def test_any_page_has_all_signals(lines: list[str]) -> None:
    """Prose, menus, hits, odd characters and blank lines in any order give finite numbers."""
    text = _page(*lines)
    _require_columns(_signals(text), signal_names()[0], _analysis(text).filled.size)


# --- what changes them, and what does not ----------------------------------------------------------------


@SLOW
@given(PAGES, st.sampled_from(["\r\n", "\r", "\x85", "\u2029"]))
def test_line_ends_change_no_signal(lines: list[str], end: str) -> None:
    """The signals are the same whatever ends the lines."""
    text = _page(*lines)
    _require_same(_signals(text), _signals(text.replace("\n", end)))


@SLOW
@given(PAGES)
def test_document_signals_are_the_same_on_all_lines(lines: list[str]) -> None:
    """Signals of the document are the same for each of its lines."""
    for name, values in _signals(_page(*lines)).items():
        if name.startswith("document."):
            assert np.unique(values).size <= 1, name


def test_further_blank_line_changes_no_signal() -> None:
    """A second blank line after a first one changes nothing."""
    once = _page(*MENU, "", *ARTICLE[:2], "", ARTICLE[2], "", *MENU)
    _require_same(_signals(once), _signals(once.replace("\n\n", "\n\n \n\n")))


def test_blank_line_is_told_by_its_neighbours() -> None:
    """A blank line separates two lines: its signals change on these two lines and on no others."""
    close, apart = _signals(_page(*ARTICLE, *MENU)), _signals(_page(*ARTICLE, "", *MENU))
    changed = {name for name, values in close.items() if not np.array_equal(values, apart[name])}
    assert changed
    for name in changed:
        assert np.flatnonzero(close[name] != apart[name]).tolist() in ([2], [3]), name


def test_shape_is_that_of_the_line_alone() -> None:
    """A line's size and marks do not depend on its place."""
    above, below = _signals(_page(ARTICLE[1], *MENU)), _signals(_page(*MENU, ARTICLE[1]))
    for name in ("shape.words", "shape.commas", "shape.prose", "shape.ends-sentence"):
        assert above[name][0] == below[name][-1], name


# --- what they say ---------------------------------------------------------------------------------------


def test_lines_broken_at_links_make_one_paragraph() -> None:
    """Lines that continue in the next one are one paragraph, and prose if together they read like it."""
    analysis = _analysis(_page("Home", *BROKEN, ARTICLE[0]))
    number = analysis.paragraph.tolist()
    assert number == [0, 1, 1, 1, 2]
    columns = _signals(_page("Home", *BROKEN, ARTICLE[0]))
    assert columns["paragraph.broken-prose"].tolist() == [0.0, 1.0, 1.0, 1.0, 0.0]
    for name, values in columns.items():
        if name.startswith("paragraph."):
            assert values[1] == values[2] == values[3], name


def test_complete_lines_are_paragraphs_of_their_own() -> None:
    """Sentences that end, and menu entries with capitals, are not joined; nor are those of unspaced scripts."""
    for lines in (ARTICLE, MENU, CHINESE):
        assert _analysis(_page(*lines)).paragraph.tolist() == list(range(len(lines)))


def test_blank_lines_do_not_part_a_paragraph() -> None:
    """A scraper's blank lines between the pieces of a sentence change nothing about its paragraph."""
    assert _analysis("\n\n".join(("Home", *BROKEN, ARTICLE[0]))).paragraph.tolist() == [0, 1, 1, 1, 2]


def test_patterns_are_told_by_group_and_strength() -> None:
    """A hit fills the column of its group on its own line, a strong one more than a weak one, and nothing else."""
    columns = _signals(_page(*ARTICLE, "Letters", "9 replies"))
    assert not columns["pattern.interface"][[0, 1, 2, 4]].any()
    assert not columns["pattern.comment"][:4].any()
    assert 0.0 < columns["pattern.interface"][3] < columns["pattern.comment"][4]
    assert not columns["pattern.metadata"].any()


def test_headline_is_told_by_the_title() -> None:
    """The line of the title is the headline, lines above it are above the headline, and without one there is none."""
    text = _page("Home", "Ferry to the northern island stays away", *ARTICLE)
    columns = _signals(text, "Ferry to the northern island stays away")
    assert columns["place.headline"].tolist() == [0.0, 1.0, 0.0, 0.0, 0.0]
    assert columns["place.above-headline"].tolist() == [1.0, 0.0, 0.0, 0.0, 0.0]
    assert columns["document.headline"].all()
    assert not any(_signals(text)[name].any() for name in ("place.headline", "document.headline"))


def test_neighbours_are_those_above_and_below() -> None:
    """Prose beside a line is seen from both sides, and nothing stands beyond the first and last line."""
    columns = _signals(_page("Home", ARTICLE[0], "Weather"))
    assert columns["near.prose-1-before"].tolist() == [0.0, 0.0, 1.0]
    assert columns["near.prose-1-behind"].tolist() == [1.0, 0.0, 0.0]


# --- the second pass -------------------------------------------------------------------------------------


@pytest.mark.parametrize("count", [0, 1, 2, 50])
@pytest.mark.parametrize("odds", [-4.0, 0.0, 4.0])
def test_same_odds_everywhere_are_seen_everywhere(count: int, odds: float) -> None:
    """If all lines have the same odds, their averages are these odds, and edges do not give NaN."""
    first, second = signal_names()
    columns = second_signals(np.full(count, odds), np.full(count, 12.0))
    _require_columns(columns, second[len(first) :], count)
    assert columns["around.own"].tolist() == [odds] * count
    for name, values in columns.items():
        if name.startswith("document."):
            assert np.unique(values).size == min(count, 1), name
        if name.startswith(tuple(f"around.{size}-" for size in range(1, 10))) and count:
            edge = 0 if name.endswith("before") else count - 1
            assert values[edge] == 0.0, name
            assert np.delete(values, edge) == pytest.approx(odds), name


def test_odds_without_limit_are_limited() -> None:
    """A first pass that is very sure, even infinitely, does not drown the other signals."""
    columns = second_signals(np.array([1e9, -np.inf, np.inf, 0.0]), np.array([0.0, 1e6, 3.0, 5.0]))
    assert all(np.isfinite(values).all() for values in columns.values())
    assert np.abs(columns["around.own"]).max() < 100.0


def test_article_around_is_seen() -> None:
    """A line between likely article lines has other signals than the same line between noise."""
    words = np.full(9, 20.0)
    among_article, among_noise = np.full(9, 4.0), np.full(9, -4.0)
    among_article[4] = among_noise[4] = 0.0
    first, second = second_signals(among_article, words), second_signals(among_noise, words)
    assert first["around.own"][4] == second["around.own"][4]
    for name in ("around.3-before", "around.3-behind", "around.between"):
        assert first[name][4] > second[name][4], name


@settings(deadline=None)
@given(st.lists(st.tuples(st.floats(-50.0, 50.0), st.floats(0.0, 5000.0)), max_size=30))
def test_any_odds_have_all_second_signals(lines: list[tuple[float, float]]) -> None:
    """Whatever the first pass found, the second one's signals have their names and finite numbers."""
    first, second = signal_names()
    odds = np.array([line[0] for line in lines], dtype=np.float64)
    words = np.array([line[1] for line in lines], dtype=np.float64)
    _require_columns(second_signals(odds, words), second[len(first) :], len(lines))
