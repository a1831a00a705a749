"""What trafilatura extracts from pages, cleaned."""

from __future__ import annotations

from typing import Any

import pytest

pytest.importorskip("trafilatura", reason="needs the extra 'trafilatura'")

from trafilatura import bare_extraction

from cleaner import CleanConfig, Cleaner, SiteMemory
from cleaner.integrations.trafilatura import clean_document

TITLE = "Old bridge stays open"
PAGE = """<html lang="en"><head><title>{title}</title><meta property="og:site_name" content="Varnay Herald">
<meta name="author" content="Anne Lestrade"></head><body><article><h1>{title}</h1>{paragraphs}</article>
<section id="comments"><h2>Comments</h2><div class="comment"><p>{comment}</p></div></section></body></html>"""
COMMENT = "I cross it every morning with my cart, and I am glad about it."


def extract(*paragraphs: str, **options: Any) -> Any:
    """What trafilatura makes of a page with these paragraphs and a comment."""
    body = "".join(f"<p>{paragraph}</p>" for paragraph in paragraphs)
    return bare_extraction(PAGE.format(title=TITLE, paragraphs=body, comment=COMMENT), with_metadata=True, **options)


def test_text_comments_and_metadata_apart(article: str, noise: str) -> None:
    """Noise is removed from the extracted text; comments and metadata are separate; the extraction is unchanged."""
    document = extract(*article.splitlines(), *noise.splitlines())
    before = document.text
    assert "newsletter" in before
    page = clean_document(document)
    assert page is not None
    assert page.text.splitlines()[-3:] == article.splitlines()
    assert page.comments == (document.comments,)
    assert COMMENT in page.comments[0]
    assert page.metadata["title"] == TITLE
    assert page.metadata["author"] == "Anne Lestrade"
    assert page.metadata["sitename"] == "Varnay Herald"
    assert "text" not in page.metadata
    assert page.result is not None
    assert {removal.kind.value for removal in page.result.removals} >= {"newsletter", "share-bar"}
    assert page.flags == ()
    assert document.text == before


def test_a_site_memory_knows_the_address(
    site_memory: SiteMemory, site_pages: list[dict[str, str]], site_articles: list[dict[str, str]]
) -> None:
    """The address that trafilatura reports tells the site, and what a site memory knows of that is removed."""
    document = extract(*site_pages[1]["text"].splitlines(), url=site_pages[1]["url"])
    page = clean_document(document, config=CleanConfig(sites=site_memory))
    assert page is not None
    assert page.metadata["url"] == site_pages[1]["url"]
    assert page.text.splitlines()[-3:] == site_articles[1]["text"].splitlines()
    assert page.result is not None
    assert {one.source for removal in page.result.removals for one in removal.evidence} >= {"context.site-repeats"}


def test_comments_left_in_the_text_are_found(article: str) -> None:
    """A comment that trafilatura took for text is among the comments, after those it recognised."""
    page = clean_document(extract(*article.splitlines(), "Good news for once. ReplyDelete"))
    assert page is not None
    assert page.comments[-1] == "Good news for once."


def test_metadata_help(article: str) -> None:
    """The title that trafilatura found identifies copies of the headline."""
    document = extract(*article.splitlines())
    document.text = f"{TITLE}\n{article}\n{TITLE}"
    page = clean_document(document)
    assert page is not None
    assert page.text == f"{TITLE}\n{article}"


def test_nothing_extracted() -> None:
    """If trafilatura found nothing, the result is None."""
    assert bare_extraction("<html><body></body></html>", with_metadata=True) is None
    assert clean_document(None) is None


def test_dictionaries_and_own_cleaners(article: str, noisy: str) -> None:
    """A document may also be a dict, and a cleaner or a configuration may be given."""
    config = CleanConfig(keep=frozenset({"share-bar"}))  # type: ignore[arg-type]
    choices: list[dict[str, Any]] = [{"config": config}, {"cleaner": Cleaner(config)}]
    for options in choices:
        page = clean_document({"text": noisy, "title": None, "comments": None}, **options)
        assert page is not None
        assert page.text == f"{article}\nShare on Facebook"
        assert page.metadata == {}


def test_broken_document() -> None:
    """A document without a text comes back flagged, not as an error."""
    page = clean_document({"text": None, "title": TITLE, "comments": 4})
    assert page is not None
    assert page.text is None
    assert page.flags == ("not-cleaned",)
    assert page.result is None
    assert page.comments == ()
