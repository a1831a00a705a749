"""Unified diffs made from removals: they apply, and they are those of git where only one diff is the shortest."""

from __future__ import annotations

import shutil
import subprocess
import time
from functools import cache
from itertools import combinations, product
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from cleaner import Cleaner, apply_removals
from cleaner.report.unified import unified_diff

GIT, PATCH = shutil.which("git"), shutil.which("patch")
needs_git = pytest.mark.skipif(GIT is None, reason="git is not installed")
needs_patch = pytest.mark.skipif(PATCH is None, reason="patch is not installed")
# Line ends of git and those that are none, a byte order mark, and what a diff itself begins its lines with.
PIECES = ["\n", "\n", "\r\n", "\r", "\f", "\u2028", "\x85", "\ufeff", "a", "b", "é", " ", "-", "+", "@@ -1 +1 @@", "\\"]
Spans = list[tuple[int, int]]


@st.composite
def cuts(draw: st.DrawFn) -> tuple[str, Spans]:
    """A text and some spans of it, in order; many begin or end with a line."""
    text = "".join(draw(st.lists(st.sampled_from(PIECES), max_size=60)))
    places = st.integers(0, len(text))
    starts = [0, *(at + 1 for at, sign in enumerate(text) if sign == "\n"), len(text)]
    bounds = sorted(draw(st.lists(st.one_of(places, st.sampled_from(starts)), max_size=12)))
    return text, list(zip(bounds[::2], bounds[1::2], strict=False))


def _without(text: str, spans: Spans) -> str:
    kept, position = [], 0
    for start, end in spans:
        kept.append(text[position:start])
        position = end
    return "".join([*kept, text[position:]])


def _run(*command: str | None, folder: Path, stdin: bytes = b"") -> bytes:
    assert command[0] is not None
    # A repository above the folder would make git look at it.
    environment = {"GIT_CEILING_DIRECTORIES": str(folder.parent), "GIT_CONFIG_GLOBAL": "/dev/null", "LC_ALL": "C"}
    done = subprocess.run(
        [str(one) for one in command], input=stdin, capture_output=True, check=False, cwd=folder, env=environment
    )
    assert done.returncode in (0, 1), done.stderr
    assert not done.stderr, done.stderr
    return done.stdout


def _applied(text: str, diff: str, folder: Path, *command: str | None) -> str:
    page = folder / "page.txt"
    page.write_bytes(text.encode())
    if diff:
        _run(*command, folder=folder, stdin=diff.encode())
    return page.read_bytes().decode()


@needs_git
@settings(max_examples=150)
@given(cut=cuts())
def test_diff_applies_with_git(cut: tuple[str, Spans], tmp_path_factory: pytest.TempPathFactory) -> None:
    """`git apply` makes of any text exactly what is left without any spans, whatever ends its lines."""
    text, spans = cut
    folder = tmp_path_factory.mktemp("git")
    diff = unified_diff("page.txt", text, spans)
    result = _applied(text, diff, folder, GIT, "apply", "--whitespace=nowarn", "-")
    assert result == _without(text, spans)


@needs_patch
@settings(max_examples=150)
@given(cut=cuts())
def test_diff_applies_with_patch(cut: tuple[str, Spans], tmp_path_factory: pytest.TempPathFactory) -> None:
    """`patch -p1` makes the same of it."""
    text, spans = cut
    folder = tmp_path_factory.mktemp("patch")
    diff = unified_diff("page.txt", text, spans)
    assert _applied(text, diff, folder, PATCH, "-s", "-p1") == _without(text, spans)


@needs_git
def test_diff_of_a_cleaned_text_applies(tmp_path: Path) -> None:
    """The diff made from the removals of a result gives the text of the result."""
    text = (
        "The council passed the budget last night after six hours of debate, and the café stays open.\r\n"
        "Two members voted against it because the figures had arrived only that morning. (Photo: Nora Lindqvist)\r\n"
        "The mayor said the work would begin in May and last until the end of the summer.\r\n"
        "Comments are closed.\r\n"
    )
    result = Cleaner().clean(text)
    spans = [(removal.start, removal.end) for removal in result.removals]
    assert [text[start] for start, _ in spans] == [" ", "C"]
    assert result.text == apply_removals(text, result.removals)
    assert _applied(text, unified_diff("page.txt", text, spans), tmp_path, GIT, "apply", "-") == result.text


