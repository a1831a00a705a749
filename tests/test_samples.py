"""Whole documents with a known result: what is left, what is removed and why, and what is true of every result."""

from __future__ import annotations

import tomllib
from functools import cache
from pathlib import Path
from typing import Any

import pytest

from cleaner import Cleaner, CleanResult, Kind, apply_removals
from cleaner.text.splitting import split_lines

SAMPLES = Path(__file__).parents[1] / "samples"
SLUGS = sorted(folder.name for folder in SAMPLES.iterdir() if (folder / "raw.txt").exists())
UNTOUCHED = sorted(file.name for file in (SAMPLES / "untouched").glob("*.txt"))
GAPS: dict[str, dict[str, str]] = tomllib.loads((Path(__file__).parent / "data" / "known_gaps.toml").read_text("utf-8"))


def read(path: Path) -> str:
    """The text of a file, line ends and all."""
    return path.read_bytes().decode("utf-8")


@cache
def raw_text(name: str) -> str:
    """The input of a sample, or of a text that must stay as it is."""
    return read(SAMPLES / name / "raw.txt" if name in SLUGS else SAMPLES / "untouched" / name)


@cache
def meta(name: str) -> dict[str, Any]:
    """What is known about a sample."""
    return tomllib.loads(read(SAMPLES / name / "meta.toml")) if name in SLUGS else {}


def text_lines(text: str) -> list[str]:
    """The lines of a text without their line ends."""
    return [text[line.start : line.end] for line in split_lines(text)]


def marked(names: list[str], table: str) -> list[Any]:
    """The names as parameters; those with a known gap are marked with its reason."""
    reasons = GAPS.get(table, {})
    return [
        pytest.param(name, marks=pytest.mark.xfail(strict=True, reason=reasons[name])) if name in reasons else name
        for name in names
    ]


@pytest.fixture(scope="module")
def cleaner() -> Cleaner:
    """One cleaner for all samples."""
    return Cleaner()


@pytest.fixture(scope="module")
def results(cleaner: Cleaner) -> dict[str, CleanResult]:
    """The result of every sample and of every text that must stay as it is."""
    return {
        name: cleaner.clean(raw_text(name), title=meta(name).get("title"), lang=meta(name).get("lang"))
        for name in SLUGS + UNTOUCHED
    }


def test_known_gaps_name_samples() -> None:
    """Every known gap belongs to a sample that exists, and says in a sentence what is wrong."""
    assert set(GAPS) <= {"text", "kinds", "comments", "untouched", "invariants"}
    for table, reasons in GAPS.items():
        assert set(reasons) <= set(UNTOUCHED if table == "untouched" else SLUGS + UNTOUCHED)
        assert all(reason.endswith(".") for reason in reasons.values())


@pytest.mark.parametrize("slug", marked(SLUGS, "text"))
def test_text(slug: str, results: dict[str, CleanResult]) -> None:
    """The cleaned text of a sample is its clean text, character by character."""
    assert results[slug].text == read(SAMPLES / slug / "clean.txt")


@pytest.mark.parametrize("slug", marked(SLUGS, "kinds"))
def test_kinds(slug: str, results: dict[str, CleanResult]) -> None:
    """The removals have every kind of noise in a sample; links fused to a comment are removed as part of it."""
    named = {removal.kind for removal in results[slug].removals}
    if Kind.COMMENT in named:
        named.add(Kind.COMMENT_CONTROLS)
    assert {Kind(kind) for kind in meta(slug)["kinds"]} - named == set()


@pytest.mark.parametrize("slug", marked([slug for slug in SLUGS if meta(slug).get("comments")], "comments"))
def test_comments(slug: str, results: dict[str, CleanResult]) -> None:
    """A sample with reader comments has comments in its result, each a piece of the input with something to read."""
    comments = results[slug].comments
    assert comments
    for comment in comments:
        assert any(character.isalnum() for character in comment)


@pytest.mark.parametrize("name", marked(UNTOUCHED, "untouched"))
def test_untouched(name: str, results: dict[str, CleanResult]) -> None:
    """A text without noise comes back as it is, with no removal and no flag."""
    result = results[name]
    assert [(removal.kind, removal.text) for removal in result.removals] == []
    assert result.text.encode() == (SAMPLES / "untouched" / name).read_bytes()
    assert result.flags == ()
    assert not result.changed


@pytest.mark.parametrize("name", SLUGS + UNTOUCHED)
def test_removals_lead_from_input_to_text_and_back(name: str, results: dict[str, CleanResult]) -> None:
    """Removals are in order, apart from each other, hold what they took, and lead from the input to the text and back."""
    raw, result = raw_text(name), results[name]
    position = 0
    for removal in result.removals:
        assert position <= removal.start < removal.end <= len(raw)
        assert removal.text == raw[removal.start : removal.end]
        position = removal.end
    assert apply_removals(raw, result.removals) == result.text
    assert result.restore() == raw


@pytest.mark.parametrize("name", SLUGS + UNTOUCHED)
def test_removals_say_why(name: str, results: dict[str, CleanResult]) -> None:
    """Every removal has evidence above zero, inside the input, and a score above the threshold."""
    raw, result = raw_text(name), results[name]
    for removal in result.removals:
        assert removal.score > 0
        assert any(evidence.points > 0 for evidence in removal.evidence), removal
        assert sum(evidence.points for evidence in removal.evidence) == pytest.approx(removal.score)
        assert all(0 <= evidence.start <= evidence.end <= len(raw) for evidence in removal.evidence)


@pytest.mark.parametrize("name", SLUGS + UNTOUCHED)
def test_lines_add_up(name: str, results: dict[str, CleanResult]) -> None:
    """There is one verdict per line, and the evidence of a dropped line adds up to its score."""
    result = results[name]
    assert [verdict.line for verdict in result.lines] == split_lines(raw_text(name))
    gone = {character for removal in result.removals for character in range(removal.start, removal.end)}
    for verdict in result.lines:
        if verdict.action == "drop":
            assert verdict.kind is not None
            assert gone.issuperset(range(verdict.line.start, verdict.line.end))
            assert sum(evidence.points for evidence in verdict.evidence) == pytest.approx(verdict.score)


@pytest.mark.parametrize("name", SLUGS + UNTOUCHED)
def test_output_lines_are_input_lines(name: str, results: dict[str, CleanResult]) -> None:
    """The lines of the output are lines of the input in their order, whole or without the fragments cut from them."""
    raw, result = raw_text(name), results[name]
    gone = {character for removal in result.removals for character in range(removal.start, removal.end)}
    left = []
    for line in split_lines(raw):
        kept = "".join(raw[at] for at in range(line.start, line.end) if at not in gone)
        if kept or not gone.issuperset(range(line.start, line.stop)):
            left.append(kept)
    # A line end may be removed with the noise after it, but never one between two lines that stay.
    output = text_lines(result.text)
    while left and not left[-1]:
        left.pop()
    while output and not output[-1]:
        output.pop()
    assert [text for text in output if text] == [text for text in left if text]


@pytest.mark.parametrize("name", marked(SLUGS + UNTOUCHED, "invariants"))
def test_cleaning_twice_changes_nothing(name: str, cleaner: Cleaner, results: dict[str, CleanResult]) -> None:
    """What is left of a document is left alone when it is cleaned again."""
    text = results[name].text
    again = cleaner.clean(text, title=meta(name).get("title"), lang=meta(name).get("lang"))
    assert [(removal.kind, removal.text) for removal in again.removals] == []
    assert again.text == text
