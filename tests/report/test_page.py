"""The page of a report as it is written: its policy, its data, its size."""

from __future__ import annotations

import base64
import hashlib
import json
import re
import zlib
from typing import Any

import pytest

from cleaner import CleanConfig, Cleaner
from cleaner.report.page.building import MAX_BYTES, Report, render_report
from cleaner.report.page.model import ReportedDocument, Totals, summarise
from cleaner.result import Kind
from cleaner.result.shown import show_lines

TEXT = (
    "\u0000\U0001f41f The ferry waits in the harbour, and nobody knows for how long it will.\r\nShare on Facebook\n\n"
)


def made(text: str, **known: Any) -> ReportedDocument:
    """A reported document."""
    result = Cleaner().clean(text)
    return ReportedDocument(summarise("page.txt", text, result, **known), "digest", show_lines(text, result))


def page_of(*documents: ReportedDocument) -> str:
    """The page over some documents."""
    totals = Totals()
    for one in documents:
        totals.count(one.summary)
    return render_report(Report("A report", ["page.txt"], totals, documents, len(documents))).decode()


def data_of(page: str) -> dict[str, Any]:
    """The data in a page."""
    found = re.search(r'<script type="application/octet-stream" id="data">([A-Za-z0-9+/=]+)</script>', page)
    assert found
    data: dict[str, Any] = json.loads(zlib.decompress(base64.b64decode(found[1])))
    return data


def test_the_policy_allows_its_own_style_and_script_alone() -> None:
    """The content security policy names the digests of the one style and the one script that the page has."""
    page = page_of(made(TEXT))
    policy = re.search(r'http-equiv="Content-Security-Policy" content="([^"]+)"', page)
    assert policy
    assert policy[1].startswith("default-src 'none'; ")
    for tag in ("style", "script"):
        (text,) = re.findall(rf"<{tag}>(.*?)</{tag}>", page, re.DOTALL)
        digest = base64.b64encode(hashlib.sha256(text.encode()).digest()).decode()
        assert f"{tag}-src 'sha256-{digest}'" in policy[1]
    assert not re.search(r"""\son\w+=|style=["']|(?:src|href)=["'](?!#)""", page.partition("<body>")[2])


def test_offsets_can_be_computed_from_the_columns() -> None:
    """Texts and gaps give the offsets of every line in characters, beyond the first plane and across CRLF."""
    document = made(TEXT)
    (record,) = data_of(page_of(document))["documents"]
    columns, end, found = record["lines"], 0, []
    for text, gap in zip(columns["texts"], columns["gaps"], strict=True):
        found.append((end + gap, end + gap + len(text)))
        end = found[-1][1]
    assert found == [(line.verdict.line.start, line.verdict.line.end) for line in document.lines]


def test_lines_refer_to_kinds_and_reasons() -> None:
    """A removed line has the number of its kind, and names the pattern that spoke most for it."""
    data = data_of(page_of(made(TEXT)))
    columns = data["documents"][0]["lines"]
    at = columns["texts"].index("Share on Facebook")
    assert data["kinds"][columns["states"][at] - 2] == ["share-bar", "sharing"]
    name, words, sentence = data["reasons"][columns["reasons"][at][0]]
    assert name.startswith("en.share-bar.")
    assert words
    assert "share-bar" in sentence


def test_a_page_over_long_documents_stays_small() -> None:
    """Of documents that together are too long, lines are left out and counted, and removals are not."""
    noise = "Share on Facebook\n"
    texts = (
        "".join(f"{hashlib.sha512(b'%d %d' % (own, number)).hexdigest()} is a word.\n" for number in range(6000))
        for own in range(4)
    )
    documents = [made(text + noise) for text in texts]
    page = page_of(*documents)
    assert len(page) < MAX_BYTES
    for record in data_of(page)["documents"]:
        stretches = record["lines"]["stretches"]
        left_out = sum(one[0] for one in stretches if isinstance(one, list))
        assert left_out > 0
        assert left_out + sum(abs(one) for one in stretches if not isinstance(one, list)) == 6001
        assert "Share on Facebook" in record["lines"]["texts"]


