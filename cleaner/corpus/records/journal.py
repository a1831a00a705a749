"""Journals: the cleaned texts of a file that can only be written as a whole.

Such a file is only complete once its end is written, or has to be changed in the middle, so writing it cannot be
resumed. Until the work is done, a run therefore writes a journal: an entry of JSON for each record of a chunk, one
chunk after the other. When all are there, the file is assembled from its original and the journal.
"""

from __future__ import annotations

import json
from collections.abc import Iterator, Sequence
from pathlib import Path
from typing import Any

from cleaner.corpus.records.chunks import Done, Item
from cleaner.corpus.records.sources import Compression, Source
from cleaner.corpus.records.streams import Blocks, compress

__all__ = ["no_bytes", "read_journal", "write_entries", "write_texts"]

_JOURNAL: Compression = "zst"


def no_bytes(_text: str) -> bytes:
    """No bytes: a record of such a file is written with the file, not by itself."""
    return b""


def write_texts(done: Sequence[Done]) -> bytes:
    """A piece of a journal with an entry for each record: its text, true if it stays as it is, null if it failed."""
    return write_entries([_entry(item, text) for item, text in done])


def _entry(item: Item, text: str | None) -> str | bool | None:
    if item.failure is not None:
        return None
    return True if item.document is None or text is None or text == item.document.text else text


def write_entries(entries: Sequence[Any]) -> bytes:
    """A piece of a journal with these entries."""
    return compress(json.dumps(entries).encode("ascii") + b"\n", _JOURNAL)


def read_journal(journal: Path) -> Iterator[Any]:
    """The entries of a journal."""
    rest = b""
    for block in Blocks(Source(str(journal), journal, journal, compression=_JOURNAL), is_own=True):
        *lines, rest = (rest + block).split(b"\n")
        for line in lines:
            yield from json.loads(line)
