"""Reading pattern files: what loads, and what each broken file is told."""

from __future__ import annotations

import shutil
from pathlib import Path
from typing import Any

import pytest

from cleaner.data import patterns_folder
from cleaner.errors import PatternError
from cleaner.matching import library
from cleaner.matching.library import builtin_patterns, check_patterns, read_patterns
from cleaner.matching.parsing import parse_patterns
from cleaner.matching.pattern import Pattern

BROKEN = Path(__file__).parents[1] / "data" / "broken_patterns"
LABEL = "pattern xx.tags.label"

# File -> the field the message names, and words of the fix.
MESSAGES: dict[str, tuple[str, str]] = {
    "about-missing": (f"{LABEL}: about", "say in one sentence"),
    "choice-unknown": (f"{LABEL}: match", "'prefix' is unknown; use one of: whole, start, end, anywhere"),
    "example-two-lines": (f"{LABEL}: must_not_match", "must be one line"),
    "field-unknown": (f"{LABEL}: flags", "is unknown; use some of: id, kind, about, phrases"),
    "format-missing": ("format", "write `format = 2`"),
    "format-old": (
        "format",
        "is the old format; convert the folder with `cleaner patterns convert OLD_FOLDER NEW_FOLDER`",
    ),
    "format-other": ("format", "write `format = 2`"),
    "gate-not-passed": (f"{LABEL}: gate", "does not pass it; choose another gate"),
    "header-unknown": ("language", "a file has only: format, lang, pattern"),
    "id-capitals": ("pattern xx.tags.Label: id", "lower-case letters, digits and hyphens"),
    "id-missing": ("id", 'such as "xx.tags.short-name"'),
    "id-other-lang": ("pattern en.tags.label: id", "must be xx.tags."),
    "id-twice": (f"{LABEL}: id", "give one of them another name"),
    "keep-with-position": (f"{LABEL}: position", "such a line stays wherever it stands; leave it out"),
    "keep-with-strength": (f"{LABEL}: strength", "such a line stays wherever it stands; leave it out"),
    "keep-with-weak-phrases": (f"{LABEL}: weak_phrases", "such a line stays wherever it stands; leave it out"),
    "kind-missing": (f"{LABEL}: kind", "use one of: comment-controls"),
    "kind-unknown": (f"{LABEL}: kind", "'hashtags' is not a kind of noise; use one of: comment-controls"),
    "known-false-gone": (f"{LABEL}: known_false", "move it to must_not_match"),
    "known-miss-found": (f"{LABEL}: known_miss", "move it to must_match"),
    "lang-missing": ("lang", 'write a language code such as "fr"'),
    "lang-unknown": ("lang", 'write a language code such as "fr"'),
    "list-empty-text": (f"{LABEL}: phrases", "must be a list of non-empty strings"),
    "list-unknown": (
        f"{LABEL}: phrases",
        "{{labels}} is not defined; define it in definitions.toml of this folder",
    ),
    "list-no-list": (f"{LABEL}: phrases", "must be a list of non-empty strings"),
    "literal-short": (f"{LABEL}: literals", "'mo' is too short; use 3 characters or more"),
    "literals-not-held": (f"{LABEL}: literals", "every match must hold one"),
    "max-length-text": (f"{LABEL}: max_length", "a number of characters between 1 and 100000"),
    "max-length-true": (f"{LABEL}: max_length", "a number of characters between 1 and 100000"),
    "max-length-zero": (f"{LABEL}: max_length", "a number of characters between 1 and 100000"),
    "must-match-fails": (f"{LABEL}: must_match", "is not matched; fix the pattern"),
    "must-match-one": (f"{LABEL}: must_match", "give at least 2 examples"),
    "must-not-match-fails": (f"{LABEL}: must_not_match", "is matched; fix the pattern"),
    "must-not-match-missing": (f"{LABEL}: must_not_match", "give at least 2 examples"),
    "not-utf-8": ("(byte 129)", "save it as UTF-8"),
    "patterns-missing": ("pattern", "add at least one [[pattern]] table"),
    "patterns-no-table": ("pattern", "add at least one [[pattern]] table"),
    "phrase-short": (f"{LABEL}: phrases", "'Mo' is too short; use 3 characters or more"),
    "phrase-two-lines": (f"{LABEL}: phrases", "must be one line without space at its ends"),
    "phrase-with-space": (f"{LABEL}: phrases", "must be one line without space at its ends"),
    "phrases-and-regex": (f"{LABEL}: phrases", "either `phrases` or `regex`"),
    "phrases-nor-regex": (f"{LABEL}: phrases", "either `phrases` or `regex`"),
    "phrases-with-gate": (f"{LABEL}: gate", "only goes with `regex`"),
    "phrases-with-literals": (f"{LABEL}: literals", "only goes with `regex`"),
    "piece-unknown": (f"{LABEL}: regex", "{{topic}} is not defined; define it in definitions.toml of this folder"),
    "reach-without-open": (f"{LABEL}: reach", 'only goes with `action = "open"`'),
    "regex-anchor-end": (f"{LABEL}: regex", "`match` adds the anchors"),
    "regex-anchor-start": (f"{LABEL}: regex", "`match` adds the anchors"),
    "regex-empty-line": (f"{LABEL}: regex", "require at least one character"),
    "regex-no-expression": (f"{LABEL}: regex", "does not compile"),
    "regex-open-group": (f"{LABEL}: regex", "does not compile"),
    "regex-slow": (f"{LABEL}: regex", "make its repetitions possessive or bounded"),
    "regex-without-literals": (f"{LABEL}: literals", "or a gate: digits"),
    "text-empty": (f"{LABEL}: about", "must be a non-empty string"),
    "text-no-text": (f"{LABEL}: about", "must be a non-empty string"),
    "weak-must-match-alone": (f"{LABEL}: weak_must_match", "only goes with `weak_phrases`"),
    "weak-must-match-fails": (f"{LABEL}-weak: must_match", "is not matched; fix the pattern"),
    "weak-must-match-one": (f"{LABEL}: weak_must_match", "give at least 2 examples"),
    "weak-phrase-short": (f"{LABEL}: weak_phrases", "'Su' is too short; use 3 characters or more"),
    "weak-phrases-alone": (f"{LABEL}: weak_phrases", "only goes with `phrases`, which are the strong ones"),
    "weak-phrases-of-weak": (f"{LABEL}: weak_phrases", 'and not with `strength = "weak"`'),
    "toml-invalid": ("is not valid TOML", "line 2"),
}

