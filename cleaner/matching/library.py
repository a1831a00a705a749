"""Finds and reads the pattern files, built in or a user's own."""

from __future__ import annotations

import tomllib
from collections import ChainMap
from collections.abc import Iterable, Iterator
from functools import cache
from importlib.resources.abc import Traversable
from pathlib import Path

from cleaner.data import patterns_folder
from cleaner.errors import PatternError
from cleaner.matching.cache import dump_prepared, fingerprint_of, prepare, prepared, prove_once
from cleaner.matching.checking import prove
from cleaner.matching.parsing import parse_patterns
from cleaner.matching.pattern import USER_TIMEOUT_SECONDS, Pattern, PatternSet, require_new

__all__ = [
    "builtin_patterns",
    "check_patterns",
    "prepare_builtin",
    "read_patterns",
]

# The largest shipped file has 54 kB; what is much larger is no list of patterns (set by hand).
MAX_FILE_BYTES = 1_000_000
# The parser takes the square of the parts of a name: 100,000 of them on one line took it a minute. The shipped files
# have 64 dots on a line at most (set by hand).
MAX_DOTS = 500


@cache
def builtin_patterns() -> PatternSet:
    """The built-in patterns, read once a process; they are immutable."""
    files = [(name, _read(name, file)) for name, file in _files(patterns_folder(), "")]
    return prepared(files, lambda: _read_files(files, timeout=None))


def prepare_builtin() -> bytes:
    """The content of the file of prepared patterns that a wheel carries."""
    files = [(name, _read(name, file)) for name, file in _files(patterns_folder(), "")]
    return dump_prepared(prepare(_read_files(files, timeout=None)), fingerprint_of(files))


def read_patterns(folder: Path) -> PatternSet:
    """The patterns of a user's own folder, each proved against its examples and bounded in time.

    The cache folder remembers files that were proved; see `cleaner.matching.cache`.
    Raises `PatternError` naming file, id, field and fix.
    """
    files = [(name, _read(name, file)) for name, file in _files(folder, f"{folder}/")]
    patterns = _read_files(files, timeout=USER_TIMEOUT_SECONDS)

    def prove_all() -> None:
        for pattern in patterns.patterns:
            prove(pattern)

    prove_once(files, prove_all)
    return patterns


def check_patterns(folder: Path | None = None) -> tuple[PatternSet, list[PatternError]]:
    """The patterns of a folder (the built-in ones by default) and everything that is wrong with them.

    A file that does not load counts as one error; the other files are still checked. An id that a built-in
    pattern has already is an error too.
    """
    errors: list[PatternError] = []
    good: dict[str, Pattern] = {}
    seen: ChainMap[str, Pattern] = ChainMap(good)
    if folder is not None and not _is_builtin(folder):
        seen = ChainMap(good, {pattern.id: pattern for pattern in builtin_patterns().patterns})
    root: Traversable = patterns_folder() if folder is None else folder
    try:
        files = _files(root, "" if folder is None else f"{folder}/")
    except PatternError as error:
        return PatternSet([]), [error]
    for name, file in files:
        try:
            found = parse_patterns(_parse(name, _read(name, file)), name)
        except PatternError as error:
            errors.append(error)
            continue
        for pattern in found:
            try:
                require_new(pattern, seen)
                prove(pattern)
            except PatternError as error:
                errors.append(error)
            else:
                good[pattern.id] = pattern
    return PatternSet(good.values()), errors


def _is_builtin(folder: Path) -> bool:
    """Whether a folder is that of the built-in patterns, or lies inside it."""
    builtin = Path(str(patterns_folder())).resolve()
    return folder.resolve().is_relative_to(builtin)


def _read_files(files: Iterable[tuple[str, bytes]], *, timeout: float | None) -> PatternSet:
    return PatternSet(
        pattern for name, content in files for pattern in parse_patterns(_parse(name, content), name, timeout=timeout)
    )


def _files(root: Traversable, prefix: str) -> list[tuple[str, Traversable]]:
    """The pattern files of a folder with their names for messages, in order; at least one."""
    if not root.is_dir():
        raise PatternError(str(root), "is not a folder; give a folder of .toml pattern files")
    found = list(_walk(root, prefix))
    if not found:
        raise PatternError(str(root), "holds no .toml file; add one, patterns/README.md shows the format")
    return found


def _walk(folder: Traversable, prefix: str) -> Iterator[tuple[str, Traversable]]:
    try:
        entries = sorted(folder.iterdir(), key=lambda entry: entry.name)
    except OSError as error:
        raise PatternError(str(folder), f"cannot be read: {error.strerror}; check its permissions") from None
    for entry in entries:
        if entry.name.startswith("."):
            continue
        if entry.name.endswith(".toml"):  # there are many of them, and to ask whether each is a file takes time
            yield f"{prefix}{entry.name}", entry
        elif entry.is_dir():
            yield from _walk(entry, f"{prefix}{entry.name}/")


def _read(name: str, file: Traversable) -> bytes:
    try:
        return file.read_bytes()
    except OSError as error:
        raise PatternError(name, f"cannot be read: {error.strerror}; check the file and its permissions") from None


def _parse(name: str, content: bytes) -> dict[str, object]:
    if len(content) > MAX_FILE_BYTES:
        raise PatternError(name, f"has {len(content)} bytes, more than {MAX_FILE_BYTES}; part it into several files")
    for number, line in enumerate(content.split(b"\n"), 1):
        if line.count(b".") > MAX_DOTS:
            raise PatternError(
                name, f"line {number} has more than {MAX_DOTS} dots; keep to what patterns/README.md shows"
            )
    try:
        return tomllib.loads(content.decode("utf-8-sig"))
    except UnicodeDecodeError as error:
        raise PatternError(name, f"is not UTF-8 (byte {error.start}); save it as UTF-8") from None
    except tomllib.TOMLDecodeError as error:
        raise PatternError(name, f"is not valid TOML: {error}; correct that place") from None
    except (RecursionError, ValueError) as error:
        reason = "its values lie too deep in each other" if isinstance(error, RecursionError) else str(error)
        raise PatternError(name, f"cannot be read as TOML: {reason}; keep to what patterns/README.md shows") from None
