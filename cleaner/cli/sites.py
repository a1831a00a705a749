"""The commands ``sites``: what sites repeat is learned, shown, put together, forgotten, written out and read in."""

from __future__ import annotations

import os
import sys
from collections.abc import Iterable, Iterator
from contextlib import ExitStack, nullcontext
from dataclasses import asdict
from pathlib import Path
from typing import Annotated

import typer

from cleaner.cli import learn
from cleaner.cli.output import EXIT_FAILED, refuse, reporting, say, terminal_width, write, write_lines
from cleaner.cli.site_options import DEFAULT_FILE, DatabaseOption, require_name
from cleaner.corpus.records import STDIN
from cleaner.corpus.records.writing import PartialFile
from cleaner.errors import InputError, SitesError
from cleaner.report.records import to_json
from cleaner.report.terminal import align, shorten, visible
from cleaner.sites.addresses import site_name
from cleaner.sites.exchange import MAX_BYTES, export_lines, import_sites
from cleaner.sites.listing import REPEATED, SiteLines, list_site
from cleaner.sites.pages import LearnedPage
from cleaner.sites.store import SiteStore, require_place

__all__ = ["app"]

app = typer.Typer(
    name="sites",
    no_args_is_help=True,
    rich_markup_mode=None,
    help="What the pages of a site repeat, for `cleaner clean --sites`: learn it, show it, put files together.",
)
app.command("learn")(learn.run)

# What the columns before the text take in the table of a site's lines.
_COLUMNS = 24


@app.command("show")
def show(
    site: Annotated[
        str | None, typer.Argument(metavar="SITE", help="A site; all of them if left out.", show_default=False)
    ] = None,
    *,
    database: DatabaseOption = DEFAULT_FILE,
    as_json: Annotated[bool, typer.Option("--json", help="One JSON object a line instead of a table.")] = False,
    limit: Annotated[
        int | None, typer.Option("--limit", metavar="N", help="At most N rows.", show_default=False)
    ] = None,
    min_pages: Annotated[
        int, typer.Option("--min-pages", metavar="N", help="Only lines that stand on at least N pages.")
    ] = REPEATED,
) -> None:
    """Show what was learned.

    Without SITE: each site, with the pages that are kept and the lines that stand on several of them. With SITE: these
    lines, in small letters and without accents as they are compared, on how many pages each stands, and where on most
    of them: at the top, inside the article, or at the end. Copies of a page count as one.

    \b
    Examples:
      cleaner sites show
      cleaner sites show example.org --limit 20
      cleaner sites show example.org --json
    """
    with reporting():
        for option, value in (("--limit", limit), ("--min-pages", min_pages)):
            if value is not None and value < 1:
                refuse(f"{option}: {value} is too small; give 1 or more")
        with SiteStore(database, "read") as store:
            if site is None:
                _show_sites(store, limit, min_pages, as_json=as_json)
            else:
                _show_lines(store, _known(store, site), limit, min_pages, as_json=as_json)


def _show_sites(store: SiteStore, limit: int | None, min_pages: int, *, as_json: bool) -> None:
    listed = ((name, _listed(store, name, min_pages)) for name in store.sites()[:limit])
    if as_json:
        for name, found in listed:
            write(to_json({"site": name, "pages": found.pages, "lines": len(found.lines)}) + b"\n")
        return
    rows = [(visible(name), f"{found.pages}", f"{len(found.lines)}") for name, found in listed]
    write_lines(align([("site", "pages", "lines"), *rows], numbers=True))


def _show_lines(store: SiteStore, site: str, limit: int | None, min_pages: int, *, as_json: bool) -> None:
    found = _listed(store, site, min_pages)
    lines = found.lines[:limit]
    if not lines:
        pages = "1 page is" if found.pages == 1 else f"{found.pages} pages are"
        say(f"{site}: no line stands on {min_pages} or more of its pages; {pages} known, and copies count once")
    if as_json:
        for one in lines:
            write(to_json({"site": site, **asdict(one), "line": f"{one.line:016x}"}) + b"\n")
        return
    width = max(terminal_width() - _COLUMNS, _COLUMNS)
    rows = [
        (
            f"{one.pages} of {found.counted}",
            one.place,
            shorten(visible(one.text), width) if one.text is not None else f"(only its hash is known: {one.line:016x})",
        )
        for one in lines
    ]
    write_lines(align([("pages", "place", "line"), *rows]))


def _listed(store: SiteStore, site: str, min_pages: int) -> SiteLines:
    return list_site(store.pages(site), store.texts(site), min_pages)


def _known(store: SiteStore, name: str) -> str:
    """The site of this name in a file; raises `InputError` where it has none."""
    known = set(store.sites())
    for one in (name, site_name(name)):
        if one in known:
            assert one is not None
            return one
    raise InputError(f"{store.path}: has no site {name!r}; `cleaner sites show` lists its sites")


