"""What a run has to do: where each result goes, how documents are cleaned, and who receives messages."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, field, replace
from dataclasses import fields as fields_of
from functools import cached_property
from pathlib import Path
from typing import Any, ClassVar, Literal, Protocol, TypeVar

from cleaner.config import CleanConfig, Output
from cleaner.corpus.batch.tally import Tally
from cleaner.corpus.records.chunks import Fields
from cleaner.corpus.records.limits import DEFAULT_MAX_DOCUMENT
from cleaner.corpus.records.sources import STDIN, Compression, Source, split_endings

__all__ = ["Plan", "Settings", "Watcher"]

_Extended = TypeVar("_Extended", bound="Settings")

# CPU seconds that a document may take.
DEFAULT_TIMEOUT = 30.0


@dataclass(frozen=True, slots=True)
class Settings:
    """How documents are cleaned: everything that a worker must know.

    ``title``, ``lang``, ``url`` and ``site`` apply to documents that have none of their own. ``max_document`` is in bytes.
    ``with_removals``: they are written, with all their evidence or only with the strongest reasons.
    ``output``: what HTML becomes. ``diff``: a diff of each document is made, without colours or with them. ``is_joined``: several texts go into one stream. ``timeout``: CPU seconds that a document
    may take, instead of the configuration's.
    """

    # The module of the class `Worker` that does the work.
    worker: ClassVar[str] = "cleaner.corpus.batch.work"

    config: CleanConfig
    title: str | None = None
    lang: str | None = None
    encoding: str | None = None
    output: Output = "text"
    fields: Fields = field(default_factory=Fields)
    max_document: int | None = None
    with_removals: bool = False
    with_all_evidence: bool = False
    diff: Literal["plain", "coloured"] | None = None
    is_joined: bool = False
    timeout: float | None = DEFAULT_TIMEOUT
    url: str | None = None
    site: str | None = None

    def extended(self, kind: type[_Extended], /, **others: Any) -> _Extended:
        """The same settings as those of a run of another kind; ``others``: what that needs beside them."""
        return kind(**{one.name: getattr(self, one.name) for one in fields_of(self)}, **others)

    @property
    def too_long(self) -> str:
        """The message for a page that took too long."""
        return f"the page took longer than --timeout {self.timeout:g} s"

    @property
    def max_record(self) -> int:
        """The most bytes that the text of a record may have."""
        return DEFAULT_MAX_DOCUMENT if self.max_document is None else self.max_document


class Watcher(Protocol):
    """Receives messages about a run while it works."""

    def say(self, message: str) -> None:
        """Report something that a person should know."""

    def show(self, tally: Tally, done: int, total: int) -> None:
        """Report how far the run is: its counts, and the bytes of input done, out of ``total`` (0 if not known)."""


@dataclass(frozen=True)
class Plan:
    """Where everything goes.

    ``targets``: where each result goes; None if all go to ``write``, which is standard output. ``backup``: what the
    name of a file that is cleaned in place gets added, to keep the original. ``removed``: the file of removals, ``-`` for standard output. ``errors``: the file of failures; without one they are only reported.
    ``archive``: the zip archive that the targets are members of, which is written as a whole. ``checkpoint``: the file
    from which a stopped run can be resumed; None if that is not possible. ``is_dry``: everything is cleaned and counted,
    and nothing is written but diffs, and removals that go to standard output.
    """

    sources: list[Source]
    write: Callable[[bytes], None]
    targets: dict[Source, Path] | None = None
    in_place: bool = False
    backup: str | None = None
    removed: str | None = None
    errors: Path | None = None
    keep_errors: bool = False
    archive: Path | None = None
    checkpoint: Path | None = None
    jobs: int = 1
    is_line_buffered: bool = False
    is_quiet: bool = False
    is_dry: bool = False

    def target(self, index: int) -> Path | None:
        """Where the result of a source goes; None for standard output, and for a dry run."""
        return None if self.targets is None or self.is_dry else self.targets[self.sources[index]]

    def compression(self, index: int) -> Compression | None:
        """How the result of a source is compressed; standard output never is."""
        target = self.target(index)
        if target is None:
            return None
        return self.sources[index].compression if self.in_place else split_endings(target)[1]

    def backup_path(self, index: int) -> Path | None:
        """Where the original of a source is kept that is cleaned in place; None if it is not kept."""
        return None if self.backup is None else Path(f"{self.target(index)}{self.backup}")

    def made_dry(self) -> Plan:
        """The same plan as one that writes no file."""
        return replace(self, is_dry=True, archive=None, errors=None, keep_errors=False, checkpoint=None)

    def to_jsonl(self, index: int) -> bool:
        """Whether the records of an archive or a JSON file are written as lines of JSON."""
        target = None if self.targets is None else self.targets[self.sources[index]]
        may_be = self.sources[index].format in ("json", "warc", "wet")
        return may_be and target is not None and split_endings(target)[0] == "jsonl"

    @cached_property
    def sizes(self) -> list[int]:
        """The bytes of each source; 0 if not known."""
        return [_file_size(source) for source in self.sources]

    @property
    def removed_file(self) -> Path | None:
        """The file of removals, if they go to a file."""
        return None if self.removed in (None, STDIN) else Path(str(self.removed))


def _file_size(source: Source) -> int:
    try:
        if source.member is not None:
            return source.member.size
        return 0 if source.path is None else source.path.stat().st_size
    except OSError:
        return 0
