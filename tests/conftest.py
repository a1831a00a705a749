"""What all tests share: properties are no tests of speed, so an example may take as long as it does."""

from __future__ import annotations

from hypothesis import settings

settings.register_profile("cleaner", deadline=None)
settings.load_profile("cleaner")
