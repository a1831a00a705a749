"""Checkpoints: save on disk how far a run has got, so that it can be resumed however it ended."""

from __future__ import annotations

import errno
import hashlib
import json
from contextlib import suppress
from dataclasses import asdict, dataclass, field, replace
from functools import cached_property
from pathlib import Path
from typing import Any

from cleaner.config import CleanConfig
from cleaner.corpus.batch import tasks
from cleaner.corpus.batch.plan import Plan, Settings
from cleaner.corpus.batch.tally import Tally
from cleaner.corpus.records.chunks import Place
from cleaner.corpus.records.locks import HeldFile, remove_leftovers
from cleaner.corpus.records.sources import Source
from cleaner.corpus.records.writing import CHECKPOINT_ENDING, output_error
from cleaner.errors import ConfigError, OutputError
from cleaner.sites.store import SiteStore

__all__ = ["Checkpoint", "CheckpointError", "Progress", "State"]

_FORMAT = 3
# Every checkpoint begins with these bytes, so that no other file is mistaken for one.
_ABOUT = "checkpoint of a run of cleaner; --resume goes on with it"
_HEAD = f'{{\n "about": "{_ABOUT}",\n'.encode()
_BEGIN_AGAIN = "begin again without --resume"


@dataclass(frozen=True, slots=True)
class State:
    """How far a run has got: everything before ``place`` in source ``source`` is written, in files of these lengths.

    ``read``: how many records were read. ``failed_inputs``: how many inputs could not be read or written.
    ``is_finishing``: the source is done, and its result complete except for its name.
    """

    source: int = 0
    place: Place = field(default_factory=Place)
    output: int = 0
    removed: int = 0
    errors: int = 0
    read: int = 0
    failed_inputs: int = 0
    is_finishing: bool = False
    tally: Tally = field(default_factory=Tally)

    def counted(self, tally: Tally, read: int) -> State:
        """The same state with more documents counted."""
        added = self.tally.copy()
        added.add(tally)
        return replace(self, tally=added, read=self.read + read)


@dataclass(frozen=True, slots=True)
class Progress:
    """What a checkpoint holds: the state of a run, the state before its current source, and its partial files.

    ``partials``: the files that the run may have made and left behind; no other file is mistaken for one of them.
    """

    state: State = field(default_factory=State)
    before: State = field(default_factory=State)
    partials: tuple[str, ...] = ()


class CheckpointError(OutputError):
    """A checkpoint cannot be written; ``is_held``: because another run is writing to the same output."""

    is_held = False


