"""The errors that callers may get; every message names the place and the fix."""

from __future__ import annotations

from json import JSONDecodeError

__all__ = [
    "CleanerError",
    "ConfigError",
    "InputError",
    "MissingExtraError",
    "OutputError",
    "PatternError",
    "SitesError",
    "WeightsError",
    "json_fault",
]


class CleanerError(Exception):
    """Base of all errors this package raises on purpose."""


class ConfigError(CleanerError):
    """A configuration value is unknown or out of range."""


class InputError(CleanerError):
    """A document cannot be read; the message says why and what to do."""


class OutputError(CleanerError):
    """A result cannot be written; nothing half written is left behind."""


class MissingExtraError(CleanerError, ImportError):
    """A package that an optional part needs is not installed; the message gives the command that installs it.

    >>> print(MissingExtraError("pyarrow", "arrow"))
    pyarrow is not installed; install it with: python -m pip install 'news-cleaner[arrow]'
    """

    def __init__(self, needed: str, extra: str) -> None:
        self.needed = needed
        self.extra = extra
        super().__init__(f"{needed} is not installed; install it with: python -m pip install 'news-cleaner[{extra}]'")

    def __reduce__(self) -> tuple[object, ...]:
        return MissingExtraError, (self.needed, self.extra)


class PatternError(CleanerError):
    """A pattern file does not load; the message names file, pattern id, field and fix.

    >>> print(PatternError("fr/tags.toml", "is unknown; use one of: cut, drop", pattern="fr.tags.x", field="action"))
    fr/tags.toml: pattern fr.tags.x: action: is unknown; use one of: cut, drop
    """

    def __init__(self, file: str, fix: str, *, pattern: str | None = None, field: str | None = None) -> None:
        self.file = file
        self.pattern = pattern
        self.field = field
        self.fix = fix
        where = [file]
        if pattern is not None:
            where.append(f"pattern {pattern}")
        if field is not None:
            where.append(field)
        super().__init__(": ".join([*where, fix]))

    def __reduce__(self) -> tuple[object, ...]:
        return _rebuild_pattern_error, (self.file, self.fix, self.pattern, self.field)


def _rebuild_pattern_error(file: str, fix: str, pattern: str | None, field: str | None) -> PatternError:
    return PatternError(file, fix, pattern=pattern, field=field)


class WeightsError(CleanerError):
    """A weights file does not load; the message names file, place and fix.

    >>> print(WeightsError("weights.json", "first.prior", "is 'x', not a number; fit it again"))
    weights.json: first.prior: is 'x', not a number; fit it again
    """

    def __init__(self, file: str, place: str, fix: str) -> None:
        self.file = file
        self.place = place
        self.fix = fix
        super().__init__(f"{file}: {place}: {fix}")

    def __reduce__(self) -> tuple[object, ...]:
        return WeightsError, (self.file, self.place, self.fix)


class SitesError(CleanerError):
    """A site memory cannot be read or written; the message names the file and the fix.

    >>> print(SitesError("sites.sqlite", "is no site memory; give another file"))
    sites.sqlite: is no site memory; give another file
    """

    def __init__(self, file: str, fix: str) -> None:
        self.file = file
        self.fix = fix
        super().__init__(f"{file}: {fix}")

    def __reduce__(self) -> tuple[object, ...]:
        return SitesError, (self.file, self.fix)


def json_fault(error: JSONDecodeError) -> str:
    """What is wrong with a JSON text and at which character, counted from 1, for messages.

    >>> json_fault(JSONDecodeError("Unterminated string starting at", '{"a', 1))
    'Unterminated string starting at character 2'
    """
    return f"{error.msg.removesuffix(' at')} at character {error.pos + 1}"
