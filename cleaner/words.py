"""Lists of frequent words by language, looked up for all words of a document at once."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

import numpy as np
import numpy.typing as npt

from cleaner.characters import CJK, LETTER, CodeArray, classify
from cleaner.text import IntArray, encode, fold

__all__ = ["HASH_BASE", "HashArray", "WordLists", "find_words", "powers"]

HASH_BASE = 1_000_003
HashArray = npt.NDArray[np.uint64]


class WordLists:
    """Function words and words of the first and second person, by language.

    ``function_words``, ``person_words``: words by language code. Words are folded, and compared by a 64-bit hash.

    >>> WordLists({"fr": ["les", "dans"], "en": ["the"]}, {"fr": ["moi"]}).languages
    ('en', 'fr')
    """

    def __init__(self, function_words: Mapping[str, Sequence[str]], person_words: Mapping[str, Sequence[str]]) -> None:
        self.languages = tuple(sorted({*function_words, *person_words}))
        masks: dict[int, list[int]] = {}
        for column, table in enumerate((function_words, person_words)):
            for number, language in enumerate(self.languages):
                codes = encode(fold(" ".join(table.get(language, ()))))
                _, hashes = find_words(codes, classify(codes))
                for value in hashes.tolist():
                    masks.setdefault(value, [0, 0])[column] |= 1 << number
        known = sorted(masks)
        self._hashes: HashArray = np.array(known, dtype=np.uint64)
        self._function: HashArray = np.array([masks[value][0] for value in known], dtype=np.uint64)
        self._person: HashArray = np.array([masks[value][1] for value in known], dtype=np.uint64)

    def look_up(self, hashes: HashArray) -> tuple[HashArray, HashArray]:
        """For each word the languages it is a function word of, and those it is a person word of, as bits."""
        nothing = np.zeros(hashes.size, dtype=np.uint64)
        if not self._hashes.size or not hashes.size:
            return nothing, nothing
        at = np.minimum(np.searchsorted(self._hashes, hashes), self._hashes.size - 1)
        known = self._hashes[at] == hashes
        return np.where(known, self._function[at], nothing), np.where(known, self._person[at], nothing)

    def main_language(self, function: HashArray) -> int | None:
        """The number of the language with the most function words, None where there is none."""
        found = function[function != 0]
        if not found.size:
            return None
        bits = np.uint64(1) << np.arange(len(self.languages), dtype=np.uint64)
        return int(np.argmax((found[:, None] & bits != 0).sum(axis=0)))


def find_words(codes: CodeArray, classes: npt.NDArray[np.uint16]) -> tuple[IntArray, HashArray]:
    """Where the words of a folded text start, and a hash of each; ``classes`` are those of its code points.

    A word is a run of letters; in scripts without spaces every character is one.
    """
    is_letter = (classes & LETTER) != 0
    starts = is_letter.copy()
    starts[1:] &= ~is_letter[:-1]
    is_cjk = (classes & CJK) != 0
    starts |= is_cjk
    starts[1:] |= is_letter[1:] & is_cjk[:-1]
    begin = np.flatnonzero(starts)
    if not begin.size:
        return begin.astype(np.int64), np.zeros(0, dtype=np.uint64)
    owner = np.cumsum(starts) - 1
    place = np.arange(codes.size) - begin[np.maximum(owner, 0)]
    factors = powers(int(place[is_letter].max()) + 1)
    terms = np.zeros(codes.size, dtype=np.uint64)
    terms[is_letter] = codes[is_letter].astype(np.uint64) * factors[place[is_letter]]
    return begin.astype(np.int64), np.add.reduceat(terms, begin)


def powers(count: int) -> HashArray:
    """The powers of the hash's base, from the zeroth; one at least."""
    factors = np.full(max(count, 1), HASH_BASE, dtype=np.uint64)
    factors[0] = 1
    return np.multiply.accumulate(factors)
