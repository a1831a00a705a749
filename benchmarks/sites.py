"""Learning what sites repeat: what it costs compared with cleaning, and how much memory it takes.

    python benchmarks/sites.py [--documents 100000] [--sites 300] [--cleaned 2000] [--json]

Documents of invented sites, made at random from a seed, are piped into ``cleaner sites learn --jobs 1``, and some of
them into ``cleaner clean --jobs 1``: pages of 5 kB, a third of which is furniture that all pages of the site have,
in an order in which sites alternate. Times are CPU time of the processes, from start to end; memory is the most that
a process ever held. Of two rows of learning the second one has four times the documents of the same stream, which
shows whether memory grows.

The exit status is 1 if learning is less than twice as fast as cleaning, or takes more than 300 MB.
"""

from __future__ import annotations

import argparse
import json
import os
import subprocess
import sys
import tempfile
from collections.abc import Iterator, Sequence
from dataclasses import asdict, dataclass
from itertools import islice
from pathlib import Path
from random import Random

from cleaner.report.terminal import align

__all__ = ["Measure", "documents", "main"]

MIN_RATIO, MAX_MEGABYTES = 2.0, 300.0
SENTENCES = 20_000
# Lines of furniture of a site, and paragraphs of a page; together they are 5 kB.
MENU, FOOT, PARAGRAPHS = 40, 15, 13
CONSONANTS, VOWELS = "bcdfghjklmnprstvz", "aeiou"


@dataclass(frozen=True, slots=True)
class Measure:
    """What a command took for some documents; ``file``: the megabytes of the file that it has written."""

    command: str
    documents: int
    megabytes: float
    seconds: float
    memory: float
    file: float

    @property
    def speed(self) -> float:
        """Documents a second of CPU time."""
        return self.documents / self.seconds


def documents(sites: int, seed: int = 0) -> Iterator[bytes]:
    """Lines of JSON with the text and the address of a document each, without end; the same for the same seed."""
    random = Random(seed)
    words = ["".join(random.choice(CONSONANTS) + random.choice(VOWELS) for _ in range(n % 4 + 1)) for n in range(8000)]

    def phrase(least: int, most: int) -> str:
        return " ".join(random.choices(words, k=random.randint(least, most))).capitalize()

    sentences = [f"{phrase(8, 20)}." for _ in range(SENTENCES)]
    furniture = [([phrase(1, 4) for _ in range(MENU)], [phrase(3, 12) for _ in range(FOOT)]) for _ in range(sites)]
    number = 0
    while True:
        menu, foot = furniture[site := random.randrange(sites)]
        byline = f"Par {phrase(1, 1)} {phrase(1, 1)}, le {random.randint(1, 30)} mars 2024"
        paragraphs = [" ".join(random.choices(sentences, k=4))[: random.randint(150, 420)] for _ in range(PARAGRAPHS)]
        text = "\n".join([*menu, phrase(5, 10), byline, *(f"{one}." for one in paragraphs), *foot])
        yield json.dumps({"url": f"https://site{site}.example/{number}", "text": text}).encode() + b"\n"
        number += 1


def measure(command: str, lines: Iterator[bytes], options: Sequence[str], file: Path) -> Measure:
    """What a command takes for some documents that are piped in."""
    arguments = [sys.executable, "-m", "cleaner", *command.split(), *options, "--jobs", "1", "--quiet"]
    process = subprocess.Popen(arguments, stdin=subprocess.PIPE, stdout=subprocess.DEVNULL)
    assert process.stdin is not None
    count = size = 0
    for line in lines:
        process.stdin.write(line)
        count, size = count + 1, size + len(line)
    process.stdin.close()
    _, status, usage = os.wait4(process.pid, 0)
    if status:
        raise SystemExit(f"{command}: exit status {os.waitstatus_to_exitcode(status)}")
    written = file.stat().st_size / 1e6 if file.exists() else 0.0
    return Measure(command, count, size / 1e6, usage.ru_utime + usage.ru_stime, usage.ru_maxrss / 1e3, written)


def main() -> int:
    """Run the measurements and print them; returns the exit status."""
    parser = argparse.ArgumentParser(description=(__doc__ or "").partition("\n")[0])
    parser.add_argument("--documents", type=int, default=100_000)
    parser.add_argument("--sites", type=int, default=300)
    parser.add_argument("--cleaned", type=int, default=2_000)
    parser.add_argument("--json", action="store_true")
    given = parser.parse_args()
    with tempfile.TemporaryDirectory() as folder:
        file = Path(folder) / "sites.sqlite"
        rows = [measure("clean", islice(documents(given.sites), given.cleaned), ["--format", "jsonl"], file)]
        for count in (given.documents // 4, given.documents):
            file.unlink(missing_ok=True)
            options = ["--format", "jsonl", "--db", str(file)]
            rows.append(measure("sites learn", islice(documents(given.sites), count), options, file))
    clean, _, learn = rows
    ratio = learn.speed / clean.speed
    if given.json:
        print(json.dumps({"ratio": ratio, "rows": [asdict(row) for row in rows]}, indent=2))
    else:
        print("\n".join(_table(rows)))
        print(f"learning is {ratio:.1f} times as fast as cleaning")
    return int(ratio < MIN_RATIO or learn.memory > MAX_MEGABYTES)


def _table(rows: Sequence[Measure]) -> list[str]:
    head = ("command", "documents", "MB", "CPU s", "documents/s", "most memory, MB", "file, MB")
    cells = [
        (
            row.command,
            f"{row.documents}",
            f"{row.megabytes:.0f}",
            f"{row.seconds:.1f}",
            f"{row.speed:.0f}",
            f"{row.memory:.0f}",
            f"{row.file:.1f}",
        )
        for row in rows
    ]
    return align([head, *cells], numbers=True)


if __name__ == "__main__":
    sys.exit(main())