@app.command("merge")
def merge(
    files: Annotated[list[Path], typer.Argument(metavar="FILE...", help="Files that were learned.")],
    *,
    output: Annotated[
        Path | None,
        typer.Option(
            "--output", "-o", metavar="FILE", callback=require_name, help="The file to write.", show_default=False
        ),
    ] = None,
) -> None:
    """Put several files together.

    The result says what one would say that had learned all their documents.

    \b
    Examples:
      cleaner sites merge monday.sqlite tuesday.sqlite -o sites.sqlite
    """
    with reporting(), ExitStack() as opened:
        target = output or refuse("-o is missing; name the file to write")
        if str(target) == STDIN:
            refuse("-o -: a database cannot go to standard output; name a file")
        if target.exists():
            refuse(f"-o {target}: exists; name another file, and give this one as an input to have its sites, too")
        stores = [opened.enter_context(SiteStore(file, "read")) for file in files]
        names = sorted({name for store in stores for name in store.sites()})
        made = opened.enter_context(SiteStore(target, "write"))
        try:
            made.update_all((name, *_together(stores, name)) for name in names)
        except BaseException:
            made.remove()
            raise


def _together(stores: Iterable[SiteStore], site: str) -> tuple[list[LearnedPage], dict[int, str]]:
    pages: list[LearnedPage] = []
    texts: dict[int, str] = {}
    for store in stores:
        pages += store.pages(site)
        texts |= store.texts(site)
    return pages, texts


@app.command("forget")
def forget(
    sites: Annotated[list[str], typer.Argument(metavar="SITE...", help="Sites to remove from the file.")],
    *,
    database: DatabaseOption = DEFAULT_FILE,
) -> None:
    """Remove sites from a file.

    \b
    Examples:
      cleaner sites forget example.org --db sites.sqlite
    """
    with reporting():
        _require(database)
        failed = False
        with SiteStore(database, "write") as store:
            for site in sites:
                try:
                    store.forget(_known(store, site))
                except InputError as error:
                    say(str(error))
                    failed = True
        if failed:
            raise typer.Exit(EXIT_FAILED)


def _require(database: Path) -> None:
    """Raise `SitesError` where a file does not exist, instead of creating it."""
    SiteStore(database, "read").close()


@app.command("export")
def export(
    sites: Annotated[
        list[str] | None, typer.Argument(metavar="SITE...", help="Sites; all of them if left out.", show_default=False)
    ] = None,
    *,
    database: DatabaseOption = DEFAULT_FILE,
    output: Annotated[
        Path | None,
        typer.Option(
            "--output",
            "-o",
            metavar="FILE",
            callback=require_name,
            help="Where to write; standard output for -, or if left out.",
        ),
    ] = None,
) -> None:
    """Write a file out as lines of JSON.

    A person can read them, and compare them with those of another file.

    \b
    Examples:
      cleaner sites export -o sites.jsonl
      cleaner sites export example.org | head
    """
    with reporting(), SiteStore(database, "read") as store:
        if output is not None and str(output) == STDIN:
            output = None
        if output is not None and os.path.realpath(output) == os.path.realpath(database):
            refuse(f"-o {output}: is the file that is written out; name another one")
        names = [_known(store, site) for site in sites] if sites else store.sites()
        lines = export_lines(store, set(names))
        if output is None:
            for line in lines:
                write(line)
        else:
            _write_file(output, lines)


def _write_file(target: Path, lines: Iterable[bytes]) -> None:
    """Write lines into a file, which is replaced when all are written."""
    require_place(target)
    file = PartialFile(target, stable=False, make_folders=False)
    try:
        for line in lines:
            file.write(line)
        file.finish()
    except BaseException:
        file.discard()
        raise


@app.command("import")
def import_(
    file: Annotated[
        str, typer.Argument(metavar="FILE", help="A file that `export` has written, or - for standard input.")
    ],
    *,
    database: DatabaseOption = DEFAULT_FILE,
) -> None:
    """Add an export to a file.

    All of what `cleaner sites export` has written is added, or nothing if it is damaged.

    \b
    Examples:
      cleaner sites import sites.jsonl --db sites.sqlite
    """
    with reporting():
        is_new = not database.exists()
        with SiteStore(database, "write") as store:
            try:
                store.update_all(import_sites(file, _lines_of(file)))
            except BaseException:
                if is_new:
                    store.remove()
                raise


def _lines_of(file: str) -> Iterator[bytes]:
    """The lines of a file, of a longer one only the beginning."""
    try:
        with nullcontext(sys.stdin.buffer) if file == STDIN else Path(file).open("rb") as opened:
            while line := opened.readline(MAX_BYTES + 1):
                yield line
    except OSError as error:
        raise SitesError(file, f"cannot be read: {error.strerror}; check the path and its permissions") from None
