"""Cleans Arrow tables and arrays, which Ray Data, Spark, Dask, pandas and polars pass to a function.

Nulls stay null, chunks stay chunks, the schema stays as it is. The cleaner of a configuration is created once in each
process, for its first document.
"""

from __future__ import annotations

import logging
from collections.abc import Iterator
from typing import Any

from cleaner.config import CleanConfig
from cleaner.errors import ConfigError, MissingExtraError
from cleaner.integrations.outcomes import Outcome, clean_documents, require_html, shared_cleaner

try:
    import pyarrow as pa
    import pyarrow.compute as pc
except ModuleNotFoundError as error:
    raise MissingExtraError("pyarrow", "arrow") from error

__all__ = ["clean_array", "clean_table"]

logger = logging.getLogger(__name__)

REMOVALS = pa.list_(
    pa.struct(
        [
            pa.field("start", pa.int64()),
            pa.field("end", pa.int64()),
            pa.field("kind", pa.string()),
            pa.field("score", pa.float64()),
            pa.field("text", pa.string()),
        ]
    )
)
TEXTS = pa.list_(pa.string())


def clean_table(
    table: Any,
    column: str = "text",
    *,
    target: str | None = None,
    html: bool = False,
    title: str = "title",
    lang: str = "lang",
    url: str = "url",
    site: str | None = None,
    removed: str | None = None,
    comments: str | None = None,
    flags: str | None = None,
    config: CleanConfig | None = None,
) -> Any:
    """A table or record batch with the texts of a column cleaned; the other columns are untouched.

    ``target``: a column for the cleaned texts, if ``column`` must stay. ``html``: the texts are HTML pages, whose
    articles are wanted. ``title``, ``lang``, ``url``: columns with what is known about the pages, if the table has
    them. ``site``: a column with their sites, which the site memory of the configuration has under these names; without
    it the host of ``url`` is the site. ``removed``, ``comments``, ``flags``: columns that get each row's removals (start,
    end, kind, score and text), reader comments and flags. Raises `ConfigError` if there is no such column of texts or of
    sites.

    >>> table = pa.table({"text": ["Der Rat tagt heute.\\nAntwortenLöschen", None]})
    >>> clean_table(table, flags="flags").to_pylist()
    [{'text': 'Der Rat tagt heute.', 'flags': []}, {'text': None, 'flags': None}]
    """
    given = text_column(table, column)
    place = table.column_names.index(column)
    known = known_values(table, site, title=title, lang=lang, url=url)
    outcomes = _outcomes(given, known, config, html=html)
    texts = _replace(given, outcomes)
    if target is None or target == column:
        table = table.set_column(place, table.schema.field(place), texts)
    else:
        table = _put(table, target, texts)
    if removed is not None:
        table = _put(table, removed, _column(given, REMOVALS, [one and one.removals for one in outcomes]))
    if comments is not None:
        table = _put(table, comments, _column(given, TEXTS, [one and one.comments for one in outcomes]))
    if flags is not None:
        table = _put(table, flags, _column(given, TEXTS, [one and list(one.flags) for one in outcomes]))
    return table


def clean_array(array: Any, *, html: bool = False, config: CleanConfig | None = None) -> Any:
    """An array or chunked array of texts, cleaned.

    >>> clean_array(pa.array(["Der Rat tagt heute.\\nAntwortenLöschen", None])).to_pylist()
    ['Der Rat tagt heute.', None]
    """
    _require_texts(array.type, "array")
    return _replace(array, _outcomes(array, {}, config, html=html))


def text_column(table: Any, column: str) -> Any:
    """The column of texts of this name; raises `ConfigError` if the table has none.

    >>> text_column(pa.table({"text": ["Der Rat tagt heute."]}), "text").to_pylist()
    ['Der Rat tagt heute.']
    """
    _require_column(table, column, "column")
    given = table.column(column)
    _require_texts(given.type, f"column {column!r}")
    return given


