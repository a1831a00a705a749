"""The steps that learn what sites repeat, run by datatrove's own executor."""

from __future__ import annotations

import gzip
import importlib
import json
import subprocess
import sys
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

pytest.importorskip("datatrove", reason="needs the extra 'datatrove'")
pytest.importorskip("pyarrow", reason="needs the extra 'arrow'")

import pyarrow as pa
import pyarrow.parquet as pq
from datatrove.data import Document

from cleaner import CleanConfig, ConfigError, SiteMemory
from cleaner.errors import SitesError
from cleaner.integrations.datatrove import CleanerStep
from cleaner.integrations.datatrove_sites import SiteLearner, SiteMerger

Told = Callable[[SiteMemory], dict[str, Any]]
Pages = list[dict[str, str]]

TASKS = 3
JOB = f"""
from datatrove.executor import LocalPipelineExecutor
from datatrove.pipeline.readers import JsonlReader
from datatrove.pipeline.writers import JsonlWriter
from cleaner import CleanConfig
from cleaner.integrations.datatrove import CleanerStep
from cleaner.integrations.datatrove_sites import SiteLearner, SiteMerger

if __name__ == "__main__":
    reader = JsonlReader("pages", glob_pattern="*.jsonl")
    learn = LocalPipelineExecutor(
        [reader, SiteLearner("learned")], tasks={TASKS}, workers=2, logging_dir="logs/learn"
    )
    merge = LocalPipelineExecutor(
        [SiteMerger("learned", "sites.sqlite")], tasks=1, logging_dir="logs/merge", depends=learn
    )
    clean = [reader, CleanerStep(CleanConfig(sites="sites.sqlite")), JsonlWriter("articles")]
    LocalPipelineExecutor(clean, tasks={TASKS}, workers=2, logging_dir="logs/clean", depends=merge).run()
"""


def run_job(folder: Path) -> None:
    """The job, run to its end; tasks that are complete do not run again."""
    (folder / "job.py").write_text(JOB)
    done = subprocess.run(
        [sys.executable, "job.py"],
        cwd=folder,
        stdout=subprocess.PIPE,
        stderr=subprocess.STDOUT,
        text=True,
        timeout=300,
        check=False,
    )
    assert done.returncode == 0, done.stdout


def cleaned(folder: Path) -> dict[str, str]:
    """The texts that the job has written, by their addresses."""
    found = {}
    for path in (folder / "articles").glob("*.jsonl.gz"):
        for line in gzip.decompress(path.read_bytes()).splitlines():
            document = json.loads(line)
            found[document["metadata"]["url"]] = document["text"]
    return found


@pytest.mark.slow
def test_job_learns_merges_and_cleans(
    tmp_path: Path, site_pages: Pages, site_articles: Pages, site_memory: SiteMemory, told: Told
) -> None:
    """Three tasks in two workers learn what one memory learns, and the pages are cleaned with it.

    A task that is run again, with all that depends on it, changes nothing.
    """
    (tmp_path / "pages").mkdir()
    for number in range(4):
        lines = [json.dumps(page) + "\n" for page in [*site_pages[number::4], *site_pages[:number]]]
        (tmp_path / "pages" / f"{number}.jsonl").write_text("".join(lines))
    run_job(tmp_path)
    learned = sorted(path.name for path in (tmp_path / "learned").iterdir())
    assert learned == [f"{rank:05}.parquet" for rank in range(TASKS)]
    assert told(SiteMemory(tmp_path / "sites.sqlite")) == told(site_memory)
    articles = {page["url"]: page["text"] for page in site_articles}
    assert cleaned(tmp_path) == articles
    before = pq.read_table(tmp_path / "learned" / "00001.parquet")
    for completion in ("learn/completions/00001", "merge/completions/00000", "clean/completions/00001"):
        (tmp_path / "logs" / completion).unlink()
    (tmp_path / "articles" / "00001.jsonl.gz").unlink()
    run_job(tmp_path)
    assert pq.read_table(tmp_path / "learned" / "00001.parquet").equals(before)
    assert told(SiteMemory(tmp_path / "sites.sqlite")) == told(site_memory)
    assert cleaned(tmp_path) == articles


# --- the steps, without an executor ------------------------------------------------------------------------


def documents(pages: Pages) -> list[Document]:
    """Pages as documents of datatrove."""
    return [
        Document(page["text"], str(number), metadata={key: value for key, value in page.items() if key != "text"})
        for number, page in enumerate(pages)
    ]


def totals(step: SiteLearner) -> dict[str, int]:
    """What a step has counted."""
    return {name: stat.total for name, stat in step.stats.stats.items()}


def test_learner_passes_documents_on(tmp_path: Path, site_pages: Pages) -> None:
    """Every document is passed on as it is, before the next one is read; what cannot be learned is counted."""
    step = SiteLearner(str(tmp_path))
    given = documents(site_pages[:3])
    given += [
        Document("On Monday it rained.", "no-url"),
        Document(None, "no-text", metadata={"url": "https://a.example"}),
    ]
    read = 0

    def reading() -> Any:
        nonlocal read
        for document in given:
            read += 1
            yield document

    passed = []
    for document in step(reading()):
        passed.append(document)
        assert read == len(passed)
    assert [one is other for one, other in zip(passed, given, strict=True)] == [True] * 5
    assert passed[0].text == site_pages[0]["text"]
    assert passed[0].metadata == {"url": site_pages[0]["url"]}
    assert totals(step) == {"total": 5, "learned": 3, "without_site": 1, "failed": 1}
    assert pq.read_table(tmp_path / "00000.parquet").num_rows == 3


