"""HTML -> result: the blocks of a page are chosen, then their text is cleaned like any other text.

The removals of both steps are told in one list, with offsets into the page's source (see `cleaner.html.reading`).
"""

from __future__ import annotations

from bisect import bisect_right
from collections.abc import Callable, Sequence
from dataclasses import replace
from functools import lru_cache, partial
from typing import Any

import numpy as np

from cleaner.clock import NO_LIMIT, TIMED_OUT, Clock, OutOfTimeError
from cleaner.html.data import builtin_model, element_words, read_model
from cleaner.html.metadata import read_metadata
from cleaner.html.page import read_page
from cleaner.html.peer import add_metadata, extract_text
from cleaner.html.reading import PageReader, Reading
from cleaner.html.reasons import Reasons, comment_blocks
from cleaner.lines.cleaning import TextCleaner
from cleaner.matching.pattern import Pattern
from cleaner.passes.edits import apply_removals
from cleaner.passes.segments import Segments
from cleaner.result import NO_ARTICLE, CleanResult, Deferred, Doubt, Evidence, Line, Metadata, Removal, Verdict
from cleaner.text.document import Document

__all__ = ["PageCleaner"]

# A page of which less F1 than this is expected is looked at a second time, as text.
SURE_EXPECTED = 0.8
# In a page that is not, the blocks have told noise already; a line of them must be so much surer noise to go.
SURE_MARGIN = 2.0
# Patterns of noise that the blocks could not tell stand in lines of no more characters than this.
SHORT_LINE = 200
# What was measured of more blocks than this does not stay in memory until reasons are asked for (set by hand): 400 bytes
# a block, which are soon made again.
MANY_BLOCKS = 10_000
# Between these, a page is so doubtful that trafilatura is asked.
DOUBTED_EXPECTED = (0.6, 0.83)


class PageCleaner:
    """Cleans pages of HTML with one configuration; without state from one page to the next.

    ``texts`` cleans the text of the chosen blocks. Raises `WeightsError` when the configuration's model is wrong.
    """

    def __init__(self, texts: TextCleaner) -> None:
        self.texts = texts
        self.config = config = texts.config
        self.model = builtin_model() if config.html_weights is None else read_model(config.html_weights)
        self._sure_config = config.replace(threshold=config.threshold + SURE_MARGIN)
        self._reader = PageReader(self.model, texts.word_lists, element_words(), config.headline, config.threshold)

    def clean(self, markup: str | bytes, *, url: str | None = None) -> CleanResult:
        """What is left of one page; see `Cleaner.clean_html`."""
        with Clock(self.config.timeout) as clock:
            try:
                return self._clean_within(clock, markup, url)
            except OutOfTimeError:
                return CleanResult("", flags=(TIMED_OUT,), confidence=0.0)

    def _clean_within(self, clock: Clock, markup: str | bytes, url: str | None) -> CleanResult:
        describe = partial(_describe, markup, url)
        if self.config.engine == "trafilatura":
            return self._clean_extracted(markup, url, describe, clock)
        reading = self.read(markup, clock)
        if reading is None:
            return CleanResult("", flags=(NO_ARTICLE,), confidence=0.0, describe=describe)
        result = self._compose(markup, reading, describe)
        if clock.is_limited:
            # Their kinds are looked for when they are put together, and that is to have its limit too.
            _ = result.removals
        return result

    def read(self, markup: str | bytes, clock: Clock = NO_LIMIT) -> Reading | None:
        """A page with the decision over its blocks; ``clock``: the time that the page has."""
        reading = self._reader.read(markup, clock)
        if reading is not None and DOUBTED_EXPECTED[0] <= reading.choice.expected < DOUBTED_EXPECTED[1]:
            reading = self._reader.vote(reading, extract_text(markup, fast=True))
        if reading is not None and len(reading.page.blocks) > MANY_BLOCKS:
            reading.view.release()
        if reading is not None and self.config.keep and reading.choice.kept.any():
            reasons = self.reasons(reading)
            for block in clock.watch(np.flatnonzero(~reading.choice.kept).tolist()):
                reading.choice.kept[block] = reasons.kind(block) in self.config.keep
        return reading

    def reasons(self, reading: Reading) -> Reasons:
        """The reasons of a decision."""
        return Reasons(reading, self.model, self.texts.matcher, element_words())

    def _clean_extracted(
        self, markup: str | bytes, url: str | None, describe: Callable[[], Metadata], clock: Clock
    ) -> CleanResult:
        text = extract_text(markup, url)
        clock.check()
        if not text:
            return CleanResult("", flags=(NO_ARTICLE,), confidence=0.0, describe=describe)
        return replace(self.texts.clean(text, title=describe().title, clock=clock), describe=describe)

    def _compose(self, markup: str | bytes, reading: Reading, describe: Callable[[], Metadata]) -> CleanResult:
        result = self._clean_chosen(reading)
        flags = sorted({*reading.flags, *result.flags})
        replay = partial(self._replay, markup)
        story = Story(replay, (reading, result, self.reasons(reading)))
        return CleanResult(
            text=result.text,
            taken=Deferred(story.removals),
            headline=reading.headline,
            comments=(*result.comments, *comment_blocks(reading, element_words())),
            flags=tuple(flags),
            confidence=min(max(float(reading.choice.expected), 0.0), 1.0),
            doubtful=_in_source(result.doubtful, reading),
            trace=story,
            describe=describe,
        )

    def _clean_chosen(self, reading: Reading) -> CleanResult:
        """The text of the chosen blocks, cleaned; as it is where neither patterns nor a doubt ask for more."""
        left = apply_removals(reading.source, reading.edits)
        clock = reading.page.clock
        if reading.choice.expected < SURE_EXPECTED:
            return self.texts.clean(left, title=reading.headline, clock=clock)
        if self._has_strong_hit(left, clock):
            return self.texts.clean(left, self._sure_config, title=reading.headline, clock=clock)
        return CleanResult(left)

    def _has_strong_hit(self, text: str, clock: Clock) -> bool:
        short = "\n".join(line for line in text.split("\n") if len(line) <= SHORT_LINE)
        return self.texts.matcher.holds_any(Document(short, clock=clock), _is_strong)

    def _replay(self, markup: str | bytes) -> tuple[Reading, CleanResult, Reasons]:
        reading = self.read(markup)
        assert reading is not None
        return reading, self._clean_chosen(reading), self.reasons(reading)

    def __reduce__(self) -> tuple[Any, ...]:
        return _page_cleaner, (self.texts,)


