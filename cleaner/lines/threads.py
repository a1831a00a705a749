"""Comment threads: where one begins, how far it reaches, and the single comments in it.

The signs are pattern hits: reply and delete links, author and time lines, "X says:", counts and headings.
A reply/delete pair shows that the text above it, back to the previous pair, is a comment, and that the thread
continues to the end of the document unless article prose clearly resumes.
"""

from __future__ import annotations

from bisect import bisect_left, bisect_right
from dataclasses import astuple, dataclass
from itertools import pairwise

import numpy as np

from cleaner.lines.analysis import Analysis
from cleaner.lines.comments import AUTHOR_KINDS, FRAME_KINDS, THREAD_KINDS
from cleaner.lines.rhythm import Rhythm, find_rhythm
from cleaner.matching.matcher import Hit
from cleaner.result import Kind

__all__ = ["THREAD_KINDS", "Thread", "find_thread"]

MAX_BODY_LINES_ABOVE = 6
MAX_BODY_SHARE = 0.3
MAX_FRAME_DISTANCE = 8
MAX_MARK_DISTANCE = 40
MAX_COMMENT_LINES = 12
MIN_WORDS_BEFORE = 40
RESUME_FACTOR = 2.0
RESUME_MIN_WORDS = 150
HEAD_SHARE = 0.25
# The least pairs of links, or signs of any kind, that make the lines above a thread's heading comments (set by hand).
MIN_PAIRS_ABOVE, MIN_MARKS_ABOVE = 2, 3


@dataclass(frozen=True, slots=True)
class Thread:
    """Lines ``start`` to ``stop`` (half-open) are reader comments; ``bodies`` are their lines, comment by comment.

    ``last_mark`` is the last line with a sign of the thread.
    """

    start: int
    stop: int
    last_mark: int
    bodies: tuple[tuple[int, ...], ...]


@dataclass(frozen=True, slots=True)
class _Marks:
    """The line numbers of each sign, in order."""

    pairs: list[int]
    controls: list[int]
    authors: list[int]
    frames: list[int]

    @property
    def inner(self) -> list[int]:
        return sorted({*self.pairs, *self.controls, *self.authors})

    def below(self, start: int) -> _Marks:
        """The marks from a line on."""
        return _Marks(*([line for line in lines if line >= start] for lines in astuple(self)))


def find_thread(analysis: Analysis) -> Thread | None:
    """The comment thread of a document, or None if the signs are not enough for one."""
    every = _collect(analysis)
    marks = _without_strays(analysis, every)
    rhythm = find_rhythm(analysis)
    start = _start(analysis, marks, marks.inner[0]) if _is_thread(marks) else None
    if rhythm is not None and not (rhythm.is_weak and (start is None or start > rhythm.start)):
        start = _earlier(marks, start, rhythm)
        marks = every.below(start)
    if start is None:
        return None
    last = max([*marks.inner, *([rhythm.last] if rhythm is not None else [])])
    stop = _stop(analysis, start, last)
    end = _behind_last(analysis, last, stop)
    if rhythm is not None and rhythm.begins:
        bodies = _bodies_between(analysis, marks, [start, *rhythm.begins], end, rhythm.heads)
    else:
        bodies = _bodies(analysis, marks, start, end)
    return Thread(start, stop, last, bodies)


def _earlier(marks: _Marks, start: int | None, rhythm: Rhythm) -> int:
    """Where a thread with a known rhythm starts: above the rhythm only if comments of another form stand there."""
    if start is None or start >= rhythm.start:
        return rhythm.start
    # A lone link above the heading belongs to the article: "Reply to this article".
    pairs, inner = (sum(line < rhythm.start for line in lines) for lines in (marks.pairs, marks.inner))
    is_thread = pairs >= MIN_PAIRS_ABOVE or inner >= MIN_MARKS_ABOVE
    if not rhythm.has_heading:
        is_thread = any(start <= line < rhythm.start for line in [*marks.inner, *marks.frames])
    return start if is_thread else rhythm.start


def _collect(analysis: Analysis) -> _Marks:
    marks = _Marks([], [], [], [])
    for line in analysis.clock.watch(sorted(analysis.hits)):
        for hit in analysis.hits[line]:
            target = _target(marks, hit)
            if target is not None and (not target or target[-1] != line):
                target.append(line)
    return marks


