"""The decision: which points each step adds, what their sums remove, and what is told of it; the scorer is one by hand."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any, cast

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from cleaner.config import CleanConfig
from cleaner.lines.decision import decide
from cleaner.lines.weights import Weights
from cleaner.passes.judgement import LineJudgement
from cleaner.result import Kind
from cleaner.text.arrays import FloatArray
from tests.deciding import COMMENTS, FRENCH, GERMAN, THREAD_PATTERNS, analysed, pattern, sources

WALL = "Cet article est réservé aux abonnés du journal."
OTHER, LETTER, SHARE, PAIR = "Tous droits réservés", "Notre lettre du matin", "Partager", "RépondreSupprimer"
HEADLINE = "Le bac revient après six semaines de travaux"
PATTERNS = (
    *THREAD_PATTERNS,
    pattern(Kind.SHARE_BAR, SHARE, strength="weak"),
    pattern(Kind.PAYWALL, WALL),
    pattern(Kind.PAYWALL, "S'abonner", name="button"),
    pattern(Kind.NEWSLETTER, LETTER),
    pattern(Kind.SOCIAL_PROMOTION, "(Suivez-nous)", match="anywhere", action="cut", bounds="none"),
    pattern(Kind.INTERFACE, "(Imprimer)", match="anywhere", action="cut", bounds="none", strength="weak"),
)


@dataclass(frozen=True)
class _Given:
    """Weights of a pass that gives each line the points that it is told, whatever the line is like."""

    given: tuple[float, ...]
    signals: tuple[str, ...] = ()
    terms: tuple[str, ...] = ("prior",)

    def totals(self, columns: dict[str, FloatArray], *_: object) -> FloatArray:
        return np.resize(np.array(self.given), next(iter(columns.values())).size)

    def points(self, columns: dict[str, FloatArray]) -> FloatArray:
        return self.totals(columns)[np.newaxis]


def _decide(
    *lines: str, points: tuple[float, ...] = (-3.0,), title: str | None = None, **settings_: Any
) -> LineJudgement:
    """The judgement over lines to which the scorer gives some points, one after the other and again from the first."""
    weights = Weights(cast("Any", _Given(points)), cast("Any", _Given(points)), {})
    return decide(analysed(lines, PATTERNS), CleanConfig(**settings_), title, weights)


def test_line_stays_that_a_pattern_keeps() -> None:
    """A line that a pattern keeps is neither removed nor cut, also in a thread and quoted; without the pattern it is."""
    keeping = pattern(Kind.COPYRIGHT, OTHER, name="kept", match="start", action="keep")
    lines = (*FRENCH, f"« {OTHER} (Suivez-nous)", OTHER, "Vos réactions", PAIR, COMMENTS[0], PAIR, OTHER, PAIR)
    weights = Weights(cast("Any", _Given((-3.0,))), cast("Any", _Given((-3.0,))), {})
    before, after = (
        decide(analysed(lines, patterns), CleanConfig(), None, weights) for patterns in (PATTERNS, (*PATTERNS, keeping))
    )
    kept = [line for line, text in enumerate(lines) if OTHER in text]
    assert [bool(before.removed[line]) for line in kept] == [False, True, True]
    assert [cut.line for cut in before.cuts if cut.line in kept] == kept[:1]
    assert not after.removed[kept].any()
    assert not [cut for cut in after.cuts if cut.line in kept]
    assert [_context(after, line)["xx.copyright.kept"] for line in kept] == [-24.0] * 3


def _context(judgement: LineJudgement, line: int) -> dict[str, float]:
    """What is told of a line beside the scorer's own points."""
    return {item.source: item.points for item in judgement.evidence(line) if item.source != "prior"}


def _removed(judgement: LineJudgement) -> list[int]:
    return np.flatnonzero(judgement.removed).tolist()


# --- sums and thresholds ---------------------------------------------------------------------------------


