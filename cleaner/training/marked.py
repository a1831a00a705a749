"""Marked documents: texts in which a person has marked each line as article or noise.

The first character of a line is its mark, the rest is the line. ``+``: it belongs to the article. ``-``: it is noise.
``?``: it may stay or be removed. ``=``: it contains both; the next line, marked ``>``, is what should be left of it.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, replace
from pathlib import Path

from cleaner.errors import InputError

__all__ = ["MarkedDocument", "MarkedLine", "parse_marked", "read_marked_folder"]

MARKS = "+-?="
LEFT = ">"


@dataclass(frozen=True, slots=True)
class MarkedLine:
    """One line with its mark; ``wanted`` is what should be left of it."""

    mark: str
    text: str
    wanted: str


@dataclass(frozen=True, slots=True)
class MarkedDocument:
    """A marked document: its name, and its lines."""

    name: str
    lines: tuple[MarkedLine, ...]

    @property
    def text(self) -> str:
        """The document without its marks."""
        return "\n".join(line.text for line in self.lines)

    @property
    def article(self) -> str:
        """What should be left of the document, without lines that may stay or be removed and without blank lines."""
        return "\n".join(line.wanted for line in self.lines if line.mark != "?" and line.wanted.strip())


def parse_marked(content: str, name: str) -> MarkedDocument:
    """The document of a marked text. Raises `InputError`, which names the line, for an unknown mark.

    >>> document = parse_marked(
    ...     "+Le pont rouvre\\n-Partager\\n=Par Jeanne. Le maire a parlé.\\n>Le maire a parlé.", "pont"
    ... )
    >>> document.article
    'Le pont rouvre\\nLe maire a parlé.'
    """
    lines: list[MarkedLine] = []
    rows = content.removeprefix("\ufeff").split("\n")
    for number, row in enumerate(rows, 1):
        mark, text = row[:1] or "+", row[1:]
        if mark == LEFT and lines and lines[-1].mark == "=":
            lines[-1] = MarkedLine("=", lines[-1].text, text)
        elif mark == "=" and not (number < len(rows) and rows[number].startswith(LEFT)):
            raise InputError(
                f"{name}: line {number}: holds both; say on the next line, after {LEFT}, what should be left"
            )
        elif mark in MARKS:
            lines.append(MarkedLine(mark, text, text if mark == "+" else ""))
        else:
            raise InputError(
                f"{name}: line {number}: begins with {mark!r}; mark it with one of {' '.join(MARKS)} {LEFT}"
            )
    while lines and not lines[-1].text:
        lines.pop()
    return MarkedDocument(name, tuple(lines))


def read_marked_folder(folder: Path) -> Iterator[MarkedDocument]:
    """The marked documents of a folder and its subfolders, ``*.txt``, in order of their paths.

    Raises `InputError` when a file cannot be read or the folder has none.
    """
    paths = sorted(folder.rglob("*.txt"))
    if not paths:
        raise InputError(f"{folder}: holds no .txt file; give a folder of marked documents")
    for path in paths:
        try:
            content = path.read_text("utf-8")
        except (OSError, UnicodeDecodeError) as error:
            raise InputError(f"{path}: cannot be read: {error}; give marked documents in UTF-8") from None
        document = parse_marked(content, str(path))
        yield replace(document, name=path.relative_to(folder).with_suffix("").as_posix())
