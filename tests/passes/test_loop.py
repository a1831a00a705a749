"""The loop over a text with a judge made by hand: when it stops, what it hands on, and when it gives the text back."""

from __future__ import annotations

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from cleaner.clock import Clock
from cleaner.passes.judgement import LineJudgement
from cleaner.passes.loop import MAX_PASSES, NOT_SETTLED, run_passes
from cleaner.passes.segments import Segments
from cleaner.result import NO_ARTICLE, Kind
from cleaner.text.document import Document
from tests.deciding import FRENCH
from tests.judges import HandJudge, cut_of, judgement

REPLY, SHARE = "Répondre", "Partager"


def _of(*texts: str, flags: tuple[str, ...] = ()) -> HandJudge:
    """A judge that removes the first line of these texts that it sees."""

    def decide(document: Document) -> LineJudgement:
        lines = [document.line_text(line) for line in range(len(document))]
        found = next((lines.index(text) for text in texts if text in lines), None)
        removed = {} if found is None else {found: Kind.SHARE_BAR}
        return judgement(document, removed, flags=flags if removed else ())

    return HandJudge(decide)


def _from_the_end() -> HandJudge:
    """A judge that never settles: it removes the last line, and flags that."""
    return HandJudge(lambda document: judgement(document, {len(document) - 1: Kind.COMMENT}, flags=("shorter",)))


# --- when it stops ---------------------------------------------------------------------------------------


def test_loop_ends_with_a_pass_that_removes_nothing() -> None:
    """Each pass sees what the one before has left, the last one what comes back."""
    text = f"{FRENCH[0]}\n{REPLY}\n{SHARE}\n"
    judge = _of(REPLY, SHARE)
    done = run_passes(Document(text), judge)
    assert judge.seen == [text, f"{FRENCH[0]}\n{SHARE}\n", f"{FRENCH[0]}\n"]
    assert (done.left, done.flags) == (f"{FRENCH[0]}\n", set())
    assert [[edit.kind for edit in one.edits] for one in done.passes] == [[Kind.SHARE_BAR], [Kind.SHARE_BAR], []]


def test_text_without_noise_takes_one_pass() -> None:
    """Where nothing is removed the text is the same object, and nothing is handed on."""
    text = FRENCH[0]
    judge = _of(REPLY)
    done = run_passes(Document(text), judge)
    assert done.left is text
    assert (len(done.passes), judge.handed) == (1, [])


def test_judge_takes_note_of_each_removal() -> None:
    """After each pass the judge is told what was removed and what is left, and not after the last one."""
    judge = _of(REPLY, SHARE)
    run_passes(Document(f"{FRENCH[0]}\n{SHARE}\n{REPLY}"), judge)
    taken = [([(edit.line, edit.start, edit.end) for edit in edits], left) for edits, left in judge.handed]
    size = len(FRENCH[0])
    assert taken == [
        ([(2, size + 9, size + 18)], f"{FRENCH[0]}\n{SHARE}"),
        ([(1, size, size + 9)], FRENCH[0]),
    ]


def test_cuts_are_applied_like_lines() -> None:
    """A fragment that is cut leaves its line, with the space that joined it, and the next pass sees the rest."""

    def decide(document: Document) -> LineJudgement:
        return judgement(document, {}, [cut_of(document, 0, REPLY)] if REPLY in document.text else [])

    judge = HandJudge(decide)
    done = run_passes(Document(f"{FRENCH[0]} {REPLY}\n"), judge)
    assert done.left == f"{FRENCH[0]}\n"
    (edit,) = done.passes[0].edits
    assert (edit.kind, edit.score, edit.start) == (Kind.COMMENT_CONTROLS, 16.0, len(FRENCH[0]))
    assert [item.source for item in edit.cuts] == ["xx.comment-controls.label"]


def test_flags_of_all_passes_are_told() -> None:
    """What any pass flags is a flag of the text, though later passes do not see it any more."""
    done = run_passes(Document(f"{FRENCH[0]}\n{REPLY}"), _of(REPLY, flags=("truncated-by-paywall",)))
    assert done.flags == {"truncated-by-paywall"}


def test_documents_of_later_passes_have_the_same_time() -> None:
    """The clock of the document that came in runs through all passes."""
    clocks = []

    def decide(document: Document) -> LineJudgement:
        clocks.append(document.clock)
        return judgement(document, {1: None} if len(document) > 1 else {})

    clock = Clock(None)
    run_passes(Document(f"{FRENCH[0]}\n{REPLY}", clock=clock), HandJudge(decide))
    assert len(clocks) == 2
    assert all(one is clock for one in clocks)


