"""JSONL: one JSON object per line; everything but the cleaned text stays byte for byte the same."""

from __future__ import annotations

import codecs
import json
from collections.abc import Iterator, Sequence
from math import isnan
from typing import Any

from cleaner.corpus.records.chunks import (
    KNOWN,
    Document,
    Done,
    Fields,
    Item,
    Limits,
    Place,
    RawChunk,
    too_large,
    too_long,
)
from cleaner.corpus.records.jsonfields import FieldError, JsonObject, parse_object
from cleaner.corpus.records.limits import QUOTED_BYTES
from cleaner.corpus.records.sources import Compression, Source
from cleaner.corpus.records.streams import Blocks, compress
from cleaner.errors import InputError

__all__ = ["json_line", "read_chunks", "read_items", "read_object", "wanted_names", "write_items", "written_pieces"]

_INT_DIGITS = 19
# How many names of fields a message lists, and how much of each.
_NAMES_LISTED = 20
_NAME_LENGTH = 60


# --- reading ---------------------------------------------------------------------------------------------


def read_chunks(source: Source, start: Place, limits: Limits, fields: Fields) -> Iterator[RawChunk]:
    """Chunks of whole lines: each ends with the first line end at or after the size of a chunk.

    A line longer than the limit is a chunk of its own, of which only the beginning is held.
    """
    del fields
    blocks = Blocks(source, start.offset)
    cutter = _Cutter(iter(blocks), limits)
    place = start
    while cut := cutter.next_chunk():
        data, skipped = cut
        lines = data.count(b"\n") + (not data.endswith(b"\n")) if not skipped else 1
        size = len(data) + skipped
        end = Place(place.offset + size, place.records + lines)
        reason = too_long("line", size, len(data)) if skipped else None
        yield RawChunk(data, place, end, size, blocks.consumed, skipped, reason)
        place = end
    if cutter.damage is not None:
        raise cutter.damage


class _Cutter:
    """Cuts blocks of any size into chunks of lines; ``damage``: the error that ended the blocks too early."""

    damage: InputError | None = None

    def __init__(self, blocks: Iterator[bytes], limits: Limits) -> None:
        self._blocks = blocks
        self._limits = limits
        self._held = bytearray()

    def next_chunk(self) -> tuple[bytes, int] | None:
        """The next chunk and how many bytes after it were left out; None at the end."""
        size, limit = self._limits.chunk_bytes, self._limits.record_bytes
        searched = size - 1
        more = True
        while more:
            end = self._held.find(b"\n", searched)
            if len(self._held) > limit:
                # Only the last line can be too long: the others fit within the size of a chunk.
                last = self._held.rfind(b"\n", 0, size - 1) + 1
                if (end + 1 if end >= 0 else len(self._held)) - last > limit:
                    return self._take_long_line() if last == 0 else (self._take(last), 0)
            if end >= 0:
                return self._take(end + 1), 0
            searched = max(size - 1, len(self._held))
            more = self._fill()
        return (self._take(len(self._held)), 0) if self._held else None

    def _fill(self) -> bool:
        try:
            block = next(self._blocks, None)
        except InputError as error:
            self.damage = error
            block = None
        if block is not None:
            self._held += block
        return block is not None

    def _take(self, count: int) -> bytes:
        data = bytes(self._held[:count])
        del self._held[:count]
        return data

    def _take_long_line(self) -> tuple[bytes, int]:
        head = self._take(min(self._limits.record_bytes, QUOTED_BYTES))
        skipped = 0
        while (end := self._held.find(b"\n")) < 0:
            skipped += len(self._held)
            self._held.clear()
            if not self._fill():
                return head, skipped
        self._take(end + 1)
        return head, skipped + end + 1


def read_items(chunk: RawChunk, fields: Fields, *, max_bytes: int, to_jsonl: bool) -> list[Item]:
    """The lines of a chunk; blank ones and those whose text is null pass."""
    del to_jsonl
    first = chunk.start.records + 1
    if chunk.failure is not None:
        return [Item(first, chunk.payload, failure=chunk.failure)]
    names = wanted_names(fields)
    lines = chunk.payload.splitlines(keepends=True) if b"\r" not in chunk.payload else _split_lines(chunk.payload)
    return [read_object(first + index, line, fields, names, max_bytes) for index, line in enumerate(lines)]


def wanted_names(fields: Fields) -> frozenset[str]:
    """The names of the fields that are looked for in an object."""
    return frozenset(filter(None, (fields.text, fields.id, fields.result, *(getattr(fields, name) for name in KNOWN))))


def _split_lines(data: bytes) -> list[bytes]:
    """The lines with their line ends; a lone carriage return is not a line end."""
    lines = [line + b"\n" for line in data.split(b"\n")]
    last = lines.pop()[:-1]
    return [*lines, last] if last else lines


