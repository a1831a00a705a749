"""Whether a line says what a pattern looks for, or tells of it."""

from __future__ import annotations

from cleaner.matching.matcher import Hit
from cleaner.result import Kind
from cleaner.text.document import Document

__all__ = ["is_told"]

OPENING_QUOTES = frozenset('«“„"‘「『')
CLOSING_QUOTES = frozenset('»”“"’」』')
SENTENCE_ENDS = frozenset(".?。？")


def is_told(document: Document, hit: Hit) -> bool:
    """Whether a line only reports what a pattern looks for: quotes it, or replies with it.

    An article quotes, an interface does not. A quotation mark followed by a space opens a quotation only where
    another one closes it, since such marks also serve as arrows. A word that ends like a sentence is not a button.
    A line to keep stays, whoever says it.
    """
    pattern = hit.pattern
    if pattern.action == "keep" or pattern.match not in ("start", "whole"):
        return False
    start, end = document.starts.item(hit.line), document.ends.item(hit.line)
    before, behind = document.text[start : hit.start], document.text[hit.end : end]
    if before.rstrip()[-1:] in OPENING_QUOTES:
        is_near = before == before.rstrip()
        if is_near or (
            pattern.kind is not Kind.PAGINATION
            and any(mark in CLOSING_QUOTES for mark in document.text[hit.start : end])
        ):
            return True
    return pattern.strength == "weak" and pattern.match == "whole" and behind.strip() in SENTENCE_ENDS
