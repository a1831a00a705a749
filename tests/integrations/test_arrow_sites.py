"""What sites repeat, learned from Arrow tables: in any division and order the same as by one memory."""

from __future__ import annotations

import logging
import random
import struct
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

pytest.importorskip("pyarrow", reason="needs the extra 'arrow'")

import pyarrow as pa

from cleaner import CleanConfig, ConfigError, SiteMemory
from cleaner.errors import SitesError
from cleaner.integrations import arrow_sites
from cleaner.integrations.arrow import clean_table
from cleaner.integrations.arrow_sites import (
    SCHEMA,
    learn_batches,
    learn_table,
    memory_of,
    merge_sites,
    write_sites,
)

Told = Callable[[SiteMemory], dict[str, Any]]
Pages = list[dict[str, str]]


@pytest.fixture(scope="module")
def table(site_pages: Pages) -> Any:
    """The pages of three sites as a table."""
    return pa.Table.from_pylist(site_pages)


def parts(table: Any, seed: int) -> list[Any]:
    """The rows of a table in another order, divided at random, some of them twice."""
    dice = random.Random(seed)
    rows = [*range(table.num_rows), *dice.sample(range(table.num_rows), 5)]
    dice.shuffle(rows)
    cuts = sorted(dice.sample(range(1, len(rows)), 4))
    return [table.take(rows[start:end]) for start, end in zip([0, *cuts], [*cuts, len(rows)], strict=True)]


def merged_in_steps(tables: list[Any]) -> Any:
    """Tables merged as a tree: each part alone, then two by two."""
    tables = [merge_sites(table) for table in tables]
    while len(tables) > 1:
        tables = [merge_sites(pa.concat_tables(tables[place : place + 2])) for place in range(0, len(tables), 2)]
    return tables[0]


