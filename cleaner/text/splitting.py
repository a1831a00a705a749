"""Splits a text into lines: at line ends, between columns of wide lines, and at sentences if line ends are missing."""

from __future__ import annotations

import re
from typing import Literal

import numpy as np

from cleaner.clock import NO_LIMIT, Clock
from cleaner.result import Line
from cleaner.text.arrays import ClassArray, CodeArray, IntArray
from cleaner.text.characters import COLUMN_SPACE, LINE_END, classify
from cleaner.text.folding import encode
from cleaner.text.parts import Ranks, any_of

__all__ = ["FILL", "OPENING", "Split", "line_table", "split_lines"]

Split = Literal["all", "columns", "none"]

# After a line end this character belongs to it: the rest of a longer sign that a line end stands for.
FILL = "\x1f"
# The place of a sign that opens a line and is no part of its text, not even a space at its edge.
OPENING = "\x1e"

# The least characters of a line that may be several columns side by side, and the least spaces between columns.
WIDE_MIN_LENGTH = 60
COLUMN_MIN_SPACES = 4
# A line of FUSED_MIN_LENGTH characters with FUSED_MIN_SEAMS different seams was fused from several lines; one of
# LONG_MIN_LENGTH characters that is LONG_MIN_SHARE of its text has lost its line ends (all set by hand).
FUSED_MIN_LENGTH, FUSED_MIN_SEAMS = 200, 3
LONG_MIN_LENGTH, LONG_MIN_SHARE = 900, 0.6
# Within how many characters of a break, on each side, there must be a word.
WORD_MAX_DISTANCE = 40
# What follows the last sentence of a text without line ends: its least words, and those of each line it is read as, on
# average (set by hand).
TAIL_MIN_WORDS, TITLE_MIN_WORDS = 5, 1.6
# Where a capital follows a small letter, a digit or a sentence end without a space, pieces were fused.
_SEAM = re.compile(r"(?:[a-zß-öø-ÿα-ωа-я]{4}|[a-zß-öø-ÿα-ωа-я]{2}[.!?…»)\]])(?=[A-ZÀ-ÖØ-ÞΑ-ΩА-Я«“])")
_BREAK = re.compile(
    r"(?<=[a-zß-öø-ÿα-ωа-я]{3}[.!?…»)\]])(?=[A-ZÀ-ÖØ-ÞΑ-ΩА-Я«“])"
    # Links fused with each other stay one piece, since patterns match them so; what reads like a sentence is split.
    r"|(?<=[a-zß-öø-ÿα-ωа-я]{4})(?=[A-ZÀ-ÖØ-ÞΑ-ΩА-Я][a-zß-öø-ÿα-ωа-я'’]*(?: [^\s]+){4})"
    r"|(?<=[a-zß-öø-ÿα-ωа-я\d]{2}[.!?…])[ \t\xa0]+(?=[A-ZÀ-ÖØ-ÞΑ-ΩА-Я«“\"—–-])"
    r"|(?<=[.!?…][»”\"])[ \t\xa0]+(?=[A-ZÀ-ÖØ-ÞΑ-ΩА-Я«“\"—–-])|(?<=[.!?…][\xa0 ][»”\"])[ \t\xa0]+(?=[A-ZÀ-ÖØ-ÞΑ-ΩА-Я«“\"—–-])"
    r"|(?<=[。！？])"
)
# What may begin a line of its own among lines that are no sentences: a capital.
_TITLE = re.compile(r"(?<=[a-zß-öø-ÿα-ωа-я\d?!…»”)])[ \t\xa0]+(?=[A-ZÀ-ÖØ-ÞΑ-ΩА-Я«“])")
_SENTENCE_END = re.compile(r"[.!?…。！？][»”\"')\]]*\s*\Z")
_COLUMN_SPACE = re.compile(rf"[ \t\xa0\u3000]{{{COLUMN_MIN_SPACES},}}")


