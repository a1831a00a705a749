"""Runs that learn: what a document costs that takes too long, ends its worker, or cannot be learned."""

from __future__ import annotations

import json
import sys
from pathlib import Path
from typing import Any

import pytest

from cleaner import cli as command_line
from cleaner.api import learn_document
from cleaner.config import CleanConfig
from cleaner.corpus.batch import learning, tasks, workers
from cleaner.corpus.batch.learning import LearnSettings, Worker
from cleaner.corpus.batch.tasks import Careful, ChunkTask, TextTask
from cleaner.corpus.records import Source
from cleaner.corpus.records.chunks import Place, RawChunk
from cleaner.sites.store import SiteStore
from tests.site_pages import pages_of

pytestmark = pytest.mark.skipif(sys.platform == "win32", reason="needs signals")

SITE = "gazette.example"
# A worker that a document may end.
LETHAL = """
import os, signal
from cleaner.corpus.batch import learning
learn = learning.learn_document
def lethal(document, **known):
    if "lethal" in document["text"]:
        os.kill(os.getpid(), signal.SIGKILL)
    return learn(document, **known)
learning.learn_document = lethal
from cleaner.corpus.batch.workers import serve
serve(worker)
"""


def records(path: Path, texts: list[str]) -> Path:
    """Lines of JSON with an address each."""
    lines = (json.dumps({"url": f"{SITE}/{number}", "text": text}) for number, text in enumerate(texts))
    path.write_text("\n".join(lines))
    return path


def learn(*arguments: str | Path) -> int:
    """The exit status of learning."""
    with pytest.raises(SystemExit) as ended:
        command_line.app(["sites", "learn", "-q", *map(str, arguments)], prog_name="cleaner")
    return int(ended.value.code or 0)


def count(path: Path) -> int:
    """How many pages of the site a file has."""
    with SiteStore(path, "read") as store:
        return store.page_count(SITE)


def text_task(*texts: str) -> TextTask:
    """Files of one folder."""
    paths = [Path(f"/data/{SITE}/{number}.txt") for number in range(len(texts))]
    return TextTask(
        [
            (number, Source(str(path), path, path), text.encode(), None)
            for number, (path, text) in enumerate(zip(paths, texts, strict=True))
        ]
    )


def test_a_document_that_ends_its_worker(tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: Any) -> None:
    """A document that kills workers fails with that reason, and all others are learned."""
    monkeypatch.setattr(workers, "_PROGRAM", LETHAL)
    monkeypatch.setattr(tasks, "CHUNK_BYTES", 600)
    texts = pages_of(12)
    texts[5] = "lethal " + texts[5]
    path = tmp_path / "sites.sqlite"
    assert learn(records(tmp_path / "a.jsonl", texts), "--db", path, "--jobs", "2") == 1
    assert count(path) == 11
    (said,) = capsys.readouterr().err.splitlines()
    assert said.startswith(f"cleaner: {tmp_path / 'a.jsonl'}: record 6: ended the worker process")
    assert "SIGKILL" in said


def test_documents_that_take_too_long(tmp_path: Path, capsys: Any) -> None:
    """A document that exceeds the limit is not learned, and the message names it and the limit."""
    path = tmp_path / "sites.sqlite"
    assert learn(records(tmp_path / "a.jsonl", pages_of(2)), "--db", path, "--timeout", "1e-9") == 1
    assert count(path) == 0
    said = capsys.readouterr().err.splitlines()
    assert said == [f"cleaner: {tmp_path / 'a.jsonl'}: record {n}: took longer than --timeout 1e-09 s" for n in (1, 2)]


def test_an_unforeseen_error_costs_its_document(monkeypatch: pytest.MonkeyPatch) -> None:
    """An error of the program about one document is a failure of that one, to be reported."""

    def failing(document: dict[str, str], **known: Any) -> Any:
        if "odd" in document["text"]:
            raise ZeroDivisionError("odd")
        return learn_document(document, **known)

    monkeypatch.setattr(learning, "learn_document", failing)
    monkeypatch.setattr("cleaner.corpus.batch.jobs.site_of_source", lambda _: SITE)
    lessons = Worker(LearnSettings(CleanConfig()))(text_task("Menu\nText", "odd", "Menu\nOther"))
    assert (lessons.tally.documents, lessons.tally.failed) == (2, 1)
    assert lessons.failures == [f"/data/{SITE}/1.txt: cannot be learned: ZeroDivisionError: odd; please report this"]
    assert [len(pages) for pages, _ in lessons.sites.values()] == [2]


def test_a_careful_worker(monkeypatch: pytest.MonkeyPatch) -> None:
    """A careful worker announces each document, gives up those it is told to, and learns the others."""
    monkeypatch.setattr("cleaner.corpus.batch.jobs.site_of_source", lambda _: SITE)
    said: list[int | None] = []
    lessons = Worker(LearnSettings(CleanConfig()))(
        text_task("Menu", "Text", "Other"), Careful(said.append, {1: "is lethal"})
    )
    assert said == [0, 2, None]
    assert lessons.failures == [f"/data/{SITE}/1.txt: is lethal"]
    assert lessons.tally.documents == 2


def test_pages_that_will_not_be_kept_are_not_read(monkeypatch: pytest.MonkeyPatch) -> None:
    """Of a site with more pages than are kept, those with larger keys are counted without being read into lines."""
    read: list[Any] = []

    def counting(document: dict[str, str], **known: Any) -> Any:
        read.append(document)
        return learn_document(document, **known)

    monkeypatch.setattr(learning, "learn_document", counting)
    lines = "".join(json.dumps({"url": f"{SITE}/{number}", "text": "Menu"}) + "\n" for number in range(3000)).encode()
    chunk = RawChunk(lines, Place(), Place(len(lines), 3000), len(lines), len(lines))
    lessons = Worker(LearnSettings(CleanConfig()))(ChunkTask(0, "a.jsonl", "jsonl", None, to_jsonl=False, chunk=chunk))
    assert lessons.tally.documents == 3000
    assert 256 <= len(read) < 1500
