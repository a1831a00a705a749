"""What comes out: the values that stages pass to each other and to callers, and the view of one document for people.

It imports nothing of the cleaner. What is shown to people, `shown`, `reasons` and `drawing`, is imported when it is
asked for.
"""

from __future__ import annotations

from cleaner.result.cleaned import CleanResult
from cleaner.result.values import (
    NO_ARTICLE,
    Action,
    Deferred,
    Doubt,
    Evidence,
    Kind,
    Line,
    Metadata,
    Removal,
    Span,
    Verdict,
)

__all__ = [
    "NO_ARTICLE",
    "Action",
    "CleanResult",
    "Deferred",
    "Doubt",
    "Evidence",
    "Kind",
    "Line",
    "Metadata",
    "Removal",
    "Span",
    "Verdict",
]
