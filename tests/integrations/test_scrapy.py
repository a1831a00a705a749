"""The item pipeline, in real crawls of a site on this machine."""

from __future__ import annotations

import json
import sqlite3
import subprocess
import sys
import threading
from collections.abc import Callable, Iterable, Iterator
from contextlib import closing, contextmanager
from dataclasses import dataclass, field
from functools import partial
from http.server import SimpleHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from typing import Any

import pytest

pytest.importorskip("scrapy", reason="needs the extra 'scrapy'")

from itemadapter import ItemAdapter
from scrapy.exceptions import DropItem, NotConfigured
from scrapy.statscollectors import MemoryStatsCollector
from scrapy.utils.test import get_crawler

from cleaner import Cleaner, CleanResult, ConfigError, SiteMemory
from cleaner.errors import SitesError
from cleaner.integrations.scrapy import CleanerPipeline

Told = Callable[[SiteMemory], dict[str, Any]]

SPIDER = """
import dataclasses, json
import attrs, scrapy

@dataclasses.dataclass
class DataclassPage:
    url: str
    title: str = ""
    text: str = ""
    removed: list = dataclasses.field(default_factory=list)
    comments: list = dataclasses.field(default_factory=list)
    flags: list = dataclasses.field(default_factory=list)

@dataclasses.dataclass(frozen=True)
class FrozenPage:
    url: str
    title: str = ""
    text: str = ""

@attrs.define
class AttrsPage:
    url: str
    title: str = ""
    text: str = ""
    removed: list = attrs.Factory(list)
    comments: list = attrs.Factory(list)
    flags: list = attrs.Factory(list)

class ItemPage(scrapy.Item):
    url = scrapy.Field()
    title = scrapy.Field()
    text = scrapy.Field()
    removed = scrapy.Field()
    comments = scrapy.Field()
    flags = scrapy.Field()

TYPES = {"dict": dict, "dataclass": DataclassPage, "attrs": AttrsPage, "item": ItemPage, "frozen": FrozenPage}

class NewsSpider(scrapy.Spider):
    name = "news"

    def parse(self, response):
        for link in response.css("a::attr(href)").getall():
            yield response.follow(link, self.parse_page)

    def parse_page(self, response):
        lines = response.css("p::text").getall()
        kind = response.url.rpartition("/")[2].partition("-")[0]
        if kind == "list":
            yield {"url": response.url, "text": lines}
        elif kind == "bare":
            yield {"url": response.url}
        else:
            title = response.css("h1::text").get("")
            yield TYPES[kind](url=response.url, title=title, text="\\n".join(lines))

    def closed(self, reason):
        with open("stats.json", "w") as file:
            json.dump(self.crawler.stats.get_stats(), file, default=str)
"""
TITLE = "Old bridge stays open"
COMMENT = "Good news for once, thank you all."


@dataclass
class Crawl:
    """What a crawl left: items by the kind of page, statistics, and the log."""

    items: dict[str, dict[str, Any]] = field(default_factory=dict)
    stats: dict[str, Any] = field(default_factory=dict)
    log: str = ""


@pytest.fixture(scope="module")
def site(tmp_path_factory: pytest.TempPathFactory, article: str, noise: str) -> Iterator[str]:
    """The address of a site: an index and pages whose names tell what a spider makes of them."""
    folder = tmp_path_factory.mktemp("site")
    kinds = ("dict", "dataclass", "attrs", "item", "frozen", "list", "bare")
    thread = f"{COMMENT} ReplyDelete"
    texts = {f"{kind}-page.html": f"{article}\n{noise}" for kind in kinds} | {
        "dict-clean.html": article,
        "dict-noise.html": noise,
        "dict-comment.html": f"{article}\n{thread}",
    }
    for name, text in texts.items():
        lines = "".join(f"<p>{line}</p>" for line in text.splitlines())
        (folder / name).write_text(f"<html><body><h1>{TITLE}</h1>{lines}</body></html>")
    with serving(folder, texts) as address:
        yield address


@contextmanager
def serving(folder: Path, names: Iterable[str]) -> Iterator[str]:
    """The address of an index that links the named files of a folder, served on this machine."""
    links = "".join(f'<a href="{name}">page</a>' for name in names)
    (folder / "index.html").write_text(f"<html><body>{links}</body></html>")

    class Handler(SimpleHTTPRequestHandler):
        def log_message(self, *_: Any, **__: Any) -> None:
            """Nothing: the tests' output stays readable."""

    with ThreadingHTTPServer(("127.0.0.1", 0), partial(Handler, directory=str(folder))) as server:
        threading.Thread(target=server.serve_forever, daemon=True).start()
        yield f"http://127.0.0.1:{server.server_port}/index.html"
        server.shutdown()


