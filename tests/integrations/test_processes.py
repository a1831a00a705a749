"""One cleaner in other processes and in many threads: the results of one."""

from __future__ import annotations

import importlib
import multiprocessing
import pickle
from collections.abc import Callable, Iterable
from concurrent.futures import ProcessPoolExecutor, ThreadPoolExecutor
from pathlib import Path
from typing import Any

import pytest

from cleaner import CleanConfig, Cleaner, CleanResult, SiteMemory
from cleaner.integrations.outcomes import clean_documents, shared_cleaner

SAMPLES = Path(__file__).parents[2] / "samples"
MAX_BYTES = 10_000
Told = Callable[[SiteMemory], dict[str, Any]]


@pytest.fixture(scope="module")
def texts() -> list[str]:
    """The scraped texts of every sixth sample."""
    return [path.read_text("utf-8") for path in sorted(SAMPLES.glob("*/raw.txt"))[::6]]


@pytest.fixture(scope="module")
def cleaner(texts: list[str]) -> Cleaner:
    """A cleaner that has been used, with a configuration of its own."""
    used = shared_cleaner(CleanConfig(keep=frozenset({"byline"}), headline="drop"))  # type: ignore[arg-type]
    for text in texts:
        used.clean(text)
    return used


def told(results: Iterable[CleanResult]) -> list[tuple[Any, ...]]:
    """What results say."""
    return [
        (
            result.text,
            [(removal.start, removal.end, removal.kind, removal.score, removal.text) for removal in result.removals],
            result.headline,
            result.comments,
            result.flags,
        )
        for result in results
    ]


@pytest.mark.parametrize("pickler", ["pickle", "cloudpickle", "dill"])
def test_a_used_cleaner_pickles_small_and_cleans_the_same(cleaner: Cleaner, texts: list[str], pickler: str) -> None:
    """A used cleaner pickles small, with every pickler that engines use, and cleans the same afterwards."""
    module: Any = pytest.importorskip(pickler)
    data = module.dumps(cleaner)
    assert len(data) < MAX_BYTES
    assert told(module.loads(data).clean_many(texts)) == told(cleaner.clean_many(texts))


@pytest.mark.slow
def test_a_used_cleaner_cleans_the_same_in_a_spawned_process(cleaner: Cleaner, texts: list[str]) -> None:
    """A cleaner sent to a process that shares nothing with this one gives the same results there."""
    with ProcessPoolExecutor(1, mp_context=multiprocessing.get_context("spawn")) as pool:
        assert told(pool.submit(cleaner.clean_many, texts).result()) == told(cleaner.clean_many(texts))


@pytest.mark.parametrize("method", ["clean", "clean_many"])
def test_one_cleaner_in_eight_threads_has_the_results_of_one(texts: list[str], method: str) -> None:
    """Eight threads that share one cleaner, fresh and so perhaps not wholly prepared, do not disturb each other."""
    fresh = pickle.loads(pickle.dumps(Cleaner(CleanConfig(threshold=0.25))))
    with ThreadPoolExecutor(8) as pool:
        if method == "clean":
            futures = [[pool.submit(fresh.clean, text) for text in texts] for _ in range(4)]
            found = [told(future.result() for future in row) for row in futures]
        else:
            found = [told(results) for results in pool.map(fresh.clean_many, [texts] * 8)]
    expected = told(fresh.clean_many(texts))
    assert all(results == expected for results in found)


def cleaned_with(config: CleanConfig, pages: list[dict[str, str]]) -> list[str]:
    """The texts that the cleaner of a configuration leaves of pages."""
    return [outcome.text for outcome in clean_documents(shared_cleaner(config), pages)]


@pytest.fixture(params=["file", "memory", "both"])
def sites(request: pytest.FixtureRequest, tmp_path: Path, site_pages: list[dict[str, str]]) -> Path | SiteMemory:
    """What three sites repeat: in a file, in memory, or some of it in a file and some learned since."""
    memory = SiteMemory()
    if request.param == "both":
        memory.save(tmp_path / "sites.sqlite")
        memory = SiteMemory(tmp_path / "sites.sqlite")
    for number, page in enumerate(site_pages):
        memory.observe(page["text"], url=page["url"])
        if request.param == "both" and number == len(site_pages) // 2:
            memory.save()
    if request.param == "file":
        memory.save(tmp_path / "sites.sqlite")
        return tmp_path / "sites.sqlite"
    return memory


@pytest.mark.parametrize("pickler", ["pickle", "cloudpickle", "dill"])
def test_sites_travel(
    sites: Path | SiteMemory, site_pages: list[dict[str, str]], site_articles: list[dict[str, str]], pickler: str
) -> None:
    """A cleaner and a configuration with a site memory pickle, with every pickler, and remove the same afterwards."""
    module: Any = pytest.importorskip(pickler)
    articles = [page["text"] for page in site_articles]
    cleaner, config = module.loads(module.dumps((Cleaner(sites=sites), CleanConfig(sites=sites))))
    assert [result.text for result in cleaner.stream(site_pages)] == articles
    assert cleaned_with(config, site_pages) == articles
    assert len(module.dumps(CleanConfig(sites=Path("sites.sqlite")))) < MAX_BYTES


@pytest.mark.slow
def test_sites_travel_to_a_spawned_process(
    sites: Path | SiteMemory, site_pages: list[dict[str, str]], site_articles: list[dict[str, str]]
) -> None:
    """A process that shares nothing with this one opens the file, or has the memory that it was sent."""
    articles = [page["text"] for page in site_articles]
    with ProcessPoolExecutor(1, mp_context=multiprocessing.get_context("spawn")) as pool:
        assert pool.submit(cleaned_with, CleanConfig(sites=sites), site_pages).result() == articles
        results = pool.submit(Cleaner(sites=sites).clean_many, site_pages).result()
    assert [result.text for result in results] == articles


def test_one_memory_in_eight_threads_learns_what_one_learns(site_pages: list[dict[str, str]], told: Told) -> None:
    """Threads that observe and clean with one memory at once lose nothing, and leave what one thread would."""
    memory = SiteMemory()
    cleaner = Cleaner(sites=memory)

    def work(page: dict[str, str]) -> CleanResult:
        memory.observe(page["text"], url=page["url"])
        return cleaner.clean(page["text"], url=page["url"])

    with ThreadPoolExecutor(8) as pool:
        assert len(list(pool.map(work, site_pages))) == len(site_pages)
    alone = SiteMemory()
    for page in site_pages:
        alone.observe(page["text"], url=page["url"])
    assert told(memory) == told(alone)


def test_results_travel(cleaner: Cleaner, texts: list[str]) -> None:
    """A result pickles with its reasons, so that engines can pass it on."""
    result = cleaner.clean(texts[0])
    copy = pickle.loads(pickle.dumps(result))
    assert copy == result
    assert copy.removals[0].evidence == result.removals[0].evidence
    assert importlib.import_module("cleaner").apply_removals(texts[0], copy.removals) == result.text
