"""Defines a target: a call under test, the promises it keeps, and inputs to start with."""

from __future__ import annotations

from collections.abc import Callable, Iterable
from dataclasses import dataclass
from random import Random
from typing import Any

__all__ = ["Mutate", "Target", "chosen_by"]

Mutate = Callable[[bytes, Random], bytes]


@dataclass(frozen=True, slots=True)
class Target:
    """One call under test.

    ``run`` makes the call on an input, and is timed. ``errors``: the only errors that it may raise. ``check`` checks
    the promises about what it returned, and raises `AssertionError` if one is broken. ``seeds``: inputs to start with.
    ``mutate`` makes another input of the same kind from one. ``max_size`` is in bytes.
    """

    run: Callable[[bytes], Any]
    check: Callable[[bytes, Any], None]
    seeds: Callable[[], Iterable[bytes]]
    mutate: Mutate
    errors: tuple[type[Exception], ...] = ()
    max_size: int = 8192


def chosen_by(data: bytes, count: int) -> int:
    """A number below ``count`` that depends only on the input, so that the input is enough to repeat a trial."""
    return (sum(data[:64]) + len(data)) % count
