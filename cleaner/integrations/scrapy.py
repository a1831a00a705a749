"""An item pipeline for Scrapy that removes the noise from the text fields of each item.

    ITEM_PIPELINES = {"cleaner.integrations.scrapy.CleanerPipeline": 300}

| setting | default | meaning |
|---|---|---|
| ``CLEANER_ENABLED`` | true | Whether the pipeline runs. |
| ``CLEANER_FIELDS`` | ``text`` | Fields to clean; as a dict ``{"body": "article"}`` the second field gets the article. |
| ``CLEANER_HTML_FIELDS`` | none | The same for fields with HTML pages. |
| ``CLEANER_TITLE_FIELD``, ``CLEANER_LANG_FIELD``, ``CLEANER_URL_FIELD`` | ``title``, ``lang``, ``url`` | What is known. |
| ``CLEANER_REMOVED_FIELD`` | none | Field for what was removed: dicts of field, start, end, kind, score and text. |
| ``CLEANER_COMMENTS_FIELD`` | none | Field for the reader comments that were removed. |
| ``CLEANER_FLAGS_FIELD`` | none | Field for flags, including ``not-cleaned``. |
| ``CLEANER_DROP_EMPTY`` | false | Drop items without an article in any of the fields. |
| ``CLEANER_CONFIG`` | none | Fields of `CleanConfig`, as a dict. |

Statistics: ``cleaner/items``, ``cleaner/removed_lines``, ``cleaner/removed_lines/<kind>``, ``cleaner/empty_items``,
``cleaner/failed_items``.
"""

from __future__ import annotations

import json
import logging
from collections.abc import Iterable, Mapping
from typing import TYPE_CHECKING, Any, Self

from cleaner.config import CleanConfig
from cleaner.errors import ConfigError, MissingExtraError
from cleaner.integrations.outcomes import NOT_CLEANED, Outcome, clean_documents, require_html, shared_cleaner

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
        self._stored = {name: field for name, setting in _STORED.items() if (field := settings.get(setting))}
        self._drop_empty = settings.getbool("CLEANER_DROP_EMPTY")
        self._cleaner = shared_cleaner(CleanConfig().replace(**settings.getdict("CLEANER_CONFIG")))

    @classmethod
    def from_crawler(cls, crawler: Crawler) -> Self:
        """The pipeline of a crawl; raises `scrapy.exceptions.NotConfigured` if its settings switch it off."""
        if not crawler.settings.getbool("CLEANER_ENABLED", default=True):
            raise NotConfigured("CLEANER_ENABLED is false")
        return cls(crawler)

    def process_item(self, item: Any) -> Any:
        """The item with its fields cleaned; raises `scrapy.exceptions.DropItem` to drop it."""
        adapter = ItemAdapter(item)
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

    def _clean(self, adapter: ItemAdapter, source: str, *, html: bool) -> Outcome:
        known = {name: adapter.get(field) for name, field in self._known.items() if field}
        (outcome,) = clean_documents(self._cleaner, [{**known, "text": adapter[source]}], html=html)
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
