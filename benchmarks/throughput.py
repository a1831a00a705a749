"""Measure speed: what cleaning costs compared with a plain line filter and with extractors, in one run on one core.

    python -m pip install justext lxml_html_clean trafilatura
    python benchmarks/throughput.py DATA_FOLDER [--quick] [--json]

Times are CPU time, medians of several rounds, and every round cleans with a new Cleaner. Ratios compare with a line
filter like the one published with the C4 corpus, a plain Python loop over the same texts in the same run; machines
differ, ratios hardly do. The peers work on the HTML of the same pages, but their MB are those of its text.

- pages, extracted: `clean_many` over flattened pages and over what an extractor left, and JSONL to JSONL with both.
- one call: `clean` of one text of 13 kB, warm; first call: import and that call in a fresh process, including Python.
- sizes, lines: documents of one size or of one number of lines, made of the pages' lines.
- shapes: artificial documents; the figure that matters is how many times the mean cost they take.
- processes: the elapsed time of two processes compared with one. memory: the most that the process ever held.
"""

from __future__ import annotations

import argparse
import json
import multiprocessing
import os
import resource
import subprocess
import sys
import time
from collections.abc import Callable, Iterator, Sequence
from dataclasses import asdict, dataclass
from functools import partial
from importlib import import_module
from itertools import cycle, islice
from pathlib import Path
from statistics import median

from cleaner import Cleaner, CleanerError
from cleaner.report.terminal import align
from cleaner.training.labelled import read_labelled

PEERS = ("justext", "trafilatura")
INSTALL = "python -m pip install justext lxml_html_clean trafilatura"
ONE_CALL = 13_000
TERMINAL = (".", "!", "?", '"', "”", "»", "。", "！", "？", "」")
SPOILERS = ("javascript", "lorem ipsum", "{", "terms of use", "privacy policy", "cookie policy", "use cookies")
FIRST_CALL = """\
import sys, time
import cleaner
cleaner.clean_text(sys.stdin.read())
print(time.process_time())
"""


@dataclass(frozen=True, slots=True)
class Row:
    """One line of the table. ``ratio``: speed relative to the line filter; ``cost``: time per MB relative to pages."""

    group: str
    name: str
    megabytes: float
    seconds: float
    mb_a_second: float | None = None
    ratio: float | None = None
    cost: float | None = None


def filter_lines(texts: Sequence[str]) -> list[str]:
    """The lines of each text that a filter like that of C4 keeps; all speeds are relative to it."""
    kept = []
    for text in texts:
        lines = []
        for line in text.splitlines():
            stripped = line.strip()
            if not stripped.endswith(TERMINAL) or stripped.endswith("..."):
                continue
            if len(stripped.split()) < 5:
                continue
            lowered = stripped.lower()
            if any(spoiler in lowered for spoiler in SPOILERS):
                continue
            lines.append(stripped)
        kept.append("\n".join(lines))
    return kept


# --- what is measured ------------------------------------------------------------------------------------


def clean_texts(cleaner: Cleaner, texts: Sequence[str]) -> None:
    """Clean texts as a batch."""
    for result in cleaner.clean_many(texts):
        _ = result.text


def clean_json_lines(cleaner: Cleaner, lines: Sequence[bytes]) -> None:
    """JSONL to JSONL."""
    records = [json.loads(line) for line in lines]
    for record, result in zip(records, cleaner.clean_many([record["text"] for record in records]), strict=True):
        record["text"] = result.text
        json.dumps(record, ensure_ascii=False).encode()


def run_peer(name: str, pages: Sequence[str]) -> None:
    """Let a peer extract the text of HTML pages."""
    module = import_module(name)
    for page in pages:
        try:
            if name == "justext":
                module.justext(page.encode(), module.get_stoplist("English"))
            else:
                module.extract(page)
        except Exception as error:  # noqa: BLE001 - a page that a peer fails on counts with its time
            print(f"{name}: {error}", file=sys.stderr)


def median_time(work: Callable[[], object], rounds: int, *, prepare: Callable[[], object] | None = None) -> float:
    """The median CPU time of some work, in seconds; ``prepare`` is done before each round and not counted."""
    times = []
    for _ in range(rounds):
        if prepare is not None:
            prepare()
        started = time.process_time()
        work()
        times.append(time.process_time() - started)
    return median(times)


def first_call_time(text: str, rounds: int) -> float:
    """The CPU time of a fresh Python that imports the package and cleans one text.

    Bytecode exists, as in an installed package: a first call, which is not counted, writes it.
    """
    environment = {name: value for name, value in os.environ.items() if name != "PYTHONDONTWRITEBYTECODE"}
    command = [sys.executable, "-c", FIRST_CALL]

    def call() -> float:
        done = subprocess.run(command, input=text, capture_output=True, text=True, check=True, env=environment)
        return float(done.stdout)

    call()
    return median(call() for _ in range(rounds))