def _target(marks: _Marks, hit: Hit) -> list[int] | None:
    kind, strong = hit.pattern.kind, hit.pattern.strength == "strong"
    if kind is Kind.COMMENT_CONTROLS:
        return marks.pairs if strong else marks.controls
    if kind in AUTHOR_KINDS:
        return marks.authors
    if kind in FRAME_KINDS and strong:
        return marks.frames
    return None


def _without_strays(analysis: Analysis, marks: _Marks) -> _Marks:
    """The marks without weak signs that stand before most of the article's prose.

    A reply/delete pair counts anywhere; an interview's "X says:" or a lone "Reply" counts only in company.
    """
    pairs, controls, authors, frames = (
        set(lines) for lines in (marks.pairs, marks.controls, marks.authors, marks.frames)
    )
    weak = sorted(controls | authors)
    around = sorted(controls | authors | pairs | frames)
    # The marks of other kinds than a lone link, and of other kinds than an author.
    others_of_link, others_of_author = sorted(pairs | frames | (authors - controls)), sorted(pairs | frames | controls)
    kept: set[int] = set()
    for line in analysis.clock.watch(weak):
        is_link = line in controls
        both = is_link and line in authors
        others = others_of_link if is_link else others_of_author
        near = _count_near(around, line)
        if both or _count_near(others, line) or (is_link and near >= 2):
            kept.add(line)
    kept = {line for line in analysis.clock.watch(kept) if line in controls or _starts_comment(line, around, frames)}
    total = analysis.words_before[-1]
    if not pairs:
        kept = {line for line in kept if analysis.words_before[line] > HEAD_SHARE * total or total < MIN_WORDS_BEFORE}
    return _Marks(
        marks.pairs,
        [line for line in marks.controls if line in kept],
        [line for line in marks.authors if line in kept],
        marks.frames,
    )


def _count_near(lines: list[int], line: int) -> int:
    """How many of ``lines``, given in order, stand near ``line``, not counting itself."""
    first, stop = bisect_left(lines, line - MAX_MARK_DISTANCE), bisect_right(lines, line + MAX_MARK_DISTANCE)
    at = bisect_left(lines, line, first, stop)
    return stop - first - (at < stop and lines[at] == line)


def _starts_comment(line: int, marks: list[int], frames: set[int]) -> bool:
    """Whether another sign of the thread follows an author line soon; a byline or date of the article has none."""
    following = _between(marks, line + 1, line + MAX_COMMENT_LINES)
    preceding = _between(marks, line - MAX_COMMENT_LINES, line - 1)
    return bool(following or preceding) and not (following and following[0] in frames and not preceding)


def _between(lines: list[int], first: int, last: int) -> list[int]:
    """The lines, given in order, from ``first`` to ``last``, both included."""
    return lines[bisect_left(lines, first) : bisect_right(lines, last)]


def _is_thread(marks: _Marks) -> bool:
    if marks.pairs:
        return True
    controls, authors, frames = len(marks.controls), len(marks.authors), len(marks.frames)
    return (
        (controls >= 1 and authors >= 1)
        or (controls >= 1 and frames >= 1 and controls + frames >= 3)
        or (authors >= 2 and frames >= 1)
        or controls >= 3
    )


def _start(analysis: Analysis, marks: _Marks, first: int) -> int:
    """The first line of the thread, from its first inner mark upwards."""
    filled = analysis.filled
    place = int(np.searchsorted(filled, first))
    above = filled[max(0, place - MAX_FRAME_DISTANCE) : place]
    frames = [int(line) for line in above if int(line) in marks.frames]
    if frames and not _holds_article(analysis, frames[0], first):
        return frames[0]
    if first in marks.authors:
        return first
    only_sign = len(marks.inner) + len(marks.frames) == 1
    if only_sign or _text_before_mark(analysis, first):
        # One lone link says nothing about the line above it, which may be the article's last paragraph.
        return first
    return _body_above(analysis, first)


def _holds_article(analysis: Analysis, frame: int, first: int) -> bool:
    """Whether the lines between a heading and the first comment look like an article rather than one comment."""
    between = analysis.words_before[first] - analysis.words_before[frame]
    return bool(between > 0.5 * analysis.words_before[frame])


def _text_before_mark(analysis: Analysis, line: int) -> bool:
    starts = [hit.start for hit in analysis.hits[line] if hit.pattern.kind is Kind.COMMENT_CONTROLS]
    if not starts:
        return False
    before = analysis.document.text[int(analysis.document.starts[line]) : min(starts)]
    return any(character.isalnum() for character in before)


