"""Lines -> plain numbers: sizes, shapes and repetitions, computed with numpy over the whole document."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
import numpy.typing as npt

from cleaner.characters import CJK, CLOSER, COMMA, DIGIT, END, LETTER, LOWER, OPENER, SEPARATOR, SPACE, UPPER, classify
from cleaner.matcher import is_emoji
from cleaner.text import CodeArray, Document, IntArray, encode
from cleaner.words import WordLists, find_words, powers

__all__ = ["Features", "compute_features"]

FloatArray = npt.NDArray[np.float64]
BoolArray = npt.NDArray[np.bool_]

# One Chinese or Japanese word has about 1.7 characters, so the sizes of all scripts are counted in words.
CHARACTERS_PER_CJK_WORD = 1.7
# Words from this length on carry the topic of a text; those of lines from this size on are its topic.
TOPIC_MIN_LETTERS = 6
TOPIC_MIN_WORDS = 15.0
_BULLETS = "•·*–—-▪◦●■►▶→✓"
_JOINERS = ",.;:!?)%…、，。"
_ENCLOSED = 3


@dataclass(frozen=True, slots=True, eq=False)
class Features:
    """One number a line for each field; arrays of equal length, in line order.

    ``words`` is the size of a line in words (characters of scripts without spaces are converted).
    ``letters``, ``digits`` and ``length`` are counts of characters. Shares are between 0 and 1.
    ``copies`` counts other lines with the same letters and digits, ``alike`` those with the same letters and
    ``same_opening`` those with the same first word. ``topic_share`` is the share of a line's long words that
    also stand on a long line elsewhere. ``starts_joined``: begins with a small letter or a mark that closes or parts;
    ``ends_open``: ends with a comma or a function word, so that more must follow. ``glued`` counts words that begin with a capital inside another word.
    """

    length: IntArray
    words: FloatArray
    letters: IntArray
    upper_share: FloatArray
    capitalised_share: FloatArray
    digit_share: FloatArray
    cjk_share: FloatArray
    stop_word_share: FloatArray
    person_word_share: FloatArray
    topic_share: FloatArray
    sentences: IntArray
    ends_sentence: BoolArray
    ends_colon: BoolArray
    starts_lower: BoolArray
    starts_joined: BoolArray
    ends_open: BoolArray
    starts_quote: BoolArray
    is_bullet: BoolArray
    is_blank: BoolArray
    commas: IntArray
    exclamations: IntArray
    ellipses: IntArray
    links: IntArray
    emoji: IntArray
    starts_with_emoji: BoolArray
    hashtags: IntArray
    separators: IntArray
    glued: IntArray
    copies: IntArray
    alike: IntArray
    same_opening: IntArray
    line_hash: npt.NDArray[np.uint64]


class _Counter:
    """Counts marked characters a line with one running sum."""

    def __init__(self, document: Document) -> None:
        self._starts = document.starts
        self._ends = document.ends

    def __call__(self, mask: npt.NDArray[np.bool_]) -> IntArray:
        running = np.zeros(mask.size + 1, dtype=np.int64)
        np.cumsum(mask, out=running[1:])
        return running[self._ends] - running[self._starts]


def compute_features(document: Document, word_lists: WordLists, lang: str | None = None) -> Features:
    """The features of every line of a document.

    ``lang``: the document's main language where it is known; it says whose words of the first and second person
    count, otherwise that of most of the function words.
    """
    codes = document.codes
    classes = classify(codes)
    count = _Counter(document)
    letters = count((classes & LETTER) != 0)
    cjk = count((classes & CJK) != 0)
    digits = count((classes & DIGIT) != 0)
    is_word = ((classes & (LETTER | DIGIT)) != 0) & ((classes & CJK) == 0)
    starts_word = is_word.copy()
    starts_word[1:] &= ~is_word[:-1]
    spaced_words = count(starts_word)
    words = spaced_words + cjk / CHARACTERS_PER_CJK_WORD
    is_upper = (classes & UPPER) != 0
    visible = np.maximum(count((classes & SPACE) == 0), 1)
    last, first = _edge_characters(document, classes)
    first_class = classify(first)
    starts_lower = (first_class & LOWER) != 0
    folded = encode(document.folded.text)
    folded_classes = classify(folded)
    vocabulary = _Vocabulary(document, folded_classes, word_lists, lang, words)
    line_hash = _line_hashes(document, folded, (folded_classes & (LETTER | DIGIT)) != 0)
    letter_hash = _line_hashes(document, folded, (folded_classes & LETTER) != 0)
    return Features(
        length=document.ends - document.starts,
        words=words,
        letters=letters,
        upper_share=count(is_upper) / np.maximum(letters, 1),
        capitalised_share=count(starts_word & ((classes & (UPPER | DIGIT)) != 0)) / np.maximum(spaced_words, 1),
        digit_share=digits / visible,
        cjk_share=cjk / visible,
        stop_word_share=vocabulary.function_words / np.maximum(words, 1),
        person_word_share=vocabulary.person_words / np.maximum(words, 1),
        topic_share=vocabulary.topic_share,
        sentences=count(_sentence_ends(codes, classes)),
        ends_sentence=(classify(last) & END) != 0,
        ends_colon=np.isin(last, _codes(":：")),
        starts_lower=starts_lower,
        starts_joined=starts_lower | np.isin(first, _codes(_JOINERS)),
        ends_open=((classify(last) & COMMA) != 0)
        | (vocabulary.ends_in_function_word & ((classify(last) & LETTER) != 0)),
        starts_quote=(first_class & OPENER) != 0,
        is_bullet=np.isin(first, _codes(_BULLETS)),
        is_blank=count((classes & SPACE) == 0) == 0,
        commas=count((classes & COMMA) != 0),
        exclamations=count(np.isin(codes, _codes("!?！？؟"))),
        ellipses=count(_ellipses(codes)),
        links=count(_link_starts(document)),
        emoji=count(is_emoji(codes)),
        starts_with_emoji=is_emoji(first),
        hashtags=count((codes == 0x23) | (codes == 0xFF03)),
        separators=count((classes & SEPARATOR) != 0),
        glued=count(_glued(classes)),
        copies=_copies(line_hash, letters + digits),
        alike=_copies(letter_hash, letters),
        same_opening=_copies(vocabulary.first_word, letters),
        line_hash=line_hash,
    )


class _Vocabulary:
    """What the words of a document say of its lines: one number a line in each field."""

    def __init__(
        self,
        document: Document,
        classes: npt.NDArray[np.uint16],
        word_lists: WordLists,
        lang: str | None,
        words: FloatArray,
    ) -> None:
        begin, hashes = find_words(document.folded.text)
        count = len(document)
        owner = np.searchsorted(document.folded_starts, begin, side="right") - 1
        function, person = word_lists.look_up(hashes)
        if lang in word_lists.languages:
            language: int | None = word_lists.languages.index(lang)
        else:
            language = word_lists.main_language(function)
        own = np.zeros(hashes.size, dtype=bool)
        if language is not None:
            own = (person & np.uint64(1 << language)) != 0
        self.function_words = np.bincount(owner[function != 0], minlength=count)
        self.person_words = np.bincount(owner[own], minlength=count)
        self.first_word = np.zeros(count, dtype=np.uint64)
        self.ends_in_function_word = np.zeros(count, dtype=bool)
        if hashes.size:
            is_first = np.concatenate([[True], owner[1:] != owner[:-1]])
            self.first_word[owner[is_first]] = hashes[is_first]
            if language is not None:
                is_last = np.append(is_first[1:], True)
                own_function = (function & np.uint64(1 << language)) != 0
                self.ends_in_function_word[owner[is_last & own_function]] = True
        is_cjk = (classes[begin] & CJK) != 0
        size = np.add.reduceat((classes & LETTER) != 0, begin, dtype=np.int64) if begin.size else begin
        chosen = (size >= TOPIC_MIN_LETTERS) | is_cjk
        self.topic_share = _topic_share(owner[chosen], hashes[chosen], words)


def _topic_share(owner: IntArray, hashes: npt.NDArray[np.uint64], words: FloatArray) -> FloatArray:
    """The share of each line's chosen words that also stand on a long line elsewhere; ``owner``: the words' lines."""
    if not owner.size:
        return np.zeros(words.size)
    order = np.lexsort((owner, hashes))
    owner, hashes = owner[order], hashes[order]
    other_word = np.concatenate([[True], hashes[1:] != hashes[:-1]])
    other_line = other_word | np.concatenate([[True], owner[1:] != owner[:-1]])
    which = np.cumsum(other_word) - 1
    is_long = words[owner] >= TOPIC_MIN_WORDS
    # A line that repeats a word counts once among the long lines that hold it.
    holders = np.bincount(which, weights=is_long & other_line)[which]
    shared = np.bincount(owner, weights=holders - is_long > 0, minlength=words.size)
    return np.asarray(shared / np.maximum(np.bincount(owner, minlength=words.size), 1))


def _codes(characters: str) -> CodeArray:
    return np.array([ord(character) for character in characters], dtype=np.uint32)


def _sentence_ends(codes: CodeArray, classes: npt.NDArray[np.uint16]) -> BoolArray:
    is_end: BoolArray = (classes & END) != 0
    if codes.size:
        is_end[:-1] &= ((classes[1:] & (SPACE | CLOSER)) != 0) | (codes[:-1] >= 0x3000)
    return is_end


def _ellipses(codes: CodeArray) -> BoolArray:
    """Marks ellipses: the character, and the second of two dots or more."""
    marks: BoolArray = codes == 0x2026
    if codes.size >= _ENCLOSED:
        dot = codes == 0x2E
        marks[1:] |= dot[1:] & dot[:-1]
        marks[2:] &= ~(dot[2:] & dot[1:-1] & dot[:-2])
    return marks


def _glued(classes: npt.NDArray[np.uint16]) -> BoolArray:
    """Marks capitals that stand directly behind a small letter."""
    marks = np.zeros(classes.size, dtype=bool)
    marks[1:] = ((classes[:-1] & LOWER) != 0) & ((classes[1:] & UPPER) != 0)
    return marks


def _edge_characters(document: Document, classes: npt.NDArray[np.uint16]) -> tuple[CodeArray, CodeArray]:
    """The last character of each line that is neither space nor a closing quote, and the first that is no space."""
    return (
        _pick(document, np.flatnonzero((classes & (SPACE | CLOSER)) == 0), last=True),
        _pick(document, np.flatnonzero((classes & SPACE) == 0), last=False),
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


def _line_hashes(document: Document, codes: CodeArray, wanted: BoolArray) -> npt.NDArray[np.uint64]:
    """A hash of the wanted ones of the folded characters (``codes``) of each line; zero for a line without any."""
    chosen = np.flatnonzero(wanted)
    hashes = np.zeros(len(document), dtype=np.uint64)
    if not chosen.size:
        return hashes
    low = np.searchsorted(chosen, document.folded_starts)
    high = np.searchsorted(chosen, document.folded_ends)
    owner = np.repeat(np.arange(len(document)), high - low)
    place = np.arange(owner.size) - np.repeat(low, high - low)
    values = codes[chosen[np.repeat(low, high - low) + place]].astype(np.uint64)
    factors = powers(int(place.max(initial=0)) + 1)
    terms = (values + np.uint64(7)) * factors[place]
    has_any = high > low
    if owner.size:
        hashes[has_any] = np.add.reduceat(terms, np.flatnonzero(place == 0))
    return hashes


def _copies(hashes: npt.NDArray[np.uint64], size: IntArray) -> IntArray:
    """How many other lines have the same hash; none for lines without size."""
    if not hashes.size:
        return np.zeros(0, dtype=np.int64)
    _, which, counts = np.unique(hashes, return_inverse=True, return_counts=True)
    return np.where((size > 0) & (hashes != 0), counts[which] - 1, 0).astype(np.int64)
