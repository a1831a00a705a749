"""The files of folders that are not read: counted by their endings, so that none is left out in silence."""

from __future__ import annotations

import os
from collections import Counter
from pathlib import Path

__all__ = ["Unread", "is_known_kind"]

# Files that hold no article, so that leaving them out is no failure: pictures and sound, fonts, style and programs, and
# what downloads, crawls and systems leave beside files.
_NO_DOCUMENTS = """
    .aac .asc .avi .avif .bak .bat .bmp .c .cdx .cdxj .cfg .class .conf .cpp .crc .crdownload .css .cur .db .dll .eot .exe
    .flac .gif .go .h .heic .ico .ini .ipynb .java .jpeg .jpg .js .jsx .less .lock .m4a .m4v .map .md5 .mjs .mkv
    .mov .mp3 .mp4 .mpeg .mpg .o .oga .ogg .ogv .opus .orig .otf .part .partial .php .pid .pl .png .psd .py .pyc .pyi .r
    .rb .rs .sass .scss .sh .sha1 .sha256 .sig .so .svg .swf .tif .tiff .tmp .toml .torrent .ts .tsx .ttf .wasm .wav
    .weba .webm .webp .wma .wmv .woff .woff2 .yaml .yml
"""
# Files that hold texts, in a form that another program reads.
_OTHER_DOCUMENTS = """
    .7z .azw3 .bib .bz2 .djvu .doc .docm .docx .eml .epub .gz .key .mbox .mobi .msg .odp .ods .odt .pages .pdf .ppt
    .pptx .ps .rar .rss .rtf .tar .tex .tgz .xml .xz .zip .zst
"""
_KINDS = {
    **dict.fromkeys(_NO_DOCUMENTS.split(), "others"),
    **dict.fromkeys(_OTHER_DOCUMENTS.split(), "documents"),
}
# How files are read that are not, by their kind.
_WAYS = {
    "documents": "name an archive itself, make texts of others first",
    "packed": "unpack the archive to read such files",
    "unknown": "--format text reads such files as texts",
}
_NO_ENDING = "without ending"
# How many endings a message lists.
_LISTED = 6


def is_known_kind(name: str) -> bool:
    """Whether the ending of a file says that it is no text that could be read.

    >>> is_known_kind("page.pdf"), is_known_kind("logo.PNG"), is_known_kind("page.story"), is_known_kind("page")
    (True, True, False, False)
    """
    return os.path.splitext(name)[1].lower() in _KINDS


class Unread:
    """Counts the files that are not read; those that may hold documents are failures of the run."""

    def __init__(self) -> None:
        self._counts: dict[str, Counter[str]] = {kind: Counter() for kind in (*_WAYS, "others")}
        self._examples: dict[str, str] = {}

    def add(self, path: Path | str, *, is_packed: bool = False) -> None:
        """Count a file; ``is_packed``: it could be read if it were not in an archive."""
        ending = os.path.splitext(path)[1].lower()
        kind = "packed" if is_packed else _KINDS.get(ending, "unknown")
        self._counts[kind][ending or _NO_ENDING] += 1
        self._examples.setdefault(kind, str(path))

    def failures(self) -> list[str]:
        """A sentence each for documents in other forms and for files of which nobody knows what they hold.

        >>> unread = Unread()
        >>> for name in ("in/a.pdf", "in/b.pdf", "in/c.docx", "in/d.png"):
        ...     unread.add(name)
        >>> unread.failures()
        ['3 files were not read: 2 .pdf, 1 .docx, e.g. in/a.pdf; name an archive itself, make texts of others first']
        >>> unread.note()
        '1 file was not read: 1 .png, e.g. in/d.png; such files hold no article'
        """
        return [self._sentence(kind, way) for kind, way in _WAYS.items() if self._counts[kind]]

    def note(self) -> str | None:
        """A sentence for files that hold no documents; None if there are none."""
        return self._sentence("others", "such files hold no article") if self._counts["others"] else None

    def _sentence(self, kind: str, way: str) -> str:
        counts = self._counts[kind]
        common = sorted(counts.items(), key=lambda item: (-item[1], item[0]))
        listed = ", ".join(f"{count} {ending}" for ending, count in common[:_LISTED])
        more = ", ..." if len(common) > _LISTED else ""
        were = "file was" if counts.total() == 1 else "files were"
        return f"{counts.total()} {were} not read: {listed}{more}, e.g. {self._examples[kind]}; {way}"
