"""Measure the cleaner on labelled pages, set by set and scraper by scraper, and hold it to its floors.

    python benchmarks/quality.py DATA_FOLDER [--sets daniel,fundus] [--every N] [--jobs N]
    python benchmarks/quality.py DATA_FOLDER --gate                 compare with benchmarks/gate.json, exit 1 below it
    python benchmarks/quality.py DATA_FOLDER --gate --update [--allow-regression]

DATA_FOLDER holds NAME.jsonl.gz files: one page a line with `id`, `lang`, `title`, `gold` and `texts` by scraper.
The measures are those of `cleaner.evaluate`.
"""

from __future__ import annotations

import argparse
import gzip
import hashlib
import json
import sys
from collections import defaultdict
from collections.abc import Iterator
from concurrent.futures import ProcessPoolExecutor
from dataclasses import dataclass
from functools import cache
from pathlib import Path
from typing import Any, Literal

from cleaner import CleanConfig, Cleaner
from cleaner.evaluate import gap_closed, oracle_text, score_text, tokenize

GATE = Path(__file__).with_name("gate.json")
# The gold of these sets has no headline.
WITHOUT_HEADLINE = frozenset({"fundus", "wcxb_dev"})
HARM = 0.05
EPSILON = 0.0005


@dataclass(frozen=True, slots=True)
class Measure:
    """One page as one scraper gives it, before and after; for the gold itself, what of it is kept."""

    name: str
    scraper: str
    page: str
    lang: str
    untouched: float
    cleaned: float
    oracle: float
    kept: float
    unchanged: bool


@cache
def _cleaner(headline: Literal["first", "drop"]) -> Cleaner:
    return Cleaner(CleanConfig(headline=headline))


def measure_page(job: tuple[str, dict[str, Any]]) -> list[Measure]:
    """The measures of one page: each scraper's text, then the gold as input."""
    name, page = job
    cleaner = _cleaner("drop" if name in WITHOUT_HEADLINE else "first")
    gold, lang, title = page["gold"], page["lang"], page.get("title")
    found = []
    for scraper, text in page["texts"].items():
        result = cleaner.clean(text, title=title, lang=lang, url=page.get("url"))
        before, after = score_text(text, gold, lang).f1, score_text(result.text, gold, lang).f1
        best = score_text(oracle_text(text, gold, lang), gold, lang).f1
        found.append(Measure(name, scraper, page["id"], lang, before, after, best, 0.0, not result.changed))
    kept = _cleaner("first").clean(gold, title=title, lang=lang)
    share = len(tokenize(kept.text, lang)) / max(len(tokenize(gold, lang)), 1)
    found.append(Measure(name, "gold", page["id"], lang, 1.0, 1.0, 1.0, share, kept.text == gold))
    return found


def read_pages(folder: Path, names: list[str], every: int) -> Iterator[tuple[str, dict[str, Any]]]:
    """The pages of the named sets, every ``every``-th of them."""
    for name in names:
        with gzip.open(folder / f"{name}.jsonl.gz", "rt", encoding="utf-8") as lines:
            for number, line in enumerate(lines):
                if number % every == 0:
                    yield name, json.loads(line)


def summarise(measures: list[Measure]) -> dict[str, dict[str, float]]:
    """Means by set and scraper."""
    groups: dict[str, list[Measure]] = defaultdict(list)
    for measure in measures:
        groups[f"{measure.name}/{measure.scraper}"].append(measure)
    table = {}
    for key, group in groups.items():
        count = len(group)
        if key.endswith("/gold"):
            table[key] = {
                "kept": sum(item.kept for item in group) / count,
                "unchanged": sum(item.unchanged for item in group) / count,
            }
            continue
        before, after, best = (
            sum(getattr(item, field) for item in group) / count for field in ("untouched", "cleaned", "oracle")
        )
        table[key] = {
            "untouched": before,
            "cleaned": after,
            "oracle": best,
            "gap_closed": gap_closed(after, before, best),
            "harmed": sum(item.cleaned < item.untouched - HARM for item in group) / count,
        }
    return table


