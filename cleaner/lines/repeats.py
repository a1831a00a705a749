"""What the site's other pages say about a document's lines -> evidence: a line that the site repeats is noise.

What stands on other pages of a site is hardly ever the article: of the words in lines that three other pages have,
1 in 170 is article on flattened pages, and in extracted text 4 of 48,000, but for a disclaimer that one site's gold
holds (29 sites of labelled pages, 531 pages). The exceptions are told by their place: a headline stands among the
teasers of other pages, a subheading or a label between lines of the article, and where nothing is the page's own the
repeated text is the article.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace

import numpy as np

from cleaner.lines.analysis import Analysis, Carried, analyse_units
from cleaner.lines.headlines import Headline
from cleaner.lines.ledger import Ledger
from cleaner.lines.recall import LineCounts, Repeats, UnitCounts
from cleaner.lines.scorer import page_likeness
from cleaner.matching.matcher import Matcher
from cleaner.result import Evidence, Kind
from cleaner.sites.knowledge import HEAD, INSIDE, OWN_MIN_WORDS
from cleaner.sites.view import SiteView
from cleaner.text.arrays import BoolArray, FloatArray, IntArray
from cleaner.text.document import Document
from cleaner.text.words import WordLists

__all__ = ["MIN_PAGES", "add_repeats", "analyse_on_site", "hints_of"]

# With fewer other pages nothing is claimed about a site.
MIN_PAGES = 5
# The numbers below are set by hand, measured on half of 29 sites of labelled pages and checked on the other half: when
# the points were chosen, half or twice of them moved the mean F1 by less than .002. On other pages a line stands "often"
# if it is on half of them, at least three.
# Points of a line outside what only its page has: on two other pages, beside the same line as there or on PAIR_SHARE of
# them; on three; often. Of a line whose shape is on SHAPE_SHARE of them, where a repeated line parts it from the article:
# elsewhere what differs only in names and numbers may be a report that is written so every day.
OUTSIDE_POINTS, PAIR_SHARE = (6.0, 10.0, 12.0), 0.25
OUTSIDE_SHAPE_POINTS, SHAPE_SHARE = 6.0, 0.25
# Points of a sentence inside it: on MANY_PAGES other pages or on two and MANY_SHARE of them; often, as a quotation must
# be, and a sentence with a topic: of 100 sentences of articles 72 have TOPIC_MAX_SHARE of their long words in common with
# the rest of the article, of 60 that sites put there 3.
SENTENCE_POINTS, MANY_PAGES, MANY_SHARE = (8.0, 10.0), 5, 0.3
TOPIC_MAX_SHARE = 0.3
# Points of another line inside it, on many pages or often: beside the same line as there, or of LABEL_WORDS. A shorter one
# may be a heading, as of a recipe's ingredients.
BLOCK_POINTS = LABEL_POINTS = 6.0
LABEL_WORDS = 4
# What many pages are at least: this share of them. A running story, a series and a court's register have sentences and
# headings on fewer.
LEAST_SHARE = 0.08
# A paragraph of so many words on fewer than MANY_SHARE of the pages may be that of another version of the story.
VERSION_WORDS = 25
# From this likeness to a page on, the article ends with its last sentence; below it, with its last own line, of which
# the next stands at most MAX_GAP lines below. Then CLOSING_LINES may belong to it.
PAGE_LIKE, MAX_GAP, CLOSING_LINES = 0.5, 3, 12
# Points of a line that is not repeated as often: on one other page, on more; a line of its shape on two.
ONCE_POINTS, MORE_POINTS, SHAPE_POINTS = 1.5, 3.0, 2.0
# A line inside the article of extracted text that no other page has; one in a box that other pages would have too.
ALONE_POINTS, BOX_POINTS, BOX_PAGES = -1.0, -14.0, 10
# With fewer words in sentences that only this page has, what repeats may be the article.
OWN_WORDS = 8
# The most lines between the headline and the first line that only this page has.
HEAD_LINES = 3
_QUOTES, _QUESTIONS = ('"', "'"), ("?", "？", "؟", '?"')
_PLACES = ("at the top", "inside", "at the end")
_TITLE_KINDS = frozenset({Kind.RELATED_LINKS, Kind.READ_ALSO, Kind.FOLLOW_UP, Kind.TAGS, Kind.BREADCRUMB})


def analyse_on_site(
    document: Document,
    matcher: Matcher,
    word_lists: WordLists,
    lang: str | None,
    carried: Carried | None,
    site: SiteView | None,
) -> Analysis:
    """The analysis of a document, as of `analyse_units`, with what its site repeats, if enough of its pages are known."""
    known = None if site is None else _recall(site, document)
    if known is None:
        return analyse_units(document, matcher, word_lists, lang, carried)
    analysis = analyse_units(document, matcher, word_lists, lang, carried, known.apart(document))
    return replace(analysis, repeats=_judge(analysis, known.of_units(document, analysis.document)))


def _recall(site: SiteView, document: Document) -> LineCounts | None:
    """What the site's other pages say about the lines of a document; None if too few pages are known."""
    lines, recalled = site.recall(document)
    return LineCounts(lines, recalled) if recalled.pages >= MIN_PAGES else None


