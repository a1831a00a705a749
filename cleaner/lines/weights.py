"""The weights of the line scorer: how much each signal counts, read from and written to one JSON file.

The first pass is a sum over signals. Each signal counts along a bent line: a slope, a change of slope at each of its
bends, and a further slope scaled by how much the document looks like a flattened page. The second pass is boosted
trees over the same signals and what the first pass found around the line; see `cleaner.trees`.
"""

from __future__ import annotations

import json
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from functools import cached_property
from pathlib import Path
from typing import Any, NoReturn

import numpy as np

from cleaner.clock import NO_LIMIT, Clock
from cleaner.errors import WeightsError
from cleaner.text.arrays import FloatArray, IntArray, SingleArray
from cleaner.trees import Trees, read_trees, side_by_side, trees_record

__all__ = [
    "FORMAT",
    "PassWeights",
    "SignalWeight",
    "TreeWeights",
    "Weights",
    "dump_weights",
    "load_weights",
    "read_weights_file",
]

FORMAT = 2
PRIOR = "prior"
# Lines weighed together, so that their numbers fit in the processor's cache.
LINES_AT_ONCE = 512
# Lines whose signals are put into one matrix at a time, for the trees.
ROWS_AT_ONCE = 8_192
# No fit yields points or values beyond this.
LIMIT = 1e9
_SIGNAL_FIELDS = {"slope", "page_slope", "offset", "bends", "range"}
_PASS_FIELDS = {"prior", "page_prior", "signals"}
_FIELDS = {"format", "made", "first", "second"}


@dataclass(frozen=True, slots=True)
class SignalWeight:
    """How a signal counts: ``slope`` and ``page_slope`` in points per unit, ``bends`` as (value, change of slope).

    ``offset`` is subtracted, so that an average line gets no points. Values outside ``range`` (least, greatest) count
    as its nearer end: nothing was learnt about them.
    """

    slope: float
    page_slope: float
    offset: float
    bends: tuple[tuple[float, float], ...]
    range: tuple[float, float]


@dataclass(frozen=True)
class PassWeights:
    """The weights of the first pass: the points of every line, of every line of a flattened page, and of signals."""

    prior: float
    page_prior: float
    signals: Mapping[str, SignalWeight]

    @cached_property
    def terms(self) -> tuple[str, ...]:
        """The names of what a line's points are the sum of: the prior, then the signals."""
        return (PRIOR, *self.signals)

    @cached_property
    def _table(self) -> _Table:
        return _Table.of(self.signals)

    def points(self, columns: Mapping[str, FloatArray], page: float) -> FloatArray:
        """The points of each term (rows, in the order of `terms`) for each line; they add up to log-odds of noise.

        ``columns``: the values of each signal by name, one per line. ``page``: how much the document looks like a
        flattened page, 0 to 1.
        """
        table = self._table
        values = np.array([columns[name] for name in table.names])
        # Two plain steps take half the time of a clip.
        np.maximum(values, table.least, out=values)
        np.minimum(values, table.greatest, out=values)
        total = values * (table.slope + table.page_slope * page)
        total -= table.offset
        for at, change in zip(table.bends, table.changes, strict=True):
            beyond = values[: at.size] - at
            np.maximum(beyond, 0.0, out=beyond)
            beyond *= change
            total[: at.size] += beyond
        found = np.empty((values.shape[0] + 1, values.shape[1]))
        found[0] = self.prior + self.page_prior * page
        found[1:] = total[table.rows]
        return found

    def totals(self, columns: Mapping[str, FloatArray], page: float, clock: Clock = NO_LIMIT) -> FloatArray:
        """The sum of the points of all terms for each line, without holding all of them in memory at once.

        ``clock``: the time limit.
        """
        count = next(iter(columns.values())).size
        if count <= LINES_AT_ONCE:
            return np.asarray(self.points(columns, page).sum(axis=0))
        found = np.empty(count)
        for first in clock.watch(range(0, count, LINES_AT_ONCE), steps=1):
            some = {name: values[first : first + LINES_AT_ONCE] for name, values in columns.items()}
            found[first : first + LINES_AT_ONCE] = self.points(some, page).sum(axis=0)
        return found


