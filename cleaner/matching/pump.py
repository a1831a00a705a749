"""Lines made to keep an expression busy, out of the expression itself.

They hold what it repeats, again and again, and then an end that it cannot take.
"""

from __future__ import annotations

import time
from collections.abc import Iterator
from contextlib import suppress
from functools import lru_cache
from itertools import islice, product
from typing import Final, NamedTuple

import regex

from cleaner.matching.gates import SHORT_LINE
from cleaner.matching.pattern import WINDOW, Pattern
from cleaner.text.folding import fold

__all__ = ["MAX_SECONDS", "hostile_lines", "slow_line"]

# What a search of one line may take, in CPU seconds. Less is allowed where it grows no faster than with the square of
# the line's length, and below the second figure in any case (all set by hand).
MAX_SECONDS: Final = 0.25
SMALL_SECONDS: Final = 0.12
# How much longer a line twice as long may take: four times is the square, eight times the cube.
MAX_GROWTH: Final = 6.0
# A pattern has up to so many lines; the built-in ones have 60 in the mean.
MAX_LINES: Final = 400
MAX_SAMPLES: Final = 6
# An expression of more groups in each other is not taken apart.
MAX_DEPTH: Final = 100
_PROBES: Final = "a1 .-,:|A/(\"'é新\u00a0\t@#"
_ENDS: Final = "xqzjkwvbyg"
_PIECE: Final = regex.compile(
    r"(?P<atom>\\(?:[pPN]\{[^}]*+\}|x[0-9a-fA-F]{2}|u[0-9a-fA-F]{4}|U[0-9a-fA-F]{8}|.)"
    r"|\[\^?\]?(?:\[:[^\]]*+:\]|\\.|[^\]\\])*+\]|[^()|*+?\[\]{}^$\\]|[\]{}])"
    r"|(?P<comment>\(\?#[^)]*+\))|(?P<flags>\(\?[a-zA-Z0-9-]++\))|(?P<look>\(\?<?[=!])"
    r"|(?P<open>\((?:\?(?:P?<\w++>|[a-zA-Z0-9-]*+:|>|\|))?+)|(?P<close>\))|(?P<choice>\|)|(?P<edge>[\^$])",
    regex.DOTALL,
)
_COUNT: Final = regex.compile(r"(?:(?P<sign>[*+?])|\{(?P<least>\d{0,9}+)(?P<open>,(?P<most>\d{0,9}+))?\})[?+]?+")


class _Part(NamedTuple):
    """A part of an expression: texts that it can hold on, and its loops: what stands before each, and what it repeats."""

    samples: tuple[str, ...]
    loops: tuple[tuple[str, tuple[str, ...]], ...] = ()


def slow_line(pattern: Pattern) -> tuple[str, float] | None:
    """A line that the expression of a pattern takes too long on, with its CPU seconds or more; None where none is known.

    Lines have the most characters that the pattern is searched in.
    """
    for line in islice(hostile_lines(pattern), MAX_LINES):
        # What one look shows, another one must: the machine may have been busy with something else.
        seconds = (
            min(_seconds(pattern, line), _seconds(pattern, line)) if _seconds(pattern, line) > SMALL_SECONDS else 0.0
        )
        if seconds > MAX_SECONDS:
            return line, seconds
        if seconds > SMALL_SECONDS and seconds > MAX_GROWTH * _seconds(pattern, _halved(line)):
            return line, seconds
    return None


