"""Labelled pages to a model: labels of blocks, words of names, and a fit that comes out the same."""

from __future__ import annotations

import gzip
import json
from pathlib import Path

import pytest

from cleaner import CleanConfig, Cleaner
from cleaner.errors import InputError
from cleaner.html.model import dump_model
from cleaner.training import block_fitting as fitting
from cleaner.training.block_fitting import collect_pages, fit_files, fit_model, learn_names
from cleaner.training.block_labels import label_blocks
from cleaner.training.labelled import LabelledPage
from cleaner.training.labelled_html import read_labelled_html

GOLD = "The mill closes in autumn.\nThe owner named the price of grain as the reason."


def labelled(number: int) -> tuple[LabelledPage, str]:
    """A page of a separate small site."""
    gold = "\n".join(
        f"Sentence {part} of report {number} tells what the council of village {number + part} has decided this week."
        for part in range(4)
    )
    paragraphs = "".join(f"<p>{line}</p>" for line in gold.splitlines())
    links = "".join(f"<li><a href=/{part}>Link {part} to site {number}</a>" for part in range(6))
    markup = f"<body><ul class=menu>{links}</ul><div class='content'>{paragraphs}</div><p class=foot>Made by {number}"
    return LabelledPage("set", str(number), f"host{number}", "en", None, None, gold, {}), markup


def test_labels_follow_the_gold() -> None:
    """A block is main content if its words are in the gold in the same order; a short one if all of them are."""
    texts = ["The mill closes in autumn.", "The mill", "Closes today", "the reason.", "Menu", "***"]
    labels = label_blocks(texts, GOLD, "en")
    assert labels.is_main.tolist() == [True, False, False, False, False, False]


def test_labels_run_over_the_edges_of_blocks() -> None:
    """Short blocks that together are a sentence of the gold are main content."""
    assert label_blocks(["The owner", "named the price", "of grain"], GOLD, "en").is_main.tolist() == [True] * 3


def test_copies_are_labelled_once() -> None:
    """As many copies are main content as the gold has: those among main content."""
    line, other = GOLD.splitlines()
    labels = label_blocks(
        [line, "Menu of the page", "Shop", "News", "Sport", "Video", "Games", line, other], GOLD, "en"
    )
    assert labels.is_main.tolist() == [False] * 7 + [True] * 2


def test_names_are_learnt_from_several_hosts() -> None:
    """Words in names that several hosts use count for or against main content; those of few hosts are left out."""
    names = learn_names(list(collect_pages(labelled(number) for number in range(6))))
    assert names["content"] > 0 > names["menu"]
    assert learn_names(list(collect_pages(labelled(number) for number in range(3)))) == {}


def test_fit_is_reproducible_and_works(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """The same pages give the same file; a cleaner reads it and cleans a page of another site with it."""
    pytest.importorskip("lightgbm")
    monkeypatch.setattr(fitting, "ROUNDS", 12)
    monkeypatch.setitem(fitting.PARAMETERS, "min_data_in_leaf", 3)
    pages = list(collect_pages(labelled(number) for number in range(40)))
    text = dump_model(fit_model(pages, {"by": "a test"}))
    assert text == dump_model(
        fit_model(list(collect_pages(labelled(number) for number in range(40))), {"by": "a test"})
    )
    path = tmp_path / "model.json"
    path.write_text(text, "utf-8")
    page, markup = labelled(77)
    assert Cleaner(CleanConfig(html_weights=path)).clean_html(markup).text == page.gold


def test_files_are_fitted_and_named(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """A model fitted to files names them."""
    pytest.importorskip("lightgbm")
    monkeypatch.setattr(fitting, "ROUNDS", 2)
    monkeypatch.setitem(fitting.PARAMETERS, "min_data_in_leaf", 3)
    path = tmp_path / "set.jsonl.gz"
    pages = [labelled(number) for number in range(12)]
    write(path, [{"id": page.id, "host": page.host, "gold": page.gold, "text": ""} for page, _ in pages])
    write(tmp_path / "set.html.jsonl.gz", [{"id": page.id, "html": markup} for page, markup in pages])
    made = fit_files([path]).made
    assert made["pages"] == {"set.jsonl.gz": 12}
    assert set(made["data"]) == {"set.jsonl.gz", "set.html.jsonl.gz"}


def write(path: Path, records: list[dict[str, str]]) -> None:
    """Write a file of records."""
    path.write_bytes(gzip.compress("".join(json.dumps(record) + "\n" for record in records).encode()))


def test_pages_and_their_html_are_read_side_by_side(tmp_path: Path) -> None:
    """The HTML of each page comes from the file beside it; what does not match is refused with its place."""
    path, pages = tmp_path / "set.jsonl.gz", tmp_path / "set.html.jsonl.gz"
    write(path, [{"id": str(number), "gold": "g", "text": "t"} for number in range(5)])
    write(pages, [{"id": str(number), "html": f"<p>{number}"} for number in range(5)])
    assert [markup for _, markup in read_labelled_html(path, 2)] == ["<p>0", "<p>2", "<p>4"]
    write(pages, [{"id": "0", "html": "<p>"}])
    with pytest.raises(InputError, match="as many lines"):
        list(read_labelled_html(path))
    write(pages, [{"id": str(number + 1), "html": "<p>"} for number in range(5)])
    with pytest.raises(InputError, match="line 1: id"):
        list(read_labelled_html(path))
    write(pages, [{"id": str(number)} for number in range(5)])
    with pytest.raises(InputError, match="line 1: html"):
        list(read_labelled_html(path))
    pages.unlink()
    with pytest.raises(InputError, match="cannot be read"):
        list(read_labelled_html(path))
