"""Cleaner: composes the stages, and repeats them until nothing more goes.

One pass goes text -> lines -> hits and features -> points and context -> removals. What a pass leaves is a document
of its own, so passes follow until one removes nothing; that is what makes cleaning twice change nothing.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, replace
from functools import lru_cache
from typing import Any

import numpy as np

from cleaner.analysis import Analysis, analyse
from cleaner.catalog import builtin_patterns, builtin_weights, read_patterns, read_weights, word_lists
from cleaner.config import CleanConfig
from cleaner.context import Decision, decide
from cleaner.edits import apply_removals, line_evidence, make_removals
from cleaner.matcher import Matcher
from cleaner.model import Action, CleanResult, Evidence, Line, Removal, Verdict
from cleaner.patterns import PatternSet
from cleaner.text import Document, IntArray, split_lines
from cleaner.threads import THREAD_KINDS

__all__ = ["Cleaner", "clean_text", "explain_text"]

NO_ARTICLE = "no-article-found"


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
        passes: list[_Pass] = []
        flags: set[str] = set()
        segments = _Segments.whole(text)
        current = text
        while True:
            one = self._run_pass(current, title, lang, segments)
            passes.append(one)
            left = apply_removals(current, one.removals)
            if one.removals and not _has_word(left):
                passes[-1] = replace(one, removals=[])
                flags.add(NO_ARTICLE)
                break
            flags.update(one.decision.flags)
            if not one.removals:
                break
            segments = segments.without(one.removals)
            current = left
        return _result(text, current, passes, flags)

    def clean_many(self, texts: Iterable[str]) -> list[CleanResult]:
        """The results of many documents, in order, each as if cleaned alone."""
        return [self.clean(text) for text in texts]

    def stream(self, documents: Iterable[str | Mapping[str, Any]]) -> Iterator[CleanResult]:
        """The results of any number of documents, in order and in constant memory.

        A document is a text, or a mapping with ``text`` and, where known, ``title``, ``lang`` and ``url``.
        """
        for document in documents:
            if isinstance(document, str):
                yield self.clean(document)
            else:
                known = {name: document.get(name) for name in ("title", "lang", "url")}
                yield self.clean(document["text"], **known)

    def _run_pass(self, text: str, title: str | None, lang: str | None, segments: _Segments) -> _Pass:
        document = Document(text)
        analysis = analyse(document, self._matcher, self._word_lists, lang)
        decision = decide(analysis, self.config, title, self._weights)
        return _Pass(analysis, decision, make_removals(document, decision), segments)


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


@lru_cache(maxsize=8)
def _cleaner(config: CleanConfig) -> Cleaner:
    return Cleaner(config)


def _has_word(text: str) -> bool:
    return any(character.isalnum() for character in text)


# --- putting passes together -----------------------------------------------------------------------------


@dataclass(frozen=True, slots=True, eq=False)
class _Segments:
    """Where the characters of a pass's text stand in the input: piece ``i`` begins at ``starts[i]`` there."""

    offsets: IntArray
    starts: IntArray
    size: int

    @staticmethod
    def whole(text: str) -> _Segments:
        return _Segments(np.zeros(1, dtype=np.int64), np.zeros(1, dtype=np.int64), len(text))

    def at(self, offset: int) -> int:
        """The offset in the input of the character at an offset of the pass's text."""
        piece = int(np.searchsorted(self.offsets, offset, side="right")) - 1
        return int(self.starts[piece]) + offset - int(self.offsets[piece])

    def span(self, start: int, end: int) -> tuple[int, int]:
        """A span in the input, from its first to behind its last character."""
        return (self.at(start), self.at(end - 1) + 1) if end > start else (self.at(start), self.at(start))

    def pieces(self, start: int, end: int) -> list[tuple[int, int]]:
        """The parts of the input that a span of the pass's text is made of."""
        first = int(np.searchsorted(self.offsets, start, side="right")) - 1
        found = []
        for piece in range(first, self.offsets.size):
            low = max(start, int(self.offsets[piece]))
            high = min(end, int(self.offsets[piece + 1]) if piece + 1 < self.offsets.size else self.size)
            if low >= end:
                break
            if low < high:
                begin = int(self.starts[piece]) + low - int(self.offsets[piece])
                found.append((begin, begin + high - low))
        return found

    def without(self, removals: list[Removal]) -> _Segments:
        """The segments of what is left after the removals of a pass."""
        kept: list[tuple[int, int]] = []
        position = 0
        for removal in removals:
            kept += self.pieces(position, removal.start)
            position = removal.end
        kept += self.pieces(position, self.size)
        lengths = np.array([end - start for start, end in kept], dtype=np.int64)
        offsets = np.concatenate([np.zeros(1, dtype=np.int64), np.cumsum(lengths)])
        starts = np.array([start for start, _ in kept] or [0], dtype=np.int64)
        return _Segments(offsets[:-1] if kept else offsets, starts, int(offsets[-1]))


