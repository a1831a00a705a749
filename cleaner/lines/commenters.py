"""Who speaks at each beat of a chain of comments: names on their lines, beside them or at their links."""

from __future__ import annotations

from collections import Counter
from itertools import pairwise
from typing import Final

import regex

from cleaner.lines.analysis import Analysis
from cleaner.lines.beats import MAX_NAME_WORDS, Beat, BeatNames, place_of
from cleaner.lines.comments import FRAME_KINDS, THREAD_KINDS
from cleaner.result import Kind

__all__ = [
    "can_be_name",
    "heads_of",
    "names_above",
    "names_at_links",
    "names_vary",
]

# The most lines of a title above a comment's head.
MAX_TITLE_LINES = 2
# The least lines of a comment with a name on its own line: name, date, text.
MIN_LINES_NAMED = 3
# The least share of comments with a name, where names identify them.
MIN_NAMED_SHARE = 0.8
# Without a heading, the most comments that share one name; what stands at more of them is a label.
MAX_SHARE_OF_NAME = 0.6
# A name may end like a sentence: "Nelly G."
_INITIAL: Final = regex.compile(r"(?<!\w)\p{Lu}\p{Ll}?\.\s*$")


def names_above(analysis: Analysis, chain: list[Beat]) -> BeatNames | None:
    """Where the names stand in a chain: beside, above or below the dates; None if there are none.

    A line that a pattern takes for an author line may contain the name or stand beside it.
    """
    beside = tuple(beat.beside for beat in chain)
    # A weekday beside a date is not a name; date patterns match it.
    dates = sum(
        any(hit.pattern.kind is Kind.PUBLICATION_DATE for hit in analysis.hits.get(beat.line, ())) for beat in chain
    )
    if len(set(beside)) > 1 and dates * 2 <= len(chain):
        return BeatNames(0, beside)
    closest = min(below.place - above.place for above, below in pairwise(chain))
    found = _names_apart(analysis, chain) if closest >= MIN_LINES_NAMED else None
    return found if found is not None or chain[0].date else BeatNames(0, beside)


def _names_apart(analysis: Analysis, chain: list[Beat]) -> BeatNames | None:
    """The names on the lines above or below those of a chain; None if those lines are not names."""
    for offset in (-1, 1):
        places = [beat.place + offset for beat in chain]
        lines = [int(analysis.filled[place]) for place in places if 0 <= place < analysis.filled.size]
        named = [line for line in lines if can_be_name(analysis, line)]
        texts = tuple(analysis.document.line_text(line).strip().casefold() for line in named)
        if len(named) >= MIN_NAMED_SHARE * len(chain) and len(set(texts)) > 1 and named[0] == lines[0]:
            return BeatNames(offset, texts)
    return None


def names_at_links(analysis: Analysis, chain: list[Beat], top: int | None) -> tuple[int, ...]:
    """The lines with names: above the first text, then right below the link of each comment; empty without names."""
    lines = analysis.filled
    below = [int(lines[beat.place + 1]) for beat in chain[:-1]]
    named = [line for line in below if can_be_name(analysis, line)]
    reach = max(here.place - above.place for above, here in pairwise(chain))
    highest = max(chain[0].place - reach, 0 if top is None else top + 1)
    # The nearest line above the first link that can be a name and has a text below it.
    first = next(
        (int(lines[at]) for at in range(chain[0].place - 2, highest - 1, -1) if can_be_name(analysis, int(lines[at]))),
        None,
    )
    texts = [analysis.document.line_text(line).strip().casefold() for line in named]
    if first is None or len(named) < MIN_NAMED_SHARE * len(below):
        return ()
    texts.append(analysis.document.line_text(first).strip().casefold())
    return (first, *named) if names_vary(BeatNames(0, tuple(texts))) else ()


def names_vary(names: BeatNames) -> bool:
    """Whether the names vary: no single name stands at most of the comments."""
    return max(Counter(names.names).values()) <= MAX_SHARE_OF_NAME * len(names.names)


def can_be_name(analysis: Analysis, line: int) -> bool:
    """Whether a line is short, no sentence, and no noise of another kind."""
    features = analysis.features
    hits = analysis.hits.get(line, ())
    return bool(
        0 < features.words[line] <= MAX_NAME_WORDS
        and (not features.ends_sentence[line] or _INITIAL.search(analysis.document.line_text(line)) is not None)
        and not (analysis.strong[line] and not any(hit.pattern.kind in THREAD_KINDS for hit in hits))
        and not any(hit.pattern.kind in FRAME_KINDS or hit.pattern.kind is Kind.COMMENT_CONTROLS for hit in hits)
    )


def heads_of(analysis: Analysis, chain: list[Beat], names: BeatNames | None) -> tuple[tuple[int, ...], frozenset[int]]:
    """The first line of each comment, and all lines of authors and dates."""
    offset = names.offset if names is not None else 0
    begins: list[int] = []
    heads: set[int] = set()
    titles: list[int] = []
    for beat in analysis.clock.watch(chain):
        other = beat.place + offset
        beside = int(analysis.filled[other]) if 0 <= other < analysis.filled.size else beat.line
        if not can_be_name(analysis, beside):
            beside = beat.line
        first = min(beat.line, beside)
        begins.append(_below_link(analysis, first))
        titles.append(place_of(analysis, first) - place_of(analysis, begins[-1]))
        heads |= {beat.line, beside}
    # No link above the first comment shows whether it has a title; it has one if all others do.
    begins[0] = int(analysis.filled[max(place_of(analysis, min(heads)) - min(titles[1:]), 0)])
    return tuple(begins), frozenset(heads)


def _below_link(analysis: Analysis, line: int) -> int:
    """The line right below the links of the comment above, if they are near: a title belongs to the comment below it."""
    place = place_of(analysis, line)
    for above in range(place - 1, max(place - 1 - MAX_TITLE_LINES, 0) - 1, -1):
        if any(hit.pattern.kind is Kind.COMMENT_CONTROLS for hit in analysis.hits.get(int(analysis.filled[above]), ())):
            return int(analysis.filled[above + 1])
    return line
