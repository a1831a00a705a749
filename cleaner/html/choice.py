"""Points of the blocks -> which of them are the article.

Blocks are taken from the surest down, as long as the expected F1 of the whole choice grows, so each page has its own
threshold. Then copies, headlines and anything that is not text are removed.
"""

from __future__ import annotations

import math
from collections.abc import Iterable, Sequence
from dataclasses import dataclass

import numpy as np

from cleaner.result import Kind
from cleaner.text.arrays import BoolArray, FloatArray

__all__ = ["Choice", "Mark", "choose_blocks"]

MARK_POINTS = 24.0
# A block of at least this many words that is on the page twice is main content only once.
MIN_REPEATED_WORDS = 6.0
# The article begins at the first block that stays and has at least this many words.
MIN_START_WORDS = 8.0
# A page with less expected F1 has no article; with fewer than FEW_WORDS expected words it needs FEW_MIN_EXPECTED.
MIN_EXPECTED = 0.3
FEW_WORDS, FEW_MIN_EXPECTED = 40.0, 0.8
# UNDER_HEADLINE_MIN_EXPECTED is enough if a paragraph of UNDER_HEADLINE_WORDS stands at most UNDER_HEADLINE_BLOCKS
# blocks after the headline.
UNDER_HEADLINE_WORDS, UNDER_HEADLINE_BLOCKS = 20.0, 3
UNDER_HEADLINE_MIN_EXPECTED = 0.2
_DATA_STARTS = ('{"', "[{", "function(", "var ", "window.", "@media", "<!--")


@dataclass(frozen=True, slots=True)
class Mark:
    """Further evidence for (above zero) or against removing a block."""

    source: str
    points: float
    kind: Kind | None


@dataclass(frozen=True, slots=True, eq=False)
class Choice:
    """Which blocks are kept, and why.

    ``points``: the model's log-odds of main content; ``cut``: what they must exceed on this page; ``expected``: the
    F1 that is expected of the choice; ``marks``: further decisions about single blocks. ``headline``: the copy of the
    headline that stays first, None if no block is one.
    """

    kept: BoolArray
    points: FloatArray
    cut: float
    expected: float
    marks: dict[int, Mark]
    headline: int | None

    def score(self, block: int) -> float:
        """The points for removing a block; the threshold counts only on a page with an article."""
        mark = self.marks.get(block)
        cut = self.cut if math.isfinite(self.cut) else 0.0
        return cut - float(self.points[block]) + (mark.points if mark else 0.0)


def choose_blocks(
    texts: Sequence[str],
    words: FloatArray,
    points: FloatArray,
    headlines: Iterable[int],
    *,
    headline: str,
    threshold: float,
    is_article: bool = False,
) -> Choice:
    """The choice over the blocks of a page.

    ``words``: the size of each block; ``points``: its log-odds of main content. ``headlines``: the blocks that are
    copies of the headline, and ``headline`` what to do with them, see `CleanConfig`. ``is_article``: whether the page is
    known to have an article.
    """
    copies = sorted(set(headlines))
    open_blocks = np.ones(words.size, dtype=bool)
    open_blocks[copies] = False
    chance = 1.0 / (1.0 + np.exp(-np.clip(points, -30.0, 30.0)))
    cut, expected = _cut(chance, words, points, open_blocks)
    kept = open_blocks & (cut - points <= threshold)
    marks = _repeats(texts, words, kept)
    kept[list(marks)] = False
    if not (kept.any() if is_article else _is_article(chance, words, kept, expected, copies)):
        kept[:] = False
        return Choice(kept, points, float("inf"), expected, {}, None)
    first = _first_copy(copies, words, kept)
    for copy in copies:
        stays = headline == "keep" or (headline == "first" and copy == first)
        kept[copy] = stays
        score = cut - float(points[copy])
        marks[copy] = (
            Mark("context.headline", min(0.0, -score) - MARK_POINTS, None)
            if stays
            else Mark("context.headline-copy", max(0.0, -score) + MARK_POINTS, Kind.DUPLICATE_HEADLINE)
        )
    return Choice(kept, points, cut, expected, marks, first)


def _cut(chance: FloatArray, words: FloatArray, points: FloatArray, among: BoolArray) -> tuple[float, float]:
    """The least points that the best choice has, and the F1 that is expected of it."""
    blocks = np.flatnonzero(among & (words > 0.0))
    if not blocks.size:
        return float("inf"), 0.0
    order = blocks[np.argsort(-chance[blocks], kind="stable")]
    found = np.cumsum(chance[order] * words[order])
    taken = np.cumsum(words[order])
    expected = 2.0 * found / (taken + found[-1])
    best = int(np.argmax(expected))
    least = float(points[order[best]])
    below = float(points[order[best + 1]]) if best + 1 < order.size else least - 2.0
    return (least + below) / 2.0, float(expected[best])


def _repeats(texts: Sequence[str], words: FloatArray, kept: BoolArray) -> dict[int, Mark]:
    """Marks for blocks that repeat a kept one, and for data that stand among the text."""
    seen: set[str] = set()
    marks = {}
    for block in np.flatnonzero(kept).tolist():
        text = texts[block]
        if text.startswith(_DATA_STARTS):
            marks[block] = Mark("context.data", MARK_POINTS, Kind.BOILERPLATE)
        elif words[block] >= MIN_REPEATED_WORDS:
            if text in seen:
                marks[block] = Mark("context.repeated", MARK_POINTS, Kind.BOILERPLATE)
            seen.add(text)
    return marks


def _is_article(chance: FloatArray, words: FloatArray, kept: BoolArray, expected: float, copies: Sequence[int]) -> bool:
    """Whether the choice is an article, and not just the best blocks of a page without one."""
    if not kept.any():
        return False
    if expected >= (FEW_MIN_EXPECTED if float((chance * words)[kept].sum()) < FEW_WORDS else MIN_EXPECTED):
        return True
    under = np.zeros(kept.size, dtype=bool)
    for copy in copies:
        under[copy + 1 : copy + 1 + UNDER_HEADLINE_BLOCKS] = True
    is_text = kept & under & (words >= UNDER_HEADLINE_WORDS)
    return expected >= UNDER_HEADLINE_MIN_EXPECTED and bool(is_text.any())


def _first_copy(copies: Sequence[int], words: FloatArray, kept: BoolArray) -> int | None:
    """The last copy of the headline before the article; the first of all copies if none is before it."""
    if not copies:
        return None
    long = np.flatnonzero(kept & (words >= MIN_START_WORDS))
    start = int(long[0]) if long.size else int(np.flatnonzero(kept)[0])
    before = [copy for copy in copies if copy < start]
    return before[-1] if before else copies[0]
