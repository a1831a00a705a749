"""Finds reader comments by how they are written, among the removed lines below the last line that stays.

These comments have no sign of a thread; they get a kind so that they can be kept separately. Comments that repeat one
form are found by `cleaner.lines.rhythm`.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence

import numpy as np

from cleaner.lines.analysis import Analysis
from cleaner.result import Kind
from cleaner.text.arrays import BoolArray

__all__ = ["AUTHOR_KINDS", "FRAME_KINDS", "MIN_PERSON_SHARE_SIGNED", "THREAD_KINDS", "comment_texts", "find_comments"]

# Kinds that occur only in comment threads.
THREAD_KINDS = frozenset(
    {
        Kind.COMMENT_CONTROLS,
        Kind.COMMENT_FRAME,
        Kind.COMMENT_AUTHOR,
        Kind.COMMENT_ATTRIBUTION,
        Kind.COMMENT_FORM,
        Kind.COMMENT_FORM_NOTICE,
        Kind.COMMENT_COUNT,
        Kind.COMMENT_WIDGET,
        Kind.COMMENT_POLICY,
    }
)
FRAME_KINDS = frozenset({Kind.COMMENT_FRAME, Kind.COMMENT_COUNT, Kind.COMMENT_WIDGET})
AUTHOR_KINDS = frozenset({Kind.COMMENT_AUTHOR, Kind.COMMENT_ATTRIBUTION})
# The least words of a comment's sentence; menus and headlines have no such sentence.
MIN_WORDS = 6.0
# The least share of first- and second-person words in comments; reports and teasers have few.
MIN_PERSON_SHARE = 0.06
# The least share when a sign of comments stands among the lines.
MIN_PERSON_SHARE_SIGNED = 0.03
# The least share of the words below the article that comments make up, if there are any.
MIN_SHARE_OF_TAIL = 0.4
MIN_COMMENTS = 2


def find_comments(analysis: Analysis, removed: BoolArray, named: BoolArray) -> tuple[tuple[int, ...], ...]:
    """The lines of each unmarked comment below the article.

    ``removed``: the lines that are removed. ``named``: those that already have a kind. Consecutive lines of prose or
    sentences are one comment; a short line, a name or a time, separates it from the next.
    """
    filled = analysis.filled
    kept = filled[~removed[filled]]
    if not kept.size:
        return ()
    tail = filled[filled > kept[-1]]
    features = analysis.features
    is_sentence = (analysis.prose | analysis.sentence) & (features.words >= MIN_WORDS)
    is_text = is_sentence & ~named & ~features.is_bullet & (features.links == 0)
    text = tail[is_text[tail]]
    words = features.words
    total = float(words[text].sum())
    share = float((features.person_word_share * words)[text].sum()) / max(total, 1.0)
    signed = any(hit.pattern.kind in THREAD_KINDS for line in tail.tolist() for hit in analysis.hits.get(line, ()))
    if share < (MIN_PERSON_SHARE_SIGNED if signed else MIN_PERSON_SHARE):
        return ()
    if total < MIN_SHARE_OF_TAIL * float(words[tail[~named[tail]]].sum()):
        return ()
    breaks = np.flatnonzero(np.diff(np.searchsorted(tail, text)) > 1) + 1
    found = tuple(tuple(int(line) for line in group) for group in np.split(text, breaks) if group.size)
    return found if len(found) >= MIN_COMMENTS else ()


def comment_texts(analysis: Analysis, bodies: Iterable[Sequence[int]]) -> tuple[str, ...]:
    """The text of each comment, without its links, names and dates; ``bodies``: the lines of each."""
    texts = ("\n".join(filter(None, (_comment_line(analysis, line) for line in body))) for body in bodies)
    return tuple(filter(None, texts))


def _comment_line(analysis: Analysis, line: int) -> str:
    """What a comment says on one line: the line without the thread's own signs."""
    document = analysis.document
    text = document.line_text(line)
    start = int(document.starts[line])
    for hit in sorted(analysis.hits.get(line, ()), key=lambda hit: -hit.start):
        if hit.pattern.kind not in THREAD_KINDS:
            continue
        if hit.pattern.action != "cut":
            return ""
        text = f"{text[: hit.start - start].rstrip()} {text[hit.end - start :].lstrip()}"
    return text.strip()