def hostile_lines(pattern: Pattern) -> Iterator[str]:
    """Lines made to keep the expression of a pattern busy, each as long as its lines may be.

    >>> from cleaner.result import Kind
    >>> pattern = Pattern("en.byline.a", Kind.BYLINE, "en", "", regex="(ab)+c", max_length=9, must_match=("abc",))
    >>> next(hostile_lines(pattern))
    'abababa\\x01x'
    """
    reach = _reach(pattern)
    for head, unit, end in _made_of(pattern):
        line = (head + unit * (reach // len(unit) + 1))[: max(reach - len(end), 1)] + end
        yield line if pattern.case == "exact" else fold(line)


def _made_of(pattern: Pattern) -> Iterator[tuple[str, str, str]]:
    """What lines begin with, what is repeated in them, and what they end in, each once."""
    expression = pattern.expression
    examples = pattern.must_match[:2]
    # No anchor takes the end, and no letter of the expression stands in it; or all that a match must hold behind it.
    letter = next((letter for letter in _ENDS if letter not in expression), "x")
    ends = (f"\x01{letter}", f"\x01{letter}{''.join(examples[:1])}", "")
    loops = list(dict.fromkeys((head, unit) for head, units in _parsed(expression).loops for unit in units if unit))
    pairs = [(before + head, unit) for head, unit in loops for before in ("", *examples)]
    pieces = [piece for example in examples for piece in (example[:20], example[-6:], example)]
    units = dict.fromkeys([*pieces, " ", "a", "1 ", "a b "])
    pairs += product(("", *examples), units)
    yield from ((head, unit, end) for head, unit in dict.fromkeys(pairs) for end in ends)


def _reach(pattern: Pattern) -> int:
    """The most characters of a line that a pattern is searched in."""
    most = [2 * WINDOW]
    if pattern.max_length:
        most.append(pattern.max_length)
    if pattern.gate == "short":
        most.append(SHORT_LINE)
    return min(most)


def _halved(line: str) -> str:
    """A line with half of what is repeated in it."""
    return line[: len(line) // 2] + line[-2:]


def _seconds(pattern: Pattern, line: str) -> float:
    """The CPU time of a search, or of the part of it after which it is given up."""
    started = time.process_time()
    with suppress(TimeoutError):
        pattern.compiled.search(line, timeout=2 * MAX_SECONDS)
    return time.process_time() - started


# --- expressions -----------------------------------------------------------------------------------------


def _parsed(expression: str) -> _Part:
    """An expression taken apart; without loops where it is written in a way that is not known here."""
    try:
        part, at = _choices(expression, 0, 0)
    except ValueError:
        return _Part(("",))
    return part if at == len(expression) else _Part(("",))


def _choices(source: str, at: int, depth: int) -> tuple[_Part, int]:
    """The part from a place to the end of its group, and where that is."""
    if depth > MAX_DEPTH:
        raise ValueError("lies too deep")
    options = [_Part(("",))]
    while at < len(source):
        piece = _PIECE.match(source, at)
        if piece is None:
            raise ValueError("is not known")
        if piece["close"]:
            break
        at = piece.end()
        if piece["choice"]:
            options.append(_Part(("",)))
            continue
        part = _Part(("",))
        if piece["atom"]:
            part = _Part(_samples(piece["atom"]))
        elif piece["open"] or piece["look"]:
            part, at = _choices(source, at, depth + 1)
            if source[at : at + 1] != ")":
                raise ValueError("is not closed")
            at += 1
            if piece["look"]:
                part = _Part(("",), part.loops)
        part, at = _counted(source, part, at)
        options[-1] = _joined(options[-1], part)
    samples = dict.fromkeys(sample for option in options for sample in option.samples)
    return _Part(tuple(samples)[:MAX_SAMPLES], tuple(loop for option in options for loop in option.loops)), at


def _counted(source: str, part: _Part, at: int) -> tuple[_Part, int]:
    """A part with the count behind it, if there is one, and where that ends."""
    count = _COUNT.match(source, at)
    if count is None:
        return part, at
    least = int(count["least"] or 0) if count["sign"] is None else int(count["sign"] == "+")
    if count["sign"] is None:
        most = int(count["most"]) if count["most"] else None if count["open"] else least
    else:
        most = 1 if count["sign"] == "?" else None
    loops = part.loops
    if most is None or most > least + 1:
        loops = (*loops, ("", part.samples))
    samples = tuple(sample * min(least, 2 * WINDOW) for sample in part.samples) if least else ("", *part.samples)
    return _Part(samples[:MAX_SAMPLES], loops), count.end()


def _joined(before: _Part, part: _Part) -> _Part:
    """Two parts one after the other."""
    head = before.samples[0][: 2 * WINDOW]
    loops = tuple((head + inner, units) for inner, units in part.loops)
    count = max(len(before.samples), len(part.samples))
    pairs = ((before.samples[at % len(before.samples)], part.samples[at % len(part.samples)]) for at in range(count))
    return _Part(tuple(dict.fromkeys((one + other)[: 2 * WINDOW] for one, other in pairs)), before.loops + loops)


@lru_cache(maxsize=4096)
def _samples(atom: str) -> tuple[str, ...]:
    """Characters that one piece of an expression holds on; nothing where it is an edge or refers to another one."""
    try:
        look = regex.compile(atom).fullmatch
    except regex.error:
        return ("",)
    found = [probe for probe in _PROBES if look(probe)]
    if not found and len(atom) == 1:
        return (atom,)
    if not found and (literal := regex.fullmatch(r"\\([^\w\s])", atom)):
        return (literal[1],)
    if not found and atom.startswith("["):
        found = [character for character in atom[1:-1] if look(character)]
    return tuple(found[: MAX_SAMPLES // 2]) or ("",)
