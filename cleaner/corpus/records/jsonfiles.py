"""JSON files: an array of objects, or one object; all but the cleaned texts stays as the bytes it came in.

Whether a comma stands before an element depends on whether those before it failed, so a file is one chunk and is
held as a whole. Larger files are better lines of JSON.
"""

from __future__ import annotations

import codecs
import json
from collections.abc import Iterator, Sequence
from dataclasses import dataclass

from cleaner.corpus.records.chunks import Done, Fields, Item, Limits, Place, RawChunk
from cleaner.corpus.records.jsonl import read_object, wanted_names
from cleaner.corpus.records.sources import Compression, Source
from cleaner.corpus.records.streams import Blocks, compress
from cleaner.errors import InputError

__all__ = ["Element", "read_chunks", "read_items", "write_items"]

# Numbers stay text, so that none is too long to be converted.
_DECODER = json.JSONDecoder(parse_int=str, parse_float=str)
_SPACE = " \t\n\r"
_USE = "give an array of objects, or one object"


@dataclass(frozen=True, slots=True)
class Element(Item):
    """A record of a file, and what stands around it: before the first, between two, and after the last."""

    opening: bytes = b""
    gap: bytes = b""
    closing: bytes = b""


# --- reading ---------------------------------------------------------------------------------------------


def read_chunks(source: Source, start: Place, limits: Limits, fields: Fields) -> Iterator[RawChunk]:
    """One chunk of all elements, each with what stands before it, and of what stands after the last.

    An empty array is one record that passes. Raises `InputError` where the file is too large, is not valid JSON, or
    holds something else than objects.
    """
    if start.offset:
        return
    blocks = Blocks(source)
    data = bytearray()
    for block in blocks:
        data += block
        if len(data) > limits.record_bytes:
            raise InputError(
                f"{source.name}: has more than {limits.record_bytes} bytes, and an array is read as a whole; make it "
                f"lines of JSON, as with: jq -c '.[]' {source.name} | cleaner clean --format jsonl"
            )
    pieces = _split(source, bytes(data))
    if len(pieces) == 3 and b"[" not in pieces[0]:
        _require_field(source, pieces[1], fields)
    records = max(1, len(pieces) // 2)
    yield RawChunk(pieces, start, Place(len(data), records), len(data), blocks.consumed)


def _split(source: Source, data: bytes) -> list[bytes]:
    """What stands before an element and the element, again and again, and what stands after the last.

    Together they are the file.
    """
    mark = len(codecs.BOM_UTF8) if data.startswith(codecs.BOM_UTF8) else 0
    try:
        text = data[mark:].decode("utf-8")
        places = _elements(text)
    except UnicodeDecodeError as error:
        raise InputError(f"{source.name}: is not UTF-8 at byte {mark + error.start + 1}; convert it first") from None
    except json.JSONDecodeError as error:
        raise InputError(
            f"{source.name}: is not valid JSON: {error.msg} at line {error.lineno}, column {error.colno}; "
            "lines of JSON are read with --format jsonl"
        ) from None
    except RecursionError:
        raise InputError(f"{source.name}: is nested too deeply; {_USE}") from None
    if places is None:
        raise InputError(f"{source.name}: holds neither an array of objects nor an object, so it has no texts; {_USE}")
    pieces: list[bytes] = []
    at = 0
    for start, end in places:
        pieces += [text[at:start].encode("utf-8"), text[start:end].encode("utf-8")]
        at = end
    pieces.append(text[at:].encode("utf-8"))
    pieces[0] = data[:mark] + pieces[0]
    return pieces


def _elements(text: str) -> list[tuple[int, int]] | None:
    """Where the objects of an array stand, or the only object; None where a file holds something else."""
    start = _after_space(text, 0)
    if text[start : start + 1] != "[":
        _, end = _DECODER.raw_decode(text, start)
        _require_end(text, end)
        return [(start, end)] if text[start] == "{" else None
    places: list[tuple[int, int]] = []
    at = _after_space(text, start + 1)
    if text[at : at + 1] == "]":
        _require_end(text, at + 1)
        return []
    while True:
        _, end = _DECODER.raw_decode(text, at)
        places.append((at, end))
        at = _after_space(text, end)
        if text[at : at + 1] == "]":
            _require_end(text, at + 1)
            return places if any(text[first] == "{" for first, _ in places) else None
        if text[at : at + 1] != ",":
            raise json.JSONDecodeError("a comma is missing", text, at)
        at = _after_space(text, at + 1)


def _after_space(text: str, at: int) -> int:
    while text[at : at + 1] and text[at] in _SPACE:
        at += 1
    return at


def _require_end(text: str, end: int) -> None:
    at = _after_space(text, end)
    if at < len(text):
        raise json.JSONDecodeError("more text behind its end", text, at)


def _require_field(source: Source, data: bytes, fields: Fields) -> None:
    """Refuse a file of one object without a text: what is left of it would be no JSON."""
    item = read_object(1, data, fields, wanted_names(fields), max(1, len(data)))
    if item.failure is not None:
        raise InputError(f"{source.name}: {item.failure}; name that of the text with --field")


def read_items(chunk: RawChunk, fields: Fields, *, max_bytes: int, to_jsonl: bool) -> list[Item]:
    """The elements of a file, all of them."""
    del to_jsonl
    *pieces, closing = chunk.payload
    if not pieces:
        return [Element(1, closing)]
    names = wanted_names(fields)
    items: list[Item] = []
    for number, (gap, data) in enumerate(zip(pieces[::2], pieces[1::2], strict=True), 1):
        item = read_object(number, data, fields, names, max_bytes)
        around = {"opening": gap} if number == 1 else {"gap": gap}
        if 2 * number == len(pieces):
            around["closing"] = closing
        items.append(Element(item.number, item.raw, item.document, item.failure, **around))
    return items


# --- writing ---------------------------------------------------------------------------------------------


def write_items(done: Sequence[Done], compression: Compression | None, *, to_jsonl: bool) -> bytes:
    """The file without the elements that failed, or a line of JSON for each of the others."""
    pieces: list[bytes] = []
    for item, text in done:
        assert isinstance(item, Element)
        if item.failure is not None:
            continue
        data = item.raw if item.document is None or text is None else item.document.write(text)
        if not to_jsonl:
            pieces += [item.gap or b",", data] if pieces else [data]
        elif item.document is not None or data.startswith(b"{"):
            # Strings hold no line ends, so these are between tokens.
            pieces += [data.replace(b"\r", b" ").replace(b"\n", b" "), b"\n"]
    if not to_jsonl:
        ends = [item for item, _ in done if isinstance(item, Element)]
        pieces = [ends[0].opening, *pieces, ends[-1].closing]
    return compress(b"".join(pieces), compression)
