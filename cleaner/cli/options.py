"""The options that several commands share, and the configuration that they add up to."""

from __future__ import annotations

import os
import sys
from collections.abc import Iterable
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any, Literal, TypeAlias, cast, get_args

import typer

from cleaner.cli.output import refuse, wants_colour
from cleaner.config import CleanConfig, Output
from cleaner.corpus.records import STDIN, Format, require_encoding
from cleaner.errors import ConfigError

if TYPE_CHECKING:
    from cleaner.api import Cleaner

__all__ = [
    "OTHER_TEXTS",
    "BackupOption",
    "ColourOption",
    "DelimiterOption",
    "DiffOption",
    "DisabledPatternsOption",
    "DryRunOption",
    "EncodingOption",
    "EngineOption",
    "ErrorsOption",
    "EvidenceOption",
    "FieldOption",
    "FormatOption",
    "HeadlineOption",
    "HtmlFieldOption",
    "IdFieldOption",
    "JobsOption",
    "KeepOption",
    "LangFieldOption",
    "LangOption",
    "LineBufferedOption",
    "MaxDocumentOption",
    "ModeOption",
    "OutputFormatOption",
    "PatternsOption",
    "ResultFieldOption",
    "ResumeOption",
    "SheetOption",
    "TableOption",
    "ThresholdOption",
    "TimeoutOption",
    "TitleFieldOption",
    "TitleOption",
    "UrlFieldOption",
    "WeightsOption",
    "count_cores",
    "make_cleaner",
    "make_config",
    "make_delimiter",
    "make_diff",
    "make_evidence",
    "make_format",
    "make_output",
    "split_commas",
    "standard_input",
]

FORMATS: tuple[str, ...] = get_args(Format)
OUTPUTS: tuple[str, ...] = get_args(Output)
# The columns that hold the text of a table without a column `text`, if none is named.
OTHER_TEXTS = ("body", "content", "article")

