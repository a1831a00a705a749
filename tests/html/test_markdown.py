"""Markdown of pages: the structure it gives back, the words it shows, and what is removed from it."""

from __future__ import annotations

import pickle
import time
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from cleaner import Cleaner, ConfigError, Kind, apply_removals, clean_html, explain_html
from cleaner.html.markdown import render_text, render_whole
from cleaner.html.marking import MarkupCutter
from cleaner.html.page import read_page
from cleaner.html.reading import Reading
from cleaner.html.view import PageView
from cleaner.result import Span
from tests.invariants import check_markdown, check_reasons
from tests.visible import html_of, visible_words, words

DATA = Path(__file__).parents[1] / "data" / "markdown"
PAGE = (DATA / "tide-mill.html").read_text("utf-8")
ARTICLE = (DATA / "tide-mill.md").read_text("utf-8")
PROSE = (
    "The ferry that crosses the lake four times a day is back in service, six weeks after a shaft had broken in May."
)


def reading_of(markup: str, address: str = "") -> Reading:
    """A page as it is read for Markdown, before anything is decided."""
    page = read_page(markup, make_cutter=MarkupCutter)
    assert page.markup is not None
    page.markup.address = address
    none: Any = None
    return Reading(PageView(page, [], none, none), none, none, [], None, "", ())


def without(reading: Reading, *removed: str) -> str:
    """The Markdown of a page after some texts of its source are removed."""
    starts = [reading.source.index(text) for text in removed]
    return render_text(reading, [(start, start + len(text)) for start, text in zip(starts, removed, strict=True)])


# --- structure -------------------------------------------------------------------------------------------

# What stays as it is, except for line ends between elements.
SAME = [
    "<h1>One</h1><p>Two</p><h3>Three</h3>",
    "<p>a <strong>b <em>c</em></strong> <em>d <strong>e</strong></em> f<em>g</em>h</p>",
    '<p>a <a href="/b"><strong>c</strong> d</a>, <em>e <a href="f">g</a> h</em></p>',
    "<p>a <code>b*c`d</code> <code>`</code></p>",
    "<p>a<br />- b<br />1. c<br />=</p>",
    "<ul><li>a</li><li>b<ul><li>c</li><li>d</li></ul></li><li>e</li></ul>",
    '<ol start="7"><li>a</li><li>b</li></ol>',
    "<ul><li>a</li></ul><ul><li>b</li></ul>",
    "<ol><li>a</li></ol><ol><li>b</li></ol>",
    "<ul><li><p>a</p><p>b</p></li><li><p>c</p></li></ul>",
    "<blockquote><p>a</p><p>b</p><blockquote><p>c</p></blockquote></blockquote><p>d</p>",
    "<blockquote><p>a</p></blockquote><blockquote><p>b</p></blockquote>",
    "<ul><li><blockquote><p>a</p></blockquote></li></ul>",
    "<p>a</p><hr /><p>b</p>",
    '<pre><code class="language-c++">a  b\n\n```\n  c</code></pre><p>d</p>',
    "<ul><li><pre><code>a\n  b</code></pre></li></ul>",
    '<p>a <img src="/b.png" alt="c *d*" /> e</p>',
    '<h2>a # <a href="/b">c</a> #</h2>',
    "<p># a</p><p>1989. b</p><p>+ c</p><p>&lt;b&gt; &amp;amp; *d* _e_ [f](g)</p>",
]


@pytest.mark.parametrize("markup", SAME)
def test_structure_comes_back(markup: str) -> None:
    """Markdown made of simple HTML stands for that HTML."""
    assert html_of(render_text(reading_of(markup), [])) == markup


