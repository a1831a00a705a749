"""What a line must show before a pattern is tried on it: its first or last letters, a string in it, digits.

A trigger is necessary and cheap to look for; the pattern itself decides. Strings are folded and have a zero for every
digit, like the lines they are looked for in. `cleaner.matching.index` looks for the triggers of all patterns at once.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from functools import cache, lru_cache
from math import inf
from typing import Final, Literal, NamedTuple, Protocol, TypeAlias

import regex

from cleaner.matching.gates import MIN_DIGITS, Gate
from cleaner.matching.literals import ANYTHING, Literals, find_literals, frequency, shape

__all__ = [
    "WIDTH",
    "WORD_CHARACTER",
    "Need",
    "Trigger",
    "Wording",
    "all_needs",
    "before",
    "behind",
    "core_of",
    "find_trigger",
]

# How many characters of a line's head and tail are looked at.
WIDTH: Final = 8
MAX_STRINGS = 512
LINE_LENGTH = 70
# The share of lines that have so many digits or more, roughly.
DIGIT_SHARES = (1.0, 0.15, 0.1, 0.075, 0.055, 0.04, 0.03, 0.025, 0.02, 0.015)
# What looking a string up costs, against trying a pattern.
LOOK_UP = 0.1
WORD_CHARACTER: Final = r"[\p{L}\p{N}]"
_GATE_SIGNS: dict[str, str] = {"at-sign": "@", "hash-sign": "#", "copyright-sign": "©"}
_CORE: Final = regex.compile(rf"{WORD_CHARACTER}(?:.*{WORD_CHARACTER})?", regex.DOTALL)

Place: TypeAlias = Literal["whole", "head", "tail", "inner"]


class Wording(Protocol):
    """What a trigger is read off: how a pattern is worded, and where on a line it must stand."""

    @property
    def regex(self) -> str | None:
        """The expression as it is written; None where there are phrases."""

    @property
    def expression(self) -> str:
        """The expression in the form that it is matched in."""

    @property
    def keys(self) -> tuple[str, ...]:
        """The folded literals one of which a line must hold."""

    @property
    def match(self) -> str:
        """Which part of a line it must be."""

    @property
    def max_length(self) -> int:
        """Lines with more characters are left alone; 0 for no limit."""

    @property
    def gate(self) -> Gate | None:
        """What a line must show where there are no literals."""

    def __hash__(self) -> int: ...


class SampleMeasure(Protocol):
    """Which lines of a sample show what; ``size`` is the number of its lines."""

    size: int

    def __call__(self, need: Need) -> frozenset[int]:
        """The numbers of the lines that show a need."""

    def with_digits(self, digits: int) -> frozenset[int]:
        """The numbers of the lines that have so many digits or more."""


class Need(NamedTuple):
    """One of some strings, at a place of a line.

    ``whole``: the line from its first to its last letter or digit is one of them. ``head``, ``tail``: it begins or
    ends with one there. ``inner``: it holds one.
    """

    place: Place
    strings: tuple[str, ...]


class Trigger(NamedTuple):
    """What a line must show: all ``needs``, and ``digits`` decimal digits or more.

    ``longest``: how many characters it may have from its first to its last letter or digit, 0 for any number.
    ``gate``: see `cleaner.matching.gates`; literals take its place.
    """

    needs: tuple[Need, ...] = ()
    digits: int = 0
    longest: int = 0
    gate: Gate | None = None


def core_of(text: str) -> str:
    """A text from its first to its last letter or digit; empty where it has none.

    >>> core_of("» Read also: "), core_of("...")
    ('Read also', '')
    """
    found = _CORE.search(text)
    return found.group() if found else ""


def find_trigger(pattern: Wording, measure: SampleMeasure | None = None) -> Trigger:
    """The trigger of a pattern; ``measure`` tells which lines of a sample show what, where there is a sample."""
    limits = [pattern.max_length or inf]
    if pattern.regex is None:
        return Trigger((_phrase_need(pattern),), 0, pattern.max_length)
    known = find_literals(pattern.expression) or ANYTHING
    if pattern.match == "whole":
        limits.append(known.longest)
    digits = max(known.digits, MIN_DIGITS if pattern.gate == "digits" and not pattern.keys else 0)
    choices = all_needs(pattern)
    needs = _rarest(choices, digits) if measure is None else _cheapest(choices, digits, measure)
    longest = 0 if min(limits) == inf else int(min(limits))
    return Trigger(needs, digits, longest, None if pattern.keys else pattern.gate)


@lru_cache(maxsize=4096)
def all_needs(pattern: Wording) -> list[Need]:
    """All that the lines of a pattern must show."""
    if pattern.regex is None:
        return [_phrase_need(pattern)]
    return _regex_needs(pattern, find_literals(pattern.expression) or ANYTHING)


def _rarest(choices: Sequence[Need], digits: int) -> tuple[Need, ...]:
    """The one need that the fewest lines show, as far as that can be told without lines; none where digits do better."""
    costs = {need: _cost(need) for need in choices}
    best = min(costs, key=costs.__getitem__, default=None)
    return (best,) if best is not None and costs[best] < DIGIT_SHARES[min(digits, len(DIGIT_SHARES) - 1)] else ()


def _cost(need: Need) -> float:
    shown = frequency(frozenset(need.strings))
    return shown if need.place != "inner" else LINE_LENGTH * shown * (1 + LOOK_UP)


def _cheapest(choices: Sequence[Need], digits: int, measure: SampleMeasure) -> tuple[Need, ...]:
    """The needs that cost least together: looking them up, and trying the pattern on the lines that show them all."""
    chosen: tuple[Need, ...] = ()
    left, looked_up, cost = measure.with_digits(digits), 0.0, inf
    while True:
        best: tuple[float, float, Need, frozenset[int]] | None = None
        for need in choices:
            shown = measure(need)
            # A sample has not all that texts have; short strings are more frequent than it shows.
            looked = looked_up + LOOK_UP * max(len(shown), _cost(need) * measure.size)
            total = looked + len(left & shown)
            if total < (best[0] if best else cost):
                best = total, looked, need, left & shown
        if best is None or (not chosen and best[0] >= len(left)):
            return chosen
        cost, looked_up, _, left = best
        chosen += (best[2],)
        choices = [need for need in choices if need != best[2]]


def _phrase_need(pattern: Wording) -> Need:
    """Phrases are their own need; one without any letter or digit has no head, tail or core to look for."""
    keys = tuple(map(shape, pattern.keys))
    cores = [core_of(key) for key in keys]
    if pattern.match == "anywhere" or not all(cores):
        return Need("inner", keys)
    if pattern.match == "whole":
        return Need("whole", tuple(dict.fromkeys(cores)))
    return _head(map(behind, keys)) if pattern.match == "start" else _tail(map(before, keys))


def _regex_needs(pattern: Wording, known: Literals) -> list[Need]:
    """All that the lines of an expression must show, save what nearly every line does."""
    found: list[Need] = []
    if pattern.match in ("whole", "start"):
        found.append(_head(map(behind, known.heads)))
    if pattern.match in ("whole", "end"):
        found.append(_tail(map(before, known.tails)))
    found += map(_inner, known.inner)
    if pattern.keys:
        found.append(_inner(frozenset(map(shape, pattern.keys))))
    elif pattern.gate in _GATE_SIGNS:
        found.append(_inner(frozenset(_GATE_SIGNS[pattern.gate])))
    return [need for need in dict.fromkeys(found) if "" not in need.strings and _cost(need) < 1.0]


def _head(texts: Iterable[str]) -> Need:
    return Need("head", _shortest({text[:WIDTH] for text in texts}))


def _tail(texts: Iterable[str]) -> Need:
    return Need("tail", tuple(text[::-1] for text in _shortest({text[::-1][:WIDTH] for text in texts})))


@lru_cache(maxsize=0x4000)
def _inner(strings: frozenset[str]) -> Need:
    """One of some strings; those that hold another of them need not be looked for."""
    kept: list[str] = []
    for text in sorted(strings, key=len):
        if not any(other in text for other in kept):
            kept.append(text)
    return Need("inner", tuple(sorted(kept)))


def behind(text: str) -> str:
    """A text from its first letter or digit on; empty where it has none."""
    found = _first_word().search(text)
    return text[found.start() :] if found else ""


def before(text: str) -> str:
    """A text up to its last letter or digit; empty where it has none."""
    found = _CORE.search(text)
    return text[: found.end()] if found else ""


@cache
def _first_word() -> regex.Pattern[str]:
    return regex.compile(WORD_CHARACTER)


def _shortest(strings: set[str]) -> tuple[str, ...]:
    """Beginnings of strings: cut until they are few, and without those that begin with another of them."""
    for length in range(WIDTH, 3, -1):
        found = {text[:length] for text in strings}
        if len(found) <= MAX_STRINGS:
            break
    kept: list[str] = []
    for text in sorted(found):
        if not kept or not text.startswith(kept[-1]):
            kept.append(text)
    return tuple(kept)
