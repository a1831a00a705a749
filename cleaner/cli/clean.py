"""The command ``clean``: texts in, articles out."""

from __future__ import annotations

import os
import stat
from collections.abc import Callable, Iterator
from contextlib import contextmanager, nullcontext
from pathlib import Path
from typing import Annotated

import typer

from cleaner.cli.options import (
    EncodingOption,
    HeadlineOption,
    KeepOption,
    LangOption,
    PatternsOption,
    ThresholdOption,
    TitleOption,
    WeightsOption,
    make_cleaner,
    make_config,
    standard_input,
)
from cleaner.cli.output import EXIT_FAILED, StandardOutputError, refuse, reporting, say, say_all, write
from cleaner.errors import InputError, OutputError
from cleaner.model import CleanResult
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
    write_file,
)

__all__ = ["run"]

_FLAGS = {
    "no-article-found": "no article was found, so the text is as it was; see why with `cleaner explain`",
    "truncated-by-paywall": "the article stops at a paywall; what is left may not be all of it",
}


def run(
    paths: Annotated[
        list[str] | None,
        typer.Argument(metavar="PATH", help="Files, folders (their .txt and .text files), or - for standard input."),
    ] = None,
    *,
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
    weights: WeightsOption = None,
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
    with reporting():
        names = paths or standard_input()
        _check_usage(names, output, in_place=in_place, removed=removed)
        config = make_config(
            keep=keep,
            headline=headline,
            threshold=threshold,
            patterns=patterns,
            weights=weights,
            encoding=encoding,
        )
        sources, errors = find_sources(names, leave_out=output)
        targets = _targets(names, sources, output, in_place=in_place)
        _check_removed(removed, sources, targets)
        cleaner = make_cleaner(config)
        failed = say_all(errors)
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
                except StandardOutputError:
                    raise
                except (InputError, OutputError) as error:
                    failed += say_all([error])
        if failed:
            raise typer.Exit(EXIT_FAILED)


# --- usage -----------------------------------------------------------------------------------------------


def _check_usage(names: list[str], output: Path | None, *, in_place: bool, removed: str | None) -> None:
    if names.count(STDIN) > 1:
        refuse("-: standard input can be read only once; name it once")
    if in_place and output is not None:
        refuse("--in-place and -o exclude each other; choose one")
    if in_place and STDIN in names:
        refuse("--in-place needs files; standard input has no place to write to")
    if removed == STDIN and output is None and not in_place:
        refuse("--removed -: the text goes to standard output already; name a file, or use -o for the text")


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
        refuse(f"-o {output}: several inputs need a folder; name one, or join them with `cleaner clean ... > FILE`")
    return plan_outputs(sources, output, is_folder=several or ends_as_folder)


def _check_removed(removed: str | None, sources: list[Source], targets: dict[Source, Path] | None) -> None:
    if removed is None or removed == STDIN:
        return
    taken = [source.path for source in sources if source.path is not None] + list((targets or {}).values())
    if os.path.realpath(removed) in {os.path.realpath(path) for path in taken}:
        refuse(f"--removed {removed}: is an input or an output; name another file")


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
        write(data)
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

        def write_removals(source: Source, result: CleanResult) -> None:
            name = STDIN if source.path is None else source.name
            data = b"".join(to_json(removal_record(name, removal)) + b"\n" for removal in result.removals)
            if file is None:
                write(data)
            else:
                file.write(data)

        yield write_removals


def _say_flags(source: Source, result: CleanResult) -> None:
    for flag in result.flags:
        say(f"{source.name}: {flag}: {_FLAGS.get(flag, 'see `cleaner explain`')}")
