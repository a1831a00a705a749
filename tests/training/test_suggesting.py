"""Patterns that are suggested from marked lines: their form, their examples, and what is not proposed and why."""

from __future__ import annotations

import tomllib
from collections.abc import Sequence

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from cleaner import CleanResult, Kind
from cleaner.matching.parsing import parse_patterns
from cleaner.matching.pattern import PatternSet
from cleaner.result import Action, Line, Verdict
from cleaner.training.corrections import Correction, Judged, Label
from cleaner.training.pattern_files import Entry, comment_lines, pattern_file, toml_string
from cleaner.training.suggesting import JudgedDocument, Suggestions, suggest_patterns

STAYS = ("The ferry sails again from Monday, said the harbour master.", "The council reads the Heron Post on the quay.")


def _document(
    *marks: tuple[str, Label, Action], kind: Kind | None = None, patterns: tuple[str, ...] = ()
) -> JudgedDocument:
    """A document of some lines that stay and of marked ones below, each with what happens to it."""
    lines = [*STAYS, *(text for text, _, _ in marks)]
    original = "\n".join(lines)
    judged, verdicts, start = [], [], 0
    actions: dict[int, Action] = {len(STAYS) + number: action for number, (_, _, action) in enumerate(marks)}
    for number, line in enumerate(lines):
        end = start + len(line)
        action = actions.get(number, "keep")
        own = (kind or Kind.TAGS) if action == "drop" else None
        verdicts.append(Verdict(Line(number, start, end, end + 1), action, own, 0.0, ()))
        if number in actions:
            text, label, _ = marks[number - len(STAYS)]
            mark = Correction("a.txt", None, start, end, text, label, "0" * 64)
            judged.append(Judged(mark, action, own, (), patterns, 0.0, number + 1))
        start = end + 1
    result = CleanResult(original, trace=lambda: tuple(verdicts))
    return JudgedDocument("a.txt", original, result, tuple(judged))


def _suggest(
    *documents: JudgedDocument, after: Sequence[Sequence[Judged]] | None = None, lang: str = "en"
) -> Suggestions:
    """What is suggested where cleaning with the suggestions makes every correction hold, or gives ``after``."""

    def retry(_: PatternSet) -> Sequence[Sequence[Judged]]:
        return [[_held(one) for one in document.judged] for document in documents] if after is None else after

    return suggest_patterns(documents, lang, retry)


def _held(judged: Judged) -> Judged:
    action: Action = "keep" if judged.correction.label == "article" else "drop"
    return Judged(judged.correction, action, None, (), (), 0.0, judged.number)


def _noise(*lines: str) -> JudgedDocument:
    return _document(*((line, "noise", "keep") for line in lines))


def _loaded(found: Suggestions, lang: str = "en") -> PatternSet:
    return PatternSet(parse_patterns(tomllib.loads(pattern_file(found.entries, lang)), "suggested.toml"))


MOTTO = "The Heron Post is made by nine people on the quay of Skarvoy."


def test_long_line_of_noise_is_a_strong_phrase() -> None:
    """A long line becomes a phrase that is enough alone, with two lines that it matches and near misses of articles."""
    (entry,) = _suggest(_noise(MOTTO)).entries
    assert (entry.phrases, entry.match, entry.strength, entry.action) == ((MOTTO,), "whole", "strong", "drop")
    assert entry.must_match == (MOTTO, f"- {MOTTO}")
    assert entry.must_not_match[0] == STAYS[1]
    assert entry.kind is Kind.BOILERPLATE
    assert entry.comment == ("Marked as noise once, first in a.txt, line 3.",)


def test_short_lines_of_one_kind_are_one_weak_entry() -> None:
    """Short lines could stand in an article, so they need company; those of one kind share an entry."""
    (entry,) = _suggest(_noise("Heron shop", "Quay club", "heron SHOP")).entries
    assert (entry.phrases, entry.strength) == (("Heron shop", "Quay club"), "weak")
    assert entry.must_match == ("Heron shop", "Quay club")
    assert entry.comment[0] == "Marked as noise 3 times, first in a.txt, line 3."


def test_numbers_are_left_open() -> None:
    """Lines that differ in numbers are one expression, whose signs stand for themselves."""
    found = _suggest(_noise("Heron (quay) 12+ readers", "Heron (quay) 7+ readers"))
    (entry,) = found.entries
    assert entry.regex == r"Heron \(quay\) \d{1,4}\+ readers"
    (pattern,) = _loaded(found).patterns
    assert pattern.search("Heron (quay) 345+ readers")
    assert pattern.search("Heron quay 345 readers") is None


