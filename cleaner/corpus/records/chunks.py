"""What the formats of many documents have in common: chunks of raw records, and records ready to be cleaned."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from importlib import import_module
from typing import Any, Protocol, cast

from cleaner.corpus.records.sources import Compression, Format, Source

__all__ = [
    "Document",
    "Done",
    "Fields",
    "Item",
    "Limits",
    "Place",
    "RawChunk",
    "RecordFormat",
    "record_format",
    "too_large",
    "too_long",
]


@dataclass(frozen=True, slots=True)
class Place:
    """A place in a source: ``offset`` in its decompressed bytes, and how many records (lines, rows) stand before."""

    offset: int = 0
    records: int = 0


@dataclass(frozen=True, slots=True)
class Limits:
    """How many bytes a chunk has at least, and how many a record may have to be held in memory."""

    chunk_bytes: int
    record_bytes: int


@dataclass(frozen=True, slots=True)
class RawChunk:
    """Whole records as they stand in a source, from ``start`` up to ``end``.

    ``consumed``: how far the file itself has been read. ``failure``: why its only record cannot be read; then
    ``payload`` holds the beginning of that record, and ``skipped`` is how many bytes follow it.
    """

    payload: Any
    start: Place
    end: Place
    size: int
    consumed: int
    skipped: int = 0
    failure: str | None = None


@dataclass(frozen=True, slots=True)
class Fields:
    """Which fields of a record hold what, and how a table of them is written.

    ``result``: where the cleaned text goes, if not over the text. ``is_html``: the field of the text holds HTML.
    ``other_texts``: further names of the column of the text in CSV and TSV, where none is called ``text``.
    ``delimiter`` and ``encoding``: those of CSV and TSV, where they are given.
    """

    text: str = "text"
    title: str = "title"
    lang: str = "lang"
    url: str = "url"
    id: str = "id"
    result: str | None = None
    is_html: bool = False
    other_texts: tuple[str, ...] = ()
    delimiter: str | None = None
    encoding: str | None = None


@dataclass(frozen=True, slots=True)
class Document:
    """A record that can be cleaned; ``write`` gives its bytes with another text in it.

    ``html``: the page, where it is one; then ``text`` is empty.
    """

    text: str
    write: Callable[[str], bytes]
    title: str | None = None
    lang: str | None = None
    url: str | None = None
    id: Any = None
    html: str | bytes | None = None


@dataclass(frozen=True, slots=True)
class Item:
    """One record of a chunk: a document to clean, a failure with its reason, or neither: something that passes.

    ``number`` counts from one in the source; ``raw`` are the bytes to write where nothing is cleaned.
    """

    number: int
    raw: bytes
    document: Document | None = None
    failure: str | None = None


# An item and, where it was cleaned, its text afterwards.
Done = tuple[Item, str | None]


class RecordFormat(Protocol):
    """What a module of a format offers. Reading in chunks is the parent's part, the rest that of the workers."""

    def read_chunks(self, source: Source, start: Place, limits: Limits, fields: Fields) -> Iterator[RawChunk]:
        """The chunks of a source from a place on; where they end depends on the source alone."""

    def read_items(self, chunk: RawChunk, fields: Fields, *, max_bytes: int, to_jsonl: bool) -> list[Item]:
        """The records of a chunk, all of them."""

    def write_items(self, done: Sequence[Done], compression: Compression | None, *, to_jsonl: bool) -> bytes:
        """The bytes of a chunk after cleaning, without those that failed."""


_MODULES: dict[Format, str] = {
    "jsonl": "jsonl",
    "json": "jsonfiles",
    "csv": "delimited",
    "tsv": "delimited",
    "parquet": "parquet",
    "warc": "warc",
    "wet": "warc",
}


def record_format(name: Format) -> RecordFormat:
    """The module of a format of many documents; imported when it is needed."""
    return cast("RecordFormat", import_module(f"cleaner.corpus.records.{_MODULES[name]}"))


def too_long(what: str, size: int, held: int) -> str:
    """Why a record is too long to be held, of which the beginning is kept."""
    return f"the {what} has {size} bytes, too many to be held; raw is its first {held}"


def too_large(text: str, max_bytes: int) -> str | None:
    """Why a text is too large to be cleaned, or None."""
    # No character takes more than four bytes, so most texts need not be counted.
    if 4 * len(text) <= max_bytes or (size := len(text.encode("utf-8", "surrogatepass"))) <= max_bytes:
        return None
    return f"the text has {size} bytes, more than --max-document {max_bytes}"
