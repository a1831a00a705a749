"""Sources: where to read from, in which format, and where each result goes."""

from __future__ import annotations

import os
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Literal, TypeAlias

from cleaner.corpus.records.signatures import SQLITE_MAGIC
from cleaner.corpus.records.unread import Unread, is_known_kind
from cleaner.corpus.records.writing import CHECKPOINT_ENDING
from cleaner.corpus.records.zips import Archive, Member, is_zip
from cleaner.errors import InputError

__all__ = [
    "ASSEMBLED_FORMATS",
    "DOCUMENT_FORMATS",
    "HTML_ENDINGS",
    "HTML_FIELD_FORMATS",
    "RECORD_ENDINGS",
    "STDIN",
    "TEXT_ENDINGS",
    "Compression",
    "Format",
    "Source",
    "find_sources",
    "input_error",
    "is_folder",
    "split_endings",
]

Format: TypeAlias = Literal[
    "text", "html", "markdown", "jsonl", "json", "csv", "tsv", "parquet", "xlsx", "sqlite", "warc", "wet"
]
Compression: TypeAlias = Literal["gz", "zst", "bz2", "xz"]

STDIN = "-"
TEXT_ENDINGS = frozenset({".txt", ".text"})
HTML_ENDINGS = frozenset({".html", ".htm", ".xhtml"})
MARKDOWN_ENDINGS = frozenset({".md", ".markdown"})
# Files of these formats are one document each.
DOCUMENT_FORMATS: frozenset[Format] = frozenset({"text", "html", "markdown"})
# Files of these formats are put together at the end, from the original and a journal of the cleaned texts. They are
# read at any place, so they can neither come from a pipe or an archive nor go to one.
ASSEMBLED_FORMATS: frozenset[Format] = frozenset({"parquet", "xlsx", "sqlite"})
# Records of these formats may have a field that holds HTML.
HTML_FIELD_FORMATS: frozenset[Format] = frozenset({"jsonl", "json", "csv", "tsv"})
RECORD_ENDINGS: dict[str, Format] = {
    ".jsonl": "jsonl",
    ".ndjson": "jsonl",
    ".json": "json",
    ".csv": "csv",
    ".tsv": "tsv",
    ".parquet": "parquet",
    ".xlsx": "xlsx",
    ".xlsm": "xlsx",
    # These are refused with advice.
    ".xls": "xlsx",
    ".xlsb": "xlsx",
    ".sqlite": "sqlite",
    ".sqlite3": "sqlite",
    ".db": "sqlite",
    ".warc": "warc",
    ".wet": "wet",
}
_DOCUMENT_ENDINGS: dict[str, Format] = {
    **dict.fromkeys(TEXT_ENDINGS, "text"),
    **dict.fromkeys(HTML_ENDINGS, "html"),
    **dict.fromkeys(MARKDOWN_ENDINGS, "markdown"),
}
_COMPRESSIONS: dict[str, Compression] = {".gz": "gz", ".zst": "zst", ".bz2": "bz2", ".xz": "xz"}
# Programs of all kinds call their own files so, too.
_SHARED_ENDING = ".db"
_STDIN_NAME = "standard input"
_STDIN_ENDING: dict[Format, str] = {"text": "txt", "markdown": "md"}
# A run's list of failures is not an input of a later run: its name in a folder, and its ending after a file's name.
_FAILURES = "errors.jsonl"


@dataclass(frozen=True, slots=True)
class Source:
    """A place to read from: a file, or standard input where ``path`` is None.

    ``name`` is used in messages and records; ``inside`` is where its result goes inside an output folder.
    ``is_assumed``: nobody has named the format, so the content is checked for another one; ``is_found``: it was found
    in the content. ``member``: the source is a member of the zip archive at ``path``.
    """

    name: str
    path: Path | None
    inside: Path
    format: Format = "text"
    compression: Compression | None = None
    is_assumed: bool = False
    is_found: bool = False
    member: Member | None = None


def split_endings(path: Path) -> tuple[Format | None, Compression | None]:
    """The format and the compression that the name of a file shows; None for what it does not show.

    >>> split_endings(Path("crawl.jsonl.gz")), split_endings(Path("page.html")), split_endings(Path("page.pdf"))
    (('jsonl', 'gz'), ('html', None), (None, None))
    """
    name = path.name.lower()
    bare, ending = os.path.splitext(name)
    compression = _COMPRESSIONS.get(ending)
    inner = os.path.splitext(bare)[1] if compression else ending
    return _DOCUMENT_ENDINGS.get(inner) or RECORD_ENDINGS.get(inner), compression


