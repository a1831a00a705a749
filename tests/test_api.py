"""The way from a text to its result: settings, reasons, flags, threads and pickles."""

from __future__ import annotations

import pickle
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from typing import Any

import numpy as np
import pytest

from cleaner import (
    CleanConfig,
    Cleaner,
    CleanResult,
    ConfigError,
    Kind,
    PatternError,
    Removal,
    clean_html,
    clean_text,
    explain_html,
    explain_text,
)
from cleaner.lines.cleaning import MAX_LINES
from cleaner.lines.signals import signal_names
from cleaner.lines.weights import PassWeights, SignalWeight, TreeWeights, Weights, dump_weights
from cleaner.trees import Trees

SAMPLES = Path(__file__).parents[1] / "samples"
HEADLINE = "Brücke am Hafen bleibt noch bis zum Mai gesperrt"
ARTICLE = (
    "Die Brücke am Hafen bleibt nach Angaben der Stadt noch bis in den Mai gesperrt, weil die neuen Lager nicht "
    "rechtzeitig geliefert worden sind.\n"
    "Die Arbeiten sollen nach Ostern beginnen und kosten nach der jüngsten Schätzung etwa vier Millionen Euro.\n"
)
NOISE = "Advertisement\nShare on Facebook\nSubscribe to our newsletter\n"
PAGE = f"{HEADLINE}\n\n{HEADLINE}\n\n{ARTICLE}\n{NOISE}"
FUSED = f"{ARTICLE}Bravo, das war längst fällig. AntwortenLöschen\n"
LOCKED = f"{ARTICLE}This article is for subscribers only.\nSubscribe now to continue reading\n"


def reasons(result: CleanResult) -> list[tuple[Kind, str, str]]:
    """For each removal its kind, the source of its strongest evidence, and the text that evidence points at."""
    whole = result.restore()
    return [
        (removal.kind, (best := strongest(removal)).source, whole[best.start : best.end]) for removal in result.removals
    ]


def strongest(removal: Removal) -> Any:
    """The strongest evidence for a removal."""
    return max(removal.evidence, key=lambda evidence: evidence.points)


def sample(slug: str) -> str:
    """The input of a sample, line ends and all."""
    return (SAMPLES / slug / "raw.txt").read_bytes().decode("utf-8")


ADVERTISEMENT = (Kind.ADVERTISEMENT_MARKER, "en.advertisement-marker.whole", "Advertisement")
SHARE = (Kind.SHARE_BAR, "en.share-bar.share-on", "Share on Facebook")
NEWSLETTER = (Kind.NEWSLETTER, "en.newsletter.imperative", "Subscribe to our newsletter")
COPY = (Kind.DUPLICATE_HEADLINE, "context.headline-copy", HEADLINE)


SIGNED_LINES = (
    "Le conseil municipal a voté hier soir le budget de la piscine, après trois heures d'une discussion assez vive.",
    "Partager sur Facebook",
    "La maire a rappelé que les travaux commenceraient au printemps et que l'école resterait ouverte pendant ce temps.",
    "Le conseil se réunira de nouveau en mai, et il dira alors combien de bassins la ville peut encore chauffer.",
    "Les maîtres nageurs ont demandé à être entendus avant le vote, et la mairie leur a promis une réponse écrite.",
)


@pytest.mark.parametrize("text", [PAGE, FUSED, LOCKED, ARTICLE, NOISE, ""])
def test_clean_and_explain_are_one(text: str) -> None:
    """`clean_text`, `explain_text` and a `Cleaner` say the same about a text."""
    result = explain_text(text)
    assert clean_text(text) == result.text
    assert Cleaner().clean(text) == result
    assert reasons(Cleaner().clean(text)) == reasons(result)


def test_every_removal_says_why() -> None:
    """Each removed line has its kind, the source of the evidence and the span that it points at."""
    result = explain_text(PAGE)
    assert result.text == f"{HEADLINE}\n\n{ARTICLE}"
    assert reasons(result) == [COPY, ADVERTISEMENT, SHARE, NEWSLETTER]
    assert result.changed


def test_fused_links_and_their_comment() -> None:
    """A comment before fused reply and delete links is removed with them, and its words are in the comments."""
    result = explain_text(FUSED)
    assert result.text == ARTICLE
    assert [(removal.kind, removal.text) for removal in result.removals] == [
        (Kind.COMMENT, "Bravo, das war längst fällig. AntwortenLöschen\n")
    ]
    assert [source for _, source, _ in reasons(result)] == ["context.comment-thread"]
    assert result.comments == ("Bravo, das war längst fällig.",)


