"""Where results go: nothing over an input, over another result, or out of the output folder."""

from __future__ import annotations

import json
import os
from pathlib import Path

import pytest

from cleaner.corpus.batch.tasks import Failure
from cleaner.corpus.records import Source, find_sources, plan_outputs, targets
from cleaner.corpus.records.targets import Names, free_errors_path, is_case_blind, is_errors_file, plan_in_place
from cleaner.errors import ConfigError


@pytest.fixture
def corpus(tmp_path: Path) -> Path:
    """A folder with a few texts."""
    folder = tmp_path / "corpus"
    (folder / "a").mkdir(parents=True)
    for name in ("a/y.txt", "b.txt", "c.txt"):
        (folder / name).write_text(name)
    return folder


def _source(path: Path) -> Source:
    return find_sources([str(path)])[0][0]


def test_results_mirror_one_folder_or_several(corpus: Path, tmp_path: Path) -> None:
    """The files of one folder keep their places in it; of several folders each keeps its name too."""
    alone, _ = find_sources([str(corpus)])
    assert plan_outputs(alone, Path("out"), is_folder=True)[0][alone[0]] == Path("out/a/y.txt")
    (tmp_path / "other").mkdir()
    (tmp_path / "other" / "b.txt").write_text("b")
    both, _ = find_sources([str(corpus), str(tmp_path / "other")])
    places, errors = plan_outputs(both, Path("out"), is_folder=True)
    assert [path.as_posix() for path in places.values()][1:] == [
        "out/corpus/b.txt",
        "out/corpus/c.txt",
        "out/other/b.txt",
    ]
    assert errors == []


def test_second_of_two_results_in_one_place_is_an_error(corpus: Path, tmp_path: Path) -> None:
    """Of two inputs whose results would go to one place the second one is an error that names both."""
    (tmp_path / "b.txt").write_text("b")
    two, _ = find_sources([str(corpus / "b.txt"), str(tmp_path / "b.txt")])
    places, errors = plan_outputs(two, tmp_path / "out", is_folder=True)
    assert places == {two[0]: tmp_path / "out" / "b.txt"}
    reason = f"{two[1].name} would go there, but so does the result of {two[0].name}; clean them one by one"
    assert [str(error) for error in errors] == [f"{tmp_path / 'out' / 'b.txt'}: {reason}"]


def test_result_over_an_input_is_an_error(corpus: Path, tmp_path: Path) -> None:
    """A result over any input, however its path is written, is an error, and wrong usage if no input is left."""
    (tmp_path / "link").symlink_to(corpus)
    for output in (corpus, tmp_path / "link", tmp_path / "out" / ".." / "corpus"):
        with pytest.raises(ConfigError, match=r"is an input.*--in-place"):
            plan_outputs([_source(corpus / "b.txt")], output, is_folder=True)
    out = tmp_path / "out"
    out.mkdir()
    (out / "b.txt").symlink_to(corpus / "c.txt")
    places, errors = plan_outputs(find_sources([str(corpus)])[0], out, is_folder=True)
    assert [source.inside.as_posix() for source in places] == ["a/y.txt", "c.txt"]
    assert [str(error) for error in errors] == [
        f"{out / 'b.txt'}: a link leads out of the output folder; remove the link, or name its folder with -o"
    ]


def test_result_never_leaves_the_output_folder(corpus: Path, tmp_path: Path) -> None:
    """A link in the output folder that leads out of it makes an error of the inputs below it, whatever it is called."""
    elsewhere, out = tmp_path / "elsewhere", tmp_path / "out"
    elsewhere.mkdir()
    out.mkdir()
    (out / "a").symlink_to(elsewhere)
    places, errors = plan_outputs(find_sources([str(corpus)])[0], out, is_folder=True)
    assert [source.inside.as_posix() for source in places] == ["b.txt", "c.txt"]
    assert f"{out / 'a' / 'y.txt'}: a link leads out of the output folder" in str(errors[0])


def test_result_over_a_special_file_is_an_error(corpus: Path, tmp_path: Path) -> None:
    """A pipe where a result of a folder would go is an error: nobody reads from it, and the run would wait for ever."""
    out = tmp_path / "out"
    out.mkdir()
    os.mkfifo(out / "b.txt")
    places, errors = plan_outputs(find_sources([str(corpus)])[0], out, is_folder=True)
    assert len(places) == 2
    assert [str(error) for error in errors] == [
        f"{out / 'b.txt'}: is not a regular file; move it away, or name another output folder"
    ]


def test_name_of_the_folder_above_is_that_of_the_folder(tmp_path: Path) -> None:
    """A folder is one name, however its path is written."""
    (tmp_path / "a").mkdir()
    names = Names()
    names.take(tmp_path / "a" / "..", "an input")
    assert names.holder(tmp_path) == "an input"
    assert names.real(tmp_path / "a" / "..") == os.path.realpath(tmp_path)
    assert names.holder(tmp_path / "a") is None


