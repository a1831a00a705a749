"""Which columns of a table hold what: the text, what is known about it, and where the result goes."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from typing import Literal

from cleaner.corpus.records.chunks import KNOWN, Fields
from cleaner.corpus.records.sources import Source
from cleaner.errors import InputError

__all__ = ["Columns", "choose_table", "find_columns", "text_column", "wanted_texts"]

# Names that a message lists.
_LISTED = 30


@dataclass(frozen=True, slots=True)
class Columns:
    """The numbers of columns, counted from zero; None where there is none.

    ``result`` is the number of all columns where the cleaned text goes into a new last one.
    """

    text: int
    title: int | None = None
    lang: int | None = None
    url: int | None = None
    site: int | None = None
    id: int | None = None
    result: int | None = None


def wanted_texts(fields: Fields) -> tuple[str, ...]:
    """The names that the column of the text may have, the best first."""
    return (fields.text, *fields.other_texts)


def text_column(names: list[str], wanted: tuple[str, ...]) -> int | None:
    """The column of the text: the first wanted name that is there, the case of letters aside where several are.

    >>> text_column(["id", "Body"], ("text", "body")), text_column(["id", "Body"], ("body",))
    (1, None)
    """
    for name in wanted:
        if name in names:
            return names.index(name)
    lower = [name.strip().lower() for name in names]
    return next((lower.index(name) for name in wanted if name in lower), None) if len(wanted) > 1 else None


def find_columns(source: Source, names: list[str], fields: Fields) -> Columns:
    """The columns of a table by their names; raises `InputError` where the text is missing or a name is not unique."""
    wanted = wanted_texts(fields)
    text = text_column(names, wanted)
    if text is None:
        raise InputError(
            f"{source.name}: has no column {_missing(fields)}; name that of the text with --field: {_listed(names)}"
        )
    for name in filter(None, (names[text], fields.id, fields.result, *(getattr(fields, name) for name in KNOWN))):
        if names.count(name) > 1:
            raise InputError(f"{source.name}: has several columns {name!r}; give each a name of its own")

    def column(name: str) -> int | None:
        return names.index(name) if name and name in names else None

    known = {name: column(getattr(fields, name)) for name in (*KNOWN, "id")}
    result = None if fields.result is None else column(fields.result)
    if fields.result is not None and result is None:
        result = len(names)
    return Columns(text, **known, result=result)


def choose_table(
    source: Source, tables: Mapping[str, list[str]], fields: Fields, *, what: Literal["sheet", "table"]
) -> str:
    """The name of the one of several tables to clean: the one that is given, or the only one with a column of text.

    ``tables``: their names, and those of their columns. Raises `InputError` where there is none, or more than one.
    """
    given = fields.sheet if what == "sheet" else fields.table
    if given is not None:
        if given not in tables:
            raise InputError(
                f"{source.name}: has no {what} {given!r}; name one of its own with --{what}: {_listed(tables)}"
            )
        return given
    wanted = wanted_texts(fields)
    found = [name for name, names in tables.items() if text_column(names, wanted) is not None]
    if len(found) == 1 or (len(tables) == 1 and not found):
        return next(iter(found or tables))
    if found:
        raise InputError(
            f"{source.name}: has several {what}s with a column of text; choose one with --{what}: {_listed(found)}"
        )
    if not tables:
        raise InputError(f"{source.name}: has no {what} with columns; give a file with a table in it")
    listed = _listed(f"{name} ({_listed(names)})" for name, names in tables.items())
    raise InputError(
        f"{source.name}: has no {what} with a column {_missing(fields)}; name that of the text with --field: {listed}"
    )


def _missing(fields: Fields) -> str:
    return " or ".join(map(repr, wanted_texts(fields)))


def _listed(names: Iterable[str]) -> str:
    every = [name for name in names if name]
    return ", ".join(every[:_LISTED]) + (", ..." if len(every) > _LISTED else "")