def crawl(site: str, folder: Path, settings: dict[str, Any]) -> Crawl:
    """A crawl by Scrapy's own command, in a process of its own."""
    spider = folder / "spider.py"
    spider.write_text(SPIDER.replace('name = "news"', f'name = "news"\n    start_urls = [{site!r}]'))
    settings = {
        "ITEM_PIPELINES": json.dumps({"cleaner.integrations.scrapy.CleanerPipeline": 300}),
        "TELNETCONSOLE_ENABLED": False,
        "ROBOTSTXT_OBEY": False,
        "DOWNLOAD_DELAY": 0,
    } | settings
    options = [argument for name, value in settings.items() for argument in ("-s", f"{name}={value}")]
    done = subprocess.run(
        [sys.executable, "-W", "always", "-m", "scrapy", "runspider", spider.name, "-O", "items.jsonl", *options],
        cwd=folder,
        capture_output=True,
        text=True,
        check=False,
        timeout=120,
    )
    assert done.returncode == 0, done.stderr
    items = [json.loads(line) for line in (folder / "items.jsonl").read_text().splitlines()]
    by_name = {item["url"].rpartition("/")[2].removesuffix(".html"): item for item in items}
    return Crawl(by_name, json.loads((folder / "stats.json").read_text()), done.stderr)


@pytest.fixture(scope="module")
def full_crawl(site: str, tmp_path_factory: pytest.TempPathFactory) -> Crawl:
    """A crawl with a field for all there is to store."""
    names = {"CLEANER_REMOVED_FIELD": "removed", "CLEANER_COMMENTS_FIELD": "comments", "CLEANER_FLAGS_FIELD": "flags"}
    return crawl(site, tmp_path_factory.mktemp("full"), names)


@pytest.mark.slow
@pytest.mark.parametrize("kind", ["dict", "dataclass", "attrs", "item"])
def test_crawl_feeds_articles_of_every_item_type(full_crawl: Crawl, kind: str, article: str) -> None:
    """Noise is removed from the text of each type of item; the removals are in the named fields."""
    item = full_crawl.items[f"{kind}-page"]
    assert item["text"] == article
    assert item["title"] == TITLE
    assert [(removal["field"], removal["kind"]) for removal in item["removed"]] == [
        ("text", "share-bar"),
        ("text", "newsletter"),
    ]
    assert item["comments"] == item["flags"] == []


@pytest.mark.slow
def test_crawl_tells_comments_and_flags_apart(full_crawl: Crawl, article: str, noise: str) -> None:
    """Reader comments and flags go into fields of their own; a page of noise is kept as it is."""
    assert full_crawl.items["dict-comment"]["text"] == article
    assert full_crawl.items["dict-comment"]["comments"] == [COMMENT]
    assert full_crawl.items["dict-noise"]["text"] == noise
    assert full_crawl.items["dict-noise"]["flags"] == ["no-article-found"]
    assert full_crawl.items["dict-clean"]["text"] == article


@pytest.mark.slow
def test_crawl_passes_broken_items_on(full_crawl: Crawl, article: str, noise: str) -> None:
    """A list for a text, and an item that cannot be written, come out unchanged, are counted and named in the log."""
    assert full_crawl.items["list-page"]["text"] == f"{article}\n{noise}".splitlines()
    assert full_crawl.items["list-page"]["flags"] == ["not-cleaned"]
    assert full_crawl.items["frozen-page"]["text"] == f"{article}\n{noise}"
    assert full_crawl.items["bare-page"].keys() == {"url"}
    assert full_crawl.stats["cleaner/failed_items"] == 2
    assert "dict: 'text' is not cleaned: of type list, not a text" in full_crawl.log
    assert "FrozenPage: 'text' cannot be set" in full_crawl.log


@pytest.mark.slow
def test_crawl_counts_items_and_removals(full_crawl: Crawl) -> None:
    """The statistics count items and removals, in all and by kind; Scrapy has nothing to warn of."""
    counts = {name: value for name, value in full_crawl.stats.items() if name.startswith("cleaner/")}
    assert counts.pop("cleaner/removed_lines") == sum(
        value for name, value in counts.items() if name.startswith("cleaner/removed_lines/")
    )
    assert counts["cleaner/items"] == 9
    assert counts["cleaner/empty_items"] == 1
    assert counts["cleaner/removed_lines/share-bar"] == counts["cleaner/removed_lines/newsletter"] == 5
    assert full_crawl.stats["item_scraped_count"] == 10
    assert "ScrapyDeprecationWarning" not in full_crawl.log


