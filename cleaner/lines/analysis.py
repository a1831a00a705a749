"""One document with everything that was measured about it, before any decision."""

from __future__ import annotations

from bisect import bisect_left, bisect_right
from collections import defaultdict
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from functools import cached_property

import numpy as np

from cleaner.clock import Clock
from cleaner.lines.features import Features, compute_features
from cleaner.lines.measures import LineFeatures, carry_lines, filled_lines, lines_between, measure_lines
from cleaner.lines.recall import Repeats
from cleaner.lines.units import join_lines
from cleaner.matching.matcher import Hit, Matcher
from cleaner.matching.quotations import is_told
from cleaner.result import Evidence
from cleaner.text.arrays import BoolArray, FloatArray, IntArray
from cleaner.text.characters import DIGIT
from cleaner.text.document import Document
from cleaner.text.parts import PART_LENGTH, Ranks, any_of
from cleaner.text.words import WordLists

__all__ = [
    "KEEP_POINTS",
    "STRONG_POINTS",
    "WEAK_POINTS",
    "Analysis",
    "Carried",
    "analyse",
    "analyse_units",
    "carry",
    "evidence_of",
    "look_over",
    "points_of",
]

STRONG_POINTS = 16.0
WEAK_POINTS = 1.0
KEEP_POINTS = -24.0

PROSE_MIN_WORDS = 12
CJK_MIN_SHARE = 0.5
# Digits outside the Basic Multilingual Plane have no character class.
LAST_OF_BASIC_PLANE = 0xFFFF
PROSE_MIN_STOP_WORDS = 0.12
FEW_STOP_WORDS = 0.03
CAPITALISED_MAX_SHARE = 0.6


@dataclass(frozen=True, eq=False)
class Analysis:
    """A document, its features, all pattern hits that were found, by line, and what its site repeats, if that is known."""

    document: Document
    features: Features
    found: dict[int, list[Hit]]
    repeats: Repeats | None = None

    @cached_property
    def hits(self) -> dict[int, list[Hit]]:
        """The hits that speak of noise, by line."""
        if not self.protected:
            return self.found
        chosen = {line: [hit for hit in hits if hit.pattern.action != "keep"] for line, hits in self.found.items()}
        return {line: hits for line, hits in chosen.items() if hits}

    @cached_property
    def protected(self) -> dict[int, list[Hit]]:
        """The hits of patterns that keep their lines, by line."""
        chosen = {line: [hit for hit in hits if hit.pattern.action == "keep"] for line, hits in self.found.items()}
        return {line: hits for line, hits in chosen.items() if hits}

    @property
    def clock(self) -> Clock:
        """The document's time limit."""
        return self.document.clock

    @cached_property
    def filled(self) -> IntArray:
        """The numbers of the lines that are not blank, in order."""
        return np.flatnonzero(~self.features.is_blank).astype(np.int64)

    @cached_property
    def prose(self) -> BoolArray:
        """Which lines read like sentences: long enough, with sentence ends and function words."""
        features = self.features
        sentences = features.ends_sentence | (features.sentences >= 1)
        function_words = (features.stop_word_share >= PROSE_MIN_STOP_WORDS) | (
            # Languages that build long words have fewer function words; their commas make up for it.
            (features.stop_word_share >= FEW_STOP_WORDS) & (features.commas >= 1) & features.ends_sentence
        )
        spaced = function_words & (features.capitalised_share <= CAPITALISED_MAX_SHARE)
        # Scripts without spaces have neither capitals nor function words to count; their commas tell instead.
        unspaced = (features.cjk_share >= CJK_MIN_SHARE) & (features.commas >= 1)
        return (
            (features.words >= PROSE_MIN_WORDS)
            & sentences
            & (spaced | unspaced)
            & (features.links <= features.words / 10)
        )

    @cached_property
    def sentence(self) -> BoolArray:
        """Which lines could be a short paragraph: some words and a sentence end."""
        return (self.features.words >= 5) & self.features.ends_sentence

    @cached_property
    def texts(self) -> BoolArray:
        """Which lines could be text: prose, a sentence, or the end of one."""
        return np.asarray(self.sentence | self.prose | self.features.ends_sentence)

    @cached_property
    def paragraph(self) -> IntArray:
        """The paragraph number of each filled line: lines broken apart, perhaps at a link, share one."""
        features, filled = self.features, self.filled
        joined = np.zeros(filled.size, dtype=bool)
        above, here = filled[:-1], filled[1:]
        joined[1:] = (features.starts_joined[here] & ~features.ends_sentence[above]) | features.ends_open[above]
        return np.cumsum(~joined) - 1

    @cached_property
    def strong(self) -> BoolArray:
        """Which lines hold a strong pattern that removes the whole line wherever it stands."""
        marks = np.zeros(len(self.document), dtype=bool)
        for line, hits in self.clock.watch(self.hits.items()):
            marks[line] = any(
                hit.pattern.strength == "strong" and hit.pattern.action in ("drop", "open", "close") for hit in hits
            )
        return marks

    @cached_property
    def named(self) -> BoolArray:
        """Which lines are noise wherever they stand: those with a strong pattern, and those that the site repeats."""
        return self.strong if self.repeats is None else self.strong | (self.repeats.points > 0.0)

    @cached_property
    def figured(self) -> BoolArray:
        """Which lines may hold a digit: they have one, or a character outside the Basic Multilingual Plane."""
        document = self.document
        marked = any_of(document.classes, DIGIT)
        if document.codes.itemsize > 2:
            marked |= document.codes > LAST_OF_BASIC_PLANE
        return Ranks(marked).between(document.starts, document.ends) > 0

    @cached_property
    def words_before(self) -> FloatArray:
        """Words of prose that is not named noise before each line; has one more entry than there are lines."""
        sizes = np.where(self.prose & ~self.named, self.features.words, 0.0)
        found = np.zeros(sizes.size + 1)
        np.cumsum(sizes, out=found[1:])
        return found

    def lines_with(self, folded: str, holds: Callable[[int], bool] = lambda _: True) -> Iterator[int]:
        """The lines, in order, that contain a text given in its folded form.

        ``holds``: says whether a match at that offset in the folded text counts.
        """
        return iter(self.clock.watch(self._lines_with(folded, holds)))

    def _lines_with(self, folded: str, holds: Callable[[int], bool]) -> Iterator[int]:
        starts, ends = self._folded_table
        text = self.document.folded.text
        at = text.find(folded) if folded else -1
        while at >= 0:
            behind = at + 1
            if holds(at):
                line = bisect_right(starts, at) - 1
                yield line
                behind = max(ends[line], behind)
            at = text.find(folded, behind)

    @cached_property
    def _folded_table(self) -> tuple[list[int], list[int]]:
        """Where each line starts and ends in the folded text."""
        return self.document.folded_starts.tolist(), self.document.folded_ends.tolist()


