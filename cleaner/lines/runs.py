"""Points -> which lines stay, decided over runs: an unnamed removal is a claim about a whole stretch of lines.

A document is read as head, article, tail, with runs of noise inside the article. What has a name (a pattern, a thread,
a copy of the headline) is removed by itself and anchors what stands beside it. What has none is removed only as a run:
at the head, at the tail, or inside the article, where beginning a run costs words, the more the less the document
looks like a whole page and much more where nothing named stands at the run's edge. The reading with the least expected
cost is chosen, where a lost article word costs several noise words.
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

# A line of more words counts as one of so many: a single paragraph decides no document.
MAX_WORDS = 40.0
# More words than a run has that is worth removing without a name.
NEVER = 500.0
# More words than any document has.
FORBIDDEN = 1e6
# How near a named line anchors a run, in lines (set by hand, after a study of pages of other sites).
ANCHOR_LINES = 2
# How many times as much a lost word counts in a sentence (set by hand, on marked documents).
SENTENCE_LOSS = 5.0

# On a page of many lines nearly all are furniture: from the first number of lines on a lost word counts less, from the
# second on by this factor (set by hand, on every second page of sets left out: F1 of flattened pages +.005 to +.034,
# while .4 to 2 points more of daniel's and wcxb's lose over 5 % of their article).
LARGE_PAGE_LINES, LARGE_PAGE_LOSS = (120, 240), 0.56


class RunCosts(NamedTuple):
    """What beginning a run of unnamed removals costs, in words of noise left.

    ``loss``: noise words that one lost article word counts as. ``head``, ``inside``, ``tail``: a run
    beside something with a name; ``head_alone``, ``inside_alone``, ``tail_alone``: one with nothing named at its edge.
    ``budget``: the share of a document's words that may go without a name; where more would, none does.
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
        """These costs with a share of others, on a scale of ratios: between 500 words and none lie 22, not 250."""
        mixed = (
            (own + 1.0) ** (1.0 - share) * (new + 1.0) ** share - 1.0 for own, new in zip(self, other, strict=True)
        )
        return RunCosts(*mixed)


@dataclass(frozen=True, slots=True)
class Mode:
    """A point on the curve of lost article against left noise: the costs of extracted text and of whole pages."""

    extracted: RunCosts
    page: RunCosts

    def costs(self, page: float, lines: int) -> RunCosts:
        """The costs of a document of some lines that looks like a whole page by a share; see `large_page`."""
        share = large_page(lines)
        whole = self.page._replace(loss=self.page.loss * LARGE_PAGE_LOSS**share)
        return self.extracted.mix(whole, page)


def large_page(lines: int) -> float:
    """How much a page is a large one, between 0 and 1, on a scale of ratios.

    >>> large_page(50), round(large_page(170), 2), large_page(400)
    (0.0, 0.5, 1.0)
    """
    first, last = map(math.log, LARGE_PAGE_LINES)
    return min(max((math.log(max(lines, 1)) - first) / (last - first), 0.0), 1.0)


# Set by hand: the curve that the three lie on was measured on marked documents and on pages of sites left out.
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
) -> BoolArray:
    """Which lines stay; ``named``: lines of noise with a name, which are removed wherever they stand.

    ``points``: log-odds of noise of each line. ``words``: their sizes. ``sentence``: the lines that are sentences,
    which an article has more of than any furniture: to lose one costs more. ``clock``: the time that there is.
    """
    count = points.size
    if not count:
        return np.zeros(0, dtype=bool)
    noise = 1.0 / (1.0 + np.exp(-np.minimum(np.maximum(points, -30.0), 30.0)))
    size = np.minimum(words, MAX_WORDS) + 0.5
    keep_cost = np.where(named, 0.0, noise * size).tolist()
    loss = costs.loss * np.where(sentence, SENTENCE_LOSS, 1.0)
    drop_cost = np.where(named, 0.0, loss * (1.0 - noise) * size).tolist()
    states = _best_path(keep_cost, drop_cost, _anchors(named).tolist(), costs, clock)
    keep = (states == _ARTICLE) & ~named
    if costs.budget < 1.0:
        unnamed = ~keep & ~named
        if float(words[unnamed].sum()) > costs.budget * float(words.sum()):
            keep = ~named
    return np.asarray(keep)


def _anchors(named: BoolArray) -> BoolArray:
    """For each boundary before a line whether something named stands shortly above it, or at or shortly below it."""
    running = np.concatenate([[0], np.cumsum(named)])
    at = np.arange(named.size)
    return running[np.minimum(at + ANCHOR_LINES, named.size)] > running[np.maximum(at - ANCHOR_LINES, 0)]


def _best_path(keep: list[float], drop: list[float], anchored: list[bool], costs: RunCosts, clock: Clock) -> np.ndarray:
    """The state of each line on the cheapest path; of equal ones into a line that of the lower state."""
    _, head_near, head_far, inside_near, inside_far, tail_near, tail_far, _ = costs
    refund = inside_far - inside_near
    # Nothing stands above the first line: no run inside the article ends or begins there.
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
