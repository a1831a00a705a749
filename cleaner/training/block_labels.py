"""Labels the blocks of a page as article or not, from the gold text; the model is fitted on these labels."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np

from cleaner.text.arrays import BoolArray, FloatArray
from cleaner.training.measures import tokenize

__all__ = ["BlockLabels", "label_blocks"]

SHINGLE = 4
MIN_COVERED = 0.5
# By how many blocks on each side a copy is judged, and a short block.
COPY_REACH = 6
SHORT_REACH = 3
COPY_MIN_TOKENS = 2


@dataclass(frozen=True, slots=True, eq=False)
class BlockLabels:
    """For each block whether it is main content, and its tokens; ``gold``: the tokens of the gold text."""

    is_main: BoolArray
    tokens: list[list[str]]
    gold: list[str]


def label_blocks(texts: Sequence[str], gold: str, lang: str | None) -> BlockLabels:
    """The labels of the blocks of a page.

    A block is main content when half of its tokens stand in 4-token shingles that it shares with the gold, across
    the edges of blocks; a block under four tokens when all do, or when it is a line of the gold beside main content.
    Of copies, as many are main content as the gold has, those with most main content around.
    """
    tokens = [tokenize(text, lang) for text in texts]
    gold_tokens = tokenize(gold, lang)
    covered = _covered(tokens, gold_tokens)
    size = np.array([len(own) for own in tokens], dtype=np.float64)
    share = covered / np.maximum(size, 1.0)
    is_main = np.where(size < SHINGLE, share >= 1.0, share >= MIN_COVERED) & (size > 0)
    weight = np.where(is_main, size, 0.0)
    lines = {tuple(tokenize(line, lang)) for line in gold.splitlines()}
    for number in np.flatnonzero((size < SHINGLE) & (size > 0) & ~is_main).tolist():
        if tuple(tokens[number]) in lines and _around(weight, number, SHORT_REACH) > 0:
            is_main[number] = True
    _settle_copies(is_main, tokens, gold_tokens, weight)
    return BlockLabels(is_main, tokens, gold_tokens)


def _covered(tokens: list[list[str]], gold: list[str]) -> FloatArray:
    """How many tokens of each block are in a shingle that the gold has too."""
    wanted = {tuple(gold[at : at + SHINGLE]) for at in range(len(gold) - SHINGLE + 1)}
    flat = [token for own in tokens for token in own]
    marks = np.zeros(len(flat), dtype=bool)
    for at in range(len(flat) - SHINGLE + 1):
        if tuple(flat[at : at + SHINGLE]) in wanted:
            marks[at : at + SHINGLE] = True
    running = np.concatenate([[0], np.cumsum(marks)])
    edges = np.concatenate([[0], np.cumsum([len(own) for own in tokens])]).astype(np.int64)
    return np.asarray(running[edges[1:]] - running[edges[:-1]], dtype=np.float64)


def _around(weight: FloatArray, number: int, reach: int) -> float:
    low, high = max(number - reach, 0), number + reach + 1
    return float(weight[low:high].sum() - weight[number])


def _settle_copies(is_main: BoolArray, tokens: list[list[str]], gold: list[str], weight: FloatArray) -> None:
    copies: dict[tuple[str, ...], list[int]] = defaultdict(list)
    for number in np.flatnonzero(is_main).tolist():
        copies[tuple(tokens[number])].append(number)
    joined = f" {' '.join(gold)} "
    for own, numbers in copies.items():
        if len(numbers) < 2:
            continue
        allowed = max(joined.count(f" {' '.join(own)} "), 1)
        ranked = sorted(numbers, key=lambda number: (-_around(weight, number, COPY_REACH), number))
        is_main[ranked[allowed:]] = False
