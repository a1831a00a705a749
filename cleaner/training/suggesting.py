"""Corrections -> entries of a pattern file for a person to edit, each with its examples and checked against articles.

A line marked as noise that stays becomes an entry that removes it; a line marked as article that a pattern removes
becomes one that keeps it. Literal rather than bold: whole lines, in which only numbers may change, or what several
marked lines begin with. What would hold on a line of an article is not proposed but reported.
"""

from __future__ import annotations

import hashlib
from collections import defaultdict
from collections.abc import Callable, Container, Iterator, Sequence
from dataclasses import dataclass, field, replace
from functools import cached_property
from typing import NamedTuple

import regex

from cleaner.errors import PatternError
from cleaner.matching.parsing import is_long_enough
from cleaner.matching.pattern import Pattern, PatternSet
from cleaner.result import CleanResult, Kind
from cleaner.text.folding import fold, is_cjk
from cleaner.text.splitting import split_lines
from cleaner.training.article_lines import ArticleLines, is_writable, shortened
from cleaner.training.corrections import ARTICLE, NOISE, Judged, Label
from cleaner.training.pattern_files import Entry, bare_pattern, load_entry

__all__ = ["JudgedDocument", "Suggestions", "suggest_patterns"]

# A line with this many words and characters is long and specific, so that a pattern of it is strong (set by hand).
STRONG_MIN_WORDS, STRONG_MIN_LENGTH, STRONG_MIN_CJK = 6, 40, 20
# What several lines begin with becomes one phrase when it has this many words and characters (set by hand).
PREFIX_MIN_WORDS, PREFIX_MIN_LENGTH = 2, 10
# A longer line is found by its beginning, of this many characters (set by hand).
WHOLE_MAX_LENGTH, START_LENGTH = 400, 100
MOST_EXAMPLES, LEAST_EXAMPLES = 8, 2
_NUMBER = regex.compile("[0-9]+")
_WORD = regex.compile(r"\w+")
_SPECIAL = regex.compile(r"[\\.^$*+?{}\[\]()|#&~-]")


class JudgedDocument(NamedTuple):
    """A document with corrections: its name, the text that their offsets refer to, its result, and the corrections."""

    name: str
    original: str
    result: CleanResult
    judged: tuple[Judged, ...]


# The corrections of each document, judged after it was cleaned with further patterns.
Retry = Callable[[PatternSet], Sequence[Sequence[Judged]]]


@dataclass(frozen=True, slots=True)
class Suggestions:
    """Entries of a pattern file, and a sentence on each correction for which none is proposed.

    ``held``: how many corrections hold already, so that they need no pattern.
    """

    entries: tuple[Entry, ...]
    notes: tuple[str, ...]
    held: int


@dataclass(frozen=True)
class _Line:
    """A marked line that a pattern may be made of; ``places``: where it was marked; ``blamed``: patterns that remove it."""

    text: str
    kind: Kind
    label: Label
    places: list[str] = field(default_factory=list, compare=False)
    blamed: list[str] = field(default_factory=list, compare=False)

    @cached_property
    def shape(self) -> str:
        """The folded line with its numbers left open."""
        return _NUMBER.sub("0", fold(self.text))

    @property
    def where(self) -> str:
        """The line and its first place, for messages."""
        return f'{self.places[0]}: {self.label} "{shortened(self.text)}"'


def suggest_patterns(
    documents: Sequence[JudgedDocument], lang: str, retry: Retry, known: Container[str] = ()
) -> Suggestions:
    """Entries for the corrections that do not hold, checked against articles and against the documents themselves.

    ``lang``: the language of the file, ``any`` for none. ``retry`` cleans the documents with further patterns. ``known``:
    the ids of patterns that are in use already.
    """
    notes: list[str] = []
    articles = _article_lines(documents)
    made: list[tuple[Entry, Pattern]] = []
    for entry, own in _entries(_lines(documents, notes), lang, articles, notes):
        if entry.id in known:
            notes.append(f"{own[0].where}: {entry.id} is among your patterns, but it is weak or something else decides")
            continue
        try:
            made.append((entry, load_entry(entry, lang)))
        except PatternError as error:
            notes += [f"{line.where}: no pattern can be made of it: {error.field} {error.fix}" for line in own]
    held = sum(one.holds for document in documents for one in document.judged)
    return Suggestions(_tried(made, documents, retry, notes), tuple(notes), held)


