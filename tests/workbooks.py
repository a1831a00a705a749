"""Makes workbooks from parts that are written by hand, as other programs write them."""

from __future__ import annotations

import io
from collections.abc import Mapping, Sequence
from xml.sax.saxutils import escape
from zipfile import ZIP_DEFLATED, ZipFile

__all__ = ["MAIN", "sheet", "workbook"]

MAIN = "http://schemas.openxmlformats.org/spreadsheetml/2006/main"
_TYPES = "http://schemas.openxmlformats.org/officeDocument/2006/relationships"
_PACKAGE = "http://schemas.openxmlformats.org/package/2006/relationships"

_CONTENT = "http://schemas.openxmlformats.org/package/2006/content-types"


def sheet(rows: str, *, before: str = "", after: str = "") -> str:
    """The XML of a sheet with these rows."""
    head = '<?xml version="1.0" encoding="UTF-8" standalone="yes"?>\n'
    return f'{head}<worksheet xmlns="{MAIN}">{before}<sheetData>{rows}</sheetData>{after}</worksheet>'


def workbook(
    sheets: Mapping[str, str], *, strings: Sequence[str] = (), others: Mapping[str, bytes] | None = None
) -> bytes:
    """A workbook of sheets by name, each as XML; ``strings``: the XML of the shared texts, each without its `si`."""
    listed, related = [], []
    parts: dict[str, bytes] = {}
    for number, (name, content) in enumerate(sheets.items(), 1):
        listed.append(f'<sheet name="{escape(name)}" sheetId="{number}" r:id="rId{number}"/>')
        related.append(_relation(f"rId{number}", "worksheet", f"worksheets/sheet{number}.xml"))
        parts[f"xl/worksheets/sheet{number}.xml"] = content.encode()
    related.append(_relation("rId900", "sharedStrings", "/xl/sharedStrings.xml"))
    related.append(_relation("rId901", "styles", "styles.xml"))
    inside = "".join(listed)
    parts["_rels/.rels"] = _relations(_relation("rId1", "officeDocument", "xl/workbook.xml"))
    parts["xl/_rels/workbook.xml.rels"] = _relations(*related)
    parts["xl/workbook.xml"] = (
        f'<workbook xmlns="{MAIN}" xmlns:r="{_TYPES}"><sheets>{inside}</sheets></workbook>'.encode()
    )
    items = "".join(f"<si>{item}</si>" for item in strings)
    parts["xl/sharedStrings.xml"] = f'<sst xmlns="{MAIN}">{items}</sst>'.encode()
    parts["xl/styles.xml"] = f'<styleSheet xmlns="{MAIN}"><cellXfs>{"<xf/>" * 9}</cellXfs></styleSheet>'.encode()
    parts["[Content_Types].xml"] = _types(sum(part.startswith("xl/worksheets/") for part in parts))
    made = io.BytesIO()
    with ZipFile(made, "w", ZIP_DEFLATED) as file:
        for part, data in {**parts, **(others or {})}.items():
            file.writestr(part, data)
    return made.getvalue()


def _types(sheets: int) -> bytes:
    """The part that says what the others are."""
    office = "application/vnd.openxmlformats-officedocument.spreadsheetml"
    kinds = {"workbook": "sheet.main", "sharedStrings": "sharedStrings", "styles": "styles"}
    kinds.update({f"worksheets/sheet{number}": "worksheet" for number in range(1, sheets + 1)})
    listed = "".join(
        f'<Override PartName="/xl/{part}.xml" ContentType="{office}.{kind}+xml"/>' for part, kind in kinds.items()
    )
    packages = "application/vnd.openxmlformats-package.relationships+xml"
    rest = (
        f'<Default Extension="rels" ContentType="{packages}"/><Default Extension="xml" ContentType="application/xml"/>'
    )
    return f'<Types xmlns="{_CONTENT}">{rest}{listed}</Types>'.encode()


def _relation(name: str, kind: str, target: str) -> str:
    return f'<Relationship Id="{name}" Type="{_TYPES}/{kind}" Target="{target}"/>'


def _relations(*relations: str) -> bytes:
    return f'<Relationships xmlns="{_PACKAGE}">{"".join(relations)}</Relationships>'.encode()
