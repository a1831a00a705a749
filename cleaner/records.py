"""Reads texts and writes results: files, folders and standard input in; a stream, files or a folder out.

A *source* is a place to read from, a *record* one text read from it. `read_records` is the seam for further
formats: a text file gives one record, other formats may give many. Bytes are decoded strictly and encoded back
as they came: byte order mark, encoding and line ends are kept.
"""

from __future__ import annotations

import codecs
import errno
import os
import secrets
import stat
import sys
from collections import Counter
from collections.abc import Iterable, Iterator, Sequence
from contextlib import contextmanager, suppress
from dataclasses import dataclass, field
from pathlib import Path
from typing import BinaryIO, NoReturn

from cleaner.errors import ConfigError, InputError, OutputError

__all__ = [
    "STDIN",
    "Record",
    "Source",
    "decode_record",
    "find_sources",
    "join_records",
    "open_output",
    "plan_outputs",
    "read_records",
    "require_encoding",
    "write_file",
]

STDIN = "-"
TEXT_ENDINGS = frozenset({".txt", ".text"})
_STDIN_NAME = "standard input"
_STDIN_FILE = "stdin.txt"
_LINE_ENDS = tuple(end.encode("utf-8") for end in ("\n", "\r", "\x85", "\u2028", "\u2029"))
_NATIVE_ORDER = "le" if sys.byteorder == "little" else "be"

# A mark of UTF-32 begins with one of UTF-16, so it is looked for first.
_MARKS: tuple[tuple[bytes, str], ...] = (
    (codecs.BOM_UTF8, "utf-8"),
    (codecs.BOM_UTF32_LE, "utf-32-le"),
    (codecs.BOM_UTF32_BE, "utf-32-be"),
    (codecs.BOM_UTF16_LE, "utf-16-le"),
    (codecs.BOM_UTF16_BE, "utf-16-be"),
)


@dataclass(frozen=True, slots=True)
class Source:
    """A place to read from: a file, or standard input where ``path`` is None.

    ``name`` is what messages and records call it; ``inside`` is where its result goes inside an output folder.
    """

    name: str
    path: Path | None
    inside: Path


@dataclass(frozen=True, slots=True)
class Record:
    """One text with what is needed to write it back the way it came."""

    source: Source
    text: str
    encoding: str = "utf-8"
    mark: bytes = b""
    data: bytes = field(default=b"", repr=False)

    def encode(self, text: str) -> bytes:
        """A text in the encoding of this record, its byte order mark in front; the same bytes for the same text."""
        if text == self.text:
            return self.data
        try:
            return self.mark + text.encode(self.encoding)
        except UnicodeEncodeError as error:
            raise OutputError(
                f"{self.source.name}: cannot be written in {self.encoding}: {error.reason}; convert the file to UTF-8"
            ) from None


# --- finding ---------------------------------------------------------------------------------------------


def find_sources(paths: Sequence[str], *, leave_out: Path | None = None) -> tuple[list[Source], list[InputError]]:
    """The sources behind paths, in a fixed order, and what is wrong with the other paths.

    A file is taken whatever its ending, a folder gives its ``.txt`` and ``.text`` files in alphabetic order, hidden
    ones skipped, and ``-`` is standard input. A file named twice is taken once. ``leave_out`` is a folder not to
    look into: the one that results go to.
    """
    sources: dict[str, Source] = {}
    errors: list[InputError] = []
    skipped = os.path.realpath(leave_out) if leave_out is not None else None
    for name in paths:
        try:
            for source in _sources_at(name, several=len(paths) > 1, skipped=skipped, errors=errors):
                sources.setdefault(os.path.realpath(source.path) if source.path else STDIN, source)
        except OSError as error:
            errors.append(_input_error(name, error))
    return list(sources.values()), errors