# --- lines -----------------------------------------------------------------------------------------------


def _lines(documents: Sequence[JudgedDocument], notes: list[str]) -> list[_Line]:
    """The marked lines to make patterns of, each distinct one once; why there is none for another is noted."""
    found: dict[tuple[str, str], _Line] = {}
    for document in documents:
        for one in document.judged:
            text, label = one.correction.text.strip(), one.correction.label
            if not one.holds:
                line = found.setdefault((label, fold(text)), _Line(text, _kind(document, one), label))
                line.places.append(f"{document.name}, line {one.number}")
                line.blamed.extend(one.patterns)
    usable = []
    for line in found.values():
        if why := _unusable(line):
            notes.append(f"{line.where}: {why}")
        else:
            usable.append(line)
    return usable


def _unusable(line: _Line) -> str | None:
    """Why no pattern can be made of a line; None where one can."""
    if len(split_lines(line.text)) != 1:
        return "is more than one line; mark each by itself"
    if not is_writable(line.text):
        return "has a character that a pattern file cannot hold"
    if not is_long_enough(line.text) or regex.search(r"\p{L}", line.text) is None:
        return "is too short for a pattern, or has no letter"
    if line.label == ARTICLE and not line.blamed and len(line.places) < 2:
        return (
            "no pattern removes it but the scorer, by its shape and place, and a pattern for this one line would help no "
            "other text; --keep KIND, --mode careful or a higher --threshold keep more, and `cleaner fit --corrections` "
            "moves the scorer"
        )
    return None


def _kind(document: JudgedDocument, judged: Judged) -> Kind:
    """The kind of a line: what it was or is taken for, or else what is removed right above or below it."""
    own = judged.kind or judged.correction.kind
    if own is not None:
        return own
    verdicts = document.result.lines
    filled = [one for one in verdicts if document.original[one.line.start : one.line.end].strip()]
    at = next((number for number, one in enumerate(filled) if one.line.index + 1 == judged.number), None)
    around = [] if at is None else [filled[number] for number in (at - 1, at + 1) if 0 <= number < len(filled)]
    return next((one.kind for one in around if one.action == "drop" and one.kind is not None), Kind.BOILERPLATE)


def _article_lines(documents: Sequence[JudgedDocument]) -> ArticleLines:
    marked: dict[str, dict[str, None]] = {ARTICLE: {}, NOISE: {}, "": {}}
    for document in documents:
        for one in document.judged:
            marked[one.correction.label][one.correction.text.strip()] = None
        spans = [(one.correction.start, one.correction.end) for one in document.judged]
        for verdict in document.result.lines:
            start, end = verdict.line.start, verdict.line.end
            if verdict.action == "keep" and not any(first < end and last > start for first, last in spans):
                marked[""][document.original[start:end].strip()] = None
    return ArticleLines(*map(list, marked.values()))


# --- entries ---------------------------------------------------------------------------------------------


def _entries(
    lines: Sequence[_Line], lang: str, articles: ArticleLines, notes: list[str]
) -> Iterator[tuple[Entry, list[_Line]]]:
    """Entries with their examples, each with the lines that it is made of; lines that may have none are noted."""
    rest = list(lines)
    for grouped, form in ((_by_shape, _numbered), (_by_beginning, _beginning)):
        for own in grouped(rest):
            entry = form(own, lang)
            if entry is None:
                continue
            pattern = bare_pattern(entry, lang)
            if _holds_on(pattern, own) and articles.forbids(pattern, is_general=True) is None:
                rest = [line for line in rest if line not in own]
                yield _with_examples(entry, lang, articles), own
    alike: dict[object, list[_Line]] = defaultdict(list)
    for line in rest:
        entry = _literal([line], lang)
        pattern = bare_pattern(entry, lang)
        why = (
            articles.forbids(pattern)
            if _holds_on(pattern, [line])
            else "its characters cannot be looked for as they are"
        )
        if why is None:
            alike[line.label, line.kind, entry.match, entry.strength].append(line)
        else:
            notes.append(f"{line.where}: {why}")
    for own in alike.values():
        yield _with_examples(_literal(own, lang), lang, articles), own