def add_repeats(analysis: Analysis, ledger: Ledger, headline: Headline | None) -> None:
    """Give points to the lines that the site repeats; the headline of the document is none of them."""
    if analysis.repeats is None:
        return
    points, units = analysis.repeats.points, analysis.repeats.units
    for line in analysis.clock.watch(np.flatnonzero(points).tolist()):
        if headline is None or line != headline.first:
            ledger.add(line, "context.site-repeats", float(points[line]), Kind.BOILERPLATE, _in_words(units, line))
    if units.pages >= BOX_PAGES:
        for line in analysis.clock.watch(np.flatnonzero(_alone(units) & (points == 0.0)).tolist()):
            if any(_is_box(item) for item in ledger.lines.get(line, ())):
                ledger.add(line, "context.site-alone", BOX_POINTS, None, f"on none of {units.pages} other pages")


def hints_of(analysis: Analysis, page: float) -> Mapping[str, FloatArray]:
    """Points by name for all lines, from what the site's other pages have or do not have.

    ``page``: how much the document looks like a flattened page, 0 to 1.
    """
    if analysis.repeats is None:
        return {}
    alone = np.where(_alone(analysis.repeats.units), ALONE_POINTS * (1.0 - page), 0.0)
    return {"context.site-hint": analysis.repeats.hints, "context.site-alone": alone}


def _alone(units: UnitCounts) -> BoolArray:
    """The lines inside the article that no other page has, not even in another form."""
    return np.asarray(units.known & (units.counts == 0) & (units.shapes < 2) & (units.place == INSIDE))


def _is_box(item: Evidence) -> bool:
    """Whether evidence is that of a box whose lines a site repeats, other than titles of articles."""
    return item.source.startswith("context.box:") and item.points > 0.0 and item.kind not in _TITLE_KINDS


def _in_words(units: UnitCounts, line: int) -> str:
    """On how many pages a line stands, and where on most of them."""
    if not units.counts[line]:
        return f"lines of its shape on {units.shapes[line]} of {units.pages} other pages of this site"
    place = _PLACES[int(np.argmax(units.places[:, line]))]
    return f"on {units.counts[line]} of {units.pages} other pages of this site, {place}"


def _judge(analysis: Analysis, site: UnitCounts) -> Repeats:
    """What each line gets, by how often the site's other pages have it and where it stands."""
    told = analysis.sentence | analysis.prose
    often = (site.counts >= 3) & (2 * site.counts >= site.pages)
    points, hints = np.zeros(told.size), np.zeros(told.size)
    if site.own_words < OWN_WORDS:
        return Repeats(site, points, hints, points > 0.0)
    common = (site.counts >= 3) & (site.counts >= MANY_SHARE * site.pages)
    inside = _article(analysis, site, common, page_likeness(analysis))
    points = np.where(
        inside,
        np.where(told, _sentence_points(analysis, often, site), _label_points(analysis, often, site)),
        _outside_points(analysis, often, site),
    )
    shaped = (site.shapes >= 3) & (site.shapes >= SHAPE_SHARE * site.pages)
    points[_beyond(common, inside) & shaped & (points == 0.0)] = OUTSIDE_SHAPE_POINTS
    hints = np.select(
        [points > 0.0, site.counts > 1, site.counts == 1, site.shapes >= 2],
        [0.0, MORE_POINTS, ONCE_POINTS, SHAPE_POINTS],
    )
    hints[inside & (site.place != INSIDE)] = 0.0
    spared = _spared(analysis, site)
    points[spared] = hints[spared] = 0.0
    return Repeats(site, points, hints, inside)


