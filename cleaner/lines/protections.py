"""Protects what belongs to an article by its form: rows of tables, lists, fact sheets, subheadings."""

from __future__ import annotations

from itertools import islice

import numpy as np

from cleaner.lines.analysis import Analysis
from cleaner.lines.layout import Layout
from cleaner.lines.ledger import Ledger
from cleaner.lines.signals import Clues

__all__ = ["add_last_sentences", "add_lists", "add_sheets", "add_subheadings", "add_tables"]

TABLE_POINTS, TABLE_MAX_RAWNESS = -6.0, 0.5
LIST_POINTS, LIST_MIN_ITEMS = -4.0, 2
# The least words of a sentence that introduces a list (set by hand), and how the list's items end.
LIST_LEAD_MIN_WORDS, CLAUSE_ENDS, FULL_STOPS = 6, frozenset(";,；，،؛"), frozenset(".。।۔")
# A short sentence right below the article: its points, and its least and most words (set by hand).
LAST_POINTS, LAST_MIN_WORDS, LAST_MAX_WORDS = -2.2, 2, 12
# Fact sheets: their points, least rows, and most words of a label and of a value (set by hand).
SHEET_POINTS, SHEET_MIN_ROWS, SHEET_LABEL_WORDS, SHEET_VALUE_WORDS = -2.0, 3, 4, 5
# A line below named noise and above a paragraph: its points and most words (set by hand).
SUBHEADING_POINTS, SUBHEADING_MAX_WORDS = -2.0, 14


def add_tables(analysis: Analysis, ledger: Ledger, page: float) -> None:
    """Protect rows of tables as extractors write them; on flattened pages bars only separate links."""
    if page >= TABLE_MAX_RAWNESS:
        return
    for line in analysis.clock.watch(np.flatnonzero(analysis.features.separators >= 2).tolist()):
        if analysis.document.line_text(line).lstrip().startswith("|"):
            ledger.add(line, "context.table", TABLE_POINTS, None)


def add_lists(analysis: Analysis, ledger: Ledger, clues: Clues) -> None:
    """Protect a list that a colon introduces, if prose is right below it or its items end as clauses do.

    Patterns may still object.
    """
    features, filled = analysis.features, analysis.filled.tolist()
    if not features.ends_colon.any():
        return
    is_prose = (analysis.prose | analysis.sentence) & clues.places.inside
    speaks = ledger.totals() != 0.0
    at = 0
    while at < len(filled) - 1:
        stop = at + 1
        if features.ends_colon[filled[at]] and not speaks[filled[at]]:
            analysis.clock.check()
            while stop < len(filled) and features.is_bullet[filled[stop]] and not speaks[filled[stop]]:
                stop += 1
            is_told = at > 0 and stop - at > LIST_MIN_ITEMS
            if is_told and (_are_clauses(analysis, filled[at:stop]) or (stop < len(filled) and is_prose[filled[stop]])):
                for line in analysis.clock.watch(filled[at:stop]):
                    ledger.add(line, "context.list", LIST_POINTS, None)
        at = stop


def _are_clauses(analysis: Analysis, lines: list[int]) -> bool:
    """Whether a sentence introduces a list whose items end with semicolons or commas, and the last one with a full stop."""
    ends = [analysis.document.line_text(line).rstrip()[-1:] for line in lines[1:]]
    return (
        bool(analysis.features.words[lines[0]] >= LIST_LEAD_MIN_WORDS)
        and all(end in CLAUSE_ENDS for end in ends[:-1])
        and ends[-1] in FULL_STOPS
    )


def add_sheets(analysis: Analysis, ledger: Ledger) -> None:
    """Protect rows of labels and values ("Length: 17 km") that no pattern hits: a fact sheet belongs to the article."""
    if len(list(islice(analysis.lines_with(":"), SHEET_MIN_ROWS))) < SHEET_MIN_ROWS:
        return
    filled = analysis.filled.tolist()
    speaks = ledger.totals() != 0.0
    rows: list[list[int]] = []
    at = 0
    while at < len(filled):
        analysis.clock.check()
        size = _row_size(analysis, filled[at : at + 2])
        row = filled[at : at + size]
        if not row or speaks[row].any():
            _protect_sheet(analysis, ledger, rows)
            rows = []
        else:
            rows.append(row)
        at += max(size, 1)
    _protect_sheet(analysis, ledger, rows)


def _row_size(analysis: Analysis, lines: list[int]) -> int:
    """How many of the next two lines make a row of a sheet: 1 for both on one line, 2 for a label above its value, or 0."""
    features = analysis.features
    label, colon, value = analysis.document.line_text(lines[0]).partition(":")
    is_label = bool(colon) and 0 < len(label.split()) <= SHEET_LABEL_WORDS and not any(map(str.isdigit, label))
    if not is_label:
        return 0
    if value.strip():
        return int(
            value[0].isspace() and len(value.split()) <= SHEET_VALUE_WORDS and not features.ends_sentence[lines[0]]
        )
    is_value = (
        len(lines) > 1 and features.words[lines[1]] <= 2 * SHEET_VALUE_WORDS and not features.ends_colon[lines[1]]
    )
    return 2 if is_value else 0


def _protect_sheet(analysis: Analysis, ledger: Ledger, rows: list[list[int]]) -> None:
    if len(rows) < SHEET_MIN_ROWS:
        return
    # A label that repeats belongs to a list of offers, or of days.
    if len({analysis.document.folded_line(row[0]).partition(":")[0] for row in rows}) == len(rows):
        for line in analysis.clock.watch(line for row in rows for line in row):
            ledger.add(line, "context.sheet", SHEET_POINTS, None)


def add_subheadings(analysis: Analysis, ledger: Ledger, places: Layout) -> None:
    """Protect a short line between named noise and a paragraph inside the article: it may head the paragraph."""
    features, filled = analysis.features, analysis.filled
    named = ledger.totals() > 0.0
    inside = places.prose_precedes & places.prose_follows
    is_title = ~features.ends_sentence & (features.words <= SUBHEADING_MAX_WORDS) & ~features.ends_colon & inside
    above, lines, below = filled[:-2], filled[1:-1], filled[2:]
    found = (
        is_title[lines]
        & named[above]
        & (ledger.totals()[lines] == 0.0)
        & analysis.prose[below]
        & ~analysis.prose[lines]
    )
    for line in analysis.clock.watch(lines[found].tolist()):
        ledger.add(line, "context.subheading-place", SUBHEADING_POINTS, None)


def add_last_sentences(analysis: Analysis, ledger: Ledger) -> None:
    """Protect a short unnamed sentence right below a paragraph, above noise or nothing: it may end the article."""
    features, filled = analysis.features, analysis.filled
    speaks = ledger.totals() != 0.0
    told = analysis.prose | analysis.sentence
    ends = features.ends_sentence & (features.words >= LAST_MIN_WORDS) & (features.words <= LAST_MAX_WORDS)
    above, lines = filled[:-1], filled[1:]
    found = ends[lines] & told[above] & ~speaks[lines] & ~speaks[above] & (features.words[above] > LAST_MAX_WORDS)
    for line in analysis.clock.watch(lines[found].tolist()):
        if analysis.document.line_text(line).rstrip()[-1:] in FULL_STOPS:
            ledger.add(line, "context.last-sentence", LAST_POINTS, None)
