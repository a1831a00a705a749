"""Lines with offsets, and folding that keeps them."""

from __future__ import annotations

import unicodedata

import pytest
from hypothesis import given
from hypothesis import strategies as st

from cleaner.text import splitting
from cleaner.text.document import Document
from cleaner.text.folding import fold, is_cjk, is_dropped
from cleaner.text.splitting import split_lines

LINE_ENDS = ("\n", "\r", "\r\n", "\x85", "\u2028", "\u2029")
# Any code point, lone surrogates included: scraped text has passed through many hands.
ANY_TEXT = st.text(st.characters(exclude_categories=()))
LINES = st.text(st.sampled_from("aé \t\u0301\r\n\x0b\x0c\x1c\x85\u2028\u2029新😀"))


@pytest.mark.parametrize("end", LINE_ENDS)
def test_each_line_end_ends_a_line(end: str) -> None:
    """LF, CR, CRLF, NEL, U+2028 and U+2029 end lines and belong to the line before them."""
    lines = split_lines(f"eins{end}zwei{end}")
    assert [(line.start, line.end, line.stop) for line in lines] == [
        (0, 4, 4 + len(end)),
        (4 + len(end), 8 + len(end), 8 + 2 * len(end)),
    ]


@pytest.mark.parametrize("sign", ["\x0b", "\x0c", "\x1c", "\x1d", "\x1e", "\x1f"])
def test_other_separators_end_no_line(sign: str) -> None:
    """Vertical tab, form feed and the information separators stand inside a line."""
    assert len(split_lines(f"eins{sign}zwei")) == 1


@pytest.mark.parametrize(
    ("text", "count"), [("", 0), ("a", 1), ("\n", 1), ("\r\n", 1), ("\n\r", 2), ("\r\r\n", 2), ("a\n\nb", 3)]
)
def test_number_of_lines(text: str, count: int) -> None:
    """An empty text has no line, a line end at the end opens none, and CRLF is one line end."""
    assert len(split_lines(text)) == count


@given(LINES)
def test_lines_make_up_the_text(text: str) -> None:
    """The lines with their line ends, one after the other, are the text."""
    lines = split_lines(text)
    assert "".join(text[line.start : line.stop] for line in lines) == text
    assert all(text[line.end : line.stop] in ("", *LINE_ENDS) for line in lines)
    assert all(not set(text[line.start : line.end]) & set("\n\r\x85\u2028\u2029") for line in lines)
    assert all(text[line.end : line.stop] for line in lines[:-1])


@given(ANY_TEXT)
def test_folding_keeps_offsets(text: str) -> None:
    """Each folded character says where it stood, in order, and folds from the character there."""
    folded = Document(text).folded
    positions = folded.positions.tolist()
    assert len(folded.text) == len(positions)
    assert positions == sorted(set(positions))
    assert all(fold(text[at]) == character for at, character in zip(positions, folded.text, strict=True))


@given(ANY_TEXT)
def test_folding_twice_changes_nothing(text: str) -> None:
    """The folded form of a folded text is itself."""
    assert fold(fold(text)) == fold(text)


@given(ANY_TEXT)
def test_shown_text_runs_beside_the_folded_one(text: str) -> None:
    """The shown characters are those of the input that folding kept."""
    document = Document(text)
    assert document.shown == "".join(text[at] for at in document.folded.positions.tolist())


@given(st.text(st.characters(max_codepoint=0x24F)))
def test_composed_and_decomposed_letters_fold_alike(text: str) -> None:
    """Latin text folds to the same in both Unicode forms."""
    assert fold(unicodedata.normalize("NFD", text)) == fold(unicodedata.normalize("NFC", text))


@given(LINES)
def test_folded_lines_are_the_lines_folded(text: str) -> None:
    """The folded form of a document holds each line's folded form, in its place."""
    document = Document(text)
    for index in range(len(document)):
        assert document.folded_line(index).strip(" ") == fold(document.line_text(index)).strip(" ")
        assert document.folded_lines[index] == document.folded_line(index).strip(" ")


