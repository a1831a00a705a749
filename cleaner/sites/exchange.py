"""A site memory as lines of JSON that a person can read and keep under version control, and back.

The first line names the format. After it comes a line for each repeated line, and for each page that is kept. Hashes are
written in hexadecimal digits, as the numbers of JSON do not hold 64 bits.
"""

from __future__ import annotations

import codecs
import json
import re
from collections.abc import Iterable, Iterator, Sequence
from itertools import groupby
from typing import Any, Final

import numpy as np

from cleaner.errors import SitesError, json_fault
from cleaner.sites.addresses import site_name
from cleaner.sites.keys import hash_bytes, hash_text
from cleaner.sites.listing import list_site
from cleaner.sites.pages import MAX_LINES, LearnedPage
from cleaner.sites.store import SiteStore
from cleaner.text.arrays import HashArray

__all__ = ["FORMAT", "SitePages", "export_lines", "import_sites"]

# A site, some of its pages, and the texts of repeated lines by their hashes.
SitePages = tuple[str, list[LearnedPage], dict[int, str]]

FORMAT: Final = "news-cleaner sites"
VERSION: Final = 1
# No line that was exported is longer, in bytes (set by hand: a page of MAX_LINES lines takes a twentieth of it).
MAX_BYTES: Final = 1 << 20
_HASH = re.compile(r"[0-9a-f]{16}")
_MAX_WORDS = 127


def export_lines(store: SiteStore, sites: Iterable[str]) -> Iterator[bytes]:
    """The lines of an export of some sites, each with its line end; the same for files that say the same."""
    yield _line({"format": FORMAT, "version": VERSION})
    for site in sorted(sites):
        pages = store.pages(site)
        for one in list_site(pages, store.texts(site)).lines:
            yield _line(
                {
                    "site": site,
                    "line": _hex(one.line),
                    # A text that was no valid Unicode is kept in another form, which its hash does not prove.
                    "text": one.text if one.text is not None and hash_text(one.text) == one.line else None,
                    "pages": one.pages,
                    "share": one.share,
                    "place": one.place,
                }
            )
        for page in pages:
            yield _line({"site": site, **_page_values(page)})


def import_sites(name: str, lines: Iterable[bytes]) -> Iterator[SitePages]:
    """The sites of an export; raises `SitesError`, with the file and the line, where it is none or is damaged."""
    records = _records(name, lines)
    for site, group in groupby(records, key=lambda record: record[0]):
        pages: list[LearnedPage] = []
        texts: dict[int, str] = {}
        for _, page, text in group:
            if page is not None:
                pages.append(page)
            texts |= text
        yield site, pages, texts


def _records(name: str, lines: Iterable[bytes]) -> Iterator[tuple[str, LearnedPage | None, dict[int, str]]]:
    number = 0
    for number, line in enumerate(lines, 1):
        try:
            # Some editors put a byte order mark before the first line.
            values = _values(line.removeprefix(codecs.BOM_UTF8) if number == 1 else line)
            if number == 1:
                _check_head(values)
                continue
            site = _site(values)
            page = _page(values) if "page" in values else None
            texts = {} if page is not None else _text(values)
        except ValueError as error:
            raise SitesError(name, f"line {number}: {error}") from None
        yield site, page, texts
    if not number:
        raise SitesError(name, "line 1: is missing; give a file that `cleaner sites export` has written")


def _line(values: dict[str, Any]) -> bytes:
    return json.dumps(values, ensure_ascii=False).encode("utf-8", "replace") + b"\n"


def _page_values(page: LearnedPage) -> dict[str, Any]:
    has_paths = page.paths.any()
    return {
        "page": _hex(page.key),
        "version": _hex(page.version),
        "lines": _joined(page.exact),
        "shapes": _joined(page.shapes),
        **({"paths": _joined(page.paths)} if has_paths else {}),
        "words": page.words.tolist(),
        "sentences": page.sentences.astype(int).tolist(),
    }


def _hex(value: int) -> str:
    return f"{value:016x}"


def _joined(values: HashArray) -> str:
    """Hashes in one string; 0, which stands for none, as a hyphen."""
    return " ".join(_hex(value) if value else "-" for value in values.tolist())


# --- reading ---------------------------------------------------------------------------------------------


