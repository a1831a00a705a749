"""The tables of runs."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import TYPE_CHECKING, Any, TypeAlias

from cleaner.corpus.batch.tally import Tally
from cleaner.documents import document_label
from cleaner.report.terminal import align, visible

if TYPE_CHECKING:
    from cleaner.corpus.batch.comparing import CompareSettings, Comparison
    from cleaner.corpus.batch.differences import Difference

# A kind, and how many words of it A, B, only A and only B remove.
_KindWords: TypeAlias = tuple[str, int, int, int, int]

__all__ = ["comparison_json", "comparison_table", "run_table"]


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


def comparison_table(found: Comparison, settings: CompareSettings) -> list[str]:
    """A comparison for people: counts, the words that both sides remove by kind, and the documents that differ most."""
    documents = found.tally.documents
    counts = [
        ("documents compared", f"{documents}", ""),
        ("differ", f"{found.differ}", _percent(found.differ, documents)),
    ]
    counts += [("not comparable", f"{found.unfit}", "")] if found.unfit else []
    lines = [f"A  {visible(settings.a.name)}", f"B  {visible(settings.b.name)}", "", *align(counts, numbers=True)]
    kinds = _merged(_kinds(found, settings))
    if kinds:
        heads = ("words removed", "A", "B", "only A", "only B")
        rows = [(kind, *(str(count) for count in words)) for kind, *words in kinds]
        lines += ["", *align([heads, *rows], numbers=True)]
    if found.worst:
        lines += ["", *align([("words", "document", "only A", "only B"), *map(_row, found.worst)])]
        if found.differ > len(found.worst):
            lines.append(f"... and {found.differ - len(found.worst)} more; --top shows as many as it says")
    return lines


def comparison_json(found: Comparison, settings: CompareSettings) -> dict[str, Any]:
    """A comparison for programs."""
    return {
        "a": settings.a.name,
        "b": settings.b.name,
        "documents": found.tally.documents,
        "differ": found.differ,
        "unfit": found.unfit,
        "failed": found.tally.failed,
        "kinds": {
            kind: dict(zip(("a", "b", "only_a", "only_b"), words, strict=True))
            for kind, *words in _kinds(found, settings)
        },
        "worst": [
            {
                "file": one.name,
                "line": one.line,
                "id": one.id,
                "words": one.words,
                "only_a": dict(one.only_a),
                "only_b": dict(one.only_b),
            }
            for one in found.worst
        ],
    }


def _kinds(found: Comparison, settings: CompareSettings) -> list[_KindWords]:
    """The words of each kind that A, B, only A and only B remove; kinds that differ most come first."""
    a, b = found.a, found.b
    kinds = {*a.removed, *b.removed} if settings.kind is None else {settings.kind}
    rows = [(kind, a.removed[kind], b.removed[kind], a.only[kind], b.only[kind]) for kind in kinds]
    return sorted(rows, key=lambda row: (-row[3] - row[4], -row[1] - row[2], row[0]))


def _merged(kinds: list[_KindWords]) -> list[_KindWords]:
    """The kinds that differ, and one row for several others together."""
    different = [row for row in kinds if row[3] or row[4]]
    alike = [row for row in kinds if not (row[3] or row[4])]
    if len(alike) < 2:
        return kinds
    a, b = sum(row[1] for row in alike), sum(row[2] for row in alike)
    return [*different, (f"{len(alike)} kinds without a difference", a, b, 0, 0)]


def _row(one: Difference) -> Sequence[str]:
    return f"{one.words:5}", visible(document_label(one.name, one.line, one.id)), _words(one.only_a), _words(one.only_b)


def _words(words: Mapping[str, int]) -> str:
    return ", ".join(f"{kind} {count}" for kind, count in sorted(words.items(), key=lambda item: (-item[1], item[0])))
