"""The documents of a task, as cleaning and learning take them: each with its content, its name and its site."""

from __future__ import annotations

import os
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import PurePath

from cleaner.corpus.batch.plan import Settings
from cleaner.corpus.batch.tasks import ChunkTask
from cleaner.corpus.records.chunks import Document, Item
from cleaner.corpus.records.encodings import AUTO
from cleaner.corpus.records.sources import STDIN, Source
from cleaner.corpus.records.texts import Record, decode_record
from cleaner.errors import InputError
from cleaner.sites.addresses import site_name, site_of_file, site_of_url

__all__ = ["Job", "read_record", "record_jobs", "site_of_source", "text_job"]


@dataclass(frozen=True, slots=True)
class Job:
    """A document of a task; ``name`` and ``line`` say where it comes from, ``site`` the site that it comes from.

    ``is_known``: somebody has said that it is a text, so tags in it are not worth a note.
    """

    number: int
    document: Document
    name: str
    line: int | None = None
    is_markdown: bool = False
    is_known: bool = False
    site: str | None = None

    @property
    def is_text(self) -> bool:
        """Whether it is plain text, which is faster to clean together with others."""
        return self.document.html is None and not self.is_markdown


def read_record(source: Source, data: bytes | InputError, settings: Settings) -> Record | InputError:
    """A text file with its text, or a page; or why it cannot be read."""
    if isinstance(data, InputError):
        return data
    if source.format == "html":
        # A page declares its own encoding.
        return Record(source, "", data=data, is_html=True)
    try:
        return decode_record(source, data, settings.encoding)
    except InputError as error:
        return error


def text_job(index: int, record: Record, settings: Settings) -> Job:
    """A text file as a document; ``index``: the number of its source."""
    document = Document(
        record.text,
        record.encode,
        url=settings.url,
        html=record.data if record.is_html else None,
        encoding=record.encoding if settings.encoding == AUTO and not record.is_html else None,
    )
    name = STDIN if record.source.path is None else record.source.name
    is_markdown = record.source.format == "markdown"
    site = _given_site(settings) or site_of_source(record.source)
    return Job(index, document, name, is_markdown=is_markdown, is_known=not record.source.is_assumed, site=site)


def record_jobs(items: Sequence[Item], task: ChunkTask, settings: Settings) -> list[Job]:
    """The documents among the records of a chunk."""
    return [
        Job(
            item.number,
            item.document,
            task.name,
            item.number,
            settings.fields.is_markdown,
            site=_own_site(item.document) or _given_site(settings),
        )
        for item in items
        if item.document is not None
    ]


def site_of_source(source: Source) -> str | None:
    """The site of a text file, which its folder says; None for what is no file."""
    if source.path is None or (source.member is None and not os.path.isfile(source.path)):  # noqa: PTH113 - never fails
        return None
    path = PurePath(os.path.abspath(source.path))  # noqa: PTH100 - what a link leads to is not asked
    # A member of an archive has the site that it has when the archive is unpacked beside it.
    return site_of_file(path if source.member is None else path.with_suffix("") / source.member.name)


def _own_site(document: Document) -> str | None:
    named = None if document.site is None else site_name(document.site)
    return named or site_of_url(document.url)


def _given_site(settings: Settings) -> str | None:
    named = None if settings.site is None else site_name(settings.site)
    return named or site_of_url(settings.url)
