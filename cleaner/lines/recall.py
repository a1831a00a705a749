"""What a site's other pages say, for each unit of a document: a unit is repeated as often as its rarest line."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from cleaner.sites.knowledge import TAIL, Recalled
from cleaner.text.arrays import BoolArray, FloatArray, IntArray
from cleaner.text.document import Document

__all__ = ["LineCounts", "Repeats", "UnitCounts"]

# A line on at least APART_PAGES other pages, or this share of them, is no part of a paragraph of the page (set by hand).
APART_PAGES, APART_SHARE = 5, 0.3


@dataclass(frozen=True, slots=True, eq=False)
class UnitCounts:
    """What `Recalled` says, with one entry for each unit; ``known``: the units with a line that can be compared."""

    pages: int
    known: BoolArray
    counts: IntArray
    places: IntArray
    openings: IntArray
    shapes: IntArray
    beside: IntArray
    place: IntArray
    opening: BoolArray
    own_words: int

    @property
    def shares(self) -> FloatArray:
        """The share of the other pages on which each unit stands."""
        return np.asarray(self.counts / max(self.pages, 1))


@dataclass(frozen=True, slots=True, eq=False)
class Repeats:
    """The units that the site repeats: ``points`` of those that are noise for that, ``hints`` for the others.

    ``inside``: those inside the article.
    """

    units: UnitCounts
    points: FloatArray
    hints: FloatArray
    inside: BoolArray

    @property
    def alone(self) -> BoolArray:
        """The repeated units that say nothing about their neighbours, because they stand inside the article."""
        return np.asarray((self.points > 0.0) & self.inside)


@dataclass(frozen=True, slots=True, eq=False)
class LineCounts:
    """What `Recalled` says about the lines of a document; ``lines``: the numbers of those that it tells about."""

    lines: IntArray
    recalled: Recalled

    def apart(self, document: Document) -> BoolArray:
        """Which lines belong to another paragraph than the line above: the site repeats only one of the two."""
        often = np.zeros(len(document), dtype=bool)
        counts = self.recalled.counts
        often[self.lines] = (counts >= APART_PAGES) | ((counts > 1) & (counts >= APART_SHARE * self.recalled.pages))
        found = np.zeros(often.size, dtype=bool)
        found[1:] = often[1:] != often[:-1]
        return found

    def of_units(self, document: Document, units: Document) -> UnitCounts:
        """The counts of the units that the lines of a document were put together to."""
        recalled = self.recalled
        unit = np.searchsorted(units.starts, document.starts[self.lines], side="right") - 1
        known = np.zeros(len(units), dtype=bool)
        known[unit] = True
        place = np.full(len(units), TAIL, dtype=np.int64)
        place[unit] = recalled.place
        opening = np.zeros(len(units), dtype=bool)
        opening[unit] = recalled.opening

        def least(values: IntArray) -> IntArray:
            found = np.full(len(units), np.iinfo(np.int64).max)
            np.minimum.at(found, unit, values)
            return np.where(known, found, 0)

        return UnitCounts(
            pages=recalled.pages,
            known=known,
            counts=least(recalled.counts),
            places=np.array([least(row) for row in recalled.places]),
            openings=least(recalled.openings),
            shapes=least(recalled.shapes),
            beside=least(recalled.beside),
            place=place,
            opening=opening,
            own_words=recalled.own_words,
        )
