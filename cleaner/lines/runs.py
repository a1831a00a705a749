"""Points -> which lines stay, decided over runs, since an unnamed removal is a claim about a whole stretch of lines.

A document is read as head, article, tail, with runs of noise inside the article. What has a name (a pattern, a thread,
a copy of the headline) is removed by itself and anchors the runs beside it. What has none is removed only as a run: at
the head, at the tail, or inside the article. Starting a run costs words: more if the document looks less like a whole
page, and much more if nothing named stands at the run's edge. The reading with the least expected cost is chosen; a
lost article word costs as much as several noise words.
"""

from __future__ import annotations

import math
from collections.abc import Mapping
from dataclasses import dataclass
from types import MappingProxyType
from typing import NamedTuple

import numpy as np

from cleaner.clock import NO_LIMIT, Clock
from cleaner.text.arrays import BoolArray, FloatArray

__all__ = ["MODES", "RunCosts", "choose_runs"]

# The most words that a line counts for, so that no single paragraph decides a document.
MAX_WORDS = 40.0
# More words than any run that is worth removing without a name.
NEVER = 500.0
# More words than any document has.
FORBIDDEN = 1e6
# How near a named line must be to anchor a run, in lines (set by hand, after a study of pages of other sites).
ANCHOR_LINES = 2
# How many times more a lost word counts in a sentence (set by hand, on marked documents).
SENTENCE_LOSS = 5.0

# On a page with many lines nearly all are furniture, so a lost word counts less: from the first number of lines on
# gradually, from the second on by the factor LARGE_PAGE_LOSS (set by hand, on every second page of sets left out: F1 of
# flattened pages +.005 to +.034, while .4 to 2 points more of the pages of daniel and wcxb lose over 5 % of their
# article).
LARGE_PAGE_LINES, LARGE_PAGE_LOSS = (120, 240), 0.56


class RunCosts(NamedTuple):
    """What starting a run of unnamed removals costs, in words of noise left in.

    ``loss``: noise words that one lost article word counts as. ``head``, ``inside``, ``tail``: a run
    beside something with a name; ``head_alone``, ``inside_alone``, ``tail_alone``: one with nothing named at its edge.
    ``budget``: the share of a document's words that may be removed without a name; if it would be more, none is.
    """

    loss: float
    head: float
    head_alone: float
    inside: float
    inside_alone: float
    tail: float
    tail_alone: float
    budget: float

    def mix(self, other: RunCosts, share: float) -> RunCosts:
        """These costs mixed with a share of others, on a scale of ratios: halfway from 500 words to none is 22, not 250."""
        mixed = (
            (own + 1.0) ** (1.0 - share) * (new + 1.0) ** share - 1.0 for own, new in zip(self, other, strict=True)
        )
        return RunCosts(*mixed)


@dataclass(frozen=True, slots=True)
class Mode:
    """A point on the curve of article lost against noise left in: the costs for extracted text and for whole pages."""

    extracted: RunCosts
    page: RunCosts

    def costs(self, page: float, lines: int) -> RunCosts:
        """The costs for a document with this likeness to a page and number of lines; see `large_page`."""
        share = large_page(lines)
        whole = self.page._replace(loss=self.page.loss * LARGE_PAGE_LOSS**share)
        return self.extracted.mix(whole, page)


def large_page(lines: int) -> float:
    """How large a page counts, between 0 and 1, on a scale of ratios.

    >>> large_page(50), round(large_page(170), 2), large_page(400)
    (0.0, 0.5, 1.0)
    """
    first, last = map(math.log, LARGE_PAGE_LINES)
    return min(max((math.log(max(lines, 1)) - first) / (last - first), 0.0), 1.0)


# Set by hand; the curve through the three was measured on marked documents and on pages of sites left out.
MODES: Mapping[str, Mode] = MappingProxyType(
    {
        "careful": Mode(
            extracted=RunCosts(8.0, NEVER, NEVER, FORBIDDEN, FORBIDDEN, 10.0, NEVER, 0.1),
            page=RunCosts(6.0, 5.0, 5.0, FORBIDDEN, FORBIDDEN, 5.0, 20.0, 1.0),
        ),
        "balanced": Mode(
            extracted=RunCosts(1.5, 8.0, NEVER, 5.0, NEVER, 0.0, NEVER, 0.15),
            page=RunCosts(1.6, 0.0, 0.0, 3.0, 25.0, 0.0, 8.0, 1.0),
        ),
        "thorough": Mode(
            extracted=RunCosts(1.0, 5.0, 10.0, 2.0, 10.0, 0.0, 5.0, 0.5),
            page=RunCosts(0.8, 0.0, 0.0, 0.0, 3.0, 0.0, 0.0, 1.0),
        ),
    }
)

