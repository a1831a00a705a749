"""A page of HTML as its site memory learns it: hashes of its blocks, each with one of the element that it stands in."""

from __future__ import annotations

import numpy as np

from cleaner.clock import NO_LIMIT, Clock
from cleaner.html.embedded import with_embedded
from cleaner.html.metadata import canonical_address
from cleaner.html.page import Page, page_text, parse_page, read_page
from cleaner.html.view import block_document, block_texts
from cleaner.sites.addresses import page_key
from cleaner.sites.keys import hash_text, line_keys
from cleaner.sites.pages import LearnedPage, learn_lines
from cleaner.text.arrays import HashArray

__all__ = ["element_paths", "learn_html", "named_address"]

# What an element is known by: its own name and those of the elements around it, each a tag and at most MAX_WORDS words
# of its class, id and the like. Words with digits are left out, which mostly number a page or a place (all set by hand).
PATH_ELEMENTS = 4
MAX_WORDS, MAX_WORD = 3, 32


def learn_html(
    markup: str | bytes, url: str | None = None, clock: Clock = NO_LIMIT
) -> tuple[LearnedPage, dict[int, str]]:
    """A page as it is learned, and its lines by their hashes; it is known by ``url``, or else the address that it names.

    Never fails; what has no text is learned as an empty page. ``clock``: the page's time limit.

    >>> page, lines = learn_html("<nav>Home News</nav><p>It rains over the town.</p>")
    >>> list(lines.values()), bool(page.paths[0] == page.paths[1])
    (['home news', 'it rains over the town.'], False)
    """
    page = read_page(markup, clock=clock)
    address = url
    if page.root is not None:
        address = url or canonical_address(page.root)
        page = with_embedded(page)
    document = block_document(block_texts(page), page.clock)
    lines = line_keys(document)
    return learn_lines(lines, page_key(address, document.text), element_paths(page)[lines.lines])


def named_address(markup: str | bytes, clock: Clock = NO_LIMIT) -> str:
    """The address that a page names itself; empty if it names none. ``clock``: the page's time limit.

    >>> named_address('<link rel="canonical" href="https://example.org/a"><p>It rains.</p>')
    'https://example.org/a'
    """
    root, _ = parse_page(page_text(markup))
    clock.check()
    return "" if root is None else canonical_address(root)


def element_paths(page: Page) -> HashArray:
    """For each block of a page a hash of the short path of its element, the same on other pages of its site."""
    known: dict[tuple[int, str], int] = {}
    found = []
    for block in page.clock.watch(page.blocks):
        place = block.node, block.inline
        if place not in known:
            known[place] = hash_text(_path(page, *place))
        found.append(known[place])
    return np.array(found, dtype=np.uint64)


def _path(page: Page, node: int, inline: str) -> str:
    steps = [_words(inline)]
    for number, _ in zip(page.ancestors(node), range(PATH_ELEMENTS), strict=False):
        one = page.nodes[number]
        steps.append(f"{one.tag} {_words(one.names)}")
    return " < ".join(steps)


def _words(names: str) -> str:
    """The words of an element's names that other pages have too."""
    stable = [word.lower() for word in names.split() if len(word) <= MAX_WORD and not any(map(str.isdigit, word))]
    return " ".join(stable[:MAX_WORDS])
