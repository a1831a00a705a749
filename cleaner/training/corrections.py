"""Corrections: lines that a person has marked as article or noise, read from the files that ``cleaner report`` exports.

A correction is one JSON object a line. ``file``, ``start``, ``end``, ``text``, ``label`` and ``sha256`` are needed;
``line`` (the record of a file of many documents), ``id``, ``action``, ``kind`` and ``options`` may be left out, and
other fields are ignored.
"""

from __future__ import annotations

import os
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any, Final, Literal, TypeAlias, cast, get_args

import regex

from cleaner.documents import document_place
from cleaner.errors import InputError
from cleaner.result import Action, CleanResult, Kind
from cleaner.result.reasons import BOX, Reason, strongest_reasons
from cleaner.result.reasons import kind_of as kind_of_pattern
from cleaner.result.shown import ShownLine, show_lines
from cleaner.training.jsonlines import JsonLine, kind_of, read_lines

__all__ = [
    "ARTICLE",
    "NOISE",
    "Correction",
    "CorrectionRow",
    "Corrections",
    "Judged",
    "Label",
    "correction_rows",
    "judge_corrections",
    "read_corrections",
]

Label: TypeAlias = Literal["article", "noise"]
ARTICLE: Final = "article"
NOISE: Final = "noise"
Options: TypeAlias = tuple[tuple[str, str | int | float | bool], ...]
_LABELS: tuple[str, ...] = get_args(Label)
_ACTIONS: tuple[str, ...] = get_args(Action)
_DIGEST = regex.compile("[0-9a-f]{64}")
# A character that is seen: no space, and neither invisible nor a control character.
_VISIBLE = regex.compile(r"[^\s\p{Cf}\p{Cc}]")
_EXPORT = "export it again from the report"


@dataclass(frozen=True, slots=True)
class Correction:
    """A line that a person has marked: ``text`` is ``original[start:end]``, in characters, of a document.

    ``file`` and ``record`` name the document, ``sha256`` is the digest of its original text; ``options``: the reading
    options that were given, by their long names without leading dashes. ``action`` and ``kind``: what the cleaner had done
    to the line, None if that is not known. ``place``: where the correction stands, for messages.
    """

    file: str
    record: int | None
    start: int
    end: int
    text: str
    label: Label
    sha256: str
    options: Options = ()
    action: Action | None = None
    kind: Kind | None = None
    place: str = field(default="", compare=False)

    @property
    def was_wrong(self) -> bool:
        """Whether the line was treated otherwise when it was marked; also where that is not known."""
        return self.action != ("keep" if self.label == ARTICLE else "drop")

    @property
    def key(self) -> tuple[object, ...]:
        """What two marks of the same line have in common."""
        return os.path.normpath(self.file), self.record, self.options, self.sha256, self.start, self.end

    @property
    def document(self) -> str:
        """The name of the document for messages.

        >>> Correction("crawl.jsonl", 7, 0, 5, "Share", "noise", "0" * 64).document
        'crawl.jsonl: record 7'
        """
        return document_place(self.file, self.record)


@dataclass(frozen=True, slots=True)
class Corrections:
    """The corrections of some files, each line once, and what is wrong with the others.

    ``repeated``: how many marks a later one of the same line has replaced; ``contradictions``: a sentence on each of
    them that said otherwise.
    """

    items: tuple[Correction, ...]
    errors: tuple[InputError, ...] = ()
    repeated: int = 0
    contradictions: tuple[str, ...] = ()


def read_corrections(paths: Iterable[Path]) -> Corrections:
    """The corrections of some files; where a line is marked more than once the last mark counts.

    What cannot be read is among the errors, each naming file, line, field and fix, and the rest is used.
    """
    found: dict[tuple[object, ...], Correction] = {}
    errors: list[InputError] = []
    repeated, contradictions = 0, []
    for path in paths:
        for one in _read_file(path):
            if isinstance(one, InputError):
                errors.append(one)
                continue
            before = found.pop(one.key, None)
            if before is not None:
                repeated += 1
                if before.label != one.label:
                    contradictions.append(
                        f"{one.place}: {one.document} has this line as {before.label} too ({before.place}); "
                        f"{one.label} counts, the last mark; delete the wrong one"
                    )
            found[one.key] = one
    return Corrections(tuple(found.values()), tuple(errors), repeated, tuple(contradictions))


def _read_file(path: Path) -> Iterator[Correction | InputError]:
    is_empty = True
    try:
        for number, line in read_lines(path):
            is_empty = False
            try:
                yield _Reader(path, number, "a correction").correction(line)
            except InputError as error:
                yield error
    except InputError as error:
        yield error
        return
    if is_empty:
        yield InputError(f"{path}: holds no correction; {_EXPORT}")


