"""The command ``diff``: what two configurations, or runs, remove differently from the same documents."""

from __future__ import annotations

import math
import os
import tempfile
from collections.abc import Sequence
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any

import typer

from cleaner.cli.configuration import DEFAULT_TIMEOUT, read_settings
from cleaner.cli.groups import spread
from cleaner.cli.inputs import Inputs, Reading, find_inputs
from cleaner.cli.options import (
    JobsOption,
    TimeoutOption,
    count_cores,
    standard_input,
)
from cleaner.cli.output import EXIT_FAILED, catch_signals, refuse, reporting, say, say_each, write, write_lines
from cleaner.cli.report import check_page, write_page
from cleaner.cli.site_inputs import check_memory
from cleaner.config import CleanConfig
from cleaner.corpus.records import split_endings
from cleaner.corpus.records.sources import is_folder
from cleaner.result import Kind

if TYPE_CHECKING:
    from cleaner.corpus.batch.comparing import CompareSettings, Comparison, Side
    from cleaner.corpus.batch.stored import StoredRemovals

__all__ = ["run"]

_BUILT_IN = "default"


@spread
def run(
    a: Annotated[
        str,
        typer.Argument(
            metavar="A",
            help="`default`, settings (.toml), weights (.json), a folder of patterns, or removals (.jsonl).",
        ),
    ],
    b: Annotated[str, typer.Argument(metavar="B", help="The same, to compare with it.")],
    paths: Annotated[
        list[str] | None,
        typer.Argument(
            metavar="INPUT", help="Files, folders, or - for standard input. Not needed for two files of removals."
        ),
    ] = None,
    *,
    output: Annotated[
        Path | None,
        typer.Option(
            "--output",
            "-o",
            metavar="FILE.html",
            help="Also write a page that shows the documents that differ, both sides beside each other.",
            show_default=False,
        ),
    ] = None,
    top: Annotated[int, typer.Option("--top", metavar="N", help="How many documents that differ are shown.")] = 20,
    kind: Annotated[
        str | None,
        typer.Option("--kind", metavar="KIND", help="Only what is removed as this kind of noise counts as different."),
    ] = None,
    as_json: Annotated[bool, typer.Option("--json", help="One JSON object instead of the tables.")] = False,
    fail: Annotated[bool, typer.Option("--fail", help="Exit status 1 if any document differs.")] = False,
    reading: Reading,
    jobs: JobsOption = None,
    timeout: TimeoutOption = DEFAULT_TIMEOUT,
    quiet: Annotated[bool, typer.Option("--quiet", "-q", help="Report failures only: no notes, no bar.")] = False,
) -> None:
    """Show which documents two configurations clean differently.

    A and B are each one of: `default`, the built-in settings; a .toml file of settings, as `cleaner config` shows them;
    a .json file of weights; a folder of patterns, which are added to the built-in ones; or a .jsonl file of removals
    that an earlier run wrote with --removed, so that on this side nothing is cleaned again.

    First come counts, then the words that each side removes by kind, then the documents that differ, those with the
    most words that only one side removes first.

    \b
    Examples:
      cleaner diff default my-patterns/ corpus/
      cleaner diff default my-patterns/ corpus/ -o differences.html --top 100
      cleaner diff default careful.toml crawl.jsonl.zst --field page.text
      cleaner diff removed.jsonl default corpus/
      cleaner diff old.jsonl new.jsonl --kind byline
      cleaner diff default weights.json corpus/ --fail
    """
    with reporting(), catch_signals(), tempfile.TemporaryDirectory(prefix="cleaner-diff-") as folder:
        if top < 1:
            refuse(f"--top: {top} is too small; give 1 or more")
        check_sides(a, b, kind=kind)
        needs_inputs = not (_is_removals(a) and _is_removals(b))
        names = paths or (standard_input() if needs_inputs else [])
        _check_output(output, names, a, b)
        sides = [make_side(name, Path(folder) / f"{number}.sqlite", timeout) for number, name in enumerate((a, b))]
        for side in sides:
            check_memory(side.config or CleanConfig())
        inputs = find_inputs(
            names,
            reading,
            sides[0].config or sides[1].config or CleanConfig(),
            jobs=jobs or count_cores(),
            is_quiet=quiet,
        )
        settings = _settings(inputs, a=sides[0], b=sides[1], kind=kind, top=top, is_shown=output is not None)
        if names:
            _check_names(inputs, sides)
        found, has_failures = _compare(inputs, settings) if names else _compare_files(settings)
        has_failures |= bool(inputs.failed)
        if names and found.tally.documents:
            _check_matched(found, sides)
        if found.tally.documents or not has_failures:
            if output is not None:
                write_page(_page(names, reading, found, settings), output)
            _show(found, settings, as_json=as_json)
        has_failures |= bool(say_each(inputs.unread.failures()))
        if not quiet:
            say_each(filter(None, [inputs.unread.note(), *(_missing_notes(found, settings) if names else [])]))
        if has_failures or (fail and found.differ):
            raise typer.Exit(EXIT_FAILED)


# --- sides -----------------------------------------------------------------------------------------------


