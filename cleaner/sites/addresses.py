"""Addresses -> the site that a page belongs to, and the key of the page. No address is ever stored."""

from __future__ import annotations

import re
from pathlib import Path, PurePath
from urllib.parse import urlsplit

from cleaner.sites.keys import hash_text, storable

__all__ = ["page_key", "site_name", "site_of", "site_of_file", "site_of_url"]

_WWW = "www."
# Addresses that are none of pages of a site.
_OTHER_SCHEMES = ("about:", "blob:", "data:", "file:", "javascript:", "mailto:", "tel:", "urn:")
_MAX_NAME = 253
# A label of a host has a letter or a digit.
_LABEL = r"[_-]*[^\W_][\w-]*"
_IS_HOST = re.compile(rf"{_LABEL}(?:\.{_LABEL})*|[0-9a-f:.]*:[0-9a-f:.]*")
# The domains without a country that folders of sites are likely to have; most others look like the ending of a file.
_GENERIC = """
    asia bayern berlin biz blog bzh cat com coop corsica cymru edu eus example gal gov hamburg info int koeln london
    media mil museum net news nyc org paris press radio scot swiss tirol wales wien world
"""
# A folder is named after a host if its name ends as one does: "exemple.fr", but neither "v1.2" nor "articles.txt".
_NAMES_HOST = re.compile(
    rf"{_LABEL}(?:\.{_LABEL})*\.(?:[^\W\d_]{{2}}|xn--[a-z0-9-]+|{'|'.join(_GENERIC.split())})", re.IGNORECASE
)
# What is in no name that is not also an address.
_OF_ADDRESSES = frozenset(".:/@")


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
    """A name that somebody gives to a site: the host if it is one, or an address; None if it is blank or too long.

    >>> site_name(" Le Courrier "), site_name("https://u:p@www.exemple.fr/une"), site_name("WWW.exemple.fr")
    ('Le Courrier', 'exemple.fr', 'exemple.fr')
    >>> site_name(" ")
    """
    bare = storable(name.strip())
    if "://" in bare:
        return site_of_url(bare)
    host = site_of_url(bare) if _OF_ADDRESSES & set(bare) else None
    # A lone surrogate, which no file can hold, is no letter of a name.
    return host or bare.encode("utf-8", "replace").decode()[: _MAX_NAME + 1] or None if len(bare) <= _MAX_NAME else None


def site_of(url: str | None, site: str | None) -> str | None:
    """The site of a document: the one that is named, else that of its address; None if there is neither.

    >>> site_of("https://www.exemple.fr/une", None), site_of("https://www.exemple.fr/une", "Le Courrier")
    ('exemple.fr', 'Le Courrier')
    """
    return site_of_url(url) if site is None else site_name(site)


def site_of_file(path: PurePath, home: PurePath | None = None) -> str | None:
    """The site of a file: the nearest folder above it that is named after a host, else the folder that it is in.

    ``path`` begins at the root. The folder of the user, ``home``, and those above it are not looked at for hosts.

    >>> site_of_file(PurePath("/data/www.exemple.fr/2024/a.txt")), site_of_file(PurePath("/data/courrier/a.txt"))
    ('exemple.fr', 'courrier')
    """
    home = Path.home() if home is None else home
    above = (home, *home.parents)
    for folder in path.parents:
        if folder not in above and _NAMES_HOST.fullmatch(folder.name) and (site := site_of_url(folder.name)):
            return site
    return site_name(path.parent.name)


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
    if bare.lower().startswith(_OTHER_SCHEMES):
        return None
    if "://" not in bare:
        bare = bare if bare.startswith("//") else f"//{bare}"
    try:
        parts = urlsplit(bare)
        host = parts.hostname
    except ValueError:
        return None
    if not host:
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
