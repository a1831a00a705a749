"""The commands ``patterns list`` and ``patterns check``."""

from __future__ import annotations

from collections.abc import Iterable
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from cleaner.cli.options import PatternsOption
from cleaner.cli.output import EXIT_FAILED, refuse, reporting, say_all, write, write_lines
from cleaner.result import Kind

if TYPE_CHECKING:
    from cleaner.matching.pattern import Pattern

__all__ = ["app"]

app = typer.Typer(no_args_is_help=True, rich_markup_mode=None, help="List and check the patterns of noise.")


@app.command("list")
def list_patterns(
    *,
    kind: Annotated[str | None, typer.Option("--kind", metavar="KIND", help="Only this kind of noise.")] = None,
    lang: Annotated[
        str | None, typer.Option("--lang", metavar="CODE", help='Only this language; "any": of no particular one.')
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
    from cleaner.report.records import pattern_json, to_json
    from cleaner.report.tables import kind_table, pattern_table

    with reporting():
        if table and as_json:
            refuse("--table and --json exclude each other; choose one")
        if kind is not None and kind not in {known.value for known in Kind}:
            refuse(f"--kind: {kind!r} is not a kind of noise; use one of: {', '.join(known.value for known in Kind)}")
        found = [
            pattern
            for pattern in _load_patterns(patterns)
            if (kind is None or pattern.kind == kind) and (lang is None or pattern.lang == lang)
        ]
        if as_json:
            write(to_json(pattern_json(found), indent=2) + b"\n")
        else:
            write_lines(kind_table(found) if table else pattern_table(found))


@app.command("check")
def check_patterns(
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
    from cleaner.matching import library as catalog

    with reporting():
        good, errors = catalog.check_patterns(folder)
        failed = say_all(errors)
        write_lines([f"good patterns: {len(good)}, problems: {failed}"])
        if failed:
            raise typer.Exit(EXIT_FAILED)


def _load_patterns(folder: Path | None) -> Iterable[Pattern]:
    from cleaner.matching.library import builtin_patterns, read_patterns

    patterns = builtin_patterns()
    return (patterns if folder is None else patterns + read_patterns(folder)).patterns
