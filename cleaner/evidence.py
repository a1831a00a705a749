"""What patterns and the document's structure say of its lines: hits in their places, boxes, threads, a signature.

Order: find the thread, the main block and the headline, place each pattern hit, open boxes. Every step only adds
evidence, or a fragment to cut.
"""

from __future__ import annotations

import re
from collections import defaultdict
from collections.abc import Iterator
from dataclasses import dataclass, replace

import numpy as np

from cleaner.analysis import Analysis, evidence_of, points_of
from cleaner.features import BoolArray, FloatArray
from cleaner.headlines import Headline, find_headline
from cleaner.matcher import Hit
from cleaner.model import Evidence, Kind
from cleaner.places import HEADLINE_LINES_ABOVE, Places, beside_metadata, find_places
from cleaner.scorer import rawness
from cleaner.signals import Clues, broken_prose
from cleaner.threads import Thread, find_thread

__all__ = ["Cut", "Gathered", "Ledger", "gather"]

THREAD_POINTS = 24.0
BOX_POINTS = 14.0
# The counter of a slide show; so many count up together.
COUNTER = re.compile(r"\s*\(?(\d{1,3}) ?/ ?(\d{1,3})\)?\s*")
COUNTER_MAX_LENGTH, COUNTER_MIN_RUN = 12, 3
# A label and the title below it, in words (set by hand).
LABEL_MAX_WORDS, TITLE_MAX_WORDS = 4, 25
# Boxes that hold titles of other articles.
TITLE_KINDS = frozenset({Kind.RELATED_LINKS, Kind.READ_ALSO, Kind.FOLLOW_UP})
SIGNATURE_POINTS = 7.0
# Dates with text between them are entries from so many on, each of so many lines at most.
ENTRY_POINTS, ENTRY_MIN_DATES, ENTRY_MAX_LINES = -4.0, 3, 12
PARAGRAPH_MAX_LINES = 12
PARAGRAPH_MAX_WORDS = 140
INTERIOR_MAX_LINES = 5
SHORT_SENTENCE_WORDS = 3
SIGNATURE_MAX_WORDS = 4
FULL_STOPS = frozenset(".。")
YEAR = re.compile(r"\d{4}(?:\s?[–—-]\s?\d{4})?\s?:?")
WORD_OR_NUMBER = re.compile(r"\d+|[^\W\d]+")
# Dates, addresses and numbers that stand in sentences as well.
INLINE_KINDS = frozenset({Kind.PUBLICATION_DATE, Kind.CONTACT_LINE})
NAME_PARTICLES = frozenset(
    {"de", "du", "von", "van", "der", "den", "da", "di", "del", "dos", "el", "al", "bin", "ben", "le"}
)


@dataclass(frozen=True, slots=True)
class Cut:
    """A fragment of a line that goes: offsets into the document, and why."""

    line: int
    start: int
    end: int
    evidence: Evidence


class Ledger:
    """Evidence by line, as it comes in."""

    def __init__(self, analysis: Analysis) -> None:
        self._document = analysis.document
        self.lines: dict[int, list[Evidence]] = defaultdict(list)
        self._totals = np.zeros(len(self._document))

    def add(self, line: int, source: str, points: float, kind: Kind | None) -> None:
        """Add evidence about a whole line."""
        start, end = self._document.starts.item(line), self._document.ends.item(line)
        self.put(line, Evidence(source, points, start, end, kind))

    def put(self, line: int, evidence: Evidence) -> None:
        """Add evidence that knows its own place in a line."""
        self.lines[line].append(evidence)
        self._totals[line] += evidence.points

    def totals(self) -> FloatArray:
        """The points of every line of the document."""
        return self._totals.copy()


@dataclass(frozen=True, slots=True, eq=False)
class _Lines:
    """Which lines a sentence runs through, and those that are dates of entries."""

    running: BoolArray
    entries: set[int]


@dataclass(frozen=True, slots=True, eq=False)
class Gathered:
    """What patterns and context say of a document: evidence by line, fragments to cut, and clues for the scorer."""

    ledger: Ledger
    cuts: list[Cut]
    clues: Clues


def gather(analysis: Analysis, title: str | None) -> Gathered:
    """The evidence of patterns and context over one document."""
    thread = find_thread(analysis)
    raw = rawness(analysis)
    places = find_places(analysis, thread, raw)
    headline = find_headline(analysis, title, places.main_start)
    ledger = Ledger(analysis)
    entries = _entry_dates(analysis, thread)
    running = _running(analysis)
    placed = _place_hits(analysis, places, thread, _Lines(running, entries))
    for line in entries:
        ledger.add(line, "context.entry", ENTRY_POINTS, None)
    cuts = _add_hits(ledger, placed)
    _open_boxes(analysis, ledger, placed, places, running)
    _add_label_titles(analysis, ledger, placed)
    _add_counters(analysis, ledger)
    if thread is not None:
        _add_thread(analysis, ledger, thread, raw)
    _add_signature(analysis, ledger, places)
    _add_bylines(analysis, ledger, places, headline)
    return Gathered(ledger, cuts, Clues(placed, ledger.totals(), thread, headline, places, raw))


