"""Verdicts -> edits: the one policy for overlaps and blank lines, and applying removals to a text.

Dropped lines are removed with their line ends. Where lines are removed between two kept lines, the blank lines before
the first dropped line stay, or, if there are none, those after the last one; at the edges of the document no blank line
stays beside dropped lines. A cut fragment is removed with the space that joined it to the line. From a wide line some
columns may be removed: each with the space after it, the last ones with the space before them; the line end stays.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from typing import NamedTuple, Protocol

import numpy as np

from cleaner.passes.judgement import Cut, LineJudgement
from cleaner.result import Evidence, Kind
from cleaner.text.arrays import BoolArray, IntArray
from cleaner.text.document import Document

__all__ = ["Edit", "apply_removals", "by_line", "inside_lines", "make_edits", "merge_cuts"]


class _Stretch(Protocol):
    """Anything with a start and an end, in characters."""

    @property
    def start(self) -> int: ...
    @property
    def end(self) -> int: ...


class Edit(NamedTuple):
    """One stretch of a pass's text to remove, in characters, and the line it belongs to.

    ``cuts``: the evidence for a fragment that is cut, or for a line that consists only of fragments; empty if the
    line's own evidence is the reason. ``kind``: None if the judgement gives kind and score, which may take time, on
    demand.
    """

    start: int
    end: int
    line: int
    kind: Kind | None
    score: float
    cuts: tuple[Evidence, ...] = ()


def apply_removals(text: str, removals: Iterable[_Stretch]) -> str:
    """The text without its removals.

    >>> from cleaner.result import Removal
    >>> apply_removals("abc", [Removal(1, 2, Kind.BOILERPLATE, 1.0, (), "b")])
    'ac'
    """
    parts = []
    position = 0
    for removal in removals:
        parts.append(text[position : removal.start])
        position = removal.end
    parts.append(text[position:])
    return "".join(parts)


def make_edits(judgement: LineJudgement) -> list[Edit]:
    """The edits that a judgement asks for, in order and without overlaps, with offsets into its document."""
    document, watch = judgement.document, judgement.document.clock.watch
    whole = judgement.removed.copy()
    if not whole.any() and not judgement.cuts:
        return []
    edits: list[Edit] = []
    reasons: dict[int, list[Cut]] = {}
    for line, cuts in watch(by_line(judgement.cuts).items()):
        spans = merge_cuts(document, line, cuts)
        if not document.has_word_outside(line, [(start, end) for start, end, _ in spans]):
            whole[line] = True
            reasons[line] = cuts
            continue
        for start, end, cut in spans:
            kind = cut.evidence.kind or Kind.BOILERPLATE
            edits.append(Edit(start, end, line, kind, cut.total, cut.told))
    spans_of_lines: list[tuple[int, int, int]] = []
    for first, stop in watch(_wide_lines(document)):
        if not whole[first:stop].all():
            spans_of_lines += _column_spans(document, first, np.flatnonzero(whole[first:stop]) + first, stop)
            whole[first:stop] = False
    for first, last, lines in watch(_stretches(whole, judgement.is_blank)):
        spans_of_lines += _line_spans(document, first, last, lines)
    for line, low, high in watch(spans_of_lines):
        start, end = judgement.narrowed.get(line, (low, high))
        cuts_of_line = reasons.get(line, ())
        score = sum(cut.total for cut in cuts_of_line) if cuts_of_line else judgement.scores[line]
        kind_of_line = cuts_of_line[0].evidence.kind if cuts_of_line else judgement.kinds[line]
        told = tuple(item for cut in cuts_of_line for item in cut.told)
        edits.append(Edit(start, end, line, kind_of_line or Kind.BOILERPLATE, score, told))
    return sorted(edits, key=lambda edit: edit.start)


def inside_lines(edits: Sequence[Edit], joined: str, text: str) -> list[Edit]:
    """Edits without line ends at their edges that are spaces inside a unit, so that the text beside them keeps its line.

    ``joined``: the text that the edits were made for; ``text``: the same with its line ends.
    """
    if joined == text:
        return list(edits)
    found = []
    for edit in edits:
        start, end = edit.start, edit.end
        edge = end
        while edge > start and text[edge - 1].isspace():
            edge -= 1
            end = edge if text[edge] != joined[edge] else end
        edge = start
        while edge < end and text[edge].isspace():
            edge += 1
            start = edge if text[edge - 1] != joined[edge - 1] else start
        found.append(edit._replace(start=start, end=end))
    return found


def by_line(cuts: Sequence[Cut]) -> dict[int, list[Cut]]:
    """The fragments by the line that they are cut from."""
    found: dict[int, list[Cut]] = {}
    for cut in cuts:
        found.setdefault(cut.line, []).append(cut)
    return found


def merge_cuts(document: Document, line: int, cuts: list[Cut]) -> list[tuple[int, int, Cut]]:
    """The spans to cut: longest first where they overlap, then earliest, widened over the space that joined them."""
    chosen: list[tuple[int, int, Cut]] = []
    for cut in document.clock.watch(sorted(cuts, key=lambda cut: (cut.start - cut.end, cut.start))):
        start, end = (cut.start, cut.end) if cut.is_exact else _widen(document, line, cut.start, cut.end)
        if all(end <= other_start or start >= other_end for other_start, other_end, _ in chosen):
            chosen.append((start, end, cut))
    return sorted(chosen, key=lambda span: span[0])


def _widen(document: Document, line: int, start: int, end: int) -> tuple[int, int]:
    text = document.text
    line_start, line_end = int(document.starts[line]), int(document.ends[line])
    left, right = start, end
    while left > line_start and text[left - 1].isspace():
        left -= 1
    while right < line_end and text[right].isspace():
        right += 1
    if not any(character.isalnum() for character in text[right:line_end]):
        # Only the fragment's own full stop is left after it.
        return left, line_end
    if left == line_start:
        return start, right
    # In the middle of a line one space stays between the remaining parts.
    return start, right if left < start else end


def _stretches(removed: BoolArray, is_blank: BoolArray) -> list[tuple[int, int, list[int]]]:
    """Runs of removed and blank lines with at least one removed line: first, last, and the removed ones."""
    dropped = np.flatnonzero(removed)
    if not dropped.size:
        return []
    open_to = np.flatnonzero(~(removed | is_blank))
    # Each run is identified by the number of lines that stay before it.
    before = np.searchsorted(open_to, dropped)
    stretches = []
    for lines in np.split(dropped, np.flatnonzero(np.diff(before)) + 1):
        at = int(np.searchsorted(open_to, lines[0]))
        first = int(open_to[at - 1]) + 1 if at else 0
        last = int(open_to[at]) - 1 if at < open_to.size else removed.size - 1
        stretches.append((first, last, lines.tolist()))
    return stretches


def _line_spans(document: Document, first: int, last: int, dropped: list[int]) -> list[tuple[int, int, int]]:
    """The span to remove with each dropped line; blank lines to remove belong to the dropped line before them."""
    start, stop = first, last + 1
    if first > 0 and last < len(document) - 1:
        if dropped[0] > first:
            start = dropped[0]
        else:
            stop = dropped[-1] + 1
    edges = document.starts[[start, *dropped[1:]]].tolist()
    if stop == len(document) and first > 0 and document.ends[-1] == document.stops[-1]:
        # The text did not end in a line end, so the remaining text does not either.
        edges[0] = int(document.ends[first - 1])
    ends = [*edges[1:], int(document.stops[stop - 1])]
    return list(zip(dropped, edges, ends, strict=True))


def _wide_lines(document: Document) -> list[tuple[int, int]]:
    """The wide lines of a document: their first column, and the line after their last one."""
    if not len(document) or document.numbers[-1] == len(document) - 1:
        return []
    first = np.flatnonzero(np.diff(document.numbers, prepend=-1))
    stops = np.append(first[1:], len(document))
    return [(int(low), int(high)) for low, high in zip(first, stops, strict=True) if high - low > 1]


def _column_spans(document: Document, first: int, removed: IntArray, stop: int) -> list[tuple[int, int, int]]:
    """The removals from a wide line of which other columns stay: each column, and where its removal starts and ends."""
    gone = set(removed.tolist())
    last_kept = max(line for line in range(first, stop) if line not in gone)
    spans = []
    for line in removed.tolist():
        start = int(document.ends[last_kept]) if line == last_kept + 1 else int(document.starts[line])
        end = int(document.starts[line + 1]) if line + 1 < stop else int(document.ends[line])
        spans.append((line, start, end))
    return spans
