"""Tells whether a text is written like a person's name."""

from __future__ import annotations

__all__ = ["is_capitalised", "is_name"]

MAX_WORDS = 4
NAME_PARTICLES = frozenset(
    {"de", "du", "von", "van", "der", "den", "da", "di", "del", "dos", "el", "al", "bin", "ben", "le"}
)


def is_name(text: str) -> bool:
    """Whether a line looks like a person's name: two to four capitalised words and nothing else.

    >>> is_name("Claire de Montfort"), is_name("Vive la France"), is_name("Affaire à suivre.")
    (True, False, False)
    """
    words = text.strip().split()
    if not 2 <= len(words) <= MAX_WORDS:
        return False
    names = [word for word in words if word not in NAME_PARTICLES]
    return len(names) >= 2 and all(is_capitalised(word) for word in names)


def is_capitalised(word: str) -> bool:
    """Whether a word is written like a name or an initial.

    >>> is_capitalised("Morvan"), is_capitalised("J."), is_capitalised("morvan")
    (True, True, False)
    """
    letters = word.replace("-", "").replace("'", "").replace("’", "").removesuffix(".")
    is_initial = len(letters) == 1
    return letters.isalpha() and word[0].isupper() and (is_initial or not word.endswith("."))
