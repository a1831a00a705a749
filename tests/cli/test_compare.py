"""``cleaner diff``: every kind of side, what differs first, and stored removals that do not fit."""

from __future__ import annotations

import gzip
import json
import shutil
from pathlib import Path
from typing import Any

import pytest

from cleaner.data import model_text
from tests.report.test_page import data_of
from tests.running import ARTICLE, NOISE, PAGE, USAGE, Run, records, wet

# A line that no pattern knows, and one that removes it.
BANNER = "Gloober the harbour today\n"
PATTERN = """format = 2
lang = "en"

[[pattern]]
id = "en.newsletter.gloober"
kind = "newsletter"
about = "The banner of a site."
phrases = ["Gloober the harbour today", "Gloober the ferry today"]
match = "whole"
must_match = ["Gloober the harbour today", "Gloober the ferry today"]
must_not_match = ["Gloober the harbour tomorrow", "They gloober the harbour today, as ever."]
"""
TEXT = ARTICLE.replace("\n", f"\n{BANNER}", 1) + NOISE


@pytest.fixture
def corpus(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """A folder, in the current one, of a text and a collection; every other record has two lines of noise."""
    monkeypatch.chdir(tmp_path)
    folder = tmp_path / "in"
    folder.mkdir()
    (folder / "a.txt").write_text(TEXT, "utf-8")
    rows = [{"id": f"n{number}", "text": TEXT if number % 2 else PAGE} for number in range(4)]
    (folder / "b.jsonl").write_text("".join(json.dumps(row) + "\n" for row in rows), "utf-8")
    (tmp_path / "own" / "en").mkdir(parents=True)
    (tmp_path / "own" / "en" / "gloober.toml").write_text(PATTERN, "utf-8")
    return folder


def _json(run: Run, *arguments: str | Path, status: int = 0) -> dict[str, Any]:
    outcome = run("diff", *arguments, "--json", "-q")
    assert (outcome.status, outcome.err if status == 0 else "") == (status, "")
    found: dict[str, Any] = json.loads(outcome.out)
    return found


def _named(found: dict[str, Any]) -> list[tuple[str, int | None, Any]]:
    return [(one["file"], one["line"], one["id"]) for one in found["worst"]]


DIFFERENT = [("in/a.txt", None, None), ("in/b.jsonl", 2, "n1"), ("in/b.jsonl", 4, "n3")]


# --- sides -----------------------------------------------------------------------------------------------


@pytest.mark.usefixtures("corpus")
def test_pattern_folder_that_removes_a_line_more(run: Run) -> None:
    """A folder of patterns differs from the built-in settings where it removes a line more, and only there."""
    found = _json(run, "default", "own", "in")
    assert (found["a"], found["b"], found["documents"], found["differ"]) == ("default", "own", 5, 3)
    assert _named(found) == DIFFERENT
    assert {json.dumps([one["only_a"], one["only_b"]]) for one in found["worst"]} == {'[{}, {"newsletter": 4}]'}
    assert found["kinds"]["newsletter"] == {"a": 0, "b": 12, "only_a": 0, "only_b": 12}
    assert found["kinds"]["comment-count"] == {"a": 15, "b": 15, "only_a": 0, "only_b": 0}


@pytest.mark.usefixtures("corpus")
def test_settings_file_keeps_a_kind(run: Run) -> None:
    """A file of settings is a side, whatever its name, and the order of the sides is kept."""
    Path("mine.toml").write_text('keep = ["comment-count"]\ntimeout = 0\n', "utf-8")
    found = _json(run, "mine.toml", "default", "in")
    assert (found["differ"], found["kinds"]) == (5, {"comment-count": {"a": 0, "b": 15, "only_a": 0, "only_b": 15}})


@pytest.mark.usefixtures("corpus")
def test_settings_of_the_current_folder_do_not_count(run: Run) -> None:
    """`default` is the built-in settings, also where a configuration file lies."""
    Path("cleaner.toml").write_text('keep = ["comment-count"]\n', "utf-8")
    assert _json(run, "default", "cleaner.toml", "in")["kinds"]["comment-count"]["a"] == 15


def test_weights_file_that_finds_less_noise(corpus: Path, run: Run) -> None:
    """A file of weights is a side: where all of them speak for the article, lines stay that nothing else names."""
    (corpus / "a.txt").write_text(f"{ARTICLE}{ARTICLE.replace('Two', 'Ten')}Weather\nTides\nFerries\nShop\n", "utf-8")
    weights = json.loads(model_text("weights.json"))
    trees = weights["second"]["trees"]
    trees["points"] = [points - 0.05 for points in trees["points"]]
    Path("mine.json").write_text(json.dumps(weights), "utf-8")
    found = _json(run, "default", "mine.json", "in/a.txt")
    assert (found["differ"], found["worst"][0]["only_b"]) == (1, {})
    assert found["worst"][0]["only_a"].keys() == {"boilerplate", "interface"}


@pytest.mark.parametrize("compression", ["", ".gz"])
@pytest.mark.usefixtures("corpus")
def test_stored_removals_are_not_computed_again(compression: str, run: Run) -> None:
    """Removals of an earlier run are a side, compressed or not: only what other patterns remove differs."""
    assert run("clean", "in", "-o", "out", "--removed", "old.jsonl", "-q").status == 0
    if compression:
        Path("old.jsonl.gz").write_bytes(gzip.compress(Path("old.jsonl").read_bytes()))
    assert _json(run, f"old.jsonl{compression}", "default", "in")["differ"] == 0
    found = _json(run, f"old.jsonl{compression}", "own", "in")
    assert (found["documents"], _named(found)) == (5, DIFFERENT)
    assert found["kinds"]["newsletter"] == {"a": 0, "b": 12, "only_a": 0, "only_b": 12}


@pytest.mark.usefixtures("corpus")
def test_two_files_of_removals_need_no_input(run: Run) -> None:
    """Two runs are compared by what they stored, also with kinds of another version."""
    assert run("clean", "in", "-o", "out", "--removed", "old.jsonl", "-q").status == 0
    assert run("clean", "in", "-o", "out", "--removed", "new.jsonl", "-q", "--patterns", "own").status == 0
    Path("old.jsonl").write_text(Path("old.jsonl").read_text("utf-8").replace("comment-count", "comment-sum"), "utf-8")
    found = _json(run, "old.jsonl", "new.jsonl")
    assert (found["documents"], _named(found)) == (5, DIFFERENT)
    assert found["kinds"]["newsletter"] == {"a": 0, "b": 12, "only_a": 0, "only_b": 12}
    assert found["kinds"]["comment-sum"] == {"a": 15, "b": 0, "only_a": 0, "only_b": 0}
    assert _json(run, "old.jsonl", "new.jsonl", "in") == found


def test_pages_and_archives_are_compared(tmp_path: Path, run: Run, monkeypatch: pytest.MonkeyPatch) -> None:
    """Pages of HTML and web archives are compared too, also with stored removals of both sides."""
    monkeypatch.chdir(tmp_path)
    paragraphs = "".join(f"<p>{line} More of the same was said about the harbour.</p>" for line in ARTICLE.splitlines())
    nav = "<nav><a href='/'>Home</a></nav>"
    Path("page.html").write_text(f"<body>{nav}<article><h1>Harbour</h1>{paragraphs}</article></body>", "utf-8")
    Path("crawl.wet").write_bytes(wet(PAGE))
    Path("keep.toml").write_text('keep = "all"\n', "utf-8")
    assert _named(_json(run, "default", "keep.toml", "page.html", "crawl.wet")) == [
        ("crawl.wet", 1, None),
        ("page.html", None, None),
    ]
    assert run("clean", "page.html", "-o", "page.txt", "--removed", "old.jsonl", "-q").status == 0
    shutil.copy("old.jsonl", "new.jsonl")
    assert _json(run, "old.jsonl", "new.jsonl", "page.html")["documents"] == 1
    assert _json(run, "old.jsonl", "default", "page.html")["differ"] == 0


def test_engines_that_read_other_texts_are_not_compared(
    tmp_path: Path, run: Run, monkeypatch: pytest.MonkeyPatch
) -> None:
    """A page that the sides read differently is reported and counted, since places in one text mean nothing in the other."""
    pytest.importorskip("trafilatura")
    monkeypatch.chdir(tmp_path)
    paragraphs = "".join(f"<p>{line} More of the same was said about the harbour.</p>" for line in ARTICLE.splitlines())
    nav = "<nav><a href='/'>Home</a></nav>"
    Path("page.html").write_text(f"<body>{nav}<article><h1>Harbour</h1>{paragraphs}</article></body>", "utf-8")
    Path("other.toml").write_text('engine = "trafilatura"\n', "utf-8")
    outcome = run("diff", "default", "other.toml", "page.html", "-q")
    assert (outcome.status, outcome.out) == (1, b"")
    assert outcome.err == (
        "cleaner: page.html: is read differently by the two sides, so what they remove cannot be compared\n"
    )


@pytest.mark.usefixtures("corpus")
@pytest.mark.parametrize("given", [["--timeout", "1e-9"], []])
def test_document_that_takes_too_long_is_not_compared(given: list[str], run: Run) -> None:
    """A document that exceeds the time limit of a side, which may be its own, is reported and counted."""
    Path("mine.toml").write_text('mode = "careful"\n' if given else "timeout = 1e-9\n", "utf-8")
    outcome = run("diff", "default", "mine.toml", "in/a.txt", "-q", *given)
    assert (outcome.status, outcome.out) == (1, b"")
    assert outcome.err == ("cleaner: in/a.txt: takes longer than the time limit of 1e-09 s; raise it with --timeout\n")


# --- the tables ------------------------------------------------------------------------------------------


def test_tables_for_people(corpus: Path, run: Run) -> None:
    """Counts come first, then words by kind, then the documents that differ, and how many more there are."""
    (corpus / "a.txt").write_text(TEXT.replace(BANNER, f"{BANNER}Gloober the ferry today\n"), "utf-8")
    outcome = run("diff", "default", "own", "in", "--top", "2", "-q")
    assert (outcome.status, outcome.err) == (0, "")
    assert outcome.out.decode().splitlines() == [
        "A  default",
        "B  own",
        "",
        "documents compared  5",
        "differ              3  60.0 %",
        "",
        "words removed   A   B  only A  only B",
        "newsletter      0  16       0      16",
        "comment-count  15  15       0       0",
        "",
        "words  document           only A  only B",
        "    8  in/a.txt                   newsletter 8",
        "    4  in/b.jsonl:2 (n1)          newsletter 4",
        "... and 1 more; --top shows as many as it says",
    ]


def test_kinds_that_do_not_differ_are_one_row(corpus: Path, run: Run) -> None:
    """Several kinds without a difference are added up in the table, and each by itself for programs."""
    (corpus / "a.txt").write_text(f"{TEXT}Share on Facebook\nRead also: Harbour wall to be rebuilt\n", "utf-8")
    kinds = _json(run, "default", "own", "in")["kinds"]
    alike = {kind: words for kind, words in kinds.items() if kind != "newsletter"}
    assert len(alike) > 1
    a, b = (sum(words[side] for words in alike.values()) for side in "ab")
    table = run("diff", "default", "own", "in", "-q").out.decode().splitlines()[6:10]
    assert [line.split() for line in table] == [
        ["words", "removed", "A", "B", "only", "A", "only", "B"],
        ["newsletter", "0", "12", "0", "12"],
        [str(len(alike)), "kinds", "without", "a", "difference", str(a), str(b), "0", "0"],
        [],
    ]


@pytest.mark.usefixtures("corpus")
def test_kind_is_the_only_one_that_counts(run: Run) -> None:
    """With --kind, differences in what is removed as another kind do not count."""
    found = _json(run, "default", "own", "in", "--kind", "comment-count")
    assert (found["differ"], found["worst"], list(found["kinds"])) == (0, [], ["comment-count"])
    assert _json(run, "default", "own", "in", "--kind", "newsletter")["differ"] == 3


@pytest.mark.usefixtures("corpus")
def test_fail_is_for_checks(run: Run) -> None:
    """With --fail the exit status is 1 where any document differs, and 0 where none does; the tables are the same."""
    plain, failing = run("diff", "default", "own", "in"), run("diff", "default", "own", "in", "--fail")
    assert (plain.status, failing.status, plain.out == failing.out) == (0, 1, True)
    assert run("diff", "default", "default", "in", "--fail").status == 0


def test_processes_make_no_difference(tmp_path: Path, run: Run, monkeypatch: pytest.MonkeyPatch) -> None:
    """Several processes give the same tables as one, with the same documents among equals."""
    monkeypatch.chdir(tmp_path)
    Path("many.jsonl").write_bytes(records(1800))
    Path("mine.toml").write_text('keep = ["comment-count"]\n', "utf-8")
    outcomes = [run("diff", "default", "mine.toml", "many.jsonl", "--jobs", jobs, "--top", "3") for jobs in (1, 2)]
    assert outcomes[0] == outcomes[1]
    assert [line.split()[1] for line in outcomes[0].out.decode().splitlines()[-4:-1]] == [
        f"many.jsonl:{number}" for number in (1, 2, 3)
    ]


# --- the page --------------------------------------------------------------------------------------------


def _states(data: dict[str, Any], columns: dict[str, Any]) -> list[str]:
    """What a page shows as the fate of each line: the kind that it was removed as, or nothing."""
    return [data["kinds"][state - 2][0] if state >= 2 else "" for state in columns["states"]]


def test_page_shows_both_sides(corpus: Path, run: Run) -> None:
    """With -o the documents that differ are on a page, the worst first, with the lines of both sides; the tables stay."""
    (corpus / "b.jsonl").write_text(json.dumps({"text": PAGE}) + "\n" + json.dumps({"text": TEXT}) + "\n", "utf-8")
    plain = run("diff", "default", "own", "in", "--top", "1")
    outcome = run("diff", "default", "own", "in", "--top", "1", "-o", "page.html")
    assert (outcome, outcome.status) == (plain, 0)
    page = Path("page.html").read_text("utf-8")
    assert "1 of 2 documents that differ, those with the most words that differ first." in page
    data = data_of(page)
    (document,) = data["documents"]
    assert (data["sides"], document["file"], document["lost"]) == (["default", "own"], "in/a.txt", 4)
    assert document["lines"]["texts"] == document["other"]["texts"] == TEXT.splitlines()
    assert _states(data, document["lines"]) == ["", "", "", "comment-count"]
    assert _states(data, document["other"]) == ["", "newsletter", "", "comment-count"]


def test_page_shows_stored_removals_as_they_were_made(corpus: Path, run: Run) -> None:
    """A side whose removals are stored has the lines, pieces and kinds of the run that stored them, without reasons."""
    (corpus / "a.txt").write_text(TEXT.replace("morning.", "morning. (Photo: Nora Lindqvist)"), "utf-8")
    assert run("clean", "in/a.txt", "-o", "out.txt", "--removed", "old.jsonl", "-q").status == 0
    shown = []
    for side in ("default", "old.jsonl"):
        assert run("diff", side, "own", "in/a.txt", "-o", "page.html").status == 0
        data = data_of(Path("page.html").read_text("utf-8"))
        lines = data["documents"][0]["lines"]
        pieces = [
            [(piece, kind >= 0 and data["kinds"][kind][0]) for piece, kind in text] if isinstance(text, list) else text
            for text in lines["texts"]
        ]
        shown.append((pieces, _states(data, lines), lines["gaps"], lines["stretches"]))
    assert shown[0] == shown[1]
    assert any(isinstance(text, list) for text in shown[1][0])
    assert not any(lines["reasons"])


def test_page_is_the_same_for_any_number_of_processes(
    tmp_path: Path, run: Run, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Several processes show the same documents on the page as one, in the same order."""
    monkeypatch.chdir(tmp_path)
    Path("many.jsonl").write_bytes(records(1500))
    Path("mine.toml").write_text('keep = ["comment-count"]\n', "utf-8")
    for jobs in (1, 2):
        arguments = ["default", "mine.toml", "many.jsonl", "--top", "5", "-q", "--jobs", jobs, "-o", f"{jobs}.html"]
        assert run("diff", *arguments).status == 0
    documents = data_of(Path("1.html").read_text("utf-8"))["documents"]
    assert [one["line"] for one in documents] == [1, 2, 3, 4, 5]
    assert Path("1.html").read_bytes() == Path("2.html").read_bytes()


@pytest.mark.usefixtures("corpus")
def test_page_that_cannot_be_made_is_refused(run: Run) -> None:
    """A page without texts to show, or one that would overwrite a side or an input, is wrong usage."""
    Path("old.jsonl").write_bytes(b"")
    outcome = run("diff", "old.jsonl", "old.jsonl", "-o", "page.html")
    assert (outcome.status, outcome.err) == (
        USAGE,
        "cleaner: -o page.html: without inputs there are no texts to show; name them after A and B\n",
    )
    for name in ("own/en/gloober.toml", "in/a.txt", "old.jsonl"):
        outcome = run("diff", "old.jsonl", "own", "in", "-o", name)
        assert (outcome.status, outcome.err) == (USAGE, f"cleaner: -o {name}: is an input; name another file\n")
    assert not Path("page.html").exists()


# --- stored removals that do not fit ---------------------------------------------------------------------


def test_removals_of_a_text_that_has_changed_are_reported(corpus: Path, run: Run) -> None:
    """A document that has changed since is named, counted and not compared, and the rest is."""
    assert run("clean", "in", "-o", "out", "--removed", "old.jsonl", "-q").status == 0
    (corpus / "a.txt").write_text(f"New. {TEXT}", "utf-8")
    outcome = run("diff", "old.jsonl", "default", "in", "-q")
    assert outcome.status == 1
    assert outcome.err == (
        "cleaner: in/a.txt: has changed since its removals were stored, so they do not fit it; "
        "clean it again with --removed\n"
    )
    assert outcome.out.decode().splitlines()[3:6] == [
        "documents compared  4",
        "differ              0  0.0 %",
        "not comparable      1",
    ]


def test_record_with_another_id_is_reported(corpus: Path, run: Run) -> None:
    """A record in the place of another one is not compared with the removals of that one."""
    assert run("clean", "in", "-o", "out", "--removed", "old.jsonl", "-q").status == 0
    (corpus / "b.jsonl").write_text((corpus / "b.jsonl").read_text("utf-8").replace("n3", "n7"), "utf-8")
    outcome = run("diff", "old.jsonl", "default", "in", "-q")
    assert (outcome.status, outcome.err) == (
        1,
        "cleaner: in/b.jsonl: record 4: has the id 'n7', and its removals were stored for 'n3'\n",
    )


@pytest.mark.usefixtures("corpus")
def test_two_files_about_different_texts_are_reported(run: Run) -> None:
    """Without inputs, different texts in one place show that the files were written for different documents."""
    assert run("clean", "in", "-o", "out", "--removed", "old.jsonl", "-q").status == 0
    text = Path("old.jsonl").read_text("utf-8")
    Path("new.jsonl").write_text(text.replace("Comments are closed.", "Comments are gone...", 1), "utf-8")
    outcome = run("diff", "old.jsonl", "new.jsonl")
    assert (outcome.status, outcome.err) == (
        1,
        "cleaner: in/a.txt: the two files were written for different texts, so they cannot be compared\n",
    )
    assert b"documents compared  4\n" in outcome.out


@pytest.mark.usefixtures("corpus")
def test_stored_documents_that_are_not_read_are_told(run: Run) -> None:
    """Removals of documents that are not among the inputs are counted in a note, which is no failure."""
    assert run("clean", "in", "-o", "out", "--removed", "old.jsonl", "-q").status == 0
    outcome = run("diff", "default", "old.jsonl", "in/a.txt")
    assert (outcome.status, outcome.err) == (
        0,
        (
            "cleaner: old.jsonl: 4 of its 5 documents are not among the inputs; name them, and how to read them, as in "
            "the run that wrote it\n"
        ),
    )


@pytest.mark.parametrize("before", ["", "./", ".//", "ABSOLUTE"])
@pytest.mark.parametrize("after", ["", "./", "ABSOLUTE"])
@pytest.mark.usefixtures("corpus")
def test_stored_documents_are_found_however_they_are_named(before: str, after: str, run: Run) -> None:
    """A file is the same with `./` before its name and by its absolute path, in the run and now."""
    then, now = (f"{Path.cwd()}/" if one == "ABSOLUTE" else one for one in (before, after))
    assert run("clean", f"{then}in", "-o", "out", "--removed", "old.jsonl", "-q").status == 0
    outcome = run("diff", "old.jsonl", "default", f"{now}in/a.txt", f"{now}in/b.jsonl", "--json")
    found = json.loads(outcome.out)
    assert (outcome.status, outcome.err, found["documents"], found["differ"]) == (0, "", 5, 0)
    assert run("clean", f"{now}in", "-o", "other", "--removed", "new.jsonl", "-q").status == 0
    assert _json(run, "old.jsonl", "new.jsonl")["documents"] == 5


@pytest.mark.usefixtures("corpus")
def test_inputs_without_any_stored_document_are_refused(run: Run) -> None:
    """Where no input is known, by name or by the number of a record, a table would call everything different."""
    assert run("clean", "in/b.jsonl", "-o", "out.jsonl", "--removed", "old.jsonl", "-q").status == 0
    rows = Path("old.jsonl").read_text("utf-8").splitlines()
    far = "".join(json.dumps({**json.loads(row), "line": 90 + json.loads(row)["line"]}) + "\n" for row in rows)
    Path("far.jsonl").write_text(far, "utf-8")
    for side, name in (("old.jsonl", "in/a.txt"), ("far.jsonl", "in/b.jsonl")):
        outcome = run("diff", side, "default", name, "-o", "page.html")
        assert (outcome.status, outcome.out) == (USAGE, b"")
        assert outcome.err == (
            f"cleaner: {side}: none of its 4 documents is among the inputs; name them, and how to read them, as in the "
            "run that wrote it (its first is in/b.jsonl)\n"
        )
    assert not Path("page.html").exists()


@pytest.mark.parametrize("form", ["text", "jsonl"])
@pytest.mark.usefixtures("corpus")
def test_stored_documents_of_standard_input_are_found(form: str, run: Run) -> None:
    """What a run read from standard input is compared with what comes from there now."""
    data = Path("in/a.txt" if form == "text" else "in/b.jsonl").read_bytes()
    assert run("clean", "-", "--format", form, "--removed", "old.jsonl", "-q", stdin=data).status == 0
    outcome = run("diff", "old.jsonl", "default", "-", "--format", form, "--json", stdin=data)
    found = json.loads(outcome.out)
    assert (outcome.status, outcome.err, found["differ"]) == (0, "", 0)
    assert found["documents"] == (1 if form == "text" else 4)


GOOD = {"file": "in/a.txt", "start": 0, "end": 3, "kind": "tags", "score": 1.0, "text": "The", "reasons": {}}


@pytest.mark.parametrize(
    ("data", "reason"),
    [
        (b'{"file": "in/a.txt", "sta', "line 1: is not valid JSON; write the file again"),
        (json.dumps(GOOD).encode() + b"\n{bad}\n", "line 2: is not valid JSON"),
        (b'{"a":' * 100_000, "line 1: is not valid JSON"),
        (b"\xff\xfe\n", "line 1: is not valid JSON"),
        (b"[1]\n", "line 1: is not a removal: it is no object; give a file that"),
        (b'{"text": "The ferry"}\n', "line 1: is not a removal: 'file' is missing or of another type"),
        (json.dumps({**GOOD, "start": True}).encode(), "'start' is missing or of another type"),
        (json.dumps({**GOOD, "line": -1}).encode(), "'line' is not the number of a record"),
        (json.dumps({**GOOD, "line": 10**30}).encode(), "'line' is not the number of a record"),
        (json.dumps({**GOOD, "end": 9}).encode(), "'start' and 'end' do not fit its text"),
        (2 * (json.dumps(GOOD).encode() + b"\n"), "the removals of in/a.txt are not in order, or overlap"),
        (
            b"".join(json.dumps({**GOOD, "file": name}).encode() + b"\n" for name in ("a", "b", "a")),
            "has the removals of a in two places; give the file of one run",
        ),
    ],
)
@pytest.mark.usefixtures("corpus")
def test_damaged_removals_are_refused(data: bytes, reason: str, run: Run) -> None:
    """A file that is damaged, or is none of removals, is an error with its line, and nothing is compared."""
    Path("old.jsonl").write_bytes(data)
    outcome = run("diff", "old.jsonl", "default", "in")
    assert (outcome.status, outcome.out, outcome.err.count("\n")) == (1, b"", 1)
    assert outcome.err.startswith("cleaner: old.jsonl: ")
    assert reason in outcome.err


@pytest.mark.usefixtures("corpus")
def test_truncated_compressed_removals_are_refused(run: Run) -> None:
    """A compressed file that ends too early is an error, whatever could be read of it."""
    Path("old.jsonl.gz").write_bytes(gzip.compress(json.dumps(GOOD).encode() * 100)[:-9])
    outcome = run("diff", "old.jsonl.gz", "default", "in")
    assert (outcome.status, outcome.out, outcome.err.count("\n")) == (1, b"", 1)
    assert outcome.err.startswith("cleaner: old.jsonl.gz: ")


@pytest.mark.usefixtures("corpus")
def test_empty_file_of_removals_is_one(run: Run) -> None:
    """A run that removed nothing has stored an empty file, and everything that is removed now differs."""
    Path("old.jsonl").write_bytes(b"")
    assert _json(run, "old.jsonl", "default", "in")["differ"] == 5
    outcome = run("diff", "old.jsonl", "old.jsonl")
    assert (outcome.status, outcome.out.splitlines()[3]) == (0, b"documents compared  0")


# --- usage -----------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("arguments", "reason"),
    [
        (["default", "none", "in"], "none: does not exist; A and B come before the inputs"),
        (["default", "a" * 5000, "in"], "does not exist; A and B come before the inputs"),
        (["in/a.txt", "default", "in"], "in/a.txt: is no side of a comparison; give `default`"),
        (["default", "own", "in", "--top", "0"], "--top: 0 is too small"),
        (["default", "own", "in", "--kind", "bylines"], "--kind: 'bylines' is not a kind of noise"),
        (["default", "bad.toml", "in"], "bad.toml: mood: is not a setting"),
        (["default", "torn.toml", "in"], "torn.toml: is not valid TOML"),
        (
            ["default", "own/en/gloober.toml", "in"],
            "own/en/gloober.toml: is a pattern file, not settings; name its folder",
        ),
        (["default", "bad.json", "in"], "bad.json"),
        (["default", "own"], "no input; give files or folders"),
    ],
)
@pytest.mark.usefixtures("corpus")
def test_wrong_usage_is_refused(arguments: list[str], reason: str, run: Run) -> None:
    """A side that is none, and what cannot be asked for, is wrong usage with the fix, before anything is read."""
    Path("bad.toml").write_text("mood = 1\n", "utf-8")
    Path("torn.toml").write_text("mode = \n", "utf-8")
    Path("bad.json").write_text("{}", "utf-8")
    outcome = run("diff", *arguments)
    assert (outcome.status, outcome.out, outcome.err.count("\n")) == (USAGE, b"", 1)
    assert reason in outcome.err
    assert "--no-config" not in outcome.err


def test_failed_inputs_do_not_stop_the_rest(corpus: Path, run: Run) -> None:
    """What cannot be read is reported, its exit status is 1, and the rest is compared."""
    (corpus / "b.jsonl").write_bytes(b"{bad\n" + (corpus / "b.jsonl").read_bytes())
    outcome = run("diff", "default", "own", "in", "none.txt")
    assert (outcome.status, len(outcome.err.splitlines())) == (1, 2)
    assert b"documents compared  5\n" in outcome.out
