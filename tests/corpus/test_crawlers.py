"""The recipes of the page on crawlers, each run as it is there on a small file in the shape that the tool writes."""

from __future__ import annotations

import csv
import io
import json
import re
import shlex
import sys
from collections.abc import Callable
from pathlib import Path
from types import ModuleType, SimpleNamespace
from typing import Any

import pytest

from cleaner import clean_markdown, clean_text
from tests.running import Run

PAGE = (Path(__file__).parents[2] / "docs" / "crawlers.md").read_text("utf-8")
SECTIONS = {title: body for title, _, body in (part.partition("\n") for part in PAGE.split("\n## ")[1:])}
PYTHON = {"crawl4ai", "newspaper4k", "NeMo Curator", "A crawler of your own"}

TITLE = "Old bridge stays open"
FIRST = "The council voted last night after six hours of debate, and the café by the bridge stays open."
SECOND = "Two members were against it because the figures for the repair had arrived only that morning."
# The copy of the headline inside the article goes only where the title is known.
TEXT = f"{TITLE}\n{FIRST}\n{TITLE}\n{SECOND}\nShare on Facebook\nSubscribe to our newsletter\n"
ARTICLE = f"{TITLE}\n{FIRST}\n{SECOND}\n"
LINKS = "[Share on Facebook](https://example.org/f) [Share on Twitter](https://example.org/t)\n"
SOURCE = f"# {TITLE}\n\n{FIRST}\n\n{TITLE}\n\n{SECOND}\n\n{LINKS}"
CLEAN = f"# {TITLE}\n\n{FIRST}\n\n{SECOND}\n"
URL = "https://example.org/bridge"


def test_examples_need_their_titles() -> None:
    """Without the title the copy of the headline stays, so that a recipe that names a wrong field is noticed."""
    assert clean_text(TEXT, title=TITLE) == ARTICLE != clean_text(TEXT)
    assert clean_markdown(SOURCE, title=TITLE) == CLEAN != clean_markdown(SOURCE)


def firecrawl(text: str) -> str:
    """A crawl of two pages in the shape of firecrawl's interface."""
    page = {"markdown": text, "metadata": {"title": TITLE, "sourceURL": URL, "statusCode": 200}}
    empty = {"markdown": "", "metadata": {"title": "", "sourceURL": URL, "statusCode": 404}}
    return json.dumps({"success": True, "status": "completed", "total": 2, "data": [page, empty]}, ensure_ascii=False)


def reader(text: str) -> str:
    """A page with the lines that Jina Reader writes above it."""
    return f"Title: {TITLE}\n\nURL Source: {URL}\n\nPublished Time: 2026-03-04\n\nMarkdown Content:\n{text}"


def plain(text: str) -> str:
    """A page whose title is its first heading alone, as nothing else tells it."""
    return text.replace(f"{TITLE}\n\n{SECOND}", SECOND)


def news_please(text: str | None) -> str:
    """An article in the shape of news-please's files."""
    known = {"authors": ["Anne Lestrade"], "date_publish": "2026-03-04 07:00:00", "language": "en", "title": TITLE}
    return json.dumps(known | {"title_page": None, "maintext": text, "url": URL}, ensure_ascii=False, indent=4)


def lines(text: str) -> str:
    """A feed of two items as lines of JSON."""
    items = [{"url": URL, "title": TITLE, "body": text}, {"url": URL, "title": None, "body": None}]
    return "".join(json.dumps(item, ensure_ascii=False) + "\n" for item in items)


def table(*header: str, field: str) -> Callable[[str], str]:
    """A table with these columns, of a row with a text in ``field`` and of one that is empty there."""

    def make(text: str) -> str:
        out = io.StringIO()
        writer = csv.DictWriter(out, header, restval="x, y", extrasaction="ignore")
        writer.writeheader()
        writer.writerow({"title": TITLE, "url": URL, "language": "en", field: text})
        writer.writerow({"title": "", field: ""})
        return out.getvalue()

    return make


MEDIA_CLOUD = ("id", "indexed_date", "language", "media_name", "publish_date", "title", "url", "text")
MINET = ("path", "extract_error", "canonical_url", "title", "description", "content", "comments", "author", "date")

# For each section with commands: the files that they read, as functions of a text, with that text before and after.
SHAPES: dict[str, dict[str, tuple[Callable[[str], str], str, str]]] = {
    "firecrawl": {"crawl.json": (firecrawl, SOURCE, CLEAN)},
    "Jina Reader": {"page.md": (reader, SOURCE, CLEAN)},
    "MarkItDown": {"page.md": (plain, SOURCE, CLEAN)},
    "news-please": {"data/example.org/1.json": (news_please, TEXT, ARTICLE)},
    "Scrapy feeds": {
        "pages.jsonl": (lines, TEXT, ARTICLE),
        "pages.csv": (table("url", "title", "body", field="body"), TEXT, ARTICLE),
    },
    "Media Cloud": {"stories.csv": (table(*MEDIA_CLOUD, field="text"), TEXT, ARTICLE)},
    "minet": {"extracted.csv": (table(*MINET, field="content"), TEXT, ARTICLE)},
}


def commands(tool: str) -> list[list[str]]:
    """The arguments of the commands of a section."""
    (block,) = re.findall(r"^```sh\n(.*?)^```$", SECTIONS[tool], re.DOTALL | re.MULTILINE)
    words = [shlex.split(line) for line in block.splitlines()]
    assert all(line[:2] == ["cleaner", "clean"] for line in words)
    return [line[2:] for line in words]


