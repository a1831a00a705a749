"""The XML in the parts of a workbook: parsed as a stream, without a document type, and text as Excel writes it."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterable, Iterator
from contextlib import contextmanager
from xml.parsers import expat
from xml.sax.saxutils import escape

__all__ = [
    "PartError",
    "make_parser",
    "parsing",
    "read_elements",
    "read_strings",
    "read_text",
    "split_name",
    "write_text",
]

_NAMESPACES = frozenset(
    {
        "http://schemas.openxmlformats.org/spreadsheetml/2006/main",
        "http://purl.oclc.org/ooxml/spreadsheetml/main",
    }
)
_RELATIONS = "http://schemas.openxmlformats.org/package/2006/relationships"
# Characters that XML cannot hold, or would change, are written with their code.
_CODE = re.compile(r"_x([0-9A-Fa-f]{4})_")
_SPECIAL = re.compile("[\x00-\x08\x0b-\x1f\ud800-\udfff\ufffe\uffff]|_(?=x[0-9A-Fa-f]{4}_)")


class PartError(Exception):
    """A part of a workbook is not what it should be."""


def make_parser(
    start: Callable[[str, dict[str, str]], None],
    end: Callable[[str], None],
    text: Callable[[str], None] | None = None,
) -> expat.XMLParserType:
    """A parser of one part; it refuses document types, with which a few bytes could stand for any number."""
    parser = expat.ParserCreate(namespace_separator=" ")
    parser.namespace_prefixes = True
    parser.StartElementHandler = start
    parser.EndElementHandler = end
    parser.CharacterDataHandler = text
    parser.StartDoctypeDeclHandler = _refuse_doctype
    return parser


def _refuse_doctype(*_: object) -> None:
    raise PartError("has a document type")


@contextmanager
def parsing() -> Iterator[None]:
    """Turns what a parser raises into a `PartError`."""
    try:
        yield
    except (expat.ExpatError, ValueError, LookupError) as error:
        raise PartError(str(error)) from None


def split_name(name: str) -> tuple[str, str]:
    """The name of an element of a workbook, and its prefix with a colon; no name if it is of another kind.

    >>> split_name("http://purl.oclc.org/ooxml/spreadsheetml/main row x"), split_name("urn:other row x")
    (('row', 'x:'), ('', ''))
    """
    space, _, rest = name.rpartition(" ") if name.count(" ") == 1 else name.partition(" ")
    if space not in _NAMESPACES and space != _RELATIONS:
        return "", ""
    local, _, prefix = rest.partition(" ")
    return local, f"{prefix}:" if prefix else ""


def read_elements(blocks: Iterable[bytes], *names: str) -> Iterator[tuple[str, dict[str, str]]]:
    """The elements of a part with one of these names, each with its attributes, whose names keep no prefix."""
    found: list[tuple[str, dict[str, str]]] = []

    def start(name: str, attributes: dict[str, str]) -> None:
        local, _ = split_name(name)
        if local in names:
            found.append((local, {_bare(key): value for key, value in attributes.items()}))

    parser = make_parser(start, lambda _: None)
    for block in blocks:
        with parsing():
            parser.Parse(block)
        yield from found
        found.clear()
    with parsing():
        parser.Parse(b"", True)  # noqa: FBT003 - it takes no names


def _bare(name: str) -> str:
    """The name of an attribute; that of another namespace has a colon before it."""
    return f":{name.split(' ')[1]}" if " " in name else name


def read_strings(blocks: Iterable[bytes]) -> Iterator[str]:
    """The texts of the part that cells share, without how they are pronounced."""
    texts: list[str] = []
    held: list[str] = []
    is_inside = is_phonetic = is_text = False

    def start(name: str, _attributes: dict[str, str]) -> None:
        nonlocal is_inside, is_phonetic, is_text
        local, _ = split_name(name)
        is_inside = is_inside or local == "si"
        is_phonetic = is_phonetic or local == "rPh"
        is_text = is_text or (local == "t" and is_inside and not is_phonetic)

    def end(name: str) -> None:
        nonlocal is_inside, is_phonetic, is_text
        local, _ = split_name(name)
        if local == "t":
            is_text = False
        elif local == "rPh":
            is_phonetic = False
        elif local == "si":
            texts.append(read_text("".join(held)))
            held.clear()
            is_inside = False

    def take(data: str) -> None:
        if is_text:
            held.append(data)

    parser = make_parser(start, end, take)
    for block in blocks:
        with parsing():
            parser.Parse(block)
        yield from texts
        texts.clear()
    with parsing():
        parser.Parse(b"", True)  # noqa: FBT003 - it takes no names
    yield from texts


def read_text(value: str) -> str:
    """The text that a part stands for: characters may be written with their code.

    >>> read_text("a_x000D_b _x005F_x000D_")
    'a\\rb _x000D_'
    """
    if "_x" not in value:
        return value
    text = _CODE.sub(lambda found: chr(int(found[1], 16)), value)
    # Two codes may stand for the halves of one character.
    return text.encode("utf-16-le", "surrogatepass").decode("utf-16-le", "surrogatepass")


def write_text(text: str) -> str:
    """A text as it stands between tags.

    >>> write_text("a < b\\r_x000D_")
    'a &lt; b_x000D__x005F_x000D_'
    """
    return escape(_SPECIAL.sub(lambda found: f"_x{ord(found[0]):04X}_", text))
