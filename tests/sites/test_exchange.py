from __future__ import annotations

import json
from collections.abc import Callable
from pathlib import Path
from random import Random
from typing import Any

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from cleaner.errors import SitesError
from cleaner.sites.exchange import MAX_BYTES, export_lines, import_sites
from cleaner.sites.pages import learn_text
from cleaner.sites.store import SiteStore
from tests.site_pages import FOOT, pages_of


def learn(path: Path, numbers: list[int], texts: list[str]) -> Path:
    """A file that has learned some of the pages of two sites."""
    with SiteStore(path, "write") as store:
        for number in numbers:
            site = f"site{number % 2}.example"
            page, lines = learn_text(texts[number], f"{site}/{number}")
            store.update(site, [page], lines)
    return path


def exported(path: Path) -> list[bytes]:
    """The lines of the export of a whole file."""
    with SiteStore(path, "read") as store:
        return list(export_lines(store, store.sites()))


def imported(path: Path, lines: list[bytes]) -> Path:
    """A file that has read an export in."""
    with SiteStore(path, "write") as store:
        store.update_all(import_sites("sites.jsonl", lines))
    return path


def test_an_export_read_in_says_the_same(tmp_path: Path) -> None:
    """A file that reads an export in gives the same export, whatever the order of its lines below the head."""
    lines = exported(learn(tmp_path / "a.sqlite", list(range(20)), pages_of(20)))
    assert exported(imported(tmp_path / "b.sqlite", lines)) == lines
    assert exported(imported(tmp_path / "c.sqlite", [lines[0], *sorted(lines[1:], reverse=True)])) == lines


def test_an_export_can_be_read(tmp_path: Path) -> None:
    """The head names format and version; a line has its text, pages, share and place; hashes are strings."""
    head, first, *_, page = map(json.loads, exported(learn(tmp_path / "a.sqlite", list(range(20)), pages_of(20))))
    assert head == {"format": "news-cleaner sites", "version": 1}
    assert set(first) == {"site", "line", "text", "pages", "share", "place"}
    assert (first["pages"], first["share"]) == (10, 1.0)
    assert set(page) == {"site", "page", "version", "lines", "shapes", "words", "sentences"}
    assert all(len(one) == 16 for one in (first["line"], page["page"], *page["lines"].split()))


def test_an_export_has_no_article(tmp_path: Path) -> None:
    """What stands on one page only is in no export, nor is an address."""
    texts = pages_of(20)
    written = b"".join(exported(learn(tmp_path / "a.sqlite", list(range(20)), texts))).decode()
    assert FOOT.lower() in written
    assert not any(line.lower() in written for text in texts for line in text.splitlines() if line.endswith("."))
    assert "site0.example/" not in written


