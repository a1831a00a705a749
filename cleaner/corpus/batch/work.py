"""What a worker does: tasks in, results out; no files."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, replace
from itertools import groupby
from pathlib import PurePath

from cleaner.api import Cleaner
from cleaner.clock import TIMED_OUT
from cleaner.corpus.batch.jobs import Job, clean_job, given_of, read_record, record_jobs, text_job
from cleaner.corpus.batch.limits import OutOfTimeError, end_process_after, time_limit
from cleaner.corpus.batch.plan import Settings
from cleaner.corpus.batch.tally import ENCODING, MARKDOWN, MARKUP, MOJIBAKE, NO_SITE, PAGE, Tally
from cleaner.corpus.batch.tasks import (
    Careful,
    ChunkResult,
    ChunkTask,
    Failure,
    Result,
    TextOutcome,
    TextTask,
    failed_result,
)
from cleaner.corpus.records.chunks import Done, record_format
from cleaner.corpus.records.jsonfiles import write_joint
from cleaner.corpus.records.markup import holds_markdown, holds_markup
from cleaner.corpus.records.mojibake import holds_mojibake
from cleaner.corpus.records.streams import compress
from cleaner.corpus.records.texts import Record
from cleaner.documents import document_label
from cleaner.errors import CleanerError, InputError, OutputError
from cleaner.report.records import removal_record, to_json
from cleaner.report.unified import unified_diff
from cleaner.result import CleanResult

__all__ = ["Worker"]

# After _LAST_TIMES times the time limit of a page, plus _LAST_SECONDS, its process is ended. Set by hand: work that can
# be interrupted has ended long before.
_LAST_TIMES = 2
_LAST_SECONDS = 5


@dataclass(slots=True)
class _Cleaned:
    """The output for a document: the text that is left of ``before``, the counts, the removals, the diff."""

    text: str
    before: str
    flags: tuple[str, ...]
    tally: Tally
    removals: bytes
    diff: bytes


class Worker:
    """Cleans tasks with one configuration; keeps nothing from one to the next.

    ``may_be_ended``: it has a process of its own, which may be ended by a page that exceeds its time limit in a call
    that cannot be interrupted.
    """

    def __init__(self, settings: Settings, *, may_be_ended: bool = False) -> None:
        self._settings = settings
        self._may_be_ended = may_be_ended
        self._cleaner = Cleaner(settings.config.replace(timeout=settings.timeout))

    def __call__(self, task: TextTask | ChunkTask, careful: Careful | None = None) -> Result:
        """The result of a task; never raises because of one of its documents."""
        try:
            if isinstance(task, TextTask):
                return self._clean_texts(task, careful)
            return self._clean_chunk(task, careful)
        except CleanerError:
            raise
        except Exception as error:  # noqa: BLE001 - an unforeseen error must not end a run over millions
            return failed_result(task, f"cannot be cleaned: {type(error).__name__}: {error}; please report this")

    # --- text files ---------------------------------------------------------------------------------------

    def _clean_texts(self, task: TextTask, careful: Careful | None) -> list[TextOutcome]:
        records = [read_record(source, data, self._settings) for _, source, data, _ in task.texts]
        jobs = [
            text_job(index, record, self._settings)
            for (index, *_), record in zip(task.texts, records, strict=True)
            if isinstance(record, Record)
        ]
        cleaned = self._clean(jobs, careful)
        outcomes: list[TextOutcome] = []
        for (index, source, data, compression), record in zip(task.texts, records, strict=True):
            result = next(cleaned) if isinstance(record, Record) else record
            try:
                outcome = self._text_outcome(index, record, result)
                outcome.data = compress(outcome.data, compression)
            except (InputError, OutputError) as error:
                raw = b"" if isinstance(data, InputError) else data
                outcome = TextOutcome(index, error, failure=Failure.of(source.name, None, str(error), raw))
                outcome.tally.failed = 1
            outcomes.append(outcome)
        return outcomes

    def _text_outcome(
        self, index: int, record: Record | InputError, result: _Cleaned | InputError | str
    ) -> TextOutcome:
        if isinstance(record, InputError) or isinstance(result, InputError):
            raise record if isinstance(record, InputError) else InputError(str(result))
        if isinstance(result, str):
            raise InputError(f"{record.source.name}: {result}")
        text = result.text
        if record.is_html and text and not text.endswith("\n"):
            text = f"{text}\n"
        outcome = TextOutcome(index, is_changed=text != result.before, flags=result.flags, tally=result.tally)
        outcome.removals, outcome.diff = result.removals, result.diff
        outcome.tally.found[PAGE] += record.source.is_found
        if self._settings.is_joined:
            outcome.text = text
            outcome.has_crlf = "\r\n" in result.before
        else:
            outcome.data = text.encode("utf-8", "backslashreplace") if record.is_html else record.encode(text)
        return outcome

    # --- records ------------------------------------------------------------------------------------------

    def _clean_chunk(self, task: ChunkTask, careful: Careful | None) -> ChunkResult:
        module = record_format(task.format)
        items = module.read_items(
            task.chunk, self._settings.fields, max_bytes=self._settings.max_record, to_jsonl=task.to_jsonl
        )
        whole = ChunkResult(b"", b"", [], Tally())
        done: list[Done] = []
        removals: list[bytes] = []
        diffs: list[bytes] = []
        cleaned = self._clean(record_jobs(items, task, self._settings), careful)
        for item in items:
            result = item.failure if item.document is None else next(cleaned)
            if isinstance(result, str):
                whole.failures.append(Failure.of(task.name, item.number, result, item.raw))
                whole.tally.failed += 1
                done.append((replace(item, document=None, failure=result), None))
            elif result is None:
                whole.tally.passed += 1
                done.append((item, None))
            else:
                whole.tally.add(result.tally)
                removals.append(result.removals)
                diffs.append(result.diff)
                done.append((item, result.text))
        whole.data = module.write_items(done, task.compression, to_jsonl=task.to_jsonl)
        if task.format == "json" and not task.to_jsonl:
            whole.joint = write_joint(done, task.compression)
        whole.removals, whole.diff = b"".join(removals), b"".join(diffs)
        return whole

    # --- documents ----------------------------------------------------------------------------------------

    def _clean(self, jobs: Sequence[Job], careful: Careful | None) -> Iterator[_Cleaned | str]:
        """What is left of each document, or why it could not be cleaned."""
        if careful is not None:
            yield from self._carefully(jobs, careful)
            return
        for is_text, group in groupby(jobs, lambda job: job.is_text):
            own = list(group)
            yield from self._together(own) if is_text else map(self._alone, own)

    def _carefully(self, jobs: Sequence[Job], careful: Careful) -> list[_Cleaned | str]:
        """The results of documents, one by one, each announced."""
        results: list[_Cleaned | str] = []
        for job in jobs:
            if job.number in careful.given_up:
                results.append(careful.given_up[job.number])
            else:
                careful.report(job.number)
                results.append(self._alone(job))
        careful.report(None)
        return results

    def _together(self, jobs: Sequence[Job]) -> Iterator[_Cleaned | str]:
        """The results of texts, which are faster to clean together; one by one if one of them fails."""
        try:
            results = self._cleaner.clean_many(given_of(job, self._settings) for job in jobs)
            return iter([self._finished(job, result) for job, result in zip(jobs, results, strict=True)])
        except Exception:  # noqa: BLE001 - the one that fails is reported when it is cleaned alone
            return map(self._alone, jobs)

    def _alone(self, job: Job) -> _Cleaned | str:
        seconds = None if job.document.html is None else self._settings.timeout
        try:
            # The cleaner has its own limit. This one covers the work on its result, and calls into libraries.
            with self._last_limit(seconds), time_limit(seconds):
                result = clean_job(self._cleaner, job, self._settings)
                if job.document.html is not None and TIMED_OUT in result.flags:
                    return self._settings.too_long
                return self._finished(job, result)
        except OutOfTimeError:
            return self._settings.too_long
        except Exception as error:  # noqa: BLE001 - one document must not end a run over millions
            return f"cannot be cleaned: {type(error).__name__}: {error}"

    @contextmanager
    def _last_limit(self, seconds: float | None) -> Iterator[None]:
        if seconds is None or not self._may_be_ended:
            yield
            return
        end_process_after(_LAST_TIMES * seconds + _LAST_SECONDS)
        try:
            yield
        finally:
            end_process_after(None)

    def _finished(self, job: Job, result: CleanResult) -> _Cleaned:
        """Everything that is written and counted for a result."""
        before = job.original(result)
        tally = Tally()
        tally.count(before, result)
        if job.document.encoding is not None:
            tally.found[f"{ENCODING}{job.document.encoding}"] += 1
        if job.is_text and not job.is_known:
            tally.found[MARKUP] += holds_markup(before)
            tally.found[MARKDOWN] += holds_markdown(before)
        if job.document.html is None:
            tally.found[MOJIBAKE] += holds_mojibake(before)
            # A page may name its own address, so only of a text it is sure that it has no site.
            if self._cleaner.sites is not None and job.site is None:
                tally.found[NO_SITE] += 1
        removals = b""
        if self._settings.with_removals:
            removals = b"".join(
                to_json(
                    removal_record(
                        job.name,
                        removal,
                        line=job.line,
                        record_id=job.document.id,
                        all_evidence=self._settings.with_all_evidence,
                    )
                )
                + b"\n"
                for removal in result.removals
            )
        diff = b"" if self._settings.diff is None else self._diff(job, before, result)
        return _Cleaned(result.text, before, result.flags, tally, removals, diff)

    def _diff(self, job: Job, before: str, result: CleanResult) -> bytes:
        """The diff of a document, in UTF-8; that of a page is one of the text of its blocks."""
        name = document_label(PurePath(job.name).as_posix(), job.line, job.document.id)
        text = f"{job.mark}{before}"
        if job.document.html is not None and not text.endswith("\n"):
            text = f"{text}\n"
        shift = len(job.mark)
        spans = ((removal.start + shift, removal.end + shift) for removal in result.removals)
        diff = unified_diff(name, text, spans, colour=self._settings.diff == "coloured")
        return diff.encode("utf-8", "backslashreplace")
