"""Signals and weights -> points, line by line: a sum of named terms, so that the sum is the explanation.

Points are log-odds of noise: above zero they speak for noise, below zero for the article. A first pass weighs each
line's own signals; a second one weighs them again, with what the first pass found around the line.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from functools import cache
from pathlib import Path

import numpy as np

from cleaner.data import model_text
from cleaner.lines.analysis import Analysis
from cleaner.lines.signals import GROUPS, Clues, first_signals, second_signals, signal_names
from cleaner.lines.weights import Weights, load_weights, read_weights_file
from cleaner.result import Evidence
from cleaner.text.arrays import FloatArray, IntArray
from cleaner.text.document import Document

__all__ = ["LinePoints", "builtin_weights", "page_likeness", "read_weights", "score_lines"]

# In the evidence, terms of the line scorer with fewer points are summed by group.
NAMED_MIN_POINTS = 0.4
SHORT_MAX_WORDS = 9
# Fitted on every fourth page of four labelled sets: short lines, lines above the prose, kinds with a strong hit, lines
# of the interface, named lines below the prose.
PAGE_PRIOR, PAGE_WEIGHTS = -6.15, (0.27, 0.64, 1.5, 1.05, 0.84)
# Below the first probability a text counts as extracted, from the second on as a whole page (set by hand).
PAGE_FROM, PAGE_FULLY = 0.4, 0.9


@dataclass(frozen=True, slots=True, eq=False)
class LinePoints:
    """Points of each term for each filled line: ``values[t, k]`` are those of ``terms[t]`` for line ``lines[k]``.

    ``context``: further points by name, which the document gives to its lines. ``total`` is the sum of all of them,
    one number per filled line. ``values`` has no terms if the evidence is not needed.
    """

    lines: IntArray
    terms: tuple[str, ...]
    values: FloatArray
    total: FloatArray
    context: Mapping[str, FloatArray] = field(default_factory=dict)

    def with_context(self, name: str, points: FloatArray) -> LinePoints:
        """The points with further ones that the document gives."""
        return LinePoints(self.lines, self.terms, self.values, self.total + points, {**self.context, name: points})

    def evidence(self, document: Document, line: int) -> tuple[Evidence, ...]:
        """The points that the document gives a line, then the terms of the scorer: largest first, small ones by group."""
        at = int(np.searchsorted(self.lines, line))
        if at == self.lines.size or self.lines[at] != line:
            return ()
        start, end = int(document.starts[line]), int(document.ends[line])
        values = self.values[:, at]
        is_large = np.abs(values) >= NAMED_MIN_POINTS
        named = [(self.terms[term], float(values[term])) for term in np.flatnonzero(is_large).tolist()]
        # The sum of a group's smaller terms: the line's shape, its place, its surroundings.
        names, groups = _groups(self.terms)
        small = np.flatnonzero(~is_large & (values != 0.0))
        sums = np.bincount(groups[small], weights=values[small], minlength=len(names))
        named += [(names[group], float(sums[group])) for group in dict.fromkeys(groups[small].tolist())]
        context = [(name, float(column[at])) for name, column in self.context.items()]
        ordered = context + sorted(named, key=lambda item: -abs(item[1]))
        return tuple(Evidence(name, value, start, end) for name, value in ordered if value)


@cache
def _groups(terms: tuple[str, ...]) -> tuple[tuple[str, ...], IntArray]:
    """The names of the groups of some terms, and the number of each term's group."""
    own = [f"{term.partition('.')[0]}.smaller-terms" for term in terms]
    names = tuple(dict.fromkeys(own))
    return names, np.array([names.index(group) for group in own], dtype=np.int64)


def page_likeness(analysis: Analysis) -> float:
    """How much a document looks like a whole page flattened: 0 for extracted text, 1 for a whole page.

    A page has many short lines without a sentence end, runs of them above the first line of prose, and furniture of
    several kinds, which shapes alone do not show. The weights are a logistic fit to 3,900 real texts of both sorts.
    """
    filled = analysis.filled
    prose = np.flatnonzero((analysis.prose & ~analysis.named)[filled])
    above, below = (prose[0], filled.size - 1 - prose[-1]) if prose.size else (filled.size, 0)
    features = analysis.features
    short = (features.words < SHORT_MAX_WORDS) & ~features.ends_sentence & ~features.is_blank
    watch = analysis.clock.watch
    hits = [(line, hit.pattern) for line, found in watch(analysis.hits.items()) for hit in found]
    hits = [(line, pattern) for line, pattern in watch(hits) if pattern.action not in ("cut", "note")]
    kinds = {pattern.kind for _, pattern in watch(hits) if pattern.strength == "strong"}
    interface = {line for line, pattern in watch(hits) if pattern.kind in GROUPS["interface"]}
    first_below = filled[filled.size - below] if below else len(analysis.document)
    named_below = {line for line, _ in watch(hits) if line >= first_below}
    counts = (short.sum(), above, len(kinds), len(interface), len(named_below))
    odds = PAGE_PRIOR + sum(weight * np.log1p(value) for weight, value in zip(PAGE_WEIGHTS, counts, strict=True))
    chance = 1.0 / (1.0 + np.exp(-odds))
    return min(max(float((chance - PAGE_FROM) / (PAGE_FULLY - PAGE_FROM)), 0.0), 1.0)


def score_lines(analysis: Analysis, clues: Clues, weights: Weights, *, explain: bool = True) -> LinePoints:
    """The points of every filled line; see `cleaner.lines.signals` for what is weighed. ``explain``: keep each term's."""
    lines = analysis.filled
    words = analysis.features.words[lines]
    first = first_signals(analysis, clues)
    odds = -weights.first.totals(first, clues.page, analysis.clock)
    if not explain:
        # Release what the second pass does not need.
        first = {name: first[name] for name in weights.second.signals if name in first}
    columns = first | second_signals(odds, words)
    analysis.clock.check()
    # The same sum with and without the terms, to the last digit: what is explained is what was decided.
    totals = weights.second.totals(columns, analysis.clock)
    if not explain:
        return LinePoints(lines, (), np.empty((0, lines.size)), totals)
    return LinePoints(lines, weights.second.terms, weights.second.points(columns), totals)


@cache
def builtin_weights() -> Weights:
    """The built-in weights, from ``cleaner/models/weights.json``."""
    return load_weights(model_text("weights.json"), "weights.json", *signal_names())


def read_weights(path: Path) -> Weights:
    """The weights of a file that ``cleaner fit`` has written. Raises `WeightsError` when it does not load."""
    return read_weights_file(path, *signal_names())