# --- when it gives the text back -------------------------------------------------------------------------


def test_text_of_which_no_word_would_be_left_comes_back() -> None:
    """A judge that removes all words finds no article: the text stays, with a flag, and the pass has no edits."""
    text = f"{REPLY}\n***\n"
    done = run_passes(Document(text), HandJudge(lambda document: judgement(document, {0: Kind.COMMENT_CONTROLS})))
    assert (done.left, done.flags) == (text, {NO_ARTICLE})
    assert [one.edits for one in done.passes] == [[]]
    assert done.passes[0].judgement.kinds[0] is Kind.COMMENT_CONTROLS


def test_what_an_earlier_pass_removed_stays_removed_when_no_article_is_found() -> None:
    """Only the pass that would remove the last word is taken back."""
    done = run_passes(Document(f"{REPLY}\n{SHARE}"), _of(SHARE, REPLY))
    assert (done.left, done.flags) == (REPLY, {NO_ARTICLE})
    assert [len(one.edits) for one in done.passes] == [1, 0]


@pytest.mark.parametrize("text", ["", "\n\n", " *** "])
def test_text_without_a_word_that_nothing_is_removed_from_has_no_flag(text: str) -> None:
    """A text that had no article before is no worse afterwards."""
    done = run_passes(Document(text), HandJudge(lambda document: judgement(document, {})))
    assert (done.left, done.flags) == (text, set())


def test_text_that_does_not_settle_comes_back() -> None:
    """After as many passes as there may be the text is given back whole, with one flag and without removals."""
    text = "\n".join(FRENCH[0] for _ in range(3 * MAX_PASSES))
    judge = _from_the_end()
    done = run_passes(Document(text), judge)
    assert len(judge.seen) == MAX_PASSES
    assert done.left is text
    assert done.flags == {NOT_SETTLED}
    assert [one.edits for one in done.passes] == [[]]
    assert len(done.passes[0].judgement.scores) == 3 * MAX_PASSES


def test_last_pass_may_settle() -> None:
    """A text whose last allowed pass removes nothing is done, and keeps its removals."""
    names = [f"Bouton {number}" for number in range(MAX_PASSES - 1)]
    done = run_passes(Document("\n".join([FRENCH[0], *names])), _of(*names))
    assert (done.left, done.flags, len(done.passes)) == (FRENCH[0], set(), MAX_PASSES)
    one_more = [*names, "Bouton de trop"]
    done = run_passes(Document("\n".join([FRENCH[0], *one_more])), _of(*one_more))
    assert (done.left, done.flags) == ("\n".join([FRENCH[0], *one_more]), {NOT_SETTLED})


# --- properties ------------------------------------------------------------------------------------------

LINES = st.lists(st.sampled_from((*FRENCH[:2], REPLY, SHARE, "", "***", "渡轮周一停航。")), max_size=10)
ENDS = st.sampled_from(("\n", "\r\n", "\u2028"))


@settings(max_examples=60)
@given(LINES, ENDS)
def test_removals_of_all_passes_replay(lines: list[str], end: str) -> None:
    """The edits of the passes, told as pieces of the input by their segments, take exactly what is gone from it."""
    text = end.join(lines)
    done = run_passes(Document(text), _of(REPLY, SHARE, FRENCH[1]))
    pieces = [piece for one in done.passes for edit in one.edits for piece in one.segments.pieces(edit.start, edit.end)]
    kept = set(range(len(text))) - {at for start, stop in pieces for at in range(start, stop)}
    assert "".join(text[at] for at in sorted(kept)) == done.left
    assert sum(stop - start for start, stop in pieces) == len(text) - len(done.left)
    assert done.passes[-1].edits == []


@settings(max_examples=60)
@given(LINES)
def test_document_may_stand_in_a_larger_input(lines: list[str]) -> None:
    """With segments of its own a document's passes tell where they stand in the input, not in the document."""
    head, text = f"{SHARE}\n", "\n".join(lines)
    first = run_passes(Document(text), _of(REPLY), Segments([0], [len(head)], len(text))).passes[0]
    for edit in first.edits:
        (piece,) = first.segments.pieces(edit.start, edit.end)
        assert (head + text)[slice(*piece)] == text[edit.start : edit.end]
        assert piece[0] == edit.start + len(head)