KeepOption: TypeAlias = Annotated[
    list[str] | None,
    typer.Option(
        "--keep",
        metavar="KIND",
        help="Leave this kind of noise in (`cleaner patterns list --table` names the kinds), or all; repeat it, or use commas.",
    ),
]
HeadlineOption: TypeAlias = Annotated[
    str,
    typer.Option(
        "--headline",
        metavar="first|drop|keep",
        help="Keep the first copy of the headline, drop all copies, or keep all copies. A headline that occurs only once is "
        "found with --title.",
    ),
]
ModeOption: TypeAlias = Annotated[
    str,
    typer.Option(
        "--mode",
        metavar="careful|balanced|thorough",
        help="Rather leave noise in, weigh both, or rather lose a line of the article.",
    ),
]
ThresholdOption: TypeAlias = Annotated[
    float,
    typer.Option(
        "--threshold", metavar="POINTS", help="Points that a removed line's score exceeds; higher removes less."
    ),
]
TitleOption: TypeAlias = Annotated[
    str | None, typer.Option("--title", metavar="TEXT", help="The page's headline, if you know it.")
]
LangOption: TypeAlias = Annotated[
    str | None, typer.Option("--lang", metavar="CODE", help="The main language, for example fr. Not needed.")
]
PatternsOption: TypeAlias = Annotated[
    Path | None,
    typer.Option("--patterns", metavar="DIR", help="A folder of your own pattern files, added to the built-in ones."),
]
DisabledPatternsOption: TypeAlias = Annotated[
    list[str] | None,
    typer.Option(
        "--disable-pattern",
        metavar="ID",
        help="Leave this pattern out (`cleaner explain --evidence` shows the ids); repeat it, or use commas.",
    ),
]
WeightsOption: TypeAlias = Annotated[
    Path | None,
    typer.Option("--weights", metavar="FILE", help="Weights written by `cleaner fit`, instead of the built-in ones."),
]
EncodingOption: TypeAlias = Annotated[
    str | None,
    typer.Option(
        "--encoding",
        metavar="NAME|auto",
        help="The encoding of the input, if it is not UTF-8, for example cp1252; `auto` finds it out for each file.",
    ),
]
FormatOption: TypeAlias = Annotated[
    str | None,
    typer.Option(
        "--format",
        metavar="|".join(FORMATS),
        help="The format of the named files and standard input; by default their endings decide, otherwise text.",
    ),
]
FieldOption: TypeAlias = Annotated[
    str | None,
    typer.Option(
        "--field",
        metavar="NAME",
        help="The field or column of the text; dots lead into objects. `text` if left out; "
        f"in tables also one of {', '.join(OTHER_TEXTS)}.",
        show_default=False,
    ),
]
DelimiterOption: TypeAlias = Annotated[
    str | None,
    typer.Option(
        "--delimiter",
        metavar="SIGN",
        help="What is between the cells of CSV and TSV: a sign, or `tab`; found in the first rows if left out.",
        show_default=False,
    ),
]
SheetOption: TypeAlias = Annotated[
    str | None,
    typer.Option(
        "--sheet",
        metavar="NAME",
        help="The sheet of an Excel workbook; the only one with a column of text if left out.",
        show_default=False,
    ),
]
TableOption: TypeAlias = Annotated[
    str | None,
    typer.Option(
        "--table",
        metavar="NAME",
        help="The table of an SQLite database; the only one with a column of text if left out.",
        show_default=False,
    ),
]
EngineOption: TypeAlias = Annotated[
    str,
    typer.Option(
        "--engine",
        metavar="blocks|trafilatura",
        help="How the text of HTML is found: by scoring each block, or by trafilatura alone and then cleaned.",
    ),
]
OutputFormatOption: TypeAlias = Annotated[
    str,
    typer.Option(
        "--output-format",
        metavar="|".join(OUTPUTS),
        help="What HTML becomes: text with a line for each block, or Markdown.",
    ),
]
HtmlFieldOption: TypeAlias = Annotated[
    str | None,
    typer.Option(
        "--html-field",
        metavar="NAME",
        help="The field that holds HTML: its article goes into --field, or --result-field. JSONL, JSON, CSV and TSV.",
    ),
]
TextFormatOption: TypeAlias = Annotated[
    str,
    typer.Option("--text-format", metavar="NAME", help="What the text field of records holds: text or markdown."),
]
TitleFieldOption: TypeAlias = Annotated[
    str,
    typer.Option("--title-field", metavar="NAME", help='The field of the headline, if there is one; "" for none.'),
]
LangFieldOption: TypeAlias = Annotated[
    str, typer.Option("--lang-field", metavar="NAME", help="The field of the language, if there is one.")
]
UrlFieldOption: TypeAlias = Annotated[
    str, typer.Option("--url-field", metavar="NAME", help="The field of the URL, if there is one.")
]
IdFieldOption: TypeAlias = Annotated[
    str, typer.Option("--id-field", metavar="NAME", help="The field that names a record in the file of removals.")
]
ResultFieldOption: TypeAlias = Annotated[
    str | None,
    typer.Option("--result-field", metavar="NAME", help="Put the cleaned text into this field and keep the original."),
]
BackupOption: TypeAlias = Annotated[
    str | None,
    typer.Option(
        "--backup", metavar="SUFFIX", help="With --in-place: keep the original, with this ending added to its name."
    ),
]
DryRunOption: TypeAlias = Annotated[
    bool, typer.Option("--dry-run", help="Clean everything and show the table, but write no file and no text.")
]
DiffOption: TypeAlias = Annotated[
    bool, typer.Option("--diff", help="Show what would be removed, as `git diff` does, and write no file.")
]
ColourOption: TypeAlias = Annotated[
    bool | None,
    typer.Option(
        "--colour/--no-colour",
        "--color/--no-color",
        help="Colours; without it only on a terminal.",
        show_default=False,
    ),
]
ErrorsOption: TypeAlias = Annotated[
    Path | None,
    typer.Option(
        "--errors",
        metavar="FILE.jsonl",
        help="Where to write records that failed; beside the output of -o if left out.",
        show_default=False,
    ),
]
EvidenceOption: TypeAlias = Annotated[
    str,
    typer.Option(
        "--evidence",
        metavar="strongest|full",
        help="What --removed says for each removal: the two strongest reasons, or all evidence with its places.",
    ),
]
MaxDocumentOption: TypeAlias = Annotated[
    int | None,
    typer.Option(
        "--max-document",
        metavar="BYTES",
        help="Larger documents fail; 67108864 if left out, no limit for texts that are not compressed.",
        show_default=False,
    ),
]
JobsOption: TypeAlias = Annotated[
    int | None,
    typer.Option("--jobs", "-j", metavar="N", help="Processes; as many as there are cores if left out."),
]
TimeoutOption: TypeAlias = Annotated[
    float,
    typer.Option(
        "--timeout",
        metavar="SECONDS",
        help="CPU time of a document: an HTML page that takes more fails, a text stays as it was; 0 is no limit.",
    ),
]
LineBufferedOption: TypeAlias = Annotated[
    bool, typer.Option("--line-buffered", help="Write each record as soon as it is read, in one process.")
]
ResumeOption: TypeAlias = Annotated[
    bool, typer.Option("--resume", help="Continue where a run of the same command was stopped.")
]


