"""How much readers hold and hand on, whatever a source claims to hold; all set by hand."""

from __future__ import annotations

from cleaner.errors import InputError

__all__ = [
    "DEFAULT_MAX_DOCUMENT",
    "GROWTH_ALLOWANCE",
    "MAX_GROWTH",
    "QUOTED_BYTES",
    "check_growth",
]

# The bytes of the text of a record, unless --max-document says otherwise.
DEFAULT_MAX_DOCUMENT = 64 << 20
# What is quoted of a record that failed.
QUOTED_BYTES = 1 << 20
# Text becomes 3 to 10 times as long when it is decompressed, the same page again and again some hundred times. A
# stream may become so many times as long, and this many bytes longer on top, as small ones hold little but repeats.
MAX_GROWTH = 200
GROWTH_ALLOWANCE = 256 << 20


def check_growth(name: str, consumed: int, made: int) -> None:
    """None where a stream of ``consumed`` bytes may have become ``made`` bytes; raises `InputError` where it may not.

    >>> check_growth("crawl.jsonl.zst", 1000, 12_000)
    """
    if made > MAX_GROWTH * consumed + GROWTH_ALLOWANCE:
        raise InputError(
            f"{name}: its first {consumed} bytes become more than {made} when they are decompressed, as those of a "
            "decompression bomb do, so the rest is not read; where that is meant, decompress it first"
        )
