"""The view of an explanation for people: each line with its fate, its points, its text and the reasons in words."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from itertools import islice
from types import MappingProxyType
from typing import NamedTuple

from cleaner.report.records import Only, choose_lines
from cleaner.report.terminal import count_columns, fitting, is_right_to_left, paint, visible, wrap
from cleaner.result import CleanResult, Evidence, Kind
from cleaner.result.groups import group_of
from cleaner.result.reasons import kind_words
from cleaner.result.shown import Piece, ShownLine, show_lines
from cleaner.text.counting import count_words

__all__ = ["View", "render_explanation"]

_MARKS = MappingProxyType({"keep": " ", "drop": "-", "cut": "~"})
_DOUBTFUL = "?"
# The colours of a terminal for each group of kinds; no two neighbours in a page's furniture have the same.
_COLOURS = MappingProxyType(
    {
        "comments": "35",
        "author": "36",
        "navigation": "34",
        "sharing": "94",
        "related": "33",
        "subscription": "95",
        "advertising": "31",
        "credits": "32",
        "other": "91",
    }
)
_DIM, _BOLD, _REVERSED, _STRUCK = "2", "1", "7", "9"
_SCORE_WIDTH = 6
# The least columns between a text and its reasons.
_GAP = 2
# Rows are laid out for at least this many columns, of which numbers, marks and points take 12 to 16; on a narrower
# terminal they are wider than it, since texts of a few letters a row cannot be read.
_MIN_WIDTH = 32
# The rows of a long line that are shown, and those of each end of a long piece of a line that is cut.
_MAX_ROWS, _END_ROWS = 4, 1
# The least confidence that is called high, and fair (set by hand).
_HIGH, _FAIR = 0.9, 0.7
# What is said where no line is of the sort to show.
_NONE = MappingProxyType(
    {
        "removed": "nothing is removed from any line",
        "kept": "no line is kept whole",
        "doubtful": "no line stays in doubt",
    }
)


@dataclass(frozen=True, slots=True)
class View:
    """What is shown of an explanation, and how.

    ``width``: the columns of the terminal. ``only``: the sort of lines to show, with ``context`` lines around each.
    ``has_evidence``: below each line the points of every name.
    """

    width: int = 120
    has_colour: bool = False
    only: Only | None = None
    context: int | None = None
    has_evidence: bool = False


def render_explanation(text: str, result: CleanResult, view: View = View()) -> Iterator[str]:
    """The rows of the explain view: each line of ``text`` with what happened to it and why, and a summary."""
    width = max(_MIN_WIDTH, view.width)
    lines = show_lines(text, result)
    layout = _Layout(view, len(str(len(lines))), width)
    if view.only is not None and lines and not any(choose_lines(lines, view.only)):
        yield _NONE[view.only]
    for line in choose_lines(lines, view.only, view.context):
        if isinstance(line, ShownLine):
            yield from layout.render(line)
        else:
            yield layout.paint(f"{'':{layout.indent}}… {line:,} {'line' if line == 1 else 'lines'}", _DIM)
    yield ""
    for row in _summary(text, result, lines):
        yield from (row[start:end] for start, end in wrap(row, width))


class _Part(NamedTuple):
    """A piece of a line as it is shown, and the colour it has."""

    text: str
    colour: str


class _Layout:
    """Lays out lines: numbers, marks and points to the left, texts and reasons beside them."""

    def __init__(self, view: View, number_width: int, width: int) -> None:
        self._view = view
        self._number_width = number_width
        self.indent = number_width + 3 + _SCORE_WIDTH + 2
        self._width = width - self.indent

    def paint(self, text: str, colour: str) -> str:
        """A text in a colour, if colours are wanted."""
        return paint(text, colour, wanted=self._view.has_colour)

    def render(self, line: ShownLine) -> Iterator[str]:
        """The rows of a line."""
        rows = self._with_reasons(self._text_rows(line), _why(line))
        if self._view.has_evidence:
            rows += [self.paint(row, _DIM) for row in self._evidence_rows(line.evidence)]
        mark = _DOUBTFUL if line.is_doubtful else _MARKS[line.verdict.action]
        score = f"{line.verdict.score:>+{_SCORE_WIDTH}.1f}" if line.evidence else " " * _SCORE_WIDTH
        number, margin = f"{line.number:>{self._number_width}}", _margin_colour(line)
        for row in rows:
            yield f"{self.paint(number, _DIM)} {self.paint(mark, margin)} {score}  {row}".rstrip(" ")
            number, score = " " * self._number_width, " " * _SCORE_WIDTH
            mark = " "

    def _text_rows(self, line: ShownLine) -> list[str]:
        parts = self._parts(line)
        shown = "".join(part.text for part in parts)
        return list(self._painted(parts, wrap(shown, self._width)))

    def _parts(self, line: ShownLine) -> list[_Part]:
        if line.verdict.action == "cut":
            return [self._cut_part(piece) for piece in line.pieces]
        text = line.text
        # A line that is little longer is shown as a whole.
        if fitting(text, (_MAX_ROWS + 1) * self._width) == len(text):
            return [_Part(visible(text), _colour_of(line.verdict.kind))]
        shown = fitting(text, _MAX_ROWS * self._width)
        parts = [_Part(visible(text[:shown]), _colour_of(line.verdict.kind))]
        return [*parts, _Part(f"… {len(text) - shown:,} more characters", _DIM)]

    def _cut_part(self, piece: Piece) -> _Part:
        """A piece of a line that is cut: what was removed is struck, or stands in brackets."""
        text = self._shortened(piece.text)
        if piece.kind is None:
            return _Part(text, "")
        if self._view.has_colour:
            return _Part(text, f"{_STRUCK};{_colour_of(piece.kind)}")
        bare = text.strip(" ")
        return _Part(text.replace(bare, f"[-{bare}-]", 1) if bare else text, "")

    def _shortened(self, text: str) -> str:
        """A text made visible, and without its middle if it is long."""
        columns = _END_ROWS * self._width
        if fitting(text, 3 * columns) == len(text):
            return visible(text)
        head, tail = fitting(text, columns), fitting(text[: -5 * columns : -1], columns)
        left_out = len(text) - head - tail
        return f"{visible(text[:head])} … {left_out:,} characters … {visible(text[len(text) - tail :])}"

    def _painted(self, parts: Sequence[_Part], rows: Iterable[tuple[int, int]]) -> Iterator[str]:
        """The rows of a line, each with the colours of the parts in it; ``rows`` are offsets into all parts."""
        first = offset = 0
        for start, end in rows:
            while first + 1 < len(parts) and offset + len(parts[first].text) <= start:
                offset += len(parts[first].text)
                first += 1
            row, position = "", offset
            for part in islice(parts, first, None):
                if position >= end:
                    break
                own = part.text[max(start - position, 0) : end - position]
                row += self.paint(own, part.colour) if own else ""
                position += len(part.text)
            yield row

    def _with_reasons(self, rows: list[str], why: str) -> list[str]:
        """The rows of a text and its reasons, at the right: on the last row if there is room, otherwise below."""
        if not why:
            return rows
        size = count_columns(why)
        if size > self._width:
            return rows + [self.paint(why[start:end], _DIM) for start, end in wrap(why, self._width)]
        room = self._width - size - count_columns(_unpainted(rows[-1]))
        # Beside a text that runs from right to left a terminal would move them.
        if room >= _GAP and not is_right_to_left(rows[-1]):
            return [*rows[:-1], f"{rows[-1]}{'':{room}}{self.paint(why, _DIM)}"]
        return [*rows, f"{'':{self._width - size}}{self.paint(why, _DIM)}"]

    def _evidence_rows(self, evidence: Iterable[Evidence]) -> Iterator[str]:
        """All evidence, the weightiest first, as many names on a row as fit."""
        row = ""
        for one in sorted(evidence, key=lambda item: -abs(item.points)):
            detail = f" ({visible(one.detail)})" if one.detail else ""
            words = f"{visible(one.source)} {one.points:+.1f}{detail}"
            if row and count_columns(f"{row}, {words}") <= self._width:
                row += f", {words}"
                continue
            yield from (row[start:end] for start, end in wrap(row, self._width) if row)
            row = words
        yield from (row[start:end] for start, end in wrap(row, self._width) if row)


def _unpainted(row: str) -> str:
    """A row without its colours; nothing else in it begins with an escape."""
    first, *rest = row.split("\x1b[")
    return first + "".join(one.partition("m")[2] for one in rest)


def _colour_of(kind: Kind | None) -> str:
    return "" if kind is None else _COLOURS[group_of(kind)]


def _margin_colour(line: ShownLine) -> str:
    if line.is_removed and line.verdict.kind is not None:
        return f"{_REVERSED};{_colour_of(line.verdict.kind)}"
    return _BOLD if line.is_doubtful else ""


def _why(line: ShownLine) -> str:
    """The reasons for what happened to a line, after the kind of what was removed where their words do not name it."""
    reasons = [visible(reason.words) for reason in line.reasons]
    found = " · ".join(reasons)
    if line.is_removed:
        kinds = dict.fromkeys(piece.kind for piece in line.pieces if piece.kind is not None)
        named = ", ".join(kind for kind in kinds if not any(kind_words(kind) in reason for reason in reasons))
    else:
        named = "in doubt" if line.is_doubtful else ""
    return ": ".join(filter(None, (named, found)))


def _summary(text: str, result: CleanResult, lines: Iterable[ShownLine]) -> Iterator[str]:
    yield f"words: {count_words(result.text):,} of {count_words(text):,} kept"
    words: Counter[Kind] = Counter()
    for removal in result.removals:
        words[removal.kind] += count_words(removal.text)
    if words:
        yield "removed: " + ", ".join(f"{kind} {count:,}" for kind, count in words.most_common())
    counts = Counter(line.verdict.action for line in lines)
    doubtful = sum(line.is_doubtful for line in lines)
    in_doubt = f" ({doubtful:,} in doubt)" if doubtful else ""
    if text and not counts:
        yield "lines: none is explained, since the text stays as it was; the flag says why"
    else:
        yield f"lines: {counts['keep']:,} kept{in_doubt}, {counts['drop']:,} dropped, {counts['cut']:,} cut"
    if result.comments:
        yield f"comments: {len(result.comments):,}"
    if result.headline:
        yield f"headline: {visible(result.headline)}"
    if result.flags:
        yield f"flags: {', '.join(result.flags)}"
    yield f"confidence: {_confidence_words(result.confidence)}, an F1 of {result.confidence:.2f} is expected"


def _confidence_words(confidence: float) -> str:
    return "high" if confidence >= _HIGH else "fair" if confidence >= _FAIR else "low"
