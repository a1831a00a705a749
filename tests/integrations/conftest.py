"""Fixtures of the adapters' tests: pages, and processes that find this checkout."""

from __future__ import annotations

import os
from collections.abc import Iterator
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[2]
ARTICLE = (
    "The council of {town} voted on Tuesday evening to keep the old bridge open to carts and cyclists for a year.\n"
    "Two members were against it because the figures for the repair had reached them only that morning.\n"
    "The mayor said that the engineers would look at the piers again in the spring, when the water is low."
)
NOISE = "Share on Facebook\nSubscribe to our newsletter"


@pytest.fixture(scope="session")
def article() -> str:
    """A text without noise."""
    return ARTICLE.format(town="Varnay")


@pytest.fixture(scope="session")
def noisy(article: str) -> str:
    """The same text with two lines of noise below it: a share bar and a newsletter."""
    return f"{article}\n{NOISE}"


@pytest.fixture(scope="session")
def noise() -> str:
    """Two lines of noise and no article."""
    return NOISE


@pytest.fixture(scope="session", autouse=True)
def _processes_find_the_checkout() -> Iterator[None]:
    """Workers that engines start import the package that is tested."""
    before = os.environ.get("PYTHONPATH")
    os.environ["PYTHONPATH"] = os.pathsep.join([str(ROOT), *([before] if before else [])])
    yield
    if before is None:
        del os.environ["PYTHONPATH"]
    else:
        os.environ["PYTHONPATH"] = before
