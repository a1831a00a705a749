"""Labelled pages, the measures over them, and the command that shows them."""

from __future__ import annotations

import gzip
import io
import json
import sys
from collections.abc import Callable, Iterator
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from cleaner import CleanResult, InputError, Kind, Removal, apply_removals
from cleaner.cli.output import show_progress
from cleaner.errors import CleanerError
from cleaner.training.evaluation import (
    EvaluationSettings,
    PageReport,
    evaluate_page,
    kind_rows,
    map_in_processes,
    pattern_rows,
    summarise,
    summarise_gold,
    worst_measures,
)
from cleaner.training.labelled import LabelledPage, data_name, read_labelled
from cleaner.training.measures import GoldText, Measure, line_labels, measure_text, oracle_text, score_text, tokenize
from tests.running import Printed, RunCommand, command_runner

ARTICLE = (
    "The ferry between the two islands sails again from Monday, the harbour master said on Friday.\n"
    "Its engine had been taken apart over the winter, and a crane had to be brought from the mainland.\n"
    "Tickets cost the same as last year, and children under six travel for nothing at all.\n"
)
NOISE = "Comments are closed.\n"
KIND = Kind.COMMENT_COUNT
PATTERN = "en.comment-count.closed"
SPECIAL = "A sentence about bees that only this page has, so that it can be told from the others.\n"


def _page(**values: Any) -> LabelledPage:
    known: dict[str, Any] = {"id": "a", "host": "one.example", "lang": "en", "title": None, "url": None}
    return LabelledPage(**{"name": "set", "gold": ARTICLE, "texts": {"text": ARTICLE + NOISE}, **known, **values})


def _removal(text: str, part: str, kind: Kind = KIND) -> Removal:
    start = text.index(part)
    return Removal(start, start + len(part), kind, 1.0, (), part)


def _measure(text: str, *parts: str, gold: str = ARTICLE, lang: str = "en") -> Measure:
    """The measures of a text of which some parts were removed."""
    removals = tuple(_removal(text, part) for part in parts)
    result = CleanResult(apply_removals(text, removals), removals)
    return measure_text(_page(gold=gold, lang=lang), GoldText(gold, lang), "text", text, result)


# --- reading ---------------------------------------------------------------------------------------------


@pytest.fixture
def data(tmp_path: Path) -> Callable[..., Path]:
    """Writes records, or lines as they are, as a data set."""

    def write(*records: dict[str, Any] | str, name: str = "isles.jsonl") -> Path:
        path = tmp_path / name
        lines = [record if isinstance(record, str) else json.dumps(record) for record in records]
        content = "".join(f"{line}\n" for line in lines).encode()
        path.write_bytes(gzip.compress(content) if name.endswith(".gz") else content)
        return path

    return write


Data = Callable[..., Path]


@pytest.mark.parametrize("name", ["isles.jsonl", "isles.jsonl.gz"])
def test_labelled_page_is_read(name: str, data: Data) -> None:
    """A page has its fields, and the name of its file, packed or not."""
    record = {
        "id": "p1",
        "host": "h",
        "url": "https://news.example/1",
        "lang": "en",
        "title": "T",
        "gold": "G",
        "texts": {"x": "X"},
        "more": [1],
    }
    assert list(read_labelled(data(record, name=name))) == [
        LabelledPage("isles", "p1", "h", "en", "T", "https://news.example/1", "G", {"x": "X"})
    ]


def test_what_is_missing_is_made_up(data: Data) -> None:
    """A single text is the scraper text, an id is the line, a host that of the address or else the id."""
    path = data({"gold": "G", "text": "X"}, "", {"gold": "G", "text": "X", "url": "https://news.example/1", "id": 7})
    first, second = read_labelled(path)
    assert first == LabelledPage("isles", "line 1", "line 1", None, None, None, "G", {"text": "X"})
    assert (second.id, second.host) == ("7", "news.example")


def test_every_other_page_is_read(data: Data) -> None:
    """Pages in between are skipped, whatever is in them."""
    path = data({"gold": "1", "text": ""}, "no page", {"gold": "3", "text": ""})
    assert [page.gold for page in read_labelled(path, every=2)] == ["1", "3"]


