"""Weights fitted to labelled pages: the texts they are made of, and that the same pages give the same weights."""

from __future__ import annotations

import hashlib
import importlib.util
import json
from collections.abc import Iterator, Mapping, Sequence
from functools import cache
from pathlib import Path
from typing import Any

import numpy as np
import pytest

from cleaner.lines.analysis import analyse
from cleaner.lines.evidence import gather
from cleaner.lines.scorer import read_weights, score_lines
from cleaner.lines.signals import signal_names
from cleaner.lines.weights import PassWeights, SignalWeight, Weights, dump_weights
from cleaner.matching.matcher import Matcher
from cleaner.matching.pattern import PatternSet
from cleaner.result import Kind
from cleaner.text.arrays import FloatArray, SingleArray
from cleaner.text.document import Document
from cleaner.text.words import word_lists
from cleaner.training import fitting
from cleaner.training.fitting import (
    MAX_HOST_PAGES,
    TEXT_WEIGHT,
    Article,
    Collector,
    TrainingText,
    collect_texts,
    fit_weights,
)
from cleaner.training.labelled import GOLD, LabelledPage
from cleaner.training.regression import Sample
from cleaner.trees import Trees
from tests.deciding import pattern
from tests.running import Printed, RunCommand, command_runner

SENTENCES = (
    "The ferry to the northern island was taken out of service on Monday because of a crack in its hull.",
    "Nobody was hurt when the crack was found by a young engineer who had been sent to look at the pumps.",
    "The harbour office said that the ship would not sail again before the end of the month.",
    "The baker of the island has asked the fishermen to carry his flour until the ferry is back.",
    "A choir of retired postmen sang in the market hall on Sunday, and the hall was full to the last chair.",
    "The town will plant forty lime trees along the canal, where the poplars had to be felled in spring.",
    "Whether the swimming pool can open in June depends on a pump that is still on its way.",
    "The school has lent its kitchen to the club, so that the soup for the fair can be cooked there.",
    "After nine years the clock of the town hall shows the right time again, at least on one of its faces.",
    "The museum wants to show the wreck of the barge in a shed that was built for potatoes.",
    "Two farmers have agreed to share a harvester, which neither of them could have paid for alone.",
    "The mayor thanked the volunteers, and said that she hoped to see all of them again next year.",
)
MENU = ("Home", "News", "Sport", "Weather", "Letters", "Archive", "Contact", "Sign in", "Shop", "Jobs")
BELOW = (
    "9 replies",
    "Share this page",
    "More from the harbour",
    "Choir sings again",
    "Lime trees for the canal",
    "Pool opens late",
    "Terms of use",
    "All rights reserved",
)
# Names that fall into few folds, since each fold takes time.
HOSTS = ("east", "north", "harbour", "canal", "hill", "orchard")
HEADLINES = ("Ferry stays in port", "Forty trees for the canal", "A clock that is right again", "Soup for the fair")


@cache
def _collector() -> Collector:
    """A collector with two patterns, which is created quickly."""
    patterns = PatternSet([pattern(Kind.COMMENT_COUNT, "9 replies"), pattern(Kind.COPYRIGHT, "All rights reserved")])
    return Collector(Matcher(patterns), word_lists())


def _page(number: int, host: str = "one.example", **values: Any) -> LabelledPage:
    """An invented page: its headline and some sentences as the gold, menu and teasers around them in the raw text."""
    title = HEADLINES[number % len(HEADLINES)]
    body = [SENTENCES[(number + step) % len(SENTENCES)] for step in range(0, 12, 2)]
    shift = number % 4
    article = [title, *body]
    raw = [*MENU[shift:], *MENU[:2], *article, *BELOW[: 5 + number % 4], *MENU[-shift - 1 :]]
    known: dict[str, Any] = {
        "name": "isles",
        "id": f"page {number}",
        "host": host,
        "lang": "en",
        "title": title,
        "url": None,
        "gold": "\n".join(article),
        "texts": {"raw": "\n".join(raw), "extracted": "\n".join([*article, *BELOW[:2]])},
    }
    return LabelledPage(**{**known, **values})


def _pages() -> list[LabelledPage]:
    return [_page(number, f"{HOSTS[number % len(HOSTS)]}.example") for number in range(12)]


# The other training texts of a page: its gold, and its article in another form.
GOLD_TEXTS = 2


