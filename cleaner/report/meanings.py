"""What a name of evidence, a kind of noise, or the words of a reason mean, for people."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from difflib import get_close_matches
from textwrap import wrap
from types import MappingProxyType

from cleaner.matching.pattern import Pattern
from cleaner.report.terminal import visible
from cleaner.result import Kind
from cleaner.result.reasons import BOX, Wording, kind_meaning, kind_of, kind_words, meaning_of, reason_names, wordings

__all__ = ["describe_name", "nearest_names", "pattern_facts"]

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
_TYPED = str.maketrans("“”’", '""\'')
_IN_BOX = "in a box"
_NEAREST = 5
# The most names with the same words that are listed each with its sentence.
_MAX_ENTRIES = 9
_ROW = 88


def describe_name(name: str, patterns: Mapping[str, Pattern]) -> list[str]:
    """What a name of evidence, a kind, or the words of a reason mean, in some lines; none for what there is not.

    ``patterns``: all patterns by id.
    """
    return list(_described(name, patterns)) or list(_described_words(name, patterns))


def _described(name: str, patterns: Mapping[str, Pattern]) -> Iterator[str]:
    pattern = patterns.get(name.removeprefix(BOX))
    if name in set(Kind):
        yield from _described_kind(Kind(name), patterns)
    elif pattern is None and (name.startswith(BOX) or kind_of(name) is not None):
        return
    elif (meaning := meaning_of(name)) is not None and kind_of(name) is None:
        yield from (name, f"  {_plain(meaning.sentence)}", f"  in words: {meaning.words}")
    if pattern is not None:
        yield from ([""] if name != pattern.id else [])
        yield from (pattern.id, f"  {visible(pattern.about)}", f"  in words: {kind_words(pattern.kind)}")
        yield f"  {pattern_facts(pattern)}"


def _described_kind(kind: Kind, patterns: Mapping[str, Pattern]) -> Iterator[str]:
    meaning = kind_meaning(kind)
    count = sum(one.kind == kind for one in patterns.values())
    yield from (kind.value, f"  {_plain(meaning.sentence)}", f"  in words: {meaning.words}")
    yield f"  a kind of noise, with {count:,} {'pattern' if count == 1 else 'patterns'}"


def _described_words(words: str, patterns: Mapping[str, Pattern]) -> Iterator[str]:
    """What the words of a reason say, and the kinds and names that have them; of a box also what is in it."""
    known = {_typed(one.words): one for one in wordings()}
    typed = _typed(words)
    wording = known.get(typed)
    box = known[_IN_BOX]
    if wording is None and typed.startswith(f"{_IN_BOX}: "):
        inside = known.get(typed.removeprefix(f"{_IN_BOX}: "))
        if inside is not None and inside.kinds:
            wording = Wording(f"{box.words}: {inside.words}", box.sentence, inside.kinds, box.names)
    if wording is None:
        return
    total = len(wording.kinds) + len(wording.names)
    yield from (wording.words, f"  {_plain(wording.sentence)}")
    if total <= _MAX_ENTRIES:
        yield f"  these words stand for: {', '.join([*wording.kinds, *wording.names])}"
        for kind in wording.kinds:
            yield from ("", *_described_kind(kind, patterns))
        for name in wording.names:
            yield from ("", name, f"  {_plain(_sentence(name))}")
    else:
        yield from _many_names(wording.names)


def _many_names(names: Sequence[str]) -> Iterator[str]:
    """Names by how they begin, each without that, and a few of their sentences from the first to the last."""
    groups: dict[str, list[str]] = {}
    for name in names:
        group, _, rest = name.partition(".")
        groups.setdefault(group, []).append(rest)
    yield f"  these words stand for {len(names):,} names, by how they begin:"
    for group, own in groups.items():
        text = f"    {group}.…: {', '.join(own)}"
        yield from wrap(text, _ROW, subsequent_indent="      ", break_on_hyphens=False)
    yield "  some of them:"
    told = {_sentence(name): name for name in reversed(names)}
    some = [*reversed(told.items())][:: max(1, len(told) // _NEAREST)][:_NEAREST]
    yield from (f"    {name}: {_plain(sentence)}" for sentence, name in some)


def _sentence(name: str) -> str:
    meaning = meaning_of(name)
    assert meaning is not None
    return meaning.sentence


def _plain(sentence: str) -> str:
    return sentence.translate(_PLAIN)


def _typed(words: str) -> str:
    """Words as they may be typed: in small letters, with single spaces and plain quotation marks."""
    return " ".join(words.translate(_TYPED).casefold().split())


def pattern_facts(pattern: Pattern) -> str:
    """The kind of a pattern, how much it counts, where it holds, what it does, and the file that it is in."""
    strength = "weak (needs other noise beside it)" if pattern.strength == "weak" else pattern.strength
    place = _PLACES[pattern.position]
    return f"{pattern.kind}, {strength}, {place}, action {pattern.action}, in {visible(pattern.file)}"


def nearest_names(name: str, patterns: Mapping[str, Pattern]) -> list[str]:
    """The names and words that are most like one that there is not: those that begin like it first, as with a language.

    Each of the two in order, the nearest first.
    """
    words = [one.words for one in wordings()]
    boxes = [f"{_IN_BOX}: {kind_words(kind)}" for kind in Kind]
    known = dict.fromkeys([*Kind, *reason_names(), *patterns, *words, *boxes])
    first = name.partition(".")[0]
    own = [one for one in known if one.partition(".")[0] == first]
    others = [one for one in known if one.partition(".")[0] != first]
    near = [*_close(name, own), *_close(name, others)]
    return near[:_NEAREST]


def _close(name: str, names: Sequence[str]) -> list[str]:
    return get_close_matches(name, names, _NEAREST, cutoff=0.5)
