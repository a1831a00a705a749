"""What the site's other pages say about a document's lines -> evidence: a line that the site repeats is noise.

What stands on other pages of a site is hardly ever the article: of the words in lines on three other pages or more,
article is 1 in 50 on flattened pages and 1 in 5,000 in extracted text (38 sites of labelled pages, 531 pages). The
exceptions are told by their place: a headline stands among the teasers of other pages, a subheading or a label between
lines of the article, and where nothing is the page's own the repeated text is the article.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace

import numpy as np

from cleaner.lines.analysis import Analysis
from cleaner.lines.headlines import Headline
from cleaner.lines.ledger import Ledger
from cleaner.lines.recall import Repeats, UnitCounts, unit_counts
from cleaner.result import Kind
from cleaner.sites.knowledge import HEAD, INSIDE, OWN_MIN_WORDS
from cleaner.sites.view import SiteView
from cleaner.text.arrays import BoolArray, FloatArray, IntArray
from cleaner.text.document import Document

__all__ = ["MIN_PAGES", "add_repeats", "hints_of", "with_repeats"]

# With fewer other pages nothing is claimed about a site.
MIN_PAGES = 5

# Points of a line outside what only its page has: on two other pages, on three, on half of them.
OUTSIDE_POINTS = (6.0, 12.0, 16.0)
# Points of a sentence inside it, on three other pages, on a tenth of them, on half of them.
SENTENCE_POINTS = (6.0, 12.0, 16.0)
# Points of another line inside it on three other pages: beside the same line as there; on half of them.
BLOCK_POINTS, LABEL_POINTS = 8.0, 6.0
# Points of a line that is not repeated as often: on one other page, on more, a line of its shape on two.
ONCE_POINTS, MORE_POINTS, SHAPE_POINTS = 1.5, 3.0, 2.0
# A line of extracted text inside the article that no other page has.
ALONE_POINTS = -1.0
# With fewer words in sentences that only this page has, repeated sentences may be the article.
OWN_WORDS = 8
# The most lines between the headline and the first line that only this page has.
HEAD_LINES = 3
_PLACES = ("at the top", "inside", "at the end")


def with_repeats(analysis: Analysis, document: Document, site: SiteView) -> Analysis:
    """The analysis with what the site repeats; ``document``: the lines that its units were put together from."""
    lines, recalled = site.recall(document)
    if recalled.pages < MIN_PAGES:
        return analysis
    units = unit_counts(recalled, lines, document, analysis.document)
    return replace(analysis, repeats=_judge(analysis, units))


def add_repeats(analysis: Analysis, ledger: Ledger, headline: Headline | None) -> None:
    """Give points to the lines that the site repeats; the headline of the document is none of them."""
    if analysis.repeats is None:
        return
    points, units = analysis.repeats.points, analysis.repeats.units
    for line in analysis.clock.watch(np.flatnonzero(points).tolist()):
        if headline is None or line != headline.first:
            ledger.add(line, "context.site-repeats", float(points[line]), Kind.BOILERPLATE, _in_words(units, line))


def hints_of(analysis: Analysis, page: float) -> Mapping[str, FloatArray]:
    """Points by name for all lines, from what the site's other pages have or do not have.

    ``page``: how much the document looks like a flattened page, 0 to 1.
    """
    if analysis.repeats is None:
        return {}
    units = analysis.repeats.units
    alone = units.known & (units.counts == 0) & (units.shapes < 2) & (units.place == INSIDE)
    return {"context.site-hint": analysis.repeats.hints, "context.site-alone": ALONE_POINTS * (1.0 - page) * alone}


def _in_words(units: UnitCounts, line: int) -> str:
    """On how many pages a line stands, and where on most of them."""
    place = _PLACES[int(np.argmax(units.places[:, line]))]
    return f"on {units.counts[line]} of {units.pages} other pages of this site, {place}"


def _judge(analysis: Analysis, site: UnitCounts) -> Repeats:
    counts, share = site.counts, site.shares
    inside = site.place == INSIDE
    outside = ~inside
    sentence = analysis.sentence | analysis.prose
    points = np.zeros(counts.size)
    two, many, half = counts == 2, counts >= 3, (counts >= 3) & (share >= 0.5)
    for where, value in zip((two, many, half), OUTSIDE_POINTS, strict=True):
        points[outside & where] = value
    for where, value in zip((many, many & (share >= 0.1), half), SENTENCE_POINTS, strict=True):
        points[inside & sentence & where] = value
    points[inside & ~sentence & half] = LABEL_POINTS
    points[inside & ~sentence & many & (site.beside >= 2)] = BLOCK_POINTS
    if site.own_words < OWN_WORDS:
        points[sentence] = 0.0
    hints = np.zeros(counts.size)
    hints[counts > 0] = np.where(counts[counts > 0] > 1, MORE_POINTS, ONCE_POINTS)
    hints[(counts == 0) & (site.shapes >= 2)] = SHAPE_POINTS
    hints[points > 0.0] = 0.0
    titles = _titles(analysis, site)
    points[titles] = hints[titles] = 0.0
    return Repeats(site, points, hints)


def _titles(analysis: Analysis, site: UnitCounts) -> list[int]:
    """The repeated lines that may be the headline, which stands among the teasers of other pages.

    A teaser stands on few pages, or not at their top, as a slogan does. The headline is the nearest such line above the
    first line that only this page has, or above its first paragraph.
    """
    filled, words = analysis.filled, analysis.features.words
    teaser = (site.counts > 0) & ((site.shares < 0.5) | (2 * site.places[HEAD] < site.counts))
    own = (site.counts == 0) & (words >= OWN_MIN_WORDS) & ~analysis.strong
    told = np.flatnonzero(own[filled])
    first = filled[: told[0]] if told.size else filled[:0]
    above = filled[site.place[filled] == HEAD]
    found = [_nearest(first, teaser, own), _nearest(above[~analysis.strong[above]], teaser, own)]
    return [line for line in found if line is not None]


def _nearest(lines: IntArray, teaser: BoolArray, own: BoolArray) -> int | None:
    """The last teaser of some lines, if it is near their end and no line of the page's own stands below it."""
    for line in lines[::-1][:HEAD_LINES].tolist():
        if teaser[line] or own[line]:
            return line if teaser[line] else None
    return None
