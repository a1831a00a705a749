"""What a prepared file knows of a pattern beside its fields; unpacked when the pattern is first tried."""

from __future__ import annotations

import json
from typing import Any, Final, NamedTuple

from cleaner.matching.compiled import Expression, load_expression
from cleaner.matching.triggers import Need, Trigger

__all__ = ["EXAMPLES", "LISTS", "WORDING", "Stored", "Unpacked"]

# The lists of a pattern, in the order in which they are stored.
WORDING: Final = ("phrases", "literals")
EXAMPLES: Final = ("must_match", "must_not_match", "known_miss", "known_false")
LISTS: Final = (*WORDING, *EXAMPLES)


class Unpacked(NamedTuple):
    """The folded expression of a pattern, its trigger, and what its compiled expression consists of.

    ``parts`` is None where the expression has to be compiled.
    """

    expression: str
    trigger: Trigger
    code: bytes
    parts: list[Any] | None

    def compiled(self, source: str) -> Expression | None:
        """The compiled expression of a source; None where it has to be compiled."""
        return None if self.parts is None else load_expression(source, self.code, self.parts)


class Stored(NamedTuple):
    """``details``: JSON of the folded expression, the trigger and the parts of the compiled expression but its ``code``.

    Phrases have neither. ``wording``, ``examples``: JSON of the lists of these names. ``is_usable``: whether the code
    was made by the libraries that run now.
    """

    is_usable: bool
    details: bytes
    code: bytes
    wording: bytes
    examples: bytes

    def unpack(self) -> Unpacked:
        """The same as values."""
        expression, (needs, digits, longest, gate), parts = json.loads(self.details)
        trigger = Trigger(tuple(Need(place, tuple(strings)) for place, strings in needs), digits, longest, gate)
        return Unpacked(expression, trigger, self.code, parts if self.is_usable else None)

    def unpack_lists(self, name: str) -> dict[str, tuple[str, ...]]:
        """The lists among which that of a name is, by name."""
        names, content = (WORDING, self.wording) if name in WORDING else (EXAMPLES, self.examples)
        return dict(zip(names, map(tuple, json.loads(content)), strict=True))