def test_article_alone_is_untouched() -> None:
    """A text without noise has no removals, flags or comments, and every line's verdict is to keep it."""
    result = explain_text(ARTICLE)
    assert (result.text, result.removals, result.flags, result.comments) == (ARTICLE, (), (), ())
    assert not result.changed
    assert [verdict.action for verdict in result.lines] == ["keep", "keep"]


@pytest.mark.parametrize(
    ("keep", "kept", "gone"),
    [
        (Kind.ADVERTISEMENT_MARKER, "Advertisement\n", [COPY, SHARE, NEWSLETTER]),
        (Kind.SHARE_BAR, "Share on Facebook\n", [COPY, ADVERTISEMENT, NEWSLETTER]),
        (Kind.NEWSLETTER, "Subscribe to our newsletter\n", [COPY, ADVERTISEMENT, SHARE]),
    ],
)
def test_keep_leaves_a_kind_in(keep: Kind, kept: str, gone: list[tuple[Kind, str, str]]) -> None:
    """A kept kind stays, and everything else is removed for the same reasons as before."""
    result = explain_text(PAGE, keep={keep})
    assert result.text == f"{HEADLINE}\n\n{ARTICLE}\n{kept}"
    assert reasons(result) == gone
    assert clean_text(PAGE, keep=keep.value) == result.text


def test_keep_duplicate_headline() -> None:
    """Copies of the headline stay when their kind is kept."""
    result = explain_text(PAGE, keep={"duplicate-headline"})
    assert result.text == f"{HEADLINE}\n\n{HEADLINE}\n\n{ARTICLE}"
    assert reasons(result) == [ADVERTISEMENT, SHARE, NEWSLETTER]


@pytest.mark.parametrize(
    ("choice", "head", "gone"),
    [
        ("first", f"{HEADLINE}\n\n", [COPY]),
        ("drop", "", [COPY, (Kind.DUPLICATE_HEADLINE, "context.headline", HEADLINE)]),
        ("keep", f"{HEADLINE}\n\n{HEADLINE}\n\n", []),
    ],
)
def test_headline(choice: str, head: str, gone: list[tuple[Kind, str, str]]) -> None:
    """The copy of the headline that is nearest to the article stays, or none, or all; the headline is named either way."""
    result = explain_text(PAGE, headline=choice)
    assert result.text == head + ARTICLE
    assert reasons(result) == [*gone, ADVERTISEMENT, SHARE, NEWSLETTER]
    assert result.headline == HEADLINE


def test_title_names_the_headline() -> None:
    """A given title finds a headline that occurs only once, and keeps it, or drops it if requested."""
    text = f"{HEADLINE}\n\n{ARTICLE}"
    assert explain_text(text).headline is None
    result = explain_text(text, title=HEADLINE)
    assert (result.headline, result.text, result.removals) == (HEADLINE, text, ())
    dropped = explain_text(text, title=HEADLINE, headline="drop")
    assert dropped.text == ARTICLE
    assert reasons(dropped) == [(Kind.DUPLICATE_HEADLINE, "context.headline", HEADLINE)]


def test_headline_is_named_without_its_site() -> None:
    """A title followed by the site's name finds the headline, which is reported as it is in the text."""
    text = f"{HEADLINE}\n\n{ARTICLE}"
    result = explain_text(text, title=f"{HEADLINE} | Hafenblatt")
    assert (result.headline, result.text, result.removals) == (HEADLINE, text, ())


def test_threshold_removes_less() -> None:
    """A line is removed only when its score exceeds the threshold."""
    scores = {removal.kind: removal.score for removal in explain_text(PAGE).removals}
    lowest, highest = min(scores, key=lambda kind: scores[kind]), max(scores, key=lambda kind: scores[kind])
    result = explain_text(PAGE, threshold=scores[lowest])
    assert highest in {removal.kind for removal in result.removals}
    assert sum(len(removal.text) for removal in result.removals) <= len(PAGE) - len(explain_text(PAGE).text)
    assert all(removal.score > scores[lowest] for removal in result.removals)


