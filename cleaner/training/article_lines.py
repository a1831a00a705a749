"""Lines that a suggested pattern may not hold on, and near misses for its examples."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from functools import cached_property

import regex

from cleaner.matching.library import builtin_patterns
from cleaner.matching.matcher import Matcher
from cleaner.matching.pattern import Pattern, PatternSet
from cleaner.text.document import Document
from cleaner.text.folding import fold
from cleaner.text.splitting import split_lines

__all__ = ["ArticleLines", "is_writable", "shortened"]

MOST_NEAR_MISSES = 3
EXAMPLE_LENGTH = 160
_WORD = regex.compile(r"\w+")


@dataclass(frozen=True)
class ArticleLines:
    """Lines of the corrected documents: those that a person has ``marked`` as article, and as ``noise``, and the others
    that ``stayed``.
    """

    marked: Sequence[str]
    noise: Sequence[str]
    stayed: Sequence[str]

    @cached_property
    def _documents(self) -> dict[str, Document]:
        known = (one for one in builtin_patterns().patterns if one.action not in ("keep", "note"))
        examples = dict.fromkeys(line for one in known for line in one.must_not_match)
        named = {
            "a line that is marked as article": self.marked,
            "an example that a built-in pattern must leave alone": examples,
            "a line that is marked as noise": self.noise,
            "a line that stays and is not marked": self.stayed,
        }
        return {name: _document_of(lines) for name, lines in named.items()}

    def forbids(self, pattern: Pattern, *, is_general: bool = False) -> str | None:
        """Why a pattern cannot be proposed: it would hold on a line that it must not; None where it holds on none.

        ``is_general``: it is not literal, so it may not hold on lines that stay either, whether marked or not.
        """
        article, example, noise, stayed = self._documents
        wrong = [noise] if pattern.action == "keep" else [article, example]
        for name in (*wrong, *([stayed] if is_general else [])):
            document = self._documents[name]
            hit = next(iter(Matcher(PatternSet([pattern])).match(document)), None) if len(document) else None
            if hit is not None:
                return f'a pattern of it would also hold on {name}: "{shortened(document.line_text(hit.line))}"'
        return None

    def near_misses(self, pattern: Pattern, example: str) -> tuple[str, ...]:
        """Lines that a pattern does not hold on: those of articles with most of the example's words, or made from it."""
        own = set(_WORD.findall(fold(example)))
        pool = dict.fromkeys([*(self.noise if pattern.action == "keep" else self.marked), *self.stayed])
        ranked = sorted(pool, key=lambda line: -len(own.intersection(_WORD.findall(fold(line)))))
        words = example.split()
        made = [
            " ".join(words[:-1]),
            " ".join(words[1:]),
            f"It says: {example}",
            f"{words[0]}x {words[-1]}x",
            "It is so.",
        ]
        found: dict[str, None] = {}
        for line in (*map(shortened, ranked), *made):
            if len(found) < MOST_NEAR_MISSES and is_writable(line) and pattern.search(line) is None:
                found[line] = None
        return tuple(found)


def _document_of(lines: Iterable[str]) -> Document:
    return Document("\n".join(filter(is_writable, lines)), "none")


def is_writable(line: str) -> bool:
    """Whether a text can be an example in a pattern file: one line that is not empty, without lone surrogates."""
    return bool(line.strip()) and len(split_lines(line)) == 1 and regex.search(r"\p{Cs}", line) is None


def shortened(line: str) -> str:
    """A line, or its first words where it is long.

    >>> shortened("word " * 100) == "word " * 30 + "word word"
    True
    """
    return line if len(line) <= EXAMPLE_LENGTH else line[:EXAMPLE_LENGTH].rpartition(" ")[0] or line[:EXAMPLE_LENGTH]
