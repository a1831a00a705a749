from __future__ import annotations

import pytest

from cleaner.sites.keys import MAX_CHARACTERS, hash_text, line_keys, shape_of
from cleaner.text.document import Document
from cleaner.text.folding import fold


def test_hashes_are_the_same_everywhere() -> None:
    """A hash depends on nothing but the text, so files of two machines can be merged; surrogates have one, too."""
    assert hash_text("partager") == 0xF3159AD3A0BF4EA9
    assert hash_text("\ud800") != hash_text("?")


def test_lines_are_compared_folded() -> None:
    """Case, accents and bullets make no difference; another word does."""
    keys = line_keys(Document.read("• PARTAGER L'ÉTÉ\npartager l'ete\nPartager l'hiver\n"))
    assert keys.exact[0] == keys.exact[1] != keys.exact[2]


def test_lines_that_cannot_be_compared() -> None:
    """Lines without letters, of one character, or longer than a paragraph are left out; the others keep their numbers."""
    text = "\n".join(["---", "12:30", "x", "Partager", "y" * (MAX_CHARACTERS + 1), "Menu"])
    keys = line_keys(Document.read(text))
    assert (keys.lines.tolist(), list(keys.texts)) == ([3, 5], ["partager", "menu"])


@pytest.mark.parametrize(
    ("one", "other"),
    [
        ("12 commentaires", "3 commentaires"),
        ("Publié le 3 mars 2024 à 10:22", "Publié le 14 février 2023 à 8:05"),
        ("Par Jeanne Kerdoncuff", "Par Luc Le Goff"),
        ("Text: Nora von Lind", "Text: Ida Holm"),
    ],
)
def test_near_copies_have_one_shape(one: str, other: str) -> None:
    """Lines that differ in numbers, dates and names have one shape, which is not empty."""
    assert _shape(one) == _shape(other) != ""


@pytest.mark.parametrize("text", ["Partager", "12:30", "A 12", "a" * 500 + " 12"])
def test_lines_without_a_shape(text: str) -> None:
    """A line without numbers and names, with nothing else, or a long one has no shape."""
    assert _shape(text) == ""


def _shape(text: str) -> str:
    return shape_of(fold(text), text)