def test_threshold_above_every_score_removes_nothing() -> None:
    """No line is removed if the threshold is above all scores, and each verdict still has its score."""
    result = explain_text(PAGE, threshold=1000.0)
    assert (result.text, result.removals) == (PAGE, ())
    assert {verdict.action for verdict in result.lines} == {"keep"}
    assert max(verdict.score for verdict in result.lines) > 0


def test_threshold_holds_for_cut_fragments() -> None:
    """A fragment inside a line stays like a line does when the threshold lies above its score."""
    result = explain_text(FUSED, threshold=1000.0)
    assert (result.text, result.removals) == (FUSED, ())


# --- runs without a name ---------------------------------------------------------------------------------

# With the weights of these tests a line of up to eight words has four points, any other has minus six.
SHORT_POINTS = 4.0
PROSE = (
    "Die Brücke am Hafen bleibt nach Angaben der Stadt noch bis in den Mai gesperrt, weil die neuen Lager fehlen.",
    "Die Arbeiten sollen nach Ostern beginnen und kosten nach der jüngsten Schätzung etwa vier Millionen Euro.",
    "Der Rat hat in seiner Sitzung am Montag mit knapper Mehrheit beschlossen, die Fähre länger fahren zu lassen.",
    "Eine Umleitung führt über die Mühlenstraße, doch die ist für schwere Wagen nach wie vor nicht zugelassen.",
)
RUN = "Alle Züge zur See im alten Plan\nNeue Wege zum Markt für alle Leute\n"
ABOVE, BELOW = "\n".join((*PROSE, "")), "\n".join((*reversed(PROSE), *PROSE, ""))
INTERRUPTED = f"{ABOVE}{RUN}{BELOW}"
AT = len(ABOVE), len(ABOVE) + len(RUN)