def test_a_task_that_breaks_off_leaves_no_file(tmp_path: Path, site_pages: Pages) -> None:
    """A task that fails has no file of learned pages, and that of a run before stays until it is replaced whole."""
    step = SiteLearner(str(tmp_path))
    list(step(iter(documents(site_pages[:6]))))
    before = (tmp_path / "00000.parquet").read_bytes()
    started = step(iter(documents(site_pages)))
    next(iter(started))
    started.close()
    assert (tmp_path / "00000.parquet").read_bytes() == before
    list(SiteMerger(str(tmp_path), tmp_path / "sites.sqlite")(None))
    assert (
        sum(SiteMemory(tmp_path / "sites.sqlite").page_count(f"{name}.example") for name in ("courier", "gazette")) == 4
    )


def test_tasks_without_documents_write_an_empty_file(tmp_path: Path) -> None:
    """A task without documents is complete too, and merging is no error."""
    assert list(SiteLearner(str(tmp_path))(None, rank=7)) == []
    assert pq.read_table(tmp_path / "00007.parquet").num_rows == 0
    list(SiteMerger(str(tmp_path), tmp_path / "sites.sqlite")())
    assert SiteMemory(tmp_path / "sites.sqlite").sites() == []


@pytest.mark.parametrize("by_name", [False, True])
def test_keys_of_the_metadata(tmp_path: Path, site_pages: Pages, site_articles: Pages, by_name: bool) -> None:
    """The metadata with the address, or with the name of the site, has the configured key, in learning and in cleaning."""
    key = "paper" if by_name else "link"
    pages = [{key: page["url"], "text": page["text"]} for page in site_pages]
    if by_name:
        pages = [{**page, key: page[key].split("/")[2].upper()} for page in pages]
    keys: dict[str, Any] = {"site_key": key} if by_name else {"url_key": key}
    list(SiteLearner(str(tmp_path), **keys)(iter(documents(pages))))
    list(SiteMerger(str(tmp_path), tmp_path / "sites.sqlite")())
    step = CleanerStep(CleanConfig(sites=tmp_path / "sites.sqlite"), **keys)
    found = [document.text for document in step(iter(documents(pages)))]
    assert found == [page["text"] for page in site_articles]


def test_learner_of_html(tmp_path: Path) -> None:
    """With ``html`` the texts are pages of HTML, which may be bytes and may name their addresses themselves."""
    page = '<html><head><link rel="canonical" href="https://a.example/1"></head><body><p>It rained.</p></body></html>'
    step = SiteLearner(str(tmp_path), html=True)
    list(step(iter([Document(page, "1"), Document(page.encode(), "2", metadata={"url": "https://b.example/"})])))
    assert totals(step) == {"total": 2, "learned": 2}
    assert sorted(pq.read_table(tmp_path / "00000.parquet")["site"].to_pylist()) == ["a.example", "b.example"]


def test_merger_refuses_what_it_cannot_merge(tmp_path: Path, site_pages: Pages) -> None:
    """A damaged file, a foreign one, an empty folder and several tasks are errors that name the file and the fix."""
    folder = tmp_path / "learned"
    merger = SiteMerger(str(folder), tmp_path / "sites.sqlite")
    with pytest.raises(ConfigError, match="tasks: of a pipeline with SiteMerger must be 1"):
        list(merger(None, rank=0, world_size=2))
    with pytest.raises(SitesError, match="learned: has no files of learned pages; run a pipeline with SiteLearner"):
        list(merger())
    list(SiteLearner(str(folder))(iter(documents(site_pages))))
    whole = (folder / "00000.parquet").read_bytes()
    (folder / "00001.parquet").write_bytes(whole[: len(whole) // 2])
    with pytest.raises(
        SitesError, match=r"00001\.parquet: is damaged or cannot be read: .*; run its task of SiteLearner again"
    ):
        list(merger())
    pq.write_table(pa.table({"text": ["An article."]}), folder / "00001.parquet")
    with pytest.raises(SitesError, match=r"00001\.parquet: holds no learned pages; remove it from the folder"):
        list(merger())
    (folder / "00001.parquet").unlink()
    list(merger())
    assert SiteMemory(tmp_path / "sites.sqlite").page_count("courier.example") == 10


@pytest.mark.parametrize("pickler", ["pickle", "dill", "cloudpickle"])
def test_steps_travel(pickler: str, tmp_path: Path, site_pages: Pages) -> None:
    """Steps pickle small, by every pickler that executors use, and work the same there."""
    module: Any = importlib.import_module(pickler)
    data = module.dumps((SiteLearner(str(tmp_path)), SiteMerger(str(tmp_path), tmp_path / "sites.sqlite")))
    assert len(data) < 10_000
    learner, merger = module.loads(data)
    list(learner(iter(documents(site_pages))))
    list(merger())
    assert SiteMemory(tmp_path / "sites.sqlite").page_count("gazette.example") == 10
