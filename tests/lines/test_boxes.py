"""Boxes in pieces: the name of an opening line, a label or a button reaches the lines that belong to it, and no others."""

from __future__ import annotations

import pytest

from cleaner import CleanResult, Kind, explain_text
from cleaner.lines.analysis import analyse
from cleaner.lines.evidence import gather
from cleaner.lines.protections import add_last_sentences, add_lists, add_subheadings
from cleaner.matching.library import builtin_patterns
from cleaner.matching.matcher import Matcher
from cleaner.text.document import Document
from cleaner.text.words import word_lists
from tests.deciding import ENGLISH

MATCHER = Matcher(builtin_patterns())
PARAGRAPHS = ENGLISH[:4]
ABOVE, BELOW = "\n".join(PARAGRAPHS[:2]), "\n".join(PARAGRAPHS[2:])
ARTICLE = f"{ABOVE}\n{BELOW}\n"


def _sources(result: CleanResult, line: int) -> dict[str, float]:
    return {item.source: item.points for item in result.lines[line].evidence}


def test_what_stands_between_the_heading_and_the_button_of_an_offer_goes() -> None:
    """The lines between "Newsletter" and "Subscribe now" inside the article are the offer, named by its heading."""
    result = explain_text(
        f"{ABOVE}\nNewsletter\nMorning on the coast\nAll of the quay in your mailbox\nSubscribe now\n{BELOW}\n"
    )
    assert result.text == ARTICLE
    assert [result.lines[line].kind for line in (2, 3, 4)] == [Kind.NEWSLETTER] * 3
    for line in (3, 4):
        (box,) = (source for source in _sources(result, line) if source.startswith("context.box:"))
        assert "newsletter" in box


def test_sentence_between_heading_and_button_stays() -> None:
    """A sentence between two names of offers may be the article's, so nothing between them is taken."""
    text = f"{ABOVE}\nNewsletter\n{PARAGRAPHS[2]}\nSubscribe now\n{PARAGRAPHS[3]}\n"
    result = explain_text(text)
    assert result.text == ARTICLE


def test_headline_between_an_offer_and_a_button_of_the_head_stays() -> None:
    """Above the article stand the site's own links, and the headline may stand between two of them."""
    result = explain_text(f"Newsletter\nThe crane in the harbour is taken down\nSubscribe now\n{ARTICLE}")
    assert result.text == f"The crane in the harbour is taken down\n{ARTICLE}"


@pytest.mark.parametrize("label", ["Related", "Also read"])
def test_label_alone_takes_its_title_and_not_the_paragraph_below(label: str) -> None:
    """A title below a label is removed with it, though its last word leaves it open; the article resumes below it."""
    result = explain_text(f"{ABOVE}\n{label}\nThe ferry that nobody waits for\n{BELOW}\n")
    assert result.text == ARTICLE
    assert result.lines[3].kind is Kind.READ_ALSO
    result = explain_text(f"{ABOVE}\n{label}\nThe ferry that we waited for\n{BELOW}\n")
    assert result.text == ARTICLE


def test_name_below_the_label_of_a_byline_goes_with_it() -> None:
    """A byline split over lines below the article is removed as one: label, name, and the word before its time."""
    result = explain_text(f"{ARTICLE}Posted by\nLéonie\nat\n08:15\nShare\nFacebook\nTwitter\n")
    assert result.text == ARTICLE
    assert _sources(result, 5)["context.byline-label"] == 14.0
    assert [result.lines[line].kind for line in (5, 6)] == [Kind.BYLINE, Kind.BYLINE]


def test_name_inside_the_article_is_no_byline() -> None:
    """Inside an article a label of a byline takes no name."""
    result = explain_text(f"{ABOVE}\nAuthor\nLéonie Tarn\n{BELOW}\n")
    assert "Léonie Tarn" in result.text


@pytest.mark.parametrize(
    "cells", [("Branch", "Loans", "Share", "Harbour", "41,200", "38.1%", "Mill", "29,950", "27.7%")]
)
def test_word_of_an_interface_in_a_table_stays(cells: tuple[str, ...]) -> None:
    """Inside the article, unnamed lines do not strengthen weak evidence: cells of a table stay whole."""
    text = f"{ABOVE}\nMost active branches, by loans:\n" + "\n".join(cells) + f"\n{BELOW}\n"
    assert explain_text(text).text == text


