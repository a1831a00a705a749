"""Locates the built-in data: the folder of patterns and word lists, and the models beside the code."""

from __future__ import annotations

from importlib import resources
from importlib.resources.abc import Traversable

__all__ = ["model_text", "models_folder", "patterns_folder"]


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
