"""Runs fuzzing targets, and reports the results.

    python -m pip install -e '.[test,fuzz]'
    python -m fuzz                                all targets, a minute each
    python -m fuzz html warc --seconds 600        some of them, longer
    python -m fuzz --jobs 2                       two at a time

Inputs that break a promise are kept in FOLDER/NAME/found, with the error beside each; a later run continues from
FOLDER/NAME/corpus. The exit status is 1 if anything was found.
"""

from __future__ import annotations

import argparse
import json
import subprocess
import sys
import time
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from fuzz.targets import TARGETS

ROOT = Path(__file__).parent.parent
# A target that has ended early is started again only if this many seconds are left, since starting takes a few.
LEAST_SECONDS = 10
_ROW = "{:<13} {:>10} {:>8} {:>9} {:>9} {:>12}  {}"


@dataclass(frozen=True, slots=True)
class Outcome:
    """The result of one target: the counts of its processes, and the inputs that were kept."""

    name: str
    executions: int
    refused: int
    mean: float
    slowest: dict[str, Any]
    found: list[Path]
    status: int


def run(name: str, folder: Path, seconds: int, seed: int) -> Outcome:
    """Try inputs for a target for ``seconds``; a process that an input ends is started again."""
    end = time.monotonic() + seconds
    reports: list[dict[str, Any]] = []
    status = 0
    with (folder / "log").open("ab") as log:
        while (left := int(end - time.monotonic())) >= LEAST_SECONDS or not reports:
            (folder / "report.json").unlink(missing_ok=True)
            limits = (f"-max_total_time={max(left, 1)}", f"-seed={seed and seed + len(reports)}")
            command = [sys.executable, "-m", "fuzz.harness", name, str(folder), *limits]
            done = subprocess.run(command, cwd=ROOT, stdout=log, stderr=log, check=False)
            report = folder / "report.json"
            reports.append(json.loads(report.read_text()) if report.exists() else {})
            status = done.returncode
            if not reports[-1]:
                # It did not get as far as trying an input.
                break
    found = sorted(_found(folder))
    slowest: dict[str, Any] = max((report["slowest"] for report in reports if report), key=_speed, default={})
    executions = sum(report.get("executions", 0) for report in reports)
    refused = sum(report.get("refused", 0) for report in reports)
    mean = reports[-1].get("mean_seconds_per_megabyte", 0.0)
    return Outcome(name, executions, refused, mean, slowest, found, status)


def _speed(slowest: dict[str, Any]) -> float:
    return float(slowest["seconds_per_megabyte"])


def _found(folder: Path) -> list[Path]:
    """The inputs that were kept; a text file beside each has the error."""
    return [path for path in (folder / "found").glob("*") if path.suffix != ".txt"]


def show(outcome: Outcome) -> str:
    """A row of the table."""
    slowest = outcome.slowest
    worst = f"{slowest['seconds']:.3f} s for {slowest['bytes']} bytes" if slowest else "nothing was tried"
    speed = f"{slowest.get('seconds_per_megabyte', 0.0):.1f}"
    counts = (outcome.executions, outcome.refused, len(outcome.found))
    return _ROW.format(outcome.name, *counts, f"{outcome.mean:.2f}", speed, worst)


def main() -> int:
    """Run the requested targets; returns the exit status."""
    parser = argparse.ArgumentParser(prog="python -m fuzz", description="Looks for inputs that break a promise.")
    parser.add_argument("targets", nargs="*", metavar="TARGET", help=f"some of: {', '.join(TARGETS)}; all if left out")
    parser.add_argument("--seconds", type=int, default=60, help="how long each target is tried (default 60)")
    parser.add_argument("--jobs", type=int, default=1, help="how many targets are tried at a time (default 1)")
    parser.add_argument("--seed", type=int, default=0, help="a number that determines all inputs (default: random)")
    parser.add_argument("--folder", type=Path, default=ROOT / ".fuzz", help="where inputs are kept (default .fuzz)")
    options = parser.parse_args()
    names = options.targets or list(TARGETS)
    if unknown := [name for name in names if name not in TARGETS]:
        parser.error(f"no target is called {unknown[0]!r}; use some of: {', '.join(TARGETS)}")
    for name in names:
        (options.folder / name).mkdir(parents=True, exist_ok=True)
    print(_ROW.format("target", "executions", "refused", "found", "mean s/MB", "worst s/MB", "slowest input"))
    failed = False
    with ThreadPoolExecutor(options.jobs) as pool:
        for outcome in pool.map(lambda name: run(name, options.folder / name, options.seconds, options.seed), names):
            print(show(outcome), flush=True)
            failed |= bool(outcome.found or outcome.status or not outcome.executions)
            for path in outcome.found:
                _tell(path)
    return int(failed)


def _tell(path: Path) -> None:
    """Say where an input is kept, and the end of the error."""
    raised = path.with_name(f"{path.name}.txt")
    lines = raised.read_text("utf-8").strip().splitlines() if raised.exists() else ["ended the process; see the log"]
    print(f"  {path}: {lines[-1][:200]}")


if __name__ == "__main__":
    sys.exit(main())
