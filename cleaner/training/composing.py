"""Labelled pages -> further training texts: articles in other forms, alone and among the furniture of pages.

The labelled pages contain news in its common form, and a scorer fitted to them mistakes a list, a dialogue or a table
for noise. So each article is also put into other forms, made from its own sentences: by itself, and in place of the
article on its own flattened page. The page's identifier is the random seed, so the same data give the same texts.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Sequence

import numpy as np

from cleaner.text.arrays import BoolArray, IntArray
from cleaner.text.folding import is_cjk

__all__ = ["compose", "in_other_form"]

_SENTENCE = re.compile(r"(?<=[.!?…。！？])[\"'»”’)」]*\s+|(?<=[。！？])")
_CLAUSE = re.compile(r"(?<=[,;:،，、；：])\s*(?=\D)|(?<=[.!?…。！？])\s+")
_LEADS = ("- ", "– ", "• ", "* ", "— ", "")
# The share of paragraphs that a mixed form leaves as they are.
MIXED_WHOLE = 0.5
# The share of composed pages whose article is interrupted by pieces of the page's noise, and the least noise for that.
INTERRUPTED, MIN_NOISE = 0.7, 8

Random = np.random.Generator
Form = Callable[[Sequence[str], Random], list[str]]


def in_other_form(gold: str, random: Random) -> list[str]:
    """The lines of an article put into another form; its first line, mostly the headline, is unchanged."""
    paragraphs = [line.strip() for line in gold.splitlines() if line.strip()]
    if not paragraphs:
        return []
    form = _FORMS[int(random.integers(len(_FORMS)))]
    return [paragraphs[0], *(line for line in form(paragraphs[1:], random) if line.strip())]


def compose(
    lines: Sequence[str], is_article: BoolArray, article: Sequence[str], random: Random
) -> tuple[list[str], BoolArray]:
    """A page's lines with another article in place of its own, and which of the new lines are article.

    The new article is divided among the stretches of the old one by their length, so noise inside stays inside; pieces
    of the page's own noise are put between its paragraphs, and the article continues after them.
    """
    places = np.flatnonzero(is_article)
    if not places.size or not article:
        return list(lines), is_article
    found, labels = _replace(lines, places, article)
    noise = np.flatnonzero(~is_article)
    if noise.size < MIN_NOISE or random.random() >= INTERRUPTED:
        return found, labels
    inner = np.flatnonzero(labels)[1:]
    for _ in range(int(random.integers(1, 4))):
        if not inner.size:
            break
        at, first = int(random.choice(inner)), int(random.integers(noise.size))
        piece = [lines[place] for place in noise[first : first + int(random.integers(1, 7))]]
        found = [*found[:at], *piece, *found[at:]]
        labels = np.concatenate([labels[:at], np.zeros(len(piece), dtype=bool), labels[at:]])
        inner = np.flatnonzero(labels)[1:]
    return found, labels


def _replace(lines: Sequence[str], places: IntArray, article: Sequence[str]) -> tuple[list[str], BoolArray]:
    sizes = np.array([len(lines[place]) + 1 for place in places], dtype=np.float64)
    ends = np.round(np.cumsum(sizes) / sizes.sum() * len(article)).astype(int)
    found: list[str] = []
    labels: list[bool] = []
    taken = 0
    share = dict(zip(places.tolist(), ends.tolist(), strict=True))
    for place, line in enumerate(lines):
        if place in share:
            found += article[taken : share[place]]
            labels += [True] * (share[place] - taken)
            taken = share[place]
        else:
            found.append(line)
            labels.append(False)
    return found, np.array(labels, dtype=bool)


def _whole(paragraphs: Sequence[str], random: Random) -> list[str]:
    del random
    return list(paragraphs)


def _sentences(paragraphs: Sequence[str], random: Random) -> list[str]:
    del random
    return [part.strip() for paragraph in paragraphs for part in _SENTENCE.split(paragraph)]


def _clauses(paragraphs: Sequence[str], random: Random) -> list[str]:
    """Lines as in a poem, an agenda or a list of results: no line is a whole sentence."""
    bare = random.random() < 0.5
    parts = [part.strip() for paragraph in paragraphs for part in _CLAUSE.split(paragraph)]
    return [part.rstrip(",;:.，、。") if bare else part for part in parts]


def _items(paragraphs: Sequence[str], random: Random) -> list[str]:
    """A list: the beginnings of sentences, numbered, with a sign before them, or bare."""
    lead, numbered = _LEADS[int(random.integers(len(_LEADS)))], random.random() < 0.3
    found = []
    for number, sentence in enumerate(_sentences(paragraphs, random), 1):
        found.append((f"{number}. " if numbered else lead) + _beginning(sentence, int(random.integers(2, 10))))
    return found


def _rows(paragraphs: Sequence[str], random: Random) -> list[str]:
    """A table: a few words per cell, cells separated by tabs, bars or dashes, perhaps a number first."""
    between = ("\t", " | ", " – ", ", ", " : ")[int(random.integers(5))]
    found = []
    for number, sentence in enumerate(_sentences(paragraphs, random), 1):
        words = sentence.split()
        size = int(random.integers(1, 4))
        cells = [" ".join(words[at : at + size]) for at in range(0, min(len(words), 4 * size), size)]
        found.append(between.join([str(number), *cells] if random.random() < 0.5 else cells))
    return found


def _dialogue(paragraphs: Sequence[str], random: Random) -> list[str]:
    """A conversation: each turn after a dash or a name, or questions followed by answers."""
    lead = ("– ", "- ", "— ", "")[int(random.integers(4))]
    return [lead + sentence for sentence in _sentences(paragraphs, random)]


def _headed(paragraphs: Sequence[str], random: Random) -> list[str]:
    """Every paragraph or two under a heading, or below a question."""
    found = []
    for paragraph in paragraphs:
        if random.random() < 0.7:
            mark = " ?" if random.random() < 0.3 else ""
            found.append(_beginning(paragraph, int(random.integers(1, 7))).rstrip(",;:.") + mark)
        found.append(paragraph)
    return found


def _dated(paragraphs: Sequence[str], random: Random) -> list[str]:
    """Entries under times, dates, years or numbers, on a line of their own or before the text."""
    style, apart = int(random.integers(4)), random.random() < 0.6
    found = []
    for number, sentence in enumerate(_sentences(paragraphs, random)):
        minutes = (17 * number + 3) % 60
        year = 1900 + (7 * number) % 120
        label = (f"{6 + number % 17}:{minutes:02d}", f"{6 + number % 17}h{minutes:02d}", str(year), f"{number + 1}")[
            style
        ]
        found += [label, sentence] if apart else [f"{label} {sentence}"]
    return found


def _shorter(paragraphs: Sequence[str], random: Random) -> list[str]:
    """Some sentences alone, as in a news brief, or in short pieces one below the other."""
    sentences = _sentences(paragraphs, random)
    return sentences[: int(random.integers(1, 7))]


def _mixed(paragraphs: Sequence[str], random: Random) -> list[str]:
    """Some paragraphs as they are, and others in other forms."""
    found = []
    for paragraph in paragraphs:
        if random.random() < MIXED_WHOLE:
            found.append(paragraph)
        else:
            found += _PARTS[int(random.integers(len(_PARTS)))]([paragraph], random)
    return found


_PARTS: tuple[Form, ...] = (_sentences, _clauses, _items, _rows, _dialogue, _headed, _dated)
_FORMS: tuple[Form, ...] = (*_PARTS, _shorter, _whole, _whole, _mixed, _mixed, _mixed)


def _beginning(text: str, words: int) -> str:
    """The first words of a text; in scripts without spaces, twice as many characters."""
    if any(map(is_cjk, text[:20])):
        return text[: 2 * words]
    return " ".join(text.split()[:words])
