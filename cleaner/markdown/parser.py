"""The parser of Markdown, set up so that links and images say where they stand."""

from __future__ import annotations

import re
from collections.abc import Callable
from functools import cache
from typing import Any, TypeAlias

from markdown_it import MarkdownIt
from markdown_it.rules_inline import StateInline
from markdown_it.rules_inline import image as read_image
from markdown_it.rules_inline import link as read_link
from markdown_it.token import Token
from mdit_py_plugins.footnote import footnote_plugin

__all__ = ["Definitions", "parse_blocks", "parse_inline"]

# What the blocks of a source have defined: the addresses of links, the footnotes.
Definitions: TypeAlias = dict[str, Any]

# The parser takes time that grows with the square of some paragraphs; longer ones are taken as they are written
# (set by hand).
MAX_PARAGRAPH = 20_000
# A sign of which the parser may make something else than text.
_MARK = re.compile(r"[\n\\`*_~\[\]<>&!^]")
# The address of a link that a converter has wrapped like a word with hyphens, and a character that may stand in an
# address, for the line end.
_BROKEN_ADDRESS = re.compile(r"\]\([^()\s]{1,999}(?:\n[^()\s]{1,999}){1,9}(?=\s?\"[^\"]{0,999}\"\)|\))")
_FILLER = "\ue000"


def parse_blocks(text: str) -> tuple[list[Token], Definitions]:
    """The blocks of a source with LF as line ends, and what they define; the text in them is not parsed yet."""
    tokens: list[Token] = []
    definitions: Definitions = {}
    parser = _parser()
    parser.block.parse(text, parser, definitions, tokens)
    return tokens, definitions


def parse_inline(content: str, definitions: Definitions) -> list[Token] | None:
    """The text, links and emphasis of a paragraph; None if it has no marks, or is too long to be parsed.

    ``meta`` of the tokens of links and images has their ``start`` and ``end`` in the paragraph.
    """
    if len(content) > MAX_PARAGRAPH or not _MARK.search(content):
        return None
    tokens: list[Token] = []
    parser = _parser()
    # A line end inside an address would end the link; the text keeps its length.
    content = _BROKEN_ADDRESS.sub(lambda found: found[0].replace("\n", _FILLER), content)
    parser.inline.parse(content, parser, definitions, tokens)
    return tokens


@cache
def _parser() -> MarkdownIt:
    """A parser of CommonMark with tables, strikethrough and footnotes."""
    parser = MarkdownIt("commonmark", {"inline_definitions": True, "store_labels": True})
    parser.enable(["table", "strikethrough"]).use(footnote_plugin, inline=False)
    # A link to a script is a link too.
    parser.validateLink = _any_address  # type: ignore[method-assign]
    # Addresses are not used.
    parser.normalizeLink = _same_address  # type: ignore[method-assign]
    parser.inline.ruler.at("link", _noting(read_link))
    parser.inline.ruler.at("image", _noting(read_image))
    return parser


def _any_address(url: str) -> bool:  # noqa: ARG001 - the parser names it
    return True


def _same_address(url: str) -> str:
    return url


def _noting(rule: Callable[[StateInline, bool], bool]) -> Callable[[StateInline, bool], bool]:
    """A rule that also notes where what it has read begins and ends."""

    def noting(state: StateInline, silent: bool) -> bool:  # noqa: FBT001 - the parser calls it so
        start, count = state.pos, len(state.tokens)
        if not rule(state, silent):
            return False
        if not silent:
            first = next(token for token in state.tokens[count:] if token.type in ("link_open", "image"))
            first.meta["start"] = start
            state.tokens[-1].meta["end"] = state.pos
        return True

    return noting
