"""Corrections on the command line: read, and put to the documents that they are about, which are found and cleaned again."""

from __future__ import annotations

import os
from collections import defaultdict
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field, fields
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any, TypeAlias

import typer

from cleaner.cli.inputs import Reading
from cleaner.cli.options import FORMATS, OUTPUTS, make_format
from cleaner.cli.output import say, say_all, say_each, show_progress, terminal_width, write, write_lines
from cleaner.clock import TIMED_OUT
from cleaner.config import CleanConfig
from cleaner.corpus.records import STDIN, find_sources
from cleaner.corpus.records.encodings import AUTO
from cleaner.corpus.records.sources import is_folder
from cleaner.corpus.records.texts import require_encoding
from cleaner.corpus.records.zips import is_zip
from cleaner.documents import digest_of
from cleaner.errors import ConfigError, InputError
from cleaner.training.corrections import Correction, Judged, judge_corrections, read_corrections

if TYPE_CHECKING:
    from cleaner.api import Cleaner
    from cleaner.corpus.batch.jobs import Job
    from cleaner.corpus.batch.plan import Plan, Settings
    from cleaner.matching.pattern import PatternSet
    from cleaner.result import CleanResult

__all__ = ["Corrected", "CorrectionsOption", "Found", "RootOption", "find_corrected", "write_judged"]

# What is no option of reading of a corpus, but decides what text the offsets of a page refer to.
_OUTSIDE = ("engine", "output-format")
_CHOICES: Mapping[str, Sequence[str]] = {
    "engine": ("blocks", "trafilatura"),
    "format": FORMATS,
    "output-format": OUTPUTS,
    "text-format": ("text", "markdown"),
}
_NUMBERS = ("max-document",)
_AGAIN = "mark it again in a new report, or delete its corrections"

CorrectionsOption: TypeAlias = Annotated[
    list[Path] | None,
    typer.Option(
        "--corrections",
        metavar="FILE.jsonl",
        help="Lines marked as article or noise in a report of `cleaner report`; repeat it for more files.",
        show_default=False,
    ),
]
RootOption: TypeAlias = Annotated[
    Path | None,
    typer.Option(
        "--root",
        metavar="FOLDER",
        help="Where the files that corrections name are looked for, instead of in the current folder.",
        show_default=False,
    ),
]


@dataclass(frozen=True, slots=True)
class Corrected:
    """A document with corrections, cleaned again: ``original`` is the text that their offsets refer to."""

    job: Job
    original: str
    result: CleanResult
    judged: tuple[Judged, ...]
    settings: Settings

    @property
    def corrections(self) -> tuple[Correction, ...]:
        """Its corrections."""
        return tuple(one.correction for one in self.judged)


@dataclass(slots=True)
class Found:
    """The documents that corrections are about, and how many corrections could not be used."""

    documents: list[Corrected] = field(default_factory=list)
    unused: int = 0
    failed: int = 0

    @property
    def judged(self) -> list[Judged]:
        """All corrections that could be put to their documents."""
        return [one for document in self.documents for one in document.judged]

    def judged_with(self, patterns: PatternSet) -> Iterator[list[Judged]]:
        """The corrections of each document, judged after it is cleaned with further patterns, added to its own."""
        from cleaner.api import Cleaner
        from cleaner.corpus.batch.jobs import clean_job
        from cleaner.matching.library import builtin_patterns

        cleaners: dict[CleanConfig, Cleaner] = {}
        for document in self.documents:
            config = document.settings.config
            if config not in cleaners:
                cleaners[config] = Cleaner(config, builtin_patterns() + patterns)
            result = clean_job(cleaners[config], document.job, document.settings)
            yield judge_corrections(document.corrections, document.original, result)


