"""Finds and reads the pattern files, built in or a user's own."""

from __future__ import annotations

import re
import tomllib
from collections.abc import Iterable, Iterator, Sequence
from functools import cache
from importlib.resources.abc import Traversable
from pathlib import Path

from cleaner.data import patterns_folder, word_file
from cleaner.errors import OutputError, PatternError
from cleaner.matching.cache import dump_prepared, fingerprint_of, prepare, prepared, prove_once
from cleaner.matching.checking import prove
from cleaner.matching.definitions import DEFINITIONS_NAME, Definitions, parse_definitions
from cleaner.matching.parsing import WEAK_SUFFIX, parse_patterns
from cleaner.matching.pattern import USER_TIMEOUT_SECONDS, Pattern, PatternSet, require_new
from cleaner.result import Kind

__all__ = [
    "builtin_patterns",
    "check_patterns",
    "convert_patterns",
    "prepare_builtin",
    "read_patterns",
    "themes",
]

# The file of the built-in patterns that names the kinds of each theme.
THEMES_NAME = "themes.txt"
# The largest shipped file has 86 kB; what is much larger is no list of patterns (set by hand).
MAX_FILE_BYTES = 1_000_000
# The parser takes the square of the parts of a name: 100,000 of them on one line took it a minute. The shipped files
# have 64 dots on a line at most (set by hand).
MAX_DOTS = 500
# An id where it stands in a file.
_ID = re.compile(rb"""^[ \t]*id[ \t]*=[ \t]*["']([^"'\n]*)""", re.MULTILINE)


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


def check_patterns(path: Path | None = None) -> tuple[PatternSet, list[PatternError]]:
    """The patterns of a folder or of one file (the built-in ones by default) and everything that is wrong with them.

    A file that does not load counts as one error; the other files are still checked. An id that another file has
    already, a built-in one or one beside it, is an error too.
    """
    try:
        files = _files_to_check(path)
        seen = _ids_elsewhere(path, [file for _, file in files])
    except PatternError as error:
        return PatternSet([]), [error]
    errors: list[PatternError] = []
    good: list[Pattern] = []
    shared = _check_definitions(files, errors)
    for name, file in files:
        definitions = shared.get(name.rpartition("/")[0], Definitions())
        if _is_definitions(name) or definitions is None:
            continue
        try:
            found = parse_patterns(_parse(name, _read(name, file)), name, definitions=definitions)
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
                good.append(pattern)
                seen[pattern.id] = pattern.file
    return PatternSet(good), errors


def _check_definitions(
    files: Iterable[tuple[str, Traversable]], errors: list[PatternError]
) -> dict[str, Definitions | None]:
    """The definitions of each folder that has some; None where they are wrong, which is added to the errors."""
    found: dict[str, Definitions | None] = {}
    for name, file in files:
        if not _is_definitions(name):
            continue
        folder = name.rpartition("/")[0]
        try:
            found[folder] = parse_definitions(_parse(name, _read(name, file)), name)
        except PatternError as error:
            errors.append(error)
            found[folder] = None
    return found


def _files_to_check(path: Path | None) -> list[tuple[str, Traversable]]:
    """The files of a folder, or one file and the definitions beside it; for definitions all that may use them."""
    if path is None:
        return _files(patterns_folder(), "")
    if not path.exists():
        raise PatternError(str(path), "does not exist; give a folder of .toml pattern files, or one such file")
    if path.is_dir():
        return _files(path, f"{path}/")
    beside = path.with_name(DEFINITIONS_NAME)
    if path.name == DEFINITIONS_NAME:
        chosen = sorted(path.parent.glob("*.toml"))
    else:
        chosen = [beside, path] if beside.exists() else [path]
    return [(file.as_posix(), file) for file in chosen]


def _ids_elsewhere(path: Path | None, checked: Iterable[Traversable]) -> dict[str, str]:
    """The ids in other files than those to check, each with its file: the built-in ones, and those beside a single file.

    They are looked for as text, so that one file is checked without reading thousands of patterns.
    """
    if path is None:
        return {}
    if not _is_inside(path, Path(str(patterns_folder()))) and _is_of_a_checkout(path):
        raise PatternError(
            str(path),
            "belongs to a checkout, but this command reads the patterns that were installed with it; "
            "install the checkout itself: python -m pip install -e .",
        )
    others = {Path(str(file)).resolve(): name for name, file in _files(patterns_folder(), "")}
    if path.is_file():
        others = {file.resolve(): str(file) for file in path.parent.glob("*.toml")} | others
    own = {Path(str(file)).resolve() for file in checked}
    return {
        identity: name for file, name in others.items() if file not in own for identity in _ids_in(_read(name, file))
    }


