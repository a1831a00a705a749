"""The evidence of patterns and context: where hits hold, which dates head entries, and what threads and names add."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from cleaner.lines.evidence import Gathered, gather
from cleaner.passes.judgement import Cut
from cleaner.result import Evidence, Kind
from tests.deciding import COMMENTS, FRENCH, GERMAN, THREAD_PATTERNS, analysed, pattern, sources

PATTERNS = (
    *THREAD_PATTERNS,
    pattern(Kind.PUBLICATION_DATE, name="day", regex=r"\d+ \p{L}+ \d{4}", literals=("juin 2019",)),
    pattern(Kind.PUBLICATION_DATE, name="time", regex=r"\d+ h \d+", literals=(" h ",), strength="weak"),
    pattern(Kind.BYLINE, "Par la rédaction", position="head"),
    pattern(Kind.TAGS, "Mots-clés", position="tail"),
    pattern(Kind.SHARE_BAR, "Partager", position="edge", strength="weak"),
    pattern(Kind.RELATED_LINKS, "À lire également", action="open"),
    pattern(Kind.SOCIAL_PROMOTION, "(Suivez-nous)", match="anywhere", action="cut", bounds="none"),
    pattern(Kind.CONTACT_LINE, "02 98 11 22 33", strength="weak"),
)
# An article in the middle of which nothing is near an edge.
LONG = (*FRENCH, *GERMAN, *FRENCH, *GERMAN, *FRENCH)
PAIR, HEADING, OTHER = "RépondreSupprimer", "Vos réactions", "Tous droits réservés"
TITLE, NAME = "Le bac revient après six semaines de travaux", "Odette Vasseur"


def _gather(*lines: str) -> Gathered:
    return gather(analysed(lines, PATTERNS), None)


def _told(*lines: str) -> dict[int, list[tuple[str, float, Kind | None]]]:
    """What is told of each line that something is told of."""
    return {line: sources(evidence) for line, evidence in _gather(*lines).ledger.lines.items()}


# --- hits in their places --------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("line", "source", "points", "places"),
    [
        ("Par la rédaction", "xx.byline.label", 16.0, ("head",)),
        ("Mots-clés", "xx.tags.label", 16.0, ("tail",)),
        ("Partager", "xx.share-bar.label", 1.0, ("head", "tail")),
        ("02 98 11 22 33", "xx.contact-line.label", 1.0, ("head", "inside", "tail")),
    ],
)
def test_hit_counts_where_its_pattern_holds(line: str, source: str, points: float, places: tuple[str, ...]) -> None:
    """A pattern of the head, tail or edge says nothing elsewhere; the points are those of its strength."""
    kind = Kind(source.split(".")[1])
    texts = {"head": (line, *LONG, *LONG), "inside": (*LONG, line, *LONG), "tail": (*LONG, *LONG, line)}
    for place, text in texts.items():
        expected = {text.index(line): [(source, points, kind)]} if place in places else {}
        assert _told(*text) == expected


def test_hit_of_a_fragment_is_a_cut_and_says_nothing_of_its_line() -> None:
    """What a pattern cuts is handed on with its place and reason, and its line has no evidence."""
    text = f"{FRENCH[0]} (Suivez-nous)"
    gathered = _gather(text, FRENCH[1])
    start = len(FRENCH[0]) + 1
    evidence = Evidence("xx.social-promotion.label", 16.0, start, len(text), Kind.SOCIAL_PROMOTION)
    assert gathered.cuts == [Cut(0, start, len(text), evidence)]
    assert gathered.ledger.lines == {}


def test_line_has_the_points_of_its_best_hit() -> None:
    """Of two hits on one line the one with more points counts, and the other is not added to it."""
    twin = pattern(Kind.NEWSLETTER, "Mots-clés", strength="weak")
    gathered = gather(analysed((*FRENCH, "Mots-clés"), (*PATTERNS, twin)), None)
    assert sources(gathered.ledger.lines[4]) == [("xx.tags.label", 16.0, Kind.TAGS)]
    assert sorted(hit.pattern.kind for hit in gathered.clues.placed[4]) == [Kind.NEWSLETTER, Kind.TAGS]


def test_heading_of_links_follows_a_sentence() -> None:
    """A list of other articles opens below some sentence, and its title goes with it; above all text it is no list."""
    box = ("À lire également", "Un phare à vendre")
    assert _told(*FRENCH, *box) == {
        4: [("xx.related-links.label", 16.0, Kind.RELATED_LINKS)],
        5: [("context.box:xx.related-links.label", 14.0, Kind.RELATED_LINKS)],
    }
    assert _told(*box, *FRENCH) == {}


def test_number_that_a_sentence_runs_through_is_the_articles() -> None:
    """A number in the middle of a sentence that was broken there is no line of contact; other kinds hold there too."""
    broken = (
        "La mairie répond aux habitants de l'île, tous les jours de la semaine et jusqu'à la fin du mois, au numéro",
        "02 98 11 22 33",
        "et dans ses bureaux, qui sont ouverts le matin et se trouvent à deux pas de l'embarcadère du vieux port.",
    )
    assert _told(*broken, *FRENCH) == {}
    other = pattern(Kind.NEWSLETTER, broken[1], name="other")
    assert gather(analysed((*broken, *FRENCH), (other,)), None).ledger.lines.keys() == {1}
    assert _told(*FRENCH, broken[1]) == {4: [("xx.contact-line.label", 1.0, Kind.CONTACT_LINE)]}


def test_speaker_counts_in_a_thread_or_at_the_tail() -> None:
    """Who "wrote" something inside an article is quoted; at its tail, or in a thread, it may be the author of a comment."""
    assert _told(*LONG, "Lison a écrit", *LONG) == {}
    says = ("xx.comment-attribution.says", 1.0, Kind.COMMENT_ATTRIBUTION)
    assert _told(*LONG, "Lison a écrit") == {len(LONG): [says]}
    assert _told("Lison a écrit", f"{COMMENTS[0]} {PAIR}", "", *LONG)[0][0] == says


# --- entries ---------------------------------------------------------------------------------------------

ENTRIES = ("Le bac est construit.", "Il est repeint en bleu.", "Il revient au port.")
ENTRY, TEXT = [("context.entry", -4.0, None)], [("context.entry-text", -4.0, None)]


def _entries(*dates: str) -> list[str]:
    return [line for date, text in zip(dates, ENTRIES, strict=False) for line in (date, text)]


@pytest.mark.parametrize("dates", [("1998", "2004", "2019"), ("12 h 30", "14 h 40", "16 h 20")], ids=["years", "times"])
def test_years_and_times_head_entries_with_their_texts(dates: tuple[str, ...]) -> None:
    """A year or time alone above a sentence, three times, is a chronology: dates and texts are the article's."""
    assert _told(*FRENCH, *_entries(*dates)) == {4: ENTRY, 5: TEXT, 6: ENTRY, 7: TEXT, 8: ENTRY, 9: TEXT}


