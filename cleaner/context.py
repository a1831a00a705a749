"""The decision over the whole document: place, blocks that open, comment threads, headline copies, guards.

Order: find the thread, find the main block, place each pattern hit, open boxes, score lines, let weak evidence
look for company, and sum. Every step only adds evidence; a line goes when its sum exceeds the threshold.
"""

from __future__ import annotations

from collections import defaultdict
from dataclasses import dataclass, replace

import numpy as np

from cleaner.analysis import Analysis, evidence_of
from cleaner.comments import find_comments
from cleaner.config import CleanConfig
from cleaner.features import BoolArray, FloatArray
from cleaner.headlines import Headline, find_headline
from cleaner.matcher import Hit
from cleaner.model import Evidence, Kind
from cleaner.places import Places, find_places
from cleaner.scorer import LinePoints, rawness, score_lines
from cleaner.sequence import choose_lines
from cleaner.signals import Clues
from cleaner.threads import THREAD_KINDS, Thread, find_thread
from cleaner.weights import Weights

__all__ = ["Cut", "Decision", "decide"]

THREAD_POINTS = 24.0
COPY_POINTS = 24.0
BOX_POINTS = 14.0
SIGNATURE_POINTS = 7.0
HEADLINE_POINTS = -24.0
HEADLINE_PLACE_POINTS, HEADLINE_PLACE_LINES, HEADLINE_PLACE_OTHERS = -4.0, 2, 2
MAIN_BLOCK_POINTS = -1.0
TABLE_POINTS, TABLE_MAX_RAWNESS = -6.0, 0.5
COMPANY_POINTS = 2.0
# A fragment must have this much more evidence than a line: nothing else speaks for cutting it.
FRAGMENT_POINTS = -4.0
# How far beyond the threshold the lines around put a line that they decide.
SEQUENCE_POINTS = 0.5
TAIL_POINTS = 2.0
HEAD_POINTS = 1.0
INTERIOR_POINTS = -1.0
PARAGRAPH_MAX_LINES = 12
PARAGRAPH_MAX_WORDS = 140
INTERIOR_MAX_LINES = 5
SIGNATURE_MAX_WORDS = 4
OPENING_QUOTES = frozenset('«“„"‘「『')
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


@dataclass(frozen=True, slots=True, eq=False)
class Decision:
    """What one pass decided: which lines go, as which kind, which fragments are cut, and all evidence."""

    removed: BoolArray
    scores: list[float]
    kinds: list[Kind | None]
    evidence: dict[int, list[Evidence]]
    cuts: list[Cut]
    points: LinePoints
    headline: str | None
    comments: tuple[tuple[int, ...], ...]
    flags: tuple[str, ...]


class _Ledger:
    """Evidence by line, as it comes in."""

    def __init__(self, analysis: Analysis) -> None:
        self._document = analysis.document
        self.lines: dict[int, list[Evidence]] = defaultdict(list)

    def add(self, line: int, source: str, points: float, kind: Kind | None) -> None:
        start, end = int(self._document.starts[line]), int(self._document.ends[line])
        self.lines[line].append(Evidence(source, points, start, end, kind))

    def points(self, line: int) -> float:
        return sum(evidence.points for evidence in self.lines.get(line, ()))

    def totals(self) -> FloatArray:
        """The points of every line of the document."""
        found = np.zeros(len(self._document))
        for line in self.lines:
            found[line] = self.points(line)
        return found


def decide(analysis: Analysis, config: CleanConfig, title: str | None, weights: Weights) -> Decision:
    """The decision over one document."""
    gathered = gather(analysis, title)
    ledger, clues = gathered.ledger, gathered.clues
    _add_headline(ledger, clues.headline, config)
    weak = [line for line, hits in clues.placed.items() if any(hit.pattern.strength == "weak" for hit in hits)]
    points = score_lines(analysis, clues, weights)
    _add_company(analysis, ledger, points, clues.places, weak)
    if clues.headline is None:
        _add_headline_place(analysis, ledger, clues)
    points = _with_main_block(analysis, points, clues)
    _add_tables(analysis, ledger, clues.raw)
    _add_choice(analysis, config, ledger, points, clues.raw)
    return _sum(analysis, config, gathered, points)


