"""The command ``clean``: texts and records in, articles out."""

from __future__ import annotations

import math
from typing import TYPE_CHECKING, Annotated, NoReturn

import typer

from cleaner.cli.configuration import DEFAULT_TIMEOUT, NoConfigOption
from cleaner.cli.groups import Cleaning, spread
from cleaner.cli.inputs import Reading
from cleaner.cli.learn import check_twice_readable, with_memory
from cleaner.cli.notes import failed_note, found_notes, passed_note
from cleaner.cli.options import (
    BackupOption,
    ColourOption,
    DiffOption,
    DryRunOption,
    ErrorsOption,
    EvidenceOption,
    JobsOption,
    LineBufferedOption,
    OutputFormatOption,
    ResultFieldOption,
    ResumeOption,
    TimeoutOption,
    count_cores,
    make_diff,
    make_evidence,
    make_format,
    make_output,
    standard_input,
)
from cleaner.cli.output import (
    EXIT_FAILED,
    EXIT_INTERRUPTED,
    EXIT_TERMINATED,
    TerminatedError,
    catch_signals,
    reporting,
    say,
    say_all,
    say_each,
    write,
    write_error,
)
from cleaner.cli.planning import check_usage, make_places, plan_places
from cleaner.cli.site_inputs import without_memories
from cleaner.corpus.records import Source, find_sources, require_encoding
from cleaner.corpus.records.sources import DOCUMENT_FORMATS, is_folder
from cleaner.corpus.records.unread import Unread
from cleaner.corpus.records.zips import is_zip
from cleaner.errors import CleanerError, ConfigError, OutputError

if TYPE_CHECKING:
    from cleaner.corpus.batch import Outcome, Plan, Settings, StoppedError

__all__ = ["run"]


@spread
def run(
    paths: Annotated[
        list[str] | None,
        typer.Argument(metavar="PATH", help="Files, folders, or - for standard input."),
    ] = None,
    *,
    output: Annotated[
        str | None,
        typer.Option(
            "--output",
            "-o",
            metavar="FILE|FOLDER",
            help="Where to write: a file for one input, otherwise a folder; with a slash at its end it is a folder.",
        ),
    ] = None,
    in_place: Annotated[
        bool, typer.Option("--in-place", help="Write each result over its input; a file is never half written.")
    ] = False,
    backup: BackupOption = None,
    removed: Annotated[
        str | None,
        typer.Option("--removed", metavar="FILE.jsonl", help="Also write every removal, with its place and reasons."),
    ] = None,
    evidence: EvidenceOption = "strongest",
    reading: Reading,
    cleaning: Cleaning,
    output_format: OutputFormatOption = "text",
    result_field: ResultFieldOption = None,
    learn_sites: Annotated[
        bool,
        typer.Option(
            "--learn-sites",
            help="First learn what the sites of the inputs repeat, into --sites if it is given, then clean with it.",
        ),
    ] = False,
    no_config: NoConfigOption = False,
    jobs: JobsOption = None,
    resume: ResumeOption = False,
    dry_run: DryRunOption = False,
    diff: DiffOption = False,
    colour: ColourOption = None,
    errors: ErrorsOption = None,
    timeout: TimeoutOption = DEFAULT_TIMEOUT,
    line_buffered: LineBufferedOption = False,
    quiet: Annotated[
        bool, typer.Option("--quiet", "-q", help="Report failures only: no notes, no bar, no table at the end.")
    ] = False,
) -> None:
    """Remove the noise from texts and records.

    The article stays. A text file is one document, and so is an HTML page, which becomes text or Markdown. JSONL, JSON, CSV, TSV,
    Parquet, Excel, SQLite, WARC and WET files hold many; everything but their text stays as it is. All but Parquet,
    Excel and SQLite may be compressed (.gz, .zst, .bz2, .xz). A folder, or a zip archive, stands for all files in it
    with a known ending; the others are counted at the end. What a text, or a named file without one of these endings,
    holds is looked at: a page of HTML is read as one, and what is no text is refused.

    One text goes to standard output byte for byte as it was, without the noise: encoding, byte order mark and line
    ends are kept. Several on standard output are joined in order, in UTF-8, each on a line of its own. With -o and
    several inputs the result is a folder that mirrors them.

    \b
    Examples:
      cleaner clean page.txt
      curl -s https://example.org/page.txt | cleaner clean
      cleaner clean page.html -o article.txt
      cleaner clean page.html -o article.md --output-format markdown
      cleaner clean corpus/ -o articles/ --removed removed.jsonl
      cleaner clean pages.zip -o articles.zip
      cleaner clean crawl.jsonl.zst -o clean.jsonl.zst --field page.text
      cleaner clean crawl.jsonl.zst -o clean.jsonl.zst --field page.text --resume
      cleaner clean pages.csv -o clean.csv --field body
      cleaner clean pages.xlsx -o clean.xlsx --sheet News
      cleaner clean pages.sqlite -o clean.sqlite --table pages --result-field clean
      cleaner clean CC-MAIN-2026.warc.wet.gz -o articles.jsonl.gz
      cleaner clean page.txt --keep byline,publication-date --headline drop
      cleaner clean crawl.jsonl -o clean.jsonl --learn-sites
      cleaner clean corpus/ --dry-run
      cleaner clean page.txt --diff
      cleaner clean --in-place old.txt --encoding cp1252
    """
    del no_config  # its callback has made the defaults
    with reporting(), catch_signals():
        names = paths or standard_input()
        places = make_places(
            names,
            output,
            in_place=in_place,
            removed=removed,
            errors=errors,
            resume=resume,
            dry_run=dry_run or diff,
            diff=diff,
            backup=backup,
        )
        check_usage(places, jobs=jobs, max_document=reading.max_document)
        all_evidence = make_evidence(evidence, is_written=removed is not None)
        shown_diff = make_diff(wanted=diff, colour=colour)
        config = cleaning.config()
        if reading.encoding is not None:
            require_encoding(reading.encoding)
        html_output = make_output(output_format, engine=cleaning.engine)
        unread = Unread()
        sources, missing = find_sources(
            names,
            leave_out=places.output,
            backup=backup,
            format=make_format(reading.format),
            page_ending=".md" if html_output == "markdown" else ".txt",
            unread=unread,
        )
        sources, left_out = without_memories(sources, names, cleaning.sites, "--sites", is_quiet=quiet)
        if learn_sites:
            check_twice_readable(sources, is_dry=places.dry_run, sites=cleaning.sites)
        reading.check_url(sources)
        fields = reading.fields(result_field)
        plan, problems = plan_places(
            places,
            sources,
            fields,
            write=write,
            config=config,
            html_output=html_output,
            jobs=jobs or count_cores(),
            is_line_buffered=line_buffered,
            is_quiet=quiet,
        )
        failed = say_all([*missing, *left_out]) + say_all(problems)
        if not quiet and places.has_output_inside:
            say(f"{places.output}: is inside an input, and the files in it are not read; results go there")
        if plan.sources:
            settings = reading.settings(
                config,
                fields,
                output=html_output,
                timeout=timeout if 0 < timeout < math.inf else None,
                with_removals=removed is not None,
                with_all_evidence=all_evidence,
                diff=shown_diff,
                is_joined=plan.targets is None and not plan.is_dry and len(plan.sources) > 1,
            )
            with with_memory(plan, settings, learns=learn_sites) as settings_with_memory:
                outcome = _run(plan, settings_with_memory, resume=resume)
            if not quiet and (dry_run or _is_corpus(names, plan.sources)):
                _say_table(outcome)
            if not quiet:
                say_each(found_notes(outcome.tally, plan.sources))
            _say_failures(plan, outcome)
            failed += outcome.has_failures
        failed += say_each(unread.failures())
        if not quiet:
            say_each(filter(None, [unread.note()]))
        if failed:
            raise typer.Exit(EXIT_FAILED)


