"""Bytes of a source that are held until a whole record of them is there."""

from __future__ import annotations

from collections.abc import Iterator

from cleaner.errors import InputError

__all__ = ["Buffer"]


class Buffer:
    """Bytes that are read and not yet taken; ``damage`` is what ended them too early."""

    def __init__(self, blocks: Iterator[bytes]) -> None:
        self.data = bytearray()
        self.is_whole = False
        self.damage: InputError | None = None
        self._blocks = blocks

    def fill(self) -> None:
        """Read another block, or find out that there is none."""
        try:
            block = next(self._blocks, None)
        except InputError as error:
            self.damage = error
            block = None
        self.is_whole = block is None
        self.data += block or b""

    def take(self, count: int) -> bytes:
        """The first bytes, which are not held any longer."""
        data = bytes(self.data[:count])
        del self.data[:count]
        return data
