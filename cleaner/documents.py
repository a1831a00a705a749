"""What a document may be: a text, or a mapping with a text, HTML or Markdown; and what it is called and known by."""

from __future__ import annotations

import hashlib
import json
import math
from collections.abc import Iterable, Iterator, Mapping
from typing import Any

__all__ = [
    "checked",
    "digest_of",
    "document_label",
    "document_place",
    "known_name",
    "require_page",
    "require_text",
    "text_of",
    "written_id",
]

# The types of a value that is missing: None, NaN, and what pandas has for it.
_MISSING = frozenset({"NoneType", "float", "NAType", "NaTType"})


def checked(documents: Iterable[str | Mapping[str, Any]]) -> Iterator[str | Mapping[str, Any]]:
    """The documents; raises `TypeError` for one without a text, or with no string as url or site, and tells its index."""
    for index, document in enumerate(documents):
        try:
            if isinstance(document, str) or not hasattr(document, "get"):
                require_text(document)
            elif "html" in document:
                require_page(document["html"])
            else:
                require_text(document["markdown" if "markdown" in document else "text"])
            if not isinstance(document, str):
                for name in ("url", "site"):
                    known_name(document.get(name), name)
        except TypeError as error:
            raise TypeError(f"document {index}: {error}") from None
        yield document


def text_of(document: str | Mapping[str, Any]) -> str:
    """The text of a document; raises `TypeError` where it is no string."""
    return document if isinstance(document, str) else require_text(document["text"])


def require_text(text: object) -> str:
    """The text itself; raises `TypeError` for a missing value of a table, mostly, or the bytes of a file."""
    if isinstance(text, str):
        return text
    name = type(text).__name__
    hint = "decode it, or use clean_html for a page" if isinstance(text, bytes) else _hint(name, "clean_text")
    raise TypeError(f"text must be a str, not {name}; {hint}")


def require_page(html: object) -> str | bytes:
    """The page itself; raises `TypeError` for what is neither a string nor bytes."""
    if isinstance(html, str | bytes):
        return html
    name = type(html).__name__
    raise TypeError(f"html must be a str or bytes, not {name}; {_hint(name, 'clean_html')}")


def known_name(value: object, name: str) -> str | None:
    """A value that is a string or missing; raises `TypeError`, with its ``name``, where it is neither.

    >>> known_name("gazette.example", "site"), known_name(float("nan"), "url")
    ('gazette.example', None)
    """
    if isinstance(value, str):
        return value
    kind = type(value).__name__
    if kind in _MISSING and (not isinstance(value, float) or math.isnan(value)):
        return None
    hint = "decode it" if isinstance(value, bytes) else "convert it first, or leave it out"
    raise TypeError(f"{name} must be a str or None, not {kind}; {hint}")


def _hint(name: str, function: str) -> str:
    """What to do about a value of this type, which ``function`` cannot clean."""
    if name in _MISSING:
        return f'leave missing values out, with pandas for example by df.text.map({function}, na_action="ignore")'
    return "convert it first"


def digest_of(text: str) -> str:
    """The digest that the text of a document is known by: SHA-256 over its UTF-8, in hex digits.

    >>> digest_of("Share")[:8]
    '29887a5f'
    """
    return hashlib.sha256(text.encode("utf-8", "surrogatepass")).hexdigest()


def document_place(name: str, record: int | None) -> str:
    """Where a document stands, for sentences; ``record``: its number, if its file holds many.

    >>> document_place("crawl.jsonl", 7), document_place("page.txt", None)
    ('crawl.jsonl: record 7', 'page.txt')
    """
    return name if record is None else f"{name}: record {record}"


def document_label(name: str, record: int | None, record_id: object = None) -> str:
    """The same for headings and tables, with the id of the record if it has one.

    >>> document_label("crawl.jsonl", 7, "n-4711"), document_label("crawl.jsonl", 7), document_label("page.txt", None)
    ('crawl.jsonl:7 (n-4711)', 'crawl.jsonl:7', 'page.txt')
    """
    if record is None:
        return name
    return f"{name}:{record}" if record_id is None else f"{name}:{record} ({record_id})"


def written_id(record_id: Any) -> str | None:
    """The id of a record as a person writes it: a string as it is, anything else as JSON; None where there is none.

    >>> written_id("7"), written_id(7), written_id([1, "a"])
    ('7', '7', '[1, "a"]')
    """
    if record_id is None or isinstance(record_id, str):
        return record_id
    try:
        return json.dumps(record_id, ensure_ascii=False)
    except (TypeError, ValueError):
        return str(record_id)
