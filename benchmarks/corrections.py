"""What corrections are worth: patterns suggested from them, and weights that have learned them.

    python benchmarks/corrections.py DATA_FOLDER samples/marked [--fit]

The lines of every second marked document that are treated otherwise than marked are the corrections. Without --fit: how
many hold with the patterns that are suggested from them. With --fit (a quarter of an hour or more): weights are fitted to
pages of DATA_FOLDER and to the marked documents that are not tested, without and with corrections; how many of these
hold, and what is lost and left in the other documents and in pages of `fundus` that were not read.
"""

from __future__ import annotations

import argparse
import random
import tempfile
from collections import defaultdict
from collections.abc import Iterable, Sequence
from dataclasses import replace
from pathlib import Path

from cleaner import CleanConfig, Cleaner
from cleaner.documents import digest_of
from cleaner.lines.weights import dump_weights
from cleaner.matching.library import builtin_patterns
from cleaner.matching.pattern import PatternSet
from cleaner.training import corrected
from cleaner.training.corrected import CorrectedText, corrected_texts
from cleaner.training.corrections import Correction, Judged, judge_corrections
from cleaner.training.fitting import TEXT_WEIGHT, TrainingText, collect_texts, fit_weights
from cleaner.training.labelled import LabelledPage, read_labelled
from cleaner.training.marked import MarkedDocument, read_marked_folder
from cleaner.training.measures import score_text
from cleaner.training.pattern_files import load_entry
from cleaner.training.suggesting import JudgedDocument, suggest_patterns

TESTED = ("fr-blogs", "fr-press", "others", "forms", "fr-ordinary", "ordinary")
FITTED = ("fr-fragments", "fr-pages", "other-languages")
PAGES = (("daniel", 6), ("fundus", 2), ("wcxb_dev", 6))
FEW = 20


def errors(cleaner: Cleaner, documents: Iterable[MarkedDocument]) -> list[JudgedDocument]:
    """The documents with the lines that are treated otherwise than marked, as corrections."""
    found = []
    for document in documents:
        text, at = document.text, 0
        result, digest, marks = cleaner.clean(text), digest_of(text), []
        for line in document.lines:
            end = at + len(line.text)
            if line.mark in "+-" and line.text.strip():
                label = "article" if line.mark == "+" else "noise"
                marks.append(Correction(document.name, None, at, end, line.text, label, digest))  # type: ignore[arg-type]
            at = end + 1
        judged = [one for one in judge_corrections(marks, text, result) if not one.holds]
        if judged:
            found.append(JudgedDocument(document.name, text, result, tuple(judged)))
    return found


def judge_again(cleaner: Cleaner, documents: Iterable[JudgedDocument]) -> list[list[Judged]]:
    """The corrections of each document, judged with another cleaner."""
    return [
        judge_corrections((one.correction for one in each.judged), each.original, cleaner.clean(each.original))
        for each in documents
    ]


def suggest(documents: Sequence[JudgedDocument]) -> None:
    """Print how many corrections hold with the patterns that are suggested."""
    found = suggest_patterns(
        documents, "any", lambda more: judge_again(Cleaner(patterns=builtin_patterns() + more), documents)
    )
    patterns = builtin_patterns() + PatternSet(load_entry(entry, "any") for entry in found.entries)
    judged = [one for each in judge_again(Cleaner(patterns=patterns), documents) for one in each]
    hold = sum(one.holds for one in judged)
    print(f"corrections {len(judged)}, entries {len(found.entries)}, hold {hold}, not proposed {len(found.notes)}")


