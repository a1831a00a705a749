"""Boxes: the lines below an opening line, below a label, or between the heading of an offer and its button.

A box gets its kind from its opening line. It ends where the article resumes.
"""

from __future__ import annotations

import re
from collections.abc import Iterator

import numpy as np

from cleaner.lines.analysis import Analysis
from cleaner.lines.layout import Layout
from cleaner.lines.ledger import Ledger
from cleaner.matching.matcher import Hit
from cleaner.result import Kind
from cleaner.text.arrays import BoolArray
from cleaner.text.names import is_capitalised

__all__ = ["add_boxes"]

BOX_POINTS = 14.0
# Boxes opened between two checks of the clock; each examines the lines below it.
BOX_STEPS = 8
# A line inside this many nested boxes is noise, whatever else speaks for it (set by hand).
MAX_BOXES = 16
PARAGRAPH_MAX_LINES = 12
PARAGRAPH_MAX_WORDS = 140
INTERIOR_MAX_LINES = 5
SHORT_SENTENCE_WORDS = 3
FULL_STOPS = frozenset(".。")
# Boxes that hold titles of other articles.
TITLE_KINDS = frozenset({Kind.RELATED_LINKS, Kind.READ_ALSO, Kind.FOLLOW_UP})
# The most words of a label, and of the title below it (set by hand).
LABEL_MAX_WORDS, TITLE_MAX_WORDS = 4, 25
# Offers: a heading, at most OFFER_MAX_LINES lines that are not sentences, each of at most OFFER_MAX_WORDS words, and a
# button (set by hand).
OFFER_KINDS = frozenset({Kind.NEWSLETTER, Kind.PAYWALL, Kind.SOCIAL_PROMOTION, Kind.DONATION_APPEAL})
OFFER_MAX_LINES, OFFER_MAX_WORDS = 3, 20
# A byline split over lines: the most words of its label and of its name, and the most lines before its date (set by
# hand).
BYLINE_MAX_WORDS, BYLINE_NAME_MAX_WORDS, BYLINE_MAX_PIECES = 2, 4, 2
# The counter of a slide show; at least COUNTER_MIN_RUN of them count up together.
COUNTER = re.compile(r"\s*\(?(\d{1,3}) ?/ ?(\d{1,3})\)?\s*")
COUNTER_MAX_LENGTH, COUNTER_MIN_RUN = 12, 3


def add_boxes(
    analysis: Analysis, ledger: Ledger, placed: dict[int, list[Hit]], places: Layout, article: BoolArray
) -> None:
    """Give points to the lines of boxes.

    ``placed``: the hits by line that hold in their place; ``article``: the lines that a sentence runs through, and
    the dates of entries; every box ends above them.
    """
    clock = analysis.clock
    _open_boxes(analysis, ledger, placed, places, article)
    clock.check()
    _add_label_titles(analysis, ledger, placed)
    clock.check()
    _add_offers(analysis, ledger, placed, places)
    clock.check()
    _add_byline_names(analysis, ledger, placed, places)
    clock.check()
    _add_counters(analysis, ledger)


def _open_boxes(
    analysis: Analysis, ledger: Ledger, placed: dict[int, list[Hit]], places: Layout, article: BoolArray
) -> None:
    closed = {line for line, hits in placed.items() for hit in hits if hit.pattern.action == "close"}
    broken = set(np.flatnonzero(article).tolist())
    below_titles = broken | _last_sentences(analysis, placed)
    openers = [
        (line, hit)
        for line in analysis.clock.watch(sorted(placed))
        for hit in placed[line]
        if hit.pattern.action == "open"
        and (hit.pattern.strength == "strong" or (places.is_tail[line] and places.prose_precedes[line]))
    ]
    # Of nested boxes the last ones count: each ends where MAX_BOXES others have opened below it.
    edges = [line for line, _ in openers[MAX_BOXES:]] + [len(analysis.document)] * MAX_BOXES
    for (line, hit), edge in analysis.clock.watch(zip(openers, edges, strict=False), BOX_STEPS):
        stops = below_titles if hit.pattern.kind is Kind.RELATED_LINKS else broken
        _open_box(analysis, ledger, hit, range(line, max(edge, line + 1)), places, closed, stops)


