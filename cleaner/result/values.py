"""Kinds, evidence, verdicts and removals: frozen values without logic beyond properties."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from enum import StrEnum
from typing import Any, Literal, TypeVar, overload

__all__ = [
    "NO_ARTICLE",
    "Action",
    "Deferred",
    "Doubt",
    "Evidence",
    "Kind",
    "Line",
    "Metadata",
    "Removal",
    "Span",
    "Verdict",
]

Action = Literal["keep", "drop", "cut"]
_Item = TypeVar("_Item")
# The flag of a document in which no article was found.
NO_ARTICLE = "no-article-found"


class Kind(StrEnum):
    """The classes of noise, in the order a page usually shows them."""

    COMMENT_CONTROLS = "comment-controls"
    COMMENT_FRAME = "comment-frame"
    COMMENT_AUTHOR = "comment-author"
    COMMENT_ATTRIBUTION = "comment-attribution"
    COMMENT_FORM = "comment-form"
    COMMENT_FORM_NOTICE = "comment-form-notice"
    COMMENT_COUNT = "comment-count"
    COMMENT_WIDGET = "comment-widget"
    COMMENT_POLICY = "comment-policy"
    AUTHOR_BOX = "author-box"
    AUTHOR_BIO = "author-bio"
    BYLINE = "byline"
    PUBLICATION_DATE = "publication-date"
    READING_TIME = "reading-time"
    DUPLICATE_HEADLINE = "duplicate-headline"
    BREADCRUMB = "breadcrumb"
    SHARE_BAR = "share-bar"
    LIKE_COUNTER = "like-counter"
    PAGE_TOOLS = "page-tools"
    READ_ALSO = "read-also"
    RELATED_LINKS = "related-links"
    PAGINATION = "pagination"
    FEED_FOOTER = "feed-footer"
    FEED_SUBSCRIPTION = "feed-subscription"
    NEWSLETTER = "newsletter"
    SOCIAL_PROMOTION = "social-promotion"
    PAYWALL = "paywall"
    COOKIE_NOTICE = "cookie-notice"
    ADVERTISEMENT_MARKER = "advertisement-marker"
    SPONSOR_BLOCK = "sponsor-block"
    SEARCH_SPAM = "search-spam"
    DONATION_APPEAL = "donation-appeal"
    PHOTO_CREDIT = "photo-credit"
    AGENCY_CREDIT = "agency-credit"
    SYNDICATION_NOTE = "syndication-note"
    COPYRIGHT = "copyright"
    TAGS = "tags"
    CONTACT_LINE = "contact-line"
    INTERFACE = "interface"
    FOLLOW_UP = "follow-up"
    COMMENT = "comment"
    SIGNATURE = "signature"
    BOILERPLATE = "boilerplate"


@dataclass(frozen=True, slots=True)
class Span:
    """A half-open range of characters of the input: ``text[start:end]``."""

    start: int
    end: int


@dataclass(frozen=True, slots=True)
class Line:
    """One line of the input: ``text[start:end]`` without its line end, which extends to ``stop``."""

    index: int
    start: int
    end: int
    stop: int

    @property
    def span(self) -> Span:
        """The line's characters without its line end."""
        return Span(self.start, self.end)


@dataclass(frozen=True, slots=True)
class Evidence:
    """One signal about a line: ``points`` above zero speak for noise, below zero for main content.

    ``source`` is a pattern id (``fr.tags.label``), ``line.<feature>`` or ``context.<name>``.
    ``kind`` is the kind of noise it speaks for, if any.
    ``start`` and ``end`` are offsets into the input, in characters. ``detail``: what the points are for, in words, where
    the source does not say it all: "on 41 of 84 pages of this site, at the end".
    """

    source: str
    points: float
    start: int
    end: int
    kind: Kind | None = None
    detail: str = ""

    def at(self, start: int, end: int) -> Evidence:
        """The same evidence in another place."""
        return Evidence(self.source, self.points, start, end, self.kind, self.detail)


class Deferred(Sequence[_Item]):
    """Values that are computed when they are first used, and equal a tuple of the same values.

    ``make``: a function without side effects that returns them; the sequence pickles if the function does.

    >>> Deferred(lambda: (1, 2)) == (1, 2)
    True
    """

    __slots__ = ("_found", "_make")

    def __init__(self, make: Callable[[], tuple[_Item, ...]]) -> None:
        self._make = make
        self._found: tuple[_Item, ...] | None = None

    @property
    def _items(self) -> tuple[_Item, ...]:
        if self._found is None:
            self._found = self._make()
        return self._found

    @overload
    def __getitem__(self, index: int) -> _Item: ...
    @overload
    def __getitem__(self, index: slice) -> tuple[_Item, ...]: ...
    def __getitem__(self, index: int | slice) -> _Item | tuple[_Item, ...]:
        return self._items[index]

    def __len__(self) -> int:
        return len(self._items)

    def __iter__(self) -> Iterator[_Item]:
        return iter(self._items)

    def __eq__(self, other: object) -> bool:
        return self._items == (other._items if isinstance(other, Deferred) else other)

    def __hash__(self) -> int:
        return hash(self._items)

    def __repr__(self) -> str:
        return repr(self._items)

    def __reduce__(self) -> tuple[Any, ...]:
        return Deferred, (self._make,)


@dataclass(frozen=True, slots=True)
class Verdict:
    """The decision on one line: kept, dropped, or cut (fragments of it removed), and why.

    ``score`` is the sum of the points of ``evidence``. ``element``: for HTML the short path of the line's element.
    """

    line: Line
    action: Action
    kind: Kind | None
    score: float
    evidence: tuple[Evidence, ...]
    element: str = ""


@dataclass(frozen=True, slots=True)
class Removal:
    """One removed stretch of the input, ``text[start:end]``, with the reason and the text itself.

    ``element``: for HTML the short path of the element that contained it.
    """

    start: int
    end: int
    kind: Kind
    score: float
    evidence: Sequence[Evidence]
    text: str
    element: str = ""


@dataclass(frozen=True, slots=True)
class Doubt:
    """A stretch of the input, ``text[start:end]``, that looked like noise but stayed because that was not certain.

    ``score``: the points for removing it, as a mean over its lines.
    """

    start: int
    end: int
    score: float


@dataclass(frozen=True, slots=True)
class Metadata:
    """What a page says about itself; None for what it does not say.

    ``date``: the day of publication as YYYY-MM-DD. ``language``: an ISO 639 code.
    """

    title: str | None = None
    author: str | None = None
    date: str | None = None
    site_name: str | None = None
    language: str | None = None
