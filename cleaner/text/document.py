"""A document as lines with offsets, and the folded form that patterns are matched against.

Folding maps each character to one character: base letter, lower case, one kind of quote, dash and space.
Combining marks, invisible characters and a space after a space are left out, and `Folded.positions` says
where each remaining character stood. So a match in the folded text has exact offsets in the input, and
accents lost in capitals, decomposed letters, typographic quotes and no-break spaces all match.
"""

from __future__ import annotations

import re
import unicodedata
from bisect import bisect_right
from collections.abc import Iterator
from dataclasses import dataclass
from functools import cache, cached_property
from typing import Any, Literal

import numpy as np
import numpy.typing as npt

from cleaner.clock import NO_LIMIT, Clock
from cleaner.result import Line
from cleaner.text.arrays import ClassArray, CodeArray, IntArray
from cleaner.text.characters import COLUMN_SPACE, LINE_END, classify
from cleaner.text.parts import PART_LENGTH, Ranks, any_of, parts

__all__ = ["Document", "Folded", "count_between", "find_every", "fold", "is_cjk", "split_lines"]

Split = Literal["all", "columns", "none"]

# Scripts whose letters are folded to a base letter; in the others (Kana, Hangul, Indic) a mark makes
# another letter.
_FOLDED_RANGES = (
    (0x41, 0x590),
    (0x1C80, 0x1C90),
    (0x1D00, 0x2000),
    (0x2C60, 0x2C80),
    (0xA640, 0xA800),
    (0xAB30, 0xAB70),
)
_FULLWIDTH_RANGE = (0xFF01, 0xFF5F)
_MARK_RANGES = (
    (0x0300, 0x0370),
    (0x0483, 0x048A),
    (0x0591, 0x05BE),
    (0x05BF, 0x05C0),
    (0x05C1, 0x05C3),
    (0x05C4, 0x05C6),
    (0x0610, 0x061B),
    (0x0640, 0x0641),
    (0x064B, 0x0660),
    (0x0670, 0x0671),
    (0x1AB0, 0x1B00),
    (0x1DC0, 0x1E00),
    (0x20D0, 0x20F1),
    (0xFE00, 0xFE10),
    (0xFE20, 0xFE30),
)
_INVISIBLE = (0xAD, 0x200B, 0x200C, 0x200D, 0x200E, 0x200F, 0x202A, 0x202B, 0x202C, 0x202D, 0x202E, 0x2060, 0xFEFF)
_SINGLE_QUOTES = "‘’‚‛′‹›ʼ`´＇"
_DOUBLE_QUOTES = "“”„‟″«»＂〝〞"
_DASHES = "‐‑‒–—―−﹘﹣－"
_SPACES = "\t\x0b\x0c\x1c\x1d\x1e\x1f\xa0\u1680\u2000\u2001\u2002\u2003\u2004\u2005\u2006\u2007\u2008\u2009\u200a\u202f\u205f\u3000"
_TABLE_SIZE = 0x10000
_SKIP = 0
# A line this long, in characters, may be several columns side by side; so many spaces stand between columns.
WIDE_MIN_LENGTH = 60
COLUMN_MIN_SPACES = 4
# A line this long, in characters, with so many different seams is fused out of several; one this long that is most of
# its text has lost its line ends (set by hand).
FUSED_MIN_LENGTH, FUSED_MIN_SEAMS = 200, 3
LONG_MIN_LENGTH, LONG_MIN_SHARE = 900, 0.6
# How far from a break a word must stand, in characters.
WORD_MAX_DISTANCE = 40
# Where a capital follows a small letter, a digit or a sentence end without a space, pieces were fused.
_SEAM = re.compile(r"(?:[a-zß-öø-ÿα-ωа-я]{4}|[a-zß-öø-ÿα-ωа-я]{2}[.!?…»)\]])(?=[A-ZÀ-ÖØ-ÞΑ-ΩА-Я«“])")
_BREAK = re.compile(
    r"(?<=[a-zß-öø-ÿα-ωа-я]{3}[.!?…»)\]])(?=[A-ZÀ-ÖØ-ÞΑ-ΩА-Я«“])"
    # Links fused with each other stay one piece, for patterns know them so; what reads like a sentence is parted.
    r"|(?<=[a-zß-öø-ÿα-ωа-я]{4})(?=[A-ZÀ-ÖØ-ÞΑ-ΩА-Я][a-zß-öø-ÿα-ωа-я'’]*(?: [^\s]+){4})"
    r"|(?<=[a-zß-öø-ÿα-ωа-я\d]{2}[.!?…])[ \t\xa0]+(?=[A-ZÀ-ÖØ-ÞΑ-ΩА-Я«“\"—–-])"
    r"|(?<=[.!?…][»”\"])[ \t\xa0]+(?=[A-ZÀ-ÖØ-ÞΑ-ΩА-Я«“\"—–-])|(?<=[.!?…][\xa0 ][»”\"])[ \t\xa0]+(?=[A-ZÀ-ÖØ-ÞΑ-ΩА-Я«“\"—–-])"
    r"|(?<=[。！？])"
)
_COLUMN_SPACE = re.compile(rf"[ \t\xa0\u3000]{{{COLUMN_MIN_SPACES},}}")


