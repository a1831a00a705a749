"""Corrections: what is read of their files, what is refused and how, and whether they hold."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import pytest

from cleaner import CleanResult, Kind, Removal, apply_removals, explain_text
from cleaner.documents import digest_of
from cleaner.training.corrections import (
    Correction,
    correction_rows,
    judge_corrections,
    read_corrections,
)
from tests.marks import mark, write_marks

TEXT = (
    "The ferry between the two islands sails again from Monday, the harbour master said on Friday.\n"
    "Its engine had been taken apart over the winter, and a crane had to be brought from the mainland.\n"
    "Comments are closed.\n"
)
NOISE = "Comments are closed."
FIRST = TEXT.splitlines()[0]


def test_correction_is_read(tmp_path: Path) -> None:
    """A correction has its document, its place, its label and what the cleaner had done."""
    options = {"field": "page.text", "max_document": 9}
    line = mark("crawl.jsonl", TEXT, NOISE, "article", line=3, kind="comment-count", options=options)
    found = read_corrections([write_marks(tmp_path / "c.jsonl", line)])
    assert found.errors == ()
    assert found.items == (
        Correction(
            "crawl.jsonl",
            3,
            192,
            212,
            NOISE,
            "article",
            digest_of(TEXT),
            (("field", "page.text"), ("max-document", 9)),
            "drop",
            Kind.COMMENT_COUNT,
        ),
    )
    assert found.items[0].place == f"{tmp_path / 'c.jsonl'}: line 1"
    assert found.items[0].was_wrong


def test_correction_by_hand_needs_little(tmp_path: Path) -> None:
    """File, offsets, text, label and digest are enough; a line of which nothing is known counts as wrong before."""
    needed = ("file", "start", "end", "text", "label", "sha256")
    whole = mark("a.txt", TEXT, NOISE, "noise")
    (one,) = read_corrections([write_marks(tmp_path / "c", {name: whole[name] for name in needed})]).items
    assert (one.record, one.action, one.kind, one.options) == (None, None, None, ())
    assert one.was_wrong


@pytest.mark.parametrize(
    ("change", "message"),
    [
        ({"file": 3}, "file: is a number; give the name of the document's file"),
        ({"file": "a\0b"}, "file: is no name of a file; give the name of the document's file"),
        ({"file": "\ud800"}, "file: is no name of a file; give the name of the document's file"),
        ({"file": ""}, "file: is no name of a file; give the name of the document's file"),
        ({"line": 0}, "line: is 0; give a number from 1 on, as the report exports it"),
        ({"start": "3"}, "start: is no integer; give a number from 0 on, as the report exports it"),
        ({"end": 7}, "end: is 7, but text has 20 characters from start 192 on; export it again from the report"),
        ({"text": " ", "end": 193}, "text: has no visible character; mark a line with words"),
        ({"label": "Noise"}, "label: 'Noise' is unknown; use one of: article, noise"),
        ({"label": None}, "label: is null; use one of: article, noise"),
        ({"action": "hold"}, "action: 'hold' is unknown; use one of: keep, drop, cut"),
        ({"sha256": "12"}, "sha256: is no digest of 64 hex digits; export it again from the report"),
        ({"options": ["field"]}, "options: is a list; give an object of option and value"),
        ({"options": {"field": []}}, "options.field: is a list; give the option's value as it is written"),
    ],
)
def test_wrong_field_is_named_with_the_fix(change: dict[str, Any], message: str, tmp_path: Path) -> None:
    """A field that is wrong is an error with file, line, field and fix, and the other corrections are used."""
    good = mark("a.txt", TEXT, NOISE, "noise")
    path = write_marks(tmp_path / "c.jsonl", {**good, **change}, good)
    found = read_corrections([path])
    assert [str(error) for error in found.errors] == [f"{path}: line 1: {message}"]
    assert [one.file for one in found.items] == ["a.txt"]


def test_unknown_kind_is_named(tmp_path: Path) -> None:
    """A kind that there is not is refused with those there are."""
    path = write_marks(tmp_path / "c.jsonl", mark("a.txt", TEXT, NOISE, "noise", kind="spam"))
    (error,) = read_corrections([path]).errors
    assert str(error).startswith(f"{path}: line 1: kind: 'spam' is unknown; use one of: comment-controls, ")


@pytest.mark.parametrize(
    ("line", "message"),
    [
        (
            "{",
            "line 1: is not valid JSON: Expecting property name enclosed in double quotes at character 2; fix that place",
        ),
        ('{"file": "a', "line 1: is not valid JSON: Unterminated string starting at character 10; fix that place"),
        ("[]", "line 1: is a list; a correction is one JSON object"),
        ("[" * 100_000, "line 1: is nested too deeply; a correction is one flat JSON object"),
    ],
)
def test_line_that_is_no_correction(line: str, message: str, tmp_path: Path) -> None:
    """A line that is no JSON object is named, and why."""
    path = write_marks(tmp_path / "c.jsonl", line)
    assert [str(error) for error in read_corrections([path]).errors] == [f"{path}: {message}"]


def test_file_that_is_missing_or_empty(tmp_path: Path) -> None:
    """A file that is not there, and one without a correction, are errors, and other files are read."""
    empty, missing = write_marks(tmp_path / "empty"), tmp_path / "missing"
    good = write_marks(tmp_path / "good", mark("a.txt", TEXT, NOISE, "noise"))
    found = read_corrections([missing, empty, good])
    assert [str(error) for error in found.errors] == [
        f"{missing}: does not exist; check the path",
        f"{empty}: holds no correction; export it again from the report",
    ]
    assert len(found.items) == 1


def test_last_mark_counts(tmp_path: Path) -> None:
    """Of several marks of one line, in one file or several, the last one counts, and a contradiction is told."""
    first = write_marks(tmp_path / "1", mark("a.txt", TEXT, NOISE, "noise"), mark("a.txt", TEXT, FIRST, "noise"))
    second = write_marks(tmp_path / "2", mark("./a.txt", TEXT, NOISE, "noise"), mark("a.txt", TEXT, FIRST, "article"))
    found = read_corrections([first, second])
    assert [(one.text, one.label) for one in found.items] == [(NOISE, "noise"), (FIRST, "article")]
    assert found.repeated == 2
    (told,) = found.contradictions
    assert told == (
        f"{second}: line 2: a.txt has this line as noise too ({first}: line 2); article counts, the last mark; "
        "delete the wrong one"
    )


def test_lone_surrogate_is_text(tmp_path: Path) -> None:
    """A lone surrogate in a text neither fails nor changes the digest."""
    text = "Bad \ud83d sign\n"
    line = json.dumps(mark("a.txt", text, "Bad \ud83d sign", "noise"))
    (one,) = read_corrections([write_marks(tmp_path / "c", line)]).items
    assert (one.text, one.sha256) == ("Bad \ud83d sign", digest_of(text))


# --- whether they hold -----------------------------------------------------------------------------------


def _judge(text: str, line: str, label: str, result: CleanResult) -> Any:
    start = text.index(line)
    one = Correction("a", None, start, start + len(line), line, label, digest_of(text))  # type: ignore[arg-type]
    (judged,) = judge_corrections([one], text, result)
    return judged


@pytest.mark.parametrize(
    ("line", "label", "holds", "action"),
    [
        (NOISE, "noise", True, "drop"),
        (NOISE, "article", False, "drop"),
        (FIRST, "article", True, "keep"),
        (FIRST, "noise", False, "keep"),
    ],
)
def test_correction_holds_where_the_line_is_treated_so(line: str, label: str, holds: bool, action: str) -> None:
    """An article line holds when it stays, a noise line when it is removed."""
    judged = _judge(TEXT, line, label, explain_text(TEXT))
    assert (judged.holds, judged.action) == (holds, action)


@pytest.mark.parametrize(("removed", "article", "noise"), [(" \u200b", True, False), ("x", False, False)])
def test_only_visible_characters_count(removed: str, article: bool, noise: bool) -> None:
    """Space and invisible characters that are removed do not matter; one letter does, for either label."""
    text = f"A line{removed}and more."
    removal = Removal(6, 6 + len(removed), Kind.TAGS, 1.0, (), removed)
    result = CleanResult(apply_removals(text, [removal]), (removal,))
    assert _judge(text, text, "article", result).holds is article
    assert _judge(text, text, "noise", result).holds is noise


def test_reasons_are_for_what_happened() -> None:
    """A removed article line has the reasons for its removal, its kind, its pattern and its number."""
    judged = _judge(TEXT, NOISE, "article", explain_text(TEXT))
    assert (judged.kind, judged.number) == (Kind.COMMENT_COUNT, 3)
    assert judged.patterns == ("en.comment-count.closed",)
    assert judged.reasons[0].points > 0
    kept = _judge(TEXT, FIRST, "noise", explain_text(TEXT))
    assert kept.reasons[0].points < 0


def test_rows_count_what_changed() -> None:
    """What was wrong is fixed or still wrong, and what was right may be broken."""
    text, result = TEXT, explain_text(TEXT)
    before = {"article": ("drop", "keep"), "noise": ("keep", "drop")}
    judged = []
    for label, actions in before.items():
        for action in actions:
            for line in (FIRST, NOISE):
                start = text.index(line)
                one = Correction("a", None, start, start + len(line), line, label, digest_of(text), (), action)  # type: ignore[arg-type]
                judged += judge_corrections([one], text, result)
    article, noise, both = correction_rows(judged)
    for row in (article, noise):
        assert (row.corrections, row.hold, row.fixed, row.still_wrong, row.broken) == (4, 2, 1, 1, 1)
    assert (both.label, both.corrections, both.share) == ("all", 8, 0.5)
