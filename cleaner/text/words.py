"""Lists of frequent words by language, looked up for all words of a document at once."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from functools import cache, partial
from types import MappingProxyType

import numpy as np
import numpy.typing as npt

from cleaner.data import word_file
from cleaner.text.arrays import CodeArray, HashArray, IntArray, LineNumbers
from cleaner.text.characters import CJK, LETTER, classify
from cleaner.text.folding import encode, fold
from cleaner.text.parts import PART_LENGTH, any_of, parts

__all__ = [
    "LineHashes",
    "LineWords",
    "WordLists",
    "find_words",
    "language_of",
    "word_lists",
    "word_parts",
    "word_sizes",
]


# A hash is the sum of a word's characters, each times the base to the power of its place, modulo 2**64.
HASH_BASE = 1_000_003
HASH_INVERSE = pow(HASH_BASE, -1, 2**64)
# How many powers are kept; longer texts are rare.
KEPT_POWERS = 0x10000
# How many words' languages are counted at once, in a table of 8 bytes for each word and language.
WORDS_AT_ONCE = 0x2000
# How much of a text is read to tell its language.
LANGUAGE_MAX_CHARACTERS = 5000


class WordLists:
    """Function words, first- and second-person words, and interface words, by language.

    All three map a language code to words. Words are folded, and compared by a 64-bit hash.

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
        """The languages in which each word is a function, person and interface word: three rows of bits."""
        found = np.zeros((3, hashes.size), dtype=np.uint64)
        if self._hashes.size:
            at = np.minimum(np.searchsorted(self._hashes, hashes), self._hashes.size - 1)
            known = np.flatnonzero(self._hashes[at] == hashes)
            found[:, known] = self._masks[:, at[known]]
        return found

    def bit(self, language: str) -> int:
        """The bit of a language; zero for a language without words here."""
        return 1 << self.languages.index(language) if language in self.languages else 0

    def main_language(self, function: HashArray) -> int | None:
        """The number of the language with the most function words; None if there is none."""
        found = function[function != 0]
        if not found.size:
            return None
        bits = np.uint64(1) << np.arange(len(self.languages), dtype=np.uint64)
        counts = np.zeros(bits.size, dtype=np.int64)
        for first in range(0, found.size, WORDS_AT_ONCE):
            counts += (found[first : first + WORDS_AT_ONCE] & bits[:, None] != 0).sum(axis=1)
        return int(np.argmax(counts))


def find_words(codes: CodeArray, classes: npt.NDArray[np.uint16]) -> tuple[IntArray, HashArray]:
    """Where the words of a folded text start, and a hash of each; ``classes`` are those of its code points.

    A word is a run of letters; in scripts without spaces every character is one.
    """
    is_letter, is_cjk = any_of(classes, LETTER), any_of(classes, CJK)
    starts = is_letter.copy()
    starts[1:] &= ~is_letter[:-1]
    starts |= is_cjk
    starts[1:] |= is_letter[1:] & is_cjk[:-1]
    del is_cjk
    begin = np.flatnonzero(starts).astype(np.int64)
    del starts
    if not begin.size:
        return begin, np.zeros(0, dtype=np.uint64)
    # Powers count from the start of the text, but must count from the start of each word.
    return begin, _sums(begin, codes.size, partial(_terms, codes, is_letter)) * _powers_at(begin, HASH_INVERSE)


def word_sizes(begin: IntArray, classes: npt.NDArray[np.uint16]) -> IntArray:
    """How many letters each word of a folded text has; ``begin``: where the words begin."""
    if classes.size <= PART_LENGTH:
        is_letter = (classes & LETTER) != 0
        return np.add.reduceat(is_letter, begin, dtype=np.int64) if begin.size else begin
    sizes = _sums(begin, classes.size, lambda part: np.asarray((classes[part] & LETTER) != 0, dtype=np.uint64))
    return sizes.astype(np.int64)


def _terms(codes: CodeArray, is_letter: npt.NDArray[np.bool_], part: slice) -> HashArray:
    """The terms of the hashes in one part of a text: its letters, each times the power of its place."""
    terms = np.multiply(codes[part], is_letter[part], dtype=np.uint64)
    _weigh(terms, part.start)
    return terms


def _sums(begin: IntArray, size: int, terms: Callable[[slice], HashArray]) -> HashArray:
    """The sum of the terms of each word, computed part by part; ``begin``: where words begin, ``size``: of the text."""
    if size <= PART_LENGTH:
        return np.add.reduceat(terms(slice(0, size)), begin)
    found = np.zeros(begin.size, dtype=np.uint64)
    for part in parts(size):
        some = terms(part)
        low, high = np.searchsorted(begin, (part.start, part.start + some.size)).tolist()
        if low < high:
            found[low:high] = np.add.reduceat(some, begin[low:high] - part.start)
        if low:
            # The end of a word that began in an earlier part.
            stop = int(begin[low]) - part.start if low < begin.size else some.size
            found[low - 1 : low] += some[:stop].sum(dtype=np.uint64)
    return found


