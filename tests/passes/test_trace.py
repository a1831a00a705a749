"""Traces: the verdict over each line of the input, from what each pass said of it, told when somebody asks."""

from __future__ import annotations

import pickle
from functools import partial

from hypothesis import given, settings
from hypothesis import strategies as st

from cleaner.passes.judgement import LineJudgement
from cleaner.passes.loop import run_passes
from cleaner.passes.trace import Story, Trace
from cleaner.result import Evidence, Kind, Verdict
from cleaner.text.document import Document
from cleaner.text.splitting import split_lines
from tests.deciding import COMMENTS, FRENCH
from tests.judges import POINTS, HandJudge, cut_of, judgement

REPLY, SHARE = "Répondre", "Partager"
SECOND = "Imprimer"


def _decide(document: Document) -> LineJudgement:
    """Removes lines of sharing and cuts links; where there are none, removes lines of printing."""
    lines = [document.line_text(line) for line in range(len(document))]
    removed: dict[int, Kind | None] = {at: Kind.SHARE_BAR for at, text in enumerate(lines) if text == SHARE}
    cuts = [cut_of(document, at, REPLY) for at, text in enumerate(lines) if REPLY in text]
    if not removed and not cuts:
        removed = {at: Kind.PAGE_TOOLS for at, text in enumerate(lines) if text == SECOND}
    return judgement(document, removed, cuts)


def _path(offset: int) -> str:
    return f"div > p{offset}"


def _story(text: str) -> Story:
    return Story(text, split_lines(text), run_passes(Document(text), HandJudge(_decide)).passes, _path)


def _verdicts(*lines: str) -> tuple[Verdict, ...]:
    return Trace(partial(_story, "\n".join(lines)))()


def _actions(*lines: str) -> list[tuple[str, Kind | None]]:
    return [(verdict.action, verdict.kind) for verdict in _verdicts(*lines)]


def test_every_line_has_a_verdict_with_its_reason() -> None:
    """What stays has its points against removing it, what is removed those for it, in places of the input."""
    kept, dropped = _verdicts(FRENCH[0], SHARE)
    size = len(FRENCH[0])
    assert (kept.action, kept.kind, kept.score) == ("keep", None, -POINTS)
    assert kept.evidence == (Evidence("context.by-hand", -POINTS, 0, size, None),)
    assert (dropped.action, dropped.kind, dropped.score) == ("drop", Kind.SHARE_BAR, POINTS)
    assert dropped.evidence == (Evidence("context.by-hand", POINTS, size + 1, size + 9, Kind.SHARE_BAR),)


def test_verdict_tells_the_element_of_its_line() -> None:
    """The path is that of the element at the first character of the line."""
    assert [verdict.element for verdict in _verdicts(FRENCH[0], SHARE)] == [_path(0), _path(len(FRENCH[0]) + 1)]


def test_line_of_which_a_fragment_is_cut_has_the_kind_of_the_fragment() -> None:
    """The line itself is no noise, and its score is still that of the pass that cut it."""
    first, _ = _verdicts(f"{FRENCH[0]} {REPLY}", FRENCH[1])
    assert (first.action, first.kind, first.score) == ("cut", Kind.COMMENT_CONTROLS, -POINTS)


def test_later_pass_tells_of_what_it_removes() -> None:
    """A line that only a later pass removes is dropped for the reason of that pass, at its place in the input."""
    verdicts = _verdicts(SHARE, FRENCH[0], SECOND)
    assert [(one.action, one.kind) for one in verdicts] == [
        ("drop", Kind.SHARE_BAR),
        ("keep", None),
        ("drop", Kind.PAGE_TOOLS),
    ]
    (item,) = verdicts[2].evidence
    assert (item.start, item.end) == (verdicts[2].line.start, verdicts[2].line.end)
    assert item.kind is Kind.PAGE_TOOLS


def test_cut_stays_told_when_later_passes_keep_the_rest() -> None:
    """What is left of a line after a cut is kept by the next pass; the cut is what there is to tell."""
    assert _actions(f"{FRENCH[0]} {REPLY}", SECOND) == [
        ("cut", Kind.COMMENT_CONTROLS),
        ("drop", Kind.PAGE_TOOLS),
    ]


def test_rest_of_a_cut_line_that_a_later_pass_drops_is_dropped() -> None:
    """Where a later pass removes what a cut has left, the line is gone, for the reason of that pass."""
    assert _actions(FRENCH[0], f"{SECOND} {REPLY}") == [("keep", None), ("drop", Kind.PAGE_TOOLS)]


def test_pass_that_was_taken_back_removes_nothing() -> None:
    """Where no word would be left nothing is removed, so the verdict keeps the line and tells what spoke against it."""
    (verdict,) = _verdicts(SHARE)
    assert (verdict.action, verdict.kind, verdict.score) == ("keep", None, POINTS)
    (cut,) = _verdicts(REPLY)
    assert (cut.action, cut.kind) == ("keep", None)


def test_line_of_several_units_sums_them() -> None:
    """A wide line, whose columns are judged one by one, is cut where one is removed and others stay, with all evidence."""
    text = f"{FRENCH[0]}        {SHARE}"
    document = Document(text, "columns")
    done = run_passes(
        document, HandJudge(lambda given: judgement(given, {1: Kind.SHARE_BAR} if len(given) > 1 else {}))
    )
    (verdict,) = Trace(lambda: Story(text, split_lines(text), done.passes))()
    assert (verdict.action, verdict.kind, verdict.score) == ("cut", Kind.SHARE_BAR, 0.0)
    assert [(item.points, item.kind) for item in verdict.evidence] == [(-POINTS, None), (POINTS, Kind.SHARE_BAR)]


