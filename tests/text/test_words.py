"""Lists of frequent words, and how the words of a document are found in them."""

from __future__ import annotations

import unicodedata

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from cleaner.data import patterns_folder
from cleaner.text.arrays import HashArray, IntArray
from cleaner.text.characters import classify
from cleaner.text.folding import encode, fold
from cleaner.text.words import WordLists, find_words, word_lists

LISTS = WordLists(
    {"de": ["die", "für", "und"], "en": ["the", "of", "die"], "fr": ["les", "déjà", "c"], "zh": ["的", "在"]},
    {"de": ["ich", "euch"], "en": ["i", "me"], "fr": ["me", "c"], "xx": ["zu"]},
    {"en": ["share", "die"], "yy": ["the"]},
)
WORDS = st.text(st.sampled_from("abcdeéßλжשג"), min_size=1, max_size=8)


def _find(folded: str) -> tuple[IntArray, HashArray]:
    """Where the words of a folded text start, and their hashes."""
    codes = encode(folded)
    return find_words(codes, classify(codes))


def _words(text: str) -> list[str]:
    """The words of a text: the letters and marks from the start of each to that of the next."""
    folded = fold(text)
    begin = _find(folded)[0].tolist()
    ends = [*begin, len(folded)][1:]
    return [
        "".join(character for character in folded[start:end] if unicodedata.category(character)[0] in "LM")
        for start, end in zip(begin, ends, strict=True)
    ]


def _languages(lists: WordLists, word: str) -> tuple[set[str], set[str], set[str]]:
    """The languages that a single word is a function word, a person word and an interface word of."""
    function, person, interface = lists.look_up(_find(fold(word))[1])
    assert function.size == person.size == interface.size == 1
    return _named(lists, int(function[0])), _named(lists, int(person[0])), _named(lists, int(interface[0]))


def _named(lists: WordLists, bits: int) -> set[str]:
    return {language for number, language in enumerate(lists.languages) if bits >> number & 1}


def _main_language(lists: WordLists, text: str) -> str | None:
    number = lists.main_language(lists.look_up(_find(fold(text))[1])[0])
    return None if number is None else lists.languages[number]


def _rows(name: str) -> list[tuple[str, list[str]]]:
    """Language and words of each row of a file of words."""
    lines = (patterns_folder() / name).read_text("utf-8").splitlines()
    rows = [line.partition(":") for line in lines if line.strip() and not line.startswith("#")]
    return [(language.strip(), words.split()) for language, _, words in rows]


# --- words of a text -------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("text", "words"),
    [
        ("Une idée, d'accord ?", ["une", "idee", "d", "accord"]),
        ("well-known 3rd 2024", ["well", "known", "rd"]),
        ("Στην πόλη", ["στην", "πολη"]),
        ("ЗА ЁЛКОЙ", ["за", "елкои"]),
        ("שלום, עולם", ["שלום", "עולם"]),
        ("어제 시장은", ["어제", "시장은"]),
        ("新しい橋", ["新", "し", "い", "橋"]),
        ("橋。市長は、", ["橋", "市", "長", "は"]),
        ("end 橋", ["end", "橋"]),
        ("สวน", ["ส", "ว", "น"]),
        pytest.param(
            "在facebook上",
            ["在", "facebook", "上"],
        ),
        pytest.param(
            "किताब में",
            ["किताब", "में"],
        ),
        ("0 — 😀 …", []),
        ("", []),
    ],
)
def test_words_are_runs_of_letters(text: str, words: list[str]) -> None:
    """A word is a run of letters, or a single character in scripts without spaces."""
    assert _words(text) == words


@given(st.lists(WORDS, min_size=1))
def test_words_are_found_where_they_stand(words: list[str]) -> None:
    """Each word is found at its place, and has the hash that it has alone."""
    folded = [fold(word) for word in words]
    text = " ".join(folded)
    begin, hashes = _find(text)
    places = np.cumsum([0, *(len(word) + 1 for word in folded[:-1])])
    assert begin.tolist() == places.tolist()
    assert hashes.tolist() == [int(_find(word)[1][0]) for word in folded]


@given(st.sets(WORDS, min_size=2))
def test_different_words_have_different_hashes(words: set[str]) -> None:
    """Different short words do not share a hash, not even if one is the beginning of the other."""
    folded = {fold(word) for word in words}
    assert len(set(_find(" ".join(folded))[1].tolist())) == len(folded)


@given(st.text(st.characters(exclude_categories=())))
def test_any_text_has_words_in_order(text: str) -> None:
    """Whatever a text is made of, its words start in order on letters, one hash each."""
    folded = fold(text)
    begin, hashes = _find(folded)
    assert begin.size == hashes.size
    assert (np.diff(begin) > 0).all()
    assert all(unicodedata.category(folded[at])[0] in "LM" for at in begin.tolist())


# --- lists -----------------------------------------------------------------------------------------------


def test_languages_are_those_of_all_tables() -> None:
    """The languages of all tables are known, each once, in alphabetical order."""
    assert LISTS.languages == ("de", "en", "fr", "xx", "yy", "zh")


