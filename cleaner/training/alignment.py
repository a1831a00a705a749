"""Finds which lines of a scraped text are main content by aligning their tokens with the gold text."""

from __future__ import annotations

from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass
from itertools import chain

import numpy as np
from rapidfuzz.distance import LCSseq

from cleaner.text.arrays import FloatArray, IntArray
from cleaner.training.measures import tokenize

__all__ = ["Alignment", "align_lines"]

TITLE_MIN_SIMILARITY = 0.6
MIN_SHARE = 0.5
BODY_MIN_TOKENS = 12
COPY_MIN_TOKENS = 3
COPY_MIN_SIMILARITY = 0.8


@dataclass(frozen=True, slots=True, eq=False)
class Alignment:
    """For each line its number of tokens, and the share of them that the gold has too."""

    sizes: IntArray
    shares: FloatArray


def align_lines(lines: Sequence[str], gold: str, lang: str | None = None, title: str | None = None) -> Alignment:
    """How lines and gold align: a token counts when it lies on a longest common subsequence of both.

    An alignment keeps the order, so a copy of a sentence in a teaser or a menu is not mistaken for the article. A line
    without tokens has the share 0. If the gold does not begin with ``title``, the title is added as its first line. Of
    several copies of a line above the article the last one counts, which is nearest to the article.

    >>> align_lines(["Menu", "Le conseil a voté", "Le conseil"], "Le conseil a voté hier", "fr").shares.tolist()
    [0.0, 1.0, 0.0]
    """
    tokens = [tokenize(line, lang) for line in lines]
    sizes = np.array([len(line) for line in tokens], dtype=np.int64)
    known: dict[str, int] = {}
    found = [known.setdefault(token, len(known)) for token in chain.from_iterable(tokens)]
    wanted = [known.get(token, -1) for token in _with_title(tokenize(gold, lang), tokenize(title or "", lang))]
    matched = np.zeros(len(found))
    if found and wanted:
        for block in LCSseq.opcodes(found, wanted):
            if block.tag == "equal":
                matched[block.src_start : block.src_end] = 1.0
    owner = np.repeat(np.arange(len(lines)), sizes)
    shares = np.bincount(owner, weights=matched, minlength=len(lines)) / np.maximum(sizes, 1)
    return Alignment(sizes, _at_article(tokens, sizes, shares))


def _at_article(tokens: list[list[str]], sizes: IntArray, shares: FloatArray) -> FloatArray:
    """The shares, with those of lines above the article moved down to their last copies."""
    is_main = shares >= MIN_SHARE
    body = np.flatnonzero(is_main & (sizes >= BODY_MIN_TOKENS))
    if not body.size:
        return shares
    moved = shares.copy()
    for line in np.flatnonzero(is_main[: body[0]] & (sizes[: body[0]] >= COPY_MIN_TOKENS)).tolist():
        for copy in range(int(body[0]) - 1, line, -1):
            if not is_main[copy] and _is_copy(tokens[line], tokens[copy]):
                moved[line], moved[copy] = 0.0, 1.0
                break
    return moved


def _is_copy(tokens: list[str], others: list[str]) -> bool:
    shared = (Counter(tokens) & Counter(others)).total()
    return 2 * shared >= COPY_MIN_SIMILARITY * (len(tokens) + len(others))


def _with_title(gold: list[str], title: list[str]) -> list[str]:
    if not title:
        return gold
    shared = (Counter(title) & Counter(gold[: len(title)])).total()
    return gold if shared >= TITLE_MIN_SIMILARITY * len(title) else [*title, *gold]
