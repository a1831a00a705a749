"""Finds, for all lines of a document at once, the patterns that may hold there.

The first and last letters of every line are hashed and looked up in one sorted table; one pass of an Aho-Corasick
automaton finds the strings that stand anywhere else. No candidate is missed; many are none.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from functools import cache
from itertools import chain
from typing import Any, Final

import ahocorasick_rs
import numpy as np
import numpy.typing as npt
import regex

from cleaner.clock import Clock
from cleaner.matching.gates import GATES, gate_lines
from cleaner.matching.triggers import WIDTH, WORD_CHARACTER, Need, Trigger
from cleaner.text.arrays import CodeArray, HashArray, IntArray
from cleaner.text.document import Document
from cleaner.text.folding import decode, encode, encode_small
from cleaner.text.parts import PART_LENGTH, Ranks, parts

__all__ = ["ARRAYS", "LineSample", "TriggerIndex", "character_classes"]

ByteArray = npt.NDArray[np.uint8]

WORD, DIGIT = 1, 2
LINES_AT_ONCE = 8192
ARRAYS: Final = (
    *("table_keys", "table_first", "table_numbers", "inner_first", "inner_numbers"),
    *("owner", "counts", "digits", "longest", "gates"),
)
_KEYED: Final = ("head", "tail", "whole")
_NO_GATE: Final = -1
_NO_LIMIT: Final = np.iinfo(np.int64).max
_BASIC_PLANE: Final = 0x10000
_BASE: Final = np.uint64(0x9E3779B97F4A7C15)
_HEAD, _TAIL, _WHOLE = (np.uint64(salt) for salt in (0xC2B2AE3D27D4EB4F, 0x165667B19E3779F9, 0x27D4EB2F165667C5))
_LONE_SURROGATE: Final = regex.compile("[\ud800-\udfff]")


class TriggerIndex:
    """The triggers of a sequence of patterns, looked up together; a pattern is named by its place in the sequence.

    >>> index = TriggerIndex([Trigger((Need("head", ("by ",)),)), Trigger((Need("inner", ("click",)),), digits=1)])
    >>> index.find(Document("» By Ann\\nPlease click here\\nClick 1"))[:2]
    (array([0, 2]), array([0, 1]))
    """

    def __init__(self, triggers: Sequence[Trigger]) -> None:
        needs = [(number, need) for number, trigger in enumerate(triggers) for need in trigger.needs]
        rows: dict[str, tuple[list[str], list[int]]] = {place: ([], []) for place in (*_KEYED, "inner")}
        for at, (_, need) in enumerate(needs):
            rows[need.place][0].extend(need.strings)
            rows[need.place][1].extend([at] * len(need.strings))
        keys = np.concatenate([_string_keys(rows[place][0], place) for place in _KEYED])
        numbers = np.array([at for place in _KEYED for at in rows[place][1]], dtype=np.int64)
        order = np.argsort(keys, kind="stable")
        keys, first = np.unique(keys[order], return_index=True)
        strings = sorted(set(rows["inner"][0]))
        place = {text: at for at, text in enumerate(strings)}
        owners = np.array([place[text] for text in rows["inner"][0]], dtype=np.int64)
        inner_order = np.argsort(owners, kind="stable")
        self._set_up(
            {
                "table_keys": keys,
                "table_first": np.append(first, numbers.size),
                "table_numbers": numbers[order],
                "inner_first": np.searchsorted(owners[inner_order], np.arange(len(strings) + 1)),
                "inner_numbers": np.array(rows["inner"][1], dtype=np.int64)[inner_order],
                # Needs are numbered through; those of a pattern follow each other.
                "owner": np.array([number for number, _ in needs], dtype=np.int64),
                "counts": np.array([len(trigger.needs) for trigger in triggers], dtype=np.int64),
                "digits": np.array([trigger.digits for trigger in triggers], dtype=np.int64),
                "longest": np.array([trigger.longest or _NO_LIMIT for trigger in triggers], dtype=np.int64),
                "gates": np.array([_gate_number(trigger) for trigger in triggers], dtype=np.int64),
            },
            strings,
        )

    def _set_up(self, arrays: Mapping[str, npt.NDArray[Any]], strings: list[str]) -> None:
        self._arrays = {name: arrays[name] for name in ARRAYS}
        # One string takes less room than many; folding leaves no NUL in any of them.
        self._strings = "\0".join(strings)
        self._table = _Table(arrays["table_keys"], arrays["table_first"], arrays["table_numbers"])
        self._inner = _Strings(strings, arrays["inner_first"], arrays["inner_numbers"])
        self._owner, self._counts, self._digits, self._longest, self._gates = (arrays[name] for name in ARRAYS[-5:])
        self._without = np.flatnonzero(self._counts == 0)

    def dump(self) -> tuple[dict[str, npt.NDArray[Any]], list[str]]:
        """All that the index is made of, as plain data."""
        return self._arrays, self._strings.split("\0") if self._strings else []

    @classmethod
    def load(cls, arrays: Mapping[str, npt.NDArray[Any]], strings: list[str]) -> TriggerIndex:
        """The index that the data was taken from."""
        index = cls(())
        index._set_up(arrays, strings)
        return index

    def find(self, document: Document) -> tuple[IntArray, IntArray]:
        """The lines, and for each the number of a pattern to try on it, ordered by line and then by pattern."""
        starts, ends = document.folded_starts, document.folded_ends
        codes = encode_small(document.folded.text)
        classes = character_classes(codes)
        heads, tails = _cores(Ranks((classes & WORD) != 0), starts, ends)
        is_digit = (classes & DIGIT) != 0
        del classes
        digits = Ranks(is_digit).between(starts, ends)
        codes = codes.copy()
        codes[is_digit] = ord("0")
        del is_digit
        sizes = tails - heads
        document.clock.check()
        pairs = [np.zeros(0, dtype=np.int64)]
        for first in document.clock.watch(range(0, starts.size, LINES_AT_ONCE), steps=1):
            stop = min(first + LINES_AT_ONCE, starts.size)
            found = [self._inner.find(codes, starts, first, stop, document.clock)]
            document.clock.check()
            # Only lines with a letter or digit have a head, a tail and a core.
            some = np.flatnonzero(sizes[first:stop]) + first
            lines, needs = self._table.find(line_keys(codes, heads[some], tails[some], starts[some], ends[some]))
            found.append((some[lines], needs))
            pairs.append(self._complete(found, digits, sizes))
        document.clock.check()
        for number in document.clock.watch(self._without.tolist(), steps=1):
            lines = np.flatnonzero((digits >= self._digits[number]) & (sizes <= self._longest[number]))
            pairs.append(lines * self._counts.size + number)
        return self._pass_gates(document, *np.divmod(np.sort(np.concatenate(pairs)), max(self._counts.size, 1)))

    def _complete(self, found: Sequence[tuple[IntArray, IntArray]], digits: IntArray, sizes: IntArray) -> IntArray:
        """The lines that show all the needs of a pattern, with the pattern's number: line times patterns plus number."""
        lines, needs = (np.concatenate([part[side] for part in found]) for side in (0, 1))
        numbers = self._owner[needs]
        may = (digits[lines] >= self._digits[numbers]) & (sizes[lines] <= self._longest[numbers])
        every = max(self._owner.size, 1)
        shown = np.sort(lines[may] * every + needs[may])
        lines, needs = np.divmod(shown[_is_new(shown)], every)
        numbers = self._owner[needs]
        # The needs of a pattern follow each other, so these are in order too.
        pairs = lines * self._counts.size + numbers
        first = np.flatnonzero(_is_new(pairs))
        complete = np.diff(first, append=pairs.size) == self._counts[numbers[first]]
        return np.asarray(pairs[first[complete]])

    def _pass_gates(self, document: Document, lines: IntArray, numbers: IntArray) -> tuple[IntArray, IntArray]:
        """Those of some lines and numbers of patterns where the pattern's gate lets the line through."""
        gates = self._gates[numbers]
        for gate in set(gates.tolist()) - {_NO_GATE}:
            may = (gates != gate) | gate_lines(document, GATES[gate])[lines]
            lines, numbers, gates = lines[may], numbers[may], gates[may]
        return lines, numbers