@settings(max_examples=25, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(random=st.randoms(use_true_random=False), overlap=st.integers(0, 5))
def test_merging_is_learning_together(random: Random, overlap: int, tmp_path_factory: pytest.TempPathFactory) -> None:
    """Two files with any parts of some pages, put together, say what one says that learned all of them."""
    folder, numbers, texts = tmp_path_factory.mktemp("merge"), list(range(40)), pages_of(40)
    # A line that stands on three pages of a site.
    for number in random.sample(numbers[::2], 3):
        texts[number] += "\nRead the letter of the harbour master"
    random.shuffle(numbers)
    cut = random.randint(overlap, 40)
    one, other = (
        learn(folder / name, part, texts) for name, part in (("a", numbers[:cut]), ("b", numbers[cut - overlap :]))
    )
    whole = exported(learn(folder / "whole", sorted(numbers), texts))
    both = folder / "both"
    with SiteStore(both, "write") as made, SiteStore(one, "read") as first, SiteStore(other, "read") as second:
        for store in random.sample([first, second], 2):
            made.update_all((site, store.pages(site), store.texts(site)) for site in store.sites())
    assert exported(both) == whole


def _changed(name: str, value: Any) -> Callable[[dict[str, Any]], dict[str, Any]]:
    return lambda record: {**record, name: value}


@pytest.mark.parametrize(
    ("change", "message"),
    [
        (_changed("site", 3), "site: is not the name of a site"),
        (_changed("site", "https://u:p@site1.example/"), "site: is not the name of a site"),
        (_changed("page", 12), "page: is not made of hashes"),
        (_changed("page", "12"), "page: is not made of hashes"),
        (_changed("page", ""), "page: has 0 values, not 1"),
        (_changed("lines", "0123456789abcdef"), "shapes: has "),
        (_changed("lines", " ".join(["0123456789abcdef"] * 1001)), "lines: are 1001, but a page has at most 1000"),
        (_changed("paths", "0123456789abcdef"), "paths: has 1 values"),
        (_changed("words", [1]), "words: has 1 values"),
        (_changed("words", [1e400]), "words: is not a list of numbers from 0 to 127"),
        (_changed("words", 3), "words: is not a list"),
        (_changed("page", "-"), "page: has a hyphen instead of a hash"),
        (_changed("version", "-"), "version: is not that of this page"),
        (_changed("version", "0123456789abcdef"), "version: is not that of this page"),
        (lambda record: {**record, "lines": "-" + record["lines"][16:]}, "lines: has a hyphen instead of a hash"),
        (lambda record: {**record, "lines": "0" * 16 + record["lines"][16:]}, "lines: has a hyphen instead of a hash"),
        (lambda record: {**record, "lines": "1" * 16 + record["lines"][16:]}, "version: is not that of this page"),
        (lambda record: {**record, "words": [1] * len(record["words"])}, "version: is not that of this page"),
        (lambda record: {**record, "paths": record["lines"]}, "version: is not that of this page"),
        (_changed("sentences", [2]), "sentences: is not a list of numbers from 0 to 1"),
        (lambda _: [], "is not a JSON object"),
    ],
)
def test_damaged_records(tmp_path: Path, change: Callable[[Any], Any], message: str) -> None:
    """A record that cannot be as it is has an error with file, line and fix, and nothing is read in."""
    lines = exported(learn(tmp_path / "a.sqlite", list(range(20)), pages_of(20)))
    lines[-1] = json.dumps(change(json.loads(lines[-1]))).encode()
    with SiteStore(tmp_path / "b.sqlite", "write") as store:
        with pytest.raises(SitesError) as caught:
            store.update_all(import_sites("sites.jsonl", lines))
        assert str(caught.value).startswith(f"sites.jsonl: line {len(lines)}: {message}")
        assert ";" in str(caught.value)
        assert store.sites() == []


@pytest.mark.parametrize(
    ("name", "value", "message"),
    [
        ("text", "another line", "text: is not the one that the line had"),
        ("text", 3, "text: is not a string"),
        ("line", "-", "line: has a hyphen instead of a hash"),
    ],
)
def test_damaged_repeated_lines(tmp_path: Path, name: str, value: Any, message: str) -> None:
    """A text that does not belong to its hash is told with file and line, and nothing is read in."""
    lines = exported(learn(tmp_path / "a.sqlite", list(range(20)), pages_of(20)))
    lines[1] = json.dumps({**json.loads(lines[1]), name: value}).encode()
    with SiteStore(tmp_path / "b.sqlite", "write") as store:
        with pytest.raises(SitesError) as caught:
            store.update_all(import_sites("sites.jsonl", lines))
        assert str(caught.value).startswith(f"sites.jsonl: line 2: {message}")
        assert store.sites() == []


def test_a_byte_order_mark(tmp_path: Path) -> None:
    """A mark before the first line, as some editors write it, changes nothing; before another one it is told."""
    lines = exported(learn(tmp_path / "a.sqlite", list(range(20)), pages_of(20)))
    mark = b"\xef\xbb\xbf"
    assert exported(imported(tmp_path / "b.sqlite", [mark + lines[0], *lines[1:]])) == lines
    with pytest.raises(SitesError, match="line 2: begins with a byte order mark; export it again"):
        list(import_sites("sites.jsonl", [lines[0], mark + lines[1]]))


def test_a_line_that_is_no_valid_unicode(tmp_path: Path) -> None:
    """A repeated line with half a surrogate pair is exported by its hash only, so that the export can be read in."""
    texts = [f"{text}\nThe gull \ud800 of the harbour" for text in pages_of(20)]
    lines = exported(learn(tmp_path / "a.sqlite", list(range(20)), texts))
    assert sum(json.loads(line).get("text", "") is None for line in lines) == 2
    assert exported(imported(tmp_path / "b.sqlite", lines)) == lines


@pytest.mark.parametrize(
    ("line", "message"),
    [
        (b"", "line 1: is missing"),
        (b"\xff\n", "line 1: is not UTF-8"),
        (b"{\n", "line 1: is not valid JSON"),
        (b'{"text": "a page"}\n', "line 1: is not the head of an export"),
        (b'{"format": "news-cleaner sites", "version": 2}\n', "line 1: has version 2 of the format"),
        (b'{"a": "' + b"x" * MAX_BYTES, f"line 1: has more than {MAX_BYTES} bytes"),
        (b"[" * 100_000, "line 1: has too many brackets inside each other; export it again"),
        (b'{"format": ' + b"1" * 5_000 + b"}", "line 1: has a number of too many digits; export it again"),
        (b'{"format": "news-cleaner sites", "version": true}\n', "line 1: version: is not a number"),
        (b'\xef\xbb\xbf\xef\xbb\xbf{"format": "news-cleaner sites", "version": 1}\n', "line 1: begins with a byte"),
    ],
)
def test_files_that_are_no_export(line: bytes, message: str) -> None:
    """What is no export is refused with its first line."""
    with pytest.raises(SitesError) as caught:
        list(import_sites("sites.jsonl", [line] if line else []))
    assert message in str(caught.value)