def test_whole_dates_head_entries_without_their_texts() -> None:
    """Below whole dates teasers stand as well, so only the dates themselves are protected, and have no other name."""
    found = _told(*FRENCH, *_entries("12 juin 2019", "13 juin 2019", "14 juin 2019"))
    assert found == {4: ENTRY, 6: ENTRY, 8: ENTRY}


def test_two_dates_are_no_chronology() -> None:
    """Two dates are those of publication and change, and keep their kind."""
    found = _told(*_entries("12 juin 2019", "13 juin 2019"), *FRENCH)
    date = [("xx.publication-date.day", 16.0, Kind.PUBLICATION_DATE)]
    assert found == {0: date, 2: date}


def test_dates_without_sentences_between_are_no_entries() -> None:
    """Dates above titles, not sentences, are those of other articles."""
    titles = [line.removesuffix(".") for line in _entries("12 juin 2019", "13 juin 2019", "14 juin 2019")]
    assert {source for told in _told(*FRENCH, *titles).values() for source, _, _ in told} == {"xx.publication-date.day"}


def test_dates_below_the_heading_of_a_list_are_teasers() -> None:
    """What has dates below a heading of other articles is no chronology of this one."""
    found = _told(*FRENCH, "À lire également", "Un phare", *_entries("12 juin 2019", "13 juin 2019", "14 juin 2019"))
    assert not any(item[0] == "context.entry" for told in found.values() for item in told)


