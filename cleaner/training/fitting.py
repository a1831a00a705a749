"""Labelled pages -> weights of the line scorer, reproducibly.

Every text of a page, and its gold, is a training text. A line is noise when less than half of its tokens align with
the gold. A line weighs by its tokens; the noise of a text weighs at most as much as its article, and all pages of a
host together at most as much as a few. On a third of the pages the patterns are left out, and on half of them the
title, so that the scorer does not rely on either; a third of the texts are shortened. The second pass is fitted on the
output of first passes that have not seen the host.
"""

from __future__ import annotations

import zlib
from collections import defaultdict
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from functools import cache
from typing import Any, NamedTuple

import numpy as np

from cleaner.errors import CleanerError
from cleaner.lines.analysis import Analysis, analyse, analyse_units
from cleaner.lines.evidence import gather
from cleaner.lines.scorer import page_likeness
from cleaner.lines.signals import Columns, first_signals, second_signals, signal_names
from cleaner.lines.weights import PassWeights, TreeWeights, Weights
from cleaner.matching.library import builtin_patterns
from cleaner.matching.matcher import Matcher
from cleaner.text.arrays import BoolArray, FloatArray, IntArray, SingleArray
from cleaner.text.document import Document
from cleaner.text.words import WordLists, word_lists
from cleaner.training.alignment import Alignment, align_lines
from cleaner.training.composing import compose, in_other_form
from cleaner.training.evaluation import map_in_processes
from cleaner.training.labelled import GOLD, MARKED, LabelledPage
from cleaner.training.measures import tokenize
from cleaner.training.regression import Sample, fit_pass
from cleaner.trees import fit_trees, signal_names_of

__all__ = ["Collector", "TrainingText", "collect_texts", "fit_weights"]

FOLDS = 3
PENALTY = 30.0
# A signal that is the same for all lines of a document shifts all of them, so that a document unlike the training data
# would be kept or dropped as a whole; a high penalty makes such signals count little.
DOCUMENT_PENALTY = 3000.0
MIN_MATCHED_SHARE = 0.5
MAX_TOKENS = 60
MIN_ARTICLE_WEIGHT = 20.0
MAX_HOST_PAGES = 5
TEXT_WEIGHT = 1000.0
LINES_A_TEXT = 40
# The first pass is simpler and needs fewer lines of each text.
FIRST_LINES_A_TEXT = 12
# How many times a marked document counts: there are few, and pages lack their forms (chosen by leaving half of them
# out).
MARKED_WEIGHT = 10.0
# A composed page counts less than a real one.
COMPOSED_WEIGHT = 0.3
# The trees of the second pass (set by hand, after trials that left whole data sets out).
ROUNDS = 300
PARAMETERS: dict[str, Any] = {
    "objective": "binary",
    "num_leaves": 31,
    "max_depth": 8,
    "learning_rate": 0.1,
    "min_data_in_leaf": 300,
    "feature_fraction": 0.4,
    "bagging_fraction": 0.7,
    "bagging_freq": 1,
    "lambda_l2": 20.0,
    "max_bin": 63,
    "num_threads": 2,
    "deterministic": True,
    "force_row_wise": True,
    "seed": 7,
    "verbose": -1,
}
# One text in this many is shortened, so that the scorer also learns short articles.
SHORTENED = 3
SHORTENED_MIN_LINES = 3


@dataclass(frozen=True, slots=True, eq=False)
class TrainingText:
    """One text of a page as the scorer sees it: its page likeness, and its lines' signals, sizes, labels and weights.

    ``other``: the page whose article it contains, if that is another one. ``chosen``: the lines to fit on; ``weight``:
    their weights, which make up for the lines left out.
    """

    host: str
    page: str
    other: str | None
    signals: SingleArray
    page_likeness: float
    words: FloatArray
    is_noise: SingleArray
    chosen: IntArray
    weight: FloatArray


class Article(NamedTuple):
    """The article of a page, and the page's identifier."""

    page: str
    gold: str


