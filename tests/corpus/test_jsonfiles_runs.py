"""Runs over JSON files: no option needed, failures, several processes, resuming, damage, memory."""

from __future__ import annotations

import json
import tracemalloc
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from cleaner.corpus.records import Source, jsonfiles, split_endings
from cleaner.corpus.records.chunks import Fields, Item, Limits, Place, RawChunk
from cleaner.corpus.records.jsonfiles import read_chunks
from cleaner.corpus.records.streams import compress, read_all
from tests.running import ARTICLE, NOISE, PAGE, USAGE, Run


def _array(text: str = PAGE, **last: Any) -> bytes:
    return json.dumps([{"id": number, "text": text} for number in range(3)] + [last] * bool(last), indent=1).encode()


def test_array_needs_no_option(tmp_path: Path, run: Run) -> None:
    """An array is cleaned as it is named, removals tell the element, and cleaning again changes nothing."""
    path, removed = tmp_path / "pages.json", tmp_path / "removed.jsonl"
    path.write_bytes(_array())
    outcome = run(path, "--removed", removed)
    assert (outcome.status, outcome.out) == (0, _array(ARTICLE))
    removals = [json.loads(line) for line in removed.read_text("utf-8").splitlines()]
    assert [(one["line"], one["id"], one["text"]) for one in removals] == [(1, 0, NOISE), (2, 1, NOISE), (3, 2, NOISE)]
    assert all(PAGE[one["start"] : one["end"]] == one["text"] for one in removals)
    assert run("--format", "json", "-q", stdin=_array(ARTICLE)).out == _array(ARTICLE)


def test_failures_of_an_array_are_listed(tmp_path: Path, run: Run) -> None:
    """An element that fails is in the list of failures, and what is written is an array without it."""
    path = tmp_path / "a.json"
    path.write_bytes(_array(x=1))
    assert run(path, "-o", tmp_path / "b.json", "-q").status == 1
    (failure,) = map(json.loads, (tmp_path / "b.json.errors.jsonl").read_text("utf-8").splitlines())
    assert (failure["line"], failure["reason"]) == (4, "the field 'text' is missing; the record has x")
    assert json.loads(failure["raw"]) == {"x": 1}
    assert (tmp_path / "b.json").read_bytes() == _array(ARTICLE)
    assert run(path, "-o", tmp_path / "b.jsonl", "-q").status == 1
    lines = (tmp_path / "b.jsonl").read_text("utf-8").splitlines()
    assert [json.loads(line) for line in lines] == json.loads(_array(ARTICLE))
    assert run(path, "--in-place", "-q").status == 1
    assert path.read_bytes() == _array(x=1)


def test_stopped_run_over_arrays_is_resumed(tmp_path: Path, run: Run, stop_after: Callable[[int], None]) -> None:
    """A run over a folder of arrays goes on in the next one, and its own checkpoint is none of them."""
    folder = tmp_path / "in"
    folder.mkdir()
    for name in ("a.json", "b.json", "c.json"):
        (folder / name).write_bytes(_array())
    (folder / "x.checkpoint.json").write_bytes(b"{}")
    stop_after(1000)
    run(folder, "-o", tmp_path / "whole", "-q", jobs=2)
    stop_after(2)
    assert run(folder, "-o", tmp_path / "out", "-q").status == 130
    stop_after(1000)
    assert run(folder, "-o", tmp_path / "out", "-q", "--resume").status == 0
    assert sorted(path.name for path in (tmp_path / "out").iterdir()) == ["a.json", "b.json", "c.json"]
    for path in (tmp_path / "out").iterdir():
        assert path.read_bytes() == (tmp_path / "whole" / path.name).read_bytes() == _array(ARTICLE)


_LONG = [{"id": number, "text": PAGE} for number in range(20)]


@pytest.mark.parametrize("name", ["a.json", "a.json.gz", "a.json.zst", "in object.json", "objects.json"])
@pytest.mark.parametrize("bad", [[], [3, 19], list(range(9)), list(range(20))], ids=len)
def test_array_of_many_chunks_is_divided_and_resumed(
    name: str, bad: list[int], tmp_path: Path, run: Run, stop_after: Callable[[int], None]
) -> None:
    """One file is cleaned by several processes, and a run stopped within it is resumed: the result is the same JSON."""
    records = [{"id": one["id"], "x": PAGE} if one["id"] in bad else one for one in _LONG]
    kept = [{**one, "text": ARTICLE} for one in _LONG if one["id"] not in bad]
    data = json.dumps(records, indent=1).encode()
    if name.startswith("in"):
        data = json.dumps({"ok": True, "articles": records, "n": 20}).encode()
    elif name.startswith("objects"):
        data = "".join(map(json.dumps, records)).encode()
    path = tmp_path / name
    path.write_bytes(compress(data, split_endings(path)[1]))
    stop_after(1000)
    whole, out = tmp_path / "whole" / name, tmp_path / "out" / name
    if name.startswith("in") and 0 in bad:
        # Without a text in its first record, nothing says that the array is one of records.
        assert run(path, "-o", whole, "-q").status == 1
        return
    jobs = 2 if bad == [3, 19] else 1
    assert run(path, "-o", whole, "-q", jobs=jobs).status == bool(bad)
    arguments = (path, "-o", out, "-q")
    stop_after(2)
    assert run(*arguments).status == 130
    stop_after(2)
    assert run(*arguments, "--resume").status == 130
    stop_after(1000)
    assert run(*arguments, "--resume").status == bool(bad)
    assert out.read_bytes() == whole.read_bytes()
    made = read_all(Source(name, out, out, "json", split_endings(out)[1])).decode()
    if name.startswith("in"):
        assert json.loads(made) == {"ok": True, "articles": kept, "n": 20}
    elif name.startswith("objects"):
        assert made == "".join(map(json.dumps, kept))
    else:
        assert json.loads(made) == kept
    # Nothing differs on standard output, where nothing is resumed.
    assert run(path, "-q").out.decode() == made


