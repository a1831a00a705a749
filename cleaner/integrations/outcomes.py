"""Code that the adapters share: documents of any quality in, one outcome each, never an exception for a document."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from functools import lru_cache
from typing import Any

from cleaner.api import Cleaner
from cleaner.config import CleanConfig
from cleaner.errors import ConfigError, PatternError, SitesError, WeightsError
from cleaner.result import NO_ARTICLE, CleanResult, Removal

__all__ = ["NOT_CLEANED", "Outcome", "clean_documents", "not_a_text", "require_html", "shared_cleaner"]

NOT_CLEANED = "not-cleaned"

# What helps with a document where it is known.
_KNOWN = ("title", "lang", "url", "site")

# No other error stops a job; these are not a document's fault and would occur for all of them.
SETTINGS_ERRORS = (ConfigError, PatternError, SitesError, WeightsError)


@dataclass(frozen=True, slots=True)
class Outcome:
    """The outcome for one document: the ``given`` value, and its ``result`` or the ``error`` that prevented it."""

    given: Any
    result: CleanResult | None = None
    error: str | None = None

    @property
    def text(self) -> Any:
        """What to pass on: the cleaned text, or what was given."""
        return self.given if self.result is None else self.result.text

    @property
    def changed(self) -> bool:
        """Whether what to pass on is not what was given."""
        return self.result is not None and self.result.text != self.given

    @property
    def flags(self) -> tuple[str, ...]:
        """The result's flags, or ``not-cleaned``."""
        return (NOT_CLEANED,) if self.result is None else self.result.flags

    @property
    def is_empty(self) -> bool:
        """Whether it has no article: no text at all, or only noise."""
        return self.result is not None and (NO_ARTICLE in self.result.flags or not self.result.text.strip())

    @property
    def kinds(self) -> tuple[str, ...]:
        """The kind of each removal, in order."""
        return tuple(removal.kind.value for removal in self._removals)

    @property
    def removals(self) -> list[dict[str, Any]]:
        """Each removal as plain values: ``start``, ``end``, ``kind``, ``score`` and ``text``."""
        return [
            {
                "start": removal.start,
                "end": removal.end,
                "kind": removal.kind.value,
                "score": removal.score,
                "text": removal.text,
            }
            for removal in self._removals
        ]

    @property
    def comments(self) -> list[str]:
        """The reader comments that were removed."""
        return [] if self.result is None else list(self.result.comments)

    @property
    def _removals(self) -> Sequence[Removal]:
        return () if self.result is None else self.result.removals


def clean_documents(
    cleaner: Cleaner, documents: Sequence[Mapping[str, Any]], *, html: bool = False, markdown: bool = False
) -> Iterator[Outcome]:
    """The outcome of each document, in order; a document that fails affects only itself.

    A document has ``text`` and, if known, ``title``, ``lang``, ``url`` and ``site``; any of these four that is not a text
    is ignored. ``html``: each ``text`` is an HTML page, whose article is wanted. ``markdown``: each is Markdown, and stays so.

    >>> [outcome.flags for outcome in clean_documents(Cleaner(), [{"text": "Der Rat tagt heute."}, {"text": None}])]
    [(), ('not-cleaned',)]
    """
    if html or markdown:
        yield from (_clean_one(cleaner, document, html=html, markdown=markdown) for document in documents)
        return
    texts = [_known(document) for document in documents if isinstance(document.get("text"), str)]
    results = _results(cleaner, texts)
    for document in documents:
        given = document.get("text")
        yield next(results) if isinstance(given, str) else Outcome(given, None, not_a_text(given))


def require_html() -> None:
    """Check that HTML can be cleaned; raises `ConfigError` otherwise."""
    if not hasattr(Cleaner, "clean_html"):
        raise ConfigError("html: this version cleans text only; extract the text first, e.g. with trafilatura")


@lru_cache(maxsize=8)
def shared_cleaner(config: CleanConfig | None) -> Cleaner:
    """The cleaner of a configuration, created once in a process: each worker creates its own for its first document."""
    return Cleaner(config)


def _results(cleaner: Cleaner, documents: list[dict[str, Any]]) -> Iterator[Outcome]:
    """The outcome of each text; if one fails and ends the stream, the rest is cleaned one by one."""
    done = 0
    try:
        for result in cleaner.stream(documents):
            yield Outcome(documents[done]["text"], result)
            done += 1
    except SETTINGS_ERRORS:
        raise
    except Exception:  # noqa: BLE001 - see above
        yield from (_clean_one(cleaner, document) for document in documents[done:])


def _clean_one(cleaner: Cleaner, document: Mapping[str, Any], *, html: bool = False, markdown: bool = False) -> Outcome:
    given = document.get("text")
    known = _known(document)
    try:
        if html:
            if not isinstance(given, str | bytes):
                return Outcome(given, None, not_a_text(given))
            # Looked up by name: the method comes with HTML input.
            result = getattr(cleaner, "clean_html")(given, url=known["url"], site=known["site"])  # noqa: B009
        else:
            clean = cleaner.clean_markdown if markdown else cleaner.clean
            result = clean(known.pop("text"), **known)
    except SETTINGS_ERRORS:
        raise
    except Exception as error:  # noqa: BLE001 - see above
        return Outcome(given, None, f"{type(error).__name__}: {error}")
    return Outcome(given, result)


def _known(document: Mapping[str, Any]) -> dict[str, Any]:
    """The document with the known fields that are text; ``en-GB`` gives the language ``en``."""
    known = {name: given if isinstance(given := document.get(name), str) else None for name in _KNOWN}
    if known["lang"]:
        known["lang"] = known["lang"].replace("_", "-").partition("-")[0].lower()
    return {"text": document.get("text"), **known}


def not_a_text(value: Any) -> str:
    """Why a value cannot be cleaned or learned.

    >>> not_a_text(7)
    'of type int, not a text'
    """
    return f"of type {type(value).__name__}, not a text"
