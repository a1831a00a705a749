"""The visible text of Markdown: one line for each line that a reader sees, and where its characters stand."""

from __future__ import annotations

import re
from dataclasses import dataclass, field, replace
from itertools import compress

import numpy as np

from cleaner.clock import NO_LIMIT, Clock
from cleaner.markdown.inline import Markup, Shown
from cleaner.markdown.leaves import Leaf
from cleaner.markdown.parsing import Page, parse
from cleaner.text.arrays import BoolArray, FloatArray, IntArray

__all__ = ["View", "VisibleLine", "read_view"]

# Lines of a paragraph are wrapped if the longest has at least and at most these characters, and on this share of them
# the next word would not fit (set by hand).
WRAP_MIN_WIDTH, WRAP_MAX_WIDTH, WRAP_MIN_SHARE = 60, 100, 0.5
CELL_EDGE, CELL_GAP = "| ", " | "
# Markdown does not know these line ends.
_OTHER_LINE_ENDS = {0x85: " ", 0x2028: " ", 0x2029: " "}
_EDGES = " \t|"
# Several spaces, or several bars: columns of a layout.
_GAP = re.compile(r"\s{2,}|\s*(?:\|\s*){2,}")


@dataclass(frozen=True, slots=True)
class VisibleLine:
    """A visible line: ``start:end`` in the visible text, and the lines ``first`` to ``stop`` of the source."""

    leaf: int
    start: int
    end: int
    first: int
    stop: int


@dataclass
class View:
    """The visible text of a page; character ``i`` stands at ``begins[i]:ends[i]`` of the source."""

    page: Page
    text: str
    begins: IntArray
    ends: IntArray
    lines: list[VisibleLine]
    markup: list[Markup] = field(default_factory=list)

    def link_share(self, starts: IntArray, ends: IntArray) -> FloatArray:
        """The share of the letters and digits of each stretch of the visible text that is in links."""
        is_word = np.fromiter(map(str.isalnum, self.text), dtype=bool, count=len(self.text))
        is_linked = np.zeros(is_word.size, dtype=bool)
        for one in self.markup:
            if one.is_link:
                is_linked[one.first : one.stop] = True
        words, linked = (np.concatenate([[0], np.cumsum(marks)]) for marks in (is_word, is_word & is_linked))
        share: FloatArray = (linked[ends] - linked[starts]) / np.maximum(words[ends] - words[starts], 1)
        return share


def read_view(text: str, clock: Clock = NO_LIMIT) -> View:
    """The visible text of a source in Markdown.

    >>> read_view("# A *b*\\n- [c](d)\\n- e").text
    'A b\\n\\n- c\\n- e'
    """
    page = parse(text, clock)
    writer = _Writer(page)
    for number, leaf in enumerate(page.leaves):
        clock.check()
        if leaf.role in ("text", "heading"):
            writer.paragraph(number, leaf)
        elif leaf.role == "row" and any(_has_word(shown.text) for shown in leaf.cells):
            writer.row(number, leaf)
    return writer.view()


