"""Zip archives: members are cleaned like files of a folder, and what is hostile in one costs only itself."""

from __future__ import annotations

import gzip
import json
import stat
import struct
import zipfile
from pathlib import Path

import pytest

from cleaner.corpus.records import find_sources
from cleaner.corpus.records.zips import _problem, is_directory
from tests.running import ARTICLE, PAGE, USAGE, Run, file_names, record

DAY = (2020, 2, 3, 4, 5, 6)
HTML = f"<html><body><article><p>{ARTICLE}</p></article></body></html>"


def _pack(path: Path, members: dict[str, bytes | str], compression: int = zipfile.ZIP_DEFLATED) -> Path:
    with zipfile.ZipFile(path, "w") as made:
        for name, data in members.items():
            info = zipfile.ZipInfo(name, DAY)
            info.compress_type = compression
            info.external_attr = 0o640 << 16
            made.writestr(info, data)
        made.comment = b"a comment"
    return path


MEMBERS: dict[str, bytes | str] = {
    "logo.png": b"\x89PNG",
    "sub/": b"",
    "sub/a.txt": PAGE,
    "b.html": HTML,
    "c.jsonl.gz": gzip.compress(record(1).encode() * 3),
    "inner.zip": b"PK\x03\x04",
    "__MACOSX/._a.txt": b"\0\1",
    ".hidden.txt": PAGE,
    "d.csv": f'text\n"{PAGE}"\n',
}


def test_members_go_into_a_folder(tmp_path: Path, run: Run) -> None:
    """Members are mirrored, and those that are not read are counted and named; an archive in it is one of them."""
    path = _pack(tmp_path / "pages.zip", MEMBERS)
    outcome = run(path, "-o", tmp_path / "out", "-q")
    assert file_names(tmp_path / "out") == {"sub/a.txt", "b.txt", "c.jsonl.gz", "d.csv"}
    assert (tmp_path / "out" / "sub" / "a.txt").read_text("utf-8") == ARTICLE
    assert gzip.decompress((tmp_path / "out" / "c.jsonl.gz").read_bytes()) == record(1, ARTICLE).encode() * 3
    assert (outcome.status, outcome.err) == (
        1,
        f"cleaner: 1 file was not read: 1 .zip, e.g. {path}/inner.zip; name an archive itself, make texts of others first\n",
    )
    assert "1 file was not read: 1 .png" in run(path, "-o", tmp_path / "out").err


def test_members_that_need_a_file_of_their_own_are_told_to_be_unpacked(tmp_path: Path, run: Run) -> None:
    """Workbooks, databases and Parquet files could be read outside the archive, and the message says so."""
    names = ("a.xlsx", "b.sqlite", "c.parquet", "d.xlsx")
    others: dict[str, bytes | str] = {"Thumbs.db": b"of Windows", "e.db": b"SQLite format 3\0"}
    path = _pack(tmp_path / "pages.zip", {"a.txt": PAGE, **dict.fromkeys(names, b"x"), **others})
    outcome = run(path, "-o", tmp_path / "out.zip", "-q")
    assert outcome.status == 1
    assert outcome.err == (
        f"cleaner: 5 files were not read: 2 .xlsx, 1 .db, 1 .parquet, 1 .sqlite, e.g. {path}/a.xlsx; "
        "unpack the archive to read such files\n"
    )
    with zipfile.ZipFile(tmp_path / "out.zip") as made:
        assert [made.read(name) for name in names] == [b"x"] * 4, "they are copied"


