"""One parsed pattern file -> patterns, shape and types validated; every message names field and fix."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import fields
from typing import Any, get_args

import regex

from cleaner.errors import PatternError
from cleaner.matching.gates import GATES
from cleaner.matching.pattern import Bounds, Case, Match, Pattern, PatternAction, Position, Reach, Strength
from cleaner.result import Kind
from cleaner.text.folding import fold, is_cjk
from cleaner.text.splitting import split_lines

__all__ = ["parse_patterns"]

FORMAT = 1
MIN_LITERAL = 3
MIN_CJK_LITERAL = 2
MIN_EXAMPLES = 2
# The regex package takes memory for each repetition: "a" 2,147,483,648 times took over 4 GB (set by hand; ours repeat 24 times at most).
MAX_REPEATS = 10_000
MAX_DIGITS = 12
# What a count may stand behind: an escape, a class of characters, a group.
_COUNTED = regex.compile(
    r"\\[pPNxuU]\{[^}]*+\}|\\.|\[\^?\]?(?:\\.|[^\]\\])*+\]|(?P<open>\()|(?P<close>\))|\{(?P<least>\d++)(?:,\d*+)?\}",
    regex.DOTALL,
)
# No line that a pattern finds is longer (set by hand).
MAX_LENGTH = 100_000
_HEADER = ("format", "kind", "lang", "pattern")
_CHOICES: dict[str, tuple[str, ...]] = {
    "match": get_args(Match),
    "case": get_args(Case),
    "position": get_args(Position),
    "action": get_args(PatternAction),
    "strength": get_args(Strength),
    "bounds": get_args(Bounds),
    "reach": get_args(Reach),
    "gate": GATES,
}
_Fail = Callable[[str, str], PatternError]
_EXAMPLES = ("must_match", "must_not_match", "known_miss", "known_false")
_LISTS = ("phrases", "literals", *_EXAMPLES)
_FIELDS = tuple(entry.name for entry in fields(Pattern) if entry.name not in ("kind", "lang", "file", "timeout"))


def parse_patterns(table: Mapping[str, Any], file: str, *, timeout: float | None = None) -> list[Pattern]:
    """The patterns of one parsed file, shape and types validated.

    ``file`` is the name used in messages. ``timeout`` bounds each search of a regex, in seconds.
    Raises `PatternError` at the first thing that is wrong.
    """
    for name in table:
        if name not in _HEADER:
            raise PatternError(file, f"is unknown; a file has only: {', '.join(_HEADER)}", field=name)
    if table.get("format") != FORMAT:
        raise PatternError(file, f"write `format = {FORMAT}` as the first line", field="format")
    kind = _kind(table.get("kind"), file)
    lang = table.get("lang")
    if not isinstance(lang, str) or not regex.fullmatch(r"any|[a-z]{2,3}", lang):
        raise PatternError(file, 'write a language code such as "fr", or "any"', field="lang")
    entries = table.get("pattern")
    if not isinstance(entries, list) or not entries or not all(isinstance(entry, dict) for entry in entries):
        raise PatternError(file, "add at least one [[pattern]] table", field="pattern")
    return [_parse_entry(entry, kind, lang, file, timeout) for entry in entries]


def _kind(value: object, file: str) -> Kind:
    known = [kind.value for kind in Kind]
    if value not in known:
        raise PatternError(file, f"{value!r} is not a kind of noise; use one of: {', '.join(known)}", field="kind")
    return Kind(value)


def _parse_entry(entry: Mapping[str, Any], kind: Kind, lang: str, file: str, timeout: float | None) -> Pattern:
    identity = entry.get("id")
    if not isinstance(identity, str):
        raise PatternError(file, f'every pattern has an id such as "{lang}.{kind}.short-name"', field="id")

    def fail(field_name: str, fix: str) -> PatternError:
        return PatternError(file, fix, pattern=identity, field=field_name)

    if not regex.fullmatch(regex.escape(f"{lang}.{kind}.") + "[a-z0-9]+(-[a-z0-9]+)*", identity):
        raise fail("id", f"must be {lang}.{kind}. and a short name of lower-case letters, digits and hyphens")
    values: dict[str, Any] = {}
    for name, value in entry.items():
        if name not in _FIELDS:
            raise fail(name, f"is unknown; use some of: {', '.join(_FIELDS)}")
        values[name] = _value(name, value, fail)
    pattern = Pattern(kind=kind, lang=lang, file=file, timeout=timeout, **{"about": "", **values})
    _validate(pattern, entry, fail)
    return pattern


def _value(name: str, value: object, fail: _Fail) -> object:
    if name in _LISTS:
        if not isinstance(value, list) or not all(isinstance(item, str) and item for item in value):
            raise fail(name, "must be a list of non-empty strings")
        return tuple(value)
    if name == "max_length":
        if not isinstance(value, int) or isinstance(value, bool) or not 1 <= value <= MAX_LENGTH:
            raise fail(name, f"must be a number of characters between 1 and {MAX_LENGTH}")
        return value
    if not isinstance(value, str) or not value:
        raise fail(name, "must be a non-empty string")
    if name in _CHOICES and value not in _CHOICES[name]:
        raise fail(name, f"{value!r} is unknown; use one of: {', '.join(_CHOICES[name])}")
    return value


def _validate(pattern: Pattern, entry: Mapping[str, Any], fail: _Fail) -> None:
    if not pattern.about:
        raise fail("about", "say in one sentence what the pattern finds")
    if bool(pattern.phrases) == (pattern.regex is not None):
        raise fail("phrases", "give either `phrases` or `regex`, not both and not neither")
    if "reach" in entry and pattern.action != "open":
        raise fail("reach", 'only goes with `action = "open"`')
    if pattern.regex is None:
        _validate_phrases(pattern, entry, fail)
    else:
        _validate_regex(pattern, fail)
    for name in ("must_match", "must_not_match"):
        if len(getattr(pattern, name)) < MIN_EXAMPLES:
            raise fail(name, f"give at least {MIN_EXAMPLES} examples")
    for name in _EXAMPLES:
        for example in getattr(pattern, name):
            if len(split_lines(example)) != 1:
                raise fail(name, f"{example!r} must be one line")


def _validate_phrases(pattern: Pattern, entry: Mapping[str, Any], fail: _Fail) -> None:
    for name in ("literals", "gate"):
        if name in entry:
            raise fail(name, "only goes with `regex`; a phrase is its own literal")
    for phrase in pattern.phrases:
        if phrase != phrase.strip() or len(split_lines(phrase)) != 1:
            raise fail("phrases", f"{phrase!r} must be one line without space at its ends")
        if not is_long_enough(phrase):
            raise fail(
                "phrases", f"{phrase!r} is too short; use {MIN_LITERAL} characters or more, or a regex with a gate"
            )


def _validate_regex(pattern: Pattern, fail: _Fail) -> None:
    source = pattern.regex or ""
    if source.startswith("^") or (source.endswith("$") and not source.endswith("\\$")):
        raise fail("regex", "leave out ^ and $; `match` adds the anchors")
    if _longest_repetition(source) > MAX_REPEATS:
        raise fail("regex", f"repeats more than {MAX_REPEATS} times; no line is looked at that far")
    if not pattern.literals and pattern.gate is None:
        raise fail("literals", f"name a literal every match contains, or a gate: {', '.join(GATES)}")
    for literal in pattern.literals:
        if not is_long_enough(literal):
            raise fail("literals", f"{literal!r} is too short; use {MIN_LITERAL} characters or more, or a gate")


def _longest_repetition(source: str) -> int:
    """How often an expression asks for something at least, groups inside groups multiplied: it is compiled so long."""
    inside = [1]
    own, behind = 1, 0
    for found in _COUNTED.finditer(source):
        if found.start() != behind:
            own = 1
        behind = found.end()
        if found["open"]:
            inside.append(1)
        elif found["close"]:
            own = inside.pop() if len(inside) > 1 else 1
        elif found["least"]:
            own *= int(found["least"][:MAX_DIGITS])
        else:
            own = 1
        inside[-1] = max(inside[-1], own if not found["open"] else 1)
    return max(inside)


def is_long_enough(literal: str) -> bool:
    """Whether a literal is selective enough to be searched for: three characters, two in scripts like Chinese."""
    folded = fold(literal)
    return len(folded) >= (MIN_CJK_LITERAL if any(map(is_cjk, folded)) else MIN_LITERAL)
