"""What the tests of corpora share: runs in this process."""

from __future__ import annotations

import pytest

from tests.running import Run, runner


@pytest.fixture
def run(capsysbinary: pytest.CaptureFixture[bytes], monkeypatch: pytest.MonkeyPatch) -> Run:
    """Runs ``clean`` in this process, with one job."""
    return runner(capsysbinary, monkeypatch)
