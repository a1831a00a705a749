"""What holds of any document, whatever it is made of."""

from __future__ import annotations

import textwrap
from functools import cache
from random import Random
from typing import Any

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from cleaner import CleanConfig, Cleaner, CleanResult, Kind, apply_removals
from cleaner.matcher import Hit
from cleaner.text import split_lines

PROSE = (
    "Le conseil municipal a voté hier soir le budget de la piscine, après trois heures d'une discussion assez vive.",
    "La maire a rappelé que les travaux commenceraient au printemps et que l'école resterait ouverte pendant ce temps.",
    "The harbour master said on Monday that the old crane would be taken down before the winter storms arrive.",
    "Nobody in the village remembers when the clock last showed the right time, and few people seem to mind.",
    "Die Brücke am Hafen bleibt nach Angaben der Stadt noch bis in den Mai für alle Fahrzeuge gesperrt.",
    "« Nous n'avons rien demandé », dit-elle, « et nous ne demanderons rien. »",
    "El alcalde prometió que la fuente de la plaza volvería a funcionar antes de las fiestas de septiembre.",
    "市議会は昨夜、老朽化した図書館の建て替えについて三時間にわたり議論した。",
    "Ce que disent les chiffres",
    "A quiet year on the river",
    "Die Glocke von Sankt Anton schweigt seit Montag",
    "- une tonne de pommes",
)
INTERFACE = (
    "RépondreSupprimer",
    "AntwortenLöschen",
    "Share on Facebook",
    "Advertisement",
    "© 2024 Le Courrier des Vallons",
    "12 commentaires",
    "À lire aussi : la piscine rouvre ses portes",
    "Subscribe to our newsletter",
    "Accueil > Région > Politique",
    "Publié le 3 mars 2023 à 18h05",
    "Par Josette Lamiral",
    "Temps de lecture : 4 minutes",
    "Photo : Anatole Brisefer",
    "This article is for subscribers only.",
    "Répondre",
    "Odile Vasseur dit :",
    "Hilde Anders sagt:",
    "Bravo pour cet article. RépondreSupprimer",
    "RépondreSupprimerMerci beaucoup, je partage votre avis sur la piscine.",
    "ReplyDelete",
    "Comments",
    "Laisser un commentaire",
    "Tags : piscine, budget, école",
    "https://www.facebook.com/courrier.des.vallons",
    "Odile Vasseur",
)
ODD = (
    "",
    "",
    " ",
    "\t",
    "\u00a0",
    "📌",
    "🔴 👍",
    "\u200b",
    "…",
    "***",
    "\ufeff",
    "e\u0301te\u0301",
    "0",
    "\x00",
    "\x1c",
    "\ud800",
    "|",
)
LINE_ENDS = ("\n", "\n", "\n", "\r\n", "\r", "\x85", "\u2028")
MODES = ("careful", "balanced", "thorough")
ANY_TEXT = st.text(st.characters(exclude_categories=()))
QUICK = settings(
    derandomize=False,
    max_examples=60,
    deadline=None,
    suppress_health_check=[HealthCheck.too_slow, HealthCheck.data_too_large],
)


@st.composite
def documents(draw: st.DrawFn) -> str:
    """Lines of prose, of interface and of odd characters, and such side by side; the last line perhaps without end."""
    sort = st.one_of(st.sampled_from(PROSE), st.sampled_from(INTERFACE), st.sampled_from(ODD))
    wide = st.lists(sort, min_size=2, max_size=4).map("     ".join)
    lines = draw(st.lists(st.one_of(sort, sort, sort, wide), max_size=24))
    one_end = draw(st.none() | st.sampled_from(LINE_ENDS))
    text = "".join(line + (one_end or draw(st.sampled_from(LINE_ENDS))) for line in lines)
    bare: bool = draw(st.booleans())
    if bare:
        text = text.rstrip("\n\r\x85\u2028")
    return text


