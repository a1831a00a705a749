"""A document transformer for LangChain: cleans documents between a loader and a text splitter.

articles = NewsCleanerTransformer().transform_documents(loader.load())
"""

from __future__ import annotations

import logging
import re
from collections.abc import Sequence
from typing import Any, Literal, get_args

from cleaner.config import CleanConfig
from cleaner.errors import ConfigError, MissingExtraError
from cleaner.integrations.outcomes import Outcome, clean_documents, shared_cleaner

try:
    from langchain_core.documents import BaseDocumentTransformer, Document
except ModuleNotFoundError as error:
    raise MissingExtraError("langchain-core", "langchain") from error

__all__ = ["NewsCleanerTransformer"]

logger = logging.getLogger(__name__)

Format = Literal["text", "markdown", "html"]

# Loaders write sentences such as "No language found." where a page names none.
LANGUAGE = re.compile(r"[A-Za-z]{2,3}(?:[-_].*)?")


class NewsCleanerTransformer(BaseDocumentTransformer):
    """Cleans the ``page_content`` of documents.

    ``format``: what the documents hold: ``text``, ``markdown``, which stays Markdown, or ``html``, whose article becomes
    text. ``metadata_key``: a key of the metadata that gets a dict with ``removed_characters``, ``confidence`` (the F1
    expected of the text, None if it could not be cleaned) and ``flags``. The metadata's ``title``, ``language`` and
    ``source`` help where they exist. Raises `ConfigError` for an unknown format.

    >>> documents = [Document(page_content="Der Rat tagt heute.\\nAntwortenLöschen", metadata={"source": "a.html"})]
    >>> NewsCleanerTransformer().transform_documents(documents)
    [Document(metadata={'source': 'a.html'}, page_content='Der Rat tagt heute.')]
    """

    def __init__(
        self,
        *,
        format: Format = "text",  # noqa: A002 - what loaders and splitters call it
        metadata_key: str | None = None,
        config: CleanConfig | None = None,
    ) -> None:
        if format not in get_args(Format):
            raise ConfigError(f"format: {format!r} is unknown; use one of: {', '.join(get_args(Format))}")
        self.format = format
        self.metadata_key = metadata_key
        self.config = config

    def transform_documents(self, documents: Sequence[Document], **kwargs: Any) -> Sequence[Document]:
        """Copies of the documents with their texts cleaned, in order; ``atransform_documents`` does it in a thread.

        Metadata and ids are kept. A document without text comes back as it is, and so does the text of one that the
        cleaner fails on, which is counted in the log. ``kwargs`` are ignored.
        """
        del kwargs
        transformed = list(documents)
        rows = [row for row, document in enumerate(transformed) if document.page_content.strip()]
        outcomes = clean_documents(
            shared_cleaner(self.config),
            [_known(transformed[row]) for row in rows],
            html=self.format == "html",
            markdown=self.format == "markdown",
        )
        failed = []
        for row, outcome in zip(rows, outcomes, strict=True):
            transformed[row] = self._cleaned(transformed[row], outcome)
            if outcome.error is not None:
                failed.append(outcome.error)
        if failed:
            logger.warning("%d of %d documents are not cleaned; the first: %s", len(failed), len(rows), failed[0])
        return transformed

    def _cleaned(self, document: Document, outcome: Outcome) -> Document:
        """A copy of a document with what came of cleaning it."""
        metadata = dict(document.metadata)
        if self.metadata_key is not None:
            metadata[self.metadata_key] = {
                "removed_characters": sum(one["end"] - one["start"] for one in outcome.removals),
                "confidence": outcome.result and outcome.result.confidence,
                "flags": list(outcome.flags),
            }
        return document.model_copy(update={"page_content": outcome.text, "metadata": metadata})


def _known(document: Document) -> dict[str, Any]:
    """The text of a document, with what its metadata tells."""
    metadata = document.metadata
    lang = metadata.get("language")
    return {
        "text": document.page_content,
        "title": metadata.get("title"),
        "lang": lang if isinstance(lang, str) and LANGUAGE.fullmatch(lang) else None,
        "url": metadata.get("source"),
    }
