"""Reads Markdown as its readers do, to compare what it shows with a text."""

from __future__ import annotations

import re
from collections.abc import Iterator
from functools import cache

from markdown_it import MarkdownIt
from markdown_it.token import Token

__all__ = ["html_of", "visible_words", "words"]

_WORD = re.compile(r"\w+")


@cache
def _reader() -> MarkdownIt:
    return MarkdownIt("commonmark").enable("table")


def html_of(markdown: str) -> str:
    """The HTML that Markdown stands for, on one line."""
    return re.sub(r">\n+", ">", str(_reader().render(markdown))).replace("\n<", "<").strip()


def words(text: str) -> list[str]:
    """The words of a text."""
    return _WORD.findall(text)


def visible_words(markdown: str) -> list[str]:
    """The words that Markdown shows, without those of images; raises `AssertionError` for HTML in it."""
    return words("\n".join(map(_text, _reader().parse(markdown))))


def _text(token: Token) -> str:
    assert token.type != "html_block", f"{token.content!r} would be read as HTML"
    return "".join(_pieces(token)) if token.children is not None else token.content


def _pieces(token: Token) -> Iterator[str]:
    for child in token.children or ():
        assert child.type != "html_inline", f"{child.content!r} would be read as HTML"
        if child.type != "image":
            yield "\n" if child.type in ("softbreak", "hardbreak") else child.content
