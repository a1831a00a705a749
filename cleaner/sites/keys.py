"""Lines of a document -> keys: 64-bit hashes of their folded text, and of their shape without numbers and names."""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from hashlib import blake2b

import numpy as np

from cleaner.text.arrays import HashArray, IntArray
from cleaner.text.document import Document
from cleaner.text.folding import is_cjk

__all__ = ["LineKeys", "hash_bytes", "hash_text", "line_keys", "shape_of", "storable"]

# No line with fewer letters and digits, or with more characters, is learned (set by hand).
MIN_CHARACTERS, MAX_CHARACTERS = 2, 4_000
# A longer line has no shape: what differs from page to page is no mere name or number then (set by hand).
SHAPE_MAX_CHARACTERS = 400
# In a line of at least this many words a first word before a name belongs to it ("Yolande Perrichet, de Brisouelle, ...").
LONG_TOKENS = 6
# What stands for a number, and for a name, in a shape.
_NUMBER, _NAME = "0", "A"
# The most letters of a word between two names that belongs to them: "de", "von", "und" (set by hand).
_PARTICLE_MAX_LETTERS = 3
_TOKEN = re.compile(r"\S+")
_DIGITS = re.compile(r"\d+")
_LETTERS = re.compile(r"[^\W\d_]{3}")
_SENTENCE_ENDS = tuple(".!?…。！？।؟")
_CLOSERS = "\"')]} "
_BULLETS = "-*+•·–—|>◦▪►» \t"


@dataclass(frozen=True, slots=True, eq=False)
class LineKeys:
    """The lines of a document that can be compared with those of other pages, in order.

    ``lines``: their numbers in the document. ``exact``: hashes of their folded texts. ``shapes``: hashes of their
    shapes, 0 where a line has none. ``words``: their sizes in words; two characters of a script without spaces count as
    a word. ``sentences``: whether they end as a sentence does. ``texts``: the folded texts.
    """

    lines: IntArray
    exact: HashArray
    shapes: HashArray
    words: IntArray
    sentences: np.ndarray
    texts: Sequence[str]

    def __len__(self) -> int:
        return self.lines.size


def hash_text(text: str) -> int:
    """A hash of a text, 64 bits without a sign; the same on every machine."""
    return hash_bytes(text.encode("utf-8", "surrogatepass"))


def hash_bytes(data: bytes) -> int:
    """A hash of some bytes, as of a text."""
    return int.from_bytes(blake2b(data, digest_size=8).digest(), "little")


def storable(text: str) -> str:
    """A text as it can be written as UTF-8: with a question mark for each half of a surrogate pair.

    >>> storable("caf\\u00e9 \\ud800")
    'café ?'
    """
    return text.encode("utf-8", "replace").decode("utf-8")


def line_keys(document: Document) -> LineKeys:
    """The keys of a document's lines: those with enough letters to be compared."""
    lines, exact, shapes, words, sentences, texts = [], [], [], [], [], []
    shown = document.shown
    spans = zip(document.folded_starts.tolist(), document.folded_ends.tolist(), strict=True)
    folded = document.folded.text
    for line, (start, end) in enumerate(document.clock.watch(spans)):
        text = folded[start:end].strip(_BULLETS)
        if not MIN_CHARACTERS <= len(text) <= MAX_CHARACTERS or not any(map(str.isalpha, text)):
            continue
        first = folded.index(text, start, end)
        shape = shape_of(text, shown[first : first + len(text)])
        lines.append(line)
        exact.append(hash_text(text))
        shapes.append(hash_text(shape) if shape else 0)
        words.append(_size(text))
        sentences.append(text.rstrip(_CLOSERS).endswith(_SENTENCE_ENDS))
        texts.append(text)
    return LineKeys(
        np.array(lines, dtype=np.int64),
        np.array(exact, dtype=np.uint64),
        np.array(shapes, dtype=np.uint64),
        np.array(words, dtype=np.int64),
        np.array(sentences, dtype=bool),
        texts,
    )


def shape_of(folded: str, shown: str) -> str:
    """A line without its numbers, dates and names, empty where it has none or nothing else.

    ``folded``: the folded text. ``shown``: the same characters as they were, which tell capitals.

    >>> shape_of("par jeanne kerdoncuff", "Par Jeanne Kerdoncuff"), shape_of("12 commentaires", "12 commentaires")
    ('par A', '0 commentaires')
    >>> shape_of("publie le 3 mars 2024 a 10:22", "Publié le 3 mars 2024 à 10:22"), shape_of("ola", "Ola")
    ('publie le 0 a 0:0', '')
    """
    if len(folded) > SHAPE_MAX_CHARACTERS:
        return ""
    tokens = list(_tokens(folded, shown))
    if len(tokens) >= LONG_TOKENS and tokens[1] == _NAME:
        tokens[0] = _NAME
    shape = " ".join(_without_between(tokens))
    if shape == folded or not any(_is_literal(token) for token in tokens):
        return ""
    return shape


def _tokens(folded: str, shown: str) -> Iterator[str]:
    for found in _TOKEN.finditer(folded):
        token = found.group()
        if any(map(str.isdigit, token)):
            yield _DIGITS.sub(_NUMBER, token)
        elif found.start() and shown[found.start()].isupper():
            yield _NAME
        else:
            yield token


def _without_between(tokens: list[str]) -> list[str]:
    """The tokens with names and dates put together: what stands between two parts of a name, or two numbers."""
    done: list[str] = []
    for token in tokens:
        if done and token[0] in (_NUMBER, _NAME):
            if done[-1][0] == token[0]:
                continue
            if len(done) > 1 and done[-2][0] == token[0] and _is_between(done[-1], token[0]):
                done.pop()
                continue
        done.append(token)
    return done


def _is_between(word: str, kind: str) -> bool:
    """Whether a word may stand inside a date, as a month does, or inside a name, as a particle does."""
    return word.isalpha() and (len(word) > _PARTICLE_MAX_LETTERS) == (kind == _NUMBER)


def _is_literal(token: str) -> bool:
    return token[0] != _NAME and (_LETTERS.search(token) is not None or any(map(is_cjk, token)))


def _size(text: str) -> int:
    spaced = text.count(" ") + 1
    if text.isascii() or spaced * 8 > len(text):
        return spaced
    return max(spaced, sum(map(is_cjk, text)) // 2)