def analyse_units(
    document: Document,
    matcher: Matcher,
    word_lists: WordLists,
    lang: str | None = None,
    carried: Carried | None = None,
    apart: BoolArray | None = None,
) -> Analysis:
    """The analysis of a document with the lines of one paragraph put together; see `cleaner.lines.units`."""
    analysis = analyse(document, matcher, word_lists, lang, carried)
    joined = join_lines(document, analysis.features, analysis.strong, apart)
    if joined is None:
        return _without_classes(analysis)
    document.release()
    return _without_classes(analyse(Document(joined, "columns", document.clock), matcher, word_lists, lang))


def _without_classes(analysis: Analysis) -> Analysis:
    """The analysis; for a long document, without its character classes, which are no longer needed."""
    if len(analysis.document.text) > PART_LENGTH:
        _ = analysis.figured
        analysis.document.release()
    return analysis


@dataclass(frozen=True, slots=True, eq=False)
class Carried:
    """What is already known about a document's lines from another document that held them: their hits and features."""

    hits: dict[int, list[Hit]]
    lines: LineFeatures


def analyse(
    document: Document,
    matcher: Matcher,
    word_lists: WordLists,
    lang: str | None = None,
    carried: Carried | None = None,
) -> Analysis:
    """The analysis of a document; ``lang`` is its main language, ``carried`` what is already known about its lines."""
    if carried is not None:
        return Analysis(document, compute_features(document, word_lists, lang, carried.lines), carried.hits)
    hits: dict[int, list[Hit]] = defaultdict(list)
    for hit in document.clock.watch(matcher.match(document)):
        if not is_told(document, hit):
            hits[hit.line].append(hit)
    return Analysis(document, compute_features(document, word_lists, lang), dict(hits))


def look_over(documents: Sequence[Document], matcher: Matcher, word_lists: WordLists) -> Iterator[Carried | None]:
    """What is known about the lines of each document, found by analysing them all as one text.

    Each numpy call has a fixed cost, so short documents are analysed together. A line's features and hits depend on
    the line alone. None for a document whose lines are split differently in the joined text.
    """
    joined = Document("\n".join(document.text for document in documents), clock=documents[0].clock)
    lines = measure_lines(joined, word_lists)
    hits = [hit for hit in matcher.match(joined) if not is_told(joined, hit)]
    hit_lines = [hit.line for hit in hits]
    offset = 0
    for document in documents:
        first = int(np.searchsorted(joined.starts, offset))
        stop = first + len(document)
        if np.array_equal(joined.starts[first:stop] - offset, document.starts) and np.array_equal(
            joined.ends[first:stop] - offset, document.ends
        ):
            own: dict[int, list[Hit]] = defaultdict(list)
            for hit in hits[bisect_left(hit_lines, first) : bisect_left(hit_lines, stop)]:
                own[hit.line - first].append(hit.moved(-first, -offset))
            yield Carried(dict(own), lines_between(lines, first, stop))
        else:
            yield None
        offset += len(document.text) + 1


def carry(analysis: Analysis, edited: set[int], document: Document) -> Carried | None:
    """What is known about a document made from another by removing lines; None where parts of lines were removed.

    The hits on a line and its own features depend on the line alone. ``edited``: the lines that lost something.
    """
    before = analysis.document
    stays = ~analysis.features.is_blank
    stays[list(edited)] = False
    old, new = np.flatnonzero(stays), filled_lines(document)
    if (
        old.size != new.size
        or (before.ends[old] - before.starts[old] != document.ends[new] - document.starts[new]).any()
    ):
        return None
    to = np.full(len(before), -1, dtype=np.int64)
    to[old] = new
    by = document.starts[to] - before.starts
    hits = {
        int(to[line]): [hit.moved(int(to[line]) - line, int(by[line])) for hit in found]
        for line, found in analysis.found.items()
        if to[line] >= 0
    }
    return Carried(hits, carry_lines(analysis.features, old, new, document))


def points_of(hit: Hit) -> float:
    """The points of a hit: those of its strength, or those that keep its line."""
    if hit.pattern.action == "keep":
        return KEEP_POINTS
    return STRONG_POINTS if hit.pattern.strength == "strong" else WEAK_POINTS


def evidence_of(hit: Hit) -> Evidence:
    """A hit as evidence; without a kind of noise where it keeps its line."""
    kind = None if hit.pattern.action == "keep" else hit.pattern.kind
    return Evidence(hit.pattern.id, points_of(hit), hit.start, hit.end, kind)
