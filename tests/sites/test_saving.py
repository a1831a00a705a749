"""What a memory saves, and how it reads its file in other processes."""

from __future__ import annotations

import multiprocessing
import pickle
from concurrent.futures import ProcessPoolExecutor
from pathlib import Path

import pytest

from cleaner import SiteMemory
from cleaner.sites.pages import LearnedPage

FOOTER = "Weekly letter of the harbour quarter"


def observe(memory: SiteMemory, site: str, days: range) -> None:
    """Learn a page of a site for each day: a sentence of its own, and a footer."""
    for day in days:
        memory.observe(f"On day {day} the ferry came late again.\n{FOOTER}", url=f"https://{site}/{day}")


def told(pages: list[LearnedPage]) -> list[tuple[int, int, bytes]]:
    """What pages hold."""
    return [(page.key, page.version, page.to_bytes()) for page in pages]


@pytest.fixture
def path(tmp_path: Path) -> Path:
    """A file with four pages of one site and three of another."""
    memory = SiteMemory()
    observe(memory, "a.example", range(4))
    observe(memory, "b.example", range(3))
    memory.save(tmp_path / "sites.sqlite")
    return tmp_path / "sites.sqlite"


def test_a_memory_saved_to_its_own_file_holds_nothing_twice(path: Path) -> None:
    """What was saved is read from the file from then on: the memory says the same as before and pickles without pages."""
    memory = SiteMemory(path)
    observe(memory, "a.example", range(4, 200))
    pages, texts = told(memory.pages("a.example")), memory.texts("a.example")
    assert len(pages) == 200
    full = len(pickle.dumps(memory))
    memory.save()
    assert told(memory.pages("a.example")) == pages
    assert memory.texts("a.example") == texts
    assert list(texts.values()) == [FOOTER.lower()]
    assert len(pickle.dumps(memory)) < 1_000 < full
    knowledge = memory.knowledge("a.example")
    assert knowledge is not None
    assert knowledge.size == 200


def test_saving_step_by_step_is_saving_once(path: Path, tmp_path: Path) -> None:
    """A memory that is saved again and again while it learns has the pages and texts of one saved at the end."""
    memory = SiteMemory(path)
    for day in range(5):
        observe(memory, "c.example", range(day, day + 1))
        memory.save()
    once = SiteMemory()
    observe(once, "c.example", range(5))
    assert told(memory.pages("c.example")) == told(once.pages("c.example"))
    assert memory.texts("c.example") == once.texts("c.example")
    assert memory.page_count("b.example") == 3
    memory.save(tmp_path / "copy.sqlite")
    assert SiteMemory(tmp_path / "copy.sqlite").sites() == ["a.example", "b.example", "c.example"]


def test_half_a_surrogate_pair_is_saved_as_a_question_mark(tmp_path: Path) -> None:
    """A line or a name of a site with half a surrogate pair, which no file can hold, does not prevent saving."""
    memory = SiteMemory()
    for day in range(3):
        memory.observe(f"On day {day} nothing came.\nLetter \ud800 of the quarter", site="The \udfff Courier")
    memory.save(tmp_path / "sites.sqlite")
    read = SiteMemory(tmp_path / "sites.sqlite")
    assert read.sites() == ["The ? Courier"]
    assert list(read.texts("The ? Courier").values()) == ["letter ? of the quarter"]


def read_in_a_fork(memory: SiteMemory) -> tuple[int, bool]:
    """How many pages a memory finds in this process, and whether with the connection of the process before."""
    connection = memory._store
    return memory.page_count("a.example"), memory._store is connection


@pytest.mark.skipif("fork" not in multiprocessing.get_all_start_methods(), reason="needs processes that are forked")
def test_a_forked_process_opens_the_file_for_itself(path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """SQLite's connections must not be used after a fork, so a memory that was forked makes one of its own, once."""
    memory = SiteMemory(path)
    assert read_in_a_fork(memory) == (4, True)
    # Passed on by the fork itself: pickled, it would open its file anyway.
    monkeypatch.setitem(globals(), "FORKED", memory)
    with ProcessPoolExecutor(1, mp_context=multiprocessing.get_context("fork")) as pool:
        assert pool.submit(read_forked).result() == (4, False)
        assert pool.submit(read_forked).result() == (4, True)
    assert read_in_a_fork(memory) == (4, True)


def read_forked() -> tuple[int, bool]:
    """`read_in_a_fork` for the memory that this process got by being forked."""
    return read_in_a_fork(globals()["FORKED"])
