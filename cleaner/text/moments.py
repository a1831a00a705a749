"""Finds dates and times of day on short lines, in any order and language."""

from __future__ import annotations

from typing import Final

import regex

from cleaner.text.folding import is_cjk

__all__ = ["find_moment", "may_hold_moment"]

# All numbers are set by hand.
# The most letters and digits before and after a date that are not yet a name: "at", "GMT", "min".
MAX_LABEL_CHARACTERS, MAX_TRAILING_CHARACTERS = 3, 12
# The most letters and digits of a name with the labels beside it.
MAX_NAME_CHARACTERS = 45

_YEAR: Final = r"(?:199\d|20[0-4]\d)"
_CLOCK: Final = r"\d{1,2} ?[:.\p{L}] ?\d{2}(?!\d)(?:[:.]\d{2})?"
_MONTH: Final = r"\p{L}[\p{L}\p{M}]{2,12}\.?"
_DATE: Final = (
    rf"(?:{_YEAR}\D{{1,3}}\d{{1,2}}\D{{1,3}}\d{{1,2}}(?!\d)"
    rf"|\d{{1,2}}[./-] ?\d{{1,2}}[./-] ?(?:{_YEAR}|\d{{2}})(?!\d)"
    rf"|\d{{1,2}}(?:\p{{L}}{{1,2}}|[.ºª])? (?:\p{{L}}{{1,3}} )?{_MONTH},? (?:\p{{L}}{{1,3}} )?{_YEAR}(?!\d)"
    rf"|{_MONTH} \d{{1,2}}(?:\p{{L}}{{2}})?,? {_YEAR}(?!\d))"
)
_DAY: Final = rf"(?:\d{{1,2}}[./]\d{{1,2}}\.?|\d{{1,2}}\.? (?:\p{{L}}{{1,3}} )?{_MONTH}),?"
_CLOCK_BEHIND: Final = rf"(?<clock>[^\d\n]{{1,9}}{_CLOCK})"
_MOMENT: Final = regex.compile(
    rf"(?<!\d)(?:(?<clock>{_CLOCK}[^\d\n]{{1,6}}){_DATE}|{_DATE}{_CLOCK_BEHIND}?|{_DAY}{_CLOCK_BEHIND})"
)
# Every line with a moment contains this.
_TRACE: Final = regex.compile(r"(?<!\d)(?:199\d|20[0-4]\d)(?!\d)|\d ?[:.\p{L}] ?\d\d(?!\d)")
_FUSED: Final = regex.compile(r"(?<=\d)\p{L}{1,2}(?!\p{L})")
_LETTERS: Final = regex.compile(r"[\p{L}\p{M}]+")
_DIGITS: Final = regex.compile(r"\d+")
_SPACES: Final = regex.compile(r"\s+")
# The signature of a social media post that an article quotes.
_QUOTED_POST: Final = regex.compile(r"\(@\w")


def may_hold_moment(text: str) -> bool:
    """Whether a text contains a year or a time of day, as every text with a moment does.

    >>> may_hold_moment("Lison, le 15 juin 2019"), may_hold_moment("Lison")
    (True, False)
    """
    return _TRACE.search(text) is not None


def find_moment(text: str) -> tuple[str, str, str, bool] | None:
    """The shape of the date on a line, the date, the text beside it, and whether it has a time of day.

    None if there is no date, or if more than a name stands beside it.

    >>> find_moment("Lison, le 15 juin 2019")
    ('0 a 0', '15 juin 2019', 'lison, le', False)
    >>> find_moment("bidon_vide | 14.09.2024 17:25")
    ('0.0.0 0:0', '14.09.2024 17:25', 'bidon_vide |', True)
    """
    match = _MOMENT.search(text)
    if match is None or _QUOTED_POST.search(text):
        return None
    before, after = text[: match.start()], text[match.end() :]
    if _size(after) > MAX_TRAILING_CHARACTERS and _size(before) > MAX_LABEL_CHARACTERS:
        return None
    beside = _SPACES.sub(" ", f"{before} {after}").strip().casefold()
    if _size(beside) > MAX_NAME_CHARACTERS:
        return None
    shape = _DIGITS.sub("0", _LETTERS.sub("a", _FUSED.sub("", match.group())))
    return _SPACES.sub(" ", shape), match.group().casefold(), beside, match.group("clock") is not None


def _size(text: str) -> int:
    """The letters and digits of a text; a Chinese or Japanese character counts as three letters."""
    return sum(3 if is_cjk(character) else character.isalnum() for character in text)
