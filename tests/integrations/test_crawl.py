"""The example script, from WARC files to articles."""

from __future__ import annotations

import io
import json
import subprocess
import sys
from pathlib import Path
from typing import Any

import pytest

pytest.importorskip("datatrove", reason="needs the extra 'datatrove'")
pytest.importorskip("trafilatura", reason="needs the extra 'trafilatura'")
pytest.importorskip("magic", reason="datatrove reads WARC with python-magic, which needs the system's libmagic")

from cleaner import Cleaner

SCRIPT = Path(__file__).parents[2] / "examples" / "crawl.py"
FILES = 2
TITLE = "Old bridge stays open"


@pytest.fixture(scope="module")
def warc(tmp_path_factory: pytest.TempPathFactory, article: str, noise: str) -> Path:
    """A folder of WARC files of pages: one with an article and noise, one without a text, one with noise alone."""
    from warcio.statusandheaders import StatusAndHeaders
    from warcio.warcwriter import WARCWriter

    folder = tmp_path_factory.mktemp("warc")
    paragraphs = "".join(f"<p>{line}</p>" for line in f"{article}\n{noise}".splitlines())
    pages = (
        f"<html lang='en'><head><title>{TITLE}</title></head><body><article>{paragraphs}</article></body></html>",
        "<html><body></body></html>",
        "<html><body><p>Share on Facebook</p><p>Subscribe to our newsletter</p></body></html>",
    )
    for number in range(FILES):
        with (folder / f"{number}.warc.gz").open("wb") as file:
            writer = WARCWriter(file, gzip=True)
            for index, page in enumerate(pages):
                record = writer.create_warc_record(
                    f"http://a.example/{number}/{index}",
                    "response",
                    payload=io.BytesIO(page.encode()),
                    http_headers=StatusAndHeaders("200 OK", [("Content-Type", "text/html")], protocol="HTTP/1.1"),
                    warc_headers_dict={"WARC-Identified-Payload-Type": "text/html"},
                )
                writer.write_record(record)
    return folder


def run_script(*arguments: str | Path) -> None:
    """The script, run as its docstring says."""
    command = [sys.executable, str(SCRIPT), *map(str, arguments)]
    done = subprocess.run(
        command, stdout=subprocess.PIPE, stderr=subprocess.STDOUT, text=True, timeout=300, check=False
    )
    assert done.returncode == 0, done.stdout


def counted(output: Path, step: str) -> dict[str, Any]:
    """The totals of a step, as the run has written them."""
    (found,) = (one for one in json.loads((output / "logs" / "stats.json").read_text()) if one["name"].endswith(step))
    return {name: value["total"] if isinstance(value, dict) else value for name, value in found["stats"].items()}


@pytest.mark.slow
def test_warc_to_parquet(warc: Path, tmp_path: Path, article: str) -> None:
    """Pages become articles in Parquet, with title and URL; pages without an article are counted and dropped."""
    import pyarrow.parquet as pq

    output = tmp_path / "articles"
    run_script(warc, output, "--format", "parquet", "--removed", "--tasks", "2", "--workers", "2")
    rows = [row for path in output.glob("*.parquet") for row in pq.read_table(path).to_pylist()]
    assert sorted(row["url"] for row in rows) == [f"http://a.example/{number}/0" for number in range(FILES)]
    for row in rows:
        assert row["text"].splitlines()[-3:] == article.splitlines()
        assert row["title"] == TITLE
        assert row["date"]
    counts = counted(output, "news-cleaner")
    assert counts["forwarded"] == FILES
    assert counts["removed_lines_newsletter"] == counts["removed_lines_share-bar"] == FILES
    assert counted(output, "trafilatura")["dropped_no_text"] + counts.get("dropped", 0) == 2 * FILES
    assert len(list((output / "removed").glob("*.zst"))) == FILES


@pytest.mark.slow
@pytest.mark.skipif(not hasattr(Cleaner, "clean_html"), reason="HTML input is not there yet")
def test_warc_to_json_lines_without_trafilatura(warc: Path, tmp_path: Path, article: str) -> None:
    """The cleaner's own HTML input gives the same articles, as JSON lines."""
    import zstandard

    output = tmp_path / "articles"
    run_script(warc, output, "--extractor", "cleaner")
    texts = []
    for path in output.glob("*.jsonl.zst"):
        with zstandard.open(path, "rt", encoding="utf-8") as lines:
            texts += [json.loads(line)["text"] for line in lines.read().splitlines()]
    assert [text.splitlines()[-3:] for text in texts] == [article.splitlines()] * FILES
