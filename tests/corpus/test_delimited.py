"""CSV and TSV files: what is not the text stays as its bytes, and what cannot be read fails with a reason."""

from __future__ import annotations

import csv
import gzip
import io
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from cleaner.corpus.records import Source
from cleaner.corpus.records.chunks import Fields, Item, Limits, Place, RawChunk
from cleaner.corpus.records.delimited import read_chunks, read_items, write_items
from cleaner.corpus.records.sources import Format
from cleaner.errors import InputError

OTHERS = ("body", "content", "article")


def _chunks(
    path: Path,
    *,
    chunk_bytes: int = 1 << 18,
    record_bytes: int = 1 << 20,
    start: Place | None = None,
    fields: Fields | None = None,
    kind: Format = "csv",
) -> list[RawChunk]:
    source = Source(path.name, path, Path(path.name), kind)
    return list(read_chunks(source, start or Place(), Limits(chunk_bytes, record_bytes), fields or Fields()))


def _items(path: Path, data: bytes, fields: Fields | None = None, *, kind: Format = "csv") -> list[Item]:
    path.write_bytes(data)
    chosen = fields or Fields()
    return [
        item
        for chunk in _chunks(path, fields=chosen, kind=kind)
        for item in read_items(chunk, chosen, max_bytes=1000, to_jsonl=False)
    ]


def _replaced(path: Path, data: bytes, text: str = "new", fields: Fields | None = None) -> bytes:
    items = _items(path, data, fields)
    done = [(item, None if item.document is None else text) for item in items]
    return write_items(done, None, to_jsonl=False)


def _table(*rows: list[str], **dialect: str) -> bytes:
    made = io.StringIO(newline="")
    csv.writer(made, **dialect).writerows(rows)  # type: ignore[arg-type]
    return made.getvalue().encode()


# --- rows ------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("table", "cleaned"),
    [
        ("id,text,n\n1,old,1.0\n", "id,text,n\n1,new,1.0\n"),
        ('id,text,n\r\n"1","old, ""x""\n",\' 1.0\r\n', 'id,text,n\r\n"1","new",\' 1.0\r\n'),
        ("\ufefftext;n\nold;1\n", "\ufefftext;n\nnew;1\n"),
        ('\ufeff"text";"n"\rold;1', '\ufeff"text";"n"\rnew;1'),
        ("n|text\n\n01|old\n\n", "n|text\n\n01|new\n\n"),
        ("text\nold, not two cells\n", "text\nnew\n"),
        ("n\ttext\n5\t\n6\told\n", "n\ttext\n5\t\n6\tnew\n"),
    ],
)
def test_only_the_text_is_replaced(table: str, cleaned: str, tmp_path: Path) -> None:
    """Header, quotes, numbers, blank rows, byte order mark and line ends stay as they stand, whatever the delimiter."""
    assert _replaced(tmp_path / "a.csv", table.encode()) == cleaned.encode()


def test_result_field_is_a_column_of_its_own(tmp_path: Path) -> None:
    """The cleaned text goes into a new last column, or the one of that name, and doing it again changes nothing."""
    fields = Fields(result="clean")
    made = _replaced(tmp_path / "a.csv", b'text,n\n"old",1\n', fields=fields)
    assert made == b'text,n,clean\n"old",1,"new"\n'
    assert _replaced(tmp_path / "a.csv", made, fields=fields) == made


@pytest.mark.parametrize(
    ("row", "made"), [("1,\n", "1,,\n"), ('1,""\n', '1,"",""\n'), ("1,\r\n", "1,,\r\n"), ("1,", "1,,")]
)
def test_empty_text_passes(row: str, made: str, tmp_path: Path) -> None:
    """A missing text is no document and no failure: its row stays as it is, and its new cell is empty as well."""
    table = f"id,text\n{row}".encode()
    items = _items(tmp_path / "a.csv", table)
    assert [(item.document, item.failure) for item in items] == [(None, None)] * 2
    assert _replaced(tmp_path / "a.csv", table) == table
    after = _replaced(tmp_path / "a.csv", table, fields=Fields(result="clean"))
    assert after == table.replace(b"text", b"text,clean").replace(row.encode(), made.encode())


