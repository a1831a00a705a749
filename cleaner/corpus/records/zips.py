"""Zip archives: members are read like the files of a folder, and another archive is written with new ones in it.

Whatever an archive says, no member is read that leads out of a folder, hides another of its name, or is encrypted, and
together they may not become far longer than compressed texts do.
"""

from __future__ import annotations

import lzma
import stat
import struct
import zipfile
import zlib
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from dataclasses import dataclass
from functools import cached_property
from pathlib import Path, PurePosixPath
from typing import IO, Any

from cleaner.corpus.records.limits import check_growth
from cleaner.corpus.records.signatures import office_kind
from cleaner.errors import InputError

__all__ = ["IS_ENCRYPTED", "ZIP_ENDING", "ZIP_ERRORS", "Archive", "Member", "is_directory", "is_zip"]

ZIP_ENDING = ".zip"
# What the library raises for archives that are damaged, or made to look so.
ZIP_ERRORS = (
    zipfile.BadZipFile,
    zlib.error,
    lzma.LZMAError,
    struct.error,
    EOFError,
    NotImplementedError,
    RuntimeError,
    ValueError,
    OverflowError,
    UnicodeError,
)
# The flag of a member that is encrypted.
IS_ENCRYPTED = 0x1
# How much of an archive holds what some documents begin with.
_HEAD_BYTES = 1 << 10
# Where macOS keeps what belongs to the files of an archive.
_RESOURCES = "__MACOSX"


def is_zip(path: Path | str) -> bool:
    """Whether the name of a file is that of a zip archive.

    >>> is_zip("pages.ZIP"), is_zip("pages.docx")
    (True, False)
    """
    return Path(path).suffix.lower() == ZIP_ENDING


@dataclass(frozen=True, slots=True)
class Member:
    """A member of an archive: its place in the list of members, its name, and how many bytes it has."""

    archive: Archive
    number: int
    name: str
    size: int

    @property
    def inside(self) -> Path:
        """Where the member goes in a folder that mirrors the archive."""
        return Path(*PurePosixPath(_plain(self.name)).parts)

    @property
    def is_hidden(self) -> bool:
        """Whether it is hidden, or lies in a hidden folder."""
        parts = PurePosixPath(_plain(self.name)).parts
        return parts[0] == _RESOURCES or any(part.startswith(".") for part in parts)


class Archive:
    """A zip archive; opened when it is needed, and again in a process that it is sent to.

    Every error in reading it is an `InputError`.
    """

    def __init__(self, path: Path) -> None:
        self.path = path

    def __getstate__(self) -> dict[str, Any]:
        return {"path": self.path}

    def members(self) -> tuple[list[Member], list[InputError]]:
        """The members that can be read, without folders; and what is wrong with the others.

        Raises `InputError` where the archive is damaged, is a document of another kind, or is a decompression bomb.
        """
        self._require_archive()
        infos = self.infos
        check_growth(str(self.path), self.path.stat().st_size, sum(info.file_size for info in infos))
        members: list[Member] = []
        errors: list[InputError] = []
        names: set[str] = set()
        for number, info in enumerate(infos):
            if is_directory(info):
                continue
            problem = _problem(info, names)
            names.add(_plain(info.filename))
            if problem is not None:
                errors.append(InputError(f"{self.path}/{info.filename}: {problem}"))
            else:
                members.append(Member(self, number, info.filename, info.file_size))
        return members, errors

    def _require_archive(self) -> None:
        with self.path.open("rb") as file:
            head = file.read(_HEAD_BYTES)
        kind = office_kind(head, (info.filename.encode("utf-8", "replace") for info in self.infos))
        if kind is not None:
            raise InputError(f"{self.path}: {kind}")

    @property
    def infos(self) -> list[zipfile.ZipInfo]:
        """What the archive says about each of its members."""
        return self._zip.infolist()

    @contextmanager
    def open(self, number: int) -> Iterator[IO[bytes]]:
        """A member, to be read from its beginning."""
        with self.reading(), self._zip.open(self.infos[number]) as file:
            yield file

    @contextmanager
    def reading(self) -> Iterator[None]:
        """Turns what the library raises into an `InputError`."""
        try:
            yield
        except ZIP_ERRORS as error:
            raise InputError(f"{self.path}: is damaged: {error or type(error).__name__}; get it again") from None

    @cached_property
    def _zip(self) -> zipfile.ZipFile:
        with self.reading():
            return zipfile.ZipFile(self.path)

    @property
    def comment(self) -> bytes:
        """What is said about the archive as a whole."""
        return self._zip.comment

    def close(self) -> None:
        """Close the file; it is opened again when it is needed."""
        with suppress(KeyError):
            self.__dict__.pop("_zip").close()


def is_directory(info: zipfile.ZipInfo) -> bool:
    """Whether a member is a folder; the library's own answer fails where the name is empty."""
    return info.filename.endswith("/")


def _plain(name: str) -> str:
    """A name with the slashes of a zip; some programs of Windows write others."""
    return name.replace("\\", "/")


def _problem(info: zipfile.ZipInfo, names: set[str]) -> str | None:
    """Why a member is not read; None if it is."""
    name = _plain(info.filename)
    parts = PurePosixPath(name).parts
    if not parts or name.startswith("/") or ".." in parts or ":" in parts[0] or "\0" in name:
        return "has a name that leads out of the folder, so it is left out; pack it again without that"
    if name in names:
        return "is a second member of this name, so it is left out; unpack it and rename one"
    if info.flag_bits & IS_ENCRYPTED:
        return "is encrypted, so it is left out; unpack it first (unzip asks for the password)"
    if stat.S_ISLNK(info.external_attr >> 16):
        return "is a link, so it is left out; pack the file that it leads to"
    return None
