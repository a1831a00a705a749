"""Targets for texts and pages: cleaning, explaining, and the metadata of a page."""

from __future__ import annotations

from collections.abc import Iterator
from functools import cache
from html import escape
from pathlib import Path
from random import Random
from typing import Any

from cleaner import CleanConfig, Cleaner, CleanResult
from cleaner.config import Output
from cleaner.text.splitting import split_lines
from fuzz.mutations import as_bytes, as_text, mutate_text, mutate_with
from fuzz.target import Mutate, Target, chosen_by
from tests.invariants import (
    check_markdown,
    check_page,
    check_reasons,
    check_result,
    check_settled,
    check_stateless,
    outcome,
)
from tests.material import HOSTILE, LINE_ENDS, MARKUP, PROSE, SEPARATORS, example_lines, sample_texts

__all__ = ["HTML", "HTML_REASONS", "MARKDOWN", "TEXT", "TEXT_REASONS", "page_seeds", "text_seeds"]

# The input determines the options that it is cleaned with; half of the inputs are cleaned with the defaults.
_TEXT_OPTIONS: tuple[dict[str, Any], ...] = (
    {},
    {},
    {},
    {},
    {"mode": "careful"},
    {"mode": "thorough"},
    {"headline": "drop"},
    {"headline": "keep", "keep": frozenset({"byline", "comment", "boilerplate"})},
)
_PAGE_OPTIONS: tuple[dict[str, Any], ...] = (
    {},
    {},
    {},
    {"mode": "thorough"},
    {"keep": frozenset({"comment", "boilerplate"})},
    {"engine": "trafilatura"},
)


@cache
def _cleaner(number: int, kind: str) -> Cleaner:
    return Cleaner(CleanConfig(**(_TEXT_OPTIONS if kind == "text" else _PAGE_OPTIONS)[number]))


def _cleaner_for(data: bytes, kind: str) -> Cleaner:
    return _cleaner(chosen_by(data, len(_TEXT_OPTIONS if kind == "text" else _PAGE_OPTIONS)), kind)


# --- texts -----------------------------------------------------------------------------------------------


def text_seeds() -> Iterator[bytes]:
    """The samples, and the examples of the patterns, fifty per document."""
    yield from map(as_bytes, sample_texts())
    examples = example_lines()
    for first in range(0, len(examples), 50):
        yield as_bytes("\n".join(examples[first : first + 50]))
    yield as_bytes("".join(sign + end for sign in HOSTILE for end in (LINE_ENDS[len(sign) % len(LINE_ENDS)],)))
    yield as_bytes("a line".join((*LINE_ENDS, *SEPARATORS)))


def _title(text: str) -> str | None:
    """The first line as the title of every other text."""
    return text.partition("\n")[0] if len(text) % 2 else None


def _clean(data: bytes) -> CleanResult:
    text = as_text(data)
    return _cleaner_for(data, "text").clean(text, title=_title(text))


def _check_text(data: bytes, result: CleanResult) -> None:
    text = as_text(data)
    cleaner = _cleaner_for(data, "text")
    check_result(text, result)
    if _title(text) is None:
        check_settled(cleaner, text, result)
        check_stateless(cleaner, text, result)


def _explain(data: bytes) -> CleanResult:
    result = _clean(data)
    outcome(result)
    return result


def _check_text_reasons(data: bytes, result: CleanResult) -> None:
    check_reasons(as_text(data), result)


TEXT = Target(_clean, _check_text, text_seeds, mutate_text)
TEXT_REASONS = Target(_explain, _check_text_reasons, text_seeds, mutate_text)


# --- Markdown --------------------------------------------------------------------------------------------

_DOCUMENTS = Path(__file__).parents[1] / "tests" / "markdown" / "documents"


def markdown_seeds() -> Iterator[bytes]:
    """The marked documents, without their marks, and the marks of Markdown among lines of prose."""
    for path in sorted(_DOCUMENTS.glob("*.marked")):
        yield as_bytes("".join(line[1:] for line in path.read_text("utf-8").splitlines(keepends=True)))
    yield as_bytes("".join(mark + line for mark, line in zip(MARKUP, PROSE * len(MARKUP), strict=False)))


def _clean_markdown(data: bytes) -> CleanResult:
    return _cleaner_for(data, "text").clean_markdown(as_text(data))


def _check_markdown(data: bytes, result: CleanResult) -> None:
    text = as_text(data)
    check_result(text, result)
    check_reasons(text, result, lines=len(split_lines(text)))
    again = _cleaner_for(data, "text").clean_markdown(result.text)
    assert again.text == result.text, "cleaning twice changes nothing"


MARKDOWN = Target(_clean_markdown, _check_markdown, markdown_seeds, mutate_text)


# --- pages -----------------------------------------------------------------------------------------------

