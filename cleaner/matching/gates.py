"""Gates: cheap properties of a line that say whether a pattern without a literal is tried on it."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import Final, Literal, get_args

import numpy as np

from cleaner.text.arrays import BoolArray, CodeArray
from cleaner.text.characters import EMOJI
from cleaner.text.document import Document
from cleaner.text.parts import Ranks, any_of

__all__ = ["GATES", "GATE_NEEDS", "Gate", "gate_lines"]

Gate = Literal["digits", "at-sign", "hash-sign", "emoji", "link", "copyright-sign", "short"]

GATES: tuple[str, ...] = get_args(Gate)
SHORT_LINE = 80
MIN_DIGITS = 2
# What a line needs to pass each gate, for messages.
GATE_NEEDS: Final[Mapping[Gate, str]] = {
    "digits": "two digits or more",
    "at-sign": "an @",
    "hash-sign": "a #",
    "emoji": "a pictograph",
    "link": "a slash, or a dot right before a letter or digit",
    "copyright-sign": "a ©",
    "short": f"{SHORT_LINE} characters or fewer",
}


def gate_lines(document: Document, gate: Gate) -> BoolArray:
    """For each line whether a gate lets it through.

    ``digits``: two digits or more. ``link``: a slash, or a dot with a letter or digit right behind it.
    ``short``: at most 80 characters. The others: the sign they are named after, at least once.

    >>> gate_lines(Document("siehe example.org\\nEnde. Danke"), "link").tolist()
    [True, False]
    """
    if gate == "short":
        return (document.ends - document.starts) <= SHORT_LINE
    found = Ranks(_SIGNS[gate](document)).between(document.starts, document.ends)
    return np.asarray(found >= (MIN_DIGITS if gate == "digits" else 1))


def _is_joining(codes: CodeArray) -> BoolArray:
    """Which code points are a letter or digit, as stands right behind a dot in an address."""
    is_ascii_letter = ((codes | 0x20) >= 0x61) & ((codes | 0x20) <= 0x7A)
    is_digit = (codes >= 0x30) & (codes <= 0x39)
    return np.asarray(is_ascii_letter | is_digit | (codes > 0xBF))


def _links(codes: CodeArray) -> BoolArray:
    """Which characters are slashes, or dots as in an address."""
    found = np.asarray(codes == 0x2F)
    dots = np.flatnonzero(codes[:-1] == 0x2E)
    found[dots[_is_joining(codes[dots + 1])]] = True
    return found


_SIGNS: dict[str, Callable[[Document], BoolArray]] = {
    "digits": lambda document: (document.codes >= 0x30) & (document.codes <= 0x39),
    "at-sign": lambda document: np.asarray(document.codes == 0x40),
    "hash-sign": lambda document: (document.codes == 0x23) | (document.codes == 0xFF03),
    "emoji": lambda document: any_of(document.classes, EMOJI),
    "link": lambda document: _links(document.codes),
    "copyright-sign": lambda document: np.asarray(document.codes == 0xA9),
}
