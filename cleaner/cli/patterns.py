"""The commands ``patterns list``, ``check``, ``try``, ``convert`` and ``suggest``."""

from __future__ import annotations

import os
import re
from collections.abc import Iterator, Sequence
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from cleaner.cli.corrections import RootOption, find_corrected
from cleaner.cli.options import PatternsOption
from cleaner.cli.output import EXIT_FAILED, printable, refuse, reporting, say, say_all, write, write_lines
from cleaner.config import CleanConfig
from cleaner.corpus.records import write_file
from cleaner.result import Kind

if TYPE_CHECKING:
    from cleaner.cli.corrections import Found
    from cleaner.matching.pattern import PatternSet
    from cleaner.matching.trial import Trial

__all__ = ["app"]

# How many patterns that almost hold are shown without --all.
SHOWN_NEAR = 10

app = typer.Typer(no_args_is_help=True, rich_markup_mode=None, help="List, check, try and suggest patterns of noise.")


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
    """List the patterns of noise.

    Id, kind, language, action, strength, and what each finds.

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
        known_patterns = _load_patterns(patterns).patterns
        _check_known("--lang", "in the language", lang, {pattern.lang for pattern in known_patterns})
        _check_known("--kind", "of the kind", kind, {str(pattern.kind) for pattern in known_patterns})
        found = [
            pattern
            for pattern in known_patterns
            if (kind is None or pattern.kind == kind) and (lang is None or pattern.lang == lang)
        ]
        if as_json:
            write(to_json(pattern_json(found), indent=2) + b"\n")
        else:
            write_lines(kind_table(found) if table else pattern_table(found))


def _check_known(option: str, what: str, wanted: str | None, known: set[str]) -> None:
    """Refuse a value of an option that no pattern has."""
    if wanted is not None and wanted not in known:
        refuse(f"{option}: there is no pattern {what} {wanted!r}; use one of: {', '.join(sorted(known))}")


@app.command("check")
def check_patterns(
    path: Annotated[
        Path | None,
        typer.Argument(
            metavar="DIR|FILE", help="A folder of pattern files, or one file; without it the built-in ones."
        ),
    ] = None,
) -> None:
    """Check pattern files.

    Their fields, and every pattern against its own examples.

    \b
    Examples:
      cleaner patterns check
      cleaner patterns check my-patterns/
      cleaner patterns check patterns/fr/related.toml
    """
    from cleaner.matching import library

    with reporting():
        good, errors = library.check_patterns(path)
        failed = say_all(errors)
        write_lines([f"good patterns: {len(good)}, problems: {failed}"])
        if failed:
            raise typer.Exit(EXIT_FAILED)


@app.command("convert")
def convert_patterns(
    old: Annotated[Path, typer.Argument(metavar="OLD_FOLDER", help="A folder of pattern files of format 1.")],
    new: Annotated[Path, typer.Argument(metavar="NEW_FOLDER", help="Where to write them; not there yet, or empty.")],
) -> None:
    """Convert pattern files of format 1.

    They become files of format 2 in a new folder; the old ones stay as they are.

    \b
    Examples:
      cleaner patterns convert my-patterns/ my-new-patterns/
    """
    from cleaner.matching import library

    with reporting():
        written = library.convert_patterns(old, new)
        write_lines([f"files written: {len(written)}; check them: cleaner patterns check {printable(str(new))}"])


@app.command("try")
def try_patterns(
    line: Annotated[str, typer.Argument(metavar="LINE", help="The line, in quotes.")],
    *,
    show_all: Annotated[
        bool, typer.Option("--all", help="All patterns that almost hold, not only the nearest.")
    ] = False,
    patterns: PatternsOption = None,
) -> None:
    """Try the patterns on a line.

    Which patterns hold on it, and which almost do and why not.

    \b
    Examples:
      cleaner patterns try "Lire aussi : la piscine rouvre ses portes"
      cleaner patterns try "Gloobers ahead" --patterns my-patterns/
    """
    from cleaner.matching.trial import try_line
    from cleaner.text.splitting import split_lines

    with reporting():
        if not line.strip() or len(split_lines(line)) != 1:
            refuse("LINE: give one line of text, in quotes; `cleaner explain` takes whole texts")
        write_lines(_trial_lines(*try_line(_load_patterns(patterns), line), show_all=show_all))


@app.command("suggest")
def suggest_patterns(
    corrections: Annotated[
        list[Path] | None,
        typer.Argument(metavar="CORRECTIONS", help="Lines marked in a report: corrections.jsonl.", show_default=False),
    ] = None,
    *,
    output: Annotated[
        Path | None,
        typer.Option("--output", "-o", metavar="FILE.toml", help="The file to write; it may not be there yet."),
    ] = None,
    lang: Annotated[
        str, typer.Option("--lang", metavar="CODE", help='The language of the patterns; "any" for none in particular.')
    ] = "any",
    patterns: PatternsOption = None,
    root: RootOption = None,
) -> None:
    """Suggest patterns from lines that a person has marked.

    Lines of noise that stay become entries that remove them, lines of articles that a pattern removes become entries
    that keep them: a pattern file on standard output, with examples, for a person to read and edit. What would hold on a
    line of an article is not proposed; comments at the end say why, and what else helps.

    \b
    Examples:
      cleaner patterns suggest corrections.jsonl
      cleaner patterns suggest corrections.jsonl --lang fr -o my-patterns/suggested.toml
      cleaner eval --corrections corrections.jsonl --own-patterns my-patterns/
    """
    with reporting():
        paths = corrections or refuse("no corrections; give the files that were exported from a report")
        if re.fullmatch(r"any|[a-z]{2,3}", lang) is None:
            refuse(f'--lang: {lang!r} is no language code; give one such as fr, or "any"')
        if output is not None and (output.suffix != ".toml" or os.path.lexists(output)):
            fix = (
                "is there already; name another file"
                if output.suffix == ".toml"
                else "is no pattern file; call it .toml"
            )
            refuse(f"-o {output}: {fix}")
        own = {pattern.id for pattern in _load_patterns(patterns).patterns}
        found = find_corrected(paths, CleanConfig(patterns=patterns), root)
        if found.failed and not found.judged:
            raise typer.Exit(EXIT_FAILED)
        entries, text = _suggested(found, lang, own)
        if output is None:
            write(text.encode("utf-8", "backslashreplace"))
        elif entries:
            write_file(output, text.encode("utf-8", "backslashreplace"), make_folders=True)
        else:
            say(f"-o {output}: is not written, as there is nothing to suggest; without -o the reasons are shown")
        if found.failed:
            raise typer.Exit(EXIT_FAILED)


def _suggested(found: Found, lang: str, known: set[str]) -> tuple[int, str]:
    """How many entries there are, and the text of their file."""
    from cleaner.training.pattern_files import pattern_file
    from cleaner.training.suggesting import JudgedDocument, suggest_patterns

    documents = [
        JudgedDocument(one.judged[0].correction.document, one.original, one.result, one.judged)
        for one in found.documents
    ]
    made = suggest_patterns(documents, lang, lambda more: list(found.judged_with(more)), known)
    total = len(found.judged)
    source = "1 marked line" if total == 1 else f"{total} marked lines"
    held = "1 is" if made.held == 1 else f"{made.held} are"
    head = [
        f"Suggested by `cleaner patterns suggest` from {source}, of which {held} treated as marked.",
        "Read each entry before you use it: give it a better id and about, and replace examples that are sentences of pages.",
        "patterns/README.md describes the fields.",
    ]
    tail = ["Not proposed:", *(f"- {note}" for note in made.notes)] if made.notes else []
    return len(made.entries), pattern_file(made.entries, lang, head, tail)


def _trial_lines(held: Sequence[Trial], near: Sequence[Trial], *, show_all: bool) -> Iterator[str]:
    """What ``patterns try`` writes."""
    yield f"{_counted(len(held), 'holds', 'hold')} on this line{':' if held else '.'}"
    for trial in held:
        yield from _one_trial(trial)
    shown = near if show_all else [trial for trial in near if not trial.is_by_chance][:SHOWN_NEAR]
    yield f"{_counted(len(shown), 'almost holds', 'almost hold')}{':' if shown else '.'}"
    for trial in shown:
        yield from _one_trial(trial)
        yield f"    why not: {'; '.join(trial.reasons)}"
    if len(shown) < len(near):
        yield f"and {len(near) - len(shown)} further off; --all shows them"
    if not held and not shown:
        yield "A new phrase goes into the file of its kind; patterns/README.md says which file has which kinds."


def _counted(count: int, one: str, many: str) -> str:
    return f"{count or 'No'} pattern {one}" if count < 2 else f"{count} patterns {many}"


def _one_trial(trial: Trial) -> Iterator[str]:
    from cleaner.report.meanings import pattern_facts
    from cleaner.report.terminal import visible

    yield f"  {trial.pattern.id}"
    yield f'    finds: "{visible(trial.fragment)}"'
    yield f"    {pattern_facts(trial.pattern)}"


def _load_patterns(folder: Path | None) -> PatternSet:
    from cleaner.matching.library import builtin_patterns, read_patterns

    patterns = builtin_patterns()
    return patterns if folder is None else patterns + read_patterns(folder)
