"""SQLite: one column of a table is cleaned, and the rest of the database is as it was."""

from __future__ import annotations

import shutil
import sqlite3
import subprocess
from contextlib import closing
from pathlib import Path

import pytest

from cleaner.corpus.records import Source
from cleaner.corpus.records.chunks import Done, Fields, Item, Limits, Place, RawChunk
from cleaner.corpus.records.sqlite import Row, assemble, read_chunks, read_items, update, write_items
from cleaner.errors import InputError

OTHERS = ("body", "content", "article")
PAGES = "CREATE TABLE pages (id INTEGER PRIMARY KEY, text, n REAL);"
SCHEMA = (
    PAGES + "CREATE TABLE other (a TEXT DEFAULT 'x', b AS (a || '!'));"
    "CREATE INDEX by_text ON pages (text);"
    "CREATE VIEW shown AS SELECT text FROM pages;"
    "INSERT INTO pages VALUES (-5, 'minus', 0.5), (1, 'one', 1), (2, 'two', NULL), (9, 'nine', 9);"
    "INSERT INTO other (a) VALUES ('kept');"
    "PRAGMA user_version = 7; PRAGMA application_id = 99;"
)


def _database(folder: Path, script: str, name: str = "a.sqlite") -> Source:
    path = folder / name
    with closing(sqlite3.connect(path)) as connection:
        connection.executescript(script)
    return Source(name, path, Path(name), "sqlite")


def _chunks(source: Source, start: Place | None = None, fields: Fields | None = None) -> list[RawChunk]:
    return list(read_chunks(source, start or Place(), Limits(1, 1000), fields or Fields()))


def _items(source: Source, fields: Fields | None = None) -> list[Item]:
    chosen = fields or Fields()
    chunks = _chunks(source, fields=chosen)
    return [item for chunk in chunks for item in read_items(chunk, chosen, max_bytes=100, to_jsonl=False)]


def _journal(source: Source, folder: Path, fields: Fields | None = None) -> Path:
    """A journal in which all texts are in capitals."""
    items = _items(source, fields)
    done: list[Done] = [(item, item.document.text.upper() if item.document else None) for item in items]
    (folder / "journal").write_bytes(write_items(done, None, to_jsonl=False))
    return folder / "journal"


def _clean(source: Source, folder: Path, fields: Fields | None = None) -> Path:
    """The database with its texts in capitals."""
    assert assemble(source, _journal(source, folder, fields), folder / "b.sqlite", fields or Fields()) is None
    return folder / "b.sqlite"


def _rows(path: Path | None, query: str) -> list[tuple[object, ...]]:
    with closing(sqlite3.connect(path or "")) as connection:
        return connection.execute(query).fetchall()


def _schema(path: Path | None) -> list[tuple[object, ...]]:
    return _rows(path, "SELECT type, name, sql FROM sqlite_schema ORDER BY name")


# --- what stays ------------------------------------------------------------------------------------------


def test_everything_but_the_texts_is_as_it_was(tmp_path: Path) -> None:
    """Other columns, tables, views, indexes, and what the header says stay; the original is not touched."""
    source = _database(tmp_path, SCHEMA)
    before = (source.path or tmp_path).read_bytes()
    target = _clean(source, tmp_path)
    assert _schema(target) == _schema(source.path)
    assert _rows(target, "SELECT * FROM pages ORDER BY id") == [
        (-5, "MINUS", 0.5),
        (1, "ONE", 1.0),
        (2, "TWO", None),
        (9, "NINE", 9.0),
    ]
    assert _rows(target, "SELECT a, b FROM other") == [("kept", "kept!")]
    for pragma, value in (("user_version", 7), ("application_id", 99), ("integrity_check", "ok")):
        assert _rows(target, f"PRAGMA {pragma}") == [(value,)]
    assert (source.path or tmp_path).read_bytes() == before
    assert {path.name for path in tmp_path.iterdir()} == {"a.sqlite", "b.sqlite", "journal"}