def lost_and_left(cleaner: Cleaner, documents: Iterable[MarkedDocument]) -> str:
    """The share of the words of articles that is lost, and of noise that is left."""
    words = {"+": 0.0, "-": 0.0}
    stay = {"+": 0.0, "-": 0.0}
    for document in documents:
        kept = bytearray(b"\1" * len(document.text))
        for removal in cleaner.clean(document.text).removals:
            kept[removal.start : removal.end] = bytes(removal.end - removal.start)
        at = 0
        for line in document.lines:
            if line.mark in words:
                count = len(line.text.split())
                words[line.mark] += count
                stay[line.mark] += count * sum(kept[at : at + len(line.text)]) / max(len(line.text), 1)
            at += len(line.text) + 1
    return f"{1 - stay['+'] / words['+']:.4f}  {stay['-'] / words['-']:.4f}"


def mean_f1(cleaner: Cleaner, pages: Sequence[LabelledPage]) -> str:
    """The mean F1 of extracted texts and of flattened pages, without headlines."""
    means = []
    for scraper in ("trafilatura", "bs4"):
        own = [page for page in pages if scraper in page.texts]
        scores = [score_text(cleaner.clean(page.texts[scraper]).text, page.gold, page.lang).f1 for page in own]
        means.append(sum(scores) / len(scores))
    return "  ".join(f"{mean:.4f}" for mean in means)


def fit(texts: Sequence[TrainingText]) -> CleanConfig:
    """A configuration with weights fitted to some texts."""
    with tempfile.NamedTemporaryFile(suffix=".json", delete=False) as file:
        file.write(dump_weights(fit_weights(list(texts), {})).encode())
    return CleanConfig(weights=Path(file.name))


def some_of(documents: Sequence[JudgedDocument], count: int) -> list[JudgedDocument]:
    """The documents with some of their corrections, drawn with a fixed seed."""
    pairs = [(number, one) for number, document in enumerate(documents) for one in document.judged]
    chosen: dict[int, list[Judged]] = defaultdict(list)
    for number, one in random.Random(1).sample(pairs, min(count, len(pairs))):
        chosen[number].append(one)
    return [documents[number]._replace(judged=tuple(own)) for number, own in chosen.items()]


def learn(data: Path, marked: Path, tested: Sequence[MarkedDocument], others: Sequence[MarkedDocument]) -> None:
    """Print what weights make of corrections and of documents that were not marked."""
    sets = [*((data / f"{name}.jsonl.gz", every) for name, every in PAGES), *((marked / name, 1) for name in FITTED)]
    texts = list(collect_texts((page for path, every in sets for page in read_labelled(path, every)), processes=2))
    unread = list(read_labelled(data / "fundus.jsonl.gz"))[1::2]
    base = fit(texts)
    documents = errors(Cleaner(base), tested)
    print("corrections  weight  hold  lost    left    fundus")

    def show(config: CleanConfig, chosen: Sequence[JudgedDocument], weight: int) -> None:
        judged = [one for each in judge_again(Cleaner(config), chosen) for one in each]
        figures = [lost_and_left(Cleaner(config), others), mean_f1(Cleaner(config.replace(headline="drop")), unread)]
        print(f"{len(judged):11}  {weight:6}  {sum(one.holds for one in judged):4}  {'  '.join(figures)}", flush=True)

    show(base, documents, 0)
    for chosen in (some_of(documents, FEW), documents):
        for weight in (1, 10, 100):
            corrected.CORRECTION_WEIGHT = weight * TEXT_WEIGHT
            marks = (
                CorrectedText(one.name, one.original, None, None, [judged.correction for judged in one.judged])
                for one in chosen
            )
            show(fit([*texts, *corrected_texts(marks)]), chosen, weight)


def main() -> None:
    """Read the marked documents and measure."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("data", type=Path)
    parser.add_argument("marked", type=Path)
    parser.add_argument("--fit", action="store_true")
    arguments = parser.parse_args()
    documents = [
        replace(document, name=f"{name}/{document.name}")
        for name in TESTED
        for document in read_marked_folder(arguments.marked / name)
    ]
    if arguments.fit:
        learn(arguments.data, arguments.marked, documents[0::2], documents[1::2])
    else:
        suggest(errors(Cleaner(), documents[0::2]))


if __name__ == "__main__":
    main()