def _run(plan: Plan, settings: Settings, *, resume: bool) -> Outcome:
    from cleaner.cli.progress import Bar
    from cleaner.corpus.batch import StoppedError, run_batch

    is_free = settings.diff is None and (plan.is_dry or plan.targets is not None)
    bar = Bar(wanted=not plan.is_quiet and is_free)
    try:
        return run_batch(plan, settings, bar, resume=resume)
    except StoppedError as stopped:
        bar.clear()
        _end_stopped(stopped)
    finally:
        bar.clear()


def _end_stopped(stopped: StoppedError) -> NoReturn:
    """Say why a run ended before it was done, and how to resume it."""
    cause = stopped.__cause__
    way = "run the same command with --resume" if stopped.can_resume else "no file is half written"
    if isinstance(cause, KeyboardInterrupt):
        say(f"interrupted; {way}")
        raise typer.Exit(EXIT_INTERRUPTED) from None
    if isinstance(cause, TerminatedError):
        say(f"terminated; {way}")
        raise typer.Exit(EXIT_TERMINATED) from None
    if stopped.can_resume and isinstance(cause, CleanerError) and not isinstance(cause, ConfigError):
        kind = OutputError if isinstance(cause, OutputError) else CleanerError
        raise kind(f"{cause}; then {way}") from None
    assert cause is not None
    raise cause


def _is_corpus(names: list[str], sources: list[Source]) -> bool:
    """Whether a run is over many documents, so that a table of it is useful."""
    return any(source.format not in DOCUMENT_FORMATS for source in sources) or any(
        is_folder(name) or is_zip(name) for name in names
    )


def _say_table(outcome: Outcome) -> None:
    from cleaner.corpus.batch.tables import run_table

    write_error("".join(f"{line}\n" for line in run_table(outcome.tally)))


def _say_failures(plan: Plan, outcome: Outcome) -> None:
    if outcome.tally.failed and plan.errors is not None:
        say(failed_note(outcome.tally.failed, plan.errors))
    kept = any(source.format == "warc" and not plan.to_jsonl(index) for index, source in enumerate(plan.sources))
    if not plan.is_quiet and outcome.tally.passed and kept:
        say(passed_note(outcome.tally.passed))
