"""Lines made to keep an expression busy, and what is refused because of them."""

from __future__ import annotations

import json
from pathlib import Path

import pytest

from cleaner import PatternError
from cleaner.matching import library, pump
from cleaner.matching.cache import CACHE_VARIABLE
from cleaner.matching.library import builtin_patterns, check_patterns, read_patterns
from cleaner.matching.pattern import WINDOW, Match, Pattern
from cleaner.matching.pump import hostile_lines, slow_line
from cleaner.result import Kind


def _pattern(regex: str, match: Match = "end", example: str = "aaa", *, max_length: int = 0) -> Pattern:
    return Pattern(
        "en.byline.tried",
        Kind.BYLINE,
        "en",
        "",
        regex=regex,
        match=match,
        max_length=max_length,
        must_match=(example,),
        literals=(example[:3],),
    )


@pytest.mark.parametrize(
    ("regex", "match", "example"),
    [
        ("(a+)+", "end", "aaa"),
        ("(a|aa)+", "end", "aaa"),
        ("(a|aa)+", "whole", "aaa"),
        (r"(\w+\s?)+", "end", "aaa"),
        ("(.*)(.*)(.*)x", "end", "aaax"),
        (r"([a-z]+)*\d", "anywhere", "aaa1"),
        (r"by (?:\p{L}+ ?){1,20}:", "whole", "by ann:"),
        (r"(?=by (?:\w|\w\w)+:)by.*", "start", "by ann:"),
    ],
)
def test_expression_that_explodes_is_found(regex: str, match: Match, example: str) -> None:
    """A classic of expressions that take for ever has a line that shows it, no longer than a line is searched."""
    slow = slow_line(_pattern(regex, match, example))
    assert slow is not None
    assert len(slow[0]) <= 2 * WINDOW
    assert slow[1] > pump.SMALL_SECONDS


@pytest.mark.parametrize(
    ("regex", "match", "example"),
    [
        ("a++b", "end", "aaab"),
        (r"by \w+(?: \w+)?", "whole", "by ann"),
        (r"(?:(?:foo|bar)\s*)+!", "anywhere", "foo!"),
        (r"\bafp\b.{0,40}\d", "anywhere", "afp 12"),
    ],
)
def test_expression_that_stays_quick_passes(regex: str, match: Match, example: str) -> None:
    """Repetitions that part their text in one way only have no slow line."""
    assert slow_line(_pattern(regex, match, example)) is None


def test_lines_are_as_long_as_a_pattern_allows() -> None:
    """No line is longer than the pattern's lines may be; what is slow beyond that does no harm."""
    assert {len(line) for line in hostile_lines(_pattern("(a+)+", max_length=12))} <= set(range(1, 13))
    assert slow_line(_pattern("(a+)+", max_length=12)) is None


@pytest.mark.parametrize(
    ("regex", "head", "unit"),
    [
        (r"by (?:foo|ba[rz])+!", "by ", "foo"),
        (r"by (?:foo|ba[rz])+!", "by ", "bar"),
        (r"no\. (?:\d{2}-)*", "no. ", "11-"),
        (r"(?P<who>[A-Z]\w+)(?:, \p{Lu})+", "Aaa", ", A"),
    ],
)
def test_what_is_repeated_stands_behind_what_is_before_it(regex: str, head: str, unit: str) -> None:
    """A line begins with what leads to a repetition, and goes on with what that repeats."""
    pattern = Pattern("en.byline.tried", Kind.BYLINE, "en", "", regex=regex, case="exact", must_match=("q",))
    assert any(line.startswith((head + unit * 3, head[:2] + unit * 3)) for line in hostile_lines(pattern))


@pytest.mark.parametrize("regex", ["(a", "a)", "[a", "(?R)", r"(?<=a)\Kb{e<=1}", "(" * 200 + ")" * 200])
def test_expression_of_an_unknown_form_has_lines_all_the_same(regex: str) -> None:
    """What cannot be taken apart is tried on pieces of its examples and on a few others."""
    assert list(hostile_lines(_pattern(regex)))


def _folder(folder: Path, regex: str, example: str) -> Path:
    entry = {
        "id": "en.byline.tried",
        "about": "A pattern of a test.",
        "regex": regex,
        "match": "end",
        "literals": [example[:3]],
        "must_match": [example, f"{example} {example}"],
        "must_not_match": ["none", "nobody"],
    }
    rows = "\n".join(f"{name} = {json.dumps(value)}" for name, value in entry.items())
    (folder / "own.toml").write_text(f'format = 2\nlang = "en"\n\n[[pattern]]\nkind = "byline"\n{rows}\n', "utf-8")
    return folder


def test_slow_pattern_of_a_user_is_refused(tmp_path: Path) -> None:
    """Loading a folder with a slow pattern raises, with the file, the id and the line that shows it."""
    folder = _folder(tmp_path, "(a+)+", "aaa")
    with pytest.raises(PatternError) as refused:
        read_patterns(folder)
    message = str(refused.value)
    assert message.startswith(f"{folder}/own.toml: pattern en.byline.tried: regex: takes too long")
    assert "characters 'aaaaaa" in message
    assert len(message) < 300
    good, errors = check_patterns(folder)
    assert (len(good), [str(error)[:40] for error in errors]) == (0, [message[:40]])


def test_proof_is_remembered(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """Files that were proved are not proved again; changed ones are, and a mark that is not whole counts for nothing."""
    proved: list[str] = []
    monkeypatch.setenv(CACHE_VARIABLE, str(tmp_path / "cache"))
    monkeypatch.setattr(library, "prove", lambda pattern: proved.append(pattern.regex))
    (tmp_path / "own").mkdir()
    for regex, times in (("a++b", 1), ("a++b", 1), ("a++bc", 2), ("a++b", 2)):
        read_patterns(_folder(tmp_path / "own", regex, "aaa"))
        assert len(proved) == times
    for mark in (tmp_path / "cache").glob("proved-*.bin"):
        mark.write_bytes(mark.read_bytes()[:20])
    read_patterns(tmp_path / "own")
    assert proved == ["a++b", "a++bc", "a++b"]


def test_failed_proof_is_not_remembered(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """A folder that is refused is refused again."""
    monkeypatch.setenv(CACHE_VARIABLE, str(tmp_path / "cache"))
    (tmp_path / "own").mkdir()
    for _ in range(2):
        with pytest.raises(PatternError, match="takes too long"):
            read_patterns(_folder(tmp_path / "own", "(a+)+", "aaa"))


def test_built_in_patterns_that_once_exploded_are_quick() -> None:
    """Lists of numbers, of names and of titles part in one way only."""
    fixed = {
        "any.share-bar.network-run",
        "de.pagination.page-of",
        "en.pagination.page-of",
        "es.interface.ticker",
        "fr.copyright.rights",
        "fr.copyright.footer-run",
        "fr.pagination.page-of",
        "fr.share-bar.run",
        "it.interface.ticker",
        "ko.tags.keyword-run",
        "nl.pagination.page-of",
        "tr.byline.label",
        "zh.breadcrumb.from-home",
        "zh.byline.reporter",
        "zh.pagination.row",
    }
    tried = [pattern for pattern in builtin_patterns().patterns if pattern.id in fixed]
    assert len(tried) == len(fixed)
    assert {pattern.id: slow_line(pattern) for pattern in tried} == dict.fromkeys(fixed)
