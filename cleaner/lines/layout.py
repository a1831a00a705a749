"""Where the article lies in a document: its block, what is before it and what is after it."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from cleaner.lines.analysis import Analysis
from cleaner.lines.threads import Thread
from cleaner.result import Kind
from cleaner.text.arrays import BoolArray, FloatArray

__all__ = ["HEADLINE_LINES_ABOVE", "Layout", "beside_metadata", "block_gains", "find_layout", "main_blocks"]

PROSE_MAX_GAIN = 60.0
SHORT_COST, SHORT_COST_A_WORD, SHORT_MAX_WORDS = 2.0, 0.4, 20.0
NOISE_COST = 15.0
SWITCH_COST = 20.0
HEAD_MAX_WORDS, HEAD_MAX_SHARE = 80.0, 0.25
TAIL_MAX_WORDS, TAIL_MAX_SHARE = 40.0, 0.08
MAX_GAP_LINES = 15
HEADLINE_LINES_ABOVE = 16
HEADLINE_MIN_WORDS, HEADLINE_MAX_WORDS = 4.0, 60.0
HEADLINE_MAX_LINES = 3
MENU_MIN_LINES = 3
# Kinds that stand between a headline and its article, and how far apart they may be, in lines (set by hand).
METADATA_KINDS = frozenset({Kind.BYLINE, Kind.PUBLICATION_DATE, Kind.READING_TIME, Kind.AUTHOR_BOX})
METADATA_LINES = 3


@dataclass(frozen=True, slots=True, eq=False)
class Layout:
    """Arrays over lines, and the edges of the article's prose.

    ``inside``: the main block. ``headline_like``: lines above it that can be headline, standfirst or first
    subheading. ``is_head`` and ``is_tail``: where head and tail patterns hold, a short piece
    of prose (a standfirst, a note on the author) allowed on the outer side. ``prose_follows`` and
    ``prose_precedes``: whether any article prose stands below or above. ``main_start`` and ``main_end`` are the
    first and last line of article prose (0 and -1 where there is none).
    """

    inside: BoolArray
    headline_like: BoolArray
    is_head: BoolArray
    is_tail: BoolArray
    prose_follows: BoolArray
    prose_precedes: BoolArray
    main_start: int
    main_end: int


def find_layout(analysis: Analysis, thread: Thread | None, page: float) -> Layout:
    """The places of a document's lines; ``page`` says how much it looks like a flattened page, 0 to 1."""
    count = len(analysis.document)
    candidate = analysis.prose & ~analysis.named
    if thread is not None:
        candidate[thread.start : thread.stop] = False
    inside = main_blocks(_gains(analysis, candidate))
    headline_like = np.zeros(count, dtype=bool)
    if inside.any():
        inside = _with_gaps(analysis, inside)
        headline_like = _headline_like(analysis, inside)
    if page > 0.0 and inside.any():
        candidate &= inside
        inside |= headline_like
    else:
        inside = np.ones(count, dtype=bool)
    if thread is not None:
        inside[thread.start : thread.stop] = False
    prose = np.flatnonzero(candidate)
    running = np.zeros(count + 1)
    np.cumsum(np.where(candidate, analysis.features.words, 0.0), out=running[1:])
    before, through = running[:-1], running[1:]
    total = float(running[-1])
    after = total - through
    return Layout(
        inside=inside,
        headline_like=headline_like,
        is_head=before <= max(HEAD_MAX_WORDS, HEAD_MAX_SHARE * total),
        is_tail=after <= max(TAIL_MAX_WORDS, TAIL_MAX_SHARE * total),
        prose_follows=after > 0,
        prose_precedes=before > 0,
        main_start=int(prose[0]) if prose.size else 0,
        main_end=int(prose[-1]) if prose.size else -1,
    )


def _gains(analysis: Analysis, candidate: BoolArray) -> FloatArray:
    """What keeping each line gains (prose) or costs (short lines, noise), in words."""
    features = analysis.features
    gains = np.where(analysis.named, -NOISE_COST, block_gains(features.words, candidate))
    return np.where(features.is_blank, 0.0, gains)


