"""What was decided about one document, in the form that every later step needs."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field

from cleaner.result import Evidence, Kind
from cleaner.text.arrays import BoolArray, IntArray
from cleaner.text.document import Document

__all__ = ["Cut", "Judgement", "LineJudgement"]


@dataclass(frozen=True, slots=True)
class Cut:
    """A fragment of a line that is removed: offsets into the document, and why.

    ``is_exact``: the space that joined it to the line is not removed with it. ``reasons`` and ``score``: all that
    speaks for and against removing it, and the sum, where ``evidence`` does not say it all.
    """

    line: int
    start: int
    end: int
    evidence: Evidence
    is_exact: bool = False
    reasons: tuple[Evidence, ...] = ()
    score: float | None = None

    @property
    def told(self) -> tuple[Evidence, ...]:
        """All reasons for the cut."""
        return self.reasons or (self.evidence,)

    @property
    def total(self) -> float:
        """The points of the cut."""
        return self.evidence.points if self.score is None else self.score


@dataclass(frozen=True, slots=True, eq=False, kw_only=True)
class Judgement:
    """Which lines or blocks of a document are removed, as which kinds, which fragments are cut, and why.

    ``starts`` and ``ends``: where each line stands in the document. ``removed``, ``scores`` and ``kinds`` have one entry
    per line. ``evidence`` gives all that speaks for and against removing a line; it is called only when reasons are
    wanted. ``comments``: the text of each removed comment. ``doubtful``: the first and last line of each stretch that
    looked like noise but stayed, and its score. ``confidence`` gives the expected F1 of the result, for a given share
    of it that is doubtful.
    """

    starts: Sequence[int] | IntArray
    ends: Sequence[int] | IntArray
    removed: BoolArray
    scores: Sequence[float]
    kinds: Sequence[Kind | None]
    cuts: Sequence[Cut] = ()
    evidence: Callable[[int], tuple[Evidence, ...]]
    confidence: Callable[[float], float]
    headline: str | None = None
    comments: tuple[str, ...] = ()
    flags: tuple[str, ...] = ()
    doubtful: tuple[tuple[int, int, float], ...] = ()


@dataclass(frozen=True, slots=True, eq=False, kw_only=True)
class LineJudgement(Judgement):
    """A judgement over lines; ``document``: what was judged, one unit per line. ``is_blank`` has one entry per line.
    ``narrowed``: of which lines less is removed than all with the line end, and what, so that a line stays empty.
    """

    document: Document
    is_blank: BoolArray
    narrowed: Mapping[int, tuple[int, int]] = field(default_factory=dict)
