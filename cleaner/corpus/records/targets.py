"""Targets: where the result of each source goes, so that no file is overwritten that is still needed."""

from __future__ import annotations

import os
import re
import stat
import unicodedata
from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass
from functools import cache
from pathlib import Path

from cleaner.corpus.records.sources import DOCUMENT_FORMATS, Source
from cleaner.corpus.records.writing import PARTIAL_ENDING
from cleaner.errors import ConfigError, OutputError

__all__ = ["Names", "free_errors_path", "is_errors_file", "is_removals_file", "plan_in_place", "plan_outputs"]

# A line of a file of failures, as runs write it: JSON with these fields in this order.
_FAILURE = re.compile(rb'\{"file": ".*", "line": (?:null|[0-9]+), "reason": ".*", "raw": (?:null|".*")\}\n')
_FAILURE_HEAD = b'{"file": "'
# How a file of removals starts, and the most bytes to look at; the name of a file has at most 4,096.
_REMOVAL_HEAD = re.compile(
    rb'\{"file": ".*?", (?:"line": [0-9]+, (?:"id": .*?, )?)?"start": [0-9]+, "end": [0-9]+, "kind": "'
)
_REMOVAL_HEAD_BYTES = 0x10000


class Names:
    """Which file names are taken, and by what; two names of one file count as one.

    A name is identified by its actual folder, so links and mounts make no difference, nor does the case of letters if
    the file system ignores it.
    """

    def __init__(self) -> None:
        self._taken: dict[tuple[int, int, str], dict[str, str]] = {}
        self._anchor: Callable[[str], _Anchor] = cache(_anchor)

    def holder(self, path: Path, ending: str = "") -> str | None:
        """What has taken a name; None if it is free. ``ending`` is added to the name of the file itself."""
        anchor, rest = self._place(path, ending)
        taken = self._taken.get(anchor.key(rest))
        if not taken or rest in taken:
            return taken[rest] if taken else None
        return next(iter(taken.values())) if is_case_blind(Path(anchor.folder)) else None

    def take(self, path: Path, holder: str, ending: str = "") -> None:
        """Take a name."""
        anchor, rest = self._place(path, ending)
        self._taken.setdefault(anchor.key(rest), {})[rest] = holder

    def real(self, path: Path) -> str:
        """The path of a file, links followed."""
        anchor, rest = self._place(path, "")
        return os.path.join(anchor.folder, rest)

    def _place(self, path: Path, ending: str) -> tuple[_Anchor, str]:
        plain = path if path.name not in ("", os.pardir) and not path.is_symlink() else os.path.realpath(path)
        # Folders are examined once, however many files they have.
        parent, name = os.path.split(plain)
        anchor = self._anchor(parent)
        return anchor, os.path.join(anchor.between, name + ending)


@dataclass(frozen=True, slots=True)
class _Anchor:
    """The nearest existing folder on the path to a file, and the rest of the path."""

    device: int
    inode: int
    folder: str
    between: str

    def key(self, rest: str) -> tuple[int, int, str]:
        """A key for the folder and the rest of a path, in which case does not count if the folder ignores it."""
        return self.device, self.inode, unicodedata.normalize("NFC", rest).casefold()


def _anchor(folder: str) -> _Anchor:
    folder, between = os.path.realpath(folder), ""
    while True:
        try:
            found = Path(folder).stat()
        except OSError:
            parent, name = os.path.split(folder)
            if parent == folder:
                return _Anchor(0, 0, folder, between)
            folder, between = parent, os.path.join(name, between)
        else:
            return _Anchor(found.st_dev, found.st_ino, folder, between)


def is_case_blind(folder: Path) -> bool:
    """Whether names that differ only in case are one name in a folder; found out by looking, without writing a file."""
    for place in (folder, *folder.parents):
        other = place.name.swapcase()
        if other != place.name:
            try:
                return place.samefile(place.with_name(other))
            except OSError:
                return False
    return False


# --- the results -----------------------------------------------------------------------------------------


def plan_outputs(
    sources: Iterable[Source], output: Path, *, is_folder: bool, taken: Names | None = None
) -> tuple[dict[Source, Path], list[OutputError]]:
    """Where the result of each source goes, into a file or a folder that mirrors the inputs; and the errors.

    A source has no target, and an error, if it would overwrite an input or another result, or leave the folder.
    ``taken``: names that are already taken; the inputs and all results are added. Raises `ConfigError` when no source
    has a target.
    """
    every = list(sources)
    names = Names() if taken is None else taken
    for source in every:
        if source.path is not None:
            names.take(source.path, "an input")
    targets: dict[Source, Path] = {}
    errors: list[OutputError] = []
    inside = f"{os.path.realpath(output)}{os.sep}" if is_folder else None
    for source in every:
        target = output / source.inside if is_folder else output
        problem = _problem(source, target, names, inside) or _in_use(source, target)
        if problem is not None:
            errors.append(OutputError(problem))
            continue
        targets[source] = target
        names.take(target, f"the result of {source.name}")
        if source.format not in DOCUMENT_FORMATS:
            names.take(target, f"the result of {source.name} while it is written", PARTIAL_ENDING)
    return _some(targets, errors)


