"""Fragments of the visible text -> stretches of the source, with the markup that has nothing left in it."""

from __future__ import annotations

from bisect import bisect_left

from cleaner.markdown.view import View

__all__ = ["source_spans"]


def source_spans(view: View, start: int, end: int) -> list[tuple[int, int]]:
    """What to cut from the source for a stretch of the visible text.

    A link or an emphasis goes with its whole text; where only a part of its text is cut, its markup stays.

    >>> from cleaner.markdown.view import read_view
    >>> view = read_view("One [two](a) **three four**")
    >>> [view.page.lines.text[low:high] for low, high in source_spans(view, 4, 13)]
    ['[two](a) ', 'three']
    """
    spans = [(int(view.begins[at]), int(view.ends[at])) for at in range(start, end)]
    # Markup is in the order in which it ends, so at most as far from here as it is long.
    for one in view.markup[bisect_left(view.markup, start + 1, key=lambda markup: markup.stop) :]:
        if one.first >= end:
            break
        if start <= one.first and one.stop <= end and one.stop > one.first:
            spans.append((one.start, one.end))
    return _joined(spans)


def _joined(spans: list[tuple[int, int]]) -> list[tuple[int, int]]:
    found: list[tuple[int, int]] = []
    for low, high in sorted(span for span in spans if span[1] > span[0]):
        if found and low <= found[-1][1]:
            found[-1] = found[-1][0], max(high, found[-1][1])
        else:
            found.append((low, high))
    return found