GOOD = """\
format = 2
lang = "xx"

[[pattern]]
id = "xx.tags.label"
kind = "tags"
about = "The label of a list of tags."
phrases = ["Gloobers"]
match = "start"
must_match = ["Gloobers: a, b", "gloobers"]
must_not_match = ["No gloobers here", "Gloo"]
"""


def _folder_with(folder: Path, name: str) -> Path:
    shutil.copy(BROKEN / f"{name}.toml", folder)
    return folder


@pytest.mark.parametrize("name", sorted(MESSAGES))
def test_broken_file_is_told_where_and_what_to_mend(name: str, tmp_path: Path) -> None:
    """A broken file does not load; the message names file, pattern, field and fix."""
    folder = _folder_with(tmp_path, name)
    with pytest.raises(PatternError) as raised:
        read_patterns(folder)
    message = str(raised.value)
    place, fix = MESSAGES[name]
    assert message.startswith(f"{folder}/{name}.toml: ")
    assert place in message
    assert fix in message


@pytest.mark.parametrize("name", sorted(MESSAGES))
def test_check_reports_what_reading_refuses(name: str, tmp_path: Path) -> None:
    """The check of a folder reports the error that reading the folder stops at."""
    folder = _folder_with(tmp_path, name)
    with pytest.raises(PatternError) as raised:
        read_patterns(folder)
    _, errors = check_patterns(folder)
    assert str(raised.value) in [str(error) for error in errors]


def test_every_broken_file_has_its_message() -> None:
    """Each fixture is in the table, and each entry of the table has a fixture."""
    assert {path.stem for path in BROKEN.glob("*.toml")} == set(MESSAGES)


def test_check_goes_on_after_a_broken_file(tmp_path: Path) -> None:
    """One broken file does not keep the others from being checked."""
    _folder_with(tmp_path, "kind-unknown")
    _folder_with(tmp_path, "phrase-short")
    (tmp_path / "good.toml").write_text(GOOD)
    patterns, errors = check_patterns(tmp_path)
    assert [pattern.id for pattern in patterns.patterns] == ["xx.tags.label"]
    assert len(errors) == 2


def test_folder_that_is_none_is_refused(tmp_path: Path) -> None:
    """A path that is no folder is named, with what to give instead."""
    missing, file = tmp_path / "nowhere", tmp_path / "mine.toml"
    file.write_text("format = 2\n", "utf-8")
    with pytest.raises(PatternError, match=r"mine\.toml: is a file; name the folder that it is in$"):
        read_patterns(file)
    with pytest.raises(PatternError, match="is not a folder; give a folder"):
        read_patterns(missing)
    _, errors = check_patterns(missing)
    assert [error.file for error in errors] == [str(missing)]


