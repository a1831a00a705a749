"""Records on standard input that nobody has named are refused, and texts never are."""

from __future__ import annotations

import json
from pathlib import Path

import pytest
from hypothesis import given

from cleaner.corpus.records import Source
from cleaner.corpus.records.sniffing import require_text
from cleaner.errors import InputError
from tests.material import sample_texts
from tests.running import Run, runner
from tests.strategies import documents, hostile_documents

SOURCE = Source("standard input", None, Path("stdin.txt"))
LINES = b'{"id": 1, "text": "One line."}\n{"id": 2, "text": "Another."}\n'


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
        (b'[{"text": "a"},\n {"text": "b"}]', "JSON", "json"),
        (b'id,text\n1,"a\nb"\n2,c\n', "a table in CSV", "csv"),
        (b"\xef\xbb\xbfid;body;n\r\n1;a;1\r\n2;b;2\r\n", "a table in CSV", "csv"),
    ],
)
def test_records_are_refused_with_the_option_to_use(data: bytes, what: str, name: str) -> None:
    """The message says what standard input holds, and which option reads it."""
    with pytest.raises(InputError) as error:
        require_text(SOURCE, data)
    assert str(error.value) == (
        f"standard input: holds {what}, no text; clean it with --format {name}, or as it is with --format text"
    )


@pytest.mark.parametrize(
    "data",
    [
        b"",
        b"{}\nA placeholder, and a text below it.\n",
        b'{"@type": "NewsArticle"}\nThe ferry sails again from Monday.\n',
        b"[1, 2]\n",
        b"[Photo: the ferry]\n",
        b"{" * 100_000,
        b"Text, body\nOne thing, another\n",
        b"text\nThe ferry sails again.\nIt is full.\n",
        b"content, article\nWords, and more, here.\nWords, again.\n",
        b"id,text\n1,a\n",
        b"id,name\n1,a\n2,b\n",
    ],
)
def test_what_may_be_a_text_is_one(data: bytes) -> None:
    """What only looks a little like records is left to be cleaned."""
    require_text(SOURCE, data)


def test_samples_are_texts() -> None:
    """No sample is taken for records."""
    for text in sample_texts():
        require_text(SOURCE, text.encode())


@given(text=documents() | hostile_documents())
def test_documents_are_texts(text: str) -> None:
    """No document that is put together at random is taken for records."""
    require_text(SOURCE, text.encode("utf-8", "surrogatepass"))


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