def _entry_dates(analysis: Analysis, thread: Thread | None) -> set[int]:
    """Dates, years and times that head the entries of a chronology, a live blog or a programme: text between them."""
    filled = analysis.filled.tolist()
    dates = [at for at, line in enumerate(filled) if _is_date(analysis, line, thread)]
    if len(dates) < ENTRY_MIN_DATES:
        return set()
    found: set[int] = set()
    run = dates[:1]
    for place in [*dates[1:], len(filled)]:
        text = filled[run[-1] + 1 : place]
        while text and analysis.strong[text[-1]]:
            text.pop()
        is_entry = 0 < len(text) <= ENTRY_MAX_LINES and analysis.features.ends_sentence[text[-1]]
        if place == len(filled) or not is_entry:
            found.update(_of_entries(analysis, [filled[at] for at in run], filled[: run[0]]))
            run = []
        run.append(place)
    return found


def _is_date(analysis: Analysis, line: int, thread: Thread | None) -> bool:
    if thread is not None and thread.start <= line < thread.stop:
        return False
    return YEAR.fullmatch(analysis.document.line_text(line).strip()) is not None or any(
        hit.pattern.kind is Kind.PUBLICATION_DATE and hit.pattern.match == "whole"
        for hit in analysis.hits.get(line, ())
    )


def _of_entries(analysis: Analysis, run: list[int], above: list[int]) -> list[int]:
    """The dates of a run that head entries; the article's own date right before them is written in another way."""
    if len(run) > 1 and not analysis.features.ends_sentence[above].any():
        first, *others = (WORD_OR_NUMBER.sub(_sort_of, analysis.document.line_text(line)) for line in run)
        if first not in others:
            run = run[1:]
    return run if len(run) >= ENTRY_MIN_DATES else []


def _sort_of(found: re.Match[str]) -> str:
    return "0" if found[0].isdigit() else "a"


def _place_hits(analysis: Analysis, places: Places, thread: Thread | None, lines: _Lines) -> dict[int, list[Hit]]:
    """The hits whose position in the document holds."""
    placed: dict[int, list[Hit]] = {}
    # Whether any sentence stands above: links to other articles follow one.
    told = np.cumsum(analysis.sentence | analysis.prose) > 0
    for line, hits in analysis.hits.items():
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


def _holds(hit: Hit, line: int, places: Places, *, in_thread: bool) -> bool:
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
    """Which lines a sentence runs through, broken at links perhaps: it goes on below them."""
    filled, number = analysis.filled, analysis.paragraph
    found = np.zeros(len(analysis.document), dtype=bool)
    found[filled[:-1]] = (number[1:] == number[:-1]) & broken_prose(analysis)[filled[:-1]]
    return found


def _add_hits(ledger: Ledger, placed: dict[int, list[Hit]]) -> list[Cut]:
    """Evidence of the hits; a line gets the points of its best hit, and the fragments to cut come back."""
    cuts: list[Cut] = []
    for line, hits in placed.items():
        best = max(hits, key=_line_points)
        for hit in hits:
            if hit.pattern.action == "cut":
                cuts.append(Cut(line, hit.start, hit.end, evidence_of(hit)))
            elif hit is best:
                ledger.put(line, evidence_of(hit))
    return cuts


def _line_points(hit: Hit) -> float:
    """What a hit says of its whole line."""
    return points_of(hit) if hit.pattern.action != "cut" else 0.0


def _open_boxes(
    analysis: Analysis, ledger: Ledger, placed: dict[int, list[Hit]], places: Places, running: BoolArray
) -> None:
    closed = {line for line, hits in placed.items() for hit in hits if hit.pattern.action == "close"}
    broken = set(np.flatnonzero(running).tolist())
    below_titles = broken | _last_sentences(analysis, placed)
    for line in sorted(placed):
        for hit in placed[line]:
            if hit.pattern.action == "open" and (
                hit.pattern.strength == "strong" or (places.is_tail[line] and places.prose_precedes[line])
            ):
                stops = below_titles if hit.pattern.kind is Kind.RELATED_LINKS else broken
                _open_box(analysis, ledger, hit, line, places, closed, stops)


def _open_box(
    analysis: Analysis, ledger: Ledger, hit: Hit, opened: int, places: Places, closed: set[int], stops: set[int]
) -> None:
    """Give the lines below an opening line the points of its box, as far as it reaches.

    ``closed``: lines that end a box; ``stops``: lines of the article above which one of short lines has ended.
    """
    reach = hit.pattern.reach
    # A box takes the rest of a document only below an article.
    interior = not (places.is_tail[opened] and places.prose_precedes[opened])
    if interior and reach == "end":
        reach = "lines"
    features = analysis.features
    taken = 0
    words = 0.0
    prose = 0
    for line in range(opened + 1, len(analysis.document)):
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
            # Titles have a name in a list of titles; a sentence among them may be the article's, and is weighed.
            continue
        ledger.add(line, f"context.box:{hit.pattern.id}", BOX_POINTS, hit.pattern.kind)
        taken += 1
        if line in closed:
            return


