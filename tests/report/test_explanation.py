"""The view of an explanation for people: marks, colours, rows, reasons, what is left out, and the summary."""

from __future__ import annotations

import re
from collections.abc import Sequence

import pytest
from hypothesis import given
from hypothesis import strategies as st

from cleaner import explain_text
from cleaner.report.explanation import View, render_explanation
from cleaner.report.records import Only
from cleaner.report.terminal import character_columns
from cleaner.result import Action, CleanResult, Doubt, Evidence, Kind, Line, Removal, Verdict

TEXT = "Der Rat hat entschieden.\nMehr dazu.AntwortenLöschen\nTeilen\nMenü\n"
CUT = Evidence("de.comment-controls.pair", 16.0, 35, 51, Kind.COMMENT_CONTROLS)
DROP = (
    Evidence("shape.prose", -2.0, 52, 58),
    Evidence("de.share-bar.share", 16.0, 52, 58, Kind.SHARE_BAR),
    Evidence("near.smaller-terms", 1.0, 52, 58),
)
RESULT = CleanResult(
    text="Der Rat hat entschieden.\nMehr dazu.\nMenü\n",
    taken=(
        Removal(35, 51, Kind.COMMENT_CONTROLS, 16.0, (CUT,), "AntwortenLöschen"),
        Removal(52, 59, Kind.SHARE_BAR, 15.0, DROP, "Teilen\n"),
    ),
    headline="Der Rat\x1b[2J",
    comments=("Mehr.",),
    flags=("truncated-by-paywall",),
    confidence=0.87,
    doubtful=(Doubt(59, 63, 0.5),),
    trace=lambda: (
        Verdict(Line(0, 0, 24, 25), "keep", None, -4.0, (Evidence("shape.prose", -4.0, 0, 24),)),
        Verdict(Line(1, 25, 51, 52), "cut", Kind.COMMENT_CONTROLS, -3.0, (Evidence("prior", -3.0, 25, 51),)),
        Verdict(Line(2, 52, 58, 59), "drop", Kind.SHARE_BAR, 15.0, DROP),
        Verdict(Line(3, 59, 63, 64), "keep", None, 0.5, (Evidence("shape.interface-words", 0.5, 59, 63),)),
    ),
)
COLOUR = re.compile(r"\x1b\[[\d;]*m")
# Runs of lines of which one in the middle is removed.
LONG = "".join(f"line {number}\n" for number in range(1, 21))


def one_line(text: str, action: Action = "keep", kind: Kind | None = None, points: float = -1.0) -> CleanResult:
    """The result of a text of one line."""
    evidence = (Evidence("shape.prose", points, 0, len(text)),)
    taken = (Removal(0, len(text), kind, points, evidence, text),) if kind is not None else ()
    return CleanResult(
        "" if taken else text,
        taken,
        trace=lambda: (Verdict(Line(0, 0, len(text), len(text)), action, kind, points, evidence),),
    )


def of_numbers(removed: Sequence[int]) -> CleanResult:
    """The result of `LONG` of which the lines with some numbers were removed."""
    lines = LONG.splitlines(keepends=True)
    starts = [sum(map(len, lines[:index])) for index in range(len(lines))]
    evidence = (Evidence("en.tags.label", 16.0, 0, 1, Kind.TAGS),)
    taken = tuple(
        Removal(start, start + len(line), Kind.TAGS, 16.0, evidence, line)
        for number, (start, line) in enumerate(zip(starts, lines, strict=True), 1)
        if number in removed
    )
    verdicts = tuple(
        Verdict(
            Line(index, start, start + len(line) - 1, start + len(line)),
            "drop" if index + 1 in removed else "keep",
            Kind.TAGS if index + 1 in removed else None,
            16.0,
            evidence,
        )
        for index, (start, line) in enumerate(zip(starts, lines, strict=True))
    )
    text = "".join(line for number, line in enumerate(lines, 1) if number not in removed)
    return CleanResult(text, taken, trace=lambda: verdicts)


def of_lines(text: str) -> CleanResult:
    """The result of a text all of whose lines stay."""
    size = text.index("\n")
    evidence = (Evidence("shape.prose", -1.0, 0, size),)
    starts = range(0, len(text), size + 1)
    verdicts = tuple(
        Verdict(Line(index, start, start + size, start + size + 1), "keep", None, -1.0, evidence)
        for index, start in enumerate(starts)
    )
    return CleanResult(text, trace=lambda: verdicts)