def _is_strong(pattern: Pattern) -> bool:
    """Whether a pattern is enough for its line to go."""
    return pattern.strength == "strong" and pattern.action != "note"


@lru_cache(maxsize=8)
def _page_cleaner(texts: TextCleaner) -> PageCleaner:
    return PageCleaner(texts)


def _describe(markup: str | bytes, url: str | None) -> Metadata:
    """What a page says of itself."""
    return add_metadata(read_metadata(read_page(markup).root), markup, url)


class Story:
    """What tells the reasons of one page: its reading, the cleaning of its text, and the reasons of its blocks.

    ``replay`` makes them again; a pickled story does not hold them.
    """

    __slots__ = ("_known", "_replay")

    def __init__(
        self,
        replay: Callable[[], tuple[Reading, CleanResult, Reasons]],
        known: tuple[Reading, CleanResult, Reasons] | None = None,
    ) -> None:
        self._replay = replay
        self._known = known

    def __reduce__(self) -> tuple[Any, ...]:
        return Story, (self._replay,)

    @property
    def known(self) -> tuple[Reading, CleanResult, Reasons]:
        """The reading, the result of its text, and the reasons."""
        if self._known is None:
            self._known = self._replay()
        return self._known

    def removals(self) -> tuple[Removal, ...]:
        """The removals of both steps, in the order of the source."""
        reading, result, reasons = self.known
        source, segments = reading.source, reading.segments
        found = []
        tell = self._block_evidence
        for edit in reading.page.clock.watch(reading.edits):
            block = edit.line
            evidence = Deferred(partial(tell, block))
            kind, path = reasons.kind(block), reading.path(block)
            text = source[edit.start : edit.end]
            found.append(Removal(edit.start, edit.end, kind, reasons.score(block), evidence, text, path))
        for number, removal in reading.page.clock.watch(enumerate(result.removals)):
            evidence = Deferred(partial(self._text_evidence, number))
            for start, end in segments.pieces(removal.start, removal.end):
                path = self._path_at(reading, start)
                found.append(Removal(start, end, removal.kind, removal.score, evidence, source[start:end], path))
        found.sort(key=lambda removal: removal.start)
        return tuple(found)

    def _path_at(self, reading: Reading, offset: int) -> str:
        block = bisect_right(reading.starts, offset) - 1
        return reading.path(block) if block >= 0 else ""

    def _block_evidence(self, block: int) -> tuple[Evidence, ...]:
        return self.known[2].evidence(block)

    def _text_evidence(self, number: int) -> tuple[Evidence, ...]:
        reading, result, _ = self.known
        return reading.segments.moved(result.removals[number].evidence)

    def __call__(self) -> tuple[Verdict, ...]:
        """The verdict over each block, in order."""
        reading, result, reasons = self.known
        segments = reading.segments
        by_block: dict[int, list[Verdict]] = {}
        for verdict in result.lines:
            if verdict.line.end > verdict.line.start:
                block = bisect_right(reading.starts, segments.at(verdict.line.start)) - 1
                by_block.setdefault(block, []).append(verdict)
        found = []
        for block in range(len(reading.page.blocks)):
            start, end = reading.span(block)
            line = Line(block, start, end, min(end + 1, len(reading.source)))
            own = by_block.get(block, [])
            path = reading.path(block)
            if own:
                found.append(_joined(line, own, segments, path))
                continue
            evidence = reasons.evidence(block)
            score = sum(item.points for item in evidence)
            kept = bool(reading.choice.kept[block])
            kind = None if kept else reasons.kind(block)
            found.append(Verdict(line, "keep" if kept else "drop", kind, score, evidence, path))
        return tuple(found)


def _joined(line: Line, verdicts: Sequence[Verdict], segments: Segments, path: str) -> Verdict:
    """The verdict over a block from those over its lines in the text that was cleaned."""
    actions = {verdict.action for verdict in verdicts}
    action = verdicts[0].action if len(actions) == 1 else "cut"
    kinds = [verdict.kind for verdict in verdicts if verdict.kind is not None]
    evidence = tuple(item for verdict in verdicts for item in segments.moved(verdict.evidence))
    score = sum(verdict.score for verdict in verdicts)
    return Verdict(line, action, kinds[0] if kinds else None, score, evidence, path)


def _in_source(doubtful: Sequence[Doubt], reading: Reading) -> tuple[Doubt, ...]:
    """What is doubtful in the text of the chosen blocks, with offsets into the text of all blocks."""
    pieces = reading.segments.pieces
    return tuple(Doubt(start, end, doubt.score) for doubt in doubtful for start, end in pieces(doubt.start, doubt.end))