@pytest.mark.parametrize(
    ("line", "message"),
    [
        ('{"gold": ', "is not valid JSON: Expecting value at character 9; fix that place"),
        ("[]", "is a list; a page is one JSON object"),
        ('{"text": "X"}', "gold: is missing; give the text of the article"),
        ('{"gold": null, "text": "X"}', "gold: is null; give the text of the article"),
        ('{"gold": "G"}', "texts: neither stands here"),
        ('{"gold": "G", "text": "X", "texts": {}}', "texts: both stand here"),
        ('{"gold": "G", "text": 1}', "text: is a number; give a string"),
        ('{"gold": "G", "texts": ["X"]}', "texts: is a list; give an object of scraper and text"),
        ('{"gold": "G", "texts": {"x": {}}}', "texts.x: is an object; give a string or leave it out"),
        ('{"gold": "G", "texts": {"gold": "X"}}', "texts.gold: is a name for the article itself"),
        ('{"gold": "G", "text": "X", "lang": true}', "lang: is true or false; give a string or leave it out"),
        ('{"gold": "G", "text": "X", "id": 1.5}', "id: is a number; give a string or leave it out"),
    ],
)
def test_unreadable_page_is_refused_with_its_place(line: str, message: str, data: Data) -> None:
    """A line that is not a page is refused with file, line, field and fix."""
    path = data({"gold": "G", "text": "X"}, line)
    with pytest.raises(InputError) as caught:
        list(read_labelled(path))
    assert str(caught.value).startswith(f"{path}: line 2: {message}")


def test_file_that_holds_no_pages_is_refused(tmp_path: Path, data: Data) -> None:
    """A file that is missing, empty, packed wrongly, not UTF-8, a folder without texts, or called otherwise is refused with a fix."""
    broken = tmp_path / "broken.jsonl.gz"
    broken.write_bytes(b"{}")
    empty = tmp_path / "empty"
    empty.mkdir()
    latin = tmp_path / "latin.jsonl"
    latin.write_bytes('{"gold": "é"}'.encode("latin-1"))
    for path, message in [
        (tmp_path / "no.jsonl", "does not exist"),
        (data(), "holds no page"),
        (broken, "cannot be read"),
        (latin, "line 1: is not UTF-8 (byte 10 of the line)"),
        (empty, "holds no .txt file"),
        (data({}, name="pages.json"), "is neither .jsonl nor .jsonl.gz"),
    ]:
        with pytest.raises(InputError) as caught:
            list(read_labelled(path))
        assert str(caught.value).startswith(f"{path}: {message}")


def test_data_name_has_no_endings() -> None:
    """A data set is called like its file, without the endings of its format."""
    assert [data_name(Path("x") / name) for name in ("a.jsonl", "b.c.jsonl.gz")] == ["a", "b.c"]


# --- measures --------------------------------------------------------------------------------------------


def test_lines_are_labelled_by_their_shingles() -> None:
    """A line is main content when half of its shingles occur; a short one when it occurs whole; else it has no label."""
    gold = "one two three four five six seven"
    lines = [
        "one two three four five",
        "one two three four x",
        "x one two three four y z",
        "two three",
        "three two",
        "--",
    ]
    assert line_labels(lines, gold) == [True, True, False, True, False, None]
    assert oracle_text("one two three four five\nshare\nsix", gold) == "one two three four five\nsix"


@given(st.text(st.sampled_from("aB éΣς.\n\r\x0b\x85\u2028新"), max_size=40), st.sampled_from([None, "en", "zh"]))
def test_tokens_of_lines_are_those_of_the_text(text: str, lang: str | None) -> None:
    """Tokenising line by line gives the tokens of the whole text."""
    lines = GoldText("", lang).judge_lines(text)
    assert [token for line in lines for token in line.tokens] == tokenize(text, lang)


