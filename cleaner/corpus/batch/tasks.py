"""The parts of a run: the input is cut into tasks, each for one worker, in the order of the input."""

from __future__ import annotations

import json
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass, field

from cleaner.corpus.batch.plan import Plan, Settings
from cleaner.corpus.batch.tally import Tally
from cleaner.corpus.records.chunks import Limits, Place, RawChunk, record_format
from cleaner.corpus.records.jsonfiles import write_frame
from cleaner.corpus.records.limits import QUOTED_BYTES
from cleaner.corpus.records.sniffing import recognise
from cleaner.corpus.records.sources import DOCUMENT_FORMATS, Compression, Format, Source
from cleaner.corpus.records.streams import read_all
from cleaner.errors import CleanerError, InputError

__all__ = [
    "Careful",
    "ChunkResult",
    "ChunkTask",
    "Failure",
    "Result",
    "SourceEnd",
    "Task",
    "TextOutcome",
    "TextTask",
    "failed_result",
    "read_tasks",
]

# The least bytes of a chunk: enough to be worth a message between processes.
CHUNK_BYTES = 1 << 18
# The longest record held in memory, unless --max-document asks for longer ones.
RECORD_BYTES = 128 << 20
# The most text files in a task, however small they are.
_MAX_TEXTS = 1000


@dataclass(frozen=True, slots=True)
class TextTask:
    """Text files to clean: for each the number of its source, the source, and its bytes or why there are none."""

    texts: list[tuple[int, Source, bytes | InputError, Compression | None]]


@dataclass(frozen=True, slots=True)
class ChunkTask:
    """A chunk of records to clean, and how to write it."""

    index: int
    name: str
    format: Format
    compression: Compression | None
    to_jsonl: bool
    chunk: RawChunk


@dataclass(frozen=True, slots=True)
class SourceEnd:
    """The end of a source: all its records are read, or no more can be read, for the given reason."""

    index: int
    error: InputError | None = None


Task = TextTask | ChunkTask | SourceEnd


@dataclass(frozen=True, slots=True)
class Failure:
    """A record that could not be cleaned, as reported to a person and in the file of failures."""

    number: int
    reason: str
    line: bytes

    @staticmethod
    def of(name: str, number: int | None, reason: str, raw: bytes | None) -> Failure:
        """A failure in a source; bytes of the record that are not UTF-8 are kept as lone surrogates.

        For a long record only the beginning is quoted, and the reason says so.
        """
        if raw is not None and len(raw) > QUOTED_BYTES:
            reason = f"{reason}; raw is its first {QUOTED_BYTES} bytes"
            raw = raw[:QUOTED_BYTES]
        text = None if raw is None else raw.decode("utf-8", "surrogateescape")
        line = {"file": name, "line": number, "reason": reason, "raw": text}
        return Failure(number or 0, reason, json.dumps(line).encode("ascii") + b"\n")


@dataclass(slots=True)
class ChunkResult:
    """What a worker made of a chunk; ``joint`` comes before ``data`` where a record of the source is written already."""

    data: bytes
    removals: bytes
    failures: list[Failure]
    tally: Tally
    joint: bytes = b""
    diff: bytes = b""


@dataclass(slots=True)
class TextOutcome:
    """What a worker made of a text file: its bytes, or an error. ``text`` is set where texts are joined."""

    index: int
    error: CleanerError | None = None
    data: bytes = b""
    text: str | None = None
    is_changed: bool = False
    has_crlf: bool = False
    flags: tuple[str, ...] = ()
    removals: bytes = b""
    diff: bytes = b""
    failure: Failure | None = None
    tally: Tally = field(default_factory=Tally)


Result = ChunkResult | list[TextOutcome]


@dataclass(frozen=True, slots=True)
class Careful:
    """How to work on a task that has ended a worker process: document by document.

    ``report`` is called with the number of each document before it is cleaned, and with None when all are done.
    ``given_up``: documents that ended a worker, and the reason to report for them. Texts have the numbers of their
    sources, records those of their items.
    """

    report: Callable[[int | None], None]
    given_up: Mapping[int, str] = field(default_factory=dict)


def failed_result(task: TextTask | ChunkTask, reason: str) -> Result:
    """The result of a task that failed altogether: all its documents fail."""
    if isinstance(task, TextTask):
        return [_failed_text(index, source, data, reason) for index, source, data, _ in task.texts]
    numbers = range(task.chunk.start.records + 1, task.chunk.end.records + 1)
    failures = [Failure.of(task.name, number, reason, None) for number in numbers]
    has_frame = task.format == "json" and not task.to_jsonl
    data = write_frame(task.chunk, task.compression) if has_frame else b""
    return ChunkResult(data, b"", failures, Tally(failed=len(failures)))


def _failed_text(index: int, source: Source, data: bytes | InputError, reason: str) -> TextOutcome:
    error = data if isinstance(data, InputError) else InputError(f"{source.name}: {reason}")
    raw = b"" if isinstance(data, InputError) else data
    return TextOutcome(index, error, failure=Failure.of(source.name, None, str(error), raw), tally=Tally(failed=1))


def read_tasks(
    plan: Plan, settings: Settings, first: int, place: Place, is_wanted: Callable[[int], bool]
) -> Iterator[Task]:
    """The tasks of a run from a place in a source on. Text files are grouped, the smaller the more in a task.

    ``is_wanted``: whether more of a source can still be used; called repeatedly.
    """
    limits = Limits(
        1 if plan.is_line_buffered else CHUNK_BYTES,
        max(RECORD_BYTES, 2 * settings.max_record),
    )
    held: list[tuple[int, Source, bytes | InputError, Compression | None]] = []
    size = 0
    for index in range(first, len(plan.sources)):
        source = plan.sources[index]
        if source.format in DOCUMENT_FORMATS:
            source, data = _read_text(source, settings.max_document, in_place=plan.in_place)
            held.append((index, source, data, plan.compression(index)))
            size += 0 if isinstance(data, InputError) else len(data)
            if size >= limits.chunk_bytes or len(held) >= _MAX_TEXTS:
                yield TextTask(held)
                held, size = [], 0
            continue
        if held:
            yield TextTask(held)
            held, size = [], 0
        for task in _source_tasks(plan, settings, index, place if index == first else Place(), limits):
            yield task
            if not is_wanted(index):
                break
    if held:
        yield TextTask(held)


def _read_text(source: Source, max_bytes: int | None, *, in_place: bool) -> tuple[Source, bytes | InputError]:
    """A source with the format that its bytes turn out to have, and its bytes, or why there are none."""
    try:
        data = read_all(source, max_bytes)
        found = recognise(source, data)
    except InputError as error:
        return source, error
    if found.is_found and in_place:
        return source, InputError(
            f"{source.name}: holds HTML, and a page becomes text, which is another file; name it with -o, "
            "or clean it as it is with --format text"
        )
    return found, data


def _source_tasks(plan: Plan, settings: Settings, index: int, place: Place, limits: Limits) -> Iterator[Task]:
    source = plan.sources[index]
    compression, to_jsonl = plan.compression(index), plan.to_jsonl(index)
    chunks = record_format(source.format).read_chunks(source, place, limits, settings.fields)
    try:
        for chunk in chunks:
            yield ChunkTask(index, source.name, source.format, compression, to_jsonl, chunk)
    except InputError as error:
        yield SourceEnd(index, error)
    else:
        yield SourceEnd(index)