@pytest.mark.parametrize(
    ("markup", "expected"),
    [
        ("<p>a<b> b </b>c <i></i><b> </b>d</p>", "a **b** c d"),
        ("<p><b>a</b><b>b</b> <b>c</b></p>", "**ab** **c**"),
        ("<p>これは<b>「強調」</b>です<b>強調</b>です</p>", "これは「強調」です**強調**です"),
        ("<p><b>a</b><i>b</i> <code>c</code><code>d</code></p>", "**a**b `c`d"),
        ("<p><code>a<b>b</b></code><kbd>c</kbd>!<a href=/d>e]</a></p>", "`ab`c\\![e\\]](/d)"),
        (
            "<p>a <a href='javascript:b'>c</a> <a href='#d'>e</a> <a>f</a> <a href=/g><img src=h></a></p>",
            "a c e f ![](h)",
        ),
        ("<p>a <img src='data:x'> b <img src=data:x data-src=/c.png> d</p>", "a b ![](/c.png) d"),
        ("<p>a<br><br>b<br>c</p>", "a\n\nb\\\nc"),
        ("<h2>a<br>b</h2><h3><b>c</b></h3>", "## a b\n\n### c"),
        ("<h2>a<p>b</p></h2>", "## a\n\nb"),
        ("<div>a</div><sub>b</sub><sup>c</sup>", "a\n\nbc"),
        ("<ul>a<li>b</ul>c<li>d", "a\n\n- b\n\nc\n\n- d"),
        ("<ol><li value=4>a<li>b<ol start=3><li>c</ol></ol>", "4. a\n5. b\n\n   3. c"),
        ("<ol start=-2><li>a</ol><ol start=9999999999><li>b</ol>", "1. a\n\n1) b"),
        ("<pre>a<br>b</pre><pre><div>c</div><div>d</div></pre>", "```\na\nb\n```\n\n```\nc\nd\n```"),
        ("<div class='highlight-source-sh'><pre>a</pre></div>", "```sh\na\n```"),
        ("<p>a</p><hr><p hidden></p><hr><p>b</p>", "a\n\n---\n\nb"),
        ("<p dir=rtl>שלום <b>עולם</b>!</p>", "שלום **עולם**!"),
    ],
)
def test_what_markdown_cannot_say_is_left_out(markup: str, expected: str) -> None:
    """Where Markdown would read something else than meant, the text stands without the mark."""
    assert render_text(reading_of(markup), []) == expected


def test_links_are_absolute() -> None:
    """Links are relative to the page's base, its address, or the canonical address that it names, in that order."""
    link = f"<p>{PROSE}</p><p>{PROSE} <a href='b'>c</a></p>"
    page = f"<head><link rel=canonical href='https://c.org/x/y'></head><body><article><p>{PROSE} <a href='b'>c</a></p>"
    assert "[c](b)" in clean_html(f"<article>{link}", output="markdown")
    assert "[c](https://c.org/x/b)" in clean_html(page, output="markdown")
    assert "[c](https://u.org/b)" in clean_html(page, url="https://u.org/a", output="markdown")
    page = page.replace("<link", "<base href='/z/'><link")
    assert "[c](https://u.org/z/b)" in clean_html(page, url="https://u.org/a", output="markdown")


# --- tables ----------------------------------------------------------------------------------------------

TABLE = (
    "<table><caption>a</caption><tr><th>b<th>c|d<tr><td><b>e</b><td><code>f|g</code>"
    "<tr><td colspan=2>h<td>i<tr><td rowspan=2>j<td>k<tr><td>l<td></table>"
)


def test_table_is_a_table() -> None:
    """A data table has a row for its columns, cells are escaped, and spanned places are empty cells."""
    assert render_text(reading_of(TABLE), []).splitlines() == [
        "a",
        "",
        "| b | c\\|d |  |",
        "| --- | --- | --- |",
        "| **e** | `f\\|g` |",
        "| h |  | i |",
        "| j | k |",
        "|  | l |  |",
    ]


def test_table_without_its_head_is_a_table() -> None:
    """If the first row is removed the next one is the head; a row removed further below leaves no gap."""
    reading = reading_of(TABLE)
    assert without(reading, "b | c|d\n").splitlines()[2:5] == [
        "| **e** | `f\\|g` |  |",
        "| --- | --- | --- |",
        "| h |  | i |",
    ]
    assert without(reading, "h | i\n").splitlines()[2:] == [
        "| b | c\\|d |  |",
        "| --- | --- | --- |",
        "| **e** | `f\\|g` |",
        "| j | k |",
        "|  | l |  |",
    ]


def test_fragment_of_a_row_leaves_its_cells() -> None:
    """A fragment cut across cells takes their text and leaves the table whole."""
    shown = without(reading_of(TABLE), "e | f|")
    assert "|  | `g` |\n" in shown
    assert "<table>" in html_of(shown)


