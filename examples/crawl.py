"""Clean a crawl: a folder of WARC or WET files in, articles out, on one machine or on a cluster.

    python -m pip install 'news-cleaner[datatrove,trafilatura]'
    python examples/crawl.py warc/ articles/ --tasks 64 --workers 8
    python examples/crawl.py wet/ articles/ --extractor none --format parquet --executor ray

The input files are divided among tasks; each task writes a file of its own, and a run that was stopped continues with
the tasks that were not complete: give the same command again, with the same number of tasks. ``articles/logs`` records
which are complete, and ``articles/logs/stats.json`` counts documents and removals by kind.

--executor local   tasks in processes of this machine, ``--workers`` at a time
--executor ray     tasks on the Ray cluster that ``ray.init()`` finds, or on a local one; needs ``ray``
--executor slurm   tasks as Slurm jobs; ``--partition`` and ``--time`` go to Slurm
"""

from __future__ import annotations

import argparse
import sys
from collections.abc import Iterable, Iterator, Sequence
from typing import Any

from datatrove.data import Document
from datatrove.executor import LocalPipelineExecutor, RayPipelineExecutor, SlurmPipelineExecutor
from datatrove.pipeline.base import PipelineStep
from datatrove.pipeline.extractors.base import ExtractorSandbox
from datatrove.pipeline.readers import WarcReader
from datatrove.pipeline.writers import JsonlWriter, ParquetWriter

from cleaner.integrations.datatrove import CleanerStep

# The metadata of a page, by the name it gets here: WARC readers use "date" for the time of the crawl.
METADATA = {"title": "title", "author": "author", "sitename": "sitename", "published": "date", "lang": "language"}


class TrafilaturaStep(PipelineStep):
    """Extracts the text of each HTML page, with its title, language and date, in a process that may hang or die."""

    type = "🛢 - EXTRAC"
    name = "trafilatura"

    def __init__(self, timeout: float = 30) -> None:
        super().__init__()
        self.timeout = timeout

    def run(self, data: Iterable[Document], rank: int = 0, world_size: int = 1) -> Iterator[Document]:
        """The documents with a text; for the others, the reason for dropping them is counted."""
        del rank, world_size
        with ExtractorSandbox(timeout=self.timeout) as sandbox:
            for document in data:
                self.stat_update("total")
                page: dict[str, str] | None = None
                with self.track_time():
                    try:
                        page = sandbox.process_document(document.text, extract_page)
                        reason = "dropped_no_text"
                    except TimeoutError:
                        reason = "dropped_timeout"
                    except EOFError:
                        reason = "dropped_error"
                if not page:
                    self.stat_update("dropped", reason)
                    continue
                document.text = page.pop("text")
                document.metadata |= page
                self.stat_update("forwarded")
                yield document


def extract_page(html: str) -> dict[str, str] | None:
    """The text and metadata that trafilatura finds in a page, with the same keys for each page."""
    from trafilatura import bare_extraction

    found: Any = bare_extraction(html, with_metadata=True) if html else None
    if found is None or not found.text:
        return None
    return {"text": found.text} | {name: getattr(found, field) or "" for name, field in METADATA.items()}


def build_pipeline(options: argparse.Namespace) -> list[PipelineStep]:
    """The steps from WARC files to articles."""
    output = options.output
    steps: list[PipelineStep] = [WarcReader(options.input, glob_pattern=options.glob)]
    if options.extractor == "trafilatura":
        steps.append(TrafilaturaStep())
    removed = JsonlWriter(f"{output}/removed", compression="zstd") if options.removed else None
    steps.append(CleanerStep(html=options.extractor == "cleaner", empty=options.empty, exclusion_writer=removed))
    if options.format == "parquet":
        steps.append(ParquetWriter(output, compression="zstd", expand_metadata=True))
    else:
        steps.append(JsonlWriter(output, compression="zstd", expand_metadata=True))
    return steps


def build_executor(options: argparse.Namespace) -> Any:
    """The executor of the steps: local processes, a Ray cluster, or Slurm."""
    pipeline = build_pipeline(options)
    common: dict[str, Any] = {
        "tasks": options.tasks,
        "workers": options.workers,
        "logging_dir": f"{options.output}/logs",
    }
    if options.executor == "ray":
        import ray

        ray.init(ignore_reinit_error=True)
        return RayPipelineExecutor(pipeline, **common)
    if options.executor == "slurm":
        return SlurmPipelineExecutor(
            pipeline, **common, time=options.time, partition=options.partition, job_name="clean"
        )
    return LocalPipelineExecutor(pipeline, **common)


def main(arguments: Sequence[str] | None = None) -> int:
    """Run it; 0 when all tasks are complete."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("input", help="folder of WARC or WET files")
    parser.add_argument("output", help="folder for articles and logs")
    parser.add_argument("--glob", default="*.gz", help="which files of the folder")
    parser.add_argument("--extractor", choices=("trafilatura", "cleaner", "none"), default="trafilatura")
    parser.add_argument("--format", choices=("jsonl", "parquet"), default="jsonl")
    parser.add_argument("--empty", choices=("keep", "drop"), default="drop", help="documents without an article")
    parser.add_argument("--removed", action="store_true", help="also write what was removed")
    parser.add_argument("--executor", choices=("local", "ray", "slurm"), default="local")
    parser.add_argument("--tasks", type=int, default=2, help="parts of the work; use the same number to resume a run")
    parser.add_argument("--workers", type=int, default=2, help="tasks at a time")
    parser.add_argument("--partition", default="cpu", help="Slurm's")
    parser.add_argument("--time", default="24:00:00", help="Slurm's limit for a task")
    build_executor(parser.parse_args(arguments)).run()
    return 0


if __name__ == "__main__":
    sys.exit(main())
