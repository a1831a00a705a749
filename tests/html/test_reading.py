"""Pages as they are read: which blocks stay, what the source is made of, and where each block stands in it."""

from __future__ import annotations

import json

import pytest
from hypothesis import given, settings

from cleaner.html.reading import VOTE_POINTS
from cleaner.passes.edits import apply_removals
from cleaner.result import NO_ARTICLE, Line
from tests.deciding import FRENCH, GERMAN
from tests.reading import SURE, read, reader
from tests.strategies import pages

HEADLINE = "Le bac revient après six semaines de travaux"
MENU = "<nav class='menu'><ul><li>Accueil</li><li>Région</li></ul></nav>"
ARTICLE = f"<article class='entry'><p>{FRENCH[0]}</p><p>{FRENCH[1]}</p></article>"


def _page(body: str, title: str = "") -> str:
    return f"<html><head><title>{title}</title></head><body>{body}</body></html>"


# --- the source ------------------------------------------------------------------------------------------


def test_source_is_all_blocks_and_edits_leave_the_chosen_ones() -> None:
    """A block a line; what goes are the blocks that are not kept, each with one line end."""
    reading = read(_page(f"{MENU}{ARTICLE}<p>Contact</p>"))
    assert reading.source == f"- Accueil\n- Région\n{FRENCH[0]}\n{FRENCH[1]}\nContact"
    assert reading.choice.kept.tolist() == [False, False, True, True, False]
    assert [(edit.start, edit.end, edit.line) for edit in reading.edits] == [
        (0, 10, 0),
        (10, 19, 1),
        (len(reading.source) - 8, len(reading.source), 4),
    ]
    assert apply_removals(reading.source, reading.edits) == f"{FRENCH[0]}\n{FRENCH[1]}"


def test_block_stands_at_its_span() -> None:
    """Spans and lines say where each block's shown text stands in the source."""
    reading = read(_page(f"{MENU}{ARTICLE}"))
    for block, shown in enumerate(reading.shown):
        start, end = reading.span(block)
        assert reading.source[start:end] == shown
    assert reading.lines[0] == Line(0, 0, 9, 10)
    assert reading.lines[-1].stop == reading.lines[-1].end == len(reading.source)


def test_first_block_of_a_list_item_has_a_hyphen() -> None:
    """An item of several blocks begins once, wherever its text lies inside it; other blocks have no hyphen."""
    reading = read(
        _page(f"<ul><li><p>{FRENCH[0]}</p><p>{FRENCH[1]}</p></li><li>{GERMAN[0]}</li></ul><p>{GERMAN[1]}</p>")
    )
    assert reading.shown == [f"- {FRENCH[0]}", FRENCH[1], f"- {GERMAN[0]}", GERMAN[1]]


def test_preformatted_block_is_several_lines() -> None:
    """The lines of one block go and stay together, at offsets behind each other."""
    reading = read(_page(f"<pre>un\ndeux</pre>{ARTICLE}"))
    assert reading.starts[:2] == [0, 8]
    assert apply_removals(reading.source, reading.edits) == f"{FRENCH[0]}\n{FRENCH[1]}"


# --- the headline ----------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("title", "lead"),
    [
        (HEADLINE, HEADLINE),
        (f"{HEADLINE} | Le Courrier", HEADLINE),
        (f"{HEADLINE} - Le Courrier de la rade", HEADLINE),
        (f"{HEADLINE} - ce que disent les habitants de la rade",) * 2,
        ("Bac | Le Courrier",) * 2,
        ("", ""),
    ],
)
def test_headline_that_no_block_shows_stands_first(title: str, lead: str) -> None:
    """The title from the page's head leads the source, without a short name of a site behind it, and is the headline."""
    reading = read(_page(ARTICLE, title))
    assert reading.lead == lead
    assert reading.headline == (lead or None)
    assert reading.source.startswith(f"{lead}\n{FRENCH[0]}" if lead else FRENCH[0])
    assert reading.starts[0] == (len(lead) + 1 if lead else 0)


def test_headline_that_a_block_shows_does_not_lead() -> None:
    """A heading with the words of the title is the headline, and stays though it is no sentence."""
    reading = read(_page(f"{MENU}<h1>{HEADLINE}</h1>{ARTICLE}", HEADLINE))
    assert (reading.lead, reading.headline, reading.copies) == ("", HEADLINE, [2])
    assert reading.choice.kept.tolist() == [False, False, True, True, True]
    assert reading.choice.marks[2].source == "context.headline"
    assert reading.choice.marks[2].points < 0


