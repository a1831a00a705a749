"""Measure what an engine costs compared with a plain loop: CPU time per document, without the cleaning itself.

    python -m pip install '.[datatrove,arrow]'
    python benchmarks/adapters.py [--documents 5000] [--rounds 5]

Each way reads JSON lines, passes every text to a cleaner that returns it unchanged, and writes JSON lines in zstd; the
Arrow table is already in memory and stays there. The figures are medians of several rounds, in one process. The last
lines give the time of a real cleaner for the same documents, to compare, and of learning what their sites repeat.
"""

from __future__ import annotations

import argparse
import json
import statistics
import tempfile
import time
from collections import deque
from collections.abc import Callable, Iterable, Iterator, Mapping
from pathlib import Path
from typing import Any
from unittest import mock

import pyarrow as pa
import zstandard
from datatrove.pipeline.readers import JsonlReader
from datatrove.pipeline.writers import JsonlWriter
from loguru import logger

from cleaner import Cleaner, CleanResult
from cleaner.integrations.arrow import clean_table
from cleaner.integrations.arrow_sites import learn_table
from cleaner.integrations.datatrove import CleanerStep
from cleaner.integrations.datatrove_sites import SiteLearner
from cleaner.sites.pages import learn_text

SAMPLES = Path(__file__).parents[1] / "samples"


class Idle:
    """A cleaner that cleans nothing."""

    def stream(self, documents: Iterable[Mapping[str, Any]]) -> Iterator[CleanResult]:
        """Each text, unchanged."""
        return (CleanResult(document["text"]) for document in documents)


def plain_loop(pages: Path, output: Path) -> None:
    """The simplest way: read, pass on, write."""
    cleaner = Idle()
    with pages.open(encoding="utf-8") as lines, zstandard.open(output / "plain.zst", "wt", encoding="utf-8") as out:
        for line in lines:
            document = json.loads(line)
            (result,) = cleaner.stream([document])
            out.write(json.dumps(document | {"text": result.text}, ensure_ascii=False) + "\n")


def datatrove_steps(pages: Path, output: Path) -> None:
    """The same in steps of datatrove."""
    data: Any = None
    for step in (JsonlReader(str(pages.parent)), CleanerStep(), JsonlWriter(str(output), compression="zstd")):
        data = step(data, 0, 1)
    deque(data, maxlen=0)


def learning_steps(pages: Path, output: Path) -> None:
    """Reading and learning in steps of datatrove."""
    data: Any = None
    for step in (JsonlReader(str(pages.parent)), SiteLearner(str(output))):
        data = step(data, 0, 1)
    deque(data, maxlen=0)


def measure(work: Callable[[], object], documents: int, rounds: int) -> float:
    """Milliseconds of CPU time per document, the median of several rounds."""
    taken = []
    for _ in range(rounds):
        start = time.process_time()
        work()
        taken.append(time.process_time() - start)
    return statistics.median(taken) / documents * 1000


def main() -> None:
    """Print the table."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--documents", type=int, default=5000)
    parser.add_argument("--rounds", type=int, default=5)
    options = parser.parse_args()
    logger.remove()
    samples = [path.read_text("utf-8") for path in sorted(SAMPLES.glob("*/raw.txt"))]
    records = [
        {
            "id": str(number),
            "url": f"https://{number % 50}.example/{number}",
            "text": samples[number % len(samples)],
        }
        for number in range(options.documents)
    ]
    with tempfile.TemporaryDirectory() as folder:
        pages = Path(folder, "pages", "pages.jsonl")
        pages.parent.mkdir()
        pages.write_text("".join(json.dumps(record, ensure_ascii=False) + "\n" for record in records), "utf-8")
        output = Path(folder, "output")
        output.mkdir()
        table = pa.Table.from_pylist(records)
        ways: dict[str, Callable[[], object]] = {
            "plain loop": lambda: plain_loop(pages, output),
            "datatrove": lambda: datatrove_steps(pages, output),
            "Arrow table": lambda: clean_table(table),
        }
        with (
            mock.patch("cleaner.integrations.datatrove.shared_cleaner", return_value=Idle()),
            mock.patch("cleaner.integrations.arrow.shared_cleaner", return_value=Idle()),
        ):
            rows = {name: measure(work, options.documents, options.rounds) for name, work in ways.items()}
        learning: dict[str, Callable[[], object]] = {
            "learning alone": lambda: deque((learn_text(one["text"], one["url"]) for one in records), maxlen=0),
            "learning, Arrow": lambda: learn_table(table),
            "learning, datatrove": lambda: learning_steps(pages, output),
        }
        learned = {name: measure(work, options.documents, options.rounds) for name, work in learning.items()}
    cleaner = Cleaner()
    rows["cleaning alone"] = measure(lambda: deque(cleaner.stream(samples), maxlen=0), len(samples), 1)
    for name, milliseconds in (rows | learned).items():
        print(f"{name:<19} {milliseconds:8.3f} ms a document")


if __name__ == "__main__":
    main()
