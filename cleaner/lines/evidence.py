"""What patterns and the document's structure say about its lines: hits in their places, boxes, threads, a signature.

Order: find the thread, the main block and the headline, place each pattern hit, open boxes. Every step only adds
evidence, or a fragment to cut.
"""

from __future__ import annotations

import re
from dataclasses import dataclass, replace
from itertools import takewhile

import numpy as np

from cleaner.clock import Clock
from cleaner.lines.analysis import Analysis, evidence_of, points_of
from cleaner.lines.boxes import add_boxes
from cleaner.lines.headlines import Headline, find_headline
from cleaner.lines.layout import HEADLINE_LINES_ABOVE, Layout, beside_metadata, find_layout
from cleaner.lines.ledger import Ledger
from cleaner.lines.repeats import add_repeats
from cleaner.lines.scorer import page_likeness
from cleaner.lines.signals import Clues, broken_prose
from cleaner.lines.threads import Thread, find_thread
from cleaner.matching.matcher import Hit
from cleaner.passes.judgement import Cut
from cleaner.result import Kind
from cleaner.text.arrays import BoolArray
from cleaner.text.names import is_name

__all__ = ["Gathered", "gather"]

THREAD_POINTS = 24.0
SIGNATURE_POINTS = 7.0
# At least ENTRY_MIN_DATES dates with text between them head entries of at most ENTRY_MAX_LINES lines each.
ENTRY_POINTS, ENTRY_MIN_DATES, ENTRY_MAX_LINES = -4.0, 3, 12
# The most lines between the heading of a list of teasers and its first date (set by hand).
HEADING_MAX_LINES = 5
# As long as "12 h 30" and "1914-18" (set by hand).
MOMENT_MAX_LENGTH = 7
YEAR = re.compile(r"\d{4}(?:\s?[–—-]\s?\d{4})?\s?:?")
WORD_OR_NUMBER = re.compile(r"\d+|[^\W\d]+")
# Dates, addresses and numbers, which occur in sentences as well.
INLINE_KINDS = frozenset({Kind.PUBLICATION_DATE, Kind.CONTACT_LINE})


@dataclass(frozen=True, slots=True, eq=False)
class _Lines:
    """The lines that a sentence runs through, and the dates of entries."""

    running: BoolArray
    entries: set[int]


@dataclass(frozen=True, slots=True, eq=False)
class Gathered:
    """What patterns and context say about a document: evidence by line, fragments to cut, clues for the scorer."""

    ledger: Ledger
    cuts: list[Cut]
    clues: Clues


def gather(analysis: Analysis, title: str | None) -> Gathered:
    """The evidence of patterns and context for one document."""
    clock = analysis.clock
    thread = find_thread(analysis)
    clock.check()
    page = page_likeness(analysis)
    clock.check()
    places = find_layout(analysis, thread, page)
    clock.check()
    headline = find_headline(analysis, title, places.main_start)
    clock.check()
    ledger = Ledger(analysis)
    entries = _entry_dates(analysis, thread)
    running = _running(analysis)
    placed = _place_hits(analysis, places, thread, _Lines(running, entries))
    for line in clock.watch(entries):
        ledger.add(line, "context.entry", ENTRY_POINTS, None)
    for line in clock.watch(_entry_texts(analysis, entries)):
        ledger.add(line, "context.entry-text", ENTRY_POINTS, None)
    cuts = _add_hits(ledger, placed, clock)
    for hit in clock.watch(hit for hits in analysis.protected.values() for hit in hits):
        ledger.put(hit.line, evidence_of(hit))
    clock.check()
    article = running.copy()
    article[sorted(entries)] = True
    add_boxes(analysis, ledger, placed, places, article)
    clock.check()
    if thread is not None:
        _add_thread(analysis, ledger, thread, page)
    _add_signature(analysis, ledger, places)
    _add_bylines(analysis, ledger, places, headline)
    clock.check()
    # The line scorer was fitted without a site memory, so what the site repeats is no signal for it.
    points = ledger.totals()
    add_repeats(analysis, ledger, headline)
    return Gathered(ledger, cuts, Clues(placed, points, thread, headline, places, page))


