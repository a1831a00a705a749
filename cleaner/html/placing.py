"""A result over the text of a page -> the same result over its Markdown, with offsets into the Markdown of all blocks."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import replace
from functools import cached_property, partial
from typing import Any

from cleaner.html.markdown import Whole, render_text, render_whole
from cleaner.html.reading import Reading
from cleaner.result import CleanResult, Deferred, Doubt, Evidence, Line, Removal, Verdict

__all__ = ["as_markdown"]


def as_markdown(result: CleanResult, reading: Reading, spans: Sequence[tuple[int, int]]) -> CleanResult:
    """The result with Markdown as its text; what was removed, why and with what doubts stays as it is.

    ``spans``: where each removal is in the source of the page.
    """
    rendering = _Rendering(reading, spans)
    doubtful = result.doubtful
    if doubtful:
        doubtful = tuple(_placed(one, reading.source, rendering.whole) for one in doubtful)
    return replace(
        result,
        text=render_text(reading, spans),
        taken=Deferred(partial(_removals, result.taken, rendering)),
        doubtful=doubtful,
        trace=partial(_verdicts, result.trace, rendering),
    )


class _Rendering:
    """The Markdown of all blocks of a page, made when it is first needed; pickles as what was made."""

    def __init__(self, reading: Reading, spans: Sequence[tuple[int, int]]) -> None:
        self._reading = reading
        self._spans = spans

    @cached_property
    def whole(self) -> Whole:
        return render_whole(self._reading, self._spans)

    def __reduce__(self) -> tuple[Any, ...]:
        return _Made, (self.whole,)


class _Made:
    """What was made of a page."""

    def __init__(self, whole: Whole) -> None:
        self.whole = whole


def _placed(doubt: Doubt, source: str, whole: Whole) -> Doubt:
    """A doubt over the Markdown; a line end at its edge is none there."""
    bare = source[doubt.start : doubt.end].strip()
    start = source.index(bare, doubt.start)
    return Doubt(*whole.places.span(start, start + len(bare)), doubt.score)


def _removals(taken: Sequence[Removal], rendering: _Rendering | _Made) -> tuple[Removal, ...]:
    """The removals: one for each stretch that does not stay, with the reasons of the removal that it belongs to."""
    own, whole = tuple(taken), rendering.whole
    return tuple(
        replace(
            own[number],
            start=start,
            end=end,
            text=whole.source[start:end],
            evidence=Deferred(partial(_evidence, whole, own[number])),
        )
        for start, end, number in whole.gone
    )


def _evidence(whole: Whole, removal: Removal) -> tuple[Evidence, ...]:
    return whole.places.moved(removal.evidence)


def _verdicts(trace: Callable[[], tuple[Verdict, ...]], rendering: _Rendering | _Made) -> tuple[Verdict, ...]:
    """The verdicts over the blocks, each on the Markdown of its block."""
    found, whole = [], rendering.whole
    for verdict, (start, end) in zip(trace(), whole.lines, strict=True):
        line = Line(verdict.line.index, start, end, end + whole.source.startswith("\n", end))
        found.append(replace(verdict, line=line, evidence=whole.places.moved(verdict.evidence)))
    return tuple(found)
