"""Worker processes: each reads tasks from a pipe and writes results to another, and opens no file.

A worker ends when its pipe is closed, which happens however the parent ends. Keyboard interrupts are left to the
parent.
"""

from __future__ import annotations

import os
import pickle
import signal
import subprocess
import sys
import threading
from collections import Counter
from collections.abc import Callable
from concurrent.futures import Future, ThreadPoolExecutor
from contextlib import suppress
from dataclasses import dataclass
from importlib import import_module
from queue import SimpleQueue
from typing import Any, cast

from cleaner.corpus.batch.plan import Settings
from cleaner.corpus.batch.tasks import Careful, ChunkTask, Result, TextTask, failed_result
from cleaner.errors import CleanerError

__all__ = ["WorkerError", "Workers", "serve"]

# One core per process: threads of numerical libraries would only compete with each other.
# One heap, so that memory freed by the thread that reads tasks can be used by the one that cleans them.
_ENVIRONMENT = dict.fromkeys(("OMP_NUM_THREADS", "OPENBLAS_NUM_THREADS", "MKL_NUM_THREADS", "MALLOC_ARENA_MAX"), "1")
_PROGRAM = "from cleaner.corpus.batch.workers import serve; serve(worker)"
# How long a process may take to end after its pipe is closed.
_SECONDS_TO_END = 10.0
# How often to start a worker that ends before it can work.
_STARTS = 5
# How many workers may end at one document, or at one task before any of its documents is cleaned.
_TRIES = 2


class WorkerError(CleanerError):
    """Worker processes cannot be started, or end before they can work."""


class _EndedError(Exception):
    """A worker process has ended; ``how`` it did, and the ``document`` it had announced, if any."""

    def __init__(self, how: str, document: int | None) -> None:
        super().__init__(how)
        self.how = how
        self.document = document


class Workers:
    """Processes that clean tasks; started when there is work for them, ended by `stop`.

    Each process has a thread in the parent, which sends it a task and waits for the result. If a process ends before it
    has given one, another works through the task document by document. This finds a document that ends workers
    repeatedly; it fails, and no other document does.
    """

    def __init__(self, settings: Settings, jobs: int) -> None:
        self._settings = settings
        self._threads = ThreadPoolExecutor(jobs, thread_name_prefix="cleaner")
        self._own = threading.local()
        self._lock = threading.Lock()
        self._processes: list[subprocess.Popen[bytes]] = []
        self._is_stopped = False

    def submit(self, task: TextTask | ChunkTask) -> Future[Result]:
        """The future result of a task."""
        return self._threads.submit(self._run, task)

    def stop(self) -> None:
        """End all processes at once, whatever they are doing."""
        with self._lock:
            self._is_stopped = True
            for process in self._processes:
                process.kill()
        self._threads.shutdown(wait=True, cancel_futures=True)
        for process in self._processes:
            process.wait()
            _close(process)

    def _run(self, task: TextTask | ChunkTask) -> Result:
        given_up: dict[int, str] | None = None
        ended: Counter[int | None] = Counter()
        while True:
            try:
                return self._ask(task, given_up)
            except _EndedError as error:
                if given_up is None:
                    # From now on document by document.
                    given_up = {}
                    continue
                ended[error.document] += 1
                if ended[error.document] < _TRIES:
                    # It may have been killed for another reason.
                    continue
                if error.document is None:
                    return failed_result(task, self._reason(error.how))
                given_up[error.document] = self._reason(error.how)

    def _reason(self, how: str) -> str:
        if how == "SIGXCPU":
            return self._settings.too_long
        return f"ended the worker process that cleaned it ({how}); it may be short of memory, try fewer --jobs"

    def _ask(self, task: TextTask | ChunkTask, given_up: dict[int, str] | None) -> Result:
        """The result from a worker; with ``given_up``, it works document by document."""
        process = self._process()
        document: int | None = None
        try:
            _send(process, (task, given_up))
            while isinstance(answer := _receive(process), _Begun):
                document = answer.document
            return cast("Result", answer)
        except (OSError, EOFError, pickle.UnpicklingError):
            raise _EndedError(self._bury(process), document) from None

    def _process(self) -> subprocess.Popen[bytes]:
        """The process of this thread, started if there is none."""
        process: subprocess.Popen[bytes] | None = getattr(self._own, "process", None)
        for _ in range(_STARTS):
            if process is not None:
                return process
            process = self._start()
            try:
                _send(process, self._settings)
                _receive(process)
            except (OSError, EOFError, pickle.UnpicklingError):
                how = self._bury(process)
                process = None
            else:
                self._own.process = process
        if process is None:
            raise WorkerError(
                f"worker processes end before they can work ({how}); use fewer --jobs, it may be short of memory"
            )
        return process

    def _bury(self, process: subprocess.Popen[bytes]) -> str:
        """Clean up after a process that has ended or does not answer as it should; returns how it ended."""
        with self._lock:
            is_stopped = self._is_stopped
        if not is_stopped:
            with suppress(subprocess.TimeoutExpired):
                # Its pipe closes before it has ended.
                process.wait(_SECONDS_TO_END)
        process.kill()
        process.wait()
        self._own.process = None
        with self._lock:
            if self._is_stopped:
                raise EOFError
            self._processes.remove(process)
        _close(process)
        return _how(process.returncode)

    def _start(self) -> subprocess.Popen[bytes]:
        program = f"import sys; sys.path[:] = {sys.path!r}; worker = {self._settings.worker!r}; {_PROGRAM}"
        options: dict[str, Any] = {"process_group": 0} if os.name == "posix" else {}
        with self._lock:
            if self._is_stopped:
                raise EOFError
            try:
                process = subprocess.Popen(  # noqa: S603 - this interpreter, and a program made of constants
                    [sys.executable, "-c", program],
                    stdin=subprocess.PIPE,
                    stdout=subprocess.PIPE,
                    env={**os.environ, **_ENVIRONMENT},
                    **options,
                )
            except OSError as error:
                raise WorkerError(f"worker processes cannot be started ({error.strerror}); use fewer --jobs") from error
            self._processes.append(process)
        return process


