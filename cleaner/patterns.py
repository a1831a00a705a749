"""Patterns as values: validated, compiled when first used, tested against their own examples.

No file is read here; `cleaner.catalog` reads them and hands over tables. `patterns/README.md` describes the
fields for the people who write patterns.
"""

from __future__ import annotations

import time
from collections.abc import Callable, Iterable, Mapping
from contextlib import suppress
from dataclasses import dataclass, field, fields
from functools import cached_property, lru_cache
from typing import Any, Literal, TypeAlias, get_args

import regex

from cleaner.errors import PatternError
from cleaner.gates import GATES, Gate, gate_lines
from cleaner.model import Kind
from cleaner.text import Document, fold, is_cjk, split_lines

__all__ = ["GATES", "Pattern", "PatternSet", "parse_patterns"]

Match = Literal["whole", "start", "end", "anywhere"]
Case = Literal["exact", "fold"]
Position = Literal["any", "head", "tail", "edge"]
PatternAction = Literal["drop", "cut", "open", "close", "note"]
Strength = Literal["strong", "weak"]
Bounds = Literal["word", "none"]
Reach = Literal["lines", "paragraph", "end"]
Expression: TypeAlias = "regex.Pattern[str]"

FORMAT = 1
MIN_LITERAL = 3
MIN_CJK_LITERAL = 2
MIN_EXAMPLES = 2
WINDOW = 1000
USER_TIMEOUT_SECONDS = 0.05
PUMP_REACH = 2 * WINDOW
PUMP_MAX_SECONDS = 0.2
_HEADER = ("format", "kind", "lang", "pattern")
_DECORATION = r"[^\p{L}\p{N}]*"
_ESCAPES_WITH_BRACES = "pPNxuU"


