"""The names of evidence in words: complete, short, the same as in the glossary, and added up where they are the same."""

from __future__ import annotations

import re
import tomllib
from importlib.resources import files
from typing import Any

import pytest

from cleaner import Kind
from cleaner.result import Evidence
from cleaner.result.reasons import kind_words, meaning_of, strongest_reasons, wordings
from tests.test_docs import CODE, read, section, sources_in_code, sources_of_signals

# Words that fit beside another reason, a score and a text.
LONGEST = 30
ROW = re.compile(r"^\| ((?:`[^`]+`(?:, )?)+) \| (.+) \|$", re.MULTILINE)


def reasons() -> dict[str, list[str]]:
    """The words and the sentence of each name in the file of reasons."""
    found: dict[str, list[str]] = data()["reason"]
    return found


def data() -> dict[str, dict[str, Any]]:
    """The file of reasons."""
    return tomllib.loads(files("cleaner.result").joinpath("reasons.toml").read_text("utf-8"))


def sentences() -> dict[str, str]:
    """The sentence of each name that the glossary explains."""
    rows = ROW.findall(read("docs/glossary.md"))
    return {name.removesuffix(":…"): sentence for names, sentence in rows for name in CODE.findall(names)}


def test_every_name_has_words_and_none_is_extra() -> None:
    """Each name that evidence can have has words and a sentence, but for patterns, which have those of their kind."""
    known = sources_in_code() | sources_of_signals() | {"context.box"}
    assert known - set(reasons()) == set(), "these names have no words"
    assert set(reasons()) - known == set(), "no evidence has these names"
    assert all(meaning_of(name) is not None for name in known - {"context.box"})


def test_every_kind_has_words() -> None:
    """Each kind of noise has words, in the order of `Kind`."""
    assert list(data()["kind"]) == [kind.value for kind in Kind]
    assert kind_words(Kind.READ_ALSO) == "read-also line"


def test_sentences_are_those_of_the_glossary() -> None:
    """What the command line says of a name is what the glossary says of it."""
    told = sentences()
    assert {name: sentence for name, (_, sentence) in reasons().items()} == {name: told.get(name) for name in reasons()}


def test_kinds_mean_what_the_page_of_kinds_says() -> None:
    """The sentence of a kind is the one of docs/kinds.md."""
    rows = re.findall(r"^\| `([a-z-]+)` \| (.+?) \| .+ \|$", read("docs/kinds.md"), re.MULTILINE)
    assert {kind: sentence for kind, (_, sentence) in data()["kind"].items()} == dict(rows)


def test_words_have_a_sentence() -> None:
    """Words have a sentence of their own, or that of their kinds; no other words have one."""
    of_kinds = {words for words, _ in data()["kind"].values()}
    assert set(data()["words"]) == {words for words, _ in reasons().values()} - of_kinds
    told = {one.words: one for one in wordings()}
    assert set(told) == {*data()["words"], *of_kinds}
    assert told["table row"].names == ("context.table", "context.sheet")
    assert (told["share links"].sentence, told["share links"].kinds) == (
        "Links that share the page.",
        (Kind.SHARE_BAR,),
    )


def test_words_are_those_of_the_glossary() -> None:
    """The glossary has all words, those of kinds with the kind, each with its sentence, in the order of the file."""
    rows = [row.strip("| ").split(" | ") for row in section("docs/glossary.md", "Reasons in words").splitlines()]
    kinds = [[words, f"`{kind}`", sentence] for kind, (words, sentence) in data()["kind"].items()]
    assert [row for row in rows if len(row) == 3 and row[0] != "words"] == kinds
    assert [row for row in rows if len(row) == 2 and row[0] != "words"] == [
        list(row) for row in data()["words"].items()
    ]


def test_sentences_say_more_than_the_words() -> None:
    """No sentence is made of the words that it explains, with nothing but small words beside them."""
    small = {"a", "an", "the", "it", "its", "is", "of", "on", "what", "that", "this", "line", "first", "pass", "found"}
    entries = [*reasons().values(), *data()["kind"].values(), *data()["words"].items()]
    told = {sentence: set(re.findall(r"[\w-]+", sentence.lower())) - small for _, sentence in entries}
    repeated = [sentence for words, sentence in entries if told[sentence] <= set(re.findall(r"[\w-]+", words.lower()))]
    assert repeated == []


def test_words_are_short() -> None:
    """All words fit beside a text, and begin like a word in the middle of a sentence."""
    words = [words for words, _ in (*data()["kind"].values(), *reasons().values())]
    assert [one for one in words if not one or len(one) > LONGEST or one != one.strip()] == []
    assert [one for one in words if one[0].isupper() and not one.startswith("HTML")] == []


@pytest.mark.parametrize(
    ("name", "words"),
    [
        ("fr.comment-controls.reply-delete", "reply link"),
        ("context.box:de.related-links.more", "in a box: related links"),
        ("context.after-article", "below the article"),
        ("near.related-all-behind", "what stands around it"),
        ("around.20-before", "what stands around it"),
        ("shape.digits", "digits"),
    ],
)
def test_words_of_names(name: str, words: str) -> None:
    """A name means its words; a pattern those of its kind, a box those of the kind that it is of."""
    meaning = meaning_of(name)
    assert meaning is not None
    assert meaning.words == words


@pytest.mark.parametrize(
    "name", ["", "context", "context.nothing", "context.box:", "context.box:de.x.y", "de.no-kind.x"]
)
def test_unknown_names_mean_nothing(name: str) -> None:
    """What is no name of evidence has no meaning."""
    assert meaning_of(name) is None


def test_reasons_with_the_same_words_add_up() -> None:
    """Names that say the same are one reason, which is as strong as all of them together."""
    evidence = [Evidence("near.smaller-terms", 1.0, 0, 1), Evidence("around.own", 1.5, 0, 1)]
    evidence += [Evidence("around.1-before", 0.75, 0, 1), Evidence("shape.digits", -3.0, 0, 1)]
    first, second = strongest_reasons(evidence, for_noise=True)
    assert (first.words, first.points) == ("what stands around it", 1.75)
    assert first.names == ("near.smaller-terms", "around.1-before")
    assert (second.words, second.points) == ("the line itself", 1.5)
    assert [one.words for one in strongest_reasons(evidence, for_noise=False)] == ["digits"]


def test_what_every_line_begins_with_is_the_last_reason() -> None:
    """The points of every line are given as a reason only where a line has too few of its own."""
    evidence = [
        Evidence("prior", -1.6, 0, 1),
        Evidence("shape.topic", -0.5, 0, 1),
        Evidence("context.list", -0.4, 0, 1),
    ]
    assert [one.words for one in strongest_reasons(evidence, for_noise=False)] == ["topic", "list item"]
    assert [one.words for one in strongest_reasons(evidence[:2], for_noise=False)] == ["topic", "starting points"]


def test_detail_stands_for_its_name() -> None:
    """Evidence that says in words what it is for is a reason in these words."""
    told = Evidence("context.site-repeats", 12.0, 0, 4, Kind.BOILERPLATE, "on 41 of 84 other pages of this site")
    (reason,) = strongest_reasons([told], for_noise=True)
    assert (reason.words, reason.names) == (told.detail, ("context.site-repeats",))
