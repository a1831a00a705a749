"""Targets for what stands around texts: compressed bytes, zip archives, encodings, and what a file turns out to hold.

Each input gives bytes or a named error, other readers read the same, and the same text is written as the same bytes.
"""

from __future__ import annotations

import bz2
import gzip
import lzma
import zipfile
from collections.abc import Iterator
from io import BytesIO
from itertools import chain
from pathlib import Path
from random import Random

import zstandard

from cleaner.corpus.records.markup import holds_markup, is_page
from cleaner.corpus.records.sniffing import recognise
from cleaner.corpus.records.sources import Compression, Source
from cleaner.corpus.records.streams import read_all
from cleaner.corpus.records.texts import Record, decode_record
from cleaner.corpus.records.zips import Archive, Member
from cleaner.errors import InputError
from fuzz.documents import page_seeds, text_seeds
from fuzz.mutations import as_text, damage, mutate_text, mutate_with
from fuzz.readers import JSONL, source_of
from fuzz.target import Target
from tests.material import sample_texts

__all__ = ["COMPRESSED", "SNIFFING", "TEXT_FILES", "ZIPS"]


# --- compressed bytes and text files ---------------------------------------------------------------------


def _decompress(data: bytes) -> bytes:
    return read_all(source_of(data, "c", "jsonl", _compression_of(data)))


def _compression_of(data: bytes) -> Compression:
    """The compression that the first byte stands for, whatever follows it."""
    known: dict[bytes, Compression] = {b"\x1f": "gz", b"B": "bz2", b"\xfd": "xz"}
    return known.get(data[:1], "zst")


def _check_decompressed(data: bytes, found: bytes) -> None:
    if data[:1] == b"\x1f":
        assert found == gzip.decompress(data), "other readers read the same"
    elif data[:1] == b"B":
        assert found == bz2.decompress(data), "other readers read the same"
    elif data[:1] == b"\xfd":
        first = lzma.LZMADecompressor(lzma.FORMAT_XZ).decompress(data)
        assert found.startswith(first), "other readers read the same; Python's own stops at padding"


def _compressed_seeds() -> Iterator[bytes]:
    for text in sample_texts()[:20]:
        data = text.encode()[:2000]
        yield gzip.compress(data, mtime=0)
        yield gzip.compress(data[:500], mtime=0) + gzip.compress(data[500:], mtime=0) + b"\0" * 8
        yield zstandard.ZstdCompressor(write_checksum=True).compress(data)
        yield bz2.compress(data[:500]) + bz2.compress(data[500:])
        yield lzma.compress(data[:500]) + b"\0" * 4 + lzma.compress(data[500:])


_COMPRESSED_PIECES = (
    gzip.compress(b"", mtime=0),
    gzip.compress(b"\n" * 100_000, mtime=0),
    zstandard.compress(b""),
    zstandard.compress(b"\n" * 1_000_000),
    bz2.compress(b"\n" * 1_000_000),
    bz2.compress(b""),
    lzma.compress(b"\n" * 1_000_000),
    lzma.compress(b""),
    b"\x50\x2a\x4d\x18\x04\x00\x00\x00skip",
    b"\x28\xb5\x2f\xfd\xe4\xff\xff\xff\xff\xff\xff\xff\xff",
    b"\x28\xb5\x2f\xfd\x00\xff",
    b"\x1f\x8b\x08\x1f\xff\xff\xff\xff\x00\xff",
    b"\0" * 64,
)


def _decode(data: bytes) -> Record:
    return decode_record(Source("a.txt", None, Path("a.txt")), data, "auto" if len(data) % 2 else None)


def _check_decoded(data: bytes, record: Record) -> None:
    assert record.encode(record.text) == data, "the same text is the same bytes"
    assert record.mark + record.text.encode(record.encoding) == data, "no byte is lost"


def _text_file_seeds() -> Iterator[bytes]:
    encodings = ("utf-8", "utf-8-sig", "utf-16", "utf-32", "cp1252")
    for number, data in enumerate(text_seeds()):
        yield as_text(data)[:1000].encode(encodings[number % len(encodings)], "replace")


def _recognise(data: bytes) -> Source:
    return recognise(Source("a.txt", None, Path("a.txt"), is_assumed=True), data)


def _check_recognised(data: bytes, source: Source) -> None:
    assert source.format in ("text", "html"), "it is a text, a page, or refused"
    text = data.decode("utf-8", "replace")
    assert source.format == "text" or "<" in text or b"\0" in data, "a page has tags"
    assert holds_markup(text) or not is_page(text) or "</" not in text, "a page holds tags"


def _mutate_text_file(data: bytes, random: Random) -> bytes:
    return damage(data, random) if random.random() < 0.5 else mutate_text(data, random)


# --- zip archives ----------------------------------------------------------------------------------------


def _unpack(data: bytes) -> list[tuple[Member, bytes | None]]:
    """The members of an archive, each with its bytes, or with none if it is damaged."""
    archive = Archive(source_of(data, "d.zip", "text").path or Path())
    found: list[tuple[Member, bytes | None]] = []
    try:
        for member in archive.members()[0]:
            source = Source(member.name, archive.path, member.inside, "jsonl", member=member)
            try:
                found.append((member, read_all(source)))
            except InputError:
                found.append((member, None))
    finally:
        archive.close()
    return found


def _check_unpacked(_data: bytes, found: list[tuple[Member, bytes | None]]) -> None:
    names = [member.inside for member, _ in found]
    assert len(set(names)) == len(names), "no member hides another"
    for member, content in found:
        assert not member.inside.is_absolute(), "a member stays in its folder"
        assert ".." not in member.inside.parts, "a member stays in its folder"
        assert content is None or len(content) <= member.size, "a member is no longer than it says"


def _zip_seeds() -> Iterator[bytes]:
    for number, text in enumerate(sample_texts()[:12]):
        packed = BytesIO()
        kind = (zipfile.ZIP_STORED, zipfile.ZIP_DEFLATED, zipfile.ZIP_BZIP2, zipfile.ZIP_LZMA)[number % 4]
        with zipfile.ZipFile(packed, "w", kind) as made:
            made.writestr("a/b.txt", text[:300])
            made.writestr("c.jsonl.gz", gzip.compress(text[:200].encode(), mtime=0))
        yield packed.getvalue()


_ZIP_PIECES = (b"PK\x01\x02", b"PK\x03\x04", b"PK\x05\x06", b"PK\x06\x06", b"a/b.txt", b"../", b"/", b"\\", b"\xff" * 4)


COMPRESSED = Target(
    _decompress,
    _check_decompressed,
    _compressed_seeds,
    mutate_with(_COMPRESSED_PIECES, (b"\x1f\x8b", b"\x28\xb5", b"1AY&SY", b"\xfd7zXZ\0")),
    errors=(InputError,),
)
ZIPS = Target(
    _unpack,
    _check_unpacked,
    _zip_seeds,
    mutate_with(_ZIP_PIECES, (b"PK\x01\x02", b"PK\x03\x04")),
    errors=(InputError,),
)
SNIFFING = Target(
    _recognise,
    _check_recognised,
    lambda: chain(list(page_seeds())[:20], JSONL.seeds(), _text_file_seeds(), _compressed_seeds()),
    _mutate_text_file,
    errors=(InputError,),
)
TEXT_FILES = Target(_decode, _check_decoded, _text_file_seeds, _mutate_text_file, errors=(InputError,))