@dataclass(frozen=True)
class Pattern:
    """One entry of a pattern file.

    >>> pattern = Pattern(id="en.pagination.next", kind=Kind.PAGINATION, lang="en", about="", phrases=("Next post",))
    >>> pattern.search("» NEXT POST"), pattern.search("The next post is vacant")
    ((2, 11), None)
    """

    id: str
    kind: Kind
    lang: str
    about: str
    phrases: tuple[str, ...] = ()
    regex: str | None = None
    match: Match = "whole"
    case: Case = "fold"
    position: Position = "any"
    action: PatternAction = "drop"
    strength: Strength = "strong"
    bounds: Bounds = "word"
    reach: Reach = "lines"
    max_length: int = 0
    literals: tuple[str, ...] = ()
    gate: Gate | None = None
    must_match: tuple[str, ...] = field(default=(), repr=False)
    must_not_match: tuple[str, ...] = field(default=(), repr=False)
    known_miss: tuple[str, ...] = field(default=(), repr=False)
    known_false: tuple[str, ...] = field(default=(), repr=False)
    file: str = field(default="", repr=False, compare=False)
    timeout: float | None = field(default=None, repr=False, compare=False)

    @cached_property
    def keys(self) -> tuple[str, ...]:
        """The folded literals one of which a line must hold before the pattern is tried at all."""
        return tuple(dict.fromkeys(fold(literal) for literal in (self.phrases or self.literals)))

    @cached_property
    def compiled(self) -> Expression:
        """The compiled expression of a regex pattern, anchors added; compiled when first used."""
        source = self.regex or ""
        if self.case == "fold":
            source = fold_expression(source)
        before = f"^{_DECORATION}" if self.match in ("whole", "start") else ""
        after = f"{_DECORATION}$" if self.match in ("whole", "end") else ""
        return regex.compile(f"{before}(?P<match_>{source}){after}")

    def search(self, line: str) -> tuple[int, int] | None:
        """Where the pattern first holds in a line, as offsets into its folded form; None where it does not.

        For ``case = "exact"`` the offsets are into the line itself. Position in the document is not looked at.
        """
        document = Document(line)
        if self.gate is not None and not gate_lines(document, self.gate).any():
            return None
        if self.case == "exact":
            return self.search_in(line, line)
        return self.search_in(document.folded.text, document.shown)

    def search_in(self, target: str, shown: str, start: int = 0, near: int | None = None) -> tuple[int, int] | None:
        """Like `search`, over a line that has passed the gate and is folded already where the pattern asks for it.

        ``shown``: the same characters before they were folded; upper case in it tells where fused words meet.
        ``start``: where to begin. ``near``: where one of the keys was found; in a very long line only the
        text around it is looked at, so that the line costs no more than many short ones.
        """
        if self.is_too_long(target):
            return None
        first, last = self._window(len(target), start, near)
        if first >= last:
            return None
        if self.regex is None:
            return self._search_phrases(target, shown, first, last)
        return self._search_regex(target, first, last)

    def is_too_long(self, target: str) -> bool:
        """Whether a line has more characters than the pattern allows."""
        return 0 < self.max_length < len(target) and len(target.strip()) > self.max_length

    def _window(self, size: int, start: int, near: int | None) -> tuple[int, int]:
        """The part of a line of some size to look at."""
        if size <= 2 * WINDOW:
            return start, size
        if self.match == "whole":
            return 0, 0
        if self.match == "start":
            return start, WINDOW
        if self.match == "end":
            return max(start, size - WINDOW), size
        if near is None:
            return start, size
        return max(start, near - WINDOW), min(size, near + WINDOW)

    @cached_property
    def _targets(self) -> tuple[str, ...]:
        return self.phrases if self.case == "exact" else self.keys

    def _search_phrases(self, target: str, shown: str, first: int, last: int) -> tuple[int, int] | None:
        """The earliest place of a phrase, the longest phrase where several begin."""
        found = [span for phrase in self._targets if (span := self._find_phrase(target, shown, phrase, first, last))]
        return min(found, key=lambda span: (span[0], -span[1]), default=None)

    def _find_phrase(self, target: str, shown: str, phrase: str, first: int, last: int) -> tuple[int, int] | None:
        if self.match == "anywhere":
            at = target.find(phrase, first, last)
            while at >= 0:
                if self._is_bounded(shown, at, at + len(phrase)):
                    return at, at + len(phrase)
                at = target.find(phrase, at + 1, last)
            return None
        # Only the first (or last) place can have nothing but decoration before (or behind) it.
        at = target.rfind(phrase, first, last) if self.match == "end" else target.find(phrase, first, last)
        end = at + len(phrase)
        if at < 0 or not self._is_bounded(shown, at, end):
            return None
        if self.match in ("whole", "start") and _has_word(target[first:at]):
            return None
        if self.match in ("whole", "end") and _has_word(target[end:last]):
            return None
        return at, end

    def _is_bounded(self, shown: str, start: int, end: int) -> bool:
        return self.bounds == "none" or (is_bound(shown, start) and is_bound(shown, end))

    def _search_regex(self, target: str, first: int, last: int) -> tuple[int, int] | None:
        try:
            found = self.compiled.search(target, first, last, timeout=self.timeout)
        except TimeoutError:
            return None
        if found is None:
            return None
        start, end = found.span("match_")
        return (start, end) if end > start else None


def _has_word(text: str) -> bool:
    return any(character.isalnum() for character in text)


def is_bound(text: str, at: int) -> bool:
    """Whether a word may begin or end at an offset.

    A change from lower to upper case is a bound too, because scraped links are fused to their neighbours;
    scripts without spaces have a bound everywhere.

    >>> is_bound("RépondreEt moi", 8), is_bound("Répondrement", 8), is_bound("Reply 2", 5)
    (True, False, True)
    """
    if at <= 0 or at >= len(text):
        return True
    before, after = text[at - 1], text[at]
    if not (before.isalnum() and after.isalnum()):
        return True
    if is_cjk(before) or is_cjk(after):
        return True
    return before.islower() and after.isupper()


def fold_expression(source: str) -> str:
    r"""A regular expression with its literal characters folded and its escapes and groups left alone.

    >>> fold_expression(r"(?P<Name>Élu\W\p{Lu}’)")
    "(?P<Name>elu\\W\\p{Lu}\\')"
    """
    parts: list[str] = []
    at = 0
    while at < len(source):
        length = _untouched_length(source, at)
        if length:
            parts.append(source[at : at + length])
            at += length
        else:
            parts.append(_fold_character(source[at]))
            at += 1
    return "".join(parts)


@lru_cache(maxsize=4096)
def _fold_character(character: str) -> str:
    folded = fold(character) or character
    # A typographic dash becomes a plain one, a full-width bracket a plain one: neither may get a meaning by it.
    return folded if folded == character or folded.isalnum() or folded == " " else f"\\{folded}"


