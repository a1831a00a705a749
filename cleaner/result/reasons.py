"""The names of evidence in words: what explanations say for each, read from `reasons.toml`."""

from __future__ import annotations

import tomllib
from collections.abc import Iterable
from dataclasses import dataclass
from functools import cache
from importlib.resources import files
from types import MappingProxyType
from typing import Any

from cleaner.result.values import Evidence, Kind

__all__ = [
    "Meaning",
    "Reason",
    "Wording",
    "kind_meaning",
    "kind_of",
    "kind_words",
    "meaning_of",
    "reason_names",
    "strongest_reasons",
    "wordings",
]

BOX = "context.box:"
_PRIORS = ("prior", "block.prior")
_KINDS = frozenset(Kind)


@dataclass(frozen=True, slots=True)
class Meaning:
    """What a name of evidence stands for: a few ``words`` for a list of reasons, and a ``sentence``."""

    words: str
    sentence: str


@dataclass(frozen=True, slots=True)
class Wording:
    """What some ``words`` of a list of reasons say of a line, and the kinds of patterns and the names that have them."""

    words: str
    sentence: str
    kinds: tuple[Kind, ...]
    names: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class Reason:
    """What evidence says in the same ``words``: their points added up, and the ``names`` of its sources."""

    words: str
    points: float
    names: tuple[str, ...]


def strongest_reasons(evidence: Iterable[Evidence], *, for_noise: bool, count: int = 2) -> list[Reason]:
    """The reasons that speak most for one side, the strongest first; those with the same words are one reason.

    ``for_noise``: the reasons to remove, otherwise those to keep. What every line begins with explains none of them, so
    it comes after the others.

    >>> evidence = [Evidence("fr.share-bar.label", 16.0, 0, 8), Evidence("context.inside-article", -1.0, 0, 8)]
    >>> [reason.points for reason in strongest_reasons(evidence, for_noise=True)]
    [16.0]
    """
    found: dict[str, list[Evidence]] = {}
    for one in evidence:
        found.setdefault(_words(one), []).append(one)
    reasons = [
        Reason(words, sum(one.points for one in same), tuple(dict.fromkeys(one.source for one in same)))
        for words, same in found.items()
    ]
    side = 1 if for_noise else -1
    own = (one for one in reasons if one.points * side > 0)
    return sorted(own, key=lambda one: (one.names[0].startswith(_PRIORS), -one.points * side))[:count]


def _words(evidence: Evidence) -> str:
    if evidence.detail:
        return evidence.detail
    meaning = meaning_of(evidence.source)
    return evidence.source if meaning is None else meaning.words


def meaning_of(name: str) -> Meaning | None:
    """What a name of evidence means; None for one that there is not.

    The id of a pattern means its kind; what the pattern itself finds is known to `cleaner.matching`.

    >>> meaning_of("context.inside-article") is None
    False
    """
    if name.startswith(BOX):
        opened = kind_of(name.removeprefix(BOX))
        box = _meanings()[BOX.removesuffix(":")]
        return None if opened is None else Meaning(f"{box.words}: {kind_words(opened)}", box.sentence)
    if (kind := kind_of(name)) is not None:
        return Meaning(kind_words(kind), f"A pattern of the kind {kind} holds on it.")
    return _meanings().get(name)


def reason_names() -> list[str]:
    """The names of evidence that are no ids of patterns, in the order of the glossary.

    >>> reason_names()[:2]
    ['prior', 'prior.smaller-terms']
    """
    return list(_meanings())


def kind_of(name: str) -> Kind | None:
    """The kind of the pattern that has this id; None for what is no id of a pattern.

    >>> kind_of("fr.share-bar.label")
    <Kind.SHARE_BAR: 'share-bar'>
    """
    parts = name.split(".")
    return Kind(parts[1]) if len(parts) == 3 and parts[1] in _KINDS else None


def kind_words(kind: Kind) -> str:
    """A kind of noise in words.

    >>> kind_words(Kind.COMMENT_CONTROLS)
    'reply link'
    """
    return kind_meaning(kind).words


def kind_meaning(kind: Kind) -> Meaning:
    """What a kind of noise is, in words and in a sentence.

    >>> kind_meaning(Kind.SHARE_BAR).sentence
    'Links that share the page.'
    """
    return _kinds()[kind]


def wordings() -> list[Wording]:
    """All words that reasons can have, those of kinds last; a box has its own words with those of a kind after them.

    >>> next(one.names for one in wordings() if one.words == "table row")
    ('context.table', 'context.sheet')
    """
    kinds: dict[str, list[Kind]] = {}
    for kind, meaning in _kinds().items():
        kinds.setdefault(meaning.words, []).append(kind)
    names: dict[str, list[str]] = {}
    for name, meaning in _meanings().items():
        names.setdefault(meaning.words, []).append(name)
    sentences = {words: " ".join(_kinds()[kind].sentence for kind in same) for words, same in kinds.items()}
    return [
        Wording(words, sentence, tuple(kinds.get(words, ())), tuple(names.get(words, ())))
        for words, sentence in {**_data()["words"], **sentences}.items()
    ]


@cache
def _data() -> MappingProxyType[str, dict[str, Any]]:
    text = files("cleaner.result").joinpath("reasons.toml").read_text("utf-8")
    return MappingProxyType(tomllib.loads(text))


@cache
def _kinds() -> MappingProxyType[Kind, Meaning]:
    return MappingProxyType({Kind(name): Meaning(*row) for name, row in _data()["kind"].items()})


@cache
def _meanings() -> MappingProxyType[str, Meaning]:
    return MappingProxyType({name: Meaning(*row) for name, row in _data()["reason"].items()})
