"""The output of the command line: data to standard output, messages and progress to standard error."""

from __future__ import annotations

import os
import shutil
import signal
import sys
import threading
import unicodedata
from collections.abc import Iterable, Iterator
from contextlib import contextmanager, suppress
from typing import NoReturn, TypeVar

import typer

from cleaner.errors import CleanerError, ConfigError, OutputError, PatternError, WeightsError

__all__ = [
    "EXIT_CLOSED_PIPE",
    "EXIT_FAILED",
    "EXIT_INTERRUPTED",
    "EXIT_TERMINATED",
    "EXIT_USAGE",
    "StandardOutputError",
    "TerminatedError",
    "catch_signals",
    "open_standard_files",
    "printable",
    "refuse",
    "reporting",
    "say",
    "say_all",
    "say_each",
    "show_progress",
    "terminal_width",
    "wants_colour",
    "write",
    "write_error",
    "write_lines",
]

EXIT_FAILED = 1
EXIT_USAGE = 2
EXIT_INTERRUPTED = 130
EXIT_CLOSED_PIPE = 141
EXIT_TERMINATED = 143
DEFAULT_COLUMNS = 120

_Item = TypeVar("_Item")


class ClosedPipeError(Exception):
    """The reader of standard output has closed it."""


class TerminatedError(BaseException):
    """The process was asked to end (SIGTERM); like an interrupt, it is not an `Exception`."""


class StandardOutputError(OutputError):
    """Standard output cannot be written, so there is no use in continuing."""


# --- standard output -------------------------------------------------------------------------------------


def write(data: bytes) -> None:
    """Write to standard output, at once."""
    if sys.stdout is None:
        raise StandardOutputError("standard output: cannot be written: it is closed; name a file with -o")
    try:
        sys.stdout.buffer.write(data)
        sys.stdout.buffer.flush()
    except BrokenPipeError:
        raise ClosedPipeError from None
    except OSError as error:
        raise StandardOutputError(
            f"standard output: cannot be written: {error.strerror}; check where it goes"
        ) from None


def write_lines(lines: Iterable[str]) -> None:
    """Write lines for people to standard output; characters that its encoding lacks become escapes."""
    encoding = (sys.stdout and sys.stdout.encoding) or "utf-8"
    for line in lines:
        write(f"{line}\n".encode(encoding, "backslashreplace"))


def wants_colour() -> bool:
    """Whether standard output can show colours and they are not turned off."""
    return (
        sys.stdout is not None
        and sys.stdout.isatty()
        and not os.environ.get("NO_COLOR")
        and os.environ.get("TERM") != "dumb"
    )


def terminal_width() -> int:
    """How many columns the terminal has."""
    return shutil.get_terminal_size((DEFAULT_COLUMNS, 24)).columns


# --- standard error --------------------------------------------------------------------------------------


def say(message: str) -> None:
    """Write a message to standard error, on one line without control characters, whatever names are in it."""
    write_error(f"cleaner: {printable(message)}\n")


def printable(text: str) -> str:
    r"""A text with escapes for all characters that a terminal acts upon or does not show, since names may have any.

    >>> printable("caf\u00e9\x1b[2J\n.txt")
    'café\\x1b[2J\\n.txt'
    """
    if text.isprintable():
        return text
    return "".join(
        character
        if character.isprintable() or unicodedata.category(character) == "Zs"
        else character.encode("unicode_escape").decode("ascii")
        for character in text
    )


def say_all(errors: Iterable[CleanerError]) -> int:
    """Report errors; returns how many there were."""
    return say_each(map(str, errors))


def say_each(messages: Iterable[str]) -> int:
    """Say some sentences; returns how many there were."""
    count = 0
    for message in messages:
        say(message)
        count += 1
    return count


def show_progress(items: Iterable[_Item], what: str) -> Iterator[_Item]:
    """The same items, counted on standard error as they pass, if that is a terminal."""
    if sys.stderr is None or not sys.stderr.isatty():
        yield from items
        return
    count = 0
    try:
        for item in items:
            yield item
            count += 1
            write_error(f"\r{what}: {count}")
    finally:
        write_error("\r\x1b[K")


def write_error(text: str) -> None:
    """Write to standard error as it is; without one, nothing happens."""
    with suppress(OSError):
        if sys.stderr is not None:
            sys.stderr.write(text)
            sys.stderr.flush()


# --- how a command ends ----------------------------------------------------------------------------------


def refuse(message: str) -> NoReturn:
    """Report wrong usage and stop."""
    say(message)
    raise typer.Exit(EXIT_USAGE)


@contextmanager
def catch_signals() -> Iterator[None]:
    """An interrupt or a termination request raises `KeyboardInterrupt` or `TerminatedError`, but only the first one."""
    if threading.current_thread() is not threading.main_thread():
        yield
        return

    def stop(number: int, _frame: object) -> None:
        for other in before:
            signal.signal(other, signal.SIG_IGN)
        raise KeyboardInterrupt if number == signal.SIGINT else TerminatedError

    before = {number: signal.getsignal(number) for number in (signal.SIGINT, signal.SIGTERM)}
    try:
        for number, handler in before.items():
            # A process started in the background with interrupts ignored must not be interrupted.
            if handler is not signal.SIG_IGN:
                signal.signal(number, stop)
        yield
    finally:
        for number, handler in before.items():
            signal.signal(number, handler)


@contextmanager
def reporting() -> Iterator[None]:
    """Turns errors into one line on standard error and an exit status."""
    try:
        yield
    except (ConfigError, PatternError, WeightsError) as error:
        say(str(error))
        raise typer.Exit(EXIT_USAGE) from None
    except CleanerError as error:
        say(str(error))
        if isinstance(error, StandardOutputError):
            _close_standard_output()
        raise typer.Exit(EXIT_FAILED) from None
    except ClosedPipeError:
        _close_standard_output()
        raise typer.Exit(EXIT_CLOSED_PIPE) from None
    except MemoryError:
        say("there is not enough memory; use fewer --jobs, or a lower --max-document")
        raise typer.Exit(EXIT_FAILED) from None
    except KeyboardInterrupt:
        say("interrupted; no file is half written")
        raise typer.Exit(EXIT_INTERRUPTED) from None
    except TerminatedError:
        say("terminated; no file is half written")
        raise typer.Exit(EXIT_TERMINATED) from None


def _close_standard_output() -> None:
    """Point standard output to the null device, so that nothing is written to it, and nothing fails, at exit."""
    with suppress(OSError, ValueError):
        if sys.stdout is not None:
            os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())


def open_standard_files() -> None:
    """Open the null device for standard input, output or error if the process was started without them.

    Otherwise the next file to be opened would get their number, and anything a library prints would go into that file.
    """
    for number in range(3):
        try:
            os.fstat(number)
        except OSError:
            # Opening takes the lowest free number, and that is this one.
            os.set_inheritable(os.open(os.devnull, os.O_RDWR), True)  # noqa: FBT003 - it has no name
