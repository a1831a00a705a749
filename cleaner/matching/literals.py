r"""What every match of a regular expression begins with, ends with and holds, read off the expression itself.

The matcher tries an expression only on lines that show such a string. The answers are necessary, never sufficient:
where an expression uses something that is not understood here, nothing is known of that place, or of the whole.
Strings are folded and have a zero for every digit, so they hold for that form of a line whatever form the expression
is matched against.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable
from dataclasses import dataclass, replace
from functools import cache, lru_cache, reduce
from math import inf, prod
from typing import Final

import regex

from cleaner.text.folding import fold, is_cjk

__all__ = ["ANYTHING", "Literals", "find_literals", "fold_all", "frequency", "shape"]

MAX_STRINGS = 256
MAX_LENGTH = 16
MAX_SET = 40
MAX_REPEATS = 2
MAX_REPEATS_OF_ONE = 4
COUNTED = 5
MAX_INNER = 4
_UNKNOWN_CLASSES = "dDwWSNpP"
_ZERO_WIDTH = "bBAZzGmMK"
_CONTROLS = {"n": "\n", "t": "\t", "r": "\r", "f": "\f", "v": "\v"}
_SHARES = {" ": 0.15, ".": 0.006, ",": 0.006}
_LOOK_AROUND = ("?=", "?!", "?<=", "?<!", "?#")
_PLAIN: Final = regex.compile(r"[^\\\[\](){}|.^$*+?]++(?![*+?{])|[^\\\[\](){}|.^$*+?]+(?=[^\\\[\](){}|.^$*+?][*+?{])")
_DIGIT: Final = regex.compile(r"\d")
_GROUPS = ("?:", "?>", "?|")

Strings = frozenset[str]
_NOTHING: Final[Strings] = frozenset([""])


class _NotUnderstoodError(Exception):
    """The expression uses something of which nothing can be said."""


@dataclass(frozen=True, slots=True)
class Literals:
    """Sets of strings: every match begins with one of ``heads``, ends with one of ``tails``, holds one of each ``inner``.

    ``exact``: all strings that can match, None where they are too many. Heads or tails with an empty string among them
    say nothing. ``digits``: every match has so many decimal digits or more. ``longest``: none
    has more characters, infinity where there is no limit.
    """

    exact: Strings | None
    heads: Strings
    tails: Strings
    inner: tuple[Strings, ...]
    digits: int = 0
    longest: float = inf

    def then(self, other: Literals) -> Literals:
        """What holds for matches of this one with matches of another right behind."""
        exact = _cross(self.exact, other.exact)
        heads = self.heads if self.exact is None else _cross(self.exact, other.heads) or self.heads
        tails = other.tails if other.exact is None else _cross(self.tails, other.exact) or other.tails
        middle = _cross(self.tails, other.heads)
        choices = [*self.inner, *other.inner, exact or _NOTHING, middle or _NOTHING]
        digits, longest = self.digits + other.digits, self.longest + other.longest
        return Literals(exact, _shorten(heads, _head), _shorten(tails, _tail), _rarest(choices), digits, longest)

    def either(self, other: Literals) -> Literals:
        """What holds for matches of this one and for those of another."""
        exact = None if self.exact is None or other.exact is None else self.exact | other.exact
        if exact is not None and len(exact) > MAX_STRINGS:
            exact = None
        inner = _rarest(a | b for a, b in zip(self.inner, other.inner, strict=False))
        heads, tails = self.heads | other.heads, self.tails | other.tails
        digits, longest = min(self.digits, other.digits), max(self.longest, other.longest)
        return Literals(exact, _shorten(heads, _head), _shorten(tails, _tail), inner, digits, longest)


@lru_cache(maxsize=4096)
def find_literals(expression: str) -> Literals | None:
    r"""What is known of the matches of an expression; None where nothing is.

    >>> found = find_literals(r"(?:by|from) \p{Lu}\w+ at \d+ o'?clock")
    >>> sorted(found.heads), sorted(found.tails), sorted(found.inner[0])
    (['by ', 'from '], ["0 o'clock", '0 oclock'], ['clock'])
    >>> sorted(find_literals(r"\d{1,2}[/.]\d").inner[0])
    ['0.0', '0/0', '00.0', '00/0']
    """
    try:
        return _Reader(expression).read()
    except (_NotUnderstoodError, IndexError, ValueError, RecursionError):
        return None


def fold_all(texts: Iterable[str]) -> list[str]:
    """The texts folded, all at once where none of them holds a line feed, which stays one."""
    texts = list(texts)
    if any("\n" in text for text in texts):
        return [fold(text) for text in texts]
    return fold("\n".join(texts)).split("\n") if texts else []


def shape(text: str) -> str:
    """A text with a zero for every decimal digit.

    >>> shape("on 3.10. at ٤:٣٠")
    'on 0.00. at 0:00'
    """
    return _DIGIT.sub("0", text)


def _exactly(strings: Iterable[str]) -> Literals:
    known = frozenset(map(shape, strings))
    digits = min(text.count("0") for text in known)
    return Literals(known, known, known, _rarest([known]), digits, max(map(len, known)))


def _cross(first: Strings | None, second: Strings | None) -> Strings | None:
    if first is None or second is None or len(first) * len(second) > MAX_STRINGS:
        return None
    return frozenset(a + b for a in first for b in second)


def _head(text: str, length: int) -> str:
    return text[:length]


def _tail(text: str, length: int) -> str:
    return text[-length:] if length else ""


def _shorten(strings: Strings, cut: Callable[[str, int], str]) -> Strings:
    """The strings cut to a length that leaves few enough of them."""
    if len(strings) <= MAX_STRINGS and max(map(len, strings)) <= MAX_LENGTH:
        return strings
    length = MAX_LENGTH
    found = frozenset(cut(text, length) for text in strings)
    while len(found) > MAX_STRINGS:
        length -= 1
        found = frozenset(cut(text, length) for text in strings)
    return found


def frequency(strings: Strings) -> float:
    """How often one of some strings stands at a place of a text, roughly; 1 where they say nothing."""
    if "" in strings:
        return 1.0
    return min(1.0, sum(map(_frequency, strings)))


@lru_cache(maxsize=0x8000)
def _frequency(text: str) -> float:
    return prod(map(_share, text[:COUNTED]))


@cache
def _share(character: str) -> float:
    """The share of a character among those of folded texts, roughly."""
    if character.isalpha():
        return 0.04 if character.isascii() else 0.001 if is_cjk(character) else 0.02
    return _SHARES.get(character, 0.02 if character.isdecimal() else 0.001)


def _rarest(choices: Iterable[Strings]) -> tuple[Strings, ...]:
    """The sets that say most, the best first."""
    ranked = sorted((frequency(strings), at, strings) for at, strings in enumerate(dict.fromkeys(choices)))
    return tuple(strings for share, _, strings in ranked[:MAX_INNER] if share < 1.0)


_EMPTY: Final = _exactly([""])
_ANY_CHARACTER: Final = Literals(None, _NOTHING, _NOTHING, (), 0, 1)
ANYTHING: Final = Literals(None, _NOTHING, _NOTHING, ())


class _Reader:
    """Reads an expression from left to right."""

    def __init__(self, source: str) -> None:
        self._source = source
        self._at = 0
        self._ignores_case = False

    def read(self) -> Literals:
        found = self._alternatives()
        if self._at < len(self._source):
            raise _NotUnderstoodError
        return Literals(
            exact=None,
            heads=frozenset(fold_all(found.heads)),
            tails=frozenset(fold_all(found.tails)),
            inner=tuple(frozenset(fold_all(strings)) for strings in found.inner),
            digits=found.digits,
            longest=found.longest,
        )

    def _next(self, text: str) -> bool:
        if self._source.startswith(text, self._at):
            self._at += len(text)
            return True
        return False

    def _alternatives(self) -> Literals:
        found = self._sequence()
        while self._next("|"):
            found = found.either(self._sequence())
        return found

    def _sequence(self) -> Literals:
        parts = [_EMPTY]
        while self._at < len(self._source) and self._source[self._at] not in "|)":
            plain = _PLAIN.match(self._source, self._at)
            if plain and not self._ignores_case:
                self._at = plain.end()
                parts.append(_exactly([plain.group()]))
            else:
                parts.append(self._repeated(self._item()))
        return reduce(Literals.then, parts)

    def _repeated(self, item: Literals) -> Literals:
        while (counts := self._counts()) is not None:
            least, most = counts
            # Lazy or possessive: the matches are among those of the greedy one.
            if not self._next("?"):
                self._next("+")
            item = _repeat(item, least, most)
        return item

    def _counts(self) -> tuple[int, int | None] | None:
        for sign, counts in (("*", (0, None)), ("+", (1, None)), ("?", (0, 1))):
            if self._next(sign):
                return counts
        if not self._next("{"):
            return None
        end = self._source.index("}", self._at)
        least, comma, most = self._source[self._at : end].partition(",")
        if not (least + most).isdecimal():
            raise _NotUnderstoodError
        self._at = end + 1
        return int(least or 0), (int(most) if most else None) if comma else int(least)

    def _item(self) -> Literals:
        sign = self._source[self._at]
        self._at += 1
        if sign == "(":
            return self._group()
        if sign == "[":
            return self._set()
        if sign == "\\":
            return self._escape()
        if sign == ".":
            return _ANY_CHARACTER
        if sign in "^$":
            return _EMPTY
        return self._one_of([sign])

    def _group(self) -> Literals:
        for opening in _LOOK_AROUND:
            if self._next(opening):
                inside = self._alternatives()
                self._require(")")
                # What is looked for around a place must be in the line too.
                return replace(_EMPTY, inner=inside.inner) if "=" in opening else _EMPTY
        ignored_case = self._ignores_case
        if self._next("?i:"):
            self._ignores_case = True
        elif self._next("?P<") or self._next("?<"):
            self._at = self._source.index(">", self._at) + 1
        elif self._next("?&") or self._next("?P=") or self._next("?P>"):
            self._at = self._source.index(")", self._at) + 1
            return ANYTHING
        elif not any(self._next(opening) for opening in _GROUPS) and self._source[self._at] == "?":
            raise _NotUnderstoodError
        found = self._alternatives()
        self._require(")")
        self._ignores_case = ignored_case
        return found

    def _require(self, text: str) -> None:
        if not self._next(text):
            raise _NotUnderstoodError

    def _escape(self) -> Literals:
        if self._next("d"):
            return _exactly("0")
        character = self._escaped()
        if character is None:
            return _ANY_CHARACTER
        return self._one_of([character]) if character else _EMPTY

    def _escaped(self) -> str | None:
        """The character behind a backslash; None where it may be several, nothing where it has no width."""
        sign = self._source[self._at]
        self._at += 1
        if sign == "s":
            return " "  # all kinds of space fold to one, and no line end is in a line
        if sign in _UNKNOWN_CLASSES:
            if sign in "pPN" and self._next("{"):
                self._at = self._source.index("}", self._at) + 1
            return None
        if sign in _ZERO_WIDTH:
            return ""
        for letter, length in (("x", 2), ("u", 4), ("U", 8)):
            if sign == letter:
                code = int(self._source[self._at : self._at + length], 16)
                self._at += length
                return chr(code)
        if sign in _CONTROLS:
            return _CONTROLS[sign]
        if sign.isalnum():
            raise _NotUnderstoodError
        return sign

    def _set(self) -> Literals:
        negated = self._next("^")
        found: list[str | None] = []
        start = self._at
        while self._at == start or self._source[self._at] != "]":
            if self._source.startswith(("[:", "[="), self._at):
                raise _NotUnderstoodError
            found.append(self._member())
            if self._source[self._at] == "-" and self._source[self._at + 1] != "]":
                self._at += 1
                last, first = self._member(), found.pop()
                few = first is not None and last is not None and 0 <= ord(last) - ord(first) < MAX_SET
                found += map(chr, range(ord(first), ord(last) + 1)) if few and first and last else [None]
        self._at += 1
        characters = [character for character in found if character]
        if negated or len(characters) < len(found) or len(characters) > MAX_SET:
            return _ANY_CHARACTER
        return self._one_of(characters)

    def _member(self) -> str | None:
        sign = self._source[self._at]
        self._at += 1
        if sign != "\\":
            return sign
        found = self._escaped()
        return None if found == "" else found

    def _one_of(self, characters: Iterable[str]) -> Literals:
        characters = list(characters)
        if self._ignores_case and not all(map(_folds_with_its_cases, characters)):
            return _ANY_CHARACTER
        return _exactly(characters)


def _repeat(item: Literals, least: int, most: int | None) -> Literals:
    most_exact = MAX_REPEATS_OF_ONE if item.exact is not None and len(item.exact) == 1 else MAX_REPEATS
    if most is not None and most <= most_exact and item.exact is not None:
        found = reduce(Literals.then, [item] * least, _EMPTY)
        return reduce(Literals.then, [item.either(_EMPTY)] * (most - least), found)
    longest = inf if most is None else item.longest * most if most else 0
    if least == 0:
        return replace(item.either(_EMPTY) if most == 1 else ANYTHING, exact=None, longest=longest)
    found = reduce(Literals.then, [item] * min(least, MAX_REPEATS))
    exact = found.exact if most == least <= MAX_REPEATS else None
    return replace(found, exact=exact, digits=item.digits * least, longest=longest)


@cache
def _cases() -> dict[str, set[str]]:
    """The characters that are one when case is ignored."""
    found: dict[str, set[str]] = {}
    for code in range(0x10000):
        found.setdefault(chr(code).casefold(), set()).add(chr(code))
    return found


def _folds_with_its_cases(character: str) -> bool:
    """Whether all cases of a character fold to the same; a long s, for one, does not fold to a plain one."""
    return len({fold(case) for case in _cases().get(character.casefold(), ())}) <= 1