def _entry_dates(analysis: Analysis, thread: Thread | None) -> set[int]:
    """Dates, years and times that head the entries of a chronology, a live blog or a programme: text between them."""
    maybe = analysis.figured.copy()
    maybe[list(analysis.hits)] = True
    places = np.flatnonzero(maybe[analysis.filled]).tolist()
    dates = [at for at in analysis.clock.watch(places) if _is_date(analysis, int(analysis.filled[at]), thread)]
    if len(dates) < ENTRY_MIN_DATES:
        return set()
    filled = analysis.filled.tolist()
    # Where the first sentence of the document ends; after the last line if there is none.
    ends = np.flatnonzero(analysis.features.ends_sentence[analysis.filled])
    first_end = int(ends[0]) if ends.size else len(filled)
    found: set[int] = set()
    run = dates[:1]
    for place in analysis.clock.watch([*dates[1:], len(filled)]):
        text = filled[run[-1] + 1 : place]
        while text and analysis.named[text[-1]]:
            text.pop()
        is_entry = 0 < len(text) <= ENTRY_MAX_LINES and analysis.features.ends_sentence[text[-1]]
        if place == len(filled) or not is_entry:
            if found or not _is_below_heading(analysis, filled, run[0]):
                found.update(_of_entries(analysis, [filled[at] for at in run], is_first=run[0] <= first_end))
            run = []
        run.append(place)
    return found


def _is_below_heading(analysis: Analysis, filled: list[int], place: int) -> bool:
    """Whether a list of other articles begins shortly above: the dated lines below its heading are teasers."""
    for line in filled[max(place - HEADING_MAX_LINES, 0) : place][::-1]:
        hits = analysis.hits.get(line, ())
        if any(hit.pattern.action == "open" and hit.pattern.kind is Kind.RELATED_LINKS for hit in hits):
            return True
        if analysis.prose[line]:
            return False
    return False


def _entry_texts(analysis: Analysis, entries: set[int]) -> set[int]:
    """The lines below a lone time or year, down to the last sentence above the next one or above named noise.

    Whole dates are left out, since teasers of other articles stand below them as well.
    """
    filled, features = analysis.filled, analysis.features
    found: set[int] = set()
    heads = [line for line in sorted(entries) if features.length[line] <= MOMENT_MAX_LENGTH]
    for start in analysis.clock.watch((np.searchsorted(filled, heads) + 1).tolist()):
        below = filled[start : start + ENTRY_MAX_LINES].tolist()
        text = list(takewhile(lambda line: line not in entries and not analysis.named[line], below))
        while text and not features.ends_sentence[text[-1]]:
            text.pop()
        found.update(text)
    return found


def _is_date(analysis: Analysis, line: int, thread: Thread | None) -> bool:
    if thread is not None and thread.start <= line < thread.stop:
        return False
    return YEAR.fullmatch(analysis.document.line_text(line).strip()) is not None or any(
        hit.pattern.kind is Kind.PUBLICATION_DATE and hit.pattern.match == "whole"
        for hit in analysis.hits.get(line, ())
    )


def _of_entries(analysis: Analysis, run: list[int], *, is_first: bool) -> list[int]:
    """The dates of a run that head entries, without the article's own date right before them, which has another form.

    ``is_first``: no sentence ends above the run.
    """
    if len(run) > 1 and is_first:
        first, *others = (WORD_OR_NUMBER.sub(_sort_of, analysis.document.line_text(line)) for line in run)
        if first not in others:
            run = run[1:]
    return run if len(run) >= ENTRY_MIN_DATES else []


def _sort_of(found: re.Match[str]) -> str:
    return "0" if found[0].isdigit() else "a"


def _place_hits(analysis: Analysis, places: Layout, thread: Thread | None, lines: _Lines) -> dict[int, list[Hit]]:
    """The hits whose position in the document holds."""
    placed: dict[int, list[Hit]] = {}
    # Whether any sentence stands above: links to other articles only follow one.
    told = np.cumsum(analysis.sentence | analysis.prose) > 0
    for line, hits in analysis.clock.watch(analysis.hits.items()):
        in_thread = thread is not None and thread.start <= line < thread.stop
        kept = [
            hit
            for hit in hits
            if _holds(hit, line, places, in_thread=in_thread)
            and (told[line] or hit.pattern.action != "open" or hit.pattern.kind is not Kind.RELATED_LINKS)
            and not (lines.running[line] and hit.pattern.kind in INLINE_KINDS and hit.pattern.match == "whole")
            and not (line in lines.entries and hit.pattern.kind is Kind.PUBLICATION_DATE)
        ]
        if kept:
            placed[line] = kept
    return placed


