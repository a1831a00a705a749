"""What trafilatura finds in a page: its text, and metadata that the page's own data lack.

It is asked only about pages of limited size and shape: some of its work grows with the square of a page's content.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from importlib import import_module
from typing import Any

from cleaner.html.page import page_text, parse_page
from cleaner.result import Metadata

__all__ = ["add_metadata", "extract_text", "is_bearable"]

# Of 1,833 news pages the largest has 1,800,000 characters, 5,000 elements and 11,900 cells (see `_cells`).
MAX_CHARACTERS = 2_000_000
MAX_ELEMENTS = 10_000
MAX_CELLS = 50_000
# The most columns that trafilatura makes of one cell.
MAX_COLUMNS = 1_000


def extract_text(markup: str | bytes, url: str | None = None, *, fast: bool = False) -> str:
    """The text that trafilatura extracts, without comments; empty if it finds none, fails or is not asked.

    ``fast``: without its fallbacks.
    """
    return _ask(lambda peer, text: peer.extract(text, url=url, include_comments=False, fast=fast), markup) or ""


def add_metadata(own: Metadata, markup: str | bytes, url: str | None = None) -> Metadata:
    """The metadata of a page, with empty fields filled in by trafilatura."""
    if None not in {own.title, own.author, own.date, own.site_name}:
        return own
    found = _ask(lambda peer, text: peer.extract_metadata(text, default_url=url), markup)
    if found is None:
        return own
    return replace(
        own,
        title=own.title or found.title or None,
        author=own.author or found.author or None,
        date=own.date or found.date or None,
        site_name=own.site_name or found.sitename or None,
    )


def is_bearable(text: str) -> bool:
    """Whether a page is small enough to ask trafilatura about it."""
    if len(text) > MAX_CHARACTERS:
        return False
    root, _ = parse_page(text)
    if root is None:
        return True
    return sum(1 for _ in root.iter()) <= MAX_ELEMENTS and _cells(root) <= MAX_CELLS


def _cells(root: Any) -> int:
    """The cells of a page if every row were as wide as the widest, which is how trafilatura builds tables."""
    widths = [sum(map(_columns, row.iterchildren("td", "th"))) for row in root.iter("tr")]
    return max(widths, default=0) * len(widths)


def _columns(cell: Any) -> int:
    span = cell.get("colspan") or ""
    return min(int(span), MAX_COLUMNS) if span.isdecimal() and len(span) < 10 else 1


def _ask(question: Callable[[Any, str], Any], markup: str | bytes) -> Any:
    """The answer of trafilatura, which is slow to import and needed by few pages; None if it fails."""
    text = page_text(markup)
    if not is_bearable(text):
        return None
    try:
        return question(import_module("trafilatura"), text)
    except Exception:  # noqa: BLE001 - it raises many kinds of errors, even assertions, on broken HTML
        return None
