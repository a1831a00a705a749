"""The time limit of one document, counted in checks of a clock that the tests control."""

from __future__ import annotations

import itertools
import math
import threading
from collections.abc import Callable
from pathlib import Path

import pytest

from cleaner import CleanConfig, Cleaner, CleanResult, ConfigError, clean_html, clean_text, explain_html, explain_text
from cleaner import clock as clocks
from cleaner.api import TOGETHER
from cleaner.clock import NO_LIMIT, TIMED_OUT, Clock, OutOfTimeError
from cleaner.corpus.batch.plan import Settings
from cleaner.corpus.batch.tasks import TextOutcome, TextTask
from cleaner.corpus.batch.work import Worker
from cleaner.corpus.records.sources import Source
from cleaner.lines.analysis import analyse
from cleaner.lines.scorer import page_likeness
from cleaner.matching.library import builtin_patterns
from cleaner.matching.matcher import Matcher
from cleaner.text.document import Document
from cleaner.text.words import word_lists

SENTENCE = "The council voted on Monday evening, and nobody in the hall was surprised by what came of it."
TEXT = f"Low water on the lake\nShare on Facebook\n{SENTENCE}\n{SENTENCE[:-1]} again.\nReply\nDelete\n"
PAGE = (
    "<html><head><title>Low water on the lake</title></head><body><nav><a href='/'>Home</a></nav>"
    "<h1>Low water on the lake</h1><div class='share'>Share on Facebook</div>"
    + "".join(f"<p>{number}. {SENTENCE}</p>" for number in range(20))
    + "</body></html>"
)
Turn = Callable[[], list[int]]


@pytest.fixture
def ticking(monkeypatch: pytest.MonkeyPatch) -> Turn:
    """A clock on which a second passes with each check; returns the number of checks in each thread."""
    own = threading.local()

    def now() -> float:
        own.looks = getattr(own, "looks", [0])
        own.looks[0] += 1
        return float(own.looks[0])

    def looks() -> list[int]:
        own.looks = getattr(own, "looks", [0])
        found: list[int] = own.looks
        return found

    monkeypatch.setattr(clocks, "_now", now)
    monkeypatch.setattr(clocks, "_wall", lambda: math.inf)
    return looks


def _looks(ticking: Turn, work: Callable[[], object]) -> int:
    """How often some work checks the clock."""
    before = ticking()[0]
    work()
    return ticking()[0] - before


def _needed(ticking: Turn, text: str) -> int:
    """How often cleaning a text checks the clock."""
    # A cleaner that remembers nothing of the lines of other tests.
    cleaner = Cleaner(CleanConfig(timeout=1e9))
    return _looks(ticking, lambda: cleaner.clean(text))


# --- the clock -------------------------------------------------------------------------------------------


def test_time_is_up_after_its_seconds(ticking: Turn) -> None:
    """A check after the last second raises; one before it does not."""
    clock = Clock(2.0)
    clock.check()
    with pytest.raises(OutOfTimeError):
        clock.check()
    assert ticking() == [3]


def test_items_are_watched_as_they_are(ticking: Turn) -> None:
    """Watched items are returned in order, with a check every ``steps`` items."""
    clock = Clock(100.0)
    assert list(clock.watch(range(10), 4)) == list(range(10))
    assert ticking() == [4]
    assert list(clock.watch(iter("abc"), 4)) == ["a", "b", "c"]


def test_loop_without_an_end_is_stopped(ticking: Turn) -> None:
    """However many items there are, the time is up after as many checks as it has seconds."""
    clock = Clock(3.0)
    seen: list[int] = []
    with pytest.raises(OutOfTimeError):
        seen.extend(clock.watch(itertools.count(), 5))
    assert seen == list(range(10))
    assert ticking() == [4]


@pytest.mark.parametrize("is_ended", [False, True])
def test_clock_without_a_limit_is_not_looked_at(is_ended: bool, ticking: Turn) -> None:
    """Without a limit, or after its block, a clock costs nothing and never raises."""
    items = range(1000)
    if is_ended:
        with Clock(1.0) as clock:
            pass
    else:
        clock = NO_LIMIT
    before = ticking()[0]
    assert clock.watch(items) is items
    clock.check()
    assert not clock.is_limited
    assert ticking()[0] == before


