"""Text -> result: judges the lines of one text in passes, with the patterns and weights of one configuration."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from functools import lru_cache, partial
from typing import Any

from cleaner.clock import TIMED_OUT, Clock, OutOfTimeError
from cleaner.config import CleanConfig
from cleaner.lines.analysis import Analysis, Carried, carry, look_over
from cleaner.lines.decision import decide
from cleaner.lines.repeats import analyse_on_site
from cleaner.lines.scorer import builtin_weights, read_weights
from cleaner.matching.library import builtin_patterns, read_patterns
from cleaner.matching.matcher import Matcher
from cleaner.matching.pattern import PatternSet
from cleaner.passes.edits import Edit
from cleaner.passes.judgement import LineJudgement
from cleaner.passes.loop import Passes, run_passes
from cleaner.passes.results import make_result
from cleaner.passes.segments import Segments
from cleaner.passes.trace import Story, Trace
from cleaner.result import CleanResult
from cleaner.sites.view import SiteView
from cleaner.text.document import Document
from cleaner.text.forms import lines_of
from cleaner.text.words import word_lists

__all__ = ["MAX_LINES", "TOO_MANY_LINES", "LineJudge", "TextCleaner", "has_too_many_lines"]

# A text with more lines is not an article; each line takes 3 to 4 kB while it is judged (set by hand).
MAX_LINES, TOO_MANY_LINES = 50_000, "too-many-lines"

# A document, and what is already known about its lines.
Known = tuple[Document, Carried | None]


class TextCleaner:
    """Cleans texts with one set of patterns and weights; keeps no state from one text to the next.

    ``config``: names the patterns and weights, and is the default for `clean`. ``patterns``: those to use instead of
    the built-in ones. Pickles as its configuration.
    Raises `PatternError` or `WeightsError` when what the configuration names does not load, and `ConfigError` when it
    disables a pattern that there is not.

    >>> TextCleaner(CleanConfig()).clean("Le conseil a voté le budget hier soir.\\nRépondreSupprimer\\n").text
    'Le conseil a voté le budget hier soir.\\n'
    """

    def __init__(self, config: CleanConfig, patterns: PatternSet | None = None) -> None:
        self.config = config
        self._given = patterns
        self.patterns = builtin_patterns() if patterns is None else patterns
        if config.patterns is not None:
            self.patterns = self.patterns + read_patterns(config.patterns)
        self.matcher = Matcher(self.patterns, config.disabled_patterns)
        self.word_lists = word_lists()
        self.weights = builtin_weights() if config.weights is None else read_weights(config.weights)

    def __reduce__(self) -> tuple[Any, ...]:
        if self._given is None:
            return _text_cleaner, (self.config,)
        return TextCleaner, (self.config, self._given)

    def clean(
        self,
        text: str,
        config: CleanConfig | None = None,
        *,
        title: str | None = None,
        lang: str | None = None,
        site: SiteView | None = None,
        known: Known | None = None,
        clock: Clock | None = None,
    ) -> CleanResult:
        """The cleaned text, with every removal and its reason.

        ``config``: another one with the same patterns and weights. ``site``: what is known about the text's site.
        ``known``: the document, and what is already known
        about its lines. ``clock``: the time limit that this text shares; None gives it a limit of its own.
        """
        config = config or self.config
        if clock is not None:
            return self._clean_within(clock, text, config, title, lang, site, known)
        with Clock(config.timeout) as own:
            try:
                return self._clean_within(own, text, config, title, lang, site, known)
            except OutOfTimeError:
                return CleanResult(text, flags=(TIMED_OUT,), confidence=0.0)

    def look_over(self, documents: Sequence[Document]) -> Iterable[Carried | None]:
        """What is known about the lines of each document, found by analysing them all as one text."""
        return look_over(documents, self.matcher, self.word_lists)

    def run(
        self,
        document: Document,
        config: CleanConfig,
        *,
        title: str | None = None,
        lang: str | None = None,
        site: SiteView | None = None,
        carried: Carried | None = None,
        segments: Segments | None = None,
        explain: bool = False,
    ) -> Passes:
        """The passes over a document; no pass, and a flag, if it has too many lines for an article.

        ``carried``: what is already known about its lines. ``site``: what is known about its site. ``segments``: where its pieces stand in the input, if it is
        not the input itself. ``explain``: keep the points of every term of the scorer.
        """
        if has_too_many_lines(document):
            return Passes((), document.source, {TOO_MANY_LINES})
        return run_passes(document, LineJudge(self, config, title, lang, site, carried, explain=explain), segments)

    def _clean_within(
        self,
        clock: Clock,
        text: str,
        config: CleanConfig,
        title: str | None,
        lang: str | None,
        site: SiteView | None,
        known: Known | None,
    ) -> CleanResult:
        document, carried = known or (Document.read(text, clock), None)
        document.clock = clock
        done = self.run(document, config, title=title, lang=lang, site=site, carried=carried)
        return make_result(text, done, Trace(partial(self._tell, text, config, title, lang, site)))

    def _tell(
        self, text: str, config: CleanConfig, title: str | None, lang: str | None, site: SiteView | None
    ) -> Story:
        done = self.run(Document.read(text), config, title=title, lang=lang, site=site, explain=True)
        return Story(text, lines_of(text), done.passes)


def has_too_many_lines(document: Document) -> bool:
    """Whether a document has more lines than an article ever has."""
    return bool(document.numbers.size) and int(document.numbers[-1]) >= MAX_LINES


class LineJudge:
    """Judges what is left of one text, pass by pass; what is known about the lines that stay is carried over.

    ``explain``: keep the points of each term of the line scorer. ``analysis`` belongs to the document judged last.
    """

    def __init__(
        self,
        cleaner: TextCleaner,
        config: CleanConfig,
        title: str | None,
        lang: str | None,
        site: SiteView | None = None,
        carried: Carried | None = None,
        *,
        explain: bool,
    ) -> None:
        self._cleaner = cleaner
        self._config = config
        self._title = title
        self._lang = lang
        self._site = site
        self._carried = carried
        self._explain = explain
        self.analysis: Analysis | None = None

    def read(self, text: str, clock: Clock) -> Document:
        """A text as a document, in whatever form its lines are."""
        return Document.read(text, clock)

    def judge(self, document: Document) -> LineJudgement:
        """The judgement over the units of a document."""
        cleaner = self._cleaner
        lists = cleaner.word_lists
        analysis = analyse_on_site(document, cleaner.matcher, lists, self._lang, self._carried, self._site)
        self.analysis = analysis
        return decide(analysis, self._config, self._title, cleaner.weights, explain=self._explain)

    def hand_on(self, edits: Sequence[Edit], left: Document) -> None:
        """Keep what is known about the remaining lines of the document judged last, for the next pass."""
        assert self.analysis is not None
        self._carried = carry(self.analysis, {edit.line for edit in edits}, left)
        self.analysis = None


@lru_cache(maxsize=8)
def _text_cleaner(config: CleanConfig) -> TextCleaner:
    return TextCleaner(config)