class _Writer:
    """Puts the visible text together."""

    def __init__(self, page: Page) -> None:
        self._page = page
        self._source = page.lines
        self._parts: list[str] = []
        self._size = 0
        self._begins: list[IntArray] = []
        self._ends: list[IntArray] = []
        self._lines: list[VisibleLine] = []
        self._markup: list[Markup] = []
        # Where the last visible character ends in the source.
        self._at = 0

    def view(self) -> View:
        none = np.zeros(0, dtype=np.int64)
        return View(
            self._page,
            "".join(self._parts),
            np.concatenate([none, *self._begins]),
            np.concatenate([none, *self._ends]),
            self._lines,
            self._markup,
        )

    def paragraph(self, number: int, leaf: Leaf) -> None:
        """Write a paragraph or a heading: one line, or those of its lines that are not wrapped.

        Lines without a word are not shown, but keep their place in the source.
        """
        shown = leaf.cells[0]
        apart = self._breaks(leaf, shown) if leaf.role == "text" and shown.breaks else []
        first, at = leaf.first, 0
        for stop in [*apart, len(shown.text)]:
            last = leaf.stop if stop == len(shown.text) else self._source.line_at(int(shown.begins[stop])) + 1
            self._line(number, leaf, (at, stop), (first, last))
            first, at = last, stop + 1

    def _line(self, number: int, leaf: Leaf, part: tuple[int, int], lines: tuple[int, int]) -> None:
        """Write a part of a paragraph's visible text as a line."""
        shown = leaf.cells[0]
        text = shown.text[slice(*part)]
        if not _has_word(text):
            self._lines.append(VisibleLine(number, self._size, self._size, *lines))
            return
        self._part_from_above(leaf, number)
        start = self._size
        if leaf.marker is not None and part[0] == 0:
            lead = self._source.text[leaf.marker : shown.start].rstrip(" \t") + " "
            begins = np.arange(leaf.marker, leaf.marker + len(lead), dtype=np.int64)
            self._write(lead, begins, begins + 1)
        # Bars at the edges are columns of a layout too.
        low = part[1] - len(text.lstrip(_EDGES))
        self._show(shown, (low, low + len(text.strip(_EDGES))))
        self._lines.append(VisibleLine(number, start, self._size, *lines))

    def _show(self, shown: Shown, part: tuple[int, int]) -> None:
        """Write a part of visible text, with its markup."""
        low, high = part
        base = self._size
        stays = _without_gaps(shown.text[low:high])
        text = shown.text[low:high].translate(_OTHER_LINE_ENDS)
        begins, ends = shown.begins[low:high], shown.ends[low:high]
        if stays is None:
            self._write(text, begins, ends)
            places: IntArray = np.arange(high - low + 1, dtype=np.int64)
        else:
            self._write("".join(compress(text, stays.tolist())), begins[stays], ends[stays])
            places = np.concatenate([[0], np.cumsum(stays)])
        for one in shown.markup_in(low, high):
            first, stop = (base + int(places[place - low]) for place in (one.first, one.stop))
            self._markup.append(replace(one, first=first, stop=stop))

    def row(self, number: int, leaf: Leaf) -> None:
        """Write a row of a table as one line with bars; where the table only places parts of a page, a line a cell."""
        cells = [shown for shown in leaf.cells if leaf.unit is not None or _has_word(shown.text)]
        for group in [cells] if leaf.unit is not None else [[cell] for cell in cells]:
            self._part_from_above(leaf, number)
            start = self._size
            for place, shown in enumerate(group):
                if leaf.unit is not None:
                    self._sign(CELL_GAP if place else CELL_EDGE, self._at if place else self._source.starts[leaf.first])
                self._show(shown, (0, len(shown.text)))
            if leaf.unit is not None:
                self._sign(CELL_GAP.rstrip(), self._at)
            self._lines.append(VisibleLine(number, start, self._size, leaf.first, leaf.stop))

    def _part_from_above(self, leaf: Leaf, number: int) -> None:
        """Write the line ends below the line above: a blank line, but not inside a paragraph, a tight list or a table."""
        if not self._size:
            return
        above = self._lines[-1]
        other = self._page.leaves[above.leaf]
        if leaf.role == "row":
            is_next = leaf.unit is not None and other.unit == leaf.unit
        elif above.leaf == number:
            is_next = True
        else:
            is_next = leaf.first == above.stop and leaf.marker is not None and bool(other.items)
        self._sign("\n" if is_next else "\n\n", self._at)

    def _sign(self, text: str, at: int) -> None:
        """Write characters that do not stand in the source."""
        where = np.full(len(text), at, dtype=np.int64)
        self._write(text, where, where)

    def _write(self, text: str, begins: IntArray, ends: IntArray) -> None:
        self._parts.append(text)
        self._size += len(text)
        self._begins.append(begins)
        self._ends.append(ends)
        if ends.size:
            self._at = int(ends[-1])

    def _breaks(self, leaf: Leaf, shown: Shown) -> list[int]:
        """The line ends in a paragraph that part visible lines; the others only wrap it, or stand inside a link."""
        if leaf.is_whole:
            return []
        is_wrapped = _is_wrapped(
            [self._source[at] for at in range(leaf.first, self._source.line_at(shown.end - 1) + 1)]
        )
        inside = np.zeros(len(shown.text) + 1, dtype=np.int64)
        for one in shown.markup:
            inside[one.first] += 1
            inside[one.stop] -= 1
        is_inside = np.cumsum(inside) > 0
        return [at for at, is_hard in shown.breaks.items() if (is_hard or not is_wrapped) and not is_inside[at]]


def _has_word(text: str) -> bool:
    return any(sign.isalnum() for sign in text)


def _is_wrapped(lines: list[str]) -> bool:
    """Whether the lines of a paragraph are as long as they could be."""
    width = max(map(len, lines))
    if not WRAP_MIN_WIDTH <= width <= WRAP_MAX_WIDTH:
        return False
    words = [(below.split(None, 1) or [""])[0] for below in lines[1:]]
    full = sum(len(line) + 1 + len(word) > width for line, word in zip(lines, words, strict=False))
    return full >= WRAP_MIN_SHARE * len(words)


def _without_gaps(text: str) -> BoolArray | None:
    """Which characters stay where one space stands for several; None if all do."""
    gaps = list(_GAP.finditer(text))
    if not gaps:
        return None
    stays = np.ones(len(text), dtype=bool)
    for gap in gaps:
        stays[gap.start() + 1 : gap.end()] = False
    return stays
