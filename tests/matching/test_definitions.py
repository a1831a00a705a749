"""The pieces that patterns of a folder share, and the weak phrases beside strong ones."""

from __future__ import annotations

import tomllib
from pathlib import Path

import pytest

from cleaner.data import patterns_folder
from cleaner.errors import PatternError
from cleaner.matching.checking import prove
from cleaner.matching.definitions import MAX_EXPRESSION, Definitions, PieceError, parse_definitions
from cleaner.matching.library import builtin_patterns, check_patterns, read_patterns, themes
from cleaner.matching.parsing import parse_patterns
from cleaner.result import Kind

DEFINITIONS = """\
format = 2

[definitions]
month = 'May|June'
date = '\\d{1,2} {{month}} \\d{4}'
labels = ["Tags", "Topics"]
headings = ["{{labels}}", "Rubrics"]
"""
TAGS = """\
format = 2
lang = "xx"

[[pattern]]
id = "xx.tags.dated"
kind = "tags"
about = "Tags and a date."
regex = 'tags of {{date}}'
literals = ["tags of"]
must_match = ["Tags of 3 May 2019", "tags of 12 June 2020"]
must_not_match = ["Tags of 3 July 2019", "Tags of May"]

[[pattern]]
id = "xx.tags.label"
kind = "tags"
about = "The label of a list of tags."
phrases = ["{{labels}}", "Keywords"]
weak_phrases = ["Sections", "Words"]
match = "whole"
position = "tail"
max_length = 20
must_match = ["Tags", "Topics:", "Keywords"]
weak_must_match = ["Sections", "WORDS"]
must_not_match = ["Words fail him", "Topics of the day"]
"""


def _folder(tmp_path: Path, definitions: str = DEFINITIONS, tags: str = TAGS) -> Path:
    (tmp_path / "definitions.toml").write_text(definitions, "utf-8")
    (tmp_path / "tags.toml").write_text(tags, "utf-8")
    return tmp_path


def test_pieces_are_put_in(tmp_path: Path) -> None:
    """A reference in an expression becomes a group, one in a list of phrases the phrases of that list."""
    dated, label, _ = read_patterns(_folder(tmp_path)).patterns
    assert dated.regex == r"tags of (?:\d{1,2} (?:May|June) \d{4})"
    assert label.phrases == ("Tags", "Topics", "Keywords")


def test_pieces_hold_in_their_own_folder_alone(tmp_path: Path) -> None:
    """The files of another folder do not see the definitions of this one."""
    folder = _folder(tmp_path)
    (folder / "inner").mkdir()
    (folder / "tags.toml").rename(folder / "inner" / "tags.toml")
    with pytest.raises(PatternError, match=r"regex: \{\{date\}\} is not defined; define it in definitions\.toml"):
        read_patterns(folder)


def test_weak_phrases_are_a_second_pattern(tmp_path: Path) -> None:
    """Weak phrases make a pattern with the id and -weak, equal but for strength, phrases and examples, right after the first."""
    _, strong, weak = read_patterns(_folder(tmp_path)).patterns
    assert (strong.id, strong.strength, weak.id, weak.strength) == (
        "xx.tags.label",
        "strong",
        "xx.tags.label-weak",
        "weak",
    )
    assert (weak.phrases, weak.must_match) == (("Sections", "Words"), ("Sections", "WORDS"))
    for name in ("kind", "lang", "match", "position", "max_length", "action", "must_not_match", "file", "timeout"):
        assert getattr(weak, name) == getattr(strong, name)


BROKEN = {
    "header": (
        "[definitions]",
        'lang = "xx"\n[definitions]',
        "lang",
        "a file of definitions has only: format, definitions",
    ),
    "format": ("format = 2", "format = 1", "format", "`cleaner patterns convert OLD_FOLDER NEW_FOLDER`"),
    "none": (DEFINITIONS, "format = 2\n", "definitions", "add a [definitions] table with at least one piece"),
    "name": ("labels =", "Labels =", "Labels", "must be a name of lower-case letters, digits and hyphens"),
    "number": ("'May|June'", "7", "month", "must be an expression, or a list of phrases"),
    "empty": ('["Tags", "Topics"]', "[]", "labels", "must be an expression, or a list of phrases"),
    "group": ("May|June", "May)|(June", "month", "does not compile by itself"),
    "count": ("May|June", "(?:x{1000}){1000}", "month", "repeats more than 10000 times"),
    "below": ("month = 'May|June'", "", "date", "{{month}} is not defined"),
    "itself": ("May|June", "May|{{month}}", "month", "{{month}} is not defined"),
    "list-in-expression": ("{{month}}", "{{labels}}", "date", "{{labels}} is not defined"),
    "expression-in-list": ("{{labels}}", "{{date}}", "headings", "{{date}} is an expression"),
}


