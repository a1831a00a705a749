"""The command ``eval``: measures how well pages with a known article are cleaned."""

from __future__ import annotations

import os
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any, cast

import typer

from cleaner.cli.corrections import CorrectionsOption, RootOption, find_corrected, write_judged
from cleaner.cli.options import (
    DisabledPatternsOption,
    EngineOption,
    HeadlineOption,
    KeepOption,
    ModeOption,
    ThresholdOption,
    WeightsOption,
    make_config,
    split_commas,
)
from cleaner.cli.output import (
    EXIT_FAILED,
    refuse,
    reporting,
    say,
    show_progress,
    terminal_width,
    write,
    write_lines,
)
from cleaner.config import CleanConfig
from cleaner.corpus.records import write_file
from cleaner.corpus.records.targets import Names
from cleaner.errors import InputError, MissingExtraError
from cleaner.training.labelled import GOLD, LabelledPage, data_name, read_labelled

if TYPE_CHECKING:
    from cleaner.training.evaluation import PageReport
    from cleaner.training.measures import Measure

__all__ = ["run"]

MODES = ("careful", "balanced", "thorough")
_KIND = "kind"
_GROUPINGS = ("lang", "host", _KIND)


def run(
    data: Annotated[
        list[Path] | None,
        typer.Argument(metavar="DATA", help="Labelled pages: NAME.jsonl or NAME.jsonl.gz, one JSON object a line."),
    ] = None,
    *,
    scraper: Annotated[
        list[str] | None,
        typer.Option(
            "--scraper",
            metavar="NAME",
            help='Only the texts of this scraper, "gold" for the article itself; repeat it, or use commas.',
        ),
    ] = None,
    by: Annotated[
        str | None,
        typer.Option("--by", metavar="|".join(_GROUPINGS), help="Split the rows, or count what was removed by kind."),
    ] = None,
    worst: Annotated[int, typer.Option("--worst", metavar="N", help="Also the N texts with the largest loss.")] = 0,
    patterns: Annotated[
        bool, typer.Option("--patterns", help="Also where each pattern hits: on main content or on noise.")
    ] = False,
    as_json: Annotated[bool, typer.Option("--json", help="One JSON object instead of tables.")] = False,
    headline: HeadlineOption = "first",
    mode: ModeOption = "balanced",
    threshold: ThresholdOption = 0.0,
    keep: KeepOption = None,
    weights: WeightsOption = None,
    own_patterns: Annotated[
        Path | None,
        typer.Option("--own-patterns", metavar="DIR", help="A folder of your own pattern files, to measure with them."),
    ] = None,
    disabled_patterns: DisabledPatternsOption = None,
    engine: EngineOption = "blocks",
    plot: Annotated[
        Path | None,
        typer.Option(
            "--plot",
            metavar="FILE",
            help="Draw the measures into FILE.svg, .png or .pdf; the pages are cleaned three times then, once in each mode.",
            show_default=False,
        ),
    ] = None,
    corrections: CorrectionsOption = None,
    root: RootOption = None,
    every: Annotated[int, typer.Option("--every", metavar="N", help="Only every N-th page.")] = 1,
    jobs: Annotated[
        int | None, typer.Option("--jobs", metavar="N", help="Processes; as many as there are cores if left out.")
    ] = None,
) -> None:
    """Measure how well pages with a known article are cleaned.

    Each line of DATA is a page: {"gold": the article, "texts": {scraper: text}}, or "text" for a single one, and, if
    known, "id", "host", "lang", "title" and "url".

    A row has the mean F1 of the texts as they were, cleaned, and at best (whole lines chosen by the gold); how much
    of that gap was closed; the share of texts that lose more than .05; how much of the main content was kept, and how
    much of the noise removed. Rows for the gold say how much of the article itself is kept, and how often all of it.
    Choose --headline drop if the articles of DATA have no headline.

    With --corrections no DATA is needed: the documents with marked lines are cleaned again, and the table says how many
    marks hold now. "article" holds when no visible character of the line is removed, "noise" when none stays.

    \b
    Examples:
      cleaner eval labelled.jsonl
      cleaner eval labelled.jsonl.gz --scraper trafilatura --by host
      cleaner eval labelled.jsonl --by kind --worst 10
      cleaner eval labelled.jsonl --patterns --json --every 10
      cleaner eval labelled.jsonl --plot measures.svg
      cleaner eval --corrections corrections.jsonl --own-patterns my-patterns/
    """
    with reporting():
        config = make_config(
            keep=keep,
            headline=headline,
            mode=mode,
            threshold=threshold,
            patterns=own_patterns,
            disabled_patterns=disabled_patterns,
            weights=weights,
            engine=engine,
        )
        if corrections:
            _check_corrections(data, plot, with_patterns=patterns)
            marked = find_corrected(corrections, config, root)
            write_judged(marked, as_json=as_json)
            raise typer.Exit(EXIT_FAILED if marked.failed else 0)
        paths = data or refuse("no data; give .jsonl files of labelled pages (see `cleaner eval --help`)")
        _check_usage(paths, by, worst=worst, every=every, jobs=jobs)
        names = frozenset(split_commas(scraper))
        if plot is not None:
            _check_plot(plot, paths)
        found = _evaluate(paths, config, names, with_patterns=patterns, every=every, jobs=jobs or os.cpu_count() or 1)
        if found.reports:
            sections = list(_sections(found, by, worst=worst, with_patterns=patterns))
            if as_json:
                _write_json(sections)
            else:
                write_lines(_joined(sections))
            if plot is not None:
                _draw(plot, found, paths, config, names, every=every, jobs=jobs or os.cpu_count() or 1)
        if found.failed:
            raise typer.Exit(EXIT_FAILED)
        if unknown := names - found.scrapers:
            known = ", ".join(sorted(found.scrapers))
            refuse(f"--scraper: no page has a text called {', '.join(sorted(unknown))}; there are: {known}")