def block_gains(words: FloatArray, candidate: BoolArray) -> FloatArray:
    """What keeping each line gains (prose) or costs (any other line), in words."""
    return np.where(
        candidate,
        np.minimum(words, PROSE_MAX_GAIN),
        -(SHORT_COST + SHORT_COST_A_WORD * np.minimum(words, SHORT_MAX_WORDS)),
    )


def main_blocks(gains: FloatArray, switch_cost: float = SWITCH_COST, *, edge_cost: float | None = None) -> BoolArray:
    """The runs of lines with the best sum of gains, where every switch between keeping and dropping has a cost.

    ``edge_cost``: what keeping the first line costs; the same as a switch if it is None.
    """
    keep, drop = -(switch_cost if edge_cost is None else edge_cost), 0.0
    # The lines where the best path that keeps them came from dropping, and the other way round.
    entered: list[int] = []
    left: list[int] = []
    for line, gain in enumerate(gains.tolist()):
        if drop - switch_cost > keep:
            keep = drop - switch_cost
            entered.append(line)
        elif keep - switch_cost > drop:
            drop = keep - switch_cost
            left.append(line)
        keep += gain
    inside = np.zeros(gains.size, dtype=bool)
    is_in, stop = keep > drop, gains.size
    while stop:
        changes = entered if is_in else left
        while changes and changes[-1] >= stop:
            changes.pop()
        start = changes.pop() if changes else 0
        inside[start:stop] = is_in
        is_in, stop = not is_in, start
    return inside


def _with_gaps(analysis: Analysis, inside: BoolArray) -> BoolArray:
    """The blocks with the short gaps between them: lists, tables and boxes inside an article."""
    order = inside[analysis.filled].copy()
    kept = np.flatnonzero(order)
    gaps = kept[1:] - kept[:-1]
    for gap in np.flatnonzero((gaps > 1) & (gaps <= MAX_GAP_LINES + 1)).tolist():
        order[kept[gap] : kept[gap + 1]] = True
    # A sentence right after the block belongs to it: short last paragraphs are rarely long enough to count as prose.
    sentence = (analysis.sentence & ~analysis.named)[analysis.filled]
    for place in analysis.clock.watch((np.flatnonzero(sentence[1:]) + 1).tolist()):
        if order[place - 1] and int(analysis.filled[place]) not in analysis.hits:
            order[place] = True
    filled = inside.copy()
    filled[analysis.filled] = order
    return filled


def _headline_like(analysis: Analysis, inside: BoolArray) -> BoolArray:
    """The lines above a block that can be headline, standfirst or first subheading.

    They are long enough and have no pattern evidence. Author, date and sharing lines may stand between them; a run of
    short lines (a menu) ends the search.
    """
    first = int(np.flatnonzero(inside)[0])
    filled = analysis.filled
    above = filled[: np.searchsorted(filled, first)][-HEADLINE_LINES_ABOVE:].tolist()
    beside = beside_metadata(analysis, above)
    found_lines = np.zeros(inside.size, dtype=bool)
    found = 0
    menu = 0
    for line in reversed(above):
        if line in analysis.hits:
            continue
        if _can_be_headline(analysis, line):
            found_lines[line] = True
            found += 1
            menu = 0
        elif line not in beside:
            menu += 1
        if found == HEADLINE_MAX_LINES or menu == MENU_MIN_LINES:
            break
    return found_lines


def beside_metadata(analysis: Analysis, lines: list[int]) -> set[int]:
    """Those of ``lines``, given in order, that stand near an author or a date; short lines there are not a menu."""
    marked = [
        place
        for place, line in enumerate(lines)
        if any(hit.pattern.kind in METADATA_KINDS for hit in analysis.hits.get(line, ()))
    ]
    return {
        lines[near]
        for place in marked
        for near in range(max(place - METADATA_LINES, 0), min(place + METADATA_LINES + 1, len(lines)))
    }


def _can_be_headline(analysis: Analysis, line: int) -> bool:
    features = analysis.features
    return bool(
        HEADLINE_MIN_WORDS <= features.words[line] <= HEADLINE_MAX_WORDS
        and features.separators[line] < 2
        and not features.is_bullet[line]
    )
