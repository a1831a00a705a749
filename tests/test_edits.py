"""Removals of one pass: columns of wide lines."""

from __future__ import annotations

import pytest

from cleaner import explain_text
from cleaner.model import Kind

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
    """Noise beside an article goes with the space that parted them, and the line's end stays."""
    text = f"{PROSE[1]}{end or chr(10)}{GAP.join(columns)}{end}"
    result = explain_text(text)
    assert result.text == f"{PROSE[1]}{end or chr(10)}{left}{end}"
    assert {removal.kind for removal in result.removals} == {Kind.SHARE_BAR}
    assert [verdict.action for verdict in result.lines] == ["keep", "cut"]
    assert result.lines[1].kind is Kind.SHARE_BAR
    assert result.restore() == text


def test_a_wide_line_goes_with_its_end_when_all_its_columns_go() -> None:
    """Where every column is noise the line goes, line end and all."""
    noise = GAP.join([NOISE, "Imprimer cet article", "Envoyer à un ami"])
    result = explain_text(f"{PROSE[0]}\n{noise}\n{PROSE[1]}\n")
    assert result.text == f"{PROSE[0]}\n{PROSE[1]}\n"
    assert [verdict.action for verdict in result.lines] == ["keep", "drop", "keep"]


def test_a_table_of_columns_in_an_article_stays() -> None:
    """Columns of an article stay byte for byte."""
    rows = "\n".join(f"{name}{GAP}{PROSE[0]}" for name in ("Budget", "Piscine"))
    text = f"{PROSE[1]}\n{rows}\n{PROSE[0]}\n"
    assert explain_text(text).text == text
