"""Results of passes: removals, comments, doubts and flags, with offsets into the input."""

from __future__ import annotations

import pickle
from functools import partial
from itertools import pairwise

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from cleaner.clock import Clock, OutOfTimeError
from cleaner.passes.edits import apply_removals
from cleaner.passes.judgement import LineJudgement
from cleaner.passes.loop import Passes, run_passes
from cleaner.passes.results import DOUBTFUL_MIN_SHARE, make_result
from cleaner.passes.trace import Story, Trace
from cleaner.result import CleanResult, Doubt, Evidence, Kind
from cleaner.text.document import Document
from cleaner.text.splitting import split_lines
from tests.deciding import COMMENTS, FRENCH
from tests.judges import POINTS, HandJudge, cut_of, judgement

REPLY, SHARE = "Répondre", "Partager"


def _decide(document: Document) -> LineJudgement:
    """Removes lines of sharing; below them, in a second pass, comments; and cuts links from what is left."""
    lines = [document.line_text(line) for line in range(len(document))]
    removed: dict[int, Kind | None] = {at: Kind.SHARE_BAR for at, text in enumerate(lines) if text == SHARE}
    if not removed:
        removed = {at: None for at, text in enumerate(lines) if text in COMMENTS}
    cuts = [cut_of(document, at, REPLY) for at, text in enumerate(lines) if REPLY in text and at not in removed]
    comments = tuple(text for text in lines if text in COMMENTS)
    return judgement(document, removed, cuts, comments=comments, headline=lines[0] if lines else None)


def _story(text: str) -> Story:
    return Story(text, split_lines(text), _passes(text).passes)


def _passes(text: str) -> Passes:
    return run_passes(Document(text), HandJudge(_decide))


def _result(text: str) -> CleanResult:
    return make_result(text, _passes(text), Trace(partial(_story, text)))


# --- removals --------------------------------------------------------------------------------------------


def test_removal_tells_where_what_and_why() -> None:
    """A removed line has its place in the input with its line end, its kind, its score and the evidence for it."""
    text = f"{FRENCH[0]}\n{SHARE}\n{FRENCH[1]}\n"
    (removal,) = _result(text).removals
    start = len(FRENCH[0]) + 1
    assert (removal.start, removal.end, removal.text) == (start, start + 9, f"{SHARE}\n")
    assert (removal.kind, removal.score, removal.element) == (Kind.SHARE_BAR, POINTS, "")
    assert removal.evidence == (Evidence("context.by-hand", POINTS, start, start + 8, Kind.SHARE_BAR),)


def test_removal_of_a_fragment_has_the_evidence_of_its_pattern() -> None:
    """A cut tells the pattern that found it, not what speaks of its line."""
    (removal,) = _result(f"{FRENCH[0]} {REPLY}").removals
    start = len(FRENCH[0]) + 1
    assert (removal.kind, removal.score, removal.text) == (Kind.COMMENT_CONTROLS, 16.0, f" {REPLY}")
    assert removal.evidence == (
        Evidence("xx.comment-controls.label", 16.0, start, start + len(REPLY), Kind.COMMENT_CONTROLS),
    )


def test_removals_of_later_passes_stand_in_the_input() -> None:
    """What a second pass removes is told at its place in the input, in order with what the first one removed."""
    text = f"{FRENCH[0]}\n{COMMENTS[0]}\n{SHARE}\n{COMMENTS[1]}\n"
    removals = _result(text).removals
    assert [(removal.kind, removal.text) for removal in removals] == [
        (Kind.BOILERPLATE, f"{COMMENTS[0]}\n"),
        (Kind.SHARE_BAR, f"{SHARE}\n"),
        (Kind.BOILERPLATE, f"{COMMENTS[1]}\n"),
    ]
    for removal in removals:
        (item,) = removal.evidence
        assert (item.source, item.start, item.end) == ("context.by-hand", removal.start, removal.end - 1)


def test_stretch_that_grew_together_is_told_in_its_pieces() -> None:
    """A fragment on both sides of what an earlier pass removed has a removal for each side, with the same reason."""

    def decide(document: Document) -> LineJudgement:
        for fragment, kind in (("<b>", Kind.INTERFACE), (REPLY, Kind.COMMENT_CONTROLS)):
            if fragment in document.text:
                return judgement(document, {}, [cut_of(document, 0, fragment, kind)])
        return judgement(document, {})

    text = f"Rép<b>ondre {FRENCH[0]}"
    done = run_passes(Document(text), HandJudge(decide))
    removals = make_result(text, done, Trace(lambda: Story(text, split_lines(text), done.passes))).removals
    assert [(removal.text, removal.kind) for removal in removals] == [
        ("Rép", Kind.COMMENT_CONTROLS),
        ("<b>", Kind.INTERFACE),
        ("ondre ", Kind.COMMENT_CONTROLS),
    ]
    expected = (Evidence("xx.comment-controls.label", 16.0, 0, 11, Kind.COMMENT_CONTROLS),)
    assert removals[0].evidence == removals[2].evidence == expected