def check_sides(a: str, b: str, *, kind: str | None) -> None:
    """Refuse a side that is nothing that can be compared, and a kind that there is not."""
    for name in (a, b):
        is_known = Path(name).suffix in (".toml", ".json") or _is_removals(name)
        if name != _BUILT_IN and not os.path.exists(name):  # noqa: PTH110 - never fails
            refuse(
                f"{name}: does not exist; A and B come before the inputs, and each is `default`, settings (.toml), weights "
                "(.json), a folder of patterns, or removals (.jsonl)"
            )
        if name != _BUILT_IN and not is_known and not is_folder(name):
            refuse(
                f"{name}: is no side of a comparison; give `default`, settings (.toml), weights (.json), a folder of "
                "patterns, or removals (.jsonl)"
            )
    # Stored removals may have kinds of another version.
    if kind is not None and kind not in set(Kind) and not (_is_removals(a) or _is_removals(b)):
        refuse(f"--kind: {kind!r} is not a kind of noise; `cleaner patterns list --table` names the kinds")


def make_side(name: str, target: Path, timeout: float) -> Side:
    """A side by what it was called; ``target``: the file for stored removals, ``timeout``: the limit without another."""
    from cleaner.corpus.batch.comparing import Side
    from cleaner.corpus.batch.stored import store_removals

    path = Path(name)
    values: dict[str, Any] = {}
    if name == _BUILT_IN:
        pass
    elif is_folder(name):
        values = {"patterns": path}
    elif path.suffix == ".toml":
        values = dict(read_settings(path).values)
    elif path.suffix == ".json":
        values = {"weights": path}
    else:
        store_removals(path, target)
        return Side(name, stored=target)
    seconds = values.pop("timeout", timeout)
    return Side(name, CleanConfig(**values, timeout=seconds if 0 < seconds < math.inf else None))


def _check_output(output: Path | None, names: list[str], a: str, b: str) -> None:
    """Refuse a page that would overwrite what is read, and one without texts to show."""
    if output is None:
        return
    if not names:
        refuse(f"-o {output}: without inputs there are no texts to show; name them after A and B")
    check_page(output, [*names, *(side for side in (a, b) if side != _BUILT_IN)])


def _is_removals(name: str) -> bool:
    return name != _BUILT_IN and not is_folder(name) and split_endings(Path(name))[0] == "jsonl"


def _settings(inputs: Inputs, **given: Any) -> CompareSettings:
    from cleaner.corpus.batch.comparing import CompareSettings

    return inputs.settings.extended(CompareSettings, **given)


# --- comparing -------------------------------------------------------------------------------------------


def _compare(inputs: Inputs, settings: CompareSettings) -> tuple[Comparison, bool]:
    """The comparison of all inputs, with a bar; and whether any of them failed."""
    from cleaner.cli.progress import Bar, learning_line
    from cleaner.corpus.batch.comparing import Comparison, compare_batch

    if not inputs.plan.sources:
        return Comparison(), False
    bar = Bar(wanted=not inputs.plan.is_quiet, render=learning_line)
    try:
        return compare_batch(inputs.plan, settings, bar)
    finally:
        bar.clear()


def _compare_files(settings: CompareSettings) -> tuple[Comparison, bool]:
    from cleaner.corpus.batch.comparing import compare_stored

    found = compare_stored(settings, say)
    return found, bool(found.tally.failed)


def _check_names(inputs: Inputs, sides: Sequence[Side]) -> None:
    """Refuse inputs of which stored removals know none by name, before they are read."""
    from cleaner.corpus.batch.stored import StoredRemovals

    for side in sides:
        if side.stored is not None and inputs.plan.sources:
            with StoredRemovals(side.stored) as stored:
                # What comes from standard input has no name until it is read.
                if not any(source.path is None or stored.knows(source.name) for source in inputs.plan.sources):
                    _refuse_strangers(side, stored)


def _check_matched(found: Comparison, sides: Sequence[Side]) -> None:
    """Refuse a comparison in which no document has its stored removals: all that is removed would seem to differ."""
    from cleaner.corpus.batch.stored import StoredRemovals

    for side, matched in zip(sides, found.stored, strict=True):
        if side.stored is not None and not matched:
            with StoredRemovals(side.stored) as stored:
                _refuse_strangers(side, stored)


def _refuse_strangers(side: Side, stored: StoredRemovals) -> None:
    """Refuse inputs among which no stored document is; a file without any removals fits all inputs."""
    first = next(iter(stored), None)
    if first is not None:
        refuse(
            f"{side.name}: none of its {len(stored)} documents is among the inputs; name them, and how to read them, as in "
            f"the run that wrote it (its first is {first.name})"
        )


def _missing_notes(found: Comparison, settings: CompareSettings) -> list[str]:
    """Sentences about documents whose removals are stored, but which are not among the inputs."""
    from cleaner.corpus.batch.stored import StoredRemovals

    notes = []
    for side, matched in zip((settings.a, settings.b), found.stored, strict=True):
        if side.stored is None:
            continue
        with StoredRemovals(side.stored) as stored:
            count = len(stored)
        if count > matched:
            notes.append(
                f"{side.name}: {count - matched} of its {count} documents are not among the inputs; name them, and how to "
                "read them, as in the run that wrote it"
            )
    return notes


def _page(names: list[str], reading: Reading, found: Comparison, settings: CompareSettings) -> bytes:
    from cleaner import __version__
    from cleaner.report.page.building import Report, render_report

    return render_report(
        Report(
            title="What is cleaned differently",
            inputs=names,
            totals=found.totals,
            documents=[one.shown for one in found.worst if one.shown is not None],
            matching=found.differ,
            options=reading.given(),
            sides=(settings.a.name, settings.b.name),
            version=__version__,
        )
    )


def _show(found: Comparison, settings: CompareSettings, *, as_json: bool) -> None:
    from cleaner.corpus.batch.tables import comparison_json, comparison_table
    from cleaner.report.records import to_json

    if as_json:
        write(to_json(comparison_json(found, settings), indent=2) + b"\n")
    else:
        write_lines(comparison_table(found, settings))
