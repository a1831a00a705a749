"""What stands above the page in Markdown: front matter, and the lines that readers write there."""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass
from functools import cache

from cleaner.data import patterns_folder

__all__ = ["MAX_LINES", "Header", "read_header"]

HEADERS_FILE = "reader-headers.txt"
# The marks around front matter in YAML and in TOML, and the most lines of what stands above a page (set by hand).
FENCES, MAX_LINES = ("---", "+++"), 200
_KEY = re.compile(r"[\w.-]+\s*[:=]|\s|#|- |\]|\}")
_TITLE = re.compile(r"title\s*[:=]\s*(.+)", re.IGNORECASE)


@dataclass(frozen=True, slots=True)
class Header:
    """The lines above the page, up to ``stop``, and the title that they give."""

    stop: int
    title: str | None


def read_header(lines: Sequence[str]) -> Header:
    """The front matter, or the lines of a reader, at the top of a source.

    >>> read_header(["---", "title: 'Le pont'", "---", "", "Text"])
    Header(stop=3, title='Le pont')
    """
    stop = _front_matter(lines) or _reader_lines(lines)
    titles = filter(None, map(_TITLE.match, lines[:stop]))
    title = next((found[1].strip().strip("\"'") for found in titles), None)
    return Header(stop, title or None)


def _front_matter(lines: Sequence[str]) -> int:
    """The line after the front matter, 0 if there is none: keys and values between two fences."""
    fence = lines[0].rstrip() if lines else ""
    if fence not in FENCES:
        return 0
    for number, line in enumerate(lines[1:MAX_LINES], 1):
        if line.rstrip() == fence:
            return number + 1 if number > 1 else 0
        if line.strip() and not _KEY.match(line):
            return 0
    return 0


def _reader_lines(lines: Sequence[str]) -> int:
    """The line after those that a reader has written, 0 if there are none."""
    sure, also = _labels()
    stop, is_sure = 0, False
    for number, line in enumerate(lines[:MAX_LINES]):
        label, colon, _ = line.partition(":")
        if colon and label in sure | also:
            stop, is_sure = number + 1, is_sure or label in sure
        elif line.strip():
            break
    return stop if is_sure else 0


@cache
def _labels() -> tuple[frozenset[str], frozenset[str]]:
    """The labels that show such a header, and those that also stand in one."""
    rows = (patterns_folder() / HEADERS_FILE).read_text("utf-8").splitlines()
    pairs = [line.partition(": ")[::2] for line in rows if not line.startswith("#")]
    sure, also = (frozenset(label for group, label in pairs if group == name) for name in ("sure", "also"))
    return sure, also
