"""Labelled pages with their HTML -> the model of blocks, reproducibly.

The weight of a block grows with its words, but more slowly, and depends on the size of the page's article. Copies of
the headline are left out: they are found without the model. The weights of the words in elements' names are learnt
first, from words that several hosts use; the trees see weights learnt from hosts other than the block's own.
"""

from __future__ import annotations

import hashlib
import math
import zlib
from collections import defaultdict
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np

from cleaner.html.data import element_words, signal_names
from cleaner.html.headlines import find_headlines
from cleaner.html.metadata import page_titles
from cleaner.html.model import BlockModel
from cleaner.html.page import read_page
from cleaner.html.signals import NameWeights, block_signals, name_signals
from cleaner.html.view import PageView
from cleaner.text.arrays import BoolArray, FloatArray, SingleArray
from cleaner.text.words import word_lists
from cleaner.training.block_labels import label_blocks
from cleaner.training.labelled import LabelledPage
from cleaner.training.labelled_html import html_path, read_labelled_html
from cleaner.trees import fit_trees, signal_names_of

__all__ = ["TrainingPage", "collect_pages", "fit_files", "fit_model", "learn_names"]

FOLDS = 5
ROUNDS = 120
PARAMETERS: dict[str, Any] = {
    "objective": "binary",
    "num_leaves": 31,
    "max_depth": 9,
    "learning_rate": 0.1,
    "min_data_in_leaf": 40,
    "feature_fraction": 0.5,
    "bagging_fraction": 0.7,
    "bagging_freq": 1,
    "lambda_l2": 5.0,
    "max_bin": 127,
    "num_threads": 1,
    "deterministic": True,
    "force_row_wise": True,
    "seed": 7,
    "verbose": -1,
}
WEIGHT_POWER = 0.75
# The least hosts that use a word for its weight to be learnt, and the average hosts that are added to smooth it.
MIN_HOSTS = 4
ADDED_HOSTS = 3.0
# How many elements around a block count with the words in their names.
NAME_UPS = 4
LIMIT_SHARE = 0.002


@dataclass(frozen=True, slots=True, eq=False)
class TrainingPage:
    """One page as the model sees it: signals, labels and weights of its blocks, and the words in elements' names.

    ``names``: for each word the weight of main content and of all blocks inside elements with that word.
    """

    host: str
    page: str
    view: PageView
    signals: SingleArray
    is_main: BoolArray
    weight: FloatArray
    chosen: BoolArray
    names: Mapping[str, tuple[float, float]]


def fit_files(paths: Sequence[Path], *, every: int = 1, report: Callable[[str], None] = lambda _: None) -> BlockModel:
    """The model fitted to data sets, NAME.jsonl.gz with NAME.html.jsonl.gz beside each; only every ``every``-th page.

    The model's ``made`` field names the files and a digest of each. Raises `InputError` for a file that cannot be read,
    and `CleanerError` without lightgbm.
    """
    pages: list[TrainingPage] = []
    counts = {}
    for path in paths:
        report(f"reading {path.name}")
        before = len(pages)
        pages += collect_pages(read_labelled_html(path, every))
        counts[path.name] = len(pages) - before
    made = {
        "by": "cleaner fit --html " + " ".join(path.name for path in paths),
        "every": every,
        "pages": counts,
        "data": {file.name: _digest(file) for path in paths for file in (path, html_path(path))},
    }
    return fit_model(pages, made, report=report)


def _digest(path: Path) -> str:
    with path.open("rb") as file:
        return hashlib.file_digest(file, "sha256").hexdigest()[:16]