_HEAD, _ARTICLE, _INSIDE, _INSIDE_ALONE, _TAIL = range(5)


def choose_runs(
    points: FloatArray,
    words: FloatArray,
    named: BoolArray,
    sentence: BoolArray,
    costs: RunCosts,
    clock: Clock = NO_LIMIT,
    *,
    alone: BoolArray | None = None,
) -> BoolArray:
    """Which lines stay; ``named``: lines of noise with a name, which are removed wherever they stand.

    ``points``: log-odds of noise of each line. ``words``: their sizes. ``sentence``: the lines that are sentences;
    articles have more of them than furniture, so losing one costs more. ``clock``: the time limit.
    ``alone``: the lines with a name that say nothing about their neighbours.
    """
    count = points.size
    if not count:
        return np.zeros(0, dtype=bool)
    noise = 1.0 / (1.0 + np.exp(-np.minimum(np.maximum(points, -30.0), 30.0)))
    size = np.minimum(words, MAX_WORDS) + 0.5
    keep_cost = np.where(named, 0.0, noise * size).tolist()
    loss = costs.loss * np.where(sentence, SENTENCE_LOSS, 1.0)
    drop_cost = np.where(named, 0.0, loss * (1.0 - noise) * size).tolist()
    states = _best_path(
        keep_cost, drop_cost, _anchors(named if alone is None else named & ~alone).tolist(), costs, clock
    )
    keep = (states == _ARTICLE) & ~named
    if costs.budget < 1.0:
        unnamed = ~keep & ~named
        if float(words[unnamed].sum()) > costs.budget * float(words.sum()):
            keep = ~named
    return np.asarray(keep)


def _anchors(named: BoolArray) -> BoolArray:
    """For the boundary before each line, whether a named line is near it, above or below."""
    running = np.concatenate([[0], np.cumsum(named)])
    at = np.arange(named.size)
    return running[np.minimum(at + ANCHOR_LINES, named.size)] > running[np.maximum(at - ANCHOR_LINES, 0)]


def _best_path(keep: list[float], drop: list[float], anchored: list[bool], costs: RunCosts, clock: Clock) -> np.ndarray:
    """The state of each line on the cheapest path; of equally cheap ways into a line, the one with the lower state."""
    _, head_near, head_far, inside_near, inside_far, tail_near, tail_far, _ = costs
    refund = inside_far - inside_near
    # Nothing stands above the first line, so no run inside the article ends or starts there.
    head, article, inside, alone, tail = drop[0], keep[0], math.inf, math.inf, math.inf
    back: list[tuple[int, int, int, int, int]] = [(_HEAD, _ARTICLE, _INSIDE, _INSIDE_ALONE, _TAIL)]
    for line in clock.watch(range(1, len(keep))):
        is_near, dropped = anchored[line], drop[line]
        # Into the article: from the head, from a run inside it, which is cheaper where it ends beside a name.
        into, article_from = head + (head_near if is_near else head_far), _HEAD
        if article < into:
            into, article_from = article, _ARTICLE
        if inside < into:
            into, article_from = inside, _INSIDE
        back_in = alone - refund if is_near else alone
        if back_in < into:
            into, article_from = back_in, _INSIDE_ALONE
        inside_from = _INSIDE
        if is_near and article + inside_near < inside:
            inside_from, inside = _ARTICLE, article + inside_near
        alone_from = _INSIDE_ALONE
        if article + inside_far < alone:
            alone_from, alone = _ARTICLE, article + inside_far
        tail_from = _TAIL
        begin = article + (tail_near if is_near else tail_far)
        if begin < tail:
            tail_from, tail = _ARTICLE, begin
        back.append((_HEAD, article_from, inside_from, alone_from, tail_from))
        head += dropped
        article = into + keep[line]
        inside += dropped
        alone += dropped
        tail += dropped
    state = min((article, _ARTICLE), (tail, _TAIL), (inside, _INSIDE))[1]
    states = [0] * len(keep)
    for line in range(len(keep) - 1, -1, -1):
        states[line] = state
        state = back[line][state]
    return np.array(states, dtype=np.int64)