def megabytes(texts: Sequence[str]) -> float:
    """The size of texts as UTF-8, in MB."""
    return sum(len(text.encode("utf-8", "surrogatepass")) for text in texts) / 1e6


class Benchmark:
    """Measures one thing after the other, and remembers the speed of the line filter."""

    def __init__(self, rounds: int) -> None:
        self.rows: list[Row] = []
        self._rounds = rounds
        self._filter_speed = 0.0
        self._page_cost = 0.0
        self._cleaner = Cleaner()

    def add(self, group: str, name: str, size: float, seconds: float) -> None:
        """A row of the table."""
        speed = size / seconds
        self.rows.append(
            Row(
                group,
                name,
                round(size, 3),
                round(seconds, 4),
                round(speed, 3),
                round(speed / self._filter_speed, 4) if self._filter_speed else None,
                round(seconds / size / self._page_cost, 2) if self._page_cost else None,
            )
        )
        print(f"{group}: {name}: {speed:.2f} MB/s", file=sys.stderr)

    def measure_filter(self, texts: Sequence[str]) -> None:
        """The line filter, which the ratios refer to."""
        seconds = median_time(partial(filter_lines, texts), 3 * self._rounds)
        self._filter_speed = megabytes(texts) / seconds
        self.add("line filter", "flattened pages", megabytes(texts), seconds)

    def measure_texts(self, group: str, name: str, texts: Sequence[str], rounds: int | None = None) -> None:
        """`clean_many` over texts."""
        seconds = median_time(lambda: clean_texts(self._cleaner, texts), rounds or self._rounds, prepare=self._renew)
        if not self._page_cost:
            self._page_cost = seconds / megabytes(texts)
        self.add(group, name, megabytes(texts), seconds)

    def measure_json_lines(self, name: str, texts: Sequence[str]) -> None:
        """JSONL to JSONL."""
        lines = [json.dumps({"id": at, "text": text}, ensure_ascii=False).encode() for at, text in enumerate(texts)]
        seconds = median_time(lambda: clean_json_lines(self._cleaner, lines), self._rounds, prepare=self._renew)
        self.add("JSONL to JSONL", name, megabytes(texts), seconds)

    def measure_calls(self, texts: Sequence[str]) -> None:
        """One call for one text, warm and in a fresh process."""
        texts = sorted(texts, key=lambda text: abs(len(text) - ONE_CALL))[:5]
        seconds = median_time(lambda: [self._cleaner.clean(text) for text in texts], self._rounds, prepare=self._renew)
        self.add("one call", "clean(text) of 13 kB", megabytes(texts), seconds)
        first_call_time(texts[0], 1)  # creates the prepared patterns if they do not exist yet
        self.add("first call", "import and clean", megabytes(texts[:1]), first_call_time(texts[0], self._rounds))

    def measure_peers(self, pages: Sequence[tuple[str, str]]) -> None:
        """The peers that are installed, on the HTML of pages; each page comes with the text that its size is taken from."""
        size = megabytes([text for _, text in pages])
        for name in PEERS:
            try:
                import_module(name)
            except ImportError as error:
                print(f"{name} is left out ({error}); install it with: {INSTALL}", file=sys.stderr)
            else:
                self.add(
                    "peers, on HTML", name, size, median_time(partial(run_peer, name, [html for html, _ in pages]), 1)
                )

    def _renew(self) -> None:
        self._cleaner = Cleaner()
        self._cleaner.clean("A line of text to warm up with.\nReply Delete\n" * 3)


# --- documents -------------------------------------------------------------------------------------------


def read_texts(folder: Path, sets: Sequence[str], every: int, scraper: str) -> list[str]:
    """The texts that a scraper made of pages."""
    return [
        page.texts[scraper]
        for name in sets
        for page in read_labelled(folder / f"{name}.jsonl.gz", every)
        if page.texts.get(scraper)
    ]


def read_pages(folder: Path, sets: Sequence[str], every: int) -> Iterator[tuple[str, str]]:
    """The HTML of pages, with the text that it has when flattened."""
    import gzip

    for name in sets:
        with gzip.open(folder / f"{name}.html.jsonl.gz", "rb") as lines:
            for page, line in zip(read_labelled(folder / f"{name}.jsonl.gz"), lines, strict=True):
                record = json.loads(line)
                if hash_of(page.id) % every == 0 and page.texts.get("inscriptis"):
                    yield record["html"], page.texts["inscriptis"]


def hash_of(name: str) -> int:
    """A number for a name, the same in every run."""
    return sum(name.encode())


