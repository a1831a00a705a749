"""Labelled pages -> weights of the line scorer, reproducibly.

Every text of a page, and its gold, is a training text. A line is noise when less than half of its tokens align with
the gold. A line weighs by its tokens; the noise of a text weighs at most as much as its article, and all pages of a
host together at most as much as a few. On a third of the pages the patterns are left out, and on half of them the
title, so that the scorer does not lean on either; a third of the texts is shortened. The second pass is fitted on what first passes that have not seen
a host say of it.
"""

from __future__ import annotations

import zlib
from collections import defaultdict
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from functools import cache
from typing import Any

import numpy as np

from cleaner.alignment import align_lines
from cleaner.analysis import Analysis, analyse
from cleaner.catalog import builtin_patterns, word_lists
from cleaner.evaluation import map_in_processes
from cleaner.evidence import gather
from cleaner.features import BoolArray, FloatArray
from cleaner.labelled import GOLD, LabelledPage
from cleaner.matcher import Matcher
from cleaner.regression import Sample, SingleArray, fit_pass
from cleaner.signals import Columns, first_signals, second_signals, signal_names
from cleaner.text import Document, IntArray
from cleaner.weights import PassWeights, Weights
from cleaner.words import WordLists

__all__ = ["Collector", "TrainingText", "collect_texts", "fit_weights"]

FOLDS = 5
PENALTY = 30.0
# What is the same for all lines of a document shifts all of them, so that a document unlike those of the data would
# be kept or dropped as a whole; such signals may count little.
DOCUMENT_PENALTY = 3000.0
MIN_MATCHED_SHARE = 0.5
MAX_TOKENS = 60
MIN_ARTICLE_WEIGHT = 20.0
MAX_HOST_PAGES = 5
TEXT_WEIGHT = 1000.0
LINES_A_TEXT = 80
# Every so many texts are shortened, so that short articles are known as well.
SHORTENED = 3
SHORTENED_MIN_LINES = 3


@dataclass(frozen=True, slots=True, eq=False)
class TrainingText:
    """One text of a page as the scorer sees it: signals, rawness, sizes in words, labels and weights of its lines.

    ``chosen``: the lines that are fitted on; ``weight`` is theirs, and makes up for those that were left out.
    """

    host: str
    page: str
    signals: SingleArray
    rawness: float
    words: FloatArray
    is_noise: SingleArray
    chosen: IntArray
    weight: FloatArray


def collect_texts(pages: Iterable[LabelledPage], *, processes: int = 1) -> Iterator[TrainingText]:
    """The training texts of any number of pages, in order."""
    for texts in map_in_processes(_collect, pages, processes=processes):
        yield from texts


def _collect(page: LabelledPage) -> list[TrainingText]:
    return _collector().collect(page)


@cache
def _collector() -> Collector:
    return Collector(Matcher(builtin_patterns()), word_lists())


class Collector:
    """Makes training texts of pages, with one set of patterns and word lists."""

    def __init__(self, matcher: Matcher, lists: WordLists) -> None:
        self._matcher = matcher
        self._word_lists = lists

    def collect(self, page: LabelledPage) -> list[TrainingText]:
        """The training texts of a page: one of each scraper's texts, and one of its gold."""
        texts = {**page.texts, GOLD: page.gold}
        found = (self._collect_text(page, scraper, text) for scraper, text in texts.items())
        return [text for text in found if text is not None]

    def _collect_text(self, page: LabelledPage, scraper: str, text: str) -> TrainingText | None:
        key = f"{page.id}/{scraper}"
        lines = [line for line in Document(text).line_texts if line]
        aligned = align_lines(lines, page.gold, page.lang, page.title)
        sizes = aligned.sizes
        shares = np.ones(len(lines)) if scraper == GOLD else aligned.shares
        if _number_of(key) % SHORTENED == 0:
            stay = _whole_lines(text, _shortened(shares, key))
            text, sizes, shares = _without_lines(text, stay), sizes[stay], shares[stay]
        document = Document(text)
        analysis = analyse(document, self._matcher, self._word_lists)
        if not analysis.filled.size:
            return None
        chosen, weight = _sample(_line_weights(sizes, shares), key)
        analysis, title = _training_view(analysis, page)
        clues = gather(analysis, title).clues
        return TrainingText(
            host=page.host,
            page=page.id,
            signals=_matrix(first_signals(analysis, clues)),
            rawness=clues.raw,
            words=analysis.features.words[analysis.filled],
            is_noise=(shares < MIN_MATCHED_SHARE).astype(np.float32),
            chosen=chosen,
            weight=weight,
        )


