"""What a name of evidence, or a kind of noise, means, for people."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from difflib import get_close_matches
from types import MappingProxyType

from cleaner.matching.pattern import Pattern
from cleaner.report.terminal import visible
from cleaner.result import Kind
from cleaner.result.reasons import kind_of, kind_words, meaning_of, reason_names

__all__ = ["describe_name", "nearest_names", "pattern_facts"]

_BOX = "context.box:"
_PLACES = MappingProxyType(
    {
        "any": "anywhere",
        "head": "above the article",
        "tail": "below the article",
        "edge": "above or below the article",
    }
)
# The marks of Markdown in sentences of the glossary.
_PLAIN = str.maketrans("", "", "`*")
_NEAREST = 5


def describe_name(name: str, patterns: Mapping[str, Pattern]) -> list[str]:
    """What a name of evidence, or a kind, means, in a few lines; none for a name that there is not.

    ``patterns``: all patterns by id.
    """
    return list(_described(name, patterns))


def _described(name: str, patterns: Mapping[str, Pattern]) -> Iterator[str]:
    pattern = patterns.get(name.removeprefix(_BOX))
    if name in set(Kind):
        kind = Kind(name)
        count = sum(one.kind == kind for one in patterns.values())
        yield from (name, f"  a kind of noise, with {count:,} patterns", f"  in words: {kind_words(kind)}")
    elif pattern is None and (name.startswith(_BOX) or kind_of(name) is not None):
        return
    elif (meaning := meaning_of(name)) is not None and kind_of(name) is None:
        yield from (name, f"  {meaning.sentence.translate(_PLAIN)}", f"  in words: {meaning.words}")
    if pattern is not None:
        yield from ([""] if name != pattern.id else [])
        yield from (pattern.id, f"  {visible(pattern.about)}", f"  in words: {kind_words(pattern.kind)}")
        yield f"  {pattern_facts(pattern)}"


def pattern_facts(pattern: Pattern) -> str:
    """The kind of a pattern, how much it counts, where it holds, what it does, and the file that it is in."""
    strength = "weak (needs other noise beside it)" if pattern.strength == "weak" else pattern.strength
    place = _PLACES[pattern.position]
    return f"{pattern.kind}, {strength}, {place}, action {pattern.action}, in {visible(pattern.file)}"


def nearest_names(name: str, patterns: Mapping[str, Pattern]) -> list[str]:
    """The names that are most like one that there is not, the nearest first."""
    return get_close_matches(name, [*Kind, *reason_names(), *patterns], _NEAREST, cutoff=0.5)
