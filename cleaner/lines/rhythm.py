"""Finds reader comments by their rhythm: one form that repeats below an article.

A line with an author, a date or a link, then free text, and so on: that is a thread, whatever its words are.
"""

from __future__ import annotations

from bisect import bisect_right
from collections import Counter, defaultdict
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from itertools import accumulate, pairwise
from typing import Final

import numpy as np
import regex

from cleaner.clock import STEPS
from cleaner.lines.analysis import Analysis
from cleaner.lines.comments import AUTHOR_KINDS, FRAME_KINDS, MIN_PERSON_SHARE_SIGNED, THREAD_KINDS
from cleaner.result import Kind
from cleaner.text.moments import find_moment, may_hold_moment

__all__ = ["Rhythm", "find_rhythm"]

# Kinds that repeat from comment to comment.
BEAT_KINDS = AUTHOR_KINDS | {Kind.COMMENT_CONTROLS}

# All numbers here are set by hand.
# The most characters and words of a line with author and date, and the most words of a name.
MAX_HEAD_CHARACTERS, MAX_HEAD_WORDS, MAX_NAME_WORDS = 100, 14.0, 6.0
# The most lines from one comment's head to the next.
MAX_BEAT_LINES = 20
# The most lines of a title above a comment's head.
MAX_TITLE_LINES = 2
# The most lines from the heading of a thread to its first comment.
MAX_HEADING_LINES = 8
# The least lines of a comment with a name on its own line: name, date, text.
MIN_LINES_NAMED = 3
# The least share of comments with a name, where names identify them.
MIN_NAMED_SHARE = 0.8
# The least words of prose above: if the thread has a heading or links, and if it has neither.
MIN_ARTICLE_WORDS, MIN_ARTICLE_WORDS_BARE = 12.0, 30.0
MIN_BEATS, MIN_BEATS_BARE = 2, 3
# Text below a date is the article if it has ARTICLE_FACTOR times the words of any comment, and ARTICLE_MIN_WORDS.
ARTICLE_FACTOR, ARTICLE_MIN_WORDS = 3.0, 100.0
# The most words of prose below the last comment: if the thread has a heading or links, if it has neither, and as a
# share of the article's words.
MAX_WORDS_BELOW, MAX_WORDS_BELOW_BARE, MAX_SHARE_BELOW = 150.0, 40.0, 0.5
# Without a heading, the most comments that share one name; what stands at more of them is a label.
MAX_SHARE_OF_NAME = 0.6
# Without any other sign, the least share of first- and second-person words in comments.
MIN_PERSON_SHARE_BARE = 0.04
_DIGITS: Final = regex.compile(r"\d+")
# A name may end like a sentence: "Nelly G."
_INITIAL: Final = regex.compile(r"(?<!\w)\p{Lu}\p{Ll}?\.\s*$")


@dataclass(frozen=True, slots=True)
class Rhythm:
    """Comments in one form that follow each other from the line ``start`` on.

    ``begins``: the first line of each comment; empty if only the links below them show it. ``heads``: the lines of
    their authors and dates. ``last``: the last line of the form. ``has_heading``: ``start`` is a heading.
    ``is_weak``: only links show it, so it may say where a thread begins but not that there is one.
    """

    start: int
    begins: tuple[int, ...]
    heads: frozenset[int]
    last: int
    has_heading: bool
    is_weak: bool = False


@dataclass(frozen=True, slots=True)
class _Beat:
    """One line of a form: its place among the filled lines and, for a date, its text and what stands beside it."""

    line: int
    place: int
    date: str = ""
    beside: str = ""
    has_clock: bool = False


@dataclass(frozen=True, slots=True)
class _Names:
    """Where the names of commenters stand, in lines below a date (-1: above it, 0: beside it), and the names."""

    offset: int
    names: tuple[str, ...]