@cache
def _fold_table() -> CodeArray:
    table = np.arange(_TABLE_SIZE, dtype=np.uint32)
    for first, last in _FOLDED_RANGES:
        for code in range(first, last):
            table[code] = _base_letter(code)
    for code in range(*_FULLWIDTH_RANGE):
        table[code] = _base_letter(code - 0xFEE0)
    for first, last in _MARK_RANGES:
        table[first:last] = _SKIP
    table[list(_INVISIBLE)] = _SKIP
    for characters, folded in ((_SINGLE_QUOTES, "'"), (_DOUBLE_QUOTES, '"'), (_DASHES, "-"), (_SPACES, " ")):
        table[[ord(character) for character in characters]] = ord(folded)
    table[ord("ς")] = ord("σ")
    table[ord("ı")] = ord("i")
    table[ord("İ")] = ord("i")
    table = table[table]  # what a letter folds to may itself fold to something plainer
    table.setflags(write=False)
    return table


def _base_letter(code: int) -> int:
    decomposed = unicodedata.normalize("NFD", chr(code))
    lowered = decomposed[0].lower()
    return ord(lowered[0])


def is_cjk(character: str) -> bool:
    """Whether a character belongs to a script written without spaces between words.

    >>> is_cjk("新"), is_cjk("の"), is_cjk("é")
    (True, True, False)
    """
    code = ord(character)
    return (
        0x2E80 <= code <= 0x9FFF or 0xF900 <= code <= 0xFAFF or 0x20000 <= code <= 0x3FFFF or 0x0E00 <= code <= 0x0EFF
    )


@dataclass(frozen=True, slots=True, eq=False)
class Folded:
    """Folded text, and what it leaves out: ``gaps[k]`` characters of it stand before the left-out character ``k``."""

    text: str
    gaps: IntArray

    def position(self, at: int) -> int:
        """The offset in the input of the character at an offset of the folded text, in characters."""
        return at + bisect_right(self.gaps.data, at)

    def before(self, places: IntArray) -> IntArray:
        """How many characters of the folded text stand before each of some places of the input, in characters."""
        return places - np.searchsorted(self.dropped, places)

    @property
    def dropped(self) -> IntArray:
        """The offsets in the input of the characters that are left out, in order."""
        return np.asarray(self.gaps + np.arange(self.gaps.size))

    @property
    def positions(self) -> IntArray:
        """The offset in the input of each character of the folded text."""
        return np.delete(np.arange(len(self.text) + self.gaps.size), self.dropped)


def encode(text: str) -> CodeArray:
    """The code points of a text, lone surrogates included, as an array of 32-bit integers."""
    return np.frombuffer(text.encode("utf-32-le", "surrogatepass"), dtype=np.uint32)


def encode_small(text: str) -> CodeArray:
    """The code points of a text as an array of integers of 8, 16 or 32 bits, the fewest that all of them fit into."""
    if text.isascii():
        return np.frombuffer(text.encode("ascii"), dtype=np.uint8)
    units = np.frombuffer(text.encode("utf-16-le", "surrogatepass"), dtype="<u2")
    return units if units.size == len(text) else encode(text)


def decode(codes: CodeArray) -> str:
    """The text of an array of code points."""
    if codes.size <= PART_LENGTH:
        return codes.astype("<u4").tobytes().decode("utf-32-le", "surrogatepass")
    return "".join(decode(codes[part]) for part in parts(codes.size))


