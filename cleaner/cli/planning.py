"""Checks the usage of ``clean``, and plans the run: where each result goes."""

from __future__ import annotations

import os
import sys
from collections.abc import Callable, Iterator
from contextlib import suppress
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Any

from cleaner.cli.output import refuse
from cleaner.config import CleanConfig, Output
from cleaner.corpus.records import STDIN, Source, plan_outputs, split_endings
from cleaner.corpus.records.chunks import Fields
from cleaner.corpus.records.sources import ASSEMBLED_FORMATS, DOCUMENT_FORMATS, HTML_FIELD_FORMATS, is_folder
from cleaner.corpus.records.targets import Names, free_errors_path, is_removals_file, plan_in_place
from cleaner.corpus.records.writing import CHECKPOINT_ENDING, PARTIAL_ENDING
from cleaner.corpus.records.zips import is_zip
from cleaner.errors import OutputError

if TYPE_CHECKING:
    from cleaner.corpus.batch import Plan

__all__ = ["Places", "check_fields", "check_usage", "make_places", "plan_places"]

_ARCHIVES = ("warc", "wet")
_TABLES = ("csv", "tsv")
_WITH_FIELDS = HTML_FIELD_FORMATS | ASSEMBLED_FORMATS
# Files of these formats have a beginning and an end, so two of them in a row are none.
_CLOSED = ("json", *_TABLES)
_WORKBOOKS = (".xlsx", ".xlsm")
# The proper names of formats that are put together at the end.
_NAMES: dict[str, str] = {"parquet": "Parquet", "xlsx": "Excel", "sqlite": "SQLite"}


@dataclass(frozen=True, slots=True)
class Places:
    """What the command line says about inputs and outputs; ``names_folder``: the output ends with a slash.

    ``diff``: it is a dry run that shows diffs.
    """

    names: list[str]
    output: Path | None
    in_place: bool
    removed: str | None
    errors: Path | None
    resume: bool
    dry_run: bool = False
    diff: bool = False
    backup: str | None = None
    names_folder: bool = False

    @property
    def has_several_inputs(self) -> bool:
        """Whether the input is several files, or a folder, so that the results need a folder."""
        return len(self.names) > 1 or any(name != STDIN and (is_folder(name) or is_zip(name)) for name in self.names)

    @property
    def archive(self) -> Path | None:
        """The zip archive that results go to, if they go to one."""
        output = self.output
        return (
            output
            if output is not None and is_zip(output) and not self.names_folder and not is_folder(output)
            else None
        )

    @property
    def is_folder(self) -> bool:
        """Whether results go into a folder."""
        output = self.output
        return (
            output is not None
            and self.archive is None
            and (self.has_several_inputs or self.names_folder or is_folder(output))
        )

    @property
    def has_output_inside(self) -> bool:
        """Whether the output is a folder inside an input, with something in it that could be meant as input."""
        if self.output is None or not is_folder(self.output):
            return False
        output = os.path.realpath(self.output)
        folders = (os.path.realpath(name) for name in self.names if name != STDIN and is_folder(name))
        is_inside = any(output.startswith(os.path.join(folder, "")) for folder in folders)
        with suppress(OSError):
            return is_inside and any(self.output.iterdir())
        return False


def make_places(names: list[str], output: str | None, **options: Any) -> Places:
    """What the command line says; a path loses the slash at its end, so it is noted that there was one."""
    ends = tuple(filter(None, (os.sep, os.altsep)))
    return Places(
        names, None if output is None else Path(output), **options, names_folder=(output or "").endswith(ends)
    )


def check_usage(places: Places, *, jobs: int | None, max_document: int | None) -> None:
    """Refuse options that exclude each other, before any file is read."""
    names, output = places.names, places.output
    if names.count(STDIN) > 1:
        refuse("-: standard input can be read only once; name it once")
    if STDIN in names and sys.stdin is None:
        refuse("-: standard input is closed; name a file")
    if places.in_place and output is not None:
        refuse("--in-place and -o exclude each other; choose one")
    if places.in_place and STDIN in names:
        refuse("--in-place needs files; standard input has no place to write to")
    if places.dry_run:
        _check_dry_run(places)
    elif places.removed == STDIN and output is None and not places.in_place:
        refuse("--removed -: the text goes to standard output already; name a file, or use -o for the text")
    _check_backup(places)
    for option, value in (("--jobs", jobs), ("--max-document", max_document)):
        if value is not None and value < 1:
            refuse(f"{option}: {value} is too small; give 1 or more")
    _check_archives(places)
    if places.resume:
        _check_resume(places)


