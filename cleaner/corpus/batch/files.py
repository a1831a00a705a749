"""The files that a run writes: it creates them, recognises them after a stop, and touches no others.

Results, removals and failures are written beside their targets, under names that end in ``.partial``. The checkpoint
lists those names before the files are created, and only names that were free: a file with such a name that is not
listed belongs to somebody else and is left alone.
"""

from __future__ import annotations

import os
from collections.abc import Iterable
from contextlib import suppress
from pathlib import Path

from cleaner.corpus.batch.checkpoint import Checkpoint, CheckpointError, Progress, State
from cleaner.corpus.batch.plan import Plan, Settings, Watcher
from cleaner.corpus.batch.tasks import Failure
from cleaner.corpus.batch.zips import ZipMember, ZipOutput
from cleaner.corpus.records.chunks import Place, assembled_format
from cleaner.corpus.records.interrupts import undisturbed
from cleaner.corpus.records.locks import remove_leftovers, remove_unheld
from cleaner.corpus.records.sources import ASSEMBLED_FORMATS, DOCUMENT_FORMATS, Source
from cleaner.corpus.records.targets import is_errors_file
from cleaner.corpus.records.writing import PartialFile, is_full, output_error, partial_path, write_file
from cleaner.errors import ConfigError, InputError, OutputError

__all__ = ["RunFiles"]

# How many sources have the names of their partial files listed at once: each list costs a write to disk.
_LISTED_AT_ONCE = 64


