"""The command ``report``: documents in, one page that shows what is removed from them and why."""

from __future__ import annotations

import math
import sys
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any

import typer

from cleaner.cli.configuration import DEFAULT_TIMEOUT, NoConfigOption
from cleaner.cli.groups import Cleaning, spread
from cleaner.cli.inputs import Inputs, Reading, find_inputs
from cleaner.cli.options import (
    JobsOption,
    TimeoutOption,
    count_cores,
    standard_input,
)
from cleaner.cli.output import EXIT_FAILED, catch_signals, refuse, reporting, say_each, write
from cleaner.corpus.records import write_file
from cleaner.corpus.records.locks import remove_leftovers
from cleaner.corpus.records.targets import Names
from cleaner.errors import OutputError

if TYPE_CHECKING:
    from cleaner.corpus.batch.surveying import Survey, SurveySettings

__all__ = ["run", "write_page"]

DEFAULT_SAMPLE = 200
_ENDINGS = (".html", ".htm")


@spread
def run(
    paths: Annotated[
        list[str] | None, typer.Argument(metavar="INPUT", help="Files, folders, or - for standard input.")
    ] = None,
    *,
    output: Annotated[
        Path | None,
        typer.Option(
            "--output",
            "-o",
            metavar="FILE.html",
            help="The page to write; standard output if left out.",
            show_default=False,
        ),
    ] = None,
    sample: Annotated[
        int, typer.Option("--sample", metavar="N", help="How many documents are shown; they are chosen at random.")
    ] = DEFAULT_SAMPLE,
    only: Annotated[
        str | None,
        typer.Option(
            "--only",
            metavar="changed|heavy|doubtful",
            help="Show only documents that lose something, that lose more than half of their words, or that have a flag "
            "or a confidence below 0.7.",
            show_default=False,
        ),
    ] = None,
    reading: Reading,
    cleaning: Cleaning,
    no_config: NoConfigOption = False,
    jobs: JobsOption = None,
    timeout: TimeoutOption = DEFAULT_TIMEOUT,
    quiet: Annotated[bool, typer.Option("--quiet", "-q", help="Report failures only: no bar.")] = False,
) -> None:
    """Make a page that shows what is removed, and why.

    The page has totals over all documents, by kind of noise, language and site, and a sample of documents, the least
    certain first: each with its removed lines struck and coloured by kind, and the reasons and points of every line. It
    asks for nothing from the network, so it can be kept and passed on. The texts of the sample are in it.

    In the page a line can be marked "this was article" or "this was noise"; it exports the marks as corrections.jsonl
    for `cleaner eval`, `cleaner fit` and `cleaner patterns suggest`.

    Inputs are those of `cleaner clean`.

    \b
    Examples:
      cleaner report corpus/ -o report.html
      cleaner report crawl.jsonl.zst -o report.html --field page.text --sample 50
      cleaner report crawl.jsonl.zst -o report.html --only doubtful
    """
    del no_config  # its callback has made the defaults
    with reporting(), catch_signals():
        names = paths or standard_input()
        if only is not None and only not in ("changed", "heavy", "doubtful"):
            refuse(f"--only: {only!r} is unknown; use one of: changed, heavy, doubtful")
        if sample < 1:
            refuse(f"--sample: {sample} is too small; give 1 or more")
        check_page(output, names)
        config = cleaning.config()
        inputs = find_inputs(
            names,
            reading,
            config,
            jobs=jobs or count_cores(),
            timeout=timeout if 0 < timeout < math.inf else None,
            is_quiet=quiet,
        )
        failed = bool(inputs.failed)
        if inputs.plan.sources:
            survey, settings, has_failures = _survey(inputs, sample, only)
            failed |= has_failures
            if survey.totals.all.documents or not failed:
                write_page(_page(names, reading, cleaning, survey, settings), output)
        failed |= bool(say_each(inputs.unread.failures()))
        if not quiet:
            say_each(filter(None, [inputs.unread.note()]))
        if failed:
            raise typer.Exit(EXIT_FAILED)


def check_page(output: Path | None, names: list[str]) -> None:
    """Refuse a page that would overwrite an input or what is no page, or go to a terminal; its folder is made.

    Raises `OutputError` where that cannot be done.
    """
    if output is None:
        if sys.stdout is not None and sys.stdout.isatty():
            refuse("the page is not for a terminal; name a file for it, as in -o report.html")
        return
    read = Names()
    for name in names:
        path = Path(name)
        for one in path.rglob("*") if path.is_dir() else [path]:
            read.take(one, "an input")
    if read.holder(output) is not None:
        refuse(f"-o {output}: is an input; name another file")
    if output.suffix.lower() not in _ENDINGS:
        refuse(f"-o {output}: is no name of a page; let it end in .html")
    try:
        output.parent.mkdir(parents=True, exist_ok=True)
    except OSError as error:
        raise OutputError(f"{output}: cannot be written: {error.strerror}; check its folder") from None


def write_page(page: bytes, output: Path | None) -> None:
    """Write a page to its file, which is never half written, or to standard output."""
    if output is None:
        write(page)
        return
    remove_leftovers(output.parent)
    write_file(output, page)


def _survey(inputs: Inputs, sample: int, only: Any) -> tuple[Survey, SurveySettings, bool]:
    """The survey of all inputs, with a bar; and whether any of them failed."""
    from cleaner.cli.progress import Bar
    from cleaner.corpus.batch.surveying import SurveySettings, survey_batch

    settings = inputs.settings.extended(SurveySettings, sample=sample, only=only)
    bar = Bar(wanted=not inputs.plan.is_quiet)
    try:
        survey, has_failures = survey_batch(inputs.plan, settings, bar)
    finally:
        bar.clear()
    return survey, settings, has_failures


def _page(names: list[str], reading: Reading, cleaning: Cleaning, survey: Survey, settings: SurveySettings) -> bytes:
    from cleaner import __version__
    from cleaner.report.page.building import Report, render_report

    return render_report(
        Report(
            title="What the cleaner removes",
            inputs=names,
            totals=survey.totals,
            documents=survey.documents(),
            matching=survey.matching,
            only=settings.only,
            options=reading.given(),
            settings=cleaning.given(),
            version=__version__,
        )
    )
