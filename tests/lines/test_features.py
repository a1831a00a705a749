"""The numbers measured on each line, in several languages and scripts."""

from __future__ import annotations

import dataclasses
from collections.abc import Iterator
from typing import Any

import numpy as np
import numpy.typing as npt
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from cleaner.lines.features import Features, compute_features
from cleaner.lines.measures import LineFeatures, carry_lines, measure_lines
from cleaner.text.document import Document
from cleaner.text.words import LineWords, WordLists, word_lists

ANY_TEXT = st.text(st.characters(exclude_categories=()))
LISTS = WordLists(
    {
        "de": ["der", "die", "und", "zu"],
        "en": ["the", "of", "and", "to"],
        "fr": ["le", "la", "de", "et", "qui"],
        "zh": ["的", "在", "了"],
    },
    {"bg": ["аз"], "de": ["ich", "mir"], "en": ["i", "me"], "fr": ["me", "moi", "je"], "zh": ["我", "你"]},
    {"de": ["teilen", "drucken"], "en": ["share", "login"], "fr": ["partager"]},
)
# Long lines with distinct words, so that topics can be compared.
FERRY = (
    "The harbour authority wants the ferry to leave the island earlier, and the fishermen of the village agree, "
    "although the timetable of the railway has to change accordingly."
)
ORCHARD = (
    "The orchard behind the vicarage lost a third of its cherries to the storm, and the gardeners of the parish "
    "intend to replace the oldest trees in autumn."
)


def _features(*lines: str, lang: str | None = None, lists: WordLists = LISTS) -> Features:
    return compute_features(Document("\n".join(lines)), lists, lang)


def _arrays(features: LineFeatures) -> Iterator[tuple[str, npt.NDArray[Any]]]:
    """All feature arrays by name."""
    for field in dataclasses.fields(features):
        values = getattr(features, field.name)
        if isinstance(values, LineWords):
            yield f"{field.name}.lines", values.lines
            yield f"{field.name}.values", values.values
        else:
            yield field.name, values


# --- where a line begins and ends ------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("line", "joined"),
    [
        ("and the bridge stays open", True),
        ("  et le pont reste ouvert", True),
        ("élargi en mai", True),
        ("и мост открыт", True),
        ("και η γέφυρα", True),
        (", who is ninety", True),
        (") said the miller", True),
        ("。", True),
        ("、", True),
        ("And the bridge stays open", False),
        ("Élargi en mai", False),
        ("И мост открыт", False),
        ("12 people came", False),
        ("« Dit-elle »", False),
        ("(the miller)", False),
        ("- the miller", False),
        ("桥在河上", False),
        *(
            pytest.param(
                line,
                False,
            )
            for line in ("الجسر مفتوح", "הגשר פתוח", "다리는 열려 있다", "पुल खुला है")
        ),
        ("橋は川に", False),
        ("", False),
        (" ", False),
    ],
)
def test_line_that_goes_on_is_told(line: str, joined: bool) -> None:
    """A line that begins with a small letter, or with a mark that closes or separates, continues the line above."""
    assert _features("Above", line, "Below").starts_joined.tolist()[1] is joined


@pytest.mark.parametrize(
    ("line", "lang", "is_open"),
    [
        ("Nobody knows the name of the", "en", True),
        ("The bells, the doors,", "en", True),
        ("the doors, »", "fr", True),
        ("Le toit de la", "fr", True),
        ("门，", "zh", True),
        ("门、", "zh", True),
        ("北岸的", "zh", True),
        ("الباب،", "ar", True),
        ("Nobody knows the name", "en", False),
        ("Nobody knows what that is the.", "en", False),
        ("What are they up to?", "en", False),
        ("of 3", "en", False),
        ("北岸", "zh", False),
        ("", "en", False),
    ],
)
def test_line_that_must_go_on_is_told(line: str, lang: str, is_open: bool) -> None:
    """A line that ends in a comma or a function word, with only quotes after it, must continue."""
    assert _features("Above", line, "Below", lang=lang).ends_open.tolist()[1] is is_open


def test_function_word_at_the_end_is_of_the_main_language() -> None:
    """Only function words of the document's own language, detected or given, leave a line open."""
    lines = ("The bridge of the", "Wo ist die")
    assert _features(*lines).ends_open.tolist() == [True, False]
    assert _features(*lines, lang="en").ends_open.tolist() == [True, False]
    assert _features(*lines, lang="de").ends_open.tolist() == [False, True]


