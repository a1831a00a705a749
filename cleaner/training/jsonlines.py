"""Files of one JSON object a line: their lines, and what is wrong with one in a sentence that names file, line and field."""

from __future__ import annotations

import gzip
import json
import zlib
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any, NoReturn

from cleaner.errors import InputError, json_fault

__all__ = ["JsonLine", "kind_of", "read_lines"]

_MARK = b"\xef\xbb\xbf"
_UNREADABLE = (OSError, EOFError, zlib.error)


def read_lines(path: Path) -> Iterator[tuple[int, bytes]]:
    """The lines that are not blank, with their numbers from one; of a file called ``.gz``, those inside it.

    Raises `InputError`, naming the file and the fix, where it cannot be read.
    """
    try:
        with gzip.open(path, "rb") if path.name.endswith(".gz") else path.open("rb") as lines:
            for number, line in enumerate(lines, 1):
                bare = line.removeprefix(_MARK) if number == 1 else line
                if bare.strip():
                    yield number, bare.rstrip()
    except FileNotFoundError:
        raise InputError(f"{path}: does not exist; check the path") from None
    except _UNREADABLE as error:
        why = getattr(error, "strerror", None) or error
        raise InputError(f"{path}: cannot be read: {why}; check the file and its permissions") from None


@dataclass(frozen=True, slots=True)
class JsonLine:
    """A place in such a file, how to read what stands there, and how to refuse it.

    ``what``: what a line is, for messages.
    """

    path: Path
    number: int
    what: str

    def parse(self, line: bytes) -> dict[str, Any]:
        """The object of the line. Raises `InputError` where it is none."""
        try:
            record = json.loads(line.decode("utf-8"))
        except UnicodeDecodeError as error:
            self.refuse(None, f"is not UTF-8 (byte {error.start} of the line); save the file as UTF-8")
        except json.JSONDecodeError as error:
            self.refuse(None, f"is not valid JSON: {json_fault(error)}; fix that place")
        except ValueError as error:
            self.refuse(None, f"is not valid JSON: {error}; fix that place")
        except RecursionError:
            self.refuse(None, f"is nested too deeply; {self.what} is one flat JSON object")
        if not isinstance(record, dict):
            self.refuse(None, f"is {kind_of(record)}; {self.what} is one JSON object")
        return record

    def known(self, record: dict[str, Any], field: str) -> str | None:
        """A string that may be missing or null. Raises `InputError` where it is something else."""
        return None if record.get(field) is None else self.string(record, field, "give a string or leave it out")

    def string(self, record: dict[str, Any], field: str, fix: str) -> str:
        """A string. Raises `InputError`, with the ``fix``, where it is missing or something else."""
        value = record.get(field)
        if not isinstance(value, str):
            self.refuse(field, f"is {kind_of(value) if field in record else 'missing'}; {fix}")
        return value

    def refuse(self, field: str | None, fix: str) -> NoReturn:
        """Raise the `InputError` for this place, or for a field of it."""
        where = [str(self.path), f"line {self.number}", *([field] if field else [])]
        raise InputError(": ".join([*where, fix]))


def kind_of(value: object) -> str:
    """What a JSON value is, in words.

    >>> kind_of([1]), kind_of(None)
    ('a list', 'null')
    """
    if value is None:
        return "null"
    if isinstance(value, bool):
        return "true or false"
    names = {str: "a string", list: "a list", dict: "an object", int: "a number", float: "a number"}
    return names[type(value)]
