"""The pages learned of one site -> what its lines are: on how many other pages a line stands, and where.

Copies of a page (its print version, a story that is syndicated whole) count as one page, and a page that has nothing
of its own counts as none.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
import numpy.typing as npt

from cleaner.sites.pages import LearnedPage
from cleaner.text.arrays import BoolArray, HashArray, IntArray

__all__ = ["HEAD", "INSIDE", "TAIL", "Recalled", "SiteKnowledge"]

# A line on at most this share of a site's pages may be a page's own; pages that share COPY_SHARE of their own words are
# copies of one page (both set by hand).
OWN_MAX_SHARE, COPY_SHARE = 0.5, 0.7
# The least words of a line that tells pages apart; of a sentence; and of a paragraph, which tells where the article is.
OWN_MIN_WORDS, SENTENCE_MIN_WORDS, PROSE_MIN_WORDS = 3, 5, 12
# The most lines above a page's own text that may be its headline, standfirst and byline (set by hand).
OPENING_LINES = 10
# Where a line stands: above what only its page has, inside it, or below.
HEAD, INSIDE, TAIL = range(3)
_MIX = 0x9E3779B97F4A7C15


@dataclass(frozen=True, slots=True, eq=False)
class Recalled:
    """What a site's other pages say about the lines of a document; the arrays have one entry a line.

    ``pages``: how many other pages are known. ``counts``: on how many of them the line stands, and ``places``: of these,
    at how many it stands above the page's own text, inside it and below (three rows), ``openings``: right above it.
    ``shapes``: on how many of them a line of its shape stands. ``elements``: on how many of them it stands in the same
    element. ``beside``: on how many of them it stands next to the same line. ``place``: where it stands in the document,
    ``opening``: whether right above what only the document has. ``own_words``: the words of the sentences that no other
    page has.

    Of pages that were learned as HTML: ``elsewhere``: on how many of them the line stands in other elements only;
    ``frames``: on how many of them its element stands, and ``fillings``: on how many of these with text of their own.
    """

    pages: int
    counts: IntArray
    places: IntArray
    openings: IntArray
    shapes: IntArray
    elements: IntArray
    beside: IntArray
    place: IntArray
    opening: BoolArray
    own_words: int
    elsewhere: IntArray
    frames: IntArray
    fillings: IntArray


class SiteKnowledge:
    """What is known about a site from some of its pages.

    ``size``: how many pages were learned. ``pages``: how many of them are different pages with something of their own.
    """

    def __init__(self, pages: Sequence[LearnedPage]) -> None:
        self.size = len(pages)
        numbers = _grouped(pages)
        self.pages = len(set(numbers) - {None})
        self._groups = {page.key: group for page, group in zip(pages, numbers, strict=True) if group is not None}
        counted = [(page, group) for page, group in zip(pages, numbers, strict=True) if group is not None]
        # The pages of a group stand together, as a table needs them.
        counted.sort(key=lambda one: one[1])
        groups = [group for _, group in counted]
        lines = _Table([page.exact for page, _ in counted], groups)
        self._shapes = _Table([page.shapes for page, _ in counted], groups)
        self._elements = _Table([_element_keys(page) for page, _ in counted], groups)
        self._pairs = _Table([_pair_keys(page.exact) for page, _ in counted], groups)
        marks, frames = [], []
        for (page, _), counts in zip(counted, lines.counts_of([page.exact for page, _ in counted]), strict=True):
            place = _places_of(page, counts == 1)
            is_html = np.full(counts.size, page.paths.any())
            opening = _opening(place, _is_common(counts, self.pages))
            marks.append(np.array([place == HEAD, place == INSIDE, place == TAIL, opening, is_html]))
            frames.append(np.array([(counts == 1) & (page.words >= OWN_MIN_WORDS)]))
        # Which lines a page has, with their places, and whether it is of HTML; which elements it has, and which of them
        # with text of its own.
        self._lines = _Table([page.exact for page, _ in counted], groups, marks, 5)
        self._frames = _Table([page.paths for page, _ in counted], groups, frames, 1)

    def recall(self, page: LearnedPage) -> Recalled:
        """What the other pages say about the lines of a page; it need not have been learned itself."""
        others = self._others(page)
        counts, *places, openings, marked = self._lines.counts(page.exact, others)
        (pairs,) = self._pairs.counts(_pair_keys(page.exact), others)
        (elements,) = self._elements.counts(_element_keys(page), others)
        (shapes,) = self._shapes.counts(page.shapes, others)
        frames, fillings = self._frames.counts(page.paths, others)
        is_html = page.paths != 0
        is_own = counts == 0
        is_told = is_own & page.sentences & (page.words >= SENTENCE_MIN_WORDS)
        place = _places_of(page, is_own)
        count = int(np.count_nonzero(others))
        return Recalled(
            pages=count,
            counts=counts,
            places=np.array(places),
            openings=openings,
            shapes=np.where(page.shapes != 0, shapes, 0),
            elements=np.where(is_html, elements, 0),
            beside=np.maximum(np.append(pairs, 0), np.insert(pairs, 0, 0)) if counts.size else counts,
            place=place,
            opening=_opening(place, _is_common(counts, count)),
            own_words=int(page.words[is_told].sum()),
            elsewhere=np.where(is_html, marked - elements, 0),
            frames=np.where(is_html, frames, 0),
            fillings=np.where(is_html, fillings, 0),
        )

    def _others(self, page: LearnedPage) -> BoolArray:
        """Which groups of pages are no copies of a document: not its own, nor those with most of its own words."""
        others = np.ones(self.pages, dtype=bool)
        if page.key in self._groups:
            others[self._groups[page.key]] = False
        lines, first = np.unique(page.exact, return_index=True)
        words = page.words[first]
        (counts,) = self._lines.counts_of([lines])
        is_own = (words >= OWN_MIN_WORDS) & (counts <= max(self.pages * OWN_MAX_SHARE, 1))
        shared = self._lines.weights(lines[is_own], words[is_own], self.pages)
        others[(shared > 0) & (shared >= COPY_SHARE * int(words[is_own].sum()))] = False
        return others


class _Table:
    """Which groups of pages hold a key: each pair of both once, in the order of the keys.

    ``keys``: those of each page; ``groups``: the numbers of the pages' groups, in order. ``marks``: ``flags`` rows of flags
    of the keys of each page; a group has a flag if one of its pages has it.
    """

    def __init__(
        self,
        keys: Sequence[HashArray],
        groups: Sequence[int],
        marks: Sequence[npt.NDArray[np.bool_]] = (),
        flags: int = 0,
    ) -> None:
        found = np.concatenate([np.zeros(0, dtype=np.uint64), *keys])
        group = np.repeat(np.array(groups, dtype=np.int64), [one.size for one in keys])
        order = np.argsort(found, kind="stable")
        found, group = found[order], group[order]
        is_new = np.ones(found.size, dtype=bool)
        is_new[1:] = (found[1:] != found[:-1]) | (group[1:] != group[:-1])
        starts = np.flatnonzero(is_new)
        self._keys, self._group = found[starts], group[starts].astype(np.int16)
        self._marks = np.zeros((flags, starts.size), dtype=bool)
        if marks and starts.size:
            self._marks = np.logical_or.reduceat(np.concatenate(marks, axis=1)[:, order], starts, axis=1)

    def counts(self, keys: HashArray, others: BoolArray) -> IntArray:
        """How many of the groups ``others`` hold each key, then how many of these with each flag: a row each."""
        first, stop = self._between(keys)
        is_other = others[self._group]
        running = np.zeros((1 + len(self._marks), is_other.size + 1), dtype=np.int64)
        np.cumsum(is_other, out=running[0, 1:])
        np.cumsum(self._marks & is_other, axis=1, out=running[1:, 1:])
        return np.asarray(running[:, stop] - running[:, first])

    def counts_of(self, pages: Sequence[HashArray]) -> list[IntArray]:
        """How many groups hold each key of some pages: an array for each page."""
        first, stop = self._between(np.concatenate([np.zeros(0, dtype=np.uint64), *pages]))
        return np.split(stop - first, np.cumsum([page.size for page in pages])[:-1]) if pages else []

    def weights(self, keys: HashArray, words: IntArray, groups: int) -> IntArray:
        """The sum of the words of the keys that each group holds."""
        first, stop = self._between(keys)
        sizes = stop - first
        at = np.repeat(first - np.cumsum(sizes) + sizes, sizes) + np.arange(int(sizes.sum()))
        return np.bincount(self._group[at], np.repeat(words, sizes), groups).astype(np.int64)

    def _between(self, keys: HashArray) -> tuple[IntArray, IntArray]:
        """Where the pairs of each key begin and stop."""
        return np.searchsorted(self._keys, keys, "left"), np.searchsorted(self._keys, keys, "right")


def _grouped(pages: Sequence[LearnedPage]) -> list[int | None]:
    """The number of each page's group of copies; None for a page with nothing of its own."""
    table = _Table([page.exact for page in pages], range(len(pages)))
    limit = max(len(pages) * OWN_MAX_SHARE, 1)
    sizes = np.zeros(len(pages), dtype=np.int64)
    lines: list[HashArray] = []
    words: list[IntArray] = []
    for number, (page, counts) in enumerate(zip(pages, table.counts_of([page.exact for page in pages]), strict=True)):
        own, first = np.unique(
            page.exact[is_own := (page.words >= OWN_MIN_WORDS) & (counts <= limit)], return_index=True
        )
        size = page.words[is_own][first]
        sizes[number] = size.sum()
        is_shared = counts[is_own][first] > 1
        lines.append(own[is_shared])
        words.append(size[is_shared])
    shared = _shared_words(lines, words)
    least = COPY_SHARE * np.maximum(sizes[:, None], sizes)
    first_of = list(range(len(pages)))
    for number, other in np.argwhere((shared > 0) & (shared >= least)).tolist():
        one, two = sorted((_root(first_of, number), _root(first_of, other)))
        first_of[two] = one
    numbers: dict[int, int] = {}
    return [
        numbers.setdefault(_root(first_of, number), len(numbers)) if size else None
        for number, size in enumerate(sizes.tolist())
    ]