def test_own_date_above_a_chronology_is_no_entry() -> None:
    """The article's date, written in another way than those of the entries below it, keeps its kind."""
    found = _told("3 juin 2019", FRENCH[0], *_entries("1998", "2004", "2019"))
    assert found[0] == [("xx.publication-date.day", 16.0, Kind.PUBLICATION_DATE)]
    assert [found[line] for line in (2, 4, 6)] == [ENTRY] * 3
    assert _told("1986", FRENCH[0], *_entries("1998", "2004", "2019"))[0] == ENTRY


# --- threads ---------------------------------------------------------------------------------------------


def test_thread_names_its_lines() -> None:
    """Each line of a thread has its points: comments as comments, lines of links as those, all else without a name."""
    found = _told(*FRENCH, HEADING, f"{COMMENTS[0]} {PAIR}", PAIR, "", COMMENTS[1], OTHER)
    thread = {line: told[-1] for line, told in found.items()}
    assert thread == {
        4: ("context.comment-thread", 24.0, Kind.BOILERPLATE),
        5: ("context.comment-thread", 24.0, Kind.COMMENT),
        6: ("context.comment-thread", 24.0, Kind.COMMENT_CONTROLS),
        8: ("context.comment-thread", 24.0, Kind.COMMENT),
        9: ("context.comment-thread", 24.0, Kind.BOILERPLATE),
    }


def test_links_in_a_comment_explain_and_add_nothing() -> None:
    """The links fused into a comment are told without points, since the thread decides over the line."""
    found = _told(*FRENCH, f"{COMMENTS[0]} {PAIR}")
    assert found[4] == [
        ("xx.comment-controls.pair", 0.0, Kind.COMMENT_CONTROLS),
        ("context.comment-thread", 24.0, Kind.COMMENT),
    ]


# --- names -----------------------------------------------------------------------------------------------

SIGNATURE = [("context.signature", 7.0, Kind.SIGNATURE)]
BYLINE = [("context.byline-place", 7.0, Kind.BYLINE)]


def test_name_below_the_last_paragraph_is_a_signature() -> None:
    """A name alone below the article, with noise or nothing below it, is its author's; with a text below it a heading."""
    assert _told(*FRENCH, NAME) == {4: SIGNATURE}
    assert _told(*FRENCH, NAME, OTHER)[4] == SIGNATURE
    assert _told(*FRENCH, NAME, "Un ancien capitaine") == {}
    assert _told(*FRENCH, "Le pont fermé") == {}


def test_name_beside_the_date_below_a_headline_is_a_byline() -> None:
    """Between headline and article a name next to a date is the author's; without a headline above it may be anything."""
    assert _told(TITLE, NAME, "3 juin 2019", *FRENCH)[1] == BYLINE
    assert 0 not in _told(NAME, "3 juin 2019", *FRENCH)
    assert _told(TITLE, NAME, *FRENCH) == {}
    assert 0 not in _told(NAME, TITLE, "3 juin 2019", *FRENCH)
    assert 1 not in _told(TITLE, "Bretagne", "3 juin 2019", *FRENCH)


# --- properties ------------------------------------------------------------------------------------------

LINES = st.sampled_from((*FRENCH, *COMMENTS, "", TITLE, NAME, PAIR, HEADING, OTHER, "1998", "3 juin 2019", "Partager"))


@given(st.lists(LINES, min_size=1, max_size=14))
def test_evidence_stands_on_its_line(lines: list[str]) -> None:
    """Whatever the lines are, evidence and cuts lie inside the line that they speak of, and clues sum the evidence."""
    analysis = analysed(lines, PATTERNS)
    gathered = gather(analysis, None)
    document = analysis.document
    for line, told in gathered.ledger.lines.items():
        assert all(document.starts[line] <= item.start <= item.end <= document.ends[line] for item in told)
        assert gathered.clues.points[line] == sum(item.points for item in told)
    assert all(document.starts[cut.line] <= cut.start < cut.end <= document.ends[cut.line] for cut in gathered.cuts)
    assert set(gathered.clues.placed) <= set(analysis.hits)
