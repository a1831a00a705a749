"""HTML from the page to its result: what stays, what is removed, why, and the page's metadata."""

from __future__ import annotations

import pickle
import time
from concurrent.futures import ThreadPoolExecutor

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from cleaner import (
    CleanConfig,
    Cleaner,
    CleanResult,
    ConfigError,
    Kind,
    Metadata,
    Removal,
    apply_removals,
    clean_html,
    explain_html,
)
from cleaner.errors import WeightsError

HEADLINE = "Ferry returns to the lake after repairs"
FIRST = (
    "The ferry that crosses the lake four times a day is back in service, the operator said on Friday, six weeks "
    "after a broken shaft forced it into the dock."
)
SECOND = (
    "Passengers who had to take the long road around the northern shore welcomed the news, although many said that "
    "they had feared a longer break."
)
SUBHEADING = "What comes next"
THIRD = (
    "A second boat will join the line in the summer, and the two crews are already being trained for the new "
    "timetable that starts in June."
)
ITEMS = ("Tickets cost two crowns, as before the repairs began.", "Bicycles travel free of charge on all weekdays.")
QUOTE = "We did not expect so many people on the pier, said the captain after the first crossing of the morning."
LAST = (
    "The operator hopes to carry more than two hundred thousand passengers before the end of the year, as it did "
    "before the accident."
)
COMMENTS = (
    "Great news, I have waited for this for weeks and will be on the first boat tomorrow!",
    "The fare is still far too high if you ask me, who can pay this every day?",
)
HEAD = f"""<head><title>{HEADLINE} | Lake Post</title><meta property="og:title" content="{HEADLINE}">
<meta name="author" content="Ada Holm"><meta property="og:site_name" content="Lake Post">
<meta property="article:published_time" content="2024-05-03T08:00:00Z"></head>"""
NAVIGATION = """<nav class="menu"><ul><li><a href="/">Home</a><li><a href="/news">News</a><li><a href="/sport">Sport</a>
</ul></nav>"""
ARTICLE = f"""<div class="entry-content"><p>{FIRST}</p><p>{SECOND}</p><h2>{SUBHEADING}</h2><p>{THIRD}</p>
<ul><li>{ITEMS[0]}</li><li>{ITEMS[1]}</li></ul><blockquote>{QUOTE}</blockquote><p>{LAST}</p></div>"""
THREAD = "".join(
    f'<li class="comment"><span class="comment-author">{name}</span><p>{text}</p><a href="#">Reply</a></li>'
    for name, text in zip(("Ben", "Cleo"), COMMENTS, strict=True)
)
PAGE = f"""<!DOCTYPE html><html lang="en-GB">{HEAD}<body>{NAVIGATION}
<article class="post"><h1>{HEADLINE}</h1><p class="byline">By Ada Holm</p>
<div class="share-bar"><a href="#">Share on Facebook</a> <a href="#">Tweet</a></div>{ARTICLE}</article>
<div class="related-posts"><h3>Related articles</h3><ul><li><a href="/1">Bridge closed for the weekend</a></li>
<li><a href="/2">Fishing limits tightened</a></li></ul></div>
<section id="comments" class="comments"><h3>2 comments</h3><ol class="commentlist">{THREAD}</ol></section>
<footer class="site-footer"><p>© 2024 Lake Post. All rights reserved.</p></footer></body></html>"""
TEXT = "\n".join(
    [HEADLINE, FIRST, SECOND, SUBHEADING, THIRD, f"- {ITEMS[0]}", f"- {ITEMS[1]}", QUOTE, LAST],
)


def removed(result: CleanResult, kind: Kind) -> list[str]:
    """The texts that were removed as one kind."""
    return [removal.text.strip() for removal in result.removals if removal.kind is kind]


def evidence(removal: Removal) -> list[str]:
    """The sources of the evidence of a removal."""
    return [item.source for item in removal.evidence]


def test_article_comes_out_line_by_line() -> None:
    """Headline, paragraphs, subheading, list items and quote are lines; everything else is removed."""
    assert clean_html(PAGE) == TEXT
    assert Cleaner().clean_html(PAGE.encode()) == explain_html(PAGE)


def test_removals_say_what_they_are() -> None:
    """Patterns and element names give the kind of each removal, which also has the short path of its element."""
    result = explain_html(PAGE)
    assert removed(result, Kind.BYLINE) == ["By Ada Holm"]
    assert removed(result, Kind.SHARE_BAR) == ["Share on Facebook Tweet"]
    assert removed(result, Kind.RELATED_LINKS)[0] == "Related articles"
    assert removed(result, Kind.COPYRIGHT) == ["© 2024 Lake Post. All rights reserved."]
    assert removed(result, Kind.COMMENT)[0] == COMMENTS[0]
    byline = next(removal for removal in result.removals if removal.kind is Kind.BYLINE)
    assert byline.element == "article.post > p.byline"
    assert "en.byline.by" in evidence(byline)


