"""The targets for Excel workbooks and SQLite databases: a file that is put together holds the new texts and the rest.

Of a workbook the input is a sheet, or the file itself; of a database it is the file.
"""

from __future__ import annotations

import io
import sqlite3
from collections.abc import Iterator
from contextlib import closing
from dataclasses import dataclass
from functools import partial
from pathlib import Path
from random import Random
from zipfile import ZipFile

from lxml import etree

from cleaner.corpus.records.chunks import Done, Fields, Item, Limits, Place, RawChunk, assembled_format
from cleaner.corpus.records.sheets import Dimension, Kind, Row, scan_sheet
from cleaner.corpus.records.sources import Format, Source
from cleaner.corpus.records.xmlparts import PartError
from cleaner.errors import InputError
from fuzz.mutations import damage, mutate_with
from fuzz.readers import source_of
from fuzz.target import Target, chosen_by
from tests.material import sample_texts
from tests.workbooks import MAIN, sheet, workbook

__all__ = ["SQLITE", "XLSX"]

_OTHERS = ("body", "content", "article")
_FIELDS = (
    Fields(other_texts=_OTHERS),
    Fields(other_texts=_OTHERS, result="clean"),
    Fields(other_texts=_OTHERS, result="n", id="text"),
)
_LIMITS = (Limits(1 << 20, 1 << 22), Limits(1, 300))
_PART = "xl/worksheets/sheet1.xml"
_NEW = 'new <text> & "more"\r\n\t_x0041_ \x00\ud800é😀 '
# A database holds no lone surrogates.
_NEW_TEXT = _NEW.replace("\ud800", "")


@dataclass(frozen=True, slots=True)
class _Made:
    """What was read, and the file that was put together from it."""

    source: Source
    fields: Fields
    chunks: list[RawChunk]
    items: list[Item]
    target: Path


def _run(data: bytes, kind: Format, new: str) -> _Made:
    fields, limits = _FIELDS[chosen_by(data, 3)], _LIMITS[chosen_by(data, 2)]
    module = assembled_format(kind)
    source = source_of(_workbook(data) if kind == "xlsx" else data, f"a.{kind}", kind)
    chunks = list(module.read_chunks(source, Place(), limits, fields))
    items = [item for chunk in chunks for item in _items(kind, chunk, fields)]
    assert source.path is not None
    journal, target = source.path.with_name("journal"), source.path.with_name(f"b.{kind}")
    done: list[Done] = [(item, None if item.document is None else new) for item in items]
    journal.write_bytes(module.write_items(done, None, to_jsonl=False))
    target.unlink(missing_ok=True)
    module.assemble(source, journal, target, fields)
    return _Made(source, fields, chunks, items, target)


def _items(kind: Format, chunk: RawChunk, fields: Fields) -> list[Item]:
    return assembled_format(kind).read_items(chunk, fields, max_bytes=100_000, to_jsonl=False)


def _again(made: _Made, kind: Format) -> list[Item]:
    """What is read of the file that was put together."""
    source = Source("b", made.target, made.target, kind)
    fields = Fields(text=made.fields.result or made.fields.text, other_texts=made.fields.other_texts)
    chunks = assembled_format(kind).read_chunks(source, Place(), _LIMITS[0], fields)
    return [item for chunk in chunks for item in _items(kind, chunk, fields)]


def _check_read(made: _Made, kind: Format) -> None:
    for item in made.items:
        assert item.document is None or item.failure is None, "a row is a document, or a failure"
        assert item.failure is None or item.failure.strip(), "a failure has a reason"
    assert sum(chunk.end.records - chunk.start.records for chunk in made.chunks) == len(made.items), "rows are counted"
    middle = len(made.chunks) // 2
    if made.chunks:
        limits = _LIMITS[0] if len(made.chunks) == 1 else _LIMITS[1]
        module = assembled_format(kind)
        later = list(module.read_chunks(made.source, made.chunks[middle].start, limits, made.fields))
        assert [one.payload for one in later] == [one.payload for one in made.chunks[middle:]], (
            "reading goes on anywhere"
        )


# --- workbooks -------------------------------------------------------------------------------------------

