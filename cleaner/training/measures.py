"""Measures against gold text: token F1, the F1 of the best choice of whole lines, gap closed, tokens kept.

The measures are those of the evaluation data: tokens are ``\\w+`` of the lower-cased text, for Chinese and
Japanese every letter or digit by itself; precision, recall and F1 are over token multisets. A `GoldText` holds the
tokens of a page's gold and judges each line once, however many texts of the page contain it.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from itertools import chain
from typing import NamedTuple

import regex

from cleaner.result import CleanResult, Kind, Removal
from cleaner.training.labelled import LabelledPage

__all__ = [
    "GoldText",
    "JudgedLine",
    "KindCount",
    "Measure",
    "Score",
    "count_tokens",
    "gap_closed",
    "line_labels",
    "measure_text",
    "oracle_text",
    "score_text",
    "score_tokens",
    "tokenize",
]

CHARACTER_LANGUAGES = frozenset({"zh", "ja"})
SHINGLE = 4
MAX_SHOWN_LINE = 400
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


def gap_closed(f1: float, untouched: float, oracle: float) -> float:
    """How much of the gap from untouched to oracle was closed: 0 none of it, 1 all of it, negative is harm.

    >>> gap_closed(0.9, 0.8, 1.0)
    0.5
    """
    return (f1 - untouched) / (oracle - untouched) if oracle > untouched else 0.0


# --- lines -----------------------------------------------------------------------------------------------


class JudgedLine(NamedTuple):
    """The tokens of a line and its label: whether it is main content, None if it has no tokens."""

    tokens: tuple[str, ...]
    label: bool | None


class GoldText:
    """The gold of one page, tokenised once; judges the lines of the page's texts, each distinct one once.

    A line is main content if at least half of its 4-token shingles occur in the gold; a line of fewer than four tokens
    if it occurs as a whole.

    >>> gold = GoldText("The ferry sails again on Monday.")
    >>> gold.judge("The ferry sails again"), gold.judge("Share"), gold.judge("* * *").label
    (JudgedLine(tokens=('the', 'ferry', 'sails', 'again'), label=True), JudgedLine(tokens=('share',), label=False), None)
    """

    __slots__ = ("_judged", "_lang", "_shingles", "counts")

    def __init__(self, gold: str, lang: str | None = None) -> None:
        tokens = tokenize(gold, lang)
        self.counts = Counter(tokens)
        self._lang = lang
        self._shingles = {
            tuple(tokens[at : at + size]) for size in range(1, SHINGLE + 1) for at in range(len(tokens) - size + 1)
        }
        self._judged: dict[str, JudgedLine] = {}

    def judge(self, line: str) -> JudgedLine:
        """The tokens and the label of one line, or of a part of one."""
        bare = line.strip()
        found = self._judged.get(bare)
        if found is None:
            tokens = tuple(tokenize(bare, self._lang))
            found = self._judged[bare] = JudgedLine(tokens, self._label(tokens))
        return found

    def judge_lines(self, text: str) -> list[JudgedLine]:
        """The lines of a text, judged."""
        return [self.judge(line) for line in text.splitlines()]

    def _label(self, tokens: tuple[str, ...]) -> bool | None:
        if not tokens:
            return None
        if len(tokens) < SHINGLE:
            return tokens in self._shingles
        own = [tokens[at : at + SHINGLE] for at in range(len(tokens) - SHINGLE + 1)]
        return sum(shingle in self._shingles for shingle in own) * 2 >= len(own)


def count_tokens(lines: Iterable[JudgedLine]) -> Counter[str]:
    """How often each token occurs in ``lines``."""
    return Counter(chain.from_iterable(line.tokens for line in lines))


def line_labels(lines: Iterable[str], gold: str, lang: str | None = None) -> list[bool | None]:
    """For each line whether it is main content, None if it has no tokens; see `GoldText`.

    >>> line_labels(["The ferry sails again on Monday.", "Share", "***"], "The ferry sails again on Monday.")
    [True, False, None]
    """
    against = GoldText(gold, lang)
    return [against.judge(line).label for line in lines]


def oracle_text(text: str, gold: str, lang: str | None = None) -> str:
    """The text that the best choice of whole lines leaves: the lines labelled main content."""
    lines = text.splitlines()
    labels = line_labels(lines, gold, lang)
    return "\n".join(line for line, label in zip(lines, labels, strict=True) if label)


# --- one text --------------------------------------------------------------------------------------------


@dataclass(frozen=True, slots=True)
class KindCount:
    """What was removed from one text as one kind of noise: ``content`` of the ``tokens`` were main content."""

    kind: Kind
    removals: int
    tokens: int
    content: int


@dataclass(frozen=True, slots=True)
class Measure:
    """One page as one scraper gives it, before and after cleaning; ``scraper`` is ``gold`` for the gold itself.

    ``untouched``, ``cleaned``, ``oracle``: F1 of the text before cleaning, after it, and of its lines that are main
    content. ``content_before``, ``content_after``: tokens shared with the gold; ``noise_before``, ``noise_after``:
    surplus tokens. ``kept``: tokens after cleaning per token before; ``unchanged``: no character was removed.
    ``lost``: tokens of main content that were removed; ``left``: tokens of noise lines that were not; ``lost_line``
    and ``left_line``: the largest such line, or its beginning. ``confidence``: the F1 that the cleaner expects.
    """

    name: str
    scraper: str
    id: str
    host: str
    lang: str | None
    untouched: float
    cleaned: float
    oracle: float
    content_before: int
    content_after: int
    noise_before: int
    noise_after: int
    kept: float
    unchanged: bool
    lost: int
    left: int
    lost_line: str
    left_line: str
    kinds: tuple[KindCount, ...]
    confidence: float = 1.0

    @property
    def loss(self) -> float:
        """How far the cleaned text is, in F1, from the best choice of whole lines."""
        return self.oracle - self.cleaned

    @property
    def content_recall(self) -> float | None:
        """The share of the gold's tokens in the text that are still there; None if there were none."""
        return self.content_after / self.content_before if self.content_before else None

    @property
    def noise_recall(self) -> float | None:
        """The share of the surplus tokens that were removed; None if there were none."""
        return 1 - self.noise_after / self.noise_before if self.noise_before else None


