"""Worker processes: one that ends costs only the document it was cleaning, and a page has a time limit."""

from __future__ import annotations

import errno
import json
import os
import signal
import sys
import time
from pathlib import Path
from typing import Any

import pytest

from cleaner import CleanConfig, Cleaner
from cleaner import cli as command_line
from cleaner.corpus.batch import tasks, work, workers
from cleaner.corpus.batch.limits import OutOfTimeError, end_process_after, time_limit
from cleaner.corpus.batch.plan import Settings
from cleaner.corpus.batch.tasks import Careful, ChunkResult, ChunkTask, TextTask
from cleaner.corpus.batch.work import Worker
from cleaner.corpus.batch.workers import WorkerError, Workers
from cleaner.corpus.records import Source
from cleaner.corpus.records.chunks import Place, RawChunk
from cleaner.result import CleanResult

pytestmark = pytest.mark.skipif(sys.platform == "win32", reason="needs signals")

ARTICLE = "The council passed the budget last night after six hours of debate, and the café stays open.\n"
PAGE = ARTICLE + "Comments are closed.\n"
# A worker in which a document says how it ends.
HOSTILE = """
import os, signal
from cleaner.lines.cleaning import TextCleaner
from cleaner.corpus.records import jsonl
clean, read_items, write_items = TextCleaner.clean, jsonl.read_items, jsonl.write_items
def end(text, where):
    for name in text.replace(chr(92) + "n", " ").split():
        if name.startswith(f"{where}-"):
            number = name.removeprefix(f"{where}-")
            os._exit(7) if number == "EXIT" else os.kill(os.getpid(), getattr(signal, number))
def hostile_clean(self, text, *arguments, **options):
    end(text, "clean")
    return clean(self, text, *arguments, **options)
def hostile_read(chunk, *arguments, **options):
    end(chunk.payload.decode("utf-8", "replace").replace('"', " "), "read")
    return read_items(chunk, *arguments, **options)
def hostile_write(done, *arguments, **options):
    end(b"".join(item.raw for item, _ in done).decode().replace('"', " "), "write")
    return write_items(done, *arguments, **options)
TextCleaner.clean, jsonl.read_items, jsonl.write_items = hostile_clean, hostile_read, hostile_write
from cleaner.corpus.batch.workers import serve
serve()
"""


@pytest.fixture
def hostile(monkeypatch: pytest.MonkeyPatch) -> None:
    """Documents may end the worker that cleans them; chunks are small."""
    monkeypatch.setattr(workers, "_PROGRAM", HOSTILE)
    monkeypatch.setattr(tasks, "CHUNK_BYTES", 600)


def _line(number: int, text: str = PAGE) -> str:
    return json.dumps({"id": number, "text": text}, ensure_ascii=False) + "\n"


def _clean(*arguments: str | Path) -> int:
    with pytest.raises(SystemExit) as ended:
        command_line.app(["clean", "-q", "--jobs", "2", *map(str, arguments)], prog_name="cleaner")
    return int(ended.value.code or 0)


def _failures(path: Path) -> list[tuple[int | None, str]]:
    return [(one["line"], one["reason"]) for one in map(json.loads, path.read_text("utf-8").splitlines())]


@pytest.mark.usefixtures("hostile")
def test_document_that_ends_its_worker_costs_itself(tmp_path: Path) -> None:
    """Killed, crashed or ended: the document is named with the way it ended its worker, and all others are written."""
    source, target = tmp_path / "a.jsonl", tmp_path / "out.jsonl"
    ends = {3: "SIGKILL", 4: "SIGSEGV", 17: "EXIT", 30: "SIGBUS", 39: "SIGKILL"}
    lines = [_line(i, PAGE + f"clean-{ends[i]}\n" if i in ends else PAGE) for i in range(40)]
    source.write_text("".join(lines), "utf-8")
    assert _clean(source, "-o", target, "--removed", tmp_path / "removed.jsonl") == 1
    assert target.read_text("utf-8") == "".join(_line(i, ARTICLE) for i in range(40) if i not in ends)
    shown = [("exit status 7" if end == "EXIT" else end) for end in ends.values()]
    assert _failures(tmp_path / "out.jsonl.errors.jsonl") == [
        (i + 1, f"ended the worker process that cleaned it ({how}); it may be short of memory, try fewer --jobs")
        for i, how in zip(ends, shown, strict=True)
    ]
    removed = [json.loads(line)["line"] for line in (tmp_path / "removed.jsonl").read_text("utf-8").splitlines()]
    assert removed == [i + 1 for i in range(40) if i not in ends]


