from __future__ import annotations

import os
import signal
import subprocess
import sys
import time
from pathlib import Path
from random import Random

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from cleaner.api import learn_document
from cleaner.sites import learning
from cleaner.sites.exchange import export_lines
from cleaner.sites.learning import Learner, WantedPages
from cleaner.sites.pages import PAGES_PER_SITE, LearnedPage, learn_text
from cleaner.sites.store import SiteStore
from tests.site_pages import page_of, pages_of

Lesson = tuple[str, LearnedPage, dict[int, str]]


def lessons(count: int, sites: int = 3) -> list[Lesson]:
    """Pages of several sites, some of which are learned twice."""
    made = []
    for number, text in enumerate(pages_of(count)):
        site = f"site{number % sites}.example"
        made.append((site, *learn_text(text, f"{site}/{number % 50}")))
    return made


def exported(path: Path) -> bytes:
    """What a file says, in the form of an export."""
    with SiteStore(path, "read") as store:
        return b"".join(export_lines(store, store.sites()))


def learn(path: Path, given_lessons: list[Lesson], budget: int = learning.BUDGET) -> bytes:
    """What a file says that learns some pages."""
    with SiteStore(path, "write") as store, Learner(store, budget) as learner:
        for site, page, texts in given_lessons:
            learner.learn(site, [page], texts)
    return exported(path)


