"""A document of two sides: what each removes from it, and what the two have not in common."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from typing import Any, NamedTuple

from cleaner.corpus.batch.jobs import Job
from cleaner.report.page.model import ReportedDocument
from cleaner.result import CleanResult
from cleaner.text.counting import count_words

__all__ = ["Compared", "Difference", "Fate", "Removed", "find_difference", "words_by_kind"]


class Removed(NamedTuple):
    """A removed stretch of a document, with half-open offsets in characters; its kind may be one of another version."""

    start: int
    end: int
    kind: str
    text: str


@dataclass(frozen=True, slots=True)
class Fate:
    """What one side removes from a document; ``result``: where it was cleaned for this, not stored."""

    removed: tuple[Removed, ...]
    result: CleanResult | None = None


@dataclass(frozen=True, slots=True)
class Compared:
    """A document, its text, to which all offsets refer, and what both sides remove from it."""

    job: Job
    text: str
    a: Fate
    b: Fate


@dataclass(frozen=True, slots=True)
class Difference:
    """A document of which the sides remove different words.

    ``line`` and ``id``: its record, if its file holds many. ``only_a`` and ``only_b``: the words that only one side
    removes, by kind; none where only signs differ. ``shown``: the document itself, if that is wanted.
    """

    name: str
    line: int | None
    id: Any
    only_a: dict[str, int]
    only_b: dict[str, int]
    shown: ReportedDocument | None = None

    @property
    def words(self) -> int:
        """How many words one side removes and the other keeps."""
        return sum(self.only_a.values()) + sum(self.only_b.values())


def find_difference(
    a: Sequence[Removed], b: Sequence[Removed], *, kind: str | None = None
) -> tuple[dict[str, int], dict[str, int]] | None:
    """The words that only ``a`` and only ``b`` remove, by kind; None if they differ in white space at most.

    Both are in order. ``kind``: only removals of this kind count as different.

    >>> a, b = [Removed(0, 9, "tags", "Tags: one")], [Removed(6, 9, "byline", "one")]
    >>> find_difference(a, b)
    ({'tags': 1}, {})
    """
    only_a, only_b = list(_visible(_only(a, b), kind)), list(_visible(_only(b, a), kind))
    return (words_by_kind(only_a), words_by_kind(only_b)) if only_a or only_b else None


def words_by_kind(removed: Iterable[Removed]) -> dict[str, int]:
    """How many words are removed, by kind."""
    words: Counter[str] = Counter()
    for one in removed:
        words[one.kind] += count_words(one.text)
    return dict(words)


def _visible(removed: Iterable[Removed], kind: str | None) -> Iterator[Removed]:
    return (one for one in removed if (kind is None or one.kind == kind) and not one.text.isspace())


def _only(mine: Sequence[Removed], others: Sequence[Removed]) -> Iterator[Removed]:
    """The stretches of some removals that are in none of the others."""
    first = 0
    for one in mine:
        while first < len(others) and others[first].end <= one.start:
            first += 1
        position, at = one.start, first
        while at < len(others) and others[at].start < one.end:
            if position < others[at].start:
                yield _part(one, position, others[at].start)
            position = max(position, others[at].end)
            at += 1
        if position < one.end:
            yield _part(one, position, one.end)


def _part(one: Removed, start: int, end: int) -> Removed:
    return Removed(start, end, one.kind, one.text[start - one.start : end - one.start])
