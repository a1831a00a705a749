r"""The form of a text: where its lines end when something else stands for its line ends.

Text passes through programs that replace its line ends: a tab, a bar (``get_text(" | ")``), a vertical tab, or a line
end *written out*, as an escape (``\n``), a tag (``<br>``, ``</p>``) or an entity (``&#13;``). Such a text is read with
line ends in their place. It keeps its length, so all offsets stay those of the input, and what is removed with a line
is the sign that ended it.

Recognition is strict, since the same signs stand inside lines too: a text has (nearly) no other line ends, and its
signs end sentences. Rows of a table, a line of links and an article about ``\n`` are left as they are.
"""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass
from itertools import islice

from cleaner.clock import NO_LIMIT, Clock
from cleaner.result import Line
from cleaner.text.splitting import FILL, OPENING, split_lines

__all__ = ["lines_of", "with_line_ends"]

# Fewer signs between lines are no form; nor are they where line ends end more than this share as many other lines.
MIN_SIGNS, MAX_OTHER_ENDS = 3, 0.25
# A text with more signs is not an article, and is not looked at sign by sign.
MAX_SIGNS = 100_000
# The least share of the signs that stand where a line may end.
MIN_PLACED = 0.5
# A sign that stands inside lines too, such as a tab, stands after so many sentences, and no more than so many other
# sentences end for each of them (all set by hand).
MIN_SENTENCES, MAX_OTHER_SENTENCES = 3, 4
# The least share of all bars that have a space on each side, if both belong to the sign.
MIN_SAME = 0.9
# The most characters of a wrapped line, and the least share of such lines that begin with a small letter.
WRAP_MAX_WIDTH, MIN_WRAPPED = 100, 0.4
# The least share of blank lines, themselves doubled, in a text whose line ends are doubled.
MIN_BLANK = 0.05

_LINE_END = r"(?:\r\n|[\n\r\x85\u2028\u2029])"
_WRITTEN = re.compile(
    # Each way begins with a character of its own: the search for any of them is fast.
    r"(?:\\\\?r\\\\?n|\\\\?[nr]|<[bB][rR]\s{0,4}/?>|</[pP]\s{0,4}>"
    r"|&#(?:13|[xX]0?[dD]);&#(?:10|[xX]0?[aA]);|&#(?:1[03]|[xX]0?[adAD]);)"
    rf"{_LINE_END}?"
)
# Data in JSON, whose line ends are written out and stay so.
_DATA = re.compile(r"\s*[\[{]\s*(?:\{\s*)?[\"']")
_ANY_LINE_END = re.compile(_LINE_END)
# A tag that opens a paragraph does not belong to its text.
_OPENING = re.compile(r"<p(?:\s[^<>]{0,200})?>", re.IGNORECASE)
_SENTENCE_END = re.compile(r"[.!?…。！？؟۔।][\"'»”“’)\]]*\s*\Z")
_SENTENCE = re.compile(r"(?:[.!?…؟۔।][\"'»”“’)\]]*\s|[。！？])(?=\s*\S)")
# How much of the text on each side of a sign is looked at.
_NEAR = 12
_QUOTED_BEFORE = re.compile(r"(?:[`({\[$=\\]|(?<![.!?…»,])[\"'])\Z")
_AFTER = re.compile(r"\s*(?:\Z|[^\s\w`)\]},;:.\"']|\d|[\"'](?=\w)|(?![a-zß-öø-ÿа-я])\w)")


@dataclass(frozen=True, slots=True)
class _Signs:
    """Signs that may stand for line ends; ``marks``: what any text with one of them contains.

    ``is_common``: they stand inside lines too. ``opening``: what stands before the text of a line.
    """

    pattern: re.Pattern[str]
    marks: tuple[str, ...]
    is_common: bool = False
    opening: re.Pattern[str] | None = None


_SIGNS = (
    _Signs(_WRITTEN, ("\\", "<", "&#"), opening=_OPENING),
    _Signs(re.compile(r"[\v\f]"), ("\v", "\f")),
    _Signs(re.compile(r"\t"), ("\t",), is_common=True),
    _Signs(re.compile(r" \| "), ("|",), is_common=True),
    _Signs(re.compile(r"\|"), ("|",), is_common=True),
)


def with_line_ends(text: str, clock: Clock = NO_LIMIT) -> str:
    r"""The text, of the same length, with line ends for the signs that stand for them; itself if none do.

    >>> with_line_ends("Le pont rouvre lundi.\\nPartager\\nLe maire est venu.\\n").split("\n\x1f")
    ['Le pont rouvre lundi.', 'Partager', 'Le maire est venu.', '']
    """
    if _DATA.match(text):
        return text
    for signs in _SIGNS:
        if any(mark in text for mark in signs.marks):
            ends = _ends(text, signs, clock)
            if ends:
                return _replaced(text, signs, ends, clock)
    return _with_single_ends(text)


