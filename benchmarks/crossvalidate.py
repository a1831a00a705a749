"""Measure the cleaner on pages of sites that its weights were not fitted on.

    python benchmarks/crossvalidate.py DATA_FOLDER [--sets daniel,fundus,wcxb_dev] [--every N] [--jobs N]
    python benchmarks/crossvalidate.py DATA_FOLDER --by lang [--langs el,zh,pl,ru,de]
    python benchmarks/crossvalidate.py DATA_FOLDER --by set
    ... --also FOLDER                     fit on a folder of marked documents too
    ... --worst N                         also the N texts with the largest loss, by scraper given with --scraper
    ... --measure-every N                 fit on all pages, but clean and measure only every N-th one
    ... --weights FOLDER                  store the weights there, and reuse those stored before
    ... --texts FILE                      store the training texts there, and reuse the file if it exists

By host, all hosts are divided into five folds; the pages of a fold are cleaned with weights fitted on the other four.
By language, the pages of each language are cleaned with weights fitted on all other languages; by set, those of each
data set with weights fitted on the other sets, which is closest to pages from an unknown source.
DATA_FOLDER and the measures are those of quality.py. The patterns are the same for all folds.
"""

from __future__ import annotations

import argparse
import pickle
import sys
import tempfile
import zlib
from collections.abc import Iterator, Sequence
from importlib import import_module
from pathlib import Path
from typing import Literal

from cleaner import CleanConfig
from cleaner.lines.weights import dump_weights
from cleaner.training.evaluation import EvaluationSettings, evaluate_pages, summarise, summarise_gold, worst_measures
from cleaner.training.fitting import TrainingText, collect_texts, fit_weights
from cleaner.training.labelled import LabelledPage, read_labelled
from cleaner.training.measures import Measure
from cleaner.training.tables import gold_table, measure_table, worst_table

FOLDS = 5
# The scripts in this folder import each other by name.
WITHOUT_HEADLINE: frozenset[str] = import_module("quality").WITHOUT_HEADLINE


def fold_of(host: str) -> int:
    """The fold of a host."""
    return zlib.crc32(host.encode()) % FOLDS


def group_of(page: LabelledPage, by: str) -> str:
    """The group of a page: a number derived from its host, its language, or its data set."""
    return {"lang": str(page.lang), "set": page.name}.get(by, str(fold_of(page.host)))


def read_pages(folder: Path, names: Sequence[str], every: int) -> list[LabelledPage]:
    """The pages of the named sets."""
    return [page for name in names for page in read_labelled(folder / f"{name}.jsonl.gz", every)]


def training_texts(pages: Sequence[LabelledPage], store: Path | None, jobs: int) -> list[TrainingText]:
    """The training texts of pages, from the file of an earlier run if there is one."""
    if store is not None and store.exists():
        return list(pickle.loads(store.read_bytes()))
    texts = list(collect_texts(pages, processes=jobs))
    if store is not None:
        store.write_bytes(pickle.dumps(texts, protocol=5))
    return texts


def measure_group(
    pages: Sequence[LabelledPage], texts: Sequence[TrainingText], weights: Path, options: argparse.Namespace
) -> Iterator[Measure]:
    """The measures of pages cleaned with weights fitted on texts of other pages; fits the weights unless stored."""
    if not weights.exists():
        left_out = {page.id for page in pages}
        others = [text for text in texts if text.page not in left_out and text.other not in left_out]
        fitted = fit_weights(others, {"by": "benchmarks/crossvalidate.py"})
        weights.write_text(dump_weights(fitted), "utf-8")
    settings = {
        name: EvaluationSettings(CleanConfig(headline="drop" if name in WITHOUT_HEADLINE else "first", weights=weights))
        for name in {page.name for page in pages}
    }
    measured = pages[:: options.measure_every]
    for report in evaluate_pages(((page, settings[page.name]) for page in measured), processes=options.jobs):
        yield from report.measures


def main() -> int:
    """Measure and print the tables."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("folder", type=Path)
    parser.add_argument("--sets", default="daniel,fundus,wcxb_dev")
    parser.add_argument("--every", type=int, default=1)
    parser.add_argument("--jobs", type=int, default=2)
    parser.add_argument("--by", choices=("host", "lang", "set"), default="host")
    parser.add_argument("--langs", default="el,zh,pl,ru,de")
    parser.add_argument("--also", type=Path, metavar="FOLDER")
    parser.add_argument("--worst", type=int, default=0)
    parser.add_argument("--scraper", default="")
    parser.add_argument("--texts", type=Path)
    parser.add_argument("--measure-every", type=int, default=1)
    parser.add_argument("--weights", type=Path)
    parser.add_argument("--details", type=Path, help="store the measures here, pickled")
    options = parser.parse_args()
    pages = read_pages(options.folder, options.sets.split(","), options.every)
    marked = list(read_labelled(options.also, 1)) if options.also else []
    texts = training_texts([*pages, *marked], options.texts, options.jobs)
    groups: dict[str, list[LabelledPage]] = {}
    for page in pages:
        groups.setdefault(group_of(page, options.by), []).append(page)
    chosen = options.langs.split(",") if options.by == "lang" else sorted(groups)
    measures: list[Measure] = []
    for group in chosen:
        print(f"{options.by} {group}: {len(groups[group])} pages", file=sys.stderr)
        with tempfile.TemporaryDirectory() as temporary:
            folder = options.weights or Path(temporary)
            measures += measure_group(groups[group], texts, folder / f"{options.by}-{group}.json", options)
    if options.details:
        options.details.write_bytes(pickle.dumps(measures, protocol=5))
    by: Literal["lang"] | None = "lang" if options.by == "lang" else None
    print("\n".join([*measure_table(summarise(measures, by), by), "", *gold_table(summarise_gold(measures, by), by)]))
    if options.worst:
        found = [item for item in measures if not options.scraper or item.scraper == options.scraper]
        print("\n".join(["", *worst_table(worst_measures(found, options.worst), width=160)]))
    return 0


if __name__ == "__main__":
    sys.exit(main())
