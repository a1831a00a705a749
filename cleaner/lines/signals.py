"""An analysis -> the named numbers that the line scorer weighs, for every line that is not blank.

The first signals are a line's own shape, the patterns on it, its neighbours, its place and the document. The
second ones are what the first pass found on the lines around it. Every column has a name, grouped by the part
before the dot: ``shape``, ``paragraph``, ``pattern``, ``near``, ``place``, ``document``, and ``around`` for the second.
"""

from __future__ import annotations

from dataclasses import dataclass
from functools import cache

import numpy as np

from cleaner.lines.analysis import Analysis
from cleaner.lines.features import compute_features
from cleaner.lines.headlines import Headline, word_shares
from cleaner.lines.layout import Layout, block_gains, find_layout, main_blocks
from cleaner.lines.neighbours import SHORT_MAX_WORDS, Columns, neighbour_signals, second_signals
from cleaner.lines.threads import THREAD_KINDS, Thread
from cleaner.matching.matcher import Hit
from cleaner.result import Kind
from cleaner.text.arrays import BoolArray, FloatArray, IntArray
from cleaner.text.document import Document
from cleaner.text.windows import FAR, Windows, distance, median
from cleaner.text.words import WordLists

__all__ = ["GROUPS", "Clues", "Columns", "broken_prose", "first_signals", "second_signals", "signal_names"]

LONG_MIN_WORDS = 14
# From this number of lines on, the memory of a column matters, not the time of a numpy call.
MANY_LINES = 1_000
HEADLINE_MIN_LETTERS = 5
PARAGRAPH_MIN_WORDS, PARAGRAPH_MIN_STOP_WORDS, PARAGRAPH_MAX_CAPITALS = 12.0, 0.15, 0.5
EVIDENCE_MIN_POINTS = 10.0
# A line with at least these points of evidence has a name: a strong pattern, a box, a thread.
NAMED_MIN_POINTS = 10.0

GROUPS: dict[str, frozenset[Kind]] = {
    "interface": frozenset(
        {Kind.INTERFACE, Kind.BREADCRUMB, Kind.PAGE_TOOLS, Kind.SHARE_BAR, Kind.LIKE_COUNTER, Kind.PAGINATION}
    ),
    "related": frozenset({Kind.RELATED_LINKS, Kind.READ_ALSO, Kind.FOLLOW_UP, Kind.TAGS}),
    "comment": THREAD_KINDS,
    "metadata": frozenset(
        {
            Kind.BYLINE,
            Kind.PUBLICATION_DATE,
            Kind.READING_TIME,
            Kind.PHOTO_CREDIT,
            Kind.AGENCY_CREDIT,
            Kind.AUTHOR_BOX,
            Kind.AUTHOR_BIO,
        }
    ),
}
OTHER_GROUP = "promotion"
_GROUP_NAMES = (*GROUPS, OTHER_GROUP)
_GROUP_NUMBERS = {kind: number for number, kinds in enumerate(GROUPS.values()) for kind in kinds}


@dataclass(frozen=True, slots=True, eq=False)
class Clues:
    """What patterns and context say about a document before its lines are scored.

    ``placed``: the hits whose position holds, by line. ``points``: the sum of evidence by line, over all lines.
    ``page``: how much the document looks like a flattened page, 0 to 1.
    """

    placed: dict[int, list[Hit]]
    points: FloatArray
    thread: Thread | None
    headline: Headline | None
    places: Layout
    page: float


def _log(values: FloatArray | IntArray) -> FloatArray:
    return np.log1p(values)


def _number(values: BoolArray) -> FloatArray:
    return values.astype(np.float64)


def first_signals(analysis: Analysis, clues: Clues) -> Columns:
    """The signals of the first pass by name; in each column one number for each filled line, in order."""
    paragraphs, prose = _paragraphs(analysis)
    columns = _shape(analysis) | paragraphs | _pattern_columns(analysis, clues)
    analysis.clock.check()
    columns |= neighbour_signals(analysis, prose)
    analysis.clock.check()
    return columns | _place(analysis, clues, prose) | _document(analysis, clues, prose)


