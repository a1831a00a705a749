"""Lines -> plain numbers: sizes, shapes and repetitions, computed with numpy over the whole document."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
import numpy.typing as npt

from cleaner.characters import (
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
    CodeArray,
    classify,
)
from cleaner.text import ClassArray, Document, IntArray, encode
from cleaner.words import WordLists, find_words, powers

__all__ = ["Features", "compute_features"]

FloatArray = npt.NDArray[np.float64]
BoolArray = npt.NDArray[np.bool_]

# One Chinese or Japanese word has about 1.7 characters, so the sizes of all scripts are counted in words.
CHARACTERS_PER_CJK_WORD = 1.7
# Words from this length on carry the topic of a text; those of lines from this size on are its topic.
TOPIC_MIN_LETTERS = 6
TOPIC_MIN_WORDS = 15.0
# Lines with fewer marks and digits look alike by chance.
MIN_MARKS = 3
_BULLETS = "•·*–—-▪◦●■►▶→✓"
_JOINERS = ",.;:!?)%…、，。"
_MARKS = UPPER | DIGIT | CJK | END | SEPARATOR | COMMA | EXCLAMATION | HASH | EMOJI


@dataclass(frozen=True, slots=True, eq=False)
class Features:
    """One number a line for each field; arrays of equal length, in line order.

    ``words`` is the size of a line in words (characters of scripts without spaces are converted).
    ``letters``, ``digits`` and ``length`` are counts of characters. Shares are between 0 and 1.
    ``copies`` counts other lines with the same letters and digits, ``alike`` those with the same letters and
    ``same_opening`` those with the same first word. ``topic_share`` is the share of a line's long words that
    also stand on a long line elsewhere. ``starts_joined``: begins with a small letter or a mark that closes or parts;
    ``ends_open``: ends with a comma or a function word, so that more must follow. ``glued`` counts words that begin
    with a capital inside another word, ``gaps`` spaces between characters of scripts that part no words with them.
    ``same_marks`` counts other lines with the same marks and digits, whatever the letters and the digits are.
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
    starts_digit: BoolArray
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
    gaps: IntArray
    copies: IntArray
    alike: IntArray
    same_marks: IntArray
    same_opening: IntArray
    line_hash: npt.NDArray[np.uint64]


class _Counter:
    """Counts characters a line: frequent ones with a running sum, rare ones by their places."""

    def __init__(self, document: Document) -> None:
        self._starts = document.starts
        self._ends = document.ends

    def frequent(self, mask: npt.NDArray[np.bool_]) -> IntArray:
        """How many marked characters each line has."""
        running = np.zeros(mask.size + 1, dtype=np.int32)
        np.cumsum(mask, out=running[1:])
        return (running[self._ends] - running[self._starts]).astype(np.int64)

    def rare(self, places: npt.NDArray[np.intp]) -> IntArray:
        """How many of some characters each line has; no line end may be among them."""
        if not places.size:
            return np.zeros(self._starts.size, dtype=np.int64)
        return np.bincount(self.lines(places), minlength=self._starts.size)

    def lines(self, places: npt.NDArray[np.intp]) -> npt.NDArray[np.intp]:
        """The line that each of some characters stands on."""
        return np.asarray(np.searchsorted(self._starts, places, side="right") - 1)


class _Marks:
    """The characters of a document that are neither small letters nor spaces, and the counts of their classes a line."""

    def __init__(self, document: Document, count: _Counter) -> None:
        self.places = np.flatnonzero((document.classes & _MARKS) != 0)
        self.classes = document.classes[self.places]
        self.lines = count.lines(self.places)
        self._size = len(document)

    def count(self, bits: int) -> IntArray:
        """How many characters of some classes each line has."""
        return self.count_marked((self.classes & bits) != 0)

    def count_marked(self, marked: BoolArray) -> IntArray:
        """How many of the marked ones of these characters each line has."""
        return np.bincount(self.lines[marked], minlength=self._size)


