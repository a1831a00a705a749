"""Checks of what is true of every result, which raise `AssertionError`; used by tests and by fuzzing."""

from __future__ import annotations

import json
import math
import pickle
import re

from cleaner import Cleaner, CleanResult, Kind, Metadata, apply_removals
from cleaner.report.explanation import render_explanation
from cleaner.report.records import explain_json, to_json
from cleaner.text.forms import lines_of, with_line_ends
from tests.visible import visible_words, words

__all__ = [
    "check_markdown",
    "check_page",
    "check_reasons",
    "check_removals",
    "check_result",
    "check_settled",
    "check_stateless",
    "outcome",
]

NO_ARTICLE = "no-article-found"
ANOTHER = "Der Rat hat gestern Abend entschieden, dass die Brücke bis Mai gesperrt bleibt.\nAntwortenLöschen\n"


def outcome(result: CleanResult) -> tuple[object, ...]:
    """Everything a result says, its verdicts included."""
    return result, result.lines


def check_removals(source: str, result: CleanResult) -> None:
    """Removals are in order, apart and inside the input, and lead from it to the text and back."""
    position = 0
    for removal in result.removals:
        assert position <= removal.start < removal.end <= len(source), "removals are in order, apart and inside"
        assert removal.text == source[removal.start : removal.end], "a removal has its text"
        assert isinstance(removal.kind, Kind), "a removal has a kind"
        assert math.isfinite(removal.score), "a score is a number"
        position = removal.end
    assert apply_removals(source, result.removals) == result.text, "removals lead to the text"
    assert result.restore() == source, "the input comes back"
    assert result.changed == bool(result.removals), "a change is a removal"


def check_lines_left(source: str, result: CleanResult) -> None:
    """The lines of the output are lines of the input in their order, whole or without the fragments cut from them.

    Between them stand line ends of the input, whatever it has for line ends.
    """
    taken = [(removal.start, removal.end) for removal in result.removals]
    left = []
    first = 0
    lines = lines_of(source)
    for line in lines:
        parts = []
        at = line.start
        while first < len(taken) and taken[first][1] <= line.start:
            first += 1
        number = first
        while number < len(taken) and taken[number][0] < line.end:
            start, end = taken[number]
            parts.append(source[at : max(at, start)])
            at = max(at, end)
            number += 1
        parts.append(source[at : line.end])
        left.append("".join(parts))
    ends = sorted({source[line.end : line.stop] for line in lines} - {""}, key=len, reverse=True)
    at = 0
    for number, part in enumerate(filter(None, left)):
        after_end = _after_ends(result.text, ends, at, part)
        assert after_end > at or number == 0, "a line end stands between two lines"
        assert result.text.startswith(part, after_end), "lines are those of the input"
        at = after_end + len(part)
    assert _after_ends(result.text, ends, at) == len(result.text), "no line is added"


def _after_ends(text: str, ends: list[str], at: int, part: str | None = None) -> int:
    """Where the line ends that stand at a place of a text stop; before ``part``, which may begin as one does."""
    start = at
    while not (part is not None and text.startswith(part, at) and (at > start or not start)):
        end = next((end for end in ends if text.startswith(end, at)), "")
        if not end:
            break
        at += len(end)
    return at


def check_doubts(source: str, result: CleanResult) -> None:
    """What is doubtful lies inside the input in order, holds something, speaks for noise, and was not removed."""
    taken = [(removal.start, removal.end) for removal in result.removals]
    position = 0
    first = 0
    for doubt in result.doubtful:
        assert position <= doubt.start < doubt.end <= len(source), "doubts are in order, apart and inside"
        assert doubt.score > 0.0, "a doubt speaks for noise"
        assert math.isfinite(doubt.score), "a score is a number"
        while first < len(taken) and taken[first][1] <= doubt.start:
            first += 1
        assert first == len(taken) or taken[first][0] >= doubt.end, "what is doubtful stays"
        position = doubt.end


def check_result(source: str, result: CleanResult) -> None:
    """Everything that a result says about itself is right, as far as the input alone shows."""
    check_removals(source, result)
    check_lines_left(source, result)
    check_doubts(source, result)
    assert 0.0 <= result.confidence <= 1.0, "confidence is between 0 and 1"
    assert all(re.fullmatch("[a-z]+(-[a-z]+)*", flag) for flag in result.flags), "flags are names"
    assert list(result.flags) == sorted(set(result.flags)), "flags are in order, each once"
    assert result.headline is None or isinstance(result.headline, str)
    assert all(isinstance(comment, str) and comment for comment in result.comments), "comments hold something"