@st.composite
def broken_documents(draw: st.DrawFn) -> str:
    """Documents as scrapers and mail programs leave them: broken at spaces, wrapped at a width, or on one line."""
    lines = draw(st.lists(st.sampled_from((*PROSE, *PROSE, *INTERFACE, "")), min_size=1, max_size=14))
    form = draw(st.sampled_from(("broken", "broken-with-spaces", "wrapped", "one-line")))
    random = draw(st.randoms(use_true_random=False))
    if form == "one-line":
        return draw(st.sampled_from((" ", "  ", "\u00a0"))).join(lines)
    if form == "wrapped":
        width = draw(st.integers(40, 100))
        return draw(st.sampled_from(("\n", "\n\n"))).join(textwrap.fill(line, width) for line in lines)
    share = draw(st.sampled_from((0.05, 0.2, 0.5)))
    ends = ("\n",) if form == "broken" else ("\n", " \n", "\n ", " \n ", "  \n", " \r\n")
    return "\n".join(
        "".join(random.choice(ends) if sign == " " and random.random() < share else sign for sign in line)
        for line in lines
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


def text_lines(text: str) -> list[str]:
    """The lines of a text without their line ends."""
    return [text[line.start : line.end] for line in split_lines(text)]


def outcome(result: CleanResult) -> tuple[object, ...]:
    """Everything a result says, its verdicts included."""
    return result, result.lines


@QUICK
@given(documents() | broken_documents())
def test_replay_and_restore(text: str) -> None:
    """Removals are in order and apart, and lead from the input to the text and back."""
    result = default_cleaner().clean(text)
    position = 0
    for removal in result.removals:
        assert position <= removal.start < removal.end <= len(text)
        assert removal.text == text[removal.start : removal.end]
        assert isinstance(removal.kind, Kind)
        position = removal.end
    assert apply_removals(text, result.removals) == result.text
    assert result.restore() == text


@QUICK
@given(documents() | broken_documents())
def test_output_lines_are_input_lines(text: str) -> None:
    """The lines of the output are lines of the input in their order, whole or without the fragments cut from them."""
    result = default_cleaner().clean(text)
    gone = {character for removal in result.removals for character in range(removal.start, removal.end)}
    left = ["".join(text[at] for at in range(line.start, line.end) if at not in gone) for line in split_lines(text)]
    assert [line for line in text_lines(result.text) if line] == [line for line in left if line]
    assert len(result.lines) == len(left)


@QUICK
@given(documents() | broken_documents())
def test_evidence_adds_up(text: str) -> None:
    """The evidence of a dropped line adds up to its score, which exceeds the threshold."""
    result = default_cleaner().clean(text)
    for verdict in result.lines:
        if verdict.action == "drop":
            assert verdict.score > 0
            assert sum(evidence.points for evidence in verdict.evidence) == pytest.approx(verdict.score)
    for removal in result.removals:
        assert any(evidence.points > 0 for evidence in removal.evidence)


@QUICK
@given(documents() | broken_documents())
def test_cleaning_twice_changes_nothing(text: str) -> None:
    """What is left of a document is left alone when it is cleaned again."""
    once = default_cleaner().clean(text)
    again = default_cleaner().clean(once.text)
    if "no-article-found" in once.flags:
        assert again.text == once.text
    else:
        assert [(removal.kind, removal.text) for removal in again.removals] == []


@QUICK
@given(st.lists(documents() | broken_documents(), max_size=4), st.randoms(use_true_random=False))
def test_one_by_one_as_many_and_as_a_stream(texts: list[str], random: Random) -> None:
    """A document's result does not depend on the documents beside it, before it, or on how it is handed in."""
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
    assert result.restore() == text
    assert len(result.lines) == len(split_lines(text))


@QUICK
@given(documents() | broken_documents())
def test_keeping_every_kind_changes_nothing(text: str) -> None:
    """With every kind of noise and all headlines kept, a document comes back as it is, without removals."""
    result = keeping_cleaner().clean(text)
    assert result.removals == ()
    assert result.text == text


@QUICK
@given(documents() | broken_documents() | ANY_TEXT)
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
@given(documents() | broken_documents())
def test_hits_of_later_passes_are_those_of_their_text(text: str) -> None:
    """Hits that a pass takes over from the one before are those that its own text has."""
    cleaner = default_cleaner()
    for one in cleaner._passes(text, cleaner.config, None, None):
        found: dict[int, list[Hit]] = {}
        for hit in cleaner._matcher.match(one.document):
            found.setdefault(hit.line, []).append(hit)
        assert one.hits == found


@QUICK
@given(documents() | broken_documents() | ANY_TEXT, st.sampled_from(MODES))
def test_doubtful_stretches_stay(text: str, mode: str) -> None:
    """What is doubtful lies inside the input in order, holds something, speaks for noise, and was not removed."""
    result = mode_cleaner(mode).clean(text)
    gone = {character for removal in result.removals for character in range(removal.start, removal.end)}
    position = 0
    for doubt in result.doubtful:
        assert position <= doubt.start < doubt.end <= len(text)
        assert gone.isdisjoint(range(doubt.start, doubt.end))
        assert doubt.score > 0.0
        position = doubt.end
    assert 0.0 <= result.confidence <= 1.0


@QUICK
@given(broken_documents(), st.sampled_from(MODES))
def test_every_mode_leads_back(text: str, mode: str) -> None:
    """In every mode removals replay, the input is restored, and cleaning twice changes nothing."""
    cleaner = mode_cleaner(mode)
    result = cleaner.clean(text)
    assert apply_removals(text, result.removals) == result.text
    assert result.restore() == text
    again = cleaner.clean(result.text)
    assert again.text == result.text
