"""Lines x PatternSet -> hits: patterns are tried where their triggers stand.

`cleaner.matching.index` finds the triggers of all patterns at once; only where one stands is its pattern tried.
"""

from __future__ import annotations

from collections.abc import Callable, Collection, Iterator, Sequence
from itertools import pairwise
from typing import NamedTuple, TypeAlias

import numpy as np

from cleaner.clock import NO_LIMIT, Clock
from cleaner.errors import ConfigError
from cleaner.matching.pattern import WINDOW, Pattern, PatternSet
from cleaner.text.arrays import BoolArray, IntArray
from cleaner.text.document import Document
from cleaner.text.folding import find_every, is_dropped

__all__ = ["Hit", "Matcher"]

# Lines up to so many characters, and how many of them, are remembered with what holds on them.
MAX_REMEMBERED = 240
REMEMBERED_LINES = 0x1000
# Lines, and patterns or places on one line, between two looks at the clock: each may be a search of milliseconds.
LINE_STEPS, SEARCH_STEPS = 8, 8

# The number of a pattern, and where it holds on a line.
_Found: TypeAlias = tuple[int, int, int]


class Hit(NamedTuple):
    """A pattern that holds on a line; ``start`` and ``end`` are offsets into the document."""

    pattern: Pattern
    line: int
    start: int
    end: int

    def moved(self, lines: int, characters: int) -> Hit:
        """The hit in a text where its line stands so many lines and characters further on."""
        return Hit(self.pattern, self.line + lines, self.start + characters, self.end + characters)


class Matcher:
    """Finds every place of a document where a pattern of a set holds, position in the document aside.

    ``disabled``: the ids of patterns that are not tried; the set stays as it was prepared.
    Raises `ConfigError`, with the nearest ids, when no pattern of the set has one of them.

    >>> from cleaner.matching.library import builtin_patterns
    >>> hits = Matcher(builtin_patterns()).match(Document("Un mot.\\nRépondreSupprimer"))
    >>> [(hit.pattern.id, hit.line) for hit in hits]
    [('fr.comment-controls.reply-delete', 1)]
    """

    def __init__(self, patterns: PatternSet, disabled: Collection[str] = ()) -> None:
        self._patterns = patterns.patterns
        self._enabled = _enabled(self._patterns, disabled) if disabled else None
        self._index = patterns.index
        # Whether any pattern keeps the lines it holds on.
        self.has_keeping = any(pattern.action == "keep" for pattern in self._patterns)
        self._remembered: dict[tuple[str, str], Sequence[_Found]] = {}

    def match(self, document: Document) -> list[Hit]:
        """All hits, ordered by line and then by pattern."""
        hits: list[Hit] = []
        rows = _by_line(document, *self._triggered(document))
        for line, numbers in document.clock.watch(rows, LINE_STEPS):
            for number, low, high in self._match_line(line, numbers):
                hits.append(Hit(self._patterns[number], line.number, line.start + low, line.start + high))
        return hits

    def holds_any(self, document: Document, wanted: Callable[[Pattern], bool]) -> bool:
        """Whether any of the wanted patterns holds on any line.

        >>> from cleaner.matching.library import builtin_patterns
        >>> Matcher(builtin_patterns()).holds_any(Document("RépondreSupprimer"), lambda pattern: pattern.lang == "fr")
        True
        """
        lines, numbers = self._triggered(document)
        tried = [wanted(self._patterns[number]) for number in numbers.tolist()]
        rows = document.clock.watch(_by_line(document, lines[tried], numbers[tried]), LINE_STEPS)
        return any(self._find(line, some) for line, some in rows)

    def _triggered(self, document: Document) -> tuple[IntArray, IntArray]:
        """The lines where a trigger stands, and the numbers of the patterns to try there."""
        lines, numbers = self._index.find(document)
        if self._enabled is None:
            return lines, numbers
        stays = self._enabled[numbers]
        return lines[stays], numbers[stays]

    def _match_line(self, line: _Line, numbers: list[int]) -> Sequence[_Found]:
        """Pattern number, start and end of each hit on a line, relative to its start.

        What holds on a line is a matter of the line alone, and pages repeat lines; so short lines are remembered.
        """
        if len(line.text) > MAX_REMEMBERED:
            return self._find(line, numbers)
        key = (line.text, line.folded)
        found = self._remembered.get(key)
        if found is None:
            found = self._find(line, numbers) or ()
            if len(self._remembered) >= REMEMBERED_LINES:
                self._remembered.clear()
            self._remembered[key] = found
        return found

    def _find(self, line: _Line, numbers: list[int]) -> list[_Found]:
        """What `_match_line` gives, looked for in the line."""
        tried = numbers if len(numbers) <= SEARCH_STEPS else line.clock.watch(numbers, SEARCH_STEPS)
        return [(number, *span) for number in tried for span in line.spans(self._patterns[number])]


