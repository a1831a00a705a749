"""The lists and quotations around each element of a page, as Markdown nests them."""

from __future__ import annotations

from typing import NamedTuple

from cleaner.html.markup import Markup
from cleaner.html.page import Page

__all__ = ["Container", "find_containers"]

# Elements nested deeper stand in the innermost of these: readers of Markdown leave out what is nested much deeper.
MAX_CONTAINERS = 8
MAX_NUMBER = 999_999_999
_LISTS = frozenset({"ul", "ol", "menu", "dir"})


class Container(NamedTuple):
    """A quotation, or an item of a list.

    ``node``: its number; ``list``: the number of an item's list, -1 for a quotation; ``number``: an item's, None in a
    list without numbers.
    """

    node: int
    list: int
    number: int | None = None

    @property
    def is_item(self) -> bool:
        """Whether it is an item of a list."""
        return self.list >= 0


def find_containers(page: Page, markup: Markup) -> list[tuple[Container, ...]]:
    """The containers around each node of a page, itself included, from the outside in."""
    paths: list[tuple[Container, ...]] = []
    lists: list[int] = []
    following: dict[int, int] = {}
    for number, node in page.clock.watch(enumerate(page.nodes)):
        path = paths[node.parent] if node.parent >= 0 else ()
        own_list = lists[node.parent] if node.parent >= 0 else -1
        if node.tag in _LISTS:
            own_list = number
        elif node.tag in ("li", "blockquote"):
            container = Container(number, -1)
            if node.tag == "li":
                around = own_list if own_list >= 0 else max(node.parent, 0)
                container = Container(number, around)
                if page.nodes[around].tag == "ol":
                    own = markup.numbers.get(number, following.get(around, markup.numbers.get(around, 1)))
                    following[around] = min(own + 1, MAX_NUMBER)
                    container = Container(number, around, own)
            if len(path) < MAX_CONTAINERS:
                path = (*path, container)
            own_list = -1
        paths.append(path)
        lists.append(own_list)
    return paths
