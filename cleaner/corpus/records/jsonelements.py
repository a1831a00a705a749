"""The elements of a JSON file, one by one, as bytes: those of an array, or objects one after the other."""

from __future__ import annotations

import codecs
from collections.abc import Iterator
from dataclasses import dataclass

from cleaner.corpus.records.buffers import Buffer
from cleaner.corpus.records.chunks import Fields, Limits, too_long
from cleaner.corpus.records.jsonscan import (
    ValueScanner,
    after_space,
    has_field,
    member_names,
    record_arrays,
    value_end,
)
from cleaner.corpus.records.limits import QUOTED_BYTES
from cleaner.corpus.records.sources import Source
from cleaner.corpus.records.streams import Blocks
from cleaner.errors import InputError

__all__ = ["JsonElements", "RawElement"]

# How much of an object is looked at to see whether it is a record itself or has an array of them.
_HEAD_BYTES = 16 << 20
_USE = "give an array of objects, or objects"


@dataclass(frozen=True, slots=True)
class RawElement:
    """An element with what stands before it; of one that is too long, the beginning and how many bytes follow."""

    gap: bytes
    data: bytes
    skipped: int = 0

    @property
    def size(self) -> int:
        """How many bytes it and the gap have in the file."""
        return len(self.gap) + len(self.data) + self.skipped

    @property
    def failure(self) -> str | None:
        """Why it cannot be read, if it is too long."""
        size = len(self.data) + self.skipped
        return too_long("record", size, len(self.data)) if self.skipped else None


