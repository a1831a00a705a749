"""Markdown -> result: its visible text is judged like any other text, and lines of its source are removed."""

from __future__ import annotations

from functools import lru_cache, partial
from typing import Any

from cleaner.clock import TIMED_OUT, Clock, OutOfTimeError
from cleaner.lines.cleaning import TOO_MANY_LINES, TextCleaner, has_too_many_lines
from cleaner.markdown.judging import MarkdownJudge
from cleaner.passes.loop import Passes, run_passes
from cleaner.passes.results import make_result
from cleaner.passes.trace import Story, Trace
from cleaner.result import CleanResult
from cleaner.sites.view import SiteView
from cleaner.text.document import Document
from cleaner.text.splitting import split_lines

__all__ = ["MarkdownCleaner"]


class MarkdownCleaner:
    """Cleans Markdown with one configuration; keeps no state from one source to the next.

    ``texts`` gives patterns, word lists and weights.
    """

    def __init__(self, texts: TextCleaner) -> None:
        self.texts = texts
        self.config = texts.config

    def __reduce__(self) -> tuple[Any, ...]:
        return _markdown_cleaner, (self.texts,)

    def clean(
        self, text: str, *, title: str | None = None, lang: str | None = None, site: SiteView | None = None
    ) -> CleanResult:
        """The cleaned source, with every removal and its reason; see `Cleaner.clean_markdown`."""
        with Clock(self.config.timeout) as clock:
            try:
                done = self._run(Document(text, "none", clock), title, lang, site)
            except OutOfTimeError:
                return CleanResult(text, flags=(TIMED_OUT,), confidence=0.0)
            return make_result(text, done, Trace(partial(self._tell, text, title, lang, site)))

    def _run(
        self,
        document: Document,
        title: str | None,
        lang: str | None,
        site: SiteView | None,
        *,
        explain: bool = False,
    ) -> Passes:
        if has_too_many_lines(document):
            return Passes((), document.text, {TOO_MANY_LINES})
        return run_passes(document, MarkdownJudge(self.texts, self.config, title, lang, site, explain=explain))

    def _tell(self, text: str, title: str | None, lang: str | None, site: SiteView | None) -> Story:
        done = self._run(Document(text, "none"), title, lang, site, explain=True)
        return Story(text, split_lines(text), done.passes)


@lru_cache(maxsize=8)
def _markdown_cleaner(texts: TextCleaner) -> MarkdownCleaner:
    return MarkdownCleaner(texts)
