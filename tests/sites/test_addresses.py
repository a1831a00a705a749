from __future__ import annotations

from pathlib import PurePosixPath

import pytest

from cleaner.sites.addresses import page_key, site_name, site_of_file, site_of_url


@pytest.mark.parametrize(
    ("url", "site"),
    [
        ("https://gazette.example/a", "gazette.example"),
        ("HTTPS://WWW.Gazette.Example:8443/a", "gazette.example"),
        ("http://jeanne:secret@gazette.example/a", "gazette.example"),
        ("//gazette.example/a", "gazette.example"),
        ("gazette.example/a", "gazette.example"),
        ("http://gazette.example./a", "gazette.example"),
        ("http://bücher.example/a", "bücher.example"),
        ("http://xn--bcher-kva.example/a", "bücher.example"),
        ("http://192.0.2.7:80/a", "192.0.2.7"),
        ("http://[2001:db8::1]/a", "2001:db8::1"),
    ],
)
def test_site_of_an_address(url: str, site: str) -> None:
    """The site of an address is its host alone, in one form, however the address is written."""
    assert site_of_url(url) == site


@pytest.mark.parametrize(
    "url",
    [
        None,
        "",
        " ",
        "http://",
        "http://[::1",
        "a b",
        "mailto:a@b.example",
        "data:text/plain,a",
        "file:///a/b",
        "http://a b/",
        "https://-/a",
        "https://_/a",
        "https://gazette.-/a",
    ],
)
def test_what_is_no_address_has_no_site(url: str | None) -> None:
    """A missing or malformed address, or one of no page, has no site."""
    assert site_of_url(url) is None


def test_page_key_of_one_page() -> None:
    """A page is known by host, path and query: not by scheme, port, credentials, `www.` or fragment, nor by its text."""
    key = page_key("https://gazette.example/a?b=1", "text")
    assert page_key("http://u:p@www.gazette.example:80/a?b=1#c", "another text") == key
    assert page_key("https://gazette.example/a?b=2", "text") != key
    assert page_key("https://other.example/a?b=1", "text") != key


def test_page_key_without_an_address() -> None:
    """A page without an address that can be read is known by its text."""
    assert page_key(None, "a") == page_key("http://[", "a") != page_key(None, "b")


@pytest.mark.parametrize(
    ("name", "site"),
    [
        (" Le Courrier ", "Le Courrier"),
        ("St. Galler Blatt", "St. Galler Blatt"),
        ("www.Gazette.example", "gazette.example"),
        ("https://u:p@gazette.example/a", "gazette.example"),
        ("u:p@gazette.example", "gazette.example"),
        ("xn--bcher-kva.example", "bücher.example"),
        ("", None),
        (" ", None),
        ("x" * 300, None),
        ("a\ud800", "a?"),
    ],
)
def test_names_of_sites(name: str, site: str | None) -> None:
    """A name stays as it is, but a host or an address is reduced to the host, so credentials are never kept."""
    assert site_name(name) == site


@pytest.mark.parametrize(
    ("path", "site"),
    [
        ("/data/gazette.example/2024/03/a.txt", "gazette.example"),
        ("/data/old.example/www.gazette.example/a.txt", "gazette.example"),
        ("/data/courrier/a.txt", "courrier"),
        ("/data/v1.2/a.txt", "v1.2"),
        ("/data/gazette.com/articles.txt/a.txt", "gazette.com"),
        ("/data/gazette.fr/out.json/pages.jsonl/a.txt", "gazette.fr"),
        ("/data/Gazette.NEWS/x/a.txt", "gazette.news"),
        ("/data/xn--bcher-kva.xn--p1ai/x/a.txt", "bücher.рф"),
        ("/data/courrier.out/a.txt", "courrier.out"),
        ("/data/-.fr/courrier/a.txt", "courrier"),
        ("/home/jo.doe/corpus/courrier/a.txt", "courrier"),
        ("/home/jo.doe/gazette.example/x/a.txt", "gazette.example"),
        ("/a.txt", None),
    ],
)
def test_site_of_a_file(path: str, site: str | None) -> None:
    """The nearest folder named after a host is the site, else the file's own; the user's folder is no host."""
    assert site_of_file(PurePosixPath(path), PurePosixPath("/home/jo.doe")) == site