def check_settled(cleaner: Cleaner, text: str, result: CleanResult) -> None:
    """A text is never emptied, and cleaning the result again changes nothing."""
    if any(map(str.isalpha, text)):
        assert any(map(str.isalnum, result.text)), "a document with a letter in it is not emptied"
    again = cleaner.clean(result.text)
    assert again.text == result.text, "cleaning twice changes nothing"
    if NO_ARTICLE not in result.flags:
        assert again.removals == (), "cleaning twice removes nothing"


def check_stateless(cleaner: Cleaner, text: str, result: CleanResult) -> None:
    """A result does not depend on the documents beside it or before it."""
    batch = cleaner.clean_many([ANOTHER, text, ANOTHER])
    assert _told(batch[1]) == _told(result), "documents of a batch are cleaned as if alone"
    assert _told(batch[0]) == _told(batch[2]), "no document changes the next one"


def _told(result: CleanResult) -> tuple[object, ...]:
    """The parts of a result that are available at once: all but the evidence, which takes as long as the cleaning."""
    removals = [(removal.start, removal.end, removal.kind, removal.score) for removal in result.removals]
    return result.text, removals, result.headline, result.comments, result.flags, result.confidence, result.doubtful


def check_reasons(source: str, result: CleanResult, *, lines: int | None = None) -> None:
    """Verdicts and evidence lie inside the input, add up, can be shown and written, and outlive a pickle.

    ``lines``: how many verdicts there are to be; those of the input's lines if None.
    """
    verdicts = result.lines
    assert len(verdicts) == (len(lines_of(source)) if lines is None else lines), "one verdict a line"
    position = 0
    for verdict in verdicts:
        assert position <= verdict.line.start <= verdict.line.end <= verdict.line.stop <= len(source), "lines in order"
        position = verdict.line.end
        assert verdict.action in {"keep", "drop", "cut"}
        assert (verdict.kind is None) == (verdict.action == "keep"), "a line that changes has a kind"
        total = sum(item.points for item in verdict.evidence)
        if verdict.action == "drop":
            assert math.isclose(total, verdict.score, rel_tol=1e-6, abs_tol=1e-6), "the evidence adds up to the score"
    for items in (*(verdict.evidence for verdict in verdicts), *(removal.evidence for removal in result.removals)):
        for item in items:
            assert item.source, "evidence has a name"
            assert math.isfinite(item.points), "points are a number"
            assert 0 <= item.start <= item.end <= len(source), "evidence lies inside"
    for removal in result.removals:
        assert len(removal.evidence) > 0, "a removal has a reason"
    _check_actions(source, result)
    json.loads(to_json(explain_json(source, result)))
    assert all(isinstance(line, str) for line in render_explanation(source, result))
    assert outcome(pickle.loads(pickle.dumps(result))) == outcome(result), "a pickle holds the same"


def _check_actions(source: str, result: CleanResult) -> None:
    """Verdicts say what happened: what is kept is untouched, what is dropped is gone, what is cut lost a part.

    A line that holds only signs of the text's form, such as ``<p>``, is blank: it may go with a line beside it.
    """
    shown = with_line_ends(source)
    taken = [(removal.start, removal.end) for removal in result.removals]
    first = 0
    for verdict in result.lines:
        start, end = verdict.line.start, verdict.line.end
        while first < len(taken) and taken[first][1] <= start:
            first += 1
        number, gone = first, 0
        while number < len(taken) and taken[number][0] < end:
            gone += len(shown[max(start, taken[number][0]) : min(end, taken[number][1])].strip())
            number += 1
        if shown[start:end].strip():
            assert (gone == 0) == (verdict.action == "keep"), (
                "what is kept is untouched, what is not has lost something"
            )


def check_markdown(result: CleanResult, plain: CleanResult) -> None:
    """The Markdown of a page shows the words of its text, and is its text in all else; ``plain``: the result as text."""
    source = result.restore()
    check_removals(source, result)
    check_doubts(source, result)
    assert visible_words(result.text) == words(plain.text), "the words that stay are those of the text"
    assert visible_words(source) == words(plain.restore()), "the words of all blocks are those of the text"
    assert {removal.kind for removal in result.removals} <= {removal.kind for removal in plain.removals}
    assert (result.headline, result.comments, result.flags) == (plain.headline, plain.comments, plain.flags)
    assert result.confidence == plain.confidence, "what is expected of the choice does not depend on its form"


def check_page(result: CleanResult) -> None:
    """The result of a page of HTML is right, as far as the text of all its blocks can tell."""
    check_result(result.restore(), result)
    metadata = result.metadata
    assert isinstance(metadata, Metadata)
    for value in (metadata.title, metadata.author, metadata.date, metadata.site_name, metadata.language):
        assert value is None or isinstance(value, str)
