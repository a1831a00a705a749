"""Excel workbooks: one column is cleaned, and every other part, cell and style is as it was."""

from __future__ import annotations

import io
import json
import shutil
import subprocess
from datetime import datetime
from pathlib import Path
from zipfile import ZIP_BZIP2, ZIP_DEFLATED, ZIP_STORED, ZipFile, ZipInfo

import openpyxl
import openpyxl.chart
import openpyxl.styles
import pytest

from cleaner.corpus.records import Source
from cleaner.corpus.records.chunks import Done, Fields, Item, Limits, Place, RawChunk
from cleaner.corpus.records.xlsx import assemble, read_chunks, read_items, write_items
from cleaner.errors import InputError
from tests.running import ARTICLE, NOISE, PAGE, Run
from tests.workbooks import sheet, workbook

# The styles of workbooks that are written by hand are the least that there can be.
pytestmark = pytest.mark.filterwarnings("ignore:Workbook contains no default style")

OTHERS = ("body", "content", "article")
HEADER = '<row r="1"><c r="A1" t="s"><v>0</v></c><c r="B1" t="s" s="1"><v>1</v></c></row>'
STRINGS = ("<t>id</t>", "<t>text</t>", "<t>one</t>", '<r><t>t</t></r><r><t xml:space="preserve">wo </t></r>')


def _rows(*cells: str, first: int = 2) -> str:
    return "".join(
        f'<row r="{first + at}"><c r="A{first + at}"><v>{at}</v></c>{cell}</row>' for at, cell in enumerate(cells)
    )


ROWS = HEADER + _rows('<c r="B2" t="s" s="2"><v>2</v></c>', '<c r="B3" t="s"><v>3</v></c>', '<c r="B4" s="2"/>')


def _source(folder: Path, data: bytes, name: str = "a.xlsx") -> Source:
    path = folder / name
    path.write_bytes(data)
    return Source(name, path, Path(name), "xlsx")


def _chunks(source: Source, start: Place | None = None, fields: Fields | None = None) -> list[RawChunk]:
    return list(read_chunks(source, start or Place(), Limits(1, 1000), fields or Fields()))


def _items(source: Source, fields: Fields | None = None) -> list[Item]:
    chosen = fields or Fields()
    chunks = _chunks(source, fields=chosen)
    return [item for chunk in chunks for item in read_items(chunk, chosen, max_bytes=100, to_jsonl=False)]


def _clean(source: Source, folder: Path, fields: Fields | None = None) -> Path:
    """The workbook with its texts in capitals."""
    chosen, journal, target = fields or Fields(), folder / "journal", folder / f"out{Path(source.name).suffix}"
    done: list[Done] = [
        (item, item.document.text.upper() if item.document else None) for item in _items(source, chosen)
    ]
    journal.write_bytes(write_items(done, None, to_jsonl=False))
    assert assemble(source, journal, target, chosen) is None
    return target


def _parts(data: bytes | Path) -> dict[str, bytes]:
    with ZipFile(io.BytesIO(data) if isinstance(data, bytes) else data) as file:
        return {info.filename: file.read(info) for info in file.infolist()}


# --- what stays ------------------------------------------------------------------------------------------


def test_everything_but_the_cells_keeps_its_bytes(tmp_path: Path) -> None:
    """Macros, charts and other parts, their order, their kinds of compression and comments are those of the original."""
    others = {"xl/vbaProject.bin": b"\0macro", "xl/charts/chart1.xml": b"<c/>", "xl/media/a.png": bytes(range(256))}
    before = workbook({"S": sheet(ROWS, after="<drawing/>"), "T": sheet("")}, strings=STRINGS, others=others)
    source = _source(tmp_path, before, "a.xlsm")
    with ZipFile(source.path or "", "a") as file:
        file.comment = b"a comment"
        file.writestr(ZipInfo("stored.bin", (1999, 2, 3, 4, 5, 6)), b"x" * 99, ZIP_STORED)
        file.writestr("packed.bin", b"x" * 99, ZIP_BZIP2)
    target = _clean(source, tmp_path)
    old, new = _parts(tmp_path / "a.xlsm"), _parts(target)
    changed = "xl/worksheets/sheet1.xml"
    assert list(old) == list(new)
    assert {name for name in old if old[name] != new[name]} == {changed}
    made = sheet(ROWS, after="<drawing/>")
    for number, text, style in ((2, "ONE", ' s="2"'), (3, "TWO ", "")):
        cell = f'<c r="B{number}"{style} t="inlineStr"><is><t xml:space="preserve">{text}</t></is></c>'
        kept = {2: '<c r="B2" t="s" s="2"><v>2</v></c>', 3: '<c r="B3" t="s"><v>3</v></c>'}[number]
        made = made.replace(kept, cell)
    assert new[changed].decode() == made
    with ZipFile(source.path or "") as first, ZipFile(target) as second:
        assert second.comment == b"a comment"
        kinds = [[(one.compress_type, one.date_time) for one in file.infolist()] for file in (first, second)]
        assert kinds[0] == kinds[1]


