"""What a target is: a call under test, the promises it keeps, and inputs to begin with."""

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

    ``run`` makes the call on an input; it is what is timed. ``errors`` are what it may raise, nothing else.
    ``check`` holds what it returned to its promises, and raises `AssertionError` where one is broken.
    ``seeds`` are inputs to begin with; ``mutate`` makes another input of one, in the shape of its kind.
    ``max_size`` is in bytes.
    """

    run: Callable[[bytes], Any]
    check: Callable[[bytes, Any], None]
    seeds: Callable[[], Iterable[bytes]]
    mutate: Mutate
    errors: tuple[type[Exception], ...] = ()
    max_size: int = 8192


def chosen_by(data: bytes, count: int) -> int:
    """A number below ``count`` that follows from an input alone, so that the input says all there is to repeat."""
    return (sum(data[:64]) + len(data)) % count
