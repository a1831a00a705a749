from __future__ import annotations

from cleaner.sites.listing import list_site
from cleaner.sites.pages import LearnedPage, learn_text
from tests.site_pages import FOOT, MENU, pages_of


def learned(texts: list[str]) -> tuple[list[LearnedPage], dict[int, str]]:
    """Some texts as pages, and their lines."""
    pages: list[LearnedPage] = []
    known: dict[int, str] = {}
    for number, text in enumerate(texts):
        page, lines = learn_text(text, f"gazette.example/{number}")
        pages.append(page)
        known |= lines
    return pages, known


def test_lines_with_pages_share_and_place() -> None:
    """A menu stands at the top of all pages, a foot at the end of all but one."""
    texts = pages_of(8)
    texts[0] = texts[0].removesuffix(FOOT)
    found = list_site(*learned(texts))
    assert (found.pages, found.counted) == (8, 8)
    assert {(one.text, one.pages, one.share, one.place) for one in found.lines} == {
        *((line.lower(), 8, 1.0, "top") for line in MENU),
        (FOOT.lower(), 7, 0.875, "end"),
    }
    assert [one.pages for one in found.lines] == [8, 8, 8, 7]


def test_copies_count_once() -> None:
    """A page printed under three addresses is one page, so its own lines are not repeated."""
    texts = pages_of(6)
    found = list_site(*learned([*texts, texts[0], texts[0]]))
    assert (found.pages, found.counted) == (8, 6)
    assert {one.pages for one in found.lines} == {6}


def test_rare_lines_are_listed_on_demand() -> None:
    """A line on two pages is listed only where that is asked for; one whose text is not known has its hash."""
    texts = pages_of(6)
    pages, known = learned([*(f"{text}\nSee also the harbour" for text in texts[:2]), *texts[2:]])
    assert "see also the harbour" not in {one.text for one in list_site(pages, known).lines}
    assert "see also the harbour" in {one.text for one in list_site(pages, known, 2).lines}
    assert {one.text for one in list_site(pages, {}, 2).lines} == {None}


def test_a_site_without_pages() -> None:
    """Of no page, and of a single one, no line is listed."""
    assert list_site([], {}).lines == []
    assert list_site(*learned(["Menu\nPartager"])).lines == []


def test_one_story_printed_very_often() -> None:
    """A site that is one story under many addresses repeats nothing, as all its pages are copies."""
    story = pages_of(1)[0]
    found = list_site(*learned([story] * 200))
    assert found.pages == 200
    assert found.counted <= 1
    assert found.lines == []
    mixed = list_site(*learned([*[story] * 40, *pages_of(60, seed=4)]))
    assert (mixed.pages, mixed.counted) == (100, 61)
    assert {one.text for one in mixed.lines} == {line.lower() for line in (*MENU, FOOT)}