# --- what is removed -------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("markup", "removed", "expected"),
    [
        ("<ul><li>a<li>b<li>c</ul>", ["- b\n"], "- a\n- c"),
        ("<ol><li>a<li>b<li>c</ol>", ["- a\n"], "2. b\n3. c"),
        ("<ul><li>a<ul><li>b</ul><li>c</ul>", ["- a\n"], "- - b\n- c"),
        ("<p>a<br>b<br>c</p>", ["b\n"], "a\n\nc"),
        ("<blockquote>a<p>b</p>c</blockquote>", ["b\n"], "> a\n>\n> c"),
        ("<p>a</p><hr><p>b</p><hr><p>c</p>", ["b\n"], "a\n\nc"),
        ("<pre>a\nb\nc</pre>", ["b\n"], "```\na\nc\n```"),
        ("<p>a <b>b Share</b> c</p>", ["Share "], "a **b** c"),
        ("<p>a <b>b Share</b> now c</p>", [" Share now"], "a **b** c"),
        ("<p>Share - a</p>", ["Share "], "\\- a"),
        ("<p>a! Share <a href=/b>c</a></p>", [" Share "], "a\\![c](/b)"),
        ("<p><code>a ` b</code> c</p>", [" ` b"], "``a`` c"),
    ],
)
def test_what_stays_is_whole_without_what_is_removed(markup: str, removed: list[str], expected: str) -> None:
    """Lists, quotations, code and emphasis close over blocks, lines and fragments that are removed."""
    reading = reading_of(markup)
    assert without(reading, *removed) == expected
    whole = render_whole(reading, [(start := reading.source.index(text), start + len(text)) for text in removed])
    assert apply_removals(whole.source, [Span(one.start, one.end) for one in whole.gone]) == expected
    assert visible_words(whole.source) == words(reading.source)


# --- any page --------------------------------------------------------------------------------------------

TEXTS = [
    *(
        "a",
        "b c",
        " ",
        "\n",
        "x.",
        "foo_bar",
        "3 * 4",
        "*",
        "**",
        "_",
        "`",
        "``",
        "[x]",
        "](y)",
        "!",
        "<",
        "&lt;b>",
        "&amp;amp;",
    ),
    *(
        "#",
        "# h",
        "1.",
        "2) z",
        "- i",
        "---",
        "===",
        "|",
        "|-|",
        "\\",
        "~~",
        "[^1]: n",
        "[r]: u",
        "日本",
        "「強」",
        "€",
        "(",
        ")",
    ),
]
TAGS = [
    "p",
    "div",
    "li",
    "ul",
    "ol",
    "h1",
    "h2",
    "pre",
    "table",
    "tr",
    "td",
    "th",
    "caption",
    "span",
    "b",
    "strong",
    "i",
    "em",
    "code",
    "kbd",
    "a",
    "br",
    "hr",
    "img",
    "blockquote",
    "section",
]
ATTRIBUTES = [
    *("", "", " href='/a b(c'", " href='#x'", " href='http://e.org/?a=1&amp;copy;=2|`_*'", " href=javascript:x"),
    *(" src=/i.png alt='a*]|b'", " start=7 value=3", " colspan=3", " rowspan=2", " class='language-c++'"),
]
PIECES = st.one_of(
    st.sampled_from(TEXTS),
    st.builds("<{}{}>".format, st.sampled_from(TAGS), st.sampled_from(ATTRIBUTES)),
    st.builds("</{}>".format, st.sampled_from(TAGS)),
)


@given(st.lists(PIECES, max_size=40), st.data())
def test_markdown_shows_the_words_of_the_text(pieces: list[str], data: st.DataObject) -> None:
    """Whatever the page and whatever is removed from it, Markdown shows the letters that stay, and puts all back."""
    reading = reading_of("<p>" + "".join(pieces))
    source = reading.source
    edges = sorted(data.draw(st.sets(st.integers(0, len(source)), max_size=6)))
    spans = list(zip(edges[::2], edges[1::2], strict=False))
    text, whole = render_text(reading, spans), render_whole(reading, spans)
    left = apply_removals(source, [Span(start, end) for start, end in spans])
    assert "".join(visible_words(text)) == "".join(words(left))
    assert "".join(visible_words(whole.source)) == "".join(words(source))
    assert apply_removals(whole.source, [Span(one.start, one.end) for one in whole.gone]) == text
    assert visible_words(render_text(reading, [])) == words(source), "a word does not fall apart"


@given(st.lists(PIECES, max_size=40))
def test_blocks_are_the_same_with_markup(pieces: list[str]) -> None:
    """What is decided over does not depend on whether the markup is kept; there are runs for each block."""
    markup = "<p>" + "".join(pieces)
    plain, marked = read_page(markup), read_page(markup, make_cutter=MarkupCutter)
    assert (plain.blocks, plain.nodes) == (marked.blocks, marked.nodes)
    assert plain.markup is None
    assert marked.markup is not None
    assert len(marked.markup.runs) == len(marked.blocks)