@pytest.mark.parametrize(
    ("line", "ends"),
    [
        ("It is over.", True),
        ("« C'est fini ! »", True),
        ("(It is over.)", True),
        ("结束了。", True),
        ("終わった。」", True),
        ("انتهى؟", True),
        ("समाप्त।", True),
        ("Il continue…", True),
        ("It goes on", False),
        ("It goes on:", False),
        ("", False),
    ],
)
def test_sentence_end_is_told(line: str, ends: bool) -> None:
    """A sentence ends in a mark of its script; closing quotes and brackets after it are ignored."""
    assert bool(_features(line, "x").ends_sentence[0]) is ends


def test_edges_do_not_come_from_other_lines() -> None:
    """A line without any characters has no edges, whatever its neighbours have."""
    features = _features("Up.", "", " \t", "»", "down,")
    assert features.ends_sentence.tolist() == [True, False, False, False, False]
    assert features.is_blank.tolist() == [False, True, True, False, False]
    assert features.starts_lower.tolist() == [False, False, False, False, True]


# --- repetition ------------------------------------------------------------------------------------------


def test_copies_have_the_same_letters_and_digits() -> None:
    """A copy has the same letters and digits, whatever the case, accents and punctuation; blank lines are none."""
    lines = ("Réservé aux abonnés", "RESERVE AUX ABONNES !", "« Réservé » aux abonnés", "Réservé", "", "", "***", "***")
    assert _features(*lines).copies.tolist() == [2, 2, 2, 0, 0, 0, 0, 0]


def test_alike_lines_differ_in_digits() -> None:
    """Lines are alike when they have the same letters; only copies have the same digits too."""
    features = _features("12 Kommentare", "7 Kommentare", "Kommentar 7", "12 kommentare:", "2024", "2025")
    assert features.alike.tolist() == [2, 2, 0, 2, 0, 0]
    assert features.copies.tolist() == [1, 0, 0, 1, 0, 0]


def test_copies_are_found_in_any_script() -> None:
    """Lines are compared in scripts without case and without spaces too."""
    features = _features("分享到微信 3", "ответить 5", "分享到微信 4", "ОТВЕТИТЬ 5", "שתף", "שתף", "分享")
    assert features.alike.tolist() == [1, 1, 1, 1, 1, 1, 0]
    assert features.copies.tolist() == [0, 1, 0, 1, 1, 1, 0]


def test_same_opening_is_the_same_first_word() -> None:
    """Lines open alike when their first words are the same; in unspaced scripts that is the first character."""
    features = _features("Read: the mill", "READ the rest", "Reader letters", "« Read »", "阅读全文", "阅兵", "2", "2")
    assert features.same_opening.tolist() == [2, 2, 0, 2, 1, 1, 0, 0]


def test_lines_are_told_apart_in_long_documents() -> None:
    """Many different lines have different hashes, and the same line always has the same."""
    lines = [f"Gate {number} of the fair" for number in range(2000)]
    features = _features(*lines, *lines)
    assert np.unique(features.hashes[0]).size == 2000
    assert set(features.copies.tolist()) == {1}
    assert set(features.alike.tolist()) == {3999}


# --- words -----------------------------------------------------------------------------------------------


def test_topic_is_shared_with_long_lines() -> None:
    """The topic words of a line are those of other long lines; its own do not count."""
    teaser, stranger, half = "Timetable of the ferry railway", "Lottery numbers tonight", "Railway lottery"
    shares = _features(FERRY, teaser, stranger, half, ORCHARD).topic_share.tolist()
    assert shares[1] == 1.0
    assert shares[2] == 0.0
    assert 0.0 < shares[3] < 1.0
    assert shares[0] == shares[4] == 0.0


def test_long_line_shares_its_topic_with_another() -> None:
    """Long lines that repeat each other's words share a topic, and repeating a word within a line is not sharing."""
    assert _features(FERRY, FERRY).topic_share.tolist() == [1.0, 1.0]
    assert _features(f"{FERRY} {FERRY}", ORCHARD).topic_share.tolist() == [0.0, 0.0]


def test_topic_does_not_depend_on_what_is_behind_a_word() -> None:
    """Whether a word is long enough for a topic depends on its letters, not on marks, spaces and line ends."""
    plain, marked, ended = (_features(ORCHARD, f"Storm{end}", FERRY).topic_share[1] for end in ("", " — …", "\r"))
    assert plain == marked == ended


def test_short_lines_have_no_topic_to_share() -> None:
    """Words that only short lines repeat are not a topic."""
    assert _features("Lottery numbers", "Lottery numbers", FERRY).topic_share.tolist() == [0.0, 0.0, 0.0]


def test_topic_is_shared_in_unspaced_scripts() -> None:
    """Without spaces the topic is shared by character."""
    long_line = "市议会昨晚讨论了三个小时，最后决定把河北岸的老图书馆改建成剧院，工程将在春天开始。"
    shares = _features(long_line, "图书馆改建", "彩票号码", "天气").topic_share.tolist()
    assert (shares[1], shares[2]) == (1.0, 0.0)


