"""HTML -> result: the blocks of a page are chosen, then their text is cleaned like any other text.

The removals of both steps come in one list, with offsets into the page's source (see `cleaner.html.reading`). Markdown
is made of the result, so what stays does not depend on it.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from functools import lru_cache, partial
from typing import Any

import numpy as np

from cleaner.clock import NO_LIMIT, TIMED_OUT, Clock, OutOfTimeError
from cleaner.config import CleanConfig, Output, require_output
from cleaner.html.data import builtin_model, element_words, read_model
from cleaner.html.judging import judge_blocks
from cleaner.html.learning import named_address
from cleaner.html.metadata import read_metadata
from cleaner.html.page import read_page
from cleaner.html.placing import as_markdown
from cleaner.html.reading import PageReader, Reading
from cleaner.html.reasons import Reasons
from cleaner.html.repeats import FindSite
from cleaner.html.trafilatura import add_metadata, extract_text
from cleaner.lines.cleaning import TextCleaner
from cleaner.matching.pattern import Pattern
from cleaner.passes.edits import apply_removals
from cleaner.passes.judgement import Judgement
from cleaner.passes.loop import Passes
from cleaner.passes.results import make_result, removed_spans
from cleaner.passes.segments import Segments
from cleaner.passes.trace import Pass, Story, Trace
from cleaner.result import NO_ARTICLE, CleanResult, Metadata
from cleaner.sites.view import SiteView
from cleaner.text.document import Document

__all__ = ["PageCleaner"]

# A page with less expected F1 is cleaned a second time, as text.
SURE_EXPECTED = 0.8
# On a page with more, the blocks have already been judged; to remove a line takes this much more evidence.
SURE_MARGIN = 2.0
# Noise that the blocks did not show, but a pattern does, stands in lines of at most this many characters.
SHORT_LINE = 200
# The signals of a page with more blocks are not kept in memory for its reasons (set by hand): they take 400 bytes a
# block and are quickly computed again.
MANY_BLOCKS = 10_000
# With expected F1 between these, a page is doubtful enough to ask trafilatura.
DOUBTED_EXPECTED = (0.6, 0.83)


class PageCleaner:
    """Cleans HTML pages with one configuration; keeps no state from one page to the next.

    ``texts`` cleans the text of the chosen blocks. Raises `WeightsError` when the configuration's model is wrong.
    """

    def __init__(self, texts: TextCleaner) -> None:
        self.texts = texts
        self.config = config = texts.config
        self.model = builtin_model() if config.html_weights is None else read_model(config.html_weights)
        self._sure_config = config.replace(threshold=config.threshold + SURE_MARGIN)
        self._reader = PageReader(self.model, texts.word_lists, element_words(), config.headline, config.threshold)

    def clean(
        self,
        markup: str | bytes,
        *,
        url: str | None = None,
        find_site: FindSite | None = None,
        output: Output = "text",
    ) -> CleanResult:
        """The cleaned text of one page; see `Cleaner.clean_html`. ``find_site``: gives what is known about its site."""
        require_output(output, self.config)
        with Clock(self.config.timeout) as clock:
            try:
                return self._clean_within(clock, markup, url, find_site, output)
            except OutOfTimeError:
                return CleanResult("", flags=(TIMED_OUT,), confidence=0.0)

    def _clean_within(
        self, clock: Clock, markup: str | bytes, url: str | None, find_site: FindSite | None, output: Output
    ) -> CleanResult:
        describe = partial(_describe, markup, url)
        if self.config.engine == "trafilatura":
            return self._clean_extracted(markup, url, find_site, describe, clock)
        reading = self.read(markup, clock, url=url, find_site=find_site, with_markup=output == "markdown")
        if reading is None:
            return CleanResult("", flags=(NO_ARTICLE,), confidence=0.0, describe=describe)
        result = self._compose(markup, reading, describe)
        if clock.is_limited:
            # Kinds are computed when the removals are, and the time limit must cover that too.
            _ = result.removals
        return result

    def read(
        self,
        markup: str | bytes,
        clock: Clock = NO_LIMIT,
        *,
        url: str | None = None,
        find_site: FindSite | None = None,
        with_markup: bool = False,
    ) -> Reading | None:
        """A page with the decision over its blocks; see `PageReader.read`."""
        reading = self._reader.read(markup, clock, url=url, find_site=find_site, with_markup=with_markup)
        if reading is not None and DOUBTED_EXPECTED[0] <= reading.choice.expected < DOUBTED_EXPECTED[1]:
            reading = self._reader.vote(reading, extract_text(markup, fast=True))
        if reading is not None and len(reading.page.blocks) > MANY_BLOCKS:
            reading.view.release()
        keeps = bool(self.config.keep) or self.texts.matcher.has_keeping
        if reading is not None and keeps and reading.choice.kept.any():
            return self._keeping(reading, clock)
        return reading

    def _keeping(self, reading: Reading, clock: Clock) -> Reading:
        """The page with the blocks of the kinds to be kept, and those that a pattern keeps, added to those that stay."""
        reasons, kept = self.reasons(reading), reading.choice.kept.copy()
        for block in clock.watch(np.flatnonzero(~kept).tolist()):
            kept[block] = reasons.is_protected(block) or reasons.kind(block) in self.config.keep
        return replace(reading, choice=replace(reading.choice, kept=kept))

    def reasons(self, reading: Reading) -> Reasons:
        """The reasons for a decision."""
        return Reasons(reading, self.model, self.texts.matcher, element_words())

    def _clean_extracted(
        self,
        markup: str | bytes,
        url: str | None,
        find_site: FindSite | None,
        describe: Callable[[], Metadata],
        clock: Clock,
    ) -> CleanResult:
        text = extract_text(markup, url)
        clock.check()
        if not text:
            return CleanResult("", flags=(NO_ARTICLE,), confidence=0.0, describe=describe)
        site = None if find_site is None else find_site(url or named_address(markup, clock), text)
        return replace(self.texts.clean(text, title=describe().title, site=site, clock=clock), describe=describe)

    def _compose(self, markup: str | bytes, reading: Reading, describe: Callable[[], Metadata]) -> CleanResult:
        blocks = judge_blocks(reading, self.reasons(reading))
        done = self._run(reading, blocks)
        tell = partial(self._tell, reading, blocks)
        trace = Trace(partial(self._retell, markup, reading.site), tell)
        result = make_result(reading.source, done, trace, clock=reading.page.clock, path_at=reading.path_at)
        if reading.page.markup is not None:
            result = as_markdown(result, reading, removed_spans(done))
        # The page's own headline, and the comments in its text, then those among its blocks.
        comments = tuple(comment for one in done.passes[1:] if one.edits for comment in one.judgement.comments)
        comments += blocks.comments
        return replace(result, headline=reading.headline, comments=comments, describe=describe)

    def _run(self, reading: Reading, blocks: Judgement, *, explain: bool = False) -> Passes:
        """The pass over the blocks, then the passes over the text of the chosen ones, if the page needs them."""
        first = Pass(blocks, reading.edits, Segments.whole(reading.source))
        flags = set(blocks.flags)
        left = apply_removals(reading.source, reading.edits)
        config = self._text_config(reading, left)
        if config is None:
            return Passes((first,), left, flags)
        done = self.texts.run(
            Document.read(left, reading.page.clock),
            config,
            title=reading.headline,
            site=reading.site,
            segments=reading.segments,
            explain=explain,
        )
        return Passes((first, *done.passes), done.left, flags | done.flags)

    def _text_config(self, reading: Reading, left: str) -> CleanConfig | None:
        """How the text of the chosen blocks is cleaned; None if it stays as it is."""
        if reading.choice.expected < SURE_EXPECTED:
            return self.config
        return self._sure_config if self._has_strong_hit(left, reading.page.clock) else None

    def _has_strong_hit(self, text: str, clock: Clock) -> bool:
        short = "\n".join(line for line in text.split("\n") if len(line) <= SHORT_LINE)
        return self.texts.matcher.holds_any(Document(short, clock=clock), _is_strong)

    def _tell(self, reading: Reading, blocks: Judgement) -> Story:
        return Story(reading.source, reading.lines, self._run(reading, blocks, explain=True).passes, reading.path_at)

    def _retell(self, markup: str | bytes, site: SiteView | None) -> Story:
        reading = self.read(markup, find_site=lambda *_: site)
        assert reading is not None
        return self._tell(reading, judge_blocks(reading, self.reasons(reading)))

    def __reduce__(self) -> tuple[Any, ...]:
        return _page_cleaner, (self.texts,)


def _is_strong(pattern: Pattern) -> bool:
    """Whether a pattern alone is enough to remove its line."""
    return pattern.strength == "strong" and pattern.action not in ("note", "keep")


@lru_cache(maxsize=8)
def _page_cleaner(texts: TextCleaner) -> PageCleaner:
    return PageCleaner(texts)


def _describe(markup: str | bytes, url: str | None) -> Metadata:
    """The metadata of a page."""
    return add_metadata(read_metadata(read_page(markup).root), markup, url)
