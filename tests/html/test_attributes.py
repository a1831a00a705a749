"""Attributes of one element are bounded, and markup is read as the parser reads it."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st
from lxml import etree

from cleaner.html.attributes import MAX_ATTRIBUTES, bound_attributes
from cleaner.html.page import page_text, read_page

MANY = " ".join(f"a{number}=b" for number in range(4_000))
PARTS = (
    *("<p", "<b ", "<script>", "<script", "</script>", "</script ", "<script/>", "<style>", "</style>", "<!--", "-->"),
    *("--!>", "<!-", "<!", ">", "<?", "'", '"', "=", "= ", " =", "a", "b", " ", "/", "/>", "\n", "<", "</", "</p"),
    *("<textarea>", "</textarea>", "<title>", "</title>", "<iframe>", "</iframe>", "<noscript>", "<svg>", "</svg>"),
    *("<![CDATA[", "]]>", "<xmp>", "</xmp>", "<plaintext>", "&amp;", "é", "<ScRiPt>", "</sCRIPT>", "<a:b", "<_x"),
)


def attributes(markup: bytes) -> int:
    """The most attributes that an element has, as the parser reads it."""
    root = etree.fromstring(markup, etree.HTMLParser(encoding="utf-8", huge_tree=True))
    elements = () if root is None else root.iter()
    return max((len(element.attrib) for element in elements if isinstance(element.tag, str)), default=0)


@pytest.mark.parametrize(
    ("before", "after"),
    [
        ("<p ", ">text"),
        ("<p title='>' ", ">text"),
        ('<p title=">">text<p data-a="<p>" ', ">text"),
        ("<p ", " />text"),
        ("<script>a<b ='</script><p ", ">text"),
        ("<script><!--<script></script> --></script><p ", ">text"),
        ('<style>a<b x="</style><P\n', ">text"),
        ("<script/><p ", ">text"),
        ("<!-- <p a='--><p ", ">text"),
        ('<title><p a="</title><p ', ">text"),
        ("</p a='<p '><b ", ">text"),
        ("<p a=b'><p ", ">text"),
        ("<p 'a=><p ", ">text"),
    ],
)
def test_no_element_has_more_attributes(before: str, after: str) -> None:
    """Further attributes are left out, even if quotes, scripts and comments make the tag hard to find."""
    markup = f"<body>{before}{MANY}{after}".encode()
    assert attributes(markup) >= 4_000
    bounded = bound_attributes(markup)
    assert attributes(bounded) == MAX_ATTRIBUTES
    assert bounded.endswith(after.encode())


@pytest.mark.parametrize(
    "markup",
    [
        f"<script>if (a<b) {{ {MANY} }}</script><p>text",
        f"<script type=application/ld+json>{{'a': '<b {MANY}'}}</script>",
        f"<!-- <p {MANY}> --><p>text",
        f"<style>a<b {MANY}</style>",
        f"<textarea><p {MANY}></textarea>",
        f'<p title="<b {MANY}>">text',
        f"<p>a < b {MANY}</p>",
        f"<p>{MANY}</p>",
        f"</p {MANY}>",
        "<p " + "a b c " * (MAX_ATTRIBUTES // 3 - 1) + ">",
    ],
    ids=range(10),
)
def test_what_is_no_attribute_stays(markup: str) -> None:
    """Scripts, comments, long values and text stay as they are, whatever they contain."""
    assert bound_attributes(markup.encode()) == markup.encode()


@given(st.lists(st.sampled_from(PARTS), max_size=25).map("".join), st.sampled_from(["<p ", "<b title='>' ", "<i/"]))
def test_any_markup_before_hides_no_attributes(before: str, tag: str) -> None:
    """No element has more attributes than the bound, whatever stands before its tag."""
    markup = f"{before}{tag}{MANY}".encode()
    assert attributes(bound_attributes(markup)) <= MAX_ATTRIBUTES


def test_pages_have_no_more_attributes() -> None:
    """Markup is bounded for the parser and for other libraries; names, and what hides an element, are still read."""
    markup = f"<div class=post id=main hidden {MANY}>text</div>\ud800"
    assert page_text(markup).count("=") == MAX_ATTRIBUTES - 1
    page = read_page(markup)
    assert page.blocks[0].text == "text"
    node = page.nodes[page.blocks[0].node]
    assert (node.names.split(), node.hidden) == (["post", "main"], True)
