"""What formats with many documents share: chunks of raw records, and records ready to be cleaned."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from importlib import import_module
from pathlib import Path
from typing import Any, Protocol, cast

from cleaner.corpus.records.sources import Compression, Format, Source

__all__ = [
    "KNOWN",
    "AssembledFormat",
    "Document",
    "Done",
    "Fields",
    "Item",
    "Limits",
    "Place",
    "RawChunk",
    "RecordFormat",
    "assembled_format",
    "record_format",
    "too_large",
    "too_long",
]

# What may be known about a document, beside its name: the fields of `Document` and of `Fields`.
KNOWN = ("title", "lang", "url", "site")


@dataclass(frozen=True, slots=True)
class Place:
    """A place in a source: ``offset`` in its decompressed bytes, and how many records (lines, rows) precede it."""

    offset: int = 0
    records: int = 0


@dataclass(frozen=True, slots=True)
class Limits:
    """The least bytes of a chunk, and the most bytes of a record that is held in memory."""

    chunk_bytes: int
    record_bytes: int


@dataclass(frozen=True, slots=True)
class RawChunk:
    """Whole records as they are in a source, from ``start`` up to ``end``.

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
    """The names of the fields of a record, and how a table of them is written.

    ``result``: where the cleaned text goes, if it does not replace the text. ``is_html``, ``is_markdown``: what the text
    field holds. ``site``: the field of the site that a document comes from, if there is one.
    ``other_texts``: further names of the column of the text in tables, if none is called ``text``. ``delimiter`` and
    ``encoding``: those of CSV and TSV, if they are given. ``sheet`` of Excel, ``table`` of SQLite: the one to clean, if
    it is given.
    """

    text: str = "text"
    title: str = "title"
    lang: str = "lang"
    url: str = "url"
    id: str = "id"
    result: str | None = None
    is_html: bool = False
    is_markdown: bool = False
    other_texts: tuple[str, ...] = ()
    delimiter: str | None = None
    encoding: str | None = None
    sheet: str | None = None
    table: str | None = None
    site: str = ""


@dataclass(frozen=True, slots=True)
class Document:
    """A record that can be cleaned; ``write`` returns its bytes with another text in it.

    ``html``: the page, if it is one; then ``text`` is empty. ``encoding``: the one that was found, where nobody has
    named it.
    """

    text: str
    write: Callable[[str], bytes]
    title: str | None = None
    lang: str | None = None
    url: str | None = None
    id: Any = None
    html: str | bytes | None = None
    encoding: str | None = None
    site: str | None = None


@dataclass(frozen=True, slots=True)
class Item:
    """One record of a chunk: a document to clean, a failure with its reason, or neither, if it passes unchanged.

    ``number`` counts from one in the source; ``raw``: the bytes to write if nothing is cleaned. ``id``: that of a
    failure, where its format can tell.
    """

    number: int
    raw: bytes
    document: Document | None = None
    failure: str | None = None
    id: Any = None


# An item and, if it was cleaned, its text afterwards.
Done = tuple[Item, str | None]


class RecordFormat(Protocol):
    """The functions of a format's module. The parent reads the chunks, the workers do the rest."""

    def read_chunks(self, source: Source, start: Place, limits: Limits, fields: Fields) -> Iterator[RawChunk]:
        """The chunks of a source from a place on; where they end depends only on the source."""

    def read_items(self, chunk: RawChunk, fields: Fields, *, max_bytes: int, to_jsonl: bool) -> list[Item]:
        """The records of a chunk, all of them."""

    def write_items(self, done: Sequence[Done], compression: Compression | None, *, to_jsonl: bool) -> bytes:
        """The bytes of a chunk after cleaning, without those that failed."""


class AssembledFormat(RecordFormat, Protocol):
    """The functions of the module of a format whose files are put together at the end; the parent does that too."""

    def assemble(self, source: Source, journal: Path, target: Path, fields: Fields) -> str | None:
        """Write a file from its original and the journal that `write_items` made.

        Returns what could not be written and why, or None. Raises `OSError` if the file cannot be written, `InputError`
        if the original cannot be read any more.
        """


_MODULES: dict[Format, str] = {
    "jsonl": "jsonl",
    "json": "jsonfiles",
    "csv": "delimited",
    "tsv": "delimited",
    "parquet": "parquet",
    "xlsx": "xlsx",
    "sqlite": "sqlite",
    "warc": "warc",
    "wet": "warc",
}


def record_format(name: Format) -> RecordFormat:
    """The module of a format with many documents; imported when it is needed."""
    return cast("RecordFormat", import_module(f"cleaner.corpus.records.{_MODULES[name]}"))


def assembled_format(name: Format) -> AssembledFormat:
    """The module of a format whose files are put together at the end."""
    return cast("AssembledFormat", record_format(name))


def too_long(what: str, size: int, held: int) -> str:
    """The reason for a record that is too long to hold, of which the beginning is kept."""
    return f"the {what} has {size} bytes, too many to hold in memory; raw is its first {held}"


def too_large(text: str, max_bytes: int) -> str | None:
    """The reason for a text that is too large to clean, or None."""
    # No character takes more than four bytes, so most texts need not be encoded.
    if 4 * len(text) <= max_bytes or (size := len(text.encode("utf-8", "surrogatepass"))) <= max_bytes:
        return None
    return f"the text has {size} bytes, more than --max-document {max_bytes}"
