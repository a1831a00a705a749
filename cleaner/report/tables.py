"""Tables of patterns."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Sequence

from cleaner.matching.pattern import Pattern
from cleaner.report.records import PATTERN_COLUMNS, pattern_json
from cleaner.report.terminal import align, visible
from cleaner.result import Kind

__all__ = ["kind_table", "pattern_table"]

_NOTHING = "·"


def pattern_table(patterns: Iterable[Pattern]) -> list[str]:
    """A table of patterns: id, kind, language, action, strength, and what each finds."""
    rows = [PATTERN_COLUMNS, *(tuple(map(visible, record.values())) for record in pattern_json(patterns))]
    return align(rows)


def kind_table(patterns: Iterable[Pattern]) -> list[str]:
    """A table of the number of patterns by kind and language, including kinds and languages without any."""
    counts = Counter((pattern.kind, pattern.lang) for pattern in patterns)
    langs = sorted({lang for _, lang in counts}, key=lambda lang: (lang != "any", lang))
    rows: list[Sequence[str]] = [("kind", *map(visible, langs), "all")]
    for kind in Kind:
        row = [counts[kind, lang] for lang in langs]
        rows.append((kind.value, *(str(count or _NOTHING) for count in row), str(sum(row) or _NOTHING)))
    totals = [sum(count for (_, other), count in counts.items() if other == lang) for lang in langs]
    rows.append(("all", *map(str, totals), str(counts.total())))
    return align(rows, numbers=True)
