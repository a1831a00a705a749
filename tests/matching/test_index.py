"""The index of triggers: which patterns a line is a candidate of, and that none is missed."""

from __future__ import annotations

from typing import Any

import numpy as np
import pytest
import regex
from hypothesis import given
from hypothesis import strategies as st

from cleaner.matching.index import DIGIT, LINES_AT_ONCE, WORD, LineSample, TriggerIndex, character_classes
from cleaner.matching.literals import shape
from cleaner.matching.pattern import Pattern
from cleaner.matching.triggers import Need, Trigger, all_needs, before, behind, core_of, find_trigger
from cleaner.result import Kind
from cleaner.text.document import Document
from cleaner.text.folding import encode, fold

NEEDS = [
    Need("head", ("by ", "from the desk")),
    Need("tail", ("ago", "a very long time ago")),
    Need("whole", ("read also", "read also this long story", "x")),
    Need("inner", ("ick", "©", "a b")),
    Need("head", ("00.0",)),
    Need("inner", (" 0:00",)),
]
TEXTS = [
    "",
    "»",
    "By Ann",
    "» by ann, long ago!",
    "READ ALSO:",
    "Read also this long story",
    "X",
    "click",
    "a  b ©",
    "𝐀 b",
    "» 12.3.",
    "at ٤:𝟑９",
]


def _found(triggers: list[Trigger], text: str) -> set[tuple[int, int]]:
    lines, numbers = TriggerIndex(triggers).find(Document(text))
    return set(zip(lines.tolist(), numbers.tolist(), strict=True))


def _shows(line: str, need: Need) -> bool:
    """Whether a line shows a need, told from the meaning of its place."""
    if need.place == "whole":
        return core_of(line) in need.strings
    if need.place == "inner":
        return any(text in line for text in need.strings)
    return behind(line).startswith(need.strings) if need.place == "head" else before(line).endswith(need.strings)


def _pattern(**values: Any) -> Pattern:
    return Pattern(**{"id": "xx.tags.label", "kind": Kind.TAGS, "lang": "xx", "about": "For a test.", **values})


@given(st.lists(st.sampled_from(TEXTS), max_size=12))
def test_index_finds_what_the_needs_say(lines: list[str]) -> None:
    """All lines looked at together give what looking at each of them by itself gives."""
    triggers = [Trigger((need,)) for need in NEEDS] + [Trigger(tuple(NEEDS[:2]))]
    document = Document("\n".join(lines))
    expected = {
        (line, number)
        for line in range(len(document))
        for number, trigger in enumerate(triggers)
        if all(_shows(shape(document.folded_line(line)), need) for need in trigger.needs)
    }
    assert _found(triggers, document.text) == expected


def test_digits_and_length_are_needs_too() -> None:
    """A line with too few digits or too many characters is no candidate; one without needs is."""
    triggers = [Trigger((Need("inner", ("may",)),), digits=2), Trigger((), digits=2, longest=6), Trigger()]
    assert _found(triggers, "3 May\n13 May\n13 May 2020") == {(0, 2), (1, 0), (1, 1), (1, 2), (2, 0), (2, 2)}


def test_candidates_are_ordered() -> None:
    """Candidates come by line, and within a line by pattern."""
    lines, numbers = TriggerIndex([Trigger((Need("tail", ("b",)),)), Trigger(), Trigger()]).find(Document("a b\na\nb"))
    pairs = list(zip(lines.tolist(), numbers.tolist(), strict=True))
    assert pairs == sorted(pairs)


def test_documents_of_many_lines_are_looked_at_in_parts() -> None:
    """A document has more lines than are looked at together, and the lines keep their numbers."""
    text = "x\n" * LINES_AT_ONCE + "by ann\n" + "x\n" * LINES_AT_ONCE + "by bob"
    assert _found([Trigger((Need("head", ("by",)),))], text) == {(LINES_AT_ONCE, 0), (2 * LINES_AT_ONCE + 1, 0)}


def test_lone_surrogates_are_no_hindrance() -> None:
    """A text that is no valid Unicode is searched like any other."""
    assert _found([Trigger((Need("inner", ("click",)),))], "\ud800\nclick \udfff") == {(1, 0)}


def test_empty_index_and_empty_document() -> None:
    """No triggers find nothing, and nothing is found in a text without lines."""
    assert _found([], "anything") == set()
    assert _found([Trigger((need,)) for need in NEEDS] + [Trigger()], "") == set()


def test_characters_are_classed_as_by_expressions() -> None:
    """Letters and digits are those of regular expressions, beyond the basic plane too."""
    text = "aÉ9٣५ 新ー'_\u0301𝐀𝟗😀½²"
    classes = character_classes(encode(text))
    assert [bool(bits & WORD) for bits in classes] == [bool(regex.match(r"[\p{L}\p{N}]", sign)) for sign in text]
    assert [bool(bits & DIGIT) for bits in classes] == [bool(regex.match(r"\d", sign)) for sign in text]


def test_folding_makes_no_letters() -> None:
    """What is no letter or digit does not fold to one, or the head of a folded line would not be that of the line."""
    signs = [chr(code) for code in range(0x10000) if not 0xD800 <= code < 0xE000]
    classes = character_classes(np.arange(0x10000, dtype=np.uint32)) & WORD
    made = [sign for sign in signs if not classes[ord(sign)] and any(classes[ord(other)] for other in fold(sign))]
    assert made == []


@pytest.mark.parametrize(
    ("values", "place"),
    [
        ({"phrases": ("Read also",), "match": "whole"}, "whole"),
        ({"phrases": ("Read also",), "match": "start"}, "head"),
        ({"phrases": ("Read also",), "match": "end"}, "tail"),
        ({"phrases": ("Read also",), "match": "anywhere"}, "inner"),
        ({"phrases": (">>>",), "match": "whole"}, "inner"),
        ({"regex": r"written by \p{Lu}.+", "literals": ("written by",)}, "head"),
        ({"regex": r".+ shared this", "literals": ("shared",)}, "tail"),
        ({"regex": r".+@.+", "gate": "at-sign"}, "inner"),
    ],
)
def test_trigger_is_where_the_pattern_says_most(values: dict[str, Any], place: str) -> None:
    """A pattern is looked up by what is known of its place in a line."""
    assert [need.place for need in find_trigger(_pattern(**values)).needs] == [place]


def test_pattern_of_which_little_is_known_is_tried_on_lines_with_digits() -> None:
    """An expression without any string in it is tried wherever there are enough digits."""
    assert find_trigger(_pattern(regex=r"[\d:]{2,}", gate="digits")) == Trigger((), 2, 0, "digits")


def test_rare_needs_are_looked_up() -> None:
    """Of two needs the one that few lines of a sample show is looked up."""
    pattern = _pattern(regex=r"read .{1,20} gloobers", literals=("read",))
    sample = LineSample(Document("read this\n" * 50 + "read all gloobers\n"), all_needs(pattern))
    assert [need.strings for need in find_trigger(pattern, sample).needs] == [("gloobers",)]