def test_removals_replay() -> None:
    """The source is the text of all blocks: removals lead from it to the text, and back."""
    result = explain_html(PAGE)
    source = result.restore()
    assert apply_removals(source, result.removals) == result.text
    assert all(source[removal.start : removal.end] == removal.text for removal in result.removals)
    assert source.splitlines()[0] == "- Home"


def test_every_block_has_a_verdict() -> None:
    """Each block has one verdict whose score is the sum of its evidence."""
    result = explain_html(PAGE)
    source = result.restore()
    shown = {source[verdict.line.start : verdict.line.end]: verdict for verdict in result.lines}
    assert shown[FIRST].action == "keep"
    assert shown["- Home"].action == "drop"
    for verdict in result.lines:
        assert sum(item.points for item in verdict.evidence) == pytest.approx(verdict.score)
    for removal in result.removals:
        assert sum(item.points for item in removal.evidence) == pytest.approx(removal.score)


def test_comments_are_kept_apart() -> None:
    """Reader comments are in the result's comments, without names and links."""
    assert explain_html(PAGE).comments == COMMENTS


def test_metadata_and_headline() -> None:
    """The page's own data give author, date, site and language."""
    result = explain_html(PAGE)
    assert result.metadata == Metadata(HEADLINE, "Ada Holm", "2024-05-03", "Lake Post", "en")
    assert result.headline == HEADLINE
    assert not result.flags


def test_headline_first_drop_keep() -> None:
    """The headline comes first, or not at all, or with all its copies."""
    twice = PAGE.replace("</article>", f"<p>{HEADLINE}</p></article>")
    assert clean_html(twice) == TEXT
    assert clean_html(twice, headline="drop") == TEXT.removeprefix(f"{HEADLINE}\n")
    assert clean_html(twice, headline="keep").count(HEADLINE) == 2
    copy = explain_html(twice).removals
    assert Kind.DUPLICATE_HEADLINE in {removal.kind for removal in copy}


def test_headline_of_the_head_stands_first() -> None:
    """If the page does not show its headline, the one from its head comes before the article."""
    bare = PAGE.replace(f"<h1>{HEADLINE}</h1>", "")
    assert clean_html(bare) == TEXT
    result = explain_html(bare)
    assert apply_removals(result.restore(), result.removals) == result.text
    assert clean_html(bare, headline="drop").startswith(FIRST)


def test_keep_leaves_a_kind_in() -> None:
    """Blocks of a kept kind stay."""
    assert "Share on Facebook Tweet" in clean_html(PAGE, keep={"share-bar"}).splitlines()
    assert "Share on Facebook Tweet" not in clean_html(PAGE, keep={"byline"})


def test_threshold_removes_less() -> None:
    """A higher threshold leaves more in."""
    assert len(clean_html(PAGE, threshold=8.0)) > len(TEXT)


def test_tables_and_code_keep_their_lines() -> None:
    """A row of a table is a line of cells, and preformatted text keeps its line ends."""
    table = "<table><tr><th>Boat</th><th>Seats</th></tr><tr><td>Small</td><td>80</td></tr></table>"
    code = "<pre>for boat in fleet:\n    print(boat.name, boat.seats)\nprint('end of the list')</pre>"
    page = PAGE.replace(f"<p>{LAST}</p>", f"{table}<p>{SECOND[:-1]}, they added.</p>{code}<p>{LAST}</p>")
    lines = clean_html(page, threshold=3.0).splitlines()
    assert "Boat | Seats" in lines
    assert "Small | 80" in lines
    assert "    print(boat.name, boat.seats)" in lines


@pytest.mark.parametrize("gap", ["    ", "\t\t", "\xa0\xa0\xa0\xa0", "\x1f", "\x85", "\u2028", "\r"])
def test_code_of_one_line_is_one_block(gap: str) -> None:
    """Columns and unusual line ends in preformatted text do not change the number of blocks."""
    code = gap.join(["Der Rat hat gestern den Haushalt mit knapper Mehrheit beschlossen", "Montag", "12.05.2019"])
    for engine in ("blocks", "trafilatura"):
        result = explain_html(f"<p>Oui.</p><pre>{code}</pre>", engine=engine)
        assert apply_removals(result.restore(), result.removals) == result.text
    assert len(explain_html(f"<p>Oui.</p><pre>{code}</pre>").lines) == 2


def test_engine_trafilatura() -> None:
    """With the other engine trafilatura finds the text, and its text is cleaned."""
    result = explain_html(PAGE, engine="trafilatura")
    assert FIRST in result.text
    assert apply_removals(result.restore(), result.removals) == result.text
    assert explain_html("<nav><a href=/>Home</a></nav>", engine="trafilatura").flags == ("no-article-found",)


@pytest.mark.parametrize("engine", ["blocks", "trafilatura"])
@pytest.mark.parametrize("page", ["<svg><b><p>", "<table><tr><td>", "<math><svg></p><a>"])
def test_pages_that_trafilatura_fails_on(page: str, engine: str) -> None:
    """An error of the other library on a page prevents neither the text nor the metadata."""
    result = explain_html(page, engine=engine)
    assert result.metadata.title is None
    assert result.flags == ("no-article-found",)