def test_elements_are_told_where_there_are_any() -> None:
    """The path of the element at a removal's first character is told with it."""
    text = f"{FRENCH[0]}\n{SHARE}"
    trace = Trace(partial(_story, text))
    (removal,) = make_result(text, _passes(text), trace, path_at=lambda offset: f"p{offset}").removals
    assert removal.element == f"p{removal.start}" == f"p{len(FRENCH[0])}"


def test_removals_are_told_within_the_time_there_is() -> None:
    """Removals are put together when they are asked for, and take from the time of their document then."""
    text = "\n".join([FRENCH[0], *[SHARE] * 3000])
    with Clock(1e-9) as clock:
        result = make_result(text, _passes(text), Trace(partial(_story, text)), clock=clock)
        assert result.text == FRENCH[0]
        with pytest.raises(OutOfTimeError):
            _ = result.removals


# --- all else --------------------------------------------------------------------------------------------


def test_comments_are_those_of_passes_that_removed_something() -> None:
    """Comments come from each pass that removed something; the last one, which removes nothing, repeats none."""
    assert _result(f"{FRENCH[0]}\n{COMMENTS[0]}\n{COMMENTS[1]}").comments == COMMENTS[:2]
    assert _result(FRENCH[0]).comments == ()
    kept = run_passes(Document(COMMENTS[0]), HandJudge(lambda document: judgement(document, {}, comments=COMMENTS)))
    assert make_result(COMMENTS[0], kept, Trace(partial(_story, COMMENTS[0]))).comments == ()


def test_headline_is_that_of_the_first_pass_that_knows_one() -> None:
    """A later pass, which sees less, does not change the headline."""
    text = f"{SHARE}\n{FRENCH[0]}"
    assert _result(text).headline == SHARE
    assert _result("").headline is None


def test_text_without_a_pass_comes_back_with_its_flags() -> None:
    """What was not judged is left as it is, and nothing is expected of it."""
    result = make_result("a", Passes((), "a", {"too-many-lines", "b"}), Trace(partial(_story, "a")))
    assert (result.text, result.removals, result.flags, result.confidence) == ("a", (), ("b", "too-many-lines"), 0.0)


@pytest.mark.parametrize("above", [True, False])
def test_doubtful_stretches_are_told_and_flagged(above: bool) -> None:
    """Doubts of the last pass stand in the input; from a share of the text on it is flagged, and less is expected."""
    doubt = "Le pont rouvre mardi"
    article = "\n".join(FRENCH * (1 if above else 3))
    text = f"{SHARE}\n{article}\n{doubt}"

    def decide(document: Document) -> LineJudgement:
        last = len(document) - 1
        if document.text.startswith(SHARE):
            return judgement(document, {0: Kind.SHARE_BAR}, doubtful=((1, last, 0.9),))
        return judgement(document, {}, doubtful=((last, last, 0.5),))

    done = run_passes(Document(text), HandJudge(decide))
    result = make_result(text, done, Trace(partial(_story, text)))
    assert result.doubtful == (Doubt(len(text) - len(doubt), len(text), 0.5),)
    share = len(doubt) / len(result.text)
    assert (share > DOUBTFUL_MIN_SHARE) is above
    assert result.flags == (("doubtful",) if above else ())
    assert result.confidence == pytest.approx(1.0 - share)


def test_pickled_result_tells_the_same() -> None:
    """Removals and reasons are the same when a result comes back from another process."""
    text = f"{FRENCH[0]} {REPLY}\n{SHARE}\n{COMMENTS[0]}\n"
    result = _result(text)
    copy = pickle.loads(pickle.dumps(result))
    assert copy.removals == result.removals
    assert [removal.evidence for removal in copy.removals] == [removal.evidence for removal in result.removals]
    assert len(copy.removals) == 3


def _path(offset: int) -> str:
    return f"p{offset}"


def _page_story(text: str) -> Story:
    return Story(text, split_lines(text), _passes(text).passes, _path)


def test_pickled_result_of_a_page_tells_its_elements() -> None:
    """The elements of a page do not travel with its result; they are told from the page again."""
    text = f"{FRENCH[0]}\n{SHARE}"
    result = make_result(text, _passes(text), Trace(partial(_page_story, text)), path_at=_path)
    (removal,) = pickle.loads(pickle.dumps(result)).removals
    assert (removal.element, removal.kind) == (f"p{len(FRENCH[0])}", Kind.SHARE_BAR)


LINES = st.lists(st.sampled_from((*FRENCH[:2], *COMMENTS[:2], SHARE, f"{FRENCH[2]} {REPLY}", REPLY, "")), max_size=9)


@settings(max_examples=60)
@given(LINES)
def test_removals_replay_and_evidence_lies_in_the_input(lines: list[str]) -> None:
    """Removals are in order, hold the text that went, lead from input to result and back, and their reasons lie in it."""
    text = "\n".join(lines)
    result = _result(text)
    removals = result.removals
    assert apply_removals(text, removals) == result.text
    assert result.restore() == text
    assert all(one.end <= other.start for one, other in pairwise(removals))
    for removal in removals:
        assert text[removal.start : removal.end] == removal.text != ""
        assert removal.evidence
        assert all(0 <= item.start <= item.end <= len(text) for item in removal.evidence)
