"""Lines -> numbers: the features of each line by itself, and compared with the others of its document."""

from __future__ import annotations

from dataclasses import dataclass, replace

import numpy as np

from cleaner.lines.measures import LINE_FIELDS, LineFeatures, measure_lines
from cleaner.text.arrays import BoolArray, FloatArray, HashArray, IntArray
from cleaner.text.document import Document
from cleaner.text.words import LineWords, WordLists

__all__ = ["Features", "compute_features"]

# The words of lines of at least this size are the topic of a text.
TOPIC_MIN_WORDS = 15.0


@dataclass(frozen=True, slots=True, eq=False)
class Features(LineFeatures):
    """The features of each line by itself and in its document.

    ``copies`` counts other lines with the same letters and digits, ``alike`` those with the same letters,
    ``same_marks`` those with the same marks and digits, whatever the letters and the digits are, and
    ``same_opening`` those with the same first word. ``topic_share`` is the share of a line's long words that
    also stand on a long line elsewhere. ``person_word_share``: words of the first and second person, by the language
    of the document; ``interface_word_share``: words of interfaces, by that language or English. ``ends_open``: ends with a comma or a function word, so that more must follow.
    """

    copies: IntArray
    alike: IntArray
    same_marks: IntArray
    same_opening: IntArray
    topic_share: FloatArray
    person_word_share: FloatArray
    interface_word_share: FloatArray
    ends_open: BoolArray

    def without_words(self) -> Features:
        """The features without the words that they were made from, which are needed only to carry them over."""
        none = LineWords(np.zeros(0, dtype=np.int32), np.zeros(0, dtype=np.uint64))
        return replace(self, function_words=none, person_words=none, topic_words=none, interface_words=none)


def compute_features(
    document: Document, word_lists: WordLists, lang: str | None = None, lines: LineFeatures | None = None
) -> Features:
    """The features of every line of a document.

    ``lang``: the document's main language if known, otherwise the language of most of its function words; first- and
    second-person words of that language count. ``lines``: the features of its lines by themselves, if known.
    """
    if lines is None:
        lines = measure_lines(document, word_lists)
    document.clock.check()
    if lang in word_lists.languages:
        language: int | None = word_lists.languages.index(lang)
    else:
        language = word_lists.main_language(lines.function_words.values)
    # Without a language no word counts as a person word, or as a function word that something must follow.
    own = np.uint64(0 if language is None else 1 << language)
    person_words = lines.person_words.lines[(lines.person_words.values & own) != 0]
    # Interfaces use English on pages of every language.
    spoken = own | np.uint64(word_lists.bit("en"))
    interface_words = lines.interface_words.lines[(lines.interface_words.values & spoken) != 0]
    copies, alike, same_marks, same_opening = _copies(lines.hashes)
    return Features(
        **{name: getattr(lines, name) for name in LINE_FIELDS},
        copies=copies,
        alike=alike,
        same_marks=same_marks,
        same_opening=same_opening,
        topic_share=_topic_share(lines.topic_words, lines.words),
        person_word_share=np.bincount(person_words, minlength=len(document)) / np.maximum(lines.words, 1),
        interface_word_share=np.bincount(interface_words, minlength=len(document)) / np.maximum(lines.words, 1),
        ends_open=lines.ends_comma | (((lines.last_word & own) != 0) & lines.ends_letter),
    )


def _copies(hashes: HashArray) -> IntArray:
    """How many other lines have the same hash, for each row of hashes; 0 where the hash is zero."""
    rows = np.arange(hashes.shape[0])[:, None]
    order = np.argsort(hashes, axis=1)
    ordered = hashes[rows, order]
    is_first = np.ones(hashes.shape, dtype=bool)
    is_first[:, 1:] = ordered[:, 1:] != ordered[:, :-1]
    group = np.cumsum(is_first.ravel()) - 1
    found = np.empty(hashes.shape, dtype=np.int64)
    found[rows, order] = (np.bincount(group)[group] - 1).reshape(hashes.shape)
    found[hashes == 0] = 0
    return found


def _topic_share(topic: LineWords, words: FloatArray) -> FloatArray:
    """The share of each line's words of the topic that also stand on a long line elsewhere."""
    if not topic.lines.size:
        return np.zeros(words.size)
    # Lines come in order, and a stable sort leaves them so for each word.
    order = np.argsort(topic.values, kind="stable")
    lines, values = topic.lines[order], topic.values[order]
    other_word = np.ones(values.size, dtype=bool)
    other_word[1:] = values[1:] != values[:-1]
    other_line = other_word.copy()
    other_line[1:] |= lines[1:] != lines[:-1]
    which = np.cumsum(other_word) - 1
    is_long = words[lines] >= TOPIC_MIN_WORDS
    # A line that repeats a word counts once among the long lines that hold it.
    holders = np.bincount(which, weights=is_long & other_line)[which]
    shared = np.bincount(lines, weights=holders - is_long > 0, minlength=words.size)
    return np.asarray(shared / np.maximum(topic.count(words.size), 1))
