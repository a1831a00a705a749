"""Patterns as values: what holds where in a line; expressions are compiled when first used.

No file is read here; `cleaner.matching.library` reads them. `patterns/README.md` describes the fields for the people who
write patterns.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass, field
from functools import cached_property, lru_cache, partial
from itertools import chain
from typing import TYPE_CHECKING, Any, Literal

import regex

from cleaner.errors import PatternError
from cleaner.matching.compiled import Expression
from cleaner.matching.gates import Gate, gate_lines
from cleaner.matching.index import TriggerIndex
from cleaner.matching.literals import fold_all
from cleaner.matching.stored import LISTS, Stored, Unpacked
from cleaner.matching.triggers import WORD_CHARACTER, Trigger, behind, core_of, find_trigger
from cleaner.result import Kind
from cleaner.text.document import Document
from cleaner.text.folding import fold, is_cjk

__all__ = ["Pattern", "PatternSet"]

Match = Literal["whole", "start", "end", "anywhere"]
Case = Literal["exact", "fold"]
Position = Literal["any", "head", "tail", "edge"]
PatternAction = Literal["drop", "cut", "open", "close", "note", "keep"]
Strength = Literal["strong", "weak"]
Bounds = Literal["word", "none"]
Reach = Literal["lines", "paragraph", "end"]

WINDOW = 1000
# A line with more spaces than these at one of its ends is searched without them (set by hand).
WIDE = 100
# How many characters of a line's head tell the phrases apart that may stand there.
SHARED = 6
USER_TIMEOUT_SECONDS = 0.05
_DECORATION = r"[^\p{L}\p{N}]*"
_ESCAPES_WITH_BRACES = "pPNxuU"
_WORD = regex.compile(WORD_CHARACTER)


@dataclass(frozen=True)
class Pattern:
    """One entry of a pattern file.

    >>> pattern = Pattern(id="en.pagination.next", kind=Kind.PAGINATION, lang="en", about="", phrases=("Next post",))
    >>> pattern.search("» NEXT POST"), pattern.search("The next post is vacant")
    ((2, 11), None)
    """

    id: str
    kind: Kind
    lang: str
    about: str
    phrases: tuple[str, ...] = field(default_factory=tuple)
    regex: str | None = None
    match: Match = "whole"
    case: Case = "fold"
    position: Position = "any"
    action: PatternAction = "drop"
    strength: Strength = "strong"
    bounds: Bounds = "word"
    reach: Reach = "lines"
    max_length: int = 0
    literals: tuple[str, ...] = field(default_factory=tuple)
    gate: Gate | None = None
    must_match: tuple[str, ...] = field(default_factory=tuple, repr=False)
    must_not_match: tuple[str, ...] = field(default_factory=tuple, repr=False)
    known_miss: tuple[str, ...] = field(default_factory=tuple, repr=False)
    known_false: tuple[str, ...] = field(default_factory=tuple, repr=False)
    file: str = field(default="", repr=False, compare=False)
    timeout: float | None = field(default=None, repr=False, compare=False)

    if not TYPE_CHECKING:

        def __getattr__(self, name: str) -> tuple[str, ...]:
            """A list that lies in a prepared file; cleaning needs few of the phrases and none of the examples."""
            stored: Stored | None = self.__dict__.get("stored")
            if stored is None or name not in LISTS:
                raise AttributeError(f"a pattern has no {name!r}")
            self.__dict__.update(stored.unpack_lists(name))
            return self.__dict__[name]

    @cached_property
    def keys(self) -> tuple[str, ...]:
        """The folded literals one of which a line must hold before the pattern is tried at all."""
        return tuple(dict.fromkeys(fold_all(self.phrases or self.literals)))

    @cached_property
    def trigger(self) -> Trigger:
        """What a line must show before the pattern is tried on it."""
        return find_trigger(self) if self._unpacked is None else self._unpacked.trigger

    @cached_property
    def _unpacked(self) -> Unpacked | None:
        """What a prepared file knows of the pattern, where it comes from one."""
        stored: Stored | None = self.__dict__.get("stored")
        return stored.unpack() if stored is not None and stored.details else None

    @cached_property
    def expression(self) -> str:
        """The expression in the form that it is matched in, folded where the pattern folds; no anchors yet."""
        if self._unpacked is not None:
            return self._unpacked.expression
        return fold_expression(self.regex or "") if self.case == "fold" else self.regex or ""

    @cached_property
    def compiled(self) -> Expression:
        """The compiled expression of a regex pattern, anchors added; compiled, or taken from its code, when first used."""
        before = f"^{_DECORATION}" if self.match in ("whole", "start") else ""
        after = f"{_DECORATION}$" if self.match in ("whole", "end") else ""
        source = f"{before}(?P<match_>{self.expression}){after}"
        return (self._unpacked and self._unpacked.compiled(source)) or regex.compile(source)

    @cached_property
    def _look(self) -> Callable[[str, int, int], Any]:
        """How the compiled expression is looked for in a part of a line."""
        look = self.compiled.match if self.match in ("whole", "start") else self.compiled.search
        return look if self.timeout is None else partial(look, timeout=self.timeout)

    @cached_property
    def repeats(self) -> bool:
        """Whether all its places in a line count, as for a fragment to cut; otherwise the first one does."""
        return self.action == "cut" and self.match == "anywhere"

    def search(self, line: str) -> tuple[int, int] | None:
        """Where the pattern first holds in a line, as offsets into its folded form; None where it does not.

        For ``case = "exact"`` the offsets are into the line itself. Position in the document is not looked at.
        """
        document = Document(line)
        if self.gate is not None and not gate_lines(document, self.gate).any():
            return None
        if self.case == "exact":
            return self.search_in(line, line)
        return self.search_in(document.folded.text, document.shown)

    def search_in(self, target: str, shown: str, start: int = 0, near: int | None = None) -> tuple[int, int] | None:
        """Like `search`, over a line that has passed the gate and is folded already where the pattern asks for it.

        ``shown``: the same characters before they were folded; upper case in it tells where fused words meet.
        ``start``: where to begin. ``near``: where one of the keys was found; in a very long line only the
        text around it is looked at, so that the line costs no more than many short ones.
        """
        last = len(target)
        if 0 < self.max_length < last and self.is_too_long(target):
            return None
        if last > WIDE and (target[:WIDE].isspace() or target[-WIDE:].isspace()):
            return self._search_between_spaces(target, shown, start, near)
        if last > 2 * WINDOW:
            start, last = self._window(last, start, near)
        if start >= last:
            return None
        if self.regex is None:
            return self._search_phrases(target, shown, start, last)
        return self._search_regex(target, start, last)

    def _search_between_spaces(self, target: str, shown: str, start: int, near: int | None) -> tuple[int, int] | None:
        """Like `search_in`, without the wide space at a line's ends but for one of it: it tells nothing and costs."""
        before = max(len(target) - len(target.lstrip()) - 1, 0)
        last = min(len(target.rstrip()) + 1, len(target))
        if before >= last:
            return None
        close = None if near is None else max(near - before, 0)
        found = self.search_in(target[before:last], shown[before:last], max(start - before, 0), close)
        return None if found is None else (found[0] + before, found[1] + before)

    def is_too_long(self, target: str) -> bool:
        """Whether a line has more characters than the pattern allows."""
        return 0 < self.max_length < len(target) and len(target.strip()) > self.max_length

    def _window(self, size: int, start: int, near: int | None) -> tuple[int, int]:
        """The part of a very long line of some size to look at."""
        if self.match == "whole":
            return 0, 0
        if self.match == "start":
            return start, WINDOW
        if self.match == "end":
            return max(start, size - WINDOW), size
        if near is None:
            return start, size
        return max(start, near - WINDOW), min(size, near + WINDOW)

    @cached_property
    def _targets(self) -> tuple[str, ...]:
        return self.phrases if self.case == "exact" else self.keys

    @cached_property
    def _by_place(self) -> dict[str, list[str]]:
        """The phrases by what they are at their place in a line; see `_place`."""
        found: dict[str, list[str]] = {}
        for phrase in self._targets:
            found.setdefault(self._place(phrase), []).append(phrase)
        return found

    @cached_property
    def _short(self) -> list[int]:
        """The sizes of places that are shorter than others may be."""
        return sorted({len(place) for place in self._by_place} - {SHARED})

    def _place(self, text: str) -> str:
        """What a phrase and a line that it holds on have in common."""
        if self.match == "whole":
            return core_of(text)
        return behind(text)[:SHARED] if self.match == "start" else ""

    def _search_phrases(self, target: str, shown: str, first: int, last: int) -> tuple[int, int] | None:
        """The earliest place of a phrase, the longest phrase where several begin."""
        place = self._place(target)
        phrases = self._by_place.get(place, [])
        if self.match == "start":
            # A phrase may be shorter than what lines are told apart by.
            phrases = [
                *phrases,
                *chain.from_iterable(self._by_place.get(place[:size], ()) for size in self._short if size < len(place)),
            ]
        found = [span for phrase in phrases if (span := self._find_phrase(target, shown, phrase, first, last))]
        return min(found, key=lambda span: (span[0], -span[1])) if found else None

    def _find_phrase(self, target: str, shown: str, phrase: str, first: int, last: int) -> tuple[int, int] | None:
        if self.match == "anywhere":
            at = target.find(phrase, first, last)
            while at >= 0:
                if self._is_bounded(shown, at, at + len(phrase)):
                    return at, at + len(phrase)
                at = target.find(phrase, at + 1, last)
            return None
        # Only the first (or last) place can have nothing but decoration before (or behind) it.
        at = target.rfind(phrase, first, last) if self.match == "end" else target.find(phrase, first, last)
        end = at + len(phrase)
        if at < 0 or not self._is_bounded(shown, at, end):
            return None
        if self.match in ("whole", "start") and has_word(target[first:at]):
            return None
        if self.match in ("whole", "end") and has_word(target[end:last]):
            return None
        return at, end

    def _is_bounded(self, shown: str, start: int, end: int) -> bool:
        return self.bounds == "none" or (is_bound(shown, start) and is_bound(shown, end))

    def _search_regex(self, target: str, first: int, last: int) -> tuple[int, int] | None:
        try:
            found = self._look(target, first, last)
        except TimeoutError:
            return None
        if found is None:
            return None
        start, end = found.span("match_")
        return (start, end) if end > start else None


