"""A page's choice as a judgement: what is removed, and kinds, scores and evidence that are told when they are asked for."""

from __future__ import annotations

from dataclasses import replace

import pytest

from cleaner.html.data import element_words
from cleaner.html.judging import judge_blocks
from cleaner.html.reading import Reading
from cleaner.html.reasons import Reasons
from cleaner.matching.matcher import Matcher
from cleaner.matching.pattern import PatternSet
from cleaner.passes.judgement import Judgement
from cleaner.result import NO_ARTICLE, Evidence, Kind
from tests.deciding import COMMENTS, FRENCH, pattern
from tests.reading import SENTENCES, SURE, read

MATCHER = Matcher(PatternSet([pattern(Kind.COPYRIGHT, "Tous droits réservés")]))
HEADLINE = "Le bac revient après six semaines de travaux"
PAGE = (
    f"<html><body><h1>{HEADLINE}</h1><article><p>{FRENCH[0]}</p><p>{FRENCH[1]}</p></article>"
    f"<div class='newsletter'><p>Notre lettre du matin</p></div><p>Tous droits réservés</p><ul><li>Accueil</li></ul></body></html>"
)


def _reasons(reading: Reading) -> Reasons:
    return Reasons(reading, SENTENCES, MATCHER, element_words())


def _judge(reading: Reading) -> Judgement:
    return judge_blocks(reading, _reasons(reading))


def test_blocks_that_are_not_kept_are_removed() -> None:
    """A judgement removes what the choice does not keep, at the places of the blocks in the source."""
    reading = read(PAGE)
    judgement = _judge(reading)
    assert judgement.removed.tolist() == [False, False, False, True, True, True]
    spans = list(zip(judgement.starts, judgement.ends, strict=True))
    assert [reading.source[start:end] for start, end in spans] == reading.shown
    assert (judgement.headline, judgement.flags, judgement.cuts, judgement.doubtful) == (HEADLINE, (), (), ())


def test_kind_is_that_of_a_pattern_an_element_or_the_general_one() -> None:
    """A block's kind is told by a strong pattern, by the names of its elements, or not at all."""
    kinds = _judge(read(PAGE)).kinds
    assert list(kinds[3:]) == [Kind.NEWSLETTER, Kind.COPYRIGHT, Kind.BOILERPLATE]
    assert kinds[4] is Kind.COPYRIGHT
    assert len(kinds) == 6


def test_score_is_the_sum_of_the_evidence() -> None:
    """The score of each block is what its evidence adds up to: above the threshold for what goes, below it for the rest."""
    judgement = _judge(read(PAGE))
    for block, score in enumerate(judgement.scores):
        assert score == pytest.approx(sum(item.points for item in judgement.evidence(block)))
        assert (score > 0.0) is bool(judgement.removed[block])


def test_evidence_names_pattern_and_signal_with_the_span_of_the_block() -> None:
    """What speaks for removing a block has its place, its points' sign and its kind."""
    reading = read(PAGE)
    start, end = reading.span(4)
    found = {item.source: item for item in _judge(reading).evidence(4)}
    assert found["xx.copyright.label"] == Evidence("xx.copyright.label", 16.0, start, end, Kind.COPYRIGHT)
    signal = found["block.text.ends-sentence"]
    assert (signal.start, signal.end, signal.kind) == (start, end, None)
    assert signal.points > 0 > {item.source: item for item in _judge(reading).evidence(1)}[signal.source].points


def test_nothing_is_told_before_it_is_asked_for(monkeypatch: pytest.MonkeyPatch) -> None:
    """Judging looks for no kind, no score and no evidence; asking for one block tells that block alone."""
    told: list[int] = []
    kind = Reasons.kind

    def counted(reasons: Reasons, block: int) -> Kind:
        told.append(block)
        return kind(reasons, block)

    monkeypatch.setattr(Reasons, "kind", counted)
    judgement = _judge(read(PAGE))
    assert told == []
    assert judgement.kinds[4] is Kind.COPYRIGHT
    assert told == [4]


@pytest.mark.parametrize(("expected", "confidence"), [(0.7, 0.7), (-0.2, 0.0), (1.3, 1.0)])
def test_confidence_is_what_the_choice_expects(expected: float, confidence: float) -> None:
    """The F1 that the choice expects is told as a share, whatever is doubtful."""
    reading = read(PAGE)
    judgement = _judge(replace(reading, choice=replace(reading.choice, expected=expected)))
    assert judgement.confidence(0.0) == judgement.confidence(0.5) == confidence


def test_comments_among_the_blocks_that_go_are_told() -> None:
    """Blocks inside elements named after comments are comments, one string for each element around them."""
    texts = [comment.removesuffix(".") for comment in COMMENTS[:2]]
    comments = "".join(f"<div class='comment'><p>{text}</p></div>" for text in texts)
    judgement = _judge(read(PAGE.replace("</body>", f"<section class='comments'>{comments}</section></body>")))
    assert judgement.comments == tuple(texts)
    assert list(judgement.kinds[6:]) == [Kind.COMMENT] * 2
    assert _judge(read(PAGE)).comments == ()


def test_page_without_an_article_is_judged_too() -> None:
    """All blocks are removed, with the flag of the page and without a threshold among the evidence."""
    judgement = _judge(read("<html><body><p>Accueil</p><p>Région</p></body></html>"))
    assert judgement.removed.all()
    assert judgement.flags == (NO_ARTICLE,)
    assert judgement.headline is None
    assert {item.source for item in judgement.evidence(0)} == {"block.text.ends-sentence", "block.prior"}
    assert judgement.scores[0] == pytest.approx(SURE)
