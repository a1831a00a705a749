"""Picks the document of an input that a command is to show."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from contextlib import closing
from dataclasses import replace
from itertools import islice
from typing import TYPE_CHECKING, cast

from cleaner.cli.inputs import Inputs
from cleaner.cli.output import printable, refuse, say
from cleaner.corpus.records import Source
from cleaner.corpus.records.sources import DOCUMENT_FORMATS
from cleaner.corpus.records.zips import is_zip
from cleaner.documents import written_id
from cleaner.errors import InputError

if TYPE_CHECKING:
    from collections.abc import Generator

    from cleaner.corpus.batch.jobs import Job

__all__ = ["check_choice", "pick_document"]

# How many members of an archive a message names.
_NAMED = 3
# How many records after the one with an id are looked at for another one with it: all of a large file take too long.
_LOOKED_AT = 10_000


def check_choice(*, line: int | None, record_id: str | None) -> None:
    """Refuse options that choose no document, before any file is read."""
    if line is not None and record_id is not None:
        refuse("--line and --id exclude each other; choose one")
    if line is not None and line < 1:
        refuse(f"--line: {line} is too small; the first record is 1")


def pick_document(
    inputs: Inputs, name: str, *, line: int | None = None, record_id: str | None = None, member: str | None = None
) -> Job:
    """The document of an input that the options choose; raises `InputError` where there is none, or it is unreadable.

    ``line``: the number of a record. ``member``: the name of a file in a zip archive.
    """
    from cleaner.corpus.batch.jobs import Unread, read_jobs

    source = _one_source(inputs.plan.sources, name, member)
    is_document = source.format in DOCUMENT_FORMATS
    if is_document and (line is not None or record_id is not None):
        refuse(f"{'--id' if line is None else '--line'}: {source.name} is one document; leave it out")
    plan = replace(inputs.plan, sources=[source])
    jobs = cast("Generator[Job | str]", read_jobs(plan, inputs.settings))
    with closing(jobs):
        if line is not None:
            return _numbered(jobs, source, line)
        if record_id is not None:
            return _identified(jobs, source, record_id, inputs.settings.fields.id)
        job = next(jobs, None)
        if job is None:
            raise InputError(_holds_none(source))
        if isinstance(job, str) and not isinstance(job, Unread):
            raise InputError(job)
        if not is_document:
            refuse(
                f"{source.name}: holds many documents; pick one with --line N or --id ID, for example: "
                f"cleaner explain {name} --line 1"
            )
        assert not isinstance(job, str)
        return job


def _holds_none(source: Source) -> str:
    return f"{source.name}: holds no document: it is empty, or no record in it has a text"


def _one_source(sources: list[Source], name: str, member: str | None) -> Source:
    if not is_zip(name):
        if member is not None:
            refuse(f"--file: {name} is no zip archive; leave it out")
        (source,) = sources
        return source
    names = [source.member.name for source in sources if source.member is not None]
    if member is None:
        refuse(f"{name}: is a zip archive; pick a file in it with --file, for example: --file {names[0]}")
    for source in sources:
        if source.member is not None and source.member.name == member:
            return source
    some = ", ".join(names[:_NAMED]) + (", ..." if len(names) > _NAMED else "")
    raise InputError(f"{name}: holds no file {member} that can be read; it has {some}")


def _numbered(jobs: Iterable[Job | str], source: Source, line: int) -> Job:
    from cleaner.corpus.batch.jobs import Unread

    last = 0
    failure = None
    for job in jobs:
        if isinstance(job, Unread):
            if job.line == line:
                raise InputError(job)
        elif isinstance(job, str):
            failure = job
        elif job.line == line:
            return job
        else:
            last = max(last, job.line or 0)
            if last > line:
                raise InputError(f"{source.name}: record {line} has no text; choose another one")
    raise InputError(
        failure
        or f"{source.name}: has no document with the number {line}; "
        + (f"the last one is {last}" if last else "there is none that can be read")
    )


def _identified(jobs: Iterator[Job | str], source: Source, record_id: str, field: str) -> Job:
    """The first document with an id; a note says that another record has it too."""
    from cleaner.corpus.batch.jobs import Unread

    failure = unread = None
    for job in jobs:
        if isinstance(job, Unread):
            unread = unread or (job if written_id(job.id) == record_id else None)
        elif isinstance(job, str):
            failure = job
        elif written_id(job.document.id) == record_id:
            other = unread.line if unread is not None else _another(jobs, record_id)
            if other is not None:
                say(
                    f"{source.name}: record {other} has the id {printable(record_id)} too; record {job.line} is "
                    f"explained, and --line {other} picks the other one"
                )
            return job
    raise InputError(
        unread
        or failure
        or f"{source.name}: has no document with the id {printable(record_id)}; ids are those of the field {field}, and "
        "--id-field names another one"
    )


def _another(jobs: Iterable[Job | str], record_id: str) -> int | None:
    """The number of the next record with an id, among those that follow closely."""
    from cleaner.corpus.batch.jobs import Unread

    for job in islice(jobs, _LOOKED_AT):
        if isinstance(job, str) and not isinstance(job, Unread):
            continue
        own = job.id if isinstance(job, Unread) else job.document.id
        if written_id(own) == record_id:
            return job.line
    return None
