from __future__ import annotations

import pickle
import re
from pathlib import Path
from random import Random
from typing import Any

import pytest

from cleaner import Cleaner, SiteMemory
from cleaner.errors import SitesError
from cleaner.sites.pages import PAGES_PER_SITE
from tests.site_pages import FOOT, MENU, page_of, pages_of

SITE = "gazette.example"


def filled(count: int = 9) -> SiteMemory:
    """A memory of some pages of a site."""
    memory = SiteMemory()
    for number, text in enumerate(pages_of(count)):
        assert memory.observe(text, url=f"https://{SITE}/{number}")
    return memory


def test_what_has_no_site_is_not_learned() -> None:
    """Without a site and an address with a host nothing is learned, and `observe` says so."""
    memory = SiteMemory()
    for url in (None, "", "http://[", "mailto:a@b.example"):
        assert not memory.observe("Partager", url=url)
    assert not memory.observe("Partager", site=" ")
    assert memory.sites() == []


def test_saved_and_read_again(tmp_path: Path) -> None:
    """A file keeps pages and texts of repeated lines; texts that stand on one page are not in it."""
    memory = filled()
    memory.save(tmp_path / "sites.sqlite")
    read = SiteMemory(tmp_path / "sites.sqlite")
    assert [page.key for page in read.pages(SITE)] == [page.key for page in memory.pages(SITE)]
    assert set(read.texts(SITE).values()) == {line.lower() for line in (*MENU, FOOT)}
    own = pages_of(9)[0].splitlines()[len(MENU)].lower()
    assert own.encode() not in (tmp_path / "sites.sqlite").read_bytes()


def test_saving_adds_to_a_file(tmp_path: Path) -> None:
    """A memory saved into a file that has pages adds its own, and saving again changes nothing."""
    path = tmp_path / "sites.sqlite"
    filled(6).save(path)
    more = SiteMemory(path)
    more.observe(page_of(Random(99)), url=f"https://{SITE}/more")
    for _ in range(2):
        more.save()
        assert SiteMemory(path).page_count(SITE) == 7


def test_pages_are_bounded() -> None:
    """A memory that sees very many pages keeps a bounded number, and texts of their lines only."""
    memory = SiteMemory()
    for number in range(PAGES_PER_SITE + 50):
        memory.observe(f"Menu\nAbout number {'x' * number}", url=f"https://{SITE}/{number}")
    assert memory.page_count(SITE) == PAGES_PER_SITE
    assert list(memory.texts(SITE).values()) == ["menu"]


def test_a_file_that_somebody_adds_to(tmp_path: Path) -> None:
    """A memory that is being read sees what another one saves into its file."""
    path = tmp_path / "sites.sqlite"
    filled(5).save(path)
    reader = SiteMemory(path)
    known = reader.knowledge(SITE)
    assert known is not None
    assert known.size == 5
    filled(9).save(path)
    known = reader.knowledge(SITE)
    assert known is not None
    assert known.size == 9


def test_pickled_with_what_was_observed(tmp_path: Path) -> None:
    """A memory that another process gets knows the file and what was observed since."""
    path = tmp_path / "sites.sqlite"
    filled(5).save(path)
    memory = SiteMemory(path)
    memory.observe(page_of(Random(99)), url=f"https://{SITE}/more")
    copy = pickle.loads(pickle.dumps(memory))
    assert copy.page_count(SITE) == 6
    assert copy.texts(SITE) == memory.texts(SITE)


def test_evidence_of_a_cleaner_with_a_memory() -> None:
    """A line that the site repeats is removed, for that reason and in these words; without the memory it stays."""
    memory = filled()
    text = page_of(Random(99))
    result = Cleaner(sites=memory).clean(text, url=f"https://{SITE}/new")
    (verdict,) = [one for one in result.lines if text[one.line.start : one.line.end] == FOOT]
    assert verdict.action == "drop"
    assert "on 9 of 9 other pages of this site, at the end" in {one.detail for one in verdict.evidence}
    assert FOOT in Cleaner().clean(text).text