@pytest.mark.parametrize("name", BROKEN)
def test_broken_definitions_are_told_where_and_what_to_correct(name: str, tmp_path: Path) -> None:
    """Definitions that are wrong do not load; the message names file, piece and fix, and is the only error of the check."""
    old, new, field, fix = BROKEN[name]
    assert old in DEFINITIONS
    folder = _folder(tmp_path, DEFINITIONS.replace(old, new))
    with pytest.raises(PatternError) as raised:
        read_patterns(folder)
    assert str(raised.value).startswith(f"{folder}/definitions.toml: {field}: ")
    assert fix in str(raised.value)
    assert [str(error) for error in check_patterns(folder)[1]] == [str(raised.value)]


def test_list_is_no_expression() -> None:
    """A list of phrases in an expression is refused, and the pieces that it may have are named."""
    definitions = parse_definitions(tomllib.loads(DEFINITIONS), "definitions.toml")
    with pytest.raises(PieceError, match=r"\{\{labels\}\} is a list of phrases; .* use one of: month, date"):
        definitions.expand("a {{labels}}")


def test_pieces_in_pieces_do_not_grow_without_end() -> None:
    """Pieces that double each other are refused where an expression gets too long."""
    lines = [f"p{number} = '{{{{p{number - 1}}}}}{{{{p{number - 1}}}}}'" for number in range(1, 40)]
    text = "\n".join(["format = 2", "[definitions]", "p0 = 'abc'", *lines])
    with pytest.raises(PatternError, match=f"has more than {MAX_EXPRESSION} characters with its pieces put in"):
        parse_definitions(tomllib.loads(text), "definitions.toml")


@pytest.mark.parametrize("source", [r"\{{month}}", r"a{2}{3}", "}}{{", "{ {month} }", "{{mo\nnth}}"])
def test_what_is_no_reference_stays(source: str) -> None:
    """An escaped brace, a count and single braces are no references."""
    assert Definitions({"month": "May"}).expand(source) == source


def test_check_of_a_file_knows_the_pieces_beside_it(tmp_path: Path) -> None:
    """One file is checked with the definitions of its folder; the check of the definitions checks all that may use them."""
    folder = _folder(tmp_path)
    for name in ("tags.toml", "definitions.toml"):
        good, errors = check_patterns(folder / name)
        assert ([pattern.id for pattern in good.patterns], errors) == (
            ["xx.tags.dated", "xx.tags.label", "xx.tags.label-weak"],
            [],
        )
    _folder(tmp_path, DEFINITIONS.replace("May|June", "May|March"))
    (error,) = check_patterns(folder / "definitions.toml")[1]
    assert (error.pattern, error.field) == ("xx.tags.dated", "must_match")


def test_patterns_are_ordered_by_language_and_kind(tmp_path: Path) -> None:
    """However files part them, patterns stand by language and kind, and then as the files have them."""
    share = TAGS.replace("xx.tags", "xx.share-bar").replace('"tags"', '"share-bar"')
    folder = _folder(tmp_path)
    (folder / "a.toml").write_text(share.partition("[[pattern]]\n")[0] + share[share.rindex("[[pattern]]") :])
    (folder / "z.toml").write_text(share[: share.rindex("[[pattern]]")])
    assert [pattern.id for pattern in read_patterns(folder).patterns] == [
        "xx.share-bar.label",
        "xx.share-bar.label-weak",
        "xx.share-bar.dated",
        "xx.tags.dated",
        "xx.tags.label",
        "xx.tags.label-weak",
    ]


def test_examples_of_the_readme_hold() -> None:
    """The pattern and the definitions that patterns/README.md shows load, and the pattern holds its own examples."""
    text = (patterns_folder() / "README.md").read_text("utf-8")
    pattern, definitions = (tomllib.loads(part.partition("```")[0]) for part in text.split("```toml\n")[1:])
    pieces = parse_definitions(definitions, "definitions.toml")
    assert pieces.expand("{{date}}") == r"(?:\d{1,2}(?:er)? (?:janvier|février|mars|avril) \d{4})"
    (label,) = parse_patterns(pattern, "tags.toml", definitions=pieces)
    prove(label)
    assert label.phrases == pieces.phrases["labels"]


# --- the built-in files ----------------------------------------------------------------------------------


def test_each_kind_has_one_theme() -> None:
    """The table of themes holds every kind of noise once."""
    assert sorted(kind for kinds in themes().values() for kind in kinds) == sorted(Kind)


def test_each_pattern_stands_in_the_file_of_its_theme() -> None:
    """A built-in pattern is in the folder of its language, in the file that its kind belongs to."""
    theme_of = {kind: theme for theme, kinds in themes().items() for kind in kinds}
    wrong = [
        pattern.id
        for pattern in builtin_patterns().patterns
        if pattern.file != f"{pattern.lang}/{theme_of[pattern.kind]}.toml"
    ]
    assert wrong == []


def test_each_piece_is_used() -> None:
    """No built-in definition is left over."""
    for path in Path(str(patterns_folder())).glob("*/definitions.toml"):
        text = "".join(file.read_text("utf-8") for file in path.parent.glob("*.toml"))
        names = tomllib.loads(path.read_text("utf-8"))["definitions"]
        assert [name for name in names if f"{{{{{name}}}}}" not in text] == [], path.parent.name
