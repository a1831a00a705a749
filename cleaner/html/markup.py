"""What the markup of a page says beyond the text of its blocks, as far as Markdown can say it too."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import NamedTuple

__all__ = ["PLAIN", "Cell", "Markup", "Run", "Style"]


class Style(NamedTuple):
    """How a text is set off.

    ``link``, ``strong``, ``emphasis`` and ``code``: the number of the element around it, 0 for none; ``address``: the
    link's.
    """

    link: int = 0
    address: str = ""
    strong: int = 0
    emphasis: int = 0
    code: int = 0


PLAIN = Style()


class Run(NamedTuple):
    """Characters of a page in one style, with their white space as it is.

    ``image``: the address of an image; its alternative text is then ``text``, and is no part of the block's text.
    """

    text: str
    style: Style = PLAIN
    image: str = ""


class Cell(NamedTuple):
    """A cell of a table; ``columns``: how many it spans."""

    runs: list[Run]
    columns: int = 1


@dataclass(eq=False)
class Markup:
    """What the markup of a page says, by the numbers of its blocks and nodes.

    ``runs``: the runs of each block; those of a row are in ``cells``. ``gaps``: the blocks with more than one line
    break before them; ``rules``: those with a horizontal rule before them. ``numbers``: by node the first number of an
    ordered list, or the number of an item. ``languages``: by node the programming language of preformatted text.
    ``address``: that of the page, which links are relative to; empty if it is not known.
    """

    runs: list[list[Run]] = field(default_factory=list)
    cells: dict[int, list[Cell]] = field(default_factory=dict)
    gaps: set[int] = field(default_factory=set)
    rules: set[int] = field(default_factory=set)
    numbers: dict[int, int] = field(default_factory=dict)
    languages: dict[int, str] = field(default_factory=dict)
    address: str = ""