# --- the cleaner -----------------------------------------------------------------------------------------


def test_article_as_markdown() -> None:
    """The article of a page, as the cleaner chose it, has headings, lists, a table, a quotation, links and emphasis."""
    assert f"{clean_html(PAGE, output='markdown')}\n" == ARTICLE
    assert Cleaner().clean_html(PAGE.encode(), output="markdown") == explain_html(PAGE, output="markdown")


def test_result_is_that_of_the_text() -> None:
    """Markdown has the words, the reasons and the verdicts of the text, with offsets into the Markdown of all blocks."""
    result, plain = explain_html(PAGE, output="markdown"), explain_html(PAGE)
    check_markdown(result, plain)
    check_reasons(result.restore(), result, lines=len(plain.lines))
    source = result.restore()
    assert "- [Lighthouse gets new lamp](https://observer.example/1)\n" in source
    byline = next(removal for removal in result.removals if removal.kind is Kind.BYLINE)
    assert byline.text.strip() == "By Tilda Aske"
    named = next(item for item in byline.evidence if item.source == "en.byline.by")
    assert source[named.start : named.end] == "By Tilda Aske"
    shown = {source[verdict.line.start : verdict.line.end]: verdict.action for verdict in result.lines}
    assert shown["## What the work cost"] == "keep"
    assert shown["   - the one of 1790, in feet"] == "keep"
    assert shown["[Share on Facebook](#) [Tweet](#)" if "(#)" in source else "Share on Facebook Tweet"] == "drop"


def test_result_outlives_a_pickle() -> None:
    """A pickled result has the same Markdown, removals and verdicts."""
    result = explain_html(PAGE, output="markdown")
    again = pickle.loads(pickle.dumps(result))
    assert (again, again.lines) == (result, result.lines)
    assert again.restore() == result.restore()


def test_headline_from_the_head_is_a_heading() -> None:
    """A headline that the page does not show stands as a heading before its text."""
    page = PAGE.replace("<h1>How the tide mill at Orrey was saved</h1>", "")
    result = explain_html(page, output="markdown")
    assert f"{result.text}\n" == ARTICLE
    check_markdown(result, explain_html(page))


def test_page_without_an_article() -> None:
    """A page without an article, or without any text, gives an empty text, and its Markdown comes back."""
    result = explain_html("<nav><a href='/a'>Home</a></nav>", output="markdown")
    assert (result.text, result.flags, result.restore()) == ("", ("no-article-found",), "[Home](/a)")
    assert explain_html("", output="markdown").restore() == ""


def test_other_outputs_are_refused() -> None:
    """An unknown output, and Markdown of an engine that gives text, are errors that say what to do."""
    output: Any = "html"
    with pytest.raises(ConfigError, match="use one of: text, markdown"):
        clean_html(PAGE, output=output)
    with pytest.raises(ConfigError, match="use the engine 'blocks' for markdown"):
        clean_html(PAGE, output="markdown", engine="trafilatura")


@pytest.mark.parametrize(
    "markup",
    [
        "<blockquote>" * 100_000 + f"<p>{PROSE}",
        ("<ul><li>" * 20 + PROSE + "</ul>" * 20) * 20,
        "<p>" + "<a href='/(a b\n)'>x]</a> " * 8_000,
        "<p>" + "<b>a<i>b</i></b><code>c`</code>" * 4_000,
        "<table>" + "<tr>" + "<td rowspan=99 colspan=99>ab" * 1_000 + "<tr><td>a<td>b" * 4_000 + "</table>",
        f"<p><a href='http://e.org/{'a' * 1_000_000}'>b</a>",
        "<pre>" + "```` a\n" * 20_000,
        "<p>" + "*_`[~<&\\" * 20_000,
    ],
)
def test_hostile_pages(markup: str) -> None:
    """Depth, huge attributes, spans, and marks without end are read in a time that grows with the page."""
    reading = reading_of(markup)
    started = time.process_time()
    text, whole = render_text(reading, []), render_whole(reading, [(0, len(reading.source))])
    assert time.process_time() - started < 5.0
    assert len(text) + len(whole.source) < 200 * len(markup) + 1_000
    assert visible_words(text) == words(reading.source)