def test_named_line_is_removed_with_its_kind() -> None:
    """A strong pattern below the article removes its line; its score is the pattern's points and the scorer's."""
    judgement = _decide(*FRENCH, LETTER)
    assert _removed(judgement) == [4]
    assert judgement.kinds == [None, None, None, None, Kind.NEWSLETTER]
    assert judgement.scores[4] == 16.0 - 3.0
    assert sources(judgement.evidence(4)) == [
        ("xx.newsletter.label", 16.0, Kind.NEWSLETTER),
        ("prior", -3.0, None),
    ]


@pytest.mark.parametrize(("threshold", "removed"), [(12.9, [4]), (13.0, []), (13.1, [])])
def test_line_is_removed_when_its_score_exceeds_the_threshold(threshold: float, removed: list[int]) -> None:
    """The threshold itself is not enough; what stays for want of points is doubtful, with its score."""
    judgement = _decide(*FRENCH, LETTER, threshold=threshold)
    assert _removed(judgement) == removed
    assert judgement.doubtful == (() if removed else ((4, 4, 13.0),))
    assert judgement.kinds[4] is Kind.NEWSLETTER


def test_kind_that_is_kept_stays() -> None:
    """A kind that the configuration keeps is not removed, and is told with all its points."""
    judgement = _decide(*FRENCH, LETTER, OTHER, keep={Kind.NEWSLETTER})
    assert _removed(judgement) == [5]
    assert (judgement.kinds[4], judgement.scores[4]) == (Kind.NEWSLETTER, 13.0)


def test_line_without_a_name_goes_as_boilerplate() -> None:
    """What only the scorer speaks against goes as a run, here in the mode that wants no noise, and has the general kind."""
    points = (-3.0, -3.0, -3.0, -3.0, 9.0, 9.0)
    judgement = _decide(*FRENCH, "Toutes les régions", "Toute la météo", points=points, mode="thorough")
    assert _removed(judgement) == [4, 5]
    assert judgement.kinds[4:] == [Kind.BOILERPLATE] * 2
    assert judgement.scores[4] == 9.0


def test_unnamed_line_that_its_run_keeps_is_doubtful() -> None:
    """One line inside an extracted text stays whatever the scorer says: its run takes the points, and a doubt is told."""
    judgement = _decide(*FRENCH, "Accueil", *GERMAN, points=(-3.0, -3.0, -3.0, -3.0, 9.0, -3.0, -3.0))
    assert _removed(judgement) == []
    assert _context(judgement, 4) == {"context.run": -9.5}
    assert judgement.scores[4] == -0.5
    assert judgement.doubtful == ((4, 4, 9.0),)


def test_doubts_of_a_stretch_are_told_together() -> None:
    """Lines below each other are one doubt, with the mean of their points."""
    judgement = _decide(*FRENCH, LETTER, OTHER, points=(-3.0, -3.0, -3.0, -3.0, -3.0, -5.0), threshold=50.0)
    assert judgement.doubtful == ((4, 5, 12.0),)


def test_evidence_is_the_sum() -> None:
    """What is told of each line adds up to its score, and a blank line has neither."""
    judgement = _decide(HEADLINE, "", *FRENCH, SHARE, f"{COMMENTS[0]} {PAIR}", LETTER, title=HEADLINE)
    for line, score in enumerate(judgement.scores):
        assert score == pytest.approx(sum(item.points for item in judgement.evidence(line)))
    assert judgement.evidence(1) == ()


# --- what the document adds ------------------------------------------------------------------------------


def test_sentences_of_a_short_extracted_text_are_protected() -> None:
    """Prose has points against removing it in full where lines are few, fewer in a longer text, none in a long one."""
    lines = {count: _context(_decide(*FRENCH[:1] * count), 0) for count in (4, 12, 26, 40)}
    few = {count: points.get("document.few-lines", 0.0) for count, points in lines.items()}
    assert few == {4: -2.0, 12: -2.0, 26: -1.0, 40: 0.0}
    assert {points["context.main-block"] for points in lines.values()} == {-1.0}
    assert _context(_decide(*FRENCH, "Accueil"), 4) == {}


