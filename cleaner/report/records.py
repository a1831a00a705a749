"""Results as plain records, for JSON."""

from __future__ import annotations

import json
from collections.abc import Iterable
from typing import Any

from cleaner.matching.pattern import Pattern
from cleaner.result import CleanResult, Evidence, Removal, Verdict

__all__ = ["PATTERN_COLUMNS", "explain_json", "pattern_json", "removal_record", "shown_verdicts", "to_json"]

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


def explain_json(result: CleanResult, *, removed_only: bool = False) -> dict[str, Any]:
    """A result with one entry per line; offsets are into the input, in characters."""
    return {
        "text": result.text,
        "headline": result.headline,
        "flags": list(result.flags),
        "confidence": round(result.confidence, 4),
        "doubtful": [{"start": doubt.start, "end": doubt.end, "score": doubt.score} for doubt in result.doubtful],
        "comments": list(result.comments),
        "lines": [
            {
                "start": verdict.line.start,
                "end": verdict.line.end,
                "action": verdict.action,
                "kind": verdict.kind.value if verdict.kind else None,
                "score": round(verdict.score, _POINT_DIGITS),
                "evidence": [_evidence_record(evidence) for evidence in verdict.evidence],
            }
            for verdict in shown_verdicts(result, removed_only=removed_only)
        ],
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


def shown_verdicts(result: CleanResult, *, removed_only: bool) -> list[Verdict]:
    """The verdicts to show: of all lines, or only of those that lost something."""
    return [verdict for verdict in result.lines if not removed_only or verdict.action != "keep"]


def pattern_json(patterns: Iterable[Pattern]) -> list[dict[str, str]]:
    """One object for each pattern, with the columns of `pattern_table`."""
    return [{name: str(getattr(pattern, name)) for name in PATTERN_COLUMNS} for pattern in patterns]
