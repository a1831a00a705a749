"""What tests of the passes share: judgements made by hand, and a judge that removes lines by their texts."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping, Sequence
from typing import Any

import numpy as np

from cleaner.clock import Clock
from cleaner.passes.edits import Edit
from cleaner.passes.judgement import Cut, LineJudgement
from cleaner.result import Evidence, Kind
from cleaner.text.document import Document

__all__ = ["HandJudge", "cut_of", "judgement"]

POINTS = 9.0


def cut_of(document: Document, line: int, fragment: str, kind: Kind = Kind.COMMENT_CONTROLS) -> Cut:
    """The first fragment of a line, cut with the points of a strong pattern."""
    start = document.text.index(fragment, int(document.starts[line]))
    end = start + len(fragment)
    return Cut(line, start, end, Evidence(f"xx.{kind}.label", 16.0, start, end, kind))


def judgement(
    document: Document, removed: Mapping[int, Kind | None], cuts: Iterable[Cut] = (), **values: Any
) -> LineJudgement:
    """A judgement that removes some lines as their kinds; its evidence are points for what goes and against the rest."""
    scores = [POINTS if line in removed else -POINTS for line in range(len(document))]

    def evidence(line: int) -> tuple[Evidence, ...]:
        start, end = int(document.starts[line]), int(document.ends[line])
        return (Evidence("context.by-hand", scores[line], start, end, removed.get(line)),)

    gone = np.zeros(len(document), dtype=bool)
    gone[list(removed)] = True
    return LineJudgement(
        document=document,
        starts=document.starts,
        ends=document.ends,
        removed=gone,
        scores=scores,
        kinds=[removed.get(line) for line in range(len(document))],
        cuts=list(cuts),
        evidence=evidence,
        is_blank=np.array([not document.line_text(line).strip() for line in range(len(document))], dtype=bool),
        **{"confidence": lambda share: 1.0 - share, **values},
    )


class HandJudge:
    """Judges as a function says: the texts that it has seen, and what was handed on to it, are written down."""

    def __init__(self, decide: Callable[[Document], LineJudgement]) -> None:
        self._decide = decide
        self.seen: list[str] = []
        self.handed: list[tuple[list[Edit], str]] = []

    def read(self, text: str, clock: Clock) -> Document:
        """A text as a document."""
        return Document.read(text, clock)

    def judge(self, document: Document) -> LineJudgement:
        """The judgement over a document."""
        self.seen.append(document.text)
        return self._decide(document)

    def hand_on(self, edits: Sequence[Edit], left: Document) -> None:
        """Write down what was removed, and what is left."""
        self.handed.append((list(edits), left.text))