def test_shell_of_sqlite_writes_and_reads_it(tmp_path: Path) -> None:
    """A database made by the shell, in UTF-16 and with a table of an odd name, is cleaned; the shell finds it whole."""
    shell = shutil.which("sqlite3")
    if shell is None:
        pytest.skip("the shell of SQLite is not installed")
    script = 'PRAGMA encoding = \'UTF-16le\'; CREATE TABLE "it\'s ""my"" table" (Body); '
    script += 'INSERT INTO "it\'s ""my"" table" VALUES (\'café\'), (\'naïve 😀\');'
    subprocess.run([shell, str(tmp_path / "a.db"), script], check=True, timeout=60)
    fields = Fields(other_texts=OTHERS)
    target = _clean(Source("a.db", tmp_path / "a.db", Path("a.db"), "sqlite"), tmp_path, fields)
    query = 'PRAGMA integrity_check; SELECT body FROM "it\'s ""my"" table";'
    shown = subprocess.run([shell, str(target), query], check=True, capture_output=True, timeout=60)
    assert shown.stdout.decode().splitlines() == ["ok", "CAFÉ", "NAÏVE 😀"]


def test_write_ahead_log_is_read_and_kept(tmp_path: Path) -> None:
    """What another program has only in its log is read; the copy uses a log too, and nothing is left beside either."""
    source = _database(tmp_path, "PRAGMA journal_mode = WAL;" + PAGES)
    with closing(sqlite3.connect(source.path or "")) as other:
        other.execute("INSERT INTO pages VALUES (1, 'logged', 1)")
        other.commit()
        assert (tmp_path / "a.sqlite-wal").stat().st_size
        target = _clean(source, tmp_path)
        assert {path.name for path in tmp_path.iterdir()} >= {"a.sqlite-wal", "b.sqlite"}
        assert not list(tmp_path.glob("b.sqlite-*"))
    before = (source.path or tmp_path).read_bytes()
    assert [item.document.text for item in _items(source) if item.document] == ["logged"]
    assert (source.path or tmp_path).read_bytes() == before
    assert _rows(target, "PRAGMA journal_mode") == [("wal",)]
    assert _rows(target, "SELECT text FROM pages") == [("LOGGED",)]
    assert {path.name for path in tmp_path.iterdir()} == {"a.sqlite", "b.sqlite", "journal"}


@pytest.mark.parametrize(
    ("table", "values", "keys"),
    [
        ("(text, rowid)", "('b', 1), ('a', 1)", [(1,), (2,)]),
        ("(text, k, PRIMARY KEY (k))", "('b', 1), ('a', NULL)", [(1,), (2,)]),
        (
            "(text, k, m, PRIMARY KEY (m, k)) WITHOUT ROWID",
            "('b', 'x', 2), ('a', x'00ff', 1)",
            [(1, b"\0\xff"), (2, "x")],
        ),
        ("(text, k PRIMARY KEY DESC) WITHOUT ROWID", "('b', 2.5), ('a', -1)", [(-1,), (2.5,)]),
    ],
)
def test_rows_are_known_by_their_keys(table: str, values: str, keys: list[object], tmp_path: Path) -> None:
    """Tables with and without row numbers, and with a column that is called like them, are read and written by key."""
    columns = table.partition("(")[2].partition(", PRIMARY")[0].removesuffix(")").replace(" PRIMARY KEY DESC", "")
    columns = columns.partition(") ")[0]
    source = _database(tmp_path, f"CREATE TABLE pages {table}; INSERT INTO pages ({columns}) VALUES {values};")
    items = _items(source)
    assert [item.key for item in items if isinstance(item, Row)] == keys
    assert sorted(_rows(_clean(source, tmp_path), "SELECT text FROM pages")) == [("A",), ("B",)]
    chunks = _chunks(source)
    assert [one.payload for one in _chunks(source, chunks[0].end)] == [chunks[1].payload]


def test_result_goes_into_a_column_of_its_own(tmp_path: Path) -> None:
    """A new column is added and the original kept; doing it again, in other letters, fills the same column."""
    source = _database(tmp_path, PAGES + "INSERT INTO pages VALUES (1, 'a', 0), (2, NULL, 0), (3, 5, 0);")
    target = _clean(source, tmp_path, Fields(result="my clean"))
    rows = [(1, "a", 0.0, "A"), (2, None, 0.0, None), (3, 5, 0.0, None)]
    assert _rows(target, "SELECT * FROM pages") == rows
    again = Source("c", target.rename(tmp_path / "c"), Path("c"), "sqlite")
    assert _rows(_clean(again, tmp_path, Fields(text="TEXT", result="My Clean")), "SELECT * FROM pages") == rows


