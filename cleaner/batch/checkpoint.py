"""Checkpoints: how far a run is, on the disk, so that it can be gone on with after any kind of end."""

from __future__ import annotations

import hashlib
import json
from contextlib import suppress
from dataclasses import asdict, dataclass, field, replace
from functools import cached_property
from pathlib import Path
from typing import Any

from cleaner.batch import tasks
from cleaner.batch.plan import Plan, Settings
from cleaner.batch.tally import Tally
from cleaner.errors import ConfigError
from cleaner.records.chunks import Place
from cleaner.records.writing import PartialFile, partial_path

__all__ = ["Checkpoint", "State"]

_FORMAT = 1


@dataclass(frozen=True, slots=True)
class State:
    """How far a run is: all before ``place`` in source ``source`` is written, in files of these lengths.

    ``read``: how many records were read; ``failed_inputs``: how many inputs could not be read or written.
    ``is_finishing``: the source is done, and its result complete but for its name.
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


class Checkpoint:
    """The file that the state of a run is kept in; bound to the inputs and the configuration of the run."""

    def __init__(self, path: Path, plan: Plan, settings: Settings) -> None:
        self.path = path
        self._plan = plan
        self._settings = settings

    def load(self) -> State | None:
        """The state of a stopped run; None where there is none.

        Raises `ConfigError` where it is of another run, whose inputs or configuration were others.
        """
        try:
            values = json.loads(self.path.read_bytes())
        except FileNotFoundError:
            return None
        except (OSError, ValueError) as error:
            raise ConfigError(f"{self.path}: cannot be read: {error}; start anew without --resume") from None
        if not isinstance(values, dict) or values.get("format") != _FORMAT:
            raise ConfigError(f"{self.path}: is no checkpoint of this version; start anew without --resume")
        if values["configuration"] != self._configuration:
            raise ConfigError(
                f"{self.path}: the stopped run had other options, patterns, weights or another version of cleaner; "
                "repeat its command, or start anew without --resume"
            )
        if values["inputs"] != self._inputs:
            raise ConfigError(
                f"{self.path}: the inputs are not those of the stopped run, or have changed since; "
                "start anew without --resume"
            )
        state = values["state"]
        return State(**{**state, "place": Place(**state["place"]), "tally": Tally.from_json(state["tally"])})

    def save(self, state: State) -> None:
        """Keep a state; what it speaks of must be on the disk already."""
        values = {
            "format": _FORMAT,
            "configuration": self._configuration,
            "inputs": self._inputs,
            "state": {**asdict(replace(state, tally=Tally())), "tally": state.tally.to_json()},
        }
        # Its partial file has one name, so that a run that is killed while it saves leaves nothing of its own.
        file = PartialFile(self.path, stable=True)
        try:
            file.write(json.dumps(values, indent=1).encode() + b"\n")
            file.finish()
        except BaseException:
            file.discard()
            raise

    def remove(self) -> None:
        """Take the file away: the run is done."""
        with suppress(OSError):
            partial_path(self.path).unlink(missing_ok=True)
            self.path.unlink(missing_ok=True)

    @cached_property
    def _configuration(self) -> str:
        """A fingerprint of all that the output depends on, but for the inputs."""
        config = self._settings.config
        plan = self._plan
        parts: list[Any] = [
            _program(),
            repr(replace(config, patterns=None, weights=None, keep=frozenset())),
            repr(sorted(config.keep)),
            _contents(config.patterns),
            _contents(config.weights),
            repr(replace(self._settings, config=type(config)())),
            [str(plan.target(index)) for index in range(len(plan.sources))],
            [str(plan.removed), str(plan.errors), tasks.CHUNK_BYTES, plan.is_line_buffered],
        ]
        return _digest(parts)

    @cached_property
    def _inputs(self) -> str:
        """A fingerprint of the inputs: names, formats, sizes and times of change."""
        return _digest([[source.name, source.format, *_stamp(source.path)] for source in self._plan.sources])


def _digest(value: Any) -> str:
    return hashlib.sha256(json.dumps(value).encode()).hexdigest()


def _stamp(path: Path | None) -> list[int]:
    try:
        found = path.stat() if path is not None else None
    except OSError:
        return []
    return [found.st_size, found.st_mtime_ns] if found else []


def _program() -> str:
    """A fingerprint of the version of this package and its built-in patterns and weights."""
    from cleaner import __version__
    from cleaner.catalog import builtin_folder

    return _digest([__version__, _contents(Path(str(builtin_folder())), "*.toml", "*.txt", "*.json")])


def _contents(path: Path | None, *names: str) -> list[list[str]]:
    """The digests of a file, or of the files with such names below a folder."""
    if path is None:
        return []
    files = [path]
    if path.is_dir():
        files = sorted(file for name in names or ["*"] for file in path.rglob(name) if file.is_file())
    return [[str(file.relative_to(path)), hashlib.sha256(file.read_bytes()).hexdigest()] for file in files]
