"""The matcher: where patterns hold in a document, and that offsets are those of the input."""

from __future__ import annotations

from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from cleaner.errors import ConfigError
from cleaner.matching.gates import GATES, Gate, gate_lines
from cleaner.matching.matcher import Matcher
from cleaner.matching.pattern import WINDOW, Pattern, PatternSet
from cleaner.result import Kind
from cleaner.text.document import Document


def _pattern(name: str = "label", **values: Any) -> Pattern:
    given_values = {"id": f"xx.tags.{name}", "kind": Kind.TAGS, "lang": "xx", "about": "For a test.", **values}
    return Pattern(**given_values)


def _spans(text: str, *patterns: Pattern) -> list[tuple[str, int, str]]:
    """Short name, line and matched text of every hit."""
    return [
        (hit.pattern.id.rpartition(".")[2], hit.line, text[hit.start : hit.end])
        for hit in Matcher(PatternSet(patterns)).match(Document(text))
    ]


def test_hits_carry_offsets_of_the_input() -> None:
    """A hit in folded text names the characters of the input, accents, marks and double spaces included."""
    text = "Un mot.\r\n«\u00a0RE\u0301PONDRE  ICI\u0301\u00a0»\nFin"
    assert _spans(text, _pattern(phrases=("Répondre ici",))) == [("label", 1, "RE\u0301PONDRE  ICI\u0301")]


def test_exact_pattern_sees_the_line_as_it_is() -> None:
    """A pattern that asks for it is compared with case and accents."""
    pattern = _pattern(phrases=("RépondreSupprimer",), case="exact", match="anywhere", bounds="none")
    assert _spans("Non.RépondreSupprimerOui\nrepondresupprimer", pattern) == [("label", 0, "RépondreSupprimer")]


def test_every_fragment_to_cut_is_found() -> None:
    """A pattern that cuts is found at each of its places in a line, another only at the first."""
    cut = _pattern("cut", phrases=("ReplyDelete",), action="cut", match="anywhere")
    drop = _pattern("drop", phrases=("ReplyDelete",), match="anywhere")
    found = _spans("YesReplyDeleteReplyDelete No ReplyDelete", cut, drop)
    assert [name for name, _, _ in found] == ["cut", "cut", "cut", "drop"]


def test_disabled_pattern_is_not_tried() -> None:
    """A disabled pattern has no hit and does not count as one that holds; the others keep theirs."""
    patterns = PatternSet([_pattern("first", phrases=("beta",)), _pattern("second", phrases=("beta", "alpha"))])
    matcher, document = Matcher(patterns, {"xx.tags.second"}), Document("beta\nalpha")
    assert [(hit.pattern.id, hit.line) for hit in matcher.match(document)] == [("xx.tags.first", 0)]
    assert not matcher.holds_any(Document("alpha"), lambda _: True)
    assert Matcher(patterns).holds_any(Document("alpha"), lambda _: True)


def test_unknown_id_is_not_disabled() -> None:
    """An id that no pattern has is an error that names the nearest ids, or where to find them."""
    patterns = PatternSet([_pattern("first", phrases=("beta",))])
    with pytest.raises(ConfigError, match=r"'xx.tags.frist' is not the id of a pattern; did you mean: xx.tags.first\?"):
        Matcher(patterns, {"xx.tags.first", "xx.tags.frist"})
    with pytest.raises(ConfigError, match="'zzz' is not the id of a pattern; `cleaner patterns list` shows the ids"):
        Matcher(patterns, {"zzz"})


def test_hits_are_ordered_by_line_and_pattern() -> None:
    """Hits come by line, and within a line in the order of the patterns."""
    first, second = _pattern("first", phrases=("beta",)), _pattern("second", phrases=("alpha", "beta"))
    assert _spans("beta\nalpha\nbeta", first, second) == [
        ("first", 0, "beta"),
        ("second", 0, "beta"),
        ("second", 1, "alpha"),
        ("first", 2, "beta"),
        ("second", 2, "beta"),
    ]