# --- against git -----------------------------------------------------------------------------------------


def _body(diff: str) -> list[str]:
    """A diff without its head and without what git says of a hunk beside its place."""
    lines = diff.split("\n")
    first = next((number for number, line in enumerate(lines) if line.startswith("@@")), len(lines))
    return [line[: line.index("@@", 2) + 2] if line.startswith("@@") else line for line in lines[first:]]


@cache
def _shortest(old: tuple[str, ...], new: tuple[str, ...]) -> tuple[int, int]:
    """How many lines two texts can have in common, in order, and in how many ways."""
    if not old or not new:
        return 0, 1
    ways: dict[tuple[int, ...], set[tuple[int, ...]]] = {}
    for count in range(min(len(old), len(new)), -1, -1):
        for mine in combinations(range(len(old)), count):
            wanted = [old[at] for at in mine]
            for theirs in combinations(range(len(new)), count):
                if [new[at] for at in theirs] == wanted:
                    ways.setdefault((count,), set()).add((*mine, *theirs))
        if ways:
            return count, len(ways[count,])
    raise AssertionError("no lines are in common, too")


def _lines(text: str) -> tuple[str, ...]:
    lines = text.split("\n")
    last = lines.pop()
    return (*(f"{line}\n" for line in lines), *([last] if last else []))


def _diffs_of_git(folder: Path) -> dict[str, list[str]]:
    """What git shows of each file that is in the folders ``old`` and ``new``, by its name."""
    shown = _run(GIT, "diff", "--no-index", "--no-color", "old", "new", folder=folder).decode()
    diffs = shown.split("diff --git ")[1:]
    return {one.split("\n", 1)[0].split("/")[-1]: _body(f"diff --git {one}") for one in diffs}


@needs_git
def test_whole_lines_are_removed_as_git_shows_it(tmp_path: Path) -> None:
    """For all ways to remove lines of short texts, the diff is that of git where only one has the fewest changes."""
    compared = 0
    old, new = tmp_path / "old", tmp_path / "new"
    old.mkdir()
    new.mkdir()
    expected: dict[str, list[str]] = {}
    for count, end in product((1, 2, 3, 4, 9), ("\n", "")):
        alphabet = "ab" if count < 5 else "a"
        for letters in product(alphabet, repeat=count) if count < 5 else ["abcdefghi"]:
            lines = [*(f"{letter}\n" for letter in letters[:-1]), f"{letters[-1]}{end}"]
            text = "".join(lines)
            offsets = [sum(map(len, lines[:at])) for at in range(count + 1)]
            for left_out in product((False, True), repeat=count):
                spans = [(offsets[at], offsets[at + 1]) for at in range(count) if left_out[at]]
                result = _without(text, spans)
                if not spans or _shortest(_lines(text), _lines(result))[1] != 1:
                    continue
                name = f"{compared}"
                compared += 1
                (old / name).write_bytes(text.encode())
                (new / name).write_bytes(result.encode())
                expected[name] = _body(unified_diff("x", text, spans))
    found = _diffs_of_git(tmp_path)
    assert compared > 300
    assert found == expected


@needs_git
def test_cut_lines_are_shown_as_git_shows_them(tmp_path: Path) -> None:
    """For all spans of short texts, the diff is that of git where only one has the fewest changes.

    It may be longer only where what is left of a line is the same as another line that is removed.
    """
    old, new = tmp_path / "old", tmp_path / "new"
    old.mkdir()
    new.mkdir()
    expected: dict[str, list[str]] = {}
    longer = 0
    for text in ("".join(signs) for length in range(1, 6) for signs in product("ab\n", repeat=length)):
        for start, end in combinations(range(len(text) + 1), 2):
            result = _without(text, [(start, end)])
            mine = _lines(text), _lines(result)
            common, ways = _shortest(*mine)
            if ways != 1:
                continue
            body = _body(unified_diff("x", text, [(start, end)]))
            removed = [line[1:] for line in body if line.startswith("-")]
            if len(removed) != len(mine[0]) - common:
                assert set(removed) & {line[1:] for line in body if line.startswith("+")}
                longer += 1
                continue
            name = f"{len(expected)}"
            (old / name).write_bytes(text.encode())
            (new / name).write_bytes(result.encode())
            expected[name] = body
    found = _diffs_of_git(tmp_path)
    assert 200 * longer < len(expected) > 1000
    assert found == expected


