"""The pipeline step, run by datatrove's own executors."""

from __future__ import annotations

import gzip
import importlib.util
import io
import json
import os
import signal
import subprocess
import sys
import time
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

pytest.importorskip("datatrove", reason="needs the extra 'datatrove'")

from datatrove.data import Document
from datatrove.pipeline.writers import JsonlWriter, ParquetWriter

from cleaner import CleanConfig, Cleaner, CleanResult, ConfigError
from cleaner.integrations.datatrove import CleanerStep

ROOT = Path(__file__).parents[2]
FILES = 4
PER_FILE = 10
JOB = """
import sys, time
from pathlib import Path
from datatrove.executor import LocalPipelineExecutor, RayPipelineExecutor
from datatrove.pipeline.readers import JsonlReader, WarcReader
from datatrove.pipeline.writers import JsonlWriter
from cleaner.integrations.datatrove import CleanerStep

def wait(data, rank=0, world_size=1):
    for document in data:
        time.sleep({pause} if rank else 0)
        yield document

if __name__ == "__main__":
    pipeline = [
        {reader},
        wait,
        CleanerStep(empty="drop", exclusion_writer=JsonlWriter("removed", compression="zstd")),
        JsonlWriter("articles", compression="zstd"),
    ]
    if {ray}:
        import ray
        ray.init(num_cpus=2, include_dashboard=False)
        options = dict(mem_per_cpu_gb=0.25)
        RayPipelineExecutor(pipeline, tasks={tasks}, workers=2, logging_dir="logs", **options).run()
    else:
        LocalPipelineExecutor(pipeline, tasks={tasks}, workers=2, logging_dir="logs").run()
"""
JSONL = 'JsonlReader({pages!r}, glob_pattern="*.jsonl.gz")'
WARC = 'WarcReader({pages!r}, glob_pattern="*.warc.gz")'


@pytest.fixture(scope="module")
def pages(tmp_path_factory: pytest.TempPathFactory, article: str, noisy: str, noise: str) -> Path:
    """A folder of documents in gzipped JSON lines, and the same as text records of WARC files."""
    from warcio.warcwriter import WARCWriter

    folder = tmp_path_factory.mktemp("corpus") / "pages"
    folder.mkdir()
    for number in range(FILES):
        texts = [(noisy, article, noise)[index % 3].replace("Varnay", f"Varnay {number}") for index in range(PER_FILE)]
        with gzip.open(folder / f"{number}.jsonl.gz", "wt", encoding="utf-8") as lines:
            for index, text in enumerate(texts):
                record = {"text": text, "id": f"{number}-{index}", "url": f"http://a.example/{number}/{index}"}
                lines.write(json.dumps(record) + "\n")
        with (folder / f"{number}.warc.gz").open("wb") as file:
            writer = WARCWriter(file, gzip=True)
            for index, text in enumerate(texts):
                record = writer.create_warc_record(
                    f"http://a.example/{number}/{index}",
                    "conversion",
                    payload=io.BytesIO(text.encode()),
                    warc_content_type="text/plain",
                    warc_headers_dict={
                        "WARC-Identified-Payload-Type": "text/plain",
                        "WARC-Record-ID": f"{number}-{index}",
                    },
                )
                writer.write_record(record)
    return folder


def start_job(
    pages: Path, folder: Path, reader: str, *, tasks: int = FILES, pause: float = 0.0, ray: bool = False
) -> subprocess.Popen[str]:
    """A job in a process group of its own, so that it can be stopped with all its workers."""
    folder.mkdir(exist_ok=True)
    reader = reader.format(pages=str(pages))
    (folder / "job.py").write_text(JOB.format(reader=reader, tasks=tasks, pause=pause, ray=ray))
    return subprocess.Popen(
        [sys.executable, "job.py"],
        cwd=folder,
        stdout=subprocess.PIPE,
        stderr=subprocess.STDOUT,
        text=True,
        start_new_session=True,
    )


def run_job(pages: Path, folder: Path, reader: str, **options: Any) -> None:
    """A job, run to its end."""
    job = start_job(pages, folder, reader, **options)
    output, _ = job.communicate(timeout=300)
    assert job.returncode == 0, output


def stored(folder: Path) -> dict[str, list[dict[str, Any]]]:
    """What a folder's files hold, by file."""
    import zstandard

    found = {}
    for path in sorted(folder.glob("*.zst")):
        with zstandard.open(path, "rt", encoding="utf-8") as lines:
            found[path.name] = [json.loads(line) for line in lines.read().splitlines()]
    return found


def merged(folder: Path) -> dict[str, Any]:
    """The totals that the step counted, over all tasks."""
    totals: dict[str, Any] = {}
    for path in (folder / "logs" / "stats").glob("*.json"):
        (step,) = (step for step in json.loads(path.read_text()) if step["name"].endswith("news-cleaner"))
        for name, counted in step["stats"].items():
            totals[name] = totals.get(name, 0) + (counted["total"] if isinstance(counted, dict) else counted)
    return totals