def _holds(hit: Hit, line: int, places: Layout, *, in_thread: bool) -> bool:
    position = hit.pattern.position
    if (
        hit.pattern.kind in (Kind.COMMENT_ATTRIBUTION, Kind.COMMENT_AUTHOR)
        and not in_thread
        and not places.is_tail[line]
    ):
        return False
    if position == "head":
        return bool(places.is_head[line])
    if position == "tail":
        return bool(places.is_tail[line])
    return position == "any" or bool(places.is_head[line] or places.is_tail[line])


def _running(analysis: Analysis) -> BoolArray:
    """Which lines a sentence, perhaps broken at links, runs through: it continues below them."""
    filled, number = analysis.filled, analysis.paragraph
    found = np.zeros(len(analysis.document), dtype=bool)
    found[filled[:-1]] = (number[1:] == number[:-1]) & broken_prose(analysis)[filled[:-1]]
    return found


def _add_hits(ledger: Ledger, placed: dict[int, list[Hit]], clock: Clock) -> list[Cut]:
    """The fragments to cut; adds the evidence of the hits, where a line gets the points of its best hit."""
    cuts: list[Cut] = []
    for line, hits in clock.watch(placed.items()):
        best = max(hits, key=_line_points)
        for hit in clock.watch(hits):
            if hit.pattern.action == "cut":
                cuts.append(Cut(line, hit.start, hit.end, evidence_of(hit)))
            elif hit is best:
                ledger.put(line, evidence_of(hit))
    return cuts


def _line_points(hit: Hit) -> float:
    """The points that a hit gives its whole line."""
    return points_of(hit) if hit.pattern.action != "cut" else 0.0


def _add_thread(analysis: Analysis, ledger: Ledger, thread: Thread, page: float) -> None:
    bodies = {line for body in thread.bodies for line in body}
    for line in analysis.clock.watch(range(thread.start, thread.stop)):
        if analysis.features.is_blank[line]:
            continue
        is_body = line in bodies and (line <= thread.last_mark or page < 0.5 or bool(analysis.sentence[line]))
        kind = Kind.COMMENT if is_body else Kind.BOILERPLATE
        links = [hit for hit in analysis.hits.get(line, ()) if hit.pattern.action == "cut"]
        if links and not analysis.document.has_word_outside(line, sorted((hit.start, hit.end) for hit in links)):
            kind = links[0].pattern.kind
        # Links fused into a comment are removed with it: their evidence explains, the thread decides.
        for hit in analysis.clock.watch(links):
            ledger.put(line, replace(evidence_of(hit), points=0.0))
        ledger.add(line, "context.comment-thread", THREAD_POINTS, kind)


def _add_signature(analysis: Analysis, ledger: Ledger, places: Layout) -> None:
    """Add the author's name, alone below the last paragraph with noise or nothing below it; a heading has text there."""
    filled = analysis.filled
    below = filled[np.searchsorted(filled, places.main_end, side="right") :]
    if not below.size or places.main_end < 0 or not analysis.sentence[places.main_end]:
        return
    line = int(below[0])
    ends = below.size == 1 or ledger.totals()[below[1]] > 0.0
    if ends and is_name(analysis.document.line_text(line)):
        ledger.add(line, "context.signature", SIGNATURE_POINTS, Kind.SIGNATURE)


def _add_bylines(analysis: Analysis, ledger: Ledger, places: Layout, headline: Headline | None) -> None:
    """Add the author's name, alone on a line beside the date above the article, with a headline above both."""
    filled = analysis.filled
    above = filled[: np.searchsorted(filled, places.main_start)][-HEADLINE_LINES_ABOVE:].tolist()
    copies = set() if headline is None else {headline.first, *headline.copies}
    titles = [line for line in above if line in copies or places.headline_like[line]]
    if not titles:
        return
    for line in beside_metadata(analysis, above) - copies:
        if line > titles[0] and line not in analysis.hits and is_name(analysis.document.line_text(line)):
            ledger.add(line, "context.byline-place", SIGNATURE_POINTS, Kind.BYLINE)