def _check_backup(places: Places) -> None:
    backup = places.backup
    if backup is None:
        return
    if not places.in_place:
        refuse("--backup: only files that are cleaned with --in-place are replaced; leave it out")
    if not backup or "/" in backup or os.sep in backup or "\0" in backup:
        refuse(f"--backup: {backup!r} cannot be added to a name in the same folder; give an ending such as .orig")
    if split_endings(Path(f"page{backup}")) != (None, None) or backup.endswith((PARTIAL_ENDING, CHECKPOINT_ENDING)):
        refuse(f"--backup: a later run would take {backup} files for its own; give another ending such as .orig")


def _check_dry_run(places: Places) -> None:
    if places.diff:
        _check_diff(places)
    if places.removed not in (None, STDIN):
        refuse("--removed: a dry run writes no file; --removed - shows the removals on standard output")
    if places.resume:
        refuse("--resume: a dry run has nothing to resume; leave one of them out")


def _check_diff(places: Places) -> None:
    given = {
        "-o": places.output is not None,
        "--in-place": places.in_place,
        "--removed": places.removed is not None,
        "--errors": places.errors is not None,
        "--resume": places.resume,
    }
    for option in (option for option, is_given in given.items() if is_given):
        refuse(f"{option}: --diff shows what would be removed, and writes no file; leave one of them out")


def _check_archives(places: Places) -> None:
    if places.in_place and any(map(is_zip, places.names)):
        refuse("--in-place: a zip archive is written as a whole; write another one with -o NAME.zip")
    archive = places.archive
    if archive is None:
        return
    if len(places.names) != 1 or not is_zip(places.names[0]):
        refuse(f"-o {archive}: a zip archive is made of another one; name a folder, and pack it afterwards")
    if os.path.realpath(archive) == os.path.realpath(places.names[0]):
        refuse(f"-o {archive}: is the input; name another archive")


def _check_resume(places: Places) -> None:
    if places.in_place:
        refuse("--resume: files that are cleaned in place do not need it; run the command again without it")
    if places.output is None:
        refuse("--resume: what went to standard output cannot be resumed; use -o")
    if places.archive is not None:
        refuse("--resume: a zip archive is written as a whole, so it cannot be resumed; use -o FOLDER/, which can")
    if STDIN in places.names:
        refuse("--resume: standard input cannot be read again; name a file")
    if places.removed == STDIN:
        refuse("--resume: removals on standard output cannot be resumed; name a file")


def plan_places(
    places: Places,
    sources: list[Source],
    fields: Fields,
    *,
    write: Callable[[bytes], None],
    config: CleanConfig,
    html_output: Output,
    **options: Any,
) -> tuple[Plan, list[OutputError]]:
    """The plan of a run, and what is wrong with the sources that are left out of it.

    Results that would overwrite each other, or a file that is read, are reported as wrong usage.
    """
    from cleaner.corpus.batch import Plan

    if places.in_place and any(source.format == "html" for source in sources):
        refuse("--in-place: an HTML page becomes text, which is another file; name it with -o")
    if places.backup is not None and any(source.format == "sqlite" for source in sources):
        refuse("--backup: a database is changed, not replaced; copy it yourself, or write another one with -o")
    names = Names()
    for path in _read_too(config):
        names.take(path, "an input")
    targets, problems = _targets(places, sources, names)
    if targets is None:
        if not places.dry_run:
            _check_stream(sources)
    else:
        sources = list(targets)
        if not places.in_place:
            for source, target in targets.items():
                _check_ending(source, target)
    check_fields(sources, fields)
    if html_output == "markdown" and sources and not _may_have_pages(places, sources, fields):
        refuse("--output-format: only HTML becomes Markdown, and there is none here; leave it out")
    if options["is_line_buffered"] and any(source.format in (*DOCUMENT_FORMATS, "json") for source in sources):
        refuse(
            "--line-buffered: a text is read as a whole, and an array in chunks; for lines of JSON give --format jsonl"
        )
    default_errors = _default_errors(places, sources)
    errors = places.errors or (default_errors and free_errors_path(default_errors, names))
    plan = Plan(
        sources,
        write,
        targets=targets,
        in_place=places.in_place,
        backup=places.backup,
        archive=places.archive,
        removed=places.removed,
        errors=errors,
        keep_errors=places.errors is not None,
        checkpoint=_checkpoint(places, sources, targets),
        **options,
    )
    _check_side_files(plan, names)
    return (plan.made_dry() if places.dry_run else plan), problems


