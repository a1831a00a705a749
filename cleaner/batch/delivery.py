"""Writes results in order, and knows at every moment how to take up the work again.

All that a run writes goes into partial files; they take the places of their targets when they are complete. After
each chunk the state says how long each file is, so what was begun and not finished can be cut off.
"""

from __future__ import annotations

import stat
import time
from contextlib import suppress
from dataclasses import replace
from pathlib import Path

from cleaner.batch.checkpoint import Checkpoint, State
from cleaner.batch.plan import Plan, Settings, Watcher
from cleaner.batch.tally import Tally
from cleaner.batch.tasks import ChunkResult, ChunkTask, Failure, SourceEnd, TextOutcome
from cleaner.errors import CleanerError, OutputError
from cleaner.records.chunks import Place
from cleaner.records.sources import DOCUMENT_FORMATS, STDIN
from cleaner.records.streams import compress
from cleaner.records.texts import Record, join_records
from cleaner.records.writing import PartialFile, is_full, output_error, partial_path, write_file

__all__ = ["Delivery"]

CHECKPOINT_SECONDS = 5.0
CHECKPOINT_DOCUMENTS = 10_000

_FLAGS = {
    "no-article-found": "no article was found: a text is left as it was, a page gives none; see why with `cleaner explain`",
    "too-many-lines": "with over 50,000 lines no article, so the text is as it was; does one file hold many articles?",
    "not-settled": "each look would take out more, so the text is as it was; is it an article at all?",
    "truncated-by-paywall": "the article stops at a paywall; what is left may not be all of it",
}


