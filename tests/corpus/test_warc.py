"""WARC and WET: archives that other libraries write and read."""

from __future__ import annotations

import base64
import gzip
import hashlib
import io
from pathlib import Path

import pytest
from fastwarc.warc import ArchiveIterator, WarcRecord, WarcRecordType
from hypothesis import given
from hypothesis import strategies as st

from cleaner.corpus.records import Source
from cleaner.corpus.records.chunks import Done, Fields, Item, Limits, Place, RawChunk
from cleaner.corpus.records.limits import QUOTED_BYTES
from cleaner.corpus.records.warc import read_chunks, read_items, write_items
from cleaner.errors import InputError

TEXTS = ["Premier texte.\nÀ lire aussi\n", "Second text, longer than the first.\n" * 20, ""]


def _written(record: WarcRecord, *, with_digests: bool = True) -> bytes:
    stream = io.BytesIO()
    record.write(stream, checksum_data=with_digests)
    return stream.getvalue()


def _archive(path: Path) -> Path:
    """An archive as FastWARC writes it: a warcinfo record, texts, and a response; each a gzip member in ``.gz``."""
    info = WarcRecord()
    info.init_headers(record_type=WarcRecordType.warcinfo)
    info.set_bytes_content(b"software: test\r\n")
    records = [_written(info)]
    for number, text in enumerate(TEXTS):
        record = WarcRecord()
        record.init_headers(record_type=WarcRecordType.conversion)
        record.headers["WARC-Target-URI"] = f"https://example.org/{number}"
        record.headers["Content-Type"] = "text/plain"
        record.headers["X-Own"] = "kept: as it is"
        record.set_bytes_content(text.encode())
        records.append(_written(record))
    response = WarcRecord()
    response.init_headers(record_type=WarcRecordType.response)
    response.headers["Content-Type"] = "application/http; msgtype=response"
    response.set_bytes_content(b"HTTP/1.1 200 OK\r\n\r\n<p>Markup</p>")
    records.append(_written(response, with_digests=False))
    path.write_bytes(b"".join(map(gzip.compress, records) if path.suffix == ".gz" else records))
    return path


def _chunks(
    path: Path, *, chunk_bytes: int = 1, record_bytes: int = 1 << 20, start: Place | None = None
) -> list[RawChunk]:
    source = Source(str(path), path, Path(path.name), "wet", "gz" if path.suffix == ".gz" else None)
    return list(read_chunks(source, start or Place(), Limits(chunk_bytes, record_bytes), Fields()))


def _items(chunks: list[RawChunk], *, max_bytes: int = 10_000, to_jsonl: bool = False) -> list[Item]:
    return [item for chunk in chunks for item in read_items(chunk, Fields(), max_bytes=max_bytes, to_jsonl=to_jsonl)]


def _records(data: bytes) -> list[tuple[dict[str, str], bytes]]:
    """The records of an archive as FastWARC reads them, digests checked."""
    found = []
    for record in ArchiveIterator(io.BytesIO(data), parse_http=False):
        if record.headers.get("WARC-Block-Digest"):
            assert record.verify_block_digest()
        found.append((dict(record.headers), record.reader.read()))
    return found


@pytest.mark.parametrize("name", ["a.warc.wet", "a.warc.wet.gz"])
def test_archive_is_read_and_written_back_as_it_was(name: str, tmp_path: Path) -> None:
    """An archive in which no text changes is written back byte for byte, however it is cut into chunks."""
    path = _archive(tmp_path / name)
    plain = _archive(tmp_path / "plain.wet")
    for chunk_bytes in (1, 900, 1 << 20):
        items = _items(_chunks(path, chunk_bytes=chunk_bytes))
        assert [item.document.text for item in items if item.document] == TEXTS
        assert [item.number for item in items] == [1, 2, 3, 4, 5]
        done: list[Done] = [(item, item.document.text if item.document else None) for item in items]
        written = write_items(done, None, to_jsonl=False)
        assert len(_records(written)) == 5
        assert len(written) == plain.stat().st_size


def test_changed_text_has_its_length_and_digests(tmp_path: Path) -> None:
    """Another text changes length and digests, and no other header; other records keep their bytes."""
    path = _archive(tmp_path / "a.wet")
    items = _items(_chunks(path))
    done: list[Done] = [(item, "Anderer Text.\n" if item.document else None) for item in items]
    before, after = _records(path.read_bytes()), _records(write_items(done, None, to_jsonl=False))
    assert before[0] == after[0]
    assert before[4] == after[4]
    for (old, _), (new, body) in zip(before[1:4], after[1:4], strict=True):
        assert body == b"Anderer Text.\n"
        assert list(old) == list(new)
        changed = {name for name in old if old[name] != new[name]}
        assert changed == {"Content-Length", "WARC-Block-Digest"} | ({"WARC-Payload-Digest"} & changed)
        assert new["Content-Length"] == "14"
        assert new["WARC-Block-Digest"] == "sha1:" + base64.b32encode(hashlib.sha1(body).digest()).decode()


