"""Lines of one paragraph are joined before they are judged: what is joined, what is not, and that nothing else moves."""

from __future__ import annotations

import textwrap

import pytest
from hypothesis import given
from hypothesis import strategies as st

from cleaner import Kind, explain_text
from cleaner.lines.analysis import analyse, analyse_units
from cleaner.lines.units import MAX_PLAIN_SPACES, join_lines
from cleaner.matching.matcher import Matcher
from cleaner.matching.pattern import Pattern, PatternSet
from cleaner.text.document import Document
from cleaner.text.words import word_lists

PATTERNS = PatternSet(
    [
        Pattern(
            id="en.share-bar.label", kind=Kind.SHARE_BAR, lang="en", about="For a test.", phrases=("share this page",)
        )
    ]
)
MATCHER = Matcher(PATTERNS)
ANY_TEXT = st.text(st.characters(exclude_categories=()))
PIECES = st.lists(
    st.sampled_from(
        (
            "The council of ",
            "Vallon",
            " said on Monday that the pool stays closed",
            ", as the pump is broken.",
            "Home",
            "",
            "share this page",
            "said the mayor of the town",
            "- one ton of apples",
            "| a | b |",
            "\u00a0and so on",
            "12 people",
        )
    ),
    max_size=14,
)

WRAPPED = """The council of the small town voted late on Monday to close the pool
because the pump is broken and nobody knows when the spare part, which
has to come from abroad, will arrive. The mayor said that the children
would be taken by bus to the pool of the next town, and that the school
had agreed to begin its lessons half an hour later on these mornings."""
PARAGRAPHS = (
    "The harbour master said on Monday that the old crane would be taken down before the winter storms arrive.",
    "Nobody in the village remembers when the clock last showed the right time, and few people seem to mind.",
    "The baker of the island has asked the fishermen to carry his flour until the ferry is back in service.",
)


def _joined(text: str) -> str:
    """The text with the lines of each paragraph put together."""
    analysis = analyse(Document(text), MATCHER, word_lists())
    found = join_lines(analysis.document, analysis.features, analysis.strong)
    return text if found is None else found


def _units(text: str) -> list[str]:
    """The lines after joining, with single spaces."""
    return [" ".join(line.split()) for line in _joined(text).splitlines()]


# --- sentences broken at links ---------------------------------------------------------------------------

SENTENCE = "The council of Vallon said on Monday that the pool stays closed , as the pump is broken."


@pytest.mark.parametrize(
    "text",
    [
        pytest.param(
            "The council of \nVallon\n said on Monday that the pool \nstays closed\n, as the pump is broken.",
            id="with-spaces",
        ),
        pytest.param(
            "The council of\nVallon\nsaid on Monday that the pool\nstays closed\n, as the pump is broken.",
            id="without-spaces",
        ),
        pytest.param(
            "The council of \r\nVallon\r\n said on Monday that the pool \r\nstays closed\r\n, as the pump is broken.",
            id="with-returns",
        ),
    ],
)
def test_sentence_broken_at_links_is_one_unit(text: str) -> None:
    """A sentence that was broken at a link or a bold word is one line, with spaces at the edges of its pieces or without."""
    assert _units(text) == [SENTENCE]


def test_name_inside_a_sentence_is_joined() -> None:
    """A short piece with capitals belongs to the open sentence above if the line below continues it."""
    text = "The mayor said that\nAnna Lindqvist\nwould leave the town in spring, and never come back."
    assert _units(text) == [" ".join(text.split())]


@pytest.mark.parametrize(
    "text",
    [
        "« Nous n'avons rien demandé », dit \nAnne\n, « et nous ne demanderons rien. »",
        "La maire\n, Josette Lamiral\n, a rappelé que l'école resterait ouverte pendant ce temps.",
        "Die Brücke am\nHafen\nbleibt nach Angaben der Stadt noch bis in den Mai gesperrt, wie es hieß.",
    ],
)
def test_other_languages_are_joined_too(text: str) -> None:
    """A comma that begins a line and a small letter continue a sentence in every language."""
    assert _units(text) == [" ".join(text.split())]


def test_next_sentence_begins_a_unit() -> None:
    """A line below a sentence end that begins with a capital is a unit of its own."""
    text = f"The council of\nVallon\nsaid on Monday that the pool is closed.\n{PARAGRAPHS[1]}"
    assert _units(text) == ["The council of Vallon said on Monday that the pool is closed.", PARAGRAPHS[1]]


def test_blank_line_parts_units() -> None:
    """Nothing is joined over a blank line."""
    text = "The council of the town\n\nsaid on Monday that the pool stays closed, as the pump is broken."
    assert _joined(text) == text


# --- wrapped text ----------------------------------------------------------------------------------------