def _add_label_titles(analysis: Analysis, ledger: Ledger, placed: dict[int, list[Hit]]) -> None:
    """The title on the line below a label that stands alone ("Read also:"), and no more than that line."""
    features, filled = analysis.features, analysis.filled
    place = {int(line): at for at, line in enumerate(filled.tolist())}
    for line, hits in placed.items():
        labels = [hit for hit in hits if hit.pattern.kind in TITLE_KINDS and hit.pattern.strength == "strong"]
        below = place[line] + 1
        if not labels or below >= filled.size or features.words[line] > LABEL_MAX_WORDS:
            continue
        title = int(filled[below])
        if title - line > 2 or title in analysis.hits or ledger.lines.get(title):
            continue
        is_title = LABEL_MAX_WORDS <= features.words[title] <= TITLE_MAX_WORDS and not features.ends_sentence[title]
        if is_title and not features.starts_lower[title] and not features.ends_colon[title]:
            kind = labels[0].pattern.kind
            ledger.add(title, f"context.box:{labels[0].pattern.id}", BOX_POINTS, kind)


def _add_counters(analysis: Analysis, ledger: Ledger) -> None:
    """The counters of a slide show, each alone on its line ("1/9", "2/9", and so on): counting up to one number."""
    short = analysis.filled[(analysis.features.length <= COUNTER_MAX_LENGTH)[analysis.filled]].tolist()
    found = [(line, COUNTER.fullmatch(analysis.document.line_text(line))) for line in short]
    counters = [(line, int(match[1]), int(match[2])) for line, match in found if match]
    for run in _counting_runs(counters):
        for line in run:
            ledger.add(line, "context.counter", BOX_POINTS, Kind.PAGINATION)


def _counting_runs(counters: list[tuple[int, int, int]]) -> Iterator[list[int]]:
    """The lines of each run of at least three counters, each one more than the one before, of the same number."""
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
    for place in (np.flatnonzero(ends[1:] & ~features.ends_sentence[filled[:-1]]) + 1).tolist():
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


def _add_thread(analysis: Analysis, ledger: Ledger, thread: Thread, raw: float) -> None:
    bodies = {line for body in thread.bodies for line in body}
    for line in range(thread.start, thread.stop):
        if analysis.features.is_blank[line]:
            continue
        is_body = line in bodies and (line <= thread.last_mark or raw < 0.5 or bool(analysis.sentence[line]))
        kind = Kind.COMMENT if is_body else Kind.BOILERPLATE
        links = [hit for hit in analysis.hits.get(line, ()) if hit.pattern.action == "cut"]
        if links and not analysis.document.has_word_outside(line, sorted((hit.start, hit.end) for hit in links)):
            kind = links[0].pattern.kind
        # The links fused into a comment go with it; their evidence explains, the thread decides.
        for hit in links:
            ledger.put(line, replace(evidence_of(hit), points=0.0))
        ledger.add(line, "context.comment-thread", THREAD_POINTS, kind)


def _add_signature(analysis: Analysis, ledger: Ledger, places: Places) -> None:
    """The author's name alone below the last paragraph, with noise below it or nothing; a heading has text there."""
    filled = analysis.filled
    below = filled[np.searchsorted(filled, places.main_end, side="right") :]
    if not below.size or places.main_end < 0 or not analysis.sentence[places.main_end]:
        return
    line = int(below[0])
    ends = below.size == 1 or ledger.totals()[below[1]] > 0.0
    if ends and is_name(analysis.document.line_text(line)):
        ledger.add(line, "context.signature", SIGNATURE_POINTS, Kind.SIGNATURE)


def _add_bylines(analysis: Analysis, ledger: Ledger, places: Places, headline: Headline | None) -> None:
    """The author's name on a line of its own beside the date above the article, where a headline stands above both."""
    filled = analysis.filled
    above = filled[: np.searchsorted(filled, places.main_start)][-HEADLINE_LINES_ABOVE:].tolist()
    copies = set() if headline is None else {headline.first, *headline.copies}
    titles = [line for line in above if line in copies or places.headline_like[line]]
    if not titles:
        return
    for line in beside_metadata(analysis, above) - copies:
        if line > titles[0] and line not in analysis.hits and is_name(analysis.document.line_text(line)):
            ledger.add(line, "context.byline-place", SIGNATURE_POINTS, Kind.BYLINE)


def is_name(text: str) -> bool:
    """Whether a line looks like a person's name: two to four capitalised words and nothing else.

    >>> is_name("Claire de Montfort"), is_name("Vive la France"), is_name("Affaire à suivre.")
    (True, False, False)
    """
    words = text.strip().split()
    if not 2 <= len(words) <= SIGNATURE_MAX_WORDS:
        return False
    names = [word for word in words if word not in NAME_PARTICLES]
    return len(names) >= 2 and all(_is_capitalised_name(word) for word in names)


def _is_capitalised_name(word: str) -> bool:
    letters = word.replace("-", "").replace("'", "").replace("’", "").removesuffix(".")
    is_initial = len(letters) == 1
    return letters.isalpha() and word[0].isupper() and (is_initial or not word.endswith("."))
