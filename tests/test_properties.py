"""Properties of every document, whatever it contains."""

from __future__ import annotations

from collections.abc import Sequence
from functools import cache
from random import Random
from typing import Any

import pytest
from hypothesis import HealthCheck, example, given, settings
from hypothesis import strategies as st

from cleaner import CleanConfig, Cleaner, Kind, apply_removals
from cleaner.clock import Clock
from cleaner.lines.cleaning import LineJudge, TextCleaner
from cleaner.matching.matcher import Hit
from cleaner.matching.quotations import is_told
from cleaner.passes.edits import Edit
from cleaner.passes.judgement import LineJudgement
from cleaner.passes.loop import run_passes
from cleaner.text.document import Document
from cleaner.text.forms import lines_of
from tests.invariants import (
    check_doubts,
    check_lines_left,
    check_page,
    check_reasons,
    check_removals,
    check_result,
    check_settled,
    outcome,
)
from tests.material import PROSE, SIGNS
from tests.strategies import ANY_TEXT, broken_documents, documents, formed_documents, hostile_documents, pages

MODES = ("careful", "balanced", "thorough")
DOCUMENTS = documents() | broken_documents() | formed_documents() | hostile_documents()
# What stands before a line, after it, and between two lines.
ARTICLE_FORMS = (*((("", "", sign)) for sign in SIGNS), ("<p>", "</p>", ""), ("<p>", "</p>", "\n"), ("", "", "\n\n"))
QUICK = settings(
    derandomize=False,
    max_examples=60,
    deadline=None,
    suppress_health_check=[HealthCheck.too_slow, HealthCheck.data_too_large],
)


@cache
def default_cleaner() -> Cleaner:
    """One cleaner with the defaults."""
    return Cleaner()


@cache
def mode_cleaner(mode: Any) -> Cleaner:
    """One cleaner of each mode."""
    return Cleaner(CleanConfig(mode=mode))


@cache
def keeping_cleaner() -> Cleaner:
    """A cleaner that leaves everything in."""
    return Cleaner(CleanConfig(keep=frozenset(Kind), headline="keep"))


@QUICK
@given(DOCUMENTS)
def test_replay_and_restore(text: str) -> None:
    """Removals are in order and apart, and lead from the input to the text and back."""
    check_removals(text, default_cleaner().clean(text))


@QUICK
@given(DOCUMENTS)
def test_output_lines_are_input_lines(text: str) -> None:
    """The lines of the output are lines of the input in their order, whole or without the fragments cut from them."""
    result = default_cleaner().clean(text)
    check_lines_left(text, result)
    assert len(result.lines) == len(lines_of(text))


@QUICK
@given(DOCUMENTS)
@example(f"<p>{PROSE[0]}</p><p>RépondreSupprimer</p><p><br></p>")
def test_evidence_adds_up(text: str) -> None:
    """The evidence of a dropped line adds up to its score, which exceeds the threshold."""
    result = default_cleaner().clean(text)
    check_reasons(text, result)
    for verdict in result.lines:
        if verdict.action == "drop":
            assert verdict.score > 0
    for removal in result.removals:
        assert any(evidence.points > 0 for evidence in removal.evidence)


@QUICK
@given(DOCUMENTS)
def test_cleaning_twice_changes_nothing(text: str) -> None:
    """What is left of a document is left alone when it is cleaned again."""
    check_settled(default_cleaner(), text, default_cleaner().clean(text))


@QUICK
@given(st.lists(DOCUMENTS, max_size=4), st.randoms(use_true_random=False))
def test_one_by_one_as_many_and_as_a_stream(texts: list[str], random: Random) -> None:
    """A document's result does not depend on other documents in the batch, or on how it is passed in."""
    cleaner = default_cleaner()
    alone = [outcome(cleaner.clean(text)) for text in texts]
    assert [outcome(result) for result in cleaner.clean_many(texts)] == alone
    assert [outcome(result) for result in cleaner.clean_many({"text": text} for text in texts)] == alone
    assert [outcome(result) for result in cleaner.stream({"text": text} for text in texts)] == alone
    order = list(range(len(texts)))
    random.shuffle(order)
    shuffled = cleaner.clean_many([texts[index] for index in order])
    assert [outcome(result) for result in shuffled] == [alone[index] for index in order]