def _untouched_length(source: str, at: int) -> int:
    if source[at] == "\\" and at + 1 < len(source):
        if source[at + 1] in _ESCAPES_WITH_BRACES and source[at + 2 : at + 3] == "{":
            return source.index("}", at) + 1 - at if "}" in source[at:] else 2
        return 2
    for opening in ("(?P<", "(?<"):
        if source.startswith(opening, at) and source[at + len(opening) : at + len(opening) + 1] not in ("=", "!"):
            return source.index(">", at) + 1 - at if ">" in source[at:] else len(opening)
    return 0


# --- reading ---------------------------------------------------------------------------------------------


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

    def fail(field_name: str, mend: str) -> PatternError:
        return PatternError(file, mend, pattern=identity, field=field_name)

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
        if not isinstance(value, int) or isinstance(value, bool) or value < 1:
            raise fail(name, "must be a number of characters above zero")
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
    if not pattern.literals and pattern.gate is None:
        raise fail("literals", f"name a literal every match contains, or a gate: {', '.join(GATES)}")
    for literal in pattern.literals:
        if not is_long_enough(literal):
            raise fail("literals", f"{literal!r} is too short; use {MIN_LITERAL} characters or more, or a gate")


def is_long_enough(literal: str) -> bool:
    """Whether a literal is selective enough to be searched for: three characters, two in scripts like Chinese."""
    folded = fold(literal)
    return len(folded) >= (MIN_CJK_LITERAL if any(map(is_cjk, folded)) else MIN_LITERAL)


# --- proving ---------------------------------------------------------------------------------------------


def prove(pattern: Pattern) -> None:
    """Check a pattern against its own examples; raises `PatternError` when one of them does not hold."""

    def fail(field_name: str, mend: str) -> PatternError:
        return PatternError(pattern.file, mend, pattern=pattern.id, field=field_name)

    if pattern.regex is not None:
        _prove_regex(pattern, fail)
        _prove_tried(pattern, fail)
    for name, should_match, mend in _PROMISES:
        for example in getattr(pattern, name):
            if (pattern.search(example) is not None) != should_match:
                raise fail(name, f"{example!r} {mend}")
    if pattern.regex is not None:
        _prove_speed(pattern, fail)


_PROMISES = (
    ("must_match", True, "is not matched; mend the pattern, or move it to known_miss"),
    ("known_false", True, "is no longer matched; move it to must_not_match"),
    ("must_not_match", False, "is matched; mend the pattern, or move it to known_false"),
    ("known_miss", False, "is matched now; move it to must_match"),
)


def _prove_regex(pattern: Pattern, fail: _Fail) -> None:
    try:
        regex.compile(pattern.regex or "")
        compiled = pattern.compiled
    except (regex.error, IndexError, ValueError) as error:
        raise fail("regex", f"does not compile: {error}; mend the expression") from None
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
    """Run the expression over repeated pieces of its first example: time may grow with length, not explode."""
    example = pattern.must_match[0]
    for unit in dict.fromkeys((example[:20], example[-6:], " ", "a", "1 ", "a b ")):
        pumped = example + unit * (PUMP_REACH // len(unit))
        line = pumped[: PUMP_REACH - 2] + "\x01x"  # a tail that no anchor at the end accepts
        started = time.process_time()
        with suppress(TimeoutError):
            pattern.compiled.search(line if pattern.case == "exact" else fold(line), timeout=3 * PUMP_MAX_SECONDS)
        if time.process_time() - started > PUMP_MAX_SECONDS:
            raise fail("regex", f"takes too long on repeated {unit!r}; make its repetitions possessive or bounded")


def require_new(pattern: Pattern, seen: Mapping[str, Pattern]) -> None:
    """Check that no pattern seen so far has the id of another; raises `PatternError` where one has."""
    if other := seen.get(pattern.id):
        mend = f"is also in {other.file}; give one of them another name"
        raise PatternError(pattern.file, mend, pattern=pattern.id, field="id")


class PatternSet:
    """An ordered set of patterns with unique ids.

    Raises `PatternError` when two patterns share an id.
    """

    def __init__(self, patterns: Iterable[Pattern]) -> None:
        seen: dict[str, Pattern] = {}
        for pattern in patterns:
            require_new(pattern, seen)
            seen[pattern.id] = pattern
        self.patterns: tuple[Pattern, ...] = tuple(seen.values())

    def __len__(self) -> int:
        return len(self.patterns)

    def __add__(self, other: PatternSet) -> PatternSet:
        return PatternSet([*self.patterns, *other.patterns])