def test_person_words_are_of_the_main_language() -> None:
    """Person words count in the language of most function words: French me, not English me."""
    french = _features("Le chat de la voisine et le chien", "Tu me connais, moi je dors", "ich und mir")
    assert french.person_word_share.tolist()[0] == 0.0
    assert french.person_word_share.tolist()[1] == pytest.approx(3 / 6)
    assert french.person_word_share.tolist()[2] == 0.0


def test_given_language_says_whose_person_words_count() -> None:
    """A given language is taken whatever the function words are; an unknown one is found by them."""
    lines = ("The cat and the dog of the house", "ich mir i me")
    for lang, share in (("de", 0.5), ("en", 0.5), ("fr", 0.25), ("zh", 0.0), (None, 0.5), ("xx", 0.5)):
        assert _features(*lines, lang=lang).person_word_share.tolist() == [0.0, share], lang


def test_interface_words_are_of_the_main_language_or_english() -> None:
    """Words of interfaces count in the language of the document and in English, which pages of every language use."""
    lines = ("Der Hund und die Katze", "Teilen und drucken", "Share, Login", "partager")
    assert _features(*lines).interface_word_share.tolist() == pytest.approx([0.0, 2 / 3, 1.0, 0.0])
    assert _features(*lines, lang="fr").interface_word_share.tolist() == pytest.approx([0.0, 0.0, 1.0, 1.0])
    assert _features("12 …", "").interface_word_share.tolist() == [0.0]


def test_language_without_function_words_is_taken_when_given() -> None:
    """A language that its function words do not show counts if it is given."""
    assert _features("Аз съм тук", lang="bg").person_word_share.tolist() == [pytest.approx(1 / 3)]
    assert _features("Аз съм тук").person_word_share.tolist() == [0.0]


@pytest.mark.parametrize(
    ("comment", "report"),
    [
        ("I think you should ask my brother about it.", "The brother of the mayor thinks it should be asked."),
        (
            "Je pense que vous avez tort, moi je suis pour.",
            "Le maire estime que le conseil se trompe et ne changera pas.",
        ),
        ("Ich denke, du hast mich nicht verstanden.", "Die Stadt hat den Verein nach dem Urteil nicht verstanden."),
        ("А я с вами согласен, у меня так же.", "Мэр не согласен с тем, что мост был закрыт для машин."),
        ("我也这样想，你说得对。", "市长对这个决定表示了欢迎。"),
        pytest.param(
            "私もそう思う。君は正しい。",
            "市長はこの決定を歓迎した。",
        ),
    ],
)
def test_comments_have_person_words(comment: str, report: str) -> None:
    """In several languages a comment has words of the first and second person, and a report has none."""
    shares = _features(comment, report, lists=word_lists()).person_word_share
    assert shares[0] > 0.1 > shares[1] == 0.0


def test_function_words_of_all_languages_count() -> None:
    """The share of function words is over all languages together, since a page may mix them."""
    shares = _features("the cat", "der Hund", "chat", "桥在河").stop_word_share
    assert shares.tolist()[:3] == [0.5, 0.5, 0.0]
    assert shares[3] > 0.0


def test_unspaced_words_are_converted() -> None:
    """A line without spaces has fewer words than characters, and more than one."""
    words = _features("市议会讨论图书馆", "The council discussed 3 libraries", "…").words
    assert 2.0 < words[0] < 8.0
    assert words.tolist()[1:] == [5.0, 0.0]


# --- marks -----------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("line", "count"),
    [
        ("ReplyDelete", 1),
        ("RépondreSupprimer", 1),
        ("ОтветитьУдалить", 1),
        ("HomeNewsSport", 2),
        ("Reply Delete", 0),
        ("REPLY", 0),
        ("Reply-Delete", 0),
        ("回复删除", 0),
        ("", 0),
    ],
)
def test_glued_words_are_counted(line: str, count: int) -> None:
    """A capital inside a word is counted; words apart, words in capitals and unspaced scripts have none."""
    assert _features("so", line, "So").glued.tolist() == [0, count, 0]


@pytest.mark.parametrize(
    ("line", "count"),
    [
        ("首頁 新聞 體育 天氣", 3),
        ("市議會昨晚通過了新的預算，學校照常上課。", 0),
        ("Home News Sport", 0),
        ("首頁", 0),
        ("另 外 ， 機 場 快 綫 由 星 期 日 起 加 密", 0),
    ],
)
def test_gaps_between_items_of_unspaced_scripts_are_counted(line: str, count: int) -> None:
    """Where words are not separated by spaces, a space separates items, as in a menu."""
    assert _features("第一行。", line, "最後一行").gaps.tolist() == [0, count, 0]