@cache
def signal_names() -> tuple[tuple[str, ...], tuple[str, ...]]:
    """The names of the first signals, and of all that the second pass weighs, in order."""
    document = Document("a")
    analysis = Analysis(document, compute_features(document, WordLists({}, {})), {})
    clues = Clues({}, np.zeros(1), None, None, find_layout(analysis, None, 0.0), 0.0)
    first = tuple(first_signals(analysis, clues))
    return first, (*first, *second_signals(np.zeros(1), np.ones(1)))


def _shape(analysis: Analysis) -> Columns:
    features, filled = analysis.features, analysis.filled
    words = features.words[filled]
    size = np.maximum(words, 1.0)
    spaced = features.cjk_share[filled] < 0.5
    ends = features.ends_sentence[filled]
    return {
        "shape.words": _log(words),
        "shape.letters": _log(features.letters[filled]),
        "shape.letters-a-word": np.minimum(features.letters[filled] / size, 12.0),
        "shape.prose": _number(analysis.prose[filled]),
        "shape.ends-sentence": _number(ends),
        "shape.short-sentence": _number(ends & (words < SHORT_MAX_WORDS)),
        "shape.sentences": _log(features.sentences[filled]),
        "shape.commas": np.minimum(features.commas[filled] / size, 0.3),
        "shape.ends-colon": _number(features.ends_colon[filled]),
        "shape.unspaced": features.cjk_share[filled],
        "shape.upper": features.upper_share[filled],
        "shape.all-upper": _number(features.upper_share[filled] > 0.8),
        "shape.capitalised": features.capitalised_share[filled] * spaced,
        "shape.digits": features.digit_share[filled],
        "shape.stop-words": np.minimum(features.stop_word_share[filled], 0.6) * spaced,
        "shape.no-stop-word": _number((features.stop_word_share[filled] == 0) & (words >= 4) & spaced),
        "shape.person-words": np.minimum(features.person_word_share[filled], 0.3),
        "shape.interface-words": np.minimum(features.interface_word_share[filled], 1.0),
        "shape.interface-count": np.minimum(_log(features.interface_word_share[filled] * words), 2.0),
        "shape.exclamations": np.minimum(_log(features.exclamations[filled]), 2.0),
        "shape.ellipses": np.minimum(features.ellipses[filled], 2.0).astype(np.float64),
        "shape.links": _number(features.links[filled] > 0),
        "shape.emoji": np.minimum(features.emoji[filled], 3.0).astype(np.float64),
        "shape.hashtags": np.minimum(features.hashtags[filled], 3.0).astype(np.float64),
        "shape.separators": np.minimum(features.separators[filled] / size, 0.5),
        "shape.bullet": _number(features.is_bullet[filled]),
        "shape.copies": np.minimum(_log(features.copies[filled]), 2.0),
        "shape.alike": np.minimum(_log(features.alike[filled]), 3.0),
        "shape.same-marks": np.minimum(_log(features.same_marks[filled]), 3.0),
        "shape.same-opening": np.minimum(_log(features.same_opening[filled]), 3.0),
        # Menus joined into one line have neither commas nor sentence ends.
        "shape.words-a-clause": _log(words / (1.0 + features.commas[filled] + features.sentences[filled])),
        "shape.gaps": np.minimum(features.gaps[filled] / size, 0.5),
        "shape.glued": np.minimum(_log(features.glued[filled]), 2.0),
        "shape.starts-lower": _number(features.starts_lower[filled]),
        "shape.starts-digit": _number(features.starts_digit[filled]) * spaced,
        "shape.starts-quote": _number(features.starts_quote[filled]),
        "shape.topic": features.topic_share[filled],
        "shape.long-open": _number((words >= LONG_MIN_WORDS) & ~ends),
    }