def _gate_number(trigger: Trigger) -> int:
    return GATES.index(trigger.gate) if trigger.gate else _NO_GATE


def _is_new(values: IntArray) -> npt.NDArray[np.bool_]:
    """Which of some ordered values differ from the one before."""
    marks = np.ones(values.size, dtype=bool)
    marks[1:] = values[1:] != values[:-1]
    return marks


class LineSample:
    """Lines to measure needs with: for each of some needs the lines that show it."""

    def __init__(self, document: Document, needs: Iterable[Need]) -> None:
        self.size = len(document)
        some = list(dict.fromkeys(needs))
        lines, numbers = TriggerIndex([Trigger((need,)) for need in some]).find(document)
        shown: dict[int, list[int]] = {}
        for line, number in zip(lines.tolist(), numbers.tolist(), strict=True):
            shown.setdefault(number, []).append(line)
        self._shown = {need: frozenset(shown.get(number, ())) for number, need in enumerate(some)}
        is_digit = (character_classes(encode(document.folded.text)) & DIGIT) != 0
        self._digits = Ranks(is_digit).between(document.folded_starts, document.folded_ends)

    def __call__(self, need: Need) -> frozenset[int]:
        """The lines that show a need."""
        return self._shown[need]

    def with_digits(self, digits: int) -> frozenset[int]:
        """The lines that have so many digits or more."""
        return frozenset(np.flatnonzero(self._digits >= digits).tolist())