def known_values(table: Any, site: str | None, **columns: str) -> dict[str, list[Any]]:
    """What a table has about its pages, by what it is: the values of ``columns``, and of the column of sites if named.

    Raises `ConfigError` if there is no column of sites of this name; the others may be missing.

    >>> known_values(pa.table({"source": ["https://a.example/1"]}), None, url="source", lang="lang")
    {'url': ['https://a.example/1']}
    """
    if site is not None:
        _require_column(table, site, "site")
        columns["site"] = site
    return {name: table.column(of).to_pylist() for name, of in columns.items() if of in table.column_names}


def _require_column(table: Any, name: str, option: str) -> None:
    if name not in table.column_names:
        raise ConfigError(f"{option}: {name!r} is not in the table; use one of: {', '.join(table.column_names)}")


def _require_texts(given: Any, what: str) -> None:
    if not (pa.types.is_string(given) or pa.types.is_large_string(given) or pa.types.is_string_view(given)):
        raise ConfigError(f"{what}: holds {given}, not texts; cast it to string")


def _outcomes(
    array: Any, known: dict[str, list[Any]], config: CleanConfig | None, *, html: bool
) -> list[_Reduced | None]:
    """The outcome for each value, None for a null."""
    if html:
        require_html()
    texts = list(text_values(array))
    rows = [row for row, text in enumerate(texts) if text is not None]
    documents = [{"text": texts[row]} | {name: values[row] for name, values in known.items()} for row in rows]
    found: list[_Reduced | None] = [None] * len(texts)
    failed = []
    for row, outcome in zip(rows, clean_documents(shared_cleaner(config), documents, html=html), strict=True):
        found[row] = _Reduced(outcome)
        if outcome.error is not None:
            failed.append(outcome.error)
    if failed:
        logger.warning("%d of %d documents are not cleaned; the first: %s", len(failed), len(documents), failed[0])
    return found


class _Reduced:
    """The part of an outcome that is kept, so that not all results of a table are in memory."""

    __slots__ = ("changed", "comments", "flags", "removals", "text")

    def __init__(self, outcome: Outcome) -> None:
        self.changed = outcome.changed
        self.text = outcome.text if outcome.changed else None
        self.removals = outcome.removals
        self.comments = outcome.comments
        self.flags = outcome.flags


def text_values(array: Any) -> Iterator[str | bytes | None]:
    """The values of a column of texts; one whose bytes are not UTF-8 comes as bytes.

    >>> list(text_values(pa.array(["Der Rat tagt heute.", None])))
    ['Der Rat tagt heute.', None]
    """
    for value in array.cast(pa.large_binary()):
        data = value.as_py()
        try:
            yield data if data is None else data.decode("utf-8")
        except UnicodeDecodeError:
            yield data


def _replace(array: Any, outcomes: list[_Reduced | None]) -> Any:
    """The array with the changed values replaced, chunk by chunk; all others keep their bytes."""
    if isinstance(array, pa.ChunkedArray):
        chunks = []
        start = 0
        for chunk in array.chunks:
            chunks.append(_replace(chunk, outcomes[start : start + len(chunk)]))
            start += len(chunk)
        return pa.chunked_array(chunks, type=array.type)
    if pa.types.is_string_view(array.type):
        return _replace(array.cast(pa.large_string()), outcomes).cast(array.type)
    mask = pa.array([one is not None and one.changed for one in outcomes], pa.bool_())
    texts = pa.array([one.text for one in outcomes if one is not None and one.changed], array.type)
    return pc.replace_with_mask(array, mask, texts)


def _column(given: Any, kind: Any, values: list[Any]) -> Any:
    """Values as a column in the chunks of another."""
    if not isinstance(given, pa.ChunkedArray):
        return pa.array(values, kind)
    chunks = []
    start = 0
    for chunk in given.chunks:
        chunks.append(pa.array(values[start : start + len(chunk)], kind))
        start += len(chunk)
    return pa.chunked_array(chunks, type=kind)


def _put(table: Any, name: str, values: Any) -> Any:
    """The table with a column of this name, which replaces an existing one."""
    field = pa.field(name, values.type)
    if name in table.column_names:
        return table.set_column(table.column_names.index(name), field, values)
    return table.append_column(field, values)
