"""The command ``fit``: fits the weights of the line scorer to pages with a known article."""

from __future__ import annotations

import hashlib
import importlib.util
import os
from collections import Counter
from collections.abc import Iterator, Sequence
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any

import typer

from cleaner.cli.corrections import CorrectionsOption, Found, RootOption, find_corrected
from cleaner.cli.output import EXIT_FAILED, refuse, reporting, say, show_progress
from cleaner.config import CleanConfig
from cleaner.corpus.records import write_file
from cleaner.corpus.records.locks import remove_leftovers
from cleaner.corpus.records.targets import Names
from cleaner.errors import InputError
from cleaner.training.corrections import ARTICLE
from cleaner.training.labelled import LabelledPage, data_name, read_labelled

if TYPE_CHECKING:
    from cleaner.training.corrected import CorrectedText

__all__ = ["run"]


def run(
    data: Annotated[
        list[Path] | None,
        typer.Argument(metavar="DATA", help="Labelled pages: NAME.jsonl or NAME.jsonl.gz, one JSON object a line."),
    ] = None,
    *,
    output: Annotated[
        Path | None, typer.Option("--output", "-o", metavar="WEIGHTS", help="The file to write.", show_default=False)
    ] = None,
    corrections: CorrectionsOption = None,
    root: RootOption = None,
    every: Annotated[int, typer.Option("--every", metavar="N", help="Only every N-th page.")] = 1,
    jobs: Annotated[
        int | None, typer.Option("--jobs", metavar="N", help="Processes; as many as there are cores if left out.")
    ] = None,
    html: Annotated[
        bool,
        typer.Option(
            "--html", help="Fit the model of HTML blocks; needs NAME.html.jsonl.gz beside each NAME.jsonl.gz."
        ),
    ] = False,
) -> None:
    """Fit weights of your own to labelled pages.

    Those of the line scorer, or the model of HTML blocks, from pages with a known article. The lines of DATA are as for `cleaner eval`. The same pages give the same weights, and the file says from which
    data it was made. Use it with --weights, or CleanConfig(weights=...). A few hundred pages from many sites are
    needed; all texts are held in memory, about 1 MB for each page. DATA may also be a folder of marked documents.

    With --corrections the lines of texts that a person has marked in a report are learned too, each as much as a text of
    DATA. They move the scorer's points, in documents of the same kind as well; a line that a pattern removes stays removed.
    For single lines that come again, `cleaner patterns suggest` is the surer way.

    \b
    Examples:
      cleaner fit labelled.jsonl.gz -o weights.json
      cleaner fit labelled.jsonl.gz --corrections corrections.jsonl -o weights.json
      cleaner fit --html labelled.jsonl.gz -o html-weights.json
      cleaner eval other-sites.jsonl.gz --weights weights.json
    """
    with reporting():
        paths = data or refuse("no data; give .jsonl files of labelled pages (see `cleaner fit --help`)")
        target = output or refuse("-o is missing; name the file to write the weights to")
        for option, value in (("--every", every), ("--jobs", 1 if jobs is None else jobs)):
            if value < 1:
                refuse(f"{option}: {value} is too small; give 1 or more")
        marked = corrections or []
        if html and marked:
            refuse("--html and --corrections exclude each other: corrections teach the line scorer, not the blocks")
        if _is_read(target, [*paths, *marked], html=html):
            refuse(f"-o {target}: is an input; name another file")
        names = [data_name(path) for path in paths]
        if len(set(names)) < len(names):
            refuse("two data sets have the same name, so the weights could not tell them apart; rename one of them")
        _check_inputs([*paths, *marked])
        for needed in ("lightgbm",) if html else ("lightgbm", "rapidfuzz"):
            if importlib.util.find_spec(needed) is None:
                refuse(f"fitting needs {needed}; install it with: python -m pip install 'news-cleaner[fit]'")
        if html:
            _fit_html(paths, target, every)
        else:
            found = find_corrected(marked, CleanConfig(), root) if marked else Found()
            _fit(paths, target, every, jobs or os.cpu_count() or 1, marked, found)
            if found.failed:
                raise typer.Exit(EXIT_FAILED)