def _shortened(shares: FloatArray, key: str) -> BoolArray:
    """Which lines of a shortened text stay: the beginning of its article, and noise but for one run of it."""
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


def _whole_lines(text: str, stay: BoolArray) -> BoolArray:
    """Which filled lines of a text stay when all columns of a wide line stay with any of them."""
    document = Document(text)
    numbers = document.numbers[[number for number, line in enumerate(document.line_texts) if line]]
    return np.isin(numbers, numbers[stay])


def _without_lines(text: str, stay: BoolArray) -> str:
    """A text without some of its filled lines."""
    document = Document(text)
    kept = np.ones(len(document), dtype=bool)
    kept[[number for number, line in enumerate(document.line_texts) if line]] = stay
    return "".join(text[document.starts[line] : document.stops[line]] for line in np.flatnonzero(kept))


def _line_weights(sizes: IntArray, shares: FloatArray) -> FloatArray:
    """The weight of each line; those of a text add up to `TEXT_WEIGHT`."""
    weight = np.minimum(sizes, MAX_TOKENS) + 1.0
    article, noise = float((weight * shares).sum()), float((weight * (1.0 - shares)).sum())
    if noise > 0.0:
        weight *= shares + (1.0 - shares) * min(1.0, max(article, MIN_ARTICLE_WEIGHT) / noise)
    return np.asarray(weight * TEXT_WEIGHT / max(float(weight.sum()), 1e-9))


def _sample(weight: FloatArray, key: str) -> tuple[IntArray, FloatArray]:
    """Lines drawn with chances after their weights, and weights that make up for it; all of a short text."""
    if weight.size <= LINES_A_TEXT:
        return np.arange(weight.size), weight
    chance = np.minimum(1.0, LINES_A_TEXT * weight / weight.sum())
    chosen = np.flatnonzero(np.random.default_rng(_number_of(key)).random(weight.size) < chance)
    return chosen, weight[chosen] / chance[chosen]


def _training_view(analysis: Analysis, page: LabelledPage) -> tuple[Analysis, str | None]:
    """The page as it is trained on: every third without patterns, every second without its title."""
    key = _number_of(page.id)
    title = page.title if key // 3 % 2 else None
    return (replace(analysis, hits={}) if key % 3 == 0 else analysis), title


def _number_of(key: str) -> int:
    return zlib.crc32(key.encode("utf-8", "surrogatepass"))


def _matrix(columns: Columns) -> SingleArray:
    return np.stack(list(columns.values()), axis=1).astype(np.float32)


def fit_weights(
    texts: Sequence[TrainingText],
    made: Mapping[str, Any],
    *,
    folds: int = FOLDS,
    report: Callable[[str], None] = lambda _: None,
) -> Weights:
    """The weights fitted to training texts.

    ``made`` is what the file says of its making; ``report`` hears of progress.

    ``folds``: into so many parts hosts are dealt for what the second pass learns from.
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
        weights = _fit_first(others, shares)
        for number in own:
            around[number] = _around(texts[number], weights)
    report("first pass")
    first = _fit_first(texts, shares)
    report("second pass")
    views = [
        np.hstack([text.signals, _around(text, first) if found is None else found])
        for text, found in zip(texts, around, strict=True)
    ]
    second = _fit(_join(texts, views, shares), signal_names()[1])
    return Weights(first, second, made)


def _fit_first(texts: Sequence[TrainingText], shares: dict[str, float]) -> PassWeights:
    return _fit(_join(texts, [text.signals for text in texts], shares), signal_names()[0])


def _fit(sample: Sample, names: Sequence[str]) -> PassWeights:
    penalties = [DOCUMENT_PENALTY if name.startswith("document.") else PENALTY for name in names]
    return fit_pass(sample, names, penalties)


def _around(text: TrainingText, weights: PassWeights) -> SingleArray:
    """The second pass's own signals of a text, after a first pass with some weights."""
    columns = dict(zip(signal_names()[0], text.signals.T.astype(np.float64), strict=True))
    noise = weights.points(columns, text.rawness).sum(axis=0)
    return _matrix(second_signals(-noise, text.words))


def _join(texts: Sequence[TrainingText], views: Sequence[SingleArray], shares: dict[str, float]) -> Sample:
    return Sample(
        signals=np.concatenate([view[text.chosen] for text, view in zip(texts, views, strict=True)]),
        page=np.concatenate([np.full(text.chosen.size, text.rawness, dtype=np.float32) for text in texts]),
        is_noise=np.concatenate([text.is_noise[text.chosen] for text in texts]),
        weight=np.concatenate([text.weight * shares[text.host] for text in texts]),
    )