# --- names, ends and colours -----------------------------------------------------------------------------


@needs_git
@pytest.mark.parametrize(
    "name",
    ["page.txt", "my page.txt", "café.txt", 'a"b.txt', "back\\slash.txt", "tab\there.txt", "line\nend é.txt", "-"],
)
def test_names_are_written_as_git_writes_them(name: str, tmp_path: Path) -> None:
    """The head names a file as git does, with its quotes, escapes, and a tab after a name with a space."""
    for folder, text in (("a", "One.\nTwo.\n"), ("b", "One.\n")):
        (tmp_path / folder).mkdir()
        (tmp_path / folder / name).write_text(text)
    shown = _run(GIT, "diff", "--no-index", "--no-prefix", "a", "b", folder=tmp_path).decode()
    expected = [line for line in shown.split("\n")[:4] if not line.startswith("index")]
    assert unified_diff(name, "One.\nTwo.\n", [(5, 10)]).split("\n")[:3] == expected


def test_name_with_bytes_that_are_not_utf_8_keeps_them() -> None:
    """A name that is not UTF-8 is written with the bytes it has, and one with other surrogates does not fail."""
    assert unified_diff("a\udcff", "x\n", [(0, 2)]).startswith('diff --git "a/a\\377" "b/a\\377"\n')
    assert unified_diff("a\ud800", "x\n", [(0, 2)]).startswith('diff --git "a/a\\355\\240\\200"')


def test_nothing_removed_is_no_diff() -> None:
    """A text that stays as it is, and an empty text, have no diff."""
    assert unified_diff("page.txt", "One.\n", []) == ""
    assert unified_diff("page.txt", "One.\n", [(2, 2)]) == ""
    assert unified_diff("page.txt", "", []) == ""


def test_missing_line_end_is_told() -> None:
    """A last line without a line end is followed by git's note, on the side that it is on."""
    diff = unified_diff("x", "One.\nTwo.", [(4, 9)])
    assert diff.split("\n")[4:] == [
        "-One.",
        "-Two.",
        "\\ No newline at end of file",
        "+One.",
        "\\ No newline at end of file",
        "",
    ]


def test_colours_are_those_of_git_and_controls_are_escapes() -> None:
    """With colour the head is bold, places cyan, lines red and green, and nothing of the text acts on a terminal."""
    diff = unified_diff("x", "A\x1b[2J\r\nb\x07Reply\r\n", [(9, 14)], colour=True)
    assert diff.split("\n")[2:] == [
        "\x1b[1m+++ b/x\x1b[0m",
        "\x1b[36m@@ -1,2 +1,2 @@\x1b[0m",
        " A\\x1b[2J\r",
        "\x1b[31m-b\\x07Reply\r\x1b[0m",
        "\x1b[32m+b\\x07\r\x1b[0m",
        "",
    ]


@pytest.mark.parametrize("line", ["word ", "word\n"])
def test_time_is_linear(line: str) -> None:
    """A diff of two megabytes with a removal in every tenth word takes about ten times as long as one of a tenth."""
    seconds = []
    for count in (20_000, 200_000):
        text, size = line * count, len(line)
        spans = [(at * size, at * size + 4) for at in range(0, count, 10)]
        seconds.append(min(_seconds(text, spans) for _ in range(2)))
    assert seconds[1] < 40 * seconds[0]


def _seconds(text: str, spans: Spans) -> float:
    begun = time.process_time()
    assert unified_diff("x", text, spans)
    return time.process_time() - begun