def _check_inputs(paths: Sequence[Path]) -> None:
    """Raise `InputError` for a file that is not there, before anything is installed or fitted in vain."""
    for path in paths:
        if not os.path.exists(path):  # noqa: PTH110 - never fails
            raise InputError(f"{path}: does not exist; check the path")


def _is_read(target: Path, paths: Sequence[Path], *, html: bool) -> bool:
    """Whether the fit reads this file."""
    from cleaner.training.labelled_html import html_path

    names = Names()
    for path in paths:
        for read in path.rglob("*") if path.is_dir() else [path]:
            names.take(read, "an input")
        if html:
            names.take(html_path(path), "an input")
    return names.holder(target) is not None


def _write(target: Path, data: bytes) -> None:
    remove_leftovers(target.parent)
    write_file(target, data)


def _fit(paths: Sequence[Path], target: Path, every: int, jobs: int, corrections: Sequence[Path], found: Found) -> None:
    from cleaner.lines.weights import dump_weights
    from cleaner.training.corrected import corrected_texts
    from cleaner.training.fitting import collect_texts, fit_weights

    counts: Counter[str] = Counter()
    texts = list(collect_texts(show_progress(_pages(paths, every, counts), "pages"), processes=jobs))
    if not any(text.is_noise.any() for text in texts):
        refuse("no text of DATA has a line of noise, so there is nothing to learn; give texts as they were scraped")
    made = _describe(paths, counts, every, len(texts), corrections)
    texts += corrected_texts(_corrected(found))
    weights = fit_weights(texts, made, report=say)
    _write(target, dump_weights(weights).encode("utf-8", "replace"))


def _corrected(found: Found) -> Iterator[CorrectedText]:
    """The texts with corrections; how many corrections the fit cannot learn from is said."""
    from cleaner.training.corrected import CorrectedText

    texts = [document for document in found.documents if document.job.is_text]
    others = sum(len(document.judged) for document in found.documents if not document.job.is_text)
    if others:
        say(f"corrections on pages of HTML and on Markdown, which the line scorer does not learn from: {others}")
    judged = [one for document in texts for one in document.judged]
    named = sum(one.correction.label == ARTICLE and bool(one.patterns) and not one.holds for one in judged)
    if named:
        say(
            f"corrections of lines that a pattern removes, whatever the weights: {named}; "
            "`cleaner patterns suggest` writes patterns that keep them"
        )
    for document in texts:
        known = document.job.document
        name = document.judged[0].correction.document
        yield CorrectedText(name, document.original, known.title, known.lang, document.corrections)


def _fit_html(paths: Sequence[Path], target: Path, every: int) -> None:
    from cleaner.html.model import dump_model
    from cleaner.training.block_fitting import fit_files

    _write(target, dump_model(fit_files(paths, every=every, report=say)).encode())


def _pages(paths: Sequence[Path], every: int, counts: Counter[str]) -> Iterator[LabelledPage]:
    for path in paths:
        for page in read_labelled(path, every):
            counts[page.name] += 1
            yield page


def _describe(
    paths: Sequence[Path], counts: Counter[str], every: int, texts: int, corrections: Sequence[Path]
) -> dict[str, Any]:
    """How the weights were made, for their file."""
    names = " ".join(path.name for path in paths)
    options = [*([f"--every {every}"] if every > 1 else []), *(f"--corrections {path.name}" for path in corrections)]
    digests = {"corrections": {path.name: _fingerprint(path) for path in corrections}} if corrections else {}
    return {
        "by": " ".join([f"cleaner fit {names}", *options]),
        "texts": texts,
        "data": {
            data_name(path): {
                "pages": counts[data_name(path)],
                "sha256": _fingerprint(path),
            }
            for path in paths
        },
        **digests,
    }


def _fingerprint(path: Path) -> str:
    """A digest of a data set: of its file, or of the names and contents of a folder's marked documents."""
    if not path.is_dir():
        return hashlib.sha256(path.read_bytes()).hexdigest()
    digest = hashlib.sha256()
    for document in sorted(path.rglob("*.txt")):
        digest.update(document.relative_to(path).as_posix().encode() + b"\0" + document.read_bytes())
    return digest.hexdigest()