def _values(line: bytes) -> dict[str, Any]:
    if len(line) > MAX_BYTES:
        raise ValueError(f"has more than {MAX_BYTES} bytes; export it again")
    if line.startswith(codecs.BOM_UTF8):
        raise ValueError("begins with a byte order mark; export it again")
    try:
        values = json.loads(line.decode("utf-8"))
    except UnicodeDecodeError:
        raise ValueError("is not UTF-8; export it again") from None
    except RecursionError:
        raise ValueError("has too many brackets inside each other; export it again") from None
    except json.JSONDecodeError as error:
        raise ValueError(f"is not valid JSON ({json_fault(error)}); export it again") from None
    except ValueError:
        raise ValueError("has a number of too many digits; export it again") from None
    if not isinstance(values, dict):
        raise ValueError("is not a JSON object; export it again")  # noqa: TRY004 - it is about a file
    return values


def _check_head(values: dict[str, Any]) -> None:
    if values.get("format") != FORMAT:
        raise ValueError("is not the head of an export; give a file that `cleaner sites export` has written")
    version = values.get("version")
    if type(version) is not int:
        raise ValueError("version: is not a number; give a file that `cleaner sites export` has written")
    if version != VERSION:
        raise ValueError(
            f"has version {version} of the format; this version of news-cleaner reads {VERSION}, update it"
        )


def _site(values: dict[str, Any]) -> str:
    site = values.get("site")
    if not isinstance(site, str) or site_name(site) != site:
        raise ValueError("site: is not the name of a site; write a host, or a short name")
    return site


def _text(values: dict[str, Any]) -> dict[int, str]:
    (line,) = _hashes(values, "line", 1)
    _check_present("line", [line])
    text = values.get("text")
    if text is None:
        return {}
    if not isinstance(text, str):
        raise ValueError("text: is not a string; write one, or null")  # noqa: TRY004 - it is about a file
    if hash_text(text) != line:
        raise ValueError("text: is not the one that the line had when it was learned; export it again, or write null")
    return {line: text}


def _page(values: dict[str, Any]) -> LearnedPage:
    (key,), (version,) = _hashes(values, "page", 1), _hashes(values, "version", 1)
    _check_present("page", [key])
    exact = _hashes(values, "lines")
    _check_present("lines", exact)
    size = len(exact)
    if size > MAX_LINES:
        raise ValueError(f"lines: are {size}, but a page has at most {MAX_LINES}; export it again")
    shapes = _hashes(values, "shapes", size)
    paths = _hashes(values, "paths", size) if "paths" in values else [0] * size
    words, sentences = _numbers(values, "words", size, _MAX_WORDS), _numbers(values, "sentences", size, 1)
    lines, shape, path = (np.array(one, dtype=np.uint64) for one in (exact, shapes, paths))
    page = LearnedPage(
        key, version, lines, shape, path, np.array(words, dtype=np.int64), np.array(sentences, dtype=bool)
    )
    if hash_bytes(page.to_bytes()) != version:
        raise ValueError("version: is not that of this page, so something in the line was changed; export it again")
    return page


def _hashes(values: dict[str, Any], name: str, count: int | None = None) -> list[int]:
    given = values.get(name)
    parts = given.split(" ") if isinstance(given, str) and given else []
    if not isinstance(given, str) or not all(part == "-" or _HASH.fullmatch(part) for part in parts):
        raise ValueError(f"{name}: is not made of hashes of 16 hexadecimal digits; export it again")
    _check_count(name, parts, count)
    return [0 if part == "-" else int(part, 16) for part in parts]


def _numbers(values: dict[str, Any], name: str, count: int, most: int) -> list[int]:
    given = values.get(name)
    if not isinstance(given, list) or not all(type(one) is int and 0 <= one <= most for one in given):
        raise ValueError(f"{name}: is not a list of numbers from 0 to {most}; export it again")
    _check_count(name, given, count)
    return given


def _check_present(name: str, hashes: Sequence[int]) -> None:
    """Refuse a hyphen, which stands for no hash."""
    if 0 in hashes:
        raise ValueError(f"{name}: has a hyphen instead of a hash; export it again")


def _check_count(name: str, given: Sequence[object], count: int | None) -> None:
    if count is not None and len(given) != count:
        raise ValueError(f"{name}: has {len(given)} values, not {count}; export it again")
