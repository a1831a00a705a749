"""Renders results and patterns for people and programs: the explain view, JSON, tables. Prints nothing."""

from __future__ import annotations

import json
import unicodedata
from bisect import bisect_left
from collections import Counter
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import asdict
from typing import TYPE_CHECKING, Any

from cleaner.matching.pattern import Pattern
from cleaner.result import CleanResult, Evidence, Kind, Removal, Verdict

if TYPE_CHECKING:
    from cleaner.corpus.batch.tally import Tally
    from cleaner.training.evaluation import GoldRow, KindRow, PatternRow, Row
    from cleaner.training.measures import Measure

__all__ = [
    "align",
    "evaluation_record",
    "explain_json",
    "gold_table",
    "hit_table",
    "kind_table",
    "measure_record",
    "measure_table",
    "pattern_json",
    "pattern_table",
    "removal_record",
    "removed_table",
    "render_explanation",
    "run_table",
    "to_json",
    "worst_table",
]

_MARKS = {"keep": " ", "drop": "-", "cut": "~"}
_COLOURS = {"keep": "", "drop": "31", "cut": "33"}
_DIM = "2"
_MIN_TEXT_WIDTH = 20
_KIND_WIDTH = max(len(kind) for kind in Kind)
_SCORE_WIDTH = 7
_NOTHING = "·"


# --- JSON ------------------------------------------------------------------------------------------------


def to_json(value: object, *, indent: int | None = None) -> bytes:
    """A value as JSON in UTF-8; a lone surrogate is written as its escape."""
    # What UTF-8 cannot hold is written as \udcxx, which is how JSON writes it too.
    return json.dumps(value, ensure_ascii=False, indent=indent).encode("utf-8", "backslashreplace")


def removal_record(file: str, removal: Removal, *, line: int | None = None, record_id: object = None) -> dict[str, Any]:
    """One removal with the name of its file, as it is written to a file of removals.

    ``line`` and ``record_id`` tell which record of the file it was, where the file holds many.
    """
    record = {} if line is None else {"line": line} if record_id is None else {"line": line, "id": record_id}
    return {
        "file": file,
        **record,
        "start": removal.start,
        "end": removal.end,
        "kind": removal.kind.value,
        "score": removal.score,
        "text": removal.text,
        "evidence": [_evidence_record(evidence) for evidence in removal.evidence],
    }


def explain_json(result: CleanResult, *, removed_only: bool = False) -> dict[str, Any]:
    """A result with one entry a line; offsets are into the input, in characters."""
    return {
        "text": result.text,
        "headline": result.headline,
        "flags": list(result.flags),
        "confidence": round(result.confidence, 4),
        "doubtful": [{"start": doubt.start, "end": doubt.end, "score": doubt.score} for doubt in result.doubtful],
        "comments": list(result.comments),
        "lines": [
            {
                "start": verdict.line.start,
                "end": verdict.line.end,
                "action": verdict.action,
                "kind": verdict.kind.value if verdict.kind else None,
                "score": verdict.score,
                "evidence": [_evidence_record(evidence) for evidence in verdict.evidence],
            }
            for verdict in _shown_verdicts(result, removed_only=removed_only)
        ],
    }


def _evidence_record(evidence: Evidence) -> dict[str, Any]:
    return {
        "source": evidence.source,
        "points": evidence.points,
        "kind": evidence.kind.value if evidence.kind else None,
        "start": evidence.start,
        "end": evidence.end,
    }


def _shown_verdicts(result: CleanResult, *, removed_only: bool) -> list[Verdict]:
    return [verdict for verdict in result.lines if not removed_only or verdict.action != "keep"]


# --- the explain view ------------------------------------------------------------------------------------


