"""Code that the adapters share for learning sites: documents of any quality in, never an exception for a document."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any

from cleaner.integrations.outcomes import not_a_text
from cleaner.sites.addresses import site_name, site_of_url
from cleaner.sites.pages import LearnedPage, learn_text

__all__ = ["Learned", "learn_document"]


@dataclass(frozen=True, slots=True)
class Learned:
    """What there is to learn of a document: its ``page``, and the ``site`` that it belongs to; or the ``error``.

    ``texts``: the lines of the page by their hashes. A document that belongs to no site has neither page nor error.
    """

    site: str = ""
    page: LearnedPage | None = None
    texts: Mapping[int, str] = field(default_factory=dict)
    error: str | None = None


def learn_document(document: Mapping[str, Any]) -> Learned:
    """What there is to learn of a document: of its ``text``, and its ``site`` or else the host of its ``url``.

    >>> learned = learn_document({"text": "Der Rat tagt heute.\\nAntwortenLöschen", "url": "https://rat.example/1"})
    >>> learned.site, list(learned.texts.values()), learn_document({"text": None}).error
    ('rat.example', ['der rat tagt heute.', 'antwortenloschen'], 'of type NoneType, not a text')
    """
    text = document.get("text")
    if not isinstance(text, str):
        return Learned(error=not_a_text(text))
    url, site = (given if isinstance(given := document.get(name), str) else None for name in ("url", "site"))
    try:
        name = site_of_url(url) if site is None else site_name(site)
        return Learned() if name is None else Learned(name, *learn_text(text, url))
    except Exception as error:  # noqa: BLE001 - a document that fails affects only itself
        return Learned(error=f"{type(error).__name__}: {error}")
