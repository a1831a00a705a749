"""Corrected documents -> training texts: the marked lines are learned from, the rest of the document is their context."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass

import numpy as np

from cleaner.lines.analysis import analyse_units
from cleaner.lines.evidence import gather
from cleaner.lines.signals import first_signals
from cleaner.matching.library import builtin_patterns
from cleaner.matching.matcher import Matcher
from cleaner.text.arrays import FloatArray, IntArray
from cleaner.text.document import Document
from cleaner.text.words import word_lists
from cleaner.training.corrections import NOISE, Correction
from cleaner.training.fitting import TEXT_WEIGHT, TrainingText, matrix

__all__ = ["CorrectedText", "corrected_texts"]

# What a marked line weighs: as much as all lines of a text of a labelled page. Ten times as much makes more marks hold and
# loses more of the articles of documents that were not marked; a hundred times spoils them (docs/how-it-decides.md).
CORRECTION_WEIGHT = TEXT_WEIGHT
# A unit of several lines is learned from when this share of its characters is marked alike.
MIN_MARKED = 0.5


@dataclass(frozen=True, slots=True)
class CorrectedText:
    """A text of which lines were marked: a name that no other has, the text, and the corrections of it."""

    name: str
    text: str
    title: str | None
    lang: str | None
    corrections: Sequence[Correction]


def corrected_texts(texts: Iterable[CorrectedText]) -> Iterator[TrainingText]:
    """The training texts of corrected ones, in order; none for a text of which no unit is marked."""
    matcher, lists = Matcher(builtin_patterns()), word_lists()
    for one in texts:
        analysis = analyse_units(Document.read(one.text), matcher, lists, one.lang)
        filled = analysis.filled
        if not filled.size:
            continue
        document = analysis.document
        starts, ends = document.starts[filled], document.ends[filled]
        noise, article = (_marked(one, starts, ends, is_noise=is_noise) for is_noise in (True, False))
        size = np.maximum(ends - starts, 1)
        chosen = np.flatnonzero(np.maximum(noise, article) >= MIN_MARKED * size)
        if not chosen.size:
            continue
        clues = gather(analysis, one.title).clues
        yield TrainingText(
            host=one.name,
            page=one.name,
            other=None,
            signals=matrix(first_signals(analysis, clues)),
            page_likeness=clues.page,
            words=analysis.features.words[filled],
            is_noise=(noise > article).astype(np.float32),
            chosen=chosen,
            weight=np.full(chosen.size, CORRECTION_WEIGHT),
        )


def _marked(text: CorrectedText, starts: IntArray, ends: IntArray, *, is_noise: bool) -> FloatArray:
    """How many characters of each unit are marked as noise, or as article."""
    found = np.zeros(starts.size)
    for one in text.corrections:
        if (one.label == NOISE) == is_noise:
            found += np.maximum(0, np.minimum(ends, one.end) - np.maximum(starts, one.start))
    return found
