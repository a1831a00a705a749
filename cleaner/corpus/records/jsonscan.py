"""Finds where the values of JSON begin and end, in bytes of which more may come.

Nothing is decoded or checked: what is not valid JSON inside a value is found when the value is read. Time grows with
the bytes alone, however deep they are nested and however often they are added to.
"""

from __future__ import annotations

import json
import re
from collections.abc import Iterator

__all__ = ["ValueScanner", "after_space", "has_column", "has_field", "member_names", "record_arrays", "value_end"]

_SPACE = re.compile(rb"[ \t\n\r]*+")
_SIGN = re.compile(rb'["\[\]{}]')
_STRING = re.compile(rb'[^"\\]*+(?:\\.[^"\\]*+)*+', re.DOTALL)
_SCALAR = re.compile(rb'[^ \t\n\r,\[\]{}"]*+')
_QUOTE, _BACKSLASH = b'"\\'
_OPEN, _CLOSED = b"[{", b"]}"
# How many objects may be around an array of records.
_MAX_DEPTH = 4

Bytes = bytes | bytearray


class ValueScanner:
    """Finds the end of the value that begins at ``at``; the bytes may grow between two calls.

    ``depth``: how many arrays and objects are open already.
    """

    def __init__(self, at: int, depth: int = 0) -> None:
        self.at = at
        self._depth = depth
        self._is_in_string = False
        self._is_scalar: bool | None = None if depth == 0 else False

    def end(self, data: Bytes, *, is_whole: bool) -> int | None:
        """Where the value ends; None if that is not among the bytes, of which ``is_whole`` says that no more come."""
        if self._is_scalar is None:
            self._is_scalar = data[self.at] not in b'"[{'
        if self._is_scalar:
            self.at = _end_of(_SCALAR, data, self.at)
            return self.at if self.at < len(data) or is_whole else None
        while self.at < len(data):
            if self._is_in_string:
                self.at = _end_of(_STRING, data, self.at)
                if self.at == len(data) or data[self.at] == _BACKSLASH:
                    # A backslash is read again, with what follows it.
                    return None
                self._is_in_string = False
                self.at += 1
            else:
                found = _SIGN.search(data, self.at)
                self.at = len(data) if found is None else found.end()
                if found is None:
                    return None
                sign = data[self.at - 1]
                self._is_in_string = sign == _QUOTE
                self._depth += (sign in _OPEN) - (sign in _CLOSED)
            if self._depth <= 0 and not self._is_in_string:
                return self.at
        return None

    def drop(self, count: int) -> None:
        """Note that the first bytes are not there any longer."""
        self.at -= count


def _end_of(pattern: re.Pattern[bytes], data: Bytes, at: int) -> int:
    found = pattern.match(data, at)
    return at if found is None else found.end()


def after_space(data: Bytes, at: int) -> int:
    """Where the next byte is that is no space."""
    return _end_of(_SPACE, data, at)


def value_end(data: Bytes, at: int) -> int | None:
    """Where the value at ``at`` ends, if it does among the bytes."""
    return ValueScanner(at).end(data, is_whole=False) if at < len(data) else None


def _members(data: Bytes, at: int) -> Iterator[tuple[str, int]]:
    """The name of each member of the object at ``at`` and where its value begins, as far as the bytes go."""
    while True:
        name_at = after_space(data, at + 1)
        if data[name_at : name_at + 1] != b'"' or (name_end := value_end(data, name_at)) is None:
            return
        colon = after_space(data, name_end)
        value = after_space(data, colon + 1)
        if data[colon : colon + 1] != b":" or value >= len(data):
            return
        yield _decoded(bytes(data[name_at:name_end])), value
        if (end := value_end(data, value)) is None:
            return
        at = after_space(data, end)
        if data[at : at + 1] != b",":
            return


def _decoded(name: bytes) -> str:
    try:
        return str(json.loads(name))
    except ValueError:
        return name[1:-1].decode("utf-8", "replace")


def member_names(data: Bytes, at: int) -> list[str]:
    """The names of the members of the object at ``at``.

    >>> member_names(b'{"n": [{"x": 1}], "text": "a, b"}', 0)
    ['n', 'text']
    """
    return [name for name, _ in _members(data, at)]


def has_field(data: Bytes, at: int, wanted: str, prefix: str = "") -> bool:
    """Whether the object at ``at`` has a field; the dots of its name lead into objects.

    >>> has_field(b'{"page": {"text": null}}', 0, "page.text"), has_field(b'{"a": {"text": 1}}', 0, "text")
    (True, False)
    """
    for name, value in _members(data, at):
        whole = prefix + name
        if whole == wanted:
            return True
        leads_there = wanted.startswith(f"{whole}.") and data[value : value + 1] == b"{"
        if leads_there and has_field(data, value, wanted, f"{whole}."):
            return True
    return False


def has_column(data: Bytes, name: str) -> bool:
    """Whether the object that the bytes are has an object or an array as a field, as a table written by columns has.

    >>> has_column(b'{"text": {"0": "a", "1": "b"}}', "text"), has_column(b'{"text": 5}', "text")
    (True, False)
    """
    return any(found == name and data[value : value + 1] in (b"{", b"[") for found, value in _members(data, 0))


def record_arrays(data: Bytes, at: int, depth: int = 1) -> Iterator[tuple[int, int, int]]:
    """Each array of objects in the object at ``at``, in order, or in objects within it.

    For each: where the array begins, where its first object does, and how many objects are around it.

    >>> list(record_arrays(b'{"n": [1], "found": {"all": [{"text": "a"}]}}', 0))
    [(28, 29, 2)]
    """
    for _, value in _members(data, at):
        sign = data[value : value + 1]
        first = after_space(data, value + 1)
        if sign == b"[" and data[first : first + 1] == b"{":
            yield value, first, depth
        elif sign == b"{" and depth < _MAX_DEPTH:
            yield from record_arrays(data, value, depth + 1)
