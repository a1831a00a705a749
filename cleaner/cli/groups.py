"""Options that several commands have together: written once, as a dataclass, and spread over each command."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, fields, is_dataclass
from functools import wraps
from inspect import Parameter, signature
from typing import Any, get_type_hints

from cleaner.cli.options import (
    DisabledPatternsOption,
    EngineOption,
    HeadlineOption,
    KeepOption,
    ModeOption,
    PatternsOption,
    ThresholdOption,
    WeightsOption,
    make_config,
)
from cleaner.cli.site_options import SitesOption
from cleaner.config import CleanConfig

__all__ = ["Cleaning", "spread"]


@dataclass(frozen=True, slots=True)
class Cleaning:
    """How documents are cleaned: the values of the options with these names."""

    keep: KeepOption = None
    headline: HeadlineOption = "first"
    mode: ModeOption = "balanced"
    threshold: ThresholdOption = 0.0
    patterns: PatternsOption = None
    disabled_patterns: DisabledPatternsOption = None
    weights: WeightsOption = None
    sites: SitesOption = None
    engine: EngineOption = "blocks"

    def given(self) -> dict[str, Any]:
        """The options that say something, by their long names, as a person would read them.

        >>> Cleaning(keep=["byline", "tags"], mode="careful").given()
        {'keep': 'byline, tags', 'mode': 'careful'}
        """
        values = ((one.name, getattr(self, one.name), one.default) for one in fields(self))
        return {
            name.replace("_", "-"): ", ".join(value) if isinstance(value, list) else str(value)
            for name, value, default in values
            if value != default
        }

    def config(self) -> CleanConfig:
        """The configuration that they add up to; raises `ConfigError` when one is unknown."""
        return make_config(**{one.name: getattr(self, one.name) for one in fields(self)})


def spread(command: Callable[..., None]) -> Callable[..., None]:
    """The same command, but each parameter that is a dataclass of options is these options instead.

    typer reads options from the parameters of a function, and has no groups of them.
    """
    hints = get_type_hints(command, include_extras=True)
    groups: dict[str, Any] = {}
    parameters: list[Parameter] = []
    for parameter in signature(command).parameters.values():
        hint = hints[parameter.name]
        if not is_dataclass(hint):
            parameters.append(parameter.replace(annotation=hint))
            continue
        groups[parameter.name] = hint
        own = get_type_hints(hint, include_extras=True)
        parameters += [
            Parameter(one.name, Parameter.KEYWORD_ONLY, default=one.default, annotation=own[one.name])
            for one in fields(hint)
        ]

    @wraps(command)
    def run(**given: Any) -> None:
        for name, group in groups.items():
            given[name] = group(**{one.name: given.pop(one.name) for one in fields(group)})
        command(**given)

    run.__dict__["__signature__"] = signature(command).replace(parameters=parameters)
    run.__annotations__ = {parameter.name: parameter.annotation for parameter in parameters}
    return run