def compute_features(document: Document, word_lists: WordLists, lang: str | None = None) -> Features:
    """The features of every line of a document.

    ``lang``: the document's main language where it is known; it says whose words of the first and second person
    count, otherwise that of most of the function words.
    """
    codes, classes = document.codes, document.classes
    count = _Counter(document)
    marks = _Marks(document, count)
    letters = count.frequent((classes & LETTER) != 0)
    cjk = marks.count(CJK)
    digits = marks.count(DIGIT)
    is_word = ((classes & (LETTER | DIGIT)) != 0) & ((classes & CJK) == 0)
    starts_word = is_word.copy()
    starts_word[1:] &= ~is_word[:-1]
    spaced_words = count.frequent(starts_word)
    words = spaced_words + cjk / CHARACTERS_PER_CJK_WORD
    is_visible = (classes & SPACE) == 0
    visible = count.frequent(is_visible)
    last, first = _edge_characters(document, is_visible)
    first_class, last_class = classify(first), classify(last)
    starts_lower = (first_class & LOWER) != 0
    folded = encode(document.folded.text)
    folded_classes = classify(folded)
    vocabulary = _Vocabulary(document, folded, folded_classes, word_lists, lang, words)
    line_hash = _line_hashes(document, folded, (folded_classes & (LETTER | DIGIT)) != 0)
    letter_hash = _line_hashes(document, folded, (folded_classes & LETTER) != 0)
    capital = (marks.classes & (UPPER | DIGIT)) != 0
    return Features(
        length=document.ends - document.starts,
        words=words,
        letters=letters,
        upper_share=marks.count(UPPER) / np.maximum(letters, 1),
        capitalised_share=marks.count_marked(capital & starts_word[marks.places]) / np.maximum(spaced_words, 1),
        digit_share=digits / np.maximum(visible, 1),
        cjk_share=cjk / np.maximum(visible, 1),
        stop_word_share=vocabulary.function_words / np.maximum(words, 1),
        person_word_share=vocabulary.person_words / np.maximum(words, 1),
        topic_share=vocabulary.topic_share,
        sentences=marks.count_marked(_sentence_ends(document, marks)),
        ends_sentence=(last_class & END) != 0,
        ends_colon=_is_one_of(last, ":："),
        starts_lower=starts_lower,
        starts_digit=(first_class & DIGIT) != 0,
        starts_joined=starts_lower | _is_one_of(first, _JOINERS),
        ends_open=((last_class & COMMA) != 0) | (vocabulary.ends_in_function_word & ((last_class & LETTER) != 0)),
        starts_quote=(first_class & OPENER) != 0,
        is_bullet=_is_one_of(first, _BULLETS),
        is_blank=visible == 0,
        commas=marks.count(COMMA),
        exclamations=marks.count(EXCLAMATION),
        ellipses=count.rare(_ellipses(codes)),
        links=count.rare(_link_starts(document)),
        emoji=marks.count(EMOJI),
        starts_with_emoji=(first_class & EMOJI) != 0,
        hashtags=marks.count(HASH),
        separators=marks.count(SEPARATOR),
        glued=marks.count_marked(((marks.classes & UPPER) != 0) & _follows(classes, marks.places, LOWER)),
        gaps=marks.count_marked(_before_gaps(document, marks)),
        copies=_copies(line_hash, letters + digits),
        alike=_copies(letter_hash, letters),
        same_marks=_same_marks(document, folded, folded_classes, digits),
        same_opening=_copies(vocabulary.first_word, letters),
        line_hash=line_hash,
    )


class _Vocabulary:
    """What the words of a document say of its lines: one number a line in each field."""

    def __init__(
        self,
        document: Document,
        codes: CodeArray,
        classes: ClassArray,
        word_lists: WordLists,
        lang: str | None,
        words: FloatArray,
    ) -> None:
        begin, hashes = find_words(codes, classes)
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


def _is_one_of(codes: CodeArray, characters: str) -> BoolArray:
    """Which code points are one of a few characters."""
    found = np.zeros(codes.size, dtype=bool)
    for character in characters:
        found |= codes == ord(character)
    return found


def _follows(classes: ClassArray, places: npt.NDArray[np.intp], bits: int) -> BoolArray:
    """Whether a character of some classes stands directly before each place."""
    return np.asarray(((classes[places - 1] & bits) != 0) & (places > 0))