_TEMPLATES = (
    "<html><head><title>{title}</title></head><body><nav><a href='/'>Home</a></nav><article>{body}</article></body></html>",
    '<div class="entry-content">{body}</div><div id="comments"><ol><li>{title}</li></ol></div>',
    "<table>{rows}</table>",
    "<pre>{plain}</pre>",
    "<body>{breaks}</body>",
)
_TAGS = [
    "p",
    "div",
    "li",
    "ul",
    "ol",
    "h1",
    "h2",
    "h6",
    "pre",
    "table",
    "tr",
    "td",
    "th",
    "caption",
    "span",
    "b",
    "strong",
    "i",
    "em",
    "code",
    "a",
    "br",
    "hr",
    "img",
    "article",
    "section",
    "aside",
    "nav",
    "header",
    "footer",
    "form",
    "input",
    "select",
    "option",
    "button",
    "script",
    "style",
    "noscript",
    "template",
    "svg",
    "math",
    "iframe",
    "object",
    "blockquote",
    "q",
    "figure",
    "figcaption",
    "details",
    "summary",
    "dl",
    "dt",
    "dd",
    "body",
    "html",
    "head",
    "title",
    "frameset",
    "frame",
    "address",
    "center",
    "main",
    "x-y",
    "font",
]
_ATTRIBUTES = (
    ' class="comments"',
    ' class="entry-content article-body"',
    " class=''",
    ' id="sidebar"',
    " hidden",
    ' style="display: none"',
    ' href="#"',
    ' href="javascript:x"',
    ' href="/a (b)_*c&amp;copy;\n`d`|[e]"',
    ' src="/a b.png" alt="* [x] | `y`"',
    ' start="7" value="9"',
    ' colspan="3" rowspan="2"',
    ' itemprop="articleBody"',
    ' role="navigation"',
    " x=1" * 40,
    ' class="' + "a " * 400 + '"',
    " \x00=\x00",
    ' lang="fr"',
    ' datetime="2023-02-30"',
)
_MARKUP = (
    "<!--",
    "-->",
    "<![CDATA[",
    "]]>",
    "<!DOCTYPE html>",
    "<?xml version='1.0' encoding='utf-16'?>",
    '<meta charset="utf-16">',
    '<meta charset="shift_jis">',
    '<meta charset="no-such">',
    '<meta http-equiv="content-type" content="text/html; charset=x-user-defined">',
    '<meta property="og:title" content="Le pont rouvre">',
    '<meta property="article:published_time" content="9999-99-99T99:99">',
    '<meta name="author" content="">',
    '<script type="application/ld+json">{"@type":"NewsArticle","articleBody":"Le pont rouvre lundi matin."}</script>',
    '<script type="application/ld+json">{"@graph":[[[1e999,{"datePublished":{}}]]]}</script>',
    '<script type="application/ld+json">' + "[" * 2000 + "</script>",
    "&#0;",
    "&#xD800;",
    "&#99999999999;",
    "&nbsp;&shy;&zwj;&lrm;",
    "&NotEqualTilde;&amp&lt",
    "</body></html>",
    "<",
    "<<p>>",
    "</p></p></div></div>",
    "<p" + " a" * 300 + ">",
    "<div>" * 200,
    "<b>" * 300,
    "<td>x" * 100,
    "data:image/png;base64," + "A" * 600,
    "<pre>a    b\tc\u00a0\u00a0\u00a0\u00a0d" + " word    word" * 12 + "</pre>",
    "<br>" * 50,
    "*a* _b_ __c__ `d` ``e`` ~~f~~ [g](h) ![i](j) &lt;k> &amp;amp; \\* \\",
    "<p>1. a<br>- b<br># c #<br>> d<br>---<br>===<br>| e | f |<br>|---|---|<br>```<br>[g]: h<br>    i",
    "<table><tr><th>a|b<th>`c|`<tr><td>\\<td><code>d|`e</code></table>",
    "a<b>b</b>c<i>(d)</i>e<b><i>f</i>g</b><code>`</code><code>h</code>!<a href=/x>]</a>",
)


def page_seeds() -> Iterator[bytes]:
    """Pages made from the samples with templates, in several encodings."""
    for number, text in enumerate(sample_texts()):
        lines = [escape(line) for line in text.splitlines() if line.strip()] or [""]
        markup = _TEMPLATES[number % len(_TEMPLATES)].format(
            title=lines[0],
            body="".join(f"<p>{line}</p>" for line in lines[1:]),
            rows="".join(f"<tr><td>{line}</td><td>{at}</td></tr>" for at, line in enumerate(lines)),
            plain="\n".join(lines),
            breaks="<br>".join(lines),
        )
        yield markup.encode(("utf-8", "utf-16", "cp1252", "utf-8")[number % 4], "replace")
    yield from (piece.encode("utf-8", "surrogatepass") for piece in _MARKUP)


def _pieces() -> tuple[bytes, ...]:
    opened = [f"<{tag}{names}>" for tag in _TAGS for names in ("", "", *_ATTRIBUTES[len(tag) % 3 :: 4])]
    closed = [f"</{tag}>" for tag in _TAGS]
    words = [f"<p>{escape(line)}</p>" for line in example_lines()[::9]]
    return tuple(map(as_bytes, (*opened, *closed, *_MARKUP, *_MARKUP, *_MARKUP, *_MARKUP, *HOSTILE, *words)))


@cache
def _mutation() -> Mutate:
    return mutate_with(_pieces(), (b"<", b">", b" "))


def _clean_page(data: bytes, output: Output = "text") -> CleanResult:
    # Bytes are decoded by what they declare; a text is used as it is.
    page = data if len(data) % 2 else as_text(data)
    return _cleaner_for(data, "html").clean_html(page, output=output)


def _check_page(data: bytes, result: CleanResult) -> None:
    check_page(result)
    again = _clean_page(data)
    assert again == result, "a page has one result"
    if _cleaner_for(data, "html").config.engine == "blocks":
        check_markdown(_clean_page(data, "markdown"), result)


def _explain_page(data: bytes) -> CleanResult:
    result = _clean_page(data)
    outcome(result)
    return result


def _check_page_reasons(_data: bytes, result: CleanResult) -> None:
    check_reasons(result.restore(), result, lines=len(result.lines))


def _mutate_page(data: bytes, random: Random) -> bytes:
    return _mutation()(data, random)


HTML = Target(_clean_page, _check_page, page_seeds, _mutate_page)
HTML_REASONS = Target(_explain_page, _check_page_reasons, page_seeds, _mutate_page)