@pytest.mark.parametrize(
    ("digest", "made"),
    [
        ("sha256:" + "0" * 64, "sha256:" + hashlib.sha256(b"b").hexdigest()),
        ("md5:" + "0" * 32, "md5:" + hashlib.md5(b"b").hexdigest()),
        ("sha1:" + "A" * 32, "sha1:" + base64.b32encode(hashlib.sha1(b"b").digest()).decode()),
        ("klingon:1", None),
    ],
)
def test_digests_keep_their_algorithm(digest: str, made: str | None, tmp_path: Path) -> None:
    """A digest is computed again with its own algorithm and encoding; one with an unknown algorithm is left out."""
    head = f"WARC/1.0\r\nWARC-Type: conversion\r\nWARC-Payload-Digest: {digest}\r\ncontent-length:1\r\nX: y\r\n\r\n"
    path = tmp_path / "a.wet"
    path.write_bytes(head.encode() + b"a\r\n\r\n")
    (item,) = _items(_chunks(path))
    assert item.document is not None
    line = f"WARC-Payload-Digest: {digest}\r\n"
    expected = head.replace(line, "" if made is None else f"WARC-Payload-Digest: {made}\r\n")
    assert item.document.write("b") == expected.encode() + b"b\r\n\r\n"


def test_each_record_is_compressed_for_itself(tmp_path: Path) -> None:
    """In a compressed archive each record is a member, so that readers can begin at any."""
    items = _items(_chunks(_archive(tmp_path / "a.wet")))
    done: list[Done] = [(item, "x" if item.document else None) for item in items]
    written = write_items(done, "gz", to_jsonl=False)
    assert written.count(b"\x1f\x8b\x08\0\0\0\0\0") == 5
    assert len(_records(written)) == 5


def test_archive_becomes_lines_of_json(tmp_path: Path) -> None:
    """As JSONL each text or page is an object with address, id and date; other records have no line."""
    import json

    items = _items(_chunks(_archive(tmp_path / "a.wet")), to_jsonl=True)
    done: list[Done] = [(item, "x" if item.document else None) for item in items]
    lines = [json.loads(line) for line in write_items(done, None, to_jsonl=True).splitlines()]
    assert [line["url"] for line in lines] == [
        *(f"https://example.org/{number}" for number in range(3)),
        None,
    ]
    assert set(lines[0]) == {"url", "id", "date", "text"}
    assert lines[0]["id"].startswith("urn:uuid:")


def test_reading_begins_at_any_chunk(tmp_path: Path) -> None:
    """Reading from the end of a chunk gives the chunks that follow it."""
    path = _archive(tmp_path / "a.wet.gz")
    chunks = _chunks(path)
    for position, chunk in enumerate(chunks):
        following = _chunks(path, start=chunk.end)
        assert [one.payload for one in following] == [one.payload for one in chunks[position + 1 :]]


def test_text_that_cannot_be_read_fails(tmp_path: Path) -> None:
    """A text that is not UTF-8, one over the limit, and one too long to hold fail; the others are read."""
    path = tmp_path / "a.wet"
    head = "WARC/1.0\r\nWARC-Type: conversion\r\nContent-Length: {}\r\n\r\n"
    bodies = [b"\xff", b"x" * 100, b"y" * 300_000, b"good"]
    path.write_bytes(b"".join(head.format(len(body)).encode() + body + b"\r\n\r\n" for body in bodies))
    items = _items(_chunks(path, record_bytes=1000), max_bytes=99)
    assert [item.failure and item.failure.split(",")[0] for item in items] == [
        "the text is not UTF-8 at byte 1 of the content",
        "the text has 100 bytes",
        f"the record has {len(head.format(300_000)) + 300_000 + 4} bytes",
        None,
    ]


