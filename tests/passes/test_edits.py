"""Removals of one pass: columns of wide lines."""

from __future__ import annotations

import pytest

from cleaner import explain_text
from cleaner.passes.edits import Edit, _widen, inside_lines, merge_cuts
from cleaner.passes.judgement import Cut
from cleaner.result import Evidence, Kind
from cleaner.text.document import Document

GAP = " " * 8
PROSE = (
    "Le conseil municipal a voté hier soir le budget de la piscine, après trois heures d'une discussion assez vive.",
    "La maire a rappelé que les travaux commenceraient au printemps et que l'école resterait ouverte.",
)
NOISE = "Partager sur Facebook"


@pytest.mark.parametrize(
    ("columns", "left"),
    [
        ((NOISE, PROSE[0]), PROSE[0]),
        ((PROSE[0], NOISE), PROSE[0]),
        ((PROSE[0], NOISE, NOISE), PROSE[0]),
        ((PROSE[0], NOISE, PROSE[1]), f"{PROSE[0]}{GAP}{PROSE[1]}"),
        ((NOISE, PROSE[0], NOISE), PROSE[0]),
    ],
    ids=["first", "last", "last two", "inner", "both edges"],
)
@pytest.mark.parametrize("end", ["\n", "\r\n", ""])
def test_a_column_goes_and_its_line_stays(columns: tuple[str, ...], left: str, end: str) -> None:
    """Noise beside an article is removed with the space that separated them, and the line end stays."""
    text = f"{PROSE[1]}{end or chr(10)}{GAP.join(columns)}{end}"
    result = explain_text(text)
    assert result.text == f"{PROSE[1]}{end or chr(10)}{left}{end}"
    assert {removal.kind for removal in result.removals} == {Kind.SHARE_BAR}
    assert [verdict.action for verdict in result.lines] == ["keep", "cut"]
    assert result.lines[1].kind is Kind.SHARE_BAR
    assert result.restore() == text


def test_a_wide_line_goes_with_its_end_when_all_its_columns_go() -> None:
    """If every column is noise the line is removed, including its line end."""
    noise = GAP.join([NOISE, "Imprimer cet article", "Envoyer à un ami"])
    result = explain_text(f"{PROSE[0]}\n{noise}\n{PROSE[1]}\n")
    assert result.text == f"{PROSE[0]}\n{PROSE[1]}\n"
    assert [verdict.action for verdict in result.lines] == ["keep", "drop", "keep"]


def test_a_table_of_columns_in_an_article_stays() -> None:
    """Columns of an article stay byte for byte."""
    rows = "\n".join(f"{name}{GAP}{PROSE[0]}" for name in ("Budget", "Piscine"))
    text = f"{PROSE[1]}\n{rows}\n{PROSE[0]}\n"
    assert explain_text(text).text == text


# --- blank lines -----------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("before", "after", "left"),
    [
        (1, 1, 0),
        (2, 1, 1),
        (1, 2, 1),
        (2, 2, 1),
        (3, 2, 2),
        (1, 3, 2),
    ],
)
@pytest.mark.parametrize("noise", [1, 2])
def test_blank_lines_before_what_goes_stay_or_those_after_it(before: int, after: int, left: int, noise: int) -> None:
    """Between two lines that stay, with blank lines on both sides, those before are left and none is added."""
    gone = "\n".join([NOISE] * noise)
    text = f"{PROSE[0]}{chr(10) * before}{gone}{chr(10) * after}{PROSE[1]}\n"
    result = explain_text(text)
    assert result.text == f"{PROSE[0]}{chr(10) * (left + 1)}{PROSE[1]}\n"
    assert {removal.kind for removal in result.removals} == {Kind.SHARE_BAR}
    assert result.restore() == text


def test_blank_lines_between_lines_that_go_go_too() -> None:
    """A stretch of noise counts as one, whatever blank lines are in it."""
    result = explain_text(f"{PROSE[0]}\n\n{NOISE}\n\n\n{NOISE}\n\n\n\n{PROSE[1]}\n")
    assert result.text == f"{PROSE[0]}\n\n{PROSE[1]}\n"
    assert [removal.text.strip() for removal in result.removals] == [NOISE, NOISE]


