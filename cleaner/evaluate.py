"""Measures against gold text: token F1, what the best choice of whole lines reaches, gap closed, tokens kept.

The measures are those of the evaluation data: tokens are ``\\w+`` of the lower-cased text, for Chinese and
Japanese every letter or digit by itself; precision, recall and F1 are over token multisets.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable
from dataclasses import dataclass

import regex

__all__ = ["Score", "gap_closed", "line_labels", "oracle_text", "score_text", "tokenize"]

CHARACTER_LANGUAGES = frozenset({"zh", "ja"})
SHINGLE = 4
_WORD = regex.compile(r"\w+")
_CHARACTER = regex.compile(r"[^\W_]")


@dataclass(frozen=True, slots=True)
class Score:
    """Precision, recall and F1 of one text against its gold, each between 0 and 1."""

    precision: float
    recall: float
    f1: float


def tokenize(text: str, lang: str | None = None) -> list[str]:
    """The tokens of a text.

    >>> tokenize("L'été 2024", "fr"), tokenize("新闻 3", "zh")
    (['l', 'été', '2024'], ['新', '闻', '3'])
    """
    expression = _CHARACTER if lang in CHARACTER_LANGUAGES else _WORD
    return expression.findall(text.lower())


def score_text(text: str, gold: str, lang: str | None = None) -> Score:
    """Precision, recall and F1 of the token multiset of a text against that of its gold.

    >>> score_text("a b c", "a b")
    Score(precision=0.6666666666666666, recall=1.0, f1=0.8)
    """
    return score_tokens(Counter(tokenize(text, lang)), Counter(tokenize(gold, lang)))


def score_tokens(found: Counter[str], gold: Counter[str]) -> Score:
    """Like `score_text`, over token counts."""
    shared = (found & gold).total()
    if not found.total() and not gold.total():
        return Score(1.0, 1.0, 1.0)
    precision = shared / found.total() if found.total() else 0.0
    recall = shared / gold.total() if gold.total() else 0.0
    return Score(precision, recall, 2 * shared / (found.total() + gold.total()))


def line_labels(lines: Iterable[str], gold: str, lang: str | None = None) -> list[bool | None]:
    """For each line whether it is main content: at least half of its 4-token shingles occur in the gold.

    A line under four tokens counts when it occurs as a whole; a line without tokens has the label None.
    """
    padded = tokenize(gold, lang)
    shingles = {tuple(padded[at : at + size]) for size in range(1, SHINGLE + 1) for at in range(len(padded) - size + 1)}
    return [_label(tokenize(line, lang), shingles) for line in lines]


def _label(tokens: list[str], shingles: set[tuple[str, ...]]) -> bool | None:
    if not tokens:
        return None
    if len(tokens) < SHINGLE:
        return tuple(tokens) in shingles
    own = [tuple(tokens[at : at + SHINGLE]) for at in range(len(tokens) - SHINGLE + 1)]
    return sum(shingle in shingles for shingle in own) * 2 >= len(own)


def oracle_text(text: str, gold: str, lang: str | None = None) -> str:
    """What the best choice of whole lines leaves of a text: the lines labelled main content."""
    lines = text.splitlines()
    labels = line_labels(lines, gold, lang)
    return "\n".join(line for line, label in zip(lines, labels, strict=True) if label)


def gap_closed(f1: float, untouched: float, oracle: float) -> float:
    """How much of the way from untouched to oracle was gone: 0 nothing, 1 all, negative harm.

    >>> gap_closed(0.9, 0.8, 1.0)
    0.5
    """
    return (f1 - untouched) / (oracle - untouched) if oracle > untouched else 0.0
