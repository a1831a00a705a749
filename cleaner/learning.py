"""One document -> the page that a site memory learns: the one place that knows how each kind of document is learned."""

from __future__ import annotations

from collections.abc import Callable
from typing import Literal, TypeAlias

from cleaner.clock import NO_LIMIT, Clock
from cleaner.sites.addresses import page_key
from cleaner.sites.keys import line_keys
from cleaner.sites.pages import LearnedPage, learn_lines
from cleaner.text.document import Document

__all__ = ["DocumentKind", "learn_document"]

DocumentKind: TypeAlias = Literal["text", "markdown", "html"]
_Lesson: TypeAlias = tuple[LearnedPage, dict[int, str]]


def learn_document(
    kind: DocumentKind, content: str | bytes, url: str | None = None, clock: Clock = NO_LIMIT
) -> _Lesson:
    """A document as the page that is learned, and its lines by their hashes; bytes only of HTML.

    >>> page, lines = learn_document("markdown", "# La ville\\n\\n[Partager](/p)", "https://exemple.fr/1")
    >>> list(lines.values())
    ['la ville', 'partager']
    """
    return _LEARNERS[kind](content, url, clock)


def _learn_text(content: str | bytes, url: str | None, clock: Clock) -> _Lesson:
    text = _require_text(content)
    return learn_lines(line_keys(Document.read(text, clock)), page_key(url, text))


def _learn_markdown(content: str | bytes, url: str | None, clock: Clock) -> _Lesson:
    """Markdown is learned from its visible text, which is what cleaning judges, too."""
    from cleaner.markdown.view import read_view

    source = _require_text(content)
    return learn_lines(line_keys(Document.read(read_view(source, clock).text, clock)), page_key(url, source))


def _learn_html(content: str | bytes, url: str | None, clock: Clock) -> _Lesson:
    from cleaner.html.page import read_page

    text = "\n".join(block.text for block in read_page(content, clock=clock).blocks)
    return learn_lines(line_keys(Document.read(text, clock)), page_key(url, text))


_LEARNERS: dict[DocumentKind, Callable[[str | bytes, str | None, Clock], _Lesson]] = {
    "text": _learn_text,
    "markdown": _learn_markdown,
    "html": _learn_html,
}


def _require_text(content: str | bytes) -> str:
    if isinstance(content, bytes):
        raise TypeError("a text must be a str, not bytes; decode it")
    return content