@pytest.mark.parametrize("kept", [256, 4])
@pytest.mark.parametrize("seed", range(3))
def test_a_group_by_learns_what_one_memory_learns(
    table: Any, site_pages: Pages, told: Told, seed: int, kept: int, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Learned in parts, in any order, with rows that come twice, and merged in steps: the pages and texts of one memory.

    So too where a site has more pages than are kept.
    """
    monkeypatch.setattr("cleaner.sites.pages.PAGES_PER_SITE", kept)
    memory = SiteMemory()
    for page in site_pages:
        memory.observe(page["text"], url=page["url"])
    assert memory.page_count("gazette.example") == min(kept, 10)
    merged = merged_in_steps([learn_table(part) for part in parts(table, seed)])
    assert merged.num_rows == 3 * min(kept, 10)
    assert told(memory_of(merged)) == told(memory)
    assert merge_sites(merged).equals(merged)


def test_parts_may_be_written_without_merging(table: Any, told: Told, site_memory: SiteMemory, tmp_path: Path) -> None:
    """Any number of tables, in any order and again, make the file that one memory saves."""
    learned = [learn_table(part) for part in parts(table, 7)]
    for _ in range(2):
        write_sites(iter(learned), tmp_path / "sites.sqlite")
    read = SiteMemory(tmp_path / "sites.sqlite")
    assert told(read) == told(site_memory)
    assert "our kitchen table, every thursday at six" in read.texts("lantern.example").values()


@pytest.mark.parametrize("held", [0, 40_000])
def test_what_is_held_is_bounded(
    table: Any, told: Told, site_memory: SiteMemory, held: int, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Batches are merged while they come; what grows beyond the bound is passed on, and nothing is lost or differs."""
    monkeypatch.setattr(arrow_sites, "HELD_BYTES", held)
    batches = table.to_batches(max_chunksize=4) * 3
    assert 3 * learn_table(table).nbytes > 40_000
    learned = list(learn_batches(iter(batches)))
    assert all(type(batch) is pa.RecordBatch and batch.schema == SCHEMA for batch in learned)
    # Without room every batch is passed on; with some, the pages that come again are merged with those that are held.
    assert sum(batch.num_rows for batch in learned) == (90 if held == 0 else 30)
    write_sites(learned, tmp_path / "sites.sqlite")
    assert told(SiteMemory(tmp_path / "sites.sqlite")) == told(site_memory)


def test_pages_that_cannot_be_learned_are_left_out(caplog: pytest.LogCaptureFixture) -> None:
    """A missing text or site leaves a row out; a text that is not UTF-8 is counted in the log."""
    values = [b"On Monday it rained.", b"\xff\xfe no UTF-8", b"On Tuesday too.", b"On Friday, snow."]
    ends = [sum(map(len, values[:count])) for count in range(5)]
    broken = pa.StringArray.from_buffers(4, pa.py_buffer(struct.pack("5i", *ends)), pa.py_buffer(b"".join(values)))
    texts = pa.chunked_array([broken, pa.array([None], pa.string())])
    urls = ["https://a.example/1", "https://a.example/2", None, "no address", "https://a.example/3"]
    with caplog.at_level(logging.WARNING):
        learned = learn_table(pa.table({"text": texts, "url": urls}))
    assert learned["texts"].to_pylist() == [["on monday it rained."]]
    assert caplog.messages == ["1 of 4 documents are not learned; the first: of type bytes, not a text"]
    assert learn_table(pa.table({"text": pa.array([], pa.string())})).equals(SCHEMA.empty_table())
    assert list(learn_batches(iter([]))) == []


def test_sites_may_have_names(table: Any) -> None:
    """A named column has the sites; a missing value leaves it to the address, as for cleaning."""
    named = table.append_column("paper", pa.array(["The Courier", None, " "] * 10, pa.string()))
    learned = learn_table(named, site="paper")
    assert sorted(set(learned["site"].to_pylist())) == ["The Courier", "gazette.example"]
    with pytest.raises(ConfigError, match="site: 'host' is not in the table; use one of: url, text"):
        learn_table(table, site="host")
    with pytest.raises(ConfigError, match="column: 'body' is not in the table"):
        learn_table(table, "body")


def test_pages_of_html(site_pages: Pages, site_articles: Pages, tmp_path: Path) -> None:
    """Pages of HTML are learned with the elements of their lines, in batches too, and cleaned with what was learned."""
    pages = [
        {"url": page["url"], "text": "".join(f"<p>{line}</p>" for line in page["text"].splitlines())}
        for page in site_pages
    ]
    table = pa.Table.from_pylist(pages)
    write_sites(learn_batches(table.to_batches(max_chunksize=7), html=True), tmp_path / "sites.sqlite")
    memory = SiteMemory(tmp_path / "sites.sqlite")
    assert all(page.paths.any() for page in memory.pages("lantern.example"))
    cleaned = clean_table(table, html=True, config=CleanConfig(sites=tmp_path / "sites.sqlite"))
    assert cleaned["text"].to_pylist() == [page["text"] for page in site_articles]
    assert memory.page_count("lantern.example") == 10


def test_types_and_columns_of_engines_are_kept(table: Any, told: Told, site_memory: SiteMemory) -> None:
    """Engines pass columns of large types and columns of their own: merging keeps them, and memories read them."""
    large = pa.schema(
        [
            ("part", pa.int8()),
            ("site", pa.large_string()),
            ("page", pa.large_binary()),
            ("texts", pa.large_list(pa.large_string())),
        ]
    )
    learned = learn_table(table)
    twice = pa.concat_tables([learned, learned])
    rows = twice.add_column(0, "part", pa.array([1] * twice.num_rows, pa.int8())).cast(large)
    merged = merge_sites(rows)
    assert merged.schema == large
    assert merged.num_rows == 30
    assert told(memory_of(merged)) == told(site_memory)
    (batch,) = merged.combine_chunks().to_batches()
    assert told(memory_of(batch)) == told(site_memory)
    assert merge_sites(batch).num_rows == 30


@pytest.mark.parametrize(
    ("rows", "message"),
    [
        ({"site": ["a"], "page": [b""]}, "has no column 'texts' of learned pages; make it with learn_table"),
        ({"site": ["a"], "page": [b"short"], "texts": [[]]}, "page: holds what is no learned page"),
        ({"site": ["a"], "page": [bytes(40)], "texts": [[]]}, "page: holds what is no learned page"),
        ({"site": ["a"], "page": [None], "texts": [[]]}, "page: holds what is no learned page"),
        ({"site": [None], "page": [bytes(16) + b"\x01\0\0\0\0"], "texts": [[]]}, "site: is missing in a row"),
    ],
)
def test_what_was_not_learned_is_refused(
    rows: dict[str, Any], message: str, table: Any, tmp_path: Path, told: Told
) -> None:
    """A table that does not hold learned pages is an error that says so, and a file that exists keeps what it has."""
    schema = pa.schema([field for field in SCHEMA if field.name in rows])
    write_sites(learn_table(table), tmp_path / "sites.sqlite")
    before = told(SiteMemory(tmp_path / "sites.sqlite"))
    with pytest.raises(ConfigError, match=message):
        write_sites(pa.table(rows, schema), tmp_path / "sites.sqlite")
    assert before
    assert told(SiteMemory(tmp_path / "sites.sqlite")) == before


def test_texts_that_are_not_of_the_page_are_refused(table: Any) -> None:
    """Texts whose number is not that of the page's lines would be shown for other lines, so they are an error."""
    learned = learn_table(table)
    fewer = learned.set_column(
        2, SCHEMA.field("texts"), pa.array([["one"]] * learned.num_rows, SCHEMA.field("texts").type)
    )
    with pytest.raises(ConfigError, match="texts: are not those of the pages; learn them again"):
        memory_of(fewer)


def test_a_foreign_file_is_not_written_to(table: Any, tmp_path: Path) -> None:
    """A file that is no site memory stays as it is."""
    path = tmp_path / "notes.txt"
    path.write_text("my notes, nothing else")
    with pytest.raises(SitesError, match="is no site memory; give another file"):
        write_sites(learn_table(table), path)
    assert path.read_text() == "my notes, nothing else"


@pytest.mark.parametrize("by_name", [False, True])
def test_cleaning_with_what_was_learned(table: Any, site_articles: Pages, tmp_path: Path, by_name: bool) -> None:
    """Tables are cleaned with the file that tables were learned into, by address or by the name of the site."""
    site = "paper" if by_name else None
    if by_name:
        table = table.append_column("paper", pa.array(["courier", "gazette", "lantern"] * 10)).drop_columns("url")
    write_sites(learn_table(table, site=site), tmp_path / "sites.sqlite")
    cleaned = clean_table(table, site=site, removed="removed", config=CleanConfig(sites=tmp_path / "sites.sqlite"))
    assert cleaned["text"].to_pylist() == [page["text"] for page in site_articles]
    assert {len(removals) for removals in cleaned["removed"].to_pylist()} <= {1, 2}
    assert clean_table(table, site=site)["text"].equals(table["text"])