def collect_texts(pages: Iterable[LabelledPage], *, processes: int = 1) -> Iterator[TrainingText]:
    """The training texts made from any number of pages, in order."""
    for texts in map_in_processes(_collect, _with_others(pages), processes=processes):
        yield from texts


def _with_others(pages: Iterable[LabelledPage]) -> Iterator[tuple[LabelledPage, Article | None]]:
    """Each page with the article of an earlier page, drawn with the page's identifier as seed."""
    articles: list[Article] = []
    for page in pages:
        yield page, articles[_number_of(page.id) % len(articles)] if articles else None
        articles.append(Article(page.id, page.gold))


def _collect(task: tuple[LabelledPage, Article | None]) -> list[TrainingText]:
    return _collector().collect(*task)


@cache
def _collector() -> Collector:
    return Collector(Matcher(builtin_patterns()), word_lists())


class _ReadText(NamedTuple):
    """A text of a page as units: their analysis, the filled ones, and how these align with the gold."""

    analysis: Analysis
    lines: list[str]
    aligned: Alignment


class Collector:
    """Makes training texts from pages, with one set of patterns and word lists."""

    def __init__(self, matcher: Matcher, lists: WordLists) -> None:
        self._matcher = matcher
        self._word_lists = lists

    def collect(self, page: LabelledPage, other: Article | None = None) -> list[TrainingText]:
        """The training texts of a page: each scraper's text, its gold, and compositions; ``other``: a foreign article."""
        read = {scraper: self._read(page, text) for scraper, text in page.texts.items()}
        found = []
        for scraper, text in {**read, GOLD: self._read(page, page.gold)}.items():
            made = self._collect_text(page, scraper, text)
            found += [made] if made is not None else []
        found += self._compose(page, read, other)
        if MARKED in page.texts:
            found = [replace(text, weight=text.weight * MARKED_WEIGHT) for text in found]
        return found

    def _read(self, page: LabelledPage, text: str) -> _ReadText:
        """A text of a page with its units, and how these align with the page's gold."""
        analysis = self._analyse(text)
        lines = [line for line in analysis.document.line_texts if line]
        return _ReadText(analysis, lines, align_lines(lines, page.gold, page.lang, page.title))

    def _collect_text(self, page: LabelledPage, scraper: str, read: _ReadText) -> TrainingText | None:
        key = f"{page.id}/{scraper}"
        analysis, lines, aligned = read
        sizes = aligned.sizes
        shares = np.ones(len(lines)) if scraper == GOLD else aligned.shares
        if _number_of(key) % SHORTENED == 0:
            stay = _whole_lines(analysis.document, _shortened(shares, key))
            text, sizes, shares = _without_lines(analysis.document, stay), sizes[stay], shares[stay]
            analysis = analyse(Document(text), self._matcher, self._word_lists)
            if analysis.filled.size != sizes.size:
                return None  # the remaining text is split into lines differently
        return self._training_text(page, key, analysis, sizes, shares)

    def _compose(
        self, page: LabelledPage, read: Mapping[str, _ReadText], other: Article | None
    ) -> Iterator[TrainingText]:
        """The page's article in other forms, and another page's, by itself and in place of the page's article."""
        for number, scraper in enumerate((GOLD, *read)):
            key = f"{page.id}/{scraper}/composed"
            random = np.random.default_rng(_number_of(key))
            borrowed = other if number % 2 else None
            article = in_other_form(borrowed.gold if borrowed else page.gold, random)
            if scraper == GOLD:
                lines, is_article = article, np.ones(len(article), dtype=bool)
            else:
                text = read[scraper]
                if page_likeness(text.analysis) < 1.0:
                    continue
                own = text.aligned.shares >= MIN_MATCHED_SHARE
                lines, is_article = compose(text.lines, own, article, random)
            made = self._composed_text(page, key, lines, is_article)
            if made is not None:
                weight = made.weight * (1.0 if scraper == GOLD else COMPOSED_WEIGHT)
                yield replace(made, other=borrowed.page if borrowed else None, weight=weight)

    def _composed_text(
        self, page: LabelledPage, key: str, lines: Sequence[str], is_article: BoolArray
    ) -> TrainingText | None:
        starts = np.cumsum([0, *(len(line) + 1 for line in lines[:-1])])
        analysis = self._analyse("\n".join(lines))
        filled = analysis.filled
        # The share of each unit's lines, or of the line that a column is part of.
        owner = np.searchsorted(starts, analysis.document.starts[filled], side="right") - 1
        last = np.searchsorted(starts, analysis.document.ends[filled], side="left")
        running = np.concatenate([[0], np.cumsum(is_article)])
        shares = (running[np.maximum(last, owner + 1)] - running[owner]) / np.maximum(last - owner, 1)
        sizes = np.array([len(tokenize(analysis.document.line_text(line), page.lang)) for line in filled.tolist()])
        return self._training_text(page, key, analysis, sizes, shares)

    def _analyse(self, text: str) -> Analysis:
        return analyse_units(Document(text), self._matcher, self._word_lists)

    def _training_text(
        self, page: LabelledPage, key: str, analysis: Analysis, sizes: IntArray, shares: FloatArray
    ) -> TrainingText | None:
        if not analysis.filled.size:
            return None
        chosen, weight = _sample(_line_weights(sizes, shares), key)
        analysis, title = _training_view(analysis, page)
        clues = gather(analysis, title).clues
        return TrainingText(
            host=page.host,
            page=page.id,
            other=None,
            signals=matrix(first_signals(analysis, clues)),
            page_likeness=clues.page,
            words=analysis.features.words[analysis.filled],
            is_noise=(shares < MIN_MATCHED_SHARE).astype(np.float32),
            chosen=chosen,
            weight=weight,
        )