def _lines(codes: CodeArray, classes: ClassArray) -> tuple[IntArray, IntArray, IntArray]:
    breaks = np.flatnonzero(any_of(classes, LINE_END))
    if breaks.size:
        follows_return = np.zeros(breaks.size, dtype=bool)
        follows_return[1:] = (codes[breaks[1:]] == 0x0A) & (codes[breaks[1:] - 1] == 0x0D)
        first = breaks[~follows_return]
        is_pair = np.zeros(breaks.size, dtype=bool)
        is_pair[:-1] = follows_return[1:]
        stops = _after_fill(codes, first + 1 + is_pair[~follows_return])
    else:
        first = stops = breaks
    starts = np.concatenate([np.zeros(1, dtype=np.int64), stops])
    ends = np.concatenate([first, np.array([codes.size], dtype=np.int64)])
    stops = np.concatenate([stops, np.array([codes.size], dtype=np.int64)])
    if starts[-1] == codes.size:
        return starts[:-1], ends[:-1], stops[:-1]
    return starts, ends, stops


def _after_fill(codes: CodeArray, stops: IntArray) -> IntArray:
    """Where line ends stop with what fills the place after them."""
    is_fill = codes == ord(FILL)
    if not is_fill.any():
        return stops
    shown = np.append(np.flatnonzero(~is_fill), codes.size)
    return np.asarray(shown[np.searchsorted(shown, stops)])


def line_table(
    text: str, codes: CodeArray, classes: ClassArray, split: Split = "all", clock: Clock = NO_LIMIT
) -> tuple[IntArray, IntArray, IntArray, IntArray]:
    """Where each line starts, ends and stops, in characters, and the number of the physical line that it is part of.

    ``codes`` and ``classes``: the text's characters. The parts of wide and of long lines are lines of their own; see
    `cleaner.text.document.Document`.
    """
    starts, ends, stops = _lines(codes, classes)
    parts: dict[int, list[tuple[int, int]]] = {}
    if split != "none":
        wide = _wide_lines(classes, starts, ends).tolist()
        parts |= {line: _columns(text, clock, int(starts[line]), int(ends[line])) for line in clock.watch(wide)}
    if split == "all":
        long = _long_lines(text, clock, starts, ends)
        parts |= {line: _sentences(text, clock, int(starts[line]), int(ends[line])) for line in long}
        if len(long) == 1 and _is_all(text, int(starts[long[0]]), int(ends[long[0]])):
            parts[long[0]][-1:] = _titles(text, *parts[long[0]][-1])
    parts = {line: spans for line, spans in parts.items() if len(spans) > 1}
    numbers = np.arange(starts.size, dtype=np.int64)
    if not parts:
        return starts, ends, stops, numbers
    counts = np.ones(starts.size, dtype=np.int64)
    counts[list(parts)] = [len(spans) for spans in parts.values()]
    numbers = np.repeat(numbers, counts)
    starts, ends, stops = starts[numbers], ends[numbers], stops[numbers]
    first = np.cumsum(counts) - counts
    for line, spans in parts.items():
        low, high = int(first[line]), int(first[line]) + len(spans)
        starts[low:high] = [start for start, _ in spans]
        ends[low:high] = [end for _, end in spans]
        stops[low : high - 1] = starts[low + 1 : high]
    return starts, ends, stops, numbers


def _wide_lines(classes: ClassArray, starts: IntArray, ends: IntArray) -> IntArray:
    """The long lines with a run of spaces between two other characters."""
    long = np.flatnonzero(ends - starts > WIDE_MIN_LENGTH)
    if not long.size:
        return long
    is_space = any_of(classes, COLUMN_SPACE)
    run = is_space[: 1 - COLUMN_MIN_SPACES].copy()
    for shift in range(1, COLUMN_MIN_SPACES):
        run &= is_space[shift : run.size + shift]
    found, shown = Ranks(run), Ranks(~is_space)
    if not shown.count:
        return long[:0]
    first = shown.at(np.minimum(shown.before(starts[long]), shown.count - 1))
    last = shown.at(np.maximum(shown.before(ends[long]) - 1, 0))
    return long[found.before(last) > found.before(first)]


