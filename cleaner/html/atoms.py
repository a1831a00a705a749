"""The runs of one block -> atoms: pieces of the source of one style and one owner, with the style of what is between."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from typing import NamedTuple

from cleaner.html.markup import PLAIN, Run, Style
from cleaner.html.writing import KEPT, Stretch

__all__ = ["Atom", "Line", "is_shown", "make_atoms"]


class Line(NamedTuple):
    """The circumstances of a line.

    ``resolve`` gives the target of a link's address, empty for none. ``stays``: whether the block stays, so that what is
    removed from it are fragments. ``is_first``: whether a list or a heading could begin here.
    """

    resolve: Callable[[str], str]
    stays: bool = True
    is_first: bool = False
    is_heading: bool = False
    in_cell: bool = False


class Atom(NamedTuple):
    """A piece of the source of one style and owner, or an image; white space has no style."""

    offset: int
    text: str
    style: Style | None
    owner: int
    image: str = ""


def make_atoms(runs: Sequence[Run], stretches: Sequence[Stretch], line: Line) -> list[Atom]:
    """The atoms of a line, in order; ``stretches``: the parts of its text, from the first to the last character."""
    return _styled(_atoms(runs, stretches, line), line)


def is_shown(owner: int, line: Line) -> bool:
    """Whether a piece is part of the line proper, and not a fragment cut from a line that stays."""
    return owner == KEPT or not line.stays


def _pieces(runs: Sequence[Run]) -> Iterator[tuple[int, str, Run]]:
    """The texts of runs with single spaces, and where each begins in the text of the block; spaces between are none."""
    size = 0
    is_open = False
    for run in runs:
        if run.image:
            yield size, " " if is_open and size else "", run
            continue
        words = run.text.split()
        if words:
            if size and (is_open or run.text[0].isspace()):
                size += 1
            text = " ".join(words)
            yield size, text, run
            size += len(text)
            is_open = False
        is_open = is_open or (bool(run.text) and run.text[-1].isspace())


def _atoms(runs: Sequence[Run], stretches: Sequence[Stretch], line: Line) -> list[Atom]:
    """The atoms of a line: its runs, cut where the owner changes, with the spaces between them."""
    start = stretches[0].start
    found: list[Atom] = []
    waiting = iter(stretches)
    stretch = next(waiting)
    position = start
    for at, text, run in _pieces(runs):
        offset = start + at
        parts = [(position, " ", None)] if offset > position and not run.image else []
        if run.image:
            if line.resolve(run.image):
                found.append(Atom(offset, text + run.text, None, stretch.owner, run.image))
            continue
        position = offset + len(text)
        for first, piece, style in [*parts, (offset, text, run.style)]:
            end = first + len(piece)
            place = first
            while place < end:
                while stretch.end <= place:
                    stretch = next(waiting)
                stop = min(end, stretch.end)
                _add(found, place, piece[place - first : stop - first], style, stretch.owner)
                place = stop
    return found


def _add(found: list[Atom], offset: int, text: str, style: Style | None, owner: int) -> None:
    """Add a piece, with the white space at its edges apart."""
    bare = text.strip()
    lead = len(text) - len(text.lstrip()) if bare else len(text)
    for at, part, own in (
        (offset, text[:lead], None),
        (offset + lead, bare, style),
        (offset + lead + len(bare), text[lead + len(bare) :], None),
    ):
        if not part:
            continue
        last = found[-1] if found else None
        if last and not last.image and (last.style, last.owner, last.offset + len(last.text)) == (own, owner, at):
            found[-1] = last._replace(text=last.text + part)
        else:
            found.append(Atom(at, part, own, owner))


def _styled(atoms: list[Atom], line: Line) -> list[Atom]:
    """The atoms with a style for spaces and images too: what the texts on both sides share; without spaces at the ends."""
    following: list[Style | None] = []
    later: Style | None = None
    for atom in reversed(atoms):
        following.append(later)
        if atom.style is not None and is_shown(atom.owner, line):
            later = _allowed(atom.style, line)
    following.reverse()
    found: list[Atom] = []
    before: Style | None = None
    is_beside = False
    same: dict[int, int] = {}
    for atom, after in zip(atoms, following, strict=True):
        style = PLAIN
        if not is_shown(atom.owner, line):
            found.append(atom._replace(style=style))
            continue
        if atom.style is not None:
            style = _renamed(_allowed(atom.style, line), same)
            if before and is_beside and _is_alike(before, style):
                same |= {style.strong: before.strong, style.emphasis: before.emphasis}
                style = _renamed(style, same)
            before = style
        elif before is not None and after is not None:
            style = _shared(before, _renamed(after, same))
        elif not atom.image:
            continue
        is_beside = atom.style is not None
        if not (atom.image and style.code):
            found.append(atom._replace(style=style))
    return found


def _allowed(style: Style, line: Line) -> Style:
    """A style without a link that leads nowhere; in a heading, which is strong itself, without that."""
    if style.link and not line.resolve(style.address):
        style = style._replace(link=0, address="")
    return style._replace(strong=0) if line.is_heading else style


def _is_alike(one: Style, other: Style) -> bool:
    """Whether two styles look the same, so that texts side by side can have one mark."""
    is_same = one.link == other.link and one.code == other.code
    return is_same and bool(one.strong) == bool(other.strong) and bool(one.emphasis) == bool(other.emphasis)


def _renamed(style: Style, same: dict[int, int]) -> Style:
    """A style with the numbers of elements that continue others."""
    if not same:
        return style
    strong, emphasis = same.get(style.strong, style.strong), same.get(style.emphasis, style.emphasis)
    return style._replace(strong=strong, emphasis=emphasis)


def _shared(one: Style, other: Style) -> Style:
    """What two styles have in common."""
    return Style(
        one.link if one.link == other.link else 0,
        one.address if one.link == other.link else "",
        one.strong if one.strong == other.strong else 0,
        one.emphasis if one.emphasis == other.emphasis else 0,
        one.code if one.code == other.code else 0,
    )
