"""How often an expression repeats what is in it, told before it is compiled."""

from __future__ import annotations

import regex

__all__ = ["MAX_REPEATS", "longest_repetition"]

# The regex package takes memory for each repetition: "a" 2,147,483,648 times took over 4 GB (set by hand; ours repeat 24 times at most).
MAX_REPEATS = 10_000
MAX_DIGITS = 12
# What a count may stand behind: an escape, a class of characters, a group.
_COUNTED = regex.compile(
    r"\\[pPNxuU]\{[^}]*+\}|\\.|\[\^?\]?(?:\\.|[^\]\\])*+\]|(?P<open>\()|(?P<close>\))|\{(?P<least>\d++)(?:,\d*+)?\}",
    regex.DOTALL,
)


def longest_repetition(source: str) -> int:
    r"""How often an expression asks for something at least, groups inside groups multiplied: it is compiled so long.

    >>> longest_repetition(r"(?:a{3} ){4,9}"), longest_repetition("a+")
    (12, 1)
    """
    inside = [1]
    own, behind = 1, 0
    for found in _COUNTED.finditer(source):
        if found.start() != behind:
            own = 1
        behind = found.end()
        if found["open"]:
            inside.append(1)
        elif found["close"]:
            own = inside.pop() if len(inside) > 1 else 1
        elif found["least"]:
            own *= int(found["least"][:MAX_DIGITS])
        else:
            own = 1
        inside[-1] = max(inside[-1], own if not found["open"] else 1)
    return max(inside)
