"""Patterns against their examples, and how they match."""

from __future__ import annotations

import itertools
import pickle
import random
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from cleaner.matching.gates import gate_lines
from cleaner.matching.library import builtin_patterns, check_patterns
from cleaner.matching.matcher import Matcher
from cleaner.matching.pattern import WINDOW, Pattern, PatternSet, fold_expression, is_bound
from cleaner.result import Kind
from cleaner.text.document import Document
from cleaner.text.folding import fold

SAMPLE = 200


def _pattern(**values: Any) -> Pattern:
    return Pattern(**{"id": "xx.tags.label", "kind": Kind.TAGS, "lang": "xx", "about": "For a test.", **values})


def _examples(pattern: Pattern) -> tuple[str, ...]:
    return pattern.must_match + pattern.must_not_match + pattern.known_miss + pattern.known_false


def test_every_pattern_holds_its_examples() -> None:
    """Each built-in pattern matches what it must, leaves what it must not, and its known gaps are still gaps."""
    _, errors = check_patterns()
    assert [str(error) for error in errors] == []


def test_every_pattern_is_found_in_its_own_examples() -> None:
    """The matcher, which tries a pattern only where a literal or gate says so, finds what the pattern finds."""
    patterns = builtin_patterns()
    examples = [(pattern, example) for pattern in patterns.patterns for example in _examples(pattern)]
    expected = {
        (number, pattern.id)
        for number, (pattern, example) in enumerate(examples)
        if pattern.search(example) is not None
    }
    hits = Matcher(patterns).match(Document("\n".join(example for _, example in examples)))
    found = {(hit.line, hit.pattern.id) for hit in hits if hit.pattern.id == examples[hit.line][0].id}
    assert found == expected


def test_prefilter_changes_nothing() -> None:
    """Over a sample of all examples the matcher finds exactly what trying every pattern on every line finds."""
    patterns = builtin_patterns()
    examples = sorted({example for pattern in patterns.patterns for example in _examples(pattern)})
    sample = random.Random(7).sample(examples, min(SAMPLE, len(examples)))
    documents = [Document(example) for example in sample]
    expected = set()
    for number, document in enumerate(documents):
        for pattern in patterns.patterns:
            exact = pattern.case == "exact"
            target, shown = (document.text,) * 2 if exact else (document.folded.text, document.shown)
            passes = pattern.gate is None or bool(gate_lines(document, pattern.gate).any())
            if pattern.regex is not None and pattern.keys:
                # The literals of an expression belong to the pattern: a line without any is not its line.
                passes = any(key in document.folded.text for key in pattern.keys)
            if passes and pattern.search_in(target, shown) is not None:
                expected.add((number, pattern.id))
    hits = Matcher(patterns).match(Document("\n".join(sample)))
    assert {(hit.line, hit.pattern.id) for hit in hits} == expected


@pytest.mark.parametrize(
    ("match", "held", "left"),
    [
        ("whole", ["Read also", "» Read also:", "READ ALSO"], ["Read also this", "You read also", "Read alsos"]),
        ("start", ["Read also", "— Read also: the rest"], ["You read also", "Read alsos"]),
        ("end", ["You read also", "You read also…"], ["Read also this", "You bread also"]),
        ("anywhere", ["You read also this", "Endread.Read also"], ["You bread also", "Read alsos"]),
    ],
)
def test_match_says_what_may_stand_around(match: Any, held: list[str], left: list[str]) -> None:
    """Signs may stand around a phrase where words may not, as ``match`` says."""
    for pattern in (
        _pattern(phrases=("Read also",), match=match),
        _pattern(regex=r"\bread also\b", literals=("read also",), match=match),
    ):
        assert [line for line in held if pattern.search(line) is None] == []
        assert [line for line in left if pattern.search(line) is not None] == []


def test_fused_words_are_bounds_in_folded_matching_too() -> None:
    """A change from lower to upper case bounds a phrase although folded matching does not see case."""
    pattern = _pattern(phrases=("Read more",), match="anywhere")
    assert pattern.search("The bridge is closedRead moreShare") == (20, 29)
    assert pattern.search("A breaD MORE than a roll") is None


def test_earliest_place_is_found_first() -> None:
    """Of several phrases the one that stands first is found, the longest where they begin together."""
    pattern = _pattern(phrases=("Delete", "Reply", "Reply Delete"), match="anywhere")
    assert pattern.search("Thanks. Reply Delete") == (8, 20)
    assert pattern.search("Delete, or Reply Delete") == (0, 6)


