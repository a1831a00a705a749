"""Long runs: check that memory, open files and speed stay constant over many documents, and that threads agree.

    python benchmarks/soak.py [--documents 20000] [--pages 5000] [--seconds 60] [--threads 8]

The command line cleans a stream of JSON lines, in one process and then in two: ``--documents`` texts, then ``--pages``
HTML pages. They are the samples, marked up for the pages, and some lines of each document get other words and numbers,
so that no document comes twice: caches help little, and what they keep shows. Documents come in whole rounds over the
samples, so each tenth of a run has the same work; a thousand more come before the first tenth and after the last one,
so that starting and reading ahead affect neither. The table gives for each tenth the memory held by all processes
(median of ten measurements), their open files, and the documents done per second of CPU time. On a shared machine a
second is not always the same work, so the speed is corrected by the cost of a fixed text in that tenth.

Then some threads share one `Cleaner` for ``--seconds``, and each result is compared with that of one thread alone.

The exit status is 1 if memory grows by more than 10 % from the second tenth to the last, if more files are open in the
last tenth than in the second, if the last tenth is more than 10 % slower than the first, if the outputs of one process
and of two differ, or if threads get another result. Needs Linux: figures are read from /proc.
"""

from __future__ import annotations

import argparse
import hashlib
import json
import math
import os
import subprocess
import sys
import threading
import time
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass, replace
from html import escape
from itertools import islice
from pathlib import Path
from random import Random
from statistics import median
from typing import IO

from cleaner import Cleaner, CleanResult
from cleaner.report.terminal import align
from cleaner.training.marked import read_marked_folder

__all__ = ["Tenth", "documents", "found_growth", "main"]

SAMPLES = Path(__file__).parent.parent / "samples"
TENTHS = 10
LOOKS_A_TENTH = 10
# The least documents before the first tenth and after the last one: more than are read ahead.
LEAD = 1000
MAX_GROWTH = 0.1
MAX_SLOWDOWN = 0.1
LETTERS = "abcdefghijklmnopqrstuvwxyzäéñøčşабвгдежз"
# How many documents are compared between threads; each is cleaned repeatedly.
COMPARED = 200
# How often threads are switched, in seconds: often enough that they can interfere anywhere.
SWITCH_INTERVAL = 1e-4


@dataclass(frozen=True, slots=True)
class Tenth:
    """Figures of a tenth of a run: memory held in MB, open files, documents per second of CPU time."""

    megabytes: float
    files: int
    speed: float


# --- documents -------------------------------------------------------------------------------------------


def read_samples() -> list[str]:
    """The texts of all samples."""
    files = [*sorted(SAMPLES.glob("*/raw.txt")), *sorted((SAMPLES / "untouched").glob("*.txt"))]
    texts = [file.read_text("utf-8") for file in files]
    return texts + [document.text for document in read_marked_folder(SAMPLES / "marked")]


def varied(text: str, number: int) -> str:
    """A text of which about every third line has a word that no other document has, the same in every run."""
    random = Random(number)
    lines = text.split("\n")
    for at, line in enumerate(lines):
        words = line.split(" ")
        if len(words) > 1 and random.random() < 1 / 3:
            words.insert(random.randrange(1, len(words)), f"{''.join(random.choices(LETTERS, k=7))} {number}")
            lines[at] = " ".join(words)
    changed = "\n".join(lines)
    return changed if changed != text else f"{text} {number}"


def marked_up(text: str) -> str:
    """A text as an HTML page: its first line as the headline, short lines as a list, the others as paragraphs."""
    first, *lines = text.split("\n")
    parts = [f"<html><head><title>{escape(first)}</title></head><body><article><h1>{escape(first)}</h1>"]
    parts += [
        f"<p>{escape(line)}</p>" if len(line) > 60 else f"<ul class='item-{len(line)}'><li>{escape(line)}</ul>"
        for line in lines
        if line.strip()
    ]
    return "\n".join([*parts, "</article></body></html>"])


def documents(samples: Sequence[str], count: int, *, as_pages: bool = False) -> Iterator[str]:
    """``count`` documents, no two alike."""
    for number in range(count):
        text = varied(samples[number % len(samples)], number)
        yield marked_up(text) if as_pages else text


def whole_rounds(count: int, samples: int) -> int:
    """The nearest number of documents for which each tenth is a number of whole rounds over the samples."""
    return max(1, round(count / TENTHS / samples)) * samples * TENTHS


# --- processes -------------------------------------------------------------------------------------------


