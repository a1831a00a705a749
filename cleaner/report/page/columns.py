"""The documents of a report as columns of plain values: as JSON they are a third as long as lines of HTML, deflated."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field
from typing import Any

from cleaner.documents import written_id
from cleaner.report.page.model import ReportedDocument
from cleaner.result import Kind
from cleaner.result.drawing import Detail, fold_lines, shorten_pieces
from cleaner.result.groups import group_of
from cleaner.result.reasons import meaning_of
from cleaner.result.shown import ShownLine

__all__ = ["Tables", "document_columns"]

# States of a line; from REMOVED on they are kinds.
KEPT, DOUBTFUL, REMOVED = 0, 1, 2
# How many pieces of evidence are given for a line that was removed or is in doubt, and for another one.
REASONS, KEPT_REASONS = 5, 2
# Scripts know integers exactly up to this one.
MAX_NUMBER = 2**53 - 1
# The most characters of a headline in the list of documents.
MAX_TITLE = 120
# Points are given as whole tenths.
TENTHS = 10


@dataclass(slots=True)
class Tables:
    """The kinds, reasons and words of reasons that documents refer to by number."""

    kinds: dict[Kind, int] = field(default_factory=dict)
    reasons: dict[tuple[str, str], int] = field(default_factory=dict)
    words: dict[str, int] = field(default_factory=dict)

    def kind(self, kind: Kind) -> int:
        """The number of a kind."""
        return self.kinds.setdefault(kind, len(self.kinds))

    def reason(self, source: str, detail: str) -> int:
        """The number of a source of evidence with its detail."""
        return self.reasons.setdefault((source, detail), len(self.reasons))

    def word(self, words: str) -> int:
        """The number of a reason in words."""
        return self.words.setdefault(words, len(self.words))

    def to_json(self) -> dict[str, Any]:
        """The tables: each kind with its group; each reason with its name, words and sentence."""
        reasons = []
        for source, detail in self.reasons:
            meaning = meaning_of(source)
            words, sentence = (source, "") if meaning is None else (meaning.words, meaning.sentence)
            reasons.append((source, detail or words, sentence))
        return {
            "kinds": [(kind.value, group_of(kind)) for kind in self.kinds],
            "reasons": reasons,
            "words": list(self.words),
        }


def document_columns(document: ReportedDocument, detail: Detail, tables: Tables) -> dict[str, Any]:
    """A document: its summary, and its lines as columns; ``tables`` gets the kinds and reasons that it has."""
    summary = document.summary
    return {
        "file": summary.name,
        "line": summary.line,
        "id": _plain_id(summary.id),
        "title": (summary.title or "")[:MAX_TITLE],
        "site": summary.site or "",
        "lang": summary.lang or "",
        "words": summary.words,
        "lost": summary.lost,
        "confidence": round(summary.confidence, 3),
        "flags": summary.flags,
        "sha256": document.digest,
        "lines": _columns(document.lines, document.other, detail, tables),
        "other": None if document.other is None else _columns(document.other, document.lines, detail, tables),
    }


def _plain_id(record_id: Any) -> str | int | float | None:
    """An id that scripts can read: one of many parts, or a number that they would change or refuse, as it is written."""
    if isinstance(record_id, int | float) and abs(record_id) <= MAX_NUMBER:
        return record_id
    return written_id(record_id)


def _columns(
    lines: Sequence[ShownLine], other: Sequence[ShownLine] | None, detail: Detail, tables: Tables
) -> dict[str, Any]:
    """Lines as columns; ``other``: the same lines of the other side, if there are two.

    ``stretches``: how many lines are in sight, or negative, are folded; or in a list, how many are left out. ``texts``:
    a line, or a list of its pieces, each with the number of the kind of which it was removed, or -1. ``states``: see
    `KEPT`. ``gaps``: the characters of the original between a line and the one before it. ``shortened``: the characters
    left out at the end of a line, by its place in the columns. ``words``: the main reasons of lines that are not simply kept.
    """
    stretches: list[int | list[int]] = []
    shown: list[ShownLine] = []
    for stretch in fold_lines(lines, detail, other):
        shown += stretch.lines
        count = len(stretch.lines)
        stretches.append([stretch.left_out] if stretch.left_out else -count if stretch.is_folded else count)
    texts, shortened = [], {}
    for number, line in enumerate(shown):
        pieces, left_out = shorten_pieces(line, detail.line_characters)
        if left_out:
            shortened[number] = left_out
        is_cut = line.verdict.action == "cut"
        whole = "".join(piece.text for piece in pieces)
        texts.append([(text, -1 if kind is None else tables.kind(kind)) for text, kind in pieces] if is_cut else whole)
    return {
        "stretches": stretches,
        "texts": texts,
        "states": [_state(line, tables) for line in shown],
        "scores": [round(line.verdict.score * TENTHS) for line in shown],
        "gaps": list(_gaps(shown)),
        "shortened": shortened,
        "reasons": [_reasons(line, tables) for line in shown],
        "words": [_words(line, tables) for line in shown],
    }


def _state(line: ShownLine, tables: Tables) -> int:
    if line.is_removed:
        return REMOVED + tables.kind(line.verdict.kind or Kind.BOILERPLATE)
    return DOUBTFUL if line.is_doubtful else KEPT


def _gaps(lines: Iterable[ShownLine]) -> Iterable[int]:
    end = 0
    for line in lines:
        yield line.verdict.line.start - end
        end = line.verdict.line.end


def _reasons(line: ShownLine, tables: Tables) -> list[int]:
    """What weighs most for and against removing a line: the number of each reason, and its points."""
    count = REASONS if line.is_removed or line.is_doubtful else KEPT_REASONS
    return [
        value
        for one in line.strongest(count)
        for value in (tables.reason(one.source, one.detail), round(one.points * TENTHS))
    ]


def _words(line: ShownLine, tables: Tables) -> list[int]:
    """The main reasons for what happened to a line, in words; none for one that simply stays."""
    return [tables.word(one.words) for one in line.reasons] if line.is_removed or line.is_doubtful else []