def render(table: dict[str, dict[str, float]]) -> str:
    """The table as text."""
    rows = ["set        scraper             untouched cleaned  oracle  gap closed  harmed"]
    for key, row in table.items():
        name, _, scraper = key.partition("/")
        if scraper == "gold":
            rows.append(f"{name:10} {scraper:18}  kept {row['kept']:.4f}  unchanged {row['unchanged']:.3f}")
        else:
            rows.append(
                f"{name:10} {scraper:18} {row['untouched']:9.4f} {row['cleaned']:7.4f} {row['oracle']:7.4f}"
                f" {row['gap_closed']:+10.2f} {row['harmed']:8.3f}"
            )
    return "\n".join(rows)


def fingerprint(folder: Path, names: list[str]) -> str:
    """A digest of the data measured, so that floors are compared only with figures of the same pages."""
    digest = hashlib.sha256()
    for name in names:
        digest.update((folder / f"{name}.jsonl.gz").read_bytes())
    return digest.hexdigest()[:16]


def check_gate(table: dict[str, dict[str, float]], floors: dict[str, dict[str, float]]) -> list[str]:
    """Every figure below its floor, as a sentence."""
    low = []
    for key, row in floors.items():
        for field, floor in row.items():
            value = table.get(key, {}).get(field, 0.0)
            if value < floor - EPSILON:
                low.append(f"{key} {field}: {value:.4f} is below its floor {floor:.4f}")
    return low


def floors_of(table: dict[str, dict[str, float]]) -> dict[str, dict[str, float]]:
    """The figures that become floors."""
    return {
        key: {field: round(row[field], 4) for field in ("cleaned", "kept", "unchanged") if field in row}
        for key, row in table.items()
    }


def main() -> int:
    """Measure, print the table, and compare with the floors when asked."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("folder", type=Path)
    parser.add_argument("--sets", default="daniel,fundus,wcxb_dev")
    parser.add_argument("--every", type=int, default=1)
    parser.add_argument("--jobs", type=int, default=2)
    parser.add_argument("--details", type=Path, help="write one line a page and scraper here, as JSON")
    parser.add_argument("--gate", action="store_true")
    parser.add_argument("--update", action="store_true")
    parser.add_argument("--allow-regression", action="store_true")
    options = parser.parse_args()
    names = options.sets.split(",")
    with ProcessPoolExecutor(options.jobs) as pool:
        pages = read_pages(options.folder, names, options.every)
        measures = [item for found in pool.map(measure_page, pages, chunksize=16) for item in found]
    table = summarise(measures)
    print(render(table))
    if options.details:
        with options.details.open("w", encoding="utf-8") as out:
            for item in measures:
                out.write(json.dumps({field: getattr(item, field) for field in Measure.__slots__}) + "\n")
    return _gate(table, fingerprint(options.folder, names), options) if options.gate else 0


def _gate(table: dict[str, dict[str, float]], digest: str, options: argparse.Namespace) -> int:
    pinned: dict[str, Any] = json.loads(GATE.read_text("utf-8")) if GATE.exists() else {"data": digest, "floors": {}}
    low = check_gate(table, pinned["floors"])
    if options.update:
        if low and not options.allow_regression:
            print(
                "\n".join(["these would be lowered; pass --allow-regression and say why in the commit:", *low]),
                file=sys.stderr,
            )
            return 1
        GATE.write_text(json.dumps({"data": digest, "floors": floors_of(table)}, indent=2) + "\n", "utf-8")
        return 0
    if pinned["data"] != digest:
        print("the data is not that of benchmarks/gate.json; measure it anew with --update", file=sys.stderr)
        return 1
    print("\n".join(low) or "every figure holds its floor")
    return 1 if low else 0


if __name__ == "__main__":
    sys.exit(main())
