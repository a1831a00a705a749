"""Cleaner: composes the stages, and repeats them until nothing more goes.

One pass goes text -> lines -> hits and features -> points and context -> removals. What a pass leaves is a document
of its own, so passes follow until one removes nothing; that is what makes cleaning twice change nothing.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import replace
from functools import cached_property, lru_cache, partial
from typing import TYPE_CHECKING, Any

from cleaner.clock import TIMED_OUT, Clock, OutOfTimeError
from cleaner.config import CleanConfig
from cleaner.lines.analysis import Carried, analyse_units, carry, look_over
from cleaner.lines.decision import decide
from cleaner.lines.scorer import builtin_weights, read_weights
from cleaner.matching.library import builtin_patterns, read_patterns
from cleaner.matching.matcher import Matcher
from cleaner.matching.pattern import PatternSet
from cleaner.passes.edits import apply_removals, inside_lines, make_edits
from cleaner.passes.trace import Pass, Segments, Trace, make_result
from cleaner.result import CleanResult
from cleaner.text.document import Document
from cleaner.text.words import word_lists

if TYPE_CHECKING:
    from cleaner.html.cleaning import PageCleaner

__all__ = ["Cleaner", "clean_html", "clean_text", "explain_html", "explain_text"]

NO_ARTICLE = "no-article-found"
NOT_SETTLED = "not-settled"
# A text of more lines is no article; each takes 3 to 4 kB while it is judged (set by hand).
MAX_LINES, TOO_MANY_LINES = 50_000, "too-many-lines"
# Of 9,165 real texts all but 41 take up to three passes and all but two up to seven. A text that does not settle comes
# back as it was, so that the time is bounded and cleaning twice changes nothing.
MAX_PASSES = 8
# Texts are looked over together up to so many characters.
TOGETHER = 0x10000


class Cleaner:
    """Cleans documents with one configuration; compiled once, without state from one document to the next.

    ``config``: a `CleanConfig`, the defaults if None. ``patterns``: the patterns to use instead of the built-in ones.
    Safe to share between threads; pickles as its configuration.
    Raises `PatternError` when the configured pattern folder does not load.

    >>> Cleaner().clean("Le conseil a voté le budget hier soir.\\nRépondreSupprimer\\n").text
    'Le conseil a voté le budget hier soir.\\n'
    """

    def __init__(self, config: CleanConfig | None = None, patterns: PatternSet | None = None) -> None:
        self.config = config or CleanConfig()
        self._given = patterns
        self.patterns = builtin_patterns() if patterns is None else patterns
        if self.config.patterns is not None:
            self.patterns = self.patterns + read_patterns(self.config.patterns)
        self._matcher = Matcher(self.patterns)
        self._word_lists = word_lists()
        self._weights = builtin_weights() if self.config.weights is None else read_weights(self.config.weights)

    def __reduce__(self) -> tuple[Any, ...]:
        if self._given is None:
            return _cleaner, (self.config,)
        return Cleaner, (self.config, self._given)

    def clean(
        self, text: str, *, title: str | None = None, lang: str | None = None, url: str | None = None
    ) -> CleanResult:
        """What is left of one document, with every removal and its reason.

        ``title``: the page's headline, where it is known; its copies are found more surely. ``lang`` (ISO 639-1)
        tells whose words of the first and second person count; patterns of every language are always active. ``url``
        is accepted and not used yet.
        """
        del url
        return self._clean(text, self.config, title=title, lang=lang)

    def _clean(
        self,
        text: str,
        config: CleanConfig,
        *,
        title: str | None = None,
        lang: str | None = None,
        known: tuple[Document, Carried | None] | None = None,
        clock: Clock | None = None,
    ) -> CleanResult:
        """What is left of one document by another configuration with the same patterns and weights.

        ``known``: the document, and what is known of its lines already. ``clock``: the time that it is part of;
        it has its own where that is None.
        """
        if clock is not None:
            return self._clean_within(clock, text, config, title, lang, known)
        with Clock(config.timeout) as own:
            try:
                return self._clean_within(own, text, config, title, lang, known)
            except OutOfTimeError:
                return CleanResult(text, flags=(TIMED_OUT,), confidence=0.0)

    def _clean_within(
        self,
        clock: Clock,
        text: str,
        config: CleanConfig,
        title: str | None,
        lang: str | None,
        known: tuple[Document, Carried | None] | None,
    ) -> CleanResult:
        document, carried = known or (Document(text, clock=clock), None)
        document.clock = clock
        if document.numbers.size and document.numbers[-1] >= MAX_LINES:
            return CleanResult(text, flags=(TOO_MANY_LINES,), confidence=0.0)
        passes, left, flags = self._run((document, carried), config, title, lang, explain=False)
        return make_result(text, left, passes, flags, Trace(text, partial(self._passes, text, config, title, lang)))

    def clean_html(self, html: str | bytes, *, url: str | None = None) -> CleanResult:
        """What is left of one page of HTML, with every removal and its reason.

        Offsets of removals are into the text of all the page's blocks, a block a line, which `CleanResult.restore`
        gives. ``url`` helps to find metadata. Never fails: what holds no article gives an empty text and a flag.
        """
        return self.pages.clean(html, url=url)

    @cached_property
    def pages(self) -> PageCleaner:
        """What cleans pages of HTML; made when the first one comes. Raises `WeightsError` when its model is wrong."""
        from cleaner.html.cleaning import PageCleaner

        return PageCleaner(self.config, self._matcher, self._word_lists, self._clean)

    def clean_many(self, documents: Iterable[str | Mapping[str, Any]]) -> list[CleanResult]:
        """The results of many documents, in order, each as if cleaned alone; faster than one by one where they are short.

        A document is a text or a mapping, as in `stream`.
        """
        results: list[CleanResult] = []
        for batch in _batches(documents):
            if len(batch) == 1:
                results.extend(self.stream(batch))
                continue
            results.extend(self._clean_together(batch))
        return results

    def _clean_together(self, batch: Sequence[str | Mapping[str, Any]]) -> Iterable[CleanResult]:
        """The results of texts that are looked over together; one by one where that alone takes too long."""
        try:
            with Clock(self.config.timeout) as clock:
                texts = [Document(_text_of(document), clock=clock) for document in batch]
                carried = list(look_over(texts, self._matcher, self._word_lists))
        except OutOfTimeError:
            return self.stream(batch)
        return map(self._clean_known, batch, texts, carried)

    def _clean_known(self, document: str | Mapping[str, Any], text: Document, carried: Carried | None) -> CleanResult:
        fields = {} if isinstance(document, str) else {name: document.get(name) for name in ("title", "lang")}
        return self._clean(text.text, self.config, **fields, known=(text, carried))

    def stream(self, documents: Iterable[str | Mapping[str, Any]]) -> Iterator[CleanResult]:
        """The results of any number of documents, in order and in constant memory, one read and one given at a time.

        A document is a text, or a mapping with ``text`` and, where known, ``title``, ``lang`` and ``url``; or a
        mapping with ``html``, and perhaps ``url``.
        """
        for document in documents:
            if isinstance(document, str):
                yield self.clean(document)
            elif "html" in document:
                yield self.clean_html(document["html"], url=document.get("url"))
            else:
                known = {name: document.get(name) for name in ("title", "lang", "url")}
                yield self.clean(document["text"], **known)

    def _run(
        self,
        known: tuple[Document, Carried | None],
        config: CleanConfig,
        title: str | None,
        lang: str | None,
        *,
        explain: bool,
    ) -> tuple[tuple[Pass, ...], str, set[str]]:
        """The passes over a document, what they leave of its text, and flags."""
        passes: list[Pass] = []
        flags: set[str] = set()
        document, carried = known
        text = left = document.text
        segments = Segments.whole(text)
        while True:
            analysis = analyse_units(document, self._matcher, self._word_lists, lang, carried)
            decision = decide(analysis, config, title, self._weights, explain=explain)
            edits = inside_lines(make_edits(analysis, decision), analysis.document.text, left)
            one = Pass(analysis.document, analysis.hits, decision, edits, segments)
            shorter = apply_removals(left, one.edits)
            if one.edits and not _has_word(shorter):
                passes.append(replace(one, edits=[]))
                flags.add(NO_ARTICLE)
                break
            passes.append(one)
            flags.update(one.decision.flags)
            if not one.edits:
                break
            if len(passes) == MAX_PASSES:
                return (replace(passes[0], edits=[]),), text, {NOT_SETTLED}
            segments = segments.without(one.edits)
            left = shorter
            document = Document(left, clock=document.clock)
            carried = carry(analysis, {edit.line for edit in one.edits}, document)
            analysis.document.release()
        return tuple(passes), left, flags

    def _passes(self, text: str, config: CleanConfig, title: str | None, lang: str | None) -> tuple[Pass, ...]:
        return self._run((Document(text), None), config, title, lang, explain=True)[0]


def clean_text(
    text: str,
    *,
    title: str | None = None,
    lang: str | None = None,
    url: str | None = None,
    config: CleanConfig | None = None,
    **overrides: Any,
) -> str:
    """The article of a scraped text, the noise taken out.

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
    html: str | bytes, *, url: str | None = None, config: CleanConfig | None = None, **overrides: Any
) -> str:
    """The article of a page of HTML as text, a paragraph, heading, list item or table row a line.

    Keyword ``overrides`` are fields of `CleanConfig`. Raises `ConfigError` for an unknown one.

    >>> clean_html("<nav><a href='/'>Home</a></nav>")
    ''
    """
    return explain_html(html, url=url, config=config, **overrides).text