def _sources_at(name: str, *, several: bool, skipped: str | None, errors: list[InputError]) -> Iterator[Source]:
    path = Path(name)
    if name == STDIN:
        yield Source(_STDIN_NAME, None, Path(_STDIN_FILE))
    elif path.is_dir():
        prefix = Path(path.resolve().name) if several else Path()
        found = False
        for file in _walk(path, skipped, errors):
            found = True
            yield Source(str(file), file, prefix / file.relative_to(path))
        if not found:
            errors.append(InputError(f"{name}: holds no .txt or .text file; name the files themselves"))
    else:
        path.stat()
        yield Source(name, path, Path(path.name))


def _walk(folder: Path, skipped: str | None, errors: list[InputError]) -> Iterator[Path]:
    try:
        with os.scandir(folder) as found:
            entries = sorted(found, key=lambda entry: entry.name)
    except OSError as error:
        errors.append(_input_error(str(folder), error))
        return
    for entry in entries:
        if entry.name.startswith("."):
            continue
        if entry.is_dir(follow_symlinks=False):
            if os.path.realpath(entry.path) != skipped:
                yield from _walk(folder / entry.name, skipped, errors)
        elif os.path.splitext(entry.name)[1].lower() in TEXT_ENDINGS and entry.is_file():
            yield folder / entry.name


def _input_error(name: str, error: OSError) -> InputError:
    if isinstance(error, FileNotFoundError):
        return InputError(f"{name}: does not exist; check the path")
    return InputError(f"{name}: cannot be read: {error.strerror or error}; check the path and its permissions")


# --- reading ---------------------------------------------------------------------------------------------


def read_records(source: Source, *, encoding: str | None = None) -> Iterator[Record]:
    """The records of a source; raises `InputError` when it cannot be read or decoded."""
    try:
        data = sys.stdin.buffer.read() if source.path is None else source.path.read_bytes()
    except OSError as error:
        raise _input_error(source.name, error) from None
    yield decode_record(source, data, encoding)


def require_encoding(name: str) -> None:
    """Check that Python knows a text encoding of this name; raises `ConfigError` where it does not."""
    try:
        "a".encode(name)
    except (LookupError, UnicodeError, ValueError):
        raise ConfigError(
            f"encoding: {name!r} is not a text encoding; use a name such as utf-8, cp1252, iso-8859-15, gb18030"
        ) from None


def decode_record(source: Source, data: bytes, encoding: str | None = None) -> Record:
    """The record of one text file, decoded strictly.

    Without ``encoding`` the text is UTF-8, or what its byte order mark says. Raises `InputError` where the bytes
    are not text in that encoding.

    >>> record = decode_record(Source("a.txt", None, Path("a.txt")), b"\\xef\\xbb\\xbfOui\\r\\n")
    >>> record.text, record.encode("Non")
    ('Oui\\r\\n', b'\\xef\\xbb\\xbfNon')
    """
    chosen, mark = _split_mark(data, encoding)
    try:
        text = data[len(mark) :].decode(chosen)
    except UnicodeDecodeError as error:
        _refuse(source, data, chosen, len(mark) + error.start, given=encoding is not None)
    except UnicodeError as error:
        raise InputError(f"{source.name}: is not valid {chosen}: {error}; check the encoding") from None
    if "\0" in text:
        at = len(mark) + len(text[: text.index("\0")].encode(chosen))
        hint = (
            "give a text file" if encoding or mark else "give a text file, or name its encoding (--encoding utf-16-le)"
        )
        raise InputError(f"{source.name}: holds NUL characters (byte {at}), so it is no plain text; {hint}")
    return Record(source, text, chosen, mark, data)


def _split_mark(data: bytes, encoding: str | None) -> tuple[str, bytes]:
    """The encoding of some bytes and the byte order mark they begin with."""
    if encoding is None:
        return next(((name, mark) for mark, name in _MARKS if data.startswith(mark)), ("utf-8", b""))
    given = codecs.lookup(encoding).name.removesuffix("-sig")
    for mark, name in _MARKS:
        if data.startswith(mark) and given in (name, name.rpartition("-")[0]):
            return name, mark
    # Without a mark Python would take the byte order of the machine, and put a mark in front when writing.
    return (f"{given}-{_NATIVE_ORDER}" if given in ("utf-16", "utf-32") else given), b""


