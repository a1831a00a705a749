"""Classes of characters."""

from __future__ import annotations

from unicodedata import category

import numpy as np
import pytest

from cleaner.text import characters
from cleaner.text.characters import CJK, COMMA, DIGIT, EMOJI, END, LETTER, LINE_END, LOWER, SPACE, UPPER, classify
from cleaner.text.folding import encode


def _classes(text: str) -> list[int]:
    return [int(found) for found in classify(encode(text))]


def test_every_character_has_the_class_that_python_knows() -> None:
    """Letters, marks, digits and spaces of the basic plane are those of Python's own tables, block by block."""
    classes = classify(np.arange(0x10000, dtype=np.uint32))
    for code, found in enumerate(classes.tolist()):
        character = chr(code)
        assert bool(found & LETTER) == (character.isalpha() or category(character) in ("Mn", "Mc")), hex(code)
        assert bool(found & DIGIT) == (character.isdigit() and not found & LETTER), hex(code)
        assert bool(found & UPPER) == bool(found & LETTER and character.isupper()), hex(code)
        assert bool(found & LOWER) == bool(found & LETTER and character.islower()), hex(code)
        if not found & (LETTER | DIGIT):
            assert bool(found & SPACE) == character.isspace(), hex(code)


@pytest.mark.parametrize(
    ("character", "bits"),
    [
        ("é", LETTER | LOWER),
        ("桥", LETTER | CJK),
        ("。", END),
        ("、", COMMA),
        ("\u2028", SPACE | LINE_END),
        ("📌", EMOJI),
    ],
)
def test_class_of_a_character(character: str, bits: int) -> None:
    """Letters, signs and pictographs have their bits, and no others."""
    assert _classes(character) == [bits]


def test_beyond_the_basic_plane_only_pictographs_have_a_class() -> None:
    """Rare ideographs have none, and do not take that of U+FFFF's neighbours; emoji have theirs."""
    assert _classes("a𠀀📌") == [LETTER | LOWER, 0, EMOJI]


def test_each_bit_stands_for_one_class() -> None:
    """No two classes share a bit, and all fit into sixteen."""
    names = [name for name in characters.__all__ if name.isupper()]
    assert sorted(getattr(characters, name) for name in names) == [1 << bit for bit in range(len(names))]
