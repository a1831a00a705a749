"""What trafilatura says of a page: its text, and metadata that the page's own data lack."""

from __future__ import annotations

from dataclasses import replace
from importlib import import_module
from typing import Any

from cleaner.html.page import page_text
from cleaner.model import Metadata

__all__ = ["add_metadata", "extract_text"]


def extract_text(markup: str | bytes, url: str | None = None, *, fast: bool = False) -> str:
    """The text that trafilatura extracts, comments left out; empty where it finds none.

    ``fast``: without its fallbacks.
    """
    try:
        found = _trafilatura().extract(page_text(markup), url=url, include_comments=False, fast=fast)
    except (ValueError, TypeError, AttributeError, RecursionError, KeyError, IndexError):
        return ""
    return found or ""


def add_metadata(own: Metadata, markup: str | bytes, url: str | None = None) -> Metadata:
    """Metadata of a page with what trafilatura finds in the place of empty fields."""
    if None not in {own.title, own.author, own.date, own.site_name}:
        return own
    try:
        found = _trafilatura().extract_metadata(page_text(markup), default_url=url)
    except (ValueError, TypeError, AttributeError, RecursionError, KeyError, IndexError):
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


def _trafilatura() -> Any:
    """The module, which takes a while to import and is needed by few pages."""
    return import_module("trafilatura")