@settings(max_examples=25, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(random=st.randoms(use_true_random=False), budget=st.sampled_from([1, 20_000, learning.BUDGET]))
def test_order_and_budget_change_nothing(random: Random, budget: int, tmp_path_factory: pytest.TempPathFactory) -> None:
    """In whatever order pages come, and however often they are written, the file says the same."""
    pages = lessons(60)
    folder = tmp_path_factory.mktemp("order")
    expected = learn(folder / "one.sqlite", pages)
    random.shuffle(pages)
    assert learn(folder / "other.sqlite", pages, budget) == expected


def test_learning_again_changes_nothing(tmp_path: Path) -> None:
    """A file that learns the same pages once more says the same."""
    pages, path = lessons(40), tmp_path / "sites.sqlite"
    assert learn(path, pages) == learn(path, pages)


def test_what_waits_is_bounded(tmp_path: Path) -> None:
    """Pages that will not be kept do not wait, and the size of what waits is that of the budget at most."""
    random = Random(7)
    with SiteStore(tmp_path / "sites.sqlite", "write") as store, Learner(store, 200_000) as learner:
        for number in range(1500):
            page, texts = learn_text(page_of(random), f"a.example/{number}")
            learner.learn("a.example", [page], texts)
            waiting = learner._waiting.get("a.example")
            assert learner._size <= 200_000
            assert waiting is None or len(waiting.pages) <= 2 * PAGES_PER_SITE
        learner.flush()
        assert learner._size == 0
        assert store.page_count("a.example") == PAGES_PER_SITE


def test_a_site_with_very_many_lines(tmp_path: Path) -> None:
    """A site whose every line is another one leaves a file of bounded size, without any text."""
    path = tmp_path / "sites.sqlite"
    random = Random(3)
    sizes = []
    for _ in range(2):
        with SiteStore(path, "write") as store, Learner(store) as learner:
            for _ in range(600):
                text = "\n".join(f"line{random.getrandbits(60):x}" for _ in range(40))
                page, texts = learn_text(text)
                learner.learn("a.example", [page], texts)
            learner.flush()
            assert store.texts("a.example") == {}
        sizes.append(path.stat().st_size)
    assert sizes[1] < 1.1 * sizes[0]


def test_an_error_writes_nothing_more(tmp_path: Path) -> None:
    """What waits when an error ends the learning is not written."""
    path = tmp_path / "sites.sqlite"
    page, texts = learn_text("Menu\nPartager")

    def learn_and_fail() -> None:
        with SiteStore(path, "write") as store, Learner(store) as learner:
            learner.learn("a.example", [page], texts)
            raise KeyboardInterrupt

    with pytest.raises(KeyboardInterrupt):
        learn_and_fail()
    with SiteStore(path, "read") as store:
        assert store.sites() == []


def test_wanted_pages_are_those_that_are_kept() -> None:
    """A page is not wanted only if as many others of its site with smaller keys were seen; one is wanted twice."""
    wanted = WantedPages()
    keys = [Random(number).getrandbits(64) for number in range(PAGES_PER_SITE * 3)]
    said = [wanted.is_wanted("a.example", key) for key in keys]
    smallest = set(sorted(keys)[:PAGES_PER_SITE])
    assert all(is_wanted for key, is_wanted in zip(keys, said, strict=True) if key in smallest)
    assert said.count(True) < len(keys)
    assert all(wanted.is_wanted("a.example", key) for key in smallest)
    assert not wanted.is_wanted("a.example", max(keys))
    assert wanted.is_wanted("b.example", max(keys))


def test_wanted_pages_of_a_file(tmp_path: Path) -> None:
    """A file that has all pages of a site wants none with larger keys, and knows of no other site."""
    path = tmp_path / "sites.sqlite"
    learn(path, [("a.example", *learn_text(text)) for text in pages_of(PAGES_PER_SITE)])
    wanted = WantedPages(path)
    assert not wanted.is_wanted("a.example", (1 << 64) - 1)
    assert wanted.is_wanted("a.example", 0)
    assert wanted.is_wanted("b.example", (1 << 64) - 1)


def test_known_sites_are_bounded(monkeypatch: pytest.MonkeyPatch) -> None:
    """Of very many sites only those seen last are kept in mind."""
    monkeypatch.setattr(learning, "KEPT_SITES", 10)
    wanted = WantedPages()
    for number in range(50):
        wanted.is_wanted(f"site{number}.example", number)
    assert list(wanted._keys) == [f"site{number}.example" for number in range(40, 50)]


LEARNER = """
import sys
from pathlib import Path
from random import Random
from cleaner.sites.learning import Learner
from cleaner.sites.pages import learn_text
from cleaner.sites.store import SiteStore
from tests.site_pages import page_of
random = Random(1)
with SiteStore(Path(sys.argv[1]), "write") as store, Learner(store, 20_000) as learner:
    for number in range(int(sys.argv[2])):
        page, texts = learn_text(page_of(random), f"a.example/{number}")
        learner.learn("a.example", [page], texts)
        if number == 150:
            print("far", flush=True)
"""


def test_a_killed_learner(tmp_path: Path) -> None:
    """A learner that is killed leaves a file that can be read; learning again completes it."""
    path = tmp_path / "sites.sqlite"
    killed = subprocess.Popen([sys.executable, "-c", LEARNER, str(path), "100000"], stdout=subprocess.PIPE)
    assert killed.stdout is not None
    killed.stdout.readline()
    time.sleep(0.05)
    os.kill(killed.pid, signal.SIGKILL)
    killed.communicate()
    assert killed.returncode == -signal.SIGKILL
    with SiteStore(path, "read") as store:
        assert 0 < store.page_count("a.example") <= PAGES_PER_SITE
    for file in (path, tmp_path / "whole.sqlite"):
        subprocess.run([sys.executable, "-c", LEARNER, str(file), "3000"], check=True, stdout=subprocess.DEVNULL)
    with SiteStore(path, "read") as one, SiteStore(tmp_path / "whole.sqlite", "read") as other:
        assert max(one.keys("a.example")) <= max(other.keys("a.example"))
        assert one.page_count("a.example") == PAGES_PER_SITE


def test_a_killed_learner_is_completed(tmp_path: Path) -> None:
    """A file that has learned a part of some pages, and then learns all of them, says what one says that learned once."""
    pages = lessons(60)
    part = tmp_path / "part.sqlite"
    learn(part, pages[:25])
    assert learn(part, pages) == learn(tmp_path / "whole.sqlite", pages)


# --- kinds of documents ----------------------------------------------------------------------------------


def learned(document: str | dict[str, object], url: str | None = None) -> tuple[LearnedPage, dict[int, str]]:
    """The page of a document of a site, and its lines."""
    found = learn_document(document, url=url, site="a.example")
    assert found is not None
    return found[1:]


def test_markdown_is_learned_as_it_is_seen() -> None:
    """Of Markdown the visible text is learned; the page is known by its source, as cleaning knows it."""
    source = "# The *ferry*\n\n[Menu](/m)\n"
    page, texts = learned({"markdown": source})
    assert [texts[line] for line in page.exact.tolist()] == ["the ferry", "menu"]
    assert page.key == learn_text(source)[0].key != learn_text("The ferry\n\nMenu")[0].key


def test_pages_of_html_are_learned_by_blocks() -> None:
    """Each block of a page of HTML is a line, whether it comes as bytes or as a string."""
    markup = "<nav><a href='/'>Front page</a></nav><p>The <b>ferry</b> sails.</p>"
    page, texts = learned({"html": markup.encode()}, "https://a.example/1")
    assert [texts[line] for line in page.exact.tolist()] == ["front page", "the ferry sails."]
    assert page.key == learned({"html": markup}, "http://a.example/1#x")[0].key


def test_bytes_are_no_text() -> None:
    """A text as bytes is refused, as its encoding is not known."""
    with pytest.raises(TypeError, match="text must be a str, not bytes; decode it"):
        learned({"text": b"Menu"})