@dataclass(frozen=True, slots=True, eq=False)
class _Pass:
    """One pass: what was seen, what was decided, what went, and where its text stands in the input."""

    analysis: Analysis
    decision: Decision
    removals: list[Removal]
    segments: _Segments

    def evidence(self, evidence: tuple[Evidence, ...]) -> tuple[Evidence, ...]:
        """Evidence with offsets into the input."""
        return tuple(
            Evidence(item.source, item.points, *self.segments.span(item.start, item.end), item.kind)
            for item in evidence
        )

    def parts(self, starts: IntArray) -> dict[int, list[int]]:
        """The lines of this pass by the line of the input that they are, or are parts of; that starts there."""
        found: dict[int, list[int]] = {}
        for line, start in enumerate(self.analysis.document.starts.tolist()):
            index = int(np.searchsorted(starts, self.segments.at(start), side="right")) - 1
            found.setdefault(index, []).append(line)
        return found

    def verdict(self, line: Line, parts: list[int]) -> Verdict:
        """The verdict over a line of the input in this pass."""
        decision = self.decision
        removed = [part for part in parts if decision.removed[part] and self.removals]
        action: Action = "keep"
        if len(removed) == len(parts):
            action = "drop"
        elif removed or any(cut.line in parts for cut in decision.cuts):
            action = "cut"
        evidence = [item for part in parts for item in line_evidence(self.analysis.document, decision, part)]
        kinds = [decision.kinds[part] for part in removed or parts]
        score = sum(decision.scores[part] for part in parts)
        return Verdict(line, action, kinds[0] if action != "keep" else None, score, self.evidence(tuple(evidence)))


def _result(text: str, left: str, passes: list[_Pass], flags: set[str]) -> CleanResult:
    removals = [
        Removal(start, end, removal.kind, removal.score, one.evidence(removal.evidence), text[start:end])
        for one in passes
        for removal in one.removals
        for start, end in one.segments.pieces(removal.start, removal.end)
    ]
    removals.sort(key=lambda removal: removal.start)
    comments = [comment for one in passes for comment in _comment_texts(one)]
    headlines = [one.decision.headline for one in passes if one.decision.headline]
    return CleanResult(
        text=left,
        removals=tuple(removals),
        headline=headlines[0] if headlines else None,
        comments=tuple(comments),
        flags=tuple(sorted(flags)),
        trace=_Trace(text, tuple(passes)),
    )


def _comment_texts(one: _Pass) -> list[str]:
    """The text of each removed comment, its links, names and dates left out."""
    if not one.removals:
        return []
    found = []
    for body in one.decision.comments:
        lines = [text for line in body if (text := _comment_line(one, line))]
        if lines:
            found.append("\n".join(lines))
    return found


def _comment_line(one: _Pass, line: int) -> str:
    """What a comment says on one line: the line without the thread's own signs."""
    document = one.analysis.document
    text = document.line_text(line)
    start = int(document.starts[line])
    for hit in sorted(one.analysis.hits.get(line, ()), key=lambda hit: -hit.start):
        if hit.pattern.kind not in THREAD_KINDS:
            continue
        if hit.pattern.action != "cut":
            return ""
        text = f"{text[: hit.start - start].rstrip()} {text[hit.end - start :].lstrip()}"
    return text.strip()


@dataclass(frozen=True, slots=True, eq=False)
class _Trace:
    """Builds the verdict of every line of the input from the passes, when somebody asks."""

    text: str
    passes: tuple[_Pass, ...]

    def __call__(self) -> tuple[Verdict, ...]:
        lines = split_lines(self.text)
        starts = np.array([line.start for line in lines], dtype=np.int64)
        verdicts = [Verdict(line, "keep", None, 0.0, ()) for line in lines]
        cut: set[int] = set()
        for one in self.passes:
            for index, parts in one.parts(starts).items():
                verdict = one.verdict(lines[index], parts)
                # What is left of a line after a cut is looked at again; the cut is what there is to tell.
                if index not in cut or verdict.action == "drop":
                    verdicts[index] = verdict
                if verdict.action == "cut":
                    cut.add(index)
        return tuple(verdicts)
