"""What nobody has named is looked at: pages are read as such, records and other files are refused, texts never are."""

from __future__ import annotations

import bz2
import io
import json
import zipfile
from dataclasses import replace
from pathlib import Path

import pytest
from hypothesis import given

from cleaner.corpus.records import Source
from cleaner.corpus.records.sniffing import recognise
from cleaner.errors import InputError
from tests.material import sample_texts
from tests.running import ARTICLE, PAGE, Run, runner
from tests.strategies import documents, hostile_documents

SOURCE = Source("standard input", None, Path("stdin.txt"), is_assumed=True)
LINES = b'{"id": 1, "text": "One line."}\n{"id": 2, "text": "Another."}\n'


def zipped(*names: str, filling: bytes = b"") -> bytes:
    """An archive with members of these names, which are not compressed."""
    made = io.BytesIO()
    with zipfile.ZipFile(made, "w") as archive:
        for name in names:
            archive.writestr(name, filling)
    return made.getvalue()


@pytest.fixture
def run(capsysbinary: pytest.CaptureFixture[bytes], monkeypatch: pytest.MonkeyPatch) -> Run:
    """Runs ``clean`` in this process, with one job."""
    return runner(capsysbinary, monkeypatch)


@pytest.mark.parametrize(
    ("data", "what", "name"),
    [
        (LINES, "lines of JSON", "jsonl"),
        (b"\xef\xbb\xbf\n" + LINES.replace(b"\n", b"\r\n\r\n"), "lines of JSON", "jsonl"),
        (b'{"text": "a", "n": ' + b"9" * 5000 + b"}", "lines of JSON", "jsonl"),
        (b'{\n "text": "a"\n}\n', "JSON", "json"),
        (b'{\n "text": "a"\n}\n{\n "text": "b"\n}\n', "JSON", "json"),
        (b'[{"text": "a"},\n {"text": "b"}]', "JSON", "json"),
        (b'id,text\n1,"a\nb"\n2,c\n', "a table in CSV", "csv"),
        (b"\xef\xbb\xbfid;body;n\r\n1;a;1\r\n2;b;2\r\n", "a table in CSV", "csv"),
        (b"url\tpub_date\theadline\n" + b"a\tb\tc\n" * 5, "a table in CSV", "csv"),
        (b"WARC/1.0\r\nWARC-Type: warcinfo\r\n", "a web archive", "warc"),
        (LINES.decode().encode("utf-16"), "lines of JSON", "jsonl"),
    ],
)
def test_records_are_refused_with_the_option_to_use(data: bytes, what: str, name: str) -> None:
    """The message says what standard input holds, and which option reads it."""
    with pytest.raises(InputError) as error:
        recognise(SOURCE, data)
    assert str(error.value) == (
        f"standard input: holds {what}, no text; clean it with --format {name}, or as it is with --format text"
    )


@pytest.mark.parametrize(
    "data",
    [
        b"",
        b"{}\nA placeholder, and a text below it.\n",
        b'{"@type": "NewsArticle"}\nThe ferry sails again from Monday.\n',
        b'{\n "@type": "NewsArticle"\n}\nThe ferry sails again from Monday.\n',
        b"{\n}\n{\n}\n",
        b"[1, 2]\n",
        b"[Photo: the ferry]\n",
        b"{" * 100_000,
        b"Text, body\nOne thing, another\n",
        b"text\nThe ferry sails again.\nIt is full.\n",
        b"content, article\nWords, and more, here.\nWords, again.\n",
        b"id,text\n1,a\n",
        b"id,name\n1,a\n2,b\n",
        b"Team | Played | Points\n" + b"Lake United | 3 | 7\n" * 5,
        b"url,day,name\na,b,c\na,b\na,b,c\na,b,c\na,b,c\n",
        b"WARC/1.0 is the name of a format.\n",
        b"<p> is the tag of a paragraph, and </p> ends it.\n",
        b"<The ferry sails again.>\n",
        b"PAR1 was the name of their first record.\n",
        b"MZ, as the brand is called, closes.\n",
        b"BZh91 is the number of the bus.\n",
        b"%PDF is what such files begin with.\n",
    ],
)
def test_what_may_be_a_text_is_one(data: bytes) -> None:
    """What only looks a little like records, a page or another file is left to be cleaned."""
    assert recognise(SOURCE, data) is SOURCE