class _Strings:
    """Strings sought anywhere in a text, each standing for the numbers of some patterns."""

    def __init__(self, strings: Sequence[str], first: IntArray, numbers: IntArray) -> None:
        self._first, self._numbers = first, numbers
        self._longest = max(map(len, strings), default=1)
        self._automaton = ahocorasick_rs.AhoCorasick(
            strings, implementation=ahocorasick_rs.Implementation.ContiguousNFA, store_patterns=False
        )

    def find(self, codes: CodeArray, starts: IntArray, line: int, stop: int, clock: Clock) -> tuple[IntArray, IntArray]:
        """The lines and pattern numbers of all strings found in the lines from one up to another.

        ``codes``: the characters of a text; ``starts``: where its lines start. ``clock``: the time that there is.
        """
        pairs = [np.zeros(0, dtype=np.int64)]
        end = int(starts[stop]) if stop < starts.size else codes.size
        # A match takes 160 bytes until it is counted.
        for first in clock.watch(range(int(starts[line]), end, PART_LENGTH), steps=1):
            size = min(PART_LENGTH, end - first)
            # A string that begins in a part may end in the next one.
            found = self._matches(decode(codes[first : first + size + self._longest - 1]))
            if not found:
                continue
            rows = np.fromiter(chain.from_iterable(found), dtype=np.int64, count=3 * len(found)).reshape(-1, 3)
            which, at = rows[rows[:, 1] < size, :2].T
            lines = np.searchsorted(starts, at + first, side="right") - 1
            # A string counts once a line, however often it stands there.
            pairs.append(np.unique(lines * self._first.size + which))
        return _spread(*np.divmod(np.concatenate(pairs), self._first.size), self._first, self._numbers)

    def _matches(self, text: str) -> list[tuple[int, int, int]]:
        try:
            return self._automaton.find_matches_as_indexes(text, overlapping=True)
        except UnicodeEncodeError:
            text = _LONE_SURROGATE.sub("\N{REPLACEMENT CHARACTER}", text)
            return self._automaton.find_matches_as_indexes(text, overlapping=True)


