"""Documents of LangChain: the texts cleaned, metadata and ids kept."""

from __future__ import annotations

import asyncio
import logging
from typing import Any

import pytest

pytest.importorskip("langchain_core", reason="needs the extra 'langchain'")

from langchain_core.documents import Document

from cleaner import CleanConfig, Cleaner, ConfigError, SiteMemory
from cleaner.integrations.langchain import NewsCleanerTransformer

PARTS = {"id": "7", "metadata": {"source": "https://example.org/bridge", "page": 1}}


def transformed(document: Any, **options: Any) -> Any:
    """What becomes of one document."""
    (found,) = NewsCleanerTransformer(**options).transform_documents([document])
    return found


def test_text_is_cleaned_and_all_else_kept(noisy: str, article: str) -> None:
    """A copy has the cleaned text, the metadata and the id; the document given is unchanged, and order is kept."""
    given = [Document(page_content=text, **PARTS) for text in (noisy, "", " \n", article)]
    found = NewsCleanerTransformer().transform_documents(given, some="option")
    assert [one.page_content for one in found] == [article, "", " \n", article]
    assert [(one.id, one.metadata) for one in found] == [("7", PARTS["metadata"])] * 4
    assert given[0].page_content == noisy
    assert list(NewsCleanerTransformer().transform_documents([])) == []


@pytest.mark.parametrize("form", ["text", "markdown"])
def test_a_site_memory_knows_the_source(
    site_memory: SiteMemory, site_pages: list[dict[str, str]], site_articles: list[dict[str, str]], form: Any
) -> None:
    """The source of a document tells its site, and what a site memory knows of that is removed."""
    transformer = NewsCleanerTransformer(format=form, config=CleanConfig(sites=site_memory))
    given = [Document(page_content=page["text"], metadata={"source": page["url"]}) for page in site_pages]
    found = transformer.transform_documents(given)
    assert [one.page_content for one in found] == [page["text"] for page in site_articles]


def test_asynchronously(noisy: str, article: str) -> None:
    """The asynchronous method gives the same documents."""
    found = asyncio.run(NewsCleanerTransformer().atransform_documents([Document(page_content=noisy)]))
    assert [one.page_content for one in found] == [article]


def test_markdown_stays_markdown(article: str) -> None:
    """With the format Markdown, links of noise go with their markup, and the heading stays one."""
    source = f"# The old bridge\n\n{article}\n"
    noisy = f"{source}\n[Share on Facebook](https://example.org/share)\n"
    assert transformed(Document(page_content=noisy), format="markdown").page_content == source


def test_html_becomes_text(noisy: str, article: str) -> None:
    """With the format HTML the article of the page is what remains, and a page without one becomes empty."""
    page = "".join(f"<p>{line}</p>" for line in noisy.splitlines())
    found = transformed(Document(page_content=f"<html><body>{page}</body></html>"), format="html")
    assert found.page_content.split() == article.split()
    empty = transformed(Document(page_content="<html></html>"), format="html", metadata_key="cleaner")
    assert empty.page_content == ""
    assert empty.metadata["cleaner"]["flags"] == ["no-article-found"]


def test_outcome_in_the_metadata(noisy: str, article: str) -> None:
    """A named key gets the number of characters removed, the confidence and the flags; the document given has no key."""
    given = Document(page_content=noisy, **PARTS)
    found = transformed(given, metadata_key="cleaner").metadata
    expected = Cleaner().clean(noisy)
    assert found["cleaner"] == {
        "removed_characters": len(noisy) - len(article),
        "confidence": expected.confidence,
        "flags": [],
    }
    assert "cleaner" not in given.metadata
    assert found["page"] == 1


def test_metadata_that_loaders_give(article: str) -> None:
    """A title finds a copy of the headline inside the article; a sentence in place of a language, or a number, does no harm."""
    title = "Old bridge stays open"
    first, _, rest = article.partition("\n")
    page = f"{title}\n{first}\n{title}\n{rest}"
    known = {"title": title, "language": "No language found.", "source": 7}
    assert transformed(Document(page_content=page)).page_content == page
    assert transformed(Document(page_content=page, metadata=known)).page_content == f"{title}\n{article}"


def test_languages_are_passed_on(article: str, monkeypatch: pytest.MonkeyPatch) -> None:
    """A language of the metadata reaches the cleaner as its code; what is no code does not."""
    found = []

    def clean(_: Cleaner, text: str, *, lang: str | None, **known: Any) -> Any:  # noqa: ARG001
        found.append(lang)
        raise ValueError("seen")

    monkeypatch.setattr(Cleaner, "clean_markdown", clean)
    for language in ("en-GB", "de", "No language found.", None, 3):
        transformed(Document(page_content=article, metadata={"language": language}), format="markdown")
    assert found == ["en", "de", None, None, None]


def test_a_document_that_fails_is_passed_on(
    noisy: str, monkeypatch: pytest.MonkeyPatch, caplog: pytest.LogCaptureFixture
) -> None:
    """A document that the cleaner fails on keeps its text, is flagged, and is counted in the log."""

    def clean_html(*_: Any, **__: Any) -> Any:
        raise ValueError("of its depth")

    monkeypatch.setattr(Cleaner, "clean_html", clean_html)
    with caplog.at_level(logging.WARNING):
        found = transformed(Document(page_content=noisy), format="html", metadata_key="cleaner")
    assert found.page_content == noisy
    assert found.metadata["cleaner"] == {"removed_characters": 0, "confidence": None, "flags": ["not-cleaned"]}
    assert caplog.messages == ["1 of 1 documents are not cleaned; the first: ValueError: of its depth"]


def test_settings(noisy: str, article: str) -> None:
    """A configuration says what to keep, and an unknown format is refused with those there are."""
    config = CleanConfig(keep=frozenset({"share-bar"}))  # type: ignore[arg-type]
    assert transformed(Document(page_content=noisy), config=config).page_content == f"{article}\nShare on Facebook"
    with pytest.raises(ConfigError, match="format: 'pdf' is unknown; use one of: text, markdown, html"):
        NewsCleanerTransformer(format="pdf")  # type: ignore[arg-type]
