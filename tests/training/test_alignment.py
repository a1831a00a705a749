"""Which lines of a scraped text are main content, according to the text of its article."""

from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from cleaner.training.alignment import align_lines
from cleaner.training.measures import tokenize

TITLE = "Ferry leaves for the north again"
ARTICLE = (
    "The ferry to the northern island leaves again from Monday, the harbour office said.",
    "Its hull had been mended over the winter by a crew from the mainland who lived on board.",
    "Tickets cost as much as they did in the year before.",
)
GOLD = "\n".join(ARTICLE)
WORDS = st.lists(st.sampled_from(["ferry", "north", "mast", "rope", "—", "3"]), max_size=8).map(" ".join)


def _shares(*lines: str, gold: str = GOLD, lang: str | None = "en", title: str | None = None) -> list[float]:
    return [float(share) for share in align_lines(lines, gold, lang, title).shares]


def test_lines_of_the_article_are_told_from_others() -> None:
    """Lines that the gold has too are shared completely, and lines of other words not at all."""
    assert _shares("Menu", ARTICLE[0], "Advertisement", *ARTICLE[1:], "Archive") == [0.0, 1.0, 0.0, 1.0, 1.0, 0.0]


def test_sizes_are_tokens() -> None:
    """The size of a line is its number of tokens, characters in Chinese; lines of marks have none, and no share."""
    found = align_lines([ARTICLE[0], "", "— …"], GOLD, "en")
    assert found.sizes.tolist() == [len(tokenize(ARTICLE[0], "en")), 0, 0]
    assert found.shares.tolist() == [1.0, 0.0, 0.0]
    assert align_lines(["渡轮周一恢复。", "分享"], "渡轮周一恢复。", "zh").sizes.tolist() == [6, 2]


def test_part_of_a_line_is_shared_in_part() -> None:
    """A line with an interface word fused to it is shared except for that word."""
    (share,) = _shares(f"{ARTICLE[2]} Reply Delete", gold=ARTICLE[2])
    assert share == pytest.approx(11 / 13)


def test_article_broken_otherwise_is_shared() -> None:
    """How scraper and gold break the article into lines makes no difference."""
    words = GOLD.split()
    lines = [" ".join(words[at : at + 4]) for at in range(0, len(words), 4)]
    assert set(_shares(*lines)) == {1.0}
    assert _shares(" ".join(words)) == [1.0]


def test_case_and_marks_make_no_difference() -> None:
    """Case and punctuation do not keep words from being shared."""
    assert _shares(ARTICLE[2].upper().replace(".", " !"), gold=ARTICLE[2]) == [1.0]


def test_teaser_behind_the_article_is_noise() -> None:
    """A sentence of the article that is repeated below it is not taken for the article."""
    assert _shares(*ARTICLE, "Read also", ARTICLE[0], "Archive")[3:] == [0.0, 0.0, 0.0]


def test_last_copy_above_the_article_is_its_headline() -> None:
    """Of two copies of a headline, in a menu and at the article, the one at the article is main content."""
    lines = ("Home", TITLE, "Sport", "Weather", TITLE, *ARTICLE)
    for gold, title in ((f"{TITLE}\n{GOLD}", None), (GOLD, TITLE)):
        assert _shares(*lines, gold=gold, title=title) == [0.0, 0.0, 0.0, 0.0, 1.0, 1.0, 1.0, 1.0]


def test_title_is_main_content() -> None:
    """A title that the gold leaves out is main content above the article, and without a title it is noise."""
    assert _shares("Home", TITLE, *ARTICLE, title=TITLE) == [0.0, 1.0, 1.0, 1.0, 1.0]
    assert _shares("Home", TITLE, *ARTICLE)[1] < 0.5


def test_title_that_the_gold_has_is_not_wanted_twice() -> None:
    """A gold that begins with its title, or nearly so, has it once; the copy below the headline is noise."""
    for gold in (f"{TITLE}\n{GOLD}", f"{TITLE.replace('again', 'once more')}\n{GOLD}"):
        shares = _shares(TITLE, "Bulletin", *ARTICLE, TITLE, gold=gold, title=TITLE)
        assert shares[0] > 0.5
        assert shares[-1] == 0.0


@pytest.mark.parametrize(("lines", "gold"), [((), GOLD), (("Menu", ""), ""), (("…",), "…"), ((), "")])
def test_nothing_is_shared_with_nothing(lines: tuple[str, ...], gold: str) -> None:
    """Without lines, without gold or without tokens nothing is shared, and that is not an error."""
    found = align_lines(lines, gold, None, None)
    assert found.sizes.shape == found.shares.shape == (len(lines),)
    assert not found.shares.any()


@pytest.mark.parametrize(
    ("lang", "article", "noise"),
    [
        ("fr", "Le bac de l'île reprend la mer lundi, après un hiver en cale sèche.", "Laisser un commentaire"),
        ("ru", "Паром на северный остров снова ходит с понедельника.", "Оставить комментарий"),
        ("ar", "تعود العبارة إلى الجزيرة الشمالية يوم الاثنين بعد إصلاحها.", "اترك تعليقا"),
        ("ja", "北の島への渡し船は月曜日から再び運航する。", "共有"),
        ("ko", "북쪽 섬으로 가는 배가 월요일부터 다시 다닌다.", "댓글 쓰기"),
    ],
)
def test_other_languages_are_aligned(lang: str, article: str, noise: str) -> None:
    """Lines are aligned in any script."""
    shares = _shares(noise, article, gold=article, lang=lang)
    assert shares[1] == 1.0
    assert shares[0] < 0.5


@settings(deadline=None)
@given(st.lists(WORDS, max_size=10), WORDS, WORDS)
def test_shares_are_shares(lines: list[str], gold: str, title: str) -> None:
    """For any lines and gold there is a size and a share of 0 to 1 for each line, the same each time."""
    first, second = (align_lines(lines, gold, None, title) for _ in range(2))
    assert first.sizes.tolist() == [len(tokenize(line, None)) for line in lines]
    assert ((first.shares >= 0.0) & (first.shares <= 1.0)).all()
    assert np.array_equal(first.shares, second.shares)


@settings(deadline=None)
@given(st.lists(WORDS, min_size=1, max_size=10))
def test_text_is_shared_with_itself(lines: list[str]) -> None:
    """A text that is its own gold is shared, every line of it that has tokens."""
    found = align_lines(lines, "\n".join(lines))
    assert np.array_equal(found.shares, (found.sizes > 0).astype(np.float64))
