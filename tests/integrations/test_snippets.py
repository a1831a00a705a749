"""Runs the snippets for other tools from the page on integrations as they are there."""

from __future__ import annotations

import contextlib
import importlib.util
import io
import os
import re
import shutil
import subprocess
import sys
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from cleaner import SiteMemory

PAGE = (Path(__file__).parents[2] / "docs" / "integrations.md").read_text("utf-8")
TOOLS = (
    *("Scrapy", "datatrove", "pandas", "polars", "Dask", "Ray Data", "Spark"),
    *("Hugging Face datasets", "LangChain", "trafilatura", "Sites on Ray Data", "Sites on Spark", "Sites on datatrove"),
)
MAX_LINES = 20
Told = Callable[[SiteMemory], dict[str, Any]]

SECTIONS = {title: body for title, _, body in (part.partition("\n") for part in PAGE.split("\n## ")[1:])}


def snippet(tool: str) -> str:
    """The one Python block of a tool's section."""
    (block,) = re.findall(r"^```python\n(.*?)^```$", SECTIONS[tool], re.DOTALL | re.MULTILINE)
    return str(block)


def run_here(tool: str) -> dict[str, Any]:
    """The names that a snippet defines when run in this process."""
    names: dict[str, Any] = {"__name__": "snippet"}
    exec(compile(snippet(tool), f"integrations.md: {tool}", "exec"), names)
    return names


def run_script(tool: str, **environment: str) -> str:
    """What a snippet prints, run as a script in the current folder."""
    return run_code(snippet(tool), **environment)


def run_code(code: str, **environment: str) -> str:
    """What a script prints, run in the current folder."""
    Path("script.py").write_text(code, "utf-8")
    done = subprocess.run(
        [sys.executable, "script.py"],
        env=os.environ | environment,
        stdout=subprocess.PIPE,
        stderr=subprocess.STDOUT,
        text=True,
        check=False,
        timeout=300,
    )
    assert done.returncode == 0, done.stdout
    return done.stdout


def written() -> list[Any]:
    """The texts in the Parquet files of ``articles``, sorted, null last."""
    import pyarrow.parquet as pq

    texts = [text for path in Path("articles").rglob("*.parquet") for text in pq.read_table(path)["text"].to_pylist()]
    return sorted(texts, key=lambda text: (text is None, text))


@pytest.fixture
def folder(tmp_path: Path, monkeypatch: pytest.MonkeyPatch, noisy: str, article: str) -> Path:
    """A folder with ``pages.parquet``: a page with noise, one without a text, one without noise."""
    pa = pytest.importorskip("pyarrow", reason="needs the extra 'arrow'")
    import pyarrow.parquet as pq

    pq.write_table(pa.table({"id": [1, 2, 3], "text": [noisy, None, article]}), tmp_path / "pages.parquet")
    monkeypatch.chdir(tmp_path)
    return tmp_path


@pytest.fixture
def sites(tmp_path: Path, monkeypatch: pytest.MonkeyPatch, site_pages: list[dict[str, str]]) -> Path:
    """A folder with ``pages.parquet``, a folder of four files with pages of three sites, some of them twice."""
    pa = pytest.importorskip("pyarrow", reason="needs the extra 'arrow'")
    import pyarrow.parquet as pq

    (tmp_path / "pages.parquet").mkdir()
    for number in range(4):
        rows = [*site_pages[number::4], *site_pages[: 2 * number]]
        pq.write_table(pa.Table.from_pylist(rows), tmp_path / "pages.parquet" / f"{number}.parquet")
    monkeypatch.chdir(tmp_path)
    return tmp_path


def test_every_tool_has_a_section_that_fits() -> None:
    """Each tool has a section of at most twenty lines, blank ones and fences aside, with one block to paste."""
    assert tuple(SECTIONS) == TOOLS
    for tool, body in SECTIONS.items():
        lines = [line for line in body.splitlines() if line.strip() and not line.startswith("```")]
        assert len(lines) <= MAX_LINES, tool
        compile(snippet(tool), tool, "exec")


@pytest.mark.usefixtures("folder")
def test_pandas(article: str) -> None:
    """The pandas snippet cleans a data frame, missing texts and all."""
    pytest.importorskip("pandas")
    articles = run_here("pandas")["articles"]
    assert articles["text"].tolist()[0] == articles["text"].tolist()[2] == article
    assert articles["text"].isna().tolist() == [False, True, False]
    assert articles["id"].tolist() == [1, 2, 3]
    assert "flags" in articles.columns