def _shared_words(lines: Sequence[HashArray], words: Sequence[IntArray]) -> IntArray:
    """The words of the lines that each two pages share, the page with the smaller number first.

    A line stands once among those of a page.
    """
    count = len(lines)
    found = np.concatenate([np.zeros(0, dtype=np.uint64), *lines])
    order = np.argsort(found, kind="stable")
    found = found[order]
    page = np.repeat(np.arange(count), [one.size for one in lines])[order]
    size = np.concatenate([np.zeros(0, dtype=np.int64), *words])[order]
    shared = np.zeros(count * count)
    # The pages of a line stand together, in order: each is compared with the next one, with the one after it, and so on.
    for step in range(1, count):
        same = np.flatnonzero(found[step:] == found[:-step])
        if not same.size:
            break
        shared += np.bincount(page[same] * count + page[same + step], size[same], shared.size)
    return shared.reshape(count, count).astype(np.int64)


def _root(first: Sequence[int], number: int) -> int:
    while first[number] != number:
        number = first[number]
    return number


def _pair_keys(lines: HashArray) -> HashArray:
    """A key of each line with the one below it."""
    return np.asarray(lines[:-1] * np.uint64(_MIX) ^ (lines[1:] >> np.uint64(1)))


def _element_keys(page: LearnedPage) -> HashArray:
    """A key of each line with the element that it stands in."""
    return np.asarray(page.exact * np.uint64(_MIX) ^ page.paths)


def _places_of(page: LearnedPage, is_own: BoolArray) -> IntArray:
    """Where each line stands: above what only this page has, inside it, or below; all below where it has nothing."""
    told = is_own & page.sentences
    for own in (
        told & (page.words >= PROSE_MIN_WORDS),
        told & (page.words >= SENTENCE_MIN_WORDS),
        is_own & (page.words >= OWN_MIN_WORDS),
    ):
        found = np.flatnonzero(own)
        if found.size:
            at = np.arange(own.size)
            return np.asarray((at >= found[0]).astype(np.int64) + (at > found[-1]))
    return np.full(is_own.size, TAIL, dtype=np.int64)


def _is_common(counts: IntArray, pages: int) -> BoolArray:
    """Which lines stand on half of the pages or more."""
    return np.asarray(2 * counts >= pages)


def _opening(place: IntArray, is_common: BoolArray) -> BoolArray:
    """Which lines stand right above what only the page has; lines that most pages have may stand between."""
    above: BoolArray = place == HEAD
    rare = np.flatnonzero(above & ~is_common)
    above[: int(rare[-OPENING_LINES]) if rare.size >= OPENING_LINES else 0] = False
    return above