class _Table:
    """Sorted keys, each standing for some numbers; most keys that are not in it are turned away at a glance."""

    def __init__(self, keys: HashArray, first: IntArray, numbers: IntArray) -> None:
        self._keys, self._first, self._numbers = keys, first, numbers
        bits = max(10, (8 * keys.size).bit_length())
        self._shift = np.uint64(64 - bits)
        self._known = np.zeros(1 << bits, dtype=bool)
        self._known[keys >> self._shift] = True

    def find(self, keys: HashArray) -> tuple[IntArray, IntArray]:
        """The rows of keys that are in the table, and the numbers they stand for."""
        if not self._keys.size:
            return np.zeros(0, dtype=np.int64), np.zeros(0, dtype=np.int64)
        flat = keys.ravel()
        likely = np.flatnonzero(self._known[flat >> self._shift])
        sought = flat[likely]
        at = np.minimum(np.searchsorted(self._keys, sought), self._keys.size - 1)
        known = self._keys[at] == sought
        return _spread(likely[known] // keys.shape[1], at[known], self._first, self._numbers)


def _spread(lines: IntArray, which: IntArray, first: IntArray, numbers: IntArray) -> tuple[IntArray, IntArray]:
    """Each line once for every number that its ``which`` stands for: those from its ``first`` to the next one's."""
    counts = first[which + 1] - first[which]
    ends = np.cumsum(counts)
    offsets = np.arange(counts.sum()) - np.repeat(ends - counts, counts)
    return np.repeat(lines, counts), numbers[np.repeat(first[which], counts) + offsets]


# --- keys ------------------------------------------------------------------------------------------------


@cache
def _weights() -> HashArray:
    return np.multiply.accumulate(np.full(WIDTH, _BASE, dtype=np.uint64))


@cache
def _lengths(salt: np.uint64) -> HashArray:
    return np.arange(1, WIDTH + 1, dtype=np.uint64) * salt


def line_keys(codes: CodeArray, heads: IntArray, tails: IntArray, starts: IntArray, ends: IntArray) -> HashArray:
    """The keys of lines, a row each: of their heads and tails of every length, and of the whole line."""
    within = np.arange(WIDTH)
    at = heads[:, None] + within
    forward = _sums(codes, at, at < ends[:, None])
    at = tails[:, None] - 1 - within
    backward = _sums(codes, at, at >= starts[:, None])
    sizes = tails - heads
    last = np.clip(sizes, 1, WIDTH) - 1
    rows = np.arange(heads.size)
    whole = forward[rows, last] * _BASE + backward[rows, last] + sizes.astype(np.uint64) * _WHOLE
    return np.concatenate([forward + _lengths(_HEAD), backward + _lengths(_TAIL), whole[:, None]], axis=1)


def _sums(codes: CodeArray, at: IntArray, inside: npt.NDArray[np.bool_]) -> HashArray:
    """Running sums over rows of characters, each weighted by its place."""
    if not codes.size:
        return np.zeros(at.shape, dtype=np.uint64)
    found = codes.take(at, mode="clip") * inside
    return np.cumsum(found * _weights(), axis=1, dtype=np.uint64)


def _string_keys(strings: Sequence[str], place: str) -> HashArray:
    """The keys of strings that are sought at a place of lines."""
    if not strings:
        return np.zeros(0, dtype=np.uint64)
    sizes = np.array([len(text) for text in strings], dtype=np.int64)
    ends = np.cumsum(sizes)
    keys = line_keys(encode("".join(strings)), ends - sizes, ends, ends - sizes, ends)
    rows = np.arange(sizes.size)
    last = np.minimum(sizes, WIDTH) - 1
    column = {"head": last, "tail": WIDTH + last, "whole": np.full(sizes.size, 2 * WIDTH)}[place]
    return np.asarray(keys[rows, column])


# --- lines -----------------------------------------------------------------------------------------------


def character_classes(codes: CodeArray) -> ByteArray:
    """For each code point whether it is part of a word, a letter or digit, and whether it is a decimal digit."""
    if codes.size > PART_LENGTH:
        return np.concatenate([character_classes(codes[part]) for part in parts(codes.size)])
    if codes.itemsize > 2 and codes.size and int(codes.max()) >= _BASIC_PLANE:
        classes = _basic_classes().take(codes, mode="clip")
        beyond, place = np.unique(codes[codes >= _BASIC_PLANE], return_inverse=True)
        classes[codes >= _BASIC_PLANE] = _classes(beyond.tolist())[place]
        return classes
    return _basic_classes().take(codes)


@cache
def _basic_classes() -> ByteArray:
    classes = _classes(range(_BASIC_PLANE))
    classes.setflags(write=False)
    return classes


def _classes(codes: Iterable[int]) -> ByteArray:
    text = "".join(map(chr, codes))
    classes = np.zeros(len(text), dtype=np.uint8)
    for expression, bit in ((WORD_CHARACTER, WORD), (r"\d", DIGIT)):
        for found in regex.finditer(f"{expression}+", text):
            classes[found.start() : found.end()] |= bit
    return classes


def _cores(words: Ranks, starts: IntArray, ends: IntArray) -> tuple[IntArray, IntArray]:
    """Where the first letter or digit of each line stands and the last one ends; the line's start where it has none."""
    first, behind = words.before(starts), words.before(ends)
    has_any = behind > first
    if not words.count:
        return starts, starts
    heads = np.where(has_any, words.at(np.minimum(first, words.count - 1)), starts)
    tails = np.where(has_any, words.at(np.maximum(behind, 1) - 1) + 1, starts)
    return heads, tails
