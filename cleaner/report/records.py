"""Results as plain records, for JSON."""

from __future__ import annotations

import json
from collections.abc import Iterable
from typing import Any

from cleaner.matching.pattern import Pattern
from cleaner.result import CleanResult, Evidence, Removal, Verdict

__all__ = ["PATTERN_COLUMNS", "explain_json", "pattern_json", "removal_record", "shown_verdicts", "to_json"]

PATTERN_COLUMNS = ("id", "kind", "lang", "action", "strength", "about")


def to_json(value: object, *, indent: int | None = None) -> bytes:
    """A value as JSON in UTF-8; a lone surrogate is written as its escape."""
    # Lone surrogates, which UTF-8 cannot encode, are written as \udcxx, which is how JSON writes them too.
    return json.dumps(value, ensure_ascii=False, indent=indent).encode("utf-8", "backslashreplace")


def removal_record(file: str, removal: Removal, *, line: int | None = None, record_id: object = None) -> dict[str, Any]:
    """One removal with the name of its file, as written to a file of removals.

    ``line`` and ``record_id`` identify the record, if the file contains many.
    """
    record = {} if line is None else {"line": line} if record_id is None else {"line": line, "id": record_id}
    return {
        "file": file,
        **record,
        "start": removal.start,
        "end": removal.end,
        "kind": removal.kind.value,
        "score": removal.score,
        "text": removal.text,
        "evidence": [_evidence_record(evidence) for evidence in removal.evidence],
    }


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
                "score": verdict.score,
                "evidence": [_evidence_record(evidence) for evidence in verdict.evidence],
            }
            for verdict in shown_verdicts(result, removed_only=removed_only)
        ],
    }


def _evidence_record(evidence: Evidence) -> dict[str, Any]:
    return {
        "source": evidence.source,
        "points": evidence.points,
        "kind": evidence.kind.value if evidence.kind else None,
        "start": evidence.start,
        "end": evidence.end,
    }


def shown_verdicts(result: CleanResult, *, removed_only: bool) -> list[Verdict]:
    """The verdicts to show: of all lines, or only of those that lost something."""
    return [verdict for verdict in result.lines if not removed_only or verdict.action != "keep"]


def pattern_json(patterns: Iterable[Pattern]) -> list[dict[str, str]]:
    """One object for each pattern, with the columns of `pattern_table`."""
    return [{name: str(getattr(pattern, name)) for name in PATTERN_COLUMNS} for pattern in patterns]
