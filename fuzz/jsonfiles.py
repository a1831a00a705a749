"""The target for JSON files: an array or an object is read whole, and what is written is JSON again."""

from __future__ import annotations

import json
from collections.abc import Iterator
from random import Random
from typing import Any

from cleaner.corpus.records.chunks import Done, Fields, Item, Limits, Place
from cleaner.corpus.records.jsonfiles import read_chunks, read_items, write_items
from cleaner.errors import InputError
from fuzz.mutations import mutate_json, mutate_with
from fuzz.readers import source_of
from fuzz.target import Target, chosen_by
from tests.material import sample_texts

__all__ = ["JSON"]

_FIELDS = (Fields(), Fields(text="page.body", result="clean"))
# The share of inputs that need not be JSON.
_BROKEN = 0.2
_NEW = 'new "text"\n\ud800é\x00'


def _read(data: bytes) -> list[Item]:
    fields = _FIELDS[chosen_by(data, 2)]
    (chunk,) = read_chunks(source_of(data, "j", "json"), Place(), Limits(1, 1 << 20), fields)
    assert b"".join(chunk.payload) == data, "a chunk holds all bytes"
    assert chunk.end == Place(len(data), chunk.end.records)
    items = read_items(chunk, fields, max_bytes=100_000, to_jsonl=False)
    assert [item.number for item in items] == list(range(1, chunk.end.records + 1)), "records are counted"
    return items


def _check(data: bytes, items: list[Item]) -> None:
    assert all(item.failure is None or item.document is None for item in items), "a record is a document, or a failure"
    before = _plain(data)
    same = write_items([(item, None) for item in items], None, to_jsonl=False)
    if all(item.failure is None for item in items):
        assert same == data, "what is not cleaned stays as it is"
    done: list[Done] = [(item, None if item.document is None else _NEW) for item in items]
    good = sum(item.document is not None for item in items)
    lines = write_items(done, None, to_jsonl=True)
    assert lines.count(b"\n") == good, "as JSONL each object is a line"
    assert all(isinstance(_plain(line), dict) for line in lines.splitlines()), "and stays an object"
    if isinstance(before, list):
        after = _plain(write_items(done, None, to_jsonl=False))
        assert len(after) == good, "an array stays one, without what failed"
        kept = [one for one, item in zip(before, items, strict=False) if item.document is not None]
        fields = _FIELDS[chosen_by(data, 2)]
        name = fields.result or fields.text
        assert after == [{**one, name: _NEW} for one in kept], "only the text changes"


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


JSON = Target(_read, _check, _seeds, _mutate, errors=(InputError,))
