"""Excel workbooks: a zip file of parts, of which those are found that hold sheets and the texts that cells share."""

from __future__ import annotations

from array import array
from collections.abc import Iterator
from contextlib import closing, contextmanager
from dataclasses import dataclass
from functools import cached_property
from pathlib import Path
from posixpath import dirname, join, normpath
from tempfile import SpooledTemporaryFile
from typing import IO
from zipfile import BadZipFile, ZipFile, ZipInfo

from cleaner.corpus.records.limits import check_growth
from cleaner.corpus.records.sources import Source, input_error
from cleaner.corpus.records.xmlparts import PartError, read_elements, read_strings
from cleaner.corpus.records.zips import IS_ENCRYPTED, ZIP_ERRORS
from cleaner.errors import InputError

__all__ = ["Sheet", "Workbook", "open_workbook"]

_BLOCK_BYTES = 1 << 16
# Shared texts of more bytes than this are kept in a temporary file.
_STRINGS_IN_MEMORY = 32 << 20
_ZIP_MAGIC = b"PK\x03\x04"
# Older workbooks, and encrypted ones, are in a container of another kind.
_OLE_MAGIC = b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1"
_ENCRYPTED = "EncryptedPackage".encode("utf-16-le")
_SAVE_AS = "open it and save it as .xlsx"


@dataclass(frozen=True, slots=True)
class Sheet:
    """A worksheet: its name, and the part that holds it."""

    name: str
    part: str


class Workbook:
    """An open workbook; its parts are read as streams."""

    def __init__(self, source: Source, archive: ZipFile) -> None:
        self.members = archive.infolist()
        self.comment = archive.comment
        self._source = source
        self._archive = archive
        self._parts = {info.filename.lower(): info for info in self.members}
        if len(self._parts) < len(self.members):
            raise PartError("has several parts of one name")

    def close(self) -> None:
        """Let go of what is kept in a temporary file."""
        if "strings" in self.__dict__:
            self.strings.close()

    # --- parts --------------------------------------------------------------------------------------------

    def blocks(self, member: ZipInfo | str) -> Iterator[bytes]:
        """The bytes of a part, block by block; raises `InputError` where it is missing or damaged."""
        info = member if isinstance(member, ZipInfo) else self._parts.get(member.lower())
        if info is None:
            raise PartError(f"has no part {member}")
        if info.flag_bits & IS_ENCRYPTED:
            raise InputError(f"{self._source.name}: is protected by a password; open it and save it without one")
        with self._open(info) as file:
            while block := self._read(file):
                yield block

    def _open(self, info: ZipInfo) -> IO[bytes]:
        try:
            return self._archive.open(info)
        except OSError as error:
            # The part is said to be where no file has bytes.
            raise BadZipFile(error.strerror) from None

    def _read(self, file: IO[bytes]) -> bytes:
        try:
            return file.read(_BLOCK_BYTES)
        except OSError as error:
            raise input_error(self._source.name, error) from None

    def size(self, part: str) -> int:
        """How many bytes a part has."""
        return self._parts[part.lower()].file_size

    def verify(self) -> None:
        """Read all parts; raises `InputError` where one is damaged, before anything is done with the others."""
        for info in self.members:
            for _ in self.blocks(info):
                pass

    # --- what they hold -----------------------------------------------------------------------------------

    @cached_property
    def sheets(self) -> list[Sheet]:
        """The worksheets in their order, without charts."""
        main = self._related("", "officeDocument").get("")
        if main is None or not main.lower().endswith(".xml"):
            raise InputError(f"{self._source.name}: holds no workbook that can be read; {_SAVE_AS}")
        parts = self._related(main, "worksheet")
        listed = [found for _, found in read_elements(self.blocks(main), "sheet")]
        return [
            Sheet(sheet.get("name", ""), part)
            for sheet in listed
            if (part := parts.get(sheet.get(":id", ""))) is not None and part.lower() in self._parts
        ]

    @cached_property
    def strings(self) -> _Strings:
        """The texts that cells share."""
        strings = _Strings()
        main = self._related("", "officeDocument")[""]
        for part in self._related(main, "sharedStrings").values():
            for text in read_strings(self.blocks(part)):
                strings.append(text)
        return strings

    def _related(self, part: str, kind: str) -> dict[str, str]:
        """The parts of a kind that a part refers to, by their identifiers; that of the package by an empty one."""
        folder, name = dirname(part), part.rpartition("/")[2]
        listed = read_elements(self.blocks(join(folder, "_rels", f"{name}.rels")), "Relationship")
        return {
            found.get("Id", "") if part else "": normpath(join("/", folder, found.get("Target", ""))).lstrip("/")
            for _, found in listed
            if found.get("Type", "").rpartition("/")[2] == kind and found.get("TargetMode") != "External"
        }


class _Strings:
    """Many texts, in a temporary file where they are long."""

    def __init__(self) -> None:
        self._file = SpooledTemporaryFile(_STRINGS_IN_MEMORY)  # noqa: SIM115 - it ends with this object
        self._ends = array("Q", [0])

    def append(self, text: str) -> None:
        """Add a text at the end."""
        self._ends.append(self._ends[-1] + self._file.write(text.encode("utf-8", "surrogatepass")))

    def close(self) -> None:
        """Remove the file."""
        self._file.close()

    def __getitem__(self, number: int) -> str:
        if not 0 <= number < len(self._ends) - 1:
            raise PartError(f"refers to shared text {number}, which is missing")
        start, end = self._ends[number], self._ends[number + 1]
        self._file.seek(start)
        return self._file.read(end - start).decode("utf-8", "surrogatepass")


@contextmanager
def open_workbook(source: Source) -> Iterator[Workbook]:
    """An open workbook; raises `InputError` if it is none, then and while it is read."""
    if source.path is None:
        raise InputError("standard input: an Excel workbook cannot be read from a pipe; name the file")
    if source.compression is not None:
        raise InputError(f"{source.name}: a workbook is compressed inside; decompress it first")
    try:
        with _open_archive(source, source.path) as archive:
            check_growth(source.name, source.path.stat().st_size, sum(info.file_size for info in archive.infolist()))
            with closing(Workbook(source, archive)) as book:
                yield book
    except PartError as error:
        raise InputError(f"{source.name}: is not a workbook that can be read: it {error}; {_SAVE_AS}") from None
    except ZIP_ERRORS as error:
        raise InputError(f"{source.name}: is damaged: {error}; get it again") from None


def _open_archive(source: Source, path: Path) -> ZipFile:
    try:
        with path.open("rb") as file:
            _check_magic(source, path, file.read(len(_OLE_MAGIC)))
        return ZipFile(path)
    except OSError as error:
        raise input_error(source.name, error) from None


def _check_magic(source: Source, path: Path, head: bytes) -> None:
    """Raise `InputError` where a file does not begin like a workbook."""
    if head.startswith(_ZIP_MAGIC):
        return
    if not head.startswith(_OLE_MAGIC):
        raise InputError(f"{source.name}: is not an Excel workbook; give an .xlsx file, or name its --format")
    if _holds(path, _ENCRYPTED):
        raise InputError(f"{source.name}: is protected by a password; open it and save it without one")
    raise InputError(f"{source.name}: is a workbook of an older kind (.xls); {_SAVE_AS}")


def _holds(path: Path, wanted: bytes) -> bool:
    """Whether some bytes are anywhere in a file."""
    with path.open("rb") as file:
        held = b""
        while block := file.read(_BLOCK_BYTES):
            held = held[-len(wanted) :] + block
            if wanted in held:
                return True
    return False