def test_lines_with_the_same_marks_are_counted() -> None:
    """Names with a time, or teasers with a date, have the same marks and digits whatever their letters and digits are."""
    features = _features(
        "Anna Berg (12:30)", "Prose, of course.", "Carl (09:05)", "Dora 12:30", "More prose, of course."
    )
    assert features.same_marks.tolist() == [1, 0, 1, 0, 0]


def test_lines_that_begin_with_a_digit_are_marked() -> None:
    """A leading time or number is recognised, also after a space, and in any digits."""
    assert _features("12:30 Now", "Now 12:30", " 3 hens", "٣ دجاجات").starts_digit.tolist() == [True, False, True, True]


@pytest.mark.parametrize(
    ("line", "count"),
    [
        ("And then…", 1),
        ("And then...", 1),
        ("And then..", 1),
        ("And then......", 1),
        ("The mill… the bridge... the fair", 2),
        ("等等……", 2),
        ("And then.", 0),
        ("1. 2. 3.", 0),
        ("", 0),
    ],
)
def test_ellipses_are_counted(line: str, count: int) -> None:
    """The character, and two dots or more in a row, are ellipses; single dots are none."""
    assert _features("So.", line, ".").ellipses.tolist() == [0, count, 0]


def test_marks_of_each_line_are_counted() -> None:
    """Commas, exclamations, hashtags, emoji and addresses are counted on their own line, in any script."""
    features = _features(
        "Ja, ja, ja!", "是，是、是！？", "#fair ＃祭", "📌 Now 🔴", "See https://mill.example", "نعم، لا؟"
    )
    assert features.commas.tolist() == [2, 2, 0, 0, 0, 1]
    assert features.exclamations.tolist() == [1, 2, 0, 0, 0, 1]
    assert features.hashtags.tolist() == [0, 0, 2, 0, 0, 0]
    assert features.emoji.tolist() == [0, 0, 0, 2, 0, 0]
    assert (features.links > 0).tolist() == [False, False, False, False, True, False]


def test_shares_of_characters() -> None:
    """Capitals, digits and unspaced characters are shares of a line's own characters."""
    features = _features("ABcd", "12ab", "桥ab桥", "One two Three four", "-")
    assert features.upper_share.tolist() == [0.5, 0.0, 0.0, pytest.approx(2 / 15), 0.0]
    assert features.digit_share.tolist() == [0.0, 0.5, 0.0, 0.0, 0.0]
    assert features.cjk_share.tolist() == [0.0, 0.0, 0.5, 0.0, 0.0]
    assert features.capitalised_share.tolist()[3] == 0.5


# --- any text --------------------------------------------------------------------------------------------


@settings(deadline=None)
@given(ANY_TEXT)
def test_every_line_has_every_number(text: str) -> None:
    """Whatever a text is made of, each feature has one finite number for each line, and shares lie in 0 to 1."""
    document = Document(text)
    features = compute_features(document, LISTS)
    for name, values in _arrays(features):
        if "." not in name:
            assert values.shape[-1] == len(document), name
        assert np.isfinite(values.astype(np.float64)).all(), name
        if name.endswith("_share") and "word" not in name:
            assert ((values >= 0.0) & (values <= 1.0)).all(), name


@settings(deadline=None)
@given(
    st.lists(st.text(st.sampled_from("aB é,.…新\u0301\t12#")), min_size=1), st.sampled_from(["\r\n", "\x85", "\u2028"])
)
def test_line_ends_make_no_difference(lines: list[str], end: str) -> None:
    """The features are the same whatever ends the lines."""
    first = compute_features(Document("".join(f"{line}\n" for line in lines)), LISTS)
    second = compute_features(Document("".join(f"{line}{end}" for line in lines)), LISTS)
    for (name, values), (_, others) in zip(_arrays(first), _arrays(second), strict=True):
        assert np.array_equal(values, others), name


@settings(deadline=None)
@given(st.lists(st.tuples(st.text(st.sampled_from("aBfür é,.:…新\u0301\t12#/w")), st.booleans()), min_size=1))
def test_lines_keep_what_they_are_like_when_others_go(lines: list[tuple[str, bool]]) -> None:
    """A line's own features do not change when other lines are removed, and need not be measured again."""
    before = Document("\n".join(line for line, _ in lines))
    after = Document("\n".join(line for line, stays in lines if stays))
    stays = [stays and bool(line.strip()) for line, stays in lines]
    filled = [bool(line.strip()) for line, stays in lines if stays]
    carried = carry_lines(measure_lines(before, LISTS), np.flatnonzero(stays), np.flatnonzero(filled), after)
    for (name, values), (_, others) in zip(_arrays(carried), _arrays(measure_lines(after, LISTS)), strict=True):
        assert np.array_equal(values, others), name
