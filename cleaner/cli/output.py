"""What the command line writes: data to standard output, messages and progress to standard error."""

from __future__ import annotations

import os
import shutil
import sys
from collections.abc import Iterable, Iterator
from contextlib import contextmanager, suppress
from typing import NoReturn, TypeVar

import typer

from cleaner.errors import CleanerError, ConfigError, OutputError, PatternError, WeightsError

__all__ = [
    "EXIT_CLOSED_PIPE",
    "EXIT_FAILED",
    "EXIT_INTERRUPTED",
    "EXIT_USAGE",
    "StandardOutputError",
    "refuse",
    "reporting",
    "say",
    "say_all",
    "show_progress",
    "terminal_width",
    "wants_colour",
    "write",
    "write_lines",
]

EXIT_FAILED = 1
EXIT_USAGE = 2
EXIT_INTERRUPTED = 130
EXIT_CLOSED_PIPE = 141
DEFAULT_COLUMNS = 120

_Item = TypeVar("_Item")


class ClosedPipeError(Exception):
    """Nobody reads standard output any more."""


class StandardOutputError(OutputError):
    """Standard output cannot be written, so going on is of no use."""


# --- standard output -------------------------------------------------------------------------------------


def write(data: bytes) -> None:
    """Write to standard output, at once."""
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
    """Write lines for people to standard output; what its encoding lacks is written as an escape."""
    encoding = sys.stdout.encoding or "utf-8"
    for line in lines:
        write(f"{line}\n".encode(encoding, "backslashreplace"))


def wants_colour() -> bool:
    """Whether standard output shows colours and nobody has asked for none."""
    return sys.stdout.isatty() and not os.environ.get("NO_COLOR") and os.environ.get("TERM") != "dumb"


def terminal_width() -> int:
    """How many columns the terminal has."""
    return shutil.get_terminal_size((DEFAULT_COLUMNS, 24)).columns


# --- standard error --------------------------------------------------------------------------------------


def say(message: str) -> None:
    """Write a message to standard error."""
    _write_error(f"cleaner: {message}\n")


def say_all(errors: Iterable[CleanerError]) -> int:
    """Report errors; how many there were."""
    count = 0
    for error in errors:
        say(str(error))
        count += 1
    return count


def show_progress(items: Iterable[_Item], what: str) -> Iterator[_Item]:
    """The same items, counted on standard error while they pass, where that is a terminal."""
    if sys.stderr is None or not sys.stderr.isatty():
        yield from items
        return
    count = 0
    try:
        for item in items:
            yield item
            count += 1
            _write_error(f"\r{what}: {count}")
    finally:
        _write_error("\r\x1b[K")


def _write_error(text: str) -> None:
    with suppress(OSError):
        sys.stderr.write(text)
        sys.stderr.flush()


# --- how a command ends ----------------------------------------------------------------------------------


def refuse(message: str) -> NoReturn:
    """Report wrong usage and stop."""
    say(message)
    raise typer.Exit(EXIT_USAGE)


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
    except KeyboardInterrupt:
        say("interrupted; no file is half written")
        raise typer.Exit(EXIT_INTERRUPTED) from None


def _close_standard_output() -> None:
    """Point standard output to nowhere, so that nothing is written to it, and nothing fails, at the end."""
    with suppress(OSError, ValueError):
        os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())