_STRINGS = ("<t>id</t>", "<t>text</t>", "<t>one</t>", '<r><t>t</t></r><r><t xml:space="preserve">wo </t></r>', "<t/>")


def _workbook(data: bytes) -> bytes:
    """A workbook of which one sheet is the input, or the input itself."""
    if data.startswith(b"PK"):
        return data
    base = io.BytesIO()
    with ZipFile(io.BytesIO(_BASE)) as old, ZipFile(base, "w") as new:
        for info in old.infolist():
            new.writestr(info.filename, data if info.filename == _PART else old.read(info))
    return base.getvalue()


def _check_workbook(data: bytes, made: _Made) -> None:
    _check_read(made, "xlsx")
    assert made.source.path is not None
    before, after = _parts(made.source.path), _parts(made.target)
    assert list(before) == list(after), "the parts stay in their order"
    changed = [name for name in before if before[name] != after[name]]
    assert len(changed) <= 1, "only the sheet changes"
    for name in changed:
        _check_sheet(before[name], after[name], made)
    for size in (1, 100) if not data.startswith(b"PK") else ():
        assert _rows(data, size) == _rows(data, 1 << 16), "the size of blocks changes nothing"
    if not any(item.failure for item in made.items) and changed:
        texts = [item.document.text for item in _again(made, "xlsx") if item.document]
        assert texts[-sum(item.document is not None for item in made.items) :] == [
            _NEW for item in made.items if item.document
        ], "the new texts are there"


def _check_sheet(before: bytes, after: bytes, made: _Made) -> None:
    # Not every parser takes what another one does, such as other versions of XML.
    assert _is_xml(after) or not _is_xml(before), "what was XML stays XML"
    old, new = _rows(before, 1 << 16), _rows(after, 1 << 16)
    assert [row[0] for row in old] == [row[0] for row in new], "rows stay"
    others = [[cell for cell in row[1] if cell[2] != _NEW] for row in new]
    kept = [[cell for cell in row[1] if cell in other] for row, other in zip(old, others, strict=True)]
    lost = sum(len(row[1]) - len(same) for row, same in zip(old, kept, strict=True))
    documents = sum(item.document is not None for item in made.items)
    assert lost <= documents, "at most one cell changes in each row"


def _is_xml(data: bytes) -> bool:
    try:
        etree.fromstring(data, etree.XMLParser(resolve_entities=False, huge_tree=True))
    except etree.XMLSyntaxError:
        return False
    return True


def _rows(data: bytes, size: int) -> list[tuple[int, list[tuple[int, Kind, str]]]]:
    """The rows of a sheet, each with its cells; of what is no sheet those before the first error."""
    rows: list[tuple[int, list[tuple[int, Kind, str]]]] = []
    blocks = (data[at : at + size] for at in range(0, len(data), size))
    joined = b""
    try:
        for piece in scan_sheet(blocks, 1 << 20):
            joined += piece.raw if isinstance(piece, Row | Dimension) else piece
            if isinstance(piece, Row):
                rows.append((piece.number, [(cell.column, cell.kind, cell.value) for cell in piece.cells]))
    except PartError:
        return rows
    assert joined == data, "the pieces of a sheet are the sheet"
    return rows


def _parts(path: Path) -> dict[str, bytes]:
    with ZipFile(path) as file:
        return {info.filename: file.read(info) for info in file.infolist()}


def _sheet_seeds() -> Iterator[bytes]:
    header = '<row r="1" spans="1:2"><c r="A1" t="s"><v>0</v></c><c r="B1" t="s" s="1"><v>1</v></c></row>'
    for at, text in enumerate(sample_texts()[:10]):
        words = "".join(letter for letter in text[:200] if letter.isalnum() or letter.isspace())
        cells = f'<c r="B2" t="inlineStr"><is><t>{words}</t></is></c><c r="D2" t="str"><v>{at}</v></c>'
        more = '<row r="7"><c r="B7" t="s" s="2"><v>3</v></c></row><row r="8"/><row><c><f>A1</f><v>1</v></c></row>'
        rows = f'{header}<row r="2"><c><v>1</v></c>{cells}</row>{more}'
        made = sheet(rows, before='<dimension ref="A1:B8"/>', after="<mergeCells/>")
        yield made.encode()
        if at % 3 == 0:
            yield (
                made.replace("<", "<x:")
                .replace("<x:/", "</x:")
                .replace("<x:?", "<?")
                .replace("xmlns=", "xmlns:x=")
                .encode()
            )
    yield _BASE