def _open_box(
    analysis: Analysis, ledger: Ledger, hit: Hit, lines: range, places: Layout, closed: set[int], stops: set[int]
) -> None:
    """Give the lines below an opening line the points of its box, down to the end of the box.

    ``lines``: the opening line, and those below it that the box may reach. ``closed``: lines that end a box.
    ``stops``: lines of the article; a box of short lines ends above them.
    """
    reach = hit.pattern.reach
    # A box removes the rest of a document only below an article.
    interior = not (places.is_tail[lines[0]] and places.prose_precedes[lines[0]])
    if interior and reach == "end":
        reach = "lines"
    features = analysis.features
    taken = 0
    words = 0.0
    prose = 0
    for line in analysis.clock.watch(lines[1:]):
        if features.is_blank[line]:
            if taken and (interior or reach == "paragraph"):
                return
            continue
        is_prose = bool(analysis.prose[line])
        words += float(features.words[line])
        prose += is_prose
        if (
            (reach != "paragraph" and line in stops)
            or (reach == "paragraph" and (taken >= PARAGRAPH_MAX_LINES or words > PARAGRAPH_MAX_WORDS or prose > 1))
            or (reach == "lines" and (is_prose or (analysis.sentence[line] and interior)))
            or (interior and (taken >= INTERIOR_MAX_LINES or is_prose))
            or (reach == "end" and not places.is_tail[line])
        ):
            return
        if hit.pattern.kind in TITLE_KINDS and (is_prose or analysis.sentence[line]):
            # In a list of titles, titles belong to the box; a sentence may belong to the article, so it is scored.
            continue
        ledger.add(line, f"context.box:{hit.pattern.id}", BOX_POINTS, hit.pattern.kind)
        taken += 1
        if line in closed:
            return


def _lines_below(analysis: Analysis, line: int, count: int) -> list[int]:
    """The next lines below a line that are not blank, at most ``count``."""
    first = int(np.searchsorted(analysis.filled, line)) + 1
    below: list[int] = analysis.filled[first : first + count].tolist()
    return below


def _add_label_titles(analysis: Analysis, ledger: Ledger, placed: dict[int, list[Hit]]) -> None:
    """Give points to the title below a label that stands alone ("Read also:"), and to no other line."""
    features = analysis.features
    for line, hits in analysis.clock.watch(placed.items()):
        labels = [hit for hit in hits if hit.pattern.kind in TITLE_KINDS and hit.pattern.strength == "strong"]
        if not labels or features.words[line] > LABEL_MAX_WORDS:
            continue
        below = _lines_below(analysis, line, 1)
        if not below:
            continue
        title = below[0]
        if title - line > 2 or title in analysis.hits or ledger.lines.get(title):
            continue
        is_title = LABEL_MAX_WORDS <= features.words[title] <= TITLE_MAX_WORDS and not features.ends_sentence[title]
        if is_title and not features.starts_lower[title] and not features.ends_colon[title]:
            kind = labels[0].pattern.kind
            ledger.add(title, f"context.box:{labels[0].pattern.id}", BOX_POINTS, kind)


def _add_offers(analysis: Analysis, ledger: Ledger, placed: dict[int, list[Hit]], places: Layout) -> None:
    """Give points to the lines between the heading of an offer ("Newsletter") and its button, below a headline."""
    features = analysis.features
    offers = {line: hits for line, hits in placed.items() if any(hit.pattern.kind in OFFER_KINDS for hit in hits)}
    short = {line for line in offers if features.words[line] <= LABEL_MAX_WORDS and places.prose_precedes[line]}
    for heading in analysis.clock.watch(sorted(short)):
        opening = [hit for hit in offers[heading] if hit.pattern.strength == "strong"]
        within = _lines_below(analysis, heading, OFFER_MAX_LINES + 1)
        button = next((at for at, line in enumerate(within) if line in short), 0)
        between = within[:button]
        is_told = [analysis.prose[line] or features.ends_sentence[line] for line in between]
        if not opening or any(is_told) or any(features.words[line] > OFFER_MAX_WORDS for line in between):
            continue
        for line in between:
            ledger.add(line, f"context.box:{opening[0].pattern.id}", BOX_POINTS, opening[0].pattern.kind)


