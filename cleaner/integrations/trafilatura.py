"""Cleans the result of trafilatura's ``bare_extraction``, and gives text, comments and metadata separately.

page = clean_document(bare_extraction(html, with_metadata=True))
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

from cleaner.api import Cleaner
from cleaner.config import CleanConfig
from cleaner.integrations.outcomes import clean_documents, shared_cleaner
from cleaner.result import CleanResult

__all__ = ["CleanedDocument", "clean_document"]

METADATA = (
    *("title", "author", "url", "hostname", "description", "sitename", "date", "categories", "tags"),
    *("fingerprint", "id", "license", "language", "image", "pagetype", "filedate"),
)


@dataclass(frozen=True)
class CleanedDocument:
    """The article of a page, with the page's comments and metadata separately.

    ``comments``: what trafilatura took for comments, if anything, then each reader comment found in its text.
    ``metadata``: the metadata that trafilatura found. ``flags``: those of the result, or ``not-cleaned``. ``result``
    is None if the text could not be cleaned; ``text`` is then the original text.
    """

    text: str
    comments: tuple[str, ...]
    metadata: dict[str, Any]
    flags: tuple[str, ...]
    result: CleanResult | None


def clean_document(
    document: Any, *, config: CleanConfig | None = None, cleaner: Cleaner | None = None
) -> CleanedDocument | None:
    """The cleaned result of ``bare_extraction``; None if that found nothing. ``document`` itself stays as it is.

    Its title, language and URL help, so ask for metadata: ``with_metadata=True``. ``cleaner``: used instead of one
    made from ``config``.

    >>> page = clean_document({"text": "Der Rat tagt heute.\\nAntwortenLöschen", "title": "Rat tagt", "comments": ""})
    >>> page.text, page.comments, page.metadata
    ('Der Rat tagt heute.', (), {'title': 'Rat tagt'})
    """
    if document is None:
        return None
    known = document if isinstance(document, dict) else {name: _value(document, name) for name in _NAMES}
    (outcome,) = clean_documents(
        cleaner or shared_cleaner(config),
        [
            {
                "text": known.get("text"),
                "title": known.get("title"),
                "lang": known.get("language"),
                "url": known.get("url"),
            }
        ],
    )
    extracted = known.get("comments")
    return CleanedDocument(
        text=outcome.text,
        comments=(*([extracted] if extracted and isinstance(extracted, str) else []), *outcome.comments),
        metadata={name: value for name in METADATA if (value := known.get(name))},
        flags=outcome.flags,
        result=outcome.result,
    )


_NAMES = ("text", "comments", *METADATA)


def _value(document: Any, name: str) -> Any:
    return getattr(document, name, None)