def render_explanation(
    text: str, result: CleanResult, *, width: int = 120, colour: bool = False, removed_only: bool = False
) -> Iterator[str]:
    """The lines of the explain view: for each line of ``text`` its verdict and, beneath, the evidence.

    ``width``: columns of the terminal, to which texts are shortened; evidence is wrapped and never shortened.
    """
    number_width = len(str(len(result.lines)))
    indent = number_width + 1 + 1 + 1
    text_width = max(_MIN_TEXT_WIDTH, width - indent - _KIND_WIDTH - 1 - _SCORE_WIDTH - 2)
    starts = [removal.start for removal in result.removals]
    for verdict in _shown_verdicts(result, removed_only=removed_only):
        line = verdict.line
        head = (
            f"{line.index + 1:>{number_width}} {_MARKS[verdict.action]} "
            f"{verdict.kind or '':<{_KIND_WIDTH}} {verdict.score:>+{_SCORE_WIDTH}.1f}  "
        )
        # A prefix is enough: no character is narrower than nothing, and a line may be very long.
        shown = shorten(visible(text[line.start : min(line.end, line.start + 4 * text_width)]), text_width)
        yield _paint(f"{head}{shown}".rstrip(), _COLOURS[verdict.action], wanted=colour)
        beneath = [f"removed: {fragment}" for fragment in _fragments(result, starts, verdict)]
        beneath += _wrap([_evidence_words(evidence) for evidence in _by_weight(verdict.evidence)], width - indent - 2)
        for words in beneath:
            yield _paint(f"{'':{indent + 2}}{words}", _DIM, wanted=colour)
    yield from _summary(result)


def _by_weight(evidence: Sequence[Evidence]) -> list[Evidence]:
    return sorted(evidence, key=lambda item: -abs(item.points))


def _evidence_words(evidence: Evidence) -> str:
    return f"{visible(evidence.source)} {evidence.points:+.1f}"


def _fragments(result: CleanResult, starts: list[int], verdict: Verdict) -> Iterator[str]:
    """The texts of the fragments that were cut out of a line."""
    if verdict.action != "cut":
        return
    for removal in result.removals[bisect_left(starts, verdict.line.start) :]:
        if removal.start >= verdict.line.end:
            return
        yield f'"{visible(removal.text)}" {removal.kind}'


def _wrap(items: Iterable[str], width: int) -> list[str]:
    """Items joined with commas into lines of at most a width; an item longer than that has a line of its own."""
    lines: list[str] = []
    for item in items:
        if lines and len(lines[-1]) + 2 + len(item) <= width:
            lines[-1] += f", {item}"
        else:
            lines.append(item)
    return lines


def _summary(result: CleanResult) -> Iterator[str]:
    counts = Counter(verdict.action for verdict in result.lines)
    yield ""
    yield f"lines: {counts['keep']} kept, {counts['drop']} dropped, {counts['cut']} cut"
    kinds = Counter(removal.kind.value for removal in result.removals)
    if kinds:
        yield "removed: " + ", ".join(f"{kind} {count}" for kind, count in sorted(kinds.items()))
    if result.comments:
        yield f"comments: {len(result.comments)}"
    if result.headline:
        yield f"headline: {visible(result.headline)}"
    if result.flags:
        yield f"flags: {', '.join(result.flags)}"


def _paint(text: str, colour: str, *, wanted: bool) -> str:
    return f"\x1b[{colour}m{text}\x1b[0m" if wanted and colour else text


def visible(text: str) -> str:
    r"""A text safe to show on a terminal: spaces plain, control characters as escapes, invisible ones left out.

    >>> visible("a\tb\x1b[31m\u200b")
    'a b\\x1b[31m'
    """
    if text.isascii() and text.isprintable():
        return text
    return "".join(map(_visible_character, text))


def _visible_character(character: str) -> str:
    if character.isprintable():
        return character
    if character.isspace():
        return " "
    category = unicodedata.category(character)
    if category == "Cf":
        return ""
    return character.encode("unicode_escape").decode("ascii")


def shorten(text: str, width: int) -> str:
    """A text cut to a number of columns, an ellipsis at its end where something was left out.

    >>> shorten("abcdef", 4), shorten("新聞記事", 5)
    ('abc…', '新聞…')
    """
    columns = 0
    fits = 0
    for position, character in enumerate(text):
        columns += character_columns(character)
        if columns <= width - 1:
            fits = position + 1
        if columns > width:
            return text[:fits] + "…"
    return text