@pytest.mark.parametrize(
    "data",
    [
        b"<!DOCTYPE html>\n<title>A</title><p>B",
        b"<!doctype><!--[if IE]><html><![endif]--><body>",
        b"\xef\xbb\xbf \n<!-- made by hand -->\n<HTML lang=fr><p>A",
        b'<?xml version="1.0"?>\n<html xmlns="http://www.w3.org/1999/xhtml">',
        b"<p>One.</p>\n<p>Two.</p>\n",
        b'<div class="a">One.<br>\n',
        "<html><p>A".encode("utf-16"),
    ],
)
def test_page_is_read_as_one(data: bytes) -> None:
    """A page, or a piece of one that begins and ends with a tag, becomes a source of HTML, also in UTF-16."""
    found = recognise(SOURCE, data)
    assert (found.format, found.is_found) == ("html", True)
    named = replace(SOURCE, is_assumed=False)
    assert recognise(named, data) is named, "what somebody has named is not doubted"


@pytest.mark.parametrize(
    ("data", "message"),
    [
        (b"%PDF-1.7\n", "is a PDF; make it a text first (pdftotext)"),
        (
            zipped("[Content_Types].xml", "word/document.xml"),
            "is a Word document; make it a text first (pandoc -t plain)",
        ),
        (
            zipped("_rels/.rels", "word/document.xml", "[Content_Types].xml", filling=bytes(200_000)),
            "is a Word document; make it a text first (pandoc -t plain)",
        ),
        (
            b"PK\x03\x04" + bytes(26) + b"mimetypeapplication/vnd.oasis.opendocument.text",
            "is an OpenDocument text; make it a text first (pandoc -t plain)",
        ),
        (
            b"PK\x03\x04" + bytes(26) + b"mimetypeapplication/epub+zip",
            "is an EPUB book; make it a text first (pandoc -t plain)",
        ),
        (zipped("word/document.xml", "a.txt"), "is a zip archive; give it the ending .zip, or unpack it first"),
        (
            zipped("a.docx", filling=zipped("[Content_Types].xml", "word/document.xml")),
            "is a zip archive; give it the ending .zip, or unpack it first",
        ),
        (b"PK\x03\x04 word/list.txt", "is a zip archive; give it the ending .zip, or unpack it first"),
        (
            b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1",
            "is an old Office file (.doc, .xls); convert it (libreoffice --convert-to txt)",
        ),
        (b"{\\rtf1\\ansi", "is a Rich Text file; make it a text first (pandoc -f rtf -t plain)"),
        (b"\x89PNG\r\n\x1a\n\0", "is an image; read its text first (tesseract)"),
        (b"RIFF\1\2\3\4WEBP", "is an image; read its text first (tesseract)"),
        (b"\0\0\0 ftypisom", "is audio or video, not text"),
        (b"\x7fELF\2", "is a program, not text"),
        (b"MZ\x90\0", "is a program, not text"),
        (b"\x1f\x8b\x08", "is compressed with gzip; give it the ending .gz"),
        (bz2.compress(b"a"), "is compressed with bzip2; give it the ending .bz2"),
        (b"a" * 257 + b"ustar\0", "is a tar archive; unpack it first (tar -x)"),
        (
            b'<?xml version="1.0"?><rss>',
            "holds XML, no text; take the pages or texts out of it first, or clean it as it is with --format text",
        ),
    ],
)
def test_other_files_are_refused_with_the_tool_to_use(data: bytes, message: str) -> None:
    """What is surely no text is refused in one sentence that says what makes one of it."""
    with pytest.raises(InputError) as error:
        recognise(SOURCE, data)
    assert str(error.value) == f"standard input: {message}"


