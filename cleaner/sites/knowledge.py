"""The pages learned of one site -> what its lines are: on how many other pages a line stands, and where.

Copies of a page (its print version, a story that is syndicated whole) count as one page, and a page that has nothing
of its own counts as none.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterator, Sequence
from dataclasses import dataclass

import numpy as np

from cleaner.sites.pages import LearnedPage
from cleaner.text.arrays import BoolArray, HashArray, IntArray

__all__ = ["HEAD", "INSIDE", "TAIL", "Recalled", "SiteKnowledge"]

# A line on at most this share of a site's pages may be a page's own; pages that share COPY_SHARE of their own words are
# copies of one page (both set by hand).
OWN_MAX_SHARE, COPY_SHARE = 0.5, 0.7
# The least words of a line that tells pages apart; of a sentence; and of a paragraph, which tells where the article is.
OWN_MIN_WORDS, SENTENCE_MIN_WORDS, PROSE_MIN_WORDS = 3, 5, 12
# The most lines above a page's own text that may be its headline, standfirst and byline (set by hand).
OPENING_LINES = 6
# Where a line stands: above what only its page has, inside it, or below.
HEAD, INSIDE, TAIL = range(3)
_MIX = 0x9E3779B97F4A7C15


@dataclass(frozen=True, slots=True, eq=False)
class Recalled:
    """What a site's other pages say about the lines of a document; the arrays have one entry a line.

    ``pages``: how many other pages are known. ``counts``: on how many of them the line stands, and ``places``: of these,
    at how many it stands above the page's own text, inside it and below (three rows), ``openings``: right above it.
    ``shapes``: on how many of them a
    line of its shape stands. ``elements``: on how many of them it stands in the same element. ``beside``: on how many
    of them it stands next to the same line. ``place``: where it stands in the document, ``opening``: whether right above what only the document has. ``own_words``: the words of the
    sentences that no other page has.

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
        groups = _grouped(pages)
        self.pages = len(set(groups) - {None})
        self._groups = {page.key: group for page, group in zip(pages, groups, strict=True) if group is not None}
        # Which groups of pages hold a line, a shape, a line in an element, a pair of lines: bit k is group k.
        self._lines: dict[int, int] = defaultdict(int)
        self._shapes: dict[int, int] = defaultdict(int)
        self._elements: dict[int, int] = defaultdict(int)
        self._pairs: dict[int, int] = defaultdict(int)
        # Which were learned as HTML; which of them hold an element, and which hold text of their own in it.
        self._marked = 0
        self._frames: dict[int, int] = defaultdict(int)
        self._fillings: dict[int, int] = defaultdict(int)
        self._places: tuple[dict[int, int], ...] = tuple(defaultdict(int) for _ in range(3))
        self._openings: dict[int, int] = defaultdict(int)
        counted = [(page, 1 << group) for page, group in zip(pages, groups, strict=True) if group is not None]
        for page, bit in counted:
            _mark(self._lines, page.exact, bit)
            _mark(self._shapes, page.shapes[page.shapes != 0], bit)
            _mark(self._elements, _element_keys(page)[page.paths != 0], bit)
            _mark(self._pairs, _pair_keys(page.exact), bit)
        for page, bit in counted:
            counts = np.array([self._lines[line].bit_count() for line in page.exact.tolist()], dtype=np.int64)
            place = _places_of(page, counts == 1)
            for number, places in enumerate(self._places):
                _mark(places, page.exact[place == number], bit)
            _mark(self._openings, page.exact[_opening(place, _is_common(counts, self.pages))], bit)
            if page.paths.any():
                self._marked |= bit
                _mark(self._frames, page.paths, bit)
                _mark(self._fillings, page.paths[(counts == 1) & (page.words >= OWN_MIN_WORDS)], bit)

    def recall(self, page: LearnedPage) -> Recalled:
        """What the other pages say about the lines of a page; it need not have been learned itself."""
        lines = page.exact.tolist()
        masks = [self._lines.get(line, 0) for line in lines]
        others = ~self._copies(page, masks)
        counts = _counts(masks, others)
        pairs = _counts([self._pairs.get(pair, 0) for pair in _pair_keys(page.exact).tolist()], others)
        elements = [self._elements.get(one, 0) for one in _element_keys(page).tolist()]
        elsewhere = [mask & self._marked & ~same for mask, same in zip(masks, elements, strict=True)]
        paths = page.paths.tolist()
        is_own = counts == 0
        is_told = is_own & page.sentences & (page.words >= SENTENCE_MIN_WORDS)
        place = _places_of(page, is_own)
        count = (((1 << self.pages) - 1) & others).bit_count()
        return Recalled(
            pages=count,
            counts=counts,
            places=np.array([_counts([places.get(line, 0) for line in lines], others) for places in self._places]),
            openings=_counts([self._openings.get(line, 0) for line in lines], others),
            shapes=_counts([self._shapes.get(shape, 0) if shape else 0 for shape in page.shapes.tolist()], others),
            elements=_counts(elements, others),
            beside=np.maximum(np.append(pairs, 0), np.insert(pairs, 0, 0)) if lines else counts,
            place=place,
            opening=_opening(place, _is_common(counts, count)),
            own_words=int(page.words[is_told].sum()),
            elsewhere=_counts(elsewhere, others),
            frames=_counts([self._frames.get(path, 0) if path else 0 for path in paths], others),
            fillings=_counts([self._fillings.get(path, 0) if path else 0 for path in paths], others),
        )

    def _copies(self, page: LearnedPage, masks: Sequence[int]) -> int:
        """The groups of pages that are copies of a document, as bits: its own, and those with most of its own words."""
        limit = max(self.pages * OWN_MAX_SHARE, 1)
        shared: dict[int, int] = defaultdict(int)
        total = 0
        own = dict(zip(page.exact.tolist(), zip(masks, page.words.tolist(), strict=True), strict=True))
        for mask, words in own.values():
            if words >= OWN_MIN_WORDS and mask.bit_count() <= limit:
                total += words
                for bit in _bits(mask):
                    shared[bit] += words
        found = 1 << self._groups[page.key] if page.key in self._groups else 0
        for bit, words in shared.items():
            if words >= COPY_SHARE * total:
                found |= 1 << bit
        return found