def character_columns(character: str) -> int:
    """How many columns of a terminal a character takes: 0, 1 or 2."""
    if character.isascii():
        return 1
    if unicodedata.combining(character):
        return 0
    return 2 if unicodedata.east_asian_width(character) in "WF" else 1


# --- runs ------------------------------------------------------------------------------------------------


def run_table(tally: Tally) -> list[str]:
    """A short table of a run: documents, changed, failed, and the bytes removed by kind, most first."""
    rows: list[Sequence[str]] = [
        ("documents", f"{tally.documents}", ""),
        ("changed", f"{tally.changed}", _percent(tally.changed, tally.documents)),
        ("failed", f"{tally.failed}", ""),
    ]
    rows += [("passed as they are", f"{tally.passed}", "")] if tally.passed else []
    rows += [(flag, f"{count}", _percent(count, tally.documents)) for flag, count in sorted(tally.flags.items())]
    if tally.documents:
        rows.append(("confidence", f"{tally.confidence / tally.documents:.3f}", ""))
    rows += [
        ("bytes of text", f"{tally.size}", ""),
        ("bytes removed", f"{tally.removed.total()}", _percent(tally.removed.total(), tally.size)),
    ]
    kinds = sorted(tally.removed.items(), key=lambda item: (-item[1], item[0]))
    rows += [(f"  {kind}", f"{count}", _percent(count, tally.size)) for kind, count in kinds]
    return align(rows, numbers=True)


def _percent(part: int, whole: int) -> str:
    return f"{100 * part / whole:.1f} %" if whole else ""


# --- patterns --------------------------------------------------------------------------------------------


_PATTERN_COLUMNS = ("id", "kind", "lang", "action", "strength", "about")


def pattern_json(patterns: Iterable[Pattern]) -> list[dict[str, str]]:
    """One object for each pattern, with the columns of `pattern_table`."""
    return [{name: str(getattr(pattern, name)) for name in _PATTERN_COLUMNS} for pattern in patterns]


def pattern_table(patterns: Iterable[Pattern]) -> list[str]:
    """A table of patterns: id, kind, language, action, strength, and what each finds."""
    rows = [_PATTERN_COLUMNS, *(tuple(map(visible, record.values())) for record in pattern_json(patterns))]
    return align(rows)


def kind_table(patterns: Iterable[Pattern]) -> list[str]:
    """How many patterns there are of each kind in each language; kinds and languages without one included."""
    counts = Counter((pattern.kind, pattern.lang) for pattern in patterns)
    langs = sorted({lang for _, lang in counts}, key=lambda lang: (lang != "any", lang))
    rows: list[Sequence[str]] = [("kind", *map(visible, langs), "all")]
    for kind in Kind:
        row = [counts[kind, lang] for lang in langs]
        rows.append((kind.value, *(str(count or _NOTHING) for count in row), str(sum(row) or _NOTHING)))
    totals = [sum(count for (_, other), count in counts.items() if other == lang) for lang in langs]
    rows.append(("all", *map(str, totals), str(counts.total())))
    return align(rows, numbers=True)


def align(rows: Sequence[Sequence[str]], *, numbers: bool = False, names: int = 1) -> list[str]:
    """Rows as lines with aligned columns; ``numbers``: all but the first ``names`` are aligned to the right."""
    widths = [max(map(len, column)) for column in zip(*rows, strict=True)]
    lines = []
    for row in rows:
        cells = [
            cell.rjust(width) if numbers and position >= names else cell.ljust(width)
            for position, (cell, width) in enumerate(zip(row, widths, strict=True))
        ]
        lines.append("  ".join(cells).rstrip())
    return lines


# --- evaluation ------------------------------------------------------------------------------------------