@pytest.mark.usefixtures("folder")
def test_polars(article: str) -> None:
    """The polars snippet cleans a data frame."""
    pytest.importorskip("polars")
    names = run_here("polars")
    assert names["articles"]["text"].to_list() == [article, None, article]
    assert names["articles"].schema == names["pages"].schema


@pytest.mark.slow
@pytest.mark.usefixtures("folder")
def test_dask(article: str) -> None:
    """The Dask snippet writes cleaned partitions from worker processes."""
    pytest.importorskip("dask.dataframe")
    run_script("Dask")
    assert written() == [article, article, None]


@pytest.mark.slow
@pytest.mark.skipif(importlib.util.find_spec("ray") is None, reason="needs ray (extra 'test-engines')")
@pytest.mark.usefixtures("folder")
def test_ray_data(article: str) -> None:
    """The Ray Data snippet writes cleaned batches from a local cluster."""
    run_script("Ray Data")
    assert written() == [article, article, None]


@pytest.mark.slow
@pytest.mark.skipif(importlib.util.find_spec("pyspark") is None, reason="needs pyspark (extra 'test-engines')")
@pytest.mark.skipif(shutil.which("java") is None, reason="Spark needs Java")
@pytest.mark.usefixtures("folder")
def test_spark(article: str) -> None:
    """The Spark snippet writes cleaned batches from a local session."""
    run_script("Spark", PYSPARK_PYTHON=sys.executable, SPARK_LOCAL_IP="127.0.0.1")
    assert written() == [article, article, None]


@pytest.mark.slow
@pytest.mark.skipif(importlib.util.find_spec("ray") is None, reason="needs ray (extra 'test-engines')")
def test_sites_on_ray_data(
    sites: Path, told: Told, site_memory: SiteMemory, site_articles: list[dict[str, str]]
) -> None:
    """The group-by on Ray learns what one memory learns, and the pages are cleaned with it."""
    run_script("Sites on Ray Data")
    assert told(SiteMemory(sites / "sites.sqlite")) == told(site_memory)
    assert sorted(set(written())) == sorted(page["text"] for page in site_articles)
    assert len(written()) == 42


@pytest.mark.slow
@pytest.mark.skipif(importlib.util.find_spec("pyspark") is None, reason="needs pyspark (extra 'test-engines')")
@pytest.mark.skipif(shutil.which("java") is None, reason="Spark needs Java")
def test_sites_on_spark(sites: Path, told: Told, site_memory: SiteMemory, site_articles: list[dict[str, str]]) -> None:
    """The group-by on Spark learns what one memory learns, and the pages are cleaned with it as the page says."""
    environment = {"PYSPARK_PYTHON": sys.executable, "SPARK_LOCAL_IP": "127.0.0.1"}
    run_script("Sites on Spark", **environment)
    assert told(SiteMemory(sites / "sites.sqlite")) == told(site_memory)
    (call,) = re.findall(r"`(clean_table\(batch.*?\))`", SECTIONS["Sites on Spark"])
    code = snippet("Spark").replace('clean_table(batch, column="text")', call)
    run_code(f"from cleaner import CleanConfig\n{code}", **environment)
    assert sorted(set(written())) == sorted(page["text"] for page in site_articles)
    assert len(written()) == 42


@pytest.mark.usefixtures("folder")
def test_function_for_spark(noisy: str, article: str) -> None:
    """The function of the Spark snippet takes an iterator of record batches and gives one, empty batches too."""
    import pyarrow as pa

    names: dict[str, Any] = {}
    code = snippet("Spark")
    exec(code[code.index("from cleaner") : code.index("spark =")], names)
    batches = [pa.record_batch({"text": pa.array(texts, pa.string())}) for texts in ([noisy, None], [], [article])]
    cleaned = list(names["clean"](iter(batches)))
    assert [batch.column("text").to_pylist() for batch in cleaned] == [[article, None], [], [article]]
    assert {type(batch) for batch in cleaned} == {pa.RecordBatch}


def test_datasets(folder: Path, article: str, monkeypatch: pytest.MonkeyPatch) -> None:
    """The snippet for Hugging Face datasets cleans a dataset that stands in a file."""
    datasets = pytest.importorskip("datasets")
    monkeypatch.setattr(datasets.config, "HF_DATASETS_CACHE", folder / "cache")
    articles = run_here("Hugging Face datasets")["articles"]
    assert articles["text"][:] == [article, None, article]
    assert articles["flags"][:] == [[], None, []]


