"""Classes of characters, as bits, looked up for a whole text at once."""

from __future__ import annotations

from functools import cache
from unicodedata import category

import numpy as np
import numpy.typing as npt

from cleaner.text.arrays import CodeArray
from cleaner.text.parts import PART_LENGTH, parts

__all__ = [
    "CJK",
    "CLOSER",
    "COLUMN_SPACE",
    "COMMA",
    "DIGIT",
    "EMOJI",
    "END",
    "EXCLAMATION",
    "HASH",
    "LETTER",
    "LINE_END",
    "LOWER",
    "OPENER",
    "SEPARATOR",
    "SPACE",
    "UPPER",
    "classify",
    "is_emoji",
]


(
    LETTER,
    UPPER,
    LOWER,
    DIGIT,
    CJK,
    SPACE,
    END,
    CLOSER,
    SEPARATOR,
    COMMA,
    OPENER,
    LINE_END,
    EXCLAMATION,
    HASH,
    EMOJI,
    (COLUMN_SPACE),
) = (1 << bit for bit in range(16))
_MARKED = (
    (".!?…。！？؟۔\u037e।", END),
    ("\"'»”’)]}›」』】*_", CLOSER),
    ("|›»•·¦>/", SEPARATOR),
    (",،，、", COMMA),
    ('"«“„‘「『»', OPENER),
    ("\n\r\x85\u2028\u2029", LINE_END),
    ("!?！？؟", EXCLAMATION),
    ("#＃", HASH),
    (" \t\xa0\u3000", COLUMN_SPACE),
)
# Blocks with a single class are not looked up character by character: ideographs and syllables are letters, surrogates
# and private-use characters have no class.
_ALL_LETTERS = ((0x3400, 0x4DC0), (0x4E00, 0xA000), (0xAC00, 0xD7A4))
_MIXED = ((0, 0x3400), (0x4DC0, 0x4E00), (0xA000, 0xAC00), (0xD7A4, 0xD800), (0xF900, 0x10000))
_UNSPACED = ((0x2E80, 0x3000), (0x3005, 0x3008), (0x3040, 0xA000), (0xF900, 0xFB00), (0x0E00, 0x0F00))


def classify(codes: CodeArray) -> npt.NDArray[np.uint16]:
    """The class bits of each code point; outside the Basic Multilingual Plane only pictographs have any."""
    if codes.size > PART_LENGTH:
        classes = np.empty(codes.size, dtype=np.uint16)
        for part in parts(codes.size):
            classes[part] = classify(codes[part])
        return classes
    if codes.itemsize > 2 and codes.size and int(codes.max()) > 0xFFFF:
        classes = _table().take(codes, mode="clip")
        classes[is_emoji(codes)] = EMOJI
        return classes
    return _table().take(codes)


def is_emoji(codes: CodeArray) -> npt.NDArray[np.bool_]:
    """Which code points are pictographs: emoji, dingbats and geometric marks that lead promotional lines."""
    return (
        ((codes >= 0x1F000) & (codes <= 0x1FAFF))
        | ((codes >= 0x2600) & (codes <= 0x27BF))
        | ((codes >= 0x2B00) & (codes <= 0x2BFF))
        | ((codes >= 0x231A) & (codes <= 0x23FF))
    )


@cache
def _table() -> npt.NDArray[np.uint16]:
    classes = np.zeros(0x10000, dtype=np.uint16)
    for first, last in _ALL_LETTERS:
        classes[first:last] = LETTER
    for first, last in _MIXED:
        classes[first:last] = [_class_of(chr(code)) for code in range(first, last)]
    for first, last in _UNSPACED:
        classes[first:last] |= np.where(classes[first:last] & LETTER, np.uint16(CJK), np.uint16(0))
    classes[is_emoji(np.arange(0x10000, dtype=np.uint32))] |= EMOJI
    for characters, bit in _MARKED:
        for character in characters:
            classes[ord(character)] |= bit
    classes.setflags(write=False)
    return classes


def _class_of(character: str) -> int:
    # Marks belong to the letter before them: vowel signs of Indic scripts, combining accents.
    if character.isalpha() or category(character) in ("Mn", "Mc"):
        return LETTER | (UPPER if character.isupper() else LOWER if character.islower() else 0)
    if character.isdigit():
        return DIGIT
    return SPACE if character.isspace() else 0