def _read_too(config: CleanConfig) -> Iterator[Path]:
    """The files that a run reads besides its inputs."""
    if config.weights is not None:
        yield config.weights
    if isinstance(config.sites, Path):
        yield config.sites
    if config.patterns is not None:
        yield from config.patterns.rglob("*") if config.patterns.is_dir() else [config.patterns]


def _targets(
    places: Places, sources: list[Source], names: Names
) -> tuple[dict[Source, Path] | None, list[OutputError]]:
    """Where each result goes, None if all go to standard output; and what is wrong with the sources left out."""
    output = places.output
    if places.in_place:
        planned = plan_in_place(sources, places.names, names)
        for target in planned[0].values() if places.backup is not None else ():
            names.take(Path(f"{target}{places.backup}"), "a backup")
        return planned
    if output is None:
        for source in sources:
            if source.path is not None:
                names.take(source.path, "an input")
        return None, []
    ends_as_folder = places.names_folder or is_folder(output)
    if places.archive is not None:
        planned = plan_outputs(sources, output, is_folder=True, taken=names)
        names.take(output, "the output")
        return planned
    if places.has_several_inputs and not ends_as_folder and (output.exists() or split_endings(output) != (None, None)):
        refuse(f"-o {output}: several inputs need a folder; name one, or join them with `cleaner clean ... > FILE`")
    return plan_outputs(sources, output, is_folder=places.is_folder, taken=names)


def _check_stream(sources: list[Source]) -> None:
    if len({_family(source) for source in sources}) > 1:
        refuse("several formats cannot be joined on standard output; write them into a folder with -o")
    if len(sources) > 1 and any(source.format in _CLOSED for source in sources):
        refuse("several tables or JSON files cannot be joined on standard output; write them into a folder with -o")
    for source in sources:
        if source.format in ASSEMBLED_FORMATS:
            refuse(f"{_NAMES[source.format]} cannot go to standard output; write it with -o")


def _family(source: Source) -> str:
    if source.format in DOCUMENT_FORMATS:
        return "text"
    return "warc" if source.format in _ARCHIVES else source.format


def _check_ending(source: Source, target: Path) -> None:
    """Refuse an output whose name stands for another format."""
    known, compression = split_endings(target)
    # A compressed one in a folder is an error of that input, not of the whole run.
    if source.format in ASSEMBLED_FORMATS and compression is not None and source.compression is None:
        refuse(f"-o {target}: {_NAMES[source.format]} cannot be written compressed; leave the last ending out")
    if source.inside.suffix.lower() in _WORKBOOKS and known == "xlsx" and source.inside.suffix != target.suffix:
        refuse(f"-o {target}: a workbook keeps its macros, or has none; name a {source.inside.suffix} file")
    if source.format in ("text", "markdown") or known is None or known == source.format != "html":
        return
    if source.format == "html":
        made, _ = split_endings(source.inside)
        if known != made:
            ways = "name a .md file" if made == "markdown" else "name a .txt file, or say --output-format markdown"
            refuse(f"-o {target}: an HTML page becomes {made}; {ways}")
        return
    if source.format in _ARCHIVES and known in (*_ARCHIVES, "jsonl"):
        return
    if source.format == "json" and known == "jsonl":
        return
    ways = "a .warc, .wet or .jsonl" if source.format in _ARCHIVES else f"a .{source.format}"
    refuse(f"-o {target}: {source.name} holds {source.format} and cannot become {known}; name {ways} file")


