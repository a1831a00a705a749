"""The folded form of a text, which patterns are matched against.

Folding maps each character to one character: base letter, lower case, one kind of quote, dash and space.
Combining marks, invisible characters and a space after a space are left out, and `Folded.positions` says
where each remaining character was. So a match in the folded text has exact offsets in the input, and
accents lost in capitals, decomposed letters, typographic quotes and no-break spaces all match.
"""

from __future__ import annotations

import unicodedata
from bisect import bisect_right
from collections.abc import Iterator
from dataclasses import dataclass
from functools import cache

import numpy as np
import numpy.typing as npt

from cleaner.text.arrays import CodeArray, IntArray
from cleaner.text.parts import PART_LENGTH, parts

__all__ = [
    "Folded",
    "count_between",
    "decode",
    "encode",
    "encode_small",
    "find_every",
    "fold",
    "fold_codes",
    "is_cjk",
    "is_dropped",
]

# Scripts whose letters are folded to a base letter; in the others (Kana, Hangul, Indic) a mark makes
# a different letter.
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
        """How many characters of the folded text stand before each of the given offsets of the input."""
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
    """The code points of a text as an array of 8-, 16- or 32-bit integers, the smallest that hold all of them."""
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
    """The folded form of some code points, which of them are left out, and whether the last one is a space."""
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
    """How many of ``places``, given in order, lie between each start and end.

    >>> count_between(np.array([1, 4, 5]), np.array([0, 4]), np.array([4, 9])).tolist()
    [1, 2]
    """
    return np.asarray(np.searchsorted(places, ends) - np.searchsorted(places, starts))


def find_every(sought: str, text: str) -> Iterator[int]:
    """The offsets of all occurrences of a string in a text, including overlapping ones.

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
