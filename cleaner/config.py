"""The one configuration object: frozen, small, checked when it is created."""

from __future__ import annotations

import dataclasses
import math
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Literal, Protocol, TypeAlias

from cleaner.errors import ConfigError
from cleaner.result import Kind

__all__ = ["CleanConfig", "KnowsSites", "Output", "require_output"]

# What HTML becomes.
Output: TypeAlias = Literal["text", "markdown"]

# Stands for every kind of noise.
_ALL = "all"
_HEADLINES = ("first", "drop", "keep")
_MODES = ("careful", "balanced", "thorough")
_ENGINES = ("blocks", "trafilatura")
_OUTPUTS = ("text", "markdown")


class KnowsSites(Protocol):
    """A site memory: `cleaner.SiteMemory`."""

    def knowledge(self, site: str) -> Any:
        """What is known about a site; None if nothing is."""


@dataclass(frozen=True, slots=True)
class CleanConfig:
    """How a document is cleaned.

    ``keep``: kinds of noise to leave in; ``"all"`` stands for every kind. ``headline``: ``"first"`` keeps the first copy of the headline,
    ``"drop"`` removes all copies, ``"keep"`` leaves all. ``mode``: the balance between article lost and noise left in:
    ``"careful"`` never removes an unnamed run inside the article, ``"thorough"`` is for those who want no noise.
    ``threshold``: points a line's score must exceed to be removed; a higher value removes less. ``patterns``: a folder
    of your own pattern files, added to the built-in ones. ``disabled_patterns``: ids of patterns that are not used, as
    `Evidence.source` gives them; one that no pattern has is reported when the patterns are read. ``weights``: a file
    written by ``cleaner fit``, used instead of the built-in weights.
    ``engine``: how the text of HTML is found: ``"blocks"`` scores each block of the page, ``"trafilatura"`` leaves
    it to trafilatura alone. ``html_weights``: a fitted model of blocks, used instead of the built-in one.
    ``timeout``: CPU seconds that one document may take, its removals included; one that takes longer is returned with
    the flag ``"timed-out"`` and without removals: a text as it was, an HTML page as an empty text. None is no limit.
    ``sites``: what sites repeat: a file written by ``cleaner sites learn``, or a `SiteMemory`. It is used for documents
    whose site is known, which is the host of their address if nothing else is said.

    Raises `ConfigError` when a value is unknown.

    >>> CleanConfig(keep={"byline"}).keep
    frozenset({<Kind.BYLINE: 'byline'>})
    """

    keep: frozenset[Kind] = frozenset()
    headline: Literal["first", "drop", "keep"] = "first"
    mode: Literal["careful", "balanced", "thorough"] = "balanced"
    threshold: float = 0.0
    patterns: Path | None = None
    weights: Path | None = None
    engine: Literal["blocks", "trafilatura"] = "blocks"
    html_weights: Path | None = None
    timeout: float | None = None
    disabled_patterns: frozenset[str] = frozenset()
    sites: Path | str | KnowsSites | None = None

    def __post_init__(self) -> None:
        given: Any = self.keep
        given = [given] if isinstance(given, str) else list(given)
        kinds = Kind if _ALL in given else map(_kind, given)
        object.__setattr__(self, "keep", frozenset(kinds))
        object.__setattr__(self, "disabled_patterns", _ids(self.disabled_patterns))
        if self.headline not in _HEADLINES:
            raise ConfigError(f"headline: {self.headline!r} is unknown; use one of: {', '.join(_HEADLINES)}")
        if self.mode not in _MODES:
            raise ConfigError(f"mode: {self.mode!r} is unknown; use one of: {', '.join(_MODES)}")
        if (
            isinstance(self.threshold, bool)
            or not isinstance(self.threshold, int | float)
            or self.threshold != self.threshold
        ):
            raise ConfigError(f"threshold: {self.threshold!r} is not a number of points; 0.0 is the default")
        if self.engine not in _ENGINES:
            raise ConfigError(f"engine: {self.engine!r} is unknown; use one of: {', '.join(_ENGINES)}")
        if self.timeout is not None and not _is_time(self.timeout):
            raise ConfigError(
                f"timeout: {self.timeout!r} is not a time; give CPU seconds above 0, or None for no limit"
            )
        for name in ("html_weights", "patterns", "weights"):
            if getattr(self, name) is not None:
                object.__setattr__(self, name, Path(getattr(self, name)))
        object.__setattr__(self, "sites", _sites(self.sites))

    def replace(self, **overrides: Any) -> CleanConfig:
        """The same configuration with some fields changed; an unknown field raises `ConfigError`."""
        known = {field.name for field in dataclasses.fields(self)}
        for name in overrides:
            if name not in known:
                raise ConfigError(f"{name}: is not a setting; use one of: {', '.join(sorted(known))}")
        return dataclasses.replace(self, **overrides)


def require_output(output: Output, config: CleanConfig) -> None:
    """Check that HTML can become this with a configuration; raises `ConfigError` if it cannot."""
    if output not in _OUTPUTS:
        raise ConfigError(f"output: {output!r} is unknown; use one of: {', '.join(_OUTPUTS)}")
    if output == "markdown" and config.engine != "blocks":
        raise ConfigError(f"output: the engine {config.engine!r} gives text only; use the engine 'blocks' for markdown")


def _sites(given: Any) -> Path | KnowsSites | None:
    if given is None or isinstance(given, Path) or hasattr(given, "knowledge"):
        found: Path | KnowsSites | None = given
        return found
    if isinstance(given, str):
        return Path(given)
    raise ConfigError(f"sites: {given!r} is no site memory; give a SiteMemory, or the path of its file")


def _is_time(value: object) -> bool:
    return isinstance(value, int | float) and not isinstance(value, bool) and 0 < value < math.inf


def _ids(given: Any) -> frozenset[str]:
    ids = [given] if isinstance(given, str) else list(given)
    for one in ids:
        if not isinstance(one, str):
            raise ConfigError(f"disabled_patterns: {one!r} is not the id of a pattern; give ids as strings")
    return frozenset(ids)


def _kind(value: str) -> Kind:
    try:
        return Kind(value)
    except ValueError:
        known = ", ".join(kind.value for kind in Kind)
        raise ConfigError(f"keep: {value!r} is not a kind of noise; use some of: {known}; or all") from None
