"""An item pipeline for Scrapy that removes the noise from the text fields of each item.

    ITEM_PIPELINES = {"cleaner.integrations.scrapy.CleanerPipeline": 300}

| setting | default | meaning |
|---|---|---|
| ``CLEANER_ENABLED`` | true | Whether the pipeline runs. |
| ``CLEANER_FIELDS`` | ``text`` | Fields to clean; as a dict ``{"body": "article"}`` the second field gets the article. |
| ``CLEANER_HTML_FIELDS`` | none | The same for fields with HTML pages. |
| ``CLEANER_TITLE_FIELD``, ``CLEANER_LANG_FIELD``, ``CLEANER_URL_FIELD`` | ``title``, ``lang``, ``url`` | What is known. |
| ``CLEANER_SITE_FIELD`` | none | Field with the site, if it is not the host of the address. |
| ``CLEANER_SITES`` | none | File of a site memory: what sites repeat is removed. |
| ``CLEANER_LEARN_SITES`` | false | Learn each item before it is cleaned: its texts, else its HTML; the file is made if need be. |
| ``CLEANER_SITES_EVERY`` | 1000 | After how many learned items the file is saved, which is done at the end, too. |
| ``CLEANER_REMOVED_FIELD`` | none | Field for what was removed: dicts of field, start, end, kind, score and text. |
| ``CLEANER_COMMENTS_FIELD`` | none | Field for the reader comments that were removed. |
| ``CLEANER_FLAGS_FIELD`` | none | Field for flags, including ``not-cleaned``. |
| ``CLEANER_DROP_EMPTY`` | false | Drop items without an article in any of the fields. |
| ``CLEANER_CONFIG`` | none | Fields of `CleanConfig`, as a dict. |

Statistics: ``cleaner/items``, ``cleaner/removed_lines``, ``cleaner/removed_lines/<kind>``, ``cleaner/empty_items``,
``cleaner/failed_items``, ``cleaner/learned_items``.
"""

from __future__ import annotations

import json
import logging
from collections.abc import Iterable, Mapping
from pathlib import Path
from typing import TYPE_CHECKING, Any, Self

from cleaner.api import Cleaner
from cleaner.config import CleanConfig
from cleaner.errors import ConfigError, MissingExtraError, SitesError
from cleaner.integrations.learning import learn_safely
from cleaner.integrations.outcomes import NOT_CLEANED, Outcome, clean_documents, require_html, shared_cleaner
from cleaner.sites.memory import SiteMemory
from cleaner.sites.store import SiteStore

try:
    from itemadapter import ItemAdapter
    from scrapy.exceptions import DropItem, NotConfigured
except ModuleNotFoundError as error:
    raise MissingExtraError("scrapy", "scrapy") from error

if TYPE_CHECKING:
    from scrapy.crawler import Crawler
    from scrapy.settings import BaseSettings

__all__ = ["CleanerPipeline"]

logger = logging.getLogger(__name__)

_STORED = {
    "removed": "CLEANER_REMOVED_FIELD",
    "comments": "CLEANER_COMMENTS_FIELD",
    "flags": "CLEANER_FLAGS_FIELD",
}