def test_time_is_that_of_the_thread() -> None:
    """On a system that counts the time of each thread, the clock uses that."""
    import time

    assert clocks._now is getattr(time, "thread_time", time.process_time)


def test_time_that_passes_without_work_does_not_count(monkeypatch: pytest.MonkeyPatch) -> None:
    """The thread's own time decides; the elapsed time only shows when it is worth reading."""
    world, own = [0.0], [0.0]
    monkeypatch.setattr(clocks, "_wall", lambda: world[0])
    monkeypatch.setattr(clocks, "_now", lambda: own[0])
    clock = Clock(2.0)
    for world[0], own[0] in ((1.0, 0.5), (100.0, 1.0), (100.5, 1.5), (1000.0, 1.9)):
        clock.check()
    world[0], own[0] = 1000.2, 2.0
    with pytest.raises(OutOfTimeError):
        clock.check()


# --- documents -------------------------------------------------------------------------------------------


def _assert_text_as_it_was(result: CleanResult, text: str) -> None:
    assert (result.text, result.removals, result.flags) == (text, (), (TIMED_OUT,))
    assert (result.confidence, result.lines, result.comments, result.headline) == (0.0, (), (), None)
    assert result.restore() == text


@pytest.mark.usefixtures("ticking")
def test_text_over_its_time_comes_back_as_it_was() -> None:
    """A text that takes longer is the same text, byte for byte, with a flag and without removals."""
    assert explain_text(TEXT).removals
    _assert_text_as_it_was(explain_text(TEXT, timeout=1.0), TEXT)
    assert clean_text(TEXT, timeout=1.0) == TEXT


@pytest.mark.usefixtures("ticking")
def test_page_over_its_time_is_empty() -> None:
    """A page of HTML that takes longer has no text and a flag."""
    assert explain_html(PAGE).text
    _assert_text_as_it_was(explain_html(PAGE, timeout=1.0), "")
    assert clean_html(PAGE, timeout=1.0) == ""
    assert explain_html(PAGE, timeout=1.0, engine="trafilatura").flags == (TIMED_OUT,)


