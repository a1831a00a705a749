"""What is read off an expression: necessary for every match, whatever the expression uses."""

from __future__ import annotations

import pytest
import regex

from cleaner.matching.library import builtin_patterns
from cleaner.matching.literals import MAX_STRINGS, find_literals, fold_all, shape
from cleaner.matching.pattern import Pattern
from cleaner.matching.triggers import behind
from cleaner.text.folding import fold


def _heads(expression: str) -> set[str]:
    found = find_literals(expression)
    assert found is not None
    return set(found.heads)


@pytest.mark.parametrize(
    ("expression", "heads"),
    [
        ("abc", {"abc"}),
        ("ab?c", {"abc", "ac"}),
        ("(?:a|bc)d", {"ad", "bcd"}),
        ("[ab]c", {"ac", "bc"}),
        ("[a-c]x", {"ax", "bx", "cx"}),
        (r"a\.b\x2dc", {"a.b-c"}),
        (r"a\d", {"a0"}),
        (r"\d{1,2}\.[1-9]", {"0.0", "00.0"}),
        ("a.c", {"a"}),
        ("(?P<name>ab)c", {"abc"}),
        ("(?:ab){2}c", {"ababc"}),
        ("a{0,2}b", {"b", "ab", "aab"}),
        ("ab+c", {"ab"}),
        ("ab++c", {"ab"}),
        ("(?!x)ab(?=c)", {"ab"}),
        (r"a\s+b", {"a "}),
        ("(?:ab)*c", {""}),
        ("[^a]b", {""}),
        ("(?i:ärz)te", {"arzte"}),
        ("(?i:s)o", {""}),  # a long s is an s, and does not fold to one
        ("É’", {"e'"}),
    ],
)
def test_beginnings_are_read_off(expression: str, heads: set[str]) -> None:
    """The strings that a match can begin with are known as far as they are fixed, folded."""
    assert _heads(expression) == heads


@pytest.mark.parametrize(
    "expression", [r"(a)\1", "(?i)ab", "(?:ab){e<=1}", "(?(1)a|b)", "a)b", r"\L<words>", "[[:alpha:]]"]
)
def test_nothing_is_said_of_what_is_not_understood(expression: str) -> None:
    """An expression with something unknown in it says nothing."""
    assert find_literals(expression) is None


def test_digits_and_length_are_counted() -> None:
    """The least number of digits and the greatest length of a match are known."""
    found = find_literals(r"\d{1,2}\. (?:may|june),? (?:19|20)\d\d")
    assert found is not None
    assert (found.digits, found.longest) == (5, 14)
    endless = find_literals(r"\d+")
    assert endless is not None
    assert (endless.digits, endless.longest) == (1, float("inf"))


def test_what_is_looked_for_around_a_match_is_in_the_line() -> None:
    """A positive look to either side is something that the line must hold; a negative one is nothing."""
    found = find_literals(r"(?<=\()\p{Lu}\w+(?=\))(?!xyz)")
    assert found is not None
    assert set(found.inner) == {frozenset("("), frozenset(")")}


def test_sets_of_strings_stay_small() -> None:
    """Many alternatives behind each other do not multiply without end."""
    found = find_literals("(?:a|b|c|d|e)" * 12)
    assert found is not None
    assert found.exact is None
    assert len(found.heads) <= MAX_STRINGS


def test_folding_all_at_once_is_folding_each() -> None:
    """Many texts are folded like one; a line feed in one of them parts nothing."""
    texts = ["É a", "", " b", "x\u0301"]
    assert fold_all(texts) == [fold(text) for text in texts]
    assert fold_all(["a\nb", "c"]) == ["a\nb", "c"]
    assert fold_all([]) == []


def _matched(pattern: Pattern) -> list[str]:
    """What the expression of a pattern matches in its own examples, in the form that it is matched in."""
    targets = [example if pattern.case == "exact" else fold(example) for example in pattern.must_match]
    return [found.group("match_") for target in targets if (found := pattern.compiled.search(target)) is not None]


def test_every_match_of_a_built_in_pattern_is_as_was_read_off() -> None:
    """Beginnings, ends, inner strings, digits and lengths hold for what built-in expressions match."""
    wrong = []
    for pattern in builtin_patterns().patterns:
        known = find_literals(pattern.expression) if pattern.regex is not None else None
        if known is None:
            continue
        for match in _matched(pattern):
            text = shape(fold(match))
            holds = (
                text.startswith(tuple(known.heads))
                and text.endswith(tuple(known.tails))
                and len(regex.findall(r"\d", text)) >= known.digits
                and len(match) <= known.longest
            )
            if not holds:
                wrong.append((pattern.id, match))
    assert wrong == []


def test_every_built_in_expression_is_understood() -> None:
    """No built-in expression uses anything of which nothing can be said."""
    patterns = builtin_patterns().patterns
    assert [p.id for p in patterns if p.regex is not None and find_literals(p.expression) is None] == []


def test_text_behind_signs() -> None:
    """The head of a line begins with its first letter or digit."""
    assert (behind("» 3 reads"), behind("..."), behind("")) == ("3 reads", "", "")
