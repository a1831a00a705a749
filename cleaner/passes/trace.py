"""Passes over one document, put together: removals, verdicts and comments with offsets into the input.

Each pass sees what the one before has left. Segments say where its characters stand in the input.
"""

from __future__ import annotations

from bisect import bisect_right
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from functools import partial
from itertools import accumulate
from typing import Any

from cleaner.lines.confidence import confidence
from cleaner.lines.decision import Decision
from cleaner.lines.threads import THREAD_KINDS
from cleaner.matching.matcher import Hit
from cleaner.passes.edits import Edit, by_line, line_evidence
from cleaner.result import Action, CleanResult, Deferred, Doubt, Evidence, Kind, Line, Removal, Verdict
from cleaner.text.document import Document, split_lines

DOUBTFUL = "doubtful"
# A result is told to be doubtful from this share of its characters on (set by hand).
DOUBTFUL_MIN_SHARE = 0.03

__all__ = ["Pass", "Segments", "Trace", "make_result"]


@dataclass(frozen=True, slots=True, eq=False)
class Segments:
    """Where the characters of a pass's text stand in the input: piece ``i`` begins at ``starts[i]`` there.

    ``offsets[i]`` is where the piece begins in the pass's text, which is ``size`` characters long.
    """

    offsets: list[int]
    starts: list[int]
    size: int

    @staticmethod
    def whole(text: str) -> Segments:
        """The segments of a text that nothing has gone from."""
        return Segments([0], [0], len(text))

    def at(self, offset: int) -> int:
        """The offset in the input of the character at an offset of the pass's text."""
        piece = bisect_right(self.offsets, offset) - 1
        return self.starts[piece] + offset - self.offsets[piece]

    def span(self, start: int, end: int) -> tuple[int, int]:
        """A span in the input, from its first to behind its last character."""
        return (self.at(start), self.at(end - 1) + 1) if end > start else (self.at(start), self.at(start))

    def moved(self, evidence: Sequence[Evidence]) -> tuple[Evidence, ...]:
        """Evidence with offsets into the input."""
        return tuple(
            Evidence(item.source, item.points, *self.span(item.start, item.end), item.kind) for item in evidence
        )

    def pieces(self, start: int, end: int) -> list[tuple[int, int]]:
        """The parts of the input that a span of the pass's text is made of."""
        found = []
        piece = bisect_right(self.offsets, start) - 1
        while start < end:
            stop = min(end, self.offsets[piece + 1] if piece + 1 < len(self.offsets) else self.size)
            begin = self.starts[piece] + start - self.offsets[piece]
            found.append((begin, begin + stop - start))
            start = stop
            piece += 1
        return found

    def without(self, edits: Sequence[Edit]) -> Segments:
        """The segments of what is left after the edits of a pass."""
        kept: list[tuple[int, int]] = []
        position = 0
        for edit in edits:
            kept += self.pieces(position, edit.start)
            position = edit.end
        kept += self.pieces(position, self.size)
        lengths = [end - start for start, end in kept]
        return Segments([0, *accumulate(lengths[:-1])], [start for start, _ in kept] or [0], sum(lengths))


@dataclass(frozen=True, slots=True, eq=False)
class Pass:
    """One pass: the document and its hits, what was decided, what went, and where its text stands in the input."""

    document: Document
    hits: dict[int, list[Hit]]
    decision: Decision
    edits: list[Edit]
    segments: Segments

    def edit_evidence(self, edit: Edit) -> tuple[Evidence, ...]:
        """The evidence for an edit, with offsets into the input."""
        own = edit.cuts or line_evidence(self.document, self.decision, edit.line)
        return self.segments.moved(own)

    def parts(self, starts: list[int]) -> dict[int, list[int]]:
        """The lines of this pass by the line of the input that they are or are parts of; ``starts`` are of those."""
        found: dict[int, list[int]] = {}
        table = zip(self.document.starts.tolist(), self.document.ends.tolist(), strict=True)
        for line, (start, end) in enumerate(table):
            # A unit is made of several lines of the input, and each of them gets its verdict.
            first = bisect_right(starts, self.segments.at(start)) - 1
            last = bisect_right(starts, self.segments.at(max(end - 1, start))) - 1
            for index in range(first, last + 1):
                found.setdefault(index, []).append(line)
        return found

    def cuts(self) -> dict[int, tuple[Evidence, ...]]:
        """What speaks for the fragments that go, by line of the pass, with places in the input."""
        found = by_line(self.decision.cuts) if self.edits else {}
        return {line: self.segments.moved([cut.evidence for cut in cuts]) for line, cuts in found.items()}

    def verdict(self, line: Line, parts: list[int], cuts: Mapping[int, tuple[Evidence, ...]]) -> Verdict:
        """The verdict over a line of the input in this pass; ``parts`` are its lines here, ``cuts`` those of the pass."""
        decision = self.decision
        removed = [part for part in parts if decision.removed[part] and self.edits]
        # A line of which a fragment goes is no noise itself; what goes has a kind.
        kinds = [decision.kinds[part] for part in removed] or [
            cut.kind or Kind.BOILERPLATE
            for part in parts
            for cut in cuts.get(part, ())
            # A unit is made of several lines of the input, and a fragment may lie in one of them.
            if cut.start < line.end and line.start < cut.end
        ]
        action: Action = "drop" if len(removed) == len(parts) else "cut" if kinds else "keep"
        evidence = [item for part in parts for item in line_evidence(self.document, decision, part)]
        score = sum(decision.scores[part] for part in parts)
        return Verdict(line, action, kinds[0] if kinds else None, score, self.segments.moved(evidence))