def _paragraphs(analysis: Analysis) -> tuple[Columns, FloatArray]:
    """The features of each line's paragraph, with lines broken at links joined; and which lines belong to prose."""
    features, filled, number = analysis.features, analysis.filled, analysis.paragraph
    count = filled.size
    sums = {
        name: np.bincount(number, weights=values[filled])[number] if count else np.zeros(0)
        for name, values in (
            ("words", features.words),
            ("sentences", features.sentences),
            ("stop-words", features.stop_word_share * features.words),
            ("capitals", features.capitalised_share * features.words),
            ("lines", np.ones(len(analysis.document))),
        )
    }
    size = np.maximum(sums["words"], 1.0)
    last = np.ones(count, dtype=bool)
    last[:-1] = number[1:] != number[:-1]
    ends = features.ends_sentence[filled][last][number] if count else np.zeros(0, dtype=bool)
    stop_words, capitals = sums["stop-words"] / size, sums["capitals"] / size
    broken = (
        (sums["lines"] > 1)
        & (sums["words"] >= PARAGRAPH_MIN_WORDS)
        & (sums["sentences"] >= 1)
        & (stop_words >= PARAGRAPH_MIN_STOP_WORDS)
        & (capitals <= PARAGRAPH_MAX_CAPITALS)
    )
    columns = {
        "paragraph.lines": np.minimum(np.log(np.maximum(sums["lines"], 1.0)), 3.0),
        "paragraph.words": np.minimum(_log(sums["words"]), 5.5),
        "paragraph.sentences": np.minimum(_log(sums["sentences"]), 3.0),
        "paragraph.ends-sentence": _number(ends),
        "paragraph.stop-words": np.minimum(stop_words, 0.6),
        "paragraph.broken-prose": _number(broken),
    }
    return columns, np.maximum(_number(analysis.prose[filled]), _number(broken))


def broken_prose(analysis: Analysis) -> BoolArray:
    """Which lines of the document are one of several lines that make one paragraph of prose."""
    found = np.zeros(len(analysis.document), dtype=bool)
    found[analysis.filled] = _paragraphs(analysis)[0]["paragraph.broken-prose"] > 0.0
    return found


def _pattern_columns(analysis: Analysis, clues: Clues) -> Columns:
    count = analysis.filled.size
    everywhere = np.zeros((len(_GROUP_NAMES), len(analysis.document)))
    hits = [(hit.pattern, line) for line, found in clues.placed.items() for hit in found if hit.pattern.action != "cut"]
    for strength, value in (("weak", 0.4), ("strong", 1.0)):
        held = [(pattern.kind, line) for pattern, line in hits if pattern.strength == strength]
        groups = [_GROUP_NUMBERS.get(kind, len(GROUPS)) for kind, _ in held]
        everywhere[groups, [line for _, line in held]] = value
    own = everywhere[:, analysis.filled]
    windows = Windows(own)
    before, behind = (np.minimum(sums, 4.0, out=sums) for sums in windows.both(10))
    all_before, all_behind = windows.all_before, windows.all_behind
    columns: Columns = {}
    for number, name in enumerate(_GROUP_NAMES):
        columns[f"pattern.{name}"] = own[number]
        columns[f"near.{name}-10-before"] = before[number]
        columns[f"near.{name}-10-behind"] = behind[number]
        if name in ("comment", "metadata", "related"):
            columns[f"near.{name}-all-before"] = _log(all_before[number])
            columns[f"near.{name}-all-behind"] = _log(all_behind[number])
    anything = Windows(own.max(axis=0))
    points = clues.points[analysis.filled]
    columns["pattern.evidence"] = np.minimum(np.maximum(points / EVIDENCE_MIN_POINTS, -1.0), 1.0)
    columns["near.pattern-2-before"] = anything.before(2)
    columns["near.pattern-2-behind"] = anything.behind(2)
    columns["document.patterns"] = np.full(count, anything.total / max(count, 1))
    return columns


