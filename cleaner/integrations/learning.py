"""Code that the adapters share for learning sites: documents of any quality in, never an exception for a document."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any

from cleaner import api
from cleaner.integrations.outcomes import not_a_text
from cleaner.sites.pages import LearnedPage

__all__ = ["Learned", "learn_safely"]


@dataclass(frozen=True, slots=True)
class Learned:
    """What there is to learn of a document: its ``page``, and the ``site`` that it belongs to; or the ``error``.

    ``texts``: the lines of the page by their hashes. A document that belongs to no site has neither page nor error.
    """

    site: str = ""
    page: LearnedPage | None = None
    texts: Mapping[int, str] = field(default_factory=dict)
    error: str | None = None


def learn_safely(document: Mapping[str, Any], *, html: bool = False) -> Learned:
    """What there is to learn of a document: of its ``text``, and its ``site`` or else the host of its ``url``.

    ``html``: the text is an HTML page, which may name its address itself.

    >>> learned = learn_safely({"text": "Der Rat tagt heute.\\nAntwortenLöschen", "url": "https://rat.example/1"})
    >>> learned.site, list(learned.texts.values()), learn_safely({"text": None}).error
    ('rat.example', ['der rat tagt heute.', 'antwortenloschen'], 'of type NoneType, not a text')
    """
    text = document.get("text")
    if not isinstance(text, str | bytes if html else str):
        return Learned(error=not_a_text(text))
    known = {name: given for name in ("url", "site") if isinstance(given := document.get(name), str)}
    try:
        found = api.learn_document({**known, "html" if html else "text": text})
        return Learned() if found is None else Learned(*found)
    except Exception as error:  # noqa: BLE001 - a document that fails affects only itself
        return Learned(error=f"{type(error).__name__}: {error}")
