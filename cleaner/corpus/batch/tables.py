"""The table of a run."""

from __future__ import annotations

from collections.abc import Sequence

from cleaner.corpus.batch.tally import Tally
from cleaner.report.terminal import align

__all__ = ["run_table"]


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