def test_texts_that_do_not_change_are_the_same_sheet(tmp_path: Path) -> None:
    """A workbook of which nothing is removed has all its bytes, part by part."""
    data = workbook({"S": sheet(ROWS)}, strings=STRINGS)
    source = _source(tmp_path, data)
    done: list[Done] = [(item, item.document.text if item.document else None) for item in _items(source)]
    (tmp_path / "journal").write_bytes(write_items(done, None, to_jsonl=False))
    assemble(source, tmp_path / "journal", tmp_path / "b.xlsx", Fields())
    assert _parts(tmp_path / "b.xlsx") == _parts(data)


def test_workbook_of_openpyxl_keeps_what_it_holds(tmp_path: Path, run: Run) -> None:
    """Formulas, dates, number formats, styles, widths, a chart and other sheets stay; the text is cleaned."""
    book = openpyxl.Workbook()
    page = book["Sheet"]
    page.append(["id", "Body", "when", "double"])
    for number in range(3):
        page.append([number, PAGE, datetime(2024, 1, number + 1, 5, 30), f"=A{number + 2}*2"])  # noqa: DTZ001
    page["C2"].number_format = "dd.mm.yyyy"
    page["B3"].font = openpyxl.styles.Font(bold=True)
    page.column_dimensions["B"].width = 61
    chart = openpyxl.chart.BarChart()
    chart.add_data(openpyxl.chart.Reference(page, min_col=1, min_row=1, max_row=4), titles_from_data=True)
    page.add_chart(chart, "H2")  # type: ignore[call-arg] # its stubs take a sheet of cells for a chart
    book.create_sheet("Other")["B2"] = "Comments are closed."
    book.save(tmp_path / "a.xlsx")
    outcome = run(tmp_path / "a.xlsx", "-o", tmp_path / "b.xlsx", "--removed", tmp_path / "r.jsonl")
    assert outcome.status == 0
    made = openpyxl.load_workbook(tmp_path / "b.xlsx")
    sheets = [made["Sheet"], made["Other"]]
    assert [cell.value for cell in sheets[0]["B"]] == ["Body", *[ARTICLE] * 3]
    assert [cell.value for cell in sheets[0]["D"]] == ["double", "=A2*2", "=A3*2", "=A4*2"]
    assert [cell.value for cell in sheets[0]["C"]][1:] == [datetime(2024, 1, day, 5, 30) for day in (1, 2, 3)]  # noqa: DTZ001
    assert (sheets[0]["C2"].number_format, sheets[0]["B3"].font.bold) == ("dd.mm.yyyy", True)
    assert sheets[0].column_dimensions["B"].width == 61
    assert sheets[1]["B2"].value == "Comments are closed."
    assert "xl/charts/chart1.xml" in _parts(tmp_path / "b.xlsx")
    removed = [json.loads(line) for line in (tmp_path / "r.jsonl").read_text("utf-8").splitlines()]
    assert [(one["line"], one["id"], one["text"]) for one in removed] == [(2, 0, NOISE), (3, 1, NOISE), (4, 2, NOISE)]


def test_workbook_of_pandas(tmp_path: Path, run: Run) -> None:
    """What pandas writes is read by pandas again, with the texts cleaned and the missing ones missing."""
    pandas = pytest.importorskip("pandas", reason="pandas is not installed")
    table = pandas.DataFrame({"id": [1, 2, 3], "text": [PAGE, None, ARTICLE], "n": [0.5, None, 2.0]})
    table.to_excel(tmp_path / "a.xlsx", index=False)
    assert run(tmp_path / "a.xlsx", "-o", tmp_path / "b.xlsx", "-q").status == 0
    made = pandas.read_excel(tmp_path / "b.xlsx")
    pandas.testing.assert_frame_equal(made.drop(columns="text"), table.drop(columns="text"))
    assert made["text"].fillna("").tolist() == [ARTICLE, "", ARTICLE]


