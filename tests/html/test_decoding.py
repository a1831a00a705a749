"""Bytes of a page to its text: marks, labels, wrong labels, no labels."""

from __future__ import annotations

import codecs

import pytest
from hypothesis import given
from hypothesis import strategies as st

from cleaner.html.decoding import decode_page, repair_text

GERMAN = "Die Bürger hörten, dass die Brücke über Ostern gesperrt wird; die Räte prüfen Lösungen."
RUSSIAN = (
    "Жители посёлка рассказали, что паром снова ходит по расписанию. Ремонт причала закончили в пятницу, "
    "и первые машины перевезли уже утром. Стоимость проезда осталась прежней."
)
CHINESE = "渡轮公司周五表示，码头的维修工作已经完成，从下周一起恢复正常班次，票价保持不变。" * 3


def page(text: str, charset: str) -> bytes:
    """A page in an encoding, labelled with it."""
    return f'<html><head><meta charset="{charset}"></head><body><p>{text}</p></body></html>'.encode(charset)


@pytest.mark.parametrize("encoding", ["utf-8-sig", "utf-16"])
def test_byte_order_mark_tells_the_encoding(encoding: str) -> None:
    """A byte order mark takes precedence over any label."""
    data = f"<meta charset=iso-8859-1><p>{GERMAN}".encode(encoding)
    assert decode_page(data, "windows-1251") == f"<meta charset=iso-8859-1><p>{GERMAN}"


def test_wide_characters_without_mark() -> None:
    """UTF-16 without a byte order mark is recognised by its zeros."""
    assert decode_page("<p>plain words of a page</p>".encode("utf-16-le")) == "<p>plain words of a page</p>"
    assert decode_page("<p>plain words of a page</p>".encode("utf-16-be")) == "<p>plain words of a page</p>"


@pytest.mark.parametrize(
    ("charset", "text"),
    [
        ("windows-1251", RUSSIAN),
        ("koi8-r", RUSSIAN),
        ("gb2312", CHINESE),
        ("big5", "碼頭的維修工作已經完成"),
        ("cp1252", GERMAN),
    ],
)
def test_meta_label_is_read(charset: str, text: str) -> None:
    """The label in the page tells the encoding."""
    assert text in decode_page(page(text, charset))


def test_transport_goes_before_the_page() -> None:
    """The transport's encoding takes precedence over the page's."""
    data = f"<meta charset=koi8-r><p>{RUSSIAN}".encode("windows-1251")
    assert RUSSIAN in decode_page(data, "windows-1251")


def test_labels_are_read_as_browsers_read_them() -> None:
    """A page labelled with the plain Latin alphabet may hold typographic quotes of Windows."""
    assert "“Été”" in decode_page(b"<meta charset=iso-8859-1><p>" + "“Été”".encode("cp1252"))


def test_wrong_label_of_utf8() -> None:
    """UTF-8 is read as UTF-8, whatever its label says."""
    data = f"<meta charset=iso-8859-1><p>{GERMAN}".encode()
    assert GERMAN in decode_page(data, "latin1")


def test_wrong_label_utf8() -> None:
    """If bytes labelled UTF-8 are not UTF-8, the encoding is detected."""
    assert RUSSIAN in decode_page(f"<meta charset=utf-8><p>{RUSSIAN}".encode("windows-1251"))


def test_a_few_broken_bytes_spare_the_rest() -> None:
    """A page of UTF-8 with one broken byte stays UTF-8."""
    assert decode_page(f"<p>{RUSSIAN}".encode() + b"\xff").startswith(f"<p>{RUSSIAN}")


@pytest.mark.parametrize("label", ["rot13", "hex", "no-such-charset", "utf-7", "", "\x00", "undefined"])
def test_labels_that_name_no_charset(label: str) -> None:
    """A label that does not name a text encoding is ignored."""
    assert decode_page(f"<p>{GERMAN}".encode("cp1252"), label).startswith("<p>Die B")


@given(st.binary(max_size=400), st.sampled_from([None, "utf-8", "gb2312", "utf-16", "shift_jis", "x"]))
def test_any_bytes_are_decoded(data: bytes, charset: str | None) -> None:
    """No bytes make decoding fail."""
    assert isinstance(decode_page(data, charset), str)


def test_text_read_with_the_wrong_label_is_mended() -> None:
    """Text of UTF-8 that was read as Latin is read again, once or twice."""
    once = GERMAN.encode().decode("latin-1")
    assert repair_text(f"<p>{once}") == f"<p>{GERMAN}"
    twice = once.encode().decode("latin-1")
    assert repair_text(f"<p>{twice}") == f"<p>{GERMAN}"


def test_labelled_text_read_as_latin_is_mended() -> None:
    """Chinese that was read as Latin is read again by the page's own label."""
    markup = f"<meta charset=gb2312><p>{CHINESE}"
    assert repair_text(markup.encode("gb18030").decode("iso8859-15")) == markup


@pytest.mark.parametrize("text", [GERMAN, RUSSIAN, CHINESE, "plain", "", "é", "naïve café — “quoted” €5"])
def test_right_text_stays(text: str) -> None:
    """Text that was decoded correctly is left alone, whatever the label."""
    for label in ("utf-8", "gb2312", "windows-1251", "iso-8859-1"):
        assert repair_text(f"<meta charset={label}><p>{text}") == f"<meta charset={label}><p>{text}"


def test_byte_order_marks_are_known() -> None:
    """A page with only a byte order mark is empty."""
    assert decode_page(codecs.BOM_UTF8) == ""
