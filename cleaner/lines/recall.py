"""What a site's other pages say, for each unit of a document: a unit is repeated as often as its rarest line."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from cleaner.sites.knowledge import TAIL, Recalled
from cleaner.text.arrays import BoolArray, FloatArray, IntArray
from cleaner.text.document import Document

__all__ = ["Repeats", "UnitCounts", "unit_counts"]


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
    """The units that the site repeats: ``points`` of those that are noise for that, ``hints`` for the others."""

    units: UnitCounts
    points: FloatArray
    hints: FloatArray


def unit_counts(recalled: Recalled, lines: IntArray, document: Document, units: Document) -> UnitCounts:
    """The counts of the units that the lines of a document were put together to.

    ``lines``: the numbers, in ``document``, of the lines that ``recalled`` tells about.
    """
    unit = np.searchsorted(units.starts, document.starts[lines], side="right") - 1
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