def fold_codes(codes: CodeArray) -> Folded:
    """The folded form of code points; see `fold`."""
    texts, dropped = [], []
    after_space = False
    for part in parts(codes.size):
        folded, is_left_out, after_space = _fold_part(codes[part], after_space=after_space)
        texts.append(decode(folded))
        dropped.append(np.flatnonzero(is_left_out) + part.start)
    left_out = dropped[0] if len(dropped) == 1 else np.concatenate(dropped)
    return Folded("".join(texts), left_out - np.arange(left_out.size))


def _fold_part(codes: CodeArray, *, after_space: bool) -> tuple[CodeArray, npt.NDArray[np.bool_], bool]:
    """The folded form of some code points, which of them are left out, and whether a space is what stands last."""
    table = _fold_table()
    if codes.itemsize > 2 and codes.size and int(codes.max()) >= _TABLE_SIZE:
        folded = np.where(codes < _TABLE_SIZE, table.take(codes, mode="clip"), codes)
    else:
        folded = table.take(codes)
    is_left_out = folded == _SKIP
    shown = np.flatnonzero(~is_left_out) if is_left_out.any() else None
    if shown is not None:
        folded = folded.take(shown)
    is_space = folded == 0x20
    again = is_space.copy()
    again[1:] &= is_space[:-1]
    again[:1] &= after_space
    if again.any():
        is_left_out[again if shown is None else shown[again]] = True
        folded = folded[~again]
    return folded, is_left_out, bool(is_space[-1]) if is_space.size else after_space


def count_between(places: IntArray, starts: IntArray, ends: IntArray) -> IntArray:
    """How many of some places, given in order, are between each start and end.

    >>> count_between(np.array([1, 4, 5]), np.array([0, 4]), np.array([4, 9])).tolist()
    [1, 2]
    """
    return np.asarray(np.searchsorted(places, ends) - np.searchsorted(places, starts))


def find_every(sought: str, text: str) -> Iterator[int]:
    """All places of a string in a text, also those that overlap.

    >>> list(find_every("aa", "aaab"))
    [0, 1]
    """
    at = text.find(sought)
    while at >= 0:
        yield at
        at = text.find(sought, at + 1)


def is_dropped(code: int) -> bool:
    """Whether folding leaves a code point out wherever it stands: marks and invisible characters."""
    return code < _TABLE_SIZE and int(_fold_table()[code]) == _SKIP


def fold(text: str) -> str:
    """The form of a text in which patterns are compared: base letters, lower case, plain punctuation.

    >>> fold("RÉPONDRE\\u00a0« Élu »"), fold("re\\u0301pondre"), fold("ΑΠΆΝΤΗΣΗΣ")
    ('repondre " elu "', 'repondre', 'απαντησησ')
    """
    return fold_codes(encode(text)).text