@pytest.fixture(scope="module")
def finished(pages: Path) -> Path:
    """The folder of an undisturbed job over JSON lines."""
    folder = pages.parent / "finished"
    run_job(pages, folder, JSONL)
    return folder


@pytest.mark.slow
def test_local_executor_cleans_json_lines(finished: Path, article: str, noise: str) -> None:
    """Two workers clean gzipped JSON lines: articles in order, removals apart, emptied documents dropped, counted."""
    articles = stored(finished / "articles")
    assert list(articles) == [f"{number:05}.jsonl.zst" for number in range(FILES)]
    for number, documents in enumerate(articles.values()):
        expected = article.replace("Varnay", f"Varnay {number}")
        assert [document["id"] for document in documents] == [f"{number}-{i}" for i in range(PER_FILE) if i % 3 != 2]
        assert all(document["text"] == expected for document in documents)
        assert all(document["metadata"]["cleaner_flags"] == "" for document in documents)
    for documents in stored(finished / "removed").values():
        dropped = [document for document in documents if "filter_reason" in document["metadata"]]
        assert all(document["text"] == noise for document in documents)
        assert all(document["metadata"]["cleaner_flags"] == "no-article-found" for document in dropped)
        kinds = {
            removal["kind"] for document in documents for removal in document["metadata"].get("cleaner_removals", ())
        }
        assert (len(documents), len(dropped), kinds) == (7, 3, {"share-bar", "newsletter"})
    counted = merged(finished)
    assert counted.pop("doc_len") > 0
    assert counted == {
        "total": 40,
        "forwarded": 28,
        "dropped": 12,
        "empty": 12,
        "changed": 16,
        "removed_lines": 32,
        "removed_lines_share-bar": 16,
        "removed_lines_newsletter": 16,
    }


@pytest.mark.slow
def test_a_killed_job_goes_on_to_the_same_result(pages: Path, finished: Path) -> None:
    """A job killed with its workers, when one task was complete, is started again and ends as if undisturbed."""
    folder = pages.parent / "killed"
    job = start_job(pages, folder, JSONL, pause=0.5)
    deadline = time.monotonic() + 200
    while not list((folder / "logs" / "completions").glob("*")):
        assert job.poll() is None, job.communicate()[0]
        assert time.monotonic() < deadline
        time.sleep(0.05)
    os.killpg(job.pid, signal.SIGKILL)
    job.communicate(timeout=30)
    complete = {path.name for path in (folder / "logs" / "completions").iterdir()}
    assert 0 < len(complete) < FILES
    before = {name: (folder / "articles" / f"{name}.jsonl.zst").read_bytes() for name in complete}
    run_job(pages, folder, JSONL)
    assert stored(folder / "articles") == stored(finished / "articles")
    assert stored(folder / "removed") == stored(finished / "removed")
    assert merged(folder) == merged(finished)
    assert before == {name: (folder / "articles" / f"{name}.jsonl.zst").read_bytes() for name in complete}


@pytest.mark.slow
def test_local_executor_cleans_warc(pages: Path, finished: Path) -> None:
    """Two workers clean the text records of WARC files, with the same articles as from JSON lines."""
    try:
        import magic  # noqa: F401
    except ImportError:
        pytest.skip("datatrove reads WARC with python-magic, which needs the system's libmagic")
    folder = pages.parent / "warc"
    run_job(pages, folder, WARC, tasks=2)
    texts = [document["text"] for documents in stored(folder / "articles").values() for document in documents]
    expected = [document["text"] for documents in stored(finished / "articles").values() for document in documents]
    assert sorted(texts) == sorted(expected)
    counted = {name: count for name, count in merged(folder).items() if name != "doc_len"}
    assert counted == {name: count for name, count in merged(finished).items() if name != "doc_len"}


@pytest.mark.slow
@pytest.mark.skipif(importlib.util.find_spec("ray") is None, reason="needs ray (extra 'test-engines')")
def test_ray_executor_cleans_json_lines(pages: Path, finished: Path) -> None:
    """On a local Ray cluster the same job has the same result."""
    folder = pages.parent / "ray"
    run_job(pages, folder, JSONL, ray=True)
    assert stored(folder / "articles") == stored(finished / "articles")
    assert merged(folder) == merged(finished)


# --- the step, without an executor -------------------------------------------------------------------------


def run_step(step: CleanerStep, *texts: Any, **metadata: Any) -> list[Document]:
    """What a step makes of documents with these texts."""
    return list(step(iter([Document(text, str(number), metadata=dict(metadata)) for number, text in enumerate(texts)])))