class CleanerPipeline:
    """Cleans the configured fields of every item, whatever its type; see the module for the settings.

    Raises `ConfigError` for a wrong setting, before the crawl begins.
    """

    def __init__(self, crawler: Crawler) -> None:
        settings = crawler.settings
        self._stats = crawler.stats
        self._fields = [(source, target, False) for source, target in _fields(settings, "CLEANER_FIELDS", ["text"])]
        self._fields += [(source, target, True) for source, target in _fields(settings, "CLEANER_HTML_FIELDS", [])]
        if any(html for _, _, html in self._fields):
            require_html()
        self._known = {
            name: settings.get(f"CLEANER_{name.upper()}_FIELD", name) or None for name in ("title", "lang", "url")
        }
        self._known["site"] = settings.get("CLEANER_SITE_FIELD")
        self._stored = {name: field for name, setting in _STORED.items() if (field := settings.get(setting))}
        self._drop_empty = settings.getbool("CLEANER_DROP_EMPTY")
        config = CleanConfig().replace(**settings.getdict("CLEANER_CONFIG"))
        memory = _site_memory(settings)
        self._cleaner = shared_cleaner(config) if memory is None else Cleaner(config, sites=memory)
        self._learner = None
        if memory is not None and settings.getbool("CLEANER_LEARN_SITES"):
            self._learner = _Learner(memory, _positive(settings, "CLEANER_SITES_EVERY", 1000))

    @classmethod
    def from_crawler(cls, crawler: Crawler) -> Self:
        """The pipeline of a crawl; raises `scrapy.exceptions.NotConfigured` if its settings switch it off."""
        if not crawler.settings.getbool("CLEANER_ENABLED", default=True):
            raise NotConfigured("CLEANER_ENABLED is false")
        return cls(crawler)

    def process_item(self, item: Any) -> Any:
        """The item with its fields cleaned; raises `scrapy.exceptions.DropItem` to drop it."""
        adapter = ItemAdapter(item)
        self._learn(adapter)
        outcomes = [
            (source, target, self._clean(adapter, source, html=html))
            for source, target, html in self._fields
            if adapter.get(source) is not None
        ]
        if not outcomes:
            return item
        is_empty = all(outcome.is_empty for _, _, outcome in outcomes)
        self._count(outcomes, is_empty=is_empty)
        if is_empty and self._drop_empty:
            raise DropItem(f"no article in: {', '.join(source for source, _, _ in outcomes)}")
        failures = [
            f"{source!r} is not cleaned: {outcome.error}" for source, _, outcome in outcomes if outcome.result is None
        ]
        failures += _store(adapter, self._values(outcomes))
        if failures:
            self._increase("cleaner/failed_items")
            logger.warning("%s: %s", type(item).__name__, "; ".join(failures))
        return item

    def close_spider(self) -> None:
        """Save what was learned."""
        if self._learner is None:
            return
        self._learner.save()
        if not self._learner.count:
            fields = " or ".join(repr(field) for name in ("url", "site") if (field := self._known[name]))
            logger.warning("no item was learned: none has a text, and a site in %s", fields)

    def _learn(self, adapter: ItemAdapter) -> None:
        """Learn the texts of an item as one page, or else its first page of HTML, if items are learned."""
        if self._learner is None:
            return
        texts = [adapter.get(source) for source, _, is_html in self._fields if not is_html]
        text = "\n".join(text for text in texts if isinstance(text, str))
        pages = [page for source, _, is_html in self._fields if is_html and (page := adapter.get(source))]
        if not text and not pages:
            return
        document = {**self._known_of(adapter), "text": text or pages[0]}
        if self._learner.learn(document, html=not text):
            self._increase("cleaner/learned_items")

    def _known_of(self, adapter: ItemAdapter) -> dict[str, Any]:
        return {name: adapter.get(field) for name, field in self._known.items() if field}

    def _clean(self, adapter: ItemAdapter, source: str, *, html: bool) -> Outcome:
        (outcome,) = clean_documents(self._cleaner, [{**self._known_of(adapter), "text": adapter[source]}], html=html)
        return outcome

    def _values(self, outcomes: list[tuple[str, str, Outcome]]) -> dict[str, Any]:
        """The values to set in an item, by field: cleaned texts, removals, comments and flags."""
        values = {target: outcome.text for source, target, outcome in outcomes if target != source or outcome.changed}
        apart = _apart(outcomes)
        return values | {field: apart[name] for name, field in self._stored.items()}

    def _count(self, outcomes: list[tuple[str, str, Outcome]], *, is_empty: bool) -> None:
        kinds = [kind for _, _, outcome in outcomes for kind in outcome.kinds]
        self._increase("cleaner/items")
        self._increase("cleaner/removed_lines", len(kinds))
        for kind in kinds:
            self._increase(f"cleaner/removed_lines/{kind}")
        if is_empty:
            self._increase("cleaner/empty_items")

    def _increase(self, name: str, count: int = 1) -> None:
        if self._stats is not None:
            self._stats.inc_value(name, count)


