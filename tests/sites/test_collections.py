"""Marked pages of invented sites: what a site memory removes, and what it leaves alone."""

from __future__ import annotations

from pathlib import Path

import pytest

from cleaner import Cleaner, CleanResult, SiteMemory, apply_removals
from cleaner.training.marked import MarkedDocument, read_marked_folder

COLLECTIONS = Path(__file__).with_name("collections")
# By folder: the most characters of article that may be lost, and the least share of noise that must be removed. Set a
# little below what was measured.
FLOORS = {
    "ar-valley-paper": (0, 0.95),
    "da-island-paper": (0, 0.93),
    "de-daily-figures": (0, 0.78),
    "de-river-club": (0, 0.74),
    "en-legitimate-repeats": (60, 0.78),
    "en-magazine-house-sentences": (0, 0.83),
    "en-syndicated-copies": (0, 0.71),
    "en-wrapped-letter": (0, 0.79),
    "es-short-notes": (0, 0.88),
    "fr-glued-furniture": (0, 0.88),
    "fr-legitimate-repeats": (0, 0.79),
    "fr-near-copies": (0, 0.66),
    "fr-regional-paper": (0, 0.82),
    "fr-village-blog": (0, 0.79),
    "it-changed-template": (0, 0.63),
    "nl-lock-keepers-paper": (0, 0.79),
    "pl-portal-odd-order": (100, 0.84),
    "ru-river-town": (0, 0.80),
    "zh-local-news": (0, 0.89),
}


def _text(document: MarkedDocument) -> str:
    return "\n".join(line.text for line in document.lines)


def _documents(folder: str) -> list[MarkedDocument]:
    return list(read_marked_folder(COLLECTIONS / folder))


def _cleaner(folder: str) -> Cleaner:
    memory = SiteMemory()
    for document in _documents(folder):
        memory.observe(_text(document), site=folder)
    return Cleaner(sites=memory)


def _removed(document: MarkedDocument, result: CleanResult) -> dict[str, list[str]]:
    """The lines that were removed for the most part, by their marks."""
    found: dict[str, list[str]] = {"+": [], "-": []}
    start = 0
    for line in document.lines:
        end = start + len(line.text)
        gone = sum(max(min(item.end, end) - max(item.start, start), 0) for item in result.removals)
        if line.mark in found and line.text.strip() and 2 * gone > len(line.text):
            found[line.mark].append(line.text)
        start = end + 1
    return found


def test_every_collection_has_its_floors() -> None:
    """A folder of pages is measured, or has a test of its own."""
    folders = {path.name for path in COLLECTIONS.iterdir() if path.is_dir()}
    assert folders == {*FLOORS, "sv-three-pages"}


@pytest.mark.parametrize("folder", FLOORS)
def test_the_memory_removes_what_the_site_repeats_and_no_article(folder: str) -> None:
    """Of the pages of one site, next to nothing of the articles is lost and most of the noise is removed."""
    cleaner = _cleaner(folder)
    lost = noise = gone = 0
    for document in _documents(folder):
        text = _text(document)
        result = cleaner.clean(text, site=folder)
        assert apply_removals(text, result.removals) == result.text
        assert cleaner.clean(result.text, site=folder).text == result.text
        removed = _removed(document, result)
        lost += sum(map(len, removed["+"]))
        gone += sum(map(len, removed["-"]))
        noise += sum(len(line.text) for line in document.lines if line.mark == "-" and line.text.strip())
    most, least = FLOORS[folder]
    assert lost <= most
    assert gone >= least * noise


def test_with_few_pages_nothing_is_claimed() -> None:
    """Of a site with three pages each is cleaned as without a memory."""
    cleaner, plain = _cleaner("sv-three-pages"), Cleaner()
    for document in _documents("sv-three-pages"):
        text = _text(document)
        assert cleaner.clean(text, site="sv-three-pages") == plain.clean(text)


def test_the_reason_says_on_how_many_pages_and_where() -> None:
    """A line is removed with the number of pages that have it, and the place where they have it."""
    folder = "fr-village-blog"
    document = _documents(folder)[0]
    text = _text(document)
    result = _cleaner(folder).clean(text, site=folder)
    reasons = {
        item.detail for removal in result.removals for item in removal.evidence if item.source == "context.site-repeats"
    }
    assert any(reason.startswith("on 7 of 7 other pages of this site, ") for reason in reasons)
    assert {reason.rpartition(", ")[2] for reason in reasons} <= {"at the top", "inside", "at the end"}


def test_without_a_site_the_memory_is_not_used() -> None:
    """A text whose site is not known is cleaned as without a memory."""
    folder = "fr-village-blog"
    cleaner, plain = _cleaner(folder), Cleaner()
    for document in _documents(folder)[:3]:
        assert cleaner.clean(_text(document)) == plain.clean(_text(document))
        assert cleaner.clean(_text(document), url="https://elsewhere.example/1") == plain.clean(_text(document))


def test_batches_streams_and_single_texts_agree() -> None:
    """Many texts cleaned together, in a stream and one by one give the same results with a memory."""
    folder = "es-short-notes"
    cleaner = _cleaner(folder)
    documents = [{"text": _text(document), "site": folder} for document in _documents(folder)]
    single = [cleaner.clean(document["text"], site=folder) for document in documents]
    assert cleaner.clean_many(documents) == single
    assert list(cleaner.stream(documents)) == single