def _refuse(source: Source, data: bytes, encoding: str, at: int, *, given: bool) -> NoReturn:
    if given:
        hint = "name the right one with --encoding"
    elif b"\0" in data:
        hint = "it looks like a binary file; give a text file, or name its encoding with --encoding"
    else:
        hint = "name its encoding with --encoding, for example --encoding cp1252"
    raise InputError(f"{source.name}: is not valid {encoding.upper()} at byte {at} (0x{data[at]:02X}); {hint}")


# --- writing ---------------------------------------------------------------------------------------------


def join_records(record: Record, text: str, written: bytes) -> bytes:
    """What to append to a stream that several texts go to, of which ``written`` is the end so far.

    Such a stream is UTF-8 without a byte order mark, and a text that does not begin on a line of its own gets a
    line end in front, of the kind that this text uses.
    """
    if not text:
        return b""
    separator = ""
    if written and not written.endswith(_LINE_ENDS):
        separator = "\r\n" if "\r\n" in record.text else "\n"
    try:
        return (separator + text).encode("utf-8")
    except UnicodeEncodeError as error:
        raise OutputError(
            f"{record.source.name}: cannot be written in UTF-8: {error.reason}; write it with -o"
        ) from None


def plan_outputs(sources: Iterable[Source], output: Path, *, is_folder: bool) -> dict[Source, Path]:
    """Where the result of each source goes: into a file, or into a folder in which the inputs are mirrored.

    Raises `ConfigError` when two results would go to one place, or one would go over an input.
    """
    outputs = {source: output / source.inside if is_folder else output for source in sources}
    counts = Counter(os.path.realpath(path) for path in outputs.values())
    inputs = {os.path.realpath(source.path) for source in outputs if source.path is not None}
    for source, path in outputs.items():
        real = os.path.realpath(path)
        if real in inputs:
            raise ConfigError(
                f"{path}: is an input; choose another output, or clean files where they are with --in-place"
            )
        if counts[real] > 1:
            raise ConfigError(f"{path}: {source.name} and another input would both go there; clean them one by one")
    return outputs


def write_file(path: Path, data: bytes, *, make_folders: bool = False) -> None:
    """Write a file in one step: afterwards it is complete, or as it was before."""
    try:
        if make_folders:
            path.parent.mkdir(parents=True, exist_ok=True)
    except OSError as error:
        raise _output_error(path, error) from None
    with open_output(path) as file:
        file.write(data)


@contextmanager
def open_output(path: Path) -> Iterator[BinaryIO]:
    """A file to write to that takes the place of ``path`` when the block ends, and leaves no trace when it fails.

    It is written beside its target and renamed; mode and owner of a file that was there are kept. A device or pipe
    is written to directly. Raises `OutputError` where it cannot be written.
    """
    try:
        target = Path(os.path.realpath(path))
        before = target.stat() if target.exists() else None
        if before is not None and not stat.S_ISREG(before.st_mode):
            with target.open("wb") as device:
                yield device
            return
        temporary = target.with_name(f".cleaner-{secrets.token_hex(8)}.tmp")
        try:
            with temporary.open("xb") as file:
                yield file
                file.flush()
                os.fsync(file.fileno())
            if before is not None:
                _take_over(temporary, before)
            os.replace(temporary, target)
        except BaseException:
            with suppress(OSError):
                temporary.unlink()
            raise
    except OSError as error:
        raise _output_error(path, error) from None


def _take_over(file: Path, before: os.stat_result) -> None:
    """Give a file the mode and, where that is allowed, the owner of the one it replaces."""
    if hasattr(os, "chown"):
        with suppress(OSError):
            os.chown(file, before.st_uid, before.st_gid)
    file.chmod(stat.S_IMODE(before.st_mode))


def _output_error(path: Path, error: OSError) -> OutputError:
    mend = "free some space" if error.errno == errno.ENOSPC else "check that its folder exists and may be written to"
    return OutputError(f"{path}: cannot be written: {error.strerror or error}; {mend}")