def _place(analysis: Analysis, clues: Clues, prose: FloatArray) -> Columns:
    filled = analysis.filled
    count = filled.size
    words = analysis.features.words[filled]
    at = np.arange(count)
    prose_words = Windows(words * prose)
    total = max(float(prose_words.total), 1.0)
    is_prose = prose > 0
    inside = main_blocks(block_gains(words, is_prose))
    (up, block_up), (down, block_down) = (distance(np.array([is_prose, inside]), up=up) for up in (True, False))
    thread = clues.thread
    named = clues.points[filled] >= NAMED_MIN_POINTS
    speaks = is_prose | analysis.sentence[filled]
    (named_up, named_down) = (distance(named, up=up) for up in (True, False))
    return {
        "place.named-up": _log(named_up),
        "place.named-down": _log(named_down),
        "place.named-since-prose": _log(_count_since(named, speaks & ~named)),
        "place.named-until-prose": _log(_count_since(named[::-1], (speaks & ~named)[::-1])[::-1]),
        "place.sentences-behind": _log(Windows(_number(speaks & ~named)).all_behind),
        "place.prose-before": prose_words.all_before / total,
        "place.prose-behind": prose_words.all_behind / total,
        "place.prose-words-before": _log(prose_words.all_before),
        "place.prose-words-behind": _log(prose_words.all_behind),
        "place.from-top": _log(at),
        "place.from-end": _log(count - 1 - at),
        "place.prose-up": _log(up),
        "place.prose-down": _log(down),
        "place.gap": _log(np.minimum(up + down, FAR)),
        "place.inside-block": _number(inside),
        "place.block-up": _log(block_up),
        "place.block-down": _log(block_down),
        "place.main": _number(clues.places.inside[filled]),
        "place.headline-like": _number(clues.places.headline_like[filled]),
        "place.in-thread": np.zeros(count)
        if thread is None
        else _number((filled >= thread.start) & (filled < thread.stop)),
    } | _headline_columns(analysis, clues.headline)


def _count_since(marked: BoolArray, border: BoolArray) -> FloatArray:
    """How many marked lines stand between each line and the nearest border line above it."""
    running = np.concatenate([[0], np.cumsum(marked)])[:-1]
    at_border = np.maximum.accumulate(np.where(border, running, 0))
    above = np.concatenate([[0], at_border])[:-1]
    return np.asarray(running - above, dtype=np.float64)


def _headline_columns(analysis: Analysis, headline: Headline | None) -> Columns:
    """Where each line stands relative to the headline and its copies; zeros if no headline is known."""
    filled = analysis.filled
    count = filled.size
    if headline is None:
        zeros = np.zeros(count)
        return {
            "place.headline": zeros,
            "place.above-headline": zeros,
            "place.headline-up": zeros + np.log1p(FAR),
            "place.headline-words": zeros,
        }
    lines = sorted((headline.first, *headline.copies))
    is_headline = np.zeros(len(analysis.document), dtype=bool)
    is_headline[lines] = True
    is_headline = is_headline[filled]
    return {
        "place.headline": _number(is_headline),
        "place.above-headline": _number(filled < lines[0]),
        "place.headline-up": _log(distance(is_headline, up=True)),
        "place.headline-words": word_shares(analysis, headline, HEADLINE_MIN_LETTERS)[filled],
    }


def _document(analysis: Analysis, clues: Clues, prose: FloatArray) -> Columns:
    features, filled = analysis.features, analysis.filled
    words = features.words[filled]
    count = filled.size
    lines = np.flatnonzero(prose)
    total = max(float(words.sum()), 1.0)
    edges = np.array([-1, *lines.tolist(), count])
    runs = edges[1:] - edges[:-1]
    values = {
        "document.page": clues.page,
        "document.lines": np.log1p(count),
        "document.words": np.log1p(total),
        "document.prose": float((words * prose).sum()),
        "document.prose-lines": float(prose.mean()) if count else 0.0,
        "document.prose-share": float((words * prose).sum()) / total,
        "document.above-prose": np.log1p(float(runs[0] - 1)),
        "document.below-prose": np.log1p(float(runs[-1] - 1)),
        "document.short-lines": np.log1p(float(((words < SHORT_MAX_WORDS) & ~features.ends_sentence[filled]).sum())),
        "document.median-words": np.log1p(median(words)),
        "document.longest-run": np.log1p(float(runs.max())),
        "document.headline": float(clues.headline is not None),
        "document.thread": float(clues.thread is not None),
        "document.unspaced": float((features.cjk_share[filled] * words).sum()) / total,
    }
    values["document.prose"] = np.log1p(values["document.prose"])
    if count > MANY_LINES:
        return {name: _everywhere(value, count) for name, value in values.items()}
    return dict(zip(values, np.repeat(list(values.values()), count).reshape(len(values), count), strict=True))


def _everywhere(value: float, count: int) -> FloatArray:
    """One number repeated for each of ``count`` lines, in the memory of one."""
    return np.broadcast_to(np.float64(value), (count,))
