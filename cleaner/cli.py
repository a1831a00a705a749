"""The command line: parse, call, print. Data goes to standard output, everything else to standard error."""

from __future__ import annotations

import os
import shutil
import stat
import sys
from collections.abc import Callable, Iterable, Iterator
from contextlib import contextmanager, nullcontext, suppress
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any, NoReturn, TypeAlias, cast

import typer

from cleaner.config import CleanConfig
from cleaner.errors import CleanerError, ConfigError, InputError, OutputError, PatternError
from cleaner.model import CleanResult, Kind
from cleaner.records import (
    STDIN,
    TEXT_ENDINGS,
    Record,
    Source,
    find_sources,
    join_records,
    open_output,
    plan_outputs,
    read_records,
    require_encoding,
    write_file,
)

if TYPE_CHECKING:
    from cleaner.patterns import Pattern
    from cleaner.pipeline import Cleaner

__all__ = ["app", "main"]

EXIT_FAILED = 1
EXIT_USAGE = 2
EXIT_INTERRUPTED = 130
EXIT_CLOSED_PIPE = 141
DEFAULT_COLUMNS = 120

_FLAGS = {
    "no-article-found": "no article was found, so the text is as it was; see why with `cleaner explain`",
    "truncated-by-paywall": "the article stops at a paywall; what is left may not be all of it",
}

app = typer.Typer(
    name="cleaner",
    no_args_is_help=True,
    add_completion=False,
    rich_markup_mode=None,
    pretty_exceptions_enable=False,
    context_settings={"help_option_names": ["-h", "--help"]},
)
patterns_app = typer.Typer(no_args_is_help=True, rich_markup_mode=None, help="List and check the patterns of noise.")
app.add_typer(patterns_app, name="patterns")

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
EncodingOption: TypeAlias = Annotated[
    str | None,
    typer.Option(
        "--encoding", metavar="NAME", help="The encoding of the input, if it is not UTF-8, for example cp1252."
    ),
]


class _ClosedPipeError(Exception):
    """Nobody reads standard output any more."""


class _StandardOutputError(OutputError):
    """Standard output cannot be written, so going on is of no use."""


# --- commands --------------------------------------------------------------------------------------------


def _print_version(wanted: bool) -> None:
    if wanted:
        from cleaner import __version__

        _write(f"cleaner {__version__}\n".encode())
        raise typer.Exit


@app.callback()
def _cleaner(
    version: Annotated[
        bool, typer.Option("--version", callback=_print_version, is_eager=True, help="Show the version and exit.")
    ] = False,
) -> None:
    """Take the noise out of scraped news text: sponsor blocks, comment threads, share bars, author boxes and so on.

    \b
    Examples:
      cleaner clean page.txt                   the article, on standard output
      cleaner clean corpus/ -o articles/       a folder of .txt files, mirrored
      cleaner explain page.txt                 every line with its verdict and why
      cleaner patterns list --table            what is known about which language

    Exit status: 0 done, 1 some input failed and the rest is done, 2 wrong usage.
    """


