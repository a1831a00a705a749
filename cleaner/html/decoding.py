"""Bytes of a page -> its text: byte order mark, charset labels as browsers read them, then detection.

A label that the bytes contradict is ignored: bytes that decode as UTF-8 and have letters outside ASCII are UTF-8, and
for bytes labelled UTF-8 that are not, the encoding is detected.
"""

from __future__ import annotations

import codecs
import re

from charset_normalizer import from_bytes

__all__ = ["decode_page", "repair_text"]

# How many bytes are searched for a charset label, and how many are used to detect an encoding.
LABEL_WITHIN = 4096
DETECTED_BYTES = 30_000
# A page in UTF-8 may have up to this share of broken bytes.
MAX_BROKEN_SHARE = 0.02

_LABEL = re.compile(rb"""<meta[^>]{0,300}?charset\s*=\s*["']?\s*([a-z0-9_:.-]{2,40})""", re.IGNORECASE)
_XML_LABEL = re.compile(rb"""^\s*<\?xml[^>]{0,200}?encoding\s*=\s*["']([a-z0-9_:.-]{2,40})""", re.IGNORECASE)
# A run of accented Latin letters: no language has such words, but text read with the wrong label is full of them.
_ACCENTED_RUN = re.compile("[\x80-\u017e\u20ac]{3,}")
MIN_ACCENTED = 60
MIN_REREAD = 5
MAX_REREAD_BROKEN = 0.05
# What the first bytes of letters in UTF-8 look like when they are read as Latin.
_LEADS = "ÃÂÄÅÐÑÎÏÙØâãäåæçèéêë"
_PLAIN = frozenset({None, "utf-8", "cp1252"})
_WESTERN = ("latin-1", "iso8859-15", "cp1252")
_MARKS = ((codecs.BOM_UTF8, "utf-8"), (codecs.BOM_UTF16_LE, "utf-16-le"), (codecs.BOM_UTF16_BE, "utf-16-be"))
# Labels that browsers read as a larger encoding than they name.
_READ_AS = {
    "ascii": "cp1252",
    "us-ascii": "cp1252",
    "iso-8859-1": "cp1252",
    "iso8859-1": "cp1252",
    "iso_8859-1": "cp1252",
    "latin1": "cp1252",
    "latin-1": "cp1252",
    "iso-8859-9": "cp1254",
    "iso8859-9": "cp1254",
    "latin5": "cp1254",
    "iso-8859-11": "cp874",
    "tis-620": "cp874",
    "windows-874": "cp874",
    "gb2312": "gb18030",
    "gb_2312-80": "gb18030",
    "gbk": "gb18030",
    "x-gbk": "gb18030",
    "big5": "big5hkscs",
    "x-x-big5": "big5hkscs",
    "shift_jis": "cp932",
    "shift-jis": "cp932",
    "x-sjis": "cp932",
    "windows-31j": "cp932",
    "euc-kr": "cp949",
    "ks_c_5601-1987": "cp949",
    "ksc5601": "cp949",
    "x-mac-cyrillic": "mac-cyrillic",
    "unicode": "utf-8",
    "utf8": "utf-8",
    "utf-16": "utf-8",
    "utf-16le": "utf-8",
    "utf-16be": "utf-8",
    "x-user-defined": "cp1252",
}


def decode_page(data: bytes, charset: str | None = None) -> str:
    """The text of a page; ``charset`` is the one its transport named, such as an HTTP header. Never fails.

    >>> decode_page("<meta charset=iso-8859-1><p>“Été”".encode("cp1252"))
    '<meta charset=iso-8859-1><p>“Été”'
    >>> decode_page("<meta charset=iso-8859-1><p>Été".encode())
    '<meta charset=iso-8859-1><p>Été'
    """
    for mark, encoding in _MARKS:
        if data.startswith(mark):
            return data[len(mark) :].decode(encoding, "replace")
    if _is_wide(data):
        return data.decode("utf-16-le" if data[1] == 0 else "utf-16-be", "replace")
    labelled = _codec(charset) or _codec(_label(data))
    try:
        text = data.decode("utf-8")
    except UnicodeDecodeError:
        return _decode_other(data, labelled)
    # Only an encoding with shift characters looks like ASCII and is not.
    if labelled and labelled.startswith("iso2022") and b"\x1b" in data:
        return data.decode(labelled, "replace")
    return text


