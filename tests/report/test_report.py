"""What is rendered: the explain view, JSON and the tables of patterns."""

from __future__ import annotations

import json
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from cleaner.matching.pattern import Pattern
from cleaner.report.explanation import View, render_explanation
from cleaner.report.records import explain_json, pattern_json, removal_record, to_json
from cleaner.report.tables import kind_table, pattern_table
from cleaner.report.terminal import character_columns, fitting, shorten, visible, wrap
from cleaner.result import CleanResult, Doubt, Evidence, Kind, Line, Removal, Verdict

TEXT = "Der Rat hat entschieden.\nMehr.AntwortenLöschen\nTeilen\n"
CUT = Evidence("de.comment-controls.pair", 16.0, 30, 46, Kind.COMMENT_CONTROLS)
DROP = (
    Evidence("line.prose", -2.0, 47, 53),
    Evidence("de.share-bar.share", 16.0, 47, 53, Kind.SHARE_BAR),
)
RESULT = CleanResult(
    text="Der Rat hat entschieden.\nMehr.\n",
    taken=(
        Removal(30, 46, Kind.COMMENT_CONTROLS, 16.0, (CUT,), "AntwortenLöschen"),
        Removal(47, 54, Kind.SHARE_BAR, 14.0, DROP, "Teilen\n"),
    ),
    headline="Der Rat",
    comments=("Mehr.",),
    flags=("truncated-by-paywall",),
    confidence=0.87654321,
    doubtful=(Doubt(0, 24, 1.5),),
    trace=lambda: (
        Verdict(Line(0, 0, 24, 25), "keep", None, -4.0, (Evidence("line.prose", -4.0, 0, 24),)),
        Verdict(Line(1, 25, 46, 47), "cut", Kind.COMMENT_CONTROLS, 16.0, (CUT,)),
        Verdict(Line(2, 47, 53, 54), "drop", Kind.SHARE_BAR, 14.0, DROP),
    ),
)


def _pattern(name: str, kind: Kind, lang: str, **values: Any) -> Pattern:
    return Pattern(id=f"{lang}.{kind}.{name}", kind=kind, lang=lang, about=f"About {name}.", **values)


PATTERNS = [
    _pattern("one", Kind.TAGS, "fr"),
    _pattern("two", Kind.TAGS, "fr", action="cut", strength="weak"),
    _pattern("link", Kind.SHARE_BAR, "any"),
]


@given(st.text(st.characters(exclude_categories=())))
def test_visible_text_cannot_steer_a_terminal(text: str) -> None:
    """No control character, line end or invisible character is left in what is shown."""
    assert visible(text).isprintable()


@given(st.text(), st.integers(1, 30))
def test_shortened_text_fits(text: str, width: int) -> None:
    """A shortened text is no wider than asked, and is the text or a beginning of it with an ellipsis."""
    short = shorten(text, width)
    assert short == text or text.startswith(short.removesuffix("…"))
    assert sum(map(character_columns, short)) <= width


@given(st.text(st.characters(exclude_categories=["Cc", "Cs", "Cf"])).map(visible), st.integers(2, 30))
def test_wrapped_text_is_whole_and_fits(text: str, width: int) -> None:
    """Rows are no wider than asked, follow each other, and leave out nothing but spaces."""
    rows = wrap(text, width)
    assert all(sum(map(character_columns, text[start:end])) <= width for start, end in rows)
    ends = [0, *(end for _, end in rows)]
    gaps = [text[end:start] for end, (start, _) in zip(ends, rows, strict=False)] + [text[ends[-1] :]]
    assert "".join(gaps).strip(" ") == ""
    assert [start for start, _ in rows] == sorted(start for start, _ in rows)


def test_rows_end_where_words_do() -> None:
    """A row ends after a space or beside a wide character; a word that is too long is broken."""

    def rows(text: str, width: int) -> list[str]:
        return [text[start:end] for start, end in wrap(text, width)]

    assert rows("the ferry returns", 10) == ["the ferry", "returns"]
    assert rows("the ferry", 4) == ["the", "ferr", "y"]
    assert rows("渡輪三月回來了", 6) == ["渡輪三", "月回來", "了"]
    assert rows("a 渡輪三月", 5) == ["a 渡", "輪三", "月"]
    assert rows("", 10) == [""]


@given(st.text(st.characters(exclude_categories=())), st.integers(1, 30))
def test_fitting_beginning_fits(text: str, columns: int) -> None:
    """The characters that are said to fit take no more columns than there are."""
    count = fitting(text, columns)
    assert sum(map(character_columns, visible(text[:count]))) <= columns
    short = count < len(text) and count < 4 * columns
    assert not short or sum(map(character_columns, visible(text[: count + 1]))) > columns


def test_explanation_as_json() -> None:
    """The JSON object has everything in a result, and each line with offsets, action and evidence."""
    found = explain_json(TEXT, RESULT)
    assert found["text"] == RESULT.text
    assert (found["headline"], found["flags"], found["comments"]) == ("Der Rat", ["truncated-by-paywall"], ["Mehr."])
    assert found["confidence"] == 0.8765
    assert found["doubtful"] == [{"start": 0, "end": 24, "score": 1.5}]
    assert found["lines"][1] == {
        "number": 2,
        "start": 25,
        "end": 46,
        "action": "cut",
        "kind": "comment-controls",
        "score": 16.0,
        "reasons": [{"words": "reply link", "points": 16.0}],
        "evidence": [
            {"source": "de.comment-controls.pair", "points": 16.0, "kind": "comment-controls", "start": 30, "end": 46}
        ],
    }
    assert [line["action"] for line in explain_json(TEXT, RESULT, only="removed")["lines"]] == ["cut", "drop"]
    around = explain_json(TEXT, RESULT, only="kept", context=1)["lines"]
    assert [line["number"] for line in around] == [1, 2], "what is left out between is no line"


