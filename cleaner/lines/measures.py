"""Lines -> the features of each by itself: sizes, shapes and words, computed with numpy over the whole document."""

from __future__ import annotations

from dataclasses import dataclass, fields
from functools import cache
from typing import Any

import numpy as np
import numpy.typing as npt

from cleaner.text.arrays import BoolArray, ClassArray, CodeArray, FloatArray, HashArray, IntArray
from cleaner.text.characters import (
    CJK,
    CLOSER,
    COMMA,
    DIGIT,
    EMOJI,
    END,
    EXCLAMATION,
    HASH,
    LETTER,
    LOWER,
    OPENER,
    SEPARATOR,
    SPACE,
    UPPER,
    classify,
)
from cleaner.text.document import Document
from cleaner.text.folding import encode_small, find_every
from cleaner.text.parts import Ranks, any_of
from cleaner.text.words import LineHashes, LineWords, WordLists, find_words, word_parts, word_sizes

__all__ = [
    "LINE_FIELDS",
    "LineFeatures",
    "carry_lines",
    "filled_lines",
    "lines_between",
    "measure_lines",
]


# One Chinese or Japanese word has about 1.7 characters, so the sizes of all scripts are counted in words.
CHARACTERS_PER_CJK_WORD = 1.7
# Words from this length on carry the topic of a text.
TOPIC_MIN_LETTERS = 6
# Lines with fewer marks and digits look alike by chance.
MIN_MARKS = 3
_BULLET, _JOINER, _COLON = 1, 2, 4
_BULLETS = "•·*–—-▪◦●■►▶→✓"
_JOINERS = ",.;:!?)%…、，。"
_LINK_ENDS = ("://", ".com/", ".fr/", ".org/", ".net/")
_MARKS = UPPER | DIGIT | CJK | END | SEPARATOR | COMMA | EXCLAMATION | HASH | EMOJI


