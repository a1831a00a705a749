"""Fixtures of the adapters' tests: pages, and processes that find this checkout."""

from __future__ import annotations

import os
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pytest

from cleaner import SiteMemory

ROOT = Path(__file__).parents[2]
ARTICLE = (
    "The council of {town} voted on Tuesday evening to keep the old bridge open to carts and cyclists for a year.\n"
    "Two members were against it because the figures for the repair had reached them only that morning.\n"
    "The mayor said that the engineers would look at the piers again in the spring, when the water is low."
)
NOISE = "Share on Facebook\nSubscribe to our newsletter"
# What a site repeats in this one is found by no pattern.
SITE_ARTICLE = (
    "The council of {town} voted on Tuesday evening to keep the old {subject} open for another year.\n"
    "Two members from {town} were against it because the figures for the {subject} had reached them only that morning.\n"
    "The mayor said that the engineers would look at the {subject} again in the spring, when the water is low."
)
SITE_FOOTER = (
    "The {name} is read in four valleys, and printed where it is read\nOur kitchen table, every Thursday at six"
)
TOWNS = ("Varnay", "Osterlo", "Quillin", "Marsbury", "Tessin", "Lormont", "Pelham", "Idar", "Novelle", "Brack")
SUBJECTS = ("bridge", "ferry", "school", "market", "library", "harbour", "mill")
NAMES = ("courier", "gazette", "lantern")


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


@pytest.fixture(scope="session")
def site_articles() -> list[dict[str, str]]:
    """Articles of three sites, ten of each, in turn, with their addresses."""
    return [
        {
            "url": f"https://www.{name}.example/{number}",
            "text": SITE_ARTICLE.format(town=town, subject=SUBJECTS[(number + place) % len(SUBJECTS)]),
        }
        for number, town in enumerate(TOWNS)
        for place, name in enumerate(NAMES)
    ]


@pytest.fixture(scope="session")
def site_pages(site_articles: list[dict[str, str]]) -> list[dict[str, str]]:
    """The same with what their sites print below each of them."""
    footers = [SITE_FOOTER.format(name=name) for name in NAMES]
    return [
        {**page, "text": f"{page['text']}\n{footers[number % len(footers)]}"}
        for number, page in enumerate(site_articles)
    ]


@pytest.fixture(scope="session")
def site_memory(site_pages: list[dict[str, str]]) -> SiteMemory:
    """What these sites repeat, learned in one process."""
    memory = SiteMemory()
    for page in site_pages:
        memory.observe(page["text"], url=page["url"])
    return memory


Told = Callable[[SiteMemory], dict[str, Any]]


@pytest.fixture(scope="session")
def told() -> Told:
    """What a memory holds of each site: its pages as bytes, and the texts of its repeated lines."""
    return lambda memory: {
        site: ([(page.key, page.version, page.to_bytes()) for page in memory.pages(site)], memory.texts(site))
        for site in memory.sites()
    }


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
