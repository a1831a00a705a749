"""The view of one document as HTML: removed lines struck and coloured by kind, unchanged stretches folded.

The same view stands in notebooks and in the report. Everything that comes from a document is escaped by the template.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from functools import cache
from importlib.resources import files

from jinja2 import Environment, PackageLoader, Template

from cleaner.result.groups import group_of
from cleaner.result.shown import Explained, Piece, ShownLine, show_lines

__all__ = [
    "Detail",
    "Stretch",
    "document_style",
    "draw_document",
    "draw_result",
    "fold_lines",
    "make_environment",
    "shorten_pieces",
]

# Lines that stay in sight above and below a removal.
CONTEXT_LINES = 2
# A stretch is folded from this many lines on: fewer take no more room than what stands for them.
FOLDED_MIN_LINES = 3


@dataclass(frozen=True, slots=True)
class Detail:
    """How much of a document is shown.

    ``fold_lines`` and ``removed_lines``: the most lines of a folded stretch, and of one in sight. ``line_characters``:
    the most characters of a line. What is left out is counted.
    """

    fold_lines: int = 1 << 30
    line_characters: int = 1 << 30
    removed_lines: int = 1 << 30


# What a notebook shows of a document (set by hand).
SMALL = Detail(fold_lines=10, line_characters=500, removed_lines=40)


@dataclass(frozen=True, slots=True)
class Stretch:
    """Lines that are shown together: in sight, or folded; or none, where ``left_out`` lines are not shown."""

    lines: Sequence[ShownLine] = ()
    is_folded: bool = False
    left_out: int = 0


def draw_document(lines: Sequence[ShownLine], detail: Detail = Detail(), *, flags: Sequence[str] = ()) -> str:
    """One document as a piece of HTML, which UTF-8 can encode; ``flags``: why it has no lines, if it has none."""
    drawn = _template().render(stretches=list(fold_lines(lines, detail)), detail=detail, flags=flags)
    return drawn.encode("utf-8", "replace").decode("utf-8")


def draw_result(text: str, result: Explained, *, is_small: bool) -> str:
    """The result of a text as HTML with its styles; ``is_small``: only as much of it as a notebook should hold."""
    style = f"<style>{document_style()}</style>"
    return style + draw_document(show_lines(text, result), SMALL if is_small else Detail(), flags=result.flags)


def document_style() -> str:
    """The style sheet of the view; each of its rules is for elements inside ``.cleaned-document`` alone."""
    return files("cleaner.result").joinpath("view.css").read_text("utf-8")


def fold_lines(
    lines: Sequence[ShownLine], detail: Detail, other: Sequence[ShownLine] | None = None
) -> Iterator[Stretch]:
    """The lines in stretches: those near a removal or in doubt in sight, the others folded.

    ``other``: the same lines as another configuration cleans them; then those near a difference are in sight.
    """
    if other is None:
        in_sight = _near([line.is_removed or line.is_doubtful for line in lines])
    else:
        in_sight = _near([one.left != two.left for one, two in zip(lines, other, strict=True)])
    start = 0
    for end in range(1, len(lines) + 1):
        if end < len(lines) and in_sight[end] == in_sight[start]:
            continue
        own, is_folded = lines[start:end], not in_sight[start]
        if is_folded and len(own) >= FOLDED_MIN_LINES:
            yield from _limited(own, detail.fold_lines, is_folded=True)
        else:
            yield from _limited(own, detail.removed_lines, is_folded=False)
        start = end


def _limited(lines: Sequence[ShownLine], most: int, *, is_folded: bool) -> Iterator[Stretch]:
    """A stretch of at most ``most`` lines: its beginning and its end."""
    if len(lines) <= most + 1:
        yield Stretch(lines, is_folded)
        return
    head, tail = (most + 1) // 2, most // 2
    if head:
        yield Stretch(lines[:head], is_folded)
    yield Stretch(left_out=len(lines) - head - tail)
    if tail:
        yield Stretch(lines[-tail:], is_folded)


def _near(wanted: Sequence[bool]) -> list[bool]:
    """Which lines are wanted, or within `CONTEXT_LINES` of one that is."""
    found = [False] * len(wanted)
    for number in (number for number, is_wanted in enumerate(wanted) if is_wanted):
        first, last = max(number - CONTEXT_LINES, 0), min(number + CONTEXT_LINES + 1, len(wanted))
        found[first:last] = [True] * (last - first)
    return found


def shorten_pieces(line: ShownLine, most: int) -> tuple[tuple[Piece, ...], int]:
    """The pieces of a line, of at most ``most`` characters together, and how many characters were left out."""
    total = sum(len(piece.text) for piece in line.pieces)
    if total <= most:
        return line.pieces, 0
    pieces: list[Piece] = []
    room = most
    for piece in line.pieces:
        pieces.append(Piece(piece.text[:room], piece.kind))
        room -= len(pieces[-1].text)
        if room <= 0:
            break
    return tuple(pieces), total - most


def make_environment(package: str, folder: str) -> Environment:
    """An environment for templates of HTML in a folder of a package: everything that they are given is escaped."""
    environment = Environment(
        loader=PackageLoader(package, folder), autoescape=True, trim_blocks=True, lstrip_blocks=True
    )
    environment.filters.update(group=group_of, shortened=shorten_pieces)
    return environment


@cache
def _template() -> Template:
    return make_environment("cleaner.result", ".").get_template("view.html.jinja")
