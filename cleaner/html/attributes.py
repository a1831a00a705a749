"""Markup -> markup with a bounded number of attributes per element: a parser's time grows with their square.

For most pages, the text between two ``>`` shows that no element has more; for the others, tags are read one by one, as
the parser reads them.
"""

from __future__ import annotations

import re

import numpy as np

__all__ = ["MAX_ATTRIBUTES", "bound_attributes"]

# Further attributes of an element are left out (set by hand: of 92 news pages none has more than 21, and a MB of tags
# with 500 each takes the parser .3 s).
MAX_ATTRIBUTES = 500

_SPACES = bytes(range(0x21))
_NO_SEPARATORS = bytes(set(range(0x100)) - {*_SPACES, *b"/\"'"})
# Quoted values that contain a >, closed or not.
_VALUES_WITH_END = (re.compile(rb'=\s*+"[^">]*+>[^"]*+'), re.compile(rb"=\s*+'[^'>]*+>[^']*+"))
_BEGIN = re.compile(rb"<[a-zA-Z]")
_SPACE = rb"[\t\n\f\r ]"
_ATTRIBUTE = (
    rb"(?:[\t\n\f\r /]*+[^\t\n\f\r />][^\t\n\f\r />=]*+"
    rb"""(?:[\t\n\f\r ]*+=[\t\n\f\r ]*+(?:"[^"]*+"?+|'[^']*+'?+|[^\t\n\f\r >]*+))?+)"""
)
# A comment, a declaration, an end tag, or the first attributes of a start tag and then the rest of them.
_TAG = re.compile(
    rb"<(?:!--(?:-?>|.*?(?:--!?>|\Z))|[!?][^>]*+>?+|/(?=[^a-zA-Z])[^>]*+>?+|/[^\t\n\f\r />]++%s*+[\t\n\f\r /]*+>?+"
    rb"|([a-zA-Z][^\t\n\f\r />]*+)%s{0,%d}+()(%s*+)[\t\n\f\r /]*+>?+)"
    % (_ATTRIBUTE, _ATTRIBUTE, MAX_ATTRIBUTES, _ATTRIBUTE),
    re.DOTALL,
)
# Elements that contain no tags except their own end tag; a slash at the end of the tag makes them empty.
_TEXT_ONLY = frozenset(b"script style xmp iframe noembed noframes textarea title plaintext".split())
_SCRIPT_SIGNS = re.compile(rb"<!--|-->|<(/?+)script(?=[\t\n\f\r />])", re.IGNORECASE)


def bound_attributes(markup: bytes) -> bytes:
    """Markup without the attributes after the first `MAX_ATTRIBUTES` of each element.

    >>> many = b" ".join(b"name%d=value" % number for number in range(9_000))
    >>> bound_attributes(b"<p " + many + b">Text").count(b"=")
    500
    """
    return _without_more(markup) if _may_have_more(markup) else markup


def _may_have_more(markup: bytes) -> bool:
    """Whether some element may have more attributes, without deciding what is a tag and what is not.

    A tag extends at most to the next ``>`` that cannot be inside a quoted value, and two attributes have white space, a
    slash or a quotation mark between them.
    """
    certain = markup
    for values in _VALUES_WITH_END:
        certain = values.sub(lambda found: found.group().replace(b">", b" "), certain)
    ends = np.flatnonzero(np.frombuffer(certain, dtype=np.uint8) == ord(">"))
    edges = np.concatenate([[-1], ends, [len(markup)]])
    for number in np.flatnonzero(np.diff(edges) > 2 * MAX_ATTRIBUTES).tolist():
        low, high = int(edges[number]) + 1, int(edges[number + 1])
        begin = _BEGIN.search(markup, low, high)
        if begin and len(markup[begin.start() : high].translate(None, _NO_SEPARATORS)) >= MAX_ATTRIBUTES:
            return True
    return False


def _without_more(markup: bytes) -> bytes:
    kept = []
    position = kept_to = 0
    while tag := _TAG.search(markup, position):
        position = tag.end()
        if tag.group(1) is None:
            continue
        if tag.group(3):
            kept.append(markup[kept_to : tag.start(3)])
            kept_to = tag.end(3)
        name = tag.group(1).lower()
        if name in _TEXT_ONLY and not markup.endswith(b"/>", tag.end(3), position):
            position = _end_of_text(markup, name, position)
    return b"".join([*kept, markup[kept_to:]])


def _end_of_text(markup: bytes, name: bytes, position: int) -> int:
    """Where the end tag of an element that contains only text begins."""
    if name == b"plaintext":
        return len(markup)
    if name == b"script":
        return _end_of_script(markup, position)
    end = re.compile(rb"</%s(?=[\t\n\f\r />])" % name, re.IGNORECASE).search(markup, position)
    return end.start() if end else len(markup)


def _end_of_script(markup: bytes, position: int) -> int:
    """Where the end tag of a script begins; inside a comment, a script in the script hides one end tag."""
    in_comment = in_script = False
    for sign in _SCRIPT_SIGNS.finditer(markup, position):
        if sign.group() == b"<!--":
            in_comment = True
        elif sign.group() == b"-->":
            in_comment = in_script = False
        elif not sign.group(1):
            in_script = in_script or in_comment
        elif in_script:
            in_script = False
        else:
            return sign.start()
    return len(markup)
