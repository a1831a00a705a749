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
from cleaner.lines.recall import LineCounts, Repeats, UnitCounts
from cleaner.result import Kind
from cleaner.sites.knowledge import HEAD, INSIDE, OWN_MIN_WORDS
from cleaner.sites.view import SiteView
from cleaner.text.arrays import BoolArray, FloatArray, IntArray
from cleaner.text.document import Document

__all__ = ["MIN_PAGES", "add_repeats", "hints_of", "with_repeats"]

# With fewer other pages nothing is claimed about a site.
MIN_PAGES = 5

# Points of a line outside what only its page has: on two other pages, on three, on half of them; of a shape.
OUTSIDE_POINTS, OUTSIDE_SHAPE_POINTS = (6.0, 12.0, 16.0), 8.0
# Points of a sentence inside it: on MANY_PAGES other pages or a share of them, on half of them.
SENTENCE_POINTS = (12.0, 16.0)
MANY_PAGES, MANY_SHARE, PAIR_SHARE = 5, 0.3, 0.25
LABEL_SHAPE_SHARE, LABEL_SHAPE_WORDS = 0.6, 4
LABEL_WORDS = 4
# Points of another line inside it on three other pages: beside the same line as there; on half of them.
BLOCK_POINTS, LABEL_POINTS = 8.0, 6.0
# Points of a line that is not repeated as often: on one other page, on more, a line of its shape on two.
ONCE_POINTS, MORE_POINTS, SHAPE_POINTS = 1.5, 3.0, 2.0
# A line of extracted text inside the article that no other page has.
ALONE_POINTS = -1.0
# With fewer words in sentences that only this page has, repeated sentences may be the article.
OWN_WORDS = 8
# A sentence of at least this many words is the same as another one of its shape.
SHAPED_WORDS = 8
# The most lines between the headline and the first line that only this page has.
HEAD_LINES = 3
_QUOTES = ('"', "'")
_PLACES = ("at the top", "inside", "at the end")


def recall(site: SiteView, document: Document) -> LineCounts | None:
    """What the site's other pages say about the lines of a document; None if too few pages are known."""
    lines, recalled = site.recall(document)
    return LineCounts(lines, recalled) if recalled.pages >= MIN_PAGES else None


def with_repeats(analysis: Analysis, units: UnitCounts) -> Analysis:
    """The analysis with what the site repeats."""
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
    """What each line gets, by how often the site's other pages have it and where it stands."""
    inside = site.place == INSIDE
    sentence = analysis.sentence | analysis.prose
    shaped = sentence & (analysis.features.words >= SHAPED_WORDS)
    counts = np.where(shaped, np.maximum(site.counts, site.shapes), site.counts)
    share = counts / site.pages
    two, many, half = counts == 2, counts >= 3, (counts >= 3) & (share >= 0.5)
    points = np.zeros(counts.size)
    pair = two & ((site.beside > 1) | (share >= PAIR_SHARE))
    for where, value in zip((pair, many, half), OUTSIDE_POINTS, strict=True):
        points[~inside & where] = value
    often = (counts >= MANY_PAGES) | ((counts >= 2) & (share >= MANY_SHARE))
    often &= half | ~_quoted(analysis, inside & sentence & often)
    points[inside & sentence & often] = SENTENCE_POINTS[0]
    points[inside & sentence & often & half] = SENTENCE_POINTS[1]
    like = (
        (site.shapes >= 3)
        & (site.shapes >= LABEL_SHAPE_SHARE * site.pages)
        & (analysis.features.words >= LABEL_SHAPE_WORDS)
    )
    long = (analysis.features.words >= LABEL_WORDS) | (
        (analysis.features.words == LABEL_WORDS - 1) & _between_paragraphs(analysis)
    )
    points[inside & ~sentence & ((long & (half | (counts >= MANY_PAGES))) | like)] = LABEL_POINTS
    points[inside & ~sentence & many & (site.beside >= 2)] = BLOCK_POINTS
    points[_beyond(points > 0.0, inside) & (points == 0.0) & (site.shapes >= 3) & (4 * site.shapes >= site.pages)] = (
        OUTSIDE_SHAPE_POINTS
    )
    if site.own_words < OWN_WORDS:
        points[sentence] = 0.0
    hints = np.zeros(counts.size)
    hints[site.counts > 0] = np.where(site.counts[site.counts > 0] > 1, MORE_POINTS, ONCE_POINTS)
    hints[(site.counts == 0) & (site.shapes >= 2)] = SHAPE_POINTS
    hints[points > 0.0] = 0.0
    spared = _spared(analysis, site)
    points[spared] = hints[spared] = 0.0
    return Repeats(site, points, hints)


def _quoted(analysis: Analysis, lines: BoolArray) -> BoolArray:
    """Which of some lines are quotations, which several articles of a running story may have."""
    found = np.zeros(lines.size, dtype=bool)
    for line in np.flatnonzero(lines).tolist():
        found[line] = analysis.document.folded_line(line).strip(" -").startswith(_QUOTES)
    return found


def _between_paragraphs(analysis: Analysis) -> BoolArray:
    """Which lines have a sentence right above and right below."""
    filled, told = analysis.filled, analysis.sentence | analysis.prose
    found = np.zeros(told.size, dtype=bool)
    found[filled[1:-1]] = told[filled[:-2]] & told[filled[2:]]
    return found


def _beyond(named: BoolArray, inside: BoolArray) -> BoolArray:
    """The lines that a repeated line separates from the article."""
    own = np.flatnonzero(inside)
    first, last = (int(own[0]), int(own[-1])) if own.size else (0, -1)
    above, below = np.flatnonzero(named[:first]), np.flatnonzero(named[last + 1 :])
    found = np.zeros(named.size, dtype=bool)
    if above.size:
        found[: above[-1]] = True
    if below.size:
        found[last + 1 + below[0] :] = True
    return found


def _spared(analysis: Analysis, site: UnitCounts) -> BoolArray:
    """The repeated lines that may be headline, series or standfirst.

    Above what only this page has a line stays unless it stands above the own text of the other pages too, and on half
    of them. The headline may also stand above other lines of the page's own, like a byline.
    """
    shares = np.maximum(site.counts, site.shapes) / site.pages
    often = (shares >= 0.5) & (2 * site.openings >= site.counts)
    found = site.opening & ~often
    filled, words = analysis.filled, analysis.features.words
    teaser = (site.counts > 0) & ((site.shares < 0.5) | (2 * site.places[HEAD] < site.counts))
    own = (site.counts == 0) & (words >= OWN_MIN_WORDS) & ~analysis.strong
    told = np.flatnonzero(own[filled])
    title = _nearest(filled[: told[0]] if told.size else filled[:0], teaser, own)
    if title is not None:
        found[title] = True
    return found


def _nearest(lines: IntArray, teaser: BoolArray, own: BoolArray) -> int | None:
    """The last teaser of some lines, if it is near their end and no line of the page's own stands below it."""
    for line in lines[::-1][:HEAD_LINES].tolist():
        if teaser[line] or own[line]:
            return line if teaser[line] else None
    return None
