"""Worksheets: their pieces are their bytes, and a new text changes nothing but its cell."""

from __future__ import annotations

import pytest

from cleaner.corpus.records.sheets import Cell, Dimension, Row, scan_sheet, with_cell, with_column
from cleaner.corpus.records.xmlparts import PartError, read_strings, read_text, write_text
from tests.workbooks import MAIN, sheet

ROWS = (
    '<row r="1" spans="1:3" ht="15"><c r="A1" t="s"><v>0</v></c><c r="C1" s="4"/></row>\n'
    "<row r='3'><!-- > --><c r='B3' t='inlineStr'><is><r><t>on</t></r><rPh><t>no</t></rPh><r><t>e</t></r></is></c>"
    '<c t="str"><v>two</v></c><c r="D3"><f>A1&gt;B1</f><v>1</v></c><c r="E3" t="b"><v>1</v></c></row>'
    '<row r="4"/><row></row><row><c></c><c r="B6" t="e"><v>#N/A</v></c><c><v>4.5</v></c></row>'
)
KINDS = [
    (1, [(1, "shared", "0"), (3, "blank", "")]),
    (3, [(2, "text", "one"), (3, "text", "two"), (4, "formula", "1"), (5, "boolean", "1")]),
    (4, []),
    (5, []),
    (6, [(1, "blank", ""), (2, "error", "#N/A"), (3, "number", "4.5")]),
]


def _pieces(data: bytes, size: int = 1 << 16, columns: tuple[int, ...] = ()) -> list[bytes | Row | Dimension]:
    blocks = [data[at : at + size] for at in range(0, len(data), size)]
    return [piece for piece in scan_sheet(blocks, 1 << 20, columns) if piece]


def _rows(data: bytes, size: int = 1 << 16, columns: tuple[int, ...] = ()) -> list[Row]:
    return [piece for piece in _pieces(data, size, columns) if isinstance(piece, Row)]


def _joined(data: bytes, size: int) -> bytes:
    return b"".join(piece if isinstance(piece, bytes) else piece.raw for piece in _pieces(data, size))


def _cells(row: Row) -> list[tuple[int, str, str]]:
    return [(cell.column, cell.kind, cell.value) for cell in row.cells]


@pytest.mark.parametrize("size", [1, 3, 7, 64, 1 << 16])
@pytest.mark.parametrize("prefix", ["", "x:"])
def test_pieces_are_the_sheet_whatever_the_blocks(size: int, prefix: str) -> None:
    """Rows and cells have their places with or without references, and all pieces together are the bytes."""
    text = sheet(ROWS, before='<dimension ref="A1:E6"/>', after="<mergeCells count='1'/>")
    if prefix:
        text = text.replace("</", "<\0").replace("<", f"<{prefix}").replace(f"<{prefix}\0", f"</{prefix}")
        text = text.replace(f"<{prefix}?", "<?").replace(f"<{prefix}!", "<!").replace("xmlns=", "xmlns:x=")
    data = text.encode()
    assert [(row.number, _cells(row)) for row in _rows(data, size)] == KINDS
    assert _joined(data, size) == data
    for row in _rows(data, size):
        for cell in row.cells:
            assert row.raw[cell.start : cell.end].startswith(f"<{prefix}c".encode())
            assert row.raw[cell.start : cell.end].endswith((b"/>", f"</{prefix}c>".encode()))


def test_new_text_changes_its_cell_alone() -> None:
    """A cell keeps its place and its style; what is around it keeps its bytes."""
    data = sheet('<row r="2" x="y"><c r="A2"/><c r="B2" s="7" t="s"><v>1</v></c><c r="C2"><v>5</v></c></row>').encode()
    (row,) = _rows(data)
    assert with_cell(row, 2, "a < b\n") == (
        b'<row r="2" x="y"><c r="A2"/><c r="B2" s="7" t="inlineStr"><is><t xml:space="preserve">a &lt; b\n</t></is></c>'
        b'<c r="C2"><v>5</v></c></row>'
    )


@pytest.mark.parametrize(
    ("row", "column", "made"),
    [
        ('<row r="2"/>', 2, '<row r="2">NEW</row>'),
        ("<row></row>", 2, "<row>NEW</row>"),
        ('<row spans="1:1" ht="5"><c><v>1</v></c></row>', 2, '<row ht="5"><c><v>1</v></c>NEW</row>'),
        ('<row><c r="A1"/><c r="C1"/></row>', 2, '<row><c r="A1"/>NEW<c r="C1"/></row>'),
        ('<row> <c r="C1"/> </row>', 2, '<row> NEW<c r="C1"/> </row>'),
    ],
)
def test_new_cell_is_in_its_place(row: str, column: int, made: str) -> None:
    """A row that has no cell in a column gets one, in the order of the columns, and no wrong range of cells."""
    (found,) = _rows(sheet(row).encode())
    new = f'<c r="B{found.number}" s="3" t="inlineStr"><is><t xml:space="preserve">x</t></is></c>'
    assert with_cell(found, column, "x", style="3").decode() == made.replace("NEW", new)


