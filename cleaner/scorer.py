"""Signals and weights -> points, line by line: a sum of named terms, so that the sum is the explanation.

Points are log-odds of noise: above zero they speak for noise, below zero for the article. A first pass weighs each
line's own signals; a second one weighs them again together with what the first found around the line.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field

import numpy as np

from cleaner.analysis import Analysis
from cleaner.features import FloatArray
from cleaner.signals import Clues, first_signals, second_signals
from cleaner.text import IntArray
from cleaner.weights import Weights

__all__ = ["LinePoints", "rawness", "score_lines"]

SHORT_MAX_WORDS = 9
RAW_PRIOR, RAW_SHORT, RAW_HEAD, RAW_TAIL = -9.2, 1.3, 1.65, 0.72
RAW_FROM, RAW_FULLY = 0.5, 0.8


@dataclass(frozen=True, slots=True, eq=False)
class LinePoints:
    """Points of each term for each filled line: ``values[t, k]`` are those of ``terms[t]`` for line ``lines[k]``.

    ``context``: further points by name, which the document gives to its lines. ``total`` is the sum of all of them,
    one number a filled line. ``values`` has no terms where nobody is going to ask for the evidence.
    """

    lines: IntArray
    terms: tuple[str, ...]
    values: FloatArray
    total: FloatArray
    context: Mapping[str, FloatArray] = field(default_factory=dict)

    def with_context(self, name: str, points: FloatArray) -> LinePoints:
        """The points with further ones by the document."""
        return LinePoints(self.lines, self.terms, self.values, self.total + points, {**self.context, name: points})


def rawness(analysis: Analysis) -> float:
    """How much a document looks like a whole page flattened: 0 for extracted text, 1 for a raw page.

    A page has many short lines without a sentence end, and runs of them above the first and below the last line
    of prose. The three weights are a logistic fit to 3,300 real texts of both sorts: at 0.5 it takes 2 % of
    extracted texts and 0.3 % of clean articles for pages, and misses 7 % of pages.
    """
    prose = (analysis.prose & ~analysis.strong)[analysis.filled]
    lines = np.flatnonzero(prose)
    above, below = (lines[0], prose.size - 1 - lines[-1]) if lines.size else (prose.size, 0)
    short = (analysis.features.words < SHORT_MAX_WORDS) & ~analysis.features.ends_sentence & ~analysis.features.is_blank
    odds = RAW_PRIOR + RAW_SHORT * np.log1p(short.sum()) + RAW_HEAD * np.log1p(above) + RAW_TAIL * np.log1p(below)
    chance = 1.0 / (1.0 + np.exp(-odds))
    return min(max(float((chance - RAW_FROM) / (RAW_FULLY - RAW_FROM)), 0.0), 1.0)


def score_lines(analysis: Analysis, clues: Clues, weights: Weights, *, explain: bool = True) -> LinePoints:
    """The points of every filled line; see `cleaner.signals` for what is weighed. ``explain``: keep each term's."""
    lines = analysis.filled
    words = analysis.features.words[lines]
    first = first_signals(analysis, clues)
    odds = -weights.first.totals(first, clues.raw)
    columns = first | second_signals(odds, words)
    if not explain:
        return LinePoints(lines, (), np.empty((0, lines.size)), weights.second.totals(columns, clues.raw))
    values = weights.second.points(columns, clues.raw)
    return LinePoints(lines, weights.second.terms, values, values.sum(axis=0))
