"""One line against patterns: which hold, which almost do, and the reasons."""

from __future__ import annotations

from typing import Any

import pytest

from cleaner.matching.gates import GATE_NEEDS, GATES
from cleaner.matching.library import builtin_patterns
from cleaner.matching.matcher import Matcher
from cleaner.matching.pattern import Pattern, PatternSet
from cleaner.matching.trial import TOLD, Trial, try_line
from cleaner.result import Kind
from cleaner.text.document import Document
from tests.material import example_lines

PHRASE: dict[str, Any] = {"phrases": ("Read also",)}
YEAR: dict[str, Any] = {"regex": r"Year \d{4}", "literals": ("year",)}


def _try(line: str, **values: Any) -> tuple[list[Trial], list[Trial]]:
    pattern = Pattern(**{"id": "xx.tags.label", "kind": Kind.TAGS, "lang": "xx", "about": "For a test.", **values})
    return try_line(PatternSet([pattern]), line)


@pytest.mark.parametrize(
    ("values", "line", "fragment"),
    [
        (PHRASE, "» READ ALSO:", "READ ALSO"),
        ({**PHRASE, "match": "anywhere", "action": "cut"}, "The pier is closed.Read also", "Read also"),
        (YEAR, "year 2019", "year 2019"),
        ({**PHRASE, "position": "tail"}, "Read also", "Read also"),
    ],
)
def test_pattern_that_holds_shows_its_fragment(values: dict[str, Any], line: str, fragment: str) -> None:
    """What holds on a line, its place in a document aside, is told with the fragment as the line writes it."""
    held, near = _try(line, **values)
    assert [(trial.fragment, trial.reasons) for trial in held] == [(fragment, ())]
    assert near == []


@pytest.mark.parametrize(
    ("values", "line", "fragment", "reasons"),
    [
        (PHRASE, "You read also", "Read also", ['other text stands before it (match = "whole")']),
        (PHRASE, "Read also this", "Read also", ['other text stands after it (match = "whole")']),
        ({**PHRASE, "match": "start"}, "You read also", "Read also", ['other text stands before it (match = "start")']),
        ({**PHRASE, "match": "end"}, "Read also this", "Read also", ['other text stands after it (match = "end")']),
        (
            {**PHRASE, "match": "start", "max_length": 20},
            "Read also: the pier reopens",
            "Read also",
            ["the line has 27 characters, more than max_length = 20"],
        ),
        (
            {**PHRASE, "match": "anywhere"},
            "You bread also",
            "Read also",
            ["the phrase begins or ends inside a word"],
        ),
        (
            {**PHRASE, "case": "exact"},
            "READ ALSO",
            "Read also",
            ['upper case, accents or signs differ (case = "exact")'],
        ),
        (
            {**PHRASE, "max_length": 12},
            "You read also this",
            "Read also",
            [
                "the line has 18 characters, more than max_length = 12",
                'other text stands before it (match = "whole")',
                'other text stands after it (match = "whole")',
            ],
        ),
        (PHRASE, "« Read also »", "Read also", [TOLD]),
        ({**PHRASE, "strength": "weak"}, "Read also.", "Read also", [TOLD]),
        (YEAR, "In the year 2019", "year 2019", ['other text stands before it (match = "whole")']),
        ({**YEAR, "max_length": 8}, "year 2019", "year 2019", ["the line has 9 characters, more than max_length = 8"]),
        (
            {**YEAR, "case": "exact"},
            "YEAR 2019",
            "YEAR 2019",
            ['upper case, accents or signs differ (case = "exact")'],
        ),
        (
            {"regex": r"[a-z]+ \d{4}", "literals": ("year", "month")},
            "day 2019",
            "day 2019",
            ['the line holds none of the pattern\'s literals: "year", "month"'],
        ),
        (
            {"regex": "[a-z ]+", "gate": "copyright-sign"},
            "marie delmas",
            "marie delmas",
            ['the line does not pass the gate "copyright-sign": it needs a ©'],
        ),
    ],
)
def test_pattern_that_almost_holds_says_why_not(
    values: dict[str, Any], line: str, fragment: str, reasons: list[str]
) -> None:
    """What keeps a pattern from a line is told, each reason of several."""
    held, near = _try(line, **values)
    assert held == []
    assert [(trial.fragment, list(trial.reasons)) for trial in near] == [(fragment, reasons)]


@pytest.mark.parametrize(
    ("values", "line"),
    [(PHRASE, "Nothing of the kind"), (YEAR, "year of the harbour"), ({**YEAR, "literals": ("month",)}, "year one")],
)
def test_pattern_that_finds_nothing_is_left_out(values: dict[str, Any], line: str) -> None:
    """A pattern without its phrase, or whose expression finds nothing anywhere, is not near."""
    assert _try(line, **values) == ([], [])


def test_nearest_comes_first() -> None:
    """Fewer reasons are nearer, and of equal ones the longer fragment."""
    make: dict[str, Any] = {"kind": Kind.TAGS, "lang": "xx", "about": "For a test."}
    patterns = [
        Pattern(id="xx.tags.two", phrases=("also",), **make),
        Pattern(id="xx.tags.short", phrases=("Read",), **make),
        Pattern(id="xx.tags.long", phrases=("Read also",), **make),
    ]
    _, near = try_line(PatternSet(patterns), "Read also this")
    assert [trial.pattern.id for trial in near] == ["xx.tags.long", "xx.tags.short", "xx.tags.two"]


def test_trial_finds_what_the_matcher_finds() -> None:
    """With the built-in patterns what holds, or would but for a quotation or a full stop, are the matcher's hits."""
    patterns = builtin_patterns()
    matcher = Matcher(patterns)
    for line in example_lines()[::4000]:
        held, near = try_line(patterns, line)
        found = {trial.pattern.id for trial in (*held, *near) if trial.reasons in ((), (TOLD,))}
        assert found == {hit.pattern.id for hit in matcher.match(Document(line))}


def test_each_gate_says_what_it_needs() -> None:
    """Every gate has its words for people."""
    assert set(GATE_NEEDS) == set(GATES)


def test_letters_inside_a_word_are_by_chance() -> None:
    """A phrase inside a word and an expression whose gate is closed say little of the line; a longer line says much."""
    make: dict[str, Any] = {"kind": Kind.TAGS, "lang": "xx", "about": "For a test."}
    patterns = [
        Pattern(id="xx.tags.inside", phrases=("vor",), **make),
        Pattern(id="xx.tags.gate", regex=r".{3,9}", match="start", gate="copyright-sign", **make),
        Pattern(id="xx.tags.whole", phrases=("aussi",), match="whole", **make),
    ]
    _, near = try_line(PatternSet(patterns), "À dévorer aussi")
    assert {trial.pattern.id: trial.is_by_chance for trial in near} == {
        "xx.tags.inside": True,
        "xx.tags.gate": True,
        "xx.tags.whole": False,
    }
