from __future__ import annotations

import os
import shutil
import sqlite3
import subprocess
import sys
from pathlib import Path

import pytest

from cleaner.errors import SitesError
from cleaner.sites.pages import PAGES_PER_SITE, learn_text
from cleaner.sites.store import SCHEMA, SiteStore
from tests.site_pages import pages_of

SITE = "gazette.example"


def filled(path: Path, count: int = 6) -> Path:
    """A file with some pages of a site."""
    with SiteStore(path, "write") as store:
        for number, text in enumerate(pages_of(count)):
            page, texts = learn_text(text, f"{SITE}/{number}")
            store.update(SITE, [page], texts)
    return path


def read_all(path: Path) -> None:
    """Read everything that a file has."""
    with SiteStore(path, "read") as store:
        for site in store.sites():
            store.pages(site)
            store.texts(site)
        store.fingerprint()


def refused(path: Path, mode: str = "read") -> str:
    """Why a file is refused."""
    with pytest.raises(SitesError) as caught:
        SiteStore(path, mode)  # type: ignore[arg-type]
    return str(caught.value)


@pytest.mark.parametrize("mode", ["read", "write"])
def test_foreign_files_are_left_alone(tmp_path: Path, mode: str) -> None:
    """A text, another database, and one with a write-ahead log are refused, and neither changed nor joined by files."""
    text, other = tmp_path / "page.txt", tmp_path / "other.sqlite"
    text.write_text("The ferry sails again.\n" * 10)
    with sqlite3.connect(other) as database:
        database.execute("PRAGMA journal_mode = WAL")
        database.execute("CREATE TABLE sites (id INTEGER PRIMARY KEY, name TEXT)")
    database.close()
    for path in (text, other):
        before = path.read_bytes()
        assert refused(path, mode) == f"{path}: is no site memory; give another file"
        assert path.read_bytes() == before
    assert {path.name for path in tmp_path.iterdir()} == {"page.txt", "other.sqlite"}


def test_a_newer_version_is_refused(tmp_path: Path) -> None:
    """A file with newer tables is not read and not written to; the message says what to update."""
    path = filled(tmp_path / "sites.sqlite")
    with sqlite3.connect(path) as database:
        database.execute(f"PRAGMA user_version = {SCHEMA + 1}")
    database.close()
    for mode in ("read", "write"):
        assert "was written by a newer version (tables of version 2); update news-cleaner" in refused(path, mode)


def test_an_incomplete_file_is_refused(tmp_path: Path) -> None:
    """A file without one of its tables is damaged."""
    path = filled(tmp_path / "sites.sqlite")
    with sqlite3.connect(path) as database:
        database.execute("DROP TABLE texts")
    database.close()
    assert refused(path).endswith("is damaged: its table texts is incomplete; learn it again")


