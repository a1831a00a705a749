"""The built-in patterns in one file that loads fast, with the triggers that were chosen for them.

Reading and weighing thousands of patterns takes seconds; this file takes milliseconds. A wheel carries one, made when
it is built. In a checkout it is made at first use and kept in the user's cache folder, or in the folder that the
environment variable ``CLEANER_CACHE`` names; an empty value keeps none. The file holds plain arrays and JSON below a
line of digests; one that is stale, damaged, or that somebody else may have written is passed over.
"""

from __future__ import annotations

import gc
import json
import os
import stat
import sys
import tempfile
from collections.abc import Callable, Iterable, Mapping, Sequence
from contextlib import suppress
from dataclasses import fields
from hashlib import blake2b
from importlib import resources
from io import BytesIO
from itertools import chain
from pathlib import Path
from sys import intern
from typing import Any, Final
from zipfile import BadZipFile

import numpy as np
import numpy.typing as npt

from cleaner.matching.compiled import MAKER, dump_expression
from cleaner.matching.index import ARRAYS, LineSample, TriggerIndex, character_classes
from cleaner.matching.literals import find_literals
from cleaner.matching.pattern import Pattern, PatternSet
from cleaner.matching.stored import EXAMPLES, LISTS, WORDING, Stored
from cleaner.matching.triggers import all_needs, find_trigger
from cleaner.result import Kind
from cleaner.text.document import Document
from cleaner.text.folding import encode, fold

__all__ = [
    "CACHE_VARIABLE",
    "PREPARED_NAME",
    "dump_prepared",
    "fingerprint_of",
    "load_prepared",
    "prepare",
    "prepared",
    "prove_once",
]

CACHE_VARIABLE: Final = "CLEANER_CACHE"
PREPARED_NAME: Final = "prepared-patterns.bin"
KEPT_FILES = 6
_FOLDER = "news-cleaner"
# The packages whose code reads and weighs patterns: with another one all is prepared again.
_SOURCES = ("matching", "text")
_PARTS = ("details", "code", "wording", "examples")
# Fields with few values, each kept once.
_NAMES = ("lang", "match", "case", "position", "action", "strength", "bounds", "reach", "file")
_FIELDS = tuple(entry.name for entry in fields(Pattern) if entry.name not in LISTS)


def prepared(files: Sequence[tuple[str, bytes]], read: Callable[[], PatternSet]) -> PatternSet:
    """The patterns of pattern files, from a prepared file where there is one, else by ``read``.

    ``files``: the names and contents of the files. Never fails for the sake of a prepared file.
    """
    fingerprint = fingerprint_of(files)
    with suppress(OSError):
        shipped = resources.files("cleaner") / PREPARED_NAME
        if shipped.is_file() and (found := load_prepared(shipped.read_bytes(), fingerprint)) is not None:
            return found
    path = _cache_path("patterns", fingerprint)
    if path is not None and (content := _read_own(path)) is not None:
        found = load_prepared(content, fingerprint)
        if found is not None:
            return found
    if path is None or (file := _begin(path)) is None:
        return read()  # nothing could be kept, so nothing is weighed that only pays when it is
    try:
        patterns = prepare(read())
        _finish(file, path, dump_prepared(patterns, fingerprint))
    finally:
        file.unlink(missing_ok=True)
    return patterns


def prove_once(files: Sequence[tuple[str, bytes]], prove: Callable[[], None]) -> None:
    """Prove pattern files by ``prove``, unless the cache folder remembers that these very files were proved before."""
    fingerprint = fingerprint_of(files)
    path = _cache_path("proved", fingerprint)
    # Another version of the regex module may be slow where this one is not.
    mark = f"{fingerprint} {MAKER}\n".encode()
    if path is not None and _read_own(path) == mark:
        return
    prove()
    if path is not None and (file := _begin(path)) is not None:
        try:
            _finish(file, path, mark)
        finally:
            file.unlink(missing_ok=True)