def test_text_is_measured_before_and_after() -> None:
    """F1 before, after and at best are those of the texts themselves, and all noise removed is the best."""
    found = _measure(ARTICLE + NOISE, NOISE)
    assert found.untouched == score_text(ARTICLE + NOISE, ARTICLE).f1
    assert (found.cleaned, found.oracle, found.loss) == (1.0, 1.0, 0.0)
    assert (found.content_recall, found.noise_recall) == (1.0, 1.0)
    assert (found.lost, found.left, found.unchanged) == (0, 0, False)


def test_lost_and_left_lines_are_named() -> None:
    """Lost article and noise left in are counted, and the largest line of each is named."""
    first, second, third = ARTICLE.splitlines(keepends=True)
    found = _measure(NOISE + ARTICLE, first, third)
    assert found.lost == len(tokenize(first + third))
    assert found.left == len(tokenize(NOISE)) == 3
    assert (found.lost_line, found.left_line) == (
        max(first, third, key=lambda line: len(tokenize(line))).strip(),
        NOISE.strip(),
    )
    assert found.content_after == len(tokenize(second))
    assert (found.noise_before, found.noise_after, found.noise_recall) == (3, 3, 0.0)


def test_fragment_is_judged_for_itself() -> None:
    """A fragment cut out of a line of the article is noise, and a removal over several lines counts line by line."""
    text = ARTICLE.replace("at all.\n", "at all.ReplyDelete\n") + NOISE
    cut = _removal(text, "ReplyDelete", Kind.COMMENT_CONTROLS)
    rest = _removal(text, "Its engine" + text.partition("Its engine")[2])
    for removals, expected in [
        ((cut,), [(Kind.COMMENT_CONTROLS, 1, 1, 0)]),
        ((rest,), [(KIND, 1, len(tokenize(rest.text)), len(tokenize(rest.text)) - 3)]),
    ]:
        result = CleanResult(apply_removals(text, removals), removals)
        found = measure_text(_page(), GoldText(ARTICLE, "en"), "text", text, result)
        assert [(kind.kind, kind.removals, kind.tokens, kind.content) for kind in found.kinds] == expected


def test_text_without_noise_has_no_noise_recall() -> None:
    """If there is nothing to remove or to keep, there is no share of it."""
    assert _measure(ARTICLE).noise_recall is None
    assert _measure(NOISE).content_recall is None


def test_chinese_is_measured_by_character() -> None:
    """The tokens of Chinese are its letters."""
    found = _measure("渡轮周一恢复。\n分享\n", "分享\n", gold="渡轮周一恢复。", lang="zh")
    assert (found.content_before, found.noise_before, found.noise_after) == (6, 2, 0)


def test_gold_is_cleaned_with_its_headline() -> None:
    """The gold as the input keeps its headline, whatever is asked for the texts; named scrapers are measured alone."""
    titled = f"The ferry is back\n{ARTICLE}"
    page = _page(gold=titled, title="The ferry is back", texts={"text": titled, "other": titled})
    settings = EvaluationSettings(EvaluationSettings().config.replace(headline="drop"))
    first, second, gold = evaluate_page(page, settings).measures
    assert [first.scraper, second.scraper, gold.scraper] == ["text", "other", "gold"]
    assert [item.unchanged for item in (first, second, gold)] == [False, False, True]
    assert gold.kept == 1.0
    only = evaluate_page(page, replace(settings, scrapers=frozenset({"other"}))).measures
    assert [item.scraper for item in only] == ["other"]


def test_rows_are_means_by_scraper_and_group() -> None:
    """Rows have means over pages, in the order they occur, with groups in alphabetical order; the gold has separate rows."""
    good = _measure(ARTICLE + NOISE, NOISE)
    harmed = replace(_measure(ARTICLE, ARTICLE.splitlines()[0]), lang=None, id="b")
    gold = replace(good, scraper="gold", kept=0.5)
    (row,) = summarise([good, harmed, gold])
    assert (row.name, row.scraper, row.group, row.pages, row.harmed) == ("set", "text", None, 2, 0.5)
    assert row.cleaned == (good.cleaned + harmed.cleaned) / 2
    assert row.noise_recall == good.noise_recall
    assert [(one.group, one.pages) for one in summarise([harmed, good], "lang")] == [("en", 1), ("unknown", 1)]
    (gold_row,) = summarise_gold([good, gold, replace(gold, kept=1.0)])
    assert (gold_row.pages, gold_row.kept, gold_row.unchanged) == (2, 0.75, 0.0)


