"""Files as other programs write them: cleaned without an option, and but for the texts the same bytes afterwards."""

from __future__ import annotations

import codecs
import csv
import json
import shutil
import subprocess
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from tests.running import Run

ARTICLE = (
    'The council passed the budget last night, after six hours of "debate"; the café by the bridge stays open.\n'
    "Two members voted against it because the figures for the harbour had arrived only that morning.\n"
)
PAGE = ARTICLE + "Comments are closed.\n"


def _quoted(text: str) -> str:
    return '"' + text.replace('"', '""') + '"'


def _check(
    run: Run, path: Path, data: bytes, write: Callable[[str], str] = _quoted, *options: str, count: int = 1
) -> None:
    """The file has so many pages, and cleaning it puts the article for each and changes no other byte."""
    page, article = write(PAGE).encode(), write(ARTICLE).encode()
    assert data.count(page) == count, "the file is written as this test says"
    path.write_bytes(data)
    outcome = run(path, "-q", *options)
    assert (outcome.status, outcome.err) == (0, "")
    assert outcome.out == data.replace(page, article)
    path.write_bytes(outcome.out)
    assert run(path, "-q", *options).out == outcome.out, "cleaning again changes nothing"


# --- CSV and TSV -----------------------------------------------------------------------------------------


# What programs write with their defaults.
_TABLES = {
    "R write.csv": f'"","id","text","n"\n"1",1,{_quoted(PAGE)},NA\n"2",2,NA,3.5\n',
    "R write.csv row.names": f'"id","text","n"\n1,{_quoted(PAGE)},NA\n2,NA,3.5\n',
    "R write.csv2": f'"";"id";"text";"n"\n"1";1;{_quoted(PAGE)};NA\n"2";2;NA;3,5\n',
    "readr write_csv": f"id,text,n\n1,{_quoted(PAGE)},NA\n2,NA,3.5\n",
    "readr write_excel_csv2": f"\ufeffid;text;n\n1;{_quoted(PAGE)};NA\n2;NA;3,5\n",
    "Excel CSV UTF-8, English": f'\ufeffid,text,n\r\n1,{_quoted(PAGE)},"1,500"\r\n2,,\r\n',
    "Excel CSV UTF-8, French": f"\ufeffid;text;n\r\n1;{_quoted(PAGE)};1,5\r\n2;;\r\n",
    "Excel sep=;": f"\ufeffsep=;\r\nid;text;n\r\n1;{_quoted(PAGE)};1,5\r\n2;;\r\n",
    "Excel sep=,": f'sep=,\nid,text,n\n1,{_quoted(PAGE)},"1,5"\n2,,\n',
    "Excel sep= in quotes": f'"sep=;"\r\nid;text;n\r\n1;{_quoted(PAGE)};1,5\r\n',
    "Excel sep=tab": f"SEP=\t\r\nid\ttext\tn\r\n1\t{_quoted(PAGE)}\t1,5\r\n",
    "LibreOffice": f'"id","text","n"\n1,{_quoted(PAGE)},1.5\n2,,\n',
    "Google Sheets": f'id,text,n\r\n1,{_quoted(PAGE)},"1,5"\r\n2,,',
}


@pytest.mark.parametrize("program", _TABLES)
def test_table_of_a_spreadsheet_or_of_r(program: str, tmp_path: Path, run: Run) -> None:
    """Row names without a name of their column, NA, a byte order mark, semicolons and Excel's first line stay."""
    _check(run, tmp_path / "a.csv", _TABLES[program].encode())


def test_line_for_excel_is_no_record_and_can_be_read_from_a_pipe(tmp_path: Path, run: Run) -> None:
    """The header behind ``sep=;`` is row 1, gets the column of the result, and a filter does not take the line for it."""
    table = f"sep=;\r\nid;text\r\n1;{_quoted(PAGE)}\r\n2;a;b\r\n".encode()
    outcome = run("--format", "csv", "--result-field", "clean", "--line-buffered", "-q", stdin=table)
    assert outcome.err == "cleaner: standard input: record 3: has 3 cells, but the header has 2\n"
    expected = f"sep=;\r\nid;text;clean\r\n1;{_quoted(PAGE)};{_quoted(ARTICLE)}\r\n"
    assert outcome.out.decode() == expected
    path = tmp_path / "a.csv"
    path.write_text("sep=;\nid,text\n1,b\n", "utf-8")
    outcome = run(path, "-q")
    assert "has no column 'text' or 'body' or 'content' or 'article'" in outcome.err, "what the line says is believed"
    assert "--format csv" in run(stdin=f"sep=;\nid;text\n1;{_quoted(PAGE)}\n2;b\n".encode()).err, (
        "and known for a table"
    )


@pytest.mark.parametrize(
    "options",
    [
        {},
        {"index": False},
        {"index": False, "lineterminator": "\r\n"},
        {"quoting": csv.QUOTE_ALL},
        {"sep": ";", "na_rep": "NULL"},
        {"sep": "|", "index_label": "row"},
    ],
    ids=str,
)
def test_table_of_pandas(options: dict[str, Any], tmp_path: Path, run: Run) -> None:
    """An index with an empty name, missing values, line ends and quotes are as pandas wrote them."""
    pandas = pytest.importorskip("pandas")
    frame = pandas.DataFrame({"id": [1, 2, 3], "text": [PAGE, None, PAGE], "n": [1.5, None, 2]})
    _check(run, tmp_path / "a.csv", frame.to_csv(**options).encode(), count=2)
    _check(run, tmp_path / "b.csv", codecs.BOM_UTF8 + frame.to_csv(**options).encode(), count=2)


