"""JSON files: an array of objects, in an object or not, or objects one after the other.

All but the cleaned texts stays as the bytes it came in. A file is read in chunks of whole elements, so that memory use
stays constant. The comma before the first element that a chunk writes belongs there only if an element was written
before it, which only the writing side knows: it is written apart from the chunk, as its *joint*.
"""

from __future__ import annotations

import codecs
from collections.abc import Iterator, Sequence
from dataclasses import dataclass

from cleaner.corpus.records.chunks import Done, Fields, Item, Limits, Place, RawChunk
from cleaner.corpus.records.jsonelements import JsonElements, RawElement
from cleaner.corpus.records.jsonl import read_object, wanted_names
from cleaner.corpus.records.jsonscan import has_column
from cleaner.corpus.records.sources import Compression, Source
from cleaner.corpus.records.streams import compress
from cleaner.errors import InputError

__all__ = ["Element", "read_chunks", "read_items", "write_frame", "write_items", "write_joint"]

_MISPLACED_MARK = "is not valid JSON: a byte order mark is at character 1"


@dataclass(frozen=True, slots=True)
class Element(Item):
    """A record of a file, and what stands around it: before the first, between two, and after the last."""

    opening: bytes = b""
    gap: bytes = b""
    closing: bytes = b""


# --- reading ---------------------------------------------------------------------------------------------


def read_chunks(source: Source, start: Place, limits: Limits, fields: Fields) -> Iterator[RawChunk]:
    """Chunks of whole elements: what stands before each and the element, again and again, and what follows the last.

    An element beyond the limit is a chunk of its own, of which only the beginning is held. An empty array is one
    record that passes. Where a file is damaged, the elements before the damage are closed as an array is, and then
    `InputError` is raised; so it is where a file holds something else than objects. To begin in the middle, the file
    is read from its beginning: only there it says what it is.
    """
    place = Place()
    for chunk in _all_chunks(source, limits, fields):
        if place.offset >= start.offset:
            yield chunk
        place = chunk.end


def _all_chunks(source: Source, limits: Limits, fields: Fields) -> Iterator[RawChunk]:
    elements = JsonElements(source, limits, fields)
    held: list[RawElement] = []
    size = 0
    place = Place()
    for element in elements:
        # Only now it is certain that those held are not the last ones, which what closes the file follows.
        if size >= limits.chunk_bytes or (held and (element.skipped or held[-1].skipped)):
            _check_first(place, held, elements)
            chunk = _chunk(place, held, b"", elements.consumed)
            yield chunk
            place, held, size = chunk.end, [], 0
        held.append(element)
        size += element.size
    if elements.damage is not None:
        if held:
            chunk = _chunk(place, held, b"", elements.consumed)
            chunk.payload[-1] = elements.made_closing
            yield chunk
        raise elements.damage
    _check_first(place, held, elements)
    if len(held) == 1 and not place.records and elements.is_bare:
        _require_field(source, held[0], fields, elements)
    yield _chunk(place, held, elements.closing, elements.consumed)


def _chunk(place: Place, held: list[RawElement], closing: bytes, consumed: int) -> RawChunk:
    pieces = [piece for element in held for piece in (element.gap, element.data)] + [closing]
    skipped = held[0].skipped if held else 0
    size = sum(map(len, pieces)) + skipped
    end = Place(place.offset + size, place.records + max(1, len(held)))
    return RawChunk(pieces, place, end, size, consumed, skipped, held[0].failure if held else None)


def _check_first(place: Place, held: list[RawElement], elements: JsonElements) -> None:
    """Refuse an array that begins with anything but objects."""
    may_be = (element.skipped or element.data.startswith(b"{") for element in held)
    if held and not place.records and not elements.is_bare and not any(may_be):
        raise elements.no_objects()


def _require_field(source: Source, only: RawElement, fields: Fields, elements: JsonElements) -> None:
    """Refuse a file of one object without a text: what is left of it would be no JSON."""
    if only.skipped:
        size = len(only.data) + only.skipped
        raise InputError(f"{source.name}: is one object of {size} bytes, too many to hold; raise --max-document")
    data = only.data
    item = read_object(1, data, fields, wanted_names(fields), max(1, len(data)))
    if item.failure is not None:
        failure = f"{item.failure}; name that of the text with --field"
        if elements.other_names:
            listed = ", ".join(elements.other_names)
            failure = f"its records have no field {fields.text!r}, but {listed}; name that of the text with --field"
        elif has_column(data, fields.text):
            failure = (
                f"the field {fields.text!r} holds a column, not a text; write a table row by row, with pandas for "
                'example by to_json(orient="records")'
            )
        raise InputError(f"{source.name}: {failure}")


def read_items(chunk: RawChunk, fields: Fields, *, max_bytes: int, to_jsonl: bool) -> list[Item]:
    """The elements of a chunk, all of them; those whose text is null pass."""
    del to_jsonl
    *pieces, closing = chunk.payload
    first = chunk.start.records + 1
    if not pieces:
        return [Element(first, closing)]
    names = wanted_names(fields)
    items: list[Item] = []
    for number, (gap, data) in enumerate(zip(pieces[::2], pieces[1::2], strict=True), first):
        # A byte order mark may only stand before the whole file, where it is no part of the first element.
        failure = _MISPLACED_MARK if data.startswith(codecs.BOM_UTF8) else chunk.failure
        if failure is None:
            item = read_object(number, data, fields, names, max_bytes)
        else:
            item = Item(number, data, failure=failure)
        around = {"opening": gap} if number == 1 else {"gap": gap}
        if 2 * (number - first + 1) == len(pieces):
            around["closing"] = closing
        items.append(Element(item.number, item.raw, item.document, item.failure, item.id, **around))
    return items


# --- writing ---------------------------------------------------------------------------------------------


def write_items(done: Sequence[Done], compression: Compression | None, *, to_jsonl: bool) -> bytes:
    """The elements of a chunk that did not fail, without the joint before them, or a line of JSON for each."""
    pieces: list[bytes] = []
    for item, data in _written(done):
        if not to_jsonl:
            pieces += [item.gap, data] if pieces else [data]
        elif data.startswith(b"{"):
            # Strings hold no line ends, so these are between tokens.
            pieces += [data.replace(b"\r", b" ").replace(b"\n", b" "), b"\n"]
    if not to_jsonl:
        ends = [item for item, _ in done if isinstance(item, Element)]
        pieces = [ends[0].opening, *pieces, ends[-1].closing]
    return compress(b"".join(pieces), compression)


def write_frame(chunk: RawChunk, compression: Compression | None) -> bytes:
    """What is written of a chunk of which every element failed."""
    *pieces, closing = chunk.payload
    opening = pieces[0] if pieces and not chunk.start.records else b""
    return compress(opening + closing, compression)


def write_joint(done: Sequence[Done], compression: Compression | None) -> bytes:
    """What stands before the elements of a chunk if elements of the same file are written before them."""
    first = next(_written(done), None)
    return b"" if first is None or not first[0].gap else compress(first[0].gap, compression)


def _written(done: Sequence[Done]) -> Iterator[tuple[Element, bytes]]:
    for item, text in done:
        assert isinstance(item, Element)
        if item.failure is None:
            yield item, item.raw if item.document is None or text is None else item.document.write(text)
