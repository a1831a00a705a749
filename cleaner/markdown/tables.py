"""The cells of tables in Markdown, and which tables hold data."""

from __future__ import annotations

import re
from collections.abc import Sequence
from itertools import pairwise

from cleaner.markdown.leaves import Leaf

__all__ = ["cell_spans", "holds_data"]

# A table of data: the least share of rows with two cells, and the most characters of a cell. Both were measured for
# tables in HTML.
DATA_MIN_SHARE, DATA_MAX_CELL = 0.6, 300
_BAR, _MARKS = re.compile(r"(?<!\\)\|"), " \t>"


def cell_spans(line: str) -> list[tuple[int, int]]:
    """Where the cells of a row stand in its line, without the space around them.

    The parser leaves out the cells of a row beyond those of the first row; they are text all the same.

    >>> [("> | a | b c |"[low:high]) for low, high in cell_spans("> | a | b c |")]
    ['a', 'b c']
    """
    edges = [-1, *(found.start() for found in _BAR.finditer(line)), len(line)]
    found = []
    for low, high in pairwise(edges):
        cell = line[low + 1 : high]
        start = low + 1 + len(cell) - len(cell.lstrip(_MARKS if low < 0 else None))
        found.append((start, max(start, low + 1 + len(cell.rstrip()))))
    # A bar at an edge of the line has no cell on its other side.
    first = 1 if found[0][0] == found[0][1] else 0
    stop = -1 if len(found) > first + 1 and found[-1][0] == found[-1][1] else None
    return found[first:stop]


def holds_data(rows: Sequence[Leaf]) -> bool:
    """Whether a table holds data; otherwise it only places the parts of a page."""
    texts = [[shown.text.strip() for shown in row.cells] for row in rows]
    filled = sum(sum(map(bool, row)) > 1 for row in texts)
    longest = max((len(text) for row in texts for text in row), default=0)
    has_links = any(one.is_link for row in rows for cell in row.cells for one in cell.markup)
    return (len(rows) > 1 or not has_links) and filled >= DATA_MIN_SHARE * len(rows) and longest <= DATA_MAX_CELL