def _columns(text: str, clock: Clock, start: int, end: int) -> list[tuple[int, int]]:
    """The spans of the columns of a line; a part without a word of two characters is not a column of its own."""
    spans: list[tuple[int, int]] = []
    first, piece, filled = start, start, False
    for space in clock.watch(_COLUMN_SPACE.finditer(text, start, end)):
        filled = filled or _has_word(text[piece : space.start()])
        if filled:
            spans.append((first, space.start()))
            first, filled = space.end(), False
        piece = space.end()
    if filled or not spans or _has_word(text[piece:end]):
        return [*spans, (first, end)]
    return [*spans[:-1], (spans[-1][0], end)]


def _long_lines(text: str, clock: Clock, starts: IntArray, ends: IntArray) -> list[int]:
    """The lines that once were several: most of a text without line ends, or pieces fused without a space."""
    found = []
    for line in clock.watch(np.flatnonzero(ends - starts >= FUSED_MIN_LENGTH).tolist()):
        start, end = int(starts[line]), int(ends[line])
        is_most = end - start >= max(LONG_MIN_LENGTH, LONG_MIN_SHARE * len(text))
        if is_most or len(set(_SEAM.findall(text, start, end))) >= FUSED_MIN_SEAMS:
            found.append(line)
    return found


def _sentences(text: str, clock: Clock, start: int, end: int) -> list[tuple[int, int]]:
    """The spans of the sentences of a line, split at sentence ends and at seams of fused pieces."""
    spans: list[tuple[int, int]] = []
    first = start
    for seam in clock.watch(_BREAK.finditer(text, start, end)):
        near = max(first, seam.start() - WORD_MAX_DISTANCE)
        if (
            _has_word(text[near : seam.start()])
            and _has_word(text[seam.end() : min(seam.end() + WORD_MAX_DISTANCE, end)])
            and not _is_fused_link(text, seam.start(), seam.end())
        ):
            spans.append((first, seam.start()))
            first = seam.end()
    return [*spans, (first, end)]


def _is_all(text: str, start: int, end: int) -> bool:
    """Whether a stretch is all of a text but spaces and line ends."""
    return not text[:start].strip() and not text[end:].strip()


def _titles(text: str, start: int, end: int) -> list[tuple[int, int]]:
    """What follows the last sentence of a text, as lines that begin with capitals; one span if it may be a sentence."""
    words = text.count(" ", start, end) + 1
    if words < TAIL_MIN_WORDS or _SENTENCE_END.search(text, max(end - WORD_MAX_DISTANCE, start), end):
        return [(start, end)]
    spans = []
    first = start
    for seam in _TITLE.finditer(text, start, end):
        spans.append((first, seam.start()))
        first = seam.end()
    # Where nearly every word has a capital, it says nothing.
    return [*spans, (first, end)] if words >= TITLE_MIN_WORDS * (len(spans) + 1) else [(start, end)]


def _is_fused_link(text: str, start: int, end: int) -> bool:
    """Whether both words at a seam begin with a capital: fused links, which patterns match as one."""
    if end > start or not text[start - 1].isalpha():
        return False
    at = start - 1
    while at and text[at - 1].isalpha() and start - at < WORD_MAX_DISTANCE:
        at -= 1
    return text[at].isupper()


def _has_word(text: str) -> bool:
    found = filter(str.isalnum, text)
    return bool(next(found, "") and next(found, ""))


def split_lines(text: str) -> list[Line]:
    """The lines of a text with their offsets, in characters; wide lines are not split.

    >>> [(line.start, line.end, line.stop) for line in split_lines("a\\r\\nbc\\u2028")]
    [(0, 1, 3), (3, 5, 6)]
    """
    codes = encode(text)
    table = zip(*(column.tolist() for column in _lines(codes, classify(codes))), strict=True)
    return [Line(index, start, end, stop) for index, (start, end, stop) in enumerate(table)]
