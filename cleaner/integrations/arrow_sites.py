"""Learns what sites repeat from Arrow tables: a map and a merge, which engines run as a distributed group-by.

    learned = learn_table(pages)            # on each batch: a row a page, with its site
    merged = merge_sites(learned)           # on all rows of a site, or on any rows together, as often as wanted
    write_sites(merged, "sites.sqlite")     # once, for CleanConfig(sites="sites.sqlite")

Neither order nor division into batches changes what is learned, and rows that come twice count once. The rows contain
the lines of pages, those of articles among them; what is written has the texts of repeated lines only.
"""

from __future__ import annotations

import logging
import struct
from collections import defaultdict
from collections.abc import Iterable, Iterator
from pathlib import Path
from typing import Any

import numpy as np

from cleaner.errors import ConfigError, MissingExtraError
from cleaner.integrations.learning import Learned, learn_safely
from cleaner.sites.memory import SiteMemory
from cleaner.sites.pages import LearnedPage, merge_pages
from cleaner.sites.store import SiteStore

try:
    import pyarrow as pa
except ModuleNotFoundError as error:
    raise MissingExtraError("pyarrow", "arrow") from error

from cleaner.integrations.arrow import known_values, text_column, text_values

__all__ = [
    "SCHEMA",
    "HeldPages",
    "learn_batches",
    "learn_table",
    "memory_of",
    "merge_sites",
    "write_sites",
]

logger = logging.getLogger(__name__)

# A learned page: its site; its key, its version and its lines as bytes; and the texts of these lines.
SCHEMA = pa.schema([("site", pa.string()), ("page", pa.binary()), ("texts", pa.list_(pa.string()))])
# How many documents are learned before their rows are put into a table (set by hand).
TOGETHER = 256
# How many bytes of learned pages are held before they are merged and passed on (set by hand).
HELD_BYTES = 0x2000000
_HEAD = struct.Struct("<QQ")


def learn_table(
    table: Any, column: str = "text", *, html: bool = False, url: str = "url", site: str | None = None
) -> Any:
    """A table of the pages learned from the texts of a table or record batch: columns ``site``, ``page`` and ``texts``.

    ``html``: the texts are HTML pages. ``url``: the column with the addresses, which tell pages apart and whose hosts are the sites. ``site``: a column with
    the sites, if they have other names. Rows without a text or a site are left out, and so are those that fail, which
    are counted in the log. Of each site only the pages that `merge_sites` keeps are returned.
    Raises `ConfigError` if there is no such column of texts or of sites.

    >>> learned = learn_table(pa.table({"text": ["Der Rat tagt.", None], "url": ["https://rat.example/1", None]}))
    >>> learned["site"].to_pylist(), learned["texts"].to_pylist()
    (['rat.example'], [['der rat tagt.']])
    """
    texts = text_column(table, column)
    known = known_values(table, site, url=url)
    documents = (
        {"text": text} | {name: values[row] for name, values in known.items()}
        for row, text in enumerate(text_values(texts))
        if text is not None
    )
    held = HeldPages()
    full = []
    failed = []
    for document in documents:
        learned = learn_safely(document, html=html)
        if learned.error is not None:
            failed.append(learned.error)
        if (merged := held.learn(learned)) is not None:
            full.append(merged)
    if failed:
        count = len(texts) - texts.null_count
        logger.warning("%d of %d documents are not learned; the first: %s", len(failed), count, failed[0])
    return pa.concat_tables([*full, held.rest()])


def learn_batches(
    batches: Iterable[Any], column: str = "text", *, html: bool = False, url: str = "url", site: str | None = None
) -> Iterator[Any]:
    """Record batches of the pages learned from record batches, for engines that pass an iterator; see `learn_table`.

    The pages of a site are merged as they come, so that what is passed on is far smaller where sites have many pages.

    >>> batch = pa.record_batch({"text": ["Der Rat tagt."], "url": ["https://rat.example/1"]})
    >>> [learned.num_rows for learned in learn_batches([batch, batch])]
    [1]
    """
    held = HeldPages()
    for batch in batches:
        merged = held.add(learn_table(batch, column, html=html, url=url, site=site))
        if merged is not None:
            yield from merged.to_batches()
    yield from held.rest().to_batches()


def merge_sites(table: Any) -> Any:
    """The rows of a table or record batch of learned pages that are kept: each page once, and of each site so many.

    Associative, commutative and idempotent: it may be applied to the rows of one site or of several, to all of them or
    to parts that are merged again, any number of times. Other columns stay. Raises `ConfigError` if these are not
    learned pages.

    >>> learned = learn_table(pa.table({"text": ["Der Rat tagt."], "url": ["https://rat.example/1"]}))
    >>> merge_sites(pa.concat_tables([learned, learned])).equals(learned)
    True
    """
    _require_learned(table)
    data = table.column("page").to_pylist()
    keeps = np.zeros(table.num_rows, dtype=bool)
    for rows in _rows_by_site(table).values():
        keeps[_kept(rows, data)] = True
    return table.filter(pa.array(keeps))