def find_rhythm(analysis: Analysis) -> Rhythm | None:
    """The comments of a document that repeat one form, or None if no form is certain enough."""
    found = [
        rhythm
        for key, beats in _forms(analysis).items()
        for whole in _chains(beats)
        for chain in analysis.clock.watch(_below_article(analysis, whole), steps=1)
        if (rhythm := _judge(analysis, key, chain)) is not None
    ]
    if not found:
        return _names_alone(analysis)
    best = max(found, key=lambda rhythm: (len(rhythm.begins), -rhythm.start, [-line for line in rhythm.begins[:1]]))
    first = min(found, key=lambda rhythm: (not rhythm.has_heading, rhythm.start))
    return Rhythm(
        start=min(first.start, best.start),
        begins=best.begins,
        heads=frozenset().union(*(rhythm.heads for rhythm in found)),
        last=max(rhythm.last for rhythm in found),
        has_heading=first.has_heading,
        is_weak=all(rhythm.is_weak for rhythm in found),
    )


def _forms(analysis: Analysis) -> dict[str, list[_Beat]]:
    """The lines that can be part of a form, by form: dates of one shape, or hits of one pattern."""
    forms: dict[str, list[_Beat]] = defaultdict(list)
    beside_of: dict[int, str] = {}
    for line in analysis.clock.watch(_lines_with_trace(analysis)):
        moment = find_moment(analysis.document.line_text(line).strip())
        if moment is not None:
            shape, date, beside, has_clock = moment
            beside_of[line] = beside
            forms[shape].append(_Beat(line, _place(analysis, line), date, beside, has_clock))
    for line, hits in analysis.clock.watch(analysis.hits.items()):
        for name in {hit.pattern.id for hit in hits if hit.pattern.kind in BEAT_KINDS}:
            forms[name].append(_Beat(line, _place(analysis, line), beside=beside_of.get(line, "")))
    return {key: sorted(beats, key=lambda beat: beat.line) for key, beats in forms.items() if len(beats) >= MIN_BEATS}


def _names_alone(analysis: Analysis) -> Rhythm | None:
    """Comments below a comment count that have only a name above their text; None if there are none.

    At least three people speak, in the first and second person, and there are no more comments than the count says.
    """
    counts = [(line, _comment_count(analysis, line)) for line in analysis.clock.watch(sorted(analysis.hits))]
    headings = [(line, count) for line, count in counts if count >= MIN_BEATS_BARE]
    if not headings:
        return None
    found = _LoneNames.of(analysis)
    for heading, count in analysis.clock.watch(headings):
        for at, end in found.chains_below(_place(analysis, heading)):
            first, last = found.beats[at].line, found.beats[end - 1].line
            if (
                MIN_BEATS <= end - at <= count
                and found.different[at] >= MIN_BEATS_BARE
                and _is_below(analysis, heading, last, found.longest[at], bare=True)
                and _person_share(analysis, first, len(analysis.document)) >= MIN_PERSON_SHARE_BARE
            ):
                heads = _heads(analysis, found.beats[at:end], _Names(0, tuple(found.names[at:end])))
                return Rhythm(heading, *heads, last, has_heading=True)
    return None


@dataclass(frozen=True, slots=True)
class _LoneNames:
    """The lines of a document that can be a name above its text, in order, and the chains that they form.

    A chain runs from beat ``i`` up to beat ``ends[i]``; ``is_last[i]``: no other chain follows it below the same
    heading. From beat ``i`` to the end of its chain, ``different[i]`` counts the distinct names, and ``longest[i]`` is
    the most words of prose between two beats.
    """

    beats: list[_Beat]
    names: list[str]
    ends: list[int]
    is_last: list[bool]
    different: list[int]
    longest: list[float]

    @staticmethod
    def of(analysis: Analysis) -> _LoneNames:
        """The lone names of a document; all are found at once, since several headings may stand above the same ones."""
        features, filled = analysis.features, analysis.filled
        is_text = analysis.texts[filled]
        maybe = (features.words <= MAX_NAME_WORDS)[filled] & ~features.is_bullet[filled]
        maybe[:-1] &= is_text[1:]
        maybe[-1:] = False
        beats = [
            _Beat(int(filled[place]), place)
            for place in analysis.clock.watch(np.flatnonzero(maybe).tolist())
            if _can_be_name(analysis, int(filled[place]))
        ]
        # A line that is neither a name nor text ends the thread below a heading.
        is_end = ~is_text
        is_end[[beat.place for beat in beats]] = False
        ends_before = np.concatenate([[0], np.cumsum(is_end)])
        names = [analysis.document.line_text(beat.line).strip().casefold() for beat in beats]
        count = len(beats)
        ends, is_last, different, longest = [count] * count, [True] * count, [1] * count, [0.0] * count
        seen: set[str] = set(names[-1:])
        for at in analysis.clock.watch(range(len(beats) - 2, -1, -1)):
            here, below = beats[at].place, beats[at + 1].place
            is_over = bool(ends_before[below] > ends_before[here])
            if is_over or not 2 <= below - here <= MAX_BEAT_LINES:
                ends[at], is_last[at], seen = at + 1, is_over, set()
            else:
                ends[at], is_last[at] = ends[at + 1], is_last[at + 1]
                longest[at] = max(_words(analysis, beats[at].line, beats[at + 1].line), longest[at + 1])
            seen.add(names[at])
            different[at] = len(seen)
        return _LoneNames(beats, names, ends, is_last, different, longest)

    def chains_below(self, heading: int) -> Iterator[tuple[int, int]]:
        """The first and the end beat (exclusive) of each chain that begins shortly below a heading's place."""
        at = bisect_right(self.beats, heading, key=lambda beat: beat.place)
        while at < len(self.beats) and self.beats[at].place - heading <= MAX_HEADING_LINES:
            yield at, self.ends[at]
            if self.is_last[at]:
                return
            at = self.ends[at]


