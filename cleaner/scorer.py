"""Features -> points, line by line: a sum of named terms, so that the sum is the explanation.

Points above zero speak for noise. The weights are set by hand over plain features and err towards keeping:
on extracted text a line without pattern evidence starts well below zero.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from cleaner.analysis import Analysis
from cleaner.features import BoolArray, FloatArray

__all__ = ["LinePoints", "rawness", "score_lines"]

PRIOR = -4.0
PROSE = -4.0
SENTENCE = -2.0
SHORT_MAX_WORDS = 9
RAW_PRIOR, RAW_SHORT, RAW_HEAD, RAW_TAIL = -9.2, 1.3, 1.65, 0.72
RAW_FROM, RAW_FULLY = 0.5, 0.8
OUTSIDE = 6.5
OUTSIDE_PROSE = 5.0


@dataclass(frozen=True, slots=True, eq=False)
class LinePoints:
    """Points of each term for each line: ``values[t, i]`` are those of term ``names[t]`` for line ``i``."""

    names: tuple[str, ...]
    values: FloatArray

    @property
    def total(self) -> FloatArray:
        """The sum over all terms, one number a line."""
        return np.asarray(self.values.sum(axis=0))


def rawness(analysis: Analysis) -> float:
    """How much a document looks like a whole page flattened: 0 for extracted text, 1 for a raw page.

    A page has many short lines without a sentence end, and runs of them above the first and below the last line
    of prose. The three weights are a logistic fit to 3,300 real texts of both sorts: at 0.5 it takes 2 % of
    extracted texts and 0.3 % of clean articles for pages, and misses 7 % of pages.
    """
    prose = (analysis.prose & ~analysis.strong)[analysis.filled]
    lines = np.flatnonzero(prose)
    if not lines.size:
        return 0.0
    short = (analysis.features.words < SHORT_MAX_WORDS) & ~analysis.features.ends_sentence & ~analysis.features.is_blank
    odds = (
        RAW_PRIOR
        + RAW_SHORT * np.log1p(short.sum())
        + RAW_HEAD * np.log1p(lines[0])
        + RAW_TAIL * np.log1p(prose.size - 1 - lines[-1])
    )
    chance = 1.0 / (1.0 + np.exp(-odds))
    return float(np.clip((chance - RAW_FROM) / (RAW_FULLY - RAW_FROM), 0.0, 1.0))


def score_lines(analysis: Analysis, inside: BoolArray, raw: float) -> LinePoints:
    """The points of every line from its own shape and from its place.

    ``inside``: which lines lie in the main block. ``raw``: see `rawness`.
    """
    features = analysis.features
    short = features.words < SHORT_MAX_WORDS
    size = np.ones(len(analysis.document))
    lines = np.flatnonzero(inside)
    outside_prose = ~inside
    if lines.size:
        # Sentences between two parts of the article are seldom noise; before and behind it they often are.
        outside_prose[lines[0] : lines[-1]] = False
    terms = {
        "line.prior": PRIOR * size,
        "line.prose": PROSE * analysis.prose,
        "line.sentence": SENTENCE * (analysis.sentence & ~analysis.prose),
        "line.links": np.minimum(2.0 * features.links, 2.5) * (features.words < 2 * SHORT_MAX_WORDS),
        "line.emoji": np.minimum(0.7 * features.emoji, 2.0) * ~analysis.prose,
        "line.emoji-lead": 1.0 * features.starts_with_emoji,
        "line.hashtags": np.minimum(0.7 * features.hashtags, 3.0) * (features.hashtags >= 2),
        "line.separators": np.minimum(0.5 * features.separators, 2.0)
        * (short & (features.separators >= 2) & (features.links == 0)),
        "line.digits": 1.0 * (features.digit_share > 0.5) * short,
        "line.repeated": np.minimum(0.5 * features.copies, 1.5) * short,
        "place.outside": OUTSIDE * raw * ~inside,
        "place.outside-prose": OUTSIDE_PROSE * raw * (outside_prose & (analysis.prose | analysis.sentence)),
    }
    return LinePoints(tuple(terms), np.stack([np.asarray(values, dtype=np.float64) for values in terms.values()]))