def _check_corrections(data: Sequence[Path] | None, plot: Path | None, *, with_patterns: bool) -> None:
    """Refuse what is about DATA beside --corrections."""
    if plot is not None:
        refuse("--plot: draws the measures of DATA; leave out --plot or --corrections")
    if with_patterns:
        own = data[0] if data else "DIR"
        refuse(f"--patterns: shows where patterns hold on DATA; to try a folder of yours use --own-patterns {own}")
    if data:
        refuse("DATA and --corrections exclude each other; measure them one after the other")


def _check_usage(paths: Sequence[Path], by: str | None, *, worst: int, every: int, jobs: int | None) -> None:
    if by is not None and by not in _GROUPINGS:
        refuse(f"--by: {by!r} is unknown; use one of: {', '.join(_GROUPINGS)}")
    if worst < 0:
        refuse(f"--worst: {worst} is negative; give a number of texts")
    for option, value in (("--every", every), ("--jobs", 1 if jobs is None else jobs)):
        if value < 1:
            refuse(f"{option}: {value} is too small; give 1 or more")
    seen: dict[str, Path] = {}
    for path in paths:
        name = data_name(path)
        if name in seen:
            refuse(f"{path}: is called {name} like {seen[name]}, so their rows would be one; rename one of them")
        seen[name] = path


# --- running ---------------------------------------------------------------------------------------------


@dataclass(slots=True)
class _Found:
    """The findings of an evaluation: reports on the data sets that could be read, and the names of the others."""

    reports: list[PageReport] = field(default_factory=list)
    failed: set[str] = field(default_factory=set)
    scrapers: set[str] = field(default_factory=set)

    @property
    def measures(self) -> list[Measure]:
        """The measures of all texts."""
        return [measure for report in self.reports for measure in report.measures]


