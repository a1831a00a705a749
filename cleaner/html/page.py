"""An HTML page -> blocks: stretches of text that a reader sees as one, with what the markup says about each.

A block ends where an element of its own line begins or ends, and at a line break. The rows of a data table are one
block each, and preformatted text is one block with its line ends. Everything is bounded: bytes, elements and depth.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass, field
from typing import Any, NamedTuple

from lxml import etree

from cleaner.clock import NO_LIMIT, Clock
from cleaner.html.attributes import bound_attributes
from cleaner.html.decoding import decode_page, repair_text
from cleaner.html.markup import Markup

__all__ = [
    "CELL_JOINT",
    "HEADINGS",
    "IN_BOLD",
    "IN_LINK",
    "Block",
    "Cutter",
    "Node",
    "Page",
    "page_text",
    "parse_page",
    "read_page",
]

# Markup after this many characters, or this many elements, is left out.
MAX_CHARACTERS = 10_000_000
MAX_ELEMENTS = 250_000
# Bytes after this many are not read at all.
MAX_BYTES = 100_000_000
# Elements nested deeper than this are read as running text.
MAX_DEPTH = 180
MAX_NAME_CHARACTERS = 300
# Elements between two checks of the clock.
ELEMENT_STEPS = 512

CUT_SHORT = "page-cut-short"


def _tags(names: str) -> frozenset[str]:
    return frozenset(names.split())


_SKIPPED = _tags(
    "script style noscript template svg math iframe object embed applet select option textarea input "
    "audio video canvas map head"
)
_BLOCKS = _tags(
    "address article aside blockquote body center dd details dialog dir div dl dt fieldset figcaption "
    "figure footer form h1 h2 h3 h4 h5 h6 header hgroup hr legend li main menu nav ol optgroup p pre "
    "search section summary table caption tbody td tfoot th thead tr ul button html title frameset"
)
HEADINGS = _tags("h1 h2 h3 h4 h5 h6")
# What is around a text; a cutter may use further bits.
IN_LINK, IN_BOLD = 1, 2
# Attributes whose words say what an element is for.
_NAMING = frozenset({"class", "id", "itemprop", "role", "data-testid", "data-component"})

_ENDS = re.compile(r"</[bB][oO][dD][yY]\s*>|</[hH][tT][mM][lL]\s*>")
_DATA = re.compile(r"data:[^\"'\s>]{500,}")
_DATA_BYTES = re.compile(rb"data:[^\"'\s>]{500,}")
_LINE_END = re.compile("\r\n?|[\x0b\x0c\x1c-\x1e\x85\u2028\u2029]")

# A data table: at least TABLE_MIN_ROWS rows, and at least TABLE_MIN_SHARE of all rows, have TABLE_MIN_CELLS filled
# cells, each of at most CELL_MAX_CHARACTERS.
TABLE_MIN_ROWS = 2
TABLE_MIN_CELLS = 2
TABLE_MIN_SHARE = 0.6
CELL_MAX_CHARACTERS = 300
CELL_MAX_BLOCKS = 6
# What stands between the cells of a row in its text.
CELL_JOINT = " | "


class Node(NamedTuple):
    """An element that begins a line of its own: tag, the number of its parent, and what its attributes say.

    ``names``: the text of its class, id and the like. ``hidden``: whether its markup hides it.
    """

    tag: str
    parent: int
    names: str
    hidden: bool
    depth: int


class Block(NamedTuple):
    """A stretch of text, and what its markup says.

    ``node``: the number of the nearest element with a line of its own. ``link_size`` and ``bold_size``: characters
    inside links and inside bold text. ``links``: how many links begin in it, and ``anchors`` how many of these stay
    on the page. ``images``: pictures since the block before. ``soft``: whether it begins after a mere line break.
    ``inline``: the class of its first inline element.
    """

    text: str
    node: int
    link_size: int = 0
    bold_size: int = 0
    links: int = 0
    anchors: int = 0
    images: int = 0
    soft: bool = False
    inline: str = ""


@dataclass(eq=False)
class Page:
    """A page cut into blocks, in the order of the page.

    ``root`` is its tree, None if there is none. ``clock``: the page's time limit. ``markup``: what else the markup says,
    None if it was not read.
    """

    root: Any
    nodes: list[Node] = field(default_factory=list)
    blocks: list[Block] = field(default_factory=list)
    flags: tuple[str, ...] = ()
    clock: Clock = NO_LIMIT
    markup: Markup | None = None

    def ancestors(self, node: int) -> Iterator[int]:
        """The numbers of a node and of those around it, from the inside out."""
        while node >= 0:
            yield node
            node = self.nodes[node].parent


def read_page(
    markup: str | bytes,
    charset: str | None = None,
    clock: Clock = NO_LIMIT,
    make_cutter: Callable[[Clock], Cutter] | None = None,
) -> Page:
    """A page cut into blocks; never fails.

    ``charset`` is the encoding that the transport named for bytes. ``clock``: the page's time limit. ``make_cutter``:
    what cuts the page, a `Cutter` if None.

    >>> [block.text for block in read_page("<h1>Low water</h1><p>The <b>ferry</b> waits.").blocks]
    ['Low water', 'The ferry waits.']
    """
    text = page_text(markup, charset)
    clock.check()
    root, cut = parse_page(text)
    del text  # it takes as much memory as the page
    if root is None:
        return Page(None, clock=clock)
    cutter = (make_cutter or Cutter)(clock)
    cutter.cut(root)
    flags = (CUT_SHORT,) if cut or cutter.left_elements < 0 else ()
    return Page(root, cutter.nodes, cutter.blocks, flags, clock, cutter.markup)


def page_text(markup: str | bytes, charset: str | None = None) -> str:
    """The characters of a page without embedded pictures and other data; at most one more than `MAX_CHARACTERS`.

    Elements have no more attributes than a parser can take, see `cleaner.html.attributes`.
    """
    if isinstance(markup, bytes):
        if b"data:" in markup:
            markup = _DATA_BYTES.sub(b"data:", markup[:MAX_BYTES])
        text = decode_page(markup[: 4 * MAX_CHARACTERS], charset)[: MAX_CHARACTERS + 1]
    else:
        if "data:" in markup:
            markup = _DATA.sub("data:", markup[:MAX_BYTES])
        text = repair_text(markup[: MAX_CHARACTERS + 1])
    encoded = text.encode("utf-8", "surrogatepass")
    bounded = bound_attributes(encoded)
    return text if bounded is encoded else bounded.decode("utf-8", "surrogatepass")


def parse_page(text: str) -> tuple[Any, bool]:
    """The tree of a page, and whether it was cut short."""
    if "<" not in text:
        return None, False
    cut = len(text) > MAX_CHARACTERS
    # The parser discards everything after the end of the body.
    text = _ENDS.sub("", text[:MAX_CHARACTERS]).replace("\0", " ")
    parser = etree.HTMLParser(encoding="utf-8", remove_comments=True, remove_pis=True, huge_tree=True)
    try:
        root = etree.fromstring(text.encode("utf-8", "replace"), parser)
    except (etree.ParserError, etree.XMLSyntaxError):
        return None, False
    # The parser stops when about 2,000 elements are open.
    last: Any = parser.error_log.last_error
    return root, cut or (last is not None and last.type == etree.ErrorTypes.ERR_RESOURCE_LIMIT)


class Cutter:
    """One walk over a tree."""

    markup: Markup | None = None

    def __init__(self, clock: Clock) -> None:
        self._clock = clock
        self.nodes: list[Node] = []
        self.blocks: list[Block] = []
        self.left_elements = MAX_ELEMENTS
        self._parts: list[str] = []
        self._soft = False
        self._literal = False
        self._link_size = self._bold_size = self._links = self._anchors = self._images = 0
        self._inline = ""
        self._enter = (
            dict.fromkeys(_BLOCKS, self._enter_block)
            | dict.fromkeys(_SKIPPED, self._skip)
            | {"br": self._enter_break, "a": self._enter_link, "img": self._enter_image, "table": self._enter_table}
            | {"b": self._enter_bold, "strong": self._enter_bold, "pre": self._enter_literal}
        )

    def cut(self, root: Any) -> None:
        """Walk over a tree from its root."""
        self._clock.check()
        node = self._begin(root, root.tag if isinstance(root.tag, str) else "html", -1, -1)
        self._walk(root, node, 0, 0)
        self._end_block(node)

    def _walk(self, element: Any, node: int, depth: int, marks: int) -> None:
        """Walk over the content of an element; ``marks``: whether a link or bold text is around it."""
        text = element.text
        if text:
            self._add(text, marks)
        if depth > MAX_DEPTH:
            self._add(" ".join(element.itertext()), marks)
            return
        enter = self._enter
        for child in element:
            self.left_elements -= 1
            if self.left_elements < 0:
                return
            if self.left_elements % ELEMENT_STEPS == 0:
                self._clock.check()
            enter.get(child.tag, self._enter_other)(child, node, depth, marks)
            tail = child.tail
            if tail:
                self._add(tail, marks)

    def _enter_other(self, child: Any, node: int, depth: int, marks: int) -> None:
        if not isinstance(child.tag, str):
            return
        if "-" in child.tag:
            self._enter_block(child, node, depth, marks)
        else:
            self._enter_inline(child, node, depth, marks)

    def _enter_break(self, child: Any, node: int, depth: int, marks: int) -> None:  # noqa: ARG002
        self._end_block(node)
        self._soft = True

    def _enter_image(self, child: Any, node: int, depth: int, marks: int) -> None:  # noqa: ARG002
        self._images += 1

    def _skip(self, child: Any, node: int, depth: int, marks: int) -> None:
        """Leave out an element and everything in it."""

    def _enter_link(self, child: Any, node: int, depth: int, marks: int) -> None:
        href = child.get("href")
        if href:
            self._links += 1
            self._anchors += href.startswith(("#", "javascript:", "mailto:"))
            marks = self._mark_link(href, marks)
        self._enter_inline(child, node, depth, marks)

    def _mark_link(self, href: str, marks: int) -> int:  # noqa: ARG002
        """The marks of a text inside a link."""
        return marks | IN_LINK

    def _enter_bold(self, child: Any, node: int, depth: int, marks: int) -> None:
        self._enter_inline(child, node, depth, marks | IN_BOLD)

    def _enter_inline(self, child: Any, node: int, depth: int, marks: int) -> None:
        if not self._inline and not self._parts:
            self._inline = child.get("class") or ""
        self._walk(child, node, depth + 1, marks)

    def _enter_table(self, child: Any, node: int, depth: int, marks: int) -> None:
        rows = _data_rows(child, self._clock)
        if rows is None:
            self._enter_block(child, node, depth, marks)
            return
        self._end_block(node)
        inner = self._begin(child, "table", node, depth)
        for row, cells, link_size in rows:
            self.left_elements -= 1 + len(row)
            if self.left_elements < 0:
                break
            self._add_row(row, cells, link_size, self._begin(row, row.tag, inner, depth + 1))
        self._soft = False

    def _add_row(self, row: Any, cells: Sequence[str], link_size: int, node: int) -> None:  # noqa: ARG002
        """Add a row of a table, or its caption; ``cells``: the texts of those that are filled."""
        self.blocks.append(Block(CELL_JOINT.join(cells), node, link_size=link_size, links=int(link_size > 0)))

    def _enter_literal(self, child: Any, node: int, depth: int, marks: int) -> None:
        self._end_block(node)
        before, self._literal = self._literal, True
        self._enter_block(child, node, depth, marks)
        self._literal = before

    def _enter_block(self, child: Any, node: int, depth: int, marks: int) -> None:
        self._end_block(node)
        inner = self._begin(child, child.tag, node, depth)
        self._walk(child, inner, depth + 1, marks)
        self._end_block(inner)
        self._soft = False

    def _begin(self, element: Any, tag: str, parent: int, depth: int) -> int:
        names, hidden = "", False
        # The parser finds a value by going through all attributes before it, so only the needed ones are read.
        for name in element.keys():  # noqa: SIM118
            if name in _NAMING:
                names = f"{names} {element.get(name)[:MAX_NAME_CHARACTERS]}"
            elif name == "hidden":
                hidden = True
            elif name == "style":
                value = element.get(name)
                hidden = hidden or ("none" in value and "display" in value)
        self.nodes.append(Node(tag, parent, names, hidden, depth))
        return len(self.nodes) - 1

    def _add(self, text: str, marks: int) -> None:
        self._parts.append(text)
        if marks & IN_LINK:
            self._link_size += len(text.strip())
        if marks & IN_BOLD:
            self._bold_size += len(text.strip())

    def _end_block(self, node: int) -> None:
        if not self._parts:
            return
        joined = "".join(self._parts)
        self._parts = []
        text = _literal_text(joined) if self._literal else " ".join(joined.split())
        if text:
            links, images = (self._link_size, self._bold_size, self._links, self._anchors), self._images
            self.blocks.append(Block(text, node, *links, images, self._soft, self._inline))
            self._images = 0
            self._soft = False
        self._link_size = self._bold_size = self._links = self._anchors = 0
        self._inline = ""


def _literal_text(text: str) -> str:
    """Preformatted text with its line ends, without blank lines around it."""
    lines = [line.rstrip() for line in _LINE_END.sub("\n", text).split("\n")]
    return "\n".join(lines).strip("\n") if any(lines) else ""


def _data_rows(table: Any, clock: Clock) -> list[tuple[Any, list[str], int]] | None:
    """The rows of a data table, each with its filled cells and the characters in links; None for a layout table."""
    if any(element is not table for element in table.iter("table", "script", "style")):
        return None
    rows = []
    for element in clock.watch(table.iter("tr", "caption")):
        # Only layout tables have rows inside rows; reading them row by row would read their text again and again.
        if next(element.iterdescendants("tr", "caption"), None) is not None:
            return None
        if element.tag == "caption":
            if text := " ".join("".join(element.itertext()).split()):
                rows.append((element, [text], 0))
            continue
        cells = []
        for cell in clock.watch(element):
            text = " ".join("".join(cell.itertext()).split())
            if len(text) > CELL_MAX_CHARACTERS or _has_blocks(cell):
                return None
            if text:
                cells.append(text)
        if cells:
            link_size = sum(len("".join(link.itertext()).strip()) for link in element.iter("a"))
            rows.append((element, cells, link_size))
    filled = sum(len(cells) >= TABLE_MIN_CELLS for _, cells, _ in rows)
    return rows if filled >= TABLE_MIN_ROWS and filled >= TABLE_MIN_SHARE * len(rows) else None


def _has_blocks(cell: Any) -> bool:
    return len(cell) > 0 and sum(inner.tag in _BLOCKS for inner in cell.iter()) > CELL_MAX_BLOCKS + 1