@pytest.mark.parametrize("compression", [zipfile.ZIP_STORED, zipfile.ZIP_DEFLATED, zipfile.ZIP_BZIP2, zipfile.ZIP_LZMA])
def test_members_go_into_another_archive(compression: int, tmp_path: Path, run: Run) -> None:
    """Cleaned members take the place of theirs, all others are copied; order, dates, rights and compression stay."""
    path = _pack(tmp_path / "pages.zip", MEMBERS, compression)
    for jobs in (1, 2):
        run(path, "-o", tmp_path / f"out{jobs}.ZIP", "-q", jobs=jobs)
    assert (tmp_path / "out1.ZIP").read_bytes() == (tmp_path / "out2.ZIP").read_bytes()
    expected = dict(MEMBERS) | {"sub/a.txt": ARTICLE, "d.csv": f'text\n"{ARTICLE}"\n'}
    with zipfile.ZipFile(tmp_path / "out1.ZIP") as made:
        infos = made.infolist()
        assert [info.filename for info in infos] == ["b.txt" if name == "b.html" else name for name in MEMBERS]
        for name, data in expected.items():
            if name not in ("b.html", "c.jsonl.gz"):
                assert made.read(name) == (data.encode() if isinstance(data, str) else data)
        assert gzip.decompress(made.read("c.jsonl.gz")) == record(1, ARTICLE).encode() * 3
        assert made.read("b.txt").decode().split() == ARTICLE.split()
        assert {(info.date_time, info.external_attr >> 16, info.compress_type) for info in infos} == {
            (DAY, 0o640, compression)
        }
        assert made.comment == b"a comment"
        assert made.testzip() is None
    assert file_names(tmp_path) == {"pages.zip", "out1.ZIP", "out2.ZIP"}


def test_stopped_run_into_a_folder_is_resumed(tmp_path: Path, run: Run, stop_after: object) -> None:
    """A run from an archive into a folder can be resumed within a member."""
    assert callable(stop_after)
    path = _pack(tmp_path / "pages.zip", {"a.jsonl": record(1) * 2000, "b.txt": PAGE})
    stop_after(1000)
    assert run(path, "-o", tmp_path / "whole", "-q").status == 0
    stop_after(1)
    assert run(path, "-o", tmp_path / "out", "-q").status == 130
    stop_after(1000)
    resumed = run(path, "-o", tmp_path / "out", "-q", "--resume")
    assert (resumed.status, resumed.err) == (0, "")
    for name in ("a.jsonl", "b.txt"):
        assert (tmp_path / "out" / name).read_bytes() == (tmp_path / "whole" / name).read_bytes()


def test_stopped_run_into_an_archive_leaves_nothing(tmp_path: Path, run: Run, stop_after: object) -> None:
    """An archive that is not complete is removed, and the message does not promise that it can be resumed."""
    assert callable(stop_after)
    path = _pack(tmp_path / "pages.zip", {"a.jsonl": record(1) * 2000, "b.txt": PAGE})
    stop_after(1)
    outcome = run(path, "-o", tmp_path / "out.zip", "-q")
    assert (outcome.status, outcome.err) == (130, "cleaner: interrupted; no file is half written\n")
    assert file_names(tmp_path) == {"pages.zip"}


@pytest.mark.parametrize(
    ("options", "message"),
    [
        (["-o", "out.zip", "--resume"], "--resume: a zip archive is written as a whole, so it cannot be resumed"),
        (["--in-place"], "--in-place: a zip archive is written as a whole"),
        (["-o", "pages.zip"], "-o pages.zip: is the input; name another archive"),
        (["b.txt", "-o", "out.zip"], "-o out.zip: a zip archive is made of another one; name a folder"),
        (["-o", "out.zip", "--errors", "out.zip"], "--errors out.zip: is an input or an output"),
        (["-o", "out.txt"], "-o out.txt: several inputs need a folder"),
    ],
)
def test_wrong_usage(
    options: list[str], message: str, tmp_path: Path, run: Run, monkeypatch: pytest.MonkeyPatch
) -> None:
    """What cannot be done with an archive is refused before anything is written."""
    monkeypatch.chdir(tmp_path)
    data = _pack(Path("pages.zip"), {"a.txt": PAGE}).read_bytes()
    Path("b.txt").write_text(PAGE, "utf-8")
    outcome = run("pages.zip", *options)
    assert (outcome.status, message in outcome.err) == (USAGE, True)
    assert file_names(tmp_path) == {"pages.zip", "b.txt"}
    assert Path("pages.zip").read_bytes() == data


