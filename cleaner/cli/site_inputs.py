"""Site memories that a run uses, and those among its inputs, which are no collections of documents."""

from __future__ import annotations

import os
from pathlib import Path

from cleaner.cli.output import refuse, say
from cleaner.config import CleanConfig
from cleaner.corpus.records import STDIN, Source
from cleaner.corpus.records.sources import is_folder
from cleaner.errors import InputError, SitesError

__all__ = ["check_memory", "without_memories"]


def without_memories(
    sources: list[Source], names: list[str], memory: Path | None, option: str, *, is_quiet: bool
) -> tuple[list[Source], list[InputError]]:
    """The sources that are no site memories, and an error if that leaves none of them.

    ``memory``: the file of ``option``, which the run uses. In a folder it is left out without a word, and another
    memory with a note; one that is among ``names``, the inputs, is refused.
    """
    from cleaner.sites.store import is_memory

    def is_other(source: Source, path: str, *, is_named: bool) -> bool:
        """Whether a source is the file of another memory; of those in folders only databases are looked at."""
        return source.member is None and (is_named or source.format == "sqlite") and is_memory(Path(path))

    own = None if memory is None else os.path.realpath(memory)
    named = {os.path.realpath(name) for name in names if name != STDIN and not is_folder(name)}
    kept: list[Source] = []
    for source in sources:
        path = None if source.path is None else os.path.realpath(source.path)
        is_own, is_named = path is not None and path == own, path in named
        if is_own and is_named:
            refuse(
                f"{source.name}: is also the file of {option}; leave it out of the inputs, or name another file with "
                f"{option}"
            )
        if path is None or not (is_own or is_other(source, path, is_named=is_named)):
            kept.append(source)
        elif is_named:
            refuse(
                f"{source.name}: is a site memory, which has no documents; use it with {option}, and leave it out of "
                "the inputs"
            )
        elif not is_own and not is_quiet:
            say(f"{source.name}: is a site memory and was not read; `cleaner sites merge` puts memories together")
    if sources and not kept:
        return [], [InputError(f"{names[0]}: has nothing to read but a site memory; name files with documents")]
    return kept, []


def check_memory(config: CleanConfig) -> None:
    """Refuse a site memory that cannot be read, before any work is done."""
    from cleaner.sites.store import SiteStore

    try:
        if isinstance(config.sites, Path):
            SiteStore(config.sites, "read").close()
    except SitesError as error:
        refuse(f"--sites: {error}")
