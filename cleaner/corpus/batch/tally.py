"""What a run counts."""

from __future__ import annotations

from collections import Counter
from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any

from cleaner.result import CleanResult

__all__ = ["ENCODING", "MARKDOWN", "MARKUP", "MOJIBAKE", "NO_SITE", "PAGE", "Tally", "utf8_size"]

PAGE = "page"
MARKUP = "markup"
MARKDOWN = "markdown"
MOJIBAKE = "mojibake"
NO_SITE = "siteless"
ENCODING = "encoding "


@dataclass(slots=True)
class Tally:
    """Counts of documents and bytes; tallies of parts add up to that of the whole.

    ``documents`` were written, ``failed`` could not be cleaned, ``passed`` are records that are not documents and stay
    as they are. ``found``: what was found out about texts: `PAGE` where a text file is a page, `MARKUP` where a text
    has tags in it, `MARKDOWN` where it has links of Markdown,
    `MOJIBAKE` where it was decoded wrongly before, `NO_SITE` where a site memory was asked in vain, and the encoding after `ENCODING` where nobody has named it. ``size`` is bytes of text before
    cleaning (UTF-8), ``removed`` bytes taken out, by kind. ``confidence``: the sum of the F1 expected of each result.
    """

    documents: int = 0
    changed: int = 0
    failed: int = 0
    passed: int = 0
    size: int = 0
    removed: Counter[str] = field(default_factory=Counter)
    flags: Counter[str] = field(default_factory=Counter)
    found: Counter[str] = field(default_factory=Counter)
    confidence: float = 0.0

    def count(self, text: str, result: CleanResult) -> None:
        """Count a document that was cleaned."""
        self.documents += 1
        self.changed += result.changed
        self.size += utf8_size(text)
        for removal in result.removals:
            self.removed[removal.kind.value] += utf8_size(removal.text)
        self.flags.update(result.flags)
        self.confidence += result.confidence

    def add(self, other: Tally) -> None:
        """Add the counts of another tally."""
        self.documents += other.documents
        self.changed += other.changed
        self.failed += other.failed
        self.passed += other.passed
        self.size += other.size
        self.removed.update(other.removed)
        self.flags.update(other.flags)
        self.found.update(other.found)
        self.confidence += other.confidence

    def to_json(self) -> dict[str, Any]:
        """The counts as JSON values."""
        return {name: getattr(self, name) for name in self.__slots__}

    @classmethod
    def from_json(cls, values: Mapping[str, Any]) -> Tally:
        """The counts that `to_json` gave."""
        counters = {name: Counter(values[name]) for name in ("removed", "flags", "found")}
        return cls(**{**values, **counters})

    def copy(self) -> Tally:
        """An independent copy of the counts."""
        return Tally.from_json(self.to_json())


def utf8_size(text: str) -> int:
    """How many bytes a text has in UTF-8."""
    return len(text) if text.isascii() else len(text.encode("utf-8", "surrogatepass"))