class Trace:
    """What tells the reasons of one result: evidence of its removals, and the verdict of every line of the input.

    ``replay`` makes the passes again, this time with the points of every term: they are large, so they are made only
    when somebody asks, and a pickled trace does not hold them.
    """

    __slots__ = ("_passes", "_replay", "_text")

    def __init__(self, text: str, replay: Callable[[], tuple[Pass, ...]]) -> None:
        self._text = text
        self._replay = replay
        self._passes: tuple[Pass, ...] | None = None

    def __reduce__(self) -> tuple[Any, ...]:
        return Trace, (self._text, self._replay)

    @property
    def passes(self) -> tuple[Pass, ...]:
        """The passes over the text, in order."""
        if self._passes is None:
            self._passes = self._replay()
        return self._passes

    def evidence(self, number: int, edit: int) -> tuple[Evidence, ...]:
        """The evidence for an edit of a pass."""
        one = self.passes[number]
        return one.edit_evidence(one.edits[edit])

    def __call__(self) -> tuple[Verdict, ...]:
        """The verdict over each line of the input, in order."""
        lines = split_lines(self._text)
        starts = [line.start for line in lines]
        verdicts = [Verdict(line, "keep", None, 0.0, ()) for line in lines]
        cut: set[int] = set()
        gone: set[int] = set()
        for one in self.passes:
            cuts = one.cuts()
            for index, parts in one.parts(starts).items():
                if index in gone:
                    # What stood on both sides of it has become one unit, which reaches over its place.
                    continue
                verdict = one.verdict(lines[index], parts, cuts)
                # What is left of a line after a cut is looked at again; the cut is what there is to tell.
                if index not in cut or verdict.action == "drop":
                    verdicts[index] = verdict
                if verdict.action != "keep":
                    (cut if verdict.action == "cut" else gone).add(index)
        return tuple(verdicts)


def make_result(text: str, left: str, passes: Sequence[Pass], flags: set[str], trace: Trace) -> CleanResult:
    """The result of passes over a text, of which ``left`` is left."""
    doubtful = _doubts(passes[-1])
    share = min(sum(doubt.end - doubt.start for doubt in doubtful) / max(len(left), 1), 1.0)
    if share > DOUBTFUL_MIN_SHARE:
        flags = flags | {DOUBTFUL}
    taken = [(one.edits, one.segments) for one in passes]
    headlines = [one.decision.headline for one in passes if one.decision.headline]
    return CleanResult(
        text=left,
        taken=Deferred(partial(_removals, text, taken, trace)),
        headline=headlines[0] if headlines else None,
        comments=tuple(comment for one in passes for comment in _comment_texts(one)),
        flags=tuple(sorted(flags)),
        confidence=confidence(passes[0].decision.expected, share),
        doubtful=doubtful,
        trace=trace,
    )


def _doubts(last: Pass) -> tuple[Doubt, ...]:
    """What looked like noise in the last pass but stayed, with offsets into the input."""
    document, segments = last.document, last.segments
    return tuple(
        Doubt(start, end, score)
        for first, final, score in last.decision.doubtful
        for start, end in segments.pieces(int(document.starts[first]), int(document.ends[final]))
    )


def _removals(text: str, taken: Sequence[tuple[list[Edit], Segments]], trace: Trace) -> tuple[Removal, ...]:
    """What the edits of all passes took from a text, in order."""
    removals = [
        Removal(start, end, edit.kind, edit.score, evidence, text[start:end])
        for number, (edits, segments) in enumerate(taken)
        for at, edit in enumerate(edits)
        for evidence in (Deferred(partial(trace.evidence, number, at)),)
        for start, end in segments.pieces(edit.start, edit.end)
    ]
    return tuple(sorted(removals, key=lambda removal: removal.start))


def _comment_texts(one: Pass) -> list[str]:
    """The text of each removed comment, its links, names and dates left out."""
    if not one.edits:
        return []
    found = []
    for body in one.decision.comments:
        lines = [text for line in body if (text := _comment_line(one, line))]
        if lines:
            found.append("\n".join(lines))
    return found


def _comment_line(one: Pass, line: int) -> str:
    """What a comment says on one line: the line without the thread's own signs."""
    document = one.document
    text = document.line_text(line)
    start = int(document.starts[line])
    for hit in sorted(one.hits.get(line, ()), key=lambda hit: -hit.start):
        if hit.pattern.kind not in THREAD_KINDS:
            continue
        if hit.pattern.action != "cut":
            return ""
        text = f"{text[: hit.start - start].rstrip()} {text[hit.end - start :].lstrip()}"
    return text.strip()