@pytest.mark.parametrize(
    ("text", "folded"),
    [
        ("ÉCOUTER", "ecouter"),
        ("Ecouter", "ecouter"),
        ("Mots\u2011clés\u00a0:", "mots-cles :"),
        ("l\u2019été «\u202fchaud\u202f»", 'l\'ete " chaud "'),
        ("a \t  b", "a b"),
        ("soft\u00adhy\u200bphen", "softhyphen"),
        ("ΤΕΛΟΣ τέλος", "τελοσ τελοσ"),
        ("İSTANBUL ışık", "istanbul isik"),
        ("Ｒｅｐｌｙ", "reply"),
        ("Ответить й ё", "ответить и е"),
        ("カ゛ ガ", "カ゛ ガ"),
        ("각", "각"),
        ("", ""),
    ],
)
def test_folded_form(text: str, folded: str) -> None:
    """Base letters, lower case, plain quotes, dashes and spaces; kana and Hangul as they are."""
    assert fold(text) == folded


def test_dropped_code_points() -> None:
    """Marks and invisible characters are left out by folding, letters and astral characters are not."""
    assert [is_dropped(ord(character)) for character in "\u0301\u00ad\ufe0fa😀"] == [True, True, True, False, False]


def test_scripts_without_spaces() -> None:
    """Han, kana and Thai are written without spaces, Latin and Hangul are not."""
    assert [is_cjk(character) for character in "新のก"] == [True, True, True]
    assert [is_cjk(character) for character in "aé한"] == [False, False, False]


WIDE = "Sport        Der Rat hat den Haushalt am Montag mit knapper Mehrheit beschlossen.      Wetter"


def test_columns_of_a_wide_line_are_lines() -> None:
    """A wide line with runs of spaces is a line for each column, and all of them are part of one line of the text."""
    document = Document(f"eins\n{WIDE}\nzwei")
    assert document.line_texts == ("eins", "Sport", WIDE[13:-12], "Wetter", "zwei")
    assert document.numbers.tolist() == [0, 1, 1, 1, 2]
    assert document.stops.tolist() == [*document.starts.tolist()[1:], len(document.text)]
    assert len(split_lines(document.text)) == 3


@pytest.mark.parametrize(
    "line",
    [
        "kurz         und nicht breit genug",
        "Ein langer Absatz mit drei   Leerzeichen, wie sie um Verweise stehen, ist eine einzige Zeile.",
        "Ein langer Absatz, hinter dem nur noch Leerzeichen stehen, ist eine einzige Zeile.            ",
        "-          Ein Listenzeichen ist keine Spalte, und so bleibt der Eintrag in einem Stück.",
        "            Eingerückt, wie es in Zitaten und Gedichten vorkommt, und dabei lang genug.",
    ],
)
def test_lines_without_columns_stay_whole(line: str) -> None:
    """Short lines, small gaps, bullets and space at the edges make no columns."""
    assert Document(f"{line}\n").numbers.tolist() == [0]


def test_many_columns_cost_no_more_than_their_length() -> None:
    """A line of characters far apart is read once, and is one line."""
    assert len(Document("-     " * 200_000)) == 1


# --- lines that lost their line ends ---------------------------------------------------------------------

SENTENCES = (
    "The ferry was taken out of service on Monday because of a crack in its hull.",
    "Nobody was hurt!",
    "Will it sail again?",
    "“We found it in time,” said the engineer, who had been sent to look at the pumps.",
    "The harbour office said that the ship would not sail before the end of the month…",
    "It was built in 1994.",
    "A second ferry is to come in March, says Dr. Anna Lindqvist of the harbour office.",
)
LOST = " ".join(SENTENCES * 4)


def test_line_without_line_ends_is_split_into_sentences() -> None:
    """A long line that is most of its text is split into one line per sentence, all of them part of the one line."""
    document = Document(LOST)
    assert set(SENTENCES[:6]) <= set(document.line_texts)
    assert "".join(LOST.split()) == "".join("".join(document.line_texts).split())
    assert set(document.numbers.tolist()) == {0}
    assert len(split_lines(LOST)) == 1


MENU = "Share this article Print this page More news Harbour to be dredged in May Letters to the editor Privacy policy"