def prepare(patterns: PatternSet) -> PatternSet:
    """The patterns with triggers weighed on the lines of their examples."""
    lines = [line for pattern in patterns.patterns for line in (*pattern.must_match, *pattern.must_not_match)]
    sample = LineSample(Document("\n".join(lines)), chain.from_iterable(map(all_needs, patterns.patterns)))
    for pattern in patterns.patterns:
        pattern.__dict__["trigger"] = find_trigger(pattern, sample)
    find_literals.cache_clear()
    all_needs.cache_clear()
    return patterns


def fingerprint_of(files: Iterable[tuple[str, bytes]]) -> str:
    """A digest of pattern files and of the code that reads and weighs them."""
    digest = blake2b(digest_size=16)
    for package in _SOURCES:
        with suppress(OSError):
            entries = sorted((resources.files("cleaner") / package).iterdir(), key=lambda entry: entry.name)
            for entry in entries:
                if entry.name.endswith(".py"):
                    digest.update(entry.read_bytes())
    for name, content in files:
        digest.update(f"\0{name}\0{len(content)}\0".encode())
        digest.update(content)
    return digest.hexdigest()


def dump_prepared(patterns: PatternSet, fingerprint: str) -> bytes:
    """The content of a prepared file: a line of digests, and arrays, some of which are JSON."""
    codes, details = zip(*map(_details, patterns.patterns), strict=True)
    arrays, strings = patterns.index.dump()
    rows = [[getattr(pattern, name) for name in _FIELDS] for pattern in patterns.patterns]
    wording, examples = (
        [[getattr(pattern, name) for name in names] for pattern in patterns.patterns] for names in (WORDING, EXAMPLES)
    )
    alphabet = "".join(sorted(set(json.dumps([rows, wording, examples], ensure_ascii=False))))
    table = {"maker": MAKER, "alphabet": [alphabet, *_reading(alphabet)], "strings": strings, "patterns": rows}
    body = BytesIO()
    np.savez(
        body,
        allow_pickle=False,
        table=_bytes_array(_json(table)),
        **_join("code", codes),
        **_join("details", details),
        **_join("wording", list(map(_json, wording))),
        **_join("examples", list(map(_json, examples))),
        **arrays,
    )
    head = {"fingerprint": fingerprint, "digest": _digest(body.getvalue())}
    return _json(head) + b"\n" + body.getvalue()


def _details(pattern: Pattern) -> tuple[bytes, bytes]:
    """The code and the JSON of what is stored of a pattern; what is known of a phrase pattern is soon found again."""
    if pattern.regex is None:
        return b"", b""
    code, parts = dump_expression(pattern.compiled) or (b"", None)
    return code, _json([pattern.expression, pattern.trigger, parts])


def load_prepared(content: bytes, fingerprint: str) -> PatternSet | None:
    """The patterns of a prepared file; None where it is damaged or was made of other patterns, code or libraries."""
    is_collecting = gc.isenabled()
    gc.disable()  # many small objects are made at once, and none of them is dropped
    try:
        start = content.find(b"\n") + 1
        if json.loads(content[:start]) != {"fingerprint": fingerprint, "digest": _digest(memoryview(content)[start:])}:
            return None
        file = BytesIO(content)  # no second copy of so many bytes
        file.seek(start)
        with np.load(file, allow_pickle=False) as arrays:
            return _load_arrays(arrays)
    except (ValueError, KeyError, TypeError, RecursionError, BadZipFile):
        return None
    finally:
        if is_collecting:
            gc.enable()


def _load_arrays(arrays: Mapping[str, Any]) -> PatternSet | None:
    table = json.loads(arrays["table"].tobytes())
    alphabet, *reading = table["alphabet"]
    # Other versions of Python and of the regex module may fold and class characters in another way.
    if reading != _reading(alphabet):
        return None
    is_usable = table["maker"] == MAKER
    parts = zip(*(_part(arrays, name) for name in _PARTS), strict=True)
    stored = (Stored(is_usable, *part) for part in parts)
    patterns = PatternSet(map(_pattern, table["patterns"], stored))
    patterns.__dict__["index"] = TriggerIndex.load({name: arrays[name] for name in ARRAYS}, table["strings"])
    return patterns


