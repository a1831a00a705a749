"""Makes other inputs from an input: texts by line, markup by tag, JSON by value, bytes by piece."""

from __future__ import annotations

import json
from collections.abc import Callable, Sequence
from functools import cache
from random import Random
from typing import Any

from fuzz.target import Mutate
from tests.material import HOSTILE, INTERFACE, LINE_ENDS, ODD, PROSE, SEPARATORS, example_lines, sample_lines

__all__ = ["as_bytes", "as_text", "damage", "mutate_json", "mutate_text", "mutate_with", "mutated_value"]

_MOST_STEPS = 4
_REPEATS = (2, 3, 10, 60, 300)
_NUMBERS = (0, 1, -1, -6, 2**31, 2**63, -(2**63), 10**400, 0.5, -0.0, 1e308, float("nan"), float("inf"), float("-inf"))
_VALUES: tuple[Any, ...] = (
    *_NUMBERS,
    None,
    True,
    False,
    "",
    "\ud800",
    "\x00",
    [],
    {},
    [[]],
    {"": None},
    ["a"],
    "9" * 5000,
)


def as_text(data: bytes) -> str:
    """The text of any bytes: UTF-8 that may contain surrogates, or with invalid bytes as surrogates."""
    try:
        return data.decode("utf-8", "surrogatepass")
    except UnicodeDecodeError:
        return data.decode("utf-8", "surrogateescape")


def as_bytes(text: str) -> bytes:
    """The bytes from which `as_text` makes this text."""
    return text.encode("utf-8", "surrogatepass")


@cache
def _pool() -> tuple[Sequence[str], ...]:
    return sample_lines(), example_lines(), PROSE, INTERFACE, ODD, HOSTILE


def line_of(random: Random) -> str:
    """A random line: from the samples, an example of a pattern, prose, interface text, or something hostile."""
    return random.choice(random.choice(_pool()))


# --- texts -----------------------------------------------------------------------------------------------


def _insert(lines: list[str], random: Random) -> None:
    lines.insert(random.randint(0, len(lines)), line_of(random) + random.choice(LINE_ENDS))


def _delete(lines: list[str], random: Random) -> None:
    at = random.randrange(len(lines))
    del lines[at : at + random.choice((1, 1, 2, 5))]


def _repeat(lines: list[str], random: Random) -> None:
    at = random.randrange(len(lines))
    piece = lines[at : at + random.choice((1, 1, 3))]
    lines[at:at] = piece * random.choice(_REPEATS[:4])


def _move(lines: list[str], random: Random) -> None:
    lines.insert(random.randrange(len(lines)), lines.pop(random.randrange(len(lines))))


def _end_otherwise(lines: list[str], random: Random) -> None:
    end = random.choice((*LINE_ENDS, *SEPARATORS, " ", "     ", ""))
    chosen = range(len(lines)) if random.random() < 0.2 else (random.randrange(len(lines)),)
    for at in chosen:
        lines[at] = lines[at].rstrip("\r\n\x85\u2028\u2029") + end


def _poke(lines: list[str], random: Random) -> None:
    at = random.randrange(len(lines))
    line = lines[at]
    place = random.randint(0, len(line))
    piece = random.choice(HOSTILE) if random.random() < 0.7 else chr(random.choice((0x7F, 0x17F, 0x3000, 0x10FFFF)))
    if random.random() < 0.15:
        piece *= random.choice(_REPEATS)
    lines[at] = line[:place] + piece + line[place:]


def _fuse(lines: list[str], random: Random) -> None:
    at = random.randrange(len(lines))
    lines[at] = line_of(random) + random.choice(("", " ", "    ", "\t")) + lines[at]


def _part(lines: list[str], random: Random) -> None:
    at = random.randrange(len(lines))
    place = random.randint(0, len(lines[at]))
    lines[at : at + 1] = [lines[at][:place] + random.choice(LINE_ENDS), lines[at][place:]]


_LINE_STEPS: tuple[Callable[[list[str], Random], None], ...] = (
    _insert,
    _insert,
    _insert,
    _delete,
    _repeat,
    _move,
    _end_otherwise,
    _poke,
    _poke,
    _fuse,
    _part,
)