@pytest.mark.parametrize("form", ["{label}: {value}", "{label}:\n{value}"])
def test_rows_of_labels_and_values_are_a_sheet(form: str) -> None:
    """Three rows and more that no pattern speaks of count for the article; with one label again and again they do not."""
    rows = [("Length", "17 km"), ("Gauge", "one metre"), ("Last train", "in autumn 1963")]
    result = explain_text(f"{ABOVE}\n" + "\n".join(form.format(label=label, value=value) for label, value in rows))
    assert all(_sources(result, line).get("context.sheet") == -2.0 for line in range(2, len(result.lines)))
    assert result.text == f"{ABOVE}\n" + "\n".join(form.format(label=label, value=value) for label, value in rows)
    again = explain_text(f"{ABOVE}\n" + "\n".join(form.format(label="Option", value=value) for _, value in rows))
    assert not any("context.sheet" in _sources(again, line) for line in range(len(again.lines)))


def test_short_line_between_a_button_and_a_paragraph_may_head_the_paragraph() -> None:
    """Inside the article a line below named noise is not noise for that alone: a paragraph follows it."""
    text = f"{ABOVE}\n{PARAGRAPHS[2]}\nShare this article\nWhat becomes of the cabin\n{PARAGRAPHS[3]}\n{ABOVE}\n"
    analysis = analyse(Document(text), MATCHER, word_lists())
    gathered = gather(analysis, None)
    add_subheadings(analysis, gathered.ledger, gathered.clues.places)
    assert {line: [one.source for one in found] for line, found in gathered.ledger.lines.items()} == {
        3: ["en.share-bar.heading"],
        4: ["context.subheading-place"],
    }
    assert explain_text(text).text == text.replace("Share this article\n", "")


def test_text_below_the_times_of_a_live_blog_stays() -> None:
    """Each entry's lines, to its last sentence, count for the article, greetings and the first entry at the end too."""
    entries = [("09:30", "Why the crane?"), ("08:15", "Jams"), ("06:00", "Hello")]
    body = "\n".join(
        f"{time}\n{title}\n{PARAGRAPHS[at]}\nShare this article" for at, (time, title) in enumerate(entries)
    )
    analysis = analyse(Document(f"{ABOVE}\n{body}\nLoad more\n"), MATCHER, word_lists())
    found = gather(analysis, None).ledger.lines
    sources = {line: {one.source: one.points for one in found[line]} for line in found}
    for line in (3, 4, 7, 8, 11, 12):
        assert sources[line]["context.entry-text"] == -4.0
    assert not any("context.entry-text" in sources.get(line, {}) for line in (5, 9, 13, 14))


def test_list_whose_items_end_as_clauses_stays() -> None:
    """Semicolons and a last full stop make a list the sentence that introduces it, also where nothing follows it."""
    items = ("one book a subject in class;", "lockers that two pupils share;", "no bricks.")
    lead = "From October on these rules will be tried in the school:"
    listed = "\n".join(f"- {item}" for item in items)
    analysis = analyse(Document(f"{ABOVE}\n{lead}\n{listed}\nShare this article\n"), MATCHER, word_lists())
    gathered = gather(analysis, None)
    add_lists(analysis, gathered.ledger, gathered.clues)
    assert [line for line, found in gathered.ledger.lines.items() if found[0].source == "context.list"] == [2, 3, 4, 5]
    menu = "\n".join(f"- {item}" for item in ("Sport", "Weather", "Contact us"))
    analysis = analyse(Document(f"{ABOVE}\n{lead}\n{menu}\nShare this article\n"), MATCHER, word_lists())
    gathered = gather(analysis, None)
    add_lists(analysis, gathered.ledger, gathered.clues)
    assert not any(one.source == "context.list" for found in gathered.ledger.lines.values() for one in found)


def test_short_sentence_right_below_the_article_may_be_its_last() -> None:
    """Noise below a short sentence does not make it noise; below named noise it is scored like any line."""
    last = "It never came back."
    for above, expected in ((ABOVE, {2: -2.2}), (f"{ABOVE}\nShare this article", {})):
        analysis = analyse(Document(f"{above}\n{last}\nShare on Facebook\n"), MATCHER, word_lists())
        ledger = gather(analysis, None).ledger
        add_last_sentences(analysis, ledger)
        found = {line: one.points for line, all_of in ledger.lines.items() for one in all_of if "last" in one.source}
        assert found == expected


def test_box_ends_above_the_date_of_an_entry() -> None:
    """A box between the entries of a chronology does not take their dates, nor short texts below them."""
    before = "\n".join(f"{year}\n{PARAGRAPHS[at]}" for at, year in enumerate((1990, 1998, 2004)))
    box = "À lire aussi\nThe ferry that nobody waits for\n"
    after = "2011\nNine lawsuits. Nine.\n2015\nOne verdict, and silence.\n2019\nIt opens.\n"
    text = f"{ABOVE}\n{before}\n{box}{after}"
    assert explain_text(text).text == text.replace(box, "")