def has_word(text: str) -> bool:
    """Whether a text has a letter or digit."""
    return text != "" and _WORD.search(text) is not None


def is_bound(text: str, at: int) -> bool:
    """Whether a word may begin or end at an offset.

    A change from lower to upper case is a bound too, because scraped links are fused to their neighbours;
    scripts without spaces have a bound everywhere.

    >>> is_bound("RépondreEt moi", 8), is_bound("Répondrement", 8), is_bound("Reply 2", 5)
    (True, False, True)
    """
    if at <= 0 or at >= len(text):
        return True
    before, after = text[at - 1], text[at]
    if not (before.isalnum() and after.isalnum()):
        return True
    if is_cjk(before) or is_cjk(after):
        return True
    return before.islower() and after.isupper()


def fold_expression(source: str) -> str:
    r"""A regular expression with its literal characters folded and its escapes and groups left alone.

    >>> fold_expression(r"(?P<Name>Élu\W\p{Lu}’)")
    "(?P<Name>elu\\W\\p{Lu}\\')"
    """
    parts: list[str] = []
    at = 0
    while at < len(source):
        length = _untouched_length(source, at)
        if length:
            parts.append(source[at : at + length])
            at += length
        else:
            parts.append(_fold_character(source[at]))
            at += 1
    return "".join(parts)


