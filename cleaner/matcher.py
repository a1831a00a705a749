"""Lines x PatternSet -> hits: one pass of an Aho-Corasick automaton, then the patterns it points at.

The automaton runs over the folded document and finds the literals of all patterns at once; only where a
literal stands is its pattern tried. Patterns without a literal have a gate, a cheap property of the line.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from itertools import groupby
from typing import Any

import ahocorasick
import numpy as np

from cleaner.gates import Gate, gate_lines, is_emoji
from cleaner.patterns import WINDOW, Pattern, PatternSet
from cleaner.text import Document, is_dropped

__all__ = ["Hit", "Matcher", "is_emoji"]


@dataclass(frozen=True, slots=True)
class Hit:
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
        tries: dict[str, list[int]] = defaultdict(list)
        self._gated: dict[Gate, list[int]] = defaultdict(list)
        for number, pattern in enumerate(self._patterns):
            if pattern.keys:
                for key in pattern.keys:
                    tries[key].append(number)
            elif pattern.gate is not None:
                self._gated[pattern.gate].append(number)
        self._automaton: Any = ahocorasick.Automaton()
        for key, numbers in tries.items():
            self._automaton.add_word(key, (len(key), tuple(numbers)))
        if tries:
            self._automaton.make_automaton()

    def match(self, document: Document) -> list[Hit]:
        """All hits, ordered by line and then by pattern."""
        hits: list[Hit] = []
        candidates = sorted(self._candidates(document).items())
        for line, group in groupby(candidates, key=lambda candidate: candidate[0][0]):
            hits += _LineMatcher(document, line).hits((self._patterns[number], near) for (_, number), near in group)
        return hits

    def _candidates(self, document: Document) -> dict[tuple[int, int], list[int]]:
        """Line and pattern number -> where in the folded line a literal was found; in a short line only once."""
        found: dict[tuple[int, int], list[int]] = {}
        if len(self._automaton):
            ends: list[int] = []
            values: list[tuple[int, tuple[int, ...]]] = []
            for end, value in self._automaton.iter(document.folded.text):
                ends.append(end)
                values.append(value)
            starts = document.folded_starts
            lines = np.searchsorted(starts, np.array(ends, dtype=np.int64), side="right") - 1
            is_long = (document.folded_ends - starts > 2 * WINDOW)[lines] if len(document) else lines
            for end, (length, numbers), line, long in zip(ends, values, lines.tolist(), is_long.tolist(), strict=True):
                for number in numbers:
                    places = found.setdefault((line, number), [])
                    if long or not places:
                        places.append(end - length + 1 - int(starts[line]))
        for gate, numbers_of_gate in self._gated.items():
            for line in np.flatnonzero(gate_lines(document, gate)).tolist():
                size = int(document.folded_ends[line] - document.folded_starts[line])
                for number in numbers_of_gate:
                    found[line, number] = [*range(0, size, WINDOW)] if size > 2 * WINDOW else [0]
        return found


class _LineMatcher:
    """One line in the forms that patterns are tried on; each is made once, however many patterns there are."""

    def __init__(self, document: Document, line: int) -> None:
        self._document = document
        self._line = line
        self._origin = int(document.folded_starts[line])
        end = int(document.folded_ends[line])
        self._text = document.line_text(line)
        self._folded = document.folded.text[self._origin : end]
        self._shown = document.shown[self._origin : end]

    def hits(self, candidates: Iterator[tuple[Pattern, list[int]]]) -> Iterator[Hit]:
        for pattern, near in candidates:
            if pattern.case == "exact":
                start = int(self._document.starts[self._line])
                places = [self._offset(at) - start for at in near] if len(self._text) > 2 * WINDOW else near
                for first, last in find_all(pattern, self._text, self._text, places):
                    yield Hit(pattern, self._line, start + first, start + last)
            else:
                for first, last in find_all(pattern, self._folded, self._shown, near):
                    yield Hit(pattern, self._line, self._offset(first), self._end_offset(last))

    def _offset(self, at: int) -> int:
        """Where a character of the folded line stands in the document."""
        return int(self._document.folded.positions[self._origin + at])

    def _end_offset(self, at: int) -> int:
        """Where a span of the folded line ends in the document, the marks on its last letter included."""
        document = self._document
        end = self._offset(at - 1) + 1
        line_end = int(document.ends[self._line])
        while end < line_end and is_dropped(int(document.codes[end])):
            end += 1
        return end


def find_all(pattern: Pattern, target: str, shown: str, near: Sequence[int]) -> Iterator[tuple[int, int]]:
    """Where a pattern holds in a line: all places of a fragment to cut, otherwise the first."""
    repeats = pattern.action == "cut" and pattern.match == "anywhere"
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
