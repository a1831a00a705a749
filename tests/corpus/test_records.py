"""Reading and writing texts: encodings, folders, and output that is either complete or absent."""

from __future__ import annotations

import os
import stat
import subprocess
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from cleaner.corpus.records import (
    Record,
    Source,
    decode_record,
    find_sources,
    join_records,
    require_encoding,
    write_file,
)
from cleaner.corpus.records.streams import read_all
from cleaner.errors import ConfigError, InputError, OutputError

SOURCE = Source("a.txt", Path("a.txt"), Path("a.txt"))
MARKED = [
    ("utf-8", b"\xef\xbb\xbf"),
    ("utf-16-le", b"\xff\xfe"),
    ("utf-16-be", b"\xfe\xff"),
    ("utf-32-le", b"\xff\xfe\x00\x00"),
    ("utf-32-be", b"\x00\x00\xfe\xff"),
]


def _fail(*_: Any, **__: Any) -> None:
    raise OSError(5, "Input/output error")


def _names(folder: Path) -> list[str]:
    return sorted(path.name for path in folder.iterdir())


# --- decoding --------------------------------------------------------------------------------------------


@given(st.text(st.characters(codec="utf-8", exclude_characters="\0")))
def test_text_comes_back_as_its_bytes(text: str) -> None:
    """Any text without NUL survives decoding and encoding, line ends and all."""
    data = text.encode("utf-8")
    record = decode_record(SOURCE, data)
    assert record.encode(record.text) == data


@pytest.mark.parametrize(("encoding", "mark"), MARKED)
@pytest.mark.parametrize("given_name", [False, True])
def test_byte_order_mark_is_read_and_written_back(encoding: str, mark: bytes, given_name: bool) -> None:
    """A byte order mark gives the encoding, is not part of the text, and is written before the result."""
    data = mark + "Élu\r\n".encode(encoding)
    family = encoding.removesuffix("-le").removesuffix("-be")
    record = decode_record(SOURCE, data, family if given_name else None)
    assert record.text == "Élu\r\n"
    assert record.encode("Élu") == mark + "Élu".encode(encoding)


def test_encoding_by_name() -> None:
    """A named encoding is used to read and to write, and no byte order mark appears that was not there."""
    assert decode_record(SOURCE, b"\xc9lu", "cp1252").encode("\xe9") == b"\xe9"
    assert decode_record(SOURCE, "Élu".encode("utf-16-le"), "utf-16-le").encode("u") == b"u\0"
    assert len(decode_record(SOURCE, "Élu".encode("utf-16-le"), "utf-16-le").mark) == 0


def test_unchanged_text_is_written_as_its_own_bytes() -> None:
    """In an encoding with several spellings of one text, an unchanged text keeps its spelling."""
    data = b"+AMk-lu"
    record = decode_record(SOURCE, data, "utf-7")
    assert record.text == "Élu"
    assert record.encode("Élu") == data


@pytest.mark.parametrize(
    ("data", "encoding", "parts"),
    [
        (b"caf\xe9\n", None, ["not valid UTF-8 at byte 3 (0xE9)", "--encoding cp1252"]),
        (b"\xef\xbb\xbfcaf\xe9\n", None, ["at byte 6 (0xE9)"]),
        (b"\x89PNG\r\n\x1a\n\0\0", None, ["at byte 0 (0x89)", "binary file"]),
        (b"a\0b", None, ["NUL", "byte 1", "give a text file"]),
        ("hé".encode("utf-16-le"), None, ["--encoding"]),
        (b"a\0b", "cp1252", ["NUL", "byte 1"]),
        (b"\xff\xfea\0\0\0", None, ["NUL", "byte 4"]),
        (b"\xff\xfea", None, ["not valid UTF-16-LE at byte 2"]),
        (b"\x81", "cp1252", ["not valid CP1252 at byte 0", "name the right one"]),
    ],
)
def test_bytes_that_are_no_text_are_refused(data: bytes, encoding: str | None, parts: list[str]) -> None:
    """Bytes that do not decode are refused with their place and a way out; nothing is replaced."""
    with pytest.raises(InputError) as raised:
        decode_record(SOURCE, data, encoding)
    assert str(raised.value).startswith("a.txt: ")
    assert [part for part in parts if part not in str(raised.value)] == []


