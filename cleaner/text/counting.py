"""How many words a text has, in any script."""

from __future__ import annotations

import regex

__all__ = ["count_words"]

# Scripts that are written without spaces: each character counts as a word.
_WORD = regex.compile(r"[\p{Han}\p{Hiragana}\p{Katakana}\p{Thai}\p{Lao}\p{Khmer}\p{Myanmar}]|[\p{L}\p{M}\p{N}]+")


def count_words(text: str) -> int:
    """How many words a text has; each character counts in scripts that are written without spaces.

    >>> count_words("L'été 2024, enfin"), count_words("新闻 3")
    (4, 3)
    """
    return len(_WORD.findall(text))
