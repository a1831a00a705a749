r"""Finds the fields of a JSON object in its source, so that one can be replaced and the rest stays as it is.

Numbers are never converted, keys keep their order and duplicates, and spaces stay where they are.
"""

from __future__ import annotations

import json
import re
from dataclasses import dataclass, field
from typing import Any

from cleaner.errors import json_fault

__all__ = ["Found", "JsonObject", "parse_object"]

_SPACE = re.compile(r"[ \t\n\r]*+")
# Numbers stay text: their value is not needed, and converting a long one would fail or lose digits.
_DECODER = json.JSONDecoder(parse_int=str, parse_float=str)


class FieldError(ValueError):
    """A record is not as it must be; the message says how."""


@dataclass(frozen=True, slots=True)
class Found:
    """The value of a field, and where it is in the source: ``source[start:end]``; its key ends at ``key_end``."""

    value: Any
    key_end: int
    start: int
    end: int


@dataclass(slots=True)
class JsonObject:
    """A JSON object in its source text, with the fields that were looked for.

    ``inside``: for each object, by name, where a further field could be inserted, and whether the object already has
    fields; the outermost object has the name ``""``. ``names``: those of its fields, in order, with the fields of
    objects that a wanted name leads into.
    """

    source: str
    found: dict[str, Found] = field(default_factory=dict)
    inside: dict[str, tuple[int, bool]] = field(default_factory=dict)
    names: list[str] = field(default_factory=list)

    def replaced(self, name: str, text: str) -> str:
        """The source with a text as the value of a field that was found."""
        place = self.found[name]
        return f"{self.source[: place.start]}{self._quoted(text)}{self.source[place.end :]}"

    def with_field(self, name: str, text: str, beside: str) -> str:
        """The source with a text as the value of a field, added if it is missing, spaced like ``beside``."""
        if name in self.found:
            return self.replaced(name, text)
        parent, _, key = name.rpartition(".")
        if parent not in self.inside:
            raise FieldError(f"there is no object {parent!r} to put the field {name!r} into")
        at, is_filled = self.inside[parent]
        gap = self.source[self.found[beside].key_end : self.found[beside].start]
        comma = f",{gap.rpartition(':')[2]}" if is_filled else ""
        return f"{self.source[:at]}{comma}{self._quoted(key)}{gap}{self._quoted(text)}{self.source[at:]}"

    def _quoted(self, text: str) -> str:
        """A JSON string, with escapes for non-ASCII characters if the source is all ASCII."""
        return json.dumps(text, ensure_ascii=self.source.isascii())


def parse_object(source: str, names: frozenset[str]) -> JsonObject:
    r"""The object in a line of JSON, with those of the named fields that it has; dots lead into nested objects.

    Of several fields with one name the last counts, as for every JSON reader. Raises `FieldError`, which says what is
    wrong, if the line is not a JSON object.

    >>> record = parse_object('{"n": 1E400, "page": {"text": "a"}}', frozenset({"page.text"}))
    >>> record.replaced("page.text", "b\n")
    '{"n": 1E400, "page": {"text": "b\\n"}}'
    """
    result = JsonObject(source)
    try:
        start = _after_space(source, 0)
        if source[start : start + 1] != "{":
            _DECODER.raw_decode(source, start)
            raise FieldError("is not a JSON object")
        end = _after_space(source, _walk(result, "", start, names))
        if end < len(source):
            raise FieldError(f"is not valid JSON: more text after the object, at character {end + 1}")
    except json.JSONDecodeError as error:
        raise FieldError(f"is not valid JSON: {json_fault(error)}") from None
    except RecursionError:
        raise FieldError("is nested too deeply") from None
    return result


def _after_space(source: str, at: int) -> int:
    matched = _SPACE.match(source, at)
    return matched.end() if matched else at


def _walk(result: JsonObject, prefix: str, start: int, names: frozenset[str]) -> int:
    """Read the object at ``start`` and return where it ends. ``prefix``: the object's name and a dot, if it has one."""
    source = result.source
    place = start + 1
    at = _after_space(source, place)
    if source[at : at + 1] == "}":
        result.inside[prefix[:-1]] = (place, False)
        return at + 1
    while True:
        if source[at : at + 1] != '"':
            raise json.JSONDecodeError("a name in double quotes is missing", source, at)
        key, key_end = _DECODER.raw_decode(source, at)
        colon = _after_space(source, key_end)
        if source[colon : colon + 1] != ":":
            raise json.JSONDecodeError("a colon is missing", source, colon)
        at = _after_space(source, colon + 1)
        end = _read_value(result, prefix + key, key_end, at, names)
        at = _after_space(source, end)
        following = source[at : at + 1]
        if following == "}":
            result.inside[prefix[:-1]] = (end, True)
            return at + 1
        if following != ",":
            raise json.JSONDecodeError("a comma is missing", source, at)
        at = _after_space(source, at + 1)


def _read_value(result: JsonObject, name: str, key_end: int, at: int, names: frozenset[str]) -> int:
    """Read the value of a field and return where it ends."""
    result.names.append(name)
    within = f"{name}."
    # The fields inside an earlier value of the same name no longer count.
    for known in [known for known in result.found if known.startswith(within)]:
        del result.found[known]
    if result.source[at : at + 1] == "{" and any(wanted.startswith(within) for wanted in names):
        end = _walk(result, within, at, names)
        value: Any = None
    else:
        value, end = _DECODER.raw_decode(result.source, at)
    if name in names:
        result.found[name] = Found(value, key_end, at, end)
    return end