def _collect(pages: Sequence[LabelledPage]) -> list[TrainingText]:
    return [text for page in pages for text in _collector().collect(page)]


@pytest.fixture(scope="module", autouse=True)
def _small_trees() -> Iterator[None]:
    """Few trees with small leaves, since a dozen pages cannot fill larger ones."""
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(fitting, "ROUNDS", 20)
        patch.setitem(fitting.PARAMETERS, "min_data_in_leaf", 5)
        patch.setitem(fitting.PARAMETERS, "lambda_l2", 1.0)
        yield


@pytest.fixture(scope="module")
def fitted() -> Weights:
    """The weights of twelve pages."""
    pytest.importorskip("lightgbm")
    return fit_weights(_collect(_pages()), {"by": "hand"})


@pytest.fixture
def samples(monkeypatch: pytest.MonkeyPatch) -> list[Sample]:
    """The samples that a fit makes, in order; nothing is fitted to them."""
    seen: list[Sample] = []

    def look(sample: Sample, names: Sequence[str], *_: Any) -> PassWeights:
        seen.append(sample)
        return PassWeights(0.0, 0.0, {name: SignalWeight(0.0, 0.0, 0.0, (), (-1.0, 1.0)) for name in names})

    def look_at_trees(
        values: SingleArray, labels: SingleArray, weight: FloatArray, parameters: Mapping[str, Any], rounds: int
    ) -> tuple[tuple[int, ...], Trees]:
        assert (parameters, rounds) == (fitting.PARAMETERS, fitting.ROUNDS)
        seen.append(Sample(values, np.zeros(labels.size, dtype=np.float32), labels, weight))
        node = np.zeros(1, dtype=np.intp)
        return (0,), Trees(node, node, np.zeros(1, dtype=np.float32), node, node, np.zeros(1))

    monkeypatch.setattr("cleaner.training.fitting.fit_pass", look)
    monkeypatch.setattr("cleaner.training.fitting.fit_trees", look_at_trees)
    return seen


# --- training texts --------------------------------------------------------------------------------------


def test_every_text_and_the_gold_are_trained_on() -> None:
    """A page gives training texts for each scraper, its gold and another form, with one row of signals per line."""
    page = _page(1)
    texts = _collector().collect(page)
    assert len(texts) == len(page.texts) + GOLD_TEXTS
    for text in texts:
        assert (text.host, text.page) == (page.host, page.id)
        assert text.signals.shape == (text.words.size, len(signal_names()[0]))
        assert text.is_noise.shape == text.words.shape
        assert np.isfinite(text.signals).all()
        assert 0.0 <= text.page_likeness <= 1.0


def test_lines_beside_the_article_are_noise() -> None:
    """In a scraper's text noise and article both occur, in the order of the lines; in the gold all is article."""
    for page in _pages():
        raw, _, gold, *_ = _collector().collect(page)
        assert not gold.is_noise.any()
        assert raw.is_noise[0] == raw.is_noise[-1] == 1.0
        assert 3 <= (raw.is_noise == 0.0).sum() <= 7
        assert (raw.words[raw.is_noise == 0.0].max() > raw.words[raw.is_noise == 1.0]).all()


def test_some_texts_are_shortened() -> None:
    """Some texts are trained on without the end of their article, so that short articles are known too."""
    page = _page(3)
    whole = len(page.texts["raw"].splitlines())
    sizes = [
        _collector().collect(_page(3, id=f"copy {number}", texts={"raw": page.texts["raw"]}))[0].words.size
        for number in range(30)
    ]
    assert set(sizes) > {whole}
    assert whole == max(sizes)
    assert sizes.count(whole) > len(sizes) / 2


def test_text_without_lines_is_left_out() -> None:
    """A scraper that found nothing gives no training text."""
    page = _page(2, texts={"raw": "", "extracted": " \n\n"})
    assert len(_collector().collect(page)) == GOLD_TEXTS


def _whole_page(number: int, **values: Any) -> LabelledPage:
    """An invented page with so much around its article that it cannot be an extracted text."""
    page = _page(number)
    menu = [f"{name} {place}" for place in ("north", "south", "east", "west", "hills", "isles") for name in MENU]
    return _page(
        number, texts={"raw": "\n".join([*menu, *page.texts["raw"].splitlines(), *menu, *BELOW * 25])}, **values
    )


