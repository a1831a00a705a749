"""The encoding of a text is found out where that is asked for, and a wrong one never spoils it."""

from __future__ import annotations

import json
from pathlib import Path

import pytest

from cleaner.corpus.records import Source, decode_record
from cleaner.corpus.records.encodings import detect_encoding, is_spoilt_by
from cleaner.errors import InputError
from tests.running import ARTICLE, PAGE, Run

SOURCE = Source("a.txt", None, Path("a.txt"))
TEXTS = {
    "cp1252": "Un élève français a été reçu à l’école près de la forêt, où il a « tout compris » en été.",
    "cp1250": "Źródła podają, że łódź zatonęła wczoraj późnym wieczorem, a załogę uratowali rybacy z sąsiedniej wsi.",
    "cp1251": "Паром снова ходит с понедельника, и все билеты на первую неделю уже проданы.",
    "koi8_r": "Паром снова ходит с понедельника, и все билеты на первую неделю уже проданы.",
    "cp1253": "Το πλοίο ταξιδεύει ξανά από τη Δευτέρα και όλα τα εισιτήρια έχουν πουληθεί.",
    "gb18030": "渡轮从星期一起恢复航行，第一周的船票已经全部售完，市政府对此表示满意。",
    "cp932": "フェリーは月曜日から再び運航し、最初の週の切符はすべて売り切れました。",
}


@pytest.mark.parametrize("name", TEXTS)
def test_encoding_is_found(name: str) -> None:
    """Texts of several languages are read in their usual encodings, and written back in the same bytes."""
    data = (TEXTS[name] + "\n").encode(name) * 4
    record = decode_record(SOURCE, data, "auto")
    assert record.text == (TEXTS[name] + "\n") * 4
    assert record.encode(record.text + "a") == data + b"a"


@pytest.mark.parametrize("name", ["utf-8", "utf-8-sig", "utf-16", "utf-32", "utf-16-le", "utf-16-be"])
def test_unicode_comes_first(name: str) -> None:
    """A byte order mark, valid UTF-8, or zeros at every other byte leave nothing to measure."""
    data = PAGE.encode(name)
    assert decode_record(SOURCE, data, "auto").text == PAGE


def test_text_with_a_single_sign_is_western() -> None:
    """A text that has nearly nothing outside ASCII is not refused because there is too little to measure."""
    assert detect_encoding(b"The council met.\n" * 9 + b"It was \x93full\x94.\n") == "cp1252"


@pytest.mark.parametrize("data", [b"\x81\x8d\x8f\x90\x9d\xff" * 9, b"\0\1\2\3\xff" * 99])
def test_bytes_in_no_encoding_are_refused(data: bytes) -> None:
    """Bytes that are a text in no encoding are refused in one sentence, not guessed at."""
    with pytest.raises(InputError, match=r"^a.txt: (its encoding cannot be found out|holds NUL|is not valid)"):
        decode_record(SOURCE, data, "auto")


@pytest.mark.parametrize(
    ("encoding", "is_spoilt"), [("cp1252", True), ("gb18030", True), ("utf-8", False), ("ascii", True)]
)
def test_utf_8_is_never_read_in_another_encoding(encoding: str, is_spoilt: bool) -> None:
    """Valid UTF-8 with letters outside ASCII is refused where another encoding is named; ASCII is the same in all."""
    data = ("é" * 9).encode()
    assert is_spoilt_by(data, encoding) is is_spoilt
    assert not is_spoilt_by(b"plain", encoding)
    if is_spoilt:
        with pytest.raises(
            InputError, match=rf"^a.txt: is valid UTF-8, which would be garbled .* in {encoding}; use --encoding auto"
        ):
            decode_record(SOURCE, data, encoding)


def test_a_few_letters_of_two_bytes_may_be_utf_8_by_accident() -> None:
    """Two Chinese letters that happen to be valid UTF-8 are read as what they are said to be."""
    data = "隆鲁".encode("gb18030")
    assert data.decode("utf-8"), "they are the known case"
    assert decode_record(SOURCE, data, "gb18030").text == "隆鲁"


def test_mixed_folder(tmp_path: Path, run: Run) -> None:
    """With ``auto`` each file keeps its encoding, and the encodings are counted; with a name UTF-8 is not spoilt."""
    folder = tmp_path / "in"
    folder.mkdir()
    for name, encoding in (("a.txt", "utf-8"), ("b.txt", "cp1252"), ("c.txt", "utf-16")):
        (folder / name).write_bytes(PAGE.encode(encoding))
    outcome = run(folder, "-o", tmp_path / "out", "--encoding", "auto")
    assert outcome.status == 0
    assert "cleaner: encodings found: 1 cp1252, 1 utf-16-le, 1 utf-8\n" in outcome.err
    assert (tmp_path / "out" / "b.txt").read_text("cp1252") == ARTICLE
    assert (tmp_path / "out" / "c.txt").read_text("utf-16") == ARTICLE
    named = run(folder, "-o", tmp_path / "named", "--encoding", "cp1252", "-q")
    assert named.status == 1
    assert f"{folder / 'a.txt'}: is valid UTF-8, which would be garbled if it were read in cp1252; use" in named.err
    assert not (tmp_path / "named" / "a.txt").exists()
    assert (tmp_path / "named" / "b.txt").read_text("cp1252") == ARTICLE


@pytest.mark.parametrize("name", ["a.csv", "a.csv.gz"])
def test_table_in_an_encoding_that_is_found(name: str, tmp_path: Path, run: Run) -> None:
    """A table is read in the encoding of all of it, even where the first rows are ASCII, and written in the same."""
    from cleaner.corpus.records import split_endings
    from cleaner.corpus.records.streams import compress, read_all

    rows = "n,text\n" + "\n" * 70_000 + f'2,"{PAGE}"\n'
    path = tmp_path / name
    path.write_bytes(compress(rows.encode("cp1252"), split_endings(path)[1]))
    outcome = run(path, "-o", tmp_path / "out.csv", "--encoding", "auto")
    assert outcome.status == 0
    assert "encodings found: 1 cp1252" in outcome.err
    made = tmp_path / "out.csv"
    written = read_all(Source("out", made, made))
    assert written == rows.replace(PAGE, ARTICLE).encode("cp1252")


def test_table_in_utf_8_is_not_spoilt(tmp_path: Path, run: Run) -> None:
    """A table in UTF-8 is refused under another encoding; a row that alone is UTF-8 fails alone."""
    whole = f'text\n"{PAGE}"\n'.encode()
    (tmp_path / "a.csv").write_bytes(whole)
    outcome = run(tmp_path / "a.csv", "-o", tmp_path / "b.csv", "--encoding", "cp1252", "-q")
    assert outcome.status == 1
    assert "a.csv: is valid UTF-8, which would be garbled if it were read in cp1252; use --encoding auto" in outcome.err
    (tmp_path / "a.csv").write_bytes("text\ncafé\n".encode("cp1252") + "naïve\n".encode())
    assert run(tmp_path / "a.csv", "-o", tmp_path / "b.csv", "--encoding", "cp1252", "-q").status == 1
    assert (tmp_path / "b.csv").read_bytes() == "text\ncafé\n".encode("cp1252")
    (failure,) = map(json.loads, (tmp_path / "b.csv.errors.jsonl").read_text("utf-8").splitlines())
    assert (failure["line"], failure["reason"]) == (
        3,
        "is valid UTF-8, which would be garbled if it were read in cp1252",
    )
