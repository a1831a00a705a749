"""The model that scores blocks: boosted trees, read from and written to one JSON file.

A block's points are log-odds of main content, as a sum over signals; see `cleaner.trees`.
"""

from __future__ import annotations

import json
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from functools import partial
from typing import Any, NoReturn

import numpy as np

from cleaner.clock import NO_LIMIT, Clock
from cleaner.errors import WeightsError
from cleaner.text.arrays import FloatArray, SingleArray
from cleaner.trees import Trees, is_number, read_trees, trees_record

__all__ = ["FORMAT", "BlockModel", "dump_model", "load_model"]

FORMAT = 1
_FIELDS = {"format", "made", "signals", "names", "trees"}


@dataclass(frozen=True, eq=False)
class BlockModel:
    """Trees over named signals, the weights of the words in elements' names, and how the model was made."""

    signals: tuple[str, ...]
    names: Mapping[str, float]
    trees: Trees
    made: Mapping[str, Any]

    def matrix(self, groups: Iterable[dict[str, FloatArray]], blocks: int) -> SingleArray:
        """The signals of ``blocks`` blocks, given in groups, as a matrix: one row per block, one column per signal.

        The groups are emptied, so that no signal is in memory twice. Raises `KeyError` for a signal that is missing.
        """
        table = np.empty((len(self.signals), blocks), dtype=np.float32)
        rows = {name: row for row, name in enumerate(self.signals)}
        for group in groups:
            for name in rows.keys() & group.keys():
                table[rows.pop(name)] = group[name]
            group.clear()
        if rows:
            raise KeyError(*rows)
        return table.T

    def points(self, values: SingleArray, clock: Clock = NO_LIMIT) -> FloatArray:
        """The points of each row of values: log-odds of main content; ``clock``: the time limit."""
        return self.trees.totals(values, clock)

    def parts(self, values: SingleArray) -> FloatArray:
        """The parts of each row's points, one column each: the trees' starting value, then what each signal adds."""
        return self.trees.parts(values)


def dump_model(model: BlockModel) -> str:
    """The text of a model file."""
    trees = trees_record(model.trees)
    head = json.dumps({"format": FORMAT, "made": dict(model.made)}, ensure_ascii=False, indent=1)[:-2]
    parts = [
        f' "signals": {json.dumps(list(model.signals))}',
        f' "names": {json.dumps(dict(model.names), ensure_ascii=False)}',
        ' "trees": {\n'
        + ",\n".join(f'  "{name}": {json.dumps(values, separators=(",", ":"))}' for name, values in trees.items())
        + "\n }",
    ]
    return ",\n".join([head, *parts]) + "\n}\n"


def load_model(text: str, name: str, signals: Sequence[str]) -> BlockModel:
    """The model of a file's text; ``signals`` are those that this version of the cleaner measures.

    Raises `WeightsError`, which names the file (``name``), the place in it and the fix.
    """
    try:
        table = json.loads(text)
    except (ValueError, RecursionError) as error:
        raise WeightsError(name, "file", f"is not valid JSON: {error}; fit it again") from None
    _require(name, "file", isinstance(table, dict) and set(table) == _FIELDS, f"must have {', '.join(sorted(_FIELDS))}")
    _require(name, "format", table["format"] == FORMAT and table["format"] is not True, f"must be {FORMAT}")
    _require(name, "made", isinstance(table["made"], dict), "must be an object")
    used = table["signals"]
    _require(name, "signals", isinstance(used, list) and len(used) > 0, "must be a list of names")
    unknown = [item for item in used if item not in signals]
    _require(name, "signals", not unknown, f"has {unknown[:3]}, unknown here")
    names = table["names"]
    _require(name, "names", isinstance(names, dict), "must be an object")
    for word, weight in names.items():
        _require(name, f"names.{word}", is_number(weight), f"is {weight!r}, not a number")
    trees = read_trees(table["trees"], len(used), partial(_refuse, name))
    return BlockModel(tuple(used), names, trees, table["made"])


def _require(file: str, place: str, good: bool, fix: str) -> None:  # noqa: FBT001
    if not good:
        _refuse(file, place, fix)


def _refuse(file: str, place: str, fix: str) -> NoReturn:
    raise WeightsError(file, place, f"{fix}; fit it again with this version")
