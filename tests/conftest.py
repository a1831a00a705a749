"""Settings and fixtures of all tests: properties do not test speed, and runs can be stopped after some chunks."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import pytest
from hypothesis import settings

from cleaner.corpus.batch import delivery, tasks

# An example may take any time.
settings.register_profile("cleaner", deadline=None)
settings.load_profile("cleaner")


@pytest.fixture
def stop_after(monkeypatch: pytest.MonkeyPatch) -> Callable[[int], None]:
    """Small chunks with a checkpoint after each, and a function that interrupts a run after a number of chunks."""
    monkeypatch.setattr(tasks, "CHUNK_BYTES", 600)
    monkeypatch.setattr(delivery, "CHECKPOINT_SECONDS", 0.0)
    take_chunk = delivery.Delivery.take_chunk

    def stop(count: int) -> None:
        left = [count]

        def take(self: delivery.Delivery, *arguments: Any) -> None:
            if not left[0]:
                raise KeyboardInterrupt
            left[0] -= 1
            take_chunk(self, *arguments)

        monkeypatch.setattr(delivery.Delivery, "take_chunk", take)

    return stop