def repair_text(text: str) -> str:
    """A page's text, decoded again (at most twice) if it was decoded with a wrong label; otherwise unchanged.

    >>> repair_text("<p>Die RÃ¤te, BÃ¼rger, SÃ¤nger, MÃ¤rkte und BÃ¤der</p>")
    '<p>Die Räte, Bürger, Sänger, Märkte und Bäder</p>'
    """
    for _ in range(2):
        better = None if text.isascii() else _reread(text)
        if better is None:
            break
        text = better
    return text


def _reread(text: str) -> str | None:
    """The text of a page decoded as Western, decoded again as UTF-8 or by its label; None if that fails."""
    readings = []
    if (
        not any(letter in text for letter in _LEADS)
        and _codec(_label(text[:LABEL_WITHIN].encode("utf-8", "replace"))) in _PLAIN
    ):
        return None
    for western in _WESTERN:
        try:
            data = text.encode(western)
        except UnicodeEncodeError:
            continue
        found = data.decode("utf-8", "replace")
        broken = found.count("\ufffd")
        good = len(found) - len(found.encode("ascii", "ignore")) - broken
        if good >= MIN_REREAD and broken <= MAX_REREAD_BROKEN * good:
            return found
        labelled = _codec(_label(data))
        if labelled not in _PLAIN:
            readings.append(data.decode(str(labelled), "replace"))
    if not readings or sum(map(len, _ACCENTED_RUN.findall(text))) < MIN_ACCENTED:
        return None
    return min(readings, key=lambda reading: reading.count("\ufffd"))


def _decode_other(data: bytes, labelled: str | None) -> str:
    """The text of bytes that are not UTF-8 throughout."""
    if labelled not in {None, "utf-8"}:
        text = data.decode(str(labelled), "replace")
        if text.count("\ufffd") <= MAX_BROKEN_SHARE * len(text):
            return text
    text = data.decode("utf-8", "replace")
    beyond_ascii = sum(1 for character in text[:DETECTED_BYTES] if character > "\x7f")
    broken = text[:DETECTED_BYTES].count("\ufffd")
    if broken <= max(beyond_ascii - broken, 1) * MAX_BROKEN_SHARE or (
        labelled == "utf-8" and 2 * broken < beyond_ascii
    ):
        return text
    return data.decode(_detect(data) or "cp1252", "replace")


def _detect(data: bytes) -> str | None:
    """The encoding that the first lines with letters outside ASCII look like."""
    first = next((at for at, byte in enumerate(data) if byte > 0x7F), 0)
    start = max(0, first - 1000)
    best = from_bytes(re.sub(rb"<[^>]{0,500}>", b" ", data[start : start + DETECTED_BYTES])).best()
    return None if best is None else _codec(best.encoding)


def _is_wide(data: bytes) -> bool:
    """Whether bytes look like UTF-16 without a byte order mark: every other one at the start is zero."""
    head = data[:64]
    return len(head) >= 8 and ((not any(head[1::2]) and all(head[::2])) or (not any(head[::2]) and all(head[1::2])))


def _label(data: bytes) -> str | None:
    found = _LABEL.search(data, 0, LABEL_WITHIN) or _XML_LABEL.search(data, 0, LABEL_WITHIN)
    return found.group(1).decode("ascii") if found else None


def _codec(label: str | None) -> str | None:
    """The Python codec for a charset label, as browsers read it; None for an unknown one."""
    if not label:
        return None
    name = label.strip().strip("\"'").lower()
    try:
        found = codecs.lookup(_READ_AS.get(name, name))
    except (LookupError, ValueError):
        return None
    # Codecs such as rot13 or hex do not decode bytes to text.
    is_text = getattr(found, "_is_text_encoding", True)
    return (
        found.name
        if is_text
        and found.name not in {"utf-7", "unicode-escape", "raw-unicode-escape", "idna", "punycode", "undefined"}
        else None
    )
