"""Combines the passes over one document: removals, verdicts and comments with offsets into the input.

Each pass sees what the previous one has left. Segments say where its characters stand in the input.
"""

from __future__ import annotations

from bisect import bisect_right
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from cleaner.passes.edits import Edit, by_line
from cleaner.passes.judgement import Judgement
from cleaner.passes.segments import Segments
from cleaner.result import Action, Evidence, Kind, Line, Verdict

__all__ = ["Pass", "Story", "Trace", "no_path"]


@dataclass(frozen=True, slots=True, eq=False)
class Pass:
    """One pass: what was judged and how, what was removed, and where its text stands in the input."""

    judgement: Judgement
    edits: list[Edit]
    segments: Segments

    def edit_evidence(self, edit: Edit) -> tuple[Evidence, ...]:
        """The evidence for an edit, with offsets into the input."""
        own = edit.cuts or self.judgement.evidence(edit.line)
        return self.segments.moved(own)

    def parts(self, starts: list[int]) -> dict[int, list[int]]:
        """The lines of this pass by the input line that they come from; ``starts``: those of the input lines."""
        found: dict[int, list[int]] = {}
        for line, (start, end) in enumerate(zip(self.judgement.starts, self.judgement.ends, strict=True)):
            # A unit is made of several lines of the input, and each of them gets its verdict.
            first = bisect_right(starts, self.segments.at(int(start))) - 1
            last = bisect_right(starts, self.segments.at(int(max(end - 1, start)))) - 1
            # A line above the first one of the input was added.
            for index in range(max(first, 0), last + 1):
                found.setdefault(index, []).append(line)
        return found

    def cuts(self) -> dict[int, tuple[Evidence, ...]]:
        """The evidence for removed fragments, by line of the pass, with offsets into the input."""
        found = by_line(self.judgement.cuts) if self.edits else {}
        return {line: self.segments.moved([cut.evidence for cut in cuts]) for line, cuts in found.items()}

    def verdict(self, line: Line, parts: list[int], cuts: Mapping[int, tuple[Evidence, ...]], path: str) -> Verdict:
        """The verdict of this pass on an input line; ``parts``: its lines here, ``cuts``: those of the pass."""
        judgement = self.judgement
        removed = [part for part in parts if judgement.removed[part] and self.edits]
        # A line that loses a fragment is not noise itself; the fragment has the kind.
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
        return Verdict(line, action, kinds[0] if kinds else None, score, self.segments.moved(evidence), path)


def no_path(_: int) -> str:
    """The path of the element at an offset of a text, which has none."""
    return ""


@dataclass(frozen=True, slots=True, eq=False)
class Story:
    """All that was done to one input: its lines, the passes, and the path of the element at each offset."""

    text: str
    lines: Sequence[Line]
    passes: Sequence[Pass]
    path_at: Callable[[int], str] = no_path


class Trace:
    """Gives the reasons for one result: the evidence for its removals, and the verdict on every line of the input.

    ``tell`` repeats the passes with the points of every term: these are large, so they are computed only on demand,
    and a pickled trace does not contain them. ``retell`` does the same from what a pickle can contain.
    """

    __slots__ = ("_retell", "_story", "_tell")

    def __init__(self, retell: Callable[[], Story], tell: Callable[[], Story] | None = None) -> None:
        self._retell = retell
        self._tell = tell or retell
        self._story: Story | None = None

    def __reduce__(self) -> tuple[Any, ...]:
        return Trace, (self._retell,)

    @property
    def story(self) -> Story:
        """What was done, computed again with all reasons."""
        if self._story is None:
            self._story = self._tell()
        return self._story

    def evidence(self, number: int, edit: int) -> tuple[Evidence, ...]:
        """The evidence for an edit of a pass."""
        one = self.story.passes[number]
        return one.edit_evidence(one.edits[edit])

    def __call__(self) -> tuple[Verdict, ...]:
        """The verdict on each line of the input, in order."""
        lines, path_at = self.story.lines, self.story.path_at
        starts = [line.start for line in lines]
        verdicts = [Verdict(line, "keep", None, 0.0, (), path_at(line.start)) for line in lines]
        cut: set[int] = set()
        gone: set[int] = set()
        for one in self.story.passes:
            cuts = one.cuts()
            for index, parts in one.parts(starts).items():
                if index in gone:
                    # The lines on both sides of it have become one unit, which spans its place.
                    continue
                verdict = one.verdict(lines[index], parts, cuts, path_at(lines[index].start))
                # What is left of a line after a cut is judged again, but the cut is the reason to report.
                if index not in cut or verdict.action == "drop":
                    verdicts[index] = verdict
                if verdict.action != "keep":
                    (cut if verdict.action == "cut" else gone).add(index)
        return tuple(verdicts)
