"""Pattern files of format 1 become files of format 2 that say the same."""

from __future__ import annotations

from pathlib import Path

import pytest

from cleaner.errors import OutputError, PatternError
from cleaner.matching.conversion import convert_files
from cleaner.matching.library import check_patterns, convert_patterns, read_patterns, themes

TAGS = """\
# Our own tags.
format = 1
kind = "tags"  # not the interface
lang = "xx"

# Labels, as our pages print them.
[[pattern]]
id = "xx.tags.label"
about = "The label of a list of tags."
# Keep these in the order of the pages.
phrases = ["Gloobers", "Gloober \\"tags\\"", "Gloober's tags"]  # seen in 2019
match = "start"
must_match = ["Gloobers: a, b", "gloobers"]
must_not_match = ["No gloobers here", "Gloo"]

[[pattern]] # with a date
id = "xx.tags.dated"
about = "Tags and a number."
regex = '''gloober \\d{1,4} # no comment \\[\\[pattern]]'''
literals = ["gloober"]
must_match = [
    "Gloober 7 # no comment [[pattern]]", # the usual form
    "gloober 1234 # no comment [[pattern]]",
]
must_not_match = ["Gloober", "gloober x"]
# The end.
"""
TWINS = """\
format = 1
kind = "share-bar"
lang = "xx"

[[pattern]]
id = "xx.share-bar.button"
about = "Buttons."
phrases = ["Gloob this", "Gloob that"]
max_length = 30
must_match = ["Gloob this", "Gloob that!"]
must_not_match = ["Gloobers", "They gloob this"]

[[pattern]]
id = "xx.share-bar.button-weak"
about = "Buttons that are words, too."
phrases = ["Gloob", "Gloobing", "Gloobed"]
strength = "weak"
max_length = 30
must_match = ["Gloob", "Gloobed"]
must_not_match = ["Gloobers", "A gloob"]
"""


def _converted(**files: str) -> dict[str, str]:
    return convert_files([(f"{name}.toml", text) for name, text in files.items()], themes())


def _folder(tmp_path: Path, **files: str) -> Path:
    folder = tmp_path / "old"
    folder.mkdir()
    for name, text in files.items():
        (folder / f"{name}.toml").write_text(text, "utf-8")
    return folder


def test_converted_patterns_load_and_are_the_same(tmp_path: Path) -> None:
    """A folder that is converted loads, without an error in its check, and its patterns are the old ones."""
    new = tmp_path / "new"
    written = convert_patterns(_folder(tmp_path, tags=TAGS, share=TWINS), new)
    assert [path.relative_to(new).as_posix() for path in written] == ["xx/related.toml", "xx/sharing.toml"]
    good, errors = check_patterns(new)
    assert errors == []
    assert [pattern.id for pattern in good.patterns] == [
        "xx.tags.label",
        "xx.tags.dated",
        "xx.share-bar.button",
        "xx.share-bar.button-weak",
    ]
    label, dated = (pattern for pattern in read_patterns(new).patterns if pattern.kind == "tags")
    assert label.phrases == ("Gloobers", 'Gloober "tags"', "Gloober's tags")
    assert (label.match, label.must_not_match) == ("start", ("No gloobers here", "Gloo"))
    assert dated.regex == r"gloober \d{1,4} # no comment \[\[pattern]]"


def test_comments_stay_where_they_say_something() -> None:
    """A comment above a pattern, beside a value, inside a list or at the end is still there, beside the same thing."""
    assert _converted(tags=TAGS)["xx/related.toml"].splitlines() == [
        "format = 2",
        'lang = "xx"',
        "",
        "# Our own tags.",
        "# not the interface",
        "# Labels, as our pages print them.",
        "[[pattern]]",
        'id = "xx.tags.label"',
        'kind = "tags"',
        'about = "The label of a list of tags."',
        "# Keep these in the order of the pages.",
        'phrases = ["Gloobers", "Gloober \\"tags\\"", "Gloober\'s tags"]  # seen in 2019',
        'match = "start"',
        'must_match = ["Gloobers: a, b", "gloobers"]',
        'must_not_match = ["No gloobers here", "Gloo"]',
        "",
        "# with a date",
        "[[pattern]]",
        'id = "xx.tags.dated"',
        'kind = "tags"',
        'about = "Tags and a number."',
        "regex = '''gloober \\d{1,4} # no comment \\[\\[pattern]]'''",
        'literals = ["gloober"]',
        "must_match = [",
        '    "Gloober 7 # no comment [[pattern]]", # the usual form',
        '    "gloober 1234 # no comment [[pattern]]",',
        "]",
        'must_not_match = ["Gloober", "gloober x"]',
        "# The end.",
    ]