@pytest.mark.slow
def test_crawl_drops_items_without_article(site: str, tmp_path: Path, article: str) -> None:
    """With CLEANER_DROP_EMPTY a page of noise is dropped; without named fields nothing but the text is stored."""
    done = crawl(site, tmp_path, {"CLEANER_DROP_EMPTY": True})
    assert "dict-noise" not in done.items
    assert done.stats["item_dropped_count"] == 1
    assert done.items["dict-page"] == {
        "url": site.replace("index", "dict-page"),
        "title": TITLE,
        "text": article,
    }


@pytest.mark.slow
def test_crawl_learns_what_its_site_repeats(
    tmp_path: Path, site_pages: list[dict[str, str]], site_articles: list[dict[str, str]], told: Told
) -> None:
    """A crawl learns into a file what one memory learns of its items, and the next crawl cleans all of them with it."""
    texts = {f"dict-{number}.html": page["text"] for number, page in enumerate(site_pages[::3])}
    articles = {f"dict-{number}": page["text"] for number, page in enumerate(site_articles[::3])}
    for name, text in texts.items():
        (tmp_path / name).write_text("".join(f"<p>{line}</p>" for line in text.splitlines()))
    with serving(tmp_path, texts) as address:
        memory = SiteMemory()
        for name, text in texts.items():
            memory.observe(text, url=address.replace("index.html", name))
        settings = {"CLEANER_SITES": "sites.sqlite", "CLEANER_LEARN_SITES": True, "CLEANER_SITES_EVERY": 4}
        first = crawl(address, tmp_path, settings)
        assert first.stats["cleaner/learned_items"] == 10
        # The first five pages came when too little was known of the site.
        kept = [name for name, item in first.items.items() if item["text"] == texts[f"{name}.html"]]
        assert len(kept) == 5
        assert all(first.items[name]["text"] == articles[name] for name in articles.keys() - kept)
        assert told(SiteMemory(tmp_path / "sites.sqlite")) == told(memory)
        second = crawl(address, tmp_path, {"CLEANER_SITES": "sites.sqlite", "CLEANER_REMOVED_FIELD": "removed"})
    assert {name: item["text"] for name, item in second.items.items()} == articles
    assert "cleaner/learned_items" not in second.stats
    assert told(SiteMemory(tmp_path / "sites.sqlite")) == told(memory)


# --- settings, without a crawl -----------------------------------------------------------------------------


def pipeline(**settings: Any) -> CleanerPipeline:
    """The pipeline of a crawler with these settings."""
    crawler = get_crawler(settings_dict=settings)
    crawler.stats = MemoryStatsCollector(crawler)
    return CleanerPipeline.from_crawler(crawler)


def test_switched_off() -> None:
    """CLEANER_ENABLED switches the pipeline off the way Scrapy knows."""
    with pytest.raises(NotConfigured, match="CLEANER_ENABLED"):
        pipeline(CLEANER_ENABLED=False)


@pytest.mark.parametrize("fields", [{"body": "article"}, '{"body": "article"}'])
def test_fields_with_targets(fields: Any, noisy: str, article: str) -> None:
    """A dict of fields keeps the first and puts the article into the second, given as JSON too."""
    item = pipeline(CLEANER_FIELDS=fields).process_item({"body": noisy, "text": noisy})
    assert item == {"body": noisy, "article": article, "text": noisy}


@pytest.mark.parametrize("config", [{"keep": ["share-bar"]}, '{"keep": ["share-bar"]}'])
def test_configuration(config: Any, noisy: str, article: str) -> None:
    """CLEANER_CONFIG sets the fields of the configuration, given as JSON too."""
    item = pipeline(CLEANER_CONFIG=config).process_item({"text": noisy})
    assert item == {"text": f"{article}\nShare on Facebook"}


@pytest.mark.parametrize("fields", [["lead", "text"], "lead, text"])
def test_several_fields(fields: Any, noisy: str, article: str) -> None:
    """Several fields are cleaned separately, and a removal names its field; a missing field does not matter."""
    made = pipeline(CLEANER_FIELDS=fields, CLEANER_REMOVED_FIELD="removed")
    item = made.process_item({"lead": noisy, "text": noisy})
    assert item["lead"] == item["text"] == article
    assert [removal["field"] for removal in item["removed"]] == ["lead", "lead", "text", "text"]
    assert made.process_item({"text": noisy})["text"] == article
    assert made.process_item({"lead": None}) == {"lead": None}