def test_what_is_kept_ready_is_bounded(monkeypatch: pytest.MonkeyPatch) -> None:
    """Of many sites those asked for last are kept ready, as many as have a number of pages; the others are known, too."""
    monkeypatch.setattr("cleaner.sites.memory.KEPT_PAGES", 45)
    memory = SiteMemory()
    for number, text in enumerate(pages_of(60)):
        memory.observe(text, site=f"site{number % 10}.example")
    for number in range(10):
        known = memory.knowledge(f"site{number}.example")
        assert known is not None
        assert known.size == 6
    assert list(memory._known) == [f"site{number}.example" for number in (7, 8, 9)]
    monkeypatch.setattr("cleaner.sites.memory.KEPT_PAGES", 1)
    assert memory.knowledge("site0.example") is not None
    assert list(memory._known) == ["site0.example"]


def test_missing_file(tmp_path: Path) -> None:
    """A file that does not exist is named, with the command that makes it."""
    with pytest.raises(SitesError, match=r"none\.sqlite: does not exist; learn it first"):
        SiteMemory(tmp_path / "none.sqlite")


@pytest.mark.parametrize("text", ["", "\n \n", "12\n--"])
def test_a_text_without_a_line_is_not_learned(text: str) -> None:
    """A text with nothing that can be compared is not learned, and its site is not known afterwards."""
    memory = SiteMemory()
    assert not memory.observe(text, site=SITE)
    assert not Cleaner(sites=memory).observe(text, site=SITE)
    assert memory.sites() == []
    assert memory.observe("Partager", site=SITE)


@pytest.mark.parametrize(
    ("text", "known", "message"),
    [
        (None, {}, "text must be a str, not NoneType; leave missing values out"),
        (b"Partager", {}, "text must be a str, not bytes; decode it"),
        ("Partager", {"site": 5}, "site must be a str or None, not int; convert it first, or leave it out"),
        ("Partager", {"url": 5}, "url must be a str or None, not int; convert it first, or leave it out"),
        ("Partager", {"url": b"https://a.example"}, "url must be a str or None, not bytes; decode it"),
        ("Partager", {"site": 5.0}, "site must be a str or None, not float; convert it first"),
    ],
)
def test_what_is_no_string(text: Any, known: dict[str, Any], message: str) -> None:
    """A text, a site or an address that is no string is refused with the way out, by learning and by cleaning."""
    memory = SiteMemory()
    cleaner = Cleaner(sites=memory)
    asked: list[Any] = [memory.observe, cleaner.observe, cleaner.clean, cleaner.clean_markdown, Cleaner().clean]
    if known:
        asked += [cleaner.clean_html, Cleaner().clean_html]
    for function in asked:
        with pytest.raises(TypeError, match=re.escape(message)):
            function(text, **known)
    if known:
        for many in (cleaner.clean_many, lambda documents: list(cleaner.stream(documents))):
            with pytest.raises(TypeError, match=re.escape(f"document 1: {message}")):
                many(["Partager", {"text": text, **known}])


def test_missing_names_are_none() -> None:
    """NaN, which tables have for missing values, is no site and no address."""
    missing: Any = float("nan")
    memory = filled()
    text = page_of(Random(99))
    assert not memory.observe(text, url=missing, site=missing)
    assert memory.observe(text, url=f"https://{SITE}/nan", site=missing)
    assert FOOT in Cleaner(sites=memory).clean(text, url=missing, site=missing).text
    assert FOOT not in Cleaner(sites=memory).clean(text, url=f"https://{SITE}/nan", site=missing).text


def test_a_closed_memory(tmp_path: Path) -> None:
    """A memory that was closed says so, and how to open it; what it has observed can still be saved."""
    path = tmp_path / "sites.sqlite"
    filled(5).save(path)
    memory = SiteMemory(path)
    memory.observe(page_of(Random(99)), url=f"https://{SITE}/more")
    memory.close()
    memory.close()
    message = re.escape(f"{path}: this memory was closed; open the file again with SiteMemory(path)")
    for ask in (
        memory.sites,
        lambda: memory.knowledge(SITE),
        lambda: memory.texts(SITE),
        lambda: memory.observe("Partager", site=SITE),
        lambda: Cleaner(sites=memory).clean("Partager", site=SITE),
    ):
        with pytest.raises(SitesError, match=message):
            ask()
    memory.save()
    assert SiteMemory(path).page_count(SITE) == 6
