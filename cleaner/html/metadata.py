"""The metadata of a page: titles, author, date, site and language, from its head and its JSON-LD.

If trafilatura is installed, it fills in what the page's own data lack, and only on demand.
"""

from __future__ import annotations

import json
import re
from collections.abc import Iterator
from typing import Any
from urllib.parse import urljoin

from cleaner.result import Metadata

__all__ = ["canonical_address", "page_address", "page_titles", "read_metadata"]

MAX_TITLE = 400
MAX_VALUE = 300
MAX_ADDRESS = 2_000
MAX_SCRIPT = 500_000
MAX_ITEMS = 2_000

_TITLE_NAMES = ("og:title", "twitter:title", "dc.title", "headline")
_AUTHOR_NAMES = (
    "author",
    "article:author",
    "dc.creator",
    "parsely-author",
    "sailthru.author",
    "byl",
    "dcterms.creator",
)
_DATE_NAMES = (
    *("article:published_time", "og:published_time", "datepublished", "date", "dc.date", "dc.date.issued", "pubdate"),
    *("parsely-pub-date", "sailthru.date", "publishdate", "publish-date", "dcterms.created", "article.published"),
)
_SITE_NAMES = ("og:site_name", "application-name", "publisher", "dc.publisher", "al:android:app_name")
_LANGUAGE_NAMES = ("content-language", "og:locale", "language", "dc.language")
_ARTICLE_TYPES = ("article", "posting", "report", "review", "recipe", "howto")
_DATE = re.compile(r"\d{4}-\d{2}-\d{2}")
_LANGUAGE = re.compile(r"[A-Za-z]{2,3}(?=[-_]|$)")


def page_titles(root: Any) -> list[str]:
    """The titles that a page gives itself, each once: those of its meta elements first, then the window's title."""
    if root is None:
        return []
    named = _meta(root)
    found = [named[name] for name in _TITLE_NAMES if name in named]
    title = next(root.iter("title"), None)
    if title is not None and title.text:
        found.append(_plain(title.text, MAX_TITLE))
    return [text for text in dict.fromkeys(found) if text]


def page_address(root: Any, url: str | None = None) -> str:
    """The address that the links of a page are relative to; empty if it is not known.

    It is ``url``, or else the canonical address that the page names; its base element may change it.

    >>> from lxml import html
    >>> page_address(html.fromstring('<head><base href="/news/"></head>'), "https://example.org/a")
    'https://example.org/news/'
    """
    if root is None:
        return url or ""
    address = url or canonical_address(root)
    base = next((element.get("href") for element in root.iter("base") if element.get("href")), "")
    try:
        return _http(urljoin(address, base[:MAX_ADDRESS])) or address
    except ValueError:
        return address


def canonical_address(root: Any) -> str:
    """The canonical address that a page names; empty if it names none.

    >>> from lxml import html
    >>> canonical_address(html.fromstring('<head><link rel="canonical" href="https://example.org/a"></head>'))
    'https://example.org/a'
    """
    canonical = (link.get("href") for link in root.iter("link") if (link.get("rel") or "").lower() == "canonical")
    return _http(next(canonical, None) or "")


def _http(address: str) -> str:
    """An address, if it is one of the web."""
    address = address.strip()
    return address if address.lower().startswith(("http://", "https://")) and len(address) <= MAX_ADDRESS else ""


def read_metadata(root: Any) -> Metadata:
    """The metadata from a page's own data; missing fields are None.

    >>> from lxml import html
    >>> page = html.fromstring('<html lang="de-AT"><meta property="og:site_name" content="Der Bote"><p>Text</p></html>')
    >>> read_metadata(page).site_name, read_metadata(page).language
    ('Der Bote', 'de')
    """
    if root is None:
        return Metadata()
    named = _meta(root)
    article = _article_data(root)
    language = root.get("lang") or root.get("xml:lang") or _first(named, _LANGUAGE_NAMES)
    code = _LANGUAGE.match((language or _text_of(article.get("inLanguage")) or "").strip())
    titles = page_titles(root)
    date = _text_of(article.get("datePublished")) or _first(named, _DATE_NAMES) or _time_of(root)
    day = _DATE.search(date or "")
    return Metadata(
        title=_text_of(article.get("headline")) or (titles[0] if titles else None),
        author=_names_of(article.get("author")) or _author(named),
        date=day.group() if day else None,
        site_name=_first(named, _SITE_NAMES) or _names_of(article.get("publisher")),
        language=code.group().lower() if code else None,
    )


def _plain(text: str, size: int) -> str:
    return " ".join(text.split())[:size]


def _meta(root: Any) -> dict[str, str]:
    """The contents of the page's meta elements by lower-case name; the first for each name."""
    found: dict[str, str] = {}
    for element in root.iter("meta"):
        name = element.get("property") or element.get("name") or element.get("itemprop") or element.get("http-equiv")
        content = element.get("content")
        if name and content and name.lower() not in found:
            found[name.lower()] = _plain(content[: 4 * MAX_TITLE], MAX_TITLE)
    return found


def _first(named: dict[str, str], names: tuple[str, ...]) -> str | None:
    return next((named[name][:MAX_VALUE] for name in names if named.get(name)), None)


def _author(named: dict[str, str]) -> str | None:
    """The author that the head names; the URL of a profile is not a name."""
    found = (named[name][:MAX_VALUE] for name in _AUTHOR_NAMES if named.get(name))
    return next((text for text in found if "://" not in text), None)


def _time_of(root: Any) -> str | None:
    """The date of the first time element."""
    return next((element.get("datetime") for element in root.iter("time") if element.get("datetime")), None)


def _article_data(root: Any) -> dict[str, Any]:
    """The JSON-LD object that describes the article; empty if there is none."""
    for script in root.iter("script"):
        text = script.text
        if "ld+json" not in (script.get("type") or "") or not text or len(text) > MAX_SCRIPT:
            continue
        try:
            data = json.loads(text, strict=False)
        except (ValueError, RecursionError):
            continue
        for item in _objects(data):
            kinds = item.get("@type")
            joined = " ".join(map(str, kinds)) if isinstance(kinds, list) else str(kinds)
            if joined.lower().endswith(_ARTICLE_TYPES) and ("headline" in item or "author" in item):
                return item
    return {}


def _objects(data: Any) -> Iterator[dict[str, Any]]:
    """The objects in a JSON value, including those inside lists and graphs."""
    waiting = [data]
    for _ in range(MAX_ITEMS):
        if not waiting:
            return
        item = waiting.pop(0)
        if isinstance(item, list):
            waiting.extend(item[:MAX_ITEMS])
        elif isinstance(item, dict):
            yield item
            waiting.extend(item[key] for key in ("@graph", "mainEntity", "mainEntityOfPage") if key in item)


def _text_of(value: Any) -> str | None:
    return _plain(value, MAX_VALUE) or None if isinstance(value, str) else None


def _names_of(value: Any) -> str | None:
    """The names of one or more people or publishers, separated by commas."""
    people = value if isinstance(value, list) else [value]
    names = [_text_of(person.get("name") if isinstance(person, dict) else person) for person in people[:20]]
    return ", ".join(dict.fromkeys(name for name in names if name and "://" not in name)) or None
