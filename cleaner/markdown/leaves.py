"""The leaves of a source in Markdown: its blocks without blocks in them, and the lines that they stand in."""

from __future__ import annotations

import re
from bisect import bisect_right
from dataclasses import dataclass, field
from typing import Literal, TypeAlias

from cleaner.markdown.inline import Shown

__all__ = ["Leaf", "Role", "SourceLines"]

# "row": of a table. "still": what has no words to be judged by, such as code. "rule": a line across the page.
# "definition": the address of a link, or a footnote. "header": what stands above the page.
Role: TypeAlias = Literal["text", "heading", "row", "still", "rule", "definition", "header"]

_LINE_END = re.compile(r"\r\n?|\n")


@dataclass(slots=True)
class Leaf:
    """A block in the lines ``first`` to ``stop`` of the source.

    ``cells``: its visible text, one entry for a paragraph, one for each cell of a row. ``level``: of a heading.
    ``marker``: where the list marker stands in the source, if the leaf begins an item. ``items``: the list items that
    it stands in; ``list``: the innermost list. ``unit``: the number of what goes or stays as a whole with it, a table or a block of HTML. ``labels``:
    the definitions that it refers to, or that it is. ``is_whole``: it, or a line of it, would be read as
    something else after another line.
    """

    role: Role
    first: int
    stop: int
    cells: list[Shown] = field(default_factory=list)
    level: int = 0
    marker: int | None = None
    items: tuple[int, ...] = ()
    list: int | None = None
    unit: int | None = None
    labels: frozenset[str] = frozenset()
    is_whole: bool = False


class SourceLines:
    """Where the lines of a source start, end, and stop after their line ends: LF, CR or CRLF, as Markdown has it."""

    __slots__ = ("ends", "starts", "stops", "text")

    def __init__(self, text: str) -> None:
        self.text = text
        found = [one.span() for one in _LINE_END.finditer(text)]
        self.ends = [start for start, _ in found]
        self.stops = [stop for _, stop in found]
        if not found or self.stops[-1] < len(text):
            self.ends.append(len(text))
            self.stops.append(len(text))
        self.starts = [0, *self.stops[:-1]]

    def __len__(self) -> int:
        return len(self.starts)

    def __getitem__(self, line: int) -> str:
        """A line as the parser reads it, without its line end."""
        return self.text[self.starts[line] : self.ends[line]].replace("\0", "\ufffd")

    def line_at(self, offset: int) -> int:
        """The line that a character stands in."""
        return bisect_right(self.stops, offset)
