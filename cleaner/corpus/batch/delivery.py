"""Writes results in order, and knows at every moment where the work could be resumed.

Everything that a run writes goes into partial files, which replace their targets when they are complete. After each
chunk the state says how long each file is, so that anything unfinished can be cut off.
"""

from __future__ import annotations

import time
from collections.abc import Callable
from dataclasses import replace

from cleaner.corpus.batch.checkpoint import Progress, State
from cleaner.corpus.batch.files import RunFiles
from cleaner.corpus.batch.plan import Plan, Settings, Watcher
from cleaner.corpus.batch.tally import Tally
from cleaner.corpus.batch.tasks import ChunkResult, ChunkTask, Failure, SourceEnd, TextOutcome
from cleaner.corpus.records.chunks import Place
from cleaner.corpus.records.sources import ASSEMBLED_FORMATS, DOCUMENT_FORMATS, STDIN
from cleaner.corpus.records.streams import compress
from cleaner.corpus.records.texts import Record, join_records
from cleaner.corpus.records.writing import is_full
from cleaner.documents import document_place
from cleaner.errors import CleanerError, OutputError

__all__ = ["Delivery"]

CHECKPOINT_SECONDS = 5.0
CHECKPOINT_DOCUMENTS = 10_000

_FLAGS = {
    "no-article-found": "a text stays as it was, a page gives no text; see why with `cleaner explain`",
    "too-many-lines": "over 50,000 lines are not an article, so the text is as it was; does one file hold many articles?",
    "not-settled": "each pass would remove more, so the text is as it was; is it an article at all?",
    "timed-out": "it took longer than --timeout, so the text is as it was",
    "truncated-by-paywall": "the article stops at a paywall; what is left may not be all of it",
}