@pytest.mark.usefixtures("folder")
def test_langchain(noisy: str, article: str) -> None:
    """The LangChain snippet cleans a page of Markdown and keeps its source."""
    pytest.importorskip("langchain_core")
    Path("page.md").write_text(noisy.replace("\n", "\n\n"), "utf-8")
    (found,) = run_here("LangChain")["articles"]
    assert found.page_content.split() == article.split()
    assert found.metadata["source"] == "page.md"
    assert found.metadata["cleaner"]["removed_characters"] > 0


@pytest.mark.usefixtures("folder")
def test_trafilatura(article: str, noise: str) -> None:
    """The trafilatura snippet prints the title and the article of a page."""
    pytest.importorskip("trafilatura")
    paragraphs = "".join(f"<p>{line}</p>" for line in f"{article}\n{noise}".splitlines())
    page = f"<html><head><title>Old bridge</title></head><body><article>{paragraphs}</article></body></html>"
    Path("page.html").write_text(page, "utf-8")
    with contextlib.redirect_stdout(io.StringIO()) as printed:
        run_here("trafilatura")
    assert printed.getvalue() == f"Old bridge ()\n{article}\n0 comments\n"


@pytest.mark.slow
@pytest.mark.usefixtures("folder")
def test_datatrove(noisy: str, article: str) -> None:
    """The datatrove snippet cleans a folder of JSON lines in two workers."""
    pytest.importorskip("datatrove")
    import json

    import zstandard

    Path("pages").mkdir()
    for number in range(4):
        Path(f"pages/{number}.jsonl").write_text(json.dumps({"text": noisy, "id": str(number)}) + "\n", "utf-8")
    run_script("datatrove")
    for number in range(4):
        with zstandard.open(f"articles/{number:05}.jsonl.zst", "rt", encoding="utf-8") as lines:
            assert [json.loads(line)["text"] for line in lines.read().splitlines()] == [article]
    assert Path("removed/00003.jsonl.zst").exists()


@pytest.mark.slow
@pytest.mark.usefixtures("folder")
def test_sites_on_datatrove(
    told: Told, site_memory: SiteMemory, site_pages: list[dict[str, str]], site_articles: list[dict[str, str]]
) -> None:
    """The three pipelines learn what one memory learns, and clean the pages with it."""
    pytest.importorskip("datatrove")
    import json

    import zstandard

    Path("pages").mkdir()
    for number in range(4):
        lines = [json.dumps(page) + "\n" for page in site_pages[number::4]]
        Path(f"pages/{number}.jsonl").write_text("".join(lines), "utf-8")
    run_script("Sites on datatrove")
    assert told(SiteMemory("sites.sqlite")) == told(site_memory)
    texts = []
    for path in Path("articles").glob("*.zst"):
        with zstandard.open(path, "rt", encoding="utf-8") as file:
            texts += [json.loads(line)["text"] for line in file.read().splitlines()]
    assert sorted(texts) == sorted(page["text"] for page in site_articles)


@pytest.mark.slow
def test_scrapy(folder: Path, noisy: str, article: str) -> None:
    """The settings of the Scrapy snippet clean the items of a crawl."""
    pytest.importorskip("scrapy")
    import json

    spider = (
        "import scrapy\n"
        "class Spider(scrapy.Spider):\n"
        "    name = 'local'\n"
        f"    start_urls = ['file://{folder}/page.html']\n"
        "    def parse(self, response):\n"
        "        text = response.css('pre::text').get()\n"
        "        yield {'title': 'T', 'text': text, 'url': 'https://a.example/1'}\n"
    )
    Path("page.html").write_text(f"<html><body><pre>{noisy}</pre></body></html>", "utf-8")
    Path("settings.py").write_text(snippet("Scrapy"), "utf-8")
    Path("spider.py").write_text(spider, "utf-8")
    command = [sys.executable, "-m", "scrapy", "runspider", "spider.py", "-O", "items.jsonl"]
    environment = os.environ | {"SCRAPY_SETTINGS_MODULE": "settings", "PYTHONPATH": f".:{os.environ['PYTHONPATH']}"}
    subprocess.run(command, env=environment, check=True, capture_output=True, timeout=120)
    (item,) = (json.loads(line) for line in Path("items.jsonl").read_text().splitlines())
    assert item["text"] == article
    assert [removal["kind"] for removal in item["removed"]] == ["share-bar", "newsletter"]
    assert SiteMemory(folder / "sites.sqlite").page_count("a.example") == 1
    assert item["comments"] == []
