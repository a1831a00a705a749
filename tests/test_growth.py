"""The work of cleaning grows no faster than a document's size: counted in function calls, not seconds."""

from __future__ import annotations

import sys
from types import FrameType
from typing import Any

import pytest

from cleaner import Cleaner

PROSE = (
    "The council voted on Monday evening, and nobody in the hall was surprised by what came of it, because the vote "
    "had been known for weeks.\n"
)
# How much more than four times the work a text four times as long may take.
MAX_FACTOR = 4.8

# A part that occurs once, and one that repeats below it, with its number in place of ``{}``.
SHAPES = {
    "openers of boxes below an article": (PROSE * 20, "À lire aussi :\n"),
    "openers of boxes with titles": (PROSE * 20, "Related articles\nSmall town gets bridge\n"),
    "counts of comments": (PROSE * 5, "3 comments\nword list\n"),
    "counts of comments among names": (PROSE * 5, "Anna {}\n99999 comments.\n"),
    "dates with headings of threads between them": (PROSE * 5, "{} May 2019 10:30\n3 Comments\nGood point by you.\n"),
    "dates of comments": (PROSE * 5, "12 May 2019 10:30 Anna{}\nI do not think so, you are wrong there.\n\n"),
    "years with and without entries": ("", "2019\nHe came here.\n2020\nx\n"),
    "reply and delete by turns": ("", "Reply\nDelete\n"),
    "names that say something": (PROSE * 5, "Anna{} says:\nGood point, I think you are right.\n"),
    "one short line": ("", "Read more\n"),
}


def _text(before: str, part: str, size: int) -> str:
    parts = [part.replace("{}", str(number)) for number in range(size // len(part))]
    return before + "".join(parts)


def _calls(cleaner: Cleaner, text: str) -> int:
    """How many function calls cleaning a text takes."""
    count = 0

    def note(_frame: FrameType, event: str, _argument: Any) -> None:
        nonlocal count
        count += event in ("call", "c_call")

    sys.setprofile(note)
    try:
        _ = cleaner.clean(text).removals
    finally:
        sys.setprofile(None)
    return count


@pytest.mark.parametrize("shape", SHAPES)
def test_four_times_the_text_takes_four_times_the_work(shape: str) -> None:
    """Whatever lines repeat, the calls that cleaning takes grow with their number, not with its square."""
    cleaner = Cleaner()
    before, part = SHAPES[shape]
    few, many = (_calls(cleaner, _text(before, part, size)) for size in (12_000, 48_000))
    assert many <= MAX_FACTOR * few
