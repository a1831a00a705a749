"""Classes of characters, as bits, looked up for a whole text at once."""

from __future__ import annotations

from functools import cache
from unicodedata import category

import numpy as np
import numpy.typing as npt

from cleaner.text import CodeArray

__all__ = [
    "CJK",
    "CLOSER",
    "COMMA",
    "DIGIT",
    "END",
    "LETTER",
    "LOWER",
    "OPENER",
    "SEPARATOR",
    "SPACE",
    "UPPER",
    "classify",
]

LETTER, UPPER, LOWER, DIGIT, CJK, SPACE, END, CLOSER, SEPARATOR, COMMA, OPENER = (1 << bit for bit in range(11))
_MARKED = (
    (".!?…。！？؟۔\u037e।", END),
    ("\"'»”’)]}›」』】*_", CLOSER),
    ("|›»•·¦>/", SEPARATOR),
    (",،，、", COMMA),
    ('"«“„‘「『»', OPENER),
)
_UNSPACED = ((0x2E80, 0x3000), (0x3005, 0x3008), (0x3040, 0xA000), (0xF900, 0xFB00), (0x0E00, 0x0F00))


def classify(codes: CodeArray) -> npt.NDArray[np.uint16]:
    """The class bits of each code point; those beyond the basic plane have the class of U+FFFF, none."""
    return _table()[np.minimum(codes, 0xFFFF)]


@cache
def _table() -> npt.NDArray[np.uint16]:
    classes = np.zeros(0x10000, dtype=np.uint16)
    for code in range(0x10000):
        character = chr(code)
        # Marks belong to the letter before them: vowel signs of Indic scripts, accents that stand by themselves.
        if character.isalpha() or category(character) in ("Mn", "Mc"):
            classes[code] |= LETTER
            if character.isupper():
                classes[code] |= UPPER
            elif character.islower():
                classes[code] |= LOWER
        elif character.isdigit():
            classes[code] |= DIGIT
        elif character.isspace():
            classes[code] |= SPACE
    for first, last in _UNSPACED:
        classes[first:last] |= np.where(classes[first:last] & LETTER, np.uint16(CJK), np.uint16(0))
    for characters, bit in _MARKED:
        for character in characters:
            classes[ord(character)] |= bit
    classes.setflags(write=False)
    return classes