_SHEET_PIECES = (
    b'<row r="1">',
    b"<row/>",
    b"</row>",
    b'<row r="9"><c r="B9" t="s"><v>2</v></c></row>',
    b'<c r="B3" t="inlineStr"><is><r><t>a</t></r><rPh sb="0" eb="1"><t>b</t></rPh></is></c>',
    b'<c t="s"><v>4</v></c>',
    b'<c t="s"><v>99</v></c>',
    b"<c/>",
    b'<c r="XFD1"/>',
    b'<f t="array" ref="B2:B9">x</f>',
    b'<f t="shared" si="0"/>',
    b"<v>text</v>",
    b"<v> </v>",
    b"_x0041__xD83D_",
    b"&#13;&lt;&amp;",
    b"&a;",
    b"<!-- <c> -->",
    b"<![CDATA[ </v> ]]>",
    b"<?x ?>",
    b"<!DOCTYPE a>",
    b't="str"',
    b's="3"',
    b'xmlns="urn:a"',
    f'xmlns:x="{MAIN}"'.encode(),
    b"\xff\xfe",
    b"\x00",
    b"\r\n",
)
_BASE = workbook({"S": sheet("")}, strings=_STRINGS)
_CELLS = (
    b'<c t="inlineStr"><is><r><t>a</t></r><rPh sb="0" eb="1"><t>b</t></rPh><r><t> c_x000D_</t></r></is></c>',
    b'<c t="s"><v>4</v></c>',
    b'<c t="s" s="3"><v> 2 </v></c>',
    b"<c/>",
    b'<c s="4"></c>',
    b'<c t="str"><f t="array" ref="B2:B9">x</f><v>a</v></c>',
    b'<c t="str"><!-- > --><v><![CDATA[ </v> ]]></v></c>',
    b'<c t="str"><v>&#13;&lt;&amp;\xc3\xa9</v></c>',
    b'<c t="b"><v>1</v></c>',
    b"<c><v>1e999</v></c>",
    b'<c t="zz"><v>1</v></c>',
)
_ROWS = (b"<row/>", b"<row></row>", b'<row spans="1:9" ht="&quot;&#10;">', b"<row> <?x ?>", b"<row><c/>")
_BREAK = mutate_with(_SHEET_PIECES, (b"<", b">", b'"', b"/>"))


def _mutate_workbook(data: bytes, random: Random) -> bytes:
    """Mostly other rows and cells: what is no XML is refused at once."""
    if data.startswith(b"PK"):
        return damage(data, random)
    if random.random() < 0.2:
        return _BREAK(data, random)
    for _ in range(random.randint(1, 6)):
        data = _mutate_rows(data, random)
    return data


def _mutate_rows(data: bytes, random: Random) -> bytes:
    """A sheet with a cell or a row more, or with a reference less."""
    step = random.randrange(4)
    if step == 0:
        found = random.choice((b' r="A1"', b' r="B1"', b' r="B2"', b' r="D2"', b' r="B7"', b' r="2"', b' r="7"'))
        return data.replace(found, b"", 1)
    mark = random.choice((b"<row", b"</sheetData>")) if step == 1 else random.choice((b"<c", b"</row>"))
    places = [at for at in range(len(data)) if data.startswith(mark, at) and not data.startswith(b"<cols", at)]
    if not places:
        return data
    at = random.choice(places)
    row = random.choice(_ROWS)
    cells = b"".join(random.choices(_CELLS, k=random.randrange(1, 4)))
    piece = row if row.endswith((b"/row>", b"row/>")) else row + cells + b"</row>"
    return data[:at] + (piece if step == 1 else cells) + data[at:]


XLSX = Target(
    partial(_run, kind="xlsx", new=_NEW), _check_workbook, _sheet_seeds, _mutate_workbook, errors=(InputError,)
)


