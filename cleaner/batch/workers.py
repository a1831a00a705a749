"""Worker processes: each reads tasks from a pipe and writes results to another, and opens no file.

A worker ends when its pipe is closed, which happens however the parent ends. Interrupts from the keyboard are the
parent's business.
"""

from __future__ import annotations

import os
import pickle
import signal
import subprocess
import sys
import threading
import traceback
from collections.abc import Callable
from concurrent.futures import Future, ThreadPoolExecutor
from contextlib import suppress
from queue import SimpleQueue
from typing import Any

from cleaner.batch.plan import Settings
from cleaner.errors import CleanerError

__all__ = ["WorkerError", "Workers", "serve"]

# One core a process: the threads of numerical libraries would only be in each other's way.
# And one heap: what the thread that reads tasks gives back is of use to the one that cleans them.
_ENVIRONMENT = dict.fromkeys(("OMP_NUM_THREADS", "OPENBLAS_NUM_THREADS", "MKL_NUM_THREADS", "MALLOC_ARENA_MAX"), "1")


class WorkerError(CleanerError):
    """A worker process has ended before its work was done."""


class Workers:
    """Processes that clean tasks; started when there is work for them, ended by `stop`.

    A thread of the parent belongs to each process: it hands over a task, and waits for the result.
    """

    def __init__(self, settings: Settings, jobs: int) -> None:
        self._settings = settings
        self._threads = ThreadPoolExecutor(jobs, thread_name_prefix="cleaner")
        self._own = threading.local()
        self._lock = threading.Lock()
        self._processes: list[subprocess.Popen[bytes]] = []
        self._is_stopped = False

    def submit(self, task: Any) -> Future[Any]:
        """The result of a task, some time later."""
        return self._threads.submit(self._run, task)

    def stop(self) -> None:
        """End all processes, at once, whatever they are doing."""
        with self._lock:
            self._is_stopped = True
            for process in self._processes:
                process.kill()
        self._threads.shutdown(wait=True, cancel_futures=True)
        for process in self._processes:
            process.wait()
            for pipe in (process.stdin, process.stdout):
                with suppress(OSError):
                    if pipe is not None:
                        pipe.close()

    def _run(self, task: Any) -> Any:
        process = getattr(self._own, "process", None)
        try:
            if process is None:
                process = self._own.process = self._start()
                _send(process, self._settings)
                _receive(process)
            _send(process, task)
            return _receive(process)
        except (OSError, EOFError, pickle.UnpicklingError):
            code = None if process is None else process.poll()
            raise WorkerError(
                f"a worker process ended before its work was done{_how(code)}; "
                "use fewer --jobs, it may be short of memory"
            ) from None

    def _start(self) -> subprocess.Popen[bytes]:
        program = f"import sys; sys.path[:] = {sys.path!r}; from cleaner.batch.workers import serve; serve()"
        options: dict[str, Any] = {"process_group": 0} if os.name == "posix" else {}
        with self._lock:
            if self._is_stopped:
                raise EOFError
            process = subprocess.Popen(  # noqa: S603 - this interpreter, and a program made of constants
                [sys.executable, "-c", program],
                stdin=subprocess.PIPE,
                stdout=subprocess.PIPE,
                env={**os.environ, **_ENVIRONMENT},
                **options,
            )
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


def _how(code: int | None) -> str:
    if code is None or code >= 0:
        return ""
    with suppress(ValueError):
        return f" ({signal.Signals(-code).name})"
    return f" (signal {-code})"


# --- in the worker ---------------------------------------------------------------------------------------


def serve() -> None:
    """Work until the pipe that tasks come from is closed; the first thing in it are the settings."""
    signal.signal(signal.SIGINT, signal.SIG_IGN)
    # Before the thread begins, so that two threads never import at once.
    from cleaner.batch.work import Worker

    tasks = sys.stdin.buffer
    results = os.fdopen(os.dup(1), "wb")
    # Whatever is printed by accident must not get between the results.
    os.dup2(2, 1)
    waiting: SimpleQueue[Any] = SimpleQueue()
    threading.Thread(target=_read, args=(tasks, waiting.put), daemon=True).start()

    def answer(function: Callable[[], Any]) -> None:
        try:
            value = function()
        except CleanerError as error:
            value = error
        except Exception:  # noqa: BLE001 - told to the parent, which ends the run
            value = WorkerError(f"a worker process failed; please report this:\n{traceback.format_exc()}")
        pickle.dump(value, results, protocol=pickle.HIGHEST_PROTOCOL)
        results.flush()

    worker: list[Worker] = []
    try:
        settings = waiting.get()
        answer(lambda: worker.append(Worker(settings)))
        while True:
            task = waiting.get()
            answer(lambda: worker[0](task))  # noqa: B023 - called at once
    except OSError:
        # Nobody waits for results any more.
        os._exit(1)


def _read(pipe: Any, put: Callable[[Any], None]) -> None:
    """Hand on what comes through a pipe; end the process, even in the middle of its work, when it is closed."""
    while True:
        try:
            put(pickle.load(pipe))  # noqa: S301 - written by our own parent
        except (EOFError, OSError, pickle.UnpicklingError):
            os._exit(0)
