"""The article of a page that has its text only in data: in JSON-LD, or in a script that displays it."""

from __future__ import annotations

import html
import json
import re
from typing import Any

from cleaner.html.page import Cutter, Page, read_page

__all__ = ["embedded_markup", "with_embedded"]

MIN_CHARACTERS = 400
# A page that shows fewer words than this may have its text in its data.
MIN_WORDS = 50.0
_PUSHED = re.compile(r'self\.__next_f\.push\(\[1,("(?:[^"\\]|\\.)*")\]\)')
_BODY = re.compile(r'"articleBody"\s*:\s*("(?:[^"\\]|\\.)*")')
_BEGIN = re.compile(r"<(?:p|div|h[1-6]|article|section)[ >]")


def with_embedded(page: Page, make_cutter: type[Cutter] = Cutter) -> Page:
    """The page, or the article in its data if the page itself shows next to nothing."""
    root: Any = page.root
    if sum(len(block.text.split()) for block in page.blocks) < MIN_WORDS:
        markup = embedded_markup(root)
        if markup:
            found = read_page(f"<article>{markup}</article>", clock=page.clock, make_cutter=make_cutter)
            found.root = root
            return found
    return page


def embedded_markup(root: Any) -> str:
    """The markup of the longest text in a page's data; empty if none is as long as an article."""
    pushed: list[str] = []
    found: list[str] = []
    for script in root.iter("script"):
        text = script.text or ""
        if "ld+json" in (script.get("type") or ""):
            found += [_as_markup(value) for value in _strings(_BODY, text)]
        elif "__next_f" in text:
            pushed += _strings(_PUSHED, text)
    for line in "".join(pushed).split("\n"):
        begin = _BEGIN.search(line)
        if begin and line.count("<p") > 1:
            found.append(line[begin.start() :])
    best = max(found, key=len, default="")
    return best if len(best) >= MIN_CHARACTERS else ""


def _strings(expression: re.Pattern[str], text: str) -> list[str]:
    """The JSON strings that an expression finds."""
    found = []
    for literal in expression.findall(text):
        try:
            found.append(str(json.loads(literal, strict=False)))
        except ValueError:
            continue
    return found


def _as_markup(text: str) -> str:
    """A text as markup, one paragraph per line, unless it is markup already."""
    if _BEGIN.search(text):
        return text
    return "".join(f"<p>{html.escape(line)}</p>" for line in text.splitlines() if line.strip())
