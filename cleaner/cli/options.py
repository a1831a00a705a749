"""What several commands take: the types of their options, and the configuration the options add up to."""

from __future__ import annotations

import sys
from collections.abc import Iterable
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any, TypeAlias, cast

import typer

from cleaner.cli.output import refuse
from cleaner.config import CleanConfig
from cleaner.records import STDIN, require_encoding

if TYPE_CHECKING:
    from cleaner.pipeline import Cleaner

__all__ = [
    "EncodingOption",
    "HeadlineOption",
    "KeepOption",
    "LangOption",
    "PatternsOption",
    "ThresholdOption",
    "TitleOption",
    "make_cleaner",
    "make_config",
    "split_commas",
    "standard_input",
]

KeepOption: TypeAlias = Annotated[
    list[str] | None,
    typer.Option(
        "--keep",
        metavar="KIND",
        help="Leave this kind of noise in (`cleaner patterns list --table` names the kinds); repeat it, or use commas.",
    ),
]
HeadlineOption: TypeAlias = Annotated[
    str,
    typer.Option(
        "--headline",
        metavar="first|drop|keep",
        help="Keep the first copy of the headline, drop all copies, or keep all copies.",
    ),
]
ThresholdOption: TypeAlias = Annotated[
    float,
    typer.Option("--threshold", metavar="POINTS", help="Points a line's score must exceed to go; higher removes less."),
]
TitleOption: TypeAlias = Annotated[
    str | None, typer.Option("--title", metavar="TEXT", help="The page's headline, where you know it.")
]
LangOption: TypeAlias = Annotated[
    str | None, typer.Option("--lang", metavar="CODE", help="The main language, for example fr. Not needed.")
]
PatternsOption: TypeAlias = Annotated[
    Path | None,
    typer.Option("--patterns", metavar="DIR", help="A folder of your own pattern files, added to the built-in ones."),
]
WeightsOption: TypeAlias = Annotated[
    Path | None,
    typer.Option("--weights", metavar="FILE", help="Weights that `cleaner fit` has written, not the built-in ones."),
]
EncodingOption: TypeAlias = Annotated[
    str | None,
    typer.Option(
        "--encoding", metavar="NAME", help="The encoding of the input, if it is not UTF-8, for example cp1252."
    ),
]


def make_config(
    *,
    keep: list[str] | None,
    headline: str,
    threshold: float,
    patterns: Path | None = None,
    weights: Path | None = None,
    encoding: str | None = None,
) -> CleanConfig:
    """The configuration that the options of a command add up to; raises `ConfigError` when one is unknown."""
    if encoding is not None:
        require_encoding(encoding)
    return CleanConfig(
        keep=cast("Any", split_commas(keep)),
        headline=cast("Any", headline),
        threshold=threshold,
        patterns=patterns,
        weights=weights,
    )


def make_cleaner(config: CleanConfig) -> Cleaner:
    """A cleaner; what it needs is imported only now."""
    from cleaner.pipeline import Cleaner

    return Cleaner(config)


def split_commas(given: Iterable[str] | None) -> list[str]:
    """The values of an option that may be repeated and may hold several with commas between them.

    >>> split_commas(["byline, tags", "comment"])
    ['byline', 'tags', 'comment']
    """
    return [value.strip() for one in given or () for value in one.split(",") if value.strip()]


def standard_input() -> list[str]:
    """Standard input as the only input of a command; wrong usage where nothing is piped in."""
    if sys.stdin is None or sys.stdin.isatty():
        refuse("no input; give files or folders, or pipe a text in (see `cleaner clean --help`)")
    return [STDIN]
