"""Passes -> result: removals, comments and doubts with offsets into the input."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from functools import partial
from typing import Any, NamedTuple

from cleaner.clock import NO_LIMIT, Clock
from cleaner.passes.edits import Edit
from cleaner.passes.judgement import Judgement
from cleaner.passes.loop import Passes
from cleaner.passes.segments import Segments
from cleaner.passes.trace import Pass, Trace, no_path
from cleaner.result import CleanResult, Deferred, Doubt, Kind, Removal

__all__ = ["make_result", "removed_spans"]

DOUBTFUL = "doubtful"
# A result is flagged as doubtful from this share of doubtful characters on (set by hand).
DOUBTFUL_MIN_SHARE = 0.03


def make_result(
    text: str, done: Passes, trace: Trace, *, clock: Clock = NO_LIMIT, path_at: Callable[[int], str] = no_path
) -> CleanResult:
    """The result of passes over a text.

    ``clock``: the time limit, which also covers computing the removals. ``path_at``: the path of the element at an
    offset.
    """
    passes, left, flags = done.passes, done.left, done.flags
    if not passes:
        return CleanResult(left, flags=tuple(sorted(flags)), confidence=0.0)
    doubtful = _doubts(passes[-1])
    share = min(sum(doubt.end - doubt.start for doubt in doubtful) / max(len(left), 1), 1.0)
    if share > DOUBTFUL_MIN_SHARE:
        flags = flags | {DOUBTFUL}
    headlines = [one.judgement.headline for one in passes if one.judgement.headline]
    return CleanResult(
        text=left,
        taken=Deferred(_Taken(text, _gone(passes), trace, clock, path_at)),
        headline=headlines[0] if headlines else None,
        comments=tuple(comment for one in passes for comment in (one.judgement.comments if one.edits else ())),
        flags=tuple(sorted(flags)),
        confidence=passes[0].judgement.confidence(share),
        doubtful=doubtful,
        trace=trace,
    )


def removed_spans(done: Passes) -> list[tuple[int, int]]:
    """Where each removal of a result is, in order, without computing why."""
    return sorted(
        span for one in done.passes for edit in one.edits for span in one.segments.pieces(edit.start, edit.end)
    )


def _doubts(last: Pass) -> tuple[Doubt, ...]:
    """The stretches that looked like noise in the last pass but stayed, with offsets into the input."""
    judgement, segments = last.judgement, last.segments
    return tuple(
        Doubt(start, end, score)
        for first, final, score in judgement.doubtful
        for start, end in segments.pieces(int(judgement.starts[first]), int(judgement.ends[final]))
    )


class _Gone(NamedTuple):
    """What the removals need from a pass; the judgement, which is large, only if its edits have no kind."""

    edits: list[Edit]
    segments: Segments
    judgement: Judgement | None


def _gone(passes: Sequence[Pass]) -> list[_Gone]:
    return [
        _Gone(one.edits, one.segments, one.judgement if any(edit.kind is None for edit in one.edits) else None)
        for one in passes
    ]


@dataclass(frozen=True, slots=True)
class _Taken:
    """Computes the removals that the edits of all passes made, in order.

    The elements of a page are not pickled: their removals are computed from the page again.
    """

    text: str
    gone: list[_Gone]
    trace: Trace
    clock: Clock
    path_at: Callable[[int], str]

    def __reduce__(self) -> tuple[Any, ...]:
        if self.path_at is no_path:
            return _Taken, (self.text, self.gone, self.trace, NO_LIMIT, no_path)
        return partial, (_told, self.trace)

    def __call__(self) -> tuple[Removal, ...]:
        removals: list[Removal] = []
        for number, (edits, segments, judgement) in enumerate(self.gone):
            for at, edit in self.clock.watch(enumerate(edits)):
                kind, score = edit.kind, edit.score
                if judgement is not None:
                    kind, score = judgement.kinds[edit.line], judgement.scores[edit.line]
                evidence = Deferred(partial(self.trace.evidence, number, at))
                for start, end in segments.pieces(edit.start, edit.end):
                    text, path = self.text[start:end], self.path_at(start)
                    removals.append(Removal(start, end, kind or Kind.BOILERPLATE, score, evidence, text, path))
        return tuple(sorted(removals, key=lambda removal: removal.start))


def _told(trace: Trace) -> tuple[Removal, ...]:
    """The removals of an unpickled result."""
    story = trace.story
    return _Taken(story.text, _gone(story.passes), trace, NO_LIMIT, story.path_at)()