def test_every_section_is_tested() -> None:
    """Each section has one block, either of commands or of Python, and a test below."""
    assert set(SECTIONS) == SHAPES.keys() | PYTHON
    assert [len(re.findall(r"^```(?:sh|python)$", body, re.MULTILINE)) for body in SECTIONS.values()] == [1] * len(
        SECTIONS
    )


@pytest.mark.parametrize("tool", SHAPES)
def test_commands(tool: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, run: Run) -> None:
    """The commands of a recipe remove the noise and the copy of the headline, and keep all else byte for byte."""
    monkeypatch.chdir(tmp_path)
    shapes = SHAPES[tool]
    for name, (make, before, _) in shapes.items():
        Path(name).parent.mkdir(parents=True, exist_ok=True)
        Path(name).write_bytes(make(before).encode())
    for arguments, (name, (make, before, after)) in zip(commands(tool), shapes.items(), strict=True):
        outcome = run(*arguments)
        assert outcome.status == 0, outcome.err
        target = Path(arguments[2])
        assert arguments[1] == "-o"
        written = target / Path(*Path(name).parts[1:]) if target.is_dir() else target
        assert written.read_bytes().decode() == make(after)
        assert Path(name).read_bytes().decode() == make(before)


def test_crawl_to_lines(tmp_path: Path, run: Run) -> None:
    """The crawl of firecrawl becomes a line for each page where the output ends in ``.jsonl``."""
    (tmp_path / "crawl.json").write_text(firecrawl(SOURCE), "utf-8")
    (arguments,) = commands("firecrawl")
    assert run(tmp_path / "crawl.json", "-o", tmp_path / "clean.jsonl", *arguments[3:]).status == 0
    found = [json.loads(line) for line in (tmp_path / "clean.jsonl").read_text("utf-8").splitlines()]
    assert [page["markdown"] for page in found] == [CLEAN, ""]


def test_markdown_from_a_pipe(run: Run) -> None:
    """The pipe of the MarkItDown recipe gives the same article."""
    (line,) = re.findall(r"`markitdown page.html \| cleaner clean (.*?)`", SECTIONS["MarkItDown"])
    assert run(*line.split(), stdin=plain(SOURCE).encode()).out.decode() == CLEAN


def test_articles_without_text(tmp_path: Path, run: Run) -> None:
    """An article of news-please whose text is null keeps its bytes, and the run succeeds."""
    (tmp_path / "data").mkdir()
    (tmp_path / "data" / "1.json").write_text(news_please(None), "utf-8")
    (arguments,) = commands("news-please")
    assert run(tmp_path / "data", "-o", tmp_path / "clean", *arguments[3:]).status == 0
    assert (tmp_path / "clean" / "1.json").read_text("utf-8") == news_please(None)


def names_of(tool: str) -> dict[str, Any]:
    """The names that the Python of a section defines."""
    (code,) = re.findall(r"^```python\n(.*?)^```$", SECTIONS[tool], re.DOTALL | re.MULTILINE)
    names: dict[str, Any] = {"__name__": "snippet"}
    exec(compile(code, f"crawlers.md: {tool}", "exec"), names)
    return names


def test_crawl4ai() -> None:
    """The function cleans the Markdown of a result, which is a string of a class of its own, with or without metadata."""

    class Markdown(str):
        """Markdown, as crawl4ai gives it."""

        __slots__ = ()

    article_of = names_of("crawl4ai")["article_of"]
    result = SimpleNamespace(markdown=Markdown(SOURCE), metadata={"title": TITLE}, url=URL)
    assert article_of(result) == CLEAN
    result.metadata = None
    assert article_of(result) == clean_markdown(SOURCE)


def test_newspaper4k() -> None:
    """The function cleans the text of a parsed article, with its title."""
    article_from = names_of("newspaper4k")["article_from"]
    assert article_from(SimpleNamespace(text=TEXT, title=TITLE)) == ARTICLE


def test_nemo_curator(monkeypatch: pytest.MonkeyPatch) -> None:
    """The modifier cleans a text and passes a missing one; a class stands in for its base, which is not installed."""
    modifiers: Any = ModuleType("nemo_curator.stages.text.modifiers")
    modifiers.DocumentModifier = type("DocumentModifier", (), {})
    for name in ("nemo_curator", "nemo_curator.stages", "nemo_curator.stages.text"):
        monkeypatch.setitem(sys.modules, name, ModuleType(name))
    monkeypatch.setitem(sys.modules, modifiers.__name__, modifiers)
    modifier = names_of("NeMo Curator")["NewsCleaner"]()
    assert isinstance(modifier, modifiers.DocumentModifier)
    assert modifier.modify_document(TEXT) == clean_text(TEXT) != TEXT
    assert modifier.modify_document(None) is None


def test_a_crawler_of_your_own(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """A footer that no pattern knows is removed once five other pages have it, and from the first page of the next run."""
    monkeypatch.chdir(tmp_path)
    places = ("Varnay", "Osterlo", "Quillin", "Marsbury", "Tessin", "Lormont", "Pelham")
    articles = {
        f"https://courier.example/{place}": f"{FIRST.replace('bridge', place)}\n{SECOND.replace('repair', place)}"
        for place in places
    }
    footer = "The Courier is read in four valleys, and printed where it is read"
    first = names_of("A crawler of your own")
    found = [first["article_of"](f"{text}\n{footer}", url) for url, text in articles.items()]
    assert [text.endswith(footer) for text in found] == [True] * 5 + [False] * 2
    assert found[5:] == list(articles.values())[5:]
    first["close"]()
    second = names_of("A crawler of your own")
    assert [second["article_of"](f"{text}\n{footer}", url) for url, text in articles.items()] == [*articles.values()]
    second["close"]()