def test_expression_may_begin_with_a_sign() -> None:
    """An expression that begins or ends with a sign holds although signs around a match are allowed anyway."""
    pattern = _pattern(regex=r"© \d{4}.{0,20}\.", gate="copyright-sign", match="whole")
    assert pattern.search("— © 2019 Example. —") == (2, 17)


def test_gate_is_part_of_the_pattern() -> None:
    """A pattern with a gate holds only on lines that pass it, also when it is asked directly."""
    pattern = _pattern(regex=r"[\p{L} ]+", gate="copyright-sign")
    assert pattern.search("© Marie Delmas") is not None
    assert pattern.search("Marie Delmas") is None


def test_long_lines_are_looked_at_near_the_literal() -> None:
    """In a line of any length a phrase or expression is found where its literal stands."""
    line = "word " * (2 * WINDOW) + "read also this"
    at = line.index("read also")
    for pattern in (
        _pattern(phrases=("Read also",), match="anywhere"),
        _pattern(regex="read also", literals=("read also",), match="anywhere"),
    ):
        hits = Matcher(PatternSet([pattern])).match(Document(line))
        assert [(hit.start, hit.end) for hit in hits] == [(at, at + 9)]


def test_time_limit_counts_as_no_match() -> None:
    """An expression that runs out of its time does not hold, and nothing is raised."""
    pattern = _pattern(regex=r"ab(\w|\w\w|:|\s)*", literals=("abc",), match="whole", timeout=0.001)
    assert pattern.search("abc" + "a" * 500 + "\x01x!y") is None


def test_match_of_nothing_is_no_match() -> None:
    """An expression that holds without any character does not count."""
    assert _pattern(regex="(?=tags)", literals=("tags",), match="anywhere").search("all tags") is None


@pytest.mark.parametrize(
    ("source", "folded"),
    [
        ("Élu", "elu"),
        (r"\p{Lu}\P{L}\W\N{DIGIT ONE}É", r"\p{Lu}\P{L}\W\N{DIGIT ONE}e"),
        ("(?P<Name>É)(?<Other>é)(?<=É)(?<!É)", "(?P<Name>e)(?<Other>e)(?<=e)(?<!e)"),
        ("[,–—]", r"[,\-\-]"),
        ("（作者）？", r"\(作者\)\?"),
        ("« Lire »", r"\" lire \""),
        (r"\\É", r"\\e"),
    ],
)
def test_expression_is_folded_but_keeps_its_meaning(source: str, folded: str) -> None:
    """Letters are folded, escapes and group names stay, and no typographic sign becomes an operator."""
    assert fold_expression(source) == folded


@given(st.text(min_size=1))
def test_bounds_are_at_both_ends_of_any_text(text: str) -> None:
    """A text begins and ends at a bound."""
    assert is_bound(text, 0)
    assert is_bound(text, len(text))


def test_spans_of_examples_hold_the_phrase() -> None:
    """Where a phrase pattern holds, the span is one of its phrases, folded where it folds."""
    for pattern in itertools.islice(builtin_patterns().patterns, 400):
        for example in pattern.must_match if pattern.phrases else ():
            span = pattern.search(example)
            assert span is not None
            target = example if pattern.case == "exact" else fold(example)
            assert target[slice(*span)] in (pattern.phrases if pattern.case == "exact" else pattern.keys)


def test_pattern_set_pickles() -> None:
    """A set of patterns is values: it can be sent to another process, and is equal there."""
    patterns = PatternSet([_pattern(phrases=("Read also",))])
    assert pickle.loads(pickle.dumps(patterns)).patterns == patterns.patterns


@pytest.mark.parametrize("match", ["whole", "start", "end", "anywhere"])
def test_wide_space_around_a_line_is_not_searched(match: Any) -> None:
    """A pattern holds at the same place whatever space stands around the line, and is not tried on that space."""
    pattern = _pattern(regex="(?=.*[a-z])Read also", literals=("read",), match=match, case="exact")
    line = " " * (WINDOW - 50) + "Read also" + "\t" * (WINDOW - 50)
    assert pattern.search(line) == (WINDOW - 50, WINDOW - 41)
    assert pattern.search(" " * WINDOW) is None
    tried: list[str] = []

    def look(target: str, first: int, last: int) -> Any:
        tried.append(target[first:last])
        return pattern.compiled.search(target, first, last)

    pattern.__dict__["_look"] = look
    assert pattern.search_in(line, line) == (WINDOW - 50, WINDOW - 41)
    assert [len(target) for target in tried] == [len(" Read also ")]