def test_title_field_finds_copies_of_the_headline(article: str) -> None:
    """The title of the item identifies copies of the headline in its text."""
    item = {"headline": TITLE, "text": f"{TITLE}\n{article}\n{TITLE}"}
    item = pipeline(CLEANER_TITLE_FIELD="headline").process_item(item)
    assert item["text"] == f"{TITLE}\n{article}"


def test_drop_empty_needs_every_field_empty(noise: str, article: str) -> None:
    """An item is dropped only when none of its fields holds an article."""
    made = pipeline(CLEANER_DROP_EMPTY=True, CLEANER_FIELDS=["lead", "text"])
    assert made.process_item({"lead": noise, "text": article})["text"] == article
    with pytest.raises(DropItem, match="no article in: lead, text"):
        made.process_item({"lead": noise, "text": ""})


def test_html_fields(monkeypatch: pytest.MonkeyPatch) -> None:
    """A field of HTML goes to `Cleaner.clean_html` with the item's address, and its text to the named field."""
    calls = []

    def clean_html(_: Cleaner, html: str, *, url: str | None = None, site: str | None = None) -> CleanResult:
        calls.append((html, url, site))
        return CleanResult("The article.")

    monkeypatch.setattr(Cleaner, "clean_html", clean_html, raising=False)
    made = pipeline(CLEANER_FIELDS=[], CLEANER_HTML_FIELDS={"html": "text"})
    item = made.process_item({"url": "http://a.example/", "html": "<p>a"})
    assert item == {"url": "http://a.example/", "html": "<p>a", "text": "The article."}
    assert calls == [("<p>a", "http://a.example/", None)]


def test_html_fields_without_html_input(monkeypatch: pytest.MonkeyPatch) -> None:
    """Where HTML cannot be cleaned a setting that asks for it is refused before the crawl."""
    monkeypatch.delattr(Cleaner, "clean_html", raising=False)
    with pytest.raises(ConfigError, match="extract the text first"):
        pipeline(CLEANER_HTML_FIELDS=["html"])


def test_what_is_learned_is_saved_now_and_then(tmp_path: Path, site_pages: list[dict[str, str]]) -> None:
    """The file is saved after every so many items and when the spider closes; an item without a site is not learned."""
    path = tmp_path / "sites.sqlite"
    made = pipeline(CLEANER_SITES=str(path), CLEANER_LEARN_SITES=True, CLEANER_SITES_EVERY="3")
    for page in [{"text": "On Monday it rained."}, {"url": "https://a.example/1"}, *site_pages[:7]]:
        made.process_item(dict(page))
    names = ("courier", "gazette", "lantern")
    assert [SiteMemory(path).page_count(f"{name}.example") for name in names] == [2, 2, 2]
    made.close_spider()
    assert [SiteMemory(path).page_count(f"{name}.example") for name in names] == [3, 2, 2]
    assert made._stats is not None
    assert made._stats.get_value("cleaner/learned_items") == 7


def test_all_texts_of_an_item_are_one_page(tmp_path: Path) -> None:
    """The fields of texts are learned together, of a site that a field names; other values are not, nor is HTML beside them."""
    settings: dict[str, Any] = {"CLEANER_FIELDS": ["lead", "text"], "CLEANER_HTML_FIELDS": ["html"]}
    settings |= {"CLEANER_SITES": str(tmp_path / "sites.sqlite"), "CLEANER_LEARN_SITES": True}
    made = pipeline(CLEANER_SITE_FIELD="paper", **settings)
    item = {"paper": "The Courier", "lead": "It rained again.", "text": "The ferry came late.", "html": "<p>Menu</p>"}
    made.process_item(dict(item))
    made.process_item(item | {"lead": ["It snowed."], "text": "The ferry came late."})
    made.close_spider()
    pages = SiteMemory(tmp_path / "sites.sqlite").pages("The Courier")
    assert sorted(len(page.exact) for page in pages) == [1, 2]


def test_html_is_learned_where_there_is_no_text(
    tmp_path: Path, site_pages: list[dict[str, str]], site_articles: list[dict[str, str]]
) -> None:
    """Items with pages of HTML alone are learned as such, and the next pages of the site are cleaned with it."""
    settings: dict[str, Any] = {"CLEANER_FIELDS": [], "CLEANER_HTML_FIELDS": ["html"]}
    made = pipeline(CLEANER_SITES=str(tmp_path / "sites.sqlite"), CLEANER_LEARN_SITES=True, **settings)
    items = [{"url": page["url"], "html": html_of(page["text"])} for page in site_pages[::3]]
    found = [made.process_item(item)["html"].split("\n") for item in items]
    assert all(line in found[-1] for line in site_articles[-3]["text"].splitlines())
    made.close_spider()
    assert all(page.paths.any() for page in SiteMemory(tmp_path / "sites.sqlite").pages("courier.example"))