def _comment_count(analysis: Analysis, line: int) -> int:
    """The number of comments that a line states; 0 if it states none."""
    is_count = any(
        hit.pattern.kind is Kind.COMMENT_COUNT and hit.pattern.strength == "strong"
        for hit in analysis.hits.get(line, ())
    )
    figures = _DIGITS.search(analysis.document.line_text(line)) if is_count else None
    return int(figures.group()) if figures is not None else 0


def _place(analysis: Analysis, line: int) -> int:
    """The number of a line among those that are not blank."""
    return int(np.searchsorted(analysis.filled, line))


def _lines_with_trace(analysis: Analysis) -> list[int]:
    """The short lines with a year or a time of day, in order; empty if they are too few for a form."""
    document = analysis.document
    is_short = document.ends - document.starts <= MAX_HEAD_CHARACTERS
    is_short &= (analysis.features.words <= MAX_HEAD_WORDS) & ~analysis.features.is_blank & analysis.figured
    short = analysis.clock.watch(np.flatnonzero(is_short).tolist())
    found = [line for line in short if may_hold_moment(document.line_text(line))]
    return found if len(found) >= MIN_BEATS else []


def _chains(beats: Sequence[_Beat]) -> Iterator[list[_Beat]]:
    """The runs of beats that follow each other closely, with other lines between them."""
    chain = list(beats[:1])
    for above, here in pairwise(beats):
        if not 2 <= here.place - above.place <= MAX_BEAT_LINES:
            if len(chain) >= MIN_BEATS:
                yield chain
            chain = []
        chain.append(here)
    if len(chain) >= MIN_BEATS:
        yield chain


def _below_article(analysis: Analysis, chain: list[_Beat]) -> Iterator[list[_Beat]]:
    """A chain without first beats that are dates of the article; empty if too little is left for a chain.

    Below such a date stands the heading of the thread, or far more text than below any other beat.
    """
    words = [_words(analysis, above.line, below.line) for above, below in analysis.clock.watch(pairwise(chain))]
    # For each beat, the most words between two beats from it on.
    longest = [*accumulate(reversed(words), max, initial=0.0)][::-1]
    at = 0
    while len(chain) - at > MIN_BEATS and _holds_article(analysis, chain[at : at + 2], words[at], longest[at + 1]):
        at += 1
        if not at % STEPS:
            analysis.clock.check()
    left = chain[at:]
    if len(left) > MIN_BEATS or (
        len(left) == MIN_BEATS and not _holds_article(analysis, left[:2], words[at], longest[at + 1], is_least=True)
    ):
        yield left


def _holds_article(
    analysis: Analysis, first_two: list[_Beat], words: float, others: float, *, is_least: bool = False
) -> bool:
    """Whether the article, or its end, stands between the first two beats of a chain.

    ``words``: those of prose between the two; ``others``: the most between any other two of the chain. ``is_least``:
    without its first beat the chain would be too short.
    """
    above, below = first_two
    frames = [
        hit.pattern.strength
        for line in range(above.line + 1, below.line)
        for hit in analysis.hits.get(line, ())
        if hit.pattern.kind in (Kind.COMMENT_FRAME, Kind.COMMENT_COUNT)
    ]
    if "strong" in frames or (frames and words > others):
        return True
    before = float(analysis.words_before[above.line])
    return not is_least and words > ARTICLE_FACTOR * others and words > max(ARTICLE_MIN_WORDS, before)


