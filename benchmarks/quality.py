"""Measure the cleaner on labelled pages, by data set and scraper, and check that it reaches its floors.

    python benchmarks/quality.py DATA_FOLDER [--sets daniel,fundus] [--every N] [--jobs N]
    python benchmarks/quality.py DATA_FOLDER --gate                 compare with benchmarks/gate.json, exit 1 below it
    python benchmarks/quality.py DATA_FOLDER --gate --update [--allow-regression]

DATA_FOLDER holds NAME.jsonl.gz files of labelled pages, as `cleaner eval` reads them; the measures are the same.
If NAME.html.jsonl.gz is beside one, the articles of its HTML are measured too; and so are the marked documents of
samples/marked, folder by folder.
"""

from __future__ import annotations

import argparse
import hashlib
import json
import sys
from collections.abc import Iterator, Mapping, Sequence
from importlib import import_module
from pathlib import Path
from typing import Any

from cleaner import CleanConfig, Cleaner, CleanerError
from cleaner.training.evaluation import EvaluationSettings, GoldRow, Row, evaluate_pages, summarise, summarise_gold
from cleaner.training.labelled import LabelledPage, read_labelled
from cleaner.training.labelled_html import html_path, read_labelled_html
from cleaner.training.measures import Measure, score_text
from cleaner.training.tables import gold_table, measure_record, measure_table

GATE = Path(__file__).with_name("gate.json")
MARKED = Path(__file__).resolve().parent.parent / "samples" / "marked"
# The gold of these sets has no headline.
WITHOUT_HEADLINE = frozenset({"fundus", "wcxb_dev", "wcxb_other_dev"})
EPSILON = 0.0005

Figures = dict[str, dict[str, float]]


def measure_sets(folder: Path, names: Sequence[str], *, every: int, jobs: int) -> list[Measure]:
    """The measures of all pages of the named sets, each cleaned with or without its headline, like its gold."""

    def tasks() -> Iterator[tuple[LabelledPage, EvaluationSettings]]:
        for name in names:
            settings = EvaluationSettings(CleanConfig(headline="drop" if name in WITHOUT_HEADLINE else "first"))
            for page in read_labelled(folder / f"{name}.jsonl.gz", every):
                yield page, settings

    return [measure for report in evaluate_pages(tasks(), processes=jobs) for measure in report.measures]


def measure_html(folder: Path, names: Sequence[str], *, every: int) -> dict[str, float]:
    """The mean F1 of the articles of HTML pages, by set; sets without HTML are left out."""
    found = {}
    for name in names:
        path = folder / f"{name}.jsonl.gz"
        if html_path(path).exists():
            cleaner = Cleaner(CleanConfig(headline="drop" if name in WITHOUT_HEADLINE else "first"))
            scores = [
                score_text(cleaner.clean_html(html, url=page.url).text, page.gold, page.lang).f1
                for page, html in read_labelled_html(path, every)
            ]
            found[name] = sum(scores) / len(scores)
    return found


def measure_marked() -> Figures:
    """The figures of the marked documents of this project, by folder."""
    marked = import_module("marked")
    folders = sorted(path for path in MARKED.iterdir() if path.is_dir())
    return {f"marked/{path.name}": marked.figures_of(marked.measure_folder(path, CleanConfig())) for path in folders}


def fingerprint(folder: Path, names: Sequence[str]) -> str:
    """A digest of the measured data, so that floors are compared only with figures from the same pages."""
    digest = hashlib.sha256()
    for name in names:
        digest.update((folder / f"{name}.jsonl.gz").read_bytes())
    return digest.hexdigest()[:16]


def figures_of(rows: Sequence[Row], gold: Sequence[GoldRow], html: Mapping[str, float]) -> Figures:
    """The figures that have floors, by data set and scraper."""
    texts = {f"{row.name}/{row.scraper}": {"cleaned": row.cleaned} for row in rows}
    pages = {f"{name}/html": {"cleaned": value} for name, value in html.items()}
    return texts | pages | {f"{row.name}/gold": {"kept": row.kept, "unchanged": row.unchanged} for row in gold}


def check_gate(figures: Figures, floors: Figures) -> list[str]:
    """Every figure below its floor, as a sentence."""
    low = []
    for key, row in floors.items():
        for field, floor in row.items():
            value = figures.get(key, {}).get(field, 0.0)
            if value < floor - EPSILON:
                low.append(f"{key} {field}: {value:.4f} is below its floor {floor:.4f}")
    return low


def hold_gate(figures: Figures, digest: str, *, update: bool, allow_regression: bool) -> int:
    """The exit status of comparing figures with their floors, or of setting new floors."""
    pinned: dict[str, Any] = json.loads(GATE.read_text("utf-8")) if GATE.exists() else {"data": digest, "floors": {}}
    low = check_gate(figures, pinned["floors"])
    if update:
        if low and not allow_regression:
            say("these would be lowered; pass --allow-regression and say why in the commit:", *low)
            return 1
        floors = {key: {field: round(value, 4) for field, value in row.items()} for key, row in figures.items()}
        GATE.write_text(json.dumps({"data": digest, "floors": floors}, indent=2) + "\n", "utf-8")
        return 0
    if pinned["data"] != digest:
        say("the data is not that of benchmarks/gate.json; measure it again with --update")
        return 1
    print("\n".join(low) or "every figure holds its floor")
    return 1 if low else 0


def say(*lines: str) -> None:
    """Write lines to standard error."""
    print("\n".join(lines), file=sys.stderr)


def main() -> int:
    """Measure, print the tables, and compare with the floors when asked."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("folder", type=Path)
    parser.add_argument("--sets", default="daniel,fundus,wcxb_dev,wcxb_other_dev")
    parser.add_argument("--every", type=int, default=1)
    parser.add_argument("--jobs", type=int, default=2)
    parser.add_argument("--details", type=Path, help="write one line per page and scraper here, as JSON")
    parser.add_argument("--gate", action="store_true")
    parser.add_argument("--update", action="store_true")
    parser.add_argument("--allow-regression", action="store_true")
    options = parser.parse_args()
    names = options.sets.split(",")
    try:
        measures = measure_sets(options.folder, names, every=options.every, jobs=options.jobs)
        html = measure_html(options.folder, names, every=options.every)
    except CleanerError as error:
        say(str(error))
        return 1
    rows, gold, marked = summarise(measures), summarise_gold(measures), measure_marked()
    print("\n".join([*measure_table(rows), "", *gold_table(gold)]))
    print("\n".join(["", *(f"{name:9} HTML  cleaned {value:.4f}" for name, value in html.items())]))
    for name, row in marked.items():
        print(f"{name:24}", "  ".join(f"{field} {value:.4f}" for field, value in row.items()))
    if options.details:
        with options.details.open("w", encoding="utf-8") as out:
            out.writelines(json.dumps(measure_record(item)) + "\n" for item in measures)
    if not options.gate:
        return 0
    digest = fingerprint(options.folder, names)
    figures = figures_of(rows, gold, html) | marked
    return hold_gate(figures, digest, update=options.update, allow_regression=options.allow_regression)


if __name__ == "__main__":
    sys.exit(main())
