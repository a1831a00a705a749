"""The configuration file of the command line, and the command ``config``, which shows what applies and why.

The values of the file are the defaults of the options with the same meaning, so what the command line gives wins.
"""

from __future__ import annotations

import json
import os
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import Annotated, Any, Final, TypeAlias

import typer

from cleaner.cli.output import reporting, write
from cleaner.config import CleanConfig
from cleaner.errors import ConfigError

__all__ = ["DEFAULT_TIMEOUT", "NoConfigOption", "Settings", "find_settings", "read_settings", "run"]

DEFAULT_TIMEOUT: Final = 30.0
_OWN, _PROJECT = "cleaner.toml", "pyproject.toml"
# A configuration has a few lines (set by hand).
_MAX_BYTES = 100_000
_LISTS, _NUMBERS, _PATHS = ("keep", "disabled_patterns"), ("threshold", "timeout"), ("patterns", "weights", "sites")
# No number of points or seconds that means anything is larger (set by hand).
_LARGEST = 1e9
_NAMES = (
    "keep",
    "headline",
    "mode",
    "threshold",
    "patterns",
    "disabled_patterns",
    "weights",
    "sites",
    "engine",
    "timeout",
)


@dataclass(frozen=True, slots=True)
class Settings:
    """The values that a configuration file gives, by name; ``path`` is None where there is no such file."""

    path: Path | None = None
    values: Mapping[str, Any] = field(default_factory=dict)


def find_settings(folder: Path) -> Settings:
    """What the nearest configuration file says: that of a folder, or of the nearest one above it that has any.

    Such a file is ``cleaner.toml``, or ``pyproject.toml`` where it has a table ``[tool.cleaner]``; in one folder the
    first wins. Paths in it become relative to its folder. Raises `ConfigError`, with the file and the fix, when it
    cannot be read or has an unknown name or value.
    """
    for one in (folder, *folder.parents):
        for path in (one / _OWN, one / _PROJECT):
            if os.path.isfile(path) and (table := _table(path)) is not None:  # noqa: PTH113 - never fails
                return Settings(path, _checked(path, table))
    return Settings()


def read_settings(path: Path) -> Settings:
    """What one configuration file says, whatever its name. Raises `ConfigError` as `find_settings` does."""
    table = _table(path, way="")
    if table is None:
        raise ConfigError(f"{path}: has no table [tool.cleaner]; name a file with settings")
    return Settings(path, _checked(path, table))


def _table(path: Path, *, way: str = ", or use --no-config") -> Any:
    """The table of settings in a file; None where a file of a project has none.

    ``way``: what else can be done about one that cannot be read.
    """
    import tomllib

    try:
        with path.open("rb") as file:
            content = file.read(_MAX_BYTES + 1)
        if path.name == _PROJECT and b"cleaner" not in content:
            return None
        if len(content) > _MAX_BYTES:
            raise ConfigError(f"{path}: has more than {_MAX_BYTES} bytes; make it shorter{way}")
        parsed: Any = tomllib.loads(content.decode("utf-8"))
    except OSError as error:
        raise ConfigError(f"{path}: cannot be read ({error.strerror}); correct that{way}") from None
    except (ValueError, RecursionError) as error:
        raise ConfigError(f"{path}: is not valid TOML ({error}); correct it{way}") from None
    if path.name != _PROJECT:
        return parsed
    tools = parsed.get("tool")
    return tools.get("cleaner") if isinstance(tools, dict) else None


def _checked(path: Path, table: Any) -> dict[str, Any]:
    """The values of a file after they were checked."""
    if not isinstance(table, dict):
        raise ConfigError(f"{path}: tool.cleaner: is not a table; write [tool.cleaner]")
    if "pattern" in table or isinstance(table.get("format"), int):
        raise ConfigError(f"{path}: is a pattern file, not settings; name its folder")
    values = {name: _value(path, name, value) for name, value in table.items()}
    try:
        CleanConfig(**{name: value for name, value in values.items() if name != "timeout"})
    except ConfigError as error:
        raise ConfigError(f"{path}: {error}") from None
    return values


def _value(path: Path, name: str, value: Any) -> Any:
    """One value of a file, a path as one from its folder."""
    if name not in _NAMES:
        from difflib import get_close_matches

        near = get_close_matches(name, _NAMES, 1) or [", ".join(_NAMES)]
        raise ConfigError(f"{path}: {name}: is not a setting; did you mean: {near[0]}?")
    if name in _LISTS:
        items = [value] if isinstance(value, str) else value
        if not isinstance(items, list) or not all(isinstance(item, str) for item in items):
            raise ConfigError(f"{path}: {name}: is not a list of strings; write {name} = [...]")
        return items
    if name in _NUMBERS:
        least = 0.0 if name == "timeout" else -_LARGEST
        if isinstance(value, bool) or not isinstance(value, int | float) or not least <= value <= _LARGEST:
            raise ConfigError(
                f"{path}: {name}: is not a number that it can have; give one from {least:g} to {_LARGEST:g}"
            )
        return float(value)
    if not isinstance(value, str) or not value or "\0" in value:
        raise ConfigError(f"{path}: {name}: {value!r} is not a name; write a string")
    return str(path.parent / value) if name in _PATHS else value


def _here() -> Settings:
    """The settings for the current folder; none where there is no such folder any more."""
    try:
        folder = Path.cwd()
    except OSError:
        return Settings()
    return find_settings(folder)


def _apply(context: typer.Context, *, ignored: bool) -> bool:
    """Make the values of the configuration file the defaults of a command's options."""
    if not ignored and not context.resilient_parsing:
        with reporting():
            context.default_map = dict(_here().values)
    return ignored


NoConfigOption: TypeAlias = Annotated[
    bool,
    typer.Option(
        "--no-config",
        callback=_apply,
        is_eager=True,
        help="Ignore configuration files (`cleaner config` shows what they say).",
    ),
]


def run() -> None:
    """Show the settings that apply in this folder, and where each comes from.

    They are those of the nearest cleaner.toml, or pyproject.toml with a table [tool.cleaner], in this folder or one
    above it; the rest are defaults. Options of `cleaner clean`, `explain` and `report` win over both. The output is
    itself a configuration file.

    \b
    Examples:
      cleaner config
      cleaner config > settings.toml
    """
    with reporting():
        write("".join(f"{line}\n" for line in _lines(_here())).encode("utf-8", "backslashreplace"))


def _lines(settings: Settings) -> Iterator[str]:
    defaults = CleanConfig()
    for name in _NAMES:
        default: Any = DEFAULT_TIMEOUT if name == "timeout" else getattr(defaults, name)
        value = settings.values.get(name, sorted(default) if name in _LISTS else default)
        source = json.dumps(str(settings.path), ensure_ascii=False)[1:-1] if name in settings.values else "default"
        yield f"# {name}: none  # {source}" if value is None else f"{name} = {_to_toml(value)}  # {source}"


def _to_toml(value: Any) -> str:
    if isinstance(value, float):
        return repr(value)
    return json.dumps(value, ensure_ascii=False).replace("\x7f", "\\u007f")
