"""One page, read and decided: its blocks, which of them stay, and the text of all of them.

The *source* of a page is the text of all its blocks, one line per block (several for preformatted text); it is the
input that offsets of removals refer to. In it, list items begin with a hyphen. If the page does not show its headline
before the article, the first line is the headline from the page's head.
"""

from __future__ import annotations

from bisect import bisect_right
from collections.abc import Sequence
from dataclasses import dataclass
from functools import cached_property, partial

import numpy as np

from cleaner.clock import NO_LIMIT, Clock
from cleaner.html.choice import Choice, choose_blocks
from cleaner.html.embedded import with_embedded
from cleaner.html.headlines import find_headlines
from cleaner.html.marking import MarkupCutter
from cleaner.html.metadata import canonical_address, page_address, page_titles
from cleaner.html.model import BlockModel
from cleaner.html.page import Cutter, Page, read_page
from cleaner.html.repeats import BlockRepeats, FindSite, block_repeats
from cleaner.html.signals import signal_groups
from cleaner.html.view import ElementWords, PageView
from cleaner.lines.headlines import SITE_SEPARATORS
from cleaner.passes.edits import Edit
from cleaner.passes.segments import Segments
from cleaner.result import NO_ARTICLE, Line
from cleaner.sites.view import SiteView
from cleaner.text.arrays import FloatArray, SingleArray
from cleaner.text.folding import fold
from cleaner.text.words import WordLists

__all__ = ["PageReader", "Reading"]

BULLET = "- "
LIST_UPS = 3
# The part of a title after its last separator is the site's name if it has at most MAX_SITE_WORDS, and what stands
# before it at least MIN_LEAD_WORDS.
MAX_SITE_WORDS, MIN_LEAD_WORDS = 5, 3
# The points of another extractor's vote, and the least characters of a block that may be a mere part of its lines.
VOTE_POINTS = 2.0
VOTE_MIN_CHARACTERS = 26
# Blocks between two checks of the clock while they are searched for in the other extractor's text.
VOTE_STEPS = 8


@dataclass(frozen=True, eq=False)
class Reading:
    """A page as it was read and decided; ``values``: the signals of its blocks, one row per block.

    ``copies``: the blocks that are copies of the headline. ``votes``: the points that another extractor's vote adds to
    each block, None if it was not asked. ``repeats``: what the site's other pages say, None if they say nothing.
    ``site``: what is known about the page's site, None if nothing is.
    ``lead``: the headline that stands before all blocks in the source, empty if there is none.
    """

    view: PageView
    values: SingleArray
    choice: Choice
    copies: list[int]
    votes: FloatArray | None
    lead: str
    flags: tuple[str, ...]
    repeats: BlockRepeats | None = None
    site: SiteView | None = None

    @property
    def page(self) -> Page:
        """The page and its blocks."""
        return self.view.page

    @cached_property
    def shown(self) -> list[str]:
        """The text of each block as it stands in the source."""
        nodes = self.page.nodes
        begun: set[int] = set()
        found = []
        for block in self.page.clock.watch(self.page.blocks):
            node = block.node
            for _ in range(LIST_UPS):
                if nodes[node].tag == "li" or node <= 0:
                    break
                node = nodes[node].parent
            is_item = node >= 0 and nodes[node].tag == "li" and node not in begun
            if is_item:
                begun.add(node)
            found.append(BULLET + block.text if is_item else block.text)
        return found

    @cached_property
    def source(self) -> str:
        """The text of all blocks."""
        return "\n".join([self.lead, *self.shown] if self.lead else self.shown)

    @cached_property
    def starts(self) -> list[int]:
        """Where each block begins in the source."""
        sizes = [len(text) + 1 for text in self.shown]
        first = len(self.lead) + 1 if self.lead else 0
        return (first + np.cumsum([0, *sizes[:-1]])).tolist() if sizes else []

    def span(self, block: int) -> tuple[int, int]:
        """Where a block stands in the source."""
        start = self.starts[block]
        return start, start + len(self.shown[block])

    @cached_property
    def edits(self) -> list[Edit]:
        """What is removed from the source: the blocks that are not kept, each with one line end."""
        kept = self.choice.kept
        last = int(np.flatnonzero(kept)[-1]) if kept.any() else -1
        found = []
        for block in self.page.clock.watch(np.flatnonzero(~kept).tolist()):
            start, end = self.span(block)
            if block < last:
                end += 1
            elif self.lead or block > 0:
                start -= 1
            found.append(Edit(start, end, block, None, 0.0))
        return found

    @cached_property
    def segments(self) -> Segments:
        """Where the text of the chosen blocks stands in the source."""
        return Segments.whole(self.source).without(self.edits)

    @property
    def headline(self) -> str | None:
        """The headline of the page, if one was recognised."""
        copy = self.choice.headline
        return self.lead or (self.page.blocks[copy].text if copy is not None else None)

    @property
    def lines(self) -> list[Line]:
        """The blocks as lines of the source."""
        size = len(self.source)
        spans = map(self.span, range(len(self.page.blocks)))
        return [Line(block, start, end, min(end + 1, size)) for block, (start, end) in enumerate(spans)]

    def path_at(self, offset: int) -> str:
        """The short path of the element at an offset of the source."""
        block = bisect_right(self.starts, offset) - 1
        return self.path(block) if block >= 0 else ""

    def path(self, block: int) -> str:
        """The short path of a block's element: itself and the one around it."""
        node = self.page.nodes[self.page.blocks[block].node]
        around = self.page.nodes[node.parent] if node.parent >= 0 else None
        path = " > ".join(_name(item.tag, item.names) for item in (around, node) if item is not None)
        return self._paths.setdefault(path, path)

    @cached_property
    def _paths(self) -> dict[str, str]:
        """The paths computed so far, so that blocks with the same path share a string."""
        return {}


