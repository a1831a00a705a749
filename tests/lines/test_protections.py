"""What belongs to an article by its form: which rows, items and short lines are protected, by how much, and which are not."""

from __future__ import annotations

from collections.abc import Callable

import numpy as np
import pytest

from cleaner.lines.analysis import Analysis
from cleaner.lines.layout import find_layout
from cleaner.lines.ledger import Ledger
from cleaner.lines.protections import add_last_sentences, add_lists, add_sheets, add_subheadings, add_tables
from cleaner.lines.signals import Clues
from cleaner.result import Kind
from tests.deciding import FRENCH, analysed, sources

Step = Callable[[Analysis, Ledger], None]
TITLE = "Ce que coûte une traversée"


def _lists(analysis: Analysis, ledger: Ledger) -> None:
    places = find_layout(analysis, None, 0.0)
    add_lists(analysis, ledger, Clues({}, np.zeros(len(analysis.document)), None, None, places, 0.0))


def _subheadings(analysis: Analysis, ledger: Ledger) -> None:
    add_subheadings(analysis, ledger, find_layout(analysis, None, 0.0))


def _protected(step: Step, *lines: str, named: tuple[int, ...] = ()) -> dict[int, list[tuple[str, float, Kind | None]]]:
    """What a step adds to each line; ``named`` are lines that something else has spoken of."""
    analysis = analysed(lines)
    ledger = Ledger(analysis)
    for line in named:
        ledger.add(line, "xx.tags.label", 16.0, Kind.TAGS)
    step(analysis, ledger)
    added = {line: [item for item in found if item.source != "xx.tags.label"] for line, found in ledger.lines.items()}
    for line, found in added.items():
        for item in found:
            assert (item.start, item.end) == (analysis.document.starts[line], analysis.document.ends[line])
    return {line: sources(found) for line, found in added.items() if found}


# --- tables ----------------------------------------------------------------------------------------------


@pytest.mark.parametrize("page", [0.0, 0.49, 0.5, 1.0])
def test_rows_of_a_table_are_protected_in_extracted_text(page: float) -> None:
    """Lines that begin and part with bars are rows of a table, but on a flattened page bars part links."""
    rows = ("| Bac | 4 euros |", "  | Pont | 2 euros |", "Accueil | Région | Météo", "| seul")
    found = _protected(lambda analysis, ledger: add_tables(analysis, ledger, page), *rows)
    expected = [("context.table", -6.0, None)]
    assert found == ({0: expected, 1: expected} if page < 0.5 else {})


# --- lists -----------------------------------------------------------------------------------------------

LEAD = "Voici ce que la compagnie promet aux habitants :"
ITEMS = ("- un bac par heure", "- un tarif pour les écoliers", "- une salle chauffée")
CLAUSES = ("- un bac par heure ;", "- un tarif pour les écoliers ;", "- une salle chauffée.")
LISTED = [("context.list", -4.0, None)]


def test_list_above_prose_is_protected() -> None:
    """Lead and items of a list that prose follows belong to the article."""
    assert _protected(_lists, FRENCH[0], LEAD, *ITEMS, FRENCH[1]) == dict.fromkeys(range(1, 5), LISTED)


@pytest.mark.parametrize(
    "lines",
    [
        pytest.param((FRENCH[0], LEAD, *ITEMS, "Contact", "Accueil"), id="no prose below it"),
        pytest.param((FRENCH[0], LEAD, ITEMS[0], FRENCH[1]), id="one item"),
        pytest.param((FRENCH[0], LEAD.replace(" :", "."), *ITEMS, FRENCH[1]), id="no colon above it"),
        pytest.param((LEAD, *ITEMS, FRENCH[1]), id="nothing above its lead"),
        pytest.param((FRENCH[0], LEAD, "Un bac", "Un pont", FRENCH[1]), id="no bullets"),
    ],
)
def test_other_items_are_not_protected(lines: tuple[str, ...]) -> None:
    """Without a lead, bullets, a second item or prose around it a list may be anything."""
    assert _protected(_lists, *lines) == {}


def test_clauses_of_a_sentence_are_protected_without_prose_below() -> None:
    """Items that end as clauses of one sentence do are told, whatever stands below them."""
    assert _protected(_lists, FRENCH[0], LEAD, *CLAUSES) == dict.fromkeys(range(1, 5), LISTED)


def test_list_ends_where_a_pattern_speaks() -> None:
    """An item with a name ends the list, and a lead with a name begins none."""
    lines = (FRENCH[0], LEAD, *ITEMS, FRENCH[1])
    assert _protected(_lists, *lines, named=(1,)) == {}
    assert _protected(_lists, *lines, named=(4,)) == {}


# --- sheets of facts -------------------------------------------------------------------------------------

SHEET = ("Longueur : 17 mètres", "Vitesse : 9 nœuds", "Prix : 4 euros")
ROW = [("context.sheet", -2.0, None)]


def test_rows_of_labels_and_values_are_a_sheet() -> None:
    """Three rows that no pattern speaks of are a sheet of facts, in whatever language."""
    assert _protected(add_sheets, FRENCH[0], *SHEET, FRENCH[1]) == dict.fromkeys((1, 2, 3), ROW)
    german = ("Länge: 17 Meter", "Tempo: 9 Knoten", "Preis: 4 Euro")
    assert _protected(add_sheets, *german) == dict.fromkeys((0, 1, 2), ROW)


