"""Passes over one document, put together: removals, verdicts and comments with offsets into the input.

Each pass sees what the one before has left. Segments say where its characters stand in the input.
"""

from __future__ import annotations

from bisect import bisect_right
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Any

from cleaner.passes.edits import Edit, by_line
from cleaner.passes.judgement import Judgement
from cleaner.passes.segments import Segments
from cleaner.result import Action, Evidence, Kind, Line, Verdict
from cleaner.text.document import Document, split_lines

__all__ = ["Pass", "Trace"]


@dataclass(frozen=True, slots=True, eq=False)
class Pass:
    """One pass: what was judged and how, what was removed, and where its text stands in the input."""

    judgement: Judgement
    edits: list[Edit]
    segments: Segments

    @property
    def document(self) -> Document:
        """What was judged."""
        return self.judgement.document

    def edit_evidence(self, edit: Edit) -> tuple[Evidence, ...]:
        """The evidence for an edit, with offsets into the input."""
        own = edit.cuts or self.judgement.evidence(edit.line)
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
        found = by_line(self.judgement.cuts) if self.edits else {}
        return {line: self.segments.moved([cut.evidence for cut in cuts]) for line, cuts in found.items()}

    def verdict(self, line: Line, parts: list[int], cuts: Mapping[int, tuple[Evidence, ...]]) -> Verdict:
        """The verdict over a line of the input in this pass; ``parts`` are its lines here, ``cuts`` those of the pass."""
        judgement = self.judgement
        removed = [part for part in parts if judgement.removed[part] and self.edits]
        # A line of which a fragment goes is no noise itself; what goes has a kind.
        kinds = [judgement.kinds[part] for part in removed] or [
            cut.kind or Kind.BOILERPLATE
            for part in parts
            for cut in cuts.get(part, ())
            # A unit is made of several lines of the input, and a fragment may lie in one of them.
            if cut.start < line.end and line.start < cut.end
        ]
        action: Action = "drop" if len(removed) == len(parts) else "cut" if kinds else "keep"
        evidence = [item for part in parts for item in judgement.evidence(part)]
        score = sum(judgement.scores[part] for part in parts)
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
