"""Articles in other forms, and pages with another article in place of their own."""

from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from cleaner.text.arrays import BoolArray
from cleaner.training.composing import _FORMS, Form, compose, in_other_form

HEADLINE = "Ferry stays in port"
GOLD = f"""{HEADLINE}
The ferry was taken out of service on Monday, because of a crack in its hull. Nobody was hurt.

“We found it in time,” said the engineer. The ship will not sail again before the end of the month!
The baker of the island, who has no flour left, asked the fishermen for help: they agreed.
A second ferry is to come in March; it was built for a lake."""
ARTICLE_WORDS = {word.strip(".,;:!?“”") for word in GOLD.split()}
NOISE = [f"Menu entry {number}" for number in range(12)]
LINES = st.text(st.sampled_from("ab .,!?;:新。\t"), max_size=30)


def _random(seed: int) -> np.random.Generator:
    return np.random.default_rng(seed)


def _composed(lines: list[str], labels: list[bool], article: list[str], seed: int = 0) -> tuple[list[str], BoolArray]:
    return compose(lines, np.array(labels, dtype=bool), article, _random(seed))


# --- other forms -----------------------------------------------------------------------------------------


@pytest.mark.parametrize("seed", range(30))
def test_headline_stays_first(seed: int) -> None:
    """Whatever the form, the first line of the article is its first line as it was, and no line is blank."""
    lines = in_other_form(GOLD, _random(seed))
    assert lines[0] == HEADLINE
    assert len(lines) > 1
    assert all(line.strip() for line in lines)


@pytest.mark.parametrize("seed", range(30))
def test_form_is_made_of_the_article(seed: int) -> None:
    """A form adds signs and numbers to the article's words, but no words of its own."""
    words = {word.strip(".,;:!?“”-–•*—| ") for line in in_other_form(GOLD, _random(seed)) for word in line.split()}
    own = {word for word in words if any(character.isalpha() for character in word)}
    # Times are written with a letter between their numbers.
    assert {word for word in own if not word[0].isdigit()} <= ARTICLE_WORDS


def test_same_numbers_give_the_same_form() -> None:
    """The form depends only on the random numbers, and they give many forms."""
    told = [in_other_form(GOLD, _random(seed)) for seed in range(40)]
    assert told == [in_other_form(GOLD, _random(seed)) for seed in range(40)]
    assert len({"\n".join(lines) for lines in told}) > 20


@pytest.mark.parametrize("gold", ["", "\n \n"])
def test_nothing_has_no_form(gold: str) -> None:
    """An article without lines stays without lines."""
    assert in_other_form(gold, _random(1)) == []


@pytest.mark.parametrize("form", _FORMS)
@pytest.mark.parametrize("paragraphs", [[], ["Word"], ["桥在河上。市长说，桥是新的。"], GOLD.splitlines()[1:]])
def test_every_form_takes_any_paragraphs(form: Form, paragraphs: list[str]) -> None:
    """No form fails on no paragraphs, on one word, or on a script without spaces."""
    found = form(paragraphs, _random(2))
    assert all(isinstance(line, str) and "\n" not in line for line in found)
    assert bool(found) == bool(paragraphs)


@settings(deadline=None)
@given(st.lists(LINES, max_size=6).map("\n".join), st.integers(0, 10_000))
def test_any_article_has_a_form(gold: str, seed: int) -> None:
    """For any text the form is a list of single lines, with the first filled line of the text first."""
    lines = in_other_form(gold, _random(seed))
    filled = [line.strip() for line in gold.splitlines() if line.strip()]
    assert lines[:1] == filled[:1]
    assert all(line.strip() and len(line.splitlines()) == 1 for line in lines)


# --- other articles on a page ----------------------------------------------------------------------------


def test_article_takes_the_place_of_the_old_one() -> None:
    """The new lines stand where the old article stood, those of noise around them stay."""
    lines, labels = _composed(["menu", "old one", "old two", "below"], [False, True, True, False], ["a", "b", "c", "d"])
    assert lines == ["menu", "a", "b", "c", "d", "below"]
    assert labels.tolist() == [False, True, True, True, True, False]


def test_noise_inside_stays_inside() -> None:
    """The new article is divided among the stretches of the old one by their length."""
    lines, labels = _composed(
        ["x" * 29, "advertisement", "x" * 29, "x" * 29, "below"], [True, False, True, True, False], list("abcdef")
    )
    assert lines == ["a", "b", "advertisement", "c", "d", "e", "f", "below"]
    assert labels.tolist() == [True, True, False, True, True, True, True, False]


def test_short_article_on_a_long_place() -> None:
    """An article with fewer lines than the old one leaves no line of the old one."""
    lines, labels = _composed(["a", "menu", "b", "c"], [True, False, True, True], ["new"])
    assert sorted(lines) == ["menu", "new"]
    assert labels[lines.index("new")]
    assert not labels[lines.index("menu")]


def test_page_without_article_stays() -> None:
    """If no line is article, or no article is given, the page stays as it was."""
    assert _composed(NOISE, [False] * len(NOISE), ["new"])[0] == NOISE
    lines, labels = _composed(["a", "b"], [True, False], [])
    assert (lines, labels.tolist()) == (["a", "b"], [True, False])


def test_noise_is_put_between() -> None:
    """If a page has enough noise, pieces of it often interrupt the article, which continues after them."""
    interrupted = 0
    for seed in range(40):
        lines, labels = _composed([*NOISE, "old"], [False] * len(NOISE) + [True], list("abcdef"), seed)
        article = np.flatnonzero(labels)
        interrupted += bool(np.diff(article).max() > 1)
        assert lines[article[0]] == "a"
        assert lines[-1] == "f"
    assert 15 < interrupted < 40


@settings(deadline=None)
@given(
    st.lists(st.tuples(st.integers(0, 99).map("noise {}".format), st.booleans()), max_size=40),
    st.lists(st.integers(0, 99).map("article {}".format), max_size=20),
    st.integers(0, 10_000),
)
def test_labels_say_what_is_article(page: list[tuple[str, bool]], article: list[str], seed: int) -> None:
    """The lines labelled as article are the article in its order, all others are lines of the page's noise."""
    labels = [is_article for _, is_article in page]
    old = [line for line, _ in page]
    lines, found = _composed(old, labels, article, seed)
    assert len(lines) == found.size
    if not any(labels) or not article:
        assert (lines, found.tolist()) == (old, labels)
        return
    assert [line for line, is_article in zip(lines, found, strict=True) if is_article] == article
    noise = {line for line, is_article in page if not is_article}
    assert {line for line, is_article in zip(lines, found, strict=True) if not is_article} == noise
    again, labels_again = _composed(old, labels, article, seed)
    assert (lines, found.tolist()) == (again, labels_again.tolist())