@pytest.mark.slow
def test_workbook_of_libreoffice(tmp_path: Path, run: Run) -> None:
    """What LibreOffice writes is cleaned, and what comes out it reads again, formulas and all."""
    office = shutil.which("soffice")
    if office is None:
        pytest.skip("LibreOffice is not installed")

    def convert(name: str, kind: str) -> None:
        profile = f"-env:UserInstallation=file://{tmp_path}/profile"
        command = [office, profile, "--headless", "--infilter=CSV:44,34,76", "--convert-to", kind, name]
        if name.endswith("xlsx"):
            command.remove("--infilter=CSV:44,34,76")
        subprocess.run(command, cwd=tmp_path, check=True, capture_output=True, timeout=300)

    rows = [f'{number},"{PAGE}","=A{number + 2}*2"' for number in range(3)]
    (tmp_path / "a.csv").write_text("\n".join(["id,text,double", *rows]) + "\n", "utf-8")
    convert("a.csv", "xlsx")
    assert run(tmp_path / "a.xlsx", "-o", tmp_path / "b.xlsx", "-q", "--result-field", "clean").status == 0
    convert("b.xlsx", "csv:Text - txt - csv (StarCalc):44,34,76")
    expected = [f'{number},"{PAGE}",{number * 2},"{ARTICLE}"' for number in range(3)]
    assert (tmp_path / "b.csv").read_text("utf-8").splitlines() == "\n".join(["id,text,double,clean", *expected]).split(
        "\n"
    )


# --- the result in a column of its own -------------------------------------------------------------------


def test_result_goes_beyond_all_cells(tmp_path: Path) -> None:
    """A new column is to the right of every cell, with its name in the header, and the used range has it."""
    rows = ROWS + '<row r="5"><c r="D5"><v>7</v></c></row>'
    source = _source(tmp_path, workbook({"S": sheet(rows, before='<dimension ref="A1:D5"/>')}, strings=STRINGS))
    target = _clean(source, tmp_path, Fields(result="clean"))
    page = openpyxl.load_workbook(target).active
    assert page is not None
    assert [[cell.value for cell in row] for row in page.iter_rows()] == [
        ["id", "text", None, None, "clean"],
        [0, "one", None, None, "ONE"],
        [1, "two ", None, None, "TWO "],
        [2, None, None, None, None],
        [None, None, None, 7, None],
    ]
    assert b'<dimension ref="A1:E5"/>' in _parts(target)["xl/worksheets/sheet1.xml"]


def test_result_goes_into_the_column_that_is_there(tmp_path: Path) -> None:
    """Its cells are replaced, those that hold the result already keep their bytes, and a formula in it fails its row."""
    header = '<row r="1"><c r="A1" t="str"><v>clean</v></c><c r="B1" t="s"><v>1</v></c></row>'
    cells = [
        '<row r="2"><c r="A2" t="str"><v>ONE</v></c><c r="B2" t="s"><v>2</v></c></row>',
        '<row r="3"><c r="B3" t="s"><v>2</v></c></row>',
        '<row r="4"><c r="A4"><f>1</f></c><c r="B4" t="s"><v>2</v></c></row>',
    ]
    source = _source(tmp_path, workbook({"S": sheet(header + "".join(cells))}, strings=STRINGS))
    fields = Fields(result="clean")
    assert [item.failure for item in _items(source, fields)] == [
        None,
        None,
        "the cell of the result holds a formula, and stays as it is",
    ]
    made = _parts(_clean(source, tmp_path, fields))["xl/worksheets/sheet1.xml"].decode()
    new = '<c r="A3" t="inlineStr"><is><t xml:space="preserve">ONE</t></is></c>'
    assert made == sheet(header + "".join(cells).replace('<row r="3">', f'<row r="3">{new}'))


# --- what cannot be cleaned ------------------------------------------------------------------------------


def test_cells_that_hold_no_text(tmp_path: Path) -> None:
    """Formulas, numbers and the like fail with a reason and stay, blank cells pass, and a row has its own number."""
    cells = (
        '<c r="B2"><f>A1</f><v>5</v></c>',
        '<c r="B3"><v>5</v></c>',
        '<c r="B4" t="b"><v>1</v></c>',
        '<c r="B5" t="e"><v>#REF!</v></c>',
        '<c r="B6" t="d"><v>2024-01-01</v></c>',
        '<c r="B7" t="str"><v></v></c>',
        "",
        f'<c r="B9" t="inlineStr"><is><t>{"x" * 101}</t></is></c>',
    )
    data = workbook({"S": sheet(HEADER + _rows(*cells, first=2).replace('r="9"', 'r="90"'))}, strings=STRINGS)
    source = _source(tmp_path, data)
    kinds = ("formula", "number", "boolean", "error", "date")
    assert [(item.number, item.failure) for item in _items(source)] == [
        *((at, f"the cell holds a {kind}, not a text, and stays as it is") for at, kind in enumerate(kinds, 2)),
        (7, None),
        (8, None),
        (90, "the text has 101 bytes, more than --max-document 100"),
    ]
    assert not any(item.document for item in _items(source))
    assert _parts(_clean(source, tmp_path)) == _parts(data)