class Delivery:
    """The writing side of a run; ``state`` says how far it has got."""

    def __init__(self, plan: Plan, settings: Settings, watcher: Watcher) -> None:
        self._plan = plan
        self._watcher = watcher
        self._files = RunFiles(plan, settings, watcher)
        self.state = State()
        # The state before the current source, to which a run returns if the result of the source cannot be written.
        self._before = State()
        self._saved = State()
        self._saved_at = time.monotonic()
        self._source_tally = Tally()
        self._end = b""
        self._has_begun = self._is_complete = False

    # --- beginning and ending -----------------------------------------------------------------------------

    def begin(self, *, resume: bool) -> None:
        """Open everything the run writes to; with ``resume`` take over the state of a stopped run, if there is one."""
        progress = self._files.begin(resume=resume)
        self.state, self._before, self._saved = progress.state, progress.before, progress.state
        self._has_begun = True
        if self.state.is_finishing:
            # The result was complete, and perhaps already in its place, when the run was stopped.
            index = self.state.source
            if self._writes(index, lambda: self._put_in_place(index)):
                self._advance(index + 1, Place(), Tally(), 0)

    def is_wanted(self, index: int) -> bool:
        """Whether more of a source can still be used."""
        return index >= self.state.source

    def complete(self) -> None:
        """All results are delivered: put the files of removals and failures in their places."""
        tally = self.state.tally
        if self.state.read != tally.documents + tally.failed + tally.passed:
            raise CleanerError(
                f"records read: {self.state.read}, but documents written: {tally.documents}, passed: {tally.passed}, "
                f"failed: {tally.failed}; the result is not complete, please report this"
            )
        if self._files.lengths() != (0, 0, 0):
            # A run that is stopped after putting only one of them in its place then knows which is missing.
            self._save()
        self._files.complete(self.state)
        self.state = replace(self.state, failed_inputs=self.state.failed_inputs + self._files.left_out)
        self._is_complete = True

    def stop(self) -> bool:
        """Leave everything so that the run can be resumed; returns whether it can."""
        if not self._has_begun:
            self._files.let_go()
            return False
        if self._is_complete:
            return False
        if self.state == State():
            self._files.discard()
            return False
        return self._files.stop(Progress(self.state, self._before))

    # --- text files ---------------------------------------------------------------------------------------

    def take_text(self, outcome: TextOutcome) -> None:
        """Write the result of a text file."""
        source = self._plan.sources[outcome.index]
        error, tally = outcome.error, outcome.tally
        if error is None:
            try:
                self._write_text(outcome)
            except OutputError as failure:
                if is_full(failure) or self._plan.target(outcome.index) is None or self._plan.archive is not None:
                    raise
                error, tally = failure, Tally(failed=1)
        if error is not None:
            self._watcher.say(str(error))
            self._count_failed_input()
            if self._has_records():
                self._files.write_error(outcome.failure or Failure.of(source.name, None, str(error), None))
        else:
            self._write_diff(outcome.diff)
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
        elif not self._plan.in_place or outcome.is_changed:
            self._files.write_whole(outcome.index, outcome.data)

    # --- records ------------------------------------------------------------------------------------------

    def take_chunk(self, task: ChunkTask, result: ChunkResult) -> None:
        """Write the result of a chunk."""
        if not self.is_wanted(task.index):
            return
        records = task.chunk.end.records - task.chunk.start.records
        data = result.joint + result.data if self._has_written() else result.data
        if self._plan.target(task.index) is None:
            if task.format == "jsonl" and data and self._end and not self._end.endswith(b"\n"):
                data = b"\n" + data
            self._write_stream(data)
        else:
            self._list_names(task.index)
            if not self._writes(task.index, lambda: self._files.open_output(task.index).write(data)):
                return
        self._write_diff(result.diff)
        self._write_removals(result.removals)
        for failure in result.failures:
            self._write_failure(task.name, failure)
        self._source_tally.add(result.tally)
        self._advance(task.index, task.chunk.end, result.tally, records)

    def _has_written(self) -> bool:
        """Whether a record of the current source is written."""
        now, before = self.state.tally, self._before.tally
        return now.documents + now.passed > before.documents + before.passed

    def take_end(self, end: SourceEnd) -> None:
        """Put the result of a source in its place."""
        if not self.is_wanted(end.index):
            return
        source = self._plan.sources[end.index]
        if end.error is not None:
            self._watcher.say(str(end.error))
            self._count_failed_input()
            self._files.write_error(Failure.of(source.name, self.state.place.records + 1, str(end.error), None))
        if self._plan.target(end.index) is None or self._finish_output(end):
            self._advance(end.index + 1, Place(), Tally(), 0)

    def _finish_output(self, end: SourceEnd) -> bool:
        """Put the result of a source in its place, if it has one; False if it cannot be written."""
        index, source, files = end.index, self._plan.sources[end.index], self._files
        is_begun = files.output is not None or self.state.place != Place()
        is_lost = end.error is not None and (not is_begun or source.format in ASSEMBLED_FORMATS or self._plan.in_place)
        if is_lost or (self._plan.in_place and not self._may_replace(index)):
            files.discard_output()
            return True
        self._list_names(index)
        if not self._writes(index, lambda: self._write_empty(index)):
            return False
        self.state = replace(self._measured(self.state), is_finishing=True)
        if source.format in ASSEMBLED_FORMATS or (self._saved.source == index and self._saved.place != Place()):
            self._save()
        return self._writes(index, lambda: self._put_in_place(index))

    def _put_in_place(self, index: int) -> None:
        """Put the result of a source in its place, and say what of it could not be written."""
        left_out = self._files.put_in_place(index)
        if left_out is not None:
            self._watcher.say(f"{self._plan.sources[index].name}: {left_out}")
            self._count_failed_input()

    def _write_empty(self, index: int) -> None:
        """Write the file of an empty result."""
        output = self._files.open_output(index)
        if not output.size and self._plan.sources[index].format not in ASSEMBLED_FORMATS:
            output.write(compress(b"", self._plan.compression(index), even_empty=True))

    def _list_names(self, index: int) -> None:
        """List the names of files in the checkpoint before the files are created."""
        if self._files.list_names(index):
            self._save()

    def _writes(self, index: int, action: Callable[[], None]) -> bool:
        """Whether an action on the result of a source succeeded; if not, the source is given up.

        Its input fails as if none of it had been done, and the run continues with the others. If they would all fail
        too, or there are none, the `OutputError` ends the run, which can be resumed.
        """
        try:
            action()
        except OutputError as error:
            if is_full(error) or len(self._plan.sources) == 1 or self._plan.archive is not None:
                raise
            self.state = self._before
            # First the checkpoint, which must not refer to more than the files contain.
            self._save()
            self._files.take_back(self._before)
            self._watcher.say(str(error))
            self._count_failed_input()
            self._files.write_error(Failure.of(self._plan.sources[index].name, None, str(error), None))
            self._advance(index + 1, Place(), Tally(), 0)
            return False
        return True

    def _may_replace(self, index: int) -> bool:
        """Whether a file that is cleaned in place is replaced: something changed, and nothing failed."""
        if self._source_tally.failed:
            self._count_failed_input()
            self._watcher.say(
                f"{self._plan.sources[index].name}: {self._source_tally.failed} of its records failed, so it is left "
                "as it was; clean it into another file with -o"
            )
            return False
        return self._source_tally.changed > 0

    # --- files --------------------------------------------------------------------------------------------

    def _has_records(self) -> bool:
        """Whether failures of text files are also written to a file, not only reported."""
        return self._plan.keep_errors or any(source.format not in DOCUMENT_FORMATS for source in self._plan.sources)

    def _write_stream(self, data: bytes) -> None:
        if self._plan.is_dry:
            return
        self._plan.write(data)
        self._end = (self._end + data[-4:])[-4:]

    def _write_diff(self, data: bytes) -> None:
        if data:
            self._plan.write(data)

    def _write_removals(self, data: bytes) -> None:
        if self._plan.removed == STDIN:
            if data:
                self._plan.write(data)
        else:
            self._files.write_removals(data)

    def _write_failure(self, name: str, failure: Failure) -> None:
        if self._plan.errors is None:
            self._watcher.say(f"{document_place(name, failure.number)}: {failure.reason}")
        self._files.write_error(failure)

    # --- the state ----------------------------------------------------------------------------------------

    def _advance(self, source: int, place: Place, tally: Tally, read: int) -> None:
        """Note that everything up to a place is written."""
        counted = replace(self.state.counted(tally, read), source=source, place=place, is_finishing=False)
        self.state = self._measured(counted)
        if place == Place():
            self._before, self._source_tally = self.state, Tally()
        if self._files.is_resumable and self._is_due():
            self._save()

    def _measured(self, state: State) -> State:
        output, removed, errors = self._files.lengths()
        return replace(state, output=output, removed=removed, errors=errors)

    def _count_failed_input(self) -> None:
        self.state = replace(self.state, failed_inputs=self.state.failed_inputs + 1)

    def _is_due(self) -> bool:
        documents = self.state.tally.documents - self._saved.tally.documents
        return documents >= CHECKPOINT_DOCUMENTS or time.monotonic() - self._saved_at >= CHECKPOINT_SECONDS

    def _save(self) -> None:
        """Flush what was written to disk, then save the checkpoint that refers to it."""
        self._files.save(Progress(self.state, self._before))
        self._saved, self._saved_at = self.state, time.monotonic()
