"""Arrow tables and arrays: the texts cleaned, and nothing else touched."""

from __future__ import annotations

import logging
import re
import struct
from pathlib import Path
from typing import Any

import pytest

pytest.importorskip("pyarrow", reason="needs the extra 'arrow'")

import pyarrow as pa

from cleaner import CleanConfig, Cleaner, CleanResult, ConfigError
from cleaner.integrations.arrow import clean_array, clean_table

TYPES = [pa.string(), pa.large_string(), pa.string_view()]
PAGES = "".join(
    (Path(__file__).parents[2] / "docs" / f"{name}.md").read_text("utf-8") for name in ("integrations", "library")
)
BROKEN = b"\xff\xfe no UTF-8\nShare on Facebook"


@pytest.fixture
def broken(noisy: str) -> Any:
    """An array of three texts, of which the second is not UTF-8."""
    values = [noisy.encode(), BROKEN, noisy.encode()]
    ends = [sum(map(len, values[:count])) for count in range(4)]
    return pa.StringArray.from_buffers(3, pa.py_buffer(struct.pack("4i", *ends)), pa.py_buffer(b"".join(values)))


def test_column_of_polars_keeps_nulls(noisy: str, article: str) -> None:
    """The one expression that the documentation gives for a column of polars cleans it, and a missing text stays missing."""
    pl = pytest.importorskip("polars")
    frame = pl.DataFrame({"text": [noisy, None]})
    (code,) = set(re.findall(r"`(pl\.col.*?)`", PAGES))
    column = eval(code, {"pl": pl, "clean_array": clean_array})
    assert frame.with_columns(column)["text"].to_list() == [article, None]


@pytest.mark.parametrize("kind", TYPES, ids=str)
def test_array_keeps_nulls_and_type(kind: Any, noisy: str, article: str) -> None:
    """An array comes back with its type, nulls where nulls were, and the texts cleaned; a slice too."""
    array = pa.array([noisy, None, article, "", noisy], kind)
    cleaned = clean_array(array)
    assert cleaned.type == kind
    assert cleaned.to_pylist() == [article, None, article, "", article]
    assert clean_array(array.slice(1, 3)).to_pylist() == [None, article, ""]
    assert clean_array(array.slice(0, 0)).to_pylist() == []
    assert array.to_pylist()[0] == noisy


def test_chunks_are_kept(noisy: str, article: str) -> None:
    """A chunked array keeps its chunks, empty ones too."""
    cleaned = clean_array(pa.chunked_array([[noisy, None], [], [article]], pa.string()))
    assert [chunk.to_pylist() for chunk in cleaned.chunks] == [[article, None], [], [article]]
    assert clean_array(pa.chunked_array([], pa.string())).num_chunks == 0


@pytest.mark.parametrize("kind", TYPES, ids=str)
@pytest.mark.parametrize("make", [pa.table, pa.record_batch], ids=["table", "batch"])
def test_table_keeps_all_else(kind: Any, make: Any, noisy: str, article: str) -> None:
    """Schema, metadata, order and the other columns stay as they are, in a table and in a record batch."""
    schema = pa.schema(
        [
            pa.field("id", pa.int8()),
            pa.field("body", kind, nullable=False, metadata={"is": "text"}),
            pa.field("more", pa.list_(pa.float16())),
        ],
        metadata={"made": "by hand"},
    )
    columns = [pa.array([1, None], pa.int8()), pa.array([noisy, article], kind), pa.array([[], None], schema[2].type)]
    table = make(columns, schema=schema)
    cleaned = clean_table(table, "body")
    assert type(cleaned) is type(table)
    assert cleaned.schema.equals(schema, check_metadata=True)
    assert cleaned.column("body").to_pylist() == [article, article]
    assert cleaned.drop_columns("body").equals(table.drop_columns("body"))


def test_columns_apart(noisy: str, article: str, noise: str) -> None:
    """Removals, comments and flags go into named columns, null where the text is; the text can go into one as well."""
    texts = [noisy, None, noise, f"{article}\nGood news for once. ReplyDelete"]
    table = pa.table({"text": pa.chunked_array([texts[:2], texts[2:]])})
    names: dict[str, Any] = {"target": "article", "removed": "removed", "comments": "comments", "flags": "flags"}
    cleaned = clean_table(table, **names)
    assert cleaned.column_names == ["text", *names.values()]
    assert cleaned["text"].equals(table["text"])
    assert cleaned["article"].to_pylist() == [article, None, noise, article]
    removed = [removals and [one["kind"] for one in removals] for removals in cleaned["removed"].to_pylist()]
    assert removed[:3] == [["share-bar", "newsletter"], None, []]
    assert cleaned["comments"].to_pylist() == [[], None, [], ["Good news for once."]]
    assert cleaned["flags"].to_pylist() == [[], None, ["no-article-found"], []]
    assert all(column.num_chunks == 2 for column in cleaned.columns)


