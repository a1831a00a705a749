"""The options about sites that several commands share."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated, Final, TypeAlias

import typer

__all__ = ["DEFAULT_FILE", "DatabaseOption", "SiteFieldOption", "SiteOption", "SitesOption", "UrlOption"]

# The file of a site memory if none is named.
DEFAULT_FILE: Final = Path("sites.sqlite")

DatabaseOption: TypeAlias = Annotated[
    Path, typer.Option("--db", metavar="FILE", help="The file of what sites repeat; other commands take it as --sites.")
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
