"""Addresses -> the site that a page belongs to, and the key of the page. No address is ever stored."""

from __future__ import annotations

import re
from urllib.parse import urlsplit

from cleaner.sites.keys import hash_text, storable

__all__ = ["page_key", "site_name", "site_of_url"]

_WWW = "www."
_MAX_NAME = 253
_IS_HOST = re.compile(r"[\w-]+(?:\.[\w-]+)*|[0-9a-f:.]*:[0-9a-f:.]*")


def site_of_url(url: str | None) -> str | None:
    """The site of an address: its host in small letters, without ``www.``, port and credentials; None if it has none.

    A name in other letters is the same whether it is written in them or in Punycode.

    >>> site_of_url("https://Jeanne:secret@www.Exemple.fr:8080/a?b#c"), site_of_url("exemple.fr/a"), site_of_url("a b")
    ('exemple.fr', 'exemple.fr', None)
    >>> site_of_url("http://xn--bcher-kva.example/"), site_of_url("http://BÜCHER.example./")
    ('bücher.example', 'bücher.example')
    """
    parts = _split(url)
    return None if parts is None else parts[0]


def site_name(name: str) -> str | None:
    """A name that somebody gives to a site; that of an address if it is one, None if there is nothing in it.

    >>> site_name(" Le Courrier "), site_name("https://www.exemple.fr/une"), site_name(" ")
    ('Le Courrier', 'exemple.fr', None)
    """
    bare = storable(name.strip())
    if "://" in bare:
        return site_of_url(bare)
    return bare or None


def page_key(url: str | None, text: str) -> int:
    """What a page is known by: a hash of its address, without scheme, credentials and fragment, else of its text.

    >>> page_key("http://a.fr/x#y", "") == page_key("https://u:p@www.a.fr:443/x", "other")
    True
    """
    parts = _split(url)
    return hash_text(f"text {text}" if parts is None else "page {} {}".format(*parts))


def _split(url: str | None) -> tuple[str, str] | None:
    """The host of an address, and what comes after it; None if it is no address of a page."""
    if not url or not isinstance(url, str):
        return None
    bare = url.strip()
    if "://" not in bare:
        bare = bare if bare.startswith("//") else f"//{bare}"
    try:
        parts = urlsplit(bare)
        host = parts.hostname
    except ValueError:
        return None
    if not host or parts.scheme in ("file", "data", "mailto", "javascript"):
        return None
    host = _readable(host.rstrip(".")).removeprefix(_WWW)
    if not host or len(host) > _MAX_NAME or _IS_HOST.fullmatch(host) is None:
        return None
    return host, f"{parts.path or '/'}?{parts.query}" if parts.query else parts.path or "/"


def _readable(host: str) -> str:
    """A host in the letters of its language."""
    try:
        return host.encode("ascii").decode("idna").lower() if "xn--" in host else host.lower()
    except UnicodeError:
        return host.lower()