def test_wrapped_paragraph_is_one_unit() -> None:
    """A paragraph wrapped at a fixed width is one line, whatever its lines begin with."""
    assert _units(WRAPPED) == [" ".join(WRAPPED.split())]


@pytest.mark.parametrize("width", [55, 72, 90])
def test_wrapped_paragraphs_stay_apart(width: int) -> None:
    """Wrapped paragraphs with blank lines between them are one unit each, and short lines around them stay lines."""
    whole = [" ".join(WRAPPED.split()), " ".join(PARAGRAPHS)]
    text = "\n\n".join(["Home\nNews\nSport", *(textwrap.fill(paragraph, width) for paragraph in whole), "Archive"])
    assert [line for line in _units(text) if line] == ["Home", "News", "Sport", *whole, "Archive"]


def test_lines_that_are_not_filled_are_not_wrapped() -> None:
    """Lines that mostly leave room for the next word are lines of a list, however long they are."""
    names = ("Anna Lindqvist", "Bernd", "Christine Aalto-Westergaard", "Dag", "Eva Maria Svensson", "Finn", "Greta")
    text = "\n".join(f"{name} is on the council of the town since the year before" for name in names)
    assert _joined(text) == text


# --- what is not joined ----------------------------------------------------------------------------------


@pytest.mark.parametrize(
    "text",
    [
        pytest.param("home\nnews\nsport\nweather\nletters\narchive", id="menu"),
        pytest.param("home \nnews \nsport \nweather \nletters \narchive ", id="menu-with-spaces"),
        pytest.param(f" Home\n News\n Sport\n Weather\n{PARAGRAPHS[0]}", id="menu-above-prose"),
        pytest.param("Tags:\npool\n,\nbudget\n,\nschool", id="tags-parted-by-commas"),
        pytest.param("pool,\nbudget,\nschool,\nharbour,\nferry,\ntown", id="tags"),
        pytest.param("| Name | Age |\n| Anna | 12 |\n| and | the |", id="table"),
        pytest.param(
            "The council has decided that\n- the pool stays closed\n• and the bridge too, of course.", id="bullets"
        ),
        pytest.param(
            "9:15\nThe crane is taken down, say the men in the harbour.\n9:40\nThe crane is down.", id="times"
        ),
        pytest.param("\n".join(PARAGRAPHS), id="paragraphs"),
    ],
)
def test_lines_of_their_own_are_not_joined(text: str) -> None:
    """Menus, tags, rows of tables, items of lists and whole paragraphs stay lines of their own."""
    assert _joined(text) == text


def test_copy_is_not_joined_with_the_line_above() -> None:
    """A line that occurs twice, as a headline does, does not continue the line above it."""
    copy = "the bridge of the town stays closed"
    text = f"The paper of the town says in its issue of Monday that \n{copy} \n{PARAGRAPHS[1]}\n{copy} "
    assert _units(text)[1] == copy


def test_strong_pattern_is_not_joined() -> None:
    """A line with a strong pattern is joined neither with the line above nor with the one below."""
    text = "The council of the town said on Monday that\nshare this page\nand that the pool stays closed, as we know."
    assert _joined(text) == text


def test_label_above_a_long_line_is_not_joined() -> None:
    """A short line without a sentence end above a long one is a label, even with a space after it."""
    text = f"Harbour \n{PARAGRAPHS[0]}\n{PARAGRAPHS[1]}\n{PARAGRAPHS[2]}"
    assert _joined(text) == text


# --- offsets ---------------------------------------------------------------------------------------------


@pytest.mark.parametrize("end", ["\n", "\r\n", "  \n", " \u00a0 \n\t "])
def test_joined_text_has_the_same_offsets(end: str) -> None:
    """Only line ends and the space around them change, into as many spaces; what reads as a gap is made of thin ones."""
    text = f"The council of{end}Vallon{end}said on Monday that the pool stays closed, as the pump is broken."
    joined = _joined(text)
    assert len(joined) == len(text)
    assert len(joined.splitlines()) == 1
    assert [(old, new) for old, new in zip(text, joined, strict=True) if old != new and not old.isspace()] == []
    assert " " * (MAX_PLAIN_SPACES + 1) not in joined
    assert len(Document(joined)) == 1


@given(PIECES.map("\n".join) | ANY_TEXT)
def test_any_text_keeps_its_characters(text: str) -> None:
    """Of any text only white space changes, its length does not, and lines are only ever put together."""
    joined = _joined(text)
    assert len(joined) == len(text)
    assert all(old == new or (old.isspace() and new.isspace()) for old, new in zip(text, joined, strict=True))
    before, after = Document(text), Document(joined)
    assert set(after.starts.tolist()) <= set(before.starts.tolist()) or len(after) > len(before)