def test_kinds_are_added_up() -> None:
    """Removals are counted by kind, separately for the gold, the most main content first."""
    lossy = _measure(ARTICLE, ARTICLE.splitlines()[0])
    clean = replace(
        _measure(ARTICLE + NOISE, NOISE), kinds=(replace(lossy.kinds[0], kind=Kind.TAGS, tokens=3, content=0),)
    )
    first, second = kind_rows([clean, lossy, replace(lossy, scraper="gold")])
    assert (first.kind, first.removals, first.tokens, first.content, first.precision) == (KIND, 1, 16, 16, 0.0)
    assert (first.gold, second.kind, second.precision, second.gold) == (16, Kind.TAGS, 1.0, 0)


def test_worst_texts_come_first() -> None:
    """The texts with the largest loss are given in order."""
    lossy = _measure(ARTICLE, ARTICLE.splitlines()[0])
    assert worst_measures([_measure(ARTICLE), lossy, _measure(ARTICLE + NOISE)], 2) == [
        lossy,
        _measure(ARTICLE + NOISE),
    ]


def test_pattern_hits_are_counted_by_label() -> None:
    """A hit counts for the label of its line, and separately in the gold as the input."""
    page = _page(gold=ARTICLE + NOISE, texts={"a": ARTICLE + NOISE})
    other = _page(texts={"a": NOISE + ARTICLE + NOISE})
    reports = [evaluate_page(one, EvaluationSettings(with_patterns=True)) for one in (page, other)]
    row = next(row for row in pattern_rows(reports) if row.id == PATTERN)
    assert (row.content, row.noise, row.gold) == (1, 2, 1)
    assert row.precision == pytest.approx(2 / 3)
    assert pattern_rows([PageReport("set", (), {})]) == []


@pytest.mark.parametrize("processes", [1, 2])
def test_results_come_in_order(processes: int) -> None:
    """Results come in the order of the items, in one process or several, however many items there are."""
    assert list(map_in_processes(str, range(100), processes=processes)) == [str(number) for number in range(100)]


def test_few_items_are_taken_at_a_time() -> None:
    """Items are read as results are requested, so a stream may be endless."""

    def endless() -> Iterator[int]:
        number = 0
        while True:
            yield number
            number += 1

    results = map_in_processes(str, endless(), processes=2)
    assert [next(results) for _ in range(3)] == ["0", "1", "2"]


def _die(_item: int) -> None:
    import os

    os._exit(1)


def test_process_that_dies_is_an_error() -> None:
    """A process that ends before its work is done is an error with a fix."""
    with pytest.raises(CleanerError, match="use fewer --jobs"):
        list(map_in_processes(_die, range(3), processes=2))


# --- the command -----------------------------------------------------------------------------------------


@pytest.fixture
def run(capsysbinary: pytest.CaptureFixture[bytes]) -> RunCommand:
    """Runs ``cleaner eval`` in this process."""
    return command_runner(capsysbinary, "eval")


@pytest.fixture
def pages(data: Data) -> Path:
    """Two pages as two scrapers give them; on the second, nothing distinguishes the last sentence from the article."""
    texts = {"first": ARTICLE + NOISE, "second": ARTICLE}
    return data(
        {"id": "p1", "url": "https://one.example/1", "lang": "en", "gold": ARTICLE, "texts": texts},
        {"id": "p2", "host": "two.example", "gold": ARTICLE, "texts": {"first": ARTICLE + SPECIAL}},
    )