def columns(row: str) -> int:
    """The columns that a row takes."""
    return sum(map(character_columns, COLOUR.sub("", row)))


def body(rows: list[str]) -> list[str]:
    """The rows above the summary."""
    return rows[: rows.index("")]


def test_every_line_has_its_mark_points_text_and_reasons() -> None:
    """A line is a row: number, mark, points, text, and the reasons in words; what was cut out stands in brackets."""
    rows = body(list(render_explanation(TEXT, RESULT, View(width=76))))
    assert [row.split(maxsplit=2) for row in rows[:1]] == [["1", "-4.0", rows[0].split(maxsplit=2)[2]]]
    assert rows[0].split("  ")[-1].strip() == "sentence structure"
    assert rows[1].startswith("2 ~   -3.0  Mehr dazu.[-AntwortenLöschen-]  ")
    assert rows[1].endswith("  reply link")
    assert rows[2].startswith("3 -  +15.0  Teilen  ")
    assert rows[2].endswith("  share links · what stands around it"), "what speaks against is no reason"
    assert rows[3].startswith("4 ?   +0.5  Menü  ")
    assert rows[3].endswith("  in doubt: button and menu words")
    assert {columns(row) for row in rows} == {76}, "reasons stand at the right"


def test_kind_is_told_where_the_reasons_do_not_name_it() -> None:
    """The kind of a removed line stands before its reasons by its own name, but not where their words name it."""
    (row,) = body(list(render_explanation("Menu", one_line("Menu", "drop", Kind.BOILERPLATE, 3.0))))
    assert row.endswith("  boilerplate: sentence structure")
    (row,) = (row for row in body(list(render_explanation(TEXT, RESULT))) if "Teilen" in row)
    assert "share-bar" not in row
    assert "share links · " in row


def test_summary_counts_words() -> None:
    """The summary has the words kept and removed by kind, lines, headline, flags, and the confidence in words."""
    rows = list(render_explanation(TEXT, RESULT))
    assert rows[rows.index("") + 1 :] == [
        "words: 7 of 9 kept",
        "removed: comment-controls 1, share-bar 1",
        "lines: 2 kept (1 in doubt), 1 dropped, 1 cut",
        "comments: 1",
        r"headline: Der Rat\x1b[2J",
        "flags: truncated-by-paywall",
        "confidence: fair, an F1 of 0.87 is expected",
    ]


@pytest.mark.parametrize(("confidence", "words"), [(0.9, "high"), (0.89, "fair"), (0.7, "fair"), (0.69, "low")])
def test_confidence_in_words(confidence: float, words: str) -> None:
    """The confidence is called high, fair or low."""
    last = list(render_explanation("", CleanResult("", confidence=confidence)))[-1]
    assert last == f"confidence: {words}, an F1 of {confidence:.2f} is expected"


def test_empty_text_has_a_summary() -> None:
    """A text without lines still has a summary."""
    rows = list(render_explanation("", CleanResult("")))
    assert rows[:3] == ["", "words: 0 of 0 kept", "lines: 0 kept, 0 dropped, 0 cut"]


def test_colours_add_nothing_to_read() -> None:
    """Colours change nothing but how what was cut out is marked: struck through instead of in brackets."""
    plain = list(render_explanation(TEXT, RESULT))
    coloured = list(render_explanation(TEXT, RESULT, View(has_colour=True)))
    assert not any("\x1b" in row for row in plain)
    assert "\x1b[9;35mAntwortenLöschen\x1b[0m" in coloured[1]
    assert "[-" not in coloured[1]
    assert coloured[2].startswith("\x1b[2m3\x1b[0m \x1b[7;94m-\x1b[0m  +15.0  \x1b[94mTeilen\x1b[0m"), (
        "the margin is coloured"
    )
    bare = [COLOUR.sub("", row) for row in coloured]
    assert [row for row in bare if "~" not in row] == [row for row in plain if "~" not in row]


def test_colours_are_those_of_groups() -> None:
    """Kinds of one group have one colour, those of different groups different ones."""

    def colour(kind: Kind) -> str:
        (row,) = body(list(render_explanation("x", one_line("x", "drop", kind, 3.0), View(has_colour=True))))
        return str(COLOUR.findall(row)[2])

    assert colour(Kind.COMMENT) == colour(Kind.COMMENT_FORM) == "\x1b[7;35m"
    assert len({colour(kind) for kind in (Kind.COMMENT, Kind.BYLINE, Kind.TAGS, Kind.SHARE_BAR, Kind.BOILERPLATE)}) == 5


