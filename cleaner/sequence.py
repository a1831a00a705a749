"""Points -> which lines stay, decided over the whole sequence of lines.

How sure a removal must be follows from the document itself: where nearly all is expected to be article, a line has
to look much more like noise than on a flattened page. Changing between keeping and dropping costs, so that a single
doubtful line goes with its neighbours. Thresholds and costs were chosen by cross-validation over sites.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from cleaner.features import BoolArray, FloatArray
from cleaner.places import main_blocks
from cleaner.text import IntArray

__all__ = ["Choice", "choose_lines"]

# The chance of being article below which a line goes, for documents of that expected share of article, and between;
# the first only for flattened pages.
PAGE_SHARE, PAGE_CHANCE = 0.6, 0.6
ARTICLE_SHARE, ARTICLE_CHANCE = 0.9, 0.3
# A document that is nearly all article and little prose is a list, a table or a programme: there less goes.
LIST_MIN_SHARE, LIST_MAX_PROSE, LIST_CHANCE = 0.75, 0.7, 0.15
SWITCH_COST = 2.0
# On extracted text a run of lines goes only if one of them has so many points over the threshold, or evidence.
SURE_POINTS = 2.1
MAX_WORDS = 40.0
MIN_KEPT_WORDS = 10.0
LOWEST_CHANCE, LOWER_BY = 0.02, 0.7


@dataclass(frozen=True, slots=True, eq=False)
class Choice:
    """Which lines stay, and the points of the document's threshold, to be added to every line's own."""

    keep: BoolArray
    points: float


def choose_lines(
    points: FloatArray,
    words: FloatArray,
    *,
    page: float,
    prose_share: float,
    threshold: float,
    alone: BoolArray | None = None,
) -> Choice:
    """The lines that stay.

    ``points``: log-odds of noise of each line. ``words``: their sizes. ``page``: how much the document looks like a
    flattened page, 0 to 1. ``prose_share``: share of the document's words
    that stand in prose. ``threshold``: points that a removal must have over those of the document's own threshold.
    ``alone``: lines that are decided by their own points; the sequence of the others closes over them.
    """
    chance = _chance(-points)
    size = np.minimum(words, MAX_WORDS) + 0.5
    share = float((chance * size).sum() / max(float(size.sum()), 1.0))
    highest = ARTICLE_CHANCE + (PAGE_CHANCE - ARTICLE_CHANCE) * page
    level = float(np.interp(share, (PAGE_SHARE, ARTICLE_SHARE), (highest, ARTICLE_CHANCE)))
    if share > LIST_MIN_SHARE and prose_share < LIST_MAX_PROSE:
        level = min(level, LIST_CHANCE)
    together = np.flatnonzero(np.ones(points.size, dtype=bool) if alone is None else ~alone)
    while True:
        keep = _keep(points, size, level, 0.0, together)
        if float(words[keep].sum()) >= MIN_KEPT_WORDS or level < LOWEST_CHANCE:
            break
        level *= LOWER_BY
    if threshold != 0.0:
        keep = _keep(points, size, level, threshold, together)
    if page < 1.0:
        is_sure = points + _odds(level) - threshold > SURE_POINTS * (1.0 - page)
        keep = _without_doubtful_runs(keep, is_sure if alone is None else is_sure | alone)
    return Choice(keep, _odds(level))


def _keep(points: FloatArray, size: FloatArray, level: float, threshold: float, together: IntArray) -> BoolArray:
    """Which lines stay at a threshold: each by its own points, and those of a sequence with their neighbours."""
    keep = points + _odds(level) <= threshold
    least = _chance(np.array(_odds(level) - threshold))
    keep[together] = main_blocks(((_chance(-points) - least) * size)[together], SWITCH_COST, edge_cost=0.0)
    return keep


def _without_doubtful_runs(keep: BoolArray, is_sure: BoolArray) -> BoolArray:
    """The choice, with runs of lines given back of which none is surely noise."""
    changes = np.zeros(keep.size, dtype=bool)
    changes[1:] = keep[1:] != keep[:-1]
    run = changes.cumsum()
    has_sure = np.zeros(keep.size, dtype=bool)
    has_sure[run[~keep & is_sure]] = True
    return np.asarray(keep | ~has_sure[run])


def _chance(odds: FloatArray) -> FloatArray:
    return np.asarray(1.0 / (1.0 + np.exp(-np.minimum(np.maximum(odds, -30.0), 30.0))))


def _odds(chance: float) -> float:
    return float(np.log(chance / (1.0 - chance)))