def totals(step: CleanerStep) -> dict[str, int]:
    """What a step has counted."""
    return {name: stat.total for name, stat in step.stats.stats.items() if name != "doc_len"}


def test_step_keeps_documents_without_article_unless_told_otherwise(noise: str, article: str) -> None:
    """By default a document of noise is passed on as it is and flagged."""
    step = CleanerStep()
    documents = run_step(step, noise, article)
    assert [document.text for document in documents] == [noise, article]
    assert [document.metadata["cleaner_flags"] for document in documents] == ["no-article-found", ""]
    assert totals(step) == {"total": 2, "empty": 1, "forwarded": 2}


@pytest.mark.parametrize("broken", [None, 7, b"bytes"])
def test_step_passes_broken_documents_on(broken: Any, noisy: str, article: str) -> None:
    """A document whose text is not a string is passed on unchanged, flagged and counted, and never dropped."""
    step = CleanerStep(empty="drop")
    documents = run_step(step, noisy, broken, noisy)
    assert [document.text for document in documents] == [article, broken, article]
    assert [document.metadata["cleaner_flags"] for document in documents] == ["", "not-cleaned", ""]
    assert totals(step)["failed"] == 1
    assert totals(step)["forwarded"] == 3


def test_step_knows_the_title(article: str) -> None:
    """The title under the configured metadata key identifies copies of the headline."""
    title = "Old bridge stays open"
    (document,) = run_step(CleanerStep(title_key="headline"), f"{title}\n{article}\n{title}", headline=title)
    assert document.text == f"{title}\n{article}"


def test_step_handles_more_documents_than_it_takes_at_a_time(noisy: str, article: str) -> None:
    """Documents are cleaned several at a time, and all of them are returned, in order."""
    texts = [noisy.replace("Varnay", f"Varnay {number}") for number in range(150)]
    documents = run_step(CleanerStep(), *texts)
    assert [document.text for document in documents] == [
        article.replace("Varnay", f"Varnay {number}") for number in range(150)
    ]
    assert run_step(CleanerStep()) == []


def test_step_cleans_html(monkeypatch: pytest.MonkeyPatch) -> None:
    """With ``html`` the text goes to `Cleaner.clean_html` with the document's address."""
    calls = []

    def clean_html(_: Cleaner, html: str, *, url: str | None = None, site: str | None = None) -> CleanResult:
        calls.append((html, url, site))
        return CleanResult("The article.")

    monkeypatch.setattr(Cleaner, "clean_html", clean_html, raising=False)
    (document,) = run_step(CleanerStep(html=True), "<p>a", url="http://a.example/")
    assert document.text == "The article."
    assert calls == [("<p>a", "http://a.example/", None)]


def test_wrong_options_are_refused(monkeypatch: pytest.MonkeyPatch) -> None:
    """A wrong option is refused where the pipeline is put together, not in a worker."""
    monkeypatch.delattr(Cleaner, "clean_html", raising=False)
    with pytest.raises(ConfigError, match="empty: 'delete' is unknown; use one of: keep, drop"):
        CleanerStep(empty="delete")  # type: ignore[arg-type]
    with pytest.raises(ConfigError, match="extract the text first"):
        CleanerStep(html=True)


@pytest.mark.parametrize("pickler", ["pickle", "dill", "cloudpickle"])
def test_step_travels_as_its_configuration(pickler: str, noisy: str, article: str) -> None:
    """A step that has worked pickles small, by every pickler that executors use, and works the same there."""
    module: Any = importlib.import_module(pickler)
    step = CleanerStep(CleanConfig(keep=frozenset({"share-bar"})))  # type: ignore[arg-type]
    assert run_step(step, noisy)[0].text == f"{article}\nShare on Facebook"
    data = module.dumps(step)
    assert len(data) < 10_000
    assert run_step(module.loads(data), noisy)[0].text == f"{article}\nShare on Facebook"


@pytest.mark.parametrize("writer", [JsonlWriter, ParquetWriter])
def test_flags_fit_writers_of_columns(writer: Callable[..., Any], tmp_path: Path, article: str, noise: str) -> None:
    """Documents with and without flags go into one file of every format."""
    documents = run_step(CleanerStep(), article, noise, article)
    with writer(str(tmp_path)) as output:
        for document in documents:
            output.write(document)
    if writer is ParquetWriter:
        import pyarrow.parquet

        (path,) = tmp_path.glob("*.parquet")
        flags = [row["metadata"]["cleaner_flags"] for row in pyarrow.parquet.read_table(path).to_pylist()]
    else:
        (path,) = tmp_path.glob("*.jsonl.gz")
        lines = gzip.decompress(path.read_bytes()).splitlines()
        flags = [json.loads(line)["metadata"]["cleaner_flags"] for line in lines]
    assert flags == ["", "no-article-found", ""]