class JsonElements:
    """Iterates over the elements of a file; ``damage`` is what ends them too early, or says that there are none.

    ``closing`` is what follows the last element, once all are read, and ``made_closing`` what would follow it if the
    file ended there. ``is_bare``: the elements are in no array. ``other_names``: where the file is an object without a
    text, the fields of the first records that it holds.
    """

    def __init__(self, source: Source, limits: Limits, fields: Fields) -> None:
        self.damage: InputError | None = None
        self.closing = b""
        self.made_closing = b""
        self.is_bare = False
        self.other_names: list[str] = []
        self._source = source
        self._fields = fields
        self._limit = limits.record_bytes
        self._blocks = Blocks(source)
        self._buffer = Buffer(iter(self._blocks))
        self._offset = 0  # of the first byte in the buffer
        self._depth = 0  # how many objects are around the array

    @property
    def consumed(self) -> int:
        """How far the file itself has been read."""
        return self._blocks.consumed

    def __iter__(self) -> Iterator[RawElement]:
        try:
            at = self._begin()
            while at is not None:
                yield self._element(self._take(at))
                at = self._next()
        except InputError as error:
            self.damage = error

    # --- the parts of a file ------------------------------------------------------------------------------

    def _begin(self) -> int | None:
        """Find out what the file is; returns where its first element begins, if it has any."""
        at = self._after_mark()
        sign = self._sign(at)
        if sign == b"{":
            array = self._array_in(at)
            self.is_bare = array is None
            if array is None:
                return at
            at, self._depth = array
        elif sign != b"[":
            what = "is empty" if not sign else "begins neither with an array nor with an object, so it has no texts"
            raise self._buffer.damage or InputError(f"{self._source.name}: {what}; {_USE}")
        self.made_closing = b"]" + b"}" * self._depth + b"\n"
        at = self._after_space(at + 1)
        if self._sign(at) == b"]":
            self._close(at)
            return None
        return self._value(at)

    def _after_mark(self) -> int:
        """Where the text begins, after a byte order mark and spaces."""
        while len(self._buffer.data) < 4 and not self._buffer.is_whole:
            self._buffer.fill()
        head = bytes(self._buffer.data[:4])
        if b"\0" in head or head.startswith((codecs.BOM_UTF16_LE, codecs.BOM_UTF16_BE)):
            raise InputError(
                f"{self._source.name}: is not UTF-8 but, it seems, UTF-16; convert it first, as with: iconv -f UTF-16 -t UTF-8"
            )
        return self._after_space(len(codecs.BOM_UTF8) if head.startswith(codecs.BOM_UTF8) else 0)

    def _array_in(self, at: int) -> tuple[int, int] | None:
        """Where the array begins that holds the records of an object, and how deep; None if it is a record itself."""
        buffer, scanner = self._buffer, ValueScanner(at)
        while len(buffer.data) < min(self._limit, _HEAD_BYTES) and not buffer.is_whole:
            end = scanner.end(buffer.data, is_whole=False)
            if end is not None and self._sign(self._after_space(end)):
                # Others follow it.
                return None
            if end is not None:
                break
            buffer.fill()
        text = self._fields.text
        if has_field(buffer.data, at, text):
            return None
        for array, first, depth in record_arrays(buffer.data, at):
            if has_field(buffer.data, first, text):
                return array, depth
            if not self.other_names and value_end(buffer.data, first) is not None:
                self.other_names = member_names(buffer.data, first)
        return None

    def _next(self) -> int | None:
        """Where the next element begins; None if the last one was before."""
        at = self._after_space(0)
        if self.is_bare:
            if not self._sign(at):
                if self._buffer.damage is not None:
                    raise self._buffer.damage
                self.closing = self._take(at)
                return None
            return at if self._sign(at) in (b"{", b"[") else self._stop(at, "more text follows the object")
        if self._sign(at) == b"]":
            self._close(at)
            return None
        if self._sign(at) != b",":
            self._stop(at, "a comma is missing" if self._sign(at) else "its end is missing")
        return self._value(self._after_space(at + 1))

    def _value(self, at: int) -> int:
        sign = self._sign(at)
        if not sign:
            self._stop(at, "its end is missing")
        if sign in b",]}" or sign < b" ":
            self._stop(at, "a value is missing")
        return at

    def _element(self, gap: bytes) -> RawElement:
        """The element that begins where the buffer does."""
        buffer, scanner = self._buffer, ValueScanner(0)
        begin = self._offset
        head = b""
        skipped = 0
        while (end := scanner.end(buffer.data, is_whole=buffer.is_whole)) is None:
            if buffer.is_whole:
                self._offset = begin
                self._stop(0, "the end of the record is missing that begins")
            if skipped or len(buffer.data) > self._limit:
                head = head or bytes(buffer.data[: min(self._limit, QUOTED_BYTES)])
                count = scanner.at
                skipped += len(self._take(count))
                scanner.drop(count)
            buffer.fill()
        data = self._take(end)
        if not skipped and len(data) <= self._limit:
            return RawElement(gap, data)
        head = head or data[: min(self._limit, QUOTED_BYTES)]
        return RawElement(gap, head, skipped + len(data) - len(head))

    def _close(self, at: int) -> None:
        """Read what follows the last element: the end of the array, that of the objects around it, and spaces."""
        buffer = self._buffer
        end: int | None = at + 1
        if self._depth:
            scanner = ValueScanner(at + 1, self._depth)
            while (end := scanner.end(buffer.data, is_whole=buffer.is_whole)) is None:
                if buffer.is_whole or len(buffer.data) > self._limit:
                    self._stop(len(buffer.data), "the end of the object around the records is missing")
                buffer.fill()
        assert end is not None
        last = self._after_space(end)
        if self._sign(last):
            self.made_closing = bytes(buffer.data[:end]) + b"\n"
            self._stop(last, "more text follows its end")
        if buffer.damage is not None:
            raise buffer.damage
        self.closing = self._take(last)

    # --- bytes --------------------------------------------------------------------------------------------

    def _sign(self, at: int) -> bytes:
        """The byte at a place that was looked for; none at the end of the file."""
        return bytes(self._buffer.data[at : at + 1])

    def _after_space(self, at: int) -> int:
        buffer = self._buffer
        while (end := after_space(buffer.data, at)) == len(buffer.data) and not buffer.is_whole:
            if len(buffer.data) > self._limit:
                self._stop(0, f"more than {self._limit} spaces stand in a row")
            at = end
            buffer.fill()
        return end

    def _take(self, count: int) -> bytes:
        self._offset += count
        return self._buffer.take(count)

    def _stop(self, at: int, what: str) -> int:
        """Raise the error of a file that cannot be read from here on."""
        if self._buffer.damage is not None:
            raise self._buffer.damage
        raise InputError(
            f"{self._source.name}: is not valid JSON: {what} at byte {self._offset + at + 1}, only what comes before is "
            "read; get it again or correct it"
        )

    def no_objects(self) -> InputError:
        """The error of an array that begins with anything but objects."""
        return InputError(f"{self._source.name}: holds an array, but not of objects, so it has no texts; {_USE}")