def _holds_on(pattern: Pattern, lines: Sequence[_Line]) -> bool:
    """Whether a pattern finds the lines that it is made of; signs that folding takes away may keep it from that."""
    return all(pattern.search(line.text) is not None for line in lines)


def _by_shape(lines: Sequence[_Line]) -> list[list[_Line]]:
    """Lines with numbers, those together that differ in nothing else."""
    found: dict[object, list[_Line]] = defaultdict(list)
    for line in lines:
        if _NUMBER.search(line.text) and len(line.text) <= WHOLE_MAX_LENGTH:
            found[line.label, line.shape].append(line)
    return list(found.values())


def _by_beginning(lines: Sequence[_Line]) -> list[list[_Line]]:
    """Several lines of noise that begin with the same words."""
    found: dict[object, list[_Line]] = defaultdict(list)
    for line in lines:
        words = line.shape.split()[:PREFIX_MIN_WORDS]
        if line.label == NOISE and len(words) == PREFIX_MIN_WORDS:
            found[line.kind, tuple(words)].append(line)
    return [own for own in found.values() if len(own) > 1]


def _numbered(lines: Sequence[_Line], lang: str) -> Entry | None:
    """An entry for lines that differ in numbers; None where too little else is in them."""
    text = lines[0].text
    parts = _NUMBER.split(text)
    literals = [part.strip() for part in parts if is_long_enough(part.strip()) and regex.search(r"\p{L}", part)]
    if not literals:
        return None
    longest = max(len(number) for line in lines for number in _NUMBER.findall(line.text))
    source = rf"\d{{1,{max(4, longest)}}}".join(_SPECIAL.sub(r"\\\g<0>", part) for part in parts)
    return _entry(lines, lang, regex=source, literals=(max(literals, key=len),))


def _beginning(lines: Sequence[_Line], lang: str) -> Entry | None:
    """An entry for lines that begin alike, in whole words; None where that is too little to know them by."""
    words = lines[0].text.split()
    for line in lines[1:]:
        other = [fold(word) for word in line.text.split()]
        same = next((at for at, word in enumerate(words) if other[at : at + 1] != [fold(word)]), len(words))
        words = words[:same]
    phrase = " ".join(words)
    if len(words) < PREFIX_MIN_WORDS or len(phrase) < PREFIX_MIN_LENGTH:
        return None
    longest = max(len(line.text) for line in lines)
    return _entry(lines, lang, phrases=(phrase,), match="start", max_length=2 * longest)


def _literal(lines: Sequence[_Line], lang: str) -> Entry:
    """An entry for lines as they are; long ones are known by their beginnings."""
    longest = max(len(line.text) for line in lines)
    if longest <= WHOLE_MAX_LENGTH:
        return _entry(lines, lang, phrases=tuple(line.text for line in lines))
    starts = dict.fromkeys(line.text[:START_LENGTH].rpartition(" ")[0] or line.text[:START_LENGTH] for line in lines)
    return _entry(lines, lang, phrases=tuple(starts), match="start", max_length=2 * longest)


def _entry(
    lines: Sequence[_Line],
    lang: str,
    *,
    phrases: tuple[str, ...] = (),
    regex: str | None = None,
    literals: tuple[str, ...] = (),
    match: str = "whole",
    max_length: int = 0,
) -> Entry:
    """An entry for some lines of one label, without examples; strong where it is long and specific."""
    first = lines[0]
    known = regex or "\n".join(phrases)
    name = "-".join(_WORD.findall(fold(first.text).encode("ascii", "ignore").decode().replace("_", " "))[:3])
    digest = hashlib.sha256(f"{first.label} {match} {known}".encode()).hexdigest()[:6]
    marks = sum(len(line.places) for line in lines)
    comment = [f"Marked as {first.label} {_times(marks)}, first in {first.places[0]}."]
    if first.label == ARTICLE:
        blamed = list(dict.fromkeys(name for line in lines for name in line.blamed))
        if blamed:
            comment.append(
                f"Patterns that hold on it: {', '.join(blamed)}. If one of them is wrong for all your texts, leave it out "
                f"with --disable-pattern instead."
            )
    is_strong = all(_is_specific(phrase) for phrase in phrases or [first.text])
    return Entry(
        id=f"{lang}.{first.kind}.suggested-{name}-{digest}".replace("--", "-"),
        kind=first.kind,
        about=f"Suggested from lines that were marked as {first.label}; say here what it finds.",
        phrases=phrases,
        regex=regex,
        literals=literals,
        match=match,
        max_length=max_length,
        action="keep" if first.label == ARTICLE else "drop",
        strength=None if first.label == ARTICLE else "strong" if is_strong else "weak",
        must_match=tuple(line.text for line in lines[:MOST_EXAMPLES]),
        comment=tuple(comment),
    )


