"""Results as plain records, for JSON."""

from __future__ import annotations

import json
from collections.abc import Iterable, Iterator, Sequence
from itertools import groupby
from operator import itemgetter
from typing import Any, Literal, TypeAlias

from cleaner.matching.pattern import Pattern
from cleaner.result import CleanResult, Evidence, Removal
from cleaner.result.shown import ShownLine, show_lines

__all__ = [
    "PATTERN_COLUMNS",
    "Only",
    "choose_lines",
    "explain_json",
    "pattern_json",
    "removal_record",
    "to_json",
]

# The sorts of lines that can be shown alone; what is in doubt is kept.
Only: TypeAlias = Literal["removed", "kept", "doubtful"]

PATTERN_COLUMNS = ("id", "kind", "lang", "action", "strength", "about")
# How many of the strongest reasons a removal is written with, and the digits after the point of its numbers.
_REASONS = 2
_REASON_DIGITS = 2
# Enough digits that the evidence of a line adds up to its score.
_POINT_DIGITS = 5


def to_json(value: object, *, indent: int | None = None) -> bytes:
    """A value as JSON in UTF-8; a lone surrogate is written as its escape."""
    # Lone surrogates, which UTF-8 cannot encode, are written as \udcxx, which is how JSON writes them too.
    return json.dumps(value, ensure_ascii=False, indent=indent).encode("utf-8", "backslashreplace")


def removal_record(
    file: str, removal: Removal, *, line: int | None = None, record_id: object = None, all_evidence: bool = False
) -> dict[str, Any]:
    """One removal with the name of its file, as written to a file of removals.

    ``line`` and ``record_id`` identify the record, if the file contains many. ``all_evidence``: with every piece of
    evidence and its place, which is some ten times as long as the strongest reasons.
    """
    record = {} if line is None else {"line": line} if record_id is None else {"line": line, "id": record_id}
    return {
        "file": file,
        **record,
        "start": removal.start,
        "end": removal.end,
        "kind": removal.kind.value,
        "score": round(removal.score, _POINT_DIGITS if all_evidence else _REASON_DIGITS),
        "text": removal.text,
        **(
            {"evidence": [_evidence_record(evidence) for evidence in removal.evidence]}
            if all_evidence
            else {"reasons": _strongest_reasons(removal)}
        ),
    }


def _strongest_reasons(removal: Removal) -> dict[str, float]:
    """The sources that speak most for a removal, each with its points, the strongest first."""
    points: dict[str, float] = {}
    for evidence in removal.evidence:
        points[evidence.source] = points.get(evidence.source, 0.0) + evidence.points
    strongest = sorted(points, key=lambda source: -points[source])[:_REASONS]
    return {source: round(points[source], _REASON_DIGITS) for source in strongest if points[source] > 0}


def explain_json(
    text: str, result: CleanResult, *, only: Only | None = None, context: int | None = None
) -> dict[str, Any]:
    """A result with one entry per line, or per line that `choose_lines` gives; offsets are in characters of ``text``."""
    chosen = choose_lines(show_lines(text, result), only, context)
    return {
        "text": result.text,
        "headline": result.headline,
        "flags": list(result.flags),
        "confidence": round(result.confidence, 4),
        "doubtful": [{"start": doubt.start, "end": doubt.end, "score": doubt.score} for doubt in result.doubtful],
        "comments": list(result.comments),
        "lines": [_line_record(line) for line in chosen if isinstance(line, ShownLine)],
    }


def _line_record(line: ShownLine) -> dict[str, Any]:
    verdict = line.verdict
    return {
        "number": line.number,
        "start": verdict.line.start,
        "end": verdict.line.end,
        "action": verdict.action,
        "kind": verdict.kind.value if verdict.kind else None,
        "score": round(verdict.score, _POINT_DIGITS),
        "reasons": [{"words": one.words, "points": round(one.points, _REASON_DIGITS)} for one in line.reasons],
        "evidence": [_evidence_record(evidence) for evidence in verdict.evidence],
    }


def _evidence_record(evidence: Evidence) -> dict[str, Any]:
    return {
        "source": evidence.source,
        "points": round(evidence.points, _POINT_DIGITS),
        "kind": evidence.kind.value if evidence.kind else None,
        "start": evidence.start,
        "end": evidence.end,
        **({"detail": evidence.detail} if evidence.detail else {}),
    }


def choose_lines(
    lines: Sequence[ShownLine], only: Only | None, context: int | None = None
) -> Iterator[ShownLine | int]:
    """The lines to show: all, or only those of one sort, with ``context`` lines around each.

    With a context also how many lines are left out, where any are.
    """
    chosen = [True] * len(lines) if only is None else [False] * len(lines)
    around = context or 0
    end = 0
    for index, line in enumerate(lines) if only is not None else ():
        if _is_of(line, only):
            # What is chosen already is not chosen again, so a large context takes no longer.
            start, end = max(index - around, end), min(index + around + 1, len(lines))
            chosen[start:end] = [True] * (end - start)
    for is_shown, group in groupby(zip(chosen, lines, strict=True), key=itemgetter(0)):
        found = [line for _, line in group]
        if is_shown:
            yield from found
        elif context is not None:
            yield len(found)


def _is_of(line: ShownLine, only: Only | None) -> bool:
    return line.is_doubtful if only == "doubtful" else line.is_removed == (only == "removed")


def pattern_json(patterns: Iterable[Pattern]) -> list[dict[str, str]]:
    """One object for each pattern, with the columns of `pattern_table`."""
    return [{name: str(getattr(pattern, name)) for name in PATTERN_COLUMNS} for pattern in patterns]
