"""Figures of an evaluation: what they show, that the same measures give the same bytes, and the option that draws them."""

from __future__ import annotations

import builtins
import json
import re
from collections.abc import Callable
from pathlib import Path
from typing import Any
from xml.etree import ElementTree as ET

import pytest

from cleaner.cli.evaluate import MODES
from cleaner.errors import MissingExtraError
from cleaner.training.measures import Measure
from cleaner.training.plots import (
    PLOT_ENDINGS,
    Bin,
    draw_evaluation,
    mode_points,
    reliability,
    require_matplotlib,
)
from tests.running import RunCommand, command_runner

ARTICLE = "The ferry between the two islands sails again from Monday, the harbour master said on Friday.\n"
SIGNATURES = {".svg": b"<?xml", ".png": b"\x89PNG", ".pdf": b"%PDF"}


def _measure(*, name: str = "isles", scraper: str = "text", confidence: float = 0.9, **more: Any) -> Measure:
    known: dict[str, Any] = {
        "id": "a",
        "host": "h",
        "lang": None,
        "untouched": 0.8,
        "cleaned": 0.9,
        "oracle": 1.0,
        "content_before": 100,
        "content_after": 98,
        "noise_before": 50,
        "noise_after": 10,
        "kept": 1.0,
        "unchanged": False,
        "lost": 0,
        "left": 0,
        "lost_line": "",
        "left_line": "",
        "kinds": (),
    }
    return Measure(name=name, scraper=scraper, confidence=confidence, **{**known, **more})


def _figure(*measures: Measure, ending: str = ".svg") -> bytes:
    pytest.importorskip("matplotlib")
    return draw_evaluation(dict.fromkeys(MODES, measures), "balanced", ending)


def _texts(svg: bytes) -> list[str]:
    """The texts of an SVG."""
    return ["".join(one.itertext()) for one in ET.fromstring(svg).iter("{http://www.w3.org/2000/svg}text")]


def test_bins_compare_expected_with_measured() -> None:
    """Each bin has how many texts it holds and both means; the articles themselves are left out."""
    measures = [
        _measure(confidence=0.92, cleaned=0.9),
        _measure(confidence=0.94, cleaned=0.8),
        _measure(confidence=0.0, cleaned=0.1),
        _measure(confidence=1.0, cleaned=1.0),
        _measure(scraper="gold", confidence=0.2),
    ]
    low, middle, high = reliability(measures)
    assert (low, high) == (Bin(1, 0.0, 0.1), Bin(1, 1.0, 1.0))
    assert middle.count == 2
    assert [middle.expected, middle.measured] == pytest.approx([0.93, 0.85])


def test_modes_are_shares_of_words() -> None:
    """What a mode loses and leaves are shares of the words of all texts, so a long text counts more."""
    careful = [_measure(), _measure(content_before=900, content_after=900), _measure(scraper="gold", noise_after=50)]
    (point,) = mode_points({"careful": careful})
    assert point.mode == "careful"
    assert [point.lost, point.left] == pytest.approx([0.002, 0.2])


def test_figure_is_labelled_directly() -> None:
    """The figure has each set and scraper with its gap, each bin with its count, and each mode with its shares, as text."""
    texts = _texts(_figure(_measure(), _measure(name="hills", scraper="bs4", cleaned=0.75)))
    for wanted in ("isles  text", "hills  bs4", "+0.50", "-0.25", "2", "careful", "2.00% lost, 20.0% left"):
        assert wanted in texts


@pytest.mark.parametrize("ending", PLOT_ENDINGS)
def test_same_measures_give_the_same_bytes(ending: str) -> None:
    """A figure has no date and no random names in it, so it changes only with what it shows."""
    first = _figure(_measure(), ending=ending)
    assert first.startswith(SIGNATURES[ending])
    assert first == _figure(_measure(), ending=ending)
    assert first != _figure(_measure(cleaned=0.8), ending=ending)
    assert not re.search(rb"dc:date|CreationDate", first)


def test_background_is_white() -> None:
    """The figure has a white background of its own, so that it is read on a dark page too."""
    assert b'style="fill: #ffffff' in _figure(_measure())


@pytest.mark.parametrize("name", ["$x_{", "<script>alert(1)</script>", "\x1b[2J", "新聞"])
def test_names_are_text(name: str) -> None:
    """The name of a data set is neither a formula nor markup, and control characters are escapes."""
    svg = _figure(_measure(name=name))
    assert f"{name}  text".replace("\x1b", "\\x1b") in _texts(svg)
    assert b"<script" not in svg


