"""The headline and its copies: exact, near, with the site's name behind it, or cut with an ellipsis."""

from __future__ import annotations

from collections import Counter
from dataclasses import dataclass
from functools import cached_property

import numpy as np
import regex

from cleaner.analysis import Analysis
from cleaner.text import IntArray, fold

__all__ = ["WORD", "Headline", "find_headline"]

MIN_CHARACTERS = 12
MIN_WORDS = 3
# More copies than this are a refrain, a table cell or a menu entry.
MAX_COPIES = 8
MAX_CHARACTERS = 250
MAX_WORDS = 35
HEAD_LINES = 40
MIN_SIMILARITY = 0.85
MIN_NEAR_WORDS = 5
MIN_CUT_CHARACTERS = 15
MAX_SITE_WORDS = 6
SITE_SEPARATORS = (" | ", " - ", " – ", " — ", " :: ", " » ", " · ", " • ", " / ")
_FOLDED_SEPARATORS = tuple(fold(separator) for separator in SITE_SEPARATORS)
SENTENCE_ENDS = (".", "。", "।", ";", ":")
ELLIPSES = ("…", "...", "[…]", "[...]")
WORD = regex.compile(r"[\p{L}\p{N}]+")


@dataclass(frozen=True, slots=True)
class Headline:
    """The headline's bare text, the line that stays, and the lines that copy it."""

    text: str
    first: int
    copies: tuple[int, ...]


@dataclass(frozen=True)
class _Lines:
    """The lines of a document as they are shown and folded, and the numbers of those that are not blank."""

    shown: tuple[str, ...]
    folded: tuple[str, ...]
    filled: list[int]

    @cached_property
    def lengths(self) -> IntArray:
        """The length of each filled line as it is shown, in characters."""
        return np.array([len(self.shown[line]) for line in self.filled], dtype=np.int64)

    @cached_property
    def different(self) -> frozenset[str]:
        """The folded forms of all filled lines."""
        return frozenset(self.folded[line] for line in self.filled)


def find_headline(analysis: Analysis, title: str | None, main_start: int) -> Headline | None:
    """The headline of a document, where the given title, or a repetition near its head, shows one.

    ``main_start`` is the first line of article prose. Without a title, a line of the head is taken for the
    headline only when it occurs again.
    """
    document = analysis.document
    lines = _Lines(document.line_texts, document.folded_lines, [int(line) for line in analysis.filled])
    if title and _is_candidate(title):
        found = _from_title(lines, title)
        if found is not None:
            return found
    return _from_repetition(analysis, lines, main_start)


def _from_title(lines: _Lines, title: str) -> Headline | None:
    shown = lines.different
    forms = _bare_forms(title)
    # The barest form that stands alone on a line is the headline; else the first form that is found at all.
    alone = [form for form in reversed(forms) if fold(form).strip() in shown]
    for name in [*alone, *forms]:
        copies = _copies_of(lines, name, near=True)
        if copies:
            return _headline(lines, name, copies)
    return None


def _bare_forms(title: str) -> list[str]:
    """The title itself, then the title without a site's name before or behind it."""
    forms = [title]
    for separator in SITE_SEPARATORS:
        if separator in title:
            before, _, site = title.rpartition(separator)
            first_site, _, after = title.partition(separator)
            if len(_words(site)) <= MAX_SITE_WORDS and _is_candidate(before):
                forms.append(before)
            if len(_words(first_site)) <= MAX_SITE_WORDS and _is_candidate(after):
                forms.append(after)
    return forms


def _from_repetition(analysis: Analysis, lines: _Lines, main_start: int) -> Headline | None:
    before_prose = [line for line in lines.filled if line <= main_start]
    near = before_prose[-HEAD_LINES:] or lines.filled[:HEAD_LINES]
    head = [line for line in near if _is_candidate(lines.shown[line])]
    head = [
        line
        for line in head
        if line not in analysis.hits
        and not analysis.features.is_bullet[line]
        and not lines.shown[line].rstrip("\"'»”’)").endswith((".", ":", ",", ";", "。"))
    ]
    for line in sorted(head, key=lambda line: (-analysis.features.words[line], line)):
        name = _without_site(lines, line)
        copies = _copies_of(lines, name, near=len(_words(name)) >= MIN_NEAR_WORDS)
        if len(copies) >= 2 and len(copies) <= MAX_COPIES:
            return _headline(lines, name, copies)
    return None