class Document:
    """A text with its line table: arrays of offsets in characters, one entry a line.

    ``starts[i]:ends[i]`` is line ``i`` without its line end, ``stops[i]`` is behind the line end. Line ends
    are LF, CR, CRLF, NEL, U+2028 and U+2029. A text that ends in a line end has no empty last line.

    A wide line, where columns of a page stand side by side with runs of spaces between them, is one line for each
    column; a line that has lost its line ends is one for each sentence. ``split``: both (``"all"``), only ``"columns"``,
    or ``"none"``. ``clock``: the time that the document has. Such a part stops where the next one starts, and ``numbers[i]`` says which line of the text it is part of.

    >>> document = Document("Sport        Der Rat hat den Haushalt am Montag mit knapper Mehrheit beschlossen.\\nEnde")
    >>> document.line_texts[0], document.numbers.tolist()
    ('Sport', [0, 0, 1])
    """

    __slots__ = ("__dict__", "clock", "ends", "numbers", "starts", "stops", "text")

    def __init__(self, text: str, split: Split = "all", clock: Clock = NO_LIMIT) -> None:
        self.text = text
        self.clock = clock
        table = _line_table(self.codes, self.classes)
        self.starts, self.ends, self.stops, self.numbers = _split_lines(self, *table, split)

    def __len__(self) -> int:
        return self.starts.size

    @cached_property
    def codes(self) -> CodeArray:
        """The code points of the text; see `encode_small`."""
        return encode_small(self.text)

    @cached_property
    def classes(self) -> ClassArray:
        """The class bits of each character; see `cleaner.text.characters`."""
        return classify(self.codes)

    @cached_property
    def folded(self) -> Folded:
        """The folded form of the whole document; line ends stay in it."""
        return fold_codes(self.codes)

    @cached_property
    def shown(self) -> str:
        """The characters of the folded text as they were before folding: same length, same offsets."""
        if not self.folded.gaps.size:
            return self.text
        shown: Any = np.delete(self.codes, self.folded.dropped)
        return decode(shown)

    @cached_property
    def folded_starts(self) -> IntArray:
        """Where each line starts in the folded text."""
        return self.folded.before(self.starts)

    @cached_property
    def folded_ends(self) -> IntArray:
        """Where each line ends in the folded text, its line end not included."""
        return self.folded.before(self.ends)

    def release(self) -> None:
        """Let go of the forms of the text, which take most of its memory; they are made again when they are asked for."""
        self.__dict__.clear()

    def release_classes(self) -> None:
        """Let go of the code points of a long text and their classes, as `release` does; a short one keeps them."""
        if len(self.text) > PART_LENGTH:
            self.__dict__.pop("codes", None)
            self.__dict__.pop("classes", None)

    def line_text(self, index: int) -> str:
        """The characters of a line without its line end."""
        return self.text[int(self.starts[index]) : int(self.ends[index])]

    def folded_line(self, index: int) -> str:
        """The folded characters of a line."""
        return self.folded.text[int(self.folded_starts[index]) : int(self.folded_ends[index])]

    def has_word_outside(self, index: int, spans: list[tuple[int, int]]) -> bool:
        """Whether a line holds a letter or digit outside of some spans of the document, given in order."""
        position = int(self.starts[index])
        for start, end in [*spans, (int(self.ends[index]),) * 2]:
            if any(character.isalnum() for character in self.text[position:start]):
                return True
            position = max(position, end)
        return False

    @cached_property
    def line_texts(self) -> tuple[str, ...]:
        """The texts of all lines, surrounding space removed."""
        text = self.text
        return tuple(text[a:b].strip() for a, b in zip(self.starts.tolist(), self.ends.tolist(), strict=True))

    @cached_property
    def folded_lines(self) -> tuple[str, ...]:
        """The folded texts of all lines, surrounding space removed."""
        text = self.folded.text
        return tuple(
            text[a:b].strip(" ") for a, b in zip(self.folded_starts.tolist(), self.folded_ends.tolist(), strict=True)
        )


def _line_table(codes: CodeArray, classes: ClassArray) -> tuple[IntArray, IntArray, IntArray]:
    breaks = np.flatnonzero(any_of(classes, LINE_END))
    if breaks.size:
        follows_return = np.zeros(breaks.size, dtype=bool)
        follows_return[1:] = (codes[breaks[1:]] == 0x0A) & (codes[breaks[1:] - 1] == 0x0D)
        first = breaks[~follows_return]
        is_pair = np.zeros(breaks.size, dtype=bool)
        is_pair[:-1] = follows_return[1:]
        stops = first + 1 + is_pair[~follows_return]
    else:
        first = stops = breaks
    starts = np.concatenate([np.zeros(1, dtype=np.int64), stops])
    ends = np.concatenate([first, np.array([codes.size], dtype=np.int64)])
    stops = np.concatenate([stops, np.array([codes.size], dtype=np.int64)])
    if starts[-1] == codes.size:
        return starts[:-1], ends[:-1], stops[:-1]
    return starts, ends, stops


def _split_lines(
    document: Document, starts: IntArray, ends: IntArray, stops: IntArray, split: Split
) -> tuple[IntArray, IntArray, IntArray, IntArray]:
    """The line table with the parts of wide and long lines as lines, and the number of the line that each is part of."""
    parts: dict[int, list[tuple[int, int]]] = {}
    if split != "none":
        wide = _wide_lines(document.classes, starts, ends).tolist()
        parts |= {line: _columns(document, int(starts[line]), int(ends[line])) for line in document.clock.watch(wide)}
    if split == "all":
        long = _long_lines(document, starts, ends)
        parts |= {line: _sentences(document, int(starts[line]), int(ends[line])) for line in long}
    parts = {line: spans for line, spans in parts.items() if len(spans) > 1}
    numbers = np.arange(starts.size, dtype=np.int64)
    if not parts:
        return starts, ends, stops, numbers
    counts = np.ones(starts.size, dtype=np.int64)
    counts[list(parts)] = [len(spans) for spans in parts.values()]
    numbers = np.repeat(numbers, counts)
    starts, ends, stops = starts[numbers], ends[numbers], stops[numbers]
    first = np.cumsum(counts) - counts
    for line, spans in parts.items():
        low, high = int(first[line]), int(first[line]) + len(spans)
        starts[low:high] = [start for start, _ in spans]
        ends[low:high] = [end for _, end in spans]
        stops[low : high - 1] = starts[low + 1 : high]
    return starts, ends, stops, numbers