# --- databases -------------------------------------------------------------------------------------------


def _check_database(data: bytes, made: _Made) -> None:
    assert made.source.path is not None
    assert made.source.path.read_bytes() == data, "the original is not touched"
    if not _is_whole(made.source.path, and_stays_so=True):
        return
    _check_read(made, "sqlite")
    assert _is_whole(made.target), "what is put together is whole"
    again = {item.number: item for item in _again(made, "sqlite")}
    for item in made.items:
        other = again[item.number]
        if item.document is not None:
            assert other.document is not None, "a document stays one"
            assert other.document.text in (_NEW_TEXT, item.document.text), "a text is the new one, or is not allowed"


def _is_whole(path: Path, *, and_stays_so: bool = False) -> bool:
    """Whether a database is whole, and also after a change: some damage is noticed only then."""
    try:
        with closing(sqlite3.connect(path)) as file, closing(sqlite3.connect(":memory:")) as connection:
            file.set_progress_handler(lambda: 1, 10_000_000)
            connection.set_progress_handler(lambda: 1, 10_000_000)
            if file.execute("PRAGMA integrity_check").fetchall() != [("ok",)]:
                return False
            file.backup(connection)
            if and_stays_so:
                connection.execute("ALTER TABLE pages ADD COLUMN more TEXT")
                connection.execute("UPDATE pages SET more = zeroblob(300)")
            return bool(connection.execute("PRAGMA integrity_check").fetchall() == [("ok",)])
    except sqlite3.Error:
        return False


_TABLES = (
    "CREATE TABLE pages (id INTEGER PRIMARY KEY, text, clean)",
    "CREATE TABLE pages (id, text TEXT NOT NULL UNIQUE, n, PRIMARY KEY (n, id)) WITHOUT ROWID",
    "CREATE TABLE pages (id, Body, rowid); CREATE INDEX i ON pages (body); CREATE VIEW text AS SELECT body FROM pages",
    "CREATE TABLE pages (id, text, g AS (text || '!')); CREATE TRIGGER t AFTER UPDATE ON pages BEGIN SELECT 1; END",
)


def _database_seeds() -> Iterator[bytes]:
    texts = [text[:200] for text in sample_texts()[:12]]
    for number, script in enumerate(_TABLES * 2):
        with closing(sqlite3.connect(":memory:", isolation_level=None)) as connection:
            encoding = "UTF-16le" if number == 3 else "UTF-8"
            connection.executescript(f"PRAGMA page_size = 512; PRAGMA encoding = '{encoding}'; {script}")
            column = "Body" if "Body" in script else "text"
            extra = ", n" if ", n" in script else ""
            for at, text in enumerate(texts[number::3]):
                values = (at, text, *([at] if extra else []))
                marks = ", ".join("?" * len(values))
                connection.execute(f"INSERT INTO pages (id, {column}{extra}) VALUES ({marks})", values)
            if number < len(_TABLES) and "NOT NULL" not in script:
                connection.execute(f"INSERT INTO pages ({column}) VALUES (NULL), (5), (x'ff00'), (CAST(x'ff' AS TEXT))")
            yield _serialized(connection)


def _serialized(connection: sqlite3.Connection) -> bytes:
    return connection.serialize()


_DATABASE_PIECES = (
    b"SQLite format 3\x00",
    b"CREATE TABLE",
    b"CREATE VIRTUAL TABLE",
    b"text",
    b"rowid",
    b"\x00" * 100,
    b"\xff" * 9,
    b"\x0d\x00\x00\x00",
)
_MUTATE_DATABASE = mutate_with(_DATABASE_PIECES, (b"text", b"\x0d", b"\x05", b"CREATE"))


def _mutate_database(data: bytes, random: Random) -> bytes:
    """Mostly single bytes: a file whose pages are moved is refused at once."""
    return damage(data, random) if random.random() < 0.8 else _MUTATE_DATABASE(data, random)


SQLITE = Target(
    partial(_run, kind="sqlite", new=_NEW_TEXT),
    _check_database,
    _database_seeds,
    _mutate_database,
    errors=(InputError,),
)
