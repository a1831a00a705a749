"""Which columns of a table hold what: the text, what is known about it, and where the result goes."""

from __future__ import annotations

from dataclasses import dataclass

from cleaner.corpus.records.chunks import Fields
from cleaner.corpus.records.sources import Source
from cleaner.errors import InputError

__all__ = ["Columns", "find_columns", "text_column", "wanted_texts"]

# Names of columns that a message lists.
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
        listed = ", ".join(names[:_LISTED]) + (", ..." if len(names) > _LISTED else "")
        missing = repr(wanted[0]) if len(wanted) == 1 else " or ".join(map(repr, wanted))
        raise InputError(f"{source.name}: has no column {missing}; name that of the text with --field: {listed}")
    for name in filter(None, (names[text], fields.title, fields.lang, fields.url, fields.id, fields.result)):
        if names.count(name) > 1:
            raise InputError(f"{source.name}: has several columns {name!r}; give each a name of its own")

    def column(name: str) -> int | None:
        return names.index(name) if name in names else None

    known = {name: column(getattr(fields, name)) for name in ("title", "lang", "url", "id")}
    result = None if fields.result is None else column(fields.result)
    if fields.result is not None and result is None:
        result = len(names)
    return Columns(text, **known, result=result)
