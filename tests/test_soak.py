"""The benchmark of long runs: what counts as growth, and the documents it uses."""

from __future__ import annotations

import importlib.util
from dataclasses import replace
from itertools import islice
from pathlib import Path
from types import ModuleType
from typing import Any

import pytest

PROGRAM = Path(__file__).parent.parent / "benchmarks" / "soak.py"


@pytest.fixture(scope="module")
def soak() -> ModuleType:
    """The program, as a module."""
    import sys

    spec = importlib.util.spec_from_file_location("soak", PROGRAM)
    assert spec is not None
    assert spec.loader is not None
    module = importlib.util.module_from_spec(spec)
    # Dataclasses look for their module.
    sys.modules["soak"] = module
    spec.loader.exec_module(module)
    return module


@pytest.mark.parametrize(
    ("change", "problem"),
    [
        ({"megabytes": 111.0}, ["memory grew by 11 % after the second tenth"]),
        ({"megabytes": 109.0, "files": 8, "speed": 46.0}, []),
        ({"files": 10}, ["1 more files are open than in the second tenth"]),
        ({"speed": 40.0}, ["the last tenth is 20 % slower than the first"]),
    ],
)
def test_growth_is_what_the_last_tenth_has_more(change: dict[str, Any], problem: list[str], soak: ModuleType) -> None:
    """Up to a tenth more memory or less speed is chance; one more open file is not."""
    steady = soak.Tenth(megabytes=100.0, files=9, speed=50.0)
    assert soak.found_growth([steady] * 9 + [replace(steady, **change)]) == problem


def test_memory_of_the_first_tenth_does_not_count(soak: ModuleType) -> None:
    """The first tenth does not count for memory: what is kept for all documents is still being loaded."""
    steady = soak.Tenth(megabytes=100.0, files=9, speed=50.0)
    assert soak.found_growth([replace(steady, megabytes=50.0, files=3)] + [steady] * 9) == []


def test_no_document_comes_twice(soak: ModuleType) -> None:
    """Documents made of one sample differ, and are the same in every run."""
    sample = "One line of some words.\nAnother line of words.\nAnd a third one, too."
    made = [list(islice(soak.documents([sample], 50, as_pages=as_pages), 50)) for as_pages in (False, True, False)]
    assert made[0] == made[2]
    assert len(set(made[0])) == 50
    assert all(page.startswith("<html>") for page in made[1])


def test_each_tenth_has_whole_rounds_over_the_samples(soak: ModuleType) -> None:
    """Each tenth is a number of whole rounds over the samples, so that all tenths are the same work."""
    assert [soak.whole_rounds(count, 7) for count in (1, 70, 200)] == [70, 70, 210]
