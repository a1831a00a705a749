"""A site memory: what the sites of a corpus repeat, learned page by page, in memory or in a file."""

from __future__ import annotations

import os
from collections import OrderedDict
from collections.abc import Iterable, Mapping
from pathlib import Path
from threading import RLock
from typing import Any

from cleaner.documents import known_name, require_text
from cleaner.errors import SitesError
from cleaner.sites.addresses import site_of
from cleaner.sites.knowledge import SiteKnowledge
from cleaner.sites.pages import LearnedPage, learn_text, merge_pages, repeated_lines, texts_of
from cleaner.sites.store import SiteStore

__all__ = ["SiteMemory"]

# Sites are kept ready for cleaning until they have so many pages together, of 5 kB each; what they repeat takes as much
# as some pages more (both set by hand).
KEPT_PAGES, PAGES_OF_A_SITE = 16_384, 8
# What is known about a site is worked out again when it has learned this share of its pages since (set by hand).
RENEW_SHARE = 1 / 16


class SiteMemory:
    """What sites repeat, learned from their pages.

    ``path``: a file written by ``cleaner sites learn`` or `save`; without one the memory begins empty. What is observed
    later is held in memory until `save`. Of each site at most `PAGES_PER_SITE` pages are kept, chosen by their hashes,
    so neither the order of pages nor a page observed twice changes anything. Texts of articles are not kept, only
    hashes of their lines. Safe to share between threads; pickles with what was observed.
    Raises `SitesError` where the file cannot be read.

    >>> memory = SiteMemory()
    >>> for day in range(9):
    ...     _ = memory.observe(
    ...         f"Le texte du {day}.\\nLa Gazette, le journal du lac", url=f"https://gazette.example/{day}"
    ...     )
    >>> memory.sites(), memory.page_count("gazette.example")
    (['gazette.example'], 9)
    """

    def __init__(self, path: Path | str | None = None) -> None:
        self.path = None if path is None else Path(path)
        self._lock = RLock()
        self._store = None if self.path is None else SiteStore(self.path, "read")
        self._process = os.getpid()
        self._is_closed = False
        # The files of processes that this one was forked from: SQLite must neither use them here nor close them.
        self._inherited: list[SiteStore] = []
        self._changes = 0 if self._store is None else self._store.changes()
        self._observed: dict[str, list[LearnedPage]] = {}
        self._texts: dict[str, dict[int, str]] = {}
        self._known: OrderedDict[str, tuple[int, SiteKnowledge]] = OrderedDict()
        # How many pages each site has learned since the memory was made.
        self._counts: dict[str, int] = {}

    def __reduce__(self) -> tuple[Any, ...]:
        with self._lock:
            observed = {
                site: ([(page.key, page.version, page.to_bytes()) for page in pages], dict(self._texts.get(site, {})))
                for site, pages in self._observed.items()
            }
        return _rebuild, (self.path, observed)

    def observe(self, text: str, *, url: str | None = None, site: str | None = None) -> bool:
        """Learn a text; whether it was learned: it has to belong to a site, and to have a line that can be compared.

        Without ``site`` that of the url is taken. Raises `TypeError` where one of these is no string, and `SitesError`
        where the memory was closed.
        """
        text = require_text(text)
        url, site = known_name(url, "url"), known_name(site, "site")
        name = site_of(url, site)
        if name is None:
            return False
        return self.add(name, *learn_text(text, url))

    def add(self, site: str, page: LearnedPage, texts: Mapping[int, str]) -> bool:
        """Learn a page of a site; whether it has a line. ``texts``: its lines by their hashes."""
        with self._lock:
            self._require_open()
            if not page.exact.size:
                return False
            pages = self._observed.get(site, [])
            kept = merge_pages([*pages, page])
            self._observed[site] = kept
            self._counts[site] = self._counts.get(site, 0) + 1
            waiting = self._texts.setdefault(site, {})
            waiting.update(texts)
            if len(kept) > 1 and len(kept) % 8 == 0:
                self._texts[site] = texts_of(kept, waiting)
            return True

    def sites(self) -> list[str]:
        """The names of all sites, in order."""
        with self._lock:
            store = self._file()
            stored = [] if store is None else store.sites()
            return sorted({*stored, *self._observed})

    def pages(self, site: str) -> list[LearnedPage]:
        """The pages of a site that are kept."""
        with self._lock:
            store = self._file()
            stored = [] if store is None else store.pages(site)
            return merge_pages([*stored, *self._observed.get(site, [])])

    def page_count(self, site: str) -> int:
        """How many pages of a site are kept."""
        return len(self.pages(site))

    def texts(self, site: str) -> dict[int, str]:
        """The folded texts of the lines that a site repeats, by their hashes."""
        with self._lock:
            store = self._file()
            stored = {} if store is None else store.texts(site)
            repeated = repeated_lines(self.pages(site))
            own = {line: text for line, text in self._texts.get(site, {}).items() if line in repeated}
            return stored | own

    def knowledge(self, site: str) -> SiteKnowledge | None:
        """What is known about a site; None if no page of it was learned."""
        with self._lock:
            store = self._file()
            if store is not None and store.changes() != self._changes:
                self._changes = store.changes()
                self._known.clear()
            count = self._counts.get(site, 0)
            if site in self._known:
                seen, known = self._known[site]
                if count - seen <= RENEW_SHARE * known.size:
                    self._known.move_to_end(site)
                    return known
            pages = self.pages(site)
            if not pages:
                return None
            known = SiteKnowledge(pages)
            self._known.pop(site, None)
            self._known[site] = count, known
            kept = sum(one.size + PAGES_OF_A_SITE for _, one in self._known.values())
            while kept > KEPT_PAGES and len(self._known) > 1:
                kept -= self._known.popitem(last=False)[1][1].size + PAGES_OF_A_SITE
            return known

    def save(self, path: Path | str | None = None) -> None:
        """Add what was observed to a file, its own by default, which keeps what it has; raises `SitesError` if that fails.

        What its own file has then is no longer held in memory.
        """
        target = self.path if path is None else Path(path)
        if target is None:
            raise ValueError("the memory has no file; give the path to save it to")
        is_own = self.path is not None and target.resolve() == self.path.resolve()
        with self._lock, SiteStore(target, "write") as store:
            if is_own:
                store.update_all((site, pages, self._texts.get(site, {})) for site, pages in self._observed.items())
                self._observed.clear()
                self._texts.clear()
            else:
                store.update_all(
                    (site, self.pages(site), {**self._texts.get(site, {}), **self.texts(site)}) for site in self.sites()
                )

    def _file(self) -> SiteStore | None:
        """The open file, if there is one; a process that was forked opens it for itself."""
        self._require_open()
        if self._store is not None and self._process != os.getpid():
            self._inherited.append(self._store)
            self._store, self._process = SiteStore(self._store.path, "read"), os.getpid()
            self._changes = self._store.changes()
            self._known.clear()
        return self._store

    def close(self) -> None:
        """Close the file, if there is one. What was observed can still be saved into it; the memory says nothing more."""
        self._is_closed = self._store is not None
        if self._store is not None and self._process == os.getpid():
            self._store.close()

    def _require_open(self) -> None:
        if self._is_closed:
            raise SitesError(str(self.path), "this memory was closed; open the file again with SiteMemory(path)")


def _rebuild(
    path: Path | None, observed: Mapping[str, tuple[Iterable[tuple[int, int, bytes]], dict[int, str]]]
) -> SiteMemory:
    memory = SiteMemory(path)
    for site, (pages, texts) in observed.items():
        for key, version, data in pages:
            memory.add(site, LearnedPage.from_bytes(key, version, data), texts)
    return memory
