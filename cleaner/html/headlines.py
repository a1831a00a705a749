"""The headline among the blocks of a page: a block that equals a title of the page, without the site's name."""

from __future__ import annotations

from collections.abc import Sequence

import regex

from cleaner.html.page import Page
from cleaner.text.folding import fold

__all__ = ["find_headlines"]

MIN_LETTERS = 4
MIN_H1_WORDS = 3
# The least share of a title that a part of it must have to count as the headline.
MIN_PART_SHARE = 0.3
MIN_PART_LETTERS = 8
_WORD = regex.compile(r"[\p{L}\p{M}\p{N}]+")
_CJK = regex.compile(r"[\p{Han}\p{Hiragana}\p{Katakana}\p{Hangul}]")
_HEADINGS = frozenset({"h1", "h2", "h3"})


def find_headlines(page: Page, folded: Sequence[str], titles: Sequence[str]) -> list[int]:
    """The numbers of the blocks that are copies of the headline, in order; ``folded`` are the blocks' folded texts.

    A block is a copy if its words are those of a title, or of the larger part of a title that has the site's name
    before or after it; if there is none, a heading of the first level with at least three words is.
    """
    wanted = [core for title in titles if len(core := _core(fold(title))) >= MIN_LETTERS]
    longest = max((len(core) for core in wanted), default=0)
    own: dict[int, str] = {}
    for number, text in page.clock.watch(enumerate(folded)):
        # Size or first letters rule out most blocks.
        if len(text) > 2 * longest + 20:
            continue
        first = text[:3]
        if not first.isalnum() or any(first in core for core in wanted):
            own[number] = _core(text)
    shown = set(own.values())
    names = {core for core in wanted if core in shown}
    names.update(part for core in wanted if (part := _best_part(core, own, page)))
    found = [number for number, core in own.items() if core in names]
    if found:
        return found
    h1 = [number for number, block in enumerate(page.blocks) if page.nodes[block.node].tag == "h1"]
    return [number for number in h1 if _size(folded[number]) >= MIN_H1_WORDS]


def _core(text: str) -> str:
    return " ".join(_WORD.findall(text))


def _size(text: str) -> int:
    return len(_WORD.findall(text)) + len(_CJK.findall(text)) // 2


def _best_part(title: str, own: dict[int, str], page: Page) -> str | None:
    """The largest block that begins or ends a title; None where none is large enough."""
    best = None
    for number, core in own.items():
        if not len(core) < len(title) or not (len(core) >= MIN_PART_LETTERS or _CJK.search(core)):
            continue
        if core not in title or len(core) < MIN_PART_SHARE * len(title) or (best and len(core) <= len(best)):
            continue
        is_sure = page.nodes[page.blocks[number].node].tag in _HEADINGS or len(core) > 0.5 * len(title)
        if title.startswith(f"{core} ") or (is_sure and title.endswith(f" {core}")):
            best = core
    return best