def test_unit_of_several_lines_gives_each_its_verdict() -> None:
    """Lines that were judged as one unit share its verdict."""
    text = f"{FRENCH[0]}\n{FRENCH[1]}\n{SHARE}\nbientôt"
    unit = text.replace(f"{SHARE}\n", f"{SHARE} ").replace(f"{FRENCH[0]}\n", f"{FRENCH[0]} ")

    def decide(document: Document) -> LineJudgement:
        joined = Document(unit) if document.text == text else document
        return judgement(joined, {1: Kind.NEWSLETTER} if len(joined) == 2 and SHARE in joined.text else {})

    done = run_passes(Document(text), HandJudge(decide))
    verdicts = Trace(lambda: Story(text, split_lines(text), done.passes))()
    assert [one.action for one in verdicts] == ["keep", "keep", "drop", "drop"]
    assert {one.evidence for one in verdicts[2:]} == {
        (Evidence("context.by-hand", POINTS, text.index(SHARE), len(text), Kind.NEWSLETTER),)
    }


def test_fragment_of_a_unit_is_cut_from_the_line_that_it_lies_in() -> None:
    """Of the lines that were judged as one unit only the one that holds the fragment is cut."""
    text = f"{FRENCH[0]}\n{COMMENTS[0]} {REPLY}"

    def decide(document: Document) -> LineJudgement:
        joined = Document(document.text.replace("\n", " "))
        return judgement(joined, {}, [cut_of(joined, 0, REPLY)] if REPLY in joined.text else [])

    done = run_passes(Document(text), HandJudge(decide))
    verdicts = Trace(lambda: Story(text, split_lines(text), done.passes))()
    assert [(one.action, one.kind) for one in verdicts] == [("keep", None), ("cut", Kind.COMMENT_CONTROLS)]


def test_line_that_is_gone_stays_gone_where_a_later_unit_reaches_over_it() -> None:
    """What stood on both sides of a removed line has become one unit, whose verdict is not that of the removed line."""
    text = f"{FRENCH[0]}\n{SHARE}\n{FRENCH[1]}"

    def decide(document: Document) -> LineJudgement:
        if SHARE in document.text:
            return judgement(document, {1: Kind.SHARE_BAR})
        return judgement(Document(document.text.replace("\n", " ")), {})

    done = run_passes(Document(text), HandJudge(decide))
    verdicts = Trace(lambda: Story(text, split_lines(text), done.passes))()
    assert [(one.action, one.score) for one in verdicts] == [("keep", -POINTS), ("drop", POINTS), ("keep", -POINTS)]


def test_evidence_of_an_edit_is_that_of_its_pass() -> None:
    """A cut is told by its pattern, a line by all that was said of it, each with places in the input."""
    text = f"{FRENCH[0]} {REPLY}\n{SECOND}"
    trace = Trace(partial(_story, text))
    at = len(FRENCH[0]) + 1
    kind = Kind.COMMENT_CONTROLS
    assert trace.evidence(0, 0) == (Evidence("xx.comment-controls.label", 16.0, at, at + len(REPLY), kind),)
    at += len(REPLY) + 1
    assert trace.evidence(1, 0) == (Evidence("context.by-hand", POINTS, at, at + len(SECOND), Kind.PAGE_TOOLS),)


# --- when it is told -------------------------------------------------------------------------------------


def test_story_is_told_once_and_only_when_asked() -> None:
    """Making a trace tells nothing; verdicts and evidence of removals share one story."""
    told: list[str] = []

    def tell() -> Story:
        told.append("told")
        return _story(f"{FRENCH[0]}\n{SHARE}")

    trace = Trace(tell)
    assert told == []
    (item,) = trace.evidence(0, 0)
    assert (item.source, item.kind) == ("context.by-hand", Kind.SHARE_BAR)
    assert trace() == trace()
    assert told == ["told"]


def test_pickled_trace_tells_its_story_again() -> None:
    """A trace travels as what retells it, without the story or a shorter way to it."""
    text = f"{FRENCH[0]}\n{SHARE}"
    quick = Trace(partial(_story, text), lambda: _story(text))
    assert pickle.loads(pickle.dumps(quick))() == quick()


LINES = st.lists(st.sampled_from((*FRENCH[:2], SHARE, SECOND, f"{COMMENTS[0]} {REPLY}", REPLY, "")), max_size=9)


@settings(max_examples=60)
@given(LINES)
def test_verdicts_follow_the_lines_and_their_evidence_lies_in_the_input(lines: list[str]) -> None:
    """There is one verdict a line of the input, in order; its evidence lies in the input and sums to its score."""
    text = "\n".join(lines)
    verdicts = Trace(partial(_story, text))()
    assert [verdict.line for verdict in verdicts] == list(split_lines(text))
    for verdict in verdicts:
        assert all(0 <= item.start <= item.end <= len(text) for item in verdict.evidence)
        assert verdict.score == sum(item.points for item in verdict.evidence)
        assert (verdict.kind is None) == (verdict.action == "keep")