@pytest.mark.parametrize(
    ("lines", "line", "expected"),
    [
        pytest.param((*FRENCH, SHARE), 4, {"context.after-article": 2.0}, id="below"),
        pytest.param((SHARE, *FRENCH), 0, {"context.before-article": 1.0}, id="above"),
        pytest.param((*FRENCH, SHARE, *GERMAN), 4, {"context.inside-article": -1.0}, id="inside"),
        pytest.param(
            (*FRENCH, SHARE, SHARE), 4, {"context.company": 2.0, "context.after-article": 2.0}, id="one beside"
        ),
        pytest.param(
            (*FRENCH, OTHER, SHARE, LETTER), 5, {"context.company": 4.0, "context.after-article": 2.0}, id="two"
        ),
        pytest.param(
            (*FRENCH, OTHER, "", SHARE), 6, {"context.company": 2.0, "context.after-article": 2.0}, id="blank"
        ),
    ],
)
def test_weak_evidence_looks_for_company(lines: tuple[str, ...], line: int, expected: dict[str, float]) -> None:
    """A weak hit grows with each noisy line beside it and outside the article, and shrinks inside it."""
    found = _context(_decide(*lines), line)
    assert found.pop("xx.share-bar.label") == 1.0
    assert {name: points for name, points in found.items() if name != "context.run"} == expected


def test_unnamed_line_is_company_outside_the_article_only() -> None:
    """Below the article a line that the scorer speaks against is company; inside it that line may be the article's."""
    points = (-3.0,) * 5 + (9.0, -3.0, -3.0)
    assert _context(_decide(*FRENCH, SHARE, "Accueil", points=points), 4)["context.company"] == 2.0
    assert "context.company" not in _context(_decide(*FRENCH, SHARE, "Accueil", *GERMAN, points=points), 4)


def test_sentences_of_a_page_are_not_protected() -> None:
    """On a flattened page, where most lines are furniture, prose has next to no points for being prose."""
    menu = [f"Rubrique {number}" for number in range(60)]
    judgement = _decide(*menu, *FRENCH, SHARE, LETTER, OTHER, "Vos réactions", *menu)
    assert -0.1 < _context(judgement, len(menu))["context.main-block"] <= 0.0
    assert _context(_decide(*FRENCH, SHARE, LETTER), 0)["context.main-block"] == -1.0


# --- the headline ----------------------------------------------------------------------------------------

COPIES = (HEADLINE, "Accueil", HEADLINE, *FRENCH)


@pytest.mark.parametrize(
    ("headline", "first", "copy", "removed"),
    [
        ("first", {"context.headline": -24.0}, {"context.headline-copy": 24.0}, [0]),
        ("drop", {"context.headline": 24.0}, {"context.headline-copy": 24.0}, [0, 2]),
        ("keep", {"context.headline": -24.0}, {"context.headline": -24.0}, []),
    ],
)
def test_headline_and_its_copies(
    headline: str, first: dict[str, float], copy: dict[str, float], removed: list[int]
) -> None:
    """The copy right above the article stays and the other is removed, or both are, or none, as configured."""
    judgement = _decide(*COPIES, title=HEADLINE, headline=headline)
    assert judgement.headline == HEADLINE
    assert _context(judgement, 2) == first
    assert _context(judgement, 0) == copy
    assert _removed(judgement) == removed
    assert {judgement.kinds[line] for line in removed} <= {Kind.DUPLICATE_HEADLINE}


def test_place_of_a_headline_is_protected_where_none_is_known() -> None:
    """Lines right above the article that can be its headline have points, where no copy or title tells which it is."""
    judgement = _decide(HEADLINE, *FRENCH)
    assert judgement.headline is None
    assert _context(judgement, 0) == {"context.headline-place": -4.0}
    assert "context.headline-place" not in _context(_decide(*COPIES, title=HEADLINE), 2)


# --- fragments, comments, flags --------------------------------------------------------------------------


