"""The headline and its copies: exact, near, followed by the site's name, or cut with an ellipsis."""

from __future__ import annotations

from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass, replace
from functools import cached_property, lru_cache, partial
from itertools import combinations

import numpy as np
import regex

from cleaner.lines.analysis import Analysis
from cleaner.result import Kind
from cleaner.text.arrays import FloatArray
from cleaner.text.folding import fold

__all__ = ["Headline", "find_headline", "word_shares"]

MIN_CHARACTERS = 12
MIN_WORDS = 3
# A line with more copies is a refrain, a table cell or a menu entry.
MAX_COPIES = 8
MAX_CHARACTERS = 250
MAX_WORDS = 35
HEAD_LINES = 40
MIN_SIMILARITY = 0.85
MIN_NEAR_WORDS = 5
MIN_CUT_CHARACTERS = 15
MAX_SITE_WORDS = 6
# A line with more parts between separators is a menu.
MAX_TITLE_PARTS = 6
# Words of at least TOPIC_MIN_LETTERS letters carry the topic of a text; two copies above the article count like a
# share TWICE_ABOVE of them in the article.
TOPIC_MIN_LETTERS, TWICE_ABOVE = 5, 0.5
# Prose above a line can be a standfirst up to STANDFIRST_MAX_WORDS words or up to a share of all prose (set by hand).
STANDFIRST_MAX_WORDS, STANDFIRST_MAX_SHARE, ABOVE_MAX_SHARE = 60.0, 0.1, 0.25
SITE_SEPARATORS = (" | ", " || ", " - ", " – ", " — ", " :: ", " » ", " · ", " • ", " / ")
# In the title of a window a colon, too, ends the site's name.
TITLE_SEPARATOR = regex.compile("|".join(map(regex.escape, (*SITE_SEPARATORS, ": "))))
_FOLDED_SEPARATORS = tuple(fold(separator) for separator in SITE_SEPARATORS)
SENTENCE_ENDS = (".", "。", "।", ";", ":")
ELLIPSES = ("…", "...", "[…]", "[...]")
# Every ellipsis contains one of these.
ELLIPSIS_SIGNS = ("…", "...")
CLOSERS = "\"'»”’)"
NO_HEADLINE_ENDS = (".", ":", ",", ";", "。")
WORD = regex.compile(r"[\p{L}\p{N}]+")


@dataclass(frozen=True, slots=True)
class Headline:
    """The headline's bare text, the line that stays, the lines that copy it, and those with the site's name above it."""

    text: str
    first: int
    copies: tuple[int, ...]
    site: tuple[int, ...] = ()


class _Lines:
    """The lines of a document, looked up by their text."""

    def __init__(self, analysis: Analysis) -> None:
        self._analysis = analysis
        self._document = analysis.document

    def shown(self, line: int) -> str:
        """A line without the space around it."""
        return self._document.line_text(line).strip()

    def folded(self, line: int) -> str:
        """The folded form of a line, without the space around it."""
        return self._document.folded_line(line).strip(" ")

    def holds_line(self, folded: str) -> bool:
        """Whether a folded text stands alone on a line."""
        return any(self.folded(line) == folded for line in self._analysis.lines_with(folded))

    def with_any(self, texts: Sequence[str]) -> list[int]:
        """The lines, in order, that contain any of these folded texts or end in an ellipsis."""
        found = {line for text in texts for line in self._analysis.lines_with(text)}
        return sorted(found | self._cut_short)

    @cached_property
    def _cut_short(self) -> set[int]:
        ends = {line for text in ELLIPSIS_SIGNS for line in self._analysis.lines_with(text)}
        return {line for line in ends if self.folded(line).endswith(ELLIPSES)}


def find_headline(analysis: Analysis, title: str | None, main_start: int) -> Headline | None:
    """The headline of a document if the given title, or a repetition near its start, shows one.

    ``main_start`` is the first line of article prose. Without a title, a line of the head is taken for the headline
    only when it occurs again; a window title as the first line distinguishes it from the site's name.
    """
    lines = _Lines(analysis)
    if title and _is_candidate(title, _folded(title)):
        found = _from_title(analysis, lines, title)
        if found is not None:
            return found
    return _from_window_title(analysis, lines, main_start) or _from_repetition(analysis, lines, main_start)


