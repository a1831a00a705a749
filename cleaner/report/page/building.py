"""Builds the page of a report: totals, and documents as compressed data that its script unfolds."""

from __future__ import annotations

import base64
import hashlib
import json
import zlib
from collections.abc import Sequence
from dataclasses import dataclass, field
from functools import cache
from importlib.resources import files
from typing import Any

from jinja2 import Template

from cleaner.report.page.columns import Tables, document_columns
from cleaner.report.page.model import ReportedDocument, Share, Totals
from cleaner.result import Kind
from cleaner.result.drawing import Detail, document_style, make_environment
from cleaner.result.groups import group_of

__all__ = ["Report", "render_report"]

# A page of up to 200 documents stays below 2 MB; of more documents, each may add a two-hundredth of that.
MAX_BYTES, MAX_DOCUMENTS = 2_000_000, 200
# How much of documents is shown: the first of these with which the page is small enough, or else the last. A browser
# takes seconds to lay out more than the first one shows (set by hand).
DETAILS = (
    Detail(5000, 50_000, 5000),
    Detail(200, 4000, 1000),
    Detail(40, 1000, 200),
    Detail(10, 300, 40),
    Detail(0, 150, 6),
)
# The most sites and languages that have a bar of their own, and how many bars are in sight at first.
MAX_BARS, FIRST_BARS = 100, 6


@dataclass(frozen=True, slots=True)
class Report:
    """What a page shows. ``title``: its heading. ``inputs``: the names of what was read. ``totals`` are over all documents,
    ``documents`` are those that are shown, ``matching`` is how many they were chosen from, and ``only`` why from these.

    ``options``: those of reading that corrections need, to find the documents again. ``settings``: what was set beside
    them, by name. ``sides``: the names of two configurations, where documents have lines of both.
    """

    title: str
    inputs: Sequence[str]
    totals: Totals
    documents: Sequence[ReportedDocument]
    matching: int
    only: str | None = None
    options: dict[str, str] = field(default_factory=dict)
    settings: dict[str, Any] = field(default_factory=dict)
    sides: tuple[str, str] | None = None
    version: str = ""


@dataclass(frozen=True, slots=True)
class _Bar:
    """A row of a chart: its name, its words, its length as a share of the longest possible, and its documents."""

    name: str
    value: int
    share: float
    documents: int
    group: str = ""


def render_report(report: Report) -> bytes:
    """The page of a report, in UTF-8.

    It holds its style, its script and its data, and asks for nothing from elsewhere. Of very long documents as much is
    left out as the size of the page demands.
    """
    most = MAX_BYTES * max(len(report.documents), MAX_DOCUMENTS) // MAX_DOCUMENTS
    for detail in DETAILS:
        page = _render(report, detail)
        if len(page) < most:
            break
    return page


def _render(report: Report, detail: Detail) -> bytes:
    style = document_style() + _file("report.css")
    script = _file("report.js")
    # Of two sides few documents differ, and these are what is looked for.
    by_loss = report.sides is not None
    return (
        _template()
        .render(
            report=report,
            first_bars=FIRST_BARS,
            style=style,
            script=script,
            style_digest=_digest(style),
            script_digest=_digest(script),
            data=_compressed(_data(report, detail)),
            kinds=_kind_bars(report.totals),
            languages=_share_bars(report.totals.languages, "not known", by_loss=by_loss),
            sites=_share_bars(report.totals.sites, "no site known", by_loss=by_loss),
        )
        .encode("utf-8", "replace")
    )


def _file(name: str) -> str:
    return files("cleaner.report.page").joinpath(name).read_text("utf-8")


def _digest(text: str) -> str:
    """The digest of an inline style or script, as a content security policy names it."""
    return "sha256-" + base64.b64encode(hashlib.sha256(text.encode()).digest()).decode("ascii")


@cache
def _template() -> Template:
    return make_environment("cleaner.report.page", ".").get_template("report.html.jinja")


# --- charts ----------------------------------------------------------------------------------------------


def _kind_bars(totals: Totals) -> list[_Bar]:
    most = max(totals.kinds.values(), default=0)
    return [
        _Bar(kind, words, words / most if most else 0.0, totals.in_documents[kind], group=group_of(Kind(kind)))
        for kind, words in sorted(totals.kinds.items(), key=lambda item: (-item[1], item[0]))
    ]


def _share_bars(shares: dict[str, Share], unknown: str, *, by_loss: bool) -> list[_Bar]:
    """The share of words lost, for what has the most documents, or ``by_loss`` for what has lost the most words."""
    wanted = [item for item in shares.items() if item[1].lost or not by_loss]
    ranked = sorted(wanted, key=lambda item: (-item[1].lost if by_loss else -item[1].documents, item[0]))
    rows = [(name or unknown, share) for name, share in ranked[:MAX_BARS]]
    if len(ranked) > MAX_BARS:
        rest = Share()
        for _, share in ranked[MAX_BARS:]:
            rest.add(share)
        rows.append((f"{len(ranked) - MAX_BARS} more", rest))
    return [
        _Bar(name, share.lost, share.lost / share.words if share.words else 0.0, share.documents)
        for name, share in rows
    ]


# --- data ------------------------------------------------------------------------------------------------


def _data(report: Report, detail: Detail) -> dict[str, Any]:
    """What the script needs: each document with its lines, and the kinds and reasons that they refer to."""
    tables = Tables()
    documents = [document_columns(one, detail, tables) for one in report.documents]
    return {
        "documents": documents,
        **tables.to_json(),
        "options": report.options,
        "sides": report.sides,
        "key": _key(report),
    }


def _key(report: Report) -> str:
    """What a browser keeps the marks of a page by: the same for the same documents, read in the same way."""
    places = [(one.summary.name, one.summary.line, one.digest) for one in report.documents]
    return hashlib.sha256(json.dumps([places, report.options]).encode()).hexdigest()


def _compressed(data: dict[str, Any]) -> str:
    """Data as JSON, deflated and in base64, which no document can break out of."""
    text = json.dumps(data, ensure_ascii=False, separators=(",", ":"))
    # A lone surrogate, which UTF-8 cannot encode, is written as its escape, which is how JSON writes it too.
    return base64.b64encode(zlib.compress(text.encode("utf-8", "backslashreplace"), 9)).decode("ascii")
