"""One page of a site as it is learned: hashes of its lines in their order, as arrays and as bytes."""

from __future__ import annotations

import struct
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, replace
from heapq import nsmallest
from typing import Any

import numpy as np

from cleaner.sites.addresses import page_key
from cleaner.sites.keys import LineKeys, hash_bytes, line_keys, storable
from cleaner.text.arrays import BoolArray, HashArray, IntArray
from cleaner.text.document import Document

__all__ = ["PAGES_PER_SITE", "LearnedPage", "learn_lines", "learn_text", "merge_pages", "repeated_lines", "texts_of"]

# Of each site so many pages are kept: those with the smallest keys, which are as good as drawn by lot. So order and the
# number of processes change nothing, a page that is learned twice counts once, and a site never takes more than
# PAGES_PER_SITE times MAX_LINES lines (both set by hand).
PAGES_PER_SITE = 256
MAX_LINES = 1_000
_MAX_WORDS, _ENDS = 127, 128
_HEAD = struct.Struct("<BI")
_VERSION = 1


@dataclass(frozen=True, slots=True, eq=False)
class LearnedPage:
    """The lines of one page, in their order.

    ``key``: what the page is known by. ``version``: a hash of all that follows; of two pages with one key the one with the
    smaller version is kept. ``exact`` and ``shapes``: see `LineKeys`. ``paths``: hashes of the elements that the lines come from, 0 for
    those of texts. ``words``: sizes in words, at most 127. ``sentences``: whether a line ends as a sentence does.
    """

    key: int
    version: int
    exact: HashArray
    shapes: HashArray
    paths: HashArray
    words: IntArray
    sentences: BoolArray

    @classmethod
    def of(cls, key: int, lines: LineKeys, paths: HashArray | None = None, *, is_whole: bool = False) -> LearnedPage:
        """A page of these lines; of a very long one only the first and last lines, unless ``is_whole``.

        ``paths``: a hash of the element that each line comes from.
        """
        kept = slice(None) if is_whole else _ends_of(len(lines))
        exact = lines.exact[kept]
        where = np.zeros(exact.size, dtype=np.uint64) if paths is None else paths[kept]
        words = np.minimum(lines.words[kept], _MAX_WORDS)
        page = cls(key, 0, exact, lines.shapes[kept], where, words, lines.sentences[kept])
        return page if is_whole else replace(page, version=hash_bytes(page.to_bytes()))

    def __reduce__(self) -> tuple[Any, ...]:
        return LearnedPage.from_bytes, (self.key, self.version, self.to_bytes())

    def to_bytes(self) -> bytes:
        """The lines as bytes, the same on every machine."""
        sizes = (self.words + self.sentences * _ENDS).astype(np.uint8)
        columns = [self.exact, self.shapes, *([self.paths] if self.paths.any() else [])]
        head = _HEAD.pack(_VERSION, self.exact.size)
        return b"".join([head, sizes.tobytes(), *(column.astype("<u8").tobytes() for column in columns)])

    @classmethod
    def from_bytes(cls, key: int, version: int, data: bytes) -> LearnedPage:
        """A page from `to_bytes`; raises `ValueError` where the bytes are no such page."""
        if len(data) < _HEAD.size:
            raise ValueError("a page ends too early")
        form, count = _HEAD.unpack_from(data)
        hashes = (len(data) - _HEAD.size - count) // 8
        if form != _VERSION or _HEAD.size + count + hashes * 8 != len(data) or hashes not in (2 * count, 3 * count):
            raise ValueError("a page is damaged")
        sizes = np.frombuffer(data, np.uint8, count, _HEAD.size)
        columns = (
            np.frombuffer(data, "<u8", hashes, _HEAD.size + count).reshape(-1, count)
            if count
            else np.zeros((2, 0), "<u8")
        )
        paths = columns[2] if len(columns) > 2 else np.zeros(count, dtype="<u8")
        return cls(key, version, columns[0], columns[1], paths, (sizes & _MAX_WORDS).astype(np.int64), sizes >= _ENDS)


def learn_text(text: str, url: str | None = None) -> tuple[LearnedPage, dict[int, str]]:
    """A text as a page, and its lines by their hashes.

    >>> page, lines = learn_text("Il pleut sur la ville.\\nPartager")
    >>> list(lines.values()), page.words.tolist()
    (['il pleut sur la ville.', 'partager'], [5, 1])
    """
    return learn_lines(line_keys(Document.read(text)), page_key(url, text))


def learn_lines(lines: LineKeys, key: int, paths: HashArray | None = None) -> tuple[LearnedPage, dict[int, str]]:
    """A page of these lines, and its lines by their hashes; ``key``: see `page_key`, ``paths``: see `LearnedPage.of`."""
    page = LearnedPage.of(key, lines, paths)
    texts = dict(zip(lines.exact.tolist(), map(storable, lines.texts), strict=True))
    if len(lines) > MAX_LINES:
        texts = {line: texts[line] for line in page.exact.tolist()}
    return page, texts


def merge_pages(pages: Iterable[LearnedPage]) -> list[LearnedPage]:
    """The pages of a site that are kept, in the order of their keys; one without a line is none of them."""
    known: dict[int, LearnedPage] = {}
    for page in pages:
        if page.exact.size and (page.key not in known or page.version < known[page.key].version):
            known[page.key] = page
    return [known[key] for key in nsmallest(PAGES_PER_SITE, known)]


def texts_of(pages: Sequence[LearnedPage], texts: Mapping[int, str]) -> dict[int, str]:
    """Those of some texts, by the hashes of their lines, whose lines stand on one of the pages."""
    lines: set[int] = set().union(*(page.exact.tolist() for page in pages))
    return {line: text for line, text in texts.items() if line in lines}


def repeated_lines(pages: Sequence[LearnedPage]) -> set[int]:
    """The hashes of the lines that stand on two pages or more."""
    if not pages:
        return set()
    found, counts = np.unique(np.concatenate([np.unique(page.exact) for page in pages]), return_counts=True)
    return set(found[counts > 1].tolist())


def _ends_of(count: int) -> slice | IntArray:
    if count <= MAX_LINES:
        return slice(None)
    half = MAX_LINES // 2
    return np.concatenate([np.arange(half), np.arange(count - half, count)])