def _add_choice(analysis: Analysis, config: CleanConfig, ledger: _Ledger, points: LinePoints, page: float) -> None:
    """Choose over the whole sequence; the document's threshold and the lines around become evidence of each line.

    A line that patterns or context speak of is decided by its own sum, and the other lines as if it were not there.
    """
    features, lines = analysis.features, points.lines
    if not lines.size:
        return
    evidence = ledger.totals()[lines]
    own = points.total + evidence
    words = features.words[lines]
    prose_share = float((words * analysis.prose[lines]).sum()) / max(float(words.sum()), 1.0)
    choice = choose_lines(
        own, words, page=page, prose_share=prose_share, threshold=config.threshold, alone=evidence != 0.0
    )
    margin = own + choice.points - config.threshold
    for line, keep, over in zip(lines.tolist(), choice.keep.tolist(), margin.tolist(), strict=True):
        ledger.add(line, "document.threshold", choice.points, None)
        if keep and over > 0.0:
            ledger.add(line, "context.neighbours", -over - SEQUENCE_POINTS, None)
        elif not keep and over <= 0.0:
            ledger.add(line, "context.neighbours", -over + SEQUENCE_POINTS, None)


@dataclass(frozen=True, slots=True, eq=False)
class Gathered:
    """What patterns and context say of a document: evidence by line, fragments to cut, and clues for the scorer."""

    ledger: _Ledger
    cuts: list[Cut]
    clues: Clues


def gather(analysis: Analysis, title: str | None) -> Gathered:
    """The evidence of patterns and context over one document."""
    thread = find_thread(analysis)
    raw = rawness(analysis)
    places = find_places(analysis, thread, raw)
    headline = find_headline(analysis, title, places.main_start)
    ledger = _Ledger(analysis)
    placed = _place_hits(analysis, places, thread)
    cuts = _add_hits(ledger, placed)
    _open_boxes(analysis, ledger, placed, places)
    if thread is not None:
        _add_thread(analysis, ledger, thread, raw)
    _add_signature(analysis, ledger, places)
    return Gathered(ledger, cuts, Clues(placed, ledger.totals(), thread, headline, places, raw))