def word_shares(analysis: Analysis, headline: Headline, min_letters: int) -> FloatArray:
    """The share of a headline's words that each line has; of ASCII words only those of ``min_letters`` and more."""
    words = {word for word in _words(headline.text) if len(word) >= min_letters or not word.isascii()}
    found = np.zeros(len(analysis.document))
    text = analysis.document.folded.text
    for word in words:
        is_whole = partial(_is_whole, text, len(word))
        found[list(analysis.lines_with(word, is_whole))] += 1.0
    return found / max(len(words), 1)


def _is_whole(text: str, length: int, at: int) -> bool:
    """Whether ``length`` characters at an offset of a text are a whole word, not part of one."""
    return not _is_of_word(text[max(at - 1, 0) : at]) and not _is_of_word(text[at + length : at + length + 1])


@lru_cache(maxsize=1024)
def _is_of_word(character: str) -> bool:
    return WORD.match(character) is not None


def _from_title(analysis: Analysis, lines: _Lines, title: str) -> Headline | None:
    forms = _bare_forms(title)
    # The shortest form that stands alone on a line is the headline; otherwise the first form that is found at all.
    alone = [form for form in reversed(forms) if lines.holds_line(_folded(form))]
    for name in dict.fromkeys([*alone, *forms]):
        copies = _copies_of(lines, name, near=True)
        if not all(_is_inside(analysis, line) for line in copies):
            return _headline(analysis, lines, name, copies)
    return None


def _bare_forms(title: str) -> list[str]:
    """The title itself, then the title without a site's name before or after it."""
    forms = [title]
    for separator in SITE_SEPARATORS:
        if separator in title:
            before, _, site = title.rpartition(separator)
            first_site, _, after = title.partition(separator)
            if len(_words(site)) <= MAX_SITE_WORDS and _is_candidate(before, _folded(before)):
                forms.append(before)
            if len(_words(first_site)) <= MAX_SITE_WORDS and _is_candidate(after, _folded(after)):
                forms.append(after)
    return forms


def _from_window_title(analysis: Analysis, lines: _Lines, main_start: int) -> Headline | None:
    """The headline that the first line combines with the site's name, and that stands alone above the article."""
    parts = _title_parts(lines.shown(int(analysis.filled[0]))) if analysis.filled.size else {}
    if not parts:
        return None
    filled = analysis.filled.tolist()
    if main_start == filled[0]:
        # The title itself was taken for prose.
        main_start = next((line for line in filled[1:] if analysis.prose[line]), main_start)
    above = [line for line in filled[1:] if line < main_start]
    alone = [line for line in above[-HEAD_LINES:] if lines.folded(line) in parts]
    names = [line for line in alone if _is_candidate(lines.shown(line), lines.folded(line))]
    if not names:
        return None
    # The article shares words with its headline, and headlines are longer than names of sites and sections.
    best = max(names, key=lambda line: (len(_shared_words(analysis, lines.shown(line))), len(lines.folded(line)), line))
    name = lines.shown(best)
    copies = sorted({*_copies_of(lines, name, near=len(_words(name)) >= MIN_NEAR_WORDS), filled[0]})
    if _is_inside(analysis, best) or len(copies) > MAX_COPIES:
        return None
    found = _headline(analysis, lines, name, copies)
    start, end = parts[_folded(name)]
    site = [line for line in alone if _are_apart(parts[lines.folded(line)], (start, end))]
    return replace(found, site=tuple(site))


def _title_parts(title: str) -> dict[str, tuple[int, int]]:
    """The folded parts between the separators of a title, each with its first and last separator; not the whole title.

    >>> _title_parts("Le Pont - Une grue est tombée")
    {'le pont': (0, 1), 'une grue est tombee': (1, 2)}
    """
    ends = [(found.start(), found.end()) for found in TITLE_SEPARATOR.finditer(title)]
    if not 0 < len(ends) < MAX_TITLE_PARTS:
        return {}
    starts, stops = [0, *(end for _, end in ends)], [*(start for start, _ in ends), len(title)]
    spans = combinations(range(len(starts) + 1), 2)
    return {
        _folded(title[starts[first] : stops[last - 1]]): (first, last)
        for first, last in spans
        if last - first < len(starts)
    }