@pytest.mark.parametrize("end", ["\n", "\r", "\r\n", "\x85", "\u2028", "\u2029"])
def test_no_match_reaches_over_a_line_end(end: str) -> None:
    """Words on two lines are no phrase, whatever the line end."""
    pattern = _pattern(phrases=("read also",), match="anywhere")
    assert _spans(f"read{end}also", pattern) == []
    assert _spans(f"x{end}read also{end}y", pattern) == [("label", 1, "read also")]


@pytest.mark.parametrize(
    ("gate", "passes", "stays"),
    [
        ("digits", "12 Mai", "1 Mai"),
        ("at-sign", "an @name", "a name"),
        ("hash-sign", "＃etikett", "etikett"),
        ("emoji", "📌 Ort", "Ort –"),
        ("link", "siehe example.org", "Ende. Danke"),
        ("copyright-sign", "© Bild", "(c) Bild"),
        ("short", "a" * 80, "a" * 81),
    ],
)
def test_gate_lets_lines_through_that_show_its_sign(gate: Gate, passes: str, stays: str) -> None:
    """A gate passes exactly the lines with its property, and its patterns are tried only there."""
    assert gate_lines(Document(f"{passes}\n{stays}\n"), gate).tolist() == [True, False]
    pattern = _pattern(regex=".+", gate=gate, match="anywhere")
    assert [line for _, line, _ in _spans(f"{stays}\n{passes}", pattern)] == [1]


def test_every_gate_works_on_an_empty_document() -> None:
    """A document without lines passes no gate and has no hits."""
    for gate in GATES:
        assert _spans("", _pattern(regex=".+", gate=gate)) == []


def test_set_without_patterns_has_no_hits() -> None:
    """An empty set of patterns is a set."""
    assert Matcher(PatternSet([])).match(Document("anything")) == []


def test_long_line_is_searched_throughout() -> None:
    """In a very long line every fragment to cut is found, and one whose literal stands earlier too without a match."""
    text = ("read also nothing; " * WINDOW + "read also: this ") * 3
    pattern = _pattern(regex="read also: this", literals=("read also",), action="cut", match="anywhere")
    assert len(_spans(text, pattern)) == 3
    gated = _pattern(regex="read also: this", gate="link", action="cut", match="anywhere")
    assert len(_spans(text + " example.org", gated)) == 3


def test_line_of_ten_megabytes_is_matched() -> None:
    """A line of ten million characters full of literals is matched in one piece of work."""
    text = ("Wort " * 30 + "replydelete ") * 60_000
    hits = _spans(text, _pattern(phrases=("ReplyDelete",), action="cut", match="anywhere"))
    assert len(hits) == 60_000


@given(st.text(st.sampled_from("Rr ée\u0301\u00a0\n\r»«tT.")), st.sampled_from(["whole", "start", "end", "anywhere"]))
def test_matcher_finds_what_the_pattern_finds(text: str, match: Any) -> None:
    """Line by line the matcher agrees with the pattern itself, and every span holds the phrase."""
    pattern = _pattern(phrases=("re t", "été"), match=match, bounds="none")
    document = Document(text)
    hits = Matcher(PatternSet([pattern])).match(document)
    expected = [line for line in range(len(document)) if pattern.search(document.line_text(line)) is not None]
    assert [hit.line for hit in hits] == expected
    assert all(pattern.search(text[hit.start : hit.end]) is not None for hit in hits)


def test_remembered_lines_change_nothing(monkeypatch: pytest.MonkeyPatch) -> None:
    """A line seen before has the same hits at its new place, also when there were too many lines to remember."""
    monkeypatch.setattr("cleaner.matching.matcher.REMEMBERED_LINES", 2)
    matcher = Matcher(PatternSet([_pattern(phrases=("Read also",), match="anywhere")]))
    text = "read also\nx\nREAD  ALSO\nread also: this\nread also"
    for _ in range(2):
        hits = matcher.match(Document(text))
        assert [(hit.line, text[hit.start : hit.end]) for hit in hits] == [
            (0, "read also"),
            (2, "READ  ALSO"),
            (3, "read also"),
            (4, "read also"),
        ]