@pytest.mark.parametrize("name", ["klingon", "base64", "undefined", ""])
def test_unknown_encoding_is_refused(name: str) -> None:
    """A name that is not a text encoding is a wrong setting, and the message gives examples."""
    with pytest.raises(ConfigError, match="is not a text encoding; use auto, or a name such as utf-8"):
        require_encoding(name)


def test_text_that_its_encoding_cannot_hold_is_refused() -> None:
    """A result that cannot be encoded is an output error, not a loss."""
    with pytest.raises(OutputError, match="cannot be written in cp1252"):
        decode_record(SOURCE, b"a", "cp1252").encode("新")


# --- finding ---------------------------------------------------------------------------------------------


@pytest.fixture
def corpus(tmp_path: Path) -> Path:
    """A folder with texts, hidden files and other files."""
    folder = tmp_path / "corpus"
    for name in ("b.txt", "a/z.text", "a/y.TXT", "c.txt", ".h.txt", ".hidden/i.txt", "page.pdf"):
        path = folder / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(name)
    return folder


def test_folder_gives_its_texts_in_order(corpus: Path) -> None:
    """Text files of a folder and its subfolders come in alphabetic order; others and hidden ones are left out."""
    sources, errors = find_sources([str(corpus)])
    assert errors == []
    assert [source.inside.as_posix() for source in sources] == ["a/y.TXT", "a/z.text", "b.txt", "c.txt"]
    assert [source.name for source in sources] == [str(corpus / source.inside) for source in sources]


def test_file_by_name_is_taken_whatever_its_ending(corpus: Path) -> None:
    """A file that is named is read, hidden or not, whatever its ending; standard input is a dash."""
    sources, errors = find_sources([str(corpus / "page.pdf"), str(corpus / ".h.txt"), "-"])
    assert errors == []
    assert [source.inside.as_posix() for source in sources] == ["page.pdf", ".h.txt", "stdin.txt"]
    assert sources[2].path is None


def test_what_cannot_be_found_is_reported_and_the_rest_found(corpus: Path, tmp_path: Path) -> None:
    """A missing path and a folder without texts are separate errors; the other paths are found."""
    (tmp_path / "empty").mkdir()
    sources, errors = find_sources([str(tmp_path / "no.txt"), str(corpus / "b.txt"), str(tmp_path / "empty")])
    assert [source.path for source in sources] == [corpus / "b.txt"]
    assert "no.txt: does not exist; check the path" in str(errors[0])
    assert "empty: holds no .txt, .text, .html or .md file" in str(errors[1])


