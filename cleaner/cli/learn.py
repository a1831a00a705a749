"""The command ``sites learn``: documents in, the file of a site memory out; and the first pass of ``--learn-sites``."""

from __future__ import annotations

import math
import os
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import replace
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from cleaner.cli.configuration import DEFAULT_TIMEOUT
from cleaner.cli.inputs import Reading
from cleaner.cli.options import (
    DelimiterOption,
    EncodingOption,
    FieldOption,
    FormatOption,
    HtmlFieldOption,
    JobsOption,
    MaxDocumentOption,
    SheetOption,
    TableOption,
    TextFormatOption,
    TimeoutOption,
    UrlFieldOption,
    count_cores,
    make_format,
    standard_input,
)
from cleaner.cli.output import EXIT_FAILED, catch_signals, refuse, reporting, say, say_all, say_each, write, write_error
from cleaner.cli.planning import check_fields, check_usage, make_places
from cleaner.cli.site_inputs import check_memory, without_memories
from cleaner.cli.site_options import DEFAULT_FILE, DatabaseOption, SiteFieldOption, SiteOption
from cleaner.config import CleanConfig
from cleaner.corpus.records import Source, find_sources, require_encoding
from cleaner.corpus.records.unread import Unread

if TYPE_CHECKING:
    from cleaner.cli.progress import Bar
    from cleaner.corpus.batch import Plan, Settings
    from cleaner.corpus.batch.learning import Learned
    from cleaner.corpus.batch.plan import Watcher

__all__ = ["check_twice_readable", "run", "with_memory"]

# Learning writes no results.
_NO_OUTPUT = {"in_place": False, "removed": None, "errors": None, "resume": False}


def run(
    paths: Annotated[
        list[str] | None, typer.Argument(metavar="INPUT", help="Files, folders, or - for standard input.")
    ] = None,
    *,
    database: DatabaseOption = DEFAULT_FILE,
    site_field: SiteFieldOption = "",
    url_field: UrlFieldOption = "url",
    site: SiteOption = None,
    format: FormatOption = None,  # noqa: A002 - the name of the option
    field: FieldOption = None,
    html_field: HtmlFieldOption = None,
    text_format: TextFormatOption = "text",
    delimiter: DelimiterOption = None,
    sheet: SheetOption = None,
    table: TableOption = None,
    encoding: EncodingOption = None,
    jobs: JobsOption = None,
    max_document: MaxDocumentOption = None,
    timeout: TimeoutOption = DEFAULT_TIMEOUT,
    quiet: Annotated[bool, typer.Option("--quiet", "-q", help="Report failures only: no bar, no table.")] = False,
) -> None:
    """Learn what sites repeat.

    Inputs are those of `cleaner clean`. The site of a document is what --site-field says, or else the host of its URL;
    that of a file is the nearest folder above it that is named after a host, or else the folder that it is in. Of each
    site 256 pages are kept as hashes of their lines, and the texts of lines that stand on several of them; no address
    and no article is.

    The file is created, or added to. Order and number of jobs change nothing, and what is learned twice counts once.

    \b
    Examples:
      cleaner sites learn corpus/ --db sites.sqlite
      cleaner sites learn crawl.jsonl.zst --db sites.sqlite --site-field source
      cleaner sites learn pages.csv --db sites.sqlite --url-field link
    """
    with reporting(), catch_signals():
        names = paths or standard_input()
        check_usage(make_places(names, None, **_NO_OUTPUT), jobs=jobs, max_document=max_document)
        if encoding is not None:
            require_encoding(encoding)
        fields = Reading(
            field=field,
            html_field=html_field,
            text_format=text_format,
            url_field=url_field,
            site_field=site_field,
            delimiter=delimiter,
            sheet=sheet,
            table=table,
            encoding=encoding,
        ).fields()
        unread = Unread()
        sources, missing = find_sources(names, format=make_format(format), unread=unread)
        sources, left_out = without_memories(sources, names, database, "--db", is_quiet=quiet)
        if not left_out:
            check_fields(sources, fields)
        failed = say_all([*missing, *left_out])
        if sources:
            from cleaner.corpus.batch import Plan, Settings

            settings = Settings(
                CleanConfig(),
                site=site,
                encoding=encoding,
                fields=fields,
                max_document=max_document,
                timeout=timeout if 0 < timeout < math.inf else None,
            )
            plan = Plan(sources, write, jobs=jobs or count_cores(), is_quiet=quiet)
            failed += _learn_and_tell(plan, settings, database).has_failures
        failed += say_each(unread.failures())
        if not quiet:
            say_each(filter(None, [unread.note()]))
        if failed:
            raise typer.Exit(EXIT_FAILED)


