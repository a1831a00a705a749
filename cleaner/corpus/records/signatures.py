"""What files that are no text begin with, and which tool makes a text of each."""

from __future__ import annotations

import re
import struct
from collections.abc import Iterable, Iterator
from typing import Literal, TypeAlias

__all__ = ["SQLITE_MAGIC", "binary_kind", "office_kind", "tables_in"]

SQLITE_MAGIC = b"SQLite format 3\0"

_PARQUET = b"PAR1"
# The formats of files that hold tables and are read at any place.
TablesFormat: TypeAlias = Literal["xlsx", "sqlite", "parquet"]
# How many bytes say what a file is.
_HEAD_BYTES = 4096
_ZIP_END = b"PK\x05\x06"
_ZIP = (b"PK\x03\x04", _ZIP_END)
_ZIP_END_BYTES = 22
# An entry of the list of members, which its name follows.
_ZIP_ENTRY = b"PK\x01\x02"
_ZIP_ENTRY_BYTES = 46
_TAR_AT = 257
_WORD = "is a Word document; make it a text first (pandoc -t plain)"
_TEXT = "is an OpenDocument text; make it a text first (pandoc -t plain)"
_BOOK = "is an EPUB book; make it a text first (pandoc -t plain)"
_EXCEL = "is an Excel workbook; give it the ending .xlsx"
_SLIDES = "is a presentation; make it a text first (libreoffice --convert-to pdf, then pdftotext)"
_SHEET = "is an OpenDocument spreadsheet; save it as CSV"
_IMAGE = "is an image; read its text first (tesseract)"
_MEDIA = "is audio or video, not text"
_PROGRAM = "is a program, not text"
_FONT = "is a font, not text"
# What the names of members begin with that only one kind of file has.
_OFFICE: tuple[tuple[bytes, str], ...] = (
    (b"word/document", _WORD),
    (b"xl/workbook", _EXCEL),
    (b"ppt/presentation", _SLIDES),
)
_OFFICE_TYPES = b"[Content_Types].xml"
# What other kinds say in their first member, which is not compressed.
_TYPE_AT = 30
_TYPES: tuple[tuple[bytes, str], ...] = (
    (b"mimetypeapplication/vnd.oasis.opendocument.text", _TEXT),
    (b"mimetypeapplication/vnd.oasis.opendocument.spreadsheet", _SHEET),
    (b"mimetypeapplication/vnd.oasis.opendocument", _SLIDES),
    (b"mimetypeapplication/epub+zip", _BOOK),
)
_SIGNATURES: tuple[tuple[bytes, str], ...] = (
    (b"%PDF-", "is a PDF; make it a text first (pdftotext)"),
    (b"{\\rtf", "is a Rich Text file; make it a text first (pandoc -f rtf -t plain)"),
    (
        b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1",
        "is an old Office file (.doc, .xls); convert it (libreoffice --convert-to txt)",
    ),
    (b"\x89PNG\r\n\x1a\n", _IMAGE),
    (b"\xff\xd8\xff", _IMAGE),
    (b"GIF87a", _IMAGE),
    (b"GIF89a", _IMAGE),
    (b"II*\0", _IMAGE),
    (b"MM\0*", _IMAGE),
    (b"\0\0\1\0", _IMAGE),
    (b"\x1f\x8b", "is compressed with gzip; give it the ending .gz"),
    (b"\x28\xb5\x2f\xfd", "is compressed with Zstandard; give it the ending .zst"),
    (b"\xfd7zXZ\0", "is compressed with xz; give it the ending .xz"),
    (b"7z\xbc\xaf\x27\x1c", "is a 7z archive; unpack it first (7z x)"),
    (b"Rar!\x1a\x07", "is a RAR archive; unpack it first (unrar x)"),
    (b"ARROW1\0\0", "is an Arrow file; save it as Parquet"),
    (b"\x7fELF", _PROGRAM),
    (b"MZ", _PROGRAM),
    (b"\xcf\xfa\xed\xfe", _PROGRAM),
    (b"\xca\xfe\xba\xbe", _PROGRAM),
    (b"\0asm", _PROGRAM),
    (b"ID3\2", _MEDIA),
    (b"ID3\3", _MEDIA),
    (b"ID3\4", _MEDIA),
    (b"OggS\0", _MEDIA),
    (b"fLaC\0", _MEDIA),
    (b"\x1aE\xdf\xa3", _MEDIA),
    (b"wOFF", _FONT),
    (b"wOF2", _FONT),
    (b"\0\1\0\0\0", _FONT),
    (b"OTTO\0", _FONT),
)
# Marks that also words may begin with: they count only where a NUL follows.
_ALSO_WORDS = frozenset({b"MZ", b"wOFF", b"wOF2", b"GIF87a", b"GIF89a"})
_BZIP2 = re.compile(rb"BZh[1-9](?:1AY&SY|\x17rE8P\x90)")
# The kind of a RIFF or ISO media file stands after a length.
_MEDIA_FILE = re.compile(
    rb"RIFF[\x00-\xff]{4}(?:(WEBP)|WAVE|AVI )|\0[\x00-\xff]{3}ftyp(?:(avif|heic|mif1)|)", re.DOTALL
)


