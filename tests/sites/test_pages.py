from __future__ import annotations

import pickle
from random import Random

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from cleaner.sites.pages import MAX_LINES, PAGES_PER_SITE, LearnedPage, learn_text, merge_pages, repeated_lines
from tests.site_pages import page_of, pages_of


def fields(page: LearnedPage) -> tuple[object, ...]:
    """What a page is made of, to be compared."""
    arrays = (page.exact, page.shapes, page.paths, page.words, page.sentences)
    return (page.key, page.version, *(array.tolist() for array in arrays))


@given(st.text(max_size=300))
def test_bytes_give_the_page_back(text: str) -> None:
    """A page written as bytes, or pickled, is the same page, whatever text it was learned from."""
    page, _ = learn_text(text)
    assert fields(LearnedPage.from_bytes(page.key, page.version, page.to_bytes())) == fields(page)
    assert fields(pickle.loads(pickle.dumps(page))) == fields(page)


@pytest.mark.parametrize(
    "harm", [lambda data: data[:3], lambda data: data[:-1], lambda data: data + b"\0", lambda data: b"\x09" + data[1:]]
)
def test_damaged_bytes_are_refused(harm: object) -> None:
    """Bytes that are cut off, too long or of another form are no page."""
    page, _ = learn_text("Partager\nMenu")
    assert callable(harm)
    with pytest.raises(ValueError, match="a page"):
        LearnedPage.from_bytes(0, 0, harm(page.to_bytes()))


def test_a_very_long_page_keeps_its_ends() -> None:
    """Of a page with very many lines the first and last are kept, with their texts and no others."""
    words = [f"line{'x' * number}" for number in range(1, MAX_LINES + 500)]
    page, texts = learn_text("\n".join(words))
    half = MAX_LINES // 2
    assert [texts[line] for line in page.exact.tolist()] == words[:half] + words[-half:]
    assert len(texts) == MAX_LINES


def test_the_smallest_keys_are_kept() -> None:
    """Of very many pages those with the smallest keys are kept, in their order, and each once."""
    random = Random(5)
    pages = [learn_text(page_of(random))[0] for _ in range(PAGES_PER_SITE + 40)]
    kept = [page.key for page in merge_pages([*pages, *pages])]
    assert kept == sorted(page.key for page in pages)[:PAGES_PER_SITE]


@given(st.randoms(use_true_random=False), st.integers(1, 4))
def test_merging_in_parts_is_merging_at_once(random: Random, parts: int) -> None:
    """However pages are shuffled and split, merged parts merge into what all pages merge into."""
    urls = [f"https://gazette.example/{number % 7}" for number in range(12)]
    pages = [learn_text(text, url)[0] for text, url in zip(pages_of(12), urls, strict=True)]
    whole = [fields(page) for page in merge_pages(pages)]
    random.shuffle(pages)
    merged = merge_pages(page for part in range(parts) for page in merge_pages(pages[part::parts]))
    assert [fields(page) for page in merged] == whole


def test_versions_of_a_page_differ_in_all_that_is_kept() -> None:
    """Two pages of one address that differ in capitals only have two versions, so which is kept depends on no order."""
    one, other = (learn_text(text, "gazette.example/a")[0] for text in ("Par Jeanne", "Par jeanne"))
    assert one.exact.tolist() == other.exact.tolist()
    assert one.version != other.version


def test_a_page_without_lines_is_not_kept() -> None:
    """An empty page, or one without letters, takes no place."""
    assert merge_pages([learn_text("")[0], learn_text("---\n12")[0]]) == []


def test_repeated_lines_stand_on_two_pages() -> None:
    """A line twice on one page is not repeated, one on two pages is."""
    one, texts = learn_text("Menu\nMenu\nPartager")
    other, _ = learn_text("Partager\nFin")
    assert [texts[line] for line in repeated_lines([one, other])] == ["partager"]
    assert repeated_lines([]) == set()
    assert one.exact.dtype == np.uint64
