"""Evaluations as tables, and as records for JSON."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import asdict
from typing import Any

from cleaner.report.terminal import align, shorten, visible
from cleaner.training.corrections import ARTICLE, CorrectionRow, Judged
from cleaner.training.evaluation import GoldRow, KindRow, PatternRow, Row
from cleaner.training.measures import Measure

__all__ = [
    "correction_record",
    "correction_table",
    "evaluation_record",
    "gold_table",
    "hit_table",
    "judged_record",
    "measure_record",
    "measure_table",
    "removed_table",
    "worst_table",
    "wrong_lines",
]

_NOTHING = "·"


def measure_table(rows: Sequence[Row], by: str | None = None) -> list[str]:
    """A table of measures: a row for each data set and scraper, and for each group if they are split ``by`` one."""
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
    """A table of texts, with the largest line lost and the largest line of noise left below each.

    ``width``: the columns of the terminal, to which those lines are shortened.
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
    """A row of an evaluation for JSON: ``set`` is its data set, and its group is under the name ``by``."""
    record = {("set" if name == "name" else name): value for name, value in asdict(row).items()}
    group = record.pop("group", None)
    if by is not None and group is not None:
        record[by] = group
    if hasattr(row, "precision"):
        record["precision"] = row.precision
    return record


def measure_record(measure: Measure) -> dict[str, Any]:
    """The measures of one text for JSON, including its loss."""
    record = {("set" if name == "name" else name): value for name, value in asdict(measure).items()}
    return {**record, "loss": measure.loss}


# --- corrections -----------------------------------------------------------------------------------------


def correction_table(rows: Sequence[CorrectionRow]) -> list[str]:
    """A table of how many corrections hold, with a row for each label and one for all."""
    table = [["label", "corrections", "hold", "share", "fixed", "still wrong", "broken"]]
    for row in rows:
        counts = [row.fixed, row.still_wrong, row.broken]
        share = _NOTHING if row.share is None else f"{row.share:.2f}"
        table.append([row.label, str(row.corrections), str(row.hold), share, *map(str, counts)])
    return align(table, numbers=True)


def wrong_lines(judged: Sequence[Judged], *, width: int = 120) -> list[str]:
    """The corrections that do not hold: where each stands, what happens to it, and the two strongest reasons."""
    lines = []
    for one in judged:
        if one.holds:
            continue
        correction = one.correction
        where = f"{visible(correction.document)}, line {one.number}: {correction.label}, but {_happened(one)}"
        reasons = " · ".join(visible(reason.words) for reason in one.reasons)
        lines += [
            "",
            where,
            shorten(f"  {visible(correction.text)}", width),
            f"  why: {reasons or 'too little speaks for its removal'}",
        ]
    return lines


def _happened(judged: Judged) -> str:
    kind = "" if judged.kind is None else f" as {judged.kind}"
    if judged.action == "keep":
        return "it stays"
    if judged.action == "drop":
        return f"removed{kind}"
    return f"part of it is removed{kind}" if judged.correction.label == ARTICLE else "part of it stays"


def correction_record(row: CorrectionRow) -> dict[str, Any]:
    """A row of corrections for JSON."""
    return {**asdict(row), "share": row.share}


def judged_record(judged: Judged) -> dict[str, Any]:
    """A correction for JSON, with what happens to its line now and why; ``line_number``: that of the line in its text."""
    correction = judged.correction
    return {
        "file": correction.file,
        "line": correction.record,
        "start": correction.start,
        "end": correction.end,
        "line_number": judged.number,
        "text": correction.text,
        "label": correction.label,
        "action": judged.action,
        "kind": judged.kind,
        "score": judged.score,
        "patterns": list(judged.patterns),
        "reasons": [asdict(reason) for reason in judged.reasons],
    }
