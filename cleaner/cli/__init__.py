"""The command line: parse, call, print. Data goes to standard output, everything else to standard error.

Each command is a module with a function ``run``; a new one is imported and registered here. `output` writes to
standard output and standard error, `options` has the options that several commands share.
"""

from __future__ import annotations

import sys
from typing import Annotated, Any, cast

import typer

from cleaner.cli import clean, configuration, diff, evaluate, explain, fit, patterns, report, sites
from cleaner.cli.output import EXIT_INTERRUPTED, open_standard_files, printable, reporting, say, write

__all__ = ["app", "main"]

# The base of all usage errors; its module differs between versions of typer.
_UsageError = cast("type[Exception]", typer.BadParameter.__bases__[0])

app = typer.Typer(
    name="cleaner",
    no_args_is_help=True,
    rich_markup_mode=None,
    pretty_exceptions_enable=False,
    context_settings={"help_option_names": ["-h", "--help"]},
)


def _print_version(*, wanted: bool) -> None:
    if wanted:
        from cleaner import __version__

        with reporting():
            write(f"cleaner {__version__}\n".encode())
        raise typer.Exit


@app.callback()
def _cleaner(
    *,
    version: Annotated[
        bool, typer.Option("--version", callback=_print_version, is_eager=True, help="Show the version and exit.")
    ] = False,
) -> None:
    """Remove the noise from scraped news text: sponsor blocks, comment threads, share bars, author boxes and so on.

    \b
    Examples:
      cleaner clean page.txt                   the article, on standard output
      cleaner clean corpus/ -o articles/       a folder of .txt files, mirrored
      cleaner explain page.txt                 every line with its verdict and why
      cleaner report corpus/ -o report.html    a page to look at: what goes, and why
      cleaner diff default my-patterns/ corpus/    which documents two configurations clean differently
      cleaner sites learn corpus/              what the pages of a site repeat, for `clean --sites`
      cleaner config                           the settings that apply here, and where from
      cleaner patterns list --table            how many patterns of each kind and language
      cleaner eval labelled.jsonl              how well pages with a known article are cleaned
      cleaner fit labelled.jsonl -o my.json    weights of your own from such pages

    Exit status: 0 done, 1 some input failed and the rest is done, 2 wrong usage.
    """


app.command("clean")(clean.run)
app.command("explain")(explain.run)
app.command("report")(report.run)
app.command("diff")(diff.run)
app.command("config")(configuration.run)
app.add_typer(sites.app, name="sites")
app.add_typer(patterns.app, name="patterns")
app.command("eval")(evaluate.run)
app.command("fit")(fit.run)


def main() -> None:
    """Run the command line."""
    open_standard_files()
    try:
        status = app(prog_name="cleaner", standalone_mode=False)
    except _UsageError as error:
        status = _tell(error)
    except typer.Abort:
        status = EXIT_INTERRUPTED
    sys.exit(status)


def _tell(error: Any) -> int:
    """Report what is wrong with a command line; returns the exit status."""
    message = error.format_message()
    if printable(message) == message or type(error).__name__ == "NoArgsIsHelpError":
        error.show()
    else:
        # What looks like an option may be a file name, which may contain any character.
        say(message)
    return int(error.exit_code)