def _problem(source: Source, target: Path, names: Names, inside: str | None) -> str | None:
    """Why the result of a source cannot go to a target; None if it can."""
    if inside is not None and not names.real(target).startswith(inside):
        return f"{target}: a link leads out of the output folder; remove the link, or name its folder with -o"
    holder = names.holder(target)
    if holder == "an input":
        return f"{target}: is an input; choose another output, or clean files where they are with --in-place"
    if holder is not None:
        return f"{target}: {source.name} would go there, but so does {holder}; clean them one by one"
    if inside is not None and not _is_regular(target):
        return f"{target}: is not a regular file; move it away, or name another output folder"
    if source.format not in DOCUMENT_FORMATS and (holder := names.holder(target, PARTIAL_ENDING)) is not None:
        return (
            f"{target}: is called {target.name}{PARTIAL_ENDING} while it is written, and that is {holder}; "
            "choose another output"
        )
    return None


def _in_use(source: Source, target: Path) -> str | None:
    """Why a target may be a database in use, whose log would spoil another one in its place; None if it is not."""
    for ending in ("-wal", "-journal") if source.format == "sqlite" else ():
        if os.path.lexists(log := f"{os.path.realpath(target)}{ending}"):
            return f"{target}: is a database in use, as {log} shows; end that program, or choose another output"
    return None


def plan_in_place(
    sources: Iterable[Source], paths: Sequence[str], taken: Names
) -> tuple[dict[Source, Path], list[OutputError]]:
    """The sources that may be cleaned in place, and what is wrong with the others.

    ``paths``: those that the user gave. A named file is cleaned wherever it is; in a folder only the files in it are,
    not those that links lead to. ``taken``: names that are already taken; the inputs are added. Raises `ConfigError`
    when nothing is left.
    """
    named = {path for path in paths if not Path(path).is_dir()}
    folders = tuple(os.path.join(os.path.realpath(path), "") for path in paths if Path(path).is_dir())
    targets: dict[Source, Path] = {}
    errors: list[OutputError] = []
    for source in sources:
        if source.path is None:
            continue
        if taken.holder(source.path) is not None:
            # A file of weights or patterns that the run itself uses.
            errors.append(OutputError(f"{source.path}: is read by the run itself; clean it in a run without it"))
        elif source.name not in named and not os.path.realpath(source.path).startswith(folders):
            reason = "is a link to a file outside the folder; name that file itself to clean it in its place"
            errors.append(OutputError(f"{source.path}: {reason}"))
        elif not _is_regular(source.path):
            errors.append(OutputError(f"{source.path}: is not a regular file; write its result elsewhere with -o"))
        else:
            targets[source] = source.path
    for path in targets.values():
        taken.take(path, "an input")
    return _some(targets, errors)


def _some(targets: dict[Source, Path], errors: list[OutputError]) -> tuple[dict[Source, Path], list[OutputError]]:
    if errors and not targets:
        raise ConfigError(str(errors[0]))
    return targets, errors


def _is_regular(path: Path) -> bool:
    """Whether a name is free or that of a regular file; folders are reported when they are written to."""
    try:
        mode = path.stat().st_mode
    except OSError:
        return True
    return stat.S_ISREG(mode) or stat.S_ISDIR(mode)


# --- failures --------------------------------------------------------------------------------------------


def free_errors_path(path: Path, names: Names) -> Path:
    """Where failures are written by default: at ``path``, or beside it if somebody else's file has the name.

    A file of failures from an earlier run is not somebody else's: it is out of date.
    """
    number = 1
    bare, ending = os.path.splitext(path)
    candidate = path
    while (
        names.holder(candidate) is not None
        or names.holder(candidate, PARTIAL_ENDING) is not None
        or (os.path.lexists(candidate) and not is_errors_file(candidate))
    ):
        number += 1
        candidate = Path(f"{bare}-{number}{ending}")
    return candidate


def is_removals_file(path: Path) -> bool:
    """Whether a file contains removals as runs write them, or nothing; its first line is enough."""
    try:
        with path.open("rb") as file:
            head = file.read(_REMOVAL_HEAD_BYTES)
    except OSError:
        return False
    return not head or _REMOVAL_HEAD.match(head) is not None


def is_errors_file(path: Path) -> bool:
    """Whether a file contains only failures as runs write them; not if it is empty."""
    try:
        if not stat.S_ISREG(os.lstat(path).st_mode):
            return False
        with path.open("rb") as file:
            # The first bytes are enough to rule out a large file of another kind.
            if file.read(len(_FAILURE_HEAD)) != _FAILURE_HEAD:
                return False
            file.seek(0)
            return all(_FAILURE.fullmatch(line) for line in file)
    except OSError:
        return False
