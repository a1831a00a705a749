"""A compared document as a report shows it: the lines of both sides beside each other."""

from __future__ import annotations

from collections import Counter
from dataclasses import dataclass
from functools import cached_property

from cleaner.corpus.batch.differences import Compared, Difference, Fate, Removed
from cleaner.corpus.batch.surveying import compact_lines
from cleaner.documents import digest_of
from cleaner.report.page.model import ReportedDocument, Summary
from cleaner.result import Doubt, Kind, Line, Removal, Verdict
from cleaner.result.shown import ShownLine, line_pieces, within
from cleaner.text.counting import count_words
from cleaner.text.splitting import split_lines
from cleaner.text.words import language_of

__all__ = ["show_both", "summarise_difference"]

_KINDS = frozenset(Kind)


def summarise_difference(both: Compared, difference: Difference | None, lang: str | None) -> Summary:
    """A compared document in figures: as removed count the words that only one side removes.

    ``difference``: None where the sides do not differ. ``lang``: the language of documents that do not say theirs.
    """
    removed: Counter[str] = Counter()
    if difference is not None:
        removed.update(difference.only_a)
        removed.update(difference.only_b)
    results = [fate.result for fate in (both.a, both.b) if fate.result is not None]
    return Summary(
        both.job.name,
        both.job.line,
        both.job.document.id,
        both.job.site,
        both.job.document.lang or lang or language_of(both.text),
        count_words(both.text),
        dict(removed),
        min((result.confidence for result in results), default=1.0),
        tuple(sorted({flag for result in results for flag in result.flags})),
        both.job.document.title or next((result.headline for result in results if result.headline), None),
    )


def show_both(both: Compared, summary: Summary) -> ReportedDocument:
    """A compared document with the lines of both sides; a side whose removals were stored has no reasons."""
    return ReportedDocument(summary, digest_of(both.text), _shown(both.text, both.a), _shown(both.text, both.b))


def _shown(text: str, fate: Fate) -> tuple[ShownLine, ...]:
    return compact_lines(text, _Stored(text, fate.removed) if fate.result is None else fate.result)


@dataclass(frozen=True)
class _Stored:
    """What stored removals make of a text, as it is shown."""

    text: str
    removed: tuple[Removed, ...]

    doubtful: tuple[Doubt, ...] = ()
    flags: tuple[str, ...] = ()

    @cached_property
    def removals(self) -> tuple[Removal, ...]:
        return tuple(
            # Another version may have kinds that this one has not.
            Removal(one.start, one.end, Kind(one.kind) if one.kind in _KINDS else Kind.BOILERPLATE, 0.0, (), one.text)
            for one in self.removed
        )

    @cached_property
    def lines(self) -> tuple[Verdict, ...]:
        return tuple(map(self._verdict, split_lines(self.text)))

    @cached_property
    def _ends(self) -> list[int]:
        return [one.end for one in self.removed]

    def _verdict(self, line: Line) -> Verdict:
        own = list(within(self.removals, self._ends, line.start, line.end))
        if not own:
            return Verdict(line, "keep", None, 0.0, ())
        left = any(one.text.strip() for one in line_pieces(self.text, line.start, line.end, own) if one.kind is None)
        return Verdict(line, "cut" if left else "drop", own[0].kind, 0.0, ())