def test_missing_text_leaves_the_column_of_the_result(tmp_path: Path) -> None:
    """Where the column of the result is there already, the row without a text stays as it is."""
    made = _replaced(tmp_path / "a.csv", b"text,clean\n,before\nold,x\n", fields=Fields(result="clean"))
    assert made == b"text,clean\n,before\nold,new\n"


def test_text_that_is_emptied_leaves_a_row(tmp_path: Path) -> None:
    """In a table of one column an empty text is written with quotes, as a blank line is no row."""
    assert _replaced(tmp_path / "a.csv", b"text\nold\n", "") == b'text\n""\n'


def test_other_columns_are_used_where_they_are_there(tmp_path: Path) -> None:
    """Title, language, address and id come from their columns; empty cells are none."""
    _, item, other = _items(tmp_path / "a.csv", b"id,text,title,lang,url\n7,a,T,fr,u\n,b,,,\n")
    assert item.document is not None
    assert other.document is not None
    document = item.document
    assert (document.title, document.lang, document.url, document.id) == ("T", "fr", "u", "7")
    assert (other.document.title, other.document.id) == (None, None)


@pytest.mark.parametrize(
    ("row", "reason"),
    [
        (b"1,a,2", "has 3 cells, but the header has 2"),
        (b"1", "has 1 cell, but the header has 2"),
        (b"1,a\0b", "holds a NUL character at byte 4 of the row"),
        (b"1,caf\xe9", "is not UTF-8 at byte 6 of the row; name the encoding of the file with --encoding"),
        (b'1,"a" b', "cell 2 goes on after its closing quote"),
        (b"1," + b"a" * 1001, "the text has 1001 bytes, more than --max-document 1000"),
        (b'1,"a', "a quote at the beginning of one of its cells is never closed; only this line is left out"),
    ],
)
def test_row_that_cannot_be_read_fails_alone(row: bytes, reason: str, tmp_path: Path) -> None:
    """A row that is no row of this table fails with a reason, and those before and after it are read."""
    items = _items(tmp_path / "a.csv", b'id,text\n1,"first"\n' + row + b"\n2,last\n")
    assert [item.failure for item in items] == [None, None, reason, None]
    assert (items[2].raw, items[2].number) == (row + b"\n", 3)
    assert [item.document.text for item in items if item.document] == ["first", "last"]


def test_quotes_escaped_with_backslashes_are_told(tmp_path: Path) -> None:
    """Some programs escape quotes where CSV doubles them; the rows fail, and the reason says how it must be written."""
    items = _items(tmp_path / "a.csv", b'id,text\n1,"a \\"b\\" c"\n2,"d"\n3,e,f\n')
    assert [item.failure for item in items] == [
        None,
        "cell 2 goes on after its closing quote; quotes in cells must be doubled, not escaped with backslashes",
        None,
        "has 3 cells, but the header has 2",
    ]


def test_limit_of_the_standard_library_is_not_touched(tmp_path: Path) -> None:
    """A cell beyond that limit is read, and the limit stays what it was."""
    before = csv.field_size_limit()
    path = tmp_path / "a.csv"
    path.write_bytes(b"text,n\n" + b"a" * (before + 1) + b",1\n")
    (chunk,) = _chunks(path)
    item = read_items(chunk, Fields(), max_bytes=1 << 20, to_jsonl=False)[1]
    assert item.document is not None
    assert len(item.document.text) == before + 1
    assert csv.field_size_limit() == before


