"""Where Markdown would take a text for markup, so that a backslash is needed: nowhere else, and never too few.

All offsets are into the text that is asked about.
"""

from __future__ import annotations

import re
import unicodedata
from functools import lru_cache
from urllib.parse import urljoin

__all__ = ["can_close", "can_open", "escapes", "heading_end", "line_start", "link_target", "longest_ticks"]

# Characters of the text that follows that decide over an escape.
MAX_AHEAD = 40
# A longer address is of no use to a reader.
MAX_ADDRESS = 2_000
_SCHEMES = frozenset({"http", "https", "mailto", "tel", "ftp"})

# At a mark of emphasis, the edges of a text count as neighbours that do not protect it: markup may follow there.
_ANYWHERE = r"[`\[]|(?<!\s)\*|\*(?!\s)|(?<!\w)_+|_+(?!\w)|~(?=~)|(?<=~)~"
# What comes after the text decides here, so it is looked at.
_AHEAD = re.compile(r"\\(?=[!-/:-@\[-`{-~]|\Z)|<(?=[A-Za-z/!?]|\Z)|&(?=#?[A-Za-z0-9]*(?:;|\Z))")
_QUICK = re.compile(r"[\\`*_\[\]<&~|]")
_TICKS = re.compile("`+")
_LINE_START = re.compile(
    r"[-+*](?=\s|\Z)|\#{1,6}(?=\s|\Z)|>|[0-9]{1,9}(?P<point>[.)])(?=\s|\Z)|(?=.*[-=])[-=|:\s]+\Z", re.DOTALL
)
_HEADING_END = re.compile(r"(?:^|(?<=\s))#+\Z")
_SPACES = re.compile(r"[\t\n\r]+")
_SCHEME = re.compile(r"([A-Za-z][A-Za-z0-9+.-]*):")
# What may not stand in the target of a link as it is; an ampersand begins an entity only before a semicolon.
_UNSAFE = re.compile(r"[\s<>\\`|\x00-\x20\x7f]|&(?=#?[A-Za-z0-9]+;)")


@lru_cache(maxsize=4)
def _anywhere(*, in_link: bool, in_cell: bool) -> re.Pattern[str]:
    more = (r"|\]" if in_link else "") + (r"|\|" if in_cell else "")
    return re.compile(_ANYWHERE + more)


def escapes(text: str, ahead: str = "", *, in_link: bool = False, in_cell: bool = False) -> list[int]:
    """The places in a text before which a backslash is needed, in order; ``ahead``: what follows it on its line.

    >>> escapes("snake_case, 3 * 4, R&D, a < b")
    []
    >>> escapes("*stars* and [brackets]")
    [0, 6, 12]
    """
    if not _QUICK.search(text):
        return []
    found: set[int] = set()
    for match in _anywhere(in_link=in_link, in_cell=in_cell).finditer(text):
        found.update(range(match.start(), match.end()))
    size = len(text)
    found.update(at for match in _AHEAD.finditer(text + ahead[:MAX_AHEAD]) if (at := match.start()) < size)
    return sorted(found)


def line_start(line: str) -> int | None:
    """The place before which a line needs a backslash so that it begins no list, heading, quotation or rule.

    >>> line_start("1989. A year"), line_start("- 3 degrees"), line_start("A year")
    (4, 0, None)
    """
    match = _LINE_START.match(line)
    if match is None:
        return None
    return match.start("point") if match["point"] else 0


def heading_end(line: str) -> int | None:
    """The place before which a heading needs a backslash so that its last number signs are not taken for its end."""
    match = _HEADING_END.search(line)
    return None if match is None else match.start()


def longest_ticks(text: str) -> int:
    """The length of the longest run of backticks in a text."""
    return max(map(len, _TICKS.findall(text)), default=0)


# --- emphasis --------------------------------------------------------------------------------------------


def can_open(before: str, after: str) -> bool:
    """Whether a mark of emphasis between two characters can begin one; empty for the edge of a line.

    >>> can_open(" ", "a"), can_open("a", "a"), can_open("a", "(")
    (True, True, False)
    """
    return not _is_space(after) and (not _may_be_sign(after) or _is_space(before) or _is_sign(before))


def can_close(before: str, after: str) -> bool:
    """Whether a mark of emphasis between two characters can end one; empty for the edge of a line."""
    return can_open(after, before)


def _is_space(character: str) -> bool:
    return not character or character.isspace()


def _may_be_sign(character: str) -> bool:
    """Whether some readers of Markdown take a character for punctuation."""
    return unicodedata.category(character)[0] in "PS"


def _is_sign(character: str) -> bool:
    """Whether all readers of Markdown take a character for punctuation."""
    return unicodedata.category(character)[0] == "P" or (character.isascii() and _may_be_sign(character))


# --- addresses -------------------------------------------------------------------------------------------


def link_target(address: str, base: str) -> str:
    """The target of a link, absolute if ``base`` is known; empty for one that leads nowhere outside its page.

    >>> link_target("/a b(1", "https://example.org/x"), link_target("javascript:void(0)", "")
    ('https://example.org/a%20b%281', '')
    """
    address = _SPACES.sub("", address[: 2 * MAX_ADDRESS].strip("\x00\x01\x1f "))
    scheme = _SCHEME.match(address)
    if scheme and scheme[1].lower() not in _SCHEMES:
        return ""
    if address == "#" or (not base and address.startswith("#")):
        return ""
    try:
        address = urljoin(base, address)
    except ValueError:
        return ""
    scheme = _SCHEME.match(address)
    if not address or len(address) > MAX_ADDRESS or (scheme and scheme[1].lower() not in _SCHEMES):
        return ""
    target = _UNSAFE.sub(_percent, address)
    return (
        target
        if ("(" not in target and ")" not in target) or _is_balanced(target)
        else target.replace("(", "%28").replace(")", "%29")
    )


def _percent(match: re.Match[str]) -> str:
    character = match[0]
    if character == "&":
        return "\\&"
    return "".join(f"%{byte:02X}" for byte in character.encode("utf-8", "surrogatepass"))


def _is_balanced(target: str) -> bool:
    """Whether each parenthesis of a target has its partner, at most one inside another."""
    depth = 0
    for character in target:
        depth += (character == "(") - (character == ")")
        if depth not in (0, 1, 2):
            return False
    return depth == 0