def find_sources(
    paths: Sequence[str],
    *,
    leave_out: Path | None = None,
    backup: str | None = None,
    format: Format | None = None,  # noqa: A002 - its name
    page_ending: str = ".txt",
    unread: Unread | None = None,
) -> tuple[list[Source], list[InputError]]:
    """The sources at the given paths, in a fixed order, and what is wrong with the other paths.

    A file is read whatever its ending, a folder gives its files with known endings in alphabetical order, without
    hidden ones, a zip archive its members likewise in their own order, and ``-`` is standard input. A file named twice
    is read once. ``leave_out``: a folder to skip, the one that results go to. ``backup``: the ending of
    files to skip in folders, the originals that earlier runs have kept. ``format``: that of the named files and
    of standard input, and of those in folders whose endings say nothing; without it their endings decide, and a named
    file with any other ending is text. ``unread`` counts the files of folders that are not read. ``page_ending``: that of
    the files that HTML pages become.
    """
    unread = Unread() if unread is None else unread
    sources: dict[str, Source] = {}
    errors: list[InputError] = []
    skipped = os.path.realpath(leave_out) if leave_out is not None else None
    walk = _Walk(skipped, backup, errors, unread)
    for name in paths:
        try:
            for source in _sources_at(name, format, several=len(paths) > 1, walk=walk):
                renamed = _renamed(source, page_ending if source.format == "html" else ".txt")
                sources.setdefault(_identity(source), renamed)
        except OSError as error:
            errors.append(input_error(name, error))
    return list(sources.values()), errors


def _identity(source: Source) -> str:
    """What two names of one source have in common."""
    if source.path is None:
        return STDIN
    real = os.path.realpath(source.path)
    return real if source.member is None else os.path.join(real, source.member.name)


def _sources_at(name: str, given: Format | None, *, several: bool, walk: _Walk) -> Iterator[Source]:
    path = Path(name)
    if name == STDIN:
        chosen = given or "text"
        inside = Path(f"stdin.{_STDIN_ENDING.get(chosen, chosen)}")
        yield Source(_STDIN_NAME, None, inside, chosen, is_assumed=given is None)
    elif is_folder(path):
        prefix = Path(path.resolve().name) if several else Path()
        found = False
        for file in walk.files(path, is_any=given is not None):
            found = True
            source = _source(str(file), file, prefix / file.relative_to(path))
            is_given = given is not None and (given == source.format or split_endings(file)[0] is None)
            yield replace(source, format=given or "text", is_assumed=False) if is_given else source
        if not found:
            walk.errors.append(_nothing_in(name))
    elif is_zip(path) and given is None:
        yield from _members(name, path, Path(path.stem) if several else Path(), walk)
    else:
        path.stat()
        source = _source(name, path, Path(path.name))
        yield replace(source, format=given, is_assumed=False) if given else source


def _nothing_in(name: str) -> InputError:
    return InputError(
        f"{name}: holds no .txt, .text, .html or .md file, nor one of {', '.join(RECORD_ENDINGS)}; name the files themselves"
    )


def _members(name: str, path: Path, prefix: Path, walk: _Walk) -> Iterator[Source]:
    """The members of an archive that are sources; the others are noted."""
    try:
        members, errors = Archive(path).members()
    except InputError as error:
        walk.errors.append(error)
        return
    walk.errors.extend(errors)
    found = False
    for member in members:
        if member.is_hidden:
            continue
        known = split_endings(member.inside)[0]
        if known is None or known in ASSEMBLED_FORMATS:
            walk.unread.add(f"{name}/{member.name}", is_packed=known is not None and not _is_other_member(member))
            continue
        found = True
        yield replace(_source(f"{name}/{member.name}", path, prefix / member.inside, member.inside), member=member)
    if not found:
        walk.errors.append(_nothing_in(name))


def _source(name: str, path: Path, inside: Path, called: Path | None = None) -> Source:
    """The source at a path, with the format that its name shows, or the one that it is called by."""
    known, compression = split_endings(called or path)
    chosen = known or "text"
    return Source(name, path, inside, chosen, compression, is_assumed=chosen in ("text", "html"))


def _renamed(source: Source, ending: str) -> Source:
    """A source whose result has another ending instead of one of HTML."""
    known, compression = split_endings(source.inside)
    if known != "html":
        return source
    bare = source.inside.with_suffix("") if compression else source.inside
    return replace(source, inside=bare.with_suffix(f"{ending}.{compression}" if compression else ending))


