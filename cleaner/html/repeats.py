"""What the site's other pages say about the blocks of a page -> points: a block that they repeat is no main content.

That a block stands in the same element there tells more than for a line of text: the headline, which stands among the
teasers of other pages, stands there in another element, and what stands inside an article beside other blocks than there
(a label, a refrain) may be the page's own. Of the words of 531 labelled pages of 29 sites that stand in the same element
on three other pages or more, main content is 1 in 175, most of it where the labels count a notice of the site.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import Final, TypeAlias

import numpy as np

from cleaner.html.learning import element_paths
from cleaner.html.page import HEADINGS, Page
from cleaner.lines.repeats import MIN_PAGES
from cleaner.result import Evidence, Kind
from cleaner.sites.knowledge import HEAD, INSIDE, Recalled
from cleaner.sites.view import SiteView
from cleaner.text.arrays import BoolArray, FloatArray, IntArray
from cleaner.text.document import Document

__all__ = ["BlockRepeats", "FindSite", "block_repeats"]

# From the address of a page, empty if it is not known, and its text to what is known about its site.
FindSite: TypeAlias = Callable[[str, str], SiteView | None]

# With fewer words in sentences that only this page has, nothing is claimed.
OWN_WORDS = 8
# Points of a block on one other page, on two, on three or more, and on half of them. These and the next were chosen on
# half of the sites; twice as many or half as many change the F1 of either half by less than .001.
REPEAT_POINTS = (1.0, 3.0, 6.0, 8.0)
# The share of these points inside the article: beside the same block as there, and alone.
INSIDE_SHARE, ALONE_SHARE = 0.5, 0.125
# Points of a block that differs from blocks of two other pages in numbers and names only.
SHAPE_POINTS = 2.0
# Points of a block in an element that nearly always has what other pages have too: on five pages or more, and on at most
# this share of them with a text of their own.
ELEMENT_POINTS, ELEMENT_PAGES, ELEMENT_SHARE = 2.0, 5, 0.1
_NOTHING, _REPEATED, _ONCE, _SHAPE, _ELEMENT = range(5)
_SOURCES: Final = {
    _REPEATED: "context.site-repeats",
    _ONCE: "context.site-hint",
    _SHAPE: "context.site-hint",
    _ELEMENT: "context.site-element",
}


@dataclass(frozen=True, slots=True, eq=False)
class BlockRepeats:
    """What a site's other pages say about the blocks of a page.

    ``points``: those against each block. ``reasons``: what they are for, and ``rows`` the place of each block in
    ``recalled``, -1 where it cannot be compared.
    """

    points: FloatArray
    reasons: IntArray
    rows: IntArray
    recalled: Recalled

    def evidence(self, block: int, start: int, end: int) -> list[Evidence]:
        """The evidence about a block, which stands at these offsets; none where the site says nothing."""
        reason = int(self.reasons[block])
        if reason == _NOTHING:
            return []
        points = float(self.points[block])
        return [Evidence(_SOURCES[reason], points, start, end, Kind.BOILERPLATE, self._in_words(block, reason))]

    def _in_words(self, block: int, reason: int) -> str:
        known, row = self.recalled, int(self.rows[block])
        if reason == _ELEMENT:
            frames = f"{known.frames[row]} of {known.pages}"
            return (
                f"its element is on {frames} other pages of this site, with text of their own on {known.fillings[row]}"
            )
        if reason == _SHAPE:
            return f"but for numbers and names on {known.shapes[row]} of {known.pages} other pages of this site"
        place = ", in the same element" if known.elements[row] else ""
        return f"on {known.counts[row]} of {known.pages} other pages of this site{place}"


def block_repeats(page: Page, document: Document, site: SiteView) -> BlockRepeats | None:
    """What the other pages of a site say about a page's blocks; None if they say nothing.

    ``document``: the texts of the blocks, one line each.
    """
    lines, known = site.recall(document, element_paths(page))
    if known.pages < MIN_PAGES or known.own_words < OWN_WORDS:
        return None
    is_heading = np.array([page.nodes[page.blocks[line].node].tag in HEADINGS for line in lines.tolist()], dtype=bool)
    own_points, own_reasons = _judge(known, is_heading)
    points, reasons = np.zeros(len(page.blocks)), np.zeros(len(page.blocks), dtype=np.int64)
    rows = np.full(len(page.blocks), -1, dtype=np.int64)
    points[lines], reasons[lines], rows[lines] = own_points, own_reasons, np.arange(lines.size)
    return BlockRepeats(points, reasons, rows, known)


def _judge(known: Recalled, is_heading: BoolArray) -> tuple[FloatArray, IntArray]:
    """The points against each block that can be compared, and what they are for."""
    counts, is_inside = known.counts, known.place == INSIDE
    is_repeated = (counts > 0) & ~_is_quoted(known, is_heading)
    is_many = 2 * counts >= np.maximum(known.pages, 6)
    points = np.array([0.0, *REPEAT_POINTS[:3]])[np.minimum(counts, 3)]
    points[is_many] = REPEAT_POINTS[3]
    points *= np.where(is_inside, np.where(known.beside >= 2, INSIDE_SHARE, ALONE_SHARE), 1.0)
    is_shape = (counts == 0) & (known.shapes >= 2)
    points[is_shape] = np.where(is_inside[is_shape], SHAPE_POINTS * INSIDE_SHARE, SHAPE_POINTS)
    is_frame = (known.frames >= ELEMENT_PAGES) & (known.fillings <= ELEMENT_SHARE * known.frames)
    is_element = (counts == 0) & ~is_shape & is_frame
    points[is_element] = ELEMENT_POINTS
    reasons = np.select(
        [is_repeated & (counts > 1), is_repeated, is_shape, is_element], [_REPEATED, _ONCE, _SHAPE, _ELEMENT], _NOTHING
    )
    points[reasons == _NOTHING] = 0.0
    return points, reasons


def _is_quoted(known: Recalled, is_heading: BoolArray) -> BoolArray:
    """Which blocks other pages only quote, as their teasers quote a headline: they have them in other elements only.

    Of pages that were learned as text the elements are not known, so a heading there may be quoted, unless it is at the
    top of half of the pages, as a slogan is.
    """
    is_unknown = (known.elements == 0) & (known.elsewhere == 0)
    is_slogan = 2 * known.places[HEAD] >= max(known.pages, 1)
    is_elsewhere = (known.elements == 0) & (known.elsewhere > 0)
    return np.asarray(is_elsewhere | (is_unknown & is_heading & ~is_slogan))
