"""What trafilatura says of a page: its text, and metadata that the page's own data lack."""

from __future__ import annotations

from dataclasses import replace
from importlib import import_module
from typing import Any

from cleaner.html.page import page_text
from cleaner.model import Metadata

__all__ = ["add_metadata", "extract_text"]

# A table's row with more cells is not shown to trafilatura, whose time for it grows with their square (set by hand).
MAX_ROW_CELLS = 2_000


def extract_text(markup: str | bytes, url: str | None = None, *, fast: bool = False) -> str:
    """The text that trafilatura extracts, comments left out; empty where it finds none.

    ``fast``: without its fallbacks.
    """
    text = page_text(markup)
    if _row_cells(text) > MAX_ROW_CELLS:
        return ""
    try:
        found = _trafilatura().extract(text, url=url, include_comments=False, fast=fast)
    except Exception:  # noqa: BLE001 - nobody knows what the library of others raises on a page made to break it
        return ""
    return found or ""


def add_metadata(own: Metadata, markup: str | bytes, url: str | None = None) -> Metadata:
    """Metadata of a page with what trafilatura finds in the place of empty fields."""
    if None not in {own.title, own.author, own.date, own.site_name}:
        return own
    try:
        found = _trafilatura().extract_metadata(page_text(markup), default_url=url)
    except Exception:  # noqa: BLE001 - as above
        return own
    if found is None:
        return own
    return replace(
        own,
        title=own.title or found.title or None,
        author=own.author or found.author or None,
        date=own.date or found.date or None,
        site_name=own.site_name or found.sitename or None,
    )


def _row_cells(text: str) -> int:
    """The most cells of a row of a table, counted by where rows and cells begin.

    >>> _row_cells("<table><tr><td>a<td>b<tr><th>c</table>")
    2
    """
    return max(row.count("<td") + row.count("<th") for row in text.lower().split("<tr"))


def _trafilatura() -> Any:
    """The module, which takes a while to import and is needed by few pages."""
    return import_module("trafilatura")