def test_table_of_pandas_by_tabs(tmp_path: Path, run: Run) -> None:
    """A ``.tsv`` of pandas has the quotes of CSV, and is read with them."""
    pandas = pytest.importorskip("pandas")
    frame = pandas.DataFrame({"text": [PAGE, "a\tb"], "n": [1, 2]})
    _check(run, tmp_path / "a.tsv", frame.to_csv(sep="\t").encode())


@pytest.mark.parametrize("mode", ["csv", "json", "quote"])
def test_rows_of_the_shell_of_sqlite(mode: str, tmp_path: Path, run: Run) -> None:
    """What ``.mode csv`` (with CRLF between rows) and ``.mode json`` print is read, and quotes of SQL are refused."""
    if shutil.which("sqlite3") is None:
        pytest.skip("the shell of SQLite is not installed")
    rows = f"(1, '{PAGE}', 1.5), (2, NULL, NULL)"
    script = (
        f".mode {mode}\n.headers on\nCREATE TABLE p(id INTEGER, text TEXT, n REAL);\nINSERT INTO p VALUES {rows};\n"
    )
    made = subprocess.run(["sqlite3"], input=f"{script}SELECT * FROM p;\n".encode(), capture_output=True, check=True)
    if mode == "csv":
        assert b"\r\n" in made.stdout
        _check(run, tmp_path / "a.csv", made.stdout)
    elif mode == "json":
        _check(run, tmp_path / "a.json", made.stdout, lambda text: json.dumps(text, ensure_ascii=False))
    else:
        path = tmp_path / "a.csv"
        path.write_bytes(made.stdout)
        assert "has no column 'text'" in run(path, "-q").err, "names in the quotes of SQL are other names"


# --- JSON ------------------------------------------------------------------------------------------------


def _escaped(text: str) -> str:
    """A string as pandas writes it: letters and slashes are escaped."""
    return json.dumps(text).replace("/", "\\/")


@pytest.mark.parametrize("indent", [None, 2])
def test_records_of_pandas(indent: int | None, tmp_path: Path, run: Run) -> None:
    """Escaped slashes, numbers and nulls of ``to_json(orient="records")`` stay, and a missing text is no failure."""
    pandas = pytest.importorskip("pandas")
    frame = pandas.DataFrame({"url": ["https://example.org/a", "b"], "text": [PAGE, None], "n": [1.0, None]})
    data = frame.to_json(orient="records", indent=indent).encode()
    assert b"https:\\/\\/example.org" in data
    _check(run, tmp_path / "a.json", data, _escaped)
    lines = frame.to_json(orient="records", lines=True).encode()
    _check(run, tmp_path / "a.jsonl", lines, _escaped)
    _check(run, tmp_path / "b.json", lines, _escaped)
    _check(run, tmp_path / "c.json", frame.to_json(orient="table").encode(), _escaped)


@pytest.mark.parametrize("orient", ["columns", "split", "values"])
def test_columns_of_pandas_are_refused(orient: str, tmp_path: Path, run: Run) -> None:
    """A table by columns has no records; the message says how to write it by rows."""
    pandas = pytest.importorskip("pandas")
    path = tmp_path / "a.json"
    path.write_text(pandas.DataFrame({"text": [PAGE], "n": [1]}).to_json(orient=orient), "utf-8")
    outcome = run(path, "-o", tmp_path / "b.json", "-q")
    reason = {
        "columns": 'write a table row by row, with pandas for example by to_json(orient="records")',
        "split": "the field 'text' is missing; the record has columns, index, data; name that of the text",
        "values": "holds an array, but not of objects, so it has no texts; give an array of objects, or objects",
    }
    assert (outcome.status, outcome.out) == (1, b"")
    assert reason[orient] in outcome.err
    assert not (tmp_path / "b.json").exists()


def test_output_of_jq(tmp_path: Path, run: Run) -> None:
    """Objects that ``jq`` prints one after the other, each over several lines, stay laid out as they are."""
    objects = "".join(f'{{\n  "id": {number},\n  "text": {json.dumps(PAGE)}\n}}\n' for number in range(3)).encode()
    _check(run, tmp_path / "a.json", objects, json.dumps, count=3)
    if shutil.which("jq") is not None:
        made = subprocess.run(["jq", "."], input=objects, capture_output=True, check=True).stdout
        _check(run, tmp_path / "b.json", made, lambda text: json.dumps(text, ensure_ascii=False), count=3)


def test_records_of_jsonlite(tmp_path: Path, run: Run) -> None:
    """What R's jsonlite prints is an array whose records may lack a field; those without a text fail, and say so."""

    def write(text: str) -> str:
        return json.dumps(text, ensure_ascii=False)

    pretty = (
        f'[\n  {{\n    "id": 1,\n    "text": {write(PAGE)}\n  }},\n  {{\n    "id": 2,\n    "text": null\n  }}\n] \n'
    )
    _check(run, tmp_path / "a.json", pretty.encode(), write)
    path = tmp_path / "b.json"
    path.write_text(f'[{{"id":1,"text":{write(PAGE)}}},{{"id":2}}]', "utf-8")
    outcome = run(path, "-q")
    assert outcome.err == f"cleaner: {path}: record 2: the field 'text' is missing; the record has id\n"
    assert outcome.out.decode() == f'[{{"id":1,"text":{write(ARTICLE)}}}]'
