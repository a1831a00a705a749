"""Documents of any quality: one outcome each, in order, and no exception."""

from __future__ import annotations

import pickle
import sqlite3
from collections.abc import Iterable, Iterator, Mapping
from pathlib import Path
from typing import Any

import pytest

from cleaner import CleanConfig, Cleaner, CleanerError, CleanResult, ConfigError, SiteMemory
from cleaner.errors import MissingExtraError, SitesError, WeightsError
from cleaner.integrations.outcomes import NOT_CLEANED, clean_documents, require_html, shared_cleaner


class Fragile(Cleaner):
    """A cleaner that breaks at some texts, alone and in a stream."""

    def clean(self, text: str, **known: Any) -> CleanResult:
        """The result, unless the text breaks it."""
        if "break" in text:
            raise RecursionError(text)
        return super().clean(text, **known)

    def stream(self, documents: Iterable[str | Mapping[str, Any]]) -> Iterator[CleanResult]:
        """The results, up to the first text that breaks."""
        waiting = list(documents)
        assert all(isinstance(document, Mapping) for document in waiting)
        yield from super().stream(waiting)


def test_outcomes_are_those_of_cleaning_one_by_one(article: str, noisy: str, noise: str) -> None:
    """Each text's outcome is the result it has alone: text, flags, kinds, removals."""
    cleaner = shared_cleaner(None)
    outcomes = list(clean_documents(cleaner, [{"text": text} for text in (article, noisy, noise, "")]))
    assert [outcome.result for outcome in outcomes] == [cleaner.clean(text) for text in (article, noisy, noise, "")]
    assert [outcome.changed for outcome in outcomes] == [False, True, False, False]
    assert [outcome.is_empty for outcome in outcomes] == [False, False, True, True]
    assert outcomes[1].text == article
    assert outcomes[1].kinds == ("share-bar", "newsletter")
    assert [removal["kind"] for removal in outcomes[1].removals] == ["share-bar", "newsletter"]
    assert outcomes[2].flags == ("no-article-found",)


@pytest.mark.parametrize("broken", [None, 7, b"bytes", ["a", "b"], float("nan")])
def test_what_is_no_text_is_passed_on_and_flagged(broken: Any, noisy: str, article: str) -> None:
    """A value that is not a text is returned as it is, flagged, and the documents around it are cleaned."""
    before, outcome, after = clean_documents(shared_cleaner(None), [{"text": noisy}, {"text": broken}, {"text": noisy}])
    assert outcome.text is broken
    assert outcome.flags == (NOT_CLEANED,)
    assert outcome.error == f"of type {type(broken).__name__}, not a text"
    assert not outcome.changed
    assert before.text == after.text == article


def test_a_text_that_breaks_the_cleaner_harms_no_other(noisy: str, article: str) -> None:
    """An exception inside the cleaner is one document's error; the documents after it in the stream are cleaned."""
    cleaner = Fragile(patterns=shared_cleaner(None).patterns)
    texts = [noisy, "break here", noisy, "break there", noisy]
    outcomes = list(clean_documents(cleaner, [{"text": text} for text in texts]))
    assert [outcome.text for outcome in outcomes] == [article, "break here", article, "break there", article]
    assert [outcome.error for outcome in outcomes] == [
        None,
        "RecursionError: break here",
        None,
        "RecursionError: break there",
        None,
    ]


def test_errors_in_settings_are_no_document_s_fault(monkeypatch: pytest.MonkeyPatch) -> None:
    """Weights or patterns that do not load stop the job instead of flagging every document."""

    def fail(*_: Any, **__: Any) -> CleanResult:
        raise WeightsError("weights.json", "first", "is not there")

    monkeypatch.setattr(Cleaner, "clean", fail)
    monkeypatch.setattr(Cleaner, "clean_html", fail, raising=False)
    for html in (False, True):
        with pytest.raises(WeightsError):
            list(clean_documents(shared_cleaner(None), [{"text": "The council met."}], html=html))


def test_what_is_known_helps_and_never_harms(noisy: str, article: str) -> None:
    """A title is used; a title, language, URL or site that is not a text is ignored; a region is cut from a language."""
    title = "Old bridge stays open for one more year"
    page = f"{title}\n{article}\n{title}"
    seen: list[Mapping[str, Any]] = []

    class Watched(Cleaner):
        """Notes the documents it is given."""

        def stream(self, documents: Iterable[str | Mapping[str, Any]]) -> Iterator[CleanResult]:
            """The results."""
            waiting = [document for document in documents if isinstance(document, Mapping)]
            seen.extend(waiting)
            return super().stream(waiting)

    cleaner = Watched(patterns=shared_cleaner(None).patterns)
    known = {"title": title, "lang": "en_GB", "url": 3, "site": 4}
    (outcome,) = clean_documents(cleaner, [{"text": page, **known}])
    assert seen[0] == {"text": page, "title": title, "lang": "en", "url": None, "site": None}
    assert outcome.text == f"{title}\n{article}"
    (outcome,) = clean_documents(cleaner, [{"text": noisy, "title": float("nan"), "lang": ["en"], "url": b"x"}])
    assert outcome.text == article


