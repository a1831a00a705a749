"""Markdown -> its leaves: paragraphs, headings, rows of tables, and what is never judged by its words."""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass

from markdown_it.token import Token

from cleaner.clock import NO_LIMIT, Clock
from cleaner.markdown.inline import Shown, show
from cleaner.markdown.leaves import Leaf, SourceLines
from cleaner.markdown.metadata import MAX_LINES, read_header
from cleaner.markdown.parser import Definitions, parse_blocks, parse_inline
from cleaner.markdown.tables import cell_spans, holds_data

__all__ = ["Page", "parse"]

# The most lines of an underlined heading: its text and the underline. Above a rule, a converter's paragraph of several
# lines looks like one.
HEADING_MAX_LINES = 2
# The least words of a line of prose, or its least characters where there are no spaces, and the least share of letters
# and spaces (set by hand).
PROSE_MIN_WORDS, LONG_LINE, PROSE_MIN_SHARE = 5, 30, 0.85
# Lines that only continue a paragraph because they do not come first in it: code, items, definitions, HTML, underlines.
_DEPENDENT = re.compile(r"\s{4}|\s*(?:\d+[.)](?:\s|$)|\[[^\]]+\]:|<|=+\s*$|[-+*]\s*$)")
# HTML without visible text.
_HIDDEN_HTML = re.compile(r"\s*<(?:script|style|!|\?)", re.IGNORECASE)
_LINK = re.compile(r"\]\(\S")


@dataclass(frozen=True, slots=True)
class Page:
    """The leaves of a source, in order; ``title``: the one given above the page."""

    lines: SourceLines
    leaves: list[Leaf]
    title: str | None


def parse(text: str, clock: Clock = NO_LIMIT) -> Page:
    """The leaves of a source in CommonMark with tables and footnotes, and the metadata above it.

    >>> [(leaf.role, leaf.cells[0].text) for leaf in parse("# A *b*\\n\\n- [c](d)\\n").leaves]
    [('heading', 'A b'), ('text', 'c')]
    """
    lines = SourceLines(text)
    header = read_header([lines[number] for number in range(min(len(lines), MAX_LINES))])
    reader = _Reader(lines, clock)
    reader.read(header.stop)
    above = [Leaf("header", 0, header.stop)] if header.stop else []
    return Page(lines, above + reader.leaves, header.title)


