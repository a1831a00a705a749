"""Finds reader comments by their rhythm: one form that repeats below an article.

A line with an author, a date or a link, then free text, and so on: that is a thread, whatever its words are.
"""

from __future__ import annotations

from bisect import bisect_right
from collections.abc import Iterator
from dataclasses import dataclass
from itertools import pairwise
from typing import Final

import numpy as np
import regex

from cleaner.lines.analysis import Analysis
from cleaner.lines.beats import (
    MAX_BEAT_LINES,
    MAX_NAME_WORDS,
    MIN_BEATS,
    MIN_BEATS_BARE,
    Beat,
    BeatNames,
    below_article,
    find_chains,
    find_forms,
    person_share,
    place_of,
    words_between,
)
from cleaner.lines.commenters import can_be_name, heads_of, names_above, names_at_links, names_vary
from cleaner.lines.comments import FRAME_KINDS, MIN_PERSON_SHARE_SIGNED, THREAD_KINDS
from cleaner.result import Kind

__all__ = ["Rhythm", "find_rhythm"]

# The most lines from the heading of a thread to its first comment.
MAX_HEADING_LINES = 8
# The least words of prose above: if the thread has a heading or links, and if it has neither.
MIN_ARTICLE_WORDS, MIN_ARTICLE_WORDS_BARE = 12.0, 30.0
# The most words of prose below the last comment: if the thread has a heading or links, if it has neither, and as a
# share of the article's words.
MAX_WORDS_BELOW, MAX_WORDS_BELOW_BARE, MAX_SHARE_BELOW = 150.0, 40.0, 0.5
# Without any other sign, the least share of first- and second-person words in comments.
MIN_PERSON_SHARE_BARE = 0.04
_DIGITS: Final = regex.compile(r"\d+")


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


def find_rhythm(analysis: Analysis) -> Rhythm | None:
    """The comments of a document that repeat one form, or None if no form is certain enough."""
    found = [
        rhythm
        for key, beats in find_forms(analysis).items()
        for whole in find_chains(beats)
        for chain in analysis.clock.watch(below_article(analysis, whole), steps=1)
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
        for at, end in found.chains_below(place_of(analysis, heading)):
            first, last = found.beats[at].line, found.beats[end - 1].line
            if (
                MIN_BEATS <= end - at <= count
                and found.different[at] >= MIN_BEATS_BARE
                and _is_below(analysis, heading, last, found.longest[at], bare=True)
                and person_share(analysis, first, len(analysis.document)) >= MIN_PERSON_SHARE_BARE
            ):
                heads = heads_of(analysis, found.beats[at:end], BeatNames(0, tuple(found.names[at:end])))
                return Rhythm(heading, *heads, last, has_heading=True)
    return None


@dataclass(frozen=True, slots=True)
class _LoneNames:
    """The lines of a document that can be a name above its text, in order, and the chains that they form.

    A chain runs from beat ``i`` up to beat ``ends[i]``; ``is_last[i]``: no other chain follows it below the same
    heading. From beat ``i`` to the end of its chain, ``different[i]`` counts the distinct names, and ``longest[i]`` is
    the most words of prose between two beats.
    """

    beats: list[Beat]
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
            Beat(int(filled[place]), place)
            for place in analysis.clock.watch(np.flatnonzero(maybe).tolist())
            if can_be_name(analysis, int(filled[place]))
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
                longest[at] = max(words_between(analysis, beats[at].line, beats[at + 1].line), longest[at + 1])
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


def _judge(analysis: Analysis, key: str, chain: list[Beat]) -> Rhythm | None:
    """The rhythm of a chain, or None if it has too few signs: heading, links, names, dates, the way of writing."""
    links = [hit.pattern for hit in analysis.hits.get(chain[0].line, ()) if hit.pattern.id == key]
    if links and links[0].kind is Kind.COMMENT_CONTROLS:
        return _judge_links(analysis, chain, is_strong=links[0].strength == "strong")
    names = names_above(analysis, chain)
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
            and names_vary(names)
            and (linked or (bool(chain[0].date) and _is_bare_thread(analysis, chain, start)))
        )
    if not is_sure:
        return None
    return Rhythm(start, *heads_of(analysis, chain, names), chain[-1].line, top is not None)