@lru_cache(maxsize=4096)
def _fold_character(character: str) -> str:
    folded = fold(character) or character
    # A typographic dash becomes a plain one, a full-width bracket a plain one: neither may get a meaning by it.
    return folded if folded == character or folded.isalnum() or folded == " " else f"\\{folded}"


def _untouched_length(source: str, at: int) -> int:
    if source[at] == "\\" and at + 1 < len(source):
        if source[at + 1] in _ESCAPES_WITH_BRACES and source[at + 2 : at + 3] == "{":
            return source.index("}", at) + 1 - at if "}" in source[at:] else 2
        return 2
    for opening in ("(?P<", "(?<"):
        if source.startswith(opening, at) and source[at + len(opening) : at + len(opening) + 1] not in ("=", "!"):
            return source.index(">", at) + 1 - at if ">" in source[at:] else len(opening)
    return 0


def require_new(pattern: Pattern, seen: Mapping[str, str]) -> None:
    """Check that the id of a pattern is none of those seen, by id the file of each; raises `PatternError` where it is."""
    if (file := seen.get(pattern.id)) is not None:
        fix = f"is also in {file}; give one of them another name"
        raise PatternError(pattern.file, fix, pattern=pattern.id, field="id")


class PatternSet:
    """An ordered set of patterns with unique ids.

    Raises `PatternError` when two patterns share an id.
    """

    def __init__(self, patterns: Iterable[Pattern]) -> None:
        seen: dict[str, str] = {}
        self.patterns: tuple[Pattern, ...] = tuple(patterns)
        for pattern in self.patterns:
            require_new(pattern, seen)
            seen[pattern.id] = pattern.file

    def __len__(self) -> int:
        return len(self.patterns)

    def __add__(self, other: PatternSet) -> PatternSet:
        return PatternSet([*self.patterns, *other.patterns])

    def __reduce__(self) -> tuple[Any, ...]:
        return PatternSet, (self.patterns,)

    @cached_property
    def index(self) -> TriggerIndex:
        """The triggers of all patterns; made when first used."""
        return TriggerIndex([pattern.trigger for pattern in self.patterns])