@pytest.mark.parametrize(
    ("data", "what", "name"),
    [
        (zipped("[Content_Types].xml", "xl/workbook.xml"), "an Excel workbook", "xlsx"),
        (b"SQLite format 3\0", "an SQLite database", "sqlite"),
        (b"PAR1\x15\0", "a Parquet file", "parquet"),
    ],
)
def test_tables_that_need_a_file_are_told_how_they_are_read(data: bytes, what: str, name: str) -> None:
    """The message asks for the path of standard input, names the option for a file, and says to unpack what is packed."""
    named = replace(SOURCE, name="a", path=Path("a"))
    ways = {
        SOURCE: "which cannot be read from a pipe; give its path",
        named: f"no text; clean it with --format {name}",
        replace(named, compression="xz"): "which is read only from a file of its own; unpack it first",
    }
    for source, way in ways.items():
        with pytest.raises(InputError) as error:
            recognise(source, data)
        assert str(error.value) == f"{source.name}: holds {what}, {way}"


def test_samples_are_texts() -> None:
    """No sample is taken for records."""
    for text in sample_texts():
        assert recognise(SOURCE, text.encode()) is SOURCE


@given(text=documents() | hostile_documents())
def test_documents_are_texts(text: str) -> None:
    """No document that is put together at random is taken for records."""
    assert recognise(SOURCE, text.encode("utf-8", "surrogatepass")).format == "text"


def test_lines_of_json_on_standard_input(tmp_path: Path, run: Run) -> None:
    """They are refused without --format, nothing is written, and with it they are read as they were asked for."""
    outcome = run(stdin=LINES)
    assert (outcome.status, outcome.out) == (1, b"")
    assert outcome.err == (
        "cleaner: standard input: holds lines of JSON, no text; clean it with --format jsonl, "
        "or as it is with --format text\n"
    )
    assert run("-", "-o", tmp_path / "out.txt", stdin=LINES).status == 1
    assert not (tmp_path / "out.txt").exists()
    records = [json.loads(line) for line in run("--format", "jsonl", "-q", stdin=LINES).out.splitlines()]
    assert records == [json.loads(line) for line in LINES.splitlines()]
    as_text = run("--format", "text", "-q", stdin=LINES)
    assert (as_text.status, as_text.err) == (0, "")


HTML = f"<html><body><nav><a href=a>Home</a></nav><article><p>{ARTICLE}</p></article></body></html>\n".encode()


@pytest.mark.parametrize("name", ["page.txt", "page"])
def test_page_in_a_text_file_is_cleaned_as_a_page(name: str, tmp_path: Path, run: Run) -> None:
    """The article comes out, a note says so and names the option; with that option the tags stay."""
    (tmp_path / name).write_bytes(HTML)
    outcome = run(tmp_path / name)
    assert (outcome.status, outcome.out.decode().split()) == (0, ARTICLE.split())
    assert outcome.err == (
        "cleaner: 1 text holds a page of HTML; its article was taken out (--format text leaves tags as they are)\n"
    )
    assert run(tmp_path / name, "-q").err == ""
    as_text = run(tmp_path / name, "--format", "text")
    assert (as_text.status, as_text.out, as_text.err) == (0, HTML, "")
    assert run(stdin=HTML).out == outcome.out


def test_page_in_a_text_file_is_never_replaced(tmp_path: Path, run: Run) -> None:
    """In place a page would become another file, so it is an error, and the other files are done."""
    (tmp_path / "a.txt").write_bytes(HTML)
    (tmp_path / "b.txt").write_text(PAGE, "utf-8")
    outcome = run("--in-place", tmp_path)
    assert outcome.status == 1
    assert f"{tmp_path / 'a.txt'}: holds HTML, and a page becomes text, which is another file" in outcome.err
    assert (tmp_path / "a.txt").read_bytes() == HTML
    assert (tmp_path / "b.txt").read_text("utf-8") == ARTICLE