def _without_site(lines: _Lines, line: int) -> str:
    """The line's text, or the part before a site's name when that part stands alone elsewhere."""
    text = lines.shown[line]
    for form in _bare_forms(text)[1:]:
        if fold(form).strip() in lines.different:
            return form
    return text


def _headline(lines: _Lines, name: str, copies: list[int]) -> Headline:
    target = fold(name).strip()
    exact = [line for line in copies if lines.folded[line] == target]
    first = exact[0] if exact else copies[0]
    return Headline(lines.shown[first] if exact else name, first, tuple(line for line in copies if line != first))


def _copies_of(lines: _Lines, name: str, *, near: bool) -> list[int]:
    target = fold(name).strip()
    words = Counter(WORD.findall(target))
    probes = _probes(words)
    shortest, longest = min(MIN_CUT_CHARACTERS, len(target)), len(target) + 80
    fitting = np.flatnonzero((lines.lengths >= shortest) & (lines.lengths <= longest)).tolist()
    found = []
    for line in (lines.filled[place] for place in fitting):
        folded = lines.folded[line]
        may_be = any(map(folded.__contains__, probes)) or folded.endswith(ELLIPSES)
        if may_be and _is_copy(lines.shown[line], folded, target, words, near=near):
            found.append(line)
    return found


def _probes(words: Counter[str]) -> list[str]:
    """A few words of a headline of which every copy, but for one cut short, has one at least.

    A near copy has at least ``least`` of the headline's words (see `_is_near_copy`), so it lacks no more than the rest.
    """
    least = MIN_SIMILARITY / (2.0 - MIN_SIMILARITY) * words.total()
    probes: list[str] = []
    lacking = 0
    for word in sorted(words, key=len, reverse=True):
        probes.append(word)
        lacking += words[word]
        if lacking > words.total() - least:
            break
    return probes


def _is_copy(line: str, folded: str, target: str, words: Counter[str], *, near: bool) -> bool:
    own = Counter(WORD.findall(folded))
    if not own & words and not folded.endswith(ELLIPSES):
        return False
    return (
        _core(folded) == _core(target)
        or _is_cut_copy(folded, target)
        or _is_with_site(folded, target)
        or (near and _is_near_copy(line, own, words))
    )


def _is_near_copy(line: str, own: Counter[str], words: Counter[str]) -> bool:
    """Whether a line has nearly the same words."""
    if min(own.total(), words.total()) < MIN_NEAR_WORDS or line.endswith(SENTENCE_ENDS):
        return False
    return 2 * (own & words).total() / (own.total() + words.total()) > MIN_SIMILARITY


def _core(text: str) -> str:
    return " ".join(WORD.findall(text))


def _is_cut_copy(folded: str, target: str) -> bool:
    for ellipsis in ELLIPSES:
        if folded.endswith(ellipsis):
            stem = folded[: -len(ellipsis)].rstrip(" .")
            return len(stem) >= MIN_CUT_CHARACTERS and target.startswith(stem)
    return False


def _is_with_site(folded: str, target: str) -> bool:
    """Whether a line is the headline with a site's name before or behind it."""
    if target not in folded:
        return False
    for separator in _FOLDED_SEPARATORS:
        if folded.startswith(target + separator):
            return len(_words(folded[len(target) :])) <= MAX_SITE_WORDS
        if folded.endswith(separator + target):
            return len(_words(folded[: -len(target)])) <= MAX_SITE_WORDS
    return False


def _is_candidate(text: str) -> bool:
    words = _words(text)
    size = sum(len(word) for word in words)
    if not MIN_CHARACTERS <= len(text.strip()) <= MAX_CHARACTERS and not (
        size >= 6 and not text.isascii() and len(words) <= 3
    ):
        return False
    return MIN_WORDS <= len(words) <= MAX_WORDS or (
        size >= 6 and any("\u2e80" < character < "\ua000" for character in text)
    )


def _words(text: str) -> list[str]:
    return WORD.findall(fold(text))
