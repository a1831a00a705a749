"""Segments: where what is left of a text stands in the input, however often something was removed."""

from __future__ import annotations

from itertools import pairwise

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from cleaner.passes.edits import Edit, apply_removals
from cleaner.passes.segments import Segments
from cleaner.result import Evidence, Kind

FEW = settings(max_examples=50)
TEXT = "Répondre. Le bac 渡轮 revient."


def _edits(*spans: tuple[int, int]) -> list[Edit]:
    return [Edit(start, end, 0, Kind.BOILERPLATE, 1.0) for start, end in spans]


@st.composite
def _spans(draw: st.DrawFn, size: int) -> list[tuple[int, int]]:
    """Stretches of a text of some size, in order and without overlaps."""
    edges = sorted(draw(st.lists(st.integers(0, size), max_size=8, unique=True)))
    return list(zip(edges[::2], edges[1::2], strict=False))


@st.composite
def _rounds(draw: st.DrawFn) -> tuple[str, list[list[tuple[int, int]]]]:
    """A text, and what some passes remove, each from what the one before has left."""
    text = draw(st.text(max_size=40))
    left, rounds = text, []
    for _ in range(draw(st.integers(0, 4))):
        spans = draw(_spans(len(left)))
        rounds.append(spans)
        left = apply_removals(left, _edits(*spans))
    return text, rounds


@FEW
@given(_rounds())
def test_segments_compose(given_rounds: tuple[str, list[list[tuple[int, int]]]]) -> None:
    """After any number of passes the pieces of what is left, put together from the input, are what is left."""
    text, rounds = given_rounds
    left, segments = text, Segments.whole(text)
    for spans in rounds:
        left = apply_removals(left, _edits(*spans))
        segments = segments.without(_edits(*spans))
    assert segments.size == len(left)
    assert "".join(text[start:end] for start, end in segments.pieces(0, len(left))) == left
    assert all(text[segments.at(offset)] == left[offset] for offset in range(len(left)))


@FEW
@given(_rounds())
def test_what_stays_and_what_went_cover_the_input(given_rounds: tuple[str, list[list[tuple[int, int]]]]) -> None:
    """Each character of the input is removed by one pass, once, or is left."""
    text, rounds = given_rounds
    segments, found = Segments.whole(text), []
    for spans in rounds:
        found += [piece for start, end in spans for piece in segments.pieces(start, end)]
        segments = segments.without(_edits(*spans))
    found += segments.pieces(0, segments.size)
    assert sorted(at for start, end in found for at in range(start, end)) == list(range(len(text)))


@FEW
@given(_rounds(), st.data())
def test_span_holds_its_pieces(given_rounds: tuple[str, list[list[tuple[int, int]]]], data: st.DataObject) -> None:
    """The span of a stretch reaches from its first to its last piece, which are in order and have its length."""
    text, rounds = given_rounds
    segments = Segments.whole(text)
    for spans in rounds:
        segments = segments.without(_edits(*spans))
    start = data.draw(st.integers(0, segments.size))
    end = data.draw(st.integers(start, segments.size))
    pieces = segments.pieces(start, end)
    assert sum(stop - begin for begin, stop in pieces) == end - start
    assert all(one[1] <= other[0] for one, other in pairwise(pieces))
    if pieces:
        assert segments.span(start, end) == (pieces[0][0], pieces[-1][1])


def test_span_reaches_over_what_went() -> None:
    """A stretch with a gap in it has two pieces, and one span over both and the gap."""
    segments = Segments.whole(TEXT).without(_edits((10, 17)))
    assert segments.pieces(5, 12) == [(5, 10), (17, 19)]
    assert segments.span(5, 12) == (5, 19)


@pytest.mark.parametrize(("offset", "expected"), [(0, 10), (1, 11), (19, 29)])
def test_offset_behind_a_removal_moves_by_its_length(offset: int, expected: int) -> None:
    """What went before the first character moves all others, and the end of the text with them."""
    assert Segments.whole(TEXT).without(_edits((0, 10))).at(offset) == expected


def test_character_at_the_edge_of_a_gap_is_the_one_behind_it() -> None:
    """An offset where something went belongs to what follows; the end of an empty span is its start."""
    segments = Segments.whole(TEXT).without(_edits((10, 17)))
    assert (segments.at(9), segments.at(10)) == (9, 17)
    assert segments.span(10, 10) == (17, 17)


def test_evidence_moves_and_keeps_its_reason() -> None:
    """Evidence gets offsets into the input; source, points and kind stay as they are."""
    segments = Segments.whole(TEXT).without(_edits((0, 10)))
    moved = segments.moved([Evidence("xx.tags.label", 16.0, 3, 6, Kind.TAGS), Evidence("context.entry", -4.0, 0, 18)])
    assert moved == (
        Evidence("xx.tags.label", 16.0, 13, 16, Kind.TAGS),
        Evidence("context.entry", -4.0, 10, 28, None),
    )


def test_text_of_which_all_went_has_no_pieces() -> None:
    """Of an empty rest nothing is left that stands anywhere."""
    segments = Segments.whole(TEXT).without(_edits((0, len(TEXT))))
    assert (segments.size, segments.pieces(0, 0)) == (0, [])