def test_records_in_a_text_file_are_refused(tmp_path: Path, run: Run) -> None:
    """A table or lines of JSON that are called .txt are not cleaned as an article, and nothing is written."""
    (tmp_path / "a.txt").write_bytes(LINES)
    outcome = run(tmp_path / "a.txt", "-o", tmp_path / "b.txt")
    assert outcome.status == 1
    assert "holds lines of JSON, no text; clean it with --format jsonl" in outcome.err
    assert not (tmp_path / "b.txt").exists()


def test_html_file_that_is_none_is_refused(tmp_path: Path, run: Run) -> None:
    """A PDF that a crawler has saved as .html is refused, too."""
    (tmp_path / "a.html").write_bytes(b"%PDF-1.4\n%\xe2\xe3")
    outcome = run(tmp_path / "a.html")
    assert (outcome.status, outcome.err) == (
        1,
        f"cleaner: {tmp_path / 'a.html'}: is a PDF; make it a text first (pdftotext)\n",
    )


TAGGED = f"<p>{ARTICLE}</p><p>{ARTICLE}</p>"


@pytest.mark.parametrize("ending", ["jsonl", "csv"])
def test_tags_in_a_field_are_counted(ending: str, tmp_path: Path, run: Run) -> None:
    """Texts with tags stay as they are, one note counts them and names the option, and that option reads them."""
    path = tmp_path / f"a.{ending}"
    if ending == "jsonl":
        path.write_text("".join(json.dumps({"text": text}) + "\n" for text in (TAGGED, TAGGED, ARTICLE)), "utf-8")
    else:
        cell = f'"{TAGGED}"'
        path.write_text(f'n,text\n1,{cell}\n2,{cell}\n3,"{ARTICLE}"\n', "utf-8")
    outcome = run(path, "-o", tmp_path / f"b.{ending}")
    assert outcome.status == 0
    assert (
        "cleaner: 2 of 3 texts hold tags of HTML, which stay; --html-field NAME reads a field as pages\n" in outcome.err
    )
    assert (tmp_path / f"b.{ending}").read_bytes() == path.read_bytes()
    assert "tags" not in run(path, "-o", tmp_path / f"c.{ending}", "-q").err
    with_option = run(path, "-o", tmp_path / f"d.{ending}", "--html-field", "text")
    assert (with_option.status, "tags" in with_option.err) == (0, False)
    assert "<p>" not in (tmp_path / f"d.{ending}").read_text("utf-8")


def test_references_of_a_page_fit_any_encoding(tmp_path: Path, run: Run) -> None:
    """Letters that the encoding of a table lacks, and only references stood for, are written as references again."""
    page = "".join(
        f"<p>The council met in 東京 and in the café by the bridge, for the {number}th time.</p>" for number in range(9)
    )
    data = f"text\n{page}\n".encode("cp1252", "xmlcharrefreplace")
    (tmp_path / "a.csv").write_bytes(data)
    assert run(tmp_path / "a.csv", "-o", tmp_path / "b.csv", "--encoding", "cp1252", "--html-field", "text").status == 0
    assert "in &#26481;&#20140; and in the café" in (tmp_path / "b.csv").read_text("cp1252")


def test_mojibake_is_told_once(tmp_path: Path, run: Run) -> None:
    """Texts that an earlier step has decoded wrongly stay as they are, and are counted in one note."""
    garbled = "Le café du marché a été fermé hier soir, après une décision de la préfecture.\n".encode().decode(
        "cp1252"
    )
    for name in ("a.txt", "b.txt"):
        (tmp_path / name).write_text(garbled)
    outcome = run(tmp_path / "a.txt", tmp_path / "b.txt", "-o", tmp_path / "out")
    assert outcome.err.count("mojibake") == 1
    assert "2 of 2 texts hold mojibake" in outcome.err
    assert (tmp_path / "out" / "a.txt").read_text() == garbled
