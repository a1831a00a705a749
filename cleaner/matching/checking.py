"""Holds patterns against their own examples, and against lines made to keep an expression busy."""

from __future__ import annotations

from collections.abc import Callable

import regex

from cleaner.errors import PatternError
from cleaner.matching.gates import gate_lines
from cleaner.matching.pattern import Pattern
from cleaner.matching.pump import slow_line
from cleaner.text.document import Document

__all__ = ["prove"]

# So many characters of a line are shown.
SHOWN = 60
_Fail = Callable[[str, str], PatternError]


def prove(pattern: Pattern) -> None:
    """Check a pattern against its own examples; raises `PatternError` when one of them does not hold."""

    def fail(field_name: str, fix: str) -> PatternError:
        return PatternError(pattern.file, fix, pattern=pattern.id, field=field_name)

    if pattern.regex is not None:
        _prove_regex(pattern, fail)
        _prove_tried(pattern, fail)
    for name, should_match, fix in _PROMISES:
        for example in getattr(pattern, name):
            if (pattern.search(example) is not None) != should_match:
                raise fail(name, f"{example!r} {fix}")
    if pattern.regex is not None:
        _prove_speed(pattern, fail)


_PROMISES = (
    ("must_match", True, "is not matched; fix the pattern, or move it to known_miss"),
    ("known_false", True, "is no longer matched; move it to must_not_match"),
    ("must_not_match", False, "is matched; fix the pattern, or move it to known_false"),
    ("known_miss", False, "is matched now; move it to must_match"),
)


def _prove_regex(pattern: Pattern, fail: _Fail) -> None:
    try:
        regex.compile(pattern.regex or "")
        compiled = pattern.compiled
    except (regex.error, IndexError, ValueError) as error:
        raise fail("regex", f"does not compile: {error}; correct the expression") from None
    except RecursionError:
        raise fail("regex", "does not compile: its groups lie too deep in each other; take some out") from None
    if compiled.search("") is not None:
        raise fail("regex", "matches an empty line; require at least one character")


def _prove_tried(pattern: Pattern, fail: _Fail) -> None:
    """What is to match must hold a literal or pass the gate, or the matcher would never try the pattern on it."""
    for example in (*pattern.must_match, *pattern.known_false):
        document = Document(example)
        if pattern.keys:
            if not any(key in document.folded.text for key in pattern.keys):
                raise fail("literals", f"{example!r} holds none of them; every match must hold one")
        elif pattern.gate is not None and not gate_lines(document, pattern.gate).any():
            raise fail("gate", f"{example!r} does not pass it; choose another gate, or literals")


def _prove_speed(pattern: Pattern, fail: _Fail) -> None:
    """Try the expression on lines made to keep it busy: time may grow with length, not explode."""
    slow = slow_line(pattern)
    if slow is not None:
        line, seconds = slow
        shown = f"{line[:SHOWN]}..." if len(line) > SHOWN else line
        raise fail(
            "regex",
            f"takes too long, {seconds:.2f} s on the {len(line)} characters {shown!r}; "
            "make its repetitions possessive or bounded, or set max_length",
        )
