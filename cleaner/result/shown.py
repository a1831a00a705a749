"""A result line by line, as it is shown to people: what of each line stays, what was removed, and the main reasons."""

from __future__ import annotations

from bisect import bisect_right
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from typing import NamedTuple, Protocol, TypeVar

from cleaner.result.reasons import Reason, strongest_reasons
from cleaner.result.values import Doubt, Evidence, Kind, Removal, Verdict

__all__ = ["Explained", "Piece", "ShownLine", "line_pieces", "show_lines", "within"]

_Spanned = TypeVar("_Spanned", Removal, Doubt)


class Explained(Protocol):
    """What is shown of a `CleanResult`, which can therefore show itself."""

    @property
    def lines(self) -> Sequence[Verdict]:
        """The verdicts on all lines, in order."""

    @property
    def removals(self) -> Sequence[Removal]:
        """What was removed, in order."""

    @property
    def doubtful(self) -> Sequence[Doubt]:
        """What looked like noise but stayed, in order."""

    @property
    def flags(self) -> Sequence[str]:
        """What is unusual about the result."""


class Piece(NamedTuple):
    """A stretch of a line; ``kind`` is why it was removed, and None where it stays."""

    text: str
    kind: Kind | None


@dataclass(frozen=True)
class ShownLine:
    """One line of the input: ``number`` counts from 1; ``pieces`` add up to its text without the line end.

    ``evidence``: of a line that stays or is removed as a whole, that of its verdict; of one that is cut, that of its
    removed pieces. ``reasons``: the two strongest for what happened to it. ``is_doubtful``: it looked like noise but
    stayed.
    """

    number: int
    verdict: Verdict
    pieces: tuple[Piece, ...]
    evidence: tuple[Evidence, ...]
    reasons: tuple[Reason, ...]
    is_doubtful: bool

    @property
    def text(self) -> str:
        """The line without its line end."""
        return "".join(piece.text for piece in self.pieces)

    @property
    def left(self) -> str:
        """What stays of it."""
        return "".join(piece.text for piece in self.pieces if piece.kind is None)

    @property
    def is_removed(self) -> bool:
        """Whether any of it was removed."""
        return self.verdict.action != "keep"

    def strongest(self, count: int) -> tuple[Evidence, ...]:
        """Its evidence with the most points, for or against."""
        return tuple(sorted(self.evidence, key=lambda one: -abs(one.points))[:count])


def show_lines(text: str, result: Explained) -> list[ShownLine]:
    """One `ShownLine` for each line of the input.

    ``text``: the input; of an HTML page the text of its blocks, which `CleanResult.restore` returns.

    >>> from cleaner import explain_text
    >>> text = "Der Rat hat gestern entschieden.\\nAntwortenLöschen\\n"
    >>> [(line.verdict.action, line.text) for line in show_lines(text, explain_text(text))]
    [('keep', 'Der Rat hat gestern entschieden.'), ('drop', 'AntwortenLöschen')]
    """
    removals = result.removals
    ends = [removal.end for removal in removals]
    doubts = [doubt.end for doubt in result.doubtful]
    shown = []
    for verdict in result.lines:
        line = verdict.line
        own = list(within(removals, ends, line.start, line.end))
        evidence = verdict.evidence
        if verdict.action == "cut":
            evidence = tuple(item for removal in own for item in removal.evidence)
        is_doubtful = any(within(result.doubtful, doubts, line.start, line.end))
        reasons = strongest_reasons(evidence, for_noise=is_doubtful or verdict.action != "keep")
        pieces = tuple(line_pieces(text, line.start, line.end, own))
        shown.append(ShownLine(line.index + 1, verdict, pieces, evidence, tuple(reasons), is_doubtful))
    return shown


def within(spans: Sequence[_Spanned], ends: list[int], start: int, end: int) -> Iterator[_Spanned]:
    """Those of some spans, in order and with these ends, that have a character between two offsets."""
    for position in range(bisect_right(ends, start), len(spans)):
        if spans[position].start >= end:
            return
        yield spans[position]


def line_pieces(text: str, start: int, end: int, removals: Sequence[Removal]) -> Iterator[Piece]:
    """The pieces of a line, ``text[start:end]``; ``removals``: those that have a character in it, in order."""
    position = start
    for removal in removals:
        first, last = max(removal.start, start), min(removal.end, end)
        if position < first:
            yield Piece(text[position:first], None)
        if first < last:
            yield Piece(text[first:last], removal.kind)
        position = max(position, last)
    if position < end:
        yield Piece(text[position:end], None)
