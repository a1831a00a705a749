"""The command ``explain``: shows what becomes of every line of a document, and why."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING, Annotated, TypeAlias, cast, get_args

import typer

from cleaner.cli.configuration import NoConfigOption
from cleaner.cli.groups import Cleaning, spread
from cleaner.cli.inputs import Reading, find_inputs
from cleaner.cli.options import (
    make_cleaner,
    standard_input,
)
from cleaner.cli.output import (
    EXIT_FAILED,
    refuse,
    reporting,
    say,
    terminal_width,
    wants_colour,
    write,
    write_lines,
)
from cleaner.cli.pager import page_lines
from cleaner.cli.picking import check_choice, pick_document
from cleaner.corpus.records.sources import is_folder
from cleaner.sites.addresses import site_name, site_of_url

if TYPE_CHECKING:
    from cleaner.api import Cleaner
    from cleaner.corpus.batch import Settings
    from cleaner.corpus.batch.jobs import Job
    from cleaner.report.explanation import View

__all__ = ["run"]

OnlyOption: TypeAlias = Annotated[
    str | None,
    typer.Option(
        "--only",
        metavar="removed|kept|doubtful",
        help="Only the lines that lost something, that stay, or stay in doubt.",
    ),
]
ContextOption: TypeAlias = Annotated[
    int | None, typer.Option("--context", metavar="N", help="With --only: N lines around each, and what is left out.")
]
LineOption: TypeAlias = Annotated[
    int | None, typer.Option("--line", metavar="N", help="The record of a collection to explain, by its number.")
]
IdOption: TypeAlias = Annotated[
    str | None, typer.Option("--id", metavar="ID", help="The record of a collection to explain, by its id.")
]
FileOption: TypeAlias = Annotated[
    str | None, typer.Option("--file", metavar="NAME", help="The file in a zip archive to explain.")
]
WhyOption: TypeAlias = Annotated[
    str | None,
    typer.Option(
        "--why",
        metavar="NAME",
        help="What a name of evidence, a pattern, a kind, or the words of a reason mean; needs no PATH.",
    ),
]


@spread
def run(
    path: Annotated[
        str | None, typer.Argument(metavar="PATH", help="A file, or - for standard input.", show_default=False)
    ] = None,
    *,
    only: OnlyOption = None,
    context: ContextOption = None,
    evidence: Annotated[
        bool, typer.Option("--evidence", help="Below each line the points of every name that speaks for or against it.")
    ] = False,
    why: WhyOption = None,
    as_json: Annotated[bool, typer.Option("--json", help="One JSON object instead of the view for people.")] = False,
    colour: Annotated[
        bool | None,
        typer.Option(
            "--colour/--no-colour",
            "--color/--no-color",
            help="Colours; without it only on a terminal.",
            show_default=False,
        ),
    ] = None,
    no_pager: Annotated[
        bool, typer.Option("--no-pager", help="Never through a pager ($CLEANER_PAGER, $PAGER, or less).")
    ] = False,
    line: LineOption = None,
    record_id: IdOption = None,
    file: FileOption = None,
    reading: Reading,
    cleaning: Cleaning,
    no_config: NoConfigOption = False,
) -> None:
    """Show what becomes of each line, and why.

    Each line of a text, or block of an HTML page, has its number, a mark (- removed, ~ cut, ? kept in doubt, none:
    kept), its points and the two strongest reasons. Points above zero speak for noise. What is cut out of a line is
    struck through, or stands in brackets where there is no colour. --why says what the words of a reason, or a name of
    --evidence, mean.

    \b
    Examples:
      cleaner explain page.txt
      cleaner explain page.txt --only removed --context 1
      cleaner explain page.html --only doubtful --evidence
      cleaner explain crawl.jsonl.gz --field page.text --id 4711
      cleaner explain pages.csv --line 12
      cleaner explain page.txt --sites sites.sqlite --site example.org
      cleaner explain page.txt --json | python -m json.tool
      cleaner explain --why 'other noise nearby'
      cleaner explain --why context.company
    """
    del no_config  # its callback has made the defaults
    with reporting():
        if why is not None:
            _explain_name(why, path, cleaning.patterns)
            return
        view = _make_view(only, context, has_evidence=evidence, colour=colour)
        check_choice(line=line, record_id=record_id)
        name = path or standard_input()[0]
        if is_folder(name):
            refuse(f"{name}: is a folder; explain takes one file, so name a file in it")
        config = cleaning.config()
        inputs = find_inputs([name], reading, config)
        if inputs.failed or not inputs.plan.sources:
            raise typer.Exit(EXIT_FAILED)
        job = pick_document(inputs, name, line=line, record_id=record_id, member=file)
        cleaner = make_cleaner(config)
        _note_unknown(cleaner, reading.site, reading.url)
        _show(cleaner, job, inputs.settings, view, as_json=as_json, is_paged=not no_pager)


def _make_view(only: str | None, context: int | None, *, has_evidence: bool, colour: bool | None) -> View:
    """What is to be shown; what cannot be is reported as wrong usage."""
    from cleaner.report.explanation import View
    from cleaner.report.records import Only

    if only is not None and only not in get_args(Only):
        refuse(f"--only: {only!r} is unknown; use one of: {', '.join(get_args(Only))}")
    if context is not None and only is None:
        refuse("--context: shows the lines around those that --only chooses; give --only too, or leave it out")
    if context is not None and context < 0:
        refuse(f"--context: {context} is too small; give 0 or more")
    has_colour = wants_colour() if colour is None else colour
    return View(terminal_width(), has_colour, cast("Only | None", only), context, has_evidence)


def _show(cleaner: Cleaner, job: Job, settings: Settings, view: View, *, as_json: bool, is_paged: bool) -> None:
    """Clean a document and show what became of it."""
    from cleaner.corpus.batch.jobs import clean_job
    from cleaner.report.explanation import render_explanation
    from cleaner.report.records import explain_json, to_json

    result = clean_job(cleaner, job, settings)
    text = job.original(result)
    if as_json:
        write(to_json(explain_json(text, result, only=view.only, context=view.context), indent=2) + b"\n")
    else:
        page_lines(render_explanation(text, result, view), wanted=is_paged)


def _explain_name(name: str, path: str | None, folder: Path | None) -> None:
    """Say what a name means."""
    from cleaner.matching.library import builtin_patterns, read_patterns
    from cleaner.report.meanings import describe_name, nearest_names

    if path is not None:
        refuse(f"--why: says what a name means and reads no text; leave {path} out")
    known = builtin_patterns() if folder is None else builtin_patterns() + read_patterns(folder)
    patterns = {pattern.id: pattern for pattern in known.patterns}
    found = describe_name(name, patterns)
    if not found:
        near = ", ".join(nearest_names(name, patterns))
        refuse(
            f"--why: there is no name {name!r}; " + (f"did you mean: {near}?" if near else "the glossary has them all")
        )
    write_lines(found)


def _note_unknown(cleaner: Cleaner, site: str | None, url: str | None) -> None:
    """Say that nothing is known of the site that was named, by itself or by an address."""
    if not isinstance(cleaner.config.sites, Path) or not (site or url):
        return
    assert cleaner.sites is not None
    name = site_name(site) if site else site_of_url(url)
    option = f"--site {site}" if site else f"--url {url}"
    if name is None:
        say(f"{option}: has no host, so it names no site; write a host, or a full address")
    elif cleaner.sites.knowledge(name) is None:
        say(
            f"{option}: nothing is known of the site {name}; `cleaner sites show --db {cleaner.config.sites}` lists those that are"
        )
