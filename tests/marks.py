"""Helpers for tests of corrections: a mark on a line of a text, as the report exports it, and files of them."""

from __future__ import annotations

import hashlib
import json
from pathlib import Path
from typing import Any

__all__ = ["mark", "write_marks"]


def mark(file: str, text: str, line: str, label: str, /, **more: Any) -> dict[str, Any]:
    """A correction of a line of a text."""
    start = text.index(line)
    return {
        "file": file,
        "start": start,
        "end": start + len(line),
        "text": line,
        "label": label,
        "action": "keep" if label == "noise" else "drop",
        "kind": None,
        "score": 0.0,
        "before": "",
        "after": "",
        "sha256": hashlib.sha256(text.encode("utf-8", "surrogatepass")).hexdigest(),
        "options": {},
        **more,
    }


def write_marks(path: Path, *marks: dict[str, Any] | str) -> Path:
    """A file of corrections; a string is a line as it is."""
    lines = [one if isinstance(one, str) else json.dumps(one) for one in marks]
    path.write_text("".join(f"{line}\n" for line in lines), "utf-8")
    return path