@app.command()
def clean(
    paths: Annotated[
        list[str] | None,
        typer.Argument(metavar="PATH", help="Files, folders (their .txt and .text files), or - for standard input."),
    ] = None,
    output: Annotated[
        Path | None,
        typer.Option(
            "--output", "-o", metavar="FILE|FOLDER", help="Where to write: a file for one input, else a folder."
        ),
    ] = None,
    in_place: Annotated[
        bool, typer.Option("--in-place", help="Write each result over its input; a file is never half written.")
    ] = False,
    removed: Annotated[
        str | None,
        typer.Option("--removed", metavar="FILE.jsonl", help="Also write every removal, with its place and evidence."),
    ] = None,
    keep: KeepOption = None,
    headline: HeadlineOption = "first",
    threshold: ThresholdOption = 0.0,
    title: TitleOption = None,
    lang: LangOption = None,
    patterns: PatternsOption = None,
    encoding: EncodingOption = None,
    quiet: Annotated[bool, typer.Option("--quiet", "-q", help="Report failures only, no notes about results.")] = False,
) -> None:
    """Clean texts: the article stays, the noise goes.

    One input goes to standard output byte for byte as it was, less the noise: encoding, byte order mark and line
    ends are kept. Several inputs on standard output are joined in order, in UTF-8, each on a line of its own.
    With -o and several inputs the result is a folder that mirrors them.

    \b
    Examples:
      cleaner clean page.txt
      curl -s https://example.org/page.txt | cleaner clean
      cleaner clean corpus/ -o articles/ --removed removed.jsonl
      cleaner clean page.txt --keep byline,publication-date --headline drop
      cleaner clean --in-place old.txt --encoding cp1252
    """
    with _reporting():
        names = paths or _standard_input()
        _check_usage(names, output, in_place=in_place, removed=removed)
        config = _config(keep, headline, threshold, patterns, encoding)
        sources, errors = find_sources(names, leave_out=output)
        targets = _targets(names, sources, output, in_place=in_place)
        _check_removed(removed, sources, targets)
        cleaner = _make_cleaner(config)
        failed = _say_all(errors)
        deliver = _deliver_to_files(targets) if targets is not None else _deliver_to_stream(several=len(sources) > 1)
        with _removal_writer(removed) as write_removals:
            for source in sources:
                try:
                    for record in read_records(source, encoding=encoding):
                        result = cleaner.clean(record.text, title=title, lang=lang)
                        deliver(record, result.text)
                        write_removals(source, result)
                        if not quiet:
                            _say_flags(source, result)
                except _StandardOutputError:
                    raise
                except (InputError, OutputError) as error:
                    failed += _say_all([error])
        if failed:
            raise typer.Exit(EXIT_FAILED)


@app.command()
def explain(
    path: Annotated[
        str | None, typer.Argument(metavar="PATH", help="A file, or - for standard input.", show_default=False)
    ] = None,
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
    threshold: ThresholdOption = 0.0,
    title: TitleOption = None,
    lang: LangOption = None,
    patterns: PatternsOption = None,
    encoding: EncodingOption = None,
) -> None:
    """Show for every line of a text whether it stays, and why.

    Each line has its number, a mark (- dropped, ~ cut, none: kept), the kind of noise, its score and its text.
    Beneath stands the evidence: where each of the points comes from. The points add up to the score; points above
    zero speak for noise.

    \b
    Examples:
      cleaner explain page.txt
      cleaner explain page.txt --removed-only
      cleaner explain page.txt --json | python -m json.tool
    """
    from cleaner.report import explain_json, render_explanation, to_json

    with _reporting():
        name = path or _standard_input()[0]
        if Path(name).is_dir():
            _refuse(f"{name}: is a folder; explain takes one file")
        config = _config(keep, headline, threshold, patterns, encoding)
        sources, errors = find_sources([name])
        cleaner = _make_cleaner(config)
        failed = _say_all(errors)
        for source in sources:
            try:
                for record in read_records(source, encoding=encoding):
                    result = cleaner.clean(record.text, title=title, lang=lang)
                    if as_json:
                        _write(to_json(explain_json(result, removed_only=removed_only), indent=2) + b"\n")
                        continue
                    _write_lines(
                        render_explanation(
                            record.text,
                            result,
                            width=shutil.get_terminal_size((DEFAULT_COLUMNS, 24)).columns,
                            colour=_wants_colour() if colour is None else colour,
                            removed_only=removed_only,
                        )
                    )
            except InputError as error:
                failed += _say_all([error])
        if failed:
            raise typer.Exit(EXIT_FAILED)


