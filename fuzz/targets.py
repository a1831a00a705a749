"""All targets by name; a new reader or judge adds its own here."""

from __future__ import annotations

from fuzz.assembled import SQLITE, XLSX
from fuzz.containers import COMPRESSED, SNIFFING, TEXT_FILES, ZIPS
from fuzz.documents import HTML, HTML_REASONS, MARKDOWN, TEXT, TEXT_REASONS
from fuzz.files import CHECKPOINTS, MODELS, PATTERNS, WEIGHTS
from fuzz.jsonfiles import JSON
from fuzz.readers import HTTP, JSONL, WARC
from fuzz.tables import CSV
from fuzz.target import Target

__all__ = ["TARGETS"]

TARGETS: dict[str, Target] = {
    "text": TEXT,
    "text-reasons": TEXT_REASONS,
    "markdown": MARKDOWN,
    "html": HTML,
    "html-reasons": HTML_REASONS,
    "patterns": PATTERNS,
    "weights": WEIGHTS,
    "models": MODELS,
    "jsonl": JSONL,
    "json": JSON,
    "csv": CSV,
    "xlsx": XLSX,
    "sqlite": SQLITE,
    "warc": WARC,
    "http": HTTP,
    "compressed": COMPRESSED,
    "zips": ZIPS,
    "sniffing": SNIFFING,
    "text-files": TEXT_FILES,
    "checkpoints": CHECKPOINTS,
}