def test_triggers_fire(tmp_path: Path) -> None:
    """An index of texts that triggers keep in step is in step with the cleaned texts."""
    script = (
        PAGES + "INSERT INTO pages VALUES (1, 'old', 0);"
        "CREATE VIRTUAL TABLE found USING fts5(text, content=pages, content_rowid=id);"
        "INSERT INTO found(found) VALUES ('rebuild');"
        "CREATE TRIGGER t AFTER UPDATE ON pages BEGIN "
        "INSERT INTO found(found, rowid, text) VALUES ('delete', old.id, old.text);"
        "INSERT INTO found(rowid, text) VALUES (new.id, new.text || ' fresh'); END;"
    )
    target = _clean(_database(tmp_path, script), tmp_path)
    assert _rows(target, "SELECT rowid FROM found WHERE found MATCH 'fresh'") == [(1,)]
    assert _rows(target, "SELECT text FROM pages") == [("OLD",)]


# --- what cannot be cleaned ------------------------------------------------------------------------------


def test_values_that_are_no_text(tmp_path: Path) -> None:
    """A null passes; numbers, bytes, invalid UTF-8 and long texts fail with a reason; all stay as they are."""
    values = (
        f"(NULL), (5), (0.5), (x'ff'), (CAST(x'ff' AS TEXT)), ('{'x' * 101}'), ('{'x' * 1001}'), (''), ('a' || char(0))"
    )
    source = _database(tmp_path, f"CREATE TABLE t (text); INSERT INTO t VALUES {values};")
    items = _items(source)
    assert [item.failure for item in items] == [
        None,
        "the column holds a number, not a text, and stays as it is",
        "the column holds a number, not a text, and stays as it is",
        "the column holds bytes, not a text, and stays as it is",
        "the text or its key is not UTF-8",
        "the text has 101 bytes, more than --max-document 100",
        "the text has 1001 bytes, too many to hold in memory",
        None,
        None,
    ]
    assert [item.document.text for item in items if item.document] == ["", "a\0"]
    assert items[0].document is None
    assert items[5].raw == b'{"key": [6], "text": "' + b"x" * 101 + b'"}'
    query = "SELECT typeof(text), CAST(text AS BLOB) FROM t LIMIT 8"
    target = _clean(source, tmp_path)
    assert _rows(target, query) == _rows(source.path, query)
    assert _rows(target, "SELECT text FROM t WHERE rowid = 9") == [("A\0",)]


@pytest.mark.parametrize(
    ("script", "fields", "reason"),
    [
        ("", Fields(), "is empty; give a database with a table"),
        ("CREATE TABLE a (x); DROP TABLE a;", Fields(), "has no table with columns; give a file with a table in it"),
        (
            SCHEMA,
            Fields(text="body"),
            r"has no table with a column 'body'; .* --field: other \(a, b\), pages \(id, text, n\)",
        ),
        (PAGES, Fields(text="body"), "has no column 'body'; name that of the text with --field: id, text, n"),
        (PAGES + "CREATE TABLE b (text);", Fields(), "has several tables .*; choose one with --table: b, pages"),
        (PAGES, Fields(table="x"), "has no table 'x'; name one of its own with --table: pages"),
        (SCHEMA, Fields(table="shown"), "shown is a view; name the table that it shows with --table"),
        (
            "CREATE VIRTUAL TABLE f USING fts5(text);",
            Fields(table="f"),
            "f is a virtual table; name the table that its",
        ),
        ("CREATE VIRTUAL TABLE f USING fts5(text);", Fields(table="f_data"), "f_data belongs to a virtual table"),
        (SCHEMA, Fields(text="b", table="other"), "b is computed from other columns; name another one"),
        (PAGES, Fields(result="ID"), "id tells the rows apart; name another --result-field"),
        ("CREATE TABLE t (text, rowid, oid, _rowid_);", Fields(), "has columns called rowid, _rowid_, oid; rename one"),
        ("CREATE TABLE t (text COLLATE x, k COLLATE x PRIMARY KEY) WITHOUT ROWID;", Fields(), "no such collation"),
    ],
)
def test_table_and_column_are_found_or_told(script: str, fields: Fields, reason: str, tmp_path: Path) -> None:
    """What cannot be cleaned is an error that says what there is, or what to name instead."""
    try:
        source = _database(tmp_path, script)
    except sqlite3.OperationalError:
        # A program with a collation of its own has made it.
        with closing(sqlite3.connect(tmp_path / "a.sqlite")) as connection:
            connection.create_collation("x", lambda one, other: (one > other) - (one < other))
            connection.executescript(script)
        source = Source("a.sqlite", tmp_path / "a.sqlite", Path("a.sqlite"), "sqlite")
    with pytest.raises(InputError, match=f"^a.sqlite: .*{reason}"):
        _chunks(source, fields=fields)


