"""The data files of the block model: its weights, and the words of elements' names."""

from __future__ import annotations

from functools import cache
from pathlib import Path

from cleaner.data import model_text, patterns_folder
from cleaner.errors import WeightsError
from cleaner.html.model import BlockModel, load_model
from cleaner.html.page import read_page
from cleaner.html.signals import signal_columns
from cleaner.html.view import ElementWords, PageView
from cleaner.result import Kind
from cleaner.text.words import WordLists

__all__ = ["MODEL_FILE", "builtin_model", "element_words", "read_model", "signal_names"]

MODEL_FILE = "html-weights.json"
WORDS_FILE = "html-names.txt"


@cache
def element_words() -> ElementWords:
    """The meanings of the words in elements' names."""
    groups: dict[str, list[str]] = {}
    kinds: dict[str, Kind] = {}
    for line in (patterns_folder() / WORDS_FILE).read_text("utf-8").splitlines():
        head, _, words = line.partition(":")
        if not line.strip() or line.startswith("#"):
            continue
        what, _, name = head.partition(" ")
        if what == "group":
            groups[name] = words.split()
        else:
            for word in words.split():
                kinds.setdefault(word, Kind(name))
    return ElementWords(groups, kinds)


@cache
def signal_names() -> tuple[str, ...]:
    """The names of all signals of a block, in order."""
    page = read_page("<body><p>One.</p></body>")
    return tuple(signal_columns(PageView(page, (), WordLists({}, {}), element_words()), {}))


@cache
def builtin_model() -> BlockModel:
    """The built-in model, from ``cleaner/models/html-weights.json``."""
    return load_model(model_text(MODEL_FILE), MODEL_FILE, signal_names())


def read_model(path: Path) -> BlockModel:
    """The model of a file that a fit has written. Raises `WeightsError` when it does not load."""
    try:
        text = path.read_text("utf-8")
    except (OSError, UnicodeDecodeError) as error:
        raise WeightsError(str(path), "file", f"cannot be read: {error}; give a file that a fit wrote") from None
    return load_model(text, str(path), signal_names())