@pytest.mark.parametrize("has_colour", [False, True])
@pytest.mark.parametrize("width", [1, 32, 40, 80, 200])
@pytest.mark.parametrize(
    "text",
    [
        "新聞記事 long words " * 8,
        "ذكرت الصحيفة أمس أن المجلس وافق على الميزانية " * 6,
        "é" * 100,
        "unbroken" * 30,
        "a\x1b[31mb\tc\x07\u202ed\u200be\x9b" * 10,
    ],
)
def test_rows_fit_the_width_and_steer_nothing(text: str, width: int, has_colour: bool) -> None:
    """Whatever a text holds, its rows fit the width, or 32 columns, and nothing in it steers the terminal."""
    for result in (one_line(text), one_line(text, "drop", Kind.TAGS, 3.0)):
        for view in (View(width, has_colour), View(width, has_colour, has_evidence=True)):
            for row in render_explanation(text, result, view):
                assert columns(row) <= max(width, 32)
                assert COLOUR.sub("", row).isprintable()


def test_long_line_is_wrapped_and_then_counted() -> None:
    """A text is wrapped, not cut off; of a very long one some rows are shown, and how many characters are left."""
    text = "word " * 40
    rows = body(list(render_explanation(text, one_line(text), View(width=72))))
    assert sum(row.count("word") for row in rows) == 40
    assert "more characters" not in "".join(rows)
    text = "word " * 4000
    rows = body(list(render_explanation(text, one_line(text), View(width=72))))
    assert len(rows) <= 6
    shown, left = sum(row.count("word") for row in rows), re.search(r"… ([\d,]+) more characters", " ".join(rows))
    assert left is not None
    assert 5 * shown + int(left[1].replace(",", "")) == pytest.approx(len(text), abs=5)


def test_what_was_cut_out_of_a_long_line_is_in_sight() -> None:
    """Of a long line that is cut the kept pieces are shortened in their middle, and each removed piece is shown."""
    head, noise, tail = "The first sentence. " * 400, "Share on Facebook", " The last sentence." * 400
    text = head + noise + tail
    evidence = (Evidence("en.share-bar.share-on", 16.0, len(head), len(head + noise), Kind.SHARE_BAR),)
    result = CleanResult(
        head + tail,
        (Removal(len(head), len(head + noise), Kind.SHARE_BAR, 16.0, evidence, noise),),
        trace=lambda: (Verdict(Line(0, 0, len(text), len(text)), "cut", Kind.SHARE_BAR, -4.0, evidence),),
    )
    rows = body(list(render_explanation(text, result, View(width=80))))
    joined = " ".join(row.strip() for row in rows)
    assert "[-Share on Facebook-] The last sentence." in joined
    assert joined.count(" characters … ") == 2
    assert len(rows) <= 8


@pytest.mark.parametrize("has_colour", [False, True])
def test_every_piece_of_a_line_in_many_pieces_is_in_sight(has_colour: bool) -> None:
    """A text on one line that is cut in many places is shown with all of them, in order and with its words whole."""
    pieces = [f"Sentence {number} stays. [Share {number}]" for number in range(300)]
    text = "".join(pieces)
    evidence = (Evidence("en.share-bar.share-on", 16.0, 0, 1, Kind.SHARE_BAR),)
    places = [(match.start(), match.end()) for match in re.finditer(r"\[Share \d+\]", text)]
    result = CleanResult(
        re.sub(r"\[Share \d+\]", "", text),
        tuple(Removal(start, end, Kind.SHARE_BAR, 16.0, evidence, text[start:end]) for start, end in places),
        trace=lambda: (Verdict(Line(0, 0, len(text), len(text)), "cut", Kind.SHARE_BAR, -4.0, evidence),),
    )
    rows = body(list(render_explanation(text, result, View(80, has_colour))))
    shown = " ".join(COLOUR.sub("", row)[11:].strip() for row in rows)
    marked = re.sub(r"\[(Share \d+)\]", r"[-[\1]-]", text) if not has_colour else text
    assert shown.replace(" ", "").startswith(marked.replace(" ", ""))


