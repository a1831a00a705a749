"""What a report is made of: a summary of every document, their totals, and the documents that are shown."""

from __future__ import annotations

from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field

from cleaner.result import CleanResult
from cleaner.result.shown import ShownLine
from cleaner.text.counting import count_words

__all__ = ["ReportedDocument", "Share", "Summary", "Totals", "summarise"]


@dataclass(frozen=True, slots=True)
class Summary:
    """One cleaned document in figures: where it comes from, its words, and those removed by kind.

    ``line`` and ``id``: its record, if its file holds many. ``words`` counts those of the original text. ``title``: its
    headline.
    """

    name: str
    line: int | None
    id: object
    site: str | None
    lang: str | None
    words: int
    removed: Mapping[str, int]
    confidence: float
    flags: tuple[str, ...]
    title: str | None = None

    @property
    def lost(self) -> int:
        """How many words were removed."""
        return sum(self.removed.values())

    @property
    def share_lost(self) -> float:
        """The share of words that were removed."""
        return min(self.lost / self.words, 1.0) if self.words else 0.0


def summarise(
    name: str,
    text: str,
    result: CleanResult,
    *,
    line: int | None = None,
    record_id: object = None,
    site: str | None = None,
    lang: str | None = None,
    title: str | None = None,
) -> Summary:
    """The summary of a cleaned document; ``text``: the original; ``title``: its headline, if it is known."""
    removed: Counter[str] = Counter()
    for removal in result.removals:
        removed[removal.kind.value] += count_words(removal.text)
    words = count_words(text)
    known = title or result.headline
    return Summary(name, line, record_id, site, lang, words, dict(removed), result.confidence, result.flags, known)


@dataclass(slots=True)
class Share:
    """Some documents: how many, their words, and how many of these were removed."""

    documents: int = 0
    words: int = 0
    lost: int = 0

    def add(self, other: Share) -> None:
        """Add other documents."""
        self.documents += other.documents
        self.words += other.words
        self.lost += other.lost


@dataclass(slots=True)
class Totals:
    """All documents of a collection together, by kind of noise, language and site.

    ``kinds`` counts removed words; ``in_documents``: in how many documents each kind was found.
    """

    all: Share = field(default_factory=Share)
    changed: int = 0
    kinds: Counter[str] = field(default_factory=Counter)
    in_documents: Counter[str] = field(default_factory=Counter)
    flags: Counter[str] = field(default_factory=Counter)
    languages: dict[str, Share] = field(default_factory=dict)
    sites: dict[str, Share] = field(default_factory=dict)
    confidence: float = 0.0

    def count(self, summary: Summary) -> None:
        """Count a document."""
        own = Share(1, summary.words, summary.lost)
        self.all.add(own)
        self.changed += bool(summary.removed)
        self.kinds.update(summary.removed)
        self.in_documents.update(summary.removed.keys())
        self.flags.update(summary.flags)
        self.confidence += summary.confidence
        for shares, key in ((self.languages, summary.lang), (self.sites, summary.site)):
            shares.setdefault(key or "", Share()).add(own)

    def add(self, other: Totals) -> None:
        """Add the totals of other documents."""
        self.all.add(other.all)
        self.changed += other.changed
        self.kinds.update(other.kinds)
        self.in_documents.update(other.in_documents)
        self.flags.update(other.flags)
        self.confidence += other.confidence
        for shares, more in ((self.languages, other.languages), (self.sites, other.sites)):
            for key, share in more.items():
                shares.setdefault(key, Share()).add(share)


@dataclass(frozen=True, slots=True)
class ReportedDocument:
    """A document that a report shows: its summary, the digest of its text, and its lines.

    ``other``: its lines as another configuration cleans it, to be shown beside them.
    """

    summary: Summary
    digest: str
    lines: Sequence[ShownLine]
    other: Sequence[ShownLine] | None = None