# --- the layout ------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("data", "fields", "reason"),
    [
        (b"id,words\n1,a\n", Fields(), "has no column 'text'; name that of the text with --field: id, words"),
        (b"id;words\n1;a,b\n", Fields(other_texts=("body",)), "has no column 'text' or 'body'; name that of"),
        (b"text,text\na,b\n", Fields(), "has several columns 'text'; give each a name of its own"),
        (b"text,id,id\na,b,c\n", Fields(), "has several columns 'id'"),
        (b"", Fields(), "is empty; a table needs a header row"),
        (b"\xef\xbb\xbf\n", Fields(), "is empty; a table needs a header row"),
        (b"text," + b"a" * 70_000, Fields(), "has no header row in its first 65536 bytes"),
        (b"t\0e\0x\0t\0", Fields(), "holds NUL characters in its header row"),
        (b"t\xe9xt,text\na,b\n", Fields(), "is not valid UTF-8 at byte 2 (0xE9); name its encoding with --encoding"),
        ("text\na\n".encode("utf-16"), Fields(), "tables in UTF-16 or UTF-32 cannot be read"),
        (b"text\na\n", Fields(encoding="utf-32-be"), "tables in UTF-16 or UTF-32 cannot be read"),
        (b"text\na\n", Fields(encoding="iso2022_jp"), "a table in iso2022_jp cannot be read"),
        (b"text\na\n", Fields(encoding="cp037"), "a table in cp037 cannot be read"),
    ],
)
def test_file_that_is_no_table_is_refused(data: bytes, fields: Fields, reason: str, tmp_path: Path) -> None:
    """A file without a header that can be read, or without one column of text, says so in one sentence."""
    path = tmp_path / "a.csv"
    path.write_bytes(data)
    with pytest.raises(InputError) as error:
        _chunks(path, fields=fields)
    assert str(error.value).startswith(f"a.csv: {reason}")


@pytest.mark.parametrize("name", ["text", "body", "content", "article", "Text", "Content "])
def test_column_of_the_text_is_found(name: str, tmp_path: Path) -> None:
    """Without --field one of the usual names is the text, capitals or not."""
    _, item = _items(tmp_path / "a.csv", f"words,{name}\na,b\n".encode(), Fields(other_texts=OTHERS))
    assert item.document is not None
    assert item.document.text == "b"


def test_first_of_the_usual_names_is_the_text(tmp_path: Path) -> None:
    """Where a table has several of the usual names, ``text`` goes before all others, wherever it stands."""
    _, item = _items(tmp_path / "a.csv", b"content,body,text\na,b,c\n", Fields(other_texts=OTHERS))
    assert item.document is not None
    assert item.document.text == "c"


def test_quotes_of_a_file_without_quoting_are_characters(tmp_path: Path) -> None:
    """Where quotes begin cells without ending them, they belong to the texts."""
    data = b'text\tn\n"Wow", he said\t1\n"No", she said\t2\n"All of it"\t3\n'
    items = _items(tmp_path / "a.tsv", data, kind="tsv")
    assert [item.document.text for item in items if item.document] == [
        '"Wow", he said',
        '"No", she said',
        '"All of it"',
    ]


def test_one_wrong_quote_does_not_end_quoting(tmp_path: Path) -> None:
    """A file with quoted cells keeps them, even if one row would be read better without."""
    data = b'text\tn\n"a"\t1\n"b"\t2\n"Wow" he said\t3\n"c"\t4\n'
    items = _items(tmp_path / "a.tsv", data, kind="tsv")
    assert [item.document.text for item in items if item.document] == ["a", "b", "c"]
    assert [item.failure for item in items if item.failure] == ["cell 1 goes on after its closing quote"]


def test_delimiter_can_be_given(tmp_path: Path) -> None:
    """A delimiter that is none of the usual ones is taken where it is named."""
    assert _replaced(tmp_path / "a.csv", b"text^n\nold,x^1\n", fields=Fields(delimiter="^")) == b"text^n\nnew^1\n"


@pytest.mark.parametrize("encoding", ["cp1252", "iso8859-15", "gb18030", "shift_jis"])
def test_encoding_is_kept(encoding: str, tmp_path: Path) -> None:
    """A table in another encoding is read strictly and written back in it."""
    signs = "表ー、十" if encoding in ("gb18030", "shift_jis") else "é à"
    data = f"text,n\n{signs} old,{signs}\n".encode(encoding)
    assert _replaced(tmp_path / "a.csv", data, f"{signs} new", Fields(encoding=encoding)) == data.replace(
        b"old", b"new"
    )


