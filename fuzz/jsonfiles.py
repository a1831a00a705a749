"""The target for JSON files: an array, objects, or an array in an object; what is written is JSON again."""

from __future__ import annotations

import codecs
import json
from collections.abc import Iterator
from contextlib import suppress
from random import Random
from typing import Any

from cleaner.corpus.records.chunks import Done, Fields, Item, Limits, Place, RawChunk
from cleaner.corpus.records.jsonfiles import read_chunks, read_items, write_items, write_joint
from cleaner.corpus.records.sources import Source
from cleaner.errors import InputError
from fuzz.mutations import mutate_json, mutate_with
from fuzz.readers import source_of
from fuzz.target import Target, chosen_by
from tests.material import sample_texts

__all__ = ["JSON"]

_LIMITS = (Limits(1, 1 << 20), Limits(300, 1 << 20), Limits(100, 400))
_FIELDS = (Fields(), Fields(text="page.body", result="clean"))
# The share of inputs that need not be JSON.
_BROKEN = 0.2
_NEW = 'new "text"\n\ud800é\x00'


# The chunks of a file, all its records by chunk, and what ended it too early.
_Found = tuple[list[RawChunk], list[list[Item]], InputError | None]


def _read(data: bytes) -> _Found:
    fields, limits = _FIELDS[chosen_by(data, 2)], _LIMITS[chosen_by(data[1:], 3)]
    source = source_of(data, "j", "json")
    chunks: list[RawChunk] = []
    damage: InputError | None = None
    try:
        for chunk in read_chunks(source, Place(), limits, fields):
            chunks.append(chunk)
            assert len(chunks) <= len(data), "reading ends"
    except InputError as error:
        damage = error
    place = Place()
    for chunk in chunks:
        assert chunk.start == place, "a chunk begins where the previous one ends"
        held = b"".join(chunk.payload if chunk.skipped == 0 else chunk.payload[:2])
        if chunk is chunks[-1] and damage is not None:
            held = b"".join(chunk.payload[:-1])
        assert data.startswith(held, place.offset), "a chunk holds the bytes of its place"
        place = chunk.end
    assert damage is not None or place.offset == len(data), "what is not read is reported"
    found = [read_items(chunk, fields, max_bytes=100_000, to_jsonl=False) for chunk in chunks]
    numbers = [item.number for items in found for item in items]
    assert numbers == list(range(1, place.records + 1)), "records are counted"
    _check_resumed(source, limits, fields, chunks)
    return chunks, found, damage


def _check_resumed(source: Source, limits: Limits, fields: Fields, chunks: list[RawChunk]) -> None:
    later: list[RawChunk] = []
    middle = len(chunks) // 2
    if chunks:
        with suppress(InputError):
            later.extend(read_chunks(source, chunks[middle].start, limits, fields))
        assert [chunk.payload for chunk in later] == [chunk.payload for chunk in chunks[middle:]], "it can be resumed"


def _written(found: list[list[Item]], text: str | None, *, to_jsonl: bool) -> bytes:
    """What a run writes, chunk by chunk."""
    made = b""
    has_written = False
    for items in found:
        done: list[Done] = [(item, None if item.document is None else text) for item in items]
        made += write_joint(done, None) if has_written and not to_jsonl else b""
        made += write_items(done, None, to_jsonl=to_jsonl)
        has_written = has_written or any(item.failure is None for item in items)
    return made


def _check(data: bytes, found: _Found) -> None:
    chunks, by_chunk, damage = found
    items = [item for one in by_chunk for item in one]
    assert all(item.failure is None or item.document is None for item in items), "a record is a document, or a failure"
    if all(item.failure is None for item in items) and damage is None:
        assert _written(by_chunk, None, to_jsonl=False) == data, "what is not cleaned stays as it is"
    lines = _written(by_chunk, _NEW, to_jsonl=True)
    is_empty = bool(chunks) and len(chunks[0].payload) == 1
    good = sum(item.failure is None for item in items) - is_empty
    assert lines.count(b"\n") == good, "as JSONL each object is a line"
    assert all(isinstance(_plain(line), dict) for line in lines.splitlines()), "and stays an object"
    if not chunks or not data.removeprefix(codecs.BOM_UTF8).lstrip(b" \t\r\n").startswith(b"["):
        return
    after = _plain(_written(by_chunk, _NEW, to_jsonl=False))
    assert len(after) == good, "an array stays one, without what failed, even if it is cut off"
    kept = [(_plain(item.raw), item.document is not None) for item in items if item.failure is None and not is_empty]
    fields = _FIELDS[chosen_by(data, 2)]
    name = fields.result or fields.text
    expected = [{**one, name: _NEW} if is_document else one for one, is_document in kept]
    assert after == expected, "only the text changes"


def _plain(data: bytes) -> Any:
    """What another reader makes of some JSON; numbers stay text, so that none is too long."""
    return json.loads(data.decode("utf-8-sig"), parse_int=str, parse_float=str, parse_constant=str)


def _seeds() -> Iterator[bytes]:
    records = [
        {"id": at, "text": text[:200], "page": {"body": text[:100]}, "n": [1.0, None, {"text": "inner"}]}
        for at, text in enumerate(sample_texts()[:24])
    ]
    for first in range(0, len(records), 3):
        chosen = records[first : first + 3]
        yield json.dumps(chosen, indent=first % 2 or None, ensure_ascii=first % 4 == 0).encode()
        yield json.dumps(chosen[0], indent=1).encode("utf-8-sig")
        yield json.dumps({"n": [1], "found": {"all": chosen}, "ok": True}, indent=first % 2 or None).encode()
        yield "".join(json.dumps(one) for one in chosen).encode()
    yield b"[]"


_PIECES = (
    b'{"text": "a"}',
    b'{"text": null}',
    b'{"text": "a", "text": "b"}',
    b'{"page": {"body": "a"}}',
    b'{"clean": 1, "page": {"body": "a"}}',
    b'"text": "x"',
    b"[" * 2000,
    b'{"a":' * 500,
    b"NaN",
    b"1e400",
    b"9" * 5000,
    b'"\\ud800\\u0000"',
    b"\r\n",
    b"\n",
    b"\x00",
    b"\xef\xbb\xbf",
    b"\xe9",
    b"5",
    b"[]",
    b"{}",
    b"null",
)

_BREAK = mutate_with(_PIECES, (b"{", b"}", b"[", b"]", b",", b'"', b":"))


def _mutate(data: bytes, random: Random) -> bytes:
    """Mostly other values: what is no JSON is refused at once."""
    return _BREAK(data, random) if random.random() < _BROKEN else mutate_json(data, random)


JSON = Target(_read, _check, _seeds, _mutate)