def _judge(analysis: Analysis, key: str, chain: list[_Beat]) -> Rhythm | None:
    """The rhythm of a chain, or None if it has too few signs: heading, links, names, dates, the way of writing."""
    links = [hit.pattern for hit in analysis.hits.get(chain[0].line, ()) if hit.pattern.id == key]
    if links and links[0].kind is Kind.COMMENT_CONTROLS:
        return _judge_links(analysis, chain, is_strong=links[0].strength == "strong")
    names = _names(analysis, chain)
    first = chain[0].place + (names.offset if names is not None and names.offset < 0 else 0)
    top = _heading(analysis, first, reach=MAX_HEADING_LINES)
    start = int(analysis.filled[first if top is None else top])
    if (
        _is_listing(analysis, chain)
        or not _has_texts(analysis, chain)
        or not _stands_below(analysis, chain, start, bare=False)
    ):
        return None
    linked = _is_linked(analysis, chain)
    if top is not None:
        is_sure = linked or _is_headed(analysis, top, chain, named=names is not None)
    else:
        is_sure = (
            names is not None
            and _varies(names)
            and (linked or (bool(chain[0].date) and _is_bare_thread(analysis, chain, start)))
        )
    if not is_sure:
        return None
    return Rhythm(start, *_heads(analysis, chain, names), chain[-1].line, top is not None)


def _judge_links(analysis: Analysis, chain: list[_Beat], *, is_strong: bool) -> Rhythm | None:
    """The rhythm of links below comments, or None if it has neither a heading nor the names of the authors."""
    # The first comment itself stands between the heading and its link.
    longest = max(_words(analysis, above.line, below.line) for above, below in pairwise(chain))
    top = _heading(analysis, chain[0].place, reach=MAX_BEAT_LINES, spare=2.0 * longest)
    begins = _names_at_links(analysis, chain, top)
    if top is None and not (begins and (is_strong or len(chain) >= MIN_BEATS_BARE)):
        return None
    start = int(analysis.filled[top]) if top is not None else begins[0]
    if not _has_texts(analysis, chain) or not _stands_below(analysis, chain, start, bare=False):
        return None
    return Rhythm(
        start, begins, frozenset(begins), chain[-1].line, top is not None, is_weak=top is None and not is_strong
    )


def _names_at_links(analysis: Analysis, chain: list[_Beat], top: int | None) -> tuple[int, ...]:
    """The lines with names: above the first text, then right below the link of each comment; empty without names."""
    lines = analysis.filled
    below = [int(lines[beat.place + 1]) for beat in chain[:-1]]
    named = [line for line in below if _can_be_name(analysis, line)]
    reach = max(here.place - above.place for above, here in pairwise(chain))
    highest = max(chain[0].place - reach, 0 if top is None else top + 1)
    # The nearest line above the first link that can be a name and has a text below it.
    first = next(
        (int(lines[at]) for at in range(chain[0].place - 2, highest - 1, -1) if _can_be_name(analysis, int(lines[at]))),
        None,
    )
    texts = [analysis.document.line_text(line).strip().casefold() for line in named]
    if first is None or len(named) < MIN_NAMED_SHARE * len(below):
        return ()
    texts.append(analysis.document.line_text(first).strip().casefold())
    return (first, *named) if _varies(_Names(0, tuple(texts))) else ()


def _names(analysis: Analysis, chain: list[_Beat]) -> _Names | None:
    """Where the names stand in a chain: beside, above or below the dates; None if there are none.

    A line that a pattern takes for an author line may contain the name or stand beside it.
    """
    beside = tuple(beat.beside for beat in chain)
    # A weekday beside a date is not a name; date patterns match it.
    dates = sum(
        any(hit.pattern.kind is Kind.PUBLICATION_DATE for hit in analysis.hits.get(beat.line, ())) for beat in chain
    )
    if len(set(beside)) > 1 and dates * 2 <= len(chain):
        return _Names(0, beside)
    closest = min(below.place - above.place for above, below in pairwise(chain))
    found = _names_apart(analysis, chain) if closest >= MIN_LINES_NAMED else None
    return found if found is not None or chain[0].date else _Names(0, beside)


