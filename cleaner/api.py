"""The Cleaner: one configuration for texts and HTML pages, and functions for one document."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, Sequence
from functools import cached_property, lru_cache, partial
from pathlib import Path
from typing import TYPE_CHECKING, Any

from cleaner.clock import NO_LIMIT, Clock, OutOfTimeError
from cleaner.config import CleanConfig, KnowsSites, Output
from cleaner.documents import checked, known_name, require_page, require_text, text_of
from cleaner.errors import ConfigError
from cleaner.lines.analysis import Carried
from cleaner.lines.cleaning import TextCleaner
from cleaner.matching.pattern import PatternSet
from cleaner.result import CleanResult
from cleaner.sites.addresses import page_key, site_of
from cleaner.sites.keys import line_keys
from cleaner.sites.memory import SiteMemory
from cleaner.sites.pages import LearnedPage, learn_lines
from cleaner.sites.view import SiteView
from cleaner.text.document import Document

if TYPE_CHECKING:
    from cleaner.html.cleaning import PageCleaner
    from cleaner.markdown.cleaning import MarkdownCleaner

__all__ = [
    "Cleaner",
    "clean_html",
    "clean_markdown",
    "clean_text",
    "explain_html",
    "explain_markdown",
    "explain_text",
    "learn_document",
]

# The most characters of texts that are analysed together.
TOGETHER = 0x10000


class Cleaner:
    """Cleans documents with one configuration; compiled once, with no state kept from one document to the next.

    ``config``: a `CleanConfig`, the defaults if None. ``patterns``: the patterns to use instead of the built-in ones.
    ``sites``: a site memory to use instead of that of the configuration; it may go on learning.
    Safe to share between threads; pickles as its configuration.
    Raises `PatternError` when the configured pattern folder does not load, `SitesError` when the
    file of its site memory cannot be read, and `ConfigError` when it disables a pattern that there is not.

    >>> Cleaner().clean("Le conseil a voté le budget hier soir.\\nRépondreSupprimer\\n").text
    'Le conseil a voté le budget hier soir.\\n'
    """

    def __init__(
        self,
        config: CleanConfig | None = None,
        patterns: PatternSet | None = None,
        *,
        sites: Path | str | KnowsSites | None = None,
    ) -> None:
        config = config or CleanConfig()
        self.config = config if sites is None else config.replace(sites=sites)
        given = self.config.sites
        self.sites = SiteMemory(given) if isinstance(given, Path | str) else given
        self._given = patterns
        self._texts = TextCleaner(self.config, patterns)
        self.patterns = self._texts.patterns

    def __reduce__(self) -> tuple[Any, ...]:
        if self._given is None:
            return _cleaner, (self.config,)
        return Cleaner, (self.config, self._given)

    def clean(
        self,
        text: str,
        *,
        title: str | None = None,
        lang: str | None = None,
        url: str | None = None,
        site: str | None = None,
    ) -> CleanResult:
        """The cleaned text of one document, with every removal and its reason.

        ``title``: the page's headline, if known; its copies are then found more reliably. ``lang`` (ISO 639-1) selects
        the first- and second-person words to count; patterns of every language are always active. ``site`` or else the
        host of ``url`` says what to look up in the site memory, if there is one. Raises `TypeError` where the
        text, ``url`` or ``site`` is no string.
        """
        view = self._view(require_text(text), url, site)
        return self._texts.clean(text, title=title, lang=lang, site=view)

    def _view(self, text: str, url: str | None, site: str | None) -> SiteView | None:
        """What is known about the site of a document; None without a memory or a site."""
        url, site = known_name(url, "url"), known_name(site, "site")
        if self.sites is None:
            return None
        name = site_of(url, site)
        knowledge = None if name is None else self.sites.knowledge(name)
        return None if knowledge is None else SiteView(knowledge, page_key(url, text))

    def clean_html(
        self, html: str | bytes, *, url: str | None = None, site: str | None = None, output: Output = "text"
    ) -> CleanResult:
        """The cleaned text of one HTML page, with every removal and its reason.

        Offsets of removals are into the text of all the page's blocks, one line per block, which `CleanResult.restore`
        returns. ``output``: ``"markdown"`` gives the same text as Markdown, and offsets into the Markdown of all blocks.
        ``url`` helps to find metadata, and makes the links of Markdown absolute. ``site``, or else the host of ``url`` or of
        the address that the page names, says what to look up in the site memory, if there is one. A page without an
        article gives an empty text and a flag. Raises `ConfigError` for an unknown output, or Markdown with another engine than blocks, and
        `TypeError` where the page is neither a string nor bytes, or ``url`` or ``site`` is no string.
        """
        url, site = known_name(url, "url"), known_name(site, "site")
        find_site = None if self.sites is None else partial(self._find_site, site)
        return self.pages.clean(require_page(html), url=url, find_site=find_site, output=output)

    def _find_site(self, site: str | None, address: str, text: str) -> SiteView | None:
        """What is known about the site of a page."""
        return self._view(text, address, site)

    def clean_markdown(
        self,
        text: str,
        *,
        title: str | None = None,
        lang: str | None = None,
        url: str | None = None,
        site: str | None = None,
    ) -> CleanResult:
        """The cleaned source of one document in Markdown, with every removal and its reason.

        Its visible text is judged; whole lines of the source are removed, or links and words with their markup.
        ``title``, ``lang``, ``url`` and ``site``: as for `clean`, which also says what is raised.
        """
        view = self._view(require_text(text), url, site)
        return self.sources.clean(text, title=title, lang=lang, site=view)

    def observe(self, document: str | Mapping[str, Any], *, url: str | None = None, site: str | None = None) -> bool:
        """Teach the site memory a document; whether it was learned: it has to belong to a site, and to have a line.

        ``document``: a text or a mapping, as in `stream`; ``url`` and ``site`` are used where it has none of its own.
        The order in which documents are observed changes nothing, nor does observing one again. Raises `ConfigError`
        without a `SiteMemory`, `TypeError` where the document has no text, or ``url`` or ``site`` is no string, and
        `SitesError` where the memory was closed.

        >>> Cleaner(sites=SiteMemory()).observe(
        ...     {"html": "<p>The ferry waits.</p>", "url": "https://post.example/ferry"}
        ... )
        True
        """
        if not isinstance(self.sites, SiteMemory):
            raise ConfigError("sites: there is no memory to teach; give one, as in Cleaner(sites=SiteMemory())")
        found = learn_document(document, url=url, site=site)
        return found is not None and self.sites.add(*found)

    @cached_property
    def sources(self) -> MarkdownCleaner:
        """The cleaner of Markdown, created for the first document."""
        from cleaner.markdown.cleaning import MarkdownCleaner

        return MarkdownCleaner(self._texts)

    @cached_property
    def pages(self) -> PageCleaner:
        """The cleaner of HTML pages, created for the first one. Raises `WeightsError` when its model is wrong."""
        from cleaner.html.cleaning import PageCleaner

        return PageCleaner(self._texts)

    def clean_many(self, documents: Iterable[str | Mapping[str, Any]]) -> list[CleanResult]:
        """The results of many documents, in order, each as if cleaned alone; faster than one by one for short documents.

        A document is a text or a mapping, as in `stream`. Raises `TypeError`, with its index, where one has no text.
        """
        results: list[CleanResult] = []
        for batch in _batches(checked(documents)):
            if len(batch) == 1:
                results.extend(self.stream(batch))
                continue
            results.extend(self._clean_together(batch))
        return results

    def _clean_together(self, batch: Sequence[str | Mapping[str, Any]]) -> Iterable[CleanResult]:
        """The results of texts that are analysed together; one by one if that takes too long."""
        try:
            with Clock(self.config.timeout) as clock:
                texts = [Document.read(text_of(document), clock) for document in batch]
                carried = list(self._texts.look_over(texts))
        except OutOfTimeError:
            return self.stream(batch)
        return map(self._clean_known, batch, texts, carried)

    def _clean_known(self, document: str | Mapping[str, Any], text: Document, carried: Carried | None) -> CleanResult:
        given = {} if isinstance(document, str) else document
        view = self._view(text.source, given.get("url"), given.get("site"))
        return self._texts.clean(
            text.source, title=given.get("title"), lang=given.get("lang"), site=view, known=(text, carried)
        )

    def stream(self, documents: Iterable[str | Mapping[str, Any]]) -> Iterator[CleanResult]:
        """The results of any number of documents, in order and in constant memory, read and returned one at a time.

        A document is a text, or a mapping with ``text`` and, if known, ``title``, ``lang``, ``url`` and ``site``; or a mapping
        with ``html``, and perhaps ``url`` and ``site``; or one with ``markdown`` in place of ``text``. Raises
        `TypeError`, with its index, where one has no text.
        """
        for document in checked(documents):
            if isinstance(document, str):
                yield self.clean(document)
            elif "html" in document:
                yield self.clean_html(document["html"], url=document.get("url"), site=document.get("site"))
            else:
                known = {name: document.get(name) for name in ("title", "lang", "url", "site")}
                if "markdown" in document:
                    yield self.clean_markdown(document["markdown"], **known)
                else:
                    yield self.clean(document["text"], **known)


def learn_document(
    document: str | Mapping[str, Any], *, url: str | None = None, site: str | None = None, clock: Clock = NO_LIMIT
) -> tuple[str, LearnedPage, dict[int, str]] | None:
    """What `SiteMemory.add` needs to learn a document: its site, the page, and its lines; None if no site is known.

    ``document``: a text or a mapping, as in `Cleaner.stream`; ``url`` and ``site`` are used where it has none of its own.
    Of HTML also the address that the page names is tried. Markdown is learned as its visible text, as it is judged.
    ``clock``: the time limit. Raises `TypeError` where the document has no text.

    >>> site, page, lines = learn_document({"markdown": "# The *ferry* waits", "url": "https://post.example/ferry"})
    >>> site, list(lines.values())
    ('post.example', ['the ferry waits'])
    """
    next(checked([document]))
    url, site = known_name(url, "url"), known_name(site, "site")
    given = {"text": document} if isinstance(document, str) else document
    url, site = known_name(given.get("url"), "url") or url, known_name(given.get("site"), "site") or site
    html = given.get("html")
    if html is not None:
        from cleaner.html.learning import learn_html, named_address

        url = url or (None if site else named_address(html, clock))
    name = site_of(url, site)
    if name is None:
        return None
    if html is not None:
        return name, *learn_html(html, url, clock)
    source = given["markdown" if "markdown" in given else "text"]
    text = source
    if "markdown" in given:
        from cleaner.markdown.view import read_view

        text = read_view(source, clock).text
    return name, *learn_lines(line_keys(Document.read(text, clock)), page_key(url, source))


def clean_text(
    text: str,
    *,
    title: str | None = None,
    lang: str | None = None,
    url: str | None = None,
    config: CleanConfig | None = None,
    **overrides: Any,
) -> str:
    """The article of a scraped text, with the noise removed.

    Keyword ``overrides`` are fields of `CleanConfig`. Raises `ConfigError` for an unknown one.

    >>> clean_text("Die Brücke bleibt bis Mai gesperrt.\\nAntwortenLöschen")
    'Die Brücke bleibt bis Mai gesperrt.'
    """
    return explain_text(text, title=title, lang=lang, url=url, config=config, **overrides).text


def explain_text(
    text: str,
    *,
    title: str | None = None,
    lang: str | None = None,
    url: str | None = None,
    config: CleanConfig | None = None,
    **overrides: Any,
) -> CleanResult:
    """Like `clean_text`, with every removal, every line's verdict and the evidence for it.

    >>> explain_text("Die Brücke bleibt bis Mai gesperrt.\\nAntwortenLöschen").removals[0].kind.value
    'comment-controls'
    """
    chosen = (config or CleanConfig()).replace(**overrides)
    return _cleaner(chosen).clean(text, title=title, lang=lang, url=url)


def clean_html(
    html: str | bytes,
    *,
    url: str | None = None,
    output: Output = "text",
    config: CleanConfig | None = None,
    **overrides: Any,
) -> str:
    """The article of an HTML page as text, with one line per paragraph, heading, list item or table row; or as Markdown.

    ``output`` is ``"text"`` or ``"markdown"``. Keyword ``overrides`` are fields of `CleanConfig`. Raises `ConfigError`
    for an unknown one.

    >>> clean_html("<nav><a href='/'>Home</a></nav>")
    ''
    """
    return explain_html(html, url=url, output=output, config=config, **overrides).text


def explain_html(
    html: str | bytes,
    *,
    url: str | None = None,
    output: Output = "text",
    config: CleanConfig | None = None,
    **overrides: Any,
) -> CleanResult:
    """Like `clean_html`, with every removal, every block's verdict and the evidence for it.

    >>> explain_html("<nav><a href='/'>Home</a></nav>").flags
    ('no-article-found',)
    """
    chosen = (config or CleanConfig()).replace(**overrides)
    return _cleaner(chosen).clean_html(html, url=url, output=output)


def clean_markdown(
    text: str,
    *,
    title: str | None = None,
    lang: str | None = None,
    url: str | None = None,
    config: CleanConfig | None = None,
    **overrides: Any,
) -> str:
    """The article of a document in Markdown, as Markdown.

    Keyword ``overrides`` are fields of `CleanConfig`. Raises `ConfigError` for an unknown one.

    >>> clean_markdown("# Die Brücke\\n\\nSie bleibt bis *Mai* gesperrt.\\n\\n[AntwortenLöschen](/b)\\n")
    '# Die Brücke\\n\\nSie bleibt bis *Mai* gesperrt.\\n'
    """
    return explain_markdown(text, title=title, lang=lang, url=url, config=config, **overrides).text


def explain_markdown(
    text: str,
    *,
    title: str | None = None,
    lang: str | None = None,
    url: str | None = None,
    config: CleanConfig | None = None,
    **overrides: Any,
) -> CleanResult:
    """Like `clean_markdown`, with every removal, every line's verdict and the evidence for it.

    >>> explain_markdown("Sie bleibt gesperrt.\\n\\n[AntwortenLöschen](/b)\\n").removals[0].text
    '\\n[AntwortenLöschen](/b)\\n'
    """
    chosen = (config or CleanConfig()).replace(**overrides)
    return _cleaner(chosen).clean_markdown(text, title=title, lang=lang, url=url)


@lru_cache(maxsize=8)
def _cleaner(config: CleanConfig) -> Cleaner:
    return Cleaner(config)


def _batches(documents: Iterable[str | Mapping[str, Any]]) -> Iterator[list[str | Mapping[str, Any]]]:
    """Documents in groups that are analysed together; HTML, Markdown or a long text is a group of its own."""
    batch: list[str | Mapping[str, Any]] = []
    size = 0
    for document in documents:
        is_text = isinstance(document, str) or not {"html", "markdown"} & document.keys()
        own = len(text_of(document)) + 1 if is_text else TOGETHER
        if batch and size + own > TOGETHER:
            yield batch
            batch, size = [], 0
        batch.append(document)
        size += own
    if batch:
        yield batch