class Checkpoint:
    """The file that keeps the progress of a run; tied to the inputs and the configuration of the run.

    A run holds the file while it works, and no other run can take it, so two runs never write to one output.
    """

    def __init__(self, path: Path, plan: Plan, settings: Settings) -> None:
        self.path = path
        self._plan = plan
        self._settings = settings
        self._file = HeldFile(path)
        self._found: bytes | None = None

    def take(self) -> bool:
        """Hold the file, creating it if needed; returns whether a stopped run has left one.

        Raises `CheckpointError` if another run holds it or it cannot be created, `ConfigError` if the file is not a
        checkpoint; it is then left alone.
        """
        content = self._dump(Progress())
        try:
            self.path.parent.mkdir(parents=True, exist_ok=True)
            remove_leftovers(self.path.parent)
            self._found = self._file.take(content)
        except OSError as error:
            raise self._error(error) from error
        if self._found is not None and not self._found.startswith(_HEAD):
            self._file.release()
            raise ConfigError(
                f"{self.path}: is not a checkpoint, and a run would overwrite it; move it away, or name another output"
            )
        return self._found is not None

    def load(self) -> Progress:
        """The progress of the stopped run that left the file.

        Raises `ConfigError` if it cannot be resumed: the file is damaged or from another version, or the inputs or the
        configuration have changed.
        """
        values = self._read()
        if values["configuration"] != self._configuration:
            raise ConfigError(
                f"{self.path}: the stopped run had other options, patterns, weights or another version of cleaner; "
                f"repeat its command, or {_BEGIN_AGAIN}"
            )
        if values["inputs"] != self._inputs:
            raise ConfigError(
                f"{self.path}: the inputs are not those of the stopped run, or have changed since; {_BEGIN_AGAIN}"
            )
        return _progress(values)

    def left_partials(self) -> list[Path]:
        """The partial files of the stopped run that left the file; empty if they cannot be known."""
        try:
            return [Path(path) for path in _progress(self._read()).partials]
        except ConfigError:
            return []

    def save(self, progress: Progress) -> None:
        """Save the progress; the data it refers to must already be on disk. Raises `CheckpointError`."""
        try:
            self._file.save(self._dump(progress))
        except OSError as error:
            raise self._error(error) from error

    def _error(self, error: OSError) -> CheckpointError:
        is_held = error.errno == errno.EBUSY
        path = Path(str(self.path).removesuffix(CHECKPOINT_ENDING)) if is_held else self.path
        told = CheckpointError(str(output_error(path, error)))
        told.is_held = is_held
        return told

    def remove(self) -> None:
        """Remove the file: the run is done."""
        with suppress(OSError):
            self._file.remove()

    def release(self) -> None:
        """Release the file, and leave it for a run that resumes."""
        self._file.release()

    def _dump(self, progress: Progress) -> bytes:
        values = {
            "configuration": self._configuration,
            "inputs": self._inputs,
            "state": _state_values(progress.state),
            "before": _state_values(progress.before),
            "partials": progress.partials,
        }
        described = {"about": _ABOUT, "format": _FORMAT, "digest": _digest(values), **values}
        return json.dumps(described, indent=1).encode() + b"\n"

    def _read(self) -> dict[str, Any]:
        """The values of the file that was found; raises `ConfigError` if no run can have written them."""
        try:
            values = json.loads(self._found or b"")
            values.pop("about")
            if values.pop("format") != _FORMAT:
                raise ConfigError(f"{self.path}: is a checkpoint of another version of cleaner; {_BEGIN_AGAIN}")
            if values.pop("digest") == _digest(values):
                _progress(values)
                return dict(values)
        except (ValueError, TypeError, KeyError, AttributeError, RecursionError):
            pass
        raise ConfigError(f"{self.path}: is damaged; {_BEGIN_AGAIN}")

    @cached_property
    def _configuration(self) -> str:
        """A fingerprint of everything that the output depends on, except the inputs."""
        config = self._settings.config
        plan = self._plan
        parts: list[Any] = [
            _program(),
            repr(
                replace(
                    config, patterns=None, weights=None, keep=frozenset(), disabled_patterns=frozenset(), sites=None
                )
            ),
            _memory(config),
            repr(sorted(config.keep)),
            repr(sorted(config.disabled_patterns)),
            _contents(config.patterns),
            _contents(config.weights),
            repr(replace(self._settings, config=type(config)())),
            [str(plan.target(index)) for index in range(len(plan.sources))],
            [str(plan.removed), str(plan.errors), tasks.CHUNK_BYTES, plan.is_line_buffered],
        ]
        return _digest(parts)

    @cached_property
    def _inputs(self) -> str:
        """A fingerprint of the inputs: names, formats, sizes and modification times."""
        return _digest([[source.name, source.format, *_stamps(source)] for source in self._plan.sources])


def _state_values(state: State) -> dict[str, Any]:
    return {**asdict(replace(state, tally=Tally())), "tally": state.tally.to_json()}


def _progress(values: dict[str, Any]) -> Progress:
    state, before = (
        State(**{**one, "place": Place(**one["place"]), "tally": Tally.from_json(one["tally"])})
        for one in (values["state"], values["before"])
    )
    return Progress(state, before, tuple(values["partials"]))


def _digest(value: Any) -> str:
    return hashlib.sha256(json.dumps(value).encode()).hexdigest()


def _stamps(source: Source) -> list[int]:
    """What tells a source from a later state of it; of a database also what its log holds."""
    found = _stamp(source.path)
    if source.format == "sqlite" and (log := _stamp(Path(f"{source.path}-wal"))) and log[0]:
        found += log
    return found


def _stamp(path: Path | None) -> list[int]:
    try:
        found = path.stat() if path is not None else None
    except OSError:
        return []
    return [found.st_size, found.st_mtime_ns] if found else []


def _memory(config: CleanConfig) -> str:
    """A fingerprint of the site memory of a configuration; empty where there is none."""
    if not isinstance(config.sites, Path):
        return ""
    with SiteStore(config.sites, "read") as store:
        return store.fingerprint()


def _program() -> str:
    """A fingerprint of the version of this package and its built-in patterns and weights."""
    from cleaner import __version__
    from cleaner.data import models_folder, patterns_folder

    folders = (Path(str(folder)) for folder in (patterns_folder(), models_folder()))
    return _digest([__version__, *(_contents(folder, "*.toml", "*.txt", "*.json") for folder in folders)])


def _contents(path: Path | None, *names: str) -> list[list[str]]:
    """The digests of a file, or of the files with these names below a folder."""
    if path is None:
        return []
    files = [path]
    if path.is_dir():
        files = sorted(file for name in names or ["*"] for file in path.rglob(name) if file.is_file())
    return [[str(file.relative_to(path)), _file_digest(file)] for file in files]


def _file_digest(file: Path) -> str:
    try:
        return hashlib.sha256(file.read_bytes()).hexdigest()
    except OSError:
        # Whoever needs its contents will report the error.
        return ""
