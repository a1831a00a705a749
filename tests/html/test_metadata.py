"""The metadata of a page: titles, author, date, site and language."""

from __future__ import annotations

import json
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from cleaner.html.headlines import find_headlines
from cleaner.html.metadata import page_titles, read_metadata
from cleaner.html.page import read_page
from cleaner.result import Metadata
from cleaner.text.folding import fold


def root_of(head: str, attributes: str = "") -> Any:
    """The tree of a page with a head."""
    return read_page(f"<html {attributes}><head>{head}</head><body><p>Text</p></body></html>").root


KEYS = ["@type", "@graph", "headline", "author", "name", "publisher", "datePublished", "inLanguage", "mainEntity"]
JSON_LD = """<script type="application/ld+json">{"@context": "x", "@graph": [{"@type": "WebSite", "name": "Site"},
{"@type": ["NewsArticle"], "headline": "Low water", "datePublished": "2023-11-02T07:00:00+01:00",
"author": [{"@type": "Person", "name": "Ada Holm"}, {"@type": "Person", "name": "Ben Lund"}],
"publisher": {"@type": "Organization", "name": "Lake Post"}, "inLanguage": "de-AT"}]}</script>"""


@pytest.mark.parametrize(
    ("head", "attributes", "expected"),
    [
        ("", "", Metadata()),
        (JSON_LD, "", Metadata("Low water", "Ada Holm, Ben Lund", "2023-11-02", "Lake Post", "de")),
        (
            '<title>Low water | Post</title><meta name=Author content=" Ada  Holm "><meta name=date content=2020-01-31>',
            "lang=en_US",
            Metadata("Low water | Post", "Ada Holm", "2020-01-31", None, "en"),
        ),
        ('<meta property="article:author" content="https://example.org/ada">', "", Metadata()),
        (
            '<meta property="og:locale" content="fr_FR"><meta property="og:site_name" content="Lac">',
            "",
            Metadata(site_name="Lac", language="fr"),
        ),
        ('<script type="application/ld+json">{broken</script>', "lang=''", Metadata()),
        (
            '<script type="application/ld+json">[[[[{"@type": "Article", "author": {"name": ["x"]}}]]]]</script>',
            "",
            Metadata(),
        ),
        ('<meta name=date content="yesterday">', "lang=12", Metadata()),
    ],
)
def test_metadata_of_the_head(head: str, attributes: str, expected: Metadata) -> None:
    """Meta elements, JSON-LD and the language of the page are read; broken data is ignored."""
    assert read_metadata(root_of(head, attributes)) == expected


def test_time_element_tells_the_date() -> None:
    """Without other data the first time element gives the date."""
    assert (
        read_metadata(read_page("<p>On <time datetime='2022-05-06T10:00'>6 May</time></p>").root).date == "2022-05-06"
    )
    assert read_metadata(None) == Metadata()


VALUES = st.recursive(
    st.none() | st.booleans() | st.integers() | st.text(max_size=8),
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.sampled_from(KEYS), inner, max_size=4),
    max_leaves=12,
)


@given(VALUES)
def test_any_json_ld_is_read(value: object) -> None:
    """No JSON-LD makes reading fail."""
    data = json.dumps(value).replace("<", "\\u003c")
    found = read_metadata(root_of(f'<script type="application/ld+json">{data}</script>'))
    assert all(field is None or isinstance(field, str) for field in (found.title, found.author, found.date))


def test_titles_in_order() -> None:
    """The title for sharing comes before the window's title, each once."""
    head = '<title> Low  water | Post </title><meta property="og:title" content="Low water">'
    assert page_titles(root_of(head)) == ["Low water", "Low water | Post"]
    assert page_titles(None) == []


@pytest.mark.parametrize(
    ("body", "titles", "expected"),
    [
        ("<h1>Low water in the lake</h1><p>Text", ["Low water in the lake"], [0]),
        ("<p>Home<h1>Low water in the lake</h1>", ["Low water in the lake - Lake Post"], [1]),
        ("<h1>LOW WATER in the lake!</h1>", ["Low water in the lake"], [0]),
        ("<h1>Lake Post</h1><h2>Low water in the lake</h2>", ["Lake Post : Low water in the lake"], [1]),
        ("<h1>Three words here</h1><p>Text", ["Something else"], [0]),
        ("<h1>Two words</h1><p>Text", ["Something else"], []),
        ("<p>Lake Post</p><p>Text", ["Low water in the lake - Lake Post"], []),
        ("<h1>湖水下降渡轮停航</h1><p>文", ["湖水下降渡轮停航_要闻_湖畔网"], [0]),
        ("<p>Low water in the lake<h1>Low water in the lake</h1>", ["Low water in the lake"], [0, 1]),
    ],
)
def test_headline_is_found(body: str, titles: list[str], expected: list[int]) -> None:
    """Blocks that equal a title, its site's name aside, are copies of the headline; else a long first heading is."""
    page = read_page(f"<body>{body}</body>")
    folded = [fold(block.text) for block in page.blocks]
    assert find_headlines(page, folded, titles) == expected
