"""Makes the pictures of the report in docs/figures, from a report over the samples: ``python docs/screenshots.py``.

It needs a Chromium, and the extra ``test-browser``. The same samples, browser and fonts give the same picture.
"""

from __future__ import annotations

import os
import subprocess
import sys
import tempfile
from pathlib import Path

from playwright.sync_api import Page, sync_playwright

ROOT = Path(__file__).parents[1]
CHROMIUM = os.environ.get("CLEANER_CHROMIUM", "/usr/bin/chromium")
IMAGE = Path("docs", "figures", "report.png")
# The document that is shown, and a line of it whose reasons are open.
DOCUMENT, LINE = "fr-blog-thread/raw.txt", "This page is sponsored by"


def main() -> None:
    """Make the report and the pictures."""
    with tempfile.TemporaryDirectory() as folder:
        report = Path(folder, "report.html")
        samples = sorted(str(path.relative_to(ROOT)) for path in (ROOT / "samples").glob("*/raw.txt"))
        command = [sys.executable, "-m", "cleaner", "report", *samples, "-o", str(report), "--quiet"]
        subprocess.run(command, cwd=ROOT, check=True)  # noqa: S603 - it is our own
        with sync_playwright() as started:
            browser = started.chromium.launch(executable_path=CHROMIUM, args=["--no-sandbox"])
            page = browser.new_page(viewport={"width": 1280, "height": 1000}, color_scheme="light")
            page.goto(report.as_uri())
            page.wait_for_selector("#browser:not([hidden])")
            show_line(page)
            page.screenshot(path=str(ROOT / IMAGE))
            browser.close()


def show_line(page: Page) -> None:
    """Choose the document, and open the reasons of the line."""
    page.locator("#documents button", has_text=DOCUMENT).first.click()
    page.locator("#lines .line", has_text=LINE).first.locator("button.number").click()
    page.evaluate("document.querySelector('.side').scrollTo(0, 0)")
    page.evaluate("window.scrollTo(0, 0)")
    page.mouse.move(0, 0)


if __name__ == "__main__":
    main()