def test_table_is_found_or_given(tmp_path: Path) -> None:
    """The only table with a column of text is cleaned, one that is named in any letters too, and a table may be empty."""
    source = _database(tmp_path, "CREATE TABLE a (Body); CREATE TABLE b (text); INSERT INTO a VALUES ('x');")
    assert _items(source, Fields(table="B")) == []
    assert [item.document.text for item in _items(source, Fields(text="body")) if item.document] == ["x"]
    assert _rows(_clean(source, tmp_path, Fields(table="b")), "SELECT * FROM a") == [("x",)]


@pytest.fixture
def whole(tmp_path: Path) -> bytes:
    """The bytes of a database of many pages."""
    rows = ", ".join(f"('{number} {'x' * 3000}')" for number in range(50))
    source = _database(tmp_path, f"CREATE TABLE t (text); INSERT INTO t VALUES {rows};", "whole")
    return (source.path or tmp_path).read_bytes()


def test_file_that_cannot_be_read_is_told(whole: bytes, tmp_path: Path) -> None:
    """Another file, an encrypted one and a damaged one are errors of one line with what to do."""
    path = tmp_path / "a.db"
    for data, reason in (
        (b"a text", "is not an SQLite database, or is encrypted; decrypt it first if it is"),
        (bytes(range(256)) * 64, "is not an SQLite database, or is encrypted; decrypt it first if it is"),
        (whole[:9000], "is damaged: database disk image is malformed; get it again, or recover it"),
        (whole[:4096] + b"\xff" * 12_000 + whole[16_096:], "is damaged: database disk image is malformed"),
        (whole[:100] + b"\xff" * 3000 + whole[3100:], "is damaged: "),
    ):
        path.write_bytes(data)
        with pytest.raises(InputError, match=f"^a.db: {reason}"):
            _chunks(Source("a.db", path, path, "sqlite"))
    path.write_bytes(whole)
    with pytest.raises(
        InputError, match="standard input: an SQLite database cannot be read from a pipe; name the file"
    ):
        _chunks(Source("standard input", None, path, "sqlite"))
    with pytest.raises(InputError, match="a compressed database cannot be read; decompress it first"):
        _chunks(Source("a.db.gz", path, path, "sqlite", "gz"))


def _looped(whole: bytes) -> bytes:
    """A database in which two pages of rows are one after the other again and again."""
    made = bytearray(whole)
    root = 4096
    count = int.from_bytes(made[root + 3 : root + 5], "big")
    pages = [int.from_bytes(made[root + 12 + 2 * at : root + 14 + 2 * at], "big") for at in range(count)]
    for at in pages:
        made[root + at : root + at + 4] = (2).to_bytes(4, "big")
    return bytes(made)