def test_texts_of_any_length(tmp_path: Path, run: Run) -> None:
    """A text that is longer than Excel allows is cleaned like any other."""
    long = "".join(f"{number} {ARTICLE}" for number in range(300)) + NOISE
    cell = f'<c r="B2" t="inlineStr"><is><t>{long}</t></is></c>'
    (tmp_path / "a.xlsx").write_bytes(workbook({"S": sheet(HEADER + _rows(cell))}, strings=STRINGS))
    assert run(tmp_path / "a.xlsx", "-o", tmp_path / "b.xlsx", "-q").status == 0
    page = openpyxl.load_workbook(tmp_path / "b.xlsx").active
    assert page is not None
    assert page["B2"].value == long.removesuffix(NOISE)


def _header_of(*names: str) -> str:
    cells = "".join(f'<c t="str"><v>{name}</v></c>' for name in names)
    return sheet(f'<row r="3">{cells}</row>')


@pytest.mark.parametrize(
    ("sheets", "fields", "reason"),
    [
        (
            {"S": _header_of("id", "body")},
            Fields(),
            "has no column 'text'; name that of the text with --field: id, body",
        ),
        ({"S": _header_of("id", "", "Body")}, Fields(other_texts=OTHERS), None),
        ({"S": _header_of("text", "text")}, Fields(), "has several columns 'text'; give each a name of its own"),
        ({"S": _header_of("text"), "T": _header_of("id")}, Fields(), None),
        (
            {"S": _header_of("text"), "T": _header_of("text", "id")},
            Fields(),
            "has several sheets with a column of text; choose one with --sheet: S, T",
        ),
        ({"S": _header_of("text"), "T": _header_of("text", "id")}, Fields(sheet="T"), None),
        ({"S": _header_of("text")}, Fields(sheet="U"), "has no sheet 'U'; name one of its own with --sheet: S"),
        (
            {"S": _header_of("a", "b"), "T": _header_of("c"), "U": sheet("")},
            Fields(),
            r"has no sheet with a column 'text'; name that of the text with --field: S \(a, b\), T \(c\)",
        ),
        ({"S": sheet("<row/>"), "U": sheet("")}, Fields(), "has no sheet with columns; give a file with a table in it"),
    ],
)
def test_sheet_and_column_are_found_or_told(
    sheets: dict[str, str], fields: Fields, reason: str | None, tmp_path: Path
) -> None:
    """The only sheet with a column of text is cleaned; otherwise the message lists what there is."""
    source = _source(tmp_path, workbook(sheets))
    if reason is None:
        assert _chunks(source, fields=fields) == []
    else:
        with pytest.raises(InputError, match=f"^a.xlsx: {reason}$"):
            _chunks(source, fields=fields)


OLE = b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1" + bytes(600)
GOOD = workbook({"S": sheet(ROWS)}, strings=STRINGS)


def _packed(*parts: tuple[str, bytes]) -> bytes:
    made = io.BytesIO()
    with ZipFile(made, "w", ZIP_DEFLATED) as file:
        for name, data in parts:
            file.writestr(name, data)
    return made.getvalue()


def _with_part(name: str, data: bytes) -> bytes:
    return _packed(*{**_parts(GOOD), name: data}.items())


def _flipped(data: bytes) -> bytes:
    """A zip file of which the first part has a wrong byte."""
    at = data.index(b"PK\x03\x04") + 60
    return data[:at] + bytes([data[at] ^ 0xFF]) + data[at + 1 :]


def _misplaced(data: bytes) -> bytes:
    """A zip file that says that its parts are before its beginning."""
    made = bytearray(data)
    end = made.rindex(b"PK\x05\x06")
    made[end + 16 : end + 20] = (1 << 30).to_bytes(4, "little")
    return bytes(made)


