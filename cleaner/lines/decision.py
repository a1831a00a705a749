"""The decision over the whole document: evidence, the line scorer's points, and the surrounding lines.

Order: gather the evidence, score the lines, raise weak evidence beside noise, protect headlines and tables, choose
over the sequence, and sum. Every step only adds points; a line is removed when its sum exceeds the threshold.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from functools import partial
from types import MappingProxyType

import numpy as np

from cleaner.config import CleanConfig
from cleaner.lines.analysis import Analysis
from cleaner.lines.comments import comment_texts, find_comments
from cleaner.lines.confidence import Expected, confidence, expect
from cleaner.lines.evidence import Gathered, gather
from cleaner.lines.headlines import Headline
from cleaner.lines.layout import HEADLINE_LINES_ABOVE, Layout, beside_metadata
from cleaner.lines.ledger import Ledger
from cleaner.lines.protections import add_last_sentences, add_lists, add_sheets, add_subheadings, add_tables
from cleaner.lines.repeats import hints_of
from cleaner.lines.runs import MODES, choose_runs
from cleaner.lines.scorer import LinePoints, score_lines
from cleaner.lines.signals import Clues
from cleaner.lines.threads import THREAD_KINDS, Thread
from cleaner.lines.weights import Weights
from cleaner.passes.judgement import LineJudgement
from cleaner.result import Evidence, Kind
from cleaner.text.arrays import BoolArray, FloatArray, IntArray
from cleaner.text.document import Document
from cleaner.text.windows import stretches

__all__ = ["decide"]

NO_CONTEXT: Mapping[str, FloatArray] = MappingProxyType({})
TRUNCATED = "truncated-by-paywall"
# How many lines below the article a paywall notice may stand, and its least words (set by hand).
WALL_MAX_LINES, WALL_MIN_WORDS = 3, 4
COPY_POINTS = 24.0
# A line above the article that repeats a part of the window's title other than the headline (set by hand).
SITE_POINTS = 16.0
HEADLINE_POINTS = -24.0
HEADLINE_PLACE_POINTS, HEADLINE_PLACE_LINES, HEADLINE_PLACE_OTHERS = -4.0, 2, 2
MAIN_BLOCK_POINTS = -1.0
# In a short document there are few lines to compare, so a sentence gets FEW_LINES_POINTS: all of them up to
# FEW_LINES_FULLY lines, fewer beyond that, none from FEW_LINES_NONE lines on. FEW_LINES_PAGE is added to the last
# number for a flattened page.
FEW_LINES_POINTS, FEW_LINES_FULLY, FEW_LINES_NONE, FEW_LINES_PAGE = -2.0, 12, 40, 40
COMPANY_POINTS = 2.0
# A fragment needs this much more evidence than a line, since nothing else supports cutting it.
FRAGMENT_POINTS = -4.0
# How far beyond the threshold a line is put when the surrounding lines decide it.
SEQUENCE_POINTS = 0.5
TAIL_POINTS = 2.0
HEAD_POINTS = 1.0
INTERIOR_POINTS = -1.0


def decide(
    analysis: Analysis,
    config: CleanConfig,
    title: str | None,
    weights: Weights,
    *,
    context: Mapping[str, FloatArray] = NO_CONTEXT,
    explain: bool = True,
) -> LineJudgement:
    """The judgement over one document.

    ``context``: points by name for each line, from what is known beside the text. ``explain``: keep the points of each
    term of the line scorer.
    """
    gathered = gather(analysis, title)
    ledger, clues = gathered.ledger, gathered.clues
    _add_headline(ledger, clues.headline, config)
    hits_placed = analysis.clock.watch(clues.placed.items())
    weak = [line for line, hits in hits_placed if any(hit.pattern.strength == "weak" for hit in hits)]
    analysis.clock.check()
    points = score_lines(analysis, clues, weights, explain=explain)
    for name, values in {**context, **hints_of(analysis, clues.page)}.items():
        points = points.with_context(name, values[points.lines])
    _add_company(analysis, ledger, points, clues.places, weak)
    if clues.headline is None:
        _add_headline_place(analysis, ledger, clues)
    points = _with_main_block(analysis, points, clues)
    add_tables(analysis, ledger, clues.page)
    add_lists(analysis, ledger, clues)
    add_sheets(analysis, ledger)
    add_subheadings(analysis, ledger, clues.places)
    add_last_sentences(analysis, ledger)
    analysis.clock.check()
    choice = _choose(analysis, config, ledger, points, clues.page)
    return _sum(analysis, config, gathered, choice)


@dataclass(frozen=True, slots=True, eq=False)
class _Choice:
    """The points including those of the surrounding lines, the doubtful lines, and what to expect of the result."""

    points: LinePoints
    doubtful: tuple[tuple[int, int, float], ...]
    expected: Expected


def _choose(analysis: Analysis, config: CleanConfig, ledger: Ledger, points: LinePoints, page: float) -> _Choice:
    """Decide over runs of lines; the decision on a run becomes points of each of its lines.

    A line with evidence from patterns or context is decided by its own sum, and anchors the runs beside it.
    """
    features, lines = analysis.features, points.lines
    evidence = ledger.totals()[lines]
    few = _few_lines(lines.size, page) * (analysis.sentence[lines] & (evidence == 0.0))
    points = points.with_context("document.few-lines", few)
    own = points.total + evidence
    words = features.words[lines]
    over = own - config.threshold
    named = (evidence != 0.0) & (over > 0.0)
    costs = MODES[config.mode].costs(page, lines.size)
    sentence = (analysis.sentence | analysis.prose)[lines]
    alone = None if analysis.repeats is None else analysis.repeats.alone[lines]
    keep = choose_runs(over, words, named, sentence, costs, analysis.clock, alone=alone)
    decided = np.where(keep == (over > 0.0), -over, 0.0)
    decided += np.where(decided != 0.0, np.where(keep, -SEQUENCE_POINTS, SEQUENCE_POINTS), 0.0)
    doubtful = _doubtful_stretches(lines, keep & (own > 0.0), own)
    expected = expect(own, words, keep, named, page)
    return _Choice(points.with_context("context.run", decided), doubtful, expected)


def _doubtful_stretches(lines: IntArray, doubtful: BoolArray, own: FloatArray) -> tuple[tuple[int, int, float], ...]:
    """The first and last line of each stretch of doubtful lines, and the mean of their points."""
    return tuple(
        (int(lines[first]), int(lines[stop - 1]), float(own[first:stop].mean())) for first, stop in stretches(doubtful)
    )


def _few_lines(count: int, page: float) -> float:
    """The points of a sentence in a document of ``count`` lines."""
    none = FEW_LINES_NONE + FEW_LINES_PAGE * page
    return FEW_LINES_POINTS * min(max((none - count) / (none - FEW_LINES_FULLY), 0.0), 1.0)


def _add_headline(ledger: Ledger, headline: Headline | None, config: CleanConfig) -> None:
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
    for line in headline.site:
        ledger.add(line, "context.site-name", SITE_POINTS, Kind.INTERFACE)


def _add_headline_place(analysis: Analysis, ledger: Ledger, clues: Clues) -> None:
    """Protect the headline and the standfirst: the lines above the article, with only author, date and such between."""
    places = clues.places
    found = others = 0
    filled = analysis.filled
    above = filled[: np.searchsorted(filled, places.main_start)].tolist()
    beside = beside_metadata(analysis, above[-HEADLINE_LINES_ABOVE:])
    for line in reversed(above):
        if places.headline_like[line]:
            ledger.add(line, "context.headline-place", HEADLINE_PLACE_POINTS, None)
            found += 1
        elif line not in clues.placed and line not in beside:
            others += 1
        if found == HEADLINE_PLACE_LINES or others > HEADLINE_PLACE_OTHERS:
            return


def _with_main_block(analysis: Analysis, points: LinePoints, clues: Clues) -> LinePoints:
    """The points, with a bonus for sentences of extracted text: losing an article line is worse than leaving noise."""
    inside = clues.places.inside & (analysis.prose | analysis.sentence)
    extra = np.where(inside[points.lines], MAIN_BLOCK_POINTS * (1.0 - clues.page), 0.0)
    return points.with_context("context.main-block", extra)


def _add_company(analysis: Analysis, ledger: Ledger, points: LinePoints, places: Layout, weak: list[int]) -> None:
    """Raise weak evidence beside noise, and above or below the article."""
    if not weak:
        return
    filled = analysis.filled
    noisy = np.zeros(len(analysis.document), dtype=bool)
    named = ledger.totals()[filled]
    # Inside the article a line without a name does not count as noise: its run has not been decided yet.
    inside = places.prose_precedes[filled] & places.prose_follows[filled]
    noisy[filled] = (named + points.total > 0) & ((named > 0) | ~inside)
    noisy[weak] = True
    # An empty entry above the first line and below the last one gives every line two neighbours.
    around = np.zeros(filled.size + 2, dtype=np.int64)
    around[1:-1] = noisy[filled]
    place = np.searchsorted(filled, weak)
    companies = zip(weak, (around[place] + around[place + 2]).tolist(), strict=True)
    for line, company in analysis.clock.watch(companies):
        if company:
            ledger.add(line, "context.company", COMPANY_POINTS * company, None)
        if not places.prose_follows[line]:
            ledger.add(line, "context.after-article", TAIL_POINTS, None)
        elif not places.prose_precedes[line]:
            ledger.add(line, "context.before-article", HEAD_POINTS, None)
        else:
            ledger.add(line, "context.inside-article", INTERIOR_POINTS, None)


def _sum(analysis: Analysis, config: CleanConfig, gathered: Gathered, choice: _Choice) -> LineJudgement:
    ledger, clues, points = gathered.ledger, gathered.clues, choice.points
    scores = ledger.totals()
    scores[points.lines] += points.total
    removed = np.zeros(scores.size, dtype=bool)
    removed[points.lines] = scores[points.lines] > config.threshold
    removed[list(analysis.protected)] = False
    kinds: list[Kind | None] = [None] * scores.size
    for line, evidence in analysis.clock.watch(ledger.lines.items()):
        kinds[line] = _kind_of(evidence)
    comments = _comments(analysis, ledger, clues.thread, removed, kinds)
    for line in analysis.clock.watch(np.flatnonzero(removed).tolist()):
        kinds[line] = kinds[line] or Kind.BOILERPLATE
        if kinds[line] in config.keep:
            removed[line] = False
    flags = [TRUNCATED] if _ends_at_wall(analysis, removed, kinds) else []
    return LineJudgement(
        document=analysis.document,
        starts=analysis.document.starts,
        ends=analysis.document.ends,
        is_blank=analysis.features.is_blank,
        removed=removed,
        scores=scores.tolist(),
        kinds=kinds,
        cuts=[
            cut
            for cut in gathered.cuts
            if not removed[cut.line]
            and cut.line not in analysis.protected
            and cut.evidence.kind not in config.keep
            and cut.evidence.points + FRAGMENT_POINTS > config.threshold
        ],
        evidence=partial(_line_evidence, analysis.document, ledger.lines, points),
        confidence=partial(confidence, choice.expected),
        headline=clues.headline.text if clues.headline else None,
        comments=comment_texts(analysis, comments),
        flags=tuple(flags),
        doubtful=choice.doubtful,
    )


def _line_evidence(
    document: Document, ledger: Mapping[int, Sequence[Evidence]], points: LinePoints, line: int
) -> tuple[Evidence, ...]:
    """All evidence of a line: patterns and context first, then the terms of the line scorer."""
    return (*ledger.get(line, ()), *points.evidence(document, line))


def _ends_at_wall(analysis: Analysis, removed: BoolArray, kinds: list[Kind | None]) -> bool:
    """Whether the text ends at a paywall: a paywall notice, not a button, stands right below the last line that stays."""
    filled = analysis.filled
    kept = np.flatnonzero(~removed[filled])
    if not kept.size:
        return False
    below = filled[kept[-1] + 1 : kept[-1] + 1 + WALL_MAX_LINES].tolist()
    return any(kinds[line] is Kind.PAYWALL and analysis.features.words[line] >= WALL_MIN_WORDS for line in below)


def _kind_of(evidence: list[Evidence]) -> Kind | None:
    """The kind with the strongest evidence; the kind of a pattern wins over a general one."""
    named = [item for item in evidence if item.kind is not None and item.points > 0]
    if len(named) < 2:
        return named[0].kind if named else None
    specific = [item for item in named if item.kind not in (Kind.COMMENT, Kind.BOILERPLATE)]
    thread = any(item.source == "context.comment-thread" and item.kind is Kind.COMMENT for item in named)
    if thread:
        # Inside a thread only the thread's own signs keep their kinds: a comment that quotes a slogan is a comment.
        specific = [item for item in specific if item.kind in THREAD_KINDS]
    # Of two boxes the one that opened last is the nearer.
    best = max(reversed(specific or named), key=lambda item: item.points)
    return best.kind


def _comments(
    analysis: Analysis, ledger: Ledger, thread: Thread | None, removed: BoolArray, kinds: list[Kind | None]
) -> tuple[tuple[int, ...], ...]:
    """The lines of each removed comment; those without a sign of a thread get their kind here."""
    if thread is not None:
        return tuple(body for body in thread.bodies if any(removed[line] for line in body))
    found = find_comments(analysis, removed, np.array([kind is not None for kind in kinds]))
    for line in (line for body in found for line in body):
        ledger.add(line, "context.comment", 0.0, Kind.COMMENT)
        kinds[line] = Kind.COMMENT
    return found