def test_measures_are_shown_as_tables(pages: Path, run: RunCommand) -> None:
    """There is a row for each data set and scraper, and one for the gold, and nothing on standard error."""
    outcome = run(pages)
    assert (outcome.status, outcome.err) == (0, "")
    rows = [line.split() for line in outcome.out.splitlines()]
    assert rows[0][:5] == ["set", "scraper", "pages", "untouched", "cleaned"]
    assert [row[:3] for row in rows[1:3]] == [["isles", "first", "2"], ["isles", "second", "1"]]
    assert rows[2][3:] == ["1.0000", "1.0000", "1.0000", "+0.00", "0.000", "1.0000", "·"]
    assert rows[3:] == [[], ["set", "scraper", "pages", "kept", "unchanged"], ["isles", "gold", "2", "1.0000", "1.000"]]


def test_measures_are_shown_as_json(pages: Path, run: RunCommand) -> None:
    """JSON has the same rows, with figures in full."""
    found = json.loads(run(pages, "--json", "--scraper", "first,gold").out)
    (row,) = found["texts"]
    assert (row["set"], row["scraper"], row["pages"], row["content_recall"]) == ("isles", "first", 2, 1.0)
    assert 0.9 < row["untouched"] < row["cleaned"] < row["oracle"] == 1.0
    assert row["gap_closed"] == (row["cleaned"] - row["untouched"]) / (1.0 - row["untouched"])
    assert found["gold"] == [{"set": "isles", "pages": 2, "kept": 1.0, "unchanged": 1.0}]


@pytest.mark.parametrize(("by", "groups"), [("lang", ["en", "unknown"]), ("host", ["one.example", "two.example"])])
def test_rows_are_split(by: str, groups: list[str], pages: Path, run: RunCommand) -> None:
    """Rows are split by language or host, in the table and in JSON."""
    lines = run(pages, "--by", by, "--scraper", "first").out.splitlines()
    assert lines[0].split()[2] == by
    assert [line.split()[2] for line in lines[1:]] == groups
    found = json.loads(run(pages, "--by", by, "--json").out)
    assert [row[by] for row in found["gold"]] == groups
    assert [row[by] for row in found["texts"] if row["scraper"] == "first"] == groups


def test_removals_are_counted_by_kind(pages: Path, run: RunCommand) -> None:
    """By kind there is one row for each kind of noise that was removed."""
    lines = run(pages, "--by", "kind").out.splitlines()
    assert [line.split() for line in lines[1:]] == [[KIND.value, "1", "3", "0", "1.0000", "0"]]
    expected = {"kind": KIND.value, "removals": 1, "tokens": 3, "content": 0, "gold": 0, "precision": 1.0}
    assert json.loads(run(pages, "--by", "kind", "--json").out) == {"kinds": [expected]}


def test_worst_texts_are_shown(pages: Path, run: RunCommand, monkeypatch: pytest.MonkeyPatch) -> None:
    """The texts with the largest loss follow with their figures, and below each its lines, cut to the width."""
    monkeypatch.setenv("COLUMNS", "50")
    *_, head, row, line = run(pages, "--worst", "1").out.splitlines()
    assert head.split()[:5] == ["set", "scraper", "lang", "host", "loss"]
    assert (row.split()[:2], row.split()[-2:]) == (["isles", "first"], [str(len(tokenize(SPECIAL))), "p2"])
    assert line.startswith("  left: A sentence about bees")
    assert (len(line), line[-1]) == (50, "…")
    (worst,) = json.loads(run(pages, "--worst", "1", "--json").out)["worst"]
    assert (worst["id"], worst["host"], worst["left_line"]) == ("p2", "two.example", SPECIAL.strip())
    assert worst["loss"] == worst["oracle"] - worst["cleaned"] > 0


def test_hits_of_own_patterns_are_shown(pages: Path, run: RunCommand, tmp_path: Path) -> None:
    """With patterns of one's own, and without one that is left out, the table of hits has what is in use."""
    (tmp_path / "own").mkdir()
    (tmp_path / "own" / "own.toml").write_text(
        'format = 2\nlang = "en"\n[[pattern]]\nid = "en.tags.comments"\nkind = "tags"\nabout = "A test."\n'
        'phrases = ["Comments are"]\nmatch = "start"\nmust_match = ["Comments are on", "Comments are off"]\n'
        'must_not_match = ["No comments", "Commentsare"]\n'
    )
    rows = run(pages, "--patterns", "--own-patterns", tmp_path / "own", "--disable-pattern", PATTERN, "--json").out
    hits = {row["id"] for row in json.loads(rows)["patterns"]}
    assert "en.tags.comments" in hits
    assert PATTERN not in hits