def write_sites(learned: Any, path: Path | str) -> None:
    """Add learned pages to the file of a site memory, which is created if there is none and keeps what it has.

    ``learned``: a table or record batch of learned pages, or any number of them, which need not be merged. Raises
    `ConfigError` if these are not learned pages, and `SitesError` if the file cannot be written.
    """
    with SiteStore(Path(path), "write") as store:
        held = HeldPages()
        for table in _tables(learned):
            merged = held.add(table)
            if merged is not None:
                store.update_all(_by_site(merged))
        store.update_all(_by_site(held.rest()))


def memory_of(learned: Any) -> SiteMemory:
    """A site memory of learned pages: a table or record batch of them, or any number of them.

    Raises `ConfigError` if these are not learned pages.

    >>> memory = memory_of(learn_table(pa.table({"text": ["Der Rat tagt."], "url": ["https://rat.example/1"]})))
    >>> memory.sites(), memory.page_count("rat.example")
    (['rat.example'], 1)
    """
    memory = SiteMemory()
    for table in _tables(learned):
        for site, pages, texts in _by_site(table):
            for page in pages:
                memory.add(site, page, {line: texts[line] for line in page.exact.tolist()})
    return memory


class HeldPages:
    """Learned pages, merged as they come, so that not many more than HELD_BYTES of them are in memory."""

    def __init__(self) -> None:
        self._waiting: list[Learned] = []
        self._tables: list[Any] = []
        self._size = 0

    def learn(self, learned: Learned) -> Any | None:
        """Take what was learned of a document; what `add` returns."""
        if learned.page is not None:
            self._waiting.append(learned)
        if len(self._waiting) < TOGETHER:
            return None
        table, self._waiting = _rows(self._waiting), []
        return self.add(table)

    def add(self, table: Any) -> Any | None:
        """Take a table of learned pages; a table of merged ones to pass on if they are too many to hold, None otherwise."""
        self._hold(table)
        if self._size <= HELD_BYTES:
            return None
        merged = self.rest()
        if merged.nbytes > HELD_BYTES // 2:
            return merged
        self._hold(merged)
        return None

    def rest(self) -> Any:
        """The pages that are held, merged; none is held then."""
        tables = [*self._tables, _rows(self._waiting)] if self._waiting or not self._tables else self._tables
        self._waiting, self._tables, self._size = [], [], 0
        return merge_sites(pa.concat_tables(tables))

    def _hold(self, table: Any) -> None:
        self._tables.append(table)
        self._size += table.nbytes


def _rows(learned: Iterable[Learned]) -> Any:
    """A table of what was learned of documents."""
    rows = [
        {
            "site": one.site,
            "page": _HEAD.pack(one.page.key, one.page.version) + one.page.to_bytes(),
            "texts": [one.texts[line] for line in one.page.exact.tolist()],
        }
        for one in learned
        if one.page is not None
    ]
    return pa.Table.from_pylist(rows, SCHEMA)


def _tables(learned: Any) -> Iterator[Any]:
    """Tables of learned pages with the columns of `SCHEMA` alone, from one table or batch, or from several."""
    for table in [learned] if hasattr(learned, "column_names") else learned:
        _require_learned(table)
        whole = table if isinstance(table, pa.Table) else pa.Table.from_batches([table])
        yield whole.select(SCHEMA.names).cast(SCHEMA)


def _by_site(table: Any) -> Iterator[tuple[str, list[LearnedPage], dict[int, str]]]:
    """The pages of each site in a table, and the texts of their lines by their hashes; one site at a time is in memory."""
    data, texts = table.column("page").to_pylist(), table.column("texts")
    for site, rows in _rows_by_site(table).items():
        pages = [_page(data[row]) for row in rows]
        lines: dict[int, str] = {}
        for row, page in zip(rows, pages, strict=True):
            try:
                lines.update(zip(page.exact.tolist(), texts[row].as_py(), strict=True))
            except (TypeError, ValueError):
                raise ConfigError("texts: are not those of the pages; learn them again") from None
        yield site, pages, lines


def _rows_by_site(table: Any) -> dict[str, list[int]]:
    """The numbers of the rows of each site."""
    found: dict[str, list[int]] = defaultdict(list)
    for row, site in enumerate(table.column("site").to_pylist()):
        if not isinstance(site, str):
            raise ConfigError("site: is missing in a row of learned pages; make it with learn_table")
        found[site].append(row)
    return found


def _kept(rows: list[int], data: list[bytes]) -> list[int]:
    """The rows of a site that are kept; ``data``: the pages of all rows as bytes, of which a few are read at a time."""
    kept: list[tuple[LearnedPage, int]] = []
    for start in range(0, len(rows), TOGETHER):
        kept += [(_page(data[row]), row) for row in rows[start : start + TOGETHER]]
        chosen = set(map(id, merge_pages(page for page, _ in kept)))
        kept = [(page, row) for page, row in kept if id(page) in chosen]
    return [row for _, row in kept]


def _page(data: bytes) -> LearnedPage:
    """A page from the bytes of its row."""
    try:
        key, version = _HEAD.unpack_from(data)
        return LearnedPage.from_bytes(key, version, data[_HEAD.size :])
    except (TypeError, ValueError, struct.error):
        raise ConfigError("page: holds what is no learned page; make it with learn_table") from None


def _require_learned(table: Any) -> None:
    missing = [name for name in SCHEMA.names if name not in table.column_names]
    if missing:
        raise ConfigError(f"table: has no column {missing[0]!r} of learned pages; make it with learn_table")