@dataclass(frozen=True, slots=True, eq=False)
class LineFeatures:
    """The features of each line by itself, which stay valid when other lines are removed; one entry per line, in order.

    ``words`` is the size of a line in words (characters of scripts without spaces are converted).
    ``letters``, ``digits`` and ``length`` are counts of characters. Shares are between 0 and 1. ``starts_joined``:
    begins with a small letter or a mark that closes or separates. ``glued`` counts capitals inside words, where two
    words were run together; ``gaps`` counts spaces between characters of scripts that do not separate words by spaces.

    ``hashes``: one row each for a line's letters and digits, its letters, its marks and digits, and its first word;
    zero where there is too little to compare. ``last_word``: the languages that its last word is a function word of, as bits.
    ``function_words``, ``person_words``, ``interface_words``: such words with their languages,
    ``topic_words``: long ones with their hashes.
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
    ends_comma: BoolArray
    ends_letter: BoolArray
    starts_lower: BoolArray
    starts_digit: BoolArray
    starts_joined: BoolArray
    starts_quote: BoolArray
    is_bullet: BoolArray
    is_blank: BoolArray
    commas: IntArray
    exclamations: IntArray
    ellipses: IntArray
    links: IntArray
    emoji: IntArray
    hashtags: IntArray
    separators: IntArray
    glued: IntArray
    gaps: IntArray
    hashes: HashArray
    last_word: HashArray
    function_words: LineWords
    person_words: LineWords
    topic_words: LineWords
    interface_words: LineWords


LINE_FIELDS = tuple(field.name for field in fields(LineFeatures))


class _Marks:
    """The characters of a document that are neither small letters nor spaces; counts their classes by line."""

    def __init__(self, document: Document) -> None:
        self.places = np.flatnonzero(any_of(document.classes, _MARKS))
        self.codes = document.codes[self.places]
        self.classes = document.classes[self.places]
        self.lines = _lines_of(document, self.places)
        self._size = len(document)

    def count(self, bits: int) -> IntArray:
        """How many characters of the classes in ``bits`` each line has."""
        return self.count_marked((self.classes & bits) != 0)

    def count_marked(self, marked: BoolArray) -> IntArray:
        """How many of these characters that are marked each line has."""
        return np.bincount(self.lines[marked], minlength=self._size)


def measure_lines(document: Document, word_lists: WordLists) -> LineFeatures:
    """The features of each line of a document by itself."""
    classes = document.classes
    document.clock.check()
    marks = _Marks(document)
    letters = _count(document, any_of(classes, LETTER))
    cjk, digits = marks.count(CJK), marks.count(DIGIT)
    document.clock.check()
    vocabulary = _Vocabulary(document, word_lists, letters, digits)
    starts_word = any_of(classes, LETTER | DIGIT)
    starts_word &= ~any_of(classes, CJK)
    starts_word[1:] &= ~starts_word[:-1]
    spaced_words = _count(document, starts_word)
    words = spaced_words + cjk / CHARACTERS_PER_CJK_WORD
    visible, first, last = _edge_characters(document)
    first_class, last_class = classify(first), classify(last)
    first_signs, last_signs = _signs_of(first), _signs_of(last)
    capital = (marks.classes & (UPPER | DIGIT)) != 0
    is_gap = _before_gaps(document, marks) if cjk.any() else np.zeros(marks.places.size, dtype=bool)
    document.clock.check()
    return LineFeatures(
        length=document.ends - document.starts,
        words=words,
        letters=letters,
        upper_share=marks.count(UPPER) / np.maximum(letters, 1),
        capitalised_share=marks.count_marked(capital & starts_word[marks.places]) / np.maximum(spaced_words, 1),
        digit_share=digits / np.maximum(visible, 1),
        cjk_share=cjk / np.maximum(visible, 1),
        stop_word_share=vocabulary.function_words.count(len(document)) / np.maximum(words, 1),
        sentences=marks.count_marked(_sentence_ends(document, marks)),
        ends_sentence=(last_class & END) != 0,
        ends_colon=(last_signs & _COLON) != 0,
        ends_comma=(last_class & COMMA) != 0,
        ends_letter=(last_class & LETTER) != 0,
        starts_lower=(first_class & LOWER) != 0,
        starts_digit=(first_class & DIGIT) != 0,
        starts_joined=((first_class & LOWER) != 0) | ((first_signs & _JOINER) != 0),
        starts_quote=(first_class & OPENER) != 0,
        is_bullet=(first_signs & _BULLET) != 0,
        is_blank=visible == 0,
        commas=marks.count(COMMA),
        exclamations=marks.count(EXCLAMATION),
        ellipses=marks.count_marked(_ellipses(marks)),
        links=np.bincount(_lines_of(document, _link_places(document.text)), minlength=len(document)),
        emoji=marks.count(EMOJI),
        hashtags=marks.count(HASH),
        separators=marks.count(SEPARATOR),
        glued=marks.count_marked(((marks.classes & UPPER) != 0) & _follows(classes, marks.places, LOWER)),
        gaps=marks.count_marked(is_gap),
        hashes=vocabulary.hashes,
        last_word=vocabulary.last_word,
        function_words=vocabulary.function_words,
        person_words=vocabulary.person_words,
        topic_words=vocabulary.topic_words,
        interface_words=vocabulary.interface_words,
    )


def filled_lines(document: Document) -> IntArray:
    """The numbers of the lines that are not blank, in order."""
    return np.flatnonzero(_count(document, ~any_of(document.classes, SPACE))).astype(np.int64)


def carry_lines(lines: LineFeatures, old: IntArray, new: IntArray, document: Document) -> LineFeatures:
    """Features taken over from another document: lines ``old`` there are lines ``new`` here; all others are blank."""
    to = np.full(lines.length.size, -1, dtype=np.int64)
    to[old] = new
    carried = {name: _carried(getattr(lines, name), old, new, to, len(document)) for name in LINE_FIELDS}
    is_blank = np.ones(len(document), dtype=bool)
    is_blank[new] = False
    return LineFeatures(**{**carried, "length": document.ends - document.starts, "is_blank": is_blank})


def lines_between(lines: LineFeatures, first: int, stop: int) -> LineFeatures:
    """The features of the lines from one up to another."""
    return LineFeatures(**{name: _between(getattr(lines, name), first, stop) for name in LINE_FIELDS})


def _between(values: Any, first: int, stop: int) -> Any:
    return values.between(first, stop) if isinstance(values, LineWords) else values[..., first:stop]


def _carried(values: Any, old: IntArray, new: IntArray, to: IntArray, count: int) -> Any:
    """One feature of the lines that stay; zero for blank lines."""
    if isinstance(values, LineWords):
        return values.carried(to)
    found = np.zeros((*values.shape[:-1], count), dtype=values.dtype)
    found[..., new] = values[..., old]
    return found


class _Vocabulary:
    """The features of each line that come from its words; see `LineFeatures`."""

    def __init__(self, document: Document, word_lists: WordLists, letters: IntArray, digits: IntArray) -> None:
        codes = encode_small(document.folded.text)
        starts, ends = document.folded_starts, document.folded_ends
        count = len(document)
        first_word, self.last_word = np.zeros(count, dtype=np.uint64), np.zeros(count, dtype=np.uint64)
        found: tuple[list[LineWords], ...] = ([], [], [], [])
        by_both, by_letters, by_marks = (LineHashes(starts, ends) for _ in range(3))
        last_line = -1
        for part, classes in document.clock.watch(word_parts(codes), steps=1):
            some = codes[part]
            begin, hashes = find_words(some, classes)
            lines = (np.searchsorted(starts, begin + part.start, side="right") - 1).astype(np.int32)
            is_first = np.ones(lines.size, dtype=bool)
            is_first[1:] = lines[1:] != lines[:-1]
            if lines.size:
                # The words of a line may be in several parts.
                is_first[0] = lines[0] != last_line
                last_line = int(lines[-1])
            first_word[lines[is_first]] = hashes[is_first]
            function, person, interface = word_lists.look_up(hashes)
            self.last_word[lines] = function  # for several words on a line, the last one is kept
            is_letter, is_digit = any_of(classes, LETTER), any_of(classes, DIGIT)
            is_topic = (word_sizes(begin, classes) >= TOPIC_MIN_LETTERS) | ((classes[begin] & CJK) != 0)
            for kept, values in zip(found, (function, person, interface), strict=False):
                kept.append(_chosen(values != 0, lines, values))
            found[-1].append(_chosen(is_topic, lines, hashes))
            by_letters.add(some, is_letter, part.start)
            is_letter |= is_digit
            by_both.add(some, is_letter, part.start)
            np.logical_not(any_of(classes, LETTER | SPACE), out=is_letter)
            by_marks.add(np.where(is_digit, np.uint8(ord("0")), some), is_letter, part.start)
        self.function_words, self.person_words, self.interface_words, self.topic_words = map(LineWords.joined, found)
        # Only lines with a digit: the items of a list in an article may have the same marks as well.
        has_marks = (digits > 0) & (by_marks.counts >= MIN_MARKS)
        self.hashes: HashArray = np.zeros((4, count), dtype=np.uint64)
        for row, (hashes, counts) in enumerate(
            (
                (by_both.hashes, letters + digits > 0),
                (by_letters.hashes, letters > 0),
                (by_marks.hashes, has_marks),
                (first_word, letters > 0),
            )
        ):
            self.hashes[row, counts] = hashes[counts]


def _chosen(which: BoolArray, lines: npt.NDArray[np.int32], values: HashArray) -> LineWords:
    return LineWords(lines[which], values[which])


def _lines_of(document: Document, places: npt.NDArray[np.intp]) -> npt.NDArray[np.intp]:
    """The line that each of some characters stands on; no line end may be among them."""
    return np.searchsorted(document.starts, places, side="right") - 1


def _count(document: Document, marked: BoolArray) -> IntArray:
    """How many marked characters each line has."""
    return Ranks(marked).between(document.starts, document.ends)


@cache
def _sign_table() -> npt.NDArray[np.uint8]:
    signs = np.zeros(0x10000, dtype=np.uint8)
    for characters, sign in ((_BULLETS, _BULLET), (_JOINERS, _JOINER), (":：", _COLON)):
        for character in characters:
            signs[ord(character)] |= sign
    return signs


def _signs_of(codes: CodeArray) -> npt.NDArray[np.uint8]:
    """The meaning of characters at the edges of lines, as bits."""
    return _sign_table()[np.minimum(codes, 0xFFFF)]


def _follows(classes: ClassArray, places: npt.NDArray[np.intp], bits: int) -> BoolArray:
    """Whether a character of the classes in ``bits`` stands directly before each place."""
    return np.asarray(((classes[places - 1] & bits) != 0) & (places > 0))


def _precedes(classes: ClassArray, places: npt.NDArray[np.intp], bits: int) -> BoolArray:
    """Whether a character of the classes in ``bits``, or the end of the text, stands directly after each place."""
    following = np.minimum(places + 1, classes.size - 1)
    return np.asarray((classes[following] & bits) != 0)


def _before_gaps(document: Document, marks: _Marks) -> BoolArray:
    """Which marks end an item of a script without spaces between words: a space follows on their line.

    An item has at least two characters; text set with a space after each character has no items.
    """
    classes, places = document.classes, marks.places
    is_last = places + 1 >= document.ends[marks.lines]
    ends_item = ((marks.classes & CJK) != 0) & _follows(classes, places, CJK) & _precedes(classes, places, SPACE)
    return np.asarray(ends_item & ~is_last)


def _sentence_ends(document: Document, marks: _Marks) -> BoolArray:
    """Which marks end a sentence: stops before a space, a closing mark or the end, and full-width stops anywhere."""
    is_last = marks.places == document.codes.size - 1
    before_gap = is_last | _precedes(document.classes, marks.places, SPACE | CLOSER)
    return np.asarray(((marks.classes & END) != 0) & (before_gap | (marks.codes >= 0x3000)))


def _ellipses(marks: _Marks) -> BoolArray:
    """Which marks are ellipses: the character, and the second of two dots or more."""
    is_dot = marks.codes == 0x2E
    follows_dot = np.zeros(is_dot.size, dtype=bool)
    follows_dot[1:] = is_dot[1:] & is_dot[:-1] & (marks.places[1:] - marks.places[:-1] == 1)
    is_third = np.zeros(is_dot.size, dtype=bool)
    is_third[1:] = follows_dot[1:] & follows_dot[:-1]
    return np.asarray((marks.codes == 0x2026) | (follows_dot & ~is_third))


def _edge_characters(document: Document) -> tuple[IntArray, CodeArray, CodeArray]:
    """For each line its number of visible characters, the first one, and the last one that is not a closing mark."""
    classes, starts, ends = document.classes, document.starts, document.ends
    shown = Ranks(~any_of(classes, SPACE))
    low, high = shown.before(starts), shown.before(ends)
    last = Ranks(~any_of(classes, SPACE | CLOSER))
    stop = last.before(ends)
    has_last = stop > last.before(starts)
    return high - low, _pick(document.codes, shown, low, high > low), _pick(document.codes, last, stop - 1, has_last)


def _pick(codes: CodeArray, places: Ranks, at: IntArray, has_one: BoolArray) -> CodeArray:
    """The character at the place ``at`` of each line that has one; zero for the others."""
    chosen = np.zeros(at.size, dtype=np.uint32)
    chosen[has_one] = codes[places.at(at[has_one])]
    return chosen


def _link_places(text: str) -> npt.NDArray[np.intp]:
    """Where addresses show: at a scheme, ``www.``, or a path after a domain such as ``facebook.com/``."""
    found = [at for at in find_every("/", text) if text.endswith(_LINK_ENDS, 0, at + 1)]
    return np.array([*found, *find_every("www.", text)], dtype=np.intp)
