"""What cleaning changes as a unified diff, as git prints it: made from the removals, in time linear in the text."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from itertools import zip_longest
from types import MappingProxyType

from cleaner.report.terminal import paint

__all__ = ["unified_diff"]

_CONTEXT = 3
# Changes with no more unchanged lines than this between them are in one hunk.
_MAX_GAP = 2 * _CONTEXT
_NO_LINE_END = "\\ No newline at end of file"
_BOLD, _CYAN, _RED, _GREEN = "1", "36", "31", "32"
_COLOURS = MappingProxyType({" ": "", "-": _RED, "+": _GREEN})
# How git writes these bytes of a file name.
_ESCAPES = MappingProxyType(dict(zip(b'\a\b\t\n\v\f\r"\\', 'abtnvfr"\\', strict=True)))
# What a terminal would act upon; a tab and a line end are harmless.
_CONTROLS = MappingProxyType(
    {code: repr(chr(code))[1:-1] for code in (*range(0x20), *range(0x7F, 0xA0)) if chr(code) not in "\t\n"}
)


@dataclass(slots=True)
class _Change:
    """Lines, with their ends, that others replace; ``first`` and ``start``: the number of the first, and its offset."""

    first: int
    start: int
    old: list[str]
    new: list[str]

    @property
    def stop(self) -> int:
        """The offset of the line below."""
        return self.start + sum(map(len, self.old))


def unified_diff(name: str, text: str, spans: Iterable[tuple[int, int]], *, colour: bool = False) -> str:
    r"""The diff between a text and what is left of it without some spans; empty if there are none.

    ``spans``: half-open offsets, in order, that do not overlap. Only ``\n`` ends a line, as in git. With ``colour`` it
    is made for a terminal: control characters are shown as escapes.

    >>> print(unified_diff("page.txt", "One.\nReply\nTwo.\n", [(5, 11)]), end="")
    diff --git a/page.txt b/page.txt
    --- a/page.txt
    +++ b/page.txt
    @@ -1,3 +1,2 @@
     One.
    -Reply
     Two.
    """
    lines: list[str] = []
    changes = _changes(text, _line_spans(text, spans))
    shift = 0
    for hunk in _hunks(changes):
        lines += _hunk_lines(text, hunk, shift, colour=colour)
        shift += sum(len(change.new) - len(change.old) for change in hunk)
    if not lines:
        return ""
    old, new = _quoted(f"a/{name.lstrip('/')}"), _quoted(f"b/{name.lstrip('/')}")
    # A name with a space ends with a tab there, so that programs know where it ends.
    end = "\t" if " " in name else ""
    head = [f"diff --git {old} {new}", f"--- {old}{end}", f"+++ {new}{end}"]
    return "".join(f"{line}\n" for line in [*(paint(line, _BOLD, wanted=colour) for line in head), *lines])


# --- from spans to changed lines -------------------------------------------------------------------------


def _line_spans(text: str, spans: Iterable[tuple[int, int]]) -> list[tuple[int, int]]:
    r"""The same spans without empty ones, joined where they meet, and moved to whole lines where that is the same.

    Taking out ``\nReply`` before a line end leaves the same text as taking out ``Reply\n``.
    """
    joined: list[tuple[int, int]] = []
    for start, end in spans:
        if joined and joined[-1][1] == start:
            joined[-1] = (joined[-1][0], end)
        elif start < end:
            joined.append((start, end))
    return [
        (start + 1, end + 1) if text[start] == "\n" and text[end : end + 1] == "\n" else (start, end)
        for start, end in joined
    ]


def _changes(text: str, spans: Sequence[tuple[int, int]]) -> Iterator[_Change]:
    """The lines that change, each run of them once, in order."""
    number, counted, at = 0, 0, 0
    while at < len(spans):
        start = text.rfind("\n", counted, spans[at][0]) + 1 or counted
        end, kept, at = _changed_stretch(text, start, spans, at)
        number += text.count("\n", counted, start)
        old, new = _split(text[start:end]), _split(kept)
        same = _common(old, new)
        change = _Change(number + same, start + sum(map(len, old[:same])), old[same:], new[same:])
        below = _common(change.old[::-1], change.new[::-1])
        if below:
            del change.old[-below:], change.new[-below:]
        yield change
        number, counted = number + len(old), end


def _changed_stretch(text: str, start: int, spans: Sequence[tuple[int, int]], at: int) -> tuple[int, str, int]:
    """The run of changed lines from a line on: its end, what is left of it, and the number of the next span.

    It extends to where a line of the text and one of the result begin together.
    """
    kept: list[str] = []
    position = start
    end = _line_stop(text, start)
    while True:
        while at < len(spans) and spans[at][0] <= end:
            kept.append(text[position : spans[at][0]])
            position = spans[at][1]
            if position > end:
                # A span that ends with a line leaves the next one as it is.
                end = _line_stop(text, position - 1)
            at += 1
        kept.append(text[position:end])
        position = end
        last = next(filter(None, reversed(kept)), "")
        if end == len(text) or not last or last.endswith("\n"):
            return end, "".join(kept), at
        end = _line_stop(text, end)


def _line_stop(text: str, position: int) -> int:
    """Where the line of a character ends, with its line end."""
    return text.find("\n", position) + 1 or len(text)


def _split(text: str) -> list[str]:
    """The lines of a text with their ends."""
    lines = [f"{line}\n" for line in text.split("\n")]
    last = lines.pop()[:-1]
    return [*lines, last] if last else lines


def _common(some: Sequence[str], others: Sequence[str]) -> int:
    """How many lines two runs of lines have in common at their beginning."""
    count = 0
    for one, other in zip(some, others, strict=False):
        if one != other:
            break
        count += 1
    return count


# --- from changed lines to hunks -------------------------------------------------------------------------


def _hunks(changes: Iterable[_Change]) -> Iterator[list[_Change]]:
    """Changes that are near each other, together."""
    hunk: list[_Change] = []
    for change in changes:
        if hunk and change.first - (hunk[-1].first + len(hunk[-1].old)) > _MAX_GAP:
            yield hunk
            hunk = []
        hunk.append(change)
    if hunk:
        yield hunk


def _hunk_lines(text: str, hunk: Sequence[_Change], shift: int, *, colour: bool) -> list[str]:
    """The lines of a hunk; ``shift``: how many lines more the result has above it."""
    above = _lines_above(text, hunk[0].start)
    rows = [(" ", line) for line in above]
    for change, next_change in zip_longest(hunk, hunk[1:]):
        rows += [("-", line) for line in change.old]
        rows += [("+", line) for line in change.new]
        stop = _stop_below(text, change.stop) if next_change is None else next_change.start
        rows += [(" ", line) for line in _split(text[change.stop : stop])]
    old = sum(sign != "+" for sign, _ in rows)
    new = sum(sign != "-" for sign, _ in rows)
    first = hunk[0].first - len(above)
    head = f"@@ -{_range(first, old)} +{_range(first + shift, new)} @@"
    return [paint(head, _CYAN, wanted=colour), *(line for row in rows for line in _row_lines(*row, colour=colour))]


def _lines_above(text: str, start: int) -> list[str]:
    position = start
    for _ in range(_CONTEXT):
        if position:
            position = text.rfind("\n", 0, position - 1) + 1
    return _split(text[position:start])


def _stop_below(text: str, position: int) -> int:
    """Where the lines end that are shown below a change."""
    for _ in range(_CONTEXT):
        if position < len(text):
            position = _line_stop(text, position)
    return position


def _range(first: int, count: int) -> str:
    """Lines in the head of a hunk: the number of the first, or of the one above where there are none."""
    start = first + 1 if count else first
    return f"{start}" if count == 1 else f"{start},{count}"


def _row_lines(sign: str, line: str, *, colour: bool) -> Iterator[str]:
    content = line.removesuffix("\n")
    if colour:
        # The end of a line of Windows is no sign to show.
        content, end = content.removesuffix("\r"), "\r" * content.endswith("\r")
        content = f"{content.translate(_CONTROLS)}{end}"
    yield paint(f"{sign}{content}", _COLOURS[sign], wanted=colour)
    if not line.endswith("\n"):
        yield _NO_LINE_END


# --- names -----------------------------------------------------------------------------------------------


def _quoted(name: str) -> str:
    r"""A file name as git writes it: in quotes, with escapes, if it has other characters than those of ASCII.

    >>> _quoted("a/page.txt"), _quoted("a/caf\u00e9\n.txt")
    ('a/page.txt', '"a/caf\\303\\251\\n.txt"')
    """
    raw = _name_bytes(name)
    written = "".join(
        f"\\{_ESCAPES[byte]}" if byte in _ESCAPES else chr(byte) if 0x20 <= byte < 0x7F else f"\\{byte:03o}"
        for byte in raw
    )
    return name if written == name else f'"{written}"'


def _name_bytes(name: str) -> bytes:
    try:
        return name.encode("utf-8", "surrogateescape")
    except UnicodeEncodeError:
        # No name of a file, but the id of a record may have such characters.
        return name.encode("utf-8", "surrogatepass")
