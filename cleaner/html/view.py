"""A page as arrays, with one row per block or per element, and the words in the elements' names."""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, fields
from functools import cached_property, lru_cache

import numpy as np

from cleaner.clock import Clock
from cleaner.html.page import Page
from cleaner.lines.features import Features, compute_features
from cleaner.result import Kind
from cleaner.text.arrays import BoolArray, FloatArray, IntArray
from cleaner.text.document import Document
from cleaner.text.words import WordLists

__all__ = ["ElementWords", "PageView", "block_document", "block_texts", "name_words"]

UPS = 4
PARAGRAPH_MIN_CHARACTERS = 40
PARAGRAPH_MAX_LINK_SHARE = 0.4

_WORD = re.compile(r"[A-Z]+(?![a-z])|[A-Z]?[a-z]+")
_MAX_NAME = 32
_MAX_WORDS = 40


@lru_cache(maxsize=20_000)
def name_words(names: str) -> tuple[str, ...]:
    """The words in an element's class, id and the like: each name as a whole, then its parts.

    >>> name_words("entry-content mainText")
    ('entry-content', 'maintext', 'entry', 'content', 'main', 'text')
    """
    if not names:
        return ()
    whole = [name.lower() for name in names.split() if len(name) <= _MAX_NAME]
    parts = [word.lower() for word in _WORD.findall(names) if len(word) > 1]
    return tuple(dict.fromkeys((*whole[:_MAX_WORDS], *parts[:_MAX_WORDS])))


def block_texts(page: Page) -> list[str]:
    """The text of each block of a page on one line."""
    return [" ".join(block.text.split()) if "\n" in block.text else block.text for block in page.blocks]


def block_document(texts: Sequence[str], clock: Clock) -> Document:
    """The texts of blocks as one document, one line each."""
    return Document("\n".join(texts), "none", clock)


@dataclass(frozen=True)
class ElementWords:
    """The meanings of the words in elements' names: ``groups`` by name, and a kind of noise by word."""

    groups: Mapping[str, Sequence[str]]
    kinds: Mapping[str, Kind]

    @cached_property
    def bits(self) -> dict[str, int]:
        """For each word the groups that it belongs to, one bit per group."""
        found: dict[str, int] = {}
        for bit, words in enumerate(self.groups.values()):
            for word in words:
                found[word] = found.get(word, 0) | (1 << bit)
        return found

    def kind(self, words: Sequence[str]) -> Kind | None:
        """The kind that the words of one element stand for; of several, the first in the file."""
        found = [self._ranked[word] for word in words if word in self._ranked]
        return min(found)[1] if found else None

    @cached_property
    def _ranked(self) -> dict[str, tuple[int, Kind]]:
        """For each word the place of its kind in the file, and the kind."""
        order = list(dict.fromkeys(self.kinds.values()))
        return {word: (order.index(kind), kind) for word, kind in self.kinds.items()}


@dataclass(eq=False)
class PageView:
    """A page as arrays, with one row per block or per element, from which the signals are computed."""

    page: Page
    titles: Sequence[str]
    word_lists: WordLists
    element_words: ElementWords

    @cached_property
    def texts(self) -> list[str]:
        """The text of each block on one line."""
        return block_texts(self.page)

    @cached_property
    def document(self) -> Document:
        """The texts of the blocks as one document, one line each."""
        return block_document(self.texts, self.page.clock)

    @cached_property
    def features(self) -> Features:
        """The features of the texts."""
        features = compute_features(self.document, self.word_lists)
        self.document.release_classes()
        return features.without_words()

    @cached_property
    def node(self) -> IntArray:
        """The number of each block's own element."""
        return np.array([block.node for block in self.page.blocks], dtype=np.int64)

    @cached_property
    def parent(self) -> IntArray:
        """The number of the element around each element; the root is its own parent."""
        return np.array([max(node.parent, 0) for node in self.page.nodes], dtype=np.int64)

    @cached_property
    def ups(self) -> list[IntArray]:
        """For each block its own element, the one around it, and so on."""
        found = [self.node]
        for _ in range(UPS):
            found.append(self.parent[found[-1]])
        return found

    @cached_property
    def ends(self) -> IntArray:
        """For each element the number after that of the last element inside it."""
        ends = list(range(1, len(self.page.nodes) + 1))
        parents = self.parent.tolist()
        for number in range(len(ends) - 1, 0, -1):
            parent = parents[number]
            ends[parent] = max(ends[parent], ends[number])
        return np.array(ends, dtype=np.int64)

    @cached_property
    def jumps(self) -> list[IntArray]:
        """For each element the one 1, 2, 4, 8 and so on levels above it; an extra, empty element where there is none."""
        outside = len(self.page.nodes)
        found = [np.append(self.parent, outside)]
        found[0][0] = outside
        deepest = max((node.depth for node in self.page.nodes), default=0) + 1
        while 2 ** len(found) <= deepest:
            found.append(found[-1][found[-1]])
        return found

    @cached_property
    def names(self) -> tuple[list[tuple[str, ...]], IntArray]:
        """The distinct sets of words in elements' names, and for each element the number of its own set."""
        numbers: dict[str, int] = {}
        own = [numbers.setdefault(node.names, len(numbers)) for node in self.page.nodes]
        return [name_words(names) for names in self.page.clock.watch(numbers)], np.array(own, dtype=np.int64)

    @cached_property
    def like(self) -> IntArray:
        """For each element a number shared by all elements with its tag and names."""
        tags: dict[str, int] = {}
        own = [tags.setdefault(node.tag, len(tags)) for node in self.page.nodes]
        table, names = self.names
        return np.asarray(np.unique(np.array(own, dtype=np.int64) * len(table) + names, return_inverse=True)[1])

    @cached_property
    def words(self) -> list[tuple[str, ...]]:
        """The words of each element's names."""
        table, own = self.names
        return [table[number] for number in own.tolist()]

    @cached_property
    def size(self) -> FloatArray:
        """The characters of each block."""
        return self.features.length.astype(np.float64)

    @cached_property
    def link_size(self) -> FloatArray:
        """The characters of each block that are in links."""
        sizes = np.array([block.link_size for block in self.page.blocks], dtype=np.float64)
        return np.asarray(np.minimum(sizes, self.size))

    @cached_property
    def is_paragraph(self) -> BoolArray:
        """Which blocks are running text by size and links."""
        return (self.size > PARAGRAPH_MIN_CHARACTERS) & (self.link_size < PARAGRAPH_MAX_LINK_SHARE * self.size)

    def forget(self) -> None:
        """Release what was computed from the texts; it is computed again on demand."""
        for name in ("texts", "document", "features"):
            self.__dict__.pop(name, None)

    def release(self) -> None:
        """Release all that was computed, which takes most of the memory; it is computed again on demand."""
        given = {field.name for field in fields(self)}
        for name in self.__dict__.keys() - given:
            del self.__dict__[name]

    def inside(self, values: FloatArray) -> FloatArray:
        """The sum of the values of the blocks inside each element."""
        own = np.bincount(self.node, weights=values, minlength=len(self.page.nodes))
        running = np.concatenate([[0.0], np.cumsum(own)])
        return np.asarray(running[self.ends] - running[:-1])