@dataclass(frozen=True, slots=True, eq=False)
class _Table:
    """The weights of many signals side by side, one row each, those with the most bends first.

    ``rows``: the row of each signal. ``bends`` and ``changes``: one array for each bend, of the signals that have it.
    """

    names: tuple[str, ...]
    rows: IntArray
    slope: FloatArray
    page_slope: FloatArray
    offset: FloatArray
    least: FloatArray
    greatest: FloatArray
    bends: tuple[FloatArray, ...]
    changes: tuple[FloatArray, ...]

    @staticmethod
    def of(weights: Mapping[str, SignalWeight]) -> _Table:
        names = tuple(sorted(weights, key=lambda name: -len(weights[name].bends)))
        signals = [weights[name] for name in names]
        most = max((len(signal.bends) for signal in signals), default=0)
        bends = [[signal.bends[number] for signal in signals if len(signal.bends) > number] for number in range(most)]
        return _Table(
            names,
            np.array([names.index(name) for name in weights], dtype=np.int64),
            _column([signal.slope for signal in signals]),
            _column([signal.page_slope for signal in signals]),
            _column([signal.offset for signal in signals]),
            _column([signal.range[0] for signal in signals]),
            _column([signal.range[1] for signal in signals]),
            tuple(_column([at for at, _ in some]) for some in bends),
            tuple(_column([change for _, change in some]) for some in bends),
        )


def _column(values: Sequence[float]) -> FloatArray:
    return np.array(values, dtype=np.float64)[:, None]


@dataclass(frozen=True, slots=True)
class TreeWeights:
    """The weights of the second pass: trees over the named signals."""

    signals: tuple[str, ...]
    trees: Trees

    @property
    def terms(self) -> tuple[str, ...]:
        """The names of what a line's points are the sum of: the prior, then the signals."""
        return (PRIOR, *self.signals)

    def points(self, columns: Mapping[str, FloatArray]) -> FloatArray:
        """The points of each term (rows, in the order of `terms`) for each line; they add up to log-odds of noise."""
        return self.trees.parts(self._matrix(columns)).T

    def totals(self, columns: Mapping[str, FloatArray], clock: Clock = NO_LIMIT) -> FloatArray:
        """The sum of the points of all terms for each line; ``clock``: the time limit."""
        count = next(iter(columns.values())).size
        if count <= ROWS_AT_ONCE:
            return self.trees.totals(self._matrix(columns), clock)
        parts = (
            {name: columns[name][first : first + ROWS_AT_ONCE] for name in self.signals}
            for first in clock.watch(range(0, count, ROWS_AT_ONCE), steps=1)
        )
        return np.concatenate([self.trees.totals(self._matrix(part), clock) for part in parts])

    def _matrix(self, columns: Mapping[str, FloatArray]) -> SingleArray:
        return side_by_side([columns[name] for name in self.signals])


@dataclass(frozen=True, slots=True)
class Weights:
    """The weights of both passes, and how they were made."""

    first: PassWeights
    second: TreeWeights
    made: Mapping[str, Any]


def dump_weights(weights: Weights) -> str:
    """The text of a weights file: one line per signal and per array of the trees."""
    head = {"format": FORMAT, "made": dict(weights.made), "first": _pass_record(weights.first)}
    text = json.dumps(head, indent=1, ensure_ascii=False)[:-2]
    arrays = trees_record(weights.second.trees).items()
    trees = ",\n".join(f'   "{name}": {json.dumps(values, separators=(",", ":"))}' for name, values in arrays)
    names = json.dumps(list(weights.second.signals))
    return f'{text},\n "second": {{\n  "signals": {names},\n  "trees": {{\n{trees}\n  }}\n }}\n}}\n'


def _pass_record(weights: PassWeights) -> dict[str, Any]:
    return {
        "prior": weights.prior,
        "page_prior": weights.page_prior,
        "signals": {
            name: {
                "slope": weight.slope,
                "page_slope": weight.page_slope,
                "offset": weight.offset,
                "bends": [list(bend) for bend in weight.bends],
                "range": list(weight.range),
            }
            for name, weight in weights.signals.items()
        },
    }


