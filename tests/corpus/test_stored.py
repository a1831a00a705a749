"""Removals that earlier runs wrote are found again by document, in files of any size and with any names."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import pytest

from cleaner.corpus.batch import stored
from cleaner.corpus.batch.differences import Removed
from cleaner.corpus.batch.stored import StoredDocument, StoredRemovals, store_removals
from cleaner.errors import InputError, OutputError
from cleaner.report.records import removal_record, to_json
from cleaner.result import Kind, Removal

NAMES = ["b.txt", "a.txt", "caf\u00e9.txt", "\udcff.txt", "crawl.jsonl"]


def _line(name: str, start: int, text: str, **given: Any) -> bytes:
    removal = Removal(start, start + len(text), Kind.TAGS, 1.0, (), text)
    return to_json(removal_record(name, removal, **given)) + b"\n"


def _stored(folder: Path, *lines: bytes) -> StoredRemovals:
    path = folder / "removed.jsonl"
    path.write_bytes(b"".join(lines))
    store_removals(path, folder / "stored.sqlite")
    return StoredRemovals(folder / "stored.sqlite")


def test_documents_are_found_by_name_and_line(tmp_path: Path) -> None:
    """Each document has its own removals, in order, with the id of its record; one without any has none."""
    lines = [_line(name, start, "Tags\udcff") for name in NAMES[:-1] for start in (0, 9)]
    lines += [_line("crawl.jsonl", 3, "One", line=number, record_id={"n": number}) for number in (2, 10)]
    with _stored(tmp_path, *lines) as found:
        assert len(found) == 6
        assert found.find("caf\u00e9.txt", None) == StoredDocument(
            "caf\u00e9.txt", None, None, (Removed(0, 5, "tags", "Tags\udcff"), Removed(9, 14, "tags", "Tags\udcff"))
        )
        assert found.find("\udcff.txt", None) is not None
        assert found.find("crawl.jsonl", 10) == StoredDocument(
            "crawl.jsonl", 10, {"n": 10}, (Removed(3, 6, "tags", "One"),)
        )
        assert (found.find("crawl.jsonl", 3), found.find("crawl.jsonl", None), found.find("a", 2)) == (None, None, None)


def test_documents_are_given_by_name_and_line(tmp_path: Path) -> None:
    """All documents come in the order of their keys, lines as numbers, so that two files can be merged."""
    lines = [_line("crawl.jsonl", 0, "One", line=number) for number in (1, 2, 10)]
    lines += [_line(name, 0, "One") for name in NAMES[:-1]]
    with _stored(tmp_path, *lines) as found:
        keys = [one.key for one in found]
        labels = [(one.name, one.line) for one in found]
    assert keys == sorted(keys)
    assert labels[2:6] == [("caf\u00e9.txt", None), ("crawl.jsonl", 1), ("crawl.jsonl", 2), ("crawl.jsonl", 10)]


@pytest.mark.parametrize("size", [1, 2, 7, 100])
def test_lines_may_cross_blocks(size: int, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """The size of blocks that are read makes no difference, nor does a missing line end."""
    monkeypatch.setattr("cleaner.corpus.records.streams.BLOCK_BYTES", size)
    lines = [_line("a.txt", 0, "One"), _line("b.txt", 0, "Two"), _line("c.txt", 4, "Three").rstrip(b"\n")]
    with _stored(tmp_path, *lines) as found:
        assert [one.name for one in found] == ["a.txt", "b.txt", "c.txt"]


def test_endless_line_is_refused(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """A line that is too long for a removal is refused before it is held in memory as a whole."""
    monkeypatch.setattr(stored, "_MAX_LINE", 1000)
    monkeypatch.setattr("cleaner.corpus.records.streams.BLOCK_BYTES", 100)
    with pytest.raises(InputError, match="line 2: is too long for a removal"):
        _stored(tmp_path, _line("a.txt", 0, "One"), json.dumps("x" * 5000).encode())


def test_folder_that_cannot_be_written_is_an_error(tmp_path: Path) -> None:
    """Where the file of removals cannot be kept, the error names the way out."""
    (tmp_path / "removed.jsonl").write_bytes(_line("a.txt", 0, "One"))
    with pytest.raises(OutputError, match="name another folder in TMPDIR"):
        store_removals(tmp_path / "removed.jsonl", tmp_path / "none" / "stored.sqlite")
