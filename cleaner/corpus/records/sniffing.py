"""What standard input holds, where nobody has said it: records that would be spoilt if they were cleaned as a text."""

from __future__ import annotations

import codecs
import json
from typing import Any

from cleaner.corpus.records.layout import is_surely_table
from cleaner.corpus.records.sources import SQLITE_MAGIC, Source
from cleaner.errors import InputError

__all__ = ["require_text"]

# Numbers stay text, so that none is too long to be converted.
_DECODER = json.JSONDecoder(parse_int=str, parse_float=str)


def require_text(source: Source, data: bytes) -> None:
    """None where bytes may be a text; raises `InputError` where they are surely records, with the option to use.

    >>> from pathlib import Path
    >>> require_text(Source("standard input", None, Path("a.txt")), b"Lines [of] {text}.")
    """
    if (unread := _unread_in(data)) is not None:
        raise InputError(f"{source.name}: holds {unread}, which cannot be read from a pipe; give its path")
    found = _records_in(data.removeprefix(codecs.BOM_UTF8))
    if found is not None:
        what, name = found
        raise InputError(
            f"{source.name}: holds {what}, no text; clean it with --format {name}, or as it is with --format text"
        )


def _unread_in(data: bytes) -> str | None:
    """What some bytes are that is read at any place, so that it needs a file; None if they are something else."""
    if data.startswith(SQLITE_MAGIC):
        return "an SQLite database"
    is_workbook = data.startswith(b"PK\x03\x04") and b"xl/workbook." in data
    return "an Excel workbook" if is_workbook else None


def _records_in(data: bytes) -> tuple[str, str] | None:
    """What records some bytes are, and the name of their format; None where they may be a text."""
    start = data.lstrip()
    if start.startswith(b"{") and _are_lines_of_json(start):
        return "lines of JSON", "jsonl"
    if start.startswith((b"{", b"[")):
        value = _value(start)
        if isinstance(value, dict) or (isinstance(value, list) and value and isinstance(value[0], dict)):
            return "JSON", "json"
    return ("a table in CSV", "csv") if is_surely_table(data) else None


def _are_lines_of_json(data: bytes) -> bool:
    """Whether the first line is an object with fields, and the next one that is not blank an object too."""
    first, _, rest = data.partition(b"\n")
    second, _, _ = rest.lstrip().partition(b"\n")
    return bool(_value(first)) and (not second or isinstance(_value(second), dict))


def _value(data: bytes) -> Any:
    """The value that some JSON stands for; None where it is no JSON."""
    try:
        text = data.decode("utf-8").strip()
        value, end = _DECODER.raw_decode(text)
    except (ValueError, RecursionError):
        return None
    return value if end == len(text) else None
