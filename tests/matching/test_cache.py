"""The file of prepared patterns: it gives the same patterns, and is passed over when anything is wrong with it."""

from __future__ import annotations

import pickle
from collections.abc import Callable
from pathlib import Path

import pytest

from cleaner.matching.cache import (
    CACHE_VARIABLE,
    KEPT_FILES,
    dump_prepared,
    fingerprint_of,
    load_prepared,
    prepare,
    prepared,
)
from cleaner.matching.library import builtin_patterns, read_patterns
from cleaner.matching.pattern import PatternSet

TEXT = """\
format = 2
lang = "xx"

[[pattern]]
id = "xx.tags.label"
kind = "tags"
about = "The label of a list of tags."
regex = 'gloobers?: .{1,40}'
literals = ["gloober"]
must_match = ["Gloobers: a, b", "gloober: c"]
must_not_match = ["No gloobers here", "Gloo"]
"""
FILES = [("xx/tags.toml", TEXT.encode())]


@pytest.fixture
def cache(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """A cache folder of the test's own."""
    folder = tmp_path / "cache"
    monkeypatch.setenv(CACHE_VARIABLE, str(folder))
    return folder


@pytest.fixture
def read(tmp_path: Path) -> Callable[[], PatternSet]:
    """Reads the patterns again; counts how often in its attribute ``calls``."""
    folder = tmp_path / "patterns"
    folder.mkdir()
    (folder / "tags.toml").write_text(TEXT)
    calls: list[None] = []

    def reader() -> PatternSet:
        calls.append(None)
        return read_patterns(folder)

    reader.__dict__["calls"] = calls
    return reader


def _calls(read: Callable[[], PatternSet]) -> int:
    return len(read.__dict__["calls"])


def test_prepared_patterns_are_the_patterns() -> None:
    """All fields of all built-in patterns, their triggers, keys and expressions come through the file as they were."""
    patterns = builtin_patterns()
    loaded = load_prepared(dump_prepared(patterns, "x"), "x")
    assert loaded is not None
    assert loaded.patterns == patterns.patterns
    for one, other in zip(patterns.patterns, loaded.patterns, strict=True):
        assert (one.trigger, one.keys, one.expression) == (other.trigger, other.keys, other.expression)
        assert (one.must_match, one.must_not_match, one.file) == (other.must_match, other.must_not_match, other.file)


def test_file_is_made_once(cache: Path, read: Callable[[], PatternSet]) -> None:
    """The first use reads the patterns and keeps the file, the second uses it; other patterns have another file."""
    first = prepared(FILES, read)
    assert _calls(read) == 1
    assert prepared(FILES, read).patterns == first.patterns
    assert _calls(read) == 1
    prepared([("xx/tags.toml", TEXT.encode() + b"\n")], read)
    assert _calls(read) == 2
    assert len(list(cache.glob("patterns-*"))) == 2


@pytest.mark.parametrize("damage", ["cut", "flipped", "empty", "other", "no-json"])
def test_damaged_file_is_made_anew(cache: Path, read: Callable[[], PatternSet], damage: str) -> None:
    """A damaged file gives no error and no wrong pattern: the patterns are read, and the file is written again."""
    expected = prepared(FILES, read)
    (path,) = cache.glob("patterns-*")
    content = path.read_bytes()
    broken = {
        "cut": content[:-100],
        "flipped": content.replace(b"gloober", b"glooper", 1),
        "empty": b"",
        "other": content.replace(fingerprint_of(FILES).encode(), b"0" * 32),
        "no-json": b"{" * 100_000,
    }[damage]
    path.write_bytes(broken)
    assert prepared(FILES, read).patterns == expected.patterns
    assert _calls(read) == 2
    assert path.read_bytes() == content


def test_file_of_another_folding_is_passed_over(
    read: Callable[[], PatternSet], monkeypatch: pytest.MonkeyPatch
) -> None:
    """A file made where characters are folded or classed in another way is not used."""
    content = dump_prepared(prepare(read()), "x")
    assert load_prepared(content, "x") is not None
    monkeypatch.setattr("cleaner.matching.cache.fold", str.upper)
    assert load_prepared(content, "x") is None


def test_expressions_of_other_libraries_are_compiled_anew(
    read: Callable[[], PatternSet], monkeypatch: pytest.MonkeyPatch
) -> None:
    """The code of expressions is used where it was made by the very same library; it matches the same either way."""
    monkeypatch.setattr("cleaner.matching.cache.MAKER", "another")
    content = dump_prepared(prepare(read()), "x")
    spans = []
    for maker in ("another", "this"):
        monkeypatch.setattr("cleaner.matching.cache.MAKER", maker)
        loaded = load_prepared(content, "x")
        assert loaded is not None
        (pattern,) = loaded.patterns
        stored = pattern.__dict__["stored"]
        assert (stored.unpack().parts is None) == (maker == "this")
        spans.append([pattern.search(example) for example in pattern.must_match])
        assert pickle.loads(pickle.dumps(loaded)).patterns == loaded.patterns
    assert spans[0] == spans[1] == [(0, 14), (0, 10)]


def test_file_that_others_may_write_is_passed_over(cache: Path, read: Callable[[], PatternSet]) -> None:
    """A file, or a folder, that other users may write to is not trusted."""
    prepared(FILES, read)
    (path,) = cache.glob("patterns-*")
    path.chmod(0o666)
    prepared(FILES, read)
    assert _calls(read) == 2
    cache.chmod(0o777)
    prepared(FILES, read)
    assert _calls(read) == 3


@pytest.mark.parametrize("value", ["", "/dev/null/nowhere", "/proc/nowhere"])
def test_no_place_to_keep_it_is_no_error(
    value: str, monkeypatch: pytest.MonkeyPatch, read: Callable[[], PatternSet]
) -> None:
    """Without a folder to keep the file in, or with one that cannot be written, the patterns are read each time."""
    monkeypatch.setenv(CACHE_VARIABLE, value)
    assert len(prepared(FILES, read)) == 1
    assert len(prepared(FILES, read)) == 1
    assert _calls(read) == 2


def test_old_files_are_removed(cache: Path, read: Callable[[], PatternSet]) -> None:
    """Only the newest files are kept, and nothing else is left behind."""
    for number in range(KEPT_FILES + 3):
        prepared([("xx/tags.toml", f"# {number}".encode())], read)
    assert len(list(cache.glob("patterns-*"))) == KEPT_FILES
    assert {path.name.partition("-")[0] for path in cache.iterdir()} == {"patterns", "proved"}


def test_fingerprint_tells_names_and_contents_apart() -> None:
    """Each name and each byte counts, and so does where one file ends and the next begins."""
    lists = [[("a", b"b")], [("a", b"c")], [("b", b"b")], [("a", b""), ("b", b"")], [("a", b"\0b\0")]]
    assert len({fingerprint_of(files) for files in lists}) == len(lists)