def test_analysis_is_of_the_joined_text() -> None:
    """The analysis of units has the lines of the joined text, and that of a text without broken lines is its own."""
    broken = Document("The council of\nVallon\nsaid on Monday that the pool stays closed, as the pump is broken.")
    assert len(analyse_units(broken, MATCHER, word_lists()).document) == 1
    whole = Document("\n".join(PARAGRAPHS))
    assert analyse_units(whole, MATCHER, word_lists()).document is whole


# --- through the pipeline --------------------------------------------------------------------------------

BROKEN = (
    "The harbour master said on Monday that the \nold crane\n would be taken down before the winter storms arrive.\n"
    "Nobody in the \nvillage of Vallon\n remembers when the clock last showed the right time, and few people mind.\n"
    "\n"
    "The baker of the island has asked the \nfishermen\n to carry his flour until the ferry is back in service.\n"
)
NOTICE = "Get the best stories of \nthe week\n in your inbox, and\n never miss anything that happens.\n"


def test_untouched_document_comes_back() -> None:
    """An article broken at its links, without noise, comes back byte for byte, its line ends included."""
    result = explain_text(BROKEN)
    assert (result.text, result.removals) == (BROKEN, ())


def test_untouched_lines_around_a_removal_come_back() -> None:
    """Where noise is removed, the broken lines that stay keep their line ends."""
    result = explain_text(f"{BROKEN}Share on Facebook\n")
    assert result.text == BROKEN
    assert [(removal.kind, removal.text) for removal in result.removals] == [(Kind.SHARE_BAR, "Share on Facebook\n")]


def test_removed_unit_goes_with_all_its_lines() -> None:
    """A notice broken at its links is removed whole, with the span of all lines, if a pattern matches across the break."""
    text = f"{BROKEN}{NOTICE}Share on Facebook\n"
    result = explain_text(text)
    assert result.text == BROKEN
    removal = result.removals[0]
    assert (removal.kind, removal.text) == (Kind.NEWSLETTER, NOTICE)
    assert (removal.start, removal.end) == (len(BROKEN), len(BROKEN) + len(NOTICE))
    source = next(item for item in removal.evidence if item.kind is Kind.NEWSLETTER)
    assert source.source == "en.newsletter.imperative"
    assert removal.start <= source.start < source.end <= removal.end
    assert result.restore() == text


def test_every_line_of_a_unit_has_its_verdict() -> None:
    """All lines removed as one unit have dropped verdicts, with the kind and the score of the unit."""
    result = explain_text(f"{BROKEN}{NOTICE}Share on Facebook\n")
    verdicts = result.lines[-1 - NOTICE.count("\n") : -1]
    assert [(verdict.action, verdict.kind) for verdict in verdicts] == [("drop", Kind.NEWSLETTER)] * len(verdicts)


def test_copy_is_not_joined_with_the_line_below() -> None:
    """A copy of the headline stays a line of its own above a line that begins with a small letter."""
    copy = "The bridge of the town stays closed"
    text = f"{copy}\n{copy}\nand the ferry does not sail either, because the pier below it is being built again."
    assert _units(text)[:2] == [copy, copy]


def test_headline_that_ends_in_a_month_is_not_joined() -> None:
    """A headline that ends in a name written like a function word stays apart from the sentence below it."""
    headline = "The bridge at the harbour stays closed until May"
    assert _units(f"{headline}\n{PARAGRAPHS[0]}") == [headline, PARAGRAPHS[0]]


LONG = " ".join(WRAPPED.split())
NARROW = "\n\n".join(textwrap.fill(paragraph, 38) for paragraph in (*PARAGRAPHS, LONG))


def test_narrowly_wrapped_text_is_put_together() -> None:
    """A text whose lines are all filled to a small width is put together, where the next line begins small."""
    assert _units(NARROW)[::2] == [*PARAGRAPHS, LONG]


def test_title_that_fills_the_width_stays_a_line() -> None:
    """In a wrapped text, two lines that begin with capitals are not put together, even if the first one is filled."""
    titles = "Crane to come down at Harbour Square\nFishermen carry flour to the bakery"
    assert _units(f"{titles}\n\n{NARROW}")[:2] == titles.split("\n")


def test_pattern_on_a_wrapped_piece_does_not_divide_it() -> None:
    """In a wrapped text a line that begins small continues the one above, whatever pattern holds on it."""
    lines = NARROW.split("\n")
    lines[1:1] = ["and the mayor of the town asked him to", "share this page"]
    assert "asked him to share this page" in _units("\n".join(lines))[0]


def test_short_lines_are_not_taken_for_wrapped_text() -> None:
    """Lines of which few are filled to the width of the longest are not put together."""
    text = "\n".join(["bread", "flour from the mill", "salt", "water from the well of the old village", "yeast"] * 4)
    assert _units(text) == text.split("\n")
