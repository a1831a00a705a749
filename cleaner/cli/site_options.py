"""The options about sites that several commands share."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated, Final, TypeAlias

import typer

from cleaner.cli.output import refuse

__all__ = [
    "DEFAULT_FILE",
    "DatabaseOption",
    "SiteFieldOption",
    "SiteOption",
    "SitesOption",
    "UrlOption",
    "require_name",
]

# The file of a site memory if none is named.
DEFAULT_FILE: Final = Path("sites.sqlite")


def require_name(option: typer.CallbackParam, value: Path | None) -> Path | None:
    """The path that an option names; refused where it is empty, which `Path` makes the current folder."""
    if value == Path():
        refuse(f"{option.opts[0]}: names no file; give the path of one")
    return value


DatabaseOption: TypeAlias = Annotated[
    Path,
    typer.Option(
        "--db",
        metavar="FILE",
        callback=require_name,
        help="The file of what sites repeat; other commands take it as --sites.",
    ),
]
SiteFieldOption: TypeAlias = Annotated[
    str,
    typer.Option(
        "--site-field",
        metavar="NAME",
        help="The field of the site that a record comes from; the host of its URL if left out.",
        show_default=False,
    ),
]
SitesOption: TypeAlias = Annotated[
    Path | None,
    typer.Option(
        "--sites",
        metavar="FILE",
        help="What sites repeat, learned with `cleaner sites learn`; used for documents whose site is known.",
        show_default=False,
    ),
]
SiteOption: TypeAlias = Annotated[
    str | None,
    typer.Option(
        "--site",
        metavar="NAME",
        help="The site, if neither a field nor a URL says it; of a file it is its folder if left out.",
        show_default=False,
    ),
]
UrlOption: TypeAlias = Annotated[
    str | None,
    typer.Option("--url", metavar="URL", help="The address of a single text or page.", show_default=False),
]