def _shortened(shares: FloatArray, key: str) -> BoolArray:
    """Which lines of a shortened text stay: the beginning of its article, and the noise except one run of it."""
    random = np.random.default_rng(_number_of(key))
    is_article = shares >= MIN_MATCHED_SHARE
    article = np.flatnonzero(is_article)
    stay = np.ones(shares.size, dtype=bool)
    stay[article[max(SHORTENED_MIN_LINES, int(article.size * random.uniform(0.1, 0.6))) :]] = False
    noise = np.flatnonzero(~is_article)
    length = int(noise.size * random.uniform(0.0, 0.8))
    first = int(random.integers(0, noise.size - length + 1))
    stay[noise[first : first + length]] = False
    return stay


def _whole_lines(document: Document, stay: BoolArray) -> BoolArray:
    """Which filled lines of a text stay if every part of a line stays when one of them does."""
    numbers = document.numbers[[number for number, line in enumerate(document.line_texts) if line]]
    return np.isin(numbers, numbers[stay])


def _without_lines(document: Document, stay: BoolArray) -> str:
    """A text without some of its filled lines."""
    kept = np.ones(len(document), dtype=bool)
    kept[[number for number, line in enumerate(document.line_texts) if line]] = stay
    text = document.text
    return "".join(text[document.starts[line] : document.stops[line]] for line in np.flatnonzero(kept))


def _line_weights(sizes: IntArray, shares: FloatArray) -> FloatArray:
    """The weight of each line; those of a text add up to `TEXT_WEIGHT`."""
    weight = np.minimum(sizes, MAX_TOKENS) + 1.0
    article, noise = float((weight * shares).sum()), float((weight * (1.0 - shares)).sum())
    if noise > 0.0:
        weight *= shares + (1.0 - shares) * min(1.0, max(article, MIN_ARTICLE_WEIGHT) / noise)
    return np.asarray(weight * TEXT_WEIGHT / max(float(weight.sum()), 1e-9))


def _sample(weight: FloatArray, key: str) -> tuple[IntArray, FloatArray]:
    """Lines drawn with probabilities by weight, and weights that make up for the rest; all lines of a short text."""
    if weight.size <= LINES_A_TEXT:
        return np.arange(weight.size), weight
    chance = np.minimum(1.0, LINES_A_TEXT * weight / weight.sum())
    chosen = np.flatnonzero(np.random.default_rng(_number_of(key)).random(weight.size) < chance)
    return chosen, weight[chosen] / chance[chosen]