def _grouped(pages: Sequence[LearnedPage]) -> list[int | None]:
    """The number of each page's group of copies; None for a page with nothing of its own."""
    masks: dict[int, int] = defaultdict(int)
    for number, page in enumerate(pages):
        _mark(masks, page.exact, 1 << number)
    limit = max(len(pages) * OWN_MAX_SHARE, 1)
    own = [
        {
            line: words
            for line, words in zip(page.exact.tolist(), page.words.tolist(), strict=True)
            if words >= OWN_MIN_WORDS and masks[line].bit_count() <= limit
        }
        for page in pages
    ]
    sizes = [sum(lines.values()) for lines in own]
    first = list(range(len(pages)))
    for number, lines in enumerate(own):
        shared: dict[int, int] = defaultdict(int)
        for line, words in lines.items():
            for above in _bits(masks[line] >> (number + 1)):
                shared[number + 1 + above] += words
        for other, words in shared.items():
            if words >= COPY_SHARE * max(sizes[number], sizes[other]):
                one, two = sorted((_root(first, number), _root(first, other)))
                first[two] = one
    numbers: dict[int, int] = {}
    return [
        numbers.setdefault(_root(first, number), len(numbers)) if sizes[number] else None
        for number in range(len(pages))
    ]


def _root(first: Sequence[int], number: int) -> int:
    while first[number] != number:
        number = first[number]
    return number


def _bits(mask: int) -> Iterator[int]:
    """The numbers of the bits that are set."""
    while mask:
        low = mask & -mask
        yield low.bit_length() - 1
        mask ^= low


def _mark(table: dict[int, int], keys: HashArray, bit: int) -> None:
    for key in keys.tolist():
        table[key] |= bit


def _counts(masks: Sequence[int], others: int) -> IntArray:
    return np.array([(mask & others).bit_count() for mask in masks], dtype=np.int64)


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
