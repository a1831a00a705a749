"""Reader comments without any mark: people writing below an article, known by how they write.

Nothing here decides what goes: among the lines that go anyway, below the last line that stays, it finds those that
are comments, so that they have their own kind and can be kept apart.
"""

from __future__ import annotations

import numpy as np

from cleaner.analysis import Analysis
from cleaner.features import BoolArray
from cleaner.model import Kind

__all__ = ["find_comments"]

MIN_WORDS = 4.0
# Of the words of comments so many are of the first and second person; of reports and teasers few are.
MIN_PERSON_SHARE = 0.035
# With a sign of comments above them, so many are enough.
MIN_PERSON_SHARE_SIGNED = 0.015
SIGNS = frozenset(
    {
        Kind.COMMENT_FRAME,
        Kind.COMMENT_COUNT,
        Kind.COMMENT_CONTROLS,
        Kind.COMMENT_AUTHOR,
        Kind.COMMENT_ATTRIBUTION,
        Kind.COMMENT_FORM,
        Kind.COMMENT_POLICY,
        Kind.COMMENT_WIDGET,
    }
)


def find_comments(analysis: Analysis, removed: BoolArray, named: BoolArray) -> tuple[tuple[int, ...], ...]:
    """The lines of each unmarked comment below the article.

    ``removed``: the lines that go. ``named``: those whose kind something else has told. Lines of prose or sentences
    that stand together are one comment; a short line, a name or a time, parts it from the next.
    """
    filled = analysis.filled
    kept = filled[~removed[filled]]
    if not kept.size:
        return ()
    tail = filled[filled > kept[-1]]
    features = analysis.features
    is_text = (
        (features.words >= MIN_WORDS) & ~named & (analysis.prose | analysis.sentence | (features.person_word_share > 0))
    )
    text = tail[is_text[tail]]
    words = features.words[text]
    share = float((features.person_word_share[text] * words).sum()) / max(float(words.sum()), 1.0)
    signed = any(hit.pattern.kind in SIGNS for line in tail.tolist() for hit in analysis.hits.get(line, ()))
    if share < (MIN_PERSON_SHARE_SIGNED if signed else MIN_PERSON_SHARE):
        return ()
    place = np.searchsorted(tail, text)
    breaks = np.flatnonzero(np.diff(place) > 1) + 1
    return tuple(tuple(int(line) for line in group) for group in np.split(text, breaks) if group.size)