def _training_view(analysis: Analysis, page: LabelledPage) -> tuple[Analysis, str | None]:
    """The page as it is trained on: every third without patterns, every second without its title."""
    key = _number_of(page.id)
    title = page.title if key // 3 % 2 else None
    return (replace(analysis, found={}) if key % 3 == 0 else analysis), title


def _number_of(key: str) -> int:
    return zlib.crc32(key.encode("utf-8", "surrogatepass"))


def matrix(columns: Columns) -> SingleArray:
    return np.stack(list(columns.values()), axis=1).astype(np.float32)


def fit_weights(
    texts: Sequence[TrainingText],
    made: Mapping[str, Any],
    *,
    folds: int = FOLDS,
    report: Callable[[str], None] = lambda _: None,
) -> Weights:
    """The weights fitted to training texts.

    ``made``: how the weights were made, for their file; ``report`` receives progress messages.

    ``folds``: the parts that hosts are divided into for the first passes that the second pass learns from.
    """
    pages_of: dict[str, set[str]] = defaultdict(set)
    for text in texts:
        pages_of[text.host].add(text.page)
    shares = {host: min(1.0, MAX_HOST_PAGES / len(pages)) for host, pages in pages_of.items()}
    around: list[SingleArray | None] = [None] * len(texts)
    for fold in range(folds):
        report(f"first pass, fold {fold + 1} of {folds}")
        own = [number for number, text in enumerate(texts) if _number_of(text.host) % folds == fold]
        others = [text for text in texts if _number_of(text.host) % folds != fold]
        if not own or not others:
            continue
        weights = _fit_first(list(map(_thinned, others)), shares)
        for number in own:
            around[number] = _around(texts[number], weights)
    report("first pass")
    first = _fit_first(list(map(_thinned, texts)), shares)
    report("second pass")
    views = [
        np.hstack([text.signals, _around(text, first) if found is None else found])
        for text, found in zip(texts, around, strict=True)
    ]
    sample = _join(texts, views, shares)
    used, trees = fit_trees(sample.signals, sample.is_noise, sample.weight, PARAMETERS, ROUNDS)
    if not used:
        raise CleanerError("the pages are too few to learn from; give some hundred pages of many sites")
    return Weights(first, TreeWeights(signal_names_of(signal_names()[1], used), trees), made)


def _thinned(text: TrainingText) -> TrainingText:
    """A text with fewer chosen lines, whose weights make up for the others."""
    count = text.chosen.size
    if count <= FIRST_LINES_A_TEXT:
        return text
    random = np.random.default_rng(_number_of(f"{text.page}/{count}"))
    chosen = np.sort(random.choice(count, FIRST_LINES_A_TEXT, replace=False))
    return replace(text, chosen=text.chosen[chosen], weight=text.weight[chosen] * count / FIRST_LINES_A_TEXT)


def _fit_first(texts: Sequence[TrainingText], shares: dict[str, float]) -> PassWeights:
    return _fit(_join(texts, [text.signals for text in texts], shares), signal_names()[0])


def _fit(sample: Sample, names: Sequence[str]) -> PassWeights:
    penalties = [DOCUMENT_PENALTY if name.startswith("document.") else PENALTY for name in names]
    return fit_pass(sample, names, penalties)


def _around(text: TrainingText, weights: PassWeights) -> SingleArray:
    """The second pass's own signals of a text, after a first pass with the given weights."""
    columns = dict(zip(signal_names()[0], text.signals.T.astype(np.float64), strict=True))
    noise = weights.points(columns, text.page_likeness).sum(axis=0)
    return matrix(second_signals(-noise, text.words))


def _join(texts: Sequence[TrainingText], views: Sequence[SingleArray], shares: dict[str, float]) -> Sample:
    return Sample(
        signals=np.concatenate([view[text.chosen] for text, view in zip(texts, views, strict=True)]),
        page=np.concatenate([np.full(text.chosen.size, text.page_likeness, dtype=np.float32) for text in texts]),
        is_noise=np.concatenate([text.is_noise[text.chosen] for text in texts]),
        weight=np.concatenate([text.weight * shares[text.host] for text in texts]),
    )