def count_cores() -> int:
    """How many processors this process may use."""
    return len(os.sched_getaffinity(0)) if hasattr(os, "sched_getaffinity") else os.cpu_count() or 1


def make_format(name: str | None) -> Format | None:
    """A format by its name; an unknown name is reported as wrong usage."""
    if name is not None and name not in FORMATS:
        refuse(f"--format: {name!r} is unknown; use one of: {', '.join(FORMATS)}")
    return cast("Format | None", name)


def make_text_format(name: str) -> bool:
    """Whether the text field holds Markdown; an unknown name is reported as wrong usage."""
    if name not in ("text", "markdown"):
        refuse(f"--text-format: {name!r} is unknown; use text or markdown, or --html-field for HTML")
    return name == "markdown"


def make_output(name: str, *, engine: str) -> Output:
    """What HTML becomes; an unknown name, or one that the engine cannot make, is reported as wrong usage."""
    if name not in OUTPUTS:
        refuse(f"--output-format: {name!r} is unknown; use one of: {', '.join(OUTPUTS)}")
    if name == "markdown" and engine == "trafilatura":
        refuse("--output-format: the engine trafilatura gives text only; leave --engine out for Markdown")
    return cast("Output", name)


def make_delimiter(name: str | None) -> str | None:
    """What is between the cells of a table; raises `ConfigError` where that cannot be."""
    sign = "\t" if name in ("tab", "\\t") else name
    if sign is not None and (len(sign) != 1 or not sign.isascii() or sign.isalnum() or sign in '"\r\n\0'):
        raise ConfigError(f"--delimiter: {name!r} cannot part cells; give one sign such as ',' ';' '|', or tab")
    return sign


def make_diff(*, wanted: bool, colour: bool | None) -> Literal["plain", "coloured"] | None:
    """Whether and how diffs are made; colours without them are reported as wrong usage."""
    if not wanted and colour is not None:
        refuse(f"--{'' if colour else 'no-'}colour: only a diff has colours; give --diff, or leave it out")
    if not wanted:
        return None
    return "coloured" if (wants_colour() if colour is None else colour) else "plain"


def make_evidence(name: str, *, is_written: bool) -> bool:
    """Whether all evidence is written with removals; wrong usage where it is unknown, or no removals are written."""
    if name not in ("strongest", "full"):
        refuse(f"--evidence: {name!r} is unknown; use one of: strongest, full")
    if name == "full" and not is_written:
        refuse("--evidence full: is written with the removals; name a file for them with --removed")
    return name == "full"


def make_config(
    *,
    keep: list[str] | None,
    headline: str,
    mode: str = "balanced",
    threshold: float,
    patterns: Path | None = None,
    disabled_patterns: list[str] | None = None,
    weights: Path | None = None,
    sites: Path | None = None,
    engine: str = "blocks",
    encoding: str | None = None,
) -> CleanConfig:
    """The configuration that the options of a command add up to; raises `ConfigError` when one is unknown."""
    if encoding is not None:
        require_encoding(encoding)
    return CleanConfig(
        keep=cast("Any", split_commas(keep)),
        headline=cast("Any", headline),
        mode=cast("Any", mode),
        threshold=threshold,
        patterns=patterns,
        disabled_patterns=frozenset(split_commas(disabled_patterns)),
        weights=weights,
        sites=sites,
        engine=cast("Any", engine),
    )


def make_cleaner(config: CleanConfig) -> Cleaner:
    """A cleaner; its modules are imported only now."""
    from cleaner.api import Cleaner

    return Cleaner(config)


def split_commas(given: Iterable[str] | None) -> list[str]:
    """The values of an option that may be repeated, each time with one value or several separated by commas.

    >>> split_commas(["byline, tags", "comment"])
    ['byline', 'tags', 'comment']
    """
    return [value.strip() for one in given or () for value in one.split(",") if value.strip()]


def standard_input() -> list[str]:
    """Standard input as the only input of a command; reported as wrong usage if nothing is piped in."""
    if sys.stdin is None or sys.stdin.isatty():
        refuse("no input; give files or folders, or pipe a text in (see `cleaner clean --help`)")
    return [STDIN]