@pytest.mark.parametrize("end", ["", "\n"])
@pytest.mark.parametrize("blank", ["\n", "\n\n", "\n \n\n"])
def test_no_blank_line_stays_at_an_edge_beside_what_goes(blank: str, end: str) -> None:
    """No blank line is left at the beginning or the end; a text that does not end in a line end still does not."""
    article = "\n".join(PROSE)
    assert explain_text(f"{NOISE}{blank}{article}{end}").text == f"{article}{end}"
    assert explain_text(f"{article}{blank}{NOISE}{end}").text == f"{article}{end}"
    text = f"{NOISE}{blank}{article}{blank}{NOISE}{blank}{NOISE}{end}"
    assert explain_text(text).text == f"{article}{end}"


def test_stretches_apart_are_told_apart() -> None:
    """Lines between two stretches of noise stay with their blank lines."""
    noise = f"{NOISE}\n{NOISE}\n"
    text = f"{PROSE[0]}\n\n{noise}\n{PROSE[1]}\n\n{noise}{noise}\n{PROSE[0]}\n"
    assert explain_text(text).text == f"{PROSE[0]}\n\n{PROSE[1]}\n\n{PROSE[0]}\n"


# --- fragments of lines ----------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("line", "left"),
    [
        ("XX The mayor spoke.", "The mayor spoke."),
        ("XX   The mayor spoke.", "The mayor spoke."),
        ("  XX   The mayor spoke.", "  The mayor spoke."),
        ("The mayor XX spoke.", "The mayor spoke."),
        ("The mayor  XX   spoke.", "The mayor  spoke."),
        ("The mayorXX spoke.", "The mayor spoke."),
        ("The mayor XXspoke.", "The mayor spoke."),
        ("The mayor spoke. XX", "The mayor spoke."),
        ("The mayor spoke.   XX", "The mayor spoke."),
        ("The mayor spoke. XX.", "The mayor spoke."),
        ("The mayor spoke.  XX ! ", "The mayor spoke."),
        ("XX", ""),
    ],
)
@pytest.mark.parametrize("before", ["", "One line before.\n"])
@pytest.mark.parametrize("after", ["", "\nAnother line."])
def test_fragment_goes_with_the_space_that_joined_it(line: str, left: str, before: str, after: str) -> None:
    """A fragment is removed with the space on one side, at a line's end also with its full stop; other lines stay."""
    text = before + line + after
    at = text.index("XX")
    start, end = _widen(Document(text), 1 if before else 0, at, at + 2)
    assert text[:start] + text[end:] == before + left + after


def test_of_fragments_that_overlap_the_longest_goes() -> None:
    """Adjacent fragments are all removed; of overlapping ones the longest, and of equally long ones the first."""
    text = "abcdefgh ijkl mnop qrst"
    spans = [(0, 4), (2, 9), (9, 12), (11, 14), (14, 18)]
    cuts = [Cut(0, start, end, Evidence("a", 1.0, start, end)) for start, end in spans]
    assert [(cut.start, cut.end) for _, _, cut in merge_cuts(Document(text), 0, cuts)] == [(2, 9), (9, 12), (14, 18)]


def test_fragment_has_the_kind_of_its_pattern() -> None:
    """The removal of a line that consists of a fragment has the fragment's kind, not only boilerplate."""
    result = explain_text(f"Le pont rouvre lundi.pic.twitter.com/AbCdEf1234\n{PROSE[0]}\n")
    assert [(removal.text, removal.kind) for removal in result.removals] == [
        ("pic.twitter.com/AbCdEf1234", Kind.SOCIAL_PROMOTION)
    ]


def test_line_ends_inside_a_unit_stay_beside_a_fragment() -> None:
    """A fragment at the end of a line in a unit is removed without the line end, so no two lines are joined."""
    source = "A last word. GoDelete\r\nreport"
    joined = "A last word. GoDelete  report"
    edit = Edit(13, 23, 0, Kind.COMMENT_CONTROLS, 16.0, ())
    assert inside_lines([edit], joined, source) == [edit._replace(end=21)]
    assert inside_lines([edit], joined, joined) == [edit]
