"""Surveys for reports: what is counted, and which documents are chosen."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import pytest

from cleaner.config import CleanConfig
from cleaner.corpus.batch import Plan, Tally
from cleaner.corpus.batch.surveying import Survey, SurveySettings, survey_batch
from cleaner.corpus.records import find_sources
from tests.running import ARTICLE, NOISE, PAGE


class Listener:
    """Keeps what a run says."""

    def __init__(self) -> None:
        self.said: list[str] = []

    def say(self, message: str) -> None:
        """Keep a message."""
        self.said.append(message)

    def show(self, tally: Tally, done: int, total: int) -> None:
        """Nothing is shown."""


def surveyed(*paths: Path, jobs: int = 1, **options: Any) -> tuple[Survey, bool, list[str]]:
    """The survey of some files, whether anything failed, and what was said."""
    sources, _ = find_sources(list(map(str, paths)))
    listener = Listener()
    settings = SurveySettings(CleanConfig(), **options)
    survey, has_failures = survey_batch(Plan(list(sources), lambda _: None, jobs=jobs), settings, listener)
    return survey, has_failures, listener.said


def corpus(folder: Path, count: int) -> Path:
    """Records of two sites, every third of them without noise."""
    path = folder / "pages.jsonl"
    records = [
        {"text": ARTICLE if number % 3 == 0 else PAGE, "id": number, "url": f"https://s{number % 2}.example/{number}"}
        for number in range(count)
    ]
    path.write_text("".join(f"{json.dumps(record)}\n" for record in records))
    return path


def places(survey: Survey) -> list[int]:
    """The records that are shown."""
    return sorted(one.summary.line or 0 for one in survey.documents())


def test_words_are_counted_by_kind_language_and_site(tmp_path: Path) -> None:
    """Totals are over all documents, however few are shown, and the language is told by function words."""
    survey, failed, said = surveyed(corpus(tmp_path, 12), sample=2)
    assert (failed, said) == (False, [])
    totals = survey.totals
    assert (totals.all.documents, totals.changed, survey.matching) == (12, 8, 12)
    assert set(totals.kinds) == {"comment-count"}
    assert totals.all.lost == totals.kinds.total() == 8 * len(NOISE.split())
    assert {name: share.documents for name, share in totals.languages.items()} == {"en": 12}
    assert {name: share.documents for name, share in totals.sites.items()} == {"s0.example": 6, "s1.example": 6}
    assert len(survey.documents()) == 2


def test_processes_change_nothing(tmp_path: Path) -> None:
    """The same documents are chosen, with the same lines and reasons, by one process and by several."""
    files = []
    for name in range(30):
        path = tmp_path / f"{name}.txt"
        path.write_text(PAGE * 40 + f"Page {name}.\n")
        files.append(path)
    records = corpus(tmp_path, 3000)
    alone, _, _ = surveyed(records, *files, sample=7)
    many, _, _ = surveyed(records, *files, sample=7, jobs=3)
    assert [one.summary for one in alone.documents()] == [one.summary for one in many.documents()]
    assert [[line.reasons for line in one.lines] for one in alone.documents()] == [
        [line.reasons for line in one.lines] for one in many.documents()
    ]
    assert alone.totals == many.totals


def test_a_larger_sample_holds_the_smaller_one(tmp_path: Path) -> None:
    """The choice depends on the names alone, so a sample grows by documents that are added to it."""
    path = corpus(tmp_path, 200)
    few, more = (places(surveyed(path, sample=count)[0]) for count in (10, 40))
    assert len(few) == 10
    assert set(few) < set(more)
    assert few == places(surveyed(path, sample=10)[0])


@pytest.mark.parametrize(("only", "wanted"), [("changed", {1, 2}), ("heavy", {2}), ("doubtful", {3})])
def test_only_some_documents_are_chosen_from(tmp_path: Path, only: str, wanted: set[int]) -> None:
    """Changed ones lose something, heavy ones more than half of their words, doubtful ones have a flag."""
    texts = [PAGE, ARTICLE.splitlines()[0] + "\n" + "Share on Facebook\nComments are closed.\n" * 20, "Menu\nHome\n"]
    path = tmp_path / "pages.jsonl"
    path.write_text("".join(f"{json.dumps({'text': text})}\n" for text in texts))
    survey, _, _ = surveyed(path, only=only)
    assert set(places(survey)) == wanted
    assert (survey.matching, survey.totals.all.documents) == (len(wanted), 3)


def test_what_cannot_be_read_is_said_and_the_rest_is_surveyed(tmp_path: Path) -> None:
    """A damaged record is named with its place."""
    path = tmp_path / "pages.jsonl"
    path.write_text(f'{json.dumps({"text": PAGE})}\n{{"text": \n')
    survey, failed, said = surveyed(path)
    assert failed
    assert survey.totals.all.documents == 1
    assert len(said) == 1
    assert said[0].startswith(f"{path}: record 2: ")


def test_a_page_of_html_that_takes_too_long_failed(tmp_path: Path) -> None:
    """It is counted as failed, with the reason, as it is when it is cleaned, and not as a document without words."""
    path = tmp_path / "page.html"
    path.write_text(f"<html><body>{'<p>The council spoke about the harbour.</p>' * 3000}</body></html>")
    survey, failed, said = surveyed(path, timeout=0.01)
    assert (failed, said) == (True, [f"{path}: took longer than --timeout 0.01 s"])
    assert (survey.tally.failed, survey.totals.all.documents, survey.documents()) == (1, 0, [])
