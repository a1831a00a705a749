"""Pages of invented sites, made at random from a seed, for tests of what a site repeats."""

from __future__ import annotations

from random import Random

__all__ = ["MENU", "page_of", "pages_of"]

MENU = ("Front page", "Harbour and ferries", "Sign up for the letter from the islands")
FOOT = "The paper that the islands have read since the long winter"
_SYLLABLES = ("ba", "ko", "li", "mer", "no", "pas", "ru", "sel", "ti", "vo")


def page_of(random: Random, menu: tuple[str, ...] = MENU, foot: str = FOOT) -> str:
    """A page with furniture that its site repeats, and sentences of its own."""
    own = [f"{_words(random, 12).capitalize()}." for _ in range(random.randint(2, 5))]
    return "\n".join([*menu, _words(random, 6).capitalize(), *own, foot])


def pages_of(count: int, seed: int = 0, menu: tuple[str, ...] = MENU, foot: str = FOOT) -> list[str]:
    """Several pages of one site."""
    random = Random(seed)
    return [page_of(random, menu, foot) for _ in range(count)]


def _words(random: Random, count: int) -> str:
    return " ".join("".join(random.choices(_SYLLABLES, k=random.randint(2, 3))) for _ in range(count))