def _times(count: int) -> str:
    return "once" if count == 1 else f"{count} times"


def _is_specific(text: str) -> bool:
    """Whether a text is long enough that no article has it by chance."""
    if any(map(is_cjk, text)):
        return len(text) >= STRONG_MIN_CJK
    return len(text) >= STRONG_MIN_LENGTH and len(_WORD.findall(text)) >= STRONG_MIN_WORDS


def _with_examples(entry: Entry, lang: str, articles: ArticleLines) -> Entry:
    """An entry with lines that it must match and near misses that it must not."""
    pattern = bare_pattern(entry, lang)
    first = entry.must_match[0]
    matched = dict.fromkeys(entry.must_match)
    for made in (f"- {first}", f"{first} ..."):
        if len(matched) < LEAST_EXAMPLES and pattern.search(made) is not None:
            matched[made] = None
    return replace(entry, must_match=tuple(matched), must_not_match=articles.near_misses(pattern, first))


# --- trying ----------------------------------------------------------------------------------------------


def _tried(
    made: list[tuple[Entry, Pattern]], documents: Sequence[JudgedDocument], retry: Retry, notes: list[str]
) -> tuple[Entry, ...]:
    """The entries that do no harm to what is marked as article, each with what it does not reach yet in its comment."""
    while made:
        after = retry(PatternSet(pattern for _, pattern in made))
        harmed = _harmed(documents, after)
        harmful = [entry.id for entry, pattern in made if any(_holds_in(pattern, one.original) for one, _ in harmed)]
        if not harmful:
            break
        for document, one in harmed:
            notes.append(
                f'{document.name}, line {one.number}: article "{shortened(one.correction.text)}": would be removed with '
                f"{', '.join(harmful)}, so they are not proposed"
            )
        made = [(entry, pattern) for entry, pattern in made if entry.id not in harmful]
    else:
        return ()
    return tuple(_with_result(entry, pattern, after) for entry, pattern in made)


def _harmed(
    documents: Sequence[JudgedDocument], after: Sequence[Sequence[Judged]]
) -> list[tuple[JudgedDocument, Judged]]:
    """The lines marked as article that are kept now, and would be removed."""
    return [
        (document, new)
        for document, judged in zip(documents, after, strict=True)
        for old, new in zip(document.judged, judged, strict=True)
        if new.correction.label == ARTICLE and old.holds and not new.holds
    ]


def _holds_in(pattern: Pattern, text: str) -> bool:
    return pattern.action != "keep" and any(pattern.search(line) is not None for line in text.splitlines())


def _with_result(entry: Entry, pattern: Pattern, after: Sequence[Sequence[Judged]]) -> Entry:
    """An entry with a comment on those of its lines that do not hold with it."""
    own = [
        one
        for judged in after
        for one in judged
        if one.correction.label == (ARTICLE if entry.action == "keep" else NOISE)
    ]
    own = [one for one in own if pattern.search(one.correction.text) is not None]
    wrong = [one for one in own if not one.holds]
    if not wrong:
        return entry
    what = f"With this entry {len(wrong)} of {len(own)} marked lines are still not treated as marked"
    if entry.strength == "weak":
        return entry.commented(
            f'{what}: it is weak, which needs other noise beside the line. Set strength = "strong" if no article has it.'
        )
    return entry.commented(f"{what}: what stands around them decides otherwise.")