class _Reader:
    """Turns the tokens of the parser into leaves."""

    def __init__(self, lines: SourceLines, clock: Clock) -> None:
        self.leaves: list[Leaf] = []
        self._lines = lines
        self._clock = clock
        self._definitions: Definitions = {}
        # The list items and lists around the place that is read, and whether the last of them has just begun.
        self._items: list[int] = []
        self._lists: list[int] = []
        self._begins_item = False
        self._count = 0

    def read(self, first: int) -> None:
        """Read the leaves from a line on."""
        text = "\n".join([""] * first + [self._lines[line] for line in range(first, len(self._lines))])
        tokens, self._definitions = parse_blocks(text)
        at = 0
        while at < len(tokens):
            self._clock.check()
            at = self._step(tokens, at)

    def _step(self, tokens: list[Token], at: int) -> int:
        """Read what begins with a token, and say where to continue."""
        token = tokens[at]
        match token.type:
            case "bullet_list_open" | "ordered_list_open":
                self._lists.append(self._number())
            case "bullet_list_close" | "ordered_list_close":
                self._lists.pop()
            case "list_item_open":
                self._items.append(self._number())
                self._begins_item = True
                if tokens[at + 1].type == "list_item_close":
                    self._add(Leaf("still", *_lines_of(token)))
            case "list_item_close":
                self._items.pop()
                self._begins_item = False
            case "heading_open" | "paragraph_open":
                self._paragraph(token, tokens[at + 1].content)
            case "footnote_reference_open":
                self._add(Leaf("definition", *_lines_of(token), labels=frozenset({_note(token)})))
                return _after(tokens, at)
            case "table_open":
                stop = _after(tokens, at)
                self._table(tokens[at:stop])
                return stop
            case _:
                self._wordless(token)
        return at + 1

    def _wordless(self, token: Token) -> None:
        """Read a block that is one token: code, HTML, a rule, the address of a link."""
        match token.type:
            case "hr":
                self._add(Leaf("rule", *_lines_of(token)))
            case "code_block" if _is_text(token.content):
                self._lines_apart(token)
            case "html_block" if not _HIDDEN_HTML.match(token.content):
                self._lines_apart(token, self._number())
            case "fence" | "code_block" | "html_block":
                self._add(Leaf("still", *_lines_of(token), is_whole=token.type == "code_block"))
            case "definition":
                self._add(Leaf("definition", *_lines_of(token), labels=frozenset({token.meta["id"]})))

    def _number(self) -> int:
        self._count += 1
        return self._count

    def _add(self, leaf: Leaf) -> None:
        leaf.items = tuple(self._items)
        leaf.list = self._lists[-1] if self._lists else None
        self._begins_item = False
        while leaf.stop > leaf.first + 1 and not self._lines[leaf.stop - 1].strip():
            leaf.stop -= 1
        self.leaves.append(leaf)

    def _paragraph(self, token: Token, content: str) -> None:
        leaf = Leaf("text", *_lines_of(token))
        is_underlined = token.markup in ("-", "=")
        if token.type == "heading_open" and not (is_underlined and leaf.stop - leaf.first > HEADING_MAX_LINES):
            leaf.role, leaf.level = "heading", int(token.tag[1])
        leaf.is_whole = any(map(_DEPENDENT.match, content.split("\n")[1:]))
        leaf.cells.append(self._located(content, leaf))
        if self._begins_item:
            leaf.marker = self._marker(leaf)
        self._add(leaf)

    def _marker(self, leaf: Leaf) -> int | None:
        """Where the list marker before a leaf stands."""
        start = self._lines.starts[leaf.first]
        before = self._lines[leaf.first][: max(leaf.cells[0].start - start, 0)].rstrip()
        marker = max(before.rfind(sign) for sign in " \t>") + 1
        return start + marker if marker < len(before) else None

    def _lines_apart(self, token: Token, unit: int | None = None) -> None:
        """Add the lines of a block of indented text, or of HTML, each as a leaf; ``unit``: what they are a part of."""
        for number in range(*_lines_of(token)):
            line, start = self._lines[number], self._lines.starts[number]
            if line.strip():
                indent = len(line) - len(line.lstrip())
                leaf = Leaf("text", number, number + 1, unit=unit)
                leaf.cells.append(self._shown(line[indent:], leaf, range(start + indent, start + len(line))))
                self._add(leaf)

    def _table(self, tokens: Sequence[Token]) -> None:
        unit = self._number()
        rows = [Leaf("row", *_lines_of(token), unit=unit) for token in tokens if token.type == "tr_open"]
        for row in rows:
            self._add(row)
            start = self._lines.starts[row.first]
            for low, high in cell_spans(self._lines[row.first]):
                row.cells.append(self._cell(row, start + low, start + high))
        # The line below the first row says how the columns are aligned.
        rows[0].stop += 1
        if not holds_data(rows):
            for row in rows:
                row.unit = None

    def _cell(self, row: Leaf, start: int, end: int) -> Shown:
        """The visible text of a cell; in it, bars are written with a backslash."""
        written = self._lines.text[start:end]
        offsets = [start + at for at in range(len(written)) if not written.startswith("\\|", at)]
        return self._shown(written.replace("\\|", "|"), row, offsets)

    def _shown(self, content: str, leaf: Leaf, offsets: Sequence[int]) -> Shown:
        """The visible text of a paragraph or a cell; what it refers to is noted."""
        tokens = parse_inline(content, self._definitions)
        leaf.labels |= _labels(tokens or ())
        return show(content, tokens, offsets)

    def _located(self, content: str, leaf: Leaf) -> Shown:
        """The visible text of a paragraph, and where its content stands in the source."""
        offsets = self._offsets(content, leaf)
        if offsets is not None:
            return self._shown(content, leaf, offsets)
        # The content cannot be found in the source, as after a tab: the lines are shown as they are written.
        start, end = self._lines.starts[leaf.first], self._lines.ends[leaf.stop - 1]
        leaf.is_whole = True
        return show(self._lines.text[start:end], None, range(start, end))

    def _offsets(self, content: str, leaf: Leaf) -> list[int] | None:
        offsets: list[int] = []
        for number, part in enumerate(content.split("\n"), leaf.first):
            if number >= leaf.stop:
                return None
            line = self._lines[number]
            at = line.find(part) if leaf.role == "heading" else len(line.rstrip()) - len(part.rstrip())
            if at < 0 or not line.startswith(part.rstrip(), at):
                return None
            if number > leaf.first:
                offsets.append(self._lines.ends[number - 1])
            start = self._lines.starts[number] + at
            offsets += range(start, start + len(part))
        return offsets


def _is_text(block: str) -> bool:
    """Whether an indented block is text that a page has indented with spaces: prose, or links."""
    if _LINK.search(block):
        return True
    lines = [line for line in block.split("\n") if line.strip()]
    plain = sum(sign.isalpha() or sign.isspace() for sign in block)
    words = len(block.split())
    is_spaced = words >= PROSE_MIN_WORDS * len(lines) or (words == len(lines) and len(block) >= LONG_LINE * len(lines))
    return is_spaced and plain >= PROSE_MIN_SHARE * len(block)


def _lines_of(token: Token) -> tuple[int, int]:
    assert token.map is not None
    return token.map[0], token.map[1]


def _after(tokens: Sequence[Token], at: int) -> int:
    """The place after the token that closes another."""
    level, kind = tokens[at].level, tokens[at].type.removesuffix("_open") + "_close"
    places = range(at + 1, len(tokens))
    return 1 + next(place for place in places if tokens[place].type == kind and tokens[place].level == level)


def _labels(tokens: Sequence[Token]) -> frozenset[str]:
    """The definitions that a paragraph refers to."""
    links = {str(token.meta["label"]) for token in tokens if token.type != "footnote_ref" and token.meta.get("label")}
    return frozenset(links | {_note(token) for token in tokens if token.type == "footnote_ref"})


def _note(token: Token) -> str:
    """The label of a footnote, distinct from those of links."""
    return f"^{token.meta['label']}"