@pytest.mark.parametrize("output", ["out", "out.zip"])
@pytest.mark.parametrize(
    ("name", "reason"),
    [
        ("../evil.txt", "has a name that leads out of the folder"),
        ("sub/../../evil.txt", "has a name that leads out of the folder"),
        ("/evil.txt", "has a name that leads out of the folder"),
        ("C:/evil.txt", "has a name that leads out of the folder"),
        ("..\\evil.txt", "has a name that leads out of the folder"),
    ],
)
def test_hostile_name_is_left_out(name: str, reason: str, output: str, tmp_path: Path, run: Run) -> None:
    """A member that would be written elsewhere is an error of its own, is in no output, and the others are cleaned."""
    (tmp_path / "in").mkdir()
    path = _pack(tmp_path / "in" / "pages.zip", {name: PAGE, "a.txt": PAGE})
    outcome = run(path, "-o", tmp_path / "in" / output, "-q")
    assert outcome.status == 1
    assert outcome.err.startswith(f"cleaner: {path}/")
    assert reason in outcome.err
    if output == "out":
        assert file_names(tmp_path) == {"in/pages.zip", "in/out/a.txt"}
    else:
        with zipfile.ZipFile(tmp_path / "in" / "out.zip") as made:
            assert made.namelist() == ["a.txt"]


def test_member_without_a_name_is_no_folder() -> None:
    """An empty name, which the library itself cannot look at, is one that leads out of the folder."""
    info = zipfile.ZipInfo("")
    assert not is_directory(info)
    assert "leads out of the folder" in str(_problem(info, set()))


@pytest.mark.filterwarnings("ignore:Duplicate name")
def test_duplicates_links_and_encrypted_members_are_left_out(tmp_path: Path, run: Run) -> None:
    """Of two members with one name the first is read; links and encrypted members are named with the way to read them."""
    path = tmp_path / "pages.zip"
    with zipfile.ZipFile(path, "w") as made:
        made.writestr("a.txt", PAGE)
        made.writestr("a.txt", "Another.\n")
        link = zipfile.ZipInfo("link.txt")
        link.external_attr = (stat.S_IFLNK | 0o777) << 16
        made.writestr(link, "/etc/passwd")
        made.writestr("secret.txt", PAGE)
    data = bytearray(path.read_bytes())
    # The flag of encryption, in the list of members at the end.
    at = data.rindex(b"secret.txt") - 46 + 8
    data[at] |= 1
    path.write_bytes(data)
    outcome = run(path, "-o", tmp_path / "out", "-q")
    assert outcome.status == 1
    assert [line.removeprefix(f"cleaner: {path}/") for line in outcome.err.splitlines()] == [
        "a.txt: is a second member of this name, so it is left out; unpack it and rename one",
        "link.txt: is a link, so it is left out; pack the file that it leads to",
        "secret.txt: is encrypted, so it is left out; unpack it first (unzip asks for the password)",
    ]
    assert file_names(tmp_path / "out") == {"a.txt"}
    assert (tmp_path / "out" / "a.txt").read_text("utf-8") == ARTICLE


def test_bomb_is_not_unpacked(tmp_path: Path, run: Run, monkeypatch: pytest.MonkeyPatch) -> None:
    """An archive whose members together become far longer than texts do is refused as a whole."""
    monkeypatch.setattr("cleaner.corpus.records.limits.GROWTH_ALLOWANCE", 1 << 20)
    path = _pack(tmp_path / "bomb.zip", {f"{number}.txt": bytes(1 << 20) for number in range(8)})
    outcome = run(path, "-o", tmp_path / "out", "-q")
    assert outcome.status == 1
    assert "as those of a decompression bomb do" in outcome.err
    assert file_names(tmp_path) == {"bomb.zip"}


def test_size_that_is_a_lie_is_found_out(tmp_path: Path, run: Run) -> None:
    """A member that says it is short is read no further than that, and then its check sum is wrong."""
    path = _pack(tmp_path / "a.zip", {"a.txt": PAGE * 100, "b.txt": PAGE})
    data = bytearray(path.read_bytes())
    at = data.rindex(b"a.txt") - 46 + 24
    data[at : at + 4] = struct.pack("<L", 10)
    path.write_bytes(data)
    outcome = run(path, "-o", tmp_path / "out", "-q")
    assert outcome.status == 1
    assert f"{path}: is damaged: " in outcome.err
    assert file_names(tmp_path / "out") == {"b.txt"}