def find_corrected(paths: Sequence[Path], config: CleanConfig, root: Path | None) -> Found:
    """The documents that the corrections of some files are about, each cleaned again.

    What cannot be used is reported on standard error, once each: a correction that is wrong, a file that is not there,
    a record that is gone, a text that has changed.
    """
    given = read_corrections(paths)
    found = Found(failed=say_all(given.errors))
    say_each(given.contradictions)
    if given.repeated:
        say(f"marks that a later mark of the same line replaces: {given.repeated}")
    finder = _Finder(config, root or Path(), found)
    for _ in show_progress(finder.run(given.items), "documents"):
        pass
    if found.unused:
        say(f"corrections that could not be used: {found.unused} of {len(given.items)}")
    return found


def write_judged(found: Found, *, as_json: bool) -> None:
    """Write how many corrections hold, and which do not and why: as a table, or as one JSON object."""
    from cleaner.report.records import to_json
    from cleaner.training import tables
    from cleaner.training.corrections import correction_rows

    judged = found.judged
    rows = correction_rows(judged)
    if as_json:
        wrong = [tables.judged_record(one) for one in judged if not one.holds]
        counts = {
            "corrections": [tables.correction_record(row) for row in rows],
            "wrong": wrong,
            "unused": found.unused,
        }
        write(to_json(counts, indent=2) + b"\n")
    elif rows:
        write_lines(tables.correction_table(rows))
        write_lines(tables.wrong_lines(judged, width=terminal_width()))


@dataclass(slots=True)
class _Finder:
    """Looks for documents file by file; a file is read once for all its corrections."""

    config: CleanConfig
    root: Path
    found: Found
    cleaners: dict[CleanConfig, Cleaner] = field(default_factory=dict)

    def run(self, corrections: Sequence[Correction]) -> Iterator[Corrected]:
        """The documents that could be cleaned again, which are added to what is found."""
        groups: dict[tuple[str, tuple[Any, ...]], dict[int | None, list[Correction]]] = defaultdict(dict)
        for one in corrections:
            groups[one.file, one.options].setdefault(one.record, []).append(one)
        for (file, options), documents in groups.items():
            try:
                yield from self._file(file, dict(options), documents)
            except (InputError, ConfigError) as error:
                self._give_up(str(error), [one for own in documents.values() for one in own])

    def _give_up(self, why: str, corrections: Sequence[Correction]) -> None:
        say(why)
        self.found.failed += 1
        self.found.unused += len(corrections)

    def _file(
        self, file: str, options: dict[str, Any], documents: dict[int | None, list[Correction]]
    ) -> Iterator[Corrected]:
        """The documents of one file, which is read until the last of them."""
        from cleaner.corpus.batch.jobs import read_jobs

        options = _checked(options, next(one.place for own in documents.values() for one in own))
        reading = Reading(**{name.replace("-", "_"): value for name, value in options.items() if name not in _OUTSIDE})
        settings = _settings(reading, options, self.config)
        plan = self._plan(file, reading)
        cleaner = self._cleaner(settings.config)
        waiting = dict(documents)
        read, complaint = 0, None
        for job in read_jobs(plan, settings):
            if isinstance(job, str):
                complaint = complaint or job
                continue
            read += 1
            if job.line in waiting:
                yield from self._document(job, waiting.pop(job.line), cleaner, settings)
            if not waiting:
                return
        if complaint and not read:
            raise InputError(complaint)
        for record, own in waiting.items():
            what = (
                "holds many documents, and line does not say which" if record is None else "is gone, or cannot be read"
            )
            self._give_up(f"{own[0].document}: {what}; {_AGAIN}", own)

    def _plan(self, file: str, reading: Reading) -> Plan:
        """The plan of reading one file, or one member of an archive. Raises `InputError` where there is none."""
        from cleaner.corpus.batch.plan import Plan

        if file in (STDIN, "standard input"):
            raise InputError(f"{file}: standard input cannot be read again; make the report from a file")
        path = self.root / file
        if is_folder(path):
            raise InputError(f"{path}: is a folder; a correction names one file")
        if os.path.exists(path) and not os.path.isfile(path):  # noqa: PTH110, PTH113 - they never fail
            raise InputError(
                f"{path}: is no regular file, so it cannot be what was marked; make the report from a file"
            )
        archive = next((one for one in path.parents if is_zip(one) and not is_folder(one)), None)
        sources, errors = find_sources([str(archive or path)], format=make_format(reading.format))
        if archive is not None:
            sources = [source for source in sources if Path(source.name) == path]
        if sources:
            return Plan(sources, write=lambda _: None)
        if errors:
            raise InputError(f"{errors[0]}, or name the folder that its name is relative to with --root")
        raise InputError(f"{path}: is not in the archive any more; {_AGAIN}")

    def _cleaner(self, config: CleanConfig) -> Cleaner:
        from cleaner.api import Cleaner

        if config not in self.cleaners:
            self.cleaners[config] = Cleaner(config)
        return self.cleaners[config]

    def _document(
        self, job: Job, corrections: list[Correction], cleaner: Cleaner, settings: Settings
    ) -> Iterator[Corrected]:
        """A document, cleaned again, with those of its corrections that are about this text."""
        from cleaner.corpus.batch.jobs import clean_job

        name = corrections[0].document
        try:
            result = clean_job(cleaner, job, settings)
        except Exception as error:  # noqa: BLE001 - one document must not end the work on the others
            self._give_up(f"{name}: cannot be cleaned: {error}; {_AGAIN}", corrections)
            return
        if job.document.html is not None and TIMED_OUT in result.flags:
            self._give_up(f"{name}: {settings.too_long}; {_AGAIN}", corrections)
            return
        original = job.original(result)
        digest = digest_of(original)
        good = [one for one in corrections if one.sha256 == digest and original[one.start : one.end] == one.text]
        if len(good) < len(corrections):
            stale = any(one.sha256 != digest for one in corrections)
            html = " (or --engine is not that of the report)" if job.document.html is not None else ""
            what = (
                f"the text has changed since it was marked{html}"
                if stale
                else "start and end are not those of the text"
            )
            self._give_up(f"{name}: {what}; {_AGAIN}", [one for one in corrections if one not in good])
        if good:
            document = Corrected(job, original, result, tuple(judge_corrections(good, original, result)), settings)
            self.found.documents.append(document)
            yield document


