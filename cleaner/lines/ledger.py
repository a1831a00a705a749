"""Collects evidence: points of lines with their sources."""

from __future__ import annotations

from collections import defaultdict

import numpy as np

from cleaner.lines.analysis import Analysis
from cleaner.result import Evidence, Kind
from cleaner.text.arrays import FloatArray

__all__ = ["Ledger"]


class Ledger:
    """Evidence by line, in the order it was added."""

    def __init__(self, analysis: Analysis) -> None:
        self._document = analysis.document
        self.lines: dict[int, list[Evidence]] = defaultdict(list)
        self._totals = np.zeros(len(self._document))

    def add(self, line: int, source: str, points: float, kind: Kind | None, detail: str = "") -> None:
        """Add evidence about a whole line; ``detail``: see `Evidence`."""
        start, end = self._document.starts.item(line), self._document.ends.item(line)
        self.put(line, Evidence(source, points, start, end, kind, detail))

    def put(self, line: int, evidence: Evidence) -> None:
        """Add evidence that carries its own position in the line."""
        self.lines[line].append(evidence)
        self._totals[line] += evidence.points

    def totals(self) -> FloatArray:
        """The points of every line of the document."""
        return self._totals.copy()