def test_strong_fragment_is_cut_and_a_weak_one_is_not() -> None:
    """A fragment needs more evidence than a line, so a weak pattern alone cuts nothing."""
    judgement = _decide(f"{FRENCH[0]} (Suivez-nous)", f"{FRENCH[1]} (Imprimer)")
    assert [(cut.line, cut.evidence.source) for cut in judgement.cuts] == [(0, "xx.social-promotion.label")]
    assert _removed(judgement) == []
    assert _decide(f"{FRENCH[0]} (Suivez-nous)", keep={Kind.SOCIAL_PROMOTION}).cuts == []
    assert _decide(f"{FRENCH[0]} (Suivez-nous)", threshold=12.0).cuts == []


def test_fragment_of_a_removed_line_is_no_cut() -> None:
    """Where the line goes its fragments go with it, and the comment that it was is told without them."""
    judgement = _decide(*FRENCH, f"{COMMENTS[0]} {PAIR}", f"{COMMENTS[1]} {PAIR}")
    assert _removed(judgement) == [4, 5]
    assert judgement.cuts == []
    assert judgement.comments == COMMENTS[:2]
    assert judgement.kinds[4:] == [Kind.COMMENT] * 2


def test_comments_without_a_sign_are_told_among_what_goes() -> None:
    """Lines of people who write below the article get the kind of a comment, without points, when they go."""
    points = (-3.0,) * 4 + (9.0,) * 5
    lines = (*FRENCH, "Lison", COMMENTS[0], "Gaston", COMMENTS[1], "Odette")
    judgement = _decide(*lines, points=points, mode="thorough")
    assert [judgement.kinds[line] for line in (5, 7)] == [Kind.COMMENT] * 2
    assert ("context.comment", 0.0, Kind.COMMENT) in sources(judgement.evidence(5))
    assert judgement.comments == COMMENTS[:2]


def test_inside_a_thread_only_its_own_signs_keep_their_names() -> None:
    """A comment that quotes a slogan is a comment; the heading of the thread keeps its name."""
    judgement = _decide(*FRENCH, "Vos réactions", f"{COMMENTS[0]} {PAIR}", LETTER, f"{COMMENTS[1]} {PAIR}")
    assert judgement.kinds[4:] == [Kind.COMMENT_FRAME, Kind.COMMENT, Kind.COMMENT, Kind.COMMENT]
    assert ("xx.newsletter.label", 16.0, Kind.NEWSLETTER) in sources(judgement.evidence(6))


@pytest.mark.parametrize(
    ("below", "flags"),
    [
        ((WALL,), ("truncated-by-paywall",)),
        ((OTHER, WALL), ("truncated-by-paywall",)),
        ((OTHER, OTHER, LETTER, WALL), ()),
        (("S'abonner",), ()),
        ((WALL, *GERMAN), ()),
        ((), ()),
    ],
)
def test_notice_of_a_paywall_below_the_last_line_is_flagged(below: tuple[str, ...], flags: tuple[str, ...]) -> None:
    """Right below the last line that stays a notice says that the text is cut off; a button, or a text below it, does not."""
    assert _decide(*FRENCH, *below).flags == flags


# --- properties ------------------------------------------------------------------------------------------

LINES = st.lists(
    st.sampled_from((*FRENCH, *COMMENTS, "", HEADLINE, SHARE, OTHER, LETTER, WALL, PAIR, f"{FRENCH[0]} (Suivez-nous)")),
    min_size=1,
    max_size=10,
)


@settings(max_examples=50)
@given(
    LINES, st.lists(st.floats(-9.0, 9.0), min_size=1, max_size=5), st.sampled_from(("careful", "balanced", "thorough"))
)
def test_sum_decides_over_every_line(lines: list[str], points: list[float], mode: str) -> None:
    """Whatever the lines are, those are removed whose score exceeds the threshold, and each has a kind and evidence."""
    judgement = _decide(*lines, points=tuple(points), mode=mode)
    for line in range(len(judgement.document)):
        assert judgement.removed[line] == (judgement.scores[line] > 0.0)
        assert judgement.scores[line] == pytest.approx(sum(item.points for item in judgement.evidence(line)), abs=1e-9)
        assert not judgement.removed[line] or judgement.kinds[line] is not None
    assert not any(judgement.removed[cut.line] for cut in judgement.cuts)
    assert not any(judgement.removed[first : last + 1].any() for first, last, _ in judgement.doubtful)