class _Reader(JsonLine):
    """One line of a file, read as a correction."""

    __slots__ = ()

    def correction(self, line: bytes) -> Correction:
        record = self.parse(line)
        file = self.string(record, "file", "give the name of the document's file")
        if not _is_name(file):
            self.refuse("file", "is no name of a file; give the name of the document's file")
        text = self.string(record, "text", "give the marked line")
        start, end = (self._offset(record, name) for name in ("start", "end"))
        if end - start != len(text) or not text:
            self.refuse("end", f"is {end}, but text has {len(text)} characters from start {start} on; {_EXPORT}")
        if _VISIBLE.search(text) is None:
            self.refuse("text", "has no visible character; mark a line with words")
        sha256 = self.string(record, "sha256", _EXPORT).lower()
        if _DIGEST.fullmatch(sha256) is None:
            self.refuse("sha256", f"is no digest of 64 hex digits; {_EXPORT}")
        return Correction(
            file,
            None if record.get("line") is None else self._offset(record, "line", least=1),
            start,
            end,
            text,
            cast("Label", self._choice(record, "label", _LABELS)),
            sha256,
            self._options(record),
            None if record.get("action") is None else cast("Action", self._choice(record, "action", _ACTIONS)),
            None if record.get("kind") is None else Kind(self._choice(record, "kind", [kind.value for kind in Kind])),
            f"{self.path}: line {self.number}",
        )

    def _offset(self, record: dict[str, Any], name: str, *, least: int = 0) -> int:
        value = record.get(name)
        if isinstance(value, bool) or not isinstance(value, int) or value < least:
            shown = f"is {value}" if isinstance(value, int) else "is missing" if name not in record else "is no integer"
            self.refuse(name, f"{shown}; give a number from {least} on, as the report exports it")
        return value

    def _choice(self, record: dict[str, Any], name: str, known: Sequence[str]) -> str:
        value = self.string(record, name, f"use one of: {', '.join(known)}")
        if value not in known:
            self.refuse(name, f"{value!r} is unknown; use one of: {', '.join(known)}")
        return value

    def _options(self, record: dict[str, Any]) -> Options:
        options = record.get("options") or {}
        if not isinstance(options, dict):
            self.refuse("options", f"is {kind_of(options)}; give an object of option and value")
        for name, value in options.items():
            if not isinstance(value, str | int | float):
                self.refuse(f"options.{name}", f"is {kind_of(value)}; give the option's value as it is written")
        return tuple(sorted((name.lstrip("-").replace("_", "-"), value) for name, value in options.items()))


def _is_name(file: str) -> bool:
    """Whether a file can have this name here."""
    try:
        return 0 not in os.fsencode(file) and file != ""
    except UnicodeEncodeError:
        return False


# --- whether they hold -----------------------------------------------------------------------------------


@dataclass(frozen=True, slots=True)
class Judged:
    """A correction against a result: whether it holds, what happens to the line now, and why.

    An article line holds when no visible character of it is removed, a noise line when none stays. ``action``: ``keep``
    (all of it stays), ``drop`` (none does) or ``cut``. ``kind``: what it is removed as. ``reasons``: the two strongest for
    what happens to it. ``patterns``: the ids of the patterns that hold on it, but for those that keep it. ``score``: the sum of the points.
    ``number``: that of the line in the document, from 1.
    """

    correction: Correction
    action: Action
    kind: Kind | None
    reasons: tuple[Reason, ...]
    patterns: tuple[str, ...]
    score: float
    number: int

    @property
    def holds(self) -> bool:
        """Whether the line is treated as the person says."""
        return self.action == ("keep" if self.correction.label == ARTICLE else "drop")


def judge_corrections(corrections: Iterable[Correction], original: str, result: CleanResult) -> list[Judged]:
    """The corrections of one document against its result; ``original``: the text that the offsets refer to.

    >>> from cleaner import explain_text
    >>> from cleaner.documents import digest_of
    >>> text = "Le conseil a voté le budget hier soir.\\nRépondreSupprimer\\n"
    >>> mark = Correction("a.txt", None, 39, 56, "RépondreSupprimer", "article", digest_of(text))
    >>> (judged,) = judge_corrections([mark], text, explain_text(text))
    >>> judged.holds, judged.action, judged.patterns
    (False, 'drop', ('fr.comment-controls.reply-delete',))
    """
    lines = show_lines(original, result)
    return [_judge(correction, original, result, lines) for correction in corrections]


def _judge(correction: Correction, original: str, result: CleanResult, lines: Sequence[ShownLine]) -> Judged:
    start, end = correction.start, correction.end
    removed = [
        (removal.kind, original[max(removal.start, start) : min(removal.end, end)])
        for removal in result.removals
        if removal.start < end and removal.end > start
    ]
    seen = [(kind, len(_VISIBLE.findall(text))) for kind, text in removed]
    count, total = sum(number for _, number in seen), len(_VISIBLE.findall(correction.text))
    action: Action = "keep" if not count else "drop" if count == total else "cut"
    own = [line for line in lines if line.verdict.line.start < end and line.verdict.line.end > start]
    evidence = [one for line in own for one in line.evidence]
    patterns = (one.source.removeprefix(BOX) for one in evidence if one.points >= 0)
    return Judged(
        correction,
        action,
        max(seen, key=lambda one: one[1])[0] if count else None,
        tuple(strongest_reasons(evidence, for_noise=correction.label == ARTICLE)),
        tuple(dict.fromkeys(source for source in patterns if kind_of_pattern(source) is not None)),
        sum(one.points for one in evidence),
        own[0].number if own else 0,
    )


@dataclass(frozen=True, slots=True)
class CorrectionRow:
    """How many corrections of a label hold. ``fixed`` and ``still_wrong`` were wrong when they were marked; ``broken``
    were right then, and are not any more.
    """

    label: str
    corrections: int
    hold: int
    fixed: int
    still_wrong: int
    broken: int

    @property
    def share(self) -> float | None:
        """The share that holds."""
        return self.hold / self.corrections if self.corrections else None


def correction_rows(judged: Sequence[Judged]) -> list[CorrectionRow]:
    """A row for each label that occurs, and one for all."""
    groups = [(label, [one for one in judged if one.correction.label == label]) for label in _LABELS]
    return [_row(label, own) for label, own in [*groups, ("all", list(judged))] if own]


def _row(label: str, judged: Sequence[Judged]) -> CorrectionRow:
    counts = [(one.correction.was_wrong, one.holds) for one in judged]
    return CorrectionRow(
        label,
        len(counts),
        sum(holds for _, holds in counts),
        counts.count((True, True)),
        counts.count((True, False)),
        counts.count((False, False)),
    )