def _wide_lines(classes: ClassArray, starts: IntArray, ends: IntArray) -> IntArray:
    """The long lines with a run of spaces between two other characters."""
    long = np.flatnonzero(ends - starts > WIDE_MIN_LENGTH)
    if not long.size:
        return long
    is_space = any_of(classes, COLUMN_SPACE)
    run = is_space[: 1 - COLUMN_MIN_SPACES].copy()
    for shift in range(1, COLUMN_MIN_SPACES):
        run &= is_space[shift : run.size + shift]
    found, shown = Ranks(run), Ranks(~is_space)
    if not shown.count:
        return long[:0]
    first = shown.at(np.minimum(shown.before(starts[long]), shown.count - 1))
    last = shown.at(np.maximum(shown.before(ends[long]) - 1, 0))
    return long[found.before(last) > found.before(first)]


def _columns(document: Document, start: int, end: int) -> list[tuple[int, int]]:
    """The spans of the columns of a line; what holds no word of two characters is no column of its own."""
    text = document.text
    spans: list[tuple[int, int]] = []
    first, piece, filled = start, start, False
    for space in document.clock.watch(_COLUMN_SPACE.finditer(text, start, end)):
        filled = filled or _has_word(text[piece : space.start()])
        if filled:
            spans.append((first, space.start()))
            first, filled = space.end(), False
        piece = space.end()
    if filled or not spans or _has_word(text[piece:end]):
        return [*spans, (first, end)]
    return [*spans[:-1], (spans[-1][0], end)]


def _long_lines(document: Document, starts: IntArray, ends: IntArray) -> list[int]:
    """The lines that hold what once stood on many: most of a text without line ends, or pieces fused without a space."""
    text = document.text
    found = []
    for line in document.clock.watch(np.flatnonzero(ends - starts >= FUSED_MIN_LENGTH).tolist()):
        start, end = int(starts[line]), int(ends[line])
        is_most = end - start >= max(LONG_MIN_LENGTH, LONG_MIN_SHARE * len(text))
        if is_most or len(set(_SEAM.findall(text, start, end))) >= FUSED_MIN_SEAMS:
            found.append(line)
    return found


def _sentences(document: Document, start: int, end: int) -> list[tuple[int, int]]:
    """The spans of the sentences of a line, parted at sentence ends and at seams of fused pieces."""
    text = document.text
    spans: list[tuple[int, int]] = []
    first = start
    for seam in document.clock.watch(_BREAK.finditer(text, start, end)):
        near = max(first, seam.start() - WORD_MAX_DISTANCE)
        if (
            _has_word(text[near : seam.start()])
            and _has_word(text[seam.end() : min(seam.end() + WORD_MAX_DISTANCE, end)])
            and not _is_fused_link(text, seam.start(), seam.end())
        ):
            spans.append((first, seam.start()))
            first = seam.end()
    return [*spans, (first, end)]


def _is_fused_link(text: str, start: int, end: int) -> bool:
    """Whether a seam parts words that both begin with a capital: links that were fused, which patterns know as one."""
    if end > start or not text[start - 1].isalpha():
        return False
    at = start - 1
    while at and text[at - 1].isalpha() and start - at < WORD_MAX_DISTANCE:
        at -= 1
    return text[at].isupper()


def _has_word(text: str) -> bool:
    found = filter(str.isalnum, text)
    return bool(next(found, "") and next(found, ""))


def split_lines(text: str) -> list[Line]:
    """The lines of a text with their offsets, in characters; wide lines are not split.

    >>> [(line.start, line.end, line.stop) for line in split_lines("a\\r\\nbc\\u2028")]
    [(0, 1, 3), (3, 5, 6)]
    """
    codes = encode(text)
    table = zip(*(column.tolist() for column in _line_table(codes, classify(codes))), strict=True)
    return [Line(index, start, end, stop) for index, (start, end, stop) in enumerate(table)]
