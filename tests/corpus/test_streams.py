"""Compressed bytes: what other programs write can be read, and they can read what is written."""

from __future__ import annotations

import bz2
import gzip
import io
import lzma
import os
import subprocess
import sys
import threading
import tracemalloc
from pathlib import Path
from typing import Any

import pytest
import zstandard

from cleaner.corpus.records import Compression, Source
from cleaner.corpus.records.limits import GROWTH_ALLOWANCE, MAX_GROWTH, check_growth
from cleaner.corpus.records.streams import Blocks, compress, read_all
from cleaner.errors import InputError

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
        ("bz2", bz2.compress(DATA)),
        ("bz2", bz2.compress(DATA[:1000], 1) + bz2.compress(b"") + bz2.compress(DATA[1000:])),
        ("xz", lzma.compress(DATA)),
        ("xz", lzma.compress(DATA[:1000]) + b"\0" * 8 + lzma.compress(b"") + lzma.compress(DATA[1000:]) + b"\0" * 4),
    ],
)
@pytest.mark.parametrize("skip", [0, 1, 70_000, len(DATA)])
def test_bytes_are_read_from_any_place(compression: Compression | None, data: bytes, skip: int, tmp_path: Path) -> None:
    """Plain bytes, members and frames are read one after the other, from any offset in their content."""
    path = tmp_path / "a"
    path.write_bytes(data)
    blocks = Blocks(_source(path, compression), skip)
    assert b"".join(blocks) == DATA[skip:]
    assert blocks.consumed == len(data)