def test_article_is_told_otherwise() -> None:
    """The article in another form is article in all its lines, and mostly not a copy of the gold."""
    unlike = 0
    for number in range(12):
        _, _, gold, told = _collector().collect(_page(number))
        assert not told.is_noise.any()
        unlike += told.words.tolist() != gold.words.tolist()
    assert unlike > 6


def test_whole_page_is_composed() -> None:
    """On a whole page another article replaces its own: article in the middle of the page's noise."""
    for number in range(6):
        page = _whole_page(number)
        raw, _, _, composed = _collector().collect(page, Article("other", _page(number + 1).gold))
        assert composed.is_noise[0] == composed.is_noise[-1] == 1.0
        assert (composed.is_noise == 1.0).sum() >= 40
        assert (composed.is_noise == 0.0).any()
        assert (composed.host, composed.page) == (raw.host, raw.page)


def test_same_pages_are_composed_alike() -> None:
    """Random choices depend on the page's identifier, so the same pages give the same texts."""
    first, second = (list(collect_texts(map(_page, range(3)))) for _ in range(2))
    assert len(first) == len(second) > 3
    for one, other in zip(first, second, strict=True):
        assert np.array_equal(one.signals, other.signals)
        assert np.array_equal(one.is_noise, other.is_noise)


def test_weight_of_a_text_is_the_same_for_all() -> None:
    """Each text of few lines has the same weight, and its noise weighs no more than its article."""
    for text in _collect(_pages()):
        assert text.chosen.tolist() == list(range(text.words.size))
        assert text.weight.sum() == pytest.approx(TEXT_WEIGHT)
        assert (text.weight > 0.0).all()
        is_noise = text.is_noise == 1.0
        assert text.weight[is_noise].sum() <= 1.05 * text.weight[~is_noise].sum()


def test_long_text_is_sampled() -> None:
    """From a text with many lines some are used, the same ones each time, with weights that make up for the others."""
    names = "\n".join(f"Gate {number} of the fair" for number in range(700))
    page = _page(4, texts={"raw": f"{names}\n{_page(4).gold}\n{names}"})
    first, second = (_collector().collect(page)[0] for _ in range(2))
    assert first.chosen.size == first.weight.size < first.words.size / 2
    assert first.weight.sum() == pytest.approx(TEXT_WEIGHT, rel=0.3)
    assert np.array_equal(first.chosen, second.chosen)
    assert np.array_equal(first.weight, second.weight)


def _has(texts: Sequence[TrainingText], group: str) -> bool:
    columns = [number for number, name in enumerate(signal_names()[0]) if name.startswith(group)]
    return any(bool(text.signals[:, columns].any()) for text in texts)


def test_patterns_and_titles_are_left_out_of_some_pages() -> None:
    """About a third of the pages are seen without patterns, and half without title, in every combination."""
    seen = []
    for number in range(120):
        texts = _collector().collect(_page(0, id=f"copy {number}", texts={"raw": _page(0).texts["raw"]}))
        seen.append((_has(texts, "pattern."), _has(texts, "document.headline")))
    patterns, titles = (sum(column) / len(seen) for column in zip(*seen, strict=True))
    assert 0.55 < patterns < 0.8
    assert 0.35 < titles < 0.65
    assert len(set(seen)) == 4


def test_lone_surrogate_in_an_id_is_no_error() -> None:
    """A page is collected whatever characters its id has."""
    assert len(_collector().collect(_page(5, id="\ud800", texts={}))) == GOLD_TEXTS


# --- the fit ---------------------------------------------------------------------------------------------


@pytest.mark.slow
def test_fitted_weights_are_those_of_this_version(fitted: Weights, tmp_path: Path) -> None:
    """A fit weighs all signals of the first pass and some of the second, says how it was made, and loads."""
    first, second = signal_names()
    assert tuple(fitted.first.signals) == first
    assert set(fitted.second.signals) <= set(second)
    assert any(name.startswith("around.") for name in fitted.second.signals)
    path = tmp_path / "own.json"
    path.write_text(dump_weights(fitted), "utf-8")
    assert dump_weights(read_weights(path)) == dump_weights(fitted)
    assert fitted.made == {"by": "hand"}