def _learn_and_tell(plan: Plan, settings: Settings, path: Path) -> Learned:
    """Learn all sources, with a bar and a table."""
    from cleaner.cli.progress import Bar, learning_line
    from cleaner.report.terminal import align

    bar = Bar(wanted=not plan.is_quiet, render=learning_line)
    try:
        learned, sites = _learn(plan, settings, path, bar)
    finally:
        bar.clear()
    tally = learned.tally
    total = tally.documents + tally.passed + tally.failed
    if tally.passed:
        has = "document has no site and was" if total == 1 else f"of {total:,} documents have no site and were"
        say(
            f"{tally.passed:,} {has} not learned; name the field of the site with --site-field, or that of the URL with "
            "--url-field, or give the site with --site"
        )
    if not plan.is_quiet:
        rows = [
            ("documents", f"{total}"),
            ("learned", f"{tally.documents}"),
            ("without a site", f"{tally.passed}"),
            ("failed", f"{tally.failed}"),
            ("sites in the file", f"{sites}"),
        ]
        write_error("".join(f"{line}\n" for line in align(rows, numbers=True)))
    return learned


def _learn(plan: Plan, settings: Settings, path: Path, watcher: Watcher) -> tuple[Learned, int]:
    """Learn all sources; how that went, and how many sites the file has."""
    from cleaner.corpus.batch.learning import LearnSettings, learn_batch
    from cleaner.sites.store import SiteStore

    with SiteStore(path, "write") as store:
        learned = learn_batch(
            replace(plan, targets=None, archive=None, in_place=False, checkpoint=None, is_line_buffered=False),
            settings.extended(LearnSettings, memory=path if store.sites() else None),
            store,
            watcher,
        )
        return learned, len(store.sites())


# --- both passes in one command --------------------------------------------------------------------------


def _first_pass(plan: Plan) -> Bar:
    """The bar of the first of two passes, which says nothing: what fails in it fails, and is told, in the second one."""
    from cleaner.cli.progress import Bar, learning_line

    wanted = not plan.is_quiet and (plan.is_dry or plan.targets is not None)
    return Bar(wanted=wanted, render=learning_line, tell=lambda _: None)


def check_twice_readable(sources: list[Source], *, is_dry: bool, sites: Path | None) -> None:
    """Refuse to learn from what can be read only once, and to change a file in a dry run."""
    for source in sources:
        if source.path is None or not os.path.isfile(source.path):  # noqa: PTH113 - never fails
            refuse(
                f"--learn-sites: {source.name} cannot be read twice; write it to a file, or learn it first with "
                "`cleaner sites learn` and give --sites"
            )
    if is_dry and sites is not None:
        refuse("--learn-sites: a dry run writes no file; leave --sites out, and the memory is a temporary one")


@contextmanager
def with_memory(plan: Plan, settings: Settings, *, learns: bool) -> Iterator[Settings]:
    """The settings of a run with a site memory that can be read; ``learns``: with the sources of the plan in it.

    A memory that the settings do not name is a temporary one.
    """
    sites = settings.config.sites
    if not learns:
        check_memory(settings.config)
        yield settings
        return
    with tempfile.TemporaryDirectory(prefix="cleaner-sites-") as folder:
        path = sites if isinstance(sites, Path) else Path(folder) / DEFAULT_FILE
        bar = _first_pass(plan)
        try:
            _learn(plan, settings, path, bar)
        finally:
            bar.clear()
        yield replace(settings, config=settings.config.replace(sites=path))
