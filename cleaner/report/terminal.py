"""Text for a terminal: columns, visible characters, aligned tables."""

from __future__ import annotations

import unicodedata
from collections.abc import Sequence

__all__ = [
    "align",
    "character_columns",
    "count_columns",
    "fitting",
    "is_right_to_left",
    "paint",
    "shorten",
    "visible",
    "wrap",
]

# Letters of Hebrew and Arabic scripts, by their classes in the bidirectional algorithm.
_RIGHT_TO_LEFT = ("R", "AL")
# The most characters that a column is taken to have: marks over a letter have no columns of their own.
_MAX_MARKS = 4


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


def fitting(text: str, columns: int) -> int:
    """How many characters at the beginning of a text fit into some columns when they are made `visible`.

    >>> fitting("abcdef", 4), fitting("新聞記事", 5)
    (4, 2)
    """
    taken = 0
    for position, character in enumerate(text[: _MAX_MARKS * columns]):
        taken += count_columns(visible(character))
        if taken > columns:
            return position
    return min(len(text), _MAX_MARKS * columns)


def wrap(text: str, width: int) -> list[tuple[int, int]]:
    """Where a visible text is broken into rows of at most ``width`` columns: the offsets of each row.

    A row ends after a space or beside a wide character; a longer word is broken. Spaces where a row ends are in no row.

    >>> wrap("one two three", 8)
    [(0, 7), (8, 13)]
    """
    rows: list[tuple[int, int]] = []
    start = columns = 0
    last = 0
    for position, character in enumerate(text):
        size = character_columns(character)
        if size == 2:
            last = position
        if columns + size > width and character != " " and position > start:
            end = last if last > start else position
            rows.append(_without_spaces(text, start, end))
            start = end
            columns = count_columns(text[start:position])
        columns += size
        if character == " " or size == 2:
            last = position + 1
    return [*rows, _without_spaces(text, start, len(text))]


def _without_spaces(text: str, start: int, end: int) -> tuple[int, int]:
    while end > start and text[end - 1] == " ":
        end -= 1
    return start, end


def count_columns(text: str) -> int:
    """How many columns of a terminal a text takes.

    >>> count_columns("abc"), count_columns("新聞")
    (3, 4)
    """
    return len(text) if text.isascii() else sum(map(character_columns, text))


def is_right_to_left(text: str) -> bool:
    """Whether a text has letters that are written from right to left.

    >>> is_right_to_left("abc"), is_right_to_left("שלום")
    (False, True)
    """
    return not text.isascii() and any(unicodedata.bidirectional(character) in _RIGHT_TO_LEFT for character in text)


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