def test_what_follows_the_last_sentence_of_one_line_is_split_at_capitals() -> None:
    """In a text without line ends, links and titles after the last sentence are lines that begin with capitals."""
    after = Document(f"{LOST} {MENU}\n").line_texts[-5:]
    assert after == ("More news", "Harbour to be dredged in", "May", "Letters to the editor", "Privacy policy")
    assert Document(f"{LOST} {MENU}\n{SENTENCES[0]}").line_texts[-2] == MENU


@pytest.mark.parametrize(
    "tail", ["Letters", f"{MENU}.", "The Old Harbour Crane Comes Down In The Winter Storms After All"]
)
def test_what_may_be_a_sentence_stays_whole(tail: str) -> None:
    """A short rest, one that ends like a sentence, and one whose words all have capitals are one line."""
    assert Document(f"{LOST} {tail}").line_texts[-1] == tail


def test_long_line_among_others_stays_whole() -> None:
    """A long paragraph in a text of several such is one line."""
    assert Document(f"{LOST}\n{LOST}\n{LOST}").numbers.tolist() == [0, 1, 2]


def test_short_text_on_one_line_stays_whole() -> None:
    """A paragraph of ordinary length is one line, even if it is the whole text."""
    assert len(Document(" ".join(SENTENCES))) == 1


def test_sentences_without_spaces_between_words_are_split() -> None:
    """A Chinese or Japanese full stop separates sentences without a space after it."""
    sentence = "市議会は昨夜、老朽化した図書館の建て替えについて三時間にわたり議論した。"
    document = Document(sentence * 30)
    assert document.line_texts == (sentence,) * 30


def test_fused_pieces_are_split() -> None:
    """A line in which several pieces were fused without a space is split at the seams that a sentence follows."""
    pieces = (
        "The ferry stays in port",
        "Nobody was hurt when the crack was found by a young engineer.",
        "The ship will not sail again before the end of the month",
        "Whether the pool can open in June depends on a pump that is on its way.",
    )
    text = f"{''.join(pieces)}\n{SENTENCES[0]}\n{SENTENCES[4]}\n{SENTENCES[6]}\n"
    assert Document(text).line_texts == (*pieces, SENTENCES[0], SENTENCES[4], SENTENCES[6])


def test_links_fused_with_each_other_stay_one_piece() -> None:
    """Links without a space between them stay one piece, since patterns match them so."""
    links = "HomeNewsSportWeatherLettersArchiveContact" * 6
    assert len(Document(f"{links}\n{SENTENCES[0]}\n")) == 2


@given(
    st.lists(st.sampled_from((*SENTENCES, "RépondreSupprimer", "and", "。", '." "', "Ab.Cd")), min_size=20, max_size=60)
)
def test_sentences_make_up_the_line(pieces: list[str]) -> None:
    """The sentences of a line are in order, each stops where the next one starts, and only spaces are between them."""
    text = " ".join(pieces)
    document = Document(f"{text}\nEnd")
    starts, ends, stops = document.starts.tolist(), document.ends.tolist(), document.stops.tolist()
    assert starts[0] == 0
    assert stops == [*starts[1:], len(text) + 4]
    assert all(start < end <= stop for start, end, stop in zip(starts, ends, stops, strict=True))
    assert not any(document.text[end:stop].strip() for end, stop in zip(ends, stops, strict=True))


@pytest.mark.parametrize("piece", ["！", '." "'])
def test_many_stops_cost_no_more_than_their_length(piece: str, monkeypatch: pytest.MonkeyPatch) -> None:
    """A line of only full stops is read about once."""
    read: list[int] = []
    has_word = splitting._has_word

    def count(text: str) -> bool:
        read.append(len(text))
        return has_word(text)

    monkeypatch.setattr(splitting, "_has_word", count)
    text = piece * 1000
    assert len(Document(text)) == 1
    assert sum(read) <= 100 * len(text)


def test_pair_of_buttons_is_not_parted() -> None:
    """The buttons below a comment, fused with each other, stay one piece on a line that lost its line ends."""
    text = f"{LOST} Well done. RépondreSupprimer The mayor is wrong on this matter."
    assert any("RépondreSupprimer" in line for line in Document(text).line_texts)
