"""Hugging Face datasets: one function for `dataset.map`."""

from __future__ import annotations

import os
import pickle
import subprocess
import sys
from pathlib import Path

import pytest

pytest.importorskip("datasets", reason="needs the extra 'datasets'")

import datasets
from datasets import Dataset
from datasets.fingerprint import Hasher

from cleaner import CleanConfig, Cleaner, ConfigError, SiteMemory
from cleaner.integrations.datasets import TableCleaner

CONFIG = CleanConfig(
    keep=frozenset({"byline", "tags", "copyright"}),  # type: ignore[arg-type]
    disabled_patterns=frozenset({"fr.byline.by-name", "fr.agency-credit.alone", "fr.photo-credit.label"}),
)


def test_map_cleans_a_column(noisy: str, article: str, noise: str) -> None:
    """Mapped over a dataset it cleans the column, keeps nulls and the other columns, and adds the named ones."""
    texts = [article, None, f"{noisy}\nGood news for once. ReplyDelete", noise]
    dataset = Dataset.from_dict({"id": [1, 2, 3, 4], "text": texts})
    function = TableCleaner(removed="removed", comments="comments", flags="flags")
    cleaned = dataset.with_format("arrow").map(function, batched=True, batch_size=2).with_format(None)
    assert cleaned["id"][:] == [1, 2, 3, 4]
    assert cleaned["text"][:] == [article, None, article, noise]
    assert cleaned["flags"][:] == [[], None, [], ["no-article-found"]]
    assert [removals and removals[0]["kind"] for removals in cleaned["removed"][:]] == [[], None, "share-bar", []]
    assert cleaned["comments"][:] == [[], None, ["Good news for once."], []]


@pytest.mark.slow
def test_map_in_two_processes_over_a_stored_dataset(tmp_path: Path, noisy: str, article: str) -> None:
    """Two worker processes clean a dataset that stands in a file, into a column of its own."""
    Dataset.from_dict({"body": [noisy] * 6}).save_to_disk(tmp_path / "stored")
    dataset = Dataset.load_from_disk(tmp_path / "stored").with_format("arrow")
    cleaned = dataset.map(TableCleaner("body", target="article"), batched=True, num_proc=2).with_format(None)
    assert cleaned["article"][:] == [article] * 6
    assert cleaned["body"][:] == [noisy] * 6


def test_streamed_dataset(noisy: str, article: str) -> None:
    """A dataset that is streamed is cleaned as it comes."""
    dataset = Dataset.from_dict({"text": [noisy] * 5}).to_iterable_dataset().with_format("arrow")
    cleaned = dataset.map(TableCleaner(), batched=True, batch_size=2).with_format(None)
    assert [row["text"] for row in cleaned] == [article] * 5


def test_map_with_a_site_memory(
    tmp_path: Path,
    site_memory: SiteMemory,
    site_pages: list[dict[str, str]],
    site_articles: list[dict[str, str]],
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    """What the site memory of the configuration knows is removed, and what it has learned since makes another cache key."""
    monkeypatch.setattr(datasets.config, "HF_DATASETS_CACHE", tmp_path / "cache")
    path = tmp_path / "sites.sqlite"
    SiteMemory().save(path)
    function = TableCleaner(config=CleanConfig(sites=path))
    before = Hasher.hash(function)
    assert Hasher.hash(function) == before
    site_memory.save(path)
    assert Hasher.hash(function) != before
    cleaned = Dataset.from_list(site_pages).with_format("arrow").map(function, batched=True).with_format(None)
    assert cleaned["text"][:] == [page["text"] for page in site_articles]
    assert cleaned["url"][:] == [page["url"] for page in site_pages]


def test_batches_of_lists_are_refused(noisy: str) -> None:
    """A dataset whose batches are lists is refused with the call that fixes it."""
    with pytest.raises(ConfigError, match=r'map over dataset.with_format\("arrow"\)'):
        Dataset.from_dict({"text": [noisy]}).map(TableCleaner(), batched=True)


def test_cache_is_told_what_changes_the_result() -> None:
    """The cache key of datasets is the same in every process, and differs for other settings or versions."""
    script = (
        "from datasets.fingerprint import Hasher; from cleaner import CleanConfig\n"
        "from cleaner.integrations.datasets import TableCleaner\n"
        "ids = ['fr.photo-credit.label', 'fr.byline.by-name', 'fr.agency-credit.alone']\n"
        "settings = CleanConfig(keep=frozenset({'copyright', 'tags', 'byline'}), disabled_patterns=frozenset(ids))\n"
        "print(Hasher.hash(TableCleaner(config=settings)))"
    )
    found = {
        subprocess.run(
            [sys.executable, "-c", script],
            env=os.environ | {"PYTHONHASHSEED": str(seed)},
            capture_output=True,
            text=True,
            check=True,
        ).stdout.strip()
        for seed in (1, 2)
    }
    assert found == {Hasher.hash(TableCleaner(config=CONFIG))}
    others = [TableCleaner(), TableCleaner(version="0"), TableCleaner(flags="flags"), TableCleaner(config=CONFIG)]
    assert len({Hasher.hash(one) for one in others}) == 4


def test_pickles_as_its_fields() -> None:
    """A pickled function is equal to the one that was pickled, its configuration too."""
    for function in (TableCleaner("body", target="article"), TableCleaner(config=CONFIG)):
        assert pickle.loads(pickle.dumps(function)) == function


def test_html_is_refused_where_it_cannot_be_cleaned(monkeypatch: pytest.MonkeyPatch) -> None:
    """Without `Cleaner.clean_html` a function for HTML is refused where it is made."""
    monkeypatch.delattr(Cleaner, "clean_html", raising=False)
    with pytest.raises(ConfigError, match="extract the text first"):
        TableCleaner(html=True)