def test_cut_off_array_is_closed_and_told(tmp_path: Path, run: Run, stop_after: Callable[[int], None]) -> None:
    """Of a file that was not downloaded to its end, what is there is cleaned; the place is told, and in place nothing happens."""
    path = tmp_path / "a.json"
    data = json.dumps(_LONG).encode()
    path.write_bytes(data[:-100])
    at = data.rindex(b'{"id"') + 1
    reason = (
        f"{path}: is not valid JSON: the end of the record is missing that begins at byte {at}, only what comes before"
    )
    stop_after(1000)
    outcome = run(path, "-o", tmp_path / "b.json", "-q")
    assert (outcome.status, reason in outcome.err) == (1, True)
    kept = [{**one, "text": ARTICLE} for one in _LONG[:-1]]
    assert json.loads((tmp_path / "b.json").read_bytes()) == kept
    (failure,) = map(json.loads, (tmp_path / "b.json.errors.jsonl").read_text("utf-8").splitlines())
    assert (failure["line"], failure["reason"].startswith(reason)) == (20, True)
    assert run(path, "-o", tmp_path / "b.jsonl", "-q").status == 1
    assert [json.loads(line) for line in (tmp_path / "b.jsonl").read_bytes().splitlines()] == kept
    assert run(path, "--in-place", "-q").status == 1
    assert path.read_bytes() == data[:-100]


def test_chunk_that_fails_altogether_leaves_the_array_whole(
    tmp_path: Path, run: Run, stop_after: Callable[[int], None], monkeypatch: pytest.MonkeyPatch
) -> None:
    """Where an error that nobody foresaw costs all records of a chunk, the array still begins and ends."""
    path = tmp_path / "a.json"
    path.write_bytes(json.dumps(_LONG).encode())
    stop_after(1000)
    read = jsonfiles.read_items

    def fail(chunk: RawChunk, *arguments: Any, **options: Any) -> list[Item]:
        if chunk.start.records in broken or "all" in broken:
            raise RuntimeError("unforeseen")
        return read(chunk, *arguments, **options)

    monkeypatch.setattr(jsonfiles, "read_items", fail)
    for broken, count in (({0}, range(1, 20)), ({"all"}, range(1))):  # noqa: B007 - read above
        assert run(path, "-o", tmp_path / "b.json", "-q").status == 1
        made = json.loads((tmp_path / "b.json").read_bytes())
        assert len(made) in count, "the records of the other chunks are there"
        assert all(one["text"] == ARTICLE for one in made)


def test_large_array_takes_little_memory(tmp_path: Path) -> None:
    """Memory does not grow with the file: of 20 MB, read as a run does it, only some chunks are held."""
    path = tmp_path / "a.json"
    with path.open("w") as file:
        file.write("[" + ",".join([json.dumps({"text": PAGE * 10})] * 10_000) + "]")
    size = path.stat().st_size
    assert size > 20_000_000
    tracemalloc.start()
    try:
        source = Source("a.json", path, path, "json")
        records = sum(
            len(chunk.payload) // 2 for chunk in read_chunks(source, Place(), Limits(1 << 18, 1 << 27), Fields())
        )
        peak = tracemalloc.get_traced_memory()[1]
    finally:
        tracemalloc.stop()
    assert (records, peak < size / 10) == (10_000, True)


@pytest.mark.parametrize(
    ("options", "reason"),
    [
        (["a.json", "b.json"], "several tables or JSON files cannot be joined on standard output"),
        (["a.json", "-o", "b.csv"], "a.json holds json and cannot become csv"),
        (["a.json", "--line-buffered"], "an array in chunks; for lines of JSON give --format jsonl"),
    ],
)
def test_wrong_usage(
    options: list[str], reason: str, tmp_path: Path, run: Run, monkeypatch: pytest.MonkeyPatch
) -> None:
    """What arrays cannot become is refused before anything is written."""
    monkeypatch.chdir(tmp_path)
    for name in ("a.json", "b.json"):
        (tmp_path / name).write_bytes(_array())
    outcome = run(*options)
    assert (outcome.status, outcome.out) == (USAGE, b"")
    assert reason in " ".join(outcome.err.split())