def _is_inside(path: Path, folder: Path) -> bool:
    return path.resolve().is_relative_to(folder.resolve())


def _is_of_a_checkout(path: Path) -> bool:
    """Whether a path is in a folder like that of the built-in patterns."""
    return any((folder / THEMES_NAME).is_file() for folder in (path, *path.resolve().parents[:2]))


def _ids_in(content: bytes) -> Iterator[str]:
    """The ids in a pattern file, as they stand there as text; an entry with weak phrases has two."""
    for entry in content.split(b"[[pattern]]")[1:]:
        for found in _ID.findall(entry):
            identity = found.decode("utf-8", "replace")
            yield identity
            if b"\nweak_phrases" in entry:
                yield f"{identity}{WEAK_SUFFIX}"


@cache
def themes() -> dict[str, tuple[Kind, ...]]:
    """The kinds of noise by theme, from ``patterns/themes.txt``: what the files of a language are named after."""
    rows = word_file(THEMES_NAME)
    return {theme: tuple(map(Kind, kinds)) for theme, kinds in rows.items()}


def convert_patterns(old: Path, new: Path) -> list[Path]:
    """The files written to a new folder: what those of an old folder of format 1 say, by language and theme.

    Raises `PatternError` where a file of the old folder cannot be converted, and `OutputError` where the new folder
    holds something already or cannot be written. Nothing is written then.
    """
    from cleaner.matching.conversion import convert_files  # cleaning needs none of it

    files = []
    for name, file in _files(old, f"{old}/"):
        content = _read(name, file)
        _parse(name, content)
        files.append((name, _text(name, content)))
    if new.exists() and (not new.is_dir() or any(new.iterdir())):
        raise OutputError(f"{new}: is there already and not empty; name a new folder")
    if new.resolve().is_relative_to(old.resolve()):
        raise OutputError(f"{new}: lies inside {old}; name a folder outside")
    written = []
    try:
        for name, text in convert_files(files, themes()).items():
            path = new / name
            path.parent.mkdir(parents=True, exist_ok=True)
            path.write_text(text, "utf-8", newline="\n")
            written.append(path)
    except OSError as error:
        raise OutputError(f"{error.filename}: cannot be written: {error.strerror}; check the folder") from None
    return written


def _read_files(files: Sequence[tuple[str, bytes]], *, timeout: float | None) -> PatternSet:
    """The patterns of files, by language and kind, and then in the order of the files."""
    shared = {
        name.rpartition("/")[0]: parse_definitions(_parse(name, content), name)
        for name, content in files
        if _is_definitions(name)
    }
    patterns = [
        pattern
        for name, content in files
        if not _is_definitions(name)
        for pattern in parse_patterns(
            _parse(name, content), name, definitions=shared.get(name.rpartition("/")[0]), timeout=timeout
        )
    ]
    return PatternSet(sorted(patterns, key=_language_and_kind))


def _is_definitions(name: str) -> bool:
    return name.rpartition("/")[2] == DEFINITIONS_NAME


def _language_and_kind(pattern: Pattern) -> str:
    return pattern.id[: pattern.id.rindex(".") + 1]


def _files(root: Traversable, prefix: str) -> list[tuple[str, Traversable]]:
    """The pattern files of a folder with their names for messages, in order; at least one."""
    if root.is_file():
        raise PatternError(str(root), "is a file; name the folder that it is in")
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
    text = _text(name, content)
    try:
        return tomllib.loads(text)
    except tomllib.TOMLDecodeError as error:
        raise PatternError(name, f"is not valid TOML: {error}; correct that place") from None
    except (RecursionError, ValueError) as error:
        reason = "its values lie too deep in each other" if isinstance(error, RecursionError) else str(error)
        raise PatternError(name, f"cannot be read as TOML: {reason}; keep to what patterns/README.md shows") from None


def _text(name: str, content: bytes) -> str:
    try:
        return content.decode("utf-8-sig")
    except UnicodeDecodeError as error:
        raise PatternError(name, f"is not UTF-8 (byte {error.start}); save it as UTF-8") from None
