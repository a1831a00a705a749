"""The configuration file: which one applies, what it changes, what wins over it, and what is refused."""

from __future__ import annotations

import os
import tomllib
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest

from cleaner import CleanConfig, Cleaner, Kind
from cleaner.cli.configuration import find_settings
from tests.running import Run

USAGE = 2
TEXT = "The council passed the budget last night after six hours of debate, and the café by the bridge stays open.\n"


@pytest.fixture
def folder(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """The current folder, with a text; the folder above it is the test's own as well."""
    inner = tmp_path / "project" / "texts"
    inner.mkdir(parents=True)
    (inner / "page.txt").write_text(TEXT, "utf-8")
    monkeypatch.chdir(inner)
    return inner


@pytest.fixture
def used(monkeypatch: pytest.MonkeyPatch) -> list[CleanConfig]:
    """The configurations that texts are cleaned with."""
    found: list[CleanConfig] = []
    clean = Cleaner.clean

    def look(self: Cleaner, text: str, **values: Any) -> Any:
        found.append(self.config)
        return clean(self, text, **values)

    monkeypatch.setattr(Cleaner, "clean", look)
    return found


def test_values_are_the_defaults_of_options(folder: Path, used: list[CleanConfig], run: Run) -> None:
    """What a file says holds for clean and explain, an option wins over it, and --no-config ignores it."""
    (folder.parent / "cleaner.toml").write_text(
        'keep = ["byline", "tags"]\nheadline = "drop"\nmode = "careful"\nthreshold = 2\nengine = "trafilatura"\n'
        'timeout = 7\ndisabled_patterns = "fr.byline.by-name"\n'
    )
    said = CleanConfig(
        keep=frozenset({"byline", "tags"}),  # type: ignore[arg-type]
        headline="drop",
        mode="careful",
        threshold=2.0,
        engine="trafilatura",
        disabled_patterns=frozenset({"fr.byline.by-name"}),
    )
    for arguments in (["clean"], ["explain"], ["clean", "--mode", "balanced"], ["clean", "--no-config"]):
        assert run(*arguments, "page.txt").status == 0
    # Only cleaning has a time limit.
    in_time = replace(said, timeout=7.0)
    assert used == [in_time, said, replace(in_time, mode="balanced"), CleanConfig(timeout=30.0)]


def test_nearest_file_wins(folder: Path) -> None:
    """The nearest folder with settings decides alone; in it cleaner.toml wins, and other projects' files are passed over."""
    above = folder.parent
    (above / "cleaner.toml").write_text('mode = "careful"')
    (folder / "pyproject.toml").write_text("[tool.other]\nmode = 1 # cleaner\n")
    assert find_settings(folder).path == above / "cleaner.toml"
    (folder / "pyproject.toml").write_text("[tool.cleaner]\nthreshold = 3\n")
    found = find_settings(folder)
    assert (found.path, found.values) == (folder / "pyproject.toml", {"threshold": 3.0})
    (folder / "cleaner.toml").write_text("")
    assert (find_settings(folder).path, find_settings(folder).values) == (folder / "cleaner.toml", {})


def test_paths_are_relative_to_the_file(folder: Path, run: Run) -> None:
    """A folder of patterns is looked for beside the file, not in the current folder; an absolute one stays."""
    (folder.parent / "cleaner.toml").write_text('patterns = "own"\nweights = "/w.json"')
    values = find_settings(folder).values
    assert values == {"patterns": str(folder.parent / "own"), "weights": "/w.json"}
    outcome = run("clean", "page.txt")
    assert outcome.status == USAGE
    assert str(folder.parent / "own") in outcome.err


def test_settings_are_shown_with_their_source(folder: Path, run: Run) -> None:
    """``cleaner config`` says of every setting its value and its source, in the form of a configuration file."""
    file = folder.parent / "cleaner.toml"
    file.write_text('keep = "byline"\nthreshold = 2\npatterns = "own"\n')
    shown = run("config")
    assert shown.out.decode().splitlines() == [
        f'keep = ["byline"]  # {file}',
        'headline = "first"  # default',
        'mode = "balanced"  # default',
        f"threshold = 2.0  # {file}",
        f'patterns = "{file.parent / "own"}"  # {file}',
        "disabled_patterns = []  # default",
        "# weights: none  # default",
        "# sites: none  # default",
        'engine = "blocks"  # default',
        "timeout = 30.0  # default",
    ]
    again = folder / "cleaner.toml"
    again.write_bytes(shown.out)
    assert find_settings(folder).values == tomllib.loads(shown.out.decode())


@pytest.mark.parametrize(
    ("content", "message"),
    [
        ('mod = "careful"', "mod: is not a setting; did you mean: mode?"),
        ("zzz = 1", "zzz: is not a setting; did you mean: keep, headline, mode"),
        ('mode = "carefull"', "mode: 'carefull' is unknown; use one of: careful, balanced, thorough"),
        ("mode = 3", "mode: 3 is not a name; write a string"),
        ('keep = ["adverts"]', "keep: 'adverts' is not a kind of noise"),
        ("keep = [1]", "keep: is not a list of strings; write keep = [...]"),
        ('patterns = "\\u0000"', "patterns: '\\x00' is not a name; write a string"),
        ("timeout = -1", "timeout: is not a number that it can have; give one from 0 to 1e+09"),
        ("threshold = nan", "threshold: is not a number that it can have"),
        (f"threshold = 1{'0' * 400}", "threshold: is not a number that it can have"),
        ("threshold = true", "threshold: is not a number that it can have"),
        ("mode = ", "is not valid TOML"),
        (f"keep = {'[' * 5000}", "is not valid TOML"),
        ("mode = '\udcff'", "is not valid TOML"),
        (f"# {'x' * 100_000}", "has more than 100000 bytes; make it shorter, or use --no-config"),
    ],
)
def test_mistakes_are_wrong_usage(content: str, message: str, folder: Path, run: Run) -> None:
    """A file that says something unknown or is damaged is refused with its name and the fix, by every command."""
    file = folder / "cleaner.toml"
    file.write_text(content, "utf-8", "surrogateescape")
    for arguments in (["clean", "page.txt"], ["config"]):
        outcome = run(*arguments)
        assert (outcome.status, outcome.out, outcome.err.count("\n")) == (USAGE, b"", 1)
        assert outcome.err.startswith(f"cleaner: {file}: ")
        assert message in outcome.err
    assert run("clean", "page.txt", "--no-config").out.decode() == TEXT


def test_every_kind_is_kept(folder: Path, used: list[CleanConfig], run: Run) -> None:
    """``all`` stands for every kind of noise in a file as it does on the command line."""
    (folder / "cleaner.toml").write_text('keep = "all"')
    assert run("explain", "page.txt").status == 0
    assert used == [CleanConfig(keep=frozenset(Kind))]


def test_table_of_a_project_is_one(folder: Path, run: Run) -> None:
    """A value in the place of the table is refused with the way to write it."""
    (folder / "pyproject.toml").write_text("[tool]\ncleaner = 1\n")
    assert "tool.cleaner: is not a table; write [tool.cleaner]" in run("config").err


@pytest.mark.skipif(not hasattr(os, "mkfifo"), reason="there are no pipes with names here")
def test_only_files_are_read(folder: Path) -> None:
    """A folder or a pipe with the name of a configuration file is passed over."""
    (folder / "pyproject.toml").mkdir()
    os.mkfifo(folder / "cleaner.toml")
    (folder.parent / "cleaner.toml").write_text("")
    assert find_settings(folder).path == folder.parent / "cleaner.toml"