def mutate_text(data: bytes, random: Random) -> bytes:
    """A text with some lines inserted, left out, repeated, moved, fused, split, or with hostile characters in them."""
    lines = as_text(data).splitlines(keepends=True)
    for _ in range(random.randint(1, _MOST_STEPS)):
        (random.choice(_LINE_STEPS) if lines else _insert)(lines, random)
    return as_bytes("".join(lines))


# --- pieces ----------------------------------------------------------------------------------------------


def mutate_with(pieces: Sequence[bytes], marks: Sequence[bytes] = (b"\n",)) -> Mutate:
    """A mutation that inserts pieces into an input, and leaves out, repeats or swaps the parts between its marks."""

    def mutate(data: bytes, random: Random) -> bytes:
        for _ in range(random.randint(1, _MOST_STEPS)):
            places = _places(data, marks)
            start, end = sorted((random.choice(places), random.choice(places)))
            step = random.randrange(6)
            if step <= 2:
                data = data[:start] + random.choice(pieces) + data[start:]
            elif step == 3:
                data = data[:start] + random.choice(pieces) + data[end:]
            elif step == 4:
                data = data[:start] + data[min(end, start + 400) :]
            else:
                data = data[:end] + data[start : min(end, start + 400)] * random.choice(_REPEATS[:3]) + data[end:]
        return damage(data, random) if random.random() < 0.2 else data

    return mutate


def _places(data: bytes, marks: Sequence[bytes]) -> list[int]:
    """Where an input may be cut: its ends, and before and after each mark."""
    found = {0, len(data)}
    for mark in marks:
        at = data.find(mark)
        while at >= 0:
            found.update((at, at + len(mark)))
            at = data.find(mark, at + 1)
    return sorted(found)


def damage(data: bytes, random: Random) -> bytes:
    """The bytes with some changed, left out, or doubled."""
    made = bytearray(data)
    for _ in range(random.randint(1, _MOST_STEPS)):
        at = random.randint(0, len(made))
        step = random.randrange(4)
        if step == 0:
            made[at : at + 1] = bytes([random.randrange(256)])
        elif step == 1:
            del made[at : at + random.choice((1, 2, 8))]
        elif step == 2:
            made[at:at] = made[at : at + 16]
        elif made:
            made[at - 1] ^= 1 << random.randrange(8)
    return bytes(made)


# --- JSON ------------------------------------------------------------------------------------------------


def mutate_json(data: bytes, random: Random) -> bytes:
    """JSON with some values changed, left out, doubled or renamed; or with damaged bytes."""
    if random.random() < 0.1:
        return damage(data, random)
    if random.random() < 0.05:
        depth = random.choice((10, 1000, 100_000))
        at = random.randint(0, len(data))
        return data[:at] + b"[" * depth + data[at:]
    try:
        value = json.loads(data)
    except (ValueError, RecursionError):
        return damage(data, random)
    for _ in range(random.randint(1, 2)):
        value = mutated_value(value, random)
    return json.dumps(value).encode()


def mutated_value(value: Any, random: Random) -> Any:
    """A JSON value with one of its parts, at any depth, changed."""
    inside = random.random() < 0.9
    if isinstance(value, dict) and value and inside:
        return _mutated_object(value, random)
    if isinstance(value, list) and value and inside:
        return _mutated_list(value, random)
    if isinstance(value, int | float) and not isinstance(value, bool) and random.random() < 0.5:
        return random.choice((value + 1, value - 1, -value, value * 1000, 0, 1))
    return random.choice(_VALUES)


def _mutated_object(value: dict[str, Any], random: Random) -> dict[str, Any]:
    key = random.choice(list(value))
    step = random.randrange(10)
    if step == 0:
        return {name: item for name, item in value.items() if name != key}
    if step == 1:
        return {**value, random.choice(("x", "", key + " ")): value[key]}
    return {**value, key: mutated_value(value[key], random)}


def _mutated_list(value: list[Any], random: Random) -> list[Any]:
    at = random.randrange(len(value))
    step = random.randrange(10)
    if step == 0:
        return value[:at] + value[at + 1 :]
    if step == 1:
        return value[:at] + [value[at]] * random.choice((2, 3)) + value[at:]
    return [*value[:at], mutated_value(value[at], random), *value[at + 1 :]]