def measure_text(page: LabelledPage, gold: GoldText, scraper: str, text: str, result: CleanResult) -> Measure:
    """The measures of one text of a page and what cleaning made of it; ``gold`` is the page's."""
    lines = gold.judge_lines(text)
    before = count_tokens(lines)
    after = count_tokens(gold.judge_lines(result.text)) if result.changed else before
    content_before, content_after = (before & gold.counts).total(), (after & gold.counts).total()
    lost, left = _Largest(), _Largest()
    kinds = _count_removed(gold, text, result.removals, lost, left)
    return Measure(
        name=page.name,
        scraper=scraper,
        id=page.id,
        host=page.host,
        lang=page.lang,
        untouched=score_tokens(before, gold.counts).f1,
        cleaned=score_tokens(after, gold.counts).f1,
        oracle=score_tokens(count_tokens(line for line in lines if line.label), gold.counts).f1,
        content_before=content_before,
        content_after=content_after,
        noise_before=before.total() - content_before,
        noise_after=after.total() - content_after,
        kept=after.total() / max(before.total(), 1),
        unchanged=result.text == text,
        lost=lost.tokens,
        left=left.tokens,
        lost_line=lost.line,
        left_line=left.line,
        kinds=kinds,
        confidence=result.confidence,
    )


class _Largest:
    """Adds up lines by their tokens and remembers the largest."""

    def __init__(self) -> None:
        self.tokens = 0
        self.line = ""
        self._most = 0

    def add(self, line: str, tokens: int) -> None:
        self.tokens += tokens
        if tokens > self._most:
            self._most = tokens
            self.line = line.strip()[:MAX_SHOWN_LINE]


def _count_removed(
    gold: GoldText, text: str, removals: Sequence[Removal], lost: _Largest, left: _Largest
) -> tuple[KindCount, ...]:
    """What was removed as each kind; also adds up the lost main content and the noise left in."""
    tokens: Counter[Kind] = Counter()
    content: Counter[Kind] = Counter()
    for line, parts in _removed_parts(text, removals):
        remaining = gold.judge(line)
        count = len(remaining.tokens)
        for kind, part in parts:
            judged = gold.judge(part)
            count -= len(judged.tokens)
            tokens[kind] += len(judged.tokens)
            if judged.label:
                content[kind] += len(judged.tokens)
                lost.add(part, len(judged.tokens))
        if remaining.label is False and count > 0:
            left.add(line, count)
    numbers = Counter(removal.kind for removal in removals)
    return tuple(KindCount(kind, numbers[kind], tokens[kind], content[kind]) for kind in Kind if numbers[kind])


def _removed_parts(text: str, removals: Sequence[Removal]) -> Iterator[tuple[str, list[tuple[Kind, str]]]]:
    """Each line of a text with the parts of it that were removed, and as what."""
    position = 0
    at = 0
    for line in text.splitlines(keepends=True):
        end = position + len(line)
        parts = []
        while at < len(removals) and removals[at].start < end:
            removal = removals[at]
            parts.append((removal.kind, text[max(position, removal.start) : min(end, removal.end)]))
            if removal.end > end:
                break
            at += 1
        yield line, parts
        position = end
