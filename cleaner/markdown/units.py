"""What belongs together in Markdown: a table goes or stays as a whole, a heading goes with all that stands below it.

A code block, HTML, an image or a rule has no words to be judged by, and follows what stands around it; the address of a
link or the text of a footnote follows what refers to it; the first line of a list item stays with the rest of the item.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Sequence
from dataclasses import dataclass
from itertools import groupby, pairwise
from typing import NamedTuple

from cleaner.markdown.leaves import Leaf
from cleaner.markdown.view import View
from cleaner.result import Kind

__all__ = ["Entry", "Part", "entries_of", "settle_units"]

# A table is removed if more of its words than this are (set by hand).
TABLE_MAX_SHARE = 0.5
TABLE, SECTION, BETWEEN, UNUSED, ITEM = (
    "markup.table",
    "markup.empty-section",
    "markup.between-noise",
    "markup.unused-definition",
    "markup.list-item",
)
HEADLINE, LIST = "markup.headline", "markup.list"
HEADING, BOUNDARY = "markup.section", "markup.boundary"
# A heading above text that stays is removed only with more points than this (set by hand).
HEADING_MIN_SCORE = 10.0
# An item without a name stays if at least this share of its list does, one without a link if at least the second does
# (set by hand).
LIST_MIN_SHARE, LIST_CLEAR_SHARE = 0.5, 0.7


class Part(NamedTuple):
    """A stretch of the visible text that was judged as one line, the number of that line, and the decision."""

    start: int
    end: int
    line: int
    removed: bool
    kind: Kind | None
    score: float


@dataclass(slots=True)
class Entry:
    """What stands in the lines ``first`` to ``stop`` of the source, and goes or stays with them.

    ``parts``: its visible text; several in a line of many sentences, or of many cells. ``reason``: the name of the
    evidence that changed the decision.
    """

    leaf: Leaf
    first: int
    stop: int
    parts: tuple[Part, ...]
    words: int
    removed: bool
    kind: Kind | None
    reason: str = ""

    @property
    def is_judged(self) -> bool:
        """Whether it has words to be judged by."""
        return bool(self.parts)

    def change(self, reason: str, *, removed: bool) -> None:
        """Decide otherwise."""
        if self.removed != removed:
            self.removed, self.reason = removed, reason


def entries_of(view: View, parts: Sequence[Sequence[Part]]) -> list[Entry]:
    """The entries of a view, in order; ``parts``: those of each visible line."""
    found: list[Entry] = []
    at = 0
    for number, leaf in enumerate(view.page.leaves):
        begin = at
        while at < len(view.lines) and view.lines[at].leaf == number:
            line, own = view.lines[at], list(parts[at])
            at += 1
            # The cells of a row stand in one line of the source.
            while at < len(view.lines) and view.lines[at].leaf == number and view.lines[at].first == line.first:
                own += parts[at]
                at += 1
            found.append(_entry(view, leaf, line.first, line.stop, own))
        if at == begin:
            found.append(_entry(view, leaf, leaf.first, leaf.stop, ()))
    return found


def _entry(view: View, leaf: Leaf, first: int, stop: int, parts: Sequence[Part]) -> Entry:
    words = sum(len(view.text[part.start : part.end].split()) for part in parts)
    removed = bool(parts) and all(part.removed for part in parts)
    kind = next((part.kind for part in parts if part.kind is not None), None)
    return Entry(leaf, first, stop, tuple(parts), words, removed, kind)


def settle_units(entries: Sequence[Entry], headline: str | None) -> None:
    """Change what was decided where units say otherwise; ``headline``: the one that stays."""
    _settle_headline(entries, headline)
    _settle_tables(entries)
    _settle_lists(entries)
    _settle_headings(entries)
    _settle_sections(entries, headline)
    _settle_wordless(entries)
    _settle_items(entries)
    _settle_boundaries(entries)
    _settle_definitions(entries)


def _settle_headline(entries: Sequence[Entry], headline: str | None) -> None:
    """Let the copy of the headline stay that is a heading."""
    copies = [entry for entry in entries if headline is not None and entry.is_judged and _text_of(entry) == headline]
    stays = [entry for entry in copies if not entry.removed]
    headings = [entry for entry in copies if entry.leaf.role == "heading" and entry.kind is Kind.DUPLICATE_HEADLINE]
    if len(stays) == 1 and stays[0].leaf.role != "heading" and headings:
        best = min(headings, key=lambda entry: entry.leaf.level)
        best.change(HEADLINE, removed=False)
        stays[0].change(HEADLINE, removed=True)
        stays[0].kind = Kind.DUPLICATE_HEADLINE


def _settle_lists(entries: Sequence[Entry]) -> None:
    """Let an item stay that nothing but its shape speaks against, or that has no link, where most of its list stays."""
    lists: dict[int, list[Entry]] = defaultdict(list)
    for entry in entries:
        if entry.leaf.list is not None and entry.is_judged:
            lists[entry.leaf.list].append(entry)
    for items in lists.values():
        stays = sum(not item.removed for item in items)
        is_clear = stays >= LIST_CLEAR_SHARE * len(items) and not any(map(_has_link, items))
        if stays >= LIST_MIN_SHARE * len(items):
            for item in items:
                if item.removed and (item.kind is Kind.BOILERPLATE or is_clear):
                    item.change(LIST, removed=False)


def _has_link(entry: Entry) -> bool:
    return any(one.is_link for shown in entry.leaf.cells for one in shown.markup)


def _settle_headings(entries: Sequence[Entry]) -> None:
    """Let a heading stay that little speaks against and of which the text right below stays."""
    judged = [entry for entry in entries if entry.is_judged]
    for heading, below in pairwise(judged):
        is_weak = sum(part.score for part in heading.parts) < HEADING_MIN_SCORE
        if heading.leaf.role == "heading" and heading.removed and is_weak and _is_text(below) and not below.removed:
            heading.change(HEADING, removed=False)


def _settle_boundaries(entries: Sequence[Entry]) -> None:
    """Keep what separates a list from indented code, which would otherwise become text of the last item."""
    above: Entry | None = None
    between: Entry | None = None
    for entry in entries:
        if entry.removed:
            between = entry
            continue
        is_code = entry.leaf.role == "still" and entry.leaf.is_whole and not entry.leaf.items
        if is_code and between is not None and above is not None and above.leaf.items:
            between.change(BOUNDARY, removed=False)
        above, between = entry, None


def _settle_tables(entries: Sequence[Entry]) -> None:
    for unit, group in groupby(entries, key=lambda entry: entry.leaf.unit):
        rows = list(group)
        if unit is None:
            continue
        gone = sum(row.words for row in rows if row.removed)
        is_noise = gone > TABLE_MAX_SHARE * sum(row.words for row in rows)
        kind = next((row.kind for row in rows if row.removed), None)
        for row in rows:
            row.change(TABLE, removed=is_noise)
            row.kind = row.kind or kind


def _settle_sections(entries: Sequence[Entry], headline: str | None) -> None:
    """Remove headings with nothing left below them."""
    stays = [place for place, entry in enumerate(entries) if _is_text(entry) and not entry.removed]
    for place, entry in enumerate(entries):
        if entry.leaf.role != "heading" or entry.removed or not stays:
            continue
        if stays[0] > place or _text_of(entry) == headline:
            # It may be the headline.
            continue
        section = _section(entries, place)
        below = [one for one in section if _is_text(one)]
        others = [one for one in section if not one.is_judged and one.leaf.role == "still"]
        if below and all(one.removed for one in below) and not others:
            entry.change(SECTION, removed=True)
            entry.kind = below[0].kind


def _section(entries: Sequence[Entry], place: int) -> list[Entry]:
    """What stands below a heading, up to the next one of its level or above."""
    found = []
    for below in range(place + 1, len(entries)):
        entry = entries[below]
        if entry.leaf.role == "heading" and entry.leaf.level <= entries[place].leaf.level:
            break
        found.append(entry)
    return found


def _is_text(entry: Entry) -> bool:
    return entry.is_judged and entry.leaf.role != "heading"


def _text_of(entry: Entry) -> str:
    return entry.leaf.cells[0].text.strip()


def _settle_wordless(entries: Sequence[Entry]) -> None:
    """Remove what has no words where what stands around it was removed."""
    judged = [place for place, entry in enumerate(entries) if entry.is_judged]
    kept = [place for place in judged if not entries[place].removed]
    above: Entry | None = None
    following = iter([*judged, len(entries)])
    below = next(following)
    for place, entry in enumerate(entries):
        if entry.is_judged:
            above, below = entry, next(following)
            continue
        if entry.leaf.role in ("definition", "header"):
            continue
        near = [above, entries[below] if below < len(entries) else None]
        beside = [one for one in near if one is not None]
        is_between = bool(beside) and all(one.removed for one in beside)
        is_edge = entry.leaf.role == "rule" and bool(kept) and not kept[0] < place < kept[-1]
        if is_between or (is_edge and any(one.removed for one in beside)):
            entry.change(BETWEEN, removed=True)
            entry.kind = next(one.kind for one in beside if one.removed)


def _settle_items(entries: Sequence[Entry]) -> None:
    """Keep the first line of a list item of which something stays."""
    stays: set[int] = set()
    for entry in reversed(entries):
        items = entry.leaf.items
        if entry.removed and entry.leaf.marker is not None and items[-1] in stays:
            entry.change(ITEM, removed=False)
        if not entry.removed:
            stays.update(items)


def _settle_definitions(entries: Sequence[Entry]) -> None:
    """Remove the definitions that only removed text refers to."""
    kept: set[str] = set()
    gone: set[str] = set()
    for entry in entries:
        if entry.leaf.role != "definition":
            (gone if entry.removed else kept).update(entry.leaf.labels)
    for entry in entries:
        if entry.leaf.role == "definition" and entry.leaf.labels <= gone - kept:
            entry.change(UNUSED, removed=True)
