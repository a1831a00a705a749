"""The documents of a task, as cleaning and learning take them: each with its content, its name and its site."""

from __future__ import annotations

import os
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from pathlib import PurePath
from typing import Any

from cleaner.api import Cleaner
from cleaner.corpus.batch.plan import Plan, Settings
from cleaner.corpus.batch.tasks import ChunkTask, SourceEnd, TextTask, read_tasks
from cleaner.corpus.records.chunks import Document, Item, Place, record_format
from cleaner.corpus.records.encodings import AUTO
from cleaner.corpus.records.sources import STDIN, Source
from cleaner.corpus.records.texts import Record, decode_record
from cleaner.documents import document_place
from cleaner.errors import InputError
from cleaner.result import CleanResult
from cleaner.sites.addresses import site_name, site_of_file, site_of_url

__all__ = [
    "Job",
    "Unread",
    "clean_job",
    "given_of",
    "read_jobs",
    "read_record",
    "record_jobs",
    "site_of_source",
    "task_jobs",
    "text_job",
]


# Archives have pages in them, which are read as where they are written as lines of JSON.
_WITH_PAGES = ("warc", "wet")


@dataclass(frozen=True, slots=True)
class Job:
    """A document of a task; ``name`` and ``line`` say where it comes from, ``site`` the site that it comes from.

    ``mark``: the byte order mark of a file in UTF-8, which is no part of its text.
    ``is_known``: somebody has said that it is a text, so tags in it are not worth a note.
    """

    number: int
    document: Document
    name: str
    line: int | None = None
    is_markdown: bool = False
    is_known: bool = False
    site: str | None = None
    mark: str = ""

    @property
    def is_text(self) -> bool:
        """Whether it is plain text, which is faster to clean together with others."""
        return self.document.html is None and not self.is_markdown

    def failure(self, reason: str) -> str:
        """A message that says why it failed."""
        return f"{document_place(self.name, self.line)}: {reason}"

    def original(self, result: CleanResult) -> str:
        """The text that the offsets of its result refer to: its own, or that of the blocks of its page."""
        return self.document.text if self.document.html is None else result.restore()


class Unread(str):
    """The message that says why a record cannot be read; ``line`` is its number, ``id`` its id where that is known."""

    __slots__ = ("id", "line")

    line: int
    id: Any


def clean_job(cleaner: Cleaner, job: Job, settings: Settings) -> CleanResult:
    """The result of a document, cleaned alone."""
    page = job.document.html
    if page is not None:
        return cleaner.clean_html(page, url=job.document.url, site=job.site, output=settings.output)
    (result,) = cleaner.stream([given_of(job, settings)])
    return result


def given_of(job: Job, settings: Settings) -> dict[str, Any]:
    """A text with what is known about it, as `Cleaner.clean_many` takes it."""
    document = job.document
    return {
        "markdown" if job.is_markdown else "text": document.text,
        "title": document.title or settings.title,
        "lang": document.lang or settings.lang,
        "url": document.url,
        "site": job.site,
    }


def read_jobs(plan: Plan, settings: Settings) -> Iterator[Job | str]:
    """Every document of a plan, in order and one at a time, read in this process; or why it cannot be read."""
    for task in read_tasks(plan, settings, 0, Place(), lambda _: True):
        if not isinstance(task, SourceEnd):
            yield from task_jobs(task, settings)
        elif task.error is not None:
            yield str(task.error)


def task_jobs(task: TextTask | ChunkTask, settings: Settings) -> Iterator[Job | str]:
    """The documents of a task; or why one of them cannot be read."""
    return _text_jobs(task, settings) if isinstance(task, TextTask) else _chunk_jobs(task, settings)


def _text_jobs(task: TextTask, settings: Settings) -> Iterator[Job | str]:
    for index, source, data, _ in task.texts:
        record = read_record(source, data, settings)
        yield str(record) if isinstance(record, InputError) else text_job(index, record, settings)


def _chunk_jobs(task: ChunkTask, settings: Settings) -> Iterator[Job | str]:
    items = record_format(task.format).read_items(
        task.chunk,
        settings.fields,
        max_bytes=settings.max_record,
        to_jsonl=task.format in _WITH_PAGES,
    )
    for item in items:
        if item.failure is not None:
            unread = Unread(f"{document_place(task.name, item.number)}: {item.failure}")
            unread.line, unread.id = item.number, item.id
            yield unread
    yield from record_jobs(items, task, settings)


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
    mark = record.mark.decode() if record.encoding == "utf-8" else ""
    return Job(
        index, document, name, is_markdown=is_markdown, is_known=not record.source.is_assumed, site=site, mark=mark
    )


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
