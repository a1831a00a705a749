"""Long texts are measured part by part, and the results do not depend on where a part ends."""

from __future__ import annotations

import numpy as np
import pytest

from cleaner.text.characters import classify
from cleaner.text.document import Document
from cleaner.text.folding import decode, encode, encode_small, fold
from cleaner.text.parts import PART_LENGTH, Ranks
from cleaner.text.words import LineHashes, find_words, word_parts, word_sizes

LONG = 2 * PART_LENGTH + 100


@pytest.mark.parametrize("size", [0, 1, PART_LENGTH, PART_LENGTH + 1, LONG])
@pytest.mark.parametrize("share", [0.0, 0.01, 0.5, 1.0])
def test_ranks_are_those_of_an_array_of_all_places(size: int, share: float) -> None:
    """Counts and places of marked characters are the same in a text of one part and of several."""
    random = np.random.default_rng(7)
    marked = random.random(size) < share
    ranks, places = Ranks(marked), np.flatnonzero(marked)
    points = np.sort(random.integers(0, size + 1, 50))
    numbers = np.sort(random.integers(0, places.size, 50)) if places.size else places
    assert ranks.count == places.size
    assert ranks.before(points).tolist() == np.searchsorted(places, points).tolist()
    assert ranks.at(numbers).tolist() == places[numbers].tolist()


@pytest.mark.parametrize("text", ["Zug", "Zürich", "Łódź ‘’", "ab 😀", "\ud83d\ude00", ""])
def test_small_codes_are_the_code_points(text: str) -> None:
    """Whatever the size of its integers, an array of code points is that of the text, lone surrogates included."""
    assert encode_small(text).tolist() == encode(text).tolist()
    assert decode(encode_small(text)) == text


@pytest.mark.parametrize("before", range(PART_LENGTH - 4, PART_LENGTH + 2))
def test_what_stands_across_two_parts_is_folded_as_anywhere(before: int) -> None:
    """Runs of spaces, marks and the text after them fold the same, and keep their places, where a part ends."""
    piece = "\u0301  \xa0É\u00adt\u200be \n "
    text = "y" * before + piece
    document = Document(text, "none")
    assert document.folded.text == "y" * before + fold(piece)
    positions = document.folded.positions.tolist()
    assert [document.folded.position(at) for at in range(before - 2, len(positions))] == positions[before - 2 :]
    assert document.shown == "".join(text[at] for at in positions)
    assert document.folded.before(np.array([before, len(text)])).tolist() == [before, len(positions)]


@pytest.mark.parametrize("letter", ["word ", "新", "x", "新a"])
def test_words_and_lines_have_the_hashes_that_they_have_in_a_short_text(letter: str) -> None:
    """A word or line that spans two or more parts has the right hash and size."""
    text = letter * (PART_LENGTH // len(letter)) + "lineword 新闻x\n" + letter * (LONG // len(letter)) + "\nlineword"
    codes = encode_small(text)
    found: list[tuple[int, int, int]] = []
    ends = np.array([at for at, character in enumerate(text + "\n") if character == "\n"])
    lines = LineHashes(np.array([0, *(ends[:-1] + 1)]), ends)
    for part, classes in word_parts(codes):
        begin, hashes = find_words(codes[part], classes)
        sizes = word_sizes(begin, classes)
        found += zip((begin + part.start).tolist(), hashes.tolist(), sizes.tolist(), strict=True)
        lines.add(codes[part], np.ones(classes.size, dtype=bool), part.start)
    begin, hashes = find_words(codes, classify(codes))
    assert [(at, value) for at, value, _ in found] == list(zip(begin.tolist(), hashes.tolist(), strict=True))
    stops = [*begin.tolist()[1:], len(text)]
    inside = np.cumsum([0, *(character.isalpha() for character in text)])
    assert [size for _, _, size in found] == [int(inside[b] - inside[a]) for a, b in zip(begin, stops, strict=True)]
    own = encode("lineword")
    alone = LineHashes(np.array([0]), np.array([8]))
    alone.add(own, np.ones(8, dtype=bool), 0)
    assert found[-1][1] == find_words(own, classify(own))[1].tolist()[0]
    assert lines.hashes.tolist()[-1] == alone.hashes.tolist()[0]
    assert lines.counts.tolist() == [end - start for start, end in zip([0, *(ends[:-1] + 1)], ends, strict=True)]
