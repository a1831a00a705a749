"""Corrected documents as training texts: only marked lines are learned from, and the command that does it."""

from __future__ import annotations

import hashlib
import json
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from cleaner import explain_html
from cleaner.cli import fit
from cleaner.documents import digest_of
from cleaner.training import fitting
from cleaner.training.corrected import CORRECTION_WEIGHT, CorrectedText, corrected_texts
from cleaner.training.corrections import Correction, Label
from cleaner.training.fitting import TrainingText
from tests.marks import mark, write_marks
from tests.running import Printed, RunCommand, command_runner

LINES = (
    "The ferry between the two islands sails again from Monday, the harbour master said on Friday.",
    "Its engine had been taken apart over the winter, and a crane had to be brought from the mainland.",
    "The Heron Post is made on the quay of Skarvoy.",
    "Tickets cost the same as last year, and children under six travel for nothing at all.",
    "Comments are closed.",
)
TEXT = "".join(f"{line}\n" for line in LINES)


def _correction(line: str, label: Label, text: str = TEXT) -> Correction:
    start = text.index(line)
    return Correction("a.txt", None, start, start + len(line), line, label, digest_of(text))


def _texts(*corrections: Correction, text: str = TEXT) -> list[TrainingText]:
    return list(corrected_texts([CorrectedText("a.txt", text, None, None, corrections)]))


def test_only_marked_lines_are_learned_from() -> None:
    """The signals are those of all lines, what is chosen are the marked ones, each with its label and weight."""
    (made,) = _texts(_correction(LINES[2], "noise"), _correction(LINES[3], "article"))
    assert made.signals.shape[0] == len(LINES)
    assert made.chosen.tolist() == [2, 3]
    assert made.is_noise[made.chosen].tolist() == [1.0, 0.0]
    assert made.weight.tolist() == [CORRECTION_WEIGHT] * 2
    assert made.host == made.page == "a.txt"


@pytest.mark.parametrize(("marked", "chosen"), [("the harbour master said on Friday.", []), (LINES[0][9:], [0])])
def test_unit_is_chosen_when_half_of_it_is_marked(marked: str, chosen: list[int]) -> None:
    """A mark on less than half of a unit says nothing about it, one on most of it does."""
    assert [made.chosen.tolist() for made in _texts(_correction(marked, "noise"))] == ([chosen] if chosen else [])


def test_lines_of_one_paragraph_are_one_unit() -> None:
    """A sentence that is broken at a link is learned as the whole that it is judged as."""
    text = "The harbour master of\nSkarvoy\nsaid that the ferry sails again from Monday.\n\n" + TEXT
    (made,) = _texts(_correction(text[: text.index("\n\n")], "article", text), text=text)
    assert (made.chosen.tolist(), made.is_noise[0]) == ([0], 0.0)


def test_empty_text_is_left_out() -> None:
    """A text without a line gives no training text."""
    assert _texts(text=" \n") == []


# --- the command -----------------------------------------------------------------------------------------


@pytest.fixture
def run(capsysbinary: pytest.CaptureFixture[bytes], monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> RunCommand:
    """Runs ``cleaner fit`` in this process and in a folder with a data set and a page."""
    monkeypatch.chdir(tmp_path)
    (tmp_path / "page.txt").write_text(TEXT)
    (tmp_path / "page.html").write_text("".join(f"<p>{line}</p>" for line in LINES))
    record = {"gold": "\n".join(LINES[:4]), "text": TEXT}
    (tmp_path / "isles.jsonl").write_text(json.dumps(record) + "\n")
    return command_runner(capsysbinary, "fit")


@pytest.fixture
def fitted(monkeypatch: pytest.MonkeyPatch) -> Callable[[], list[TrainingText]]:
    """What the command fits to; nothing is fitted."""
    seen: list[TrainingText] = []
    head: dict[str, Any] = {}

    def fit(texts: list[TrainingText], made: dict[str, Any], **_: Any) -> Any:
        seen.extend(texts)
        head.update(made)
        return made

    monkeypatch.setattr(fitting, "fit_weights", fit)
    monkeypatch.setattr("cleaner.lines.weights.dump_weights", json.dumps)
    return lambda: seen


def test_corrections_are_added_to_the_data(run: RunCommand, fitted: Callable[[], list[TrainingText]]) -> None:
    """The marked lines are fitted beside DATA, and the weights name the file of corrections and its digest."""
    path = write_marks(Path("c.jsonl"), mark("page.txt", TEXT, LINES[2], "noise"))
    outcome = run("isles.jsonl", "--corrections", path, "-o", "own.json")
    assert (outcome.status, outcome.err) == (0, "")
    assert [text.chosen.tolist() for text in fitted() if text.host == "page.txt"] == [[2]]
    made = json.loads(Path("own.json").read_text())
    assert made["by"] == "cleaner fit isles.jsonl --corrections c.jsonl"
    assert made["corrections"] == {"c.jsonl": hashlib.sha256(path.read_bytes()).hexdigest()}
    assert made["texts"] == len(fitted()) - 1


def test_what_the_fit_cannot_learn_is_said(run: RunCommand, fitted: Callable[[], list[TrainingText]]) -> None:
    """Marks on pages of HTML, and on lines that a pattern removes, are counted with the way that helps."""
    html = explain_html(Path("page.html").read_bytes()).restore()
    marks = [
        mark("page.txt", TEXT, LINES[4], "article"),
        mark("page.html", html, LINES[2], "noise"),
        mark("gone.txt", html, LINES[2], "noise"),
    ]
    outcome = run("isles.jsonl", "--corrections", write_marks(Path("c.jsonl"), *marks), "-o", "own.json")
    assert outcome.status == 1
    assert Path("own.json").exists()
    *_, unused, others, named = outcome.err.splitlines()
    assert unused == "cleaner: corrections that could not be used: 1 of 3"
    assert (
        others == "cleaner: corrections on pages of HTML and on Markdown, which the line scorer does not learn from: 1"
    )
    assert named.startswith("cleaner: corrections of lines that a pattern removes, whatever the weights: 1; ")
    assert all(text.host != "page.html" for text in fitted())


def test_corrections_are_no_blocks(run: RunCommand) -> None:
    """The model of blocks does not learn from corrections, and the weights never replace them."""
    path = write_marks(Path("c.jsonl"), mark("page.txt", TEXT, LINES[2], "noise"))
    refused: Printed = run("--html", "isles.jsonl", "--corrections", path, "-o", "own.json")
    assert refused.status == 2
    assert "--html and --corrections exclude each other" in refused.err
    over = run("isles.jsonl", "--corrections", path, "-o", path)
    assert (over.status, over.err) == (2, "cleaner: -o c.jsonl: is an input; name another file\n")


def test_help_says_what_a_marked_line_weighs() -> None:
    """A marked line counts as much as a text, as the help has it."""
    assert CORRECTION_WEIGHT == fitting.TEXT_WEIGHT
    assert "each as much as a text of DATA" in " ".join((fit.run.__doc__ or "").split())
