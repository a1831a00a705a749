"""Lines -> plain numbers: sizes, shapes and repetitions, computed with numpy over the whole document."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from functools import cache

import numpy as np
import numpy.typing as npt

from cleaner.matcher import is_emoji
from cleaner.text import CodeArray, Document, IntArray, encode, fold

__all__ = ["Features", "compute_features"]

FloatArray = npt.NDArray[np.float64]
BoolArray = npt.NDArray[np.bool_]

# One Chinese or Japanese word has about 1.7 characters, so the sizes of all scripts are counted in words.
CHARACTERS_PER_CJK_WORD = 1.7
HASH_BASE = 1_000_003
_SENTENCE_ENDS = ".!?…。！？؟۔;·।"
_CLOSERS = "\"'»”’)]}›」』】*_"
_SEPARATORS = "|›»•·¦>/"
_BULLETS = "•·*–—-▪◦●■►▶→✓"

_LETTER, _UPPER, _DIGIT, _CJK, _SPACE, _END, _CLOSER, _SEPARATOR, _COMMA = (1 << bit for bit in range(9))


@dataclass(frozen=True, slots=True, eq=False)
class Features:
    """One number a line for each field; arrays of equal length, in line order.

    ``words`` is the size of a line in words (characters of scripts without spaces are converted).
    ``letters``, ``digits`` and ``length`` are counts of characters. Shares are between 0 and 1.
    """

    length: IntArray
    words: FloatArray
    letters: IntArray
    upper_share: FloatArray
    capitalised_share: FloatArray
    digit_share: FloatArray
    cjk_share: FloatArray
    stop_word_share: FloatArray
    sentences: IntArray
    ends_sentence: BoolArray
    ends_colon: BoolArray
    commas: IntArray
    links: IntArray
    emoji: IntArray
    starts_with_emoji: BoolArray
    hashtags: IntArray
    separators: IntArray
    is_bullet: BoolArray
    is_blank: BoolArray
    copies: IntArray
    line_hash: npt.NDArray[np.uint64]


@cache
def _character_classes() -> npt.NDArray[np.uint16]:
    classes = np.zeros(0x10000, dtype=np.uint16)
    for code in range(0x10000):
        character = chr(code)
        if character.isalpha():
            classes[code] |= _LETTER
            if character.isupper():
                classes[code] |= _UPPER
        elif character.isdigit():
            classes[code] |= _DIGIT
        elif character.isspace():
            classes[code] |= _SPACE
    classes[0x300:0x370] |= _LETTER
    for first, last in ((0x2E80, 0x3000), (0x3005, 0x3008), (0x3040, 0xA000), (0xF900, 0xFB00), (0x0E00, 0x0F00)):
        classes[first:last] |= np.where(classes[first:last] & _LETTER, np.uint16(_CJK), np.uint16(0))
    for characters, bit in ((_SENTENCE_ENDS, _END), (_CLOSERS, _CLOSER), (_SEPARATORS, _SEPARATOR), (",،，、", _COMMA)):
        for character in characters:
            classes[ord(character)] |= bit
    classes.setflags(write=False)
    return classes


class _Counter:
    """Counts marked characters a line with one running sum."""

    def __init__(self, document: Document) -> None:
        self._starts = document.starts
        self._ends = document.ends

    def __call__(self, mask: npt.NDArray[np.bool_]) -> IntArray:
        running = np.zeros(mask.size + 1, dtype=np.int64)
        np.cumsum(mask, out=running[1:])
        return running[self._ends] - running[self._starts]


def compute_features(document: Document, stop_words: npt.NDArray[np.uint64]) -> Features:
    """The features of every line of a document.

    ``stop_words``: sorted hashes of frequent function words, see `hash_words`.
    """
    codes = document.codes
    classes = _character_classes()[np.minimum(codes, 0xFFFF)]
    count = _Counter(document)
    letters = count((classes & _LETTER) != 0)
    cjk = count((classes & _CJK) != 0)
    digits = count((classes & _DIGIT) != 0)
    is_word = ((classes & (_LETTER | _DIGIT)) != 0) & ((classes & _CJK) == 0)
    starts_word = is_word.copy()
    starts_word[1:] &= ~is_word[:-1]
    spaced_words = count(starts_word)
    words = spaced_words + cjk / CHARACTERS_PER_CJK_WORD
    upper = count((classes & _UPPER) != 0)
    capitalised = count(starts_word & ((classes & (_UPPER | _DIGIT)) != 0))
    visible = np.maximum(count((classes & _SPACE) == 0), 1)
    stops = count(_stop_word_starts(document, stop_words))
    is_end = (classes & _END) != 0
    is_sentence = is_end.copy()
    if codes.size:
        is_sentence[:-1] &= ((classes[1:] & (_SPACE | _CLOSER)) != 0) | (codes[:-1] >= 0x3000)
    last, first = _edge_characters(document, classes)
    line_hash = _line_hashes(document)
    return Features(
        length=document.ends - document.starts,
        words=words,
        letters=letters,
        upper_share=upper / np.maximum(letters, 1),
        capitalised_share=capitalised / np.maximum(spaced_words, 1),
        digit_share=digits / visible,
        cjk_share=cjk / visible,
        stop_word_share=stops / np.maximum(words, 1),
        sentences=count(is_sentence),
        ends_sentence=np.isin(last, _codes(_SENTENCE_ENDS)),
        ends_colon=np.isin(last, _codes(":：")),
        commas=count((classes & _COMMA) != 0),
        links=count(_link_starts(document)),
        emoji=count(is_emoji(codes)),
        starts_with_emoji=is_emoji(first),
        hashtags=count((codes == 0x23) | (codes == 0xFF03)),
        separators=count((classes & _SEPARATOR) != 0),
        is_bullet=np.isin(first, _codes(_BULLETS)),
        is_blank=count((classes & _SPACE) == 0) == 0,
        copies=_copies(line_hash, letters + digits),
        line_hash=line_hash,
    )


def _codes(characters: str) -> CodeArray:
    return np.array([ord(character) for character in characters], dtype=np.uint32)


def _edge_characters(document: Document, classes: npt.NDArray[np.uint16]) -> tuple[CodeArray, CodeArray]:
    """The last character of each line that is neither space nor a closing quote, and the first that is no space."""
    return (
        _pick(document, np.flatnonzero((classes & (_SPACE | _CLOSER)) == 0), last=True),
        _pick(document, np.flatnonzero((classes & _SPACE) == 0), last=False),
    )


def _pick(document: Document, candidates: npt.NDArray[np.intp], *, last: bool) -> CodeArray:
    chosen = np.zeros(len(document), dtype=np.uint32)
    if not candidates.size:
        return chosen
    low = np.searchsorted(candidates, document.starts)
    high = np.searchsorted(candidates, document.ends)
    has_one = high > low
    at = np.where(last, high - 1, np.minimum(low, candidates.size - 1))
    chosen[has_one] = document.codes[candidates[at[has_one]]]
    return chosen


def _link_starts(document: Document) -> BoolArray:
    """Marks where an address begins: a scheme, ``www.``, or a path behind a domain such as ``facebook.com/``."""
    text = document.text
    marks = np.zeros(document.codes.size, dtype=bool)
    for needle in ("://", "www.", ".com/", ".fr/", ".org/", ".net/"):
        at = text.find(needle)
        while at >= 0:
            marks[at] = True
            at = text.find(needle, at + 1)
    return marks


def _folded_words(folded: str) -> tuple[IntArray, npt.NDArray[np.uint64]]:
    """Where words of a folded text start, and the hash of each."""
    codes = encode(folded)
    classes = _character_classes()[np.minimum(codes, 0xFFFF)]
    is_letter = (classes & _LETTER) != 0
    starts = is_letter.copy()
    starts[1:] &= ~is_letter[:-1]
    is_cjk = (classes & _CJK) != 0
    starts |= is_cjk
    begin = np.flatnonzero(starts)
    if not begin.size:
        return begin.astype(np.int64), np.zeros(0, dtype=np.uint64)
    owner = np.cumsum(starts) - 1
    place = np.arange(codes.size) - begin[np.maximum(owner, 0)]
    factors = _powers(int(place[is_letter].max()) + 1)
    terms = np.zeros(codes.size, dtype=np.uint64)
    terms[is_letter] = codes[is_letter].astype(np.uint64) * factors[place[is_letter]]
    return begin.astype(np.int64), np.add.reduceat(terms, begin)


def _powers(count: int) -> npt.NDArray[np.uint64]:
    factors = np.full(count, HASH_BASE, dtype=np.uint64)
    factors[0] = 1
    return np.multiply.accumulate(factors)


def hash_words(words: Sequence[str]) -> npt.NDArray[np.uint64]:
    """Sorted hashes of words, the form in which `compute_features` looks them up."""
    _, hashes = _folded_words(" ".join(fold(word) for word in words))
    return np.unique(hashes)


def _stop_word_starts(document: Document, stop_words: npt.NDArray[np.uint64]) -> BoolArray:
    marks = np.zeros(document.codes.size, dtype=bool)
    begin, hashes = _folded_words(document.folded.text)
    if not begin.size or not stop_words.size:
        return marks
    at = np.minimum(np.searchsorted(stop_words, hashes), stop_words.size - 1)
    marks[document.folded.positions[begin[stop_words[at] == hashes]]] = True
    return marks


def _line_hashes(document: Document) -> npt.NDArray[np.uint64]:
    """A hash of the folded letters and digits of each line; zero for a line without any."""
    folded = document.folded.text
    codes = encode(folded)
    classes = _character_classes()[np.minimum(codes, 0xFFFF)]
    is_word = np.flatnonzero((classes & (_LETTER | _DIGIT)) != 0)
    hashes = np.zeros(len(document), dtype=np.uint64)
    if not is_word.size:
        return hashes
    low = np.searchsorted(is_word, document.folded_starts)
    high = np.searchsorted(is_word, document.folded_ends)
    owner = np.repeat(np.arange(len(document)), high - low)
    place = np.arange(owner.size) - np.repeat(low, high - low)
    chosen = codes[is_word[np.repeat(low, high - low) + place]].astype(np.uint64)
    factors = _powers(int(place.max()) + 1)
    terms = (chosen + np.uint64(7)) * factors[place]
    has_any = high > low
    hashes[has_any] = np.add.reduceat(terms, np.flatnonzero(place == 0))
    return hashes


def _copies(line_hash: npt.NDArray[np.uint64], size: IntArray) -> IntArray:
    """How many other lines have the same letters and digits."""
    if not line_hash.size:
        return np.zeros(0, dtype=np.int64)
    _, which, counts = np.unique(line_hash, return_inverse=True, return_counts=True)
    return np.where(size > 0, counts[which] - 1, 0).astype(np.int64)
