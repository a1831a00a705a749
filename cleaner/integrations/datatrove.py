"""A pipeline step for datatrove that removes the noise from the text of each document.

    pipeline = [JsonlReader("pages/"), CleanerStep(empty="drop"), JsonlWriter("articles/", compression="zstd")]

Statistics: ``total``, ``forwarded``, ``dropped``, ``changed``, ``failed``, ``empty``, ``removed_lines`` and
``removed_lines_<kind>``. Each document's metadata gets ``cleaner_flags``: its flags, joined with commas.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from contextlib import nullcontext
from itertools import islice
from typing import TYPE_CHECKING, Any, Literal

from cleaner.config import CleanConfig
from cleaner.errors import ConfigError, MissingExtraError
from cleaner.integrations.outcomes import Outcome, clean_documents, require_html, shared_cleaner

try:
    from datatrove.data import Document
    from datatrove.pipeline.base import PipelineStep
except ModuleNotFoundError as error:
    raise MissingExtraError("datatrove", "datatrove") from error

if TYPE_CHECKING:
    from datatrove.pipeline.writers.disk_base import DiskWriter

__all__ = ["CleanerStep"]

BATCH = 64


class CleanerStep(PipelineStep):
    """Cleans ``text`` of every document.

    ``html``: the text is an HTML page, whose article is wanted. ``title_key``, ``lang_key``, ``url_key``: the metadata
    with what is known about the page; ``site_key``: that with its site, if it is not the host of the address. ``empty``:
    whether documents without an article are kept as they are, or dropped. ``exclusion_writer`` gets a document for each
    one that something was removed from, with the removed text, and ``cleaner_removals`` in its metadata; and each
    dropped one, with ``filter_reason``.

    The cleaner is created in the worker; only the configuration is sent there.
    """

    type = "✂️ - FORMAT"
    name = "news-cleaner"

    def __init__(
        self,
        config: CleanConfig | None = None,
        *,
        html: bool = False,
        title_key: str = "title",
        lang_key: str = "lang",
        url_key: str = "url",
        site_key: str | None = None,
        empty: Literal["keep", "drop"] = "keep",
        exclusion_writer: DiskWriter | None = None,
    ) -> None:
        super().__init__()
        if empty not in {"keep", "drop"}:
            raise ConfigError(f"empty: {empty!r} is unknown; use one of: keep, drop")
        if html:
            require_html()
        self.config = config
        self.html = html
        self.keys = {"title": title_key, "lang": lang_key, "url": url_key}
        if site_key is not None:
            self.keys["site"] = site_key
        self.empty = empty
        self.exclusion_writer = exclusion_writer

    def run(self, data: Iterable[Document] | None, rank: int = 0, world_size: int = 1) -> Iterator[Document]:
        """The documents, cleaned, in order."""
        del world_size
        with self.exclusion_writer or nullcontext():
            for document, outcome in self._outcomes(data or ()):
                self._count(outcome)
                if self.exclusion_writer is not None and (excluded := self._excluded(document, outcome)):
                    self.exclusion_writer.write(excluded, rank)
                if self._is_dropped(outcome):
                    self.stat_update("dropped")
                    continue
                document.text = outcome.text
                document.metadata["cleaner_flags"] = ",".join(outcome.flags)
                self.stat_update("forwarded")
                if isinstance(document.text, str):
                    self.update_doc_stats(document)
                yield document

    def _outcomes(self, data: Iterable[Document]) -> Iterator[tuple[Document, Outcome]]:
        """Each document with its outcome; documents are cleaned several at a time."""
        cleaner = shared_cleaner(self.config)
        waiting = iter(data)
        while documents := list(islice(waiting, BATCH)):
            outcomes = clean_documents(cleaner, [self._known(document) for document in documents], html=self.html)
            for document in documents:
                with self.track_time():
                    outcome = next(outcomes)
                yield document, outcome

    def _known(self, document: Document) -> dict[str, Any]:
        return {"text": document.text} | {name: document.metadata.get(key) for name, key in self.keys.items()}

    def _is_dropped(self, outcome: Outcome) -> bool:
        return outcome.is_empty and self.empty == "drop"

    def _excluded(self, document: Document, outcome: Outcome) -> Document | None:
        """The document for the exclusion writer; None if nothing was removed or dropped."""
        if not (outcome.kinds or self._is_dropped(outcome)):
            return None
        metadata: dict[str, Any] = {"cleaner_flags": ",".join(outcome.flags)}
        if url := document.metadata.get(self.keys["url"]):
            metadata["url"] = url
        if self._is_dropped(outcome):
            return Document(document.text, document.id, metadata=metadata | {"filter_reason": "empty"})
        removals = outcome.removals
        text = "\n".join(removal["text"].strip("\r\n") for removal in removals)
        return Document(text, document.id, metadata=metadata | {"cleaner_removals": removals})

    def _count(self, outcome: Outcome) -> None:
        self.stat_update("total")
        if outcome.changed:
            self.stat_update("changed")
        if outcome.is_empty:
            self.stat_update("empty")
        if outcome.result is None:
            self.stat_update("failed")
        for kind in outcome.kinds:
            self.stat_update("removed_lines", f"removed_lines_{kind}", unit="line")
