"""A function for ``dataset.map`` of Hugging Face datasets.

    dataset.with_format("arrow").map(TableCleaner("text", flags="flags"), batched=True).with_format(None)

Tables carry the types of their columns; batches of lists do not, and ``datasets`` would have to guess them for a batch
without any removal.
"""

from __future__ import annotations

import dataclasses
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from cleaner import __version__
from cleaner.config import CleanConfig
from cleaner.errors import ConfigError
from cleaner.integrations.arrow import clean_table
from cleaner.integrations.outcomes import require_html

__all__ = ["TableCleaner"]


@dataclass(frozen=True)
class TableCleaner:
    """Cleans one column of each table; see `cleaner.integrations.arrow.clean_table` for the fields.

    ``datasets`` caches what a function returns, under a hash of the function: here, of its fields and of ``version``,
    so that another version of the cleaner does not use the cache of this one; and of the state of the site memory, so
    that one that has learned more does not use the cache of before.

    >>> import pyarrow
    >>> TableCleaner()(pyarrow.table({"text": ["Der Rat tagt heute.\\nAntwortenLöschen", None]})).to_pylist()
    [{'text': 'Der Rat tagt heute.'}, {'text': None}]
    """

    column: str = "text"
    target: str | None = None
    html: bool = False
    title: str = "title"
    lang: str = "lang"
    url: str = "url"
    site: str | None = None
    removed: str | None = None
    comments: str | None = None
    flags: str | None = None
    config: CleanConfig | None = None
    version: str = __version__

    def __post_init__(self) -> None:
        if self.html:
            require_html()

    def __call__(self, table: Any) -> Any:
        """The table, cleaned."""
        if not hasattr(table, "column_names"):
            raise ConfigError('dataset: its batches are not tables; map over dataset.with_format("arrow")')
        options = {field.name: getattr(self, field.name) for field in dataclasses.fields(self)}
        del options["version"]
        return clean_table(table, **options)

    def __getstate__(self) -> dict[str, Any]:
        """The fields; those of the configuration are in the same order in every process."""
        state = dict(self.__dict__)
        if self.config is not None:
            settings = {field.name: getattr(self.config, field.name) for field in dataclasses.fields(self.config)}
            state["config"] = settings | {
                "keep": sorted(kind.value for kind in self.config.keep),
                "disabled_patterns": sorted(self.config.disabled_patterns),
            }
            state["learned"] = _state_of_sites(self.config)
        return state

    def __setstate__(self, state: dict[str, Any]) -> None:
        state = {name: value for name, value in state.items() if name != "learned"}
        if state["config"] is not None:
            state["config"] = CleanConfig(**state["config"])
        self.__dict__.update(state)


def _state_of_sites(config: CleanConfig) -> list[tuple[int, int]]:
    """What tells a site memory that has learned more: sizes and times of its file and of the changes beside it."""
    path = config.sites if isinstance(config.sites, Path) else getattr(config.sites, "path", None)
    files = [] if path is None else [Path(path), Path(f"{path}-wal")]
    return [(file.stat().st_size, file.stat().st_mtime_ns) for file in files if file.exists()]