def test_reading_ends(whole: bytes, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """A file whose pages lead back to each other, or that needs far too many steps, is told to be damaged."""
    path = tmp_path / "a.db"
    path.write_bytes(_looped(whole))
    with pytest.raises(InputError, match=r"^a.db: is damaged: "):
        _chunks(Source("a.db", path, path, "sqlite"))
    path.write_bytes(whole)
    source = Source("a.db", path, path, "sqlite")
    monkeypatch.setattr("cleaner.corpus.records.sqlite._LEAST_ROW", len(whole) // 40)
    with pytest.raises(InputError, match="is damaged: it has more rows than its bytes can hold"):
        _chunks(source)
    for name, value in (("_MILLION", 10), ("_MOST_MILLIONS", 5), ("_STEPS_FOR_BYTE", 0)):
        monkeypatch.setattr(f"cleaner.corpus.records.databases.{name}", value)
    with pytest.raises(InputError, match="is damaged: reading it does not end"):
        _chunks(source)


# --- other programs --------------------------------------------------------------------------------------


@pytest.fixture
def source(tmp_path: Path) -> Source:
    """A database with two texts."""
    return _database(tmp_path, PAGES + "INSERT INTO pages VALUES (1, 'one', 0), (2, 'two', 0);")


@pytest.mark.parametrize("in_place", [False, True])
def test_rows_that_changed_meanwhile_are_left_and_told(in_place: bool, source: Source, tmp_path: Path) -> None:
    """A text that another program has replaced or removed since it was read is not overwritten, and that is told."""
    journal = _journal(source, tmp_path)
    _database(tmp_path, "UPDATE pages SET text = 'other' WHERE id = 1; INSERT INTO pages VALUES (3, 'three', 0);")
    if in_place:
        left_out, target = update(source, journal, Fields()), source.path
    else:
        target = tmp_path / "b.sqlite"
        left_out = assemble(source, journal, target, Fields())
    assert left_out == "another program has changed 1 row meanwhile, and what it wrote stays; clean it again"
    assert _rows(target, "SELECT text FROM pages") == [("other",), ("TWO",), ("three",)]


def test_results_that_the_table_does_not_allow_are_told(tmp_path: Path) -> None:
    """A row whose new text breaks a constraint stays as it was, and the others are written."""
    script = "CREATE TABLE t (text UNIQUE); INSERT INTO t VALUES ('a'), ('A'), ('b'), ('c'), ('C');"
    source = _database(tmp_path, script)
    left_out = assemble(source, _journal(source, tmp_path), tmp_path / "b.sqlite", Fields())
    assert left_out == (
        "the table does not allow the result in 2 rows, where the text stays: UNIQUE constraint failed: t.text"
    )
    assert _rows(tmp_path / "b.sqlite", "SELECT text FROM t ORDER BY rowid") == [("a",), ("A",), ("B",), ("c",), ("C",)]


def test_database_in_its_place_is_changed_in_one_transaction(source: Source, tmp_path: Path) -> None:
    """Another program that has it open sees all or nothing, and a trigger that refuses one row undoes everything."""
    with closing(sqlite3.connect(source.path or "")) as other:
        assert update(source, _journal(source, tmp_path), Fields()) is None
        assert other.execute("SELECT text FROM pages").fetchall() == [("ONE",), ("TWO",)]
    refuse = "CREATE TRIGGER t AFTER UPDATE ON pages WHEN new.id = 2 BEGIN SELECT RAISE(ROLLBACK, 'never'); END;"
    _database(tmp_path, refuse + "UPDATE pages SET text = 'again' WHERE id = 1; ")
    _database(tmp_path, "DROP TRIGGER t; UPDATE pages SET text = 'again' WHERE id = 2;" + refuse)
    with pytest.raises(InputError, match=r"^a.sqlite: cannot be used: never"):
        update(source, _journal(source, tmp_path), Fields())
    assert _rows(source.path, "SELECT text FROM pages") == [("again",), ("again",)]


def test_locked_database_is_told(source: Source, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """A database that another program locks is an error that says so, when it is read and when it is written."""
    monkeypatch.setattr("cleaner.corpus.records.databases._BUSY_SECONDS", 0.0)
    journal = _journal(source, tmp_path)
    with closing(sqlite3.connect(source.path or "", isolation_level=None)) as other:
        other.execute("BEGIN IMMEDIATE")
        assert len(_chunks(source)) == 2
        reason = "^a.sqlite: is locked by another program; wait until it has ended, and begin again$"
        with pytest.raises(InputError, match=reason):
            update(source, journal, Fields())
        other.execute("ROLLBACK")
        other.execute("BEGIN EXCLUSIVE")
        with pytest.raises(InputError, match=reason):
            _chunks(source)