def _enabled(patterns: Sequence[Pattern], disabled: Collection[str]) -> BoolArray:
    """Which patterns are tried; raises `ConfigError` when a disabled id is none of theirs."""
    ids = {pattern.id for pattern in patterns}
    for unknown in sorted(set(disabled) - ids):
        from difflib import get_close_matches

        near = ", ".join(get_close_matches(unknown, sorted(ids)))
        fix = f"did you mean: {near}?" if near else "`cleaner patterns list` shows the ids"
        raise ConfigError(f"disabled_patterns: {unknown!r} is not the id of a pattern; {fix}")
    return np.array([pattern.id not in disabled for pattern in patterns], dtype=bool)


def _by_line(document: Document, lines: IntArray, numbers: IntArray) -> Iterator[tuple[_Line, list[int]]]:
    """Lines of a document, each with the patterns to try on it; ``lines`` is in order, a number of a pattern each."""
    first = np.flatnonzero(np.diff(lines, prepend=-1))
    tables = (document.starts, document.ends, document.folded_starts, document.folded_ends)
    chosen = lines[first]
    rows = zip(chosen.tolist(), *(table[chosen].tolist() for table in tables), strict=True)
    tried = numbers.tolist()
    for row, (low, high) in zip(rows, pairwise([*first.tolist(), lines.size]), strict=True):
        yield _Line(document, *row), tried[low:high]


class _Line:
    """One line in the forms that patterns are tried on."""

    __slots__ = ("_document", "_end", "_origin", "_shown", "folded", "number", "start", "text")

    def __init__(self, document: Document, number: int, start: int, end: int, origin: int, folded_end: int) -> None:
        self._document = document
        self.number = number
        self.start, self._end, self._origin = start, end, origin
        self._shown: str | None = None
        self.text = document.text[start:end]
        self.folded = document.folded.text[origin:folded_end]

    def spans(self, pattern: Pattern) -> Sequence[tuple[int, int]]:
        """Where a pattern holds, relative to the line's start."""
        is_exact = pattern.case == "exact"
        target = self.text if is_exact else self.folded
        shown = target if is_exact or pattern.regex is not None else self.shown
        spans: Sequence[tuple[int, int]]
        if len(target) <= 2 * WINDOW and not pattern.repeats:
            found = pattern.search_in(target, shown)
            if found is None:
                return ()
            spans = (found,)
        else:
            places = self._places(pattern)
            if is_exact and len(target) > 2 * WINDOW:
                places = [self._offset(at) for at in places]
            spans = list(find_all(pattern, target, shown, places, self.clock))
        if pattern.regex is not None and pattern.keys and not any(key in self.folded for key in pattern.keys):
            return ()
        return spans if is_exact else [(self._offset(first), self._end_offset(last)) for first, last in spans]

    @property
    def clock(self) -> Clock:
        """The time that the line's document has."""
        return self._document.clock

    @property
    def shown(self) -> str:
        """The folded line's characters as they were before."""
        if self._shown is None:
            self._shown = self._document.shown[self._origin : self._origin + len(self.folded)]
        return self._shown

    def _places(self, pattern: Pattern) -> Sequence[int]:
        """Where in the folded line to look for a pattern: all its literals in a long line, the first in a short one."""
        size = len(self.folded)
        if not pattern.keys:
            return range(0, size, WINDOW) if size > 2 * WINDOW else (0,)
        if pattern.match != "anywhere" or len(self.text) <= 2 * WINDOW:
            return (0,)
        places = [(at + len(key), -len(key)) for key in pattern.keys for at in find_every(key, self.folded)]
        if size <= 2 * WINDOW:
            places = [min(places)]
        return [end + length for end, length in places]

    def _offset(self, at: int) -> int:
        """Where a character of the folded line stands in the line."""
        return self._document.folded.position(self._origin + at) - self.start

    def _end_offset(self, at: int) -> int:
        """Where a span of the folded line ends in the line, the marks on its last letter included."""
        document = self._document
        end = document.folded.position(self._origin + at - 1) + 1
        while end < self._end and is_dropped(ord(document.text[end])):
            end += 1
        return end - self.start


def find_all(
    pattern: Pattern, target: str, shown: str, near: Sequence[int], clock: Clock = NO_LIMIT
) -> Iterator[tuple[int, int]]:
    """Where a pattern holds in a long line, or all places of a fragment to cut."""
    if pattern.is_too_long(target):
        return
    if pattern.match != "anywhere":
        near = near[:1]
    position = 0
    looked = -1
    for at in clock.watch(sorted(near), SEARCH_STEPS):
        if at + WINDOW // 2 <= looked:
            continue
        while found := pattern.search_in(target, shown, position, at):
            yield found
            if not pattern.repeats:
                return
            position = found[1]
        looked = at + WINDOW if len(target) > 2 * WINDOW else len(target)