def test_value_below_its_label_is_part_of_the_row() -> None:
    """A label with nothing behind its colon and the value on the next line are one row of two lines."""
    lines = [part for row in SHEET for part in (row.partition(": ")[0] + ":", row.partition(": ")[2])]
    assert _protected(add_sheets, *lines) == dict.fromkeys(range(6), ROW)


@pytest.mark.parametrize(
    "lines",
    [
        pytest.param(SHEET[:2], id="two rows"),
        pytest.param(("Lundi : 4 euros", "Mardi : 5 euros", "Lundi : 6 euros"), id="a label twice"),
        pytest.param(("12:30", "14:45", "18:20"), id="times"),
        pytest.param(("Bac 1 : 4 euros", "Bac 2 : 5 euros", "Bac 3 : 6 euros"), id="numbers in labels"),
        pytest.param((*SHEET[:2], "Prix : il faut compter avec plus de quatre euros"), id="a long value"),
        pytest.param((*SHEET[:2], "Ce qui fait parler les gens : le prix"), id="a long label"),
        pytest.param((*SHEET[:2], "Prix : c'est trop."), id="a sentence"),
        pytest.param((*SHEET[:2], TITLE, "Prix : 4 euros"), id="a line between"),
    ],
)
def test_other_rows_are_no_sheet(lines: tuple[str, ...]) -> None:
    """Too few rows, times of day, numbered offers, one label twice, and sentences with a colon are not protected."""
    assert _protected(add_sheets, *lines) == {}


def test_row_with_a_name_parts_a_sheet() -> None:
    """A row that a pattern speaks of is none, and what is left on each side of it counts alone."""
    assert _protected(add_sheets, *SHEET, named=(1,)) == {}
    lines = (*SHEET, "Photo : Odette", "Équipage : 5 marins", "Ville : Brest", "Année : 1998")
    assert _protected(add_sheets, *lines, named=(3,)) == dict.fromkeys((0, 1, 2, 4, 5, 6), ROW)


# --- subheadings -----------------------------------------------------------------------------------------


def test_short_line_between_noise_and_a_paragraph_may_head_it() -> None:
    """Inside the article a title below something with a name heads the paragraph below it."""
    lines = (FRENCH[0], "Publicité", TITLE, FRENCH[1], FRENCH[2])
    assert _protected(_subheadings, *lines, named=(1,)) == {2: [("context.subheading-place", -2.0, None)]}


@pytest.mark.parametrize(
    ("lines", "named"),
    [
        pytest.param((FRENCH[0], "Publicité", TITLE, FRENCH[1], FRENCH[2]), (), id="no name above it"),
        pytest.param((FRENCH[0], "Publicité", TITLE, FRENCH[1], FRENCH[2]), (1, 2), id="a name of its own"),
        pytest.param((FRENCH[0], "Publicité", f"{TITLE} :", FRENCH[1], FRENCH[2]), (1,), id="a colon"),
        pytest.param((FRENCH[0], "Publicité", f"{TITLE}.", FRENCH[1], FRENCH[2]), (1,), id="a sentence"),
        pytest.param((FRENCH[0], "Publicité", TITLE, "Accueil", FRENCH[2]), (1,), id="no paragraph below it"),
        pytest.param(("Publicité", TITLE, FRENCH[1], FRENCH[2]), (0,), id="above the article"),
    ],
)
def test_other_short_lines_head_nothing(lines: tuple[str, ...], named: tuple[int, ...]) -> None:
    """Without a name above, a paragraph below and an article around it a short line is not protected."""
    assert _protected(_subheadings, *lines, named=named) == {}


# --- last sentences --------------------------------------------------------------------------------------

LAST = [("context.last-sentence", -2.2, None)]


@pytest.mark.parametrize("last", ["Le pont reste ouvert.", "Die Brücke bleibt offen.", "पुल खुला रहेगा।"])
def test_short_sentence_below_a_paragraph_may_be_its_last(last: str) -> None:
    """A few words with a full stop of any script, right below a paragraph, may end the article."""
    assert _protected(add_last_sentences, *FRENCH, last) == {4: LAST}


@pytest.mark.parametrize(
    ("lines", "named"),
    [
        pytest.param((*FRENCH, "Le pont reste ouvert"), (), id="no full stop"),
        pytest.param((*FRENCH, "Le pont reste-t-il ouvert ?"), (), id="a question"),
        pytest.param((*FRENCH, "Fin."), (), id="one word"),
        pytest.param((*FRENCH, FRENCH[0]), (), id="a paragraph"),
        pytest.param((*FRENCH, "Accueil", "Le pont reste ouvert."), (), id="no paragraph above it"),
        pytest.param((*FRENCH, "Le pont reste ouvert."), (4,), id="a name"),
        pytest.param((*FRENCH, "Le pont reste ouvert."), (3,), id="a name above it"),
    ],
)
def test_other_last_lines_are_not_protected(lines: tuple[str, ...], named: tuple[int, ...]) -> None:
    """Questions, single words and what has a name, itself or the line above it, are no last sentence."""
    assert _protected(add_last_sentences, *lines, named=named) == {}