def test_cells_that_a_formula_fills_are_formulas() -> None:
    """What an array formula or a data table writes into other cells is computed too, in the columns that matter."""
    rows = (
        '<row><c><f t="array" ref="A1:B2">x</f><v>1</v></c><c t="str"><v>a</v></c><c t="str"><v>b</v></c></row>'
        '<row><c r="B2" t="str"><v>c</v></c></row><row><c r="B3" t="str"><v>d</v></c></row>'
    )
    kinds = [[cell.kind for cell in row.cells] for row in _rows(sheet(rows).encode(), columns=(2,))]
    assert kinds == [["formula", "formula", "text"], ["formula"], ["text"]]


def test_used_range_grows() -> None:
    """The used range gets the new column, and stays where it has it, or is not known."""
    for reference, expected in (("A1:C9", "A1:AB9"), ("A1", "A1:AB1"), ("A1:AB9", None), ("?", None)):
        raw = f'<dimension ref="{reference}"/>'
        (found,) = [piece for piece in _pieces(sheet("", before=raw).encode()) if isinstance(piece, Dimension)]
        made = raw if expected is None else f'<dimension ref="{expected}"/>'
        assert with_column(found, 28) == made.encode()


@pytest.mark.parametrize(
    ("data", "reason"),
    [
        (sheet("<row r='2'/><row r='2'/>"), "row 2 is not in its place"),
        (sheet("<row r='1048577'/>"), "row 1048577 is not in its place"),
        (sheet("<row r='x'/>"), "row 0 is not in its place"),
        (sheet("<row><c r='B1'/><c r='A1'/></row>"), "row 1 has a cell that is not in its place"),
        (sheet("<row><c r='ZZZ1'/></row>"), "has a cell that is not in its place"),
        (sheet("<row><c><c/></c></row>"), "has a cell in a cell"),
        (sheet("<row><row/></row>"), "has a row where none can be"),
        (sheet("<row>")[:-30], "unclosed token|no element found|mismatched"),
        ('<!DOCTYPE a [<!ENTITY b "c">]>' + sheet("").split("\n")[1], "has a document type"),
        (sheet("").replace("UTF-8", "ISO-8859-1"), "is in ISO-8859-1"),
    ],
)
def test_what_is_no_sheet_is_refused(data: str, reason: str) -> None:
    """What Excel would not read either is refused with what is wrong, in blocks of any size."""
    for size in (5, 1 << 16):
        with pytest.raises(PartError, match=reason):
            _pieces(data.encode(), size)


def test_sheet_in_utf_16_is_refused() -> None:
    """Its bytes could not be changed in their places."""
    with pytest.raises(PartError, match="is in UTF-16"):
        _pieces(sheet("").encode("utf-16"))


def test_row_without_end_is_not_held() -> None:
    """A row, or a tag, that becomes longer than the limit is refused while it is read."""
    begun = sheet("<row><c t='str'><v>").encode().split(b"</v>")[0][: -len("</sheetData></worksheet>")]
    endless = (begun if at == 0 else b"a" * 1000 for at in range(1 << 20))
    with pytest.raises(PartError, match="row 1 has more than 5000 bytes"):
        list(scan_sheet(endless, 5000))


@pytest.mark.parametrize("text", ["a\r\nb", "_x000D_", "\x00\x0b\ud800\ufffe", "😀 & <b> ]]>", "_x_ _x12_ x0041_"])
def test_text_in_xml_is_what_was_written(text: str) -> None:
    """Characters that XML cannot hold survive, and so does what only looks like their code."""
    item = f"<sst xmlns='{MAIN}'><si><t>{write_text(text)}</t></si></sst>".encode()
    assert list(read_strings([item])) == [text]


def test_shared_texts() -> None:
    """Rich text is joined, how it is pronounced is left out, and an empty one keeps its number."""
    data = f"<sst xmlns='{MAIN}'><si><r><t>a</t></r><r><t> b</t></r><rPh><t>c</t></rPh></si><si/><si><t/></si></sst>"
    assert list(read_strings([data[:70].encode(), data[70:].encode()])) == ["a b", "", ""]
    assert read_text("_xD83D__xDE00_") == "😀"


def test_cell_by_column() -> None:
    """A row gives its cell in a column, or None."""
    row = Row(1, "", {}, [Cell(2, "text", "a", 0)])
    assert row.cell(2) is row.cells[0]
    assert row.cell(1) is None
