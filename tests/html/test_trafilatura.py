"""Which pages trafilatura is asked about, and what happens when it fails."""

from __future__ import annotations

import pytest

from cleaner import Metadata, clean_html, explain_html
from cleaner.html import trafilatura as peer
from cleaner.html.trafilatura import MAX_CELLS, MAX_CHARACTERS, MAX_ELEMENTS, add_metadata, extract_text, is_bearable

PARAGRAPH = "<p>The ferry that crosses the lake four times a day is back in service, the operator said on Friday.</p>"


@pytest.mark.parametrize(
    ("page", "expected"),
    [
        (PARAGRAPH, True),
        ("", True),
        ("words only", True),
        ("<p>" + "a" * MAX_CHARACTERS, False),
        ("<p>a" * MAX_ELEMENTS, False),
        ("<table><tr>" + "<td>a" * (MAX_ELEMENTS - 500), True),
        ("<table>" + f"<tr>{'<td>a' * 300}</tr>" + "<tr><td>a" * 170, False),
        ("<table>" + "<tr><td colspan=1000>a" * (MAX_CELLS // 1_000 + 1), False),
        ("<table><tr><td colspan=99999999999999999999>a<td colspan=x>b<td colspan=²>c<tr>", True),
    ],
    ids=["ordinary", "empty", "text", "characters", "elements", "cells", "rows", "spans", "odd spans"],
)
def test_pages_that_are_bearable(page: str, *, expected: bool) -> None:
    """A page is bearable by its characters, its elements, and its cells when all rows are as wide as the widest."""
    assert is_bearable(f"<html><body>{page}") is expected


def test_unbearable_pages_are_not_handed_on(monkeypatch: pytest.MonkeyPatch) -> None:
    """A page that is too large for trafilatura is not passed to it; then nothing is found."""

    def refuse(name: str) -> None:
        raise AssertionError(name)

    monkeypatch.setattr(peer, "import_module", refuse)
    page = f"<html><body>{PARAGRAPH}<table><tr>{'<td>a' * MAX_ELEMENTS}"
    assert extract_text(page) == ""
    assert extract_text(page, fast=True) == ""
    assert add_metadata(Metadata(), page) == Metadata()


@pytest.mark.parametrize("error", [AssertionError, ValueError, RecursionError, RuntimeError])
def test_any_error_means_that_nothing_is_found(monkeypatch: pytest.MonkeyPatch, error: type[Exception]) -> None:
    """Whatever trafilatura raises, a page has a result."""

    class Failing:
        def __getattr__(self, name: str) -> None:
            raise error(name)

    monkeypatch.setattr(peer, "import_module", lambda _: Failing())
    assert extract_text(PARAGRAPH) == ""
    assert add_metadata(Metadata(title="Ferry"), PARAGRAPH) == Metadata(title="Ferry")


def test_markup_that_trafilatura_asserts_about() -> None:
    """Broken HTML has metadata without values, and no article from either engine."""
    assert explain_html("<svg><b><p>").metadata == Metadata()
    assert clean_html("<svg><b><p>", engine="trafilatura") == ""
