"""The view of an explanation for people: each line with its action, kind, points and reasons."""

from __future__ import annotations

from bisect import bisect_left
from collections import Counter
from collections.abc import Iterable, Iterator, Sequence

from cleaner.report.records import shown_verdicts
from cleaner.report.terminal import paint, shorten, visible
from cleaner.result import CleanResult, Evidence, Kind, Verdict

__all__ = ["render_explanation"]

_MARKS = {"keep": " ", "drop": "-", "cut": "~"}
_COLOURS = {"keep": "", "drop": "31", "cut": "33"}
_DIM = "2"
_MIN_TEXT_WIDTH = 20
_KIND_WIDTH = max(len(kind) for kind in Kind)
_SCORE_WIDTH = 7
_NOTHING = "·"


def render_explanation(
    text: str, result: CleanResult, *, width: int = 120, colour: bool = False, removed_only: bool = False
) -> Iterator[str]:
    """The lines of the explain view: for each line of ``text`` its verdict with the evidence below it.

    ``width``: the columns of the terminal, to which texts are shortened; evidence is wrapped and never shortened.
    """
    number_width = len(str(len(result.lines)))
    indent = number_width + 1 + 1 + 1
    text_width = max(_MIN_TEXT_WIDTH, width - indent - _KIND_WIDTH - 1 - _SCORE_WIDTH - 2)
    starts = [removal.start for removal in result.removals]
    for verdict in shown_verdicts(result, removed_only=removed_only):
        line = verdict.line
        head = (
            f"{line.index + 1:>{number_width}} {_MARKS[verdict.action]} "
            f"{verdict.kind or '':<{_KIND_WIDTH}} {verdict.score:>+{_SCORE_WIDTH}.1f}  "
        )
        # A prefix is enough, and a line may be very long.
        shown = shorten(visible(text[line.start : min(line.end, line.start + 4 * text_width)]), text_width)
        yield paint(f"{head}{shown}".rstrip(), _COLOURS[verdict.action], wanted=colour)
        beneath = [f"removed: {fragment}" for fragment in _fragments(result, starts, verdict)]
        beneath += _wrap([_evidence_words(evidence) for evidence in _by_weight(verdict.evidence)], width - indent - 2)
        for words in beneath:
            yield paint(f"{'':{indent + 2}}{words}", _DIM, wanted=colour)
    yield from _summary(result)


def _by_weight(evidence: Sequence[Evidence]) -> list[Evidence]:
    return sorted(evidence, key=lambda item: -abs(item.points))


def _evidence_words(evidence: Evidence) -> str:
    detail = f" ({visible(evidence.detail)})" if evidence.detail else ""
    return f"{visible(evidence.source)} {evidence.points:+.1f}{detail}"


def _fragments(result: CleanResult, starts: list[int], verdict: Verdict) -> Iterator[str]:
    """The texts of the fragments that were cut out of a line."""
    if verdict.action != "cut":
        return
    for removal in result.removals[bisect_left(starts, verdict.line.start) :]:
        if removal.start >= verdict.line.end:
            return
        yield f'"{visible(removal.text)}" {removal.kind}'


def _wrap(items: Iterable[str], width: int) -> list[str]:
    """Items joined with commas into lines of at most ``width``; a longer item has a line of its own."""
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
