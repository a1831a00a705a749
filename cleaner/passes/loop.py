"""Passes over one document, until one removes nothing, so that cleaning a text twice changes nothing more."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace
from typing import Protocol

from cleaner.clock import Clock
from cleaner.passes.edits import Edit, apply_removals, inside_lines, make_edits
from cleaner.passes.judgement import LineJudgement
from cleaner.passes.segments import Segments
from cleaner.passes.trace import Pass
from cleaner.result import NO_ARTICLE
from cleaner.text.document import Document

__all__ = ["MAX_PASSES", "NOT_SETTLED", "Judge", "Passes", "run_passes"]

NOT_SETTLED = "not-settled"
# Of 9,165 real texts all but 41 take up to three passes and all but two up to seven. A text that does not settle is
# returned as it was, so that the time is bounded and cleaning twice changes nothing more.
MAX_PASSES = 8


class Judge(Protocol):
    """Judges what is left of one text, pass by pass."""

    def read(self, text: str, clock: Clock) -> Document:
        """A text as the document that is judged."""

    def judge(self, document: Document) -> LineJudgement:
        """The judgement over a document: the original one, or what the previous pass has left."""

    def hand_on(self, edits: Sequence[Edit], left: Document) -> None:
        """Note what was removed from the document judged last, and what is left of it."""


@dataclass(frozen=True, slots=True, eq=False)
class Passes:
    """The passes over a text, what they leave of it, and the flags of the result."""

    passes: tuple[Pass, ...]
    left: str
    flags: set[str]


def run_passes(document: Document, judge: Judge, segments: Segments | None = None) -> Passes:
    """The passes of a judge over a document; they never remove every word of a text.

    ``segments``: where the document's pieces stand in the input, if it is not the input itself.
    """
    passes: list[Pass] = []
    flags: set[str] = set()
    text = left = document.source
    segments = segments or Segments.whole(text)
    while True:
        judgement = judge.judge(document)
        edits = inside_lines(make_edits(judgement), judgement.document.text, document.text)
        shorter = apply_removals(left, edits)
        if edits and not _has_word(shorter):
            passes.append(Pass(judgement, [], segments))
            flags.add(NO_ARTICLE)
            break
        passes.append(Pass(judgement, edits, segments))
        flags.update(judgement.flags)
        if not edits:
            break
        if len(passes) == MAX_PASSES:
            return Passes((replace(passes[0], edits=[]),), text, {NOT_SETTLED})
        segments = segments.without(edits)
        left = shorter
        document = judge.read(left, document.clock)
        judge.hand_on(edits, document)
        judgement.document.release()
    return Passes(tuple(passes), left, flags)


def _has_word(text: str) -> bool:
    return any(character.isalnum() for character in text)
