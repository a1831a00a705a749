"""Text files: one document each, decoded strictly and encoded again as before."""

from __future__ import annotations

import codecs
import sys
from dataclasses import dataclass, field
from typing import NoReturn

from cleaner.corpus.records.encodings import AUTO, detect_encoding, is_spoilt_by
from cleaner.corpus.records.sources import Source
from cleaner.errors import ConfigError, InputError, OutputError

__all__ = ["Record", "decode_record", "join_records", "require_encoding"]

_LINE_ENDS = tuple(end.encode("utf-8") for end in ("\n", "\r", "\x85", "\u2028", "\u2029"))
_NATIVE_ORDER = "le" if sys.byteorder == "little" else "be"

# The byte order mark of UTF-32 begins with that of UTF-16, so it is tried first.
_MARKS: tuple[tuple[bytes, str], ...] = (
    (codecs.BOM_UTF8, "utf-8"),
    (codecs.BOM_UTF32_LE, "utf-32-le"),
    (codecs.BOM_UTF32_BE, "utf-32-be"),
    (codecs.BOM_UTF16_LE, "utf-16-le"),
    (codecs.BOM_UTF16_BE, "utf-16-be"),
)


@dataclass(frozen=True, slots=True)
class Record:
    """One text with what is needed to write it back as it was; an HTML page has only ``data``."""

    source: Source
    text: str
    encoding: str = "utf-8"
    mark: bytes = b""
    data: bytes = field(default=b"", repr=False)
    is_html: bool = False

    def encode(self, text: str) -> bytes:
        """A text in the encoding of this record, after its byte order mark; its own text gives its own bytes."""
        if text == self.text:
            return self.data
        try:
            return self.mark + text.encode(self.encoding)
        except UnicodeEncodeError as error:
            raise OutputError(
                f"{self.source.name}: cannot be written in {self.encoding}: {error.reason}; convert the file to UTF-8"
            ) from None


# --- reading ---------------------------------------------------------------------------------------------


def require_encoding(name: str) -> None:
    """Check that Python knows a text encoding of this name, or that it is ``auto``; raises `ConfigError` otherwise."""
    if name == AUTO:
        return
    try:
        "a".encode(name)
    except (LookupError, UnicodeError, ValueError):
        raise ConfigError(
            f"encoding: {name!r} is not a text encoding; use auto, or a name such as utf-8, cp1252, iso-8859-15, gb18030"
        ) from None


def decode_record(source: Source, data: bytes, encoding: str | None = None) -> Record:
    """The record of one text file, decoded strictly.

    Without ``encoding`` the text is UTF-8, or what its byte order mark says; with ``auto`` the encoding of any other is
    found out. Raises `InputError` if the bytes are not text in that encoding, or are UTF-8 where another is named.

    >>> from pathlib import Path
    >>> record = decode_record(Source("a.txt", None, Path("a.txt")), b"\\xef\\xbb\\xbfOui\\r\\n")
    >>> record.text, record.encode("Non")
    ('Oui\\r\\n', b'\\xef\\xbb\\xbfNon')
    """
    if encoding is not None and encoding != AUTO and is_spoilt_by(data, encoding):
        raise InputError(
            f"{source.name}: is valid UTF-8, which would be garbled if it were read in {encoding}; "
            "use --encoding auto, or no --encoding for it"
        )
    chosen, mark = _split_mark(data, encoding)
    try:
        text = data[len(mark) :].decode(chosen)
    except UnicodeDecodeError as error:
        if encoding == AUTO and not mark and (found := detect_encoding(data)) is not None:
            return decode_record(source, data, found)
        _refuse(source, data, chosen, len(mark) + error.start, encoding)
    except UnicodeError as error:
        raise InputError(f"{source.name}: is not valid {chosen}: {error}; check the encoding") from None
    if "\0" in text:
        if encoding == AUTO and not mark and (found := detect_encoding(data)) is not None:
            return decode_record(source, data, found)
        at = len(mark) + len(text[: text.index("\0")].encode(chosen))
        hint = (
            "give a text file"
            if encoding not in (None, AUTO) or mark
            else "give a text file, or name its encoding (--encoding utf-16-le)"
        )
        raise InputError(f"{source.name}: holds NUL characters (byte {at}), so it is not plain text; {hint}")
    return Record(source, text, chosen, mark, data)


def _split_mark(data: bytes, encoding: str | None) -> tuple[str, bytes]:
    """The encoding of some bytes and the byte order mark they begin with."""
    if encoding in (None, AUTO):
        return next(((name, mark) for mark, name in _MARKS if data.startswith(mark)), ("utf-8", b""))
    given = codecs.lookup(str(encoding)).name.removesuffix("-sig")
    for mark, name in _MARKS:
        if data.startswith(mark) and given in (name, name.rpartition("-")[0]):
            return name, mark
    # Without a mark Python would assume the byte order of the machine, and add a mark when writing.
    return (f"{given}-{_NATIVE_ORDER}" if given in ("utf-16", "utf-32") else given), b""


def _refuse(source: Source, data: bytes, encoding: str, at: int, given: str | None) -> NoReturn:
    if given == AUTO:
        raise InputError(f"{source.name}: its encoding cannot be found out; name it with --encoding")
    if given is not None:
        hint = "name the right one with --encoding"
    elif b"\0" in data:
        hint = "it looks like a binary file; give a text file, or name its encoding with --encoding"
    else:
        hint = "name its encoding with --encoding, for example --encoding cp1252, or use --encoding auto"
    raise InputError(f"{source.name}: is not valid {encoding.upper()} at byte {at} (0x{data[at]:02X}); {hint}")


# --- writing ---------------------------------------------------------------------------------------------


def join_records(record: Record, text: str, written: bytes) -> bytes:
    """The bytes to append to a stream of several texts, whose last bytes so far are ``written``.

    Such a stream is UTF-8 without a byte order mark. A text that would not begin on a line of its own gets a line end
    before it, of the kind that this text uses.
    """
    if not text:
        return b""
    separator = ""
    if written and not written.endswith(_LINE_ENDS):
        separator = "\r\n" if "\r\n" in record.text else "\n"
    try:
        return (separator + text).encode("utf-8")
    except UnicodeEncodeError as error:
        raise OutputError(
            f"{record.source.name}: cannot be written in UTF-8: {error.reason}; write it with -o"
        ) from None
