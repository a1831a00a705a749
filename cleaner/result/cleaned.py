"""The result of one document."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from functools import cached_property

from cleaner.result.values import Doubt, Metadata, Removal, Verdict

__all__ = ["CleanResult"]


def _no_lines() -> tuple[Verdict, ...]:
    return ()


@dataclass(frozen=True)
class CleanResult:
    """The text that is left of one document, and everything that was removed from it.

    ``confidence``: the F1 expected of the result, between 0 and 1, calibrated on labelled pages. ``doubtful``:
    stretches that looked like noise but stayed.

    >>> from cleaner import explain_text
    >>> result = explain_text("Der Rat hat gestern entschieden.\\nAntwortenLöschen\\n")
    >>> result.text
    'Der Rat hat gestern entschieden.\\n'
    >>> [removal.kind.value for removal in result.removals]
    ['comment-controls']
    >>> result.restore() == "Der Rat hat gestern entschieden.\\nAntwortenLöschen\\n"
    True
    """

    text: str
    taken: Sequence[Removal] = ()
    headline: str | None = None
    comments: tuple[str, ...] = ()
    flags: tuple[str, ...] = ()
    confidence: float = 1.0
    doubtful: tuple[Doubt, ...] = ()
    trace: Callable[[], tuple[Verdict, ...]] = field(default=_no_lines, repr=False, compare=False)
    describe: Callable[[], Metadata] = field(default=Metadata, repr=False, compare=False)

    @cached_property
    def removals(self) -> tuple[Removal, ...]:
        """What was removed from the input, in order; computed on first use."""
        return tuple(self.taken)

    @cached_property
    def lines(self) -> tuple[Verdict, ...]:
        """One verdict for each line of the input, in order; computed on first use."""
        return self.trace()

    @cached_property
    def metadata(self) -> Metadata:
        """What the page says about itself; nothing if the input was text. Computed on first use."""
        return self.describe()

    @property
    def changed(self) -> bool:
        """Whether anything was removed."""
        return bool(self.removals)

    def restore(self) -> str:
        """The input, rebuilt from ``text`` and ``removals`` alone."""
        parts: list[str] = []
        taken = 0
        position = 0
        for removal in self.removals:
            kept = removal.start - position
            parts.append(self.text[taken : taken + kept])
            parts.append(removal.text)
            taken += kept
            position = removal.end
        parts.append(self.text[taken:])
        return "".join(parts)

    def to_html(self) -> str:
        """The document as HTML: what was removed is struck and coloured by kind, long stretches that stay are folded.

        It is a piece of a page, with its own styles; everything that comes from the document is escaped.

        >>> from cleaner import explain_text
        >>> "<del>AntwortenLöschen</del>" in explain_text("Der Rat hat entschieden.\\nAntwortenLöschen").to_html()
        True
        """
        return self._drawn(is_small=False)

    def _repr_html_(self) -> str:
        """The same for a notebook: of a long document only the parts around removals."""
        return self._drawn(is_small=True)

    def _drawn(self, *, is_small: bool) -> str:
        from cleaner.result.drawing import draw_result

        return draw_result(self.restore(), self, is_small=is_small)