@pytest.mark.parametrize(
    ("word", "function", "person", "interface"),
    [
        ("the", {"en"}, set(), {"yy"}),
        ("die", {"de", "en"}, set(), {"en"}),
        ("c", {"fr"}, {"fr"}, set()),
        ("me", set(), {"en", "fr"}, set()),
        ("zu", set(), {"xx"}, set()),
        ("share", set(), set(), {"en"}),
        ("的", {"zh"}, set(), set()),
        ("th", set(), set(), set()),
        ("thethe", set(), set(), set()),
    ],
)
def test_word_is_known_by_its_languages(word: str, function: set[str], person: set[str], interface: set[str]) -> None:
    """A word has, for each list, the languages that list it there; a part of a word has none."""
    assert _languages(LISTS, word) == (function, person, interface)


@pytest.mark.parametrize(("language", "bit"), [("de", 1), ("zh", 32), ("it", 0)])
def test_bit_of_a_language(language: str, bit: int) -> None:
    """Each language has its own bit, by its place, and an unknown language has none."""
    assert LISTS.bit(language) == bit


@pytest.mark.parametrize("word", ["Für", "FÜR", "fur", "fu\u0308r", "FU\u0308R"])
def test_words_are_compared_folded(word: str) -> None:
    """Case, accents and decomposition make no difference, in the list or in the text."""
    assert _languages(LISTS, word) == ({"de"}, set(), set())
    assert _languages(WordLists({"de": [word]}, {}), "für") == ({"de"}, set(), set())
    assert _languages(WordLists({}, {}, {"de": [word]}), "für") == (set(), set(), {"de"})


def test_empty_lists_know_nothing() -> None:
    """Without words nothing is found, and there is no main language."""
    empty = WordLists({}, {})
    assert empty.languages == ()
    assert _languages(empty, "the") == (set(), set(), set())
    assert empty.bit("en") == 0
    assert _main_language(empty, "the cat") is None


def test_text_without_words_finds_nothing() -> None:
    """A text without words has no words to look up."""
    function, person, interface = LISTS.look_up(_find("… 12")[1])
    assert (function.size, person.size, interface.size) == (0, 0, 0)
    assert LISTS.main_language(function) is None


@pytest.mark.parametrize(
    ("text", "language"),
    [
        ("The mill of the parish stands und falls.", "en"),
        ("Die Mühle und die Brücke, für the club", "de"),
        ("Les ponts déjà bâtis", "fr"),
        ("桥在河的北岸", "zh"),
        ("ich euch", None),
        ("share", None),
        ("", None),
    ],
)
def test_main_language_is_that_of_most_function_words(text: str, language: str | None) -> None:
    """The language is that of most of the function words; words of the other lists do not count for it."""
    assert _main_language(LISTS, text) == language


# --- the files -------------------------------------------------------------------------------------------


@pytest.mark.parametrize("name", ["stop-words.txt", "person-words.txt", "interface-words.txt"])
def test_language_has_one_row(name: str) -> None:
    """Each language has one row of its own, with words that hold letters."""
    rows = _rows(name)
    languages = [language for language, _ in rows]
    assert len(languages) == len(set(languages))
    for language, words in rows:
        assert len(language) == 2, language
        assert words, language
        assert all(_find(fold(word))[1].size for word in words), language


def test_languages_with_function_words_have_person_words() -> None:
    """Every language with function words also has first- and second-person words."""
    assert {language for language, _ in _rows("stop-words.txt")} <= {
        language for language, _ in _rows("person-words.txt")
    }


def test_built_in_lists_hold_the_files() -> None:
    """All languages of the files are known, and a word of each is found."""
    lists = word_lists()
    for column, name in enumerate(("stop-words.txt", "person-words.txt", "interface-words.txt")):
        for language, words in _rows(name):
            longest = max((word for word in words if _find(fold(word))[1].size == 1), key=len)
            assert language in _languages(lists, longest)[column]


@pytest.mark.parametrize(
    ("text", "language"),
    [
        ("Le moulin de la vallée a été vendu à un boulanger qui veut le rouvrir pour les enfants.", "fr"),
        ("The mill was sold to a baker who wants to open it again for the children of the valley.", "en"),
        ("Die Mühle wurde an einen Bäcker verkauft, der sie für die Kinder wieder öffnen will.", "de"),
        ("El molino fue vendido a un panadero que quiere abrirlo para los niños del valle.", "es"),
        ("Il mulino è stato venduto a un fornaio che lo vuole aprire per i bambini della valle.", "it"),
        ("O moinho foi vendido a um padeiro que o quer abrir para as crianças do vale.", "pt"),
        ("De molen is verkocht aan een bakker die hem voor de kinderen van het dal wil openen.", "nl"),
        ("Мельница была продана пекарю, который хочет открыть её для детей из долины.", "ru"),
        ("Ο μύλος πουλήθηκε σε έναν φούρναρη που θέλει να τον ανοίξει για τα παιδιά της κοιλάδας.", "el"),
        ("Mylly on myyty leipurille, joka sanoo, että se on auki myös kun muut ovat kiinni.", "fi"),
        ("磨坊已经卖给了一个面包师，他想为山谷里的孩子们重新打开它。", "zh"),
        ("水車小屋はパン屋に売られ、子どもたちのために再び開かれる。", "ja"),
    ],
)
def test_language_of_a_sentence_is_told(text: str, language: str) -> None:
    """A sentence is enough to recognise its language."""
    assert _main_language(word_lists(), text) == language
