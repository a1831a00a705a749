"""Judges what is left of a source in Markdown: the judgement over its visible lines becomes one over its own lines."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from functools import cached_property

import numpy as np

from cleaner.clock import Clock
from cleaner.config import CleanConfig
from cleaner.lines.cleaning import TextCleaner
from cleaner.lines.decision import decide
from cleaner.lines.repeats import analyse_on_site
from cleaner.markdown.cuts import source_spans
from cleaner.markdown.signals import markup_points
from cleaner.markdown.units import Entry, Part, entries_of, settle_units
from cleaner.markdown.view import View, VisibleLine, read_view
from cleaner.passes.edits import Edit, by_line, merge_cuts
from cleaner.passes.judgement import Cut, LineJudgement
from cleaner.result import NO_ARTICLE, Evidence, Kind
from cleaner.sites.view import SiteView
from cleaner.text.arrays import BoolArray, IntArray
from cleaner.text.document import Document
from cleaner.text.windows import stretches

__all__ = ["MarkdownJudge"]

# A unit's decision is put this far beyond the threshold (set by hand).
UNIT_POINTS = 0.5
_MARKERS = " \t>"


class MarkdownJudge:
    """Judges what is left of one source, pass by pass. ``explain``: keep the points of each term of the line scorer."""

    def __init__(
        self,
        texts: TextCleaner,
        config: CleanConfig,
        title: str | None,
        lang: str | None,
        site: SiteView | None = None,
        *,
        explain: bool,
    ) -> None:
        self._texts = texts
        self._config = config
        self._title = title
        self._lang = lang
        self._site = site
        self._explain = explain

    def read(self, text: str, clock: Clock) -> Document:
        """A source as a document: its lines are those that it is written in."""
        return Document(text, "none", clock)

    def judge(self, document: Document) -> LineJudgement:
        """The judgement over the lines of a source."""
        view = read_view(document.text, document.clock)
        visible = Document(view.text, clock=document.clock)
        texts = self._texts
        analysis = analyse_on_site(visible, texts.matcher, texts.word_lists, self._lang, None, self._site)
        title = self._title or view.page.title
        context = markup_points(view, analysis)
        judged = decide(analysis, self._config, title, texts.weights, context=context, explain=self._explain)
        return _Placing(view, document, judged, self._config, frozenset(analysis.protected)).judgement()

    def hand_on(self, edits: Sequence[Edit], left: Document) -> None:
        """Nothing is carried on: what is left is read again, since a removal may change how it is read."""


@dataclass(frozen=True)
class _Placing:
    """Puts the judgement over visible lines into the source. ``protected``: the visible lines that a pattern keeps."""

    view: View
    document: Document
    judged: LineJudgement
    config: CleanConfig
    protected: frozenset[int]

    def judgement(self) -> LineJudgement:
        """The judgement over the lines of the source."""
        document, judged = self.document, self.judged
        removed, owners = self._removed
        is_empty, is_blank = self._is_empty, self._is_blank(owners)
        owned = [self.entries[owner] if owner >= 0 else None for owner in owners.tolist()]
        return LineJudgement(
            document=document,
            starts=document.starts,
            ends=document.ends,
            is_blank=is_blank,
            narrowed=self._narrowed(removed | is_blank, removed, owners),
            removed=np.zeros_like(removed) if is_empty else removed,
            scores=[0.0 if entry is None else self._score(entry) for entry in owned],
            kinds=[None if entry is None or not entry.removed else entry.kind or Kind.BOILERPLATE for entry in owned],
            cuts=() if is_empty else self._cuts(),
            evidence=lambda line: self._evidence(owned[line]),
            confidence=judged.confidence,
            headline=judged.headline,
            comments=judged.comments,
            flags=(*judged.flags, NO_ARTICLE) if is_empty else judged.flags,
            doubtful=self._doubtful(),
        )

    @cached_property
    def fragments(self) -> dict[int, list[tuple[int, int, Cut]]]:
        """What is cut from each judged line, and from which place to which."""
        return {line: merge_cuts(self.judged.document, line, cuts) for line, cuts in by_line(self.judged.cuts).items()}

    @cached_property
    def wholly_cut(self) -> frozenset[int]:
        """The judged lines that consist of fragments only."""
        return frozenset(
            line
            for line, spans in self.fragments.items()
            if not self.judged.document.has_word_outside(line, [(start, end) for start, end, _ in spans])
        )

    @cached_property
    def entries(self) -> list[Entry]:
        """All that stands in the source, with what was decided over it."""
        entries = entries_of(self.view, [self._parts(line) for line in self.view.lines])
        settle_units(entries, self.judged.headline)
        for entry in entries:
            is_protected = any(part.line in self.protected for part in entry.parts)
            if entry.removed and (is_protected or entry.kind in self.config.keep):
                entry.removed = False
        return entries

    def _parts(self, line: VisibleLine) -> list[Part]:
        """The judged lines that a visible line is made of: mostly one, which may go on in the next visible line."""
        judged = self.judged
        first = int(np.searchsorted(judged.starts, line.start, side="right")) - 1
        stop = int(np.searchsorted(judged.starts, line.end, side="left"))
        found = []
        for number in range(first, stop if line.end > line.start else first):
            start, end = max(line.start, int(judged.starts[number])), min(line.end, int(judged.ends[number]))
            cut = number in self.wholly_cut and not judged.removed[number]
            kind = self.fragments[number][0][2].evidence.kind if cut else judged.kinds[number]
            removed = bool(judged.removed[number]) or cut
            found.append(Part(start, end, number, removed, kind, self._line_score(number)))
        return found

    @cached_property
    def _is_empty(self) -> bool:
        """Whether every visible word would be removed."""
        shown = [part for entry in self.entries for part in entry.parts if not (entry.removed or part.removed)]
        return not any(character.isalnum() for part in shown for character in self.view.text[part.start : part.end])

    @cached_property
    def _removed(self) -> tuple[BoolArray, IntArray]:
        """Which lines of the document are removed, and the entry that each of them belongs to."""
        removed = np.zeros(len(self.document), dtype=bool)
        owners = np.full(len(self.document), -1, dtype=np.int64)
        for number, entry in enumerate(self.entries):
            low, high = self._document_lines(entry)
            owners[low:high] = number
            removed[low:high] = entry.removed
        self._own_marks(removed, owners)
        return removed, owners

    def _document_lines(self, entry: Entry) -> tuple[int, int]:
        """The lines of the document that an entry stands in: those of Markdown may hold several."""
        lines = self.view.page.lines
        edges = [lines.starts[entry.first], lines.ends[entry.stop - 1]]
        low, high = np.searchsorted(self.document.starts, edges, side="right").tolist()
        return low - 1, high

    def _is_blank(self, owners: IntArray) -> BoolArray:
        """Which lines have nothing in them."""
        blank = owners < 0
        for line in np.flatnonzero(blank).tolist():
            blank[line] = not self.document.line_text(line).strip()
        return blank

    def _narrowed(self, gone: BoolArray, removed: BoolArray, owners: IntArray) -> dict[int, tuple[int, int]]:
        """What is removed of lines that stay empty, so that the blocks on both sides do not become one.

        ``gone``: the lines that are removed or blank.
        """
        found: dict[int, tuple[int, int]] = {}
        starts, ends = self.document.starts, self.document.ends
        for first, stop in stretches(gone):
            if not (first > 0 and stop < gone.size and removed[first] and removed[stop - 1]):
                continue
            if self._grow_together(owners[first - 1 : stop + 1].tolist()):
                line = stop - 1
                # Inside a quotation its mark stays.
                is_quoted = all(self.document.line_text(edge).lstrip().startswith(">") for edge in (first - 1, stop))
                text = self.document.line_text(line)
                mark = len(text) - len(text.lstrip(_MARKERS)) if is_quoted else 0
                found[line] = int(starts[line]) + len(text[:mark].rstrip()), int(ends[line])
        return found

    def _grow_together(self, owners: list[int]) -> bool:
        """Whether the blocks at the edges of a stretch would become one without it; not items of one list, nor rows."""
        if owners[0] < 0 or owners[-1] < 0:
            return False
        above, below = self.entries[owners[0]].leaf, self.entries[owners[-1]].leaf
        if above is below or (above.list is not None and above.list == below.list):
            return False
        return not all(owner >= 0 and self.entries[owner].leaf.role == "row" for owner in owners)

    def _own_marks(self, removed: BoolArray, owners: IntArray) -> None:
        """Lines that have nothing but the marks of a quotation belong to what is removed above them."""
        for line in np.flatnonzero(owners[1:] < 0).tolist():
            text = self.document.line_text(line + 1).strip()
            if removed[line] and text and not text.strip(_MARKERS):
                owners[line + 1], removed[line + 1] = owners[line], True

    def _score(self, entry: Entry) -> float:
        """The points of an entry; where a unit has decided, just beyond the threshold."""
        if entry.reason:
            return self.config.threshold + (UNIT_POINTS if entry.removed else -UNIT_POINTS)
        return sum(part.score for part in entry.parts)

    def _line_score(self, line: int) -> float:
        """The points of a judged line, or of the fragments that it consists of."""
        if line in self.wholly_cut and not self.judged.removed[line]:
            return sum(cut.evidence.points for _, _, cut in self.fragments[line])
        return self.judged.scores[line]

    def _part_evidence(self, part: Part) -> tuple[Evidence, ...]:
        if part.line in self.wholly_cut and not self.judged.removed[part.line]:
            return tuple(self._moved(cut.evidence) for _, _, cut in self.fragments[part.line])
        return tuple(map(self._moved, self.judged.evidence(part.line)))

    def _evidence(self, entry: Entry | None) -> tuple[Evidence, ...]:
        """The evidence for an entry, with places in the source."""
        if entry is None:
            return ()
        found = tuple(item for part in entry.parts for item in self._part_evidence(part))
        if entry.reason:
            lines = self.view.page.lines
            points = self._score(entry) - sum(item.points for item in found)
            start, end = lines.starts[entry.first], lines.ends[entry.stop - 1]
            kind = entry.kind if entry.removed else None
            return (Evidence(entry.reason, points, start, end, kind), *found)
        return found

    def _moved(self, item: Evidence) -> Evidence:
        return item.at(*self._span(item.start, item.end))

    def _span(self, start: int, end: int) -> tuple[int, int]:
        """A stretch of the visible text in the source."""
        view = self.view
        if start >= end:
            at = int(view.begins[start]) if start < view.begins.size else len(view.page.lines.text)
            return at, at
        return int(view.begins[start]), int(view.ends[end - 1])

    def _cuts(self) -> tuple[Cut, ...]:
        """The fragments to cut from lines of the source that stay."""
        found: list[Cut] = []
        for entry in self.entries:
            if entry.removed or entry.reason:
                continue
            for number, part in enumerate(entry.parts):
                if part.removed:
                    found += self._cut_part(part, entry.parts[number + 1 : number + 2])
                else:
                    found += self._cut_fragments(part)
        return tuple(found)

    def _cut_part(self, part: Part, after: Sequence[Part]) -> list[Cut]:
        """A part of a line, with the space up to the next part."""
        next_start = after[0].start if after else part.end
        gap = self.view.text[part.end : next_start]
        end = part.end if gap.strip() or "\n" in gap else next_start
        kind = part.kind or Kind.BOILERPLATE
        evidence = Evidence("", 0.0, *self._span(part.start, part.end), kind)
        others = self._part_evidence(part)
        return self._source_cuts(part.start, end, evidence, others, part.score)

    def _cut_fragments(self, part: Part) -> list[Cut]:
        """The fragments of a part that stays."""
        found: list[Cut] = []
        for start, end, cut in self.fragments.get(part.line, ()):
            low, high = max(start, part.start), min(end, part.end)
            if low < high:
                evidence = self._moved(cut.evidence)
                found += self._source_cuts(low, high, evidence, (evidence,), evidence.points)
        return found

    def _source_cuts(
        self, start: int, end: int, evidence: Evidence, reasons: tuple[Evidence, ...], score: float
    ) -> list[Cut]:
        """What a cut from the visible text cuts from the source."""
        return [
            Cut(line, first, stop, evidence, is_exact=True, reasons=reasons, score=score)
            for low, high in source_spans(self.view, start, end)
            for line, first, stop in self._by_line(low, high)
        ]

    def _by_line(self, low: int, high: int) -> list[tuple[int, int, int]]:
        """The parts of a stretch of the source, by line, without line ends."""
        starts, ends = self.document.starts, self.document.ends
        first = int(np.searchsorted(starts, low, side="right")) - 1
        stop = int(np.searchsorted(starts, high, side="left"))
        parts = [(line, max(low, int(starts[line])), min(high, int(ends[line]))) for line in range(first, stop)]
        return [part for part in parts if part[1] < part[2]]

    def _doubtful(self) -> tuple[tuple[int, int, float], ...]:
        """The doubtful stretches as lines of the document; those that share a line are one."""
        found: list[tuple[int, int, float]] = []
        for first, last, score in self.judged.doubtful:
            low, _ = self._span(int(self.judged.starts[first]), int(self.judged.ends[first]))
            _, high = self._span(int(self.judged.starts[last]), int(self.judged.ends[last]))
            edges = np.searchsorted(self.document.starts, [low, max(high - 1, low)], side="right") - 1
            start, end = edges.tolist()
            if found and start <= found[-1][1]:
                above = found.pop()
                start, end, score = above[0], max(above[1], end), max(above[2], score)  # noqa: PLW2901
            found.append((start, end, score))
        return tuple(found)