def word_parts(codes: CodeArray) -> Iterator[tuple[slice, npt.NDArray[np.uint16]]]:
    """A long text part by part, each with the classes of its characters; no word is split between parts."""
    first = 0
    while first < codes.size or not first:
        stop = min(first + PART_LENGTH, codes.size)
        while stop < codes.size:
            outside = np.flatnonzero((classify(codes[stop : stop + PART_LENGTH]) & (LETTER | CJK)) != LETTER)
            stop = stop + int(outside[0]) if outside.size else min(stop + PART_LENGTH, codes.size)
            if outside.size:
                break
        yield slice(first, stop), classify(codes[first:stop])
        first = max(stop, 1)


class LineHashes:
    """A hash of the wanted characters of each line of a text, which is added part by part.

    ``starts`` and ``ends`` are those of the lines. ``hashes``: zero for a line without any such character. ``counts``:
    how many it has.
    """

    def __init__(self, starts: IntArray, ends: IntArray) -> None:
        self._places = (starts, ends)
        self._sums, self._ranks = (
            np.zeros((2, starts.size), dtype=np.uint64),
            np.zeros((2, starts.size), dtype=np.int64),
        )
        self._sum, self._rank = np.uint64(0), 0

    def add(self, codes: CodeArray, wanted: npt.NDArray[np.bool_], first: int) -> None:
        """Add a part, which begins at ``first``: its characters, and which of them are wanted."""
        if codes.size > PART_LENGTH:
            for part in parts(codes.size):
                self.add(codes[part], wanted[part], first + part.start)
            return
        chosen = np.flatnonzero(wanted)
        running = np.zeros(chosen.size + 1, dtype=np.uint64)
        terms = running[1:]
        terms[:] = codes[chosen]
        terms += np.uint64(7)
        _weigh(terms, self._rank)
        np.cumsum(terms, out=terms)
        running += self._sum
        for places, sums, ranks in zip(self._places, self._sums, self._ranks, strict=True):
            # An edge at the end of a part belongs to the next part too, with the same numbers.
            if not first and codes.size >= places[-1:].sum():
                ranks[:] = np.searchsorted(chosen, places)
                sums[:] = running[ranks]
                continue
            low, high = np.searchsorted(places, first), np.searchsorted(places, first + codes.size, side="right")
            inside = np.searchsorted(chosen, places[low:high] - first)
            sums[low:high] = running[inside]
            ranks[low:high] = inside + self._rank
        self._sum, self._rank = running[-1], self._rank + chosen.size

    @property
    def counts(self) -> IntArray:
        """How many of the characters of each line are wanted."""
        return np.asarray(self._ranks[1] - self._ranks[0])

    @property
    def hashes(self) -> HashArray:
        """The hash of each line."""
        return np.asarray((self._sums[1] - self._sums[0]) * _powers_at(self._ranks[0], HASH_INVERSE))


def _weigh(terms: HashArray, first: int) -> None:
    """Multiply each term by the base to the power of its place, part by part.

    ``first``: the place of the first term.
    """
    powers = _kept_powers(HASH_BASE)
    for start in range(0, terms.size, KEPT_POWERS):
        part = terms[start : start + KEPT_POWERS]
        part *= powers[: part.size]
        if first + start:
            part *= np.uint64(pow(HASH_BASE, first + start, 2**64))


def _powers_at(places: IntArray, base: int) -> HashArray:
    """The powers of a base at the given places, which are in order."""
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
    """Some of the words of a document, in order: the line of each, and a number that describes it."""

    lines: LineNumbers
    values: HashArray

    @staticmethod
    def joined(some: list[LineWords]) -> LineWords:
        """The words of several parts of a document, in order; empties the list, so that no word is in memory twice."""
        if len(some) == 1:
            return some.pop()
        lines, values = (np.concatenate([getattr(words, name) for words in some]) for name in ("lines", "values"))
        some.clear()
        return LineWords(lines, values)

    def count(self, lines: int) -> IntArray:
        """How many of these words each of ``lines`` lines has."""
        return np.bincount(self.lines, minlength=lines)

    def carried(self, to: IntArray) -> LineWords:
        """The words of the lines that stay; ``to``: the new number of each line, below zero for a removed one."""
        lines = to[self.lines].astype(np.int32)
        stays = lines >= 0
        return LineWords(lines[stays], self.values[stays])

    def between(self, first: int, stop: int) -> LineWords:
        """The words of the lines from ``first`` up to ``stop``, numbered from ``first``."""
        low, high = np.searchsorted(self.lines, [first, stop])
        return LineWords(self.lines[low:high] - first, self.values[low:high])


@cache
def word_lists() -> WordLists:
    """The words of all languages, from the files ``*-words.txt`` in ``patterns/``."""
    return WordLists(*(word_file(f"{name}-words.txt") for name in ("stop", "person", "interface")))


def language_of(text: str) -> str | None:
    """The language of a text as its function words tell it: an ISO 639-1 code, or None without such words.

    Only the beginning is read. Languages without words in ``patterns/stop-words.txt`` are not known.

    >>> language_of("Le pont rouvre dans les deux sens"), language_of("Die Brücke öffnet im März"), language_of("404")
    ('fr', 'de', None)
    """
    lists = word_lists()
    codes = encode(fold(text[:LANGUAGE_MAX_CHARACTERS]))
    number = lists.main_language(lists.look_up(find_words(codes, classify(codes))[1])[0])
    return None if number is None else lists.languages[number]