def _pattern(row: list[Any], stored: Stored) -> Pattern:
    """A pattern as it was; it was validated when the file was made."""
    values = dict(zip(_FIELDS, row, strict=True))
    values["kind"] = Kind(values["kind"])
    for name in _NAMES:
        values[name] = intern(values[name])
    values["stored"] = stored
    pattern = object.__new__(Pattern)
    pattern.__dict__.update(values)
    return pattern


def _json(value: object) -> bytes:
    return json.dumps(value, ensure_ascii=False).encode()


def _bytes_array(content: bytes) -> npt.NDArray[np.uint8]:
    return np.frombuffer(content, dtype=np.uint8)


def _join(name: str, parts: Sequence[bytes]) -> dict[str, npt.NDArray[Any]]:
    """Pieces of bytes as two arrays: one behind the other, and where each ends."""
    return {name: _bytes_array(b"".join(parts)), f"{name}_ends": np.cumsum([len(part) for part in parts])}


def _part(arrays: Mapping[str, Any], name: str) -> list[bytes]:
    """The pieces that were joined under a name."""
    content, ends = arrays[name].tobytes(), arrays[f"{name}_ends"].tolist()
    return [content[start:end] for start, end in zip([0, *ends], ends, strict=False)]


def _reading(alphabet: str) -> list[str]:
    """How characters are folded and classed here."""
    return [fold(alphabet), character_classes(encode(alphabet)).tobytes().hex()]


def _digest(content: bytes | memoryview) -> str:
    return blake2b(content, digest_size=16).hexdigest()


# --- the cache -------------------------------------------------------------------------------------------


def _cache_path(kind: str, fingerprint: str) -> Path | None:
    """Where the file of a kind and a fingerprint is kept; None where none is to be kept."""
    named = os.environ.get(CACHE_VARIABLE)
    if named is not None:
        folder = Path(named) if named else None
    elif sys.platform == "win32":
        base = os.environ.get("LOCALAPPDATA")
        folder = Path(base) / _FOLDER if base else None
    else:
        home = os.environ.get("HOME")
        usual = Path(home) / ("Library/Caches" if sys.platform == "darwin" else ".cache") if home else None
        base = os.environ.get("XDG_CACHE_HOME")
        folder = Path(base) / _FOLDER if base else usual / _FOLDER if usual else None
    return folder / f"{kind}-{fingerprint}.bin" if folder is not None else None


def _read_own(path: Path) -> bytes | None:
    """The content of a file that nobody but this user may write."""
    try:
        with path.open("rb") as file:
            if hasattr(os, "getuid"):
                for status in (os.fstat(file.fileno()), path.parent.stat()):
                    if status.st_uid not in (os.getuid(), 0) or status.st_mode & (stat.S_IWGRP | stat.S_IWOTH):
                        return None
            return file.read()
    except OSError:
        return None


def _begin(path: Path) -> Path | None:
    """A new file beside a path, to be written; None where none can be made."""
    try:
        path.parent.mkdir(mode=0o700, parents=True, exist_ok=True)
        handle, name = tempfile.mkstemp(prefix=".patterns-", dir=path.parent)
    except OSError:
        return None
    os.close(handle)
    return Path(name)


def _finish(file: Path, path: Path, content: bytes) -> None:
    """Write the file, put it into its place in one step, and remove those that are long out of use; or do nothing."""
    with suppress(OSError):
        file.write_bytes(content)
        os.replace(file, path)
        files = sorted(
            path.parent.glob(f"{path.name.partition('-')[0]}-*.bin"),
            key=lambda other: other.stat().st_mtime,
            reverse=True,
        )
        for old in files[KEPT_FILES:]:
            old.unlink(missing_ok=True)
