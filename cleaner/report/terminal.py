"""Text for a terminal: columns, visible characters, aligned tables."""

from __future__ import annotations

import unicodedata
from collections.abc import Sequence

__all__ = ["align", "character_columns", "paint", "shorten", "visible"]


def paint(text: str, colour: str, *, wanted: bool) -> str:
    """A text in the colour with this number, if colours are wanted and there is a number."""
    return f"\x1b[{colour}m{text}\x1b[0m" if wanted and colour else text


def visible(text: str) -> str:
    r"""A text safe to show on a terminal: plain spaces, control characters as escapes, invisible ones left out.

    >>> visible("a\tb\x1b[31m\u200b")
    'a b\\x1b[31m'
    """
    if text.isascii() and text.isprintable():
        return text
    return "".join(map(_visible_character, text))


def _visible_character(character: str) -> str:
    if character.isprintable():
        return character
    if character.isspace():
        return " "
    category = unicodedata.category(character)
    if category == "Cf":
        return ""
    return character.encode("unicode_escape").decode("ascii")


def shorten(text: str, width: int) -> str:
    """A text cut to a number of columns, with an ellipsis at its end if something was left out.

    >>> shorten("abcdef", 4), shorten("新聞記事", 5)
    ('abc…', '新聞…')
    """
    columns = 0
    fits = 0
    for position, character in enumerate(text):
        columns += character_columns(character)
        if columns <= width - 1:
            fits = position + 1
        if columns > width:
            return text[:fits] + "…"
    return text


def character_columns(character: str) -> int:
    """How many columns of a terminal a character takes: 0, 1 or 2."""
    if character.isascii():
        return 1
    if unicodedata.combining(character):
        return 0
    return 2 if unicodedata.east_asian_width(character) in "WF" else 1


def align(rows: Sequence[Sequence[str]], *, numbers: bool = False, names: int = 1) -> list[str]:
    """Rows as lines with aligned columns; ``numbers``: all but the first ``names`` are aligned to the right."""
    widths = [max(map(len, column)) for column in zip(*rows, strict=True)]
    lines = []
    for row in rows:
        cells = [
            cell.rjust(width) if numbers and position >= names else cell.ljust(width)
            for position, (cell, width) in enumerate(zip(row, widths, strict=True))
        ]
        lines.append("  ".join(cells).rstrip())
    return lines