def _marked_encrypted(data: bytes) -> bytes:
    """A zip file that says that its first part is encrypted."""
    made = bytearray(data)
    for mark, offset in ((b"PK\x03\x04", 6), (b"PK\x01\x02", 8)):
        made[data.index(mark) + offset] |= 1
    return bytes(made)


@pytest.mark.parametrize(
    ("data", "reason"),
    [
        (b"", "is not an Excel workbook; give an .xlsx file, or name its --format"),
        (b"id,text\n1,a\n", "is not an Excel workbook; give an .xlsx file, or name its --format"),
        (OLE, r"is a workbook of an older kind \(.xls\); open it and save it as .xlsx"),
        (
            OLE + bytes(70_000) + "EncryptedPackage".encode("utf-16-le"),
            "is protected by a password; open it and save it without one",
        ),
        (GOOD[: len(GOOD) // 2], "is damaged: File is not a zip file; get it again"),
        (_flipped(GOOD), "is damaged: .*; get it again"),
        (_misplaced(GOOD), "is damaged: .*; get it again"),
        (_marked_encrypted(GOOD), "is protected by a password; open it and save it without one"),
        (_packed(("word/document.xml", b"<a/>")), "it has no part _rels/.rels; open it and save it as .xlsx"),
        (_with_part("xl/sharedStrings.xml", b"<sst"), "unclosed token.*; open it and save it as .xlsx"),
        (_with_part("xl/sharedStrings.xml", b"<sst/>"), "it refers to shared text 0, which is missing"),
        (_with_part("xl/worksheets/sheet1.xml", sheet("<row r='0'/>").encode()), "row 0 is not in its place"),
        (_with_part("xl/worksheets/sheet1.xml", sheet(HEADER).encode("utf-16")), "is in UTF-16"),
        (_with_part("XL/workbook.xml", b"<a/>"), "it has several parts of one name"),
    ],
)
def test_file_that_cannot_be_read_is_told(data: bytes, reason: str, tmp_path: Path, run: Run) -> None:
    """Other files, old, encrypted, damaged and hostile ones are errors of one line, and nothing is written."""
    source = _source(tmp_path, data)
    with pytest.raises(InputError, match=reason):
        _chunks(source)
    outcome = run(tmp_path / "a.xlsx", "-o", tmp_path / "b.xlsx", "-q")
    assert (outcome.status, outcome.err.count("\n")) == (1, 1)
    assert outcome.err.startswith(f"cleaner: {tmp_path / 'a.xlsx'}: ")
    assert not (tmp_path / "b.xlsx").exists()


def test_decompression_bomb_is_not_read(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """A workbook whose parts become far longer than those of workbooks do is refused before any is read."""
    monkeypatch.setattr("cleaner.corpus.records.limits.GROWTH_ALLOWANCE", 0)
    source = _source(tmp_path, _with_part("bomb.bin", bytes(4 << 20)))
    with pytest.raises(InputError, match="as those of a decompression bomb do"):
        _chunks(source)


def test_workbook_that_changes_meanwhile_is_told(tmp_path: Path) -> None:
    """A workbook that has other rows than were read is not put together."""
    source = _source(tmp_path, GOOD)
    for count in (2, 4):
        done: list[Done] = [(Item(number, b""), None) for number in range(count)]
        (tmp_path / "journal").write_bytes(write_items(done, None, to_jsonl=False))
        with pytest.raises(InputError, match=r"^a.xlsx: has changed while it was read; begin again$"):
            assemble(source, tmp_path / "journal", tmp_path / "b.xlsx", Fields())


def test_reading_begins_at_any_row(tmp_path: Path) -> None:
    """Reading from the end of a chunk gives the following ones."""
    source = _source(tmp_path, GOOD)
    chunks = _chunks(source)
    assert [read.text for chunk in chunks for read in chunk.payload] == ["one", "two ", None]
    for position, chunk in enumerate(chunks):
        following = _chunks(source, chunk.end)
        assert [one.payload for one in following] == [one.payload for one in chunks[position + 1 :]]


def test_pipe_and_compression_are_refused(tmp_path: Path) -> None:
    """A workbook is read at any place, so it needs a file that is not compressed."""
    path = _source(tmp_path, GOOD).path
    assert path is not None
    with pytest.raises(InputError, match="standard input: an Excel workbook cannot be read from a pipe; name the file"):
        _chunks(Source("standard input", None, path, "xlsx"))
    with pytest.raises(InputError, match="a workbook is compressed inside; decompress it first"):
        _chunks(Source("a.xlsx.gz", path, path, "xlsx", "gz"))
