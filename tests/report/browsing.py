"""Opens reports in a headless Chromium; tests that need it are skipped, with a message, where there is none."""

from __future__ import annotations

import json
import os
import shutil
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import pytest

__all__ = ["BROWSER", "HOSTILE", "browsing", "open_report", "write_records"]

# Names of a Chromium; CLEANER_CHROMIUM names another program.
_NAMES = ("chromium", "chromium-browser", "google-chrome")
BROWSER = os.environ.get("CLEANER_CHROMIUM") or next(filter(None, map(shutil.which, _NAMES)), None)
# What a page may try; none of it may be anything but text.
HOSTILE = (
    "<script>window.harmed = 1</script>",
    "</script><script>window.harmed = 2</script>",
    "</style><img src=x onerror='window.harmed = 3'>",
    '<a href="javascript:window.harmed = 4">Read also: more</a>',
    "javascript:window.harmed = 5",
    "\u202eevil\u202c &lt;b&gt; &amp; <!-- ]]> {{ 7 * 7 }} ${8*8}",
    "\x00\x1b[31mred\x7f\ufeff",
)


def write_records(path: Path, texts: list[str], **known: Any) -> Path:
    """A file of records with these texts and ids from 0 on."""
    records = [{"id": number, "text": text, **known} for number, text in enumerate(texts)]
    path.write_text("".join(f"{json.dumps(record)}\n" for record in records), "utf-8")
    return path


@contextmanager
def browsing() -> Iterator[Any]:
    """A running browser."""
    if BROWSER is None:
        pytest.skip("there is no Chromium here; install one, or name it in CLEANER_CHROMIUM")
    playwright = pytest.importorskip("playwright.sync_api", reason="python -m pip install 'news-cleaner[test-browser]'")
    with playwright.sync_playwright() as started:
        # Chromium has no sandbox for the superuser, as whom tests run in containers.
        sandbox = [] if hasattr(os, "geteuid") and os.geteuid() else ["--no-sandbox"]
        browser = started.chromium.launch(executable_path=BROWSER, args=sandbox)
        yield browser
        browser.close()


@contextmanager
def open_report(browser: Any, path: Path, *, width: int = 1600, scheme: str = "light") -> Iterator[Any]:
    """A report in a new window; ends in an error if the page reports one, or asks for anything from elsewhere."""
    context = browser.new_context(viewport={"width": width, "height": 1000}, color_scheme=scheme)
    page = context.new_page()
    faults: list[str] = []
    page.on("pageerror", lambda error: faults.append(str(error)))
    page.on("console", lambda message: faults.append(message.text) if message.type in ("error", "warning") else None)
    page.on(
        "request",
        lambda request: faults.append(request.url) if not request.url.startswith(("file:", "blob:")) else None,
    )
    page.goto(path.as_uri())
    page.wait_for_selector("#browser:not([hidden])")
    yield page
    assert faults == []
    context.close()