def measure_table(rows: Sequence[Row], by: str | None = None) -> list[str]:
    """A table of measures: a row for each data set and scraper, and for each group where they are split ``by``."""
    split = [] if by is None else [by]
    head = ["set", "scraper", *split, "pages", "untouched", "cleaned", "oracle", "gap closed", "harmed"]
    table = [[*head, "content recall", "noise recall"]]
    for row in rows:
        names = [row.name, row.scraper, *([row.group or ""] if split else [])]
        figures = [f"{row.untouched:.4f}", f"{row.cleaned:.4f}", f"{row.oracle:.4f}", f"{row.gap_closed:+.2f}"]
        shares = [f"{row.harmed:.3f}", _share(row.content_recall), _share(row.noise_recall)]
        table.append([*map(visible, names), str(row.pages), *figures, *shares])
    return align(table, numbers=True, names=2 + len(split))


def gold_table(rows: Sequence[GoldRow], by: str | None = None) -> list[str]:
    """A table of what cleaning keeps of the gold itself, laid out like `measure_table`."""
    split = [] if by is None else [by]
    table = [["set", "scraper", *split, "pages", "kept", "unchanged"]]
    for row in rows:
        names = [row.name, "gold", *([row.group or ""] if split else [])]
        table.append([*map(visible, names), str(row.pages), f"{row.kept:.4f}", f"{row.unchanged:.3f}"])
    return align(table, numbers=True, names=2 + len(split))


def removed_table(rows: Sequence[KindRow]) -> list[str]:
    """A table of what was removed as each kind of noise, and how much of it was main content."""
    table = [["kind", "removals", "tokens", "main content", "noise precision", "gold"]]
    for row in rows:
        counts = [str(count) for count in (row.removals, row.tokens, row.content)]
        table.append([row.kind.value, *counts, _share(row.precision), str(row.gold)])
    return align(table, numbers=True)


def hit_table(rows: Sequence[PatternRow]) -> list[str]:
    """A table of how often each pattern hits lines of main content, lines of noise, and the gold itself."""
    table = [["pattern", "main content", "noise", "precision", "gold"]]
    table += [[visible(row.id), str(row.content), str(row.noise), _share(row.precision), str(row.gold)] for row in rows]
    return align(table, numbers=True)


def worst_table(measures: Sequence[Measure], *, width: int = 120) -> list[str]:
    """A table of texts, beneath each the largest line lost and the largest line of noise left.

    ``width``: columns of the terminal, to which those lines are shortened.
    """
    table = [["set", "scraper", "lang", "host", "loss", "untouched", "cleaned", "oracle", "lost", "left"]]
    for item in measures:
        names = [item.name, item.scraper, item.lang or "", item.host]
        figures = [f"{value:.4f}" for value in (item.loss, item.untouched, item.cleaned, item.oracle)]
        table.append([*map(visible, names), *figures, str(item.lost), str(item.left)])
    head, *rows = align(table, numbers=True, names=4)
    lines = [f"{head}  id"]
    for row, item in zip(rows, measures, strict=True):
        beneath = [("lost", item.lost_line), ("left", item.left_line)]
        lines += [
            f"{row}  {visible(item.id)}",
            *(shorten(f"  {what}: {visible(line)}", width) for what, line in beneath if line),
        ]
    return lines


def _share(value: float | None) -> str:
    return _NOTHING if value is None else f"{value:.4f}"


def evaluation_record(row: Row | GoldRow | KindRow | PatternRow, by: str | None = None) -> dict[str, Any]:
    """A row of an evaluation for JSON: ``set`` is its data set, its group is named like what it is split ``by``."""
    record = {("set" if name == "name" else name): value for name, value in asdict(row).items()}
    group = record.pop("group", None)
    if by is not None and group is not None:
        record[by] = group
    if hasattr(row, "precision"):
        record["precision"] = row.precision
    return record


def measure_record(measure: Measure) -> dict[str, Any]:
    """The measures of one text for JSON, its loss among them."""
    record = {("set" if name == "name" else name): value for name, value in asdict(measure).items()}
    return {**record, "loss": measure.loss}
