"""What a file or standard input holds, where nobody has said it: only a text is cleaned as one.

Pages of HTML are recognised and read as such, since what comes out is a text too. Collections of records would be
spoilt, and their output is none of a text, so they are refused with the option that reads them; so are files that are
no text at all, with the tool that makes one of them.
"""

from __future__ import annotations

import codecs
import json
import re
from dataclasses import replace
from typing import Any

from cleaner.corpus.records.layout import is_surely_table
from cleaner.corpus.records.markup import is_page, is_xml
from cleaner.corpus.records.signatures import binary_kind, tables_in
from cleaner.corpus.records.sources import Format, Source
from cleaner.errors import InputError

__all__ = ["recognise"]

# Numbers stay text, so that none is too long to be converted.
_DECODER = json.JSONDecoder(parse_int=str, parse_float=str)
_ARCHIVE = re.compile(rb"WARC/[0-9]\.[0-9]{1,2}\r?\n")
_WIDE = ((codecs.BOM_UTF32_LE, "utf-32"), (codecs.BOM_UTF16_LE, "utf-16"), (codecs.BOM_UTF16_BE, "utf-16"))


def recognise(source: Source, data: bytes) -> Source:
    """The source of some bytes, as HTML if they are a page; as it is where they may be what it is taken for.

    Raises `InputError` where they are surely no text, or records, with the tool or the option to use. A source whose
    format somebody has named is never doubted.

    >>> from pathlib import Path
    >>> source = Source("standard input", None, Path("a.txt"), is_assumed=True)
    >>> recognise(source, b"Lines [of] {text}.").format, recognise(source, b"<html><p>A page.").format
    ('text', 'html')
    """
    if not source.is_assumed:
        return source
    if (tables := tables_in(data)) is not None:
        raise InputError(f"{source.name}: holds {tables[0]}, {_way_to_read(source, tables[1])}")
    if (kind := binary_kind(data)) is not None:
        raise InputError(f"{source.name}: {kind}")
    if source.format != "text":
        return source
    plain = _plain(data)
    text = plain.decode("utf-8", "replace")
    if is_page(text):
        return replace(source, format="html", is_found=True)
    if is_xml(text):
        raise InputError(
            f"{source.name}: holds XML, no text; take the pages or texts out of it first, "
            "or clean it as it is with --format text"
        )
    found = _records_in(plain)
    if found is not None:
        what, name = found
        raise InputError(
            f"{source.name}: holds {what}, no text; clean it with --format {name}, or as it is with --format text"
        )
    return source


def _way_to_read(source: Source, name: Format) -> str:
    """How tables in a format that is read at any place are read, as the end of a sentence."""
    if source.path is None:
        return "which cannot be read from a pipe; give its path"
    if source.member is not None or source.compression is not None:
        return "which is read only from a file of its own; unpack it first"
    return f"no text; clean it with --format {name}"


def _plain(data: bytes) -> bytes:
    """The bytes in UTF-8 without a byte order mark, where the mark says how they are encoded."""
    for mark, encoding in _WIDE:
        if data.startswith(mark):
            return data.decode(encoding, "replace").encode("utf-8", "replace")
    return data.removeprefix(codecs.BOM_UTF8)


def _records_in(data: bytes) -> tuple[str, str] | None:
    """What records some bytes are, and the name of their format; None where they may be a text."""
    if _ARCHIVE.match(data):
        return "a web archive", "warc"
    start = data.lstrip()
    if start.startswith(b"{") and _are_lines_of_json(start):
        return "lines of JSON", "jsonl"
    if start.startswith((b"{", b"[")) and _is_json(start):
        return "JSON", "json"
    return ("a table in CSV", "csv") if is_surely_table(data) else None


def _are_lines_of_json(data: bytes) -> bool:
    """Whether the first line is an object with fields, and the next one that is not blank an object too."""
    first, _, rest = data.partition(b"\n")
    second, _, _ = rest.lstrip().partition(b"\n")
    return bool(_value(first)) and (not second or isinstance(_value(second), dict))


def _is_json(data: bytes) -> bool:
    """Whether some bytes are an object, two objects one after the other, or an array that begins with one."""
    first, rest = _value_before(data)
    if isinstance(first, list):
        return not rest and bool(first) and isinstance(first[0], dict)
    return isinstance(first, dict) and (not rest or (bool(first) and isinstance(_value_before(rest)[0], dict)))


def _value(data: bytes) -> Any:
    """The value that some JSON stands for; None where it is no JSON."""
    value, rest = _value_before(data)
    return None if rest else value


def _value_before(data: bytes) -> tuple[Any, bytes]:
    """The value that begins some bytes, and what comes after it; None where it is no JSON."""
    try:
        text = data.decode("utf-8").strip()
        value, end = _DECODER.raw_decode(text)
    except (ValueError, RecursionError):
        return None, b""
    return value, text[end:].lstrip().encode("utf-8")
