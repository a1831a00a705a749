"""Lists of frequent words by language, looked up for all words of a document at once."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from functools import cache
from types import MappingProxyType

import numpy as np
import numpy.typing as npt

from cleaner.characters import CJK, LETTER, CodeArray, classify
from cleaner.text import IntArray, encode, fold

__all__ = ["HashArray", "LineWords", "WordLists", "find_words", "hash_lines"]

HashArray = npt.NDArray[np.uint64]

# Hashes are sums of characters, each times a power of the base by its place, modulo 2**64.
HASH_BASE = 1_000_003
HASH_INVERSE = pow(HASH_BASE, -1, 2**64)
# So many powers are kept; texts with more characters are seldom.
KEPT_POWERS = 0x10000


class WordLists:
    """Function words, words of the first and second person, and words of interfaces, by language.

    All three: words by language code. Words are folded, and compared by a 64-bit hash.

    >>> WordLists({"fr": ["les", "dans"], "en": ["the"]}, {"fr": ["moi"]}).languages
    ('en', 'fr')
    """

    def __init__(
        self,
        function_words: Mapping[str, Sequence[str]],
        person_words: Mapping[str, Sequence[str]],
        interface_words: Mapping[str, Sequence[str]] = MappingProxyType({}),
    ) -> None:
        self.languages = tuple(sorted({*function_words, *person_words, *interface_words}))
        masks: dict[int, list[int]] = {}
        for column, table in enumerate((function_words, person_words, interface_words)):
            for number, language in enumerate(self.languages):
                codes = encode(fold(" ".join(table.get(language, ()))))
                _, hashes = find_words(codes, classify(codes))
                for value in hashes.tolist():
                    masks.setdefault(value, [0, 0, 0])[column] |= 1 << number
        known = sorted(masks)
        self._hashes: HashArray = np.array(known, dtype=np.uint64)
        self._masks: HashArray = np.array([masks[value] for value in known], dtype=np.uint64).reshape(-1, 3).T

    def look_up(self, hashes: HashArray) -> HashArray:
        """The languages that each word is a function word, a person word and an interface word of: three rows of bits."""
        found = np.zeros((3, hashes.size), dtype=np.uint64)
        if self._hashes.size:
            at = np.minimum(np.searchsorted(self._hashes, hashes), self._hashes.size - 1)
            known = np.flatnonzero(self._hashes[at] == hashes)
            found[:, known] = self._masks[:, at[known]]
        return found

    def bit(self, language: str) -> int:
        """The bit of a language, zero for one that has no words here."""
        return 1 << self.languages.index(language) if language in self.languages else 0

    def main_language(self, function: HashArray) -> int | None:
        """The number of the language with the most function words, None where there is none."""
        found = function[function != 0]
        if not found.size:
            return None
        bits = np.uint64(1) << np.arange(len(self.languages), dtype=np.uint64)
        return int(np.argmax((found & bits[:, None] != 0).sum(axis=1)))


def find_words(codes: CodeArray, classes: npt.NDArray[np.uint16]) -> tuple[IntArray, HashArray]:
    """Where the words of a folded text start, and a hash of each; ``classes`` are those of its code points.

    A word is a run of letters; in scripts without spaces every character is one.
    """
    is_letter = (classes & LETTER) != 0
    is_cjk = (classes & CJK) != 0
    starts = is_letter.copy()
    starts[1:] &= ~is_letter[:-1]
    starts |= is_cjk
    starts[1:] |= is_letter[1:] & is_cjk[:-1]
    begin = np.flatnonzero(starts).astype(np.int64)
    if not begin.size:
        return begin, np.zeros(0, dtype=np.uint64)
    terms = np.multiply(codes, is_letter, dtype=np.uint64)
    _weigh(terms)
    # Powers count from the start of the text; those of a word shall count from its own.
    return begin, np.add.reduceat(terms, begin) * _powers_at(begin, HASH_INVERSE)


def hash_lines(codes: CodeArray, wanted: npt.NDArray[np.bool_], starts: IntArray, ends: IntArray) -> HashArray:
    """A hash of the wanted ones of the characters of each line; zero for a line without any."""
    chosen = np.flatnonzero(wanted)
    running = np.zeros(chosen.size + 1, dtype=np.uint64)
    terms = running[1:]
    terms[:] = codes[chosen]
    terms += np.uint64(7)
    _weigh(terms)
    np.cumsum(terms, out=terms)
    low, high = np.searchsorted(chosen, starts), np.searchsorted(chosen, ends)
    return (running[high] - running[low]) * _powers_at(low, HASH_INVERSE)


def _weigh(terms: HashArray) -> None:
    """Multiply each of some numbers by the power of the base that its place has, a part after the other."""
    powers = _kept_powers(HASH_BASE)
    for start in range(0, terms.size, KEPT_POWERS):
        part = terms[start : start + KEPT_POWERS]
        part *= powers[: part.size]
        if start:
            part *= np.uint64(pow(HASH_BASE, start, 2**64))


def _powers_at(places: IntArray, base: int) -> HashArray:
    """The powers of a number at some places, given in order."""
    parts = int(places[-1]) // KEPT_POWERS + 1 if places.size else 0
    found = _kept_powers(base)[places % KEPT_POWERS]
    if parts > 1:
        found *= _new_powers(parts, pow(base, KEPT_POWERS, 2**64))[places // KEPT_POWERS]
    return found


@cache
def _kept_powers(base: int) -> HashArray:
    powers = _new_powers(KEPT_POWERS, base)
    powers.setflags(write=False)
    return powers


def _new_powers(count: int, base: int) -> HashArray:
    factors = np.full(count, base, dtype=np.uint64)
    factors[0] = 1
    return np.multiply.accumulate(factors)


@dataclass(frozen=True, slots=True, eq=False)
class LineWords:
    """Some of the words of a document in order: the line of each, and a number that says what is known of it."""

    lines: IntArray
    values: HashArray

    def count(self, lines: int) -> IntArray:
        """How many of these words each of so many lines has."""
        return np.bincount(self.lines, minlength=lines)

    def carried(self, to: IntArray) -> LineWords:
        """The words of the lines that stay; ``to``: the new number of each line, below zero for those that go."""
        lines = to[self.lines]
        stays = lines >= 0
        return LineWords(lines[stays], self.values[stays])

    def between(self, first: int, stop: int) -> LineWords:
        """The words of the lines from one up to another, numbered from the first."""
        low, high = np.searchsorted(self.lines, [first, stop])
        return LineWords(self.lines[low:high] - first, self.values[low:high])