def test_phrases_have_a_line_each() -> None:
    """A list of phrases has one on a line, in the plainest quotes; long lists of examples too, short ones stay."""
    text = TAGS.replace("  # seen in 2019", "").replace('"gloobers"]', f'"gloobers", "Gloobers {"x" * 100}"]')
    lines = _converted(tags=text)["xx/related.toml"].splitlines()
    at = lines.index("phrases = [")
    assert lines[at : at + 5] == [
        "phrases = [",
        '    "Gloobers",',
        "    'Gloober \"tags\"',",
        '    "Gloober\'s tags",',
        "]",
    ]
    assert lines[lines.index("must_match = [") + 1] == '    "Gloobers: a, b",'
    assert 'must_not_match = ["No gloobers here", "Gloo"]' in lines


def test_only_line_ends_of_toml_part_lines() -> None:
    """A file with CRLF converts like one with LF, and a separator inside an example stays in it."""
    assert _converted(tags=TAGS.replace("\n", "\r\n")) == _converted(tags=TAGS)
    text = _converted(tags=TAGS.replace("gloober x", "gloober\x85x\u2028y"))["xx/related.toml"]
    assert 'must_not_match = ["Gloober", "gloober\x85x\u2028y"]' in text


def test_weak_twin_is_joined() -> None:
    """A pattern and the one below it with -weak that differ in strength and phrases alone become one entry."""
    text = _converted(share=TWINS)["xx/sharing.toml"]
    assert text.count("[[pattern]]") == 1
    assert 'weak_phrases = [\n    "Gloob",\n    "Gloobing",\n    "Gloobed",\n]\n' in text
    assert 'weak_must_match = ["Gloob", "Gloobed"]' in text
    assert 'must_not_match = ["Gloobers", "They gloob this", "A gloob"]' in text


@pytest.mark.parametrize(
    ("old", "new"),
    [
        ('max_length = 30\nmust_match = ["Gloob"', 'max_length = 20\nmust_match = ["Gloob"'),
        ("button-weak", "button-sure"),
        ('strength = "weak"\n', ""),
        ('["Gloobers", "They', '["Gloobing", "They'),
        ('\n[[pattern]]\nid = "xx.share-bar.button-weak"', '\n# Words.\n[[pattern]]\nid = "xx.share-bar.button-weak"'),
        (
            'must_not_match = ["Gloobers", "A gloob"]',
            'must_not_match = ["Gloobers", "A gloob"]\nknown_false = ["Gloob"]',
        ),
    ],
)
def test_other_pairs_stay_two(old: str, new: str) -> None:
    """What differs in more than strength, is named otherwise, has a comment or near misses of its own stays a pattern."""
    assert old in TWINS
    text = _converted(share=TWINS.replace(old, new))["xx/sharing.toml"]
    assert (text.count("[[pattern]]"), "weak_phrases" in text) == (2, False)


@pytest.mark.parametrize(
    ("old", "new", "fix"),
    [
        ("format = 1", "format = 2", "format: is not format 1; convert only files of that format"),
        ('kind = "tags"', 'kind = "labels"', "kind: 'labels' is not a kind of noise; correct it, then convert"),
        ('lang = "xx"', 'lang = "../x"', 'lang: write a language code such as "fr", then convert'),
        ('lang = "xx"', "lang = xx", "is not valid TOML"),
        (TAGS, 'format = 1\nkind = "tags"\nlang = "xx"\n', "pattern: has no [[pattern]] table"),
        ("[[pattern]]\nid", "[[ pattern ]]\nid", "keep to `name = value`"),
        ('about = "Tags', 'kind = "tags"\nabout = "Tags', "kind: stands in a pattern; in format 1 a file has one kind"),
    ],
)
def test_file_that_cannot_be_converted_is_told_why(old: str, new: str, fix: str, tmp_path: Path) -> None:
    """A file of another format, or one that cannot be read, is refused by name, and nothing is written."""
    assert old in TAGS
    folder = _folder(tmp_path, good=TWINS, tags=TAGS.replace(old, new, 1))
    with pytest.raises(PatternError) as raised:
        convert_patterns(folder, tmp_path / "new")
    assert str(raised.value).startswith(f"{folder}/tags.toml: ")
    assert fix in str(raised.value)
    assert not (tmp_path / "new").exists()


def test_folder_with_files_is_not_written_to(tmp_path: Path) -> None:
    """A new folder that is not empty, is a file, or lies in the old one is refused and stays as it is; an empty one is taken."""
    old = _folder(tmp_path, tags=TAGS)
    new = tmp_path / "new"
    new.mkdir()
    (new / "mine.txt").write_text("kept")
    for target, fix in (
        (new, "not empty"),
        (new / "mine.txt", "not empty"),
        (old / "new", "outside"),
        (old, "not empty"),
    ):
        with pytest.raises(OutputError, match=fix):
            convert_patterns(old, target)
    assert [path.name for path in new.iterdir()] == ["mine.txt"]
    assert [path.name for path in old.iterdir()] == ["tags.toml"]
    (new / "mine.txt").unlink()
    assert len(convert_patterns(old, new)) == 1