@pytest.mark.slow
@pytest.mark.parametrize("with_patterns", [False, True])
def test_fit_parts_article_from_noise(with_patterns: bool, fitted: Weights) -> None:
    """On a page of another site the lines of the article have fewer points than any menu entry, with patterns or without."""
    lines = [*MENU[3:], "Bridge closed", SENTENCES[3], SENTENCES[7], SENTENCES[1], SENTENCES[5], *BELOW, *MENU[:4]]
    patterns = PatternSet([pattern(Kind.COMMENT_COUNT, "9 replies")] if with_patterns else [])
    analysis = analyse(Document("\n".join(lines)), Matcher(patterns), word_lists())
    points = score_lines(analysis, gather(analysis, None).clues, fitted).total
    is_article = np.isin(lines, SENTENCES)
    assert points[is_article].max() < points[~is_article].min()


@pytest.mark.usefixtures("samples")
def test_progress_is_reported() -> None:
    """A fit reports its progress."""
    heard: list[str] = []
    fit_weights(_collect(_pages()), {}, report=heard.append)
    assert heard[-2:] == ["first pass", "second pass"]
    assert len(heard) == len(set(heard))


def test_pages_of_a_host_weigh_as_much_as_a_few(samples: list[Sample]) -> None:
    """All pages of one host together weigh no more than a few; those of a host with fewer count fully."""
    crowd = [_page(number, "crowd.example") for number in range(3 * MAX_HOST_PAGES)]
    few = [_page(number, "few.example", id=f"other {number}") for number in range(MAX_HOST_PAGES - 1)]
    texts = _collect([*crowd, *few])
    fit_weights(texts, {})
    last = samples[-1]
    size = sum(text.chosen.size for text in texts if text.host == "crowd.example")
    texts_a_page = len(crowd[0].texts) + GOLD_TEXTS
    assert last.weight[:size].sum() == pytest.approx(MAX_HOST_PAGES * texts_a_page * TEXT_WEIGHT)
    assert last.weight[size:].sum() == pytest.approx(len(few) * texts_a_page * TEXT_WEIGHT)


def test_second_pass_sees_first_passes_that_have_not_seen_a_host(
    samples: list[Sample], monkeypatch: pytest.MonkeyPatch
) -> None:
    """One first pass is fitted to all lines, others each without some hosts, so that each host is left out once."""
    monkeypatch.setattr(fitting, "FIRST_LINES_A_TEXT", 10_000)
    texts = _collect(_pages())
    fit_weights(texts, {})
    lines = sum(text.chosen.size for text in texts)
    first, second = signal_names()
    *folds, whole, last = samples
    assert (whole.signals.shape, last.signals.shape) == ((lines, len(first)), (lines, len(second)))
    assert np.array_equal(last.signals[:, : len(first)], whole.signals)
    assert len(folds) > 1
    assert all(fold.signals.shape[0] < lines for fold in folds)
    assert sum(lines - fold.signals.shape[0] for fold in folds) == lines


def test_one_host_is_fitted(samples: list[Sample]) -> None:
    """Pages of a single host leave no other host for a first pass, but can still be fitted."""
    fit_weights(_collect([_page(0), _page(1)]), {})
    assert [sample.signals.shape[1] for sample in samples] == [len(names) for names in signal_names()]


# --- the command -----------------------------------------------------------------------------------------


@pytest.fixture
def run(capsysbinary: pytest.CaptureFixture[bytes]) -> RunCommand:
    """Runs ``cleaner fit`` in this process."""
    return command_runner(capsysbinary, "fit")


@pytest.fixture(autouse=True)
def _few_patterns(monkeypatch: pytest.MonkeyPatch) -> None:
    """The command collects with the patterns of these tests; all patterns take seconds to load."""
    monkeypatch.setattr(fitting, "_collector", _collector)


def _write(path: Path, pages: Sequence[LabelledPage]) -> Path:
    records = [
        {"id": page.id, "host": page.host, "lang": "en", "title": page.title, "gold": page.gold, "texts": page.texts}
        for page in pages
    ]
    path.write_text("".join(json.dumps(record) + "\n" for record in records), "utf-8")
    return path


@pytest.fixture
def data(tmp_path: Path) -> Path:
    """A data set of the twelve pages."""
    return _write(tmp_path / "isles.jsonl", _pages())