@pytest.fixture(scope="module")
def weights(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A weights file that uses only the length of a line."""
    node = [0, 0, 0]
    trees = Trees(
        roots=np.array([0], dtype=np.intp),
        signal=np.array(node, dtype=np.intp),
        limit=np.array([np.log1p(8.5), 0.0, 0.0], dtype=np.float32),
        left=np.array([1, 1, 2], dtype=np.intp),
        right=np.array([2, 1, 2], dtype=np.intp),
        points=np.array([0.0, SHORT_POINTS, -6.0]),
    )
    nothing = SignalWeight(0.0, 0.0, 0.0, (), (0.0, 1.0))
    first = PassWeights(0.0, 0.0, dict.fromkeys(signal_names()[0], nothing))
    path = tmp_path_factory.mktemp("weights") / "short.json"
    path.write_text(dump_weights(Weights(first, TreeWeights(("shape.words",), trees), {"by": "hand"})), "utf-8")
    return path


def test_thorough_mode_removes_a_run_without_a_name(weights: Path) -> None:
    """Thorough mode removes an unnamed run from inside extracted text, as boilerplate, with the reason."""
    result = explain_text(INTERRUPTED, weights=weights, mode="thorough")
    assert result.text == ABOVE + BELOW
    assert [removal.kind for removal in result.removals] == [Kind.BOILERPLATE] * 2
    assert (result.removals[0].start, result.removals[-1].end) == AT
    for removal in result.removals:
        points = {evidence.source: evidence.points for evidence in removal.evidence}
        assert points["shape.words"] == SHORT_POINTS
        assert sum(points.values()) == pytest.approx(removal.score)
    assert result.doubtful == ()


@pytest.mark.parametrize("mode", ["careful", "balanced"])
def test_run_that_stays_is_doubtful(mode: str, weights: Path) -> None:
    """In the other modes the same run stays, by the points of the run, and is reported as one doubtful stretch."""
    result = explain_text(INTERRUPTED, weights=weights, mode=mode)
    assert (result.text, result.removals) == (INTERRUPTED, ())
    assert [(doubt.start, doubt.end) for doubt in result.doubtful] == [(AT[0], AT[1] - 1)]
    assert result.doubtful[0].score == pytest.approx(SHORT_POINTS)
    assert result.flags == ("doubtful",)
    for verdict in result.lines[4:6]:
        points = {evidence.source: evidence.points for evidence in verdict.evidence}
        assert points["shape.words"] == SHORT_POINTS
        assert points["context.run"] < -SHORT_POINTS
        assert verdict.score < 0.0


def test_doubtful_stretch_is_told_around_what_went(weights: Path) -> None:
    """A doubtful stretch has offsets into the input, even if lines above it were removed."""
    text = f"Advertisement\n{INTERRUPTED}"
    result = explain_text(text, weights=weights)
    assert [(removal.kind, removal.text) for removal in result.removals] == [
        (Kind.ADVERTISEMENT_MARKER, "Advertisement\n")
    ]
    assert [text[doubt.start : doubt.end] for doubt in result.doubtful] == [RUN.rstrip("\n")]


def test_few_doubtful_lines_are_no_flag(weights: Path) -> None:
    """A stretch that is a small share of the text is reported, but the result is not flagged for it."""
    result = explain_text(f"{ABOVE}{RUN}{BELOW * 5}", weights=weights)
    assert len(result.doubtful) == 1
    assert result.flags == ()


@pytest.mark.parametrize(("threshold", "goes"), [(SHORT_POINTS - 2.0, True), (SHORT_POINTS + 1.0, False)])
def test_threshold_is_what_points_must_exceed(threshold: float, goes: bool, weights: Path) -> None:
    """A run without patterns is removed if its own points exceed the threshold, and stays if they do not."""
    result = explain_text(INTERRUPTED, weights=weights, mode="thorough", threshold=threshold)
    assert result.text == (ABOVE + BELOW if goes else INTERRUPTED)


def test_run_beside_a_name_goes_in_balanced_mode(weights: Path) -> None:
    """Below the article a run that begins at a named line is removed, and the same run alone stays."""
    article = ABOVE + BELOW
    alone = explain_text(f"{article}{RUN}", weights=weights)
    assert alone.removals == ()
    result = explain_text(f"{article}Share on Facebook\n{RUN}", weights=weights)
    assert result.text == article
    assert [removal.kind for removal in result.removals] == [Kind.SHARE_BAR, Kind.BOILERPLATE, Kind.BOILERPLATE]


# --- settings --------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("overrides", "message"),
    [
        (
            {"treshold": 1.0},
            "treshold: is not a setting; use one of: disabled_patterns, engine, headline, html_weights, keep, mode, patterns, sites, threshold, timeout, weights",
        ),
        ({"headline": "last"}, "headline: 'last' is unknown; use one of: first, drop, keep"),
        ({"mode": "gentle"}, "mode: 'gentle' is unknown; use one of: careful, balanced, thorough"),
        ({"keep": {"bylines"}}, "keep: 'bylines' is not a kind of noise"),
        ({"keep": "bylines"}, "keep: 'bylines' is not a kind of noise"),
        ({"threshold": float("nan")}, "threshold: nan is not a number"),
        ({"threshold": "3"}, "threshold: '3' is not a number"),
        ({"threshold": True}, "threshold: True is not a number"),
    ],
)
def test_unknown_settings_are_refused(overrides: dict[str, Any], message: str) -> None:
    """A setting that does not exist, or a value it cannot have, raises `ConfigError` with what to write instead."""
    with pytest.raises(ConfigError) as caught:
        explain_text(PAGE, **overrides)
    assert str(caught.value).startswith(message)
    with pytest.raises(ConfigError):
        CleanConfig().replace(**overrides)


def test_overrides_change_a_configuration_for_one_call() -> None:
    """Overrides apply on top of the given configuration, which itself does not change."""
    config = CleanConfig(headline="drop", keep=frozenset({Kind.SHARE_BAR}))
    result = explain_text(PAGE, config=config, headline="first")
    assert reasons(result) == [COPY, ADVERTISEMENT, NEWSLETTER]
    assert result == Cleaner(config.replace(headline="first")).clean(PAGE)
    assert config == CleanConfig(headline="drop", keep=frozenset({Kind.SHARE_BAR}))


def test_configurations_are_values() -> None:
    """A configuration is frozen, equal to one with the same settings, usable as a key and made of checked values."""
    config = CleanConfig(keep=["byline", Kind.COMMENT])  # type: ignore[arg-type]
    assert config.keep == frozenset({Kind.BYLINE, Kind.COMMENT})
    assert {config: 1}[CleanConfig(keep=frozenset({Kind.COMMENT, Kind.BYLINE}))] == 1
    assert CleanConfig(patterns="own").patterns == Path("own")  # type: ignore[arg-type]
    with pytest.raises(AttributeError):
        config.threshold = 1.0  # type: ignore[misc]


@pytest.mark.parametrize("keep", ["all", ["all"], {"byline", "all"}])
def test_all_stands_for_every_kind(keep: Any) -> None:
    """Every kind of noise can be kept with one word, which leaves a page whole that is cleaned otherwise."""
    assert CleanConfig(keep=keep).keep == frozenset(Kind)
    assert explain_text(LOCKED).removals
    assert explain_text(LOCKED, keep=keep).removals == ()


def test_missing_pattern_folder_is_refused(tmp_path: Path) -> None:
    """A missing pattern folder raises `PatternError`, which names it."""
    with pytest.raises(PatternError, match="absent"):
        Cleaner(CleanConfig(patterns=tmp_path / "absent"))


@pytest.mark.parametrize("sign", ["\t", " | ", "\\n", "<br>", "&#13;\n"])
def test_text_comes_back_in_its_form(sign: str) -> None:
    """Lines are judged whatever stands for their ends; a removed line takes its sign with it, and has a verdict."""
    article = (*SIGNED_LINES[:1], *SIGNED_LINES[2:])
    text = sign.join(SIGNED_LINES)
    result = explain_text(text)
    assert result.text == sign.join(article)
    assert [(removal.text, removal.kind) for removal in result.removals] == [
        (f"Partager sur Facebook{sign}", Kind.SHARE_BAR)
    ]
    assert [verdict.action for verdict in result.lines] == ["keep", "drop", "keep", "keep", "keep"]
    assert result.restore() == text


def test_nothing_but_noise_is_flagged() -> None:
    """A text that is all noise stays whole, with the flag that no article was found and without removals."""
    result = explain_text(NOISE)
    assert (result.text, result.removals, result.flags) == (NOISE, (), ("no-article-found",))
    assert {verdict.action for verdict in result.lines} == {"keep"}


def test_nothing_but_a_fused_pair_has_no_cut_verdict() -> None:
    """If nothing was removed because nothing would be left, no verdict says that a fragment was cut."""
    result = explain_text("RépondreSupprimer\n")
    assert (result.removals, result.flags) == ((), ("no-article-found",))
    assert [verdict.action for verdict in result.lines] == ["keep"]


@pytest.mark.parametrize("text", ["", "\n", " \n\t\r\n", "\ufeff"])
def test_nothing_at_all(text: str) -> None:
    """An empty or blank text comes back as it is."""
    result = explain_text(text)
    assert (result.text, result.removals, result.comments, result.headline) == (text, (), (), None)


def test_paywall_is_flagged() -> None:
    """A removed paywall notice sets the flag that the article may be cut short; a kept one does not."""
    result = explain_text(LOCKED)
    assert result.text == ARTICLE
    assert {removal.kind for removal in result.removals} == {Kind.PAYWALL}
    assert all(".paywall." in source for _, source, _ in reasons(result))
    assert result.flags == ("truncated-by-paywall",)
    kept = explain_text(LOCKED, keep={"paywall"})
    assert (kept.text, kept.removals, kept.flags) == (LOCKED, (), ())


@pytest.mark.parametrize(
    ("below", "flags"),
    [
        pytest.param("This article is for subscribers only.\n", ("truncated-by-paywall",), id="notice"),
        pytest.param(
            "Share on Facebook\nThis article is for subscribers only.\n", ("truncated-by-paywall",), id="near"
        ),
        pytest.param(
            f"This article is for subscribers only.\n{ARTICLE.replace('Mai', 'Juni')}", (), id="article-goes-on"
        ),
        pytest.param(f"{NOISE}This article is for subscribers only.\n", (), id="far-below"),
        pytest.param("Subscribe now\n", (), id="button"),
        pytest.param("", (), id="nothing"),
    ],
)
def test_flag_is_for_text_that_ends_at_a_paywall(below: str, flags: tuple[str, ...]) -> None:
    """The flag is set if a paywall notice is right below the remaining text, not for one elsewhere or for a button."""
    result = explain_text(f"{ARTICLE}{below}")
    assert "subscribers only" not in result.text
    assert result.flags == flags


def test_comments_are_held_apart() -> None:
    """The comments of a thread are listed separately, without the links between them and without the article's words."""
    raw = sample("fr-blog-thread")
    result = explain_text(raw)
    controls = "RépondreSupprimer"
    assert len(result.comments) == raw.count(controls) == 10
    assert result.comments[0].startswith("Merci pour cet article mesuré. J'ai enseigné vingt-six ans")
    assert result.comments[0].endswith("Solange Auberty, institutrice honoraire")
    assert result.comments[-1].endswith("avec les statuts de Puybressac en vingt exemplaires.\nLéonie Brossard-Vidal")
    assert all(controls not in comment for comment in result.comments)
    removed = {removal.text.strip() for removal in result.removals if removal.kind is Kind.COMMENT}
    for comment in result.comments:
        assert not any(line in result.text.splitlines() for line in comment.splitlines())
        assert any(line in removed for line in comment.splitlines())
    assert all(
        any(evidence.source == "context.comment-thread" for evidence in removal.evidence)
        for removal in result.removals
        if removal.kind is Kind.COMMENT
    )


def test_one_verdict_a_line() -> None:
    """There is one verdict for each line, in order, and those that drop a line agree with the removals."""
    result = explain_text(PAGE)
    assert [verdict.line.index for verdict in result.lines] == list(range(PAGE.count("\n")))
    dropped = [verdict for verdict in result.lines if verdict.action == "drop"]
    assert [verdict.kind for verdict in dropped] == [removal.kind for removal in result.removals]
    scores = [removal.score for removal in result.removals]
    assert [verdict.score for verdict in dropped] == pytest.approx(scores)
    assert [PAGE[verdict.line.start : verdict.line.end] for verdict in dropped] == [
        span for *_, span in reasons(result)
    ]
    for verdict in result.lines:
        if verdict.action != "drop":
            assert (verdict.action, verdict.kind) == ("keep", None)
        assert sum(evidence.points for evidence in verdict.evidence) == pytest.approx(verdict.score)


def test_a_used_cleaner_pickles_small() -> None:
    """A cleaner that has done work pickles as its configuration, and gives the same results afterwards."""
    cleaner = Cleaner(CleanConfig(headline="drop", keep=frozenset({Kind.NEWSLETTER})))
    before = cleaner.clean_many([PAGE, FUSED, sample("fr-blog-thread")])
    pickled = pickle.dumps(cleaner)
    assert len(pickled) < 10_000
    again = pickle.loads(pickled)
    assert again.config == cleaner.config
    after = again.clean_many([PAGE, FUSED, sample("fr-blog-thread")])
    assert after == before
    assert [reasons(result) for result in after] == [reasons(result) for result in before]


def test_threads_share_a_cleaner() -> None:
    """Eight threads with one cleaner give the results that one thread gives, verdicts included."""
    cleaner = Cleaner()
    texts = [PAGE, FUSED, LOCKED, NOISE, ARTICLE, sample("fr-blog-thread"), sample("en-hospital-paywall"), ""] * 3
    alone = [(result, result.lines) for result in map(cleaner.clean, texts)]
    with ThreadPoolExecutor(max_workers=8) as threads:
        together = [(result, result.lines) for result in threads.map(cleaner.clean, texts)]
    assert together == alone
    assert [reasons(result) for result, _ in together] == [reasons(result) for result, _ in alone]


def test_stream_takes_texts_and_mappings() -> None:
    """A stream takes texts, and mappings with what is known about them, and gives results on demand."""
    text = f"{HEADLINE}\n\n{ARTICLE}"
    documents: list[Any] = [PAGE, {"text": text, "title": HEADLINE, "lang": "de", "url": None, "id": 7}, {"text": text}]
    results = Cleaner().stream(iter(documents))
    assert reasons(next(results)) == [COPY, ADVERTISEMENT, SHARE, NEWSLETTER]
    assert [result.headline for result in results] == [HEADLINE, None]


NOISY = "Der Rat hat gestern Abend über den Haushalt der Stadt entschieden.\nAntwortenLöschen\nTeilen auf Facebook\n"


def test_results_say_the_same_when_they_replay() -> None:
    """A result of `clean_many`, and a pickled one, keep no passes, and give the same reasons as a single result."""
    alone = Cleaner().clean(NOISY, title="Haushalt", lang="de")
    again = pickle.loads(pickle.dumps(alone))
    many = Cleaner().clean_many([NOISY])[0]
    for result, expected in ((again, alone), (many, Cleaner().clean(NOISY))):
        assert result == expected
        assert result.removals[0].evidence == expected.removals[0].evidence
        assert [evidence.source for evidence in result.removals[0].evidence]
        assert result.lines == expected.lines


@pytest.mark.parametrize(
    ("value", "hint"),
    [
        (
            float("nan"),
            "text must be a str, not float; leave missing values out, with pandas for example by df.text.map",
        ),
        (None, "text must be a str, not NoneType; leave missing values out"),
        (12, "text must be a str, not int; convert it first"),
        (b"page", "text must be a str, not bytes; decode it, or use clean_html for a page"),
    ],
)
def test_what_is_no_text_is_told(value: Any, hint: str) -> None:
    """A missing value of a table, or bytes, are an error that says what to do."""
    for clean in (clean_text, explain_text, Cleaner().clean):
        with pytest.raises(TypeError, match=hint):
            clean(value)
    cleaner = Cleaner()
    for document in (value, {"text": value, "title": "A title."}):
        for clean_all in (cleaner.clean_many, lambda documents: list(cleaner.stream(documents))):
            with pytest.raises(TypeError, match=f"^document 1: {hint}"):
                clean_all(["A text.", document, "Another."])


@pytest.mark.parametrize(
    ("value", "hint"),
    [
        (float("nan"), "html must be a str or bytes, not float; leave missing values out"),
        (None, "html must be a str or bytes, not NoneType; leave missing values out"),
        ([], "html must be a str or bytes, not list; convert it first"),
    ],
)
def test_what_is_no_page_is_told(value: Any, hint: str) -> None:
    """A missing page is an error that says what to do, and in a list of documents which one it is."""
    for clean in (clean_html, explain_html, Cleaner().clean_html):
        with pytest.raises(TypeError, match=f"^{hint}"):
            clean(value)
    for clean_all in (Cleaner().clean_many, lambda documents: list(Cleaner().stream(documents))):
        with pytest.raises(TypeError, match=f"^document 1: {hint}"):
            clean_all(["A text.", {"html": value}])


def test_stream_gives_what_comes_before_a_wrong_document() -> None:
    """A stream reads one document at a time, so the results before one that is no text are there."""
    results = Cleaner().stream(["A text.", float("nan")])  # type: ignore[list-item]
    assert next(results).text == "A text."
    with pytest.raises(TypeError, match="document 1: text must be a str, not float"):
        next(results)


def test_missing_values_of_a_series_stay_missing() -> None:
    """What the message tells a user of pandas to write does what it says, and leaves NaN and None as they are."""
    pandas = pytest.importorskip("pandas")
    series = pandas.Series([PAGE, None, float("nan")])
    with pytest.raises(TypeError, match=r'df\.text\.map\(clean_text, na_action="ignore"\)'):
        series.apply(clean_text)
    cleaned = series.map(clean_text, na_action="ignore")
    assert cleaned.isna().tolist() == [False, True, True]
    assert cleaned[0] == clean_text(PAGE)


def test_text_that_does_not_settle_comes_back(monkeypatch: pytest.MonkeyPatch) -> None:
    """A text from which each pass would remove a little more is not an article: it stays, in bounded time, and is flagged."""
    monkeypatch.setattr("cleaner.passes.loop.MAX_PASSES", 1)
    result = explain_text(PAGE)
    assert (result.text, result.removals, result.flags) == (PAGE, (), ("not-settled",))
    assert {verdict.action for verdict in result.lines} == {"keep"}


def test_pickled_result_is_about_as_small_as_its_text() -> None:
    """A pickled result contains the text and the removals, but no arrays."""
    text = NOISY * 50
    assert len(pickle.dumps(Cleaner().clean(text))) < 10 * len(text)


LIST = (
    "Der Stadtrat hat am Montag beschlossen, die Sammlung der Abfälle im ganzen Stadtgebiet neu zu ordnen.",
    "Was in die Tonne gehört:",
    "• Obst, auch gekocht",
    "• Kaffeesatz ohne Kapsel",
    "Was nicht hineingehört, steht in einem Faltblatt, das in den nächsten Tagen an alle Haushalte verteilt wird.",
)


def test_list_that_a_colon_introduces_stays() -> None:
    """The entries of a list inside the article, and the line that introduces it, have points for staying."""
    text = "\n".join(LIST)
    result = explain_text(text)
    assert result.text == text
    for verdict in result.lines[1:4]:
        assert ("context.list", -4.0) in [(evidence.source, evidence.points) for evidence in verdict.evidence]


@pytest.mark.parametrize(
    "lines",
    [(*LIST[:4], "Ende"), (LIST[0], "Lesen Sie auch:", *LIST[2:]), (LIST[0], "Was in die Tonne gehört", *LIST[2:])],
    ids=["no prose below", "a pattern speaks of it", "no colon"],
)
def test_other_lists_have_no_points_for_staying(lines: tuple[str, ...]) -> None:
    """Without prose below, below the words of an interface, or without a colon, a list is like other lines."""
    for verdict in explain_text("\n".join(lines)).lines:
        assert "context.list" not in [evidence.source for evidence in verdict.evidence]


def test_removals_are_a_tuple() -> None:
    """Removals of texts and of pages are tuples, whenever they are computed."""
    assert isinstance(explain_text(f"{ARTICLE}RépondreSupprimer\n").removals, tuple)
    assert isinstance(explain_html("<p>One.</p><nav>Home</nav>").removals, tuple)


def test_what_stands_behind_a_thread_keeps_its_own_kind() -> None:
    """Below the last sign of a thread a strong pattern names its line, and the last comment ends above it."""
    thread = "Paul 12 mars 2024 à 10:12\nEnfin, il était temps.\nRépondreSupprimer\n"
    result = explain_text(f"{ARTICLE}{thread}A propos de admin 1869 Articles\n")
    assert result.comments == ("Enfin, il était temps.",)
    assert [(removal.kind, removal.text) for removal in result.removals][-1] == (
        Kind.AUTHOR_BOX,
        "A propos de admin 1869 Articles\n",
    )


def test_of_two_boxes_the_nearer_names_a_line() -> None:
    """A line below two headings of boxes is named after the one right above it."""
    result = explain_text(f"{ARTICLE}Jetzt Newsletter abonnieren\nLesen Sie auch\nDer Rat beschließt den Haushalt\n")
    last = result.removals[-1]
    assert (last.kind, last.text) == (Kind.RELATED_LINKS, "Der Rat beschließt den Haushalt\n")


def test_text_of_too_many_lines_comes_back_as_it_was() -> None:
    """A text with more lines than any article is not judged, whatever it contains, and is flagged."""
    text = "Antworten\n" * (MAX_LINES + 1)
    result = explain_text(text)
    assert (result.text, result.removals, result.flags) == (text, (), ("too-many-lines",))
    assert result.restore() == text
    assert pickle.loads(pickle.dumps(result)) == result


def test_a_cut_line_has_the_kind_of_what_was_cut() -> None:
    """The verdict on a line that loses a fragment has the fragment's kind, though the line is not noise."""
    article = "Le conseil municipal a voté hier soir le budget de la piscine, après trois heures d'une discussion.\n"
    result = explain_text(f"Le pont rouvre lundi.pic.twitter.com/AbCdEf1234\n{article}")
    assert [removal.text for removal in result.removals] == ["pic.twitter.com/AbCdEf1234"]
    assert [(verdict.action, verdict.kind) for verdict in result.lines] == [
        ("cut", Kind.SOCIAL_PROMOTION),
        ("keep", None),
    ]


def test_a_removed_line_keeps_its_verdict() -> None:
    """A removed line stays dropped in the verdicts, though the lines on both sides of it become one unit."""
    lines = (
        "切符売り場は番台、待合室は休憩所に",
        "2024年4月8日 5時00分",
        "足湯につかる人たち=7日、湯ノ沢町白樺口、三枝拓郎撮影",
    )
    result = explain_text("".join(f"{line}\n" for line in lines))
    assert [removal.text for removal in result.removals] == [f"{lines[1]}\n", "=7日、湯ノ沢町白樺口、三枝拓郎撮影"]
    assert [(verdict.action, verdict.kind) for verdict in result.lines] == [
        ("keep", None),
        ("drop", Kind.PUBLICATION_DATE),
        ("cut", Kind.PHOTO_CREDIT),
    ]


def test_fragment_of_one_line_of_a_unit_is_a_cut_of_that_line_alone() -> None:
    """In a unit of several lines only those that lost something have cut verdicts; the others are kept."""
    text = "Indlægget dukkede sent op\nSådan begyndte dagen [Læs mere]\n🇫🇷🇩🇪[Læs mere...]"
    result = explain_text(text)
    assert [(one.action, one.kind) for one in result.lines] == [
        ("keep", None),
        ("cut", Kind.FEED_FOOTER),
        ("cut", Kind.FEED_FOOTER),
    ]
    assert result.text == "Indlægget dukkede sent op\nSådan begyndte dagen\n🇫🇷🇩🇪"
