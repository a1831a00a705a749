"""The target for CSV and TSV: what is read are rows or failures with a reason, and what is written is read again."""

from __future__ import annotations

import csv
import io
from collections.abc import Iterator

from cleaner.corpus.records.chunks import Fields, Item, Limits, Place, RawChunk
from cleaner.corpus.records.delimited import read_chunks, read_items, write_items
from cleaner.corpus.records.dialect import RowScanner, split_cells
from cleaner.corpus.records.layout import Layout
from cleaner.corpus.records.sources import Source
from cleaner.errors import InputError
from fuzz.mutations import mutate_with
from fuzz.readers import source_of
from fuzz.target import Target, chosen_by
from tests.material import sample_texts

__all__ = ["CSV"]

_LIMITS = (Limits(1 << 20, 1 << 22), Limits(200, 1 << 20), Limits(64, 300), Limits(1, 40))
_OTHERS = ("body", "content", "article")
_FIELDS = (
    Fields(other_texts=_OTHERS),
    Fields(other_texts=_OTHERS, result="clean", title=""),
    Fields(text="n", delimiter="|"),
    Fields(other_texts=_OTHERS, encoding="cp1252"),
)
_NEW = ('new "text"', 'new "text",\t;|\r\n', "")

Found = tuple[list[RawChunk], list[Item]]


def _source(data: bytes) -> Source:
    return source_of(data, "t", "tsv" if data[:1] == b"\t" else "csv")


def _options(data: bytes) -> tuple[Limits, Fields]:
    return _LIMITS[chosen_by(data, 4)], _FIELDS[chosen_by(data[1:], 4)]


def _read(data: bytes) -> Found:
    limits, fields = _options(data)
    chunks: list[RawChunk] = []
    for chunk in read_chunks(_source(data), Place(), limits, fields):
        assert chunk.end.offset > chunk.start.offset, "reading gets on"
        assert len(chunks) <= len(data), "reading ends"
        chunks.append(chunk)
    return chunks, [item for chunk in chunks for item in _items(chunk, fields)]


def _items(chunk: RawChunk, fields: Fields) -> list[Item]:
    return read_items(chunk, fields, max_bytes=100_000, to_jsonl=False)


def _check(data: bytes, found: Found) -> None:
    chunks, items = found
    limits, fields = _options(data)
    place = Place()
    for chunk in chunks:
        assert chunk.start == place, "a chunk begins where the one before ends"
        assert data.startswith(chunk.payload[1], place.offset), "a chunk holds the bytes of its place"
        assert len(chunk.payload[1]) + chunk.skipped == chunk.size == chunk.end.offset - place.offset
        place = chunk.end
    assert place.offset == len(data), "all is read"
    assert [item.number for item in items] == list(range(1, place.records + 1)), "rows are counted"
    middle = chunks[len(chunks) // 2]
    later = list(read_chunks(_source(data), middle.start, limits, fields))
    shown = [(one.payload, one.start, one.end) for one in chunks[len(chunks) // 2 :]]
    assert [(one.payload, one.start, one.end) for one in later] == shown, "reading goes on anywhere"
    _check_items(items, chunks[0].payload[0], fields)


def _check_items(items: list[Item], layout: Layout, fields: Fields) -> None:
    for item in items:
        assert item.document is None or item.failure is None, "a row is a document, or a failure"
        assert item.failure is None or item.failure.strip(), "a failure has a reason"
        if item.document is None or item.number == 1:
            continue
        if fields.result is None:
            assert item.document.write(item.document.text) == item.raw, "the same text is the same row"
        for text in _NEW if layout.dialect.is_quoted else _NEW[:1]:
            _check_row(item.raw, item.document.write(text), text, layout)
    kept = [item for item in items if item.failure is None]
    if fields.result is None and items[0].failure is None:
        assert write_items([(item, None) for item in items], None, to_jsonl=False) == b"".join(
            item.raw for item in kept
        )


def _check_row(raw: bytes, made: bytes, text: str, layout: Layout) -> None:
    """A row that was written holds the new text, and in all other cells and at its end the bytes it had."""
    dialect = layout.dialect
    assert RowScanner(dialect).row_end(made, 0, is_whole=True) == len(made), "a row stays one row"
    target = layout.columns.text if layout.columns.result is None else layout.columns.result
    before, after = split_cells(raw, dialect), split_cells(made, dialect)
    assert after[target].value(made).decode(layout.encoding) == text, "the new text is there"
    old = [raw[cell.start : cell.end] for cell in before]
    new = [made[cell.start : cell.end] for cell in after]
    assert new[:target] == old[:target], "what stands before stays"
    assert new[target + 1 :] == old[target + 1 :], "what stands after stays"
    assert made[after[-1].end :] == raw[before[-1].end :], "the line end stays"
    if dialect.is_quoted:
        delimiter = dialect.delimiter.decode("ascii")
        (row,) = csv.reader(io.StringIO(made.decode(layout.encoding), newline=""), delimiter=delimiter)
        assert row[target] == text, "other readers read the same"


def _seeds() -> Iterator[bytes]:
    texts = [text[:300] for text in sample_texts()[:40]]
    for number, delimiter in enumerate(",;\t|"):
        for quoting in (csv.QUOTE_ALL, csv.QUOTE_MINIMAL):
            made = io.StringIO(newline="")
            end = ("\n", "\r\n", "\r")[number % 3]
            writer = csv.writer(made, delimiter=delimiter, quoting=quoting, lineterminator=end)
            writer.writerow(["id", ("text", "body", "content", "n")[number], "title"])
            writer.writerows([at, text, text[:20]] for at, text in enumerate(texts[number::4]))
            yield made.getvalue().encode()
            yield made.getvalue()[:2000].encode("utf-8-sig")
    yield b'\ttext\n1\t"Wow", he said\n2\t"No", she said\n'
    yield b"text\nOne line, of one cell.\n"
    yield b'sep=;\r\nid;text\r\n1;"a; ""b"""\r\n2;\r\n'


_PIECES = (
    b"id,text\n",
    b"text;n\r\n",
    b"sep=;\r\n",
    b'"sep=,"\n',
    b'"text","clean"\n',
    b"n|body\n",
    b"\ttext\n",
    b'"',
    b'""',
    b'"""',
    b'","',
    b'"\n"',
    b'\n1,"a',
    b'b",2\n',
    b"\r",
    b"\r\n",
    b"\n\n",
    b",,,",
    b"\t\t",
    b"\x00",
    b"\xef\xbb\xbf",
    b"\xff\xfe",
    b"\xe9",
    b"\xc3\xa9",
    b"'",
    b"\\",
    b" ",
    b"a" * 400,
    b'"' * 301,
)

CSV = Target(_read, _check, _seeds, mutate_with(_PIECES, (b",", b";", b"\t", b"|", b'"', b"\n")), errors=(InputError,))
