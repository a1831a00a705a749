"""A site that was learned -> the lines that it repeats, as a person reads them."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Final

import numpy as np

from cleaner.sites.knowledge import SiteKnowledge
from cleaner.sites.pages import LearnedPage, repeated_lines

__all__ = ["REPEATED", "RepeatedLine", "SiteLines", "list_site"]

# A line is said to be repeated that stands on so many pages. Its text is known then even if two files that were merged
# had it on two pages and on one.
REPEATED: Final = 3
_PLACES = ("top", "inside", "end")
# No page has this key.
_NO_PAGE = -1


@dataclass(frozen=True, slots=True)
class RepeatedLine:
    """A line of a site: the hash of its folded text, the text if it is known, on how many pages, and where on most.

    ``share``: of the pages that count. ``place``: ``top``, ``inside`` or ``end``, seen from what only its page has.
    """

    line: int
    text: str | None
    pages: int
    share: float
    place: str


@dataclass(frozen=True, slots=True)
class SiteLines:
    """The lines that a site repeats, those on most pages first.

    ``pages``: how many pages of it are kept. ``counted``: how many of them count, as copies of a page count once.
    """

    pages: int
    counted: int
    lines: list[RepeatedLine]


def list_site(pages: Sequence[LearnedPage], texts: Mapping[int, str], min_pages: int = REPEATED) -> SiteLines:
    """The lines that stand on at least ``min_pages`` of some pages of a site; ``texts``: their texts by their hashes."""
    lines = np.array(sorted(repeated_lines(pages)), dtype=np.uint64)
    nothing = np.zeros(lines.size, dtype=np.uint64)
    sizes = np.zeros(lines.size, dtype=np.int64)
    # A page that has all these lines and nothing else, so it is a copy of no page and all others count.
    asked = LearnedPage(_NO_PAGE, 0, lines, nothing, nothing, sizes, np.zeros(lines.size, dtype=bool))
    found = SiteKnowledge(pages).recall(asked)
    places = np.argmax(found.places, axis=0) if lines.size else sizes
    listed = [
        RepeatedLine(line, texts.get(line), count, round(count / found.pages, 4), _PLACES[place])
        for line, count, place in zip(lines.tolist(), found.counts.tolist(), places.tolist(), strict=True)
        if count >= max(min_pages, 1)
    ]
    listed.sort(key=lambda one: (-one.pages, one.line))
    return SiteLines(len(pages), found.pages, listed)