@dataclass(frozen=True, slots=True)
class _Walk:
    """Looks for files in folders. What is wrong, and what is not read, is noted.

    ``skipped``: a folder to leave out. ``backup``: the ending of files to leave out.
    """

    skipped: str | None
    backup: str | None
    errors: list[InputError]
    unread: Unread

    def files(self, folder: Path, *, is_any: bool) -> Iterator[Path]:
        """The files of a folder and its subfolders that are sources.

        ``is_any``: also those with endings that say nothing.
        """
        root = os.path.realpath(folder)
        pending = _entries(folder, self.errors)
        while pending:
            entry = pending.pop()
            if entry.name.startswith("."):
                continue
            try:
                is_folder = entry.is_dir(follow_symlinks=False)
                if self.backup is not None and not is_folder and entry.name.endswith(self.backup):
                    continue
                is_source = not is_folder and _is_source(entry, root, is_any=is_any)
            except InputError as error:
                self.errors.append(error)
                continue
            except OSError as error:
                self.errors.append(input_error(entry.path, error))
                continue
            if is_source:
                yield Path(entry.path)
            elif is_folder and os.path.realpath(entry.path) != self.skipped:
                pending += _entries(Path(entry.path), self.errors)
            elif not is_folder and entry.is_file() and not entry.name.endswith(CHECKPOINT_ENDING):
                self.unread.add(entry.path)


def _entries(folder: Path, errors: list[InputError]) -> list[os.DirEntry[str]]:
    """The entries of a folder, the last name first."""
    try:
        with os.scandir(folder) as found:
            return sorted(found, key=lambda entry: entry.name, reverse=True)
    except OSError as error:
        errors.append(input_error(str(folder), error))
        return []


def _is_source(entry: os.DirEntry[str], root: str, *, is_any: bool) -> bool:
    """Whether an entry of a folder is read as a source; raises `InputError` if it may be one but is not read."""
    known, compression = split_endings(Path(entry.name))
    bare = os.path.splitext(entry.name)[0] if compression else entry.name
    is_known = known is not None or (is_any and not is_known_kind(bare))
    if entry.is_symlink():
        try:
            target = os.path.realpath(entry.path, strict=True)
        except OSError as error:
            raise InputError(
                f"{entry.path}: is a link that leads nowhere: {error.strerror or error}; remove it or correct it"
            ) from None
        is_inside = Path(target).is_relative_to(root)
        if Path(target).is_dir():
            # A folder that is read under its own name is not read again; hidden ones are not read at all.
            if is_inside and not any(part.startswith(".") for part in Path(target).relative_to(root).parts):
                return False
            raise InputError(
                f"{entry.path}: is a link to a folder that is not read here; to clean its files, name it as well"
            )
        if is_known and not is_inside:
            raise InputError(
                f"{entry.path}: is a link that leads out of the folder; to clean its target, name the file itself"
            )
    if not is_known or entry.name.endswith(CHECKPOINT_ENDING) or _is_other_database(entry):
        return False
    if entry.name == _FAILURES or entry.name.endswith(f".{_FAILURES}"):
        raise InputError(
            f"{entry.path}: is left out, as the failures of an earlier run; to clean it, name the file itself"
        )
    if not entry.is_file():
        raise InputError(f"{entry.path}: is not a regular file; only files are read in a folder")
    return True


def _is_other_database(entry: os.DirEntry[str]) -> bool:
    """Whether a file has the ending of an SQLite database that other programs use for theirs too, and is none."""
    if not entry.name.lower().endswith(_SHARED_ENDING) or not entry.is_file():
        return False
    with open(entry.path, "rb") as file:
        return file.read(len(SQLITE_MAGIC)) != SQLITE_MAGIC


def _is_other_member(member: Member) -> bool:
    """The same of a member of an archive."""
    if not member.name.lower().endswith(_SHARED_ENDING):
        return False
    try:
        with member.archive.open(member.number) as file:
            return file.read(len(SQLITE_MAGIC)) != SQLITE_MAGIC
    except (InputError, OSError):
        return True


def is_folder(name: str | Path) -> bool:
    """Whether a path is a folder; False if that cannot be known, for example if the name is too long.

    >>> is_folder("."), is_folder("a" * 300)
    (True, False)
    """
    try:
        return Path(name).is_dir()
    except OSError:
        return False


def input_error(name: str, error: OSError) -> InputError:
    """The error for a file that cannot be read."""
    if isinstance(error, FileNotFoundError):
        return InputError(f"{name}: does not exist; check the path")
    return InputError(f"{name}: cannot be read: {error.strerror or error}; check the path and its permissions")