def _precedes(classes: ClassArray, places: npt.NDArray[np.intp], bits: int) -> BoolArray:
    """Whether a character of some classes, or the end of the text, stands directly behind each place."""
    following = np.minimum(places + 1, classes.size - 1)
    return np.asarray((classes[following] & bits) != 0)


def _before_gaps(document: Document, marks: _Marks) -> BoolArray:
    """Which marks end an item of a script without spaces between words: a space follows on their line.

    An item has two characters at least; text that is set with a space behind each character has no items.
    """
    classes, places = document.classes, marks.places
    is_last = places + 1 >= document.ends[marks.lines]
    ends_item = ((marks.classes & CJK) != 0) & _follows(classes, places, CJK) & _precedes(classes, places, SPACE)
    return np.asarray(ends_item & ~is_last)


def _sentence_ends(document: Document, marks: _Marks) -> BoolArray:
    """Which marks end a sentence: such signs before a space, a closing sign or the end, and full-width ones anywhere."""
    is_last = marks.places == document.codes.size - 1
    before_gap = is_last | _precedes(document.classes, marks.places, SPACE | CLOSER)
    return np.asarray(((marks.classes & END) != 0) & (before_gap | (document.codes[marks.places] >= 0x3000)))


def _ellipses(codes: CodeArray) -> npt.NDArray[np.intp]:
    """Where ellipses stand: the character, and the second of two dots or more."""
    single = np.flatnonzero(codes == 0x2026)
    dots = np.flatnonzero(codes == 0x2E)
    is_second = np.zeros(dots.size, dtype=bool)
    is_second[1:] = np.diff(dots) == 1
    is_third = np.zeros(dots.size, dtype=bool)
    is_third[1:] = is_second[1:] & is_second[:-1]
    return np.concatenate([single, dots[is_second & ~is_third]])


def _edge_characters(document: Document, is_visible: BoolArray) -> tuple[CodeArray, CodeArray]:
    """The last character of each line that is neither space nor a closing quote, and the first that is no space."""
    return (
        _pick(document, np.flatnonzero(is_visible & ((document.classes & CLOSER) == 0)), last=True),
        _pick(document, np.flatnonzero(is_visible), last=False),
    )


def _pick(document: Document, candidates: npt.NDArray[np.intp], *, last: bool) -> CodeArray:
    chosen = np.zeros(len(document), dtype=np.uint32)
    if not candidates.size:
        return chosen
    low = np.searchsorted(candidates, document.starts)
    high = np.searchsorted(candidates, document.ends)
    has_one = high > low
    at = high - 1 if last else np.minimum(low, candidates.size - 1)
    chosen[has_one] = document.codes[candidates[at[has_one]]]
    return chosen


def _link_starts(document: Document) -> npt.NDArray[np.intp]:
    """Where addresses begin: a scheme, ``www.``, or a path behind a domain such as ``facebook.com/``."""
    text = document.text
    found: set[int] = set()
    for needle in ("://", "www.", ".com/", ".fr/", ".org/", ".net/"):
        at = text.find(needle)
        while at >= 0:
            found.add(at)
            at = text.find(needle, at + 1)
    return np.array(sorted(found), dtype=np.intp)


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


def _same_marks(document: Document, codes: CodeArray, classes: ClassArray, digits: IntArray) -> IntArray:
    """How many other lines have the same marks and digits in the same order, whatever the digits.

    Only lines with a digit count: the entries of a list in an article have the same marks as well.
    """
    is_mark = (classes & (LETTER | SPACE)) == 0
    plain = np.where((classes & DIGIT) != 0, np.uint32(ord("0")), codes)
    running = np.concatenate([np.zeros(1, dtype=np.int64), np.cumsum(is_mark)])
    count = running[document.folded_ends] - running[document.folded_starts]
    return _copies(_line_hashes(document, plain, is_mark), np.where(count >= MIN_MARKS, digits, 0))


def _copies(hashes: npt.NDArray[np.uint64], size: IntArray) -> IntArray:
    """How many other lines have the same hash; none for lines without size."""
    if not hashes.size:
        return np.zeros(0, dtype=np.int64)
    _, which, counts = np.unique(hashes, return_inverse=True, return_counts=True)
    return np.where((size > 0) & (hashes != 0), counts[which] - 1, 0).astype(np.int64)