# --- chunks ----------------------------------------------------------------------------------------------


@given(
    rows=st.lists(st.tuples(st.text('ab",;\n\r é', max_size=9), st.text('a"\n,', max_size=4)), max_size=6),
    broken=st.text('a",\n', max_size=9),
    chunk_bytes=st.sampled_from([1, 20, 1000]),
    record_bytes=st.sampled_from([20, 1000]),
)
def test_chunks_hold_all_bytes_and_can_be_resumed(
    rows: list[tuple[str, str]],
    broken: str,
    chunk_bytes: int,
    record_bytes: int,
    tmp_path_factory: pytest.TempPathFactory,
) -> None:
    """Chunks follow each other to the end of the file, count the same rows, and reading goes on at any of them."""
    data = _table(["text", "n"], *map(list, rows)) + broken.encode()
    path = tmp_path_factory.mktemp("chunks") / "a.csv"
    path.write_bytes(data)
    chunks = _chunks(path, chunk_bytes=chunk_bytes, record_bytes=record_bytes)
    place = Place()
    numbers: list[int] = []
    for position, chunk in enumerate(chunks):
        assert chunk.start == place
        held = chunk.payload[1]
        assert data.startswith(held, place.offset)
        assert chunk.end.offset == place.offset + len(held) + chunk.skipped > place.offset
        numbers += [item.number for item in read_items(chunk, Fields(), max_bytes=99, to_jsonl=False)]
        place = chunk.end
        following = _chunks(path, chunk_bytes=chunk_bytes, record_bytes=record_bytes, start=place)
        assert [(one.payload, one.failure) for one in following] == [
            (one.payload, one.failure) for one in chunks[position + 1 :]
        ]
    assert place.offset == len(data)
    assert numbers == list(range(1, place.records + 1))


def test_row_beyond_the_limit_fails_alone(tmp_path: Path) -> None:
    """Of a row that is too long to be held only the beginning is, and reading goes on after it."""
    path = tmp_path / "a.csv"
    path.write_bytes(b'text,n\na,1\n"' + b"b\n" * 200_000 + b'",2\nc,3\n')
    chunks = _chunks(path, chunk_bytes=1, record_bytes=100)
    assert [chunk.failure for chunk in chunks] == [
        None,
        None,
        "the row has 400005 bytes, too many to hold in memory; raw is its first 100",
        None,
    ]
    assert chunks[3].payload[1] == b"c,3\n"


def test_open_quote_beyond_the_limit_is_told(tmp_path: Path) -> None:
    """A quote that is never closed and has more behind it than can be held takes the rest, and the reason says so."""
    path = tmp_path / "a.csv"
    path.write_bytes(b'text,n\n"' + b"b\n" * 200_000)
    (_, chunk) = _chunks(path, chunk_bytes=1, record_bytes=100)
    assert chunk.failure == (
        "the row has 400001 bytes, too many to hold in memory; raw is its first 100; a quote in it is never closed"
    )


def test_row_that_damage_has_cut_off_is_no_document(tmp_path: Path) -> None:
    """What stands before the damage of a compressed file is read, but for the row that it cuts off."""
    path = tmp_path / "a.csv.gz"
    data = gzip.compress(b"text\n" + b"".join(b"row %d of the table\n" % number for number in range(2000)))
    path.write_bytes(data[: len(data) // 2])
    source = Source("a.csv.gz", path, Path("a.csv.gz"), "csv", "gz")
    chunks: list[RawChunk] = []
    with pytest.raises(InputError, match="is damaged or cut off"):
        chunks.extend(read_chunks(source, Place(), Limits(1 << 18, 1 << 20), Fields()))
    assert [chunk.failure for chunk in chunks] == [None, "is cut off, as the file is damaged"]
    assert chunks[0].payload[1].endswith(b" of the table\n")