def _settings(reading: Reading, options: Mapping[str, Any], config: CleanConfig) -> Settings:
    """How the documents of a file are read and cleaned. Raises `ConfigError` where an option has a wrong value."""
    from cleaner.corpus.batch.plan import DEFAULT_TIMEOUT

    if reading.encoding not in (None, AUTO):
        require_encoding(str(reading.encoding))
    own = config.replace(engine=options.get("engine", config.engine), timeout=DEFAULT_TIMEOUT)
    return reading.settings(own, reading.fields(), output=options.get("output-format", "text"))


def _checked(options: Mapping[str, Any], place: str) -> dict[str, Any]:
    """The options of a correction. Raises `InputError`, with its place, for one that is not of reading, or has a wrong
    value.
    """
    known = {one.name.replace("_", "-") for one in fields(Reading)} | _CHOICES.keys()
    checked: dict[str, Any] = {}
    for name, given in options.items():
        value, where = str(given), f"{place}: options.{name}"
        if name not in known:
            raise InputError(f"{where}: is no option of reading; use some of: {', '.join(sorted(known))}")
        if name in _CHOICES and value not in _CHOICES[name]:
            raise InputError(f"{where}: {value!r} is unknown; use one of: {', '.join(_CHOICES[name])}")
        if name in _NUMBERS and not (value.isascii() and value.isdigit() and int(value)):
            raise InputError(f"{where}: {value!r} is no number of bytes; give 1 or more")
        checked[name] = int(value) if name in _NUMBERS else value
    return checked
