"""Shows long output a screen at a time, as git does."""

from __future__ import annotations

import os
import shutil
import subprocess
import sys
from collections.abc import Iterable
from contextlib import suppress

from cleaner.cli.output import write_lines

__all__ = ["page_lines"]

# The variables that name a pager, the first one that is set applies; and what applies without them: quit where all fits
# on a screen, show colours, leave the screen as it is.
_VARIABLES = ("CLEANER_PAGER", "PAGER")
_DEFAULT = "less -FRX"
_LESS_OPTIONS = "FRX"
_ROWS = 24


def page_lines(lines: Iterable[str], *, wanted: bool = True) -> None:
    """Write lines for people to standard output, through a pager where that is a terminal with too few rows for them.

    ``wanted``: whether a pager may be used at all. Without one that can be started, lines are written as they are.
    """
    if not wanted or not _is_terminal() or not (command := _command()):
        write_lines(lines)
        return
    rows = list(lines)
    if len(rows) < shutil.get_terminal_size((80, _ROWS)).lines or not _show(command, rows):
        write_lines(rows)


def _is_terminal() -> bool:
    return sys.stdout is not None and sys.stdout.isatty() and os.environ.get("TERM") != "dumb"


def _command() -> str:
    """The command of the pager; empty for none."""
    given = next((os.environ[name].strip() for name in _VARIABLES if name in os.environ), None)
    if given is None:
        return _DEFAULT if shutil.which(_DEFAULT.split(maxsplit=1)[0]) else ""
    return "" if given == "cat" else given


def _show(command: str, rows: list[str]) -> bool:
    """Show rows with a pager; whether that was possible."""
    encoding = sys.stdout.encoding or "utf-8"
    data = "".join(f"{row}\n" for row in rows).encode(encoding, "backslashreplace")
    environment = {"LESS": _LESS_OPTIONS, "LV": "-c", **os.environ}
    # The variable holds a command of the user's own shell, with options, as every program takes it.
    process = subprocess.Popen(command, shell=True, stdin=subprocess.PIPE, env=environment)  # noqa: S602
    assert process.stdin is not None
    # A pager may be left before it has read all.
    with suppress(OSError):
        process.stdin.write(data)
    with suppress(OSError):
        process.stdin.close()
    while True:
        try:
            # What a shell says of a command that it cannot find, or may not start.
            return process.wait() not in (126, 127)
        except KeyboardInterrupt:
            # The pager is interrupted too, and may go on.
            continue