@pytest.mark.parametrize(
    ("data", "what"),
    [
        (b"no archive\r\n\r\n", "at byte 0: no WARC record follows"),
        (b"x" * 3_000_000, "at byte 0: no WARC record follows"),
        (b"WARC/1.0\r\nWARC-Type: conversion\r\n\r\n", "without a valid Content-Length"),
        (b"WARC/1.0\r\nContent-Length: 9\r\n\r\nabc", "ends 6 bytes too early"),
    ],
)
def test_damaged_archive_is_told_with_its_place(data: bytes, what: str, tmp_path: Path) -> None:
    """Data that is not a record is an error with its place, after the records before it."""
    path = tmp_path / "a.wet"
    good = b"WARC/1.0\r\nWARC-Type: conversion\r\nContent-Length: 1\r\n\r\na\r\n\r\n"
    path.write_bytes(data)
    with pytest.raises(InputError, match=what):
        _chunks(path)
    path.write_bytes(good + data)
    source = Source("a.wet", path, Path("a.wet"), "wet")
    chunks: list[RawChunk] = []
    with pytest.raises(InputError, match="is damaged at byte"):
        chunks.extend(read_chunks(source, Place(), Limits(1, 1 << 20), Fields()))


@pytest.mark.parametrize("length", [b"9" * 5000, b"-1", b"1_0", b"+1", "\u0661".encode(), b"1" * 19])
def test_length_that_nobody_can_mean_is_damage(length: bytes, tmp_path: Path) -> None:
    """The records before the damage are read, and the damage is reported with its place."""
    path = tmp_path / "a.wet"
    first = b"WARC/1.0\r\nWARC-Type: conversion\r\nContent-Length: 3\r\n\r\nOui\r\n\r\n"
    path.write_bytes(first + first.replace(b": 3", b": " + length))
    source = Source(str(path), path, Path(path.name), "wet")
    found: list[RawChunk] = []
    with pytest.raises(InputError, match=rf"at byte {len(first)}: a record without a valid Content-Length"):
        found.extend(read_chunks(source, Place(), Limits(1, 1 << 20), Fields()))
    assert [item.document.text for item in _items(found) if item.document] == ["Oui"]


@pytest.mark.parametrize("end", [b"\n", b"\r\n"])
def test_head_without_its_last_header_keeps_its_end(end: bytes, tmp_path: Path) -> None:
    """A digest of an unknown algorithm is left out; what parts head and content stays."""
    path = tmp_path / "a.wet"
    head = b"WARC/1.0\r\nWARC-Type: conversion\r\nContent-Length: 3\r\nX: y"
    path.write_bytes(head + end + b"WARC-Payload-Digest: foo:1\r\n\r\nOui\r\n\r\n")
    (item,) = _items(_chunks(path))
    assert item.document is not None
    assert item.document.write("Non!") == head.replace(b": 3", b": 4") + b"\r\n\r\nNon!\r\n\r\n"


def test_head_does_not_end_where_a_header_was_left_out(tmp_path: Path) -> None:
    """Line ends on both sides of a digest that is left out do not end the head early."""
    path = tmp_path / "a.wet"
    head = b"WARC/1.0\r\nWARC-Type: conversion\r\nWARC-Payload-Digest: foo:\n\r\n\nX: y\r\nContent-Length: 3\r\n\r\n"
    path.write_bytes(head + b"Oui\r\n\r\n")
    (item,) = _items(_chunks(path))
    assert item.document is not None
    made = item.document.write("Non!")
    assert made == b"WARC/1.0\r\nWARC-Type: conversion\r\nX: y\r\nContent-Length: 4\r\n\r\nNon!\r\n\r\n"


# --- damage ----------------------------------------------------------------------------------------------


def _record(body: bytes, length: bytes | None = None, *, extra: bytes = b"") -> bytes:
    size = str(len(body)).encode() if length is None else length
    head = b"WARC/1.0\r\nWARC-Type: conversion\r\nContent-Length: " + size + b"\r\n" + extra + b"\r\n"
    return head + body + b"\r\n\r\n"


def _texts(items: list[Item]) -> list[str | None]:
    return [None if item.document is None else item.document.text for item in items]


GOOD = _record(b"first"), _record(b"last")
LENGTHS = [
    b"9" * 5000,
    b"9" * 18,
    b"123456789",
    b"-5",
    b"+5",
    b"5_0",
    b"0x5",
    b"5.0",
    b"5e1",
    b"",
    "٥".encode(),
    b"5 5",
    b"5\r\nContent-Length: 6",
]