def test_margin_goes_on_below_the_first_row() -> None:
    """In colour the margin of a removed line is as high as the line."""
    text = "Share on Facebook " * 10
    rows = body(list(render_explanation(text, one_line(text, "drop", Kind.SHARE_BAR, 3.0), View(60, has_colour=True))))
    assert len(rows) > 3
    assert "\x1b[7;94m-\x1b[0m" in rows[0]
    assert all("\x1b[7;94m \x1b[0m" in row for row in rows[1:])


def test_reasons_do_not_stand_beside_text_from_right_to_left() -> None:
    """A terminal that turns such a row around would move the reasons, so they have a row of their own."""
    rows = body(list(render_explanation("إعلان", one_line("إعلان"), View(width=80))))
    assert len(rows) == 2
    assert rows[0].endswith("إعلان")
    assert rows[1].strip() == "sentence structure"


@pytest.mark.parametrize(
    ("only", "numbers"),
    [("removed", ["2", "3"]), ("kept", ["1", "4"]), ("doubtful", ["4"]), (None, ["1", "2", "3", "4"])],
)
def test_only_lines_of_one_sort(only: str | None, numbers: list[str]) -> None:
    """Lines that lost something, that stay, or stay in doubt can be shown alone; the summary is of all."""
    rows = list(render_explanation(TEXT, RESULT, View(only=only)))  # type: ignore[arg-type]
    assert [row.split()[0] for row in body(rows)] == numbers
    assert "lines: 2 kept (1 in doubt), 1 dropped, 1 cut" in rows


@pytest.mark.parametrize(
    ("only", "removed", "told"),
    [
        ("doubtful", [], "no line stays in doubt"),
        ("removed", [], "nothing is removed from any line"),
        ("kept", range(1, 21), "no line is kept whole"),
    ],
)
def test_that_no_line_is_of_the_sort_is_told(only: Only, removed: Sequence[int], told: str) -> None:
    """Where there is no line to show, that is said above the summary, with a context too."""
    assert body(list(render_explanation(LONG, of_numbers(removed), View(only=only)))) == [told]
    rows = body(list(render_explanation(LONG, of_numbers(removed), View(only=only, context=1))))
    assert [row.strip() for row in rows] == [told, "… 20 lines"]
    assert told not in list(render_explanation(TEXT, RESULT, View(only=only))), "there is one"


def test_rows_of_a_long_text_fit_a_narrow_terminal() -> None:
    """Numbers of many digits take columns from the text, not from beyond the least width."""
    text = "word word word\n" * 12_000
    rows = list(render_explanation(text, of_lines(text), View(width=20)))
    assert max(map(columns, rows)) <= 32
    assert rows[0].startswith("    1   ")


def test_context_shows_lines_around_and_what_is_left_out() -> None:
    """With a context neighbours are shown once, and each stretch that is left out is counted."""
    result = of_numbers([8, 10])
    found = [
        row.split("  ")[0].split()[0] for row in body(list(render_explanation(LONG, result, View(only="removed"))))
    ]
    assert found == ["8", "10"], "without a context nothing stands for what is left out"
    rows = body(list(render_explanation(LONG, result, View(only="removed", context=1))))
    assert [row.split()[0] if row.split()[0] != "…" else row.strip() for row in rows] == [
        "… 6 lines",
        *("7", "8", "9", "10", "11"),
        "… 9 lines",
    ]
    rows = body(list(render_explanation(LONG, of_numbers([2]), View(only="removed", context=0))))
    assert [rows[0].strip(), rows[2].strip()] == ["… 1 line", "… 18 lines"]
    rows = body(list(render_explanation(LONG, of_numbers([1, 20]), View(only="removed", context=50))))
    assert len(rows) == 20, "a context may be larger than the text"


def test_evidence_stands_below_its_line() -> None:
    """On demand all points of every name stand below each line, the weightiest first."""
    rows = body(list(render_explanation(TEXT, RESULT, View(width=90, has_evidence=True))))
    assert [row.strip() for row in rows if row.startswith("     ")] == [
        "shape.prose -4.0",
        "de.comment-controls.pair +16.0",
        "de.share-bar.share +16.0, shape.prose -2.0, near.smaller-terms +1.0",
        "shape.interface-words +0.5",
    ]


@given(st.text(st.characters(exclude_categories=())), st.integers(1, 120), st.booleans())
def test_any_text_can_be_explained(text: str, width: int, has_colour: bool) -> None:
    """Every row of any text can be shown: no control character, line end or invisible one is in it but colours."""
    for row in render_explanation(text, explain_text(text), View(width, has_colour, has_evidence=True)):
        assert COLOUR.sub("", row).isprintable()
