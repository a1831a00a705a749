"""The visible characters of a paragraph of Markdown, and where each of them stands in the paragraph."""

from __future__ import annotations

from bisect import bisect_left, bisect_right
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field, replace
from operator import attrgetter
from types import MappingProxyType

import numpy as np
from markdown_it.token import Token

from cleaner.text.arrays import IntArray

__all__ = ["Markup", "Shown", "show"]

_SPACES = " \t"


@dataclass(frozen=True, slots=True)
class Markup:
    """A link, an emphasis or a code span: ``start:end`` in the source, and its visible characters ``first:stop``."""

    start: int
    end: int
    first: int
    stop: int
    is_link: bool


@dataclass(frozen=True, slots=True)
class Shown:
    """Visible text; character ``i`` stands at ``begins[i]:ends[i]`` of the source, all of it in ``start:end``.

    ``markup`` is in the order in which it ends. ``breaks``: which characters are line ends of the source, and whether
    each of them breaks the line when shown.
    """

    text: str
    begins: IntArray
    ends: IntArray
    start: int
    end: int
    markup: list[Markup] = field(default_factory=list)
    breaks: dict[int, bool] = field(default_factory=dict)

    def markup_in(self, low: int, high: int) -> list[Markup]:
        """The markup of which all visible characters are in a part of the text."""
        key = attrgetter("stop")
        first, stop = bisect_left(self.markup, low, key=key), bisect_right(self.markup, high, key=key)
        return [one for one in self.markup[first:stop] if one.first >= low]


def show(content: str, tokens: Sequence[Token] | None, offsets: Sequence[int]) -> Shown:
    """The visible characters of a paragraph or a cell.

    ``tokens``: its parsed form, with the places of links in ``meta``. ``offsets``: where its characters stand in the
    source. What was not parsed, or whose tokens do not follow its text, is shown as it is written.
    """
    walk = _Walk(content)
    if tokens is None or not walk.over(tokens):
        walk = _Walk(content)
        walk.over_all()
    where = np.array(offsets, dtype=np.int64)
    begins, ends = np.array(walk.begins, dtype=np.int64), np.array(walk.ends, dtype=np.int64)
    markup = [replace(one, start=offsets[one.start], end=offsets[one.end - 1] + 1) for one in walk.markup]
    start, end = (offsets[0], offsets[-1] + 1) if offsets else (0, 0)
    text = "".join(walk.parts)
    if not text:
        return Shown("", begins, ends, start, end)
    return Shown(text, where[begins], where[ends - 1] + 1, start, end, markup, walk.breaks)


class _Walk:
    """Follows the tokens of a paragraph through its characters."""

    def __init__(self, content: str) -> None:
        self.content = content
        self.at = 0
        # The visible text so far, its size, and where its characters stand in the paragraph.
        self.parts: list[str] = []
        self.size = 0
        self.begins: list[int] = []
        self.ends: list[int] = []
        self.markup: list[Markup] = []
        self.breaks: dict[int, bool] = {}
        self._open: list[tuple[int, int]] = []

    def over(self, tokens: Sequence[Token]) -> bool:
        """Whether the tokens follow the paragraph to its end."""
        return all(self._step(token) for token in tokens) and not self.content[self.at :].strip()

    def over_all(self) -> None:
        """Take all characters as they are written."""
        self.breaks = {at: False for at, sign in enumerate(self.content) if sign == "\n"}
        self._add(self.content.replace("\n", " "), 0)

    def _add(self, text: str, start: int) -> None:
        """Add characters that stand in the paragraph as they are."""
        self.parts.append(text)
        self.size += len(text)
        self.begins.extend(range(start, start + len(text)))
        self.ends.extend(range(start + 1, start + 1 + len(text)))

    def _step(self, token: Token) -> bool:
        """Whether a token follows, and step over it."""
        step = _STEPS.get(token.type)
        if step is not None:
            return step(self, token)
        return self._enter(token) if token.nesting == 1 else token.nesting == -1 and self._leave(token)

    def _written(self, text: str) -> bool:
        return self.content.startswith(text, self.at)

    def _sign(self, shown: str, size: int) -> bool:
        """Step over characters that are shown in another way: an escape, an entity, a tag."""
        self._add_sign(shown, self.at, self.at + size)
        self.at += size
        return True

    def _add_sign(self, shown: str, start: int, end: int) -> None:
        self.parts.append(shown)
        self.size += len(shown)
        self.begins.extend([start] * len(shown))
        self.ends.extend([end] * len(shown))

    def text(self, token: Token) -> bool:
        """Step over text that stands there as it is."""
        if not self._written(token.content):
            return False
        self._add(token.content, self.at)
        self.at += len(token.content)
        return True

    def special(self, token: Token) -> bool:
        """Step over an escape or an entity."""
        return self._written(token.markup) and self._sign(token.content, len(token.markup))

    def html(self, token: Token) -> bool:
        """Step over a tag."""
        is_break = token.content.lower().startswith("<br")
        return self._written(token.content) and self._sign(" " if is_break else "", len(token.content))

    def image(self, token: Token) -> bool:
        """Step over an image; what it shows is not text."""
        self.at = int(token.meta["end"])
        return True

    def note(self, token: Token) -> bool:
        """Step over the mark of a footnote."""
        written = f"[^{token.meta['label']}]"
        return self._written(written) and self._sign("", len(written))

    def line_end(self, token: Token) -> bool:
        """Step over a line end, with the spaces around it."""
        start = self.at
        end = self.content.find("\n", start)
        if end < 0 or self.content[start:end].strip(_SPACES + "\\"):
            return False
        self.breaks[self.size] = token.type == "hardbreak"
        self._add_sign(" ", start, end + 1)
        self.at = end + 1
        while self.at < len(self.content) and self.content[self.at] in _SPACES:
            self.at += 1
        return True

    def code(self, token: Token) -> bool:
        """Step over a code span."""
        start, size = self.at, len(token.markup)
        first = start + size
        # One space at each edge is not part of the code.
        if not self.content.startswith(token.markup, first + len(token.content)):
            first += 1
        end = first + len(token.content)
        close = self.content.find(token.markup, end)
        if not self._written(token.markup) or not 0 <= close - end <= 1:
            return False
        visible = self.size
        self._add(token.content.replace("\n", " "), first)
        self.at = close + size
        self.markup.append(Markup(start, self.at, visible, self.size, is_link=False))
        return True

    def _enter(self, token: Token) -> bool:
        start = self.at
        if token.type == "link_open":
            if token.markup != "autolink" and start != token.meta["start"]:
                return False
            self.at += 1
        elif self._written(token.markup):
            self.at += len(token.markup)
        else:
            return False
        self._open.append((start, self.size))
        return True

    def _leave(self, token: Token) -> bool:
        if not self._open:
            return False
        is_link = token.type == "link_close"
        if is_link:
            self.at = self.at + 1 if token.markup == "autolink" else int(token.meta["end"])
        elif self._written(token.markup):
            self.at += len(token.markup)
        else:
            return False
        start, first = self._open.pop()
        self.markup.append(Markup(start, self.at, first, self.size, is_link))
        return True


_STEPS: Mapping[str, Callable[[_Walk, Token], bool]] = MappingProxyType(
    {
        "text": _Walk.text,
        "text_special": _Walk.special,
        "softbreak": _Walk.line_end,
        "hardbreak": _Walk.line_end,
        "code_inline": _Walk.code,
        "html_inline": _Walk.html,
        "image": _Walk.image,
        "footnote_ref": _Walk.note,
    }
)
