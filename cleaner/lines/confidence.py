"""How good a result is likely to be: its expected F1, from the points of its lines."""

from __future__ import annotations

import math
from dataclasses import dataclass

import numpy as np

from cleaner.text.arrays import BoolArray, FloatArray

__all__ = ["Expected", "confidence", "expect"]

# Fitted to the F1 of 2,000 results: every eighth page of four labelled sets, each cleaned with weights that had not seen
# its set, and the marked documents. In order: precision and recall as log-odds, the share removed, the share removed
# without a name, the likeness to a page, the logarithm of its words, page times removed, and the doubtful share.
PRIOR, WEIGHTS = -1.69, (0.474, 0.377, 0.034, -0.136, 0.873, 0.096, -0.356, -0.345)
LIMIT_SHARE = 0.01


@dataclass(frozen=True, slots=True)
class Expected:
    """What the points of a document's lines say about which of them stay; shares between 0 and 1.

    ``precision``: of the words that stay, the share expected to be article. ``recall``: of the article expected, the
    share that stays. ``removed``: the share of the words removed, ``unnamed``: the share removed without a name.
    ``page``: how much the document looks like a whole page. ``words``: its size.
    """

    precision: float
    recall: float
    removed: float
    unnamed: float
    page: float
    words: float


def expect(points: FloatArray, words: FloatArray, keep: BoolArray, named: BoolArray, page: float) -> Expected:
    """What to expect when these lines stay; ``points``: log-odds of noise, ``named``: lines of noise with a name."""
    article = words / (1.0 + np.exp(np.clip(points, -30.0, 30.0)))
    kept, total = float(words[keep].sum()), max(float(words.sum()), 1.0)
    return Expected(
        precision=float(article[keep].sum()) / max(kept, 1.0),
        recall=float(article[keep].sum()) / max(float(article.sum()), 1e-9),
        removed=1.0 - kept / total,
        unnamed=float(words[~keep & ~named].sum()) / total,
        page=page,
        words=total,
    )


def confidence(expected: Expected, doubtful: float) -> float:
    """The F1 expected of a result, between 0 and 1; ``doubtful``: the share of the result that looked like noise.

    >>> from dataclasses import replace
    >>> sure = Expected(precision=0.99, recall=0.99, removed=0.05, unnamed=0.0, page=0.0, words=600.0)
    >>> round(confidence(sure, 0.0), 2), round(confidence(replace(sure, precision=0.6), 0.3), 2)
    (0.94, 0.68)
    """
    values = (
        _log_odds(expected.precision),
        _log_odds(expected.recall),
        expected.removed,
        expected.unnamed,
        expected.page,
        math.log(expected.words + 1.0),
        expected.page * expected.removed,
        doubtful,
    )
    odds = PRIOR + sum(weight * value for weight, value in zip(WEIGHTS, values, strict=True))
    return 1.0 / (1.0 + math.exp(-odds))


def _log_odds(share: float) -> float:
    bounded = min(max(share, LIMIT_SHARE), 1.0 - LIMIT_SHARE)
    return math.log(bounded / (1.0 - bounded))
