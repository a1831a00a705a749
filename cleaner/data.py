"""Locates the built-in data: the folder of patterns and word lists, and the models beside the code."""

from __future__ import annotations

from importlib import resources
from importlib.resources.abc import Traversable

__all__ = ["model_text", "models_folder", "patterns_folder", "word_file"]


def patterns_folder() -> Traversable:
    """The folder of built-in patterns: inside the package, or beside it in a checkout.

    >>> (patterns_folder() / "README.md").is_file()
    True
    """
    inside = resources.files("cleaner") / "patterns"
    if inside.is_dir():
        return inside
    return resources.files("cleaner") / ".." / "patterns"


def models_folder() -> Traversable:
    """The folder of models written by fits."""
    return resources.files("cleaner") / "models"


def model_text(name: str) -> str:
    """The text of a model written by a fit, one of the files in ``cleaner/models/``.

    >>> model_text("weights.json")[:1]
    '{'
    """
    return (models_folder() / name).read_text("utf-8")


def word_file(name: str) -> dict[str, list[str]]:
    """The words of a file beside the built-in patterns, by what stands before the colon: a language, a theme.

    One list is one line; comments start with ``#``.

    >>> "le" in word_file("stop-words.txt")["fr"]
    True
    """
    lines = (patterns_folder() / name).read_text("utf-8").splitlines()
    rows = (line.partition(":") for line in lines if line.strip() and not line.startswith("#"))
    return {head.strip(): words.split() for head, _, words in rows}