def test_schema_does_not_depend_on_the_rows(article: str, noisy: str) -> None:
    """Batches with and without rows, removals or flags have one schema, as engines want it."""
    names: dict[str, Any] = {"removed": "removed", "comments": "comments", "flags": "flags"}
    full, plain, empty = (
        clean_table(pa.table({"text": pa.array(texts, pa.string())}), **names) for texts in ([noisy], [article], [])
    )
    assert full.schema == plain.schema == empty.schema


def test_a_column_of_that_name_is_replaced(noisy: str) -> None:
    """A named column that the table has already is replaced in its place."""
    cleaned = clean_table(pa.table({"flags": [1], "text": [noisy]}), flags="flags")
    assert cleaned.column_names == ["flags", "text"]
    assert cleaned["flags"].to_pylist() == [[]]


def test_columns_tell_what_is_known(article: str) -> None:
    """The table's titles identify copies of headlines, even if chunked differently or null; a column of numbers is harmless."""
    title = "Old bridge stays open"
    page = f"{title}\n{article}\n{title}"
    table = pa.table(
        {
            "text": pa.chunked_array([[page], [page, page]]),
            "headline": pa.chunked_array([[title, None], [title]]),
            "lang": [1, 2, 3],
        }
    )
    cleaned = clean_table(table, title="headline", removed="removed")
    assert cleaned["text"].to_pylist()[0] == cleaned["text"].to_pylist()[2] == f"{title}\n{article}"
    assert cleaned["removed"].to_pylist()[0][0]["kind"] == "duplicate-headline"


def test_a_broken_text_is_passed_on(broken: Any, article: str, caplog: pytest.LogCaptureFixture) -> None:
    """A text that is not UTF-8 keeps its bytes, is flagged and counted in the log; the texts around it are cleaned."""
    with caplog.at_level(logging.WARNING):
        cleaned = clean_table(pa.table({"text": broken}), flags="flags")
    assert cleaned["text"].cast(pa.binary()).to_pylist() == [article.encode(), BROKEN, article.encode()]
    assert cleaned["flags"].to_pylist() == [[], ["not-cleaned"], []]
    assert caplog.messages == ["1 of 3 documents are not cleaned; the first: of type bytes, not a text"]


def test_configuration(noisy: str, article: str) -> None:
    """A configuration says what to keep."""
    config = CleanConfig(keep=frozenset({"share-bar"}))  # type: ignore[arg-type]
    assert clean_array(pa.array([noisy]), config=config).to_pylist() == [f"{article}\nShare on Facebook"]


def test_html(monkeypatch: pytest.MonkeyPatch) -> None:
    """With ``html`` the texts go to `Cleaner.clean_html`, with the addresses that the table has."""
    calls = []

    def clean_html(_: Cleaner, html: str, *, url: str | None = None, site: str | None = None) -> CleanResult:
        calls.append((html, url, site))
        return CleanResult("The article.")

    monkeypatch.setattr(Cleaner, "clean_html", clean_html, raising=False)
    table = pa.table({"page": ["<p>a", None], "url": ["http://a.example/", None]})
    cleaned = clean_table(table, "page", target="text", html=True)
    assert cleaned["text"].to_pylist() == ["The article.", None]
    assert calls == [("<p>a", "http://a.example/", None)]
    monkeypatch.delattr(Cleaner, "clean_html")
    with pytest.raises(ConfigError, match="extract the text first"):
        clean_table(table, "page", html=True)


@pytest.mark.parametrize(
    ("table", "message"),
    [
        (pa.table({"body": ["a"]}), "column: 'text' is not in the table; use one of: body"),
        (pa.table({"text": [1]}), "column 'text': holds int64, not texts; cast it to string"),
    ],
)
def test_wrong_columns_are_refused(table: Any, message: str) -> None:
    """A column that is missing or does not contain texts is an error that names it."""
    with pytest.raises(ConfigError, match=message):
        clean_table(table)