def test_totals_are_in_the_page_without_its_script() -> None:
    """Words by kind, language and site stand in tables."""
    page = page_of(made(TEXT, lang="en", site="ferry.example"), made("Hello there.\n"))
    for words in ("share-bar", ">en<", "ferry.example", "no site known", "not known"):
        assert words in page


def test_figures_have_names_of_their_own() -> None:
    """No two figures at the top have the same name, and the share of words that are removed is called that."""
    names = re.findall("<dt>(.*?)</dt>", page_of(made(TEXT)).partition("<main>")[0])
    assert "Words removed" in names
    assert len(set(names)) == len(names)


@pytest.mark.parametrize("hostile", ["<b>", '"><script>', "</title>", "{{ 1 }}"])
def test_names_are_escaped(hostile: str) -> None:
    """What files, languages and sites are called is shown as text."""
    document = made(TEXT, lang=hostile, site=hostile)
    page = render_report(Report(hostile, [hostile], _counted(document), [document], 1)).decode()
    head, body = page.split("<body>")
    assert hostile not in head.partition("</style>")[2].replace("{{ 1 }}", "") or hostile == "{{ 1 }}"
    assert "<b>" not in body
    assert '"><script>' not in body


def _counted(document: ReportedDocument) -> Totals:
    totals = Totals()
    totals.count(document.summary)
    return totals


def _refuse(constant: str) -> None:
    raise AssertionError(constant)


@pytest.mark.parametrize(
    ("record_id", "written"),
    [
        (float("inf"), "Infinity"),
        (float("nan"), "NaN"),
        (2**53 + 1, "9007199254740993"),
        ({"a": [1]}, '{"a": [1]}'),
        (7, 7),
        (None, None),
    ],
)
def test_ids_are_values_that_a_script_can_read(record_id: object, written: object) -> None:
    """An id that JSON has no word for, or that a script would round, is given as it is written; others as they are."""
    page = page_of(made(TEXT, line=1, record_id=record_id))
    found = re.search(r'id="data">([A-Za-z0-9+/=]+)<', page)
    assert found
    data = json.loads(zlib.decompress(base64.b64decode(found[1])), parse_constant=_refuse)
    assert data["documents"][0]["id"] == written


def test_lone_surrogates_stay_what_they_are() -> None:
    """A lone surrogate, in a text or in the name of a file that is not in UTF-8, is in the data as such."""
    text = "The ferry\udcff waits in the harbour.\n"
    result = Cleaner().clean(text)
    document = ReportedDocument(summarise("caf\udce9.txt", text, result), "digest", show_lines(text, result))
    (record,) = data_of(page_of(document))["documents"]
    assert (record["file"], record["lines"]["texts"]) == ("caf\udce9.txt", ["The ferry\udcff waits in the harbour."])


def test_of_two_sides_what_differs_is_in_sight() -> None:
    """Where two configurations are compared, both sides fold alike: lines that both remove are folded too."""
    hours = (f"The council spoke about the harbour for {number} hours.\nShare on Facebook\n" for number in range(9))
    text = f"By Nora Lindqvist\n{''.join(hours)}"
    one, other = Cleaner().clean(text), Cleaner(CleanConfig(keep=frozenset({Kind.BYLINE}))).clean(text)
    assert {removal.kind for removal in one.removals} == {Kind.BYLINE, Kind.SHARE_BAR}
    document = ReportedDocument(
        summarise("page.txt", text, one), "digest", show_lines(text, one), show_lines(text, other)
    )
    (record,) = data_of(page_of(document))["documents"]
    assert record["lines"]["stretches"] == record["other"]["stretches"] == [3, -16]