class RunFiles:
    """The open files of a run: ``output`` of the current source, the files of removals and failures, the checkpoint."""

    def __init__(self, plan: Plan, settings: Settings, watcher: Watcher) -> None:
        self._plan = plan
        self._fields = settings.fields
        self._watcher = watcher
        self._checkpoint = None if plan.checkpoint is None else Checkpoint(plan.checkpoint, plan, settings)
        self.output: PartialFile | ZipMember | None = None
        self._zip: ZipOutput | None = None
        # How many members of an archive were left out.
        self.left_out = 0
        self._removed: PartialFile | None = None
        self._errors: PartialFile | None = None
        # Sources before this one have their names listed, except those whose names were not free.
        self._listed = 0
        self._not_free: set[Path] = set()
        self._swept: set[Path] = set()
        self._is_resumed = False

    @property
    def is_resumable(self) -> bool:
        """Whether the run could be resumed if it were stopped."""
        return self._checkpoint is not None

    # --- beginning ----------------------------------------------------------------------------------------

    def begin(self, *, resume: bool) -> Progress:
        """Take the checkpoint and open the files; returns the progress of the stopped run that is resumed."""
        progress = Progress()
        was_stopped = self._take_checkpoint(resume=resume)
        if self._checkpoint is not None and was_stopped:
            if resume:
                self._is_resumed = True
                progress = self._checkpoint.load()
            else:
                self._watcher.say(
                    f"{self._checkpoint.path}: a stopped run starts again from the beginning; --resume would have continued it"
                )
            self._know_again(self._checkpoint.left_partials(), progress.state)
        elif resume:
            self._watcher.say(
                "there is no checkpoint of a stopped run beside the output; the run starts from the beginning"
            )
        state = progress.state
        needed = self._needed(state)
        self._listed = state.source + 1 if self._has_output(state) else state.source
        self._not_free |= {path for path in self._side_partials() if path not in needed and os.path.lexists(path)}
        if was_stopped or self._side_partials():
            self.save(progress)
        if self._has_output(state) and partial_path(self._target(state.source)).exists():
            self.output = PartialFile(self._target(state.source), stable=True, length=state.output)
        if self._plan.removed_file is not None and not self._is_in_place(self._plan.removed_file, state):
            self._removed = self._open(self._plan.removed_file, state.removed)
        errors = self._plan.errors if self._plan.keep_errors or state.errors else None
        if errors is not None and not self._is_in_place(errors, state):
            self._errors = self._open(errors, state.errors)
        return progress

    def _take_checkpoint(self, *, resume: bool) -> bool:
        """Take the checkpoint; returns whether a stopped run has left one. Without a checkpoint the run still works."""
        if self._checkpoint is None:
            return False
        try:
            return self._checkpoint.take()
        except CheckpointError as error:
            if resume or error.is_held or is_full(error):
                raise
            self._watcher.say(f"{error}; the run continues, but if it is stopped it cannot be resumed")
            self._checkpoint = None
            return False

    def _know_again(self, left: Iterable[Path], state: State) -> None:
        """Check that the files exist that a run in this state continues, and remove the others that were left."""
        needed = self._needed(state)
        for path, (target, length) in needed.items():
            if self._is_in_place(target, state):
                continue
            if path not in left or not path.is_file() or path.stat().st_size < length:
                raise ConfigError(
                    f"{path}: is missing or shorter than the checkpoint of the stopped run says; "
                    "begin again without --resume"
                )
        for path in left:
            if path not in needed:
                remove_unheld(path)

    def _needed(self, state: State) -> dict[Path, tuple[Path, int]]:
        """The partial files that a run in this state continues: the target of each, and its least length."""
        needed: dict[Path, tuple[Path, int]] = {}
        if self._has_output(state):
            target = self._target(state.source)
            needed[partial_path(target)] = target, state.output
        for side, length in ((self._plan.removed_file, state.removed), (self._plan.errors, state.errors)):
            if side is not None and length:
                needed[partial_path(side)] = side, length
        return needed

    @staticmethod
    def _has_output(state: State) -> bool:
        return state.place != Place() or state.is_finishing

    def _is_in_place(self, target: Path, state: State) -> bool:
        """Whether a file had already been put in its place when the run was stopped."""
        if os.path.lexists(partial_path(target)) or not target.exists():
            return False
        if target == self._plan.removed_file:
            return state.source == len(self._plan.sources) and state.removed > 0
        if target == self._plan.errors:
            return state.source == len(self._plan.sources) and state.errors > 0
        return state.is_finishing

    # --- names --------------------------------------------------------------------------------------------

    def list_names(self, index: int) -> bool:
        """List the names of partial files from a source on; whether a checkpoint must be saved before creating them."""
        if self._checkpoint is None or index < self._listed:
            return False
        self._listed = min(index + _LISTED_AT_ONCE, len(self._plan.sources))
        self._not_free |= {path for path in self._output_partials(index) if os.path.lexists(path)}
        return True

    def _output_partials(self, first: int) -> list[Path]:
        indices = range(first, self._listed)
        records = [index for index in indices if self._plan.sources[index].format not in DOCUMENT_FORMATS]
        return [partial_path(self._target(index)) for index in records]

    def _side_partials(self) -> list[Path]:
        sides = (self._plan.removed_file, self._plan.errors)
        return [partial_path(path) for path in sides if path is not None]

    def _target(self, index: int) -> Path:
        target = self._plan.target(index)
        assert target is not None
        return target

    # --- writing ------------------------------------------------------------------------------------------

    def open_output(self, index: int) -> PartialFile | ZipMember:
        """The file that the result of a source is written to."""
        if self.output is None:
            if self._plan.archive is not None:
                self.output = self._archive().begin(self._plan.sources[index], self._name_in_archive(index))
            else:
                self.output = self._open(self._target(index), 0, self._plan.backup_path(index))
        return self.output

    def _archive(self) -> ZipOutput:
        """The archive that the results go to; created for the first of them."""
        assert self._plan.archive is not None
        if self._zip is None:
            self._sweep(self._plan.archive.parent)
            self._zip = ZipOutput(self._plan.archive, self._plan.sources, self._leave_out)
        return self._zip

    def _leave_out(self, error: InputError) -> None:
        """A member of the archive that cannot be copied is left out."""
        self.left_out += 1
        self._watcher.say(str(error))

    def _name_in_archive(self, index: int) -> str:
        assert self._plan.archive is not None
        return self._target(index).relative_to(self._plan.archive).as_posix()

    def _open(self, target: Path, length: int, backup: Path | None = None) -> PartialFile:
        if self._checkpoint is None:
            self._sweep(target.parent)
        try:
            return PartialFile(target, stable=self._checkpoint is not None, length=length or None, backup=backup)
        except OutputError:
            # The file there is not ours, and a later run must not mistake it for ours.
            if not length:
                self._not_free.add(partial_path(target))
            raise

    def discard_output(self) -> None:
        """Remove what was written of the current source's result."""
        if self.output is not None:
            self.output.discard()
            self.output = None

    def put_in_place(self, index: int) -> str | None:
        """Put the result of a source in its place; returns what of it could not be written and why, or None."""
        output, source = self.output, self._plan.sources[index]
        if output is None:
            return None
        if source.format in ASSEMBLED_FORMATS and isinstance(output, PartialFile):
            output.sync()
            if self._plan.in_place and source.format == "sqlite":
                return self._update(source, output.path)
            return self._assemble(index, output.path)
        output.finish()
        self.output = None
        return None

    def _update(self, source: Source, journal: Path) -> str | None:
        """Write the texts of a journal into a database that other programs may have open, so it is not replaced."""
        from cleaner.corpus.records.sqlite import update

        try:
            left_out = update(source, journal, self._fields)
        except OSError as error:
            raise output_error(Path(source.name), error) from error
        except InputError as error:
            raise OutputError(str(error)) from error
        self.discard_output()
        return left_out

    def _assemble(self, index: int, journal: Path) -> str | None:
        """Put a file together from its original and a journal, in its place."""
        source, target = self._plan.sources[index], self._target(index)
        self._sweep(target.parent)
        made = PartialFile(target, stable=False, backup=self._plan.backup_path(index))
        try:
            # This takes a while, so it may be interrupted.
            left_out = assembled_format(source.format).assemble(source, journal, made.path, self._fields)
            with undisturbed():
                made.finish()
                self.discard_output()
        except OSError as error:
            made.discard()
            raise output_error(target, error) from error
        except InputError as error:
            made.discard()
            raise OutputError(str(error)) from error
        except BaseException:
            made.discard()
            raise
        return left_out

    def write_whole(self, index: int, data: bytes) -> None:
        """Write the result of a text file in one step."""
        target = self._target(index)
        if self._plan.archive is not None:
            self._archive().write(self._plan.sources[index], self._name_in_archive(index), data)
            return
        self._sweep(target.parent)
        write_file(target, data, make_folders=not self._plan.in_place, backup=self._plan.backup_path(index))

    def write_removals(self, data: bytes) -> None:
        """Append to the file of removals, if there is one."""
        if self._removed is not None:
            self._removed.write(data)

    def write_error(self, failure: Failure) -> None:
        """Append to the file of failures, if there is one; it is created for the first failure."""
        if self._plan.errors is not None:
            if self._errors is None:
                self._errors = self._open(self._plan.errors, 0)
            self._errors.write(failure.line)

    def _sweep(self, folder: Path) -> None:
        """Remove what killed runs have left in a folder; does so once per folder."""
        if folder not in self._swept:
            self._swept.add(folder)
            remove_leftovers(Path(os.path.realpath(folder)))

    # --- the state ----------------------------------------------------------------------------------------

    def lengths(self) -> tuple[int, int, int]:
        """How long the files of the result, of removals and of failures are."""
        output, removed, errors = (
            0 if file is None else file.size for file in (self.output, self._removed, self._errors)
        )
        return output, removed, errors

    def save(self, progress: Progress) -> None:
        """Flush what was written to disk, then save the checkpoint that refers to it."""
        if self._checkpoint is None:
            return
        for file in (self.output, self._removed, self._errors):
            if file is not None:
                file.sync()
        paths = [*self._side_partials(), *self._output_partials(progress.state.source)]
        partials = tuple(str(path) for path in paths if path not in self._not_free)
        self._checkpoint.save(Progress(progress.state, progress.before, partials))

    def take_back(self, state: State) -> None:
        """Return to a state between two sources, and discard what was written since."""
        self.discard_output()
        for file, length in ((self._removed, state.removed), (self._errors, state.errors)):
            if file is not None:
                file.rewind(length)

    # --- ending -------------------------------------------------------------------------------------------

    def complete(self, state: State) -> None:
        """Put the files of removals and failures in their places, and remove the checkpoint."""
        errors = self._plan.errors
        is_stale = errors is not None and not self._plan.keep_errors and os.path.lexists(errors)
        if errors is not None and is_stale and self._errors is not None and not is_errors_file(errors):
            raise OutputError(f"{errors}: cannot be written: a file that no run has written is there; move it away")
        for file in (self._removed, self._errors):
            if file is not None:
                file.finish()
        if errors is not None and is_stale and not state.errors and is_errors_file(errors):
            # It is from an earlier run to the same place, and is out of date.
            with suppress(OSError):
                errors.unlink()
        self._removed = self._errors = None
        if self._zip is not None:
            self._zip.finish()
        if self._checkpoint is not None:
            self._checkpoint.remove()

    def stop(self, progress: Progress) -> bool:
        """Leave everything so that the run can be resumed; returns whether it can."""
        if self._checkpoint is None:
            self.discard()
            return False
        state = progress.state
        files = [(self.output, state.output), (self._removed, state.removed), (self._errors, state.errors)]
        with suppress(OutputError):
            for file, length in files:
                if file is not None:
                    file.rewind(length)
            self.save(progress)
        for file, _ in files:
            if file is not None:
                file.close()
        self._checkpoint.release()
        return True

    def discard(self) -> None:
        """Remove everything that was created: nothing was done yet that would be worth resuming."""
        if self._zip is not None:
            self._zip.discard()
        for file in (self.output, self._removed, self._errors):
            if file is not None:
                file.discard()
        if self._checkpoint is not None:
            self._checkpoint.remove()

    def let_go(self) -> None:
        """Leave everything as it was found: the run could not start."""
        if not self._is_resumed:
            self.discard()
            return
        for file in (self.output, self._removed, self._errors):
            if file is not None:
                file.close()
        if self._checkpoint is not None:
            self._checkpoint.release()
