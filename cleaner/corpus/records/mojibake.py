"""Whether a text was decoded with the wrong encoding before it came here."""

from __future__ import annotations

import re

__all__ = ["holds_mojibake"]

# UTF-8 that was read as Windows-1252 or ISO-8859-1: a first byte, then one that only continues a character.
_CONTINUES = "\x80-\xbf" + "".join(bytes([code]).decode("cp1252", "ignore") for code in range(0x80, 0xA0))
_PAIR = re.compile(rf"[ÂÃÐÑÎÏ][{_CONTINUES}]|â[€‚][{_CONTINUES}]")
# How many such pairs make a text one that was read wrongly (set by hand).
_MANY = 3


def holds_mojibake(text: str) -> bool:
    """Whether a text has several characters that UTF-8 becomes when it is read as another encoding.

    >>> holds_mojibake("Le cafÃ© du marchÃ© a Ã©tÃ© fermÃ©."), holds_mojibake("Le café du marché a été fermé.")
    (True, False)
    """
    if text.isascii():
        return False
    return sum(1 for _, _found in zip(range(_MANY), _PAIR.finditer(text), strict=False)) == _MANY