def test_folder_that_cannot_be_listed_is_reported(corpus: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """A subfolder that cannot be listed is reported, and the walk continues."""
    scan = os.scandir

    def refuse(path: str) -> Any:
        if Path(path).name == "a":
            raise PermissionError(13, "Permission denied")
        return scan(path)

    monkeypatch.setattr(os, "scandir", refuse)
    sources, errors = find_sources([str(corpus)])
    assert [source.inside.as_posix() for source in sources] == ["b.txt", "c.txt"]
    assert "a: cannot be read: Permission denied" in str(errors[0])


def test_links_and_special_files_are_reported_and_the_rest_found(corpus: Path, tmp_path: Path) -> None:
    """Nothing that may be a text is left out silently; links to files inside the folder need no message."""
    (tmp_path / "outside.txt").write_text("outside")
    (corpus / "aa.txt").symlink_to("aa.txt")
    (corpus / "ab.txt").symlink_to("nowhere.txt")
    (corpus / "ac.txt").symlink_to(tmp_path / "outside.txt")
    (corpus / "ad.txt").symlink_to("a", target_is_directory=True)
    (corpus / "ae.txt").symlink_to("c.txt")
    os.mkfifo(corpus / "af.txt")
    (corpus / "ag").symlink_to("ag")
    (corpus / "ah").symlink_to(tmp_path, target_is_directory=True)
    (corpus / "ai").symlink_to(".hidden", target_is_directory=True)
    (corpus / "aj").symlink_to(corpus, target_is_directory=True)
    (corpus / "ak").symlink_to(tmp_path / "outside.txt")
    (corpus / "al.txt").symlink_to(".h.txt")
    (corpus / "parse-errors.jsonl").write_text("{}")
    (corpus / "x.errors.jsonl").write_text("{}")
    sources, errors = find_sources([str(corpus)])
    # A link inside and its target are one file.
    assert [source.inside.as_posix() for source in sources] == [
        "a/y.TXT",
        "a/z.text",
        "ae.txt",
        "al.txt",
        "b.txt",
        "parse-errors.jsonl",
    ]
    not_read = "is a link to a folder that is not read here; to clean its files, name it as well"
    assert [str(error).removeprefix(f"{corpus}/") for error in errors] == [
        "aa.txt: is a link that leads nowhere: Too many levels of symbolic links; remove it or correct it",
        "ab.txt: is a link that leads nowhere: No such file or directory; remove it or correct it",
        "ac.txt: is a link that leads out of the folder; to clean its target, name the file itself",
        "af.txt: is not a regular file; only files are read in a folder",
        "ag: is a link that leads nowhere: Too many levels of symbolic links; remove it or correct it",
        f"ah: {not_read}",
        f"ai: {not_read}",
        "x.errors.jsonl: is left out, as the failures of an earlier run; to clean it, name the file itself",
    ]


def test_entry_that_cannot_be_looked_at_is_reported(corpus: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """A file whose kind cannot even be determined is a separate error, and the walk continues."""
    real = os.path.realpath

    def refuse(path: str, *, strict: bool = False) -> str:
        if Path(path).name == "a.txt":
            raise PermissionError(13, "Permission denied")
        return real(path, strict=strict)

    (corpus / "a.txt").symlink_to("b.txt")
    monkeypatch.setattr(os.path, "realpath", refuse)
    sources, errors = find_sources([str(corpus)])
    assert [source.inside.as_posix() for source in sources] == ["a/y.TXT", "a/z.text", "b.txt", "c.txt"]
    assert [str(error) for error in errors] == [
        f"{corpus}/a.txt: is a link that leads nowhere: Permission denied; remove it or correct it"
    ]


def test_folders_may_be_deeper_than_calls(tmp_path: Path) -> None:
    """Only the file system limits the depth of folders."""
    # A path of that length cannot be named, so each folder is created from inside the previous one.
    here = os.open(".", os.O_RDONLY)
    try:
        os.chdir(tmp_path)
        for _ in range(1200):
            Path("d").mkdir()
            os.chdir("d")
        Path("a.txt").write_text("a")
    finally:
        os.fchdir(here)
        os.close(here)
    sources, errors = find_sources([str(tmp_path)])
    # Python's own removal of a tree is recursive.
    subprocess.run(["rm", "-rf", str(tmp_path / "d")], check=True)
    assert (len(sources), errors) == (1, [])


def test_file_named_twice_is_taken_once(corpus: Path) -> None:
    """A file that is named and is also in a named folder is read once."""
    sources, _ = find_sources([str(corpus / "b.txt"), str(corpus), str(corpus / "a" / ".." / "b.txt")])
    assert sorted(source.path.name for source in sources if source.path) == ["b.txt", "c.txt", "y.TXT", "z.text"]


def test_folder_of_results_is_not_an_input(corpus: Path) -> None:
    """The folder that results go to is left out, so that a second run finds the same inputs."""
    sources, _ = find_sources([str(corpus)], leave_out=corpus / "a")
    assert [source.inside.as_posix() for source in sources] == ["b.txt", "c.txt"]


def test_unreadable_file_is_refused_when_read(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """An existing file that cannot be read gives an input error."""
    (tmp_path / "a.txt").touch()
    monkeypatch.setattr(Path, "read_bytes", _fail)
    with pytest.raises(InputError, match=r"a\.txt: cannot be read: Input/output error"):
        read_all(Source("a.txt", tmp_path / "a.txt", Path("a.txt")))


# --- placing ---------------------------------------------------------------------------------------------


# --- joining ---------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("text", "written", "joined"),
    [
        ("b", b"", b"b"),
        ("b", b"a\n", b"b"),
        ("b", b"a", b"\nb"),
        ("b\r\n", b"a", b"\r\nb\r\n"),
        ("b", "a\u2028".encode(), b"b"),
        ("", b"a", b""),
    ],
)
def test_joined_texts_begin_on_lines_of_their_own(text: str, written: bytes, joined: bytes) -> None:
    """A line end is put between two texts only if the first has none, and of the second's kind."""
    assert join_records(Record(SOURCE, text), text, written) == joined


# --- writing ---------------------------------------------------------------------------------------------


def test_file_is_replaced_and_keeps_its_mode(tmp_path: Path) -> None:
    """An existing file is replaced in one step, with its mode, and nothing is left beside it."""
    path = tmp_path / "a.txt"
    path.write_text("before")
    path.chmod(0o640)
    write_file(path, b"after")
    assert path.read_bytes() == b"after"
    assert stat.S_IMODE(path.stat().st_mode) == 0o640
    assert _names(tmp_path) == ["a.txt"]


def test_new_file_has_the_usual_mode(tmp_path: Path) -> None:
    """A new file has the usual mode, and its folders are created if requested."""
    write_file(tmp_path / "new" / "deep" / "a.txt", b"a", make_folders=True)
    (tmp_path / "usual").touch()
    usual = (tmp_path / "usual").stat().st_mode
    assert (tmp_path / "new" / "deep" / "a.txt").stat().st_mode == usual


def test_link_is_written_through(tmp_path: Path) -> None:
    """A symbolic link stays one; its target is replaced."""
    (tmp_path / "target.txt").write_text("before")
    (tmp_path / "link.txt").symlink_to("target.txt")
    write_file(tmp_path / "link.txt", b"after")
    assert (tmp_path / "link.txt").is_symlink()
    assert (tmp_path / "target.txt").read_bytes() == b"after"


@pytest.mark.parametrize("step", ["replace", "fsync"])
def test_failed_write_leaves_everything_as_it_was(step: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """When writing fails the old file is whole, no temporary file stays, and the error names the file."""
    path = tmp_path / "a.txt"
    path.write_text("before")
    monkeypatch.setattr(os, step, _fail)
    with pytest.raises(OutputError, match=r"a\.txt: cannot be written: Input/output error; check"):
        write_file(path, b"after")
    assert path.read_text() == "before"
    assert _names(tmp_path) == ["a.txt"]


@pytest.mark.parametrize("step", ["write", "fsync", "replace"])
def test_interrupted_write_leaves_no_trace(step: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """An interrupt while a file is written leaves no file, whole or temporary."""

    def interrupt(*_: Any) -> None:
        raise KeyboardInterrupt

    monkeypatch.setattr(os, step, interrupt)
    with pytest.raises(KeyboardInterrupt):
        write_file(tmp_path / "a.txt", b"a")
    assert _names(tmp_path) == []


@pytest.mark.parametrize("make_folders", [False, True])
def test_output_below_a_file_is_refused(make_folders: bool, tmp_path: Path) -> None:
    """A path whose folder is a file cannot be written, and the file stays."""
    (tmp_path / "file").write_text("kept")
    with pytest.raises(OutputError, match="cannot be written"):
        write_file(tmp_path / "file" / "a.txt", b"a", make_folders=make_folders)
    assert (tmp_path / "file").read_text() == "kept"


@pytest.mark.skipif(not Path("/dev/full").exists(), reason="needs /dev/full")
def test_full_device_is_an_output_error() -> None:
    """A full device gives an output error and is not replaced by a file."""
    with pytest.raises(OutputError, match="No space left on device; free some space"):
        write_file(Path("/dev/full"), b"a")
    assert not Path("/dev/full").is_file()


def test_empty_file_is_an_empty_text() -> None:
    """No bytes are a record with an empty text."""
    assert decode_record(SOURCE, b"").text == ""