def test_partial_file_over_an_input_is_an_error(tmp_path: Path) -> None:
    """The name of a result while it is written must not be an input or another result."""
    for name in ("a.jsonl", "a.jsonl.partial"):
        (tmp_path / name).write_text("{}\n")
    alone, _ = find_sources([str(tmp_path / "a.jsonl.partial")], format="jsonl")
    with pytest.raises(ConfigError, match=r"is called a\.jsonl\.partial while it is written, and that is an input"):
        plan_outputs(alone, tmp_path / "a.jsonl", is_folder=False)
    both, _ = find_sources([str(tmp_path / "a.jsonl"), str(tmp_path / "a.jsonl.partial")])
    places, errors = plan_outputs(both, tmp_path / "out", is_folder=True)
    assert list(places) == both[:1]
    assert "so does the result of" in str(errors[0])
    assert "while it is written" in str(errors[0])


def test_names_of_one_file_are_one_where_case_makes_no_difference(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Names that differ in case or in Unicode form are the same if they are for the file system."""
    names = Names()
    names.take(tmp_path / "Out" / "Caf\u00e9.txt", "first")
    for other in ("out/caf\u00e9.txt", "Out/Cafe\u0301.txt"):
        assert names.holder(tmp_path / other) is None
        monkeypatch.setattr(targets, "is_case_blind", lambda _: True)
        assert names.holder(tmp_path / other) == "first"
        assert names.holder(tmp_path / "out" / "cafe.txt") is None
        monkeypatch.undo()


def test_case_of_names_is_looked_at_without_a_trace(tmp_path: Path) -> None:
    """Whether case matters is found out from existing folders, without writing anything."""
    folder = tmp_path / "Folder"
    folder.mkdir()
    assert not is_case_blind(folder)
    (tmp_path / "fOLDER").symlink_to(folder)
    assert is_case_blind(folder)
    assert list(folder.iterdir()) == []


def test_links_are_not_followed_out_of_a_folder_in_place(corpus: Path, tmp_path: Path) -> None:
    """In place a link out of the folder is an error, one inside is not, and a link that is named is followed."""
    outside = tmp_path / "outside.txt"
    outside.write_text("outside")
    (corpus / "d.txt").symlink_to(outside)
    (corpus / "e").mkdir()
    (corpus / "e" / "f.txt").symlink_to(corpus / "b.txt")
    sources = [Source(str(path), path, path.relative_to(corpus)) for path in sorted(corpus.rglob("*.txt"))]
    places, errors = plan_in_place(sources, [str(corpus)], Names())
    assert corpus / "e" / "f.txt" in places.values()
    assert corpus / "d.txt" not in places.values()
    assert [str(error) for error in errors] == [
        f"{corpus / 'd.txt'}: is a link to a file outside the folder; name that file itself to clean it in its place"
    ]
    named, _ = find_sources([str(corpus / "d.txt")])
    assert plan_in_place(named, [str(corpus / "d.txt")], Names()) == ({named[0]: corpus / "d.txt"}, [])


# --- files of failures -----------------------------------------------------------------------------------


def test_file_of_failures_is_known_by_every_line(tmp_path: Path) -> None:
    """Only a file in which every line is like those that runs write is a file of failures."""
    path = tmp_path / "errors.jsonl"
    line = Failure.of('a "b".jsonl', 3, "is not UTF-8", b'{"text": "\xff"}\n').line
    last = Failure.of("a.jsonl", None, "cannot be written", None).line
    for content, expected in (
        (line, True),
        (line + last, True),
        (b"", False),
        (b"mine\n", False),
        (line + b"mine\n", False),
        (line + last[:-1], False),
        (json.dumps({"file": "a", "line": 1, "reason": "b", "raw": "c", "mine": 1}).encode() + b"\n", False),
    ):
        path.write_bytes(content)
        assert is_errors_file(path) is expected, content
    assert not is_errors_file(tmp_path / "none")
    assert not is_errors_file(tmp_path)


def test_failures_go_where_nothing_else_is(tmp_path: Path) -> None:
    """The name of somebody else's file is skipped; that of an earlier run's failures is used again."""
    names, path = Names(), tmp_path / "errors.jsonl"
    assert free_errors_path(path, names) == path
    path.write_bytes(Failure.of("a.jsonl", 1, "b", None).line)
    assert free_errors_path(path, names) == path
    path.write_text("mine")
    assert free_errors_path(path, names) == tmp_path / "errors-2.jsonl"
    names.take(tmp_path / "errors-2.jsonl", "the result of errors-2.jsonl")
    assert free_errors_path(path, names) == tmp_path / "errors-3.jsonl"
