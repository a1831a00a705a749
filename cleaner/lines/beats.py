"""The beats of comments: lines of one form, in chains that follow each other below an article."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from itertools import accumulate, pairwise

import numpy as np

from cleaner.clock import STEPS
from cleaner.lines.analysis import Analysis
from cleaner.lines.comments import AUTHOR_KINDS
from cleaner.result import Kind
from cleaner.text.moments import find_moment, may_hold_moment

__all__ = [
    "MAX_BEAT_LINES",
    "MAX_NAME_WORDS",
    "MIN_BEATS",
    "MIN_BEATS_BARE",
    "Beat",
    "BeatNames",
    "below_article",
    "find_chains",
    "find_forms",
    "person_share",
    "place_of",
    "words_between",
]

# Kinds that repeat from comment to comment.
BEAT_KINDS = AUTHOR_KINDS | {Kind.COMMENT_CONTROLS}
# All numbers here are set by hand.
# The most characters and words of a line with author and date, and the most words of a name.
MAX_HEAD_CHARACTERS, MAX_HEAD_WORDS, MAX_NAME_WORDS = 100, 14.0, 6.0
# The most lines from one comment's head to the next.
MAX_BEAT_LINES = 20
MIN_BEATS, MIN_BEATS_BARE = 2, 3
# Text below a date is the article if it has ARTICLE_FACTOR times the words of any comment, and ARTICLE_MIN_WORDS.
ARTICLE_FACTOR, ARTICLE_MIN_WORDS = 3.0, 100.0


@dataclass(frozen=True, slots=True)
class Beat:
    """One line of a form: its place among the filled lines and, for a date, its text and what stands beside it."""

    line: int
    place: int
    date: str = ""
    beside: str = ""
    has_clock: bool = False


@dataclass(frozen=True, slots=True)
class BeatNames:
    """Where the names of commenters stand, in lines below a date (-1: above it, 0: beside it), and the names."""

    offset: int
    names: tuple[str, ...]


def find_forms(analysis: Analysis) -> dict[str, list[Beat]]:
    """The lines that can be part of a form, by form: dates of one shape, or hits of one pattern."""
    forms: dict[str, list[Beat]] = defaultdict(list)
    beside_of: dict[int, str] = {}
    for line in analysis.clock.watch(_lines_with_trace(analysis)):
        moment = find_moment(analysis.document.line_text(line).strip())
        if moment is not None:
            shape, date, beside, has_clock = moment
            beside_of[line] = beside
            forms[shape].append(Beat(line, place_of(analysis, line), date, beside, has_clock))
    for line, hits in analysis.clock.watch(analysis.hits.items()):
        for name in {hit.pattern.id for hit in hits if hit.pattern.kind in BEAT_KINDS}:
            forms[name].append(Beat(line, place_of(analysis, line), beside=beside_of.get(line, "")))
    return {key: sorted(beats, key=lambda beat: beat.line) for key, beats in forms.items() if len(beats) >= MIN_BEATS}


def _lines_with_trace(analysis: Analysis) -> list[int]:
    """The short lines with a year or a time of day, in order; empty if they are too few for a form."""
    document = analysis.document
    is_short = document.ends - document.starts <= MAX_HEAD_CHARACTERS
    is_short &= (analysis.features.words <= MAX_HEAD_WORDS) & ~analysis.features.is_blank & analysis.figured
    short = analysis.clock.watch(np.flatnonzero(is_short).tolist())
    found = [line for line in short if may_hold_moment(document.line_text(line))]
    return found if len(found) >= MIN_BEATS else []


def place_of(analysis: Analysis, line: int) -> int:
    """The number of a line among those that are not blank."""
    return int(np.searchsorted(analysis.filled, line))


def find_chains(beats: Sequence[Beat]) -> Iterator[list[Beat]]:
    """The runs of beats that follow each other closely, with other lines between them."""
    chain = list(beats[:1])
    for above, here in pairwise(beats):
        if not 2 <= here.place - above.place <= MAX_BEAT_LINES:
            if len(chain) >= MIN_BEATS:
                yield chain
            chain = []
        chain.append(here)
    if len(chain) >= MIN_BEATS:
        yield chain


def below_article(analysis: Analysis, chain: list[Beat]) -> Iterator[list[Beat]]:
    """A chain without first beats that are dates of the article; empty if too little is left for a chain.

    Below such a date stands the heading of the thread, or far more text than below any other beat.
    """
    words = [words_between(analysis, above.line, below.line) for above, below in analysis.clock.watch(pairwise(chain))]
    # For each beat, the most words between two beats from it on.
    longest = [*accumulate(reversed(words), max, initial=0.0)][::-1]
    at = 0
    while len(chain) - at > MIN_BEATS and _holds_article(analysis, chain[at : at + 2], words[at], longest[at + 1]):
        at += 1
        if not at % STEPS:
            analysis.clock.check()
    left = chain[at:]
    if len(left) > MIN_BEATS or (
        len(left) == MIN_BEATS and not _holds_article(analysis, left[:2], words[at], longest[at + 1], is_least=True)
    ):
        yield left


def _holds_article(
    analysis: Analysis, first_two: list[Beat], words: float, others: float, *, is_least: bool = False
) -> bool:
    """Whether the article, or its end, stands between the first two beats of a chain.

    ``words``: those of prose between the two; ``others``: the most between any other two of the chain. ``is_least``:
    without its first beat the chain would be too short.
    """
    above, below = first_two
    frames = [
        hit.pattern.strength
        for line in range(above.line + 1, below.line)
        for hit in analysis.hits.get(line, ())
        if hit.pattern.kind in (Kind.COMMENT_FRAME, Kind.COMMENT_COUNT)
    ]
    if "strong" in frames or (frames and words > others):
        return True
    before = float(analysis.words_before[above.line])
    return not is_least and words > ARTICLE_FACTOR * others and words > max(ARTICLE_MIN_WORDS, before)


def words_between(analysis: Analysis, above: int, below: int) -> float:
    """The words of prose between two lines."""
    return float(analysis.words_before[below] - analysis.words_before[above + 1])


def person_share(analysis: Analysis, start: int, stop: int) -> float:
    """The share of words of the first and second person between two lines."""
    words = analysis.features.words[start:stop]
    return float((analysis.features.person_word_share[start:stop] * words).sum()) / max(float(words.sum()), 1.0)
