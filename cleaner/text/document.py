"""A document as lines with offsets, and the properties of its characters."""

from __future__ import annotations

from functools import cached_property
from typing import Any

import numpy as np

from cleaner.clock import NO_LIMIT, Clock
from cleaner.text.arrays import ClassArray, CodeArray, IntArray
from cleaner.text.characters import classify
from cleaner.text.folding import Folded, decode, encode_small, fold_codes
from cleaner.text.forms import with_line_ends
from cleaner.text.parts import PART_LENGTH
from cleaner.text.splitting import Split, line_table

__all__ = ["Document"]


class Document:
    """A text with its line table: arrays of offsets in characters, one entry per line.

    ``starts[i]:ends[i]`` is line ``i`` without its line end, ``stops[i]`` is after the line end. Line ends
    are LF, CR, CRLF, NEL, U+2028 and U+2029. A text that ends in a line end has no empty last line.

    A wide line, with columns of a page side by side and runs of spaces between them, becomes one line per column; a
    long line that has lost its line ends becomes one per sentence. Such a part stops where the next one starts, and
    ``numbers[i]`` says which line of the text it is part of. ``split``: both (``"all"``), only ``"columns"``, or
    ``"none"``. ``clock``: the document's time limit.

    >>> document = Document("Sport        Der Rat hat den Haushalt am Montag mit knapper Mehrheit beschlossen.\\nEnde")
    >>> document.line_texts[0], document.numbers.tolist()
    ('Sport', [0, 0, 1])
    """

    __slots__ = ("__dict__", "clock", "ends", "numbers", "source", "starts", "stops", "text")

    def __init__(self, text: str, split: Split = "all", clock: Clock = NO_LIMIT) -> None:
        self.text = self.source = text
        self.clock = clock
        self.starts, self.ends, self.stops, self.numbers = line_table(text, self.codes, self.classes, split, clock)

    @classmethod
    def read(cls, source: str, clock: Clock = NO_LIMIT) -> Document:
        r"""A document in whatever form: ``text`` has line ends where something else stands for them in ``source``.

        >>> document = Document.read("Il pleut.\\nPartager\\nFin.\\n")
        >>> document.line_texts, document.source
        (('Il pleut.', 'Partager', 'Fin.'), 'Il pleut.\\nPartager\\nFin.\\n')
        """
        document = cls(with_line_ends(source, clock), clock=clock)
        document.source = source
        return document

    def __len__(self) -> int:
        return self.starts.size

    @cached_property
    def codes(self) -> CodeArray:
        """The code points of the text; see `encode_small`."""
        return encode_small(self.text)

    @cached_property
    def classes(self) -> ClassArray:
        """The class bits of each character; see `cleaner.text.characters`."""
        return classify(self.codes)

    @cached_property
    def folded(self) -> Folded:
        """The folded form of the whole document; line ends stay in it."""
        return fold_codes(self.codes)

    @cached_property
    def shown(self) -> str:
        """The characters of the folded text as they were before folding: same length, same offsets."""
        if not self.folded.gaps.size:
            return self.text
        shown: Any = np.delete(self.codes, self.folded.dropped)
        return decode(shown)

    @cached_property
    def folded_starts(self) -> IntArray:
        """Where each line starts in the folded text."""
        return self.folded.before(self.starts)

    @cached_property
    def folded_ends(self) -> IntArray:
        """Where each line ends in the folded text, its line end not included."""
        return self.folded.before(self.ends)

    def release(self) -> None:
        """Release the forms of the text, which take most of its memory; they are computed again on demand."""
        self.__dict__.clear()

    def release_classes(self) -> None:
        """Release the code points of a long text and their classes, like `release`; a short text keeps them."""
        if len(self.text) > PART_LENGTH:
            self.__dict__.pop("codes", None)
            self.__dict__.pop("classes", None)

    def line_text(self, index: int) -> str:
        """The characters of a line without its line end."""
        return self.text[int(self.starts[index]) : int(self.ends[index])]

    def folded_line(self, index: int) -> str:
        """The folded characters of a line."""
        return self.folded.text[int(self.folded_starts[index]) : int(self.folded_ends[index])]

    def has_word_outside(self, index: int, spans: list[tuple[int, int]]) -> bool:
        """Whether a line has a letter or digit outside the given spans of the document, which are in order."""
        position = int(self.starts[index])
        for start, end in [*spans, (int(self.ends[index]),) * 2]:
            if any(character.isalnum() for character in self.text[position:start]):
                return True
            position = max(position, end)
        return False

    @cached_property
    def line_texts(self) -> tuple[str, ...]:
        """The texts of all lines, surrounding space removed."""
        text = self.text
        return tuple(text[a:b].strip() for a, b in zip(self.starts.tolist(), self.ends.tolist(), strict=True))

    @cached_property
    def folded_lines(self) -> tuple[str, ...]:
        """The folded texts of all lines, surrounding space removed."""
        text = self.folded.text
        return tuple(
            text[a:b].strip(" ") for a, b in zip(self.folded_starts.tolist(), self.folded_ends.tolist(), strict=True)
        )
