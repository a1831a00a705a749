"""The memory that cleaning a document takes, as a multiple of its size; traced, so the same in every run."""

from __future__ import annotations

import tracemalloc

import pytest

from cleaner import Cleaner
from cleaner.matching.library import builtin_patterns
from cleaner.text.document import Document
from cleaner.text.parts import PART_LENGTH

SENTENCE = "The council voted on Monday evening, and nobody in the hall was surprised by what came of it. "
SIZE = 400_000
BLOCKS = 20_000


@pytest.mark.parametrize(
    ("text", "times"),
    [
        pytest.param("a" * SIZE, 90.0, id="one line of one letter"),
        pytest.param(SENTENCE * (SIZE // len(SENTENCE)), 66.0, id="one line of prose"),
    ],
)
def test_a_long_line_takes_a_bounded_multiple_of_its_size(text: str, times: float) -> None:
    """Matches, hashes and their powers are computed part by part of the text."""
    cleaner = Cleaner()
    cleaner.clean(text[: PART_LENGTH // 4])
    tracemalloc.start()
    try:
        cleaner.clean(text)
        peak = tracemalloc.get_traced_memory()[1]
    finally:
        tracemalloc.stop()
    assert peak <= times * len(text)


def test_a_page_of_many_blocks_takes_a_bounded_number_of_bytes_for_each() -> None:
    """Signals are put into their table several at a time, and the measures of blocks are released."""
    cleaner = Cleaner()
    cleaner.clean_html("<p>a" * 100)
    tracemalloc.start()
    try:
        result = cleaner.clean_html("<p>a" * BLOCKS)
        peak = tracemalloc.get_traced_memory()[1]
    finally:
        tracemalloc.stop()
    assert result.flags == ("no-article-found",)
    assert peak <= 1_700 * BLOCKS


@pytest.mark.parametrize("before", range(0, 24, 3))
def test_a_pattern_across_two_parts_of_a_text_is_tried(before: int) -> None:
    """The places at which a long text is split for the search do not change what is found in it."""
    index = builtin_patterns().index
    line = "yy share on facebook"
    short = index.find(Document(line, "none"))[1].tolist()
    assert short
    padded = "y" * (PART_LENGTH - before) + "\n" + line
    lines, numbers = index.find(Document(padded, "none"))
    assert numbers[lines == 1].tolist() == short


def test_released_forms_of_a_document_come_back() -> None:
    """What a document releases is computed again on demand."""
    document = Document("Élu à Lyon\nFin")
    folded, lines = document.folded.text, document.folded_lines
    document.release()
    assert not document.__dict__
    assert (document.folded.text, document.folded_lines) == (folded, lines)
