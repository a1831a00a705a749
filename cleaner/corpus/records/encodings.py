"""The encoding of a text that nobody has named, and whether one that somebody has named would spoil it.

charset-normalizer measures how much of a text is a mess in an encoding, and how much like a language it is. Asked for
its best guess it takes Spanish for Central European and English with a few typographic signs for anything; asked about
each of the encodings that texts of the web have, it is right far more often.
"""

from __future__ import annotations

import codecs
from functools import cache

__all__ = ["AUTO", "detect_encoding", "is_spoilt_by"]

# The name that asks for detection.
AUTO = "auto"
# Those of the web, from the most common to the least; the first of those that fit equally well is chosen.
_ENCODINGS = (
    "cp1252",
    "cp1250",
    "cp1251",
    "gb18030",
    "cp932",
    "euc_jp",
    "cp949",
    "big5hkscs",
    "cp1254",
    "cp1253",
    "iso8859_2",
    "koi8_r",
    "cp1256",
    "cp1255",
    "cp1257",
    "cp874",
    "cp1258",
    "iso8859_7",
)
# How much of the lines with letters outside ASCII is measured, and how much messier than the best a text may be.
_MEASURED_BYTES = 10_000
_MESS = 0.02
_FEW_SHARE = 0.05
_BEYOND_ASCII = bytes(range(0x80, 0x100))
# UTF-16 without a byte order mark: where ASCII is in it, every other byte is zero.
_WIDE_BYTES = 4096
_WIDE_SHARE = 0.2
# Signs that no text has: where they appear, the bytes were meant in another encoding.
_CONTROLS = frozenset(map(chr, range(0x80, 0xA0)))
# This many letters are not valid UTF-8 by accident, whatever encoding of several bytes a letter they are in.
_NO_ACCIDENT = 8


def detect_encoding(data: bytes) -> str | None:
    """The encoding of bytes that are not UTF-8 and have no byte order mark; None if it cannot be told.

    Of encodings in which a text is the same, any may come back.

    >>> detect_encoding("Un élève français a été reçu à l’école près de la forêt.".encode("cp1252"))
    'cp1252'
    """
    if b"\0" in data:
        return _wide(data[:_WIDE_BYTES])
    lines = b"".join(line for line in data.splitlines(keepends=True) if not line.isascii())
    found = [measured for name in _ENCODINGS if (measured := _measure(lines[:_MEASURED_BYTES], data, name))]
    if not found:
        # A text of which little is outside ASCII may be too short to be measured.
        few = len(data) - len(data.translate(None, _BEYOND_ASCII)) <= _FEW_SHARE * len(data)
        return _ENCODINGS[0] if few and _decodes(data, _ENCODINGS[0]) else None
    least = min(mess for _, mess, _ in found)
    likely = [one for one in found if one[1] <= least + _MESS]
    return max(likely, key=lambda one: one[2])[0]


def _measure(lines: bytes, data: bytes, name: str) -> tuple[str, float, float] | None:
    """An encoding, how much of a mess a text is in it, and how much like a language; None if it is not in it."""
    from charset_normalizer import from_bytes

    if not _decodes(data, name):
        return None
    best = from_bytes(lines, cp_isolation=[name], enable_fallback=False, preemptive_behaviour=False).best()
    return None if best is None else (name, best.chaos, best.coherence)


def _decodes(data: bytes, name: str) -> bool:
    """Whether bytes are a text in an encoding, and the same bytes again when it is written."""
    try:
        text = data.decode(name)
        return _CONTROLS.isdisjoint(text) and text.encode(name) == data
    except UnicodeError:
        return False


def _wide(head: bytes) -> str | None:
    zeros = [head[start::2].count(0) for start in (0, 1)]
    if max(zeros) < _WIDE_SHARE * len(head) / 2 or min(zeros) > max(zeros) / 20:
        return None
    return "utf-16-le" if zeros[1] > zeros[0] else "utf-16-be"


def is_spoilt_by(data: bytes, encoding: str) -> bool:
    """Whether bytes are valid UTF-8 with letters outside ASCII, and so garbled if they are read in another encoding.

    Bytes in an encoding of one byte a letter are never that by accident; those of Chinese or Japanese texts may be, so
    only several letters count.

    >>> is_spoilt_by("été".encode(), "cp1252"), is_spoilt_by("été".encode("cp1252"), "cp1252")
    (True, False)
    """
    if data.isascii() or codecs.lookup(encoding).name.startswith("utf"):
        return False
    try:
        text = data.decode("utf-8")
    except UnicodeDecodeError:
        return False
    return _has_single_bytes(encoding) or len(text) - len(text.encode("ascii", "ignore")) >= _NO_ACCIDENT


@cache
def _has_single_bytes(encoding: str) -> bool:
    """Whether each byte is a letter in an encoding."""
    return all(len(bytes([byte]).decode(encoding, "replace")) == 1 for byte in range(256)) and (
        len(bytes(range(256)).decode(encoding, "replace")) == 256
    )