def check_fields(sources: list[Source], fields: Fields) -> None:
    """Refuse options about fields that no source has."""
    if not fields.text:
        refuse("--field: has no name; give the name of the field with the text")
    if fields.is_markdown and not any(source.format in _WITH_FIELDS for source in sources):
        refuse("--text-format: a file of Markdown has no fields; use --format markdown")
    if fields.is_markdown and fields.is_html:
        refuse("--text-format: says what the text field holds, and --html-field says HTML; leave one of them out")
    if fields.is_html and not all(source.format in HTML_FIELD_FORMATS for source in sources):
        refuse("--html-field: only JSONL, JSON, CSV and TSV have HTML fields; leave it out")
    if fields.result is not None and not any(source.format in _WITH_FIELDS for source in sources):
        refuse("--result-field: only JSONL, JSON, CSV, TSV, Parquet, Excel and SQLite have fields; leave it out")
    if fields.sheet is not None and not any(source.format == "xlsx" for source in sources):
        refuse("--sheet: only Excel workbooks have sheets; leave it out")
    if fields.table is not None and not any(source.format == "sqlite" for source in sources):
        refuse("--table: only SQLite databases have tables to choose from; leave it out")
    if fields.delimiter is not None and not any(source.format in _TABLES for source in sources):
        refuse("--delimiter: only CSV and TSV have one; leave it out, or say --format csv")


def _may_have_pages(places: Places, sources: list[Source], fields: Fields) -> bool:
    """Whether a run may clean HTML. In a folder there may be some another time."""
    may_have_more = any(name != STDIN and is_folder(name) for name in places.names)
    return may_have_more or fields.is_html or any(source.format in ("html", "warc") for source in sources)


def _default_errors(places: Places, sources: list[Source]) -> Path | None:
    """The default place for failed records: beside the output."""
    only_documents = all(source.format in DOCUMENT_FORMATS for source in sources)
    if places.output is None or not _is_regular(places.output) or only_documents:
        return None
    if places.is_folder:
        return places.output / "errors.jsonl"
    return places.output.with_name(f"{places.output.name}.errors.jsonl")


def _checkpoint(places: Places, sources: list[Source], targets: dict[Source, Path] | None) -> Path | None:
    """The checkpoint of a run, beside its output; None if the run cannot be resumed."""
    if targets is None or places.in_place or places.output is None or places.removed == STDIN or places.archive:
        return None
    files = [*targets.values(), *(Path(str(file)) for file in (places.removed, places.errors) if file is not None)]
    if any(source.path is None for source in sources) or not all(map(_is_regular, files)):
        return None
    return Path(f"{os.path.realpath(places.output)}{CHECKPOINT_ENDING}")


def _is_regular(path: Path) -> bool:
    return path.is_file() or path.is_dir() or not path.exists()


def _check_side_files(plan: Plan, names: Names) -> None:
    """Refuse a run's own files that would overwrite an input, an output or each other."""
    ours = [("--removed ", plan.removed_file), ("--errors ", plan.errors), ("", plan.checkpoint)]
    for option, path in ours:
        if path is None:
            continue
        endings = ("", PARTIAL_ENDING) if option and plan.checkpoint is not None else ("",)
        for ending in endings:
            if names.holder(path, ending) is None:
                continue
            if not option:
                refuse(
                    f"-o: the run would keep its checkpoint in {path}, which is {names.holder(path)}; name another output"
                )
            if ending:
                refuse(f"{option}{path}: is called {path.name}{ending} while it is written; name another file")
            refuse(f"{option}{path}: is an input or an output; name another file")
        if path == plan.removed_file and path.is_file() and not is_removals_file(path):
            refuse(
                f"{option}{path}: exists and is not a list of removals; the option names the file to write, "
                "and the pages to clean come after it; name another file, or move this one away"
            )
        for ending in endings:
            names.take(path, "another file of this run", ending)