def _names_apart(analysis: Analysis, chain: list[_Beat]) -> _Names | None:
    """The names on the lines above or below those of a chain; None if those lines are not names."""
    for offset in (-1, 1):
        places = [beat.place + offset for beat in chain]
        lines = [int(analysis.filled[place]) for place in places if 0 <= place < analysis.filled.size]
        named = [line for line in lines if _can_be_name(analysis, line)]
        texts = tuple(analysis.document.line_text(line).strip().casefold() for line in named)
        if len(named) >= MIN_NAMED_SHARE * len(chain) and len(set(texts)) > 1 and named[0] == lines[0]:
            return _Names(offset, texts)
    return None


def _varies(names: _Names) -> bool:
    """Whether the names vary: no single name stands at most of the comments."""
    return max(Counter(names.names).values()) <= MAX_SHARE_OF_NAME * len(names.names)


def _can_be_name(analysis: Analysis, line: int) -> bool:
    """Whether a line is short, no sentence, and no noise of another kind."""
    features = analysis.features
    hits = analysis.hits.get(line, ())
    return bool(
        0 < features.words[line] <= MAX_NAME_WORDS
        and (not features.ends_sentence[line] or _INITIAL.search(analysis.document.line_text(line)) is not None)
        and not (analysis.strong[line] and not any(hit.pattern.kind in THREAD_KINDS for hit in hits))
        and not any(hit.pattern.kind in FRAME_KINDS or hit.pattern.kind is Kind.COMMENT_CONTROLS for hit in hits)
    )


def _heading(analysis: Analysis, first: int, *, reach: int, spare: float = 0.0) -> int | None:
    """The place of the thread's heading above its first comment, the highest of several; None if there is none.

    ``first`` is the place of the first line of the form, ``spare`` how many words of prose may stand in between.
    """
    lines = analysis.filled
    found = None
    for place in range(first - 1, max(first - 1 - reach, -1), -1):
        line = int(lines[place])
        hits = analysis.hits.get(line, ())
        if any(hit.pattern.kind in FRAME_KINDS for hit in hits):
            found = place if not _counts_none(analysis, line) else found
        elif found is not None and analysis.strong[line] and not any(hit.pattern.kind in THREAD_KINDS for hit in hits):
            break
        elif analysis.prose[line] and not any(hit.pattern.kind in THREAD_KINDS for hit in hits):
            spare -= float(analysis.features.words[line])
            if spare < 0.0:
                break
    return found


def _counts_none(analysis: Analysis, line: int) -> bool:
    """Whether a line says that there are no comments, or no answers to one."""
    figures = _DIGITS.findall(analysis.document.line_text(line))
    return bool(figures) and not any(int(figure) for figure in figures)


def _words(analysis: Analysis, above: int, below: int) -> float:
    """The words of prose between two lines."""
    return float(analysis.words_before[below] - analysis.words_before[above + 1])


def _is_listing(analysis: Analysis, chain: list[_Beat]) -> bool:
    """Whether most intervals have a comment count of their own and no link: then they are articles in a list."""
    counted = _intervals_with(analysis, chain, Kind.COMMENT_COUNT)
    return counted * 2 >= len(chain) and not _is_linked(analysis, chain)


def _intervals_with(analysis: Analysis, chain: list[_Beat], kind: Kind) -> int:
    """How many intervals of a chain contain a hit of a kind."""
    return sum(
        any(hit.pattern.kind is kind for line in range(above.line, below.line) for hit in analysis.hits.get(line, ()))
        for above, below in pairwise(chain)
    )


def _has_texts(analysis: Analysis, chain: list[_Beat]) -> bool:
    """Whether sentences stand between the beats of a chain; a list of links has none."""
    texts = analysis.texts
    with_text = sum(bool(texts[above.line + 1 : below.line].any()) for above, below in pairwise(chain))
    return with_text * 2 >= len(chain) - 1


