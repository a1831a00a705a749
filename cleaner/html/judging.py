"""Turns a page's choice of blocks into a judgement for the passes: each block is a line of the page's source."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import Generic, TypeVar, overload

from cleaner.html.reading import Reading
from cleaner.html.reasons import Reasons, comment_blocks
from cleaner.passes.judgement import Judgement

__all__ = ["judge_blocks"]

_Value = TypeVar("_Value")


def judge_blocks(reading: Reading, reasons: Reasons) -> Judgement:
    """The judgement over the blocks of a page; kinds, scores and evidence are computed on demand."""
    count = len(reading.page.blocks)
    return Judgement(
        starts=reading.starts,
        ends=[start + len(text) for start, text in zip(reading.starts, reading.shown, strict=True)],
        removed=~reading.choice.kept,
        scores=_Each(count, reasons.score),
        kinds=_Each(count, reasons.kind),
        evidence=reasons.evidence,
        confidence=lambda _: min(max(float(reading.choice.expected), 0.0), 1.0),
        headline=reading.headline,
        comments=tuple(comment_blocks(reading, reasons.words)),
        flags=reading.flags,
    )


@dataclass(frozen=True, slots=True)
class _Each(Sequence[_Value], Generic[_Value]):
    """The values of a function for each block, computed on demand."""

    size: int
    tell: Callable[[int], _Value]

    def __len__(self) -> int:
        return self.size

    @overload
    def __getitem__(self, index: int) -> _Value: ...
    @overload
    def __getitem__(self, index: slice) -> Sequence[_Value]: ...
    def __getitem__(self, index: int | slice) -> _Value | Sequence[_Value]:
        return self.tell(index) if isinstance(index, int) else [self.tell(one) for one in range(self.size)[index]]