@pytest.mark.slow
def test_same_pages_give_the_same_file(data: Path, fitted: Weights, run: RunCommand) -> None:
    """The command writes what the same pages gave before, digit for digit."""
    target = data.with_name("own.json")
    outcome = run(data, "-o", target)
    assert (outcome.status, outcome.out) == (0, "")
    made = read_weights(target).made
    assert target.read_text("utf-8") == dump_weights(Weights(fitted.first, fitted.second, made))


@pytest.mark.usefixtures("samples")
def test_weights_name_their_data(data: Path, run: RunCommand) -> None:
    """The file loads, and names command, number of texts, and the data with number of pages and fingerprint."""
    target = data.with_name("own.json")
    fingerprint = hashlib.sha256(data.read_bytes()).hexdigest()
    for options, pages in (([], 12), (["--every", "4"], 3)):
        assert run(data, "-o", target, *options).status == 0
        assert read_weights(target).made == {
            "by": " ".join(["cleaner fit isles.jsonl", *options]),
            "texts": (2 + GOLD_TEXTS) * pages,
            "data": {"isles": {"pages": pages, "sha256": fingerprint}},
        }


@pytest.mark.usefixtures("samples")
def test_several_data_sets_are_named(data: Path, run: RunCommand) -> None:
    """Weights of several data sets name each of them."""
    other = _write(data.with_name("hills.jsonl"), [_page(number, "hill.example") for number in (20, 21)])
    assert run(data, other, "-o", data.with_name("own.json"), "--every", "6").status == 0
    made = read_weights(data.with_name("own.json")).made
    assert {name: entry["pages"] for name, entry in made["data"].items()} == {"isles": 2, "hills": 1}


@pytest.mark.usefixtures("samples")
def test_folder_of_marked_documents_is_data(data: Path, run: RunCommand) -> None:
    """A folder of marked documents can be fitted with other data; its fingerprint depends on names and contents."""
    marked = data.with_name("village")
    marked.mkdir()
    document = "\n".join([*(f"-{line}" for line in MENU), *(f"+{line}" for line in SENTENCES[:4]), "?Jobs"])
    (marked / "mill.txt").write_text(document, "utf-8")
    target = data.with_name("own.json")
    seen = []
    for name in ("mill.txt", "mill.txt", "tower.txt"):
        (marked / "mill.txt").rename(marked / name)
        assert run(data, marked, "-o", target).status == 0
        made = read_weights(target).made
        assert made["by"] == "cleaner fit isles.jsonl village"
        assert made["data"]["village"]["pages"] == 1
        seen.append(made["data"]["village"]["sha256"])
    assert seen[0] == seen[1] != seen[2]


@pytest.mark.parametrize("name", ["isles.jsonl", "link.json", "village/mill.txt", "isles.html.jsonl"])
def test_weights_never_go_over_data(name: str, data: Path, run: RunCommand) -> None:
    """No file that is read is overwritten, under any name: data, files in a folder of it, and the HTML beside it."""
    data.with_name("village").mkdir()
    for other in ("village/mill.txt", "isles.html.jsonl"):
        (data.parent / other).write_text("mine")
    data.with_name("link.json").symlink_to(data)
    before = (data.parent / name).read_bytes()
    options = ["--html"] if "html" in name else []
    outcome = run(data, data.with_name("village"), "-o", data.parent / name, *options)
    assert (outcome.status, (data.parent / name).read_bytes()) == (2, before)
    assert "is an input; name another file" in outcome.err


@pytest.mark.parametrize(
    ("arguments", "message"),
    [
        (["-o", "OUT"], "no data; give .jsonl files of labelled pages"),
        (["DATA"], "-o is missing; name the file to write the weights to"),
        (["DATA", "-o", "OUT", "--every", "0"], "--every: 0 is too small; give 1 or more"),
        (["DATA", "-o", "OUT", "--jobs", "0"], "--jobs: 0 is too small; give 1 or more"),
    ],
)
def test_wrong_usage_ends_with_status_2(arguments: list[str], message: str, data: Path, run: RunCommand) -> None:
    """Wrong usage is reported in one line with what to do instead, and nothing is written."""
    names = {"DATA": str(data), "OUT": str(data.with_name("own.json"))}
    outcome = run(*(names.get(argument, argument) for argument in arguments))
    assert (outcome.status, outcome.out, outcome.err.count("\n")) == (2, "", 1)
    assert outcome.err.startswith(f"cleaner: {message}")
    assert list(data.parent.iterdir()) == [data]


