"""Cuts a page into the same blocks as `cleaner.html.page`, and keeps what its markup says for Markdown."""

from __future__ import annotations

import re
from collections.abc import Sequence
from itertools import islice
from typing import Any

from lxml import etree

from cleaner.clock import Clock
from cleaner.html.markup import PLAIN, Cell, Markup, Run
from cleaner.html.page import IN_BOLD, IN_LINK, Cutter

__all__ = ["MarkupCutter"]

# In the marks, the number of a style stands above the bits of the page's own cutter.
STYLE_SHIFT = 2
# The most columns or rows that a cell spans, and the most columns in which spanned rows are filled up: no more than a
# person would look at.
MAX_SPAN = 20
MAX_ALTERNATIVE, MAX_CLASS = 300, 300
_LANGUAGE = re.compile(r"(?:^|\s)(?:language|lang|highlight-source)-([\w+#.-]{1,30})")
_NUMBER = re.compile(r"\s*\+?([0-9]{1,9})(?![0-9])")
_CODE = ("code", "kbd", "samp", "tt")
_EMPHASIS = ("em", "i")
_KINDS = dict.fromkeys(("b", "strong"), "strong") | dict.fromkeys(_EMPHASIS, "emphasis") | dict.fromkeys(_CODE, "code")
# Where pages keep the address of an image that is loaded later.
_SOURCES = ("data-src", "data-original", "data-lazy-src")


class MarkupCutter(Cutter):
    """One walk over a tree that also keeps its markup."""

    def __init__(self, clock: Clock) -> None:
        super().__init__(clock)
        self.markup: Markup = Markup()
        self._runs: list[Run] = []
        self._styles = [PLAIN]
        # The rows that are still spanned by a cell above, by column, and the table that they are in.
        self._spanned: dict[int, int] = {}
        self._table = -1
        self._enter |= dict.fromkeys(_EMPHASIS, self._enter_emphasis) | dict.fromkeys(_CODE, self._enter_code)

    # --- styles -------------------------------------------------------------------------------------------

    def _inside(self, kind: str, marks: int) -> int:
        """The marks of a text inside another element of a kind; inside code only links count."""
        style = self._styles[marks >> STYLE_SHIFT]
        if style.code or getattr(style, kind):
            return marks
        return self._styled(marks, **{kind: len(self._styles)})

    def _styled(self, marks: int, **changes: Any) -> int:
        """The marks of a text whose style differs from that around it."""
        self._styles.append(self._styles[marks >> STYLE_SHIFT]._replace(**changes))
        return marks & (IN_LINK | IN_BOLD) | (len(self._styles) - 1) << STYLE_SHIFT

    def _mark_link(self, href: str, marks: int) -> int:
        return self._styled(marks | IN_LINK, link=len(self._styles), address=href)

    def _enter_bold(self, child: Any, node: int, depth: int, marks: int) -> None:
        self._enter_inline(child, node, depth, self._inside("strong", marks | IN_BOLD))

    def _enter_emphasis(self, child: Any, node: int, depth: int, marks: int) -> None:
        self._enter_inline(child, node, depth, self._inside("emphasis", marks))

    def _enter_code(self, child: Any, node: int, depth: int, marks: int) -> None:
        self._enter_inline(child, node, depth, self._inside("code", marks))

    # --- text ---------------------------------------------------------------------------------------------

    def _add(self, text: str, marks: int) -> None:
        super()._add(text, marks)
        self._runs.append(Run(text, self._styles[marks >> STYLE_SHIFT]))

    def _enter_image(self, child: Any, node: int, depth: int, marks: int) -> None:
        super()._enter_image(child, node, depth, marks)
        self._runs += _image(child)

    def _end_block(self, node: int) -> None:
        super()._end_block(node)
        if len(self.markup.runs) < len(self.blocks):
            self.markup.runs.append(self._runs)
        self._runs = []

    def _enter_break(self, child: Any, node: int, depth: int, marks: int) -> None:
        was_soft, count = self._soft, len(self.blocks)
        super()._enter_break(child, node, depth, marks)
        if was_soft and len(self.blocks) == count:
            self.markup.gaps.add(count)

    def _begin(self, element: Any, tag: str, parent: int, depth: int) -> int:
        node = super()._begin(element, tag, parent, depth)
        if tag == "hr":
            self.markup.rules.add(len(self.blocks))
        elif tag in ("ol", "li"):
            found = _NUMBER.match(element.get("start" if tag == "ol" else "value") or "")
            if found:
                self.markup.numbers[node] = int(found[1])
        elif tag == "pre" and (language := _language(element)):
            self.markup.languages[node] = language
        return node

    # --- tables -------------------------------------------------------------------------------------------

    def _add_row(self, row: Any, cells: Sequence[str], link_size: int, node: int) -> None:
        super()._add_row(row, cells, link_size, node)
        if row.tag == "caption":
            self.markup.runs.append([Run(cells[0])])
            return
        self.markup.runs.append([])
        table = self.nodes[node].parent
        if table != self._table:
            self._table, self._spanned = table, {}
        self.markup.cells[len(self.blocks) - 1] = self._cells(row)

    def _cells(self, row: Any) -> list[Cell]:
        """The cells of a row, with empty ones where a cell above spans it."""
        found: list[Cell] = []
        column = 0
        spanned, self._spanned = self._spanned, {}
        for cell in self._clock.watch(row):
            while column in spanned:
                found.append(Cell([]))
                column += 1
            columns, rows = _span(cell, "colspan"), _span(cell, "rowspan")
            found.append(Cell(self._cell_runs(cell), columns))
            if rows > 1:
                self._spanned |= dict.fromkeys(range(column, min(column + columns, MAX_SPAN)), rows - 1)
            column += columns
        for place, rows in spanned.items():
            if rows > 1:
                self._spanned.setdefault(place, rows - 1)
        return found

    def _cell_runs(self, cell: Any) -> list[Run]:
        """The runs of all text in a cell, whatever its element."""
        runs: list[Run] = []
        marks = [0]
        for event, element in etree.iterwalk(cell, events=("start", "end")):
            if event == "start":
                marks.append(self._inner_marks(element, marks[-1]))
                if element.tag == "img":
                    runs += _image(element)
                if element.text:
                    runs.append(Run(element.text, self._styles[marks[-1] >> STYLE_SHIFT]))
            else:
                marks.pop()
                if element is not cell and element.tail:
                    runs.append(Run(element.tail, self._styles[marks[-1] >> STYLE_SHIFT]))
        return runs

    def _inner_marks(self, element: Any, marks: int) -> int:
        tag = element.tag
        if tag == "a" and (href := element.get("href")):
            return self._mark_link(href, marks)
        kind = _KINDS.get(tag)
        return self._inside(kind, marks) if kind else marks


def _span(cell: Any, name: str) -> int:
    found = _NUMBER.match(cell.get(name) or "")
    return min(max(int(found[1]), 1), MAX_SPAN) if found else 1


def _image(element: Any) -> list[Run]:
    """The run of an image; none if its address is not known."""
    for name in ("src", *_SOURCES):
        address = element.get(name) or ""
        if address and not address.lstrip().lower().startswith("data:"):
            return [Run(" ".join((element.get("alt") or "")[:MAX_ALTERNATIVE].split()), image=address)]
    return []


def _language(element: Any) -> str:
    """The programming language of preformatted text, as its class, that of the code in it or of what is around says."""
    near = [element, *element[:1], *islice(element.iterancestors("div"), 2)]
    found = (_LANGUAGE.search((one.get("class") or "")[:MAX_CLASS]) for one in near)
    return next((match[1] for match in found if match), "")