def test_damaged_members_cost_only_themselves(tmp_path: Path, run: Run) -> None:
    """A text with a wrong check sum fails, a file that would only be copied is left out, and the rest is written."""
    path = _pack(tmp_path / "a.zip", {"a.txt": PAGE, "b.png": b"picture", "c.txt": PAGE}, zipfile.ZIP_STORED)
    path.write_bytes(
        path.read_bytes().replace(b"picture", b"puncture"[:7]).replace(PAGE.encode(), b"t" + PAGE.encode()[1:], 1)
    )
    outcome = run(path, "-o", tmp_path / "out.zip", "-q")
    assert outcome.status == 1
    assert f"{path}/b.png: is damaged: Bad CRC-32 for file 'b.png', so it is left out\n" in outcome.err
    assert "is damaged: Bad CRC-32 for file 'a.txt'; get it again" in outcome.err
    with zipfile.ZipFile(tmp_path / "out.zip") as made:
        assert made.namelist() == ["c.txt"]


@pytest.mark.parametrize("keep", [0, 10, -12, -40])
def test_damaged_archive_is_one_error(keep: int, tmp_path: Path, run: Run) -> None:
    """An archive without its list of members is refused in one sentence, and other inputs are cleaned."""
    path = _pack(tmp_path / "a.zip", {"a.txt": PAGE})
    path.write_bytes(path.read_bytes()[:keep])
    (tmp_path / "b.txt").write_text(PAGE, "utf-8")
    outcome = run(path, tmp_path / "b.txt", "-o", tmp_path / "out", "-q")
    assert (outcome.status, outcome.err.count("\n")) == (1, 1)
    assert outcome.err.startswith(f"cleaner: {path}: is damaged: ")
    assert file_names(tmp_path / "out") == {"b.txt"}


def test_document_that_is_a_zip_is_no_archive_of_texts(tmp_path: Path, run: Run) -> None:
    """A Word file is refused as one, whatever it is called."""
    members: dict[str, bytes | str] = {"[Content_Types].xml": "<Types/>", "word/document.xml": "<w/>", "a.txt": PAGE}
    for name in ("a.docx", "b.zip"):
        path = _pack(tmp_path / name, members)
        outcome = run(path, "-q")
        assert (outcome.status, outcome.out) == (1, b"")
        assert outcome.err == f"cleaner: {path}: is a Word document; make it a text first (pandoc -t plain)\n"


def test_archive_on_standard_input_is_refused(tmp_path: Path, run: Run) -> None:
    """An archive has its list at its end, so it cannot come through a pipe."""
    outcome = run(stdin=_pack(tmp_path / "a.zip", {"a.txt": PAGE}).read_bytes())
    assert outcome.status == 1
    assert outcome.err == "cleaner: standard input: is a zip archive; give it the ending .zip, or unpack it first\n"


def test_texts_are_joined_on_standard_output(tmp_path: Path, run: Run) -> None:
    """Texts of an archive are joined like those of a folder, and failures are told with their members."""
    path = _pack(tmp_path / "a.zip", {"a.txt": PAGE, "b.txt": b"\xff", "c.txt": PAGE})
    outcome = run(path, "-q", "--errors", tmp_path / "errors.jsonl")
    assert (outcome.status, outcome.out.decode()) == (1, ARTICLE * 2)
    assert json.loads((tmp_path / "errors.jsonl").read_text("utf-8"))["file"] == f"{path}/b.txt"


def test_several_archives_keep_apart(tmp_path: Path) -> None:
    """Members of one name in two archives are two sources, each in a folder of its archive."""
    paths = [str(_pack(tmp_path / name, {"a.txt": PAGE})) for name in ("one.zip", "two.zip")]
    sources, errors = find_sources([*paths, paths[0]])
    assert (errors, [source.inside.as_posix() for source in sources]) == ([], ["one/a.txt", "two/a.txt"])