def test_line_whose_expression_would_miss_it_is_taken_literally() -> None:
    """An invisible sign is lost when lines are compared, so a line with one is a phrase and not an expression."""
    line = "Heron\u200b (quay) \ufeff 12 readers"
    found = _suggest(_noise(line))
    assert [entry.phrases for entry in found.entries] == [(line,)]
    assert _loaded(found).patterns[0].search(line) is not None


def test_lines_that_begin_alike_are_one_beginning() -> None:
    """Several lines with the same first words are found by those, and no longer than twice the longest."""
    (entry,) = _suggest(_noise("Heron special: the boat", "Heron special: a long walk")).entries
    assert (entry.phrases, entry.match, entry.max_length) == (("Heron special:",), "start", 52)
    assert entry.must_match == ("Heron special: the boat", "Heron special: a long walk")


def test_beginning_of_an_article_line_is_not_taken() -> None:
    """Where a line of an article begins so too, the marked lines are taken as they are."""
    own = _document(("The ferry sails north", "noise", "keep"), ("The ferry sails south", "noise", "keep"))
    (entry,) = _suggest(own, _document(("The ferry sails on", "article", "keep"))).entries
    assert (entry.phrases, entry.match) == (("The ferry sails north", "The ferry sails south"), "whole")


def test_very_long_line_is_known_by_its_beginning() -> None:
    """Of a line of some hundred characters only the first words are taken."""
    line = "Heron " + "word " * 100 + "end."
    (entry,) = _suggest(_noise(line)).entries
    assert (entry.match, entry.max_length, len(entry.phrases[0]) <= 100) == ("start", 2 * len(line), True)
    assert line.startswith(entry.phrases[0])


def test_kind_is_that_of_the_neighbours() -> None:
    """A line that was taken for nothing has the kind of what is removed beside it."""
    document = _document(("Heron shop", "noise", "keep"), ("Quay club", "noise", "drop"), kind=Kind.SHARE_BAR)
    (entry,) = _suggest(document).entries
    assert (entry.kind, entry.id.rpartition("-")[0]) == (Kind.SHARE_BAR, "en.share-bar.suggested-heron-shop")


def test_line_of_an_article_that_a_pattern_removes_is_kept() -> None:
    """A line marked as article becomes an entry that keeps it, which names the pattern and the other way."""
    found = _suggest(_document(("Read the Heron", "article", "drop"), patterns=("en.tags.label",)))
    (entry,) = found.entries
    assert (entry.action, entry.phrases, entry.kind) == ("keep", ("Read the Heron",), Kind.TAGS)
    assert "en.tags.label" in entry.comment[1]
    assert "--disable-pattern" in entry.comment[1]
    assert _loaded(found).patterns[0].action == "keep"


def test_line_that_the_scorer_removes_gets_no_pattern() -> None:
    """Where no pattern is to blame, a pattern for one line helps no other text; what helps is said."""
    found = _suggest(_document(("Read the Heron", "article", "drop")))
    assert found.entries == ()
    (note,) = found.notes
    assert note.startswith('a.txt, line 3: article "Read the Heron": no pattern removes it but the scorer')
    assert "--keep KIND" in note
    assert "`cleaner fit --corrections`" in note


def test_line_that_is_lost_again_and_again_is_kept() -> None:
    """A line that the scorer removes in two documents recurs, so a pattern keeps it."""
    document = _document(("Read the Heron", "article", "drop"))
    (entry,) = _suggest(document, document).entries
    assert (entry.action, entry.phrases) == ("keep", ("Read the Heron",))


def test_pattern_on_an_article_is_reported() -> None:
    """What would hold on a line marked as article, or on one that built-in patterns leave alone, is not proposed."""
    marked = _document(("Heron shop", "noise", "keep"), ("» HERON SHOP", "article", "keep"))
    found = _suggest(marked, _noise("Pour aller plus loin"))
    assert found.entries == ()
    first, second = found.notes
    why = "a pattern of it would also hold on"
    assert first == f'a.txt, line 3: noise "Heron shop": {why} a line that is marked as article: "» HERON SHOP"'
    assert second == (
        f'a.txt, line 3: noise "Pour aller plus loin": {why} an example that a built-in pattern must leave alone: '
        '"Pour aller plus loin"'
    )