def read_object(number: int, line: bytes, fields: Fields, names: frozenset[str], max_bytes: int) -> Item:
    """The record in the source of an object, which may be a line with its end; ``names`` are those of its fields.

    Blank lines pass, and so do records whose text is a missing value.
    """
    mark = codecs.BOM_UTF8 if number == 1 and line.startswith(codecs.BOM_UTF8) else b""
    bare = line[len(mark) :].rstrip(b"\r\n")
    if not bare.strip():
        return Item(number, line)
    record = None
    try:
        record = parse_object(bare.decode("utf-8"), names)
        text = _text_of(record, fields.text)
        if text is None:
            return Item(number, line)
        if reason := too_large(text, max_bytes):
            return Item(number, line, failure=reason, id=_identifier(record, fields.id))
        if fields.result is not None and fields.result != fields.text:
            # Checked now, while it can still be reported as a failure of this record.
            record.with_field(fields.result, "", fields.text)
    except UnicodeDecodeError as error:
        return Item(number, line, failure=f"is not UTF-8 at byte {len(mark) + error.start + 1} of the line")
    except FieldError as error:
        own = None if record is None else _identifier(record, fields.id)
        return Item(number, line, failure=str(error), id=own)
    writer = _Writer(line, mark, bare, record, fields)
    known = {name: _string(record, getattr(fields, name)) for name in KNOWN}
    html = text if fields.is_html else None
    text = "" if fields.is_html else text
    return Item(number, line, Document(text, writer, **known, id=_identifier(record, fields.id), html=html))


def _text_of(record: JsonObject, name: str) -> str | None:
    """The text of a record; None where it has a missing value, which is null or, as pandas writes it, NaN."""
    if name not in record.found:
        raise FieldError(f"the field {name!r} is missing; {_listed(record.names)}")
    value = record.found[name].value
    start = record.found[name].start
    if (isinstance(value, float) and isnan(value)) or record.source.startswith("null", start):
        return None
    if not isinstance(value, str) or not record.source.startswith('"', start):
        raise FieldError(f"the field {name!r} is not a string")
    return value


def _listed(names: list[str]) -> str:
    """What fields a record has, for a message."""
    if not names:
        return "the record has none"
    shown = [name if len(name) <= _NAME_LENGTH else f"{name[:_NAME_LENGTH]}..." for name in names[:_NAMES_LISTED]]
    return f"the record has {', '.join(shown)}{', ...' * (len(names) > _NAMES_LISTED)}"


def _identifier(record: JsonObject, name: str) -> Any:
    """The identifier of a record: a string, or an integer if it has a usual size."""
    found = record.found.get(name)
    if found is None or not isinstance(found.value, str) or record.source.startswith('"', found.start):
        return None if found is None else found.value
    return int(found.value) if len(found.value) < _INT_DIGITS and found.value.lstrip("-").isdigit() else found.value


def _string(record: JsonObject, name: str) -> str | None:
    found = record.found.get(name)
    if found is None or not isinstance(found.value, str) or not record.source.startswith('"', found.start):
        return None
    return found.value or None


# --- writing ---------------------------------------------------------------------------------------------


class _Writer:
    """Puts another text into a line; the original text gives the original line."""

    __slots__ = ("_bare", "_fields", "_line", "_mark", "_record")

    def __init__(self, line: bytes, mark: bytes, bare: bytes, record: JsonObject, fields: Fields) -> None:
        self._line = line
        self._mark = mark
        self._bare = bare
        self._record = record
        self._fields = fields

    def __call__(self, text: str) -> bytes:
        field, result = self._fields.text, self._fields.result
        target = result or field
        if target in self._record.found and self._record.found[target].value == text:
            return self._line
        made = self._record.with_field(target, text, field)
        end = self._line[len(self._mark) + len(self._bare) :]
        # A lone surrogate, which UTF-8 cannot encode, becomes its escape, as JSON writes it too.
        return self._mark + made.encode("utf-8", "backslashreplace") + end


def write_items(done: Sequence[Done], compression: Compression | None, *, to_jsonl: bool) -> bytes:
    """The lines of a chunk without those that failed, as one member or frame."""
    del to_jsonl
    return compress(b"".join(written_pieces(done)), compression)


def written_pieces(done: Sequence[Done]) -> Iterator[bytes]:
    """The bytes of each item that did not fail: with its new text, or unchanged."""
    for item, text in done:
        if item.failure is None:
            yield item.raw if item.document is None or text is None else item.document.write(text)


def json_line(record: dict[str, Any]) -> bytes:
    """A record as a line of JSON."""
    return json.dumps(record, ensure_ascii=False).encode("utf-8", "backslashreplace") + b"\n"