@QUICK
@given(ANY_TEXT)
def test_any_text(text: str) -> None:
    """Any text at all, lone surrogates and control characters included, has a result that leads back to it."""
    result = default_cleaner().clean(text, title=text)
    check_result(text, result)
    assert len(result.lines) == len(lines_of(text))


@QUICK
@given(DOCUMENTS)
def test_keeping_every_kind_changes_nothing(text: str) -> None:
    """With every kind of noise and all headlines kept, a document comes back as it is, without removals."""
    result = keeping_cleaner().clean(text)
    assert result.removals == ()
    assert result.text == text


@QUICK
@given(DOCUMENTS | ANY_TEXT)
def test_something_is_always_left(text: str) -> None:
    """A document with a letter never becomes empty; where all of it is noise, it stays and the flag says so."""
    result = default_cleaner().clean(text)
    if any(character.isalpha() for character in text):
        assert any(character.isalnum() for character in result.text)
    else:
        assert "truncated-by-paywall" not in result.flags


@pytest.mark.parametrize("phrase", ["RépondreSupprimer", "Advertisement", "Share on Facebook\nAdvertisement\n"])
def test_noise_alone_is_flagged(phrase: str) -> None:
    """A document of nothing but noise is left as it is, with the flag that no article was found."""
    result = default_cleaner().clean(phrase)
    assert result.text == phrase
    assert result.removals == ()
    assert result.flags == ("no-article-found",)


@QUICK
@given(DOCUMENTS)
def test_hits_of_later_passes_are_those_of_their_text(text: str) -> None:
    """Hits that a pass takes over from the previous one are the hits in its own text."""
    texts = TextCleaner(CleanConfig())
    own = LineJudge(texts, texts.config, None, None, explain=False)
    hits: list[dict[int, list[Hit]]] = []

    class Recorder:
        def read(self, text: str, clock: Clock) -> Document:
            return own.read(text, clock)

        def judge(self, document: Document) -> LineJudgement:
            judgement = own.judge(document)
            assert own.analysis is not None
            hits.append(own.analysis.hits)
            return judgement

        def hand_on(self, edits: Sequence[Edit], left: Document) -> None:
            own.hand_on(edits, left)

    for one, carried in zip(run_passes(Document.read(text), Recorder()).passes, hits, strict=True):
        found: dict[int, list[Hit]] = {}
        assert isinstance(one.judgement, LineJudgement)
        document = one.judgement.document
        for hit in texts.matcher.match(document):
            if not is_told(document, hit):
                found.setdefault(hit.line, []).append(hit)
        assert carried == found


@QUICK
@given(DOCUMENTS | ANY_TEXT, st.sampled_from(MODES))
def test_doubtful_stretches_stay(text: str, mode: str) -> None:
    """What is doubtful lies inside the input in order, holds something, speaks for noise, and was not removed."""
    result = mode_cleaner(mode).clean(text)
    check_doubts(text, result)
    assert 0.0 <= result.confidence <= 1.0


@QUICK
@given(broken_documents() | formed_documents() | hostile_documents(), st.sampled_from(MODES))
def test_every_mode_leads_back(text: str, mode: str) -> None:
    """In every mode removals replay, the input is restored, and cleaning twice changes nothing."""
    cleaner = mode_cleaner(mode)
    result = cleaner.clean(text)
    assert apply_removals(text, result.removals) == result.text
    assert result.restore() == text
    again = cleaner.clean(result.text)
    assert again.text == result.text


@QUICK
@given(st.lists(st.sampled_from(PROSE[:7]), min_size=4, unique=True), st.sampled_from(ARTICLE_FORMS))
def test_an_article_comes_back_in_its_form(lines: list[str], form: tuple[str, str, str]) -> None:
    """An article without noise comes back byte for byte whatever stands for its line ends, and nothing is doubtful."""
    before, after, between = form
    text = between.join(f"{before}{line}{after}" for line in lines)
    result = default_cleaner().clean(text)
    assert result.text == text
    assert result.removals == ()


@QUICK
@given(pages())
def test_any_page(page: str) -> None:
    """A page of HTML, however broken, has a result whose removals lead back to the text of its blocks."""
    result = default_cleaner().clean_html(page)
    check_page(result)
    check_reasons(result.restore(), result, lines=len(result.lines))