def _article(analysis: Analysis, site: UnitCounts, common: BoolArray, page: float) -> BoolArray:
    """Which lines stand between those that only the page has, or below them where no line of many pages parts them.

    A recipe's ingredients and a table's rows are no sentences, so in extracted text the article goes on as long as
    lines of the page's own stand among the repeated ones.
    """
    inside: BoolArray = site.place == INSIDE
    filled = analysis.filled
    at = int(np.flatnonzero(inside[filled])[-1]) + 1 if inside.any() else 0
    below = filled[at:].tolist()
    is_own = (site.counts == 0) & (site.shapes < SHAPE_SHARE * site.pages)
    last = gap = 0
    for number, line in enumerate(below if page < PAGE_LIKE else [], 1):
        gap = 0 if is_own[line] else gap + 1
        last = last if gap else number
        if gap > MAX_GAP or analysis.strong[line]:
            break
    stop = last
    while stop < min(last + CLOSING_LINES, len(below)) and not (common | analysis.strong)[below[stop]]:
        stop += 1
    inside = inside.copy()
    inside[below[:stop]] = True
    return inside


def _outside_points(analysis: Analysis, often: BoolArray, site: UnitCounts) -> FloatArray:
    """The points of lines above or below what only the page has; paragraphs need more pages, which may be versions."""
    counts = site.counts
    pair = (counts == 2) & ((site.beside > 1) | (counts >= PAIR_SHARE * site.pages))
    version = (analysis.features.words >= VERSION_WORDS) & (counts < MANY_SHARE * site.pages)
    two, three, most = OUTSIDE_POINTS
    return np.select([often, version, counts >= 3, pair], [most, 0.0, three, two])


def _sentence_points(analysis: Analysis, often: BoolArray, site: UnitCounts) -> FloatArray:
    """The points of sentences inside it; quotations, questions and refrains may stand in several articles."""
    many = _is_many(site) | ((site.counts >= 2) & (site.counts >= MANY_SHARE * site.pages))
    many &= ~_of_articles(analysis, many & ~often)
    many &= analysis.features.topic_share < TOPIC_MAX_SHARE
    return np.select([often, many], [SENTENCE_POINTS[1], SENTENCE_POINTS[0]])


def _label_points(analysis: Analysis, often: BoolArray, site: UnitCounts) -> FloatArray:
    """The points of other lines inside it."""
    features = analysis.features
    block = (site.counts >= 3) & (site.beside >= 2) & (often | _is_many(site))
    many = _is_many(site) & (features.topic_share < TOPIC_MAX_SHARE)
    long = (features.words >= LABEL_WORDS) & (often | many)
    refrain = (features.copies > 0) & ~often
    return np.select([refrain, block, long], [0.0, BLOCK_POINTS, LABEL_POINTS])


def _is_many(site: UnitCounts) -> BoolArray:
    """Which lines stand on many other pages: on MANY_PAGES, and on the least share of them."""
    return np.asarray((site.counts >= MANY_PAGES) & (site.counts >= LEAST_SHARE * site.pages))


def _of_articles(analysis: Analysis, lines: BoolArray) -> BoolArray:
    """Which of some sentences several articles may have: quotations, questions, and what the page itself repeats."""
    found = np.zeros(lines.size, dtype=bool)
    for line in np.flatnonzero(lines).tolist():
        text = analysis.document.folded_line(line).strip(" -")
        found[line] = text.startswith(_QUOTES) or text.endswith(_QUESTIONS)
    return found | (analysis.features.copies > 0)


def _beyond(common: BoolArray, inside: BoolArray) -> BoolArray:
    """The lines that a line of many pages separates from the article."""
    own = np.flatnonzero(inside)
    first, last = (int(own[0]), int(own[-1])) if own.size else (0, -1)
    above, below = np.flatnonzero(common[:first]), np.flatnonzero(common[last + 1 :])
    found = np.zeros(common.size, dtype=bool)
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
    # Of two copies at the top the lower one is the headline, and the upper one stands in a list of the most read.
    again = site.opening & (analysis.features.copies > 0) & (site.place == HEAD)
    often &= ~again
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