def _are_apart(one: tuple[int, int], other: tuple[int, int]) -> bool:
    return one[1] <= other[0] or other[1] <= one[0]


def _from_repetition(analysis: Analysis, lines: _Lines, main_start: int) -> Headline | None:
    filled, words = analysis.filled, analysis.features.words
    before_prose = filled[filled <= main_start]
    near = before_prose[-HEAD_LINES:] if before_prose.size else filled[:HEAD_LINES]
    head = [line for line in near.tolist() if _can_repeat(analysis, lines, line)]
    tried: set[str] = set()
    best: tuple[float, str, list[int]] | None = None
    for line in sorted(head, key=lambda line: (-words[line], line)):
        name = _without_site(lines, line)
        if name in tried:
            continue
        tried.add(name)
        copies = _copies_of(lines, name, near=len(_words(name)) >= MIN_NEAR_WORDS)
        outside = [line for line in copies if not _is_inside(analysis, line)]
        if len(outside) < 2 or len(copies) > MAX_COPIES or _is_site_name(analysis, outside):
            continue
        likeness = _likeness(analysis, name, [line for line in outside if line <= main_start])
        if best is None or likeness > best[0]:
            best = likeness, name, copies
    if best is None or best[0] == 0.0:
        return None
    return _headline(analysis, lines, best[1], best[2])


def _likeness(analysis: Analysis, name: str, above: Sequence[int]) -> float:
    """How likely a repeated line is the headline: its long words stand in the article, or two copies above it.

    A teaser stands in a menu and again in a list below, and shares no words with the article.
    """
    shared = len(_shared_words(analysis, name)) / max(len(_long_words(name)), 1)
    return shared + (TWICE_ABOVE if len(above) >= 2 else 0.0)


def _shared_words(analysis: Analysis, name: str) -> list[str]:
    """The long words of a name that stand in the article."""
    prose = set(np.flatnonzero(analysis.prose).tolist())
    return [word for word in _long_words(name) if any(line in prose for line in analysis.lines_with(word))]


def _long_words(name: str) -> list[str]:
    return [word for word in _words(name) if len(word) >= TOPIC_MIN_LETTERS]


def _is_inside(analysis: Analysis, line: int) -> bool:
    """Whether a line stands inside the article: a subheading that the table of contents repeats is not the headline."""
    before, total = analysis.words_before, float(analysis.words_before[-1])
    least = max(min(STANDFIRST_MAX_WORDS, ABOVE_MAX_SHARE * total), STANDFIRST_MAX_SHARE * total)
    return bool(before[line] > least and before[line + 1] < total)


def _is_site_name(analysis: Analysis, copies: Sequence[int]) -> bool:
    """Whether a repeated line is the name of the site: one of its copies stands in a copyright notice."""
    return any(hit.pattern.kind is Kind.COPYRIGHT for line in copies for hit in analysis.hits.get(line, ()))


def _can_repeat(analysis: Analysis, lines: _Lines, line: int) -> bool:
    """Whether a line of the head can be the headline if it stands there again."""
    if line in analysis.hits or analysis.features.is_bullet[line]:
        return False
    shown = lines.shown(line)
    return not shown.rstrip(CLOSERS).endswith(NO_HEADLINE_ENDS) and _is_candidate(shown, lines.folded(line))


def _without_site(lines: _Lines, line: int) -> str:
    """The line's text, or the part before a site's name when that part stands alone elsewhere."""
    text = lines.shown(line)
    for form in _bare_forms(text)[1:]:
        # The longer part is the headline, the shorter one the site's name.
        if 2 * len(_words(form)) >= len(_words(text)) and lines.holds_line(_folded(form)):
            return form
    return text


def _headline(analysis: Analysis, lines: _Lines, name: str, copies: list[int]) -> Headline:
    """The headline; its copy nearest above the article stays, since the page shows that one as its headline."""
    target = _folded(name)
    # Inside the article only exactly the same words are a copy.
    copies = [line for line in copies if lines.folded(line) == target or not _is_inside(analysis, line)]
    total = float(analysis.words_before[-1])
    least = min(STANDFIRST_MAX_WORDS, ABOVE_MAX_SHARE * total)
    above = [line for line in copies if analysis.words_before[line] <= least] if total else []
    bare = [line for line in above if not _is_with_more(lines, line, target)]
    first = (bare or above or copies)[-1 if bare or above else 0]
    is_exact = lines.folded(first) == target
    return Headline(lines.shown(first) if is_exact else name, first, tuple(line for line in copies if line != first))


