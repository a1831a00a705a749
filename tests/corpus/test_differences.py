"""What two lists of removals have not in common, character by character."""

from __future__ import annotations

from hypothesis import given
from hypothesis import strategies as st

from cleaner.corpus.batch.differences import Removed, find_difference, words_by_kind

TEXT = "ab c\nd  e-f, gh\n\ni"
KINDS = ("tags", "byline")


@st.composite
def removals(draw: st.DrawFn) -> list[Removed]:
    """Some stretches of the text, in order, that do not overlap."""
    bounds = sorted(draw(st.sets(st.integers(0, len(TEXT)), max_size=8)))
    spans = zip(bounds[::2], bounds[1::2], strict=False)
    return [Removed(start, end, draw(st.sampled_from(KINDS)), TEXT[start:end]) for start, end in spans]


def _kinds(removed: list[Removed]) -> dict[int, str]:
    return {at: one.kind for one in removed for at in range(one.start, one.end)}


@given(a=removals(), b=removals())
def test_difference_is_that_of_their_characters(a: list[Removed], b: list[Removed]) -> None:
    """A side differs by the words of the stretches that it removes and the other keeps, under its own kinds."""
    mine, its = _kinds(a), _kinds(b)
    only = [
        {at for at in one if at not in other and not TEXT[at].isspace()} for one, other in ((mine, its), (its, mine))
    ]
    found = find_difference(a, b)
    assert (found is None) == (not only[0] and not only[1])
    if found is not None:
        for words, own, places in zip(found, (mine, its), only, strict=True):
            assert set(words) == {own[at] for at in places}
            assert sum(words.values()) <= sum(TEXT[at].isalnum() for at in places)


@given(a=removals())
def test_what_is_removed_is_no_difference_to_itself(a: list[Removed]) -> None:
    """A list does not differ from itself, and differs by all its words from an empty one."""
    assert find_difference(a, a) is None
    visible = [one for one in a if not one.text.isspace()]
    assert find_difference(a, []) == ((words_by_kind(visible), {}) if visible else None)


def test_kinds_alone_are_no_difference() -> None:
    """The same words removed as another kind do not differ, since the result is the same."""
    assert find_difference([Removed(0, 2, "tags", "ab")], [Removed(0, 2, "byline", "ab")]) is None


def test_white_space_alone_is_no_difference() -> None:
    """A line end that goes with a line on one side and with the next on the other does not differ."""
    assert find_difference([Removed(0, 5, "tags", "ab c\n")], [Removed(0, 4, "tags", "ab c")]) is None


def test_signs_alone_are_a_difference_without_words() -> None:
    """A removed sign is a difference, but no word."""
    assert find_difference([Removed(9, 10, "tags", "-")], []) == ({"tags": 0}, {})


def test_one_kind_may_be_asked_for() -> None:
    """Of one kind only what is removed as this kind counts, on both sides."""
    a, b = [Removed(0, 2, "tags", "ab"), Removed(3, 4, "byline", "c")], [Removed(17, 18, "tags", "i")]
    assert find_difference(a, b, kind="tags") == ({"tags": 1}, {"tags": 1})
    assert find_difference(a, b, kind="share-bar") is None
