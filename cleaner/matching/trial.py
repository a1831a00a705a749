"""One line against a set of patterns: which hold on it, and which almost do and what keeps them from it."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass

import regex

from cleaner.matching.gates import GATE_NEEDS, gate_lines
from cleaner.matching.matcher import Hit, Matcher
from cleaner.matching.pattern import Pattern, PatternSet, has_word, is_bound
from cleaner.matching.quotations import is_told
from cleaner.text.document import Document
from cleaner.text.folding import find_every, fold

__all__ = ["Trial", "try_line"]

# How many literals of an expression a reason names.
SHOWN_LITERALS = 5
TOLD = "in a document it does not hold here: the line quotes it, or ends like a sentence"
INSIDE_WORD = "the phrase begins or ends inside a word"
NOT_PAST_GATE = "the line does not pass the gate"
CASE = 'upper case, accents or signs differ (case = "exact")'


@dataclass(frozen=True, slots=True)
class Trial:
    """How one pattern fares on a line: the fragment that it finds, and the reasons why it does not hold.

    It holds where there are no ``reasons``.
    """

    pattern: Pattern
    fragment: str
    reasons: tuple[str, ...] = ()

    @property
    def is_by_chance(self) -> bool:
        """Whether the line only happens to have the letters: inside a word, or without the sign that is asked for."""
        return any(reason.startswith((INSIDE_WORD, NOT_PAST_GATE)) for reason in self.reasons)


def try_line(patterns: PatternSet, line: str) -> tuple[list[Trial], list[Trial]]:
    """The patterns that hold on a line, in the order of the set, and those that almost do, the nearest first.

    A pattern almost holds where one of its phrases stands in the line, or where its expression would match if the
    line were shorter, had no other text around, were written in other case, or held a literal or passed the gate.
    The place of the line in a document is not looked at.

    >>> from cleaner.matching.library import builtin_patterns
    >>> held, near = try_line(builtin_patterns(), "Merci pour cet article !RépondreSupprimer")
    >>> [(trial.pattern.id, trial.fragment) for trial in held]
    [('fr.comment-controls.reply-delete', 'RépondreSupprimer')]
    """
    document = Document(line)
    trials = [_trial_of(document, hit) for hit in Matcher(patterns).match(document)]
    held = [trial for trial in trials if not trial.reasons]
    near = [trial for trial in trials if trial.reasons]
    tried = {trial.pattern.id for trial in trials}
    target = _Target(document)
    near += filter(None, (target.almost(pattern) for pattern in patterns.patterns if pattern.id not in tried))
    # A phrase tells more than an expression, which may match anything where its gate is closed.
    near.sort(key=lambda trial: (len(trial.reasons), trial.pattern.regex is not None, -len(trial.fragment)))
    return held, near


def _trial_of(document: Document, hit: Hit) -> Trial:
    reasons = (TOLD,) if is_told(document, hit) else ()
    return Trial(hit.pattern, document.text[hit.start : hit.end], reasons)


class _Target:
    """A line in the forms that patterns are tried on."""

    def __init__(self, document: Document) -> None:
        self._document = document
        self._folded = document.folded.text

    def almost(self, pattern: Pattern) -> Trial | None:
        """What a pattern that does not hold would find, with the reasons; None where that is nothing."""
        found = self._phrase(pattern) if pattern.regex is None else self._expression(pattern)
        if found is None or not found[1]:
            return None
        return Trial(pattern, found[0], tuple(found[1]))

    def _form(self, pattern: Pattern) -> str:
        return self._document.text if pattern.case == "exact" else self._folded

    def _length(self, pattern: Pattern) -> Iterator[str]:
        form = self._form(pattern)
        if pattern.is_too_long(form):
            yield f"the line has {len(form.strip())} characters, more than max_length = {pattern.max_length}"

    # --- phrases -----------------------------------------------------------------------------------------

    def _phrase(self, pattern: Pattern) -> tuple[str, list[str]] | None:
        """The phrase that comes nearest to holding, and why it does not; None where no phrase stands in the line."""
        found = [key for key in pattern.keys if key in self._folded]
        wordings = {fold(phrase): phrase for phrase in pattern.phrases} if found else {}
        places = [
            (list(self._at(pattern, wordings[key], at, at + len(key))), wordings[key])
            for key in found
            for at in find_every(key, self._folded)
        ]
        if not places:
            return None
        reasons, phrase = min(places, key=lambda place: (len(place[0]), -len(place[1])))
        return phrase, reasons

    def _at(self, pattern: Pattern, phrase: str, start: int, end: int) -> Iterator[str]:
        """Why a phrase does not hold at a place of the folded line."""
        yield from self._length(pattern)
        shown = self._document.shown
        if pattern.case == "exact" and phrase not in self._document.text:
            yield CASE
        if pattern.bounds == "word" and not (is_bound(shown, start) and is_bound(shown, end)):
            yield INSIDE_WORD
        yield from _around(pattern, self._folded[:start], self._folded[end:])

    # --- expressions -------------------------------------------------------------------------------------

    def _expression(self, pattern: Pattern) -> tuple[str, list[str]] | None:
        """What an expression matches when less is asked of the line, and what was asked; None where it is nothing."""
        form = self._form(pattern)
        untried = list(self._untried(pattern))
        if found := pattern.compiled.search(form):
            return found["match_"], [*self._length(pattern), *untried]
        if untried:
            return None
        if pattern.match != "anywhere" and (found := regex.search(pattern.expression, form)):
            around = _around(pattern, form[: found.start()], form[found.end() :])
            return found[0], [*self._length(pattern), *around]
        if pattern.case == "exact" and (found := regex.search(pattern.compiled.pattern, form, regex.IGNORECASE)):
            return found["match_"], [*self._length(pattern), CASE]
        return None

    def _untried(self, pattern: Pattern) -> Iterator[str]:
        """Why an expression is not even tried on the line."""
        if pattern.keys:
            if not any(key in self._folded for key in pattern.keys):
                some = [f'"{literal}"' for literal in pattern.literals[:SHOWN_LITERALS]]
                more = ["..."] if len(pattern.literals) > SHOWN_LITERALS else []
                yield f"the line holds none of the pattern's literals: {', '.join(some + more)}"
        elif pattern.gate is not None and not gate_lines(self._document, pattern.gate).any():
            yield f'{NOT_PAST_GATE} "{pattern.gate}": it needs {GATE_NEEDS[pattern.gate]}'


def _around(pattern: Pattern, before: str, after: str) -> Iterator[str]:
    """What a line has too much around a fragment."""
    if pattern.match in ("whole", "start") and has_word(before):
        yield f'other text stands before it (match = "{pattern.match}")'
    if pattern.match in ("whole", "end") and has_word(after):
        yield f'other text stands after it (match = "{pattern.match}")'
