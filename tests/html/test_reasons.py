"""The cost of computing the reasons for a page's blocks, counted in calls, and that all ways give the same."""

from __future__ import annotations

import pytest

from cleaner import Cleaner, CleanResult
from cleaner.html.reasons import BLOCKS_AT_ONCE
from cleaner.passes.segments import Segments
from cleaner.text.arrays import SingleArray
from cleaner.trees import Trees

SENTENCE = "The ferry that crosses the lake four times a day is back in service, the operator said on Friday."
# An article of two paragraphs after 400 links.
MENU = "<ul>" + "".join(f"<li><a href=/{number}>Section {number}</a></li>" for number in range(400)) + "</ul>"
PAGE = f"<html><body>{MENU}<article><h1>The ferry is back</h1><p>{SENTENCE}</p><p>{SENTENCE[:-1]}, too.</p></article>"


@pytest.fixture
def result() -> CleanResult:
    """A result with 400 removals, not computed yet."""
    return Cleaner().clean_html(PAGE)


@pytest.fixture
def walked(monkeypatch: pytest.MonkeyPatch) -> list[int]:
    """The number of rows in each walk through the trees for reasons."""
    rows: list[int] = []
    walk = Trees.parts

    def counted(trees: Trees, values: SingleArray) -> object:
        rows.append(values.shape[0])
        return walk(trees, values)

    monkeypatch.setattr(Trees, "parts", counted)
    return rows


def test_removals_walk_no_tree(result: CleanResult, walked: list[int]) -> None:
    """The score of a removal is known from the choice: no tree is walked for removals whose evidence nobody reads."""
    assert len(result.removals) >= 400
    assert walked == []


def test_evidence_walks_the_trees_for_many_blocks_together(result: CleanResult, walked: list[int]) -> None:
    """The evidence of all removals in order walks the trees once for each group of blocks."""
    count = sum(len(removal.evidence) > 0 for removal in result.removals)
    assert count >= 400
    assert len(walked) <= count // BLOCKS_AT_ONCE + 2
    assert sum(walked) <= count + 2 * BLOCKS_AT_ONCE


def test_score_is_the_sum_of_the_evidence(result: CleanResult) -> None:
    """The score computed without the evidence equals the sum of the evidence, on a page with or without an article."""
    nothing = Cleaner().clean_html(f"<html><body>{MENU}<p>© 2024 Lake Post</p>")
    assert nothing.flags == ("no-article-found",)
    for removal in (*result.removals, *nothing.removals):
        assert removal.score == pytest.approx(sum(item.points for item in removal.evidence), abs=1e-9)


def test_segments_of_a_page_are_made_once(monkeypatch: pytest.MonkeyPatch) -> None:
    """The place of the chosen text on the page is computed once, however many reasons are read."""
    made: list[int] = []
    without = Segments.without

    def counted(segments: Segments, edits: list[object]) -> Segments:
        made.append(len(edits))
        return without(segments, edits)  # type: ignore[arg-type]

    parts = [
        f"<p>{SENTENCE[:-1]} {at} times.<br>Photo: Ada Holm</p><p>{SENTENCE[:-1]} {at + 99} times.</p>"
        f"<p>Published 12 May 2024 at 10:{at + 10}</p>"
        for at in range(30)
    ]
    result = Cleaner().clean_html(f"<html><body><article>{''.join(parts)}</article>")
    removals = result.removals
    monkeypatch.setattr(Segments, "without", counted)
    named = [item.source for removal in removals for item in removal.evidence if not item.source.startswith("block.")]
    assert len(named) >= 20
    assert len(made) < 10
