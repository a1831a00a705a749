"""What a document may be: a text, or a mapping with a text, HTML or Markdown; anything else is refused with a hint."""

from __future__ import annotations

import math
from collections.abc import Iterable, Iterator, Mapping
from typing import Any

__all__ = ["checked", "known_name", "require_page", "require_text", "text_of"]

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