def test_dropped_headline_does_not_lead() -> None:
    """Where headlines are to be dropped none is put above the text, and a block that shows it goes."""
    assert read(_page(ARTICLE, HEADLINE), headline="drop").lead == ""
    reading = read(_page(f"<h1>{HEADLINE}</h1>{ARTICLE}", HEADLINE), headline="drop")
    assert reading.choice.kept.tolist() == [False, True, True]
    assert reading.choice.marks[0].source == "context.headline-copy"
    assert reading.choice.marks[0].points > 0


# --- pages without an article ----------------------------------------------------------------------------


@pytest.mark.parametrize("markup", ["", "   ", "<!-- rien -->", "<html><body><img src='bac.png'></body></html>"])
def test_page_without_text_is_none(markup: str) -> None:
    """Where there is no text at all there is nothing to decide."""
    assert reader().read(markup) is None


def test_page_without_an_article_is_flagged() -> None:
    """Nothing of it stays, its headline does not lead, and all of its source goes."""
    reading = read(_page(MENU, HEADLINE))
    assert reading.flags == (NO_ARTICLE,)
    assert not reading.choice.kept.any()
    assert (reading.lead, reading.source) == ("", "- Accueil\n- Région")
    assert apply_removals(reading.source, reading.edits) == ""
    assert read(_page(ARTICLE)).flags == ()


def test_text_in_the_data_of_a_page_is_read_where_it_shows_none() -> None:
    """A page that shows a menu alone, with the article in its data, is read from them."""
    data = json.dumps({"articleBody": "\n".join((*FRENCH, *GERMAN, *FRENCH))})
    script = f"<script type='application/ld+json'>{data}</script>"
    assert FRENCH[2] in read(_page(MENU + script)).source
    assert FRENCH[2] not in read(_page(MENU + ARTICLE + ARTICLE + script)).source


# --- elements --------------------------------------------------------------------------------------------


def test_path_names_an_element_and_the_one_around_it() -> None:
    """A path has the first of each element's names; an offset has the path of the block that it stands in."""
    reading = read(_page(f"{MENU}{ARTICLE}"))
    assert reading.path(2) == "article.entry > p"
    assert reading.path_at(reading.starts[2]) == reading.path_at(reading.starts[3] - 1) == "article.entry > p"
    assert reading.path_at(reading.starts[2] - 1) == "ul > li"


def test_headline_that_leads_has_no_element() -> None:
    """What stands above all blocks was put there, and is part of no element."""
    reading = read(_page(ARTICLE, HEADLINE))
    assert reading.path_at(0) == ""
    assert reading.path_at(len(HEADLINE) + 1) == "article.entry > p"


# --- votes -----------------------------------------------------------------------------------------------


def test_vote_adds_points_for_what_another_extractor_took() -> None:
    """Blocks that are in its text have points more, all others as many less, and the votes are kept as reasons."""
    page_reader = reader()
    reading = page_reader.read(_page(f"{MENU}{ARTICLE}"))
    assert reading is not None
    voted = page_reader.vote(reading, f"{FRENCH[0]}\n- Région")
    assert voted.votes is not None
    assert voted.votes.tolist() == [-VOTE_POINTS, VOTE_POINTS, VOTE_POINTS, -VOTE_POINTS]
    assert voted.choice.points.tolist() == [-SURE - 2.0, -SURE + 2.0, SURE + 2.0, SURE - 2.0]
    assert reading.votes is None


def test_short_block_is_taken_only_as_a_line() -> None:
    """A word that stands somewhere in the other extractor's text is no vote for a button of that name."""
    page_reader = reader()
    reading = page_reader.read(_page(f"{MENU}{ARTICLE}"))
    assert reading is not None
    votes = page_reader.vote(reading, f"La Région paie. {FRENCH[0]} {FRENCH[1]}").votes
    assert votes is not None
    assert votes.tolist() == [-VOTE_POINTS, -VOTE_POINTS, VOTE_POINTS, VOTE_POINTS]


# --- properties ------------------------------------------------------------------------------------------


@settings(max_examples=40)
@given(pages())
def test_edits_leave_the_chosen_blocks(markup: str) -> None:
    """Whatever the page is, its edits take all but the lead and the chosen blocks, and segments say where these stand."""
    reading = reader().read(markup)
    if reading is None:
        return
    kept = [text for text, stays in zip(reading.shown, reading.choice.kept, strict=True) if stays]
    left = apply_removals(reading.source, reading.edits)
    assert left == "\n".join([*([reading.lead] if reading.lead else []), *kept])
    assert reading.segments.size == len(left)
    assert "".join(reading.source[slice(*piece)] for piece in reading.segments.pieces(0, len(left))) == left