def _send(process: subprocess.Popen[bytes], value: Any) -> None:
    if process.stdin is None:
        raise EOFError
    pickle.dump(value, process.stdin, protocol=pickle.HIGHEST_PROTOCOL)
    process.stdin.flush()


def _receive(process: subprocess.Popen[bytes]) -> Any:
    if process.stdout is None:
        raise EOFError
    value = pickle.load(process.stdout)  # noqa: S301 - written by our own process
    if isinstance(value, Exception):
        raise value
    return value


def _close(process: subprocess.Popen[bytes]) -> None:
    for pipe in (process.stdin, process.stdout):
        with suppress(OSError):
            if pipe is not None:
                pipe.close()


def _how(code: int) -> str:
    if code >= 0:
        return f"exit status {code}"
    with suppress(ValueError):
        return signal.Signals(-code).name
    return f"signal {-code}"


@dataclass(frozen=True, slots=True)
class _Begun:
    """The announcement of a worker that works document by document, before each; None: all are done."""

    document: int | None


# --- in the worker ---------------------------------------------------------------------------------------


def serve(module: str = Settings.worker) -> None:
    """Work until the pipe with the tasks is closed; the first thing in it is the settings.

    ``module``: that of the class `Worker` that does the work.
    """
    signal.signal(signal.SIGINT, signal.SIG_IGN)
    # Imported before the thread starts, so that two threads never import at once.
    make_worker = import_module(module).Worker

    tasks = sys.stdin.buffer
    results = os.fdopen(os.dup(1), "wb")
    # Anything printed by accident must not get mixed into the results.
    os.dup2(2, 1)
    waiting: SimpleQueue[Any] = SimpleQueue()
    threading.Thread(target=_read, args=(tasks, waiting.put), daemon=True).start()

    def answer(value: Any) -> None:
        pickle.dump(value, results, protocol=pickle.HIGHEST_PROTOCOL)
        results.flush()

    def tried(function: Callable[[], Any]) -> Any:
        try:
            return function()
        except CleanerError as error:
            # An error in the settings, not in a document: it ends the run.
            return error

    try:
        settings = waiting.get()
        worker = tried(lambda: make_worker(settings, may_be_ended=True))
        answer(worker if isinstance(worker, CleanerError) else None)
        while True:
            task, given_up = waiting.get()
            careful = None if given_up is None else Careful(lambda document: answer(_Begun(document)), given_up)
            answer(tried(lambda: worker(task, careful)))  # noqa: B023 - called at once
    except OSError:
        # Nobody is waiting for results any more.
        os._exit(1)


def _read(pipe: Any, put: Callable[[Any], None]) -> None:
    """Pass on what comes through a pipe; when it is closed, end the process, even in the middle of its work."""
    try:
        while True:
            put(pickle.load(pipe))  # noqa: S301 - written by our own parent
    except (EOFError, OSError, pickle.UnpicklingError):
        os._exit(0)
    except BaseException:  # noqa: BLE001 - without this thread no more tasks would arrive
        os._exit(1)
