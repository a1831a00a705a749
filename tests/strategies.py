"""Hypothesis strategies for documents: ordinary ones, broken ones, hostile ones, and HTML pages."""

from __future__ import annotations

import textwrap

from hypothesis import strategies as st

from tests.material import HOSTILE, INTERFACE, LINE_ENDS, MARKUP, ODD, PROSE, SEPARATORS, SIGNS

__all__ = [
    "ANY_TEXT",
    "broken_documents",
    "documents",
    "formed_documents",
    "hostile_documents",
    "hostile_lines",
    "markdown_documents",
    "pages",
]

# Any code point, lone surrogates included: scraped text has passed through many hands.
ANY_TEXT = st.text(st.characters(exclude_categories=()))
# Separators and pieces for hostile lines.
_JOINTS = ("", "", " ", "     ", "\t", *SEPARATORS)
_TAGS = ("p", "div", "li", "h1", "h2", "pre", "td", "span", "b", "section", "article", "aside", "blockquote", "svg")
_NAMES = ("", ' class="comments"', ' class="entry-content"', " hidden", ' id="nav', ' style="display:none"', " x" * 50)


@st.composite
def documents(draw: st.DrawFn) -> str:
    """Lines of prose, interface and odd characters, some side by side; the last one perhaps without a line end."""
    sort = st.one_of(st.sampled_from(PROSE), st.sampled_from(INTERFACE), st.sampled_from(ODD))
    wide = st.lists(sort, min_size=2, max_size=4).map("     ".join)
    lines = draw(st.lists(st.one_of(sort, sort, sort, wide), max_size=24))
    one_end = draw(st.none() | st.sampled_from(LINE_ENDS))
    text = "".join(line + (one_end or draw(st.sampled_from(LINE_ENDS))) for line in lines)
    bare: bool = draw(st.booleans())
    if bare:
        text = text.rstrip("\n\r\x85\u2028\u2029")
    return text


@st.composite
def broken_documents(draw: st.DrawFn) -> str:
    """Documents as scrapers and mail programs leave them: broken at spaces, wrapped at a width, or on one line."""
    lines = draw(st.lists(st.sampled_from((*PROSE, *PROSE, *INTERFACE, "")), min_size=1, max_size=14))
    form = draw(st.sampled_from(("broken", "broken-with-spaces", "wrapped", "one-line")))
    random = draw(st.randoms(use_true_random=False))
    if form == "one-line":
        return draw(st.sampled_from((" ", "  ", "\u00a0"))).join(lines)
    if form == "wrapped":
        width = draw(st.integers(40, 100))
        return draw(st.sampled_from(("\n", "\n\n"))).join(textwrap.fill(line, width) for line in lines)
    share = draw(st.sampled_from((0.05, 0.2, 0.5)))
    ends = ("\n",) if form == "broken" else ("\n", " \n", "\n ", " \n ", "  \n", " \r\n")
    return "\n".join(
        "".join(random.choice(ends) if sign == " " and random.random() < share else sign for sign in line)
        for line in lines
    )


@st.composite
def formed_documents(draw: st.DrawFn) -> str:
    """Documents with other signs for line ends, now and then mixed with line ends or inside a line."""
    piece = st.sampled_from((*PROSE, *PROSE, *INTERFACE, *ODD, *SIGNS))
    lines = draw(st.lists(piece, min_size=3, max_size=14))
    sign = draw(st.sampled_from(SIGNS))
    if draw(st.integers(0, 4)) == 0:
        return "".join(line + draw(st.sampled_from((sign, sign, sign, "\n", "", "\x1e", "\x1f"))) for line in lines)
    if draw(st.integers(0, 4)) == 0:
        return "".join(f"<p>{line}</p>" for line in lines)
    return sign.join(lines)


@st.composite
def hostile_lines(draw: st.DrawFn) -> str:
    """A line of pieces of every kind, some of them inside words, perhaps with one of them repeated."""
    piece = st.one_of(st.sampled_from(HOSTILE), st.sampled_from((*PROSE, *INTERFACE)), st.text(max_size=4))
    pieces = draw(st.lists(piece, min_size=1, max_size=5))
    if draw(st.integers(0, 7)) == 0:
        pieces.append(draw(piece) * draw(st.sampled_from((3, 70, 500))))
    line = draw(st.sampled_from(_JOINTS)).join(pieces)
    if draw(st.booleans()):
        at = draw(st.integers(0, len(line)))
        line = line[:at] + draw(st.sampled_from(HOSTILE)) + line[at:]
    return line


@st.composite
def hostile_documents(draw: st.DrawFn) -> str:
    """Hostile lines among prose and interface, with line ends of every kind mixed."""
    ordinary = st.sampled_from((*PROSE, *INTERFACE, *ODD))
    lines = draw(st.lists(st.one_of(hostile_lines(), ordinary), max_size=14))
    return "".join(line + draw(st.sampled_from((*LINE_ENDS, *SEPARATORS))) for line in lines)


@st.composite
def pages(draw: st.DrawFn) -> str:
    """Pages of HTML whose elements nest in any way, some of them never closed, with lines of every kind inside."""
    parts = []
    for line in draw(st.lists(st.one_of(hostile_lines(), st.sampled_from((*PROSE, *INTERFACE))), max_size=10)):
        tag, names = draw(st.sampled_from(_TAGS)), draw(st.sampled_from(_NAMES))
        end = draw(st.sampled_from((f"</{tag}>", f"</{tag}>", "", "<br>", "</div>", "<!--")))
        parts.append(f"<{tag}{names}>{line}{end}")
    return "".join(parts)


@st.composite
def markdown_documents(draw: st.DrawFn) -> str:
    """Prose, interface and the marks of Markdown in any order, with line ends of every kind between some of them."""
    piece = st.one_of(st.sampled_from(MARKUP), st.sampled_from(MARKUP), st.sampled_from((*PROSE, *INTERFACE, *ODD)))
    joints = ("", "", " ", "\n", "\n", "\n\n", "\n\n", *LINE_ENDS)
    return "".join(one + draw(st.sampled_from(joints)) for one in draw(st.lists(piece, max_size=40)))