def _add_byline_names(analysis: Analysis, ledger: Ledger, placed: dict[int, list[Hit]], places: Layout) -> None:
    """Give points to the name below a lone label ("Posted by"), outside the article, and to the lines before its date."""
    features = analysis.features
    kinds = {line: {hit.pattern.kind for hit in hits} for line, hits in placed.items()}
    for label in analysis.clock.watch([line for line, found in kinds.items() if Kind.BYLINE in found]):
        is_inside = places.prose_precedes[label] and places.prose_follows[label]
        below = _lines_below(analysis, label, BYLINE_MAX_PIECES + 2)
        if is_inside or features.words[label] > BYLINE_MAX_WORDS or not below or not _can_be_name(analysis, below[0]):
            continue
        dates = [at for at, line in enumerate(below) if Kind.PUBLICATION_DATE in kinds.get(line, ())]
        pieces = below[: dates[0]] if dates else below[:1]
        if any(features.words[line] > BYLINE_MAX_WORDS or line in analysis.hits for line in pieces[1:]):
            pieces = pieces[:1]
        if dates or (len(below) > 1 and below[1] in placed):
            for line in pieces:
                ledger.add(line, "context.byline-label", BOX_POINTS, Kind.BYLINE)


def _can_be_name(analysis: Analysis, line: int) -> bool:
    """Whether a line is nothing but a few capitalised words."""
    words = analysis.document.line_text(line).split()
    return line not in analysis.hits and len(words) <= BYLINE_NAME_MAX_WORDS and all(map(is_capitalised, words))


def _add_counters(analysis: Analysis, ledger: Ledger) -> None:
    """Give points to the counters of a slide show ("1/9", "2/9", ...), each alone on its line, with the same total."""
    is_short = (analysis.features.length <= COUNTER_MAX_LENGTH) & analysis.figured
    short = analysis.filled[is_short[analysis.filled]].tolist()
    found = [(line, COUNTER.fullmatch(analysis.document.line_text(line))) for line in analysis.clock.watch(short)]
    counters = [(line, int(match[1]), int(match[2])) for line, match in found if match]
    for run in _counting_runs(counters):
        for line in run:
            ledger.add(line, "context.counter", BOX_POINTS, Kind.PAGINATION)


def _counting_runs(counters: list[tuple[int, int, int]]) -> Iterator[list[int]]:
    """The lines of each run of at least three counters that go up by one and have the same total."""
    run: list[tuple[int, int, int]] = []
    for counter in [*counters, (-1, -1, -1)]:
        if run and (counter[1] != run[-1][1] + 1 or counter[2] != run[-1][2]):
            if len(run) >= COUNTER_MIN_RUN:
                yield [line for line, _, _ in run]
            run = []
        run.append(counter)


def _last_sentences(analysis: Analysis, placed: dict[int, list[Hit]]) -> set[int]:
    """Short sentences below a title, with noise below them or nothing: the last ones of an article."""
    features, filled = analysis.features, analysis.filled
    found = set()
    ends = features.ends_sentence[filled] & (features.words[filled] >= SHORT_SENTENCE_WORDS)
    for place in analysis.clock.watch((np.flatnonzero(ends[1:] & ~features.ends_sentence[filled[:-1]]) + 1).tolist()):
        above, line = filled[place - 1 : place + 1].tolist()
        is_last = place + 1 == filled.size or int(filled[place + 1]) in placed
        if (
            is_last
            and above not in placed
            and line not in placed
            and analysis.document.line_text(line).rstrip()[-1] in FULL_STOPS
        ):
            found.add(line)
    return found