def explain_html(
    html: str | bytes, *, url: str | None = None, config: CleanConfig | None = None, **overrides: Any
) -> CleanResult:
    """Like `clean_html`, with every removal, every block's verdict and the evidence for it.

    >>> explain_html("<nav><a href='/'>Home</a></nav>").flags
    ('no-article-found',)
    """
    chosen = (config or CleanConfig()).replace(**overrides)
    return _cleaner(chosen).clean_html(html, url=url)


@lru_cache(maxsize=8)
def _cleaner(config: CleanConfig) -> Cleaner:
    return Cleaner(config)


def _text_of(document: str | Mapping[str, Any]) -> str:
    return document if isinstance(document, str) else document["text"]


def _batches(documents: Iterable[str | Mapping[str, Any]]) -> Iterator[list[str | Mapping[str, Any]]]:
    """Documents in groups that are looked over together: a page of HTML or a long text is one of its own."""
    batch: list[str | Mapping[str, Any]] = []
    size = 0
    for document in documents:
        own = TOGETHER if not isinstance(document, str) and "html" in document else len(_text_of(document)) + 1
        if batch and size + own > TOGETHER:
            yield batch
            batch, size = [], 0
        batch.append(document)
        size += own
    if batch:
        yield batch


def _has_word(text: str) -> bool:
    return any(character.isalnum() for character in text)