def load_weights(text: str, name: str, first: Sequence[str], second: Sequence[str]) -> Weights:
    """The weights of a file's text; ``first`` and ``second`` are the signals of the passes.

    Raises `WeightsError`, which names the file (``name``), the place in it and the fix, when the format, a field or
    a signal is not what this version of the cleaner knows.
    """
    try:
        table = json.loads(text)
    except json.JSONDecodeError as error:
        raise WeightsError(
            name, f"line {error.lineno}", f"is not valid JSON: {error.msg.removesuffix(' at')}; fit it again"
        ) from None
    except (ValueError, RecursionError) as error:
        raise WeightsError(name, "file", f"is not a weights file: {error}; fit it again") from None
    _require_fields(name, "file", table, _FIELDS)
    if table["format"] is True or table["format"] != FORMAT:
        raise WeightsError(name, "format", f"is {table['format']!r}; this version reads {FORMAT}: fit it again")
    return Weights(
        _read_pass(name, "first", table["first"], first),
        _read_trees(name, table["second"], second),
        table["made"],
    )


def _read_pass(file: str, place: str, table: Any, names: Sequence[str]) -> PassWeights:
    _require_fields(file, place, table, _PASS_FIELDS)
    _require_fields(file, f"{place}.signals", table["signals"], set(names))
    signals = {}
    for name in names:
        entry = table["signals"][name]
        where = f"{place}.signals.{name}"
        _require_fields(file, where, entry, _SIGNAL_FIELDS)
        bends, ends = entry["bends"], entry["range"]
        if not isinstance(bends, list) or not all(isinstance(bend, list) and len(bend) == 2 for bend in bends):
            raise WeightsError(file, f"{where}.bends", "must be a list of pairs of numbers; fit it again")
        if not isinstance(ends, list) or len(ends) != 2:
            raise WeightsError(file, f"{where}.range", "must be a pair of numbers; fit it again")
        signals[name] = SignalWeight(
            _number(file, f"{where}.slope", entry["slope"]),
            _number(file, f"{where}.page_slope", entry["page_slope"]),
            _number(file, f"{where}.offset", entry["offset"]),
            tuple((_number(file, f"{where}.bends", at), _number(file, f"{where}.bends", by)) for at, by in bends),
            (_number(file, f"{where}.range", ends[0]), _number(file, f"{where}.range", ends[1])),
        )
    return PassWeights(
        _number(file, f"{place}.prior", table["prior"]),
        _number(file, f"{place}.page_prior", table["page_prior"]),
        signals,
    )


def _read_trees(file: str, table: Any, names: Sequence[str]) -> TreeWeights:
    _require_fields(file, "second", table, {"signals", "trees"})

    def refuse(place: str, fix: str) -> NoReturn:
        raise WeightsError(file, f"second.{place}", f"{fix}; fit it again with this version")

    used = table["signals"]
    if not isinstance(used, list) or not used:
        refuse("signals", "must be a list of names")
    unknown = [name for name in used if name not in names]
    if unknown:
        refuse("signals", f"has {unknown[:3]}, unknown here")
    return TreeWeights(tuple(used), read_trees(table["trees"], len(used), refuse))


def _require_fields(file: str, place: str, table: Any, fields: set[str]) -> None:
    if not isinstance(table, dict):
        raise WeightsError(file, place, "must be an object; fit it again")
    missing, unknown = sorted(fields - set(table)), sorted(set(table) - fields)
    if missing:
        raise WeightsError(file, place, f"lacks {', '.join(missing[:3])}; fit it again with this version")
    if unknown:
        raise WeightsError(file, place, f"has {', '.join(unknown[:3])}, unknown here; fit it again with this version")


def _number(file: str, place: str, value: Any) -> float:
    if isinstance(value, bool) or not isinstance(value, int | float) or not -LIMIT < value < LIMIT:
        raise WeightsError(file, place, f"is {value!r}, not a number; fit it again")
    return float(value)


def read_weights_file(path: Path, first: Sequence[str], second: Sequence[str]) -> Weights:
    """The weights of a file. Raises `WeightsError` when it cannot be read."""
    try:
        text = path.read_text("utf-8")
    except (OSError, UnicodeDecodeError) as error:
        raise WeightsError(
            str(path), "file", f"cannot be read: {error}; give a file that `cleaner fit` wrote"
        ) from None
    return load_weights(text, str(path), first, second)
