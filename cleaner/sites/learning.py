"""Many pages -> the file of a site memory, in bounded memory: pages wait until there are enough of them to write.

The file holds the same whatever the order of the pages, and however often a run was stopped and begun again.
"""

from __future__ import annotations

from array import array
from bisect import bisect_left
from collections import OrderedDict
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import Final, Self

from cleaner.sites.pages import PAGES_PER_SITE, LearnedPage, merge_pages, texts_of
from cleaner.sites.store import SiteStore

__all__ = ["BUDGET", "Learner", "WantedPages"]

# Pages that wait may take so many bytes.
BUDGET: Final = 32 << 20
# What an object takes beside its contents: a page with its arrays, and a text with its hash.
_PAGE_BYTES, _LINE_BYTES, _TEXT_BYTES = 900, 33, 120
# Of how many sites it is known which pages are wanted; each takes two kilobytes (set by hand).
KEPT_SITES: Final = 4096


@dataclass(slots=True)
class _Waiting:
    """The pages of a site that wait to be written, and their lines by their hashes."""

    pages: list[LearnedPage] = field(default_factory=list)
    texts: dict[int, str] = field(default_factory=dict)


class Learner:
    """Writes pages into a site memory, many at a time, each time in one transaction.

    ``budget``: how many bytes of pages may wait. Used in a ``with`` statement, what waits is written at its end, but not
    after an error.
    """

    def __init__(self, store: SiteStore, budget: int = BUDGET) -> None:
        self._store = store
        self._budget = budget
        self._waiting: dict[str, _Waiting] = {}
        self._size = 0

    def __enter__(self) -> Self:
        return self

    def __exit__(self, kind: type[BaseException] | None, *_: object) -> None:
        if kind is None:
            self.flush()

    def learn(self, site: str, pages: Iterable[LearnedPage], texts: Mapping[int, str]) -> None:
        """Learn pages of a site; ``texts``: their lines by their hashes. Raises `SitesError` where they cannot be written."""
        waiting = self._waiting.setdefault(site, _Waiting())
        for page in pages:
            waiting.pages.append(page)
            self._size += _page_size(page)
        for line in texts.keys() - waiting.texts.keys():
            waiting.texts[line] = texts[line]
            self._size += _text_size(texts[line])
        if len(waiting.pages) > 2 * PAGES_PER_SITE:
            self._thin_out(waiting)
        if self._size > self._budget:
            self.flush()

    def flush(self) -> None:
        """Write what waits."""
        waiting, self._waiting, self._size = self._waiting, {}, 0
        if waiting:
            self._store.update_all((site, one.pages, one.texts) for site, one in sorted(waiting.items()))

    def _thin_out(self, waiting: _Waiting) -> None:
        """Drop the pages of a site that will not be kept."""
        self._size -= _size_of(waiting)
        waiting.pages = merge_pages(waiting.pages)
        waiting.texts = texts_of(waiting.pages, waiting.texts)
        self._size += _size_of(waiting)


class WantedPages:
    """Knows which pages of a site will not be kept, so that they need not be read into lines.

    ``path``: a site memory that has pages already.
    """

    def __init__(self, path: Path | None = None) -> None:
        self._path = path
        self._keys: OrderedDict[str, array[int]] = OrderedDict()

    def is_wanted(self, site: str, key: int) -> bool:
        """Whether a page may be one of those that are kept; it then counts as one of them."""
        keys = self._keys.pop(site, None)
        if keys is None:
            keys = array("Q", self._stored(site))
        self._keys[site] = keys
        if len(self._keys) > KEPT_SITES:
            self._keys.popitem(last=False)
        at = bisect_left(keys, key)
        if at == PAGES_PER_SITE:
            return False
        if at == len(keys) or keys[at] != key:
            keys.insert(at, key)
            del keys[PAGES_PER_SITE:]
        return True

    def _stored(self, site: str) -> list[int]:
        if self._path is None:
            return []
        with SiteStore(self._path, "read") as store:
            return sorted(store.keys(site))


def _page_size(page: LearnedPage) -> int:
    return _PAGE_BYTES + _LINE_BYTES * page.exact.size


def _text_size(text: str) -> int:
    return _TEXT_BYTES + len(text) * (1 if text.isascii() else 2)


def _size_of(waiting: _Waiting) -> int:
    return sum(map(_page_size, waiting.pages)) + sum(map(_text_size, waiting.texts.values()))