@pytest.mark.parametrize("name", ["text", "page"])
def test_time_can_be_up_at_every_look(name: str, ticking: Turn) -> None:
    """Wherever the time runs out, the document is returned as it was; otherwise nothing differs."""
    work = explain_text if name == "text" else explain_html
    document, left = (TEXT, TEXT) if name == "text" else (PAGE, "")
    whole = work(document)
    needed = _looks(ticking, lambda: work(document, timeout=1e9))
    assert needed > 20
    # The number of checks may depend on what earlier documents have left in caches.
    for seconds in {1, 2, 3, 5, 8, needed // 3, needed // 2, 2 * needed // 3}:
        _assert_text_as_it_was(work(document, timeout=float(seconds)), left)
    result = work(document, timeout=2.0 * needed)
    assert (result.text, result.removals, result.flags) == (whole.text, whole.removals, whole.flags)
    assert result.lines == whole.lines


def test_a_result_in_time_never_raises_later(ticking: Turn) -> None:
    """What is computed later has no limit: evidence, verdicts and metadata."""
    for result in (explain_text(TEXT, timeout=1e6), explain_html(PAGE, timeout=1e6)):
        ticking()[0] += 10**9
        assert [list(removal.evidence) for removal in result.removals]
        assert result.lines
        assert result.restore()
    assert result.metadata.title == "Low water on the lake"


@pytest.mark.usefixtures("ticking")
def test_removals_of_a_page_belong_to_its_time() -> None:
    """With a limit the removals of a page are computed within it, so they take no time afterwards."""
    result = explain_html(PAGE, timeout=1e6)
    assert "removals" in vars(result)
    assert "removals" not in vars(explain_html(PAGE))


def test_looks_grow_with_the_document(ticking: Turn) -> None:
    """A document ten times as large checks the clock about ten times as often: every part of the work checks it."""
    few, many = (_needed(ticking, f"{SENTENCE}\nReply to Ann {size}\n" * size) for size in (50, 500))
    assert many > 4 * few


def test_every_pass_over_the_hits_of_a_document_is_looked_into(ticking: Turn) -> None:
    """Page likeness takes several passes over the hits, with a check in each, not only in the first."""
    document = Document("Share on Facebook\n" * (64 * 10), clock=Clock(1e9))
    analysis = analyse(document, Matcher(builtin_patterns()), word_lists())
    assert len(analysis.hits) == 640
    assert _looks(ticking, lambda: page_likeness(analysis)) >= 3 * 10


def test_one_document_does_not_take_the_time_of_the_next(ticking: Turn) -> None:
    """Each of many documents has its own time limit, even if they are analysed together."""
    needed = _needed(ticking, TEXT)
    cleaner = Cleaner(CleanConfig(timeout=float(needed)))
    assert [result.flags for result in cleaner.stream([TEXT] * 5)] == [explain_text(TEXT).flags] * 5
    short, long = "A word.\n", "".join(f"{SENTENCE}\nShare {number}\nShare on Facebook\n" for number in range(400))
    assert len(long) < TOGETHER
    least, most = (_needed(ticking, text) for text in (short, long))
    assert most > 2 * least
    limited = Cleaner(CleanConfig(timeout=2.0 * least))
    results = limited.clean_many([short, long, short])
    assert [TIMED_OUT in result.flags for result in results] == [False, True, False]
    assert results[1].text == long


def test_many_documents_are_the_same_with_a_limit() -> None:
    """A limit that is not reached changes no result."""
    documents: list[str | dict[str, str]] = [
        TEXT,
        SENTENCE,
        {"html": PAGE},
        {"text": TEXT, "title": "Low water on the lake"},
    ]
    plain, limited = Cleaner().clean_many(documents), Cleaner(CleanConfig(timeout=1e6)).clean_many(documents)
    assert [(one.text, one.removals, one.flags) for one in plain] == [
        (one.text, one.removals, one.flags) for one in limited
    ]


def test_threads_do_not_take_each_others_time(ticking: Turn) -> None:
    """Eight threads share a Cleaner: in four of them the time is up at once, and the others' documents are whole."""
    needed = _needed(ticking, TEXT)
    cleaner = Cleaner(CleanConfig(timeout=needed + 5.0))
    whole = explain_text(TEXT)
    barrier = threading.Barrier(8)
    results: dict[int, list[CleanResult]] = {}

    def work(number: int) -> None:
        barrier.wait()
        found = []
        for _ in range(4):
            if number % 2:
                found.append(cleaner.clean(f"{SENTENCE}\n{number}. Share on Facebook\n" * 1000))
            else:
                found.append(cleaner.clean(TEXT))
        results[number] = found

    threads = [threading.Thread(target=work, args=(number,)) for number in range(8)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    for number, found in results.items():
        if number % 2:
            assert {result.flags for result in found} == {(TIMED_OUT,)}
        else:
            assert {(result.text, result.flags) for result in found} == {(whole.text, whole.flags)}


@pytest.mark.parametrize("value", [0, 0.0, -1, True, float("nan"), float("inf"), "5"])
def test_time_must_be_a_time(value: object) -> None:
    """Only seconds above zero, or None, are a limit; anything else is refused with what to give."""
    with pytest.raises(ConfigError, match=r"timeout: .* give CPU seconds above 0, or None"):
        clean_text("a", timeout=value)


# --- the command line ------------------------------------------------------------------------------------


def _outcome(name: str, data: bytes, seconds: float) -> TextOutcome:
    source = Source(name, Path(name), Path("out.txt"), "html" if name.endswith(".html") else "text")
    task = TextTask([(0, source, data, None)])
    found = Worker(Settings(CleanConfig(), timeout=seconds))(task)
    assert isinstance(found, list)
    return found[0]


@pytest.mark.usefixtures("ticking")
def test_worker_fails_a_page_and_keeps_a_text() -> None:
    """Over --timeout a page fails as it always did, and a text is written as it was, with its flag."""
    page = _outcome("a.html", PAGE.encode(), 5.0)
    assert str(page.error) == "a.html: the page took longer than --timeout 5 s"
    text = _outcome("a.txt", TEXT.encode(), 5.0)
    assert (text.error, text.data, text.flags) == (None, TEXT.encode(), (TIMED_OUT,))
    assert text.tally.flags == {TIMED_OUT: 1}