def of_size(lines: Sequence[str], size: int, total: int) -> list[str]:
    """Documents of about ``size`` characters each, made of lines, ``total`` characters together."""
    stream = cycle(lines)
    documents = []
    for _ in range(max(1, total // size)):
        parts: list[str] = []
        length = 0
        while length < size:
            parts.append(next(stream))
            length += len(parts[-1]) + 1
        documents.append("\n".join(parts)[:size])
    return documents


def of_lines(lines: Sequence[str], count: int, total: int) -> list[str]:
    """Documents of ``count`` lines each, ``total`` lines together."""
    stream = cycle(lines)
    return ["\n".join(islice(stream, count)) for _ in range(max(1, total // count))]


def shapes(size: int) -> dict[str, str]:
    """Artificial documents of about this size in characters."""
    return {
        "one line of words": "word and another word, " * (size // 23),
        "one line without a space": "a" * size,
        "empty lines": "\n" * size,
        "emoji": "😀🔥" * (size // 2),
        "a line of emoji each": "😀🔥\n" * (size // 3),
        "one short line again and again": "Read more\n" * (size // 10),
        "one long line again and again": ("The council voted on Monday, and nobody was surprised. " * 4 + "\n")
        * (size // 221),
        "digits and dates": "12/05/2019 10:30 - 13.06.2020\n" * (size // 30),
        "spaces": " " * size,
        "a letter a line": "a\n" * (size // 2),
    }


# --- processes and memory --------------------------------------------------------------------------------


def _work(texts: Sequence[str]) -> int:
    return sum(len(result.text) for result in Cleaner().clean_many(texts))


def measure_processes(benchmark: Benchmark, texts: Sequence[str]) -> None:
    """The elapsed time for the same texts, cleaned by one process and divided between two."""
    context = multiprocessing.get_context("spawn")
    halves = [texts[::2], texts[1::2]]
    for count in (1, 2):
        with context.Pool(count) as pool:
            pool.map(_work, [texts[::4]] * 2 * count, chunksize=1)
            started = time.perf_counter()
            pool.map(_work, halves, chunksize=1)
            benchmark.add("processes, elapsed", str(count), megabytes(texts), time.perf_counter() - started)


def most_memory() -> float:
    """The most memory that this process has held, in MB."""
    used = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss
    return used / (1e6 if sys.platform == "darwin" else 1e3)


# --- the table -------------------------------------------------------------------------------------------


def render(rows: Sequence[Row]) -> list[str]:
    """The rows as a table."""
    head = ["what", "", "MB", "s", "MB/s", "x line filter", "x cost of pages"]
    table = [head]
    for row in rows:
        figures = [f"{row.megabytes:.2f}", f"{row.seconds:.3f}"]
        figures += [
            "" if value is None else f"{value:.{places}f}"
            for value, places in ((row.mb_a_second, 2), (row.ratio, 3), (row.cost, 2))
        ]
        table.append([row.group, row.name, *figures])
    return align(table, numbers=True, names=2)


def measure(folder: Path, sets: Sequence[str], *, quick: bool) -> tuple[list[Row], float]:
    """All rows, and the most memory held while texts were cleaned."""
    rounds, every, total = (1, 24, 300_000) if quick else (3, 6, 3_000_000)
    pages, extracted = (read_texts(folder, sets, every, scraper) for scraper in ("inscriptis", "trafilatura"))
    lines = [line for text in pages for line in text.splitlines()]
    benchmark = Benchmark(rounds)
    benchmark.measure_filter(pages)
    Cleaner().clean_many([*pages, *extracted])  # expressions are compiled when they are first tried
    benchmark.measure_texts("clean_many", "flattened pages", pages)
    benchmark.measure_texts("clean_many", "extracted texts", extracted)
    benchmark.measure_json_lines("flattened pages", pages)
    benchmark.measure_json_lines("extracted texts", extracted)
    benchmark.measure_calls(pages)
    for size in (1_000, 10_000, 100_000, 1_000_000, 10_000_000)[: 4 if quick else 5]:
        benchmark.measure_texts("document size", f"{size:,}", of_size(lines, size, total), 1)
    for count in (10, 100, 1_000, 10_000, 100_000, 1_000_000)[: 4 if quick else 6]:
        benchmark.measure_texts("lines a document", f"{count:,}", of_lines(lines, count, total // 50), 1)
    for name, text in shapes(total // 3).items():
        benchmark.measure_texts("shape", name, [text], 1)
    memory = most_memory()
    measure_processes(benchmark, pages)
    benchmark.measure_peers(list(read_pages(folder, sets, 4 * every)))
    return benchmark.rows, memory


def main() -> int:
    """Measure and print the table."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("folder", type=Path)
    parser.add_argument("--sets", default="daniel,fundus,wcxb_dev")
    parser.add_argument("--quick", action="store_true", help="fewer pages, smaller documents, one round")
    parser.add_argument("--json", action="store_true", help="JSON instead of a table")
    options = parser.parse_args()
    try:
        rows, memory = measure(options.folder, options.sets.split(","), quick=options.quick)
    except CleanerError as error:
        print(error, file=sys.stderr)
        return 1
    if options.json:
        print(json.dumps({"rows": [asdict(row) for row in rows], "memory_mb": round(memory, 1)}, indent=1))
    else:
        print("\n".join([*render(rows), "", f"most memory held: {memory:.0f} MB"]))
    return 0


if __name__ == "__main__":
    sys.exit(main())
