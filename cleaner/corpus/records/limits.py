"""How much readers hold in memory and pass on, whatever a source claims to contain; all set by hand."""

from __future__ import annotations

from cleaner.errors import InputError

__all__ = [
    "DEFAULT_MAX_DOCUMENT",
    "GROWTH_ALLOWANCE",
    "MAX_GROWTH",
    "QUOTED_BYTES",
    "check_growth",
]

# The most bytes of a record's text, unless --max-document says otherwise.
DEFAULT_MAX_DOCUMENT = 64 << 20
# How many bytes are quoted from a failed record.
QUOTED_BYTES = 1 << 20
# Decompressed text is 3 to 10 times as long, the same page repeated some hundred times as long. A stream may become
# MAX_GROWTH times as long, plus GROWTH_ALLOWANCE bytes, since small ones consist mostly of repeats.
MAX_GROWTH = 200
GROWTH_ALLOWANCE = 256 << 20


def check_growth(name: str, consumed: int, made: int) -> None:
    """Check that a stream of ``consumed`` bytes may become ``made`` bytes; raises `InputError` otherwise.

    >>> check_growth("crawl.jsonl.zst", 1000, 12_000)
    """
    if made > MAX_GROWTH * consumed + GROWTH_ALLOWANCE:
        raise InputError(
            f"{name}: its first {consumed} bytes become more than {made} when they are decompressed, as those of a "
            "decompression bomb do, so the rest is not read; if that is intended, decompress it first"
        )