class Processes:
    """A process and its children, as /proc reports them."""

    def __init__(self, process: int) -> None:
        self._process = process

    def megabytes(self) -> float:
        """The memory that they hold."""
        pages = sum(int(Path(f"/proc/{one}/statm").read_text().split()[1]) for one in self._all())
        return pages * os.sysconf("SC_PAGE_SIZE") / 1e6

    def files(self) -> int:
        """How many files they have open."""
        return sum(len(os.listdir(f"/proc/{one}/fd")) for one in self._all())  # noqa: PTH208 - names alone are counted

    def seconds(self) -> float:
        """Their CPU time, including that of children that have ended."""
        # After the name, which may contain anything, utime, stime, cutime and cstime are fields 12 to 15.
        fields = [Path(f"/proc/{one}/stat").read_text().rpartition(")")[2].split()[11:15] for one in self._all()]
        return sum(int(value) for row in fields for value in row) / os.sysconf("SC_CLK_TCK")

    def _all(self) -> list[int]:
        tasks = Path(f"/proc/{self._process}/task").iterdir()
        return [self._process, *(int(one) for task in tasks for one in (task / "children").read_text().split())]


def watch(samples: Sequence[str], count: int, jobs: int, *, as_pages: bool) -> tuple[list[Tenth], str]:
    """The figures of each tenth of a run of the command line, and the digest of its output."""
    field = "html" if as_pages else "text"
    lead = math.ceil(LEAD / len(samples)) * len(samples)
    texts = documents(samples, lead + count + lead, as_pages=as_pages)
    command = [sys.executable, "-m", "cleaner", "clean", "-", "--format", "jsonl", "-q", "--jobs", str(jobs)]
    command += ["--html-field", "html"] if as_pages else []
    digest = hashlib.sha256()
    with subprocess.Popen(command, stdin=subprocess.PIPE, stdout=subprocess.PIPE) as process:
        assert process.stdin is not None
        assert process.stdout is not None
        feeder = threading.Thread(target=feed, args=(process.stdin, texts, field))
        feeder.start()
        lines = digested(process.stdout, digest.update)
        skipped = sum(1 for _ in islice(lines, lead))
        tenths = list(look_on(Processes(process.pid), lines, count // TENTHS, samples[0]))
        rest = sum(1 for _ in lines)
        feeder.join()
    if process.returncode or skipped + rest != 2 * lead:
        raise SystemExit(f"{' '.join(command)}: ended with {process.returncode}, documents are missing")
    return tenths, digest.hexdigest()


def feed(pipe: IO[bytes], texts: Iterator[str], field: str) -> None:
    """Write documents to a pipe, one line of JSON each."""
    with pipe:
        for number, text in enumerate(texts):
            pipe.write(json.dumps({"id": number, field: text}, ensure_ascii=False).encode() + b"\n")


def digested(lines: IO[bytes], update: Callable[[bytes], None]) -> Iterator[bytes]:
    """The same lines, each added to a digest."""
    for line in lines:
        update(line)
        yield line


def look_on(processes: Processes, output: Iterator[bytes], size: int, yardstick: str) -> Iterator[Tenth]:
    """Read the output of processes, one line per document, and measure them ten times in each tenth."""
    cleaner = Cleaner()
    fixed: list[float] = []
    tenths: list[Tenth] = []
    started = processes.seconds()
    for number in range(1, TENTHS + 1):
        parts = read_parts(output, size, LOOKS_A_TENTH)
        looks = [(processes.megabytes(), cost(cleaner, yardstick)) for _ in parts]
        now = processes.seconds()
        memory, seconds = (median(column) for column in zip(*looks, strict=True))
        tenths.append(Tenth(memory, processes.files(), size / (now - started)))
        fixed.append(seconds)
        started = now
        print(f"  tenth {number} is done", file=sys.stderr)
    usual = median(fixed)
    return (replace(tenth, speed=tenth.speed * own / usual) for tenth, own in zip(tenths, fixed, strict=True))


def read_parts(lines: Iterator[bytes], size: int, parts: int) -> Iterator[int]:
    """Read ``size`` lines in ``parts`` parts, and stop after each."""
    for part in range(parts):
        yield sum(1 for _ in islice(lines, size * (part + 1) // parts - size * part // parts))


def cost(cleaner: Cleaner, text: str) -> float:
    """The CPU time that a text costs at this moment, in seconds."""
    started = time.thread_time()
    for _ in range(3):
        cleaner.clean(text)
    return time.thread_time() - started


def found_growth(tenths: Sequence[Tenth]) -> list[str]:
    """The problems of a run: figures that have grown but should not have.

    >>> steady = Tenth(megabytes=100.0, files=9, speed=50.0)
    >>> found_growth([steady] * 10)
    []
    >>> found_growth([steady] * 9 + [Tenth(megabytes=120.0, files=10, speed=40.0)])
    ['memory grew by 20 % after the second tenth', '1 more files are open than in the second tenth', \
'the last tenth is 20 % slower than the first']
    """
    first, second, last = tenths[0], tenths[1], tenths[-1]
    problems = []
    if (growth := last.megabytes / second.megabytes - 1) > MAX_GROWTH:
        problems.append(f"memory grew by {growth:.0%} after the second tenth".replace("%", " %"))
    if (more := last.files - second.files) > 0:
        problems.append(f"{more} more files are open than in the second tenth")
    if (slowdown := 1 - last.speed / first.speed) > MAX_SLOWDOWN:
        problems.append(f"the last tenth is {slowdown:.0%} slower than the first".replace("%", " %"))
    return problems


# --- threads ---------------------------------------------------------------------------------------------


def share(samples: Sequence[str], threads: int, seconds: float) -> tuple[int, int]:
    """How many documents threads cleaned with one `Cleaner`, and how many results differed from one thread's."""
    texts = list(documents(samples, COMPARED))
    pages = list(documents(samples, COMPARED // 4, as_pages=True))
    alone = Cleaner()
    wanted = [*((text, False, all_of(alone.clean(text))) for text in texts)]
    wanted += [(page, True, all_of(alone.clean_html(page))) for page in pages]
    shared = Cleaner()
    counts = [[0, 0] for _ in range(threads)]
    end = time.monotonic() + seconds

    def work(number: int) -> None:
        random = Random(number)
        while time.monotonic() < end:
            for document, is_page, expected in random.sample(wanted, len(wanted)):
                result = shared.clean_html(document) if is_page else shared.clean(document)
                counts[number][0] += 1
                counts[number][1] += all_of(result) != expected
                if time.monotonic() >= end:
                    return

    before = sys.getswitchinterval()
    sys.setswitchinterval(SWITCH_INTERVAL)
    workers = [threading.Thread(target=work, args=(number,)) for number in range(threads)]
    for worker in workers:
        worker.start()
    for worker in workers:
        worker.join()
    sys.setswitchinterval(before)
    return sum(done for done, _ in counts), sum(other for _, other in counts)


def all_of(result: CleanResult) -> tuple[object, ...]:
    """Everything in a result, as one value to compare."""
    return result.text, result.removals, result.flags, result.headline, result.comments, tuple(result.lines)


# --- the tables ------------------------------------------------------------------------------------------


def render(tenths: Sequence[Tenth]) -> list[str]:
    """The tenths of a run as a table."""
    rows = [["tenth", "MB held", "open files", "documents/s"]]
    rows += [
        [str(number), f"{tenth.megabytes:.1f}", str(tenth.files), f"{tenth.speed:.1f}"]
        for number, tenth in enumerate(tenths, 1)
    ]
    return align(rows, numbers=True, names=0)


def soak(samples: Sequence[str], count: int, *, as_pages: bool) -> list[str]:
    """Run in one process and in two, print the figures, and return what is wrong."""
    problems = []
    digests = set()
    what = f"{count} {'pages of HTML' if as_pages else 'texts'}"
    for jobs in (1, 2):
        tenths, digest = watch(samples, count, jobs, as_pages=as_pages)
        digests.add(digest)
        print("\n".join([f"{what}, --jobs {jobs}", *render(tenths), ""]), flush=True)
        problems += [f"{what}, --jobs {jobs}: {problem}" for problem in found_growth(tenths)]
    if len(digests) > 1:
        problems.append(f"{what}: one process and two have written different results")
    return problems


def main() -> int:
    """Measure, print the tables, and report what is wrong."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--documents", type=int, default=20_000, help="texts; 0: none")
    parser.add_argument("--pages", type=int, default=5_000, help="pages of HTML; 0: none")
    parser.add_argument("--seconds", type=float, default=60.0, help="how long threads share a Cleaner; 0: skip this")
    parser.add_argument("--threads", type=int, default=8)
    options = parser.parse_args()
    samples = read_samples()
    problems = []
    for count, as_pages in ((options.documents, False), (options.pages, True)):
        if count:
            problems += soak(samples, whole_rounds(count, len(samples)), as_pages=as_pages)
    if options.seconds:
        done, others = share(samples, options.threads, options.seconds)
        print(f"{options.threads} threads, one Cleaner: {done} documents, {others} results differ from one thread's")
        if others:
            problems.append(f"{others} results of threads differ")
    print("\n".join(problems), file=sys.stderr)
    return 1 if problems else 0


if __name__ == "__main__":
    sys.exit(main())
