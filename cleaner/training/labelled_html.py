"""Labelled pages with their HTML: NAME.html.jsonl.gz beside NAME.jsonl.gz, with ``id`` and ``html`` in the same order."""

from __future__ import annotations

import gzip
import json
import zlib
from collections.abc import Iterator
from itertools import islice
from pathlib import Path

from cleaner.errors import InputError
from cleaner.training.labelled import LabelledPage, read_labelled

__all__ = ["html_path", "read_labelled_html"]


def html_path(path: Path) -> Path:
    """The file with the HTML of a data set's pages.

    >>> html_path(Path("pages/village.jsonl.gz")).name
    'village.html.jsonl.gz'
    """
    return path.with_name(path.name.replace(".jsonl", ".html.jsonl"))


def read_labelled_html(path: Path, every: int = 1) -> Iterator[tuple[LabelledPage, str]]:
    """The pages of a data set with the HTML of each, only every ``every``-th of them.

    Raises `InputError`, naming file, line and fix, if the two files do not match.
    """
    pages = html_path(path)
    try:
        with gzip.open(pages, "rt", encoding="utf-8") if pages.name.endswith(".gz") else pages.open("rt") as lines:
            records = enumerate(islice(lines, 0, None, every))
            for page, (number, line) in zip(read_labelled(path, every), records, strict=True):
                yield page, _html_of(pages, number * every + 1, line, page.id)
    except (OSError, EOFError, UnicodeDecodeError, zlib.error) as error:
        raise InputError(f"{pages}: cannot be read: {error}; give one JSON object with id and html a line") from None
    except ValueError:
        raise InputError(f"{pages}: has not as many lines as {path.name}; give the HTML of each page") from None


def _html_of(path: Path, number: int, line: str, page_id: str) -> str:
    try:
        record = json.loads(line)
    except (ValueError, RecursionError):
        raise InputError(f"{path}: line {number}: is not valid JSON; fix that place") from None
    if not isinstance(record, dict) or not isinstance(record.get("html"), str):
        raise InputError(f"{path}: line {number}: html: is missing; give the page's HTML as a string")
    if str(record.get("id", page_id)) != page_id:
        raise InputError(f"{path}: line {number}: id: is not that of the page; keep both files in the same order")
    return str(record["html"])