def lines_of(text: str) -> list[Line]:
    r"""The lines of a text in whatever form, with their offsets, in characters; wide lines are not split.

    >>> [(line.start, line.end, line.stop) for line in lines_of("Il pleut.<br>Partager<br>Fin.<br>")]
    [(0, 9, 13), (13, 21, 25), (25, 29, 33)]
    """
    return split_lines(with_line_ends(text))


def _ends(text: str, signs: _Signs, clock: Clock) -> list[tuple[int, int]]:
    """Where the signs stand that end the lines of a text; empty if they do not."""
    if signs.is_common and not _may_be_one_line(text):
        return []
    ends = [found.span() for found in clock.watch(islice(signs.pattern.finditer(text), MAX_SIGNS))]
    if not MIN_SIGNS <= len(ends) < MAX_SIGNS:
        return []
    pieces = _pieces(text, ends)
    after_sentence = sum(map(_ends_sentence, pieces[:-1]))
    if signs.is_common:
        if len(ends) < MIN_SAME * text.count(signs.marks[0]):
            return []
        others = sum(len(_SENTENCE.findall(piece)) for piece in clock.watch(pieces))
        return ends if after_sentence >= max(MIN_SENTENCES, others / MAX_OTHER_SENTENCES) else []
    if not after_sentence or sum(map(_other_ends, clock.watch(pieces))) > MAX_OTHER_ENDS * len(ends):
        return []
    placed = sum(_may_end_line(text, start, end) for start, end in clock.watch(ends))
    return ends if placed >= MIN_PLACED * len(ends) else []


def _may_be_one_line(text: str) -> bool:
    """Whether a text has no line end inside, and is not a row of a Markdown table."""
    shown = text.strip()
    return not shown.startswith("|") and _ANY_LINE_END.search(shown) is None


def _other_ends(piece: str) -> int:
    """How many lines of a piece of the text end in line ends."""
    return max(sum(1 for line in piece.splitlines() if line.strip()) - 1, 0)


def _pieces(text: str, ends: Sequence[tuple[int, int]]) -> list[str]:
    """The text between the signs."""
    stops = [0, *(stop for _, stop in ends)]
    starts = [*(start for start, _ in ends), len(text)]
    return [text[stop:start] for stop, start in zip(stops, starts, strict=True)]


def _may_end_line(text: str, start: int, end: int) -> bool:
    """Whether a sign stands where a line may end: not in quotes or code, and a line or a wrapped word follows it."""
    if _QUOTED_BEFORE.search(text[max(start - _NEAR, 0) : start]):
        return False
    is_between_words = text[start - 1 : start].strip() and text[end : end + 1].isalpha()
    return bool(is_between_words or _AFTER.match(text[end : end + _NEAR]))


def _ends_sentence(piece: str) -> bool:
    return bool(_SENTENCE_END.search(piece[-_NEAR:]))


def _with_single_ends(text: str) -> str:
    """The text with one line end for two where all of them are doubled; itself otherwise."""
    shown = text.strip()
    for end in ("\n", "\r\n"):
        first = shown.find(end)
        if first < 0 or not shown.startswith(end, first + len(end)):
            continue
        count = shown.count(end)
        if count >= 2 * MIN_SIGNS and count == 2 * shown.count(2 * end) and _is_doubled(shown, end):
            return text.replace(2 * end, "\n" + FILL * (2 * len(end) - 1))
    return text


def _is_doubled(text: str, end: str) -> bool:
    """Whether line ends that come in pairs end lines, not paragraphs: blank lines are doubled too, or text is wrapped."""
    lines = text.split(2 * end)
    if text.count(4 * end) >= MIN_BLANK * len(lines):
        return True
    inside = sum(line.lstrip()[:1].islower() for line in lines)
    return inside >= MIN_WRAPPED * len(lines) and max(map(len, lines)) <= WRAP_MAX_WIDTH


def _replaced(text: str, signs: _Signs, ends: Sequence[tuple[int, int]], clock: Clock) -> str:
    parts = []
    position = 0
    for start, end in clock.watch(ends):
        parts += [text[position:start], "\n", FILL * (end - start - 1)]
        position = end
    shown = "".join([*parts, text[position:]])
    if signs.opening is None:
        return shown
    return signs.opening.sub(lambda found: OPENING * len(found[0]), shown)
