"""Entries of pattern files as TOML, whatever stands in their texts."""

from __future__ import annotations

import json
import tomllib
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass, replace
from typing import Any, cast

from cleaner.matching.checking import prove
from cleaner.matching.parsing import parse_patterns
from cleaner.matching.pattern import Pattern
from cleaner.report.terminal import visible
from cleaner.result import Kind

__all__ = ["Entry", "bare_pattern", "comment_lines", "load_entry", "pattern_file", "toml_string"]

FORMAT = 2
_WIDTH = 118


@dataclass(frozen=True, slots=True)
class Entry:
    """One entry of a pattern file, with a comment above it; `patterns/README.md` describes the fields.

    What has its default in the file is left out of it; ``strength`` is None for an entry that keeps lines.
    """

    id: str
    kind: Kind
    about: str
    phrases: tuple[str, ...] = ()
    regex: str | None = None
    literals: tuple[str, ...] = ()
    match: str = "whole"
    max_length: int = 0
    action: str = "drop"
    strength: str | None = "strong"
    must_match: tuple[str, ...] = ()
    must_not_match: tuple[str, ...] = ()
    comment: tuple[str, ...] = ()

    def commented(self, *sentences: str) -> Entry:
        """The entry with more sentences in its comment."""
        return replace(self, comment=(*self.comment, *sentences))


def pattern_file(entries: Sequence[Entry], lang: str, head: Iterable[str] = (), tail: Iterable[str] = ()) -> str:
    """The text of a pattern file: comments, the header, the entries, and comments again; without entries only comments.

    >>> print(pattern_file([], "fr", ["Nothing to suggest."]), end="")
    # Nothing to suggest.
    """
    parts = ["".join(f"{line}\n" for sentence in head for line in comment_lines(sentence))]
    if entries:
        parts.append(f'format = {FORMAT}\nlang = "{lang}"\n')
    parts += ["".join(f"{line}\n" for line in _entry_lines(entry)) for entry in entries]
    parts.append("".join(f"{line}\n" for sentence in tail for line in comment_lines(sentence)))
    return "\n".join(filter(None, parts))


def comment_lines(sentence: str) -> Iterator[str]:
    r"""A sentence as lines of a comment, control characters as escapes.

    >>> list(comment_lines("A \x1b[2J sign"))
    ['# A \\x1b[2J sign']
    """
    line = "#"
    for word in visible(sentence).split(" "):
        if len(line) + len(word) > _WIDTH and line != "#":
            yield line
            line = "#  "
        line = f"{line} {word}"
    yield line


def toml_string(text: str) -> str:
    r"""A text as a string of TOML: whatever could end it or is not printed is escaped.

    >>> toml_string('A "b" \\ c\x00')
    '"A \\"b\\" \\\\ c\\u0000"'
    """
    quoted = json.dumps(text, ensure_ascii=False)
    return "".join(
        one if one.isprintable() else f"\\U{ord(one):08X}" if ord(one) > 0xFFFF else f"\\u{ord(one):04X}"
        for one in quoted
    )


def _entry_lines(entry: Entry) -> Iterator[str]:
    for sentence in entry.comment:
        yield from comment_lines(sentence)
    yield "[[pattern]]"
    yield f"id = {toml_string(entry.id)}"
    yield f"kind = {toml_string(entry.kind)}"
    yield f"about = {toml_string(entry.about)}"
    if entry.regex is None:
        yield from _list_lines("phrases", entry.phrases)
    else:
        yield f"regex = {_literal(entry.regex)}"
        yield from _list_lines("literals", entry.literals)
    if entry.action != "drop":
        yield f"action = {toml_string(entry.action)}"
    if entry.match != "whole":
        yield f"match = {toml_string(entry.match)}"
    if entry.max_length:
        yield f"max_length = {entry.max_length}"
    if entry.strength == "weak":
        yield 'strength = "weak"'
    yield from _list_lines("must_match", entry.must_match)
    yield from _list_lines("must_not_match", entry.must_not_match)


def _list_lines(name: str, texts: Sequence[str]) -> Iterator[str]:
    strings = [toml_string(text) for text in texts]
    line = f"{name} = [{', '.join(strings)}]"
    if len(line) <= _WIDTH:
        yield line
        return
    yield f"{name} = ["
    yield from (f"    {string}," for string in strings)
    yield "]"


def _literal(source: str) -> str:
    """An expression as a literal string, or as one with escapes where it has a quote."""
    return f"'{source}'" if "'" not in source and source.isprintable() else toml_string(source)


def load_entry(entry: Entry, lang: str) -> Pattern:
    """The pattern of an entry, as it is read from its file, proved against its examples.

    Raises `PatternError` where it would not load or its examples do not hold.
    """
    (pattern,) = parse_patterns(tomllib.loads(pattern_file([entry], lang)), "suggestion")
    prove(pattern)
    return pattern


def bare_pattern(entry: Entry, lang: str) -> Pattern:
    """The pattern of an entry without its examples, to be tried on lines before it has any."""
    return Pattern(
        id=entry.id,
        kind=entry.kind,
        lang=lang,
        about=entry.about,
        phrases=entry.phrases,
        regex=entry.regex,
        literals=entry.literals,
        match=cast("Any", entry.match),
        max_length=entry.max_length,
        action=cast("Any", entry.action),
        strength=cast("Any", entry.strength or "strong"),
    )