def _place_hits(analysis: Analysis, places: Places, thread: Thread | None) -> dict[int, list[Hit]]:
    """The hits whose position in the document holds."""
    placed: dict[int, list[Hit]] = {}
    for line, hits in analysis.hits.items():
        in_thread = thread is not None and thread.start <= line < thread.stop
        kept = [
            hit
            for hit in hits
            if _holds(hit, line, places, in_thread=in_thread) and not _is_quoted(analysis.document.text, hit)
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


def _is_quoted(text: str, hit: Hit) -> bool:
    """Whether a line opens a quotation with the words of a pattern: an article quotes, an interface does not."""
    return hit.pattern.match in ("start", "whole") and text[hit.start - 1 : hit.start] in OPENING_QUOTES


def _add_hits(ledger: _Ledger, placed: dict[int, list[Hit]]) -> list[Cut]:
    """Evidence of the hits; a line gets the points of its best hit, and the fragments to cut come back."""
    cuts: list[Cut] = []
    for line, hits in placed.items():
        best = max(hits, key=lambda hit: evidence_of(hit).points if hit.pattern.action != "cut" else 0.0)
        for hit in hits:
            if hit.pattern.action == "cut":
                cuts.append(Cut(line, hit.start, hit.end, evidence_of(hit)))
            elif hit is best:
                ledger.lines[line].append(evidence_of(hit))
    return cuts


def _open_boxes(analysis: Analysis, ledger: _Ledger, placed: dict[int, list[Hit]], places: Places) -> None:
    closed = {line for line, hits in placed.items() for hit in hits if hit.pattern.action == "close"}
    for line in sorted(placed):
        for hit in placed[line]:
            if hit.pattern.action == "open" and (
                hit.pattern.strength == "strong" or (places.is_tail[line] and places.prose_precedes[line])
            ):
                _open_box(analysis, ledger, hit, line, places, closed)


def _open_box(analysis: Analysis, ledger: _Ledger, hit: Hit, opened: int, places: Places, closed: set[int]) -> None:
    """Give the lines below an opening line the points of its box, as far as it reaches."""
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
        if reach == "paragraph" and (taken >= PARAGRAPH_MAX_LINES or words > PARAGRAPH_MAX_WORDS or prose > 1):
            return
        if reach == "lines" and (is_prose or (analysis.sentence[line] and interior)):
            return
        if interior and (taken >= INTERIOR_MAX_LINES or is_prose):
            return
        if reach == "end" and not places.is_tail[line]:
            return
        ledger.add(line, f"context.box:{hit.pattern.id}", BOX_POINTS, hit.pattern.kind)
        taken += 1
        if line in closed:
            return


def _add_thread(analysis: Analysis, ledger: _Ledger, thread: Thread, raw: float) -> None:
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
        ledger.lines[line] += [replace(evidence_of(hit), points=0.0) for hit in links]
        ledger.add(line, "context.comment-thread", THREAD_POINTS, kind)


def _add_headline(ledger: _Ledger, headline: Headline | None, config: CleanConfig) -> None:
    if headline is None:
        return
    if config.headline == "keep":
        for line in (headline.first, *headline.copies):
            ledger.add(line, "context.headline", HEADLINE_POINTS, None)
        return
    if config.headline == "drop":
        ledger.add(headline.first, "context.headline", COPY_POINTS, Kind.DUPLICATE_HEADLINE)
    else:
        ledger.add(headline.first, "context.headline", HEADLINE_POINTS, None)
    for line in headline.copies:
        ledger.add(line, "context.headline-copy", COPY_POINTS, Kind.DUPLICATE_HEADLINE)


def _add_headline_place(analysis: Analysis, ledger: _Ledger, clues: Clues) -> None:
    """The lines where a headline and a standfirst stand: right above the article, but for author, date and the like."""
    places = clues.places
    found = others = 0
    for line in reversed([int(line) for line in analysis.filled if line < places.main_start]):
        if places.headline_like[line]:
            ledger.add(line, "context.headline-place", HEADLINE_PLACE_POINTS, None)
            found += 1
        elif line not in clues.placed:
            others += 1
        if found == HEADLINE_PLACE_LINES or others > HEADLINE_PLACE_OTHERS:
            return


def _with_main_block(analysis: Analysis, points: LinePoints, clues: Clues) -> LinePoints:
    """The points, with some for the sentences of extracted text: a lost article line is worse than noise left in."""
    inside = clues.places.inside & (analysis.prose | analysis.sentence)
    extra = np.where(inside[points.lines], MAIN_BLOCK_POINTS * (1.0 - clues.raw), 0.0)
    return points.with_term("context.main-block", extra)


def _add_tables(analysis: Analysis, ledger: _Ledger, page: float) -> None:
    """Rows of tables, as extractors write them, belong to the article; on flattened pages bars part links."""
    if page >= TABLE_MAX_RAWNESS:
        return
    texts, separators = analysis.document.line_texts, analysis.features.separators
    for line in analysis.filled.tolist():
        if texts[line].startswith("|") and separators[line] >= 2:
            ledger.add(line, "context.table", TABLE_POINTS, None)


def _add_signature(analysis: Analysis, ledger: _Ledger, places: Places) -> None:
    """The author's name alone below the last paragraph."""
    below = [int(line) for line in analysis.filled if line > places.main_end][:2]
    if not below or places.main_end < 0 or not analysis.sentence[places.main_end]:
        return
    line = below[0]
    if is_name(analysis.document.line_text(line)):
        ledger.add(line, "context.signature", SIGNATURE_POINTS, Kind.SIGNATURE)


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


def _add_company(analysis: Analysis, ledger: _Ledger, points: LinePoints, places: Places, weak: list[int]) -> None:
    """Weak evidence grows where noise stands beside it, or where the article is over or has not begun."""
    filled = analysis.filled
    weak_lines = set(weak)
    noisy = {
        int(line): ledger.points(int(line)) + float(own) > 0 or int(line) in weak_lines
        for line, own in zip(filled, points.total, strict=True)
    }
    for line in weak:
        place = int(np.searchsorted(filled, line))
        beside = [int(other) for other in filled[max(0, place - 1) : place + 2] if other != line]
        company = sum(noisy[other] for other in beside)
        if company:
            ledger.add(line, "context.company", COMPANY_POINTS * company, None)
        if not places.prose_follows[line]:
            ledger.add(line, "context.after-article", TAIL_POINTS, None)
        elif not places.prose_precedes[line]:
            ledger.add(line, "context.before-article", HEAD_POINTS, None)
        else:
            ledger.add(line, "context.inside-article", INTERIOR_POINTS, None)


def _sum(analysis: Analysis, config: CleanConfig, gathered: Gathered, points: LinePoints) -> Decision:
    ledger, clues = gathered.ledger, gathered.clues
    totals = np.zeros(len(analysis.document))
    totals[points.lines] = points.total
    scores = totals.tolist()
    kinds: list[Kind | None] = [None] * len(scores)
    removed = np.zeros(len(scores), dtype=bool)
    for line, evidence in ledger.lines.items():
        scores[line] += sum(item.points for item in evidence)
        removed[line] = scores[line] > config.threshold
        kinds[line] = _kind_of(evidence)
    comments = _comments(analysis, ledger, clues.thread, removed, kinds)
    for line in np.flatnonzero(removed).tolist():
        kinds[line] = kinds[line] or Kind.BOILERPLATE
        if kinds[line] in config.keep:
            removed[line] = False
    flags = []
    if any(hit.pattern.kind is Kind.PAYWALL for line, hits in analysis.hits.items() if removed[line] for hit in hits):
        flags.append("truncated-by-paywall")
    return Decision(
        removed=removed,
        scores=scores,
        kinds=kinds,
        evidence=ledger.lines,
        cuts=[
            cut
            for cut in gathered.cuts
            if not removed[cut.line]
            and cut.evidence.kind not in config.keep
            and cut.evidence.points + FRAGMENT_POINTS > config.threshold
        ],
        points=points,
        headline=clues.headline.text if clues.headline else None,
        comments=comments,
        flags=tuple(flags),
    )


def _kind_of(evidence: list[Evidence]) -> Kind | None:
    """The kind with the strongest evidence; a pattern's own name wins over a general one."""
    named = [item for item in evidence if item.kind is not None and item.points > 0]
    if not named:
        return None
    specific = [item for item in named if item.kind not in (Kind.COMMENT, Kind.BOILERPLATE)]
    thread = any(item.source == "context.comment-thread" and item.kind is Kind.COMMENT for item in named)
    if thread:
        # Inside a thread only the thread's own signs keep their names: a comment that quotes a slogan is a comment.
        specific = [item for item in specific if item.kind in THREAD_KINDS]
    best = max(specific or named, key=lambda item: item.points)
    return best.kind


def _comments(
    analysis: Analysis, ledger: _Ledger, thread: Thread | None, removed: BoolArray, kinds: list[Kind | None]
) -> tuple[tuple[int, ...], ...]:
    """The lines of each comment that goes; those without a mark get their kind here."""
    if thread is not None:
        return tuple(body for body in thread.bodies if any(removed[line] for line in body))
    found = find_comments(analysis, removed, np.array([kind is not None for kind in kinds]))
    for line in (line for body in found for line in body):
        ledger.add(line, "context.comment", 0.0, Kind.COMMENT)
        kinds[line] = Kind.COMMENT
    return found