def test_nothing_to_show_is_drawn() -> None:
    """A figure of articles alone has empty charts and is no error; of many scrapers only the first are bars."""
    assert _texts(_figure(_measure(scraper="gold")))
    many = _texts(_figure(*(_measure(scraper=f"s{number}") for number in range(100))))
    assert sum(text.startswith("isles  s") for text in many) == 60


def test_missing_matplotlib_is_told(monkeypatch: pytest.MonkeyPatch) -> None:
    """Without matplotlib the error gives the command that installs it."""
    _without_matplotlib(monkeypatch)
    with pytest.raises(MissingExtraError, match=re.escape("python -m pip install 'news-cleaner[plot]'")):
        require_matplotlib()


def _without_matplotlib(monkeypatch: pytest.MonkeyPatch) -> None:
    load = builtins.__import__

    def refuse(name: str, *arguments: Any, **options: Any) -> Any:
        if name.partition(".")[0] == "matplotlib":
            raise ImportError(name)
        return load(name, *arguments, **options)

    monkeypatch.setattr(builtins, "__import__", refuse)


# --- the option ------------------------------------------------------------------------------------------


@pytest.fixture
def run(capsysbinary: pytest.CaptureFixture[bytes], monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> RunCommand:
    """Runs ``cleaner eval`` in this process, in a folder with a data set."""
    monkeypatch.chdir(tmp_path)
    record = {"gold": ARTICLE, "text": f"{ARTICLE}Comments are closed.\n"}
    (tmp_path / "isles.jsonl").write_text(json.dumps(record) + "\n")
    return command_runner(capsysbinary, "eval")


def test_pages_are_cleaned_in_each_mode(run: RunCommand, monkeypatch: pytest.MonkeyPatch) -> None:
    """The option draws what the tables say, with the pages cleaned in the three modes; the tables are printed too."""
    pytest.importorskip("matplotlib")
    from cleaner.training import evaluation

    modes: list[str] = []
    measure: Callable[..., Any] = evaluation.evaluate_page

    def count(page: Any, settings: evaluation.EvaluationSettings) -> Any:
        modes.append(settings.config.mode)
        return measure(page, settings)

    monkeypatch.setattr(evaluation, "evaluate_page", count)
    done = run("isles.jsonl", "--mode", "careful", "--plot", "isles.svg")
    assert (done.status, done.err) == (0, "")
    assert done.out.startswith("set    scraper")
    assert sorted(modes) == sorted(MODES)
    assert "isles  text" in _texts(Path("isles.svg").read_bytes())


@pytest.mark.parametrize(
    ("arguments", "message"),
    [
        (["--plot", "a.gif"], "--plot: a.gif: cannot be written as .gif; use .svg, .png or .pdf"),
        (["--plot", "a"], "--plot: a: cannot be written as a file without an ending; use .svg, .png or .pdf"),
        (["link.svg", "--plot", "link.svg"], "--plot: link.svg: is an input; name another file"),
    ],
)
def test_figure_that_cannot_be_drawn_is_refused(arguments: list[str], message: str, run: RunCommand) -> None:
    """A figure without a known ending, or in the place of an input, is refused before anything is measured."""
    Path("link.svg").symlink_to("isles.jsonl")
    done = run("isles.jsonl", *arguments)
    assert (done.status, done.out, done.err) == (2, "", f"cleaner: {message}\n")


def test_missing_matplotlib_is_told_before_anything_is_measured(
    run: RunCommand, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Without matplotlib the option is refused with the command that installs it."""
    _without_matplotlib(monkeypatch)
    done = run("isles.jsonl", "--plot", "isles.svg")
    assert (done.status, done.out) == (2, "")
    assert done.err == (
        "cleaner: --plot: matplotlib is not installed; install it with: python -m pip install 'news-cleaner[plot]'\n"
    )


def test_folder_of_the_figure_is_made(run: RunCommand) -> None:
    """A folder that is not there is made, as `cleaner clean -o` does."""
    pytest.importorskip("matplotlib")
    done = run("isles.jsonl", "--plot", "new/deep/isles.svg")
    assert (done.status, done.err) == (0, "")
    assert "isles  text" in _texts(Path("new/deep/isles.svg").read_bytes())


def test_figure_that_cannot_be_written_is_an_error(run: RunCommand) -> None:
    """A file in the place of the folder is told, after the tables."""
    pytest.importorskip("matplotlib")
    Path("taken").write_text("a file", "utf-8")
    done = run("isles.jsonl", "--plot", "taken/isles.svg")
    assert done.status == 1
    assert done.err.startswith("cleaner: taken/isles.svg: cannot be written")