@pytest.mark.parametrize("compression", [None, "gz", "zst", "bz2", "xz"])
@pytest.mark.parametrize("content", [DATA, b""])
def test_standard_input_tells_its_compression(
    compression: Compression | None, content: bytes, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Standard input is decompressed if it begins like compressed data, even like that of no bytes."""
    data = compress(content, compression, even_empty=True)
    monkeypatch.setattr(sys, "stdin", io.TextIOWrapper(io.BytesIO(data)))
    assert b"".join(Blocks(Source("standard input", None, Path("stdin")))) == content


@pytest.mark.parametrize("data", [b"(", b"\x1f", b"BZh", b"BZh9, said the sign above the door.", b"\xfd7zXZ"])
def test_what_only_begins_like_compressed_data_is_read_as_it_is(data: bytes, monkeypatch: pytest.MonkeyPatch) -> None:
    """Standard input that is too short for a mark, or differs from it later on, stays as it is."""
    monkeypatch.setattr(sys, "stdin", io.TextIOWrapper(io.BytesIO(data)))
    assert b"".join(Blocks(Source("standard input", None, Path("stdin")))) == data


@pytest.mark.parametrize(
    ("compression", "data"),
    [
        ("gz", gzip.compress(DATA)[:-9]),
        ("gz", gzip.compress(DATA) + b"more"),
        ("gz", b"no gzip"),
        ("zst", zstandard.compress(DATA)[:-9]),
        ("zst", b"no Zstandard"),
        ("bz2", bz2.compress(DATA)[:-9]),
        ("bz2", bz2.compress(DATA) + b"more"),
        ("bz2", bz2.compress(DATA)[:-1] + b"\1"),
        ("bz2", b"no bzip2"),
        ("xz", lzma.compress(DATA)[:-9]),
        ("xz", lzma.compress(DATA) + b"more"),
        ("xz", lzma.compress(DATA, lzma.FORMAT_ALONE)),
        ("xz", b"no xz"),
    ],
)
def test_damage_is_told(compression: Compression, data: bytes, tmp_path: Path) -> None:
    """Truncated bytes, trailing bytes and bytes that are not compressed are an error with the name of the file."""
    path = tmp_path / "a.bin"
    path.write_bytes(data)
    with pytest.raises(InputError, match=r"a\.bin: is damaged or cut off"):
        read_all(_source(path, compression))


def test_written_bytes_are_read_by_others_and_never_differ() -> None:
    """A member and a frame are read by the usual libraries, end with a check sum, and do not depend on the time."""
    assert gzip.decompress(compress(DATA, "gz")) == DATA
    assert zstandard.decompress(compress(DATA, "zst")) == DATA
    assert bz2.decompress(compress(DATA, "bz2")) == DATA
    assert lzma.decompress(compress(DATA, "xz"), lzma.FORMAT_XZ) == DATA
    assert lzma.decompress(compress(DATA, "xz") + compress(b"a", "xz")) == DATA + b"a"
    assert compress(DATA, "gz")[4:8] == b"\0\0\0\0"
    assert (compress(b"", "gz"), compress(DATA, None)) == (b"", DATA)
    assert gzip.decompress(compress(b"", "gz", even_empty=True)) == b""


@pytest.mark.parametrize("compression", ["gz", "zst", "bz2", "xz"])
def test_blocks_stay_small_whatever_they_were_compressed_from(compression: Compression, tmp_path: Path) -> None:
    """A few bytes that become many are given in parts, so that a limit on records can hold."""
    data = b"a" * (64 << 20)
    path = tmp_path / "bomb"
    path.write_bytes(compress(data, compression))
    sizes = [len(block) for block in Blocks(_source(path, compression))]
    assert sum(sizes) == len(data)
    assert max(sizes) <= 16 << 20


def _zeros(size: int, compression: Compression) -> bytes:
    """Compressed zeros, made piece by piece."""
    piece = bytes(1 << 20)
    if compression == "gz":
        stream = io.BytesIO()
        with gzip.open(stream, "wb", compresslevel=1) as file:
            for _ in range(size >> 20):
                file.write(piece)
        return stream.getvalue()
    made: Any = zstandard.ZstdCompressor(level=1).compressobj()
    if compression != "zst":
        made = bz2.BZ2Compressor(1) if compression == "bz2" else lzma.LZMACompressor(preset=1)
    return bytes(b"".join(made.compress(piece) for _ in range(size >> 20)) + made.flush())


@pytest.mark.parametrize("compression", ["gz", "zst", "bz2", "xz"])
def test_stream_that_grows_beyond_measure_ends(
    compression: Compression, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """A stream that becomes far longer than text does ends with an error, in little memory, after the bytes before it."""
    path = tmp_path / "bomb"
    path.write_bytes(_zeros(256 << 20, compression))
    monkeypatch.setattr("cleaner.corpus.records.limits.GROWTH_ALLOWANCE", 32 << 20)
    blocks = Blocks(_source(path, compression))
    made: list[int] = []
    tracemalloc.start()
    with pytest.raises(InputError, match=r"^bomb: its first \d+ bytes become more than \d+ when they are decompressed"):
        made.extend(map(len, blocks))
    _, peak = tracemalloc.get_traced_memory()
    tracemalloc.stop()
    assert 16 << 20 <= sum(made) <= (32 << 20) + MAX_GROWTH * blocks.consumed
    assert peak < 80 << 20


def test_growth_is_measured_by_what_was_read() -> None:
    """The allowed length of a stream depends on how much of it was read; a file of this program has no limit."""
    check_growth("a", 10, 10 * MAX_GROWTH + GROWTH_ALLOWANCE)
    with pytest.raises(InputError, match=r"^a: .* decompress it first$"):
        check_growth("a", 10, 10 * MAX_GROWTH + GROWTH_ALLOWANCE + 1)


def test_own_file_may_grow(tmp_path: Path) -> None:
    """What this program has written itself is read to its end, however small it was compressed."""
    path = tmp_path / "own"
    path.write_bytes(_zeros(GROWTH_ALLOWANCE + (64 << 20), "zst"))
    assert sum(map(len, Blocks(_source(path, "zst"), is_own=True))) == GROWTH_ALLOWANCE + (64 << 20)


def test_window_beyond_the_limit_is_refused(tmp_path: Path) -> None:
    """A frame that needs more memory than any text is an error that says how to read it; the largest usual one is read."""
    for power in (27, 28):
        chosen = zstandard.ZstdCompressionParameters.from_level(1, window_log=power)
        made = zstandard.ZstdCompressor(compression_params=chosen).compressobj()
        (tmp_path / "a").write_bytes(made.compress(DATA) + made.flush())
        if power == 27:
            assert read_all(_source(tmp_path / "a", "zst")) == DATA
        else:
            with pytest.raises(InputError, match=r"has a window of more than 128 MB; decompress it first \(zstd -d"):
                read_all(_source(tmp_path / "a", "zst"))


def test_xz_that_needs_much_memory_is_refused(tmp_path: Path) -> None:
    """A stream with a dictionary larger than any text needs is an error that says how to read it; -9 is read."""
    for power in (26, 28):
        filters = [{"id": lzma.FILTER_LZMA2, "preset": 0, "dict_size": 1 << power}]
        (tmp_path / "a").write_bytes(lzma.compress(b"a", lzma.FORMAT_XZ, filters=filters))
        if power == 26:
            assert read_all(_source(tmp_path / "a", "xz")) == b"a"
        else:
            with pytest.raises(InputError, match=r"needs more than 128 MB of memory to be read; decompress it first"):
                read_all(_source(tmp_path / "a", "xz"))


def test_compression_that_python_lacks_is_told(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """A Python that was built without a library says so, for reading and for writing."""
    (tmp_path / "a").write_bytes(compress(DATA, "xz"))
    monkeypatch.setitem(sys.modules, "lzma", None)
    message = r"^xz: this Python was built without it; decompress files first"
    with pytest.raises(InputError, match=message):
        read_all(_source(tmp_path / "a", "xz"))
    with pytest.raises(InputError, match=message):
        compress(DATA, "xz")


@pytest.mark.parametrize("compression", ["gz", "zst", "bz2", "xz"])
def test_no_block_reaches_over_a_member(compression: Compression, tmp_path: Path) -> None:
    """Blocks end where members do, and the first of each is marked, even if members are empty."""
    members = [b"a", b"b" * 200_000, b"", b"c"]
    path = tmp_path / "a"
    path.write_bytes(b"".join(compress(member, compression, even_empty=True) for member in members))
    blocks = Blocks(_source(path, compression))
    found: list[bytes] = []
    for block in blocks:
        if blocks.begins_member:
            found.append(block)
        else:
            found[-1] += block
    assert found == [b"a", b"b" * 200_000, b"c"]


def test_what_stands_before_damage_is_given(tmp_path: Path) -> None:
    """Everything that can be decompressed before the damage comes before the error, even if it is less than a block."""
    path = tmp_path / "a"
    path.write_bytes(gzip.compress(b"good") + b"damaged, and more than that")
    blocks: list[bytes] = []
    with pytest.raises(InputError, match="is damaged or cut off"):
        blocks.extend(Blocks(_source(path, "gz")))
    assert blocks == [b"good"]


@pytest.mark.parametrize("compression", [None, "gz", "zst", "bz2", "xz"])
def test_text_beyond_the_limit_is_refused(compression: Compression | None, tmp_path: Path) -> None:
    """A text may have exactly as many bytes as the limit, compressed or not."""
    path = tmp_path / "a"
    path.write_bytes(compress(DATA, compression))
    source = _source(path, compression)
    assert read_all(source, len(DATA)) == DATA
    with pytest.raises(InputError, match=r"^a: .* --max-document \d+.*; raise that limit"):
        read_all(source, len(DATA) - 1)


def test_only_plain_files_have_no_limit(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """Without a limit of its own, compressed data may become as long as a record; a plain file may be longer."""
    monkeypatch.setattr("cleaner.corpus.records.streams.DEFAULT_MAX_DOCUMENT", 1000)
    for compression in ("gz", "zst", "bz2", "xz"):
        (tmp_path / "a").write_bytes(compress(DATA, compression))
        with pytest.raises(InputError, match="becomes longer than --max-document 1000 when it is read"):
            read_all(_source(tmp_path / "a", compression))
    (tmp_path / "a").write_bytes(DATA)
    assert read_all(_source(tmp_path / "a", None)) == DATA


@pytest.mark.skipif(not Path("/dev/zero").exists(), reason="needs /dev/zero")
def test_device_without_end_is_refused() -> None:
    """A device that gives bytes for ever ends at the limit of records."""
    with pytest.raises(InputError, match="becomes longer than --max-document 100000"):
        read_all(_source(Path("/dev/zero"), None), 100_000)


@pytest.mark.skipif(not hasattr(os, "mkfifo"), reason="needs named pipes")
def test_named_pipe_is_read(tmp_path: Path) -> None:
    """A pipe with a name, as a shell makes for <(...), is read from its beginning."""
    pipe = tmp_path / "pipe"
    os.mkfifo(pipe)
    writer = threading.Thread(target=pipe.write_bytes, args=(DATA,))
    writer.start()
    assert b"".join(Blocks(_source(pipe, None))) == DATA
    writer.join()


def test_reading_that_is_given_up_says_nothing(tmp_path: Path) -> None:
    """If an error ends the interpreter while blocks are read, its message is the only one."""
    (tmp_path / "a").write_bytes(DATA)
    program = tmp_path / "program.py"
    program.write_text(
        "import sys\n"
        "from pathlib import Path\n"
        "from cleaner.corpus.records import Source\n"
        "from cleaner.corpus.records.streams import Blocks\n"
        "def read():\n"
        "    blocks = iter(Blocks(Source('a', Path(sys.argv[1]), Path('a'))))\n"
        "    next(blocks)\n"
        "    raise ValueError('of its own')\n"
        "read()\n"
    )
    ended = subprocess.run([sys.executable, str(program), str(tmp_path / "a")], capture_output=True, check=False)
    assert ended.stderr.endswith(b"ValueError: of its own" + os.linesep.encode())
    assert ended.stderr.count(b"Traceback") == 1
