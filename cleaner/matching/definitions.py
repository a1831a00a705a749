"""The pieces that the patterns of a folder share: named once in its ``definitions.toml``, used as ``{{name}}``."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from typing import Any, Final

import regex

from cleaner.errors import PatternError
from cleaner.matching.repetitions import MAX_REPEATS, longest_repetition

__all__ = [
    "DEFINITIONS_NAME",
    "FORMAT",
    "OLD_FORMAT",
    "Definitions",
    "PieceError",
    "parse_definitions",
    "require_format",
]

FORMAT: Final = 2
OLD_FORMAT: Final = 1
DEFINITIONS_NAME: Final = "definitions.toml"
# An expression is not longer with its pieces put in: pieces in pieces grow without end (the longest shipped one has
# 2,400 characters; set by hand).
MAX_EXPRESSION = 100_000
_HEADER = ("format", "definitions")
_NAME = r"[a-z0-9]+(?:-[a-z0-9]+)*"
# An escape is passed over, so that \{{ is a brace.
_REFERENCE = regex.compile(r"\\.|\{\{(?P<name>[^{}\n]*)\}\}", regex.DOTALL)
_LIST_REFERENCE = regex.compile(r"\{\{(?P<name>[^{}\n]*)\}\}")


class PieceError(ValueError):
    """A piece that is wrong, or a reference to one that there is not; the message says what to do."""


@dataclass(frozen=True)
class Definitions:
    """The pieces of one folder by name: parts of expressions, and lists of phrases.

    >>> definitions = Definitions({"month": "May|June"}, {"labels": ("Tags", "Topics")})
    >>> definitions.expand(r"\\d+ {{month}} \\d{4}"), definitions.expand_list(["{{labels}}", "Keywords"])
    ('\\\\d+ (?:May|June) \\\\d{4}', ('Tags', 'Topics', 'Keywords'))
    """

    expressions: Mapping[str, str] = field(default_factory=dict)
    phrases: Mapping[str, tuple[str, ...]] = field(default_factory=dict)

    def expand(self, source: str) -> str:
        """An expression with its references replaced, each piece as a group; raises `PieceError`."""
        expanded = _REFERENCE.sub(self._piece, source)
        if len(expanded) > MAX_EXPRESSION:
            raise PieceError(f"has more than {MAX_EXPRESSION} characters with its pieces put in; use fewer")
        return expanded

    def _piece(self, found: regex.Match[str]) -> str:
        name = found["name"]
        if name is None:
            return found[0]
        if name in self.expressions:
            return f"(?:{self.expressions[name]})"
        raise PieceError(_unknown(name, self.expressions, "is a list of phrases" if name in self.phrases else ""))

    def expand_list(self, phrases: Iterable[str]) -> tuple[str, ...]:
        """Phrases with the lists put in that some of them refer to; raises `PieceError`."""
        expanded: list[str] = []
        for phrase in phrases:
            found = _LIST_REFERENCE.fullmatch(phrase)
            if found is None:
                expanded.append(phrase)
            elif found["name"] in self.phrases:
                expanded += self.phrases[found["name"]]
            else:
                is_other = found["name"] in self.expressions
                raise PieceError(_unknown(found["name"], self.phrases, "is an expression" if is_other else ""))
        return tuple(dict.fromkeys(expanded))


def _unknown(name: str, known: Iterable[str], other: str) -> str:
    names = ", ".join(known) or "it has none of this sort yet"
    return f"{{{{{name}}}}} {other or 'is not defined'}; define it in {DEFINITIONS_NAME} of this folder, or use one of: {names}"


def parse_definitions(table: Mapping[str, Any], file: str) -> Definitions:
    """The pieces of a parsed ``definitions.toml``; a piece may use those above it.

    ``file`` is the name used in messages. Raises `PatternError` at the first thing that is wrong.
    """
    for name in table:
        if name not in _HEADER:
            raise PatternError(file, f"is unknown; a file of definitions has only: {', '.join(_HEADER)}", field=name)
    require_format(table, file)
    entries = table.get("definitions")
    if not isinstance(entries, dict) or not entries:
        raise PatternError(file, "add a [definitions] table with at least one piece", field="definitions")
    expressions: dict[str, str] = {}
    phrases: dict[str, tuple[str, ...]] = {}
    definitions = Definitions(expressions, phrases)
    for name, value in entries.items():
        try:
            _define(definitions, expressions, phrases, name, value)
        except PieceError as error:
            raise PatternError(file, str(error), field=name) from None
    return definitions


def _define(
    known: Definitions, expressions: dict[str, str], phrases: dict[str, tuple[str, ...]], name: str, value: object
) -> None:
    if regex.fullmatch(_NAME, name) is None:
        raise PieceError("must be a name of lower-case letters, digits and hyphens")
    if isinstance(value, str) and value:
        expressions[name] = _compilable(known.expand(value))
    elif isinstance(value, list) and value and all(isinstance(item, str) and item for item in value):
        phrases[name] = known.expand_list(value)
    else:
        raise PieceError("must be an expression, or a list of phrases")


def _compilable(piece: str) -> str:
    if longest_repetition(piece) > MAX_REPEATS:
        raise PieceError(f"repeats more than {MAX_REPEATS} times; no line is looked at that far")
    try:
        regex.compile(piece)
    except (regex.error, IndexError, ValueError, RecursionError) as error:
        raise PieceError(f"does not compile by itself: {error}; correct the expression") from None
    return piece


def require_format(table: Mapping[str, Any], file: str) -> None:
    """Check the format of a parsed file; raises `PatternError` where it is another one."""
    found = table.get("format")
    if found == OLD_FORMAT and not isinstance(found, bool):
        fix = "is the old format; convert the folder with `cleaner patterns convert OLD_FOLDER NEW_FOLDER`"
        raise PatternError(file, fix, field="format")
    if found != FORMAT or isinstance(found, bool):
        raise PatternError(file, f"write `format = {FORMAT}` as the first line", field="format")
