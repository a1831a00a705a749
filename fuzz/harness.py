"""Runs one target in one process: tries inputs until the time is over, and keeps each broken promise once.

    python -m fuzz.harness NAME FOLDER [options of libFuzzer]

FOLDER gets ``corpus/``, ``found/`` with the inputs that broke a promise, each with its error, and the slowest input,
whose CPU time is in ``report.json``. A crash or a hang of the process itself leaves its input in ``found/`` too.
"""

from __future__ import annotations

import hashlib
import json
import sys
import time
import traceback
from collections.abc import Sequence
from pathlib import Path
from pkgutil import walk_packages
from random import Random
from typing import Any

import atheris

# Integrations need packages that only extras install, and the command line is a program, not part of the library.
_LEFT_OUT = ("cleaner.integrations", "cleaner.cli", "cleaner.__main__")
# Inputs shorter than this count as this long; otherwise the slowest one per byte would be the shortest.
_LEAST_BYTES = 1000
_REPORT_SECONDS = 2.0
# All seeds are tried before any other input, so they may take only a few seconds; mutations use all lines.
MOST_SEEDS = 40

with atheris.instrument_imports(include=["cleaner"]):
    import cleaner

    for _found in walk_packages(cleaner.__path__, "cleaner."):
        if not _found.name.startswith(_LEFT_OUT):
            __import__(_found.name)

from fuzz.target import Target  # noqa: E402 - the code under test is imported above, and instrumented
from fuzz.targets import TARGETS  # noqa: E402


class Trial:
    """The inputs that were tried: how many, the slowest one, and the promises that were broken."""

    def __init__(self, target: Target, folder: Path) -> None:
        self._target = target
        self._folder = folder
        self._found = folder / "found"
        self._found.mkdir(parents=True, exist_ok=True)
        self._executions = self._refused = self._bytes = 0
        self._seconds = 0.0
        self._slowest = (0.0, 0, 0.0)
        self._failures: dict[str, int] = {}
        self._reported = 0.0
        self._warm = False

    def __call__(self, data: bytes) -> None:
        """Try one input."""
        if not self._warm:
            # The first call loads patterns and weights; its time says nothing about its input.
            self._warm = True
            self._attempt(next(iter(self._target.seeds())))
        started = time.process_time()
        result = self._attempt(data)
        seconds = time.process_time() - started
        self._count(data, seconds)
        if result is None:
            return
        try:
            self._target.check(data, result[0])
        except Exception as error:  # noqa: BLE001 - any exception breaks a promise
            self._keep(data, error)

    def _attempt(self, data: bytes) -> tuple[Any] | None:
        """What the call returns for an input; None if it raised an error."""
        try:
            return (self._target.run(data),)
        except self._target.errors:
            self._refused += 1
        except Exception as error:  # noqa: BLE001 - any other exception breaks a promise
            self._keep(data, error)
        return None

    def _count(self, data: bytes, seconds: float) -> None:
        self._executions += 1
        size = max(len(data), _LEAST_BYTES)
        self._bytes += size
        self._seconds += seconds
        if seconds / size > self._slowest[0]:
            # Work at first use, and other load on the machine, are not the input's fault: the better of two counts.
            started = time.process_time()
            self._attempt(data)
            seconds = min(seconds, time.process_time() - started)
        if seconds / size > self._slowest[0]:
            self._slowest = (seconds / size, len(data), seconds)
            (self._folder / "slowest").write_bytes(data)
        if time.monotonic() - self._reported > _REPORT_SECONDS:
            self._report()

    def _keep(self, data: bytes, error: Exception) -> None:
        """Keep an input: the smallest one for each place that raised an error."""
        frames = traceback.extract_tb(error.__traceback__)
        own = [frame for frame in frames if "/cleaner/" in frame.filename or "invariants" in frame.filename] or frames
        place = f"{type(error).__name__} {Path(own[-1].filename).name} {own[-1].name} {own[-1].line}"
        name = hashlib.sha256(place.encode()).hexdigest()[:12]
        if name not in self._failures or len(data) < self._failures[name]:
            self._failures[name] = len(data)
            (self._found / name).write_bytes(data)
            text = "".join(traceback.format_exception(error))
            (self._found / f"{name}.txt").write_text(text, "utf-8", "backslashreplace")
            self._report()

    def _report(self) -> None:
        self._reported = time.monotonic()
        per_byte, size, seconds = self._slowest
        report = {
            "executions": self._executions,
            "refused": self._refused,
            "mean_seconds_per_megabyte": round(self._seconds / max(self._bytes, 1) * 1e6, 3),
            "slowest": {"seconds_per_megabyte": round(per_byte * 1e6, 2), "bytes": size, "seconds": round(seconds, 4)},
        }
        (self._folder / "report.json").write_text(json.dumps(report) + "\n")


def main(arguments: Sequence[str]) -> None:
    """Try inputs for one target until libFuzzer's options end the run."""
    name, place, *options = arguments
    target, folder = TARGETS[name], Path(place)
    corpus = folder / "corpus"
    corpus.mkdir(parents=True, exist_ok=True)
    seeds = [seed for seed in target.seeds() if len(seed) <= target.max_size]
    for number, seed in enumerate(seeds[:: len(seeds) // MOST_SEEDS + 1]):
        (corpus / f"seed-{number}").write_bytes(seed)

    def mutate(data: bytes, max_size: int, seed: int) -> bytes:
        random = Random(seed)
        made = target.mutate(data, random) if random.random() < 0.9 else bytes(atheris.Mutate(data, max_size))
        return made[:max_size]

    trial = Trial(target, folder)
    fixed = [
        f"-max_len={target.max_size}",
        "-len_control=0",
        f"-artifact_prefix={folder}/found/",
        "-timeout=30",
        "-rss_limit_mb=4096",
    ]
    atheris.Setup([sys.argv[0], *fixed, "-print_final_stats=1", *options, str(corpus)], trial, custom_mutator=mutate)
    atheris.Fuzz()


if __name__ == "__main__":
    main(sys.argv[1:])