def _name(tag: str, names: str) -> str:
    words = names.split()
    return f"{tag}.{words[0]}" if words else tag


@dataclass(frozen=True, eq=False)
class PageReader:
    """Reads pages and decides over their blocks."""

    model: BlockModel
    word_lists: WordLists
    element_words: ElementWords
    headline: str
    threshold: float

    def read(
        self,
        markup: str | bytes,
        clock: Clock = NO_LIMIT,
        *,
        url: str | None = None,
        find_site: FindSite | None = None,
        with_markup: bool = False,
    ) -> Reading | None:
        """A page with its decision; None if it has no text at all.

        ``clock``: the page's time limit. ``find_site``: gives what is known about its site. ``with_markup``: also keep
        what Markdown needs, with ``url`` for the links.
        """
        make_cutter = MarkupCutter if with_markup else Cutter
        page = read_page(markup, clock=clock, make_cutter=make_cutter)
        if page.root is None:
            return None
        titles = page_titles(page.root)
        page = with_embedded(page, make_cutter)
        if page.markup is not None:
            page.markup.address = page_address(page.root, url)
        address = url or canonical_address(page.root)
        if not page.blocks:
            return None
        page.root = None  # the tree takes most of a page's memory and is no longer needed
        view = PageView(page, titles, self.word_lists, self.element_words)
        values = self.model.matrix(signal_groups(view, self.model.names), len(page.blocks))
        clock.check()
        points = self.model.points(values, clock)
        clock.check()
        copies = find_headlines(page, view.document.folded_lines, titles)
        clock.check()
        site = None if find_site is None else find_site(address, view.document.text)
        repeats = None if site is None else block_repeats(page, view.document, site)
        clock.check()
        return self._decide(view, values, points, copies, repeats=repeats, site=site)

    def vote(self, reading: Reading, text: str) -> Reading:
        """The page decided again, with the vote of another extractor that extracted ``text`` from it."""
        folded = fold(text)
        lines = {line.strip(" -|") for line in folded.split("\n")}
        took = [
            line in folded if len(line) >= VOTE_MIN_CHARACTERS else line in lines
            for line in reading.page.clock.watch(reading.view.document.folded_lines, VOTE_STEPS)
        ]
        votes = np.where(took, VOTE_POINTS, -VOTE_POINTS)
        repeats, points = reading.repeats, reading.choice.points
        if repeats is not None:
            points = points + repeats.points
        return self._decide(
            reading.view,
            reading.values,
            points + votes,
            reading.copies,
            votes=votes,
            repeats=repeats,
            site=reading.site,
        )

    def _decide(
        self,
        view: PageView,
        values: SingleArray,
        points: FloatArray,
        copies: list[int],
        *,
        votes: FloatArray | None = None,
        repeats: BlockRepeats | None,
        site: SiteView | None,
    ) -> Reading:
        choose = partial(
            choose_blocks,
            view.texts,
            view.features.words,
            headlines=copies,
            headline=self.headline,
            threshold=self.threshold,
        )
        choice = choose(points)
        if repeats is not None:
            # What a site repeats tells which text is the article, but never that a page has none.
            found = bool(choice.kept.any())
            closer = choose(points - repeats.points, is_article=found)
            if found and not closer.kept.any():
                repeats = None
            else:
                choice = closer
        found = bool(choice.kept.any())
        flags = view.page.flags if found else (*view.page.flags, NO_ARTICLE)
        lead = _lead(view.titles, choice) if found and self.headline != "drop" else ""
        return Reading(view, values, choice, copies, votes, lead, flags, repeats, site)


def _lead(titles: Sequence[str], choice: Choice) -> str:
    """The headline from the page's head, without the site's name; empty if a block is a copy of it."""
    if choice.headline is not None or not titles:
        return ""
    for separator in SITE_SEPARATORS:
        before, _, site = titles[0].rpartition(separator)
        if len(site.split()) <= MAX_SITE_WORDS and len(before.split()) >= MIN_LEAD_WORDS:
            return before
    return titles[0]