def collect_pages(pages: Iterable[tuple[LabelledPage, str]]) -> Iterator[TrainingPage]:
    """The training pages made from labelled pages with their HTML; pages without blocks are left out."""
    for page, markup in pages:
        read = read_page(markup)
        if not read.blocks:
            continue
        view = PageView(read, page_titles(read.root), word_lists(), element_words())
        read.root = None
        signals = np.array(list(block_signals(view).values()), dtype=np.float32).T
        labels = label_blocks(view.texts, page.gold, page.lang)
        size = np.array([len(tokens) for tokens in labels.tokens], dtype=np.float64)
        chosen = size > 0
        chosen[find_headlines(read, view.document.folded_lines, view.titles)] = False
        weight = ((size + 2.0) / (len(labels.gold) + 50.0)) ** WEIGHT_POWER
        names = _names_of(view, labels.is_main, (size + 2.0) ** WEIGHT_POWER, chosen)
        view.forget()
        yield TrainingPage(page.host, page.id, view, signals, labels.is_main, weight, chosen, names)


def _names_of(
    view: PageView, is_main: BoolArray, weight: FloatArray, chosen: BoolArray
) -> dict[str, tuple[float, float]]:
    found: dict[str, list[float]] = defaultdict(lambda: [0.0, 0.0])
    ups = np.array(view.ups[:NAME_UPS])
    for block in np.flatnonzero(chosen).tolist():
        own = float(weight[block])
        for word in {word for node in set(ups[:, block].tolist()) for word in view.words[node]}:
            found[word][1] += own
            if is_main[block]:
                found[word][0] += own
    return {word: (main, whole) for word, (main, whole) in found.items()}


def learn_names(pages: Sequence[TrainingPage]) -> dict[str, float]:
    """For each word of names that several hosts use, the log-odds of main content inside such elements."""
    by_host: dict[str, dict[str, list[float]]] = defaultdict(lambda: defaultdict(lambda: [0.0, 0.0]))
    whole: dict[str, list[float]] = defaultdict(lambda: [0.0, 0.0])
    for page in pages:
        for word, (main, every) in page.names.items():
            sums = by_host[word][page.host]
            sums[0] += main
            sums[1] += every
        sums = whole[page.host]
        sums[0] += float(page.weight[page.chosen & page.is_main].sum())
        sums[1] += float(page.weight[page.chosen].sum())
    prior = float(np.mean([main / max(every, 1e-9) for main, every in whole.values()]))
    found = {}
    for word in sorted(by_host):
        hosts = by_host[word].values()
        if len(hosts) >= MIN_HOSTS:
            share = sum(main / every for main, every in hosts) + ADDED_HOSTS * prior
            found[word] = round(_log_odds(share / (len(hosts) + ADDED_HOSTS)) - _log_odds(prior), 3)
    return found


def _log_odds(share: float) -> float:
    bounded = min(max(share, LIMIT_SHARE), 1.0 - LIMIT_SHARE)
    return math.log(bounded / (1.0 - bounded))


def fit_model(
    pages: Sequence[TrainingPage], made: Mapping[str, Any], *, report: Callable[[str], None] = lambda _: None
) -> BlockModel:
    """The model fitted to training pages; needs lightgbm, an extra of the package.

    ``made``: how the model was made, for its file; ``report`` receives progress messages. The same pages give the same
    model.
    """
    rows = []
    for fold in range(FOLDS):
        report(f"names, fold {fold + 1} of {FOLDS}")
        own = [page for page in pages if _fold_of(page.host) == fold]
        names = learn_names([page for page in pages if _fold_of(page.host) != fold])
        rows += [(page, _matrix(page, names)[page.chosen]) for page in own]
    report("trees")
    weight = np.concatenate([page.weight[page.chosen] for page, _ in rows])
    used, trees = fit_trees(
        np.vstack([values for _, values in rows]),
        np.concatenate([page.is_main[page.chosen] for page, _ in rows]).astype(np.float32),
        weight,
        PARAMETERS,
        ROUNDS,
    )
    return BlockModel(signal_names_of(signal_names(), used), learn_names(pages), trees, made)


def _fold_of(host: str) -> int:
    return zlib.crc32(f"names {host}".encode("utf-8", "surrogatepass")) % FOLDS


def _matrix(page: TrainingPage, names: NameWeights) -> SingleArray:
    """All signals of a page's blocks, with the given weights of names."""
    named = np.array(list(name_signals(page.view, names).values()), dtype=np.float32).T
    return np.hstack([page.signals, named])
