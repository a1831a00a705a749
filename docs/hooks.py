"""Takes pages from outside docs/ into the site, and turns links to them into links within the site.

In a repository viewer a page links to ``../CONTRIBUTING.md``; on the site that page is ``contributing.md``.
"""

from __future__ import annotations

import posixpath
import re
from pathlib import Path
from typing import Any

from mkdocs.structure.files import File, Files

ROOT = Path(__file__).parents[1]
# Files of the repository, and what they are called on the site.
OUTSIDE = {
    "README.md": "readme.md",
    "CONTRIBUTING.md": "contributing.md",
    "SECURITY.md": "security.md",
    "CHANGELOG.md": "changelog.md",
    "LICENSE": "license.md",
    "patterns/README.md": "pattern-format.md",
    "samples/README.md": "samples.md",
    "samples/marked/README.md": "marked-documents.md",
}
REPOSITORY_PATHS = {site: path for path, site in OUTSIDE.items()}
LINK = re.compile(r"\]\(([^)\s#:]+)(#[^)\s]*)?\)")


def on_files(files: Files, config: Any) -> Files:
    """The files of the site, with those from outside docs/."""
    for path, site in OUTSIDE.items():
        files.append(File.generated(config, site, abs_src_path=str(ROOT / path)))
    return files


def on_page_markdown(markdown: str, page: Any, **_: Any) -> str:
    """The text of a page, with links that lead within the site."""
    site = page.file.src_uri
    folder = posixpath.dirname(REPOSITORY_PATHS.get(site, f"docs/{site}"))

    def relink(found: re.Match[str]) -> str:
        path = posixpath.normpath(posixpath.join(folder, found[1]))
        target = OUTSIDE.get(path, path.removeprefix("docs/"))
        return f"]({posixpath.relpath(target, posixpath.dirname(site) or '.')}{found[2] or ''})"

    return LINK.sub(relink, markdown)