class Delivery:
    """The writing side of a run; ``state`` is how far it is."""

    def __init__(self, plan: Plan, settings: Settings, watcher: Watcher) -> None:
        self._plan = plan
        self._settings = settings
        self._watcher = watcher
        self._checkpoint = None if plan.checkpoint is None else Checkpoint(plan.checkpoint, plan, settings)
        self.state = State()
        self._saved: State | None = None
        self._saved_at = time.monotonic()
        self._output: PartialFile | None = None
        self._removed: PartialFile | None = None
        self._errors: PartialFile | None = None
        self._source_tally = Tally()
        self._end = b""

    # --- beginning and ending -----------------------------------------------------------------------------

    def resume(self) -> bool:
        """Take up the state of a stopped run; whether there was one."""
        state = self._checkpoint.load() if self._checkpoint else None
        if state is None:
            return False
        self.state = self._saved = state
        if state.is_finishing:
            target = self._target(state.source)
            if partial_path(target).exists():
                self._output = PartialFile(target, stable=True, length=state.output)
                self._put_in_place(state.source)
            self.state = replace(state, source=state.source + 1, place=Place(), output=0, is_finishing=False)
        elif state.place != Place():
            self._open_output(state.source)
        return True

    def warn_of_stopped_run(self) -> None:
        """Say that a stopped run could have been gone on with."""
        if self._checkpoint is not None and self._checkpoint.path.exists():
            self._watcher.say(f"{self._checkpoint.path}: a stopped run is begun anew; --resume would have gone on")
            self._checkpoint.remove()

    def open_side_files(self) -> None:
        """Begin the files of removals and, where it was asked for by name, of failures."""
        if self._plan.removed_file is not None:
            self._removed = self._partial(self._plan.removed_file, self.state.removed)
        if self._plan.errors is not None and (self._plan.keep_errors or self.state.errors):
            self._errors = self._partial(self._plan.errors, self.state.errors)

    def complete(self) -> None:
        """All results are delivered: put the files of removals and failures in their places."""
        tally = self.state.tally
        if self.state.read != tally.documents + tally.failed + tally.passed:
            raise CleanerError(
                f"{self.state.read} records were read, but {tally.documents} documents written, {tally.passed} passed "
                f"and {tally.failed} failed; the result is not complete, please report this"
            )
        for file in (self._removed, self._errors):
            if file is not None:
                file.finish()
        if self._errors is None and self._plan.errors is not None:
            # Those of an earlier run into the same place do not hold any more.
            for path in (self._plan.errors, partial_path(self._plan.errors)):
                path.unlink(missing_ok=True)
        self._removed = self._errors = None
        if self._checkpoint is not None:
            self._checkpoint.remove()

    def stop(self) -> bool:
        """Leave everything so that the run can be gone on with; whether it can."""
        state = self.state
        files = [(self._output, state.output), (self._removed, state.removed), (self._errors, state.errors)]
        has_begun = state != State() or self._saved is not None
        if self._checkpoint is not None and has_begun:
            with suppress(OutputError):
                for file, length in files:
                    if file is not None:
                        file.rewind(length)
                self._save(state)
        for file, _ in files:
            if file is not None:
                file.discard() if self._saved is None else file.close()
        return self._saved is not None

    # --- text files ---------------------------------------------------------------------------------------

    def take_text(self, outcome: TextOutcome) -> None:
        """Write the result of a text file."""
        source = self._plan.sources[outcome.index]
        error, tally = outcome.error, outcome.tally
        if error is None:
            try:
                self._write_text(outcome)
            except OutputError as failure:
                if is_full(failure) or not self._is_file(outcome.index):
                    raise
                error, tally = failure, Tally(failed=1)
        if error is not None:
            self._watcher.say(str(error))
            self._count_failed_input()
            if outcome.failure is not None and self._has_records():
                self._write_error(outcome.failure)
        else:
            self._write_removals(outcome.removals)
            if not self._plan.is_quiet:
                for flag in outcome.flags:
                    self._watcher.say(f"{source.name}: {flag}: {_FLAGS.get(flag, 'see `cleaner explain`')}")
        self._advance(outcome.index + 1, Place(), tally, 1)

    def _write_text(self, outcome: TextOutcome) -> None:
        source = self._plan.sources[outcome.index]
        target = self._plan.target(outcome.index)
        if target is None:
            data = outcome.data
            if outcome.text is not None:
                data = join_records(Record(source, "\r\n" if outcome.has_crlf else ""), outcome.text, self._end)
            self._write_stream(data)
        elif target != source.path:
            write_file(target, outcome.data, make_folders=True)
        elif outcome.is_changed:
            if not stat.S_ISREG(target.stat().st_mode):
                raise OutputError(f"{target}: is no regular file; write its result elsewhere with -o")
            write_file(target, outcome.data)

    # --- records ------------------------------------------------------------------------------------------

    def take_chunk(self, task: ChunkTask, result: ChunkResult) -> None:
        """Write the result of a chunk."""
        records = task.chunk.end.records - task.chunk.start.records
        if self._plan.target(task.index) is None:
            data = result.data
            if task.format == "jsonl" and data and self._end and not self._end.endswith(b"\n"):
                data = b"\n" + data
            self._write_stream(data)
        else:
            self._open_output(task.index).write(result.data)
        self._write_removals(result.removals)
        for failure in result.failures:
            self._write_failure(task.name, failure)
        self._source_tally.add(result.tally)
        self._advance(task.index, task.chunk.end, result.tally, records)

    def take_end(self, end: SourceEnd) -> None:
        """Put the result of a source in its place."""
        source = self._plan.sources[end.index]
        if end.error is not None:
            self._watcher.say(str(end.error))
            self._count_failed_input()
            self._write_error(Failure.of(source.name, self.state.place.records + 1, str(end.error), None))
        if self._plan.target(end.index) is not None:
            self._finish_output(end)
        self._source_tally = Tally()
        self._advance(end.index + 1, Place(), Tally(), 0)

    def _finish_output(self, end: SourceEnd) -> None:
        source = self._plan.sources[end.index]
        begun = self._output is not None or self.state.place != Place()
        if end.error is not None and (not begun or source.format == "parquet" or self._plan.in_place):
            self._discard_output()
            return
        if self._plan.in_place and not self._may_replace(end.index):
            self._discard_output()
            return
        output = self._open_output(end.index)
        if not output.size and source.format != "parquet":
            output.write(compress(b"", self._plan.compression(end.index), even_empty=True))
        errors = 0 if self._errors is None else self._errors.size
        self.state = replace(self.state, output=output.size, errors=errors, is_finishing=True)
        is_saved_inside = self._saved is not None and self._saved.source == end.index and self._saved.place != Place()
        if self._checkpoint is not None and (is_saved_inside or source.format == "parquet"):
            self._save(self.state)
        self._put_in_place(end.index)

    def _may_replace(self, index: int) -> bool:
        """Whether a file that is cleaned in its place is replaced: something changed, and nothing failed."""
        if self._source_tally.failed:
            self._count_failed_input()
            self._watcher.say(
                f"{self._plan.sources[index].name}: {self._source_tally.failed} of its records failed, so it is left "
                "as it was; clean it into another file with -o"
            )
            return False
        return self._source_tally.changed > 0

    def _put_in_place(self, index: int) -> None:
        output, source = self._output, self._plan.sources[index]
        if output is None:
            return
        if source.format == "parquet":
            from cleaner.records.parquet import assemble

            output.sync()
            made = PartialFile(self._target(index), stable=False)
            try:
                assemble(source, output.path, made.path, self._settings.fields)
                made.finish()
            except OSError as error:
                made.discard()
                raise output_error(self._target(index), error) from error
            except BaseException:
                made.discard()
                raise
            output.discard()
        else:
            output.finish()
        self._output = None

    # --- files --------------------------------------------------------------------------------------------

    def _target(self, index: int) -> Path:
        target = self._plan.target(index)
        assert target is not None
        return target

    def _is_file(self, index: int) -> bool:
        return self._plan.target(index) is not None

    def _has_records(self) -> bool:
        """Whether failures of text files are written down too, and not only said."""
        return self._plan.keep_errors or any(source.format not in DOCUMENT_FORMATS for source in self._plan.sources)

    def _partial(self, target: Path, length: int) -> PartialFile:
        return PartialFile(target, stable=self._checkpoint is not None, length=length)

    def _open_output(self, index: int) -> PartialFile:
        if self._output is None:
            self._output = self._partial(self._target(index), self.state.output)
        return self._output

    def _discard_output(self) -> None:
        if self._output is not None:
            self._output.discard()
            self._output = None

    def _write_stream(self, data: bytes) -> None:
        self._plan.write(data)
        self._end = (self._end + data[-4:])[-4:]

    def _write_removals(self, data: bytes) -> None:
        if self._removed is not None:
            self._removed.write(data)
        elif self._plan.removed == STDIN and data:
            self._plan.write(data)

    def _write_failure(self, name: str, failure: Failure) -> None:
        if self._plan.errors is None:
            self._watcher.say(f"{name}: record {failure.number}: {failure.reason}")
        self._write_error(failure)

    def _write_error(self, failure: Failure) -> None:
        if self._plan.errors is not None:
            if self._errors is None:
                self._errors = self._partial(self._plan.errors, 0)
            self._errors.write(failure.line)

    # --- the state ----------------------------------------------------------------------------------------

    def _advance(self, source: int, place: Place, tally: Tally, read: int) -> None:
        """All up to a place is written."""
        self.state = replace(
            self.state.counted(tally, read),
            source=source,
            place=place,
            output=0 if self._output is None else self._output.size,
            removed=0 if self._removed is None else self._removed.size,
            errors=0 if self._errors is None else self._errors.size,
            is_finishing=False,
        )
        if self._checkpoint is not None and self._is_due():
            self._save(self.state)

    def _count_failed_input(self) -> None:
        self.state = replace(self.state, failed_inputs=self.state.failed_inputs + 1)

    def _is_due(self) -> bool:
        documents = self.state.tally.documents - (self._saved.tally.documents if self._saved else 0)
        return documents >= CHECKPOINT_DOCUMENTS or time.monotonic() - self._saved_at >= CHECKPOINT_SECONDS

    def _save(self, state: State) -> None:
        """Put what was written on the disk, then the checkpoint that speaks of it."""
        assert self._checkpoint is not None
        for file in (self._output, self._removed, self._errors):
            if file is not None:
                file.sync()
        self._checkpoint.save(state)
        self._saved = state
        self._saved_at = time.monotonic()
