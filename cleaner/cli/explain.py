"""The command ``explain``: shows every line of a text with its verdict and the evidence for it."""

from __future__ import annotations

import sys
from collections.abc import Iterable
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from cleaner.cli.configuration import NoConfigOption
from cleaner.cli.options import (
    DisabledPatternsOption,
    EncodingOption,
    EngineOption,
    HeadlineOption,
    KeepOption,
    LangOption,
    ModeOption,
    PatternsOption,
    ThresholdOption,
    TitleOption,
    WeightsOption,
    make_cleaner,
    make_config,
    standard_input,
)
from cleaner.cli.output import (
    EXIT_FAILED,
    refuse,
    reporting,
    say,
    say_all,
    terminal_width,
    wants_colour,
    write,
    write_lines,
)
from cleaner.cli.site_inputs import check_memory
from cleaner.cli.site_options import SiteOption, SitesOption, UrlOption
from cleaner.corpus.batch.jobs import site_of_source
from cleaner.corpus.records import STDIN, decode_record, find_sources
from cleaner.corpus.records.sniffing import recognise
from cleaner.corpus.records.sources import DOCUMENT_FORMATS, is_folder
from cleaner.corpus.records.streams import read_all
from cleaner.corpus.records.zips import is_zip
from cleaner.errors import InputError
from cleaner.result import CleanResult
from cleaner.sites.addresses import site_name, site_of_url

if TYPE_CHECKING:
    from cleaner.api import Cleaner

__all__ = ["run"]


def run(
    path: Annotated[
        str | None, typer.Argument(metavar="PATH", help="A file, or - for standard input.", show_default=False)
    ] = None,
    *,
    as_json: Annotated[bool, typer.Option("--json", help="One JSON object instead of the view for people.")] = False,
    removed_only: Annotated[
        bool, typer.Option("--removed-only", help="Only the lines that are dropped or cut.")
    ] = False,
    colour: Annotated[
        bool | None,
        typer.Option(
            "--colour/--no-colour",
            "--color/--no-color",
            help="Colours; without it only on a terminal.",
            show_default=False,
        ),
    ] = None,
    keep: KeepOption = None,
    headline: HeadlineOption = "first",
    mode: ModeOption = "balanced",
    threshold: ThresholdOption = 0.0,
    title: TitleOption = None,
    lang: LangOption = None,
    patterns: PatternsOption = None,
    disabled_patterns: DisabledPatternsOption = None,
    weights: WeightsOption = None,
    sites: SitesOption = None,
    site: SiteOption = None,
    url: UrlOption = None,
    engine: EngineOption = "blocks",
    encoding: EncodingOption = None,
    no_config: NoConfigOption = False,
) -> None:
    """Show why each line stays or is removed.

    Each line of a text, or block of an HTML page, has its number, a mark (- dropped, ~ cut, none: kept), the kind of noise, its score and its text. The
    evidence is below it: where each of the points comes from. The points add up to the score; points above zero speak
    for noise.

    \b
    Examples:
      cleaner explain page.txt
      cleaner explain page.txt --removed-only
      cleaner explain page.html
      cleaner explain page.txt --sites sites.sqlite --site example.org
      cleaner explain page.txt --json | python -m json.tool
    """
    del no_config  # its callback has made the defaults
    with reporting():
        name = path or standard_input()[0]
        if name == STDIN and sys.stdin is None:
            refuse("-: standard input is closed; name a file")
        if is_folder(name) or is_zip(name):
            refuse(f"{name}: is a {'folder' if is_folder(name) else 'zip archive'}; explain takes one file")
        config = make_config(
            keep=keep,
            headline=headline,
            mode=mode,
            threshold=threshold,
            patterns=patterns,
            disabled_patterns=disabled_patterns,
            weights=weights,
            sites=sites,
            engine=engine,
            encoding=encoding,
        )
        sources, errors = find_sources([name])
        check_memory(config)
        cleaner = make_cleaner(config)
        failed = say_all(errors)
        for source in sources:
            if source.format not in DOCUMENT_FORMATS:
                refuse(
                    f"{name}: holds many documents; `cleaner explain` takes one text or page, so write one to a file"
                )
            try:
                data = read_all(source)
                _note_unknown(cleaner, site, url)
                own_site = site if site or site_of_url(url) else site_of_source(source)
                if recognise(source, data).format == "html":
                    result = cleaner.clean_html(data, url=url, site=own_site)
                    text = result.restore()
                else:
                    text = decode_record(source, data, encoding).text
                    clean = cleaner.clean_markdown if source.format == "markdown" else cleaner.clean
                    result = clean(text, title=title, lang=lang, url=url, site=own_site)
                if as_json:
                    _write_json(result, removed_only=removed_only)
                else:
                    write_lines(_view(text, result, colour=colour, removed_only=removed_only))
            except InputError as error:
                failed += say_all([error])
        if failed:
            raise typer.Exit(EXIT_FAILED)


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


def _write_json(result: CleanResult, *, removed_only: bool) -> None:
    from cleaner.report.records import explain_json, to_json

    write(to_json(explain_json(result, removed_only=removed_only), indent=2) + b"\n")


def _view(text: str, result: CleanResult, *, colour: bool | None, removed_only: bool) -> Iterable[str]:
    from cleaner.report.explanation import render_explanation

    return render_explanation(
        text,
        result,
        width=terminal_width(),
        colour=wants_colour() if colour is None else colour,
        removed_only=removed_only,
    )