def test_kept_line_that_is_noise_elsewhere_is_reported() -> None:
    """No entry keeps a line that was marked as noise in another place."""
    lost = _document(("Read the Heron", "article", "drop"), patterns=("en.tags.label",))
    gone = _document(("Read the Heron", "noise", "drop"))
    found = _suggest(lost, gone)
    assert found.entries == ()
    assert "would also hold on a line that is marked as noise" in found.notes[0]
    assert found.held == 1


def test_entry_that_costs_an_article_line_is_taken_back() -> None:
    """An entry with which a line marked as article would be removed beside it is reported, and not proposed."""
    document = _document(("Heron shop", "noise", "keep"), ("Quay club", "article", "keep"))
    shop, club = document.judged
    lost = Judged(club.correction, "drop", Kind.TAGS, (), (), 0.0, club.number)
    found = _suggest(document, after=[[_held(shop), lost]])
    assert found.entries == ()
    assert found.notes[0].startswith(
        'a.txt, line 4: article "Quay club": would be removed with en.boilerplate.suggested-'
    )


def test_entry_that_is_not_enough_says_so() -> None:
    """The comment says how many of its lines a weak entry does not reach."""
    document = _noise("Heron shop")
    (entry,) = _suggest(document, after=[document.judged]).entries
    assert entry.comment[1].startswith(
        "With this entry 1 of 1 marked lines are still not treated as marked: it is weak"
    )


def test_entry_that_is_in_use_is_not_proposed_again() -> None:
    """An id of one's own patterns is told, not proposed a second time."""
    document = _noise("Heron shop")
    name = _suggest(document).entries[0].id
    found = suggest_patterns([document], "en", lambda _: [], known={name})
    assert found.entries == ()
    assert name in found.notes[0]


@pytest.mark.parametrize("line", ["ab", "12 345", "Heron \ud800 shop"])
def test_line_without_a_pattern_is_reported(line: str) -> None:
    """What is too short, has no letter, or cannot be written, is told."""
    found = _suggest(_noise(line))
    assert (found.entries, len(found.notes)) == ((), 1)


# --- the file --------------------------------------------------------------------------------------------


@given(st.text(st.characters(exclude_categories=["Cs"])))
def test_string_of_toml_is_read_back(text: str) -> None:
    """Whatever a text holds, its string in TOML is on one line and means that text."""
    written = toml_string(text)
    assert written.isprintable()
    assert tomllib.loads(f"a = {written}") == {"a": text}


@given(st.text())
def test_comment_is_a_comment(text: str) -> None:
    """Whatever a sentence holds, all of its lines are comments."""
    lines = list(comment_lines(text))
    assert all(line.startswith("#") and line.isprintable() for line in lines)
    assert tomllib.loads("\n".join(lines)) == {}


@settings(deadline=None, max_examples=60)
@given(st.lists(st.text(min_size=1, max_size=60), min_size=1, max_size=4))
def test_suggestions_load_whatever_is_marked(lines: list[str]) -> None:
    """Entries made from any lines load, and hold on the lines that they are made of."""
    whole = ["".join(line.split("\n")) for line in lines]
    found = _suggest(_noise(*whole))
    if not found.entries:
        assert found.notes
        return
    patterns = _loaded(found).patterns
    for entry, pattern in zip(found.entries, patterns, strict=True):
        assert all(pattern.search(line) is not None for line in entry.must_match)


def test_quotes_and_signs_are_escaped() -> None:
    """Quotes, backslashes, control characters and ends of strings in a line do not end the string."""
    line = 'Heron """ shop \\n ' + "''' \x1b[2J {{quay}} # end"
    found = _suggest(_noise(line, f"{line} 7"))
    assert {line, f"{line} 7"} == {
        one for pattern in _loaded(found).patterns for one in pattern.must_match if "- " not in one
    }


def test_file_without_entries_is_comments() -> None:
    """Without an entry the file is made of comments alone."""
    text = pattern_file([], "fr", ["Nothing."], ["Not proposed:"])
    assert text == "# Nothing.\n\n# Not proposed:\n"
    assert tomllib.loads(text) == {}


def test_entry_leaves_out_what_is_the_default() -> None:
    """Fields with their default value are not written."""
    entry = Entry("fr.tags.a", Kind.TAGS, "Finds.", ("Abc",), must_match=("Abc", "- Abc"), must_not_match=("Ab", "A"))
    assert pattern_file([entry], "fr") == (
        'format = 2\nlang = "fr"\n\n[[pattern]]\nid = "fr.tags.a"\nkind = "tags"\nabout = "Finds."\nphrases = ["Abc"]\n'
        'must_match = ["Abc", "- Abc"]\nmust_not_match = ["Ab", "A"]\n'
    )
