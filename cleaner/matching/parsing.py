"""One parsed pattern file -> patterns, shape and types validated; every message names field and fix."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import fields, replace
from typing import Any, get_args

import regex

from cleaner.errors import PatternError
from cleaner.matching.definitions import FORMAT, Definitions, PieceError, require_format
from cleaner.matching.gates import GATES
from cleaner.matching.pattern import Bounds, Case, Match, Pattern, PatternAction, Position, Reach, Strength
from cleaner.matching.repetitions import MAX_REPEATS, longest_repetition
from cleaner.result import Kind
from cleaner.text.folding import fold, is_cjk
from cleaner.text.splitting import split_lines

__all__ = ["parse_patterns"]

MIN_LITERAL = 3
MIN_CJK_LITERAL = 2
MIN_EXAMPLES = 2
# No line that a pattern finds is longer (set by hand).
MAX_LENGTH = 100_000
_HEADER = ("format", "lang", "pattern")
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
# Phrases beside others that need company: they become a pattern of their own.
_WEAK = ("weak_phrases", "weak_must_match")
_LISTS = ("phrases", "literals", *_EXAMPLES, *_WEAK)
_FIELDS = (*(entry.name for entry in fields(Pattern) if entry.name not in ("lang", "file", "timeout")), *_WEAK)
# What decides where and how far a pattern speaks for noise; a line to keep stays wherever it stands.
_OF_NOISE = ("strength", "position", *_WEAK)
WEAK_SUFFIX = "-weak"


def parse_patterns(
    table: Mapping[str, Any], file: str, *, definitions: Definitions | None = None, timeout: float | None = None
) -> list[Pattern]:
    """The patterns of one parsed file, shape and types validated; an entry with ``weak_phrases`` is two of them.

    ``file`` is the name used in messages. ``definitions``: the pieces that the file may use. ``timeout`` bounds each
    search of a regex, in seconds. Raises `PatternError` at the first thing that is wrong.
    """
    for name in table:
        if name not in _HEADER and (name != "kind" or table.get("format") == FORMAT):
            raise PatternError(file, f"is unknown; a file has only: {', '.join(_HEADER)}", field=name)
    require_format(table, file)
    lang = table.get("lang")
    if not isinstance(lang, str) or not regex.fullmatch(r"any|[a-z]{2,3}", lang):
        raise PatternError(file, 'write a language code such as "fr", or "any"', field="lang")
    entries = table.get("pattern")
    if not isinstance(entries, list) or not entries or not all(isinstance(entry, dict) for entry in entries):
        raise PatternError(file, "add at least one [[pattern]] table", field="pattern")
    known = definitions or Definitions()
    return [pattern for entry in entries for pattern in _parse_entry(entry, lang, file, known, timeout)]


def _parse_entry(
    entry: Mapping[str, Any], lang: str, file: str, definitions: Definitions, timeout: float | None
) -> list[Pattern]:
    identity = entry.get("id")
    if not isinstance(identity, str):
        raise PatternError(file, f'every pattern has an id such as "{lang}.tags.short-name"', field="id")

    def fail(field_name: str, fix: str) -> PatternError:
        return PatternError(file, fix, pattern=identity, field=field_name)

    values: dict[str, Any] = {}
    for name, value in entry.items():
        if name not in _FIELDS:
            raise fail(name, f"is unknown; use some of: {', '.join(_FIELDS)}")
        values[name] = _expand(name, _value(name, value, fail), definitions, fail)
    kind = values["kind"] = _kind(values.get("kind"), fail)
    if not regex.fullmatch(regex.escape(f"{lang}.{kind}.") + "[a-z0-9]+(-[a-z0-9]+)*", identity):
        raise fail("id", f"must be {lang}.{kind}. and a short name of lower-case letters, digits and hyphens")
    weak = {name: values.pop(name) for name in _WEAK if name in values}
    pattern = Pattern(lang=lang, file=file, timeout=timeout, **{"about": "", **values})
    _validate(pattern, entry, fail)
    return [pattern, *_weak_pattern(pattern, weak, fail)]


def _kind(value: object, fail: _Fail) -> Kind:
    known = [kind.value for kind in Kind]
    if value not in known:
        raise fail("kind", f"{value!r} is not a kind of noise; use one of: {', '.join(known)}")
    return Kind(value)


def _expand(name: str, value: Any, definitions: Definitions, fail: _Fail) -> Any:
    """A value with the pieces put in that it refers to."""
    try:
        if name == "regex":
            return definitions.expand(value)
        return definitions.expand_list(value) if name in ("phrases", "weak_phrases") else value
    except PieceError as error:
        raise fail(name, str(error)) from None


def _weak_pattern(pattern: Pattern, weak: Mapping[str, tuple[str, ...]], fail: _Fail) -> list[Pattern]:
    """The second pattern of an entry with ``weak_phrases``: like the first, but for strength and phrases."""
    if not weak:
        return []
    if not pattern.phrases or pattern.strength == "weak":
        raise fail(
            next(iter(weak)), 'only goes with `phrases`, which are the strong ones, and not with `strength = "weak"`'
        )
    if not weak.get("weak_phrases"):
        raise fail("weak_must_match", "only goes with `weak_phrases`")
    _validate_phrases("weak_phrases", weak["weak_phrases"], fail)
    examples = weak.get("weak_must_match", ())
    _validate_examples("weak_must_match", examples, fail, least=MIN_EXAMPLES)
    return [
        replace(
            pattern,
            id=f"{pattern.id}{WEAK_SUFFIX}",
            strength="weak",
            phrases=weak["weak_phrases"],
            must_match=examples,
            known_miss=(),
            known_false=(),
        )
    ]


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
    if pattern.action == "keep" and (name := next((name for name in _OF_NOISE if name in entry), None)):
        raise fail(name, 'does not go with `action = "keep"`: such a line stays wherever it stands; leave it out')
    if pattern.regex is None:
        for name in ("literals", "gate"):
            if name in entry:
                raise fail(name, "only goes with `regex`; a phrase is its own literal")
        _validate_phrases("phrases", pattern.phrases, fail)
    else:
        _validate_regex(pattern, fail)
    for name in _EXAMPLES:
        least = MIN_EXAMPLES if name in ("must_match", "must_not_match") else 0
        _validate_examples(name, getattr(pattern, name), fail, least=least)


def _validate_examples(name: str, examples: tuple[str, ...], fail: _Fail, *, least: int) -> None:
    if len(examples) < least:
        raise fail(name, f"give at least {least} examples")
    for example in examples:
        if len(split_lines(example)) != 1:
            raise fail(name, f"{example!r} must be one line")


def _validate_phrases(name: str, phrases: tuple[str, ...], fail: _Fail) -> None:
    for phrase in phrases:
        if phrase != phrase.strip() or len(split_lines(phrase)) != 1:
            raise fail(name, f"{phrase!r} must be one line without space at its ends")
        if not is_long_enough(phrase):
            raise fail(name, f"{phrase!r} is too short; use {MIN_LITERAL} characters or more, or a regex with a gate")


def _validate_regex(pattern: Pattern, fail: _Fail) -> None:
    source = pattern.regex or ""
    if source.startswith("^") or (source.endswith("$") and not source.endswith("\\$")):
        raise fail("regex", "leave out ^ and $; `match` adds the anchors")
    if longest_repetition(source) > MAX_REPEATS:
        raise fail("regex", f"repeats more than {MAX_REPEATS} times; no line is looked at that far")
    if not pattern.literals and pattern.gate is None:
        raise fail("literals", f"name a literal every match contains, or a gate: {', '.join(GATES)}")
    for literal in pattern.literals:
        if not is_long_enough(literal):
            raise fail("literals", f"{literal!r} is too short; use {MIN_LITERAL} characters or more, or a gate")


def is_long_enough(literal: str) -> bool:
    """Whether a literal is selective enough to be searched for: three characters, two in scripts like Chinese."""
    folded = fold(literal)
    return len(folded) >= (MIN_CJK_LITERAL if any(map(is_cjk, folded)) else MIN_LITERAL)
