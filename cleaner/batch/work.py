"""What a worker does: tasks in, results out; no files."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from itertools import groupby
from typing import Any

from cleaner.batch.limits import OutOfTimeError, time_limit
from cleaner.batch.plan import Settings
from cleaner.batch.tally import Tally
from cleaner.batch.tasks import ChunkResult, ChunkTask, Failure, TextOutcome, TextTask
from cleaner.errors import InputError, OutputError
from cleaner.model import CleanResult
from cleaner.pipeline import Cleaner
from cleaner.records.chunks import Document, Done, Item, record_format
from cleaner.records.sources import STDIN, Source
from cleaner.records.streams import compress
from cleaner.records.texts import Record, decode_record
from cleaner.report import removal_record, to_json

__all__ = ["Worker"]


class Worker:
    """Cleans tasks with one configuration; holds nothing from one to the next."""

    def __init__(self, settings: Settings) -> None:
        self._settings = settings
        self._cleaner = Cleaner(settings.config)

    def __call__(self, task: TextTask | ChunkTask) -> list[TextOutcome] | ChunkResult:
        """The results of a task."""
        return self._clean_texts(task) if isinstance(task, TextTask) else self._clean_chunk(task)

    # --- text files ---------------------------------------------------------------------------------------

    def _clean_texts(self, task: TextTask) -> list[TextOutcome]:
        records = [self._decode(source, data) for _, source, data, _ in task.texts]
        results = self._text_results([record for record in records if isinstance(record, Record)])
        outcomes: list[TextOutcome] = []
        for (index, source, data, compression), record in zip(task.texts, records, strict=True):
            result = next(results) if isinstance(record, Record) else record
            try:
                outcome = self._text_outcome(index, record, result)
                outcome.data = compress(outcome.data, compression)
            except (InputError, OutputError) as error:
                raw = b"" if isinstance(data, InputError) else data
                outcome = TextOutcome(index, error, failure=Failure.of(source.name, None, str(error), raw))
                outcome.tally.failed = 1
            outcomes.append(outcome)
        return outcomes

    def _text_results(self, records: Sequence[Record]) -> Iterator[CleanResult | str]:
        if len(records) == 1 and not records[0].is_html:
            # Alone a text is cleaned directly: an error in the cleaner ends the command and is seen.
            yield self._cleaner.clean(records[0].text, title=self._settings.title, lang=self._settings.lang)
        else:
            yield from self._results(
                [
                    Document(record.text, record.encode, html=record.data if record.is_html else None)
                    for record in records
                ]
            )

    def _decode(self, source: Source, data: bytes | InputError) -> Record | InputError:
        if isinstance(data, InputError):
            return data
        if source.format == "html":
            # A page says itself how it is encoded.
            return Record(source, "", data=data, is_html=True)
        try:
            return decode_record(source, data, self._settings.encoding)
        except InputError as error:
            return error

    def _text_outcome(
        self, index: int, record: Record | InputError, result: CleanResult | InputError | str
    ) -> TextOutcome:
        if isinstance(record, InputError) or isinstance(result, InputError):
            raise record if isinstance(record, InputError) else InputError(str(result))
        if isinstance(result, str):
            raise InputError(f"{record.source.name}: {result}")
        is_html = record.is_html
        if is_html:
            record = Record(record.source, result.restore())
            result_text = result.text if not result.text or result.text.endswith("\n") else f"{result.text}\n"
        else:
            result_text = result.text
        outcome = TextOutcome(index, is_changed=result_text != record.text, flags=result.flags)
        if self._settings.is_joined:
            outcome.text = result_text
            outcome.has_crlf = "\r\n" in record.text
        else:
            outcome.data = result_text.encode("utf-8", "backslashreplace") if is_html else record.encode(result_text)
        outcome.tally.count(record.text, result)
        if self._settings.with_removals:
            name = STDIN if record.source.path is None else record.source.name
            outcome.removals = b"".join(to_json(removal_record(name, removal)) + b"\n" for removal in result.removals)
        return outcome

    # --- records ------------------------------------------------------------------------------------------

    def _clean_chunk(self, task: ChunkTask) -> ChunkResult:
        module = record_format(task.format)
        items = module.read_items(
            task.chunk, self._settings.fields, max_bytes=self._settings.max_record, to_jsonl=task.to_jsonl
        )
        tally = Tally()
        done: list[Done] = []
        removals: list[bytes] = []
        failures: list[Failure] = []
        results = self._results([item.document for item in items if item.document is not None])
        for item in items:
            cleaned = item
            text = None
            if item.document is not None:
                result = next(results)
                if isinstance(result, str):
                    cleaned = Item(item.number, item.raw, failure=result)
                else:
                    text = result.text
                    tally.count(item.document.text if item.document.html is None else result.restore(), result)
                    removals += self._removals(task.name, item, item.document, result)
            if cleaned.failure is not None:
                failures.append(Failure.of(task.name, item.number, cleaned.failure, item.raw))
                tally.failed += 1
            elif item.document is None:
                tally.passed += 1
            done.append((cleaned, text))
        data = module.write_items(done, task.compression, to_jsonl=task.to_jsonl)
        return ChunkResult(data, b"".join(removals), failures, tally)

    def _results(self, documents: Sequence[Document]) -> Iterator[CleanResult | str]:
        """The result of each document, or why it could not be cleaned."""
        for is_text, group in groupby(documents, lambda document: document.html is None):
            own = list(group)
            yield from self._together(own) if is_text else map(self._result, own)

    def _together(self, documents: Sequence[Document]) -> Iterator[CleanResult | str]:
        """The results of texts, which are faster to clean together; one by one where one of them fails."""
        try:
            return iter(self._cleaner.clean_many(map(self._mapping, documents)))
        except Exception:  # noqa: BLE001 - the one that fails says so when it is cleaned alone
            return map(self._result, documents)

    def _result(self, document: Document) -> CleanResult | str:
        seconds = None if document.html is None else self._settings.timeout
        try:
            with time_limit(seconds):
                (result,) = self._cleaner.stream([self._mapping(document)])
                # The removals of a page are put together when they are looked at, which takes its time as well.
                _ = result.removals
        except OutOfTimeError:
            return f"the page took longer than --timeout {seconds:g} s"
        except Exception as error:  # noqa: BLE001 - one document must not end a run over millions
            return f"cannot be cleaned: {type(error).__name__}: {error}"
        return result

    def _mapping(self, document: Document) -> dict[str, Any]:
        if document.html is not None:
            return {"html": document.html, "url": document.url}
        return {
            "text": document.text,
            "title": document.title or self._settings.title,
            "lang": document.lang or self._settings.lang,
            "url": document.url,
        }

    def _removals(self, name: str, item: Item, document: Document, result: CleanResult) -> Iterator[bytes]:
        if self._settings.with_removals:
            for removal in result.removals:
                yield to_json(removal_record(name, removal, line=item.number, record_id=document.id)) + b"\n"