@pytest.mark.usefixtures("hostile")
@pytest.mark.parametrize("where", ["read", "write"])
def test_chunk_that_ends_its_worker_costs_itself(where: str, tmp_path: Path) -> None:
    """Where no single document is to blame, the records that were read together fail, each with its line."""
    source, target = tmp_path / "a.jsonl", tmp_path / "out.jsonl"
    source.write_text("".join(_line(i, PAGE + f"{where}-SIGKILL\n" if i == 9 else PAGE) for i in range(20)), "utf-8")
    assert _clean(source, "-o", target) == 1
    failed = [line for line, _ in _failures(tmp_path / "out.jsonl.errors.jsonl")]
    assert 10 in failed
    assert len(failed) < 10
    assert target.read_text("utf-8") == "".join(_line(i, ARTICLE) for i in range(20) if i + 1 not in failed)


@pytest.mark.usefixtures("hostile")
def test_text_file_that_ends_its_worker_costs_itself(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """A text file among others fails alone too."""
    monkeypatch.setattr(tasks, "_MAX_TEXTS", 4)
    folder = tmp_path / "in"
    folder.mkdir()
    for number in range(9):
        (folder / f"{number}.txt").write_text(PAGE + "clean-SIGSEGV\n" if number == 5 else PAGE, "utf-8")
    assert _clean(folder, "-o", tmp_path / "out") == 1
    assert [path.name for path in sorted((tmp_path / "out").iterdir())] == [f"{i}.txt" for i in range(9) if i != 5]
    assert {path.read_text("utf-8") for path in (tmp_path / "out").iterdir()} == {ARTICLE}


def test_worker_that_is_killed_by_chance_costs_nothing(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """A worker that somebody kills is replaced, and its documents are cleaned by another."""
    monkeypatch.setattr(tasks, "CHUNK_BYTES", 600)
    source, target = tmp_path / "a.jsonl", tmp_path / "out.jsonl"
    source.write_text("".join(map(_line, range(40))), "utf-8")
    send = workers._send
    sent = [0]

    def kill_some(process: Any, value: Any) -> None:
        send(process, value)
        sent[0] += 1
        if sent[0] in (1, 5, 9):
            process.kill()

    monkeypatch.setattr(workers, "_send", kill_some)
    assert _clean(source, "-o", target) == 0
    assert target.read_text("utf-8") == "".join(_line(i, ARTICLE) for i in range(40))


def test_workers_that_never_begin_end_the_run(monkeypatch: pytest.MonkeyPatch) -> None:
    """Where no worker can be started the run ends with the reason, instead of trying for ever."""
    monkeypatch.setattr(workers, "_PROGRAM", "import os; os.kill(os.getpid(), 9)")
    pool = Workers(Settings(CleanConfig()), 1)
    try:
        with pytest.raises(WorkerError, match=r"end before they can work \(SIGKILL\); use fewer --jobs"):
            pool.submit(TextTask([(0, Source("a.txt", None, Path("a.txt")), b"a", None)])).result()
    finally:
        pool.stop()


def test_workers_that_cannot_be_started_end_the_run(monkeypatch: pytest.MonkeyPatch) -> None:
    """Where the system refuses another process the run ends with its reason."""

    def refused(*_: Any, **__: Any) -> None:
        raise BlockingIOError(errno.EAGAIN, "Resource temporarily unavailable")

    monkeypatch.setattr("cleaner.corpus.batch.workers.subprocess.Popen", refused)
    pool = Workers(Settings(CleanConfig()), 1)
    try:
        with pytest.raises(
            WorkerError, match=r"cannot be started \(Resource temporarily unavailable\); use fewer --jobs"
        ):
            pool.submit(TextTask([(0, Source("a.txt", None, Path("a.txt")), b"a", None)])).result()
    finally:
        pool.stop()


def test_worker_goes_document_by_document() -> None:
    """A careful worker says which document is next, gives up those it is told to, and cleans the others the same."""
    sources = [(i, Source(f"{i}.txt", Path(f"{i}.txt"), Path(f"{i}.txt")), PAGE.encode(), None) for i in (4, 5, 6)]
    task = TextTask([*sources])
    worker = Worker(Settings(CleanConfig(), with_removals=True))
    usual = worker(task)
    said: list[int | None] = []
    careful = worker(task, Careful(said.append, {5: "ended its worker"}))
    assert said == [4, 6, None]
    assert isinstance(usual, list)
    assert isinstance(careful, list)
    assert [usual[0], usual[2]] == [careful[0], careful[2]]
    assert str(careful[1].error) == "5.txt: ended its worker"


def test_error_that_nobody_has_thought_of_costs_its_chunk(monkeypatch: pytest.MonkeyPatch) -> None:
    """If a reader or a writer fails in an unforeseen way, its records are failures; the run continues."""

    def fail(*_: Any, **__: Any) -> None:
        raise ZeroDivisionError("by chance")

    monkeypatch.setattr(work, "record_format", fail)
    chunk = RawChunk(b"", Place(0, 7), Place(9, 9), 9, 9)
    result = Worker(Settings(CleanConfig()))(ChunkTask(0, "a.jsonl", "jsonl", None, to_jsonl=False, chunk=chunk))
    assert isinstance(result, ChunkResult)
    assert (result.data, result.tally.failed) == (b"", 2)
    reason = "cannot be cleaned: ZeroDivisionError: by chance; please report this"
    assert [(failure.number, failure.reason) for failure in result.failures] == [(8, reason), (9, reason)]


# --- limits of time --------------------------------------------------------------------------------------


def _spend(seconds: float) -> None:
    end = time.process_time() + seconds
    while time.process_time() < end:
        pass


class _Slow(CleanResult):
    """A result whose removals take their time."""

    @property
    def removals(self) -> Any:
        """No removals, after a while."""
        _spend(5.0)
        return ()


@pytest.mark.parametrize("part", ["cleaning", "removals", "records of removals"])
def test_limit_covers_all_that_is_done_for_a_page(part: str, monkeypatch: pytest.MonkeyPatch) -> None:
    """Whether cleaning a page takes long, or computing and writing its removals: the page fails."""
    if part == "cleaning":
        monkeypatch.setattr(Cleaner, "clean_html", lambda *_, **__: _spend(5.0))
    elif part == "removals":
        monkeypatch.setattr(Cleaner, "clean_html", lambda *_, **__: _Slow("text"))
    else:
        monkeypatch.setattr(work, "removal_record", lambda *_, **__: _spend(5.0))
    page = b"<nav><a href=/>Home</a></nav><p>" + PAGE.encode() + b"</p><div class=share>Share this</div>"
    source = Source("a.html", Path("a.html"), Path("a.txt"), "html")
    outcomes = Worker(Settings(CleanConfig(), with_removals=True, timeout=0.5))(TextTask([(0, source, page, None)]))
    assert isinstance(outcomes, list)
    (outcome,) = outcomes
    assert str(outcome.error) == "a.html: the page took longer than --timeout 0.5 s"
    assert outcome.tally.failed == 1


def test_limit_counts_work_not_waiting() -> None:
    """Time in which the process does nothing does not count: a machine that is busy or was asleep fails no page."""
    with time_limit(0.05):
        time.sleep(0.2)
    with pytest.raises(OutOfTimeError), time_limit(0.05):
        _spend(5.0)


@pytest.mark.slow
@pytest.mark.parametrize("is_taken_away", [False, True])
def test_process_is_ended_in_the_middle_of_a_call(is_taken_away: bool) -> None:
    """A call that cannot be interrupted is ended with its process, unless the limit was removed again."""
    if not (child := os.fork()):
        end_process_after(0.0)
        if is_taken_away:
            end_process_after(None)
        pow(7, 3 << 21)
        os._exit(0)
    assert os.waitstatus_to_exitcode(os.waitpid(child, 0)[1]) == (0 if is_taken_away else -signal.SIGXCPU)


# Pages that say so take very long, in one call of a library.
LONG_CALL = """
from cleaner.api import Cleaner
from cleaner.corpus.batch import work
work._LAST_SECONDS = 0
clean_html = Cleaner.clean_html
def long_clean(self, html, **options):
    if "long" in html:
        pow(7, 3 << 26)
    return clean_html(self, html, **options)
Cleaner.clean_html = long_clean
from cleaner.corpus.batch.workers import serve
serve()
"""


@pytest.mark.slow
def test_page_in_a_call_that_cannot_be_interrupted_fails_alone(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """A page that is over its limit in one long call of a library costs itself, with the reason of any such page."""
    monkeypatch.setattr(workers, "_PROGRAM", LONG_CALL)
    monkeypatch.setattr(tasks, "CHUNK_BYTES", 100)
    pages = [f"<p>{ARTICLE}</p>", f"<p class=long>{ARTICLE}</p>", f"<p>{ARTICLE}</p>"]
    (tmp_path / "a.jsonl").write_text("".join(json.dumps({"html": page}) + "\n" for page in pages), "utf-8")
    assert _clean(tmp_path / "a.jsonl", "-o", tmp_path / "out.jsonl", "--html-field", "html", "--timeout", "0.5") == 1
    assert _failures(tmp_path / "out.jsonl.errors.jsonl") == [(2, "the page took longer than --timeout 0.5 s")]
    assert len((tmp_path / "out.jsonl").read_text("utf-8").splitlines()) == 2