@patterns_app.command("list")
def list_patterns(
    kind: Annotated[str | None, typer.Option("--kind", metavar="KIND", help="Only this kind of noise.")] = None,
    lang: Annotated[
        str | None, typer.Option("--lang", metavar="CODE", help='Only this language; "any" is one too.')
    ] = None,
    table: Annotated[bool, typer.Option("--table", help="Counts: kinds in rows, languages in columns.")] = False,
    as_json: Annotated[bool, typer.Option("--json", help="A JSON list instead of a table.")] = False,
    patterns: PatternsOption = None,
) -> None:
    """List the patterns of noise: id, kind, language, action, strength, and what each finds.

    \b
    Examples:
      cleaner patterns list --kind newsletter --lang fr
      cleaner patterns list --table
    """
    from cleaner.report import kind_table, pattern_json, pattern_table, to_json

    with _reporting():
        if table and as_json:
            _refuse("--table and --json exclude each other; choose one")
        if kind is not None and kind not in {known.value for known in Kind}:
            _refuse(f"--kind: {kind!r} is not a kind of noise; use one of: {', '.join(known.value for known in Kind)}")
        found = [
            pattern
            for pattern in _load_patterns(patterns)
            if (kind is None or pattern.kind == kind) and (lang is None or pattern.lang == lang)
        ]
        if as_json:
            _write(to_json(pattern_json(found), indent=2) + b"\n")
        else:
            _write_lines(kind_table(found) if table else pattern_table(found))


@patterns_app.command("check")
def check(
    folder: Annotated[
        Path | None,
        typer.Argument(metavar="DIR", help="A folder of your own pattern files; without it the built-in ones."),
    ] = None,
) -> None:
    """Check pattern files: their fields, and every pattern against its own examples.

    \b
    Examples:
      cleaner patterns check
      cleaner patterns check my-patterns/
    """
    from cleaner.catalog import check_patterns

    with _reporting():
        good, errors = check_patterns(folder)
        failed = _say_all(errors)
        _write_lines([f"good patterns: {len(good)}, problems: {failed}"])
        if failed:
            raise typer.Exit(EXIT_FAILED)


def main() -> None:
    """Run the command line."""
    app(prog_name="cleaner")


# --- usage -----------------------------------------------------------------------------------------------


def _standard_input() -> list[str]:
    if sys.stdin is None or sys.stdin.isatty():
        _refuse("no input; give files or folders, or pipe a text in (see `cleaner clean --help`)")
    return [STDIN]


def _config(
    keep: list[str] | None, headline: str, threshold: float, patterns: Path | None, encoding: str | None
) -> CleanConfig:
    if encoding is not None:
        require_encoding(encoding)
    kinds = [kind.strip() for given in keep or () for kind in given.split(",") if kind.strip()]
    return CleanConfig(keep=cast("Any", kinds), headline=cast("Any", headline), threshold=threshold, patterns=patterns)


def _check_usage(names: list[str], output: Path | None, *, in_place: bool, removed: str | None) -> None:
    if names.count(STDIN) > 1:
        _refuse("-: standard input can be read only once; name it once")
    if in_place and output is not None:
        _refuse("--in-place and -o exclude each other; choose one")
    if in_place and STDIN in names:
        _refuse("--in-place needs files; standard input has no place to write to")
    if removed == STDIN and output is None and not in_place:
        _refuse("--removed -: the text goes to standard output already; name a file, or use -o for the text")


def _targets(
    names: list[str], sources: list[Source], output: Path | None, *, in_place: bool
) -> dict[Source, Path] | None:
    """Where each result goes; None where all go to standard output."""
    if in_place:
        return {source: source.path for source in sources if source.path is not None}
    if output is None:
        return None
    several = len(names) > 1 or any(name != STDIN and Path(name).is_dir() for name in names)
    ends_as_folder = str(output).endswith(os.sep) or output.is_dir()
    if several and not ends_as_folder and (output.exists() or output.suffix.lower() in TEXT_ENDINGS):
        _refuse(f"-o {output}: several inputs need a folder; name one, or join them with `cleaner clean ... > FILE`")
    return plan_outputs(sources, output, is_folder=several or ends_as_folder)


def _check_removed(removed: str | None, sources: list[Source], targets: dict[Source, Path] | None) -> None:
    if removed is None or removed == STDIN:
        return
    taken = [source.path for source in sources if source.path is not None] + list((targets or {}).values())
    if os.path.realpath(removed) in {os.path.realpath(path) for path in taken}:
        _refuse(f"--removed {removed}: is an input or an output; name another file")


def _make_cleaner(config: CleanConfig) -> Cleaner:
    from cleaner.pipeline import Cleaner

    return Cleaner(config)