def test_removal_as_record() -> None:
    """A removal names its file, its place in the input, its kind, its text and what speaks for it."""
    record = removal_record("a.txt", RESULT.removals[1])
    assert list(record) == ["file", "start", "end", "kind", "score", "text", "reasons"]
    assert TEXT[record["start"] : record["end"]] == record["text"] == "Teilen\n"
    assert record["reasons"] == {"de.share-bar.share": 16.0}, "what speaks against it is no reason for it"
    assert list(removal_record("a.txt", RESULT.removals[1], line=3, record_id="x"))[1:3] == ["line", "id"]


def test_removal_has_its_two_strongest_reasons() -> None:
    """The points of a source that spoke several times are added up, and short numbers are written."""
    sources = [("a.weak", 1.25), ("a.often", 2.0012), ("a.often", 2.0), ("a.strong", 3.141592), ("against", -9.0)]
    evidence = tuple(Evidence(source, points, 0, 4) for source, points in sources)
    record = removal_record("a.txt", Removal(0, 4, Kind.TAGS, 0.123456, evidence, "Tags"))
    assert list(record["reasons"].items()) == [("a.often", 4.0), ("a.strong", 3.14)], "the strongest comes first"
    assert record["score"] == 0.12


def test_removal_with_all_evidence() -> None:
    """All evidence has its places, adds up to the score, and is written without the noise of floating point."""
    evidence = (Evidence("a", 0.1 + 0.2, 0, 4), Evidence("b", -0.123456789, 0, 2, Kind.TAGS))
    score = sum(one.points for one in evidence)
    record = removal_record("a.txt", Removal(0, 4, Kind.TAGS, score, evidence, "Tags"), all_evidence=True)
    assert record["evidence"] == [
        {"source": "a", "points": 0.3, "kind": None, "start": 0, "end": 4},
        {"source": "b", "points": -0.12346, "kind": "tags", "start": 0, "end": 2},
    ]
    assert sum(one["points"] for one in record["evidence"]) == pytest.approx(record["score"], abs=1e-4)
    assert "reasons" not in record, "they are among the evidence"


@given(st.text(st.characters(exclude_categories=())))
def test_json_holds_any_text(text: str) -> None:
    """Any text, lone surrogates included, comes back from JSON in UTF-8, and stands on one line."""
    data = to_json({"text": text})
    assert json.loads(data) == {"text": text}
    assert b"\n" not in data


def test_pattern_table_has_a_row_for_each_pattern() -> None:
    """The table and the JSON of patterns have id, kind, language, action, strength and what each finds."""
    rows = [line.split() for line in pattern_table(PATTERNS)]
    assert rows[0] == ["id", "kind", "lang", "action", "strength", "about"]
    assert rows[2] == ["fr.tags.two", "tags", "fr", "cut", "weak", "About", "two."]
    assert [record["id"] for record in pattern_json(PATTERNS)] == [pattern.id for pattern in PATTERNS]


def test_kind_table_counts_by_language() -> None:
    """Every kind has a row, with patterns or not; the last row and column are sums."""
    rows = {line.split()[0]: line.split()[1:] for line in kind_table(PATTERNS)}
    assert rows["kind"] == ["any", "fr", "all"]
    assert rows["tags"] == ["·", "2", "2"]
    assert rows["share-bar"] == ["1", "·", "1"]
    assert rows["newsletter"] == ["·", "·", "·"]
    assert rows["all"] == ["1", "2", "3"]
    assert set(rows) == {kind.value for kind in Kind} | {"kind", "all"}
    assert len({len(line) for line in kind_table(PATTERNS)}) == 1


def test_evidence_says_in_words_what_it_is_for() -> None:
    """Words about evidence stand after its points, and in a field of their own; evidence without any has none."""
    words = "on 41 of 84 other pages of this site, at the end\x1b"
    told = Evidence("context.site-repeats", 12.0, 0, 4, Kind.BOILERPLATE, words)
    verdict = Verdict(Line(0, 0, 4, 4), "drop", Kind.BOILERPLATE, 10.0, (told, Evidence("line.prose", -2.0, 0, 4)))
    removal = Removal(0, 4, Kind.BOILERPLATE, 10.0, verdict.evidence, "Menu")
    result = CleanResult("", (removal,), trace=lambda: (verdict,))
    shown = "\n".join(render_explanation("Menu", result, View(has_evidence=True)))
    assert (
        "context.site-repeats +12.0 (on 41 of 84 other pages of this site, at the end\\x1b), line.prose -2.0" in shown
    )
    (line,) = explain_json("Menu", result)["lines"]
    for evidence in (line["evidence"], removal_record("a", removal, all_evidence=True)["evidence"]):
        assert [one.get("detail") for one in evidence] == [words, None]
        assert "detail" not in evidence[1]