@pytest.mark.parametrize("markdown", [False, True])
@pytest.mark.parametrize("by_name", [False, True])
def test_a_site_is_looked_up_by_url_or_name(
    site_pages: list[dict[str, str]], site_articles: list[dict[str, str]], by_name: bool, markdown: bool
) -> None:
    """With a site memory the lines that a site repeats are removed; it is the host of the URL, or the site that is named."""
    memory = SiteMemory()
    documents = [{"site": page["url"].split("/")[2].upper(), **page} if by_name else page for page in site_pages]
    for document in documents:
        memory.observe(**document)
    outcomes = list(clean_documents(Cleaner(sites=memory), documents[:6], markdown=markdown))
    assert [outcome.text for outcome in outcomes] == [page["text"] for page in site_articles[:6]]
    assert outcomes[0].result is not None
    sources = {one.source for removal in outcomes[0].result.removals for one in removal.evidence}
    assert "context.site-repeats" in sources
    unknown = [{**page, "site": "another"} for page in documents[:6]]
    assert not any(one.changed for one in clean_documents(Cleaner(sites=memory), unknown, markdown=markdown))


def test_a_damaged_site_memory_ends_the_job(
    tmp_path: Path, site_memory: SiteMemory, site_pages: list[dict[str, str]]
) -> None:
    """A damaged page in the file of a site memory is no document's fault: it is an error that names the file."""
    path = tmp_path / "sites.sqlite"
    site_memory.save(path)
    with sqlite3.connect(path) as database:
        database.execute("UPDATE pages SET lines = x'00'")
    with pytest.raises(SitesError, match=r"sites\.sqlite: is damaged"):
        list(clean_documents(Cleaner(sites=path), site_pages[:1]))


def test_html_goes_to_clean_html(monkeypatch: pytest.MonkeyPatch) -> None:
    """HTML pages are passed to `Cleaner.clean_html` with their URL and site, as text or bytes, and nothing else is."""
    calls = []

    def clean_html(_: Cleaner, html: str | bytes, *, url: str | None = None, site: str | None = None) -> CleanResult:
        calls.append((html, url, site))
        return CleanResult("The article.")

    monkeypatch.setattr(Cleaner, "clean_html", clean_html, raising=False)
    pages: list[dict[str, Any]] = [
        {"text": "<p>a", "url": "http://a.example/", "site": "A"},
        {"text": b"<p>b"},
        {"text": 5},
    ]
    outcomes = list(clean_documents(shared_cleaner(None), pages, html=True))
    assert calls == [("<p>a", "http://a.example/", "A"), (b"<p>b", None, None)]
    assert [outcome.text for outcome in outcomes] == ["The article.", "The article.", 5]
    assert [outcome.changed for outcome in outcomes] == [True, True, False]
    require_html()


def test_html_is_refused_where_it_cannot_be_cleaned(monkeypatch: pytest.MonkeyPatch) -> None:
    """Without `Cleaner.clean_html` a setting that asks for HTML is refused in a sentence."""
    monkeypatch.delattr(Cleaner, "clean_html", raising=False)
    with pytest.raises(ConfigError, match="extract the text first"):
        require_html()


def test_a_cleaner_is_made_once_for_each_configuration() -> None:
    """Workers that ask for the same configuration share one cleaner."""
    assert shared_cleaner(CleanConfig(threshold=2)) is shared_cleaner(CleanConfig(threshold=2.0))
    assert shared_cleaner(CleanConfig(threshold=2)) is not shared_cleaner(None)


def test_a_missing_extra_names_the_command_that_installs_it() -> None:
    """The error is one sentence, is an ImportError too, and survives pickling."""
    error = pickle.loads(pickle.dumps(MissingExtraError("scrapy", "scrapy")))
    assert isinstance(error, ImportError)
    assert isinstance(error, CleanerError)
    assert str(error) == "scrapy is not installed; install it with: python -m pip install 'news-cleaner[scrapy]'"


def test_markdown_stays_markdown(article: str) -> None:
    """Documents in Markdown keep their markup and lose links of noise with it; what is no text affects only itself."""
    source = f"# The old bridge\n\n{article}\n"
    given: list[dict[str, Any]] = [
        {"text": f"{source}\n[Share on Facebook](https://example.org/share)\n"},
        {"text": None},
        {"text": source},
    ]
    found = list(clean_documents(Cleaner(), given, markdown=True))
    assert [outcome.text for outcome in found] == [source, None, source]
    assert [outcome.flags for outcome in found] == [(), ("not-cleaned",), ()]