class _Learner:
    """Learns items into a site memory, whose file is saved now and then; ``count``: how many it has learned."""

    def __init__(self, memory: SiteMemory, every: int) -> None:
        self.count = 0
        self._memory = memory
        self._every = every

    def learn(self, document: Mapping[str, Any], *, html: bool) -> bool:
        """Learn a document; whether it belongs to a site."""
        learned = learn_safely(document, html=html)
        if learned.page is None:
            return False
        self._memory.add(learned.site, learned.page, learned.texts)
        self.count += 1
        if self.count % self._every == 0:
            self.save()
        return True

    def save(self) -> None:
        """Save what was learned; it stays in memory if that fails, which does not end the crawl."""
        try:
            self._memory.save()
        except SitesError as error:
            logger.warning("what was learned of sites is not saved: %s", error)


def _site_memory(settings: BaseSettings) -> SiteMemory | None:
    """The configured site memory; one to learn into is made if there is no such file."""
    path = settings.get("CLEANER_SITES")
    learns = settings.getbool("CLEANER_LEARN_SITES")
    if not path:
        if learns:
            raise ConfigError("CLEANER_LEARN_SITES: needs a file to learn into; name it with CLEANER_SITES")
        return None
    if learns:
        SiteStore(Path(path), "write").close()
    return SiteMemory(path)


def _positive(settings: BaseSettings, name: str, default: int) -> int:
    given = settings.get(name, default)
    try:
        number = int(given)
    except (TypeError, ValueError):
        number = 0
    if number < 1:
        raise ConfigError(f"{name}: {given!r} is not a number of items; give 1 or more")
    return number


def _store(adapter: ItemAdapter, values: dict[str, Any]) -> list[str]:
    """Set fields; returns a sentence for each one that the item does not have or that cannot be set."""
    failures = []
    for field, value in values.items():
        try:
            adapter[field] = value
        except (AttributeError, KeyError, TypeError, ValueError) as error:
            failures.append(f"{field!r} cannot be set: {error}")
    return failures


def _apart(outcomes: list[tuple[str, str, Outcome]]) -> dict[str, Any]:
    """The removals, comments and flags of all cleaned fields, which go into separate fields."""
    flags = {flag for _, _, outcome in outcomes for flag in outcome.flags}
    return {
        "removed": [{"field": source, **removal} for source, _, outcome in outcomes for removal in outcome.removals],
        "comments": [comment for _, _, outcome in outcomes for comment in outcome.comments],
        "flags": sorted(flags, key=lambda flag: (flag != NOT_CLEANED, flag)),
    }


def _fields(settings: BaseSettings, name: str, default: list[str]) -> list[tuple[str, str]]:
    """The fields that a setting names, each with the field its text goes to: a list, ``a,b``, a dict, or JSON."""
    given = settings.get(name, default)
    if isinstance(given, str) and given.lstrip().startswith(("{", "[")):
        try:
            given = json.loads(given)
        except ValueError as error:
            raise ConfigError(f"{name}: {given!r} is not JSON: {error}") from None
    if isinstance(given, str):
        given = [field.strip() for field in given.split(",") if field.strip()]
    pairs: list[tuple[Any, Any]] = []
    if isinstance(given, Mapping):
        pairs = list(given.items())
    elif isinstance(given, Iterable):
        pairs = [(field, field) for field in given]
    if (given and not pairs) or not all(isinstance(field, str) for pair in pairs for field in pair):
        raise ConfigError(f"{name}: {given!r} does not name fields; give a list of names, or a dict of names")
    return pairs