def _judge_links(analysis: Analysis, chain: list[Beat], *, is_strong: bool) -> Rhythm | None:
    """The rhythm of links below comments, or None if it has neither a heading nor the names of the authors."""
    # The first comment itself stands between the heading and its link.
    longest = max(words_between(analysis, above.line, below.line) for above, below in pairwise(chain))
    top = _heading(analysis, chain[0].place, reach=MAX_BEAT_LINES, spare=2.0 * longest)
    begins = names_at_links(analysis, chain, top)
    if top is None and not (begins and (is_strong or len(chain) >= MIN_BEATS_BARE)):
        return None
    start = int(analysis.filled[top]) if top is not None else begins[0]
    if not _has_texts(analysis, chain) or not _stands_below(analysis, chain, start, bare=False):
        return None
    return Rhythm(
        start, begins, frozenset(begins), chain[-1].line, top is not None, is_weak=top is None and not is_strong
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


def _is_listing(analysis: Analysis, chain: list[Beat]) -> bool:
    """Whether most intervals have a comment count of their own and no link: then they are articles in a list."""
    counted = _intervals_with(analysis, chain, Kind.COMMENT_COUNT)
    return counted * 2 >= len(chain) and not _is_linked(analysis, chain)


def _intervals_with(analysis: Analysis, chain: list[Beat], kind: Kind) -> int:
    """How many intervals of a chain contain a hit of a kind."""
    return sum(
        any(hit.pattern.kind is kind for line in range(above.line, below.line) for hit in analysis.hits.get(line, ()))
        for above, below in pairwise(chain)
    )


def _has_texts(analysis: Analysis, chain: list[Beat]) -> bool:
    """Whether sentences stand between the beats of a chain; a list of links has none."""
    texts = analysis.texts
    with_text = sum(bool(texts[above.line + 1 : below.line].any()) for above, below in pairwise(chain))
    return with_text * 2 >= len(chain) - 1


def _stands_below(analysis: Analysis, chain: list[Beat], start: int, *, bare: bool) -> bool:
    """Whether there is an article above a chain, and none below it."""
    longest = max(words_between(analysis, one.line, other.line) for one, other in pairwise(chain))
    return _is_below(analysis, start, chain[-1].line, longest, bare=bare)


def _is_below(analysis: Analysis, start: int, last: int, longest: float, *, bare: bool) -> bool:
    """What `_stands_below` says of a chain from ``start`` to ``last`` with at most ``longest`` words between beats."""
    above = float(analysis.words_before[start])
    below = float(analysis.words_before[-1] - analysis.words_before[last + 1]) - longest
    if bare:
        return above >= MIN_ARTICLE_WORDS_BARE and below <= MAX_WORDS_BELOW_BARE
    return above >= MIN_ARTICLE_WORDS and below <= max(MAX_WORDS_BELOW, MAX_SHARE_BELOW * above)


def _is_linked(analysis: Analysis, chain: list[Beat]) -> bool:
    """Whether most comments of a chain have a link of their own: reply, report, quote."""
    linked = _intervals_with(analysis, chain, Kind.COMMENT_CONTROLS)
    return linked >= 2 and linked * 2 >= len(chain) - 1


def _is_headed(analysis: Analysis, top: int, chain: list[Beat], *, named: bool) -> bool:
    """Whether a heading and the lines below it make a thread without links; ``named``: they have author names."""
    line = int(analysis.filled[top])
    is_strong = any(
        hit.pattern.kind in FRAME_KINDS and hit.pattern.strength == "strong" for hit in analysis.hits.get(line, ())
    )
    speaks = person_share(analysis, chain[0].line, chain[-1].line) >= MIN_PERSON_SHARE_SIGNED
    if not named:
        return is_strong and speaks
    return is_strong or speaks or len(chain) >= MIN_BEATS_BARE


def _is_bare_thread(analysis: Analysis, chain: list[Beat], start: int) -> bool:
    """Whether dates and names alone make a thread: people address each other, on the same days.

    Diaries, letters and chronologies have a date for each entry, and reports of a day are not in the first person.
    """
    if len(chain) < MIN_BEATS_BARE:
        return False
    days = [beat.date for beat in chain]
    meets = len(set(days)) < len(days) or all(beat.has_clock for beat in chain)
    if not meets or not _stands_below(analysis, chain, start, bare=True):
        return False
    share = person_share(analysis, chain[0].line, len(analysis.document))
    return share >= max(MIN_PERSON_SHARE_BARE, person_share(analysis, 0, start))
