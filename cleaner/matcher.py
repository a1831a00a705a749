"""Lines x PatternSet -> hits: patterns are tried where their triggers stand.

`cleaner.index` finds the triggers of all patterns at once; only where one stands is its pattern tried.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from typing import NamedTuple

import numpy as np

from cleaner.gates import GATES, gate_lines
from cleaner.patterns import WINDOW, Pattern, PatternSet
from cleaner.text import Document, IntArray, is_dropped

__all__ = ["Hit", "Matcher"]

# Lines up to so many characters, and how many of them, are remembered with what holds on them.
MAX_REMEMBERED = 240
REMEMBERED_LINES = 0x4000


class Hit(NamedTuple):
    """A pattern that holds on a line; ``start`` and ``end`` are offsets into the document."""

    pattern: Pattern
    line: int
    start: int
    end: int


class Matcher:
    """Finds every place of a document where a pattern of a set holds, position in the document aside.

    >>> from cleaner.catalog import builtin_patterns
    >>> hits = Matcher(builtin_patterns()).match(Document("Un mot.\\nRépondreSupprimer"))
    >>> [(hit.pattern.id, hit.line) for hit in hits]
    [('fr.comment-controls.reply-delete', 1)]
    """

    def __init__(self, patterns: PatternSet) -> None:
        self._patterns = patterns.patterns
        self._index = patterns.index
        self._remembered: dict[tuple[str, str], list[tuple[int, int, int]]] = {}
        # Literals take the place of a gate.
        gates = [GATES.index(pattern.gate) if pattern.gate and not pattern.keys else -1 for pattern in self._patterns]
        self._gates = np.array(gates, dtype=np.int64)

    def match(self, document: Document) -> list[Hit]:
        """All hits, ordered by line and then by pattern."""
        hits: list[Hit] = []
        lines, numbers = self._candidates(document)
        first = np.flatnonzero(np.diff(lines, prepend=-1))
        bounds = [*first.tolist(), lines.size]
        tried = numbers.tolist()
        for at, line in enumerate(lines[first].tolist()):
            start = int(document.starts[line])
            for number, low, high in self._match_line(document, line, tried[bounds[at] : bounds[at + 1]]):
                hits.append(Hit(self._patterns[number], line, start + low, start + high))
        return hits

    def _match_line(self, document: Document, line: int, numbers: list[int]) -> list[tuple[int, int, int]]:
        """Pattern number, start and end of each hit on a line, relative to its start.

        What holds on a line is a matter of the line alone, and pages repeat lines; so short lines are remembered.
        """
        one = _Line(document, line)
        if len(one.text) > MAX_REMEMBERED:
            return [(number, *span) for number in numbers for span in one.spans(self._patterns[number])]
        key = (one.text, one.folded)
        found = self._remembered.get(key)
        if found is None:
            found = [(number, *span) for number in numbers for span in one.spans(self._patterns[number])]
            if len(self._remembered) >= REMEMBERED_LINES:
                self._remembered.clear()
            self._remembered[key] = found
        return found

    def _candidates(self, document: Document) -> tuple[IntArray, IntArray]:
        """Lines and the numbers of the patterns to try on them, ordered by line and then by pattern."""
        lines, numbers = self._index.find(document)
        gates = self._gates[numbers]
        for gate in np.unique(gates[gates >= 0]).tolist():
            may = (gates != gate) | gate_lines(document, GATES[gate])[lines]
            lines, numbers, gates = lines[may], numbers[may], gates[may]
        return lines, numbers


class _Line:
    """One line in the forms that patterns are tried on."""

    __slots__ = ("_document", "_line", "_origin", "_shown", "_start", "folded", "text")

    def __init__(self, document: Document, line: int) -> None:
        self._document = document
        self._line = line
        self._start = int(document.starts[line])
        self._origin = int(document.folded_starts[line])
        self._shown: str | None = None
        self.text = document.text[self._start : int(document.ends[line])]
        self.folded = document.folded.text[self._origin : int(document.folded_ends[line])]

    def spans(self, pattern: Pattern) -> Iterator[tuple[int, int]]:
        """Where a pattern holds, relative to the line's start."""
        folded = self.folded
        if pattern.regex is not None and pattern.keys:
            for key in pattern.keys:
                if key in folded:
                    break
            else:
                return
        if pattern.case == "exact":
            places = self._places(pattern)
            if len(self.text) > 2 * WINDOW:
                places = [self._offset(at) for at in places]
            yield from find_all(pattern, self.text, self.text, places)
            return
        if self._shown is None:
            self._shown = self._document.shown[self._origin : self._origin + len(folded)]
        for first, last in find_all(pattern, folded, self._shown, self._places(pattern)):
            yield self._offset(first), self._end_offset(last)

    def _places(self, pattern: Pattern) -> Sequence[int]:
        """Where in the folded line to look for a pattern: all its literals in a long line, the first in a short one."""
        size = len(self.folded)
        if not pattern.keys:
            return range(0, size, WINDOW) if size > 2 * WINDOW else (0,)
        if pattern.match != "anywhere" or len(self.text) <= 2 * WINDOW:
            return (0,)
        places = [(at + len(key), -len(key)) for key in pattern.keys for at in _find_every(key, self.folded)]
        if size <= 2 * WINDOW:
            places = [min(places)]
        return [end + length for end, length in places]

    def _offset(self, at: int) -> int:
        """Where a character of the folded line stands in the line."""
        return int(self._document.folded.positions[self._origin + at]) - self._start

    def _end_offset(self, at: int) -> int:
        """Where a span of the folded line ends in the line, the marks on its last letter included."""
        document = self._document
        end = int(document.folded.positions[self._origin + at - 1]) + 1
        line_end = int(document.ends[self._line])
        while end < line_end and is_dropped(int(document.codes[end])):
            end += 1
        return end - self._start


def _find_every(key: str, text: str) -> Iterator[int]:
    """Every place of a string in a text, overlapping ones too."""
    at = text.find(key)
    while at >= 0:
        yield at
        at = text.find(key, at + 1)


def find_all(pattern: Pattern, target: str, shown: str, near: Sequence[int]) -> Iterator[tuple[int, int]]:
    """Where a pattern holds in a line: all places of a fragment to cut, otherwise the first."""
    repeats = pattern.action == "cut" and pattern.match == "anywhere"
    if not repeats and len(target) <= 2 * WINDOW:
        if found := pattern.search_in(target, shown):
            yield found
        return
    if pattern.is_too_long(target):
        return
    if pattern.match != "anywhere":
        near = near[:1]
    position = 0
    looked = -1
    for at in sorted(near):
        if at + WINDOW // 2 <= looked:
            continue
        while found := pattern.search_in(target, shown, position, at):
            yield found
            if not repeats:
                return
            position = found[1]
        looked = at + WINDOW if len(target) > 2 * WINDOW else len(target)