def binary_kind(data: bytes) -> str | None:
    r"""What bytes are that are surely no text, and what to do, as the end of a sentence; None if they may be one.

    >>> binary_kind(b"%PDF-1.7\n%")
    'is a PDF; make it a text first (pdftotext)'
    >>> binary_kind(b"GIF89a was the name of the band.")
    """
    head = data[:_HEAD_BYTES]
    if head.startswith(_ZIP):
        return office_kind(head, _member_names(data)) or "is a zip archive; give it the ending .zip, or unpack it first"
    for mark, kind in _SIGNATURES:
        if head.startswith(mark) and (mark not in _ALSO_WORDS or b"\0" in head):
            return kind
    if found := _MEDIA_FILE.match(head):
        return _IMAGE if found[1] or found[2] else _MEDIA
    if _BZIP2.match(head):
        return "is compressed with bzip2; give it the ending .bz2"
    is_tar = head[_TAR_AT:].startswith(b"ustar") and b"\0" in head
    return "is a tar archive; unpack it first (tar -x)" if is_tar else None


def tables_in(data: bytes) -> tuple[str, TablesFormat] | None:
    r"""What bytes are that hold tables and are read at any place, and the name of their format; None for others.

    >>> tables_in(b"SQLite format 3\0")
    ('an SQLite database', 'sqlite')
    >>> tables_in(b"PAR1 was the name of the band.")
    """
    if data.startswith(SQLITE_MAGIC):
        return "an SQLite database", "sqlite"
    if data.startswith(_PARQUET) and b"\0" in data[:_HEAD_BYTES]:
        return "a Parquet file", "parquet"
    is_workbook = data.startswith(_ZIP) and office_kind(data[:_HEAD_BYTES], _member_names(data)) == _EXCEL
    return ("an Excel workbook", "xlsx") if is_workbook else None


def office_kind(head: bytes, names: Iterable[bytes]) -> str | None:
    """What a zip archive is, if it is a document, by its first bytes and its members; None for any other archive."""
    for mark, kind in _TYPES:
        if head.startswith(mark, _TYPE_AT):
            return kind
    has_types, found = False, None
    for name in names:
        has_types = has_types or name == _OFFICE_TYPES
        found = found or next((kind for mark, kind in _OFFICE if name.startswith(mark)), None)
    return found if has_types else None


def _member_names(data: bytes) -> Iterator[bytes]:
    """The names in the list of members at the end of a zip archive, which may hold other archives before it."""
    end = data.rfind(_ZIP_END)
    if end < 0 or len(data) < end + _ZIP_END_BYTES:
        return
    at = max(0, end - int.from_bytes(data[end + 12 : end + 16], "little"))
    while at < end and data.startswith(_ZIP_ENTRY, at):
        name, extra, comment = struct.unpack_from("<3H", data, at + 28)
        start = at + _ZIP_ENTRY_BYTES
        yield data[start : start + name]
        at = start + name + extra + comment
