"""Passes -> result: removals, comments and doubts with offsets into the input."""

from __future__ import annotations

from collections.abc import Sequence
from functools import partial

from cleaner.passes.edits import Edit
from cleaner.passes.loop import Passes
from cleaner.passes.segments import Segments
from cleaner.passes.trace import Pass, Trace
from cleaner.result import CleanResult, Deferred, Doubt, Removal

__all__ = ["make_result"]

DOUBTFUL = "doubtful"
# A result is told to be doubtful from this share of its characters on (set by hand).
DOUBTFUL_MIN_SHARE = 0.03


def make_result(text: str, done: Passes, trace: Trace) -> CleanResult:
    """The result of passes over a text."""
    passes, left, flags = done.passes, done.left, done.flags
    doubtful = _doubts(passes[-1])
    share = min(sum(doubt.end - doubt.start for doubt in doubtful) / max(len(left), 1), 1.0)
    if share > DOUBTFUL_MIN_SHARE:
        flags = flags | {DOUBTFUL}
    taken = [(one.edits, one.segments) for one in passes]
    headlines = [one.judgement.headline for one in passes if one.judgement.headline]
    return CleanResult(
        text=left,
        taken=Deferred(partial(_removals, text, taken, trace)),
        headline=headlines[0] if headlines else None,
        comments=tuple(comment for one in passes for comment in (one.judgement.comments if one.edits else ())),
        flags=tuple(sorted(flags)),
        confidence=passes[0].judgement.confidence(share),
        doubtful=doubtful,
        trace=trace,
    )


def _doubts(last: Pass) -> tuple[Doubt, ...]:
    """What looked like noise in the last pass but stayed, with offsets into the input."""
    document, segments = last.document, last.segments
    return tuple(
        Doubt(start, end, score)
        for first, final, score in last.judgement.doubtful
        for start, end in segments.pieces(int(document.starts[first]), int(document.ends[final]))
    )


def _removals(text: str, taken: Sequence[tuple[list[Edit], Segments]], trace: Trace) -> tuple[Removal, ...]:
    """What the edits of all passes took from a text, in order."""
    removals = [
        Removal(start, end, edit.kind, edit.score, evidence, text[start:end])
        for number, (edits, segments) in enumerate(taken)
        for at, edit in enumerate(edits)
        for evidence in (Deferred(partial(trace.evidence, number, at)),)
        for start, end in segments.pieces(edit.start, edit.end)
    ]
    return tuple(sorted(removals, key=lambda removal: removal.start))
