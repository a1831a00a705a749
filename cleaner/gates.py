"""Gates: cheap properties of a line that say whether a pattern without a literal is tried on it."""

from __future__ import annotations

from collections.abc import Callable
from typing import Literal, get_args

import numpy as np
import numpy.typing as npt

from cleaner.characters import CodeArray, is_emoji
from cleaner.text import Document, IntArray

__all__ = ["GATES", "Gate", "gate_lines"]

BoolArray = npt.NDArray[np.bool_]
Gate = Literal["digits", "at-sign", "hash-sign", "emoji", "link", "copyright-sign", "short"]

GATES: tuple[str, ...] = get_args(Gate)
SHORT_LINE = 80
MIN_DIGITS = 2


def gate_lines(document: Document, gate: Gate) -> BoolArray:
    """For each line whether a gate lets it through.

    ``digits``: two digits or more. ``link``: a slash, or a dot with a letter or digit right behind it.
    ``short``: at most 80 characters. The others: the sign they are named after, at least once.

    >>> gate_lines(Document("siehe example.org\\nEnde. Danke"), "link").tolist()
    [True, False]
    """
    if gate == "short":
        return (document.ends - document.starts) <= SHORT_LINE
    return _count(document, _SIGNS[gate](document.codes)) >= (MIN_DIGITS if gate == "digits" else 1)


def _is_joining_dot(codes: CodeArray) -> BoolArray:
    """Which code points are a dot with a letter or digit right behind it, as in an address."""
    marks = np.zeros(codes.size, dtype=bool)
    behind = codes[1:]
    is_ascii_letter = ((behind | 0x20) >= 0x61) & ((behind | 0x20) <= 0x7A)
    is_digit = (behind >= 0x30) & (behind <= 0x39)
    marks[:-1] = (codes[:-1] == 0x2E) & (is_ascii_letter | is_digit | (behind > 0xBF))
    return marks


def _count(document: Document, mask: BoolArray) -> IntArray:
    """How many marked code points each line has."""
    running = np.concatenate([np.zeros(1, dtype=np.int64), np.cumsum(mask)])
    return np.asarray(running[document.ends] - running[document.starts])


_SIGNS: dict[str, Callable[[CodeArray], BoolArray]] = {
    "digits": lambda codes: (codes >= 0x30) & (codes <= 0x39),
    "at-sign": lambda codes: codes == 0x40,
    "hash-sign": lambda codes: (codes == 0x23) | (codes == 0xFF03),
    "emoji": is_emoji,
    "link": lambda codes: (codes == 0x2F) | _is_joining_dot(codes),
    "copyright-sign": lambda codes: codes == 0xA9,
}
