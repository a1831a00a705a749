"""Draws the figures of docs/benchmarks.md.

    python benchmarks/figures.py DATA_FOLDER [--every 6]

The pages are cleaned in each mode with the weights in the package, with the headline dropped where the gold has none.
"""

from __future__ import annotations

import argparse
import os
from collections.abc import Iterator
from pathlib import Path

from cleaner import CleanConfig
from cleaner.training.evaluation import EvaluationSettings, evaluate_pages
from cleaner.training.labelled import LabelledPage, read_labelled
from cleaner.training.measures import Measure
from cleaner.training.plots import draw_evaluation

TARGET = Path(__file__).parents[1] / "docs" / "figures" / "evaluation.svg"
SETS = ("daniel", "fundus", "wcxb_dev", "wcxb_other_dev")
# The sets whose gold has the headline.
WITH_HEADLINE = ("daniel",)


def tasks(data: Path, every: int, config: CleanConfig) -> Iterator[tuple[LabelledPage, EvaluationSettings]]:
    """The pages of all sets, each with how it is cleaned."""
    for name in SETS:
        settings = EvaluationSettings(config.replace(headline="first" if name in WITH_HEADLINE else "drop"))
        for page in read_labelled(data / f"{name}.jsonl.gz", every):
            yield page, settings


def main() -> None:
    """Measure, and write the figure."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("data", type=Path)
    parser.add_argument("--every", type=int, default=6)
    arguments = parser.parse_args()
    measures: dict[str, list[Measure]] = {}
    for mode in ("careful", "balanced", "thorough"):
        pages = tasks(arguments.data, arguments.every, CleanConfig().replace(mode=mode))
        reports = evaluate_pages(pages, processes=os.cpu_count() or 1)
        measures[mode] = [measure for report in reports for measure in report.measures]
    TARGET.parent.mkdir(exist_ok=True)
    TARGET.write_bytes(draw_evaluation(measures, "balanced", TARGET.suffix))
    print(f"{TARGET}: {len({(one.name, one.id) for one in measures['balanced']})} pages")


if __name__ == "__main__":
    main()