@pytest.mark.parametrize("name", ["a.wet", "a.wet.gz"])
@pytest.mark.parametrize("length", LENGTHS)
def test_length_that_is_none_costs_its_record_only(name: str, length: bytes, tmp_path: Path) -> None:
    """A length that is not a number, or extends past the next record, is a failure with place and reason; others are read."""
    records = [GOOD[0], _record(b"damaged", length), GOOD[1]]
    path = tmp_path / name
    path.write_bytes(b"".join(map(gzip.compress, records) if path.suffix == ".gz" else records))
    items = _items(_chunks(path))
    assert _texts(items) == ["first", None, "last"]
    assert [item.number for item in items] == [1, 2, 3]
    reason = items[1].failure
    assert reason is not None
    assert reason.startswith(f"is damaged at byte {len(GOOD[0])}: a record ")
    assert reason.endswith(("without a valid Content-Length", "bytes too early"))
    assert items[1].raw == records[1]


@pytest.mark.parametrize("name", ["a.wet", "a.wet.gz"])
@pytest.mark.parametrize(
    "junk", [b"\r\n", b"no record at all\r\n\r\n", b"x" * 3_000_000 + b"\r\n", b" " * 3_000_000 + b"\n"]
)
def test_what_is_no_record_costs_itself_only(name: str, junk: bytes, tmp_path: Path) -> None:
    """Stray bytes between records are one failure, of which the beginning is kept; they do not end reading."""
    records = [GOOD[0], junk, GOOD[1]]
    path = tmp_path / name
    path.write_bytes(b"".join(map(gzip.compress, records) if path.suffix == ".gz" else records))
    chunks = _chunks(path)
    items = _items(chunks)
    assert _texts(items) == ["first", None, "last"]
    assert items[1].failure == f"is damaged at byte {len(GOOD[0])}: no WARC record follows"
    assert junk.startswith(items[1].raw)
    assert len(items[1].raw) == min(len(junk), QUOTED_BYTES)
    assert chunks[-1].end == Place(sum(map(len, records)), 3)


def test_record_that_was_cut_off_costs_itself_only(tmp_path: Path) -> None:
    """In a compressed archive a record ends with its member, so one that was cut off takes nothing of the next one."""
    path = tmp_path / "a.wet.gz"
    path.write_bytes(b"".join(map(gzip.compress, [_record(b"x" * 30)[:-20], GOOD[0], GOOD[1]])))
    items = _items(_chunks(path))
    assert _texts(items) == [None, "first", "last"]
    assert items[0].failure == "is damaged at byte 0: a record ends 16 bytes too early"


def test_text_that_looks_like_a_record_stays_text(tmp_path: Path) -> None:
    """A text may hold what records begin with: only after damage is the next one looked for."""
    path = tmp_path / "a.wet"
    text = b"\r\n\r\n" + GOOD[0]
    path.write_bytes(_record(text) + GOOD[1])
    assert _texts(_items(_chunks(path))) == [text.decode(), "last"]


@given(
    parts=st.lists(
        st.sampled_from(
            [*GOOD, _record(b"damaged", b"99"), _record(b"damaged", b"3"), _record(b"x", b"5_0"), b"\r\n", b"junk\n"]
        )
        | st.binary(max_size=30),
        max_size=8,
    ),
    is_compressed=st.booleans(),
    limit=st.integers(60, 200),
)
def test_no_byte_of_an_archive_is_lost(
    parts: list[bytes], is_compressed: bool, limit: int, tmp_path_factory: pytest.TempPathFactory
) -> None:
    """However damaged, each byte up to where reading ends is in one record; reading from any chunk gives the rest."""
    path = tmp_path_factory.mktemp("damaged") / ("a.wet.gz" if is_compressed else "a.wet")
    data = b"".join(parts)
    path.write_bytes(b"".join(map(gzip.compress, parts)) if is_compressed else data)
    chunks, is_damaged = _read(path, Place(), limit)
    place = Place()
    for chunk in chunks:
        assert chunk.start == place
        assert data.startswith(b"".join(chunk.payload), place.offset)
        assert chunk.end.offset == place.offset + sum(map(len, chunk.payload)) + chunk.skipped > place.offset
        place = chunk.end
    assert is_damaged or not data[place.offset :].strip()
    for position, chunk in enumerate(chunks):
        following, _ = _read(path, chunk.end, limit)
        assert [(one.payload, one.failure) for one in following] == [
            (one.payload, one.failure) for one in chunks[position + 1 :]
        ]


def _read(path: Path, start: Place, limit: int) -> tuple[list[RawChunk], bool]:
    source = Source(str(path), path, Path(path.name), "wet", "gz" if path.suffix == ".gz" else None)
    chunks: list[RawChunk] = []
    try:
        chunks.extend(read_chunks(source, start, Limits(1, limit), Fields()))
    except InputError:
        return chunks, True
    return chunks, False
