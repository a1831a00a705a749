"""Whether a text is the source of a page of HTML, or holds some, or links of Markdown."""

from __future__ import annotations

import re

__all__ = ["holds_markdown", "holds_markup", "is_page", "is_xml"]

# Elements that pages and pieces of them begin or end with.
_ELEMENTS = (
    "a|article|aside|blockquote|body|br|center|dl|div|em|figure|font|footer|form|h[1-6]|head|header|html|hr|i|iframe|"
    "img|li|link|main|meta|nav|ol|p|pre|script|section|span|strong|style|table|tbody|td|title|tr|ul|b"
)
# What may stand before a page: blanks, a declaration of XML, comments.
_BEFORE = r"(?:\s|<\?xml[^<>]{0,200}\?>|<!--(?:(?!-->).){0,2000}-->)*+"
_PAGE = re.compile(_BEFORE + r"<(?:!doctype(?:\s+html)?|html|head|body)(?=[\s>])", re.IGNORECASE | re.DOTALL)
_XML = re.compile(r"\s*(?:<\?xml\s|<rss\s|<feed\s)")
_FIRST_TAG = re.compile(_BEFORE + rf"<(?:{_ELEMENTS})(?:\s[^<>]{{0,2000}})?/?>", re.IGNORECASE | re.DOTALL)
_LAST_TAG = re.compile(rf"(?:</(?:{_ELEMENTS})\s*|<(?:br|hr|img)(?:\s[^<>]*)?/?|--)>\s*\Z", re.IGNORECASE)
_CLOSING = re.compile(r"</(?:a|blockquote|div|figure|h[1-6]|li|p|span|strong|table|td|tr|ul)\s*>", re.IGNORECASE)
_LINK = re.compile(r"\]\((?:https?://|mailto:|[/#])")
# How much of the end of a text is searched for its last tag, and how many closing tags or links make a text one with
# markup.
_END = 2000
_MANY = 3


def is_page(text: str) -> bool:
    """Whether a text is surely a page or a piece of one: it begins as pages do, or it begins and ends with a tag.

    >>> is_page("<!DOCTYPE html><title>A"), is_page("<p>One.</p>\\n<p>Two.</p>"), is_page("<p> is a tag of HTML.")
    (True, True, False)
    """
    if "<" not in text:
        return False
    if _PAGE.match(text):
        return True
    return _FIRST_TAG.match(text) is not None and _LAST_TAG.search(text[-_END:]) is not None


def is_xml(text: str) -> bool:
    """Whether a text is XML, such as a feed, and no page.

    >>> is_xml('<?xml version="1.0"?><rss version="2.0">'), is_xml('<?xml version="1.0"?><html lang="fr">')
    (True, False)
    """
    return _XML.match(text) is not None and not is_page(text)


def holds_markup(text: str) -> bool:
    """Whether a text has tags of HTML in it: it is a piece of a page, or several elements are closed in it.

    >>> holds_markup("One.<p>Two.</p><p>Three.</p><div>Four.</div>"), holds_markup("The tags <p> and </p> are a pair.")
    (True, False)
    """
    if "</" not in text and "<br" not in text:
        return False
    if is_page(text):
        return True
    return sum(1 for _, _found in zip(range(_MANY), _CLOSING.finditer(text), strict=False)) == _MANY


def holds_markdown(text: str) -> bool:
    """Whether a text has several links of Markdown in it.

    >>> holds_markdown("[Home](/) [Sport](/sport) [News](https://example.org)"), holds_markdown("(a) [b](see c)")
    (True, False)
    """
    if "](" not in text:
        return False
    return sum(1 for _, _found in zip(range(_MANY), _LINK.finditer(text), strict=False)) == _MANY
