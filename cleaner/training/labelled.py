"""Reads labelled pages: the texts that scrapers made of a page, and the article that is in it.

A data set is a file NAME.jsonl or NAME.jsonl.gz with one JSON object per line: ``gold``, the article; ``texts``, an
object of scraper and text, or ``text`` alone; and, if known, ``id``, ``host``, ``lang``, ``title`` and ``url``. Other
fields are ignored. A folder of marked documents is a data set too; see `cleaner.training.marked`.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from functools import partial
from itertools import islice
from pathlib import Path
from typing import Any, Final
from urllib.parse import urlsplit

from cleaner.errors import InputError
from cleaner.training.jsonlines import JsonLine, kind_of, read_lines
from cleaner.training.marked import MarkedDocument, read_marked_folder

__all__ = ["GOLD", "LabelledPage", "data_name", "read_labelled"]

GOLD: Final = "gold"
MARKED: Final = "marked"
_ENDINGS = (".jsonl.gz", ".jsonl")
_ONE_TEXT = "text"
_PAGE = "a page"


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
    for number, line in read_lines(path):
        if count % every == 0:
            yield _Reader(path, number, _PAGE).page(data_name(path), line)
        count += 1
    if not count:
        raise InputError(f"{path}: holds no page; give one JSON object a line")


def _marked_page(name: str, document: MarkedDocument) -> LabelledPage:
    """A marked document as a page, without the lines that may either stay or be removed."""
    text = "\n".join(line.text for line in document.lines if line.mark != "?")
    return LabelledPage(name, document.name, document.name, None, None, None, document.article, {MARKED: text})


class _Reader(JsonLine):
    """One line of a file, read as a page."""

    __slots__ = ()

    def page(self, name: str, line: bytes) -> LabelledPage:
        record = self.parse(line)
        url = self.known(record, "url")
        page_id = self._id(record)
        return LabelledPage(
            name=name,
            id=page_id,
            host=self.known(record, "host") or _host_of(url) or page_id,
            lang=self.known(record, "lang"),
            title=self.known(record, "title"),
            url=url,
            gold=self.string(record, GOLD, "give the text of the article"),
            texts=self._texts(record),
        )

    def _id(self, record: dict[str, Any]) -> str:
        given = record.get("id")
        if isinstance(given, int) and not isinstance(given, bool):
            return str(given)
        return self.known(record, "id") or f"line {self.number}"

    def _texts(self, record: dict[str, Any]) -> dict[str, str]:
        if ("texts" in record) == (_ONE_TEXT in record):
            what = "both stand" if "texts" in record else "neither stands"
            self.refuse("texts", f"{what} here, texts and text; give texts (scraper -> text), or text alone")
        if _ONE_TEXT in record:
            return {_ONE_TEXT: self.string(record, _ONE_TEXT, "give a string")}
        texts = record["texts"]
        if not isinstance(texts, dict):
            self.refuse("texts", f"is {kind_of(texts)}; give an object of scraper and text")
        for scraper, text in texts.items():
            if not isinstance(text, str):
                self.refuse(f"texts.{scraper}", f"is {kind_of(text)}; give a string or leave it out")
        if GOLD in texts:
            self.refuse(f"texts.{GOLD}", "is a name for the article itself; call the scraper something else")
        return texts


def _host_of(url: str | None) -> str | None:
    try:
        return urlsplit(url).hostname if url else None
    except ValueError:
        return None