def _body_above(analysis: Analysis, line: int) -> int:
    """The first line of the comment whose text stands above a link, back to a blank line or to other noise."""
    is_blank = analysis.features.is_blank
    at = line
    while at > 0 and is_blank[at - 1]:
        at -= 1
    first = at
    while first > 0 and not is_blank[first - 1] and not _is_border(analysis, first - 1):
        first -= 1
    words = analysis.words_before
    is_small = words[at] - words[first] <= MAX_BODY_SHARE * words[at]
    if at - first <= MAX_BODY_LINES_ABOVE and is_small and first > 0:
        return first
    return max(at - 1, 0)


def _is_border(analysis: Analysis, line: int) -> bool:
    """Whether a line above a comment belongs to something else: noise with evidence, an address, a promotion."""
    if analysis.strong[line]:
        return True
    return bool(analysis.features.links[line] and analysis.features.words[line] < 8)


def _stop(analysis: Analysis, start: int, last: int) -> int:
    """The end of the thread: the end of the document, unless most of the article clearly stands below."""
    before = float(analysis.words_before[start])
    after = float(analysis.words_before[-1] - analysis.words_before[last + 1])
    total = float(analysis.words_before[-1])
    if after >= RESUME_MIN_WORDS and after > RESUME_FACTOR * before and before < HEAD_SHARE * total:
        stop = last + 1
        while stop < len(analysis.document) and not analysis.features.is_blank[stop]:
            if analysis.prose[stop]:
                break
            stop += 1
        return stop
    return len(analysis.document)


def _bodies(analysis: Analysis, marks: _Marks, start: int, stop: int) -> tuple[tuple[int, ...], ...]:
    """The lines of each comment, split at author lines, at links that end one, or above links that follow its start."""
    pairs = [line for line in (marks.pairs or marks.controls) if start <= line < stop]
    authors = [line for line in marks.authors if start <= line < stop]
    if authors and len(authors) * 2 >= len(pairs):
        begins = authors
    elif _links_follow_first_line(analysis, pairs):
        begins = [_line_above(analysis, line, start) for line in pairs]
    else:
        begins = [line + 1 for line in pairs]
    return _bodies_between(analysis, marks, [start, *begins], stop)


def _bodies_between(
    analysis: Analysis, marks: _Marks, begins: list[int], stop: int, heads: frozenset[int] = frozenset()
) -> tuple[tuple[int, ...], ...]:
    """The lines of each comment from where it begins to the next; ``heads``: lines that are not part of a comment."""
    start = begins[0]
    edges = sorted({start, *(line for line in begins if start < line < stop), stop})
    skipped = {*marks.frames, *heads}
    bodies = []
    for first, end in analysis.clock.watch(pairwise(edges)):
        lines = tuple(
            line for line in range(first, end) if not analysis.features.is_blank[line] and line not in skipped
        )
        if any(_has_own_text(analysis, line) for line in lines):
            bodies.append(lines)
    return tuple(bodies)


def _behind_last(analysis: Analysis, last: int, stop: int) -> int:
    """Where the last comment ends: a line with a strong pattern after the thread's last sign is not part of it."""
    for line in analysis.clock.watch(range(last + 1, stop)):
        if analysis.strong[line] and not any(hit.pattern.kind in THREAD_KINDS for hit in analysis.hits[line]):
            return line
    return stop


def _links_follow_first_line(analysis: Analysis, pairs: list[int]) -> bool:
    """Whether most pairs are fused to the beginning of a continuation: then a comment starts on the line above."""
    fused = 0
    for line in analysis.clock.watch(pairs):
        ends = [hit.end for hit in analysis.hits[line] if hit.pattern.kind is Kind.COMMENT_CONTROLS]
        rest = analysis.document.text[max(ends, default=0) : int(analysis.document.ends[line])]
        has_rest = sum(character.isalnum() for character in rest) >= 3
        fused += has_rest and not _text_before_mark(analysis, line)
    return fused * 2 > len(pairs)


def _line_above(analysis: Analysis, line: int, start: int) -> int:
    above = line - 1
    while above > start and analysis.features.is_blank[above]:
        above -= 1
    return max(above, start)


def _has_own_text(analysis: Analysis, line: int) -> bool:
    """Whether a line contains more than links, names and dates of the thread."""
    hits = analysis.hits.get(line, [])
    if any(hit.pattern.kind in AUTHOR_KINDS for hit in hits) or analysis.strong[line]:
        return False
    text = analysis.document.line_text(line)
    taken = sum(hit.end - hit.start for hit in hits if hit.pattern.kind is Kind.COMMENT_CONTROLS)
    return len(text.strip()) - taken >= 2