def test_text_in_data_is_found() -> None:
    """A page that shows no text but has its article in its data gives that article."""
    body = f"{FIRST} {SECOND} {THIRD} {LAST}"
    data = f'<script type="application/ld+json">{{"@type": "NewsArticle", "articleBody": "{body}"}}</script>'
    assert clean_html(f"<html>{HEAD}<body>{data}<div id=app></div></body></html>", headline="drop") == body


@pytest.mark.parametrize(
    "page",
    [
        "",
        "   \n",
        "no markup at all, only words that stand in a row",
        b"",
        b"%PDF-1.7\x00\x01\x02\xff\xfe stream endstream",
        b"\x89PNG\r\n\x1a\n\x00\x00\x00\rIHDR",
        "<html></html>",
        "<script>var text = 'words';</script>",
        "<frameset><frame src=a><frame src=b></frameset>",
        NAVIGATION,
        f"<html>{HEAD}<body>{NAVIGATION}<footer>© 2024 Lake Post</footer></body></html>",
    ],
)
def test_pages_without_an_article(page: str | bytes) -> None:
    """A page without an article gives an empty text and says so."""
    result = explain_html(page)
    assert result.text == ""
    assert "no-article-found" in result.flags
    assert apply_removals(result.restore(), result.removals) == ""


@pytest.mark.parametrize("cut", [900, 1500, 1900])
def test_truncated_pages(cut: int) -> None:
    """A truncated page gives the part of the article that it has."""
    assert clean_html(PAGE[: PAGE.index(FIRST) + cut - 900 + len(FIRST) + len(SECOND) + 20]).startswith(HEADLINE)


def test_wrong_charset_label() -> None:
    """A page with a wrong charset label is read correctly."""
    page = PAGE.replace("The ferry", "Die Fähre für Bürger, für Gäste und für Schüler").replace(
        "<head>", '<head><meta charset="iso-8859-1">'
    )
    assert "Die Fähre für Bürger" in clean_html(page.encode())


@settings(deadline=None, max_examples=40)
@given(st.text(alphabet="<>/ abdiphlu1.='\"\n", max_size=400))
def test_any_markup_gives_a_result(markup: str) -> None:
    """No markup makes cleaning fail, and removals always replay."""
    result = explain_html(f"<body>{markup}{ARTICLE if len(markup) % 2 else ''}")
    assert apply_removals(result.restore(), result.removals) == result.text


@settings(deadline=None, max_examples=20)
@given(st.lists(st.sampled_from([NAVIGATION, ARTICLE, THREAD, "<p>x", "<table><tr><td>", "</div>", HEAD]), max_size=6))
def test_any_order_gives_a_result(parts: list[str]) -> None:
    """Parts of pages in any order give a result whose removals replay, with one verdict per block."""
    result = explain_html("".join(parts))
    source = result.restore()
    assert apply_removals(source, result.removals) == result.text
    ends = [(verdict.line.start, verdict.line.end) for verdict in result.lines]
    assert ends == sorted(ends)


@pytest.mark.slow
@pytest.mark.parametrize(
    "page",
    [
        "<div>" * 100_000 + FIRST,
        "<p>menu" * 1_000_000,
        f"<p>{FIRST}</p>" * 20_000,
        "<body><img src='data:image/png;base64," + "A" * 12_000_000 + f"'>{ARTICLE}",
        f"<p>{'word ' * 6_000_000}</p>",
        f"<p>{FIRST}</p>" * 330_000,
    ],
    ids=["depth", "siblings", "paragraphs", "picture", "size", "50 MB"],
)
def test_large_pages_take_a_bounded_time(page: str) -> None:
    """Pages that are made to be slow are not."""
    start = time.process_time()
    clean_html(page)
    assert time.process_time() - start < 25


def test_results_pickle_and_compare() -> None:
    """A result is the same after pickling, its reasons included, and equal to that of another run."""
    result = explain_html(PAGE)
    again = pickle.loads(pickle.dumps(result))
    assert again == result == explain_html(PAGE)
    assert again.lines == result.lines
    assert again.metadata == result.metadata
    assert [evidence(removal) for removal in again.removals] == [evidence(removal) for removal in result.removals]


def test_threads_share_a_cleaner() -> None:
    """One cleaner gives the same results in many threads."""
    cleaner = Cleaner()
    with ThreadPoolExecutor(4) as pool:
        assert {result.text for result in pool.map(cleaner.clean_html, [PAGE] * 12)} == {TEXT}


def test_unknown_settings() -> None:
    """An unknown engine is refused, and so is a missing model."""
    with pytest.raises(ConfigError, match="engine"):
        CleanConfig(engine="magic")  # type: ignore[arg-type]
    with pytest.raises(WeightsError, match=r"none\.json"):
        clean_html(PAGE, html_weights="none.json")
