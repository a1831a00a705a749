"""A page and what was removed from it -> Markdown of all blocks, and what stays of it.

What stays is one document. Between its blocks stand those that are removed, as Markdown of their own, so that both what
stays and the whole are valid: lists, tables and quotations are put together among what stays.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from functools import cache
from itertools import groupby, takewhile

from cleaner.html.atoms import Line
from cleaner.html.containers import Container, find_containers
from cleaner.html.escaping import link_target, longest_ticks
from cleaner.html.inline import write_line
from cleaner.html.markup import Cell, Markup, Run
from cleaner.html.page import CELL_JOINT, Node
from cleaner.html.reading import Reading
from cleaner.html.writing import KEPT, Gone, Owners, Stretch, Writer
from cleaner.passes.segments import Segments

__all__ = ["Whole", "render_text", "render_whole"]

RULE = "---"
_LEVELS = {f"h{level}": level for level in range(1, 7)}
# Elements inside a heading whose text is the heading's.
_NEUTRAL = frozenset({"div", "center", "hgroup", "header"})


@dataclass(frozen=True, slots=True, eq=False)
class Whole:
    """The Markdown of all blocks of a page.

    ``gone``: the stretches that do not stay, in order, each with the number of its removal; ``places``: where the
    characters of the page's source stand in it; ``lines``: where each block begins and ends in it, with its marks.
    """

    source: str
    gone: tuple[Gone, ...]
    places: Segments
    lines: tuple[tuple[int, int], ...]


@dataclass(frozen=True, slots=True, eq=False)
class _Piece:
    """A block, or the headline before all blocks (number -1), with its place in the source.

    ``stays``: whether anything of it stays. ``group``: the node of the table or the preformatted text that it is a part
    of, ``heading``: that of its heading; -1 for none. ``level``: that of its heading, 0 for none.
    """

    number: int
    path: tuple[Container, ...]
    stretches: list[Stretch]
    stays: bool
    group: int = -1
    heading: int = -1
    level: int = 0

    @property
    def owner(self) -> int:
        """Whom the marks around it belong to."""
        return KEPT if self.stays else self.stretches[0].owner


def render_text(reading: Reading, spans: Sequence[tuple[int, int]]) -> str:
    """The Markdown of what stays of a page.

    The page must have been read with its markup. ``spans``: where each removal is in its source, in order.
    """
    return _render(reading, spans, whole=False).writer.text


def render_whole(reading: Reading, spans: Sequence[tuple[int, int]]) -> Whole:
    """The Markdown of all blocks of a page, which takes a multiple of the time; see `render_text`."""
    renderer = _render(reading, spans, whole=True)
    writer = renderer.writer
    return Whole(writer.source, writer.gone, writer.places(len(reading.source)), tuple(renderer.lines))


def _render(reading: Reading, spans: Sequence[tuple[int, int]], *, whole: bool) -> _Renderer:
    renderer = _Renderer(reading, Owners(spans))
    numbers = range(-1 if reading.lead else 0, len(reading.page.blocks))
    pieces = [renderer.piece(number) for number in reading.page.clock.watch(numbers)]
    renderer.write([list(run) for _, run in groupby(pieces, lambda piece: piece.stays)], whole=whole)
    return renderer


class _Renderer:
    """Writes the blocks of one page."""

    def __init__(self, reading: Reading, owners: Owners) -> None:
        assert reading.page.markup is not None
        self.writer = Writer()
        self.reading = reading
        self.markup: Markup = reading.page.markup
        self.resolve = cache(lambda address: link_target(address, self.markup.address))
        # The longest run of backticks in each preformatted text, and the columns of each table.
        self.sizes: dict[int, int] = {}
        self.lines: list[tuple[int, int]] = []
        self._owners = owners
        self._paths = find_containers(reading.page, self.markup)
        self._texts, self._headings = _literal_nodes(reading.page.nodes), _heading_nodes(reading.page.nodes)

    def piece(self, number: int) -> _Piece:
        """A block with all that decides over its form."""
        if number < 0:
            return _Piece(number, (), *self._stretches(0, len(self.reading.lead)), level=1)
        block, nodes = self.reading.page.blocks[number], self.reading.page.nodes
        end = self.reading.span(number)[1]
        stretches, stays = self._stretches(end - len(block.text), end)
        cells = self.markup.cells.get(number)
        group = self._texts[block.node] if cells is None else nodes[block.node].parent
        if group >= 0:
            size = self._ticks(block.text, stretches) if cells is None else sum(cell.columns for cell in cells)
            self.sizes[group] = max(size, self.sizes.get(group, 0))
            return _Piece(number, self._paths[group], stretches, stays, group)
        heading = self._headings[block.node]
        level = _LEVELS[nodes[heading].tag] if heading >= 0 else 0
        return _Piece(number, self._paths[block.node], stretches, stays, heading=heading, level=level)

    def _stretches(self, start: int, end: int) -> tuple[list[Stretch], bool]:
        """The stretches of a block, and whether anything of it stays; if not, white space does not stay either."""
        found = list(self._owners.within(start, end))
        source = self.reading.source
        if any(one.owner == KEPT and not source[one.start : one.end].isspace() for one in found):
            return found, True
        return self.owned(found, next(one.owner for one in found if one.owner != KEPT)), False

    def _ticks(self, text: str, stretches: Sequence[Stretch]) -> int:
        """The longest run of backticks in a text, or in what stays of it."""
        source = self.reading.source
        kept = "".join(source[start:end] for start, end, owner in stretches if owner == KEPT)
        return max(longest_ticks(text), longest_ticks(kept))

    @staticmethod
    def owned(stretches: list[Stretch], owner: int) -> list[Stretch]:
        """Stretches that all belong to removals, white space to the given one."""
        return [one._replace(owner=owner) if one.owner == KEPT else one for one in stretches]

    def within(self, piece: _Piece, start: int, end: int) -> list[Stretch]:
        """The stretches of a part of a block."""
        found = list(self._owners.within(start, end))
        return found if piece.stays else self.owned(found, piece.owner)

    def write(self, runs: Sequence[list[_Piece]], *, whole: bool) -> None:
        """Write the blocks: runs of those that stay, and, for the ``whole`` page, of those that do not."""
        stream = _Stream(self)
        for at, run in enumerate(runs):
            before = runs[at - 1][-1] if at else None
            after = runs[at + 1][0] if at + 1 < len(runs) else None
            is_inside = (
                before and after and stream.group >= 0 and all(one.group == stream.group for one in (*run, after))
            )
            if run[0].stays or is_inside:
                for piece in self.reading.page.clock.watch(run):
                    stream.add(piece)
                continue
            stream.close()
            if whole:
                self._write_apart(run, before, after)
        stream.close()

    def _write_apart(self, run: Sequence[_Piece], before: _Piece | None, after: _Piece | None) -> None:
        """Write blocks that do not stay between those that do, so that both are valid without each other."""
        self.writer.write("\n\n" if before else "", run[0].owner)
        stream = _Stream(self)
        for piece in self.reading.page.clock.watch(run):
            stream.add(piece)
        stream.close()
        if after is not None:
            is_tight = before is not None and _is_tight(before, after, _common(before, after))
            self.writer.write("\n" if is_tight else "" if before else "\n\n", run[-1].owner)


class _Stream:
    """Writes blocks one after the other as one piece of Markdown; ``group``: the table or code that is not ended yet."""

    def __init__(self, renderer: _Renderer) -> None:
        self.group = -1
        self._renderer = renderer
        self._writer = renderer.writer
        self._page = renderer.reading.page
        self._markup = renderer.markup
        self._previous: _Piece | None = None
        # What ends the group, and whom it belongs to.
        self._end = ""
        self._owner = KEPT
        # The sign of each list: lists that follow each other have different ones.
        self._signs: dict[int, str] = {}

    def add(self, piece: _Piece) -> None:
        """Write a block after the one before it."""
        previous, self._previous = self._previous, piece
        if is_part := piece.group >= 0 and piece.group == self.group:
            start = self._begin("\n", self._indent(piece.path), piece)
            self._owner = piece.owner if self._owner != KEPT else KEPT
        else:
            self.close()
            start = self._begin(*self._marks(previous, piece), piece)
        self._add_content(piece, is_part=is_part)
        if piece.number >= 0:
            self._renderer.lines.append((start, self._writer.size))
            self._writer.mark(piece.stretches[-1].end)

    def _begin(self, separator: str, marks: str, piece: _Piece) -> int:
        """Write what stands before a block; returns where its line begins."""
        self._writer.write(separator, piece.owner)
        start = self._writer.size
        self._writer.write(marks, piece.owner)
        if piece.number >= 0:
            self._writer.mark(self._renderer.reading.starts[piece.number])
        return start

    def _add_content(self, piece: _Piece, *, is_part: bool) -> None:
        if is_part:
            self._add_part(piece)
        elif piece.group >= 0:
            self._begin_group(piece)
        else:
            runs = self._markup.runs[piece.number] if piece.number >= 0 else [Run(self._renderer.reading.lead)]
            self._write_line(piece, runs, piece.stretches, is_first=not piece.level, is_heading=piece.level > 0)

    def close(self) -> None:
        """End the table or the code that is not ended yet."""
        self._writer.write(self._end, self._owner)
        self.group, self._end = -1, ""

    # --- between blocks -----------------------------------------------------------------------------------

    def _is_same_heading(self, previous: _Piece, piece: _Piece) -> bool:
        is_next = previous.number + 1 == piece.number and previous.path == piece.path
        return is_next and piece.heading >= 0 and previous.heading == piece.heading

    def _is_after_break(self, previous: _Piece, piece: _Piece) -> bool:
        """Whether a line break is all there is between two blocks."""
        if previous.number < 0 or previous.number + 1 != piece.number or piece.number in self._markup.gaps:
            return False
        one, other = self._page.blocks[previous.number], self._page.blocks[piece.number]
        is_plain = max(previous.group, previous.level, piece.group, piece.level) <= 0
        return is_plain and other.soft and one.node == other.node

    def _marks(self, previous: _Piece | None, piece: _Piece) -> tuple[str, str]:
        """What stands between two blocks, and the marks with which the second one begins."""
        if previous is None:
            return "", self._opening(None, piece, 0)
        if self._is_same_heading(previous, piece):
            return " ", ""
        if self._is_after_break(previous, piece):
            return "\\\n", self._indent(piece.path)
        common = _common(previous, piece)
        indent = self._indent(piece.path[:common])
        separator = blank = f"\n{indent.rstrip()}\n"
        if previous.number + 1 == piece.number and piece.number in self._markup.rules:
            separator = f"{blank}{indent}{RULE}{blank}"
        elif _is_tight(previous, piece, common):
            separator = "\n"
        return separator, indent + self._opening(previous, piece, common)

    def _opening(self, previous: _Piece | None, piece: _Piece, common: int) -> str:
        """The marks of the containers that begin with a block, and those of a heading."""
        text = ""
        for depth, container in enumerate(piece.path[common:], common):
            beside = previous.path[depth] if previous and depth == common < len(previous.path) else None
            if container.is_item and container.list not in self._signs:
                self._signs[container.list] = self._sign(container, beside)
            text += self._mark(container)
        return f"{text}{'#' * piece.level} " if piece.level else text

    def _sign(self, item: Container, beside: Container | None) -> str:
        """The sign of a list; ``beside``: what stands directly before it."""
        signs = "-*" if item.number is None else ".)"
        return signs[bool(beside and self._signs.get(beside.list) == signs[0])]

    def _mark(self, container: Container) -> str:
        """The mark of a container, which is as wide as what stands before its other lines."""
        if not container.is_item:
            return "> "
        sign = self._signs[container.list]
        return f"{sign} " if container.number is None else f"{container.number}{sign} "

    def _indent(self, path: Sequence[Container]) -> str:
        """What stands before another line inside containers that have begun."""
        marks = ((one, self._mark(one)) for one in path)
        return "".join(" " * len(mark) if one.is_item else mark for one, mark in marks)

    # --- blocks -------------------------------------------------------------------------------------------

    def _write_line(
        self,
        piece: _Piece,
        runs: Sequence[Run],
        stretches: Sequence[Stretch],
        *,
        is_first: bool = False,
        is_heading: bool = False,
        in_cell: bool = False,
    ) -> None:
        line = Line(self._renderer.resolve, piece.stays, is_first, is_heading, in_cell)
        write_line(self._writer, runs, stretches, line)

    def _begin_group(self, piece: _Piece) -> None:
        """Begin a table with its first row, or code with its fence."""
        self.group, self._owner = piece.group, piece.owner
        size, indent = self._renderer.sizes[piece.group], self._indent(piece.path)
        if piece.number in self._markup.cells:
            self._write_row(piece, size)
            self._writer.write(f"\n{indent}|{' --- |' * size}", piece.owner)
            return
        fence = "`" * max(size + 1, 3)
        self._end = f"\n{indent}{fence}"
        language = self._markup.languages.get(piece.group, "")
        self._writer.write(f"{fence}{language}\n{indent}", piece.owner)
        self._write_code(piece)

    def _add_part(self, piece: _Piece) -> None:
        if piece.number in self._markup.cells:
            self._write_row(piece)
        else:
            self._write_code(piece)

    def _write_row(self, piece: _Piece, columns: int = 0) -> None:
        """Write a row of a table, with at least ``columns`` columns."""
        start = piece.stretches[0].start
        write = self._writer.write
        write("|", piece.owner)
        for cell in self._markup.cells[piece.number]:
            write(" ", piece.owner)
            if size := _cell_size(cell):
                stretches = self._renderer.within(piece, start, start + size)
                self._write_line(piece, cell.runs, stretches, in_cell=True)
                start += size + len(CELL_JOINT)
            write(" |" + "  |" * (cell.columns - 1), piece.owner)
            columns -= cell.columns
        write("  |" * columns, piece.owner)

    def _write_code(self, piece: _Piece) -> None:
        source, indent = self._renderer.reading.source, self._indent(piece.path)
        for start, end, owner in piece.stretches:
            offset = start
            for number, line in enumerate(source[start:end].split("\n")):
                if number:
                    self._writer.write(f"\n{indent}", owner)
                self._writer.write_text(line, offset, owner)
                offset += len(line) + 1


def _common(one: _Piece, other: _Piece) -> int:
    """How many containers are around both of two blocks."""
    pairs = zip(one.path, other.path, strict=False)
    return sum(1 for _ in takewhile(lambda pair: pair[0] == pair[1], pairs))


def _is_tight(previous: _Piece, piece: _Piece, common: int) -> bool:
    """Whether no blank line stands before a block: the next item of a list, or a list directly below an item's text."""
    if len(piece.path) <= common or not (item := piece.path[common]).is_item:
        return False
    if len(previous.path) > common:
        return previous.path[common].list == item.list
    is_plain = previous.group < 0 and not previous.level
    return is_plain and common > 0 and piece.path[common - 1].is_item and item.number in (None, 1)


def _cell_size(cell: Cell) -> int:
    """The characters of a cell in its row's text."""
    return len(" ".join("".join(run.text for run in cell.runs if not run.image).split()))


def _literal_nodes(nodes: Sequence[Node]) -> list[int]:
    """For each node the outermost preformatted one around it; -1 for none."""
    found: list[int] = []
    for number, node in enumerate(nodes):
        around = found[node.parent] if node.parent >= 0 else -1
        found.append(number if around < 0 and node.tag == "pre" else around)
    return found


def _heading_nodes(nodes: Sequence[Node]) -> list[int]:
    """For each node the heading that it is, or is a neutral part of; -1 for none."""
    found: list[int] = []
    for number, node in enumerate(nodes):
        if node.tag in _LEVELS:
            found.append(number)
        else:
            is_neutral = node.parent >= 0 and (node.tag in _NEUTRAL or "-" in node.tag)
            found.append(found[node.parent] if is_neutral else -1)
    return found
