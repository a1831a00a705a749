"""Compressed bytes: what other programs wrote is read, what is written others read."""

from __future__ import annotations

import gzip
import io
import sys
from pathlib import Path

import pytest
import zstandard

from cleaner.errors import InputError
from cleaner.records import Compression, Source
from cleaner.records.streams import Blocks, compress, read_all

DATA = b"".join(b"line %d\n" % number for number in range(50_000))


def _zstd(data: bytes) -> bytes:
    return zstandard.ZstdCompressor(write_content_size=False).compress(data)


def _source(path: Path, compression: Compression | None) -> Source:
    return Source(path.name, path, Path(path.name), "jsonl", compression)


@pytest.mark.parametrize(
    ("compression", "data"),
    [
        (None, DATA),
        ("gz", gzip.compress(DATA)),
        ("gz", gzip.compress(DATA[:1000]) + gzip.compress(b"") + gzip.compress(DATA[1000:]) + b"\0" * 512),
        ("zst", zstandard.compress(DATA)),
        ("zst", _zstd(DATA[:1000]) + _zstd(DATA[1000:])),
    ],
)
@pytest.mark.parametrize("skip", [0, 1, 70_000, len(DATA)])
def test_bytes_are_read_from_any_place(compression: Compression | None, data: bytes, skip: int, tmp_path: Path) -> None:
    """Plain bytes, members and frames are read one after the other, from any place in what they hold."""
    path = tmp_path / "a"
    path.write_bytes(data)
    blocks = Blocks(_source(path, compression), skip)
    assert b"".join(blocks) == DATA[skip:]
    assert blocks.consumed == len(data)


@pytest.mark.parametrize("data", [DATA, gzip.compress(DATA), zstandard.compress(DATA), b"(", b"", b"\x1f"])
def test_standard_input_tells_its_compression(data: bytes, monkeypatch: pytest.MonkeyPatch) -> None:
    """Standard input is decompressed where it begins like something compressed, and only there."""
    monkeypatch.setattr(sys, "stdin", io.TextIOWrapper(io.BytesIO(data)))
    assert b"".join(Blocks(Source("standard input", None, Path("stdin")))) == (DATA if len(data) > 9 else data)


@pytest.mark.parametrize(
    ("compression", "data"),
    [
        ("gz", gzip.compress(DATA)[:-9]),
        ("gz", gzip.compress(DATA) + b"more"),
        ("gz", b"no gzip"),
        ("zst", zstandard.compress(DATA)[:-9]),
        ("zst", b"no Zstandard"),
    ],
)
def test_damage_is_told(compression: Compression, data: bytes, tmp_path: Path) -> None:
    """Bytes that are cut off, followed by others or not compressed at all are an error with the name of the file."""
    path = tmp_path / "a.bin"
    path.write_bytes(data)
    with pytest.raises(InputError, match=r"a\.bin: is damaged or cut off"):
        read_all(_source(path, compression))


def test_written_bytes_are_read_by_others_and_never_differ() -> None:
    """A member and a frame are read by the usual libraries, end with a check sum, and do not depend on the time."""
    assert gzip.decompress(compress(DATA, "gz")) == DATA
    assert zstandard.decompress(compress(DATA, "zst")) == DATA
    assert compress(DATA, "gz")[4:8] == b"\0\0\0\0"
    assert (compress(b"", "gz"), compress(DATA, None)) == (b"", DATA)
    assert gzip.decompress(compress(b"", "gz", even_empty=True)) == b""


@pytest.mark.parametrize("compression", ["gz", "zst"])
def test_blocks_stay_small_whatever_they_were_compressed_from(compression: Compression, tmp_path: Path) -> None:
    """A few bytes that become many are given in parts, so that a limit on records can hold."""
    data = b"a" * (64 << 20)
    packed = gzip.compress(data) if compression == "gz" else zstandard.compress(data)
    path = tmp_path / "bomb"
    path.write_bytes(packed)
    sizes = [len(block) for block in Blocks(_source(path, compression))]
    assert sum(sizes) == len(data)
    assert max(sizes) <= 16 << 20