def test_pattern_hits_are_shown(pages: Path, run: RunCommand) -> None:
    """Each pattern that hit has a row with its hits and their precision."""
    rows = [line.split() for line in run(pages, "--patterns").out.splitlines()]
    assert [PATTERN, "0", "1", "1.0000", "0"] in rows
    found = json.loads(run(pages, "--patterns", "--json").out)["patterns"]
    assert {"id": PATTERN, "content": 0, "noise": 1, "gold": 0, "precision": 1.0} in found


def test_options_reach_the_cleaner(pages: Path, run: RunCommand) -> None:
    """Kinds to keep and the threshold apply to the cleaning; pages may be skipped."""
    assert json.loads(run(pages, "--by", "kind", "--keep", KIND.value, "--json").out) == {"kinds": []}
    assert json.loads(run(pages, "--by", "kind", "--threshold", "1000", "--json").out) == {"kinds": []}
    assert json.loads(run(pages, "--every", "2", "--json").out)["gold"][0]["pages"] == 1


def test_processes_change_nothing(pages: Path, run: RunCommand) -> None:
    """The output is the same whether one process works or two."""
    assert run(pages, "--json", "--jobs", "2").out == run(pages, "--json").out


def test_data_set_that_fails_does_not_stop_the_rest(pages: Path, data: Data, run: RunCommand) -> None:
    """A data set with an error is reported and left out, the others are measured, and the exit status is 1."""
    broken = data({"gold": ARTICLE, "text": ARTICLE}, "{}", name="broken.jsonl")
    outcome = run(broken, pages, pages.with_name("no.jsonl"))
    assert (outcome.status, outcome.out) == (1, run(pages).out)
    assert outcome.err.splitlines() == [
        f"cleaner: {broken}: line 2: gold: is missing; give the text of the article",
        f"cleaner: {pages.with_name('no.jsonl')}: does not exist; check the path",
    ]
    assert run(broken) == Printed(1, "", outcome.err.splitlines(keepends=True)[0])


@pytest.mark.parametrize(
    ("arguments", "message"),
    [
        ([], "no data; give .jsonl files"),
        (["PAGES", "--by", "scraper"], "--by: 'scraper' is unknown; use one of: lang, host, kind"),
        (["PAGES", "--worst", "-1"], "--worst: -1 is negative"),
        (["PAGES", "--every", "0"], "--every: 0 is too small; give 1 or more"),
        (["PAGES", "--jobs", "0"], "--jobs: 0 is too small; give 1 or more"),
        (["PAGES", "--keep", "adverts"], "'adverts' is not a kind of noise"),
        (["PAGES", "--headline", "last"], "'last' is unknown"),
        (["PAGES", "PAGES"], "rename one of them"),
        (["PAGES", "--scraper", "third"], "no page has a text called third; there are: first, gold, second"),
    ],
)
def test_wrong_usage_ends_with_status_2(arguments: list[str], message: str, pages: Path, run: RunCommand) -> None:
    """Wrong usage is reported in one line with what to do instead."""
    outcome = run(*(argument.replace("PAGES", str(pages)) for argument in arguments))
    assert (outcome.status, outcome.err.count("\n")) == (2, 1)
    assert outcome.err.startswith("cleaner: ")
    assert message in outcome.err


def test_progress_is_for_terminals(monkeypatch: pytest.MonkeyPatch) -> None:
    """Items pass unchanged; they are counted on standard error only if that is a terminal."""
    for terminal, shown in [(False, ""), (True, "\rpages: 1\rpages: 2\r\x1b[K")]:
        stream = io.StringIO()
        monkeypatch.setattr(stream, "isatty", lambda terminal=terminal: terminal)
        monkeypatch.setattr(sys, "stderr", stream)
        assert list(show_progress("ab", "pages")) == ["a", "b"]
        assert stream.getvalue() == shown
