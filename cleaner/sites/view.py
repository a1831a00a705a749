"""One document in the light of its site: what the other pages say about its lines."""

from __future__ import annotations

from dataclasses import dataclass

from cleaner.sites.keys import line_keys
from cleaner.sites.knowledge import Recalled, SiteKnowledge
from cleaner.sites.pages import LearnedPage
from cleaner.text.arrays import HashArray, IntArray
from cleaner.text.document import Document

__all__ = ["SiteView"]


@dataclass(frozen=True, slots=True, eq=False)
class SiteView:
    """What is known about the site of a document, and the key of the document's page."""

    knowledge: SiteKnowledge
    key: int

    def recall(self, document: Document, paths: HashArray | None = None) -> tuple[IntArray, Recalled]:
        """The numbers of the lines that can be compared, and what the site's other pages say about each of them.

        ``paths``: a hash of the element of each line, for the blocks of a page of HTML.
        """
        keys = line_keys(document)
        own = None if paths is None else paths[keys.lines]
        return keys.lines, self.knowledge.recall(LearnedPage.of(self.key, keys, own, is_whole=True))