def html_of(text: str) -> str:
    """A page of HTML with the lines of a text."""
    return f"<html><body>{''.join(f'<p>{line}</p>' for line in text.splitlines())}</body></html>"


def test_a_file_that_cannot_be_saved_does_not_end_the_crawl(
    tmp_path: Path, site_pages: list[dict[str, str]], caplog: pytest.LogCaptureFixture, monkeypatch: pytest.MonkeyPatch
) -> None:
    """While another program holds the file the crawl goes on; what was learned is saved the next time."""
    monkeypatch.setattr("cleaner.sites.store.WAIT", 0.05)
    path = tmp_path / "sites.sqlite"
    made = pipeline(CLEANER_SITES=str(path), CLEANER_LEARN_SITES=True, CLEANER_SITES_EVERY=3)
    with closing(sqlite3.connect(path, isolation_level=None)) as other:
        other.execute("BEGIN IMMEDIATE")
        for page in site_pages[:4]:
            made.process_item(dict(page))
    assert "sites is not saved" in caplog.text
    assert "is being written to by another run" in caplog.text
    made.close_spider()
    assert SiteMemory(path).page_count("courier.example") == 2


def test_a_crawl_that_learns_nothing_says_so(tmp_path: Path, caplog: pytest.LogCaptureFixture) -> None:
    """Items without an address are not learned, which the log says once, with the field that was looked at."""
    made = pipeline(CLEANER_SITES=str(tmp_path / "sites.sqlite"), CLEANER_LEARN_SITES=True, CLEANER_URL_FIELD="link")
    made.process_item({"text": "On Monday it rained.", "url": "https://a.example/1"})
    made.close_spider()
    assert caplog.messages == ["no item was learned: none has a text, and a site in 'link'"]


def test_a_site_memory_that_cannot_be_used_is_refused(tmp_path: Path) -> None:
    """A missing file is an error before the crawl if nothing is learned, a foreign one always, and it stays as it is."""
    with pytest.raises(SitesError, match=r"sites\.sqlite: does not exist"):
        pipeline(CLEANER_SITES=str(tmp_path / "sites.sqlite"))
    notes = tmp_path / "notes.txt"
    notes.write_text("my notes, nothing else")
    for learns in (False, True):
        with pytest.raises(SitesError, match=r"notes\.txt: is no site memory"):
            pipeline(CLEANER_SITES=str(notes), CLEANER_LEARN_SITES=learns)
    assert notes.read_text() == "my notes, nothing else"


@pytest.mark.parametrize(
    ("settings", "message"),
    [
        ({"CLEANER_LEARN_SITES": True}, "CLEANER_LEARN_SITES: needs a file to learn into; name it with CLEANER_SITES"),
        (
            {"CLEANER_LEARN_SITES": True, "CLEANER_SITES": "sites.sqlite", "CLEANER_SITES_EVERY": "often"},
            "CLEANER_SITES_EVERY: 'often' is not a number of items; give 1 or more",
        ),
        ({"CLEANER_CONFIG": {"threshold": "high"}}, "threshold: 'high' is not a number"),
        ({"CLEANER_CONFIG": {"kinds": 1}}, "kinds: is not a setting"),
        ({"CLEANER_FIELDS": "{broken"}, "CLEANER_FIELDS: .* is not JSON"),
        ({"CLEANER_FIELDS": {"a": 1}}, "CLEANER_FIELDS: .* does not name fields"),
        ({"CLEANER_FIELDS": 5}, "CLEANER_FIELDS: 5 does not name fields"),
    ],
)
def test_wrong_settings_are_refused(
    settings: dict[str, Any], message: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """A wrong setting is an error before the crawl, in a sentence that names it."""
    monkeypatch.chdir(tmp_path)
    with pytest.raises(ConfigError, match=message):
        pipeline(**settings)


def test_adapter_is_asked_for_every_type() -> None:
    """An item's own adapter decides which fields it has: a missing one is not a failure of the crawl."""
    from scrapy import Field, Item

    class Page(Item):
        text = Field()

    made = pipeline(CLEANER_FLAGS_FIELD="flags")
    item = made.process_item(Page(text="The council met.\nShare on Facebook"))
    assert ItemAdapter(item).asdict() == {"text": "The council met."}
    assert made._stats is not None
    assert made._stats.get_value("cleaner/failed_items") == 1
