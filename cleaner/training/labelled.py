"""Reads labelled pages: the texts that scrapers made of a page, and the article that is in it.

A data set is a file NAME.jsonl or NAME.jsonl.gz with one JSON object per line: ``gold``, the article; ``texts``, an
object of scraper and text, or ``text`` alone; and, if known, ``id``, ``host``, ``lang``, ``title`` and ``url``. Other
fields are ignored. A folder of marked documents is a data set too; see `cleaner.training.marked`.
"""

from __future__ import annotations

import gzip
import json
import zlib
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from functools import partial
from itertools import islice
from pathlib import Path
from typing import Any, Final, NoReturn
from urllib.parse import urlsplit

from cleaner.errors import InputError
from cleaner.training.marked import MarkedDocument, read_marked_folder

__all__ = ["GOLD", "LabelledPage", "data_name", "read_labelled"]

GOLD: Final = "gold"
MARKED: Final = "marked"
_ENDINGS = (".jsonl.gz", ".jsonl")
_ONE_TEXT = "text"
_MARK = b"\xef\xbb\xbf"
_UNREADABLE = (OSError, EOFError, zlib.error)


@dataclass(frozen=True, slots=True)
class LabelledPage:
    """One page of a data set: ``gold`` is its article, ``texts`` are the texts that each scraper made of it.

    ``name`` is the data set's name, ``id`` identifies the page in it; ``host`` groups the pages of one site.
    """

    name: str
    id: str
    host: str
    lang: str | None
    title: str | None
    url: str | None
    gold: str
    texts: Mapping[str, str]


def data_name(path: Path) -> str:
    """The name of a data set: its file's name without the endings.

    >>> data_name(Path("pages/village.jsonl.gz"))
    'village'
    """
    return path.name.removesuffix(".gz").removesuffix(".jsonl")


def read_labelled(path: Path, every: int = 1) -> Iterator[LabelledPage]:
    """The pages of a data set, one by one, only every ``every``-th of them.

    Raises `InputError`, naming file, line, field and fix, for a page that is not as it must be; pages that are skipped
    are not checked.
    """
    if path.is_dir():
        yield from islice(map(partial(_marked_page, path.name), read_marked_folder(path)), 0, None, every)
        return
    if not path.name.endswith(_ENDINGS):
        raise InputError(f"{path}: is neither .jsonl nor .jsonl.gz; give one JSON object a line, and such a name")
    count = 0
    for number, line in _lines(path):
        if count % every == 0:
            yield _Reader(path, number).page(data_name(path), line)
        count += 1
    if not count:
        raise InputError(f"{path}: holds no page; give one JSON object a line")


def _marked_page(name: str, document: MarkedDocument) -> LabelledPage:
    """A marked document as a page, without the lines that may either stay or be removed."""
    text = "\n".join(line.text for line in document.lines if line.mark != "?")
    return LabelledPage(name, document.name, document.name, None, None, None, document.article, {MARKED: text})


def _lines(path: Path) -> Iterator[tuple[int, bytes]]:
    """The lines that are not blank, with their numbers from one."""
    try:
        with gzip.open(path, "rb") if path.name.endswith(".gz") else path.open("rb") as lines:
            for number, line in enumerate(lines, 1):
                bare = line.removeprefix(_MARK) if number == 1 else line
                if bare.strip():
                    yield number, bare.rstrip()
    except FileNotFoundError:
        raise InputError(f"{path}: does not exist; check the path") from None
    except _UNREADABLE as error:
        why = getattr(error, "strerror", None) or error
        raise InputError(f"{path}: cannot be read: {why}; check the file and its permissions") from None


@dataclass(frozen=True, slots=True)
class _Reader:
    """One line of a file, and how to refuse it."""

    path: Path
    number: int

    def page(self, name: str, line: bytes) -> LabelledPage:
        record = self._parse(line)
        url = self._known(record, "url")
        page_id = self._id(record)
        return LabelledPage(
            name=name,
            id=page_id,
            host=self._known(record, "host") or _host_of(url) or page_id,
            lang=self._known(record, "lang"),
            title=self._known(record, "title"),
            url=url,
            gold=self._string(record, GOLD, "give the text of the article"),
            texts=self._texts(record),
        )

    def _parse(self, line: bytes) -> dict[str, Any]:
        try:
            record = json.loads(line.decode("utf-8"))
        except UnicodeDecodeError as error:
            self._refuse(None, f"is not UTF-8 (byte {error.start} of the line); save the file as UTF-8")
        except json.JSONDecodeError as error:
            self._refuse(None, f"is not valid JSON: {error.msg} at character {error.pos + 1}; fix that place")
        except ValueError as error:
            self._refuse(None, f"is not valid JSON: {error}; fix that place")
        except RecursionError:
            self._refuse(None, "is nested too deeply; a page is one flat JSON object")
        if not isinstance(record, dict):
            self._refuse(None, f"is {_kind_of(record)}; a page is one JSON object")
        return record

    def _id(self, record: dict[str, Any]) -> str:
        given = record.get("id")
        if isinstance(given, int) and not isinstance(given, bool):
            return str(given)
        return self._known(record, "id") or f"line {self.number}"

    def _known(self, record: dict[str, Any], field: str) -> str | None:
        """A field that may be missing or null."""
        return None if record.get(field) is None else self._string(record, field, "give a string or leave it out")

    def _string(self, record: dict[str, Any], field: str, fix: str) -> str:
        value = record.get(field)
        if not isinstance(value, str):
            self._refuse(field, f"is {_kind_of(value) if field in record else 'missing'}; {fix}")
        return value

    def _texts(self, record: dict[str, Any]) -> dict[str, str]:
        if ("texts" in record) == (_ONE_TEXT in record):
            what = "both stand" if "texts" in record else "neither stands"
            self._refuse("texts", f"{what} here, texts and text; give texts (scraper -> text), or text alone")
        if _ONE_TEXT in record:
            return {_ONE_TEXT: self._string(record, _ONE_TEXT, "give a string")}
        texts = record["texts"]
        if not isinstance(texts, dict):
            self._refuse("texts", f"is {_kind_of(texts)}; give an object of scraper and text")
        for scraper, text in texts.items():
            if not isinstance(text, str):
                self._refuse(f"texts.{scraper}", f"is {_kind_of(text)}; give a string or leave it out")
        if GOLD in texts:
            self._refuse(f"texts.{GOLD}", "is a name for the article itself; call the scraper something else")
        return texts

    def _refuse(self, field: str | None, fix: str) -> NoReturn:
        where = [str(self.path), f"line {self.number}", *([field] if field else [])]
        raise InputError(": ".join([*where, fix]))


def _host_of(url: str | None) -> str | None:
    try:
        return urlsplit(url).hostname if url else None
    except ValueError:
        return None


def _kind_of(value: object) -> str:
    """What a JSON value is, in words.

    >>> _kind_of([1]), _kind_of(None)
    ('a list', 'null')
    """
    if value is None:
        return "null"
    if isinstance(value, bool):
        return "true or false"
    names = {str: "a string", list: "a list", dict: "an object", int: "a number", float: "a number"}
    return names[type(value)]