def _load_patterns(folder: Path | None) -> Iterable[Pattern]:
    from cleaner.catalog import builtin_patterns, read_patterns

    patterns = builtin_patterns()
    return (patterns if folder is None else patterns + read_patterns(folder)).patterns


# --- writing ---------------------------------------------------------------------------------------------


def _deliver_to_files(targets: dict[Source, Path]) -> Callable[[Record, str], None]:
    def deliver(record: Record, text: str) -> None:
        target = targets[record.source]
        if target == record.source.path:
            if text == record.text:
                return
            if not stat.S_ISREG(target.stat().st_mode):
                raise OutputError(f"{target}: is no regular file; write its result elsewhere with -o")
        write_file(target, record.encode(text), make_folders=target != record.source.path)

    return deliver


def _deliver_to_stream(*, several: bool) -> Callable[[Record, str], None]:
    end = b""

    def deliver(record: Record, text: str) -> None:
        nonlocal end
        data = join_records(record, text, end) if several else record.encode(text)
        _write(data)
        end = (end + data)[-4:]

    return deliver


def _write_no_removals(_source: Source, _result: CleanResult) -> None:
    return


@contextmanager
def _removal_writer(removed: str | None) -> Iterator[Callable[[Source, CleanResult], None]]:
    """A function that writes the removals of a result, one JSON object a line; the file is there when all is done."""
    if removed is None:
        yield _write_no_removals
        return
    from cleaner.report import removal_record, to_json

    with nullcontext() if removed == STDIN else open_output(Path(removed)) as file:

        def write(source: Source, result: CleanResult) -> None:
            name = STDIN if source.path is None else source.name
            data = b"".join(to_json(removal_record(name, removal)) + b"\n" for removal in result.removals)
            if file is None:
                _write(data)
            else:
                file.write(data)

        yield write


def _write(data: bytes) -> None:
    """Write to standard output, at once."""
    try:
        sys.stdout.buffer.write(data)
        sys.stdout.buffer.flush()
    except BrokenPipeError:
        raise _ClosedPipeError from None
    except OSError as error:
        raise _StandardOutputError(
            f"standard output: cannot be written: {error.strerror}; check where it goes"
        ) from None


def _write_lines(lines: Iterable[str]) -> None:
    encoding = sys.stdout.encoding or "utf-8"
    for line in lines:
        _write(f"{line}\n".encode(encoding, "backslashreplace"))


def _wants_colour() -> bool:
    return sys.stdout.isatty() and not os.environ.get("NO_COLOR") and os.environ.get("TERM") != "dumb"


# --- messages --------------------------------------------------------------------------------------------


def _say(message: str) -> None:
    with suppress(OSError):
        print(f"cleaner: {message}", file=sys.stderr, flush=True)


def _say_all(errors: Iterable[CleanerError]) -> int:
    """Report errors; how many there were."""
    count = 0
    for error in errors:
        _say(str(error))
        count += 1
    return count


def _say_flags(source: Source, result: CleanResult) -> None:
    for flag in result.flags:
        _say(f"{source.name}: {flag}: {_FLAGS.get(flag, 'see `cleaner explain`')}")


def _refuse(message: str) -> NoReturn:
    """Report wrong usage and stop."""
    _say(message)
    raise typer.Exit(EXIT_USAGE)


@contextmanager
def _reporting() -> Iterator[None]:
    """Turns errors into one line on standard error and an exit status."""
    try:
        yield
    except (ConfigError, PatternError) as error:
        _say(str(error))
        raise typer.Exit(EXIT_USAGE) from None
    except CleanerError as error:
        _say(str(error))
        if isinstance(error, _StandardOutputError):
            _close_standard_output()
        raise typer.Exit(EXIT_FAILED) from None
    except _ClosedPipeError:
        _close_standard_output()
        raise typer.Exit(EXIT_CLOSED_PIPE) from None
    except KeyboardInterrupt:
        _say("interrupted; no file is half written")
        raise typer.Exit(EXIT_INTERRUPTED) from None


def _close_standard_output() -> None:
    """Point standard output to nowhere, so that nothing is written to it, and nothing fails, at the end."""
    with suppress(OSError, ValueError):
        os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())