def _is_with_more(lines: _Lines, line: int, target: str) -> bool:
    """Whether a copy is cut short, or contains more than the headline: a site's name, the path to the page."""
    folded = lines.folded(line)
    return len(folded) > len(target) + 2 or folded.endswith(ELLIPSES)


def _copies_of(lines: _Lines, name: str, *, near: bool) -> list[int]:
    target = _folded(name)
    words = WORD.findall(target)
    shortest, longest = min(MIN_CUT_CHARACTERS, len(target)), len(target) + 80
    found = []
    for line in lines.with_any(_probes(words)):
        shown = lines.shown(line)
        if shortest <= len(shown) <= longest and _is_copy(shown, lines.folded(line), target, words, near=near):
            found.append(line)
    return found


def _probes(words: Sequence[str]) -> list[str]:
    """A few words of a headline; every copy, unless it is cut short, contains at least one of them.

    A near copy has at least ``least`` of the headline's words (see `_is_near_copy`), so it lacks at most the rest.
    """
    counts = Counter(words)
    least = MIN_SIMILARITY / (2.0 - MIN_SIMILARITY) * len(words)
    probes: list[str] = []
    lacking = 0
    for word in sorted(counts, key=len, reverse=True):
        probes.append(word)
        lacking += counts[word]
        if lacking > len(words) - least:
            break
    return probes


def _is_copy(line: str, folded: str, target: str, words: Sequence[str], *, near: bool) -> bool:
    """Whether a line, given with its folded form, copies a headline; ``words`` are those of ``target``, its folded form."""
    own = WORD.findall(folded)
    return (
        own == words
        or _is_cut_copy(folded, target)
        or _is_with_site(folded, target)
        or (near and _is_near_copy(line, own, words))
    )


def _is_near_copy(line: str, own: Sequence[str], words: Sequence[str]) -> bool:
    """Whether a line has nearly the same words."""
    fewer, both = min(len(own), len(words)), len(own) + len(words)
    # Most lines are too long or too short to have as many words in common.
    if fewer < MIN_NEAR_WORDS or 2 * fewer / both <= MIN_SIMILARITY or line.endswith(SENTENCE_ENDS):
        return False
    return 2 * (Counter(own) & Counter(words)).total() / both > MIN_SIMILARITY


def _is_cut_copy(folded: str, target: str) -> bool:
    for ellipsis in ELLIPSES:
        if folded.endswith(ellipsis):
            stem = folded[: -len(ellipsis)].rstrip(" .")
            return len(stem) >= MIN_CUT_CHARACTERS and target.startswith(stem)
    return False


def _is_with_site(folded: str, target: str) -> bool:
    """Whether a line is the headline with a site's name before or after it."""
    if target not in folded:
        return False
    for separator in _FOLDED_SEPARATORS:
        if folded.startswith(target + separator):
            return len(_words(folded[len(target) :])) <= MAX_SITE_WORDS
        if folded.endswith(separator + target):
            return len(_words(folded[: -len(target)])) <= MAX_SITE_WORDS
    return False


def _is_candidate(text: str, folded: str) -> bool:
    """Whether a text, given with its folded form, has the size of a headline."""
    fits = MIN_CHARACTERS <= len(text.strip()) <= MAX_CHARACTERS
    if not fits and text.isascii():
        return False
    words = WORD.findall(folded)
    size = sum(len(word) for word in words)
    if not fits and not (size >= 6 and len(words) <= 3):
        return False
    return MIN_WORDS <= len(words) <= MAX_WORDS or (
        size >= 6 and any("\u2e80" < character < "\ua000" for character in text)
    )


def _words(text: str) -> list[str]:
    return WORD.findall(_folded(text))


@lru_cache(maxsize=256)
def _folded(text: str) -> str:
    """The folded form of a name; cached, since each pass over a document asks for the same few."""
    return fold(text).strip()