def test_damage_is_told(tmp_path: Path) -> None:
    """A file whose pages are overwritten with rubbish, or cut off, gives an error that names it, and is not changed."""
    path = filled(tmp_path / "sites.sqlite", 60)
    whole = path.read_bytes()
    for harmed in (whole[:4096] + os.urandom(len(whole) - 4096), whole[: len(whole) // 2]):
        path.write_bytes(harmed)
        with pytest.raises(SitesError, match=r"sites\.sqlite: (is damaged|is no site memory)"):
            read_all(path)
        assert path.read_bytes() == harmed


def test_damaged_pages_are_told(tmp_path: Path) -> None:
    """A page that is no page is damage, not an error of the program."""
    path = filled(tmp_path / "sites.sqlite")
    with sqlite3.connect(path) as database:
        database.execute("UPDATE pages SET lines = x'0102'")
    database.close()
    with SiteStore(path, "read") as store, pytest.raises(SitesError, match="is damaged: a page ends too early"):
        store.pages(SITE)


def test_reading_leaves_no_files(tmp_path: Path) -> None:
    """Neither writing nor reading leaves the files of a write-ahead log behind, nor has a reader any while it reads."""
    path = filled(tmp_path / "sites.sqlite")
    with SiteStore(path, "read") as store:
        assert store.sites() == [SITE]
        assert [one.name for one in tmp_path.iterdir()] == ["sites.sqlite"]
    assert [one.name for one in tmp_path.iterdir()] == ["sites.sqlite"]


def test_a_reader_sees_what_is_written_meanwhile(tmp_path: Path) -> None:
    """A reader that has the file open reads between the transactions of a writer, and notices that there were some."""
    path = filled(tmp_path / "sites.sqlite")
    page, texts = learn_text("Menu\nPartager", "other.example/1")
    with SiteStore(path, "read") as reader:
        before = reader.changes()
        with SiteStore(path, "write") as writer:
            writer.update("other.example", [page], texts)
            assert reader.sites() == [SITE, "other.example"]
        assert reader.changes() != before
        assert reader.page_count("other.example") == 1
    assert [one.name for one in tmp_path.iterdir()] == ["sites.sqlite"]


@pytest.mark.skipif(os.geteuid() == 0 and shutil.which("setpriv") is None, reason="root may write everything")
def test_read_only_file_and_folder(tmp_path: Path) -> None:
    """A file in a folder that cannot be written to is read; to write to it is refused with what to do."""
    folder = tmp_path / "fixed"
    folder.mkdir()
    path = filled(folder / "sites.sqlite")
    path.chmod(0o444)
    folder.chmod(0o555)
    program = (
        "import sys; from pathlib import Path; from cleaner.sites.store import SiteStore; from cleaner import SitesError\n"
        "store = SiteStore(Path(sys.argv[1]), 'read'); print(store.sites(), len(store.pages('gazette.example'))); store.close()\n"
        "for path in (Path(sys.argv[1]), Path(sys.argv[1]).with_name('new.sqlite')):\n"
        "    try: SiteStore(path, 'write').update('b', [], {}); print('written')\n"
        "    except SitesError as error: print(error)\n"
    )
    as_others = ["setpriv", "--bounding-set", "-dac_override"] if os.geteuid() == 0 else []
    done = subprocess.run(
        [*as_others, sys.executable, "-c", program, str(path)], capture_output=True, text=True, check=False
    )
    folder.chmod(0o755)
    assert done.stderr == ""
    read, *written = done.stdout.splitlines()
    assert read == f"['{SITE}'] 6"
    assert [line.partition(": ")[2].partition(";")[0] for line in written] == ["cannot be written to"] * 2


@pytest.mark.parametrize("name", ["none/sites.sqlite", "."])
def test_no_place_for_a_file(tmp_path: Path, name: str) -> None:
    """A folder, and a file in a folder that does not exist, cannot be written."""
    assert "is not a file in an existing folder" in refused(tmp_path / name, "write")


def test_an_update_is_whole_or_not_at_all(tmp_path: Path) -> None:
    """An update that fails in the middle leaves the file as it was."""
    path = filled(tmp_path / "sites.sqlite")
    page, texts = learn_text("Menu\nPartager", "other.example/1")

    def sites() -> object:
        yield "other.example", [page], texts
        raise OSError("gone")

    with SiteStore(path, "write") as store:
        before = store.fingerprint()
        with pytest.raises(SitesError):
            store.update_all(sites())  # type: ignore[arg-type]
        assert (store.sites(), store.fingerprint()) == ([SITE], before)


def test_texts_follow_what_is_repeated(tmp_path: Path) -> None:
    """The text of a line is kept from its second page on; where pages are pushed out it goes again."""
    path = tmp_path / "sites.sqlite"
    pages = sorted(
        (
            learn_text(f"Menu\n{'Once' if number else 'Rare'} {'x' * number}", f"{SITE}/{number}")
            for number in range(400)
        ),
        key=lambda one: -one[0].key,
    )
    with SiteStore(path, "write") as store:
        for page, texts in pages[:1]:
            store.update(SITE, [page], texts)
        assert store.texts(SITE) == {}
        for page, texts in pages[1:]:
            store.update(SITE, [page], texts)
        assert list(store.texts(SITE).values()) == ["menu"]
        assert store.page_count(SITE) == PAGES_PER_SITE
        assert sorted(store.keys(SITE)) == sorted(page.key for page, _ in pages)[:PAGES_PER_SITE]


def test_lone_surrogates_are_stored(tmp_path: Path) -> None:
    """A line with a lone surrogate, as JSON may hold, is learned; its text is kept without it."""
    with SiteStore(tmp_path / "sites.sqlite", "write") as store:
        for number in range(2):
            page, texts = learn_text(f"Menu \ud800\nText {'x' * number}", f"{SITE}/{number}")
            store.update(SITE, [page], texts)
        assert list(store.texts(SITE).values()) == ["menu ?"]


def test_forgotten_sites_are_gone(tmp_path: Path) -> None:
    """A site that is forgotten is no longer there, not even in unused parts of the file; another one stays."""
    path = filled(tmp_path / "sites.sqlite")
    with SiteStore(path, "write") as store:
        page, texts = learn_text("Menu\nPartager", "other.example/1")
        store.update("other.example", [page], texts)
        assert store.forget(SITE)
        assert not store.forget(SITE)
        assert store.sites() == ["other.example"]
    data = path.read_bytes()
    assert b"front page" not in data
    assert SITE.encode() not in data


WRITER = """
import sys
from pathlib import Path
from cleaner.sites.pages import learn_text
from cleaner.sites.store import SiteStore
path, own = Path(sys.argv[1]), sys.argv[2]
for number in range(25):
    with SiteStore(path, "write") as store:
        for site in ("shared.example", own):
            page, texts = learn_text(f"Menu\\nText of {own} {'x' * number}", f"{site}/{own}{number}")
            store.update(site, [page], texts)
"""


def test_two_writers_at_once(tmp_path: Path) -> None:
    """Of processes that create and write one file at the same time each waits for the others, and nothing is lost."""
    path = tmp_path / "sites.sqlite"
    running = [
        subprocess.Popen([sys.executable, "-c", WRITER, str(path), f"own{number}.example"], stderr=subprocess.PIPE)
        for number in range(3)
    ]
    ends = [(process.communicate()[1].decode(), process.returncode) for process in running]
    assert ends == [("", 0)] * 3
    with SiteStore(path, "read") as store:
        assert [store.page_count(site) for site in store.sites()] == [25, 25, 25, 75]
