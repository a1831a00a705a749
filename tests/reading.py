"""What tests of pages share: a model made by hand, which takes sentences for the article, and pages read with it."""

from __future__ import annotations

import numpy as np

from cleaner.html.data import element_words
from cleaner.html.model import BlockModel
from cleaner.html.reading import PageReader, Reading
from cleaner.text.words import word_lists
from cleaner.trees import Trees

__all__ = ["SENTENCES", "SURE", "read", "reader"]

# Log-odds of main content of a block that ends like a sentence; as much below zero of any other.
SURE = 6.0
SENTENCES = BlockModel(
    ("text.ends-sentence",),
    {},
    Trees(
        roots=np.array([0], dtype=np.intp),
        signal=np.array([0, 0, 0], dtype=np.intp),
        limit=np.array([0.5, 0.0, 0.0], dtype=np.float32),
        left=np.array([1, 1, 2], dtype=np.intp),
        right=np.array([2, 1, 2], dtype=np.intp),
        points=np.array([0.0, -SURE, SURE]),
    ),
    {"by": "hand"},
)


def reader(headline: str = "first", threshold: float = 0.0) -> PageReader:
    """A reader that keeps sentences."""
    return PageReader(SENTENCES, word_lists(), element_words(), headline, threshold)


def read(markup: str, headline: str = "first", threshold: float = 0.0) -> Reading:
    """A page as that reader reads it; there must be some text in it."""
    reading = reader(headline, threshold).read(markup)
    assert reading is not None
    return reading