def test_data_without_noise_is_refused(data: Path, run: RunCommand) -> None:
    """Texts without noise give nothing to learn, and nothing is written."""
    _write(data, [_page(number, texts={"raw": _page(number).gold}) for number in range(2)])
    outcome = run(data, "-o", data.with_name("own.json"))
    assert outcome.status == 2
    assert "there is nothing to learn; give texts as they were scraped" in outcome.err
    assert list(data.parent.iterdir()) == [data]


@pytest.mark.parametrize(
    ("line", "message"),
    [("{}", "line 13: gold: is missing; give the text of the article"), ("{", "line 13: is not valid JSON")],
)
def test_wrong_page_ends_with_status_1(line: str, message: str, data: Path, run: RunCommand) -> None:
    """A line that is not a page ends the run with its file and line, and nothing is written."""
    data.write_text(data.read_text("utf-8") + line + "\n", "utf-8")
    outcome = run(data, "-o", data.with_name("own.json"))
    assert (outcome.status, outcome.out, outcome.err.count("\n")) == (1, "", 1)
    assert outcome.err.startswith(f"cleaner: {data}: {message}")
    assert list(data.parent.iterdir()) == [data]


def test_missing_data_ends_with_status_1(data: Path, run: RunCommand) -> None:
    """A data set that does not exist ends the run with its name."""
    missing = data.with_name("no.jsonl")
    assert run(missing, "-o", data.with_name("own.json")) == Printed(
        1, "", f"cleaner: {missing}: does not exist; check the path\n"
    )


@pytest.mark.usefixtures("samples")
def test_weights_that_cannot_be_written_are_an_error(data: Path, run: RunCommand) -> None:
    """A target in a folder that does not exist ends the run with its name."""
    outcome = run(data, "-o", data / "own.json", "--every", "6")
    assert outcome.status == 1
    assert f"cleaner: {data / 'own.json'}: cannot be written" in outcome.err


def test_missing_rapidfuzz_is_told_with_the_mend(data: Path, run: RunCommand, monkeypatch: pytest.MonkeyPatch) -> None:
    """Without the extra that fitting needs, the command says how to install it before it reads anything."""
    find = importlib.util.find_spec
    monkeypatch.setattr(
        importlib.util, "find_spec", lambda name, *rest: None if name == "rapidfuzz" else find(name, *rest)
    )
    data.write_text("no page\n", "utf-8")
    assert run(data, "-o", data.with_name("own.json")) == Printed(
        2, "", "cleaner: fitting needs rapidfuzz; install it with: python -m pip install 'news-cleaner[fit]'\n"
    )


@pytest.mark.parametrize("arguments", [["no.jsonl"], ["DATA", "--corrections", "no.jsonl"]])
def test_missing_file_is_told_before_a_missing_package(
    arguments: list[str], data: Path, run: RunCommand, monkeypatch: pytest.MonkeyPatch
) -> None:
    """A file that is not there is named first, so that nobody installs a package only to learn of it."""
    monkeypatch.setattr(importlib.util, "find_spec", lambda *_: None)
    given = [data if one == "DATA" else one for one in arguments]
    assert run(*given, "-o", data.with_name("own.json")) == Printed(
        1, "", "cleaner: no.jsonl: does not exist; check the path\n"
    )


def test_weights_of_too_few_lines_are_read_back(data: Path, run: RunCommand, monkeypatch: pytest.MonkeyPatch) -> None:
    """Data too small for any tree give weights that load, or are refused before anything is written."""
    pytest.importorskip("lightgbm")
    monkeypatch.setitem(fitting.PARAMETERS, "min_data_in_leaf", 10_000)
    target = data.with_name("own.json")
    if run(data, "-o", target, "--every", "6").status == 0:
        read_weights(target)
    else:
        assert not target.exists()


def test_missing_lightgbm_is_told_before_anything_is_read(
    data: Path, run: RunCommand, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Without the extra that trees need, the command says so before it reads anything."""
    find = importlib.util.find_spec
    monkeypatch.setattr(
        importlib.util, "find_spec", lambda name, *rest: None if name == "lightgbm" else find(name, *rest)
    )
    data.write_text("no page\n", "utf-8")
    assert run(data, "-o", data.with_name("own.json")).status == 2


def test_gold_is_no_scraper() -> None:
    """The gold is used for training under a name that no scraper can have."""
    assert GOLD not in _page(0).texts