def _stands_below(analysis: Analysis, chain: list[_Beat], start: int, *, bare: bool) -> bool:
    """Whether there is an article above a chain, and none below it."""
    longest = max(_words(analysis, one.line, other.line) for one, other in pairwise(chain))
    return _is_below(analysis, start, chain[-1].line, longest, bare=bare)


def _is_below(analysis: Analysis, start: int, last: int, longest: float, *, bare: bool) -> bool:
    """What `_stands_below` says of a chain from ``start`` to ``last`` with at most ``longest`` words between beats."""
    above = float(analysis.words_before[start])
    below = float(analysis.words_before[-1] - analysis.words_before[last + 1]) - longest
    if bare:
        return above >= MIN_ARTICLE_WORDS_BARE and below <= MAX_WORDS_BELOW_BARE
    return above >= MIN_ARTICLE_WORDS and below <= max(MAX_WORDS_BELOW, MAX_SHARE_BELOW * above)


def _is_linked(analysis: Analysis, chain: list[_Beat]) -> bool:
    """Whether most comments of a chain have a link of their own: reply, report, quote."""
    linked = _intervals_with(analysis, chain, Kind.COMMENT_CONTROLS)
    return linked >= 2 and linked * 2 >= len(chain) - 1


def _is_headed(analysis: Analysis, top: int, chain: list[_Beat], *, named: bool) -> bool:
    """Whether a heading and the lines below it make a thread without links; ``named``: they have author names."""
    line = int(analysis.filled[top])
    is_strong = any(
        hit.pattern.kind in FRAME_KINDS and hit.pattern.strength == "strong" for hit in analysis.hits.get(line, ())
    )
    speaks = _person_share(analysis, chain[0].line, chain[-1].line) >= MIN_PERSON_SHARE_SIGNED
    if not named:
        return is_strong and speaks
    return is_strong or speaks or len(chain) >= MIN_BEATS_BARE


def _is_bare_thread(analysis: Analysis, chain: list[_Beat], start: int) -> bool:
    """Whether dates and names alone make a thread: people address each other, on the same days.

    Diaries, letters and chronologies have a date for each entry, and reports of a day are not in the first person.
    """
    if len(chain) < MIN_BEATS_BARE:
        return False
    days = [beat.date for beat in chain]
    meets = len(set(days)) < len(days) or all(beat.has_clock for beat in chain)
    if not meets or not _stands_below(analysis, chain, start, bare=True):
        return False
    share = _person_share(analysis, chain[0].line, len(analysis.document))
    return share >= max(MIN_PERSON_SHARE_BARE, _person_share(analysis, 0, start))


def _person_share(analysis: Analysis, start: int, stop: int) -> float:
    """The share of words of the first and second person between two lines."""
    words = analysis.features.words[start:stop]
    return float((analysis.features.person_word_share[start:stop] * words).sum()) / max(float(words.sum()), 1.0)


def _heads(analysis: Analysis, chain: list[_Beat], names: _Names | None) -> tuple[tuple[int, ...], frozenset[int]]:
    """The first line of each comment, and all lines of authors and dates."""
    offset = names.offset if names is not None else 0
    begins: list[int] = []
    heads: set[int] = set()
    titles: list[int] = []
    for beat in analysis.clock.watch(chain):
        other = beat.place + offset
        beside = int(analysis.filled[other]) if 0 <= other < analysis.filled.size else beat.line
        if not _can_be_name(analysis, beside):
            beside = beat.line
        first = min(beat.line, beside)
        begins.append(_below_link(analysis, first))
        titles.append(_place(analysis, first) - _place(analysis, begins[-1]))
        heads |= {beat.line, beside}
    # No link above the first comment shows whether it has a title; it has one if all others do.
    begins[0] = int(analysis.filled[max(_place(analysis, min(heads)) - min(titles[1:]), 0)])
    return tuple(begins), frozenset(heads)


def _below_link(analysis: Analysis, line: int) -> int:
    """The line right below the links of the comment above, if they are near: a title belongs to the comment below it."""
    place = _place(analysis, line)
    for above in range(place - 1, max(place - 1 - MAX_TITLE_LINES, 0) - 1, -1):
        if any(hit.pattern.kind is Kind.COMMENT_CONTROLS for hit in analysis.hits.get(int(analysis.filled[above]), ())):
            return int(analysis.filled[above + 1])
    return line