def _evaluate(
    paths: Sequence[Path], config: CleanConfig, scrapers: frozenset[str], *, with_patterns: bool, every: int, jobs: int
) -> _Found:
    """The reports on all pages; a data set with an error is reported and left out."""
    from cleaner.training.evaluation import EvaluationSettings, evaluate_pages

    settings = EvaluationSettings(config, scrapers, with_patterns=with_patterns)
    found = _Found()
    tasks = ((page, settings) for page in _pages(paths, every, found))
    for report in show_progress(evaluate_pages(tasks, processes=jobs), "pages"):
        found.reports.append(report)
    found.reports = [report for report in found.reports if report.name not in found.failed]
    return found


def _pages(paths: Sequence[Path], every: int, found: _Found) -> Iterator[LabelledPage]:
    for path in paths:
        try:
            for page in read_labelled(path, every):
                found.scrapers.update(page.texts, [GOLD])
                yield page
        except InputError as error:
            say(str(error))
            found.failed.add(data_name(path))


# --- drawing ---------------------------------------------------------------------------------------------


def _check_plot(plot: Path, paths: Sequence[Path]) -> None:
    """Refuse a figure that cannot be drawn, before anything is measured."""
    from cleaner.training.plots import PLOT_ENDINGS, require_matplotlib

    if plot.suffix not in PLOT_ENDINGS:
        refuse(
            f"--plot: {plot}: cannot be written as {plot.suffix or 'a file without an ending'}; use .svg, .png or .pdf"
        )
    names = Names()
    for path in paths:
        names.take(path, "an input")
    if names.holder(plot) is not None:
        refuse(f"--plot: {plot}: is an input; name another file")
    try:
        require_matplotlib()
    except MissingExtraError as error:
        refuse(f"--plot: {error}")


def _draw(
    plot: Path,
    found: _Found,
    paths: Sequence[Path],
    config: CleanConfig,
    scrapers: frozenset[str],
    *,
    every: int,
    jobs: int,
) -> None:
    """Clean the pages in the other modes too, and write the figure."""
    from cleaner.training.plots import draw_evaluation

    measures = {}
    good = [path for path in paths if data_name(path) not in found.failed]
    for mode in MODES:
        other = config.replace(mode=mode)
        same = mode == config.mode
        own = found if same else _evaluate(good, other, scrapers, with_patterns=False, every=every, jobs=jobs)
        measures[mode] = own.measures
    write_file(plot, draw_evaluation(measures, config.mode, plot.suffix), make_folders=True)


# --- showing ---------------------------------------------------------------------------------------------


@dataclass(frozen=True, slots=True)
class _Section:
    """A part of the output: a table for people, and the same rows by name for programs."""

    name: str
    table: list[str]
    records: list[dict[str, Any]]


def _sections(found: _Found, by: str | None, *, worst: int, with_patterns: bool) -> Iterator[_Section]:
    from cleaner.training import evaluation
    from cleaner.training import tables as report

    measures, record = found.measures, report.evaluation_record
    if by == _KIND:
        kinds = evaluation.kind_rows(measures)
        yield _Section("kinds", report.removed_table(kinds), [record(row) for row in kinds])
    else:
        split = cast("Any", by)
        texts, gold = evaluation.summarise(measures, split), evaluation.summarise_gold(measures, split)
        yield _Section("texts", report.measure_table(texts, by), [record(row, by) for row in texts])
        yield _Section("gold", report.gold_table(gold, by), [record(row, by) for row in gold])
    if worst:
        texts_lost = evaluation.worst_measures(measures, worst)
        table = report.worst_table(texts_lost, width=terminal_width())
        yield _Section("worst", table, [report.measure_record(item) for item in texts_lost])
    if with_patterns:
        hits = evaluation.pattern_rows(found.reports)
        yield _Section("patterns", report.hit_table(hits), [record(row) for row in hits])


def _joined(sections: Iterable[_Section]) -> Iterator[str]:
    """The tables that have rows, a blank line between them."""
    shown = [section.table for section in sections if section.records]
    for number, table in enumerate(shown):
        if number:
            yield ""
        yield from table


def _write_json(sections: Iterable[_Section]) -> None:
    from cleaner.report.records import to_json

    write(to_json({section.name: section.records for section in sections}, indent=2) + b"\n")