def test_folder_without_patterns_is_refused(tmp_path: Path) -> None:
    """A folder without pattern files is an error, not a set of none."""
    (tmp_path / "notes.txt").write_text("nothing here")
    with pytest.raises(PatternError, match=r"holds no \.toml file; add one"):
        read_patterns(tmp_path)


def test_folder_that_cannot_be_listed_is_refused(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """A folder without permission to list it is named."""

    def refuse(_: Path) -> None:
        raise PermissionError(13, "Permission denied")

    monkeypatch.setattr(Path, "iterdir", refuse)
    with pytest.raises(PatternError, match="Permission denied; check its permissions"):
        read_patterns(tmp_path)


def test_file_that_cannot_be_read_is_refused(tmp_path: Path) -> None:
    """A pattern file that cannot be read, here a link to nowhere, is named."""
    (tmp_path / "tags.toml").symlink_to(tmp_path / "nowhere")
    with pytest.raises(PatternError, match=r"tags\.toml: cannot be read: No such file"):
        read_patterns(tmp_path)


def test_builtin_id_is_taken(tmp_path: Path) -> None:
    """A pattern of one's own with the id of a built-in one is refused, and both files are named."""
    taken = builtin_patterns().patterns[0]
    text = GOOD.replace("xx.tags", f"{taken.lang}.{taken.kind}").replace(".label", f".{taken.id.rpartition('.')[2]}")
    text = text.replace('"tags"', f'"{taken.kind}"').replace('"xx"', f'"{taken.lang}"')
    (tmp_path / "mine.toml").write_text(text)
    _, errors = check_patterns(tmp_path)
    assert [error.field for error in errors] == ["id"]
    assert taken.file in str(errors[0])
    with pytest.raises(PatternError, match="is also in"):
        builtin_patterns() + read_patterns(tmp_path)


def test_one_file_is_checked_alone(tmp_path: Path) -> None:
    """The check of a file proves the patterns of that file, whatever is wrong with the files beside it."""
    (tmp_path / "tags.toml").write_text(GOOD)
    (tmp_path / "other.toml").write_text("no pattern file")
    good, errors = check_patterns(tmp_path / "tags.toml")
    assert ([pattern.id for pattern in good.patterns], errors) == (["xx.tags.label"], [])
    (tmp_path / "tags.toml").write_text(GOOD.replace('"gloobers"]', '"glorbs"]'))
    _, errors = check_patterns(tmp_path / "tags.toml")
    assert [error.field for error in errors] == ["must_match"]


def test_checked_file_shares_no_id_with_files_beside_it(tmp_path: Path) -> None:
    """The check of one file names the file beside it, or the built-in one, that has an id of its patterns already."""
    for name in ("one", "other"):
        (tmp_path / f"{name}.toml").write_text(GOOD)
    (error,) = check_patterns(tmp_path / "one.toml")[1]
    assert (error.field, error.fix) == ("id", f"is also in {tmp_path}/other.toml; give one of them another name")
    taken = next(pattern for pattern in builtin_patterns().patterns if pattern.kind == "tags")
    (tmp_path / "one.toml").write_text(
        GOOD.replace("xx.tags.label", taken.id).replace('lang = "xx"', f'lang = "{taken.lang}"')
    )
    (error,) = check_patterns(tmp_path / "one.toml")[1]
    assert (error.field, error.fix) == ("id", f"is also in {taken.file}; give one of them another name")


def test_id_of_weak_phrases_elsewhere_is_taken(tmp_path: Path) -> None:
    """The check of a file knows the second id that an entry with weak phrases in another file has."""
    (tmp_path / "one.toml").write_text(GOOD.replace("xx.tags.label", "xx.tags.label-weak"))
    weak = 'weak_phrases = ["Glorbs"]\nweak_must_match = ["Glorbs: a", "glorbs"]\n'
    (tmp_path / "other.toml").write_text(GOOD + weak)
    (error,) = check_patterns(tmp_path / "one.toml")[1]
    assert (error.pattern, error.field) == ("xx.tags.label-weak", "id")
    assert error.fix == f"is also in {tmp_path}/other.toml; give one of them another name"


def test_built_in_file_is_checked_without_reading_the_others(monkeypatch: pytest.MonkeyPatch) -> None:
    """A built-in file is good beside the others, of which no pattern is read or proved."""
    read: list[str] = []

    def note(table: dict[str, object], name: str, **options: Any) -> list[Pattern]:
        read.append(name)
        return parse_patterns(table, name, **options)

    monkeypatch.setattr(library, "parse_patterns", note)
    path = Path(str(patterns_folder())).resolve() / builtin_patterns().patterns[0].file
    good, errors = check_patterns(path)
    assert (len(good) > 0, errors, read) == (True, [], [str(path)])


def test_check_of_a_missing_file_says_what_to_give(tmp_path: Path) -> None:
    """A path that does not exist is one error with what to do."""
    good, errors = check_patterns(tmp_path / "no.toml")
    assert [error.fix for error in errors] == ["does not exist; give a folder of .toml pattern files, or one such file"]
    assert len(good) == 0


def test_files_are_read_in_order_and_hidden_ones_skipped(tmp_path: Path) -> None:
    """Files of nested folders are read in alphabetic order; hidden files and other endings are left alone."""
    for name in ("b/tags.toml", "a/tags.toml", ".c/tags.toml", "a/.tags.toml", "a/tags.toml.orig"):
        path = tmp_path / name
        path.parent.mkdir(exist_ok=True)
        path.write_text(GOOD.replace("xx.tags.label", f"xx.tags.{path.parent.name.strip('.')}"))
    found = read_patterns(tmp_path).patterns
    assert [pattern.file for pattern in found] == [f"{tmp_path}/a/tags.toml", f"{tmp_path}/b/tags.toml"]


def test_byte_order_mark_is_no_hindrance(tmp_path: Path) -> None:
    """A pattern file saved with a byte order mark loads."""
    (tmp_path / "tags.toml").write_bytes(b"\xef\xbb\xbf" + GOOD.replace("\n", "\r\n").encode())
    assert len(read_patterns(tmp_path)) == 1


def test_own_patterns_are_bounded_in_time(tmp_path: Path) -> None:
    """Expressions of a user's own folder get a time limit; built-in ones, proved before release, do not."""
    (tmp_path / "tags.toml").write_text(GOOD)
    assert all(pattern.timeout for pattern in read_patterns(tmp_path).patterns)
    assert not any(pattern.timeout for pattern in builtin_patterns().patterns)


HOSTILE = {
    "deep-toml": ("a = " + "[" * 20_000 + "]" * 20_000, "its values lie too deep in each other"),
    "deep-name": ("a" + ".a" * 20_000 + " = 1", "line 1 has more than 500 dots"),
    "long-number": (GOOD + "max_length = " + "9" * 5_000, "cannot be read as TOML"),
    "large-number": (GOOD + f"max_length = {2**63}", "must be a number of characters between 1 and 100000"),
    "deep-expression": (
        GOOD.replace('phrases = ["Gloobers"]', "regex = '" + "(" * 3_000 + "gloobers" + ")" * 3_000 + "'")
        + 'literals = ["gloobers"]',
        "does not compile",
    ),
    "large-count": (
        GOOD.replace('phrases = ["Gloobers"]', "regex = 'gloobers{2147483648}'") + 'literals = ["gloobers"]',
        "repeats more than 10000 times",
    ),
    "nested-counts": (
        GOOD.replace('phrases = ["Gloobers"]', "regex = '(?:(?:gloobers{1000} ){1000}x){1000,}'")
        + 'literals = ["gloobers"]',
        "repeats more than 10000 times",
    ),
    "large-file": ("#" * 1_000_001, "has 1000001 bytes, more than 1000000; part it into several files"),
}


@pytest.mark.parametrize("name", HOSTILE)
def test_file_made_to_break_the_reader_is_refused(name: str, tmp_path: Path) -> None:
    """Whatever a pattern file holds, it loads or is refused with what to correct; so does its check."""
    content, fix = HOSTILE[name]
    (tmp_path / "x.toml").write_text(content, "utf-8")
    with pytest.raises(PatternError, match=fix):
        read_patterns(tmp_path)
    _, errors = check_patterns(tmp_path)
    assert any(fix in str(error) for error in errors)


def test_patterns_of_another_checkout_are_not_checked(tmp_path: Path) -> None:
    """A copy of the built-in folder, which this command does not read, is told apart from a folder of one's own."""
    folder = tmp_path / "patterns"
    (folder / "fr").mkdir(parents=True)
    (folder / library.THEMES_NAME).touch()
    (folder / "fr" / "related.toml").write_text('format = 2\nlang = "fr"\n', "utf-8")
    for path in (folder, folder / "fr", folder / "fr" / "related.toml"):
        good, errors = check_patterns(path)
        assert len(good) == 0
        assert ["install the checkout itself" in str(error) for error in errors] == [True]
