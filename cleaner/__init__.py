"""Strips boilerplate and sponsor spam from scraped news text, and says why each line was removed."""

from cleaner.api import (
    Cleaner,
    clean_html,
    clean_markdown,
    clean_text,
    explain_html,
    explain_markdown,
    explain_text,
)
from cleaner.config import CleanConfig
from cleaner.errors import CleanerError, ConfigError, InputError, OutputError, PatternError, SitesError
from cleaner.passes.edits import apply_removals
from cleaner.result import CleanResult, Evidence, Kind, Line, Metadata, Removal, Span, Verdict
from cleaner.sites.memory import SiteMemory

__all__ = [
    "CleanConfig",
    "CleanResult",
    "Cleaner",
    "CleanerError",
    "ConfigError",
    "Evidence",
    "InputError",
    "Kind",
    "Line",
    "Metadata",
    "OutputError",
    "PatternError",
    "Removal",
    "SiteMemory",
    "SitesError",
    "Span",
    "Verdict",
    "apply_removals",
    "clean_html",
    "clean_markdown",
    "clean_text",
    "explain_html",
    "explain_markdown",
    "explain_text",
]

__version__ = "0.1.0"
